"""Threads that do work ahead of its use, for iterators and loaders.

Jobs begin in the order in which they are given, and whoever asks for a job's result gets what it
raised. The threads end with their owner, and do not keep the program from ending.
"""

import atexit
import contextlib
import os
import threading
import weakref
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue

from ._interrupt import later
from .error import MXNetError

__all__ = ["Threads"]

_GRACE = 2  # seconds for the job of a thread when the program ends

_owners, _started = weakref.WeakSet(), weakref.WeakSet()


class _Job(Future):
    """What a thread is to do, and what came of it."""

    def __init__(self, work, args):
        super().__init__()
        self.call, self._owner = partial(work, *args), os.getpid()

    @property
    def lost(self):
        """Whether nobody does it, since this process was forked from the one that began it."""
        return self._owner != os.getpid() and not self.done()

    def result(self, timeout=None):
        """What the work gave, or TimeoutError after so many seconds; raises what it raised."""
        if self.lost:
            raise MXNetError(
                "this process was forked while another thread worked ahead, and that thread is "
                "not here. Hint: reset the iterator, or begin a new epoch."
            )
        return super().result(timeout)


class Threads:
    """Threads that take jobs from one queue; in a process that is forked they are others.

    Parameters
    ----------
    count : int      each is started with one of the first jobs
    name : str       their names begin with it

    Attributes
    ----------
    started : list of threading.Thread     from the first job on
    """

    def __init__(self, count, name):
        self._count, self._name, self._owner = count, name, None

    def submit(self, work, *args):
        """Have ``work(*args)`` done.

        Returns
        -------
        concurrent.futures.Future
        """
        if self._owner != os.getpid():
            self._owner, self.started, self._jobs = os.getpid(), [], SimpleQueue()
            weakref.finalize(self, _end, self._jobs, self.started).atexit = False
            _owners.add(self)
        job = _Job(work, args)
        self._jobs.put(job)
        if len(self.started) < self._count:
            name = f"{self._name}-{len(self.started)}"
            thread = threading.Thread(None, _run, name, (self._jobs,), daemon=True)
            self.started.append(thread)
            _started.add(thread)
            thread.start()
        return job


def _run(jobs):
    while (job := jobs.get()) is not None:
        if job.set_running_or_notify_cancel():
            try:
                job.set_result(job.call())
            except BaseException as error:  # noqa: BLE001  (raised where the result is asked for)
                job.set_exception(error)
            job.call = None
        del job  # which a traceback, by this frame, would hold


@later
def _end(jobs, threads):
    """Have threads end after the job that each does."""
    with contextlib.suppress(Empty):
        while True:
            jobs.get_nowait().cancel()
    for _ in threads:
        jobs.put(None)


@atexit.register
def _leave():
    for owner in list(_owners):
        _end(owner._jobs, owner.started)
    for thread in list(_started):
        thread.join(_GRACE)
