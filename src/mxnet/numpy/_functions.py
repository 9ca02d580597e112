"""Functions of ``mx.np`` that read values, or that only arrays have."""

from typing import Any

import numpy as onp

from ..error import PositionError, ShapeError, fail
from ..ndarray.ndarray import NDArray
from .multiarray import FRONT, FUNCTIONS, call, ndarray

__all__ = [
    "bincount",
    "broadcast_arrays",
    "delete",
    "diag_indices_from",
    "ediff1d",
    "genfromtxt",
    "histogram",
    "insert",
    "may_share_memory",
    "nonzero",
    "percentile",
    "polyval",
    "quantile",
    "resize",
    "set_printoptions",
    "shape",
    "shares_memory",
    "take",
    "unique",
    "unravel_index",
]

need = FRONT.need
# those of arrays and numbers alone, under the functions below that take lists as well
_insert, _delete, _ediff1d = (FUNCTIONS[n] for n in ("insert", "delete", "ediff1d"))


def nonzero(a):
    """Positions of the elements that are not 0, a vector of int64 for each axis."""
    found: Any = call("_npx_nonzero", [need("nonzero", "a", a)], {})
    return tuple([found[:, k] for k in range(max(a.ndim, 1))])


def take(a, indices, axis=None, mode="raise", out=None):
    """Elements at given positions along an axis, or of the flattened array.

    Parameters
    ----------
    a : ndarray (*S)
    indices : ndarray or number
    axis : int, optional
    mode : {'raise', 'clip', 'wrap'}    positions outside: an error where they are at hand and the
        nearest otherwise, the nearest, counted around; negative ones count from the end in the
        first and the last
    """
    if mode not in ("wrap", "clip", "raise"):
        raise NotImplementedError(f"take: mode {mode!r} is not there")
    need("take", "a", a)
    if axis is None:
        a, axis = a.reshape(-1), 0
    if not isinstance(indices, NDArray):
        indices = FUNCTIONS["array"](onp.asarray(indices), ctx=a.context)
    if mode == "raise":  # as indexing: checked where the positions are at hand
        if indices.dtype == bool:
            indices = indices.astype("int32")
        found = a[(slice(None),) * (axis % max(a.ndim, 1)) + (indices,)]
        if out is None:
            return found
        out[...] = found
        return out
    return call("_npi_take", [a, indices], {"axis": axis, "mode": mode}, out)


def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None):
    """The different elements, in order; with flags a tuple with positions and counts as well."""
    found = call(
        "_npi_unique",
        [need("unique", "ar", ar)],
        {
            "return_index": return_index,
            "return_inverse": return_inverse,
            "return_counts": return_counts,
            "axis": axis,
        },
    )
    return tuple(found) if isinstance(found, list) else found


def bincount(x, weights=None, minlength=0):
    """How often each integer occurs, or the sums of their weights."""
    inputs = [need("bincount", "x", x)]
    if minlength < 0:
        raise ValueError("Minlength value should greater than 0")
    if weights is not None:
        inputs.append(need("bincount", "weights", weights))
    return call(
        "_npi_bincount", inputs, {"minlength": minlength, "has_weights": weights is not None}
    )


def unravel_index(indices, shape, order="C"):
    """Coordinates of positions in a flattened array, an array for each axis."""
    if order != "C":
        raise NotImplementedError("unravel_index: only order 'C' is there")
    if isinstance(indices, (int, onp.integer)):
        return onp.unravel_index(indices, shape)
    found = call("_npi_unravel_index", [need("unravel_index", "indices", indices)],
                 {"shape": tuple(shape)})  # fmt: skip
    return tuple(found) if isinstance(found, list) else (found,)


def diag_indices_from(arr):
    """Coordinates of the main diagonal, a vector for each axis."""
    found = call("_npi_diag_indices_from", [need("diag_indices_from", "arr", arr)], {})
    return tuple([found[k] for k in range(arr.ndim)])


def broadcast_arrays(*args):
    """A list of the arrays, broadcast against each other; those of NumPy stay NumPy's."""
    ctx = next((x.context for x in args if isinstance(x, NDArray)), None)
    arrays: list[Any] = []
    for i, x in enumerate(args):
        if isinstance(x, onp.generic):
            x = FUNCTIONS["array"](x, ctx=ctx)
        elif not isinstance(x, onp.ndarray):
            need("broadcast_arrays", f"number {i}", x)
        arrays.append(x)
    common = onp.broadcast_shapes(*[x.shape for x in arrays])
    own = FUNCTIONS["broadcast_to"]
    return [(own if isinstance(x, NDArray) else onp.broadcast_to)(x, common) for x in arrays]


def histogram(a, bins=10, range=None, normed=None, weights=None, density=None):
    """Counts of the elements in intervals, and the borders of the intervals.

    Parameters
    ----------
    a : ndarray
    bins : int, or ndarray of ascending borders
    range : (low, high), for a number of bins; default the smallest and largest element
    """
    need("histogram", "a", a)
    if normed or density or weights is not None:
        raise NotImplementedError("histogram: normed, weights and density are not implemented")
    if isinstance(bins, ndarray):
        return call("_npi_histogram", [a, bins], {})
    if not isinstance(bins, int):
        raise NotImplementedError("histogram: bins must be an int or an ndarray")
    if range is None:
        range = (float(a.min().item()), float(a.max().item()))
    return call("_npi_histogram", [a], {"bin_cnt": bins, "range": tuple(range)})


def percentile(
    a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False
):
    """Percentiles over axes; ``q`` between 0 and 100, a number or an array."""
    if overwrite_input is not None:
        raise NotImplementedError("percentile: overwrite_input is not supported yet")
    need("percentile", "a", a)
    given = {"axis": axis, "interpolation": interpolation, "keepdims": keepdims}
    if isinstance(q, (list, tuple)):
        q = FUNCTIONS["array"](q, ctx=a.context)
    if isinstance(q, NDArray):
        return call("_npi_percentile", [a, q], given, out)
    return call("_npi_percentile", [a], {**given, "q_scalar": float(q)}, out)


def quantile(
    a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False
):
    """Quantiles over axes; ``q`` between 0 and 1, a number or an array."""
    if isinstance(q, (list, tuple)):
        q = [100 * v for v in q]
    else:
        q = q * 100
    return percentile(a, q, axis, out, overwrite_input, interpolation, keepdims)


def ediff1d(ary, to_end=None, to_begin=None):
    """Differences of neighbours of the flattened array, with what to put before and behind.

    Parameters
    ----------
    ary : ndarray
    to_end, to_begin : number or array-like, optional
    """
    need("ediff1d", "ary", ary)
    return _ediff1d(ary, _ready(to_end, ary), _ready(to_begin, ary))


def _ready(x, like):
    """A number, an array or nothing; what is array-like as an array like another."""
    if x is None or isinstance(x, (NDArray, bool, int, float, onp.generic)):
        return x
    return FUNCTIONS["array"](onp.asarray(x), dtype=like.dtype, ctx=like.context)


def polyval(p, x):
    """Values of the polynomial with coefficients ``p``, highest power first, at ``x``."""
    if isinstance(p, ndarray) and isinstance(x, ndarray):
        return call("_npi_polyval", [p, x], {})
    if not isinstance(p, NDArray) and not isinstance(x, NDArray):
        return onp.polyval(p, x)
    raise TypeError("polyval: both arguments must be ndarrays of mx.np, or neither")


def resize(a, new_shape):
    """The elements, repeated as often as needed, in another shape."""
    if not isinstance(a, NDArray):
        return onp.resize(a, new_shape)
    whole = isinstance(new_shape, (int, onp.integer))
    new_shape = (int(new_shape),) if whole else tuple(new_shape)
    flat = a.reshape(-1)
    size = int(onp.prod(new_shape, dtype="int64"))
    if flat.size == 0 or size == 0:
        return FUNCTIONS["zeros"](new_shape, a.dtype, ctx=a.context)
    repeats = -(-size // flat.size)
    if repeats > 1:
        flat = FUNCTIONS["tile"](flat, repeats)
    return flat[:size].reshape(new_shape)


def _at_hand(arr, obj, axis, where, more=0):
    """What names positions on an axis (an int, a slice, an array), checked where it is at hand.

    ``more`` positions behind the last element are allowed.
    """
    if axis is not None and not -arr.ndim <= axis < arr.ndim:
        fail(ShapeError, where, "no such axis", expected=f"one of {arr.ndim} axes", got=axis)
    n = arr.size if axis is None else arr.shape[axis]
    if isinstance(obj, slice):
        return obj
    raw = obj if isinstance(obj, NDArray) else onp.asarray(obj)
    if raw.dtype == bool:
        if raw.shape != (n,):
            fail(
                ShapeError, where, "the mask does not fit", expected=f"shape {(n,)}", got=raw.shape
            )
        return nonzero(raw)[0] if isinstance(obj, NDArray) else onp.flatnonzero(raw)
    if isinstance(raw, NDArray):
        return raw
    if raw.size and raw.dtype.kind not in "iu":
        raise TypeError(f"{where}: positions must be integers, got {obj!r}")
    raw = raw.astype("int64")
    wrong = raw[(raw < -n) | (raw >= n + more)]
    if wrong.size:
        raise PositionError(
            f"{where}: index {int(wrong.flat[0])} is out of bounds for axis {axis or 0} with size "
            f"{n}"
        )
    return raw if raw.ndim else int(raw)


def delete(arr, obj, axis=None):
    """The array without the parts at some positions along an axis, or of the flattened array.

    Parameters
    ----------
    arr : ndarray
    obj : int, slice, or integers or truth values    the positions; negative count from the end
    axis : int, optional

    Raises
    ------
    IndexError   a position outside
    """
    need("delete", "arr", arr)
    at = _at_hand(arr, obj, axis, "delete")
    if not isinstance(at, onp.ndarray):
        return _delete(arr, at, axis)
    if axis is None:
        arr, axis = arr.reshape(-1), 0
    n = arr.shape[axis]
    kept = onp.setdiff1d(onp.arange(n), at % n if n else at)
    places = FUNCTIONS["array"](kept.astype("int64"), ctx=arr.context)
    return call("_npi_take", [arr, places], {"axis": axis, "mode": "clip"})


def insert(arr, obj, values, axis=None):
    """The array with values put before some positions along an axis, or of the flattened array.

    Parameters
    ----------
    arr : ndarray
    obj : int, slice, or integers or truth values    the positions; negative count from the end
    values : number or array-like    broadcast to what is put in
    axis : int, optional

    Raises
    ------
    IndexError   a position outside, where the positions are at hand
    """
    need("insert", "arr", arr)
    at = _at_hand(arr, obj, axis, "insert", 1)
    if isinstance(at, onp.ndarray):
        at = FUNCTIONS["array"](at, ctx=arr.context)
    if values is None or isinstance(values, str):
        raise TypeError(f"insert: values must be a number or array-like, got {values!r}")
    return _insert(arr, at, _ready(values, arr), axis)


def shape(a):
    """The shape of an array or of something array-like."""
    return a.shape if hasattr(a, "shape") else onp.shape(a)


def _root(x):
    while x._base is not None:
        x = x._base
    return x


def shares_memory(a, b, max_work=None):
    """Whether writing to one array may change the other."""
    need("shares_memory", "a", a), need("shares_memory", "b", b)
    return a.size > 0 and b.size > 0 and _root(a) is _root(b)


def may_share_memory(a, b, max_work=None):
    """Whether writing to one array may change the other."""
    return shares_memory(a, b, max_work)


def set_printoptions(precision=None, threshold=None, **kwarg):
    """How arrays are printed: NumPy's options."""
    onp.set_printoptions(precision=precision, threshold=threshold, **kwarg)


def genfromtxt(fname, dtype=onp.float32, *args, ctx=None, **kwargs):
    """An array from a text file, read by NumPy's function of that name; float32 by default."""
    return FUNCTIONS["array"](onp.genfromtxt(fname, dtype, *args, **kwargs), ctx=ctx)
