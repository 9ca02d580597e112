"""Products of 8-bit numbers against whole sums by NumPy, in each way they are computed."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import jax
import numpy as onp
import pytest

from mxnet import _config
from mxnet._graph.equations import Aval
from mxnet._ops.kernels import choose, convolution, direct, integer, native
from mxnet._ops.kernels.convolution import Geometry

RNG = onp.random.default_rng(5)
CASES = {  # x, w, stride, pad, dilate, groups
    "3x3": ((2, 3, 8, 9), (5, 3, 3, 3), (1, 1), (1, 1), (1, 1), 1),
    "strides": ((2, 16, 9, 9), (32, 16, 3, 3), (2, 2), (1, 0), (1, 1), 1),
    "1x1": ((3, 20, 4, 4), (17, 20, 1, 1), (1, 1), (0, 0), (1, 1), 1),
    "dilated": ((1, 4, 9, 9), (8, 4, 3, 3), (1, 1), (2, 2), (2, 2), 1),
    "more channels than float32 can add": (
        (1, 300, 4, 4),
        (6, 300, 3, 3),
        (1, 1),
        (0, 0),
        (1, 1),
        1,
    ),
    "by channel": ((2, 8, 7, 7), (8, 1, 3, 3), (1, 1), (1, 1), (1, 1), 8),
    "groups": ((2, 8, 7), (6, 4, 3), (1,), (1,), (2,), 2),
    "3 dimensions": ((2, 4, 5, 6, 7), (3, 4, 2, 2, 2), (1, 1, 1), (0, 1, 0), (1, 1, 1), 1),
    "a kernel of more offsets than float32 can add": (
        (1, 1, 40, 40),
        (1, 1, 40, 40),
        (1, 1),
        (0, 0),
        (1, 1),
        1,
    ),
}


def whole(x, w, stride, pad, dilate, groups):
    """The sums, one kernel offset after the other, in int64."""
    x = onp.pad(x.astype("int64"), [(0, 0), (0, 0), *[(p, p) for p in pad]])
    kernel = w.shape[2:]
    out = [
        (n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilate)
    ]
    y = onp.zeros((x.shape[0], w.shape[0], *out), "int64")
    per_in, per_out = x.shape[1] // groups, w.shape[0] // groups
    for offsets in itertools.product(*map(range, kernel)):
        at = tuple(
            slice(t * d, t * d + s * n, s) for t, d, s, n in zip(offsets, dilate, stride, out)
        )
        for g in range(groups):
            part = x[:, g * per_in : (g + 1) * per_in][(slice(None), slice(None), *at)]
            of = slice(g * per_out, (g + 1) * per_out)
            y[:, of] += onp.einsum(
                "nc...,oc->no...", part, w[(of, slice(None), *offsets)].astype("int64")
            )
    return y


def numbers(dtype, shape, wide=True):
    """All of a type's numbers; its ends are as frequent as the others together."""
    limits = onp.iinfo(dtype)
    if not wide:
        return RNG.integers(-9, 10, shape).clip(limits.min, limits.max).astype(dtype)
    found = RNG.integers(limits.min, limits.max + 1, shape)
    ends = RNG.choice([limits.min, limits.max], shape)
    return onp.where(RNG.random(shape) < 0.5, ends, found).astype(dtype)


@pytest.fixture(params=["native", "xla", "plain"])
def mode(request):
    old = _config.set_option("kernels", request.param)
    yield request.param
    _config.set_option("kernels", old)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("case", CASES)
def test_convolutions_are_exact(mode, case, dtype):
    xs, ws, *how = CASES[case]
    x, w = numbers(dtype, xs), numbers("int8", ws)
    found = jax.jit(lambda x, w: integer.convolution(x, w, *how))(x, w)
    assert found.dtype == "int32"
    onp.testing.assert_array_equal(found, whole(x, w, *how))


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize(("shape", "n"), [((3, 7), 4), ((2, 3, 700), 33), ((1, 2000), 1)])
def test_products_are_exact(mode, shape, n, dtype):
    x, w = numbers(dtype, shape), numbers("int8", (n, shape[-1]))
    found = jax.jit(integer.product)(x, w)
    expected = onp.einsum("...k,nk->...n", x.astype("int64"), w.astype("int64"))
    onp.testing.assert_array_equal(found, expected)


def test_sums_that_float32_does_not_hold_are_rounded_to_it():
    """The native kernel's go through float32: beyond 2^24 the last bits are lost, and no more."""
    x, w = onp.full((1, 4608), 127, "int8"), onp.full((1, 4608), -127, "int8")
    x[0, 0], w[0, 0] = 1, 1
    expected = int(x[0].astype("int64") @ w[0].astype("int64"))
    assert abs(expected) > 2**26
    found = int(jax.jit(integer.product)(x, w)[0, 0])
    assert abs(found - expected) <= abs(expected) * 2.0**-24


def test_weights_that_change_are_packed_again():
    """The kernel keeps packed weights by their addresses, which later arrays get as well."""
    convolve = jax.jit(lambda x, w: integer.convolution(x, w, (1, 1), (1, 1), (1, 1), 1))
    x = numbers("int8", (1, 32, 5, 5), wide=False)
    for _ in range(30):
        w = numbers("int8", (16, 32, 3, 3), wide=False)
        expected = whole(x, w, (1, 1), (1, 1), (1, 1), 1)
        for _ in range(2):
            onp.testing.assert_array_equal(convolve(x, w), expected)


def test_only_processors_that_add_in_32_bits_are_asked(monkeypatch):
    """Others saturate sums of two products at 16 bits."""
    compiled = jax.jit(integer.product).lower(onp.ones((2, 3), "int8"), onp.ones((4, 3), "int8"))
    has = native.available(native.BYTES) and choose.bytes_are_native()
    assert ("conv_bytes" in compiled.as_text()) == has
    monkeypatch.setattr(choose, "cpu_features", lambda: "sse avx2 avx512f")
    lowered = jax.jit(partial(integer.product)).lower(
        onp.ones((2, 3), "int8"), onp.ones((4, 3), "int8")
    )
    assert "conv_bytes" not in lowered.as_text()


def test_threads_that_pack_one_weight_at_once():
    if not (native.available(native.BYTES) and choose.bytes_are_native()):
        pytest.skip(f"native kernels: {native.state(native.BYTES)}")
    geometry = Geometry((1, 1), ((0, 0), (0, 0)), (1, 1), 1, "NCHW")
    call = direct.Call(native.BYTES, "conv_bytes", convolution.numbers(geometry), 0)
    int8, int32 = onp.dtype("int8"), onp.dtype("int32")
    ins = [Aval((1, 64, 4, 4), int8), Aval((64, 64, 3, 3), int8)]
    kernel = direct._Kernel(call, ins, [Aval((1, 64, 2, 2), int32)])
    kernel.threads = 1
    x, start = numbers("int8", (1, 64, 4, 4)), threading.Barrier(2)

    def convolve(w):
        start.wait()
        return kernel(x, w)[0]

    with ThreadPoolExecutor(2) as threads:
        for _ in range(200):
            w = numbers("int8", (64, 64, 3, 3))
            first, second = threads.map(convolve, [w, w])
            onp.testing.assert_array_equal(first, second)
            onp.testing.assert_array_equal(kernel(x, w)[0], first)
    onp.testing.assert_array_equal(first, whole(x, w, (1, 1), (0, 0), (1, 1), 1))
