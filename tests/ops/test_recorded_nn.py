"""Network, loss and update operators against what MXNet 1.9.1 computed (operators_nn.npz)."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from support.ops import bind

FILE = Path(__file__).parents[1] / "data" / "oracle" / "operators_nn.npz"
with onp.load(FILE) as _archive:
    RECORD = dict(_archive)
CASES = json.loads(str(RECORD["cases"]))

# (operator, attributes that matter) -> quantities where we differ on purpose
DIFFERENT = [
    # 1.9.1 evaluates the derivative of selu at the output instead of the input
    ("LeakyReLU", {"act_type": "selu"}, {"grad_0"}),
    # 1.9.1 sets gamma to 1 in place; we leave it alone and take it as 1
    ("BatchNorm", {"fix_gamma": True}, {"aft_1"}),
    # 1.9.1 multiplies by its own output instead of the arriving gradient
    ("SoftmaxOutput", {"out_grad": True}, {"grad_0"}),
]


def tolerated(number, name, attrs):
    """Quantities of a case that are not compared."""
    found = set()
    for op, some, quantities in DIFFERENT:
        if op == name and some.items() <= attrs.items():
            found |= quantities
    if name == "SoftmaxActivation" and RECORD[f"in_{number}_0"].ndim == 3 and not attrs:
        found.add("grad_0")  # its forward is over the last axis, its backward over the last two
    if name == "CTCLoss" and RECORD[f"in_{number}_0"].shape == (2, 1, 3):
        found.add("grad_0")  # a label that does not fit: 1.9.1 returns uninitialised memory
    return found


def close(actual, number, what):
    expected = RECORD[f"{what.split('_')[0]}_{number}" + what[what.find("_") :] * ("_" in what)]
    assert actual.dtype == expected.dtype, what
    assert actual.shape == expected.shape, what
    loose = expected.dtype == onp.float16
    onp.testing.assert_allclose(
        actual, expected, 2e-3 if loose else 2e-5, 1e-3 if loose else 3e-6, err_msg=what
    )


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{i}-{name}" for i, (name, *_) in enumerate(CASES)]
)
def test_as_recorded(number):
    name, attrs, mode, n = CASES[number]
    arrays = [RECORD.get(f"in_{number}_{k}") for k in range(n)]
    bound, inputs, words = bind(name, arrays, attrs, train=mode == "train")
    present = [k for k in range(n) if arrays[k] is not None]
    asked = [k for k in present if f"grad_{number}_{k}" in RECORD]

    def run(chosen):
        every = [chosen.get(k, x) for k, x in zip(present, inputs)]
        first, *rest = bound.run(every, words)
        return first, rest

    @jax.jit
    def forward_backward(chosen):
        first, pull, rest = jax.vjp(run, chosen, has_aux=True)
        return (first, *rest), pull(
            jnp.asarray(RECORD.get(f"head_{number}", 1), first.dtype)
            if asked
            else jnp.ones_like(first)
        )[0]

    outputs, grads = forward_backward({k: jnp.asarray(arrays[k]) for k in asked})
    skipped = tolerated(number, name, attrs)
    visible = sum(f"out_{number}_{k}" in RECORD for k in range(len(outputs)))
    assert visible == bound.n_visible
    for k in range(visible):
        close(outputs[k], number, f"out_{k}")
    written = dict(bound.op.mutates)
    for k in present:
        if bound.op.inputs[k] == "weight":
            continue  # the original wrote the result there
        if f"aft_{number}_{k}" in RECORD and f"aft_{k}" not in skipped:
            close(outputs[written[bound.op.inputs[k]]], number, f"aft_{k}")
        elif bound.op.inputs[k] in written:
            close(outputs[written[bound.op.inputs[k]]], number, f"in_{k}")
    for k in asked:
        if f"grad_{k}" not in skipped:
            close(grads[k], number, f"grad_{k}")


def test_a_wrong_number_is_noticed():
    number = next(i for i, (name, *_) in enumerate(CASES) if name == "FullyConnected")
    right = RECORD[f"out_{number}_0"]
    with pytest.raises(AssertionError, match="out_0"):
        close(right + 1e-3, number, "out_0")
