"""Every optimizer against the weights that MXNet 1.9.1 computed from the same gradients."""

import json
from pathlib import Path

import numpy as onp
import pytest

from mxnet import lr_scheduler, nd
from mxnet import optimizer as opt

FILE = onp.load(Path(__file__).parents[1] / "data/oracle/optimizer_family.npz")
CASES = json.loads(str(FILE["cases"]))
NAMES = {0: "fc_weight", 1: "fc_bias", 2: "bn_gamma"}
# half-precision weights are rounded at each step: one unit of 2^-11 in five steps
TOLERANCE = {"float32": 2e-5, "float16": 2e-3}


def name_of(number):
    name, options, dtype = CASES[number]
    return f"{number}-{name}-{dtype}-" + ",".join(f"{k}={v}" for k, v in options.items())


FIRST = [n for n, case in enumerate(CASES) if case[0] not in [c[0] for c in CASES[:n]]]
pytestmark = [
    pytest.mark.filterwarnings("ignore:Accumulating with float16"),
    pytest.mark.filterwarnings("ignore:learning rate from"),
]


@pytest.mark.parametrize("number", range(len(CASES)), ids=name_of)
def test_trajectory(number):
    follow(number, together=True)


@pytest.mark.parametrize("number", FIRST, ids=name_of)
def test_trajectory_parameter_by_parameter(number):
    follow(number, together=False)


def follow(number, together):
    """Five updates with the recorded gradients must give the recorded weights."""
    name, options, dtype = CASES[number]
    options = dict(options)
    if "lr_scheduler" in options:
        options["lr_scheduler"] = lr_scheduler.FactorScheduler(**options["lr_scheduler"])
    optimizer = opt.create(name, param_idx2name=NAMES, **options)
    optimizer.set_lr_mult({"fc_bias": 2.0})
    indices = [i for i in NAMES if f"weights_{number}_{i}" in FILE]
    weights = [nd.array(FILE[f"start_{i}"]).astype(dtype) for i in indices]
    states = [optimizer.create_state_multi_precision(i, w) for i, w in zip(indices, weights)]
    for step in range(5):
        grads = [nd.array(FILE[f"gradients_{i}"][step]).astype(dtype) for i in indices]
        if together:
            optimizer.update_multi_precision(indices, weights, grads, states)
        else:
            for i, w, g, s in zip(indices, weights, grads, states):
                optimizer.update_multi_precision(i, w, g, s)
        for i, w in zip(indices, weights):
            onp.testing.assert_allclose(
                w.asnumpy(),
                FILE[f"weights_{number}_{i}"][step],
                rtol=TOLERANCE[dtype],
                atol=TOLERANCE[dtype],
                err_msg=f"{NAMES[i]} after step {step + 1}",
            )
            assert w.dtype == onp.dtype(dtype)
