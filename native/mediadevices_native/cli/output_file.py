"""A file that appears under its name when it is complete."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from mediadevices_native.cli.failures import CommandError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

__all__ = ["output_file"]


@contextmanager
def output_file(path: Path, endings: Sequence[str]) -> Generator[IO[bytes], None, None]:
    """Write a file beside its place, and move it there at the end of the block.

    What was there before stays until then, and for good if the block fails.

    Args:
        path: The place.
        endings: What the name may end in, such as ``".png"``; capitals do not count.

    Yields:
        The file, open for writing.

    Raises:
        CommandError: The name does not end so, or the file cannot be written.
    """
    if path.suffix.lower() not in endings:
        raise CommandError(f"{path}: the name must end in {' or '.join(endings)}")
    if path.is_dir():
        raise CommandError(f"{path}: this is a folder")
    unfinished = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(0, "the file may not be written")
        file = unfinished.open("xb")
    except OSError as error:
        raise CommandError(f"{path}: it cannot be written: {error.strerror}") from error
    try:
        with file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"{path}: it cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
