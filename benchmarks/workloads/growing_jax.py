"""The growing networks as steps written by hand for ``jax.jit``."""

import time

STARTED = time.perf_counter()

import functools  # noqa: E402
import sys  # noqa: E402

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

import growing  # noqa: E402
from jax_jit import versions  # noqa: E402
from protocol import Worker  # noqa: E402


def sgd(params, gradients, moments, t, rate):
    return [p - rate * g for p, g in zip(params, gradients, strict=True)], moments


def adam(params, gradients, moments, t, rate):
    b1, b2 = growing.BETA1, growing.BETA2
    rate = rate * jnp.sqrt(1 - b2**t) / (1 - b1**t)
    new_params, new_moments = [], []
    for p, g, (m, v) in zip(params, gradients, moments, strict=True):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        new_params.append(p - rate * m / (jnp.sqrt(v) + growing.EPSILON))
        new_moments.append((m, v))
    return new_params, new_moments


OPTIMIZERS = {"sgd": sgd, "adam": adam}


class Growing:
    def __init__(self, settings):
        _, activations, _ = growing.chain(settings)
        x, y = growing.example(settings)
        self.x, self.y = jnp.asarray(x), jnp.asarray(y)
        # Copies: the step gives its parameters' memory away, and that may be NumPy's.
        self.params = [jnp.array(value) for value in growing.parameters(settings)]
        self.moments, name = [], settings["optimizer"]
        if name == "adam":
            self.moments = [(jnp.zeros_like(p), jnp.zeros_like(p)) for p in self.params]
        self.rate, self.t = np.float32(growing.RATES[name]), 0
        update = OPTIMIZERS[name]

        def loss_of(params, x, y):
            layers = zip(params[::2], params[1::2], activations, strict=True)
            for weight, bias, relu in layers:
                x = x @ weight.T + bias
                x = jax.nn.relu(x) if relu else x
            logs = jax.nn.log_softmax(x)
            return -jnp.take_along_axis(logs, y[:, None], axis=1).mean()

        @functools.partial(jax.jit, donate_argnums=(0, 1))
        def step(params, moments, x, y, t, rate):
            loss, gradients = jax.value_and_grad(loss_of)(params, x, y)
            return *update(params, gradients, moments, t, rate), loss

        self.step = step
        jax.block_until_ready((self.params, self.moments))

    def run(self, steps):
        params, moments = self.params, self.moments
        for _ in range(steps):
            self.t += 1
            params, moments, loss = self.step(
                params, moments, self.x, self.y, np.float32(self.t), self.rate
            )
        self.params, self.moments, self.last = jax.block_until_ready((params, moments, loss))

    def check(self):
        begin = time.perf_counter()
        self.run(1)
        first = time.perf_counter() - begin
        self.run(growing.CHECK_STEPS - 1)
        return {"loss": float(self.last), "build": 0.0, "first": first}


if __name__ == "__main__":
    Worker(STARTED, versions, {"growing": Growing}, None).main(sys.argv[1:])
