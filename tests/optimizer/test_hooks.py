"""What an optimizer's subclass replaces is called, as MXNet 1.9.1 was recorded calling it."""

import json
import pathlib

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import ShapeError

RECORDED = json.loads(
    (pathlib.Path(__file__).parents[1] / "data" / "optimizer" / "hooks.json").read_text()
)
MOMENTUM = {"SGD", "NAG", "LARS", "LBSGD", "Signum"}
HOOKS = (
    "_get_lr _get_wd _get_lrs _get_wds update update_multi_precision create_state "
    "create_state_multi_precision _update_count _set_current_context"
).split()
# 1.9.1 never calls update() of these; here it is called where somebody replaced it
WITHOUT_UPDATE = {"SGD", "ccSGD", "NAG", "LARS", "LAMB"}
# asked in another order, or for less
OTHER_ORDER = {"LBSGD", "AdaDelta", "Ftrl", "Test"}


def spy(name, log):
    base = getattr(mx.optimizer, name)

    def hook(which):
        def called(self, index, *rest):
            log.append([which, list(index) if isinstance(index, (list, tuple)) else index])
            return getattr(base, which)(self, index, *rest)

        return called

    hooks = [h for h in HOOKS if h != "update" or name not in WITHOUT_UPDATE]
    return type(f"Spy{name}", (base,), {h: hook(h) for h in hooks})


def train(optimizer, how, dtype="float32", steps=2):
    if how == "trainer":
        params = gluon.ParameterDict("p_")
        made = [
            params.get(c, shape=(i + 1, 2), dtype=dtype, init="ones") for i, c in enumerate("ab")
        ]
        params.initialize()
        trainer = gluon.Trainer(params, optimizer)
        for s in range(steps):
            with autograd.record():
                loss = made[0].data().sum() * (s + 1) + made[1].data().sum() * (s + 1)
            loss.backward()
            trainer.step(1)
        weights = [p.data() for p in made]
    else:
        updater = mx.optimizer.get_updater(optimizer)
        weights = [nd.ones((i + 1, 2), dtype=dtype) for i in range(2)]
        for s in range(steps):
            grads = [nd.ones((i + 1, 2), dtype=dtype) * (s + 1) for i in range(2)]
            if how == "updater":
                for i in range(2):
                    updater(i, grads[i], weights[i])
            else:
                updater([0, 1], grads, weights)
    return [w.asnumpy().astype("float64").ravel().tolist() for w in weights]


@pytest.mark.parametrize("case", sorted(RECORDED["calls"]))
@pytest.mark.filterwarnings("ignore:Accumulating with float16")
def test_all_hooks_are_called_in_order(case):
    name, how, width = case.split("/")
    log, options = [], {"momentum": 0.9} if name in MOMENTUM else {}
    optimizer = spy(name, log)(learning_rate=0.1, multi_precision=width == "half", **options)
    expected = RECORDED["calls"][case]
    assert optimizer.aggregate_num == expected["aggregate_num"]
    values = train(optimizer, how, "float16" if width == "half" else "float32")
    calls = [c for c in log if name not in OTHER_ORDER or c[0] in HOOKS[4:8]]
    wanted = [c for c in expected["calls"] if name not in OTHER_ORDER or c[0] in HOOKS[4:8]]
    assert calls == wanted
    if expected["values"] is not None:
        tolerance = 2e-3 if width == "half" else 1e-4
        for a, b in zip(values, expected["values"]):
            onp.testing.assert_allclose(a, b, tolerance, tolerance)


def overrides(name):
    base = getattr(mx.optimizer, name)

    def count(self, index):
        base._update_count(self, index)
        base._update_count(self, index)

    def add(number):
        def update(self, index, weight, grad, state):
            for w in weight if isinstance(weight, (list, tuple)) else [weight]:
                w += number

        return update

    return {
        "_get_lr": lambda self, i: 0.5 * (i + 1),
        "_get_wd": lambda self, i: 0.3 * (i + 1),
        "_get_lrs": lambda self, some: [0.5 * (i + 1) for i in some],
        "_get_wds": lambda self, some: [0.3 * (i + 1) for i in some],
        "create_state": lambda self, i, w: None,
        "create_state_multi_precision": lambda self, i, w: None,
        "learning_rate": property(lambda self: 0.5),
        "_update_count": count,
        "update": add(1),
        "update_multi_precision": add(2),
    }


@pytest.mark.parametrize("case", sorted(RECORDED["overrides"]))
def test_one_hook(case):
    name, hook, how = case.split("/")
    if hook == "update" and name in WITHOUT_UPDATE:
        expected = [[3.0] * 2, [3.0] * 4]  # called here, ignored there
    else:
        expected = RECORDED["overrides"][case]
    options = {"momentum": 0.9} if name in MOMENTUM and "create_state" not in hook else {}
    kind = type("Own", (getattr(mx.optimizer, name),), {hook: overrides(name)[hook]})
    found = train(kind(learning_rate=0.1, **options), how)
    if name == "LAMB" and "_get_lr" in hook:
        # a rate of 1 brings the second to 0, up to rounding, which decides the next step
        found, expected = found[:1], expected[:1]
    for a, b in zip(found, expected, strict=True):
        onp.testing.assert_allclose(a, b, 2e-4, 2e-4)


@pytest.mark.parametrize("name", ["Adam", "SGD"])
def test_a_hook_of_one_object(name):
    by_class = type("Own", (getattr(mx.optimizer, name),), {})
    by_class._get_lrs = lambda self, some: [0.5 * (i + 1) for i in some]
    one = getattr(mx.optimizer, name)(learning_rate=0.1)
    one._get_lrs = lambda some: [0.5 * (i + 1) for i in some]
    assert train(one, "trainer") == train(by_class(learning_rate=0.1), "trainer")
    plain = getattr(mx.optimizer, name)(learning_rate=0.1)
    plain.update = lambda index, weight, grad, state: weight.__iadd__(1)
    assert train(plain, "trainer") == [[3.0] * 2, [3.0] * 4]


def test_too_few_rates():
    kind = type("Own", (mx.optimizer.SGD,), {"_get_lrs": lambda self, some: [0.1]})
    with pytest.raises(ShapeError, match=r"expected 2 rates and decays.*got 1 and 2"):
        train(kind(), "trainer")


@pytest.mark.usefixtures("compiled_at_once")
def test_rates_of_hooks_compile_nothing():
    kind = type("Own", (mx.optimizer.Adam,), {"_get_lr": lambda self, i: 0.1 / (self.num_update)})
    weight, optimizer = nd.ones((3,)), kind()
    updater = mx.optimizer.get_updater(optimizer)
    for _ in range(2):
        updater(0, nd.ones((3,)), weight)
        weight.wait_to_read()
    with mx.engine.expect(compiled=0):
        for _ in range(3):
            updater(0, nd.ones((3,)), weight)
            weight.wait_to_read()


def test_lars_adapts_by_the_names_that_it_was_given():
    """A Trainer gives none, so biases adapt too; values of 1.9.1, which a rate of 0.1 moves by 0.1
    where it does not adapt and by 0.0001 where it does.
    """

    def moved(names):
        optimizer = mx.optimizer.LARS(learning_rate=0.1, param_idx2name=names)
        optimizer.param_dict = {0: gluon.Parameter("a_bias", shape=2)}
        weight = mx.nd.ones(2)
        mx.optimizer.get_updater(optimizer)(0, mx.nd.ones(2), weight)
        return 1 - float(weight[0].asscalar())

    assert moved({}) == pytest.approx(0.0001, rel=1e-3)
    assert moved({0: "a_bias"}) == pytest.approx(0.1)
    assert moved({0: "a_weight"}) == pytest.approx(0.0001, rel=1e-3)
