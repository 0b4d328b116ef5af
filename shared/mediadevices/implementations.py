"""The one place that decides which implementation of a shared job is used here.

In the browser the desktop's libraries do not exist; on the desktop each may be missing. The choice
is made when somebody asks, never at import time.
"""

from __future__ import annotations

import logging
import sys
from functools import cache
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError

if TYPE_CHECKING:
    from mediadevices.agent_protocol.agent import Agent
    from mediadevices.media.pixel_operations import PixelOperations
    from mediadevices.media.resampling import ResamplerFactory

__all__ = ["default_agent", "pixel_operations", "resampler_factory"]

_log = logging.getLogger("mediadevices")


def default_agent() -> Agent:
    """Return a new agent of this world: the browser's in a web page, else the desktop's.

    Raises:
        NotSupportedError: Python runs on WebAssembly, but not in a page that may use devices.
        ValueError: An environment variable of the desktop has a value that nobody understands.
    """
    if sys.platform == "emscripten":
        from mediadevices_pyodide.agent import create_agent as create_browser_agent

        return create_browser_agent()
    from mediadevices_native.agent import create_agent

    return create_agent()


def pixel_operations() -> PixelOperations:
    """Return what converts and scales pictures: by OpenCV, by NumPy or by Python alone."""
    if sys.platform == "emscripten":
        # The page decides whether to load NumPy, and it may do so later than now.
        return _numpy_pixels() if "numpy" in sys.modules else _pure_pixels()
    return _desktop_pixels()


def resampler_factory() -> ResamplerFactory:
    """Return what makes a `Resampler`: soxr where it is installed, else linear interpolation."""
    return _linear_resampler() if sys.platform == "emscripten" else _desktop_resampler()


@cache
def _desktop_pixels() -> PixelOperations:
    try:
        from mediadevices_native.opencv import load_opencv

        load_opencv()  # it has settings that OpenCV reads when it is first imported
        from mediadevices_native.pixels import OpenCVPixelOperations

        return OpenCVPixelOperations()
    except (ImportError, NotReadableError) as error:
        _log.debug("pixels: not by OpenCV: %s", error)
    try:
        return _numpy_pixels()
    except Exception as error:  # noqa: BLE001  (a broken NumPy raises what it likes)
        _log.debug("pixels: not by NumPy: %s", error)
    return _pure_pixels()


@cache
def _numpy_pixels() -> PixelOperations:
    from mediadevices.media.numpy_pixel_operations import NumpyPixelOperations

    return NumpyPixelOperations()


@cache
def _pure_pixels() -> PixelOperations:
    from mediadevices.media.pure_pixel_operations import PurePixelOperations

    return PurePixelOperations()


@cache
def _desktop_resampler() -> ResamplerFactory:
    try:
        from mediadevices_native.resampling import SoxrResampler
    except ImportError as error:
        _log.debug("resampling: not by soxr: %s", error)
        return _linear_resampler()
    return SoxrResampler


def _linear_resampler() -> ResamplerFactory:
    from mediadevices.media.resampling import LinearResampler

    return LinearResampler
