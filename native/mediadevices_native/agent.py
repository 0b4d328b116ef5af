"""The desktop's user agent: `LocalAgent` with OpenCV cameras and PortAudio microphones."""

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
    """Return a new agent for the devices of this machine; this opens no device.

    The user decides by environment variables. ``MEDIADEVICES_ALLOW`` and ``MEDIADEVICES_DENY``
    grant and deny permissions without a question; the value is ``camera``, ``microphone`` or both,
    separated by a comma. ``MEDIADEVICES_SYNTHETIC=1`` replaces real devices by synthetic ones,
    which are granted unless denied, because they show only colour bars and tones.
    ``MEDIADEVICES_AUDIT_LOG`` is the path of the audit log.

    If the environment decides nothing, the stored answers for this application apply. No answer is
    stored for a name that many programs share, such as that of a session without a file; see
    `application.identity.is_one_program`.

    Args:
        application: The application's name, unless the environment sets one; see
            `application.identity.application_name`.
        synthetic: Whether the devices are synthetic; None to read the environment.
        environment: The environment variables.

    Raises:
        ValueError: A variable has an invalid value; the message names the variable.
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
    """Return the drivers for this machine, except those whose libraries are missing or broken.

    ``mediadevices doctor`` says what is missing.
    """
    drivers: list[Driver] = []
    loaders: Mapping[str, Callable[[], Driver]] = {"cameras": _cameras, "microphones": _microphones}
    for kind, load in loaders.items():
        try:
            drivers.append(load())
        except Exception as error:  # noqa: BLE001  (a broken library can raise anything)
            _log.warning("there are no %s: %s; see `mediadevices doctor`", kind, error)
    return drivers


def _cameras() -> Driver:
    from mediadevices_native.cameras import OpenCVCameraDriver

    return OpenCVCameraDriver()


def _microphones() -> Driver:
    from mediadevices_native.microphones import PortAudioMicrophoneDriver

    return PortAudioMicrophoneDriver()
