"""Reads frames from the browser's video tracks."""
