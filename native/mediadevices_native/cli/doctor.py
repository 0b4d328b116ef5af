"""``mediadevices doctor``."""

import os
import platform
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import typer

from mediadevices.kinds import PERMISSION_NAMES
from mediadevices_native.application.audit_file import AuditFile
from mediadevices_native.application.environment import AUDIT_LOG, policies, wants_synthetic
from mediadevices_native.application.identity import (
    application_name,
    load_secret,
    secret_path,
    unreadable_secrets,
)
from mediadevices_native.application.private_file_error import PrivateFileError
from mediadevices_native.application.remembered_answers import all_remembered
from mediadevices_native.cli.errors import errors_reported
from mediadevices_native.cli.formatting import console, print_json
from mediadevices_native.cli.opencv_packages import diagnose_opencv_packages
from mediadevices_native.cli.options import JsonOption, VerboseOption
from mediadevices_native.cli.session import APPLICATION
from mediadevices_native.diagnostics import Finding
from mediadevices_native.file_descriptors import TooManyOpenFilesError, require_free_descriptors
from mediadevices_native.printable_text import printable
from mediadevices_native.prompters import choose_prompter

__all__ = ["doctor"]


def doctor(json: JsonOption = False, verbose: VerboseOption = False) -> None:
    """Show what capturing needs, what is missing, and what to do; capture nothing.

    The exit code is 1 if something is wrong.

    With --json, print a list of objects: subject, ok, text, and remedy, which may be empty.
    """
    with errors_reported(verbose=verbose):
        findings = examine()
    if json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def examine() -> list[Finding]:
    """Check everything that capturing needs."""
    try:
        require_free_descriptors()
    except TooManyOpenFilesError as error:
        text, _, remedy = error.message.partition("; ")
        return [Finding("open files", False, text, remedy)]  # all other checks need files
    system = f"Python {platform.python_version()} on {platform.platform(terse=True)}"
    return [
        Finding("mediadevices", True, f"version {version('mediadevices')}, {system}"),
        *_checked("OpenCV packages", diagnose_opencv_packages),
        *_checked("cameras", _cameras),
        *_checked("microphones", _microphones),
        *_environment(),
        *_remembered(),
        *_identity(),
    ]


def _checked(subject: str, check: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """Return the findings of a check; if it raises, a finding about the error."""
    try:
        return check()
    except ImportError as error:
        name, _, _ = (error.name or "").partition(".")
        return [Finding(subject, False, str(error), f"pip install {name}" if name else "")]
    except Exception as error:  # noqa: BLE001  (a broken library must not hide the other findings)
        return [Finding(subject, False, f"the check failed: {error!r}")]


def _cameras() -> Sequence[Finding]:
    from mediadevices_native.cameras import diagnose

    return diagnose()


def _microphones() -> Sequence[Finding]:
    from mediadevices_native.microphones import PortAudioMicrophoneDriver

    return PortAudioMicrophoneDriver().diagnose()


def _environment() -> Sequence[Finding]:
    """Report how permission is granted here."""
    subject = "permission"
    try:
        decided = policies(os.environ)
        synthetic = wants_synthetic(os.environ)
    except ValueError as error:
        return [Finding(subject, False, str(error))]
    ways_to_grant = (
        "MEDIADEVICES_ALLOW=camera,microphone, --allow camera,microphone, or "
        "navigator.permissions.set_policy() in a program"
    )
    undecided = [name for name in PERMISSION_NAMES if name not in decided]
    words = {"grant": "granted", "deny": "denied", "ask": "the user is asked"}
    texts = [f"the {name}: {words[policy]}" for name, policy in decided.items()]
    if undecided:
        answer = (
            "the user is asked" if choose_prompter() else "the user cannot be asked here; grant it"
        )
        texts.append(f"the {' and the '.join(undecided)}: {answer}")
    denied = "deny" in decided.values()
    remedy = f"to grant: {ways_to_grant}" if undecided or denied else ""
    findings = [Finding(subject, not denied, "; ".join(texts), remedy)]
    if synthetic:
        text = "MEDIADEVICES_SYNTHETIC is set: programs get synthetic devices"
        findings.append(Finding("synthetic", True, text, "unset it to use real devices"))
    if audit_path := os.environ.get(AUDIT_LOG, "").strip():
        findings.append(_audit_log(audit_path))
    if sys.platform in {"darwin", "win32"}:
        findings.append(
            Finding("system", True, "it must allow access too", _SYSTEM_SETTINGS[sys.platform])
        )
    return findings


_SYSTEM_SETTINGS = {
    "darwin": "System Settings, Privacy & Security, Camera and Microphone: allow the terminal or "
    "the editor that starts Python",
    "win32": "Settings, Privacy & security, Camera and Microphone: let desktop apps access them",
}


def _audit_log(path: str) -> Finding:
    subject = "audit log"
    try:
        AuditFile(Path(path)).examine()
    except PrivateFileError as error:
        return _problem(subject, error)
    return Finding(subject, True, f"programs write to {path}", f"unset {AUDIT_LOG} to disable it")


def _remembered() -> Sequence[Finding]:
    """Report the remembered answers for this command, and unreadable answers of any application."""
    subject, name = "remembered", application_name(given=APPLICATION)
    try:
        answers, problems = all_remembered()
    except PrivateFileError as error:
        return [_problem(subject, error)]
    findings = [_problem(subject, problem) for problem in problems]
    own = [answer for answer in answers if answer.application == name]
    if own:
        text = "; ".join(f"the {answer.permission}: {answer.decision.state}" for answer in own)
        denied = any(answer.decision.state == "denied" for answer in own)
        remedy = f"to be asked again: mediadevices permissions --forget {shlex.quote(name)}"
        findings.append(Finding(subject, not denied, text, remedy))
    return findings


def _identity() -> Sequence[Finding]:
    """Report where this command's secret is, and which other applications' cannot be read."""
    subject, name = "device ids", application_name(given=APPLICATION)
    findings: list[Finding] = []
    try:
        path = secret_path(name)
        findings += [_problem(subject, one) for one in unreadable_secrets(besides=path)]
        load_secret(path)
    except PrivateFileError as error:
        return [*findings, _problem(subject, error)]
    return [*findings, Finding(subject, True, f"stored for {name!r} in {path}")]


def _problem(subject: str, error: PrivateFileError) -> Finding:
    return Finding(subject, False, str(error), error.remedy)


def _print(findings: Sequence[Finding]) -> None:
    screen = console()
    for finding in findings:
        mark, style = ("ok", "green") if finding.ok else ("--", "bold red")
        screen.print(f"{mark} ", style=style, end="")
        screen.print(f"{printable(finding.subject)}: {printable(finding.text)}", soft_wrap=True)
        if finding.remedy:
            screen.print(f"     {printable(finding.remedy)}", soft_wrap=True, style="dim")
