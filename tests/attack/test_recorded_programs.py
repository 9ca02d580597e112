"""Random programs that are recorded: values and gradients against NumPy.

Variables, which may be parts of one array, views made outside and inside of what is recorded,
constants that are written while recording, hybridized blocks and loops; then a backward pass and an
update, a few times. A gradient is compared by a complex step: the same program, by NumPy, at
``x + ih d`` for a random direction ``d``, has the imaginary part ``h`` times the slope.

``make attack`` tries more of them (MXNET_ATTACK_ROUNDS is set).
"""

import os

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from support.keys import key_of, part_of

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
PROGRAMS = int(os.environ.get("MXNET_ATTACK_RECORDED", "4000")) if LONG else 12
MODES = {  # engine, how often what is new is run without the compiler
    "op by op": ("NaiveEngine", 1 << 30),
    "op by op, compiled": ("NaiveEngine", 0),
    "evaluated": ("ThreadedEnginePerDevice", 1 << 30),
    "compiled": ("ThreadedEnginePerDevice", 0),
    "first evaluated": ("ThreadedEnginePerDevice", 1),
}
SHAPES = [(4, 6), (2, 12), (24,), (3, 4), (3, 2, 4), (6, 4), (1, 5), (2, 2, 3)]
STEP = 1e-30
TOLERANCES = {"float32": (5e-3, 2e-3), "float64": (1e-6, 1e-7)}


# -------------------------------------------------------------- operators, for complex numbers too
def _abs(x):
    return onp.where(x.real < 0, -x, x)


def _clip(x, low, high):
    return onp.where(x.real < low, low, onp.where(x.real > high, high, x))


def _softmax(x, axis=-1):
    e = onp.exp(x - x.real.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


UNARY = [  # of nd or sym, and of NumPy
    (lambda F, x, k: F.tanh(x), lambda x, k: onp.tanh(x)),
    (lambda F, x, k: F.sigmoid(x), lambda x, k: 1 / (1 + onp.exp(-x))),
    (lambda F, x, k: F.relu(x), lambda x, k: onp.where(x.real > 0, x, 0)),
    (lambda F, x, k: F.abs(x) - k, lambda x, k: _abs(x) - k),
    (lambda F, x, k: F.square(x) * 0.5, lambda x, k: x * x * 0.5),
    (lambda F, x, k: F.sqrt(F.square(x) + 1), lambda x, k: onp.sqrt(x * x + 1)),
    (lambda F, x, k: F.exp(F.clip(x, -2, 1)), lambda x, k: onp.exp(_clip(x, -2, 1))),
    (lambda F, x, k: F.sin(x) * k, lambda x, k: onp.sin(x) * k),
    (lambda F, x, k: F.softmax(x), lambda x, k: _softmax(x)),
    (lambda F, x, k: F.softmax(x, axis=0), lambda x, k: _softmax(x, 0)),
    (lambda F, x, k: F.log_softmax(x) * 0.1, lambda x, k: onp.log(_softmax(x)) * 0.1),
    (lambda F, x, k: k / (1 + x * x), lambda x, k: k / (1 + x * x)),
    (lambda F, x, k: k - x, lambda x, k: k - x),
    (lambda F, x, k: F.flip(x, axis=0), lambda x, k: onp.flip(x, 0)),
    (lambda F, x, k: F.BlockGrad(x) * x, lambda x, k: x.real * x),
    (
        lambda F, x, k: F.broadcast_sub(x, F.mean(x, axis=0, keepdims=True)),
        lambda x, k: x - x.mean(0, keepdims=True),
    ),
    (
        lambda F, x, k: F.broadcast_div(x, 1 + F.sum(F.square(x), axis=-1, keepdims=True)),
        lambda x, k: x / (1 + (x * x).sum(-1, keepdims=True)),
    ),
    (lambda F, x, k: F.where(x > 0.11, x, x / 2), lambda x, k: onp.where(x.real > 0.11, x, x / 2)),
    (lambda F, x, k: F.LeakyReLU(x, slope=0.2), lambda x, k: onp.where(x.real > 0, x, x * 0.2)),
    (lambda F, x, k: F.broadcast_add(x, F.sum(x) / 99), lambda x, k: x + x.sum() / 99),
    (lambda F, x, k: F.arctan(x), lambda x, k: onp.arctan(x)),
]
BINARY = [
    (lambda F, x, y, k: x + y, lambda x, y, k: x + y),
    (lambda F, x, y, k: (x - y) * 0.5, lambda x, y, k: (x - y) * 0.5),
    (lambda F, x, y, k: F.tanh(x) * y, lambda x, y, k: onp.tanh(x) * y),
    (lambda F, x, y, k: x / (2 + F.square(y)), lambda x, y, k: x / (2 + y * y)),
    (
        lambda F, x, y, k: F.where(x > y, x, y / 2),
        lambda x, y, k: onp.where(x.real > y.real, x, y / 2),
    ),
    (lambda F, x, y, k: F.add_n(x, y, x) / 3, lambda x, y, k: (x + y + x) / 3),
    (
        lambda F, x, y, k: F.broadcast_add(x, F.sum(y, axis=0, keepdims=True) * 0.1),
        lambda x, y, k: x + y.sum(0, keepdims=True) * 0.1,
    ),
    (
        lambda F, x, y, k: F.split(F.concat(x, y, dim=0), num_outputs=2, axis=0)[1] * F.tanh(x),
        lambda x, y, k: y * onp.tanh(x),
    ),
]
SHAPED = [  # the result has another shape
    (lambda x, k: x.T, lambda x, k: x.T),
    (lambda x, k: nd.concat(x, x * k, dim=0), lambda x, k: onp.concatenate([x, x * k])),
    (lambda x, k: nd.stack(x, -x, axis=1), lambda x, k: onp.stack([x, -x], 1)),
    (lambda x, k: x.sum(axis=0, keepdims=True), lambda x, k: x.sum(0, keepdims=True)),
    (lambda x, k: nd.tile(x, reps=(2,)), lambda x, k: onp.tile(x, 2)),
    (lambda x, k: nd.repeat(x, repeats=2, axis=0), lambda x, k: onp.repeat(x, 2, 0)),
    (lambda x, k: nd.expand_dims(x, axis=0), lambda x, k: x[None]),
    (lambda x, k: nd.take(x, nd.array([0, len(x) - 1, 0])), lambda x, k: x[[0, -1, 0]]),
    (
        lambda x, k: nd.dot(x.reshape((0, -1)), x.reshape((0, -1)), transpose_b=True) * 0.1,
        lambda x, k: x.reshape(len(x), -1) @ x.reshape(len(x), -1).T * 0.1,
    ),
]


def several(operators, unary, binary, x, y):
    """A few operators after each other."""
    for i, j, two, k in operators:
        x = binary(j, x, y, k) if two else unary(i, x, k)
    return x


class Net(gluon.HybridBlock):
    """A few operators as a block."""

    def __init__(self, operators):
        super().__init__()
        self.operators = operators

    def hybrid_forward(self, F, x, y):
        return several(
            self.operators,
            lambda i, x, k: UNARY[i][0](F, x, k),
            lambda i, x, y, k: BINARY[i][0](F, x, y, k),
            x,
            y,
        )


# ------------------------------------------------------------------------- two ways to carry it out
class Ours:
    """By ``nd``, while it records."""

    def __init__(self, dtype):
        self.dtype, self.drawn = dtype, []

    def unary(self, i, x, k):
        return UNARY[i][0](nd, x, k)

    def binary(self, i, x, y, k):
        return BINARY[i][0](nd, x, y, k)

    def shaped(self, i, x, k):
        return SHAPED[i][0](x, k)

    def part(self, x, key):
        return x[key]

    def same_memory(self, x, i, shape):
        if i % 3 == 0:
            return x.reshape(shape)
        return x.expand_dims(0, inplace=True) if i % 3 == 1 else x.flatten(inplace=True)

    def constant(self, values):
        return nd.array(values, dtype=self.dtype)

    def block(self, operators, how, x, y):
        net = Net(operators)
        if how % 4:
            net.hybridize(static_alloc=how % 2 == 0, static_shape=how % 2 == 0)
        if how % 3 == 0:
            net(nd.ones_like(x), nd.ones_like(y))
        return net(x, y)

    def foreach(self, x, state, weight, k):
        def body(row, s):
            s = nd.tanh(row * k + s * weight)
            return s * row, s

        return nd.contrib.foreach(body, x, state)

    def loop(self, x, y, n, k):
        def body(i, x):
            return x, (i + 1, nd.tanh(x * k) + y)

        start = (nd.zeros((1,)), x)
        return nd.contrib.while_loop(lambda i, x: i < n, body, start, max_iterations=5)[1][1] * 1

    def branch(self, x, y, k):
        return nd.contrib.cond(x.sum() > 0.01, lambda: nd.tanh(x) * y, lambda: x - y * k)

    def paused(self, i, x, k):
        with autograd.pause():
            return self.unary(i, x, k)

    def detached(self, x):
        return x.detach().copy()

    def draw(self, shape):
        x = nd.random.uniform(-1, 1, shape=shape, dtype=self.dtype)
        self.drawn.append(x.copy())
        return x

    def look(self, x):
        x.asnumpy()


class Reference:
    """By NumPy, of complex numbers; ``drawn`` are random numbers that were drawn."""

    def __init__(self, drawn):
        self.drawn = list(drawn)

    def unary(self, i, x, k):
        return onp.array(UNARY[i][1](x, k))

    def binary(self, i, x, y, k):
        return onp.array(BINARY[i][1](x, y, k))

    def shaped(self, i, x, k):
        return onp.array(SHAPED[i][1](x, k))

    part = staticmethod(part_of)

    def same_memory(self, x, i, shape):
        return x.reshape([shape, (1, *x.shape), (len(x), -1)][i % 3])

    def constant(self, values):
        return values + 0j

    def block(self, operators, how, x, y):
        return onp.array(several(operators, self.unary, self.binary, x, y))

    def foreach(self, x, state, weight, k):
        found = []
        for row in x:
            state = onp.tanh(row * k + state * weight)
            found.append(state * row)
        return onp.stack(found), state

    def loop(self, x, y, n, k):
        for _ in range(n):
            x = onp.tanh(x * k) + y
        return x * 1

    def branch(self, x, y, k):
        return onp.tanh(x) * y if x.real.sum() > 0.01 else x - y * k

    def paused(self, i, x, k):
        return self.unary(i, x.real + 0j, k)

    def detached(self, x):
        return x.real + 0j

    def draw(self, shape):
        return self.drawn.pop(0) + 0j

    def look(self, x):
        pass


KINDS = (
    "unary unary binary binary binary shaped part part part memory constant set add block block "
    "foreach loop branch paused detached draw look twice"
).split()


def forward(instructions, variables, constants, F):
    """What is recorded: all its arrays. Only what is neither learned (True) nor an early view of
    what is (None) is written.
    """
    pool = [(x, True) for x in variables] + [(constants[0], False)]
    pool += [(x, None) for x in constants[1:]]
    for kind, a, b, c, d, k in instructions:
        x, learned = pool[a % len(pool)]
        same = [p for p in pool if p[0].shape == x.shape]
        y, other = same[b % len(same)]
        fixed = [p[0] for p in pool if p[1] is False]
        w = fixed[b % len(fixed)]
        if x.size > 200 or x.ndim > 3:
            continue
        if kind == "unary":
            pool.append((F.unary(b % len(UNARY), x, k), learned))
        elif kind == "binary":
            pool.append((F.binary(c % len(BINARY), x, y, k), learned or other))
        elif kind == "shaped":
            pool.append((F.shaped(b % len(SHAPED), x, k), learned))
        elif kind == "part":
            pool.append((F.part(x, key_of(x.shape, b, c, d)), learned))
        elif kind == "memory":
            fits = [s for s in SHAPES if onp.prod(s) == x.size] or [x.shape]
            pool.append((F.same_memory(x, c, fits[b % len(fits)]), learned))
        elif kind == "constant":
            values = onp.random.default_rng(b).uniform(-1, 1, x.shape).astype("float32")
            pool.append((F.constant(values), False))
        elif kind == "set":
            w[key_of(w.shape, b, c, d)] = k
        elif kind == "add":
            w += k
        elif kind == "block":
            r = onp.random.default_rng((b, c, d))
            operators = [
                (*map(int, r.integers((len(UNARY), len(BINARY)))), r.random() < 0.4, 0.7)
                for _ in range(1 + d % 3)
            ]
            pool.append((F.block(operators, c, x, y), learned or other))
        elif kind == "foreach" and x.ndim > 1:
            results, state = F.foreach(x, F.part(y, 0), F.part(x, -1), k)
            pool += [(results, learned or other), (state, learned or other)]
        elif kind == "loop":
            pool.append((F.loop(x, y, 1 + b % 3, k), learned or other))
        elif kind == "branch":
            pool.append((F.branch(x, y, k), learned or other))
        elif kind == "paused":
            pool.append((F.paused(b % len(UNARY), x, k), False))
        elif kind == "detached":
            pool.append((F.detached(x), False))
        elif kind == "draw":
            pool.append((F.draw(x.shape), False))
        elif kind == "look":
            F.look(x)
        elif kind == "twice":
            for _ in range(2):
                x = F.binary(c % len(BINARY), x, y, k)
            pool.append((x, learned or other))
    return [x for x, _ in pool]


# ------------------------------------------------------------------------------------- one program
def program(rng):
    """Rounds of instructions, what is written before and after the backward pass, and requests."""
    rounds = [
        (
            [
                (
                    str(rng.choice(KINDS)),
                    *map(int, rng.integers(0, 1000, 4)),
                    float(rng.choice([0.5, -1.25, 2.0, 0.75, -0.7])),
                )
                for _ in range(int(rng.integers(2, 13)))
            ],
            str(rng.choice(["nothing", "variable", "whole", "look"])),
            str(rng.choice(["nothing", "minus", "update", "whole", "gradient"])),
            int(rng.integers(3)),
        )
        for _ in range(int(rng.integers(1, 4)))
    ]
    if rng.random() < 0.5:  # the same is recorded each time
        rounds = [(rounds[0][0], *rest) for _, *rest in rounds]
    return {
        "rounds": rounds,
        "requests": ["write", *map(str, rng.choice(["write", "write", "add"], 2))],
        "in one array": bool(rng.random() < 0.5),
        "again": bool(rng.random() < 0.2),
    }


class Run:
    """A program, by ``nd``, and what is compared."""

    def __init__(self, program, rng):
        self.program, self.rng = program, rng
        self.dtype = str(rng.choice(["float32", "float64"]))
        self.rtol, self.atol = TOLERANCES[self.dtype]
        shapes = [SHAPES[int(i)] for i in rng.integers(0, len(SHAPES), 4)]
        values = [rng.uniform(-1, 1, s).astype(self.dtype) for s in shapes]
        self.constant = nd.array(values[3], dtype=self.dtype)
        self.whole = None
        if program["in one array"]:
            flat = onp.concatenate([x.ravel() for x in values[:3]])
            self.whole = nd.array(flat, dtype=self.dtype)
            ends = onp.cumsum([0, *(x.size for x in values[:3])])
            self.variables = [
                self.whole[int(a) : int(b)].reshape(s) for a, b, s in zip(ends, ends[1:], shapes)
            ]
        else:
            self.variables = [nd.array(x, dtype=self.dtype) for x in values[:3]]
        self.early = [x[0:1] for x in self.variables]  # made before they are variables
        for x, request in zip(self.variables, program["requests"]):
            x.attach_grad(request)
        self.sums = [onp.zeros(x.shape) for x in self.variables]

    def close(self, found, wanted, what):
        wanted = onp.asarray(wanted)
        assert found.shape == wanted.shape, what
        scale = max(1.0, float(onp.abs(wanted).max()))
        onp.testing.assert_allclose(found, wanted, self.rtol, self.atol * scale, err_msg=what)

    def play(self):
        for k, (instructions, before, after, which) in enumerate(self.program["rounds"]):
            self.round(instructions, before, which, f"round {k} of {self.program}")
            self.update(after, which)
            if max(float(onp.abs(x.asnumpy()).max()) for x in self.variables) > 100:
                return

    def round(self, instructions, before, which, what):
        at = [x.asnumpy().astype("float64") for x in self.variables]
        fixed = self.constant.asnumpy().astype("float64")
        ours = Ours(self.dtype)
        with autograd.record():
            pool = forward(instructions, self.variables, [self.constant, *self.early], ours)
            weights = [self.rng.uniform(0.5, 1.5, x.shape).astype(self.dtype) for x in pool]
            parts = [(x * nd.array(w, dtype=self.dtype)).sum() for x, w in zip(pool, weights)]
            total = nd.add_n(*parts)
        values = [x.asnumpy() for x in pool] if before == "look" else None
        if before == "variable":  # gradients are those of the values that were recorded
            self.variables[which] += 0.25
        elif before == "whole" and self.whole is not None:
            self.whole *= 0.5
        total.backward(retain_graph=self.program["again"])
        if self.program["again"]:
            total.backward()
        drawn = [x.asnumpy().astype("float64") for x in ours.drawn]

        def reference(points):
            constants = [fixed + 0j, *[x[0:1] + 0j for x in at]]
            found = forward(instructions, points, constants, Reference(drawn))
            return sum((x * w).sum() for x, w in zip(found, weights)), found

        value, wanted = reference([x + 0j for x in at])
        self.close(total.asnumpy(), onp.array([value.real]), f"total, {what}")
        for i, (x, y) in enumerate(zip(values or [], wanted)):
            self.close(x, y.real, f"array {i}, {what}")
        for i, x in enumerate(self.variables):
            direction = self.rng.uniform(-1, 1, x.shape)
            points = [p + 0j for p in at]
            points[i] = points[i] + 1j * STEP * direction
            slope = reference(points)[0].imag / STEP
            found = x.grad.asnumpy().astype("float64")
            new = found
            if self.program["requests"][i] == "add":
                new = (found - self.sums[i]) / (2 if self.program["again"] else 1)
            self.sums[i] = found
            scale = max(1.0, float(onp.abs(found).max())) * direction.size**0.5
            error = abs((new * direction).sum() - slope)
            assert error <= self.rtol * abs(slope) + self.atol * scale, f"gradient {i}, {what}"
        # what ``forward`` wrote into the constant, and nothing else, is there
        again = [fixed + 0j, *[x[0:1] + 0j for x in at]]
        forward(instructions, [x + 0j for x in at], again, Reference(drawn))
        self.close(self.constant.asnumpy(), again[0].real, f"constant, {what}")

    def update(self, how, which):
        kept = [x.asnumpy() for x in self.variables]
        if how == "minus":
            for x in self.variables:
                x -= 0.05 * x.grad
        elif how == "update":
            for x in self.variables:
                nd.sgd_update(x, x.grad, lr=0.05, wd=0.0, out=x)
        elif how == "whole" and self.whole is not None:
            self.whole -= 0.125
            kept = [x - 0.125 for x in kept]
        elif how == "gradient":
            self.variables[which].grad[0] = 0.5
            self.sums[which][0] = 0.5
        if how in ("minus", "update"):
            kept = [x - 0.05 * s for x, s in zip(kept, self.sums)]
        for i, (x, y) in enumerate(zip(self.variables, kept)):
            self.close(x.asnumpy(), y, f"variable {i} after {how}, {self.program}")
        if self.whole is not None:
            flat = onp.concatenate([x.asnumpy().ravel() for x in self.variables])
            assert self.whole.asnumpy().tobytes() == flat.tobytes(), self.program


def try_programs(rounds, seed, mode):
    """Raise AssertionError where values or gradients differ from NumPy's."""
    engine, most = MODES[mode]
    old, before = mx.engine.set_engine_type(engine), _config.set_option("evaluate", most)
    try:
        for k in range(rounds):
            rng = onp.random.default_rng((seed, k))
            mx.random.seed(seed + k)
            drawn = program(rng)
            for _ in range(2 if mode == "first evaluated" else 1):
                try:
                    Run(drawn, onp.random.default_rng((seed, k, 1))).play()
                except AssertionError as e:
                    raise AssertionError(f"program {k} of {seed}, {mode}: {e}") from e
    finally:
        mx.engine.set_engine_type(old)
        _config.set_option("evaluate", before)


# ---------------------------------------------------------------------------------------- tests
@pytest.mark.parametrize("mode", MODES)
def test_recorded_programs(mode, seed):
    each = {"evaluated": 1, "op by op": 2}.get(mode, 40 if LONG else 6)
    with onp.errstate(all="ignore"):
        try_programs(PROGRAMS // each, seed, mode)


def test_programs_find_gradients_that_are_wrong(seed, monkeypatch):
    half = (lambda F, x, k: (x + F.BlockGrad(x)) * 0.5, lambda x, k: x)
    monkeypatch.setitem(globals(), "UNARY", [half])
    with onp.errstate(all="ignore"), pytest.raises(AssertionError, match="gradient"):
        try_programs(20, seed, "evaluated")
