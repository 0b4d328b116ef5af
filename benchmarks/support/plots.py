"""Plots as SVG, with logarithmic axes: linear growth is a straight diagonal line."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.support.figures import Growth

__all__ = ["line_plot"]

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 190, 48, 60
_FONT = 'font-family="system-ui, sans-serif" font-size="13"'
_LABEL_WIDTH = 30
_COLOURS = ("#3949ab", "#e65100", "#00897b", "#8e24aa", "#c62828", "#546e7a")


class _Axis:
    """A logarithmic axis from one pixel to another."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        positive = [value for value in values if value > 0] or [1.0]
        # Cover at least a factor of ten, so that a nearly constant line looks level.
        middle, reach = _middle(positive)
        self._low = middle - reach
        self._per_decade = (end - start) / (2 * reach)
        self._start = start
        self.low, self.high = 10**self._low, 10 ** (middle + reach)

    def at(self, value: float) -> float:
        """Return the pixel of a value; nothing lies below the axis."""
        return self._start + (math.log10(max(value, self.low)) - self._low) * self._per_decade

    def ticks(self) -> Iterator[float]:
        """Yield round numbers, dense enough to read."""
        steps = (1, 2, 5) if self.high / self.low < 2000 else (1,)
        for exponent in range(math.floor(self._low), math.ceil(math.log10(self.high)) + 1):
            for step in steps:
                if self.low <= (value := step * 10.0**exponent) <= self.high:
                    yield value


def _middle(values: Sequence[float]) -> tuple[float, float]:
    low, high = math.log10(min(values)), math.log10(max(values))
    return (low + high) / 2, max((high - low) / 2 * 1.08, 0.5)


def line_plot(growth: Growth) -> str:
    """Return a plot as the text of an SVG file."""
    points = [point for line in growth.lines.values() for point in line]
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    across = _Axis([x for x, _ in points], _LEFT, right)
    down = _Axis([y for _, y in points], bottom, _TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"',
        f' {_FONT} role="img" aria-label="{escape(growth.title)}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff" rx="10"/>',
        _text(_LEFT, 28, growth.title, 'font-size="15" font-weight="600"'),
        _text((_LEFT + right) / 2, _HEIGHT - 16, growth.x, 'text-anchor="middle"'),
        _text(
            *(0, 0, growth.y, 'text-anchor="middle" '),
            place=f"translate(20 {(_TOP + bottom) / 2}) rotate(-90)",
        ),
    ]
    labelled = 0.0
    for value in sorted({x for x, _ in points}):
        x = across.at(value)
        parts.append(f'<path d="M{x:.1f} {_TOP}V{bottom}" stroke="#eceff1"/>')
        if x - labelled > _LABEL_WIDTH:
            parts.append(_text(x, bottom + 20, f"{value:.3g}", 'text-anchor="middle"'))
            labelled = x
    for value in down.ticks():
        y = down.at(value)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#eceff1"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{value:g}", 'text-anchor="end"'))
    parts.append(f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#90a4ae"/>')
    for index, (label, line) in enumerate(growth.lines.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        places = [(across.at(x), down.at(y)) for x, y in line]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2.2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>' for x, y in places]
        y = _TOP + 14 + 22 * index
        parts.append(f'<path d="M{right + 14} {y}h18" stroke="{colour}" stroke-width="2.2"/>')
        parts.append(_text(right + 38, y + 4, label))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, more: str = "", place: str = "") -> str:
    where = f'transform="{place}"' if place else f'x="{x:.1f}" y="{y:.1f}"'
    return f'<text {where} fill="#263238" {more}>{escape(text)}</text>'
