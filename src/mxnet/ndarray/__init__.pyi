"""``mx.nd``: arrays and the operators on them.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
# ruff: noqa: I001
from collections.abc import Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias

import numpy as onp

from ..context import Context
from .ndarray import NDArray as NDArray
from .ndarray import waitall as waitall
from . import contrib as contrib
from . import image as image
from . import linalg as linalg
from . import op as op
from . import random as random
from . import sparse as sparse
from ._internal import _internal as _internal

__all__ = [
    "Custom",
    "NDArray",
    "waitall",
    "contrib",
    "image",
    "linalg",
    "op",
    "random",
    "sparse",
    "_internal",
    "cast_storage",
    "save",
    "load",
    "load_frombuffer",
    "array",
    "zeros",
    "ones",
    "full",
    "empty",
    "arange",
    "linspace",
    "eye",
    "concatenate",
    "moveaxis",
    "from_numpy",
    "from_dlpack",
    "to_dlpack_for_read",
    "to_dlpack_for_write",
    "onehot_encode",
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
    "reciprocal",
    "exp",
    "expm1",
    "log",
    "log10",
    "log2",
    "log1p",
    "sqrt",
    "rsqrt",
    "cbrt",
    "rcbrt",
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
    "erf",
    "erfinv",
    "gamma",
    "gammaln",
    "sigmoid",
    "softsign",
    "logical_not",
    "identity",
    "BlockGrad",
    "stop_gradient",
    "make_loss",
    "Cast",
    "cast",
    "amp_cast",
    "amp_multicast",
    "clip",
    "smooth_l1",
    "hard_sigmoid",
    "zeros_like",
    "ones_like",
    "shape_array",
    "size_array",
    "add_n",
    "ElementWiseSum",
    "broadcast_add",
    "broadcast_plus",
    "broadcast_sub",
    "broadcast_minus",
    "broadcast_mul",
    "broadcast_div",
    "broadcast_mod",
    "broadcast_power",
    "broadcast_maximum",
    "broadcast_minimum",
    "broadcast_hypot",
    "broadcast_equal",
    "broadcast_not_equal",
    "broadcast_greater",
    "broadcast_greater_equal",
    "broadcast_lesser",
    "broadcast_lesser_equal",
    "broadcast_logical_and",
    "broadcast_logical_or",
    "broadcast_logical_xor",
    "broadcast_to",
    "broadcast_axis",
    "broadcast_axes",
    "broadcast_like",
    "sort",
    "argsort",
    "topk",
    "BatchNorm",
    "BatchNorm_v1",
    "LayerNorm",
    "InstanceNorm",
    "GroupNorm",
    "L2Normalization",
    "LRN",
    "IdentityAttachKLSparseReg",
    "BilinearSampler",
    "GridGenerator",
    "SpatialTransformer",
    "ROIPooling",
    "UpSampling",
    "Correlation",
    "im2col",
    "col2im",
    "softmax",
    "softmin",
    "log_softmax",
    "SoftmaxActivation",
    "softmax_cross_entropy",
    "CTCLoss",
    "ctc_loss",
    "pick",
    "choose_element_0index",
    "batch_take",
    "fill_element_0index",
    "one_hot",
    "gather_nd",
    "scatter_nd",
    "ravel_multi_index",
    "unravel_index",
    "where",
    "Embedding",
    "linalg_gemm",
    "linalg_gemm2",
    "linalg_syrk",
    "linalg_trmm",
    "linalg_trsm",
    "linalg_potrf",
    "linalg_potri",
    "linalg_gelqf",
    "linalg_syevd",
    "linalg_inverse",
    "linalg_det",
    "linalg_slogdet",
    "linalg_sumlogdiag",
    "linalg_extractdiag",
    "linalg_makediag",
    "linalg_extracttrian",
    "linalg_maketrian",
    "dot",
    "batch_dot",
    "khatri_rao",
    "Activation",
    "LeakyReLU",
    "Convolution",
    "Convolution_v1",
    "Deconvolution",
    "FullyConnected",
    "Dropout",
    "Pooling",
    "Pooling_v1",
    "RNN",
    "sum",
    "sum_axis",
    "mean",
    "prod",
    "nansum",
    "nanprod",
    "max",
    "max_axis",
    "min",
    "min_axis",
    "norm",
    "argmax",
    "argmin",
    "argmax_channel",
    "moments",
    "cumsum",
    "random_uniform",
    "uniform",
    "sample_uniform",
    "random_normal",
    "normal",
    "sample_normal",
    "random_gamma",
    "sample_gamma",
    "random_exponential",
    "sample_exponential",
    "random_poisson",
    "sample_poisson",
    "random_negative_binomial",
    "sample_negative_binomial",
    "random_generalized_negative_binomial",
    "sample_generalized_negative_binomial",
    "random_randint",
    "sample_multinomial",
    "shuffle",
    "Reshape",
    "reshape",
    "reshape_like",
    "Flatten",
    "flatten",
    "transpose",
    "SwapAxis",
    "swapaxes",
    "expand_dims",
    "squeeze",
    "slice",
    "crop",
    "slice_axis",
    "slice_like",
    "Crop",
    "Concat",
    "concat",
    "stack",
    "SliceChannel",
    "split",
    "tile",
    "repeat",
    "Pad",
    "pad",
    "reverse",
    "flip",
    "diag",
    "depth_to_space",
    "space_to_depth",
    "SoftmaxOutput",
    "Softmax",
    "LinearRegressionOutput",
    "LogisticRegressionOutput",
    "MAERegressionOutput",
    "SVMOutput",
    "MakeLoss",
    "random_pdf_uniform",
    "random_pdf_normal",
    "random_pdf_gamma",
    "random_pdf_exponential",
    "random_pdf_poisson",
    "random_pdf_negative_binomial",
    "random_pdf_generalized_negative_binomial",
    "random_pdf_dirichlet",
    "SequenceMask",
    "SequenceLast",
    "SequenceReverse",
    "sgd_update",
    "mp_sgd_update",
    "sgd_mom_update",
    "mp_sgd_mom_update",
    "adam_update",
    "nag_mom_update",
    "mp_nag_mom_update",
    "rmsprop_update",
    "rmspropalex_update",
    "ftrl_update",
    "ftml_update",
    "signsgd_update",
    "signum_update",
    "lamb_update_phase1",
    "mp_lamb_update_phase1",
    "lamb_update_phase2",
    "mp_lamb_update_phase2",
    "multi_sgd_update",
    "preloaded_multi_sgd_update",
    "multi_mp_sgd_update",
    "preloaded_multi_mp_sgd_update",
    "multi_sgd_mom_update",
    "preloaded_multi_sgd_mom_update",
    "multi_mp_sgd_mom_update",
    "preloaded_multi_mp_sgd_mom_update",
    "multi_lars",
    "multi_sum_sq",
    "all_finite",
    "multi_all_finite",
    "reset_arrays",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def Custom(
    *data: Any,
    op_type: str | None = None,
    out: NDArray | None = None,
    name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Call an operator that was registered with :func:`mxnet.operator.register`."""

def cast_storage(
    data: NDArray,
    stype: str,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """An array in another storage."""

def save(
    fname: str | PathLike[str],
    data: NDArray | Sequence[NDArray] | dict[str, NDArray],
    *,
    np_shape: bool = False,
) -> None:
    """Save arrays to a file that MXNet 1.x can read."""

def load(fname: str | PathLike[str]) -> list[NDArray] | dict[str, NDArray]:
    """Load what :func:`save`, or MXNet 1.x, wrote."""

def load_frombuffer(buf: bytes) -> list[NDArray] | dict[str, NDArray]:
    """Load from the bytes of a file: see :func:`load`."""

def array(
    source_array: Any,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
) -> NDArray:
    """An array from numbers."""

def zeros(
    shape: _Shape,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
    stype: str | None = None,
    **kwargs: Any,
) -> NDArray:
    """Array of zeros (float32 by default); ``stype``: of that storage."""

def ones(
    shape: _Shape,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
    **kwargs: Any,
) -> NDArray:
    """Array of ones (float32 by default)."""

def full(
    shape: _Shape,
    val: _Number,
    ctx: Context | str | None = None,
    dtype: _DType | None = "float32",
    out: NDArray | None = None,
) -> NDArray:
    """Array of one number, or of an array or list that is broadcast."""

def empty(
    shape: _Shape,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
    stype: str | None = None,
) -> NDArray:
    """Array whose contents do not matter (zeros)."""

def arange(
    start: _Number,
    stop: _Number | None = None,
    step: _Number = 1.0,
    repeat: int = 1,
    infer_range: bool | None = None,
    ctx: Context | str | None = None,
    dtype: _DType = "float32",
) -> NDArray:
    """``start, start + step, ...`` below ``stop``, each ``repeat`` times; with one argument
    from 0.
    """

def linspace(
    start: _Number,
    stop: _Number,
    num: int,
    endpoint: bool = True,
    ctx: Context | str | None = None,
    dtype: _DType | None = "float32",
) -> NDArray:
    """``num`` evenly spaced numbers from ``start`` to ``stop``."""

def eye(
    N: int,
    M: int = 0,
    k: _Number = 0,
    ctx: Context | str | None = None,
    dtype: _DType | None = None,
    **kwargs: Any,
) -> NDArray:
    """``(N, M)`` matrix with ones on the ``k``-th diagonal; ``M=0``: square."""

def concatenate(
    arrays: Sequence[NDArray],
    axis: int | None = 0,
    always_copy: bool = True,
) -> NDArray:
    """Join a list of arrays along an axis."""

def moveaxis(tensor: NDArray, source: _Shape, destination: _Shape) -> NDArray:
    """Move axes to other places; the others keep their order."""

def from_numpy(
    ndarray: onp.ndarray,
    zero_copy: bool = True,
    array_cls: type[NDArray] = ...,
) -> NDArray:
    """NDArray of a NumPy array, keeping its dtype."""

def from_dlpack(dlpack: Any) -> NDArray:
    """NDArray that shares the memory of an object with ``__dlpack__``, where the device allows
    it.
    """

def to_dlpack_for_read(data: NDArray) -> Any:
    """DLPack capsule of an array's present value, without a copy."""

def to_dlpack_for_write(data: NDArray) -> Any:
    """DLPack capsule of a copy: values never change, so writes cannot reach the array."""

def onehot_encode(indices: NDArray, out: NDArray | None) -> NDArray:
    """Write the one-hot rows of ``indices`` into ``out`` (B, K)."""

def take(
    a: NDArray,
    indices: NDArray,
    axis: int | None = 0,
    mode: str = "clip",
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Elements of ``a`` along an axis."""

def split_v2(
    ary: NDArray,
    indices_or_sections: _Shape,
    axis: int | None = 0,
    squeeze_axis: bool = False,
) -> list[NDArray]:
    """Parts along an axis: so many equal ones, or parts that begin at given positions."""

def histogram(
    a: NDArray,
    bins: int | NDArray = 10,
    range: tuple[float, float] | None = None,
) -> list[NDArray]:
    """Counts of the elements of ``a`` in intervals, and the borders of the intervals."""

def add(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """Sum."""

def subtract(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """Difference."""

def multiply(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """Product."""

def divide(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """Quotient."""

def true_divide(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """Quotient."""

def modulo(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """Remainder."""

def power(base: NDArray | _Number, exp: NDArray | _Number) -> NDArray:
    """``base`` to the power ``exp``."""

def maximum(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """The larger."""

def minimum(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """The smaller."""

def equal(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where equal, else 0."""

def not_equal(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where different, else 0."""

def greater(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where lhs > rhs, else 0."""

def greater_equal(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where lhs >= rhs, else 0."""

def lesser(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where lhs < rhs, else 0."""

def lesser_equal(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where lhs <= rhs, else 0."""

def logical_and(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where both are not 0."""

def logical_or(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where one is not 0."""

def logical_xor(lhs: NDArray | _Number, rhs: NDArray | _Number) -> NDArray:
    """1 where exactly one is not 0."""

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

def reciprocal(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 / x."""

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

def rcbrt(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 / cbrt(x)."""

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

def erf(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise error function."""

def erfinv(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise inverse error function."""

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

def softsign(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise x / (1 + |x|)."""

def logical_not(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where x is 0, else 0; no gradient."""

def identity(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The array itself."""

def BlockGrad(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The array itself, as a constant: no gradient passes."""

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

def Cast(
    data: NDArray,
    dtype: _DType,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Convert the element type; fractions are cut, narrow integer types wrap (300 to uint8 is
    44).
    """

def cast(
    data: NDArray,
    dtype: _DType,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Convert the element type; fractions are cut, narrow integer types wrap (300 to uint8 is
    44).
    """

def amp_cast(
    data: NDArray,
    dtype: _DType,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Convert between float32 and half precision; other arrays pass unchanged (mixed
    precision).
    """

def amp_multicast(
    *data: NDArray,
    num_outputs: int | None = None,
    cast_narrow: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Convert float32 and half-precision arrays to the widest (or narrowest) type among them."""

def clip(
    data: NDArray,
    a_min: _Number,
    a_max: _Number,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Values cut to the interval from ``a_min`` to ``a_max``."""

def smooth_l1(
    data: NDArray,
    scalar: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Square near 0, absolute value beyond: ``(s x)^2 / 2`` if ``|x| < 1 / s^2``, else ``|x| -
    1 / (2 s^2)``.
    """

def hard_sigmoid(
    data: NDArray,
    alpha: float = 0.2,
    beta: float = 0.5,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``max(0, min(1, alpha x + beta))``."""

def zeros_like(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Zeros of data's shape and dtype."""

def ones_like(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Ones of data's shape and dtype."""

def shape_array(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The shape as an array."""

def size_array(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The number of elements as an array."""

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

def broadcast_mod(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise remainder with the divisor's sign, 0 for divisor 0, with broadcasting."""

def broadcast_power(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise lhs to the power of rhs, with broadcasting."""

def broadcast_maximum(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise larger element; at ties the gradient goes to lhs, with broadcasting."""

def broadcast_minimum(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise smaller element; at ties the gradient goes to lhs, with broadcasting."""

def broadcast_hypot(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise sqrt(lhs^2 + rhs^2), with broadcasting."""

def broadcast_equal(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where equal, else 0, with broadcasting."""

def broadcast_not_equal(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where different, else 0, with broadcasting."""

def broadcast_greater(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where lhs > rhs, else 0, with broadcasting."""

def broadcast_greater_equal(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where lhs >= rhs, else 0, with broadcasting."""

def broadcast_lesser(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where lhs < rhs, else 0, with broadcasting."""

def broadcast_lesser_equal(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where lhs <= rhs, else 0, with broadcasting."""

def broadcast_logical_and(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where both are non-zero, else 0, with broadcasting."""

def broadcast_logical_or(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where any is non-zero, else 0, with broadcasting."""

def broadcast_logical_xor(
    lhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise 1 where exactly one is non-zero, else 0, with broadcasting."""

def broadcast_to(
    data: NDArray,
    shape: _Shape = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Repeat axes of size 1 until the array has a shape."""

def broadcast_axis(
    data: NDArray,
    axis: _Shape = (),
    size: _Shape = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Repeat the named axes, which have size 1."""

def broadcast_axes(
    data: NDArray,
    axis: _Shape = (),
    size: _Shape = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Repeat the named axes, which have size 1."""

def broadcast_like(
    lhs: NDArray,
    rhs: NDArray,
    lhs_axes: _Shape | None = None,
    rhs_axes: _Shape | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Repeat axes of size 1 of ``lhs`` to the sizes of ``rhs``."""

def sort(
    data: NDArray,
    axis: int | None = -1,
    is_ascend: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elements in order along an axis."""

def argsort(
    data: NDArray,
    axis: int | None = -1,
    is_ascend: bool = True,
    dtype: _DType = "float32",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Positions that put the elements in order along an axis."""

def topk(
    data: NDArray,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: Literal['value', 'indices', 'mask', 'both'] = "indices",
    is_ascend: bool = False,
    dtype: _DType = "float32",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """The ``k`` largest (or smallest) elements along an axis."""

def BatchNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    eps: float = 0.0010000000474974513,
    momentum: float = 0.899999976,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Normalise each channel by its statistics over the batch."""

def BatchNorm_v1(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    eps: float = 0.0010000000474974513,
    momentum: float = 0.899999976,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Normalise each channel by its statistics over the batch."""

def LayerNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    axis: int = -1,
    eps: float = 9.99999975e-06,
    output_mean_var: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Normalise along one axis: ``(x - mean) / sqrt(var + eps) * gamma + beta``."""

def InstanceNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    eps: float = 0.00100000005,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normalise each channel of each example over its spatial axes, scale by gamma, add beta."""

def GroupNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    num_groups: int = 1,
    eps: float = 9.99999975e-06,
    output_mean_var: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Normalise groups of channels of each example together, then scale by gamma and shift by
    beta.
    """

def L2Normalization(
    data: NDArray,
    eps: float = 1.00000001e-10,
    mode: Literal['channel', 'instance', 'spatial'] = "instance",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Divide by the Euclidean norm ``sqrt(sum x^2 + eps)``."""

def LRN(
    data: NDArray,
    alpha: float = 9.99999975e-05,
    beta: float = 0.75,
    knorm: float = 2.0,
    nsize: int = ...,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normalise by near channels: ``x (knorm + alpha / nsize * sum x^2)^-beta``."""

def IdentityAttachKLSparseReg(
    data: NDArray,
    moving_avg: NDArray,
    sparseness_target: float = 0.100000001,
    penalty: float = 0.00100000005,
    momentum: float = 0.899999976,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The data as they are, with a gradient that makes units rarely active."""

def BilinearSampler(
    data: NDArray,
    grid: NDArray,
    cudnn_off: bool | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sample images at the points of a grid, linearly between the four nearest pixels."""

def GridGenerator(
    data: NDArray,
    transform_type: Literal['affine', 'warp'],
    target_shape: _Shape = (0, 0),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Grid of sampling points for ``BilinearSampler``."""

def SpatialTransformer(
    data: NDArray,
    loc: NDArray,
    target_shape: _Shape = (0, 0),
    transform_type: Literal['affine'] = ...,
    sampler_type: Literal['bilinear'] = ...,
    cudnn_off: bool | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Affine transform of images (Jaderberg et al. 2015): ``GridGenerator``,
    ``BilinearSampler``.
    """

def ROIPooling(
    data: NDArray,
    rois: NDArray,
    pooled_size: _Shape,
    spatial_scale: float,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Maximum over each cell of a grid laid on regions of interest (Girshick 2015)."""

def UpSampling(
    *data: NDArray,
    scale: int,
    num_filter: int = 0,
    sample_type: Literal['bilinear', 'nearest'],
    multi_input_mode: Literal['concat', 'sum'] = "concat",
    num_args: int | None = None,
    workspace: int = 512,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Enlarge images by a whole factor."""

def Correlation(
    data1: NDArray,
    data2: NDArray,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """How well patches of one image fit displaced patches of another (FlowNet, 2015)."""

def im2col(
    data: NDArray,
    kernel: _Shape,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Windows of an image as the columns of a matrix, as a convolution reads them."""

def col2im(
    data: NDArray,
    output_size: _Shape,
    kernel: _Shape,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Columns added back into the image that ``im2col`` took them from; its transpose."""

def softmax(
    data: NDArray,
    length: NDArray | None = None,
    axis: int = -1,
    temperature: float | None = None,
    dtype: _DType | None = None,
    use_length: bool | None = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Probabilities ``e^(x / T) / sum e^(x / T)`` along an axis."""

def softmin(
    data: NDArray,
    axis: int = -1,
    temperature: float | None = None,
    dtype: _DType | None = None,
    use_length: bool | None = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Softmax of ``-data``: the smallest element gets the largest probability."""

def log_softmax(
    data: NDArray,
    axis: int = -1,
    temperature: float | None = None,
    dtype: _DType | None = None,
    use_length: bool | None = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Logarithm of softmax, ``x / T - log sum e^(x / T)``, without loss of small probabilities."""

def SoftmaxActivation(
    data: NDArray,
    mode: Literal['channel', 'instance'] = "instance",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Softmax over axis 1 (``mode='channel'``) or over all but the batch axis (``'instance'``)."""

def softmax_cross_entropy(
    data: NDArray,
    label: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum over the batch of ``-log softmax(data)[label]``."""

def CTCLoss(
    data: NDArray,
    label: NDArray,
    data_lengths: NDArray | None = None,
    label_lengths: NDArray | None = None,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: Literal['first', 'last'] = "first",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Minus the log probability that the scores spell the label, over all alignments."""

def ctc_loss(
    data: NDArray,
    label: NDArray,
    data_lengths: NDArray | None = None,
    label_lengths: NDArray | None = None,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: Literal['first', 'last'] = "first",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Minus the log probability that the scores spell the label, over all alignments."""

def pick(
    data: NDArray,
    index: NDArray,
    axis: int | None = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = "clip",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """One element along an axis for each position of the others: ``data[i, index[i]]``."""

def choose_element_0index(
    data: NDArray,
    index: NDArray,
    axis: int | None = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = "clip",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """One element along an axis for each position of the others: ``data[i, index[i]]``."""

def batch_take(
    a: NDArray,
    indices: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``a[i, indices[i]]`` for every row i; positions outside are clipped."""

def fill_element_0index(
    lhs: NDArray,
    mhs: NDArray,
    rhs: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``lhs`` with ``lhs[i, rhs[i]] = mhs[i]``."""

def one_hot(
    indices: NDArray,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: _DType = "float32",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """A new last axis that is ``on_value`` at the position given and ``off_value`` elsewhere."""

def gather_nd(
    data: NDArray,
    indices: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elements (or blocks) at given coordinates: ``data[indices[0], indices[1], ...]``."""

def scatter_nd(
    data: NDArray,
    indices: NDArray,
    shape: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Zeros with values written at given coordinates; of equal coordinates one value stays."""

def ravel_multi_index(
    data: NDArray,
    shape: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Coordinates to positions in the flattened array."""

def unravel_index(
    data: NDArray,
    shape: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Positions in the flattened array to coordinates."""

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

def linalg_gemm(
    A: NDArray,
    B: NDArray,
    C: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha op(A) op(B) + beta C`` for batches of matrices."""

def linalg_gemm2(
    A: NDArray,
    B: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha op(A) op(B)`` for batches of matrices."""

def linalg_syrk(
    A: NDArray,
    transpose: bool = False,
    alpha: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha A A^T``, or ``alpha A^T A``."""

def linalg_trmm(
    A: NDArray,
    B: NDArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha op(A) B`` (or ``alpha B op(A)``) with a triangular A; the other triangle is not
    read.
    """

def linalg_trsm(
    A: NDArray,
    B: NDArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The X with ``op(A) X = alpha B`` (or ``X op(A) = alpha B``) for a triangular A."""

def linalg_potrf(
    A: NDArray,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The lower triangular L with ``A = L L^T`` (Cholesky), or the upper U with ``A = U^T U``."""

def linalg_potri(
    A: NDArray,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The inverse of ``A A^T`` for a lower triangular A, or of ``A^T A`` for an upper one, as
    ``potrf`` gives them.
    """

def linalg_gelqf(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``A = L Q`` with orthonormal rows of Q and a lower triangular L."""

def linalg_syevd(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``A = U^T diag(l) U`` for symmetric matrices: the rows of U are eigenvectors."""

def linalg_inverse(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Inverse matrices."""

def linalg_det(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Determinants."""

def linalg_slogdet(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Sign and logarithm of the absolute value of determinants."""

def linalg_sumlogdiag(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum of the logarithms of the diagonal."""

def linalg_extractdiag(
    A: NDArray,
    offset: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """A diagonal of each matrix."""

def linalg_makediag(
    A: NDArray,
    offset: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Matrices with given diagonals, zero elsewhere."""

def linalg_extracttrian(
    A: NDArray,
    offset: int = 0,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The elements of a triangle as a vector: lower ones row by row, upper ones column by
    column.
    """

def linalg_maketrian(
    A: NDArray,
    offset: int = 0,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Triangular matrices from vectors: the inverse of ``extracttrian``."""

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

def batch_dot(
    lhs: NDArray,
    rhs: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal['default', 'csr', 'row_sparse'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Matrix product of each pair of matrices in two batches."""

def khatri_rao(
    *args: NDArray,
    num_args: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Column-wise Kronecker product: column k is the Kronecker product of the columns k."""

def Activation(
    data: NDArray,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elementwise relu, sigmoid, tanh, softrelu ``log(1 + e^x)``, softsign ``x / (1 + |x|)``."""

def LeakyReLU(
    data: NDArray,
    gamma: NDArray | None = None,
    act_type: Literal['elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'] = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.333999991,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Rectifiers that let something through below zero."""

def Convolution(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    kernel: _Shape = ...,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    num_filter: int = ...,
    num_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    cudnn_tune: Literal['None', 'fastest', 'limited_workspace', 'off'] | None = None,
    cudnn_off: bool = False,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW', 'NWC', 'NHWC', 'NDHWC'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Cross-correlation with learned filters, ``y[n, f] = b[f] + sum_c w[f, c] * x[n, c]``."""

def Convolution_v1(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    kernel: _Shape = ...,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    num_filter: int = ...,
    num_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    cudnn_tune: Literal['None', 'fastest', 'limited_workspace', 'off'] | None = None,
    cudnn_off: bool = False,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW', 'NWC', 'NHWC', 'NDHWC'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Cross-correlation with learned filters, ``y[n, f] = b[f] + sum_c w[f, c] * x[n, c]``."""

def Deconvolution(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    kernel: _Shape = ...,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    adj: _Shape = (),
    target_shape: _Shape = (),
    num_filter: int = ...,
    num_group: int = 1,
    workspace: int = 512,
    no_bias: bool = True,
    cudnn_tune: Literal['None', 'fastest', 'limited_workspace', 'off'] | None = None,
    cudnn_off: bool = False,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW', 'NWC', 'NHWC', 'NDHWC'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Transposed convolution: what ``Convolution`` with the same parameters does to a gradient."""

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

def Dropout(
    data: NDArray,
    p: float = 0.5,
    mode: Literal['always', 'training'] = "training",
    axes: _Shape | None = (),
    cudnn_off: bool | None = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """In training, set elements to 0 with probability ``p`` and scale the rest by ``1 / (1 -
    p)``.
    """

def Pooling(
    data: NDArray,
    kernel: _Shape = (),
    pool_type: Literal['avg', 'lp', 'max', 'sum'] = "max",
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: Literal['full', 'same', 'valid'] = "valid",
    stride: _Shape = (),
    pad: _Shape = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW', 'NWC', 'NHWC', 'NDHWC'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Reduce windows of the spatial axes to their maximum, mean, sum or p-norm."""

def Pooling_v1(
    data: NDArray,
    kernel: _Shape = (),
    pool_type: Literal['avg', 'lp', 'max', 'sum'] = "max",
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: Literal['full', 'same', 'valid'] = "valid",
    stride: _Shape = (),
    pad: _Shape = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW', 'NWC', 'NHWC', 'NDHWC'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Reduce windows of the spatial axes to their maximum, mean, sum or p-norm."""

def RNN(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray | None = None,
    sequence_length: NDArray | None = None,
    state_size: int = ...,
    num_layers: int = ...,
    bidirectional: bool = False,
    mode: Literal['gru', 'lstm', 'rnn_relu', 'rnn_tanh'] = ...,
    p: float = 0.0,
    state_outputs: bool = False,
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Recurrent layers over a sequence, with all weights in one vector."""

def sum(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum over axes."""

def sum_axis(
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

def prod(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Product over axes."""

def nansum(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum, NaN counting as 0 over axes."""

def nanprod(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Product, NaN counting as 1 over axes."""

def max(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Largest element over axes."""

def max_axis(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Largest element over axes."""

def min(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Smallest element over axes."""

def min_axis(
    data: NDArray,
    axis: _Shape | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Smallest element over axes."""

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

def argmax(
    data: NDArray,
    axis: int | None = None,
    keepdims: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Position of the largest element, the first of equals."""

def argmin(
    data: NDArray,
    axis: int | None = None,
    keepdims: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Position of the smallest element, the first of equals."""

def argmax_channel(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Position of the largest element along axis 1."""

def moments(
    data: NDArray,
    axes: _Shape | None = None,
    keepdims: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Mean and (biased) variance over axes."""

def cumsum(
    a: NDArray,
    axis: int | None = None,
    dtype: Literal['float16', 'float32', 'float64', 'int32', 'int64', 'int8'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Running sums along an axis."""

def random_uniform(
    low: _Number = 0.0,
    high: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Uniform numbers in [low, high)."""

def uniform(
    low: _Number = 0.0,
    high: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Uniform numbers in [low, high)."""

def sample_uniform(
    low: NDArray,
    high: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Uniform numbers in [low, high): ``shape`` draws for each element of the parameters."""

def random_normal(
    loc: _Number = 0.0,
    scale: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normal numbers of mean ``loc`` and deviation ``scale``."""

def normal(
    loc: _Number = 0.0,
    scale: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normal numbers of mean ``loc`` and deviation ``scale``."""

def sample_normal(
    mu: NDArray,
    sigma: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normal numbers of mean ``loc`` and deviation ``scale``: ``shape`` draws for each element
    of the parameters.
    """

def random_gamma(
    alpha: _Number = 1.0,
    beta: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gamma numbers of shape ``alpha`` and scale ``beta``."""

def sample_gamma(
    alpha: NDArray,
    beta: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gamma numbers of shape ``alpha`` and scale ``beta``: ``shape`` draws for each element of
    the parameters.
    """

def random_exponential(
    lam: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exponential numbers of rate ``lam``, mean ``1 / lam``."""

def sample_exponential(
    lam: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exponential numbers of rate ``lam``, mean ``1 / lam``: ``shape`` draws for each element
    of the parameters.
    """

def random_poisson(
    lam: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Poisson numbers of mean ``lam``."""

def sample_poisson(
    lam: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Poisson numbers of mean ``lam``: ``shape`` draws for each element of the parameters."""

def random_negative_binomial(
    k: _Number = 1.0,
    p: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Failures before the ``k``-th success of probability ``p``."""

def sample_negative_binomial(
    k: NDArray,
    p: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Failures before the ``k``-th success of probability ``p``: ``shape`` draws for each
    element of the parameters.
    """

def random_generalized_negative_binomial(
    mu: _Number = 1.0,
    alpha: _Number = 1.0,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Negative binomial numbers of mean ``mu`` and dispersion ``alpha``."""

def sample_generalized_negative_binomial(
    mu: NDArray,
    alpha: NDArray,
    shape: _Shape = (),
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Negative binomial numbers of mean ``mu`` and dispersion ``alpha``: ``shape`` draws for
    each element of the parameters.
    """

def random_randint(
    low: _Number,
    high: _Number,
    shape: _Shape | None = None,
    ctx: Context | str = "",
    dtype: _DType | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Integers drawn uniformly from [low, high)."""

def sample_multinomial(
    data: NDArray,
    shape: _Shape = (),
    get_prob: bool = False,
    dtype: _DType = "int32",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Indices drawn with the given probabilities."""

def shuffle(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Permute the first axis at random; the rest of each row stays together."""

def Reshape(
    data: NDArray,
    shape: _Shape = (),
    reverse: bool = False,
    target_shape: _Shape = (),
    keep_highest: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The same elements in another shape."""

def reshape(
    data: NDArray,
    shape: _Shape = (),
    reverse: bool = False,
    target_shape: _Shape = (),
    keep_highest: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The same elements in another shape."""

def reshape_like(
    lhs: NDArray,
    rhs: NDArray,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``lhs`` in the shape of ``rhs``; with bounds, only those axes of lhs take those of rhs."""

def Flatten(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """All axes but the first as one."""

def flatten(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """All axes but the first as one."""

def transpose(
    data: NDArray,
    axes: _Shape = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Axes in another order."""

def SwapAxis(
    data: NDArray,
    dim1: int = 0,
    dim2: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Two axes exchanged."""

def swapaxes(
    data: NDArray,
    dim1: int = 0,
    dim2: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Two axes exchanged."""

def expand_dims(
    data: NDArray,
    axis: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """A new axis of size 1."""

def squeeze(
    data: NDArray,
    axis: _Shape | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Without axes of size 1."""

def slice(
    data: NDArray,
    begin: _Shape,
    end: _Shape,
    step: _Shape | None = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Part of an array, by begin, end and step along the leading axes, as Python slices."""

def crop(
    data: NDArray,
    begin: _Shape,
    end: _Shape,
    step: _Shape | None = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Part of an array, by begin, end and step along the leading axes, as Python slices."""

def slice_axis(
    data: NDArray,
    axis: int,
    begin: int,
    end: int | None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Part of an array along one axis."""

def slice_like(
    data: NDArray,
    shape_like: NDArray,
    axes: _Shape | None = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The leading part of an array, of the size of another."""

def Crop(
    *data: NDArray,
    num_args: int | None = None,
    offset: _Shape = (0, 0),
    h_w: _Shape = (0, 0),
    center_crop: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Part of an image batch, of given height and width or of those of a second array."""

def Concat(
    *data: NDArray,
    num_args: int | None = None,
    dim: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Arrays joined along an axis."""

def concat(
    *data: NDArray,
    num_args: int | None = None,
    dim: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Arrays joined along an axis."""

def stack(
    *data: NDArray,
    axis: int = 0,
    num_args: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Arrays of one shape joined along a new axis."""

def SliceChannel(
    data: NDArray,
    num_outputs: int,
    axis: int = 1,
    squeeze_axis: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Equal parts along an axis."""

def split(
    data: NDArray,
    num_outputs: int,
    axis: int = 1,
    squeeze_axis: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Equal parts along an axis."""

def tile(
    data: NDArray,
    reps: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The whole array repeated along its axes."""

def repeat(
    data: NDArray,
    repeats: int,
    axis: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Each element repeated."""

def Pad(
    data: NDArray,
    mode: Literal['constant', 'edge', 'reflect'],
    pad_width: _Shape,
    constant_value: float = 0.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Borders added."""

def pad(
    data: NDArray,
    mode: Literal['constant', 'edge', 'reflect'],
    pad_width: _Shape,
    constant_value: float = 0.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Borders added."""

def reverse(
    data: NDArray,
    axis: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The order along axes reversed."""

def flip(
    data: NDArray,
    axis: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The order along axes reversed."""

def diag(
    data: NDArray,
    k: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """A diagonal of an array; of a vector, the matrix that has it as diagonal."""

def depth_to_space(
    data: NDArray,
    block_size: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Channels moved into ``block_size`` x ``block_size`` blocks of pixels."""

def space_to_depth(
    data: NDArray,
    block_size: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Blocks of ``block_size`` x ``block_size`` pixels moved into channels."""

def SoftmaxOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: Literal['batch', 'null', 'valid'] = "null",
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Softmax with the gradient of the cross entropy: ``softmax(data) - one_hot(label)``."""

def Softmax(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: Literal['batch', 'null', 'valid'] = "null",
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Softmax with the gradient of the cross entropy: ``softmax(data) - one_hot(label)``."""

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

def SVMOutput(
    data: NDArray,
    label: NDArray,
    margin: float = 1.0,
    regularization_coefficient: float = 1.0,
    use_linear: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Identity whose gradient is that of the one-against-all hinge loss."""

def MakeLoss(
    data: NDArray,
    grad_scale: float = 1.0,
    valid_thresh: float = 0.0,
    normalization: Literal['batch', 'null', 'valid'] = "null",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Identity that makes ``data`` a loss: its gradient is ``grad_scale``, whatever arrives."""

def random_pdf_uniform(
    sample: NDArray,
    low: NDArray,
    high: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Uniform density ``1 / (high - low)``, at each sample."""

def random_pdf_normal(
    sample: NDArray,
    mu: NDArray,
    sigma: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normal density of mean mu, deviation sigma, at each sample."""

def random_pdf_gamma(
    sample: NDArray,
    alpha: NDArray,
    beta: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gamma density of shape alpha and rate beta, at each sample."""

def random_pdf_exponential(
    sample: NDArray,
    lam: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exponential density of rate lam, at each sample."""

def random_pdf_poisson(
    sample: NDArray,
    lam: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Poisson probability of mean lam, at each sample."""

def random_pdf_negative_binomial(
    sample: NDArray,
    k: NDArray,
    p: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Probability of so many failures before the k-th success of probability p, at each sample."""

def random_pdf_generalized_negative_binomial(
    sample: NDArray,
    mu: NDArray,
    alpha: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Negative binomial probability of mean mu and dispersion alpha, at each sample."""

def random_pdf_dirichlet(
    sample: NDArray,
    alpha: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Dirichlet density at each sample."""

def SequenceMask(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elements after the end of each sequence set to a number."""

def SequenceLast(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The last element of each sequence."""

def SequenceReverse(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Each sequence backwards; what lies after its end stays."""

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

def mp_sgd_update(
    weight: NDArray,
    grad: NDArray,
    weight32: NDArray,
    lr: _Number,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    lazy_update: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``sgd_update`` of a half-precision weight."""

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

def mp_sgd_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    weight32: NDArray,
    lr: _Number,
    momentum: _Number = 0.0,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    lazy_update: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``sgd_mom_update`` of a half-precision weight."""

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

def nag_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    lr: _Number,
    momentum: _Number = 0.0,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Nesterov's momentum."""

def mp_nag_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    weight32: NDArray,
    lr: _Number,
    momentum: _Number = 0.0,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``nag_mom_update`` of a half-precision weight."""

def rmsprop_update(
    weight: NDArray,
    grad: NDArray,
    n: NDArray,
    lr: _Number,
    gamma1: _Number = 0.949999988,
    epsilon: _Number = 9.99999994e-09,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    clip_weights: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """RMSProp: steps divided by the root of the recent squared gradients."""

def rmspropalex_update(
    weight: NDArray,
    grad: NDArray,
    n: NDArray,
    g: NDArray,
    delta: NDArray,
    lr: _Number,
    gamma1: _Number = 0.949999988,
    gamma2: _Number = 0.899999976,
    epsilon: _Number = 9.99999994e-09,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    clip_weights: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """RMSProp centred by the mean gradient and with momentum (Graves 2013, arXiv:1308.0850, eq.
    38-45).
    """

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

def ftml_update(
    weight: NDArray,
    grad: NDArray,
    d: NDArray,
    v: NDArray,
    z: NDArray,
    lr: _Number,
    beta1: _Number = 0.600000024,
    beta2: _Number = 0.999000013,
    epsilon: _Number = 9.99999993922529e-09,
    t: _Number = ...,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_grad: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Follow the moving leader (Zheng and Kwok 2017); ``t`` counts the steps from 1."""

def signsgd_update(
    weight: NDArray,
    grad: NDArray,
    lr: _Number,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Descent by the gradient's sign: ``w - lr (sign(g) + wd w)``."""

def signum_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    lr: _Number,
    momentum: _Number = 0.0,
    wd: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    wd_lh: _Number = 0.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Descent by the sign of the momentum."""

def lamb_update_phase1(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    beta1: _Number = 0.899999976,
    beta2: _Number = 0.999000013,
    epsilon: _Number = 9.99999997e-07,
    t: _Number = ...,
    bias_correction: bool = True,
    wd: _Number = ...,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """First half of LAMB (You et al. 2020): Adam's direction plus ``wd w``."""

def mp_lamb_update_phase1(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    weight32: NDArray,
    beta1: _Number = 0.899999976,
    beta2: _Number = 0.999000013,
    epsilon: _Number = 9.99999997e-07,
    t: _Number = ...,
    bias_correction: bool = True,
    wd: _Number = ...,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``lamb_update_phase1`` of a half-precision weight."""

def lamb_update_phase2(
    weight: NDArray,
    g: NDArray,
    r1: NDArray,
    r2: NDArray,
    lr: _Number,
    lower_bound: _Number = -1.0,
    upper_bound: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Second half of LAMB: ``w - lr r1 / r2 g``, with ratio 1 where a norm is 0."""

def mp_lamb_update_phase2(
    weight: NDArray,
    g: NDArray,
    r1: NDArray,
    r2: NDArray,
    weight32: NDArray,
    lr: _Number,
    lower_bound: _Number = -1.0,
    upper_bound: _Number = -1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``lamb_update_phase2`` of a half-precision weight."""

def multi_sgd_update(
    *data: NDArray,
    lrs: Sequence[_Number],
    wds: Sequence[_Number],
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``sgd_update`` of several weights at once."""

def preloaded_multi_sgd_update(
    *data: NDArray,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``sgd_update`` of several weights at once."""

def multi_mp_sgd_update(
    *data: NDArray,
    lrs: Sequence[_Number],
    wds: Sequence[_Number],
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``mp_sgd_update`` of several weights at once."""

def preloaded_multi_mp_sgd_update(
    *data: NDArray,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``mp_sgd_update`` of several weights at once."""

def multi_sgd_mom_update(
    *data: NDArray,
    lrs: Sequence[_Number],
    wds: Sequence[_Number],
    momentum: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``sgd_mom_update`` of several weights at once."""

def preloaded_multi_sgd_mom_update(
    *data: NDArray,
    momentum: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``sgd_mom_update`` of several weights at once."""

def multi_mp_sgd_mom_update(
    *data: NDArray,
    lrs: Sequence[_Number],
    wds: Sequence[_Number],
    momentum: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``mp_sgd_mom_update`` of several weights at once."""

def preloaded_multi_mp_sgd_mom_update(
    *data: NDArray,
    momentum: _Number = 0.0,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    num_weights: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``mp_sgd_mom_update`` of several weights at once."""

def multi_lars(
    lrs: NDArray,
    weights_sum_sq: NDArray,
    grads_sum_sq: NDArray,
    wds: NDArray,
    eta: _Number,
    eps: _Number,
    rescale_grad: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Learning rates scaled layer by layer (LARS, You et al. 2017)."""

def multi_sum_sq(
    *data: NDArray,
    num_arrays: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum of the squares of each array."""

def all_finite(
    data: NDArray,
    init_output: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Whether all numbers are finite."""

def multi_all_finite(
    *data: NDArray,
    num_arrays: int = 1,
    init_output: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Whether all numbers of several arrays are finite."""

def reset_arrays(
    *data: NDArray,
    num_arrays: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Set arrays to zero in place."""
