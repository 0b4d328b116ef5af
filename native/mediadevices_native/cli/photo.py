"""``mediadevices photo``."""

import asyncio
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mediadevices import (
    MediaStreamTrack,
    MediaStreamTrackProcessor,
    NotReadableError,
    VideoFrame,
    navigator,
)
from mediadevices.current_agent import use_agent
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.errors import CommandError, print_note
from mediadevices_native.cli.formatting import print_json, print_properties
from mediadevices_native.cli.open_track import open_track
from mediadevices_native.cli.options import (
    AllowOption,
    CommonOptions,
    ConstraintsOption,
    DeviceOption,
    JsonOption,
    SyntheticOption,
    VerboseOption,
)
from mediadevices_native.cli.output_file import OutputFile, write_all
from mediadevices_native.cli.picture_encoder import ENDINGS, PictureEncoder
from mediadevices_native.cli.session import open_agent, run

__all__ = ["photo"]

_FRAME_TIMEOUT = 10.0
"""The command fails when no frame has arrived for this many seconds."""


def photo(
    output: Annotated[Path, typer.Argument(metavar="OUT.png|OUT.jpg", help="The file to write.")],
    device: DeviceOption = None,
    constraints: ConstraintsOption = None,
    delay: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            max=60,
            help="Wait until the camera has adjusted to the light.",
        ),
    ] = 0.5,
    or_synthetic: Annotated[
        bool,
        typer.Option("--or-synthetic", help="Use a synthetic camera if there is no real one."),
    ] = False,
    json: JsonOption = False,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Take a photo, and print the settings of the camera.

    With --json, print an object: file, label, and settings, which are those of the standard's
    getSettings().
    """
    common = CommonOptions(allow, synthetic, verbose)

    async def work(agent: LocalAgent) -> None:
        async with OutputFile(output, ENDINGS) as output_file, AsyncExitStack() as stack:
            encoder = PictureEncoder(output_file.ending)
            if or_synthetic and not await _has_camera():
                agent = stack.enter_context(_synthetic_agent(common))
            track = await open_track(agent, "video", device, constraints)
            async with track:
                frame = await _next_frame(track, delay)
                settings = track.get_settings()
            with frame:
                picture = encoder.encode(frame.to_ndarray("BGR24"))
            with output_file.opened() as file:
                write_all(file, picture)
        if json:
            result = {"file": str(output), "label": track.label, "settings": settings}
            print_json(result, error=output_file.is_standard_output)
        else:
            output_file.print_line(f"{output}: a photo by {track.label}")
            print_properties(settings, error=output_file.is_standard_output)

    run(common, work)


async def _has_camera() -> bool:
    devices = await navigator.media_devices.enumerate_devices()
    return any(device.kind == "videoinput" for device in devices)


async def _next_frame(track: MediaStreamTrack, delay: float) -> VideoFrame:
    """Return the first frame that arrives `delay` seconds after the camera's first, or later."""
    clock = asyncio.get_running_loop().time
    reader = MediaStreamTrackProcessor(track).readable.get_reader()
    begin: float | None = None
    while True:
        try:
            async with asyncio.timeout(_FRAME_TIMEOUT):
                result = await reader.read()
        except TimeoutError:
            raise NotReadableError(
                f"{track.label!r} delivered no frame for {_FRAME_TIMEOUT:g} s; is it asleep, or in "
                "use by another program?"
            ) from None
        frame = result.value
        if not isinstance(frame, VideoFrame):
            raise CommandError(f"{track.label!r} was disconnected before it delivered a frame")
        begin = clock() if begin is None else begin
        if not clock() < begin + delay:  # true if the delay is NaN
            return frame
        frame.close()


@contextmanager
def _synthetic_agent(common: CommonOptions) -> Generator[LocalAgent, None, None]:
    print_note("No camera was found; this is a synthetic one.")
    agent = open_agent(common, synthetic=True)
    try:
        with use_agent(agent):
            yield agent
    finally:
        agent.close()
