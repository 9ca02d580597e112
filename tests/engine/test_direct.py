"""Native kernels called by the evaluator: the numbers of NumPy, and where."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._ops.kernels import direct, native
from mxnet.gluon import nn
from support import processes

RNG = onp.random.default_rng(11)


@pytest.fixture(autouse=True)
def evaluated(monkeypatch):
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)
    monkeypatch.setattr(direct, "_WORTH_IT", 0)


@pytest.fixture
def called(monkeypatch):
    """Names of the kernels that were called."""
    found = []
    call = direct._Kernel.__call__

    def noted(self, *arrays):
        found.append(self.call.target)
        return call(self, *arrays)

    monkeypatch.setattr(direct._Kernel, "__call__", noted)
    return found


@pytest.fixture
def by_numpy():
    """Run a function without kernels."""

    def run(function):
        before = _config.set_option("kernels", "xla")
        try:
            return function()
        finally:
            _config.set_option("kernels", before)

    return run


def normal(*shape):
    return RNG.standard_normal(shape).astype("float32")


def layer(make, *shape):
    """Result and gradients of a layer for one input."""
    x, seed = normal(*shape), int(RNG.integers(1000))

    def run():
        mx.random.seed(seed)
        net = make()
        net.initialize(mx.init.Uniform(0.3))
        a = nd.array(x)
        a.attach_grad()
        with autograd.record():
            y = net(a)
            z = (y * y.sin()).sum()
        z.backward()
        found = [y, a.grad, *[p.grad() for p in net.collect_params().values()]]
        return [v.asnumpy() for v in found]

    return run


def function(call, *shape):
    """Result and gradient of a function of one array."""
    x = normal(*shape)

    def run():
        a = nd.array(x)
        a.attach_grad()
        with autograd.record():
            y = call(a)
            z = (y * y.sin()).sum()
        z.backward()
        return [y.asnumpy(), a.grad.asnumpy()]

    return run


def embedded(n, width, at):
    """Rows of a table at ``at``, and the table's gradient."""
    table = normal(n, width)

    def run():
        weight = nd.array(table)
        weight.attach_grad()
        with autograd.record():
            y = nd.Embedding(nd.array(at), weight, input_dim=n, output_dim=width)
            z = (y * y.sin()).sum()
        z.backward()
        return [y.asnumpy(), weight.grad.asnumpy()]

    return run


def order(x):
    return [nd.argsort(nd.array(x)).asnumpy(), nd.topk(nd.array(x), k=5, is_ascend=True).asnumpy()]


LONG = normal(5, 700)
PRODUCT = "product"
CONVOLUTIONS = {"conv_forward", "conv_data", "conv_weight"}
CASES = {
    "convolution": (layer(lambda: nn.Conv2D(6, 3, in_channels=4), 3, 4, 12, 13), CONVOLUTIONS),
    "strided": (
        layer(lambda: nn.Conv2D(8, (3, 2), (2, 1), (1, 2), (1, 2), 2, in_channels=4), 2, 4, 11, 9),
        CONVOLUTIONS,
    ),
    "depthwise": (
        layer(lambda: nn.Conv2D(6, 3, padding=1, groups=6, in_channels=6), 2, 6, 9, 9),
        CONVOLUTIONS,
    ),
    "channels last": (
        layer(lambda: nn.Conv2D(5, 3, layout="NHWC", in_channels=3), 2, 10, 9, 3),
        CONVOLUTIONS,
    ),
    "one axis": (layer(lambda: nn.Conv1D(5, 4, 3, in_channels=3), 2, 3, 21), CONVOLUTIONS),
    "three axes": (layer(lambda: nn.Conv3D(4, 2, in_channels=3), 2, 3, 5, 6, 4), CONVOLUTIONS),
    "transposed": (
        layer(lambda: nn.Conv2DTranspose(5, 3, 2, 1, in_channels=3), 2, 3, 7, 6),
        CONVOLUTIONS,
    ),
    "LSTM": (
        layer(lambda: gluon.rnn.LSTM(7, 2, bidirectional=True, input_size=5), 6, 9, 5),
        {"lstm_forward", "lstm_backward", PRODUCT},
    ),
    "GRU": (
        layer(lambda: gluon.rnn.GRU(7, input_size=5), 6, 9, 5),
        {"gru_forward", "gru_backward", PRODUCT},
    ),
    "RNN": (
        layer(lambda: gluon.rnn.RNN(7, bidirectional=True, input_size=5), 6, 1, 5),
        {"rnn_forward", "rnn_backward", PRODUCT},
    ),
    "RNN of tanh": (
        layer(lambda: gluon.rnn.RNN(7, activation="tanh", input_size=5), 6, 3, 5),
        {"rnn_forward", "rnn_backward", PRODUCT},
    ),
    "maxima": (layer(lambda: nn.MaxPool2D(3, 2, 1), 2, 3, 31, 33), {"max_back"}),
    "means": (
        layer(lambda: nn.AvgPool2D(5, 2, 1), 2, 3, 31, 33),
        {"window_sum", "window_spread"},
    ),
    "softmax": (function(nd.softmax, 9, 2000), {"softmax", "softmax_gradient"}),
    "log_softmax": (function(nd.log_softmax, 9, 2000), {"softmax", "softmax_gradient"}),
    "layer norm": (
        layer(lambda: nn.LayerNorm(in_channels=2000), 9, 2000),
        {"layer_norm", "layer_norm_gradient"},
    ),
    "sort": (function(lambda a: nd.sort(a, is_ascend=False), 5, 700), {"sort_order", "carry"}),
    "order": (lambda: order(LONG), {"sort_order", "top_order"}),
    "dense": (layer(lambda: nn.Dense(19, in_units=23), 37, 23), {PRODUCT}),
    "dot": (function(lambda a: nd.dot(a, a, transpose_b=True), 33, 21), {PRODUCT}),
    "dot of transposes": (function(lambda a: nd.dot(a, a, transpose_a=True), 9, 70), {PRODUCT}),
    "embedding": (embedded(11, 6, [[3, 3, 10], [0, 3, 5]]), {"add_rows"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_numbers(case, called, by_numpy):
    run, kernels = CASES[case]
    if not all(native.available(native.library_of(k)) for k in kernels):
        pytest.skip("not built")
    processes.forget_what_was_met()
    wanted = by_numpy(run)
    assert called == []
    found = []
    for _ in range(2):
        processes.forget_what_was_met()
        found.append(run())
    assert set(called) == kernels
    for x, y, again in zip(found[0], wanted, found[1], strict=True):
        onp.testing.assert_allclose(x, y, rtol=2e-4, atol=2e-5)
        onp.testing.assert_array_equal(x, again)


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("threads", [1, 3])
def test_products(left, right, threads, called, monkeypatch):
    if not native.available(native.PRODUCTS):
        pytest.skip("not built")
    monkeypatch.setattr(direct, "usable_cores", lambda: threads)
    for n, k, m in [
        (1, 1, 1),
        (1, 40, 77),
        (200, 300, 33),
        (31, 500, 257),
        (17, 1, 16),
        (95, 96, 97),
    ]:
        processes.forget_what_was_met()
        a, b = normal(*((k, n) if left else (n, k))), normal(*((m, k) if right else (k, m)))
        wide = nd.array(onp.concatenate([b, b], 0))
        found = nd.dot(nd.array(a), wide[: len(b)], transpose_a=left, transpose_b=right).asnumpy()
        wanted = (a.T if left else a).astype("float64") @ (b.T if right else b)
        onp.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)
    assert PRODUCT in called


def test_what_is_small_is_numpys(called, monkeypatch):
    monkeypatch.setattr(direct, "_WORTH_IT", 300_000)
    processes.forget_what_was_met()
    net = nn.Conv2D(2, 3, in_channels=1)
    net.initialize()
    net(nd.ones((1, 1, 7, 8))).asnumpy()
    assert called == []
    if native.available(native.CONVOLUTION):
        net(nd.ones((1, 1, 333, 334))).asnumpy()
        assert called == ["conv_forward"]


def test_without_the_library(called, monkeypatch):
    monkeypatch.setattr(native, "available", lambda library: False)
    processes.forget_what_was_met()
    net = gluon.rnn.GRU(8, input_size=4)
    net.initialize()
    assert net(nd.ones((51, 2, 4))).asnumpy().shape == (51, 2, 8)
    assert called == []


def test_a_kernel_that_refuses_says_so():
    if not native.available(native.POOLING):
        pytest.skip("not built")
    x = direct.Call(native.POOLING, "window_sum", {"outer": onp.int64(1)}, 0)
    aval = onp.zeros((2, 2), "float32")
    with pytest.raises(mx.MXNetError, match=r"window_sum: .*attributes: expected 7 but got 1"):
        direct._Kernel(x, [aval], [aval])(aval)
