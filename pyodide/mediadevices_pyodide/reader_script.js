// Copies the frames and samples of tracks into Python's memory, and calls Python once per copy.
// Such a call takes a microsecond. A promise that Python awaits takes a hundred times as long, so
// Python awaits only the end of a track.

document.currentScript.readerScript = (() => {
  // How often to try a copy again after Python's memory grew during it.
  const MAX_ATTEMPTS = 8;
  // How many frames in a row may fail to be copied before reading fails.
  const MAX_FAILURES = 10;
  // Milliseconds between two reads of a track's statistics; a read costs half as much as a copy.
  const STATS_INTERVAL = 100;

  // A Python buffer, passed as the proxy of a bytearray.
  class Slot {
    constructor(memory) {
      this.memory = memory;
      this.buffer = memory.getBuffer("u8");
    }

    // When Python's memory grows, JavaScript's views of it are detached: their length is 0.
    get detached() {
      return this.buffer.data.length === 0;
    }

    get view() {
      if (this.detached) {
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

  // The slot to write to. A call of Python takes the slot and returns the next one. The last slot is
  // destroyed here, because a copy into it may be under way when Python stops reading.
  class CurrentSlot {
    slot = null;

    exchange(call, ...parameters) {
      this.slot = null;
      this.slot = call(...parameters);
      return this.slot;
    }

    destroy() {
      this.slot?.destroy();
      this.slot = null;
    }
  }

  // Whether two shapes are equal.
  function same(shape, known) {
    return shape.length === known.length && shape.every((part, index) => part === known[index]);
  }

  // --- video: sources of pictures ---------------------------------------------------------------

  // Reads from the browser's MediaStreamTrackProcessor, as in Chromium.
  class ProcessorSource {
    constructor(track, reader) {
      this.reader = reader;
      this.losses = new Losses(track);
    }

    async next() {
      const pending = this.reader.read();
      if (this.losses.suspected) {
        let arrived = false;
        pending.then(() => (arrived = true));
        await new Promise((resolve) => setTimeout(resolve)); // A frame in the queue arrives first.
        if (!arrived) this.losses.check();
      }
      const { done, value } = await pending;
      if (done) return null;
      const { timestamp, duration } = value;
      return { picture: value, time: timestamp, duration, lost: this.losses.take() };
    }

    // Frames that stay open stall the camera.
    discard(frame) {
      frame.close();
    }

    stop() {
      this.reader.cancel();
    }
  }

  // Counts the frames that the browser has dropped, from the track's statistics. When the browser's
  // queue is empty, frames that were delivered but never read have been dropped. A single check may
  // catch a frame on its way, so only frames that are missing at two checks count as lost.
  class Losses {
    constructor(track) {
      this.track = track;
      this.checked = 0;
      this.accounted = this.delivered; // frames that were read or counted as lost
      this.missing = 0;
      this.lost = 0;
    }

    get delivered() {
      return this.track.stats?.deliveredFrames ?? 0;
    }

    get suspected() {
      const now = performance.now();
      if (now - this.checked < STATS_INTERVAL) return false;
      if (this.missing > 0 || this.delivered > this.accounted) return true;
      this.checked = now;
      return false;
    }

    // Called when the browser's queue is empty.
    check() {
      this.checked = performance.now();
      const missing = Math.max(0, this.delivered - this.accounted);
      const certain = Math.min(missing, this.missing);
      this.lost += certain;
      this.accounted += certain;
      this.missing = missing - certain;
    }

    take() {
      const { lost } = this;
      this.lost = 0;
      this.accounted++;
      return lost;
    }
  }

  // Reads from a hidden <video>, which calls back for each frame that it presents.
  class ElementSource {
    constructor(track, takesFrames) {
      this.takesFrames = takesFrames;
      this.newest = null;
      this.ended = false;
      this.presented = 0;
      this.failures = 0; // frames in a row that could not be read
      this.failure = null;
      this.wake = () => {};
      this.onframe = (now, metadata) => this.take(now, metadata);
      this.video = document.createElement("video");
      this.video.muted = this.video.playsInline = true;
      this.video.onended = () => this.end();
      this.video.srcObject = new MediaStream([track]);
      this.request();
      // The promise is rejected if the track ends before the first picture.
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

    // Requests the next frame after a copy, so that frames during a copy are skipped.
    discard(picture) {
      if (this.takesFrames) picture.close();
      if (!this.ended) this.request();
    }

    stop() {
      this.ended = true;
      this.video.cancelVideoFrameCallback(this.handle);
      this.video.pause();
      this.video.onended = this.video.srcObject = null;
      if (this.newest) this.discard(this.newest.picture);
      this.newest = null;
      this.wake();
    }

    request() {
      this.handle = this.video.requestVideoFrameCallback(this.onframe);
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
        this.failed(error);
        return;
      }
      const lost = this.presented ? Math.max(0, presentedFrames - this.presented - 1) : 0;
      this.presented = presentedFrames;
      this.failures = 0;
      // Some engines give a capture time in the future.
      const taken = captureTime <= now ? captureTime : now;
      this.newest = { picture, taken, duration: picture.duration, lost };
      this.wake();
    }

    // Requests the next frame after one that could not be read, and gives up after several failures.
    // The number of the next frame shows how many were lost.
    failed(error) {
      console.debug("a frame could not be read:", error);
      if (++this.failures < MAX_FAILURES) {
        this.request();
        return;
      }
      this.failure = error;
      this.end();
    }
  }

  // --- video: copying pictures -------------------------------------------------------------------

  // Swaps red and blue; in Python it takes seven times as long.
  function swapRedAndBlue(view, opacity) {
    const pixels = new Uint32Array(view.buffer, view.byteOffset, view.length / 4);
    for (let index = 0; index < pixels.length; index++) {
      const pixel = pixels[index];
      const swapped = ((pixel & 0xff) << 16) | ((pixel >>> 16) & 0xff);
      pixels[index] = (pixel & 0xff00ff00) | swapped | opacity;
    }
  }

  // Copies VideoFrame objects, in the wanted format or in the native one.
  class FrameCopier {
    constructor({ wanted, swapped, known, native }) {
      this.wanted = wanted;
      this.swapped = swapped; // whether RGBA is wanted and the engine cannot convert
      this.known = new Set(known); // the formats that Python knows
      this.native = native; // maps a format that the engine claims to the one it delivers
      this.options = {};
    }

    // Returns the parameters of Python's `shaped`, except for the number of bytes.
    shape({ format, visibleRect, displayWidth, displayHeight, rotation, flip }) {
      // The format is null for a picture in graphics memory, and for rare formats.
      const wanted = this.wanted ?? (this.known.has(format) ? undefined : "RGBA");
      if (wanted !== this.options.format) this.options = wanted ? { format: wanted } : {};
      const claimed = wanted ?? format;
      let name = this.native[claimed] ?? claimed;
      this.swaps = this.swapped && ["BGRA", "BGRX"].includes(name);
      if (this.swaps) {
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
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        try {
          await frame.copyTo(slot.view, this.options);
        } catch (error) {
          if (!slot.detached) throw error;
        }
        if (slot.detached) continue;
        if (this.swaps) swapRedAndBlue(slot.view, this.opacity);
        return;
      }
      const message = "Python's memory grew faster than a frame could be copied";
      throw new DOMException(message, "OperationError");
    }
  }

  // Draws a <video> on a canvas and reads the pixels back: slow, and always RGBA.
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

  // Copies pictures until the track ends or Python stops. Frames that a program has written are
  // passed on even while the track is disabled, because Python makes them black.
  async function pictures(track, source, copier, written, { shaped, arrived, skipped }) {
    const current = new CurrentSlot();
    let known = [];
    let failures = 0; // frames in a row that could not be copied
    try {
      for (let next; (next = await source.next()); ) {
        const { picture, time, duration, lost } = next;
        const real = track.enabled && !track.muted;
        if (!real && !written) {
          source.discard(picture);
          known = [];
          skipped();
          continue;
        }
        try {
          const shape = copier.shape(picture);
          const now = [...shape, real];
          if (!same(now, known)) current.exchange(shaped, ...shape, copier.bytes(picture));
          known = now;
          await copier.copy(picture, current.slot);
        } catch (error) {
          // WebKit presents a picture of a disabled track, but refuses to copy it.
          const refused = error instanceof DOMException || error instanceof TypeError;
          if (!refused || ++failures >= MAX_FAILURES) throw error;
          console.debug("a frame could not be copied:", error);
          continue;
        } finally {
          source.discard(picture);
        }
        if (!current.exchange(arrived, time, duration ?? undefined, lost + failures)) return;
        failures = 0;
      }
    } finally {
      current.destroy();
    }
  }

  // --- audio -------------------------------------------------------------------------------------

  // Tells Python the format of the blocks whenever it changes.
  class BlockShape {
    constructor(track, current, shaped) {
      this.track = track;
      this.current = current;
      this.shaped = shaped;
      this.known = [];
    }

    // Reports the shape if it is new; returns false for a muted track, whose blocks are dropped.
    report(...shape) {
      const { enabled, muted } = this.track;
      const now = [...shape, enabled, muted];
      if (!same(now, this.known)) this.current.exchange(this.shaped, ...shape);
      this.known = now;
      return !muted;
    }
  }

  // Copies blocks until the track ends or Python stops.
  async function blocks(track, reader, { shaped, arrived }) {
    const current = new CurrentSlot();
    const shape = new BlockShape(track, current, shaped);
    try {
      for (let result; !(result = await reader.read()).done; ) {
        const block = result.value;
        const { format, sampleRate, numberOfFrames, numberOfChannels, timestamp } = block;
        try {
          if (!shape.report(format, sampleRate, numberOfFrames, numberOfChannels)) continue;
          const planes = format.endsWith("-planar") ? numberOfChannels : 1;
          const { view } = current.slot;
          const size = view.length / planes;
          for (let planeIndex = 0; planeIndex < planes; planeIndex++) {
            const place = view.subarray(planeIndex * size, (planeIndex + 1) * size);
            block.copyTo(place, { planeIndex });
          }
        } finally {
          block.close();
        }
        if (!current.exchange(arrived, timestamp, 0)) return;
      }
    } finally {
      current.destroy();
    }
  }

  // Copies the blocks that the worklet posts, and grants it one more for each. Returns a function
  // that stops it.
  function messages(track, port, rate, { shaped, arrived }) {
    const current = new CurrentSlot();
    const shape = new BlockShape(track, current, shaped);
    port.onmessage = ({ data: { samples, channels, lost, time } }) => {
      if (shape.report("f32-planar", rate, samples.length / channels, channels)) {
        current.slot.view.set(new Uint8Array(samples.buffer));
        // The message waited while the page was busy. Both times are of the same clock.
        if (!current.exchange(arrived, Math.max(0, Date.now() - time), lost)) {
          port.onmessage = null; // Python stops; messages may still be under way.
          return;
        }
      }
      port.postMessage(1);
    };
    return () => {
      port.onmessage = null;
      current.destroy();
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
