"""Operators that cannot be part of a program: run at once on concrete arrays.

Their output shape depends on data, they are Python code of the user's, or they copy between
devices.
"""

import jax
import jax.numpy as jnp

from .._dtypes import is_floating
from .._graph.steps import spec_of
from ..error import MXNetError, TraceError
from . import instrument
from .program import to_device
from .segment import concrete, user_line
from .state import draw, threads
from .tape import PythonTape
from .value import Value

__all__ = ["run", "copy_to"]


def run(bound, values, scalars):
    """Run a barrier operator; gradients are recorded if the thread records.

    Parameters and result as ``append_many``'s; shapes are those of the result.
    """
    return instrument.around(bound.name, _run, bound, values, scalars)


def _run(bound, values, scalars):
    if threads.tracing is not None:
        raise TraceError(
            f"{user_line()}: {bound.name} cannot be compiled: the shape of its result depends on "
            f"data"
        )
    ctx = values[0].spec.ctx
    data = [to_device(concrete(v), ctx) for v in values]
    if bound.needs_key:
        scalars = (*scalars, *draw())
    scalars = [jnp.float64(w) for w in scalars]
    diff = [i for i, v in enumerate(values) if v.spec.grad and is_floating(v.spec.dtype)]
    if not threads.recording or not diff:
        return [_value(a, ctx) for a in _guard(bound, bound.run, data, scalars)]

    def f(*moving):
        full = list(data)
        for i, a in zip(diff, moving):
            full[i] = a
        return bound.run(full, scalars)

    try:
        outs, pull = _guard(bound, jax.vjp, f, *[data[i] for i in diff])
    except jax.errors.TracerArrayConversionError:  # work of the host: no gradient flows through
        return [_value(a, ctx) for a in _guard(bound, bound.run, data, scalars)]

    def go_back(cts):
        given = tuple(
            [
                jnp.zeros_like(o) if c is None else jnp.asarray(concrete(c))
                for o, c in zip(outs, cts)
            ]
        )
        return [_value(a, ctx) for a in pull(given)]

    return PythonTape([values[i] for i in diff], go_back, len(outs)).attach(
        [_value(o, ctx) for o in outs]
    )


# Names of kinds of devices within those of copies; host memory is one kind.
_KIND = {1: "CPU", 2: "GPU", 3: "CPU", 5: "CPU"}


def _moved(value, ctx):
    spec = value.spec
    data = to_device(concrete(value), ctx)
    return [Value(None, 0, spec_of(spec.shape, spec.dtype, ctx), data)]


def _guard(bound, f, *args):
    try:
        return f(*args)
    except (MXNetError, jax.errors.TracerArrayConversionError):
        raise
    except (TypeError, ValueError, IndexError) as e:
        raise MXNetError(f"{bound!r}: {str(e).splitlines()[0]}") from None


def _value(array, ctx):
    return Value(None, 0, spec_of(array.shape, array.dtype, ctx), array)


def copy_to(value, ctx):
    """The value on another context; gradients flow back across."""
    if threads.tracing is not None:
        raise TraceError(f"{user_line()}: an array is moved to {ctx} inside a hybridized block")
    spec = value.spec
    name = f"Copy{_KIND[spec.ctx.device_typeid]}2{_KIND[ctx.device_typeid]}"
    (moved,) = instrument.around(name, _moved, value, ctx)
    if not (threads.recording and spec.grad):
        return moved
    home = spec.ctx
    return PythonTape([value], lambda cts: [copy_to(cts[0], home)], 1).attach([moved])[0]
