"""Basic indexing beside MXNet 1.9.1: which parts are views and which are copies.

The file holds random programs that ran there: parts of arrays (steps, ``None``, ``...``, negative
positions, lengths of one), parts of parts, reshaped ones, writes to any of them, and what every
array held at the end. A write that reaches an array, or does not, shows which part is a view.
"""

import json
import math
from pathlib import Path

import numpy as onp
import pytest

from mxnet import nd
from support.keys import written

FILE = Path(__file__).parent.parent / "data" / "ndarray" / "indexing.json"
CASES = json.loads(FILE.read_text())
GROUP = 80


def value(v):
    if isinstance(v, int):
        return v
    shape, numbers = v["a"]
    return onp.array(numbers).reshape(shape)


def run(case):
    """The arrays of a recorded program: its first one, then each part in order."""
    n = math.prod(case["shape"])
    arrays = [nd.array(onp.arange(n).reshape(case["shape"]), dtype=case["dtype"])]
    for kind, which, what, *rest in case["steps"]:
        x = arrays[which]
        if kind == "get":
            arrays.append(x[written(what)])
        elif kind == "reshape":
            arrays.append(x.reshape(tuple(what)))
        elif kind == "set":
            x[written(what)] = value(*rest)
        elif kind == "add":
            x[written(what)] += rest[0]
        else:
            assert kind == "iadd"
            x += rest[0]
    return arrays


@pytest.mark.parametrize("start", range(0, len(CASES), GROUP))
def test_recorded_programs(start):
    for case in CASES[start : start + GROUP]:
        found = [[list(x.shape), x.asnumpy().ravel().tolist()] for x in run(case)]
        assert found == case["final"], case["steps"]


def test_the_recording_covers_what_it_says():
    keys = [k for case in CASES for kind, _, k, *_ in case["steps"] if kind in ("get", "set")]
    parts = [p for k in keys for p in (k if isinstance(k, list) else [k])]
    assert len(CASES) >= 700
    assert None in parts
    assert "..." in parts
    slices = [p["s"] for p in parts if isinstance(p, dict)]
    assert {s[2] for s in slices} >= {None, 1, 2, 3, -1, -2}
    assert any(isinstance(p, int) and p < 0 for p in parts)


def test_a_column_is_a_copy():
    b = nd.array([[1, 2, 5, 6], [2, 2, 4, 8]])
    x1 = b[:, 0:1]
    b[:, 0:2] += 10
    assert x1.asnumpy().tolist() == [[1], [2]]
    x1[:] = -1
    assert b.asnumpy().tolist() == [[11, 12, 5, 6], [12, 12, 4, 8]]
