"""Eight-bit numbers: conversion, and operators that compute with them.

An 8-bit array comes with the range (min, max) that its numbers stand for: int8 numbers q are about
``q max(|min|, |max|) / 127``, uint8 ones ``q max(|min|, |max|) / 255``.  Like MXNet 1.9.1 built
with oneDNN, as its wheels were, some operators take 127.5 and 255.5 instead; the constants below
follow outputs recorded from it.  Nothing here has a gradient.
"""

from typing import Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, DTypeError, ShapeError, fail, require_equal
from ._facts import data_equal, put_if_open
from ._nn import axis_of, moved, require_floating, require_shape, window
from ._spec import DType, Shape, op
from .kernels import integer
from .nn_conv import CUDNN_TUNE, infer_convolution
from .nn_dense import infer_fully_connected
from .nn_norm import infer_batch_norm
from .nn_pool import pooling

FULL = {"int8": 127.0, "uint8": 255.0}
HALF_MORE = {"int8": 127.5, "uint8": 255.5}
INT32 = 2147483647.0
_LARGEST_BIAS = 2.0**30  # in units of the products
_SMALLEST_UNIT = 1e-30  # of a channel of zeros


# ------------------------------------------------------------------ what graphs ask
WITH_RANGE = ("output", "min_output", "max_output")
_RANGES_OF_BIAS = {
    "max_weight": lambda a: True,
    "min_bias": "not no_bias",
    "max_bias": "not no_bias",
}
_EIGHT_BITS = {"data": "int8", "lhs": "int8", "rhs": "int8"}  # where nobody says
_F32, _I8, _U8, _I32 = (onp.dtype(n) for n in ("float32", "int8", "uint8", "int32"))
_RANGE = [_F32, _F32]


def _wanted(node):
    """What ``out_type`` asks for."""
    kind = node.read("out_type")
    if kind == "auto":
        low = node.read("min_calib_range")
        kind = "int8" if low is None or low < 0 else "uint8"
    return onp.dtype(kind)


def _types_quantize(node, ins, outs):
    return [_F32] * len(ins), [_wanted(node), *_RANGE]


def _types_requantize(node, ins, outs):
    return [_I32, *_RANGE], [_wanted(node), *_RANGE]


def _types_dequantize(node, ins, outs):
    return [None, *_RANGE], [_F32]


def _types_product(node, ins, outs):
    n = len(ins)
    arrays = 2 if n == 6 else 3
    return [None] + [_I8] * (arrays - 1) + [_F32] * (n - arrays), [_I32, *_RANGE]


def _types_move(node, ins, outs):
    return [None, *_RANGE], [ins[0], *_RANGE]


def _types_sum(node, ins, outs):
    return [None, None] + [_F32] * (len(ins) - 2), [_I32, *_RANGE]


def _types_concat(node, ins, outs):
    arrays = ins[: len(ins) // 3]
    out = None if None in arrays else _U8 if all(t == _U8 for t in arrays) else _I8
    return [None] * len(arrays) + [_F32] * (len(ins) - len(arrays)), [out, *_RANGE]


def _types_embedding(node, ins, outs):
    return [None, _I8, *_RANGE], [_I8, *_RANGE]


def _types_scaled(node, ins, outs):
    """Of a product of elements."""
    calibrated = node.read("min_calib_range") is not None
    kind = _F32 if node.read("enable_float_output") else _I8 if calibrated else _I32
    return [None, None, *_RANGE, *_RANGE], [kind, *_RANGE][: len(outs)]


def _types_norm(node, ins, outs):
    return [_I8] + [_F32] * (len(ins) - 1), [_I8, *_RANGE]


def _ranges(arrays):
    """The rule that all variables but the first so many inputs are numbers, where nobody says
    otherwise; what was computed may have a range per channel.
    """

    def rule(found, node):
        for e in node.inputs[arrays(len(node.inputs)) :]:
            if e[0].op is None:
                put_if_open(found, e, (1,), node)

    return rule


_RANGED = (_ranges(lambda n: 1),)
_RANGED_MOVE = (data_equal, *_RANGED)
_RANGED_PAIR = (_ranges(lambda n: 2),)
_RANGED_PRODUCT = (_ranges(lambda n: 2 if n == 6 else 3),)


# ------------------------------------------------------------------ arithmetic
def largest(low, high, channels=1):
    """The largest magnitude in a range, 0-d float32; of a range per channel (channels,)."""
    for x in (low, high):
        if x.size not in (1, channels):
            fail(
                ShapeError,
                "quantized range",
                "a range is two numbers" + (", or two per channel" if channels > 1 else ""),
                expected=f"(1,) or ({channels},)" if channels > 1 else "(1,)",
                got=x.shape,
            )
    low, high = (x.reshape(() if x.size == 1 else -1).astype("float32") for x in (low, high))
    return jnp.maximum(jnp.abs(low), jnp.abs(high))


def require_eight_bits(where, **arrays):
    """Raise DTypeError for an array that is neither int8 nor uint8."""
    for name, x in arrays.items():
        if x is not None and x.dtype.name not in FULL:
            fail(
                DTypeError,
                where,
                f"{name} has the wrong type",
                expected="int8 or uint8",
                got=x.dtype,
            )


def to_eight_bits(x, scale, dtype):
    """Scaled, rounded to the nearest (halves to even) and held within the type."""
    limits = onp.iinfo(dtype)
    return jnp.clip(jnp.rint(x * scale), limits.min, limits.max).astype(dtype)


def one(x):
    """A number as an array of shape (1,), float32."""
    return jnp.asarray(x, "float32").reshape(1)


def finished(*results):
    """Results without a gradient."""
    return tuple(lax.stop_gradient(r) for r in results)


def in_range(x, low, high, steps, dtype, least=None):
    """8-bit numbers for a range, and the range that they stand for; the type ``'auto'`` depends on
    the ``least`` number of a range that was found beforehand.
    """
    if dtype == "auto":
        dtype = "uint8" if least is not None and least >= 0 else "int8"
    m = largest(low, high)
    q = to_eight_bits(x, steps[dtype] / m, dtype)
    return finished(q, *((one(-m), one(m)) if dtype == "int8" else (one(low), one(high))))


@op("_contrib_quantize", num_outputs=3, types=_types_quantize, complete=_RANGED_MOVE)
def quantize(data, min_range, max_range, *, out_type: Literal["int8", "uint8"] = "uint8"):
    """Real numbers to 8-bit ones, in a given range.

    Parameters
    ----------
    data : any shape, float32
    min_range, max_range : (1,) float32
    out_type : {'uint8', 'int8'}, default 'uint8'

    Returns
    -------
    8-bit numbers : same shape; ``data * 255 / m`` for uint8 and ``data * 127 / m`` for int8, with
        ``m = max(|min_range|, |max_range|)``, rounded and clipped
    min, max : (1,) float32             the range they stand for: for int8 (-m, m)
    """
    where = "_contrib_quantize"
    require_floating(where, data=data)
    return in_range(data.astype("float32"), min_range, max_range, FULL, out_type)


def extent(low, high):
    """The larger magnitude of a range's ends."""
    return max(abs(low), abs(high))


def calibrated(where, low, high):
    """Whether a range was given; both ends or none."""
    if (low is None) != (high is None):
        fail(
            AttributeTypeError,
            where,
            "half of the range is missing",
            expected="both min_calib_range and max_calib_range, or none",
            got=f"{low} and {high}",
        )
    return low is not None


@op("_contrib_quantize_v2", num_outputs=3, types=_types_quantize, complete=_RANGED_MOVE)
def quantize_v2(
    data,
    *,
    out_type: Literal["auto", "int8", "uint8"] = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
):
    """Real numbers to 8-bit ones, in a range found beforehand or that of the data.

    Parameters
    ----------
    data : any shape, float32, or already int8 or uint8 (passed through)
    out_type : {'int8', 'uint8', 'auto'}, default 'int8'    'auto': uint8 if the given range has no
                                                            negative number, else int8
    min_calib_range, max_calib_range : float                the range; default that of the data

    Returns
    -------
    8-bit numbers : same shape
    min, max : (1,) float32             the range they stand for

    Raises
    ------
    AttributeTypeError   if only one end of the range is given
    """
    where = "_contrib_quantize_v2"
    given = calibrated(where, min_calib_range, max_calib_range)
    if data.dtype.name in FULL:
        low, high = (min_calib_range, max_calib_range) if given else (-127.0, 127.0)
        if data.dtype == "uint8" and not given:
            low, high = 0.0, 255.0
        return finished(data, one(low), one(high))
    require_floating(where, data=data)
    x = data.astype("float32")
    if given:
        low, high = jnp.float32(min_calib_range), jnp.float32(max_calib_range)
    else:
        low, high = jnp.min(x), jnp.max(x)
    return in_range(x, low, high, HALF_MORE, out_type, min_calib_range)


@op("_contrib_dequantize", types=_types_dequantize, complete=_RANGED_MOVE, free=_EIGHT_BITS)
def dequantize(data, min_range, max_range, *, out_type: Literal["float32"] = "float32"):
    """8-bit numbers back to real ones.

    Parameters
    ----------
    data : any shape, int8 or uint8
    min_range, max_range : (1,) float32     the range they stand for
    out_type : only 'float32'

    Returns
    -------
    same shape, float32: ``data m / 127.5`` (``/ 255.5`` for uint8), ``m`` the larger magnitude

    Raises
    ------
    DTypeError   if data are not 8-bit numbers
    """
    require_eight_bits("_contrib_dequantize", data=data)
    scale = largest(min_range, max_range) / HALF_MORE[data.dtype.name]
    return lax.stop_gradient(data.astype("float32") * scale)


@op("_contrib_requantize", num_outputs=3, types=_types_requantize, complete=_RANGED_MOVE)
def requantize(
    data,
    min_range,
    max_range,
    *,
    out_type: Literal["auto", "int8", "uint8"] = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
):
    """32-bit results to 8-bit numbers, in a range found beforehand or that of the data.

    Parameters
    ----------
    data : any shape, int32
    min_range, max_range : (1,) float32, or (C,) for channels on axis 1     what the ends of int32
                                            stand for
    out_type : {'int8', 'uint8', 'auto'}    'auto' as for ``quantize_v2``
    min_calib_range, max_calib_range : float    the new range; default that of the data

    Returns
    -------
    8-bit numbers : same shape
    min, max : (1,) float32             the range they stand for

    Raises
    ------
    DTypeError           if data are not int32
    AttributeTypeError   if only one end of the range is given
    """
    where = "_contrib_requantize"
    require_equal(DTypeError, where, "data has the wrong type", "int32", data.dtype)
    given = calibrated(where, min_calib_range, max_calib_range)
    scale = largest(min_range, max_range, data.shape[1] if data.ndim > 1 else 1)
    scale = scale / jnp.float32(INT32)
    x = data.astype("float32") * (moved(scale, 1, data.ndim) if scale.ndim else scale)
    low, high = (min_calib_range, max_calib_range) if given else (jnp.min(x), jnp.max(x))
    return in_range(x, jnp.float32(low), jnp.float32(high), FULL, out_type, min_calib_range)


@op(
    "_contrib_quantized_act",
    num_outputs=3,
    outputs=WITH_RANGE,
    types=_types_move,
    complete=_RANGED_MOVE,
    free=_EIGHT_BITS,
)
def quantized_act(
    data,
    min_data,
    max_data,
    *,
    act_type: Literal["relu", "sigmoid", "softrelu", "softsign", "tanh"],
):
    """``relu`` of 8-bit numbers; the range stays. Other activations raise, as in the original.

    Parameters
    ----------
    data : any shape, int8 or uint8
    min_data, max_data : (1,) float32
    act_type : {'relu'}

    Returns
    -------
    numbers, min, max
    """
    where = "_contrib_quantized_act"
    require_eight_bits(where, data=data)
    if act_type != "relu":
        fail(
            AttributeTypeError,
            where,
            "act_type is not supported",
            expected="'relu'",
            got=act_type,
            hint="dequantize first",
        )
    return finished(jnp.maximum(data, 0), one(min_data), one(max_data))


@op(
    "_contrib_quantized_flatten",
    num_outputs=3,
    outputs=WITH_RANGE,
    types=_types_move,
    complete=_RANGED,
    free=_EIGHT_BITS,
)
def quantized_flatten(data, min_data, max_data):
    """``Flatten`` of 8-bit numbers; the range stays.

    Parameters
    ----------
    data : (B, ...) int8 or uint8
    min_data, max_data : (1,)       what the smallest and the largest number stand for

    Returns
    -------
    data : (B, N) of the same type
    min, max : (1,) float32

    Raises
    ------
    ShapeError   if data has no axis
    DTypeError   if data is of another type
    """
    where = "_contrib_quantized_flatten"
    require_eight_bits(where, data=data)
    if data.ndim < 1:
        fail(ShapeError, where, "data has no axis", expected="(B, ...)", got=data.shape)
    rest = data.size // data.shape[0] if data.shape[0] else 0
    return finished(data.reshape(data.shape[0], rest), one(min_data), one(max_data))


LAYOUTS = Literal["None", "NCW", "NCHW", "NCDHW", "NWC", "NHWC", "NDHWC"]


@op(
    "_contrib_quantized_pooling",
    num_outputs=3,
    outputs=WITH_RANGE,
    types=_types_move,
    complete=_RANGED,
    free=_EIGHT_BITS,
)
def quantized_pooling(
    data,
    min_data,
    max_data,
    *,
    kernel: Shape = (),
    pool_type: Literal["avg", "lp", "max", "sum"] = "max",
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: Literal["full", "same", "valid"] = "valid",
    stride: Shape = (),
    pad: Shape = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: LAYOUTS | None = None,
):
    """``Pooling`` (max or avg) of 8-bit numbers; means are rounded, the range stays.

    Parameters
    ----------
    data : (B, C, *S) int8 or uint8
    min_data, max_data : (1,) float32

    Other parameters as for ``Pooling``.

    Returns
    -------
    numbers, min, max

    Raises
    ------
    DTypeError           if data are not 8-bit numbers
    AttributeTypeError   if pool_type is neither max nor avg
    """
    where = "_contrib_quantized_pooling"
    require_eight_bits(where, data=data)
    if pool_type not in ("max", "avg"):
        fail(
            AttributeTypeError,
            where,
            "pool_type is not supported",
            expected="'max' or 'avg'",
            got=pool_type,
        )
    out = pooling(
        data.astype("float32"),
        kernel=kernel,
        pool_type=pool_type,
        global_pool=global_pool,
        pooling_convention=pooling_convention,
        stride=stride,
        pad=pad,
        p_value=p_value,
        count_include_pad=count_include_pad,
        layout=layout,
    )
    return finished(jnp.rint(out).astype(data.dtype), one(min_data), one(max_data))


@op(
    "_contrib_quantized_concat",
    num_outputs=3,
    outputs=WITH_RANGE,
    types=_types_concat,
    complete=(_ranges(lambda n: n // 3),),
    free=_EIGHT_BITS,
)
def quantized_concat(*data, num_args: int | None = None, dim: int = 1):
    """``concat`` of 8-bit arrays, brought to one range.

    Parameters
    ----------
    data : the arrays, int8 or uint8; then min and max (1,) of each in turn
    num_args : int              number of the arrays, a third of all that is given
    dim : int, default 1

    Returns
    -------
    numbers : uint8 if all are, else int8
    min, max : (1,) float32     the smallest min and the largest max

    Raises
    ------
    AttributeTypeError   if there are not three arrays for each to be joined
    ShapeError           if they do not fit each other
    """
    where = "_contrib_quantized_concat"
    n = len(data) // 3
    if not n or len(data) % 3 or num_args not in (None, n):
        fail(
            AttributeTypeError,
            where,
            "the number of arrays does not fit",
            expected=f"3 for each of {num_args or 'at least one'}: data, min, max",
            got=len(data),
        )
    arrays, lows, highs = data[:n], data[n::2], data[n + 1 :: 2]
    require_eight_bits(where, **{f"data {i}": x for i, x in enumerate(arrays)})
    ndim = arrays[0].ndim
    axis = dim + ndim if dim < 0 else dim
    for i, x in enumerate(arrays):
        rest = [a for a in range(ndim) if a != axis]
        if (
            not 0 <= axis < ndim
            or x.ndim != ndim
            or any(x.shape[a] != arrays[0].shape[a] for a in rest)
        ):
            fail(
                ShapeError,
                where,
                f"data {i} does not fit",
                expected=f"{arrays[0].shape}, but for axis {dim}",
                got=x.shape,
            )
    low = jnp.min(jnp.stack([one(v) for v in lows]))
    high = jnp.max(jnp.stack([one(v) for v in highs]))
    dtype = "uint8" if all(x.dtype == "uint8" for x in arrays) else "int8"
    target = HALF_MORE[dtype] / largest(low, high)
    scaled = []
    for x, a, b in zip(arrays, lows, highs):
        source = largest(a, b) / HALF_MORE[x.dtype.name]
        scaled.append(to_eight_bits(x.astype("float32"), source * target, dtype))
    return finished(lax.concatenate(scaled, axis), one(low), one(high))


def with_range(sums, data, weight, bias, ranges, axis):
    """Sums of products with the bias added, and what the ends of int32 stand for: (-m, m).

    ``axis``: of the channels in ``sums``. Where each channel of the weight has a range, so has
    each channel of the result. Its unit is that of its products, or a larger one where the bias
    would leave int32 in that: a channel of very small weights may have any bias.
    """
    d, w = largest(*ranges[:2]), largest(*ranges[2:4], channels=weight.shape[0])
    unit = d / FULL[data.dtype.name] * (w / FULL[weight.dtype.name])
    if bias is not None:
        b = largest(*ranges[4:6])
        if w.ndim:
            real = bias.astype("float32") * (b / FULL["int8"])
            real = real * (HALF_MORE[data.dtype.name] / FULL[data.dtype.name])
            coarse = jnp.maximum(jnp.maximum(unit, jnp.abs(real) / _LARGEST_BIAS), _SMALLEST_UNIT)
            ratio = moved(unit / coarse, axis, sums.ndim)
            scaled = jnp.rint(sums.astype("float32") * ratio).astype("int32")
            sums = jnp.where(ratio < 1, scaled, sums)
            bias, unit = real / coarse, coarse
        else:
            bias = bias.astype("float32") * (b * HALF_MORE[data.dtype.name] / d / w)
        sums = sums + moved(jnp.trunc(bias).astype("int32"), axis, sums.ndim)
    m = (unit * jnp.float32(INT32)).reshape(-1)
    return sums, -m, m


def arranged(where, arrays, no_bias):
    """(data, weight, bias or None, ranges) of inputs that leave the bias out."""
    given = [x for x in arrays if x is not None]
    expected = 6 if no_bias else 9
    if len(given) != expected:
        fail(
            AttributeTypeError,
            where,
            "the number of arrays does not fit",
            expected=f"{expected} with no_bias={no_bias}: data, weight"
            f"{'' if no_bias else ', bias'}, then min and max of each",
            got=len(given),
        )
    bias = None if no_bias else given[2]
    require_eight_bits(where, data=given[0], weight=given[1], bias=bias)
    return given[0], given[1], bias, given[2 if no_bias else 3 :]


@op(
    "_contrib_quantized_fully_connected",
    infer=infer_fully_connected,
    num_outputs=3,
    present=_RANGES_OF_BIAS,
    outputs=WITH_RANGE,
    types=_types_product,
    complete=_RANGED_PRODUCT,
    free=_EIGHT_BITS,
)
def quantized_fully_connected(
    data,
    weight,
    bias,
    min_data,
    max_data,
    min_weight,
    max_weight=None,
    min_bias=None,
    max_bias=None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
):
    """``FullyConnected`` of 8-bit numbers, with 32-bit sums.

    Parameters
    ----------
    data : (B, ..., K) int8 or uint8
    weight : (num_hidden, K) int8
    bias : (num_hidden,) int8           with ``no_bias`` it is left out, and its range
    min_data, max_data, min_bias, max_bias : (1,) float32
    min_weight, max_weight : (1,) or (num_hidden,) float32      of all weights, or of each row
    num_hidden, no_bias, flatten : as for ``FullyConnected``

    Returns
    -------
    sums : (B, num_hidden) int32
    min, max : (1,) or (num_hidden,) float32    what the ends of int32 stand for

    Raises
    ------
    ShapeError, DTypeError   if the arrays do not fit each other
    """
    where = "_contrib_quantized_fully_connected"
    arrays = (data, weight, bias, min_data, max_data, min_weight, max_weight, min_bias, max_bias)
    data, weight, bias, ranges = arranged(where, arrays, no_bias)
    x = data.reshape(data.shape[0], data.size // max(data.shape[0], 1)) if flatten else data
    require_shape(where, "weight", weight, (num_hidden, x.shape[-1]), f"for data {data.shape}")
    if bias is not None:
        require_shape(where, "bias", bias, (num_hidden,), f"for num_hidden {num_hidden}")
    if x.ndim > 2 and ranges[2].size > 1:
        fail(
            ShapeError,
            where,
            "a range per channel needs the channels on axis 1",
            expected="(1,) for min_weight and max_weight, or flatten=True",
            got=f"{ranges[2].shape}, data {data.shape}",
        )
    sums = integer.product(x, weight)
    return finished(*with_range(sums, data, weight, bias, ranges, sums.ndim - 1))


@op(
    "_contrib_quantized_conv",
    infer=infer_convolution,
    num_outputs=3,
    present=_RANGES_OF_BIAS,
    outputs=WITH_RANGE,
    types=_types_product,
    complete=_RANGED_PRODUCT,
    free=_EIGHT_BITS,
)
def quantized_conv(
    data,
    weight,
    bias,
    min_data,
    max_data,
    min_weight,
    max_weight=None,
    min_bias=None,
    max_bias=None,
    *,
    kernel: Shape,
    stride: Shape = (),
    dilate: Shape = (),
    pad: Shape = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    cudnn_tune: CUDNN_TUNE | None = None,
    cudnn_off: bool = False,
    layout: LAYOUTS | None = None,
):
    """``Convolution`` of 8-bit numbers, with 32-bit sums, channels first.

    Parameters
    ----------
    data : (B, C, *S) int8 or uint8
    weight : (num_filter, C / num_group, *kernel) int8
    bias : (num_filter,) int8           with ``no_bias`` it is left out, and its range
    min_data, max_data, min_bias, max_bias : (1,) float32
    min_weight, max_weight : (1,) or (num_filter,) float32      of all weights, or of each filter

    Other parameters as for ``Convolution``.

    Returns
    -------
    sums : (B, num_filter, *T) int32
    min, max : (1,) or (num_filter,) float32    what the ends of int32 stand for

    Raises
    ------
    ShapeError, DTypeError   if the arrays do not fit each other
    """
    where = "_contrib_quantized_conv"
    arrays = (data, weight, bias, min_data, max_data, min_weight, max_weight, min_bias, max_bias)
    data, weight, bias, ranges = arranged(where, arrays, no_bias)
    n = len(kernel)
    if layout not in (None, "None", "NCW", "NCHW", "NCDHW") or data.ndim != n + 2:
        fail(
            ShapeError,
            where,
            "data or layout does not fit",
            expected=f"(B, C) and {n} spatial axes, channels first",
            got=f"{data.shape}, layout {layout}",
        )
    stride, dilate = (
        window(where, k, v, n, 1) for k, v in (("stride", stride), ("dilate", dilate))
    )
    pad = window(where, "pad", pad, n, 0)
    if num_group < 1 or data.shape[1] % num_group or num_filter % num_group:
        fail(
            AttributeTypeError,
            where,
            "num_group does not divide the channels and filters",
            expected=f"a divisor of {data.shape[1]} and {num_filter}",
            got=num_group,
        )
    shape = (num_filter, data.shape[1] // num_group, *kernel)
    require_shape(where, "weight", weight, shape, f"for data {data.shape}")
    if bias is not None:
        require_shape(where, "bias", bias, (num_filter,), f"for num_filter {num_filter}")
    sums = integer.convolution(data, weight, stride, pad, dilate, num_group)
    return finished(*with_range(sums, data, weight, bias, ranges, 1))


@op(
    "_contrib_quantized_embedding",
    infer=lambda data, *others, input_dim, output_dim, **_: {"weight": (input_dim, output_dim)},
    num_outputs=3,
    outputs=WITH_RANGE,
    types=_types_embedding,
    complete=_RANGED_PAIR,
)
def quantized_embedding(
    data,
    weight,
    min_weight,
    max_weight,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DType = "float32",
    sparse_grad: bool = False,
):
    """``Embedding`` with 8-bit rows; the range stays.

    Parameters
    ----------
    data : any shape            row numbers, held within the table
    weight : (input_dim, output_dim) int8
    min_weight, max_weight : (1,) float32
    input_dim, output_dim : int
    dtype, sparse_grad :        accepted and without effect

    Returns
    -------
    rows : (*data.shape, output_dim) int8
    min, max : (1,) float32
    """
    where = "_contrib_quantized_embedding"
    require_eight_bits(where, weight=weight)
    shape = (input_dim, output_dim)
    require_shape(where, "weight", weight, shape, "for input_dim and output_dim")
    rows = jnp.take(weight, data.astype("int32"), axis=0, mode="clip")
    return finished(rows, one(min_weight), one(max_weight))


def paired_eight_bits(where, lhs, rhs):
    """Both operands in float32, checked."""
    require_eight_bits(where, lhs=lhs, rhs=rhs)
    require_equal(ShapeError, where, "operands differ in shape", lhs.shape, rhs.shape)
    return lhs.astype("float32"), rhs.astype("float32")


@op(
    "_contrib_quantized_elemwise_add",
    num_outputs=3,
    outputs=WITH_RANGE,
    types=_types_sum,
    complete=_RANGED_PAIR,
    free=_EIGHT_BITS,
)
def quantized_elemwise_add(
    lhs,
    rhs,
    lhs_min,
    lhs_max,
    rhs_min,
    rhs_max,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
):
    """Sum of 8-bit arrays, in a range found beforehand, or as int32 in the sum of their ranges.

    Parameters
    ----------
    lhs, rhs : same shape, int8 or uint8
    lhs_min, lhs_max, rhs_min, rhs_max : (1,) float32
    min_calib_range, max_calib_range : float

    Returns
    -------
    sum, min, max : with a given range uint8 where both are, else int8
    """
    where = "_contrib_quantized_elemwise_add"
    a, b = paired_eight_bits(where, lhs, rhs)
    left, right = largest(lhs_min, lhs_max), largest(rhs_min, rhs_max)
    left, right = left / HALF_MORE[lhs.dtype.name], right / HALF_MORE[rhs.dtype.name]
    if calibrated(where, min_calib_range, max_calib_range):
        m = extent(min_calib_range, max_calib_range)
        kind = "uint8" if lhs.dtype == rhs.dtype == "uint8" else "int8"
        unit = jnp.float32(HALF_MORE[kind] / m)
        total = a * (left * unit) + b * (right * unit)
        q = to_eight_bits(total, 1, kind)
        return finished(q, one(min_calib_range), one(max_calib_range))
    m = largest(lhs_min, lhs_max) + largest(rhs_min, rhs_max)
    # float32 cannot tell the last int32 apart: clip in float64
    total = ((a * left + b * right) * (jnp.float32(INT32) / m)).astype("float64")
    total = jnp.clip(jnp.rint(total), -(2.0**31), 2.0**31 - 1).astype("int32")
    return finished(total, one(-m), one(m))


@op(
    "_contrib_quantized_elemwise_mul",
    num_outputs=lambda attrs, n: 1 if attrs["enable_float_output"] else 3,
    outputs=WITH_RANGE,
    types=_types_scaled,
    complete=_RANGED_PAIR,
    free=_EIGHT_BITS,
)
def quantized_elemwise_mul(
    lhs,
    rhs,
    lhs_min,
    lhs_max,
    rhs_min,
    rhs_max,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: bool = False,
):
    """Product of 8-bit arrays: int8 in a range found beforehand, float32, or else int32.

    Parameters
    ----------
    lhs, rhs : same shape, int8
    lhs_min, lhs_max, rhs_min, rhs_max : (1,) float32
    min_calib_range, max_calib_range : float
    enable_float_output : bool, default False       the real product alone

    Returns
    -------
    product, min, max
    """
    where = "_contrib_quantized_elemwise_mul"
    a, b = paired_eight_bits(where, lhs, rhs)
    left = largest(lhs_min, lhs_max) / FULL[lhs.dtype.name]
    right = largest(rhs_min, rhs_max) / FULL[rhs.dtype.name]
    if enable_float_output:
        return lax.stop_gradient(a * b * (left * right))
    if calibrated(where, min_calib_range, max_calib_range):
        m = extent(min_calib_range, max_calib_range)
        q = to_eight_bits(a * b, left * right * (FULL["int8"] / m), "int8")
        return finished(q, one(-m), one(m))
    m = left * right * jnp.float32(INT32)
    return finished((a * b).astype("int32"), one(-m), one(m))


@op(
    "_contrib_quantized_batch_norm",
    infer=infer_batch_norm,
    num_outputs=5,
    visible=3,
    mutates=(("moving_mean", 3), ("moving_var", 4)),
    outputs=WITH_RANGE,
    total=3,
    types=_types_norm,
    complete=(data_equal, _ranges(lambda n: 5)),
)
def quantized_batch_norm(
    data,
    gamma,
    beta,
    moving_mean,
    moving_var,
    min_data,
    max_data,
    *,
    eps: float = 0.0010000000474974513,
    momentum: float = 0.899999976,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
):
    """``BatchNorm`` of int8 numbers by moving statistics, into a range found beforehand.

    Parameters
    ----------
    data : (B, C, ...) int8, channels on ``axis``
    gamma, beta, moving_mean, moving_var : (C,) float32; gamma counts whatever ``fix_gamma`` says,
        as in the original
    min_data, max_data : (1,) float32
    eps : float
    min_calib_range, max_calib_range : float            the range of the result
    momentum, fix_gamma, use_global_stats, output_mean_var, cudnn_off :     without effect

    Returns
    -------
    numbers : same shape, int8
    min, max : (1,) float32

    Raises
    ------
    AttributeTypeError   if the range of the result is missing
    ShapeError           if a vector has not C elements, or axis does not exist
    """
    where = "_contrib_quantized_batch_norm"
    require_eight_bits(where, data=data)
    if not calibrated(where, min_calib_range, max_calib_range):
        fail(
            AttributeTypeError,
            where,
            "the range of the result is missing",
            expected="min_calib_range and max_calib_range",
        )
    axis = axis_of(where, data, axis)
    vectors = {"gamma": gamma, "beta": beta, "moving_mean": moving_mean, "moving_var": moving_var}
    for name, v in vectors.items():
        require_shape(where, name, v, (data.shape[axis],), f"for data {data.shape}")
    gamma, beta, mean, var = (moved(v.astype("float32"), axis, data.ndim) for v in vectors.values())
    same = moving_mean, moving_var  # states of a graph, which only training would change
    x = data.astype("float32") * (largest(min_data, max_data) / HALF_MORE[data.dtype.name])
    y = (x - mean) * lax.rsqrt(var + jnp.float32(eps)) * gamma + beta
    m = extent(min_calib_range, max_calib_range)
    q = to_eight_bits(y, HALF_MORE["int8"] / m, "int8")
    return finished(q, one(min_calib_range), one(max_calib_range), *same)


def divergence(p, q):
    """Kullback-Leibler divergence of counts, both smoothed by the weight of empty bins."""
    smooth = []
    for counts in (p, q):
        empty = counts == 0
        n_empty, n_full = int(empty.sum()), int((~empty).sum())
        if not n_full:
            return None
        take = 1e-4 * n_empty / n_full
        if take >= 1:
            return None
        smooth.append(onp.where(empty, 1e-4, counts - take))
    p, q = (s / s.sum() for s in smooth)
    return float(onp.sum(p * onp.log(p / q)))


@op("_contrib_calibrate_entropy", num_outputs=2, barrier=True, outputs=("threshold", "divergence"))
def calibrate_entropy(hist, hist_edges, *, num_quantized_bins: int = 255):
    """The range that loses least information when a histogram's data become 8-bit numbers.

    Tries each symmetric range around zero; counts beyond it go to its last bins, and the distance
    of the histogram from its quantised self is the Kullback-Leibler divergence.

    Parameters
    ----------
    hist : (N,) counts, N odd
    hist_edges : (N + 1,) float
    num_quantized_bins : int, default 255

    Returns
    -------
    threshold : (1,) float32
    divergence : (1,) float32

    Raises
    ------
    ShapeError   if there are fewer bins than quantised ones, or not one edge more than bins
    """
    where = "_contrib_calibrate_entropy"
    n = hist.size
    if hist_edges.size != n + 1 or n < num_quantized_bins or hist.ndim != 1:
        fail(
            ShapeError,
            where,
            "hist and hist_edges do not fit",
            expected=f"(N,) and (N + 1,), N >= num_quantized_bins {num_quantized_bins}",
            got=f"{hist.shape} and {hist_edges.shape}",
        )
    counts = onp.asarray(hist, "float64")
    edges = onp.asarray(hist_edges, "float64")
    zero, half = n // 2, num_quantized_bins // 2
    best = None
    for reach in range(half, zero + 1):
        first, last = max(zero - reach, 0), min(zero + reach + 1, n)
        inside = counts[first:last]
        p = inside.copy()
        p[0] += counts[:first].sum()
        p[-1] += counts[last:].sum()
        size = len(inside) // num_quantized_bins
        starts = onp.arange(num_quantized_bins) * size
        full = p != 0
        owner = onp.minimum(onp.arange(len(inside)) // size, num_quantized_bins - 1)
        merged = onp.add.reduceat(inside, starts)
        used = onp.bincount(owner, full, num_quantized_bins)
        q = onp.where(full, (merged / onp.maximum(used, 1))[owner], 0)
        found = divergence(p, q)
        found = onp.inf if found is None else found
        if best is None or found < best[1]:
            best = edges[last], found
    return one(best[0]), one(best[1])
