"""Gradients of several devices: summed at once, and every device updates itself."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, kvstore, nd
from mxnet.gluon import nn

CONTEXTS = [mx.cpu(i) for i in range(4)]


def network(contexts, layers=2, hybrid=True, dtype="float32", seed=3):
    net = nn.HybridSequential()
    for _ in range(layers):
        net.add(nn.Dense(5, activation="tanh", in_units=5, dtype=dtype))
    net.initialize(ctx=contexts)
    random = onp.random.RandomState(seed)
    for p in net.collect_params().values():
        p.set_data(nd.array(random.uniform(-1, 1, p.shape), dtype=dtype))
    if hybrid:
        net.hybridize()
    return net


def trainer(net, name="sgd", store="device", options=(), **kw):
    chosen = {"learning_rate": 0.1, **dict(options)}
    return gluon.Trainer(net.collect_params(), name, chosen, kvstore=store, **kw)


def train(net, contexts, made, steps, sizes, dtype="float32", seed=5):
    """Train on random batches, cut into parts of these sizes; what the parameters are on each
    context.
    """
    random, loss = onp.random.RandomState(seed), gluon.loss.L2Loss()
    for _ in range(steps):
        x = random.uniform(-1, 1, (sum(sizes), 5)).astype(dtype)
        y = random.uniform(-1, 1, (sum(sizes), 5)).astype(dtype)
        at = onp.cumsum([0, *sizes])
        with autograd.record():
            losses = [
                loss(net(nd.array(x[a:b], c, dtype)), nd.array(y[a:b], c, dtype))
                for a, b, c in zip(at, at[1:], contexts)
            ]
        for one in losses:
            one.backward()
        made.step(sum(sizes))
    return parameters(net, contexts)


def parameters(net, contexts):
    return [
        [p.data(c).asnumpy() for _, p in sorted(net.collect_params().items())] for c in contexts
    ]


@pytest.mark.parametrize(
    ("name", "options", "sizes", "on_store"),
    [
        ("sgd", {}, (5, 2), None),
        ("sgd", {"momentum": 0.9, "wd": 0.01}, (1, 3, 2, 4), None),
        ("sgd", {"momentum": 0.9, "wd": 0.01}, (4, 4), False),
        ("adam", {"learning_rate": 0.01}, (5, 2), None),
        ("adam", {"learning_rate": 0.01}, (4, 2, 3), False),
        ("rmsprop", {"learning_rate": 0.01}, (4, 4), None),
        ("lamb", {"learning_rate": 0.01}, (4, 1), None),
    ],
)
def test_parts_are_as_the_whole_batch(name, options, sizes, on_store):
    contexts = CONTEXTS[: len(sizes)]
    net, whole = network(contexts), network(CONTEXTS[:1])
    got = train(
        net, contexts, trainer(net, name, "device", options, update_on_kvstore=on_store), 12, sizes
    )
    (expected,) = train(whole, CONTEXTS[:1], trainer(whole, name, None, options), 12, [sum(sizes)])
    for one in got:
        for a, b, c in zip(one, got[0], expected):
            onp.testing.assert_array_equal(a, b)  # the devices agree to the last bit
            onp.testing.assert_allclose(a, c, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("on_store", [None, False])
@pytest.mark.parametrize(("devices", "layers"), [(2, 1), (2, 6), (4, 2)])
def test_a_step_sums_once(devices, layers, on_store):
    contexts = CONTEXTS[:devices]
    net = network(contexts, layers)
    made = trainer(net, options={"momentum": 0.9}, update_on_kvstore=on_store)
    train(net, contexts, made, 12, [2] * devices)
    before = mx.engine.stats()
    train(net, contexts, made, 5, [2] * devices)
    after = mx.engine.stats()
    count = {name: after[name] - before[name] for name in ("collectives", "flushes", "compiled")}
    # a program for forward, backward and packing, one for the update, on every device
    assert count == {"collectives": 5, "flushes": 5 * 2 * devices, "compiled": 0}


def test_gradients_of_all_sizes_and_types_are_packed():
    kinds = [(3, "float32"), (3, "float16"), (1 << 20, "float32"), (1, "float64"), (7, "int32")]
    kinds += [((2, 3), "float32"), ((600, 1000), "float32"), ((1300, 1000), "float32")]
    random, store = onp.random.RandomState(0), kvstore.create("device")
    values = [
        [random.randint(-9, 9, shape).astype(dtype) for _ in CONTEXTS] for shape, dtype in kinds
    ]
    keys = list(range(len(kinds)))
    store.init(keys, [nd.array(v[0], dtype=v[0].dtype) for v in values])
    arrays = [[nd.array(x, ctx=c, dtype=x.dtype) for x, c in zip(v, CONTEXTS)] for v in values]
    before = mx.engine.stats()
    store.pushpull(keys, arrays)
    assert mx.engine.stats()["collectives"] - before["collectives"] <= 1
    for row, given in zip(arrays, values):
        for x, c in zip(row, CONTEXTS):
            assert (x.context, x.dtype) == (c, given[0].dtype)
            onp.testing.assert_array_equal(x.asnumpy(), sum(given))


def test_keys_on_different_devices():
    store, one = kvstore.create("device"), nd.array([1.0])
    store.init(["a", "b", "c"], [one, one, one])
    values = [[one.copyto(c) for c in CONTEXTS[:2]], [one.copyto(c) for c in CONTEXTS], [one * 5]]
    outs = [[nd.zeros(1, ctx=c) for c in CONTEXTS[1:]] for _ in range(3)]
    store.pushpull(["a", "b", "c"], values, outs)
    assert [[x.asscalar() for x in row] for row in outs] == [[2] * 3, [4] * 3, [5] * 3]


def test_gradients_stay_where_the_store_updates():
    net = network(CONTEXTS[:2])
    made = trainer(net)
    for x, c in zip(([[1.0] * 5], [[2.0] * 5]), CONTEXTS):
        with autograd.record():
            y = net(nd.array(x, ctx=c)).sum()
        y.backward()
    parts = [[g.asnumpy() for g in p.list_grad()] for p in net.collect_params().values()]
    made.step(1)
    for p, row in zip(net.collect_params().values(), parts):
        for g, before in zip(p.list_grad(), row):
            onp.testing.assert_array_equal(g.asnumpy(), before)
        assert not onp.array_equal(row[0], row[1])


class Steps:
    """A parameter of two ones on two devices, whose gradients are 1 and 2; the rate is 1."""

    def __init__(self, **kw):
        self.p = gluon.Parameter("p", shape=(2,))
        self.p.initialize(mx.init.One(), ctx=CONTEXTS[:2])
        self.trainer = gluon.Trainer([self.p], "sgd", {"learning_rate": 1.0}, **kw)

    def step(self):
        for x, g in zip(self.p.list_data(), (1.0, 2.0)):
            with autograd.record():
                y = (x * g).sum()
            y.backward()
        self.trainer.step(1)
        return self.values()

    def values(self):
        return [x.asnumpy().tolist() for x in self.p.list_data()]


# As recorded of MXNet 1.9.1, but for what is written on both devices: that is lost there.
@pytest.mark.parametrize(
    ("written", "then"),
    [({}, -5), ({0: 50}, -5), ({1: 50}, -5), ({0: 50, 1: 50}, 47), ({0: 50, 1: 70}, 47)],
)
def test_what_is_written_to_a_parameter_of_a_store(written, then):
    steps = Steps()
    assert steps.step() == [[-2, -2]] * 2
    for i, value in written.items():
        steps.p.list_data()[i][:] = value
    assert steps.values() == [[written.get(i, -2)] * 2 for i in range(2)]
    assert steps.step() == [[then] * 2] * 2
    assert steps.step() == [[then - 3] * 2] * 2


def test_set_data_holds():
    steps = Steps()
    steps.step()
    steps.p.set_data(nd.array([50, 60]))
    assert steps.step() == [[47, 57]] * 2


def test_a_store_can_be_asked_in_between():
    store = kvstore.create("device")
    steps, out = Steps(kvstore=store), nd.zeros(2)
    steps.step()
    store.pull(0, out)
    assert out.asnumpy().tolist() == [-2, -2]
    store.push(0, [nd.array([5, 5])])  # another update, by the store
    store.pull(0, out)
    assert out.asnumpy().tolist() == [-7, -7]
    assert steps.values() == [[-2, -2]] * 2  # nobody has pulled
    assert steps.step() == [[-10, -10]] * 2
    store.pull(0, out)
    steps.p.list_data()[0][:] = 3
    store.pull(0, out)  # the store's, whatever was written
    assert out.asnumpy().tolist() == [-10, -10]
    assert steps.values() == [[-10, -10]] * 2


def test_an_array_that_was_pulled_is_its_own():
    store = kvstore.create("device")
    steps, out = Steps(kvstore=store), nd.zeros(2)
    steps.step()
    store.pull(0, out)
    held = steps.p.data().copy()
    steps.step()
    assert [x.asnumpy().tolist() for x in (out, held)] == [[-2, -2]] * 2


def test_another_optimizer_goes_on_from_there():
    store = kvstore.create("device")
    steps = Steps(kvstore=store)
    steps.step()
    store.set_optimizer(mx.optimizer.SGD(learning_rate=10.0))
    assert steps.step() == [[-32, -32]] * 2


@pytest.mark.parametrize("name", ["sgld", "test"])
def test_optimizers_that_devices_cannot_repeat(name):
    """One draws random numbers, the other updates parameters one by one: the store does it."""
    net = network(CONTEXTS[:2])
    got = train(net, CONTEXTS[:2], trainer(net, name), 3, (2, 2))
    for a, b, c in zip(*got, parameters(network(CONTEXTS[:1]), CONTEXTS[:1])[0]):
        onp.testing.assert_array_equal(a, b)
        assert not onp.array_equal(a, c)


def test_half_width_with_float32_copies():
    net, whole = (network(c, dtype="float16") for c in (CONTEXTS[:2], CONTEXTS[:1]))
    options = {"multi_precision": True, "momentum": 0.9}
    got = train(net, CONTEXTS[:2], trainer(net, options=options), 12, (2, 3), "float16")
    (expected,) = train(whole, CONTEXTS[:1], trainer(whole, options=options), 12, [5], "float16")
    for a, b, c in zip(*got, expected):
        onp.testing.assert_array_equal(a, b)
        onp.testing.assert_allclose(a, c, atol=2e-2)


def test_compressed_gradients():
    steps = Steps(compression_params={"type": "2bit", "threshold": 1.5})
    # devices send 0 and 1.5, then (1 + 1 = 2) 1.5 and (2.0 - 1.5 + 2.0 = 2.5) 1.5, then of 1.5, 3.0
    assert [steps.step()[1][0] for _ in range(3)] == [-0.5, -3.5, -6.5]


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_states_are_saved_and_read_in_between(name, tmp_path):
    file = str(tmp_path / "states")
    options = {"learning_rate": 0.01, **({"momentum": 0.9} if name == "sgd" else {})}
    one, two = network(CONTEXTS[:2]), network(CONTEXTS[:2])
    first, second = trainer(one, name, options=options), trainer(two, name, options=options)
    train(one, CONTEXTS[:2], first, 4, (2, 1))
    first.save_states(file)
    for p, q in zip(one.collect_params().values(), two.collect_params().values()):
        q.set_data(p.data(CONTEXTS[1]))
    second.load_states(file)
    expected = train(one, CONTEXTS[:2], first, 4, (2, 1), seed=8)
    got = train(two, CONTEXTS[:2], second, 4, (2, 1), seed=8)
    for a, b in zip([*got[0], *got[1]], [*expected[0], *expected[1]]):
        onp.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)
    second.load_states(file)  # once more, while every device has states of its own
    train(two, CONTEXTS[:2], second, 1, (2, 1))
    assert second.optimizer.num_update == 5


def test_summed_gradients_are_there_between_sum_and_update():
    steps = Steps(update_on_kvstore=False)
    for x, g in zip(steps.p.list_data(), (1.0, 2.0)):
        with autograd.record():
            y = (x * g).sum()
        y.backward()
    steps.trainer.allreduce_grads()
    for g in steps.p.list_grad():
        assert g.asnumpy().tolist() == [3, 3]
        g *= 2
    steps.trainer.update(1)
    assert steps.values() == [[-5, -5]] * 2


# ------------------------------------------------------------------ modules
def module(contexts, on_store, monkeypatch, kvstore="device"):
    monkeypatch.setenv("MXNET_UPDATE_ON_KVSTORE", str(int(on_store)))
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=4, name="fc1")
    x = mx.sym.FullyConnected(mx.sym.Activation(x, act_type="tanh"), num_hidden=3, name="fc2")
    mod = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"), context=contexts)
    mod.bind([("data", (8, 5))], [("softmax_label", (8,))])
    random = onp.random.RandomState(2)
    shapes = {"fc1_weight": (4, 5), "fc1_bias": 4, "fc2_weight": (3, 4), "fc2_bias": 3}
    mod.init_params(arg_params={n: nd.array(random.normal(size=s)) for n, s in shapes.items()})
    mod.init_optimizer(kvstore, "sgd", {"learning_rate": 0.2, "momentum": 0.9})
    return mod


def fit(mod, steps):
    random = onp.random.RandomState(4)
    for _ in range(steps):
        batch = mx.io.DataBatch([nd.array(random.randn(8, 5))], [nd.array(random.randint(0, 3, 8))])
        mod.forward_backward(batch)
        mod.update()
    return {n: x.asnumpy() for n, x in mod.get_params()[0].items()}


@pytest.mark.parametrize(
    ("devices", "on_store", "kind"),
    [(2, True, "local"), (2, False, "device"), (4, True, "device"), (4, False, "local")],
)
def test_modules_sum_once(devices, on_store, kind, monkeypatch):
    mod = module(CONTEXTS[:devices], on_store, monkeypatch, kind)
    got = fit(mod, 12)
    expected = fit(module(CONTEXTS[:1], on_store, monkeypatch), 12)
    for name, x in expected.items():
        onp.testing.assert_allclose(got[name], x, rtol=1e-5, atol=1e-5)
    before = mx.engine.stats()
    fit(mod, 5)
    after = mx.engine.stats()
    assert after["collectives"] - before["collectives"] == 5
    assert after["compiled"] == before["compiled"]


def test_a_modules_states_go_to_a_file_and_back(tmp_path, monkeypatch):
    file = str(tmp_path / "states")
    first = module(CONTEXTS[:2], True, monkeypatch)
    values = fit(first, 3)
    first.save_optimizer_states(file)
    second = module(CONTEXTS[:2], True, monkeypatch)
    second.set_params({n: nd.array(x) for n, x in values.items()}, {})
    second.init_optimizer("device", "sgd", {"learning_rate": 0.2, "momentum": 0.9}, force_init=True)
    second.load_optimizer_states(file)
    expected = fit(first, 3)
    for name, x in fit(second, 3).items():
        onp.testing.assert_allclose(x, expected[name], rtol=1e-6, atol=1e-7)
        assert not onp.array_equal(x, values[name])
