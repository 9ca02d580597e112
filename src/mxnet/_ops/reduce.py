"""Reductions: sums, products, extremes, norms, positions of extremes, moments.

MXNet's legacy arrays have at least one axis: a reduction over all axes gives shape (1,).
"""

from functools import partial
from typing import Any, Literal, cast

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._dtypes import as_dtype
from ..error import AttributeTypeError, ShapeError, fail
from . import _by_numpy
from ._axes import is_real, one_axis, reduced_axes
from ._facts import data_equal_along_axis
from ._spec import Shape, op
from ._storage import CONSTANT, ROWS, Storage, need, rows_of
from .elemwise import absolute

__all__ = ["shaped", "wide"]


def wide(x):
    """``x`` in float32 where its own type is too narrow to accumulate in."""
    if x.dtype in (jnp.float16, jnp.bfloat16):
        return lax.convert_element_type(x, "float32")
    return x


def shaped(y, x, axes, keepdims):
    """Result ``y`` of reducing ``x``: with kept axes, or (1,) where none is left."""
    if keepdims:
        return lax.reshape(y, tuple(1 if a in axes else n for a, n in enumerate(x.shape)))
    return lax.reshape(y, (1,)) if y.ndim == 0 else y


def _sum(x, axes):
    return lax.reduce_sum(x, axes)


def _back(y, x):
    return lax.convert_element_type(y, x.dtype)


def add_up(x, axes):
    """Sum; narrow floats accumulate in float32, integers wrap in their own type."""
    if x.dtype == bool:
        return lax.reduce_or(x, axes)
    return _back(_sum(wide(x), axes), x)


def average(x, axes):
    """Mean; of integers cut towards zero."""
    n = 1
    for a in axes:
        n *= x.shape[a]
    if x.dtype == bool:
        return lax.reduce_and(x, axes)
    if not is_real(x):
        total = _sum(x, axes)
        return lax.div(total, lax.full_like(total, max(n, 1)))
    total = _sum(wide(x), axes)
    # XLA turns a division by a constant into a product with its rounded reciprocal: in float64 that
    # still rounds to the float32 quotient
    total = lax.convert_element_type(total, "float64")
    return _back(lax.div(total, lax.full_like(total, n)), x)


def multiply_up(x, axes):
    """Product."""
    if x.dtype == bool:
        return lax.reduce_and(x, axes)
    return _back(lax.reduce_prod(wide(x), axes), x)


def _skip_nan(fn, neutral):
    def compute(x, axes):
        if is_real(x):
            x = lax.select(lax.ne(x, x), lax.full_like(x, neutral), x)
        return fn(x, axes)

    return compute


def _extreme(reduce):
    """A maximum or minimum whose gradient goes, whole, to every element that equals it."""

    def compute(x, axes):
        return reduce(x, axes)

    compute = jax.custom_jvp(compute, nondiff_argnums=(1,))

    @compute.defjvp
    def derivative(axes, primals, tangents):
        (x,), (t,) = primals, tangents
        y = reduce(x, axes)
        kept = lax.broadcast_in_dim(y, x.shape, [a for a in range(x.ndim) if a not in axes])
        return y, _sum(lax.select(lax.eq(x, kept), t, lax.full_like(t, 0)), axes)

    def checked(x, axes):
        if any(x.shape[a] == 0 for a in axes):
            fail(
                ShapeError,
                "max/min",
                "an empty axis has no extreme element",
                expected="sizes > 0 along the reduced axes",
                got=f"shape {x.shape}",
            )
        return compute(x, axes)

    return checked


largest = _extreme(lax.reduce_max)
smallest = _extreme(lax.reduce_min)

REDUCE = {
    "sum": (add_up, "Sum", ("sum_axis", "_sparse_sum")),
    "mean": (average, "Mean", ("_sparse_mean",)),
    "prod": (multiply_up, "Product", ()),
    "nansum": (_skip_nan(add_up, 0), "Sum, NaN counting as 0", ()),
    "nanprod": (_skip_nan(multiply_up, 1), "Product, NaN counting as 1", ()),
    "max": (largest, "Largest element", ("max_axis",)),
    "min": (smallest, "Smallest element", ("min_axis",)),
    "_square_sum": (lambda x, axes: add_up(lax.mul(x, x), axes), "Sum of squares", ()),
}
_GRADIENTS = {
    "max": "\nGradient   goes, undivided, to every element equal to the largest\n",
    "min": "\nGradient   goes, undivided, to every element equal to the smallest\n",
}


def _stored_square_sum(node, ins, attrs):
    need(node, ins[0] == ROWS, ins)
    last = attrs.get("axis") in (1, -1, (1,), (-1,))
    return ROWS if last and attrs.get("keepdims") else None


_STORAGE = {"_square_sum": Storage(_stored_square_sum, rows_of(0))}


def _reduction(name, fn, meaning, aliases):
    def reduction(
        data, *, axis: Shape | None = None, keepdims: bool = False, exclude: bool = False
    ):
        axes = reduced_axes(axis, data.ndim, name, exclude)
        return shaped(fn(data, axes), data, axes, keepdims)

    reduction.__name__ = name.lstrip("_")
    reduction.__doc__ = f"""{meaning} over axes.

Parameters
----------
data : (*S) any dtype
axis : int or tuple of int, optional   negative counts from the end; none given means all axes
keepdims : bool, default False         keep the reduced axes, with size 1
exclude : bool, default False          reduce over the axes that are not named

Returns
-------
(*S') same dtype; (1,) when no axis is left. float16 accumulates in float32, integers wrap.

Raises
------
ShapeError   if an axis is out of range or named twice
{_GRADIENTS.get(name, "")}"""
    storage, by_numpy = _STORAGE.get(name, Storage()), _by_numpy.reduction(name)
    op(name, aliases=aliases, storage=storage, by_numpy=by_numpy)(reduction)


for _name, (_fn, _meaning, _more) in REDUCE.items():
    _reduction(_name, _fn, _meaning, _more)


@jax.custom_jvp
def root_of_sum(total):
    """Square root whose derivative at 0 is 0."""
    return lax.sqrt(total)


@root_of_sum.defjvp
def _root_derivative(primals, tangents):
    (total,), (t,) = primals, tangents
    y = lax.sqrt(total)
    zero = lax.eq(y, lax.full_like(y, 0))
    slope = lax.div(lax.full_like(y, 0.5), lax.select(zero, lax.full_like(y, 1), y))
    return y, lax.mul(t, lax.select(zero, lax.full_like(y, 0), slope))


@op("norm", aliases=("_sparse_norm",))
def norm(
    data,
    *,
    ord: int = 2,
    axis: Shape | None = None,
    out_dtype: Literal["float16", "float32", "float64", "int32", "int64", "int8"] | None = None,
    keepdims: bool = False,
):
    """Vector norm over axes: ``sum |x|`` (ord 1) or ``sqrt(sum x^2)`` (ord 2).

    Parameters
    ----------
    data : (*S)
    ord : 1 or 2, default 2
    axis : int or tuple of int, optional   none given means all axes
    out_dtype : str, optional       element type of the result and of the sum
    keepdims : bool, default False  keep the reduced axes, with size 1

    Returns
    -------
    (*S') of ``out_dtype`` or data's; (1,) when no axis is left

    Raises
    ------
    AttributeTypeError   for another order
    ShapeError           if an axis is out of range

    Gradient   0 where the norm is 0 (1.9.1 gives NaN there)
    """
    if ord not in (1, 2):
        fail(AttributeTypeError, "norm", "no such order", expected="ord 1 or 2", got=ord)
    axes = reduced_axes(axis, data.ndim, "norm")
    to = as_dtype(out_dtype) if out_dtype else data.dtype
    x = (
        lax.convert_element_type(data, to)
        if out_dtype and jnp.issubdtype(to, jnp.floating)
        else data
    )
    x = wide(x if is_real(x) else lax.convert_element_type(x, "float64"))
    if ord == 2:
        y = root_of_sum(_sum(lax.mul(x, x), axes))
    else:
        y = _sum(absolute(x), axes)
    return shaped(lax.convert_element_type(y, to), data, axes, keepdims)


def first_position(reduce, x, a):
    """Position of the first extreme element (or NaN) along axis ``a``.

    An extreme and a search for it vectorise: seven times faster on a CPU than XLA's arg-reduction.
    """
    x = lax.stop_gradient(x)
    if x.dtype == bool:
        x = lax.convert_element_type(x, "uint8")
    best = lax.broadcast_in_dim(reduce(x, (a,)), x.shape, [d for d in range(x.ndim) if d != a])
    i = lax.broadcasted_iota("int32", x.shape, a)
    found = lax.bitwise_or(lax.eq(x, best), lax.ne(x, x))
    return lax.reduce_min(lax.select(found, i, lax.full_like(i, x.shape[a])), (a,))


def _position_by_numpy(name, ins, axis, keepdims):
    shape, dtype = ins[0].shape, ins[0].dtype
    if 0 in shape or not shape or dtype.kind not in "fiu":
        return None
    find = getattr(onp, name)
    if axis is None:
        out = (1,) * len(shape) if keepdims else (1,)
        return lambda x: onp.full(out, find(x), dtype)
    if keepdims or len(shape) == 1:
        return None
    return lambda x: find(x, axis).astype(dtype)


def _position(reduce, name):
    def position(data, *, axis: int | None = None, keepdims: bool = False):
        if data.size == 0:
            fail(
                ShapeError,
                name,
                "an empty array has no extreme element",
                expected="sizes > 0",
                got=f"shape {data.shape}",
            )
        if axis is None:
            where = first_position(reduce, lax.reshape(data, (data.size,)), 0)
            where = lax.reshape(where, (1,) * data.ndim if keepdims else (1,))
        else:
            a = one_axis(axis, data.ndim, name)
            where = shaped(first_position(reduce, data, a), data, (a,), keepdims)
        return lax.convert_element_type(where, "int64" if data.dtype == bool else data.dtype)

    position.__name__ = name
    extreme = "largest" if name == "argmax" else "smallest"
    position.__doc__ = f"""Position of the {extreme} element, the first of equals.

Parameters
----------
data : (*S) any dtype
axis : int, optional            without it, the position in the flattened array
keepdims : bool, default False  keep the axis, with size 1

Returns
-------
(*S') of data's dtype, as MXNet has it: float32 positions are exact up to 2^24

Raises
------
ShapeError   if the axis is out of range or the array empty

Gradient   none (zeros)
"""
    op(name, loss=True, storage=CONSTANT, by_numpy=partial(_position_by_numpy, name))(position)


_position(lax.reduce_max, "argmax")
_position(lax.reduce_min, "argmin")


@op("argmax_channel", loss=True, storage=CONSTANT)
def argmax_channel(data):
    """Position of the largest element along axis 1.

    Parameters
    ----------
    data : (B, C, *S)

    Returns
    -------
    (B, *S) of data's dtype

    Gradient   none (zeros)
    """
    if data.ndim < 2 or data.shape[1] == 0:
        fail(
            ShapeError,
            "argmax_channel",
            "no channels",
            expected="at least two axes, axis 1 not empty",
            got=f"shape {data.shape}",
        )
    return lax.convert_element_type(first_position(lax.reduce_max, data, 1), data.dtype)


@op("moments", num_outputs=2)
def moments(data, *, axes: Shape | None = None, keepdims: bool = False):
    """Mean and (biased) variance over axes.

    Parameters
    ----------
    data : (*S) float
    axes : tuple of int, optional    none given means all axes
    keepdims : bool, default False   keep the reduced axes, with size 1

    Returns
    -------
    mean, variance : (*S') same dtype; float16 accumulates in float32

    Raises
    ------
    ShapeError   if an axis is out of range
    """
    over = reduced_axes(axes, data.ndim, "moments")
    x = wide(data)
    mean = average(x, over)
    kept = lax.broadcast_in_dim(mean, x.shape, [a for a in range(x.ndim) if a not in over])
    away = lax.sub(x, kept)
    variance = average(lax.mul(away, away), over)
    return tuple(shaped(_back(y, data), data, over, keepdims) for y in (mean, variance))


@op(
    "cumsum",
    aliases=("_np_cumsum",),
    written={"cumsum": "_np_cumsum", "_np_cumsum": "_np_cumsum"},
    complete=(data_equal_along_axis,),
)
def cumsum(
    a,
    *,
    axis: int | None = None,
    dtype: Literal["float16", "float32", "float64", "int8", "int32", "int64"] | None = None,
):
    """Running sums along an axis.

    Parameters
    ----------
    a : (*S)
    axis : int, optional     without it the array is flattened first
    dtype : str, optional    element type of result and sums; a's if not given

    Returns
    -------
    (*S), or (size,) without an axis

    Raises
    ------
    ShapeError   if the axis is out of range
    """
    to = as_dtype(dtype) if dtype else jnp.dtype("int64") if a.dtype == bool else a.dtype
    x = wide(lax.convert_element_type(a, to))
    if axis is None:
        x, axis = lax.reshape(x, (x.size,)), 0
    y = lax.cumsum(x, one_axis(axis, x.ndim, "cumsum"))
    return lax.convert_element_type(y, to)


@op(
    "_histogram",
    aliases=("_npi_histogram",),
    num_outputs=2,
    types=lambda node, ins, outs: ([None] * len(ins), [onp.dtype("int64"), ins[0]]),
)
def histogram(data, bins=None, *, bin_cnt: int | None = None, range: object = None):
    """Number of elements in each interval; the last interval includes its upper border.

    Parameters
    ----------
    data : (*S) any dtype
    bins : (N + 1,) ascending borders, optional
    bin_cnt : int, optional              number N of equal intervals, instead of borders
    range : (low, high), with bin_cnt    elements outside are not counted

    Returns
    -------
    counts (N,) int64, borders (N + 1,) dtype of data

    Raises
    ------
    AttributeTypeError   if neither borders nor count and range are given
    """
    x = lax.stop_gradient(data).reshape(data.size)
    if bins is None:
        bounds = cast(Any, range)
        if bin_cnt is None or bin_cnt < 1 or bounds is None or len(bounds) != 2:
            fail(
                AttributeTypeError,
                "histogram",
                "the intervals are not given",
                expected="bins as an array, or bin_cnt >= 1 with range (low, high)",
                got=f"bin_cnt {bin_cnt}, range {bounds}",
            )
        kind = "float64" if data.dtype == "float64" or not is_real(data) else "float32"
        low, high = (float(v) for v in bounds)
        bins = jnp.linspace(low, high, bin_cnt + 1, dtype=kind)
    borders = lax.stop_gradient(bins)
    n = borders.shape[0] - 1
    place = jnp.searchsorted(borders, x.astype(borders.dtype), side="right") - 1
    place = jnp.where(x == borders[-1], n - 1, place)
    inside = (place >= 0) & (place < n)
    counts = jnp.zeros(n + 1, "int64").at[jnp.where(inside, place, n)].add(1)[:n]
    return counts, borders.astype(data.dtype if is_real(data) else borders.dtype)
