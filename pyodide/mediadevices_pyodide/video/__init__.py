"""Frames out of the browser's video tracks."""
