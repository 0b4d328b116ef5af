"""The file at a path; no path leads out of the folder."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.serving import contained_files
from mediadevices_native.serving.site import Site
from support.page_client import serving

if TYPE_CHECKING:
    from pathlib import Path

    from support.page_client import PageClient

HOST = "Host: localhost"
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")

ODD_PATHS = [
    "{prefix}/nothing.html",
    "{prefix}/%2fetc/passwd",
    "{prefix}//etc/passwd",
    "{prefix}/%2f%2fetc%2fpasswd",
    "{prefix}/{outside}",
    "{prefix}/%2f{outside}",
    "{prefix}/../outside.txt",
    "{prefix}/../work/outside.txt",
    "{prefix}/%2e%2e/outside.txt",
    "{prefix}/%252e%252e/outside.txt",
    "{prefix}/%252e%252e%252foutside.txt",
    "{prefix}/sub/..%2f..%2foutside.txt",
    "{prefix}/..\\outside.txt",
    "{prefix}/..%5coutside.txt",
    "{prefix}/%5c..%5coutside.txt",
    "{prefix}/C:/Windows/win.ini",
    "{prefix}/C%3a%5cWindows%5cwin.ini",
    "{prefix}/x.js::$DATA",
    "{prefix}/%5c%5cevil.com%5cshare",
    "{prefix}/x.js%00",
    "{prefix}/x.js%00.html",
    "{prefix}/%00",
    "{prefix}/%ff%fe",
    "{prefix}/%ed%a0%80",
    "{prefix}/.env",
    "{prefix}/%2eenv",
    "{prefix}/.git/config",
    "{prefix}/sub/../.git/config",
    "{prefix}/x.js/",
    "{prefix}/x.js/index.html",
    "{prefix}/" + "a" * 300,
    "{prefix}/" + "a/" * 3000,
]


@pytest.mark.parametrize("prefix", ["", "/_mediadevices/pyodide", "/_mediadevices/pyodide/"])
@pytest.mark.parametrize("path", ODD_PATHS, ids=lambda path: path[:40])
def test_no_path_leads_to_a_hidden_or_outside_file(
    client: PageClient, folder: Path, prefix: str, path: str
) -> None:
    outside = str(folder / "outside.txt")
    asked = path.format(prefix=prefix, outside=outside)
    assert client.ask(f"GET {asked} HTTP/1.1", HOST).status == 404


@pytest.mark.parametrize(
    "path",
    ["/_mediadevices/server.py", "/_mediadevices/", "/_mediadevices", "/_mediadevices/loader.mjs/"],
)
def test_the_librarys_path_serves_only_what_pages_need(
    client: PageClient, pages: Path, path: str
) -> None:
    (pages / "_mediadevices").mkdir()
    (pages / "_mediadevices" / "index.html").write_text("the user's")
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    "path", ["/sub/../x.js", "//x.js", "/./x.js", "/%78.js", "/x.js?/../..", "/x.js#y"]
)
def test_paths_are_normalised_as_in_browsers(client: PageClient, path: str) -> None:
    assert client.ask(f"GET {path} HTTP/1.1", HOST).body == b"0123456789"


def test_the_root_folder_can_be_served(pages: Path) -> None:
    # The root of the file system is its own parent.
    with serving(Site(type(pages)(pages.anchor))) as client:
        assert client.get((pages / "x.js").as_uri().removeprefix("file://")).status == 200


# --- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/sub", "/sub/"),
        ("/sub?x=1&y", "/sub/?x=1&y"),
        ("/sub/../sub", "/sub/"),
        ("//sub", "/sub/"),
        ("//evil.com", "/evil.com/"),
        ("//evil.com/%2e%2e/evil.com", "/evil.com/"),
        ("/%5cevil.com/../evil.com", "/evil.com/"),
        ("/%2fevil.com", "/evil.com/"),
        ("//evil.com/..", "/"),
        ("/\\evil.com/..", "/"),
        ("/%5cevil.com/..", "/"),
        ("//evil.com/%2f..", "/"),
    ],
)
def test_a_folder_without_a_slash_is_redirected_on_this_server(
    client: PageClient, path: str, location: str
) -> None:
    answer = client.ask(f"GET {path} HTTP/1.1", HOST)
    assert (answer.status, answer.headers["Location"]) == (301, location)


def test_a_folder_is_not_listed(client: PageClient) -> None:
    answer = client.get("/sub/deep/")
    assert (answer.status, b"y.txt" in answer.body) == (404, False)


# --- links and special files ----------------------------------------------------------------------


@pytest.mark.parametrize("target", ["outside.txt", "other"])
def test_a_link_out_of_the_folder_is_not_followed(
    client: PageClient, pages: Path, folder: Path, target: str
) -> None:
    (pages / "link").symlink_to(folder / target)
    for path in ("/link", "/link/", "/link/index.html"):
        assert client.get(path).status == 404


def test_a_link_inside_the_folder_is_followed(client: PageClient, pages: Path) -> None:
    (pages / "link.js").symlink_to("x.js")
    (pages / "there").symlink_to(pages / "sub")
    answer = client.get("/link.js")
    assert (answer.body, answer.headers["Content-Type"]) == (
        b"0123456789",
        "text/javascript; charset=utf-8",
    )
    assert client.get("/there").headers["Location"] == "/there/"
    assert client.get("/there/").body == b"<p>below"


def test_the_folder_can_be_a_link_whose_target_changes(pages: Path, folder: Path) -> None:
    current = folder / "current"
    current.symlink_to(pages)
    with serving(Site(current)) as client:
        assert client.get("/").body == b"<p>mine"
        current.unlink()
        current.symlink_to(pages / "sub")
        assert client.get("/").body == b"<p>below"


def test_a_circle_of_links_is_not_found(client: PageClient, pages: Path) -> None:
    (pages / "a").symlink_to("b")
    (pages / "b").symlink_to("a")
    assert client.get("/a").status == 404


@pytest.mark.parametrize("by_descriptors", [pytest.param(True, marks=posix_only), False])
@pytest.mark.parametrize("swapped", ["y.txt", "deep"])
def test_a_link_created_after_the_check_is_not_followed(
    client: PageClient,
    pages: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    by_descriptors: bool,
    swapped: str,
) -> None:
    if not by_descriptors:
        monkeypatch.setattr(contained_files.os, "supports_dir_fd", set())
    (folder / "other" / "y.txt").write_bytes(b"outside")
    assert client.get("/sub/deep/y.txt").body == b"deep"
    open_inside = contained_files.open_inside

    def swap_and_open(*arguments: object) -> object:
        deep = pages / "sub" / "deep"
        victim, target = (
            (deep, folder / "other")
            if swapped == "deep"
            else (deep / "y.txt", folder / "outside.txt")
        )
        victim.rename(folder / "away")
        victim.symlink_to(target)
        return open_inside(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("mediadevices_native.serving.site.open_inside", swap_and_open)
    assert client.get("/sub/deep/y.txt").status == 404


@posix_only
def test_without_folder_descriptors_a_file_replaced_while_opening_is_not_sent(
    client: PageClient, pages: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contained_files.os, "supports_dir_fd", set())
    open_file = os.open

    def replace_and_open(path: str, flags: int) -> int:
        (pages / "x.js").unlink()
        (pages / "x.js").symlink_to(folder / "outside.txt")
        return open_file(path, flags)

    monkeypatch.setattr(contained_files.os, "open", replace_and_open)
    assert client.get("/x.js").status == 404


@posix_only
def test_a_named_pipe_is_not_served_and_does_not_block(client: PageClient, pages: Path) -> None:
    os.mkfifo(pages / "fifo")
    (pages / "link").symlink_to("fifo")
    for path in ("/fifo", "/link"):
        assert client.get(path).status == 404


@posix_only
@pytest.mark.parametrize("by_descriptors", [True, False])
def test_a_named_pipe_created_after_the_check_does_not_block(
    client: PageClient, pages: Path, monkeypatch: pytest.MonkeyPatch, by_descriptors: bool
) -> None:
    if not by_descriptors:
        monkeypatch.setattr(contained_files.os, "supports_dir_fd", set())
    check = contained_files._check_regular

    def replace_and_check(status: os.stat_result) -> None:
        check(status)
        (pages / "x.js").unlink(missing_ok=True)
        if not (pages / "x.js").exists():
            os.mkfifo(pages / "x.js")

    monkeypatch.setattr(contained_files, "_check_regular", replace_and_check)
    assert client.get("/x.js").status == 404


@posix_only
def test_devices_and_sockets_are_not_served(pages: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(pages / "socket"))
        with serving(Site(pages)) as client:
            assert client.get("/socket").status == 404
    with serving(Site(type(pages)("/dev"))) as client:
        for path in ("/zero", "/null", "/tty"):
            assert client.get(path).status == 404


@posix_only
def test_an_unreadable_file_is_not_found_and_the_log_says_why(
    client: PageClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    open_file = os.open

    def refuse(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if path == "x.js":
            raise PermissionError(13, "Permission denied")
        return open_file(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(contained_files.os, "open", refuse)
    monkeypatch.setattr(contained_files.os, "supports_dir_fd", {refuse})
    assert client.get("/x.js").status == 404
    assert "/x.js: no such file (Permission denied)" in caplog.text
