"""A pytest plugin that pretends that the second host device is the machine's only GPU.

``PYTHONPATH=tests python -m pytest -p support.pretended_gpu FILES`` runs tests as on a machine with
one GPU, which is JAX's default device there: what ends up on the wrong side shows.
"""

import os

FLAG = "--xla_force_host_platform_device_count=2"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FLAG}"

import jax  # noqa: E402

HOST, GPU = jax.devices("cpu")


def devices(backend=None):
    """Stand in for ``jax.devices`` and ``jax.local_devices``."""
    if backend not in (None, "cpu", "gpu", "cuda"):
        raise RuntimeError(f"no {backend}")
    return [HOST] if backend == "cpu" else [GPU]


jax.devices = devices
jax.local_devices = lambda process_index=None, backend=None, host_id=None: devices(backend)
jax.config.update("jax_default_device", GPU)
