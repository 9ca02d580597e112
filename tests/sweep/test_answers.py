"""Small programs and what MXNet 1.9.1 answered.

Names times forms of their arguments: 11,600 calls of ``mx.np`` and 1,700 of their gradients, 3,000
programs with arrays, autograd, symbols, iterators and kvstores, 1,700 with layers, losses, metrics,
optimizers and initializers, 1,900 with cells and layers of both kinds, transforms, sparse arrays,
modules, executors, the model zoo and what stands in contrib, 300 with ``npx`` and Gluon on
``mx.np``, 4,900 with what programs lean on: ``test_utils``, ``util``, ``base``, scopes of names and
attributes, registries, custom operators, executors, monitors, callbacks, contexts, stores, files,
schedules and helpers of Gluon, wrong inputs included, 7,200 with autograd (orders, modes, writes
while recording, ``Function``), losses, layers of images and norms, sparse arrays, updates, 8-bit
operators, symbols, executors and modules, and operators and keys drawn at random, and 400 calls of
operators in all ways (``every.py``): boxes, regions, heads, layers, indices, reductions, matrices,
updates, images and 8-bit numbers. Types, element types, shapes and values are compared, and where
an error is the answer, the classes by which it is caught. Left out are programs that 1.9.1 refuses,
and those (one in thirty, of the gradients one in twelve) whose answer differs for a reason: casts
that are undefined in C, memory never written, addresses, random draws, and what docs/differences.md
lists. ``answers.py`` recorded them.
"""

import gzip
import json
import math
import tempfile
from pathlib import Path

import pytest

import mxnet as mx
from sweep.answers import answer, names

DATA = Path(__file__).parent.parent / "data" / "sweep"
PARTS = 8  # of each file, so that workers share them


def alike(a, b, tolerance):
    """Equal but for rounding; a NumPy number and a Python float are one."""
    if isinstance(a, list) and isinstance(b, list):
        if a[:1] == b[:1] == ["refused"]:  # what catches an error there catches it here
            return set(a) <= set(b)
        if a[:1] == ["scalar"] and b[:1] == ["float"]:
            return alike(a[2][0], b[1][0] if isinstance(b[1], list) else b[1], tolerance)
        return len(a) == len(b) and all(alike(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k], tolerance) for k in a)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
    return a == b


@pytest.fixture
def semantics(request, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where programs put their files
    monkeypatch.setattr(mx.profiler, "_recorder", mx.profiler._Recorder())  # forgotten afterwards
    if request.param:
        mx.npx.set_np()
    yield
    mx.npx.reset_np()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    ("file", "semantics"),
    [
        ("numpy", True),
        ("numpy_gradients", True),
        ("numpy_more", True),
        ("numpy_forms", True),
        ("arrays", False),
        ("gluon", False),
        ("programs", False),
        ("npx", True),
        ("utils", False),
        ("autograd", False),
        ("heads", False),
        ("sparse", False),
        ("graphs", False),
        ("operators", False),
        ("operators_more", False),
        ("longer", False),
        ("orders", False),
        ("keys", False),
        ("keys_numpy", True),
        ("utils_numpy", True),
        ("ways", False),
    ],
    indirect=["semantics"],
)
@pytest.mark.usefixtures("semantics")
def test_as_recorded(file, part):
    with gzip.open(DATA / f"{file}.json.gz", "rt") as source:
        recorded = json.load(source)
    scope, wrong = names(), []
    for program, wanted in recorded[part::PARTS]:
        found = answer(program, scope)
        if not alike(wanted, found, 2e-2 if "float16" in str(wanted) else 1e-3):
            wrong.append(f"{program}\n  1.9.1: {str(wanted)[:300]}\n  here:  {str(found)[:300]}")
    assert not wrong, f"{len(wrong)} of {len(recorded[part::PARTS])}:\n" + "\n".join(wrong[:20])
