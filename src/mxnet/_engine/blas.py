"""NumPy's matrix products on one thread: which bits come out, and how long a busy machine takes for
small ones, must not depend on how many threads OpenBLAS would start.
"""

import contextlib
import ctypes
from pathlib import Path

import numpy as onp

__all__ = ["one_thread"]


def _threads_of_openblas():
    """(read, set) the number of threads of NumPy's own OpenBLAS, or None: it has another."""
    folder = Path(onp.__file__).parent.parent / "numpy.libs"
    for path in sorted(folder.glob("*openblas*")):
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(str(path))
            for prefix in ("scipy_openblas", "openblas"):
                for suffix in ("64_", ""):
                    read = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
                    change = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
                    if read is not None and change is not None:
                        return read, change
    return None


_found = _threads_of_openblas()
if _found is not None:
    _read, _change = _found
    _read.argtypes, _read.restype = (), ctypes.c_int
    _change.argtypes, _change.restype = (ctypes.c_int,), None


class one_thread:
    """Scope in which NumPy computes matrix products on one thread, where it has an OpenBLAS of its
    own.
    """

    __slots__ = ("before",)

    def __enter__(self):
        self.before = 1
        if _found is not None:
            self.before = before = _read()
            if before != 1:
                try:
                    _change(1)
                except BaseException:  # an interrupt
                    _change(before)
                    raise

    def __exit__(self, *exc):
        if self.before != 1:
            _change(self.before)
