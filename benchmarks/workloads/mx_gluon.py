"""The workloads in plain MXNet style: this one file runs under ours and under MXNet 1.9.1."""

import time

STARTED = time.perf_counter()

import os  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402

import data  # noqa: E402
import mxnet as mx  # noqa: E402
from mxnet import autograd, gluon, nd  # noqa: E402
from mxnet.gluon import nn  # noqa: E402
from protocol import Worker  # noqa: E402
from reference import CLASSIFIER_CHECK_STEPS, LINREG_CHECK_STEPS  # noqa: E402


def device(settings):
    return mx.gpu() if settings.get("device") == "gpu" else mx.cpu()


class LinearRegression:
    """From scratch: own generator, own model, own loss, own update."""

    def __init__(self, settings):
        self.ctx = device(settings)
        features, labels, w, b = data.linear_regression(settings["samples"])
        self.features = nd.array(features, ctx=self.ctx)
        self.labels = nd.array(labels, ctx=self.ctx)
        self.params = [nd.array(w, ctx=self.ctx), nd.array(b, ctx=self.ctx)]
        for p in self.params:
            p.attach_grad()
        self.lr, self.batch_size = settings["lr"], settings["batch_size"]
        self.stream = self.batches(data.index_batches(settings["samples"], self.batch_size))

    def batches(self, index_lists):
        for indices in index_lists:
            j = nd.array(indices, ctx=self.ctx)
            yield self.features.take(j), self.labels.take(j)

    def run(self, steps):
        w, b = self.params
        for _ in range(steps):
            x, y = next(self.stream)
            with autograd.record():
                y_hat = nd.dot(x, w) + b
                loss = (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
            loss.backward()
            for p in self.params:
                p[:] = p - self.lr * p.grad / self.batch_size
        for p in self.params:
            p.wait_to_read()
        nd.waitall()

    def check(self):
        self.run(LINREG_CHECK_STEPS)
        (w0, w1), b = self.params[0].asnumpy().ravel().tolist(), self.params[1].asscalar()
        return {"w0": w0, "w1": w1, "b": float(b)}


def build(network):
    net = nn.HybridSequential()
    if network == "mlp":
        net.add(nn.Dense(256, activation="relu"))
    elif network == "lenet":
        net.add(
            nn.Conv2D(channels=6, kernel_size=5, activation="sigmoid"),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Conv2D(channels=16, kernel_size=5, activation="sigmoid"),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Dense(120, activation="sigmoid"),
            nn.Dense(84, activation="sigmoid"),
        )
    net.add(nn.Dense(10))
    return net


class Classifier:
    """A Gluon network on data that is on the device already; hybridized or not."""

    def __init__(self, settings):
        ctx = device(settings)
        pairs = data.classification(
            settings["network"], settings["batch_size"], settings["batches"]
        )
        self.pairs = [(nd.array(x, ctx=ctx), nd.array(y, ctx=ctx)) for x, y in pairs]
        self.net = build(settings["network"])
        self.net.initialize(ctx=ctx)
        self.net(self.pairs[0][0])  # completes the shapes, so that values can be set
        self.begin = data.initial_parameters(settings["network"])
        for param, value in zip(self.net.collect_params().values(), self.begin):
            param.set_data(nd.array(value, ctx=ctx))
        if settings["hybridize"]:
            self.net.hybridize()
        self.loss = gluon.loss.SoftmaxCrossEntropyLoss()
        self.trainer = gluon.Trainer(
            self.net.collect_params(), "sgd", {"learning_rate": settings["lr"]}
        )
        self.batch_size = settings["batch_size"]
        self.last = None

    def run(self, steps):
        for step in range(steps):
            x, y = self.pairs[step % len(self.pairs)]
            with autograd.record():
                loss = self.loss(self.net(x), y)
            loss.backward()
            self.trainer.step(self.batch_size)
        self.last = loss
        for param in self.net.collect_params().values():
            param.data().wait_to_read()
        nd.waitall()

    def check(self):
        self.run(CLASSIFIER_CHECK_STEPS)
        end = [param.data().asnumpy() for param in self.net.collect_params().values()]
        return {"loss": float(self.last.mean().asscalar()), "moved": data.moved(self.begin, end)}


class ImageLoader:
    """Epochs over Fashion-MNIST files through ``DataLoader`` and ``ToTensor``."""

    def __init__(self, settings):
        if os.environ.get("BENCHMARK_TRUST_IDX_FILES"):
            # The original takes only the full set with its own checksums, and fetches it again
            # otherwise; here it shall read the files that lie in the folder.
            gluon.data.vision.datasets.download = lambda url, path=None, **_: os.path.join(
                path, os.path.basename(url)
            )
        images = gluon.data.vision.FashionMNIST(root=settings["folder"], train=True)
        to_tensor = gluon.data.vision.transforms.ToTensor()
        self.loader = gluon.data.DataLoader(
            images.transform_first(to_tensor), batch_size=settings["batch_size"], shuffle=True
        )

    def run(self, epochs):
        for _ in range(epochs):
            for x, y in self.loader:
                x.wait_to_read()
                y.wait_to_read()

    def check(self):
        seen, pixels, labels = 0, 0.0, 0.0
        for x, y in self.loader:
            x, y = x.asnumpy(), y.asnumpy()
            if x.dtype != "float32" or x.shape[1:] != (1, 28, 28):
                raise ValueError(f"expected float32 (batch, 1, 28, 28), got {x.dtype} {x.shape}")
            seen += len(x)
            pixels += x.mean(dtype="float64") * len(x)
            labels += y.sum()
        return {
            "images": float(seen),
            "mean_pixel": pixels / seen,
            "mean_label": float(labels) / seen,
        }


def first_step(settings, mark):
    ((x, y),) = data.classification("mlp", settings["batch_size"], 1)
    x, y = nd.array(x), nd.array(y)
    net = build("mlp")
    net.initialize(mx.init.Normal(0.01))
    loss_function = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": settings["lr"]})
    mark("build")
    for _ in range(settings["steps"]):
        with autograd.record():
            loss = loss_function(net(x), y)
        loss.backward()
        trainer.step(settings["batch_size"])
    return float(loss.mean().asscalar())


def versions():
    found = {"mxnet": mx.__version__, "numpy": np.__version__}
    if "jax" in sys.modules:
        import jax
        import jaxlib

        found.update(jax=jax.__version__, jaxlib=jaxlib.__version__)
    return found


if __name__ == "__main__":
    Worker(
        STARTED,
        versions,
        {
            "linear_regression": LinearRegression,
            "classifier": Classifier,
            "image_loader": ImageLoader,
        },
        first_step,
    ).main(sys.argv[1:])
