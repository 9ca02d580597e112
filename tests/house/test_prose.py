"""Docstrings and comments are filled: re-wrapping has left half-lines in them before."""

import ast
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src" / "mxnet").rglob("*.py"))
SHORT = 80  # a line that the next word would have fitted on, with room to spare


def blocks(source):
    """Docstrings and comments, each a list of (number, line)."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        if documented and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            yield [(i, lines[i - 1]) for i in range(text.lineno, text.end_lineno + 1)]
    comment = []
    for i, line in enumerate(lines, 1):
        if re.match(r"\s*# ", line):
            if comment and comment[-1][0] != i - 1:
                yield comment
                comment = []
            comment.append((i, line))
    yield comment


def plain(line):
    """A line of running text: no list, table, parameter, example or heading."""
    text = line.strip().removeprefix("# ")
    return (
        text and " : " not in text and not re.search(r"\S  \S|^(>>>|@|[-*>|`\dA-Z]|\"\"\")", text)
    )


def half_lines(source):
    """Numbers of lines that end early in the middle of a sentence."""
    for block in blocks(source):
        for (number, line), (_, following) in itertools.pairwise(block):
            line, indent = line.rstrip(), len(line) - len(line.lstrip())
            if len(following) - len(following.lstrip()) != indent or not plain(following):
                continue
            text = line.strip().removeprefix("# ")
            ended = not text or re.search(r"[.:;!?`\])>|-]$|  | : |^(>>>|@|\"\"\")", text)
            word = following.strip().removeprefix("# ").split()[0]
            if not ended and " " in text and len(line) + 1 + len(word) <= SHORT:
                yield number


def test_half_lines_are_found():
    source = (
        '"""Says something.\n\nA sentence that goes\non here, and is long enough to go on.\n"""\n'
    )
    assert list(half_lines(source)) == [3]
    assert not list(half_lines('"""Says.\n\na : int\nb : int\n"""\n'))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_is_filled(path):
    assert not list(half_lines(path.read_text(encoding="utf8")))
