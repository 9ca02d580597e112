"""Every module of MXNet 1.9.1 is there, or its ImportError says what to use instead."""

import importlib
import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _module_paths, _namespaces, nd

NAMES = json.loads((Path(__file__).parent / "data" / "modules-1.9.1.json").read_text())


@pytest.fixture
def own_optimizers(monkeypatch):
    """Optimizers that a test registers are forgotten after it."""
    known = mx.optimizer.Optimizer.opt_registry
    monkeypatch.setattr(mx.optimizer.Optimizer, "opt_registry", dict(known))


@pytest.mark.usefixtures("own_optimizers")
def test_every_module_of_1_9_1():
    assert len(NAMES) > 240
    silent, gone = [], 0
    for name in NAMES:
        try:
            importlib.import_module(name)
        except ImportError as e:
            gone += 1
            if "MXNet 1.x has this module, and mxnet-xla has not. Hint: " not in str(e):
                silent.append(f"{name}: {e}")
    assert not silent
    assert gone < 80


def test_the_tables_name_modules_that_are_not_here():
    for name, target in _module_paths.ALIASES.items():
        module = importlib.import_module(f"mxnet.{name}")
        assert module is importlib.import_module(f"mxnet.{target}")
        assert module.__spec__.name == f"mxnet.{target}"
    root = Path(mx.__file__).parent
    for name in _module_paths.GONE:
        at = root.joinpath(*name.split("."))
        assert not at.with_suffix(".py").exists(), name
        assert not (at / "__init__.py").exists(), name


def test_names_that_a_module_of_1_9_1_had_only_imported():
    for modules, place, names in _namespaces.IMPORTED:
        at = importlib.import_module(f"mxnet.{place}" if place else "mxnet")
        public = [n for n in at.__all__ if not n.startswith("_")]
        for pair in public if names is None else names.split():
            name, _, there = pair.partition("=")
            for module in map(importlib.import_module, [f"mxnet.{m}" for m in modules.split()]):
                assert hasattr(module, name), (module, name)
                if names is not None:
                    assert getattr(module, name) is getattr(at, there or name), (module, name)
    for name in ("io.io", "rnn", "numpy.multiarray"):
        module = importlib.import_module(f"mxnet.{name}")
        with pytest.raises(
            AttributeError, match=f"module 'mxnet.{name}' has no attribute 'nought'"
        ):
            module.nought  # noqa: B018
        assert "DataIter" not in dir(mx.rnn)


def test_a_module_that_never_was():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'mxnet\.nonsense'"):
        importlib.import_module("mxnet.nonsense")


def test_contrib_autograd():
    autograd = importlib.import_module("mxnet.contrib.autograd")

    def f(a, b):
        return a * a + b

    grads, value = autograd.grad_and_loss(f)(nd.array([1, 2]), nd.array([3, 4]))
    assert [g.asnumpy().tolist() for g in grads] == [[2, 4], [1, 1]]
    assert value.asnumpy().tolist() == [4, 8]
    (only,) = autograd.grad(f, argnum=1)(nd.array([1, 2]), nd.array([3, 4]))
    assert only.asnumpy().tolist() == [1, 1]
    with autograd.train_section():
        assert mx.autograd.is_recording()
        assert mx.autograd.is_training()
        with autograd.test_section():
            assert not mx.autograd.is_recording()
            assert not mx.autograd.is_training()
    assert autograd.set_is_training(True) is False
    assert autograd.set_is_training(False) is True
    with pytest.raises(mx.MXNetError, match="expected NDArrays, got int"):
        autograd.grad(f)(1, 2)
    with pytest.raises(AssertionError):
        autograd.backward(nd.ones((1,)))


def regression(update_freq):
    svrg = importlib.import_module("mxnet.contrib.svrg_optimization.svrg_module")
    onp.random.seed(0)
    x = onp.random.randn(40, 3).astype("f")
    y = (x @ onp.array([1, 2, 3.0])).astype("f") + 0.1
    data = mx.io.NDArrayIter(x, y, 10, label_name="lin_label")
    net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=1, name="fc")
    net = mx.sym.LinearRegressionOutput(net, mx.sym.var("lin_label"), name="lin")
    return svrg.SVRGModule(net, label_names=["lin_label"], update_freq=update_freq), data, x, y


def test_svrg_module_trains_as_recorded():
    module, data, _, _ = regression(2)
    module.bind(data.provide_data, data.provide_label)
    module.init_params(mx.init.One())
    module.init_optimizer(optimizer="sgd", optimizer_params=(("learning_rate", 0.05),))
    metric = mx.metric.create("mse")
    losses = []
    for epoch in range(2):
        if epoch == 0:
            module.update_full_grads(data)
        data.reset()
        metric.reset()
        for batch in data:
            module.forward_backward(batch)
            module.update()
            module.update_metric(metric, batch.label)
        losses.append(metric.get()[1])
    onp.testing.assert_allclose(losses, [4.572517573833466, 2.8809565901756287], rtol=1e-5)
    weight = module.get_params()[0]["fc_weight"].asnumpy()
    onp.testing.assert_allclose(
        weight, [[1.1406201124191284, 1.3868788480758667, 1.6928770542144775]], rtol=1e-5
    )


def test_svrg_gradient_at_the_kept_weights_is_the_mean():
    """There the batch's own gradient cancels, whatever the batch."""
    module, data, x, y = regression(1)
    module.bind(data.provide_data, data.provide_label)
    module.init_params(mx.init.One())
    module.init_optimizer(optimizer="sgd", optimizer_params=(("learning_rate", 1.0),))
    module.update_full_grads(data)
    before = module.get_params()[0]["fc_weight"].asnumpy()
    module.forward_backward(next(data))
    module.update()
    step = before - module.get_params()[0]["fc_weight"].asnumpy()
    error = x @ before[0] - y
    mean = sum(e * r for e, r in zip(error, x)) / 4  # four batches, each a sum of ten
    onp.testing.assert_allclose(step[0], mean / 10, rtol=1e-4)  # the optimizer divides by ten


@pytest.mark.usefixtures("own_optimizers")
def test_svrg_optimizer_assigns_what_is_full():
    svrg = importlib.import_module("mxnet.contrib.svrg_optimization.svrg_optimizer")
    mx.optimizer.Optimizer.opt_registry["_svrgoptimizer"] = svrg._SVRGOptimizer
    optimizer = mx.optimizer.create(
        "_SVRGOptimizer",
        default_optimizer="sgd",
        learning_rate=0.1,
        momentum=0.9,
        wd=0.01,
        param_idx2name={0: "w", 1: "w_full", 2: "full_w"},
    )
    assert optimizer.default_opt.momentum == 0.9
    assert optimizer.lr == optimizer.default_opt.lr == 0.1
    for key, expected in ((0, [0.7, 0.6]), ("w", [0.7, 0.6]), (1, [3, 4]), (2, [3, 4])):
        weight = nd.ones((2,))
        state = optimizer.create_state(key, weight)
        assert (state is None) == (expected == [3, 4])
        optimizer.update(key, weight, nd.array([3, 4]), state)
        onp.testing.assert_allclose(weight.asnumpy(), expected, rtol=1e-6)
    with pytest.raises(KeyError):
        optimizer.create_state("nothing", weight)


@pytest.mark.usefixtures("own_optimizers")
def test_optimizer_of_ones_own_takes_options_of_its_own():
    class TakesFactor(mx.optimizer.Optimizer):
        def __init__(self, **kwargs):
            self.factor = kwargs.pop("factor")
            super().__init__(**kwargs)

    mx.optimizer.register(TakesFactor)
    found = mx.optimizer.create("takesfactor", factor=0.5, wd=0.25)
    assert (found.factor, found.wd) == (0.5, 0.25)
    with pytest.raises(TypeError, match="momentum"):
        mx.optimizer.create("takesfactor", factor=0.5, momentum=0.9)


def test_svrg_fit():
    module, data, _, _ = regression(2)
    module.fit(
        data,
        eval_metric="mse",
        num_epoch=30,
        optimizer_params=(("learning_rate", 0.1),),
        initializer=mx.init.Zero(),
    )
    weight = module.get_params()[0]["fc_weight"].asnumpy()
    onp.testing.assert_allclose(weight, [[1, 2, 3]], atol=0.05)
    with pytest.raises(ValueError, match="update_freq: expected a positive integer, got 0"):
        regression(0)
