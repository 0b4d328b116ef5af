"""The library on macOS and Windows, as far as another system can show it: see `another_system`."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest
from packaging.requirements import Requirement

from support.another_system import PLATFORMS

pytestmark = [
    pytest.mark.parametrize("platform", PLATFORMS),
    pytest.mark.skipif(sys.platform != "linux", reason="it takes away what Linux has"),
]

ROOT = Path(__file__).parents[2]

_LINUX_ONLY = {
    "mediadevices_native.cameras.v4l2.cameras",
    "mediadevices_native.cameras.v4l2.controls",
    "mediadevices_native.cameras.v4l2.ioctl",
    "mediadevices_native.cameras.v4l2.modes",
    "mediadevices_native.cameras.v4l2.obstacles",
    "mediadevices_native.microphones.pulse.connection",
}


def run_on(platform: str, folder: Path, program: str, typed: str = "") -> list[str]:
    """Run a program on a system, with permission and a home folder, and return what it prints."""
    beginning = f"from support.another_system import *\nsound = become({platform!r})\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", beginning + dedent(program)],
        input=typed,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        cwd=folder,
        env={
            "PYTHONPATH": ":".join(sys.path),
            "PATH": "",
            **dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(folder)),
            "MEDIADEVICES_ALLOW": "camera,microphone",
            "MEDIADEVICES_APPLICATION": "tests",
            "MEDIADEVICES_AUDIT_LOG": str(folder / "audit"),
        },
    )
    assert not done.returncode, done.stderr
    assert not done.stderr
    return done.stdout.splitlines()


def test_only_what_is_used_is_installed(platform: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [Requirement(text) for text in project["dependencies"]]
    names = {
        one.name
        for one in requirements
        if one.marker is None or one.marker.evaluate({"sys_platform": platform})
    }
    assert names == {
        *("cv2-enumerate-cameras", "numpy", "opencv-python", "platformdirs", "rich"),
        *("sounddevice", "soxr", "typer"),
    }


def test_all_but_what_is_for_linux_can_be_imported(platform: str, tmp_path: Path) -> None:
    program = """
    import importlib, pkgutil
    import mediadevices, mediadevices_native

    for package in (mediadevices, mediadevices_native):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(".__main__"):
                continue  # it is a program
            try:
                importlib.import_module(module.name)
                print("good", module.name)
            except (ImportError, AssertionError):
                print("missing", module.name)
    """
    lines = [line.split() for line in run_on(platform, tmp_path, program)]
    assert {name for word, name in lines if word == "missing"} == _LINUX_ONLY
    assert len(lines) > 150  # every module, and not only the first


def test_a_camera_is_opened_and_read(platform: str, tmp_path: Path) -> None:
    program = """
    import asyncio, time
    from mediadevices import navigator

    async def main():
        devices = navigator.media_devices
        async with await devices.get_user_media({"video": {"width": 1280}}) as stream:
            [track] = stream.get_tracks()
            settings = track.get_settings()
            print(track.label, settings.width, settings.height)
            frames, stamps = track.frames(), []
            for _ in range(20):
                with await anext(frames) as frame:
                    stamps.append(frame.timestamp)
                    shape = frame.format, frame.coded_width, frame.coded_height
            print(*shape)
            print(stamps == sorted(set(stamps)), stamps[-1] <= time.monotonic_ns() / 1000 + 1000)
            await track.apply_constraints({"width": {"exact": 640}})
            print(track.get_settings().width)
        print(track.ready_state)
        found = await devices.enumerate_devices()
        print(*sorted(device.kind for device in found), len({one.group_id for one in found}))

    asyncio.run(main())
    """
    assert run_on(platform, tmp_path, program) == [
        "Stand-in Camera (046d:0892) 1280 720",
        "BGR24 1280 720",
        "True True",
        "640",
        "ended",
        "audioinput videoinput 2",  # they cannot be known to be of one unit
    ]


def test_a_microphone_is_opened_and_read(platform: str, tmp_path: Path) -> None:
    program = """
    import asyncio
    from mediadevices import navigator

    async def main():
        async with await navigator.media_devices.get_user_media({"audio": True}) as stream:
            [track] = stream.get_tracks()
            print(track.label, track.get_settings().sample_rate)
            block = asyncio.ensure_future(anext(track.frames()))
            await asyncio.sleep(0)
            [microphone] = sound.streams
            microphone.give(bytes(441 * 4))
            with await block as samples:
                print(samples.number_of_frames, samples.sample_rate)
        print(track.ready_state, microphone.closed)

    asyncio.run(main())
    """
    assert run_on(platform, tmp_path, program) == [
        "Stand-in Microphone 44100",
        "441 44100",
        "ended True",
    ]
    entries = (tmp_path / "audit").read_text(encoding="utf-8").splitlines()
    assert "Stand-in Microphone" in str([json.loads(entry) for entry in entries])


def test_answers_and_ids_are_kept(platform: str, tmp_path: Path) -> None:
    program = """
    from mediadevices.local.permissions.decisions import Decision
    from mediadevices_native.application.identity import application_secret
    from mediadevices_native.application.remembered_answers import (
        RememberedPermissions,
        forget_permissions,
    )

    answers = RememberedPermissions("tests")
    answers.remember({"camera": Decision("granted", "user"), "microphone": Decision("denied")})
    print({name: answer.state for name, answer in answers.recall().items()})
    print(application_secret("tests") == application_secret("tests"))
    forget_permissions("tests")
    print(dict(answers.recall()))
    """
    assert run_on(platform, tmp_path, program) == [
        "{'camera': 'granted', 'microphone': 'denied'}",
        "True",
        "{}",
    ]


def test_the_user_is_asked(platform: str, tmp_path: Path) -> None:
    program = """
    import asyncio, sys
    from mediadevices import PermissionRequest
    from mediadevices_native.prompters import ask_on_terminal, choose_prompter

    print(choose_prompter())
    sys.stderr = sys.stdout
    print(asyncio.run(ask_on_terminal(PermissionRequest(("camera",), {}, "doorbell"))))
    """
    assert run_on(platform, tmp_path, program, typed="y\n") == [
        "None",  # this is no terminal
        'Allow "doorbell" to use the camera? [y/N] True',
    ]


def test_the_commands_run(platform: str, tmp_path: Path) -> None:
    program = """
    from pathlib import Path
    from support.command_line import call

    for command in (
        "devices --json",
        "capabilities camera --json",
        "photo photo.png",
        "photo photo.jpg --device Stand-in",
        "record sound.wav --seconds 0.1",
        "monitor --seconds 0.1",
        "permissions",
        "doctor",
    ):
        done = call(*command.split())
        print(command.split()[0], done.code, "error" in done.err)
    print(*sorted(path.name for path in Path().glob("[a-z]*.*")))
    """
    assert run_on(platform, tmp_path, program) == [
        "devices 0 False",
        "capabilities 0 False",
        "photo 0 False",
        "photo 0 False",
        "record 0 False",
        "monitor 0 False",
        "permissions 0 False",
        "doctor 0 False",
        "photo.jpg photo.png sound.wav",
    ]


def test_a_page_is_served(platform: str, tmp_path: Path) -> None:
    program = """
    import logging
    from pathlib import Path
    from mediadevices_native.serving.site import Site
    from support.page_client import serving

    logging.disable()  # it says what there is not
    Path("pages/sub").mkdir(parents=True)
    Path("pages/sub/x.js").write_text("0123456789")
    Path("pages/link.js").symlink_to(Path("secret").resolve())
    Path("secret").touch()
    with serving(Site(Path("pages").resolve(), pyodide=Path().resolve())) as client:
        print(client.get("/sub/x.js").body.decode())
        print(client.get("/link.js").status, client.get("/nothing.js").status)
    """
    assert run_on(platform, tmp_path, program) == ["0123456789", "404 404"]
