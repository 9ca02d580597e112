"""``nd.op``: the operators without the array constructors.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
# ruff: noqa: I001
from collections.abc import Sequence
from typing import Literal

from .ndarray import NDArray
from . import elemwise_add as elemwise_add
from . import elemwise_sub as elemwise_sub
from . import elemwise_mul as elemwise_mul
from . import elemwise_div as elemwise_div
from . import abs as abs
from . import sign as sign
from . import negative as negative
from . import square as square
from . import relu as relu
from . import round as round
from . import rint as rint
from . import fix as fix
from . import trunc as trunc
from . import floor as floor
from . import ceil as ceil
from . import reciprocal as reciprocal
from . import exp as exp
from . import expm1 as expm1
from . import log as log
from . import log10 as log10
from . import log2 as log2
from . import log1p as log1p
from . import sqrt as sqrt
from . import rsqrt as rsqrt
from . import cbrt as cbrt
from . import rcbrt as rcbrt
from . import sin as sin
from . import cos as cos
from . import tan as tan
from . import arcsin as arcsin
from . import arccos as arccos
from . import arctan as arctan
from . import sinh as sinh
from . import cosh as cosh
from . import tanh as tanh
from . import arcsinh as arcsinh
from . import arccosh as arccosh
from . import arctanh as arctanh
from . import degrees as degrees
from . import radians as radians
from . import erf as erf
from . import erfinv as erfinv
from . import gamma as gamma
from . import gammaln as gammaln
from . import sigmoid as sigmoid
from . import softsign as softsign
from . import logical_not as logical_not
from . import identity as identity
from . import BlockGrad as BlockGrad
from . import stop_gradient as stop_gradient
from . import make_loss as make_loss
from . import Cast as Cast
from . import cast as cast
from . import amp_cast as amp_cast
from . import amp_multicast as amp_multicast
from . import clip as clip
from . import smooth_l1 as smooth_l1
from . import hard_sigmoid as hard_sigmoid
from . import zeros_like as zeros_like
from . import ones_like as ones_like
from . import shape_array as shape_array
from . import size_array as size_array
from . import add_n as add_n
from . import ElementWiseSum as ElementWiseSum
from . import broadcast_add as broadcast_add
from . import broadcast_plus as broadcast_plus
from . import broadcast_sub as broadcast_sub
from . import broadcast_minus as broadcast_minus
from . import broadcast_mul as broadcast_mul
from . import broadcast_div as broadcast_div
from . import broadcast_mod as broadcast_mod
from . import broadcast_power as broadcast_power
from . import broadcast_maximum as broadcast_maximum
from . import broadcast_minimum as broadcast_minimum
from . import broadcast_hypot as broadcast_hypot
from . import broadcast_equal as broadcast_equal
from . import broadcast_not_equal as broadcast_not_equal
from . import broadcast_greater as broadcast_greater
from . import broadcast_greater_equal as broadcast_greater_equal
from . import broadcast_lesser as broadcast_lesser
from . import broadcast_lesser_equal as broadcast_lesser_equal
from . import broadcast_logical_and as broadcast_logical_and
from . import broadcast_logical_or as broadcast_logical_or
from . import broadcast_logical_xor as broadcast_logical_xor
from . import broadcast_to as broadcast_to
from . import broadcast_axis as broadcast_axis
from . import broadcast_axes as broadcast_axes
from . import broadcast_like as broadcast_like
from . import sort as sort
from . import argsort as argsort
from . import topk as topk
from . import BatchNorm as BatchNorm
from . import BatchNorm_v1 as BatchNorm_v1
from . import LayerNorm as LayerNorm
from . import InstanceNorm as InstanceNorm
from . import GroupNorm as GroupNorm
from . import L2Normalization as L2Normalization
from . import LRN as LRN
from . import IdentityAttachKLSparseReg as IdentityAttachKLSparseReg
from . import BilinearSampler as BilinearSampler
from . import GridGenerator as GridGenerator
from . import SpatialTransformer as SpatialTransformer
from . import ROIPooling as ROIPooling
from . import UpSampling as UpSampling
from . import Correlation as Correlation
from . import im2col as im2col
from . import col2im as col2im
from . import softmax as softmax
from . import softmin as softmin
from . import log_softmax as log_softmax
from . import SoftmaxActivation as SoftmaxActivation
from . import softmax_cross_entropy as softmax_cross_entropy
from . import CTCLoss as CTCLoss
from . import ctc_loss as ctc_loss
from . import pick as pick
from . import choose_element_0index as choose_element_0index
from . import batch_take as batch_take
from . import fill_element_0index as fill_element_0index
from . import one_hot as one_hot
from . import gather_nd as gather_nd
from . import scatter_nd as scatter_nd
from . import ravel_multi_index as ravel_multi_index
from . import unravel_index as unravel_index
from . import where as where
from . import Embedding as Embedding
from . import linalg_gemm as linalg_gemm
from . import linalg_gemm2 as linalg_gemm2
from . import linalg_syrk as linalg_syrk
from . import linalg_trmm as linalg_trmm
from . import linalg_trsm as linalg_trsm
from . import linalg_potrf as linalg_potrf
from . import linalg_potri as linalg_potri
from . import linalg_gelqf as linalg_gelqf
from . import linalg_syevd as linalg_syevd
from . import linalg_inverse as linalg_inverse
from . import linalg_det as linalg_det
from . import linalg_slogdet as linalg_slogdet
from . import linalg_sumlogdiag as linalg_sumlogdiag
from . import linalg_extractdiag as linalg_extractdiag
from . import linalg_makediag as linalg_makediag
from . import linalg_extracttrian as linalg_extracttrian
from . import linalg_maketrian as linalg_maketrian
from . import dot as dot
from . import batch_dot as batch_dot
from . import khatri_rao as khatri_rao
from . import Activation as Activation
from . import LeakyReLU as LeakyReLU
from . import Convolution as Convolution
from . import Convolution_v1 as Convolution_v1
from . import Deconvolution as Deconvolution
from . import FullyConnected as FullyConnected
from . import Dropout as Dropout
from . import Pooling as Pooling
from . import Pooling_v1 as Pooling_v1
from . import RNN as RNN
from . import sum as sum
from . import sum_axis as sum_axis
from . import mean as mean
from . import prod as prod
from . import nansum as nansum
from . import nanprod as nanprod
from . import max as max
from . import max_axis as max_axis
from . import min as min
from . import min_axis as min_axis
from . import norm as norm
from . import argmax as argmax
from . import argmin as argmin
from . import argmax_channel as argmax_channel
from . import moments as moments
from . import cumsum as cumsum
from . import random_uniform as random_uniform
from . import uniform as uniform
from . import sample_uniform as sample_uniform
from . import random_normal as random_normal
from . import normal as normal
from . import sample_normal as sample_normal
from . import random_gamma as random_gamma
from . import sample_gamma as sample_gamma
from . import random_exponential as random_exponential
from . import sample_exponential as sample_exponential
from . import random_poisson as random_poisson
from . import sample_poisson as sample_poisson
from . import random_negative_binomial as random_negative_binomial
from . import sample_negative_binomial as sample_negative_binomial
from . import random_generalized_negative_binomial as random_generalized_negative_binomial
from . import sample_generalized_negative_binomial as sample_generalized_negative_binomial
from . import random_randint as random_randint
from . import sample_multinomial as sample_multinomial
from . import shuffle as shuffle
from . import Reshape as Reshape
from . import reshape as reshape
from . import reshape_like as reshape_like
from . import Flatten as Flatten
from . import flatten as flatten
from . import transpose as transpose
from . import SwapAxis as SwapAxis
from . import swapaxes as swapaxes
from . import expand_dims as expand_dims
from . import squeeze as squeeze
from . import slice as slice
from . import crop as crop
from . import slice_axis as slice_axis
from . import slice_like as slice_like
from . import Crop as Crop
from . import Concat as Concat
from . import concat as concat
from . import stack as stack
from . import SliceChannel as SliceChannel
from . import split as split
from . import tile as tile
from . import repeat as repeat
from . import Pad as Pad
from . import pad as pad
from . import reverse as reverse
from . import flip as flip
from . import diag as diag
from . import depth_to_space as depth_to_space
from . import space_to_depth as space_to_depth
from . import SoftmaxOutput as SoftmaxOutput
from . import Softmax as Softmax
from . import LinearRegressionOutput as LinearRegressionOutput
from . import LogisticRegressionOutput as LogisticRegressionOutput
from . import MAERegressionOutput as MAERegressionOutput
from . import SVMOutput as SVMOutput
from . import MakeLoss as MakeLoss
from . import random_pdf_uniform as random_pdf_uniform
from . import random_pdf_normal as random_pdf_normal
from . import random_pdf_gamma as random_pdf_gamma
from . import random_pdf_exponential as random_pdf_exponential
from . import random_pdf_poisson as random_pdf_poisson
from . import random_pdf_negative_binomial as random_pdf_negative_binomial
from . import random_pdf_generalized_negative_binomial as random_pdf_generalized_negative_binomial
from . import random_pdf_dirichlet as random_pdf_dirichlet
from . import SequenceMask as SequenceMask
from . import SequenceLast as SequenceLast
from . import SequenceReverse as SequenceReverse
from . import sgd_update as sgd_update
from . import mp_sgd_update as mp_sgd_update
from . import sgd_mom_update as sgd_mom_update
from . import mp_sgd_mom_update as mp_sgd_mom_update
from . import adam_update as adam_update
from . import nag_mom_update as nag_mom_update
from . import mp_nag_mom_update as mp_nag_mom_update
from . import rmsprop_update as rmsprop_update
from . import rmspropalex_update as rmspropalex_update
from . import ftrl_update as ftrl_update
from . import ftml_update as ftml_update
from . import signsgd_update as signsgd_update
from . import signum_update as signum_update
from . import lamb_update_phase1 as lamb_update_phase1
from . import mp_lamb_update_phase1 as mp_lamb_update_phase1
from . import lamb_update_phase2 as lamb_update_phase2
from . import mp_lamb_update_phase2 as mp_lamb_update_phase2
from . import multi_sgd_update as multi_sgd_update
from . import preloaded_multi_sgd_update as preloaded_multi_sgd_update
from . import multi_mp_sgd_update as multi_mp_sgd_update
from . import preloaded_multi_mp_sgd_update as preloaded_multi_mp_sgd_update
from . import multi_sgd_mom_update as multi_sgd_mom_update
from . import preloaded_multi_sgd_mom_update as preloaded_multi_sgd_mom_update
from . import multi_mp_sgd_mom_update as multi_mp_sgd_mom_update
from . import preloaded_multi_mp_sgd_mom_update as preloaded_multi_mp_sgd_mom_update
from . import multi_lars as multi_lars
from . import multi_sum_sq as multi_sum_sq
from . import all_finite as all_finite
from . import multi_all_finite as multi_all_finite
from . import reset_arrays as reset_arrays

__all__ = [
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
    "cast_storage",
    "take",
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

def cast_storage(
    data: NDArray,
    stype: Literal['csr', 'default', 'row_sparse'],
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The same array in another storage; ``nd.cast_storage`` gives arrays of that storage."""

def take(
    a: NDArray,
    indices: NDArray,
    axis: int = 0,
    mode: Literal['raise', 'wrap', 'clip'] = "clip",
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Elements at given positions along an axis."""
