"""The sink of an open device passes calls on to the event loop once it has started."""

from __future__ import annotations

import asyncio

from mediadevices import VideoFrame
from mediadevices.driver import Configuration, VideoMode
from mediadevices.local.handover.device_sink import DeviceSink


def frame(number: int) -> VideoFrame:
    return VideoFrame.wrap(bytes(6), "I420", 2, 2, timestamp=number)


class Recorder:
    """Records the calls that a sink passes on."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.sink = DeviceSink(
            asyncio.get_running_loop(),
            lambda items, lost: self.calls.append(([item.timestamp for item in items], lost)),
            self.calls.append,
            self.calls.append,
            self.calls.append,
            10,
        )


async def test_a_sink_keeps_notifications_and_the_newest_frame_until_it_starts() -> None:
    recorder = Recorder()
    configuration = Configuration(VideoMode(2, 2, 1.0))
    early = [frame(number) for number in range(3)]
    recorder.sink.set_muted(True)
    for one in early:
        recorder.sink.deliver(one)
    recorder.sink.reconfigure(configuration)
    await asyncio.sleep(0)
    assert recorder.calls == []
    assert [one.closed for one in early] == [True, True, False]
    recorder.sink.start()
    assert recorder.calls == [True, configuration]
    await asyncio.sleep(0)
    assert recorder.calls[2:] == [([2], 0)]
    recorder.sink.deliver(frame(3))
    await asyncio.sleep(0)
    assert recorder.calls[3:] == [([3], 0)]


async def test_a_closed_sink_passes_nothing_on() -> None:
    recorder = Recorder()
    recorder.sink.start()
    recorder.sink.deliver(frame(0))
    recorder.sink.end(None)
    recorder.sink.close()
    await asyncio.sleep(0)
    assert recorder.calls == []
