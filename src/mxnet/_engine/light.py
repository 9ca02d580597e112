"""Light paths: a few operators on small arrays, which NumPy runs each time, without a program.

Launching a program takes 20 us, more than NumPy takes for them. So they are never compiled: they
become one function of straight-line Python, and what the general way looks up anew each time (which
results are alive, which inputs may be overwritten, what to keep for a gradient) is settled by what
they are: no gradient passes through them, and all results are handed out.

:func:`light_of` makes a :class:`Light` of a path, or refuses it: operators' plans (``plan.py``) are
joined to one list of :class:`_Call` by a :class:`_Builder`, and what they take is added up.
``program.py`` asks for it when a path is met, ``segment.py`` runs it (:meth:`Light.run`) before
anything else is tried. Its Python is generated when the path recurs (:func:`_generated`).
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
_MOST_TIME = 25.0  # nominal microseconds that NumPy takes
_CALL, _BYTES = 1.0, 4e3  # us; bytes in a us
# Primitives that take longer than that, and those of ours that are light at all.
_SLOW = {"gather": 20, "dynamic_slice": 2, "scatter": 20, "scatter-add": 20, "iota": 2}
_OURS = {"mxnet_softmax": 6, "mxnet_layer_norm": 10}
_SORTS = {"sort", "mxnet_sort_rows"}
_SORTED = 400  # bytes in a us
_PRODUCTS = 2e4  # multiplications in a us
_ONE_THREAD = 1 << 12  # so many multiplications OpenBLAS never divides among threads (from 9216 on)
_IDENTITIES = {"copy", "copy_p", "stop_gradient", "optimization_barrier"}
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

    A *place* is the number of an array among those of the path: first the outside inputs, then the
    run-time numbers, then constants and results of calls.

    Parameters
    ----------
    steps : list of Step        the path
    template : list             of all places: constants, and None for what comes from outside or a
        call
    calls : list of _Call
    scalars : dict place -> (index of the run-time number, its type, or None where it is passed as
        it is)
    kept : list of (place, how), of the outputs with handles: see :func:`_handed_out`
    products : bool             matrices are multiplied that NumPy might take several threads for
    silent : bool               nothing is computed that NumPy might warn of
    """

    __slots__ = (
        *("call", "n_inputs", "calls", "template", "kept", "depth", "scalars"),
        *("products", "silent"),
    )

    def __init__(self, steps, template, calls, scalars, kept, products, silent):
        self.n_inputs, self.depth = steps[-1].n_inputs, len(steps)
        self.template, self.calls, self.scalars, self.kept = template, calls, scalars, kept
        self.products, self.silent = products, silent
        self.call = None  # (segment) -> None, gives the outputs with handles their data

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
            call = self.call
            if call is None:  # generated when it is first wanted: most paths never recur
                call = self.call = _generated(self)
            if self.products:
                with one_thread():
                    seg.quiet(call, seg)
            elif self.silent:
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


# ------------------------------------------------------------------------------ generated Python


def _generated(light):
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
    inputs = range(light.n_inputs)
    if inputs:
        body.append("".join([f"v{i}, " for i in inputs]) + "= seg.slots")
    for i in inputs:
        if i in read:
            body += [
                f"a{i} = v{i}.data",
                f"if a{i}.__class__ is not ndarray: a{i} = asarray(a{i})",
            ]
    for i, value in enumerate(light.template):
        if value is not None and i in read:
            names[f"a{i}"] = value
    if not read.isdisjoint(light.scalars):
        body.append("scalars = seg.scalars")
    for place, (i, dtype) in light.scalars.items():
        if place in read:
            if dtype is None:
                body.append(f"a{place} = scalars[{i}]")
            else:
                names[f"t{place}"] = onp.dtype(dtype)
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


# How an array becomes a result: contiguous, and sharing no memory with inputs and constants.
_COPY, _ARRAY, _CONTIGUOUS = "asarray({}).copy()", "asarray({})", "ascontiguousarray({})"
# Primitives whose results are contiguous where their arrays are.
_KEEP_CONTIGUOUS = set(
    "reduce_sum reduce_prod reduce_max reduce_min concatenate reshape pad select_n rsqrt logistic "
    "erf rem pow integer_pow sign round convert_element_type dot_general mxnet_product "
    "mxnet_softmax mxnet_layer_norm".split()
)


def _handed_out(builder, scalars, n):
    """How each place becomes a result where it is not a contiguous array with memory of its own."""
    foreign = builder.constants.union(range(n))  # whose memory is not their own, or may not be
    how = {**dict.fromkeys(scalars, _ARRAY), **dict.fromkeys(foreign, _COPY)}
    scattered = set()
    for i in builder.constants:
        if not onp.asarray(builder.template[i]).flags.c_contiguous:
            scattered.add(i)
    for c in builder.calls:
        ufunc = c.function.__class__ is onp.ufunc
        fresh = ufunc or c.whole or c.name in _FRESH
        if c.name == "select_n":  # one number chooses one of the arrays as it is
            fresh = bool(c.shapes[0]) or not c.shapes[-1]
        if not fresh and not foreign.isdisjoint(c.ins):
            foreign.update(c.outs)
        keeps = ufunc or c.whole or c.name in _KEEP_CONTIGUOUS
        if not (keeps and scattered.isdisjoint(c.ins)):
            scattered.update(c.outs)
        for i, shape in zip(c.outs, c.shapes[len(c.ins) :]):
            if i in foreign:
                how[i] = _COPY
            elif not shape:  # NumPy's functions give numbers
                how[i] = _ARRAY
            elif i in scattered:
                how[i] = _CONTIGUOUS
    return how


# --------------------------------------------------------------------------- from plans to calls


class _Call:
    """A function of NumPy arrays applied to places.

    Attributes
    ----------
    name : str                  of the primitive, or of the operator where it is ``whole``
    shapes : list               of the arguments, then of the results
    dtype : type                of the first result
    whole : bool                an operator is computed, by its ``by_numpy``: gives a new array
    many : bool                 the function gives a sequence of results
    broadcasts : bool           does no more than NumPy's functions do by themselves
    """

    __slots__ = (
        *("function", "name", "ins", "outs", "shapes", "dtype"),
        *("whole", "many", "broadcasts"),
    )

    def __init__(self, function, name, ins, outs, shapes, dtype, equation=None):
        self.function, self.name, self.ins, self.outs = function, name, ins, outs
        self.shapes, self.dtype = shapes, dtype
        self.whole = equation is None
        self.many = equation is not None and equation.primitive.multiple_results
        self.broadcasts = False
        if name == "broadcast_in_dim":
            axes, n = equation.params["broadcast_dimensions"], len(shapes[-1])
            self.broadcasts = tuple(axes) == tuple(range(n - len(shapes[0]), n))


class _Builder:
    """Joins the plans of a path's operators."""

    def __init__(self, n):
        self.template: list = [None] * n
        self.constants = set()  # places
        self.calls = []

    def new(self, value=None):
        """A further place, of a constant where there is a value."""
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
            if (name in _IDENTITIES or converts) and len(ins) == 1:
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
            dtype = e.avals_out[0].dtype.type
            self.calls.append(_Call(function, name, ins, outs, shapes, dtype, e))
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

    def drop_broadcasts(self, kept):
        """Leave out what only broadcasts an array for functions that do so themselves."""
        for call in [c for c in self.calls if c.broadcasts and c.outs[0] not in kept]:
            (wide,), narrow, shape = call.outs, call.ins[0], call.shapes[0]
            users = [c for c in self.calls if wide in c.ins]
            if all(_broadcasts(c, wide) for c in users):
                for c in users:
                    c.shapes[: len(c.ins)] = [
                        shape if i == wide else s for i, s in zip(c.ins, c.shapes)
                    ]
                    c.ins = [narrow if i == wide else i for i in c.ins]
                self.calls.remove(call)


def _broadcasts(call, place):
    """Whether a call broadcasts the argument at ``place`` to the shape of its result by itself."""
    others = [s for i, s in zip(call.ins, call.shapes) if i != place]
    full = call.shapes[len(call.ins)]
    if call.function.__class__ is onp.ufunc:  # which broadcasts one to the other one's shape
        return others == [full]
    if call.name != "select_n" or call.ins[0] == place or call.shapes[0] != full:
        return False
    return call.ins[2] != place or math.prod(call.shapes[2]) == 1


# ---------------------------------------------------------------------------- what paths are light


def _time(call):
    """Nominal microseconds that a call takes."""
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
    builder = _Builder(last.n_inputs + count_scalars(last))
    added = _add_operators(builder, steps, specs)
    if added is None:
        return None
    places, untyped, counts = added
    kept = [places[p] for s in steps for p in range(s.pos, s.pos + s.keep)]
    builder.drop_unread(kept)
    builder.drop_broadcasts(kept)
    time = size / _BYTES + sum(counts) / _PRODUCTS + sum(map(_time, builder.calls))
    if time > _MOST_TIME:
        return None
    scalars = _scalars(builder, last, untyped)
    how = _handed_out(builder, scalars, last.n_inputs)
    return Light(
        steps,
        builder.template,
        builder.calls,
        scalars,
        [(i, how.get(i)) for i in kept],
        products=any(count > _ONE_THREAD for count in counts),
        silent=all(c.name in MOVES for c in builder.calls) and untyped.issuperset(scalars),
    )


def _add_operators(builder, steps, specs):
    """Add all operators of a path.

    Returns
    -------
    (position -> place, places of run-time numbers that are passed as they are, numbers of
    multiplications of the products), or None where an operator is not light
    """
    n = steps[-1].n_inputs
    places = dict(zip([p for s in steps for p in s.fresh], range(n)))
    untyped, counts = set(), []
    for step in steps:
        bound, refs = step.bound, step.refs
        avals = [Aval(specs[r].shape, specs[r].dtype) for r in refs]
        avals += [Aval((), onp.dtype("float64"))] * step.n_scalars
        same = tuple([refs.index(r) for r in refs]) if len(set(refs)) < len(refs) else ()
        own = range(n + step.scalars_at, n + step.scalars_at + step.n_scalars)
        given = [*[places[r] for r in refs], *own]
        function = bound.by_numpy(avals) if bound.by_numpy and step.keep == 1 else None
        if function is not None:
            untyped.update(own)
            results = builder.add_function(bound.name, function, given, avals, step.specs[0])
        else:
            found = formula_of(bound, len(refs), same).plan(avals, plan)
            results = builder.add(found, given)
        if results is None:
            return None
        places.update(zip(range(step.pos, step.pos + len(step.specs)), results))
        if bound.multiplications is not None:
            shapes = [specs[r].shape for r in refs], [s.shape for s in step.specs]
            counts.append(bound.multiplications(*shapes))
    return places, untyped, counts


def _scalars(builder, last, untyped):
    """Where run-time numbers go, see :class:`Light`; what only converts one is left out."""
    n = last.n_inputs
    found: dict = {
        n + i: (i, None if n + i in untyped else onp.float64) for i in range(count_scalars(last))
    }
    for c in [c for c in builder.calls if c.name == "convert_element_type"]:
        index, dtype = found.get(c.ins[0], (None, None))
        if dtype is onp.float64 and c.dtype in _NUMBERS:
            found[c.outs[0]] = index, c.dtype
            builder.calls.remove(c)
    return found
