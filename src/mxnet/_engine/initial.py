"""Initial values: made on the host, so that starting to train compiles nothing but the step.

XLA:CPU spends 10 to 40 ms of compilation on each kernel, and filling or drawing a network's
parameters, gradients and optimizer states takes a kernel for each of them: 4.0 s for 50 dense
layers, now 0.01 s (two cores, measured one after the other).
"""

import numpy as onp

from .._dtypes import is_floating
from .._graph.lower import Fill
from .._interrupt import enter_scope, leave_scope, whole
from ..error import allocate
from .segment import append
from .state import draw, threads
from .tape import unrecorded
from .value import Value

__all__ = ["fill", "host_draw", "initial_values"]


class initial_values:
    """Scope in which arrays are filled and drawn on the host, from the stream of initial values."""

    __slots__ = ("saved",)

    @whole
    def __enter__(self):
        enter_scope()
        self.saved = threads.initializing
        threads.initializing = True

    @whole
    def __exit__(self, *exc):
        threads.initializing = self.saved
        leave_scope()


def fill(spec, number):
    """The Value of an array of one number."""
    if threads.initializing and threads.tracing is None:
        if number == 0:  # memory that nobody touches costs nothing
            return Value(None, 0, spec, allocate("zeros", onp.zeros, spec.shape, spec.dtype))
        return Value(None, 0, spec, allocate("full", onp.full, spec.shape, number, spec.dtype))
    return unrecorded(append, Fill.of(spec), (), (number,), spec.ctx)


def host_draw(name, parameters, spec):
    """The Value of a uniform or normal draw on the host; None where it is not to be drawn here.

    Parameters
    ----------
    name : str                    of the distribution
    parameters : tuple of float   low and high, or mean and deviation
    """
    if not threads.initializing or name not in ("uniform", "normal") or not is_floating(spec.dtype):
        return None
    stream, counter = draw()
    return Value(None, 0, spec, allocate(name, _drawn, name, parameters, spec, stream, counter))


def _drawn(name, parameters, spec, stream, counter):
    random = onp.random.Generator(onp.random.Philox(key=(stream << 32) | counter))
    a, b = parameters
    wide = onp.float64 if spec.dtype == onp.float64 else onp.float32
    if name == "uniform":
        data = onp.asarray(random.random(spec.shape, wide))
        data *= wide(b - a)
    else:
        data = onp.asarray(random.standard_normal(spec.shape, wide))
        data *= wide(b)
    data += wide(a)
    if name == "uniform":
        data[data >= b] = a  # rounding may reach the excluded end
    return data.astype(spec.dtype)
