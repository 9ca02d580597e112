"""What an array may be, and how far an operator may be written out while it is traced.

Attributes come from files of strangers: a number in them must not keep tracing busy for minutes.
"""

import math
import numbers

from ..error import AttributeTypeError, ShapeError, fail

__all__ = ["check_size", "is_countable", "unfolded"]

_MOST = 2**31 - 1  # positions are int32, in kernels and in XLA's gathers
_AXES = 64  # NumPy's arrays have no more


def is_countable(shape):
    """Whether an array may have this shape. Sizes that are symbols are told later: then it may."""
    if not all(isinstance(d, numbers.Integral) for d in shape):
        return len(shape) <= _AXES
    return math.prod(shape) <= _MOST and (
        not shape or (len(shape) <= _AXES and max(shape) <= _MOST)
    )


def check_size(shape):
    """Raise ShapeError where an array would have more elements, or axes, than it can here."""
    if is_countable(shape):
        return
    if len(shape) > _AXES:
        fail(ShapeError, "array", "too many axes", expected=f"at most {_AXES}", got=len(shape))
    fail(
        ShapeError,
        "array",
        "too many elements",
        expected="at most 2147483647 (2**31 - 1) elements",
        got=f"shape {tuple(shape)} of {math.prod(shape)}",
        hint="keep the data in several arrays",
    )


def unfolded(where, what, n, most):
    """Raise AttributeTypeError where an operator would be written out more than ``most`` times."""
    if n > most:
        fail(AttributeTypeError, where, f"too many {what}", expected=f"at most {most}", got=n)
