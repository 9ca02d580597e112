"""Making one batch out of samples, the same way in whatever thread or process it is made."""

# ruff: noqa: NPY002 - the global generator of NumPy is what users' transforms draw from

import random

import numpy as onp

from ..._engine.state import compiling, mix32
from ...util import is_np_array, np_array
from ._batch import map_leaves, random_stream, start

__all__ = ["BatchBuilder", "Seeds", "brief"]


def brief(indices):
    """A few sample numbers, for messages."""
    shown = [str(i) for i in indices[:8]] if hasattr(indices, "__getitem__") else ["?"]
    return ", ".join(shown) + (", ..." if len(indices) > 8 else "")


class Seeds:
    """What random numbers of one epoch depend on.

    Parameters
    ----------
    epoch : int         stream of this package's random operators
    host : (int, int)   where NumPy's and Python's own generators begin, or None: they are left
        alone (threads share them)
    """

    __slots__ = ("epoch", "host")

    def __init__(self, epoch, host):
        self.epoch, self.host = epoch, host

    @staticmethod
    def drawn(epoch):
        """Seeds that follow ``numpy.random.seed`` and ``random.seed``; a draw is taken of each."""
        numpy_word = int(onp.random.randint(1 << 31))
        return Seeds(epoch, (numpy_word, random.getrandbits(32)))


class _host_stream:
    """Scope in which ``numpy.random`` and ``random`` give numbers that depend on the batch only."""

    __slots__ = ("saved", "words")

    def __init__(self, host, n):
        self.words = None if host is None else tuple(mix32(word, n) for word in host)

    def __enter__(self):
        if self.words is not None:
            self.saved = onp.random.get_state(), random.getstate()
            onp.random.seed(self.words[0])
            random.seed(self.words[1])

    def __exit__(self, *exc):
        if self.words is not None:
            onp.random.set_state(self.saved[0])
            random.setstate(self.saved[1])


class BatchBuilder:
    """How samples of a data set become a batch.

    Parameters
    ----------
    dataset : anything that can be indexed
    batchify : callable      list of samples -> batch
    ctx : Context, optional  where the batch is to be
    """

    def __init__(self, dataset, batchify, ctx=None):
        self.dataset, self.batchify, self.ctx = dataset, batchify, ctx
        self.numpy = is_np_array()

    def make(self, seeds, n, indices, progress=None):
        """Batch number ``n`` of an epoch, sample by sample.

        An exception carries a note that says which sample was being made. ``progress(k)`` is told
        the number of a sample in the batch before it is made.
        """
        with _host_stream(seeds.host, n), np_array(self.numpy), compiling():
            return self._make(seeds.epoch, n, indices, progress)

    def _make(self, epoch, n, indices, progress):
        samples = []
        for k, i in enumerate(indices):
            if progress is not None:
                progress(k)
            try:
                with random_stream(epoch, n, k):
                    # each sample runs by itself: a small program that all of them share
                    samples.append(start(self.dataset[i]))
            except Exception as error:
                error.add_note(
                    f"DataLoader: while sample {i} of the data set (number {k} of batch "
                    f"{n}) was made"
                )
                raise
        if progress is not None:
            progress(-1)
        try:
            batch = self.batchify(samples)
        except Exception as error:
            error.add_note(
                f"DataLoader: while batch {n}, of samples {brief(indices)}, was put together"
            )
            raise
        if self.ctx is not None:
            batch = map_leaves(lambda x: x.as_in_context(self.ctx), batch)
        return start(batch)
