"""The getUserMedia algorithm (§9.2.1), with the order of its checks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.capture import StreamConstraints
from mediadevices.algorithms.constraints import (
    ConstraintSet,
    MediaTrackConstraints,
    advanced_sets,
    applicable_constraints,
    basic_set,
    first_disallowed_required,
)
from mediadevices.algorithms.explain import explain_selection, failed_constraint_text
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import Region, settings_universe
from mediadevices.driver import Device
from mediadevices.errors import (
    AbortError,
    DOMException,
    NotFoundError,
    NotReadableError,
    OverconstrainedError,
)
from mediadevices.kinds import INPUT_OF_TRACK, Kind, PermissionName
from mediadevices.local.tracks.stream import LocalStream
from mediadevices.local.tracks.track import LocalTrack

if TYPE_CHECKING:
    from mediadevices.local.agent import LocalAgent

__all__ = ["get_user_media", "needed_permissions"]

_log = logging.getLogger("mediadevices")

_IN_THE_LOG = (
    "this error shows what each device offers after the program has captured; "
    'before that it is in the log: logging.getLogger("mediadevices").setLevel(logging.DEBUG)'
)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The devices of one kind that satisfy the constraints, the best first."""

    constraints: MediaTrackConstraints
    devices: tuple[Device, ...]


def needed_permissions(requested: StreamConstraints) -> tuple[PermissionName, ...]:
    """Return the permissions that a call needs.

    Args:
        requested: The converted constraints of each requested kind.
    """
    return tuple(INPUT_OF_TRACK[kind].permission for kind in requested)


async def get_user_media(agent: LocalAgent, requested: StreamConstraints) -> LocalStream:
    """Select devices, ask for permission, open them, and return a stream.

    Args:
        agent: The agent.
        requested: The converted constraints of each requested kind.

    Raises:
        Exception: See `MediaDevices.get_user_media`.
    """
    permissions = needed_permissions(requested)
    candidates = await _all_candidates(agent, requested, permissions)
    offered: dict[PermissionName, Sequence[Device]] = {
        INPUT_OF_TRACK[kind].permission: found.devices for kind, found in candidates.items()
    }
    chosen = await agent.ask_for_permissions(permissions, offered)
    agent.exposure.expose(permissions)
    tracks: list[LocalTrack] = []
    try:
        for kind, found in candidates.items():
            allowed = _apply_choice(agent, found, INPUT_OF_TRACK[kind].permission, chosen)
            tracks.append(await _open_best(agent, kind, allowed))
        agent.devices.refuse_closed()  # The agent may have closed meanwhile.
        agent.permissions.refuse_withdrawn(permissions)
    except BaseException:
        for track in tracks:
            track.end_silently()
        raise
    return LocalStream(tracks)


async def _all_candidates(
    agent: LocalAgent, requested: StreamConstraints, permissions: Sequence[PermissionName]
) -> dict[Kind, _Candidates]:
    """Do all checks that precede the question to the user.

    Raises:
        Exception: See `MediaDevices.get_user_media`.
    """
    devices = await agent.devices.refresh()
    candidates: dict[Kind, _Candidates] = {}
    failure: NotFoundError | NotReadableError | OverconstrainedError | None = None
    for kind, constraints in requested.items():
        try:
            candidates[kind] = _candidates(agent, devices, kind, constraints)
        except (NotFoundError, NotReadableError, OverconstrainedError) as error:
            failure = error
            break
        agent.permissions.refuse_denied((INPUT_OF_TRACK[kind].permission,))
    if failure is not None:
        # A denied program must not learn which devices exist. The refusal is raised outside of the
        # `except` clause, because inside it the failure would become its `__context__`.
        agent.permissions.refuse_denied(permissions)
        raise failure
    return candidates


def _candidates(
    agent: LocalAgent, devices: Sequence[Device], kind: Kind, constraints: MediaTrackConstraints
) -> _Candidates:
    """Do the checks of one kind that precede the question to the user."""
    _, input_kind, permission = INPUT_OF_TRACK[kind]
    found = [device for device in devices if device.kind == input_kind and device.modes]
    if not found:
        agent.devices.refuse_unlisted()
        message = (
            f"there is no {permission}; connect one, or see `mediadevices doctor` for what is wrong"
        )
        raise NotFoundError(message)
    applicable = applicable_constraints(constraints, kind)
    basic = basic_set(applicable)
    if (name := first_disallowed_required(basic)) is not None:
        message = (
            f"{kind}.{name}: may not be required when a device is selected; use ideal here, or "
            "apply_constraints() on the track"
        )
        raise TypeError(message)
    universe = [
        region
        for index, device in enumerate(found)
        for region in settings_universe(index, device, agent.exposure.identity(device))
    ]
    selections = select_settings(
        universe,
        basic,
        advanced_sets(applicable),
        initial=[device.initial for device in found],
    )
    if not selections or _log.isEnabledFor(logging.DEBUG):
        labels = [device.label for device in found]
        explanation = explain_selection(labels, universe, basic, selections)
        _log.debug("get_user_media, %s:\n%s", kind, "\n".join(explanation))
        if not selections:
            exposed = agent.exposure.exposes(permission)
            raise _overconstrained(
                permission, universe, basic, explanation if exposed else [_IN_THE_LOG]
            )
    return _Candidates(constraints, tuple(found[one.device] for one in selections))


def _apply_choice(
    agent: LocalAgent,
    candidates: _Candidates,
    permission: PermissionName,
    chosen: Mapping[PermissionName, str],
) -> _Candidates:
    """Reduce the candidates to the device that the user chose, if it is one of them.

    An earlier choice is ignored if the program names a device in its constraints.
    """
    device_id = chosen.get(permission, "")
    if not device_id and not _names_device(candidates.constraints):
        device_id = agent.permissions.chosen_device(permission)
    identity = agent.exposure.identity
    devices = [one for one in candidates.devices if identity(one)["deviceId"] == device_id]
    return replace(candidates, devices=tuple(devices)) if devices else candidates


def _names_device(constraints: MediaTrackConstraints) -> bool:
    sets = (basic_set(constraints), *advanced_sets(constraints))
    return any(one.name in {"deviceId", "groupId"} for one_set in sets for one in one_set)


def _overconstrained(
    word: str, universe: Sequence[Region], basic: ConstraintSet, explanation: Sequence[str]
) -> OverconstrainedError:
    name = failed_constraint(universe, basic)
    error = OverconstrainedError(name, f"no {word} satisfies {failed_constraint_text(name)}")
    for line in explanation:
        error.add_note(line)
    return error


async def _open_best(agent: LocalAgent, kind: Kind, candidates: _Candidates) -> LocalTrack:
    """Open the first candidate that can be opened.

    Raises:
        NotReadableError: Other programs hold the candidates, or they cannot be read.
        OverconstrainedError: Live tracks keep the candidates in settings that do not fit.
        AbortError: A device failed in another way.
    """
    failures: list[DOMException] = []
    for device in candidates.devices:
        try:
            return await agent.devices.source(device).create_track(candidates.constraints)
        except (NotReadableError, OverconstrainedError) as error:
            _log.info("%r cannot be used: %s", device.label, error)
            error.add_note(f"tried {device.label!r}: {error}")
            failures.append(error)
        except DOMException:
            raise
        except Exception as error:
            message = f"{device.label!r} failed while it was opened: {error}"
            raise AbortError(message) from error
    unreadable = [error for error in failures if isinstance(error, NotReadableError)]
    # Report NotReadableError first: a conflict with the caller's own tracks is less surprising.
    first = (unreadable or failures)[0]
    if isinstance(first, OverconstrainedError) or len(failures) == 1:
        raise first
    tried = "; ".join(f"{error}" for error in failures)
    word = INPUT_OF_TRACK[kind].permission
    message = f"no {word} that satisfies the constraints can be opened: {tried}"
    raise NotReadableError(message) from first
