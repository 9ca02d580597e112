"""A hybridized block is traced once for all devices of a type, as MXNet 1.9.1 traces it."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, executor, gluon, nd
from mxnet.gluon import nn

CONTEXTS = [mx.cpu(i) for i in range(4)]


class Counting(gluon.HybridBlock):
    """A layer that counts how often its ``hybrid_forward`` runs."""

    def __init__(self, **kw):
        super().__init__(**kw)
        self.runs = 0
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(3, 4), init=mx.init.Constant(0.5))

    def hybrid_forward(self, F, x, weight):
        self.runs += 1
        return F.FullyConnected(x, weight, no_bias=True, num_hidden=3)


def test_once_for_each_shape_and_mode():
    net = Counting()
    net.initialize(ctx=CONTEXTS)
    net.hybridize()
    for expected, rows in ((1, 2), (2, 5), (2, 2)):
        for c in CONTEXTS:
            out = net(nd.ones((rows, 4), ctx=c))
            assert out.context == c
            assert out.asnumpy().tolist() == [[2.0] * 3] * rows
        assert net.runs == expected
    with autograd.record():
        for c in CONTEXTS:
            net(nd.ones((2, 4), ctx=c))
    assert net.runs == 3
    net.weight.data(CONTEXTS[1])[:] = 1  # each device has its own parameters
    assert [net(nd.ones((1, 4), ctx=c)).asnumpy()[0, 0] for c in CONTEXTS[:2]] == [2, 4]
    net.hybridize(active=False)
    net.hybridize()
    net(nd.ones((2, 4)))
    assert net.runs == 5  # and once for one row


class Shifted(gluon.HybridBlock):
    """Adds an array of its own, from the device of its argument."""

    def hybrid_forward(self, F, x):
        return x + nd.array([1, 2], ctx=x.context)


def test_a_block_with_arrays_of_its_own_is_traced_for_each():
    net = Shifted()
    net.hybridize()
    for c in CONTEXTS:
        out = net(nd.zeros((2,), ctx=c))
        assert (out.context, out.asnumpy().tolist()) == (c, [1, 2])


def test_parameters_that_are_not_there():
    net = Counting()
    net.initialize(ctx=CONTEXTS[:2])
    net.hybridize()
    net(nd.ones((1, 4), ctx=CONTEXTS[0]))
    with pytest.raises(RuntimeError, match=r"cpu\(2\)"):
        net(nd.ones((1, 4), ctx=CONTEXTS[2]))
    assert net(nd.ones((1, 4), ctx=CONTEXTS[1])).shape == (1, 3)


def test_statistics_and_random_numbers_are_each_devices_own():
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.5), nn.BatchNorm(in_channels=3, momentum=0.5))
    net.initialize(ctx=CONTEXTS[:2])
    net.hybridize()
    x = [nd.full((64, 3), 2.0 + i, ctx=c) for i, c in enumerate(CONTEXTS[:2])]
    with autograd.record():
        outs = [net(a) for a in x]
    for out in outs:
        out.backward()
    first, second = (out.asnumpy() for out in outs)
    assert not onp.array_equal(first > 0, second > 0)
    means = net[1].running_mean
    # of what is 0 or 4, and of what is 0 or 6, each with probability a half
    onp.testing.assert_allclose(means.data(CONTEXTS[0]).asnumpy(), 1.0, atol=0.4)
    onp.testing.assert_allclose(means.data(CONTEXTS[1]).asnumpy(), 1.5, atol=0.6)
    assert means.data(CONTEXTS[0]).asnumpy().tolist() != means.data(CONTEXTS[1]).asnumpy().tolist()


def test_executors_of_all_devices_are_one_operator(monkeypatch):
    traced = []
    original = executor.Traced

    def counting(name, ctx, *rest):
        traced.append(ctx)
        return original(name, ctx, *rest)

    monkeypatch.setattr(executor, "Traced", counting)
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, no_bias=True, name="fc")
    x = mx.sym.BatchNorm(x, name="bn", momentum=0.5, fix_gamma=False)
    out = mx.sym.MakeLoss(x * mx.sym.Variable("factor"))
    shapes = {"data": (4, 2), "factor": (4, 3)}
    for train in (True, False):
        for i, c in enumerate(CONTEXTS):
            made = out.simple_bind(c, **shapes)
            data = onp.arange(8.0).reshape(4, 2) * (i + 1)
            weight = onp.arange(6.0).reshape(3, 2)
            made.arg_dict["data"][:] = data
            made.arg_dict["fc_weight"][:] = weight
            made.arg_dict["bn_gamma"][:] = 1
            made.arg_dict["factor"][:] = onp.eye(4, 3)
            made.aux_dict["bn_moving_var"][:] = 1
            (y,) = made.forward(is_train=train)
            assert y.context == c
            product = data @ weight.T
            if train:
                made.backward()
                normal = (product - product.mean(0)) / onp.sqrt(product.var(0) + 1e-3)
                assert made.grad_dict["bn_beta"].context == c
                onp.testing.assert_allclose(made.grad_dict["bn_beta"].asnumpy(), [1, 1, 1])
                onp.testing.assert_allclose(
                    made.aux_dict["bn_moving_mean"].asnumpy(), product.mean(0) / 2, rtol=1e-5
                )
            else:
                normal = product / onp.sqrt(1 + 1e-3)
            onp.testing.assert_allclose(y.asnumpy(), normal * onp.eye(4, 3), rtol=1e-4, atol=1e-5)
    assert traced == [CONTEXTS[0]] * 2
