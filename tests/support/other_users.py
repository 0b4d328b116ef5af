"""Other users of this machine: a test run as root can become any of them in a child process."""

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
    """Call a function in a child process of another user, with the careless umask 000.

    What the function imports must be imported already: the user may not read this Python.

    Args:
        uid: The user, and the user's only group.
        work: The function; what it returns must be picklable.

    Returns:
        What the function returned.

    Raises:
        AssertionError: The function raised; the message is its traceback.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns where threads run
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
