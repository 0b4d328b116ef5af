// The same work in plain JavaScript, and sources that never make a reader wait.

(() => {
  // Each frame of a camera is a separate task; a microtask would be cheaper.
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port1.onmessage = () => waiting.shift()();
  const task = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(0);
    });

  const element = HTMLVideoElement.prototype;
  const { requestVideoFrameCallback: request, cancelVideoFrameCallback: cancel } = element;
  const Processor = globalThis.MediaStreamTrackProcessor;

  let last = 0;
  const later = () => (last = Math.max(last + 10, Math.round(performance.now() * 1000)));

  // Replaces the browser's frame API by one that delivers frames as fast as they are read: each is a
  // new frame of a <video>. Returns a function that restores it.
  function unpaced(video) {
    if (Processor) {
      globalThis.MediaStreamTrackProcessor = class {
        readable = new ReadableStream(
          {
            async pull(controller) {
              await task();
              controller.enqueue(new VideoFrame(video, { timestamp: later() }));
            },
          },
          { highWaterMark: 0 },
        );
      };
      return () => (globalThis.MediaStreamTrackProcessor = Processor);
    }
    const wanted = new Set();
    let presentedFrames = 0;
    element.requestVideoFrameCallback = function (callback) {
      const id = later();
      wanted.add(id);
      const present = () => {
        if (wanted.delete(id)) callback(later() / 1000, { presentedFrames: ++presentedFrames });
      };
      if (this.readyState < 2) request.call(this, present);
      else task().then(present);
      return id;
    };
    element.cancelVideoFrameCallback = (id) => wanted.delete(id);
    return () => {
      element.requestVideoFrameCallback = request;
      element.cancelVideoFrameCallback = cancel;
    };
  }

  // Reads pictures in the same way as the library does in this browser.
  function source(video, track, takesFrames) {
    if (globalThis.MediaStreamTrackProcessor) {
      const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
      const reader = processor.readable.getReader();
      return {
        next: async () => (await reader.read()).value,
        stop: () => reader.cancel(),
      };
    }
    return {
      next: async () => {
        await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
        return takesFrames ? new VideoFrame(video) : video;
      },
      stop() {},
    };
  }

  // Swaps blue and red, as the library does where a browser delivers BGRA for RGBA.
  function swapRedAndBlue(view) {
    const pixels = new Uint32Array(view.buffer, view.byteOffset, view.length / 4);
    for (let index = 0; index < pixels.length; index++) {
      const pixel = pixels[index];
      pixels[index] = (pixel & 0xff00ff00) | ((pixel & 0xff) << 16) | ((pixel >> 16) & 0xff);
    }
  }

  // Copies frames into Python's memory; returns milliseconds per frame. Calls the Python function
  // `tell` after each, like the library.
  async function read({ video, track, memory, format, draws, turns }, count, tell = () => {}) {
    const pictures = source(video, track, !draws);
    const buffer = memory.getBuffer("u8");
    const view = buffer.data;
    const options = format && !turns ? { format } : {};
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let start = 0;
    for (let index = -5; index < count; index++) {
      if (index === 0) start = performance.now();
      const picture = await pictures.next();
      if (draws) {
        const { videoWidth: width, videoHeight: height } = picture;
        if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
        context.drawImage(picture, 0, 0);
        view.set(context.getImageData(0, 0, width, height).data);
      } else {
        await picture.copyTo(view, options);
        picture.close();
        if (format && turns) swapRedAndBlue(view);
      }
      tell(index, undefined, 0);
    }
    const taken = (performance.now() - start) / count;
    pictures.stop();
    buffer.release();
    return taken;
  }

  // The size of a frame in bytes.
  function bytes({ video, format, turns }) {
    const frame = new VideoFrame(video);
    const size = frame.allocationSize(format && !turns ? { format } : {});
    frame.close();
    return size;
  }

  // The frame rate of a track, measured for some milliseconds.
  async function rate(video, track, milliseconds) {
    const pictures = source(video, track, true);
    (await pictures.next()).close();
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < milliseconds) {
      (await pictures.next()).close();
      count++;
    }
    const seconds = (performance.now() - start) / 1000;
    pictures.stop();
    return count / seconds;
  }

  // Calls a function for each frame, in a separate task; returns milliseconds per call.
  async function call(take, count) {
    let start = 0;
    for (let index = -5; index < count; index++) {
      if (index === 0) start = performance.now();
      await task();
      take();
    }
    return (performance.now() - start) / count;
  }

  // The time of one task; each frame needs one, in both languages.
  const tasks = (count) => call(() => {}, count);

  // --- sound -------------------------------------------------------------------------------------

  const SoundNode = globalThis.AudioWorkletNode;

  // Posts blocks of 512 samples, one for each that is granted, like the library's worklet.
  function blocks() {
    const { port1: port, port2: worklet } = new MessageChannel();
    const post = () => {
      const samples = new Float32Array(512);
      worklet.postMessage({ samples, channels: 1, lost: 0, time: Date.now() }, [samples.buffer]);
    };
    worklet.onmessage = ({ data }) => {
      if (data !== "stop") post();
    };
    post();
    return port;
  }

  // Delivers blocks as fast as they are read. Returns a function that restores the API.
  function unpacedSound() {
    if (Processor) {
      const samples = new Float32Array(480);
      const shape = { format: "f32-planar", sampleRate: 48000, numberOfFrames: 480, numberOfChannels: 1 };
      let timestamp = 0;
      globalThis.MediaStreamTrackProcessor = class {
        readable = new ReadableStream(
          {
            async pull(controller) {
              await task();
              timestamp += 10000;
              controller.enqueue(new AudioData({ ...shape, timestamp, data: samples }));
            },
          },
          { highWaterMark: 0 },
        );
      };
      return () => (globalThis.MediaStreamTrackProcessor = Processor);
    }
    globalThis.AudioWorkletNode = class extends SoundNode {
      #port = blocks();

      get port() {
        return this.#port;
      }
    };
    return () => (globalThis.AudioWorkletNode = SoundNode);
  }

  // Copies blocks into Python's memory; returns milliseconds per block. See `read`.
  async function readBlocks(track, memory, count, tell = () => {}) {
    const buffer = memory.getBuffer("u8");
    const view = buffer.data;
    let start = 0;
    if (Processor) {
      const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
      for (let index = -5; index < count; index++) {
        if (index === 0) start = performance.now();
        const { value: block } = await reader.read();
        block.copyTo(view.subarray(0, block.numberOfFrames * 4), { planeIndex: 0 });
        block.close();
        tell(index, 0);
      }
      reader.cancel();
    } else {
      const port = blocks();
      let index = -5;
      await new Promise((resolve) => {
        port.onmessage = ({ data: { samples } }) => {
          if (index === 0) start = performance.now();
          view.set(new Uint8Array(samples.buffer));
          tell(index, 0);
          if (index++ === count) resolve();
          else port.postMessage(1);
        };
      });
    }
    const taken = (performance.now() - start) / count;
    buffer.release();
    return taken;
  }

  // Counts the samples of a tone that do not continue the previous ones.
  const COUNTING = `registerProcessor("seams", class extends AudioWorkletProcessor {
    constructor({ processorOptions: { frequency, exact } }) {
      super();
      this.step = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
      this.exact = exact;
      this.before = this.last = NaN;
      this.count = 0;
    }

    process([[samples]]) {
      for (const sample of samples ?? []) {
        const seam = Math.abs(this.step * this.last - this.before - sample) > this.exact;
        if (seam && this.count > sampleRate) this.port.postMessage(1); // a second to begin in
        this.before = seam ? NaN : this.last;
        this.last = sample;
        this.count++;
      }
      return true;
    }
  });`;

  // Attaches a counting worklet to every stream that enters an audio graph from now on. It counts
  // the gaps that the browser itself causes.
  function seams(frequency, exact) {
    const { prototype } = AudioContext;
    const { createMediaStreamSource: create } = prototype;
    const found = {
      count: 0,
      restore: () => (prototype.createMediaStreamSource = create),
    };
    prototype.createMediaStreamSource = function (stream) {
      const source = create.call(this, stream);
      const url = URL.createObjectURL(new Blob([COUNTING], { type: "text/javascript" }));
      this.audioWorklet.addModule(url).then(() => {
        const options = { numberOfOutputs: 0, processorOptions: { frequency, exact } };
        const node = new AudioWorkletNode(this, "seams", options);
        node.port.onmessage = () => found.count++;
        source.connect(node);
      });
      return source;
    };
    return found;
  }

  // --- loading -----------------------------------------------------------------------------------

  // Loads Pyodide and the library in a new frame, and returns the milliseconds of each step. `way`
  // is `loadPackage` or `unpackArchive`.
  async function load(program, way) {
    const settings = await (await fetch("/settings.json")).json();
    const frame = document.createElement("iframe");
    frame.allow = "camera";
    const answered = new Promise((resolve) => {
      addEventListener("message", ({ data }) => resolve(data), { once: true });
    });
    const given = JSON.stringify({ ...settings, program, way }).replaceAll("<", "\\u003c");
    frame.srcdoc = `<script type="module">(${timed})(${given})</script>`;
    document.body.append(frame);
    const answer = await answered;
    frame.remove();
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  async function timed({ pyodide: folder, library, program, way }) {
    let last = performance.now();
    const lap = () => {
      const before = last;
      return (last = performance.now()) - before;
    };
    try {
      const url = (path) => new URL(path, parent.location.href).href;
      const { loadPyodide } = await import(url(`${folder}pyodide.mjs`));
      // Downloads run in parallel, as in a page.
      const [python, bytes] = await Promise.all([
        loadPyodide({ indexURL: url(folder) }),
        fetch(url(library)).then((answer) => answer.arrayBuffer()),
      ]);
      const size = bytes.byteLength;
      const boot = lap();
      if (way === "unpackArchive") python.unpackArchive(bytes, "wheel");
      else await python.loadPackage(url(library), { messageCallback: () => {} });
      const wheel = lap();
      python.runPython("import mediadevices");
      const imported = lap();
      await python.runPythonAsync(program);
      const first = lap();
      // The same in plain JavaScript: open a camera and copy its first frame.
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      const [track] = stream.getTracks();
      let picture;
      if (globalThis.MediaStreamTrackProcessor) {
        const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
        picture = (await reader.read()).value;
      } else {
        const video = document.createElement("video");
        Object.assign(video, { muted: true, srcObject: stream });
        const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
        await video.play();
        await shown;
        picture = new VideoFrame(video);
      }
      const memory = new Uint8Array(picture.allocationSize());
      await picture.copyTo(memory);
      picture.close();
      track.stop();
      const plain = lap();
      parent.postMessage({ boot, wheel, imported, first, plain, size });
    } catch (error) {
      parent.postMessage({ error: String(error) });
    }
  }

  return { unpacedSound, readBlocks, seams, load, unpaced, read, bytes, rate, call, tasks };
})();
