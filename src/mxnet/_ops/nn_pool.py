"""Pooling: one number per window."""

import itertools
import math
from functools import partial, reduce
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail
from ._axes import numpy_for
from ._facts import batch_of_data
from ._limits import check_size, unfolded
from ._nn import DEFAULT_LAYOUT, accumulator, batched, layout_of, require_floating, window
from ._spec import Shape, op
from .kernels.pool import FEW_OFFSETS, Windows, amid, max_gradient, summing

LAYOUT = Literal["None", "NCW", "NCHW", "NCDHW", "NWC", "NHWC", "NDHWC"]


def _counted_outputs(node):
    """2 where the kernel of 1.9.1 on CPUs has a workspace."""
    spaces = node.read("layout") in (None, "None", "NCW", "NCHW", "NCDHW")
    return 2 if spaces and node.read("pool_type") == "max" and node.op_name != "Pooling_v1" else 1


def _pooling_by_numpy(
    ins, kernel, pool_type, global_pool, pooling_convention, stride, pad, count_include_pad, layout,
    p_value, cudnn_off,
):  # fmt: skip
    """Few offsets, added or compared one after the other, as the formula does."""
    (shape, dtype), n = ins[0], len(kernel)
    if dtype not in (onp.float32, onp.float64) or pool_type == "lp" or global_pool or 0 in shape:
        return None
    letters = layout_of("Pooling", layout, n)
    axes = tuple([i for i, c in enumerate(letters) if c not in "NC"])
    stride, pad = stride or (1,) * n, pad or (0,) * n
    if len(shape) != n + 2 or math.prod(kernel) > FEW_OFFSETS or pooling_convention == "same":
        return None
    spatial = [shape[a] for a in axes]
    out, pads = zip(
        *(extent(*a, pooling_convention, shape) for a in zip(spatial, kernel, stride, pad))
    )
    full = Windows(len(shape), axes, kernel, stride, pads, out)
    framed = full.framed(shape)
    if framed is None:
        return None
    padded, inside, keys = framed
    fill = least(dtype) if pool_type == "max" else 0
    join = onp.maximum if pool_type == "max" else onp.add
    factor = None
    if pool_type == "avg":
        how = pooling_convention, count_include_pad
        factor = onp.asarray(_factor(full, spatial, pad, *how), dtype)

    def pool(x):
        x = amid(fill, x, padded, inside)
        first, *rest = keys
        if rest:
            second, *rest = rest
            found = join(x[first], x[second], order="C")
            for key in rest:
                join(found, x[key], out=found)
        else:
            found = x[first].copy()
        return found if factor is None else onp.multiply(found, factor, found)

    return pool


@op(
    "Pooling",
    by_numpy=_pooling_by_numpy,
    aliases=("_npx_pooling", "Pooling_v1"),
    total=_counted_outputs,
    written={"Pooling_v1": "Pooling_v1"},
    complete=(batch_of_data,),
)
def pooling(
    data,
    *,
    kernel: Shape = (),
    pool_type: Literal["avg", "lp", "max", "sum"] = "max",
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: Literal["full", "same", "valid"] = "valid",
    stride: Shape = (),
    pad: Shape = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: LAYOUT | None = None,
) -> Any:
    """Reduce windows of the spatial axes to their maximum, mean, sum or p-norm.

    ========  ===================================================================================
    valid     ``(S + 2 pad - kernel) // stride + 1`` windows
    full      the same rounded up: the last window may reach past the padded input
    same      ``ceil(S / stride)`` windows; the last ones may reach past the input
    ========  ===================================================================================

    What a window covers beyond the input counts as 0, for the maximum as the least number of the
    type. The mean divides by the part of the window inside the padded input, or, with
    ``count_include_pad=False``, inside the input.

    Parameters
    ----------
    data : (B, C, *S) or, in a layout that ends in C, (B, *S, C) float
    kernel : 1 to 3 ints                    unused with ``global_pool``
    pool_type : {'max', 'avg', 'sum', 'lp'}
    global_pool : bool, default False       one window: the whole input
    pooling_convention : {'valid', 'full', 'same'}
    stride : ints, default all 1
    pad : ints, default all 0
    p_value : int, ``'lp'`` only  p of ``(sum x^p)^(1/p)``; as in 1.9.1 without absolute values
    count_include_pad : bool, default True
    layout : default channels first
    cudnn_off : accepted and without effect

    Returns
    -------
    (B, C, *T) in data's layout and dtype; half-precision floats accumulate in float32

    Raises
    ------
    ShapeError           if data, kernel, stride and pad do not fit each other
    AttributeTypeError   if p_value is missing
    DTypeError           if data is not floating

    Gradient     of the maximum goes to the first of equal elements; not-a-number wins over every
    number
    """
    where = "Pooling"
    require_floating(where, data=data)
    if pool_type == "lp" and (p_value is None or p_value < 1):
        fail(
            AttributeTypeError,
            where,
            "p_value does not fit pool_type='lp'",
            expected="an integer >= 1",
            got=p_value,
        )
    n = data.ndim - 2 if global_pool else len(kernel)
    if n not in DEFAULT_LAYOUT:
        fail(
            ShapeError,
            where,
            "kernel is missing" if not global_pool else "data has the wrong number of axes",
            expected="1 to 3 spatial axes",
            got=data.shape if global_pool else kernel,
        )
    letters = layout_of(where, layout, n)
    batched(where, data.shape, n, kernel)
    axes = tuple(i for i, c in enumerate(letters) if c not in "NC")
    if global_pool:
        return whole(data, axes, pool_type, p_value)
    kernel, stride, pad = (
        window(where, "kernel", kernel, n, 1),
        window(where, "stride", stride, n, 1),
        window(where, "pad", pad, n, 0),
    )
    spatial = [data.shape[a] for a in axes]
    out, pads = zip(
        *(extent(*a, pooling_convention, data.shape) for a in zip(spatial, kernel, stride, pad))
    )
    full = Windows(data.ndim, axes, kernel, stride, pads, out)
    check_size(full.spread(out, 1))
    if pool_type == "max":
        unfolded(where, "elements in a window", math.prod(kernel), _MOST_OFFSETS)
        return max_pool(full, data)
    x = data.astype(accumulator(data.dtype))
    if pool_type == "lp":
        total = window_sum(full, x**p_value)
        return root(total, p_value).astype(data.dtype)
    y = window_sum(full, x)
    if pool_type == "avg":
        factor = _factor(full, spatial, pad, pooling_convention, count_include_pad)
        y = y * (factor if isinstance(factor, float) else jnp.asarray(factor, x.dtype))
    return y.astype(data.dtype)


def _factor(full, spatial, pad, convention, count_include_pad):
    """What the sums are multiplied by for their mean: a number, or one for each window."""
    ndim, axes, kernel, stride, _, out = full
    with_pad = count_include_pad is None or count_include_pad
    counts = onp.ones((1,) * ndim)
    for axis, size, k, s, p, t in zip(axes, spatial, kernel, stride, pad, out):
        if convention == "valid" and (with_pad or not p):
            c = onp.full(1, float(k))  # no window reaches past its input
        else:
            c = covered(size, k, s, p, t, with_pad)
        counts = counts * c.reshape([-1 if i == axis else 1 for i in range(ndim)])
    if not isinstance(counts, onp.ndarray):  # of symbols
        return 1 / counts
    one = counts.flat[0] if counts.size else 1
    return float(1 / one) if (counts == one).all() else 1 / counts


_MOST_OFFSETS = 1 << 14  # 128 x 128


def extent(size, k, s, p, convention, shape):
    """(number of windows, (pad before, pad after)) of one axis; negative pads drop the rest."""
    if convention == "same":
        if p:
            fail(
                AttributeTypeError,
                "Pooling",
                "pooling_convention='same' finds the padding itself",
                expected="pad 0",
                got=p,
            )
        t = -(-size // s)
        return t, (0, (t - 1) * s + k - size)
    if size + 2 * p < k:
        fail(
            ShapeError,
            "Pooling",
            "kernel exceeds the padded input",
            expected=f"kernel <= {size + 2 * p}",
            got=f"{k} for input {size} padded by {p} (data {shape})",
        )
    t = (size + 2 * p - k) // s + 1 if convention == "valid" else -((k - size - 2 * p) // s) + 1
    return t, (p, (t - 1) * s + k - size - p)


def covered(size, k, s, p, t, with_pad):
    """How many positions of each window along one axis count for the mean."""
    numpy = numpy_for(size, k, s, p, t)
    start = numpy.arange(t) * s - p
    low, high = (-p, size + p) if with_pad else (0, size)
    n = numpy.minimum(start + k, high) - numpy.maximum(start, low)
    return numpy.maximum(n, 1).astype("float64")  # a window outside holds 0 / 1


def whole(data, axes, pool_type, p_value):
    """One window over the whole input."""
    if pool_type == "max":
        return first_max(data, axes)
    x = data.astype(accumulator(data.dtype))
    if pool_type == "lp":
        return root(jnp.sum(x**p_value, axes, keepdims=True), p_value).astype(data.dtype)
    total = jnp.sum if pool_type == "sum" else jnp.mean
    return total(x, axes, keepdims=True).astype(data.dtype)


def first_max(data, axes):
    """Maximum over ``axes``; the gradient goes to the first of equal elements."""
    flat = lax.reshape(
        jnp.moveaxis(data, axes, range(-len(axes), 0)),
        [n for i, n in enumerate(data.shape) if i not in axes]
        + [math.prod(data.shape[a] for a in axes)],
    )
    index = jnp.argmax(lax.stop_gradient(flat), -1, keepdims=True)
    best = jnp.take_along_axis(flat, index, -1)[..., 0]
    return jnp.expand_dims(best, axes)


def root(total, p):
    """The p-th root, odd for odd p, with derivative 0, not infinity, at 0."""
    if p == 1:
        return total
    size = jnp.abs(total)
    safe = jnp.where(total == 0, 1, size)
    value = jnp.sqrt(safe) if p == 2 else safe ** (1 / p)
    value = jnp.where(total == 0, 0, value)
    return jnp.where(total < 0, -value, value) if p % 2 else value


def formula_sum(full, x):
    """Sum of each window.

    One kernel offset after the other where there are few: on two cores 10.4 -> 1.4 ms for 2x2
    windows of (32, 64, 70, 70), and 2.5 -> 0.15 ms for the gradient of 3x3 at stride 2 of (32, 64,
    28, 28). With 49 of them the gradient would be three times slower.
    """
    _, _, kernel, stride, pads, _ = full
    if math.prod(kernel) <= FEW_OFFSETS:
        return reduce(lax.add, shifted(full, _padded(full, x)))
    return lax.reduce_window(
        x,
        onp.zeros((), x.dtype),
        lax.add,
        full.spread(kernel, 1),
        full.spread(stride, 1),
        full.spread(pads, (0, 0)),
    )


def sum_by_axes(full, x):
    """The same for CPUs: along one axis after the other, which takes as many additions as the
    kernel has rows and columns, not elements.
    """
    if math.prod(full[2]) <= FEW_OFFSETS:
        return formula_sum(full, x)
    x = _padded(full, x)
    for axis, k, s, t in zip(full[1], full[2], full[3], full[5]):
        x = _sum_along(x, axis, k, s, t)
    return x


def _padded(full, x):
    return lax.pad(x, onp.zeros((), x.dtype), [(*e, 0) for e in full.spread(full[4], (0, 0))])


def _sum_along(x, axis, k, s, t):
    """Sums of ``t`` windows of ``k`` elements, ``s`` apart."""
    if s >= k:  # no element is in two of them
        edges = [(0, 0, 0)] * x.ndim
        edges[axis] = (0, t * s - x.shape[axis], 0)
        apart = lax.pad(x, onp.zeros((), x.dtype), edges)
        apart = apart.reshape(*x.shape[:axis], t, s, *x.shape[axis + 1 :])
        return jnp.sum(lax.slice_in_dim(apart, 0, k, axis=axis + 1), axis=axis + 1)
    # By powers of two: the sums of 1, 2, 4 ... neighbours, of which k is put together.
    total, begin, length = None, 0, 1
    while True:
        if k & length:
            part = lax.slice_in_dim(x, begin, begin + (t - 1) * s + 1, s, axis)
            total = part if total is None else total + part
            begin += length
        if begin == k:
            return total
        n = x.shape[axis]
        x = lax.slice_in_dim(x, 0, n - length, axis=axis) + lax.slice_in_dim(
            x, length, n, axis=axis
        )
        length *= 2


window_sum = summing(formula_sum, sum_by_axes)


def least(dtype):
    """What stands outside of the input for a maximum."""
    return jnp.finfo(dtype).min.astype(dtype)


def shifted(full, padded):
    """The windows' elements one by one: for each position in a window, an array of all windows."""
    for key in full.keys(padded.shape):
        yield lax.slice(padded, *key)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def max_pool(full, x):
    """Maximum of each window.

    The gradient that XLA makes of a window maximum (``select_and_scatter``) is slow on CPU.  This
    one goes through the kernel offsets: about three times faster for 2x2 and 3x3 windows on CPU.
    """
    edges = [(*e, 0) for e in full.spread(full[4], (0, 0))]
    best = None
    for part in shifted(full, lax.pad(x, least(x.dtype), edges)):
        best = part if best is None else lax.max(best, part)
    return best


def max_pool_forward(full, x):
    y = max_pool(full, x)
    return y, (x, y)


def back_of_max(full, x, y, g):
    """``g`` at the first of the elements that equal ``y`` in each window, summed."""
    edges = [(*e, 0) for e in full.spread(full[4], (0, 0))]
    padded = lax.pad(x, least(x.dtype), edges)
    step = full.spread(full[3], 1)
    taken = jnp.zeros(y.shape, bool)
    shares = []
    for part in shifted(full, padded):
        # x != x: a window whose maximum is not-a-number sends its gradient to that element
        wins = ((part == y) | (part != part)) & ~taken
        taken = taken | wins
        shares.append(jnp.where(wins, g, jnp.zeros((), g.dtype)))
    total = jnp.zeros(padded.shape, g.dtype)
    # last kernel offset first: the order in which XLA adds overlapping windows, so that results are
    # equal to the bit
    for offsets, share in reversed(
        list(zip(itertools.product(*(range(k) for k in full[2])), shares))
    ):
        low = full.spread(offsets, 0)
        spread_out = [
            (o, n - o - (m - 1) * s - 1, s - 1)
            for o, n, m, s in zip(low, padded.shape, y.shape, step)
        ]
        total = total + lax.pad(share, jnp.zeros((), g.dtype), spread_out)
    return lax.pad(total, jnp.zeros((), g.dtype), [(-a, -b, 0) for a, b, _ in edges])


_max_gradient = max_gradient(back_of_max)


def max_pool_backward(full, residuals, g):
    x, y = residuals
    return (_max_gradient(full, x, y, g),)


max_pool.defvjp(max_pool_forward, max_pool_backward)
