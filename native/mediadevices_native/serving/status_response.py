"""A response without a file: a redirection or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus

__all__ = ["StatusResponse"]


class StatusResponse(Exception):
    """Raised to answer a request with a redirection or an error.

    Args:
        status: The status code.
        reason: The reason in a few words; the body of the response.
        headers: Additional headers, such as ``Location``.
    """

    def __init__(
        self, status: HTTPStatus, reason: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers or {}
