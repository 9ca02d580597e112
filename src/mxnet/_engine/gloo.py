"""Gloo's event loop, where a process has one core.

Whoever sends or receives holds the connection's lock while he copies. The loop wakes up for what
arrives meanwhile, takes his core, finds the lock taken, and asks the system again and again, until
the next tick of the clock: 4 ms in which nothing happens. A thread of the policy for batch work
takes nobody's core on waking up. Measured with two processes on a core each: sums of 1 KB, 0.8 MB
and 9.4 MB take 0.8, 1.5 and 8.2 ms of CPU time instead of 2.2, 3.4 and 11.4.
"""

import os
import time

__all__ = ["let_senders_run"]

_WAITS = ("0x40", "0xa")  # for 64 events, 10 ms: of its calls of epoll_wait
_ATTEMPTS = 20


def let_senders_run():
    """Let the loop wait for the threads that hold its locks; returns whether it was found.

    Nothing is done where the process has several cores: then they run at the same time, and the
    loop had better be woken at once. Call it after the first collective.
    """
    if not hasattr(os, "SCHED_BATCH") or len(os.sched_getaffinity(0)) > 1:
        return False
    for _ in range(_ATTEMPTS):
        loops = [t for t in _threads() if _waits_as_the_loop(t)]
        for thread in loops:
            os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))
        if loops:
            return True
        time.sleep(0.002)  # it was at work
    return False


def _threads():
    try:
        return [int(t) for t in os.listdir("/proc/self/task")]
    except OSError:
        return []


def _waits_as_the_loop(thread):
    try:
        with open(f"/proc/self/task/{thread}/syscall") as f:
            return tuple(f.read().split()[3:5]) == _WAITS
    except OSError:  # it has ended, or the system does not tell
        return False
