"""720 calls of NumPy functions, with the results that MXNet 1.9.1 gave for them."""

import json
import warnings
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import np

CALLS = json.loads((Path(__file__).parents[1] / "data" / "numpy" / "calls.json").read_text("utf-8"))
MORE = "refused by 1.9.1; NumPy has an answer, and so have we"
WHOLE = "integers of NaN or infinity: 1.9.1 gives what the processor does with them"
DIFFERENT = {
    **dict.fromkeys(
        [f"{n}/{k}" for n in ("deg2rad", "rad2deg") for k in "fui"]
        + [f"{n}/b" for n in ("sort", "argsort", "transpose", "flip", "flipud", "diag", "diagflat",
                              "tril")]
        + [f"{n}/if" for n in ("maximum", "minimum", "copysign", "hypot", "arctan2", "ldexp",
                               "equal", "not_equal", "less", "less_equal", "greater",
                               "greater_equal")]
        + [f"{n}/{k}" for n in ("hypot", "arctan2") for k in ("ii", "bb")]
        + [f"{n}/{k}" for n in ("dot", "inner", "outer", "vdot", "matmul")
           for k in ("ii", "if", "bb")]
        + ["floor_div", "lcm/bs", "divmod/bb"],
        MORE,
    ),
    **dict.fromkeys(["arccos/i", "arcsin/i", "arctanh/i"], WHOLE),
    "empty_like/i": "the contents of empty arrays: ours are zeros",
    **dict.fromkeys(
        [f"{n}/bs" for n in ("equal", "not_equal", "less", "greater_equal")],
        "1.9.1 reads the number as a truth value; here they are compared as numbers",
    ),
}  # fmt: skip
REFUSED = (mx.MXNetError, TypeError, ValueError, IndexError, AttributeError, AssertionError)
# of the rows with more, those where NumPy's answer is of another kind
NOT_NUMPY = {
    **dict.fromkeys(["deg2rad/i", "rad2deg/i"], "integers stay integers, as 1.9.1 has it"),
    "ldexp/if": "NumPy refuses fractional powers of 2",
    "lcm/bs": "NumPy has no least common multiple of truth values",
    "divmod/bb": "int8 in NumPy as well",
}


def array(values, dtype="float32"):
    return np.array(values, dtype=dtype)


def described(result):
    """A result as the record has it."""
    if isinstance(result, (tuple, list)):
        kind = "tuple" if isinstance(result, tuple) else "list"
        return [kind, *[described(r) for r in result]]
    if isinstance(result, np.ndarray):
        result = result.asnumpy()
    result = onp.asarray(result)
    return [result.dtype.name, list(result.shape), result.astype("float64").ravel().tolist()]


def equal(a, b):
    if a[0] in ("tuple", "list"):
        return len(a) == len(b) and a[0] == b[0] and all(map(equal, a[1:], b[1:]))
    return a[:2] == b[:2] and onp.allclose(a[2], b[2], rtol=1e-5, atol=1e-6, equal_nan=True)


def run(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(call, {"np": np, "A": array})  # the record holds calls, not data of strangers


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


@pytest.mark.parametrize("name", sorted(set(CALLS) - set(DIFFERENT)))
def test_call(name):
    call, wanted = CALLS[name]["call"], CALLS[name]["result"]
    if wanted[0] == "ERR":
        with pytest.raises(REFUSED):
            described(run(call))
        return
    found = described(run(call))
    assert equal(wanted, found), f"{call}: expected {wanted}, got {found}"


@pytest.mark.parametrize("name", sorted(DIFFERENT))
def test_difference_is_one(name):
    """A row that has become equal leaves the list; what 1.9.1 refuses works here."""
    call, wanted = CALLS[name]["call"], CALLS[name]["result"]
    found = described(run(call))
    assert wanted[0] == "ERR" or not equal(wanted, found)


@pytest.mark.parametrize(
    "name", [n for n in DIFFERENT if DIFFERENT[n] == MORE and n not in NOT_NUMPY]
)
def test_what_is_more_is_numpy_s(name):
    """Values of what 1.9.1 refuses, by NumPy."""
    call = CALLS[name]["call"]
    found = run(call)
    wanted = eval(call, {"np": onp, "A": lambda v, dtype="float32": onp.array(v, dtype)})
    onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-3 if name[-2:] == "bb" else 1e-5)
