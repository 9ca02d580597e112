"""Records five-step trajectories of MXNet 1.9.1's optimizers under ``gluon.Trainer``.

Each case is one parameter of shape (4,) that starts at ``start``; the gradient of step t is
``gradients[t]`` times the batch size, so that ``step`` hands ``gradients[t]`` to the update.
Usage: python optimizers.py OUT.npz
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd

START = np.array([1.0, -2.0, 0.5, 3.0], "float32")
GRADIENTS = np.array(
    [
        [0.1, -0.2, 3.0, 0.0],
        [0.2, 0.1, -5.0, 0.5],
        [-0.3, 0.4, 1.0, 0.0],
        [0.05, -1.0, 0.2, 2.0],
        [0.0, 0.3, -0.4, -0.7],
    ],
    "float32",
)
FACTOR = {"kind": "FactorScheduler", "step": 2, "factor": 0.5, "base_lr": 0.1}


def cases():
    yield "sgd", {"learning_rate": 0.1}
    yield "sgd", {"learning_rate": 0.1, "wd": 0.1}
    yield "sgd", {"learning_rate": 0.1, "momentum": 0.9}
    yield "sgd", {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.1}
    yield "sgd", {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.1, "clip_gradient": 0.5}
    yield "sgd", {"momentum": 0.9, "lr_scheduler": FACTOR}
    yield "sgd", {"learning_rate": 0.3, "lr_scheduler": FACTOR}
    yield "sgd", {}
    yield "nag", {"learning_rate": 0.1, "momentum": 0.9}
    yield "nag", {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.1}
    yield "signum", {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.1}
    yield "adam", {}
    yield "adam", {"learning_rate": 0.1}
    yield "adam", {"learning_rate": 0.1, "wd": 0.1, "clip_gradient": 0.5}
    yield "adam", {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}
    yield "adam", {"lr_scheduler": FACTOR}
    yield "adagrad", {}
    yield "adagrad", {"learning_rate": 0.1}
    yield "adagrad", {"learning_rate": 0.1, "wd": 0.1, "clip_gradient": 0.5, "eps": 1e-3}
    yield "rmsprop", {}
    yield "rmsprop", {"learning_rate": 0.1}
    yield "rmsprop", {"learning_rate": 0.1, "gamma1": 0.5, "wd": 0.1, "clip_gradient": 0.5}
    yield "rmsprop", {"learning_rate": 0.1, "centered": True}
    yield (
        "rmsprop",
        {"learning_rate": 0.1, "centered": True, "gamma2": 0.5, "wd": 0.1, "clip_weights": 2.0},
    )
    yield "adadelta", {}
    yield "adadelta", {"rho": 0.5, "epsilon": 1e-3, "wd": 0.1, "clip_gradient": 0.5}
    yield "adadelta", {"learning_rate": 0.1}
    yield "adamax", {"learning_rate": 0.1, "wd": 0.1}
    yield "nadam", {"learning_rate": 0.1, "wd": 0.1}
    yield "ftrl", {"learning_rate": 0.1, "wd": 0.1}


def trajectory(name, options):
    options = dict(options)
    if "lr_scheduler" in options:
        schedule = dict(options["lr_scheduler"])
        schedule.pop("kind")
        options["lr_scheduler"] = mx.lr_scheduler.FactorScheduler(**schedule)
    parameter = gluon.Parameter("w", shape=START.shape)
    parameter.initialize(mx.init.Zero())
    parameter.set_data(nd.array(START))
    trainer = gluon.Trainer([parameter], name, options)
    batch, seen, rates = 4, [], []
    for gradient in GRADIENTS:
        with autograd.record():
            loss = (parameter.data() * nd.array(gradient) * batch).sum()
        loss.backward()
        trainer.step(batch)
        seen.append(parameter.data().asnumpy())
        rates.append(trainer.learning_rate)
    return np.stack(seen), np.array(rates)


def main(out):
    arrays, described = {"start": START, "gradients": GRADIENTS}, []
    for number, (name, options) in enumerate(cases()):
        weights, rates = trajectory(name, options)
        described.append([name, options])
        arrays["weights_%d" % number], arrays["rates_%d" % number] = weights, rates
        print(name, options, weights[-1], rates)
    np.savez_compressed(out, cases=json.dumps(described), **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
