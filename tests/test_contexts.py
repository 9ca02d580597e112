"""What lies in pinned host memory, as recorded with 1.9.1."""

import numpy as onp

import mxnet as mx
from mxnet import autograd, nd


def test_operators_compute_on_the_cpu_what_is_pinned():
    pinned, plain = nd.ones(2, ctx=mx.cpu_pinned(0)), nd.ones(2)
    assert pinned.context == mx.cpu_pinned(0)
    for y in (pinned + 1, pinned + plain, plain + pinned, nd.concat(plain, pinned, dim=0)):
        assert y.context == mx.cpu(0)
    assert (pinned + plain).asnumpy().tolist() == [2, 2]
    assert plain.as_in_context(mx.cpu_pinned(0)).context == mx.cpu_pinned(0)


def test_a_pinned_batch_trains_a_network_on_the_cpu():
    x = onp.random.RandomState(0).rand(6, 3).astype("float32")
    data = mx.gluon.data.ArrayDataset(x, x.sum(1))
    net = mx.gluon.nn.Dense(1)
    net.initialize()
    for hybridize in (False, True):
        net.hybridize(hybridize)
        for part, label in mx.gluon.data.DataLoader(data, batch_size=3, pin_memory=True):
            assert part.context == mx.cpu_pinned(0)
            with autograd.record():
                loss = mx.gluon.loss.L2Loss()(net(part), label)
            loss.backward()
            assert loss.context == mx.cpu(0)
            assert abs(net.weight.grad().asnumpy()).sum() > 0


def test_a_pinned_array_that_is_learned():
    x = nd.array([1, 2, 3], ctx=mx.cpu_pinned(0))
    x.attach_grad()
    with autograd.record():
        y = (x * x * nd.ones(3)).sum()
    y.backward()
    assert x.grad.asnumpy().tolist() == [2, 4, 6]


def test_parameters_on_the_cpu_are_found_for_pinned_arrays():
    p = mx.gluon.Parameter("w", shape=(2,))
    p.initialize(ctx=mx.cpu(0))
    assert p.data(mx.cpu_pinned(0)).context == mx.cpu(0)
