"""``nd.contrib``: operators of that family, and control flow.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as onp

from ..context import Context
from .ndarray import NDArray

__all__ = [
    "cond",
    "current_context",
    "foreach",
    "rand_zipfian",
    "uniform",
    "while_loop",
    "adamw_update",
    "mp_adamw_update",
    "multi_adamw_update",
    "multi_lamb_update",
    "multi_mp_adamw_update",
    "multi_mp_lamb_update",
    "isnan",
    "isinf",
    "isfinite",
    "quadratic",
    "div_sqrt_dim",
    "gradientmultiplier",
    "round_ste",
    "sign_ste",
    "allclose",
    "box_iou",
    "box_nms",
    "box_non_maximum_suppression",
    "bipartite_matching",
    "box_encode",
    "box_decode",
    "MultiBoxPrior",
    "MultiBoxTarget",
    "MultiBoxDetection",
    "Proposal",
    "MultiProposal",
    "fft",
    "ifft",
    "count_sketch",
    "hawkesll",
    "BatchNormWithReLU",
    "SyncBatchNorm",
    "AdaptiveAvgPooling2D",
    "BilinearResize2D",
    "ROIAlign",
    "RROIAlign",
    "PSROIPooling",
    "DeformablePSROIPooling",
    "DeformableConvolution",
    "ModulatedDeformableConvolution",
    "getnnz",
    "edge_id",
    "dgl_adjacency",
    "dgl_subgraph",
    "dgl_graph_compact",
    "dgl_csr_neighbor_uniform_sample",
    "dgl_csr_neighbor_non_uniform_sample",
    "CTCLoss",
    "ctc_loss",
    "SparseEmbedding",
    "index_copy",
    "index_add",
    "index_array",
    "boolean_mask",
    "arange_like",
    "interleaved_matmul_selfatt_qk",
    "interleaved_matmul_selfatt_valatt",
    "interleaved_matmul_encdec_qk",
    "interleaved_matmul_encdec_valatt",
    "quantize",
    "quantize_v2",
    "dequantize",
    "requantize",
    "quantized_act",
    "quantized_flatten",
    "quantized_pooling",
    "quantized_concat",
    "quantized_fully_connected",
    "quantized_conv",
    "quantized_embedding",
    "quantized_elemwise_add",
    "quantized_elemwise_mul",
    "quantized_batch_norm",
    "calibrate_entropy",
    "quantize_asym",
    "quantized_rnn",
    "group_adagrad_update",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def cond(
    pred: Any,
    then_func: Callable[..., Any],
    else_func: Callable[..., Any],
    name: str | None = "cond",
) -> Any:
    """Call one of two functions."""

def current_context() -> NDArray:
    """The context that arrays are made on by default in this thread."""

def foreach(
    body: Callable[..., Any],
    data: NDArray | Sequence[NDArray],
    init_states: Any,
    name: str | None = "foreach",
) -> tuple[Any, Any]:
    """Call ``body`` on the slices of arrays along their first axis, one after the other."""

def rand_zipfian(
    true_classes: NDArray,
    num_sampled: int,
    range_max: int,
    ctx: Context | str | None = None,
) -> tuple[NDArray, NDArray, NDArray]:
    """Draw classes so that small numbers are frequent, as words sorted by frequency are."""

def uniform(
    low: NDArray | _Number = 0,
    high: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Uniform numbers in ``[low, high)``."""

def while_loop(
    cond: Callable[..., Any],
    func: Callable[..., Any],
    loop_vars: Any,
    max_iterations: int | None = None,
    name: str | None = "while_loop",
) -> tuple[Any, Any]:
    """Call ``func`` as long as ``cond`` is true, at most ``max_iterations`` times."""

def adamw_update(
    weight: Any,
    grad: Any,
    mean: Any,
    var: Any,
    rescale_grad: Any,
    lr: Any,
    eta: Any,
    **kwargs: Any,
) -> NDArray:
    """AdamW (Loshchilov and Hutter 2019) for one parameter; see the operator ``_adamw_update``."""

def mp_adamw_update(
    weight: Any,
    grad: Any,
    mean: Any,
    var: Any,
    weight32: Any,
    rescale_grad: Any,
    lr: Any,
    eta: Any,
    **kwargs: Any,
) -> NDArray:
    """AdamW for a half-precision weight with its float32 copy; see :func:`adamw_update`."""

def multi_adamw_update(
    weights: Any,
    grads: Any,
    mean: Any,
    var: Any,
    rescale_grad: Any,
    lrs: Any,
    wds: Any,
    etas: Any,
    **kwargs: Any,
) -> NDArray:
    """AdamW for lists of parameters; see :func:`adamw_update`."""

def multi_lamb_update(
    weights: Any,
    grads: Any,
    mean: Any,
    var: Any,
    step_count: Any,
    lrs: Any,
    wds: Any,
    **kwargs: Any,
) -> NDArray:
    """LAMB (You et al. 2020) for lists of parameters."""

def multi_mp_adamw_update(
    weights: Any,
    grads: Any,
    mean: Any,
    var: Any,
    weights32: Any,
    rescale_grad: Any,
    lrs: Any,
    wds: Any,
    etas: Any,
    **kwargs: Any,
) -> NDArray:
    """AdamW for lists of half-precision parameters with their float32 copies."""

def multi_mp_lamb_update(
    weights: Any,
    grads: Any,
    mean: Any,
    var: Any,
    weights32: Any,
    step_count: Any,
    lrs: Any,
    wds: Any,
    **kwargs: Any,
) -> NDArray:
    """LAMB for lists of half-precision parameters with their float32 copies."""

def isnan(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where an element is not a number, else 0; no gradient."""

def isinf(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where an element is infinite, else 0; no gradient."""

def isfinite(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where an element is finite, else 0; no gradient."""

def quadratic(
    data: NDArray,
    a: float = 0.0,
    b: float = 0.0,
    c: float = 0.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``a x^2 + b x + c``."""

def div_sqrt_dim(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``data / sqrt(size of the last axis)``, the scale of attention scores."""

def gradientmultiplier(
    data: NDArray,
    scalar: _Number = 1.0,
    is_int: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The array itself; its gradient is multiplied by ``scalar`` (negative: gradient reversal)."""

def round_ste(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Round, halves away from zero, with the straight-through gradient 1."""

def sign_ste(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sign, with the straight-through gradient 1."""

def allclose(
    a: NDArray,
    b: NDArray,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """1 if ``|a - b| <= atol + rtol |b|`` everywhere, else 0."""

def box_iou(
    lhs: NDArray,
    rhs: NDArray,
    format: Literal['center', 'corner'] = "corner",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Intersection over union of every box with every other."""

def box_nms(
    data: NDArray,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: Literal['center', 'corner'] = "corner",
    out_format: Literal['center', 'corner'] = "corner",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Non-maximum suppression: drop boxes that overlap a better one."""

def box_non_maximum_suppression(
    data: NDArray,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: Literal['center', 'corner'] = "corner",
    out_format: Literal['center', 'corner'] = "corner",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Non-maximum suppression: drop boxes that overlap a better one."""

def bipartite_matching(
    data: NDArray,
    is_ascend: bool = False,
    threshold: float = ...,
    topk: int = -1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Pair rows with columns greedily, the best score first, each at most once."""

def box_encode(
    samples: NDArray,
    matches: NDArray,
    anchors: NDArray,
    refs: NDArray,
    means: NDArray,
    stds: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Targets of box regression: where the matched box lies, as seen from each anchor."""

def box_decode(
    data: NDArray,
    anchors: NDArray,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: Literal['center', 'corner'] = "center",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Corner boxes from predictions relative to anchors; undoes ``box_encode``."""

def MultiBoxPrior(
    data: NDArray,
    sizes: Any = (1.0,),
    ratios: Any = (1.0,),
    clip: bool = False,
    steps: Any = (-1.0, -1.0),
    offsets: Any = (0.5, 0.5),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Anchor boxes around every pixel (SSD, Liu et al. 2016)."""

def MultiBoxTarget(
    anchor: NDArray,
    label: NDArray,
    cls_pred: NDArray,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: Any = (0.1, 0.1, 0.2, 0.2),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """What a single-shot detector should predict for each anchor box."""

def MultiBoxDetection(
    cls_prob: NDArray,
    loc_pred: NDArray,
    anchor: NDArray,
    clip: bool = True,
    threshold: float = 0.00999999978,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: Any = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Boxes found by a single-shot detector, after suppression of those that overlap a better
    one.
    """

def Proposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.699999988,
    rpn_min_size: int = 16,
    scales: Any = (4.0, 8.0, 16.0, 32.0),
    ratios: Any = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Regions that may hold an object (Faster R-CNN, Ren et al. 2015), of one image."""

def MultiProposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.699999988,
    rpn_min_size: int = 16,
    scales: Any = (4.0, 8.0, 16.0, 32.0),
    ratios: Any = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``Proposal`` for a batch of B images: ``rpn_post_nms_top_n`` regions of each, in order."""

def fft(
    data: NDArray,
    compute_size: int = 128,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Discrete Fourier transform of real rows; real and imaginary parts in turn."""

def ifft(
    data: NDArray,
    compute_size: int = 128,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Inverse of ``fft`` times D: the real part, not divided by the length, as in the original."""

def count_sketch(
    data: NDArray,
    h: NDArray,
    s: NDArray,
    out_dim: int,
    processing_batch_size: int = 32,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Random projection by signs and buckets: ``out[h[i]] += s[i] data[i]``."""

def hawkesll(
    lda: NDArray,
    alpha: NDArray,
    beta: NDArray,
    state: NDArray,
    lags: NDArray,
    marks: NDArray,
    valid_length: NDArray,
    max_time: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Log likelihood of marked self-exciting point processes with exponential decay."""

def BatchNormWithReLU(
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
    """``BatchNorm``, then everything below 0 is 0."""

def SyncBatchNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    eps: float = 0.00100000005,
    momentum: float = 0.899999976,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    ndev: int = 1,
    key: str = ...,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """``BatchNorm`` over the batch of all devices."""

def AdaptiveAvgPooling2D(
    data: NDArray,
    output_size: _Shape | None = (),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Average over a grid of cells that covers the image, whatever its size."""

def BilinearResize2D(
    data: NDArray,
    like: NDArray | None = None,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: Literal[
        'like', 'odd_scale', 'size', 'to_even_down', 'to_even_up', 'to_odd_down', 'to_odd_up',
    ] = "size",
    align_corners: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Resize images, linearly between the four nearest pixels."""

def ROIAlign(
    data: NDArray,
    rois: NDArray,
    pooled_size: _Shape,
    spatial_scale: float,
    sample_ratio: int = -1,
    position_sensitive: bool = False,
    aligned: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Average of each cell of a grid on regions of interest, without rounding (He et al. 2017)."""

def RROIAlign(
    data: NDArray,
    rois: NDArray,
    pooled_size: _Shape,
    spatial_scale: float,
    sampling_ratio: int = -1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``ROIAlign`` of rotated regions."""

def PSROIPooling(
    data: NDArray,
    rois: NDArray,
    spatial_scale: float,
    output_dim: int,
    pooled_size: int,
    group_size: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Average over cells of regions, each cell in channels of its own (R-FCN, Dai et al. 2016)."""

def DeformablePSROIPooling(
    data: NDArray,
    rois: NDArray,
    trans: NDArray | None = None,
    spatial_scale: float = ...,
    output_dim: int = ...,
    group_size: int = ...,
    pooled_size: int = ...,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``PSROIPooling`` of cells that are moved by learned offsets (Dai et al. 2017)."""

def DeformableConvolution(
    data: NDArray,
    offset: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    kernel: _Shape = ...,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    num_filter: int = ...,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Convolution whose kernel positions are moved by learned offsets (Dai et al. 2017)."""

def ModulatedDeformableConvolution(
    data: NDArray,
    offset: NDArray,
    mask: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    kernel: _Shape = ...,
    stride: _Shape = (),
    dilate: _Shape = (),
    pad: _Shape = (),
    num_filter: int = ...,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    im2col_step: int = 64,
    layout: Literal['None', 'NCW', 'NCHW', 'NCDHW'] | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``DeformableConvolution`` with a learned weight for each kernel position (Zhu et al.
    2019).
    """

def getnnz(
    data: NDArray,
    axis: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """How many elements a compressed-row matrix stores, explicit zeros counted."""

def edge_id(
    data: NDArray,
    u: NDArray,
    v: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Values of the edges from vertices ``u`` to ``v``, -1 where there is none."""

def dgl_adjacency(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The adjacency matrix of a graph: 1 for every edge."""

def dgl_subgraph(
    *data: NDArray,
    num_args: int | None = None,
    return_mapping: bool,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """The edges of a graph between some of its vertices, for each list of vertices."""

def dgl_graph_compact(
    *graph_data: NDArray,
    num_args: int | None = None,
    return_mapping: bool,
    graph_sizes: _Shape,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Sampled sub-graphs without what they were padded with, their columns renumbered."""

def dgl_csr_neighbor_uniform_sample(
    *data: NDArray,
    num_args: int | None = None,
    num_hops: int = 1,
    num_neighbor: int = 2,
    max_num_vertices: int = 100,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Sub-graphs of neighbours, sampled uniformly from lists of seeds."""

def dgl_csr_neighbor_non_uniform_sample(
    *data: NDArray,
    num_args: int | None = None,
    num_hops: int = 1,
    num_neighbor: int = 2,
    max_num_vertices: int = 100,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """As ``dgl_csr_neighbor_uniform_sample``, neighbours being drawn by their probabilities."""

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

def SparseEmbedding(
    data: NDArray,
    weight: NDArray,
    input_dim: int,
    output_dim: int,
    dtype: _DType = "float32",
    deterministic: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Rows of ``weight`` at given positions, with a row-sparse gradient."""

def index_copy(
    old_tensor: NDArray,
    index_vector: NDArray,
    new_tensor: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``old_tensor`` with rows replaced by those of ``new_tensor``."""

def index_add(
    old_tensor: NDArray,
    index_vector: NDArray,
    new_tensor: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``old_tensor`` with the rows of ``new_tensor`` added; equal positions add up."""

def index_array(
    data: NDArray,
    axes: _Shape | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The coordinates of every element."""

def boolean_mask(
    data: NDArray,
    index: NDArray,
    axis: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The parts along an axis whose mask is not 0; runs alone, as its shape depends on the
    mask.
    """

def arange_like(
    data: NDArray,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | str | None = None,
    axis: int | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Evenly spaced numbers, as many as an array or one of its axes has."""

def interleaved_matmul_selfatt_qk(
    queries_keys_values: NDArray,
    heads: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Scaled products of queries and keys: ``q k^T / sqrt(D)``, for self-attention."""

def interleaved_matmul_selfatt_valatt(
    queries_keys_values: NDArray,
    attention: NDArray,
    heads: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Values mixed by attention weights, for self-attention."""

def interleaved_matmul_encdec_qk(
    queries: NDArray,
    keys_values: NDArray,
    heads: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Scaled products of queries and keys of another sequence: ``q k^T / sqrt(D)``."""

def interleaved_matmul_encdec_valatt(
    keys_values: NDArray,
    attention: NDArray,
    heads: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Values of another sequence mixed by attention weights."""

def quantize(
    data: NDArray,
    min_range: NDArray,
    max_range: NDArray,
    out_type: Literal['int8', 'uint8'] = "uint8",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Real numbers to 8-bit ones, in a given range."""

def quantize_v2(
    data: NDArray,
    out_type: Literal['auto', 'int8', 'uint8'] = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Real numbers to 8-bit ones, in a range found beforehand or that of the data."""

def dequantize(
    data: NDArray,
    min_range: NDArray,
    max_range: NDArray,
    out_type: Literal['float32'] = "float32",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """8-bit numbers back to real ones."""

def requantize(
    data: NDArray,
    min_range: NDArray,
    max_range: NDArray,
    out_type: Literal['auto', 'int8', 'uint8'] = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """32-bit results to 8-bit numbers, in a range found beforehand or that of the data."""

def quantized_act(
    data: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``relu`` of 8-bit numbers; the range stays. Other activations raise, as in the original."""

def quantized_flatten(
    data: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``Flatten`` of 8-bit numbers; the range stays."""

def quantized_pooling(
    data: NDArray,
    min_data: NDArray,
    max_data: NDArray,
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
) -> list[NDArray]:
    """``Pooling`` (max or avg) of 8-bit numbers; means are rounded, the range stays."""

def quantized_concat(
    *data: NDArray,
    num_args: int | None = None,
    dim: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``concat`` of 8-bit arrays, brought to one range."""

def quantized_fully_connected(
    data: NDArray,
    weight: NDArray,
    bias: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    min_weight: NDArray,
    max_weight: NDArray | None = None,
    min_bias: NDArray | None = None,
    max_bias: NDArray | None = None,
    num_hidden: int = ...,
    no_bias: bool = False,
    flatten: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``FullyConnected`` of 8-bit numbers, with 32-bit sums."""

def quantized_conv(
    data: NDArray,
    weight: NDArray,
    bias: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    min_weight: NDArray,
    max_weight: NDArray | None = None,
    min_bias: NDArray | None = None,
    max_bias: NDArray | None = None,
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
) -> list[NDArray]:
    """``Convolution`` of 8-bit numbers, with 32-bit sums, channels first."""

def quantized_embedding(
    data: NDArray,
    weight: NDArray,
    min_weight: NDArray,
    max_weight: NDArray,
    input_dim: int,
    output_dim: int,
    dtype: _DType = "float32",
    sparse_grad: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``Embedding`` with 8-bit rows; the range stays."""

def quantized_elemwise_add(
    lhs: NDArray,
    rhs: NDArray,
    lhs_min: NDArray,
    lhs_max: NDArray,
    rhs_min: NDArray,
    rhs_max: NDArray,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Sum of 8-bit arrays, in a range found beforehand, or as int32 in the sum of their ranges."""

def quantized_elemwise_mul(
    lhs: NDArray,
    rhs: NDArray,
    lhs_min: NDArray,
    lhs_max: NDArray,
    rhs_min: NDArray,
    rhs_max: NDArray,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray | Any:
    """Product of 8-bit arrays: int8 in a range found beforehand, float32, or else int32."""

def quantized_batch_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    min_data: NDArray,
    max_data: NDArray,
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
) -> list[NDArray]:
    """``BatchNorm`` of int8 numbers by moving statistics, into a range found beforehand."""

def calibrate_entropy(
    hist: NDArray,
    hist_edges: NDArray,
    num_quantized_bins: int = 255,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The range that loses least information when a histogram's data become 8-bit numbers."""

def quantize_asym(
    data: NDArray,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Real numbers to uint8 ones that use the whole range, with a scale and a shift."""

def quantized_rnn(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray,
    data_scale: NDArray,
    data_shift: NDArray,
    state_size: int,
    num_layers: int,
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
    """LSTM layers of ``RNN`` with weights rounded to 8 bits; hidden states are uint8 numbers
    too.
    """

def group_adagrad_update(
    weight: NDArray,
    grad: NDArray,
    history: NDArray,
    lr: _Number,
    rescale_grad: _Number = 1.0,
    clip_gradient: _Number = -1.0,
    epsilon: _Number = 9.99999975e-06,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """AdaGrad with one number of history per row, for embeddings."""
