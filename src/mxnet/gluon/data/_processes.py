"""Workers that are processes, never forks of one that holds XLA, and outlive an epoch."""

import contextlib
import os
import pickle  # noqa: TID251 - read from our own workers only
import select
import signal
import threading
import time
import weakref

from ..._interrupt import later
from ..._machine import usable_cores
from ...error import MXNetError
from . import _forkserver
from ._forkserver import CannotStart
from ._builder import brief
from ._transport import CannotSend, Channel, OnDevice, attach, blank
from ._worker import PROGRESS

__all__ = ["Pool", "WorkerError", "WorkerDied", "CannotSend", "CannotStart", "OnDevice"]

_PROCESSORS = usable_cores()
_GRACE = 0.5  # seconds for a worker to end by itself


class WorkerError(MXNetError):
    """An exception of a worker process; it is of the original's class as well."""

    def __init__(self, text):
        super().__init__(text)
        self._text = text

    def __str__(self):
        return self._text

    def __reduce__(self):
        return WorkerError, (self._text,)


class WorkerDied(MXNetError):
    """A worker process ended, or was killed, before its batch was made."""


class _Process:
    """One worker process, and what it has been asked for."""

    def __init__(self, number):
        self.number = number
        self.asked = {}  # (token, n) -> indices
        self.ready = False
        self.channel, theirs = Channel.pair()
        memory = blank(PROGRESS.size)
        try:
            self.pid = _forkserver.start((theirs.fileno(), memory))
        except BaseException:
            self.channel.close()
            os.close(memory)
            raise
        finally:
            theirs.close()
        self.progress = attach(memory)
        PROGRESS.pack_into(self.progress, 0, -1, -1)

    def exit_report(self):
        """How the process ended, and over what."""
        code = None
        with contextlib.suppress(CannotStart):
            code = _forkserver.status(self.pid, _GRACE)
        if code is None:
            end = "closed its connection"
        elif code < 0:
            try:
                end = f"was killed by {signal.Signals(-code).name}"
            except ValueError:
                end = f"was killed by signal {-code}"
        else:
            end = f"ended with exit status {code}"
        n, k = PROGRESS.unpack_from(self.progress)
        over = next(((t, m) for t, m in self.asked if m == n), None)
        if over is None:
            doing = "before it began a batch" if not self.ready else "between two batches"
        else:
            indices = self.asked[over]
            doing = f"while it made batch {n}, of samples {brief(indices)}"
            if 0 <= k < len(indices):
                doing = f"while it made sample {indices[k]} (number {k} of batch {n})"
        hint = ""
        if code == -signal.SIGKILL:
            hint = " Hint: the system kills processes when memory runs out."
        elif code in (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT):
            hint = " Hint: num_workers=0 shows the failing line under faulthandler."
        return f"DataLoader: worker {self.number} (process {self.pid}) {end} {doing}.{hint}"


class Pool:
    """The worker processes of a loader.

    Parameters
    ----------
    builder : BatchBuilder     sent to each worker, its large arrays once for all of them
    workers : int       at most so many processes; they are started as there is work

    Raises
    ------
    CannotSend   the builder cannot be sent
    """

    def __init__(self, builder, workers):
        if not hasattr(os, "fork") or not hasattr(select, "poll"):
            raise CannotStart("worker processes need a Unix system")
        self._workers = workers
        self._prepared = Channel.prepare(builder)
        self._processes = []
        self._lock = threading.RLock()
        self._answers = {}  # token -> {n: answer}
        self._tokens = 0
        self.closed = False
        self.owner = os.getpid()
        self._finalizer = weakref.finalize(
            self, _shut, self._processes, self._prepared[2], os.getpid()
        )

    # ------------------------------------------------------------------ an epoch's tasks
    def begin(self):
        """A token for an epoch of tasks; at least one process has been started."""
        with self._lock:
            if not self._processes:
                self._start()
            self._tokens += 1
            self._answers[self._tokens] = {}
            return self._tokens

    def drop(self, token):
        """Forget the tasks of an epoch."""
        with self._lock:
            self._answers.pop(token, None)
            if self.closed:
                return
            for process in self._processes:
                asked = [key for key in process.asked if key[0] == token]
                if asked:
                    with contextlib.suppress(OSError):
                        process.channel.send(("drop", token))
                for key in asked:
                    del process.asked[key]

    def ask(self, token, seeds, n, indices):
        """Have batch ``n`` made by the worker with the least to do."""
        with self._lock:
            if not self._processes:
                self._start()
            elif self._may_start():
                with contextlib.suppress(CannotStart):  # those that run must do
                    self._start()
            # those that still start would make this batch wait for them
            ready = [p for p in self._processes if p.ready] or self._processes
            process = min(ready, key=lambda p: len(p.asked))
            process.asked[token, n] = indices
            try:
                process.channel.send(("batch", token, n), (seeds, indices))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it is dead: waiting for its answer tells how it died
            except BaseException:  # an interrupt in the middle of a message
                self.close()
                raise

    def _may_start(self):
        """Whether one more process is wanted, and would not hold up those that still start."""
        self._collect(0)
        if len(self._processes) >= self._workers or any(not p.asked for p in self._processes):
            return False
        return sum(not p.ready for p in self._processes) < _PROCESSORS

    def _start(self):
        try:
            process = _Process(len(self._processes))
        except OSError as error:  # too many open files, say
            raise CannotStart(f"a worker process could not be started ({error})") from None
        self._processes.append(process)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.channel.send(("builder",), shared=self._prepared)
        return process

    def answered(self, token, n):
        """Whether batch ``n`` is there, without waiting."""
        with self._lock:
            if n not in self._answers[token]:
                self._collect(0)
            return n in self._answers[token]

    def answer(self, token, n, timeout):
        """A thunk that gives batch ``n``, or raises what went wrong with it.

        Raises
        ------
        TimeoutError
        WorkerDied      a worker that had been asked for something of this epoch has died
        CannotStart     the workers cannot read the builder
        """
        end = time.monotonic() + timeout
        while True:
            with self._lock:
                found = self._answers[token].pop(n, None)
                if found is not None:
                    return found
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                # in slices: another thread may take our answer out of the socket
                self._collect(min(left, 0.2) if threading.active_count() > 1 else left)

    # ------------------------------------------------------------------ messages
    def _collect(self, timeout):
        """Read what workers have sent; wait for it at most ``timeout`` seconds.

        Whoever meets a death - it may be who asks for more, or looks ahead - ends the others.
        """
        if self.closed:
            raise WorkerDied("DataLoader: the workers were ended. Hint: begin a new epoch.")
        poll = select.poll()
        by_fd = {}
        for process in self._processes:
            by_fd[process.channel.fileno()] = process
            poll.register(process.channel.fileno(), select.POLLIN)
        for fd, _ in poll.poll(max(0, timeout) * 1000):
            process = by_fd[fd]
            try:
                message, thunk = process.channel.receive()
            except (EOFError, ConnectionResetError):
                died = WorkerDied(process.exit_report())
                self.close()
                raise died from None
            except BaseException:  # an interrupt in the middle of a message
                self.close()
                raise
            self._handle(process, message, thunk)

    def _handle(self, process, message, thunk):
        kind, *what = message
        if kind == "ready":
            process.ready = True
        elif kind == "unfit":
            self.close()
            raise CannotStart(f"they cannot read the data set ({what[0]})")
        else:
            token, n = what[:2]
            process.asked.pop((token, n), None)
            answers = self._answers.get(token)
            if answers is not None:
                answers[n] = thunk if kind == "batch" else _Raise(process, n, *what[2:])

    # ------------------------------------------------------------------ the end
    @property
    def pids(self):
        """Process numbers of the workers."""
        return [process.pid for process in self._processes]

    def close(self):
        """End all workers."""
        self.closed = True
        self._finalizer()


@later
def _shut(processes, fd, owner):
    """End processes: they see the connection closed; those that do not are killed."""
    if os.getpid() != owner:  # a child that the user's program forked
        return
    if fd is not None:
        with contextlib.suppress(OSError):
            os.close(fd)
    for process in processes:
        process.channel.close()
    if processes:
        _forkserver.end([process.pid for process in processes], _GRACE)


class _Raise:
    """The answer of a worker that met an exception."""

    def __init__(self, process, n, pickled, described):
        self._process, self._n = process, n
        self._pickled, self._described = pickled, described

    def __call__(self):
        name, text, notes, trace, line = self._described
        # written by our own worker, see Channel
        cause = None if self._pickled is None else pickle.loads(self._pickled)  # noqa: S301
        where = "; ".join(note.removeprefix("DataLoader: ") for note in notes) or (
            f"while batch {self._n} was made"
        )
        message = (
            f"DataLoader: worker {self._process.number} (process {self._process.pid}) met "
            f"{name}: {text}, {where}, at {line}.\n\nTraceback of the worker:\n{trace}"
        )
        error = _of_both_kinds(cause, message)
        for note in notes:
            error.add_note(note)
        raise error from cause


def _of_both_kinds(cause, message):
    """A WorkerError that is of the cause's class as well, where Python can make such a class."""
    if isinstance(cause, Exception) and not isinstance(cause, (StopIteration, MXNetError)):
        with contextlib.suppress(Exception):
            return type("WorkerError", (WorkerError, type(cause)), {})(message)
    elif isinstance(cause, MXNetError):
        with contextlib.suppress(Exception):
            kinds = (WorkerError, type(cause)) if type(cause) is not MXNetError else (WorkerError,)
            return type("WorkerError", kinds, {})(message)
    return WorkerError(message)
