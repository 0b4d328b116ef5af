"""A page that cannot load Pyodide from `mediadevices serve` says what is missing and what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from mediadevices_native.serving.site import Site
from support.browsers import engines
from support.browsers.setting import Setting
from support.page_client import serving

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.lanes("cpython"), pytest.mark.timeout(120)]

SECONDS = 60
PAGE = """<!doctype html><script type="module">
import { loadMediaDevices } from "/_mediadevices/loader.mjs";
loadMediaDevices().catch((error) => fetch(`/report/${encodeURIComponent(error.message)}`));
</script>"""


@pytest.mark.parametrize("lane", ["chromium", "firefox", "webkit"])
def test_the_error_names_the_address_and_the_command_to_run(
    lane: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if reason := engines.why_not(lane):
        pytest.skip(reason)
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "empty").mkdir()
    with serving(Site(tmp_path, pyodide=tmp_path / "empty")) as client:
        base = f"http://localhost:{client.port}"
        with engines.open_page(lane, Setting("default", origin=base)) as page:
            page.open(base)
            deadline = time.monotonic() + SECONDS
            while "/report/" not in caplog.text:
                assert time.monotonic() < deadline, caplog.text
                page.check()
                time.sleep(0.05)
    message = unquote(caplog.text.partition("/report/")[2])
    assert message.startswith(f"Pyodide cannot be loaded from {base}/_mediadevices/pyodide/.")
    assert 'run "npm install pyodide"' in message
