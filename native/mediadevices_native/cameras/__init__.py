"""Cameras on the desktop: `OpenCVCameraDriver`, and `diagnose` for what is in its way."""

from mediadevices_native.cameras.driver import OpenCVCameraDriver, diagnose

__all__ = ["OpenCVCameraDriver", "diagnose"]
