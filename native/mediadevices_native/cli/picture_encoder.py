"""Encode pictures as PNG or JPEG, with OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from mediadevices_native.cli.errors import CommandError
from mediadevices_native.opencv import load_opencv

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["ENDINGS", "PictureEncoder"]

ENDINGS = (".png", ".jpg", ".jpeg")


class _Encoder(Protocol):
    """The typed subset of cv2 that encodes."""

    def imencode(
        self, ext: str, img: npt.NDArray[np.uint8], /
    ) -> tuple[bool, npt.NDArray[np.uint8]]: ...


class PictureEncoder:
    """Encodes pictures with OpenCV.

    Args:
        ending: The file name's extension, one of `ENDINGS`.

    Raises:
        NotReadableError: OpenCV cannot be imported.
    """

    def __init__(self, ending: str) -> None:
        self._ending = ending.lower()
        self._opencv = cast("_Encoder", load_opencv())

    def encode(self, pixels: npt.NDArray[np.uint8]) -> bytes:
        """Return the bytes of the file.

        Args:
            pixels: Shape (height, width, 3), in the order blue, green, red.

        Raises:
            CommandError: OpenCV cannot encode the picture.
        """
        done, encoded = self._opencv.imencode(self._ending, pixels)
        if not done:
            raise CommandError(f"OpenCV cannot encode this picture as {self._ending}")
        return encoded.tobytes()
