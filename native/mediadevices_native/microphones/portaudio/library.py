"""The process's one PortAudio: loading it, its frozen list of devices, and its streams.

PortAudio reads the devices when it starts and never again. Starting it anew invalidates every
open stream, also those that the program itself opened with sounddevice, so that is done only
while there is none, and only when it is needed.

PortAudio is not safe to call from several threads, except for the callbacks of its streams:
one lock orders all calls. It starts, and a stream is opened, on a thread of its own, which is left
behind when it hangs in the system: a sound server may let it wait for half a minute, and where a
stream fails as it is started, PortAudio waits for ever.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, cast

from mediadevices.errors import NotReadableError
from mediadevices_native.microphones.portaudio.fresh_stack import fresh_stack
from mediadevices_native.microphones.portaudio.quiet_probing import quiet_probing
from mediadevices_native.open_files import require_free_descriptors

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    import sounddevice
    from typing_extensions import Buffer

__all__ = [
    "BlockCallback",
    "Choose",
    "LookHangsError",
    "OpenedStream",
    "OpeningHangsError",
    "PortAudio",
    "PortAudioDevice",
    "PortAudioMissingError",
    "SampleRateRefusedError",
    "SoundDevice",
    "StreamRequest",
    "portaudio",
]

BlockCallback: TypeAlias = (
    "Callable[[Buffer, int, sounddevice.StreamTime, sounddevice.CallbackFlags], None]"
)
"""Gets PortAudio's memory, which is valid during the call only, and its samples per channel."""

Choose: TypeAlias = "Callable[[Sequence[PortAudioDevice]], PortAudioDevice | None]"

T = TypeVar("T")

_LOCK_SECONDS = 5.0  # a call that takes longer hangs in a driver of the system
_LOOK_SECONDS = 12.0
# JACK's library waits without end for a lock that a program left behind which was killed.
_LOOK_HANGS = (
    "PortAudio hangs while it looks for devices; is a sound device stuck, or is there a lock of "
    "JACK's in /dev/shm that nobody holds any more (jack_db-...)?"
)
_REMEDIES = {"linux": "apt install libportaudio2", "darwin": "brew install portaudio"}
_ANEW = "pip install --force-reinstall sounddevice"  # it brings PortAudio on macOS and Windows
_SHORT_SECONDS = 2.0
# Where there surely is no sound server.
_NO_SERVER = MappingProxyType({"PULSE_SERVER": "unix:/nonexistent"})
_INVALID_SAMPLE_RATE = -9997  # paInvalidSampleRate


class PortAudioMissingError(Exception):
    """There is no PortAudio on this machine; the message says what to install."""


class SampleRateRefusedError(NotReadableError):
    """The microphone can be had, but not at this sample rate."""


class LookHangsError(NotReadableError):
    """PortAudio does not come back from its look for devices."""


class OpeningHangsError(NotReadableError):
    """The microphone is not opened in time."""


class SoundDevice(Protocol):
    """The part of the module sounddevice that is used here; tests give another one."""

    @property
    def PortAudioError(self) -> type[Exception]: ...  # noqa: D102, N802  (sounddevice's)

    @property
    def RawInputStream(self) -> type[sounddevice.RawInputStream]: ...  # noqa: D102, N802  (the same)

    @property
    def _StreamBase(self) -> type: ...  # noqa: N802  (the same)

    def query_devices(self) -> Sequence[sounddevice.DeviceInfo]: ...  # noqa: D102  (sounddevice's)
    def query_hostapis(self) -> Sequence[sounddevice.HostApiInfo]: ...  # noqa: D102  (the same)
    def _terminate(self) -> None: ...
    def _initialize(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PortAudioDevice:
    """A row of PortAudio's list.

    Attributes:
        index: Its place, valid until PortAudio is started anew.
        name: PortAudio's name of it.
        host_api: The name of the system's interface that it belongs to, such as ``"ALSA"``.
        preferred_host_api: That interface is the one to use on this system.
        max_input_channels: 0 for what cannot record.
        max_output_channels: 0 for what cannot play.
        default_sample_rate: Hertz.
        default_input: The interface's default microphone.
        default_output: The interface's default speaker.
    """

    index: int
    name: str
    host_api: str
    preferred_host_api: bool
    max_input_channels: int
    max_output_channels: int
    default_sample_rate: float
    default_input: bool
    default_output: bool


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """How to open a stream.

    Attributes:
        sample_rate: Hertz.
        channel_count: Channels.
        block_size: Samples of each channel in a block.
        latency: Seconds.
        environment: Gets the process's variables, and returns those that it has while the stream
            is opened, and only then.
        patience: Seconds after which the opening is given up.
        server: The sound server is to be looked for too, should PortAudio have to look anew.
        answers: Returns whether the system, as far as can be seen, would let the stream be closed.
    """

    sample_rate: int
    channel_count: int
    block_size: int
    latency: float
    environment: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda _: {}
    patience: float = 15.0
    server: bool = False
    answers: Callable[[], bool] = lambda: True


def _load_sounddevice() -> SoundDevice:
    try:
        import sounddevice
    except ImportError as error:
        raise PortAudioMissingError(
            f"sounddevice cannot be imported ({error}): pip install sounddevice"
        ) from error
    except OSError as error:  # its own import found no library
        remedy = _REMEDIES.get(sys.platform, _ANEW)
        raise PortAudioMissingError(
            f"The PortAudio library is missing ({error}): {remedy}"
        ) from error
    except Exception as error:  # its own import starts PortAudio, which fails in ways of its own
        raise PortAudioMissingError(f"PortAudio cannot start ({error}): {_ANEW}") from error
    return sounddevice


class OpenedStream:
    """A stream that PortAudio fills."""

    def __init__(
        self, owner: PortAudio, stream: sounddevice.RawInputStream, answers: Callable[[], bool]
    ) -> None:
        self._owner = owner
        self._stream = stream
        self.answers = answers

    @property
    def sample_rate(self) -> float:
        """Hertz, as the device really runs."""
        return self._stream.samplerate

    def close(self) -> None:
        """Stop and release the device; its callbacks are over when this returns."""
        self._owner.close(self)

    def abort(self) -> None:
        """Stop and release the device, with the owner's lock held."""
        self._stream.abort()  # `stop` would wait for samples that nobody wants
        self._stream.close()


class PortAudio:
    """PortAudio, started when it is first needed.

    Args:
        load: Gives the module sounddevice.
    """

    def __init__(self, load: Callable[[], SoundDevice] = _load_sounddevice) -> None:
        self._load = load
        self._module: SoundDevice | None = None
        self._lock = threading.Lock()
        self._open: set[OpenedStream] = set()
        self._late: set[Future[sounddevice.RawInputStream]] = set()  # openings that hang
        self._looking: Future[SoundDevice] | None = None  # a look for devices, while it goes on
        self._exiting = False

    def devices(self, *, server: bool = True) -> list[PortAudioDevice]:
        """Return PortAudio's list as it stands.

        Args:
            server: See `refresh`.

        Raises:
            PortAudioMissingError: There is no PortAudio.
            NotReadableError: PortAudio hangs or fails.
        """
        with self._locked(server=server, seconds=_seconds(server)) as module:
            return _devices(module)

    def refresh(self, *, server: bool = True) -> bool:
        """Let PortAudio look for devices again, unless that would break an open stream.

        Args:
            server: A sound server answers. PortAudio would wait minutes for one that does not.

        Returns:
            Whether it did.
        """
        with self._locked(server=server, seconds=_seconds(server)) as module:
            return self._refresh(module, server=server)

    def open(
        self,
        choose: Choose,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        detour: Choose = lambda _: None,
    ) -> OpenedStream:
        """Open and start a stream.

        Args:
            choose: Finds the device in PortAudio's list; asked again after a refresh if it
                finds none.
            request: How to open it.
            callback: Called with each block, on PortAudio's thread.
            finished: Called when the stream ends, also after `close`, on PortAudio's thread.
            detour: Finds another way to a device that came after PortAudio looked, and while an
                open stream keeps it from looking again.

        Raises:
            SampleRateRefusedError: It cannot be had at this sample rate.
            NotReadableError: It cannot be had, with PortAudio's reason.
            TooManyOpenFilesError: There are no descriptors for it.
            PortAudioMissingError: There is no PortAudio.
        """
        require_free_descriptors()
        with self._locked(server=request.server) as module:
            device = choose(_devices(module))
            if device is None and self._refresh(module, server=request.server):
                device = choose(_devices(module))
            if device is None:
                device = detour(_devices(module))
            if device is None:
                raise NotReadableError("PortAudio does not see the microphone")
            opening: Future[sounddevice.RawInputStream] = Future()
            with _environment(request.environment(os.environ)):
                threading.Thread(
                    target=self._open_into,
                    args=(opening, module, device, request, callback, finished),
                    name="mediadevices-opening",
                    daemon=True,
                ).start()
                try:
                    stream = opening.result(request.patience)
                except TimeoutError:
                    self._late.add(opening)
                else:
                    opened = OpenedStream(self, stream, request.answers)
                    self._open.add(opened)
                    return opened
        opening.add_done_callback(self._close_late)
        raise OpeningHangsError("it is not opened in time; does the sound system hang?")

    def _open_into(
        self,
        opening: Future[sounddevice.RawInputStream],
        module: SoundDevice,
        device: PortAudioDevice,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
    ) -> None:
        def block(
            samples: Buffer,
            frames: int,
            times: sounddevice.StreamTime,
            flags: sounddevice.CallbackFlags,
        ) -> None:
            if opening not in self._late:
                callback(samples, frames, times, flags)

        def end() -> None:
            # The end of the program is no fault of the microphone's.
            if not self._exiting and opening not in self._late:
                finished()

        try:
            stream = module.RawInputStream(
                device=device.index,
                samplerate=request.sample_rate,
                channels=request.channel_count,
                dtype="float32",
                blocksize=request.block_size,
                latency=request.latency,
                callback=block,
                finished_callback=end,
            )
            try:
                with fresh_stack():
                    stream.start()
            except BaseException:
                stream.close()
                raise
        except BaseException as error:  # noqa: BLE001  (for who waits for it)
            opening.set_exception(error)
        else:
            opening.set_result(stream)

    def _close_late(self, opening: Future[sounddevice.RawInputStream]) -> None:
        """Close what nobody waits for any more."""
        with self._lock:
            try:
                if opening.exception() is None:
                    opening.result().abort()
                    opening.result().close()
            finally:
                self._late.discard(opening)

    def close(self, opened: OpenedStream) -> None:
        """Close a stream of ours; once."""
        with self._locked():
            if opened in self._open:
                opened.abort()
                self._open.remove(opened)

    def _at_exit(self) -> None:
        """Close every stream, before sounddevice ends PortAudio: the two must not do so at once."""
        if self._module is None:
            return
        self._exiting = True
        free = self._lock.acquire(timeout=_SHORT_SECONDS)
        if not free or self._late or self._looking or not all(one.answers() for one in self._open):
            # A driver hangs, and would let PortAudio's end wait. The system tidies up behind us.
            self._leave_to_the_system()
            return
        # The lock is kept: nothing is opened any more, and who waits for it ends with the process.
        while self._open:
            with suppress(self._module.PortAudioError):
                self._open.pop().abort()

    def _forked(self) -> None:
        """Leave the streams to the process that this one was forked from."""
        atexit.unregister(self._at_exit)
        self._leave_to_the_system()

    def _leave_to_the_system(self) -> None:
        """Keep sounddevice from ending PortAudio when the process ends."""
        if (sounddevices := getattr(self._module, "_exit_handler", None)) is not None:
            atexit.unregister(sounddevices)

    def _refresh(self, module: SoundDevice, *, server: bool) -> bool:
        if self._open or self._late or _streams_of_others(module):
            return False

        def look_again() -> SoundDevice:
            module._terminate()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (there is no other way)
            module._initialize()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (the same)
            return module

        self._look(look_again, server=server)
        return True

    def _look(self, begin: Callable[[], SoundDevice], *, server: bool) -> SoundDevice:
        """Let PortAudio look for devices, or wait for an earlier look that hung.

        Raises:
            LookHangsError: It hangs.
        """
        with _environment(_probing(server)):
            if self._looking is None:
                self._looking = _in_daemon_thread(begin)
            try:
                return self._looking.result(_LOOK_SECONDS)
            except TimeoutError:
                raise LookHangsError(_LOOK_HANGS) from None
            finally:
                if self._looking.done():
                    self._looking = None

    @contextmanager
    def _locked(
        self, *, server: bool = True, seconds: float = _LOCK_SECONDS
    ) -> Generator[SoundDevice]:
        if not self._lock.acquire(timeout=seconds):
            raise NotReadableError("PortAudio hangs in another call; is a sound device stuck?")
        try:
            if self._module is None:
                self._module = self._look(self._load, server=server)
                atexit.register(self._at_exit)
                if sys.platform != "win32" and hasattr(os, "register_at_fork"):
                    os.register_at_fork(after_in_child=self._forked)
            try:
                if self._looking is not None:
                    self._look(self._load, server=server)  # it hung
                yield self._module
            except self._module.PortAudioError as error:
                refused = _INVALID_SAMPLE_RATE in error.args[1:2]
                kind = SampleRateRefusedError if refused else NotReadableError
                raise kind(f"PortAudio: {error}") from error
        finally:
            self._lock.release()


def _in_daemon_thread(function: Callable[[], T]) -> Future[T]:
    """Call a function that may hang, on a thread that does not hold up the end of the program."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(function())
        except BaseException as error:  # noqa: BLE001  (for who waits for it)
            outcome.set_exception(error)

    threading.Thread(target=run, name="mediadevices-portaudio", daemon=True).start()
    return outcome


def _seconds(server: bool) -> float:
    """Return how long to wait for another call; without a server one may well hang for it."""
    return _LOCK_SECONDS if server else _SHORT_SECONDS


def _probing(server: bool) -> Mapping[str, str]:
    """Return the variables that the process is to have while PortAudio looks for devices."""
    return {**quiet_probing(os.environ), **({} if server else _NO_SERVER)}


def _devices(module: SoundDevice) -> list[PortAudioDevice]:
    host_apis = module.query_hostapis()
    names = [host_api["name"] for host_api in host_apis]
    # PortAudio's own first choice on Windows cuts names off after 31 letters.
    preferred = names.index("Windows WASAPI") if "Windows WASAPI" in names else 0
    rows: list[PortAudioDevice] = []
    for row in module.query_devices():
        host_api = host_apis[row["hostapi"]]
        rows.append(
            PortAudioDevice(
                index=row["index"],
                name=row["name"],
                host_api=host_api["name"],
                preferred_host_api=row["hostapi"] == preferred,
                max_input_channels=row["max_input_channels"],
                max_output_channels=row["max_output_channels"],
                default_sample_rate=row["default_samplerate"],
                default_input=host_api["default_input_device"] == row["index"],
                default_output=host_api["default_output_device"] == row["index"],
            )
        )
    return rows


def _streams_of_others(module: SoundDevice) -> bool:
    """Return whether the program itself has a stream open through sounddevice."""
    base = module._StreamBase  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (the same)
    return any(
        # Not isinstance: it would ask proxies, which may run code of theirs.
        issubclass(type(thing), base) and not cast("sounddevice.RawInputStream", thing).closed
        for thing in gc.get_objects()
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Generator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


portaudio = PortAudio()
"""The library's state is the process's, so there is one."""
