"""A client of `mediadevices serve` that can send malformed requests."""

from __future__ import annotations

import http.client
import io
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mediadevices_native.serving.server import PageServer

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from mediadevices_native.serving.site import Site

__all__ = ["SECONDS", "Answer", "PageClient", "serving"]

SECONDS = 20


class Answer:
    """A response."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()


class _Received:
    """Received bytes, in the form of a socket for `http.client`."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)


class PageClient:
    """Sends requests to a server on this machine.

    Args:
        port: The server's port.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET"
    ) -> Answer:
        """Request a path without escaping it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ask(self, *lines: str, method: str = "GET") -> Answer:
        """Send the lines of a request, close the writing side, and return the first response."""
        answer = http.client.HTTPResponse(_Received(self.exchange(*lines)), method=method)  # type: ignore[arg-type]
        answer.begin()
        return Answer(answer)

    def exchange(self, *lines: str) -> bytes:
        """Send lines, close the writing side, and return all received bytes."""
        return self.send("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1"))

    def send(self, request: bytes) -> bytes:
        """Send bytes, close the writing side, and return all received bytes."""
        with self.connect() as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def connect(self) -> socket.socket:
        """Return a connection; the caller closes it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)


@contextmanager
def serving(site: Site) -> Generator[PageClient]:
    """Serve a site from a thread inside a block."""
    with PageServer(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield PageClient(server.server_port)
        finally:
            server.shutdown()
            thread.join()
