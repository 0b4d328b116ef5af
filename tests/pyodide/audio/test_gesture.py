"""A browser that lets no sound run before the user has touched the page."""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module

import pytest

from mediadevices import AudioData, MediaStreamTrackProcessor
from support.page import ask
from support.page_media import without
from support.page_sound import contexts, oscillator, other_context

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit")

# It runs when it is asked to within a gesture, as Safari's does; else it does not answer.
WAITING = """(Original) => {
  let touched = false;
  document.addEventListener("pointerdown", () => { touched = true; }, {once: true, capture: true});
  class Context extends Original {
    #runs = false;
    constructor(...options) { super(...options); super.suspend(); }
    get state() { return this.#runs ? super.state : "suspended"; }
    resume() {
      if (!touched) return new Promise(() => {});
      this.#runs = true;
      return super.resume();
    }
  }
  return {Context};
}"""


async def test_samples_flow_from_the_first_click_on(caplog: pytest.LogCaptureFixture) -> None:
    document = import_module("js").document
    button = document.createElement("button")
    button.id = "touch"
    button.textContent = "Start"
    document.body.appendChild(button)
    try:
        async with oscillator(997) as track, asyncio.timeout(30):
            with (
                other_context(WAITING),
                contexts() as still_open,
                without("MediaStreamTrackProcessor"),
            ):
                blocks = MediaStreamTrackProcessor(track).readable.get_reader()
                reading = blocks.read()
                while not still_open.size:  # noqa: ASYNC110  (no event tells)
                    await asyncio.sleep(0.01)
            while "first click" not in caplog.text:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.05)
            assert caplog.records[0].levelno == logging.WARNING
            assert not reading.done()
            await ask("click", selector="#touch")
            first = await reading
            assert isinstance(first.value, AudioData)
            await blocks.cancel()
            assert still_open.size == 0
    finally:
        button.remove()
