"""A custom Pyodide distribution: npm's Pyodide, a wheel, and a lock file with it."""

from __future__ import annotations

import functools
import http.server
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from support import node_runtime
from support.child_process import ChildProcess
from support.node_environment import NodeEnvironment

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Loaded", "PyodideTools", "chromium", "load_in_chromium", "load_under_node"]

# pyodide-lock's extras are its command and its reading of wheels; pyodide-build brings neither.
_PINS = ("pyodide-build==0.39.2", "pyodide-cli==0.5.0", "pyodide-lock[cli,wheel]==0.2.1")
_OLDEST = (3, 12)
_PYTHONS = ("3.14", "3.13", "3.12")
_SYSCONFIG = "_sysconfigdata__emscripten_wasm32-emscripten"
_SECONDS = 120
_LOAD_SECONDS = 60
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# It connects only to the page's server.
_CHROMIUM_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

# One program for Node and pages. Pyodide reports failures as messages, not as rejections.
_PROGRAM = """\
import { loadPyodide } from "./pyodide.mjs";

export async function run(indexURL, checkIntegrity) {
  const messages = [];
  const note = (message) => messages.push(message);
  const options = { checkIntegrity, messageCallback: note, errorCallback: note };
  const pyodide = await loadPyodide({ indexURL });
  const packages = (await pyodide.loadPackage("mediadevices", options)).map(({ name }) => name);
  const frame = packages.length ? await pyodide.runPythonAsync(CAPTURE) : "";
  return { packages, messages, frame };
}

const CAPTURE = `
from mediadevices import navigator
from mediadevices.testing import FakeCamera, frame_number, install_fake_devices

with install_fake_devices(cameras=[FakeCamera(label="Lens")]):
    stream = await navigator.media_devices.get_user_media({"video": {"width": {"exact": 320}}})
    [track] = stream.get_video_tracks()
    async for frame in track.frames():
        break
    track.stop()
f"{track.label}: {frame.format} {frame.coded_width}x{frame.coded_height}, {frame_number(frame)}"
`;
"""
_PAGE = """\
<!doctype html>
<script type="module">
const answer = (result) => fetch("/answer", { method: "POST", body: JSON.stringify(result) });
try {
  const { run } = await import("./program.mjs");
  await answer(await run("./", location.hash !== "#unchecked"));
} catch (error) {
  await answer({ failure: String(error) });
}
</script>
"""
# Cancelled timers keep Node alive, so the program exits explicitly. It catches errors, because Node
# would print the source line, which in Pyodide's code is a megabyte.
_UNDER_NODE = """\
const [program, folder] = process.argv.slice(1);
const answer = (result) => process.stdout.write(JSON.stringify(result), () => process.exit(0));
try {
  const { run } = await import(program);
  answer(await run(folder, true));
} catch (error) {
  answer({ failure: String(error) });
}
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of `loadPackage("mediadevices")`.

    Attributes:
        packages: The names of the loaded packages.
        messages: Pyodide's messages.
        frame: A description of a fake camera's frame; empty if nothing was loaded.
    """

    packages: list[str]
    messages: list[str]
    frame: str


class PyodideTools:
    """`pyodide build` and `pyodide lockfile`, in a virtual environment in the checkout's `.cache`.

    They need a newer Python than the library, so they have a separate environment.
    """

    def __init__(self, root: Path) -> None:
        self._node = NodeEnvironment(root)
        self._npm = root / ".cache" / "node" / "node_modules" / "pyodide"
        self._folder = root / ".cache" / "pyodide-tools"

    def available(self) -> str | None:
        """Install Pyodide and the tools, once; return the reason if that fails, or None."""
        if reason := self._node.available():
            return reason
        if shutil.which("make") is None:
            return "no make, which pyodide-build calls (apt-get install make)"
        python = _find_python()
        if python is None:
            return "no Python 3.12 or newer with venv, which pyodide-build needs (pyenv install)"
        installed = self._folder / "installed"
        wanted = "\n".join((python, *_PINS))
        if installed.exists() and installed.read_text() == wanted:
            return None
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            _run(python, "-m", "venv", str(self._folder))
            pip = (str(self._folder / "bin" / "python"), "-m", "pip", "install", "--quiet")
            _run(*pip, "--disable-pip-version-check", *_PINS)
        except RuntimeError as error:
            return str(error)
        installed.write_text(wanted)
        return None

    def build(self, source: Path, target: Path) -> Path:
        """Build the wheel of a source tree with `pyodide build`, which adds files to the tree."""
        with tempfile.TemporaryDirectory(prefix="xbuildenv-") as name:
            folder = Path(name)
            archive = self._cross_build_archive(folder)
            environment = {
                "PYODIDE_XBUILDENV_PATH": str(folder / "installed"),
                "SKIP_EMSCRIPTEN_VERSION_CHECK": "1",  # a pure wheel needs no compiler
            }
            self._pyodide(
                "xbuildenv", "install", "--url", archive.as_uri(), environment=environment
            )
            outdir = ("--outdir", str(target))
            self._pyodide("build", ".", *outdir, folder=source, environment=environment)
        (wheel,) = target.glob("*.whl")
        return wheel

    def make_distribution(self, wheel: Path, folder: Path) -> None:
        """Put Pyodide and the wheel into a new folder, and the wheel into its lock file."""
        shutil.copytree(self._npm, folder)
        shutil.copy(wheel, folder)
        output = ("--output", "pyodide-lock.json")
        self._pyodide("lockfile", "add-wheels", wheel.name, *output, folder=folder)
        (folder / "program.mjs").write_text(_PROGRAM)
        (folder / "page.html").write_text(_PAGE)

    def original_lock_file(self) -> dict[str, Any]:
        """Return npm's lock file, which lists all of Pyodide's packages."""
        lock_file: dict[str, Any] = json.loads((self._npm / "pyodide-lock.json").read_text())
        return lock_file

    def _cross_build_archive(self, folder: Path) -> Path:
        """Create a cross-build environment from npm's package, sufficient for a pure wheel.

        Pyodide's own is a large download with compiler headers.
        """
        info = self.original_lock_file()["info"]
        major, minor, micro = info["python"].split(".")
        variables = {
            "PYVERSION": info["python"],
            "PYMAJOR": major,
            "PYMINOR": minor,
            "PYMICRO": micro,
            "PYODIDE_ABI_VERSION": info["abi_version"],
            "PYODIDE_EMSCRIPTEN_VERSION": info["platform"].partition("_")[2].replace("_", "."),
            "SYSCONFIG_NAME": _SYSCONFIG,
            "TARGETINSTALLDIR": "$(PYODIDE_ROOT)/target",
            "PYTHONINCLUDE": "$(PYODIDE_ROOT)/target/include",
        }
        exports = [f"export {name} = {value}\n" for name, value in variables.items()]
        top = folder / "xbuildenv"
        root = top / "pyodide-root"
        sysconfig = root / "target" / "sysconfigdata"
        sysconfig.mkdir(parents=True)
        (root / "dist").mkdir()
        shutil.copy(self._npm / "pyodide-lock.json", root / "dist")
        with ZipFile(self._npm / "python_stdlib.zip") as library:
            library.extract(f"{_SYSCONFIG}.py", sysconfig)
        (root / "Makefile.envs").write_text("".join([*exports, ".output_vars:\n\tset\n"]))
        (top / "requirements.txt").touch()
        archive = folder / "xbuildenv.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(top, top.name)
        return archive

    def _pyodide(
        self,
        *arguments: str,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        program = str(self._folder / "bin" / "pyodide")
        _run(program, *arguments, folder=folder, environment=environment)


def load_under_node(distribution: Path) -> Loaded:
    """Load the package under Node, where Pyodide does not check hashes."""
    runtime = node_runtime.find()
    assert runtime is not None, "PyodideTools.available() says whether there is Node"
    program = (distribution / "program.mjs").as_uri()
    command = [*runtime.node, "--input-type=module", "--eval", _UNDER_NODE]
    return _loaded(_run(*command, program, str(distribution)))


def chromium() -> str | None:
    """Return the Chromium of this machine, or None."""
    return next(filter(None, map(shutil.which, _CHROMIUM)), None)


def load_in_chromium(browser: str, distribution: Path, *, check_integrity: bool = True) -> Loaded:
    """Serve the distribution, load the package in a page, and return the page's result."""
    answers: queue.Queue[bytes] = queue.Queue()
    handler = functools.partial(_Handler, answers, directory=str(distribution))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as name,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        fragment = "" if check_integrity else "#unchecked"
        page = f"http://127.0.0.1:{server.server_port}/page.html{fragment}"
        command = [browser, *_CHROMIUM_OPTIONS, f"--user-data-dir={name}/profile", page]
        process = ChildProcess("chromium", command, Path(name))
        try:
            answer = answers.get(timeout=_LOAD_SECONDS)
        except queue.Empty:
            said = process.console.read_text(errors="replace")
            raise TimeoutError(f"no answer in {_LOAD_SECONDS} s; Chromium said:\n{said}") from None
        finally:
            process.stop()
            server.shutdown()
    return _loaded(answer)


def _loaded(text: str | bytes) -> Loaded:
    answer: dict[str, Any] = json.loads(text)
    if "failure" in answer:
        raise RuntimeError(f"the program failed: {answer['failure']}")
    return Loaded(**answer)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and stores what the page posts."""

    def __init__(self, answers: queue.Queue[bytes], *args: Any, directory: str) -> None:
        self._answers = answers
        super().__init__(*args, directory=directory)

    def do_POST(self) -> None:
        self._answers.put(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(http.HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Print nothing."""


@functools.cache
def _find_python() -> str | None:
    """Return this Python, or else the newest installed one that can run the tools, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [sys.executable]
    for version in _PYTHONS:
        candidates += filter(None, [shutil.which(f"python{version}")])
        candidates += map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))
    return next(filter(_can_run_tools, candidates), None)


def _can_run_tools(python: str) -> bool:
    # pyenv has a shim for every version, but not all of them start.
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        version = _run(python, "-c", code)
    except RuntimeError:
        return False
    return tuple(map(int, re.findall(r"\d+", version))) >= _OLDEST


def _run(
    *command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command with additional environment variables, and return its output.

    Raises:
        RuntimeError: The command failed.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
