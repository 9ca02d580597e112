"""The two large networks as functions of JAX arrays: the hand-written steps, and the reference.

Images are (N, H, W, C), which is how GPUs compute convolutions; weights stay (O, I, H, W).
"""

import jax
import jax.numpy as jnp
from jax import lax

import gpu_data

EPSILON = 1e-5
MOMENTUM = 0.9
BETAS, ADAM_EPSILON = (0.9, 0.999), 1e-8


def convolution(x, w, bias, stride, pad):
    y = lax.conv_general_dilated(
        x,
        w.astype(x.dtype),
        (stride,) * 2,
        [(pad, pad)] * 2,
        dimension_numbers=("NHWC", "OIHW", "NHWC"),
    )
    return y if bias is None else y + bias.astype(x.dtype)


def batch_normalised(x, gamma, beta):
    wide = x.astype(gamma.dtype)
    mean = wide.mean((0, 1, 2))
    scale = lax.rsqrt(wide.var((0, 1, 2)) + EPSILON) * gamma
    return ((wide - mean) * scale + beta).astype(x.dtype)


def resnet50(params, x):
    rest = iter(params)

    def layer(x, stride=1, pad=0, bias=False):
        w = next(rest)
        b = next(rest) if bias else None
        return batch_normalised(convolution(x, w, b, stride, pad), next(rest), next(rest))

    x = jax.nn.relu(layer(jnp.moveaxis(x, 1, -1), 2, 3))
    edges = [(0, 0), (1, 1), (1, 1), (0, 0)]
    x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), edges)
    for stage, count in enumerate(gpu_data.BLOCKS):
        for i in range(count):
            stride = 2 if stage and not i else 1
            y = jax.nn.relu(layer(x, stride, bias=True))
            y = layer(jax.nn.relu(layer(y, pad=1)), bias=True)
            x = jax.nn.relu(y + (x if i else layer(x, stride)))
    w, b = rest
    return x.astype(w.dtype).mean((1, 2)) @ w.T + b


def encoder(params, x, heads):
    """Layers with the normalisation after each sum; attention as a user writes it."""

    def dense(x, w, b):
        return x @ w.T.astype(x.dtype) + b.astype(x.dtype)

    def normalised(x, gamma, beta):
        wide = x.astype(gamma.dtype)
        wide = wide - wide.mean(-1, keepdims=True)
        wide = wide * lax.rsqrt((wide * wide).mean(-1, keepdims=True) + EPSILON)
        return (wide * gamma + beta).astype(x.dtype)

    *layers, w_out, b_out = params
    for i in range(0, len(layers), 12):
        w, b, w_p, b_p, g_1, b_1, w_1, v_1, w_2, v_2, g_2, b_2 = layers[i : i + 12]
        n, t, d = x.shape
        q, k, v = jnp.moveaxis(dense(x, w, b).reshape(n, t, 3, heads, d // heads), 2, 0)
        y = jax.nn.dot_product_attention(q, k, v).reshape(n, t, d)
        x = normalised(x + dense(y, w_p, b_p), g_1, b_1)
        y = dense(jax.nn.gelu(dense(x, w_1, v_1), approximate=False), w_2, v_2)
        x = normalised(x + y, g_2, b_2)
    return x.astype(w_out.dtype).mean(1) @ w_out.T + b_out


def loss(settings, params, x, y):
    """Mean cross entropy."""
    if settings["network"] == "resnet50":
        out = resnet50(params, x)
    else:
        out = encoder(params, x, settings["heads"])
    logs = jax.nn.log_softmax(out)
    return -jnp.take_along_axis(logs, y[:, None], axis=-1).mean()


def start(settings, params):
    """The state of the optimizer before the first step."""
    zeros = [jnp.zeros_like(p) for p in params]
    return zeros if settings["network"] == "resnet50" else (0, zeros, [z.copy() for z in zeros])


def update(settings, params, state, gradients):
    """SGD with momentum, or Adam: (new parameters, new state)."""
    lr = settings["lr"]
    if settings["network"] == "resnet50":
        state = [MOMENTUM * s - lr * g for s, g in zip(state, gradients, strict=True)]
        return [p + s for p, s in zip(params, state, strict=True)], state
    t, m, v = state
    t = t + 1
    m = [BETAS[0] * a + (1 - BETAS[0]) * g for a, g in zip(m, gradients, strict=True)]
    v = [BETAS[1] * a + (1 - BETAS[1]) * g * g for a, g in zip(v, gradients, strict=True)]
    lr = lr * jnp.sqrt(1.0 - BETAS[1] ** t) / (1.0 - BETAS[0] ** t)
    new = [
        p - (lr * a / (jnp.sqrt(b) + ADAM_EPSILON)).astype(p.dtype)
        for p, a, b in zip(params, m, v, strict=True)
    ]
    return new, (t, m, v)


def training_step(settings, params, state, x, y):
    value, gradients = jax.value_and_grad(lambda p: loss(settings, p, x, y))(params)
    return *update(settings, params, state, gradients), value


def expected(settings):
    """What ``check`` must report, in float64; for small sizes only."""
    with jax.enable_x64(True):
        params = [jnp.asarray(p, "float64") for p in gpu_data.parameters(settings)]
        x, y = gpu_data.batch(settings)
        x, state, losses = jnp.asarray(x, "float64"), start(settings, params), []
        step = jax.jit(lambda p, s, x, y: training_step(settings, p, s, x, y))
        for _ in range(gpu_data.CHECK_STEPS):
            params, state, value = step(params, state, x, y)
            losses.append(float(value))
    return {"first": losses[0], "fall": losses[0] - losses[-1]}
