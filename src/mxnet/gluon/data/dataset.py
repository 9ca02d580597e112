"""Data sets: samples by number."""

import operator
import os

import numpy as onp

from ...error import MXNetError, ShapeError, fail
from ...ndarray import NDArray
from ...recordio import MXIndexedRecordIO
from ._batch import Bulk, Column, batch_form, bulk_of
from .sampler import FilterSampler, Sampler, SequentialSampler
from ..._traceback import doors

__all__ = [
    "Dataset",
    "SimpleDataset",
    "ArrayDataset",
    "RecordFileDataset",
    "LengthError",
    "ShardError",
    "MissingIndexError",
]


class LengthError(ShapeError, AssertionError):
    """Arrays of one data set that differ in length (an AssertionError as well, as in MXNet 1.x)."""


class ShardError(ShapeError, AssertionError):
    """A part of a data set that does not exist."""


class MissingIndexError(MXNetError, FileNotFoundError):
    """A record file without its index."""


class Dataset:
    """Base of data sets: define ``__getitem__(idx)``, which gives a sample, and ``__len__``.

    A sample is an array, a number, or a tuple of those.
    """

    def __getitem__(self, idx):
        raise NotImplementedError(f"{type(self).__name__} gives no samples: define __getitem__")

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} has no length: define __len__")

    def filter(self, fn):
        """The samples for which ``fn(sample)`` is true; every sample is read once, now."""
        return _SampledDataset(self, FilterSampler(fn, self))

    def shard(self, num_shards, index):
        """Part ``index`` of ``num_shards`` consecutive parts; the first ones are longer by one
        where need be.

        Raises
        ------
        ShardError (ShapeError, AssertionError)   no such part
        """
        num_shards, index = operator.index(num_shards), operator.index(index)
        if not 0 <= index < num_shards:
            raise ShardError(
                f"Dataset.shard: no such part: expected 0 <= index < {num_shards} "
                f"(num_shards), got {index}."
            )
        size, rest = divmod(len(self), num_shards)
        begin = size * index + min(index, rest)
        return _SampledDataset(self, SequentialSampler(size + (index < rest), begin))

    def take(self, count):
        """The first ``count`` samples; all of them where there are fewer, or ``count`` is None."""
        n = len(self)
        if count is None or count > n:
            count = n
        if count < 0:
            raise ValueError(f"Dataset.take: expected a count of at least 0, got {count}.")
        return _SampledDataset(self, SequentialSampler(count))

    def sample(self, sampler):
        """The samples that a sampler names, in its order (asked for once, now).

        Raises
        ------
        TypeError   not a :class:`Sampler`
        """
        if not isinstance(sampler, Sampler):
            raise TypeError(
                f"Invalid sampler type: {type(sampler)}. Expected gluon.data.Sampler instead."
            )
        return _SampledDataset(self, sampler)

    def transform(self, fn, lazy=True):
        """The data set of ``fn(sample)``, or of ``fn(*sample)`` where samples are tuples.

        Parameters
        ----------
        fn : callable
        lazy : bool, default True   apply it whenever a sample is asked for; otherwise to all
            samples, now
        """
        made = _LazyTransformDataset(self, fn)
        return made if lazy else SimpleDataset([made[i] for i in range(len(made))])

    def transform_first(self, fn, lazy=True):
        """As ``transform``, but ``fn`` gets the first member of a sample only; the others stay as
        they are.
        """
        return self.transform(_First(fn), lazy)


class SimpleDataset(Dataset):
    """Samples of anything that has a length and can be indexed.

    Parameters
    ----------
    data : list or array-like
    """

    def __init__(self, data):
        self._data = data

    def __len__(self):
        return len(self._data)

    def __getitem__(self, idx):
        return self._data[idx]

    def _bulk(self):
        if type(self) is not SimpleDataset or isinstance(self._data, (list, tuple)):
            return None  # members of a list may be of any kind, and of different shapes
        return bulk_of(self._data)


class ArrayDataset(Dataset):
    """Samples are tuples of the rows of several arrays (or the rows of one).

    Batches of it are taken from each array as a whole. An NDArray on a GPU stays there, and so do
    the batches.

    Parameters
    ----------
    *args : array-likes of equal length   NDArrays, NumPy arrays, lists, data sets. Rows of a 1-d
        NDArray are NumPy numbers.

    Raises
    ------
    LengthError (ShapeError, AssertionError)   lengths differ; no array at all
    """

    def __init__(self, *args):
        if not args:
            raise LengthError("ArrayDataset: no arrays: expected at least one.")
        self._length = len(args[0])
        self._data, self._columns = [], []
        for i, data in enumerate(args):
            if len(data) != self._length:
                raise LengthError(
                    "ArrayDataset: All arrays must have the same length; array[0] has length "
                    f"{self._length} while array[{i}] has {len(data)}."
                )
            self._columns.append(Column.of(data))
            self._data.append(
                data.asnumpy() if isinstance(data, NDArray) and data.ndim == 1 else data
            )

    def __len__(self):
        return self._length

    def __getitem__(self, idx):
        items = [_item(data, column, idx) for data, column in zip(self._data, self._columns)]
        return items[0] if len(items) == 1 else tuple(items)

    def _bulk(self):
        if type(self).__getitem__ is not ArrayDataset.__getitem__:
            return None
        parts, ranks = [], []
        for data, column in zip(self._data, self._columns):
            if column is None:
                inner = bulk_of(data)
                if inner is None:
                    return None
                ranks.append(inner.ranks[0] if inner.single else None)
                parts.append(inner.batch)
            elif (
                isinstance(data, onp.ndarray)
                and isinstance(column.array, NDArray)
                and (column.array.context.device_typeid != 2)
            ):
                ranks.append(data.ndim - 1)  # 1-d: its samples are NumPy numbers
                parts.append(Column(data).gather)
            else:
                ranks.append(column.rank())
                parts.append(column.gather)
        return Bulk(
            ranks, len(parts) == 1, lambda indices, ctx: [part(indices, ctx) for part in parts]
        )


def _item(data, column, idx):
    if isinstance(data, NDArray) and not isinstance(idx, (tuple, NDArray)):
        return column.item(idx)
    return data[idx]


class RecordFileDataset(Dataset):
    """The records of a file, each a byte string. Threads and workers may read at once.

    Parameters
    ----------
    filename : str   a record file; its index is the file beside it that ends in ``.idx``

    Raises
    ------
    MissingIndexError (MXNetError, FileNotFoundError)   the index is not there
    MXNetError                                          the file is not there
    FormatError                                         a broken index; on reading, a broken record
    """

    def __init__(self, filename):
        self.filename = os.fspath(filename)
        self.idx_file = os.path.splitext(self.filename)[0] + ".idx"
        if os.path.exists(self.filename) and not os.path.exists(self.idx_file):
            fail(
                MissingIndexError,
                type(self).__name__,
                "the index of the record file is missing",
                expected=self.idx_file,
                hint=f"python -m mxnet.tools.rec2idx {self.filename} {self.idx_file} makes it",
            )
        self._record = MXIndexedRecordIO(self.idx_file, self.filename, "r")

    def __getitem__(self, idx):
        return self._record.read_idx(self._record.keys[idx])

    def __len__(self):
        return len(self._record.keys)


class _First:
    """Applies a function to the first member of a sample."""

    __slots__ = ("fn",)

    def __init__(self, fn):
        self.fn = fn

    def __call__(self, first, *others):
        return (self.fn(first), *others) if others else self.fn(first)


class _LazyTransformDataset(Dataset):
    """Samples of another data set, transformed when they are asked for."""

    def __init__(self, data, fn):
        self._data = data
        self._fn = fn

    def __len__(self):
        return len(self._data)

    def __getitem__(self, idx):
        item = self._data[idx]
        return self._fn(*item) if isinstance(item, tuple) else self._fn(item)

    def _bulk(self):
        inner = bulk_of(self._data)
        if inner is None or inner.ranks[0] is None:
            return None
        fn = self._fn
        if isinstance(fn, _First):
            fn = fn.fn
        elif not inner.single:
            return None
        form = batch_form(fn, inner.ranks[0])
        if form is None:
            return None

        def gather(indices, ctx):
            first, *others = inner.gather(indices, ctx)
            return [form(first), *others]

        return Bulk(inner.ranks, inner.single, gather)  # a batch form keeps the rank


class _SampledDataset(Dataset):
    """Some samples of another data set, in an order of their own."""

    def __init__(self, dataset, sampler):
        self._dataset = dataset
        self._sampler = sampler
        if type(sampler) is SequentialSampler:
            self._indices = range(sampler._start, sampler._start + sampler._length)
        else:
            self._indices = list(sampler)

    def __len__(self):
        return len(self._indices)

    def __getitem__(self, idx):
        return self._dataset[self._indices[idx]]

    def _bulk(self):
        inner = bulk_of(self._dataset)
        if inner is None:
            return None
        indices = onp.asarray(self._indices)
        if indices.dtype.kind not in "iu" and len(indices):
            return None
        return Bulk(inner.ranks, inner.single, lambda at, ctx: inner.gather(indices.take(at), ctx))


doors(globals(), but=("__getitem__",))
