"""Making arrays."""

import operator

import numpy as onp

from .._dtypes import as_dtype
from .._engine.initial import fill
from .._engine.program import from_shared_memory
from .._engine.segment import append
from .._engine.value import Value
from .._frontend.dispatch import bind, invoke
from .._graph.lower import COPY
from .._graph.steps import spec_of
from .._ops import _spec
from .._ops._limits import check_size
from .._ops.creation import range_length
from .._tables import table
from .._traceback import shown
from ..context import canonical, cpu, current_context, device_of, gpu
from ..error import MXNetError, ShapeError, allocate, fail, not_array_like, only_keywords
from . import sparse
from ._sparse_array import BaseSparseNDArray, scipy_format
from .ndarray import NDArray, _wrap

__all__ = [
    "array",
    "zeros",
    "ones",
    "full",
    "empty",
    "arange",
    "linspace",
    "eye",
    "concatenate",
    "moveaxis",
    "from_numpy",
    "from_dlpack",
    "to_dlpack_for_read",
    "to_dlpack_for_write",
    "onehot_encode",
]


def _context(ctx):
    """The canonical context of a new array; raises if its device is not there."""
    ctx = current_context() if ctx is None else canonical(ctx)
    if ctx.device_typeid == 2:
        try:
            device_of(ctx)
        except MXNetError as e:
            raise shown(e)  # noqa: B904
    return ctx


def array(source_array, ctx=None, dtype=None):
    """An array from numbers.

    Parameters
    ----------
    source_array : number, nested list, numpy.ndarray or NDArray; sparse arrays, and SciPy's csr
        matrices, give sparse arrays
    ctx : Context, default the current one
    dtype : default float32, whatever the source (also NumPy's float64 and int64); an NDArray keeps
        its own

    Returns
    -------
    NDArray   a copy

    Raises
    ------
    TypeError      not array-like
    ContextError   the device is not there
    """
    ctx = _context(ctx)
    if source_array.__class__ is not list:
        if isinstance(source_array, BaseSparseNDArray) or scipy_format(source_array) == "csr":
            return sparse.array(source_array, ctx, dtype)
        if isinstance(source_array, NDArray):
            spec = source_array._spec
            v = source_array._on(ctx)
            if dtype is not None and as_dtype(dtype) != spec.dtype:
                return _wrap(NDArray, v).astype(dtype)
            return _wrap(NDArray, append(COPY, (v,)))
        if isinstance(source_array, (str, bytes, set, dict)):
            as_dtype(dtype, "nd.array")
            not_array_like(source_array)
    dtype = as_dtype(dtype, "nd.array")
    try:
        data = onp.array(source_array, dtype)
    except (TypeError, ValueError, MemoryError):
        try:
            data = allocate("array", onp.array, source_array, dtype=dtype)
        except (TypeError, ValueError):
            data = _from_arrays(source_array, dtype)
    if not data.flags.c_contiguous:
        data = onp.ascontiguousarray(data)
    return _wrap(NDArray, Value(None, 0, spec_of(data.shape, dtype, ctx), data))


def _from_arrays(source, dtype):
    """A list that holds NDArrays, or an error."""
    try:
        return allocate(
            "array",
            onp.array,
            [s.asnumpy() if isinstance(s, NDArray) else s for s in source],
            dtype=dtype,
        )
    except (TypeError, ValueError, AttributeError):
        not_array_like(source)


def _shape(shape):
    if shape.__class__ is tuple:
        for n in shape:
            if n.__class__ is not int or n < 0:
                break
        else:
            return shape
    try:
        if hasattr(shape, "__index__"):
            shape = (shape,)
        shape = tuple([operator.index(s) for s in shape])
    except TypeError:
        fail(
            ShapeError,
            "creation",
            "not a shape",
            expected="an int or a tuple of int",
            got=repr(shape),
        )
    if any(s < 0 for s in shape):
        fail(
            ShapeError, "creation", "a dimension is negative", expected="dimensions >= 0", got=shape
        )
    return shape


def _filled(shape, value, ctx, dtype):
    try:
        ctx = _context(ctx)
        spec = spec_of(_shape(shape), as_dtype(dtype), ctx)
        return _wrap(NDArray, fill(spec, value))
    except MXNetError as e:
        raise shown(e)  # noqa: B904


def zeros(shape, ctx=None, dtype=None, stype=None, **kwargs):
    """Array of zeros (float32 by default); ``stype``: of that storage.

    Parameters
    ----------
    shape : int or tuple of int
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'
    stype : {'default', 'row_sparse', 'csr'}, optional
    out : NDArray, optional    receives the zeros

    Returns
    -------
    NDArray, or a sparse array of that storage

    Raises
    ------
    ShapeError   a negative size
    """
    if stype not in (None, "default"):
        return _into(sparse.zeros(stype, _shape(shape), ctx, dtype), kwargs, "zeros")
    return _into(_filled(shape, 0, ctx, dtype), kwargs, "zeros")


def ones(shape, ctx=None, dtype=None, **kwargs):
    """Array of ones (float32 by default).

    Parameters
    ----------
    shape : int or tuple of int
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'
    out : NDArray, optional    receives the ones

    Returns
    -------
    NDArray

    Raises
    ------
    ShapeError   a negative size
    """
    return _into(_filled(shape, 1, ctx, dtype), kwargs, "ones")


def full(shape, val, ctx=None, dtype="float32", out=None):
    """Array of one number, or of an array or list that is broadcast.

    Parameters
    ----------
    shape : int or tuple of int
    val : number, NDArray, numpy.ndarray or list
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'
    out : NDArray, optional    receives the numbers

    Returns
    -------
    NDArray

    Raises
    ------
    ValueError   ``val`` is something else
    """
    if isinstance(val, (list, tuple, onp.ndarray, NDArray)):
        x = zeros(shape, ctx, dtype)
        x[:] = val
        return _into(x, {"out": out}, "full")
    if not isinstance(val, (bool, int, float, onp.generic)):
        raise ValueError(f"full: expected a number to fill with, got {type(val)}.")
    return _into(_filled(shape, val, ctx, dtype), {"out": out}, "full")


def _into(x, kwargs, where):
    """``x``, or ``out=`` with its values; what else is among the keywords is refused."""
    if kwargs:
        only_keywords(kwargs, where, ("shape", "ctx", "dtype", "out"))
    out = kwargs.get("out")
    if out is None:
        return x
    out[:] = x
    return out


def empty(shape, ctx=None, dtype=None, stype=None):
    """Array whose contents do not matter (zeros).

    Parameters
    ----------
    shape : int or tuple of int
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'
    stype : {'default', 'row_sparse', 'csr'}, optional

    Returns
    -------
    NDArray, or a sparse array of that storage

    Raises
    ------
    ShapeError   a negative size
    """
    return zeros(shape, ctx, dtype, stype)


def arange(start, stop=None, step=1.0, repeat=1, infer_range=None, ctx=None, dtype="float32"):
    """``start, start + step, ...`` below ``stop``, each ``repeat`` times; with one argument from 0.

    Parameters
    ----------
    start, stop : number       of one argument alone: ``stop``
    step : number
    repeat : int
    infer_range : bool, ignored
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'

    Returns
    -------
    NDArray (n,)

    Raises
    ------
    MXNetError   the range is empty
    """
    if stop is None:
        start, stop = 0, start
    n = range_length(start, stop, step)
    ctx = _context(ctx)
    try:
        bound = _ranges.get((n, repeat, dtype))
    except TypeError:  # a repeat or a type that is refused below
        bound = None
    if bound is None or not {start.__class__, step.__class__} <= _NUMBERS:
        given = {"n": n, "start": start, "step": step, "repeat": repeat, "dtype": dtype}
        bound, (start, step) = bind(_RANGE, given, 0)
        if repeat.__class__ is int and dtype.__class__ is str:
            _ranges[n, repeat, dtype] = bound
    return _wrap(NDArray, append(bound, (), (start, step), ctx))


_RANGE, _ranges, _NUMBERS = _spec.get("_range"), table(), {int, float}


def linspace(start, stop, num, endpoint=True, ctx=None, dtype="float32"):
    """``num`` evenly spaced numbers from ``start`` to ``stop``.

    Parameters
    ----------
    start, stop : number
    num : int
    endpoint : bool            whether ``stop`` is the last of them
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'

    Returns
    -------
    NDArray (num,)
    """
    check_size((int(num),))
    return array(allocate("linspace", onp.linspace, start, stop, int(num), endpoint), ctx, dtype)


def eye(N, M=0, k=0, ctx=None, dtype=None, **kwargs):
    """``(N, M)`` matrix with ones on the ``k``-th diagonal; ``M=0``: square.

    Parameters
    ----------
    N, M : int                 rows and columns
    k : int                    0: the main diagonal; above it where positive
    ctx : Context, default the current one
    dtype : str or numpy.dtype, default 'float32'
    out : NDArray, optional    receives the matrix

    Returns
    -------
    NDArray (N, M)
    """
    check_size((int(N), int(M) or int(N)))
    only_keywords(kwargs, "eye", ("N", "M", "k", "ctx", "dtype", "out"))
    return _into(
        array(allocate("eye", onp.eye, int(N), int(M) or None, int(k)), ctx, dtype), kwargs, "eye"
    )


def concatenate(arrays, axis=0, always_copy=True):
    """Join a list of arrays along an axis.

    Parameters
    ----------
    arrays : list of NDArray   of one shape but for that axis
    axis : int
    always_copy : bool         False: a single array is returned itself

    Returns
    -------
    NDArray

    Raises
    ------
    ShapeError   shapes do not fit together
    """
    if len(arrays) == 1 and not always_copy:
        return arrays[0]
    return invoke(_spec.get("concat"), list(arrays), {"dim": axis})


def moveaxis(tensor, source, destination):
    """Move axes to other places; the others keep their order.

    Parameters
    ----------
    tensor : NDArray
    source, destination : int, or as many ints in both    negative ones count from the end

    Returns
    -------
    NDArray   with the same elements

    Raises
    ------
    ValueError   an axis that is not there, one named twice, or not as many in both
    """
    n = tensor.ndim
    source = [source] if isinstance(source, int) else list(source)
    destination = [destination] if isinstance(destination, int) else list(destination)
    if len(source) != len(destination):
        raise ValueError(
            "`source` and `destination` arguments must have the same number of elements"
        )
    for a in (*source, *destination):
        if not -n <= a < n:
            raise ValueError(
                f"moveaxis: axis {a} is out of bounds for an array with {n} dimensions"
            )
    source, destination = [a % n for a in source], [a % n for a in destination]
    if len(set(source)) < len(source) or len(set(destination)) < len(destination):
        raise ValueError(
            f"moveaxis: repeated axis: expected each once, got source {source} and destination "
            f"{destination}."
        )
    order = [a for a in range(n) if a not in source]
    for d, s in sorted(zip(destination, source)):
        order.insert(d, s)
    return tensor.transpose(axes=tuple(order))


def onehot_encode(indices, out):
    """Write the one-hot rows of ``indices`` into ``out`` (B, K).

    Parameters
    ----------
    indices : NDArray (B,)     outside of 0 to K - 1: a row of zeros
    out : NDArray (B, K)

    Returns
    -------
    NDArray   ``out``
    """
    one = invoke(_spec.get("one_hot"), [indices], {"depth": out.shape[1]})
    out[:] = one
    return out


def from_numpy(ndarray, zero_copy=True, array_cls=NDArray):
    """NDArray of a NumPy array, keeping its dtype.

    Parameters
    ----------
    ndarray : numpy.ndarray
    zero_copy : bool          the array becomes read-only, as in MXNet, where both share its memory
        from now on; here the data are copied either way, since values never change
    array_cls : type, NDArray or a subclass

    Returns
    -------
    array_cls, same shape and dtype

    Raises
    ------
    TypeError    not a NumPy array
    ValueError   ``zero_copy`` of an array that is not C-contiguous
    """
    if not isinstance(ndarray, onp.ndarray):
        raise TypeError(
            f"from_numpy: expected a numpy.ndarray, got {type(ndarray).__name__}. "
            "Hint: mx.nd.array() takes lists and numbers."
        )
    if zero_copy:
        if not ndarray.flags["C_CONTIGUOUS"]:
            raise ValueError(
                "from_numpy: Only c-contiguous arrays are supported for zero-copy. "
                "Hint: zero_copy=False takes any layout."
            )
        ndarray.flags["WRITEABLE"] = False
    found = array(ndarray, dtype=ndarray.dtype)
    return found if array_cls is NDArray else array_cls(found._read())


def from_dlpack(dlpack):
    """NDArray that shares the memory of an object with ``__dlpack__``, where the device allows it.

    The other side must not write to that memory any more: values here never change.

    Parameters
    ----------
    dlpack : object with ``__dlpack__``, or a capsule

    Returns
    -------
    NDArray   of the same shape and element type
    """
    data = from_shared_memory(dlpack)
    ctx = _context(gpu(data.device.id) if data.device.platform == "gpu" else cpu())
    return _wrap(NDArray, Value(None, 0, spec_of(data.shape, as_dtype(data.dtype), ctx), data))


def to_dlpack_for_read(data):
    """DLPack capsule of an array's present value, without a copy.

    Parameters
    ----------
    data : NDArray

    Returns
    -------
    capsule   for :func:`from_dlpack` and other libraries, which use it once
    """
    return data.to_dlpack_for_read()


def to_dlpack_for_write(data):
    """DLPack capsule of a copy: values never change, so writes cannot reach the array.

    Parameters
    ----------
    data : NDArray

    Returns
    -------
    capsule   for :func:`from_dlpack` and other libraries, which use it once
    """
    return data.to_dlpack_for_write()
