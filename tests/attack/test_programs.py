"""Random programs against NumPy, with views that are written from both sides.

``make attack`` tries more of them (MXNET_ATTACK_ROUNDS is set).
"""

import os

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, nd

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
PROGRAMS = int(os.environ.get("MXNET_ATTACK_PROGRAMS", "50000")) if LONG else 15

# ------------------------------------------------------------------------------------ programs
SHAPES = [(4, 6), (2, 12), (24,), (3, 2, 4)]
MODES = {  # engine, how often what is new is run without the compiler
    "op by op": ("NaiveEngine", 1 << 30),
    "op by op, compiled": ("NaiveEngine", 0),
    "evaluated": ("ThreadedEnginePerDevice", 1 << 30),
    "compiled": ("ThreadedEnginePerDevice", 0),
}


def program(rng):
    """A list of instructions, of numbers that are taken modulo what there is."""
    kinds = "row part shape fresh unary binary add scale set set_row set_part copy look".split()
    return [
        (
            str(rng.choice(kinds)),
            *map(int, rng.integers(0, 24, 4)),
            float(rng.choice([0.5, -1.25, 2.0])),
        )
        for _ in range(int(rng.integers(3, 16)))
    ]


def interpret(instructions, start, tanh, copies=False):
    """Values of all arrays at the end: ``start`` and what was made of it, of which some share
    memory. The same text for NumPy and for ``nd``.
    """
    pool = list(start)
    seen = []

    def shared(x):
        return x.copy() if copies else x

    for kind, a, b, c, d, number in instructions:
        x = pool[a % len(pool)]
        n = x.shape[0]
        low = b % n
        high = low + 1 + c % (n - low)
        same = [y for y in pool if y.shape == x.shape]
        y = same[b % len(same)]
        if kind == "row" and len(x.shape) > 1:
            pool.append(shared(x[low]))
        elif kind == "part":
            pool.append(shared(x[low:high]))
        elif kind == "shape":
            fits = [s for s in SHAPES if onp.prod(s) == onp.prod(x.shape)] or [x.shape]
            pool.append(shared(x.reshape(fits[b % len(fits)])))
        elif kind == "fresh":
            pool.append(x * 1)
        elif kind == "unary":
            pool.append(tanh(x))
        elif kind == "binary":
            pool.append(x + y if d % 2 else x * y - y)
        elif kind == "add":
            x += number
        elif kind == "scale":
            x *= number / 2
        elif kind == "set":
            x[:] = y * 0.5 if d % 2 else number
        elif kind == "set_row":
            x[low] = number
        elif kind == "set_part":
            x[low:high] = x[low:high] * 0.25 + number
        elif kind == "copy":
            pool.append(x.copy())
        elif kind == "look":
            seen.append(x.asnumpy() if isinstance(x, mx.nd.NDArray) else x.copy())
    return seen + pool


def outcomes(instructions, start, mode, copies=False):
    """What ``nd`` makes of it in one mode."""
    engine, most = MODES[mode]
    old, before = mx.engine.set_engine_type(engine), _config.set_option("evaluate", most)
    try:
        found = interpret(instructions, [nd.array(x) for x in start], nd.tanh, copies)
        return [x.asnumpy() if isinstance(x, nd.NDArray) else x for x in found]
    finally:
        mx.engine.set_engine_type(old)
        _config.set_option("evaluate", before)


def try_programs(rounds, seed, modes, copies=False):
    """Raise AssertionError where a mode differs from NumPy."""
    for k in range(rounds):
        rng = onp.random.default_rng((seed, k))
        instructions = program(rng)
        start = [rng.uniform(-1, 1, s).astype("float32") for s in SHAPES[:2]]
        wanted = interpret(instructions, [x.copy() for x in start], onp.tanh)
        for mode in modes:
            found = outcomes(instructions, start, mode, copies)
            for i, (x, y) in enumerate(zip(found, wanted, strict=True)):
                onp.testing.assert_allclose(
                    x,
                    y,
                    2e-4,
                    2e-5,
                    err_msg=f"program {k} of {seed}, {mode}, array {i}: {instructions}",
                )


@pytest.mark.parametrize("mode", MODES)
def test_random_programs(mode, seed):
    rounds = PROGRAMS // 50 if LONG and MODES[mode][1] == 0 else PROGRAMS  # those are compiled
    with onp.errstate(all="ignore"):
        try_programs(rounds, seed, [mode])


def test_programs_find_views_that_are_none(seed):
    with pytest.raises(AssertionError, match="op by op"):
        try_programs(60, seed, ["op by op"], copies=True)
