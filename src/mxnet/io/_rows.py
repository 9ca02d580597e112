"""Taking the samples of a batch out of an array: dense, sparse or in a file."""

import numpy as onp

from .._engine.segment import host_data
from .._engine.value import Value
from .._graph.steps import spec_of
from ..context import canonical
from ..error import MXNetError, fail
from ..ndarray import NDArray, array, concatenate
from ..ndarray.ndarray import _wrap
from ..ndarray.sparse import BaseSparseNDArray, CSRNDArray, csr_matrix

__all__ = ["Source", "on_host", "joined", "named_arrays", "check_lengths"]

_GPU = 2


def on_host(data, ctx):
    """NDArray of a NumPy array that nobody will write to again; not copied."""
    data = onp.ascontiguousarray(data).reshape(data.shape)
    return _wrap(NDArray, Value(None, 0, spec_of(data.shape, data.dtype, canonical(ctx)), data))


class Source:
    """One array of an iterator.

    Rows of an array on the host are taken from a NumPy mirror of it, renewed when the array is
    written to: a batch costs one copy and no program. Rows of an array on another device are taken
    there. Sparse arrays give dense batches, as in MXNet 1.x; data sets of h5py are read as batches
    are asked for.

    Parameters
    ----------
    array : NDArray, or a data set of h5py
    axis : int           where samples are counted

    Attributes
    ----------
    order : (N,) int64 or None     the samples' places in ``array``; None: as they are
    """

    __slots__ = ("array", "axis", "order", "mirror", "seen")

    def __init__(self, array, axis):
        self.array, self.axis = array, axis
        self.order = self.mirror = self.seen = None

    def __len__(self):
        return self.array.shape[self.axis]

    def take(self, places):
        """The samples at ``places`` ((B,) int64, all in range) as a dense NDArray."""
        if self.order is not None:
            places = self.order[places]
        found = self.array
        if not isinstance(found, NDArray):
            return array(_read_file(found, places))
        ctx = found.context
        if isinstance(found, CSRNDArray):
            return on_host(_dense_rows(found, places), ctx)
        if ctx.device_typeid == _GPU and not isinstance(found, BaseSparseNDArray):
            return found.take(on_host(places.astype("int32"), ctx), axis=self.axis)
        return on_host(_slice(self._host(), places, self.axis), ctx)

    def _host(self):
        found = self.array
        if isinstance(found, BaseSparseNDArray):
            found = found.tostype("default")
            if self.mirror is None:
                self.mirror = found.asnumpy()
            return self.mirror
        value = found._read()
        if value is not self.seen:
            self.mirror = host_data(value)
            self.seen = value
        return self.mirror

    def shuffle(self, places):
        """Let the samples stand in the order ``places`` ((N,) int64) from now on.

        Returns
        -------
        NDArray that holds them in that order; a data set of h5py stays as it is
        """
        if not isinstance(self.array, NDArray):
            self.order = places if self.order is None else self.order[places]
        elif isinstance(self.array, CSRNDArray):
            self.array = _csr_rows(self.array, places)
        else:
            self.array = self.take(places)
        return self.array


def joined(first, second, axis):
    """Two arrays as one; on the host where they are there, as any batch."""
    ctx = first.context
    if ctx.device_typeid == _GPU:
        return concatenate([first, second], axis=axis)
    parts = [host_data(x._read()) for x in (first, second)]
    return on_host(onp.concatenate(parts, axis), ctx)


def _slice(rows, places, axis):
    """``rows`` at ``places`` along ``axis``; a view where the places follow one another."""
    n = len(places)
    if n and places[-1] - places[0] == n - 1 and (n == 1 or (onp.diff(places) == 1).all()):
        block = slice(int(places[0]), int(places[-1]) + 1)
        return rows[(slice(None),) * (axis % rows.ndim) + (block,)]
    return rows.take(places, axis=axis)


def _read_file(data, places):
    """Rows of a data set of h5py, which wants its indices rising and each once."""
    unique, back = onp.unique(places, return_inverse=True)
    return onp.asarray(data[unique])[back]


def _parts_of_rows(matrix, places):
    indptr = matrix.indptr.asnumpy().astype("int64")
    starts, counts = indptr[places], indptr[places + 1] - indptr[places]
    ends = onp.cumsum(counts)
    where = onp.arange(ends[-1] if len(ends) else 0) + onp.repeat(starts - (ends - counts), counts)
    return counts, matrix.indices.asnumpy()[where], matrix.data.asnumpy()[where]


def _dense_rows(matrix, places):
    counts, columns, data = _parts_of_rows(matrix, places)
    rows = onp.zeros((len(places), matrix.shape[1]), matrix.dtype)
    rows[onp.repeat(onp.arange(len(places)), counts), columns] = data
    return rows


def _csr_rows(matrix, places):
    counts, columns, data = _parts_of_rows(matrix, places)
    indptr = onp.concatenate([[0], onp.cumsum(counts)])
    return csr_matrix((data, columns, indptr), shape=matrix.shape, ctx=matrix.context)


def named_arrays(data, allow_empty, default_name):
    """(name, array) of each array given, sorted by name; see :class:`mxnet.io.NDArrayIter`."""
    if data is None:
        data = []
    if isinstance(data, (onp.ndarray, NDArray)) or _is_h5(data):
        data = [data]
    if isinstance(data, list):
        if not data and not allow_empty:
            raise AssertionError(
                f"NDArrayIter: {default_name} is empty: expected an array, a list of arrays or a "
                "dict of arrays by name."
            )
        if len(data) == 1:
            data = {default_name: data[0]}
        else:
            data = {f"_{i}_{default_name}": d for i, d in enumerate(data)}
    if not isinstance(data, dict):
        raise TypeError(
            "Input must be NDArray, numpy.ndarray, h5py.Dataset a list of them or dict with them "
            f"as values: got {type(data)} for {default_name}."
        )
    return sorted((name, _as_array(name, value)) for name, value in data.items())


def _as_array(name, value):
    if isinstance(value, NDArray) or _is_h5(value):
        return value
    try:
        return array(value)
    except (TypeError, ValueError, MXNetError):
        raise TypeError(
            f"Invalid type '{type(value)}' for {name}, should be NDArray, numpy.ndarray or "
            "h5py.Dataset"
        ) from None


def _is_h5(value):
    """Whether a value is a data set of h5py, which need not be installed."""
    kind = type(value)
    return kind.__name__ == "Dataset" and kind.__module__.split(".", 1)[0] == "h5py"


def check_lengths(named, axis, n):
    """Every array holds at least ``n`` samples along ``axis``."""
    for name, found in named:
        shape = found.shape
        if not -len(shape) <= axis < len(shape):
            fail(
                MXNetError,
                "NDArrayIter",
                f"{name} has no batch axis {axis}",
                expected=f"an array of at least {axis + 1} axes",
                got=shape,
                hint="the axis is where layout= has its N",
            )
        if shape[axis] < n:
            fail(
                MXNetError,
                "NDArrayIter",
                f"{name} has too few samples",
                expected=f"{n} along axis {axis}",
                got=shape,
            )
