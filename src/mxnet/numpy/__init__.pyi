"""``mx.np``: NumPy's interface on this package's arrays and operators.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
# ruff: noqa: I001
from collections.abc import Sequence
from os import PathLike
from typing import Any, TypeAlias

import numpy as onp

from mxnet.context import Context
from numpy import bool_ as bool_
from numpy import dtype as dtype
from . import fallback as fallback
from numpy import finfo as finfo
from numpy import float16 as float16
from numpy import float32 as float32
from numpy import float64 as float64
from numpy import int32 as int32
from numpy import int64 as int64
from numpy import int8 as int8
from . import linalg as linalg
from . import multiarray as multiarray
from . import random as random
from numpy import uint8 as uint8
from mxnet.numpy.multiarray import ndarray as ndarray
from numpy import bool_ as bool
from builtins import bool as _bool

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
    "arange",
    "array",
    "asarray",
    "blackman",
    "empty",
    "eye",
    "full",
    "hamming",
    "hanning",
    "identity",
    "indices",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "zeros",
    "bincount",
    "broadcast_arrays",
    "diag_indices_from",
    "genfromtxt",
    "histogram",
    "may_share_memory",
    "nonzero",
    "percentile",
    "polyval",
    "quantile",
    "resize",
    "set_printoptions",
    "shape",
    "shares_memory",
    "take",
    "unique",
    "unravel_index",
    "allclose",
    "alltrue",
    "apply_along_axis",
    "apply_over_axes",
    "argpartition",
    "argwhere",
    "array_equal",
    "array_equiv",
    "choose",
    "compress",
    "corrcoef",
    "correlate",
    "count_nonzero",
    "cov",
    "digitize",
    "divmod",
    "extract",
    "flatnonzero",
    "float_power",
    "frexp",
    "heaviside",
    "histogram2d",
    "histogram_bin_edges",
    "histogramdd",
    "i0",
    "in1d",
    "interp",
    "intersect1d",
    "isclose",
    "isin",
    "ix_",
    "lexsort",
    "min_scalar_type",
    "mirr",
    "modf",
    "msort",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "ndim",
    "npv",
    "partition",
    "piecewise",
    "packbits",
    "poly",
    "polyadd",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "positive",
    "ppmt",
    "promote_types",
    "ptp",
    "pv",
    "rate",
    "real",
    "result_type",
    "rollaxis",
    "roots",
    "searchsorted",
    "select",
    "setdiff1d",
    "setxor1d",
    "signbit",
    "size",
    "spacing",
    "take_along_axis",
    "trapz",
    "tril_indices_from",
    "trim_zeros",
    "triu_indices_from",
    "union1d",
    "unpackbits",
    "unwrap",
    "vander",
    "NAN",
    "NINF",
    "NZERO",
    "NaN",
    "PINF",
    "PZERO",
    "bool",
    "bool_",
    "dtype",
    "e",
    "fallback",
    "finfo",
    "float16",
    "float32",
    "float64",
    "inf",
    "int32",
    "int64",
    "int8",
    "linalg",
    "multiarray",
    "nan",
    "ndarray",
    "newaxis",
    "pi",
    "random",
    "uint8",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]
_Axis: TypeAlias = int | Sequence[int] | None

def cbrt(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise cube root."""

def ceil(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise smallest integer not below x; gradient 0."""

def cos(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise cosine (radians)."""

def cosh(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise hyperbolic cosine."""

def degrees(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise radians to degrees."""

def exp(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise e^x."""

def expm1(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise e^x - 1, precise near 0."""

def fix(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise nearest integer towards zero; gradient 0."""

def floor(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise largest integer not above x; gradient 0."""

def log(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise natural logarithm."""

def log10(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise logarithm to base 10."""

def log1p(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise log(1 + x), precise near 0."""

def log2(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise logarithm to base 2."""

def negative(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise -x."""

def radians(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise degrees to radians."""

def reciprocal(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise 1 / x."""

def rint(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise nearest integer, halves downwards; gradient 0."""

def sign(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise -1, 0 or 1; gradient 0."""

def sin(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise sine (radians)."""

def sinh(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise hyperbolic sine."""

def sqrt(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise square root."""

def square(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise x^2."""

def tan(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise tangent (radians)."""

def tanh(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise hyperbolic tangent."""

def trunc(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whole part; gradient 0."""

def arccos(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise inverse cosine, in radians."""

def arccosh(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise inverse hyperbolic cosine."""

def arcsin(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise inverse sine, in radians."""

def arcsinh(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise inverse hyperbolic sine."""

def arctan(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise inverse tangent, in radians."""

def arctanh(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise inverse hyperbolic tangent."""

def absolute(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise absolute value; gradient 0 at 0."""

def abs(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise absolute value; gradient 0 at 0."""

def fabs(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise absolute value; gradient 0 at 0."""

def deg2rad(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise degrees to radians."""

def rad2deg(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise radians to degrees."""

def isnan(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whether NaN."""

def isinf(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whether infinite."""

def isposinf(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whether positively infinite."""

def isneginf(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whether negatively infinite."""

def isfinite(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whether neither infinite nor NaN."""

def logical_not(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise whether false."""

def bitwise_not(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise complement of bits."""

def invert(x: ndarray | _Number, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Elementwise complement of bits."""

def add(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise sum, with broadcasting."""

def subtract(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise difference, with broadcasting."""

def multiply(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise product, with broadcasting."""

def mod(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise remainder with the divisor's sign, with broadcasting."""

def power(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise power, with broadcasting."""

def true_divide(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise quotient, with broadcasting."""

def floor_divide(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise quotient rounded down, with broadcasting."""

def copysign(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise size with a sign, with broadcasting."""

def arctan2(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise angle of the point (x2, x1), with broadcasting."""

def hypot(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise sqrt(x1^2 + x2^2), with broadcasting."""

def ldexp(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise x1 * 2^x2, with broadcasting."""

def lcm(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise least common multiple, with broadcasting."""

def gcd(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise greatest common divisor, with broadcasting."""

def maximum(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise larger element; NaN wins, at ties the gradient goes to x1, with broadcasting."""

def minimum(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise smaller element; NaN wins, at ties the gradient goes to x1, with
    broadcasting.
    """

def fmax(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise larger element, NaN apart, with broadcasting."""

def fmin(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise smaller element, NaN apart, with broadcasting."""

def bitwise_and(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise and of bits, with broadcasting."""

def bitwise_or(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise or of bits, with broadcasting."""

def bitwise_xor(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise exclusive or of bits, with broadcasting."""

def equal(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether equal, with broadcasting."""

def not_equal(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether different, with broadcasting."""

def greater(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether x1 > x2, with broadcasting."""

def greater_equal(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether x1 >= x2, with broadcasting."""

def less(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether x1 < x2, with broadcasting."""

def less_equal(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether x1 <= x2, with broadcasting."""

def logical_and(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether both are true, with broadcasting."""

def logical_or(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether any is true, with broadcasting."""

def logical_xor(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise whether exactly one is true, with broadcasting."""

def divide(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise quotient, with broadcasting."""

def remainder(
    x1: ndarray | _Number,
    x2: ndarray | _Number,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elementwise remainder with the divisor's sign, with broadcasting."""

def sum(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    keepdims: _bool = False,
    initial: Any = None,
    out: ndarray | None = None,
) -> ndarray:
    """Sum over axes."""

def prod(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: ndarray | None = None,
    keepdims: _bool = False,
) -> ndarray:
    """Product over axes."""

def mean(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: ndarray | None = None,
    keepdims: _bool = False,
) -> ndarray:
    """Mean over axes."""

def std(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: ndarray | None = None,
    ddof: int = 0,
    keepdims: _bool = False,
) -> ndarray:
    """Standard deviation over axes: the square root of ``_npi_var``."""

def var(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: ndarray | None = None,
    ddof: int = 0,
    keepdims: _bool = False,
) -> ndarray:
    """Variance over axes."""

def max(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Largest element over axes; NaN wins."""

def min(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Smallest element over axes; NaN wins."""

def all(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Whether every element over axes is not 0."""

def any(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Whether any element over axes is not 0."""

def argmax(a: ndarray, axis: _Axis | None = None, out: ndarray | None = None) -> ndarray:
    """Position of the largest element, the first of equals."""

def argmin(a: ndarray, axis: _Axis | None = None, out: ndarray | None = None) -> ndarray:
    """Position of the smallest element, the first of equals."""

def cumsum(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Running sums along an axis."""

def around(
    x: ndarray | _Number,
    decimals: Any = 0,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elements rounded to so many decimals, halves to even."""

def transpose(a: ndarray, axes: Any = None) -> ndarray:
    """Axes in another order."""

def swapaxes(a: ndarray, axis1: Any, axis2: Any) -> ndarray:
    """Two axes exchanged."""

def squeeze(a: ndarray, axis: _Axis | None = None, out: ndarray | None = None) -> ndarray:
    """Without axes of size 1."""

def expand_dims(a: ndarray, axis: _Axis) -> ndarray:
    """A new axis of size 1."""

def moveaxis(a: ndarray, source: _Shape, destination: _Shape) -> ndarray:
    """Axes moved to other places; the others keep their order."""

def broadcast_to(array: Any, shape: _Shape) -> ndarray:
    """Axes of size 1 repeated, and leading ones added, until the array has a shape."""

def reshape(a: ndarray, newshape: _Shape, order: str = "C", out: ndarray | None = None) -> ndarray:
    """The elements in another shape."""

def roll(a: ndarray, shift: Any, axis: _Axis | None = None) -> ndarray:
    """Elements moved along axes; what leaves at one end comes in at the other."""

def rot90(m: ndarray, k: int = 1, axes: Any = None) -> ndarray:
    """The plane of two axes turned by so many right angles."""

def flip(m: ndarray, axis: _Axis | None = None, out: ndarray | None = None) -> ndarray:
    """The order along axes reversed."""

def diag(array: Any, k: int = 0) -> ndarray:
    """A diagonal of a matrix; of a vector, the matrix that has it as diagonal."""

def diagflat(array: Any, k: int = 0) -> ndarray:
    """The matrix that has the elements as diagonal."""

def diagonal(a: ndarray, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> ndarray:
    """Diagonals of the planes of two axes."""

def trace(
    a: ndarray,
    offset: Any = 0,
    axis1: Any = 0,
    axis2: Any = 1,
    out: ndarray | None = None,
) -> ndarray:
    """Sums of the diagonals of the planes of two axes."""

def tril(m: ndarray, k: int = 0) -> ndarray:
    """The lower triangles of matrices, zeros elsewhere."""

def triu(m: ndarray, k: int = 0) -> ndarray:
    """The upper triangles of matrices, zeros elsewhere."""

def dot(a: ndarray, b: ndarray, out: ndarray | None = None) -> ndarray:
    """Product over the last axis of ``a`` and the last but one of ``b``."""

def matmul(a: ndarray, b: ndarray, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Matrix product, matrix by matrix of two stacks that broadcast."""

def kron(a: ndarray, b: ndarray) -> ndarray:
    """Kronecker product."""

def cross(
    a: ndarray,
    b: ndarray,
    axisa: Any = -1,
    axisb: Any = -1,
    axisc: Any = -1,
    axis: _Axis | None = None,
) -> ndarray:
    """Vector product of vectors of two or three elements."""

def nan_to_num(
    x: ndarray | _Number,
    copy: _bool = True,
    nan: Any = 0.0,
    posinf: Any = None,
    neginf: Any = None,
    **kwargs: Any,
) -> ndarray:
    """NaN and infinite elements replaced by numbers."""

def amax(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Largest element over axes; NaN wins."""

def amin(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Smallest element over axes; NaN wins."""

def sometrue(
    a: ndarray,
    axis: _Axis | None = None,
    keepdims: _bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Whether any element over axes is not 0."""

def product(
    a: ndarray,
    axis: _Axis | None = None,
    dtype: _DType | None = None,
    out: ndarray | None = None,
    keepdims: _bool = False,
) -> ndarray:
    """Product over axes."""

def round(
    x: ndarray | _Number,
    decimals: Any = 0,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elements rounded to so many decimals, halves to even."""

def round_(
    x: ndarray | _Number,
    decimals: Any = 0,
    out: ndarray | None = None,
    **kwargs: Any,
) -> ndarray:
    """Elements rounded to so many decimals, halves to even."""

def concatenate(seq: Sequence[ndarray], axis: _Axis = 0, out: ndarray | None = None) -> ndarray:
    """Arrays joined along an axis, ``None`` for the flattened arrays."""

def stack(arrays: Sequence[ndarray], axis: _Axis = 0, out: ndarray | None = None) -> ndarray:
    """Arrays of one shape joined along a new axis."""

def vstack(arrays: Sequence[ndarray], out: ndarray | None = None) -> ndarray:
    """Arrays joined row by row."""

def row_stack(arrays: Sequence[ndarray], out: ndarray | None = None) -> ndarray:
    """Arrays joined row by row."""

def hstack(arrays: Sequence[ndarray]) -> ndarray:
    """Arrays joined side by side."""

def dstack(arrays: Sequence[ndarray]) -> ndarray:
    """Arrays joined along the third axis."""

def column_stack(tup: Any) -> ndarray:
    """Arrays joined as columns."""

def append(arr: ndarray, values: Any, axis: _Axis | None = None) -> ndarray:
    """``values`` behind ``arr``, along an axis or flattened."""

def split(ary: ndarray, indices_or_sections: _Shape, axis: _Axis = 0) -> list[ndarray]:
    """A list of parts along an axis: so many equal ones, or parts that begin at positions."""

def array_split(ary: ndarray, indices_or_sections: _Shape, axis: _Axis = 0) -> list[ndarray]:
    """A list of parts along an axis, of nearly equal size for a number of parts."""

def hsplit(ary: ndarray, indices_or_sections: _Shape) -> list[ndarray]:
    """A list of parts along the second axis, of a vector along the first."""

def vsplit(ary: ndarray, indices_or_sections: _Shape) -> list[ndarray]:
    """A list of parts along the first axis."""

def dsplit(ary: ndarray, indices_or_sections: _Shape) -> list[ndarray]:
    """A list of parts along the third axis."""

def where(condition: Any, x: ndarray | _Number | None = None, y: Any = None) -> Any:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere; positions without them."""

def clip(a: ndarray, a_min: Any, a_max: Any, out: ndarray | None = None) -> ndarray:
    """Values cut to an interval; one bound may be None."""

def tensordot(a: ndarray, b: ndarray, axes: Any = 2) -> ndarray:
    """Product over the last ``axes`` axes of ``a`` and the first of ``b``, or over pairs."""

def inner(a: ndarray, b: ndarray) -> ndarray:
    """Product over the last axes."""

def outer(a: ndarray, b: ndarray) -> ndarray:
    """Products of all pairs of elements."""

def vdot(a: ndarray, b: ndarray) -> ndarray:
    """Product of the flattened arrays."""

def einsum(*operands: Any, **kwargs: Any) -> ndarray:
    """Sums of products, written with subscripts: ``np.einsum('ij,jk->ik', a, b)``."""

def tile(A: Any, reps: _Shape) -> ndarray:
    """The whole array repeated along its axes."""

def repeat(a: ndarray, repeats: Any, axis: _Axis | None = None) -> ndarray:
    """Each element repeated, all the same number of times or each its own."""

def ravel(x: ndarray | _Number, order: str = "C") -> ndarray:
    """The array as a vector."""

def copy(a: ndarray, out: ndarray | None = None) -> ndarray:
    """A copy of an array."""

def flipud(m: ndarray) -> ndarray:
    """The order along the first axis reversed."""

def fliplr(m: ndarray) -> ndarray:
    """The order along the second axis reversed."""

def atleast_1d(*arys: Any) -> Any:
    """Arrays with at least one axis; a list for several."""

def atleast_2d(*arys: Any) -> Any:
    """Arrays with at least two axes; a list for several."""

def atleast_3d(*arys: Any) -> Any:
    """Arrays with at least three axes; a list for several."""

def diff(
    a: ndarray,
    n: int = 1,
    axis: _Axis = -1,
    prepend: Any = None,
    append: Any = None,
) -> ndarray:
    """Differences of neighbours along an axis, taken ``n`` times."""

def insert(arr: ndarray, obj: Any, values: Any, axis: _Axis | None = None) -> ndarray:
    """The array with values put before some positions along an axis, or of the flattened array."""

def delete(arr: ndarray, obj: Any, axis: _Axis | None = None) -> ndarray:
    """The array without the parts at some positions along an axis, or of the flattened array."""

def ediff1d(ary: ndarray, to_end: Any = None, to_begin: Any = None) -> ndarray:
    """Differences of neighbours of the flattened array, with what to put before and behind."""

def sort(a: ndarray, axis: _Axis = -1, kind: Any = None, order: str | None = None) -> ndarray:
    """Elements in order along an axis."""

def argsort(a: ndarray, axis: _Axis = -1, kind: Any = None, order: str | None = None) -> ndarray:
    """Positions that put the elements in order along an axis, in int64."""

def average(
    a: ndarray,
    axis: _Axis | None = None,
    weights: Any = None,
    returned: Any = False,
    out: ndarray | None = None,
) -> Any:
    """Weighted mean over axes."""

def pad(
    x: ndarray | _Number,
    pad_width: Any = None,
    mode: str = "constant",
    **kwargs: Any,
) -> ndarray:
    """Borders added."""

def full_like(
    a: ndarray,
    fill_value: Any,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """One number everywhere, in the shape of an array."""

def zeros_like(
    a: ndarray,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Zeros in the shape of an array."""

def ones_like(
    a: ndarray,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Ones in the shape of an array."""

def empty_like(
    prototype: Any,
    dtype: _DType | None = None,
    order: str = "C",
    subok: Any = False,
    shape: _Shape | None = None,
) -> ndarray:
    """An array of the shape of another, whose contents do not matter (zeros)."""

def arange(
    start: _Number,
    stop: _Number | None = None,
    step: _Number = 1,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """``start, start + step, ...`` below ``stop``; with one argument from 0. float32 by
    default.
    """

def array(
    object: Any,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> Any:
    """An array from numbers."""

def asarray(a: ndarray, dtype: _DType | None = None, ctx: Context | str | None = None) -> ndarray:
    """An array of something; an ndarray of the type is returned as it is."""

def blackman(
    M: int | None,
    dtype: _DType | None = ...,
    ctx: Context | str | None = None,
) -> ndarray:
    """The Blackman window: weights that fall off to both ends."""

def empty(
    shape: _Shape,
    dtype: _DType | None = ...,
    order: str = "C",
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Array whose contents do not matter (zeros)."""

def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: _DType | None = ...,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
    **kwargs: Any,
) -> ndarray:
    """``(N, M)`` matrix with ones on the ``k``-th diagonal, square by default."""

def full(
    shape: _Shape,
    fill_value: Any,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    out: ndarray | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Array of one number, or of an array that is broadcast; float32 by default."""

def hamming(M: int | None, dtype: _DType | None = ..., ctx: Context | str | None = None) -> ndarray:
    """The Hamming window: weights that fall off to both ends."""

def hanning(M: int | None, dtype: _DType | None = ..., ctx: Context | str | None = None) -> ndarray:
    """The Hanning window: weights that fall off to both ends."""

def identity(
    n: int,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """The identity matrix."""

def indices(
    dimensions: Any,
    dtype: _DType | None = ...,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """The coordinates of every element of an array of that shape."""

def linspace(
    start: _Number,
    stop: _Number | None,
    num: int = 50,
    endpoint: _bool = True,
    retstep: Any = False,
    dtype: _DType | None = None,
    axis: _Axis = 0,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """``num`` evenly spaced numbers from ``start`` to ``stop``; ``retstep``: the step as well."""

def logspace(
    start: _Number,
    stop: _Number | None,
    num: int = 50,
    endpoint: _bool = True,
    base: ndarray | _Number = 10.0,
    dtype: _DType | None = None,
    axis: _Axis = 0,
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """``num`` powers of ``base`` with evenly spaced exponents."""

def meshgrid(*xi: Any, **kwargs: Any) -> list[ndarray]:
    """Coordinate arrays of a grid from vectors of coordinates."""

def ones(
    shape: _Shape,
    dtype: _DType | None = ...,
    order: str = "C",
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Array of ones, float32 by default."""

def zeros(
    shape: _Shape,
    dtype: _DType | None = None,
    order: str = "C",
    ctx: Context | str | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Array of zeros, float32 by default."""

def bincount(x: ndarray | _Number, weights: Any = None, minlength: Any = 0) -> ndarray:
    """How often each integer occurs, or the sums of their weights."""

def broadcast_arrays(*args: Any) -> list[ndarray]:
    """A list of the arrays, broadcast against each other; those of NumPy stay NumPy's."""

def diag_indices_from(arr: ndarray) -> tuple[ndarray, ...]:
    """Coordinates of the main diagonal, a vector for each axis."""

def genfromtxt(
    fname: str | PathLike[str],
    dtype: _DType | None = ...,
    *args: Any,
    ctx: Context | str | None = None,
    **kwargs: Any,
) -> ndarray:
    """An array from a text file, read by NumPy's function of that name; float32 by default."""

def histogram(
    a: ndarray,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    normed: Any = None,
    weights: Any = None,
    density: Any = None,
) -> tuple[ndarray, ...]:
    """Counts of the elements in intervals, and the borders of the intervals."""

def may_share_memory(a: ndarray, b: ndarray, max_work: Any = None) -> Any:
    """Whether writing to one array may change the other."""

def nonzero(a: ndarray) -> tuple[ndarray, ...]:
    """Positions of the elements that are not 0, a vector of int64 for each axis."""

def percentile(
    a: ndarray,
    q: Any,
    axis: _Axis | None = None,
    out: ndarray | None = None,
    overwrite_input: Any = None,
    interpolation: Any = "linear",
    keepdims: _bool = False,
) -> ndarray:
    """Percentiles over axes; ``q`` between 0 and 100, a number or an array."""

def polyval(p: Any, x: ndarray | _Number) -> ndarray:
    """Values of the polynomial with coefficients ``p``, highest power first, at ``x``."""

def quantile(
    a: ndarray,
    q: Any,
    axis: _Axis | None = None,
    out: ndarray | None = None,
    overwrite_input: Any = None,
    interpolation: Any = "linear",
    keepdims: _bool = False,
) -> ndarray:
    """Quantiles over axes; ``q`` between 0 and 1, a number or an array."""

def resize(a: ndarray, new_shape: Any) -> ndarray:
    """The elements, repeated as often as needed, in another shape."""

def set_printoptions(precision: Any = None, threshold: Any = None, **kwarg: Any) -> Any:
    """How arrays are printed: NumPy's options."""

def shape(a: ndarray) -> Any:
    """The shape of an array or of something array-like."""

def shares_memory(a: ndarray, b: ndarray, max_work: Any = None) -> Any:
    """Whether writing to one array may change the other."""

def take(
    a: ndarray,
    indices: Any,
    axis: _Axis | None = None,
    mode: str = "raise",
    out: ndarray | None = None,
) -> Any:
    """Elements at given positions along an axis, or of the flattened array."""

def unique(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: _Axis | None = None,
) -> Any:
    """The different elements, in order; with flags a tuple with positions and counts as well."""

def unravel_index(indices: Any, shape: _Shape, order: str = "C") -> tuple[ndarray, ...]:
    """Coordinates of positions in a flattened array, an array for each axis."""

def allclose(*args: Any, **kwargs: Any) -> Any:
    """NumPy's allclose, on the host."""

def alltrue(*args: Any, **kwargs: Any) -> Any:
    """NumPy's alltrue, on the host."""

def apply_along_axis(*args: Any, **kwargs: Any) -> Any:
    """NumPy's apply_along_axis, on the host."""

def apply_over_axes(*args: Any, **kwargs: Any) -> Any:
    """NumPy's apply_over_axes, on the host."""

def argpartition(*args: Any, **kwargs: Any) -> Any:
    """NumPy's argpartition, on the host."""

def argwhere(*args: Any, **kwargs: Any) -> Any:
    """NumPy's argwhere, on the host."""

def array_equal(*args: Any, **kwargs: Any) -> Any:
    """NumPy's array_equal, on the host."""

def array_equiv(*args: Any, **kwargs: Any) -> Any:
    """NumPy's array_equiv, on the host."""

def choose(*args: Any, **kwargs: Any) -> Any:
    """NumPy's choose, on the host."""

def compress(*args: Any, **kwargs: Any) -> Any:
    """NumPy's compress, on the host."""

def corrcoef(*args: Any, **kwargs: Any) -> Any:
    """NumPy's corrcoef, on the host."""

def correlate(*args: Any, **kwargs: Any) -> Any:
    """NumPy's correlate, on the host."""

def count_nonzero(*args: Any, **kwargs: Any) -> Any:
    """NumPy's count_nonzero, on the host."""

def cov(*args: Any, **kwargs: Any) -> Any:
    """NumPy's cov, on the host."""

def digitize(*args: Any, **kwargs: Any) -> Any:
    """NumPy's digitize, on the host."""

def divmod(*args: Any, **kwargs: Any) -> Any:
    """NumPy's divmod, on the host."""

def extract(*args: Any, **kwargs: Any) -> Any:
    """NumPy's extract, on the host."""

def flatnonzero(*args: Any, **kwargs: Any) -> Any:
    """NumPy's flatnonzero, on the host."""

def float_power(*args: Any, **kwargs: Any) -> Any:
    """NumPy's float_power, on the host."""

def frexp(*args: Any, **kwargs: Any) -> Any:
    """NumPy's frexp, on the host."""

def heaviside(*args: Any, **kwargs: Any) -> Any:
    """NumPy's heaviside, on the host."""

def histogram2d(*args: Any, **kwargs: Any) -> Any:
    """NumPy's histogram2d, on the host."""

def histogram_bin_edges(*args: Any, **kwargs: Any) -> Any:
    """NumPy's histogram_bin_edges, on the host."""

def histogramdd(*args: Any, **kwargs: Any) -> Any:
    """NumPy's histogramdd, on the host."""

def i0(*args: Any, **kwargs: Any) -> Any:
    """NumPy's i0, on the host."""

def in1d(*args: Any, **kwargs: Any) -> Any:
    """NumPy's in1d, on the host."""

def interp(*args: Any, **kwargs: Any) -> Any:
    """NumPy's interp, on the host."""

def intersect1d(*args: Any, **kwargs: Any) -> Any:
    """NumPy's intersect1d, on the host."""

def isclose(*args: Any, **kwargs: Any) -> Any:
    """NumPy's isclose, on the host."""

def isin(*args: Any, **kwargs: Any) -> Any:
    """NumPy's isin, on the host."""

def ix_(*args: Any, **kwargs: Any) -> Any:
    """NumPy's ix_, on the host."""

def lexsort(*args: Any, **kwargs: Any) -> Any:
    """NumPy's lexsort, on the host."""

def min_scalar_type(*args: Any, **kwargs: Any) -> Any:
    """NumPy's min_scalar_type, on the host."""

def mirr(*args: Any, **kwargs: Any) -> Any:
    """NumPy's mirr, on the host."""

def modf(*args: Any, **kwargs: Any) -> Any:
    """NumPy's modf, on the host."""

def msort(*args: Any, **kwargs: Any) -> Any:
    """NumPy's msort, on the host."""

def nanargmax(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanargmax, on the host."""

def nanargmin(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanargmin, on the host."""

def nancumprod(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nancumprod, on the host."""

def nancumsum(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nancumsum, on the host."""

def nanmax(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanmax, on the host."""

def nanmedian(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanmedian, on the host."""

def nanmin(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanmin, on the host."""

def nanpercentile(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanpercentile, on the host."""

def nanprod(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanprod, on the host."""

def nanquantile(*args: Any, **kwargs: Any) -> Any:
    """NumPy's nanquantile, on the host."""

def ndim(*args: Any, **kwargs: Any) -> Any:
    """NumPy's ndim, on the host."""

def npv(*args: Any, **kwargs: Any) -> Any:
    """NumPy's npv, on the host."""

def partition(*args: Any, **kwargs: Any) -> Any:
    """NumPy's partition, on the host."""

def piecewise(*args: Any, **kwargs: Any) -> Any:
    """NumPy's piecewise, on the host."""

def packbits(*args: Any, **kwargs: Any) -> Any:
    """NumPy's packbits, on the host."""

def poly(*args: Any, **kwargs: Any) -> Any:
    """NumPy's poly, on the host."""

def polyadd(*args: Any, **kwargs: Any) -> Any:
    """NumPy's polyadd, on the host."""

def polydiv(*args: Any, **kwargs: Any) -> Any:
    """NumPy's polydiv, on the host."""

def polyfit(*args: Any, **kwargs: Any) -> Any:
    """NumPy's polyfit, on the host."""

def polyint(*args: Any, **kwargs: Any) -> Any:
    """NumPy's polyint, on the host."""

def polymul(*args: Any, **kwargs: Any) -> Any:
    """NumPy's polymul, on the host."""

def polysub(*args: Any, **kwargs: Any) -> Any:
    """NumPy's polysub, on the host."""

def positive(*args: Any, **kwargs: Any) -> Any:
    """NumPy's positive, on the host."""

def ppmt(*args: Any, **kwargs: Any) -> Any:
    """NumPy's ppmt, on the host."""

def promote_types(*args: Any, **kwargs: Any) -> Any:
    """NumPy's promote_types, on the host."""

def ptp(*args: Any, **kwargs: Any) -> Any:
    """NumPy's ptp, on the host."""

def pv(*args: Any, **kwargs: Any) -> Any:
    """NumPy's pv, on the host."""

def rate(*args: Any, **kwargs: Any) -> Any:
    """NumPy's rate, on the host."""

def real(*args: Any, **kwargs: Any) -> Any:
    """NumPy's real, on the host."""

def result_type(*args: Any, **kwargs: Any) -> Any:
    """NumPy's result_type, on the host."""

def rollaxis(*args: Any, **kwargs: Any) -> Any:
    """NumPy's rollaxis, on the host."""

def roots(*args: Any, **kwargs: Any) -> Any:
    """NumPy's roots, on the host."""

def searchsorted(*args: Any, **kwargs: Any) -> Any:
    """NumPy's searchsorted, on the host."""

def select(*args: Any, **kwargs: Any) -> Any:
    """NumPy's select, on the host."""

def setdiff1d(*args: Any, **kwargs: Any) -> Any:
    """NumPy's setdiff1d, on the host."""

def setxor1d(*args: Any, **kwargs: Any) -> Any:
    """NumPy's setxor1d, on the host."""

def signbit(*args: Any, **kwargs: Any) -> Any:
    """NumPy's signbit, on the host."""

def size(*args: Any, **kwargs: Any) -> Any:
    """NumPy's size, on the host."""

def spacing(*args: Any, **kwargs: Any) -> Any:
    """NumPy's spacing, on the host."""

def take_along_axis(*args: Any, **kwargs: Any) -> Any:
    """NumPy's take_along_axis, on the host."""

def trapz(*args: Any, **kwargs: Any) -> Any:
    """NumPy's trapz, on the host."""

def tril_indices_from(*args: Any, **kwargs: Any) -> Any:
    """NumPy's tril_indices_from, on the host."""

def trim_zeros(*args: Any, **kwargs: Any) -> Any:
    """NumPy's trim_zeros, on the host."""

def triu_indices_from(*args: Any, **kwargs: Any) -> Any:
    """NumPy's triu_indices_from, on the host."""

def union1d(*args: Any, **kwargs: Any) -> Any:
    """NumPy's union1d, on the host."""

def unpackbits(*args: Any, **kwargs: Any) -> Any:
    """NumPy's unpackbits, on the host."""

def unwrap(*args: Any, **kwargs: Any) -> Any:
    """NumPy's unwrap, on the host."""

def vander(*args: Any, **kwargs: Any) -> Any:
    """NumPy's vander, on the host."""

NAN: float
NINF: float
NZERO: float
NaN: float
PINF: float
PZERO: float
bool: Any
e: float
inf: float
nan: float
newaxis: None
pi: float
def __getattr__(name: str) -> Any: ...  # what the package uses itself
