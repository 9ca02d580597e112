"""Functions that take arrays or numbers on either side."""

import operator

import numpy as onp

from .._engine.segment import append
from .._frontend.dispatch import invoke
from .._ops import _spec
from .._traceback import shown
from ..error import MXNetError
from ._parts import split_v2, take
from .ndarray import NDArray

__all__ = [
    "take",
    "split_v2",
    "histogram",
    "add",
    "subtract",
    "multiply",
    "divide",
    "true_divide",
    "modulo",
    "power",
    "maximum",
    "minimum",
    "equal",
    "not_equal",
    "greater",
    "greater_equal",
    "lesser",
    "lesser_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
]


def histogram(a, bins=10, range=None):
    """Counts of the elements of ``a`` in intervals, and the borders of the intervals.

    Parameters
    ----------
    a : NDArray
    bins : int, or NDArray of ascending borders
    range : (low, high), for a number of bins; default the smallest and largest element

    Returns
    -------
    [counts, borders]   a tuple with counts float32 where ``range`` is the default, as in 1.9.1
    """
    op = _spec.get("_histogram")
    if isinstance(bins, NDArray):
        return invoke(op, [a, bins], {})
    if range is None:
        range = (float(a.min().asscalar()), float(a.max().asscalar()))
        counts, borders = invoke(op, [a], {"bin_cnt": int(bins), "range": range})
        return counts.astype("float32"), borders
    return invoke(op, [a], {"bin_cnt": int(bins), "range": tuple(range)})


def _check_number(number):
    if not isinstance(number, (bool, int, float, onp.generic)):
        raise TypeError(f"type {type(number)} not supported")


def _function(name, array_op, scalar_op, right_op, numbers, doc):
    """One function for array and array, array and number, number and array, number and number."""
    both = _spec.get(array_op).bind({}, 2)

    def function(lhs, rhs):
        if lhs.__class__ is NDArray and rhs.__class__ is NDArray:  # straight to the segment
            try:
                return NDArray(append(both, (lhs._read(), rhs._read())))
            except MXNetError as e:
                raise shown(e)  # noqa: B904
        left, right = isinstance(lhs, NDArray), isinstance(rhs, NDArray)
        if left and right:
            return invoke(_spec.get(array_op), [lhs, rhs], {})
        if not left and not right:
            for number in (lhs, rhs):
                _check_number(number)
            return numbers(lhs, rhs)
        x, number, op = (lhs, rhs, scalar_op) if left else (rhs, lhs, right_op)
        _check_number(number)
        return invoke(
            _spec.get(op),
            [x],
            {"scalar": float(number) if isinstance(number, onp.floating) else number},
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc}\n\n{_OPERANDS}"
    return function


_OPERANDS = """\
Parameters
----------
lhs, rhs : NDArray or number    arrays are broadcast against each other

Returns
-------
NDArray, of the arrays' common shape; a number where both are numbers

Raises
------
ShapeError   the shapes cannot be broadcast
TypeError    neither an array nor a number"""


def _compare(symbol):
    return lambda a, b: int(symbol(a, b))


_TABLE = [
    ("add", "broadcast_add", "_plus_scalar", "_plus_scalar", operator.add, "Sum."),
    ("subtract", "broadcast_sub", "_minus_scalar", "_rminus_scalar", operator.sub, "Difference."),
    ("multiply", "broadcast_mul", "_mul_scalar", "_mul_scalar", operator.mul, "Product."),
    ("divide", "broadcast_div", "_div_scalar", "_rdiv_scalar", operator.truediv, "Quotient."),
    ("modulo", "broadcast_mod", "_mod_scalar", "_rmod_scalar", operator.mod, "Remainder."),
    ("maximum", "broadcast_maximum", "_maximum_scalar", "_maximum_scalar", max, "The larger."),
    ("minimum", "broadcast_minimum", "_minimum_scalar", "_minimum_scalar", min, "The smaller."),
    (
        "equal",
        "broadcast_equal",
        "_equal_scalar",
        "_equal_scalar",
        _compare(operator.eq),
        "1 where equal, else 0.",
    ),
    (
        "not_equal",
        "broadcast_not_equal",
        "_not_equal_scalar",
        "_not_equal_scalar",
        _compare(operator.ne),
        "1 where different, else 0.",
    ),
    (
        "greater",
        "broadcast_greater",
        "_greater_scalar",
        "_lesser_scalar",
        _compare(operator.gt),
        "1 where lhs > rhs, else 0.",
    ),
    (
        "greater_equal",
        "broadcast_greater_equal",
        "_greater_equal_scalar",
        "_lesser_equal_scalar",
        _compare(operator.ge),
        "1 where lhs >= rhs, else 0.",
    ),
    (
        "lesser",
        "broadcast_lesser",
        "_lesser_scalar",
        "_greater_scalar",
        _compare(operator.lt),
        "1 where lhs < rhs, else 0.",
    ),
    (
        "lesser_equal",
        "broadcast_lesser_equal",
        "_lesser_equal_scalar",
        "_greater_equal_scalar",
        _compare(operator.le),
        "1 where lhs <= rhs, else 0.",
    ),
    (
        "logical_and",
        "broadcast_logical_and",
        "_logical_and_scalar",
        "_logical_and_scalar",
        lambda a, b: int(bool(a and b)),
        "1 where both are not 0.",
    ),
    (
        "logical_or",
        "broadcast_logical_or",
        "_logical_or_scalar",
        "_logical_or_scalar",
        lambda a, b: int(bool(a or b)),
        "1 where one is not 0.",
    ),
    (
        "logical_xor",
        "broadcast_logical_xor",
        "_logical_xor_scalar",
        "_logical_xor_scalar",
        lambda a, b: int(bool(a) != bool(b)),
        "1 where exactly one is not 0.",
    ),
]
for _row in _TABLE:
    globals()[_row[0]] = _function(*_row)
true_divide = globals()["divide"]
_power = _function(
    "power", "broadcast_power", "_power_scalar", "_rpower_scalar", operator.pow, "Power."
)


def power(base, exp):
    """``base`` to the power ``exp``.

    Parameters
    ----------
    base, exp : NDArray or number    arrays are broadcast against each other

    Returns
    -------
    NDArray, of the arrays' common shape; a number where both are numbers
    """
    return _power(base, exp)
