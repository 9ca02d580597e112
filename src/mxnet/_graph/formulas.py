"""Functions of arrays as equations: which arrays share a tracing, and what is kept of it.

A :class:`Formula` is a function with its :class:`~.equations.Equations`: it writes the shapes of
some arrays as a pattern (``symbols.py``), finds what was traced for that pattern or traces it, and
keeps what was made of the equations to run them. :class:`GradientFormula` is the same for a
function and its pullback. ``families.py`` keeps one of each with every bound operator; shape
inference (``infer.py``) and the evaluator (``_engine/evaluate.py``, ``light.py``) ask them.

Sizes below 8, and those that are also attributes of the operator, stay numbers: Python code asks
for them (``if channels == 3``). Equal sizes are one symbol, different ones are different, so that
what compares two sizes is answered as it would be for the numbers. Where that is found to make no
difference, equations for different sizes serve for equal ones too (``are_alike``). What cannot be
answered for all sizes is asked again for multiples of what the operator's attributes name, between
these numbers (``(1, 4 * s0)`` becomes ``(1, -1, 4)``); at last it is traced with the numbers.
"""

import contextlib
import threading
import weakref
from typing import Any

import jax

from .._ops.kernels.choose import for_evaluation
from .._tables import emptied
from .equations import NUMBERS, Equations, Sizes, are_alike
from .symbols import all_equal, avals_of, fitting, pattern_of, probes, related, scope_of, scopes

try:  # private; unbounded: what JAX's functions were traced with while ours were
    from jax._src.interpreters.partial_eval import trace_to_jaxpr as _traces
except ImportError:
    _traces = None

__all__ = ["Formula", "GradientFormula", "emptied_with_formulas", "holders"]

_MOST_KEPT = 64  # numbers of shapes that a formula keeps something for
_MOST_EQUATIONS = 60_000  # traced or made to run, of all formulas: some 150 MB


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
                alike = self.alike[pattern] = one is not None and are_alike(
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
