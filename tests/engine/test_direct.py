"""Native kernels called by the evaluator: the numbers of NumPy, and from when on."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._engine import program
from mxnet._ops.kernels import direct, native
from mxnet.gluon import nn
from support import processes

RNG = onp.random.default_rng(11)


@pytest.fixture(autouse=True)
def evaluated(monkeypatch):
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)
    before = direct.work_done()
    yield
    direct.set_work_done(before)


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


def is_due(due):
    work = direct._ENOUGH if due else 0
    direct.set_work_done({direct._WORK + x.targets[0]: work for x in native.LIBRARIES})


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


def order(x):
    return [nd.argsort(nd.array(x)).asnumpy(), nd.topk(nd.array(x), k=5, is_ascend=True).asnumpy()]


LONG = normal(5, 700)
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
        {"lstm_forward", "lstm_backward"},
    ),
    "GRU": (
        layer(lambda: gluon.rnn.GRU(7, input_size=5), 6, 9, 5),
        {"gru_forward", "gru_backward"},
    ),
    "RNN": (
        layer(lambda: gluon.rnn.RNN(7, bidirectional=True, input_size=5), 6, 1, 5),
        {"rnn_forward", "rnn_backward"},
    ),
    "RNN of tanh": (
        layer(lambda: gluon.rnn.RNN(7, activation="tanh", input_size=5), 6, 3, 5),
        {"rnn_forward", "rnn_backward"},
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
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_numbers(case, called):
    run, kernels = CASES[case]
    if not all(native.available(native.library_of(k)) for k in kernels):
        pytest.skip("not built")
    processes.forget_what_was_met()
    is_due(False)
    by_numpy = run()
    assert called == []
    processes.forget_what_was_met()
    is_due(True)
    found = run()
    assert set(called) == kernels
    for x, y in zip(found, by_numpy, strict=True):
        onp.testing.assert_allclose(x, y, rtol=2e-4, atol=2e-5)
    processes.forget_what_was_met()
    is_due(True)
    for x, y in zip(run(), found, strict=True):
        onp.testing.assert_array_equal(x, y)


def test_no_library_is_asked_for_before_its_work_is_done(called, monkeypatch):
    asked = []
    monkeypatch.setattr(native, "available", lambda library: bool(asked.append(library)))
    processes.forget_what_was_met()
    net = gluon.rnn.GRU(8, input_size=4)
    net.initialize()
    for steps in range(3, 40):
        net(nd.ones((steps, 2, 4))).asnumpy()
    done = direct.work_done()[direct._WORK + native.RECURRENCE.targets[0]]
    assert 0 < done < direct._ENOUGH  # some steps of some microseconds each
    assert asked == []
    is_due(True)
    found = net(nd.ones((50, 2, 4))).asnumpy()
    assert set(asked) == {native.RECURRENCE}
    assert called == []  # there was none: NumPy as before
    assert found.shape == (50, 2, 8)


def test_who_goes_on_from_a_saved_run_knows_the_work():
    processes.forget_what_was_met()
    assert direct.work_done() == {}
    nn_input = nd.ones((2, 3, 9, 9))
    net = nn.Conv2D(4, 3, in_channels=3)
    net.initialize()
    net(nn_input).asnumpy()
    saved = program.sightings([])
    work = direct.work_done()
    assert work.items() <= saved.items()
    assert all(isinstance(n, int) and n > 0 for n in work.values())
    processes.forget_what_was_met()
    program.set_sightings(saved)
    assert direct.work_done() == work


def test_switched_off(called):
    processes.forget_what_was_met()
    is_due(True)
    before = _config.set_option("kernels", "xla")
    try:
        net = nn.Conv2D(4, 3, in_channels=3)
        net.initialize()
        net(nd.ones((2, 3, 9, 9))).asnumpy()
    finally:
        _config.set_option("kernels", before)
    assert called == []


def test_a_kernel_that_refuses_says_so():
    if not native.available(native.POOLING):
        pytest.skip("not built")
    x = direct.Call(native.POOLING, "window_sum", {"outer": onp.int64(1)}, 0)
    aval = onp.zeros((2, 2), "float32")
    with pytest.raises(mx.MXNetError, match=r"window_sum: .*attributes: expected 7 but got 1"):
        direct._Kernel(x, [aval], [aval])(aval)
