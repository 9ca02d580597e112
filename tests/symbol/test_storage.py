"""Storage types in executors: of variables, outputs and gradients, as MXNet 1.9.1 infers them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd, sym
from mxnet.error import MXNetError
from support.prepared import HANG

DATA = Path(__file__).parents[1] / "data" / "symbol"
CASES = json.loads((DATA / "storage.json").read_text())
GRADIENTS = json.loads((DATA / "storage_of_gradients.json").read_text())
SHAPES = {"i": (4,), "v": (4,)}
VALUES = {
    "a": [[0, 2, 0, -1], [0, 0, 0, 0], [3, 0, -2.5, 0], [0, 0, 0, 4]],
    "b": [[1, 0, 0, -1], [0, 0, 0, 0], [0, 5, 1, 0], [0, 0, 0, 0]],
    "w": [[1, 2, 0, -1], [0.5, 1, 0, 0], [0, 5, 1, 3], [0, 2, 0, 1]],
    "v": [1, 2, 3, 4],
}
ROWS = {True: [0, 1, 2, 3], False: [0, 2, 2, 1]}


def bound(code, stypes):
    names = {n: sym.var(n, stype=stypes.get(n, "default")) for n in "abiwv"}
    out = eval(code, {"sym": sym, **names})  # noqa: S307
    args = out.list_arguments()
    requests = {n: "null" if n in "iv" else "write" for n in args}
    exe = out.simple_bind(mx.cpu(), requests, **{n: SHAPES.get(n, (4, 4)) for n in args})
    for n, x in exe.arg_dict.items():
        value = ROWS["retain" in code] if n == "i" else VALUES[n]
        x[:] = nd.array(value).tostype(x.stype)
    return exe


def head(x):
    size = int(onp.prod(x.shape))
    g = onp.arange(1, 1 + size).reshape(x.shape) % 5 - 1.0
    return nd.array(g, dtype=x.dtype).tostype(x.stype)


def differs(found, expected):
    """What is wrong with an array: recorded are storage, values, and the numbers of stored rows."""
    stype, values, *rows = expected
    if found.stype != stype:
        return f"{found.stype} instead of {stype}"
    values = onp.array([onp.nan if v is None else v for v in values], float)
    flat = found.asnumpy().ravel()
    flat = onp.where(onp.isinf(flat), onp.nan, flat)
    if not onp.allclose(flat, values, 1e-3, 1e-3, equal_nan=True):
        return f"{flat} instead of {values}"
    if rows:
        used = onp.flatnonzero(values.reshape(found.shape[0], -1).any(1)).tolist()
        stored = found.indices.asnumpy().tolist()
        # a stored row of zeros is one only where other rows are absent: docs/differences.md
        if stored not in (rows[0], used):
            return f"rows {stored} instead of {rows[0]}"
    return None


def faults(code, a, b, outs, grads=None, after=None):
    stypes = {"a": a, "b": b or "default"}
    if outs == "refused":
        with pytest.raises((RuntimeError, MXNetError), match="storage"):
            bound(code, stypes)
        return []
    exe = bound(code, stypes)
    found = {n: g.stype for n, g in exe.grad_dict.items() if g is not None}
    wrong = [] if found == grads else [f"gradients {found} instead of {grads}"]
    before = [x.stype for x in exe.outputs]
    results = exe.forward(is_train=True)
    wrong += [] if before == [x.stype for x in results] else [f"outputs were {before}"]
    wrong += [f"output: {differs(x, e)}" for x, e in zip(results, outs) if differs(x, e)]
    if after is not None:
        exe.backward([head(x) for x in results])
        pairs = [(n, exe.grad_dict[n], e) for n, e in after.items()]
        wrong += [f"gradient of {n}: {differs(g, e)}" for n, g, e in pairs if differs(g, e)]
    return wrong


@pytest.mark.parametrize("part", range(6))
def test_storage_and_values_as_recorded(part):
    cases = CASES[part::6]
    wrong = [(case[:3], w) for case in cases if (w := faults(*case))]
    assert wrong == []
    assert len(cases) > 90


def test_gradients_through_several_operators():
    wrong = []
    for code, stype, outputs, grads in GRADIENTS:
        stypes = {"a": "csr", "c": "csr", "b": stype}
        names = {n: sym.var(n, stype=stypes.get(n, "default")) for n in "abcwi"}
        names["v"] = sym.var("v", shape=(1, 4))
        out = eval(code, {"sym": sym, **names})  # noqa: S307
        args = out.list_arguments()
        requests = {n: "null" if n in "aic" else "write" for n in args}
        shapes = {n: {"i": (4,), "v": (1, 4)}.get(n, (4, 4)) for n in args}
        exe = out.simple_bind(mx.cpu(), requests, **shapes)
        found = {n: g.stype for n, g in exe.grad_dict.items() if g is not None}
        if (found, [x.stype for x in exe.outputs]) != (grads, outputs):
            wrong.append((code, stype, found, grads))
    assert wrong == []
    assert len(GRADIENTS) > 80


def test_storage_by_name():
    out = sym.dot(sym.var("a"), sym.var("b"))
    exe = out.simple_bind(mx.cpu(), stype_dict={"a": "csr", "b": "row_sparse"}, a=(4, 3), b=(3, 2))
    assert {n: x.stype for n, x in exe.arg_dict.items()} == {"a": "csr", "b": "row_sparse"}
    assert exe.grad_dict["b"].stype == "row_sparse"


@pytest.mark.parametrize("weight", ["default", "row_sparse"])
@pytest.mark.parametrize("gradient", ["default", "row_sparse"])
def test_given_gradients_keep_their_storage(weight, gradient):
    out = sym.dot(sym.var("a"), sym.var("b"))
    args = {"a": nd.array([[1, 0, 2]]).tostype("csr"), "b": nd.ones((3, 2)).tostype(weight)}
    grads = {"b": nd.zeros((3, 2)).tostype(gradient)}
    exe = out.bind(mx.cpu(), args, grads, {"a": "null", "b": "write"})
    for k in (1, 2):
        exe.forward(is_train=True)
        exe.backward([nd.ones((1, 2)) * k])
        assert exe.grad_dict["b"] is grads["b"]
        assert grads["b"].stype == gradient
        assert grads["b"].asnumpy().tolist() == [[k, k], [0, 0], [2 * k, 2 * k]]
    if gradient == "row_sparse":
        assert grads["b"].indices.asnumpy().tolist() == [0, 2]


def test_outputs_are_the_same_arrays_each_time():
    exe = sym.cast_storage(sym.var("a"), "row_sparse").simple_bind(mx.cpu(), a=(3, 2))
    (out,) = exe.outputs
    assert out.stype == "row_sparse"
    exe.forward(a=nd.array([[0, 0], [1, 2], [0, 0]]))
    assert exe.outputs[0] is out
    assert out.indices.asnumpy().tolist() == [1]
    assert out.data.asnumpy().tolist() == [[1, 2]]


_MEMORY = """
import resource
import mxnet as mx
from mxnet import nd, sym

used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
n, d = 2000, 1_000_000
nd.dot(nd.ones((2, 2)).tostype("csr"), nd.ones((2, 2))).asnumpy()
before = used()
w = sym.var("w", stype="row_sparse")
out = sym.sparse.dot(sym.var("x", stype="csr"), w)
exe = out.simple_bind(mx.cpu(), x=(n, d), w=(d, 2))
bind = used() - before
exe.arg_dict["x"][:] = nd.sparse.csr_matrix(([1, 2, 3], [5, 7, 5], [0, 2] + [3] * (n - 1)), (n, d))
exe.arg_dict["w"][:] = nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [5, 7]), (d, 2))
for _ in range(3):
    y = exe.forward(is_train=True)[0]
    exe.backward([nd.ones(y.shape)])
g = exe.grad_dict["w"]
assert y.asnumpy()[:3].tolist() == [[7, 10], [3, 6], [0, 0]]
assert (g.stype, g.indices.asnumpy().tolist(), g.data.asnumpy().tolist()) == (
    "row_sparse", [5, 7], [[4, 4], [2, 2]])
print(bind, used() - before)
"""


def test_binding_takes_no_dense_memory():
    """A dense x would be 8 GB; w is 8 MB."""
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY], capture_output=True, text=True, timeout=HANG, check=True
    )
    bind, run = [float(t) for t in done.stdout.split()]
    assert bind < 20
    assert run < 300
