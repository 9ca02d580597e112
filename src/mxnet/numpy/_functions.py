"""Functions of ``mx.np`` that read values, or that only arrays have."""

from typing import Any

import numpy as onp

from ..error import ConstraintError, PositionError, ShapeError, fail
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
    """Positions of the elements that are not 0, a vector of int64 for each axis.

    Parameters
    ----------
    a : ndarray (*S)

    Returns
    -------
    tuple of ndarray (N,) int64, one per axis    coordinates of the N elements, in order

    Raises
    ------
    TypeError   no ndarray
    """
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

    Returns
    -------
    ndarray    ``indices`` in place of the axis: (*S[:axis], *indices.shape, *S[axis + 1:])

    Raises
    ------
    IndexError            with 'raise', a position outside that is at hand
    NotImplementedError   another mode
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
    """The different elements, in order; with flags a tuple with positions and counts as well.

    Parameters
    ----------
    ar : ndarray
    return_index : bool     also where each first occurs, int64
    return_inverse : bool   also the positions that make ``ar`` of the result, int64
    return_counts : bool    also how often each occurs, int64
    axis : int, optional    compare the parts along it; the elements by default

    Returns
    -------
    ndarray, or with flags a tuple of it and these arrays in their order

    Raises
    ------
    TypeError   no ndarray
    """
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
    """How often each integer occurs, or the sums of their weights.

    Parameters
    ----------
    x : ndarray (N,) of integers that are at least 0
    weights : ndarray (N,), optional
    minlength : int, default 0

    Returns
    -------
    ndarray (max(minlength, x.max() + 1),)    counts in ``x``'s type, or sums in the weights'

    Raises
    ------
    ValueError   a negative ``minlength``
    MXNetError   a negative number
    TypeError    no ndarray
    """
    inputs = [need("bincount", "x", x)]
    if minlength < 0:
        raise ValueError("Minlength value should greater than 0")
    if weights is not None:
        inputs.append(need("bincount", "weights", weights))
    return call(
        "_npi_bincount", inputs, {"minlength": minlength, "has_weights": weights is not None}
    )


def unravel_index(indices, shape, order="C"):
    """Coordinates of positions in a flattened array, an array for each axis.

    Parameters
    ----------
    indices : ndarray of integers (*S), or an int
    shape : tuple of int    of the array that was flattened
    order : only 'C'

    Returns
    -------
    tuple of ndarray (*S), one per axis of ``shape``, in the type of ``indices``; NumPy's for an int

    Raises
    ------
    NotImplementedError   another order
    """
    if order != "C":
        raise NotImplementedError("unravel_index: only order 'C' is there")
    if isinstance(indices, (int, onp.integer)):
        return onp.unravel_index(indices, shape)
    found = call("_npi_unravel_index", [need("unravel_index", "indices", indices)],
                 {"shape": tuple(shape)})  # fmt: skip
    return tuple(found) if isinstance(found, list) else (found,)


def diag_indices_from(arr):
    """Coordinates of the main diagonal, a vector for each axis.

    Parameters
    ----------
    arr : ndarray    at least two axes, all of size N

    Returns
    -------
    tuple of ndarray (N,) int64, one per axis

    Raises
    ------
    ShapeError   one axis, or axes of different sizes
    """
    found = call("_npi_diag_indices_from", [need("diag_indices_from", "arr", arr)], {})
    return tuple([found[k] for k in range(arr.ndim)])


def broadcast_arrays(*args):
    """A list of the arrays, broadcast against each other; those of NumPy stay NumPy's.

    Parameters
    ----------
    *args : ndarray, numpy.ndarray or a number of NumPy's

    Returns
    -------
    list of ndarray and numpy.ndarray, all of one shape

    Raises
    ------
    ValueError   shapes that do not fit
    TypeError    something else
    """
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

    Returns
    -------
    counts : ndarray (bins,) int64
    edges : ndarray (bins + 1,)

    Raises
    ------
    NotImplementedError   ``normed``, ``weights`` or ``density``; bins of another kind
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


def _shares(where, q, most):
    """Numbers between 0 and ``most`` as an array of NumPy's."""
    numbers = onp.asarray(q, "float64")
    if not ((numbers >= 0) & (numbers <= most)).all():
        fail(ConstraintError, where, "q does not fit", expected=f"0 to {most}", got=q)
    return numbers


def percentile(
    a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False
):
    """Percentiles over axes; ``q`` between 0 and 100, a number or an array.

    Parameters
    ----------
    a : ndarray
    q : number or array-like (*Q)    between 0 and 100
    axis : int or tuple of int, optional    all axes by default
    out : ndarray, optional    where to write
    overwrite_input : only None
    interpolation : {'linear', 'lower', 'higher', 'midpoint', 'nearest'}    between two elements
    keepdims : bool    the axes stay, of size 1

    Returns
    -------
    ndarray (*Q, *rest)    rest: the other axes

    Raises
    ------
    NotImplementedError   ``overwrite_input``
    ConstraintError       a number outside; elements of an ndarray are not looked at
    """
    if overwrite_input is not None:
        raise NotImplementedError("percentile: overwrite_input is not supported yet")
    need("percentile", "a", a)
    given = {"axis": axis, "interpolation": interpolation, "keepdims": keepdims}
    if not isinstance(q, NDArray):
        numbers = _shares("percentile", q, 100)
        if numbers.ndim:
            q = FUNCTIONS["array"](numbers, dtype="float32", ctx=a.context)
    if isinstance(q, NDArray):
        return call("_npi_percentile", [a, q], given, out)
    return call("_npi_percentile", [a], {**given, "q_scalar": float(q)}, out)


def quantile(
    a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False
):
    """Quantiles over axes; ``q`` between 0 and 1, a number or an array.

    Parameters
    ----------
    a : ndarray
    q : number or array-like (*Q)    between 0 and 1
    axis, out, overwrite_input, interpolation, keepdims : as for :func:`percentile`

    Returns
    -------
    ndarray (*Q, *rest)    rest: the other axes

    Raises
    ------
    NotImplementedError   ``overwrite_input``
    ConstraintError       a number outside; elements of an ndarray are not looked at
    """
    q = 100 * (q if isinstance(q, NDArray) else _shares("quantile", q, 1))
    return percentile(a, q, axis, out, overwrite_input, interpolation, keepdims)


def ediff1d(ary, to_end=None, to_begin=None):
    """Differences of neighbours of the flattened array, with what to put before and behind.

    Parameters
    ----------
    ary : ndarray
    to_end, to_begin : number or array-like, optional

    Returns
    -------
    ndarray (before + N - 1 + behind,)    of N elements

    Raises
    ------
    TypeError   no ndarray
    """
    need("ediff1d", "ary", ary)
    return _ediff1d(ary, _ready(to_end, ary), _ready(to_begin, ary))


def _ready(x, like):
    """A number, an array or nothing; what is array-like as an array like another."""
    if x is None or isinstance(x, (NDArray, bool, int, float, onp.generic)):
        return x
    return FUNCTIONS["array"](onp.asarray(x), dtype=like.dtype, ctx=like.context)


def polyval(p, x):
    """Values of the polynomial with coefficients ``p``, highest power first, at ``x``.

    Parameters
    ----------
    p : ndarray (N,)    the coefficients
    x : ndarray (*S)

    Returns
    -------
    ndarray (*S); what NumPy gives where neither is an ndarray

    Raises
    ------
    TypeError   one is an ndarray, the other is not
    """
    if isinstance(p, ndarray) and isinstance(x, ndarray):
        return call("_npi_polyval", [p, x], {})
    if not isinstance(p, NDArray) and not isinstance(x, NDArray):
        return onp.polyval(p, x)
    raise TypeError("polyval: both arguments must be ndarrays of mx.np, or neither")


def resize(a, new_shape):
    """The elements, repeated as often as needed, in another shape.

    Parameters
    ----------
    a : ndarray, or what NumPy resizes
    new_shape : int or tuple of int

    Returns
    -------
    ndarray of that shape and ``a``'s type; zeros where ``a`` is empty
    """
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

    Returns
    -------
    ndarray    as ``arr``, but shorter along the axis; a vector without one

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

    Returns
    -------
    ndarray of ``arr``'s type, longer along the axis; a vector without one

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
    """The shape of an array or of something array-like.

    Parameters
    ----------
    a : ndarray or array-like

    Returns
    -------
    tuple of int
    """
    return a.shape if hasattr(a, "shape") else onp.shape(a)


def _root(x):
    while x._base is not None:
        x = x._base
    return x


def shares_memory(a, b, max_work=None):
    """Whether writing to one array may change the other.

    Parameters
    ----------
    a, b : ndarray
    max_work : without effect

    Returns
    -------
    bool    True for two views of one array too, even of parts that do not meet

    Raises
    ------
    TypeError   no ndarray
    """
    need("shares_memory", "a", a), need("shares_memory", "b", b)
    return a.size > 0 and b.size > 0 and _root(a) is _root(b)


def may_share_memory(a, b, max_work=None):
    """Whether writing to one array may change the other.

    Parameters
    ----------
    a, b, max_work : as for :func:`shares_memory`

    Returns
    -------
    bool

    Raises
    ------
    TypeError   no ndarray
    """
    return shares_memory(a, b, max_work)


def set_printoptions(precision=None, threshold=None, **kwarg):
    """How arrays are printed: NumPy's options.

    Parameters
    ----------
    precision : int, optional    digits behind the point
    threshold : int, optional    more elements than that are shortened
    **kwarg    others of ``numpy.set_printoptions``

    Returns
    -------
    None; the options hold for NumPy's arrays too
    """
    onp.set_printoptions(precision=precision, threshold=threshold, **kwarg)


def genfromtxt(fname, dtype=onp.float32, *args, ctx=None, **kwargs):
    """An array from a text file, read by NumPy's function of that name; float32 by default.

    Parameters
    ----------
    fname : str, path, file or list of str
    dtype : default float32
    *args, **kwargs    those of ``numpy.genfromtxt``, such as ``delimiter``
    ctx : Context, default the current one

    Returns
    -------
    ndarray    a vector for one line or column, else (lines, columns)

    Raises
    ------
    OSError      the file is not there
    ValueError   lines of different lengths
    """
    return FUNCTIONS["array"](onp.genfromtxt(fname, dtype, *args, **kwargs), ctx=ctx)
