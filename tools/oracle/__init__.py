"""Chromium as an oracle: compares its answers to constraint sets with the library's answers."""
