"""The HTTP server, for this machine only."""

from __future__ import annotations

import email.utils
import io
import logging
import os
import socketserver
import sys
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from mediadevices_native.serving.byte_range import UnsatisfiableRangeError, parse_range
from mediadevices_native.serving.request_checks import check_request, split_target
from mediadevices_native.serving.site import MissingSlashError
from mediadevices_native.serving.status_response import StatusResponse

if TYPE_CHECKING:
    from mediadevices_native.serving.site import Site

__all__ = ["HOST", "PageServer"]

HOST = "127.0.0.1"
"""The address to listen on; other machines cannot reach it."""

_log = logging.getLogger("mediadevices_native")

# Pages need these types, whatever the system's own list says.
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".cjs": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".py": "text/x-python",
}
_UNLOGGED = "/favicon.ico"  # browsers request it on their own
_MAX_LOGGED_PATH = 200  # any page can request long paths
# After these errors, an unread body could be taken for the next request.
_CLOSING_STATUSES = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED})

# Sent with every response. Other sites must not show, run or probe the files.
_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # a reload shows the current file
}


class PageServer(ThreadingHTTPServer):
    """Serves a site at ``http://localhost``, a secure context, in which pages can use devices.

    Args:
        site: The site.
        port: The port; 0 for any free one.

    Raises:
        OSError: The port is not available.
    """

    daemon_threads = True
    # On Windows, two servers could then use the same port.
    allow_reuse_address = sys.platform != "win32"
    allow_reuse_port = False  # True from Python 3.14 on: two servers could use the same port

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        super().__init__((HOST, port), partial(_Handler, directory=str(site.folder)))

    def server_bind(self) -> None:
        """Bind to the port without the base class's DNS query for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address of the start page."""
        return f"http://localhost:{self.server_port}{self.site.start}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  (the base class's; Any too)
        """Log an error; at debug level if a browser closed its connection early."""
        error = sys.exc_info()[1]
        level = (
            logging.DEBUG if isinstance(error, (ConnectionError, TimeoutError)) else logging.ERROR
        )
        _log.log(level, "serve: a request failed: %r", error)


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A malformed request may lack the version, but the error response still needs a status line.
    default_request_version = "HTTP/1.1"
    # Headers and body are written separately; neither must be delayed.
    disable_nagle_algorithm = True
    # Seconds without a request, or without progress in a response.
    timeout = 30
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **_TYPES}  # noqa: RUF012  (the base class's)

    def do_GET(self) -> None:
        try:
            target_host, self.path = split_target(self.path)
            check_request(self.headers, target_host)
            file, name = self._open()
        except StatusResponse as response:
            self._send_status(response)
            return
        with file:
            self._send_file(file, self.guess_type(name))

    do_HEAD = do_GET  # noqa: N815  (the base class's)

    def do_POST(self) -> None:
        headers = {"Allow": "GET, HEAD"}
        self._send_status(
            StatusResponse(HTTPStatus.METHOD_NOT_ALLOWED, "files can only be read", headers)
        )

    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815  (likewise)

    def guess_type(self, path: str) -> str:  # type: ignore[override]
        """Return the media type of a file name."""
        found = super().guess_type(path)
        return f"{found}; charset=utf-8" if found.startswith("text/") else found

    def end_headers(self) -> None:
        """Add the headers that every response has."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's; Any too)
        """Log a request at debug level."""
        _log.debug("serve: " + format, *args)

    def _open(self) -> tuple[BinaryIO, str]:
        """Open the file at the request's path."""
        query = self.path.partition("?")[2]
        translated = self.translate_path(self.path)
        names = Path(translated).relative_to(self.directory).parts
        assert isinstance(self.server, PageServer)
        site = self.server.site
        if not names and site.start != "/":
            raise StatusResponse(
                HTTPStatus.FOUND, "the start page is elsewhere", {"Location": site.start}
            )
        try:
            return site.open(names, ends_with_slash=translated.endswith("/"))
        except MissingSlashError:
            # Built from the names, so that it cannot lead to another server ("//host").
            location = "".join(f"/{quote(name, safe='')}" for name in names) + "/"
            headers = {"Location": f"{location}?{query}" if query else location}
            raise StatusResponse(
                HTTPStatus.MOVED_PERMANENTLY, "the path is a folder", headers
            ) from None

    def _send_file(self, file: BinaryIO, media_type: str) -> None:
        size = file.seek(0, os.SEEK_END)
        modified = _modified(file)
        if modified is not None and self._is_cached_since(modified):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        last_modified = None
        if modified is not None:
            last_modified = email.utils.format_datetime(modified, usegmt=True)
        try:
            part = self._requested_range(size, last_modified)
        except UnsatisfiableRangeError:
            status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            headers = {"Content-Range": f"bytes */{size}"}
            self._send_status(StatusResponse(status, f"the file has {size} bytes", headers))
            return
        self.send_response(HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT)
        sent = range(size) if part is None else part
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("Accept-Ranges", "bytes")
        if last_modified is not None:
            self.send_header("Last-Modified", last_modified)
        if part is not None:
            self.send_header("Content-Range", f"bytes {part.start}-{part.stop - 1}/{size}")
        self.end_headers()
        # The system copies the file to the socket, without loading it into memory.
        if self.command != "HEAD" and sent:
            file.seek(sent.start)
            copied = self.connection.sendfile(file, sent.start, len(sent))
            if copied < len(sent):  # the file was truncated
                self.close_connection = True

    def _is_cached_since(self, modified: datetime) -> bool:
        """Return whether the client has the current version of the file."""
        if "If-None-Match" in self.headers:
            return False
        try:
            since = email.utils.parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (TypeError, IndexError, OverflowError, ValueError):
            return False
        return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))

    def _requested_range(self, size: int, last_modified: str | None) -> range | None:
        """Return the requested byte range, or None for the whole file."""
        condition = self.headers.get("If-Range")
        if self.command != "GET" or (condition is not None and condition != last_modified):
            return None
        return parse_range(self.headers.get_all("Range") or (), size)

    def _send_status(self, response: StatusResponse) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST and self.path != _UNLOGGED:
            _log.warning("%s: %s", self.path[:_MAX_LOGGED_PATH], response.reason)
        body = f"{response.reason}\n".encode()
        self.send_response(response.status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if response.status in _CLOSING_STATUSES:
            self.send_header("Connection", "close")
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _modified(file: BinaryIO) -> datetime | None:
    """Return when a file was last modified; None if that is unknown."""
    if isinstance(file, io.BytesIO):
        return None
    try:
        return datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC)
    except (OverflowError, ValueError, OSError):  # a date outside of the calendar
        return None
