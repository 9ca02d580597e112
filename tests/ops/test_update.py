"""Optimizer steps: trajectories that MXNet 1.9.1 took, run-time numbers, half-precision weights."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet._ops import _spec
from mxnet.error import AttributeTypeError, ShapeError
from support.ops import bind, call, call_all

FILE = Path(__file__).parents[1] / "data" / "oracle" / "optimizers.npz"
with onp.load(FILE) as _archive:
    RECORD = dict(_archive)
CASES = json.loads(str(RECORD["cases"]))

# optimizer -> (operator, number of states, option names that differ)
OPERATORS = {
    "sgd": ("sgd_mom_update", 1, {}),
    "nag": ("nag_mom_update", 1, {}),
    "signum": ("signum_update", 1, {}),
    "adam": ("adam_update", 2, {}),
    "adagrad": ("_sparse_adagrad_update", 1, {"eps": "epsilon"}),
    "rmsprop": ("rmsprop_update", 1, {}),
    "rmspropalex": ("rmspropalex_update", 3, {}),
    "adadelta": ("_adadelta_update", 2, {}),
    "ftrl": ("ftrl_update", 2, {}),
}
# what the optimizer class passes where the user says nothing
DEFAULTS = {
    "sgd": {"lr": 0.01, "momentum": 0.0},
    "adam": {"lr": 0.001},
    "adagrad": {"lr": 0.01},
    "rmsprop": {"lr": 0.001, "gamma1": 0.9},
    "rmspropalex": {"lr": 0.001, "gamma1": 0.9},
    "ftrl": {"lr": 0.1},
    "adadelta": {},
}


def trajectories():
    for number, (name, options) in enumerate(CASES):
        options = dict(options)
        if options.pop("centered", False):
            name = "rmspropalex"
        if name in OPERATORS:
            yield pytest.param(number, name, options, id=f"{number}-{name}")


@pytest.mark.parametrize(("number", "name", "options"), list(trajectories()))
def test_trajectory(number, name, options):
    operator, n_states, renamed = OPERATORS[name]
    attrs = {**DEFAULTS.get(name, {}), **{renamed.get(k, k): v for k, v in options.items()}}
    attrs.pop("lr_scheduler", None)
    attrs.pop("learning_rate", None)
    rates = RECORD[f"rates_{number}"]
    w = RECORD["start"]
    states = [onp.zeros_like(w) for _ in range(n_states)]
    for t, (g, lr) in enumerate(zip(RECORD["gradients"], rates), 1):
        if "lr" in _spec.get(operator).attrs:
            attrs["lr"] = float(step_rate(number, t, lr))
        else:
            attrs.pop("lr", None)
        if name == "adam":
            b1, b2 = attrs.get("beta1", 0.9), attrs.get("beta2", 0.999)
            attrs["lr"] *= onp.sqrt(1 - b2**t) / (1 - b1**t)
        w, *states = call_all(operator, w, g, *states, **attrs)
        onp.testing.assert_allclose(
            w, RECORD[f"weights_{number}"][t - 1], 2e-5, 2e-6, err_msg=str(t)
        )


def step_rate(number, t, after):
    """The rate in force during step t; a schedule may have recorded the next one already."""
    schedule = CASES[number][1].get("lr_scheduler")
    if not schedule:
        return after
    base = CASES[number][1].get("learning_rate", 0.001 if CASES[number][0] == "adam" else 0.01)
    if CASES[number][0] == "sgd" and "learning_rate" not in CASES[number][1]:
        base = schedule["base_lr"]
    return base * schedule["factor"] ** ((t - 1) // schedule["step"])


def test_rates_are_run_time_numbers():
    """Neither the rate nor the clip makes another program."""
    w = jnp.ones(3, "float32")
    traced = []
    programs = set()
    run = None
    for lr, clip in ((0.1, -1.0), (0.2, 0.5), (0.05, 3.0)):
        bound, inputs, words = bind(
            "sgd_mom_update", [w, w * 2, w], {"lr": lr, "clip_gradient": clip}
        )
        programs.add(bound)
        run = run or jax.jit(lambda i, s, bound=bound: traced.append(1) or bound.run(i, s))
        out = run(inputs, words)[0]
        expected = 1 - lr * min(2, clip if clip > 0 else 2)
        onp.testing.assert_allclose(out, expected, 1e-6)
    assert len(programs) == 1
    assert traced == [1]


def test_clip_of_zero_stops_the_gradient():
    w = onp.ones(3, "float32")
    onp.testing.assert_array_equal(call("sgd_update", w, w, lr=1.0, clip_gradient=0.0), w)
    nan = onp.array([onp.nan], "float32")
    assert onp.isnan(call("sgd_update", w[:1], nan, lr=1.0, clip_gradient=0.5)).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("name", "n_states"),
    [
        ("sgd_update", 0),
        ("sgd_mom_update", 1),
        ("adam_update", 2),
        ("nag_mom_update", 1),
        ("rmsprop_update", 1),
        ("rmspropalex_update", 3),
        ("ftrl_update", 2),
        ("signum_update", 1),
        ("signsgd_update", 0),
        ("_sparse_adagrad_update", 1),
    ],
)
def test_types_are_kept(name, n_states, dtype):
    arrays = [onp.ones((2, 3), dtype)] * (2 + n_states)
    for out in call_all(name, *arrays, lr=0.1, wd=0.1, clip_gradient=0.5):
        assert out.dtype == dtype
        assert out.shape == (2, 3)


@pytest.mark.parametrize("name", ["mp_sgd_update", "mp_sgd_mom_update", "mp_nag_mom_update"])
def test_master_copy_keeps_small_steps(name):
    """Steps too small for float16 add up in the float32 copy."""
    w = onp.ones(2, "float16")
    states = (
        [w.astype("float32")]
        if name == "mp_sgd_update"
        else [onp.zeros(2, "float32"), w.astype("float32")]
    )
    for _ in range(20):
        w, *states = call_all(name, w, onp.ones(2, "float16"), *states, lr=1e-4)
    onp.testing.assert_allclose(states[-1], 1 - 20e-4, 1e-5)
    onp.testing.assert_allclose(w, 1 - 20e-4, 1e-3)
    assert w.dtype == onp.float16


def test_states_are_declared():
    """Each mutated input is an input, each hidden output belongs to one."""
    for name, definition in _spec.registry.items():
        if name != definition.name or not name.endswith("_update"):
            continue
        if callable(definition.mutates):  # of any number of weights: three, of five arrays each
            attrs = {"num_weights": 3, "num_tensors": 3}
            found = definition.mutates(attrs, 15)
            n = definition.num_outputs(attrs, 15)
            assert sorted(i for _, i in found) == list(range(3, n)), name
            assert len({at for at, _ in found}) == n - 3, name
        elif definition.mutates:
            outputs = [i for _, i in definition.mutates]
            assert all(n in definition.inputs for n, _ in definition.mutates), name
            assert sorted(outputs) == list(range(1, definition.num_outputs)), name


def test_errors():
    one = onp.ones(3, "float32")
    with pytest.raises(ShapeError, match=r"grad does not fit weight: expected \(3,\), got \(2,\)"):
        call("sgd_update", one, one[:2], lr=0.1)
    with pytest.raises(ShapeError, match=r"var does not fit weight: expected \(3,\), got \(1,\)"):
        call("adam_update", one, one, one, one[:1], lr=0.1)
    with pytest.raises(AttributeTypeError, match="'lr' is missing"):
        call("sgd_update", one, one)
    with pytest.raises(AttributeTypeError, match="'learning_rate'"):
        call("sgd_update", one, one, lr=0.1, learning_rate=0.1)
    with pytest.raises(ShapeError, match=r"r1 and r2 are norms: expected \(1,\) each, got \(3,\)"):
        call("lamb_update_phase2", one, one, one, one[:1], lr=0.1)
