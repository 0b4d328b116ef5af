"""The interpreter ends, or its loop does, while a real device captures."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from support.programs import RealDevice, capturing, eventually, running

if TYPE_CHECKING:
    from support.faults import FaultNotes

pytestmark = pytest.mark.lanes("pulse", "vm")
PULSE = pytest.mark.lanes("pulse")

#: From what the program does to the end of its process.
PROMPT_SECONDS = 10


@pytest.mark.fault("process", "the interpreter exits while it captures")
@pytest.mark.parametrize(
    ("body", "ending", "code"),
    [
        pytest.param("return", "asyncio.run(main())", 0, id="the program returns"),
        pytest.param("sys.exit(7)", "asyncio.run(main())", 7, id="sys.exit()", marks=PULSE),
        pytest.param(
            "return",
            "loop = asyncio.new_event_loop()\nloop.run_until_complete(main())",
            0,
            id="its loop is not closed",
        ),
        pytest.param(
            "await asyncio.sleep(60)",
            "threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()\n"
            "captured.wait()",
            0,
            id="its loop runs in a daemon thread",
            marks=PULSE,
        ),
    ],
)
def test_the_process_ends_at_once_without_a_word(
    device: RealDevice, body: str, ending: str, code: int, fault: FaultNotes
) -> None:
    with running(capturing(device.kind, body, ending)) as program:
        program.says("capturing")
        ended = program.ends()
    assert (ended.code, ended.out, ended.err) == (code, "", "")
    assert ended.seconds < PROMPT_SECONDS
    eventually(lambda: not device.in_use())
    fault.sees("its own exit code, no traceback, the device is free", ended.seconds)


@PULSE
@pytest.mark.fault("process", "an exception ends the program while it captures")
def test_an_exception_is_raised_once_and_unchanged(device: RealDevice, fault: FaultNotes) -> None:
    with running(capturing(device.kind, "raise LookupError('my own')")) as program:
        program.says("capturing")
        ended = program.ends()
    assert ended.code == 1
    assert ended.err.count("Traceback") == 1
    assert ended.err.endswith("LookupError: my own\n")
    assert ended.seconds < PROMPT_SECONDS
    eventually(lambda: not device.in_use())
    fault.sees("that exception alone; the device is free", ended.seconds)


@PULSE
@pytest.mark.fault("process", "the program ends while a device is being opened")
@pytest.mark.parametrize("milliseconds", [0, 2, 5, 10, 15, 20, 30])
def test_an_opening_that_is_under_way_holds_nothing_up(
    device: RealDevice, milliseconds: int, fault: FaultNotes
) -> None:
    body = f"""
    tracks[0].stop()
    opening = asyncio.ensure_future(capture())
    await asyncio.sleep({milliseconds / 1000})
    """
    with running(capturing(device.kind, body)) as program:
        program.says("capturing")
        ended = program.ends()
    assert (ended.code, ended.err) == (0, "")
    assert ended.seconds < PROMPT_SECONDS
    eventually(lambda: not device.in_use())
    fault.sees("its own exit code, no traceback, the device is free", ended.seconds)


@pytest.mark.fault("process", "a signal ends the program while it captures (Ctrl-C, SIGTERM)")
@pytest.mark.parametrize(
    ("number", "last_line"),
    [
        pytest.param(signal.SIGINT, "KeyboardInterrupt", id="SIGINT", marks=PULSE),
        pytest.param(signal.SIGTERM, "", id="SIGTERM"),
    ],
)
def test_a_signal_ends_the_process_as_it_ends_any_other(
    device: RealDevice, number: int, last_line: str, fault: FaultNotes
) -> None:
    with running(capturing(device.kind, "await asyncio.sleep(60)")) as program:
        program.says("capturing")
        ended = program.ends(number)
    assert ended.code == -number
    assert ended.err.splitlines()[-1:] == ([last_line] if last_line else [])
    assert ended.err.count("Traceback") <= 2  # the cancellation, and the interruption after it
    assert ended.seconds < PROMPT_SECONDS
    eventually(lambda: not device.in_use())
    fault.sees("`KeyboardInterrupt`, or nothing; the device is free", ended.seconds)


@pytest.mark.fault("process", "the event loop is shut down while it captures (`asyncio.run` ends)")
def test_a_device_is_closed_before_its_loop_is(device: RealDevice, fault: FaultNotes) -> None:
    ending = "asyncio.run(main())\nprint('left', flush=True)\ninput()"
    with running(capturing(device.kind, "await asyncio.to_thread(input)", ending)) as program:
        program.says("capturing")
        assert device.in_use()
        program.goes_on()
        program.says("left")
        seconds = eventually(lambda: not device.in_use())
        program.goes_on()
        ended = program.ends()
    assert (ended.code, ended.err) == (0, "")
    fault.sees("the device is closed before `asyncio.run` returns; no event", seconds)


@pytest.mark.fault("process", "the event loop is closed, but not shut down, while it captures")
def test_a_device_lets_go_of_itself_when_its_loop_is_closed(
    device: RealDevice, fault: FaultNotes
) -> None:
    ending = """
    loop = asyncio.new_event_loop()
    loop.run_until_complete(main())
    loop.close()
    print("left", flush=True)
    input()
    """
    with running(capturing(device.kind, "return", ending)) as program:
        program.says("capturing")
        program.says("left")
        seconds = eventually(lambda: not device.in_use())
        program.goes_on()
        ended = program.ends()
    assert (ended.code, ended.err) == (0, "")
    fault.sees("the device is closed when it gives something; no event", seconds)


@pytest.mark.fault("process", "the process is forked while it captures")
def test_a_forked_child_touches_nothing_and_its_parent_continues(
    device: RealDevice, fault: FaultNotes
) -> None:
    body = """
    while not released.is_set():
        await asyncio.sleep(0.02)
    before = tracks[0].stats.delivered_frames
    while tracks[0].stats.delivered_frames < before + 10:
        await asyncio.sleep(0.02)
    print("parent:", tracks[0].ready_state, flush=True)
    tracks[0].stop()
    """
    # The child leaves as a program does, with all that the interpreter and libraries do then.
    ending = """
    released = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    captured.wait()
    child = os.fork()
    if not child:
        print("child:", tracks[0].ready_state, flush=True)
        try:
            asyncio.run(capture())
        except Exception as error:
            print("child:", type(error).__name__, flush=True)
        sys.exit(3)
    print("the child ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    released.set()
    thread.join()
    """
    with running(capturing(device.kind, body, ending)) as program:
        program.says("capturing")
        program.says("child: ended")
        program.says("child: NotReadableError")
        program.says("the child ended with 3")
        program.says("parent: live")
        ended = program.ends()
    assert (ended.code, ended.err) == (0, "")
    eventually(lambda: not device.in_use())
    fault.sees("in the child `ended` tracks and `NotReadableError`; in the parent nothing")
