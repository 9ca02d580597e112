"""Loops over time as kernels: natively on CPUs, where that can be had, and in XLA elsewhere.

XLA runs a loop's body kernel by kernel and lets all threads meet after each. The native loops take
some examples of the batch through all time steps on each thread. Measured on two cores, T 35, batch
32, 256 units, CPU time of a training step: LSTM 25.4 -> 15.6 ms, GRU 17.4 -> 13.0 ms.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from .choose import loop_is_worth_it
from .primitive import kernel

__all__ = ["loop"]


def _nanoseconds(shapes):
    """What a loop takes NumPy, nominally; the first of its arrays is (T, N, ...)."""
    steps, rows = shapes[0][:2]
    weight = max(math.prod(s) for s in shapes if len(s) == 2)
    return steps * (100_000 + 0.1 * rows * weight)


def loop(target, plain, **fixed) -> Callable[..., Any]:
    """A function ``(reverse, *arrays) -> tuple`` that is the native kernel ``target`` on CPUs.

    Parameters
    ----------
    target : str           one of ``native.RECURRENCE.targets``
    plain : callable ``(*arrays, reverse) -> tuple``
        The same in JAX: for other platforms, types and derivatives, which exist to any order.
    fixed : further attributes of the kernel
    """
    call = kernel(
        target,
        plain,
        partial(loop_is_worth_it, target),
        lambda shapes, reverse: {"reverse": reverse, **fixed},
        by_numpy=_nanoseconds,
    )
    return lambda reverse, *arrays: call((("reverse", reverse),), *arrays)
