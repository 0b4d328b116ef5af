"""Cameras on the desktop: `OpenCVCameraDriver`, and `diagnose`, which finds what it lacks."""

from mediadevices_native.cameras.driver import OpenCVCameraDriver, diagnose

__all__ = ["OpenCVCameraDriver", "diagnose"]
