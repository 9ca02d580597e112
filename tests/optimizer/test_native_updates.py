"""Updates of many parameters in one native call, against XLA's kernels for each."""

from functools import partial

import jax
import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config
from mxnet._engine import program
from mxnet._ops import kernels
from mxnet._ops.kernels import native, update
from mxnet.optimizer import _plan

pytestmark = pytest.mark.usefixtures("compiled_at_once")

STEPS = 20
SHAPES = [
    *((), (1,), (7,), (64,), (1, 1), (0, 3), (33, 5), (3, 4, 5), (129, 65), (70, 1000)),
    *((11 + i, 3) if i % 2 else (5 * i + 1,) for i in range(8)),
]
RULES = {
    "descent": ("sgd", {}),
    "momentum": ("sgd", {"momentum": 0.9}),
    "adam": ("adam", {}),
    "adam, other numbers": ("adam", {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4}),
    "nesterov": ("nag", {"momentum": 0.9}),
    "nesterov without momentum": ("nag", {}),
    "adagrad": ("adagrad", {"eps": 1e-6}),
    "rmsprop": ("rmsprop", {"gamma1": 0.8, "epsilon": 1e-4}),
    "rmsprop, bounded": ("rmsprop", {"clip_weights": 1.5}),
    "centred": ("rmsprop", {"centered": True, "gamma1": 0.8, "gamma2": 0.7, "epsilon": 1e-3}),
    "centred, bounded": ("rmsprop", {"centered": True, "epsilon": 1e-3, "clip_weights": 1.5}),
}
SIMPLE = [rule for rule in RULES if "," not in rule]

needs_native = pytest.mark.skipif(
    not native.available(native.UPDATES), reason=native.state(native.UPDATES)
)


@pytest.fixture
def using(monkeypatch):
    """Switch to the kernels of a mode; each has compiled updates of its own."""
    before = _config.get("kernels")
    bounds = {"native": {}, "xla": {}, "plain": {}}

    def switch(mode):
        _config.set_option("kernels", mode)
        monkeypatch.setattr(_plan, "_bounds", bounds[mode])

    yield switch
    _config.set_option("kernels", before)


class Run:
    """Parameters, the same each time, and an optimizer."""

    def __init__(self, rule, options, shapes, dtype="float32", seed=3):
        self.rng = onp.random.default_rng(seed)
        self.shapes, self.dtype = shapes, dtype
        self.optimizer = mx.optimizer.create(rule, **options)
        self.indices = list(range(len(shapes)))
        self.weights = self.arrays()
        create = self.optimizer.create_state_multi_precision
        self.states = [create(i, w) for i, w in enumerate(self.weights)]

    def arrays(self):
        return [
            mx.nd.array(onp.asarray(self.rng.standard_normal(s)), dtype=self.dtype)
            for s in self.shapes
        ]

    def plan(self):
        """A prepared update, see ``Updater.plan``; small states are packed."""
        self.grads = self.arrays()
        return _plan.UpdatePlan(
            *(self.optimizer, self.indices, self.weights, self.grads, self.states),
            self.optimizer.multi_precision,
            pack=True,
        )

    def step(self, grads=None, plan=None):
        grads = self.arrays() if grads is None else grads
        if plan is None:
            self.optimizer.update_multi_precision(self.indices, self.weights, grads, self.states)
            return
        for mine, new in zip(self.grads, grads):
            mine._write(new._read())
        plan.run(self.optimizer)

    def found(self):
        leaves = []
        _plan.flatten(tuple(self.states), leaves)
        return [x.asnumpy() for x in (*self.weights, *leaves)]


def close(found, expected, rtol=1e-6):
    """Equal but for rounding; relative to an array's largest element, where others cancelled."""
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        # one weight may end where steps have cancelled: near zero, and rounded as they were
        size = max(0.01, float(onp.abs(b).max()) if b.size else 0.0)
        onp.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * size)


@needs_native
@pytest.mark.parametrize("rule", RULES)
def test_trajectories(rule, using):
    name, options = RULES[rule]
    options = {
        "learning_rate": 0.05,
        "wd": 0.01,
        "rescale_grad": 0.7,
        "clip_gradient": 1.1,
        **options,
    }
    found = {}
    for mode in ("xla", "native"):
        using(mode)
        run = Run(name, options, SHAPES)
        run.optimizer.set_lr_mult({0: 0.5, 9: 2.0, 12: 0.0})
        run.optimizer.set_wd_mult({1: 0.0, 6: 3.0})
        run.step()
        run.found()
        with mx.engine.expect(compiled=0):
            for i in range(STEPS - 1):
                run.optimizer.set_learning_rate(0.05 / (i + 1))
                run.optimizer.clip_gradient = (1.1, None)[i % 2]
                run.step()
                mx.nd.waitall()
        found[mode] = run.found()
    # the centred form divides by a difference
    close(found["native"], found["xla"], 1e-5 if "centred" in rule else 1e-6)
    before = [w.asnumpy() for w in Run(name, options, SHAPES).weights]
    still = [i for i, (a, b) in enumerate(zip(found["native"], before)) if (a == b).all()]
    # no elements; a rate of 0, unless it is within bounds or moves by its state
    assert still == ([5] if "clip_weights" in options else [5, 12])


@needs_native
@pytest.mark.parametrize("rule", SIMPLE)
def test_numbers_at_the_ends(rule, using):
    """Gradients that are infinite or not numbers, with clipping and without."""
    values = onp.array([0, -0.0, 1e-30, -1e30, onp.inf, -onp.inf, onp.nan, 0.5, -3], "float32")
    name, options = RULES[rule]
    if "centred" in rule:  # subtracts squares: infinite or not, as the compiler fuses it
        values[3] = -1e18
    near = 1e-5 if "centred" in rule else 2e-6
    found = {}
    for mode in ("xla", "native"):
        using(mode)
        run = Run(name, {"learning_rate": 0.1, **options}, [values.shape] * 8)
        for run.optimizer.clip_gradient in (None, 0.0, 2.0):
            run.step([mx.nd.array(values) for _ in range(8)])
            found.setdefault(mode, []).extend(run.found())
    for a, b in zip(found["native"], found["xla"], strict=True):
        onp.testing.assert_allclose(a, b, rtol=near)


def defined(rule, w, g, state, n, t):
    """One step by its definition, float64: (weight, states)."""
    lr, wd, clip = n["learning_rate"], n["wd"], n["clip_gradient"]
    g = n["rescale_grad"] * g
    held = onp.clip(g, -clip, clip)
    decayed = onp.clip(g + wd * w, -clip, clip)
    if rule == "descent" or rule == "nesterov without momentum":
        return w - lr * (held + wd * w), ()
    if rule == "momentum":
        m = 0.9 * state[0] - lr * (held + wd * w)
        return w + m, (m,)
    if rule == "adam":
        m, v = 0.9 * state[0] + 0.1 * decayed, 0.999 * state[1] + 0.001 * decayed**2
        rate = lr * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        return w - rate * m / (v**0.5 + 1e-8), (m, v)
    if rule == "nesterov":
        step = lr * (held + wd * w)
        new = w + 0.9 * (0.9 * state[0] - step) - step
        return new, (0.9 * state[0] - lr * (held + wd * new),)
    if rule == "adagrad":
        h = state[0] + held**2
        return w - lr * (held / (h + 1e-6) ** 0.5 + wd * w), (h,)
    if rule == "rmsprop":
        h = 0.8 * state[0] + 0.2 * decayed**2
        return w - lr * decayed / (h + 1e-4) ** 0.5, (h,)
    h, mean = 0.8 * state[0] + 0.2 * decayed**2, 0.8 * state[1] + 0.2 * decayed
    delta = 0.7 * state[2] - lr * decayed / (h - mean**2 + 1e-3) ** 0.5
    return w + delta, (h, mean, delta)


NUMBERS = {"learning_rate": 0.05, "wd": 0.01, "rescale_grad": 0.7, "clip_gradient": 1.1}


@pytest.mark.parametrize("way", ["xla", "native", "packed"])
@pytest.mark.parametrize("rule", SIMPLE)
def test_definitions(rule, way, using):
    using("xla" if way == "xla" else "native")
    name, options = RULES[rule]
    shapes = [(2, 3), (5,)] * (1 if way == "xla" else 8)
    run = Run(name, {**NUMBERS, **options}, shapes, seed=11)
    rng = onp.random.default_rng(12)
    weights = [w.asnumpy().astype("float64") for w in run.weights]
    _plan.flatten(run.states[0], leaves := [])
    states = [[onp.zeros_like(w)] * len(leaves) for w in weights]
    plan = run.plan() if way == "packed" else None
    for t in range(1, 6):
        grads = [rng.standard_normal(w.shape) for w in weights]
        pairs = [defined(rule, w, g, s, NUMBERS, t) for w, g, s in zip(weights, grads, states)]
        weights, states = [w for w, _ in pairs], [s for _, s in pairs]
        run.step([mx.nd.array(g) for g in grads], plan)
    found = run.found()
    n = len(shapes)
    close(found[:n], [w.astype("float32") for w in weights], 1e-5)
    close(found[n:], [s.astype("float32") for one in states for s in one], 1e-5)


@needs_native
def test_new_values_lie_where_the_old_ones_lay(using):
    if mx.engine.engine_type() == "NaiveEngine":
        pytest.skip("overwrites nothing")
    using("native")
    run = Run("adam", {}, [(64, 64 + i) for i in range(8)] + [(3,)])
    grads = run.arrays()
    run.step(grads)
    run.step(grads)
    leaves = [*run.weights[:8], *(s for pair in run.states[:8] for s in pair)]

    def places():
        mx.nd.waitall()
        return [x._read().data.unsafe_buffer_pointer() for x in leaves]

    before = places()
    run.step(grads)
    assert places() == before


@needs_native
def test_what_others_hold_is_not_overwritten(using):
    """The arrays of old values stay as they were, and the new ones are right."""
    found = {}
    for mode in ("xla", "native"):
        using(mode)
        run = Run("adam", {}, [(64, 64)] * 9)
        grads = run.arrays()
        run.step(grads)
        mx.nd.waitall()
        held = [w._read().data for w in run.weights[:4]]
        copies = [onp.array(a) for a in held]
        run.step(grads)
        run.found()
        for kept, copy in zip(held, copies):
            onp.testing.assert_array_equal(onp.asarray(kept), copy)
        found[mode] = run.found()
    close(found["native"], found["xla"])


@needs_native
def test_a_training_step(using):
    """Within one program with the passes, which read the weights that it replaces."""
    found = {}
    x = onp.random.default_rng(1).standard_normal((16, 80)).astype("float32")
    for mode in ("xla", "native"):
        using(mode)
        net = mx.gluon.nn.HybridSequential()
        for _ in range(4):
            net.add(mx.gluon.nn.Dense(80, activation="tanh", in_units=80))
        net.initialize(mx.init.Constant(0.01))
        net.hybridize()
        trainer = mx.gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
        for _ in range(3):
            with mx.autograd.record():
                loss = (net(mx.nd.array(x)) ** 2 + net[0].weight.data().sum()).mean()
            loss.backward()
            trainer.step(1)
            loss.asnumpy()
        found[mode] = [p.data().asnumpy() for p in net.collect_params().values()]
    close(found["native"], found["xla"], 2e-5)  # Adam divides by what may be small


SMALL = onp.array([-0.0, 0, 1, -2.5, 1e-30, onp.inf, -onp.inf, onp.nan], "float32")


@needs_native
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"wd": 0.5},
        {"clip_gradient": 0.0},
        {"learning_rate": 0.0},
        {"learning_rate": -0.5},
        {"rescale_grad": -1.0},
        {"learning_rate": onp.inf},
    ],
    ids=repr,
)
def test_large_gradients_that_are_mostly_zero(options, using):
    """A single large parameter goes the native way; weights whose gradient is 0 stay to the bit."""
    n = 3 * 4096 + 77
    grad, weight = onp.zeros((100, n), "float32"), onp.resize(SMALL, (100, n))
    for row, column in ((0, 0), (0, n - 1), (7, 300), (41, 4095), (42, 4096), (99, n - 1)):
        grad[row, column] = 3
    grad[60:62] = 1
    grad[70] = -0.0
    found = {}
    for mode in ("xla", "native"):
        using(mode)
        optimizer = mx.optimizer.create("sgd", **{"learning_rate": 0.25, **options})
        w = mx.nd.array(weight)
        optimizer.update([0], [w], [mx.nd.array(grad)], [None])
        found[mode] = w.asnumpy()
    if options.get("learning_rate") != onp.inf:
        untouched = grad[10:20] == 0
        same = weight if "wd" not in options else found["xla"]
        onp.testing.assert_array_equal(found["native"][10:20][untouched], same[10:20][untouched])
    onp.testing.assert_allclose(found["native"], found["xla"], rtol=2e-7)
    if "wd" not in options:  # nor does the sign of a zero change
        onp.testing.assert_array_equal(onp.signbit(found["native"]), onp.signbit(found["xla"]))


class Own(mx.optimizer.SGD):
    """Another formula under the old structure."""

    @staticmethod
    def step(weight, grad, state, shared, rates):
        return weight - grad, state


def lowered(rule, dtypes, platform="cpu", shape=(3, 2), **options):
    """The update of so many parameters as XLA gets it."""
    optimizer = mx.optimizer.create(rule, **options) if isinstance(rule, str) else rule(**options)
    weights = [mx.nd.ones(shape, dtype=d) for d in dtypes]
    states = [optimizer.create_state_multi_precision(i, w) for i, w in enumerate(weights)]
    indices = list(range(len(weights)))
    plan = _plan.UpdatePlan(optimizer, indices, weights, weights, states, optimizer.multi_precision)
    plan.run(optimizer)
    n = plan.bound.n_scalars
    shapes = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in plan.reads]
    words = [jax.ShapeDtypeStruct((), "float64")] * n
    traced = jax.jit(partial(plan.bound.run)).trace(shapes, words)
    return traced.lower(lowering_platforms=(platform,)).as_text()


F32 = ["float32"] * 8
LOWERED = {
    "descent": (1, "sgd", F32, {}),
    "its other name": (1, "ccsgd", F32, {"momentum": 0.9}),
    "adam": (1, "adam", F32, {}),
    "those that fit": (1, "adam", [*F32, "float16", "float64"], {"multi_precision": True}),
    "few": (0, "adam", F32[1:], {}),
    "few but large": (1, "sgd", F32[:2], {"shape": (1024, 512)}),
    "large, another rule": (0, "adam", F32[:2], {"shape": (1024, 512)}),
    "double width": (0, "adam", ["float64"] * 8, {}),
    "copies of half-precision weights": (0, "sgd", ["float16"] * 8, {"multi_precision": True}),
    "nesterov": (1, "nag", F32, {"momentum": 0.9}),
    "adagrad": (1, "adagrad", F32, {}),
    "rmsprop": (1, "rmsprop", F32, {}),
    "centred": (1, "rmsprop", F32, {"centered": True}),
    "another rule": (0, "adadelta", F32, {}),
    "own formula": (0, Own, F32, {}),
}


@needs_native
@pytest.mark.parametrize("case", LOWERED)
def test_which_are_native(case, using):
    using("native")
    times, rule, dtypes, options = LOWERED[case]
    assert lowered(rule, dtypes, **options).count(native.name("update")) == times


@pytest.mark.parametrize("mode", ["xla", "plain"])
def test_not_wanted(mode, using):
    using(mode)
    assert native.name("update") not in lowered("adam", F32)


def test_other_devices(using):
    using("native")
    assert "custom_call" not in lowered("adam", F32, "cuda")


def test_no_kernels(monkeypatch, using, tmp_path):
    """The joined update in the operators' own formulas."""
    monkeypatch.setattr(native, "_states", {})
    monkeypatch.setattr(native, "COMPILED", tmp_path)
    using("native")
    assert not native.available(native.UPDATES)
    assert native.state(native.UPDATES).startswith("not ")
    for rule in SIMPLE:
        name, options = RULES[rule]
        found = {}
        for mode in ("xla", "native"):
            using(mode)
            run = Run(name, {"clip_gradient": 0.3, **options}, [(3,)] * 8)
            run.step()
            found[mode] = run.found()
        close(found["native"], found["xla"])


@needs_native
def test_needs_no_onednn(monkeypatch, using, tmp_path):
    """Layers do without it; updates are native all the same."""
    for path in native.COMPILED.glob("kernels-*.so"):
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(native, "COMPILED", tmp_path)
    monkeypatch.setattr(native, "_states", {})
    using("native")
    assert native.available(native.UPDATES)
    assert not native.available(native.CONVOLUTION)
    assert not native.available(native.RECURRENCE)
    about = kernels.describe()
    assert about["active"] == "xla"
    assert about["convolution"].startswith("not ")
    assert about["updates"].startswith("loaded, ")


def test_outside_of_programs():
    """On concrete arrays: the formulas."""
    one, number = onp.ones(3, "float32"), partial(onp.asarray, dtype="float64")
    arrays = [tuple(jax.numpy.asarray(one) for _ in range(2))] * 2
    shared = [jax.numpy.asarray(number(n)) for n in (1.0, -1.0)]
    rates = [tuple(jax.numpy.asarray(number(n)) for n in pair) for pair in ((0.5, 0), (0.25, 0))]
    (a,), (b,) = update.joined("sgd", arrays, shared, rates)
    onp.testing.assert_array_equal(a, one / 2)
    onp.testing.assert_array_equal(b, one * 0.75)


@pytest.mark.parametrize("rule", ["momentum", "adam", "centred"])
def test_packed_states_outside_of_programs(rule):
    """The formulas cut a pack and put it together again."""
    rng = onp.random.default_rng(4)
    shapes, (begins, size) = [(3, 7), (), (16,)], update.places([21, 1, 16])
    assert (begins, size) == ([0, 32, 48], 64)
    states, n_numbers = update.RULES[rule].states, len(update.RULES[rule].numbers)
    arrays = [
        tuple(jax.numpy.asarray(rng.random(s), "float32") for _ in range(2 + states))
        for s in shapes
    ]
    packs = []
    for k in range(states):
        pack = onp.zeros(size, "float32")
        for one, at in zip(arrays, begins):
            pack[at : at + one[0].size] = onp.ravel(one[2 + k])
        packs.append(jax.numpy.asarray(pack))
    number = partial(onp.asarray, dtype="float64")
    shared = [jax.numpy.asarray(number(n)) for n in (1, -1, *[0.5, 0.9, 0.1, -1][:n_numbers])]
    rates = [(jax.numpy.asarray(number(0.1 * (i + 1))), shared[0]) for i in range(3)]
    expected = update.joined(rule, arrays, shared, rates)
    weights, packs = update.joined_packed(rule, [a[:2] for a in arrays], packs, shared, rates)
    for weight, at, (expected_weight, *expected_states) in zip(weights, begins, expected):
        onp.testing.assert_allclose(weight, expected_weight, rtol=1e-6)
        for pack, state in zip(packs, expected_states, strict=True):
            part = onp.asarray(pack)[at : at + state.size]
            onp.testing.assert_allclose(part, onp.ravel(state), rtol=1e-6)


def test_written_in_place_where_inputs_may_be_overwritten():
    assert update.IN_PLACE_BYTES == program._DONATE_BYTES
