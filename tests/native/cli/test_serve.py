"""``mediadevices serve``."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.cli import serve as serve_module
from mediadevices_native.serving.pyodide_files import CDN, find_pyodide
from mediadevices_native.serving.server import PageServer
from mediadevices_native.serving.site import Site, examples_folder
from support.command_line import call, command
from support.page_client import SECONDS, Answer, PageClient, serving

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
_REMEDY = "`npm install pyodide` creates node_modules/pyodide"


@pytest.fixture
def pages(folder: Path) -> Path:
    """The user's folder."""
    pages = folder / "pages"
    (pages / "sub").mkdir(parents=True)
    (pages / "index.html").write_text("<p>mine")
    (pages / "main.py").write_text("print('é')\n", encoding="utf-8")
    (pages / "sub" / "index.html").write_text("<p>below")
    (pages / ".env").write_text("secret")
    (folder / "outside.txt").write_text("outside")
    return pages


@pytest.fixture
def client(pages: Path) -> Generator[PageClient]:
    """A client of a server that serves the user's folder."""
    with serving(Site(pages)) as client:
        yield client


@pytest.fixture
def no_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without npm."""
    monkeypatch.setattr("shutil.which", lambda name: None)


def put_pyodide(folder: Path) -> Path:
    """Put empty files with the names of Pyodide's into a folder."""
    folder.mkdir(parents=True)
    for name in _PYODIDE_FILES:
        (folder / name).touch()
    return folder


# --- files --------------------------------------------------------------------------------------


def test_a_folder_is_served_with_its_index(client: PageClient) -> None:
    answer = client.get("/")
    assert (answer.status, answer.body) == (200, b"<p>mine")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/sub/").body == b"<p>below"


def test_a_file_is_sent_unchanged_and_the_query_is_ignored(client: PageClient, pages: Path) -> None:
    answer = client.get("/main.py?x=1")
    assert answer.body == (pages / "main.py").read_bytes()
    assert answer.headers["Content-Type"] == "text/x-python; charset=utf-8"


def test_head_has_the_length_and_no_body(client: PageClient) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=SECONDS)
    connection.request("HEAD", "/")
    answer = Answer(connection.getresponse())
    assert (answer.status, answer.headers["Content-Length"]) == (200, "7")
    connection.request("GET", "/")  # the body of a response to HEAD would precede this response
    assert Answer(connection.getresponse()).body == b"<p>mine"
    connection.close()


def test_the_server_listens_on_the_loopback_address_only(pages: Path) -> None:
    with PageServer(Site(pages), 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert server.url == f"http://localhost:{server.server_port}/"


# --- the library and Pyodide ------------------------------------------------------------------


def test_the_loader_is_served(client: PageClient) -> None:
    answer = client.get("/_mediadevices/loader.mjs")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"export async function loadMediaDevices" in answer.body


def test_without_a_local_pyodide_pages_load_it_from_the_network(client: PageClient) -> None:
    settings = json.loads(client.get("/_mediadevices/settings.json").body)
    assert settings["pyodide"] == CDN
    assert client.get(f"/_mediadevices/{settings['wheel']}").body.startswith(b"PK")


def test_with_a_local_pyodide_pages_load_it_from_this_server(pages: Path, tmp_path: Path) -> None:
    pyodide = put_pyodide(tmp_path / "pyodide")
    (pyodide / "pyodide.asm.wasm").write_bytes(b"\0asm")
    with serving(Site(pages, pyodide=pyodide)) as client:
        assert json.loads(client.get("/_mediadevices/settings.json").body)["pyodide"] == "pyodide/"
        answer = client.get("/_mediadevices/pyodide/pyodide.asm.wasm")
        assert (answer.body, answer.headers["Content-Type"]) == (b"\0asm", "application/wasm")
        assert client.get("/_mediadevices/pyodide/..%2f..%2fwork/outside.txt").status == 404


@pytest.mark.usefixtures("no_npm")
def test_pyodide_is_found_in_the_current_folder_and_in_the_pages_folder(
    folder: Path, pages: Path
) -> None:
    assert find_pyodide(pages) is None
    (put_pyodide(folder / "incomplete" / "node_modules" / "pyodide") / "pyodide.asm.wasm").unlink()
    assert find_pyodide(folder / "incomplete") is None
    of_the_page = put_pyodide(pages / "node_modules" / "pyodide")
    assert find_pyodide(pages) == of_the_page
    of_this_folder = put_pyodide(folder / "node_modules" / "pyodide")
    assert find_pyodide(pages) == of_this_folder


@pytest.mark.usefixtures("no_npm")
def test_pyodide_is_found_if_the_current_folder_was_deleted(
    monkeypatch: pytest.MonkeyPatch, folder: Path, pages: Path
) -> None:
    of_the_page = put_pyodide(pages / "node_modules" / "pyodide")
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    assert find_pyodide(pages) == of_the_page


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo {0}", True),
        ("echo nowhere", False),
        ("exit 1", False),
        (r"printf '/\377\376'", False),
        (r"printf 'a\0b'", False),
    ],
)
def test_pyodide_is_found_in_npms_global_folder(
    monkeypatch: pytest.MonkeyPatch, pages: Path, tmp_path: Path, script: str, found: bool
) -> None:
    pyodide = put_pyodide(tmp_path / "global" / "pyodide")
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script.format(pyodide.parent)}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    assert find_pyodide(pages) == (pyodide if found else None)


# --- the command --------------------------------------------------------------------------------


@contextmanager
def running(*arguments: object) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run the command, and yield it with the address that it prints; then end it."""
    process = subprocess.Popen(
        command("serve", *arguments, "--port", 0),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_the_example_page_is_served_and_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    pyodide = put_pyodide(tmp_path / "pyodide")
    with running("--pyodide", pyodide) as (process, url):
        port = int(url.removeprefix("http://localhost:").removesuffix("/web/"))
        client = PageClient(port)
        assert client.get("/").headers["Location"] == "/web/"
        assert b"/_mediadevices/loader.mjs" in client.get("/web/").body
        program = examples_folder() / "same_program.py"
        assert client.get("/same_program.py").body == program.read_bytes()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (0, "", f"Pyodide: {pyodide}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes otherwise")
@pytest.mark.parametrize("by", ["SIGTERM", "SIGHUP"])
def test_other_signals_end_it_like_ctrl_c(pages: Path, tmp_path: Path, by: str) -> None:
    with running(pages, "--pyodide", put_pyodide(tmp_path / "pyodide")) as (process, url):
        PageClient(int(url.removeprefix("http://localhost:").removesuffix("/"))).get("/")
        process.send_signal(signal.Signals[by])
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, len(err.splitlines())) == (0, "", 1)


def test_a_missing_file_is_logged(pages: Path, tmp_path: Path) -> None:
    with running(pages, "--pyodide", put_pyodide(tmp_path / "pyodide")) as (process, url):
        client = PageClient(int(url.removeprefix("http://localhost:").removesuffix("/")))
        assert client.get("/favicon.ico").status == 404  # browsers ask for it unasked
        assert client.get("/mian.py").status == 404
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert err.splitlines()[1:] == ["warning: /mian.py: no such file"]


@pytest.mark.usefixtures("no_npm")
def test_it_says_that_pyodide_is_missing_and_opens_a_browser_with_open(
    monkeypatch: pytest.MonkeyPatch, pages: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(PageServer, "serve_forever", _interrupted)
    done = call("serve", pages, "--port", 0)
    assert (done.code, opened) == (0, [])
    assert done.err.startswith("Pyodide is not installed here: pages load version 314.")
    assert CDN in done.err
    assert "run `npm install pyodide`" in done.err
    done = call("serve", pages, "--port", 0, "--open")
    assert (done.code, opened) == (0, [done.out.strip()])


def _interrupted(_: PageServer) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "error: nowhere: no such folder\n"),
        (["a-file"], "error: a-file: not a folder\n"),
        (["x" * 300], f"error: {'x' * 300}: no such folder\n"),
        (
            ["pages", "--pyodide", "x" * 300],
            f"error: --pyodide: {'x' * 300}: {', '.join(_PYODIDE_FILES)} missing; {_REMEDY}\n",
        ),
        (["empty"], "error: empty: index.html is missing\n"),
        (
            ["pages", "--pyodide", "empty"],
            f"error: --pyodide: empty: {', '.join(_PYODIDE_FILES)} missing; {_REMEDY}\n",
        ),
        (
            ["pages", "--pyodide", "incomplete"],
            f"error: --pyodide: incomplete: python_stdlib.zip missing; {_REMEDY}\n",
        ),
    ],
)
@pytest.mark.usefixtures("pages")
def test_a_wrong_folder_is_an_error_in_one_line(
    folder: Path, arguments: list[str], message: str
) -> None:
    (folder / "empty").mkdir()
    (put_pyodide(folder / "incomplete") / "python_stdlib.zip").unlink()
    (folder / "a-file").touch()
    done = call("serve", *arguments)
    assert (done.code, done.out, done.err) == (1, "", message)


@pytest.mark.usefixtures("no_npm")
def test_a_port_in_use_is_an_error_in_one_line(pages: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call("serve", pages, "--port", port)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"error: --port {port}: another program uses this port; --port 0 takes any free port\n"
    )


@pytest.mark.usefixtures("no_npm")
def test_a_forbidden_port_is_an_error_in_one_line(
    monkeypatch: pytest.MonkeyPatch, pages: Path
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(serve_module, "PageServer", refuse)
    done = call("serve", pages, "--port", 80)
    assert done.code == 1
    assert done.err.startswith("error: --port 80: Permission denied; ")


def test_an_invalid_port_is_wrong_usage(pages: Path) -> None:
    assert call("serve", pages, "--port", 65536).code == 2
