"""Conversion and scaling of pictures with OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from mediadevices.media.numpy_arrays import plane_views, split_planes
from mediadevices.media.numpy_pixel_operations import (
    NumpyPixelOperations,
    gray_to_luma,
    luma_to_gray,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from mediadevices.media.frame_geometry import DOMRectReadOnly
    from mediadevices.media.pixel_formats import PixelFormat
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["OpenCVPixelOperations"]


def _conversions() -> dict[tuple[str, str], int]:
    """Return OpenCV's code for each pair of formats that it converts as NumPy does."""
    names = {"RGB24": "RGB", "BGR24": "BGR", "RGBA": "RGBA", "BGRA": "BGRA"}
    found: dict[tuple[str, str], int] = {}
    for ours, theirs in names.items():
        # X bytes are written as 255 and ignored when read: OpenCV appends 255 and drops the byte.
        for theirs_too, targets in (
            *((other, [name]) for name, other in names.items()),
            ("RGBA", ["RGBX"]),
            ("BGRA", ["BGRX"]),
        ):
            code = getattr(cv2, f"COLOR_{theirs}2{theirs_too}", None)
            for target in targets:
                adds_nothing = len(theirs) == len(theirs_too)
                if code is not None and not (adds_nothing and target.endswith("X")):
                    found[ours, target] = code
        found[ours, "GRAY8"] = getattr(cv2, f"COLOR_{theirs}2GRAY")
        found[ours, "I420"] = getattr(cv2, f"COLOR_{theirs}2YUV_I420")
        for planar in ("I420", "NV12"):
            found[planar, ours] = getattr(cv2, f"COLOR_YUV2{theirs}_{planar}")
    found["GRAY8", "RGB24"] = found["GRAY8", "BGR24"] = cv2.COLOR_GRAY2BGR
    for target in ("RGBA", "RGBX", "BGRA", "BGRX"):
        found["GRAY8", target] = cv2.COLOR_GRAY2BGRA
    for source in ("RGBX", "BGRX"):
        for target in ("RGB24", "BGR24", "GRAY8", "I420"):
            found[source, target] = found[f"{source[:3]}A", target]
    for planar in ("I420", "NV12"):
        for target in ("RGBX", "BGRX"):
            found[planar, target] = found[planar, f"{target[:3]}A"]
    return found


_CONVERSIONS = _conversions()


class OpenCVPixelOperations(NumpyPixelOperations):
    """Converts and scales with OpenCV; NumPy does what OpenCV cannot (odd sizes, I422, …)."""

    def converted_bytes(self, frame: VideoFrame, wanted: PixelFormat) -> npt.NDArray[np.uint8]:
        """Return the packed bytes of the visible pixels in another format."""
        geometry = frame.geometry
        source, visible = geometry.format, geometry.visible
        planes = plane_views(frame, visible)
        if (source.family, wanted.family) == ("yuv", "gray"):
            return np.asarray(cv2.LUT(planes[0], luma_to_gray()), np.uint8)
        if (source.family, wanted.name) == ("gray", "I420"):
            memory = np.empty(wanted.byte_size(visible.width, visible.height), np.uint8)
            luma, *chroma = split_planes(memory, wanted, visible.width, visible.height)
            cv2.LUT(planes[0], gray_to_luma(), luma)
            for plane in chroma:
                plane.fill(128)
            return memory
        code = _CONVERSIONS.get((source.name, wanted.name))
        halves = "yuv" in {source.family, wanted.family}
        if code is None or (halves and (visible.width % 2 or visible.height % 2)):
            return super().converted_bytes(frame, wanted)
        if source.family != "yuv":
            return np.asarray(cv2.cvtColor(planes[0], code), np.uint8)
        if source.name == "NV12":
            return np.asarray(cv2.cvtColorTwoPlane(planes[0], planes[1], code), np.uint8)
        if not geometry.is_packed:
            return super().converted_bytes(frame, wanted)
        packed = np.frombuffer(frame.resource.view, np.uint8)
        packed = packed[: source.byte_size(visible.width, visible.height)]
        return np.asarray(cv2.cvtColor(packed.reshape(-1, visible.width), code), np.uint8)

    def scaled_bytes(
        self, frame: VideoFrame, crop: DOMRectReadOnly, width: int, height: int
    ) -> npt.NDArray[np.uint8]:
        """Return the packed bytes of a part of the picture at another size."""
        if width > crop.width or height > crop.height:
            return super().scaled_bytes(frame, crop, width, height)
        pixel_format = frame.geometry.format
        memory = np.empty(pixel_format.byte_size(width, height), np.uint8)
        target = split_planes(memory, pixel_format, width, height)
        for plane, smaller in zip(plane_views(frame, crop), target, strict=True):
            size = smaller.shape[1], smaller.shape[0]
            written = cv2.resize(plane, size, smaller, interpolation=cv2.INTER_AREA)
            if written is not smaller:  # OpenCV did not write to this memory
                smaller[...] = written.reshape(smaller.shape)
        return memory
