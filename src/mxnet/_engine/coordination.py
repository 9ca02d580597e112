"""The coordination service of JAX, in a process that computes nothing.

A process that hosts the service takes all others with it when it dies: JAX ends whoever loses the
service. So no member hosts it, but a process that the launcher, or rank 0 where there is none of
ours, starts: this file, run by its path, which imports jaxlib alone.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time

from jaxlib import _jax

__all__ = ["HEARTBEAT", "HostProcess", "free_port"]

HEARTBEAT = 86_400  # seconds; members watch each other's heartbeats themselves, and sooner
_GRACE = 20  # seconds without a sign of anybody, after who started us has gone without a word


def free_port():
    """A port of this machine that nobody listens on at present."""
    with socket.socket() as s:
        s.bind(("", 0))
        return s.getsockname()[1]


class HostProcess:
    """The process that hosts the service, as whoever has started it sees it.

    Parameters
    ----------
    port, size : int      ``size`` members
    by : str              ``'launcher'`` or ``'rank 0'``

    Raises
    ------
    OSError   nobody can listen on the port
    """

    def __init__(self, port, size, by):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(port), str(size), by],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what interrupts who starts it is not meant for it
        )
        ready = self.process.stdout.readline() == b"ready\n"
        self.process.stdout.close()
        if not ready:
            self.process.stdin.close()
            self.process.wait()
            raise OSError(f"cannot listen on port {port}")

    def _say(self, words):
        with contextlib.suppress(OSError, ValueError):
            self.process.stdin.write(f"{words}\n".encode())
            self.process.stdin.flush()

    def tell_lost(self, rank, why):
        """Tell the members that one of them has ended."""
        self._say(f"lost {rank} {why}")

    def end(self):
        """End the service: all members have left."""
        self._say("end")
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)


def _claim(port):
    """Make sure that no other service listens on a port; returns what keeps others away, to hold.

    gRPC lets several servers listen on one port, and the system deals their clients out: two jobs
    of one address would wait for members that have come to the other one.

    Raises
    ------
    OSError   somebody listens
    """
    mark = None
    if sys.platform == "linux":  # a name of the same network as the port; gone with the process
        mark = socket.socket(socket.AF_UNIX)
        mark.bind(f"\0mxnet coordination {port}")
    family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
    with socket.socket(family) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what has ended is no matter
        s.bind(("", port))
    return mark


class _Host:
    """The service for ``size`` members; the host itself is one more node, which only watches."""

    def __init__(self, port, size):
        self.size, self.mark = size, _claim(port)
        self.service = _jax.get_distributed_runtime_service(
            f"[::]:{port}",
            size + 1,
            heartbeat_timeout=HEARTBEAT,
            shutdown_timeout=10,
            recoverable=True,
        )
        self.client = _jax.get_distributed_runtime_client(
            f"127.0.0.1:{port}",
            size,
            init_timeout=HEARTBEAT,
            heartbeat_timeout=HEARTBEAT,
            shutdown_on_destruction=False,
            use_compression=True,
        )
        self._joined = False
        threading.Thread(target=self._join, daemon=True).start()

    def _join(self):
        with contextlib.suppress(Exception):
            self.client.connect()  # waits for all members
            self._joined = True

    def tell_lost(self, rank, why):
        """Tell the members that one of them has ended."""
        if self._joined:
            with contextlib.suppress(Exception):
                self.client.key_value_set(f"mxnet/lost/{rank}", why, allow_overwrite=True)

    def heartbeats(self):
        """What the members said last, as text; None where nobody can be asked."""
        if not self._joined:
            return None
        with contextlib.suppress(Exception):
            return sorted(self.client.key_value_dir_get("mxnet/state/"))
        return None


def main():
    """Host the service until whoever holds our standard input says ``end``."""
    port, size, by = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    host = _Host(port, size)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "end":
            os._exit(0)
        rank, _, why = rest.partition(" ")
        host.tell_lost(rank, why)
    # Who has started us was killed; the members may be saving.
    if by == "rank 0":
        host.tell_lost(0, "gone without a word")
    before, last = None, time.monotonic()
    while time.monotonic() - last < _GRACE:
        time.sleep(0.5)
        now = host.heartbeats()
        if now is not None and now != before:
            before, last = now, time.monotonic()
    os._exit(0)


if __name__ == "__main__":
    main()
