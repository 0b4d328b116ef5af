"""The implementations of this system: the agent, the pixel operations and the resampler.

A web page does not have the desktop's libraries, and on the desktop each may be missing. Each
function here chooses when it is called, and not at import time.
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
    """Return a new agent: the browser's in a web page, otherwise the desktop's.

    Raises:
        NotSupportedError: Python runs on WebAssembly, but not in a page that may use devices.
        ValueError: An environment variable of the desktop has an invalid value.
    """
    if sys.platform == "emscripten":
        from mediadevices_pyodide.agent import create_agent as create_browser_agent

        return create_browser_agent()
    from mediadevices_native.agent import create_agent

    return create_agent()


def pixel_operations() -> PixelOperations:
    """Return the fastest pixel operations available: OpenCV, NumPy, or pure Python."""
    if sys.platform == "emscripten":
        # Not cached, because the page may load NumPy later.
        return _numpy_pixels() if "numpy" in sys.modules else _pure_pixels()
    return _desktop_pixels()


def resampler_factory() -> ResamplerFactory:
    """Return the class of resampler: soxr if it is installed, otherwise linear interpolation."""
    return _linear_resampler() if sys.platform == "emscripten" else _desktop_resampler()


@cache
def _desktop_pixels() -> PixelOperations:
    try:
        from mediadevices_native.opencv import load_opencv

        load_opencv()  # First: it sets variables that OpenCV reads when it is imported.
        from mediadevices_native.pixels import OpenCVPixelOperations

        return OpenCVPixelOperations()
    except (ImportError, NotReadableError) as error:
        _log.debug("pixel operations: OpenCV is not available: %s", error)
    try:
        return _numpy_pixels()
    except Exception as error:  # noqa: BLE001  (a broken NumPy may raise anything)
        _log.debug("pixel operations: NumPy is not available: %s", error)
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
        _log.debug("resampling: soxr is not available: %s", error)
        return _linear_resampler()
    return SoxrResampler


def _linear_resampler() -> ResamplerFactory:
    from mediadevices.media.resampling import LinearResampler

    return LinearResampler
