"""The server from which a page loads everything, and to which it tells everything."""

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

# A host that is busy with one command must not keep the page waiting for ever.
_ANSWER_SECONDS = 60
_POLL_SECONDS = 0.05
# Not by `mimetypes`, which asks the machine.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
}


@dataclass(frozen=True, slots=True)
class Started:
    """The page is about to run a test."""

    node_id: str


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of one test, each a line of JSON."""

    lines: list[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """Pytest has ended in the page, by this exit code."""

    code: int


@dataclass(frozen=True, slots=True)
class Question:
    """A test asks for something; the page waits until it is answered."""

    command: str
    arguments: dict[str, Any]
    _answer: queue.Queue[dict[str, object]] = field(
        default_factory=lambda: queue.Queue(maxsize=1), init=False
    )

    def answer(self, value: object) -> None:
        """Answer it with something that JSON can say."""
        self._answer.put_nowait({"value": value})

    def refuse(self, reason: str) -> None:
        """Let the question fail in the test."""
        self._answer.put_nowait({"error": reason})

    def wait(self) -> dict[str, object]:
        """Return the answer, on the server's thread."""
        try:
            return self._answer.get(timeout=_ANSWER_SECONDS)
        except queue.Empty:
            return {"error": f"{self.command}: no answer after {_ANSWER_SECONDS} s"}


Message: TypeAlias = Started | Reports | Ended | Question


class PageServer:
    """Serves files from 127.0.0.1, and queues what the page says.

    Args:
        content: What each path holds: a file, a whole folder (the path ends in "/"), or the bytes
            themselves.
        console: The file that collects what the page prints.

    Attributes:
        inbox: What the page has said; it says one thing at a time.
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
        """Return what a path holds, and its type."""
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
        """Take what the page says; return the answer, or None to a path that does not exist."""
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
        """Say nothing: a browser that ends leaves its connections as they are."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are written apart; they must not wait for each other.
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
        """Say nothing."""

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
