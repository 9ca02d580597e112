"""Operators as lists of primitive operations: traced once, for any sizes.

A function is traced by JAX with symbols for its sizes, where its Python allows that, and its
equations are kept: they tell the shapes of its results, and can be run without being compiled.

Sizes below 8, and those that are also attributes of the operator, stay numbers: Python code asks
for them (``if channels == 3``). Equal sizes are one symbol, different ones are different, so that
what compares two sizes is answered as it would be for the numbers; whatever cannot be answered for
all sizes is traced with the numbers.
"""

import contextlib
import numbers
import threading
import weakref
from typing import NamedTuple

import jax
import numpy as onp
from jax import export
from jax.extend import core

from .._tables import emptied

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
    "formula_of",
    "gradient_of",
]

_FEWEST = 8  # sizes from here on can be symbols
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

    __slots__ = ("primitive", "params", "inputs", "outputs", "avals_in", "avals_out", "symbolic")

    def __init__(self, primitive, params, inputs, outputs, avals_in, avals_out, symbolic):
        self.primitive, self.params = primitive, params
        self.inputs, self.outputs = inputs, outputs
        self.avals_in, self.avals_out = avals_in, avals_out
        self.symbolic = symbolic  # names of parameters with symbols in them

    def numeric(self, sizes):
        """The parameters with numbers in place of symbols."""
        if not self.symbolic:
            return self.params
        return {k: sizes.of(v) if k in self.symbolic else v for k, v in self.params.items()}


class Equations:
    """A closed jaxpr, flat.

    Attributes
    ----------
    n : int                   variables
    inputs, outputs : list    numbers of variables
    constants : dict          number of a variable -> array
    shapes : dict             number of a variable -> Aval, whose sizes below 0 are symbols: -1 - k
                              stands for ``symbols[k]``
    symbols : list            sizes that are expressions of symbols
    """

    def __init__(self, closed, has_symbols):
        self.n, self.constants, self.steps = 0, {}, []
        self.shapes, self.symbols, self._places = {}, [], {}
        self.has_symbols = has_symbols
        env = {}
        self.inputs = [self._new() for _ in closed.jaxpr.invars]
        env.update(zip(closed.jaxpr.invars, self.inputs))
        self.outputs = self._inline(closed.jaxpr, closed.consts, env)
        self.avals_out = [v.aval for v in closed.jaxpr.outvars]

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
            symbolic = ()
            if self.has_symbols:
                symbolic = tuple([k for k, v in e.params.items() if _has_symbols(v)])
            self.steps.append(
                _Equation(
                    e.primitive,
                    e.params,
                    ins,
                    outs,
                    [v.aval for v in e.invars],
                    [v.aval for v in e.outvars],
                    symbolic,
                )
            )
        return [read(v) for v in jaxpr.outvars]

    def _place(self, size):
        if isinstance(size, numbers.Integral):
            return int(size)
        place = self._places.get(size)
        if place is None:
            place = self._places[size] = len(self.symbols)
            self.symbols.append(size)
        return -1 - place

    def avals(self, sizes):
        """Number of a variable -> Aval, without symbols."""
        if not self.symbols:
            return self.shapes
        known = [sizes.number(s) for s in self.symbols]
        return {
            number: Aval(tuple([d if d >= 0 else known[~d] for d in shape]), dtype)
            for number, (shape, dtype) in self.shapes.items()
        }

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
    """What the symbols stand for."""

    def __init__(self, values):
        self.values, self.known = values, {}

    def number(self, size):
        """A size, which may be an expression of symbols, as a number."""
        if size.__class__ is int:
            return size
        found = self.known.get(size)
        if found is None:
            found = size if isinstance(size, numbers.Integral) else size._evaluate(self.values)
            found = self.known[size] = int(found)
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
    """

    def __init__(self, function, fixed=frozenset()):
        self.function, self.fixed = function, fixed
        self.traces = {}  # avals with symbols -> equations, or None: they need the numbers
        self.numeric = {}  # avals -> equations
        self.plans = {}  # avals -> what was made of the equations to run them
        self.varied = {}  # ranks and types -> (last avals, sizes that were ever others)

    def equations(self, avals):
        """The equations for arrays like these, and the Sizes that their symbols stand for."""
        found = self._general(*_pattern(avals, self.fixed))
        if found is not None:
            return found
        # Perhaps for all sizes of those axes alone that do change.
        kind = tuple([(len(shape), dtype) for shape, dtype in avals])
        before, axes = self.varied.get(kind, (avals, frozenset()))
        axes |= {
            (i, j)
            for i, (old, new) in enumerate(zip(before, avals))
            for j, (m, n) in enumerate(zip(old.shape, new.shape))
            if m != n
        }
        self.varied[kind] = avals, axes
        moving = {avals[i].shape[j] for i, j in axes}
        found = self._general(*_pattern(avals, self.fixed, moving))
        if found is not None:
            return found
        key = tuple(avals)
        found = self.numeric.get(key)
        if found is None:
            if len(self.numeric) >= _MOST_KEPT:
                self.numeric.clear()
            found = self._trace([jax.ShapeDtypeStruct(*a) for a in avals], False)
            self.numeric[key] = found
        return found, NUMBERS

    def _general(self, pattern, values):
        if not values:
            return None
        found = self.traces.get(pattern, self)
        if found is self:
            if len(self.traces) >= _MOST_KEPT:
                self.traces.clear()
            found = self.traces[pattern] = self._symbolic(pattern, values)
        return None if found is None else (found, Sizes(values))

    def plan(self, avals, make):
        """``make(equations, sizes)`` for arrays like these, kept."""
        key = tuple(avals)
        found = self.plans.get(key)
        if found is None:
            if len(self.plans) >= _MOST_KEPT:
                self.plans.clear()
            equations, sizes = self.equations(avals)
            found = self.plans[key] = make(equations, sizes)
            _count(equations)
        return found

    def _symbolic(self, pattern, values):
        scope = export.SymbolicScope([f"{name} >= {_FEWEST}" for name in values])
        symbols = dict(zip(values, export.symbolic_shape(",".join(values), scope=scope)))
        avals = [
            jax.ShapeDtypeStruct(tuple([symbols.get(d, d) for d in shape]), dtype)
            for shape, dtype in pattern
        ]
        # In a thread of its own: JAX keeps the frames of an error, and through them their callers',
        # which hold arrays that could not be overwritten in place.
        found = []
        thread = threading.Thread(target=self._try, args=(avals, found))
        try:
            thread.start()
        except RuntimeError:  # the interpreter ends: no more threads
            return None
        thread.join()
        return found[0] if found else None

    def _try(self, avals, found):
        # Whatever goes wrong, it is met again with the numbers.
        with contextlib.suppress(Exception):
            found.append(self._trace(avals, True))

    def _trace(self, avals, has_symbols):
        return _count(Equations(jax.make_jaxpr(self.function)(*avals), has_symbols))


class GradientFormula(Formula):
    """A function together with its pullback: arguments and cotangents to outputs and gradients.

    Parameters
    ----------
    function : callable(*arrays) -> sequence of arrays
    diff : tuple of int     its arguments that gradients go to
    floats : tuple of int   its outputs that they come from
    """

    def __init__(self, function, diff, floats, fixed=frozenset()):
        super().__init__(function, fixed)
        self.diff, self.floats = diff, floats

    def _trace(self, avals, has_symbols):
        n = len(avals)
        outs = jax.eval_shape(lambda *a: list(self.function(*a)), *avals)
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

        found = _count(Equations(jax.make_jaxpr(whole)(*avals, *cts), has_symbols))
        found.n_args, found.n_outs = n, len(outs)
        return found


_holders = weakref.WeakSet()  # operators that have formulas
_kept = 0  # equations in all of them, at most


def _count(equations):
    """Count what is kept; past the bound all of it is dropped, and made anew when met again."""
    global _kept
    _kept += len(equations.steps)
    if _kept > _MOST_EQUATIONS:
        _forget()
    return equations


@emptied
def _forget():
    global _kept
    for bound in list(_holders):
        bound.formulas.clear()
        bound.avals.clear()
    _holders.clear()
    _kept = 0
    if hasattr(_traces, "cache_clear"):
        _traces.cache_clear()


def _pattern(avals, fixed, moving=None):
    """Avals with the names of symbols in place of sizes; and what the symbols stand for.

    Only the sizes ``moving`` become symbols, if they are given.
    """
    names, found = {}, []
    for shape, dtype in avals:
        sizes = []
        for d in shape:
            if d >= _FEWEST and d not in fixed and (moving is None or d in moving):
                name = names.get(d)
                if name is None:
                    name = names[d] = f"s{len(names)}"
                d = name
            sizes.append(d)
        found.append((tuple(sizes), dtype))
    return tuple(found), {name: d for d, name in names.items()}


def _named_sizes(bound):
    """Sizes that an operator's attributes name."""
    found, todo = set(), list(bound.attrs.values())
    while todo:
        value = todo.pop()
        if isinstance(value, (tuple, list)):
            todo += value
        elif isinstance(value, int):
            found.add(value)
    return frozenset(found)


def _function(bound, n, same=()):
    if same:  # an operator may ask whether two of its inputs are one array
        return lambda *a: bound.run([a[i] for i in same], list(a[n:]))
    return lambda *a: bound.run(list(a[:n]), list(a[n:]))


def formula_of(bound, n, same=()):
    """The formula of an operator with ``n`` inputs: arguments are inputs, then scalars.

    ``same``: number of the input that each input is, where some are one array.
    """
    found = bound.formulas.get((n, same))
    if found is None:
        found = Formula(_function(bound, n, same), _named_sizes(bound))
        bound.formulas[n, same] = found
        _holders.add(bound)
    return found


def gradient_of(bound, n, diff, floats):
    """The same with the pullback of outputs ``floats`` to inputs ``diff``."""
    key = (n, diff, floats)
    found = bound.formulas.get(key)
    if found is None:
        found = GradientFormula(_function(bound, n), diff, floats, _named_sizes(bound))
        bound.formulas[key] = found
        _holders.add(bound)
    return found
