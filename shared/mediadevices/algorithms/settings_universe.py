"""All settings that a device can have, as a few regions (§11.1.1, step 1).

The standard starts from all possible settings dictionaries. A camera of 1920 by 1080 has more than
two million of them for each frame rate, so this module describes them as regions instead of
listing them. The native modes of one size differ in their frame rates. Together they make two
regions: the modes as they are (``resizeMode: "none"``), and everything that can be cropped, scaled
and decimated from them (``"crop-and-scale"``). Each mode of a microphone makes one region.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mediadevices.algorithms.aspect_ratio import ANY_RATIO, RatioRange, has_size, whole_bounds
from mediadevices.algorithms.constraints import Constraint, comparable
from mediadevices.algorithms.domain import Domain, Interval, restrict
from mediadevices.driver import AudioMode, Device, Mode, Range, VideoMode

__all__ = [
    "Region",
    "deliverable_channel_counts",
    "deliverable_sample_rates",
    "restrict_regions",
    "settings_universe",
]

#: The lowest rate to decimate to, in frames per second; it is one frame in eleven days.
#: Capabilities report 0, as the standard requires, but a frame rate of 0 cannot be delivered.
SLOWEST_FRAME_RATE = 1e-6
#: Hertz. Samples can be resampled to any rate between these, and up to the native rate.
LOWEST_SAMPLE_RATE, USUAL_SAMPLE_RATE = 8000, 48000

_NATIVE: Domain = ("none",)
_SCALED: Domain = ("crop-and-scale",)


class Region(NamedTuple):
    """A set of settings dictionaries of one device.

    Attributes:
        device: The index of the device in the list of candidates.
        modes: The native modes behind the settings, each with its index in the device's list of
            modes. A microphone's region has one mode, a camera's has all modes of one size.
        mode_domains: The possible values of each property that depends on the mode.
        device_domains: The possible values of all other properties. All regions of a device share
            one mapping.
        ratios: For a camera, the allowed aspect ratios; they tie the width to the height. All
            regions of a device share one object.
    """

    device: int
    modes: tuple[tuple[int, Mode], ...]
    mode_domains: Mapping[str, Domain]
    device_domains: Mapping[str, Domain]
    ratios: RatioRange = ANY_RATIO

    @property
    def domains(self) -> Mapping[str, Domain]:
        """The possible values of each property."""
        return {**self.device_domains, **self.mode_domains}


def deliverable_sample_rates(mode: AudioMode) -> Interval:
    """Return the sample rates, in hertz, to which the samples of a mode can be resampled."""
    return Interval(LOWEST_SAMPLE_RATE, max(USUAL_SAMPLE_RATE, mode.sample_rate), 1)


def deliverable_channel_counts(mode: AudioMode) -> Interval:
    """Return the channel counts to which the channels of a mode can be mixed."""
    return Interval(1, max(2, mode.channel_count), 1)


def _control_domain(control: Range | tuple[bool | str | float, ...]) -> Domain:
    if isinstance(control, Range) and not control.values:
        return Interval(control.min, control.max, control.step, control.min)
    return control.values if isinstance(control, Range) else control


def settings_universe(
    index: int, device: Device, identity: Mapping[str, str], modes: Iterable[Mode] | None = None
) -> tuple[Region, ...]:
    """Return all settings that a device can have.

    Args:
        index: The index of the device in the list of candidates.
        device: The device.
        identity: Its `deviceId` and `groupId`.
        modes: The modes to consider; None means all modes of the device.
    """
    device_domains: dict[str, Domain] = {name: (value,) for name, value in identity.items()}
    device_domains |= {name: _control_domain(item) for name, item in device.controls.items()}
    sizes: dict[tuple[int, int], dict[float, tuple[int, Mode]]] = {}
    regions: list[Region] = []
    for place, mode in enumerate(device.modes if modes is None else modes):
        if isinstance(mode, VideoMode):
            # If modes differ only in their pixel format, keep the first: the driver prefers it.
            by_rate = sizes.setdefault((mode.width, mode.height), {})
            by_rate.setdefault(mode.frame_rate, (place, mode))
            continue
        mode_domains: dict[str, Domain] = {
            "sampleRate": deliverable_sample_rates(mode),
            "channelCount": deliverable_channel_counts(mode),
            "sampleSize": (mode.sample_size,),
            "latency": (mode.latency,),
        }
        regions.append(Region(index, ((place, mode),), mode_domains, device_domains))
    if sizes:
        device_domains.setdefault("backgroundBlur", (False,))
    # Sizes with the same rates share domains, so `restrict_regions` restricts each once.
    rate_domains: dict[tuple[float, ...], tuple[Domain, Domain]] = {}
    for (width, height), by_rate in sizes.items():
        rates = tuple(by_rate)
        if rates not in rate_domains:
            rate_domains[rates] = rates, Interval(min(SLOWEST_FRAME_RATE, *rates), max(rates))
        native_rates, decimated_rates = rate_domains[rates]
        native: dict[str, Domain] = {
            "width": (width,),
            "height": (height,),
            "frameRate": native_rates,
            "resizeMode": _NATIVE,
        }
        scaled: dict[str, Domain] = {
            "width": Interval(1, width, 1),
            "height": Interval(1, height, 1),
            "frameRate": decimated_rates,
            "resizeMode": _SCALED,
        }
        modes_of_size = tuple(by_rate.values())
        regions.append(Region(index, modes_of_size, native, device_domains))
        regions.append(Region(index, modes_of_size, scaled, device_domains))
    return tuple(regions)


def restrict_regions(
    regions: Sequence[Region], constraints: Iterable[Constraint]
) -> Sequence[Region]:
    """Return the parts of regions that satisfy all required constraints, without empty ones.

    Regions share domains, and each shared domain is restricted only once: the domains of a device
    first, then those of its modes.
    """
    required = [constraint for constraint in constraints if constraint.required]
    if not required:
        return regions
    kept: list[Region] = []
    devices: dict[int, _RestrictedDevice | None] = {}
    for region in regions:
        key = id(region.device_domains)
        if key not in devices:
            devices[key] = _restrict_device(region, required)
        if (device := devices[key]) is None:
            continue
        mode_domains = region.mode_domains
        for constraint, restricted in device.mode_constraints:
            if (domain := mode_domains.get(constraint.name)) is None:
                break
            if id(domain) not in restricted:
                restricted[id(domain)] = restrict(domain, constraint)
            if (part := restricted[id(domain)]) is None:
                break
            if part is not domain:
                mode_domains = {**mode_domains, constraint.name: part}
        else:
            ratios = device.ratios
            unchanged = mode_domains is region.mode_domains and ratios is region.ratios
            # An unchanged region still has a size, so look only where something was restricted.
            if (
                unchanged
                or ratios is ANY_RATIO
                or _has_size(region.modes[0][1], mode_domains, ratios)
            ):
                kept.append(
                    Region(region.device, region.modes, mode_domains, device.device_domains, ratios)
                )
    return kept


class _RestrictedDevice(NamedTuple):
    """Everything that all regions of a device share, restricted by constraints.

    Attributes:
        device_domains: The restricted domains of the properties that do not depend on the mode.
        ratios: The allowed aspect ratios.
        mode_constraints: The constraints that apply to the modes. Each comes with a cache of the
            domains that it has restricted, by the identity of the domain.
    """

    device_domains: Mapping[str, Domain]
    ratios: RatioRange
    mode_constraints: Sequence[tuple[Constraint, dict[int, Domain | None]]]


def _restrict_device(region: Region, required: Iterable[Constraint]) -> _RestrictedDevice | None:
    """Restrict everything that a region shares with the other regions of its device."""
    device_domains, ratios = dict(region.device_domains), region.ratios
    mode_constraints: list[tuple[Constraint, dict[int, Domain | None]]] = []
    for constraint in required:
        name = constraint.name
        if name == "aspectRatio" and "width" in region.mode_domains:
            ratios = _restrict_ratios(ratios, constraint)
        elif (domain := device_domains.get(name)) is None:
            mode_constraints.append((constraint, {}))
        elif (part := restrict(domain, constraint)) is None:
            return None
        else:
            device_domains[name] = part
    if ratios.min > ratios.max:
        return None
    return _RestrictedDevice(device_domains, ratios, mode_constraints)


def _restrict_ratios(ratios: RatioRange, constraint: Constraint) -> RatioRange:
    low, high = ratios.min, ratios.max
    if constraint.exact is not None:
        exact = [value for value in constraint.exact if isinstance(value, (int, float))]
        low, high = max(low, *map(_rounded, exact)), min(high, *map(_rounded, exact))
    low = low if constraint.min is None else max(low, _rounded(constraint.min))
    high = high if constraint.max is None else min(high, _rounded(constraint.max))
    return RatioRange(low, high)


def _rounded(ratio: float) -> float:
    return comparable("aspectRatio", ratio)


def _has_size(mode: Mode, mode_domains: Mapping[str, Domain], ratios: RatioRange) -> bool:
    smallest = ratios.smallest_size
    if smallest is None or not isinstance(mode, VideoMode):
        return False
    if smallest[0] > mode.width or smallest[1] > mode.height:
        return False  # not even the smallest size with such a ratio fits into the mode
    widths, heights = whole_bounds(mode_domains["width"]), whole_bounds(mode_domains["height"])
    return widths is not None and heights is not None and has_size(widths, heights, ratios)
