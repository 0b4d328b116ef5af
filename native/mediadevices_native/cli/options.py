"""The options that commands have in common."""

import math
from dataclasses import dataclass
from typing import Annotated

import typer

from mediadevices_native.cli.failures import CommandError

__all__ = [
    "AllowOption",
    "Common",
    "ConstraintsOption",
    "DeviceOption",
    "JsonOption",
    "SyntheticOption",
    "VerboseOption",
    "check_seconds",
]

DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="LABEL-OR-ID",
        help="The device: its id, its name, or a part of the name that no other has.",
    ),
]
ConstraintsOption = Annotated[
    str | None,
    typer.Option(
        "--constraints",
        metavar="JSON",
        help='Constraints of the standard, such as \'{"width": 1280, "frameRate": {"min": 15}}\'.',
    ),
]
AllowOption = Annotated[
    str,
    typer.Option(
        "--allow",
        metavar="NAMES",
        help="Use without a question: camera, microphone or camera,microphone.",
    ),
]
SyntheticOption = Annotated[
    bool,
    typer.Option("--synthetic", help="Use synthetic devices: colour bars and tones."),
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose", help="Log what is done, why devices are chosen, and tracebacks of errors."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON, and nothing else, to standard output.")
]


@dataclass(frozen=True, slots=True)
class Common:
    """What the options decide for any command.

    Attributes:
        allow: What is granted without a question, as it was written.
        synthetic: Whether the devices are to be synthetic, whatever the environment says.
        verbose: Whether to log and to show tracebacks.
    """

    allow: str = ""
    synthetic: bool = False
    verbose: bool = False


def check_seconds(seconds: float) -> None:
    """Refuse a length of time that is none.

    Args:
        seconds: What ``--seconds`` says.

    Raises:
        CommandError: It is not finite, or not above 0.
    """
    if not (math.isfinite(seconds) and seconds > 0):
        raise CommandError(f"--seconds: expected a number above 0, got {seconds:g}")
