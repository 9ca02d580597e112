"""The limit: each training step written by hand as one ``jax.jit`` program."""

import time

STARTED = time.perf_counter()

import functools  # noqa: E402
import sys  # noqa: E402

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import jaxlib  # noqa: E402
import numpy as np  # noqa: E402

import data  # noqa: E402
import layers_jax  # noqa: E402
import nets  # noqa: E402
from protocol import Worker  # noqa: E402
from reference import (  # noqa: E402
    CLASSIFIER_CHECK_STEPS,
    LINREG_CHECK_STEPS,
    NETWORK_CHECK_STEPS,
)


def linear_regression_loss(params, x, y):
    w, b = params
    return jnp.sum((x @ w + b - y.reshape(-1, 1)) ** 2 / 2)


@jax.jit
def linear_regression_step(params, features, labels, indices, lr):
    x, y = features[indices], labels[indices]
    gradients = jax.grad(linear_regression_loss)(params, x, y)
    return tuple(p - lr * g / indices.shape[0] for p, g in zip(params, gradients, strict=True))


class LinearRegression:
    def __init__(self, settings):
        features, labels, w, b = data.linear_regression(settings["samples"])
        self.features, self.labels = jnp.asarray(features), jnp.asarray(labels)
        self.params = (jnp.asarray(w), jnp.asarray(b))
        self.lr = np.float32(settings["lr"])
        self.stream = data.index_batches(settings["samples"], settings["batch_size"])

    def run(self, steps):
        params = self.params
        for _ in range(steps):
            indices = np.array(next(self.stream), np.int32)
            params = linear_regression_step(params, self.features, self.labels, indices, self.lr)
        self.params = jax.block_until_ready(params)

    def check(self):
        self.run(LINREG_CHECK_STEPS)
        w, b = self.params
        return {"w0": float(w[0, 0]), "w1": float(w[1, 0]), "b": float(b[0])}


def training_step(network, layers):
    """``(params, x, y, lr) -> (params, loss)``, compiled, in the memory of the old parameters."""

    @functools.partial(jax.jit, donate_argnums=0)
    def step(params, x, y, lr):
        value, gradients = jax.value_and_grad(
            lambda params: nets.loss(network, params, x, y, layers)
        )(params)
        return layers.updated(params, gradients, lr), value

    return step


class Training:
    """A network as ``nets`` defines it, of the layers in the module ``layers``."""

    layers = layers_jax

    def __init__(self, settings):
        network = settings["network"]
        pairs = self.examples(network, settings["batch_size"], settings["batches"])
        self.pairs = [(jnp.asarray(x), jnp.asarray(y)) for x, y in pairs]
        self.begin = data.initial_parameters(network)
        # Copies: the step gives its parameters' memory away, and that may be NumPy's.
        self.params = [jnp.array(value) for value in self.begin]
        self.lr = np.float32(settings["lr"])
        self.step = training_step(network, self.layers)
        self.last = None

    def run(self, steps):
        params = self.params
        for i in range(steps):
            x, y = self.pairs[i % len(self.pairs)]
            params, loss = self.step(params, x, y, self.lr)
        self.params, self.last = jax.block_until_ready((params, loss))

    def check(self):
        self.run(self.check_steps)
        return {"loss": float(self.last), "moved": data.moved(self.begin, self.params)}


class Classifier(Training):
    examples = staticmethod(data.classification)
    check_steps = CLASSIFIER_CHECK_STEPS


class Network(Training):
    examples = staticmethod(data.examples)
    check_steps = NETWORK_CHECK_STEPS


class Inference:
    layers = layers_jax

    def __init__(self, settings):
        network, layers = settings["network"], self.layers
        ((x, _),) = data.examples(network, settings["batch_size"], 1)
        self.x = jnp.asarray(x)
        self.params = [jnp.asarray(value) for value in data.initial_parameters(network)]
        self.apply = jax.jit(
            lambda params, x: nets.apply(network, params, x, train=False, layers=layers)
        )

    def run(self, steps):
        for _ in range(steps):
            self.apply(self.params, self.x).block_until_ready()

    def check(self):
        out = np.asarray(self.apply(self.params, self.x), "float64")
        return {"norm": float(np.sqrt((out**2).sum())), "first": float(out[0, 0])}


def first_step(settings, mark):
    ((x, y),) = data.classification("mlp", settings["batch_size"], 1)
    params = [jnp.array(value) for value in data.initial_parameters("mlp")]
    x, y, lr = jnp.asarray(x), jnp.asarray(y), np.float32(settings["lr"])
    step = training_step("mlp", layers_jax)
    mark("build")
    for _ in range(settings["steps"]):
        params, loss = step(params, x, y, lr)
    return float(loss)


def versions():
    return {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "numpy": np.__version__}


if __name__ == "__main__":
    Worker(
        STARTED,
        versions,
        {
            "linear_regression": LinearRegression,
            "classifier": Classifier,
            "network": Network,
            "inference": Inference,
        },
        first_step,
    ).main(sys.argv[1:])
