"""Operators that put parts in and leave parts out, and norms: arrays, symbols, files of 1.9.1.

``data/numpy/symbols.json`` has graphs that the original wrote and what it computed with them.
"""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, np, npx, sym

RECORDED = json.loads(
    (Path(__file__).parents[1] / "data" / "numpy" / "symbols.json").read_text(encoding="utf-8")
)
VALUES = {k: onp.array(v, dtype) for k, (dtype, v) in RECORDED["values"].items()}
CALLS = RECORDED["calls"]


@pytest.fixture(autouse=True)
def numpy_semantics():
    npx.set_np()
    yield
    npx.reset_np()


def var(name):
    return sym.var(name).as_np_ndarray()


def evaluated(graph):
    args = {k: np.array(VALUES[k], dtype=VALUES[k].dtype) for k in graph.list_arguments()}
    return graph.eval(**args)[0].asnumpy()


def test_the_record_has_them_all():
    text = "".join(t for t, *_ in CALLS.values())
    for name in ("_npi_insert_scalar", "_npi_insert_slice", "_npi_insert_tensor", "_npi_delete",
                 "_npi_ediff1d", "_npi_share_memory", "_npi_norm"):  # fmt: skip
        assert f'"{name}"' in text


@pytest.mark.parametrize("call", CALLS)
def test_graphs_of_1_9_1(call):
    text, dtype, shape, values = CALLS[call]
    found = evaluated(sym.load_json(text))
    assert (found.dtype, found.shape) == (onp.dtype(dtype), tuple(shape))
    onp.testing.assert_allclose(found.ravel(), values, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("call", [c for c in CALLS if "unravel" not in c])
def test_symbols_compute_what_1_9_1_computed(call):
    names = {**{k: var(k) for k in VALUES}, "s": sym.np, "sym": sym, "inf": onp.inf}
    made = eval(call, names)
    _, dtype, shape, values = CALLS[call]
    for graph in made, sym.load_json(made.tojson()):
        found = evaluated(graph)
        assert (found.dtype, found.shape) == (onp.dtype(dtype), tuple(shape))
        onp.testing.assert_allclose(found.ravel(), values, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "call",
    [c for c in CALLS if c.startswith(("s.insert", "s.delete", "s.ediff1d", "s.linalg.norm"))],
)
def test_nodes_are_named_as_in_1_9_1(call):
    made = eval(call, {**{k: var(k) for k in VALUES}, "s": sym.np, "inf": onp.inf})
    theirs, ours = (
        [(n["op"], len(n["inputs"])) for n in json.loads(t)["nodes"] if n["op"][:5] == "_npi_"]
        for t in (CALLS[call][0], made.tojson())
    )
    if ("_npi_absolute", 1) not in theirs:  # where it puts norms together of other operators
        assert ours == theirs


# ---------------------------------------------------------------------------------------- arrays
def drawn(rng, n, more):
    """What names positions on an axis of n."""
    kind = rng.randint(5)
    if kind == 0:
        return int(rng.randint(-n, n + more))
    if kind == 1:
        ends = [None, *range(-n - 1, n + 2)]
        a, b = (ends[rng.randint(len(ends))] for _ in range(2))
        return slice(a, b, [None, 1, 2, -1, -2][rng.randint(5)])
    if kind == 2:
        return rng.randint(0, 2, n).astype(bool)
    return rng.randint(-n, n + more, rng.randint(1, 4))


def given(obj, rng):
    """The positions as a list, a NumPy array or an array of ours."""
    if not isinstance(obj, onp.ndarray):
        return obj
    return [obj.tolist(), obj, np.array(obj, dtype=obj.dtype)][rng.randint(3)]


def by_position(where):
    """Positions of a mask: ``insert`` of older NumPy takes it for numbers, and warns."""
    masks = isinstance(where, onp.ndarray) and where.dtype == bool
    return onp.flatnonzero(where) if masks else where


@pytest.mark.parametrize("seed", range(40))
def test_insert_and_delete_are_numpys(seed):
    rng = onp.random.RandomState(seed)
    shape = tuple(rng.randint(1, 5, rng.randint(1, 4)).tolist())
    axis = [None, *range(-len(shape), len(shape))][rng.randint(2 * len(shape) + 1)]
    x = rng.randint(0, 100, shape).astype(["float32", "int32"][rng.randint(2)])
    n = x.size if axis is None else shape[axis]
    gone = drawn(rng, n, 0)
    found = np.delete(np.array(x, dtype=x.dtype), given(gone, rng), axis)
    wanted = onp.delete(x, gone, axis)
    assert found.dtype == x.dtype
    onp.testing.assert_array_equal(found.asnumpy(), wanted)
    where = drawn(rng, n, 1)
    flat = x.reshape(-1) if axis is None else x
    along = axis or 0
    k = onp.insert(flat, by_position(where), 0, along).shape[along] - flat.shape[along]
    target = list(flat.shape)
    target[along] = k
    values = rng.randint(0, 9, target).astype("float32")
    if isinstance(where, int):  # the first axis of the values is the new one
        values = onp.moveaxis(values, along, 0)
    choices = [values, int(rng.randint(9)), 2.75]
    if not isinstance(where, int) and k:
        choices.append(values[(slice(0, 1),) * values.ndim])
    values = choices[rng.randint(len(choices))]
    wanted = onp.insert(x, by_position(where), values, axis)
    values = (
        [values, np.array(values)][rng.randint(2)] if isinstance(values, onp.ndarray) else values
    )
    found = np.insert(np.array(x, dtype=x.dtype), given(where, rng), values, axis)
    assert found.dtype == x.dtype
    onp.testing.assert_array_equal(found.asnumpy(), wanted)


def test_one_position_takes_several_values():
    x = np.arange(6).reshape(2, 3)
    for obj in ([1], onp.array([1]), np.array([1], dtype="int64")):
        assert np.insert(x, obj, np.array([7.0, 8.0]), axis=1).tolist() == [
            [0, 7, 8, 1, 2], [3, 7, 8, 4, 5],
        ]  # fmt: skip


@pytest.mark.usefixtures("compiled_at_once")
def test_another_position_compiles_nothing():
    x = np.arange(8)

    def computed(k):
        return (np.insert(x, k, 5.0 + k) * 10 + np.delete(x, k)[k - 1])[k].item()

    computed(1)
    computed(1)  # x is there now
    with mx.engine.expect(compiled=0):
        for k in range(2, 6):
            assert computed(k) == 10 * (5 + k) + k - 1


def test_gradients():
    x, v = np.arange(6).reshape(2, 3), np.array([5.0, 6.0])
    x.attach_grad()
    v.attach_grad()
    with autograd.record():
        y = np.insert(x, 1, v, axis=1) * np.arange(8).reshape(2, 4)
        z = np.delete(x, [0], axis=1) * 10 + np.ediff1d(x, to_end=v).sum()
        w = np.delete(x, np.array([0, 0], dtype="int64"), axis=0) * 100
        total = y.sum() + z.sum() + w.sum()
    total.backward()
    ends = onp.array([[-4, 0, 0], [0, 0, 4]])  # of four elements of z
    assert (
        x.grad.tolist()
        == (onp.array([[0, 2, 3], [4, 6, 7]]) + [0, 10, 10] + ends + [[0] * 3, [100] * 3]).tolist()
    )
    assert v.grad.tolist() == [1 + 4, 5 + 4]


@pytest.mark.parametrize(
    ("function", "error", "text"),
    [
        (lambda x: np.delete(x, 3, axis=1), IndexError,
         "index 3 is out of bounds for axis 1 with size 3"),
        (lambda x: np.delete(x, [0, -4], axis=1), IndexError, "index -4 is out of bounds"),
        (lambda x: np.delete(x, np.array([6], dtype="int64")), IndexError, "position 6 is out"),
        (lambda x: np.insert(x, 7, 1), IndexError,
         "index 7 is out of bounds for axis 0 with size 6"),
        (lambda x: np.insert(x, [0, 4], 1, axis=1), IndexError, "index 4 is out of bounds"),
        (lambda x: np.insert(x, 0, np.ones(4), axis=0), ValueError,
         r"broadcast to \(1, 3\), got \(1, 4\)"),
        (lambda x: np.insert(x, 0, 1, axis=2), ValueError,
         "no such axis: expected one of 2 axes, got 2"),
        (lambda x: np.delete(x, 0, axis=-3), ValueError, "no such axis"),
        (lambda x: np.delete(x, onp.array([True, False])), ValueError,
         r"expected shape \(6,\), got \(2,\)"),
        (lambda x: np.insert(x, 1.5, 1), TypeError, "integers, got 1.5"),
        (lambda x: np.insert(x, 1, None), TypeError, "number or array-like, got None"),
        (lambda x: np.insert(x, np.array([[0]], dtype="int64"), 1), ValueError, r"got \(1, 1\)"),
        (lambda x: np.insert([1], 0, 1), TypeError, "argument arr must be"),
        (lambda x: np.insert(x, 1, mx.nd.ones(2)), TypeError, "do not mix"),
        (lambda x: np.linalg.norm(x, "bad"), ValueError, "invalid norm order 'bad'"),
        (lambda x: np.linalg.norm(x, 3), ValueError, "order 3"),
        (lambda x: np.linalg.norm(x, 2, (1, 2)), ValueError, "axis 2 is out of range"),
        (lambda x: np.linalg.norm(x, 2, (1, -1)), ValueError, "named twice"),
        (lambda x: np.sort(np.array(2.0)), ValueError, "axis -1 is out of range"),
        (lambda x: np.sum(np.array(2.0), axis=1), ValueError, "axis 1 is out of range"),
        (lambda x: npx.softmax(np.array(2.0), axis=1), ValueError, "axis does not exist"),
    ],
)  # fmt: skip
def test_refusals(function, error, text):
    with pytest.raises(error, match=text):
        function(np.arange(6).reshape(2, 3))


def test_symbols_refuse_what_has_no_graph():
    x = var("x")
    with pytest.raises(TypeError, match="an int, a slice or an array"):
        sym.np.delete(x, [1, 2])
    with pytest.raises(TypeError, match="argument values must be"):
        sym.np.insert(x, 1, [1.0])
    with pytest.raises(ValueError, match="invalid norm order"):
        sym.np.linalg.norm(x, "bad")


def test_a_deletion_by_values_runs_imperatively():
    x, i = var("x"), var("i")
    block = gluon.SymbolBlock(sym.np.delete(x, i) * 2, [x, i])
    with pytest.warns(UserWarning, match="cannot be compiled"):
        found = block(np.arange(4), np.array([1, 1, 3], dtype="int64"))
    assert found.tolist() == [0, 4]
    # a number or a slice leaves a shape that is known
    block = gluon.SymbolBlock(sym.np.delete(sym.np.delete(x, 1), slice(0, 1)), [x])
    assert block(np.arange(4)).tolist() == [2, 3]
    assert block._active


def test_norm_of_zeros_has_a_gradient():
    for call in (np.linalg.norm, lambda x: np.linalg.norm(x, 2, axis=1).sum()):
        x = np.zeros((2, 3))
        x.attach_grad()
        with autograd.record():
            y = call(x)
        y.backward()
        assert x.grad.tolist() == [[0] * 3] * 2


def test_arrays_without_axes_are_reduced_over_their_only_axis():
    x = np.array(3.0)
    for name in ("sum", "prod", "mean", "max", "min"):
        for axis in (0, -1, ()):
            for keep in (False, True):
                found = getattr(np, name)(x, axis=axis, keepdims=keep)
                assert (found.shape, found.item()) == ((), 3)
    assert np.std(x, axis=0).item() == 0
    x.attach_grad()
    with autograd.record():
        y = npx.softmax(x) * 2 + npx.log_softmax(x, axis=0)
    y.backward()
    assert (y.shape, y.item(), x.grad.item()) == ((), 2, 0)


def test_operators_of_the_host_in_files():
    x = var("x")
    made = sym.np.resize(x, (3, 3))
    node = json.loads(made.tojson())["nodes"][-1]
    assert (node["op"], node["attrs"]) == (
        "Custom", {"new_shape": "(3, 3)", "op_type": "resize_fallback"},
    )  # fmt: skip
    assert made.infer_shape(x=(4,)) == ([(4,)], [(3, 3)], [])
    empty = sym.Custom(x, op_type="empty_like_fallback", dtype="int32", shape="(2, 2)")
    (found,) = empty.eval(x=np.ones((3,)))
    assert (found.shape, found.dtype) == ((2, 2), onp.int32)
