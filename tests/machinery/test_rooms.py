"""The picture of the rooms in the documentation shows the layers that import-linter checks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def short(names: str) -> set[str]:
    """Return the last part of each name; the picture leaves out the packages."""
    parts = {name.rpartition(".")[2] for name in re.findall(r"[a-z_.]+", names)}
    return {part.removeprefix("mediadevices_") for part in parts}


def test_the_picture_of_the_rooms_shows_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    page = (ROOT / "docs" / "development" / "rooms.md").read_text("utf-8")
    (picture,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    rows = re.split(r"^ +\d+ ", picture, flags=re.MULTILINE)[1:]
    assert [short(row) for row in rows] == [short(layer) for layer in layers]
