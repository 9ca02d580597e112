"""Where worker processes come from: one clean process that has read the package and nothing else.

Reading the package takes a second of work, so it is done once: a *fork server* process, a fresh
interpreter, imports it and then makes a copy of itself for each worker that is asked for. It runs
no program, has a single thread and never holds XLA's client, so copying it is safe - which the
loader's own process is not. The fork server ends when the process that started it does.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
import weakref

from ..._interrupt import later
from ...error import MXNetError

__all__ = ["CannotStart", "end", "get_ready", "main", "start", "status"]

_START = "import sys; from mxnet.gluon.data._worker import serve_forks; serve_forks(int(sys.argv[1]))"
_SIZE = struct.Struct("<I")
_PATIENCE = 120  # seconds for the package to be read, on the slowest of machines
_POLL = 0.002  # seconds between two checks of a process that is to end


class CannotStart(MXNetError):
    """Processes cannot be started here, or cannot read what they are sent."""


# ---------------------------------------------------------------------------- messages
def _send(end, message, fds=()):
    data = json.dumps(message).encode()
    head = _SIZE.pack(len(data))
    if fds:
        sent = socket.send_fds(end, [head], list(fds))
        head = head[sent:]
    end.sendall(head + data)


def _receive(end, fds=0):
    head, found, _, _ = socket.recv_fds(end, _SIZE.size, fds)
    head += _exactly(end, _SIZE.size - len(head))
    return json.loads(_exactly(end, *_SIZE.unpack(head))), found


def _exactly(end, size):
    data = b""
    while len(data) < size:
        chunk = end.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


# ---------------------------------------------------------------------------- the loader's side
class _ForkServer:
    """The fork server of this process."""

    def __init__(self):
        self.owner = os.getpid()
        self.broken = False
        self.end, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is for the loader's process alone
            )
        except BaseException:
            self.end.close()
            raise
        finally:
            theirs.close()
        self.end.settimeout(_PATIENCE)
        weakref.finalize(self, _close, self.end, self.process, self.owner)

    def ask(self, message, fds=()):
        """Send a request and wait for its answer."""
        try:
            _send(self.end, message, fds)
            return _receive(self.end)[0]
        except (EOFError, OSError) as error:
            self.broken = True
            raise CannotStart(f"the process that starts workers has ended ({error})") from None
        except BaseException:  # an interrupt: the answer would be taken for that of another
            self.broken = True
            self.end.close()
            raise


@later
def _close(end, process, owner):
    if os.getpid() != owner:
        return
    end.close()
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment():
    """What workers inherit: our modules' path, and no accelerator."""
    env = dict(os.environ)
    env.update(
        PYTHONPATH=os.pathsep.join(_path()),
        JAX_PLATFORMS="cpu",
        CUDA_VISIBLE_DEVICES="",
    )
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        env[name] = "1"  # the fork server must not have threads, and workers are many
    return env


def _path():
    return [p or os.getcwd() for p in sys.path if isinstance(p, str)]


_lock = threading.RLock()
_current = None


def get_ready():
    """Start the fork server if there is none, without waiting for it; it may turn out to be impossible
    later.
    """
    with contextlib.suppress(CannotStart):
        _forkserver()


def _forkserver():
    """The fork server of this process, started if there is none.

    Raises
    ------
    CannotStart   no process can be started
    """
    global _current
    with _lock:
        server = _current
        gone = server is None or server.owner != os.getpid() or server.broken
        if gone or server.process.poll() is not None:
            try:
                server = _current = _ForkServer()
            except OSError as error:
                raise CannotStart(f"a process could not be started ({error})") from None
        return server


def start(fds):
    """Start a worker that gets these open files; returns its process number.

    Raises
    ------
    CannotStart
    """
    with _lock:
        request = {"do": "start", "path": _path(), "cwd": os.getcwd(), "env": _environment()}
        answer = _forkserver().ask(request, (*fds, 1, 2))
    if "error" in answer:
        raise CannotStart(answer["error"])
    return answer["pid"]


def status(pid, seconds):
    """How a worker ended, as ``subprocess`` says it; None if it has not within so many seconds."""
    with _lock:
        return _forkserver().ask({"do": "status", "pid": pid, "seconds": seconds}).get("status")


def end(pids, seconds):
    """Wait for workers to end, and kill those that have not within so many seconds."""
    with _lock, contextlib.suppress(CannotStart):
        _forkserver().ask({"do": "end", "pids": pids, "seconds": seconds})


# ---------------------------------------------------------------------------- the fork server's side
def main(fd, work):
    """Serve requests until the other end is closed; workers run ``work(*open files)``."""
    control = socket.socket(fileno=fd)
    ended = {}
    gc.freeze()  # what is there is not traversed again, so that workers go on sharing it
    while True:
        try:
            request, fds = _receive(control, 8)
        except (EOFError, OSError):
            os._exit(0)
        try:
            if request["do"] == "start":
                answer = {"pid": _copy(control, request, fds, work)}
            elif request["do"] == "status":
                _reap([request["pid"]], ended, request["seconds"])
                answer = {"status": ended.get(request["pid"])}
            else:
                left = _reap(request["pids"], ended, request["seconds"])
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                _reap(left, ended, 5)
                for pid in request["pids"]:
                    ended.pop(pid, None)
                answer = {}
        except OSError as error:
            answer = {"error": str(error)}
        finally:
            for each in fds:
                os.close(each)
        with contextlib.suppress(OSError):
            _send(control, answer)


def _reap(pids, ended, seconds):
    """Note how processes ended; returns those that have not."""
    limit = time.monotonic() + seconds
    while True:
        left = []
        for pid in pids:
            if pid in ended:
                continue
            try:
                found, code = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue
            if found:
                ended[pid] = os.waitstatus_to_exitcode(code)
            else:
                left.append(pid)
        if not left or time.monotonic() >= limit:
            return left
        time.sleep(_POLL)


def _copy(control, request, fds, work):
    """A copy of this process that works; its process number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        control.close()
        *own, out, err = fds
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.environ.clear()
        os.environ.update(request["env"])
        sys.path[:] = request["path"]
        os.chdir(request["cwd"])
        gc.unfreeze()
        work(*own)
    except BaseException:  # noqa: BLE001 - the copy must never go on as the fork server
        traceback.print_exc()
    finally:
        os._exit(1)
