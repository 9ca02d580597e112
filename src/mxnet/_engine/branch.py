"""Subgraphs of a trace: what a branch or loop body appends, taken off again to run conditionally.

While a hybridized block is traced, :func:`subgraph` calls a function, takes the operators that it
appended to the trace, and rewinds the trace to where it was. They are run by :class:`Choice` and
:class:`Loop`, one step each of the trace, inside ``lax.cond`` and ``lax.scan``.
"""

import jax.numpy as jnp
from jax import lax

from .._graph.lower import COPY, Backward
from .._graph.steps import Root, steps_of
from .._ops._spec import Bound
from ..error import TraceError
from .segment import Segment, append_many, user_line
from .state import threads
from .trace import placeholder

__all__ = ["Choice", "Loop", "Subgraph", "choose", "loop", "subgraph", "placeholder"]


class Subgraph:
    """Operators taken off a trace.

    Attributes
    ----------
    sources : list of Value    what the operators need from outside of the subgraph
    specs : list of Spec       of the results
    """

    def __init__(self, seg, start, results, scalars):
        steps = steps_of(seg.state)[start.depth :]
        self.steps, self.scalars = steps, scalars
        self.scalars_at = start.scalars_at + start.n_scalars
        at = dict(seg.slots.items())
        inside = {p for s in steps for p in range(s.pos, s.pos + len(s.specs))}
        outer = {v.pos: v for v in seg.outs if v.pos < start.n}
        outer.update({p: v for v, p in at.items()})
        self.results = [at.get(v, v.pos) for v in results]
        needed = {r: None for s in steps for r in s.refs if r not in inside}
        needed.update({p: None for p in self.results if p not in inside})
        self.places = list(needed)
        self.sources = [outer[p] for p in self.places]
        self.specs = [v.spec.with_grad(False) for v in results]

    def run(self, given):
        """Results for ``given``, a dict from source Value to array."""
        env = {p: given[v] for p, v in zip(self.places, self.sources)}
        scalars = [jnp.asarray(w, jnp.float64) for w in self.scalars]
        for step in self.steps:
            first = step.scalars_at - self.scalars_at
            outs = step.bound.run(
                [env[r] for r in step.refs], scalars[first : first + step.n_scalars]
            )
            env.update(zip(range(step.pos, step.pos + len(outs)), outs))
        return [env[p] for p in self.results]


def subgraph(run, name):
    """The operators that ``run`` appends to the current trace, which is left as it was.

    Parameters
    ----------
    run : callable() -> list of Value    the results
    name : str                           of the construct, for messages

    Raises
    ------
    TraceError   if the operators cannot be run conditionally: they draw random numbers, change
                 moving statistics, or (on a CPU) convolve
    """
    seg = threads.segment
    trace, start = seg.trace, seg.state
    n_slots, n_outs, n_scalars = len(seg.slots), len(seg.outs), len(seg.scalars)
    n_random, n_moving = len(trace.random_scalars), len(trace.moving)
    before = {p: x._v for p, (x, _) in trace.captured.items()}
    try:
        results = [append_many(COPY, [v])[0] if v.data is not None else v for v in run()]
        if len(trace.random_scalars) > n_random:
            raise TraceError(f"{user_line()}: {name} draws random numbers")
        if len(trace.moving) > n_moving or any(
            x._v is not before.get(p, v) for p, (x, v) in trace.captured.items()
        ):
            raise TraceError(
                f"{user_line()}: {name} changes a parameter, such as moving statistics"
            )
        found = Subgraph(seg, start, results, tuple(seg.scalars[n_scalars:]))
        for step in found.steps:
            if step.bound.__class__ is Backward:
                raise TraceError(f"{user_line()}: {name} runs a backward pass")
            if seg.ctx.device_type == "cpu" and step.bound.outside_loops:
                raise TraceError(f"{user_line()}: {name} holds a {step.bound.name}")
        return found
    finally:
        for p, (x, v) in trace.captured.items():
            x._v = before.get(p, v)
        # Values that outlive the subgraph (a list the function appended to) must not be mistaken
        # for what takes their positions next.
        gone = Segment(seg.ctx, Root(seg.ctx))
        gone.trace = trace
        for v in seg.outs[n_outs:]:
            v.seg = gone
        while len(seg.slots) > n_slots:
            seg.slots.popitem()
        del seg.outs[n_outs:], seg.scalars[n_scalars:], trace.random_scalars[n_random:]
        del trace.moving[n_moving:]
        seg.state = start


def _sources(subgraphs, without=()):
    found = {}
    for p in subgraphs:
        found.update(dict.fromkeys(p.sources))
    for v in without:
        found.pop(v, None)
    return list(found)


class Choice(Bound):
    """One of two subgraphs. Inputs: the predicate, then both subgraphs' sources."""

    def __init__(self, yes, no, sources):
        super().__init__()
        self.name, self.yes, self.no, self.sources = "cond", yes, no, sources

    def run(self, inputs, scalars):
        def branch(p):
            return lambda arrays: tuple(p.run(dict(zip(self.sources, arrays))))

        return lax.cond(
            inputs[0].reshape(()) != 0, branch(self.yes), branch(self.no), tuple(inputs[1:])
        )


def choose(pred, yes, no):
    """Append the choice between two subgraphs with results of the same shapes; its results."""
    sources = _sources([yes, no])
    bound = Choice(yes, no, sources)
    return append_many(bound, [pred, *sources], keep=len(yes.results))


class Loop(Bound):
    """A subgraph run while another gives true. Inputs: the variables, then both subgraphs' sources.

    Outputs: the body's results of all iterations stacked, zeros where it did not run; then the
    variables after the last iteration.
    """

    def __init__(self, test, body, variables, sources, n_results, length):
        super().__init__()
        self.name, self.test, self.body = "while_loop", test, body
        self.variables, self.sources = variables, sources
        self.n_results, self.length = n_results, length

    def run(self, inputs, scalars):
        n, k = len(self.variables), self.n_results
        given = dict(zip(self.sources, inputs[n:]))
        shapes = self.body.specs[:k]

        def values(state):
            return given | dict(zip(self.variables, state))

        def iterate(state):
            found = self.body.run(values(state))
            return tuple(found[k:]), tuple(found[:k])

        def idle(state):
            return state, tuple([jnp.zeros(s.shape, s.dtype) for s in shapes])

        def step(carry, _):
            running, state = carry
            running = running & (self.test.run(values(state))[0].reshape(()) != 0)
            state, results = lax.cond(running, iterate, idle, state)
            return (running, state), results

        start = (jnp.asarray(True), tuple(inputs[:n]))
        (_, state), stacked = lax.scan(step, start, None, length=self.length)
        return (*stacked, *state)


def loop(test, body, variables, initial, n_results, length):
    """Append a loop over ``variables``, stand-in Values of the subgraphs; returns the outputs."""
    sources = _sources([test, body], variables)
    bound = Loop(test, body, variables, sources, n_results, length)
    return append_many(bound, [*initial, *sources], keep=n_results + len(variables))
