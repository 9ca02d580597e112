"""The C library's allocator, told to keep freed memory for the next step.

A step frees what the step before it returned (gradients above all) and asks for the same again.
By default glibc hands blocks of megabytes back to the system at once and gets them anew, page by
page; threads have heaps of their own, in which large blocks do not fit at all. Measured on two
cores, a step that updates two 100,000 x 64 embeddings: 12 to 18 ms, of which up to 17 ms (on both
cores) in page faults; with this 6.7 ms and none. MXNet 1.x kept a pool of its own to this end.

One heap for all threads is a trade. Against a heap for each, with the other two settings alike:
a Transformer encoder's step 77 instead of 112 ms (28,000 page faults fewer), ResNet-18's on 96x96
5 % faster; but steps over many tiny arrays, which the threads then make and free under one lock,
0.65 instead of 0.48 ms (100 arrays, Adam) and 9.8 instead of 8.1 ms (1000 arrays).
"""

import ctypes
import functools
import gc
import os

from .. import _config

__all__ = ["collects_later", "keep_freed"]

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_LARGEST = 1 << 30  # a block of more than this is a mapping of its own, given back when freed


def keep_freed():
    """Keep up to ``keep_freed_bytes`` of freed memory; returns whether the allocator listens.

    Who has set the allocator's own environment variables knows better: then nothing is done.
    """
    size = _config.get("keep_freed_bytes")
    told = [n for n in os.environ if n.startswith("MALLOC_")] or "GLIBC_TUNABLES" in os.environ
    if not size or told:
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False  # no glibc
    settings = ((_TRIM_THRESHOLD, size), (_MMAP_THRESHOLD, _LARGEST), (_ARENA_MAX, 1))
    return all(mallopt(name, min(value, 2**31 - 1)) == 1 for name, value in settings)


def collects_later(function):
    """``function``, during which Python does not look for cycles of garbage.

    A step makes an object or two for each parameter before it drops those of the step before, which
    Python takes for growth: from some 300 parameters on it looked for garbage in every step, and
    every twenty steps through all objects of the process. There is none: with 500, 1000 and 2000
    arrays (Adam) a step took 6.8, 16 and 42 ms with that and 5.7, 12 and 31 without.
    """

    @functools.wraps(function)
    def without(*args, **kwargs):
        if not gc.isenabled():
            return function(*args, **kwargs)
        try:
            gc.disable()
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return without
