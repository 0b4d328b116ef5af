// The same routes in plain JavaScript, and cameras that are never waited for.

(() => {
  // A task of its own, as each frame of a camera is; not a microtask.
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

  // What the browser has for frames of a track gives them as fast as they are taken: each is a new
  // frame of what a <video> shows. Returns what makes it as it was.
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

  // Gives pictures by the way that the library takes in this browser, unpaced or not.
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

  // Blue and red change places, as Python does it where a browser gives BGRA for RGBA.
  function turn(view) {
    const pixels = new Uint32Array(view.buffer, view.byteOffset, view.length / 4);
    for (let index = 0; index < pixels.length; index++) {
      const pixel = pixels[index];
      pixels[index] = (pixel & 0xff00ff00) | ((pixel & 0xff) << 16) | ((pixel >> 16) & 0xff);
    }
  }

  // Copies frames into memory of Python's; returns the milliseconds that one takes. `tell` is a
  // function of Python's that is called after each, as the library's own is.
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
        if (format && turns) turn(view);
      }
      tell(index, undefined, 0);
    }
    const taken = (performance.now() - start) / count;
    pictures.stop();
    buffer.release();
    return taken;
  }

  // The bytes that a frame takes.
  function bytes({ video, format, turns }) {
    const frame = new VideoFrame(video);
    const size = frame.allocationSize(format && !turns ? { format } : {});
    frame.close();
    return size;
  }

  // Frames a second that a track gives for some milliseconds.
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

  // Calls a function for each of some frames, each in a task of its own; milliseconds for one.
  async function call(take, count) {
    let start = 0;
    for (let index = -5; index < count; index++) {
      if (index === 0) start = performance.now();
      await task();
      take();
    }
    return (performance.now() - start) / count;
  }

  // What one task costs, of which each frame has one in either language.
  const tasks = (count) => call(() => {}, count);

  // --- sound -------------------------------------------------------------------------------------

  const SoundNode = globalThis.AudioWorkletNode;

  // Posts a block of 512 samples, and another one for each that it is granted, as our worklet does.
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

  // Blocks come as fast as they are taken. Returns what makes it as it was.
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

  // Copies blocks into memory of Python's; returns the milliseconds that one takes. See `read`.
  async function hear(track, memory, count, tell = () => {}) {
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

  // Counts where a tone does not go on as it should, sample by sample.
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

  // Lets a worklet of its own hear each tone beside whoever hears it in an audio graph from now on,
  // and so what the browser has lost before.
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

  // Loads Pyodide and the library in a frame of its own, where nothing is known yet, and returns
  // the milliseconds that each step takes. The way is `loadPackage` or `unpackArchive`.
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
      // As a page does it: what comes over the network comes meanwhile.
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
      // The same in plain JavaScript: a camera that opens, and a copy of its first frame.
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

  return { unpacedSound, hear, seams, load, unpaced, read, bytes, rate, call, tasks };
})();
