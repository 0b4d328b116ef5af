"""Source text without what Python does not need, each statement on the line where it was."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

__all__ = ["slim"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def slim(source: str, *, documented: bool) -> str:
    """Take the comments and docstrings out of a module, and leave their lines empty.

    Args:
        source: The module's text.
        documented: Whether public docstrings stay: those of the module, and of the classes and
            functions in it whose names begin with no underscore.

    Returns:
        The text, in which every statement is where it was, so that tracebacks tell the line.
    """
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    for body, text in _texts(ast.parse(source), documented=documented):
        for row in range(text.lineno, (text.end_lineno or text.lineno) + 1):
            lines[row - 1] = ""
        if len(body) == 1:
            lines[text.lineno - 1] = " " * text.col_offset + "pass"
    return "".join(f"{line}\n" for line in lines)


def _texts(node: ast.AST, *, documented: bool) -> Iterator[tuple[list[ast.stmt], ast.Expr]]:
    """Find the texts that are statements, each with its block; not the docstrings that stay."""
    inside = documented and not isinstance(node, _FUNCTIONS)
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, documented=inside)
    if isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)):
        stays = documented and not getattr(node, "name", "").startswith("_")
        for statement in node.body[1:] if stays else node.body:
            if isinstance(statement, ast.Expr) and _is_text(statement.value):
                yield node.body, statement


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
