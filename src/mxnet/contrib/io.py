"""A ``gluon.data.DataLoader`` as an iterator for modules."""

from typing import Any

import numpy as onp

from .._frontend.examples import attach_to as _attach_examples_to
from ..context import cpu
from ..error import ShapeError, fail
from ..io import DataDesc, DataIter
from ..ndarray import array

__all__ = ["DataDesc", "DataIter", "DataLoaderIter"]


class DataLoaderIter(DataIter):
    """Batches of a loader whose samples are pairs of data and label.

    Parameters
    ----------
    loader : gluon.data.DataLoader     its first batch tells the shapes
    data_name, label_name : str
    dtype : str or type, default 'float32'   of data and labels

    Attributes
    ----------
    provide_data, provide_label : list of DataDesc
    batch_size : int    of the first batch; a shorter one at the end is filled up with zeros, and
        ``getpad()`` says how many samples those are

    Raises
    ------
    ShapeError (MXNetError, ValueError)   the loader has no batches, or they are no pairs
    """

    def __init__(self, loader, data_name="data", label_name="softmax_label", dtype="float32"):
        super().__init__()
        self._loader = loader
        self.dtype: Any = dtype
        self._iter = iter(loader)
        first = next(self._iter, None)
        if not isinstance(first, (list, tuple)) or len(first) != 2:
            fail(
                ShapeError,
                "DataLoaderIter",
                "the loader does not fit",
                expected="batches that are pairs of data and label",
                got="no batch"
                if first is None
                else f"a batch of {type(first).__name__}"
                + (f" of {len(first)}" if isinstance(first, (list, tuple)) else ""),
            )
        data, label = first
        self.batch_size = data.shape[0]
        self.provide_data = [DataDesc(data_name, data.shape, self.dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, self.dtype)]
        self._current_batch = None
        self.reset()

    def reset(self):
        self._iter = iter(self._loader)

    def iter_next(self):
        self._current_batch = next(self._iter, None)
        return self._current_batch is not None

    def getdata(self):
        return self._filled(0)

    def getlabel(self):
        return self._filled(1)

    def getpad(self):
        return self.batch_size - self._member(0).shape[0]

    def getindex(self):
        return None

    def _member(self, i):
        if self._current_batch is None:
            raise TypeError(
                "DataLoaderIter: there is no current batch. Hint: call next() or iter_next() first."
            )
        return self._current_batch[i]

    def _filled(self, i):
        """Data or labels of the current batch as a list of one NDArray, filled up."""
        x = self._member(i)
        missing = self.batch_size - x.shape[0]
        if not missing:
            return [x.astype(self.dtype)]
        rows = x.asnumpy().astype(self.provide_data[0].dtype)
        rest = onp.zeros((missing, *rows.shape[1:]), rows.dtype)
        return [array(onp.concatenate([rows, rest]), cpu(), rows.dtype)]


_attach_examples_to(globals())
