"""``nd.sparse``: arrays with sparse storage, how they are made, and the operators on them.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
# ruff: noqa: I001
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as onp

from ..context import Context
from .ndarray import NDArray
from ._sparse_array import BaseSparseNDArray as BaseSparseNDArray
from ._sparse_array import CSRNDArray as CSRNDArray
from ._sparse_array import RowSparseNDArray as RowSparseNDArray
from ._sparse_array import NotSupportedForSparseNDArray as NotSupportedForSparseNDArray

__all__ = [
    "BaseSparseNDArray",
    "CSRNDArray",
    "RowSparseNDArray",
    "NotSupportedForSparseNDArray",
    "add",
    "array",
    "cast_storage",
    "csr_matrix",
    "divide",
    "empty",
    "gs_retain",
    "multiply",
    "retain",
    "row_sparse_array",
    "subtract",
    "zeros",
    "elemwise_add",
    "elemwise_sub",
    "elemwise_mul",
    "elemwise_div",
    "abs",
    "sign",
    "negative",
    "square",
    "relu",
    "round",
    "rint",
    "fix",
    "trunc",
    "floor",
    "ceil",
    "exp",
    "expm1",
    "log",
    "log10",
    "log2",
    "log1p",
    "sqrt",
    "rsqrt",
    "cbrt",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "degrees",
    "radians",
    "gamma",
    "gammaln",
    "sigmoid",
    "stop_gradient",
    "make_loss",
    "clip",
    "zeros_like",
    "add_n",
    "ElementWiseSum",
    "_contrib_round_ste",
    "_contrib_sign_ste",
    "broadcast_add",
    "broadcast_plus",
    "broadcast_sub",
    "broadcast_minus",
    "broadcast_mul",
    "broadcast_div",
    "where",
    "Embedding",
    "dot",
    "FullyConnected",
    "sum",
    "mean",
    "norm",
    "slice",
    "concat",
    "LinearRegressionOutput",
    "LogisticRegressionOutput",
    "MAERegressionOutput",
    "sgd_update",
    "sgd_mom_update",
    "adam_update",
    "adagrad_update",
    "ftrl_update",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def add(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """``lhs + rhs``, arrays of any storage or numbers; two of one storage keep it."""

def array(
    source_array: Any,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
) -> BaseSparseNDArray:
    """A copy of a sparse array, or a CSRNDArray of a ``scipy.sparse.csr_matrix``."""

def cast_storage(
    data: NDArray,
    stype: str,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """An array in another storage."""

def csr_matrix(
    arg1: Any,
    shape: _Shape | None = None,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
) -> CSRNDArray:
    """A matrix in compressed-row storage."""

def divide(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """``lhs / rhs``; sparse only by a number or by a broadcast array."""

def empty(
    stype: str,
    shape: _Shape,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
) -> NDArray | Any:
    """A sparse array with nothing stored; parameters as :func:`zeros`."""

def gs_retain(
    data: NDArray,
    indices: NDArray,
    out: NDArray | None = None,
    name: str | None = None,
    **kwargs: Any,
) -> NDArray:
    """The rows of a row_sparse array with given numbers, in that order; zeros for those not
    stored.
    """

def multiply(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """``lhs * rhs``; where one is sparse, so is the result."""

def retain(
    data: NDArray,
    indices: NDArray,
    out: NDArray | None = None,
    name: str | None = None,
    **kwargs: Any,
) -> RowSparseNDArray:
    """The rows of a row_sparse array with given numbers, in that order; zeros for those not
    stored.
    """

def row_sparse_array(
    arg1: Any,
    shape: _Shape | None = None,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
) -> RowSparseNDArray:
    """An array of which some rows are stored."""

def subtract(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """``lhs - rhs``; storage as :func:`add`."""

def zeros(
    stype: str,
    shape: _Shape,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
    **kwargs: Any,
) -> NDArray | Any:
    """An array of zeros."""

def elemwise_add(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise sum, for two arrays of equal shape."""

def elemwise_sub(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise difference, for two arrays of equal shape."""

def elemwise_mul(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise product, for two arrays of equal shape."""

def elemwise_div(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise quotient; integers are cut towards zero, for two arrays of equal shape."""

def abs(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise absolute value; gradient 0 at 0."""

def sign(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise -1, 0 or 1; gradient 0."""

def negative(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise -x."""

def square(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise x^2."""

def relu(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise max(x, 0); gradient 0 at 0."""

def round(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise nearest integer, halves away from zero; gradient 0."""

def rint(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise nearest integer, halves downwards; gradient 0."""

def fix(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise nearest integer towards zero; gradient 0."""

def trunc(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise whole part; gradient 0."""

def floor(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise largest integer not above x; gradient 0."""

def ceil(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise smallest integer not below x; gradient 0."""

def exp(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise e^x."""

def expm1(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise e^x - 1, precise near 0."""

def log(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise natural logarithm."""

def log10(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise logarithm to base 10."""

def log2(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise logarithm to base 2."""

def log1p(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise log(1 + x), precise near 0."""

def sqrt(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise square root."""

def rsqrt(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 / sqrt(x)."""

def cbrt(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise cube root."""

def sin(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise sine (radians)."""

def cos(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise cosine (radians)."""

def tan(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise tangent (radians)."""

def arcsin(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse sine, in radians."""

def arccos(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse cosine, in radians."""

def arctan(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse tangent, in radians."""

def sinh(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise hyperbolic sine."""

def cosh(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise hyperbolic cosine."""

def tanh(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise hyperbolic tangent."""

def arcsinh(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse hyperbolic sine."""

def arccosh(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse hyperbolic cosine."""

def arctanh(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse hyperbolic tangent."""

def degrees(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise radians to degrees."""

def radians(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise degrees to radians."""

def gamma(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise gamma function."""

def gammaln(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise logarithm of |gamma(x)|."""

def sigmoid(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 / (1 + e^-x)."""

def stop_gradient(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The array itself, as a constant: no gradient passes."""

def make_loss(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The array itself, as a loss: its gradient is 1 whatever comes from above."""

def clip(
    data: NDArray,
    a_min: _Number,
    a_max: _Number,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Values cut to the interval from ``a_min`` to ``a_max``."""

def zeros_like(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Zeros of data's shape and dtype."""

def add_n(
    *args: NDArray,
    num_args: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum of arrays of one shape."""

def ElementWiseSum(
    *args: NDArray,
    num_args: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum of arrays of one shape."""

def _contrib_round_ste(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Round, halves away from zero, with the straight-through gradient 1."""

def _contrib_sign_ste(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sign, with the straight-through gradient 1."""

def broadcast_add(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise sum, with broadcasting."""

def broadcast_plus(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise sum, with broadcasting."""

def broadcast_sub(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise difference, with broadcasting."""

def broadcast_minus(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise difference, with broadcasting."""

def broadcast_mul(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise product, with broadcasting."""

def broadcast_div(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise quotient; integers are cut towards zero, with broadcasting."""

def where(
    condition: NDArray,
    x: NDArray,
    y: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``x`` where the condition is not 0, ``y`` elsewhere."""

def Embedding(
    data: NDArray,
    weight: NDArray,
    input_dim: int,
    output_dim: int,
    dtype: _DType = "float32",
    sparse_grad: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Rows of ``weight`` at given positions."""

def dot(
    lhs: NDArray,
    rhs: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal['default', 'csr', 'row_sparse'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Product over the last axis of ``lhs`` and the first of ``rhs``."""

def FullyConnected(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    num_hidden: int = ...,
    no_bias: bool = False,
    flatten: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Affine map ``y = x W^T + b``."""

def sum(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum over axes."""

def mean(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Mean over axes."""

def norm(
    data: NDArray,
    ord: int = 2,
    axis: _Shape | None = None,
    out_dtype: Literal['float16', 'float32', 'float64', 'int32', 'int64', 'int8'] | None = None,
    keepdims: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Vector norm over axes: ``sum |x|`` (ord 1) or ``sqrt(sum x^2)`` (ord 2)."""

def slice(
    data: NDArray,
    begin: _Shape,
    end: _Shape,
    step: _Shape | None = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Part of an array, by begin, end and step along the leading axes, as Python slices."""

def concat(
    *data: NDArray,
    num_args: int | None = None,
    dim: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Arrays joined along an axis."""

def LinearRegressionOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Identity whose gradient is that of half the squared error: ``data - label``."""

def LogisticRegressionOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sigmoid whose gradient is that of the cross entropy: ``sigmoid(data) - label``."""

def MAERegressionOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Identity whose gradient is that of the absolute error: 1 above the label, else -1."""

def sgd_update(
    weight: NDArray,
    grad: NDArray,
    lr: _Number,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    lazy_update: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gradient descent: ``w - lr (clip(rescale_grad g) + wd w)``."""

def sgd_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    lr: _Number,
    momentum: _Number = 0.0,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    lazy_update: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gradient descent with momentum."""

def adam_update(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    lr: _Number,
    beta1: _Number = 0.899999976,
    beta2: _Number = 0.999000013,
    epsilon: _Number = 9.99999994e-09,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    lazy_update: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Adam without its bias correction (the caller puts that into ``lr``)."""

def adagrad_update(
    weight: NDArray,
    grad: NDArray,
    history: NDArray,
    lr: _Number,
    epsilon: _Number = 1.00000001e-07,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """AdaGrad: steps divided by the root of all squared gradients so far."""

def ftrl_update(
    weight: NDArray,
    grad: NDArray,
    z: NDArray,
    n: NDArray,
    lr: _Number,
    lamda1: _Number = 0.00999999978,
    beta: _Number = 1.0,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Follow the regularised leader (McMahan et al. 2013): weights below ``lamda1`` become 0."""
