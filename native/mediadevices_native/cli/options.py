"""The options that several commands share."""

import math
from dataclasses import dataclass
from typing import Annotated

import typer

from mediadevices_native.cli.errors import UsageError

__all__ = [
    "AllowOption",
    "CommonOptions",
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
        help="The device: its id, its name, or a unique part of the name.",
    ),
]
ConstraintsOption = Annotated[
    str | None,
    typer.Option(
        "--constraints",
        metavar="JSON",
        help='The constraints, such as \'{"width": 1280, "frameRate": {"min": 15}}\'.',
    ),
]
AllowOption = Annotated[
    str,
    typer.Option(
        "--allow",
        metavar="NAMES",
        help="Grant permission without a question: camera, microphone or camera,microphone.",
    ),
]
SyntheticOption = Annotated[
    bool,
    typer.Option("--synthetic", help="Use synthetic devices: colour bars and tones."),
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose", help="Print the log, why devices were chosen, and tracebacks of errors."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON, and nothing else, to standard output.")
]


@dataclass(frozen=True, slots=True)
class CommonOptions:
    """The values of the options that most commands share.

    Attributes:
        allow: The value of ``--allow``.
        synthetic: Whether ``--synthetic`` is given; it overrides the environment.
        verbose: Whether ``--verbose`` is given.
    """

    allow: str = ""
    synthetic: bool = False
    verbose: bool = False


def check_seconds(seconds: float) -> None:
    """Check the value of ``--seconds``.

    Args:
        seconds: The value.

    Raises:
        UsageError: It is not finite, or not above 0.
    """
    if not (math.isfinite(seconds) and seconds > 0):
        raise UsageError(f"--seconds: expected a number above 0, got {seconds:g}")
