// Moves samples between an audio graph and Python. It posts only as many blocks as it was granted,
// so a busy page loses whole blocks, which are counted, and its memory stays bounded.

class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions: { block, grant } }) {
    super();
    this.block = block;
    this.grant = grant;
    this.channels = 0;
    this.filled = 0;
    this.lost = 0;
    this.running = true;
    this.port.onmessage = ({ data }) => {
      if (data === "stop") this.running = false;
      else this.grant += data;
    };
  }

  process([input]) {
    // There are no channels without a source, and in some engines while the source is silent.
    const channels = input.length || this.channels || 1;
    if (channels !== this.channels) this.begin(channels);
    const size = input.length ? input[0].length : 128;
    for (let done = 0; done < size; ) {
      const count = Math.min(size - done, this.block - this.filled);
      for (let channel = 0; channel < input.length; channel++) {
        const part = input[channel].subarray(done, done + count);
        this.samples.set(part, channel * this.block + this.filled);
      }
      this.filled += count;
      done += count;
      if (this.filled === this.block) this.post();
    }
    return this.running;
  }

  begin(channels) {
    const { block, filled, samples } = this;
    this.samples = new Float32Array(channels * block);
    // Keep the samples that the block already has: a mono channel is copied to all channels.
    for (let channel = 0; filled && channel < channels; channel++) {
      const start = Math.min(channel, this.channels - 1) * block;
      this.samples.set(samples.subarray(start, start + filled), channel * block);
    }
    this.channels = channels;
  }

  post() {
    if (this.grant > 0) {
      this.grant--;
      const { samples, channels, lost } = this;
      const time = Date.now();
      this.port.postMessage({ samples, channels, lost, time }, [samples.buffer]);
      this.lost = 0;
    } else {
      this.lost++;
    }
    this.filled = 0;
    this.begin(this.channels);
  }
}

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.blocks = [];
    this.position = 0;
    this.running = true;
    this.port.onmessage = ({ data }) => {
      if (data === "stop") this.running = false;
      else this.blocks.push(data);
    };
  }

  process(_, [output]) {
    for (let done = 0; done < output[0].length && this.blocks.length; ) {
      const { samples, channels } = this.blocks[0];
      const size = samples.length / channels;
      const count = Math.min(output[0].length - done, size - this.position);
      for (let channel = 0; channel < output.length; channel++) {
        // A mono channel plays on all outputs; surplus channels are dropped.
        const start = Math.min(channel, channels - 1) * size + this.position;
        output[channel].set(samples.subarray(start, start + count), done);
      }
      done += count;
      this.position += count;
      if (this.position === size) {
        this.blocks.shift();
        this.position = 0;
        this.port.postMessage(size);
      }
    }
    return this.running;
  }
}

registerProcessor("mediadevices-capture", Capture);
registerProcessor("mediadevices-playback", Playback);
