"""Report errors, warnings and the log as single lines on standard error."""

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
from mediadevices_native.printable_text import printable

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["CommandError", "UsageError", "errors_reported", "print_note"]

_FAILED = 1
_WRONG_USAGE = 2  # click uses the same exit code
_LOGGERS = ("mediadevices", "mediadevices_native")


class CommandError(Exception):
    """A command failed; the text says why and what the user can do. The exit code is 1."""


class UsageError(CommandError):
    """The value of an option or argument would be wrong on every machine. The exit code is 2."""


def print_note(text: str) -> None:
    """Print a line to standard error, beside the result.

    Args:
        text: The line, which may contain names of devices and files.
    """
    print(printable(text), file=sys.stderr, flush=True)


@contextmanager
def errors_reported(*, verbose: bool) -> Generator[None, None, None]:
    """Print errors, warnings and log records as lines, and turn an error into an exit code.

    Args:
        verbose: Whether to print the whole log, and tracebacks of errors.

    Raises:
        typer.Exit: The block raised an error or KeyboardInterrupt.
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
                    print_note(line)
            _print_error(error)
            raise typer.Exit(_WRONG_USAGE if isinstance(error, UsageError) else _FAILED) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        finally:
            for name, level in levels.items():
                logging.getLogger(name).removeHandler(handler)
                logging.getLogger(name).setLevel(level)


def _print_error(error: CommandError | DOMException) -> None:
    name = error.name if isinstance(error, DOMException) else "error"
    print_note(f"{name}: {error}")
    for line in getattr(error, "__notes__", ()):
        print_note(f"  {line}")


def _show_warning(message: Warning | str, *_where: object, **_how: object) -> None:
    print_note(f"warning: {message}")


class _LineHandler(logging.Handler):
    """Writes to the current `sys.stderr`, which tests replace."""

    def emit(self, record: logging.LogRecord) -> None:
        first, *others = record.getMessage().splitlines() or [""]
        print_note(f"{record.levelname.lower()}: {first}")
        for line in others:
            print_note(f"  {line}")
