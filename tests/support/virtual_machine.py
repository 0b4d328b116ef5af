"""A virtual machine that boots Debian's stock kernel on the files of its host.

The kernel brings `vivid` (a complete virtual V4L2 camera) and `snd-aloop` (a sound card whose
output is its input) as modules. The guest's root folder is the host's, read-only, below an overlay
in memory: the guest has everything that is installed on the host, including the virtual
environment, and cannot change the host's files. One folder is shared for writing.
"""

from __future__ import annotations

import gzip
import lzma
import platform
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from support.child_process import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["GuestProcess", "boot", "prepare"]

_TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "modprobe": "kmod",
    "cpio": "cpio",
    "dpkg-deb": "dpkg",
    "apt-get": "apt",
    "v4l2-ctl": "v4l-utils",
    "arecord": "alsa-utils",
    "strace": "strace",
}
# Modules that the guest needs to mount the host's files; it loads others from there.
_BOOT_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
_KERNEL = "linux-image-amd64"
_DOWNLOAD_SECONDS = 600
_SCRIPTS = Path(__file__).parent.parent / "environments"
_NO_PYTEST = 70


def prepare(cache: Path) -> str | None:
    """Download the kernel, once, and build the initramfs.

    Args:
        cache: The folder for both, visible to the guest.

    Returns:
        The reason if there can be no virtual machine, or None.
    """
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        return "the virtual machine is for Linux on x86-64"
    if missing := [package for tool, package in _TOOLS.items() if not _find(tool)]:
        return f"not installed: {', '.join(missing)} (apt-get install)"
    kernel = cache / "kernel"
    try:
        if not (kernel / "lib" / "modules").exists():
            _download_kernel(kernel)
        # Built every time: it is quick, and never out of date.
        _build_initramfs(kernel, cache / "initramfs.gz")
    except subprocess.CalledProcessError as error:
        return f"{shlex.join(map(str, error.cmd))} failed:\n{error.stderr}"
    return None


def boot(
    command: Sequence[str],
    *,
    cache: Path,
    share: Path,
    folder: Path,
    environment: Mapping[str, str],
) -> GuestProcess:
    """Start the machine, which runs one command as root and then powers off.

    Args:
        command: The command.
        cache: The folder that `prepare` filled.
        share: A folder that the guest mounts writable, as `/mnt/share`.
        folder: The working directory of the command.
        environment: The environment variables of the command.
    """
    kernel = cache / "kernel"
    version = _version(kernel)
    exports = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    (share / "command.sh").write_text(
        "\n".join([*exports, f"cd {shlex.quote(str(folder))}", shlex.join(command), ""])
    )
    (share / "modules").write_text(f"{kernel}/lib/modules/{version}")
    shutil.copy(_SCRIPTS / "guest.sh", share)
    words = ["console=ttyS0", "quiet", "loglevel=3", "panic=-1", "mitigations=off", "audit=0"]
    words += ["tsc=reliable", "no_timer_check"]
    machine = [
        "qemu-system-x86_64",
        *("-machine", "q35", "-accel", "tcg,thread=multi,tb-size=1024", "-cpu", "max"),
        *("-smp", "2", "-m", "3G", "-nodefaults", "-no-user-config", "-no-reboot"),
        *("-display", "none", "-serial", "stdio"),
        *("-kernel", f"{kernel}/boot/vmlinuz-{version}", "-initrd", f"{cache}/initramfs.gz"),
        *("-append", " ".join(words)),
        *_mount("root", Path("/"), ",readonly=on,multidevs=remap"),
        *_mount("share", share, ""),
    ]
    return GuestProcess("vm", machine, share)


class GuestProcess(ChildProcess):
    """The machine; its exit code is that of the command in it."""

    def poll(self) -> int | None:
        """Return the command's exit code, 70 if it had none, or None while it runs."""
        code = super().poll()
        if code is None:
            return None
        result = self.console.parent / "exit-code"
        return int(result.read_text()) if code == 0 and result.exists() else _NO_PYTEST


def _mount(tag: str, folder: Path, options: str) -> tuple[str, ...]:
    path = str(folder).replace(",", ",,")
    return (
        *("-fsdev", f"local,id={tag},path={path},security_model=none{options}"),
        *("-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"),
    )


def _find(tool: str) -> str | None:
    # Debian's system tools are not on an ordinary user's PATH.
    return shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin")


def _run(*command: str | Path, folder: Path | None = None, data: bytes | None = None) -> bytes:
    done = subprocess.run(
        [_find(str(command[0])) or command[0], *command[1:]],
        cwd=folder,
        input=data,
        capture_output=True,
        check=True,
        timeout=_DOWNLOAD_SECONDS,
    )
    return done.stdout


def _version(kernel: Path) -> str:
    (modules,) = (kernel / "lib" / "modules").iterdir()
    return modules.name


def _download_kernel(kernel: Path) -> None:
    depends = _run("apt-cache", "depends", _KERNEL).decode()
    package = re.search(r"Depends: (linux-image-\S+)", depends)
    if package is None:
        raise subprocess.CalledProcessError(1, ["apt-cache", "depends", _KERNEL], depends, depends)
    kernel.parent.mkdir(parents=True, exist_ok=True)
    # Move the kernel into place when complete, so an interrupted download leaves nothing.
    with tempfile.TemporaryDirectory(dir=kernel.parent, prefix="download-") as name:
        folder = Path(name)
        _run("apt-get", "download", "--quiet", package[1], folder=folder)
        (archive,) = folder.glob("*.deb")
        unpacked = folder / "kernel"
        _run("dpkg-deb", "--extract", archive, unpacked)
        _run("depmod", "--basedir", unpacked, _version(unpacked))
        unpacked.rename(kernel)


def _build_initramfs(kernel: Path, target: Path) -> None:
    """Pack busybox, the first modules and the script that mounts the host's files."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="initramfs-") as name:
        root = Path(name)
        for folder in ("bin", "modules", "proc", "sys", "dev", "lower", "upper", "new"):
            (root / folder).mkdir()
        shutil.copy(_find("busybox") or "", root / "bin" / "busybox")
        (root / "bin" / "sh").symlink_to("busybox")
        order: list[str] = []
        for module in _modules(kernel):
            data = module.read_bytes()
            short = module.name.removesuffix(".xz")
            (root / "modules" / short).write_bytes(
                lzma.decompress(data) if module.suffix == ".xz" else data
            )
            order.append(short)
        (root / "modules" / "order").write_text("\n".join([*order, ""]))
        shutil.copy(_SCRIPTS / "initramfs.sh", root / "init")
        (root / "init").chmod(0o755)
        names = "\n".join(sorted(str(path.relative_to(root)) for path in root.rglob("*")))
        archive = _run("cpio", "--create", "--format=newc", folder=root, data=names.encode())
        part = root / "initramfs.gz"
        part.write_bytes(gzip.compress(archive, compresslevel=1))
        part.rename(target)


def _modules(kernel: Path) -> list[Path]:
    """Return the files of the boot modules, in loading order."""
    files: dict[Path, None] = {}
    for module in _BOOT_MODULES:
        listed = _run(
            *("modprobe", "--dirname", kernel, "--set-version", _version(kernel)),
            *("--show-depends", module),
        )
        for line in listed.decode().splitlines():
            kind, _, file = line.partition(" ")
            if kind == "insmod":
                files[Path(file.strip())] = None
    return list(files)
