"""Views and variables beside MXNet 1.9.1: what shares memory, and where gradients flow.

The file holds random programs that ran there: views of an array, which become variables before or
after they were made, are written from both sides, and are used in what is recorded. It says what
every array and every gradient was at the end.
"""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd
from support.keys import written

FILE = Path(__file__).parent.parent / "data" / "ndarray" / "variables.json"
CASES = json.loads(FILE.read_text())
GROUP = 40


def view(x, kind, what):
    if kind == "get":
        return x[written(what)]
    return x.reshape(tuple(what)) if kind == "reshape" else x.detach()


def recorded(there, first, others, views):
    """Go backward from products of sums of arrays, and of views that are made while recording."""
    with autograd.record():
        for kind, (j, what) in views:
            there.append(view(there[j], kind, what))
        y = there[first].sum()
        for j in others:
            y = y * 0.5 + (there[j] * there[j]).sum() * y * 0.01
    y.backward()


def run(steps):
    """The arrays of a recorded program, and whether something was refused, which ends it."""
    arrays = [nd.arange(12).reshape((4, 3)) * 0.25]
    try:
        for kind, i, *rest in steps:
            x = arrays[i] if kind != "record" else None
            if kind == "attach":
                x.attach_grad(rest[0])
            elif kind == "iadd":
                x += rest[0]
            elif kind == "set":
                x[written(rest[0])] = rest[1]
            elif kind == "assign":
                x[:] = rest[0]
            elif kind == "record":
                recorded(list(arrays), i, *rest)
            else:
                arrays.append(view(x, kind, *(rest or [None])))
    except mx.MXNetError:
        return arrays, True
    return arrays, False


@pytest.mark.parametrize("start", range(0, len(CASES), GROUP))
def test_recorded_programs(start):
    for case in CASES[start : start + GROUP]:
        arrays, refused = run(case["steps"])
        assert refused == case["refused"], case["steps"]
        for i, (x, (shape, values, slopes)) in enumerate(zip(arrays, case["final"], strict=True)):
            what = f"array {i} of {case['steps']}"
            assert list(x.shape) == shape, what
            onp.testing.assert_allclose(x.asnumpy().ravel(), values, 1e-3, 2e-3, err_msg=what)
            assert (x.grad is None) == (slopes is None), what
            if slopes is not None:
                found = x.grad.asnumpy().ravel()
                onp.testing.assert_allclose(found, slopes, 1e-3, 2e-3, err_msg=what)


def test_the_recording_covers_what_it_says():
    kinds = [s[0] for case in CASES for s in case["steps"]]
    assert len(CASES) >= 200
    assert set(kinds) >= {"get", "reshape", "detach", "attach", "iadd", "set", "assign", "record"}
    assert 0 < sum(case["refused"] for case in CASES) < len(CASES) / 2


@pytest.fixture
def x():
    return nd.arange(12).reshape((4, 3))


def back(f, *arrays):
    with autograd.record():
        y = f(*arrays)
    y.backward()


def product(a, b):
    return (a * b).sum()


def test_variables_that_are_parts_of_one_array(x):
    """A model in one array: every parameter is a view and a variable, updated from both sides."""
    flat = nd.array([0, 1, 2, 3, 4, 5])
    a, b = flat[0:3], flat[3:6].reshape((3, 1))
    a.attach_grad()
    b.attach_grad()
    for _ in range(2):
        back(lambda a, b: product(a, b.reshape((3,))), a, b)
        a -= a.grad
        nd.sgd_update(b, b.grad, lr=1, wd=0, out=b)
        flat *= 2
    # 1st: a = [0, 1, 2] - [3, 4, 5], b = [3, 4, 5] - [0, 1, 2], twice that; 2nd: the same again
    assert flat.asnumpy().tolist() == [-24, -24, -24, 24, 24, 24]
    assert a.asnumpy().tolist() == [-24, -24, -24]
    assert b.asnumpy().ravel().tolist() == [24, 24, 24]


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("first", ["view", "variable"])
def test_a_view_made_outside_is_a_constant(x, first, written):
    """As in 1.9.1: whether its base was written since then does not change what is recorded."""
    if first == "view":
        v = x[0:2]
        x.attach_grad()
    else:
        x.attach_grad()
        v = x[0:2]
    if written:
        x += 1
    back(lambda v, x: product(v, x[1:3]), v, x)
    wanted = onp.zeros((4, 3))
    wanted[1:3] = onp.arange(6).reshape(2, 3) + written
    assert x.grad.asnumpy().tolist() == wanted.tolist()


def test_an_alias_is_of_the_graph_it_was_made_in(x):
    """``as_np_ndarray`` before ``attach_grad`` is a constant, after it the variable."""
    before = x.as_np_ndarray()
    x.attach_grad()
    after = x.as_np_ndarray()
    values = onp.arange(12).reshape(4, 3)
    for k in range(2):
        back(product, before.as_nd_ndarray(), x)
        assert x.grad.asnumpy().tolist() == (values + k).tolist()
        back(product, after.as_nd_ndarray(), x)
        assert x.grad.asnumpy().tolist() == (2 * (values + k)).tolist()
        x += 1


def test_an_alias_that_is_a_variable_itself(x):
    y = x.as_np_ndarray()
    y.attach_grad()
    x += 1
    y += 1
    assert (
        x.asnumpy().tolist() == y.asnumpy().tolist() == (2 + onp.arange(12).reshape(4, 3)).tolist()
    )
    assert x.grad is None
    back(product, y.as_nd_ndarray(), x)
    assert y.grad.asnumpy().tolist() == x.asnumpy().tolist()


def test_a_variable_is_not_written_while_recording_but_its_base_is(x):
    v = x[1]
    v.attach_grad()
    for write in (lambda: v.__setitem__(slice(None), 3), lambda: v.__iadd__(3)):
        with autograd.record(), pytest.raises(mx.MXNetError, match="computational graph"):
            write()
    with autograd.record():
        x[1] = 3
        y = (v * x[1]).sum()
    y.backward()
    assert v.grad.asnumpy().tolist() == [3, 3, 3]


@pytest.mark.parametrize("array", [nd.ones, mx.np.ones])
@pytest.mark.parametrize("shape", [(4, 3), (1, 3), (3,), (1,)])
def test_all_of_an_array_is_the_array(array, shape):
    x = array(shape)
    for same in (slice(None), slice(None, None, 1), ()):
        assert x[same] is x
    for view in (Ellipsis, (slice(None),), slice(0, None), slice(0, shape[0])):
        assert x[view] is not x
        x[view][:] = 5
        assert (x.asnumpy() == 5).all()
        x[:] = 1
