"""Samplers: in which order a data set is read, and how the indices are cut into batches."""

from collections.abc import Callable

import numpy as onp

from ..._engine.collective import rank, size
from ._batch import generator, positive

__all__ = [
    "Sampler",
    "SequentialSampler",
    "RandomSampler",
    "SplitSampler",
    "FilterSampler",
    "BatchSampler",
]

LAST_BATCH = ("keep", "discard", "rollover")


class Sampler:
    """Base of samplers: iterating gives indices, ``len`` says how many."""

    def __len__(self):
        raise NotImplementedError(
            f"{type(self).__name__} does not say how many samples it gives: define __len__"
        )

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} gives no samples: define __iter__")


class SequentialSampler(Sampler):
    """``start, start + 1, ...``: ``length`` indices.

    Parameters
    ----------
    length : int
    start : int, default 0
    """

    def __init__(self, length, start=0):
        self._length = length
        self._start = start

    def _order(self):
        return onp.arange(self._start, self._start + self._length)

    def __iter__(self):
        return iter(range(self._start, self._start + self._length))

    def __len__(self):
        return self._length


class RandomSampler(Sampler):
    """The indices ``0 ... length - 1`` in an order that is new each time, ruled by
    :func:`mxnet.random.seed`.

    Parameters
    ----------
    length : int
    """

    def __init__(self, length):
        self._length = length

    def _order(self):
        return generator().permutation(self._length)

    def __iter__(self):
        return iter(self._order())

    def __len__(self):
        return self._length


class SplitSampler(Sampler):
    """One part of the indices ``0 ... length - 1``, for training by several processes: all parts
    together are each epoch's order, and they have as many indices as each other.

    Parameters
    ----------
    length : int
    num_parts : int, optional    default: the number of processes that were launched, or 1
    part_index : int, optional   default: the rank of this one, or 0
    shuffle : bool, default True     an order that is new in each epoch, the same in all processes
    even_size : bool, default True
        Where ``length`` is no multiple of ``num_parts``, the first indices of the order come once
        more: all processes take as many steps. False: each index comes once, and some parts have
        one more than others.
    seed : int, default 0        of the orders; :func:`mxnet.random.seed` does not rule them

    Attributes
    ----------
    epoch : int     number of the next epoch; set it to go on from there

    Raises
    ------
    ValueError   a negative length, no such part

    Examples
    --------
    >>> from mxnet.gluon.data import SplitSampler
    >>> [list(SplitSampler(5, 2, i, shuffle=False)) for i in range(2)]
    [[0, 2, 4], [1, 3, 0]]
    >>> [list(SplitSampler(5, 2, i, shuffle=False, even_size=False)) for i in range(2)]
    [[0, 2, 4], [1, 3]]
    """

    def __init__(
        self, length, num_parts=None, part_index=None, shuffle=True, even_size=True, seed=0
    ):
        self._length = positive(length, "SplitSampler", "length", 0)
        parts = size() if num_parts is None else positive(num_parts, "SplitSampler", "num_parts")
        at = rank() if part_index is None else positive(part_index, "SplitSampler", "part_index", 0)
        if at >= parts:
            raise ValueError(
                f"SplitSampler: part_index must be below num_parts = {parts}, got {at}. Hint: "
                "leave both out in processes that a launcher has started."
            )
        self._num_parts, self._part_index = parts, at
        self._shuffle, self._even_size, self._seed = shuffle, even_size, seed
        self.epoch = 0

    def _order(self):
        n = self._length
        if self._shuffle:
            order = onp.random.default_rng([self._seed, self.epoch]).permutation(n)
        else:
            order = onp.arange(n)
        self.epoch += 1
        if self._even_size:
            order = onp.resize(order, len(self) * self._num_parts)
        return order[self._part_index :: self._num_parts]

    def __iter__(self):
        return iter(self._order().tolist())

    def __len__(self):
        short = 0 if self._even_size else self._part_index
        return (self._length - short + self._num_parts - 1) // self._num_parts


class FilterSampler(Sampler):
    """Indices of the samples for which ``fn(sample)`` is true; read once, when it is made.

    Parameters
    ----------
    fn : callable
    dataset : Dataset
    """

    def __init__(self, fn, dataset):
        self._fn = fn
        self._dataset = dataset
        self._indices = [i for i in range(len(dataset)) if fn(dataset[i])]

    def __iter__(self):
        return iter(self._indices)

    def __len__(self):
        return len(self._indices)


class BatchSampler(Sampler):
    """Lists of ``batch_size`` indices.

    Parameters
    ----------
    sampler : Sampler
    batch_size : int, at least 1
    last_batch : {'keep', 'discard', 'rollover'}
        What happens to the indices left over at the end: a shorter batch, nothing, or they begin
        the next epoch.

    Raises
    ------
    ValueError   ``batch_size`` below 1; an unknown ``last_batch``
    """

    def __init__(self, sampler, batch_size, last_batch="keep"):
        self._sampler = sampler
        self._batch_size = positive(batch_size, "BatchSampler", "batch_size")
        if last_batch not in LAST_BATCH:
            raise ValueError(
                f"last_batch must be one of 'keep', 'discard', or 'rollover', but got {last_batch}"
            )
        self._last_batch = last_batch
        self._prev = []

    def __iter__(self):
        for batch in self._batches():
            yield batch.tolist() if isinstance(batch, onp.ndarray) else batch

    def _batches(self):
        """The batches, as index arrays where the sampler is one of this module's plain ones."""
        kept, self._prev = self._prev, []
        size = self._batch_size
        make = _ORDERS.get(type(self._sampler))
        if make is None:
            batch = list(kept)
            for i in self._sampler:
                batch.append(i)
                if len(batch) == size:
                    yield batch
                    batch = []
        else:
            order = make(self._sampler)
            if len(kept):
                order = onp.concatenate([kept, order])
            whole = len(order) // size * size
            for at in range(0, whole, size):
                yield order[at : at + size]
            batch = order[whole:]
        if len(batch):
            if self._last_batch == "keep":
                yield batch
            elif self._last_batch == "rollover":
                self._prev = batch

    def __len__(self):
        n = len(self._sampler)
        if self._last_batch == "keep":
            return (n + self._batch_size - 1) // self._batch_size
        if self._last_batch == "discard":
            return n // self._batch_size
        return (len(self._prev) + n) // self._batch_size


# a subclass may iterate differently, so only these very classes are read as a whole
_ORDERS: dict[type, Callable] = {
    kind: kind._order for kind in (SequentialSampler, RandomSampler, SplitSampler)}
