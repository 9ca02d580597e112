"""Operators as lists of primitive operations: traced once, for any sizes.

A function is traced by JAX with symbols for its sizes, where its Python allows that.
:class:`Equations` are what is kept of one tracing: the jaxpr, flattened (:class:`_Equation` is one
primitive, its variables are numbers), from which shapes of results are read (``infer.py``) and
functions of NumPy arrays made (``_engine/plan.py``). :class:`Sizes` are what the symbols stand for
in one call.

Which arrays share equations is decided in ``formulas.py``, how shapes are written with symbols in
``symbols.py``.
"""

import operator
from typing import Any, NamedTuple

import jax
import numpy as onp
from jax import export
from jax.extend import core

from .symbols import Expressions, number_of

__all__ = ["NUMBERS", "Aval", "Equations", "Sizes", "are_alike"]

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


def are_alike(general, one, *probes):
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
