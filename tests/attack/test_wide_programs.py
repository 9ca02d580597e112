"""Random programs of what users write: parts of every kind that are read and written, operators in
place and by ``out=``, mixed types, sparse arrays, other contexts, random numbers; against NumPy.

``make attack`` tries more of them (MXNET_ATTACK_ROUNDS is set).
"""

import os

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, nd
from support.keys import key_of, part_of

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
PROGRAMS = int(os.environ.get("MXNET_ATTACK_WIDE", "20000")) if LONG else 40
MODES = {  # engine, how often what is new is run without the compiler, one of how many programs
    "op by op": ("NaiveEngine", 1 << 30, 2),
    "op by op, compiled": ("NaiveEngine", 0, 50 if LONG else 10),
    "evaluated": ("ThreadedEnginePerDevice", 1 << 30, 1),
    "compiled": ("ThreadedEnginePerDevice", 0, 50 if LONG else 10),
}
SHAPES = [(4, 6), (2, 12), (24,), (3, 2, 4), (2, 3, 4), (6, 4), (1, 24), (5,), (1,), (3, 1), (7, 3)]


def _softmax(x, axis=-1):
    e = onp.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


# Each is of nd and of NumPy; ``x`` and ``y`` have one shape, ``k`` is a number.
UNARY = [
    (lambda x, k: nd.tanh(x), lambda x, k: onp.tanh(x)),
    (lambda x, k: nd.relu(x), lambda x, k: onp.maximum(x, 0)),
    (lambda x, k: x.abs() - k, lambda x, k: abs(x) - k),
    (lambda x, k: nd.sqrt(x.abs() + 1), lambda x, k: onp.sqrt(abs(x) + 1)),
    (lambda x, k: nd.exp(nd.clip(x, -2, 1)), lambda x, k: onp.exp(onp.clip(x, -2, 1))),
    (lambda x, k: nd.softmax(x), lambda x, k: _softmax(x)),
    (lambda x, k: nd.softmax(x, axis=0), lambda x, k: _softmax(x, 0)),
    (lambda x, k: k / (1 + x * x), lambda x, k: k / (1 + x * x)),
    (lambda x, k: k - x, lambda x, k: k - x),
    (lambda x, k: nd.flip(x, axis=0), lambda x, k: x[::-1]),
    (lambda x, k: nd.sort(x), lambda x, k: onp.sort(x)),
    (lambda x, k: nd.sort(x, axis=0, is_ascend=False), lambda x, k: -onp.sort(-x, 0)),
    (lambda x, k: nd.zeros_like(x) + k, lambda x, k: x * 0 + k),
    (lambda x, k: x.copy(), lambda x, k: x),
    (nd.maximum, onp.maximum),
    (lambda x, k: x - x.mean(axis=0, keepdims=True), lambda x, k: x - x.mean(0, keepdims=True)),
    (lambda x, k: nd.where(x > k, x, x * 0.5), lambda x, k: onp.where(x > k, x, x * 0.5)),
    (lambda x, k: nd.Activation(x, "softrelu") / 2, lambda x, k: onp.logaddexp(x, 0) / 2),
]
BINARY = [
    (lambda x, y, k: x + y, lambda x, y, k: x + y),
    (lambda x, y, k: nd.tanh(x) * y, lambda x, y, k: onp.tanh(x) * y),
    (lambda x, y, k: x / (2 + y.abs()), lambda x, y, k: x / (2 + abs(y))),
    (lambda x, y, k: nd.maximum(x, y), lambda x, y, k: onp.maximum(x, y)),
    (lambda x, y, k: nd.where(x > y, x, y * 0.5), lambda x, y, k: onp.where(x > y, x, y * 0.5)),
    (lambda x, y, k: nd.add_n(x, y, x) / 3, lambda x, y, k: (x + y + x) / 3),
    (lambda x, y, k: x + nd.sum(y) * 0.01, lambda x, y, k: x + y.sum() * 0.01),
]
OUT = [  # of nd with ``out=``
    (lambda x, y, o: nd.tanh(x, out=o), lambda x, y: onp.tanh(x)),
    (lambda x, y, o: nd.softmax(x, out=o), lambda x, y: _softmax(x)),
    (lambda x, y, o: nd.clip(x, -0.5, 0.5, out=o), lambda x, y: onp.clip(x, -0.5, 0.5)),
    (lambda x, y, o: nd.elemwise_add(x, y, out=o), lambda x, y: x + y),
    (lambda x, y, o: nd.broadcast_maximum(x, y, out=o), onp.maximum),
    (lambda x, y, o: nd.where(x > y, x, y, out=o), lambda x, y: onp.where(x > y, x, y)),
    (lambda x, y, o: nd.sgd_update(x, y, lr=0.1, wd=0.0, out=o), lambda x, y: x - 0.1 * y),
]
SHAPED = [
    (lambda x, k: x.T, lambda x, k: x.T),
    (lambda x, k: nd.concat(x, x * k, dim=0), lambda x, k: onp.concatenate([x, x * k])),
    (lambda x, k: nd.stack(x, -x, axis=1), lambda x, k: onp.stack([x, -x], 1)),
    (lambda x, k: nd.sum(x, axis=0), lambda x, k: x.sum(0)),
    (lambda x, k: x.mean(axis=-1, keepdims=True), lambda x, k: x.mean(-1, keepdims=True)),
    (lambda x, k: nd.max(x, axis=0), lambda x, k: x.max(0)),
    (lambda x, k: x.min(), lambda x, k: x.min()),
    (lambda x, k: nd.tile(x, reps=(2,)), lambda x, k: onp.tile(x, 2)),
    (lambda x, k: nd.repeat(x, repeats=2, axis=0), lambda x, k: onp.repeat(x, 2, 0)),
    (lambda x, k: nd.slice_axis(x, axis=0, begin=0, end=1), lambda x, k: x[:1]),
    (lambda x, k: nd.expand_dims(x, axis=0), lambda x, k: x[None]),
    (lambda x, k: nd.argmax(x, axis=0), lambda x, k: x.argmax(0)),
    (lambda x, k: nd.topk(x, k=1, ret_typ="value"), lambda x, k: x.max(-1, keepdims=True)),
    (lambda x, k: nd.take(x, nd.array([0, len(x) - 1, 0])), lambda x, k: x[[0, -1, 0]]),
    (
        lambda x, k: nd.dot(x.reshape((0, -1)), x.reshape((0, -1)), transpose_b=True) * 0.1,
        lambda x, k: x.reshape(len(x), -1) @ x.reshape(len(x), -1).T * 0.1,
    ),
]
KINDS = (
    "unary unary binary binary shaped part part part set set set add_part add_part add_part "
    "in_place in_place memory memory cast out out copyto away sparse draw draw look copy whole "
    "from_numpy branch swap centre overlap"
).split()


class Ours:
    """By ``nd``; what was drawn is kept."""

    def __init__(self):
        self.drawn = []

    def table(self, operators, i, *args):
        return operators[i % len(operators)][0](*args)

    def part(self, x, key):
        return x[key]

    def add_part(self, x, key, d, k):
        if d % 3 == 0:
            x[key] += k
        elif d % 3 == 1:
            x[key] -= k
        else:
            x[key] *= k

    def memory(self, x, i, shape):
        ways = [
            lambda: x.reshape(shape),
            lambda: x.expand_dims(0, inplace=True),
            lambda: x.flatten(inplace=True),
            x.detach,
            lambda: x.as_np_ndarray().as_nd_ndarray(),
        ]
        return ways[i % len(ways)]()

    def out(self, i, x, y, o):
        self.table(OUT, i, x, y, o)

    def copyto(self, x, y):
        x.copyto(y)

    def away(self, x):
        y = x.as_in_context(mx.cpu(1))
        y *= 2
        return y.as_in_context(mx.cpu(0))

    def sparse(self, x):
        return x.tostype("csr" if x.ndim == 2 and len(x) % 2 else "row_sparse").tostype("default")

    def draw(self, shape, i):
        ways = [
            lambda: nd.random.uniform(-1, 1, shape=shape),
            lambda: nd.random.normal(0, 0.5, shape=shape),
            lambda: nd.random.randint(0, 5, shape=shape).astype("float32"),
            lambda: nd.shuffle(nd.arange(int(onp.prod(shape))).reshape(shape) * 0.1),
            lambda: nd.random.uniform(-1, 1, shape=shape, out=nd.zeros(shape)),
        ]
        x = ways[i % len(ways)]()
        self.drawn.append(x.copy())
        return x

    def number(self, x):
        return float(x.sum().asscalar())

    def look(self, x):
        return x.asnumpy()


class Reference:
    """By NumPy, as ``nd`` does it: results keep the type of ``x`` and have one axis at least."""

    def __init__(self, drawn):
        self.drawn = list(drawn)

    def table(self, operators, i, x, *args):
        return onp.atleast_1d(operators[i % len(operators)][1](x, *args)).astype(x.dtype)

    part = staticmethod(part_of)

    def add_part(self, x, key, d, k):
        y = onp.array(x[key])
        x[key] = y + k if d % 3 == 0 else y - k if d % 3 == 1 else y * k

    def memory(self, x, i, shape):
        return x.reshape([shape, (1, *x.shape), (len(x), -1), x.shape, x.shape][i % 5])

    def out(self, i, x, y, o):
        o[...] = self.table([(f[0], f[1]) for f in OUT], i, x, y)

    def copyto(self, x, y):
        y[...] = x.astype(y.dtype)

    def away(self, x):
        return x * 2

    def sparse(self, x):
        return x.copy()

    def draw(self, shape, i):
        return self.drawn.pop(0).copy()

    def number(self, x):
        return float(x.sum())

    def look(self, x):
        return x.copy()


def program(rng):
    """Instructions, of numbers that are taken modulo what there is, and the first arrays."""
    instructions = [
        (
            str(rng.choice(KINDS)),
            *map(int, rng.integers(0, 1000, 4)),
            float(rng.choice([0.5, -1.25, 2.0, 0.0, 1.0, -0.75])),
        )
        for _ in range(int(rng.integers(3, 18)))
    ]
    a, b, c = [SHAPES[int(i)] for i in rng.integers(0, len(SHAPES), 3)]
    start = [
        rng.uniform(-1, 1, a).astype("float32"),
        rng.uniform(-1, 1, b).astype("float32" if rng.random() < 0.8 else "float64"),
        rng.integers(-4, 5, c).astype("int32" if rng.random() < 0.7 else "float32"),
    ]
    return instructions, start


def interpret(instructions, pool, F):
    """What was looked at, and all arrays at the end."""
    seen = []
    for kind, a, b, c, d, k in instructions:
        x = pool[a % len(pool)]
        if x.size > 300 or x.ndim > 4:
            continue
        dtype = onp.dtype(x.dtype)
        real = dtype.kind == "f"
        k = k if real else int(k)
        fits = [y for y in pool if y.shape == x.shape]
        same = [y for y in fits if onp.dtype(y.dtype) == dtype]
        y, z = same[b % len(same)], same[c % len(same)]
        key = key_of(x.shape, b, c, d)
        if kind == "unary":
            pool.append(F.table(UNARY, b, x, k) if real else -x + k)
        elif kind == "binary":
            pool.append(F.table(BINARY, c, x, y, k) if real else x + y)
        elif kind == "shaped" and real:
            pool.append(F.table(SHAPED, b, x, k))
        elif kind == "part":
            pool.append(F.part(x, key))
        elif kind == "set":
            x[key] = k if d % 2 else onp.full((1,), k, "float32")[0]
        elif kind == "add_part":
            F.add_part(x, key, d, k)
        elif kind == "in_place":
            if d % 3 == 0:
                x += y if c % 2 else k
            elif d % 3 == 1:
                x -= y if c % 2 else k
            else:
                x *= k
        elif kind == "memory":
            shapes = [s for s in SHAPES if onp.prod(s) == x.size] or [x.shape]
            pool.append(F.memory(x, c, shapes[b % len(shapes)]))
        elif kind == "cast":
            pool.append(x.astype(["float32", "float64", "int32"][b % 3]))
        elif kind == "out" and real:
            F.out(c, x, y, same[d % len(same)])
        elif kind == "copyto" and fits[b % len(fits)] is not x:
            F.copyto(x, fits[b % len(fits)])
        elif kind == "away":
            pool.append(F.away(x))
        elif kind == "sparse" and real and x.ndim > 1:
            pool.append(F.sparse(x))
        elif kind == "draw":
            pool.append(F.draw(SHAPES[b % len(SHAPES)], c))
        elif kind == "look":
            seen.append(F.look(x))
        elif kind == "copy":
            pool.append(x.copy())
        elif kind == "whole":
            x[:] = [y, z * 1, k, k][d % 4]
        elif kind == "from_numpy":
            x[:] = onp.arange(x.shape[-1], dtype="float32") + k
        elif kind == "branch":
            seen.append(onp.array(F.number(x) > 0.123))
        elif kind == "swap" and len(x) > 1 and x.ndim > 1:
            kept = F.part(x, 0).copy()
            x[0] = F.part(x, -1)
            x[-1] = kept
        elif kind == "centre" and real and x.ndim > 1:
            x -= x.mean(axis=0, keepdims=True)
        elif kind == "overlap" and len(x) > 1 and x.ndim > 1:
            x[1:] = F.part(x, slice(0, -1)).copy() if d % 2 else F.part(x, slice(1, None)) * 2
    return seen, pool


def try_programs(rounds, seed, mode):
    """Raise AssertionError where a mode differs from NumPy."""
    engine, most, _ = MODES[mode]
    old, before = mx.engine.set_engine_type(engine), _config.set_option("evaluate", most)
    try:
        for k in range(rounds):
            instructions, start = program(onp.random.default_rng((seed, k)))
            mx.random.seed(seed + k)
            ours = Ours()
            seen, pool = interpret(instructions, [nd.array(x, dtype=x.dtype) for x in start], ours)
            found = [*seen, *[x.asnumpy() for x in pool]]
            drawn = [x.asnumpy() for x in ours.drawn]
            seen, pool = interpret(instructions, [x.copy() for x in start], Reference(drawn))
            for i, (x, y) in enumerate(zip(found, [*seen, *pool], strict=True)):
                what = f"program {k} of {seed}, {mode}, array {i}: {instructions}"
                assert (x.shape, x.dtype) == (y.shape, y.dtype), what
                finite = abs(y[onp.isfinite(y)])
                atol = 3e-4 * max(1.0, float(finite.max(initial=0)))
                onp.testing.assert_allclose(x, y, 2e-3, atol, err_msg=what)
    finally:
        mx.engine.set_engine_type(old)
        _config.set_option("evaluate", before)


@pytest.mark.parametrize("mode", MODES)
def test_random_programs(mode, seed):
    with onp.errstate(all="ignore"):
        try_programs(PROGRAMS // MODES[mode][2], seed, mode)


@pytest.mark.parametrize("operators", [OUT, SHAPED, UNARY])
def test_programs_find_operators_that_are_wrong(operators, seed, monkeypatch):
    name = next(n for n, v in globals().items() if v is operators)
    wrong = [(f, lambda *args, g=g: g(*args) + 1) for f, g in operators]
    monkeypatch.setitem(globals(), name, wrong)
    with onp.errstate(all="ignore"), pytest.raises(AssertionError, match="program"):
        try_programs(40, seed, "evaluated")
