"""Tracing: a Python function of arrays becomes one operator (a hybridized block's forward)."""

import copy

from .._graph.lower import COPY, PathOp
from .._graph.steps import steps_of
from .segment import PLACEHOLDER, Trace, append_many
from .state import draw, threads
from .value import Value

__all__ = ["Traced", "trace", "placeholder"]


class Traced:
    """A traced function: a PathOp, and what it needs besides its arguments.

    Attributes
    ----------
    op : PathOp
    sources : list         per input of the operator: index of the argument, or a Value captured as
        constant
    n_random : int         draws of random numbers inside
    """

    def __init__(self, name, seg, arguments, results):
        last = seg.state
        self.returned = tuple([v.pos for v in results])
        dynamic = tuple([i for at in seg.trace.random_scalars for i in (at, at + 1)])
        self.op = PathOp(name, last, self.returned, tuple(seg.scalars), dynamic)
        index = {v: i for i, v in enumerate(arguments)}
        self.sources = [index.get(v, v) for v in seg.slots]
        self.n_random = len(dynamic) // 2
        self.ctx = seg.ctx
        self.length = len(steps_of(last))

    def on(self, ctx):
        """The same for arrays on another context; None where it holds some of its own."""
        if any(s.__class__ is not int for s in self.sources):
            return None
        other = copy.copy(self)
        other.ctx = ctx
        return other

    def __call__(self, values):
        """Append the operator to this thread's segment; returns the results' Values."""
        scalars = ()
        if self.n_random:
            if threads.tracing is not None:
                seg = threads.segment
                seg.trace.random_scalars += [len(seg.scalars) + 2 * i for i in range(self.n_random)]
                scalars = (0,) * (2 * self.n_random)
            else:
                stream, c = draw(self.n_random)
                scalars = tuple([w for i in range(self.n_random) for w in (stream, c + i)])
        ins = [values[s] if s.__class__ is int else s for s in self.sources]
        return append_many(self.op, ins, scalars, keep=len(self.returned), ctx=self.ctx)


def placeholder(spec):
    """The Value of an argument inside a trace."""
    return Value(None, 0, spec.with_grad(False), PLACEHOLDER)


def trace(name, ctx, arguments, run):
    """Trace ``run() -> list of Value`` over the placeholders ``arguments``.

    Raises
    ------
    TraceError   when a concrete value is asked for
    """
    with Trace(ctx) as t:
        results = run()
        # an argument or a constant returned as it is needs a step of its own
        results = [append_many(COPY, [v], ctx=ctx)[0] if v.data is not None else v for v in results]
    return Traced(name, t.segment, arguments, results)
