"""What ``growth.py`` grows: chains of dense layers, the same numbers for every framework."""

import numpy as np

CLASSES = 10
CHECK_STEPS = 2
RATES = {"sgd": 1e-3, "adam": 1e-5}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def chain(settings):
    """(widths, activations, batch) of a network: ``widths`` has one more entry than layers.

    "batch" grows the batch of an MLP 784-256-10, "depth" the layers of 64 units with relu, and
    "arrays" the parameter arrays of layers of 10 units without.
    """
    what, size = settings["what"], settings["size"]
    if what == "batch":
        return [784, 256, CLASSES], [True, False], size
    if what == "depth":
        return [64] * (size + 1) + [CLASSES], [True] * size + [False], 32
    layers = size // 2
    return [CLASSES] * (layers + 1), [False] * layers, 16


def parameters(settings):
    """Weights (out, in) and biases (out,), alternating, float32.

    Deep chains neither die nor explode: relu layers have variance 2 / fan in, the others are near
    the identity.
    """
    widths, activations, _ = chain(settings)
    rng = np.random.RandomState(1)
    values = []
    for inner, outer, relu in zip(widths, widths[1:], activations):
        if settings["what"] == "arrays":
            weight = np.eye(outer, inner) + 0.01 * rng.normal(size=(outer, inner))
        else:
            weight = rng.normal(size=(outer, inner)) * np.sqrt((2 if relu else 1) / inner)
        values += [weight.astype("float32"), np.zeros(outer, "float32")]
    return values


def example(settings):
    """X (batch, features) float32 and y (batch,) int32."""
    widths, _, batch = chain(settings)
    rng = np.random.RandomState(0)
    x = rng.normal(size=(batch, widths[0])).astype("float32")
    return x, rng.randint(0, CLASSES, size=batch).astype("int32")


def expected(settings):
    """The mean loss of the last of ``CHECK_STEPS`` steps, in float64."""
    _, activations, batch = chain(settings)
    params = [p.astype("float64") for p in parameters(settings)]
    x, y = example(settings)
    rate, rows = RATES[settings["optimizer"]], np.arange(batch)
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in params]
    for t in range(1, CHECK_STEPS + 1):
        inputs, outputs = [], [x.astype("float64")]
        for i, relu in enumerate(activations):
            inputs.append(outputs[-1])
            out = inputs[-1] @ params[2 * i].T + params[2 * i + 1]
            outputs.append(np.maximum(out, 0) if relu else out)
        shifted = outputs[-1] - outputs[-1].max(1, keepdims=True)
        signal = np.exp(shifted) / np.exp(shifted).sum(1, keepdims=True)
        loss = -np.log(signal[rows, y]).mean()
        signal[rows, y] -= 1
        signal /= batch
        gradients = list(params)  # each is replaced
        for i in reversed(range(len(activations))):
            if activations[i]:
                signal = signal * (outputs[i + 1] > 0)
            gradients[2 * i], gradients[2 * i + 1] = signal.T @ inputs[i], signal.sum(0)
            signal = signal @ params[2 * i]
        for i, g in enumerate(gradients):
            if settings["optimizer"] == "sgd":
                params[i] -= rate * g
                continue
            m, v = moments[i]
            m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
            moments[i] = m, v
            corrected = np.sqrt(1 - BETA2**t) / (1 - BETA1**t)
            params[i] -= rate * corrected * m / (np.sqrt(v) + EPSILON)
    return {"loss": float(loss)}
