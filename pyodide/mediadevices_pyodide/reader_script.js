// Reads tracks: copies what they give into Python's memory, and tells Python of each copy by one
// call. Such a call takes a microsecond; a promise that Python waits for takes a hundred times as
// long, and so Python waits for nothing here but the end.

document.currentScript.readerScript = (() => {
  // How often a copy is tried that Python's growing memory has spoilt.
  const ATTEMPTS = 8;
  // How many frames in a row may be impossible to copy.
  const PATIENCE = 10;
  // Milliseconds between two looks at a track's own numbers, of which each takes as long as half a
  // frame does.
  const LOOK = 100;

  // A piece of Python's memory, given as the proxy of a bytearray.
  class Slot {
    constructor(memory) {
      this.memory = memory;
      this.buffer = memory.getBuffer("u8");
    }

    // Whenever Python's memory grows, JavaScript loses every view of it; its length is 0 then.
    get lost() {
      return this.buffer.data.length === 0;
    }

    get view() {
      if (this.lost) {
        this.buffer.release();
        this.buffer = this.memory.getBuffer("u8");
      }
      return this.buffer.data;
    }

    destroy() {
      this.buffer.release();
      this.memory.destroy();
    }
  }

  // The slot to write to. Python has it while it is told something, and gives the next one then;
  // what is written to when all has ended is nobody's but ours, as a copy may still be on its way.
  class Owned {
    slot = null;

    ask(tell, ...words) {
      this.slot = null;
      this.slot = tell(...words);
      return this.slot;
    }

    destroy() {
      this.slot?.destroy();
      this.slot = null;
    }
  }

  // Whether what is to come looks like what came before.
  function same(shape, known) {
    return shape.length === known.length && shape.every((part, index) => part === known[index]);
  }

  // --- video: where pictures come from -----------------------------------------------------------

  // By a reader of the browser's own processor, as in Chromium.
  class ProcessorSource {
    constructor(track, reader) {
      this.reader = reader;
      this.losses = new Losses(track);
    }

    async next() {
      const pending = this.reader.read();
      if (this.losses.suspected) {
        let come = false;
        pending.then(() => (come = true));
        await new Promise((resolve) => setTimeout(resolve)); // What waits in the browser has come.
        if (!come) this.losses.look();
      }
      const { done, value } = await pending;
      if (done) return null;
      const { timestamp, duration } = value;
      return { picture: value, time: timestamp, duration, lost: this.losses.take() };
    }

    // Those that are open stall the camera.
    discard(frame) {
      frame.close();
    }

    stop() {
      this.reader.cancel();
    }
  }

  // How many frames the browser has dropped, as the track's own numbers tell. What was delivered to
  // the track and never came out was dropped, once nothing waits in the browser. A frame that is on
  // its way at that moment is not lost: only what is missing at two looks is.
  class Losses {
    constructor(track) {
      this.track = track;
      this.looked = 0;
      this.settled = this.delivered; // what was read or counted
      this.missing = 0;
      this.lost = 0;
    }

    get delivered() {
      return this.track.stats?.deliveredFrames ?? 0;
    }

    get suspected() {
      const now = performance.now();
      if (now - this.looked < LOOK) return false;
      if (this.missing > 0 || this.delivered > this.settled) return true;
      this.looked = now;
      return false;
    }

    // At a moment when nothing waits in the browser.
    look() {
      this.looked = performance.now();
      const missing = Math.max(0, this.delivered - this.settled);
      const certain = Math.min(missing, this.missing);
      this.lost += certain;
      this.settled += certain;
      this.missing = missing - certain;
    }

    take() {
      const { lost } = this;
      this.lost = 0;
      this.settled++;
      return lost;
    }
  }

  // By a <video> that nobody sees, which says when it presents a frame.
  class ElementSource {
    constructor(track, takesFrames) {
      this.takesFrames = takesFrames;
      this.newest = null;
      this.ended = false;
      this.presented = 0;
      this.spoilt = 0; // frames in a row that could not be taken
      this.failure = null;
      this.wake = () => {};
      this.presents = (now, metadata) => this.take(now, metadata);
      this.video = document.createElement("video");
      this.video.muted = this.video.playsInline = true;
      this.video.onended = () => this.end();
      this.video.srcObject = new MediaStream([track]);
      this.ask();
      // It starts when there is a picture, and is rejected when it is stopped before.
      this.video.play().catch((reason) => console.debug("a track's element does not play:", reason));
    }

    async next() {
      while (!this.newest && !this.ended) await new Promise((resolve) => (this.wake = resolve));
      if (this.failure) throw this.failure;
      const { newest } = this;
      this.newest = null;
      if (newest) newest.time = (performance.now() - newest.taken) * 1000;
      return newest;
    }

    // What comes while one is copied is not taken: the next one is asked for before Python, which
    // may take its time, is told of this one.
    discard(picture) {
      if (this.takesFrames) picture.close();
      if (!this.ended) this.ask();
    }

    stop() {
      this.ended = true;
      this.video.cancelVideoFrameCallback(this.request);
      this.video.pause();
      this.video.onended = this.video.srcObject = null;
      if (this.newest) this.discard(this.newest.picture);
      this.newest = null;
      this.wake();
    }

    ask() {
      this.request = this.video.requestVideoFrameCallback(this.presents);
    }

    end() {
      this.ended = true;
      this.wake();
    }

    take(now, { presentedFrames, captureTime }) {
      let picture = this.video;
      try {
        if (this.takesFrames) picture = new VideoFrame(this.video);
      } catch (error) {
        this.refuse(error);
        return;
      }
      const lost = this.presented ? Math.max(0, presentedFrames - this.presented - 1) : 0;
      this.presented = presentedFrames;
      this.spoilt = 0;
      // Some engines name a time that is yet to come.
      const taken = captureTime <= now ? captureTime : now;
      this.newest = { picture, taken, duration: picture.duration, lost };
      this.wake();
    }

    // Asks for the next frame after one that the browser does not give, and fails after a few. The
    // number of the next one tells that some were lost.
    refuse(error) {
      console.debug("a frame could not be taken:", error);
      if (++this.spoilt < PATIENCE) {
        this.ask();
        return;
      }
      this.failure = error;
      this.end();
    }
  }

  // --- video: how they are copied ----------------------------------------------------------------

  // Blue and red change places: in Python it takes seven times as long.
  function turn(view, opacity) {
    const pixels = new Uint32Array(view.buffer, view.byteOffset, view.length / 4);
    for (let index = 0; index < pixels.length; index++) {
      const pixel = pixels[index];
      const turned = ((pixel & 0xff) << 16) | ((pixel >>> 16) & 0xff);
      pixels[index] = (pixel & 0xff00ff00) | turned | opacity;
    }
  }

  // Copies `VideoFrame` objects: in the format that is wanted, else in the one that each has.
  class FrameCopier {
    constructor({ wanted, turned, known, native }) {
      this.wanted = wanted;
      this.turned = turned; // whether RGBA is wanted of an engine that does not convert
      this.known = new Set(known); // the formats that Python has
      this.native = native; // what the engine really gives for a format that it claims
      this.options = {};
    }

    // What a picture looks like, as Python's `shaped` takes it, but for the bytes.
    shape({ format, visibleRect, displayWidth, displayHeight, rotation, flip }) {
      // A format without a name is in the memory of a graphics card, or a rare one.
      const wanted = this.wanted ?? (this.known.has(format) ? undefined : "RGBA");
      if (wanted !== this.options.format) this.options = wanted ? { format: wanted } : {};
      const claimed = wanted ?? format;
      let name = this.native[claimed] ?? claimed;
      this.turns = this.turned && ["BGRA", "BGRX"].includes(name);
      if (this.turns) {
        this.opacity = name === "BGRX" ? 0xff000000 : 0;
        name = "RGBA";
      }
      const { width, height } = visibleRect;
      return [name, width, height, displayWidth, displayHeight, rotation ?? 0, flip ?? false];
    }

    bytes(frame) {
      return frame.allocationSize(this.options);
    }

    async copy(frame, slot) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        try {
          await frame.copyTo(slot.view, this.options);
        } catch (error) {
          if (!slot.lost) throw error;
        }
        if (slot.lost) continue;
        if (this.turns) turn(slot.view, this.opacity);
        return;
      }
      const message = "Python's memory grew faster than a frame could be copied";
      throw new DOMException(message, "OperationError");
    }
  }

  // Draws what a <video> shows, and reads it back: slow, and always RGBA.
  class CanvasCopier {
    constructor() {
      this.canvas = document.createElement("canvas");
      this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    }

    shape({ videoWidth, videoHeight }) {
      return ["RGBA", videoWidth, videoHeight, videoWidth, videoHeight, 0, false];
    }

    bytes({ videoWidth, videoHeight }) {
      return videoWidth * videoHeight * 4;
    }

    copy(video, slot) {
      const { canvas, context } = this;
      const { videoWidth: width, videoHeight: height } = video;
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      slot.view.set(data);
    }
  }

  // Copies until the track ends or Python wants no more. `written` frames are a program's own, and
  // are passed on even while the track is disabled: Python makes them black.
  async function pictures(track, source, copier, written, { shaped, arrived, unseen }) {
    const owned = new Owned();
    let known = [];
    let spoilt = 0; // frames in a row that could not be copied
    try {
      for (let next; (next = await source.next()); ) {
        const { picture, time, duration, lost } = next;
        const real = track.enabled && !track.muted;
        if (!real && !written) {
          source.discard(picture);
          known = [];
          unseen();
          continue;
        }
        try {
          const shape = copier.shape(picture);
          const now = [...shape, real];
          if (!same(now, known)) owned.ask(shaped, ...shape, copier.bytes(picture));
          known = now;
          await copier.copy(picture, owned.slot);
        } catch (error) {
          // WebKit shows a picture for a disabled track that it does not let anybody copy.
          const refused = error instanceof DOMException || error instanceof TypeError;
          if (!refused || ++spoilt >= PATIENCE) throw error;
          console.debug("a frame could not be copied:", error);
          continue;
        } finally {
          source.discard(picture);
        }
        if (!owned.ask(arrived, time, duration ?? undefined, lost + spoilt)) return;
        spoilt = 0;
      }
    } finally {
      owned.destroy();
    }
  }

  // --- audio -------------------------------------------------------------------------------------

  // Tells Python what blocks are like whenever that has changed; of a muted track they are nothing.
  class Shape {
    constructor(track, owned, shaped) {
      this.track = track;
      this.owned = owned;
      this.shaped = shaped;
      this.known = [];
    }

    // Whether Python wants a block of this shape.
    fits(...shape) {
      const { enabled, muted } = this.track;
      const now = [...shape, enabled, muted];
      if (!same(now, this.known)) this.owned.ask(this.shaped, ...shape);
      this.known = now;
      return !muted;
    }
  }

  // Copies until the track ends or Python wants no more.
  async function blocks(track, reader, { shaped, arrived }) {
    const owned = new Owned();
    const shape = new Shape(track, owned, shaped);
    try {
      for (let result; !(result = await reader.read()).done; ) {
        const block = result.value;
        const { format, sampleRate, numberOfFrames, numberOfChannels, timestamp } = block;
        try {
          if (!shape.fits(format, sampleRate, numberOfFrames, numberOfChannels)) continue;
          const planes = format.endsWith("-planar") ? numberOfChannels : 1;
          const { view } = owned.slot;
          const size = view.length / planes;
          for (let planeIndex = 0; planeIndex < planes; planeIndex++) {
            const place = view.subarray(planeIndex * size, (planeIndex + 1) * size);
            block.copyTo(place, { planeIndex });
          }
        } finally {
          block.close();
        }
        if (!owned.ask(arrived, timestamp, 0)) return;
      }
    } finally {
      owned.destroy();
    }
  }

  // Copies what our worklet posts, and grants it one more block for each; returns what ends that.
  function messages(track, port, rate, { shaped, arrived }) {
    const owned = new Owned();
    const shape = new Shape(track, owned, shaped);
    port.onmessage = ({ data: { samples, channels, lost, time } }) => {
      if (shape.fits("f32-planar", rate, samples.length / channels, channels)) {
        owned.slot.view.set(new Uint8Array(samples.buffer));
        // While the page was busy the message has waited: one clock tells on both sides how long.
        if (!owned.ask(arrived, Math.max(0, Date.now() - time), lost)) {
          port.onmessage = null; // Python wants no more, and messages may be on their way.
          return;
        }
      }
      port.postMessage(1);
    };
    return () => {
      port.onmessage = null;
      owned.destroy();
    };
  }

  return {
    slot: (memory) => new Slot(memory),
    processor: (track, reader) => new ProcessorSource(track, reader),
    element: (track, takesFrames) => new ElementSource(track, takesFrames),
    frames: (choice) => new FrameCopier(choice),
    canvas: () => new CanvasCopier(),
    pictures,
    blocks,
    messages,
  };
})();
