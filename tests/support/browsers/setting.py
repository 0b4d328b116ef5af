"""What a browser is started for."""

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
    """What differs from one start of a browser to another.

    Attributes:
        configuration: The configuration.
        origin: Where the page comes from: "http://127.0.0.1:8000".
        variables: Environment variables for the browser.
        camera_file: What the camera shows, or None.
        microphone_file: What the microphone hears, or None.
    """

    configuration: Configuration
    origin: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    camera_file: Path | None = None
    microphone_file: Path | None = None
