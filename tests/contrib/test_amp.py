"""Mixed precision: operators that cast, scaled losses, skipped steps, converted symbols."""

import json
import logging

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.contrib import amp
from mxnet.contrib.amp import lists
from mxnet.contrib.amp.loss_scaler import LossScaler
from mxnet.gluon import nn


@pytest.fixture
def half():
    amp.init()
    yield
    amp.amp._turn_off()


def _data():
    rng = onp.random.RandomState(0)
    return nd.array(rng.randn(8, 4)), nd.array(rng.randint(0, 3, 8))


def _network():
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation="relu", in_units=4), nn.Dense(3, in_units=8))
    net.initialize(mx.init.Xavier())
    return net


LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


def _step(net, trainer, x, y):
    with autograd.record():
        out = net(x)
        loss = LOSS(out, y)
        with amp.scale_loss(loss, trainer) as scaled:
            autograd.backward(scaled)
    trainer.step(8)
    return out, loss


# ------------------------------------------------------------------ lists
@pytest.mark.parametrize(
    ("dtype", "lengths"),
    [("float16", (4, 318, 136, 2, 113, 4)), ("bfloat16", (2, 15, 438, 2, 109, 4))],
)
def test_lists_are_as_long_as_in_191(dtype, lengths):
    functions = (
        amp.list_lp16_ops,
        amp.list_lp16_fp32_ops,
        amp.list_fp32_ops,
        amp.list_conditional_fp32_ops,
        amp.list_widest_type_cast,
        amp.list_loss_output_functions,
    )
    assert tuple(len(f(dtype)) for f in functions) == lengths
    assert amp.list_lp16_ops(onp.float16) == lists.symbol_fp16.FP16_FUNCS
    assert amp.list_lp16_use_fp32_params("float16") is None
    assert "BatchNorm" in amp.list_lp16_use_fp32_params("bfloat16")
    with pytest.raises(AssertionError, match="not supported type"):
        amp.list_fp32_ops("float32")


# ------------------------------------------------------------------ operators
def test_types_of_results(half):
    x = nd.ones((2, 3))
    h, w = x.astype("float16"), nd.ones((4, 3))
    assert nd.FullyConnected(x, w, no_bias=True, num_hidden=4).dtype == onp.float16
    assert nd.FullyConnected(h, w, no_bias=True, num_hidden=4).dtype == onp.float16
    double = nd.FullyConnected(x.astype("float64"), w.astype("float64"), no_bias=True, num_hidden=4)
    assert double.dtype == onp.float64
    assert nd.softmax(h).dtype == h.exp().dtype == onp.float32
    assert nd.relu(h).dtype == onp.float16
    assert nd.Activation(h, act_type="softrelu").dtype == onp.float32
    assert nd.Activation(h, act_type="tanh").dtype == onp.float16
    assert (h + x).dtype == (x * h).dtype == nd.concat(h, x, dim=0).dtype == onp.float32
    assert nd.exp(x.astype("int32")).dtype == onp.int32
    with pytest.raises(mx.error.DTypeError, match="float32, int32"):
        x + x.astype("int32")


def test_off_means_off():
    before = nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3)), no_bias=True, num_hidden=4)
    amp.init()
    amp.amp._turn_off()
    after = nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3)), no_bias=True, num_hidden=4)
    assert before.dtype == after.dtype == onp.float32
    with pytest.raises(mx.error.DTypeError):
        nd.ones(2).astype("float16") + nd.ones(2)


def test_lists_of_the_user():
    amp.init("bfloat16", target_precision_ops=["dot"], fp32_ops=["FullyConnected"])
    try:
        x = nd.ones((3, 3))
        assert nd.dot(x, x).dtype.__name__ == "bfloat16"
        assert nd.FullyConnected(x, x, no_bias=True, num_hidden=3).dtype == onp.float32
    finally:
        amp.amp._turn_off()


@pytest.mark.parametrize("hybrid", [False, True])
def test_training_agrees_with_single_precision(hybrid):
    x, y = _data()
    ends = []
    for mixed in (False, True):
        mx.random.seed(5)
        if mixed:
            amp.init()
        try:
            net = _network()
            if hybrid:
                net.hybridize()
            trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
            if mixed:
                amp.init_trainer(trainer)
                trainer._amp_loss_scaler._loss_scale = 128.0
            for _ in range(5):
                out, loss = _step(net, trainer, x, y)
            ends.append(loss.asnumpy())
            assert out.dtype == (onp.float16 if mixed else onp.float32)
            assert net[0].weight.data().dtype == net[0].weight.grad().dtype == onp.float32
        finally:
            if mixed:
                amp.amp._turn_off()
    onp.testing.assert_allclose(*ends, rtol=2e-2, atol=2e-3)
    assert not onp.array_equal(*ends)


# ------------------------------------------------------------------ losses
def test_steps_that_are_not_finite_are_skipped(half):
    x, y = _data()
    net = _network()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
    amp.init_trainer(trainer)
    scaler = trainer._amp_loss_scaler
    scaler._loss_scale = 64.0
    _step(net, trainer, x, y)
    assert (scaler.loss_scale, scaler._unskipped, trainer.optimizer.num_update) == (64.0, 1, 1)
    before = [p.data().asnumpy() for p in net.collect_params().values()]
    scaler._loss_scale = 2.0**60
    _step(net, trainer, x, y)
    after = [p.data().asnumpy() for p in net.collect_params().values()]
    assert all(onp.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert (scaler.loss_scale, scaler._unskipped) == (2.0**59, 0)
    assert trainer.optimizer.num_update == 1, "a skipped step does not count"
    scaler._loss_scale = 64.0
    scaler._unskipped = 1999
    _step(net, trainer, x, y)
    assert (scaler.loss_scale, scaler._unskipped) == (128.0, 0)
    assert trainer.optimizer.num_update == 2
    assert all(
        onp.isfinite(p.data().asnumpy()).all() and not onp.array_equal(p.data().asnumpy(), b)
        for p, b in zip(net.collect_params().values(), before, strict=True)
    )


@pytest.mark.usefixtures("compiled_at_once")
def test_nothing_is_compiled_for_another_factor_and_nobody_waits(half):
    x, y = _data()
    net = _network()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    amp.init_trainer(trainer)
    for _ in range(3):
        _step(net, trainer, x, y)
    with mx.engine.expect(compiled=0):
        trainer._amp_loss_scaler._loss_scale = 32.0
        _step(net, trainer, x, y)
        _step(net, trainer, x, y)
    assert trainer._amp_loss_scaler._pending, "the last step's flag has not been asked for"


def test_unscale_and_lists_of_losses(half):
    x, y = _data()
    net = _network()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    amp.init_trainer(trainer)
    trainer._amp_loss_scaler._loss_scale = 8.0

    def gradient(undo):
        with autograd.record():
            losses = [LOSS(net(x), y)]
            with amp.scale_loss(losses, trainer) as scaled:
                assert isinstance(scaled, list)
                autograd.backward(scaled)
        if undo:
            amp.unscale(trainer)
            amp.unscale(trainer)
        return net[0].weight.grad().asnumpy()

    onp.testing.assert_allclose(gradient(False), 8 * gradient(True), rtol=1e-2, atol=1e-4)
    assert trainer._scale == trainer._amp_original_scale
    before = net[0].weight.data().asnumpy()
    plain = gradient(True)
    trainer.update(8)
    onp.testing.assert_allclose(
        before - net[0].weight.data().asnumpy(), plain / 8, rtol=1e-4, atol=1e-6
    )


def test_optimizers_in_python_look_before(half):
    class Mine(mx.optimizer.Optimizer):
        def create_state(self, index, weight):
            return None

        def update(self, index, weight, grad, state):
            self._update_count(index)
            weight -= self.lr * grad * self.rescale_grad

    x, y = _data()
    net = _network()
    trainer = gluon.Trainer(net.collect_params(), Mine(learning_rate=0.1))
    amp.init_trainer(trainer)
    trainer._amp_loss_scaler._loss_scale = 2.0**60
    before = net[1].weight.data().asnumpy()
    _step(net, trainer, x, y)
    assert onp.array_equal(before, net[1].weight.data().asnumpy())
    trainer._amp_loss_scaler._loss_scale = 16.0
    _step(net, trainer, x, y)
    assert onp.isfinite(net[1].weight.data().asnumpy()).all()
    assert not onp.array_equal(before, net[1].weight.data().asnumpy())


def test_has_overflow():
    scaler = LossScaler()
    assert scaler.loss_scale == 65536.0
    p = gluon.Parameter("p", shape=(2,))
    p.initialize()
    with autograd.record():
        z = p.data() * nd.array([onp.inf, 1])
    z.backward()
    assert scaler.has_overflow([p]) is True
    assert scaler.loss_scale == 32768.0
    with autograd.record():
        z = p.data() * 2
    z.backward()
    assert scaler.has_overflow([p]) is False
    again = LossScaler()
    again.set_state(scaler.state())
    assert (again.loss_scale, again._unskipped) == (32768.0, 1)


# ------------------------------------------------------------------ symbols
def _symbol():
    S = mx.sym
    conv = S.Convolution(S.Variable("data"), num_filter=4, kernel=(3, 3), name="conv")
    bn = S.BatchNorm(conv, name="bn")
    mixed = S.exp(S.Activation(bn, act_type="relu", name="act"), name="exp")
    mixed = S.elemwise_add(mixed, conv, name="sum")
    return S.FullyConnected(mixed, num_hidden=3, name="fc")


def _casts(sym):
    nodes = json.loads(sym.tojson(remove_amp_cast=False))["nodes"]
    return {
        n["name"]: [nodes[i[0]]["name"] for i in n["inputs"]]
        for n in nodes
        if n["op"] not in ("null", "amp_cast")
    }


def test_convert_symbol():
    found = amp.convert_symbol(_symbol())
    assert found.list_arguments() == _symbol().list_arguments()
    assert found.list_auxiliary_states() == _symbol().list_auxiliary_states()
    assert found.list_outputs() == _symbol().list_outputs()
    casts = _casts(found)
    assert casts["conv"] == [f"{n}_amp_cast_float16" for n in ("data", "conv_weight", "conv_bias")]
    assert casts["bn"] == ["conv", "bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"]
    assert casts["exp"] == ["act_0_amp_cast_float32"]
    assert casts["sum"][0].endswith("amp_multicast")
    assert _casts(amp.convert_symbol(_symbol(), excluded_sym_names=["conv"]))["conv"][0].endswith(
        "float32"
    )
    only = _casts(amp.convert_symbol(_symbol(), target_dtype_ops=["FullyConnected"]))
    assert only["conv"] == ["data", "conv_weight", "conv_bias"]
    assert "amp_cast" not in found.tojson(), "as in 1.9.1, files have no casts unless asked for"


def test_convert_model_computes_the_same():
    rng = onp.random.RandomState(1)
    sym = _symbol()
    shapes, _, aux_shapes = sym.infer_shape(data=(2, 3, 6, 6))
    args = {
        n: nd.array(rng.uniform(-0.3, 0.3, s))
        for n, s in zip(sym.list_arguments(), shapes, strict=True)
        if n != "data"
    }
    aux = {n: nd.ones(s) for n, s in zip(sym.list_auxiliary_states(), aux_shapes, strict=True)}
    x = nd.array(rng.uniform(-1, 1, (2, 3, 6, 6)))
    expected = sym.bind(mx.cpu(), {**args, "data": x}, aux_states=aux).forward()[0]
    found, new_args, new_aux = amp.convert_model(sym, args, aux, cast_optional_params=True)
    assert {n: v.dtype.__name__ for n, v in new_args.items()} == {
        "conv_weight": "float16",
        "conv_bias": "float16",
        "bn_gamma": "float32",
        "bn_beta": "float32",
        "fc_weight": "float16",
        "fc_bias": "float16",
    }
    got = found.bind(mx.cpu(), {**new_args, "data": x}, aux_states=new_aux).forward()[0]
    assert got.dtype == onp.float16
    onp.testing.assert_allclose(got.asnumpy(), expected.asnumpy(), rtol=2e-2, atol=2e-2)


def test_convert_hybrid_block():
    net = _network()
    x, _ = _data()
    with pytest.raises(RuntimeError, match="hybridize"):
        amp.convert_hybrid_block(net)
    net.hybridize()
    expected = net(x).asnumpy()
    for cast in (False, True):
        found = amp.convert_hybrid_block(net, cast_optional_params=cast)
        got = found(x)
        assert got.dtype == onp.float16
        onp.testing.assert_allclose(got.asnumpy(), expected, rtol=1e-2, atol=2e-3)
        types = {p.dtype for p in found.collect_params().values()}
        assert {onp.dtype(t).name for t in types} == {"float16" if cast else "float32"}
    assert amp.convert_hybrid_block(net, "bfloat16")(x).dtype.__name__ == "bfloat16"


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: amp.init("float64"), AssertionError, "only float16 or bfloat16"),
        (lambda: amp.init("foo"), AssertionError, "only float16 or bfloat16"),
        (lambda: amp.init(fp32_ops=["foo"]), AssertionError, "no such operators: foo"),
        (
            lambda: amp.init_trainer(gluon.Trainer(_network().collect_params(), "sgd")),
            AssertionError,
            "forget to call amp.init",
        ),
        (lambda: amp.unscale(3), TypeError, "should be a Gluon Trainer"),
        (lambda: amp.unscale(mx.optimizer.SGD()), TypeError, "only compatible with Gluon Trainer"),
        (lambda: amp.convert_symbol(3), AssertionError, "should be Symbol"),
        (
            lambda: amp.convert_symbol(_symbol(), fp32_ops=["Convolution"]),
            AssertionError,
            "two or more lists.*Convolution",
        ),
        (lambda: amp.convert_model(_symbol(), [], {}), AssertionError, "arg_params must be a dict"),
        (
            lambda: amp.convert_symbol(_symbol(), excluded_sym_names=["foo"]),
            AssertionError,
            "no such nodes: foo",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_trainers_only(half):
    with pytest.raises(TypeError, match="only compatible with Gluon Trainer"):
        amp.init_trainer(mx.optimizer.SGD())
    with pytest.raises(TypeError, match=r"should be a Gluon Trainer.*int"):
        amp.init_trainer(1)


def test_loss_outputs_are_warned_of(caplog):
    with caplog.at_level(logging.WARNING):
        amp.convert_symbol(mx.sym.SoftmaxOutput(_symbol(), name="softmax"))
    assert "SoftmaxOutput does not support dynamic loss scaling" in caplog.text
