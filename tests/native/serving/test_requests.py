"""Which requests the server accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.page_client import PageClient

HOST = "Host: localhost"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 400),
        (["Host:"], 421),
        (["Host: "], 421),
        (["Host: localhost", "Host: localhost"], 400),
        (["Host: localhost", "Host: evil.example"], 400),
        (["Host: evil.example", "Host: localhost"], 400),
        (["Host: localhost, evil.com"], 421),
        (["Host: localhost:8000, evil.com"], 421),
        (["Host: evil.com, localhost"], 421),
        (["Host: localhost evil.com"], 421),
        (["Host: localhost", " .evil.com"], 421),
        (["Host : localhost"], 400),
        (["Host: ["], 421),
        (["Host: [::1"], 421),
        (["Host: [::2]"], 421),
        (["Host: ::1"], 421),
        (["Host: evil.example"], 421),
        (["Host: evil.example:8000"], 421),
        (["Host: localhost.evil.example"], 421),
        (["Host: evil.example/localhost"], 421),
        (["Host: evil@localhost"], 421),
        (["Host: localhost:evil"], 421),
        (["Host: localhost:\xb2"], 421),
        (["Host: localhost."], 421),
        (["Host: 127.0.0.2"], 421),
        (["Host: 2130706433"], 421),
        (["Host: \xe9localhost"], 421),
    ],
)
def test_a_request_with_another_host_name_is_rejected(
    client: PageClient, lines: list[str], status: int
) -> None:
    assert client.ask("GET /x.js HTTP/1.1", *lines).status == status
    assert client.ask("GET /x.js HTTP/1.0", *lines).status == status


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:1",
        "localhost:",
        "127.0.0.1:8000",
        "LOCALHOST",
        "[::1]",
        "[::1]:8000",
    ],
)
def test_requests_with_local_host_names_are_accepted(client: PageClient, host: str) -> None:
    assert client.ask("GET /x.js HTTP/1.1", f"Host: {host}").status == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://localhost/x.js", 200),
        ("http://localhost:8000/x.js?y", 200),
        ("http://localhost", 200),
        ("http://localhost//x.js", 200),
        ("http://evil.com/x.js", 421),
        ("http://localhost@evil.com/x.js", 421),
        ("http://[/x.js", 400),
        ("http://localhost//[", 404),
        ("ftp://localhost/x.js", 400),
        ("file:///etc/passwd", 400),
        ("x.js", 400),
        ("*", 400),
        ("http:///x.js", 400),
    ],
)
def test_the_target_may_be_an_absolute_url(client: PageClient, target: str, status: int) -> None:
    assert client.ask(f"GET {target} HTTP/1.1", HOST).status == status


@pytest.mark.parametrize(
    "path", ["/x.js", "/_mediadevices/loader.mjs", "/_mediadevices/pyodide/pyodide.mjs"]
)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # no browser
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost:8000"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_requests_of_other_servers_pages_are_rejected(
    client: PageClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert client.get(path, {"Host": "localhost:8000", **headers}).status == status


@pytest.mark.parametrize(
    ("path", "status"),
    [("/x.js", 200), ("/sub", 301), ("/nothing", 404), ("/_mediadevices/settings.json", 200)],
)
def test_every_response_forbids_embedding_by_other_sites(
    client: PageClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status == status
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_get_and_head_are_allowed(client: PageClient, method: str) -> None:
    body = "GET /x.js HTTP/1.1\r\nHost: localhost\r\n"  # must not be taken for a request
    length = f"Content-Length: {len(body) + 4}"
    received = client.exchange(f"{method} /x.js HTTP/1.1", HOST, length, "", body, "")
    assert received.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nAllow: GET, HEAD\r\n" in received
    assert received.count(b"HTTP/1.1 ") == 1


def test_an_unknown_method_is_an_error(client: PageClient) -> None:
    assert client.ask("BREW /x.js HTTP/1.1", HOST).status == 501


@pytest.mark.parametrize(
    "body", ["Content-Length: 10", "Transfer-Encoding: chunked", "Content-Length: x"]
)
def test_a_body_is_not_parsed_as_the_next_request(client: PageClient, body: str) -> None:
    received = client.exchange("GET /x.js HTTP/1.1", HOST, body, "", "GET /x.js HTTP/1.1", HOST, "")
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1


def test_a_get_with_content_length_0_is_accepted(client: PageClient) -> None:
    assert client.ask("GET /x.js HTTP/1.1", HOST, "Content-Length: 0").status == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /".ljust(65537, b"a"), 414),
        (b"GET /x.js HTTP/1.1\r\n" + b"X: ".ljust(65537, b"a"), 431),
        (b"GET /x.js HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET /x.js HTTP/9.9\r\n\r\n", 505),
        (b"GET /x.js HTTP/1.1 x\r\n\r\n", 400),
        (b"GET /x.js\r\n\r\n", 400),
        (b"x.js\r\n\r\n", 400),
        (b"\x16\x03\x01 \x00\r\n\r\n", 400),
    ],
    ids=lambda value: str(value)[:30],
)
def test_malformed_and_huge_requests_are_rejected(
    client: PageClient, request_bytes: bytes, status: int
) -> None:
    received = client.send(request_bytes)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in received


def test_long_paths_are_shortened_in_the_log(
    client: PageClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/" + "a" * 60_000).status == 404
    [message] = [record.getMessage() for record in caplog.records]
    assert len(message) < 300
