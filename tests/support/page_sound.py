"""Sources of known sound in a web page, and checks that no sample is missing.

Only for tests in a page: functions import `js`.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from conformance.media import capture
from mediadevices import AudioData, MediaStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Sequence

    from mediadevices import MediaStreamTrack

__all__ = [
    "assert_steady",
    "assert_tone",
    "assert_whole",
    "channel_of",
    "contexts",
    "duration_of",
    "fit",
    "hear",
    "javascript",
    "oscillator",
    "other_context",
    "proxies",
]

_SECONDS = 20
#: A lost or repeated sample changes a tone of this frequency by at least 0.03.
_EXACT = 0.005
_OSCILLATOR = """
(frequency, amplitude) => {
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  oscillator.frequency.value = frequency;
  const gain = context.createGain();
  gain.gain.value = amplitude;
  const destination = context.createMediaStreamDestination();
  destination.channelCount = 1;
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  return {context, stream: destination.stream};
}
"""
_COUNTING = """
(Original) => {
  const open = new Set();
  class Context extends Original {
    constructor(...options) { super(...options); open.add(this); }
    close() { open.delete(this); return super.close(); }
  }
  return {Context, open};
}
"""


def javascript(code: str) -> Any:
    """Return the value of JavaScript code."""
    return import_module("pyodide.code").run_js(code)


@asynccontextmanager
async def oscillator(frequency: float, amplitude: float = 0.5) -> AsyncGenerator[MediaStreamTrack]:
    """Yield a track with an exact tone on one channel."""
    async with AsyncExitStack() as stack:
        made = javascript(_OSCILLATOR)(frequency, amplitude)
        stack.push_async_callback(_closed, made.context)
        await _run(made.context, stack)
        (track,) = MediaStream.from_js(made.stream).get_tracks()
        stack.callback(track.stop)
        yield track


async def _closed(context: Any) -> None:
    await context.close()


async def _run(context: Any, stack: AsyncExitStack) -> None:
    """Let a context run: WebKit does it where nobody touches the page only while it captures."""
    for _ in range(15):
        if context.state == "running":
            return
        await asyncio.sleep(0.02)
    await stack.enter_async_context(capture(audio=True))
    async with asyncio.timeout(_SECONDS):
        await context.resume()


@contextmanager
def other_context(code: str) -> Generator[Any]:
    """Replace `AudioContext` for the time of a block by what a function makes of it.

    Args:
        code: In JavaScript; it returns an object with the class as `Context`, which is given.
    """
    js: Any = import_module("js")
    original = js.AudioContext
    made = javascript(code)(original)
    js.AudioContext = made.Context
    try:
        yield made
    finally:
        js.AudioContext = original


@contextmanager
def contexts() -> Generator[Any]:
    """Give the set of the audio contexts that were made in a block and are open."""
    with other_context(_COUNTING) as made:
        yield made.open


@contextmanager
def proxies() -> Generator[list[Any]]:
    """Give the list of what the library shows to JavaScript in a block and has not taken back.

    The list is right after the block.
    """
    ffi: Any = import_module("mediadevices_pyodide.ffi")
    alive = import_module("pyodide_js")._api.pyproxyIsAlive
    create = ffi.create_proxy
    made: list[Any] = []

    def noted(value: object) -> Any:
        made.append(create(value))
        return made[-1]

    ffi.create_proxy = noted
    try:
        yield made
    finally:
        ffi.create_proxy = create
        made[:] = [proxy for proxy in made if alive(proxy)]


async def hear(track: MediaStreamTrack, seconds: float) -> list[AudioData]:
    """Return the next blocks of a track."""
    blocks: list[AudioData] = []
    async with asyncio.timeout(_SECONDS), aclosing(track.frames()) as frames:
        async for block in frames:
            assert isinstance(block, AudioData)
            blocks.append(block)
            if sum(one.duration for one in blocks) >= seconds * 1e6:
                break
    return blocks


def channel_of(blocks: Sequence[AudioData], channel: int = 0) -> list[float]:
    """Return one channel of a stream, from -1 to 1, or the last channel of a block with fewer."""
    return [
        sample
        for block in blocks
        for sample in block.converted("f32").channels()[: channel + 1][-1]
    ]


def fit(samples: Sequence[float], frequency: float, rate: float) -> tuple[float, float]:
    """Return the amplitude of the best fitting tone of any phase, and the error."""
    step = 2 * math.pi * frequency / rate
    sines = [math.sin(step * at) for at in range(len(samples))]
    cosines = [math.cos(step * at) for at in range(len(samples))]
    ss = cc = sc = sx = cx = 0.0
    for sine, cosine, sample in zip(sines, cosines, samples, strict=True):
        ss += sine * sine
        cc += cosine * cosine
        sc += sine * cosine
        sx += sine * sample
        cx += cosine * sample
    det = ss * cc - sc * sc
    a, b = (sx * cc - cx * sc) / det, (cx * ss - sx * sc) / det
    worst = max(
        abs(sample - a * sine - b * cosine)
        for sine, cosine, sample in zip(sines, cosines, samples, strict=True)
    )
    return math.hypot(a, b), worst


def assert_tone(
    blocks: Sequence[AudioData], frequency: float, amplitude: float, channel: int = 0
) -> None:
    """Assert that blocks contain one continuous tone: no sample is lost or repeated."""
    found, worst = fit(channel_of(blocks, channel), frequency, blocks[0].sample_rate)
    assert (round(found, 2), worst < _EXACT) == (amplitude, True), (found, worst)


def assert_steady(blocks: Sequence[AudioData]) -> None:
    """Assert that the time stamps follow the samples, apart from a small drift."""
    for before, after in pairwise(blocks):
        step, duration = after.timestamp - before.timestamp, duration_of(before) * 1e6
        assert abs(step - duration) <= duration / 100 + 1, (step, duration)


def assert_whole(
    blocks: Sequence[AudioData], frequency: float, amplitude: float, seconds: float = 0.3
) -> Sequence[AudioData]:
    """Assert that a section is a continuous tone with steady time stamps, and return it.

    The program that generates the tone runs on this computer too. When the computer is busy, the
    tone itself has gaps, and so have its time stamps.
    """
    count = round(seconds / duration_of(blocks[-1]))
    assert count <= len(blocks)
    problems: list[AssertionError] = []
    for start in range(0, len(blocks) - count + 1, max(1, count // 5)):
        piece = blocks[start : start + count]
        try:
            assert_steady(piece)
            assert_tone(piece, frequency, amplitude)
        except AssertionError as problem:
            problems.append(problem)
        else:
            return piece
    raise ExceptionGroup("nowhere is the tone whole", problems)


def duration_of(block: AudioData) -> float:
    """Return the exact duration of a block in seconds."""
    return block.number_of_frames / block.sample_rate
