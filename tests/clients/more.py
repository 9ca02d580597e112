"""Client libraries beside GluonCV, GluonNLP and d2lzh: each trains a tiny model.

``python -m mxnet.run more.py NAME`` prints the losses of the first and the last step.
"""

import json
import logging
import os
import sys
import tempfile

import numpy as onp


def gluoncv2(mx):
    """ResNet-20 of gluoncv2."""
    from gluoncv2.model_provider import get_model

    net = get_model("resnet20_cifar10", classes=10)
    net.initialize(mx.init.Xavier())
    return _losses(mx, net, mx.nd.random.normal(shape=(4, 3, 32, 32)), mx.nd.array([0, 1, 2, 3]))


def _losses(mx, net, x, y, steps=8):
    loss = mx.gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = mx.gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.005})
    found = []
    for _ in range(steps):
        with mx.autograd.record():
            out = loss(net(x), y)
        out.backward()
        trainer.step(len(y))
        found.append(float(out.mean().asscalar()))
    return found


def mxboard(mx):
    """Scalars, histograms and a graph are written while a dense layer learns."""
    from mxboard import SummaryWriter

    net = mx.gluon.nn.HybridSequential()
    net.add(mx.gluon.nn.Dense(8, activation="relu"), mx.gluon.nn.Dense(2))
    net.initialize(mx.init.Xavier())
    net.hybridize()
    x, y = mx.nd.random.normal(shape=(16, 5)), mx.nd.array([0, 1] * 8)
    found = _losses(mx, net, x, y)
    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(logdir=folder) as writer:
            for i, v in enumerate(found):
                writer.add_scalar("loss", v, i)
            writer.add_histogram("weight", net[0].weight.data(), 0, bins=10)
            writer.add_image("picture", mx.nd.random.uniform(shape=(3, 8, 8)), 0)
            writer.add_graph(net)
        assert sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder)) > 1000
    return found


def mxfusion(mx):
    """The mean and variance of normal numbers by MAP inference."""
    import mxfusion as mf
    from mxfusion.components.distributions import Normal
    from mxfusion.inference import MAP, GradBasedInference

    data = onp.random.default_rng(0).normal(3.0, 1.0, (100,))
    m = mf.Model()
    m.mu = mf.Variable()
    m.s = mf.Variable(transformation=mf.components.variables.PositiveTransformation())
    m.Y = Normal.define_variable(mean=m.mu, variance=m.s, shape=(100,))
    inference = GradBasedInference(inference_algorithm=MAP(model=m, observed=[m.Y]))
    inference.run(Y=mx.nd.array(data), learning_rate=0.1, max_iter=2)
    first = abs(float(inference.params[m.mu].asscalar()) - 3)
    inference.run(Y=mx.nd.array(data), learning_rate=0.1, max_iter=300)
    return [first, abs(float(inference.params[m.mu].asscalar()) - 3)]


def gluonts(mx):
    """A feed-forward forecaster on a sine."""
    import pandas as pd
    from gluonts.dataset.common import ListDataset
    from gluonts.model.simple_feedforward import SimpleFeedForwardEstimator
    from gluonts.mx.trainer import Trainer

    start = pd.Period("2020-01-01", freq="H")
    data = ListDataset(
        [{"start": start, "target": onp.sin(onp.arange(200) * 0.3 + i)} for i in range(4)], freq="H"
    )
    losses = []

    class Keep(logging.Handler):
        def emit(self, record):
            text = record.getMessage()
            if "epoch_loss" in text:
                losses.append(float(text.rpartition("=")[2]))

    logging.getLogger("gluonts").addHandler(Keep())
    logging.getLogger("gluonts").setLevel(logging.INFO)
    estimator = SimpleFeedForwardEstimator(
        num_hidden_dimensions=[8],
        prediction_length=6,
        context_length=12,
        trainer=Trainer(epochs=3, num_batches_per_epoch=10, hybridize=True),
    )
    predictor = estimator.train(data)
    forecast = next(iter(predictor.predict(data)))
    assert forecast.samples.shape[1] == 6
    return losses


def sockeye(mx):
    """A transformer of one layer learns to copy."""
    from sockeye import train

    with tempfile.TemporaryDirectory() as folder:
        rng = onp.random.default_rng(0)
        text = "\n".join(" ".join(rng.choice(list("abcdef"), 4)) for _ in range(64)) + "\n"
        for name in ("source", "target"):
            with open(os.path.join(folder, name), "w") as f:
                f.write(text)
        at = {n: os.path.join(folder, n) for n in ("source", "target", "model")}
        options = f"""--source {at["source"]} --target {at["target"]} --output {at["model"]}
            --validation-source {at["source"]} --validation-target {at["target"]} --use-cpu
            --num-layers 1 --transformer-model-size 16 --transformer-attention-heads 2
            --transformer-feed-forward-num-hidden 32 --num-embed 16 --batch-type sentence
            --batch-size 16 --max-updates 20 --checkpoint-interval 10 --max-seq-len 8
            --initial-learning-rate 0.01 --decode-and-evaluate 0 --seed 1 --no-bucketing"""
        sys.argv = ["sockeye.train", *options.split()]
        train.main()
        with open(os.path.join(at["model"], "metrics")) as f:
            rows = [dict(v.split("=") for v in line.split("\t")[1:]) for line in f]
    return [float(row["perplexity-train"]) for row in rows]


def keras(mx):
    """A dense classifier of Keras on the mxnet back end."""
    from keras.layers import Dense
    from keras.models import Sequential

    rng = onp.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype("float32")
    y = onp.eye(2)[(x.sum(1) > 0).astype(int)]
    net = Sequential(
        [Dense(8, activation="relu", input_shape=(4,)), Dense(2, activation="softmax")]
    )
    net.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    history = net.fit(x, y, epochs=5, batch_size=16, verbose=0)
    assert net.predict(x).shape == (64, 2)
    return [float(v) for v in history.history["loss"]]


if __name__ == "__main__":
    import mxnet

    mxnet.random.seed(1)
    onp.random.seed(1)
    sys.stdout.write(json.dumps(globals()[sys.argv[1]](mxnet)) + "\n")
