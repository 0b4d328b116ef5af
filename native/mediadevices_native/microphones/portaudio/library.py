"""PortAudio, of which a process has one: its list of devices and its streams.

PortAudio reads the list of devices when it starts, and never again. A restart of PortAudio
invalidates every open stream, including those that the program itself opened with sounddevice. So
it is restarted only when the list is outdated and no stream is open.

PortAudio is not thread-safe, except for the callbacks of its streams: one lock orders all calls.
PortAudio starts and opens streams on a daemon thread, which is abandoned when it hangs: a sound
server can block it for half a minute, and PortAudio waits for ever if a stream fails as it starts.
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
from mediadevices_native.file_descriptors import require_free_descriptors
from mediadevices_native.microphones.portaudio.fresh_stack import fresh_stack
from mediadevices_native.microphones.portaudio.quiet_probing import quiet_probing

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
# JACK's library waits for ever for the lock of a program that was killed.
_LOOK_HANGS = (
    "PortAudio hangs while it looks for devices; is a sound device stuck, or did a killed program "
    "leave a lock of JACK in /dev/shm (jack_db-...)?"
)
_REMEDIES = {"linux": "apt install libportaudio2", "darwin": "brew install portaudio"}
_ANEW = "pip install --force-reinstall sounddevice"  # it brings PortAudio on macOS and Windows
_SHORT_SECONDS = 2.0
# Makes libpulse give up at once where no sound server runs.
_NO_SERVER = MappingProxyType({"PULSE_SERVER": "unix:/nonexistent"})
_INVALID_SAMPLE_RATE = -9997  # paInvalidSampleRate


class PortAudioMissingError(Exception):
    """PortAudio is not installed; the message says what to install."""


class SampleRateRefusedError(NotReadableError):
    """The microphone does not support this sample rate."""


class LookHangsError(NotReadableError):
    """PortAudio hangs while it looks for devices."""


class OpeningHangsError(NotReadableError):
    """PortAudio does not open the microphone in time."""


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
        index: The index in the list, valid until PortAudio restarts.
        name: PortAudio's name of the device.
        host_api: The name of the device's host API, such as ``"ALSA"``.
        preferred_host_api: Whether this host API is the one to use on this system.
        max_input_channels: 0 for a device that cannot record.
        max_output_channels: 0 for a device that cannot play.
        default_sample_rate: Hertz.
        default_input: Whether this is the host API's default microphone.
        default_output: Whether this is the host API's default speaker.
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
        environment: Gets the environment variables, and returns those to set while the stream is
            opened.
        timeout: Seconds after which opening is given up.
        server: Whether a sound server answers; see `PortAudio.refresh`.
        can_close: Returns False if closing the stream would probably hang.
    """

    sample_rate: int
    channel_count: int
    block_size: int
    latency: float
    environment: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda _: {}
    timeout: float = 15.0
    server: bool = False
    can_close: Callable[[], bool] = lambda: True


def _load_sounddevice() -> SoundDevice:
    try:
        import sounddevice
    except ImportError as error:
        raise PortAudioMissingError(
            f"sounddevice cannot be imported ({error}): pip install sounddevice"
        ) from error
    except OSError as error:  # sounddevice found no library
        remedy = _REMEDIES.get(sys.platform, _ANEW)
        raise PortAudioMissingError(
            f"The PortAudio library is missing ({error}): {remedy}"
        ) from error
    except Exception as error:  # importing sounddevice starts PortAudio
        raise PortAudioMissingError(f"PortAudio cannot start ({error}): {_ANEW}") from error
    return sounddevice


class OpenedStream:
    """A stream that PortAudio fills."""

    def __init__(
        self, owner: PortAudio, stream: sounddevice.RawInputStream, can_close: Callable[[], bool]
    ) -> None:
        self._owner = owner
        self._stream = stream
        self.can_close = can_close

    @property
    def sample_rate(self) -> float:
        """The actual rate in hertz."""
        return self._stream.samplerate

    def close(self) -> None:
        """Stop and release the device; no callback runs after this returns."""
        self._owner.close(self)

    def abort(self) -> None:
        """Stop and release the device; the caller holds the owner's lock."""
        self._stream.abort()  # `stop` would wait for the samples in the buffers
        self._stream.close()


class PortAudio:
    """PortAudio, started when it is first needed.

    Args:
        load: Returns the module sounddevice.
    """

    def __init__(self, load: Callable[[], SoundDevice] = _load_sounddevice) -> None:
        self._load = load
        self._module: SoundDevice | None = None
        self._lock = threading.Lock()
        self._open: set[OpenedStream] = set()
        self._hanging: set[Future[sounddevice.RawInputStream]] = set()  # openings that hang
        self._looking: Future[SoundDevice] | None = None  # the look for devices that still runs
        self._exiting = False

    def devices(self, *, server: bool = True) -> list[PortAudioDevice]:
        """Return PortAudio's present list.

        Args:
            server: See `refresh`.

        Raises:
            PortAudioMissingError: PortAudio is not installed.
            NotReadableError: PortAudio hangs or fails.
        """
        with self._locked(server=server, seconds=_seconds(server)) as module:
            return _devices(module)

    def refresh(self, *, server: bool = True) -> bool:
        """Restart PortAudio to update its list, unless that would break an open stream.

        Args:
            server: Whether a sound server answers. If not, PortAudio is kept from looking for
                one, because it would wait for minutes.

        Returns:
            Whether PortAudio was restarted.
        """
        with self._locked(server=server, seconds=_seconds(server)) as module:
            return self._refresh(module, server=server)

    def open(
        self,
        choose: Choose,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        fallback: Choose = lambda _: None,
    ) -> OpenedStream:
        """Open and start a stream.

        Args:
            choose: Finds the device in PortAudio's list; called again after a refresh if it finds
                none.
            request: How to open it.
            callback: Called with each block, on PortAudio's thread.
            finished: Called on PortAudio's thread when the stream ends, even by `close`.
            fallback: Finds another device that leads to the microphone, if the microphone was
                plugged in later and an open stream forbids a refresh.

        Raises:
            SampleRateRefusedError: The microphone does not support this sample rate.
            NotReadableError: The microphone cannot be opened; with PortAudio's reason.
            TooManyOpenFilesError: The process has no free file descriptors.
            PortAudioMissingError: PortAudio is not installed.
        """
        require_free_descriptors()
        with self._locked(server=request.server) as module:
            device = choose(_devices(module))
            if device is None and self._refresh(module, server=request.server):
                device = choose(_devices(module))
            if device is None:
                device = fallback(_devices(module))
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
                    stream = opening.result(request.timeout)
                except TimeoutError:
                    self._hanging.add(opening)
                else:
                    opened = OpenedStream(self, stream, request.can_close)
                    self._open.add(opened)
                    return opened
        opening.add_done_callback(self._close_late)
        raise OpeningHangsError("PortAudio does not open it in time; does the sound system hang?")

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
            if opening not in self._hanging:
                callback(samples, frames, times, flags)

        def end() -> None:
            # When the program ends, the microphone has not failed.
            if not self._exiting and opening not in self._hanging:
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
        except BaseException as error:  # noqa: BLE001  (raised in the caller)
            opening.set_exception(error)
        else:
            opening.set_result(stream)

    def _close_late(self, opening: Future[sounddevice.RawInputStream]) -> None:
        """Close a stream whose opening was given up."""
        with self._lock:
            try:
                if opening.exception() is None:
                    opening.result().abort()
                    opening.result().close()
            finally:
                self._hanging.discard(opening)

    def close(self, opened: OpenedStream) -> None:
        """Close a stream; a second call does nothing."""
        with self._locked():
            if opened in self._open:
                opened.abort()
                self._open.remove(opened)

    def _at_exit(self) -> None:
        """Close every stream before sounddevice's own exit handler ends PortAudio."""
        if self._module is None:
            return
        self._exiting = True
        free = self._lock.acquire(timeout=_SHORT_SECONDS)
        if (
            not free
            or self._hanging
            or self._looking
            or not all(one.can_close() for one in self._open)
        ):
            # A driver hangs, and ending PortAudio would hang too. The system frees the devices.
            self._leave_to_the_system()
            return
        # Keep the lock, so that no other thread opens a stream while the process ends.
        while self._open:
            with suppress(self._module.PortAudioError):
                self._open.pop().abort()

    def _forked(self) -> None:
        """After a fork, leave the streams to the parent process."""
        atexit.unregister(self._at_exit)
        self._leave_to_the_system()

    def _leave_to_the_system(self) -> None:
        """Keep sounddevice from ending PortAudio when the process ends."""
        if (sounddevices := getattr(self._module, "_exit_handler", None)) is not None:
            atexit.unregister(sounddevices)

    def _refresh(self, module: SoundDevice, *, server: bool) -> bool:
        if self._open or self._hanging or _streams_of_others(module):
            return False

        def look_again() -> SoundDevice:
            module._terminate()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (sounddevice has no public way)
            module._initialize()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (the same)
            return module

        self._look(look_again, server=server)
        return True

    def _look(self, begin: Callable[[], SoundDevice], *, server: bool) -> SoundDevice:
        """Let PortAudio look for devices, or wait for an earlier look that hung.

        Raises:
            LookHangsError: The look hangs.
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
                    self._look(self._load, server=server)  # the earlier look hung
                yield self._module
            except self._module.PortAudioError as error:
                refused = _INVALID_SAMPLE_RATE in error.args[1:2]
                kind = SampleRateRefusedError if refused else NotReadableError
                raise kind(f"PortAudio: {error}") from error
        finally:
            self._lock.release()


def _in_daemon_thread(function: Callable[[], T]) -> Future[T]:
    """Call a function that may hang, on a daemon thread, for which the program does not wait."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(function())
        except BaseException as error:  # noqa: BLE001  (raised in the caller)
            outcome.set_exception(error)

    threading.Thread(target=run, name="mediadevices-portaudio", daemon=True).start()
    return outcome


def _seconds(server: bool) -> float:
    """Return how long to wait for another call, which may hang where no server answers."""
    return _LOCK_SECONDS if server else _SHORT_SECONDS


def _probing(server: bool) -> Mapping[str, str]:
    """Return the environment variables to set while PortAudio looks for devices."""
    return {**quiet_probing(os.environ), **({} if server else _NO_SERVER)}


def _devices(module: SoundDevice) -> list[PortAudioDevice]:
    host_apis = module.query_hostapis()
    names = [host_api["name"] for host_api in host_apis]
    # On Windows, PortAudio's default host API cuts names off after 31 letters.
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
        # Not isinstance, which would run the code of proxy objects.
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
"""The only instance, because PortAudio's state belongs to the process."""
