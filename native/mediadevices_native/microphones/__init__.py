"""Microphones and speakers of the desktop, by PortAudio and the system's sound server."""

from mediadevices_native.microphones.driver import PortAudioMicrophoneDriver

__all__ = ["PortAudioMicrophoneDriver"]
