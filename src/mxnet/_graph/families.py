"""The formula of each operator; what operators have in common that differ in sizes alone.

:func:`formula_of` and :func:`gradient_of` keep a Formula (``formulas.py``) with the bound operator:
shape inference, the evaluator and the profiler's costs ask them here. An operator whose attributes
name sizes (``x.reshape((n, -1))``) is a :class:`_Member` of a :class:`Family`: its equations may be
those of the family, in which these sizes are symbols too.
"""

import numpy as onp

from .equations import Aval
from .formulas import Formula, GradientFormula, emptied_with_formulas, holders
from .symbols import FEWEST

__all__ = ["formula_of", "gradient_of"]

_OWN = 2  # members of a family that have formulas of their own
_MOST_MISSES = 3
_UNREAD = onp.dtype("float32")


class Family:
    """Operators that differ in sizes alone that are among their attributes, ``x.reshape((n, -1))``
    say for any n: from the third of them on one formula is asked first, which has symbols for these
    sizes too.

    They are the shape of a further argument, which is not read.
    """

    def __init__(self):
        self.formulas, self.avals = {}, {}
        self.first = set()  # sizes of the first members, which have formulas of their own
        self.misses = 0

    def takes(self, sizes):
        """Whether a member is asked with symbols for its sizes."""
        if sizes not in self.first and len(self.first) < _OWN:
            self.first.add(sizes)
        return sizes not in self.first

    def with_symbols(self, key, avals, sizes):
        """As a Formula's, of the one that ``key`` stands for."""
        if self.misses >= _MOST_MISSES or key not in self.formulas:  # forgotten meanwhile
            return None
        found = self.formulas[key].with_symbols([*avals, Aval(sizes, _UNREAD)])
        self.misses += found is None
        return found


_families = emptied_with_formulas()  # what members have in common -> Family


class _Member(Formula):
    """The formula of a member of a family."""

    def __init__(self, bound, n, same, family, sizes):
        super().__init__(_function(bound, n, same), _named_sizes(bound))
        self.family, self.key, self.sizes = family, (n, same), sizes
        if self.key not in family.formulas:
            family.formulas[self.key] = Formula(
                lambda *a: _function(bound.with_sizes(a[-1].shape), n, same)(*a[:-1]),
                frozenset(d for d in self.fixed if d not in sizes),
                True,
            )
            holders.add(family)

    def _located(self, avals):
        found = self.family.with_symbols(self.key, avals, self.sizes)
        return super()._located(avals) if found is None else found


class _GradientMember(GradientFormula):
    """The gradient of a member of a family."""

    def __init__(self, forward, diff, floats):
        super().__init__(forward, diff, floats)
        family = forward.family
        self.key = (*forward.key, diff, floats)
        if self.key not in family.formulas and forward.key in family.formulas:
            of_all = GradientFormula(family.formulas[forward.key], diff, floats)
            family.formulas[self.key] = of_all

    def _traced(self, pattern):
        formula = self.forward.family.formulas.get(self.key)
        found = None if formula is None else formula.traces.get(pattern)
        return self.traces.get(pattern) if found is None else found

    def with_symbols(self, avals):
        forward = self.forward
        found = forward.family.with_symbols(self.key, avals, forward.sizes)
        return super().with_symbols(avals) if found is None else found


def _named_sizes(bound):
    """Sizes that an operator's attributes name."""
    found, todo = set(), [*bound.attrs.values(), bound.form]
    while todo:
        value = todo.pop()
        if isinstance(value, (tuple, list)):
            todo += value
        elif isinstance(value, int):
            found.add(abs(value))
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
        key, sizes = bound.sized(FEWEST)
        family = None
        if sizes:
            family = _families.get(key)
            if family is None:
                family = _families[key] = Family()
        if family is not None and family.takes(sizes):
            found = _Member(bound, n, same, family, sizes)
        else:
            found = Formula(_function(bound, n, same), _named_sizes(bound))
        bound.formulas[n, same] = found
        holders.add(bound)
    return found


def gradient_of(bound, n, diff, floats):
    """The same with the pullback of outputs ``floats`` to inputs ``diff``."""
    key = (n, diff, floats)
    found = bound.formulas.get(key)
    if found is None:
        forward = formula_of(bound, n)
        kind = _GradientMember if forward.__class__ is _Member else GradientFormula
        found = bound.formulas[key] = kind(forward, diff, floats)
        holders.add(bound)
    return found
