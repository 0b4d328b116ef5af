"""Cameras on the desktop: `OpenCVCameraDriver`, and `diagnose`, which says what is missing."""

from mediadevices_native.cameras.driver import OpenCVCameraDriver, diagnose

__all__ = ["OpenCVCameraDriver", "diagnose"]
