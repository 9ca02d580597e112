"""``nd.sparse``: arrays with sparse storage, how they are made, and the operators on them.

Example
-------
>>> import mxnet as mx
>>> x = mx.nd.sparse.csr_matrix(([1, 2, 3], [1, 0, 2], [0, 1, 3]), shape=(2, 3))
>>> x
<BLANKLINE>
<CSRNDArray 2x3 @cpu(0)>
>>> mx.nd.sparse.dot(x, mx.nd.ones((3, 1))).asnumpy().tolist()
[[1.0], [5.0]]
"""

import operator

import numpy as onp

from .. import _ops  # noqa: F401  (fills the registry)
from .._dtypes import as_dtype
from .._frontend.build import fill_namespace
from .._frontend.dispatch import invoke
from .._ops import _spec
from .._traceback import doors
from ..base import NotSupportedForSparseNDArray
from ..context import canonical, current_context, device_of
from ..error import MXNetError, fail, not_array_like
from ._names import unknown_name
from ._sparse_array import (
    BaseSparseNDArray,
    CSRNDArray,
    Fault,
    RowSparseNDArray,
    empty_of,
    host,
    need_stype,
    scipy_format,
    value_of,
)
from ._sparse_ops import call
from .ndarray import NDArray

__all__ = [
    "BaseSparseNDArray",
    "CSRNDArray",
    "RowSparseNDArray",
    "NotSupportedForSparseNDArray",
    "add",
    "array",
    "cast_storage",
    "csr_matrix",
    "divide",
    "empty",
    "gs_retain",
    "multiply",
    "retain",
    "row_sparse_array",
    "subtract",
    "zeros",
]


def _numbers(x, dtype=None):
    """A NumPy copy of array-like numbers; float32 where there is no type to keep."""
    if isinstance(x, NDArray):
        a = x.asnumpy()
    else:
        keep = isinstance(x, onp.ndarray)
        try:
            a = onp.array(x) if keep else onp.array(x, as_dtype(dtype))
        except (TypeError, ValueError):
            not_array_like(x)
    return a.astype(as_dtype(dtype)) if dtype is not None else a


def _positions(x, what):
    """Index numbers as int64."""
    a = _numbers(x, None if isinstance(x, (NDArray, onp.ndarray)) else "int64").astype("int64")
    if a.ndim != 1:
        raise ValueError(f"{what} must be a vector, got shape {a.shape}.")
    return a


def _shape_of(shape):
    return tuple([operator.index(d) for d in shape])


def _need(shape, got):
    if shape is not None and tuple(shape) != tuple(got):
        raise ValueError(f"Shape mismatch detected. {tuple(got)} v.s. {tuple(shape)}")


def _made(cls, shape, parts, ctx, fault=None):
    ctx = current_context() if ctx is None else canonical(ctx)
    device_of(ctx)
    x = cls._of(shape, [value_of(p, ctx) for p in parts])
    x._fault = fault
    return x


def csr_matrix(arg1, shape=None, ctx=None, dtype=None):
    """A matrix in compressed-row storage.

    Parameters
    ----------
    arg1 : what it is made of, one of

        * array-like, NDArray or ``scipy.sparse.csr_matrix`` (R, C): elements that are not zero
        * CSRNDArray: a copy
        * ``(R, C)``: an empty matrix of that shape
        * ``(data, indices, indptr)``: the parts, (K,), (K,) column numbers and (R + 1,)
        * ``(data, (row, column))``: elements at positions (K,); those at the same one add up
    shape : (int, int), optional     otherwise as large as the positions need
    ctx : Context, default the current one
    dtype : default that of the data where they have one (NDArray, NumPy), otherwise float32

    Returns
    -------
    CSRNDArray

    Raises
    ------
    ValueError, TypeError   no matrix; shapes that do not fit
    MXNetError              parts whose lengths do not fit
    """
    if isinstance(arg1, tuple):
        if len(arg1) == 2:
            if isinstance(arg1[1], tuple) and len(arg1[1]) == 2:
                return _csr_of_positions(arg1[0], *arg1[1], shape, ctx, dtype)
            return empty_of("csr", _shape_of(arg1), ctx, dtype)
        if len(arg1) == 3:
            return _csr_of_parts(*arg1, shape, ctx, dtype)
        raise ValueError(f"Unexpected length of input tuple: {len(arg1)}")
    if isinstance(arg1, CSRNDArray) or scipy_format(arg1) == "csr":
        _need(shape, arg1.shape)
        return array(arg1, ctx, dtype)
    if isinstance(arg1, RowSparseNDArray):
        raise ValueError("Unexpected input type: RowSparseNDArray")
    if scipy_format(arg1):
        raise TypeError(
            f"source_array must be array like object: got {type(arg1)}. Hint: convert it with "
            ".tocsr()."
        )
    a = _numbers(arg1, dtype)
    parts = CSRNDArray._split(a, False)
    _need(shape, a.shape)
    return _made(CSRNDArray, a.shape, parts, ctx)


def _csr_of_positions(data, row, column, shape, ctx, dtype):
    import scipy.sparse  # optional

    data = data.asnumpy() if isinstance(data, NDArray) else onp.asarray(data)
    place = _positions(row, "row"), _positions(column, "column")
    m = scipy.sparse.coo_matrix((data, place), shape=shape).tocsr()
    return array(m, ctx, dtype)


def _csr_of_parts(data, indices, indptr, shape, ctx, dtype):
    data = _numbers(data, dtype)
    indices, starts = _positions(indices, "indices"), _positions(indptr, "indptr")
    if shape is None:
        if not len(indices):
            raise ValueError("invalid shape")
        shape = len(starts) - 1, int(indices.max()) + 1
    shape = _shape_of(shape)
    if len(shape) != 2 or data.ndim != 1:
        raise ValueError("invalid shape")
    if len(indices) != len(data):
        raise MXNetError(
            f"csr_matrix: expected one column number per value: got {len(data)} values and "
            f"{len(indices)} indices."
        )
    fault, n = None, len(data)
    if len(starts) != shape[0] + 1:
        message = (
            f"csr_matrix: expected indptr of {shape[0] + 1} entries for {shape[0]} rows, got "
            f"{len(starts)}."
        )
        # rows at the end may be left out
        fault = Fault(message, True, 0 < len(starts) <= shape[0])
        if fault.usable:
            starts = onp.concatenate([starts, onp.full(shape[0] + 1 - len(starts), starts[-1])])
    if fault is None or fault.usable:
        rises = starts[0] == 0 and (onp.diff(starts) >= 0).all() and starts[-1] <= n
        if not rises or starts[-1] != n:
            message = (
                f"csr_matrix: indptr must rise from 0 to the number of values, {n}: got "
                f"{starts[:8].tolist()}."
            )
            fault = fault if fault and rises else Fault(message, False, bool(rises))
        if rises:
            n = int(starts[-1])
            data, indices = data[:n], indices[:n]
    if n and (indices.min() < 0 or indices.max() >= shape[1]):
        message = (
            f"csr_matrix: indices must be column numbers from 0 to {shape[1] - 1}, got "
            f"{int(indices.min())} to {int(indices.max())}."
        )
        fault = Fault(message, fault is not None and fault.sizes, False)
    return _made(CSRNDArray, shape, (data, indices, starts), ctx, fault)


def row_sparse_array(arg1, shape=None, ctx=None, dtype=None):
    """An array of which some rows are stored.

    Parameters
    ----------
    arg1 : what it is made of, one of

        * array-like or NDArray (N, *S): rows that are not zero
        * RowSparseNDArray: a copy
        * ``(N, *S)``: an empty array of that shape
        * ``(data, indices)``: rows (K, *S) and their numbers (K,)
    shape : tuple of int, optional    otherwise as many rows as the numbers need
    ctx : Context, default the current one
    dtype : default that of the data where they have one (NDArray, NumPy), otherwise float32

    Returns
    -------
    RowSparseNDArray

    Raises
    ------
    ValueError, TypeError   shapes that do not fit; another storage
    MXNetError              rows and numbers that do not fit
    """
    if isinstance(arg1, tuple):
        if len(arg1) < 2:
            raise ValueError(f"Unexpected length of input tuple: {len(arg1)}")
        if len(arg1) > 2 or all(isinstance(d, (int, onp.integer)) for d in arg1):
            return empty_of("row_sparse", _shape_of(arg1), ctx, dtype)
        return _rows_of_parts(*arg1, shape, ctx, dtype)
    if isinstance(arg1, RowSparseNDArray):
        _need(shape, arg1.shape)
        return array(arg1, ctx, dtype)
    if isinstance(arg1, CSRNDArray):
        raise ValueError("Unexpected input type: CSRNDArray")
    a = _numbers(arg1, dtype)
    if a.ndim == 0:
        raise MXNetError("row_sparse_array: a number has no rows: expected one axis or more.")
    parts = RowSparseNDArray._split(a, False)
    _need(shape, a.shape)
    return _made(RowSparseNDArray, a.shape, parts, ctx)


def _rows_of_parts(data, indices, shape, ctx, dtype):
    data, rows = _numbers(data, dtype), _positions(indices, "indices")
    if shape is None:
        if not len(rows):
            raise ValueError("invalid shape")
        shape = int(rows.max()) + 1, *data.shape[1:]
    shape = _shape_of(shape)
    if len(data) != len(rows) or data.shape[1:] != shape[1:]:
        fail(
            MXNetError,
            "row_sparse_array",
            "rows and their numbers do not fit",
            expected=f"data {[len(rows), *shape[1:]]} for {len(rows)} indices and shape {shape}",
            got=f"data {list(data.shape)}",
        )
    fault = None
    if len(rows) and (rows.min() < 0 or rows.max() >= shape[0]):
        message = (
            f"row_sparse_array: indices must be row numbers from 0 to {shape[0] - 1}, got "
            f"{int(rows.min())} to {int(rows.max())}."
        )
        fault = Fault(message, False, False)
    return _made(RowSparseNDArray, shape, (data, rows), ctx, fault)


def array(source_array, ctx=None, dtype=None):
    """A copy of a sparse array, or a CSRNDArray of a ``scipy.sparse.csr_matrix``.

    Parameters
    ----------
    source_array : CSRNDArray, RowSparseNDArray or scipy.sparse.csr_matrix
    ctx : Context, default the current one
    dtype : default the source's

    Returns
    -------
    CSRNDArray or RowSparseNDArray

    Raises
    ------
    ValueError, AssertionError   something else
    """
    if isinstance(source_array, BaseSparseNDArray):
        parts = [onp.array(host(p)) for p in source_array._parts()]
        cls = type(source_array)
    elif isinstance(source_array, NDArray):
        raise AssertionError(
            "Please use `tostype` to create RowSparseNDArray or CSRNDArray from an NDArray"
        )
    elif scipy_format(source_array) == "csr":
        m = source_array.copy()
        m.sort_indices()
        parts, cls = [m.data, m.indices.astype("int64"), m.indptr.astype("int64")], CSRNDArray
    elif isinstance(source_array, onp.ndarray):
        raise ValueError(
            "Please use mx.nd.array to create an NDArray with source_array of type "
            f"{type(source_array)}"
        )
    else:
        raise ValueError(f"Unexpected source_array type: {type(source_array)}")
    if dtype is not None:
        parts[0] = parts[0].astype(as_dtype(dtype))
    return _made(cls, source_array.shape, parts, ctx)


def zeros(stype, shape, ctx=None, dtype=None, **kwargs):
    """An array of zeros.

    Parameters
    ----------
    stype : {'row_sparse', 'csr', 'default'}
    shape : tuple of int
    ctx : Context, default the current one
    dtype : default float32

    Returns
    -------
    NDArray of that storage and shape

    Raises
    ------
    ValueError   unknown storage
    """
    if stype == "default":
        given = {"shape": tuple(shape), "ctx": ctx, "dtype": dtype or "float32"}
        return invoke(_spec.get("_zeros"), [], given)
    return empty_of(stype, shape, ctx, dtype)


def empty(stype, shape, ctx=None, dtype=None):
    """A sparse array with nothing stored; parameters as :func:`zeros`.

    Parameters
    ----------
    stype, shape, ctx, dtype : as for :func:`zeros`

    Returns
    -------
    NDArray of that storage and shape

    Raises
    ------
    ValueError   unknown storage
    """
    if stype not in ("csr", "row_sparse"):
        raise ValueError(f"unknown stype : {stype}")
    return zeros(stype, shape, ctx, dtype)


def cast_storage(data, stype, out=None, name=None):
    """An array in another storage.

    Parameters
    ----------
    data : NDArray of any storage
    stype : {'csr', 'default', 'row_sparse'}    between the sparse ones: not possible

    Returns
    -------
    NDArray of that storage

    Raises
    ------
    MXNetError   unknown storage; csr to row_sparse, or back
    ValueError   a csr array that is no matrix
    """
    if not isinstance(data, NDArray):
        raise TypeError(f"cast_storage: data must be an NDArray, got {type(data)}")
    need_stype(stype)
    if "default" not in (data.stype, stype) and data.stype != stype:
        raise MXNetError(
            f"cast_storage: from {data.stype} to {stype} there is no conversion. Hint: "
            ".tostype('default') first."
        )
    found = data.tostype(stype)
    return found if out is None else found.copyto(out)


def retain(data, indices, out=None, name=None, **kwargs):
    """The rows of a row_sparse array with given numbers, in that order; zeros for those not stored.

    Parameters
    ----------
    data : RowSparseNDArray (N, *S)
    indices : NDArray (K,) of any number type
    **kwargs : accepted for compatibility: the operator has no options

    Returns
    -------
    RowSparseNDArray (N, *S) that stores K rows

    Raises
    ------
    MXNetError   another storage; a number out of range
    """
    if not isinstance(data, NDArray) or not isinstance(indices, NDArray):
        raise TypeError(
            f"retain: data and indices must be NDArrays, got {type(data)} and {type(indices)}."
        )
    return call(_spec.get("_sparse_retain"), [data, indices], {}, out)


gs_retain = retain


def _combined(name, function, lhs, rhs):
    """Arrays of one shape element by element, others broadcast; numbers by Python's operator."""
    if isinstance(lhs, NDArray) and isinstance(rhs, NDArray):
        kind = "elemwise" if lhs.shape == rhs.shape else "broadcast"
        return invoke(_spec.get(f"{kind}_{name}"), [lhs, rhs], {})
    return function(lhs, rhs)


def add(lhs, rhs):
    """``lhs + rhs``, arrays of any storage or numbers; two of one storage keep it.

    Parameters
    ----------
    lhs, rhs : NDArray of any storage, or number

    Returns
    -------
    NDArray; dense but for two of one sparse storage, or with 0
    """
    return _combined("add", operator.add, lhs, rhs)


def subtract(lhs, rhs):
    """``lhs - rhs``; storage as :func:`add`.

    Parameters
    ----------
    lhs, rhs : NDArray of any storage, or number

    Returns
    -------
    NDArray; storage as for :func:`add`
    """
    return _combined("sub", operator.sub, lhs, rhs)


def multiply(lhs, rhs):
    """``lhs * rhs``; where one is sparse, so is the result.

    Parameters
    ----------
    lhs, rhs : NDArray of any storage, or number

    Returns
    -------
    NDArray; sparse where one is
    """
    return _combined("mul", operator.mul, lhs, rhs)


def divide(lhs, rhs):
    """``lhs / rhs``; sparse only by a number or by a broadcast array.

    Parameters
    ----------
    lhs, rhs : NDArray of any storage, or number

    Returns
    -------
    NDArray; dense for a dense divisor
    """
    return _combined("div", operator.truediv, lhs, rhs)


for _cls in (BaseSparseNDArray, CSRNDArray, RowSparseNDArray):
    _cls.__module__ = __name__  # where users know them

doors(globals())
__all__ += fill_namespace(globals(), "_sparse_")
__getattr__ = unknown_name(__name__, __all__)
