"""Normalisation over batches, layers, groups and neighbourhoods."""

import math
from typing import Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail
from ._across import mean_over_devices
from ._facts import data_equal
from ._limits import unfolded
from ._nn import accumulator, axis_of, moved, require_axes, require_floating, require_shape
from ._spec import op
from .kernels import rowwise


def centred_moments(x, axes):
    """(x - mean, mean, biased variance) over ``axes``, which stay as axes of one."""
    mean = jnp.mean(x, axes, keepdims=True)
    centred = x - mean
    return centred, mean, jnp.mean(centred * centred, axes, keepdims=True)


def moments_over_devices(x, axes):
    """:func:`centred_moments` of all devices' equal parts."""
    mean = mean_over_devices(jnp.mean(x, axes, keepdims=True))
    centred = x - mean
    var = mean_over_devices(jnp.mean(centred * centred, axes, keepdims=True))
    return centred, mean, var


def infer_batch_norm(data, *others, axis=1, **_):
    """All five vectors have one number per channel."""
    shape = (data[axis],)
    return {"gamma": shape, "beta": shape, "moving_mean": shape, "moving_var": shape}


def _norm_types(node, ins, outs):
    """Data and result have one type; statistics and parameters too, but never half precision."""
    t = next((t for t in (ins[0], outs[0]) if t is not None), None)
    inner = onp.dtype("float32") if t == onp.float16 else t
    return [t] + [inner] * (len(ins) - 1), [t] + [inner] * (len(outs) - 1)


NORM_FACTS = {  # of all batch normalisations
    "total": 3,
    "initial": {"moving_mean": '["zero", {}]', "moving_var": '["one", {}]'},
    "complete": (data_equal,),
    "types": _norm_types,
    "full_precision": True,
}


@op(
    "BatchNorm",
    aliases=("_npx_batch_norm", "BatchNorm_v1"),
    infer=infer_batch_norm,
    num_outputs=5,
    visible=lambda attrs, n: 3 if attrs["output_mean_var"] else 1,
    mutates=(("moving_mean", 3), ("moving_var", 4)),
    moving="momentum",
    outputs=("output", "mean", "var"),
    written={"BatchNorm_v1": "BatchNorm_v1"},
    **NORM_FACTS,
)
def batch_norm(
    data,
    gamma,
    beta,
    moving_mean,
    moving_var,
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
    train=False,
):
    """Normalise each channel by its statistics over the batch.

    ``(x - mean) / sqrt(var + eps) * gamma + beta``.

    In training the batch's own statistics are used, and the moving ones go towards them,
    ``moving = momentum * moving + (1 - momentum) * batch``, with the biased variance, when a
    backward pass goes through; a training pass that nobody differentiates leaves them alone.
    Otherwise, or with ``use_global_stats``, the moving statistics are used and stay.

    Parameters
    ----------
    data : (B, C, ...) float, channels on ``axis``
    gamma, beta, moving_mean, moving_var : (C,) float32 for float16 data, else data's dtype
    eps : float, default 1e-3
    momentum : float, default 0.9
    fix_gamma : bool, default True            take gamma as 1 and give it no gradient
    use_global_stats : bool, default False
    output_mean_var : bool, default False     also return the mean used and ``1 / sqrt(var + eps)``
    axis : int, default 1
    cudnn_off, min_calib_range, max_calib_range :   accepted and without effect

    Returns
    -------
    out : same shape and dtype as data
    mean, 1 / deviation : (C,), with ``output_mean_var``; no gradient flows through them
    (and the new moving_mean and moving_var, which are written back)

    Raises
    ------
    ShapeError   if axis does not exist or a vector has not C elements
    DTypeError   if data is not floating
    """
    arrays = data, gamma, beta, moving_mean, moving_var
    moments = centred_moments if train and not use_global_stats else None
    return normalised("BatchNorm", arrays, eps, momentum, fix_gamma, axis, moments)


def normalised(where, arrays, eps, momentum, fix_gamma, axis, moments):
    """Outputs of a batch normalisation; ``moments`` as :func:`centred_moments`, or None: the moving
    statistics are used.
    """
    data, gamma, beta, moving_mean, moving_var = arrays
    require_floating(where, data=data)
    axis = axis_of(where, data, axis)
    channels = (data.shape[axis],)
    for name, v in (
        ("gamma", gamma),
        ("beta", beta),
        ("moving_mean", moving_mean),
        ("moving_var", moving_var),
    ):
        require_shape(where, name, v, channels, f"for data {data.shape} with axis {axis}")
    x = data.astype(accumulator(data.dtype))
    shaped = lambda v: moved(v.astype(x.dtype), axis, x.ndim)  # noqa: E731
    moving_mean, moving_var = lax.stop_gradient(moving_mean), lax.stop_gradient(moving_var)
    if moments is not None:
        centred, mean, var = moments(x, tuple(i for i in range(x.ndim) if i != axis))
        new_mean = towards(moving_mean, lax.stop_gradient(mean), momentum)
        new_var = towards(moving_var, lax.stop_gradient(var), momentum)
    else:
        mean, var = shaped(moving_mean), shaped(moving_var)
        centred, new_mean, new_var = x - mean, moving_mean, moving_var
    per_deviation = lax.rsqrt(var + eps)
    scale = per_deviation if fix_gamma else per_deviation * shaped(gamma)
    out = (centred * scale + shaped(beta)).astype(data.dtype)
    flat = lambda v: lax.stop_gradient(v).reshape(channels).astype(moving_mean.dtype)  # noqa: E731
    return out, flat(mean), flat(per_deviation), new_mean, new_var


def towards(moving, batch, momentum):
    """The moving average after one more batch."""
    return moving * momentum + batch.reshape(moving.shape).astype(moving.dtype) * (1 - momentum)


def infer_layer_norm(data, *others, axis=-1, **_):
    """One number per position on the normalised axis."""
    return {"gamma": (data[axis],), "beta": (data[axis],)}


def three_if_asked(attrs, n):
    """Visible outputs of the operators with an ``output_mean_var``."""
    return 3 if attrs["output_mean_var"] else 1


@op(
    "LayerNorm",
    aliases=("_npx_layer_norm",),
    infer=infer_layer_norm,
    num_outputs=3,
    visible=three_if_asked,
    outputs=("output", "mean", "std"),
    total=3,
    complete=(data_equal,),
)
def layer_norm(
    data, gamma, beta, *, axis: int = -1, eps: float = 9.99999975e-06, output_mean_var: bool = False
):
    """Normalise along one axis: ``(x - mean) / sqrt(var + eps) * gamma + beta``.

    Parameters
    ----------
    data : any shape of at least one axis, float
    gamma, beta : (data.shape[axis],)
    axis : int, default -1
    eps : float, default 1e-5
    output_mean_var : bool, default False     also return the mean and ``sqrt(var + eps)``

    Returns
    -------
    out : same shape and dtype as data
    mean, std : data's shape with 1 on ``axis``, with ``output_mean_var``

    Raises
    ------
    ShapeError   if axis does not exist, or gamma or beta does not fit
    """
    require_floating("LayerNorm", data=data)
    axis = axis_of("LayerNorm", data, axis)
    for name, v in (("gamma", gamma), ("beta", beta)):
        require_shape(
            "LayerNorm", name, v, (data.shape[axis],), f"for data {data.shape} with axis {axis}"
        )
    last = axis == data.ndim - 1 and not output_mean_var and data.size > 0
    if last and data.dtype == gamma.dtype == beta.dtype == jnp.float32:
        y, mean, per_deviation = rowwise.layer_norm(data, gamma, beta, eps)
        return y, mean, 1 / per_deviation
    x = data.astype(accumulator(data.dtype))
    centred, mean, var = centred_moments(x, axis)
    y = centred * lax.rsqrt(var + eps) * moved(gamma.astype(x.dtype), axis, x.ndim)
    y = y + moved(beta.astype(x.dtype), axis, x.ndim)
    return y.astype(data.dtype), mean.astype(data.dtype), jnp.sqrt(var + eps).astype(data.dtype)


def infer_channels(data, *others, **_):
    """One number per channel (axis 1)."""
    return {"gamma": (data[1],), "beta": (data[1],)}


@op("InstanceNorm", infer=infer_channels, total=3, complete=(data_equal,))
def instance_norm(data, gamma, beta, *, eps: float = 0.00100000005):
    """Normalise each channel of each example over its spatial axes, scale by gamma, add beta.

    Parameters
    ----------
    data : (B, C, *S) float, at least one spatial axis
    gamma, beta : (C,)
    eps : float, default 1e-3

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError   if data has no spatial axis, or gamma or beta has not C elements
    """
    require_floating("InstanceNorm", data=data)
    if data.ndim < 3:
        fail(
            ShapeError,
            "InstanceNorm",
            "data has no spatial axis",
            expected="(batch, channel, ...)",
            got=data.shape,
        )
    for name, v in (("gamma", gamma), ("beta", beta)):
        require_shape("InstanceNorm", name, v, (data.shape[1],), f"for data {data.shape}")
    x = data.astype(accumulator(data.dtype))
    centred, _, var = centred_moments(x, tuple(range(2, x.ndim)))
    y = centred * lax.rsqrt(var + eps) * moved(gamma.astype(x.dtype), 1, x.ndim)
    return (y + moved(beta.astype(x.dtype), 1, x.ndim)).astype(data.dtype)


def infer_group_norm(data, *others, num_groups=1, **_):
    """One number per group."""
    return {"gamma": (num_groups,), "beta": (num_groups,)}


@op(
    "GroupNorm",
    infer=infer_group_norm,
    num_outputs=3,
    visible=three_if_asked,
    outputs=("output", "mean", "std"),
    total=3,
    complete=(data_equal,),
)
def group_norm(
    data,
    gamma,
    beta,
    *,
    num_groups: int = 1,
    eps: float = 9.99999975e-06,
    output_mean_var: bool = False,
):
    """Normalise groups of channels of each example together, then scale by gamma and shift by beta.

    Parameters
    ----------
    data : (B, C, *S) float
    gamma, beta : (num_groups,) as in 1.9.1, or (C,)
    num_groups : int, default 1       a divisor of C
    eps : float, default 1e-5
    output_mean_var : bool, default False  also return mean and ``sqrt(var + eps)``, (B, num_groups)

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError           if data has no spatial axis, or gamma or beta does not fit
    AttributeTypeError   if num_groups does not divide C
    """
    where = "GroupNorm"
    require_floating(where, data=data)
    if data.ndim < 3:
        fail(
            ShapeError,
            where,
            "data has no spatial axis",
            expected="(batch, channel, ...)",
            got=data.shape,
        )
    batch, channels = data.shape[:2]
    if num_groups < 1 or channels % num_groups:
        fail(
            AttributeTypeError,
            where,
            "num_groups does not divide the channels",
            expected=f"a divisor of {channels}",
            got=num_groups,
        )
    if gamma.shape != (channels,):
        require_shape(
            where, "gamma", gamma, (num_groups,), f"or ({channels},) for data {data.shape}"
        )
    require_shape(where, "beta", beta, gamma.shape, "like gamma")
    wide = accumulator(data.dtype)
    per_group = channels // num_groups
    x = data.astype(wide).reshape(batch, num_groups, per_group, math.prod(data.shape[2:]))
    centred, mean, var = centred_moments(x, (2, 3))
    learned = (1, num_groups, gamma.size // num_groups, 1)
    y = centred * lax.rsqrt(var + eps) * gamma.astype(wide).reshape(learned) + beta.astype(
        wide
    ).reshape(learned)
    flat = lambda v: v.reshape(batch, num_groups).astype(data.dtype)  # noqa: E731
    return y.reshape(data.shape).astype(data.dtype), flat(mean), flat(jnp.sqrt(var + eps))


@op("L2Normalization", total=2, complete=(data_equal,))
def l2_normalization(
    data,
    *,
    eps: float = 1.00000001e-10,
    mode: Literal["channel", "instance", "spatial"] = "instance",
):
    """Divide by the Euclidean norm ``sqrt(sum x^2 + eps)``.

    Parameters
    ----------
    data : (B, C, ...) float
    eps : float, default 1e-10
    mode : {'instance', 'channel', 'spatial'}
        Sum over all axes but the batch, over axis 1, or over the axes after 1.

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError   if data has too few axes for the mode
    """
    require_floating("L2Normalization", data=data)
    least = {"instance": 1, "channel": 2, "spatial": 3}[mode]
    if data.ndim < least:
        fail(
            ShapeError,
            "L2Normalization",
            f"data has too few axes for mode={mode!r}",
            expected=f"at least {least}",
            got=data.shape,
        )
    axes = {"instance": range(1, data.ndim), "channel": (1,), "spatial": range(2, data.ndim)}[mode]
    x = data.astype(accumulator(data.dtype))
    return (x * lax.rsqrt(jnp.sum(x * x, tuple(axes), keepdims=True) + eps)).astype(data.dtype)


_MOST_NEAR = 4096


@op("LRN", total=2, complete=(data_equal,))
def lrn(data, *, alpha: float = 9.99999975e-05, beta: float = 0.75, knorm: float = 2.0, nsize: int):
    """Normalise by near channels: ``x (knorm + alpha / nsize * sum x^2)^-beta``.

    Parameters
    ----------
    data : (B, C, ...) float
    nsize : odd int      channels in a neighbourhood, itself in the middle
    alpha, beta, knorm : float

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError           if data has not four axes
    AttributeTypeError   if nsize is even
    """
    require_floating("LRN", data=data)
    require_axes("LRN", "data", data, 4, "(batch, channel, height, width)")
    if nsize < 1 or nsize % 2 != 1:
        fail(
            AttributeTypeError, "LRN", "nsize is not odd", expected="an odd number >= 1", got=nsize
        )
    x = data.astype(accumulator(data.dtype))
    square, channels = x * x, x.shape[1]
    half = max(min(nsize // 2, channels - 1), 0)  # beyond the first and last there is nothing
    unfolded("LRN", "channels in a neighbourhood", 2 * half + 1, _MOST_NEAR)
    padded = jnp.pad(square, [(0, 0), (half, half), (0, 0), (0, 0)])
    near = sum(lax.slice_in_dim(padded, i, i + channels, axis=1) for i in range(2 * half + 1))
    return (x * (knorm + alpha / nsize * near) ** -beta).astype(data.dtype)
