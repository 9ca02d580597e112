"""The layers of the hand-written steps, as plain JAX says them: functions of JAX arrays.

``layers_kernels`` has the same functions by our kernels. Images are (N, C, H, W).
"""

import jax
import jax.numpy as jnp
from jax import lax


def convolution(x, w, b=None, stride=1, pad=0):
    y = lax.conv_general_dilated(x, w, (stride,) * 2, [(pad, pad)] * 2)
    return y if b is None else y + b[:, None, None]


def max_pool(x, size, stride, pad=0):
    edges = [(0, 0), (0, 0), (pad, pad), (pad, pad)]
    windows, steps = (1, 1, size, size), (1, 1, stride, stride)
    return lax.reduce_window(x, -jnp.inf, lax.max, windows, steps, edges)


def batch_normalised(x, gamma, beta, train):
    """Not training, with the statistics it begins with, 0 and 1."""
    if train:
        mean = x.mean((0, 2, 3), keepdims=True)
        x = (x - mean) * lax.rsqrt(x.var((0, 2, 3), keepdims=True) + 1e-5)
    else:
        x = x * lax.rsqrt(jnp.ones((), x.dtype) + 1e-5)
    return x * gamma[:, None, None] + beta[:, None, None]


def dense(x, w, b):
    return x @ w.T + b


def recurrent(x, w, r, b_w, b_r, kind):
    """One layer of ``kind`` "lstm" or "gru" over (T, N, K); gates i f g o or r z n."""
    n = r.shape[1]
    a = x @ w.T + b_w

    def lstm(carry, a_t):
        h, c = carry
        i, f, g, o = jnp.split(a_t + h @ r.T + b_r, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(h, a_t):
        u = h @ r.T + b_r
        r_t, z = jnp.split(jax.nn.sigmoid(a_t[:, : 2 * n] + u[:, : 2 * n]), 2, axis=1)
        candidate = jnp.tanh(a_t[:, 2 * n :] + r_t * u[:, 2 * n :])
        h = (1 - z) * candidate + z * h
        return h, h

    start = jnp.zeros((x.shape[1], n), x.dtype)
    step, carry = (lstm, (start, start)) if kind == "lstm" else (gru, start)
    return lax.scan(step, carry, a)[1]


def layer_normalised(x, gamma, beta):
    x = x - x.mean(-1, keepdims=True)
    return x * lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gamma + beta


def gelu(x):
    return jax.nn.gelu(x, approximate=False)


softmax = jax.nn.softmax


def rows(table, at):
    return table[at]


def cross_entropy(out, y):
    """Of each row of ``out`` (..., C), with the class that ``y`` (...) names."""
    return -jnp.take_along_axis(jax.nn.log_softmax(out), y[..., None], axis=-1)[..., 0]


def updated(params, gradients, lr):
    """Gradient descent: the new parameters."""
    return [p - lr * g for p, g in zip(params, gradients, strict=True)]
