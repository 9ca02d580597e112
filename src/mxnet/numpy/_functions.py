"""Functions of ``mx.np`` that look at values, or that only arrays have."""

from typing import Any

import numpy as onp

from .._frontend.numpy import plain_number
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
    """How often each whole number occurs, or the sums of their weights."""
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
    found = call("_npi_unravel_index", [need("unravel_index", "indices", indices)],
                 {"shape": tuple(shape)})  # fmt: skip
    return tuple(found) if isinstance(found, list) else (found,)


def diag_indices_from(arr):
    """Coordinates of the main diagonal, a vector for each axis."""
    found = call("_npi_diag_indices_from", [need("diag_indices_from", "arr", arr)], {})
    return tuple([found[k] for k in range(arr.ndim)])


def broadcast_arrays(*args):
    """A list of the arrays, broadcast against each other."""
    arrays = [need("broadcast_arrays", f"number {i}", x) for i, x in enumerate(args)]
    common = onp.broadcast_shapes(*[x.shape for x in arrays])
    return [FUNCTIONS["broadcast_to"](x, common) for x in arrays]


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
    """Differences of neighbours of the flattened array, with what to put before and behind."""
    need("ediff1d", "ary", ary)
    parts = [FUNCTIONS["diff"](ary.reshape(-1))]

    def ready(x):
        if not isinstance(x, NDArray):
            x = FUNCTIONS["array"](onp.asarray(x), dtype=ary.dtype, ctx=ary.context)
        return x.reshape(-1)

    if to_begin is not None:
        parts.insert(0, ready(to_begin))
    if to_end is not None:
        parts.append(ready(to_end))
    return parts[0] if len(parts) == 1 else FUNCTIONS["concatenate"](parts)


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
    new_shape = (new_shape,) if isinstance(new_shape, int) else tuple(new_shape)
    flat = a.reshape(-1)
    size = int(onp.prod(new_shape, dtype="int64"))
    if flat.size == 0 or size == 0:
        return FUNCTIONS["zeros"](new_shape, a.dtype, ctx=a.context)
    repeats = -(-size // flat.size)
    if repeats > 1:
        flat = FUNCTIONS["tile"](flat, repeats)
    return flat[:size].reshape(new_shape)


def _positions(obj, n, where):
    """Positions that an int, slice or array names, counted from 0, in order of mention."""
    if isinstance(obj, slice):
        return onp.arange(*obj.indices(n))
    raw = obj.asnumpy() if isinstance(obj, NDArray) else onp.asarray(obj)
    if raw.dtype == bool:
        return onp.flatnonzero(raw)
    return raw.astype("int64")


def delete(arr, obj, axis=None):
    """The array without the parts at some positions along an axis, or of the flattened array."""
    need("delete", "arr", arr)
    if axis is None:
        arr, axis = arr.reshape(-1), 0
    n = arr.shape[axis]
    gone = _positions(obj, n, "delete")
    if gone.size and (gone.min() < -n or gone.max() >= n):
        bad = gone[(gone < -n) | (gone >= n)].flat[0]
        raise IndexError(f"index {int(bad)} is out of bounds for axis {axis} with size {n}")
    kept = onp.setdiff1d(onp.arange(n), gone % n if n else gone)
    places = FUNCTIONS["array"](kept.astype("int64"), ctx=arr.context)
    return call("_npi_take", [arr, places], {"axis": axis, "mode": "clip"})


def insert(arr, obj, values, axis=None):
    """The array with values put before some positions along an axis, or of the flattened array."""
    need("insert", "arr", arr)
    if axis is None:
        arr, axis = arr.reshape(-1), 0
    axis = axis + arr.ndim if axis < 0 else axis
    n = arr.shape[axis]
    where = _positions(obj, n, "insert")
    if where.size and (where.min() < -n or where.max() > n):
        bad = where[(where < -n) | (where > n)].flat[0]
        raise IndexError(f"index {int(bad)} is out of bounds for axis {axis} with size {n}")
    single = where.ndim == 0
    where = onp.where(where < 0, where + n, where).reshape(-1)
    if not isinstance(values, NDArray):
        values = FUNCTIONS["array"](onp.asarray(plain_number(values)), dtype=arr.dtype,
                                    ctx=arr.context)  # fmt: skip
    values = values.astype(arr.dtype, copy=False)
    if single and values.ndim:  # one place: the values' own first axis is the new one
        values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
        values = FUNCTIONS["moveaxis"](values, 0, axis)
        where = onp.repeat(where, values.shape[axis])
    target = (*arr.shape[:axis], where.size, *arr.shape[axis + 1 :])
    values = FUNCTIONS["broadcast_to"](values, target)
    order = onp.argsort(where, kind="stable")
    places = onp.empty(where.size, "int64")
    places[order] = where[order] + onp.arange(where.size)
    source = onp.empty(n + where.size, "int64")
    rest = onp.ones(n + where.size, bool)
    rest[places] = False
    source[rest] = onp.arange(n)
    source[places] = n + onp.arange(where.size)
    both = FUNCTIONS["concatenate"]([arr, values], axis=axis)
    index = FUNCTIONS["array"](source, ctx=arr.context)
    return call("_npi_take", [both, index], {"axis": axis, "mode": "clip"})


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


def genfromtxt(*args, **kwargs):
    """An array from a text file, read by NumPy's function of that name; float32 by default."""
    kwargs.setdefault("dtype", onp.float32)
    ctx = kwargs.pop("ctx", None)
    return FUNCTIONS["array"](onp.genfromtxt(*args, **kwargs), ctx=ctx)
