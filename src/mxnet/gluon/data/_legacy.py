"""Private parts of 1.x's loader that client libraries subclass and call."""

import multiprocessing
from multiprocessing.reduction import ForkingPickler

from ...context import cpu, cpu_pinned
from ...error import MXNetError
from ...ndarray import NDArray

__all__ = ["ForkingPickler", "PoolTimeout"]


def _as_in_context(data, ctx):
    """A batch, nested or not, on a context."""
    if isinstance(data, NDArray):
        return data.as_in_context(ctx)
    if isinstance(data, (list, tuple)):
        return [_as_in_context(d, ctx) for d in data]
    return data


def _thread_worker_fn(samples, batchify_fn, dataset):
    """The batch of some samples."""
    return batchify_fn([dataset[i] for i in samples])


_worker_fn = _thread_worker_fn


class PoolTimeout(MXNetError, TimeoutError, multiprocessing.TimeoutError):
    """A pool did not deliver a batch in time."""


class _MultiWorkerIter:
    """Batches made by a pool of workers: ``worker_pool.apply_async(worker_fn, ...)`` for each.

    ``worker_fn(indices, batchify_fn, dataset)`` gives a batch, or the bytes of a pickled one.
    """

    def __init__(
        self,
        worker_pool,
        batchify_fn,
        batch_sampler,
        pin_memory=False,
        pin_device_id=0,
        worker_fn=_thread_worker_fn,
        prefetch=0,
        dataset=None,
        data_loader=None,
        timeout=120,
    ):
        self._worker_pool, self._batchify_fn = worker_pool, batchify_fn
        self._batch_sampler, self._dataset = batch_sampler, dataset
        self._data_buffer, self._rcvd_idx, self._sent_idx = {}, 0, 0
        self._iter = iter(batch_sampler)
        self._worker_fn = worker_fn
        self._pin_memory, self._pin_device_id = pin_memory, pin_device_id
        self._data_loader = data_loader  # held: it owns the pool
        self._timeout = timeout
        for _ in range(prefetch):
            self._push_next()

    def __len__(self):
        return len(self._batch_sampler)

    def _push_next(self):
        """Give the next batch's indices to a worker."""
        indices = next(self._iter, None)
        if indices is None:
            return
        self._data_buffer[self._sent_idx] = self._worker_pool.apply_async(
            self._worker_fn, (indices, self._batchify_fn, self._dataset)
        )
        self._sent_idx += 1

    def __next__(self):
        self._push_next()
        if self._rcvd_idx == self._sent_idx:
            raise StopIteration
        try:
            batch = self._data_buffer.pop(self._rcvd_idx).get(self._timeout)
        except multiprocessing.TimeoutError:
            raise PoolTimeout(
                f"DataLoader: batch {self._rcvd_idx} did not come: expected it within timeout="
                f"{self._timeout} seconds. Hint: raise timeout=."
            ) from None
        self._rcvd_idx += 1
        if isinstance(batch, bytes):  # from a worker of this very program
            batch = ForkingPickler.loads(batch)
        if self._pin_memory:
            return _as_in_context(batch, cpu_pinned(self._pin_device_id))
        return _as_in_context(batch, cpu())

    def next(self):
        """The next batch."""
        return self.__next__()

    def __iter__(self):
        return self
