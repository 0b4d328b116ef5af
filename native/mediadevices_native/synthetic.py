"""Synthetic devices, for ``MEDIADEVICES_SYNTHETIC=1`` and ``--synthetic``."""

from __future__ import annotations

from mediadevices.pipeline.clock import MonotonicClock
from mediadevices.testing import FakeCamera, FakeDriver, FakeMicrophone, FakeSpeaker

__all__ = ["synthetic_driver"]

_UNIT = "synthetic-unit"


def synthetic_driver() -> FakeDriver:
    """Return a driver with one camera, two microphones and a speaker.

    The camera shows colour bars and the number of each frame. The microphones deliver 440 and
    1000 Hz; the first belongs to the same unit as the camera.
    """
    return FakeDriver(
        [
            FakeCamera(label="Synthetic Camera", key="synthetic-camera", group=_UNIT, default=True),
            FakeMicrophone(
                label="Synthetic Microphone (440 Hz)",
                key="synthetic-microphone-1",
                group=_UNIT,
                default=True,
                frequency=440,
            ),
            FakeMicrophone(
                label="Synthetic Microphone (1000 Hz)",
                key="synthetic-microphone-2",
                frequency=1000,
            ),
            FakeSpeaker(label="Synthetic Speaker", key="synthetic-speaker", default=True),
        ],
        MonotonicClock(),
    )
