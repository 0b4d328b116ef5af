"""All settings that a device can have, as a few regions and no long list (§11.1.1, step 1).

The standard starts from all possible settings dictionaries. A camera of 1920 by 1080 has more than
two million of them for each of its rates. Here the native modes of one size, which differ in their
rates, give two regions: themselves (``resizeMode: "none"``), and everything that can be cropped,
scaled and decimated from them (``"crop-and-scale"``). A microphone's mode gives one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mediadevices.algorithms.aspect_ratio import ANY_RATIO, Ratio, has_size, whole_bounds
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

#: Frames per second below which nobody decimates: one in eleven days. Capabilities say 0, as the
#: standard asks; a rate of 0 itself can never be had.
SLOWEST_FRAME_RATE = 1e-6
#: Hertz that a microphone's samples can be resampled to, whatever its native rates are.
LOWEST_SAMPLE_RATE, USUAL_SAMPLE_RATE = 8000, 48000

_NATIVE: Domain = ("none",)
_SCALED: Domain = ("crop-and-scale",)


class Region(NamedTuple):
    """A set of settings dictionaries of one device.

    Attributes:
        device: Where the device stands in the list of candidates.
        modes: The native modes behind the settings, a microphone's one or a camera's of one size;
            each with its place in the device's own list.
        own: What each property can be that depends on the mode.
        common: What each of the others can be; one mapping for all regions of the device.
        ratio: For a camera, the aspect ratios that will do: they tie width to height. It is one for
            all regions of the device.
    """

    device: int
    modes: tuple[tuple[int, Mode], ...]
    own: Mapping[str, Domain]
    common: Mapping[str, Domain]
    ratio: Ratio = ANY_RATIO

    @property
    def domains(self) -> Mapping[str, Domain]:
        """What each property can be."""
        return {**self.common, **self.own}


def deliverable_sample_rates(mode: AudioMode) -> Interval:
    """Return the sample rates, in hertz, that samples of a mode can be delivered at."""
    return Interval(LOWEST_SAMPLE_RATE, max(USUAL_SAMPLE_RATE, mode.sample_rate), 1)


def deliverable_channel_counts(mode: AudioMode) -> Interval:
    """Return the channel counts that samples of a mode can be delivered in."""
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
        index: Where the device stands in the list of candidates.
        device: The device.
        identity: Its `deviceId` and `groupId`.
        modes: The modes to consider, if not all of the device's.
    """
    common: dict[str, Domain] = {name: (value,) for name, value in identity.items()}
    common |= {name: _control_domain(control) for name, control in device.controls.items()}
    sizes: dict[tuple[int, int], dict[float, tuple[int, Mode]]] = {}
    regions: list[Region] = []
    for place, mode in enumerate(device.modes if modes is None else modes):
        if isinstance(mode, VideoMode):
            # Of those that differ in their pixel format the driver lists first what it prefers.
            by_rate = sizes.setdefault((mode.width, mode.height), {})
            by_rate.setdefault(mode.frame_rate, (place, mode))
            continue
        own: dict[str, Domain] = {
            "sampleRate": deliverable_sample_rates(mode),
            "channelCount": deliverable_channel_counts(mode),
            "sampleSize": (mode.sample_size,),
            "latency": (mode.latency,),
        }
        regions.append(Region(index, ((place, mode),), own, common))
    if sizes:
        common.setdefault("backgroundBlur", (False,))
    rates: dict[tuple[float, ...], tuple[Domain, Domain]] = {}
    for (width, height), by_rate in sizes.items():
        native = tuple(by_rate)
        if native not in rates:
            fastest = max(native)
            rates[native] = native, Interval(min(SLOWEST_FRAME_RATE, *native), fastest)
        native_rates, slower_rates = rates[native]
        native_size: dict[str, Domain] = {
            "width": (width,),
            "height": (height,),
            "frameRate": native_rates,
            "resizeMode": _NATIVE,
        }
        smaller: dict[str, Domain] = {
            "width": Interval(1, width, 1),
            "height": Interval(1, height, 1),
            "frameRate": slower_rates,
            "resizeMode": _SCALED,
        }
        of_size = tuple(by_rate.values())
        regions.append(Region(index, of_size, native_size, common))
        regions.append(Region(index, of_size, smaller, common))
    return tuple(regions)


def restrict_regions(
    regions: Sequence[Region], constraints: Iterable[Constraint]
) -> Sequence[Region]:
    """Return what is left of regions under all required constraints, without those that vanish.

    What regions share is looked at once: the properties of the device, and equal domains.
    """
    required = [constraint for constraint in constraints if constraint.required]
    if not required:
        return regions
    kept: list[Region] = []
    shared: dict[int, _Shared | None] = {}
    for region in regions:
        index, modes, own, common, _ = region
        key = id(common)
        if key not in shared:
            shared[key] = _shared(region, required)
        if (device := shared[key]) is None:
            continue
        for name, constraint, known in device.rest:
            if (domain := own.get(name)) is None:
                break
            place = id(domain)
            if place not in known:
                known[place] = restrict(domain, constraint)
            if (left := known[place]) is None:
                break
            if left is not domain:
                own = {**own, name: left}
        else:
            # What nothing has taken a size from has one still.
            ratio = device.ratio
            same = ratio is ANY_RATIO or (own is region.own and ratio is region.ratio)
            if same or _has_size(modes[0][1], own, ratio):
                kept.append(Region(index, modes, own, device.common, ratio))
    return kept


class _Shared(NamedTuple):
    """What constraints leave of that which all regions of a device share.

    Attributes:
        common: What each of the properties can be that do not depend on the mode.
        ratio: The aspect ratios that will do.
        rest: The other constraints, each with the name of its property, and with what it has left
            of the domains that it was applied to, by the domains' identity.
    """

    common: Mapping[str, Domain]
    ratio: Ratio
    rest: Sequence[tuple[str, Constraint, dict[int, Domain | None]]]


def _shared(region: Region, required: Iterable[Constraint]) -> _Shared | None:
    common, ratio = dict(region.common), region.ratio
    rest: list[tuple[str, Constraint, dict[int, Domain | None]]] = []
    for constraint in required:
        name = constraint.name
        if name == "aspectRatio" and "width" in region.own:
            ratio = _narrowed_ratio(ratio, constraint)
        elif (domain := common.get(name)) is None:
            rest.append((name, constraint, {}))
        elif (left := restrict(domain, constraint)) is None:
            return None
        else:
            common[name] = left
    return _Shared(common, ratio, rest) if ratio.min <= ratio.max else None


def _narrowed_ratio(ratio: Ratio, constraint: Constraint) -> Ratio:
    low, high = ratio.min, ratio.max
    if constraint.exact is not None:
        wanted = [value for value in constraint.exact if isinstance(value, (int, float))]
        low, high = max(low, *map(_rounded, wanted)), min(high, *map(_rounded, wanted))
    low = low if constraint.min is None else max(low, _rounded(constraint.min))
    high = high if constraint.max is None else min(high, _rounded(constraint.max))
    return Ratio(low, high)


def _rounded(number: float) -> float:
    return comparable("aspectRatio", number)


def _has_size(mode: Mode, own: Mapping[str, Domain], ratio: Ratio) -> bool:
    least = ratio.simplest
    if least is None or not isinstance(mode, VideoMode):
        return False
    if least[0] > mode.width or least[1] > mode.height:
        return False  # Nothing of the mode's size or smaller has it.
    widths, heights = whole_bounds(own["width"]), whole_bounds(own["height"])
    return widths is not None and heights is not None and has_size(widths, heights, ratio)
