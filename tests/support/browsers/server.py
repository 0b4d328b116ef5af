"""The server from which a page loads everything and to which it posts its messages."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

__all__ = ["Ended", "Message", "PageServer", "Question", "Reports", "Started"]

# A host that hangs in one command must not make the page wait forever.
_ANSWER_SECONDS = 60
_POLL_SECONDS = 0.05
# Not from `mimetypes`, which reads the system's configuration.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
}


@dataclass(frozen=True, slots=True)
class Started:
    """The page starts a test."""

    node_id: str


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of one test, each a line of JSON."""

    lines: list[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """Pytest has ended in the page, with this exit code."""

    code: int


@dataclass(frozen=True, slots=True)
class Question:
    """A command of a test; the page waits for the answer."""

    command: str
    arguments: dict[str, Any]
    _answer: queue.Queue[dict[str, object]] = field(
        default_factory=lambda: queue.Queue(maxsize=1), init=False
    )

    def answer(self, value: object) -> None:
        """Answer with a JSON value."""
        self._answer.put_nowait({"value": value})

    def refuse(self, reason: str) -> None:
        """Answer with an error, which the test raises."""
        self._answer.put_nowait({"error": reason})

    def wait(self) -> dict[str, object]:
        """Return the answer, on the server's thread."""
        try:
            return self._answer.get(timeout=_ANSWER_SECONDS)
        except queue.Empty:
            return {"error": f"{self.command}: no answer after {_ANSWER_SECONDS} s"}


Message: TypeAlias = Started | Reports | Ended | Question


class PageServer:
    """Serves files from 127.0.0.1, and queues the messages of the page.

    Args:
        content: The content of each path: a file, a folder (the path ends in "/"), or bytes.
        console: The file for the output of the page.

    Attributes:
        inbox: The messages; the page posts one at a time.
    """

    def __init__(self, content: Mapping[str, Path | bytes], console: Path) -> None:
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._content = content
        self._console = console
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="page server"
        )

    @property
    def port(self) -> int:
        """The port."""
        return self._server.server_port

    def __enter__(self) -> PageServer:
        self._console.touch()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def find(self, path: str) -> tuple[bytes, str] | None:
        """Return the content of a path and its type."""
        held = self._content.get(path)
        if held is None:
            folder, _, name = path.rpartition("/")
            parent = self._content.get(f"{folder}/")
            if isinstance(parent, Path):
                held = parent / name
        if held is None or (isinstance(held, Path) and not held.is_file()):
            return None
        name = held.name if isinstance(held, Path) else path
        kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
        data = held.read_bytes() if isinstance(held, Path) else held
        return data, kind

    def take(self, path: str, body: str) -> str | None:
        """Handle a message of the page; return the answer, or None for an unknown path."""
        match path:
            case "/console":
                with self._console.open("a", encoding="utf-8") as file:
                    file.write(body)
            case "/started":
                self.inbox.put(Started(body))
            case "/reports":
                self.inbox.put(Reports(body.split("\n")))
            case "/ended":
                self.inbox.put(Ended(json.loads(body)["code"]))
            case "/ask":
                question = Question(**json.loads(body))
                self.inbox.put(question)
                return json.dumps(question.wait())
            case _:
                return None
        return ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, page_server: PageServer) -> None:
        self.page_server = page_server
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: a browser that ends breaks its connections."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Send head and body without delay, although they are written separately.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        found = self._pages.find(self.path.partition("?")[0])
        if found is None:
            self._answer(HTTPStatus.NOT_FOUND, b"not here", "text/plain")
        else:
            self._answer(HTTPStatus.OK, *found)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        answer = self._pages.take(self.path, body)
        status = HTTPStatus.NOT_FOUND if answer is None else HTTPStatus.OK
        self._answer(status, (answer or "").encode(), "text/plain; charset=utf-8")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Print nothing."""

    @property
    def _pages(self) -> PageServer:
        assert isinstance(self.server, _Server)
        return self.server.page_server

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
