"""Axes, broadcasting and number rules that the operator families share."""

import jax.numpy as jnp
import numpy as onp
from jax import core, lax

from ..error import ShapeError, fail

__all__ = [
    "as_type",
    "axes_of_one",
    "diagonal",
    "equal",
    "is_real",
    "number",
    "numpy_for",
    "one_axis",
    "paired",
    "reduced_axes",
    "same_shape",
    "whole_index",
]


def is_real(x):
    """Whether the elements are floating-point (bfloat16 included) or complex numbers."""
    return jnp.issubdtype(x.dtype, jnp.inexact)


def as_type(x, dtype):
    """``x`` in another element type.

    Truth values become floats by way of an integer. XLA takes a product of what they were
    converted to for a choice between the other factor and 0, which loses NaN and infinity.
    """
    if x.dtype == bool and jnp.issubdtype(dtype, jnp.inexact):
        x = lax.convert_element_type(x, "uint8")
    return lax.convert_element_type(x, dtype)


def one_axis(axis, ndim, where, what="axis"):
    """A non-negative axis; fails for one that the array does not have."""
    if not -ndim <= axis < ndim:
        fail(
            ShapeError,
            where,
            f"{what} {axis} is out of range",
            expected=f"{-ndim} <= {what} < {ndim} for an array of {ndim} axes",
            got=axis,
        )
    return axis + ndim if axis < 0 else axis


def reduced_axes(axes, ndim, where, exclude=False):
    """Sorted axes that a reduction runs over: none given is all, ``exclude`` the others."""
    if axes is None or len(axes) == 0:
        return tuple(range(ndim))
    found = [one_axis(a, ndim, where) for a in axes]
    if len(set(found)) != len(found):
        fail(ShapeError, where, "an axis is named twice", expected="distinct axes", got=tuple(axes))
    if exclude:
        return tuple(a for a in range(ndim) if a not in found)
    return tuple(sorted(found))


def paired(a, b, where):
    """Both arrays broadcast to their common shape, NumPy's rule."""
    if a.shape == b.shape:
        return a, b
    try:
        shape = jnp.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        fail(
            ShapeError,
            where,
            "operands could not be broadcast together",
            expected="sizes that are equal or 1, axis by axis from the last",
            got=f"shapes {a.shape} and {b.shape}",
            hint="reshape or expand_dims one of them",
        )
    return spread(a, shape), spread(b, shape)


def spread(x, shape):
    """``x`` broadcast to ``shape``, aligned at the last axis."""
    if x.shape == shape:
        return x
    lead = len(shape) - x.ndim
    kept = [i for i in range(x.ndim) if x.shape[i] == shape[lead + i]]
    if len(kept) < x.ndim:
        x = lax.squeeze(x, [i for i in range(x.ndim) if i not in kept])
    return lax.broadcast_in_dim(x, shape, [lead + i for i in kept])


def same_shape(a, b, where):
    """Fails unless both arrays have one shape."""
    if a.shape != b.shape:
        fail(
            ShapeError,
            where,
            "operands differ in shape",
            expected=f"two arrays of one shape, the first has {a.shape}",
            got=b.shape,
            hint="broadcast_* operators accept sizes of 1",
        )


def number(scalar, dtype):
    """A run-time scalar in an array's element type; integer types truncate and wrap as C does."""
    scalar = jnp.asarray(scalar, "float64") if isinstance(scalar, (int, float)) else scalar
    if jnp.issubdtype(dtype, jnp.inexact):
        return lax.convert_element_type(scalar, dtype)
    return lax.convert_element_type(lax.convert_element_type(scalar, "int64"), dtype)


def whole_index(index):
    """Positions as int32; fractions are cut off."""
    return lax.convert_element_type(index, "int32")


def axes_of_one(shape, axis):
    """Axes that ``squeeze`` leaves out: those named, which have size 1, or all that have."""
    if axis is None:
        return [a for a, n in enumerate(shape) if n == 1]
    gone = sorted({one_axis(a, len(shape), "squeeze") for a in axis})
    for a in gone:
        if shape[a] != 1:
            fail(
                ShapeError,
                "squeeze",
                f"axis {a} is not of size 1",
                expected="axes of size 1",
                got=f"axis {tuple(axis)} of shape {shape}",
            )
    return gone


def equal(size, other):
    """Whether two sizes are equal. Of symbols, where that is not settled, it raises, and the
    operator is traced with the numbers: ``==`` would say that they are not.
    """
    return size <= other <= size


def numpy_for(*sizes):
    """What makes a table for these sizes: NumPy, or jax.numpy where one of them is a symbol."""
    return onp if all(isinstance(d, int) for d in sizes) else jnp


def diagonal(x, k, a, b):
    """The ``k``-th diagonals of the matrices that axes ``a`` and ``b`` are, along the last axis;
    empty where they lie outside. As ``jnp.diagonal``, for sizes that are symbols too.
    """
    below, right = max(-k, 0), max(k, 0)
    length = core.max_dim(core.min_dim(x.shape[a] - below, x.shape[b] - right), 0)
    i = lax.iota("int32", length)
    places = jnp.moveaxis(x, (a, b), (-2, -1)).at[..., i + below, i + right]
    return places.get(mode="promise_in_bounds", wrap_negative_indices=False)
