"""N8: lost samples and CPU time of a microphone while the program is busy."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.native.cameras import track_of
from benchmarks.support.figures import measured, ratio, unmeasured
from benchmarks.support.runs import interleaved
from mediadevices import AudioData, MediaStreamTrackProcessor
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from mediadevices_native.microphones.portaudio.library import portaudio
from mediadevices_native.microphones.pulse.route import find_pulse_device
from support import pulse_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort

_RATE, _BLOCK, _TONE = 48000, 480, 440
_BUSY = 0.05
"""Seconds during which the loop is busy, followed by as many idle seconds."""

_LOST_SECONDS, _CPU_SECONDS = 60, 4
_TITLE = "10 ms blocks, CPU per second of sound"


async def _idle(seconds: float, *, spin: bool) -> None:
    """Block the loop half of the time, by work or by sleeping (without CPU time)."""
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        if spin:
            while time.monotonic() < now + _BUSY:
                pass
        else:
            time.sleep(_BUSY)
        await asyncio.sleep(_BUSY)


async def _hear(processor: MediaStreamTrackProcessor, blocks: list[bytes]) -> None:
    async for block in processor.readable:
        assert isinstance(block, AudioData)
        blocks.append(bytes(block.data))
        block.close()


async def _ours(seconds: float) -> float:
    """Return CPU milliseconds per second of sound, read block by block."""
    async with track_of(PortAudioMicrophoneDriver(), "audio") as track:
        blocks: list[bytes] = []
        hearing = asyncio.create_task(_hear(MediaStreamTrackProcessor(track), blocks))
        await asyncio.sleep(0.3)
        start, before = time.process_time(), len(blocks)
        await _idle(seconds, spin=False)
        cost = (time.process_time() - start) / ((len(blocks) - before) * _BLOCK / _RATE)
        track.stop()
        await hearing
        return cost * 1000


async def _bare(seconds: float, receive: Callable[[memoryview], None] | None = None) -> float:
    """Return the same cost for a sounddevice callback.

    Args:
        seconds: How long to listen.
        receive: Takes each block, in the callback; by default each is copied into a ring.
    """
    import sounddevice

    take, frames = receive or _ring(), 0

    def callback(samples: object, count: int, _times: object, _flags: object) -> None:
        nonlocal frames
        take(memoryview(samples))  # type: ignore[arg-type]  # cffi's buffer
        frames += count

    pulse = find_pulse_device(portaudio.devices())
    assert pulse is not None
    stream = sounddevice.RawInputStream(
        samplerate=_RATE, blocksize=_BLOCK, channels=1, dtype="float32", latency=0.01,
        device=pulse.index, callback=callback,
    )  # fmt: skip
    with stream:
        await asyncio.sleep(0.3)
        start, before = time.process_time(), frames
        await _idle(seconds, spin=False)
        return (time.process_time() - start) / ((frames - before) / _RATE) * 1000


def _ring() -> Callable[[memoryview], None]:
    ring, place = bytearray(4 * _RATE), 0

    def take(block: memoryview) -> None:
        nonlocal place
        ring[place : place + len(block)] = block
        place = (place + len(block)) % len(ring)

    return take


async def _waking(seconds: float) -> float:
    """Return the same cost for a callback that also wakes the event loop."""
    loop, ring, woken = asyncio.get_running_loop(), _ring(), 0

    def wake() -> None:
        nonlocal woken
        woken += 1

    def take(block: memoryview) -> None:
        ring(block)
        loop.call_soon_threadsafe(wake)

    return await _bare(seconds, take)


async def _feeding(seconds: float) -> float:
    """Return the same cost for a callback that wakes a coroutine once for all waiting blocks."""
    loop, came, waking = asyncio.get_running_loop(), asyncio.Event(), False
    blocks, heard = deque[bytes](maxlen=100), list[bytes]()

    def wake() -> None:
        nonlocal waking
        waking = False
        came.set()

    def take(block: memoryview) -> None:
        nonlocal waking
        blocks.append(bytes(block))
        if not waking:
            waking = True
            loop.call_soon_threadsafe(wake)

    async def hear() -> None:
        while True:
            await came.wait()
            came.clear()
            while blocks:
                heard.append(blocks.popleft())

    hearing = asyncio.create_task(hear())
    try:
        return await _bare(seconds, take)
    finally:
        hearing.cancel()


async def _lost(seconds: float) -> tuple[int, int]:
    """Return the number of missing samples of a pure tone, and the number of all samples."""
    async with track_of(PortAudioMicrophoneDriver(), "audio") as track:
        processor, blocks = MediaStreamTrackProcessor(track), list[bytes]()
        hearing = asyncio.create_task(_hear(processor, blocks))
        await _idle(seconds, spin=True)
        track.stop()
        await hearing
    samples = np.frombuffer(b"".join(blocks), np.float32)
    return max(_missing(samples), processor.dropped * _BLOCK), len(samples)


def _missing(samples: NDArray[np.float32]) -> int:
    """Return the number of missing samples in a tone, from its jumps of phase."""
    samples = samples[: len(samples) // _BLOCK * _BLOCK]
    turns = np.exp(-2j * np.pi * _TONE / _RATE * np.arange(len(samples)))
    phases = np.angle((samples * turns).reshape(-1, _BLOCK).sum(axis=1))
    steps = np.abs(np.angle(np.exp(1j * np.diff(phases)))) / (2 * np.pi) * _RATE / _TONE
    return round(float(steps[steps > 0.5].sum()))  # smaller jumps are rounding errors


async def measure(effort: Effort) -> list[Figure]:
    """Measure the lost samples and the CPU time on a private sound server."""
    if reason := pulse_server.why_not():
        return [unmeasured("N8", _TITLE, "PulseAudio", reason)]
    with pulse_server.PulseServer() as server:
        os.environ.update(server.environment)
        microphone = server.load_source("headset", "Headset", channels=1, rate=_RATE)
        server.set_default(microphone)
        server.play_tone(microphone, _TONE)
        seconds = effort.scale * _CPU_SECONDS
        ways = (partial(way, seconds) for way in (_ours, _bare, _waking, _feeding))
        ours, bare, waking, feeding = await interleaved(effort.runs, *ways)
        lost_seconds = effort.count(_LOST_SECONDS)
        lost, frames = await _lost(lost_seconds)
    case = "PulseAudio, 48 kHz, the loop blocked half the time"
    return [
        measured(
            "N8",
            "samples lost",
            f"{case}, {lost_seconds} s",
            [lost],
            "samples",
            0,
            note=f"of {frames}",
        ),
        ratio("N8", _TITLE, case, ours, bare, "ms", 1.2),
        ratio("N8", "floor: the bare callback wakes the loop", case, waking, bare, "ms", None),
        ratio("N8", "floor: the bare callback feeds a coroutine", case, feeding, bare, "ms", None),
    ]
