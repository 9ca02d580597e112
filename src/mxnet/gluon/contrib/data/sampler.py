"""Further samplers."""

from ....error import (IntervalError, MXNetError, fail)
from ...data.sampler import Sampler

__all__ = ["IntervalSampler", "IntervalError"]


class IntervalSampler(Sampler):
    """Every ``interval``-th index: ``0, i, 2 i, ...``, then ``1, 1 + i, ...`` and so on.

    Parameters
    ----------
    length : int               indices are below it
    interval : int             at least 1 and at most ``length``
    rollover : bool, default True   after the last stride begin again with the first index that was
        left out, until all have come; otherwise stop. ``len`` is ``length`` in both cases, as in
        MXNet 1.x.

    Raises
    ------
    IntervalError (MXNetError, ValueError, AssertionError)   an interval out of range

    Examples
    --------
    >>> from mxnet.gluon.contrib.data import IntervalSampler
    >>> list(IntervalSampler(7, interval=3))
    [0, 3, 6, 1, 4, 2, 5]
    >>> list(IntervalSampler(7, interval=3, rollover=False))
    [0, 3, 6]
    """

    def __init__(self, length, interval, rollover=True):
        if not 1 <= interval <= length:
            fail(
                IntervalError,
                "IntervalSampler",
                f"Interval {interval} must be smaller than or equal to length {length}",
                expected=f"1 <= interval <= {length}",
                got=interval,
            )
        self._length = length
        self._interval = interval
        self._rollover = rollover

    def __iter__(self):
        for first in range(self._interval if self._rollover else 1):
            yield from range(first, self._length, self._interval)

    def __len__(self):
        return self._length
