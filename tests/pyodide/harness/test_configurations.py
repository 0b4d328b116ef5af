"""What each configuration of a browser promises, by the browser's own API alone."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from support.page import AskError, ask

BOTH = pytest.mark.lanes("chromium", "firefox")


async def capture(**constraints: bool) -> str:
    """Ask for media and give it back; return "granted", or the name of the error."""
    from js import Object, navigator
    from pyodide.ffi import JsException, to_js

    try:
        stream = await navigator.mediaDevices.getUserMedia(
            to_js(constraints, dict_converter=Object.fromEntries)
        )
    except JsException as error:
        return str(error.name)
    for track in stream.getTracks():
        track.stop()
    return "granted"


async def kinds() -> list[str]:
    from js import navigator

    devices = await navigator.mediaDevices.enumerateDevices()
    return [device.kind for device in devices]


async def state_of(permission: str) -> str:
    from js import Object, navigator
    from pyodide.ffi import to_js

    query = to_js({"name": permission}, dict_converter=Object.fromEntries)
    return str((await navigator.permissions.query(query)).state)


async def test_by_default_everything_is_granted() -> None:
    assert await capture(video=True, audio=True) == "granted"
    assert {"videoinput", "audioinput"} <= set(await kinds())


@BOTH
@pytest.mark.browser("denied")
class TestDenied:
    @pytest.mark.parametrize("kind", ["video", "audio"])
    async def test_nothing_is_granted(self, kind: str) -> None:
        assert await capture(**{kind: True}) == "NotAllowedError"


@BOTH
@pytest.mark.browser("camera-only")
async def test_the_camera_alone_is_granted() -> None:
    assert await capture(video=True) == "granted"
    assert await capture(audio=True) == "NotAllowedError"


@BOTH
@pytest.mark.browser("no-devices")
async def test_there_are_no_devices() -> None:
    assert [kind for kind in await kinds() if kind.endswith("input")] == []
    assert await capture(video=True) == "NotFoundError"


@pytest.mark.lanes("chromium")
@pytest.mark.browser("insecure")
def test_an_insecure_page_has_no_media_devices() -> None:
    from js import isSecureContext, navigator

    assert not isSecureContext
    assert not hasattr(navigator, "mediaDevices")


@pytest.mark.lanes("chromium")
@pytest.mark.browser("denied")
async def test_permissions_are_set_one_by_one() -> None:
    before = await state_of("camera"), await state_of("microphone")
    print(before)
    await ask("set_permission", name="camera", state="granted")
    assert (await state_of("camera"), await state_of("microphone")) == ("granted", before[1])
    assert await capture(video=True) == "granted"
    await ask("set_permission", name="camera", state="denied")
    assert await state_of("camera") == "denied"
    await ask("set_permission", name="camera", state="prompt")
    assert await state_of("camera") == "prompt"


@pytest.mark.lanes("firefox", "webkit")
async def test_a_browser_that_cannot_set_permissions_says_so() -> None:
    with pytest.raises(AskError, match=r"set_permission: Unsupported: .* cannot set camera"):
        await ask("set_permission", name="camera", state="denied")


async def level_and_pitch(seconds: float) -> tuple[float, float]:
    """Return the amplitude and the frequency of what the microphone hears."""
    from js import AudioContext, Float32Array, Object, navigator
    from pyodide.ffi import to_js

    plain = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}
    constraints: dict[str, Any] = {"audio": plain}
    stream = await navigator.mediaDevices.getUserMedia(
        to_js(constraints, dict_converter=Object.fromEntries)
    )
    context = AudioContext.new()
    try:
        analyser = context.createAnalyser()
        analyser.fftSize = 32768
        context.createMediaStreamSource(stream).connect(analyser)
        await asyncio.sleep(seconds)
        array = Float32Array.new(analyser.fftSize)
        analyser.getFloatTimeDomainData(array)
        samples = array.to_py().tolist()
    finally:
        for track in stream.getTracks():
            track.stop()
        await context.close()
    level = max(samples)
    crossings = [n for n, (a, b) in enumerate(pairwise(samples)) if a < 0 <= b]
    period = (crossings[-1] - crossings[0]) / (len(crossings) - 1)
    return level, context.sampleRate / period


@pytest.mark.lanes("chromium")
@pytest.mark.browser("files")
class TestFiles:
    async def test_the_microphone_hears_the_tone(self) -> None:
        level, frequency = await level_and_pitch(1.5)
        assert level == pytest.approx(0.5, abs=0.01)
        assert frequency == pytest.approx(440, abs=0.5)

    async def test_the_frames_are_numbered(self) -> None:
        from js import MediaStreamTrackProcessor, Object, Uint8Array, navigator
        from pyodide.ffi import to_js

        def js(value: object) -> Any:
            return to_js(value, dict_converter=Object.fromEntries)

        stream = await navigator.mediaDevices.getUserMedia(js({"video": True}))
        (track,) = stream.getVideoTracks()
        reader = MediaStreamTrackProcessor.new(js({"track": track})).readable.getReader()
        numbers = []
        for _ in range(5):
            frame = (await reader.read()).value
            assert (frame.codedWidth, frame.codedHeight) == (320, 240)
            luma = Uint8Array.new(frame.allocationSize())
            await frame.copyTo(luma)
            numbers.append(luma[0] - 16)
            assert set(luma.to_py()[: 320 * 240]) == {luma[0]}
            frame.close()
        track.stop()
        assert numbers == list(range(numbers[0], numbers[0] + 5))


@BOTH
@pytest.mark.browser("pulse")
class TestPulse:
    async def test_the_microphone_hears_the_servers_tone(self) -> None:
        level, frequency = await level_and_pitch(2)
        assert level == pytest.approx(0.5, abs=0.05)
        assert frequency == pytest.approx(440, rel=0.01)

    async def test_a_microphone_comes_and_goes(self) -> None:
        from js import navigator
        from pyodide.ffi import create_proxy

        async def labels() -> list[str]:
            devices = await navigator.mediaDevices.enumerateDevices()
            return [device.label for device in devices if device.kind == "audioinput"]

        async def until(there: bool) -> None:
            changed = asyncio.Event()
            listener = create_proxy(lambda _: changed.set())
            navigator.mediaDevices.addEventListener("devicechange", listener)
            async with asyncio.timeout(20):
                while there is not any("Lectern" in label for label in await labels()):
                    await changed.wait()
                    changed.clear()
            navigator.mediaDevices.removeEventListener("devicechange", listener)
            listener.destroy()

        assert await capture(audio=True) == "granted"
        assert any("Desk Microphone" in label for label in await labels())
        await ask("pulse_load_source", name="lectern", description="Lectern Microphone")
        await until(there=True)
        await ask("pulse_play_tone", name="lectern", frequency=1000)
        await ask("pulse_unload_source", name="lectern")
        await until(there=False)


async def test_without_the_sound_server_its_commands_say_so() -> None:
    with pytest.raises(AskError, match="'pulse' only"):
        await ask("pulse_play_tone", name="desk", frequency=1000)
