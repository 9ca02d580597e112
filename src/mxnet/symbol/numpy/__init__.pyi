"""``mx.sym.np``: NumPy's functions on symbols, from the same definitions as ``mx.np``.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
# ruff: noqa: I001
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as onp

from mxnet.context import Context
from mxnet.symbol.numpy._symbol import _Symbol
from . import linalg as linalg
from . import random as random

__all__ = [
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "degrees",
    "exp",
    "expm1",
    "fix",
    "floor",
    "log",
    "log10",
    "log1p",
    "log2",
    "negative",
    "radians",
    "reciprocal",
    "rint",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "trunc",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "absolute",
    "abs",
    "fabs",
    "deg2rad",
    "rad2deg",
    "isnan",
    "isinf",
    "isposinf",
    "isneginf",
    "isfinite",
    "logical_not",
    "bitwise_not",
    "invert",
    "add",
    "subtract",
    "multiply",
    "mod",
    "power",
    "true_divide",
    "floor_divide",
    "copysign",
    "arctan2",
    "hypot",
    "ldexp",
    "lcm",
    "gcd",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "equal",
    "not_equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "divide",
    "remainder",
    "sum",
    "prod",
    "mean",
    "std",
    "var",
    "max",
    "min",
    "all",
    "any",
    "argmax",
    "argmin",
    "cumsum",
    "around",
    "transpose",
    "swapaxes",
    "squeeze",
    "expand_dims",
    "moveaxis",
    "broadcast_to",
    "reshape",
    "roll",
    "rot90",
    "flip",
    "diag",
    "diagflat",
    "diagonal",
    "trace",
    "tril",
    "triu",
    "dot",
    "matmul",
    "kron",
    "cross",
    "nan_to_num",
    "amax",
    "amin",
    "sometrue",
    "product",
    "round",
    "round_",
    "concatenate",
    "stack",
    "vstack",
    "row_stack",
    "hstack",
    "dstack",
    "column_stack",
    "append",
    "split",
    "array_split",
    "hsplit",
    "vsplit",
    "dsplit",
    "where",
    "clip",
    "tensordot",
    "inner",
    "outer",
    "vdot",
    "einsum",
    "tile",
    "repeat",
    "ravel",
    "copy",
    "flipud",
    "fliplr",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "diff",
    "insert",
    "delete",
    "ediff1d",
    "sort",
    "argsort",
    "average",
    "pad",
    "full_like",
    "zeros_like",
    "ones_like",
    "empty_like",
    "zeros",
    "ones",
    "full",
    "arange",
    "eye",
    "identity",
    "indices",
    "linspace",
    "logspace",
    "take",
    "unique",
    "bincount",
    "unravel_index",
    "diag_indices_from",
    "percentile",
    "quantile",
    "polyval",
    "histogram",
    "resize",
    "shares_memory",
    "may_share_memory",
    "hanning",
    "hamming",
    "blackman",
    "linalg",
    "random",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]
_Axis: TypeAlias = int | Sequence[int] | None

def cbrt(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise cube root."""

def ceil(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise smallest integer not below x; gradient 0."""

def cos(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise cosine (radians)."""

def cosh(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise hyperbolic cosine."""

def degrees(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise radians to degrees."""

def exp(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise e^x."""

def expm1(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise e^x - 1, precise near 0."""

def fix(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise nearest integer towards zero; gradient 0."""

def floor(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise largest integer not above x; gradient 0."""

def log(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise natural logarithm."""

def log10(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise logarithm to base 10."""

def log1p(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise log(1 + x), precise near 0."""

def log2(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise logarithm to base 2."""

def negative(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise -x."""

def radians(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise degrees to radians."""

def reciprocal(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise 1 / x."""

def rint(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise nearest integer, halves downwards; gradient 0."""

def sign(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise -1, 0 or 1; gradient 0."""

def sin(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise sine (radians)."""

def sinh(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise hyperbolic sine."""

def sqrt(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise square root."""

def square(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise x^2."""

def tan(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise tangent (radians)."""

def tanh(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise hyperbolic tangent."""

def trunc(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whole part; gradient 0."""

def arccos(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise inverse cosine, in radians."""

def arccosh(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise inverse hyperbolic cosine."""

def arcsin(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise inverse sine, in radians."""

def arcsinh(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise inverse hyperbolic sine."""

def arctan(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise inverse tangent, in radians."""

def arctanh(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise inverse hyperbolic tangent."""

def absolute(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise absolute value; gradient 0 at 0."""

def abs(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise absolute value; gradient 0 at 0."""

def fabs(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise absolute value; gradient 0 at 0."""

def deg2rad(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise degrees to radians."""

def rad2deg(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise radians to degrees."""

def isnan(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whether NaN."""

def isinf(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whether infinite."""

def isposinf(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whether positively infinite."""

def isneginf(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whether negatively infinite."""

def isfinite(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whether neither infinite nor NaN."""

def logical_not(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise whether false."""

def bitwise_not(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise complement of bits."""

def invert(x: _Symbol | _Number, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Elementwise complement of bits."""

def add(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise sum, with broadcasting."""

def subtract(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise difference, with broadcasting."""

def multiply(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise product, with broadcasting."""

def mod(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise remainder with the divisor's sign, with broadcasting."""

def power(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise power, with broadcasting."""

def true_divide(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise quotient, with broadcasting."""

def floor_divide(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise quotient rounded down, with broadcasting."""

def copysign(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise size with a sign, with broadcasting."""

def arctan2(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise angle of the point (x2, x1), with broadcasting."""

def hypot(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise sqrt(x1^2 + x2^2), with broadcasting."""

def ldexp(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise x1 * 2^x2, with broadcasting."""

def lcm(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise least common multiple, with broadcasting."""

def gcd(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise greatest common divisor, with broadcasting."""

def maximum(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise larger element; NaN wins, at ties the gradient goes to x1, with broadcasting."""

def minimum(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise smaller element; NaN wins, at ties the gradient goes to x1, with
    broadcasting.
    """

def fmax(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise larger element, NaN apart, with broadcasting."""

def fmin(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise smaller element, NaN apart, with broadcasting."""

def bitwise_and(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise and of bits, with broadcasting."""

def bitwise_or(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise or of bits, with broadcasting."""

def bitwise_xor(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise exclusive or of bits, with broadcasting."""

def equal(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether equal, with broadcasting."""

def not_equal(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether different, with broadcasting."""

def greater(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether x1 > x2, with broadcasting."""

def greater_equal(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether x1 >= x2, with broadcasting."""

def less(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether x1 < x2, with broadcasting."""

def less_equal(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether x1 <= x2, with broadcasting."""

def logical_and(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether both are true, with broadcasting."""

def logical_or(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether any is true, with broadcasting."""

def logical_xor(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise whether exactly one is true, with broadcasting."""

def divide(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise quotient, with broadcasting."""

def remainder(
    x1: _Symbol | _Number,
    x2: _Symbol | _Number,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elementwise remainder with the divisor's sign, with broadcasting."""

def sum(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    keepdims: bool = False,
    initial: Any = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """Sum over axes."""

def prod(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: _Symbol | None = None,
    keepdims: bool = False,
) -> _Symbol:
    """Product over axes."""

def mean(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: _Symbol | None = None,
    keepdims: bool = False,
) -> _Symbol:
    """Mean over axes."""

def std(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: _Symbol | None = None,
    ddof: int = 0,
    keepdims: bool = False,
) -> _Symbol:
    """Standard deviation over axes: the square root of ``_npi_var``."""

def var(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: _Symbol | None = None,
    ddof: int = 0,
    keepdims: bool = False,
) -> _Symbol:
    """Variance over axes."""

def max(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Largest element over axes; NaN wins."""

def min(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Smallest element over axes; NaN wins."""

def all(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Whether every element over axes is not 0."""

def any(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Whether any element over axes is not 0."""

def argmax(a: _Symbol, axis: _Axis | None = None, out: _Symbol | None = None) -> _Symbol:
    """Position of the largest element, the first of equals."""

def argmin(a: _Symbol, axis: _Axis | None = None, out: _Symbol | None = None) -> _Symbol:
    """Position of the smallest element, the first of equals."""

def cumsum(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """Running sums along an axis."""

def around(
    x: _Symbol | _Number,
    decimals: Any = 0,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elements rounded to so many decimals, halves to even."""

def transpose(a: _Symbol, axes: Any = None) -> _Symbol:
    """Axes in another order."""

def swapaxes(a: _Symbol, axis1: Any, axis2: Any) -> _Symbol:
    """Two axes exchanged."""

def squeeze(a: _Symbol, axis: _Axis | None = None, out: _Symbol | None = None) -> _Symbol:
    """Without axes of size 1."""

def expand_dims(a: _Symbol, axis: _Axis) -> _Symbol:
    """A new axis of size 1."""

def moveaxis(a: _Symbol, source: _Shape, destination: _Shape) -> _Symbol:
    """Axes moved to other places; the others keep their order."""

def broadcast_to(array: Any, shape: _Shape) -> _Symbol:
    """Axes of size 1 repeated, and leading ones added, until the array has a shape."""

def reshape(a: _Symbol, newshape: _Shape, order: str = "C", out: _Symbol | None = None) -> _Symbol:
    """The elements in another shape."""

def roll(a: _Symbol, shift: Any, axis: _Axis | None = None) -> _Symbol:
    """Elements moved along axes; what leaves at one end comes in at the other."""

def rot90(m: _Symbol, k: int = 1, axes: Any = None) -> _Symbol:
    """The plane of two axes turned by so many right angles."""

def flip(m: _Symbol, axis: _Axis | None = None, out: _Symbol | None = None) -> _Symbol:
    """The order along axes reversed."""

def diag(array: Any, k: int = 0) -> _Symbol:
    """A diagonal of a matrix; of a vector, the matrix that has it as diagonal."""

def diagflat(array: Any, k: int = 0) -> _Symbol:
    """The matrix that has the elements as diagonal."""

def diagonal(a: _Symbol, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> _Symbol:
    """Diagonals of the planes of two axes."""

def trace(
    a: _Symbol,
    offset: Any = 0,
    axis1: Any = 0,
    axis2: Any = 1,
    out: _Symbol | None = None,
) -> _Symbol:
    """Sums of the diagonals of the planes of two axes."""

def tril(m: _Symbol, k: int = 0) -> _Symbol:
    """The lower triangles of matrices, zeros elsewhere."""

def triu(m: _Symbol, k: int = 0) -> _Symbol:
    """The upper triangles of matrices, zeros elsewhere."""

def dot(a: _Symbol, b: _Symbol, out: _Symbol | None = None) -> _Symbol:
    """Product over the last axis of ``a`` and the last but one of ``b``."""

def matmul(a: _Symbol, b: _Symbol, out: _Symbol | None = None, **kwargs: Any) -> _Symbol:
    """Matrix product, matrix by matrix of two stacks that broadcast."""

def kron(a: _Symbol, b: _Symbol) -> _Symbol:
    """Kronecker product."""

def cross(
    a: _Symbol,
    b: _Symbol,
    axisa: Any = -1,
    axisb: Any = -1,
    axisc: Any = -1,
    axis: _Axis | None = None,
) -> _Symbol:
    """Vector product of vectors of two or three elements."""

def nan_to_num(
    x: _Symbol | _Number,
    copy: bool = True,
    nan: Any = 0.0,
    posinf: Any = None,
    neginf: Any = None,
    **kwargs: Any,
) -> _Symbol:
    """NaN and infinite elements replaced by numbers."""

def amax(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Largest element over axes; NaN wins."""

def amin(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Smallest element over axes; NaN wins."""

def sometrue(
    a: _Symbol,
    axis: _Axis | None = None,
    keepdims: bool = False,
    out: _Symbol | None = None,
) -> _Symbol:
    """Whether any element over axes is not 0."""

def product(
    a: _Symbol,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: _Symbol | None = None,
    keepdims: bool = False,
) -> _Symbol:
    """Product over axes."""

def round(
    x: _Symbol | _Number,
    decimals: Any = 0,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elements rounded to so many decimals, halves to even."""

def round_(
    x: _Symbol | _Number,
    decimals: Any = 0,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Elements rounded to so many decimals, halves to even."""

def concatenate(seq: Sequence[_Symbol], axis: _Axis = 0, out: _Symbol | None = None) -> _Symbol:
    """Arrays joined along an axis, ``None`` for the flattened arrays."""

def stack(arrays: Sequence[_Symbol], axis: _Axis = 0, out: _Symbol | None = None) -> _Symbol:
    """Arrays of one shape joined along a new axis."""

def vstack(arrays: Sequence[_Symbol], out: _Symbol | None = None) -> _Symbol:
    """Arrays joined row by row."""

def row_stack(arrays: Sequence[_Symbol], out: _Symbol | None = None) -> _Symbol:
    """Arrays joined row by row."""

def hstack(arrays: Sequence[_Symbol]) -> _Symbol:
    """Arrays joined side by side."""

def dstack(arrays: Sequence[_Symbol]) -> _Symbol:
    """Arrays joined along the third axis."""

def column_stack(tup: Any) -> _Symbol:
    """Arrays joined as columns."""

def append(arr: _Symbol, values: Any, axis: _Axis | None = None) -> _Symbol:
    """``values`` behind ``arr``, along an axis or flattened."""

def split(ary: _Symbol, indices_or_sections: _Shape, axis: _Axis = 0) -> list[_Symbol]:
    """A list of parts along an axis: so many equal ones, or parts that begin at positions."""

def array_split(ary: _Symbol, indices_or_sections: _Shape, axis: _Axis = 0) -> list[_Symbol]:
    """A list of parts along an axis, of nearly equal size for a number of parts."""

def hsplit(ary: _Symbol, indices_or_sections: _Shape) -> list[_Symbol]:
    """A list of parts along the second axis, of a vector along the first."""

def vsplit(ary: _Symbol, indices_or_sections: _Shape) -> list[_Symbol]:
    """A list of parts along the first axis."""

def dsplit(ary: _Symbol, indices_or_sections: _Shape) -> list[_Symbol]:
    """A list of parts along the third axis."""

def where(condition: Any, x: _Symbol | _Number | None = None, y: Any = None) -> Any:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere; positions without them."""

def clip(a: _Symbol, a_min: Any, a_max: Any, out: _Symbol | None = None) -> _Symbol:
    """Values cut to an interval; one bound may be None."""

def tensordot(a: _Symbol, b: _Symbol, axes: Any = 2) -> _Symbol:
    """Product over the last ``axes`` axes of ``a`` and the first of ``b``, or over pairs."""

def inner(a: _Symbol, b: _Symbol) -> _Symbol:
    """Product over the last axes."""

def outer(a: _Symbol, b: _Symbol) -> _Symbol:
    """Products of all pairs of elements."""

def vdot(a: _Symbol, b: _Symbol) -> _Symbol:
    """Product of the flattened arrays."""

def einsum(*operands: Any, **kwargs: Any) -> _Symbol:
    """Sums of products, written with subscripts: ``np.einsum('ij,jk->ik', a, b)``."""

def tile(A: Any, reps: _Shape) -> _Symbol:
    """The whole array repeated along its axes."""

def repeat(a: _Symbol, repeats: Any, axis: _Axis | None = None) -> _Symbol:
    """Each element repeated, all the same number of times or each its own."""

def ravel(x: _Symbol | _Number, order: str = "C") -> _Symbol:
    """The array as a vector."""

def copy(a: _Symbol, out: _Symbol | None = None) -> _Symbol:
    """A copy of an array."""

def flipud(m: _Symbol) -> _Symbol:
    """The order along the first axis reversed."""

def fliplr(m: _Symbol) -> _Symbol:
    """The order along the second axis reversed."""

def atleast_1d(*arys: Any) -> Any:
    """Arrays with at least one axis; a list for several."""

def atleast_2d(*arys: Any) -> Any:
    """Arrays with at least two axes; a list for several."""

def atleast_3d(*arys: Any) -> Any:
    """Arrays with at least three axes; a list for several."""

def diff(
    a: _Symbol,
    n: int = 1,
    axis: _Axis = -1,
    prepend: Any = None,
    append: Any = None,
) -> _Symbol:
    """Differences of neighbours along an axis, taken ``n`` times."""

def insert(arr: _Symbol, obj: Any, values: Any, axis: _Axis | None = None) -> _Symbol:
    """The array with values put before some positions along an axis, or of the flattened array."""

def delete(arr: _Symbol, obj: Any, axis: _Axis | None = None) -> _Symbol:
    """The array without the parts at some positions along an axis, or of the flattened array."""

def ediff1d(ary: _Symbol, to_end: Any = None, to_begin: Any = None) -> _Symbol:
    """Differences of neighbours of the flattened array, with what to put before and behind."""

def sort(a: _Symbol, axis: _Axis = -1, kind: Any = None, order: str | None = None) -> _Symbol:
    """Elements in order along an axis."""

def argsort(a: _Symbol, axis: _Axis = -1, kind: Any = None, order: str | None = None) -> _Symbol:
    """Positions that put the elements in order along an axis, in int64."""

def average(
    a: _Symbol,
    axis: _Axis | None = None,
    weights: Any = None,
    returned: Any = False,
    out: _Symbol | None = None,
) -> Any:
    """Weighted mean over axes."""

def pad(
    x: _Symbol | _Number,
    pad_width: Any = None,
    mode: str = "constant",
    **kwargs: Any,
) -> _Symbol:
    """Borders added."""

def full_like(
    a: _Symbol,
    fill_value: Any,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """One number everywhere, in the shape of an array."""

def zeros_like(
    a: _Symbol,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """Zeros in the shape of an array."""

def ones_like(
    a: _Symbol,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """Ones in the shape of an array."""

def empty_like(
    prototype: Any,
    dtype: _DType | None = None,
    order: str = "C",
    subok: Any = False,
    shape: _Shape | None = None,
) -> _Symbol:
    """An array of the shape of another, whose contents do not matter (zeros)."""

def zeros(
    shape: _Shape,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
) -> _Symbol:
    """Zeros, float32 by default."""

def ones(
    shape: _Shape,
    dtype: _DType | None = ...,
    order: str = "C",
    ctx: Context | str | None = None,
) -> _Symbol:
    """Ones, float32 by default."""

def full(
    shape: _Shape,
    fill_value: Any,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """One number everywhere, float32 by default."""

def arange(
    start: _Number,
    stop: _Number | None = None,
    step: _Number = 1,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
) -> _Symbol:
    """``start, start + step, ...`` below ``stop``; with one argument from 0."""

def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: _DType | None = ...,
    **kwargs: Any,
) -> _Symbol:
    """``(N, M)`` matrix with ones on the ``k``-th diagonal, square by default."""

def identity(n: int, dtype: _DType | None = None, ctx: Context | str | None = None) -> _Symbol:
    """The identity matrix."""

def indices(
    dimensions: Any,
    dtype: _DType | None = ...,
    ctx: Context | str | None = None,
) -> _Symbol:
    """The coordinates of every element of an array of that shape."""

def linspace(
    start: _Number,
    stop: _Number | None,
    num: int = 50,
    endpoint: bool = True,
    retstep: Any = False,
    dtype: _DType | None = None,
    axis: _Axis = 0,
    ctx: Context | str | None = None,
) -> _Symbol:
    """``num`` evenly spaced numbers from ``start`` to ``stop``."""

def logspace(
    start: _Number,
    stop: _Number | None,
    num: int = 50,
    endpoint: bool = True,
    base: _Symbol | _Number = 10.0,
    dtype: _DType | None = None,
    axis: _Axis = 0,
    ctx: Context | str | None = None,
) -> _Symbol:
    """``num`` powers of ``base`` with evenly spaced exponents."""

def take(
    a: _Symbol,
    indices: Any,
    axis: _Axis | None = None,
    mode: str = "raise",
    out: _Symbol | None = None,
) -> Any:
    """Elements at given positions along an axis, or of the flattened array."""

def unique(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: _Axis | None = None,
) -> Any:
    """The different elements, in order; with flags positions and counts as well."""

def bincount(x: _Symbol | _Number, weights: Any = None, minlength: Any = 0) -> _Symbol:
    """How often each integer occurs, or the sums of their weights."""

def unravel_index(indices: Any, shape: _Shape, order: str = "C") -> tuple[_Symbol, ...]:
    """Coordinates of positions in a flattened array, a symbol for each axis."""

def diag_indices_from(arr: _Symbol) -> tuple[_Symbol, ...]:
    """Coordinates of the main diagonal, a row for each axis."""

def percentile(
    a: _Symbol,
    q: Any,
    axis: _Axis | None = None,
    out: _Symbol | None = None,
    overwrite_input: Any = None,
    interpolation: Any = "linear",
    keepdims: bool = False,
) -> _Symbol:
    """Percentiles over axes; ``q`` between 0 and 100."""

def quantile(
    a: _Symbol,
    q: Any,
    axis: _Axis | None = None,
    out: _Symbol | None = None,
    overwrite_input: Any = None,
    interpolation: Any = "linear",
    keepdims: bool = False,
) -> _Symbol:
    """Quantiles over axes; ``q`` between 0 and 1."""

def polyval(p: Any, x: _Symbol | _Number) -> _Symbol:
    """Values of the polynomial with coefficients ``p``, highest power first, at ``x``."""

def histogram(
    a: _Symbol,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    normed: Any = None,
    weights: Any = None,
    density: Any = None,
) -> tuple[_Symbol, ...]:
    """Counts of the elements in intervals, and the borders of the intervals."""

def resize(a: _Symbol, new_shape: Any) -> _Symbol:
    """The elements, repeated as often as needed, in another shape; work of the host."""

def shares_memory(a: _Symbol, b: _Symbol, max_work: Any = None) -> Any:
    """Whether two symbols are one and the same array."""

def may_share_memory(a: _Symbol, b: _Symbol, max_work: Any = None) -> Any:
    """Whether two symbols are one and the same array."""

def hanning(M: int | None, dtype: _DType | None = ..., ctx: Context | str | None = None) -> _Symbol:
    """The Hanning window of ``M`` points, float32 by default."""

def hamming(M: int | None, dtype: _DType | None = ..., ctx: Context | str | None = None) -> _Symbol:
    """The Hamming window of ``M`` points, float32 by default."""

def blackman(
    M: int | None,
    dtype: _DType | None = ...,
    ctx: Context | str | None = None,
) -> _Symbol:
    """The Blackman window of ``M`` points, float32 by default."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself
