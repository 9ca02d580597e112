"""Evaluates small programs under the original MXNet 1.9.1 and records what they give.

A probe file (``probes/*.txt``) holds one case per block; blocks are separated by blank lines, ``#`` starts a
comment. All lines of a block but the last are run as set-up, the last one is evaluated. ``--json FILE`` writes
the results for replay by the tests, the terminal gets ``case -> result``, one case a line.

Usage: python probe.py PROBES.txt [--json FILE]
"""

import argparse
import json
import logging
import re
import subprocess
import sys
import warnings

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn


def describe(value):
    """A JSON-able description of a result: kind, dtype, shape and values of arrays, repr of the rest."""
    if isinstance(value, mx.nd.NDArray):
        data = value.asnumpy()
        return {
            "kind": type(value).__name__,
            "dtype": data.dtype.name,
            "shape": list(value.shape),
            "values": plain(data),
        }
    if isinstance(value, np.ndarray):
        return {
            "kind": "numpy",
            "dtype": value.dtype.name,
            "shape": list(value.shape),
            "values": plain(value),
        }
    if isinstance(value, np.generic):
        return {"kind": "numpy scalar", "dtype": value.dtype.name, "values": plain(value)}
    if isinstance(value, (list, tuple)):
        return {"kind": type(value).__name__, "items": [describe(v) for v in value]}
    if value is None or isinstance(value, (bool, int, float, str)):
        if isinstance(value, float) and not np.isfinite(value):
            value = repr(value)
        return {"kind": type(value).__name__, "values": value}
    if isinstance(value, dict):
        return {
            "kind": "dict",
            "keys": [str(k) for k in value],
            "items": [describe(v) for v in value.values()],
        }
    return {"kind": type(value).__name__, "repr": re.sub(r"0x[0-9a-f]+", "0x", repr(value))}


def plain(data):
    """Nested lists; non-finite numbers become strings so that the file stays JSON."""
    if data.dtype.kind == "f" and not np.isfinite(data).all():
        return json.loads(
            re.sub(r"\b(nan|inf)\b|-inf", lambda m: '"%s"' % m.group(), str(data.tolist()))
        )
    return data.tolist()


def short(result):
    """One line for a person."""
    if "error" in result:
        return "!! %s: %s" % (result["error"], result["message"])
    kind = result["kind"]
    if "items" in result:
        keys = result.get("keys")
        parts = [short(r) for r in result["items"]]
        if keys:
            parts = ["%s=%s" % pair for pair in zip(keys, parts)]
        return kind + "(" + "; ".join(parts) + ")"
    if "shape" in result:
        return "%s %s%s %s" % (
            kind.replace("NDArray", "nd"),
            result["dtype"],
            tuple(result["shape"]),
            str(rounded(result["values"]))[:300],
        )
    if "repr" in result:
        return "%s %s" % (kind, result["repr"][:700])
    return "%s %s %r" % (kind, result.get("dtype", ""), result["values"])


def rounded(values):
    if isinstance(values, list):
        return [rounded(v) for v in values]
    return float("%.7g" % values) if isinstance(values, float) else values


def first_lines(error):
    """The message without the native stack trace."""
    text = str(error)
    text = re.split(r"\n?Stack trace:", text)[0] if "Check failed" not in text else text
    lines = [
        line
        for line in text.splitlines()
        if line.strip() and not re.match(r"\s*\[bt\]|Stack trace", line)
    ]
    if not lines:
        return ""
    keep = [line for line in lines if "Error" in line and line is not lines[0]][-1:]
    return re.sub(r"0x[0-9a-f]+", "0x", " | ".join(dict.fromkeys(lines[:4] + keep)))[:900]


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def run(block):
    """Runs one case; returns its record."""
    *setup, expr = block
    # Every case starts from the same names, so cases cannot lean on each other.
    scope = {
        "mx": mx,
        "nd": nd,
        "np": np,
        "autograd": autograd,
        "gluon": gluon,
        "nn": nn,
        "x": nd.array([[1, 2, 3], [4, 5, 6]]),
        "v": nd.array([1, 2, 3]),
        "i": nd.array([1, 2, 3], dtype="int32"),
        "h": nd.array([1, 2, 3], dtype="float16"),
        "d": nd.array([1, 2, 3], dtype="float64"),
    }
    mx.name.NameManager._current.value = mx.name.NameManager()
    mx.random.seed(7)
    np.random.seed(7)
    log = Log()
    logging.getLogger().addHandler(log)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if expr[0] == " ":  # the block ends inside a statement
                setup, expr = [*setup, expr], "r"
                scope["r"] = None
            exec("\n".join(setup), scope)
            try:
                result = describe(eval(expr, scope))
            except SyntaxError:
                exec(expr, scope)
                result = describe(scope.get("r"))
        except Exception as error:  # noqa: BLE001 - errors are what is being recorded
            result = {"error": type(error).__name__, "message": first_lines(error)}
    autograd.set_recording(False)
    autograd.set_training(False)
    logging.getLogger().removeHandler(log)
    notes = [
        "%s: %s" % (w.category.__name__, w.message)
        for w in caught
        if "numpy" not in str(w.filename) and w.category is not DeprecationWarning
    ] + log.lines
    return {"setup": setup, "expr": expr, "result": result}, notes


def blocks_of(path):
    """The cases of a probe file, each a list of lines."""
    with open(path) as file:
        parts = re.split(r"\n\s*\n", file.read())
    blocks = [
        [line for line in part.splitlines() if line.strip() and not line.startswith("#")]
        for part in parts
    ]
    return [block for block in blocks if block]


def child(path, start):
    """Runs the cases from ``start`` on, one JSON line each, until the end or until the process dies."""
    for block in blocks_of(path)[start:]:
        print(json.dumps(run(block)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("probes")
    parser.add_argument("--json")
    parser.add_argument("--child", type=int)
    args = parser.parse_args()
    if args.child is not None:
        child(args.probes, args.child)
        return
    blocks = blocks_of(args.probes)
    records = []
    while len(records) < len(blocks):
        # Some integer operations kill the original; the rest of the cases go on in a new process.
        done = subprocess.run(
            [sys.executable, __file__, args.probes, "--child", str(len(records))],
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
        outcomes = [json.loads(line) for line in lines]
        if len(records) + len(outcomes) < len(blocks):
            block = blocks[len(records) + len(outcomes)]
            outcomes.append(
                [
                    {
                        "setup": block[:-1],
                        "expr": block[-1],
                        "result": {"error": "process died", "message": "code %d" % done.returncode},
                    },
                    [],
                ]
            )
        for record, notes in outcomes:
            records.append(record)
            print(
                " ; ".join(record["setup"] + [record["expr"]]),
                "->",
                short(record["result"]),
                " ".join("~~ " + n for n in notes),
            )
    if args.json:
        for record in records:
            # The class is the fact; the wording of the original's messages is not kept.
            record["result"].pop("message", None)
        with open(args.json, "w") as out:
            out.write("[\n" + ",\n".join(json.dumps(r) for r in records) + "\n]\n")


if __name__ == "__main__":
    main()
