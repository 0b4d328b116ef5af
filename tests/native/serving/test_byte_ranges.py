"""Range requests, and requests for files in the client's cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.serving import server

if TYPE_CHECKING:
    from pathlib import Path

    from support.page_client import PageClient

HOST = "Host: localhost"


@pytest.mark.parametrize(
    ("wanted", "status", "content_range", "body"),
    [
        (["bytes=0-3"], 206, "bytes 0-3/10", b"0123"),
        (["bytes=4-"], 206, "bytes 4-9/10", b"456789"),
        (["bytes=-3"], 206, "bytes 7-9/10", b"789"),
        (["bytes=-99"], 206, "bytes 0-9/10", b"0123456789"),
        (["bytes=8-99"], 206, "bytes 8-9/10", b"89"),
        (["bytes=9-9"], 206, "bytes 9-9/10", b"9"),
        (["Bytes= 0-0 "], 206, "bytes 0-0/10", b"0"),
        (["bytes=" + "0" * 5000 + "1-2"], 206, "bytes 1-2/10", b"12"),
        (["bytes=1-" + "9" * 5000], 206, "bytes 1-9/10", b"123456789"),
        (["bytes=10-"], 416, "bytes */10", None),
        (["bytes=10-20"], 416, "bytes */10", None),
        (["bytes=" + "9" * 5000 + "-"], 416, "bytes */10", None),
        (["bytes=-0"], 416, "bytes */10", None),
        (["bytes=0-1,3-4"], 200, None, b"0123456789"),
        (["bytes=0-1", "bytes=3-4"], 200, None, b"0123456789"),
        (["bytes=3-1"], 200, None, b"0123456789"),
        (["bytes=-"], 200, None, b"0123456789"),
        (["bytes=x-y"], 200, None, b"0123456789"),
        (["bytes=\xb2-"], 200, None, b"0123456789"),
        (["lines=0-3"], 200, None, b"0123456789"),
        (["0-3"], 200, None, b"0123456789"),
        ([""], 200, None, b"0123456789"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_the_requested_range_is_sent(
    client: PageClient,
    wanted: list[str],
    status: int,
    content_range: str | None,
    body: bytes | None,
) -> None:
    answer = client.ask("GET /x.js HTTP/1.1", HOST, *(f"Range: {one}" for one in wanted))
    assert (answer.status, answer.headers["Content-Range"]) == (status, content_range)
    assert body is None or (answer.body, answer.headers["Content-Length"]) == (body, str(len(body)))


def test_a_range_of_an_empty_file_is_unsatisfiable(client: PageClient) -> None:
    assert client.get("/empty.txt").body == b""
    assert client.get("/empty.txt", {"Range": "bytes=0-"}).status == 416


def test_ranges_work_for_generated_content(client: PageClient) -> None:
    whole = client.get("/_mediadevices/settings.json")
    part = client.get("/_mediadevices/settings.json", {"Range": "bytes=1-5"})
    assert (part.status, part.body) == (206, whole.body[1:6])
    assert "Last-Modified" not in whole.headers


def test_head_ignores_the_range(client: PageClient) -> None:
    answer = client.get("/x.js", {"Range": "bytes=0-0"}, method="HEAD")
    assert (answer.status, answer.headers["Content-Length"], answer.body) == (200, "10", b"")
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_if_range_with_another_version_sends_the_whole_file(client: PageClient) -> None:
    date = client.get("/x.js").headers["Last-Modified"]
    for condition, status in ((date, 206), ("Mon, 01 Jan 2001 00:00:00 GMT", 200), ('"tag"', 200)):
        answer = client.get("/x.js", {"Range": "bytes=0-0", "If-Range": condition})
        assert answer.status == status


# --- copies that a client has ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00"}, 304),
        ({"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT", "Range": "bytes=0-1"}, 304),
        ({"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "Mon, 99 Jan 9999999999 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": ""}, 200),
        ({"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT", "If-None-Match": '"x"'}, 200),
    ],
)
def test_a_cached_file_is_not_sent_again(
    client: PageClient, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/x.js", headers)
    assert (answer.status, answer.body != b"") == (status, status == 200)


def test_last_modified_is_the_files_time(client: PageClient) -> None:
    date = client.get("/x.js").headers["Last-Modified"]
    assert client.get("/x.js", {"If-Modified-Since": date}).status == 304


@pytest.mark.parametrize("seconds", [-(10**10), 10**15])
def test_a_file_with_an_impossible_date_is_sent_without_it(
    client: PageClient, pages: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    fstat = os.fstat

    def odd(descriptor: int) -> os.stat_result:
        values = list(fstat(descriptor))
        values[8] = seconds
        return os.stat_result(values)

    monkeypatch.setattr(server.os, "fstat", odd)
    answer = client.get("/x.js")
    assert (answer.status, answer.body) == (200, b"0123456789")
