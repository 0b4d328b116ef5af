"""The command line as a process."""

from __future__ import annotations

import sys
from typing import NoReturn

from mediadevices_native.cli.interrupts import INTERRUPTED
from mediadevices_native.cli.standard_streams import OutputError, guard_standard_streams

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line, and exit.

    The exit code is 0 for success, 1 for an error that is told in one line, 2 for a wrong call
    and 130 for an interruption.
    """
    guard_standard_streams()
    try:
        try:
            from mediadevices_native.cli.app import app  # takes long enough for a Ctrl-C

            app(prog_name="mediadevices")
        finally:
            sys.stdout.flush()
    except OutputError as error:
        if not error.reader_is_gone:
            print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(1)
