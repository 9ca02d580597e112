"""NumPy's reductions: of all axes they give an array without axes, and types of their own."""

from typing import Literal

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from . import _promotion as rules
from ._axes import is_real, one_axis, reduced_axes
from ._spec import DType, Shape, alias, op
from .reduce import first_position, largest, smallest, wide

__all__ = []

_AXIS = """axis : int or tuple of int, optional   negative counts from the end; none given means
    all axes
keepdims : bool, default False         keep the reduced axes, with size 1"""


def _axes(x, axis, where):
    """Sorted axes of a reduction; an empty tuple reduces nothing."""
    if axis is not None and len(axis) == 0:
        return ()
    if axis is not None and not x.ndim and tuple(axis) in ((0,), (-1,)):
        return ()  # as NumPy's, and 1.9.1's: an array without axes is a vector of one here
    return reduced_axes(axis, x.ndim, where)


def _kept(y, x, axes, keepdims):
    if not keepdims:
        return y
    return lax.reshape(y, tuple(1 if a in axes else n for a, n in enumerate(x.shape)))


def _sum_type(x, dtype):
    """Element type of a sum: truth values are counted in int64."""
    if dtype is not None:
        return dtype
    return jnp.dtype("int64") if x.dtype == bool else x.dtype


def _accumulated(x, to):
    """``x`` in the type that it is added up in: its own, where ``to`` would cut the elements."""
    if jnp.issubdtype(to, jnp.bool_) or (is_real(x) and not jnp.issubdtype(to, jnp.floating)):
        to = _sum_type(x, None)
    return wide(lax.convert_element_type(x, to))


@op("_np_sum")
def np_sum(
    a,
    *,
    axis: Shape | None = None,
    dtype: DType | None = None,
    keepdims: bool = False,
    initial: float | None = None,
):
    """Sum over axes.

    Parameters
    ----------
    a : (*S)
    axis : int or tuple of int, optional    none given means all axes
    dtype : dtype, optional                 of sum and result; a's if not given, int64 of bool.
        Where it would cut the elements, only the sum is cut
    keepdims : bool, default False          keep the reduced axes, with size 1
    initial : float, optional               what is added to

    Returns
    -------
    (*S') of ``dtype``; float16 accumulates in float32

    Raises
    ------
    ShapeError   if an axis is out of range or named twice
    """
    axes = _axes(a, axis, "sum")
    to = _sum_type(a, dtype)
    y = lax.reduce_sum(_accumulated(a, to), axes)
    if initial is not None:
        y = lax.add(y, lax.full_like(y, initial))
    return _kept(lax.convert_element_type(y, to), a, axes, keepdims)


@op("_np_prod", aliases=("_np_product",))
def np_prod(
    a,
    *,
    axis: Shape | None = None,
    dtype: DType | None = None,
    keepdims: bool = False,
    initial: float | None = None,
):
    """Product over axes.

    Parameters
    ----------
    a : (*S)
    axis : int or tuple of int, optional    none given means all axes
    dtype : dtype, optional                 of product and result; a's if not given, int64 of bool.
        Where it would cut the elements, only the product is cut
    keepdims : bool, default False          keep the reduced axes, with size 1
    initial : float, optional               what is multiplied

    Returns
    -------
    (*S') of ``dtype``

    Raises
    ------
    ShapeError   if an axis is out of range or named twice
    """
    axes = _axes(a, axis, "prod")
    to = _sum_type(a, dtype)
    y = lax.reduce_prod(_accumulated(a, to), axes)
    if initial is not None:
        y = lax.mul(y, lax.full_like(y, initial))
    return _kept(lax.convert_element_type(y, to), a, axes, keepdims)


def _mean_of(x, axes):
    """Mean of floating-point numbers, in their own type."""
    n = 1
    for a in axes:
        n *= x.shape[a]
    total = lax.convert_element_type(lax.reduce_sum(wide(x), axes), "float64")
    # divided in float64: XLA multiplies by the rounded reciprocal of a constant
    return lax.convert_element_type(lax.div(total, lax.full_like(total, n)), x.dtype)


@op("_npi_mean")
def np_mean(
    a,
    *,
    axis: Shape | None = None,
    dtype: DType | None = None,
    keepdims: bool = False,
    initial: float | None = None,
):
    """Mean over axes.

    Parameters
    ----------
    a : (*S)
    axis : int or tuple of int, optional    none given means all axes
    dtype : dtype, optional                 of the result; default a's, float32 of integer types
    keepdims : bool, default False          keep the reduced axes, with size 1
    initial : float, optional               added to the sum

    Returns
    -------
    (*S') of ``dtype``; float16 accumulates in float32

    Raises
    ------
    ShapeError   if an axis is out of range or named twice
    """
    axes = _axes(a, axis, "mean")
    to = dtype if dtype is not None else a.dtype if is_real(a) else jnp.dtype("float32")
    x = lax.convert_element_type(a, to if jnp.issubdtype(to, jnp.inexact) else "float64")
    if not is_real(a) and x.dtype == "float32":
        x = lax.convert_element_type(a, "float64")
    y = _mean_of(x, axes)
    return _kept(lax.convert_element_type(y, to), a, axes, keepdims)


def _variance(a, axis, dtype, ddof, keepdims, where, root):
    rules.not_bool((a,), where)
    axes = _axes(a, axis, where)
    to = dtype if dtype is not None else a.dtype
    x = wide(a) if is_real(a) else lax.convert_element_type(a, "float64")
    mean = lax.broadcast_in_dim(
        _mean_of(x, axes), x.shape, [d for d in range(x.ndim) if d not in axes]
    )
    away = lax.sub(x, mean)
    n = 1
    for d in axes:
        n *= x.shape[d]
    total = lax.reduce_sum(lax.mul(away, away), axes)
    y = lax.div(total, lax.full_like(total, n - ddof))
    if root:
        y = lax.sqrt(y)
    return _kept(lax.convert_element_type(y, to), a, axes, keepdims)


@op("_npi_var")
def np_var(
    a,
    *,
    axis: Shape | None = None,
    dtype: DType | None = None,
    ddof: int = 0,
    keepdims: bool = False,
):
    """Variance over axes.

    Parameters
    ----------
    a : (*S)
    axis : int or tuple of int, optional    none given means all axes
    dtype : dtype, optional                 of the result; a's if not given
    ddof : int, default 0                   the sum of squares is divided by their number less this
    keepdims : bool, default False          keep the reduced axes, with size 1

    Returns
    -------
    (*S') of ``dtype``; of integer types computed in float64 and cut

    Raises
    ------
    ShapeError   if an axis is out of range or named twice
    DTypeError   truth values
    """
    return _variance(a, axis, dtype, ddof, keepdims, "var", False)


@op("_npi_std")
def np_std(
    a,
    *,
    axis: Shape | None = None,
    dtype: DType | None = None,
    ddof: int = 0,
    keepdims: bool = False,
):
    """Standard deviation over axes: the square root of ``_npi_var``.

    Parameters
    ----------
    a : (*S)
    axis : int or tuple of int, optional    none given means all axes
    dtype : dtype, optional                 of the result; a's if not given
    ddof : int, default 0                   the sum of squares is divided by their number less this
    keepdims : bool, default False          keep the reduced axes, with size 1

    Returns
    -------
    (*S') of ``dtype``; of integer types computed in float64 and cut

    Raises
    ------
    ShapeError   if an axis is out of range or named twice
    DTypeError   truth values
    """
    return _variance(a, axis, dtype, ddof, keepdims, "std", True)


def _extreme(name, fn, meaning, more):
    def extreme(
        a, *, axis: Shape | None = None, keepdims: bool = False, initial: float | None = None
    ):
        axes = _axes(a, axis, name)
        return _kept(fn(a, axes) if axes else a, a, axes, keepdims)

    extreme.__name__ = f"np_{name}"
    extreme.__doc__ = f"""{meaning} over axes; NaN wins.

Parameters
----------
a : (*S)
{_AXIS}
initial : float, optional              kept for symbol files

Returns
-------
(*S') same dtype

Raises
------
ShapeError   if an axis is out of range, named twice or empty

Gradient   goes, undivided, to every element equal to the result
"""
    op(f"_np_{name}", aliases=more)(extreme)


_extreme("max", largest, "Largest element", ("_np_amax",))
_extreme("min", smallest, "Smallest element", ("_np_amin",))


def _whether(name, reduce, meaning, more=()):
    def whether(data, *, axis: Shape | None = None, keepdims: bool = False):
        axes = _axes(data, axis, name)
        x = data if data.dtype == bool else lax.ne(data, lax.full_like(data, 0))
        return _kept(reduce(x, axes), data, axes, keepdims)

    whether.__name__ = f"np_{name}"
    whether.__doc__ = f"""Whether {meaning} over axes is not 0.

Parameters
----------
data : (*S)
{_AXIS}

Returns
-------
(*S') bool

Raises
------
ShapeError   if an axis is out of range or named twice
"""
    op(f"_np_{name}", aliases=more)(whether)


_whether("all", lax.reduce_and, "every element")
_whether("any", lax.reduce_or, "any element", ("_np_sometrue",))


def _position(name, reduce, extreme):
    def position(data, *, axis: int | None = None, keepdims: bool = False):
        if data.size == 0 and (axis is None or data.shape[one_axis(axis, data.ndim, name)] == 0):
            fail(
                ShapeError,
                name,
                "an empty array has no extreme element",
                expected="sizes > 0",
                got=f"shape {data.shape}",
            )
        rules.not_bool((data,), name)
        if axis is None:
            where = first_position(reduce, lax.reshape(data, (data.size,)), 0)
            axes = tuple(range(data.ndim))
        elif data.ndim == 0:
            one_axis(axis, 1, name)
            return jnp.zeros((), "int64")
        else:
            axes = (one_axis(axis, data.ndim, name),)
            where = first_position(reduce, data, axes[0])
        return _kept(lax.convert_element_type(where, "int64"), data, axes, keepdims)

    position.__name__ = f"np_{name}"
    position.__doc__ = f"""Position of the {extreme} element, the first of equals.

Parameters
----------
data : (*S)
axis : int, optional            without it, the position in the flattened array
keepdims : bool, default False  keep the axis, with size 1

Returns
-------
(*S') int64

Raises
------
ShapeError   if the axis is out of range or empty
DTypeError   truth values

Gradient   none
"""
    op(f"_npi_{name}")(position)


_position("argmax", lax.reduce_max, "largest")
_position("argmin", lax.reduce_min, "smallest")


@op("_npi_average", num_outputs=2, visible=lambda attrs, _: 2 if attrs["returned"] else 1)
def np_average(
    a,
    weights=None,
    *,
    axis: Shape | None = None,
    returned: bool = False,
    weighted: bool = True,
):
    """Weighted mean over axes.

    Parameters
    ----------
    a : (*S)
    weights : (*S), or as long as the one axis; optional
    axis : int or tuple of int, optional    none given means all axes
    returned : bool, default False          also the sum of the weights
    weighted : bool                         whether there are weights

    Returns
    -------
    (*S') same dtype, and the sums of the weights in the same shape

    Raises
    ------
    ShapeError   if the weights do not fit
    """
    axes = _axes(a, axis, "average")
    rules.not_bool((a,), "average")
    if weights is None:
        n = 1
        for d in axes:
            n *= a.shape[d]
        x = a if is_real(a) else lax.convert_element_type(a, "float64")
        y = lax.convert_element_type(_mean_of(x, axes), a.dtype)
        return y, lax.full_like(y, n)
    a, weights = rules.to_common((a, weights))
    if weights.shape != a.shape:
        if len(axes) != 1 or weights.shape != (a.shape[axes[0]],):
            fail(
                ShapeError,
                "average",
                "the weights do not fit",
                expected=f"shape {a.shape}, or as long as the one axis",
                got=weights.shape,
            )
        weights = lax.broadcast_in_dim(weights, a.shape, axes)
    total = lax.reduce_sum(weights, axes)
    y = lax.reduce_sum(lax.mul(a, weights), axes)
    y = lax.div(y, total) if is_real(y) else y // total
    return y, total


@op("_npi_diff")
def np_diff(a, *, n: int = 1, axis: int = -1):
    """Differences of neighbours along an axis, taken ``n`` times.

    Parameters
    ----------
    a : (*S)
    n : int, default 1
    axis : int, default -1

    Returns
    -------
    (*S with the axis shorter by n) same dtype

    Raises
    ------
    ShapeError   if the axis is out of range
    """
    rules.not_bool((a,), "diff")
    at = one_axis(axis, a.ndim, "diff")
    for _ in range(min(n, a.shape[at])):
        size = a.shape[at]
        a = lax.sub(
            lax.slice_in_dim(a, 1, size, axis=at), lax.slice_in_dim(a, 0, size - 1, axis=at)
        )
    return a


alias("cumsum", "_npi_cumsum")
_Interpolation = Literal["linear", "lower", "higher", "midpoint", "nearest"]


@op("_npi_percentile")
def np_percentile(
    a,
    q=None,
    *,
    axis: Shape | None = None,
    interpolation: _Interpolation = "linear",
    keepdims: bool = False,
    q_scalar: float | None = None,
):
    """Percentiles over axes.

    Parameters
    ----------
    a : (*S)
    q : (*Q), optional                      the percentiles, between 0 and 100
    axis : int or tuple of int, optional    none given means all axes
    interpolation : str                     what lies between two elements
    keepdims : bool, default False          keep the reduced axes, with size 1
    q_scalar : float, optional              one percentile, instead of ``q``

    Returns
    -------
    (*Q, *S') float32, float64 of float64
    """
    rules.not_bool((a,), "percentile")
    kind = jnp.dtype("float64") if a.dtype == "float64" else jnp.dtype("float32")
    at = jnp.asarray(q_scalar, "float64") if q is None else lax.convert_element_type(q, "float64")
    axes = None if axis is None else tuple(_axes(a, axis, "percentile"))
    y = jnp.percentile(
        lax.convert_element_type(a, "float64"), at, axes, method=interpolation, keepdims=keepdims
    )
    return lax.convert_element_type(y, kind)
