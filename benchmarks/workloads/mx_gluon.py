"""The workloads in plain MXNet style: this one file runs under ours and under MXNet 1.9.1."""

import time

STARTED = time.perf_counter()

import os  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402

import data  # noqa: E402
import mxnet as mx  # noqa: E402
import operations  # noqa: E402
from mxnet import autograd, gluon, nd  # noqa: E402
from mxnet.gluon import nn  # noqa: E402
from protocol import Worker  # noqa: E402
from reference import (  # noqa: E402
    CLASSIFIER_CHECK_STEPS,
    LINREG_CHECK_STEPS,
    NETWORK_CHECK_STEPS,
)


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


class Residual(gluon.HybridBlock):
    def __init__(self, width, stride):
        super().__init__()
        with self.name_scope():
            self.conv1 = nn.Conv2D(width, 3, stride, 1, use_bias=False)
            self.norm1 = nn.BatchNorm()
            self.conv2 = nn.Conv2D(width, 3, 1, 1, use_bias=False)
            self.norm2 = nn.BatchNorm()
            self.shorter = stride == 2
            if self.shorter:
                self.conv3 = nn.Conv2D(width, 1, stride, use_bias=False)
                self.norm3 = nn.BatchNorm()

    def hybrid_forward(self, F, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (self.norm3(self.conv3(x)) if self.shorter else x))


class Recurrent(gluon.HybridBlock):
    def __init__(self, kind):
        super().__init__()
        with self.name_scope():
            self.layer = getattr(gluon.rnn, kind)(data.WIDTH, input_size=data.WIDTH)
            self.out = nn.Dense(10, flatten=False)

    def hybrid_forward(self, F, x):
        return self.out(self.layer(x))


class EncoderLayer(gluon.HybridBlock):
    def __init__(self, width=256, hidden=1024, heads=4):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        with self.name_scope():
            self.qkv, self.project = (nn.Dense(n, flatten=False) for n in (3 * width, width))
            self.norm1 = nn.LayerNorm()
            self.wide, self.narrow = (nn.Dense(n, flatten=False) for n in (hidden, width))
            self.gelu = nn.GELU()
            self.norm2 = nn.LayerNorm()

    def hybrid_forward(self, F, x):
        y = F.reshape(self.qkv(x), shape=(0, 0, -4, 3 * self.heads, -1))
        y = F.transpose(y, axes=(0, 2, 1, 3))
        q, k, v = (F.reshape(part, shape=(-3, 0, 0)) for part in F.split(y, num_outputs=3, axis=1))
        weights = F.softmax(F.batch_dot(q, k, transpose_b=True) * self.scale)
        y = F.reshape(F.batch_dot(weights, v), shape=(-4, -1, self.heads, 0, 0))
        y = F.reshape(F.transpose(y, axes=(0, 2, 1, 3)), shape=(0, 0, -3))
        x = self.norm1(x + self.project(y))
        return self.norm2(x + self.narrow(self.gelu(self.wide(x))))


class Encoder(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.layer1, self.layer2 = EncoderLayer(), EncoderLayer()
            self.out = nn.Dense(10)

    def hybrid_forward(self, F, x):
        return self.out(F.mean(self.layer2(self.layer1(x)), axis=1))


class Factors(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.users = nn.Embedding(data.ROWS, data.FACTORS)
            self.items = nn.Embedding(data.ROWS, data.FACTORS)

    def hybrid_forward(self, F, x):
        user, item = F.split(x, num_outputs=2, axis=0, squeeze_axis=True)
        return F.sum(self.users(user) * self.items(item), axis=1)


def build_larger(network):
    if network in ("lstm", "gru"):
        return Recurrent(network.upper())
    if network == "encoder":
        return Encoder()
    if network == "factors":
        return Factors()
    if network == "resnet-zoo":
        return gluon.model_zoo.vision.resnet18_v1(classes=10)
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(64, 7, 2, 3, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.MaxPool2D(3, 2, 1),
    )
    for i, width in enumerate((64, 128, 256, 512)):
        net.add(Residual(width, 2 if i else 1), Residual(width, 1))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def ready(settings):
    """(network with the common parameters, pairs of data, its parameters, their beginnings)."""
    pairs = data.examples(settings["network"], settings["batch_size"], settings["batches"])
    pairs = [(nd.array(x, dtype=x.dtype), nd.array(y)) for x, y in pairs]
    net = build_larger(settings["network"])
    net.initialize()
    net(pairs[0][0])
    begin = data.initial_parameters(settings["network"])
    params = [p for p in net.collect_params().values() if p.grad_req != "null"]
    if len(params) != len(begin):
        raise ValueError(f"expected {len(begin)} parameters, got {len(params)}")
    for param, value in zip(params, begin):
        param.set_data(nd.array(value))
    if settings["hybridize"]:
        net.hybridize(**settings.get("static", {}))
    return net, pairs, params, begin


class Network:
    """One of the larger networks."""

    def __init__(self, settings):
        self.net, self.pairs, self.params, self.begin = ready(settings)
        if settings["network"] == "factors":
            self.loss = gluon.loss.L2Loss()
        else:
            self.loss = gluon.loss.SoftmaxCrossEntropyLoss()
        self.trainer = gluon.Trainer(
            self.net.collect_params(), "sgd", {"learning_rate": settings["lr"]}
        )
        if settings["network"] in ("lstm", "gru"):  # a loss for each time step and example
            self.loss = gluon.loss.SoftmaxCrossEntropyLoss(batch_axis=1)
        self.last = None

    def run(self, steps):
        for step in range(steps):
            x, y = self.pairs[step % len(self.pairs)]
            with autograd.record():
                loss = self.loss(self.net(x), y)
            loss.backward()
            self.trainer.step(loss.size)
        self.last = loss
        for param in self.params:
            param.data().wait_to_read()
        nd.waitall()

    def check(self):
        self.run(NETWORK_CHECK_STEPS)
        end = [param.data().asnumpy() for param in self.params]
        return {"loss": float(self.last.mean().asscalar()), "moved": data.moved(self.begin, end)}


class Inference:
    def __init__(self, settings):
        self.net, ((self.x, _),), _, _ = ready(settings)

    def run(self, steps):
        for _ in range(steps):
            self.net(self.x).wait_to_read()

    def check(self):
        out = self.net(self.x).asnumpy().astype("float64")
        return {"norm": float(np.sqrt((out**2).sum())), "first": float(out[0, 0])}


def convolution(x, w):
    return nd.Convolution(x, w, kernel=(3, 3), pad=(1, 1), num_filter=w.shape[0], no_bias=True)


def batch_norm(x, gamma, beta):
    moving = nd.zeros(gamma.shape), nd.ones(gamma.shape)
    return nd.BatchNorm(x, gamma, beta, *moving, fix_gamma=False)


OPERATIONS = {
    "add": lambda a, b: a + b,
    "exp": nd.exp,
    "mod": lambda a, b: a % b,
    "broadcast_add": nd.broadcast_add,
    "sum": nd.sum,
    "sum_rows": lambda a: nd.sum(a, axis=1),
    "dot": nd.dot,
    "batch_dot": nd.batch_dot,
    "softmax": nd.softmax,
    "gelu": lambda a: nd.LeakyReLU(a, act_type="gelu"),
    "take": nd.take,
    "topk": lambda a: nd.topk(a, k=operations.TOP, ret_typ="value"),
    "sort": nd.sort,
    "argsort": nd.argsort,
    "transpose": lambda a: nd.transpose(a) * 1,
    "convolution": convolution,
    "max_pool": lambda x: nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max"),
    "avg_pool": lambda x: nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg"),
    "layer_norm": nd.LayerNorm,
    "batch_norm": batch_norm,
}


class Operator:
    """One operator, each time waited for; with ``backward`` its gradients too."""

    def __init__(self, settings):
        self.inputs = [
            nd.array(a, dtype=a.dtype)
            for a in operations.inputs(settings["operator"], settings["size"])
        ]
        self.function = OPERATIONS[settings["operator"]]
        self.backward = settings["backward"]
        if self.backward:
            for a in self.inputs:
                if a.dtype == np.float32:
                    a.attach_grad()

    def run(self, steps):
        for _ in range(steps):
            if self.backward:
                with autograd.record():
                    y = self.function(*self.inputs)
                y.backward()
                for a in self.inputs:
                    if a.grad is not None:
                        a.grad.wait_to_read()
            else:
                y = self.function(*self.inputs)
            y.wait_to_read()

    def check(self):
        return {"mean": float(self.function(*self.inputs).mean().asscalar())}


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
            "network": Network,
            "inference": Inference,
            "operator": Operator,
        },
        first_step,
    ).main(sys.argv[1:])
