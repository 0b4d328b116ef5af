"""What the tests in the virtual machine have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import vivid

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cameras() -> Iterator[None]:
    """The two cameras, showing colour bars; they are plugged in again afterwards."""
    vivid.reset()
    yield
    if not vivid.is_plugged():
        vivid.plug()
