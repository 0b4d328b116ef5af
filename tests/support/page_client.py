"""A client of `mediadevices serve` that asks as it is told to, and not as it should."""

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
    """What a server answered."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()


class _Received:
    """Bytes that have been received, as `http.client` reads them from a socket."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)


class PageClient:
    """Asks a server of this machine.

    Args:
        port: The server's port.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET"
    ) -> Answer:
        """Ask for a path, which is sent as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ask(self, *lines: str, method: str = "GET") -> Answer:
        """Send a request line for line and close the writing side; return the first answer."""
        answer = http.client.HTTPResponse(_Received(self.exchange(*lines)), method=method)  # type: ignore[arg-type]
        answer.begin()
        return Answer(answer)

    def exchange(self, *lines: str) -> bytes:
        """Send lines and close the writing side; return everything that comes back."""
        return self.send("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1"))

    def send(self, request: bytes) -> bytes:
        """Send bytes and close the writing side; return everything that comes back."""
        with self.connect() as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def connect(self) -> socket.socket:
        """Return a connection, which the caller closes."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)


@contextmanager
def serving(site: Site) -> Generator[PageClient]:
    """Serve a site from a thread."""
    with PageServer(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield PageClient(server.server_port)
        finally:
            server.shutdown()
            thread.join()
