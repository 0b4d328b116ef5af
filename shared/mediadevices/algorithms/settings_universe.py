"""All settings that a device can have, as a few regions and no long list (§11.1.1, step 1).

The standard starts from all possible settings dictionaries. A camera of 1920 by 1080 has more than
two million of them for each of its rates. Here each native mode gives two regions: itself
(``resizeMode: "none"``), and everything that can be cropped, scaled and decimated from it
(``"crop-and-scale"``). A microphone's mode gives one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mediadevices.algorithms.constraints import Constraint, comparable
from mediadevices.algorithms.domain import Domain, Interval, restrict
from mediadevices.algorithms.frame_size import Ratio, candidate_sizes
from mediadevices.driver import AudioMode, Device, Mode, Range, VideoMode

__all__ = ["Region", "narrowed", "resampled_rates", "settings_universe", "up_mixed"]

#: Frames per second below which nobody decimates. Capabilities say 0, as the standard asks.
SLOWEST_FRAME_RATE = 0.001
#: Hertz that a microphone's samples can be resampled to, whatever its native rates are.
LOWEST_SAMPLE_RATE, USUAL_SAMPLE_RATE = 8000, 48000


@dataclass(frozen=True, slots=True)
class Region:
    """A set of settings dictionaries of one device.

    Attributes:
        device: Where the device stands in the list of candidates.
        mode: The native mode behind all of the settings.
        domains: What each property can be.
        ratio: For a camera, the aspect ratios that will do: they tie width to height.
    """

    device: int
    mode: Mode
    domains: Mapping[str, Domain]
    ratio: Ratio = Ratio()  # noqa: RUF009  (immutable)


def resampled_rates(mode: AudioMode) -> Interval:
    """Return the sample rates, in hertz, that samples of a mode can be delivered at."""
    return Interval(LOWEST_SAMPLE_RATE, max(USUAL_SAMPLE_RATE, mode.sample_rate), 1)


def up_mixed(mode: AudioMode) -> Interval:
    """Return the channel counts that samples of a mode can be delivered in."""
    return Interval(1, max(2, mode.channel_count), 1)


def _control_domain(control: Range | tuple[bool | str | float, ...]) -> Domain:
    if isinstance(control, Range):
        return Interval(control.min, control.max, control.step, control.min)
    return control


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
    regions: list[Region] = []
    for mode in _distinct(device.modes if modes is None else modes):
        if isinstance(mode, AudioMode):
            regions.append(
                Region(
                    index,
                    mode,
                    common
                    | {
                        "sampleRate": resampled_rates(mode),
                        "channelCount": up_mixed(mode),
                        "sampleSize": (mode.sample_size,),
                        "latency": (mode.latency,),
                    },
                )
            )
        else:
            common.setdefault("backgroundBlur", (False,))
            regions += _video_regions(index, mode, common)
    return tuple(regions)


def _distinct(modes: Iterable[Mode]) -> Iterable[Mode]:
    """Leave out modes that differ from an earlier one in their pixel format alone.

    The driver lists first what it prefers, and the settings are the same.
    """
    distinct: dict[tuple[int, int, float] | AudioMode, Mode] = {}
    for mode in modes:
        if isinstance(mode, VideoMode):
            distinct.setdefault((mode.width, mode.height, mode.frame_rate), mode)
        else:
            distinct.setdefault(mode, mode)
    return distinct.values()


def _video_regions(
    index: int, mode: VideoMode, common: Mapping[str, Domain]
) -> tuple[Region, Region]:
    native: dict[str, Domain] = {
        "width": (mode.width,),
        "height": (mode.height,),
        "frameRate": (mode.frame_rate,),
        "resizeMode": ("none",),
    }
    scaled: dict[str, Domain] = {
        "width": Interval(1, mode.width, 1),
        "height": Interval(1, mode.height, 1),
        "frameRate": Interval(min(SLOWEST_FRAME_RATE, mode.frame_rate), mode.frame_rate),
        "resizeMode": ("crop-and-scale",),
    }
    return Region(index, mode, {**common, **native}), Region(index, mode, {**common, **scaled})


def narrowed(region: Region, constraints: Iterable[Constraint]) -> Region | None:
    """Return the part of a region that satisfies all required constraints, or None."""
    domains: dict[str, Domain] | None = None
    ratio = region.ratio
    for constraint in constraints:
        if not constraint.required:
            continue
        if constraint.name == "aspectRatio" and "width" in region.domains:
            low, high = ratio.min, ratio.max
            if constraint.exact is not None:
                wanted = [value for value in constraint.exact if isinstance(value, (int, float))]
                low, high = max(low, *map(_rounded, wanted)), min(high, *map(_rounded, wanted))
            low = low if constraint.min is None else max(low, _rounded(constraint.min))
            high = high if constraint.max is None else min(high, _rounded(constraint.max))
            if low > high:
                return None
            ratio = Ratio(low, high)
            continue
        domain = (domains or region.domains).get(constraint.name)
        if domain is None or (domain := restrict(domain, constraint)) is None:
            return None
        if domains is None:
            domains = dict(region.domains)
        domains[constraint.name] = domain
    result = region if domains is None and ratio == region.ratio else None
    if result is None:
        result = replace(region, domains=domains or region.domains, ratio=ratio)
    return result if _has_a_size(result) else None


def _rounded(number: float) -> float:
    return comparable("aspectRatio", number)


def _has_a_size(region: Region) -> bool:
    if region.ratio == Ratio() or "width" not in region.domains:
        return True
    sizes = candidate_sizes(region.domains["width"], region.domains["height"], region.ratio)
    return next(sizes, None) is not None
