"""Softmax and layer normalisation along the last axis, and their gradients, as kernels.

The gradients are written out: of softmax ``y (g - sum y g)``, of its logarithm
``g - e^y sum g``, of the normalised row h with ``d = gamma g``
``(d - mean d - h mean(d h)) / deviation``.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .choose import rows_are_long
from .primitive import kernel

__all__ = ["BY_NUMPY", "layer_norm", "log_softmax", "softmax", "softmax_formula"]


def _is_worth_it(dtypes, shapes):
    return rows_are_long(dtypes, shapes[0])


def softmax_formula(x, axis, log):
    """Softmax along any axis, or its logarithm, in JAX: what the operators are where there is no
    kernel.
    """
    peak = lax.stop_gradient(jnp.max(x, axis, keepdims=True, initial=-jnp.inf))
    # a row of -inf only: its exponentials stay 0 instead of not-a-number
    s = x - jnp.where(peak == -jnp.inf, lax.full_like(peak, 0), peak)
    e = jnp.exp(s)
    total = jnp.sum(e, axis, keepdims=True)
    if log:
        return s - jnp.log(total)
    return e / jnp.where(total == 0, lax.full_like(total, 1), total)


def _plain_softmax(x, *, log):
    return (softmax_formula(x, -1, log),)


def _plain_softmax_gradient(y, g, *, log):
    if log:
        return (g - jnp.exp(y) * jnp.sum(g, -1, keepdims=True),)
    return (y * (g - jnp.sum(y * g, -1, keepdims=True)),)


def _plain_layer_norm(x, gamma, beta, *, eps):
    mean = jnp.mean(x, -1, keepdims=True)
    centred = x - mean
    eps = float(eps)  # of no type of its own
    scale = lax.rsqrt(jnp.mean(centred * centred, -1, keepdims=True) + eps)
    return centred * scale * gamma + beta, mean, scale


def _plain_layer_norm_gradient(x, gamma, mean, scale, g):
    h, d = (x - mean) * scale, g * gamma
    slope = jnp.mean(d * h, -1, keepdims=True)
    dx = scale * (d - jnp.mean(d, -1, keepdims=True) - h * slope)
    others = tuple(range(x.ndim - 1))
    return dx, jnp.sum(g * h, others), jnp.sum(g, others)


def _softmax_by_numpy(params, ins, outs):
    """The formula's steps, without those that are for rows of -inf only where there is none."""
    (shape, dtype), log = ins[0], params["log"]
    if dtype not in (onp.float32, onp.float64) or 0 in shape:
        return None
    most: Any = onp.maximum.reduce
    add: Any = onp.add.reduce

    def softmax(x):
        peak = most(x, -1, None, None, True)
        plain = onp.count_nonzero(onp.isfinite(peak)) == peak.size
        if not plain:
            peak = onp.where(peak == -onp.inf, dtype.type(0), peak)
        s = onp.subtract(x, peak)
        if log:
            return (onp.subtract(s, onp.log(add(onp.exp(s), -1, dtype, None, True)), s),)
        onp.exp(s, s)
        total = add(s, -1, dtype, None, True)
        if not plain:
            total = onp.where(total == 0, dtype.type(1), total)
        return (onp.divide(s, total, s),)

    return softmax


def _softmax_gradient_by_numpy(params, ins, outs):
    dtype, log = ins[0].dtype, params["log"]
    if dtype not in (onp.float32, onp.float64):
        return None
    add: Any = onp.add.reduce

    def gradient(y, g):
        if log:
            found = onp.exp(y)
            onp.multiply(found, add(g, -1, dtype, None, True), found)
            return (onp.subtract(g, found, found),)
        found = onp.multiply(y, g)
        onp.subtract(g, add(found, -1, dtype, None, True), found)
        return (onp.multiply(y, found, found),)

    return gradient


def _layer_norm_by_numpy(params, ins, outs):
    (shape, dtype), eps = ins[0], onp.array(params["eps"], ins[0].dtype)
    if dtype not in (onp.float32, onp.float64) or 0 in shape:
        return None
    add: Any = onp.add.reduce
    n = onp.array(shape[-1], dtype)

    def layer_norm(x, gamma, beta):
        mean = add(x, -1, dtype, None, True)
        onp.divide(mean, n, mean)
        found = onp.subtract(x, mean)
        scale = add(onp.multiply(found, found), -1, dtype, None, True)
        onp.divide(scale, n, scale)
        onp.add(scale, eps, scale)
        onp.reciprocal(onp.sqrt(scale, scale), scale)
        onp.multiply(found, scale, found)
        onp.multiply(found, gamma, found)
        return onp.add(found, beta, found), mean, scale

    return layer_norm


# name of a primitive -> rule, see host.RULES
BY_NUMPY = {
    "mxnet_softmax": _softmax_by_numpy,
    "mxnet_softmax_gradient": _softmax_gradient_by_numpy,
    "mxnet_layer_norm": _layer_norm_by_numpy,
}


_softmax = kernel(
    "softmax",
    _plain_softmax,
    _is_worth_it,
    by_rows=True,
    results=lambda x: [(x.shape, x.dtype)],
)
_softmax_gradient = kernel("softmax_gradient", _plain_softmax_gradient, _is_worth_it, by_rows=True)
_layer_norm = kernel("layer_norm", _plain_layer_norm, _is_worth_it)
_layer_norm_gradient = kernel("layer_norm_gradient", _plain_layer_norm_gradient, _is_worth_it)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _either(x, log):
    return _softmax((("log", log),), x)[0]


def _either_forward(x, log):
    y = _either(x, log)
    return y, y


_either.defvjp(
    _either_forward,
    lambda log, y, g: _softmax_gradient((("log", log),), y, g),
)


def softmax(x):
    """e^x / sum e^x along the last axis; all zeros where every x is -inf."""
    return _either(x, False)


def log_softmax(x):
    """X - log sum e^x along the last axis."""
    return _either(x, True)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def _normalised(x, gamma, beta, eps) -> Any:
    return _layer_norm((("eps", onp.float64(eps)),), x, gamma, beta)


def _normalised_forward(x, gamma, beta, eps):
    # not from _normalised: the gradient's own gradient goes through mean and deviation too
    found = _layer_norm((("eps", onp.float64(eps)),), x, gamma, beta)
    return found, (x, gamma, *found[1:])


def _normalised_backward(eps, saved, cotangents):
    return _layer_norm_gradient((), *saved, cotangents[0])


_normalised.defvjp(_normalised_forward, _normalised_backward)


def layer_norm(x, gamma, beta, eps):
    """``(x - mean) / sqrt(var + eps) * gamma + beta`` along the last axis.

    Returns it, the mean and ``1 / sqrt(var + eps)``, through which no gradient flows.
    """
    found: Any = _normalised(x, gamma, beta, eps)
    y, mean, scale = found
    return y, lax.stop_gradient(mean), lax.stop_gradient(scale)
