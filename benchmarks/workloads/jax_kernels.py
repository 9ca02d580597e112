"""The hand-written steps of ``jax_jit`` with our kernels: our programs without our engine."""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import jax_jit  # noqa: E402
import layers_kernels  # noqa: E402
from protocol import Worker  # noqa: E402


class Classifier(jax_jit.Classifier):
    layers = layers_kernels


class Network(jax_jit.Network):
    layers = layers_kernels


class Inference(jax_jit.Inference):
    layers = layers_kernels


if __name__ == "__main__":
    Worker(
        STARTED,
        jax_jit.versions,
        {"classifier": Classifier, "network": Network, "inference": Inference},
        jax_jit.first_step,
    ).main(sys.argv[1:])
