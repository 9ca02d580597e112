"""Replays the recorded observations of MXNet 1.9.1 (tests/data/oracle/*.json) against this
package.
"""

import ast
import json
import pathlib
import warnings

import numpy as onp

import mxnet as mx

DATA = pathlib.Path(__file__).parents[1] / "data" / "oracle"


def cases(name):
    """The records of one file: dicts with ``setup``, ``expr`` and ``result``."""
    return json.loads((DATA / f"{name}.json").read_text())


def program_of(case):
    """The case as source text."""
    return "\n".join([*case["setup"], case["expr"]])


def evaluate(case):
    """What the case gives here: a described result, or ``{'error': class}``, with ``exception``
    set.
    """
    nd = mx.nd
    scope = {
        "mx": mx,
        "nd": nd,
        "np": onp,
        "autograd": mx.autograd,
        "gluon": getattr(mx, "gluon", None),
        "nn": getattr(getattr(mx, "gluon", None), "nn", None),
        "x": nd.array([[1, 2, 3], [4, 5, 6]]),
        "v": nd.array([1, 2, 3]),
        "i": nd.array([1, 2, 3], dtype="int32"),
        "h": nd.array([1, 2, 3], dtype="float16"),
        "d": nd.array([1, 2, 3], dtype="float64"),
    }
    mx.name.NameManager.current = mx.name.NameManager()
    mx.random.seed(7)
    onp.random.seed(7)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(program_of(case))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "case", "exec"), scope)
            value = (
                scope.get("r")
                if last is None
                else eval(compile(ast.Expression(last.value), "case", "eval"), scope)
            )
            return describe(value)
    except Exception as e:  # noqa: BLE001 - the error is the result
        return {"error": type(e).__name__, "exception": e}
    finally:
        mx.autograd.set_recording(False)
        mx.autograd.set_training(False)


def describe(value):
    """A result as the recorder described it; arrays stay arrays."""
    if isinstance(value, mx.nd.NDArray):
        return {
            "kind": "NDArray",
            "dtype": onp.dtype(value.dtype).name,
            "shape": list(value.shape),
            "values": value.asnumpy(),
        }
    if isinstance(value, onp.ndarray):
        return {
            "kind": "numpy",
            "dtype": value.dtype.name,
            "shape": list(value.shape),
            "values": value,
        }
    if isinstance(value, onp.generic):
        return {"kind": "numpy scalar", "dtype": value.dtype.name, "values": value}
    if isinstance(value, (list, tuple)):
        return {"kind": type(value).__name__, "items": [describe(v) for v in value]}
    if isinstance(value, dict):
        return {
            "kind": "dict",
            "keys": [str(k) for k in value],
            "items": [describe(v) for v in value.values()],
        }
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"kind": type(value).__name__, "values": value}
    return {"kind": type(value).__name__, "repr": repr(value)}


def difference(expected, got, tolerance=2e-5):
    """What differs, in words; None when nothing does."""
    if "error" in expected:
        if "error" not in got:
            return f"no error, expected {expected['error']}"
        if not _error_fits(expected["error"], got["exception"]):
            return f"error {got['error']}: {got['exception']}, expected {expected['error']}"
        return None
    if "error" in got:
        return f"{got['error']}: {str(got['exception'])[:200]}"
    if expected["kind"] != got["kind"]:
        return f"kind {got['kind']}, expected {expected['kind']}"
    for key in ("dtype", "shape", "keys"):
        if expected.get(key) != got.get(key):
            return f"{key} {got.get(key)}, expected {expected.get(key)}"
    if "items" in expected:
        if len(expected["items"]) != len(got["items"]):
            return f"{len(got['items'])} items, expected {len(expected['items'])}"
        for k, (e, g) in enumerate(zip(expected["items"], got["items"])):
            found = difference(e, g, tolerance)
            if found:
                return f"item {k}: {found}"
        return None
    if "repr" in expected:
        return None
    want, have = expected["values"], got["values"]
    if isinstance(want, str) and isinstance(have, float):
        want = float(want)
    if isinstance(want, (str, type(None))) or isinstance(have, str):
        return None if want == have else f"{have!r}, expected {want!r}"
    want = onp.array(want, dtype="float64")
    have = onp.asarray(have).astype("float64")
    tolerance = 2e-3 if got.get("dtype") == "float16" else tolerance
    if want.shape != have.shape or not onp.allclose(
        want, have, rtol=tolerance, atol=tolerance, equal_nan=True
    ):
        return f"{have.tolist()}, expected {want.tolist()}"
    return None


def _error_fits(name, exception):
    names = [c.__name__ for c in type(exception).__mro__]
    if name in names:
        return True
    # our errors are also the built-in class a programmer expects; AssertionError on user input
    # became ours
    return name == "AssertionError" and ("MXNetError" in names or "ValueError" in names)
