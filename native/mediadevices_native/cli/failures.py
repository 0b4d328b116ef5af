"""What goes wrong, told in a line on standard error."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from mediadevices.errors import DOMException
from mediadevices_native.cli.interrupts import INTERRUPTED
from mediadevices_native.text import printable

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["CommandError", "note", "reported"]

_LOGGERS = ("mediadevices", "mediadevices_native")


class CommandError(Exception):
    """A command cannot do what it was asked to; the text says why and what to do."""


def note(text: str) -> None:
    """Print a line beside the result, to standard error.

    Args:
        text: The line, which may hold names of devices and files.
    """
    print(printable(text), file=sys.stderr, flush=True)


@contextmanager
def reported(*, verbose: bool) -> Generator[None, None, None]:
    """Turn errors into a line and exit code 1, and let warnings and the log be a line each.

    Args:
        verbose: Whether to log everything, and to print the traceback of an error.

    Raises:
        typer.Exit: There was an error, or Ctrl-C.
    """
    handler = _LineHandler()
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(handler)
            logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
        try:
            yield
        except (CommandError, DOMException) as error:
            if verbose:
                for line in "".join(traceback.format_exception(error)).splitlines():
                    note(line)
            _print_error(error)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        finally:
            for name, level in levels.items():
                logging.getLogger(name).removeHandler(handler)
                logging.getLogger(name).setLevel(level)


def _print_error(error: CommandError | DOMException) -> None:
    name = error.name if isinstance(error, DOMException) else "error"
    note(f"{name}: {error}")
    for line in getattr(error, "__notes__", ()):
        note(f"  {line}")


def _show_warning(message: Warning | str, *_where: object, **_how: object) -> None:
    note(f"warning: {message}")


class _LineHandler(logging.Handler):
    """Writes to the standard error of the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        first, *others = record.getMessage().splitlines() or [""]
        note(f"{record.levelname.lower()}: {first}")
        for line in others:
            note(f"  {line}")
