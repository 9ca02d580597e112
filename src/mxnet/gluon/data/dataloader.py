"""``DataLoader``: batches of a data set, made ahead of their use."""

import operator
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as onp

from ..._engine.segment import flush_all
from ..._engine.state import draw, mix32, threads
from ...context import canonical, cpu_pinned, current_context
from ...error import MXNetError
from ._batch import (
    bulk_of,
    default_batchify_fn,
    default_mp_batchify_fn,
    map_leaves,
    random_stream,
    start,
)
from .sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader", "default_batchify_fn", "default_mp_batchify_fn", "LoaderTimeout"]


class LoaderTimeout(MXNetError, TimeoutError):
    """A worker did not deliver a batch in time."""


class DataLoader:
    """Iterates over a data set in batches.

    Where the data set is made of arrays (``ArrayDataset``, ``MNIST``, parts of those) and its
    transforms are
    this package's, a batch is taken and transformed in one piece, and the next one is begun before
    this one is
    handed out. Otherwise samples are made one by one and stacked.

    Parameters
    ----------
    dataset : Dataset, or anything with a length that can be indexed
    batch_size : int
    shuffle : bool, default False   a new order in each epoch, ruled by :func:`mxnet.random.seed`
    sampler : Sampler               the order; instead of ``shuffle``
    last_batch : {'keep', 'discard', 'rollover'}, default 'keep'
        What happens to the samples left over at the end: a shorter batch, nothing, or they begin
        the next epoch.
    batch_sampler : Sampler         gives lists of indices; instead of the four above
    batchify_fn : callable, default :func:`default_batchify_fn`   list of samples -> batch
    num_workers : int, default 0
        Threads that make samples (batches that are made in one piece need none). No process is ever
        forked: one
        that holds XLA would dead-lock. Samples, order and random augmentations do not depend on the
        number.
    pin_memory : bool, default False     batches are on ``cpu_pinned(pin_device_id)``
    prefetch : int, default ``2 * num_workers``   batches that workers make ahead
    thread_pool : bool              accepted for compatibility: workers are threads in any case
    timeout : number, default 120   seconds to wait for a worker's batch
    auto_reload : bool, default False    workers begin the next epoch when the last one ends
    ctx : Context, optional         batches are on this device, the next one on its way while this
        one is used
                                    (not in MXNet 1.x)

    Raises
    ------
    ValueError      at construction: ``batch_size`` below 1, options that exclude each other, an
        unknown
                    ``last_batch``
    LoaderTimeout (MXNetError, TimeoutError)   a worker did not deliver in time
    any exception of the data set or of a transform, with a note saying which sample was being made
    """

    def __init__(
        self,
        dataset,
        batch_size=None,
        shuffle=False,
        sampler=None,
        last_batch=None,
        batch_sampler=None,
        batchify_fn=None,
        num_workers=0,
        pin_memory=False,
        pin_device_id=0,
        prefetch=None,
        thread_pool=False,
        timeout=120,
        auto_reload=False,
        *,
        ctx=None,
    ):
        self._dataset = dataset
        self._pool = self._ready = None
        if not timeout > 0:
            raise ValueError(f"DataLoader: timeout must be positive, given {timeout}")
        self._timeout = timeout
        if batch_sampler is None:
            batch_sampler = _choose_batches(dataset, batch_size, shuffle, sampler, last_batch)
        elif batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise ValueError(
                "batch_size, shuffle, sampler and last_batch must not be specified if "
                "batch_sampler is "
                "specified."
            )
        self._batch_sampler = batch_sampler
        self._batchify_fn = default_batchify_fn if batchify_fn is None else batchify_fn
        self._num_workers = max(0, operator.index(num_workers))
        self._prefetch = max(
            0, operator.index(2 * self._num_workers if prefetch is None else prefetch)
        )
        self._thread_pool = thread_pool
        self._pin_memory = pin_memory
        if pin_memory and ctx is None:
            ctx = cpu_pinned(pin_device_id)
        self._ctx = None if ctx is None else canonical(ctx, "DataLoader")
        self._auto_reload = bool(auto_reload)
        if self._auto_reload:
            self.refresh()

    def __len__(self):
        return len(self._batch_sampler)

    def __iter__(self):
        bulk = bulk_of(self._dataset) if self._batchify_fn is default_batchify_fn else None
        if bulk is None:
            if not self._num_workers:
                return self._one_by_one()
            ready, self._ready = self._ready, None
            return ready or _Workers(self)
        return self._whole(bulk)

    # -------------------------------------------------------------- three ways through an epoch
    def _whole(self, bulk):
        """Batches made in one piece; each is begun before the previous one is handed out."""
        epoch = mix32(*draw())
        ahead = None
        for n, indices in enumerate(self._indices()):
            try:
                rows = _index_array(indices)
                if rows is None:  # the data set is left to say what it thinks of them
                    batch = _Made(self._make(epoch, n, indices))
                else:
                    with random_stream(epoch, n):
                        batch = _Made(start(bulk.batch(rows, self._ctx)))
            except Exception as error:  # noqa: BLE001 - it is raised when its turn comes
                error.add_note(f"DataLoader: while batch {n} was made")
                batch = _Made(error=error)
            if ahead is not None:
                yield ahead.get()
                _step_boundary()
            ahead = batch
            if batch.error is not None:
                break
        if ahead is not None:
            yield ahead.get()

    def _one_by_one(self):
        """Batches of samples that are made one by one, in this thread."""
        epoch = mix32(*draw())
        for n, indices in enumerate(self._indices()):
            _step_boundary()
            yield self._make(epoch, n, indices)

    def _make(self, epoch, n, indices):
        """Batch number ``n`` of an epoch, sample by sample."""
        samples = []
        for k, i in enumerate(indices):
            try:
                with random_stream(epoch, n, k):
                    # each sample runs by itself: a small program that all of them share
                    samples.append(start(self._dataset[i]))
            except Exception as error:
                error.add_note(
                    f"DataLoader: while sample {i} of the data set (number {k} of batch "
                    f"{n}) was made"
                )
                raise
        try:
            batch = self._batchify_fn(samples)
        except Exception as error:
            error.add_note(
                f"DataLoader: while batch {n}, of samples {_brief(indices)}, was put together"
            )
            raise
        if self._ctx is not None:
            batch = map_leaves(lambda x: x.as_in_context(self._ctx), batch)
        return start(batch)

    def _indices(self):
        sampler = self._batch_sampler
        return sampler._batches() if type(sampler) is BatchSampler else iter(sampler)

    # -------------------------------------------------------------- workers
    def _submit(self, *args):
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._num_workers, "mxnet-data")
        return self._pool.submit(*args)

    def refresh(self):
        """Begin a new epoch with the workers now; the next iteration uses it."""
        self.clean()
        if self._num_workers and (
            self._batchify_fn is not default_batchify_fn or bulk_of(self._dataset) is None
        ):
            self._ready = _Workers(self)

    def clean(self):
        """Give up the epoch that was begun ahead."""
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.close()


class _Made:
    """A batch, or the exception that came instead."""

    __slots__ = ("batch", "error")

    def __init__(self, batch=None, error=None):
        self.batch, self.error = batch, error

    def get(self):
        if self.error is not None:
            raise self.error
        return self.batch


class _Workers:
    """One epoch, with batches made ahead by threads."""

    def __init__(self, loader):
        self._loader = loader
        self._epoch = mix32(*draw())
        self._indices = enumerate(loader._indices())
        self._futures = deque()
        self._home = current_context()
        for _ in range(max(1, loader._prefetch)):
            self._begin_next()

    def _begin_next(self):
        found = None if self._indices is None else next(self._indices, None)
        if found is not None:
            n, indices = found
            self._futures.append((n, indices, self._loader._submit(self._work, n, indices)))

    def _work(self, n, indices):
        with self._home:
            return self._loader._make(self._epoch, n, indices)

    def __iter__(self):
        return self

    def __next__(self):
        loader = self._loader
        if not self._futures:
            if loader._auto_reload and self._indices is not None:
                self._indices = None
                loader.refresh()
            raise StopIteration
        _step_boundary()
        n, indices, future = self._futures.popleft()
        try:
            batch = future.result(loader._timeout)
        except TimeoutError:
            if future.done():
                self.close()
                raise
            self.close()
            raise LoaderTimeout(
                f"DataLoader: batch {n} (samples {_brief(indices)}) did not come: "
                "expected it within timeout="
                f"{loader._timeout} seconds. Hint: raise timeout=, or look for a sample "
                "function that waits "
                "for ever."
            ) from None
        except BaseException:
            self.close()
            raise
        self._begin_next()
        return batch

    def close(self):
        """Let go of what has not begun."""
        for _, _, future in self._futures:
            future.cancel()
        self._futures.clear()
        self._indices = iter(())

    def __del__(self):
        self.close()


def _step_boundary():
    """What the loop's body left pending runs now, as a piece of its own, while the next batch is
    made.
    """
    if threads.tracing is None and not threads.recording:
        flush_all()


def _index_array(indices):
    if isinstance(indices, onp.ndarray):
        return indices
    found = onp.asarray(indices)
    return found if found.dtype.kind in "iu" and found.ndim == 1 else None


def _brief(indices):
    shown = [str(i) for i in indices[:8]] if hasattr(indices, "__getitem__") else ["?"]
    return ", ".join(shown) + (", ..." if len(indices) > 8 else "")


def _choose_batches(dataset, batch_size, shuffle, sampler, last_batch):
    """The batch sampler that the constructor's arguments describe."""
    if batch_size is None:
        raise ValueError("batch_size must be specified unless batch_sampler is specified")
    if sampler is None:
        sampler = RandomSampler(len(dataset)) if shuffle else SequentialSampler(len(dataset))
    elif shuffle:
        raise ValueError("shuffle must not be specified if sampler is specified")
    try:
        return BatchSampler(sampler, batch_size, "keep" if last_batch is None else last_batch)
    except ValueError as error:
        raise ValueError(str(error).replace("BatchSampler", "DataLoader")) from None
