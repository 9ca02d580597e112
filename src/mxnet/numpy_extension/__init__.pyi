"""``mx.npx``: what neural networks need beyond NumPy, on arrays of ``mx.np``.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
# ruff: noqa: I001
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as onp

from mxnet.numpy.multiarray import ndarray
from mxnet.context import Context as Context
from mxnet.context import cpu as cpu
from mxnet.context import cpu_pinned as cpu_pinned
from mxnet.context import current_context as current_context
from mxnet.util import get_cuda_compute_capability as get_cuda_compute_capability
from mxnet.context import gpu as gpu
from mxnet.context import gpu_memory_info as gpu_memory_info
from . import image as image
from mxnet.util import is_np_array as is_np_array
from mxnet.util import is_np_shape as is_np_shape
from mxnet.util import np_array as np_array
from mxnet.util import np_shape as np_shape
from mxnet.context import num_gpus as num_gpus
from . import random as random
from mxnet.util import reset_np as reset_np
from mxnet.util import set_np as set_np
from mxnet.util import set_np_shape as set_np_shape
from mxnet.util import use_np as use_np
from mxnet.util import use_np_array as use_np_array
from mxnet.util import use_np_shape as use_np_shape
from mxnet.ndarray.ndarray import waitall as waitall

__all__ = [
    "Context",
    "cpu",
    "cpu_pinned",
    "current_context",
    "get_cuda_compute_capability",
    "gpu",
    "gpu_memory_info",
    "image",
    "is_np_array",
    "is_np_shape",
    "np_array",
    "np_shape",
    "load",
    "num_gpus",
    "random",
    "reset_np",
    "save",
    "set_np",
    "set_np_shape",
    "use_np",
    "use_np_array",
    "use_np_shape",
    "waitall",
    "relu",
    "erf",
    "erfinv",
    "gamma",
    "gammaln",
    "sigmoid",
    "cast",
    "smooth_l1",
    "shape_array",
    "topk",
    "multibox_prior",
    "multibox_target",
    "multibox_detection",
    "batch_norm",
    "layer_norm",
    "roi_pooling",
    "softmax",
    "log_softmax",
    "pick",
    "one_hot",
    "gather_nd",
    "embedding",
    "arange_like",
    "batch_dot",
    "activation",
    "leaky_relu",
    "convolution",
    "deconvolution",
    "fully_connected",
    "dropout",
    "pooling",
    "rnn",
    "nonzero",
    "constraint_check",
    "reshape_like",
    "batch_flatten",
    "slice",
    "reshape",
    "sequence_mask",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def load(file: Any) -> ndarray:
    """Load what :func:`save`, or MXNet's, wrote."""

def save(file: Any, arr: ndarray) -> ndarray:
    """Save arrays to a file, in the version of the format that keeps arrays without axes."""

def relu(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise max(x, 0); gradient 0 at 0."""

def erf(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise error function."""

def erfinv(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise inverse error function."""

def gamma(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise gamma function."""

def gammaln(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise logarithm of |gamma(x)|."""

def sigmoid(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise 1 / (1 + e^-x)."""

def cast(
    data: ndarray,
    dtype: _DType,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Convert the element type; fractions are cut, narrow integer types wrap (300 to uint8 is
    44).
    """

def smooth_l1(
    data: ndarray,
    scalar: _Number = 1.0,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Square near 0, absolute value beyond: ``(s x)^2 / 2`` if ``|x| < 1 / s^2``, else ``|x| -
    1 / (2 s^2)``.
    """

def shape_array(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """The shape as an array."""

def topk(
    data: ndarray,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: Literal['value', 'indices', 'mask', 'both'] = "indices",
    is_ascend: bool = False,
    dtype: _DType = "float32",
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray | Any:
    """The ``k`` largest (or smallest) elements along an axis."""

def multibox_prior(
    data: ndarray,
    sizes: Any = (1.0,),
    ratios: Any = (1.0,),
    clip: bool = False,
    steps: Any = (-1.0, -1.0),
    offsets: Any = (0.5, 0.5),
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Anchor boxes around every pixel (SSD, Liu et al. 2016)."""

def multibox_target(
    anchor: ndarray,
    label: ndarray,
    cls_pred: ndarray,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: Any = (0.1, 0.1, 0.2, 0.2),
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> list[ndarray]:
    """What a single-shot detector should predict for each anchor box."""

def multibox_detection(
    cls_prob: ndarray,
    loc_pred: ndarray,
    anchor: ndarray,
    clip: bool = True,
    threshold: float = 0.00999999978,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: Any = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Boxes found by a single-shot detector, after suppression of those that overlap a better
    one.
    """

def batch_norm(
    data: ndarray,
    gamma: ndarray,
    beta: ndarray,
    moving_mean: ndarray,
    moving_var: ndarray,
    eps: float = 0.0010000000474974513,
    momentum: float = 0.899999976,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray | Any:
    """Normalise each channel by its statistics over the batch."""

def layer_norm(
    data: ndarray,
    gamma: ndarray,
    beta: ndarray,
    axis: int = -1,
    eps: float = 9.99999975e-06,
    output_mean_var: bool = False,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray | Any:
    """Normalise along one axis: ``(x - mean) / sqrt(var + eps) * gamma + beta``."""

def roi_pooling(
    data: ndarray,
    rois: ndarray,
    pooled_size: _Shape,
    spatial_scale: float,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Maximum over each cell of a grid laid on regions of interest (Girshick 2015)."""

def softmax(
    data: ndarray,
    length: ndarray | None = None,
    axis: int = -1,
    temperature: float | None = None,
    dtype: _DType | None = None,
    use_length: bool | None = False,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Probabilities ``e^(x / T) / sum e^(x / T)`` along an axis."""

def log_softmax(
    data: ndarray,
    axis: int = -1,
    temperature: float | None = None,
    dtype: _DType | None = None,
    use_length: bool | None = False,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Logarithm of softmax, ``x / T - log sum e^(x / T)``, without loss of small probabilities."""

def pick(
    data: ndarray,
    index: ndarray,
    axis: int | None = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = "clip",
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """One element along an axis for each position of the others: ``data[i, index[i]]``."""

def one_hot(
    indices: ndarray,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: _DType = "float32",
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """A new last axis that is ``on_value`` at the position given and ``off_value`` elsewhere."""

def gather_nd(
    data: ndarray,
    indices: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elements (or blocks) at given coordinates: ``data[indices[0], indices[1], ...]``."""

def embedding(
    data: ndarray,
    weight: ndarray,
    input_dim: int,
    output_dim: int,
    dtype: _DType = "float32",
    sparse_grad: bool = False,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Rows of ``weight`` at given positions."""

def arange_like(
    data: ndarray,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | str | None = None,
    axis: int | None = None,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Evenly spaced numbers, as many as an array or one of its axes has."""

def batch_dot(
    lhs: ndarray,
    rhs: ndarray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal['default', 'csr', 'row_sparse'] | None = None,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Matrix product of each pair of matrices in two batches."""

def activation(
    data: ndarray,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elementwise relu, sigmoid, tanh, softrelu ``log(1 + e^x)``, softsign ``x / (1 + |x|)``."""

def leaky_relu(
    data: ndarray,
    gamma: ndarray | None = None,
    act_type: Literal['elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'] = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.333999991,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Rectifiers that let something through below zero."""

def convolution(
    data: ndarray,
    weight: ndarray,
    bias: ndarray | None = None,
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
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Cross-correlation with learned filters, ``y[n, f] = b[f] + sum_c w[f, c] * x[n, c]``."""

def deconvolution(
    data: ndarray,
    weight: ndarray,
    bias: ndarray | None = None,
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
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Transposed convolution: what ``Convolution`` with the same parameters does to a gradient."""

def fully_connected(
    data: ndarray,
    weight: ndarray,
    bias: ndarray | None = None,
    num_hidden: int = ...,
    no_bias: bool = False,
    flatten: bool = True,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Affine map ``y = x W^T + b``."""

def dropout(
    data: ndarray,
    p: float = 0.5,
    mode: Literal['always', 'training'] = "training",
    axes: _Shape | None = (),
    cudnn_off: bool | None = False,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """In training, set elements to 0 with probability ``p`` and scale the rest by ``1 / (1 -
    p)``.
    """

def pooling(
    data: ndarray,
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
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Reduce windows of the spatial axes to their maximum, mean, sum or p-norm."""

def rnn(
    data: ndarray,
    parameters: ndarray,
    state: ndarray,
    state_cell: ndarray | None = None,
    sequence_length: ndarray | None = None,
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
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray | Any:
    """Recurrent layers over a sequence, with all weights in one vector."""

def nonzero(a: ndarray) -> tuple[ndarray, ...]:
    """Positions of the elements that are not 0, a row of int64 for each."""

def constraint_check(
    input: ndarray,
    msg: str = "Constraint violated.",
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Fails unless every element is true; runs alone, as it reads them."""

def reshape_like(
    lhs: ndarray,
    rhs: ndarray,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """``lhs`` in the shape of ``rhs``; with bounds, only those axes of lhs take those of rhs."""

def batch_flatten(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """All axes but the first as one."""

def slice(
    data: ndarray,
    begin: _Shape,
    end: _Shape,
    step: _Shape | None = (),
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Part of an array, by begin, end and step along the leading axes, as Python slices."""

def reshape(a: ndarray, newshape: _Shape, reverse: Any = False, order: str = "C") -> ndarray:
    """The elements in another shape, with codes for parts of the old one."""

def sequence_mask(
    data: ndarray,
    sequence_length: ndarray | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Elements after the end of each sequence set to a number."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself
