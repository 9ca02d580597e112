"""Tracing: a Python function of arrays becomes one operator, and is run as that from then on.

:class:`CompiledFunction` is what a hybridized block, a symbol's executor, a ``SymbolBlock`` and a
``CachedOp`` are called through; :class:`Traced` is one of the operators that it has made.
"""

import copy
import weakref

from .._graph.lower import COPY, PathOp
from .._graph.steps import steps_of
from .._tables import emptied
from . import moving
from .segment import PLACEHOLDER, Trace, append_many
from .state import draw, threads
from .value import Value

__all__ = ["CompiledFunction", "Traced", "placeholder"]


class CompiledFunction(dict):
    """A function of arrays, traced once per key: the mode, and the shapes and types of arguments.

    A look-up gives the :class:`Traced` of a key; a key that is not there yet is traced. Subclasses
    say how, in ``trace(key) -> Traced``. It raises TraceError where the function asks for a
    value: then it is run imperatively, by whoever called it.
    """

    def __init__(self):
        super().__init__()
        _functions[id(self)] = self

    def __missing__(self, key):
        traced = self[key] = self.trace(key)
        return traced

    def forget(self):
        """Drop what was traced: it is traced anew when it is called for."""
        self.clear()


_functions = weakref.WeakValueDictionary()


@emptied
def _forget():
    for function in list(_functions.values()):
        function.forget()


class Traced:
    """A function of arrays as one operator, and what it needs besides its arguments.

    Parameters
    ----------
    name : str             for messages
    ctx : Context
    specs : list of Spec   of the arguments
    run : callable(placeholders of the arguments) -> (Values of the outputs, handles)
        where the handles are those of the last arguments: what is written to them is an output too

    Attributes
    ----------
    op : PathOp
    sources : list         per input of the operator: index of the argument, or a Value captured as
        constant
    captured : list        parameters that the function has asked for: arguments after the others
    n_out : int            outputs of the function; those of the operator that follow are written
    writes : list          of (argument, output); -1 is the last argument
    moving : list          of (argument, output, share): moving averages, see moving.py
    structure : object     of the outputs, for whoever has traced
    n_random : int         draws of random numbers inside

    Raises
    ------
    TraceError   when a concrete value is asked for
    """

    structure = None

    def __init__(self, name, ctx, specs, run):
        arguments = [placeholder(spec) for spec in specs]
        self.writes, self.moving = [], []
        with Trace(ctx) as t:
            results, handles = run(arguments)
            self.n_out = len(results)
            self.captured = list(t.captured)
            handles = [*handles, *[x for x, _ in t.captured.values()]]
            arguments += [v for _, v in t.captured.values()]
            moved = moving.combine(t.moving)
            for i in range(-len(handles), 0):
                v, now = arguments[i], handles[i]._v
                if now is not v:
                    self.writes.append((i, len(results)))
                    results.append(now)
                if v in moved:
                    after, share = moved[v]
                    self.moving.append((i, len(results), share))
                    results.append(after)
            # an argument or a constant returned as it is needs a step of its own
            results = [
                append_many(COPY, [v], ctx=ctx)[0] if v.data is not None else v for v in results
            ]
        seg = t.segment
        last = seg.state
        dynamic = tuple([i for at in t.random_scalars for i in (at, at + 1)])
        returned = tuple([v.pos for v in results])
        self.op = PathOp(name, last, returned, tuple(seg.scalars), dynamic)
        self.op.nondifferentiable = frozenset(range(self.n_out, len(results)))
        index = {v: i for i, v in enumerate(arguments)}
        self.sources = [index.get(v, v) for v in seg.slots]
        self.n_random = len(dynamic) // 2
        self.n_results = len(results)
        self.ctx = ctx
        self.length = len(steps_of(last))

    def on(self, ctx):
        """The same for arrays on another context; None where it holds some of its own."""
        if any(s.__class__ is not int for s in self.sources):
            return None
        other = copy.copy(self)
        other.ctx = ctx
        return other

    def __call__(self, values, handles):
        """Append the operator to this thread's segment.

        Parameters
        ----------
        values : list of Value             of all arguments
        handles : callable() -> sequence   of the last arguments, those that are written to

        Returns
        -------
        list of Value    of the outputs, then what was written
        """
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
        outs = append_many(self.op, ins, scalars, keep=self.n_results, ctx=self.ctx)
        if self.writes:
            found = handles()
            for i, k in self.writes:
                if -i <= len(found):
                    found[i]._write(outs[k])
        if self.moving:
            moving.note(outs, lambda: self._averages(handles(), values, outs))
        return outs

    def _averages(self, handles, values, outs):
        return [
            (handles[i], values[i], outs[k], share)
            for i, k, share in self.moving
            if -i <= len(handles)
        ]


def placeholder(spec):
    """The Value of an argument inside a trace."""
    return Value(None, 0, spec.with_grad(False), PLACEHOLDER)
