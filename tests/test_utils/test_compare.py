"""Comparisons: tolerances by type, what they accept, and what they say."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import test_utils as tu

A = onp.arange(6, dtype="float32").reshape(2, 3)


def changed(amount=0.5):
    b = A.copy()
    b[1, 2] += amount
    return b


# Printed by MXNet 1.9.1: test_utils.get_rtol(None, dtype), get_atol(None, dtype)
@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"),
    [
        ("float16", 1e-2, 1e-1),
        ("float32", 1e-4, 1e-3),
        ("float64", 1e-5, 1e-20),
        ("int32", 0, 0),
        ("int64", 0, 0),
        ("uint8", 0, 0),
        ("bool", 0, 0),
    ],
)
def test_default_tolerances(dtype, rtol, atol):
    dtype = onp.dtype(dtype)
    assert (tu.default_rtols()[dtype], tu.default_atols()[dtype]) == (rtol, atol)
    assert (tu.get_rtol(None, dtype), tu.get_atol(None, dtype)) == (rtol, atol)
    assert (tu.get_rtol(0.3, dtype), tu.get_atol(0, dtype)) == (0.3, 0)
    x = onp.zeros(2, dtype)
    assert tu.effective_dtype(x) == dtype
    assert tu.get_tols(x, x, None, None) == (rtol, atol)


def test_tolerances_of_pairs_are_the_coarser_ones():
    half, single, double = [onp.zeros(2, t) for t in ("float16", "float32", "float64")]
    assert tu.get_tols(half, single, None, None) == (1e-2, 1e-1)
    assert tu.get_tols(single, double, 1e-9, None) == (1e-9, 1e-3)
    assert tu.get_tols(1.0, 2.0, None, None) == (1e-5, 1e-20)
    assert tu.get_tols(1, half, None, None) == (1e-2, 1e-1)
    assert tu.get_tols(onp.zeros(2, "int32"), single, None, None) == (1e-4, 1e-3)
    assert tu.get_tolerance(single, {onp.dtype("float32"): 5}, tu.default_rtols()) == 5
    assert tu.get_tolerance(single, {onp.float64: 5}, tu.default_rtols()) == 1e-4
    assert tu.get_etol() == 0
    assert tu.get_etol(0.1) == 0.1
    assert tu.default_numeric_eps()[onp.dtype("float64")] == 2**-14


@pytest.mark.parametrize("convert", [onp.array, mx.nd.array, lambda x: x.tolist()])
def test_equal_arrays_of_any_kind_pass(convert):
    tu.assert_almost_equal(convert(A), A)
    tu.assert_almost_equal(A, convert(A))
    assert tu.almost_equal(convert(A), A * (1 + 2e-6))
    assert not tu.almost_equal(convert(A), A * (1 + 3e-5))  # 1e-5, as in 1.9.1, for float32 too
    assert not tu.almost_equal(convert(A), changed())


def test_numbers_nan_and_infinity():
    tu.assert_almost_equal(1, mx.nd.array([1]))
    tu.assert_almost_equal([1, 2], (1, 2))
    tu.assert_almost_equal(onp.zeros((0, 3)), onp.zeros((0, 3)))
    tu.assert_almost_equal(onp.array([onp.inf, -onp.inf]), onp.array([onp.inf, -onp.inf]))
    nan = onp.array([onp.nan, 1])
    tu.assert_almost_equal(nan, nan, equal_nan=True)
    tu.assert_allclose(nan, nan)
    tu.assert_almost_equal_ignore_nan(nan, onp.array([7.0, 1]))
    for a, b in [(nan, nan), ([onp.inf], [1.0]), (1.0, onp.nan), (True, False)]:
        with pytest.raises(AssertionError, match="Items are not equal"):
            tu.assert_almost_equal(onp.asarray(a), onp.asarray(b))
    with pytest.raises(AssertionError):
        tu.assert_almost_equal_ignore_nan(nan, onp.array([7.0, 2]))


def test_message_has_the_numbers_of_the_original():
    with pytest.raises(AssertionError) as caught:
        tu.assert_almost_equal(mx.nd.array(A), changed(), names=("left", "right"))
    text = str(caught.value)
    # 0.5 / (1e-3 + 1e-4 * 5.5), as MXNet 1.9.1 prints it
    assert "Error 322.58" in text
    assert "exceeds tolerance rtol=1.000000e-04, atol=1.000000e-03 (mismatch 16.666667%)." in text
    assert "Location of maximum error: (1, 2), left=5.00000000, right=5.50000000" in text
    assert " ACTUAL: array([[0., 1., 2.]," in text


def test_message_lists_the_largest_errors_first():
    a, b = onp.zeros(30), onp.arange(30.0)
    with pytest.raises(AssertionError) as caught:
        tu.assert_almost_equal(a, b, rtol=0, atol=1, mismatches=(3, 10))
    listed = [line for line in str(caught.value).splitlines() if line.strip()[:2] in ("1:", "2:")]
    assert "Location of error: (29,), a=0.00000000, b=29.00000000" in listed[0]
    assert "(28,)" in listed[1]
    assert "28 errors in 30 elements" in str(caught.value)
    assert " 4:" not in str(caught.value)


def test_large_integers_are_compared_exactly():
    a = onp.array([2**53 + 1])
    with pytest.raises(AssertionError):
        tu.assert_almost_equal(a, a - 1)


def test_shapes():
    tu.assert_almost_equal(onp.ones((2, 3)), onp.ones(3))
    with pytest.raises(AssertionError, match=r"a.shape = \(2, 3\) and b.shape = \(3,\)"):
        tu.assert_almost_equal(onp.ones((2, 3)), onp.ones(3), use_broadcast=False)
    with pytest.raises(ValueError, match="broadcast"):
        tu.assert_almost_equal(onp.ones((2, 3)), onp.ones((3, 3)))
    tu.checkShapes(A, A)
    with pytest.raises(AssertionError, match="shape"):
        tu.checkShapes(A, A[0])


def test_share_of_errors_may_be_tolerated():
    tu.assert_almost_equal_with_err(A, A)
    tu.assert_almost_equal_with_err(A, changed(), etol=0.2)
    for etol in (None, 0, 0.1):
        with pytest.raises(AssertionError, match=r"16\.66"):
            tu.assert_almost_equal_with_err(A, changed(), etol=etol)


def test_sparse_arrays():
    x = mx.nd.array([[0, 2.0]]).tostype("csr")
    tu.assert_almost_equal(x, onp.array([[0, 2.0]]))
    with pytest.raises(AssertionError):
        tu.assert_almost_equal(x, onp.array([[0, 2.5]]))


def test_same_and_same_array():
    x = mx.nd.array(A)
    assert tu.same(x, A)
    assert not tu.same(x, changed())
    assert tu.same_array(x, x[:])
    assert tu.same_array(x[1], x[1:2].reshape((3,)))
    assert not tu.same_array(x, x.copy())
    assert tu.same(x, A)  # and nothing has changed


def test_assert_exception():
    tu.assert_exception(lambda x: 1 / x, ZeroDivisionError, 0)
    tu.assert_exception(lambda x: 1 / x, ArithmeticError, x=0)
    with pytest.raises(AssertionError, match="did not raise ZeroDivisionError"):
        tu.assert_exception(lambda x: 1 / x, ZeroDivisionError, 1)
    with pytest.raises(ZeroDivisionError):
        tu.assert_exception(lambda x: 1 / x, KeyError, 0)


def test_compare_states():
    one, zero = mx.nd.ones(2), mx.nd.zeros(2)
    tu.compare_ndarray_tuple((one, None, (one,)), (one, None, (one,)))
    tu.compare_ndarray_tuple(None, None)
    with pytest.raises(AssertionError):
        tu.compare_ndarray_tuple((one, (one,)), (one, (zero,)))


def test_every_name_of_a_star_import_is_there():
    names = {}
    exec("from mxnet.test_utils import *", names)  # noqa: S102 - as test programs do
    assert set(tu.__all__) <= set(names)
    assert names["mx"] is mx
    assert names["np"] is onp


def test_default_context_is_that_of_new_arrays():
    assert tu.default_context() == mx.cpu()
    try:
        tu.set_default_context(mx.cpu(1))
        assert tu.default_context() == mx.current_context() == mx.nd.zeros(1).context == mx.cpu(1)
        with mx.cpu(0):
            assert tu.default_context() == mx.cpu(0)
    finally:
        tu.set_default_context(mx.cpu(0))
    assert tu.default_dtype() is onp.float32
