"""Asks Chromium, on its fake devices, in plain JavaScript and without the library."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from support.browsers import engines
from support.browsers.playwright_page import PlaywrightPage
from support.browsers.server import PageServer
from support.browsers.setting import Setting
from tools.oracle.outcomes import Outcome, Settings, comparable_settings, ids_of
from tools.oracle.questions import Kind, Question, replace_ids

__all__ = ["ask_chromium"]

_SCRIPT = Path(__file__).with_name("page.js")
_PAGE = b"<!doctype html><title>oracle</title>"
# Questions per evaluation: one evaluation takes as long as one question.
_BATCH = 100


def ask_chromium(questions: list[Question]) -> tuple[list[Outcome], str]:
    """Return the answers and the browser's version.

    Raises:
        PageLost: The browser did not start, or crashed.
        RuntimeError: The page did not answer in time.
    """
    with (
        tempfile.TemporaryDirectory(prefix="oracle-") as folder,
        PageServer({"/oracle.html": _PAGE}, Path(folder) / "console") as server,
    ):
        origin = f"http://127.0.0.1:{server.port}"
        with engines.open_page("chromium", Setting("default", origin)) as opened:
            assert isinstance(opened, PlaywrightPage), "Playwright drives Chromium"
            opened.open(f"{origin}/oracle.html")
            return _ask(opened.page, questions), opened.browser.version


# `Any`: Playwright's answers have no types.
def _ask(page: Any, questions: list[Question]) -> list[Outcome]:
    page.add_script_tag(path=_SCRIPT)
    ids: dict[Kind, dict[str, str]] = {
        kind: ids_of(devices) for kind, devices in page.evaluate("listDevices()").items()
    }
    outcomes: list[Outcome] = []
    for start in range(0, len(questions), _BATCH):
        batch = questions[start : start + _BATCH]
        asked = [
            {
                "call": one.call,
                "kind": one.kind,
                "constraints": replace_ids(one.constraints, ids[one.kind]),
            }
            for one in batch
        ]
        for question, answer in zip(batch, page.evaluate("ask", asked), strict=True):
            if answer["error"] == "late":
                raise RuntimeError(f"Chromium does not answer: {question}")
            settings: Settings = {}
            if found := answer["settings"]:
                settings = comparable_settings(question.kind, found, ids[question.kind])
            outcomes.append(Outcome(answer["error"], answer["constraint"], settings))
    return outcomes
