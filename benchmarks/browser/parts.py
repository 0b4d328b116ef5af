"""Which module measures which figures of the page."""

from __future__ import annotations

__all__ = ["PARTS"]

PARTS = {
    "copying": "B1 B3",
    "pacing": "B2",
    "hearing": "B4",
    "losing": "B4",
    "loading": "B5",
    "leaving": "B6",
    "growing": "growth",
}
