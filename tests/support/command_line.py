"""Runs the command line, in this process or in another one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from typer.testing import CliRunner

from mediadevices_native.cli.app import app

__all__ = ["Outcome", "call", "command", "run_process"]


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


def call(*arguments: object) -> Outcome:
    """Run a command in this process; raise errors that it does not print as one line."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def command(*arguments: object) -> list[str]:
    """Return the command for a separate process."""
    return [sys.executable, "-m", "mediadevices_native.cli", *(str(one) for one in arguments)]


def run_process(*arguments: object) -> Outcome:
    """Run a command in a separate process."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=30, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
