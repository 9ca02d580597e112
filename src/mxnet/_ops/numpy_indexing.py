"""NumPy's operators that pick, count and replace elements; those whose result's shape depends on
values run alone.
"""

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import ConstraintError, MXNetError, PositionError, ShapeError, fail
from . import _promotion as rules
from ._axes import number, one_axis
from ._limits import check_size
from ._spec import Scalar, Shape, op

__all__ = ["ConstraintError"]


@op("_npx_nonzero", aliases=("_npi_nonzero",), barrier=True)
def nonzero(x):
    """Positions of the elements that are not 0, a row for each.

    Parameters
    ----------
    x : (*S)

    Returns
    -------
    (N, number of axes) int64; a number counts as a vector of one element
    """
    found = onp.nonzero(onp.atleast_1d(onp.asarray(lax.stop_gradient(x))))
    return jnp.asarray(onp.stack(found, -1), "int64")


def _count_unique(attrs, _):
    return 1 + attrs["return_index"] + attrs["return_inverse"] + attrs["return_counts"]


@op("_npi_unique", barrier=True, num_outputs=_count_unique)
def unique(
    data,
    *,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
):
    """The different elements, in order.

    Parameters
    ----------
    data : (*S)
    return_index : bool      also the position of the first of each
    return_inverse : bool    also, for every element, which one it is
    return_counts : bool     also how many there are of each
    axis : int, optional     compare parts along this axis instead of elements

    Returns
    -------
    (N,) same dtype; positions and counts in int64

    Gradient   none
    """
    rules.not_bool((data,), "unique")
    if axis is not None:
        axis = one_axis(axis, data.ndim, "unique")
    x = onp.asarray(lax.stop_gradient(data))
    found = onp.unique(x, True, True, True, axis)
    wanted = (True, return_index, return_inverse, return_counts)
    out = [v.reshape(-1) if k == 2 else v for k, v in enumerate(found) if wanted[k]]
    return tuple(jnp.asarray(v, data.dtype if k == 0 else "int64") for k, v in enumerate(out))


@op("_npi_bincount", barrier=True)
def bincount(data, weights=None, *, minlength: int = 0, has_weights: bool = False):
    """How often each integer occurs.

    Parameters
    ----------
    data : (N,) integers >= 0
    weights : (N,), optional       added up instead of counted
    minlength : int, default 0     shortest result
    has_weights : bool             whether there are weights

    Returns
    -------
    (largest number + 1,) of data's type, of the weights' with weights

    Raises
    ------
    MXNetError   a negative number, or another type
    """
    x = onp.asarray(lax.stop_gradient(data))
    if x.ndim != 1 or x.dtype.kind not in "iu" or (x.size and x.min() < 0):
        fail(
            MXNetError,
            "bincount",
            "not to be counted",
            expected="a vector of integers >= 0",
            got=f"{x.dtype.name}{list(x.shape)}" + (f", smallest {x.min()}" if x.size else ""),
        )
    n = max(int(x.max()) + 1 if x.size else 0, minlength)
    check_size((n,))
    kind = data.dtype if weights is None else weights.dtype
    one = jnp.ones((x.size,), kind) if weights is None else weights
    return jnp.zeros((n,), kind).at[x].add(one)


@op("_npi_unravel_index", num_outputs=lambda attrs, n: len(attrs["shape"]))
def unravel_index(indices, *, shape: Shape):
    """Coordinates of positions in a flattened array.

    Parameters
    ----------
    indices : (*I) integers
    shape : tuple of int    of the array

    Returns
    -------
    a (*I) for each axis, same dtype
    """
    return tuple(x.astype(indices.dtype) for x in jnp.unravel_index(indices, shape))


@op("_npi_diag_indices_from")
def diag_indices_from(data):
    """Coordinates of the main diagonal.

    Parameters
    ----------
    data : (N, ..., N)

    Returns
    -------
    (number of axes, N) int64

    Raises
    ------
    ShapeError   unless all of at least two axes are of one size
    """
    if data.ndim < 2 or len(set(data.shape)) != 1:
        fail(
            ShapeError,
            "diag_indices_from",
            "no diagonal",
            expected="at least two axes, all of one size",
            got=data.shape,
        )
    n = data.shape[0]
    return lax.broadcasted_iota("int64", (data.ndim, n), 1)


def _spread_mask(mask, data, start_axis, where):
    end = start_axis + mask.ndim
    if data.shape[start_axis:end] != mask.shape:
        fail(
            PositionError,
            where,
            "the mask does not fit the array",
            expected=f"mask {data.shape[start_axis:end]}",
            got=mask.shape,
        )
    m = mask if mask.dtype == bool else lax.ne(mask, lax.full_like(mask, 0))
    m = lax.reshape(m, (1,) * start_axis + mask.shape + (1,) * (data.ndim - end))
    return jnp.broadcast_to(m, data.shape)


@op("_npi_boolean_mask_assign_scalar")
def mask_assign_number(data, mask, *, value: Scalar = 0.0, start_axis: int = 0):
    """A copy with a number where the mask is set.

    Parameters
    ----------
    data : (*S)
    mask : as the axes of data from ``start_axis``
    value : number
    start_axis : int, default 0

    Returns
    -------
    (*S) same dtype
    """
    m = _spread_mask(mask, data, start_axis, "boolean_mask_assign")
    return lax.select(m, lax.broadcast(number(value, data.dtype), data.shape), data)


@op("_npi_boolean_mask_assign_tensor", barrier=True)
def mask_assign_array(data, mask, value, *, start_axis: int = 0):
    """A copy with the elements of an array, in order, where the mask is set.

    Parameters
    ----------
    data : (*S)
    mask : as the axes of data from ``start_axis``
    value : one for each place that is set, or to be broadcast to them
    start_axis : int, default 0

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError      if the number of elements differs
    PositionError   if the mask does not fit the axes
    """
    _spread_mask(mask, data, start_axis, "boolean_mask_assign")
    seen = onp.asarray(lax.stop_gradient(mask))
    if seen.ndim == 0:
        if not seen:
            return data
        if value.ndim > data.ndim and value.shape[0] == 1:  # as reading by the mask gives it
            value = value[0]
    places = onp.nonzero(seen) if seen.ndim else ()
    key = (slice(None),) * start_axis + places
    try:
        return data.at[key].set(value.astype(data.dtype))
    except ValueError:
        n = len(places[0]) if places else 1
        fail(
            ShapeError,
            "boolean_mask_assign",
            "the value does not fit the places that are set",
            expected=f"{n} elements, or one",
            got=f"shape {value.shape}",
        )


@op("_npi_masked", barrier=True)
def masked(data, mask, *, start_axis: int = 0):
    """The parts whose mask is set; runs alone, as its shape depends on the mask.

    Parameters
    ----------
    data : (*S)
    mask : as the axes of data from ``start_axis``
    start_axis : int, default 0

    Returns
    -------
    (*S with the mask's axes replaced by their number) same dtype

    Raises
    ------
    PositionError   if the mask does not fit the axes
    """
    _spread_mask(mask, data, start_axis, "boolean_mask")
    seen = onp.asarray(lax.stop_gradient(mask))
    if seen.ndim == 0:  # the array once, or not at all
        return lax.slice_in_dim(lax.expand_dims(data, (start_axis,)), 0, int(seen), axis=start_axis)
    return data[(slice(None),) * start_axis + onp.nonzero(seen)]


@op("_npx_constraint_check", barrier=True)
def constraint_check(input, *, msg: str = "Constraint violated."):
    """Fails unless every element is true; runs alone, as it reads them.

    Parameters
    ----------
    input : (*S) bool
    msg : str    of the error

    Returns
    -------
    () bool, true

    Raises
    ------
    ValueError   an element is false
    """
    if not bool(onp.all(onp.asarray(lax.stop_gradient(input)))):
        raise ConstraintError(msg)
    return jnp.ones((), bool)
