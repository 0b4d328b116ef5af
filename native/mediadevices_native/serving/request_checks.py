"""Which requests are refused before any file is looked for.

The server answers this machine only, but every web page that is open in a browser here can send
requests to it. Three headers, which a page cannot change, tell its requests apart.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mediadevices_native.serving.other_answer import OtherAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

__all__ = ["check_request", "split_target"]

# The port may be another one, because a tunnel can lead here.
_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]*)?", re.IGNORECASE)


def split_target(target: str) -> tuple[str | None, str]:
    """Return the host that a request's target names, if it names one, and its path with the query.

    Args:
        target: The target: ``"/main.py?x=1"``, or ``"http://localhost/main.py"`` as for a proxy.

    Raises:
        OtherAnswer: The target is neither.
    """
    if target.startswith("/"):
        return None, target
    try:
        parts = urlsplit(target)
    except ValueError:  # brackets that are no IPv6 address
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise OtherAnswer(HTTPStatus.BAD_REQUEST, "the request's target is no path")
    return parts.netloc, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def check_request(headers: Message, target_host: str | None = None) -> None:
    """Refuse a request that is not for this server, or that a page of another server makes.

    Args:
        headers: The request's headers.
        target_host: The host that the request's target names, if it names one.

    Raises:
        OtherAnswer: The request is refused.
    """
    hosts: Sequence[str] = headers.get_all("Host") or ()
    if len(hosts) != 1:
        raise OtherAnswer(HTTPStatus.BAD_REQUEST, "a request needs exactly one Host header")
    for host in (hosts[0], target_host):
        # A foreign name can be made to lead here (DNS rebinding); its pages must read nothing.
        if host is not None and not _OWN_HOST.fullmatch(host.strip()):
            raise OtherAnswer(HTTPStatus.MISDIRECTED_REQUEST, "this is http://localhost only")
    if "Transfer-Encoding" in headers or headers.get("Content-Length", "0").strip() != "0":
        raise OtherAnswer(HTTPStatus.BAD_REQUEST, "a request for a file has no body")
    if _is_foreign(headers, hosts[0].strip()):
        raise OtherAnswer(HTTPStatus.FORBIDDEN, "pages of other servers may not use this one")


def _is_foreign(headers: Message, host: str) -> bool:
    """Return whether a page of another server made the request, other than by a link to a page."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        is_own = site in {"same-origin", "none"}  # "none": typed, or from a bookmark
        return not is_own and headers.get("Sec-Fetch-Mode") != "navigate"
    # Only browsers before 2023 do not send Sec-Fetch-Site.
    origin = headers.get("Origin")
    return origin is not None and origin.partition("://")[2].lower() != host.lower()
