"""Gradients at the points where MXNet 1.9.1 had to choose, as recorded from it."""

import pytest

from mxnet import autograd, nd

CASES = {
    "MAERegressionOutput": (
        lambda x: nd.MAERegressionOutput(x, nd.array([1.0, 2.0, 3.0])),
        [1.0, 3.0, 2.0],
        [-1, 1, -1],
    ),
    "abs": (lambda x: x.abs(), [0.0, -1.0], [0, -1]),
    "sign": (lambda x: x.sign(), [0.0], [0]),
    "maximum of a number": (lambda x: nd.maximum(x, 0), [0.0, 1.0], [1, 1]),
    "relu": (nd.relu, [0.0], [0]),
    "clip": (lambda x: x.clip(0, 1), [0.0, 1.0, 2.0], [1, 1, 0]),
    "maximum": (lambda x: nd.maximum(x, nd.array([1.0, 2.0])), [1.0, 1.0], [1, 0]),
    "max": (lambda x: x.max(), [1.0, 1.0], [1, 1]),
    "smooth_l1": (lambda x: nd.smooth_l1(x, scalar=1.0), [0.0, 1.0, -1.0], [0, 1, -1]),
}


@pytest.mark.parametrize("name", CASES)
def test_gradient_where_there_is_a_choice(name):
    f, values, expected = CASES[name]
    x = nd.array(values)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    assert x.grad.asnumpy().tolist() == expected
