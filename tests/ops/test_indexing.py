"""Lookups and writes by position, against loops, NumPy and records of 1.9.1."""

import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet import autograd, nd
from mxnet._ops import _spec
from mxnet.error import MXNetError, ShapeError
from support.ops import call, check_gradient, gradients

X = onp.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("kind", ["float32", "float16", "int32", "int64", "uint8"])
def test_take_clips(kind):
    i = onp.array([[0, 1], [7, 1]], kind)
    for axis in (0, 1, -1):
        found = call("take", X, i, axis=axis)
        inside = onp.minimum(i.astype(int), X.shape[axis] - 1)
        assert (found == onp.take(X, inside, axis)).all()


def test_take_as_recorded():
    i = onp.array([1, 7, -1], "float32")
    assert call("take", X, i).tolist() == [[3, 4, 5], [3, 4, 5], [0, 1, 2]]
    assert call("take", X, i, mode="wrap").tolist() == [[3, 4, 5], [3, 4, 5], [3, 4, 5]]
    assert call("take", X, onp.array([0.9, -0.5])).tolist() == [[0, 1, 2], [0, 1, 2]]
    y = gradients("take", X[:, :2], onp.array([0.0, 0, 9]))
    assert y[0].tolist() == [[2, 2], [1, 1]]
    assert y[1].tolist() == [0, 0, 0]


def test_take_empty():
    assert call("take", X, onp.zeros((0,))).shape == (0, 3)
    assert call("take", onp.zeros((0, 3)), onp.zeros((2,))).tolist() == [[0] * 3] * 2
    check_gradient("take", X, onp.array([[0, 2], [1, 1]]), axis=1)


def test_take_that_raises():
    assert _spec.get("_take_raise").barrier
    take = _spec.get("_take_raise").fn
    data = jnp.asarray(X)
    assert take(data, onp.array([1.0, 0]), axis=0).tolist() == [[3, 4, 5], [0, 1, 2]]
    for wrong in (5, -1):
        with pytest.raises(MXNetError, match=f"< 2 along axis 0, got {wrong}"):
            take(data, onp.array([0, wrong]))
    with pytest.raises(ShapeError, match="axis 3 is out of range"):
        call("take", X, onp.array([0]), axis=3)


@pytest.mark.parametrize("classes", [3, 2000])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int32"])
def test_pick(classes, dtype):
    x = onp.random.randint(0, 100, (4, classes, 2)).astype(dtype)
    i = onp.random.randint(0, classes, (4, 2)).astype("float32")
    expected = onp.take_along_axis(x, i[:, None].astype(int), 1)
    for index in (i, i[:, None]):
        assert (call("pick", x, index, axis=1, keepdims=True) == expected).all()
        assert (call("pick", x, index, axis=-2) == expected[:, 0]).all()
    assert call("pick", x, i, axis=1).dtype == dtype


def test_pick_as_recorded():
    assert call("pick", X, onp.array([-1.0, 9])).tolist() == [0, 5]
    assert call("pick", X, onp.array([-1.0, 4]), mode="wrap").tolist() == [2, 4]
    assert call("pick", X, onp.array([0.9, 1.9])).tolist() == [0, 4]
    assert call("pick", X, onp.array([0, 1, 0]), axis=0).tolist() == [0, 4, 2]
    assert call("pick", onp.array([3.0, 4, 5]), onp.array([1])).tolist() == [4]
    assert call("choose_element_0index", X, onp.array([0, 2])).tolist() == [0, 5]
    assert call("pick", onp.zeros((0, 3)), onp.zeros(0)).shape == (0,)


def test_pick_gradient_and_neighbours():
    check_gradient("pick", X, onp.array([0, 2]))
    wide = onp.random.normal(size=(2, 2000))
    slope = gradients("pick", wide, onp.array([3, 7]), wrt=[0])[0]
    assert slope.sum() == 2
    assert slope[0, 3] == slope[1, 7] == 1
    # what is not picked does not count, whatever it is
    assert call("pick", onp.array([[onp.nan, 1, onp.inf]]), onp.array([1])).tolist() == [1]


def test_pick_errors():
    with pytest.raises(ShapeError, match=r"\(2,\) or \(2, 1\) for data \(2, 3\).*got \(3,\)"):
        call("pick", X, onp.zeros(3))
    with pytest.raises(ShapeError, match="an axis is needed"):
        call("pick", X, onp.zeros(2), axis=None)


def test_one_element_of_each_row():
    assert call("batch_take", X, onp.array([0, 2], "int32")).tolist() == [0, 5]
    filled = call("fill_element_0index", X, onp.array([7.0, 8]), onp.array([0.0, 2]))
    assert filled.tolist() == [[7, 1, 2], [3, 4, 8]]
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(3,\)"):
        call("batch_take", X, onp.zeros(3))


def test_one_hot_as_recorded():
    y = call("one_hot", onp.array([0, 2, 5, -1], "float32"), depth=3)
    assert y.dtype == "float32"
    assert y.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    y = call("one_hot", onp.array([[0, 1]]), depth=2, on_value=5, off_value=-1, dtype="int32")
    assert y.dtype == "int32"
    assert y.tolist() == [[[5, -1], [-1, 5]]]
    assert call("one_hot", onp.array([1.7]), depth=3).tolist() == [[0, 1, 0]]
    assert call("one_hot", onp.array([1]), depth=0).shape == (1, 0)
    assert call("one_hot", onp.zeros((0, 2)), depth=3).shape == (0, 2, 3)
    assert call("_onehot_encode", onp.array([1, 0]), onp.zeros((2, 2))).tolist() == [[0, 1], [1, 0]]
    with pytest.raises(ShapeError, match="depth >= 0, got -1"):
        call("one_hot", onp.array([1]), depth=-1)


def test_gather_and_scatter_as_recorded():
    assert call("gather_nd", X, onp.array([[0, 1], [2, 1]])).tolist() == [2, 4]
    assert call("gather_nd", X, onp.array([[1.0, 0]])).tolist() == [[3, 4, 5], [0, 1, 2]]
    assert call("gather_nd", X, onp.array([[-1], [-1]])).tolist() == [5]
    same = onp.array([[0, 0], [1, 1]])
    assert gradients("gather_nd", X, same, wrt=[0])[0].tolist() == [[0, 2, 0], [0, 0, 0]]
    at = onp.array([[0, 1, 0], [1, 0, 1]])
    assert call("scatter_nd", onp.array([1.0, 2, 3]), at, shape=(2, 2)).tolist() == [[0, 3], [2, 0]]
    y = call("_scatter_set_nd", X, onp.array([9.0, 8]), onp.array([[0, 1], [1, 1]]), shape=(2, 3))
    assert y.tolist() == [[0, 9, 2], [3, 8, 5]]
    y = call("_backward_gather_nd", onp.array([1.0, 2, 3]), at, shape=(2, 2))
    assert y.tolist() == [[0, 4], [2, 0]]


def test_gather_and_scatter_blocks_against_loops():
    data = onp.random.normal(size=(3, 4, 2))
    at = onp.random.randint(0, 3, (2, 5))
    found = call("gather_nd", data, at)
    for k in range(5):
        assert (found[k] == data[at[0, k], at[1, k]]).all()
    check_gradient("gather_nd", data, at)
    distinct = onp.array([[0, 1, 2], [3, 0, 1]])
    values = onp.random.normal(size=(3, 2))
    found, expected = call("scatter_nd", values, distinct, shape=(3, 4, 2)), onp.zeros((3, 4, 2))
    for k in range(3):
        expected[distinct[0, k], distinct[1, k]] = values[k]
    assert (found == expected).all()
    check_gradient("scatter_nd", values, distinct, shape=(3, 4, 2))
    check_gradient("_scatter_set_nd", data, values, distinct, shape=(3, 4, 2))


def test_gather_and_scatter_errors():
    with pytest.raises(ShapeError, match=r"at most 2 rows.*\(2, 3\), got indices \(3, 1\)"):
        call("gather_nd", X, onp.zeros((3, 1)))
    with pytest.raises(ShapeError, match=r"values \(1, 3\) for indices \(1, 1\).*got \(2,\)"):
        call("scatter_nd", onp.zeros(2), onp.zeros((1, 1)), shape=(2, 3))


def test_positions_of_a_flattened_array():
    at = onp.array([[0, 1], [1, 2]], "float32")
    for shape in ((2, 3), (-1, 3)):
        assert call("ravel_multi_index", at, shape=shape).tolist() == [1, 5]
        assert (call("unravel_index", onp.array([1, 5]), shape=shape) == at).all()
    shape = (2, 3, 4)
    flat = onp.arange(24)
    found = call("_unravel_index", flat, shape=shape)
    assert (found == onp.stack(onp.unravel_index(flat, shape))).all()
    assert (call("_ravel_multi_index", found, shape=shape) == flat).all()


def test_where_as_recorded():
    condition = onp.array([[1, 0, 2], [0, -1, 0]], "float32")
    assert call("where", condition, X, -X).tolist() == [[0, -1, 2], [-3, 4, -5]]
    rows = [[0, 1, 2], [-3, -4, -5]]
    for row in (onp.array([1.0, 0]), onp.array([1, 0]), onp.array([True, False])):
        assert call("where", row, X, -X).tolist() == rows
    assert call("where", onp.array([onp.nan, 0]), X, -X).tolist() == rows
    check_gradient("where", condition.astype(int), X, -X)
    assert gradients("where", condition, X, -X)[0].sum() == 0
    with pytest.raises(ShapeError, match=r"\(2, 3\).*got \(3, 3\)"):
        call("where", condition, X, onp.zeros((3, 3)))
    with pytest.raises(ShapeError, match=r"condition \(2, 3\) or \(2,\), got \(2, 1\)"):
        call("where", onp.zeros((2, 1)), X, X)


def test_embedding_as_recorded():
    w = onp.arange(6.0).reshape(3, 2)
    y = call("Embedding", onp.array([[0, 2], [9, -1]]), w, input_dim=3, output_dim=2)
    assert y.tolist() == [[[0, 1], [4, 5]], [[4, 5], [0, 1]]]
    slope = gradients("Embedding", onp.array([0.0, 2, 9, 0]), w, input_dim=3, output_dim=2)
    assert slope[1].tolist() == [[2, 2], [0, 0], [2, 2]]
    assert call("Embedding", onp.zeros((0,)), w, input_dim=3, output_dim=2).shape == (0, 2)
    half = call("Embedding", onp.array([1]), w.astype("float16"), input_dim=3, output_dim=2)
    assert half.dtype == "float16"
    check_gradient("Embedding", onp.array([0, 2, 0]), w, input_dim=3, output_dim=2)
    with pytest.raises(ShapeError, match=r"weight \(4, 2\), got \(3, 2\)"):
        call("Embedding", onp.array([0]), w, input_dim=4, output_dim=2)
    infer = _spec.get("Embedding").infer
    assert infer((5,), None, input_dim=4, output_dim=2) == {"weight": (4, 2)}


def test_index_copy_and_add():
    new = onp.array([[7.0] * 3, [8.0] * 3])
    i = onp.array([1, 0], "int32")
    assert call("_contrib_index_copy", X, i, new).tolist() == [[8] * 3, [7] * 3]
    assert call("_contrib_index_copy", X, onp.array([4, 5]), new).tolist() == X.tolist()
    expected = X.copy()
    expected[1] += 15
    assert (call("_contrib_index_add", X, onp.array([1, 1]), new) == expected).all()
    check_gradient("_contrib_index_copy", X, onp.array([1]), new[:1])
    check_gradient("_contrib_index_add", X, i, new)
    with pytest.raises(ShapeError, match=r"\(2, 3\), \(2,\) and \(1, 3\)"):
        call("_contrib_index_copy", X, i, new[:1])


def test_index_array_and_arange_like_as_recorded():
    found = call("_contrib_index_array", X)
    assert found.dtype == "int64"
    for at in onp.ndindex(2, 3):
        assert tuple(found[at]) == at
    assert call("_contrib_index_array", X, axes=-1).tolist() == [[[0], [1], [2]]] * 2
    like = "_contrib_arange_like"
    assert call(like, X).tolist() == X.tolist()
    assert call(like, X, axis=-1, start=1, step=2).tolist() == [1, 3, 5]
    assert call(like, onp.zeros((2, 4)), repeat=2).tolist() == [[0, 0, 1, 1], [2, 2, 3, 3]]
    assert call(like, onp.zeros((2, 4), "float16"), repeat=2, axis=1).tolist() == [0, 0, 1, 1]


def test_boolean_mask():
    definition = _spec.get("_contrib_boolean_mask")
    assert definition.barrier
    assert definition.fn(jnp.asarray(X), onp.array([0, 1])).tolist() == [[3, 4, 5]]
    assert definition.fn(jnp.asarray(X), onp.array([0, 1, 1]), axis=1).tolist() == [[1, 2], [4, 5]]
    assert definition.fn(jnp.asarray(X), onp.array([0, 0])).shape == (0, 3)
    with pytest.raises(ShapeError, match=r"mask \(2,\) for axis 0 of \(2, 3\), got \(3,\)"):
        definition.fn(jnp.asarray(X), onp.zeros(3))


def test_sparse_embedding_has_a_gradient_of_the_used_rows():
    w = nd.arange(6).reshape((3, 2))
    w.attach_grad(stype="row_sparse")
    with autograd.record():
        y = nd.contrib.SparseEmbedding(
            nd.array([2, 0, 2]), w, input_dim=3, output_dim=2, deterministic=True
        )
    y.backward()
    assert y.asnumpy().tolist() == [[4, 5], [0, 1], [4, 5]]
    assert w.grad.stype == "row_sparse"
    assert w.grad.indices.asnumpy().tolist() == [0, 2]
    assert w.grad.data.asnumpy().tolist() == [[1, 1], [2, 2]]
