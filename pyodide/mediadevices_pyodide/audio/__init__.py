"""Reads samples from the browser's audio tracks."""
