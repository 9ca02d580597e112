"""NumPy's matrix products."""

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from . import _promotion as rules
from ._spec import Shape, op
from .kernels.dense import product
from .matmul import contract

__all__ = []


def _misfit(where, a, b, expected):
    fail(
        ShapeError,
        where,
        "the summed axes differ",
        expected=expected,
        got=f"shapes {a.shape} and {b.shape}",
    )


@op("_np_dot", promotion=rules.in_common)
def np_dot(a, b):
    """Product over the last axis of ``a`` and the last but one of ``b``.

    Vectors give their inner product, matrices the matrix product, arrays without axes multiply.

    Parameters
    ----------
    a, b : arrays

    Returns
    -------
    (*a without its last axis, *b without its last but one) in the type that they meet in

    Raises
    ------
    ShapeError   if the summed axes differ in size
    """
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    j = max(b.ndim - 2, 0)
    if a.shape[-1] != b.shape[j]:
        _misfit("dot", a, b, f"axis {j} of the second array of size {a.shape[-1]}")
    return contract(a, b, ((a.ndim - 1,), (j,)))


@op("_npi_matmul", promotion=rules.in_common)
def np_matmul(a, b):
    """Matrix product, matrix by matrix of two stacks that broadcast.

    Parameters
    ----------
    a : (*S, M, K) or (K,)
    b : (*S, K, N) or (K,)

    Returns
    -------
    (*S, M, N) in the type that they meet in; without M or N where there was none

    Raises
    ------
    ShapeError   if the summed axes differ in size, or an array has no axes
    """
    if a.ndim == 0 or b.ndim == 0:
        fail(
            ShapeError,
            "matmul",
            "a number has no axis to sum over",
            expected="arrays with axes",
            got=f"shapes {a.shape} and {b.shape}",
            hint="use * instead",
        )
    if a.shape[-1] != b.shape[max(b.ndim - 2, 0)]:
        _misfit("matmul", a, b, f"{a.shape[-1]} rows in the second array")
    if a.ndim <= 2 and b.ndim <= 2:
        return contract(a, b, ((a.ndim - 1,), (max(b.ndim - 2, 0),)))
    if a.shape[:-2] == b.shape[:-2]:
        return product(a, b)
    return jnp.matmul(a, b)


@op("_npi_tensordot_int_axes", promotion=rules.in_common, needed={"axes": "2"})
def tensordot_int_axes(a, b, *, axes: int = 2):
    """Product over the last so many axes of ``a`` and the first of ``b``.

    Parameters
    ----------
    a, b : arrays
    axes : int

    Returns
    -------
    (*rest of a, *rest of b) in the type that they meet in

    Raises
    ------
    ShapeError   if the summed axes differ; a number is multiplied instead
    """
    if a.ndim == 0 or b.ndim == 0:  # a number has no axes to sum over: a product, as in 1.9.1
        return a * b
    if axes > min(a.ndim, b.ndim) or a.shape[a.ndim - axes :] != b.shape[:axes]:
        _misfit("tensordot", a, b, f"{axes} equal axes")
    over = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    return contract(a, b, over)


@op("_npi_tensordot", promotion=rules.in_common)
def tensordot(a, b, *, a_axes_summed: Shape, b_axes_summed: Shape):
    """Product over pairs of axes.

    Parameters
    ----------
    a, b : arrays
    a_axes_summed, b_axes_summed : tuple of int

    Returns
    -------
    (*rest of a, *rest of b) in the type that they meet in

    Raises
    ------
    ShapeError   if the summed axes differ; a number is multiplied instead
    """
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    try:
        return jnp.tensordot(a, b, (a_axes_summed, b_axes_summed))
    except (TypeError, ValueError, IndexError, AssertionError):
        _misfit("tensordot", a, b, f"equal sizes of axes {a_axes_summed} and {b_axes_summed}")


@op("_npi_einsum", promotion=lambda arrays, where: rules.to_common(arrays))
def einsum(*data, num_args: int | None = None, subscripts: str = "", optimize: int = 0):
    """Sums of products, written with subscripts: ``'ij,jk->ik'``.

    Parameters
    ----------
    *data : arrays
    num_args : int              their number; filled in
    subscripts : str
    optimize : int, default 0   whether the order of products is chosen

    Returns
    -------
    array in the type that the arrays meet in

    Raises
    ------
    ShapeError   if the subscripts do not fit
    """
    try:
        y = jnp.einsum(subscripts, *data, optimize="optimal" if optimize else "auto")
    except (TypeError, ValueError, KeyError) as e:
        fail(
            ShapeError,
            "einsum",
            str(e).splitlines()[0].rstrip("."),
            expected="subscripts that fit the arrays",
            got=f"{subscripts!r} with shapes {', '.join(str(x.shape) for x in data)}",
        )
    return lax.convert_element_type(y, data[0].dtype)


@op("_npi_kron", promotion=rules.in_common)
def kron(a, b):
    """Kronecker product.

    Parameters
    ----------
    a, b : arrays

    Returns
    -------
    array with the sizes multiplied, in the type that they meet in
    """
    return jnp.kron(a, b)


@op("_npi_cross", promotion=rules.not_bool)
def cross(a, b, *, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None):
    """Vector product of vectors of two or three elements.

    Parameters
    ----------
    a, b : arrays
    axisa, axisb, axisc : int    the axes of the vectors in a, b and the result
    axis : int, optional         one for all of them

    Returns
    -------
    array in the type that they meet in
    """
    return jnp.cross(a, b, axisa, axisb, axisc, axis)
