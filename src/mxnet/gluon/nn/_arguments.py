"""Checking what layers are constructed with."""

import inspect
import types

import numpy as onp

from ..._ops import _spec
from ...error import LayerArgumentError, nearest

__all__ = [
    "LayerArgumentError",
    "integers",
    "natural",
    "one_of",
    "operator_choice",
    "with_defaults",
]


def _is_integer(x):
    return isinstance(x, (int, onp.integer)) and not isinstance(x, bool)


def natural(where, name, value, least=1):
    """``value`` if it is an integer of at least ``least``."""
    if not _is_integer(value) or value < least:
        raise LayerArgumentError(
            f"{where}: {name} must be an integer of at least {least}, got {value!r}."
        )
    return int(value)


def integers(where, name, value, n):
    """A tuple of ``n`` integers: one integer stands for all."""
    if _is_integer(value):
        return (int(value),) * n
    if not isinstance(value, (tuple, list)) or len(value) != n or not all(map(_is_integer, value)):
        raise LayerArgumentError(
            f"{where}: {name} must be a number or a list of {n} ints, got {value!r}."
        )
    return tuple([int(v) for v in value])


def one_of(where, name, value, known):
    """``value`` if it is one of the known ones."""
    if value not in known:
        hint = nearest(value, known)
        raise LayerArgumentError(
            f"{where}: {name} must be one of {', '.join(map(repr, known))}, got {value!r}."
            + (f" Hint: {hint}" if hint else "")
        )
    return value


def operator_choice(where, name, value, operator, attribute):
    """``value`` if it is one of the choices of an operator's attribute."""
    return one_of(where, name, value, _spec.get(operator).attrs[attribute].choices)


def with_defaults(init, **changed):
    """A constructor like ``init``, with other defaults of some of its parameters."""
    made = types.FunctionType(
        init.__code__, init.__globals__, init.__name__, None, init.__closure__
    )
    known = inspect.signature(init).parameters.values()
    made.__defaults__ = tuple(
        [changed.get(p.name, p.default) for p in known if p.default is not p.empty]
    )
    made.__qualname__, made.__doc__ = init.__qualname__, init.__doc__
    return made
