"""Runs 100,000 training steps of a small network and watches the memory of the process.

``python benchmarks/soak.py [--steps N]`` prints resident memory ten times on the way and fails
where it has grown by more than 2 % or 4 MiB since the first tenth.
"""

import argparse
import sys
import time

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

ALLOWED = 4 << 20  # bytes
PARTS = 10


def resident():
    """Bytes of the process in memory (Linux)."""
    with open("/proc/self/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
    raise OSError("no VmRSS in /proc/self/status")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100_000)
    steps = parser.parse_args(argv).steps
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(2), nn.Dense(16), nn.Dropout(0.2))
    net.add(nn.Dense(4))
    net.initialize(mx.init.Xavier())
    net.hybridize()
    loss_function = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 1e-3})
    metric = mx.metric.Accuracy()
    rng = np.random.default_rng(0)
    x = nd.array(rng.standard_normal((8, 1, 12, 12), "float32"))
    y = nd.array(rng.integers(0, 4, 8))
    first, begin = None, time.perf_counter()
    for step in range(1, steps + 1):
        trainer.set_learning_rate(1e-3 / (1 + 1e-5 * step))
        with autograd.record():
            out = net(x)
            loss = loss_function(out, y)
        loss.backward()
        trainer.step(8)
        if step % 100 == 0:
            metric.update(y, out)
            loss.mean().asscalar()
        if step % max(1, steps // PARTS) == 0:
            now = resident()
            first = first or now
            rate = step / (time.perf_counter() - begin)
            compiled = mx.engine.stats()["compiled"]
            print(
                f"{step:>7} steps  {now / 2**20:7.1f} MiB  {compiled} programs  "
                f"{rate:,.0f} steps/s",
                flush=True,
            )
    grown = now - first
    print(f"grown by {grown / 2**20:.1f} MiB since the first tenth")
    return 1 if grown > max(ALLOWED, 0.02 * first) else 0


if __name__ == "__main__":
    sys.exit(main())
