"""The coordination service of JAX, in a process that computes nothing.

A process that hosts the service takes all others with it when it dies: JAX ends whoever loses the
service. So neither rank 0 nor any other member hosts it, but the launcher, or a process that
rank 0 starts: this file, run by its path, which imports jaxlib alone.
"""

import contextlib
import os
import socket
import sys
import threading
import time

from jaxlib import _jax

__all__ = ["HEARTBEAT", "Host", "free_port"]

HEARTBEAT = 86_400  # seconds; members look at each other's signs themselves, and sooner
_GRACE = 20  # seconds without a sign of anybody, after rank 0 has gone without a word


def free_port():
    """A port of this machine that nobody listens on at present."""
    with socket.socket() as s:
        s.bind(("", 0))
        return s.getsockname()[1]


class Host:
    """The service for ``size`` members; the host itself is one more node, which only watches.

    Parameters
    ----------
    port, size : int
    """

    def __init__(self, port, size):
        self.size = size
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

    def signs(self):
        """What the members said last, as text; None where nobody can be asked."""
        if not self._joined:
            return None
        with contextlib.suppress(Exception):
            return sorted(self.client.key_value_dir_get("mxnet/state/"))
        return None


def main():
    """Host the service until rank 0, which holds our standard input, says ``end``."""
    port, size = int(sys.argv[1]), int(sys.argv[2])
    host = Host(port, size)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if sys.stdin.readline().strip() != "end":  # rank 0 was killed: the others may be saving
        host.tell_lost(0, "gone without a word")
        before, last = None, time.monotonic()
        while time.monotonic() - last < _GRACE:
            time.sleep(0.5)
            now = host.signs()
            if now is not None and now != before:
                before, last = now, time.monotonic()
    os._exit(0)


if __name__ == "__main__":
    main()
