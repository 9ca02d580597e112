"""The larger networks as functions of JAX arrays, for the hand-written steps and the reference."""

import jax
import jax.numpy as jnp
from jax import lax

import data

HEADS = 4


def convolution(x, w, stride=1, pad=0):
    return lax.conv_general_dilated(x, w, (stride,) * 2, [(pad, pad)] * 2)


def normalised(x, gamma, beta, train):
    """Batch normalisation; not training, with the statistics it begins with, 0 and 1."""
    if train:
        mean = x.mean((0, 2, 3), keepdims=True)
        x = (x - mean) * lax.rsqrt(x.var((0, 2, 3), keepdims=True) + 1e-5)
    else:
        x = x * lax.rsqrt(jnp.ones((), x.dtype) + 1e-5)
    return x * gamma[:, None, None] + beta[:, None, None]


def resnet(params, x, train):
    rest = iter(params)

    def layer(x, stride, pad):
        w, gamma, beta = next(rest), next(rest), next(rest)
        return normalised(convolution(x, w, stride, pad), gamma, beta, train)

    x = jax.nn.relu(layer(x, 2, 3))
    x = lax.reduce_window(
        x,
        -jnp.inf,
        lax.max,
        (1, 1, 3, 3),
        (1, 1, 2, 2),
        [(0, 0), (0, 0), (1, 1), (1, 1)],
    )
    for i in range(4):
        for j in range(2):
            stride = 2 if i and not j else 1
            y = layer(jax.nn.relu(layer(x, stride, 1)), 1, 1)
            x = jax.nn.relu(y + (layer(x, stride, 0) if stride == 2 else x))
    w, b = rest
    return x.mean((2, 3)) @ w.T + b


def recurrent(params, x, gates):
    w, r, b_w, b_r, w_out, b_out = params
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
    step, carry = (lstm, (start, start)) if gates == 4 else (gru, start)
    hs = lax.scan(step, carry, a)[1]
    return hs @ w_out.T + b_out


def layer_normalised(x, gamma, beta):
    x = x - x.mean(-1, keepdims=True)
    return x * lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gamma + beta


def encoder(params, x):
    *layers, w_out, b_out = params
    for i in range(0, len(layers), 12):
        w, b, w_p, b_p, g_1, b_1, w_1, v_1, w_2, v_2, g_2, b_2 = layers[i : i + 12]
        n, t, d = x.shape
        qkv = (x @ w.T + b).reshape(n, t, 3, HEADS, d // HEADS)
        q, k, v = (qkv[:, :, j] for j in range(3))
        weights = jax.nn.softmax(jnp.einsum("nqhd,nkhd->nhqk", q, k) / (d // HEADS) ** 0.5)
        y = jnp.einsum("nhqk,nkhd->nqhd", weights, v).reshape(n, t, d)
        x = layer_normalised(x + y @ w_p.T + b_p, g_1, b_1)
        y = jax.nn.gelu(x @ w_1.T + v_1, approximate=False) @ w_2.T + v_2
        x = layer_normalised(x + y, g_2, b_2)
    return x.mean(1) @ w_out.T + b_out


def apply(network, params, x, train=True):
    if network.startswith("resnet"):
        return resnet(params, x, train)
    if network in ("lstm", "gru"):
        return recurrent(params, x, 4 if network == "lstm" else 3)
    if network == "encoder":
        return encoder(params, x)
    users, items = params
    return (users[x[0]] * items[x[1]]).sum(1)


def loss(network, params, x, y):
    """Mean cross entropy; of factors, half the mean squared error."""
    out = apply(network, params, x)
    if network == "factors":
        return ((out - y) ** 2).mean() / 2
    logs = jax.nn.log_softmax(out)
    return -jnp.take_along_axis(logs, y[..., None], axis=-1).mean()


def expected(settings, steps, train=True):
    """What ``check`` must report, in float64."""
    network = settings["network"]
    with jax.enable_x64(True):
        begin = [jnp.asarray(p, "float64") for p in data.initial_parameters(network)]
        pairs = data.examples(network, settings["batch_size"], settings["batches"])
        if not train:
            x = jnp.asarray(pairs[0][0], "float64")
            out = jax.jit(lambda p: apply(network, p, x, train=False))(begin)
            return {"norm": float(jnp.sqrt((out * out).sum())), "first": float(out[0, 0])}

        @jax.jit
        def step(params, x, y):
            value, gradients = jax.value_and_grad(lambda p: loss(network, p, x, y))(params)
            return value, [p - settings["lr"] * g for p, g in zip(params, gradients, strict=True)]

        params = begin
        for i in range(steps):
            x, y = pairs[i % len(pairs)]
            if x.dtype == "float32":
                x = x.astype("float64")
            value, params = step(params, x, y)
        return {"loss": float(value), "moved": data.moved(begin, params)}
