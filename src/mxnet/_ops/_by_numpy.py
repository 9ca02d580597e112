"""What some operators are in NumPy, for arrays of usual types: the same values in fewer calls than
their formulas take, equation by equation (``by_numpy`` of ``_operator.Operator``).

Where a formula and NumPy's function differ in a few numbers (the sign of zeros, divisors of 0), the
function is called first, and what it gave is mended where such a number is among them.
"""

import math

import numpy as onp

__all__ = ["UNARY", "pair", "reduction", "with_number"]

_REAL = frozenset([onp.dtype("float32"), onp.dtype("float64")])
_NUMBERS = _REAL | {onp.dtype("int32"), onp.dtype("int64")}


def _any_zero(x):
    return onp.count_nonzero(x) != x.size


def _extreme(function):
    def extreme(a, b):
        found = function(a, b)
        if _any_zero(found):  # of zeros of two signs the first operand's
            onp.copyto(found, a, where=onp.equal(a, b))
        return found

    return extreme


_EXACT = 2.0**28  # quotients whose products with numbers of float32 are numbers of float64


def _modulo(a, b):
    if a.dtype == onp.float32:
        # In float64 nothing is rounded, and it takes a third of the time of numpy.remainder, which
        # divides number by number.
        x, y = a.astype(onp.float64), b.astype(onp.float64)
        found = onp.divide(x, y)
        onp.floor(found, found)
        most, least = found.item(found.argmax()), found.item(found.argmin())
        onp.multiply(found, y, found)
        if least > -_EXACT and most < _EXACT and not math.isnan(found.item(found.argmax())):
            return onp.subtract(x, found).astype(onp.float32)
    return _modulo_of_any(a, b)


def _modulo_of_any(a, b):
    if _any_zero(b):
        zero = onp.equal(b, 0)
        found = _modulo_of_any(a, onp.where(zero, onp.ones((), b.dtype), b))
        onp.putmask(found, onp.broadcast_to(zero, found.shape), onp.zeros((), b.dtype))
        return found
    found = onp.fmod(a, b)  # numpy.remainder takes twice the time
    apart = onp.not_equal(onp.signbit(found), onp.signbit(b))
    if onp.count_nonzero(apart):
        onp.add(found, b, out=found, where=onp.logical_and(apart, onp.not_equal(found, 0)))
    return onp.add(found, onp.zeros((), found.dtype), found)  # -0 becomes 0


def _truth(function):
    return lambda a, b: function(a, b).astype(a.dtype)


# short name, as elemwise.py has it -> (function, types)
_PAIRS = {
    "add": (onp.add, _NUMBERS),
    "sub": (onp.subtract, _NUMBERS),
    "mul": (onp.multiply, _NUMBERS),
    "div": (onp.divide, _REAL),
    "mod": (_modulo, _REAL),
    "maximum": (_extreme(onp.maximum), _NUMBERS),
    "minimum": (_extreme(onp.minimum), _NUMBERS),
    "equal": (_truth(onp.equal), _NUMBERS),
    "not_equal": (_truth(onp.not_equal), _NUMBERS),
    "greater": (_truth(onp.greater), _NUMBERS),
    "greater_equal": (_truth(onp.greater_equal), _NUMBERS),
    "lesser": (_truth(onp.less), _NUMBERS),
    "lesser_equal": (_truth(onp.less_equal), _NUMBERS),
    "logical_and": (_truth(onp.logical_and), _NUMBERS),
    "logical_or": (_truth(onp.logical_or), _NUMBERS),
    "logical_xor": (_truth(onp.logical_xor), _NUMBERS),
}


def pair(short):
    """``by_numpy`` of an operator of two arrays that broadcast."""
    if short not in _PAIRS:
        return None
    function, types = _PAIRS[short]

    def by_numpy(ins):
        a, b = ins
        # Arrays without axes would give NumPy's numbers, which cannot be written to.
        usual = a.dtype == b.dtype and a.dtype in types and (a.shape or b.shape)
        return function if usual else None

    return by_numpy


def with_number(short):
    """``by_numpy`` of an operator of an array and a number, of ``mod`` and the extremes; the others
    are one call already.
    """
    if short not in ("mod", "maximum", "minimum"):
        return None
    function = _PAIRS[short][0]

    def by_numpy(ins, is_int):
        dtype = ins[0].dtype
        if dtype not in _REAL or not ins[0].shape:
            return None
        return lambda a, number: function(a, onp.array(number, dtype))

    return by_numpy


def _relu(dtype):
    zero = onp.zeros((), dtype)

    def relu(x):
        found = onp.maximum(x, zero)
        return onp.abs(found, found)  # of -0

    return relu


def _logistic(dtype):
    one = onp.ones((), dtype)

    def logistic(x):
        found = onp.negative(x)
        onp.exp(found, found)
        onp.add(found, one, found)
        return onp.reciprocal(found, found)

    return logistic


def _unary(make):
    def by_numpy(ins):
        dtype = ins[0].dtype
        return make(dtype) if dtype in _REAL and ins[0].shape else None

    return by_numpy


# name -> by_numpy
UNARY = {
    "abs": _unary(lambda dtype: onp.abs),
    "relu": _unary(_relu),
    "sigmoid": _unary(_logistic),
}


def _one(value):
    """A reduction of all elements to an array of one: ``value(x)`` gives its number."""

    def make(dtype):
        def reduce(x):
            found = onp.empty((1,), dtype)
            found[0] = value(x)
            return found

        return reduce

    return make


# Sums and means are not made of ``_one``: another call takes 40 ns, of 1,100 for a few numbers.
def _sum(dtype):
    add = onp.add.reduce

    def total(x):
        found = onp.empty((1,), dtype)
        found[0] = add(x, None, dtype)
        return found

    return total


def _mean(dtype):
    add = onp.add.reduce

    def mean(x):
        found = onp.empty((1,), dtype)
        found[0] = float(add(x, None, dtype)) / x.size
        return found

    return mean


# Finding where an extreme stands takes a third of the time of a reduction.
_WHOLE = {
    "sum": (_sum, _NUMBERS),
    "mean": (_mean, _REAL),
    "max": (_one(lambda x: x.item(x.argmax())), _NUMBERS),
    "min": (_one(lambda x: x.item(x.argmin())), _NUMBERS),
}


def reduction(name):
    """``by_numpy`` of a reduction over all axes to an array of one element."""
    if name not in _WHOLE:
        return None
    make, types = _WHOLE[name]

    def by_numpy(ins, axis, keepdims, exclude):
        (shape, dtype) = ins[0].shape, ins[0].dtype
        every = axis is None or axis == () or (len(shape) == 1 and axis in ((0,), (-1,)))
        if not every or exclude or (keepdims and len(shape) > 1) or dtype not in types:
            return None
        return make(dtype) if shape and 0 not in shape else None

    return by_numpy
