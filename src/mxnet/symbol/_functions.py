"""Functions of symbols that are not simply an operator: constants, numbers on either side."""

import numpy as onp

from .._frontend.compose import compose
from ..error import AttributeTypeError, fail
from .symbol import Symbol

__all__ = [
    "arange",
    "eye",
    "full",
    "histogram",
    "hypot",
    "linspace",
    "maximum",
    "minimum",
    "ones",
    "pow",
    "power",
    "split_v2",
    "zeros",
]


def _type(dtype):
    return "float32" if dtype is None else dtype


def zeros(shape, dtype=None, **kwargs):
    """Zeros.

    Parameters
    ----------
    shape : int or tuple of int    0: a dimension that binding completes
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _constant("_zeros", {"shape": shape, "dtype": _type(dtype)}, kwargs)


def ones(shape, dtype=None, **kwargs):
    """Ones.

    Parameters
    ----------
    shape, dtype : as for :func:`zeros`

    Returns
    -------
    Symbol
    """
    return _constant("_ones", {"shape": shape, "dtype": _type(dtype)}, kwargs)


def full(shape, val, dtype=None, **kwargs):
    """An array of one number.

    Parameters
    ----------
    shape : int or tuple of int
    val : float
    dtype : default float32

    Returns
    -------
    Symbol
    """
    given = {"shape": shape, "dtype": _type(dtype), "value": float(val)}
    return _constant("_full", given, kwargs)


def _constant(op, given, kwargs):
    name, attr = kwargs.pop("name", None), kwargs.pop("attr", None)
    return compose(op, [], {**given, **kwargs}, name, attr)


def arange(start, stop=None, step=1.0, repeat=1, infer_range=False, name=None, dtype=None):
    """Numbers from ``start`` to before ``stop``; with one number, from 0 to before it.

    Parameters
    ----------
    start, stop, step : float
    repeat : int          how often each number stands
    infer_range : bool    let the shape say where it ends
    dtype : default float32

    Returns
    -------
    Symbol
    """
    given = {
        "start": start,
        "stop": stop,
        "step": step,
        "repeat": repeat,
        "infer_range": infer_range,
        "dtype": _type(dtype),
    }
    return compose("_arange", [], given, name)


def linspace(start, stop, num, endpoint=True, name=None, dtype=None):
    """Numbers evenly from ``start`` to ``stop``, which is left out without ``endpoint``.

    Parameters
    ----------
    start, stop : float
    num : int
    endpoint : bool, default True
    dtype : default float32

    Returns
    -------
    Symbol
    """
    given = {
        "start": start,
        "stop": stop,
        "num": num,
        "endpoint": endpoint,
        "dtype": _type(dtype),
    }
    return compose("_linspace", [], given, name)


def eye(N, M=0, k=0, dtype=None, **kwargs):
    """A matrix (N, M) with ones on a diagonal.

    Parameters
    ----------
    N : int            rows
    M : int, default 0 columns; 0: as many
    k : int, default 0 the diagonal: 0 the main one, above it where positive
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _constant("_eye", {"N": N, "M": M, "k": k, "dtype": _type(dtype)}, kwargs)


def histogram(a, bins=10, range=None, **kwargs):
    """Counts of the elements of ``a`` in intervals, and the borders.

    Parameters
    ----------
    a : Symbol
    bins : int, or Symbol of ascending borders
    range : (low, high), needed for a number of bins

    Returns
    -------
    Symbol of two outputs: int64 counts, and the borders

    Raises
    ------
    ValueError   a number of bins without ``range``
    """
    name, attr = kwargs.pop("name", None), kwargs.pop("attr", None)
    if isinstance(bins, Symbol):
        return compose("_histogram", [a, bins], kwargs, name, attr)
    if range is None:
        raise ValueError("null range is not supported in symbol mode")
    return compose("_histogram", [a, None], {"bin_cnt": bins, "range": range, **kwargs}, name, attr)


def split_v2(ary, indices_or_sections, axis=0, squeeze_axis=False):
    """Parts along an axis: so many equal ones, or parts that begin at given positions.

    Parameters
    ----------
    ary : Symbol
    indices_or_sections : int or tuple of int
    axis : int, default 0
    squeeze_axis : bool, default False    drop the axis (parts of size one)

    Returns
    -------
    Symbol of as many outputs as parts

    Raises
    ------
    AttributeTypeError   no part
    ValueError           neither number nor positions
    """
    if isinstance(indices_or_sections, int):
        indices, sections = [], indices_or_sections
        if sections <= 0:
            fail(AttributeTypeError, "split_v2", "sections do not fit", expected=">= 1")
    elif isinstance(indices_or_sections, (tuple, list, set)):
        indices, sections = [0, *indices_or_sections], 0
    else:
        raise ValueError("indices_or_sections must either int, or tuple / list / set of ints")
    given = {
        "indices": indices,
        "axis": axis,
        "squeeze_axis": squeeze_axis,
        "sections": sections,
    }
    return compose("_split_v2", [ary], given)


def _two_sided(name, op, scalar_op, right_op, numbers, hint, right_hint, doc):
    def function(left, right):
        one, two = isinstance(left, Symbol), isinstance(right, Symbol)
        if one and two:
            return compose(op, [left, right], {}, hint=op)
        if one and _is_number(right):
            return compose(scalar_op, [left], {"scalar": right}, hint=hint)
        if two and _is_number(left):
            return compose(right_op, [right], {"scalar": left}, hint=right_hint)
        if _is_number(left) and _is_number(right):
            return numbers(left, right)
        raise TypeError(f"types ({type(left)}, {type(right)}) not supported")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{doc}

    Parameters
    ----------
    left, right : Symbol of one shape, or number

    Returns
    -------
    Symbol, or a number for two numbers

    Raises
    ------
    TypeError   something else
    """
    return function


def _is_number(x):
    return isinstance(x, (int, float, onp.generic))


_power = _two_sided(
    "pow",
    "_power",
    "_power_scalar",
    "_rpower_scalar",
    lambda a, b: a**b,
    "_powerscalar",
    "_rpowerscalar",
    "Power.",
)


def pow(base, exp):
    """``base`` to the power ``exp``.

    Parameters
    ----------
    base, exp : Symbol of one shape, or number

    Returns
    -------
    Symbol, or a number for two numbers

    Raises
    ------
    TypeError   something else
    """
    return _power(base, exp)


def power(base, exp):
    """``base`` to the power ``exp``.

    Parameters
    ----------
    base, exp : Symbol of one shape, or number

    Returns
    -------
    Symbol, or a number for two numbers

    Raises
    ------
    TypeError   something else
    """
    return _power(base, exp)


maximum = _two_sided(
    "maximum",
    "_maximum",
    "_maximum_scalar",
    "_maximum_scalar",
    lambda a, b: a if a > b else b,
    "_maximumscalar",
    "_maximumscalar",
    "The larger of two.",
)
minimum = _two_sided(
    "minimum",
    "_minimum",
    "_minimum_scalar",
    "_minimum_scalar",
    lambda a, b: a if a < b else b,
    "_minimumscalar",
    "_minimumscalar",
    "The smaller of two.",
)
hypot = _two_sided(
    "hypot",
    "_hypot",
    "_hypot_scalar",
    "_hypot_scalar",
    onp.hypot,
    "_hypotscalar",
    "_hypotscalar",
    "Length of the hypotenuse.",
)


Symbol.split_v2 = split_v2
