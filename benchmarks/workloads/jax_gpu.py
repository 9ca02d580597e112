"""The limit on a GPU: training steps written by hand as one ``jax.jit`` program."""

import time

STARTED = time.perf_counter()

import functools  # noqa: E402
import sys  # noqa: E402

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

import gpu_data  # noqa: E402
import gpu_nets  # noqa: E402
import jax_jit  # noqa: E402
from protocol import Worker  # noqa: E402


class Large:
    """Parameters and states in float32, activations in bfloat16 where settings say so."""

    def __init__(self, settings):
        x, y = gpu_data.batch(settings)
        kind = "bfloat16" if settings["precision"] != "float32" else "float32"
        self.x, self.y = jnp.asarray(x, kind), jnp.asarray(y)
        self.params = [jnp.array(p) for p in gpu_data.parameters(settings)]
        self.state = gpu_nets.start(settings, self.params)
        self.step = functools.partial(jax.jit, donate_argnums=(0, 1))(
            functools.partial(gpu_nets.training_step, settings)
        )
        self.last = None

    def run(self, steps):
        params, state = self.params, self.state
        for _ in range(steps):
            params, state, self.last = self.step(params, state, self.x, self.y)
        self.params, self.state, self.last = jax.block_until_ready((params, state, self.last))

    def check(self):
        self.run(1)
        first = float(self.last)
        self.run(gpu_data.CHECK_STEPS - 1)
        return {"first": first, "fall": first - float(self.last)}


if __name__ == "__main__":
    Worker(
        STARTED,
        jax_jit.versions,
        {
            "linear_regression": jax_jit.LinearRegression,
            "classifier": jax_jit.Classifier,
            "network": jax_jit.Network,
            "inference": jax_jit.Inference,
            "large": Large,
        },
        jax_jit.first_step,
    ).main(sys.argv[1:])
