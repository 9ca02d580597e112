"""How samples become a batch: functions for ``DataLoader(batchify_fn=...)``, made to be combined.

Not in MXNet 1.x, where GluonNLP and GluonCV brought their own; the names are those of MXNet 2.
"""

import math

import numpy as onp

from ...error import MXNetError, ShapeError, fail
from ...ndarray import NDArray
from ..._host import host_array, on_host
from ._batch import default_batchify_fn
from ..._traceback import doors

__all__ = ["Append", "AsList", "Group", "Pad", "Stack"]


class Stack:
    """Stack samples of one shape: what a loader does by itself.

    Examples
    --------
    >>> from mxnet.gluon.data import batchify
    >>> batchify.Stack()([[1, 2], [3, 4]]).shape
    (2, 2)
    """

    def __call__(self, data):
        if isinstance(data[0], list):
            data = [onp.asarray(row) for row in data]
        return default_batchify_fn(data)


class Pad:
    """Stack samples of different shapes, filled up to the largest size of each axis.

    Parameters
    ----------
    axis : int, optional             only this axis may differ; None: all
    val : number, default 0          fills up
    dtype : optional                 of the batch; by default that of the samples
    round_to : int, optional         sizes are rounded up to a multiple of it: fewer shapes, fewer
        programs
    ret_length : bool, default False   return the samples' sizes along ``axis`` (0 by default) too

    Returns
    -------
    NDArray (B, ...), or that and an NDArray (B,) int32 of sizes

    Raises
    ------
    ShapeError (MXNetError, ValueError)   samples differ in their number of axes, or in another one
        than ``axis``

    Examples
    --------
    >>> from mxnet.gluon.data import batchify
    >>> print(batchify.Pad(val=-1)([[1, 2, 3], [4]]).asnumpy())
    [[ 1  2  3]
     [ 4 -1 -1]]
    """

    def __init__(self, axis=None, val=0, dtype=None, round_to=None, ret_length=False):
        if round_to is not None and not round_to >= 1:
            fail(MXNetError, "Pad", "round_to does not fit", expected="at least 1", got=round_to)
        self._axis, self._value, self._dtype = axis, val, dtype
        self._round_to, self._lengths = round_to, ret_length

    def __call__(self, data):
        rows = [_row(x) for x in data]
        ndim = rows[0].ndim
        for i, row in enumerate(rows):
            if row.ndim != ndim or not ndim:
                fail(
                    ShapeError,
                    "Pad",
                    f"samples 0 and {i} cannot be brought to one shape",
                    expected=f"{max(ndim, 1)} axes",
                    got=f"shape {row.shape}",
                )
        shape = onp.max([row.shape for row in rows], 0)
        if self._axis is not None:
            if not -ndim <= self._axis < ndim:
                fail(
                    ShapeError,
                    "Pad",
                    "axis is out of range",
                    expected=f"{-ndim} <= axis < {ndim}",
                    got=self._axis,
                )
            own = self._axis % ndim
            for i, row in enumerate(rows):
                others = [k for k in range(ndim) if k != own and row.shape[k] != rows[0].shape[k]]
                if others:
                    fail(
                        ShapeError,
                        "Pad",
                        f"samples 0 and {i} differ in axis {others[0]}, not only in axis {own}",
                        expected=rows[0].shape,
                        got=row.shape,
                    )
        else:
            own = None
        if self._round_to is not None:
            for k in range(ndim) if own is None else (own,):
                shape[k] = math.ceil(shape[k] / self._round_to) * self._round_to
        dtype = self._dtype or onp.result_type(*rows)
        batch = onp.full((len(rows), *shape), self._value, dtype)
        for i, row in enumerate(rows):
            batch[(i, *(slice(n) for n in row.shape))] = row
        if not self._lengths:
            return host_array(batch)
        sizes = onp.asarray([row.shape[own or 0] for row in rows], "int32")
        return host_array(batch), host_array(sizes)


class Append:
    """Keep samples apart: a list of arrays.

    Parameters
    ----------
    expand : bool, default True   give each an axis of size 1 for the batch
    batch_axis : int, default 0   where
    """

    def __init__(self, expand=True, batch_axis=0):
        self._expand, self._axis = expand, batch_axis

    def __call__(self, data):
        rows = [_row(x) for x in data]
        return [host_array(onp.expand_dims(x, self._axis) if self._expand else x) for x in rows]


class AsList:
    """Keep samples as they are, in a list: for texts and other things that are no numbers."""

    def __call__(self, data):
        return list(data)


class Group:
    """A function for each member of samples that are tuples.

    Parameters
    ----------
    *fn : callables, or one list of them

    Raises
    ------
    ShapeError (MXNetError, ValueError)   samples of another number of members

    Examples
    --------
    >>> from mxnet.gluon.data import batchify
    >>> words, labels = batchify.Group(batchify.Pad(), batchify.Stack())([([1, 2], 0), ([3], 1)])
    >>> words.shape, labels.shape
    ((2, 2), (2,))
    """

    def __init__(self, fn, *args):
        self._functions = (fn, *args) if not isinstance(fn, (list, tuple)) else (*fn, *args)
        for i, each in enumerate(self._functions):
            if not callable(each):
                fail(
                    MXNetError,
                    "Group",
                    f"argument {i} is no function",
                    expected="callables",
                    got=repr(each)[:60],
                )

    def __call__(self, data):
        for i, sample in enumerate(data):
            if not isinstance(sample, (list, tuple)) or len(sample) != len(self._functions):
                fail(
                    ShapeError,
                    "Group",
                    f"sample {i} has another number of members",
                    expected=len(self._functions),
                    got=len(sample) if isinstance(sample, (list, tuple)) else type(sample).__name__,
                )
        return tuple(f(list(member)) for f, member in zip(self._functions, zip(*data)))


def _row(x):
    return on_host(x) if isinstance(x, NDArray) else onp.asarray(x)


doors(globals())
