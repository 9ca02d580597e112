"""Start Python where JAX is imported already: a process for a test in a third of the time.

``import jax`` is 0.65 s of the 1 s that a process takes before its first line. So a server imports
it once for each environment that Python, JAX or a C library reads that early, and forks for each
process that is asked for. The package itself is imported in the fork, with its environment, as in
any other process. Tests of how Python starts (options, warnings, memory) start one of their own.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

__all__ = ["HANG", "Prepared", "run"]

HANG = 300  # seconds: what takes longer on a machine however busy never ends

# What is read before a program's first line.
_EARLY = tuple("PYTHON JAX_ OMP_ OPENBLAS MKL_ LD_ MALLOC_ GLIBC_ LC_ LANG TF_ HOME".split())
_MODULES = (
    "jax jax.dlpack jax.export jax.extend jax.monitoring jax.nn jax.numpy jax.random"
    " jax.scipy.linalg jax.scipy.special jax.experimental.multihost_utils scipy.special"
    " scipy.linalg cloudpickle concurrent.futures email.message http.client logging.handlers"
    " multiprocessing.pool pickletools queue tarfile tqdm urllib.request zipfile"
)
_servers: dict[str, _Server] = {}


class _Server:
    """A process that forks; it ends when this one does."""

    def __init__(self, env):
        self.folder = tempfile.TemporaryDirectory()
        self.address = os.path.join(self.folder.name, "socket")
        self.process = subprocess.Popen(
            [sys.executable, __file__, self.address],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
        )
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError("the server of prepared processes did not start")

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


def _server(env):
    early = {k: v for k, v in env.items() if k.startswith(_EARLY)}
    early.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # as the package sets it before it imports JAX
    key = json.dumps(early, sort_keys=True)
    if key not in _servers:
        _servers[key] = _Server({"PATH": os.environ.get("PATH", ""), **early})
    return _servers[key]


@atexit.register
def _end():
    for server in _servers.values():
        server.end()
    _servers.clear()


class Prepared:
    """A process: what ``subprocess.Popen`` has, as far as it is used here.

    Parameters
    ----------
    arguments : list of str    ``["-c", code, ...]``, ``["-m", module, ...]`` or ``[file, ...]``
    stdout, stderr : files that the process writes to
    """

    def __init__(self, arguments, stdout, stderr, cwd=None, env=None):
        env = dict(os.environ if env is None else env)
        self.args, self.returncode = arguments, None
        request = {"argv": list(map(str, arguments)), "env": env, "cwd": str(cwd or os.getcwd())}
        self._answers = socket.socket(socket.AF_UNIX)
        self._answers.connect(_server(env).address)
        files = [stdout.fileno(), stderr.fileno()]
        data = json.dumps(request).encode()
        socket.send_fds(self._answers, [len(data).to_bytes(8, "little")], files)
        self._answers.sendall(data)
        self.pid = int.from_bytes(_received(self._answers, 8), "little")

    def poll(self):
        """The exit status if the process has ended."""
        return self._answer(0)

    def _answer(self, seconds):
        if self.returncode is None and select.select([self._answers], [], [], seconds)[0]:
            answer = _received(self._answers, 8)
            self._answers.close()
            self.returncode = int.from_bytes(answer, "little", signed=True)
        return self.returncode

    def wait(self, timeout=None):
        if self._answer(timeout) is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        """End the process and all of its session."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


def _received(connection, n):
    data = b""
    while len(data) < n:
        piece = connection.recv(n - len(data))
        if not piece:
            raise RuntimeError("the server of prepared processes has ended")
        data += piece
    return data


def run(arguments, *, timeout=HANG, env=None, cwd=None, together=False, check=False):
    """As ``subprocess.run(..., capture_output=True, text=True)``.

    ``together``: standard error goes to standard output. At the time limit all that the process has
    started is ended as well.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Prepared(arguments, out, out if together else err, cwd, env)
        late = None
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired as e:
            process.kill()
            process.wait()
            late = e
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    if late is not None:
        late.stdout, late.stderr = texts
        raise late
    done = subprocess.CompletedProcess(arguments, process.returncode, *texts)
    if check:
        done.check_returncode()
    return done


# ------------------------------------------------------------------------------------ the server


def _asked(connection):
    """(request, files) that came, or None from somebody who has gone."""
    head, files, _, _ = socket.recv_fds(connection, 8, 2)
    if len(head) < 8:
        return None
    return json.loads(_received(connection, int.from_bytes(head, "little"))), files


def _serve(address):
    """Fork for each request; returns (request, files), in the fork, or None at the end."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    wake, waker = socket.socketpair()
    wake.setblocking(False)
    waker.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno())
    children = {}
    print("ready", flush=True)  # noqa: T201
    while True:
        ready, _, _ = select.select([listener, wake, sys.stdin], [], [])
        if sys.stdin in ready:
            return None  # who started us has ended
        if wake in ready:
            wake.recv(1000)
            for pid in list(children):
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    code = os.waitstatus_to_exitcode(status)
                    with children.pop(pid) as connection, contextlib.suppress(OSError):
                        connection.sendall(code.to_bytes(8, "little", signed=True))
        if listener in ready:
            connection, _ = listener.accept()
            asked = _asked(connection)
            if asked is None:
                connection.close()
                continue
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for held in (listener, wake, waker, connection, *children.values()):
                    held.close()
                return asked
            for file in asked[1]:
                os.close(file)
            children[pid] = connection
            with contextlib.suppress(OSError):
                connection.sendall(pid.to_bytes(8, "little"))


def _become(request, files):
    """Make this process the one that was asked for; returns (how, its program)."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, *files)):
        os.dup2(file, number)
        os.close(file)
    faulthandler.register(signal.SIGUSR2)  # where its threads are, for whoever waits in vain
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    head, *rest = request["argv"]
    how = head if head in ("-c", "-m") else "file"
    program = head if how == "file" else rest.pop(0)
    sys.argv = [program if how == "file" else how, *rest]
    sys.path[0] = os.path.dirname(os.path.abspath(program)) if how == "file" else ""
    return how, program


def _main():
    for name in _MODULES.split():
        __import__(name)
    time.tzset()
    gc.collect()
    gc.freeze()  # pages that are not touched are not copied
    asked = _serve(sys.argv[1])
    if asked is None:
        return
    how, program = _become(*asked)
    if how == "-m":
        import runpy

        runpy.run_module(program, run_name="__main__", alter_sys=True)
        return
    module = types.ModuleType("__main__")
    if how == "file":
        module.__file__ = program
    sys.modules["__main__"] = module
    text = program if how == "-c" else Path(program).read_bytes()
    exec(compile(text, "<string>" if how == "-c" else program, "exec"), vars(module))  # noqa: S102


if __name__ == "__main__":
    _main()
