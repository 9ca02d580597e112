"""Batches from any pool with ``apply_async``: what loaders of other packages are built on.

Our own loader does not use it. Subclasses written for MXNet 1.x override ``_push_next``, or pass a
``worker_fn`` of their own.
"""

import multiprocessing

from ...error import MXNetError
from ._batch import map_leaves

__all__ = ["MultiWorkerIter", "as_in_context", "thread_worker_fn"]


def as_in_context(data, ctx):
    """A structure of arrays on another device."""
    return map_leaves(lambda x: x.as_in_context(ctx), data)


def thread_worker_fn(samples, batchify_fn, dataset):
    """The batch of some samples."""
    return batchify_fn([dataset[i] for i in samples])


class PoolTimeout(MXNetError, TimeoutError, multiprocessing.TimeoutError):
    """A pool did not deliver a batch in time."""


class MultiWorkerIter:
    """Iterates over batches that a pool makes ahead.

    Parameters
    ----------
    worker_pool : object with ``apply_async(fn, args)``
    batchify_fn : callable
    batch_sampler : iterable of lists of indices
    pin_memory : bool, pin_device_id : int      accepted
    worker_fn : callable    ``(samples, batchify_fn, dataset) -> batch``
    prefetch : int          batches made ahead
    dataset : Dataset
    data_loader : object    kept alive
    timeout : number        seconds

    Raises
    ------
    PoolTimeout (MXNetError, TimeoutError)
    """

    def __init__(
        self,
        worker_pool,
        batchify_fn,
        batch_sampler,
        pin_memory=False,
        pin_device_id=0,
        worker_fn=thread_worker_fn,
        prefetch=0,
        dataset=None,
        data_loader=None,
        timeout=120,
    ):
        self._worker_pool = worker_pool
        self._batchify_fn = batchify_fn
        self._batch_sampler = batch_sampler
        self._data_buffer = {}
        self._rcvd_idx = self._sent_idx = 0
        self._iter = iter(batch_sampler)
        self._worker_fn = worker_fn
        self._pin_memory, self._pin_device_id = pin_memory, pin_device_id
        self._dataset = dataset
        self._data_loader = data_loader
        self._timeout = timeout
        for _ in range(prefetch):
            self._push_next()

    def __len__(self):
        return len(self._batch_sampler)

    def _push_next(self):
        """Have one more batch made."""
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
        coming = self._data_buffer.pop(self._rcvd_idx)
        try:
            batch = coming.get(self._timeout)
        except multiprocessing.TimeoutError:
            raise PoolTimeout(
                f"MultiWorkerIter: batch {self._rcvd_idx} did not come: expected it within "
                f"timeout={self._timeout} seconds. Hint: raise timeout=."
            ) from None
        self._rcvd_idx += 1
        return batch

    def next(self):
        """The next batch."""
        return self.__next__()

    def __iter__(self):
        return self
