"""Records trajectories of every optimizer of MXNet 1.9.1, of several parameters and types.

Each case updates three parameters (a matrix, a bias, a batch normalisation's gamma) five times by
``update_multi_precision`` in the order of their indices, with the recorded gradients.
Usage: python optimizer_family.py OUT.npz
"""

import json
import sys
import warnings

import numpy as np

import mxnet as mx
from mxnet import nd

NAMES = {0: "fc_weight", 1: "fc_bias", 2: "bn_gamma"}
SHAPES = [(2, 3), (3,), (2,)]
NAMES_TO_SELF = {i: i for i in NAMES}
STEPS = 5


def cases():
    common = {"wd": 0.1, "rescale_grad": 0.5, "clip_gradient": 0.6}
    for name, options in [
        ("sgd", {"learning_rate": 0.1}),
        ("sgd", {"learning_rate": 0.1, "momentum": 0.9}),
        ("nag", {"learning_rate": 0.1}),
        ("nag", {"learning_rate": 0.1, "momentum": 0.9}),
        ("signum", {"learning_rate": 0.1}),
        ("signum", {"learning_rate": 0.1, "momentum": 0.0}),
        ("signum", {"learning_rate": 0.1, "momentum": 0.5, "wd_lh": 0.2}),
        ("adam", {"learning_rate": 0.1}),
        ("adagrad", {"learning_rate": 0.1}),
        ("rmsprop", {"learning_rate": 0.1}),
        ("rmsprop", {"learning_rate": 0.1, "centered": True, "clip_weights": 1.0}),
        ("adadelta", {}),
        ("adamax", {"learning_rate": 0.1}),
        ("adamax", {}),
        ("nadam", {"learning_rate": 0.1}),
        ("nadam", {"schedule_decay": 0.1, "beta1": 0.5}),
        ("ftrl", {"learning_rate": 0.1}),
        ("ftrl", {"lamda1": 0.5, "beta": 0.5}),
        ("ftml", {"learning_rate": 0.1}),
        ("ftml", {"beta1": 0.9, "beta2": 0.9, "epsilon": 1e-3}),
        ("lamb", {"learning_rate": 0.1}),
        (
            "lamb",
            {
                "learning_rate": 0.1,
                "bias_correction": False,
                "lower_bound": 0.5,
                "upper_bound": 1.0,
            },
        ),
        ("lars", {"learning_rate": 0.1, "eta": 0.1}),
        ("lars", {"learning_rate": 0.1, "momentum": 0.9, "eta": 0.1, "eps": 0.01}),
        ("dcasgd", {"learning_rate": 0.1}),
        ("dcasgd", {"learning_rate": 0.1, "lamda": 0.5}),
        ("test", {}),
        ("groupadagrad", {"learning_rate": 0.1}),
    ]:
        for more in ({}, common):
            if name == "groupadagrad" and more:
                more = {"rescale_grad": 0.5, "clip_gradient": 0.6}
            yield name, {**options, **more}, "float32"
        # 1.9.1's LAMB and DCASGD lose the float32 copy, resp. refuse momentum: see the tests
        if name not in ("lamb", "dcasgd"):
            yield name, {**options, "multi_precision": True}, "float16"
    falling = {"step": 1, "factor": 0.5, "base_lr": 0.1}
    for name, options in [
        ("sgd", {"momentum": 0.9}),
        ("adam", {}),
        ("lars", {"momentum": 0.9, "eta": 0.1}),
        ("lars", {"momentum": 0.9, "eta": 0.1, "momentum_correction": False}),
        ("nadam", {}),
    ]:
        yield name, {**options, "lr_scheduler": falling}, "float32"
    for strategy in ("linear", "power2", "sqrt", "lars", "none"):
        for scale in (1, 2):
            options = {
                "learning_rate": 0.1,
                "momentum": 0.9,
                "warmup_strategy": strategy,
                "batch_scale": scale,
            }
            options.update({"warmup_epochs": 2, "updates_per_epoch": 2, "wd": 0.1})
            yield "lbsgd", options, "float32"


def trajectory(name, options, dtype, start, gradients):
    options = dict(options)
    if "lr_scheduler" in options:
        options["lr_scheduler"] = mx.lr_scheduler.FactorScheduler(**options["lr_scheduler"])
    optimizer = mx.optimizer.create(name, param_idx2name=NAMES, **options)
    indices = [i for i in NAMES if name != "groupadagrad" or len(SHAPES[i]) == 2]
    optimizer.set_lr_mult({"fc_bias": 2.0})
    weights = {i: nd.array(start[i]).astype(dtype) for i in indices}
    states = {i: optimizer.create_state_multi_precision(i, weights[i]) for i in indices}
    seen = {i: [] for i in indices}
    for step in range(STEPS):
        grads = {i: nd.array(gradients[i][step]).astype(dtype) for i in indices}
        if name == "lars" and "lr_scheduler" in options:
            # the correction of its momentum happens once per call
            optimizer.update_multi_precision(
                *[[t[i] for i in indices] for t in (NAMES_TO_SELF, weights, grads, states)]
            )
        for i in indices:
            if not (name == "lars" and "lr_scheduler" in options):
                optimizer.update_multi_precision(i, weights[i], grads[i], states[i])
            seen[i].append(weights[i].asnumpy())
    return {i: np.stack(s) for i, s in seen.items()}


def main(out):
    warnings.simplefilter("ignore")
    draw = np.random.RandomState(11)
    start = [draw.normal(size=s).astype("float32") for s in SHAPES]
    gradients = [draw.normal(size=(STEPS, *s)).astype("float32") * 2 for s in SHAPES]
    arrays, described = {}, []
    for i in NAMES:
        arrays["start_%d" % i], arrays["gradients_%d" % i] = start[i], gradients[i]
    for name, options, dtype in cases():
        try:
            found = trajectory(name, options, dtype, start, gradients)
        except Exception as e:  # noqa: BLE001 - what it refuses is part of the record
            print("REFUSED", name, options, dtype, type(e).__name__, str(e).splitlines()[-1])
            continue
        for i, w in found.items():
            arrays["weights_%d_%d" % (len(described), i)] = w
        described.append([name, options, dtype])
    np.savez_compressed(out, cases=json.dumps(described), **arrays)
    print(len(described), "cases")


if __name__ == "__main__":
    main(sys.argv[1])
