"""A mask times what is not finite is NaN, in compiled programs too, as recorded of 1.9.1."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, nd

X = [1.0, -1, -1, -1, 0]
Y = [2.0, onp.nan, onp.inf, -3, onp.inf]
WANTED = [2.0, onp.nan, onp.nan, -0.0, onp.nan]  # of (X > 0) * Y


@pytest.fixture(params=[0, 1 << 30], ids=["compiled", "evaluated"], autouse=True)
def evaluate(request, monkeypatch):
    monkeypatch.setattr(_config.options["evaluate"], "value", request.param)


@pytest.mark.parametrize(
    "mask",
    [
        lambda x: x > 0,
        lambda x: nd.broadcast_greater(x, nd.zeros(1)),
        lambda x: nd.logical_not(nd.logical_not(x > 0)),
        lambda x: (x > 0).astype("bool").astype("float32"),
        lambda x: nd.one_hot(nd.zeros(1), 5).reshape(-1),
        lambda x: nd.eye(5)[0],
        lambda x: nd.contrib.isfinite(nd.array([1, *[onp.inf] * 4])),
    ],
)
def test_of_floats(mask):
    x, y = nd.array(X), nd.array(Y)
    onp.testing.assert_array_equal((mask(x) * y).asnumpy(), WANTED)


@pytest.mark.parametrize("operation", ["mask * y", "y * mask", "mask.astype('float32') * y"])
def test_of_truth_values(operation):
    with mx.util.np_shape(True), mx.util.np_array(True):
        given = {"mask": mx.np.array(X) > 0, "y": mx.np.array(Y)}
        onp.testing.assert_array_equal(eval(operation, given).asnumpy(), WANTED)  # noqa: S307
        zero = (given["mask"] / mx.np.array(0.0)).asnumpy()
    onp.testing.assert_array_equal(zero, [onp.inf] + [onp.nan] * 4)


def test_of_gradients():
    x, y = nd.array(X), nd.array(Y)
    y.attach_grad()
    with autograd.record():
        z = (x > 0) * y
    z.backward(nd.array([1, onp.nan, onp.inf, 1, 1]))
    onp.testing.assert_array_equal(y.grad.asnumpy(), [1, onp.nan, onp.nan, 0, 0])


def test_in_a_hybridized_block():
    class Masked(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x, y):
            return F.sum((x > 0) * y), F.broadcast_mul(x > 0, y)

    block = Masked()
    block.hybridize()
    total, product = block(nd.array(X), nd.array(Y))
    assert onp.isnan(total.asscalar())
    onp.testing.assert_array_equal(product.asnumpy(), WANTED)
