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
from mediadevices_native.cli.capturing import open_track
from mediadevices_native.cli.failures import CommandError, note
from mediadevices_native.cli.interrupts import INTERRUPTED
from mediadevices_native.cli.level import SILENCE, decibels, meter, peak
from mediadevices_native.cli.options import (
    AllowOption,
    Common,
    ConstraintsOption,
    DeviceOption,
    SyntheticOption,
    VerboseOption,
    check_seconds,
)
from mediadevices_native.cli.output_file import OutputFile
from mediadevices_native.cli.session import run
from mediadevices_native.cli.showing import console
from mediadevices_native.cli.wave_writer import WaveWriter

__all__ = ["record"]

_PATIENCE = 10.0
"""Seconds after which a microphone that gives nothing is given up."""

_WAITING_BLOCKS = 500
"""How much may wait for a slow disk: 5 s where a block is 10 ms."""

Progressed = Callable[[float, float], None]
"""Takes the seconds that are written, and the level in dBFS."""


@dataclass(slots=True)
class _Result:
    place: OutputFile
    label: str
    seconds: float = 0.0
    level: float = SILENCE
    dropped: int = 0
    interrupted: bool = False

    def summary(self) -> str:
        """Say what was recorded."""
        level = meter(self.level, 0).strip()
        return f"{self.place.path}: {self.seconds:.2f} s of {self.label}, at most {level}"


def record(
    output: Annotated[Path, typer.Argument(metavar="OUT.wav", help="Where the sound goes.")],
    seconds: Annotated[float, typer.Option(metavar="N", help="How long.")] = 5.0,
    device: DeviceOption = None,
    constraints: ConstraintsOption = None,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Record a microphone as a WAV file of 16 bits.

    Ctrl-C, SIGTERM or SIGHUP ends it early, and so do the loss of the microphone and a full disk;
    the file then holds what was heard before, and the exit code is not 0. If nothing was heard, an
    old file stays as it is.
    """

    async def work(agent: LocalAgent) -> None:
        check_seconds(seconds)
        async with OutputFile(output, (".wav",)) as place:
            track = await open_track(agent, "audio", device, constraints)
            result = _Result(place, track.label)
            try:
                async with track:
                    with _progress(seconds) as progressed:
                        await _record(track, result, seconds, progressed)
            except BaseException:
                if result.seconds:
                    note(result.summary())
                raise
        _tell(result)
        if result.interrupted:
            raise typer.Exit(INTERRUPTED)
        if result.seconds < seconds - 0.01:
            raise CommandError(f"{track.label!r} was taken away")

    run(Common(allow, synthetic, verbose), work)


async def _record(
    track: MediaStreamTrack, result: _Result, seconds: float, progressed: Progressed
) -> None:
    """Write what the microphone hears, until it is enough, interrupted, or at its end."""
    processor = MediaStreamTrackProcessor(track, max_buffer_size=_WAITING_BLOCKS)
    reader = processor.readable.get_reader()

    async def next_block() -> AudioData | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                data = (await reader.read()).value
        except TimeoutError:
            raise NotReadableError(f"{track.label!r} gave nothing for {_PATIENCE:g} s") from None
        except asyncio.CancelledError:  # by Ctrl-C: what there is, is kept
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
        result.place.opened(keeps_part=True) as file,
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
            progressed(writer.seconds, level)
            block = None if writer.full else await next_block()
            result.dropped = processor.dropped


def _tell(result: _Result) -> None:
    if result.seconds:
        result.place.tell(result.summary())
    else:
        note(f"{result.place.path}: nothing was recorded")
    if result.dropped:
        note(f"warning: {result.dropped} blocks were lost, because the disk was too slow")
    if result.level <= SILENCE and result.seconds:
        note(
            "warning: there was only silence; is the microphone switched off, or does the system "
            "deny it? See `mediadevices doctor`"
        )


@contextmanager
def _progress(seconds: float) -> Generator[Progressed, None, None]:
    """Show a progress bar and the level, where somebody can see them."""
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
