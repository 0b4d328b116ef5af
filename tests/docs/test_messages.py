"""The page "When something fails" quotes messages that the library really has."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "when-something-fails.md"
QUOTED = [
    message
    for line in re.findall(r"^\* \*\*(`.*`)\*\*", PAGE.read_text("utf-8"), re.MULTILINE)
    for message in re.findall(r"`(.+?)`", line)
]


def texts():
    """Return each text of the source, with ``{}`` for what is filled in."""
    for source in ("shared", "native", "pyodide"):
        for path in sorted((ROOT / source).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(
                        part.value if isinstance(part, ast.Constant) else "{}"
                        for part in node.values
                    )
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


TEXTS = "\n".join(texts())


def test_messages_are_quoted():
    assert len(QUOTED) > 30


@pytest.mark.parametrize("message", QUOTED)
def test_the_message_is_in_the_source(message):
    pattern = re.escape(message).replace("camera", "(camera|{})")
    assert re.search(pattern, TEXTS)
