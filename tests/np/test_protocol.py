"""NumPy's own functions on arrays of ``mx.np``, and the functions that NumPy computes."""

import inspect
import math

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, np, numpy_dispatch_protocol, numpy_op_signature
from mxnet.numpy import fallback

X = onp.array([[1.5, -2.0, 3.0], [4.0, 0.5, -6.0]], "float32")


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


@pytest.mark.parametrize(
    "function",
    [
        lambda x: onp.mean(x, axis=1),
        lambda x: onp.sum(x, 0, keepdims=True),
        lambda x: onp.concatenate([x, x], axis=1),
        lambda x: onp.stack((x, x)),
        onp.exp,
        lambda x: onp.add(x, x),
        lambda x: onp.true_divide(x, 2),
        lambda x: onp.maximum(x, 0),
        onp.negative,
        lambda x: onp.matmul(x, x.T),
        onp.linalg.norm,
        lambda x: onp.where(x > 0, x, x),
        lambda x: onp.reshape(x, (3, 2)),
        onp.transpose,
        onp.signbit,  # NumPy's own
        lambda x: onp.ptp(x, axis=0),
        lambda x: onp.nanmax(x, axis=0),
        lambda x: onp.median(x, axis=1),
    ],
)
def test_numpy_s_functions_give_our_arrays(function):
    found, wanted = function(np.array(X)), function(X)
    assert isinstance(found, np.ndarray)
    assert found.shape == onp.shape(wanted)
    onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)


def test_gradients_flow_through_numpy_s_functions():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = onp.sum(onp.multiply(x, x))
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_out_and_what_is_not_a_call():
    x, y = np.array([1.0, 2.0]), np.zeros((2,))
    assert onp.add(x, x, out=y) is y
    assert y.tolist() == [2.0, 4.0]
    with pytest.raises(TypeError, match="only calls"):
        onp.add.reduce(x)
    for mixed in (
        lambda: onp.ones(2) + x,
        lambda: x + onp.ones(2),
        lambda: onp.add(onp.ones(2), x),
    ):
        with pytest.raises(TypeError):
            mixed()


FALLBACK = [
    (lambda n, x: n.allclose(x, x), True),
    (lambda n, x: n.argwhere(x > 2), None),
    (lambda n, x: n.array_equal(x, x), True),
    (lambda n, x: n.apply_along_axis(lambda r: r[0], 1, x), None),
    (lambda n, x: n.corrcoef(x), None),
    (
        lambda n, x: n.digitize(x, X[0] ** 2) if n is onp else n.digitize(x, np.array(X[0] ** 2)),
        None,
    ),
    (lambda n, x: n.float_power(x, 2), None),
    (lambda n, x: n.frexp(x)[1], None),
    (lambda n, x: n.modf(x)[0], None),
    (lambda n, x: n.heaviside(x, 0.5), None),
    (lambda n, x: n.partition(x, 1, axis=1), None),
    (lambda n, x: n.rollaxis(x, 1), None),
    (lambda n, x: n.union1d(x, x * 2), None),
    (lambda n, x: n.vander(x[0], 3), None),
    (lambda n, x: n.nanmedian(x, 0), None),
    (lambda n, x: n.poly(x[0]), None),
    (lambda n, x: n.unwrap(x), None),
    (lambda n, x: n.take_along_axis(x, n.argpartition(x, 1), 1), None),
]


@pytest.mark.parametrize("case", range(len(FALLBACK)))
def test_fallback(case):
    function, wanted = FALLBACK[case]
    found = function(np, np.array(X))
    wanted = function(onp, X) if wanted is None else wanted
    if isinstance(found, np.ndarray):
        found = found.asnumpy()
    onp.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_what_numpy_has_dropped_is_still_there():
    x = np.array([3.0, 1.0, 2.0])
    assert np.msort(x).tolist() == [1.0, 2.0, 3.0]
    assert np.alltrue(x > 0).item() is True
    assert np.in1d(x, np.array([1.0])).tolist() == [False, True, False]
    assert np.trapz(x).item() == 3.5
    # worked by hand: 100 at 10 % for a year, ten payments, interest of a doubled capital
    assert np.npv(0.1, [-100, 110]) == pytest.approx(0.0)
    assert np.pv(0.1, 1, 0, -110) == pytest.approx(100.0)
    assert np.pv(0.0, 10, -5) == pytest.approx(50.0)
    assert np.ppmt(0.1, 1, 2, -210) == pytest.approx(100.0)
    assert np.ppmt(0.1, 2, 2, -210) == pytest.approx(110.0)
    assert np.rate(1, 0, -100, 110) == pytest.approx(0.1)
    assert np.rate(2, 0, -100, 400) == pytest.approx(1.0)
    assert np.mirr([-100, 0, 121], 0.05, 0.05) == pytest.approx(0.1)


def test_all_84_are_there():
    assert len(fallback.__all__) == 84
    for name in fallback.__all__:
        assert getattr(np, name).__module__ == "mxnet.numpy"
        assert name in getattr(np, name).__doc__


def test_lists_of_the_protocol():
    assert {"mean", "concatenate", "where"} <= set(
        numpy_dispatch_protocol._NUMPY_ARRAY_FUNCTION_LIST
    )
    assert {"exp", "add", "maximum"} <= set(numpy_dispatch_protocol._NUMPY_ARRAY_UFUNC_LIST)
    found = numpy_op_signature.signatures()
    assert str(found["mean"]) == "(a, axis=None, dtype=None, out=None, keepdims=False)"
    assert list(found["npx.fully_connected"].parameters)[:2] == ["data", "weight"]
    assert inspect.signature(np.sum) == found["sum"]


def test_what_1_9_1_leaves_to_numpy_is_numpy_s():
    counts, x = np.array([[3, 1, 2], [0, 5, 4]], dtype="int32"), np.array(X)
    for found, wanted in (  # NumPy's types and parameters, not those of mx.np
        (onp.log1p(counts), onp.log1p(counts.asnumpy())),
        (onp.average(counts, axis=0), onp.average(counts.asnumpy(), axis=0)),
        (onp.logical_and(x, X), onp.logical_and(X, X)),
        (onp.floor_divide(x, X), X // X),
        (onp.cross(x, X), onp.cross(X, X)),
        (onp.linalg.svd(x)[2], onp.linalg.svd(X)[2]),
    ):
        assert isinstance(found, np.ndarray)
        assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
        onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)
    out = onp.zeros((2, 3), "bool")
    assert onp.isnan(x, out=out) is out
    for found in (onp.median(x), np.nanmax(x), onp.nanmean(x, where=np.array(X > 0))):
        assert isinstance(found, onp.float32)
    assert {round(np.array(2.5)).item(), math.floor(np.array(2.5)).item()} == {2.0}


def test_recorded_functions_are_our_own():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = onp.log1p(x) + onp.kron(x, x)[:2]
    y.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), [1 / 2 + 2 + 2, 1 / 3 + 1], rtol=1e-6)
