"""NumPy's operators that put parts into an array, or leave some out."""

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import MXNetError, PositionError, ShapeError, fail
from . import _promotion as rules
from ._axes import as_type, number, one_axis
from ._spec import Scalar, WholeScalar, op
from .numpy_reduce import np_diff

__all__ = ["PositionError"]


def _along(x, axis, where):
    """The array and the axis that positions are of: without one, the flattened array's."""
    if axis is None:
        return lax.reshape(x, (x.size,)), 0
    return x, one_axis(axis, x.ndim, where)


def _given(values, val, like):
    """What is put in: an array, or a number."""
    if values is None:
        return number(0.0 if val is None else val, like.dtype)
    return as_type(values, like.dtype)


def _put(data, where, values, axis, single):
    """``data`` with ``values`` before the positions ``where`` (K,).

    One position takes as many values as there are; ``single``: it is a number, so that the first
    axis of the values is the new one.
    """
    n = data.shape[axis]
    if where.shape[0] == 1:
        values = lax.reshape(values, (1,) * (data.ndim - values.ndim) + values.shape)
        if single:
            values = jnp.moveaxis(values, 0, axis)
        where = jnp.repeat(where, values.shape[axis]) if values.ndim == data.ndim else where
    k = where.shape[0]
    target = (*data.shape[:axis], k, *data.shape[axis + 1 :])
    try:
        values = jnp.broadcast_to(values, target)
    except ValueError:
        fail(
            ShapeError,
            "insert",
            "the values do not fit",
            expected=f"to be broadcast to {target}",
            got=values.shape,
        )
    where = where.astype("int32")
    where = jnp.clip(jnp.where(where < 0, where + n, where), 0, n)
    order = jnp.argsort(where, stable=True)
    places = jnp.zeros((k,), "int32").at[order].set(where[order] + jnp.arange(k, dtype="int32"))
    new = jnp.zeros((n + k,), "int32").at[places].set(1)
    source = jnp.arange(n + k, dtype="int32") - jnp.cumsum(new)
    source = source.at[places].set(n + jnp.arange(k, dtype="int32"))
    both = lax.concatenate([data, values], axis)
    return jnp.take(both, source, axis, mode="clip")


@op("_npi_insert_scalar")
def insert_at(
    arr,
    values=None,
    *,
    val: Scalar | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    int_ind: WholeScalar | None = None,
    axis: int | None = None,
):
    """Values put before one position.

    Parameters
    ----------
    arr : (*S)
    values : (M, *S without the axis) or broadcast to it, optional
    val : number, optional          instead of ``values``
    start, stop, step               kept for symbol files
    int_ind : int                   the position, negative counts from the end
    axis : int, optional            without it ``arr`` is flattened

    Returns
    -------
    (*S with the axis longer by M) same dtype

    Raises
    ------
    ShapeError   if the axis is out of range or the values do not fit
    """
    x, axis = _along(arr, axis, "insert")
    where = lax.reshape(lax.convert_element_type(0 if int_ind is None else int_ind, "int32"), (1,))
    return _put(x, where, _given(values, val, x), axis, True)


@op("_npi_insert_slice")
def insert_along(
    arr,
    values=None,
    *,
    val: Scalar | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    int_ind: WholeScalar | None = None,
    axis: int | None = None,
):
    """Values put before the positions of a slice.

    Parameters
    ----------
    arr : (*S)
    values : array to be broadcast to one part for each position, optional
    val : number, optional          instead of ``values``
    start, stop, step : int or None    of the slice
    int_ind                         kept for symbol files
    axis : int, optional            without it ``arr`` is flattened

    Returns
    -------
    (*S with the axis longer by the number of positions) same dtype

    Raises
    ------
    ShapeError   if the axis is out of range or the values do not fit
    """
    x, axis = _along(arr, axis, "insert")
    where = onp.arange(*slice(start, stop, step).indices(x.shape[axis]))
    if not where.size:
        return x
    return _put(x, jnp.asarray(where), _given(values, val, x), axis, False)


@op("_npi_insert_tensor")
def insert_before(
    arr,
    values=None,
    obj=None,
    *,
    val: Scalar | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    int_ind: WholeScalar | None = None,
    axis: int | None = None,
):
    """Values put before the positions that an array names.

    Parameters
    ----------
    arr : (*S)
    values : array to be broadcast to one part for each position, optional
    obj : () or (K,) integers  the positions; negative count from the end, those outside are
        cut to the axis
    val : number, optional          instead of ``values``
    start, stop, step, int_ind      kept for symbol files
    axis : int, optional            without it ``arr`` is flattened

    Returns
    -------
    (*S with the axis longer by K) same dtype

    Raises
    ------
    ShapeError   if the axis is out of range, the values do not fit, or ``obj`` has several axes
    """
    if obj is None:  # two arrays: there is a number instead of values
        values, obj = None, values
    x, axis = _along(arr, axis, "insert")
    if obj is None or obj.ndim > 1:
        fail(
            ShapeError,
            "insert",
            "no list of positions",
            expected="one axis or none",
            got=None if obj is None else obj.shape,
        )
    where = lax.reshape(obj, (obj.size,))
    if not obj.size:
        return x
    return _put(x, where, _given(values, val, x), axis, obj.ndim == 0)


@op("_npi_delete", barrier=lambda attrs, n_inputs: n_inputs > 1)
def delete(
    arr,
    obj=None,
    *,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    int_ind: WholeScalar | None = None,
    axis: int | None = None,
):
    """The array without the parts at some positions.

    With ``obj`` it runs alone, as the shape depends on how many different positions there are.

    Parameters
    ----------
    arr : (*S)
    obj : integers or truth values, optional    the positions; negative count from the end
    start, stop, step : int or None                  of a slice, instead
    int_ind : int, optional                          one position, instead
    axis : int, optional                             without it ``arr`` is flattened

    Returns
    -------
    (*S with the axis shorter) same dtype

    Raises
    ------
    ShapeError       if the axis is out of range
    PositionError    a position of ``obj`` outside (an ``IndexError``)
    """
    x, axis = _along(arr, axis, "delete")
    n = x.shape[axis]
    if obj is None and int_ind is not None:
        at = lax.convert_element_type(int_ind, "int32")
        at = jnp.where(at < 0, at + n, at)
        kept = jnp.arange(max(n - 1, 0), dtype="int32")
        return jnp.take(x, kept + (kept >= at), axis, mode="clip")
    if obj is None:
        gone = onp.arange(*slice(start, stop, step).indices(n))
    else:
        gone = onp.asarray(lax.stop_gradient(obj)).reshape(-1)
        gone = onp.flatnonzero(gone) if gone.dtype == bool else gone.astype("int64")
        wrong = gone[(gone < -n) | (gone >= n)]
        if wrong.size:
            fail(
                PositionError,
                "delete",
                f"position {wrong[0]} is out of bounds",
                expected=f"{-n} <= position < {n} on axis {axis}",
                got=int(wrong[0]),
            )
    kept = onp.setdiff1d(onp.arange(n), gone % n if n else gone)
    return jnp.take(x, jnp.asarray(kept, "int32"), axis, mode="clip")


@op("_npi_ediff1d")
def ediff1d(
    input1,
    input2=None,
    input3=None,
    *,
    to_begin_arr_given: bool = False,
    to_end_arr_given: bool = False,
    to_begin_scalar: Scalar | None = None,
    to_end_scalar: Scalar | None = None,
):
    """Differences of neighbours of the flattened array, with something before and behind.

    Parameters
    ----------
    input1 : (*S)
    input2, input3 : arrays, optional         what stands before, then what stands behind
    to_begin_arr_given, to_end_arr_given : bool    which of the two there are
    to_begin_scalar, to_end_scalar : number, optional    instead of an array

    Returns
    -------
    (size - 1 + what is added,) same dtype
    """
    rules.not_bool((input1,), "ediff1d")
    rest = [x for x in (input2, input3) if x is not None]
    flat = lax.reshape(input1, (input1.size,))
    parts = [np_diff(flat) if flat.size else flat]
    for front, given, value in (
        (True, to_begin_arr_given, to_begin_scalar),
        (False, to_end_arr_given, to_end_scalar),
    ):
        if given and not rest:
            fail(
                MXNetError,
                "ediff1d",
                "an array is missing",
                expected="as many arrays as are said to be given",
                got=f"{1 + sum(x is not None for x in (input2, input3))} arrays",
            )
        if given:
            x = lax.convert_element_type(rest.pop(0), flat.dtype)
        elif value is not None:
            x = number(value, flat.dtype)
        else:
            continue
        parts.insert(0 if front else len(parts), lax.reshape(x, (x.size,)))
    return lax.concatenate(parts, 0)


@op("_npi_share_memory")
def share_memory(a, b):
    """Whether two arrays of a graph are one and the same; values never share memory here.

    Parameters
    ----------
    a, b : any arrays

    Returns
    -------
    () bool
    """
    return jnp.asarray(a is b and a.size > 0)
