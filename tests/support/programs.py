"""Random programs on arrays, run in several ways that must agree.

A program is a list of instructions drawn by hypothesis; it is interpreted against ``mxnet`` alone,
so the
interpreter does not know which engine runs it.
"""

import numpy as onp
from hypothesis import strategies as st

import mxnet as mx
from mxnet import autograd, nd

UNARY = ["tanh", "sigmoid", "square", "relu", "abs", "negative", "softmax"]
BINARY = ["+", "-", "*", "maximum"]

_index = st.integers(0, 7)
_number = st.sampled_from([0.5, -1.25, 2.0, 3.0, 0.1])
INSTRUCTION = st.one_of(
    st.tuples(st.just("unary"), st.sampled_from(UNARY), _index),
    st.tuples(st.just("binary"), st.sampled_from(BINARY), _index, _index),
    st.tuples(st.just("scalar"), st.sampled_from("+-*"), _index, _number),
    st.tuples(st.just("dot"), _index, _index),
    st.tuples(st.just("sum"), _index, st.sampled_from([0, 1])),
    st.tuples(st.just("row"), _index, st.integers(0, 2)),
    st.tuples(st.just("write"), _index, st.integers(0, 2), _number),
    st.tuples(st.just("inplace"), _index, _number),
    st.tuples(st.just("random"), st.sampled_from(["uniform", "normal"])),
    st.tuples(st.just("dropout"), _index),
    st.tuples(st.just("look"), _index),
    st.tuples(st.just("drop"), _index),
)
PROGRAM = st.lists(INSTRUCTION, min_size=1, max_size=14)
PURE = (
    "unary",
    "binary",
    "scalar",
    "dot",
    "sum",
    "random",
    "dropout",
)  # what a hybridized block may hold

SIDE = 3


def start(seed):
    """The arrays every program begins with."""
    rng = onp.random.RandomState(seed)
    return [nd.array(rng.uniform(-1, 1, (SIDE, SIDE))) for _ in range(3)]


def step(pool, instruction, F=nd):
    """Carry out one instruction on the pool of arrays (all 3x3)."""
    kind, *rest = instruction
    if kind == "random":
        pool.append(getattr(F.random, rest[0])(shape=(SIDE, SIDE)))
        return
    if kind == "drop" and len(pool) > 4:
        pool.pop()
        return
    x = pool[rest[1 if kind in ("unary", "binary", "scalar") else 0] % len(pool)]
    if kind == "unary":
        pool.append(getattr(F, rest[0])(x))
    elif kind == "binary":
        y = pool[rest[2] % len(pool)]
        pool.append(
            {
                "+": lambda: x + y,
                "-": lambda: x - y,
                "*": lambda: x * y,
                "maximum": lambda: F.broadcast_maximum(x, y),
            }[rest[0]]()
        )
    elif kind == "scalar":
        n = rest[2]
        pool.append({"+": lambda: x + n, "-": lambda: n - x, "*": lambda: x * n}[rest[0]]())
    elif kind == "dot":
        pool.append(F.dot(x, pool[rest[1] % len(pool)]))
    elif kind == "sum":
        pool.append(F.broadcast_add(F.zeros_like(x), F.sum(x, axis=rest[1], keepdims=True)))
    elif kind == "row":
        view = x[rest[1]]
        pool.append(F.broadcast_add(F.zeros_like(x), view.reshape((1, SIDE))))
    elif kind == "write":
        x[rest[1]] = rest[2]
    elif kind == "inplace":
        x += rest[1]
    elif kind == "dropout":
        pool.append(F.Dropout(x, p=0.5))
    elif kind == "look":
        x.asnumpy()


def run(program, seed, engine, evaluate=None):
    """Values, gradients and later random draws of a program under an engine: a list of NumPy
    arrays. ``evaluate``: how often paths are evaluated first, if not as it is set.

    Instructions that write are left out while recording, where MXNet forbids most of them.
    """
    old = mx.engine.set_engine_type(engine)
    often = None if evaluate is None else mx.engine.set_evaluate(evaluate)
    try:
        mx.random.seed(seed)
        leaves = start(seed)
        for x in leaves:
            x.attach_grad()
        outside = [x * 1 for x in leaves]
        for instruction in program:
            step(outside, instruction)
        with autograd.record():
            pool = list(leaves)
            for instruction in program:
                if instruction[0] not in ("write", "inplace"):
                    step(pool, instruction)
            total = pool[0].sum()
            for x in pool[1:]:
                total = total + x.sum()
        total.backward()
        return [
            x.asnumpy()
            for x in (
                *outside,
                *pool,
                total,
                *[x.grad for x in leaves],
                nd.random.uniform(shape=(4,)),
            )
        ]
    finally:
        mx.engine.set_engine_type(old)
        if often is not None:
            mx.engine.set_evaluate(often)
