"""The workloads of ``mx_gluon`` on a device of choice, and the two large networks."""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import gpu_data  # noqa: E402
import mx_gluon  # noqa: E402
import mxnet as mx  # noqa: E402
from mxnet import autograd, gluon, nd  # noqa: E402
from mxnet.contrib import amp  # noqa: E402
from mxnet.gluon import nn  # noqa: E402
from protocol import Worker  # noqa: E402


def placed(workload):
    """A workload with everything it makes on the device that its settings name."""

    class Placed(workload):
        def __init__(self, settings):
            self.place = mx_gluon.device(settings)
            with self.place:
                super().__init__(settings)

        def run(self, steps):
            with self.place:
                super().run(steps)

    return Placed


class Encoder(gluon.HybridBlock):
    def __init__(self, layers, width, heads):
        super().__init__()
        with self.name_scope():
            self.layers = nn.HybridSequential()
            for _ in range(layers):
                self.layers.add(mx_gluon.EncoderLayer(width, 4 * width, heads))
            self.out = nn.Dense(10)

    def hybrid_forward(self, F, x):
        return self.out(F.mean(self.layers(x), axis=1))


class Large:
    """ResNet-50 of the model zoo, or an encoder; bfloat16 in one of the two ways of MXNet.

    ``precision``: "amp" keeps parameters in float32 and casts at the operators; "cast" makes the
    network bfloat16, with float32 copies of the parameters in the optimizer; or "float32".
    """

    def __init__(self, settings):
        ctx, precision = mx_gluon.device(settings), settings["precision"]
        if precision == "amp":  # attention's products as well, as PyTorch's autocast does
            amp.init("bfloat16", target_precision_ops=["batch_dot"])
        x, y = gpu_data.batch(settings)
        self.y = nd.array(y, ctx=ctx)
        if settings["network"] == "resnet50":
            net = gluon.model_zoo.vision.resnet50_v1(classes=gpu_data.CLASSES)
        else:
            net = Encoder(settings["layers"], settings["width"], settings["heads"])
        net.initialize(ctx=ctx)
        net(nd.array(x[:2], ctx=ctx))  # completes the shapes, so that values can be set
        self.params = [p for p in net.collect_params().values() if p.grad_req != "null"]
        begin = gpu_data.parameters(settings)
        if len(self.params) != len(begin):
            raise ValueError(f"expected {len(begin)} parameters, got {len(self.params)}")
        for param, value in zip(self.params, begin, strict=True):
            param.set_data(nd.array(value, ctx=ctx))
        kind = "float32"
        if precision == "cast":
            kind = "bfloat16"
            net.cast(kind)
        self.x = nd.array(x, ctx=ctx).astype(kind)
        net.hybridize()
        self.net, self.loss = net, gluon.loss.SoftmaxCrossEntropyLoss()
        rule, options = "adam", {"learning_rate": settings["lr"]}
        if settings["network"] == "resnet50":
            rule, options = "sgd", options | {"momentum": 0.9}
        options["multi_precision"] = precision == "cast"
        self.trainer = gluon.Trainer(net.collect_params(), rule, options)
        self.last = None

    def run(self, steps):
        for _ in range(steps):
            with autograd.record():
                loss = self.loss(self.net(self.x).astype("float32"), self.y)
            loss.backward()
            self.trainer.step(len(self.y))
        self.last = loss
        for param in self.params:
            param.data().wait_to_read()
        nd.waitall()

    def check(self):
        self.run(1)
        first = float(self.last.mean().asscalar())
        self.run(gpu_data.CHECK_STEPS - 1)
        return {"first": first, "fall": first - float(self.last.mean().asscalar())}


def first_step(settings, mark):
    with mx_gluon.device(settings):
        return mx_gluon.first_step(settings, mark)


def versions():
    kernels = mx.runtime.kernels.describe()["convolution"]
    return mx_gluon.versions() | {"oneDNN": kernels.removeprefix("oneDNN ")}


if __name__ == "__main__":
    Worker(
        STARTED,
        versions,
        {
            "linear_regression": mx_gluon.LinearRegression,
            "classifier": mx_gluon.Classifier,
            "network": placed(mx_gluon.Network),
            "inference": placed(mx_gluon.Inference),
            "large": Large,
        },
        first_step,
    ).main(sys.argv[1:])
