"""The process of a worker: makes batches as it is told, and ends when nobody listens."""

import contextlib
import os
import pickle  # noqa: TID251 - between our own processes only
import queue
import signal
import socket
import struct
import sys
import threading
import traceback

from ...context import cpu
from . import _forkserver
from ._transport import Channel, attach

__all__ = ["main", "serve_forks", "PROGRESS"]

PROGRESS = struct.Struct("<qq")  # batch, and number in it of the sample that is being made


def serve_forks(fd):
    """Be the fork server of workers."""
    _forkserver.main(fd, main)


def main(fd, progress_fd):
    """Serve the connection ``fd`` until the other end is closed.

    Parameters
    ----------
    fd : int         socket
    progress_fd : int   shared memory in which the worker notes what it is making
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the loader's process decides
    memory = attach(progress_fd)
    channel = Channel(socket.socket(fileno=fd))
    tasks = queue.SimpleQueue()
    dropped = set()
    threading.Thread(target=_listen, args=(channel, tasks, dropped), daemon=True).start()
    try:
        _work(channel, tasks, dropped, memory)
    except ConnectionError:  # the other end is gone, and the listener was not the first to find out
        os._exit(0)


def _work(channel, tasks, dropped, memory):
    builder = home = None
    while True:
        (kind, *what), thunk = tasks.get()
        if kind == "builder":
            try:
                builder, home = thunk()
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
                channel.send(("unfit", f"{type(error).__name__}: {error}", traceback.format_exc()))
                continue
            channel.send(("ready",))
        elif kind == "batch" and what[0] not in dropped:
            _serve(channel, builder, home, what, thunk(), memory)


def _listen(channel, tasks, dropped):
    """Read tasks, so that the sender never waits; end the process when the other end is gone."""
    while True:
        try:
            message, thunk = channel.receive()
        except (EOFError, OSError):
            os._exit(0)
        if message[0] == "drop":
            dropped.add(message[1])
        else:
            tasks.put((message, thunk))


def _serve(channel, builder, home, what, task, memory):
    token, n = what
    seeds, indices = task

    def progress(k):
        PROGRESS.pack_into(memory, 0, n, k)

    progress(-1)
    try:
        with cpu(home):
            batch = builder.make(seeds, n, indices, progress)
        _flush()
        channel.send(("batch", token, n), batch)
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
        if isinstance(error, SystemExit):
            _flush()
            os._exit(error.code if isinstance(error.code, int) else 1)
        _flush()
        channel.send(("error", token, n, _pickled(error), _described(error)))
    PROGRESS.pack_into(memory, 0, -1, -1)


def _flush():
    """Let go of what was printed: the process may be ended at any time."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()


def _pickled(error):
    try:
        data = pickle.dumps(error)
        pickle.loads(data)  # noqa: S301
    except Exception:  # noqa: BLE001 - an exception of any kind may refuse it
        return None
    return data


def _described(error):
    """Class, text, notes, and the traceback from the user's first line on."""
    frames = error.__traceback__
    here = os.path.dirname(os.path.abspath(__file__))
    while frames is not None and frames.tb_next is not None:
        if not frames.tb_frame.f_code.co_filename.startswith(here):
            break
        frames = frames.tb_next
    text = "".join(traceback.format_exception(type(error), error, frames))
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        type(error).__name__,
        str(error),
        list(getattr(error, "__notes__", ())),
        text,
        f"{last.filename}:{last.lineno} in {last.name}",
    )
