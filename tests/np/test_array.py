"""The class ``mx.np.ndarray``: types, indexing, printing, conversions, gradients."""

import copy
import json
import pickle
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, np, npx


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


def host(values, dtype="float32"):
    return onp.array(values, dtype)


def same(found, wanted, dtype=None):
    assert isinstance(found, np.ndarray)
    assert found.shape == onp.shape(wanted)
    if dtype is not None:
        assert found.dtype == dtype
    onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)


# ----------------------------------------------------------------------------------- creation


@pytest.mark.parametrize(
    ("made", "dtype", "values"),
    [
        (lambda: np.array([1, 2]), "float32", [1, 2]),
        (lambda: np.array([True, False]), "float32", [1, 0]),
        (lambda: np.array(3), "float32", 3),
        (lambda: np.array(host([1.5], "float64")), "float64", [1.5]),
        (lambda: np.array(host([1, 2], "int8")), "int8", [1, 2]),
        (lambda: np.array([1, 2], dtype="int32"), "int32", [1, 2]),
        (lambda: np.array([np.array([1, 2]), np.array([3, 4])]), "float32", [[1, 2], [3, 4]]),
        (lambda: np.zeros((2, 0)), "float32", onp.zeros((2, 0))),
        (lambda: np.ones(()), "float32", 1),
        (lambda: np.full((2,), 3), "float32", [3, 3]),
        (lambda: np.arange(3), "float32", [0, 1, 2]),
        (lambda: np.arange(0), "float32", []),
        (lambda: np.arange(5, 1, -2, dtype="int64"), "int64", [5, 3]),
        (lambda: np.eye(2, 3, 1), "float32", onp.eye(2, 3, 1)),
        (lambda: np.linspace(0, 1, 3), "float32", [0, 0.5, 1]),
        (lambda: np.indices((1, 2)), "int32", onp.indices((1, 2))),
    ],
)
def test_creation(made, dtype, values):
    same(made(), values, dtype)


def test_without_numpy_shapes_zero_sizes_are_refused():
    with mx.np_shape(False):
        for shape in ((), (0, 3), 0):
            with pytest.raises(mx.MXNetError, match=r"call npx\.set_np"):
                np.zeros(shape)
        same(np.ones((2,)).sum(), 2.0)  # operators are not concerned


# --------------------------------------------------------------------------------- arithmetic

KINDS = ["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64"]
TYPES = json.loads((Path(__file__).parents[1] / "data" / "numpy" / "types.json").read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(TYPES["pairs"]))
def test_types_of_two_arrays_are_those_of_1_9_1(name):
    function = getattr(np, name)
    for a, row in TYPES["pairs"][name].items():
        for b, wanted in zip(KINDS, row):
            if a == b == "bool" and name in ("mod", "subtract"):
                continue  # 1.9.1 refuses it when it runs, here the call does: test_calls.py
            found = function(np.ones((2,), dtype=a), np.ones((2,), dtype=b)).dtype
            assert found == wanted, f"{name}: {a}, {b}"


@pytest.mark.parametrize("name", sorted(TYPES["numbers"]))
@pytest.mark.parametrize("number", [True, 2, 2.5])
@pytest.mark.filterwarnings("ignore:.*the number is cut")
def test_types_of_an_array_and_a_number_are_those_of_1_9_1(name, number):
    function = getattr(np, name)
    for a, wanted in zip(KINDS, TYPES["numbers"][name]):
        assert function(np.ones((2,), dtype=a), number).dtype == wanted, a


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: x + 1, [2, 3, 4]),
        (lambda x: 1 - x, [0, -1, -2]),
        (lambda x: x * 2.0, [2, 4, 6]),
        (lambda x: 6 / x, [6, 3, 2]),
        (lambda x: x**2, [1, 4, 9]),
        (lambda x: 2**x, [2, 4, 8]),
        (lambda x: x // 2, [0, 1, 1]),
        (lambda x: 7 // x, [7, 3, 2]),
        (lambda x: x % 2, [1, 0, 1]),
        (lambda x: 7 % x, [0, 1, 1]),
        (lambda x: -x, [-1, -2, -3]),
        (lambda x: +x, [1, 2, 3]),
        (lambda x: abs(-x), [1, 2, 3]),
        (lambda x: x @ x, 14),
        (lambda x: divmod(x, 2)[1], [1, 0, 1]),
        (lambda x: x + onp.float64(1), [2, 3, 4]),
    ],
)
def test_operators(function, wanted):
    same(function(np.array([1, 2, 3])), wanted, "float32")


def test_operators_of_whole_numbers_and_truth_values():
    i, b = np.array([3, 1], dtype="int32"), np.array([1, 0], dtype="bool")
    same(i & 1, [1, 1], "int32")
    same(i | i, [3, 1], "int32")
    same(~i, [-4, -2], "int32")
    same(~b, [0, 1], "bool")
    same(b ^ b, [0, 0], "bool")
    same(i / 2, [1.5, 0.5], "float32")
    same(b + 1, [2, 1], "int64")
    same(-b, [-1, 0], "int64")
    same(i > 1, [1, 0], "bool")


def test_a_fraction_that_meets_whole_numbers_is_told_with_the_line():
    x = np.array([[[3, 1]]], dtype="int32")
    with pytest.warns(UserWarning, match="int32 array and a float: the number is cut") as told:
        y = x * 0.75
    assert told[0].filename == __file__
    same(y, [[[0, 0]]], "int32")
    same(x / 2.5, [[[1.2, 0.4]]], "float32")  # a quotient is no integer: nothing is cut


def test_in_place_operators_keep_the_type():
    x = np.array([1, 2], dtype="int32")
    y = x
    x += 1
    x *= 3
    same(y, [6, 9], "int32")


def test_np_and_nd_do_not_mix():
    x, y = np.ones((2,)), mx.nd.ones((2,))
    for mixed in (lambda: x + y, lambda: y + x, lambda: x == y, lambda: np.exp(y),
                  lambda: mx.nd.relu(x), lambda: np.add(x, y), lambda: np.concatenate([x, y]),
                  lambda: npx.relu(y), lambda: mx.nd.concat(x, x, dim=0)):  # fmt: skip
        with pytest.raises(TypeError):
            mixed()
    for other in ([1, 2], onp.ones(2), "a", None):
        with pytest.raises(TypeError):
            x + other


# ----------------------------------------------------------------------------------- indexing

GRID = onp.arange(24, dtype="float32").reshape(2, 3, 4)
KEYS = [
    0, -1, (0, 1), (1, 2, 3), slice(0, 1), slice(None, None, 2), (slice(None), 0), (..., 0), None,
    (None, 1, ..., None), (0, slice(None), slice(3, None, -1)), ([0, 1],), (slice(None), [2, 0]),
    ([0, 1], [1, 2]), (onp.array(1),), (), ..., (slice(1, 1),), (0, [0, 1], slice(1, 3)),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_getitem(key):
    same(np.array(GRID)[key], GRID[key])


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_setitem(key):
    x, wanted = np.array(GRID), GRID.copy()
    x[key] = 7
    wanted[key] = 7
    same(x, wanted)
    part = wanted[key] + 1
    x[key] = np.array(part)
    wanted[key] = part
    same(x, wanted)


MASKS = [
    GRID > 11,
    onp.array([True, False]),
    onp.zeros((2, 3), bool),
    onp.array([[True, False, True], [False, True, False]]),
    [True, False],
    True,
    False,
    (onp.array([True, False]), 1),
    (slice(None), onp.array([True, False, True])),
]


@pytest.mark.parametrize("mask", MASKS, ids=lambda m: str(m).replace("\n", "")[:30])
def test_masks(mask):
    ours = mask
    if isinstance(mask, onp.ndarray):
        ours = np.array(mask)
    x, wanted = np.array(GRID), GRID.copy()
    same(x[ours], wanted[mask])
    x[ours] = -1
    wanted[mask] = -1
    same(x, wanted)


def test_a_mask_takes_as_many_values():
    x = np.arange(5)
    x[x > 2] = np.array([10, 20])
    same(x, [0, 1, 2, 10, 20])
    with pytest.raises(mx.MXNetError, match="expected 2 elements, or one, got shape"):
        x[x > 2] = np.array([1, 2, 3])
    with pytest.raises(mx.MXNetError, match="the mask does not fit"):
        x[np.array([True, False], dtype="bool")]


def test_indices_that_are_not_there():
    x = np.arange(3)
    for key in (3, -4, (0, 0), [5]):
        with pytest.raises(IndexError):
            x[key]
    with pytest.raises(ValueError, match="does not support slicing"):
        x[1.0]


def test_views_and_copies_as_1_9_1_has_them():
    x = np.zeros((2, 3))
    x[0][:] = 1  # one block of memory: written through
    x[:, 0][:] = 5
    x.reshape(6)[:] = 5
    x.T[:] = 5
    same(x, [[1, 1, 1], [0, 0, 0]])
    x.reshape_view(6)[4:] = 2
    same(x, [[1, 1, 1], [0, 2, 2]])


# ----------------------------------------------------------------- conversions and the protocol


def test_memory_is_shared_with_nd():
    x = np.zeros((2, 2))
    y = x.as_nd_ndarray()
    assert type(y) is mx.nd.NDArray
    assert type(y.as_np_ndarray()) is np.ndarray
    y[0] = 3
    x[1] = 4
    same(x, [[3, 3], [4, 4]])
    same(y.as_np_ndarray(), [[3, 3], [4, 4]])


def test_gradients_flow_through_a_change_of_class():
    x = mx.nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = (x.as_np_ndarray() ** 2).sum()
    y.backward()
    assert x.grad.asnumpy().tolist() == [2.0, 4.0]
    assert type(x.grad) is mx.nd.NDArray
    assert type(x.as_np_ndarray().grad) is np.ndarray


def test_python_numbers():
    x = np.array([[1, 2], [3, 4]])
    assert x.tolist() == [[1, 2], [3, 4]]
    assert x.item(3) == 4.0
    assert x.item((0, 1)) == 2.0
    y = np.array(2.5)
    assert (float(y), int(y), bool(y), y.item(), y.tolist()) == (2.5, 2, True, 2.5, 2.5)
    assert [float(v) for v in x[0]] == [1.0, 2.0]
    assert f"{y:.2f}" == "2.50"
    assert 3 in x
    assert 7 not in x
    for wrong in (lambda: float(x), lambda: len(y), lambda: iter(y).__next__()):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)
    with pytest.raises(ValueError, match="size 1"):
        x.item()
    assert list(range(9))[np.array(2, dtype="int32")] == 2


@pytest.mark.parametrize("value", [2.5, onp.zeros((0, 3)), GRID])
def test_copies_of_all_kinds(value):
    x = np.array(value, dtype="float32")
    for y in (x.copy(), copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x)),
              np.array(x), x.astype("float64").astype("float32")):  # fmt: skip
        same(y, onp.array(value, "float32"), "float32")


PRINTED = json.loads(
    (Path(__file__).parents[1] / "data" / "numpy" / "printed.json").read_text("utf-8")
)


@pytest.mark.parametrize("made", sorted(PRINTED))
def test_printing_is_that_of_1_9_1(made):
    x = eval(made, {"np": np, "onp": onp})
    assert [repr(x), str(x)] == PRINTED[made]


def test_methods_that_nd_alone_has_name_the_function():
    x = np.ones((2,))
    for name in ("exp", "softmax", "asscalar", "expand_dims"):
        with pytest.raises(AttributeError, match=f"no attribute {name}; use"):
            getattr(x, name)()


# ---------------------------------------------------------------------------------- gradients


def gradient(function, x):
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    assert isinstance(x.grad, np.ndarray)
    return x.grad.asnumpy()


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: (x * x).sum(), lambda v: 2 * v),
        (lambda x: x[x > 1].sum(), lambda v: (v > 1) * 1.0),
        (lambda x: x[1:].sum() + x[0], lambda v: onp.ones(3)),
        (lambda x: np.exp(x).mean(), lambda v: onp.exp(v) / 3),
        (lambda x: np.where(x > 1, x, 0).sum(), lambda v: (v > 1) * 1.0),
        (lambda x: np.dot(x, x), lambda v: 2 * v),
        (lambda x: np.concatenate([x, x * 2]).sum(), lambda v: onp.full(3, 3.0)),
        (lambda x: (x.reshape(3, 1) @ x.reshape(1, 3)).sum(), lambda v: onp.full(3, 2 * v.sum())),
        (lambda x: npx.relu(x - 1).sum(), lambda v: (v > 1) * 1.0),
        (np.var, lambda v: 2 / 3 * (v - v.mean())),
        (np.linalg.norm, lambda v: v / onp.linalg.norm(v)),
        (lambda x: np.cumsum(x).sum(), lambda v: onp.array([3.0, 2.0, 1.0])),
    ],
)
def test_gradients(function, wanted):
    values = host([0.5, 1.5, 2.5])
    onp.testing.assert_allclose(gradient(function, np.array(values)), wanted(values), rtol=1e-5)


def test_second_derivatives():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        (slope,) = autograd.grad((x**3).sum(), x, create_graph=True)
        total = slope.sum()
    total.backward()
    assert isinstance(slope, np.ndarray)
    same(x.grad, [6, 12])


@pytest.mark.usefixtures("compiled_at_once")
def test_no_program_is_compiled_twice():
    def step(x, w):
        with autograd.record():
            y = (np.tanh(x @ w) ** 2).mean()
        y.backward()
        w -= 0.1 * w.grad
        return float(y)

    x, w = np.ones((4, 3)), np.ones((3, 2))
    w.attach_grad()
    for _ in range(2):
        step(x, w)
    with mx.engine.expect(compiled=0):
        step(x, w)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[0] * 2,
        lambda x: x[0, 1] * 2,
        lambda x: x[:, -1] + 1,
        lambda x: x[:, None, 0],
        lambda x: x[None, 1, ::-1],
        lambda x: x[1:, ::2] * 1,
        lambda x: x[:, np.array([2, 0, -1], dtype="int32")],
        lambda x: np.take(x, np.array([2, 0, -1], dtype="int32"), axis=1),
        lambda x: np.concatenate([x, x / 3], axis=1).mean(axis=0),
        lambda x: (x @ x.T).reshape(-1) ** 0.5,
    ],
)
def test_a_recorded_program_is_a_graph(function):
    x = np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]])
    x.attach_grad()
    with autograd.record():
        y = function(x)
    graph = mx.sym.load_json(autograd.get_symbol(y).tojson())
    given = [x, np.array([2, 0, -1], dtype="int32")][: len(graph.list_arguments())]
    (found,) = graph.eval(**dict(zip(graph.list_arguments(), given)))
    assert found.shape == y.shape
    onp.testing.assert_allclose(found.asnumpy(), y.asnumpy(), rtol=1e-6)


def test_functions_in_python_get_arrays_of_np():
    class Square(autograd.Function):
        def forward(self, x):
            self.save_for_backward(x)
            return x * x

        def backward(self, dy):
            (x,) = self.saved_tensors
            assert isinstance(dy, np.ndarray)
            return 2 * x * dy

    x = np.array([1.0, 3.0])
    x.attach_grad()
    with autograd.record():
        y = Square()(x)
        total = (y * 2).sum()
    total.backward()
    assert isinstance(y, np.ndarray)
    assert x.grad.tolist() == [4.0, 12.0]


def test_loops_and_branches():
    x = np.array([1.0, 2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        rows, last = mx.nd.contrib.foreach(lambda d, s: (d * s, d * s), x, np.ones(()))
        total = rows.sum()
    total.backward()
    same(rows, [1, 2, 6])
    same(last, 6)
    same(x.grad, [9, 4, 2])  # of x0 + x0 x1 + x0 x1 x2
    outputs, (end,) = mx.nd.contrib.while_loop(
        lambda i: i < 3, lambda i: ([i * 2], [i + 1]), [np.array(0.0)], max_iterations=5
    )
    same(outputs[0], [0, 2, 4, 0, 0])
    same(end, 3)
    same(mx.nd.contrib.cond(x.sum() > 0, lambda: x, lambda: -x), [1, 2, 3])


@pytest.mark.parametrize("shape", [(0,), (3, 0), (2, 0, 3)])
def test_writing_to_no_elements_keeps_the_shape(shape):
    x = np.zeros(shape)
    x[:] = np.array(5.0)
    x[...] = np.ones(shape)
    assert x.shape == shape
    with pytest.raises(mx.MXNetError):
        x[:] = np.ones((7,) + shape)


@pytest.mark.parametrize(
    "key", [(..., 0, 0), (0, ..., 0), (slice(1, None), ..., slice(None)), (0, 0)]
)
def test_an_ellipsis_hides_no_index_too_many(key):
    for x in (np.arange(5), mx.nd.arange(5)):
        with pytest.raises(IndexError, match="too many indices"):
            x[key]


def test_the_mask_that_is_a_number():
    x = np.ones((1, 2))
    x[True] += 1
    assert x.tolist() == [[2.0, 2.0]]
    x[False] = np.array([7.0])
    assert x.tolist() == [[2.0, 2.0]]


def test_positions_and_values_that_do_not_fit():
    x = np.ones((3,))
    for wrong in ([5], onp.array([5]), np.array([5], dtype="int32"), np.ones((2,), dtype="bool")):
        for kind in (IndexError, mx.MXNetError):  # NumPy's class, and 1.9.1's
            with pytest.raises(kind):
                x[wrong].wait_to_read()
    for kind in (ValueError, mx.MXNetError):
        with pytest.raises(kind):
            x[:] = [1, 2]
