"""``mediadevices record``."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn

from mediadevices import AudioData, MediaStreamTrack, MediaStreamTrackProcessor, NotReadableError
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.errors import CommandError, print_note
from mediadevices_native.cli.formatting import console
from mediadevices_native.cli.interrupts import INTERRUPTED
from mediadevices_native.cli.level import SILENCE, decibels, meter, peak
from mediadevices_native.cli.open_track import open_track
from mediadevices_native.cli.options import (
    AllowOption,
    CommonOptions,
    ConstraintsOption,
    DeviceOption,
    SyntheticOption,
    VerboseOption,
    check_seconds,
)
from mediadevices_native.cli.output_file import OutputFile
from mediadevices_native.cli.session import run
from mediadevices_native.cli.wave_writer import WaveWriter

__all__ = ["record"]

_BLOCK_TIMEOUT = 10.0
"""The command fails when no samples have arrived for this many seconds."""

_MAX_BUFFERED_BLOCKS = 500
"""Buffered while the disk is slow: 5 s if a block has 10 ms."""

_ProgressCallback = Callable[[float, float], None]
"""Takes the number of seconds in the file, and the level in dBFS."""


@dataclass(slots=True)
class _Result:
    output_file: OutputFile
    label: str
    seconds: float = 0.0
    level: float = SILENCE
    dropped: int = 0
    interrupted: bool = False

    def summary(self) -> str:
        """Return a line about the recording."""
        level = meter(self.level, 0).strip()
        return (
            f"{self.output_file.path}: {self.seconds:.2f} s of {self.label}, maximum level {level}"
        )


def record(
    output: Annotated[Path, typer.Argument(metavar="OUT.wav", help="The file to write.")],
    seconds: Annotated[float, typer.Option(metavar="N", help="The length of the recording.")] = 5.0,
    device: DeviceOption = None,
    constraints: ConstraintsOption = None,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Record a microphone to a WAV file with 16-bit samples.

    Ctrl-C, SIGTERM, SIGHUP, the loss of the microphone and a full disk end the recording early. The
    file then contains the sound up to that moment, and the exit code is not 0. If no sound arrived,
    an existing file is not changed.
    """

    async def work(agent: LocalAgent) -> None:
        check_seconds(seconds)
        async with OutputFile(output, (".wav",)) as output_file:
            track = await open_track(agent, "audio", device, constraints)
            result = _Result(output_file, track.label)
            try:
                async with track:
                    with _progress_bar(seconds) as on_progress:
                        await _record(track, result, seconds, on_progress)
            except BaseException:
                if result.seconds:
                    print_note(result.summary())
                raise
        _print_result(result)
        if result.interrupted:
            raise typer.Exit(INTERRUPTED)
        if result.seconds < seconds - 0.01:
            raise CommandError(f"{track.label!r} was disconnected")

    run(CommonOptions(allow, synthetic, verbose), work)


async def _record(
    track: MediaStreamTrack, result: _Result, seconds: float, on_progress: _ProgressCallback
) -> None:
    """Write samples until the file has its full length, a signal arrives, or the track ends."""
    processor = MediaStreamTrackProcessor(track, max_buffer_size=_MAX_BUFFERED_BLOCKS)
    reader = processor.readable.get_reader()

    async def next_block() -> AudioData | None:
        try:
            async with asyncio.timeout(_BLOCK_TIMEOUT):
                data = (await reader.read()).value
        except TimeoutError:
            raise NotReadableError(
                f"{track.label!r} delivered no samples for {_BLOCK_TIMEOUT:g} s"
            ) from None
        except asyncio.CancelledError:  # by a signal: end normally, to keep the file
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            result.interrupted = True
            return None
        return data if isinstance(data, AudioData) else None

    first = block = await next_block()
    if first is None:
        return
    rate, channels = round(first.sample_rate), first.number_of_channels
    with (
        result.output_file.opened(keep_partial=True) as file,
        WaveWriter(file, seconds, rate, channels) as writer,
    ):
        while block is not None:
            with block, block.converted("s16") as samples:
                level = decibels(peak(samples))
                result.level = max(result.level, level)
                try:
                    writer.write(samples)
                finally:
                    result.seconds = writer.seconds
            on_progress(writer.seconds, level)
            block = None if writer.is_full else await next_block()
            result.dropped = processor.dropped


def _print_result(result: _Result) -> None:
    if result.seconds:
        result.output_file.print_line(result.summary())
    else:
        print_note(f"{result.output_file.path}: nothing was recorded")
    if result.dropped:
        print_note(f"warning: {result.dropped} blocks were lost because the disk was too slow")
    if result.level <= SILENCE and result.seconds:
        print_note(
            "warning: the recording is silent; is the microphone switched off, or does the system "
            "deny access to it? See `mediadevices doctor`"
        )


@contextmanager
def _progress_bar(seconds: float) -> Generator[_ProgressCallback, None, None]:
    """Show a progress bar and the level if standard error is a terminal."""
    columns = (
        BarColumn(),
        TextColumn("{task.completed:.1f} of {task.total:g} s"),
        TextColumn("{task.description}"),
    )
    screen = console(error=True)
    if not screen.is_terminal:
        yield lambda _done, _level: None
        return
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=seconds)
        yield lambda done, level: bar.update(task, completed=done, description=meter(level))
