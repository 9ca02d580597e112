"""Plans: which results are written to memory that an operand no longer needs."""

import jax.numpy as jnp
import ml_dtypes
import numpy as onp
import pytest
from jax import lax
from jax._src import ad_util

from mxnet import _config, autograd, gluon, nd
from mxnet._engine import numpy_rules
from mxnet._engine import plan as plans
from mxnet._graph.equations import Aval
from mxnet._graph.formulas import Formula
from mxnet._ops.kernels import dense
from support import processes

RNG = onp.random.default_rng(7)
N, M = 300, 240


def normal(*shape, dtype="float32"):
    return RNG.standard_normal(shape).astype(dtype)


def run(function, *arrays):
    """Results, and the primitives whose result lies where an operand was."""
    avals = [Aval(a.shape, a.dtype) for a in arrays]
    made = Formula(function).plan(avals, plans.plan)
    again = []

    def noting(name, call):
        def noted(*args):
            places = {a.ctypes.data for a in map(onp.asarray, args) if a.nbytes}
            found = call(*args)
            arithmetic = name not in ("transpose", "reshape", "optimization_barrier", "scan")
            if arithmetic and isinstance(found, onp.ndarray) and found.ctypes.data in places:
                again.append(name)
            return found

        return noted

    equations = made.template.equations
    made.functions = [
        noting(e.primitive.name, call) for e, call in zip(made.template.steps, made.functions)
    ]
    before = [a.copy() for a in arrays]
    constants = {k: onp.array(v) for k, v in equations.constants.items()}
    with onp.errstate(all="ignore"):
        first, second = made(arrays), made(arrays)
    for x, y in zip(first, second, strict=True):
        onp.testing.assert_array_equal(x, y)
    for x, y in zip(arrays, before, strict=True):
        onp.testing.assert_array_equal(x, y)
    for k, v in constants.items():
        onp.testing.assert_array_equal(equations.constants[k], v)
    return first, again[: len(again) // 2]


def agree(function, arrays, found, tolerance=1e-5):
    for x, y in zip(found, function(*map(jnp.asarray, arrays)), strict=True):
        assert x.dtype == y.dtype
        onp.testing.assert_allclose(
            x.astype("float64"), onp.asarray(y, "float64"), rtol=tolerance, atol=tolerance
        )


def layer(x, w, b):
    return [dense.product(x, w, transpose_b=True).reshape(5, N // 5, M) + b]


def descent(w, g, lr):
    return [w - lr * jnp.minimum(0.5 * g, 0.25)]


def test_a_bias_is_added_where_the_product_lies():
    arrays = normal(N, 9), normal(M, 9), normal(M)
    found, again = run(layer, *arrays)
    assert again.count("add") == 1
    agree(layer, arrays, found, 1e-4)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "int32", "bool"])
def test_a_chain_takes_one_array(dtype):
    def chain(x, y):
        return [((x * y + y) * x - y) if dtype != "bool" else ((x & y) | y) ^ x]

    kind = getattr(ml_dtypes, dtype, dtype)
    x, y = (normal(N, 2 * M, dtype="float64").round(1).astype(kind) for _ in range(2))
    found, again = run(chain, x, y)
    assert again == ([] if dtype == "bool" else ["add", "mul", "sub"])
    agree(chain, [x, y], found, {"float16": 2e-2, "bfloat16": 2e-1}.get(dtype, 1e-5))


@pytest.mark.parametrize("transposed", [(False, False), (False, True), (True, False), (True, True)])
def test_where_a_product_lies(transposed):
    arrays = [normal(*((M, N) if t else (N, M))[:: 1 - 2 * i]) for i, t in enumerate(transposed)]

    def double(x, y):
        return [dense.product(x, y, *transposed) * 2.0]

    found, again = run(double, *arrays)
    assert again == ["mul"]
    agree(double, arrays, found, 1e-3)


@pytest.mark.parametrize("name", sorted(plans._NEW - {"dot_general", "mxnet_product"}))
def test_each_function_in_place(name):
    """What is declared to give new arrays does, and is right where an operand was."""
    primitive = ad_util.add_any_p if name == "add_any" else getattr(lax, name + "_p")
    arrays = abs(normal(N, M)) + 1, abs(normal(N, M)) + 1
    params = {"accuracy": None} if name in ("exp", "log", "tanh", "sqrt") else {}

    def call(x, y):
        x, y = x * 1.5, y * 1.25
        if name in ("neg", "abs", "square", *params, "exp", "log", "tanh", "sqrt"):
            return [primitive.bind(x, **params) - y]
        return [primitive.bind(x, y), primitive.bind(y, x * 0.5)]

    found, again = run(call, *arrays)
    assert name in again
    agree(call, arrays, found)


def test_numbers_that_are_none_and_infinite_ones():
    x = onp.tile(onp.array([onp.nan, onp.inf, -onp.inf, 0.0, -0.0, 3e38], "float32"), (200, 60))

    def chain(x):
        return [-(jnp.exp(abs(x) * -2.0) - x * 3.0)]

    found, again = run(chain, x)
    assert again
    onp.testing.assert_array_equal(found[0], onp.asarray(chain(jnp.asarray(x))[0]))


def test_operands_on_either_side_and_views():
    def sides(x, y):
        return [x.T - (x.T * y), (x.T * 2.0) - y]

    arrays = normal(M, N)[:, ::2], normal(N, M)[::2]
    found, again = run(sides, *arrays)
    assert again == ["sub", "sub"]
    agree(sides, arrays, found)


def test_small_arrays_are_new():
    arrays = normal(8, 9), normal(8, 9), onp.float32(0.1).reshape(())
    found, again = run(descent, *arrays)
    assert "sub" not in again
    assert "mul" not in again
    agree(descent, arrays, found)
    arrays = normal(0, 9), normal(0, 9), onp.float32(0.1).reshape(())
    assert run(descent, *arrays)[0][0].shape == (0, 9)


def read_later(x, y):
    a = x * y
    return [a + y, a * 2.0]


def returned(x, y):
    a = x * y
    return [a, a + y]


def seen_in_a_view(x, y):
    a = x * y
    part = a[: N // 2]
    return [a + y, part * 2.0]


def seen_in_another_shape(x, y):
    a = x * y
    flat = a.reshape(-1)
    return [a + y, flat * 2.0]


def seen_turned(x, y):
    a = x * y
    return [a.T + 1.0, a + y]


def twice(x, y):
    a = x * y
    return [a * a]


def stretched(x, y):
    a = x[:1] * y[:1]
    return [jnp.broadcast_to(a, x.shape) + y]


def of_another_type(x, y):
    return [(x * y) > y, (x * y).astype("float16") + 1]


def given(x, y):
    return [x + y, x.reshape(-1) + 1.0]


def through_a_barrier(x, y):
    a = x * y
    b = lax.optimization_barrier(a)
    return [a + y, b * 2.0]


def in_a_loop(x, y):
    def body(c, _):
        return (c * y + x), c.sum()

    return lax.scan(body, x * y, jnp.arange(3.0))


@pytest.mark.parametrize(
    "function",
    [
        *(read_later, returned, seen_in_a_view, seen_in_another_shape, seen_turned, twice),
        *(stretched, of_another_type, given, through_a_barrier, in_a_loop),
    ],
)
def test_what_is_read_elsewhere_is_not_written_to(function):
    arrays = normal(N, M), normal(N, M)
    found, _ = run(lambda *a: list(function(*a)), *arrays)
    agree(function, arrays, found, 1e-3)


# ------------------------------------------------------------------- vectors joined when needed


@pytest.fixture
def joined(monkeypatch):
    """Sizes of the vectors that were joined after all."""
    found, whole = [], numpy_rules.Joined.whole

    def noted(self):
        if self._whole is None:
            found.append(self.shape[0])
        return whole(self)

    monkeypatch.setattr(numpy_rules.Joined, "whole", noted)
    return found


def planned(function, *arrays):
    avals = [Aval(a.shape, a.dtype) for a in arrays]
    return Formula(function).plan(avals, plans.plan)(arrays)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_is_taken_apart_as_it_was_joined_is_not_copied(dtype, joined):
    parts = [normal(*s, dtype="float64").astype(dtype) for s in [(70_000,), (0,), (3, 41_000)]]
    (vector,) = planned(lambda a, b, c: [jnp.concatenate([a, b, c.reshape(-1)])], *parts)
    assert vector.__class__ is numpy_rules.Joined
    assert (vector.shape, vector.dtype) == ((193_000,), onp.dtype(dtype))
    found = planned(lambda x: lax.split(x, [70_000, 0, 123_000]), vector)
    assert joined == []
    for x, y in zip(found, parts, strict=True):
        onp.testing.assert_array_equal(x, y.reshape(-1))
    # in other parts, or read otherwise: as one, made once
    (left, right), (same,) = (
        planned(lambda x: lax.split(x, [100_000, 93_000]), vector),
        planned(lambda x: [x * 2], vector),
    )
    assert joined == [193_000]
    wanted = onp.concatenate([p.reshape(-1) for p in parts])
    onp.testing.assert_array_equal(onp.concatenate([left, right]), wanted)
    onp.testing.assert_array_equal(same, wanted * 2)


def test_small_vectors_and_those_read_inside_are_arrays():
    x, y = normal(40), normal(90_000)
    assert planned(lambda a: [jnp.concatenate([a, a])], x)[0].__class__ is onp.ndarray
    found = planned(lambda a: [jnp.concatenate([a, a]) + 1.0], y)[0]
    onp.testing.assert_array_equal(found, onp.concatenate([y, y]) + onp.float32(1))
    turned = planned(lambda a: [jnp.concatenate([a.reshape(300, 300)] * 2)], y)[0]
    assert turned.__class__ is onp.ndarray


def vectors_with_a_gradient(read):
    """A joined vector, what ``read`` makes of it, and the gradients of its parts."""

    def run():
        parts = [nd.array(normal_of(k, 60_000)) for k in range(2)]
        for p in parts:
            p.attach_grad()
        with autograd.record():
            whole = nd.concat(*parts, dim=0)
            found = read(whole)
            loss = sum((f * f).sum() for f in found)
        loss.backward()
        return [whole.asnumpy(), *[f.asnumpy() for f in found], *[p.grad.asnumpy() for p in parts]]

    return run


def normal_of(seed, n):
    return onp.random.default_rng(seed).standard_normal(n).astype("float32")


READ = {
    "apart": lambda v: nd.split_v2(v, 2, axis=0),
    "one part": lambda v: [nd.split_v2(v, 2, axis=0)[1]],
    "apart and whole": lambda v: [*nd.split_v2(v, 2, axis=0), v * 3],
    "twice": lambda v: [*nd.split_v2(v, 2, axis=0), *nd.split_v2(v, 3, axis=0)],
    "joined again": lambda v: [nd.concat(v, v, dim=0)],
    "as it is": lambda v: [v],
    "of another type": lambda v: [v.astype("float16").astype("float32")],
}


@pytest.mark.parametrize("read", READ)
def test_joined_vectors_in_programs(read, monkeypatch):
    run = vectors_with_a_gradient(READ[read])
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)
    processes.forget_what_was_met()
    found, again = run(), run()
    monkeypatch.setattr(_config.options["evaluate"], "value", 0)
    processes.forget_what_was_met()
    for x, y, z in zip(found, run(), again, strict=True):
        onp.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-6)
        onp.testing.assert_array_equal(x, z)


def test_a_recurrent_layer_joins_nothing(joined, monkeypatch):
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)
    processes.forget_what_was_met()
    net = gluon.rnn.LSTM(80, input_size=70)
    net.initialize()
    x = nd.ones((9, 4, 70))
    net(x).asnumpy()
    with autograd.record():
        loss = (net(x) * 2).sum()
    loss.backward()
    gradients = [p.grad().asnumpy() for p in net.collect_params().values()]
    assert joined == []
    assert all(g.any() for g in gradients)
