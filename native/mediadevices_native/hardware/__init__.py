"""What the camera and microphone drivers share: USB devices, permissions, hotplug."""
