"""Pages of other servers, in real browsers, use nothing that `mediadevices serve` serves."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from mediadevices_native.serving import server
from mediadevices_native.serving.site import Site
from support.browsers import engines
from support.browsers.setting import Setting
from support.node_environment import NodeEnvironment
from support.page_client import serving

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = [pytest.mark.lanes("cpython"), pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[3]
SECONDS = 60
# Tries to run a script, load a module, show a picture and fetch, and reports how it went.
PAGE = """<!doctype html><script>
const [base, report] = new URLSearchParams(location.search).values();
const element = (name, attributes) => new Promise((resolve) => {
  const made = Object.assign(document.createElement(name), attributes);
  made.onload = () => resolve("loaded");
  made.onerror = () => resolve("refused");
  document.body.append(made);
});
const fetched = (mode) => fetch(`${base}/x.js`, { mode }).then(() => "loaded", () => "refused");
addEventListener("load", async () => {
  const found = {
    script: await element("script", { src: `${base}/x.js` }),
    module: await element("script", { src: `${base}/_mediadevices/loader.mjs`, type: "module" }),
    picture: await element("img", { src: `${base}/x.svg` }),
    fetched: await fetched("no-cors"),
    read: await fetched("cors"),
    ran: String(window.ran === true),
  };
  new Image().src = `${report}?${new URLSearchParams(found)}`;
});
</script><body>"""
TRIED = ("script", "module", "picture", "fetched", "read")
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'


class _Stranger(BaseHTTPRequestHandler):
    """A server that shows the page, and takes its report."""

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        if self.path.startswith("/report"):
            found = parse_qs(urlsplit(self.path).query)
            self.server.reports.put({name: value for name, [value] in found.items()})
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Stranger)
        self.reports: queue.Queue[dict[str, str]] = queue.Queue()


@contextmanager
def stranger() -> Generator[_Server]:
    """Run the server of another site."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def query(base: str, other: _Server) -> str:
    """Return the query that tells the page whose files to use, and where to report."""
    return urlencode({"base": base, "report": f"http://127.0.0.1:{other.server_port}/report"})


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A user's folder."""
    (tmp_path / "x.js").write_text("window.ran = true")
    (tmp_path / "x.svg").write_text(PICTURE)
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


@pytest.mark.parametrize("lane", ["chromium", "firefox", "webkit"])
def test_another_site_can_neither_embed_nor_read_what_is_served(lane: str, pages: Path) -> None:
    if reason := engines.why_not(lane):
        pytest.skip(reason)
    with serving(Site(pages)) as client, stranger() as other:
        base = f"http://localhost:{client.port}"
        # Another name is another site; another port is another origin of the same site.
        origins = [f"http://{name}:{other.server_port}" for name in ("127.0.0.1", "localhost")]
        with engines.open_page(lane, Setting("default", origin=origins[0])) as page:
            for origin in origins:
                page.open(f"{origin}/?{query(base, other)}")
                assert other.reports.get(timeout=SECONDS) == {
                    **dict.fromkeys(TRIED, "refused"),
                    "ran": "false",
                }


@pytest.mark.parametrize("lane", ["chromium", "firefox", "webkit"])
def test_its_own_pages_use_all_of_it(lane: str, pages: Path) -> None:
    if reason := engines.why_not(lane):
        pytest.skip(reason)
    with serving(Site(pages)) as client, stranger() as other:
        base = f"http://localhost:{client.port}"
        with engines.open_page(lane, Setting("default", origin=base)) as page:
            page.open(f"{base}/?{query(base, other)}")
            assert other.reports.get(timeout=SECONDS) == {
                **dict.fromkeys(TRIED, "loaded"),
                "ran": "true",
            }


ISOLATED = """<!doctype html><script type="module">
import { loadMediaDevices } from "/_mediadevices/loader.mjs";
const pyodide = await loadMediaDevices();
const name = pyodide.runPython("import mediadevices; mediadevices.__name__");
fetch(`/report?${crossOriginIsolated}-${name}`);
</script>"""


@pytest.mark.parametrize("lane", ["chromium", "firefox", "webkit"])
def test_an_isolated_page_loads_pyodide_and_the_library(
    lane: str,
    pages: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = NodeEnvironment(ROOT)
    if reason := node.available() or engines.why_not(lane):
        pytest.skip(reason)
    (pages / "index.html").write_text(ISOLATED)
    # As a service worker does it for pages whose server does not.
    monkeypatch.setitem(server._HEADERS, "Cross-Origin-Opener-Policy", "same-origin")
    monkeypatch.setitem(server._HEADERS, "Cross-Origin-Embedder-Policy", "require-corp")
    with serving(Site(pages, pyodide=node.pyodide)) as client:
        base = f"http://localhost:{client.port}"
        with engines.open_page(lane, Setting("default", origin=base)) as page:
            page.open(base)
            deadline = time.monotonic() + SECONDS
            while "/report?true-mediadevices" not in caplog.text:
                assert time.monotonic() < deadline, caplog.text
                page.check()
                time.sleep(0.05)
