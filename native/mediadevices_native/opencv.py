"""Imports OpenCV when a camera is opened.

Only this module imports cv2 for capturing. OpenCV reads some settings from the environment when it
is imported, so this module sets them first, unless the user has set them. If a program imports cv2
earlier, everything works, but the wait for the first frame is longer, and opening is slow on
Windows.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol, cast

from mediadevices.errors import NotReadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

__all__ = [
    "OpenCV",
    "Picture",
    "VideoCapture",
    "VideoCaptureClass",
    "load_opencv",
    "prepare_opencv",
]

_ENVIRONMENT = {
    # Seconds that a read blocks when a camera delivers nothing (10 by default).
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2",
    # With hardware transforms, opening takes up to half a minute on Windows.
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",
    # OpenCV can ask for permission only on the main thread: see macos_permission.
    "OPENCV_AVFOUNDATION_SKIP_AUTH": "1",
    # NotReadableError already says what OpenCV would print about a busy camera.
    "OPENCV_LOG_LEVEL": "ERROR",
}

_INSTALL = "install it with: pip install opencv-python-headless"
_LIBRARIES = {
    "linux": "install what it needs (on Debian and Ubuntu: apt install libgl1 libglib2.0-0), or "
    "the variant without windows: pip uninstall opencv-python; pip install opencv-python-headless",
    "win32": "install the Visual C++ redistributable, on Windows N also the Media Feature Pack, on "
    "Windows Server the feature Media Foundation",
}
_ANEW = "reinstall it: pip install --force-reinstall opencv-python-headless"


class VideoCapture(Protocol):
    """The part of ``cv2.VideoCapture`` that we use; the names are OpenCV's."""

    def isOpened(self) -> bool: ...  # noqa: D102, N802  (OpenCV's)

    def grab(self) -> bool: ...  # noqa: D102  (OpenCV's)

    def retrieve(self) -> tuple[bool, Picture | None]: ...  # noqa: D102  (OpenCV's)

    def get(self, propId: int, /) -> float: ...  # noqa: D102, N803  (OpenCV's)

    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: D102, N803  (OpenCV's)

    def release(self) -> None: ...  # noqa: D102  (OpenCV's)


class VideoCaptureClass(Protocol):
    """``cv2.VideoCapture`` itself."""

    def __call__(  # noqa: D102  (OpenCV's)
        self, source: str | int, backend: int, parameters: Sequence[int] = (), /
    ) -> VideoCapture: ...

    def waitAny(  # noqa: D102, N802  (OpenCV's)
        self,
        streams: Sequence[VideoCapture],
        timeoutNs: int,  # noqa: N803  (OpenCV's)
        /,
    ) -> tuple[bool, Sequence[int]]: ...


class OpenCV(Protocol):
    """The part of the module cv2 that we use; tests give another one."""

    error: type[Exception]
    VideoCapture: VideoCaptureClass
    cvtColor: Callable[[Picture, int], Picture]  # noqa: N815  (OpenCV's)
    imdecode: Callable[[Picture, int], Picture | None]
    IMREAD_COLOR: int
    COLOR_GRAY2BGR: int
    COLOR_BGRA2BGR: int
    CAP_V4L2: int
    CAP_AVFOUNDATION: int
    CAP_MSMF: int
    CAP_PROP_FOURCC: int
    CAP_PROP_FRAME_WIDTH: int
    CAP_PROP_FRAME_HEIGHT: int
    CAP_PROP_FPS: int
    CAP_PROP_POS_MSEC: int
    CAP_PROP_CONVERT_RGB: int
    __version__: str


def load_opencv() -> OpenCV:
    """Import OpenCV. This can take a second, so do not call it on an event loop.

    Returns:
        The module cv2.

    Raises:
        NotReadableError: It is not installed, or a library that it needs is missing; the message
            says what to install.
    """
    prepare_opencv()
    try:
        import cv2
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise NotReadableError(f"OpenCV cannot start: {error}; {_INSTALL}") from error
        raise NotReadableError(f"cameras need OpenCV: {error}; {_INSTALL}") from error
    except ImportError as error:
        remedy = _LIBRARIES.get(sys.platform, _ANEW)
        raise NotReadableError(f"OpenCV cannot start: {error}; {remedy}") from error
    except Exception as error:  # a broken OpenCV can raise anything
        raise NotReadableError(f"OpenCV cannot start: {error!r}; {_ANEW}") from error
    if not hasattr(cv2, "VideoCapture"):  # built without videoio, or a folder named cv2
        where = getattr(cv2, "__file__", None) or list(getattr(cv2, "__path__", ()))
        raise NotReadableError(f"this OpenCV does not support cameras: {where}; {_ANEW}")
    # cv2 ships types, but they do not say that `retrieve` and `imdecode` may return None.
    return cast("OpenCV", cv2)


def prepare_opencv() -> None:
    """Set OpenCV's environment variables, before cv2 is imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
