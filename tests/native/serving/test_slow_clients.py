"""Large files, slow clients, and the server itself."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.serving import server
from mediadevices_native.serving.server import PageServer
from mediadevices_native.serving.site import Site
from support.page_client import SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from support.page_client import Answer, PageClient

HOST = "Host: localhost"


def test_a_large_file_is_not_loaded_into_memory(client: PageClient, pages: Path) -> None:
    import tracemalloc

    size = 200 * 2**20
    with (pages / "large.bin").open("wb") as file:
        file.truncate(size)
    client.get("/x.js")
    tracemalloc.start()
    with client.connect() as connection:
        connection.sendall(
            b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        buffer, received = bytearray(2**20), 0
        while count := connection.recv_into(buffer):
            received += count
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received > size
    assert most < 20 * 2**20


def test_every_connection_has_a_timeout() -> None:
    assert server._Handler.timeout <= 60


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, client: PageClient) -> PageClient:
    """A client of a server with a short timeout."""
    monkeypatch.setattr(server._Handler, "timeout", 0.3)
    return client


@pytest.mark.parametrize("begun", [b"", b"GET /x.js HT", b"GET /x.js HTTP/1.1\r\nHost: loc"])
def test_a_silent_client_is_disconnected(impatient: PageClient, begun: bytes) -> None:
    with impatient.connect() as silent:
        silent.sendall(begun)
        assert impatient.get("/x.js").status == 200  # other clients are still served
        assert silent.recv(100) == b""


def test_a_client_that_reads_nothing_is_disconnected(impatient: PageClient, pages: Path) -> None:
    with (pages / "large.bin").open("wb") as file:
        file.truncate(100 * 2**20)
    before = threading.active_count()
    with impatient.connect() as slow:
        slow.sendall(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        deadline = time.monotonic() + SECONDS
        assert slow.recv(10)
        while threading.active_count() > before:
            assert time.monotonic() < deadline, "the server still waits"
            time.sleep(0.02)


def test_a_closed_connection_is_not_logged_as_an_error(
    client: PageClient, pages: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (pages / "large.bin").open("wb") as file:
        file.truncate(100 * 2**20)
    before = threading.active_count()
    with client.connect() as connection:
        connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(10)
        reset = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    deadline = time.monotonic() + SECONDS
    while threading.active_count() > before:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert client.get("/x.js").status == 200
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


def test_truncating_a_file_while_sending_ends_the_connection(
    client: PageClient, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_other_headers = server._Handler.end_headers

    def shorten(handler: server._Handler) -> None:
        send_other_headers(handler)
        os.truncate(pages / "x.js", 4)

    monkeypatch.setattr(server._Handler, "end_headers", shorten)
    received = client.exchange("GET /x.js HTTP/1.1", HOST, "", "GET /x.js HTTP/1.1", HOST)
    assert received.endswith(b"\r\n\r\n0123")
    assert received.count(b"HTTP/1.1 200") == 1


def test_an_error_of_the_server_itself_is_logged(
    client: PageClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Answer:
        raise RuntimeError("broken")

    monkeypatch.setattr(server, "parse_range", fail)
    assert client.exchange("GET /x.js HTTP/1.1", HOST) == b""
    assert "serve: a request failed: RuntimeError('broken')" in caplog.text


def test_two_servers_cannot_use_the_same_port(pages: Path) -> None:
    with PageServer(Site(pages), 0) as first, pytest.raises(OSError, match="in use"):
        PageServer(Site(pages), first.server_port)


def test_starting_makes_no_dns_query(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_: str) -> str:
        raise AssertionError("a name server may never answer")

    monkeypatch.setattr(socket, "getfqdn", hang)
    PageServer(Site(pages), 0).server_close()
