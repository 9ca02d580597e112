"""Trainer: trajectories of MXNet 1.9.1, its rules, and that nothing is compiled twice."""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, lr_scheduler, nd
from mxnet import optimizer as opt
from mxnet.error import FormatError, MXNetError
from mxnet.gluon.trainer import Trainer

ORACLE = Path(__file__).parents[1] / "data/oracle"
FILE = onp.load(ORACLE / "optimizers.npz")
CASES = json.loads(str(FILE["cases"]))
FIXTURES = ORACLE / "trainer"
FIXTURE_OPTIONS = {
    "adam": {"learning_rate": 0.01},
    "sgd": {"learning_rate": 0.1, "momentum": 0.9},
    "rmsprop": {"learning_rate": 0.01, "centered": True},
    "adagrad": {"learning_rate": 0.1},
    "ftrl": {},
    "nadam": {},
    "lamb": {"learning_rate": 0.01},
}


def parameter(name="w", value=(1.0, 2.0), ctx=None, **kw):
    value = onp.asarray(value, "float32")
    p = gluon.Parameter(name, shape=value.shape, **kw)
    p.initialize(mx.init.Zero(), ctx=ctx)
    p.set_data(nd.array(value))
    return p


def give_gradient(p, *gradients):
    """One backward pass per context, with these gradients."""
    for x, g in zip(p.list_data(), gradients, strict=True):
        with autograd.record():
            loss = (x * nd.array(g, ctx=x.context)).sum()
        loss.backward()


# ------------------------------------------------------------------ numbers
@pytest.mark.filterwarnings("ignore:learning rate from")
@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{i}-{n}" for i, (n, _) in enumerate(CASES)]
)
def test_recorded_trajectory(number):
    name, options = CASES[number]
    options = dict(options)
    if "lr_scheduler" in options:
        schedule = dict(options["lr_scheduler"])
        options["lr_scheduler"] = getattr(lr_scheduler, schedule.pop("kind"))(**schedule)
    p = parameter(value=FILE["start"])
    trainer = Trainer([p], name, options)
    for step, gradient in enumerate(FILE["gradients"]):
        give_gradient(p, gradient * 4)
        trainer.step(4)
        onp.testing.assert_allclose(
            p.data().asnumpy(), FILE[f"weights_{number}"][step], rtol=1e-5, atol=1e-6
        )
        assert trainer.learning_rate == pytest.approx(FILE[f"rates_{number}"][step])


def fixture_parameters():
    loaded = nd.load(str(FIXTURES / "trainer_init.params"))
    values = {("bias" if v.ndim == 1 else "weight"): v for v in loaded.values()}
    return {f"dense0_{k}": parameter(f"dense0_{k}", v.asnumpy()) for k, v in values.items()}


def fixture_step(params, trainer):
    x = nd.array(onp.load(FIXTURES / "trainer.in.npy"))
    with autograd.record():
        y = nd.FullyConnected(
            x, params["dense0_weight"].data(), params["dense0_bias"].data(), num_hidden=3
        )
        loss = (y**2).sum()
    loss.backward()
    trainer.step(5)
    return onp.concatenate(
        [params["dense0_weight"].data().asnumpy().ravel(), params["dense0_bias"].data().asnumpy()]
    )


@pytest.mark.parametrize("name", FIXTURE_OPTIONS)
def test_layer_trained_by_the_original(name):
    params = fixture_parameters()
    trainer = Trainer(params, name, {"wd": 0.01, **FIXTURE_OPTIONS[name]})
    expected = onp.load(FIXTURES / f"trainer_{name}.traj.npy")
    for step in range(3):
        onp.testing.assert_allclose(
            fixture_step(params, trainer), expected[step].ravel(), rtol=2e-5, atol=1e-5
        )


@pytest.mark.parametrize("name", FIXTURE_OPTIONS)
def test_training_goes_on_from_the_originals_states(name, tmp_path):
    """Two steps and ours after them, against two steps, the original's file, and one more."""
    params, ours = fixture_parameters(), fixture_parameters()
    trainer = Trainer(params, name, {"wd": 0.01, **FIXTURE_OPTIONS[name]})
    for _ in range(3):
        fixture_step(params, trainer)
    for key, p in ours.items():
        p.set_data(params[key].data())
    other = Trainer(ours, name)  # settings come from the file
    other.load_states(str(FIXTURES / f"trainer_{name}.states"))
    assert other.optimizer.wd == 0.01
    assert other.optimizer.num_update == 3
    expected = fixture_step(params, trainer)
    onp.testing.assert_allclose(fixture_step(ours, other), expected, rtol=2e-5, atol=1e-5)


# ------------------------------------------------------------------ compilation
@pytest.mark.usefixtures("compiled_at_once")
def test_nothing_is_compiled_when_numbers_change():
    params = [parameter("a", onp.ones((3, 4))), parameter("b", onp.ones(4), lr_mult=2.0)]
    x = nd.array(onp.ones((2, 3)))
    trainer = Trainer(params, "adam", {"learning_rate": 0.1})

    def step(batch):
        with autograd.record():
            loss = (nd.dot(x, params[0].data()) + params[1].data()).sum()
        loss.backward()
        trainer.step(batch)

    step(2)
    step(2)
    with mx.engine.expect(compiled=0):
        for i in range(5):
            trainer.set_learning_rate(0.1 / (i + 1))
            trainer.optimizer.wd = 0.01 * i
            trainer.optimizer.clip_gradient = None if i % 2 else 0.5
            trainer.optimizer.beta1 = 0.9 - 0.01 * i
            params[1].lr_mult = i
            step(2 + i)


def test_a_step_leaves_nothing_pending():
    p = parameter()
    trainer = Trainer([p], "sgd")
    give_gradient(p, [1.0, 1.0])
    trainer.step(1)
    assert p.data()._read().data is not None


def test_a_view_of_the_weight_sees_the_step():
    p = parameter()
    view = p.data()[0:1]
    give_gradient(p, [1.0, 1.0])
    Trainer([p], "sgd", {"learning_rate": 1.0}).step(1)
    assert view.asscalar() == 0.0


# ------------------------------------------------------------------ rules of 1.9.1
def test_multipliers_and_grad_req():
    a, b, c = (
        parameter("a", lr_mult=2.0),
        parameter("b", wd_mult=0.0),
        parameter("c", grad_req="null"),
    )
    trainer = Trainer([a, b, c], "sgd", {"learning_rate": 0.1, "wd": 1.0})
    for p in (a, b):
        give_gradient(p, [1.0, 1.0])
    trainer.step(1)
    onp.testing.assert_allclose(a.data().asnumpy(), [1 - 0.2 * 2, 2 - 0.2 * 3], rtol=1e-6)
    onp.testing.assert_allclose(b.data().asnumpy(), [0.9, 1.9], rtol=1e-6)
    onp.testing.assert_allclose(c.data().asnumpy(), [1, 2])


def test_parameters_of_a_dict_are_numbered_by_name():
    z, a = parameter("z"), parameter("a")
    assert [p.name for p in Trainer({"z": z, "a": a}, "sgd")._params] == ["a", "z"]


def test_rescale_grad_of_options_and_of_an_instance():
    p = parameter()
    trainer = Trainer([p], opt.SGD(learning_rate=1.0, rescale_grad=0.5))
    give_gradient(p, [1.0, 1.0])
    trainer.step(2)
    onp.testing.assert_allclose(p.data().asnumpy(), [0.75, 1.75])
    assert Trainer([p], "sgd", {"rescale_grad": 0.25})._scale == 0.25


def test_gradients_may_be_changed_between_allreduce_and_update():
    p = parameter()
    trainer = Trainer([p], "sgd", {"learning_rate": 1.0})
    give_gradient(p, [4.0, 4.0])
    trainer.allreduce_grads()
    p.grad()[:] = 1.0
    trainer.update(2)
    onp.testing.assert_allclose(p.data().asnumpy(), [0.5, 1.5])


def test_grad_req_add_accumulates_over_passes():
    p = parameter(grad_req="add")
    trainer = Trainer([p], "sgd", {"learning_rate": 1.0})
    for _ in range(2):
        give_gradient(p, [1.0, 2.0])
    trainer.step(2)
    onp.testing.assert_allclose(p.data().asnumpy(), [0.0, 0.0])
    p.zero_grad()
    give_gradient(p, [1.0, 1.0])
    trainer.step(1)
    onp.testing.assert_allclose(p.data().asnumpy(), [-1.0, -1.0])


def test_stale_gradients_are_all_named_and_can_be_ignored():
    a, b, c = parameter("a"), parameter("b"), parameter("c")
    trainer = Trainer([a, b, c], "sgd", {"learning_rate": 1.0, "momentum": 0.9})
    give_gradient(b, [1.0, 1.0])
    with pytest.raises(
        UserWarning, match=r"`a` on context cpu\(0\), `c` on context cpu\(0\) have not"
    ) as caught:
        trainer.step(1)
    assert isinstance(caught.value, MXNetError)
    assert "`b`" not in str(caught.value)
    trainer.step(1, ignore_stale_grad=True)
    assert [p.data().asnumpy()[0] for p in (a, b, c)] == [1.0, 0.0, 1.0]
    assert trainer.optimizer._index_update_count == {1: 1}
    with pytest.raises(UserWarning, match=r"Gradients of Parameters `a`.*`b`.*`c`"):
        trainer.step(1)
    for p in (a, b, c):
        give_gradient(p, [1.0, 1.0])
    trainer.step(1)
    onp.testing.assert_allclose(
        [p.data().asnumpy()[0] for p in (a, b, c)], [0.0, -1.9, 0.0], rtol=1e-6
    )


def test_parameters_made_anew_are_noticed():
    p = parameter()
    trainer = Trainer([p], "sgd", {"learning_rate": 1.0})
    for value in ([1.0, 2.0], [5.0, 6.0]):
        p.initialize(mx.init.Zero(), force_reinit=True)
        p.set_data(nd.array(value))
        give_gradient(p, [1.0, 1.0])
        trainer.step(1)
        onp.testing.assert_allclose(p.data().asnumpy(), onp.array(value) - 1)
    p.grad_req = "null"
    trainer.step(1)
    onp.testing.assert_allclose(p.data().asnumpy(), [4.0, 5.0])


def test_half_precision_with_float32_copy():
    p = gluon.Parameter("w", shape=(2,), dtype="float16")
    p.initialize(mx.init.One())
    trainer = Trainer([p], "sgd", {"learning_rate": 1e-4, "momentum": 0.0, "multi_precision": True})
    for _ in range(10):  # each step is below the resolution of float16 at 1
        with autograd.record():
            loss = p.data().sum()
        loss.backward()
        trainer.step(1)
    assert p.data().dtype == onp.float16
    onp.testing.assert_allclose(p.data().asnumpy(), onp.float16(1 - 1e-3))


def test_a_users_optimizer_is_called_parameter_by_parameter():
    calls = []

    class Mine(opt.Optimizer):
        def create_state(self, index, weight):
            return nd.zeros(weight.shape)

        def update(self, index, weight, grad, state):
            self._update_count(index)
            calls.append((index, self._get_lr(index), self._get_wd(index)))
            state += grad
            weight -= self._get_lr(index) * self.rescale_grad * state

    a, b = parameter("a"), parameter("b", lr_mult=3.0)
    trainer = Trainer([a, b], Mine(learning_rate=0.5, wd=0.1))
    for _ in range(2):
        for p in (a, b):
            give_gradient(p, [1.0, 1.0])
        trainer.step(2)
    assert calls == [(0, 0.5, 0.1), (1, 1.5, 0.1)] * 2
    onp.testing.assert_allclose(a.data().asnumpy(), [0.25, 1.25])
    onp.testing.assert_allclose(b.data().asnumpy(), [-1.25, -0.25])


# ------------------------------------------------------------------ several devices
TWO = [mx.cpu(0), mx.cpu(1)]


@pytest.mark.parametrize("on_store", [None, False])
def test_two_devices_share_gradients(on_store):
    p = parameter(value=[1.0, 1.0], ctx=TWO)
    trainer = Trainer(
        [p], "sgd", {"learning_rate": 1.0, "momentum": 0.9}, update_on_kvstore=on_store
    )
    for expected in (-0.5, -3.35):
        give_gradient(p, [1.0, 1.0], [2.0, 2.0])
        trainer.step(2)
        for x in p.list_data():
            onp.testing.assert_allclose(x.asnumpy(), [expected] * 2, rtol=1e-6)
    if on_store is None:
        for call in (trainer.allreduce_grads, lambda: trainer.update(1)):
            with pytest.raises(AssertionError, match=r"update_on_kvstore"):
                call()
    else:
        onp.testing.assert_allclose(p.list_grad()[1].asnumpy(), [3.0, 3.0])


def test_two_devices_without_a_store_go_their_own_ways():
    p = parameter(value=[1.0, 1.0], ctx=TWO)
    trainer = Trainer([p], "sgd", {"learning_rate": 1.0, "momentum": 0.9}, kvstore=None)
    for _ in range(2):
        give_gradient(p, [1.0, 1.0], [2.0, 2.0])
        trainer.step(2)
    onp.testing.assert_allclose([x.asnumpy()[0] for x in p.list_data()], [-0.45, -1.9], rtol=1e-6)


# ------------------------------------------------------------------ errors
def test_what_a_trainer_refuses():
    p, other = parameter("p"), parameter("q", ctx=mx.cpu(1))
    with pytest.raises(ValueError, match=r"list or dict of Parameters, got <class 'int'>"):
        Trainer(5, "sgd")
    with pytest.raises(ValueError, match=r"got list of <class 'int'>"):
        Trainer([5], "sgd")
    with pytest.raises(ValueError, match=r"list or dict of Parameters.*Parameter"):
        Trainer(p, "sgd")
    with pytest.raises(RuntimeError, match=r"Parameter 'u' has not been initialized"):
        Trainer([gluon.Parameter("u", shape=(2,))], "sgd")
    with pytest.raises(AssertionError, match=r"Parameter q is initialized on \[cpu\(1\)\]"):
        Trainer([p, other], "sgd")
    with pytest.raises(ValueError, match=r"Cannot find optimizer sdg.*'sgd'"):
        Trainer([p], "sdg")
    with pytest.raises(
        TypeError, match=r"unexpected keyword argument 'learing_rate'.*'learning_rate'"
    ):
        Trainer([p], "sgd", {"learing_rate": 1})
    with pytest.raises(TypeError, match=r"must be a dict"):
        Trainer([p], "sgd", 5)
    with pytest.raises(AssertionError, match=r"must be None"):
        Trainer([p], opt.SGD(), {"wd": 1})
    with pytest.raises(TypeError, match=r"kvstore must be KVStore, str or None, got 5"):
        Trainer([p], "sgd", kvstore=5)
    with pytest.raises(ValueError, match=r"unknown store 'devise'.*'device'"):
        Trainer([p], "sgd", kvstore="devise")
    with pytest.raises(MXNetError, match=r"'dist_sync': training by several processes"):
        Trainer([p], "sgd", kvstore="dist_sync")
    with pytest.raises(ValueError, match=r"update_on_kvstore=True"):
        Trainer([p], "sgd", update_on_kvstore=True).step(1)


def test_batch_size_that_is_no_size():
    p = parameter()
    trainer = Trainer([p], "sgd")
    give_gradient(p, [1.0, 1.0])
    with pytest.raises(ZeroDivisionError, match=r"batch_size is 0"):
        trainer.step(0)
    with pytest.raises(TypeError, match=r"batch_size must be a number, got 'a'"):
        trainer.step("a")
    trainer.step(onp.int64(2))


def test_deferred_parameter():
    p = gluon.Parameter("later", shape=(0,), allow_deferred_init=True)
    p.initialize()
    trainer = Trainer([p], "sgd")
    with pytest.raises(gluon.DeferredInitializationError, match=r"'later'"):
        trainer.step(1)


def test_learning_rate_under_a_schedule():
    p = parameter()
    trainer = Trainer(
        [p], "sgd", {"lr_scheduler": lr_scheduler.FactorScheduler(1, 0.5, base_lr=0.4)}
    )
    with pytest.raises(UserWarning, match=r"LRScheduler of the optimizer has already been defined"):
        trainer.set_learning_rate(1)
    for expected in (0.4, 0.2):
        give_gradient(p, [1.0, 1.0])
        trainer.step(1)
        assert trainer.learning_rate == pytest.approx(expected)


# ------------------------------------------------------------------ files
@pytest.mark.parametrize("name", ["sgd", "adam", "nadam", "rmsprop"])
def test_states_go_to_a_file_and_back(name, tmp_path):
    file = str(tmp_path / "t.states")
    options = {"learning_rate": 0.1, **({"momentum": 0.9} if name == "sgd" else {})}
    p, q = parameter(), parameter()
    first = Trainer([p], name, options)
    for g in ([1.0, -1.0], [0.5, 2.0]):
        give_gradient(p, g)
        first.step(1)
    first.save_states(file)
    q.set_data(p.data())
    second = Trainer([q], name, {"learning_rate": 99.0})
    second.load_states(file)
    assert second.learning_rate == 0.1
    for trainer, x in ((first, p), (second, q)):
        give_gradient(x, [3.0, 1.0])
        trainer.step(1)
    onp.testing.assert_array_equal(p.data().asnumpy(), q.data().asnumpy())


def test_states_in_the_store_go_to_a_file_and_back(tmp_path):
    file = str(tmp_path / "t.states")
    p = parameter(value=[1.0, 1.0], ctx=TWO)
    first = Trainer([p], "sgd", {"learning_rate": 1.0, "momentum": 0.9})
    give_gradient(p, [1.0, 1.0], [2.0, 2.0])
    first.step(2)
    first.save_states(file)
    second = Trainer([p], "sgd", {"learning_rate": 1.0, "momentum": 0.9})
    second.load_states(file)
    give_gradient(p, [1.0, 1.0], [2.0, 2.0])
    second.step(2)
    onp.testing.assert_allclose(p.list_data()[1].asnumpy(), [-3.35, -3.35], rtol=1e-6)


def test_files_that_are_not_there_or_something_else(tmp_path):
    p = parameter()
    trainer = Trainer([p], "adam")
    with pytest.raises(FileNotFoundError):
        trainer.load_states(str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError):
        trainer.save_states(str(tmp_path / "no folder" / "x"))
    (tmp_path / "garbage").write_bytes(b"garbage")
    with pytest.raises(FormatError, match=r"begins with b'garbage'"):
        trainer.load_states(str(tmp_path / "garbage"))
