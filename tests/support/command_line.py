"""The command line, called in this process or as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from typer.testing import CliRunner

from mediadevices_native.cli.app import app

__all__ = ["Outcome", "call", "command", "run_process"]


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def call(*arguments: object) -> Outcome:
    """Run a command in this process; an error that is not told in a line is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def command(*arguments: object) -> list[str]:
    """Return what to run for a process of its own."""
    return [sys.executable, "-m", "mediadevices_native.cli", *(str(one) for one in arguments)]


def run_process(*arguments: object) -> Outcome:
    """Run a command as a process of its own."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=30, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
