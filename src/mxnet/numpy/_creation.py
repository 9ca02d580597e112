"""Making arrays of ``mx.np``."""

import operator
from typing import Any, cast

import numpy as onp

from .._dtypes import as_dtype
from .._engine.initial import fill
from .._engine.segment import append
from .._frontend.dispatch import cast_value
from .._graph.lower import COPY
from .._graph.steps import spec_of
from .._ops.numpy_creation import steps_between
from ..context import canonical, current_context, device_of
from ..error import AttributeTypeError, MXNetError, allocate, fail
from ..ndarray.ndarray import NDArray, _wrap
from ..util import is_np_shape
from .multiarray import FUNCTIONS, _host_value, create, ndarray

__all__ = [
    "arange",
    "array",
    "asarray",
    "blackman",
    "empty",
    "eye",
    "full",
    "hamming",
    "hanning",
    "identity",
    "indices",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "zeros",
]


def _context(ctx):
    """The canonical context of a new array; raises if its device is not there."""
    ctx = current_context() if ctx is None else canonical(ctx)
    if ctx.device_typeid == 2:
        device_of(ctx)
    return ctx


def _shape(shape, where):
    """A shape as a tuple; without NumPy's shapes, sizes of 0 and no axes are refused."""
    if shape.__class__ is tuple and shape:
        for n in shape:
            if n.__class__ is not int or n <= 0:
                break
        else:
            return shape
    try:
        if isinstance(shape, (list, tuple)):
            shape = tuple([operator.index(s) for s in shape])
        elif isinstance(shape, ndarray):
            shape = tuple(shape.asnumpy().astype("int64").tolist())
        else:
            shape = (operator.index(shape),)
    except TypeError:
        fail(
            AttributeTypeError,
            where,
            "the shape does not fit",
            expected="an int or a tuple of ints",
            got=repr(shape),
        )
    if any(s < 0 for s in shape):
        fail(ValueError, where, "a size is negative", expected="sizes >= 0", got=shape)
    if not is_np_shape() and (not shape or 0 in shape):
        fail(
            MXNetError,
            where,
            "arrays without axes or elements need NumPy's shapes",
            expected="sizes > 0",
            got=shape,
            hint="call npx.set_np() first",
        )
    return shape


def array(object, dtype=None, ctx=None, device=None):
    """An array from numbers.

    Parameters
    ----------
    object : number, nested list, numpy.ndarray or ndarray
    dtype : default that of a NumPy array or ndarray, otherwise float32
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray   a copy

    Raises
    ------
    TypeError      not array-like
    ContextError   the device is not there
    """
    ctx = _context(ctx if device is None else device)
    if isinstance(object, NDArray):
        v = object._on(ctx)
        if dtype is not None and as_dtype(dtype) != v.spec.dtype:
            return _wrap(ndarray, cast_value(v, as_dtype(dtype)))
        return _wrap(ndarray, append(COPY, (v,)))
    if isinstance(object, (onp.ndarray, onp.generic)):
        data = allocate(
            "array", onp.array, object, dtype=None if dtype is None else as_dtype(dtype)
        )
    else:
        if isinstance(object, (str, bytes, set, dict)):
            raise TypeError(f"np.array: {type(object)} is not array-like")
        found = _of_arrays(object, dtype)
        if found is not None:
            return found
        try:
            data = allocate("array", onp.array, object, dtype=as_dtype(dtype))
        except (TypeError, ValueError) as e:
            raise TypeError(f"np.array: the object is not array-like: {e}") from None
    if not data.flags.c_contiguous:
        data = onp.ascontiguousarray(data)
    return _wrap(ndarray, _host_value(data, ctx))


def _holds_arrays(x):
    return isinstance(x, NDArray) or (
        isinstance(x, (list, tuple)) and any(_holds_arrays(y) for y in x)
    )


def _of_arrays(x, dtype):
    """An array of nested lists of arrays; None for something else."""
    if not isinstance(x, (list, tuple)) or not _holds_arrays(x):
        return None

    def joined(x):
        if isinstance(x, NDArray):
            return x.as_np_ndarray().astype(as_dtype(dtype), copy=False)
        if isinstance(x, (list, tuple)) and _holds_arrays(x):
            return FUNCTIONS["stack"]([joined(y) for y in x])
        return array(x, dtype)

    return joined(x)


def asarray(a, dtype=None, ctx=None):
    """An array of something; an ndarray of the type is returned as it is.

    Parameters
    ----------
    a : ndarray, numpy.ndarray, number or nested list
    dtype : default that of an array, otherwise float32
    ctx : Context, default the current one

    Returns
    -------
    ndarray   ``a`` itself where it is one of this type, wherever it lies; otherwise a copy

    Raises
    ------
    TypeError   not array-like
    """
    if isinstance(a, ndarray) and (dtype is None or as_dtype(dtype) == a.dtype):
        return a
    return array(a, dtype, ctx)


def _filled(where, shape, value, dtype, order, ctx, out=None):
    if order != "C":
        raise NotImplementedError(f"{where}: order {order!r} is not implemented; 'C' is")
    spec = spec_of(_shape(shape, where), as_dtype(dtype), _context(ctx))
    x = _wrap(ndarray, fill(spec, value))
    if out is None:
        return x
    out[...] = x
    return out


def zeros(shape, dtype=None, order="C", ctx=None, device=None):
    """Array of zeros, float32 by default.

    Parameters
    ----------
    shape : int or tuple of int    0, or no axes, only in NumPy's semantics (:func:`npx.set_np`)
    dtype : default float32
    order : only 'C'
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    ValueError            a negative size
    MXNetError            a size of 0 or no axes, in the older semantics
    NotImplementedError   another order
    """
    return _filled("zeros", shape, 0, dtype, order, ctx if device is None else device)


def ones(shape, dtype=onp.float32, order="C", ctx=None, device=None):
    """Array of ones, float32 by default.

    Parameters
    ----------
    shape : int or tuple of int    0, or no axes, only in NumPy's semantics (:func:`npx.set_np`)
    dtype : default float32
    order : only 'C'
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    ValueError            a negative size
    MXNetError            a size of 0 or no axes, in the older semantics
    NotImplementedError   another order
    """
    return _filled("ones", shape, 1, dtype, order, ctx if device is None else device)


def empty(shape, dtype=onp.float32, order="C", ctx=None, device=None):
    """Array whose contents do not matter (zeros).

    Parameters
    ----------
    shape : int or tuple of int    0, or no axes, only in NumPy's semantics (:func:`npx.set_np`)
    dtype : default float32
    order : only 'C'
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    ValueError            a negative size
    MXNetError            a size of 0 or no axes, in the older semantics
    NotImplementedError   another order
    """
    return _filled("empty", shape, 0, dtype, order, ctx if device is None else device)


def full(shape, fill_value, dtype=None, order="C", ctx=None, out=None, device=None):
    """Array of one number, or of an array that is broadcast; float32 by default.

    Parameters
    ----------
    shape : int or tuple of int    0, or no axes, only in NumPy's semantics (:func:`npx.set_np`)
    fill_value : number, ndarray or array-like    an array is broadcast to the shape
    dtype : default float32, bool for a truth value, that of an ndarray
    order : only 'C'
    ctx : Context, default the current one (``device`` is the same)
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    ValueError            a negative size
    MXNetError            a size of 0 or no axes, in the older semantics
    ShapeError            an array that cannot be broadcast to it
    NotImplementedError   another order
    """
    ctx = ctx if device is None else device
    if isinstance(fill_value, (list, tuple, onp.ndarray)):
        fill_value = array(fill_value, dtype=dtype, ctx=ctx)
    if isinstance(fill_value, NDArray):
        if dtype is not None:
            fill_value = fill_value.astype(dtype)
        x = FUNCTIONS["broadcast_to"](fill_value, _shape(shape, "full"))
        if out is None:
            return x
        out[...] = x
        return out
    if isinstance(fill_value, (bool, onp.bool_)) and dtype is None:
        dtype = bool
    return _filled("full", shape, fill_value, dtype, order, ctx, out)


def arange(start, stop=None, step=1, dtype=None, ctx=None, device=None):
    """``start, start + step, ...`` below ``stop``; with one argument from 0. float32 by default.

    Parameters
    ----------
    start : number    the first number; the end, and 0 the first one, where ``stop`` is not given
    stop : number, optional    what the numbers stay below (above, with a negative step)
    step : number, default 1
    dtype : default float32
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray (N,), N = ceil((stop - start) / step), at least 0

    Raises
    ------
    ZeroDivisionError   a step of 0
    """
    ctx = _context(ctx if device is None else device)
    if stop is None:
        start, stop = 0, start
    if step is None:
        step = 1
    if step == 0:
        raise ZeroDivisionError("arange: step cannot be 0")
    if isinstance(start, NDArray) or isinstance(stop, NDArray) or isinstance(step, NDArray):
        start, stop, step = [v.item() if isinstance(v, ndarray) else v for v in (start, stop, step)]
    n = steps_between(start, stop, step)
    given = {"n": n, "start": start, "step": step, "dtype": as_dtype(dtype)}
    if n == 0:
        return _wrap(ndarray, _host_value(onp.zeros((0,), as_dtype(dtype)), ctx))
    return create("_range", given, ctx)


def linspace(
    start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, ctx=None, device=None
):
    """``num`` evenly spaced numbers from ``start`` to ``stop``; ``retstep``: the step as well.

    Parameters
    ----------
    start, stop : number
    num : int, default 50
    endpoint : bool, default True    ``stop`` is the last number
    retstep : bool, default False    return the step as well
    dtype : default float32
    axis : only 0
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray (num,), or the pair of it and the step, a float

    Raises
    ------
    NotImplementedError   arrays as bounds; another axis
    ValueError            a negative ``num``
    """
    if isinstance(start, (list, onp.ndarray, NDArray)) or isinstance(
        stop, (list, onp.ndarray, NDArray)
    ):
        raise NotImplementedError("linspace: start and stop must be numbers")
    if axis != 0:
        raise NotImplementedError("linspace: only axis 0 is there")
    data, step = allocate("linspace", onp.linspace, start, stop, int(num), endpoint, retstep=True)
    x = array(data, as_dtype(dtype), ctx if device is None else device)
    return (x, float(step)) if retstep else x


def logspace(
    start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, ctx=None, device=None
):
    """``num`` powers of ``base`` with evenly spaced exponents.

    Parameters
    ----------
    start, stop : number    exponents of the first and the last number
    num : int, default 50
    endpoint : bool, default True    ``base ** stop`` is the last number
    base : number, default 10
    dtype : default float32
    axis : only 0
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray (num,)

    Raises
    ------
    NotImplementedError   another axis
    ValueError            a negative ``num``
    """
    if axis != 0:
        raise NotImplementedError("logspace: only axis 0 is there")
    data = allocate("logspace", onp.logspace, start, stop, int(num), endpoint, base)
    return array(data, as_dtype(dtype), ctx if device is None else device)


def eye(N, M=None, k=0, dtype=onp.float32, ctx=None, device=None, **kwargs):
    """``(N, M)`` matrix with ones on the ``k``-th diagonal, square by default.

    Parameters
    ----------
    N : int             rows
    M : int, optional   columns, default ``N``
    k : int, default 0  the diagonal: 0 the main one, above it where positive
    dtype : default float32
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray (N, M)

    Raises
    ------
    TypeError    another order than 'C', or unknown keywords
    ValueError   a negative size
    """
    if kwargs.pop("order", "C") != "C" or kwargs:
        raise TypeError(f"eye() got unexpected keywords {', '.join(kwargs) or 'order'}")
    data = allocate("eye", onp.eye, int(N), None if M is None else int(M), int(k), as_dtype(dtype))
    return array(data, None, ctx if device is None else device)


def identity(n, dtype=None, ctx=None, device=None):
    """The identity matrix.

    Parameters
    ----------
    n : int    rows and columns
    dtype : default float32
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray (n, n)

    Raises
    ------
    ValueError   a negative size
    """
    return eye(n, dtype=cast(Any, dtype), ctx=ctx if device is None else device)


def indices(dimensions, dtype=onp.int32, ctx=None, device=None):
    """The coordinates of every element of an array of that shape.

    Parameters
    ----------
    dimensions : tuple or list of int
    dtype : default int32
    ctx : Context, default the current one (``device`` is the same)

    Returns
    -------
    ndarray (len(dimensions), *dimensions)    the k-th part is each element's k-th coordinate

    Raises
    ------
    ValueError   no sequence
    """
    if not isinstance(dimensions, (tuple, list)):
        raise ValueError("The dimensions must be sequence of ints")
    return array(
        allocate("indices", onp.indices, tuple(dimensions), as_dtype(dtype)),
        None,
        ctx if device is None else device,
    )


def _window(name):
    def window(M, dtype=onp.float32, ctx=None):
        return array(allocate(name, getattr(onp, name), M), as_dtype(dtype), ctx)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"""The {name.capitalize()} window: weights that fall off to both ends.

    Parameters
    ----------
    M : int    points
    dtype : default float32
    ctx : Context, default the current one

    Returns
    -------
    ndarray (M,)    empty for less than 1
    """
    return window


hanning, hamming, blackman = _window("hanning"), _window("hamming"), _window("blackman")


def meshgrid(*xi, **kwargs):
    """Coordinate arrays of a grid from vectors of coordinates.

    Parameters
    ----------
    *xi : vectors
    indexing : 'xy' or 'ij'    whether the first coordinate runs along the columns
    sparse : bool              leave axes of size 1 unrepeated
    copy : bool                accepted; the arrays are always copies

    Returns
    -------
    list of ndarray, one per vector: of all sizes, or with ``sparse`` of size 1 on other axes

    Raises
    ------
    TypeError    unknown keywords
    ValueError   another ``indexing``
    """
    indexing = kwargs.pop("indexing", "xy")
    sparse = kwargs.pop("sparse", False)
    kwargs.pop("copy", True)
    if kwargs:
        raise TypeError(f"meshgrid() got an unexpected keyword argument {next(iter(kwargs))!r}")
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    n = len(xi)
    places = list(range(n))
    if indexing == "xy" and n > 1:
        places[0], places[1] = 1, 0
    out = [x.reshape(tuple([-1 if k == p else 1 for k in range(n)])) for x, p in zip(xi, places)]
    return out if sparse else FUNCTIONS["broadcast_arrays"](*out)
