"""The commands of a test in a page to the host: `await ask("click", selector="button")`.

click(selector)                 a real click, which is a user gesture
screenshot(name)                saves .cache/screenshots/NAME.png
set_permission(name, state)     "camera" or "microphone"; "granted", "denied" or "prompt"
pulse_load_source(name, description, channels=1, rate=48000)
pulse_unload_source(name)       (the configuration "pulse" only)
pulse_play_tone(name, frequency, level=0.5)
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.browsers.page import Page
    from support.browsers.server import Question
    from support.pulse_server import Microphone, PulseServer

__all__ = ["Commands"]


class Commands:
    """Executes the commands of one page, on the thread that owns the browser.

    Args:
        page: The page.
        pictures: The folder for screenshots.
        sound: The sound server that a test may change, or None.
    """

    def __init__(self, page: Page, pictures: Path, sound: PulseServer | None) -> None:
        self._page = page
        self._pictures = pictures
        self._sound = sound
        self._microphones: dict[str, Microphone] = {}
        self._commands: dict[str, Callable[..., object]] = {
            "click": page.click,
            "screenshot": self._screenshot,
            "set_permission": self._set_permission,
            "pulse_load_source": self._load_source,
            "pulse_unload_source": self._unload_source,
            "pulse_play_tone": self._play_tone,
        }

    def execute(self, question: Question) -> None:
        """Execute a command and answer it."""
        command = self._commands.get(question.command)
        if command is None:
            known = ", ".join(self._commands)
            question.refuse(f"there is no command {question.command!r}, only {known}")
            return
        try:
            inspect.signature(command).bind(**question.arguments)
            question.answer(command(**question.arguments))
        except Exception as error:  # noqa: BLE001  (the test is told, whatever it is)
            question.refuse(f"{question.command}: {type(error).__name__}: {error}")

    def _screenshot(self, name: str) -> str:
        if not re.fullmatch(r"[\w.-]+", name):
            raise ValueError(f"{name!r} is not a file's name")
        self._pictures.mkdir(parents=True, exist_ok=True)
        path = self._pictures / f"{name}.png"
        self._page.screenshot(path)
        return str(path)

    def _set_permission(self, name: str, state: str) -> None:
        if name not in {"camera", "microphone"} or state not in {"granted", "denied", "prompt"}:
            raise ValueError(f"no permission {name!r}, or it cannot be {state!r}")
        self._page.set_permission(name, state)

    def _load_source(
        self, name: str, description: str, channels: int = 1, rate: int = 48000
    ) -> None:
        self._microphones[name] = self._server().load_source(
            name, description, channels=channels, rate=rate
        )

    def _unload_source(self, name: str) -> None:
        self._server().unload(self._microphones.pop(name))

    def _play_tone(self, name: str, frequency: int, level: float = 0.5) -> None:
        self._server().play_tone(self._microphones[name], frequency, level=level)

    def _server(self) -> PulseServer:
        if self._sound is None:
            raise RuntimeError("there is a sound server in the configuration 'pulse' only")
        return self._sound
