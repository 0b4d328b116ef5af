"""An answer that is no file: a redirection or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus

__all__ = ["OtherAnswer"]


class OtherAnswer(Exception):
    """Ends the handling of a request with something else than a file.

    Args:
        status: The status code.
        reason: The reason in a few words; it becomes the body.
        headers: Further headers, such as ``Location``.
    """

    def __init__(
        self, status: HTTPStatus, reason: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers or {}
