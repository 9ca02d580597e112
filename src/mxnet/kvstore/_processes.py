"""What trainers and modules must know about a store: does it sum over processes, is it ours."""

from .._engine.segment import flush_all
from .._engine.state import compiling

__all__ = ["makers", "same_bits", "several", "spans_processes", "takes_lists", "takes_lists_of"]

_ours = set()
makers = {}  # name -> maker of a store of several processes


def takes_lists(store):
    """Whether a store is one of ours as it is, which is given all keys at once; what others
    register, or derive from ours, is called key by key, as in 1.x.
    """
    return type(store) in _ours


def spans_processes(name):
    """Whether a store of this name is of several processes, so that there is something to sum even
    on a single device.
    """
    return "dist" in name or name.lower() in ("horovod", "byteps")


class same_bits:
    """Scope of an update that all processes of a store make by themselves, with the same bits.

    The update is a program of its own, and compiled: what else is pending, or how often it was met
    before, differs from process to process. With a store of one process nothing happens.
    """

    __slots__ = ("scope",)

    def __init__(self, store):
        self.scope = compiling() if getattr(store, "_several", False) else None

    def __enter__(self):
        if self.scope is not None:
            flush_all()
            self.scope.__enter__()

    def __exit__(self, *exc):
        if self.scope is not None:
            try:
                if exc[0] is None:
                    flush_all()
            finally:
                self.scope.__exit__(*exc)


def takes_lists_of(klass):
    """Note a store that is given all keys at once."""
    _ours.add(klass)


def several(klass, names):
    """Note the store of several processes, and its names."""
    _ours.add(klass)
    makers.update(dict.fromkeys(names, klass))
