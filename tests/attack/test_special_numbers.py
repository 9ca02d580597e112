"""Every operator gives the same by NumPy and compiled where numbers are NaN, infinite, zeros of
both signs, the largest of their type, truth values, or none at all.

What it gives is also multiplied, within the program, by such numbers: XLA knows what it was made
from, and may take a product for something else. ``make attack`` tries more types.
"""

import os
import zlib

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet._dtypes import is_floating
from mxnet._engine.evaluate import EVALUATION
from mxnet._graph.lower import TRACING
from mxnet._ops import _spec
from mxnet._ops._storage import Csr
from mxnet.error import MXNetError
from support.ops import bind
from support.samples import samples

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
SAMPLES = samples()
OPERATORS = {op.name: op for op in _spec.registry.values()}
SPECIAL = [onp.nan, onp.inf, -onp.inf, 0.0, -0.0, 1, -1, 2.5, 0.5, -0.5, -2, 3]
OPTIONS = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
# sums with infinities in an order of the kernel's: out of the edges of an image an infinite weight
# meets the zeros of the padding, or nothing; matrices of colours are multiplied together first
ANY_ORDER = {
    *("Convolution", "Deconvolution", "Correlation"),
    *("_image_random_hue", "_image_random_color_jitter"),
    "_vision_random_resized_crop",
}


def special(a, variant, rng):
    """An array like ``a`` with special numbers in it; what is no float stays."""
    if isinstance(a, Csr) or a.dtype.kind != "f":
        return a
    if variant == "empty":
        return a[:0] if a.ndim else a
    dtype = onp.dtype(variant)
    if dtype.kind == "b":
        return rng.random(a.shape) < 0.5
    if dtype.kind == "f":
        return rng.choice(SPECIAL, a.shape).astype(dtype)
    i = onp.iinfo(dtype)
    some = [0, 1, 2, 3, 7, 31, -1, -2, -7, 100, i.max, i.max - 1, i.min, i.min + 1, i.max // 2]
    return rng.choice(onp.array([v for v in some if i.min <= v <= i.max], dtype), a.shape)


def cases(family, variant):
    """Name -> (bound, arrays, words, factors for the outputs), of what takes such arrays."""
    found = {}
    for name, op in OPERATORS.items():
        if op.fn.__module__.rpartition(".")[2] != family or op.barrier:
            continue
        arrays, attrs = SAMPLES[name]
        if any(isinstance(a, Csr) for a in arrays) or (op.needs_key and variant != "float32"):
            continue
        rng = onp.random.default_rng(zlib.crc32(f"{name} {variant}".encode()))
        arrays = [special(onp.asarray(a), variant, rng) for a in arrays]
        try:
            bound, _, words = bind(name, arrays, attrs, seed=3)
            shapes = jax.eval_shape(bound.run, arrays, words)
        except (MXNetError, TypeError, ValueError, IndexError):
            continue  # refused, whichever way it would have run
        factors = [rng.choice(SPECIAL, s.shape) for s in shapes]
        found[name] = bound, arrays, words, factors
    return found


def both(outs, factors, xp):
    """The outputs, and their products with the factors."""
    return [
        *outs,
        *[
            o * xp.asarray(f, o.dtype)
            for o, f in zip(outs, factors)
            if is_floating(o.dtype) and o.dtype.itemsize >= 4
        ],
    ]


def forward(bound, words, factors):
    """(traced function of the arrays, the same by NumPy): outputs and products."""
    numbers = [onp.float64(w) for w in words]
    return (
        lambda arrays: both(bound.run(list(arrays), words), factors, jnp),
        lambda arrays: both(EVALUATION.run(bound, arrays, numbers), factors, onp),
    )


def backward(bound, words, factors):
    """The same of gradients, for head gradients that are the factors."""
    numbers = [onp.float64(w) for w in words]

    def moving(arrays):
        floats = [i for i, a in enumerate(arrays) if is_floating(a.dtype)]
        outs = jax.eval_shape(bound.run, list(arrays), words)
        return tuple(floats), tuple([k for k, o in enumerate(outs) if is_floating(o.dtype)]), outs

    def traced(arrays):
        diff, floats, outs = moving(arrays)
        heads = tuple([jnp.asarray(factors[k], outs[k].dtype) for k in floats])
        _, pull = TRACING.differentiate(bound, list(arrays), words, diff, floats)
        return list(pull(heads))

    def by_numpy(arrays):
        diff, floats, outs = moving(arrays)
        heads = [onp.asarray(factors[k], outs[k].dtype) for k in floats]
        _, pull = EVALUATION.differentiate(bound, arrays, numbers, diff, floats)
        if pull is None:  # no gradient goes through it
            return [onp.zeros_like(arrays[i]) for i in diff]
        return EVALUATION.pull(None, pull, heads)

    return traced, by_numpy


def differences(found, ways=forward):
    """What differs, as text."""
    functions = [ways(bound, words, factors) for bound, _, words, factors in found.values()]
    given = [arrays for _, arrays, _, _ in found.values()]

    def whole(given):
        return [traced(arrays) for (traced, _), arrays in zip(functions, given)]

    compiled = jax.jit(whole).lower(given).compile(OPTIONS)(given)
    wrong = []
    for name, (_, by_numpy), arrays, results in zip(found, functions, given, compiled):
        with onp.errstate(all="ignore"):
            wanted = [onp.asarray(a) for a in by_numpy(arrays)]
        for k, (a, b) in enumerate(zip(wanted, map(onp.asarray, results), strict=True)):
            if a.dtype != b.dtype or a.shape != b.shape:
                wrong.append(f"{name}[{k}]: {a.dtype}{a.shape}, compiled {b.dtype}{b.shape}")
            elif name not in ANY_ORDER and not close(a, b):
                wrong.append(f"{name}[{k}] of {arrays}: {a}\ncompiled: {b}")
    return wrong


def close(a, b):
    """Equal but for rounding; of whole numbers equal."""
    if not is_floating(a.dtype):
        return onp.array_equal(a, b)
    narrow = a.dtype.itemsize <= 2
    a, b = a.astype("float64"), b.astype("float64")
    # where numbers cancel, what is left is as exact as they were
    largest = onp.max(onp.abs(a), initial=1, where=onp.isfinite(a))
    relative, near = (2e-3, 1e-3) if narrow else (2e-5, 3e-6)
    return onp.allclose(a, b, relative, near * min(largest, 1e4), equal_nan=True)


FAMILIES = sorted({op.fn.__module__.rpartition(".")[2] for op in OPERATORS.values()})
VARIANTS = ["float32"]
if LONG:
    VARIANTS += ["bool", "int32", "empty", "float16", "float64", "int8", "uint8", "int64"]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_as_compiled(family, variant):
    wrong = differences(cases(family, variant))
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(LONG, reason="is among the variants")
@pytest.mark.parametrize("family", ["numpy_elemwise", "elemwise"])
def test_truth_values_as_compiled(family):
    wrong = differences(cases(family, "bool"))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("family", FAMILIES if LONG else ["elemwise", "reduce"])
def test_gradients_as_compiled(family):
    wrong = differences(cases(family, "float32"), backward)
    assert not wrong, "\n".join(wrong)


def test_comparison_fires(monkeypatch):
    found = {"relu": cases("elemwise", "float32")["relu"]}
    assert not differences(found)
    monkeypatch.setattr(EVALUATION, "run", lambda bound, a, words: [onp.maximum(a[0], 0) + 1])
    assert "relu" in differences(found)[0]
