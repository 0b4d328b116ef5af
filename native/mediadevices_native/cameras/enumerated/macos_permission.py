"""Asks macOS for access to cameras.

OpenCV asks only on the main thread; on any other thread it then crashes or delivers no frames.
cv2-enumerate-cameras installs AVFoundation on macOS. This has not been run on macOS.
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
"""How long the user has for an answer."""


class _CaptureDeviceClass(Protocol):
    def authorizationStatusForMediaType_(self, media_type: str, /) -> int: ...  # noqa: N802  (Apple's)

    def requestAccessForMediaType_completionHandler_(  # noqa: N802  (Apple's)
        self,
        media_type: str,
        handler: Callable[[bool], None],
        /,
    ) -> None: ...


class AVFoundation(Protocol):
    """The part of Apple's framework that is used here."""

    AVCaptureDevice: _CaptureDeviceClass
    AVMediaTypeVideo: str


def request_camera_access(framework: AVFoundation | None = None) -> bool:
    """Return whether macOS grants access to cameras; ask the user if that was never decided.

    This blocks until the user answers, so do not call it on the main thread.

    Args:
        framework: Apple's AVFoundation; the real one by default. If it cannot be imported, the
            result is true, and opening the camera shows whether access is granted.
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
