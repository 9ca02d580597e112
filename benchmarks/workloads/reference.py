"""What each workload's ``check`` must report, worked out in float64 NumPy from the definitions."""

import numpy as np

import data

LINREG_CHECK_STEPS, CLASSIFIER_CHECK_STEPS, NETWORK_CHECK_STEPS = 100, 5, 2


def linear_regression(settings):
    features, labels, weight, bias = data.linear_regression(settings["samples"])
    weight, bias = weight.astype("float64"), bias.astype("float64")
    batches = data.index_batches(settings["samples"], settings["batch_size"])
    for _, batch in zip(range(LINREG_CHECK_STEPS), batches, strict=False):
        x, y = features[batch], labels[batch].reshape(-1, 1)
        error = x @ weight + bias - y
        weight = weight - settings["lr"] * (x.T @ error) / len(batch)
        bias = bias - settings["lr"] * error.sum(axis=0) / len(batch)
    return {"w0": float(weight[0, 0]), "w1": float(weight[1, 0]), "b": float(bias[0])}


def classifier(settings):
    """Mean loss of the last checked step, and how far the parameters went."""
    network = settings["network"]
    pairs = data.classification(network, settings["batch_size"], settings["batches"])
    begin = [value.astype("float64") for value in data.initial_parameters(network)]
    values = begin
    for step in range(CLASSIFIER_CHECK_STEPS):
        x, y = pairs[step % len(pairs)]
        loss, gradients = loss_and_gradients(network, values, x.astype("float64"), y)
        values = [v - settings["lr"] * g for v, g in zip(values, gradients, strict=True)]
    return {"loss": float(loss), "moved": data.moved(begin, values)}


# A layer gives its output and its pullback: output gradient -> (input gradient, weight gradients).


def dense(x, w, b):
    return x @ w.T + b, lambda g: (g @ w, [g.T @ x, g.sum(axis=0)])


def windows(x, size):
    """(N, C, H, W) -> (N, C, H - size + 1, W - size + 1, size, size)"""
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))


def convolution(x, w, b):
    size = w.shape[-1]
    patches = windows(x, size)
    y = np.tensordot(patches, w, ([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)

    def pullback(g):
        edge = size - 1
        around = windows(np.pad(g, ((0, 0), (0, 0), (edge, edge), (edge, edge))), size)
        flipped = w[:, :, ::-1, ::-1]
        g_x = np.tensordot(around, flipped, ([1, 4, 5], [0, 2, 3])).transpose(0, 3, 1, 2)
        return g_x, [np.tensordot(g, patches, ([0, 2, 3], [0, 2, 3])), g.sum(axis=(0, 2, 3))]

    return y + b[:, None, None], pullback


def max_pooling(x):
    """Windows of 2x2 that do not overlap; ties do not occur in this data."""
    n, c, h, w = x.shape
    y = x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))

    def spread(a):
        return a.repeat(2, axis=2).repeat(2, axis=3)

    return y, lambda g: (spread(g) * (x == spread(y)), [])


def relu(x):
    return np.maximum(x, 0), lambda g: (g * (x > 0), [])


def sigmoid(x):
    y = 1 / (1 + np.exp(-x))
    return y, lambda g: (g * y * (1 - y), [])


def flatten(x):
    return x.reshape(len(x), -1), lambda g: (g.reshape(x.shape), [])


LAYERS = {
    "softmax": [dense],
    "mlp": [dense, relu, dense],
    "lenet": [
        convolution,
        sigmoid,
        max_pooling,
        convolution,
        sigmoid,
        max_pooling,
        flatten,
        dense,
        sigmoid,
        dense,
        sigmoid,
        dense,
    ],
}


def loss_and_gradients(network, values, x, y):
    """Mean softmax cross entropy of a network, and the gradients in the order of its values."""
    pullbacks, rest = [], list(values)
    for layer in LAYERS[network]:
        arguments = [rest.pop(0), rest.pop(0)] if layer in (dense, convolution) else []
        x, pullback = layer(x, *arguments)
        pullbacks.append(pullback)
    x = x - x.max(axis=1, keepdims=True)
    signal = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)  # softmax, then its gradient
    rows = np.arange(len(y))
    loss = -np.log(signal[rows, y]).mean()
    signal[rows, y] -= 1
    signal /= len(y)
    gradients = []
    for pullback in reversed(pullbacks):
        signal, own = pullback(signal)
        gradients = own + gradients
    return loss, gradients


def image_loader(settings):
    images, labels = data.read_idx_images(settings["folder"])
    return {
        "images": float(len(images)),
        "mean_pixel": float(images.mean() / 255),
        "mean_label": float(labels.mean()),
    }


def network(settings):
    """The larger networks: their definition in JAX, in float64."""
    import nets

    return nets.expected(settings, NETWORK_CHECK_STEPS)


def inference(settings):
    import nets

    return nets.expected(settings, 0, train=False)


EXPECTED = {
    "network": network,
    "inference": inference,
    "linear_regression": linear_regression,
    "classifier": classifier,
    "image_loader": image_loader,
}
