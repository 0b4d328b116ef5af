"""A second process of the same application, which keeps changing the remembered answers.

As a program it runs until its standard input ends, then prints what it did. Any warning, such as
that of a half-written answer, ends it with a traceback.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from typing import TYPE_CHECKING

from mediadevices.local.permissions.decisions import Decision
from mediadevices_native.application.remembered_answers import RememberedPermissions

if TYPE_CHECKING:
    from mediadevices.agent_protocol.permissions import PermissionName

__all__ = ["SecondProcess"]

_PAUSE = 0.02
_END_SECONDS = 30


class SecondProcess:
    """Starts the process.

    Args:
        application: The application whose answers it changes.
    """

    def __init__(self, application: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.soak.second_process", application],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End the process and print its summary.

        Raises:
            RuntimeError: The process failed.
        """
        said, _ = self._process.communicate(timeout=_END_SECONDS)
        print(f"A second process: {said.strip()}", flush=True)
        if self._process.returncode:
            raise RuntimeError(f"the second process ended with {self._process.returncode}")


def _main(application: str) -> None:
    warnings.simplefilter("error")
    ended = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(ended,), daemon=True).start()
    names: tuple[PermissionName, ...] = ("camera", "microphone")
    memory, done = RememberedPermissions(application), Counter[str]()
    while not ended.is_set():
        name = random.choice(names)
        decision = Decision(random.choice(("granted", "denied", "prompt")), "user")
        memory.remember({name: decision})
        done[decision.state] += 1
        done["found"] += len(memory.recall())
        time.sleep(_PAUSE)
    print(
        f"granted {done['granted']}, denied {done['denied']}, revoked {done['prompt']}; "
        f"found {done['found']} answers"
    )


def _wait_for_end_of_input(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    _main(sys.argv[1])
