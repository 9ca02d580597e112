"""Activation functions."""

from typing import Literal

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._bits import uniform01
from ._facts import data_equal
from ._nn import accumulator, require_floating, require_together
from ._spec import op
from .elemwise import softsign
from .kernels.gelu import gelu


def relu(x):
    """max(x, 0) with derivative 0 at 0; not-a-number stays so."""
    return lax.select(x <= 0, lax.full_like(x, 0), x)


def softrelu(x):
    """log(1 + exp(x)) without overflow."""
    return jnp.logaddexp(x, lax.full_like(x, 0))


# one line per function: name -> function of the accumulation type
ACTIVATIONS = {
    "relu": relu,
    "sigmoid": lax.logistic,
    "tanh": lax.tanh,
    "softrelu": softrelu,
    "softsign": softsign,
}


@op("Activation", aliases=("_npx_activation",), complete=(data_equal,))
def activation(data, *, act_type: Literal["relu", "sigmoid", "softrelu", "softsign", "tanh"]):
    """Elementwise relu, sigmoid, tanh, softrelu ``log(1 + e^x)``, softsign ``x / (1 + |x|)``.

    Parameters
    ----------
    data : any shape, float
    act_type : {'relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'}

    Returns
    -------
    same shape and dtype

    Raises
    ------
    DTypeError   if data is not floating
    """
    require_floating("Activation", data=data)
    if act_type == "relu":
        return relu(data)
    return ACTIVATIONS[act_type](data.astype(accumulator(data.dtype))).astype(data.dtype)


SELU_ALPHA, SELU_SCALE = (
    1.6732632423543772,
    1.0507009873554805,
)  # Klambauer et al. 2017, arXiv:1706.02515


def infer_leaky_relu(data, gamma=None, *, act_type="leaky", **_):
    """Shape of prelu's slopes: one per channel."""
    return {"gamma": (data[1] if len(data) > 1 else 1,)} if act_type == "prelu" else {}


@op(
    "LeakyReLU",
    aliases=("_npx_leaky_relu",),
    infer=infer_leaky_relu,
    same_dtype=True,
    present={"gamma": lambda a: a["act_type"] == "prelu"},
    total=lambda node: 2 if node.read("act_type") == "rrelu" else 0,
    initial={"gamma": '["Constant", {"value": 0.25}]'},
    complete=(data_equal,),
)
def leaky_relu(
    data,
    gamma=None,
    *,
    act_type: Literal["elu", "gelu", "leaky", "prelu", "rrelu", "selu"] = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.333999991,
    key=None,
    train=False,
):
    """Rectifiers that let something through below zero.

    ========  ==============================================================================
    leaky     ``x`` above 0, else ``slope * x``
    prelu     the same with learned slopes ``gamma``, one per channel (axis 1) or one for all
    rrelu     in training a slope drawn per element from [lower_bound, upper_bound), else their mean
    elu       ``x`` above 0, else ``slope * (e^x - 1)``
    selu      elu scaled so that activations keep mean 0 and variance 1
    gelu      ``x Phi(x)``, by the error function
    ========  ==============================================================================

    Parameters
    ----------
    data : (B, C, ...) float
    gamma : (C,) or (1,), or with as many axes as data, of which some may be 1; prelu only
    act_type, slope, lower_bound, upper_bound : see above

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError   if gamma does not fit the channels, or is missing or superfluous
    DTypeError   if data is not floating
    """
    require_floating("LeakyReLU", data=data)
    flag, expected = f"act_type={act_type!r}", "slopes gamma for act_type='prelu' only"
    require_together("LeakyReLU", "gamma", gamma, flag, act_type == "prelu", expected)
    x = data.astype(accumulator(data.dtype))
    if act_type == "leaky":
        below = x * slope
    elif act_type == "prelu":
        below = x * prelu_slopes(data, gamma).astype(x.dtype)
    elif act_type == "rrelu":
        below = x * rrelu_slopes(x, key, lower_bound, upper_bound, train)
    elif act_type == "gelu":
        return gelu(x).astype(data.dtype)
    else:
        # the exponential of a large positive x would be infinite, and its derivative 0 * inf
        e = jnp.expm1(jnp.where(x > 0, 0, x))
        if act_type == "selu":
            return (SELU_SCALE * jnp.where(x > 0, x, SELU_ALPHA * e)).astype(data.dtype)
        below = slope * e
    return jnp.where(x > 0, x, below).astype(data.dtype)


def prelu_slopes(data, gamma):
    """The learned slopes, shaped to broadcast along the channel axis."""
    if gamma.size == 1:
        return gamma.reshape((1,) * data.ndim)
    if gamma.ndim == data.ndim and all(g in (1, n) for g, n in zip(gamma.shape, data.shape)):
        return gamma
    channels = data.shape[1] if data.ndim > 1 else 1
    if gamma.shape != (channels,):
        fail(
            ShapeError,
            "LeakyReLU",
            "gamma does not fit the channels",
            expected=f"gamma ({channels},) or (1,) for data {data.shape}",
            got=gamma.shape,
        )
    return gamma.reshape((1, channels) + (1,) * (data.ndim - 2))


def rrelu_slopes(x, key, low, high, train):
    """Random slopes in training, their mean otherwise."""
    if not train:
        return (low + high) / 2
    return low + uniform01(key, x.shape, x.dtype) * (high - low)
