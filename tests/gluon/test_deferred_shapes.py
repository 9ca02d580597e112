"""Parameters' shapes that follow from what a forward does with them, and None among inputs.

The shapes and values are those that MXNet 1.9.1 answered for the same blocks.
"""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd


class Dense(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], nd.dot(in_data[0], in_data[1].T))

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], nd.dot(out_grad[0], in_data[1]))
        self.assign(in_grad[1], req[1], nd.dot(out_grad[0].T, in_data[0]))


@mx.operator.register("deferred_dense")
class DenseProp(mx.operator.CustomOpProp):
    def __init__(self, units="3"):
        super().__init__(need_top_grad=True)
        self.units = int(units)

    def list_arguments(self):
        return ["data", "weight"]

    def infer_shape(self, in_shape):
        rows, columns = in_shape[0]
        return [in_shape[0], [self.units, columns]], [[rows, self.units]], []

    def create_operator(self, ctx, shapes, dtypes):
        return Dense()


def block(f, shape):
    class Made(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                self.weight = self.params.get("weight", shape=shape, allow_deferred_init=True)

        def hybrid_forward(self, F, x, weight):
            return f(F, x, weight)

    return Made()


def dense(F, x, w):
    return F.FullyConnected(x, w, num_hidden=3, no_bias=True)


# computation, declared shape -> shapes of output and parameter for ones of (2, 4), sum of output
KNOWN = [
    (lambda F, x, w: F.Custom(x, w, op_type="deferred_dense"), (0, 0), (2, 3), (3, 4), 24),
    (lambda F, x, w: F.Custom(x, w, op_type="deferred_dense", units=2), (2, 0), (2, 2), (2, 4), 16),
    (lambda F, x, w: x * w, (0, 0), (2, 4), (2, 4), 8),
    (lambda F, x, w: x * w, None, (2, 4), (2, 4), 8),
    (lambda F, x, w: w * x, (0, 0), (2, 4), (2, 4), 8),
    (lambda F, x, w: x * w, (0, 4), (2, 4), (2, 4), 8),
    (lambda F, x, w: F.maximum(x, w), (0, 0), (2, 4), (2, 4), 8),
    (lambda F, x, w: F.elemwise_add(x, w), (0, 0), (2, 4), (2, 4), 16),
    (lambda F, x, w: x - w, (0, 0), (2, 4), (2, 4), 0),
    (lambda F, x, w: F.relu(x) * F.exp(w), (0, 0), (2, 4), (2, 4), 21.74625),
    (lambda F, x, w: F.add_n(x, w), (0, 0), (2, 4), (2, 4), 16),
    (lambda F, x, w: F.where(x > 0, x, w), (0, 0), (2, 4), (2, 4), 8),
    (lambda F, x, w: F.concat(x, w, dim=0), (2, 0), (4, 4), (2, 4), 16),
    (lambda F, x, w: x**w, (0, 0), (2, 4), (2, 4), 8),
    (lambda F, x, w: x == w, (0, 0), (2, 4), (2, 4), 8),
    (lambda F, x, w: dense(F, x, F.transpose(w)), (0, 3), (2, 3), (4, 3), 24),
    (lambda F, x, w: dense(F, x, w.reshape((3, -1))), (0,), (2, 3), (12,), 24),
    (lambda F, x, w: dense(F, x, w * 2), (3, 0), (2, 3), (3, 4), 48),
    (lambda F, x, w: dense(F, x, F.cast(w, "float32")), (3, 0), (2, 3), (3, 4), 24),
]


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize("case", range(len(KNOWN)))
@pytest.mark.filterwarnings("ignore:.*is Python code, which cannot be compiled")
def test_shape_follows_from_the_forward(case, hybrid):
    f, shape, of_output, of_weight, total = KNOWN[case]
    net = block(f, shape)
    net.initialize(mx.init.One())
    net.hybridize(hybrid)
    with autograd.record():
        y = net(nd.ones((2, 4)))
    y.backward()
    assert (y.shape, net.weight.shape) == (of_output, of_weight)
    assert y.sum().asscalar() == pytest.approx(total)
    assert net.weight.grad().shape == of_weight
    assert net(nd.ones((2, 4))).shape == of_output


@pytest.mark.parametrize("hybrid", [False, True])
def test_shape_in_a_child_and_after_other_layers(hybrid):
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(5), block(lambda F, x, w: x * w, (0, 0)), gluon.nn.Dense(2))
    net.initialize(mx.init.One())
    net.hybridize(hybrid)
    assert net(nd.ones((3, 4))).shape == (3, 2)
    assert [p.shape for p in net.collect_params().values()] == [
        (5, 4), (5,), (3, 5), (2, 5), (2,),
    ]  # fmt: skip


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize("f", [lambda F, x, w: F.broadcast_mul(x, w), lambda F, x, w: F.dot(x, w)])
def test_shape_that_nothing_tells(f, hybrid):
    net = block(f, (0, 0))
    net.initialize()
    net.hybridize(hybrid)
    with pytest.raises(ValueError, match="Deferred initialization failed because shape cannot"):
        net(nd.ones((2, 4)))


class Scaled(gluon.HybridBlock):
    def hybrid_forward(self, F, x, factor=None):
        return x * 2 if factor is None else x * factor


class FirstIsNone(gluon.HybridBlock):
    def hybrid_forward(self, F, factor, x):
        return x * 2 if factor is None else x * factor


class Around(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.inner = Scaled()

    def hybrid_forward(self, F, x, factor=None):
        return self.inner(x, factor)


class Many(gluon.HybridBlock):
    def hybrid_forward(self, F, x, factors):
        for f in factors:
            x = x if f is None else x * f
        return x


@pytest.mark.parametrize("hybrid", [False, True])
def test_none_among_inputs(hybrid):
    x, five = nd.ones((2,)), nd.ones((2,)) * 5

    def ran(make, *args):
        net = make()
        net.hybridize(hybrid)
        return net(*args).asnumpy().tolist()

    assert ran(Scaled, x) == ran(Scaled, x, None) == ran(Around, x, None) == [2, 2]
    assert ran(Scaled, x, five) == ran(Around, x, five) == [5, 5]
    assert ran(FirstIsNone, None, x) == [2, 2]
    assert ran(Many, x, [None, five]) == ran(Many, x, [five, None]) == [5, 5]
    assert FirstIsNone()(None, mx.sym.var("x")).list_arguments() == ["x"]
    with pytest.raises(ValueError, match="there must be one NDArray among its inputs"):
        ran(FirstIsNone, None, None)


@pytest.mark.parametrize("hybridize", [False, True])
@pytest.mark.parametrize("numpy", [False, True])
def test_a_parameter_may_be_used_again_in_the_forward_that_completes_it(hybridize, numpy):
    class Tied(gluon.HybridBlock):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.weight = self.params.get("weight", shape=(3, 0), allow_deferred_init=True)

        def hybrid_forward(self, F, x, weight):
            dense = F.npx.fully_connected if numpy else F.FullyConnected
            y = dense(x, weight, num_hidden=3, no_bias=True)
            pieces = [weight * 2, 1 - weight, weight * weight, weight + 0, weight.sum(), weight.T]
            return y + sum(p.sum() for p in pieces)

    with mx.util.np_array(numpy), mx.util.np_shape(numpy):
        net = Tied()
        net.initialize(mx.init.Constant(0.5))
        if hybridize:
            net.hybridize()
        x = (mx.np if numpy else mx.nd).ones((2, 4))
        found = net(x)
        assert type(found) is type(x)
        # 12 weights of a half: 12 + 6 + 3 + 6 + 6 + 6, beside the products of four ones
        onp.testing.assert_allclose(found.asnumpy(), onp.full((2, 3), 2 + 39), rtol=1e-6)


def test_shapes_of_parameters_that_are_not_initialized():
    """As in MXNet 1.9.1; what is initialized afterwards has its value at once."""
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Conv2D(2, 3), gluon.nn.BatchNorm(), gluon.nn.Dense(5))
    net.infer_shape(mx.nd.ones((2, 4, 8, 8)))
    shapes = [p.shape for p in net.collect_params().values()]
    assert shapes == [(2, 4, 3, 3), (2,), (2,), (2,), (2,), (2,), (5, 72), (5,)]
    net.initialize()
    assert net[0].weight.data().shape == (2, 4, 3, 3)
    with pytest.raises(mx.error.ShapeError):
        net.infer_shape(mx.nd.ones((2, 3, 8, 8)))
