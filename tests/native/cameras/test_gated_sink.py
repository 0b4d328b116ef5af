"""The way to the sink, which can be shut."""

from __future__ import annotations

import numpy as np

from mediadevices.driver import Configuration
from mediadevices.media.video_frame import VideoFrame
from mediadevices_native.cameras.gated_sink import GatedSink
from support.fake_opencv import VGA, RecordingSink


def picture() -> VideoFrame:
    return VideoFrame.wrap(np.zeros((2, 2, 3), np.uint8).data, "BGR24", 2, 2, timestamp=0)


def test_a_shut_outlet_lets_nothing_through_and_closes_the_frame() -> None:
    sink = RecordingSink()
    outlet = GatedSink(sink)
    outlet.shut()
    frame = picture()
    outlet.deliver(frame)
    outlet.set_muted(True)
    outlet.reconfigure(Configuration(VGA))
    outlet.end(None)
    assert (sink.frames, sink.events) == ([], [])
    assert frame.format is None


def test_the_end_is_reported_once_and_last() -> None:
    sink = RecordingSink()
    outlet = GatedSink(sink)
    outlet.end(None)
    outlet.end(RuntimeError())
    outlet.deliver(picture())
    assert (sink.frames, sink.events) == ([], [None])


def test_muting_is_reported_only_when_it_changes() -> None:
    sink = RecordingSink()
    outlet = GatedSink(sink)
    outlet.set_muted(False)
    outlet.set_muted(True)
    outlet.set_muted(True)
    outlet.deliver(picture())
    assert sink.events == [True, False]
    assert len(sink.frames) == 1


def test_a_sink_whose_loop_is_closed_is_shut() -> None:
    sink = RecordingSink()
    outlet = GatedSink(sink)
    sink.listening = False
    outlet.deliver(picture())
    assert outlet.is_shut
    outlet.set_muted(True)
    assert sink.events == []
