"""Controls the virtual machine's cameras, which belong to the kernel module `vivid`.

Two of them share one platform device, so they are plugged and unplugged together. `another_module`
adds one on a separate device.
"""

from __future__ import annotations

import contextlib
import lzma
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices_native.cameras.v4l2.ioctl import buffers_are_free, capability, open_node

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = [
    "FIRST",
    "another_module",
    "control",
    "format_of",
    "is_free",
    "is_plugged",
    "plug",
    "reset",
    "set_control",
    "unplug",
]

FIRST = "/dev/video0"

_DRIVERS = Path("/sys/bus/platform/drivers")
_SIGNATURE = b"~Module signature appended~\n"


def _v4l2_ctl(node: str, *options: str) -> str:
    command = ["v4l2-ctl", "-d", node, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def set_control(node: str = FIRST, **controls: int) -> None:
    """Set controls, including vivid's fault injection and its buttons."""
    _v4l2_ctl(node, "-c", ",".join(f"{name}={value}" for name, value in controls.items()))


def control(name: str, node: str = FIRST) -> int:
    """Read a control."""
    return int(_v4l2_ctl(node, "-C", name).split(":")[1].split()[0])


def format_of(node: str = FIRST) -> tuple[int, int, str]:
    """Return the width, the height and the pixel format of the driver."""
    shown = _v4l2_ctl(node, "--get-fmt-video")
    found = re.search(r"Width/Height\s*: (\d+)/(\d+)\s+Pixel Format\s*: '(.{4})'", shown)
    assert found is not None, shown
    return int(found[1]), int(found[2]), found[3]


def reset(node: str = FIRST) -> None:
    """Show the 100 % colour bars without text, and clear every fault."""
    set_control(node, test_pattern=1, osd_text_mode=2, brightness=128, contrast=128)
    set_control(node, percentage_of_dropped_buffers=0, wrap_timestamp=0)


def is_free(node: str = FIRST) -> bool:
    """Return True if no process captures from a camera."""
    with open_node(node) as call:
        return buffers_are_free(call, capability(call).buffer_type)


def is_plugged(module: str = "vivid") -> bool:
    """Return True if a module's cameras are plugged in."""
    return (_DRIVERS / module / f"{module}.0").exists()


def unplug(module: str = "vivid") -> None:
    """Unplug a module's cameras."""
    (_DRIVERS / module / "unbind").write_text(f"{module}.0")


def plug(module: str = "vivid") -> None:
    """Plug in a module's cameras; they get the lowest free numbers."""
    (_DRIVERS / module / "bind").write_text(f"{module}.0")


@contextlib.contextmanager
def another_module(folder: Path, **options: str) -> Generator[str]:
    """Load `vivid` a second time, renamed, with one camera.

    Args:
        folder: A folder for the renamed module.
        options: Module options, such as ``input_types="3"`` for an HDMI input.

    Yields:
        The name of the module and its camera.
    """
    name = "vivie"
    (original,) = Path("/lib/modules").glob("*/kernel/drivers/media/test-drivers/vivid/vivid.ko*")
    code = original.read_bytes()
    if original.suffix == ".xz":
        code = lzma.decompress(code)
    if code.endswith(_SIGNATURE):
        # It would not be true any more. The length stands before the last words.
        end = len(code) - len(_SIGNATURE)
        code = code[: end - 12 - int.from_bytes(code[end - 4 : end], "big")]
    file = folder / f"{name}.ko"
    file.write_bytes(code.replace(b"vivid", name.encode()))
    given = {"n_devs": "1", "node_types": "0x1", "num_inputs": "1", "input_types": "0", **options}
    words = [f"{option}={value}" for option, value in given.items()]
    subprocess.run(["insmod", file, *words], check=True, timeout=60)
    try:
        yield name
    finally:
        subprocess.run(["rmmod", name], check=True, timeout=60)
