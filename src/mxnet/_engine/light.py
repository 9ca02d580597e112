"""Light paths: a few operators on small arrays, which NumPy runs each time, without a program.

Launching a program takes 20 us, more than NumPy takes for them. So they are never compiled: they
become one list of calls, and what the general way looks up anew each time (which results are
alive, which inputs may be overwritten, what to keep for a gradient) is settled by what they are: no
gradient passes through them, and all results are handed out.
"""

import math
import sys

import numpy as onp

from .. import _config
from .._graph.equations import Aval, formula_of
from .._graph.lower import Backward, GradOp, PathOp, Pullback
from .._graph.steps import count_scalars, steps_of
from .blas import one_thread
from .evaluate import owned, root_of
from .numpy_rules import RULES
from .plan import plan
from .state import threads
from .stats import stats

__all__ = ["EVERY_TIME", "Light", "light_of"]

EVERY_TIME = sys.maxsize  # how often a light path is evaluated
_MOST_OPERATORS = 8
_MOST_BYTES = 1 << 16  # of all its arrays
_MOST = 25.0  # nominal microseconds that NumPy takes
_CALL, _BYTES = 1.0, 4e3  # us; bytes in a us
# Primitives that take longer than that, and those of ours that are light at all.
_SLOW = {"gather": 20, "dynamic_slice": 2, "scatter": 20, "scatter-add": 20, "iota": 2}
_OURS = {"mxnet_softmax": 16, "mxnet_layer_norm": 16}
_SORTS = {"sort", "mxnet_sort_rows"}
_SORTED = 400  # bytes in a us
_PRODUCTS = 2e4  # multiplications in a us
_SAME = {"copy", "copy_p", "stop_gradient", "optimization_barrier"}
_SIZE = "dim_as_value"  # a number that is known
# NumPy's functions of two arrays, which stretch one to the other one's shape by themselves.
_PAIRS = set("add sub mul max min eq ne lt le gt ge and or xor atan2".split())
_PATHS = (Backward, GradOp, PathOp, Pullback)
_option = _config.options["evaluate"]


class Light:
    """A path as calls of functions of NumPy arrays.

    Attributes
    ----------
    template : list       of all arrays: constants, and None for what comes from outside or a call
    calls : list of (function, places of its arguments, place of its result, or several)
    kept : list of (place, whether it is a constant)       of the outputs with handles
    roots : set of int    identities of the arrays whose memory the constants lie in
    """

    __slots__ = ("calls", "template", "kept", "roots", "depth", "words", "products")

    def run(self, seg):
        """Give the values of a pending segment their data; False where that is not the plain case,
        or did not work: the general way then says why.

        An interrupt may come at any point: what was done is done again, to the same end.
        """
        if (
            stats.observer is not None
            or seg.borrowed
            or seg.notes
            or not _option.value
            or threads.compiling
        ):
            return False
        try:
            if self.products:
                with one_thread():
                    found = self._results(seg.slots, seg.scalars)
            else:
                found = self._results(seg.slots, seg.scalars)
        except Exception:  # noqa: BLE001 - the same comes of the general way
            return False
        outs = seg.outs
        for v, data in zip(outs, found):
            v.data, v.seg = data, None
        for v, i in seg.aliases:
            v.data, v.seg = outs[i].data, None
        seg.reset()
        stats.flushes += 1
        stats.evaluated += 1
        stats.ops += self.depth
        return True

    @onp.errstate(all="ignore")
    def _results(self, slots, scalars):
        env = self.template.copy()
        n = 0
        for v in slots:
            d = v.data
            env[n] = d if d.__class__ is onp.ndarray else onp.asarray(d)
            n += 1
        for i in self.words:
            env[n + i] = onp.float64(scalars[i])
        for function, ins, out in self.calls:
            if len(ins) == 2:
                found = function(env[ins[0]], env[ins[1]])
            elif len(ins) == 1:
                found = function(env[ins[0]])
            else:
                found = function(*[env[i] for i in ins])
            if out.__class__ is int:
                env[out] = found
            else:
                for i, a in zip(out, found):
                    env[i] = a
        results = []
        for i, constant in self.kept:
            a = env[i]
            if a.__class__ is onp.ndarray and a.base is None and a.flags.c_contiguous:
                if constant or i < n:
                    a = a.copy()
            else:
                a = owned(a, self.roots.union([id(root_of(d)) for d in env[:n]]))
            results.append(a)
        return results


class _Call:
    __slots__ = ("function", "name", "ins", "outs", "many", "shapes", "stretches")

    def __init__(self, function, equation, ins, outs, shapes):
        self.function, self.ins, self.outs = function, ins, outs
        primitive = equation.primitive
        self.name, self.many = primitive.name, primitive.multiple_results
        self.shapes = shapes  # of the arguments, then of the results
        self.stretches = False  # does no more than NumPy's functions do by themselves
        if self.name == "broadcast_in_dim":
            axes, n = equation.params["broadcast_dimensions"], len(shapes[-1])
            self.stretches = tuple(axes) == tuple(range(n - len(shapes[0]), n))


class _Builder:
    """Joins the plans of a path's operators."""

    def __init__(self, n):
        self.template = [None] * n
        self.constants = set()
        self.calls = []
        self.same = {}  # place -> the place that is the same array

    def new(self, value=None):
        self.template.append(value)
        place = len(self.template) - 1
        if value is not None:
            self.constants.add(place)
        return place

    def add(self, found, places):
        """Add a plan; returns the places of its results, or None where it is not light."""
        equations, steps, inputs, outputs = found.source
        at = {number: self.new(value) for number, value in equations.constants.items()}
        at.update(zip(inputs, places))
        for e, (function, *_) in zip(steps, found.steps):
            name = e.primitive.name
            if name not in RULES and name not in _OURS and name not in _SORTS and name != _SIZE:
                return None
            ins = [at[i] for i in e.inputs]
            shapes = [found.sizes.aval(a).shape for a in (*e.avals_in, *e.avals_out)]
            converts = (
                name == "convert_element_type" and e.avals_in[0].dtype == e.avals_out[0].dtype
            )
            if (name in _SAME or converts) and len(ins) == 1:
                at[e.outputs[0]] = ins[0]
                continue
            if self.constants.issuperset(ins):
                with onp.errstate(all="ignore"):
                    results = function(*[self.template[i] for i in ins])
                results = results if e.primitive.multiple_results else [results]
                at.update(zip(e.outputs, map(self.new, results)))
                continue
            outs = [self.new() for _ in e.outputs]
            at.update(zip(e.outputs, outs))
            self.calls.append(_Call(function, e, ins, outs, shapes))
        return [at[i] for i in outputs]

    def stretch_late(self, kept):
        """Leave out what only stretches an array for functions that do so themselves."""
        for call in [c for c in self.calls if c.stretches and c.outs[0] not in kept]:
            (wide,), narrow, shape = call.outs, call.ins[0], call.shapes[0]
            users = [c for c in self.calls if wide in c.ins]
            if all(_stretches(c, wide) for c in users):
                for c in users:
                    c.shapes[: len(c.ins)] = [
                        shape if i == wide else s for i, s in zip(c.ins, c.shapes)
                    ]
                    c.ins = [narrow if i == wide else i for i in c.ins]
                self.calls.remove(call)


def _stretches(call, place):
    """Whether a call stretches the argument at ``place`` to the shape of its result by itself."""
    others = [s for i, s in zip(call.ins, call.shapes) if i != place]
    full = call.shapes[len(call.ins)]
    if call.name in _PAIRS:
        return others == [full]
    return call.name == "select_n" and call.ins[0] != place and call.shapes[0] == full


def _cost(call):
    if call.name in _SORTS:
        return 5 + 4 * math.prod(call.shapes[0]) / _SORTED
    return _SLOW.get(call.name) or _OURS.get(call.name, _CALL)


def light_of(last):
    """The path that ends at ``last`` as a :class:`Light`, or None where it is not light.

    Decided by what it is and by sizes alone, never by how long anything takes.
    """
    if last.depth > _MOST_OPERATORS or last.joint:
        return None
    steps = steps_of(last)
    specs = {}
    for step in steps:
        if step.recorded or step.bound.__class__ in _PATHS:
            return None
        specs.update(zip(step.fresh, step.fresh_specs))
        specs.update(zip(range(step.pos, step.pos + len(step.specs)), step.specs))
    size = sum([s.nbytes for s in specs.values()])
    if size > _MOST_BYTES:
        return None
    n = last.n_inputs
    builder = _Builder(n + count_scalars(last))
    places = dict(zip([p for s in steps for p in s.fresh], range(n)))
    cost, products = size / _BYTES, False
    for step in steps:
        bound, refs = step.bound, step.refs
        avals = [Aval(specs[r].shape, specs[r].dtype) for r in refs]
        avals += [Aval((), onp.dtype("float64"))] * step.n_scalars
        same = tuple([refs.index(r) for r in refs]) if len(set(refs)) < len(refs) else ()
        found = formula_of(bound, len(refs), same).plan(avals, plan)
        words = range(n + step.scalars_at, n + step.scalars_at + step.n_scalars)
        results = builder.add(found, [*[places[r] for r in refs], *words])
        if results is None:
            return None
        places.update(zip(range(step.pos, step.pos + len(step.specs)), results))
        if bound.multiplications is not None:
            products = True
            shapes = [specs[r].shape for r in refs], [s.shape for s in step.specs]
            cost += bound.multiplications(*shapes) / _PRODUCTS
    kept = [places[p] for s in steps for p in range(s.pos, s.pos + s.keep)]
    builder.stretch_late(kept)
    if cost + sum(map(_cost, builder.calls)) > _MOST:
        return None
    light = Light()
    light.template, light.depth = builder.template, len(steps)
    light.roots = {id(root_of(builder.template[i])) for i in builder.constants}
    light.calls = [
        (c.function, tuple(c.ins), tuple(c.outs) if c.many else c.outs[0]) for c in builder.calls
    ]
    light.kept = [(i, i in builder.constants) for i in kept]
    read = {i for c in builder.calls for i in c.ins} | set(kept)
    light.words = [i for i in range(count_scalars(last)) if n + i in read]
    light.products = products
    return light
