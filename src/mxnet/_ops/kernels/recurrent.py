"""Loops over time as kernels: natively on CPUs, where that can be had, and in XLA elsewhere.

XLA runs a loop's body kernel by kernel and lets all threads meet after each. The native loops take
some examples of the batch through all time steps on each thread. Measured on two cores, T 35, batch
32, 256 units, CPU time of a training step: LSTM 25.4 -> 15.6 ms, GRU 17.4 -> 13.0 ms.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from .choose import loop_is_native
from .primitive import kernel

__all__ = ["loop"]


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
        partial(loop_is_native, target),
        lambda shapes, reverse: {"reverse": reverse, **fixed},
    )
    return lambda reverse, *arrays: call((("reverse", reverse),), *arrays)
