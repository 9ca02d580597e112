"""The base class: registry, rates, multipliers, counts, states, and optimizers of users."""

import json
import pickle
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, lr_scheduler, nd
from mxnet import optimizer as opt
from mxnet.error import MXNetError, ShapeError

NAMES = (
    "adadelta adagrad adam adamax ccsgd dcasgd ftml ftrl groupadagrad lamb lars lbsgd nadam nag "
    "rmsprop sgd sgld"
    " signum test"
).split()


# ------------------------------------------------------------------ the registry
def test_names():
    # one with an underscore is there once its module of contrib is imported
    assert sorted(n for n in opt.Optimizer.opt_registry if not n.startswith("_")) == NAMES
    assert type(opt.create("AdaGrad")) is opt.AdaGrad
    assert opt.optimizer.SGD is opt.SGD
    one = opt.SGD()
    assert opt.create(one) is one


@pytest.mark.parametrize(
    ("name", "hint"), [("sdg", "'sgd'"), ("Adamm", "'adam'"), ("xyz123", "Known: adadelta")]
)
def test_unknown_name(name, hint):
    with pytest.raises(ValueError, match=rf"Cannot find optimizer {name}.*{hint}") as caught:
        opt.create(name)
    assert isinstance(caught.value, MXNetError)


def test_unknown_option_names_near_ones():
    with pytest.raises(
        TypeError, match=r"Adam: got an unexpected keyword argument 'bata1'.*'beta1'"
    ):
        opt.create("adam", bata1=0.5)
    with pytest.raises(TypeError, match=r"a name or an Optimizer, got 5"):
        opt.create(5)


def test_register_a_class_of_ones_own():
    @opt.register
    class Halving(opt.Optimizer):
        def update(self, index, weight, grad, state):
            weight[:] = weight / 2

    try:
        w = nd.array([4.0])
        opt.create("halving").update(0, w, w, None)
        assert w.asscalar() == 2.0
    finally:
        del opt.Optimizer.opt_registry["halving"]


# ------------------------------------------------------------------ rates
def test_multipliers_by_name_and_index():
    o = opt.SGD(
        param_idx2name={0: "fc_weight", 1: "fc_bias", 2: "bn_gamma", 3: "bn_beta", 4: "foo"}, wd=0.1
    )
    assert o.wd_mult == {"fc_bias": 0.0, "bn_beta": 0.0, "foo": 0.0}
    assert o._get_wds(range(5)) == [0.1, 0.0, 0.1, 0.0, 0.0]
    o.set_lr_mult({"fc_weight": 3.0, 0: 7.0})
    assert o._get_lr(0) == pytest.approx(0.07)
    o.set_wd_mult({"fc_bias": 3.0})
    assert o._get_wds(range(5)) == pytest.approx([0.1, 0.3, 0.1, 0.0, 0.0])
    with pytest.raises(AssertionError, match=r"dict of param indexes"):
        opt.SGD(param_idx2name=5)
    with pytest.raises(DeprecationWarning):
        o.set_lr_scale({})


def test_multipliers_of_parameters():
    p = gluon.Parameter("p", shape=(1,), lr_mult=2.0, wd_mult=3.0)
    o = opt.SGD(param_dict={0: p}, wd=0.1, learning_rate=1.0)
    assert (o._get_lr(0), o._get_wd(0)) == (2.0, pytest.approx(0.3))
    assert (o._get_lr(1), o._get_wd(1)) == (1.0, 0.1)  # not among them


def test_counts_by_parameter_and_device():
    o = opt.Adam(begin_num_update=5)
    o._update_count(0)
    o._update_count([0, 1])
    assert (o._index_update_count, o.num_update) == ({0: 7, 1: 6}, 7)
    o._set_current_context(1)
    o._update_count(0)
    assert o._all_index_update_counts == {0: {0: 7, 1: 6}, 1: {0: 6}}
    assert o.num_update == 7


def test_learning_rate_and_schedule():
    schedule = lr_scheduler.FactorScheduler(1, 0.5, base_lr=0.1)
    with pytest.warns(UserWarning, match=r"overwritten.*0.1 by 0.3"):
        o = opt.SGD(learning_rate=0.3, lr_scheduler=schedule)
    assert schedule.base_lr == 0.3
    with pytest.raises(UserWarning, match=r"already been defined"):
        o.set_learning_rate(1)
    with pytest.warns(UserWarning, match=r"overwritten.*0.1 by 0.001"):
        opt.Adam(lr_scheduler=lr_scheduler.FactorScheduler(1, base_lr=0.1))
    kept = lr_scheduler.FactorScheduler(1, base_lr=0.1)
    assert opt.SGD(lr_scheduler=kept).learning_rate == 0.1


# ------------------------------------------------------------------ states and updates
@pytest.mark.parametrize("name", NAMES)
def test_states_have_the_weights_type_and_device(name):
    w = nd.array(onp.ones((2, 3)), ctx=mx.cpu(1), dtype="float64")
    o = opt.create(name)
    state = o.create_state_multi_precision(0, w)
    found = [s for s in (state if isinstance(state, tuple) else (state,)) if s is not None]
    assert all(s.dtype == onp.float64 and s.context == mx.cpu(1) for s in found)
    before = w.asnumpy()
    o.update(0, w, nd.array(onp.ones((2, 3)), ctx=mx.cpu(1), dtype="float64"), state)
    assert w.dtype == onp.float64
    assert (w.asnumpy() != before).all()


def test_half_precision_states():
    w = nd.ones((2,)).astype("float16")
    state, copy = opt.SGD(momentum=0.9, multi_precision=True).create_state_multi_precision(0, w)
    assert (state.dtype, copy.dtype) == (onp.float32, onp.float32)
    copy, state = opt.Adam(multi_precision=True).create_state_multi_precision(0, w)
    assert (copy.dtype, state[0].dtype, copy.asnumpy()[0]) == (onp.float32, onp.float32, 1.0)
    with pytest.warns(UserWarning, match=r"Accumulating with float16.*Adam"):
        assert opt.Adam().create_state_multi_precision(0, w)[0].dtype == onp.float16
    assert opt.SGD().create_state(0, nd.ones((2,))) is None


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize(
    ("name", "options"),
    [("sgd", {"momentum": 0.9, "multi_precision": True}), ("adam", {"multi_precision": True})],
)
def test_float32_copies_leave_the_second_step_to_the_first_ones_program(dtype, name, options):
    net = mx.gluon.nn.Dense(3, in_units=2)
    net.initialize()
    net.cast(dtype)
    net.hybridize()
    before = net.weight.data().asnumpy().astype("float32")
    trainer = mx.gluon.Trainer(net.collect_params(), name, {"learning_rate": 1e-3, **options})
    x = nd.ones((4, 2), dtype=dtype)

    def step():
        with mx.autograd.record():
            loss = net(x)
        loss.backward()
        trainer.step(4)
        nd.waitall()

    step()
    with mx.engine.expect(compiled=0):
        step()
    state = trainer._updaters[0].states[1]
    copy = state[1] if name == "sgd" else state[0]
    assert copy.dtype == onp.float32
    moved = {"sgd": 2.9e-3, "adam": 2e-3}[name]  # the gradient is 1 in both steps
    onp.testing.assert_allclose(copy.asnumpy(), before - moved, rtol=1e-4, atol=1e-7)
    assert (net.weight.data().asnumpy() == copy.astype(dtype).asnumpy()).all()


@pytest.mark.usefixtures("compiled_at_once")
def test_a_copy_of_the_weight_leaves_it_too():
    ones = onp.ones(2, "float32")
    w, g, o = nd.array(ones), nd.array(ones), opt.create("dcasgd", learning_rate=0.1)
    state = o.create_state(0, w)
    o.update(0, w, g, state)
    nd.waitall()
    with mx.engine.expect(compiled=0):
        o.update(0, w, g, state)
        nd.waitall()
    onp.testing.assert_allclose(w.asnumpy(), 1 - 0.1 - 0.1 * (1 + 0.04 * -0.1), rtol=1e-6)


def test_half_precision_by_a_users_update():
    class Plain(opt.Optimizer):
        def update(self, index, weight, grad, state):
            assert weight.dtype == grad.dtype == onp.float32
            weight -= 1e-4 * grad

    o = Plain(multi_precision=True)
    w = nd.ones((1,)).astype("float16")
    state = o.create_state_multi_precision(0, w)
    for _ in range(10):
        o.update_multi_precision(0, w, nd.ones((1,)).astype("float16"), state)
    assert w.dtype == onp.float16
    assert w.asscalar() == onp.float16(0.999)


def test_a_formula_of_ones_own_is_one_operator_for_all():
    class Descent(opt.Optimizer):
        @staticmethod
        def step(weight, grad, state, shared, rates):
            rescale, _ = shared
            lr, wd = rates
            lr, wd, rescale = (x.astype(weight.dtype) for x in (lr, wd, rescale))
            return weight - lr * (rescale * grad + wd * weight), state

    o = Descent(learning_rate=0.5, wd=0.1, rescale_grad=2.0)
    weights, grads = [nd.ones((2,)), nd.ones((3, 1))], [nd.ones((2,)), nd.ones((3, 1))]
    nd.waitall()
    before = mx.engine.stats()["ops"]
    o.update([0, 1], weights, grads, [None, None])
    nd.waitall()
    assert mx.engine.stats()["ops"] - before == 1
    onp.testing.assert_allclose(weights[1].asnumpy(), onp.full((3, 1), 1 - 0.5 * 2.1), rtol=1e-6)


def test_shapes_and_types_that_do_not_fit():
    o = opt.SGD(momentum=0.9)
    w = nd.ones((2,))
    with pytest.raises(ShapeError, match=r"grad does not fit weight: expected \(2,\), got \(3,\)"):
        o.update(0, w, nd.ones((3,)), o.create_state(0, w))
    with pytest.raises(TypeError, match=r"must be NDArrays"):
        o.update(0, w, 5, None)
    with pytest.raises(
        MXNetError, match=r"a state is None, an NDArray or a tuple of them: got int"
    ):
        o.update(0, w, w, 5)
    with pytest.raises(NotImplementedError, match=r"must define update"):
        opt.Optimizer().update(0, w, w, None)
    with pytest.raises(AssertionError, match=r"expected a matrix.*\(2,\)"):
        opt.create("groupadagrad").create_state(0, w)


def test_an_update_inside_record_is_not_recorded():
    w = nd.array([1.0, 2.0])
    w.attach_grad()
    with autograd.record():
        loss = (w * w).sum()
        loss.backward()
        opt.SGD(learning_rate=1.0).update(0, w, w.grad, None)
    onp.testing.assert_allclose(w.asnumpy(), [-1.0, -2.0])
    assert w.grad is not None


def test_langevin_noise_has_the_right_size_and_follows_the_seed():
    found = []
    for _ in range(2):
        mx.random.seed(5)
        w = nd.ones((20000,))
        opt.SGLD(learning_rate=0.01, wd=10.0).update(0, w, nd.ones((20000,)) * 2, None)
        found.append(w.asnumpy())
    onp.testing.assert_array_equal(*found)
    assert found[0].mean() == pytest.approx(1 - 0.005 * (2 + 10), abs=0.003)
    assert found[0].std() == pytest.approx(0.1, rel=0.03)
    several = [nd.zeros((5,)), nd.zeros((5,))]
    opt.SGLD().update([0, 1], several, [nd.zeros((5,))] * 2, [None, None])
    assert (several[0].asnumpy() != several[1].asnumpy()).all()


def test_updater_with_lists_and_with_a_users_class():
    class Mine(opt.SGD):
        def update(self, index, weight, grad, state):
            weight[:] = index

    weights = [nd.zeros((1,)), nd.zeros((1,))]
    opt.get_updater(Mine())([3, 4], [nd.ones((1,))] * 2, weights)
    assert [w.asscalar() for w in weights] == [3.0, 4.0]
    updater = opt.get_updater(opt.SGD(momentum=0.9, learning_rate=1.0))
    updater([3, 4], [nd.ones((1,))] * 2, weights)
    updater(3, nd.ones((1,)), weights[0])
    assert [w.asscalar() for w in weights] == pytest.approx([0.1, 3.0])
    assert updater.optimizer._index_update_count == {3: 2, 4: 1}


def test_an_optimizer_can_be_pickled_without_its_parameters():
    o = opt.Adam(beta1=0.5, param_dict={0: gluon.Parameter("p", shape=(1,))})
    o._update_count(0)
    again = pickle.loads(pickle.dumps(o))  # noqa: S301 - made right here
    assert (again.beta1, again.param_dict, again._index_update_count) == (0.5, {}, {0: 1})


def test_ftrl_leaves_the_rate_of_its_scheduler():
    """Recorded: the others of 1.9.1 give the scheduler their own learning rate."""
    scheduler = mx.lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.01)
    optimizer = mx.optimizer.create("ftrl", learning_rate=0.1, lr_scheduler=scheduler)
    assert (optimizer.lr, optimizer.learning_rate) == (0.1, 0.01)


LAMB_OF_HALF = json.loads((Path(__file__).parents[1] / "data/optimizer/lamb_half.json").read_text())


@pytest.mark.filterwarnings("ignore:Accumulating with float16")
@pytest.mark.parametrize("case", LAMB_OF_HALF)
def test_norms_of_half_precision_weights_do_not_overflow(case):
    """LAMB's, of weights whose squares add up to more than 65504, as 1.9.1 has them.

    (With elements above 256 it has them only where weights come one by one.)
    """
    scale, n, together = json.loads(case)
    rng = onp.random.RandomState(n + 7)
    weights = [nd.array(rng.randn(*s) * scale, dtype="float16") for s in ((n,), (2, n))]
    updater = opt.get_updater(opt.LAMB(learning_rate=0.1, wd=0.01))
    for expected in LAMB_OF_HALF[case]:
        grads = [nd.array(rng.randn(*w.shape), dtype="float16") for w in weights]
        if together:
            updater([0, 1], grads, weights)
        else:
            for i, (g, w) in enumerate(zip(grads, weights)):
                updater(i, g, w)
        for w, values in zip(weights, expected, strict=True):
            onp.testing.assert_allclose(
                w.asnumpy(), values, rtol=0, atol=2e-3 * abs(onp.array(values)).max()
            )
