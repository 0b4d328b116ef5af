"""The server: HTTP, for this machine alone."""

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
from mediadevices_native.serving.other_answer import OtherAnswer
from mediadevices_native.serving.request_checks import check_request, split_target
from mediadevices_native.serving.site import MissingSlashError

if TYPE_CHECKING:
    from mediadevices_native.serving.site import Site

__all__ = ["HOST", "PageServer"]

HOST = "127.0.0.1"
"""The only address that is listened at: no other machine reaches it."""

_log = logging.getLogger("mediadevices_native")

# Pages do not work without these, whatever the system's own list says.
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
_UNASKED = "/favicon.ico"
_SHOWN = 200  # characters of a path that a line of the log shows; any page can ask for long ones
# After these a body may follow; it must not be taken for the next request.
_UNREAD_BODY = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED})

# In every answer. No other site may show, run or guess at what is served here.
_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # a reload shows the file as it is now
}


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
    allow_reuse_port = False  # Python 3.14 sets it, and two servers could have one port

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        super().__init__((HOST, port), partial(_Handler, directory=str(site.folder)))

    def server_bind(self) -> None:
        """Bind to the port; unlike the base class, ask no name server for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address of the page to begin with."""
        return f"http://localhost:{self.server_port}{self.site.start}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  (the base class's; Any too)
        """Log an error; browsers that close a connection early are no error."""
        error = sys.exc_info()[1]
        level = (
            logging.DEBUG if isinstance(error, (ConnectionError, TimeoutError)) else logging.ERROR
        )
        _log.log(level, "serve: a request failed: %r", error)


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Errors have a status line even if the request is too odd to have a version.
    default_request_version = "HTTP/1.1"
    # Head and body are written apart; they must not wait for each other.
    disable_nagle_algorithm = True
    # Seconds for which a client may be silent, or take nothing of an answer.
    timeout = 30
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **_TYPES}  # noqa: RUF012  (the base class's)

    def do_GET(self) -> None:
        try:
            target_host, self.path = split_target(self.path)
            check_request(self.headers, target_host)
            file, name = self._open()
        except OtherAnswer as answer:
            self._send_other(answer)
            return
        with file:
            self._send_file(file, self.guess_type(name))

    do_HEAD = do_GET  # noqa: N815  (the base class's)

    def do_POST(self) -> None:
        headers = {"Allow": "GET, HEAD"}
        self._send_other(
            OtherAnswer(HTTPStatus.METHOD_NOT_ALLOWED, "files can only be read", headers)
        )

    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815  (likewise)

    def guess_type(self, path: str) -> str:  # type: ignore[override]
        """Return the media type of a file name."""
        found = super().guess_type(path)
        return f"{found}; charset=utf-8" if found.startswith("text/") else found

    def end_headers(self) -> None:
        """Add the headers that every answer has."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's; Any too)
        """Log a request for those who want to see them all."""
        _log.debug("serve: " + format, *args)

    def _open(self) -> tuple[BinaryIO, str]:
        """Open what the path stands for."""
        query = self.path.partition("?")[2]
        place = self.translate_path(self.path)
        names = Path(place).relative_to(self.directory).parts
        assert isinstance(self.server, PageServer)
        site = self.server.site
        if not names and site.start != "/":
            raise OtherAnswer(HTTPStatus.FOUND, "the page is there", {"Location": site.start})
        try:
            return site.open(names, ends_with_slash=place.endswith("/"))
        except MissingSlashError:
            # Made of the names, so that it cannot lead to another server.
            location = "".join(f"/{quote(name, safe='')}" for name in names) + "/"
            headers = {"Location": f"{location}?{query}" if query else location}
            raise OtherAnswer(HTTPStatus.MOVED_PERMANENTLY, "it is a folder", headers) from None

    def _send_file(self, file: BinaryIO, media_type: str) -> None:
        size = file.seek(0, os.SEEK_END)
        modified = _modified(file)
        if modified is not None and self._has_copy_since(modified):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        last_modified = None
        if modified is not None:
            last_modified = email.utils.format_datetime(modified, usegmt=True)
        try:
            part = self._wanted_part(size, last_modified)
        except UnsatisfiableRangeError:
            status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            headers = {"Content-Range": f"bytes */{size}"}
            self._send_other(OtherAnswer(status, f"the file has {size} bytes", headers))
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
        # The system copies the file to the socket; it is never whole in memory.
        if self.command != "HEAD" and sent:
            file.seek(sent.start)
            copied = self.connection.sendfile(file, sent.start, len(sent))
            if copied < len(sent):  # the file has become shorter
                self.close_connection = True

    def _has_copy_since(self, modified: datetime) -> bool:
        """Return whether the client has the file as it was last modified."""
        if "If-None-Match" in self.headers:
            return False
        try:
            since = email.utils.parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (TypeError, IndexError, OverflowError, ValueError):
            return False
        return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))

    def _wanted_part(self, size: int, last_modified: str | None) -> range | None:
        """Return the part of the file that is asked for, or None for all of it."""
        condition = self.headers.get("If-Range")
        if self.command != "GET" or (condition is not None and condition != last_modified):
            return None
        return parse_range(self.headers.get_all("Range") or (), size)

    def _send_other(self, answer: OtherAnswer) -> None:
        if answer.status >= HTTPStatus.BAD_REQUEST and self.path != _UNASKED:
            _log.warning("%s: %s", self.path[:_SHOWN], answer.reason)
        body = f"{answer.reason}\n".encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if answer.status in _UNREAD_BODY:
            self.send_header("Connection", "close")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _modified(file: BinaryIO) -> datetime | None:
    """Return when a file was last modified; None if it is not known."""
    if isinstance(file, io.BytesIO):
        return None
    try:
        return datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC)
    except (OverflowError, ValueError, OSError):  # a time that no calendar has
        return None
