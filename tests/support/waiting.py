"""Waiting for what happens on another thread or in another process.

On a loaded machine a second of work takes minutes. So a test waits until something is there, and an
end serves only against what never comes.
"""

import os
import time

from support.prepared import HANG

__all__ = ["alive", "wait_until"]


def wait_until(condition, what="it"):
    """Return once ``condition()`` is true; fails after ``HANG`` seconds, and says ``what()``."""
    end = time.monotonic() + HANG
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not so after {HANG} s: {what() if callable(what) else what}")
        time.sleep(0.01)


def alive(pid):
    """Whether a process is there and has not ended: one that has stays until it is asked for."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
