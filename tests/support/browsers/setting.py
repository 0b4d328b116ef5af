"""The settings for one start of a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.browsers.configurations import Configuration

__all__ = ["Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """The settings for one start of a browser.

    Attributes:
        configuration: The configuration.
        origin: The origin of the page, such as "http://127.0.0.1:8000".
        variables: Environment variables for the browser.
        camera_file: The video of the camera, or None.
        microphone_file: The sound of the microphone, or None.
    """

    configuration: Configuration
    origin: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    camera_file: Path | None = None
    microphone_file: Path | None = None
