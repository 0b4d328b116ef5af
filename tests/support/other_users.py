"""Runs code as another user: a test run as root can do this in a child process."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
import warnings
from typing import TYPE_CHECKING, TypeVar, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["as_user", "needs_root"]

_T = TypeVar("_T")

needs_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can become other users"
)


def as_user(uid: int, work: Callable[[], _T]) -> _T:
    """Call a function in a child process of another user, with umask 000.

    The modules of the function must be imported already, because the user may lack read access.

    Args:
        uid: The user id and group id.
        work: The function; its result must be picklable.

    Returns:
        The result of the function.

    Raises:
        AssertionError: The function raised; the message is its traceback.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns about threads
        child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            os.umask(0)
            outcome: tuple[object, str] = work(), ""
        except BaseException:  # noqa: BLE001  (the parent raises it)
            outcome = None, traceback.format_exc()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(outcome, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        result, error = pickle.load(pipe)
    os.waitpid(child, 0)
    if error:
        raise AssertionError(error)
    return cast("_T", result)
