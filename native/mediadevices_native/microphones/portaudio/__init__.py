"""PortAudio: recording, and the device lists of macOS and Windows."""
