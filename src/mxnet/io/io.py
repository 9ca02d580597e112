"""Iterators over batches: the interface, and those over arrays and over other iterators."""

import operator
from collections import namedtuple
from itertools import chain
from typing import Any

import numpy as onp

from .._engine.segment import concrete
from .._interrupt import uninterrupted
from .._threads import Threads
from .._traceback import doors
from ..context import current_context
from ..error import MXNetError, fail
from ..ndarray import NDArray
from ..ndarray.sparse import CSRNDArray
from ._rows import Source, check_lengths, joined, named_arrays

__all__ = [
    "DataDesc",
    "DataBatch",
    "DataIter",
    "ResizeIter",
    "PrefetchingIter",
    "NDArrayIter",
    "MXDataIter",
]

_init_data = named_arrays  # what iterators outside of the package call


class DataDesc(namedtuple("DataDesc", ["name", "shape"])):
    """Name, shape, dtype and layout of one input: a pair ``(name, shape)`` with two attributes.

    Parameters
    ----------
    name : str
    shape : tuple of int
    dtype : default float32
    layout : str, default ``'NCHW'``     a letter per axis; ``N`` is the batch

    Example
    -------
    >>> mx.io.DataDesc("data", (8, 3), layout="NC")
    DataDesc[data,(8, 3),<class 'numpy.float32'>,NC]
    """

    def __new__(cls, name, shape, dtype: Any = onp.float32, layout="NCHW"):
        desc = super().__new__(cls, name, shape)
        desc.dtype = dtype
        desc.layout = layout
        return desc

    def __repr__(self):
        return f"DataDesc[{self.name},{self.shape},{self.dtype},{self.layout}]"

    def __reduce__(self):
        return type(self), (self.name, self.shape, self.dtype, self.layout)

    @staticmethod
    def get_batch_axis(layout):
        """Where the batch is in a layout: 0 for None, -1 for one without ``N``."""
        return 0 if layout is None else layout.find("N")

    @staticmethod
    def get_list(shapes, types):
        """Descriptions from lists of ``(name, shape)`` and of ``(name, dtype)`` (or None).

        Raises
        ------
        KeyError   ``types`` names not all of them
        """
        if types is None:
            return [DataDesc(name, shape) for name, shape in shapes]
        types = dict(types)
        return [DataDesc(name, shape, types[name]) for name, shape in shapes]


class DataBatch:
    """One batch.

    Parameters
    ----------
    data : list of NDArray
    label : list of NDArray, optional
    pad : int, optional            how many samples at the end only fill the batch up
    index : array, optional        numbers of the samples
    bucket_key : optional          which bucket's network the batch is for
    provide_data, provide_label : list of DataDesc, optional

    Raises
    ------
    AssertionError   data or labels are no list
    """

    def __init__(
        self,
        data,
        label=None,
        pad=None,
        index=None,
        bucket_key=None,
        provide_data=None,
        provide_label=None,
    ):
        for what, given in (("Data", data), ("Label", label)):
            if given is not None and not isinstance(given, (list, tuple)):
                raise AssertionError(
                    f"{what} must be list of NDArrays, got {type(given).__name__}. Hint: [x]."
                )
        self.data = data
        self.label = label
        self.pad = pad
        self.index = index
        self.bucket_key = bucket_key
        self.provide_data = provide_data
        self.provide_label = provide_label

    def __str__(self):
        data = None if self.data is None else [d.shape for d in self.data]
        label = [x.shape for x in self.label] if self.label else None
        return f"{type(self).__name__}: data shapes: {data} label shapes: {label}"


class DataIter:
    """Base of iterators over batches.

    A subclass gives ``provide_data`` and ``provide_label`` (lists of :class:`DataDesc`), ``reset``
    and either ``next``, or ``iter_next`` with ``getdata``, ``getlabel``, ``getindex`` and
    ``getpad``.

    Parameters
    ----------
    batch_size : int, default 0
    """

    def __init__(self, batch_size=0):
        self.batch_size = batch_size

    def __iter__(self):
        return self

    def reset(self):
        """Start again from the first batch."""

    def next(self):
        """The next :class:`DataBatch`; StopIteration after the last."""
        if not self.iter_next():
            raise StopIteration
        return DataBatch(
            data=self.getdata(), label=self.getlabel(), pad=self.getpad(), index=self.getindex()
        )

    def __next__(self):
        return self.next()

    def iter_next(self):
        """Move to the next batch; False if there is none."""

    def getdata(self):
        """Data of the current batch."""

    def getlabel(self):
        """Labels of the current batch."""

    def getindex(self):
        """Numbers of the current batch's samples, or None."""

    def getpad(self):
        """How many samples of the current batch only fill it up."""


class _OfOthers(DataIter):
    """An iterator whose ``iter_next`` takes ``current_batch`` from other iterators."""

    current_batch = None

    def next(self):
        """The next :class:`DataBatch`."""
        if not self.iter_next():
            raise StopIteration
        return self.current_batch

    def getdata(self):
        return self.current_batch.data

    def getlabel(self):
        return self.current_batch.label

    def getindex(self):
        return self.current_batch.index

    def getpad(self):
        return self.current_batch.pad


class ResizeIter(_OfOthers):
    """Another iterator, with ``size`` batches to the epoch.

    It begins anew where the other one ends before that.

    Parameters
    ----------
    data_iter : DataIter
    size : int                  batches per epoch
    reset_internal : bool       ``reset`` also resets ``data_iter``
    """

    def __init__(self, data_iter, size, reset_internal=True):
        super().__init__()
        self.data_iter = data_iter
        self.size = size
        self.reset_internal = reset_internal
        self.cur = 0
        self.current_batch = None
        self.provide_data = data_iter.provide_data
        self.provide_label = data_iter.provide_label
        self.batch_size = data_iter.batch_size
        if hasattr(data_iter, "default_bucket_key"):
            self.default_bucket_key = data_iter.default_bucket_key

    def reset(self):
        self.cur = 0
        if self.reset_internal:
            self.data_iter.reset()

    def next(self):
        """The next :class:`DataBatch`."""
        batch = DataIter.next(self)  # made of getdata() ..., which subclasses replace
        bucket = getattr(self.current_batch, "bucket_key", None)
        if bucket is not None:
            batch.bucket_key = bucket
            batch.provide_data = self.current_batch.provide_data
            batch.provide_label = self.current_batch.provide_label
        return batch

    def iter_next(self):
        if self.cur == self.size:
            return False
        try:
            self.current_batch = self.data_iter.next()
        except StopIteration:
            self.data_iter.reset()
            try:
                self.current_batch = self.data_iter.next()
            except StopIteration:
                return False  # nothing in it
        self.cur += 1
        return True


def _fetch(source, ctx):
    """The next batch of an iterator, with nothing pending; None at its end."""
    with ctx:
        try:
            batch = source.next()
        except StopIteration:
            return None
        for x in chain(batch.data or (), batch.label or ()):
            if isinstance(x, NDArray):
                concrete(x._read())  # what this thread has pending is run by it
        return batch


class PrefetchingIter(_OfOthers):
    """One or several iterators, read by threads one batch ahead.

    The batches of several iterators are put together: all data, then all labels. What an iterator
    raises in its thread is raised by ``next``.

    Parameters
    ----------
    iters : DataIter or list of DataIter
    rename_data, rename_label : list of dict, optional
        For each iterator, other names for its inputs.

    Raises
    ------
    AssertionError   no iterator; iterators that end after different numbers of batches
    """

    def __init__(self, iters, rename_data=None, rename_label=None):
        super().__init__()
        iters = list(iters) if isinstance(iters, (list, tuple)) else [iters]
        if not iters:
            raise AssertionError("PrefetchingIter: expected at least one iterator, got none.")
        self.n_iter = len(iters)
        self.iters = iters
        self.rename_data = rename_data
        self.rename_label = rename_label
        self.batch_size = self.provide_data[0][1][0]
        self.started = True
        self.current_batch = None
        self._ctx = current_context()
        self._threads = [Threads(1, f"PrefetchingIter-{i}") for i in range(len(iters))]
        self._ask()

    @property
    def prefetch_threads(self):
        """The threads, one for each iterator."""
        return [thread for threads in self._threads for thread in threads.started]

    @uninterrupted  # or one iterator would be a batch ahead
    def _ask(self):
        self._asked = [t.submit(_fetch, it, self._ctx) for t, it in zip(self._threads, self.iters)]

    def _described(self, name, renames):
        found = []
        for i, it in enumerate(self.iters):
            for desc in getattr(it, name):
                if not isinstance(desc, DataDesc):
                    desc = DataDesc(*desc)
                new = desc.name if renames is None else renames[i].get(desc.name, desc.name)
                found.append(DataDesc(new, desc.shape, desc.dtype, desc.layout))
        return found

    @property
    def provide_data(self):
        """Descriptions of the data of all iterators, in their new names."""
        return self._described("provide_data", self.rename_data)

    @property
    def provide_label(self):
        """Descriptions of the labels of all iterators, in their new names."""
        return self._described("provide_label", self.rename_label)

    def reset(self):
        for job in self._asked:
            if not job.lost:
                job.exception()  # of an epoch that is given up
        for it in self.iters:
            it.reset()
        self._ask()

    def iter_next(self):
        found = [job.result() for job in self._asked]
        ended = [b is None for b in found]
        if any(ended):
            if not all(ended):
                raise AssertionError(
                    "Number of entry mismatches between iterators: numbers "
                    f"{[i for i, e in enumerate(ended) if e]} of {self.n_iter} ended first."
                )
            return False
        pads = [b.pad for b in found]
        if any(p != pads[0] for p in pads):
            raise AssertionError(
                f"Number of entry mismatches between iterators: pads {pads} differ."
            )
        first = found[0]
        self.current_batch = DataBatch(
            [x for b in found for x in b.data],
            [x for b in found for x in b.label or ()],
            first.pad,
            first.index,
            bucket_key=first.bucket_key,
            provide_data=self.provide_data,
            provide_label=self.provide_label,
        )
        self._ask()
        return True


class NDArrayIter(DataIter):
    """Batches of arrays in memory.

    Parameters
    ----------
    data : array, list of arrays, or dict of arrays by name
        NDArray, ``numpy.ndarray`` (becomes float32) or data sets of h5py, with the samples along
        the axis where ``layout`` has its ``N``. The arrays of a list are called ``_0_data``,
        ``_1_data`` ...; more than one are sorted by name.
    label : likewise, optional
    batch_size : int
    shuffle : bool               a new order now and at each ``reset``, by ``numpy.random``
    last_batch_handle : {'pad', 'discard', 'roll_over'}
        What becomes of samples that are too few for a batch: they are filled up with the first ones
        (``batch.pad`` tells by how many), left out, or come first in the next epoch. Sparse arrays
        need ``'discard'``; their batches are dense.
    data_name, label_name : str  names of single arrays
    layout : str

    Raises
    ------
    TypeError, AssertionError   no arrays; none at all
    NotImplementedError         csr arrays without ``'discard'``
    MXNetError                  an array holds fewer samples than the first

    Example
    -------
    >>> it = mx.io.NDArrayIter(mx.nd.arange(5), batch_size=2)
    >>> [(b.data[0].asnumpy().tolist(), b.pad) for b in it]
    [([0.0, 1.0], 0), ([2.0, 3.0], 0), ([4.0, 0.0], 1)]
    """

    def __init__(
        self,
        data,
        label=None,
        batch_size=1,
        shuffle=False,
        last_batch_handle="pad",
        data_name="data",
        label_name="softmax_label",
        layout="NCHW",
    ):
        super().__init__(_batch_size(batch_size))
        self.data = named_arrays(data, False, data_name)
        self.label = named_arrays(label, True, label_name)
        if last_batch_handle != "discard" and any(
            isinstance(x, CSRNDArray) for _, x in self.data + self.label
        ):
            raise NotImplementedError(
                "`NDArrayIter` only supports ``CSRNDArray`` with `last_batch_handle` set to "
                f"`discard`, got {last_batch_handle!r}."
            )
        self.layout = layout
        axis = self._axis = DataDesc.get_batch_axis(layout)
        check_lengths(self.data[:1], axis, 0)
        self.num_data = self.data[0][1].shape[axis]
        check_lengths(self.data + self.label, axis, self.num_data)
        self._sources = [Source(x, axis) for _, x in self.data + self.label]
        self.idx = onp.arange(self.num_data)
        self.shuffle = shuffle
        self.last_batch_handle = last_batch_handle
        self.cursor = -self.batch_size
        self.num_source = len(self._sources)
        self._cache_data = self._cache_label = None
        self.reset()

    @property
    def data_list(self):
        """The arrays of data and labels, in order."""
        return [x for _, x in self.data + self.label]

    def _described(self, named):
        axis = self._axis
        found = []
        for name, x in named:
            shape = list(x.shape)
            shape[axis] = self.batch_size
            found.append(DataDesc(name, tuple(shape), onp.dtype(x.dtype).type, self.layout))
        return found

    @property
    def provide_data(self):
        """Descriptions of the data of a batch."""
        return self._described(self.data)

    @property
    def provide_label(self):
        """Descriptions of the labels of a batch."""
        return self._described(self.label)

    def hard_reset(self):
        """Start again from the first batch, without what was left over."""
        self.cursor = -self.batch_size
        self._cache_data = self._cache_label = None
        if self.shuffle:
            self._shuffle_data()

    def reset(self):
        """Start a new epoch; samples left over come first where they roll over."""
        rolls = (
            self.last_batch_handle == "roll_over"
            and self.num_data - self.batch_size < self.cursor < self.num_data
        )
        if rolls and self._cache_data is None:
            self._keep_rest()
        if self.shuffle:
            self._shuffle_data()
        if rolls:
            self.cursor += -self.num_data - self.batch_size
        else:
            self.cursor = -self.batch_size
            self._cache_data = self._cache_label = None

    def iter_next(self):
        self.cursor += self.batch_size
        return self.cursor < self.num_data

    def next(self):
        """The next :class:`DataBatch`."""
        if not self.iter_next():
            raise StopIteration
        if self.last_batch_handle != "pad" and self.cursor + self.batch_size > self.num_data:
            self._keep_rest()
            raise StopIteration
        data, label = self.getdata(), self.getlabel()
        return DataBatch(data=data, label=label, pad=self.getpad(), index=None)

    def _keep_rest(self):
        rolls = self.last_batch_handle == "roll_over"
        if rolls and self.cursor < 0:
            fail(
                MXNetError,
                "NDArrayIter",
                "a batch is larger than the data, so nothing can roll over",
                expected=f"batch_size of at most {self.num_data}",
                got=self.batch_size,
            )
        rest = self.getdata(), self.getlabel()  # also where it is left out: as often as in 1.x
        if rolls:
            self._cache_data, self._cache_label = rest

    # Subclasses replace the methods of 1.x below: names and arguments are part of the interface.
    def _getdata(self, data_source, start=None, end=None):
        """The samples from ``start`` to ``end`` of pairs of name and array; past the last, the
        first ones follow.
        """
        places = onp.arange(start or 0, self.num_data if end is None else end)
        if len(places) and places[-1] >= self.num_data:
            places %= self.num_data
        return [self._source(x).take(places) for _, x in data_source]

    def _source(self, array):
        for s in self._sources:
            if s.array is array:
                return s
        return Source(array, self._axis)

    def _concat(self, first_data, second_data):
        return [joined(x, y, self._axis) for x, y in zip(first_data, second_data, strict=True)]

    def _batchify(self, data_source):
        """The current batch of pairs of name and array."""
        start, end, n = self.cursor, self.cursor + self.batch_size, self.num_data
        kept = self._cache_data if data_source is self.data else self._cache_label
        if (
            self.last_batch_handle == "roll_over"
            and -self.batch_size < start < 0
            and kept is not None
        ):
            return self._concat(kept, self._getdata(data_source, end=end))
        if not 0 <= start < n:
            hint = "call iter_next() first, or next()" if start < 0 else "DataIter needs reset"
            raise MXNetError(
                f"NDArrayIter: there is no current batch (cursor {start} of {n} samples). "
                f"Hint: {hint}."
            )
        if end <= n or self.last_batch_handle != "pad":
            return self._getdata(data_source, start, min(end, n))
        return self._concat(
            self._getdata(data_source, start=start), self._getdata(data_source, end=end - n)
        )

    def getdata(self):
        return self._batchify(self.data)

    def getlabel(self):
        return self._batchify(self.label)

    def getpad(self):
        if self.last_batch_handle == "pad" and self.cursor + self.batch_size > self.num_data:
            return self.cursor + self.batch_size - self.num_data
        if self.last_batch_handle == "roll_over" and -self.batch_size < self.cursor < 0:
            return -self.cursor
        return 0

    def _shuffle_data(self):
        onp.random.shuffle(self.idx)  # noqa: NPY002  (what seeds the original's order)
        arrays = [s.shuffle(self.idx.copy()) for s in self._sources]
        names = [name for name, _ in self.data + self.label]
        n = len(self.data)
        named = list(zip(names, arrays))
        self.data, self.label = named[:n], named[n:]


def _batch_size(size):
    try:
        number = operator.index(size)
    except TypeError:
        number = 0
    if number < 1:
        fail(
            MXNetError,
            "NDArrayIter",
            "batch_size does not fit",
            expected="an integer of at least 1",
            got=repr(size),
        )
    return number


class MXDataIter(DataIter):
    """Iterator over the batches of a file, as ``CSVIter``, ``MNISTIter`` ... return it.

    Parameters
    ----------
    handle : object
        Where the batches come from. ``handle.next()`` gives ``(data, label, pad, index)`` - two
        NDArrays, an int, and an array of uint64 or None - or None at the end; ``handle.reset()``
        starts again.
    data_name, label_name : str

    Attributes
    ----------
    provide_data, provide_label : list of DataDesc
    """

    def __init__(self, handle, data_name="data", label_name="softmax_label", **_):
        super().__init__()
        self.handle = handle
        self._debug_skip_load = False
        self._current = None
        self.first_batch = None
        self.first_batch = self.next()  # tells the shapes
        self._debug_at_begin = True
        data, label = self.first_batch.data[0], self.first_batch.label[0]
        self.provide_data = [DataDesc(data_name, data.shape, data.dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, label.dtype)]
        self.batch_size = data.shape[0]

    def debug_skip_load(self):
        """Give the first batch for ever, to time what comes after loading."""
        self._debug_skip_load = True

    def reset(self):
        self._debug_at_begin = True
        self.first_batch = None
        self.handle.reset()

    def iter_next(self):
        if self.first_batch is not None:
            return True
        self._current = self.handle.next()
        return self._current is not None

    def next(self):
        """The next :class:`DataBatch`."""
        if not self._debug_skip_load or self._debug_at_begin:
            if self.first_batch is not None:
                batch, self.first_batch = self.first_batch, None
                return batch
            self._debug_at_begin = False
            if not self.iter_next():
                raise StopIteration
        return DataBatch(
            data=[self.getdata()],
            label=[self.getlabel()],
            pad=self.getpad(),
            index=self.getindex(),
        )

    def _batch(self):
        if self._current is None:
            raise MXNetError("MXDataIter: there is no current batch. Hint: call next() first.")
        return self._current

    def getdata(self):
        return self._batch()[0]

    def getlabel(self):
        return self._batch()[1]

    def getpad(self):
        return self._batch()[2]

    def getindex(self):
        return self._batch()[3]


doors(globals())
