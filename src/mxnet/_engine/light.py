"""Light paths: a few operators on small arrays, which NumPy runs each time, without a program.

Launching a program takes 20 us, more than NumPy takes for them. So they are never compiled: they
become one function of calls, and what the general way looks up anew each time (which results are
alive, which inputs may be overwritten, what to keep for a gradient) is settled by what they are: no
gradient passes through them, and all results are handed out.
"""

import math
import sys

import numpy as onp

from .. import _config
from .._graph.equations import Aval
from .._graph.families import formula_of
from .._graph.lower import Backward, GradOp, PathOp, Pullback
from .._graph.steps import count_scalars, specs_of, steps_of
from .blas import one_thread
from .numpy_rules import MOVES, RULES
from .plan import plan
from .state import compilers, threads
from .stats import stats

__all__ = ["EVERY_TIME", "Light", "light_of"]

EVERY_TIME = sys.maxsize  # how often a light path is evaluated
_MOST_OPERATORS = 8
_MOST_BYTES = 1 << 16  # of all its arrays
_MOST = 25.0  # nominal microseconds that NumPy takes
_CALL, _BYTES = 1.0, 4e3  # us; bytes in a us
# Primitives that take longer than that, and those of ours that are light at all.
_SLOW = {"gather": 20, "dynamic_slice": 2, "scatter": 20, "scatter-add": 20, "iota": 2}
_OURS = {"mxnet_softmax": 6, "mxnet_layer_norm": 10}
_SORTS = {"sort", "mxnet_sort_rows"}
_SORTED = 400  # bytes in a us
_PRODUCTS = 2e4  # multiplications in a us
_ONE_THREAD = 1 << 12  # so many multiplications OpenBLAS never divides among threads (from 9216 on)
_SAME = {"copy", "copy_p", "stop_gradient", "optimization_barrier"}
_SIZE = "dim_as_value"  # a number that is known
# Types that make the same of a run-time number as an array of float64 converted to them.
_NUMBERS = {onp.float32, onp.float64}
# Primitives whose results never share memory with what they are made of.
_FRESH = set(
    "rsqrt logistic erf_inv erf erfc lgamma digamma rem pow integer_pow round concatenate pad sort "
    "dot_general cumsum cumprod cummax cummin convert_element_type reduce_sum reduce_prod "
    "reduce_max reduce_min reduce_and reduce_or reduce_xor mxnet_product mxnet_softmax "
    "mxnet_layer_norm".split()
)
_PATHS = (Backward, GradOp, PathOp, Pullback)
_option = _config.options["evaluate"]


class Light:
    """A path as one function of Python's, which calls NumPy's functions.

    Attributes
    ----------
    call : callable (segment), which gives the outputs with handles their data; made when it is
        first wanted
    template : list       of all arrays: constants, and None for what comes from outside or a call
    calls : list of _Call
    kept : list of (place, how), of the outputs with handles: see :func:`_handed_out`
    words : dict place -> (number of the run-time number, its type)
    products : bool          matrices are multiplied that NumPy might take several threads for
    moves : bool             nothing is computed that NumPy might warn of
    """

    __slots__ = ("call", "n", "calls", "template", "kept", "depth", "words", "products", "moves")

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
            or (compilers and threads.compiling)
        ):
            return False
        try:
            call = self.call or self.written()
            if self.products:
                with one_thread():
                    seg.quiet(call, seg)
            elif self.moves:
                call(seg)
            else:  # NumPy's errors are ignored in this context: it need not be told so each time
                seg.quiet(call, seg)
        except Exception:  # noqa: BLE001 - the same comes of the general way
            return False
        if seg.aliases:
            for v, i in seg.aliases:
                v.data, v.seg = seg.outs[i].data, None
            seg.aliases = []
        # What Segment.reset() does, but for what is empty.
        seg.state, seg.slots, seg.outs = seg.root, {}, []
        if seg.scalars:
            seg.scalars = []
        stats.light += 1
        stats.ops += self.depth
        return True

    def written(self):
        """Write ``call``, which nobody wanted until now."""
        self.call = _written(self)
        return self.call


def _written(light):
    """The function of a path, straight-line code: no list of calls is walked through.

    For ``(a + b) * 2``::

        def call(seg):
            v0, v1, = seg.slots  # the inputs
            scalars = seg.scalars
            a0 = v0.data  # and so for a1
            if a0.__class__ is not ndarray: a0 = asarray(a0)
            a2 = array(scalars[0], t2)
            a3 = f0(a0, a1)
            a4 = f1(a3, a2)
            o0, = seg.outs  # what has a handle
            o0.data = a4; o0.seg = None
    """
    names = {
        "ndarray": onp.ndarray,
        "array": onp.array,
        "asarray": onp.asarray,
        "ascontiguousarray": onp.ascontiguousarray,
    }
    body = []
    read = {i for c in light.calls for i in c.ins} | {i for i, _ in light.kept}
    if light.n:
        body.append("".join([f"v{i}, " for i in range(light.n)]) + "= seg.slots")
    for i in range(light.n):
        if i in read:
            body += [
                f"a{i} = v{i}.data",
                f"if a{i}.__class__ is not ndarray: a{i} = asarray(a{i})",
            ]
    for i, value in enumerate(light.template):
        if value is not None and i in read:
            names[f"a{i}"] = value
    if not read.isdisjoint(light.words):
        body.append("scalars = seg.scalars")
    for place, (i, kind) in light.words.items():
        if place in read:
            if kind is None:
                body.append(f"a{place} = scalars[{i}]")
            else:
                names[f"t{place}"] = onp.dtype(kind)
                body.append(f"a{place} = array(scalars[{i}], t{place})")
    for number, c in enumerate(light.calls):
        names[f"f{number}"] = c.function
        results = ", ".join([f"a{i}" for i in c.outs]) + ("," if c.many else "")
        body.append(f"{results} = f{number}({', '.join([f'a{i}' for i in c.ins])})")
    for k, (i, how) in enumerate(light.kept):
        body.append(f"r{k} = a{i}" if how is None else f"r{k} = {how.format(f'a{i}')}")
    body.append("".join([f"o{k}, " for k in range(len(light.kept))]) + "= seg.outs")
    body += [f"o{k}.data = r{k}; o{k}.seg = None" for k in range(len(light.kept))]
    source = "\n    ".join(["def call(seg):", *body])
    exec(source, names)  # noqa: S102 - of numbers and the words above
    return names["call"]


# How an array becomes a result: an array in order that shares no memory with inputs and constants.
_COPY, _ARRAY, _ORDER = "asarray({}).copy()", "asarray({})", "ascontiguousarray({})"
# Functions whose results are in order where their arrays are.
_ORDERLY = set(
    "reduce_sum reduce_prod reduce_max reduce_min concatenate reshape pad select_n rsqrt logistic "
    "erf rem pow integer_pow sign round convert_element_type dot_general mxnet_product "
    "mxnet_softmax mxnet_layer_norm".split()
)


def _handed_out(builder, words, n):
    """Of each place: None where it is an array of its own, in order, else how it becomes one."""
    foreign = builder.constants.union(range(n))  # whose memory is not their own, or may not be
    how = {**dict.fromkeys(words, _ARRAY), **dict.fromkeys(foreign, _COPY)}
    disorder = set()
    for i in builder.constants:
        if not onp.asarray(builder.template[i]).flags.c_contiguous:
            disorder.add(i)
    for c in builder.calls:
        ufunc = c.function.__class__ is onp.ufunc
        fresh = ufunc or c.whole or c.name in _FRESH
        if c.name == "select_n":  # one number chooses one of the arrays as it is
            fresh = bool(c.shapes[0]) or not c.shapes[-1]
        if not fresh and not foreign.isdisjoint(c.ins):
            foreign.update(c.outs)
        orderly = ufunc or c.whole or c.name in _ORDERLY
        if not (orderly and disorder.isdisjoint(c.ins)):
            disorder.update(c.outs)
        for i, shape in zip(c.outs, c.shapes[len(c.ins) :]):
            if i in foreign:
                how[i] = _COPY
            elif not shape:  # NumPy's functions give numbers
                how[i] = _ARRAY
            elif i in disorder:
                how[i] = _ORDER
    return how


class _Call:
    __slots__ = ("function", "name", "ins", "outs", "many", "shapes", "kind", "stretches", "whole")

    def __init__(self, function, name, ins, outs, shapes, kind, equation=None):
        self.function, self.name, self.ins, self.outs = function, name, ins, outs
        self.shapes = shapes  # of the arguments, then of the results
        self.kind = kind  # of the first result
        self.whole = equation is None  # computes an operator, by by_numpy: a new array
        self.many = equation is not None and equation.primitive.multiple_results
        self.stretches = False  # does no more than NumPy's functions do by themselves
        if name == "broadcast_in_dim":
            axes, n = equation.params["broadcast_dimensions"], len(shapes[-1])
            self.stretches = tuple(axes) == tuple(range(n - len(shapes[0]), n))


class _Builder:
    """Joins the plans of a path's operators."""

    def __init__(self, n):
        self.template: list = [None] * n
        self.constants = set()
        self.calls = []
        self.same = {}  # place -> the place that is the same array

    def new(self, value=None):
        if isinstance(value, onp.generic):  # which NumPy would make an array of each time
            value = onp.asarray(value)
        self.template.append(value)
        place = len(self.template) - 1
        if value is not None:
            self.constants.add(place)
        return place

    def add(self, found, places):
        """Add a plan; returns the places of its results, or None where it is not light."""
        template = found.template
        constants = template.equations.constants
        at = {number: self.new(value) for number, value in constants.items()}
        at.update(zip(template.inputs, places))
        for e, function in zip(template.steps, found.functions):
            name = e.primitive.name
            if name not in RULES and name not in _OURS and name not in _SORTS and name != _SIZE:
                return None
            ins = [at[i] for i in e.inputs]
            shapes = [found.sizes.aval(a).shape for a in (*e.avals_in, *e.avals_out)]
            converts = (
                name == "convert_element_type" and e.avals_in[0].dtype == e.avals_out[0].dtype
            )
            if name in _OURS and hasattr(function, "plan"):
                calls = list(self.calls)
                results = self.add(function.plan, ins)  # its own calls, without one around them
                if results is not None:
                    at.update(zip(e.outputs, results))
                    continue
                self.calls = calls
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
            kind = e.avals_out[0].dtype.type
            self.calls.append(_Call(function, name, ins, outs, shapes, kind, e))
        return [at[i] for i in template.outputs]

    def add_function(self, name, function, places, avals, spec):
        """Add an operator that one function computes; returns the places of its results."""
        out = self.new()
        shapes = [*[a.shape for a in avals], spec.shape]
        self.calls.append(_Call(function, name, places, [out], shapes, spec.dtype.type))
        return [out]

    def drop_unread(self, kept):
        """Leave out what nobody asks for: results without handles."""
        read, needed = set(kept), []
        for call in reversed(self.calls):
            if not read.isdisjoint(call.outs):
                read.update(call.ins)
                needed.append(call)
        self.calls = needed[::-1]

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
    if call.function.__class__ is onp.ufunc:  # which stretches one to the other one's shape
        return others == [full]
    if call.name != "select_n" or call.ins[0] == place or call.shapes[0] != full:
        return False
    return call.ins[2] != place or math.prod(call.shapes[2]) == 1


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
    if any(step.recorded or step.bound.__class__ in _PATHS for step in steps):
        return None
    specs = specs_of(steps)
    size = sum([s.nbytes for s in specs.values()])
    if size > _MOST_BYTES:
        return None
    n = last.n_inputs
    builder = _Builder(n + count_scalars(last))
    places = dict(zip([p for s in steps for p in s.fresh], range(n)))
    cost, products = size / _BYTES, False
    numbers = set()  # places of run-time numbers that are passed on as they are
    for step in steps:
        bound, refs = step.bound, step.refs
        avals = [Aval(specs[r].shape, specs[r].dtype) for r in refs]
        avals += [Aval((), onp.dtype("float64"))] * step.n_scalars
        same = tuple([refs.index(r) for r in refs]) if len(set(refs)) < len(refs) else ()
        words = range(n + step.scalars_at, n + step.scalars_at + step.n_scalars)
        given = [*[places[r] for r in refs], *words]
        function = bound.by_numpy(avals) if bound.by_numpy and step.keep == 1 else None
        if function is not None:
            numbers.update(words)
            results = builder.add_function(bound.name, function, given, avals, step.specs[0])
        else:
            found = formula_of(bound, len(refs), same).plan(avals, plan)
            results = builder.add(found, given)
        if results is None:
            return None
        places.update(zip(range(step.pos, step.pos + len(step.specs)), results))
        if bound.multiplications is not None:
            shapes = [specs[r].shape for r in refs], [s.shape for s in step.specs]
            count = bound.multiplications(*shapes)
            products = products or count > _ONE_THREAD
            cost += count / _PRODUCTS
    kept = [places[p] for s in steps for p in range(s.pos, s.pos + s.keep)]
    builder.drop_unread(kept)
    builder.stretch_late(kept)
    if cost + sum(map(_cost, builder.calls)) > _MOST:
        return None
    light = Light()
    light.call, light.n, light.depth = None, n, len(steps)
    words = {
        n + i: (i, None if n + i in numbers else onp.float64) for i in range(count_scalars(last))
    }
    for c in [c for c in builder.calls if c.name == "convert_element_type"]:
        if c.ins[0] in words and c.kind in _NUMBERS and words[c.ins[0]][1] is onp.float64:
            words[c.outs[0]] = (words[c.ins[0]][0], c.kind)
            builder.calls.remove(c)
    how = _handed_out(builder, words, n)
    light.template, light.calls, light.words = builder.template, builder.calls, words
    light.kept = [(i, how.get(i)) for i in kept]
    light.products = products
    light.moves = all(c.name in MOVES for c in builder.calls) and numbers.issuperset(words)
    return light
