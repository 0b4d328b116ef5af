"""Asking macOS for leave to use a camera.

OpenCV would ask too, but only on the main thread, and capturing in any other it then crashes or
gives nothing. AVFoundation comes with cv2-enumerate-cameras on macOS. Not run on such a machine.
"""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["request_camera_access"]

_NOT_DETERMINED, _AUTHORIZED = 0, 3  # AVAuthorizationStatus
_ANSWER_SECONDS = 120.0
"""How long a person has for an answer."""


class _CaptureDeviceClass(Protocol):
    def authorizationStatusForMediaType_(self, media_type: str, /) -> int: ...  # noqa: N802  (Apple's)

    def requestAccessForMediaType_completionHandler_(  # noqa: N802  (Apple's)
        self,
        media_type: str,
        handler: Callable[[bool], None],
        /,
    ) -> None: ...


class AVFoundation(Protocol):
    """The part of Apple's framework that is needed here."""

    AVCaptureDevice: _CaptureDeviceClass
    AVMediaTypeVideo: str


def request_camera_access(framework: AVFoundation | None = None) -> bool:
    """Return whether macOS allows cameras, having it ask the person where nobody has yet.

    It blocks until the person has answered: call it from a thread that is not the main one.

    Args:
        framework: Apple's AVFoundation; the real one by default. Where it cannot be imported the
            answer is yes, and the camera itself will tell.
    """
    if framework is None:
        try:
            framework = cast("AVFoundation", importlib.import_module("AVFoundation"))
        except ImportError:
            return True
    cameras, video = framework.AVCaptureDevice, framework.AVMediaTypeVideo
    status = cameras.authorizationStatusForMediaType_(video)
    if status != _NOT_DETERMINED:
        return status == _AUTHORIZED
    answered = threading.Event()
    answers: list[bool] = []

    def handle(granted: bool) -> None:
        answers.append(granted)
        answered.set()

    cameras.requestAccessForMediaType_completionHandler_(video, handle)
    return answered.wait(_ANSWER_SECONDS) and answers[0]
