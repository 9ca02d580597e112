"""Keeps the other processes of the machine out of the figures.

Two OpenMP threads that wait for each other by spinning, as PyTorch's and MXNet's do, become 5 to
50 times slower when a third thread wants one of their two cores; XLA's threads, which sleep, do
not. A busy machine would make ours look better than it is. So a measurement waits until the cores
are idle, and is taken again when somebody else used them meanwhile. Linux only; elsewhere nothing
is watched and nothing counts as disturbed.
"""

import os
import resource
import time

LOOK_SECONDS = 0.1  # how long the cores are watched before a measurement
IDLE_SHARE = 0.1  # of one core: less than this counts as idle
TICKS_OF_ERROR = 4  # the kernel counts in ticks of 10 ms, on each core and process apart


class Watch:
    """Waits for idle cores and judges measurements.

    Parameters
    ----------
    patience : float     seconds that may be spent, in the whole run, on waiting and repeating
    """

    def __init__(self, patience, say):
        self.cores = sorted(os.sched_getaffinity(0)) if os.path.exists("/proc/stat") else []
        self.patience, self.say = patience, say
        self.tick = 1 / os.sysconf("SC_CLK_TCK")

    def busy_seconds(self):
        """Seconds of work of all processes on our cores since the start of the machine."""
        wanted = {f"cpu{core}" for core in self.cores}
        total = 0
        with open("/proc/stat") as file:
            for line in file:
                name, *counts = line.split()
                if name in wanted:
                    user, nice, system, _idle, _wait, *rest = map(int, counts[:8])
                    total += user + nice + system + sum(rest)  # rest: interrupts, stolen time
        return total * self.tick

    def wait(self):
        """Return when the cores are idle, or when there is no patience left."""
        begin = time.monotonic()
        while self.cores and self.patience > 0:
            before = self.busy_seconds()
            time.sleep(LOOK_SECONDS)
            busy = self.busy_seconds() - before
            if busy <= LOOK_SECONDS * IDLE_SHARE + self.tick:
                return
            now = time.monotonic()
            self.patience -= now - begin
            begin = now
            if self.patience <= 0:
                self.say("  the machine stays busy: going on, and marking what was disturbed")

    def measure(self, action, own_seconds):
        """Run ``action`` on idle cores, again if it was disturbed and there is patience left.

        Parameters
        ----------
        action : callable
        own_seconds : callable -> float    CPU seconds so far of the processes that are measured

        Returns
        -------
        what ``action`` returned, and whether somebody else used the cores during it
        """
        while True:
            self.wait()
            if not self.cores:
                return action(), False
            busy, own, begin = self.busy_seconds(), own_seconds(), time.monotonic()
            result = action()
            passed = time.monotonic() - begin
            others = self.busy_seconds() - busy - (own_seconds() - own)
            disturbed = others > passed * IDLE_SHARE + TICKS_OF_ERROR * self.tick
            if not disturbed or self.patience <= 0:
                return result, disturbed
            self.patience -= passed


def process_seconds(pid):
    """CPU seconds of a process that is alive, all its threads."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    """CPU seconds of the child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
