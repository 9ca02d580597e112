"""``Module`` against what MXNet 1.9.1 trained (tools/oracle/module.py), and its steps counted."""

import logging
import shutil
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError, ShapeError
from mxnet.io import DataBatch, NDArrayIter

DATA = Path(__file__).parents[1] / "data" / "module"
PICTURES = Path(__file__).parents[2] / "data" / "fashion-mnist"
RECORD = onp.load(DATA / "trained.npz")
X, Y = RECORD["X"], RECORD["Y"]
W = {k[2:]: RECORD[k] for k in RECORD.files if k.startswith("W.")}
MOMENTUM = {"learning_rate": 0.3, "momentum": 0.9, "wd": 0.01}


def net(bn=True, lr_mult=False):
    x = mx.sym.Variable("data")
    weight = mx.sym.Variable("fc1_weight", lr_mult=0.1) if lr_mult else None
    x = mx.sym.FullyConnected(x, weight=weight, num_hidden=4, name="fc1")
    if bn:
        x = mx.sym.BatchNorm(x, name="bn", fix_gamma=False)
    x = mx.sym.Activation(x, act_type="tanh")
    x = mx.sym.FullyConnected(x, num_hidden=3, name="fc2")
    return mx.sym.SoftmaxOutput(x, name="softmax")


def data(batch_size=8):
    return NDArrayIter(X, Y, batch_size)


def bound(symbol=None, contexts=1, load=None, **kwargs):
    """A module with the recorded parameters."""
    symbol = net() if symbol is None else symbol
    known = {*symbol.list_arguments(), *symbol.list_auxiliary_states()}
    context = [mx.cpu(i) for i in range(contexts)]
    mod = mx.mod.Module(symbol, context=context, work_load_list=load, **kwargs)
    mod.bind(data().provide_data, data().provide_label)
    args = {k: nd.array(v) for k, v in W.items() if k in known and "moving" not in k}
    aux = {k: nd.array(v) for k, v in W.items() if k in known and "moving" in k}
    mod.init_params(arg_params=args, aux_params=aux)
    return mod


def train(mod, epochs=2):
    metric = mx.metric.create(["acc", "ce"])
    it = data()
    for _ in range(epochs):
        it.reset()
        for batch in it:
            mod.forward_backward(batch)
            mod.update()
            mod.update_metric(metric, batch.label)
    return [v for _, v in metric.get_name_value()]


def schedule():
    return {
        "learning_rate": 0.3,
        "lr_scheduler": mx.lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.3),
    }


CASES = {
    "sgd": {"options": MOMENTUM},
    "adam": {
        "optimizer": "adam",
        "options": {"learning_rate": 0.05},
        "symbol": lambda: net(bn=False),
    },
    "fixed": {"options": MOMENTUM, "fixed_param_names": ["fc1_weight", "bn_beta"]},
    "lr_mult": {"options": MOMENTUM, "symbol": lambda: net(lr_mult=True)},
    "scheduled": {"options": schedule},
    "two_local": {"options": MOMENTUM, "contexts": 2},
    "two_uneven": {"options": MOMENTUM, "contexts": 2, "load": [1, 3]},
    "two_none": {"options": MOMENTUM, "contexts": 2, "kvstore": None},
    "two_plain": {
        "options": MOMENTUM,
        "contexts": 2,
        "kvstore": "device",
        "symbol": lambda: net(bn=False),
    },
}


@pytest.mark.parametrize("name", CASES)
def test_trains_as_the_original(name):
    case = dict(CASES[name])
    options = case.pop("options")
    optimizer, kvstore = case.pop("optimizer", "sgd"), case.pop("kvstore", "local")
    mod = bound(case.pop("symbol", net)(), **case)
    mod.init_optimizer(kvstore, optimizer, options() if callable(options) else options)
    metric = train(mod)
    args, aux = mod.get_params()
    for key, value in {**args, **aux}.items():
        expected = RECORD[f"{name}.{key}"]
        onp.testing.assert_allclose(value.asnumpy(), expected, rtol=2e-4, atol=2e-5, err_msg=key)
    onp.testing.assert_allclose(metric, RECORD[f"{name}.metric"], rtol=1e-4)
    found = mod.predict(data()).asnumpy()
    onp.testing.assert_allclose(found, RECORD[f"{name}.predict"], rtol=1e-3, atol=1e-5)
    score = [v for _, v in mod.score(data(), ["acc", "ce"])]
    onp.testing.assert_allclose(score, RECORD[f"{name}.score"], rtol=1e-3)


# ---------------------------------------------------------------------------- programs
def step_of(mod, metric, order):
    calls = {
        "f": lambda b: mod.forward(b, is_train=True),
        "b": lambda b: mod.backward(),
        "u": lambda b: mod.update(),
        "m": lambda b: mod.update_metric(metric, b.label),
    }

    def step(batch):
        for c in order:
            calls[c](batch)

    return step


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("order", ["fbu", "fbum", "fmbu"])
def test_a_step_is_one_program(order):
    mod = bound()
    mod.init_optimizer(optimizer_params=schedule())
    step = step_of(mod, mx.metric.create(["acc", "ce"]), order)
    batch = data().next()
    first = mx.engine.stats()
    for _ in range(2):
        step(batch)
    nd.waitall()
    if mx.engine.engine_type() == "NaiveEngine":
        return
    assert mx.engine.stats()["compiled"] - first["compiled"] <= 1
    before = mx.engine.stats()
    with mx.engine.expect(compiled=0):  # whatever the learning rate is
        for _ in range(4):
            step(batch)
    nd.waitall()
    assert mx.engine.stats()["flushes"] - before["flushes"] == 4


@pytest.mark.usefixtures("compiled_at_once")
def test_fit_and_score_compile_two_programs():
    if mx.engine.engine_type() == "NaiveEngine":
        pytest.skip("op by op")
    mod = mx.mod.Module(net(bn=False))
    it = data()
    mod.fit(it, it, num_epoch=1)
    before = mx.engine.stats()["compiled"]
    with pytest.warns(UserWarning, match="already initialized"):
        mod.fit(it, it, begin_epoch=1, num_epoch=4)
    mod.predict(it)
    assert mx.engine.stats()["compiled"] == before


@pytest.mark.usefixtures("compiled_at_once")
def test_a_second_module_of_the_network_compiles_nothing():
    def trained():
        mod = bound()
        mod.init_optimizer(optimizer_params=MOMENTUM)
        train(mod, 1)
        nd.waitall()
        return mod

    first = trained()
    with mx.engine.expect(compiled=0):
        second = trained()
    for name, x in first.get_params()[0].items():
        onp.testing.assert_array_equal(x.asnumpy(), second.get_params()[0][name].asnumpy())


@pytest.mark.usefixtures("compiled_at_once")
def test_last_batch_of_another_size_is_bound_once():
    mod = bound()
    mod.init_optimizer()
    full, rest = data(8).next(), data(5).next()
    for batch in (full, rest, full, rest):
        mod.forward_backward(batch)
        mod.update()
        assert mod.get_outputs()[0].shape == (batch.data[0].shape[0], 3)
    nd.waitall()
    with mx.engine.expect(compiled=0):
        for batch in (full, rest):
            mod.forward_backward(batch)
            mod.update()
        nd.waitall()
    assert len(mod._exec_group._bound) == 2


# ---------------------------------------------------------------------------- files
def test_checkpoint_of_the_original():
    mod = mx.mod.Module.load(str(DATA / "lenet_mod"), 2)
    pictures = onp.load(DATA / "lenet_mod.in.npy")
    it = NDArrayIter(pictures, onp.load(DATA / "lenet_mod.label.npy"), 10)
    mod.bind(it.provide_data, it.provide_label, for_training=False)
    found = mod.predict(it).asnumpy()
    onp.testing.assert_allclose(found, onp.load(DATA / "lenet_mod.pred.npy"), rtol=1e-4, atol=1e-6)


def losses_of(mod, it, batches):
    found = []
    while len(found) < batches:
        it.reset()
        for batch in it:
            mod.forward_backward(batch)
            out = mod.get_outputs()[0].asnumpy()
            label = batch.label[0].asnumpy().astype(int)
            found.append(-onp.log(out[onp.arange(len(label)), label]).mean())
            mod.update()
    return found


def lenet(prefix, epoch, load_states):
    it = NDArrayIter(
        onp.load(DATA / "lenet_mod.in.npy"), onp.load(DATA / "lenet_mod.label.npy"), 10
    )
    mod = mx.mod.Module.load(str(DATA / prefix), epoch, load_states)
    mod.bind(it.provide_data, it.provide_label)
    mod.init_optimizer(
        optimizer_params={"learning_rate": 0.05, "momentum": 0.9, "wd": 1e-3, "rescale_grad": 0.1}
    )
    return mod, it


def test_trains_lenet_as_the_original(tmp_path):
    mod, it = lenet("lenet_mod_init", 0, False)
    expected = onp.load(DATA / "lenet_mod.losses.npy").ravel()
    onp.testing.assert_allclose(losses_of(mod, it, len(expected)), expected, rtol=1e-3)
    prefix = str(tmp_path / "lenet_mod")
    mod.save_checkpoint(prefix, 2, save_optimizer_states=True)
    original = nd.load(str(DATA / "lenet_mod-0002.params"))
    found = nd.load(prefix + "-0002.params")
    assert list(found) == list(original)
    for key, value in original.items():
        onp.testing.assert_allclose(
            found[key].asnumpy(), value.asnumpy(), rtol=2e-3, atol=1e-5, err_msg=key
        )
    theirs = (DATA / "lenet_mod-symbol.json").read_text()
    assert Path(prefix + "-symbol.json").read_text() == theirs
    mine, original = (
        mx.optimizer._states.loads(Path(p).read_bytes())[0]
        for p in (prefix + "-0002.states", DATA / "lenet_mod-0002.states")
    )
    assert list(mine) == list(original)
    for key, value in original.items():
        onp.testing.assert_allclose(mine[key].asnumpy(), value.asnumpy(), rtol=2e-3, atol=1e-5)


def test_params_are_written_byte_for_byte(tmp_path):
    mod, _ = lenet("lenet_mod", 2, False)
    mod.save_checkpoint(str(tmp_path / "x"), 2)
    for name in ("x-0002.params", "x-symbol.json"):
        theirs = DATA / name.replace("x", "lenet_mod", 1)
        assert (tmp_path / name).read_bytes() == theirs.read_bytes()


def test_training_goes_on_from_files(tmp_path):
    straight, it = lenet("lenet_mod_init", 0, False)
    whole = losses_of(straight, it, 8)
    half, it = lenet("lenet_mod_init", 0, False)
    losses_of(half, it, 4)
    half.save_checkpoint(str(tmp_path / "half"), 1, save_optimizer_states=True)
    for name in ("half-0001.params", "half-0001.states", "half-symbol.json"):
        assert (tmp_path / name).exists()
    resumed = mx.mod.Module.load(str(tmp_path / "half"), 1, load_optimizer_states=True)
    resumed.bind(it.provide_data, it.provide_label)
    resumed.init_optimizer(
        optimizer_params={"learning_rate": 0.05, "momentum": 0.9, "wd": 1e-3, "rescale_grad": 0.1}
    )
    onp.testing.assert_allclose(losses_of(resumed, it, 4), whole[4:], rtol=1e-5)


def test_states_of_the_original_are_read():
    mod, it = lenet("lenet_mod", 2, True)
    mod.init_optimizer(force_init=True, optimizer_params={"momentum": 0.9})
    mod.load_optimizer_states(str(DATA / "lenet_mod-0002.states"))
    assert sorted(mod._updater.states) == list(range(8))
    losses_of(mod, it, 4)


def test_params_files(tmp_path):
    mod = bound()
    path = str(tmp_path / "p.params")
    mod.save_params(path)
    other = mx.mod.Module(net())
    other.bind(data().provide_data, data().provide_label)
    other.load_params(path)
    onp.testing.assert_array_equal(other.predict(data()).asnumpy(), mod.predict(data()).asnumpy())
    nd.save(path, {"fc1_weight": nd.ones(1)})
    with pytest.raises(ValueError, match=r"Invalid param file.*'fc1_weight'"):
        other.load_params(path)


# ---------------------------------------------------------------------------- states of a module
def test_order_of_calls():
    mod = mx.mod.Module(net())
    assert mod.data_names == ["data"]
    assert mod.label_names == ["softmax_label"]
    assert mod.output_names == ["softmax_output"]
    for name in ("data_shapes", "label_shapes", "output_shapes"):
        with pytest.raises(AssertionError, match=f"Module.{name}: call bind first"):
            getattr(mod, name)
    for call in (mod.init_optimizer, mod.backward, mod.update, mod.get_outputs, mod.get_params):
        with pytest.raises(AssertionError, match="call bind first"):
            call()
    with pytest.raises(AssertionError, match="call bind before initializing"):
        mod.init_params()
    mod.bind(data().provide_data, data().provide_label)
    assert mod.data_shapes == [("data", (8, 5))]
    assert mod.label_shapes == [("softmax_label", (8,))]
    assert mod.output_shapes == [("softmax_output", (8, 3))]
    with pytest.raises(AssertionError, match="parameters have no values"):
        mod.forward(data().next())
    mod.init_params()
    with pytest.raises(AssertionError, match="there is no optimizer"):
        mod.update()
    with pytest.raises(AssertionError, match="inputs_need_grad=True"):
        mod.get_input_grads()


def test_what_is_said_twice_is_ignored(caplog):
    mod = bound()
    with caplog.at_level(logging.WARNING):
        mod.bind([("data", (3, 5))], [("softmax_label", (3,))])
        mod.init_optimizer()
        mod.init_optimizer(optimizer="adam")
    said = [r.getMessage() for r in caplog.records]
    assert said == ["Already bound, ignoring bind()", "optimizer already initialized, ignoring..."]
    assert mod.data_shapes[0].shape == (8, 5)
    with pytest.warns(UserWarning, match="init_params call ignored"):
        mod.init_params(mx.init.Zero())


def test_names():
    for kind in ("data", "state", "fixed_param"):
        with pytest.raises(ValueError, match=f"{kind}_names=\\['foo'\\].*data, softmax_label"):
            mx.mod.Module(net(), **{f"{kind}_names": ["foo"]})
    with pytest.warns(UserWarning, match="label_names=\\['foo'\\]"):
        mx.mod.Module(net(), label_names=["foo"])
    with pytest.raises(AssertionError, match="work load for each"):
        mx.mod.Module(net(), work_load_list=[1, 2])
    assert "softmax_label" in mx.mod.Module(net(), label_names=None)._param_names
    with pytest.raises(ValueError, match="don't match names specified by data_names"):
        mx.mod.Module(net()).bind([("foo", (2, 3))])
    mod = mx.mod.Module(net())
    with pytest.warns(UserWarning, match="label_shapes don't match"):
        mod.bind([("data", (2, 3))], for_training=False)
    mod.init_params()
    mod.forward(DataBatch([nd.ones((2, 3))]))
    assert mod.get_outputs()[0].shape == (2, 3)


def test_params():
    mod = mx.mod.Module(net())
    mod.bind(data().provide_data, data().provide_label)
    mod.init_params(mx.init.One())
    args, aux = mod.get_params()
    assert list(args) == [
        "fc1_weight", "fc1_bias", "bn_gamma", "bn_beta", "fc2_weight", "fc2_bias",
    ]  # fmt: skip
    assert list(aux) == ["bn_moving_mean", "bn_moving_var"]
    assert args["fc1_weight"].asnumpy().min() == 1
    assert args["fc1_bias"].asnumpy().max() == 0
    ones = {"fc1_bias": nd.ones(4)}
    for call in (mod.set_params, lambda a, b: mod.init_params(None, a, b, force_init=True)):
        with pytest.raises(RuntimeError, match="is not presented"):
            call(ones, {})
    mod.set_params(ones, {}, allow_missing=True)
    assert mod.get_params()[0]["fc1_bias"].asnumpy().tolist() == [1, 1, 1, 1]
    with pytest.raises(ValueError, match='"foo" that is not in the arguments'):
        mod.set_params({"foo": nd.ones(1)}, {}, allow_missing=True)
    mod.set_params({"foo": nd.ones(1)}, {}, allow_missing=True, allow_extra=True)
    with pytest.raises(ShapeError, match=r"fc1_bias does not fit: .* \(4,\), got \(5,\)"):
        mod.set_params({"fc1_bias": nd.ones(5)}, {}, allow_missing=True)
    mod.init_params(mx.init.Zero(), arg_params=ones, allow_missing=True, force_init=True)
    found = mod.get_params()[0]
    assert found is args
    assert found["fc1_weight"].asnumpy().max() == 0
    assert found["fc1_bias"].asnumpy().min() == 1


def test_given_arrays_stay_the_users():
    mod = bound()
    weight = nd.ones((4, 5))
    mod.set_params({"fc1_weight": weight}, {}, allow_missing=True)
    mod.init_optimizer(optimizer_params={"learning_rate": 1.0})
    mod.forward_backward(data().next())
    mod.update()
    assert weight.asnumpy().min() == 1
    before = mod.get_params()[0]["fc1_weight"].asnumpy()
    assert abs(before - 1).max() > 0
    weight[:] = 5
    onp.testing.assert_array_equal(mod.get_params()[0]["fc1_weight"].asnumpy(), before)


def test_attributes_of_variables_choose_the_initializer():
    weight = mx.sym.Variable("fc_weight", init=mx.init.Constant(3))
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), weight=weight, num_hidden=2, name="fc")
    mod = mx.mod.Module(x, label_names=None)
    mod.bind([("data", (2, 3))])
    mod.init_params(mx.init.Zero())
    assert mod.get_params()[0]["fc_weight"].asnumpy().tolist() == [[3] * 3] * 2


# ---------------------------------------------------------------------------- shapes
def test_reshape():
    mod = bound()
    expected = mod.predict(data()).asnumpy()
    mod.reshape([("data", (6, 5))], [("softmax_label", (6,))])
    assert mod.data_shapes[0].shape == (6, 5)
    assert mod.output_shapes == [("softmax_output", (6, 3))]
    onp.testing.assert_allclose(mod.predict(data(6)).asnumpy(), expected, rtol=1e-5)
    with pytest.raises(ShapeError, match=r"fc1_weight does not fit the new shapes"):
        mod.forward(DataBatch([nd.ones((3, 6))], [nd.ones(3)]))
    mod.forward(DataBatch([nd.array(X[:6])]), is_train=False)  # as if nothing had happened
    onp.testing.assert_allclose(mod.get_outputs()[0].asnumpy(), expected[:6], rtol=1e-5)


def test_batches_without_labels():
    mod = bound()
    expected = mod.predict(data()).asnumpy()
    for batch in (X, nd.array(X)):
        onp.testing.assert_allclose(mod.predict(batch).asnumpy(), expected, rtol=1e-5)
    found = list(mod.iter_predict(NDArrayIter(X, None, 10)))
    assert [([x.shape for x in outs], n, b.pad) for outs, n, b in found] == [
        ([(10, 3)], 0, 0),
        ([(10, 3)], 1, 0),
        ([(4, 3)], 2, 6),
    ]


def test_predict_forms():
    mod = bound()
    it = NDArrayIter(X, Y, 10)
    assert mod.predict(it).shape == (24, 3)
    assert mod.predict(it, num_batch=2).shape == (20, 3)
    parts = mod.predict(it, merge_batches=False)
    assert [[x.shape for x in outs] for outs in parts] == [[(10, 3)], [(10, 3)], [(4, 3)]]
    assert [x.shape for x in mod.predict(it, always_output_list=True)] == [(24, 3)]
    with pytest.raises(ValueError, match="must be of type NDArray or DataIter, got int"):
        mod.predict(5)
    symbol = net()
    inputs = symbol.get_internals()["data"]
    both = mx.mod.Module(mx.sym.Group([symbol, mx.sym.sum(inputs, axis=1)]))
    both.bind([("data", (8, 5))], [("softmax_label", (8,))], for_training=False)
    both.init_params()
    found = both.predict(data())
    assert [x.shape for x in found] == [(24, 3), (24,)]
    onp.testing.assert_allclose(found[1].asnumpy(), X.sum(1), rtol=1e-5)


def test_shapes_that_leave_something_open():
    x = mx.sym.FullyConnected(mx.sym.Variable("data") + mx.sym.Variable("other"), num_hidden=2)
    y = x + mx.sym.sum(mx.sym.Variable("unknown"))
    with pytest.raises(MXNetError, match="unknown"):
        mx.mod.Module(y, ["data"], None).bind([("data", (2, 3))])
    with pytest.raises(AssertionError, match="batch_size = 8, but softmax_label has shape"):
        mx.mod.Module(net()).bind([("data", (8, 5))], [("softmax_label", (9,))])
    with pytest.raises(ValueError, match="Some splits are empty: a batch of 1"):
        mx.mod.Module(net(), context=[mx.cpu(0), mx.cpu(1)]).bind(
            [("data", (1, 5))], [("softmax_label", (1,))]
        )


# ---------------------------------------------------------------------------- gradients
def test_input_gradients():
    mod = mx.mod.Module(net(bn=False))
    mod.bind([("data", (8, 5))], [("softmax_label", (8,))], inputs_need_grad=True)
    mod.init_params(arg_params={k: nd.array(v) for k, v in W.items()}, allow_missing=True)
    batch = data().next()
    mod.forward_backward(batch)
    found = mod.get_input_grads()[0].asnumpy()
    hidden = onp.tanh(X[:8] @ W["fc1_weight"].T + W["fc1_bias"])
    score = hidden @ W["fc2_weight"].T + W["fc2_bias"]
    p = onp.exp(score) / onp.exp(score).sum(1, keepdims=True)
    p[onp.arange(8), Y[:8].astype(int)] -= 1
    expected = ((p @ W["fc2_weight"]) * (1 - hidden**2)) @ W["fc1_weight"]
    onp.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert mod.get_input_grads(False)[0][0].shape == (8, 5)


def test_out_grads_and_requests():
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, name="fc2", flatten=False)
    for request, times in (("write", 1), ("add", 2)):
        mod = mx.mod.Module(x, label_names=None, context=[mx.cpu(0), mx.cpu(1)])
        mod.bind([("data", (8, 4))], grad_req=request)
        mod.init_params(mx.init.One())
        batch = DataBatch([nd.array(X[:8, :4])])
        out = nd.array(onp.arange(24).reshape(8, 3))
        for _ in range(2):
            mod.forward(batch, is_train=True)
            mod.backward([out])
        grads = [g.asnumpy() for g in mod._exec_group.grad_arrays[0]]
        expected = out.asnumpy().T @ X[:8, :4] * times
        onp.testing.assert_allclose(sum(grads), expected, rtol=1e-5)
    mod = mx.mod.Module(x, label_names=None)
    mod.bind([("data", (8, 4))], grad_req={"fc2_weight": "null"})
    assert mod._exec_group.grad_arrays[0] == [None]
    mod = mx.mod.Module(x, label_names=None)
    mod.bind([("data", (8, 4))], for_training=False)
    mod.init_params()
    mod.forward(batch)
    with pytest.raises(AssertionError, match="for_training=True"):
        mod.backward()


# ---------------------------------------------------------------------------- several devices
def test_parts_of_a_batch():
    mod = bound(net(bn=False), contexts=2, load=[1, 3])
    group = mod._exec_group
    assert group.slices == [slice(0, 2), slice(2, 8)]
    mod.forward(data().next(), is_train=False)
    parts = mod.get_outputs(merge_multi_context=False)
    assert [[x.shape for x in p] for p in parts] == [[(2, 3), (6, 3)]]
    assert parts[0][1].context == mx.cpu(1)
    whole = bound(net(bn=False))
    whole.forward(data().next(), is_train=False)
    onp.testing.assert_allclose(
        mod.get_outputs()[0].asnumpy(), whole.get_outputs()[0].asnumpy(), rtol=1e-5
    )


def test_a_batch_per_device():
    mod = bound(net(bn=False), contexts=2)
    mod.init_optimizer()
    a, b = data(4).next(), DataBatch([nd.array(X[4:8])], [nd.array(Y[4:8])])
    metric = mx.metric.create("acc")
    mod.forward_backward([a, b])
    mod.update()
    mod.update_metric(metric, [a.label, b.label], pre_sliced=True)
    assert metric.num_inst == 8
    assert mod.get_outputs()[0].shape == (8, 3)


# ---------------------------------------------------------------------------- the optimizer
def test_optimizer_instances(caplog):
    mod = bound()
    with pytest.warns(UserWarning, match=r"rescale_grad is not normalized.*1.0 vs. 0.125"):
        mod.init_optimizer(optimizer=mx.optimizer.SGD(learning_rate=0.1))
    assert mod._optimizer.idx2name[0] == "fc1_weight"
    with pytest.raises(AssertionError, match="expected a name or an Optimizer"):
        mod.init_optimizer(optimizer=5, force_init=True)
    with pytest.raises(TypeError, match="kvstore must be KVStore, str or None"):
        mod.init_optimizer(kvstore=5, force_init=True)


def test_custom_optimizer():
    class Minus(mx.optimizer.Optimizer):
        def create_state(self, index, weight):
            return None

        def update(self, index, weight, grad, state):
            weight[:] = weight - 1

    mod = bound(net(bn=False))
    mod.init_optimizer(optimizer=Minus(rescale_grad=0.125))
    mod.forward_backward(data().next())
    mod.update()
    onp.testing.assert_allclose(
        mod.get_params()[0]["fc1_weight"].asnumpy(), W["fc1_weight"] - 1, rtol=1e-6
    )


def test_borrowed_optimizer():
    mod = bound()
    mod.init_optimizer(optimizer_params=MOMENTUM)
    other = mx.mod.Module(net())
    other.bind([("data", (4, 5))], [("softmax_label", (4,))], shared_module=mod)
    assert other.params_initialized
    assert other.optimizer_initialized
    other.forward_backward(data(4).next())
    other.update()
    mod.forward_backward(data().next())
    mod.update()
    assert other._updater is mod._updater
    assert len(mod._updater.states) == 6
    onp.testing.assert_array_equal(
        other.get_params()[0]["fc2_bias"].asnumpy(), mod.get_params()[0]["fc2_bias"].asnumpy()
    )


# ---------------------------------------------------------------------------- states and monitors
def test_states():
    h = mx.sym.Variable("h")
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=4, name="fc") + h
    mod = mx.mod.Module(x, label_names=None, state_names=["h"], context=[mx.cpu(0), mx.cpu(1)])
    mod.bind(
        [
            ("data", (4, 5)),
        ],
        for_training=False,
    )
    mod.init_params(mx.init.Zero())
    batch = DataBatch([nd.ones((4, 5))])
    for value in (0, 3):
        mod.set_states(value=value)
        mod.forward(batch)
        assert mod.get_outputs()[0].asnumpy().tolist() == [[value] * 4] * 4
    states = mod.get_states(merge_multi_context=False)
    assert [[x.shape for x in row] for row in states] == [[(2, 4), (2, 4)]]
    mod.set_states(states=[[nd.ones((2, 4)), nd.ones((2, 4)) * 2]])
    mod.forward(batch)
    assert mod.get_outputs()[0].asnumpy()[:, 0].tolist() == [1, 1, 2, 2]
    with pytest.raises(AssertionError, match="not supported for get_states"):
        mod.get_states()
    with pytest.raises(AssertionError, match="Only one of states & value"):
        mod.set_states(states=states, value=1)


def test_monitor():
    mod = bound()
    seen = mx.mon.Monitor(1, pattern="fc1.*", sort=True)
    mod.install_monitor(seen)
    seen.tic()
    mod.forward(data().next(), is_train=False)
    found = seen.toc()
    assert [(n, name) for n, name, _ in found] == [
        (1, "fc1_bias"), (1, "fc1_output"), (1, "fc1_weight"),
    ]  # fmt: skip
    expected = onp.sqrt((W["fc1_weight"] ** 2).mean())
    onp.testing.assert_allclose(float(found[2][2]), expected, rtol=1e-5)
    assert seen.toc() == []
    mod.reshape([("data", (6, 5))], [("softmax_label", (6,))])
    seen.tic()
    mod.forward(data(6).next(), is_train=False)
    assert len(seen.toc()) == 3
    bad = mx.mon.Monitor(1, stat_func=lambda x: 3)
    mod.install_monitor(bad)
    bad.tic()
    mod.forward(data(6).next(), is_train=False)
    with pytest.raises(AssertionError, match="expected an NDArray or a list"):
        bad.toc()


# ---------------------------------------------------------------------------- loops
def test_fit_calls(caplog):
    calls, it = [], NDArrayIter(X[:11], Y[:11], 4)
    mod = mx.mod.Module(net(bn=False))
    with caplog.at_level(logging.INFO):
        mod.fit(
            it,
            it,
            num_epoch=2,
            batch_end_callback=lambda p: calls.append(("b", p.epoch, p.nbatch)),
            epoch_end_callback=[lambda e, s, a, x: calls.append(("e", e, sorted(a), x))],
            eval_end_callback=lambda p: calls.append(("ee", p.epoch, p.nbatch)),
            eval_batch_end_callback=lambda p: calls.append(("eb", p.epoch, p.nbatch)),
            monitor=mx.mon.Monitor(100),
        )
    names = ["fc1_bias", "fc1_weight", "fc2_bias", "fc2_weight"]
    assert calls == [
        call
        for e in range(2)
        for call in (
            *[("b", e, n) for n in range(3)],
            ("e", e, names, {}),
            *[("eb", e, n) for n in range(3)],
            ("ee", e, 3),
        )
    ]
    lines = [r.getMessage() for r in caplog.records if "Epoch" in r.getMessage()]
    assert [line.split("=")[0] for line in lines] == [
        f"Epoch[{e}] {what}"
        for e in range(2)
        for what in ("Train-accuracy", "Time cost", "Validation-accuracy")
    ]
    with pytest.raises(AssertionError, match="number of epochs"):
        mod.fit(it)
    calls.clear()
    found = mod.score(
        it,
        ["acc", "ce"],
        num_batch=2,
        batch_end_callback=lambda p: calls.append(p.nbatch),
        score_end_callback=lambda p: calls.append(("end", p.nbatch, p.locals["num_batch"])),
    )
    assert calls == [0, 1, ("end", 2, 2)]
    assert [name for name, _ in found] == ["accuracy", "cross-entropy"]


def test_fit_learns_pictures():
    """LeNet on the embedded Fashion-MNIST."""
    train_set = mx.gluon.data.vision.FashionMNIST(root=str(PICTURES))
    pictures = train_set._data.asnumpy()[:2000].transpose(0, 3, 1, 2) / 255.0
    labels = onp.asarray(train_set._label)[:2000]
    x = mx.sym.Variable("data")
    x = mx.sym.Convolution(x, kernel=(5, 5), stride=(2, 2), num_filter=8, name="c1")
    x = mx.sym.Activation(x, act_type="relu")
    x = mx.sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
    x = mx.sym.Activation(mx.sym.FullyConnected(x, num_hidden=64, name="f1"), act_type="relu")
    x = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(x, num_hidden=10, name="f2"), name="softmax")
    mx.random.seed(1)
    it = NDArrayIter(pictures[:1600], labels[:1600], 100, shuffle=True)
    test = NDArrayIter(pictures[1600:], labels[1600:], 100)
    mod = mx.mod.Module(x)
    mod.fit(
        it,
        optimizer="adam",
        optimizer_params={"learning_rate": 5e-3},
        initializer=mx.init.Xavier(),
        num_epoch=5,
    )
    assert mod.score(test, "acc")[0][1] > 0.68


def test_load_missing_files(tmp_path):
    with pytest.raises((OSError, MXNetError), match=r"nothing-symbol\.json"):
        mx.mod.Module.load(str(tmp_path / "nothing"), 1)
    shutil.copy(DATA / "lenet_mod-symbol.json", tmp_path / "nothing-symbol.json")
    with pytest.raises((OSError, MXNetError), match=r"nothing-0001\.params"):
        mx.mod.Module.load(str(tmp_path / "nothing"), 1)


def test_executor_groups_take_plain_pairs_of_names_and_shapes():
    net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="f")
    group = mx.module.executor_group.DataParallelExecutorGroup(
        net, [mx.cpu()], [1], [("data", (1, 2))], None, ["f_weight", "f_bias"], True, False
    )
    assert len(group.execs) == 1
    assert group.execs[0].arg_dict["f_weight"].shape == (2, 2)
    group.reshape([("data", (3, 2))], None)
    assert group.execs[0].arg_dict["data"].shape == (3, 2)


def test_labels_of_a_larger_batch_count_by_their_beginning():
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3)
    mod = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"), context=mx.cpu())
    mod.bind([("data", (4, 2))], [("softmax_label", (4,))])
    mod.init_params(mx.init.One())
    mod.forward(DataBatch([nd.ones((4, 2))], [nd.zeros(4)]))
    metric = mx.metric.Accuracy()
    mod.update_metric(metric, [nd.array([0, 0, 0, 1, 1, 1])])
    assert (metric.sum_metric, metric.num_inst) == (3, 4)
