"""Find several installed distributions of OpenCV, which overwrite each other's files."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from mediadevices_native.diagnostics import Finding

__all__ = ["diagnose_opencv_packages"]

_NAMES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def diagnose_opencv_packages() -> list[Finding]:
    """Return a finding if more than one distribution of OpenCV is installed.

    All of them install into the folder ``cv2``, so the last one that was installed is the one that
    is imported, and uninstalling any of them breaks the others.
    """
    versions: dict[str, str] = {}
    for name in _NAMES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    if len(versions) < 2:
        return []
    # Keep the package with all features of the installed ones: the extra modules, and windows.
    contrib = "contrib-" if any("contrib" in name for name in versions) else ""
    headless = "-headless" if all(name.endswith("-headless") for name in versions) else ""
    listed = " and ".join(f"{name} {installed}" for name, installed in versions.items())
    text = f"{listed} share the folder cv2 and overwrite each other's files"
    kept = f"opencv-{contrib}python{headless}"
    remedy = f"keep one: pip uninstall {' '.join(versions)}; pip install {kept}"
    is_consistent = len(set(versions.values())) == 1
    return [Finding("OpenCV packages", is_consistent, text, remedy)]
