"""Index keys as users write them -> a form, run-time starts and index arrays
(``_ops/index.py``).
"""

import numpy as onp

from .._ops.index import ARRAY, INT, NEW
from ..error import DTypeError, PositionError

__all__ = ["parse_key", "WHOLE"]

WHOLE = slice(None)
_WHOLES = [(None,) * n for n in range(65)]
_ROWS = [(INT, *[None] * n) for n in range(-1, 64)]  # forms of ``x[i]``, by dimensions


def parse_key(key, shape, array_type):
    """Normalise an index key.

    Parameters
    ----------
    key : int, slice, None, Ellipsis, array-like of int, NDArray, or a tuple of them
    shape : tuple of int
    array_type : type of arrays that live on devices

    Returns
    -------
    form : tuple        see ``_ops.index.Index``
    starts : tuple of int
    arrays : list of numpy.ndarray or NDArray
    contiguous : bool   the elements are one block of memory (the result is a view)

    Raises
    ------
    IndexError   an integer out of range, too many indices, two ellipses
    ValueError   a key of another kind
    """
    if key.__class__ is int and shape and -shape[0] <= key < shape[0]:
        return _ROWS[len(shape)], (key if key >= 0 else key + shape[0],), (), True
    if key.__class__ is not tuple:
        key = (key,)
    ndim = len(shape)
    form, starts, arrays = [], [], []
    contiguous, seen_long, dots, axis = True, False, False, 0
    for k in key:
        if k is None:
            form.append(NEW)
            continue
        if k is Ellipsis:
            if dots:
                raise IndexError("an index can only have a single ellipsis ('...')")
            dots = True
            rest = ndim - _axes_used(key)
            if rest < 0:
                raise _too_many(key, ndim)
            form += _WHOLES[rest]
            seen_long = seen_long or any(n > 1 for n in shape[axis : axis + rest])
            axis += rest
            continue
        if not 0 <= axis < ndim:
            raise _too_many(key, ndim)
        n = shape[axis]
        cls = k.__class__
        if cls is slice:
            if k.start is None and k.stop is None and k.step is None:
                form.append(None)
                size, step = n, 1
            else:
                start, stop, step = _slice(k, n)
                size = max(stop - start, 0) if step == 1 else len(range(start, stop, step))
                if size == n and step == 1:
                    form.append(None)
                else:
                    form.append((size, step))
                    starts.append(start if size else 0)
            if seen_long and size != n:  # also one element of each row: a column
                contiguous = False
            if size > 1:
                if step != 1:
                    contiguous = False
                seen_long = True
        elif cls is int or (
            isinstance(k, (int, onp.integer)) and not isinstance(k, (bool, onp.bool_))
        ):
            i = int(k)
            if not -n <= i < n:
                raise IndexError(f"index {i} is out of bounds for axis {axis} with size {n}")
            form.append(INT)
            starts.append(i + n if i < 0 else i)
            if seen_long and n != 1:
                contiguous = False
        else:
            arrays.append(_index_array(k, axis, n, array_type))
            form.append(ARRAY)
            contiguous = False
        axis += 1
    if axis < ndim:
        form += _WHOLES[ndim - axis]
    return tuple(form), tuple(starts), arrays, contiguous


def _too_many(key, ndim):
    return IndexError(f"too many indices ({_axes_used(key)}) for array with {ndim} dimensions")


def _axes_used(key):
    return sum(k is not None and k is not Ellipsis for k in key)


def _slice(k, n):
    try:
        return k.indices(n)
    except TypeError:
        part = next(p for p in (k.start, k.stop, k.step) if p is not None and not _is_index(p))
        raise ValueError(
            f"NDArray does not support slicing with key {k} of type {type(part)}."
        ) from None


def _is_index(part):
    return hasattr(part, "__index__")


def _index_array(k, axis, n, array_type):
    """An index array, checked where its values are at hand."""
    if isinstance(k, array_type):
        if k.dtype is onp.bool_:
            raise ValueError(
                "Cannot perform boolean indexing in legacy mode. Please activate numpy semantics "
                "by "
                "calling `npx.set_np()` in the beginning of the script, or use "
                "mx.nd.contrib.boolean_mask."
            )
        data = k._read().data
        if not isinstance(data, onp.ndarray):
            return k
        check_range(data, axis, n)
        return k
    if isinstance(k, (str, bytes, float, dict, set)) or callable(k):
        raise ValueError(f"NDArray does not support slicing with key {k} of type {type(k)}.")
    try:
        array = onp.asarray(k)
        if array.dtype.kind not in "biuf":
            raise DTypeError("index")
        array = array.astype("int32")
    except (TypeError, ValueError, DTypeError):
        raise ValueError(
            f"NDArray does not support slicing with key {k} of type {type(k)}."
        ) from None
    check_range(array, axis, n)
    return array


def check_range(array, axis, n):
    """Raise PositionError naming the first index that is out of range."""
    if array.size and (array.max() >= n or array.min() < -n):
        bad = array[(array >= n) | (array < -n)].flat[0]
        raise PositionError(f"index {int(bad)} is out of bounds for axis {axis} with size {n}")
