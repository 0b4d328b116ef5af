"""Pixel formats of a camera, by their FourCC, as OpenCV treats them; nothing of V4L2 is needed."""

from __future__ import annotations

__all__ = ["COMPRESSED_FORMATS"]

COMPRESSED_FORMATS = frozenset({"MJPG", "JPEG"})
"""They cost time and quality; but the bus carries more of them."""
