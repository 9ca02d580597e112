"""Locks of the whole process, free again in a process that was forked while one was held."""

import os
import threading
import weakref

__all__ = ["lock"]

_all = weakref.WeakSet()


def lock():
    """A :class:`threading.Lock` that a forked process finds free."""
    made = threading.Lock()
    _all.add(made)
    return made


def _free():
    # Whoever held one is not there any more, as with the locks of the standard library.
    for one in list(_all):
        one._at_fork_reinit()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free)
