"""``DataLoader``: batches of a data set, made ahead of their use."""

import operator
import os
import warnings
import weakref
from collections import deque
from collections.abc import Iterator
from itertools import chain
from multiprocessing.pool import ThreadPool
from typing import Any

import numpy as onp

from ..._engine.segment import flush_all
from ..._engine.state import compiling, draw, mix32, threads
from ..._interrupt import later
from ..._threads import Threads
from ...context import canonical, cpu, cpu_pinned, current_context
from ...error import MXNetError
from ._batch import (
    bulk_of,
    default_batchify_fn,
    default_mp_batchify_fn,
    map_leaves,
    random_stream,
    start,
)
from ._legacy import (  # noqa: F401 - for loaders of other packages
    ForkingPickler,
    _as_in_context,
    _MultiWorkerIter,
    _thread_worker_fn,
    _worker_fn,
)
from ._forkserver import get_ready
from ._processes import CannotSend, CannotStart, OnDevice, Pool, WorkerDied, WorkerError
from ._builder import BatchBuilder, Seeds, brief
from .sampler import BatchSampler, RandomSampler, SequentialSampler
from ..._traceback import door, doors, user_level

__all__ = [
    "DataLoader",
    "default_batchify_fn",
    "default_mp_batchify_fn",
    "LoaderTimeout",
    "WorkerError",
    "WorkerDied",
]

_CPU = 1
_STAND_IN = cpu(4095)  # what stands in a worker for the loader's own device, which it cannot use


class LoaderTimeout(MXNetError, TimeoutError):
    """A worker did not deliver a batch in time."""


class DataLoader:
    """Iterates over a data set in batches.

    Where the data set is made of arrays (``ArrayDataset``, ``MNIST``, parts of those) and its
    transforms are this package's, a batch is taken and transformed as a whole, and the next one
    is begun before this one is handed out. Otherwise samples are made one by one and stacked.

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
        Processes that make samples (batches that are made as a whole need none). None is a fork
        of this one, which holds XLA and would dead-lock. The data set,
        transforms (lambdas, closures and what a script defines, too) are sent to them when the
        first epoch begins, arrays come back through shared memory, and they live as long as the
        loader. Where that cannot be - data on a GPU, objects that cannot be pickled - threads do
        the work, with one warning. Samples, order and random augmentations do not depend on the
        number: random operators follow :func:`mxnet.random.seed`, and ``numpy.random`` and
        ``random``, which begin anew with each batch, follow their own seeds.
    pin_memory : bool, default False     batches are on ``cpu_pinned(pin_device_id)``
    prefetch : int, default ``2 * num_workers``   batches that workers make ahead
    thread_pool : bool, default False    workers are threads of this process. They share NumPy's and
        Python's own random generators, so only this package's random operators are reproducible.
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
    WorkerDied (MXNetError)         a worker process ended: its signal, its number, the sample
    WorkerError (MXNetError, and the class of the original)   an exception in a worker process: the
        sample, the line, and the worker's own traceback
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
        self._ready = self._processes = self._home = None
        self._other_pool = None
        self._threads_only = False
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
        self._threads = Threads(self._num_workers, "mxnet-data")
        self._prefetch = max(
            0, operator.index(2 * self._num_workers if prefetch is None else prefetch)
        )
        self._thread_pool = thread_pool
        self._pin_memory = pin_memory
        self._pin_device_id = pin_device_id
        if pin_memory and ctx is None:
            ctx = cpu_pinned(pin_device_id)
        self._ctx = None if ctx is None else canonical(ctx, "DataLoader")
        self._auto_reload = bool(auto_reload)
        if self._wants_processes():
            get_ready()  # it gets ready meanwhile
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
            return ready or self._begin_epoch()
        return self._whole(bulk)

    # -------------------------------------------------------------- three ways through an epoch
    @door
    def _whole(self, bulk):
        """Batches made as a whole; each is begun before the previous one is handed out."""
        epoch = mix32(*draw())
        ahead = None
        for n, indices in enumerate(self._indices()):
            try:
                rows = _index_array(indices)
                if rows is None:  # the data set is left to say what it thinks of them
                    batch = _Made(self._builder().make(Seeds(epoch, None), n, indices))
                else:
                    with random_stream(epoch, n), compiling():
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

    @door
    def _one_by_one(self):
        """Batches of samples that are made one by one, in this thread."""
        seeds, builder = Seeds.drawn(mix32(*draw())), self._builder()
        for n, indices in enumerate(self._indices()):
            _step_boundary()
            yield builder.make(seeds, n, indices)

    def _builder(self):
        return BatchBuilder(self._dataset, self._batchify_fn, self._ctx)

    def _indices(self):
        sampler = self._batch_sampler
        return sampler._batches() if type(sampler) is BatchSampler else iter(sampler)

    # -------------------------------------------------------------- workers
    @property
    def _worker_pool(self):
        """A pool with ``apply_async`` for subclasses written for 1.x; None without workers."""
        if self._other_pool is None and self._num_workers:
            self._other_pool = ThreadPool(self._num_workers)
            weakref.finalize(self, self._other_pool.terminate)
        return self._other_pool

    @property
    def auto_reload(self):
        """Whether workers begin the next epoch when the last one ends."""
        return self._auto_reload

    def _wants_processes(self):
        if not self._num_workers or self._thread_pool or not hasattr(os, "fork"):
            return False
        return self._batchify_fn is not default_batchify_fn or bulk_of(self._dataset) is None

    def _begin_epoch(self):
        """An epoch's batches, made by workers."""
        epoch, numbered = mix32(*draw()), enumerate(self._indices())
        if self._thread_pool or self._threads_only:
            return _Threads(self, Seeds(epoch, None), numbered)
        seeds = Seeds.drawn(epoch)
        try:
            return _Processes(self, seeds, numbered)
        except (CannotSend, CannotStart) as error:
            return self._threads_instead(error, seeds, numbered)

    def _process_pool(self, home):
        """The worker processes; ``home`` is the CPU context on which they make arrays."""
        pool = self._processes
        mine = pool is not None and pool.owner == os.getpid()  # not that of who forked this one
        if pool is None or pool.closed or not mine or self._home != home:
            builder = BatchBuilder(self._dataset, self._batchify_fn)
            pool = self._processes = Pool((builder, home), self._num_workers)
            self._home = home
        return pool

    def _threads_instead(self, error, seeds, numbered):
        """The epoch, or what is left of it, made by threads; processes are not tried again."""
        self._threads_only = True
        if not isinstance(error, OnDevice):  # then threads are the better choice
            warnings.warn(
                "DataLoader: workers are threads of this process, since processes cannot be used: "
                f"{error}. Hint: thread_pool=True asks for threads.",
                UserWarning,
                stacklevel=user_level(),
            )
        return _Threads(self, Seeds(seeds.epoch, None), numbered)

    def refresh(self):
        """Begin a new epoch with the workers now; the next iteration uses it."""
        self.clean()
        if self._num_workers and (
            self._batchify_fn is not default_batchify_fn or bulk_of(self._dataset) is None
        ):
            self._ready = self._begin_epoch()

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


class _Epoch:
    """One epoch, with batches made ahead by others."""

    _begun: deque = deque()  # until there are some

    def __init__(self, loader, seeds, numbered):
        self._loader = loader
        self._seeds = seeds
        self._indices: Iterator[Any] | None = (
            numbered  # of (n, indices); None once the next epoch has begun
        )
        self._begun = deque()
        try:
            for _ in range(max(1, loader._prefetch)):
                self._begin_next()
        except BaseException:
            self.close()
            raise

    def _begin_next(self):
        found = None if self._indices is None else next(self._indices, None)
        if found is not None:
            self._begun.append((*found, self._begin(*found)))

    def __iter__(self):
        return self

    @door
    def __next__(self):
        loader = self._loader
        if not self._begun:
            if loader._auto_reload and self._indices is not None:
                self._indices = None
                loader.refresh()
            raise StopIteration
        _step_boundary()
        n, indices, handle = self._begun.popleft()
        try:
            batch = self._wait(n, indices, handle)
            self._begin_next()
        except BaseException:
            self.close()
            raise
        return batch

    def _too_late(self, n, indices):
        return LoaderTimeout(
            f"DataLoader: batch {n} (samples {brief(indices)}) did not come: "
            f"expected it within timeout={self._loader._timeout} seconds. Hint: raise timeout=, "
            "or look for a sample function that waits for ever."
        )

    def close(self):
        """Let go of what has not begun."""
        self._begun = deque()
        self._indices = iter(())

    @later
    def __del__(self):
        self.close()


class _Threads(_Epoch):
    """An epoch made by threads."""

    def __init__(self, loader, seeds, numbered):
        self._home = current_context()
        super().__init__(loader, seeds, numbered)

    def _begin(self, n, indices):
        return self._loader._threads.submit(self._work, n, indices)

    def _work(self, n, indices):
        with self._home:
            return self._loader._builder().make(self._seeds, n, indices)

    def _wait(self, n, indices, future):
        try:
            return future.result(self._loader._timeout)
        except TimeoutError:
            if future.done():
                raise  # it is the sample function's own
            raise self._too_late(n, indices) from None

    def close(self):
        for _, _, future in self._begun:
            future.cancel()
        super().close()


class _Processes(_Epoch):
    """An epoch made by processes."""

    _token = None  # until the pool has given one

    def __init__(self, loader, seeds, numbered):
        self._home = current_context()
        self._instead = None
        self._staged = {}  # batches that are on their way to the device
        self._pool = loader._process_pool(_number_of(self._home))
        self._token = self._pool.begin()
        super().__init__(loader, seeds, numbered)

    def _begin(self, n, indices):
        if not isinstance(indices, (list, tuple)):
            indices = indices.tolist() if isinstance(indices, onp.ndarray) else list(indices)
        self._pool.ask(self._token, self._seeds, n, indices)
        return indices

    def _wait(self, n, indices, _):
        made = self._staged.pop(n, None) or self._arrived(n, indices)
        if self._loader._ctx is not None and self._begun:
            ahead, those, _ = self._begun[0]
            if self._pool.answered(self._token, ahead):  # on its way while this one is used
                self._staged[ahead] = self._arrived(ahead, those)
        return made.get()

    def _arrived(self, n, indices):
        """What came of batch ``n``; waits for it."""
        loader = self._loader
        try:
            thunk = self._pool.answer(self._token, n, loader._timeout)
        except TimeoutError:
            self._pool.close()
            raise self._too_late(n, indices) from None
        except BaseException:  # a worker died, or the user interrupts: begin anew next time
            self._pool.close()
            raise
        try:
            batch = map_leaves(self._placed, thunk())
            return _Made(start(batch) if loader._ctx is not None else batch)
        except Exception as error:  # noqa: BLE001 - it is raised when its turn comes
            return _Made(error=error)

    def _placed(self, x):
        """An array of a worker on the device where it belongs."""
        if self._loader._ctx is not None:
            return x.as_in_context(self._loader._ctx)
        return x.as_in_context(self._home) if x.context == _STAND_IN else x

    @door
    def __next__(self):
        if self._instead is None:
            begun, rest = [(n, indices) for n, indices, _ in self._begun], self._indices
            try:
                return super().__next__()
            except CannotStart as error:
                self._instead = self._loader._threads_instead(
                    error, self._seeds, chain(begun, rest or ())
                )
        return next(self._instead)

    def close(self):
        if self._token is not None:
            self._pool.drop(self._token)
        super().close()


def _number_of(home):
    """Number of the CPU context that a worker makes its own arrays on."""
    return home.device_id if home.device_typeid == _CPU else _STAND_IN.device_id


def _step_boundary():
    """What the loop's body left pending runs now, as a program of its own, while the next batch is
    made.
    """
    if threads.tracing is None and not threads.recording:
        flush_all()


def _index_array(indices):
    if isinstance(indices, onp.ndarray):
        return indices
    found = onp.asarray(indices)
    return found if found.dtype.kind in "iu" and found.ndim == 1 else None


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


doors(globals())
