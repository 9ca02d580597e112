"""Test data: shapes, dense and sparse arrays, matrices, NumPy helpers."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import test_utils as tu


@pytest.fixture(autouse=True)
def _seed():
    onp.random.seed(7)


def test_shapes_stay_within_bounds():
    shapes = [tu.rand_shape_2d(2, 3) for _ in range(100)]
    assert {s[0] for s in shapes} == {1, 2}
    assert {s[1] for s in shapes} == {1, 2, 3}
    assert 0 in {s[0] for s in (tu.rand_shape_3d(1, 1, 1, allow_zero_size=True) for _ in range(50))}
    assert {len(tu.rand_shape_nd(n)) for n in (1, 4)} == {1, 4}
    assert max(max(tu.rand_shape_nd(50, dim=3)) for _ in range(5)) == 3
    x, y = tu.rand_coord_2d(0, 5, 10, 20)
    assert 0 <= x < 5
    assert 10 <= y < 20


def test_seed_decides():
    # drawn by MXNet 1.9.1 after np.random.seed(0)
    onp.random.seed(0)
    assert tu.rand_shape_2d() == (6, 1)
    assert tu.rand_shape_3d() == (4, 4, 8)
    onp.random.seed(0)
    first = tu.rand_ndarray((3, 4)).asnumpy()
    onp.testing.assert_allclose(first[0], [1.7640524, 0.4001572, 0.978738, 2.2408931], rtol=1e-6)


def test_dense_arrays():
    assert tu.random_arrays((2, 3)).dtype == onp.float32
    assert [a.shape for a in tu.random_arrays((2, 3), (4,))] == [(2, 3), (4,)]
    assert tu.random_arrays(()).shape == ()
    (u,) = tu.random_uniform_arrays((1000,), low=2, high=3, dtype="float64")
    assert u.dtype == onp.float64
    assert 2 <= u.min() < 2.1
    assert 2.9 < u.max() < 3
    assert sorted(tu.random_sample(range(10), 10)) == list(range(10))
    with pytest.raises(AssertionError, match="from 0 to 2, got 3"):
        tu.random_sample([1, 2], 3)
    assert tu.create_2d_tensor(3, 2).asnumpy().tolist() == [[0, 0], [1, 1], [2, 2]]
    assert tu.create_vector(4).dtype == onp.int64
    assert tu.create_vector(4, "float32").asnumpy().tolist() == [0, 1, 2, 3]
    assert tu.get_identity_mat(3).asnumpy().tolist() == onp.eye(3).tolist()
    assert tu.get_identity_mat_batch(3).shape == (2, 3, 3)
    half = tu.rand_ndarray((3, 4), dtype="float16", ctx=mx.cpu(1))
    assert half.dtype == onp.float16
    assert half.context == mx.cpu(1)


def test_matrices():
    q = tu.new_orthonormal_matrix_2d(4)
    onp.testing.assert_allclose(q @ q.T, onp.eye(4), atol=1e-12)
    for make in (tu.new_matrix_with_real_eigvals_nd, tu.new_sym_matrix_with_real_eigvals_nd):
        a = make((2, 3, 4, 4))
        assert a.shape == (2, 3, 4, 4)
        values = onp.linalg.eigvals(a)
        assert onp.abs(onp.imag(values)).max() < 1e-9
        assert onp.abs(values).max() <= 10
    assert (a == a.swapaxes(-1, -2)).all()


def test_numpy_helpers():
    x = onp.arange(24.0).reshape(2, 3, 4)
    assert (tu.np_reduce(x, (0, 2), True, onp.sum) == x.sum((0, 2), keepdims=True)).all()
    assert (tu.np_reduce(x, [-1], False, onp.max) == x.max(-1)).all()
    assert tu.np_reduce(x, None, True, onp.sum).shape == (1, 1, 1)
    assert (tu.collapse_sum_like(x, (3, 1)) == x.sum((0, 2)).reshape(3, 1)).all()
    for shape in ((5, 1), (1, 1, 1, 1)):
        with pytest.raises(AssertionError, match="does not broadcast"):
            tu.collapse_sum_like(x, shape)
    assert tu.assign_each(onp.arange(4), lambda v: v + 0.5).tolist() == [0.5, 1.5, 2.5, 3.5]
    assert tu.assign_each2(onp.arange(3), onp.arange(3), lambda a, b: a * b).tolist() == [0, 1, 4]
    assert tu.assign_each(onp.arange(2), None).dtype == onp.float64


def test_csr():
    x = tu.rand_ndarray((20, 5), "csr", 0.1)
    assert x.data.shape == (10,)
    dense = x.asnumpy()
    assert dense.min() >= 0
    assert dense.max() < 1
    made, (indptr, indices, data) = tu.rand_sparse_ndarray((4, 5), "csr", density=1, data_init=2)
    assert made.asnumpy().tolist() == onp.full((4, 5), 2).tolist()
    assert indptr.asnumpy().tolist() == [0, 5, 10, 15, 20]
    assert indices.shape == data.shape == (20,)
    assert tu.rand_ndarray((4, 5), "csr", 0.0).data.shape == (0,)
    shuffled = tu.rand_ndarray((1, 50), "csr", 1.0, shuffle_csr_indices=True)
    columns = shuffled.indices.asnumpy().tolist()
    assert columns != sorted(columns) == list(range(50))
    with pytest.raises(ValueError, match="between 0 and 1"):
        tu.rand_ndarray((4, 5), "csr", 1.5)
    with pytest.raises(AssertionError, match="two dimensions"):
        tu.rand_ndarray((4, 5, 6), "csr")


def test_powerlaw_rows_double():
    x, _ = tu.rand_sparse_ndarray((5, 16), "csr", density=0.5, distribution="powerlaw")
    assert onp.diff(x.indptr.asnumpy()).tolist() == [2, 4, 8, 16, 10]  # as in MXNet 1.9.1
    for shape, density in (((50, 5), 0.1), ((5, 5), 0.9)):
        with pytest.raises(ValueError, match="not supported for this density"):
            tu.rand_sparse_ndarray(shape, "csr", density=density, distribution="powerlaw")


def test_row_sparse():
    x, (data, indices) = tu.rand_sparse_ndarray((10, 3), "row_sparse", density=0.5)
    assert x.indices.asnumpy().tolist() == indices.tolist()
    onp.testing.assert_array_equal(x.asnumpy()[indices], data)
    assert tu.rand_ndarray((10, 3), "row_sparse", 0.0).indices.shape == (0,)
    y = tu.create_sparse_array((6, 2), "row_sparse", data_init=3, rsp_indices=[4, 1])
    assert y.indices.asnumpy().tolist() == [1, 4]
    assert y.asnumpy()[4].tolist() == [3, 3]
    z = tu.create_sparse_array_zd((6, 2), "row_sparse", 0.5, rsp_indices=[])
    assert z.asnumpy().sum() == 0
    w = tu.create_sparse_array((6, 2), "row_sparse", density=1, modifier_func=lambda v: v - 5)
    assert w.asnumpy().max() < -3.9
    assert tu.create_sparse_array((6, 2), "csr", density=1).stype == "csr"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: tu.rand_ndarray((2, 2), "foo"), "unknown storage type"),
        (lambda: tu.create_sparse_array((2, 2), "default"), "Unknown storage type: default"),
        (
            lambda: tu.rand_ndarray((2, 2), "row_sparse", distribution="powerlaw"),
            "powerlaw not supported for row_sparse",
        ),
        (lambda: tu.rand_ndarray((2, 2), "csr", distribution="x"), "not supported: x"),
    ],
)
def test_refusals(call, text):
    with pytest.raises(AssertionError, match=text):
        call()
