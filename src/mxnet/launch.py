"""Start a script as several processes: ``python -m mxnet.launch -n 2 [--restarts K] train.py``.

Each process gets its rank in the environment and joins the others when it imports the package.
JAX's coordination service is in none of them, so that the loss of one, rank 0 included, leaves the
others time to save. The launcher puts the rank before each line of output, passes signals on, names
the first process that fails, stops the rest, and starts all of them again where ``--restarts`` says
so; the script then goes on from the checkpoint that it finds.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time

from ._engine.coordination import HostProcess, free_port

__all__ = ["main"]

_FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT")
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
_KILL_AFTER = 5  # seconds between asking the rest to end and ending it
_LOST = 75  # of a process that ends since another one did
_CAUSE_AFTER = 2  # seconds that the other one may take to end after it
# What Gloo prints for each group, on standard output.
_NOISE = re.compile(rb"\[Gloo\] Rank \d+ is connected to ")


def _parser():
    p = argparse.ArgumentParser(
        prog="python -m mxnet.launch",
        description="Start a script as several processes of this machine that train together.",
    )
    p.add_argument("-n", type=int, required=True, help="how many processes")
    p.add_argument(
        "--restarts",
        type=int,
        default=0,
        help="how often to start all again (default: %(default)s)",
    )
    p.add_argument(
        "--grace",
        type=float,
        default=15.0,
        help="seconds that others have to save and end (default: %(default)s)",
    )
    p.add_argument("--pin", action="store_true", help="give each process its share of the cores")
    p.add_argument("-m", action="store_true", dest="module", help="the script is a module's name")
    p.add_argument("script", help="a Python file, or a module's name after -m")
    p.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script is given")
    return p


def _said(code):
    """An exit status in words."""
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"


def _host(n, attempts=5):
    """A coordination service for ``n`` processes, and its port."""
    port = free_port()
    try:
        return HostProcess(port, n, "launcher"), port
    except OSError:  # somebody has taken the port meanwhile
        if attempts == 1:
            raise
    return _host(n, attempts - 1)


class _Attempt:
    """The processes of one attempt."""

    def __init__(self, options, attempt):
        self.n, self.grace = options.n, options.grace
        self.host, port = _host(self.n) if self.n > 1 else (None, 0)
        command = [sys.executable, *(["-m"] if options.module else []), options.script]
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self.lock, self.threads, self.processes = threading.Lock(), [], []
        for rank in range(self.n):
            env = {
                **os.environ,
                "MXNET_DIST_COORDINATOR": f"127.0.0.1:{port}",
                "MXNET_DIST_HOSTED": "1",
                "MXNET_DIST_LOCAL_RANK": str(rank),
                "MXNET_DIST_RANK": str(rank),
                "MXNET_DIST_RESTART": str(attempt),
                "MXNET_DIST_SIZE": str(self.n),
                "PYTHONUNBUFFERED": "1",
            }
            env.pop("MXNET_DIST_JOINED", None)
            if options.pin and cores:
                width = max(1, len(cores) // self.n)
                first = rank * width % len(cores)
                os.sched_setaffinity(0, cores[first : first + width])  # the child inherits it
            try:
                process = subprocess.Popen(
                    [*command, *options.arguments],
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,  # a terminal's Ctrl-C comes through us, once
                )
            finally:
                if options.pin and cores:
                    os.sched_setaffinity(0, cores)
            self.processes.append(process)
            for source, target in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
                thread = threading.Thread(
                    target=self._copy, args=(rank, source, target), daemon=True
                )
                thread.start()
                self.threads.append(thread)

    def _copy(self, rank, source, target):
        for line in source:
            if _NOISE.match(line):
                continue
            text = line.decode(errors="replace")
            with self.lock, contextlib.suppress(OSError):
                target.write(f"[{rank}] {text}" if text.endswith("\n") else f"[{rank}] {text}\n")
                target.flush()
        source.close()

    def send(self, signum):
        """Pass a signal on to all that still run, and to what they have started."""
        for p in self.processes:
            if p.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(p.pid, signum)

    def wait(self, interrupted):
        """Wait for all; (rank, status) of the first that failed, or None.

        Parameters
        ----------
        interrupted : callable() -> bool     whether the user wants an end
        """
        first, asked, told, seen = None, None, set(), None
        while True:
            codes = [p.poll() for p in self.processes]
            failed = [(r, c) for r, c in enumerate(codes) if c]
            for r, c in failed:
                if r not in told:
                    told.add(r)
                    if self.host is not None:
                        self.host.tell_lost(r, _said(c))
            if failed and first is None:
                begun = time.monotonic()
                seen = begun if seen is None else seen
                # one that says that it has lost another was not the first
                cause = min(failed, key=lambda f: (f[1] == _LOST, f[0]))
                if cause[1] != _LOST or None not in codes or begun - seen > _CAUSE_AFTER:
                    first = cause
                if first is not None and None in codes:
                    self._note(f"rank {first[0]} {_said(first[1])}; the others are to end.")
            if None not in codes:
                break
            now = time.monotonic()
            if first is not None or interrupted():
                if asked is None and (first is None or now - begun > self.grace):
                    if first is not None:
                        self.send(signal.SIGCONT)  # one that is stopped would not hear
                        self.send(signal.SIGTERM)
                    asked = now
                elif asked is not None and now - asked > _KILL_AFTER + (
                    0 if first is not None else self.grace
                ):
                    self.send(signal.SIGKILL)
            time.sleep(0.02)
        if self.host is not None:
            self.host.end()
        for thread in self.threads:  # a grandchild may hold a pipe for longer
            thread.join(1)
        for r, c in enumerate(codes):
            if c and first is not None and r != first[0]:
                self._note(f"rank {r} {_said(c)}.")
        return first

    def _note(self, text):
        with self.lock:
            sys.stderr.write(f"mxnet.launch: {text}\n")
            sys.stderr.flush()


def main(argv=None):
    """Run the launcher; returns its exit code: 0, or that of the process that failed first."""
    options = _parser().parse_args(argv)
    if options.n < 1:
        _parser().error(f"-n: expected at least 1 process, got {options.n}")
    group, ended = None, []

    def forward(signum, frame):
        if signum in endings:
            ended.append(signum)
        if group is not None:
            group.send(signum)

    endings = {getattr(signal, name) for name in _ENDING if hasattr(signal, name)}
    for name in _FORWARDED:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), forward)
    for attempt in range(options.restarts + 1):
        group = _Attempt(options, attempt)
        first = group.wait(lambda: bool(ended))
        if first is None:
            return 128 + ended[0] if ended else 0
        rank, code = first
        if ended or attempt == options.restarts:
            break
        group._note(
            f"rank {rank} {_said(code)} first; all {options.n} start again "
            f"({attempt + 1} of {options.restarts})."
        )
    group._note(f"rank {rank} {_said(code)} first.")
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main())
