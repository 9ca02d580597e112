"""Gluon under ``npx.set_np()``: what 1.9.1 gave, and the same numbers as Gluon on ``mx.nd``."""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

RECORDED = json.loads(
    (Path(__file__).parents[1] / "data" / "numpy" / "gluon.json").read_text(encoding="utf-8")
)
CASES, FOUND = RECORDED["cases"], RECORDED["found"]


@pytest.fixture(autouse=True)
def numpy_semantics():
    npx.set_np()
    yield
    npx.reset_np()


def drawn(shape, seed=0):
    return onp.random.RandomState(seed).uniform(-1, 1, shape).astype("float32")


def arr(shape, seed=0):
    return np.array(drawn(shape, seed))


def kind(v):
    """What the recording says of a value."""
    if isinstance(v, np.ndarray):
        return ["np", list(v.shape), onp.dtype(v.dtype).name]
    assert not isinstance(v, mx.nd.NDArray)
    return [kind(x) for x in v] if isinstance(v, (list, tuple)) else type(v).__name__


@pytest.mark.parametrize("name", CASES["layers"])
@pytest.mark.parametrize("hybrid", [False, True])
def test_layers_give_the_recorded_types_and_shapes(name, hybrid):
    text, shape = CASES["layers"][name]
    layer = eval(text)
    layer.initialize(mx.init.Uniform(0.1))
    layer.hybridize(hybrid)
    wanted = FOUND[f"layer {name}"]
    if wanted == "TypeError":
        with pytest.raises(TypeError, match="NDArray"):
            layer(arr(shape))
        return
    assert kind(layer(arr(shape))) == wanted
    params = sorted(kind(p.data()) for p in layer.collect_params().values())
    assert params == FOUND[f"params {name}"]


@pytest.mark.parametrize("name", CASES["losses"])
@pytest.mark.parametrize("hybrid", [False, True])
def test_losses_give_the_recorded_values(name, hybrid):
    text, shapes = CASES["losses"][name]
    args = [np.array(s[1]) if s[0] == "values" else arr(s, i) for i, s in enumerate(shapes)]
    loss = eval(text)
    loss.hybridize(hybrid)
    out = loss(*args)
    wanted, values = FOUND[f"loss {name}"]
    assert kind(out) == wanted
    onp.testing.assert_allclose(out.asnumpy().reshape(-1), values, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", CASES["metrics"])
def test_metrics_give_the_recorded_values(name):
    text, label, pred = CASES["metrics"][name]
    metric = eval(text)
    metric.update([np.array(label)], [np.array(pred)])
    assert metric.get()[1] == pytest.approx(FOUND[f"metric {name}"], rel=1e-5)


@pytest.mark.parametrize("name", CASES["loaders"])
def test_loaders_give_the_recorded_types(name):
    data, dtype = CASES["loaders"][name]
    found = next(iter(gluon.data.DataLoader(data if dtype is None else onp.array(data, dtype), 2)))
    assert kind(found) == FOUND[f"loader {name}"]


@pytest.mark.parametrize("workers", [0, 1])
def test_loaders_make_arrays_of_np_also_in_workers(workers):
    x, y = arr((5, 3)), np.arange(5)
    data = gluon.data.ArrayDataset(x, y).transform_first(twice)
    batches = list(gluon.data.DataLoader(data, 2, num_workers=workers))
    for i, (a, b) in enumerate(batches):
        assert type(a) is np.ndarray
        assert type(b) is np.ndarray
        assert a.asnumpy().tolist() == (2 * x[2 * i : 2 * i + 2]).asnumpy().tolist()
        assert b.asnumpy().tolist() == list(range(5))[2 * i : 2 * i + 2]


def twice(x):
    assert isinstance(x, np.ndarray)
    return np.multiply(x, 2)


def network():
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(3, 3, padding=1, activation="relu"),
        nn.BatchNorm(),
        nn.MaxPool2D(),
        nn.Flatten(),
        nn.Dense(8),
        nn.LayerNorm(),
        nn.PReLU(),
        nn.Dense(4),
    )
    return net


def lstm():
    return gluon.rnn.LSTM(4, num_layers=2, bidirectional=True, layout="NTC")


class Unrolled(gluon.HybridBlock):
    """A cell over a sequence."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.cell = gluon.rnn.GRUCell(3)

    def forward(self, x):
        return self.cell.unroll(x.shape[1], x, merge_outputs=True)[0]


def small_resnet():
    return gluon.model_zoo.vision.resnet18_v1(classes=3, thumbnail=True)


NETWORKS = {
    "network": (network, (5, 2, 6, 6)),
    "lstm": (lstm, (2, 3, 5)),
    "unrolled": (Unrolled, (2, 3, 4)),
    "zoo": (small_resnet, (2, 3, 8, 8)),
}


def trained(make, shape, hybrid, values=None):
    """Outputs, gradients and parameters after two steps of one training run."""
    array = np.array if npx.is_np_array() else mx.nd.array
    x = array(drawn(shape))
    net = make()
    net.initialize(mx.init.Normal(0.2))
    net(x)
    params = net._collect_params_with_prefix()
    if values is not None:
        for k, p in params.items():
            p.set_data(array(values[k]))
    start = {k: p.data().asnumpy() for k, p in params.items()}
    net.hybridize(hybrid)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    outputs = []
    for _ in range(2):
        with autograd.record():
            y = net(x)
            loss = gluon.loss.L2Loss()(y, y * 0 + 1)
        loss.backward()
        grads = {k: p.grad().asnumpy() for k, p in params.items() if p.grad_req != "null"}
        trainer.step(shape[0])
        outputs.append(y.asnumpy())
    kinds = {type(p.data()) for p in params.values()}
    assert kinds == {type(x)}
    assert type(y) is type(x)
    assert type(loss) is type(x)
    return start, outputs, grads, {k: p.data().asnumpy() for k, p in params.items()}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("hybrid", [False, True])
def test_networks_are_those_of_nd(name, hybrid):
    make, shape = NETWORKS[name]
    start, *found = trained(make, shape, hybrid)
    npx.reset_np()
    _, *wanted = trained(make, shape, hybrid, start)
    for a, b in zip(found, wanted):
        pairs = zip(a, b) if isinstance(a, list) else ((a[k], b[k]) for k in b)
        for u, v in pairs:
            onp.testing.assert_allclose(u, v, rtol=1e-4, atol=1e-5)


class Written(gluon.HybridBlock):
    """Computes with np in ``forward``."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.second = nn.Dense(6, activation="tanh"), nn.Dense(2)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        h = self.first(x)
        return self.second(np.concatenate([h, npx.relu(x)], axis=1)), h.mean(axis=1)


def test_a_forward_written_with_np_is_compiled():
    net = Written()
    net.initialize()
    x = arr((3, 4))
    plain = net(x)
    net.hybridize()
    net.calls = 0
    for _ in range(3):
        with autograd.record():
            out = net(x)
            (out[0].sum() + out[1].sum()).backward()
    assert net.calls == 1
    assert type(out) is tuple
    assert [o.shape for o in out] == [(3, 2), (3,)]
    for a, b in zip(out, plain):
        assert type(a) is np.ndarray
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-6)
    grad = net.first.weight.grad().asnumpy()
    net.hybridize(False)
    with autograd.record():
        out = net(x)
        (out[0].sum() + out[1].sum()).backward()
    onp.testing.assert_allclose(grad, net.first.weight.grad().asnumpy(), rtol=1e-5)


def test_a_forward_that_looks_at_values_goes_on_imperatively():
    class Looking(gluon.HybridBlock):
        def forward(self, x):
            return x * 2 if float(x.sum().item()) > 0 else x

    net = Looking()
    net.hybridize()
    with pytest.warns(UserWarning, match="cannot be compiled"):
        assert net(np.ones(2)).tolist() == [2, 2]
    assert net(-np.ones(2)).tolist() == [-1, -1]


def test_parameters_of_a_block_reach_hybrid_forward_as_np():
    class Scaled(gluon.HybridBlock):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w = self.params.get("weight", shape=(4, 0), allow_deferred_init=True)

        def hybrid_forward(self, F, x, w):
            return F.npx.fully_connected(x, w, num_hidden=4, no_bias=True) + F.np.ones(4)

    for hybrid in False, True:
        net = Scaled()
        net.initialize(mx.init.One())
        net.hybridize(hybrid)
        assert net(np.ones((2, 3))).tolist() == [[4.0] * 4] * 2
        assert net.w.shape == (4, 3)
        assert type(net.w.data()) is np.ndarray


def test_a_users_initializer_gets_an_array_of_np():
    class Own(mx.init.Initializer):
        def _init_weight(self, name, arr):
            arr[:] = np.arange(arr.size).reshape(arr.shape)
            arr *= np.abs(arr) >= 2

    layer = nn.Dense(2, in_units=2)
    layer.initialize(Own())
    assert layer.weight.data().tolist() == [[0, 0], [2, 3]]


def test_files_go_between_np_and_nd(tmp_path):
    net, x = network(), arr((2, 2, 6, 6))
    net.initialize()
    net.hybridize()
    y = net(x).asnumpy()
    path = str(tmp_path / "net")
    net.save_parameters(path)
    net.export(path)
    for file in path, f"{path}-0000.params":  # the version that 1.9.1 loads in NumPy's semantics
        assert (0xF993FACA).to_bytes(4, "little") in Path(file).read_bytes()
    again = network()
    again.load_parameters(path)
    assert type(again[0].weight.data()) is np.ndarray
    onp.testing.assert_allclose(again(x).asnumpy(), y, rtol=1e-6)
    again.initialize(force_reinit=True)
    again.load_parameters(path)
    onp.testing.assert_allclose(again(x).asnumpy(), y, rtol=1e-6)
    files = f"{path}-symbol.json", ["data"], f"{path}-0000.params"
    block = gluon.SymbolBlock.imports(*files)
    assert type(block(x)) is np.ndarray
    onp.testing.assert_allclose(block(x).asnumpy(), y, rtol=1e-6)
    npx.reset_np()
    onp.testing.assert_allclose(
        gluon.SymbolBlock.imports(*files)(x.as_nd_ndarray()).asnumpy(), y, rtol=1e-6
    )


def test_use_np_on_a_class_needs_no_set_np():
    npx.reset_np()

    @mx.util.use_np
    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(4)
            self.w = self.params.get("w", shape=(2, 3), init="ones")

        def hybrid_forward(self, F, x, w):
            assert npx.is_np_array()
            return self.dense(F.npx.relu(F.np.exp(x) * w))

    net = Net()
    net.initialize()
    assert type(net(arr((2, 3)))) is np.ndarray
    assert type(net.w.data()) is np.ndarray
    net.hybridize()
    assert net(arr((2, 3))).shape == (2, 4)
    assert not npx.is_np_array()


def test_arrays_of_the_other_kind_are_refused():
    class Back(gluon.HybridBlock):
        def forward(self, x):
            return x.as_nd_ndarray()

    class Back2(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return [x, x.as_nd_ndarray()]

    x, old = np.ones((2, 3)), mx.nd.ones((2, 3))
    dense = nn.Dense(2)
    dense.initialize()
    for hybrid in False, True:
        dense.hybridize(hybrid)
        loss = gluon.loss.L2Loss()
        loss.hybridize(hybrid)
        with pytest.raises(TypeError, match=r"got arrays of mx\.np and of mx\.nd"):
            loss(x, old)
        dense(x)
        with pytest.raises(TypeError, match=r"mx\.np and mx\.nd do not mix"):
            dense(old)
    for function in npx.relu, npx.softmax, lambda x: npx.batch_dot(x, x):
        hint = (
            r"must be an ndarray of mx\.np, but got an array of mx\.nd, shape \(2, 3\)\. Hint: .*"
        )
        with pytest.raises(TypeError, match=hint + r"as_np_ndarray\(\), or call npx\.set_np\(\)"):
            function(old)
    for function in np.exp, lambda x: np.maximum(x, 1), lambda x: np.maximum(1, x), np.sum:
        with pytest.raises(TypeError, match=r"NDArray.* do not mix: .*as_np_ndarray\(\)"):
            function(old)
    with pytest.raises(TypeError, match=r"but got an array of mx\.np, shape .*as_nd_ndarray\(\)"):
        mx.nd.relu(x)
    with pytest.raises(TypeError, match=r"but got \[1, 2\]\. Hint: .* mx\.np\.array\(\)"):
        npx.relu([1, 2])
    for block in Back(), Back2():
        with pytest.raises(TypeError, match=r"returned an array of mx\.nd"):
            block(x)
    with pytest.raises(TypeError, match="do not mix"):
        dense.weight.set_data(mx.nd.ones((2, 3)))
    npx.reset_np()
    layer = nn.Dense(2)
    layer.initialize()
    for block in layer, gluon.loss.L2Loss(), gluon.rnn.GRUCell(2):
        with pytest.raises(TypeError, match=r"got an array of mx\.np.*npx\.set_np"):
            block(x, *([x] if block is not layer else []))


def test_split_and_clip():
    parts = gluon.utils.split_and_load(arr((4, 3)), [mx.cpu(0), mx.cpu(1)], batch_axis=0)
    assert [kind(p) for p in parts] == [["np", [2, 3], "float32"]] * 2
    assert kind(gluon.utils.split_and_load(onp.ones((2, 2)), [mx.cpu()])[0])[2] == "float64"
    halves = gluon.utils.split_data(arr((3, 4)), 2, batch_axis=1)
    assert [h.shape for h in halves] == [(3, 2)] * 2
    x = np.array([3.0, 4.0])
    assert float(gluon.utils.clip_global_norm([x], 1.0)) == pytest.approx(5)
    onp.testing.assert_allclose(x.asnumpy(), [0.6, 0.8], rtol=1e-5)


def test_layers_and_forwards_compose_symbols_of_np():
    y = nn.Dense(2)(mx.sym.var("x").as_np_ndarray())
    assert isinstance(y, type(mx.sym.var("a").as_np_ndarray()))
    assert "x" in y.list_arguments()


def test_custom_operators_take_arrays_of_np():
    kinds = []

    class Twice(mx.operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            kinds.append(type(in_data[0]))
            self.assign(out_data[0], req[0], in_data[0] * 2)

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            self.assign(in_grad[0], req[0], out_grad[0] * 2)

    @mx.operator.register("twice_of_np")
    class TwiceProp(mx.operator.CustomOpProp):
        def create_operator(self, ctx, shapes, dtypes):
            return Twice()

    assert TwiceProp
    x = np.ones(3)
    x.attach_grad()
    with autograd.record():
        y = mx.nd.Custom(x, op_type="twice_of_np")
    y.backward()
    assert kinds == [np.ndarray]
    assert y.tolist() == [2, 2, 2]
    assert x.grad.tolist() == [2, 2, 2]
