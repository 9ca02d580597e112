"""Each row of docs/differences.md shows what this package gives."""

import warnings

import pytest

import mxnet as mx

from . import pages

PAGE = "docs/differences.md"
ROWS = [row for rows in pages.tables(PAGE) for row in rows]


def shown(program):
    """What the page would show for a program: elements, a value's repr, or an error's class."""
    scope = pages.run(PAGE)
    *before, last = program.split("; ")
    try:
        for statement in before:
            exec(statement, scope)  # noqa: S102
        value = eval(last, scope)  # noqa: S307
        return repr(value.asnumpy().tolist() if isinstance(value, mx.nd.NDArray) else value)
    except Exception as error:  # noqa: BLE001 - which one it is, is what is asked
        return type(error).__name__


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip("`") for row in ROWS])
def test_row(row):
    program, original, here, _ = row
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert f"`{shown(program.strip('`'))}`" == here
    assert original != here  # or it is no difference


def test_the_translation_has_the_same_rows():
    translated = [row for rows in pages.tables(PAGE.replace(".md", ".zh-CN.md")) for row in rows]
    shown_by = [[cell for cell in row[:3] if cell.startswith("`")] for row in ROWS]
    assert [[c for c in row[:3] if c.startswith("`")] for row in translated] == shown_by


def test_the_page_was_read():
    assert len(ROWS) > 30
    assert shown("1 + 1") == "2"
    assert shown("mx.nd.ones((2,)) + mx.nd.ones((3,))") == "ShapeError"
