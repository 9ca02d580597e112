"""Small states of many parameters in one array: their handles behave as if they were not."""

import copy
import gc

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._ops.kernels import native
from mxnet.contrib.amp.loss_scaler import LossScaler
from mxnet.optimizer import _pack, _plan

pytestmark = [
    pytest.mark.usefixtures("compiled_at_once"),
    pytest.mark.skipif(not native.available(native.UPDATES), reason=native.state(native.UPDATES)),
]


@pytest.fixture(autouse=True)
def kernels(monkeypatch):
    before = _config.get("kernels")
    monkeypatch.setattr(_plan, "_bounds", {})
    _config.set_option("kernels", "native")
    yield
    _config.set_option("kernels", before)


class Training:
    """A chain of layers and its trainer; every other run gives the same numbers."""

    def __init__(self, rule="adam", packs=True, monkeypatch=None, **options):
        if not packs:
            monkeypatch.setattr(_plan, "states_pack", lambda sizes: [])
        self.net = gluon.nn.HybridSequential()
        for i in range(6):
            self.net.add(gluon.nn.Dense(4, activation="tanh", in_units=4, prefix=f"layer{i}_"))
        self.net.initialize()
        rng = onp.random.default_rng(5)
        for p in self.net.collect_params().values():
            p.set_data(nd.array(rng.standard_normal(p.shape)))
        self.net.hybridize()
        self.x = nd.array(rng.standard_normal((3, 4)))
        params = self.net.collect_params()
        self.trainer = gluon.Trainer(params, rule, {"learning_rate": 0.1, **options})

    def backward(self, layers=6):
        x = self.x
        with autograd.record():
            for layer in [self.net[i] for i in range(layers)]:
                x = layer(x)
            loss = (x**2).sum()
        loss.backward()

    def step(self, layers=6):
        self.backward(layers)
        self.trainer.step(3, ignore_stale_grad=layers < 6)

    def plan(self):
        return self.trainer._plans.plans[0][0]

    def states(self):
        leaves = []
        _plan.flatten(tuple(self.trainer._updaters[0].states.values()), leaves)
        return leaves

    def numbers(self):
        weights = [p.data() for p in self.net.collect_params().values()]
        return [x.asnumpy() for x in (*weights, *self.states())]


def same(found, expected):
    for a, b in zip(found, expected, strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def both(script, monkeypatch, **options):
    """What a script finds with packed states and without; how many were packed at its end."""
    run = Training(**options)
    found, packed = script(run), len(run.plan().packed)
    plain = Training(packs=False, monkeypatch=monkeypatch, **options)
    same(found, script(plain))
    assert plain.plan().packed == ()
    return packed


@pytest.mark.parametrize("rule", ["adam", "nag", "adagrad", "rmsprop"])
def test_reading_between_steps(rule, monkeypatch):
    def script(run):
        found = []
        for _ in range(3):
            run.step()
            found += run.numbers()
        return found

    options = {"momentum": 0.9} if rule == "nag" else {}
    assert both(script, monkeypatch, rule=rule, **options) == 12


def test_the_second_step_compiles_nothing():
    run = Training()
    run.step()
    nd.waitall()
    with mx.engine.expect(compiled=0):
        run.step()
        run.numbers()
        run.step()
        nd.waitall()


def test_what_was_read_stays():
    run = Training()
    run.step()
    held = [x.copy() for x in run.states()]
    parts = [x[0:1] for x in run.states()]
    arrays = [x.asnumpy() for x in run.states()]
    run.step()
    for kept, part, array, now in zip(held, parts, arrays, run.states(), strict=True):
        onp.testing.assert_array_equal(kept.asnumpy(), array)
        assert (now.asnumpy() != array).all()
        onp.testing.assert_array_equal(part.asnumpy(), now.asnumpy()[0:1])  # a view


def test_writing_to_a_state(monkeypatch):
    def script(run):
        run.step()
        mean, _ = run.trainer._updaters[0].states[3]
        mean[:] = 1
        run.step()
        mean += 1
        variance = run.trainer._updaters[0].states[2][1]
        variance[1:2] = 4
        found = run.numbers()
        run.step()
        return found + run.numbers()

    assert both(script, monkeypatch) == 0


def test_a_state_is_written_by_an_updater(monkeypatch):
    def script(run):
        run.step()
        updater, p = run.trainer._updaters[0], run.net[0].weight
        updater(1, p.grad(), p.data())
        run.step()
        return run.numbers()

    assert both(script, monkeypatch) == 0


def test_some_parameters_have_no_gradient(monkeypatch):
    def script(run):
        found = []
        for layers in (4, 4, 6, 6, 4, 6, 6):
            run.step(layers)
            found += run.numbers()
        return found

    both(script, monkeypatch)


def test_saving_and_loading(tmp_path, monkeypatch):
    def script(run):
        run.step()
        name = str(tmp_path / "states")
        run.trainer.save_states(name)
        weights = [p.data().copy() for p in run.net.collect_params().values()]
        run.step()
        expected = run.numbers()
        run.trainer.load_states(name)
        for p, w in zip(run.net.collect_params().values(), weights):
            p.set_data(w)
        run.step()
        same(run.numbers(), expected)
        run.step()
        return run.numbers()

    assert both(script, monkeypatch) == 12


def test_copies_of_states():
    run = Training()
    run.step()
    before = run.numbers()[12:]
    states = copy.deepcopy(run.trainer._updaters[0].states)
    run.step()
    leaves = []
    _plan.flatten(tuple(states.values()), leaves)
    same([x.asnumpy() for x in leaves], before)


def test_guarded_steps(monkeypatch):
    def script(run):
        run.trainer._set_loss_scaler(LossScaler())
        found = []
        for factor in (1, onp.inf, 1):
            run.backward()
            grad = run.net[2].weight.grad()
            grad *= factor
            run.trainer.step(3)
            found += run.numbers()
        return found

    assert both(script, monkeypatch) == 12


def test_large_and_half_width_states_stay_apart():
    shapes = [(3, 3)] * 8 + [(200, 100), (5,), (0, 3)]
    dtypes = ["float32"] * 9 + ["float16", "float32"]
    weights = [nd.array(onp.ones(s), dtype=d) for s, d in zip(shapes, dtypes)]
    updater = mx.optimizer.get_updater(mx.optimizer.Adam(multi_precision=True))
    plan = updater.plan(list(range(11)), weights, weights)
    assert plan.packed == tuple(range(8))
    places = [x._base is not None for pair in updater.states.values() for x in pair[:1]]
    assert places == [True] * 8 + [False] * 3
    again = updater.plan(list(range(11)), weights, weights)
    assert again.packs[0] is plan.packs[0]  # nothing was moved
    assert updater.plan(list(range(10)), weights[:10], weights[:10]).packed == ()
    assert plan.packs[0].leaves is None


@pytest.mark.parametrize("options", [{"rule": "adadelta"}, {"rule": "sgd"}], ids=repr)
def test_which_are_not_packed(options):
    run = Training(**options)
    run.step()
    assert run.plan().packed == ()


def test_fewer_than_eight_are_not_packed():
    weights = [nd.array([1.0])] * 7
    updater = mx.optimizer.get_updater(mx.optimizer.Adam())
    assert updater.plan(list(range(7)), weights, weights).packed == ()


def test_handles_that_nobody_holds_any_more():
    leaves = [nd.array([i, i]) for i in range(3)]
    pack = _pack.Pack.of(leaves)
    second = leaves[1]
    del leaves
    gc.collect()
    assert second.asnumpy().tolist() == [1, 1]
    second[:] = 5
    assert pack.leaves is None
    assert second.asnumpy().tolist() == [5, 5]
