"""The networks as functions of JAX arrays, for the hand-written steps and the reference.

``layers`` is a module: ``layers_jax``, or ``layers_kernels`` with the same functions.
"""

import jax
import jax.numpy as jnp

import data
import layers_jax

HEADS = 4


def perceptron(layers, params, x):
    *hidden, (weight, bias) = zip(params[::2], params[1::2], strict=True)
    for w, b in hidden:
        x = jax.nn.relu(layers.dense(x, w, b))
    return layers.dense(x, weight, bias)


def lenet(layers, params, x):
    w_1, b_1, w_2, b_2, *dense = params
    for w, b in ((w_1, b_1), (w_2, b_2)):
        x = layers.max_pool(jax.nn.sigmoid(layers.convolution(x, w, b)), 2, 2)
    x = x.reshape(len(x), -1)
    for i in (0, 2):
        x = jax.nn.sigmoid(layers.dense(x, *dense[i : i + 2]))
    return layers.dense(x, *dense[4:])


def resnet(layers, params, x, train):
    rest = iter(params)

    def layer(x, stride, pad):
        w, gamma, beta = next(rest), next(rest), next(rest)
        x = layers.convolution(x, w, None, stride, pad)
        return layers.batch_normalised(x, gamma, beta, train)

    x = layers.max_pool(jax.nn.relu(layer(x, 2, 3)), 3, 2, 1)
    for i in range(4):
        for j in range(2):
            stride = 2 if i and not j else 1
            y = layer(jax.nn.relu(layer(x, stride, 1)), 1, 1)
            x = jax.nn.relu(y + (layer(x, stride, 0) if stride == 2 else x))
    w, b = rest
    return layers.dense(x.mean((2, 3)), w, b)


def recurrent(layers, params, x, kind):
    *loop, w, b = params
    return layers.dense(layers.recurrent(x, *loop, kind), w, b)


def attended(layers, x, w, b):
    """Attention of HEADS heads, which lie in the batch: products of (n HEADS, t, d / HEADS)."""
    n, t, d = x.shape
    qkv = layers.dense(x, w, b).reshape(n, t, 3 * HEADS, d // HEADS).transpose(0, 2, 1, 3)
    q, k, v = (part.reshape(n * HEADS, t, d // HEADS) for part in jnp.split(qkv, 3, axis=1))
    weights = layers.softmax(q @ k.swapaxes(1, 2) * (d // HEADS) ** -0.5)
    return (weights @ v).reshape(n, HEADS, t, d // HEADS).transpose(0, 2, 1, 3).reshape(n, t, d)


def encoder(layers, params, x):
    *rest, w_out, b_out = params
    for i in range(0, len(rest), 12):
        w, b, w_p, b_p, g_1, b_1, w_1, v_1, w_2, v_2, g_2, b_2 = rest[i : i + 12]
        y = attended(layers, x, w, b)
        x = layers.layer_normalised(x + layers.dense(y, w_p, b_p), g_1, b_1)
        y = layers.dense(layers.gelu(layers.dense(x, w_1, v_1)), w_2, v_2)
        x = layers.layer_normalised(x + y, g_2, b_2)
    return layers.dense(x.mean(1), w_out, b_out)


def apply(network, params, x, train=True, layers=layers_jax):
    if network in ("softmax", "mlp"):
        return perceptron(layers, params, x)
    if network == "lenet":
        return lenet(layers, params, x)
    if network.startswith("resnet"):
        return resnet(layers, params, x, train)
    if network in ("lstm", "gru"):
        return recurrent(layers, params, x, network)
    if network == "encoder":
        return encoder(layers, params, x)
    users, items = params
    return (layers.rows(users, x[0]) * layers.rows(items, x[1])).sum(1)


def loss(network, params, x, y, layers=layers_jax):
    """Mean cross entropy; of factors, half the mean squared error."""
    out = apply(network, params, x, layers=layers)
    if network == "factors":
        return ((out - y) ** 2).mean() / 2
    return layers.cross_entropy(out, y).mean()


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
