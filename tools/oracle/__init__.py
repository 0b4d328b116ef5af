"""Chromium as an oracle: what it answers to constraint sets, beside what the library answers."""
