"""A process that is forked after a computation can read its arrays, and computes nothing.

XLA's threads are not there in the child. An engine of its own was tried and is not safe: XLA's
process-wide alarm for slow compilations keeps, in a list of waiting threads, pointers to the stack
of one that is gone, and the child's first compilation follows them. So the child raises at the
call, before anything could wait for ever. What the parent has computed lies in memory that the
child has too, and is read there; who forks waits until all of it is computed.
"""

import os
import warnings
import weakref

import jax
from jax.extend import backend

from ..error import MXNetError

try:
    from jax._src.xla_bridge import backends_are_initialized
except ImportError:  # private; without it a process that only imported us counts as one in use

    def backends_are_initialized() -> bool:
        """Whether a device was used."""
        return True


__all__ = ["check", "forgets", "lost_programs"]

lost_programs = weakref.WeakSet()  # which a child never runs
_forgetting = []  # what empties tables
_child = False

# The child says it itself, once it is asked to compute.
warnings.filterwarnings("ignore", message=r"os\.fork\(\) was called\. os\.fork\(\) is incompat")


def forgets(function):
    """Note a function that empties a table, so that what was found there is looked for anew."""
    _forgetting.append(function)
    return function


def check():
    """Raise where nothing can be computed, since this process was forked."""
    if _child:
        raise MXNetError(
            "this process was forked from one that had begun to compute: here arrays can be read "
            "(.asnumpy() of what was computed), but nothing can be computed. Hint: start it by "
            "multiprocessing.get_context('spawn') or 'forkserver' (for pools: "
            "ProcessPoolExecutor(mp_context=...)), or fork before the first computation; "
            "gluon.data.DataLoader(num_workers=n) needs neither."
        )


def _before():
    if backends_are_initialized() and not _child:
        for platform in backend.backends():
            jax.block_until_ready(jax.live_arrays(platform))


def _in_child():
    global _child
    if backends_are_initialized():
        _child = True
        for program in lost_programs:
            program.lose()
        for forget in _forgetting:
            forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_in_child)
