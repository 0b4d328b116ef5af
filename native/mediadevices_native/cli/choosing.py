"""Which device ``--device`` means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from mediadevices_native.cli.failures import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Named", "choose"]


class Named(Protocol):
    """What has a name and an id, such as a `MediaDeviceInfo`."""

    @property
    def device_id(self) -> str: ...  # noqa: D102  (the standard's)
    @property
    def label(self) -> str: ...  # noqa: D102  (the standard's)


_Device = TypeVar("_Device", bound=Named)


def choose(devices: Sequence[_Device], wanted: str, what: str = "device") -> _Device:
    """Return the one device that is meant: by its id, else its label, else a part of its label.

    Args:
        devices: Where to choose from.
        wanted: What the user wrote. Capitals count in ids and whole labels, not in parts.
        what: What the devices are, for errors.

    Raises:
        CommandError: No device is meant, or more than one.
    """
    part = wanted.casefold()
    for found in (
        [device for device in devices if device.device_id == wanted],
        [device for device in devices if device.label == wanted],
        [device for device in devices if part and part in device.label.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise CommandError(
                f"{wanted!r} can be any of {len(found)}: {_listed(found)}; give the id"
            )
    if not devices:
        raise CommandError(f"no {what} is {wanted!r}: there is none at all")
    raise CommandError(f"no {what} is {wanted!r}; there is: {_listed(devices)}")


def _listed(devices: Sequence[Named]) -> str:
    return ", ".join(f"{device.label!r} (id {device.device_id})" for device in devices)
