"""Reject requests that do not come from the server's own pages.

The server listens on this machine only, but every web page in a browser on this machine can send
requests to it. The headers Host, Sec-Fetch-Site and Origin, which pages cannot change, identify
requests of other pages.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mediadevices_native.serving.status_response import StatusResponse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

__all__ = ["check_request", "split_target"]

# The port can differ from the server's port behind a tunnel.
_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]*)?", re.IGNORECASE)


def split_target(target: str) -> tuple[str | None, str]:
    """Split a request's target into the host, if it has one, and the path with the query.

    Args:
        target: The target: ``"/main.py?x=1"``, or ``"http://localhost/main.py"`` for proxies.

    Raises:
        StatusResponse: The target has neither form.
    """
    if target.startswith("/"):
        return None, target
    try:
        parts = urlsplit(target)
    except ValueError:  # brackets without an IPv6 address
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise StatusResponse(HTTPStatus.BAD_REQUEST, "the request's target is not a path")
    return parts.netloc, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def check_request(headers: Message, target_host: str | None = None) -> None:
    """Reject a request for another host, with a body, or from a page of another server.

    Args:
        headers: The request's headers.
        target_host: The host in the request's target, if any.

    Raises:
        StatusResponse: The request is rejected.
    """
    hosts: Sequence[str] = headers.get_all("Host") or ()
    if len(hosts) != 1:
        raise StatusResponse(HTTPStatus.BAD_REQUEST, "a request must have exactly one Host header")
    for host in (hosts[0], target_host):
        # Another host name can resolve to this machine (DNS rebinding); reject it.
        if host is not None and not _OWN_HOST.fullmatch(host.strip()):
            raise StatusResponse(
                HTTPStatus.MISDIRECTED_REQUEST, "this server is only available at http://localhost"
            )
    if "Transfer-Encoding" in headers or headers.get("Content-Length", "0").strip() != "0":
        raise StatusResponse(HTTPStatus.BAD_REQUEST, "a request for a file must not have a body")
    if _is_foreign(headers, hosts[0].strip()):
        raise StatusResponse(HTTPStatus.FORBIDDEN, "pages of other servers cannot use this one")


def _is_foreign(headers: Message, host: str) -> bool:
    """Return whether a page of another server sent the request, unless it is a link to a page."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        is_own = site in {"same-origin", "none"}  # "none": the address was typed or bookmarked
        return not is_own and headers.get("Sec-Fetch-Mode") != "navigate"
    # Browsers from before 2023 do not send Sec-Fetch-Site.
    origin = headers.get("Origin")
    return origin is not None and origin.partition("://")[2].lower() != host.lower()
