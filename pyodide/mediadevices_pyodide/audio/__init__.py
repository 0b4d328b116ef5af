"""Samples out of the browser's audio tracks."""
