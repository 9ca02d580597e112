"""Sums over windows and gradients of pooling, with and without the native kernels, against the
definition by loops.
"""

import itertools
from functools import partial

import jax
import numpy as onp
import pytest

from mxnet import _config
from mxnet._graph.equations import Aval
from mxnet._ops import nn_pool
from mxnet._ops.kernels import choose, host, native

pytestmark = pytest.mark.usefixtures("compiled_at_once")

RNG = onp.random.default_rng(23)
INF, NAN = onp.inf, onp.nan


@pytest.fixture(params=["native", "xla"])
def mode(request, monkeypatch):
    """Each way in turn; arrays of any size count as large."""
    if request.param == "native" and not native.available(native.POOLING):
        pytest.skip(f"native kernels: {native.state(native.POOLING)}")
    monkeypatch.setattr(choose, "_LARGE_IMAGE", 0)
    monkeypatch.setattr(choose, "_FEW_OFFSETS", 0)
    monkeypatch.setattr(choose, "_MANY_OFFSETS", 0)
    before = _config.get("kernels")
    _config.set_option("kernels", request.param)
    yield request.param
    _config.set_option("kernels", before)


# shape, kernel, stride, low and high pads, first spatial axis
CASES = {
    "quarters": ((2, 3, 9, 7), (2, 2), (2, 2), ((0, 0), (0, 0)), 2),
    "wide quarters": ((1, 2, 4, 70), (2, 2), (2, 2), ((0, 0), (0, 0)), 2),
    "quarters beyond the edge": ((2, 2, 9, 7), (2, 2), (2, 2), ((0, 1), (0, 1)), 2),
    "overlapping": ((2, 3, 9, 40), (3, 3), (2, 2), ((1, 1), (1, 1)), 2),
    "dense": ((1, 2, 8, 35), (3, 2), (1, 1), ((1, 0), (1, 1)), 2),
    "with gaps": ((1, 2, 11, 12), (2, 2), (3, 4), ((0, 0), (1, 0)), 2),
    "outside altogether": ((1, 1, 4, 5), (2, 2), (3, 3), ((1, 3), (1, 4)), 2),
    "channels last": ((2, 9, 7, 5), (3, 2), (1, 3), ((1, 1), (0, 0)), 1),
    "many channels last": ((1, 4, 4, 37), (2, 2), (2, 2), ((0, 0), (0, 0)), 1),
    "one axis": ((2, 3, 40), (4,), (3,), ((2, 2),), 2),
    "few and wide": ((1, 3, 14, 23), (7, 7), (7, 7), ((0, 0), (2, 3)), 2),
    "overlapping far": ((1, 2, 9, 17), (5, 5), (3, 3), ((2, 2), (0, 0)), 2),
    "three axes": ((2, 2, 5, 6, 7), (2, 3, 2), (2, 1, 1), ((0, 0), (1, 1), (1, 1)), 2),
}


def windows(case):
    shape, kernel, stride, pads, first = CASES[case]
    sizes = shape[first : first + len(kernel)]
    out = [
        (n + low + high - k) // s + 1 for n, k, s, (low, high) in zip(sizes, kernel, stride, pads)
    ]
    axes = tuple(range(first, first + len(kernel)))
    return nn_pool.Windows(len(shape), axes, kernel, stride, pads, out)


def members(full, shape):
    """For each window of one plane: its number in y, and its elements' places, in order."""
    _, axes, kernel, stride, pads, out = full
    for at in itertools.product(*map(range, out)):
        places = []
        for offset in itertools.product(*map(range, kernel)):
            p = [a * s - low + o for a, s, (low, _), o in zip(at, stride, pads, offset)]
            if all(0 <= i < shape[axis] for i, axis in zip(p, axes)):
                places.append(tuple(p))
        yield at, places


def by_loops(full, x, g, v, winners):
    """The gradient, and the transpose of that map of ``g``, applied to ``v``."""
    first, n = full[1][0], len(full[1])
    planes = [i for i in range(x.ndim) if not first <= i < first + n]
    order, shape = (*planes, *full[1]), x.shape
    x, g, v = (a.transpose(order) for a in (x, g, v))
    dx, dg = onp.zeros(x.shape), onp.zeros(g.shape)
    for plane in itertools.product(*(range(x.shape[i]) for i in range(len(planes)))):
        for at, places in members(full, shape):
            for p in winners(x[plane], places):
                dx[plane][p] += g[plane][at]
                dg[plane][at] += v[plane][p]
    back = onp.argsort(order)
    return dx.transpose(back), dg.transpose(back)


def highest(x, places):
    """The first of those that are not a number, or else of the largest."""
    if not places:
        return []
    values = onp.array([x[p] for p in places])
    return [places[int(onp.argmax(values))]]  # of not-a-numbers argmax takes the first too


def check(case, x, pool, winners, mode, target):
    full = windows(case)
    y_shape = jax.eval_shape(partial(pool, full), x).shape
    g = RNG.standard_normal(y_shape, "float32")
    v = RNG.standard_normal(x.shape, "float32")

    def run(x, g, v):
        def back(g):
            return jax.vjp(partial(pool, full), x)[1](g)[0]

        return back(g), jax.vjp(back, g)[1](v)[0], jax.vmap(back)(g[None])[0]

    compiled = jax.jit(run)
    assert (native.name(target) in compiled.lower(x, g, v).as_text()) == (mode == "native")
    dx, dg, mapped = compiled(x, g, v)
    expected, of_g = by_loops(full, x, g.astype("float64"), v.astype("float64"), winners)
    for found, wanted in ((dx, expected), (dg, of_g), (mapped, expected)):
        onp.testing.assert_allclose(found, wanted, rtol=1e-5, atol=2e-6)


# (49 elements a window take seconds to compile)
@pytest.mark.parametrize("case", sorted(set(CASES) - {"few and wide"}))
def test_maximum(case, mode):
    """Many equal elements, infinities and not-a-numbers."""
    shape = CASES[case][0]
    x = RNG.choice([0.0, -0.0, 1, 2, INF, -3, NAN], shape, p=[0.2, 0.2, 0.2, 0.2, 0.05, 0.1, 0.05])
    check(case, x.astype("float32"), nn_pool.max_pool, highest, mode, "max_back")


@pytest.mark.parametrize("case", CASES)
def test_sum(case, mode):
    x = RNG.standard_normal(CASES[case][0], "float32")
    check(case, x, nn_pool.window_sum, lambda x, places: places, mode, "window_spread")
    # the sum is the transpose of its gradient
    full = windows(case)
    compiled = jax.jit(lambda x: nn_pool.window_sum(full, x))
    assert (native.name("window_sum") in compiled.lower(x).as_text()) == (mode == "native")
    y = compiled(x)
    nothing = onp.zeros(x.shape)
    _, sums = by_loops(full, nothing, onp.zeros(y.shape), x.astype("d"), lambda x, places: places)
    onp.testing.assert_allclose(y, sums, rtol=1e-5, atol=2e-6)


SIZES = ((9, 5), (40, 20))  # of x and y along the axes of the overlapping windows


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_widths_and_no_examples(dtype, mode):
    full = windows("overlapping")
    x = RNG.standard_normal((0, 3, 9, 40)).astype(dtype)
    for pool in (nn_pool.max_pool, nn_pool.window_sum):
        y, pull = jax.vjp(jax.jit(partial(pool, full)), x)
        assert pull(y)[0].shape == x.shape
        some = onp.arange(2 * 3 * 9 * 40).reshape(2, 3, 9, 40).astype(dtype)
        y, pull = jax.vjp(jax.jit(partial(pool, full)), some)
        (dx,) = pull(onp.ones(y.shape, dtype))
        assert dx.dtype == dtype
        # each window gives to one element, or to all but those in the padding
        inside = [sum(0 <= 2 * i - 1 + o < n for i in range(m) for o in range(3)) for n, m in SIZES]
        given = y.size if pool is nn_pool.max_pool else 6 * inside[0] * inside[1]
        assert float(dx.astype("float64").sum()) == given


@pytest.mark.parametrize("convention", ["valid", "full", "same"])
@pytest.mark.parametrize("pad", [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (3, 3), (4, 5)])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 4)])
def test_windows_of_few_offsets_by_numpy(kernel, stride, pad, convention):
    """Sums of windows and what their gradients come to, element by element."""
    pad = (0, 0) if convention == "same" else pad  # which finds the padding itself
    for spatial in ((7, 9), (8, 12), (9, 9), (5, 5)):
        shape, rng = (2, 3, *spatial), onp.random.RandomState(1)
        sizes = zip(spatial, kernel, stride, pad)
        out, pads = zip(*(nn_pool.extent(*a, convention, shape) for a in sizes))
        params = {"windows": nn_pool.Windows(4, (2, 3), kernel, stride, pads, out), "shape": shape}
        x = rng.randint(-9, 9, shape).astype("float32")
        g = rng.randint(-9, 9, (2, 3, *out)).astype("float32")
        sums, back = onp.zeros_like(g), onp.zeros_like(x)
        for at in onp.ndindex(*out):
            for offset in onp.ndindex(*kernel):
                to = zip(at, stride, offset, pads)
                i, j = (n * s + o - low for n, s, o, (low, _) in to)
                if 0 <= i < spatial[0] and 0 <= j < spatial[1]:
                    sums[:, :, at[0], at[1]] += x[:, :, i, j]
                    back[:, :, i, j] += g[:, :, at[0], at[1]]
        for name, given, wanted in (("sum", x, sums), ("spread", g, back)):
            ins = [Aval(given.shape, given.dtype)], [Aval(wanted.shape, wanted.dtype)]
            found = host.RULES[f"mxnet_window_{name}"](params, *ins)(given)
            onp.testing.assert_array_equal(found, wanted, strict=True)
