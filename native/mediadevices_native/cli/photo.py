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
from mediadevices_native.cli.capturing import open_track
from mediadevices_native.cli.failures import CommandError, note
from mediadevices_native.cli.options import (
    AllowOption,
    Common,
    ConstraintsOption,
    DeviceOption,
    JsonOption,
    SyntheticOption,
    VerboseOption,
)
from mediadevices_native.cli.output_file import OutputFile, write_all
from mediadevices_native.cli.picture import ENDINGS, PictureEncoder
from mediadevices_native.cli.session import open_agent, run
from mediadevices_native.cli.showing import print_json, print_properties

__all__ = ["photo"]

_PATIENCE = 10.0
"""Seconds after which a camera that gives no picture is given up."""


def photo(
    output: Annotated[
        Path, typer.Argument(metavar="OUT.png|OUT.jpg", help="Where the picture goes.")
    ],
    device: DeviceOption = None,
    constraints: ConstraintsOption = None,
    delay: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, max=60, help="Let the camera get used to the light first."
        ),
    ] = 0.5,
    or_synthetic: Annotated[
        bool,
        typer.Option("--or-synthetic", help="Use a synthetic camera where there is no real one."),
    ] = False,
    json: JsonOption = False,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Take a photo, and show the settings of the camera.

    With --json, an object: file, label, and settings as getSettings() of the standard gives them.
    """
    common = Common(allow, synthetic, verbose)

    async def work(agent: LocalAgent) -> None:
        async with OutputFile(output, ENDINGS) as place, AsyncExitStack() as stack:
            encoder = PictureEncoder(place.ending)
            if or_synthetic and not await _has_camera():
                agent = stack.enter_context(_synthetic_agent(common))
            track = await open_track(agent, "video", device, constraints)
            async with track:
                frame = await _next_frame(track, delay)
                settings = track.get_settings()
            with frame:
                picture = encoder.encode(frame.to_ndarray("BGR24"))
            with place.opened() as file:
                write_all(file, picture)
        if json:
            result = {"file": str(output), "label": track.label, "settings": settings}
            print_json(result, error=place.is_standard_output)
        else:
            place.tell(f"{output}: a photo by {track.label}")
            print_properties(settings, error=place.is_standard_output)

    run(common, work)


async def _has_camera() -> bool:
    devices = await navigator.media_devices.enumerate_devices()
    return any(device.kind == "videoinput" for device in devices)


async def _next_frame(track: MediaStreamTrack, delay: float) -> VideoFrame:
    """Return the first frame that comes so many seconds after the very first one."""
    clock = asyncio.get_running_loop().time
    reader = MediaStreamTrackProcessor(track).readable.get_reader()
    begin: float | None = None
    while True:
        try:
            async with asyncio.timeout(_PATIENCE):
                result = await reader.read()
        except TimeoutError:
            raise NotReadableError(
                f"{track.label!r} gave no picture for {_PATIENCE:g} s; is it covered, asleep or "
                "in use by another program?"
            ) from None
        frame = result.value
        if not isinstance(frame, VideoFrame):
            raise CommandError(f"{track.label!r} was taken away before it gave a picture")
        begin = clock() if begin is None else begin
        if not clock() < begin + delay:  # also where the delay is no number
            return frame
        frame.close()


@contextmanager
def _synthetic_agent(common: Common) -> Generator[LocalAgent, None, None]:
    note("There is no camera here.")
    agent = open_agent(common, synthetic=True)
    try:
        with use_agent(agent):
            yield agent
    finally:
        agent.close()
