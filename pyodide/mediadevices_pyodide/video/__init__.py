"""Reads frames from the browser's video tracks, and converts Python frames for the browser."""
