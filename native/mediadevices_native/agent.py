"""The desktop's user agent: `LocalAgent` over cameras by OpenCV and microphones by PortAudio."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices.kinds import PERMISSION_NAMES
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices_native.application.audit_file import AuditFile
from mediadevices_native.application.environment import AUDIT_LOG, policies, wants_synthetic
from mediadevices_native.application.identity import (
    application_name,
    application_secret,
    is_one_program,
)
from mediadevices_native.application.remembered_answers import RememberedPermissions
from mediadevices_native.prompters import choose_prompter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mediadevices.driver import Driver

__all__ = ["create_agent", "native_drivers"]

_log = logging.getLogger("mediadevices")


def create_agent(
    *,
    application: str | None = None,
    synthetic: bool | None = None,
    environment: Mapping[str, str] = os.environ,
) -> LocalAgent:
    """Return a new agent over the devices of this machine, of which it opens none.

    The user decides by environment variables: ``MEDIADEVICES_ALLOW`` and ``MEDIADEVICES_DENY``
    (``camera``, ``microphone`` or both with a comma between), what is granted or denied without a
    question; ``MEDIADEVICES_SYNTHETIC=1``, for synthetic devices instead of real ones.
    Those give colour bars and tones and nobody's picture, so they are granted unless denied.
    ``MEDIADEVICES_AUDIT_LOG`` names a file for the audit log.

    Where the environment decides nothing, an answer counts that the user wanted to be remembered
    for this application. None is remembered for a name that many programs share: a session without
    a file, or a program that runs others; see `application.identity.is_one_program`.

    Args:
        application: The application's name, where the environment gives none; see
            `application.identity.application_name`.
        synthetic: Whether the devices are synthetic; None for what the environment says.
        environment: The environment variables.

    Raises:
        ValueError: A variable has a value that nobody understands; the message names it.
    """
    decided = policies(environment)
    if synthetic is None:
        synthetic = wants_synthetic(environment)
    drivers: Sequence[Driver]
    if synthetic:
        from mediadevices_native.synthetic import synthetic_driver

        drivers = [synthetic_driver()]
        for permission in PERMISSION_NAMES:
            decided.setdefault(permission, "grant")
        _log.warning("these devices are synthetic: colour bars and tones, nothing real")
    else:
        drivers = native_drivers()
    name = application_name(environment, given=application)
    audit_path = environment.get(AUDIT_LOG, "").strip()
    permissions = PermissionAuthority(
        name,
        choose_prompter(),
        decided,
        decided_by="environment",
        memory=RememberedPermissions(name) if is_one_program(name) and not synthetic else None,
        audit=AuditFile(Path(audit_path)) if audit_path else None,
    )
    return LocalAgent(
        drivers,
        permissions,
        secret=application_secret(name),
        name="synthetic" if synthetic else "native",
    )


def native_drivers() -> list[Driver]:
    """Return the drivers of this machine's devices, without those that lack a library.

    ``mediadevices doctor`` says what is missing.
    """
    drivers: list[Driver] = []
    loaders: Mapping[str, Callable[[], Driver]] = {"cameras": _cameras, "microphones": _microphones}
    for kind, load in loaders.items():
        try:
            drivers.append(load())
        except Exception as error:  # noqa: BLE001  (whatever a broken library raises)
            _log.warning("there are no %s: %s; see `mediadevices doctor`", kind, error)
    return drivers


def _cameras() -> Driver:
    from mediadevices_native.cameras import OpenCVCameraDriver

    return OpenCVCameraDriver()


def _microphones() -> Driver:
    from mediadevices_native.microphones import PortAudioMicrophoneDriver

    return PortAudioMicrophoneDriver()
