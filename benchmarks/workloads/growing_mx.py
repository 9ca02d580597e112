"""The growing networks in plain Gluon."""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import growing  # noqa: E402
import mxnet as mx  # noqa: E402
from mx_gluon import versions  # noqa: E402
from mxnet import autograd, gluon, nd  # noqa: E402
from mxnet.gluon import nn  # noqa: E402
from protocol import Worker  # noqa: E402


class Growing:
    """A chain of dense layers, hybridized or not, and its ``Trainer``."""

    def __init__(self, settings):
        widths, activations, self.batch = growing.chain(settings)
        values = growing.parameters(settings)
        x, y = growing.example(settings)
        self.x, self.y = nd.array(x), nd.array(y)
        name = settings["optimizer"]
        mx.nd.waitall()
        begin = time.perf_counter()
        self.net = nn.HybridSequential()
        for inner, outer, relu in zip(widths, widths[1:], activations):
            self.net.add(nn.Dense(outer, activation="relu" if relu else None, in_units=inner))
        self.net.initialize()
        if settings["hybridize"]:
            self.net.hybridize()
        self.trainer = gluon.Trainer(
            self.net.collect_params(), name, {"learning_rate": growing.RATES[name]}
        )
        self.build = time.perf_counter() - begin
        self.loss = gluon.loss.SoftmaxCrossEntropyLoss()
        for param, value in zip(self.net.collect_params().values(), values, strict=True):
            param.set_data(nd.array(value))
        nd.waitall()

    def run(self, steps):
        for _ in range(steps):
            with autograd.record():
                loss = self.loss(self.net(self.x), self.y)
            loss.backward()
            self.trainer.step(self.batch)
        self.last = loss
        nd.waitall()

    def check(self):
        begin = time.perf_counter()
        self.run(1)
        first = time.perf_counter() - begin
        self.run(growing.CHECK_STEPS - 1)
        loss = float(self.last.mean().asscalar())
        return {"loss": loss, "build": self.build, "first": first}


if __name__ == "__main__":
    Worker(STARTED, versions, {"growing": Growing}, None).main(sys.argv[1:])
