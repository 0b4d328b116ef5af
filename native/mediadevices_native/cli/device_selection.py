"""Find the device that ``--device`` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from mediadevices_native.cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LabelledDevice", "select_device"]


class LabelledDevice(Protocol):
    """A device with an id and a label, such as a `MediaDeviceInfo`."""

    @property
    def device_id(self) -> str: ...  # noqa: D102  (the standard's)
    @property
    def label(self) -> str: ...  # noqa: D102  (the standard's)


_Device = TypeVar("_Device", bound=LabelledDevice)


def select_device(devices: Sequence[_Device], wanted: str, noun: str = "device") -> _Device:
    """Return the only device with this id, else with this label, else with this in its label.

    Args:
        devices: The candidates.
        wanted: The value of ``--device``. Case matters in ids and whole labels, but not in parts.
        noun: The word for the candidates in errors, such as ``"camera"``.

    Raises:
        CommandError: No device matches, or more than one.
    """
    part = wanted.casefold()
    for matches in (
        [device for device in devices if device.device_id == wanted],
        [device for device in devices if device.label == wanted],
        [device for device in devices if part and part in device.label.casefold()],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise CommandError(
                f"{wanted!r} matches {len(matches)} devices: {_listed(matches)}; use the id"
            )
    if not devices:
        raise CommandError(f"no {noun} matches {wanted!r}: there is none")
    raise CommandError(f"no {noun} matches {wanted!r}; available: {_listed(devices)}")


def _listed(devices: Sequence[LabelledDevice]) -> str:
    return ", ".join(f"{device.label!r} (id {device.device_id})" for device in devices)
