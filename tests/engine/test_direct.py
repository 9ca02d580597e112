"""Native kernels called by the evaluator: the numbers of NumPy, and where."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._engine.plan import plan
from mxnet._graph.equations import Aval
from mxnet._graph.formulas import Formula
from mxnet._ops.kernels import direct, native, update
from mxnet.gluon import nn
from mxnet.optimizer import _plan
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
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(_plan, "_bounds", {})  # updates of its own
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


def steps(name, shapes, **options):
    """Parameters after three steps of an optimizer, and its states, packed ones whole."""
    values, gradients = [normal(*s) for s in shapes], [normal(*s) for s in shapes]

    def run():
        optimizer = mx.optimizer.create(name, learning_rate=0.1, wd=0.01, **options)
        updater = mx.optimizer.get_updater(optimizer)
        weights = [nd.array(v) for v in values]
        for scale in (1, -0.5, 0.25):
            grads = [nd.array(g * scale) for g in gradients]
            updater(list(range(len(shapes))), grads, weights)
        found = [w.asnumpy() for w in weights]
        states = [updater.states[k] for k in range(len(shapes))]
        for state in states:
            state = state if isinstance(state, (list, tuple)) else [state]
            found += [x.asnumpy() for x in state if x is not None]
        return found

    return run


FEW = [(700, 300), (3,), (0, 5), (90, 2)]
MANY = [(61 + k, 9) for k in range(9)]


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
    "descent": (steps("sgd", FEW), {"update"}),
    "momentum, limited": (steps("sgd", FEW, momentum=0.9, clip_gradient=0.2), {"update"}),
    "Adam": (steps("adam", FEW), {"update"}),
    "Adam of many": (steps("adam", MANY), {"update"}),
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


def test_packed_states_keep_what_lies_between_them(called):
    """Parts of a pack begin at multiples of 16; the call is given the pack's own numbers there."""
    if not native.available(native.UPDATES):
        pytest.skip("not built")
    arrays = [(normal(k + 3), normal(k + 3)) for k in range(8)]
    begins, size = update.places([w.size for w, _ in arrays])
    packs = [normal(size) ** 2 for _ in range(2)]
    shared = [onp.float64(v) for v in (1, -1, 0.9, 0.99, 1e-8)]
    rates = [(onp.float64(0.1), onp.float64(0.01))] * 8

    def step(*flat):
        groups = [tuple(flat[2 + 2 * k : 4 + 2 * k]) for k in range(8)]
        weights, new = update.joined_packed("adam", groups, list(flat[:2]), shared, rates)
        return [*weights, *new]

    given = [*packs, *[a for pair in arrays for a in pair]]
    before = [a.copy() for a in given]
    found = Formula(step).plan([Aval(a.shape, a.dtype) for a in given], plan)(given)
    assert called == ["update"]
    for a, b in zip(given, before, strict=True):
        onp.testing.assert_array_equal(a, b)
    wanted = step(*given)  # the formula, by JAX
    for x, y in zip(found, wanted, strict=True):
        onp.testing.assert_allclose(x, y, rtol=2e-5, atol=1e-6)
    between = onp.ones(size, bool)
    for (w, _), at in zip(arrays, begins, strict=True):
        between[at : at + w.size] = False
    assert between.any()
    for x, pack in zip(found[8:], packs, strict=True):
        onp.testing.assert_array_equal(x[between], pack[between])


def test_few_small_updates_stay_numpys(called):
    run = steps("sgd", [(30, 9), (9,)])
    processes.forget_what_was_met()
    run()
    assert called == []


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
