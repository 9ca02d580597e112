"""Spatial, vision, quantised and other operators against what MXNet 1.9.1 computed."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from support.ops import bind

FILE = Path(__file__).parents[1] / "data" / "oracle" / "more_operators.npz"
with onp.load(FILE) as _archive:
    RECORD = dict(_archive)
CASES = json.loads(str(RECORD["cases"]))

# (operator, attributes that matter) -> quantities where we differ on purpose
DIFFERENT = [
    # 1.9.1 answers with the bytes of uint8 numbers read as int8
    ("_contrib_quantized_act", {}, {"out_0 of uint8"}),
    # 1.9.1 gives the range as if data were int8, half of what uint8 numbers stand for, and adds
    # the bias without bringing it to the scale of the products
    ("_contrib_quantized_conv", {}, {"out_1", "out_2"}),
    ("_contrib_quantized_conv", {"pad": (1, 0)}, {"out_0 with bias"}),
    # another sum over the outermost bins; the threshold is near, see test_quantize.py
    ("_contrib_calibrate_entropy", {}, {"out_0", "out_1"}),
]


def tolerated(name, attrs, arrays):
    """Quantities of a case that are not compared."""
    found = set()
    for op, some, quantities in DIFFERENT:
        if op == name and some.items() <= attrs.items():
            found |= quantities
    if "out_0 of uint8" in found and arrays[0].dtype == onp.uint8:
        found.add("out_0")
    if "out_0 with bias" in found and "no_bias" not in attrs:
        found.add("out_0")
    return found


def states(bound):
    """(input, output) numbers of what an operator writes back."""
    inputs = bound.op.inputs
    return [(n if isinstance(n, int) else inputs.index(n), i) for n, i in bound.mutates]


def close(actual, expected, what, halves=False):
    assert actual.dtype == expected.dtype, what
    assert actual.shape == expected.shape, what
    # 1.9.1 takes the norms of half-precision weights in half precision, we do not
    loose = 2e-3 if expected.dtype == onp.float16 else 2e-4 if halves else 3e-5
    onp.testing.assert_allclose(actual, expected, loose, loose / 6, err_msg=what)


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{i}-{name}" for i, (name, *_) in enumerate(CASES)]
)
def test_as_recorded(number):
    name, attrs, n = CASES[number]
    attrs = {k: tuple(v) if isinstance(v, list) else v for k, v in attrs.items()}
    arrays = [RECORD[f"in_{number}_{k}"] for k in range(n)]
    bound, inputs, words = bind(name, arrays, attrs)
    asked = [k for k in range(n) if f"grad_{number}_{k}" in RECORD]

    def run(chosen):
        every = [chosen.get(k, x) for k, x in enumerate(inputs)]
        first, *rest = bound.run(every, words)
        return first, rest

    @jax.jit
    def forward_backward(chosen):
        first, pull, rest = jax.vjp(run, chosen, has_aux=True)
        head = RECORD.get(f"head_{number}")
        return (first, *rest), pull(jnp.asarray(head, first.dtype))[0] if asked else None

    outputs, grads = forward_backward({k: jnp.asarray(arrays[k]) for k in asked})
    visible = sum(f"out_{number}_{k}" in RECORD for k in range(len(outputs)))
    assert visible == bound.n_visible
    skipped = tolerated(name, attrs, arrays)
    halves = any(x.dtype == onp.float16 for x in arrays)
    for k in range(visible):
        if f"out_{k}" not in skipped:
            close(outputs[k], RECORD[f"out_{number}_{k}"], f"out_{k}", halves)
    for k, i in states(bound):
        expected = RECORD.get(f"aft_{number}_{k}", RECORD[f"in_{number}_{k}"])
        close(outputs[i], expected, f"state {k}", halves)
    for k in asked:
        if f"grad_{k}" not in skipped:
            close(grads[k], RECORD[f"grad_{number}_{k}"], f"grad_{k}")


def test_a_wrong_number_is_noticed():
    number = next(i for i, (name, *_) in enumerate(CASES) if name == "BilinearSampler")
    right = RECORD[f"out_{number}_0"]
    with pytest.raises(AssertionError, match="out_0"):
        close(right + 1e-3, right, "out_0")
