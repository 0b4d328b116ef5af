"""Which module measures which figures of the page."""

from __future__ import annotations

__all__ = ["PARTS"]

PARTS = {
    "frame_cost": "B1 B3",
    "frame_rate": "B2",
    "block_cost": "B4",
    "sample_loss": "B4",
    "load_time": "B5",
    "leaks": "B6",
    "growth": "growth",
}
