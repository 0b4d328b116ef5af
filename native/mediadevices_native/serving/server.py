"""The server: HTTP, for this machine alone."""

from __future__ import annotations

import logging
import mimetypes
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mediadevices_native.serving.site import Site

__all__ = ["HOST", "PageServer"]

HOST = "127.0.0.1"
"""The only address that is listened at: nobody else's machine gets through."""

_log = logging.getLogger("mediadevices_native")

# A page elsewhere whose name has been made to lead here must not read what is served.
_NAMES = frozenset({"localhost", HOST})
# Those without which a page does not work, whatever the system's own list says.
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".py": "text/x-python",
}
_UNASKED = "/favicon.ico"


class PageServer(ThreadingHTTPServer):
    """Serves a site at ``http://localhost``, a secure context: browsers give their devices to it.

    Args:
        site: What is served.
        port: The port; 0 for any that is free.

    Raises:
        OSError: The port cannot be had.
    """

    daemon_threads = True
    # On Windows this would let two servers have one port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """The address of the page to begin with."""
        return f"http://localhost:{self.server_port}{self.site.start}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  (the base class's; Any too)
        """Say nothing, but in the log: a browser may go away in the middle of an answer."""
        _log.debug("serve: %s: the request failed", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are written apart; they must not wait for each other.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        assert isinstance(self.server, PageServer)
        site = self.server.site
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in _NAMES:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "this is http://localhost only")
        elif urlsplit(self.path).path == "/" != site.start:
            self._answer(HTTPStatus.FOUND, b"", "text/plain", location=site.start)
        elif (found := site.find(self.path)) is None:
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such file")
        else:
            path = PurePosixPath(urlsplit(self.path).path)
            name = found.name if isinstance(found, Path) else path.name
            data = found.read_bytes() if isinstance(found, Path) else found
            self._answer(HTTPStatus.OK, data, _type_of(name))

    do_HEAD = do_GET  # noqa: N815  (likewise)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's; Any too)
        """Log a request for who wants to see them all."""
        _log.debug("serve: " + format, *args)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        if self.path != _UNASKED:
            _log.warning("%s: %s", self.path, reason)
        self._answer(status, f"{reason}\n".encode(), "text/plain")

    def _answer(
        self, status: HTTPStatus, data: bytes, content_type: str, location: str | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        # Who edits a file wants to see it after the next reload.
        self.send_header("Cache-Control", "no-store")
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _type_of(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    found = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found
