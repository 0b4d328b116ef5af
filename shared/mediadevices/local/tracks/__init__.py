"""Tracks and streams of the local agent (§4.2, §4.3)."""
