"""Every program of the docs runs in a process of its own, on synthetic devices."""

import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.docs_programs import named_blocks

DOCS = Path(__file__).parents[2] / "docs"


def test_each_program_has_a_test():
    tested = re.findall(r'program\("(\w+\.py)"\)', Path(__file__).read_text("utf-8"))
    assert sorted(name for name, _ in named_blocks()) == sorted(set(tested))


def test_the_commands_of_the_tutorial(program):
    text = (DOCS / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    ours = [line for line in commands if line.startswith("mediadevices ")]
    assert ours == ["mediadevices doctor", "mediadevices devices", "mediadevices photo me.png"]
    for line in ours[1:]:  # `doctor` fails here, where nothing real is connected
        program.run(*line.split())
    assert (program.folder / "me.png").stat().st_size > 1000


def test_see(program, display, press_q):
    done = program.run(*press_q(program("see.py")), environment=display)
    assert "Synthetic Camera" in done.stdout


def test_motion(program):
    process = subprocess.Popen(
        [sys.executable, "-u", program("motion.py")],
        env=program.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert re.fullmatch("#+\n", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_the_test_of_motion(program):
    program("motion.py")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:asyncio",
    ]  # whose advice is on stderr
    done = program.run(*command, program("test_motion.py"))
    assert "2 passed" in done.stdout


def test_photo_server(program):
    program("photo_server.py")
    with running_server(program, "photo_server:app") as (_, port):
        for _ in range(2):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/photo.jpg") as answer:
                assert answer.headers["Content-Type"] == "image/jpeg"
                jpeg = np.frombuffer(answer.read(), np.uint8)
        assert cv2.imdecode(jpeg, cv2.IMREAD_COLOR).shape == (720, 1280, 3)


def test_tk_camera(program, display):
    pytest.importorskip("tkinter", reason="no tkinter (apt-get install python3-tk)")
    wrapper = (
        "import runpy, sys, tkinter\n"
        "configure, shown = tkinter.Label.configure, []\n"
        "def show(label, **options):\n"
        "    configure(label, **options)\n"
        "    shown.append(options['image'])\n"
        "    if len(shown) == 3:\n"
        "        label.master.tk.call(label.master.protocol('WM_DELETE_WINDOW'))\n"
        "        print(*options['image'].get(120, 400))\n"
        "tkinter.Label.configure = show\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
    )
    command = [sys.executable, "-c", wrapper, program("tk_camera.py")]
    assert_yellow(program.run(*command, environment=display).stdout)


def assert_yellow(colour):
    """Check a pixel of the second bar of the synthetic camera's picture."""
    red, green, blue, *_ = map(int, colour.split())
    assert min(red, green) > 200
    assert blue < 60


def test_a_video_and_a_clip_of_it(program):
    program.run(sys.executable, program("record_video.py"), "1")
    film = cv2.VideoCapture(str(program.folder / "film.mp4"))
    assert film.get(cv2.CAP_PROP_FPS) == 30
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) in range(30, 35)
    assert film.get(cv2.CAP_PROP_FRAME_WIDTH) == 640
    film.release()
    done = program.run(sys.executable, program("clip_camera.py"), "film.mp4")
    assert done.stdout.splitlines()[-1] == "99 640 480"  # more than twice through the clip


def test_web_server(program):
    program("web_server.py")
    with running_server(program, "web_server:app") as (server, port):
        clients = [urllib.request.urlopen(f"http://127.0.0.1:{port}/camera") for _ in range(2)]
        for client in clients * 2:
            assert picture(client).shape == (480, 640, 3)
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=20)
        for client in clients:
            client.close()
    assert server.returncode == 0, errors
    assert "Application shutdown complete" in errors


@contextmanager
def running_server(program, app):
    """Run a web server of the docs, and give its process and port."""
    command = ["uvicorn", app, "--port", "0", "--timeout-graceful-shutdown", "1"]
    with subprocess.Popen(
        command, cwd=program.folder, env=program.environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if match := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
                    yield server, int(match[1])
                    break
            else:
                raise AssertionError("the server did not start")
        finally:
            server.kill()


def picture(client):
    """Read the next picture of an MJPEG stream."""
    data = b""
    while not (match := re.search(rb"\xff\xd8.*?\xff\xd9\r\n", data, re.DOTALL)):
        data += client.read1()
    return cv2.imdecode(np.frombuffer(match[0], np.uint8), cv2.IMREAD_COLOR)


def test_qt_camera(program):
    pytest.importorskip("PySide6", reason="no PySide6 (pip install '.[qt]')")
    pytest.importorskip("qasync", reason="no qasync (pip install '.[qt]')")
    wrapper = (
        "import runpy, sys\n"
        "from PySide6.QtWidgets import QLabel\n"
        "show, shown = QLabel.setPixmap, []\n"
        "def set_pixmap(label, picture):\n"
        "    show(label, picture)\n"
        "    shown.append(picture.toImage().pixelColor(120, 400).getRgb())\n"
        "    if len(shown) == 3:\n"
        "        print(*shown[-1])\n"
        "        label.close()\n"
        "QLabel.setPixmap = set_pixmap\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
    )
    command = [sys.executable, "-c", wrapper, program("qt_camera.py")]
    done = program.run(*command, environment={"QT_QPA_PLATFORM": "offscreen"})
    assert_yellow(done.stdout)


def test_processes(program):
    done = program.run(sys.executable, program("processes.py"))
    assert len([float(line) for line in done.stdout.splitlines()]) == 5


def test_fast_loop(program):
    pytest.importorskip("uvloop", reason="uvloop does not exist for Windows")
    assert "VideoFrame" in program.run(sys.executable, program("fast_loop.py")).stdout
