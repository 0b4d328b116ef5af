"""Sound servers that speak PulseAudio's protocol: PulseAudio and PipeWire."""
