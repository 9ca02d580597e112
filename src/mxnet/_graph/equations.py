"""Operators as lists of primitive operations: traced once, for any sizes.

A function is traced by JAX with symbols for its sizes, where its Python allows that, and its
equations are kept: they tell the shapes of its results, and can be run without being compiled.

:class:`Equations` are what is kept of one tracing. A :class:`Formula` is a function with all that
was kept of it, and finds the equations for some arrays; how it writes their shapes with symbols is
in ``symbols.py``, which operators share a Formula in ``families.py``.

Sizes below 8, and those that are also attributes of the operator, stay numbers: Python code asks
for them (``if channels == 3``). Equal sizes are one symbol, different ones are different, so that
what compares two sizes is answered as it would be for the numbers. Where that is found to make no
difference, equations for different sizes serve for equal ones too (:func:`_alike`). What cannot be
answered for all sizes is asked again for multiples of what the operator's attributes name, between
these numbers (``(1, 4 * s0)`` becomes ``(1, -1, 4)``); at last it is traced with the numbers.
"""

import contextlib
import operator
import threading
import weakref
from typing import Any, NamedTuple

import jax
import numpy as onp
from jax import export
from jax.extend import core

from .._ops.kernels.choose import for_evaluation
from .._tables import emptied
from .symbols import (
    Expressions,
    all_equal,
    avals_of,
    fitting,
    number_of,
    pattern_of,
    probes,
    related,
    scope_of,
    scopes,
)

try:  # private; unbounded: what JAX's functions were traced with while ours were
    from jax._src.interpreters.partial_eval import trace_to_jaxpr as _traces
except ImportError:
    _traces = None

__all__ = [
    "NUMBERS",
    "Aval",
    "Equations",
    "Formula",
    "GradientFormula",
    "emptied_with_formulas",
    "holders",
]

_MOST_KEPT = 64  # numbers of shapes that a formula keeps something for
_MOST_EQUATIONS = 60_000  # traced or made to run, of all formulas: some 150 MB
# Primitives that are their insides.
_INLINED = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_vjp_call_jaxpr": "fun_jaxpr",
    "remat": "jaxpr",
    "checkpoint": "jaxpr",
}


class Aval(NamedTuple):
    """Shape and type of an array."""

    shape: tuple
    dtype: onp.dtype


class _Equation:
    """A primitive applied: references are numbers of variables."""

    __slots__ = (
        *("primitive", "params", "inputs", "outputs", "avals_in", "avals_out", "symbolic"),
        *("fillers", "insides"),
    )

    def __init__(self, primitive, params, inputs, outputs, avals_in, avals_out, fillers):
        self.primitive, self.params = primitive, params
        self.inputs, self.outputs = inputs, outputs
        self.avals_in, self.avals_out = avals_in, avals_out
        # parameters with symbols in them: name -> callable (known numbers) -> value, None for what
        # is itself made of equations
        self.fillers = fillers
        self.symbolic = tuple(fillers)
        self.insides = {}  # of a loop, name of a parameter, or number of a branch -> its template

    def numeric(self, sizes, known=None):
        """The parameters with numbers in place of symbols; ``known``: what ``Equations.known``
        gives for the sizes, where it was asked.
        """
        if not self.symbolic:
            return self.params
        found = dict(self.params)
        for name, fill in self.fillers.items():
            found[name] = sizes.of(found[name]) if fill is None or known is None else fill(known)
        return found


class Equations:
    """A closed jaxpr, flat.

    Attributes
    ----------
    n : int                   variables
    inputs, outputs : list    numbers of variables
    constants : dict          number of a variable -> array
    shapes : dict             number of a variable -> Aval, whose sizes below 0 are symbols: -1 - k
                              stands for ``symbols[k]``
    symbols : Expressions     sizes that are expressions of symbols
    avals_out : list          of the results, as JAX has them
    has_rules : bool          whether a function with a gradient of its own is among them
    templates : dict          what was made of the equations for all sizes
    """

    def __init__(self, closed, has_symbols):
        self.n, self.constants, self.steps = 0, {}, []
        self.shapes, self.symbols, self._places = {}, Expressions(), {}
        self.has_symbols, self.has_rules = has_symbols, False
        self.templates, self._carried = {}, {}
        self.scope = None  # of the symbols
        env = {}
        self.inputs = [self._new() for _ in closed.jaxpr.invars]
        env.update(zip(closed.jaxpr.invars, self.inputs))
        self.outputs = self._inline(closed.jaxpr, closed.consts, env)
        self.avals_out = [v.aval for v in closed.jaxpr.outvars]
        self._results = [_numpy_aval(a, self._place) for a in self.avals_out]

    def _new(self):
        self.n += 1
        return self.n - 1

    def _constant(self, value):
        number = self._new()
        self.constants[number] = value
        return number

    def _inline(self, jaxpr, consts, env):
        for v, c in zip(jaxpr.constvars, consts):
            env[v] = self._constant(_host(c))

        def read(v):
            if isinstance(v, core.Literal):
                return self._constant(onp.asarray(v.val, v.aval.dtype))
            return env[v]

        for e in jaxpr.eqns:
            ins = [read(v) for v in e.invars]
            inner = _INLINED.get(e.primitive.name)
            if inner is not None:
                self.has_rules |= e.primitive.name.startswith("custom_")
                inner = e.params[inner]
                if isinstance(inner, core.ClosedJaxpr):
                    inner, consts = inner.jaxpr, inner.consts
                else:
                    consts = ()
                found = self._inline(inner, consts, dict(zip(inner.invars, ins)))
                env.update(zip(e.outvars, found))
                continue
            outs = [self._new() for _ in e.outvars]
            env.update(zip(e.outvars, outs))
            for number, v in zip((*ins, *outs), (*e.invars, *e.outvars)):
                if number not in self.shapes:
                    self.shapes[number] = _numpy_aval(v.aval, self._place)
            fillers = {}
            if self.has_symbols:
                fillers = {
                    k: _filler(v, self._place) for k, v in e.params.items() if _has_symbols(v)
                }
            self.steps.append(
                _Equation(
                    e.primitive,
                    e.params,
                    ins,
                    outs,
                    [v.aval for v in e.invars],
                    [v.aval for v in e.outvars],
                    fillers,
                )
            )
        return [read(v) for v in jaxpr.outvars]

    def _place(self, size):
        if not export.is_symbolic_dim(size):
            return int(size)
        place = self._places.get(size)
        if place is None:
            place = self._places[size] = self.symbols.add(str(size))
        return -1 - place

    def known(self, sizes):
        """Numbers of all ``symbols``."""
        return self.symbols(sizes.values) if self.symbols else ()

    def aval(self, number, known):
        """A variable's Aval without symbols."""
        shape, dtype = self.shapes[number]
        return Aval(tuple([d if d >= 0 else known[~d] for d in shape]), dtype)

    def results(self, sizes):
        """Shapes and types of the results."""
        known = self.known(sizes)
        return tuple(
            [
                (tuple([d if d >= 0 else known[~d] for d in shape]), dtype)
                for shape, dtype in self._results
            ]
        )

    def carries(self, diff, floats):
        """Whether a gradient can go from the results ``floats`` to the arguments ``diff``."""
        found = self._carried.get((diff, floats))
        if found is None:
            moving = {self.inputs[i] for i in diff}
            for e in self.steps:
                if e.primitive.name == "stop_gradient" or moving.isdisjoint(e.inputs):
                    continue
                moving.update([i for i in e.outputs if self.shapes[i].dtype.kind in "fcV"])
            found = self.has_rules or not moving.isdisjoint([self.outputs[i] for i in floats])
            self._carried[diff, floats] = found
        return found

    def trace(self, sizes, args, steps=None, inputs=None, outputs=None):
        """Results for JAX's arrays or tracers; of a part of the equations, if it is given."""
        env = dict(self.constants)
        env.update(zip(self.inputs if inputs is None else inputs, args))
        for e in self.steps if steps is None else steps:
            given = [env[i] for i in e.inputs]
            if e.primitive.name == "dim_as_value":
                found = onp.asarray(sizes.number(e.params["dim"]), e.avals_out[0].dtype)
            else:
                found = e.primitive.bind(*given, **e.numeric(sizes))
            if e.primitive.multiple_results:
                env.update(zip(e.outputs, found))
            else:
                env[e.outputs[0]] = found
        return [env[i] for i in (self.outputs if outputs is None else outputs)]


def _filler(value, place):
    """A parameter as a function of the known numbers, None where it is made of equations."""
    if isinstance(value, (tuple, list)):
        parts = [(_filler(v, place) if _has_symbols(v) else v) for v in value]
        moving = [i for i, v in enumerate(value) if _has_symbols(v)]
        if any(parts[i] is None for i in moving):
            return None
        kind: Any = type(value)

        def fill(known):
            found = parts.copy()
            for i in moving:
                found[i] = parts[i](known)
            return found if kind is list else tuple.__new__(kind, found)

        return fill
    if isinstance(value, (core.ClosedJaxpr, core.Jaxpr)):
        return None
    return operator.itemgetter(~place(value))


def _host(value):
    dtype = getattr(value, "dtype", None)
    if dtype is not None and jax.numpy.issubdtype(dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    return onp.asarray(value)


def _has_symbols(value):
    if isinstance(value, (tuple, list)):
        return any(_has_symbols(v) for v in value)
    if isinstance(value, core.ClosedJaxpr):
        value = value.jaxpr
    if isinstance(value, core.Jaxpr):
        variables = [*value.invars, *[v for e in value.eqns for v in e.outvars]]
        return any(_has_symbols(v.aval.shape) for v in variables) or any(
            _has_symbols(p) for e in value.eqns for p in e.params.values()
        )
    return export.is_symbolic_dim(value)


def _numpy_aval(aval, number):
    """Shape and type as NumPy has them: a random key is an array of its two words.

    ``number`` : callable of a size
    """
    shape = tuple([number(d) for d in aval.shape])
    dtype = aval.dtype
    if not isinstance(dtype, onp.dtype):
        return Aval((*shape, 2), onp.dtype("uint32"))
    return Aval(shape, dtype)


class Sizes:
    """What the symbols stand for, those of a Formula's ``pattern``."""

    def __init__(self, values, pattern=None):
        self.values, self.pattern, self.known = values, pattern, {}

    def number(self, size):
        """A size, which may be an expression of symbols, as a number."""
        if size.__class__ is int:
            return size
        found = self.known.get(size)
        if found is None:
            found = self.known[size] = number_of(size, self.values)
        return found

    def of(self, value):
        """A parameter with numbers in place of symbols."""
        if not _has_symbols(value):
            return value
        if isinstance(value, (tuple, list)):
            parts = [self.of(v) for v in value]
            return tuple.__new__(type(value), parts) if isinstance(value, tuple) else parts
        return self.closed(value) if isinstance(value, core.ClosedJaxpr) else self.number(value)

    def closed(self, closed):
        """The inside of a loop or branch, with numbers in place of symbols."""
        avals = [
            jax.ShapeDtypeStruct(tuple([self.number(d) for d in a.shape]), a.dtype)
            for a in closed.in_avals
        ]
        equations = Equations(closed, True)
        return jax.make_jaxpr(lambda *a: equations.trace(self, a))(*avals)

    def aval(self, aval):
        """Shape and type as NumPy has them, with numbers in place of symbols."""
        return _numpy_aval(aval, self.number)


NUMBERS = Sizes({})


class Formula:
    """A function of arrays that returns a list of arrays, as equations.

    Parameters
    ----------
    function : callable(*arrays) -> sequence of arrays
    fixed : set of int      sizes that are never symbols
    related : bool          the last argument's sizes are attributes, which depend on the others'
    """

    def __init__(self, function, fixed=frozenset(), related=False):
        self.function, self.fixed, self.related = function, fixed, related
        self.traces = {}  # pattern -> equations, or None: they need the numbers
        self.alike = {}  # pattern -> whether it serves for equal sizes too
        self.numeric = {}  # avals -> equations
        self.plans = {}  # avals -> what was made of the equations to run them
        self.varied = {}  # ranks and types -> (last avals, sizes that were ever others)
        self.last = None, None  # avals, and what ``equations`` found for them

    def with_symbols(self, avals):
        """Equations for arrays like these and of other sizes, and the Sizes that their symbols
        stand for; None where there are none.
        """
        for pattern, values in self._patterns(avals):
            found = self._general(pattern, values, avals)
            if found is not None:
                return found
        return None

    def equations(self, avals) -> Any:
        """The equations for arrays like these, and the Sizes that their symbols stand for."""
        before, found = self.last
        if before != avals:
            found = self._located(avals)
            self.last = avals, found
        return found

    def _located(self, avals):
        found = self.with_symbols(avals)
        if found is not None:
            return found
        key = tuple(avals)
        found = self.numeric.get(key)
        if found is None:
            if len(self.numeric) >= _MOST_KEPT:
                self.numeric.clear()
            found = self._trace([jax.ShapeDtypeStruct(*a) for a in avals], key, False)
            self.numeric[key] = found
        return found, NUMBERS

    def _patterns(self, avals):
        """Ways to write shapes with symbols, and what these stand for: the most general first."""
        if self.related:
            yield related(avals, self.fixed)
            return
        yield pattern_of(avals, self.fixed)
        kind = tuple([(len(shape), dtype) for shape, dtype in avals])
        before, axes = self.varied.get(kind, (avals, frozenset()))
        axes |= {
            (i, j)
            for i, (old, new) in enumerate(zip(before, avals))
            for j, (m, n) in enumerate(zip(old.shape, new.shape))
            if m != n
        }
        self.varied[kind] = avals, axes
        limits = sorted([n for n in self.fixed if n > 1])
        # Multiples of one product of them, the last axes' first; or each of what it is.
        yield pattern_of(avals, self.fixed, None, limits, True)
        if limits:
            yield pattern_of(avals, self.fixed, None, limits)
        # Perhaps for all sizes of those axes alone that do change.
        moving = {avals[i].shape[j] for i, j in axes}
        yield pattern_of(avals, self.fixed, moving)
        if limits:
            yield pattern_of(avals, self.fixed, moving, limits)

    def _general(self, pattern, values, avals):
        """Equations with symbols, and the Sizes these stand for; None where there are none."""
        if not values:
            return None
        found = self.traces.get(pattern, self)
        if found is self:
            fit = self._fitting(avals)
            if fit is not None:
                return fit
            if len(self.traces) >= _MOST_KEPT:
                self.traces.clear()
                self.alike.clear()
            found = self.traces[pattern] = self._symbolic(pattern)
        return None if found is None else (found, Sizes(values, pattern))

    def _fitting(self, avals):
        """As ``_general``, for a pattern in which some of these sizes happen to be equal or to be
        multiples.
        """
        for pattern, found in list(self.traces.items()):
            values = None if found is None else fitting(pattern, avals, self.fixed)
            if values is None:
                continue
            alike = self.alike.get(pattern)
            if alike is None:
                one = all_equal(pattern)
                if one is not None and one not in self.traces:
                    self.traces[one] = self._symbolic(one)
                alike = self.alike[pattern] = one is not None and _alike(
                    found, self.traces[one], *probes(pattern, one)
                )
            if alike:
                return found, Sizes(values, pattern)
        return None

    def plan(self, avals, make):
        """``make(equations, sizes)`` for arrays like these, kept."""
        key = tuple(avals)
        found = self.plans.get(key)
        if found is None:
            if len(self.plans) >= _MOST_KEPT:
                self.plans.clear()
            equations, sizes = self.equations(avals)
            found = self.plans[key] = make(equations, sizes)
            if equations is not None:
                _count(equations)
        return found

    def _symbolic(self, pattern):
        avals = avals_of(pattern)
        # In a thread of its own: JAX keeps the frames of an error, and through them their callers',
        # which hold arrays that could not be overwritten in place.
        found = []
        thread = threading.Thread(target=self._try, args=(avals, pattern, found))
        try:
            thread.start()
        except RuntimeError:  # the interpreter ends: no more threads
            return None
        thread.join()
        return found[0] if found else None

    def _try(self, avals, pattern, found):
        # Whatever goes wrong, it is met again with the numbers.
        with contextlib.suppress(Exception):
            found.append(self._trace(avals, pattern, True))

    def _trace(self, avals, key, has_symbols):
        """The equations for ``avals``, which ``key`` stands for among ``traces`` or ``numeric``."""
        return _equations_of(self.function, avals, has_symbols)


def _equations_of(function, avals, has_symbols):
    """The equations of a function for ``avals``, counted."""
    with for_evaluation():
        jaxpr = jax.make_jaxpr(function)(*avals)
    found = _count(Equations(jaxpr, has_symbols))
    found.scope = scope_of(avals)
    return found


class GradientFormula(Formula):
    """A function together with its pullback: arguments and cotangents to outputs and gradients.

    Parameters
    ----------
    forward : Formula       of the function
    diff : tuple of int     its arguments that gradients go to
    floats : tuple of int   its outputs that they come from
    """

    def __init__(self, forward, diff, floats):
        super().__init__(forward.function, forward.fixed, forward.related)
        self.forward, self.diff, self.floats = forward, diff, floats

    def _located(self, avals):
        """As a Formula's; no equations where no gradient goes through the function."""
        found, sizes = self.forward.equations(avals)
        if not found.carries(self.diff, self.floats):
            return None, sizes
        own = self._traced(sizes.pattern)
        return super()._located(avals) if own is None else (own, sizes)

    def _traced(self, pattern):
        """What was traced for the pattern that the forward was found by."""
        return self.traces.get(pattern)

    def _symbolic(self, pattern):
        if self.forward.traces.get(pattern, self) is None:
            return None
        return super()._symbolic(pattern)

    def _outputs(self, avals, key, has_symbols):
        forward = self.forward
        known = (forward.traces if has_symbols else forward.numeric).get(key)
        if known is not None and known.scope is scope_of(avals):
            return known.avals_out
        return jax.eval_shape(lambda *a: list(self.function(*a)), *avals)

    def _trace(self, avals, key, has_symbols):
        n = len(avals)
        outs = self._outputs(avals, key, has_symbols)
        cts = [jax.ShapeDtypeStruct(outs[i].shape, outs[i].dtype) for i in self.floats]

        def whole(*args):
            given, cts = args[:n], args[n:]

            def f(*moving):
                full = list(given)
                for i, a in zip(self.diff, moving):
                    full[i] = a
                outs = self.function(*full)
                return tuple([outs[i] for i in self.floats]), tuple(outs)

            _, pull, outs = jax.vjp(f, *[given[i] for i in self.diff], has_aux=True)
            return [*outs, *pull(tuple(cts))]

        found = _equations_of(whole, [*avals, *cts], has_symbols)
        found.n_args, found.n_outs = n, len(outs)
        return found


holders = weakref.WeakSet()  # operators that have formulas
_kept = 0  # equations in all of them, at most


def _count(equations):
    """Count what is kept; past the bound all of it is dropped, and made anew when met again."""
    global _kept
    _kept += len(equations.steps)
    if _kept > _MOST_EQUATIONS:
        _forget()
    return equations


_with_formulas = []  # dicts


def emptied_with_formulas():
    """A dict of what has formulas, which is emptied when they are dropped."""
    _with_formulas.append({})
    return _with_formulas[-1]


@emptied
def _forget():
    global _kept
    for bound in list(holders):
        bound.formulas.clear()
        bound.avals.clear()
    holders.clear()
    scopes.clear()
    for one in _with_formulas:
        one.clear()
    _kept = 0
    if hasattr(_traces, "cache_clear"):
        _traces.cache_clear()


def _alike(general, one, *probes):
    """Whether equations for different sizes are those for one size when the sizes are that.

    Then nothing in their making depended on whether sizes are equal, two or all of them.
    """
    if one is None or len(general.steps) != len(one.steps) or general.n != one.n:
        return False
    if general.inputs != one.inputs or general.outputs != one.outputs:
        return False
    try:
        same = all(onp.array_equal(general.constants[k], v) for k, v in one.constants.items())
        return same and all(_same_at(general, one, *values) for values in probes)
    except Exception:  # noqa: BLE001 - what cannot be compared is taken to be different
        return False


def _same_at(general, one, values, others):
    found, wanted = Sizes(values), Sizes(others)
    known, others = general.known(found), one.known(wanted)
    if any(general.aval(k, known) != one.aval(k, others) for k in general.shapes):
        return False
    for a, b in zip(general.steps, one.steps):
        if a.primitive is not b.primitive or a.inputs != b.inputs or a.outputs != b.outputs:
            return False
        if None in a.fillers.values() or a.params.keys() != b.params.keys():
            return False
        x, y = a.numeric(found, known), b.numeric(wanted, others)
        if any(x[k] is not y[k] and not bool(x[k] == y[k]) for k in x):
            return False
    return True
