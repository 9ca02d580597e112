"""Softmax and layer normalisation along the last axis, and their gradients, as kernels.

The gradients are written out: of softmax ``y (g - sum y g)``, of its logarithm
``g - e^y sum g``, of the normalised row h with ``d = gamma g``
``(d - mean d - h mean(d h)) / deviation``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir

from . import native
from .choose import rows_are_long

__all__ = ["layer_norm", "log_softmax", "softmax"]


def _kernel(target, plain) -> Callable[..., Any]:
    """A function of arrays that is the native kernel ``target`` on CPUs and ``plain`` elsewhere and
    for derivatives; both give a tuple.
    """
    p = Primitive(f"mxnet_{target}")
    p.multiple_results = True
    p.def_impl(plain)

    @p.def_abstract_eval
    def _(*arrays, **given):
        shapes = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in arrays]
        found = jax.eval_shape(partial(plain, **given), *shapes)
        return [arrays[0].update(shape=f.shape, dtype=f.dtype, weak_type=False) for f in found]

    by_formula = mlir.lower_fun(plain, multiple_results=True)

    def on_cpu(ctx, *arrays, **given):
        if rows_are_long([a.dtype for a in ctx.avals_in], ctx.avals_in[0].shape):
            return jax.ffi.ffi_lowering(native.name(target))(ctx, *arrays, **given)
        return by_formula(ctx, *arrays, **given)

    mlir.register_lowering(p, by_formula)
    mlir.register_lowering(p, on_cpu, platform="cpu")

    def mapped(arrays, axes, **given):
        found = jax.vmap(partial(plain, **given), axes)(*arrays)
        return found, [0] * len(found)

    batching.primitive_batchers[p] = mapped

    @partial(jax.custom_vjp, nondiff_argnums=(0,))
    def call(given, *arrays):
        return tuple(p.bind(*arrays, **dict(given)))

    def forward(given, *arrays):
        return call(given, *arrays), arrays

    def backward(given, arrays, cotangents):
        return jax.vjp(partial(plain, **dict(given)), *arrays)[1](cotangents)

    call.defvjp(forward, backward)
    return call


def _peak(x):
    peak = lax.stop_gradient(jnp.max(x, -1, keepdims=True, initial=-jnp.inf))
    # a row of -inf only: its exponentials stay 0 instead of not-a-number
    return jnp.where(peak == -jnp.inf, lax.full_like(peak, 0), peak)


def _plain_softmax(x, *, log):
    s = x - _peak(x)
    e = jnp.exp(s)
    total = jnp.sum(e, -1, keepdims=True)
    if log:
        return (s - jnp.log(total),)
    return (e / jnp.where(total == 0, lax.full_like(total, 1), total),)


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


_softmax = _kernel("softmax", _plain_softmax)
_softmax_gradient = _kernel("softmax_gradient", _plain_softmax_gradient)
_layer_norm = _kernel("layer_norm", _plain_layer_norm)
_layer_norm_gradient = _kernel("layer_norm_gradient", _plain_layer_norm_gradient)


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
