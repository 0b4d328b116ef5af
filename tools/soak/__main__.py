"""Runs a soak, here or in the virtual machine, and prints the report."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
_POLL_SECONDS = 0.5
# Folders of the checkout whose packages a soak imports.
_IMPORTED_FROM = ("shared", "native", "tests", "")


def main(arguments: Sequence[str]) -> int:
    """Run a soak; return 1 if anything hung, leaked or failed."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="duration")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="of the random faults"
    )
    parser.add_argument("--pipewire", action="store_true", help="not PulseAudio")
    parser.add_argument("--vm", action="store_true", help="run in the virtual machine")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.vm:
        return _in_machine(["--inside", f"--seconds={options.seconds}", f"--seed={options.seed}"])
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = os.environ["HOME"] = home
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    from support.pipewire_server import PipeWireServer
    from support.pulse_server import PulseServer
    from tools.soak.guest_devices import GuestWorld
    from tools.soak.host_devices import HostWorld
    from tools.soak.soak import soak

    seconds, seed = options.seconds, options.seed
    random_source = random.Random(seed)
    world: GuestWorld | HostWorld
    if options.inside:
        world = GuestWorld(random_source)
    else:
        server = PipeWireServer() if options.pipewire else PulseServer()
        world = HostWorld(random_source, server, os.environ)
    try:
        print(f"A soak of {seconds:g} s, seed {seed}, on {world.name}", flush=True)
        report = asyncio.run(soak(world, random_source, seconds))
    finally:
        world.close()
    print(*report.lines(), sep="\n", flush=True)
    return 1 if report.problems else 0


def _in_machine(arguments: Sequence[str]) -> int:
    from support import virtual_machine

    cache = ROOT / ".cache" / "vm"
    if reason := virtual_machine.prepare(cache):
        print(reason)
        return 1
    with tempfile.TemporaryDirectory(prefix="soak-") as share:
        process = virtual_machine.boot(
            [sys.executable, "-m", "tools.soak", *arguments],
            cache=cache,
            share=Path(share),
            folder=ROOT,
            environment={
                **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
                "PYTHONPATH": ":".join(f"{ROOT}/{name}" for name in _IMPORTED_FROM),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOME": "/root",
            },
        )
        try:
            while (code := process.poll()) is None:
                time.sleep(_POLL_SECONDS)
        finally:
            process.stop()
            print(process.console.read_text(errors="replace"))
    print(f"{shlex.join(arguments)}: exit code {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
