"""Taking the samples of a batch out of an array: dense, sparse or in a file."""

import numpy as onp

from .._engine.segment import host_data
from .._host import Mirror, host_array
from ..error import MXNetError, fail
from ..ndarray import NDArray, array, concatenate
from ..ndarray.sparse import BaseSparseNDArray, CSRNDArray, csr_matrix

__all__ = ["Source", "joined", "named_arrays", "check_lengths"]

_GPU = 2


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

    __slots__ = ("array", "axis", "order", "mirror")

    def __init__(self, array, axis):
        self.axis, self.order = axis, None
        self._hold(array)

    def _hold(self, array):
        self.array = array
        if isinstance(array, BaseSparseNDArray) and not isinstance(array, CSRNDArray):
            array = array.tostype("default")
        self.mirror = Mirror(array)  # not read where the array is CSR or in a file

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
            return host_array(_dense_rows(found, places), ctx, NDArray)
        if ctx.device_typeid == _GPU and not isinstance(found, BaseSparseNDArray):
            return found.take(host_array(places.astype("int32"), ctx, NDArray), axis=self.axis)
        return host_array(_slice(self.mirror.read(), places, self.axis), ctx, NDArray)

    def shuffle(self, places):
        """Let the samples stand in the order ``places`` ((N,) int64) from now on.

        Returns
        -------
        NDArray that holds them in that order; a data set of h5py stays as it is
        """
        if not isinstance(self.array, NDArray):
            self.order = places if self.order is None else self.order[places]
        elif isinstance(self.array, CSRNDArray):
            self._hold(_csr_rows(self.array, places))
        else:
            self._hold(self.take(places))
        return self.array


def joined(first, second, axis):
    """Two arrays as one; on the host where they are there, as any batch."""
    ctx = first.context
    if ctx.device_typeid == _GPU:
        return concatenate([first, second], axis=axis)
    parts = [host_data(x._read()) for x in (first, second)]
    return host_array(onp.concatenate(parts, axis), ctx, NDArray)


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
