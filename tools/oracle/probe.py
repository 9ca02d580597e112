"""Evaluates small programs under the original MXNet 1.9.1 and records what they give.

A probe file (``probes/*.txt``) holds one case per block; blocks are separated by blank lines, ``#``
starts a comment. A case ends in an expression, which is its result; a case that ends in another
statement leaves its result in ``r``. Cases run in order in one empty folder, each with fresh names
(see ``run``). ``--json FILE`` writes the results for replay by the tests, where ``setup`` and
``expr`` together are the lines of the block; the terminal gets ``case -> result``.

Usage: python probe.py PROBES.txt [--json FILE]
"""

import argparse
import ast
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import warnings

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn


def describe(value):
    """A result as JSON: kind, dtype, shape and values of arrays, repr of the rest."""
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
            tree = ast.parse("\n".join(block))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "case", "exec"), scope)
            if last is None:
                result = describe(scope.get("r"))
            else:
                result = describe(eval(compile(ast.Expression(last.value), "case", "eval"), scope))
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
    """Runs the cases from ``start`` on, one JSON line each, until the process ends or dies."""
    for block in blocks_of(path)[start:]:
        print(json.dumps(run(block)), flush=True)


def outcomes_of(path):
    """Pairs (record, warnings) of all cases.

    Some integer operations kill the original; the cases after them run in a new process.
    """
    blocks, outcomes = blocks_of(path), []
    with tempfile.TemporaryDirectory() as folder:
        while len(outcomes) < len(blocks):
            command = [
                sys.executable,
                os.path.abspath(__file__),
                path,
                "--child",
                str(len(outcomes)),
            ]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=folder)
            lines = done.stdout.splitlines()
            outcomes += [json.loads(line) for line in lines if line.startswith('[{"setup"')]
            if len(outcomes) < len(blocks):
                *setup, expr = blocks[len(outcomes)]
                result = {"error": "process died", "message": "code %d" % done.returncode}
                outcomes.append([{"setup": setup, "expr": expr, "result": result}, []])
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("probes", type=os.path.abspath)
    parser.add_argument("--json")
    parser.add_argument("--child", type=int)
    args = parser.parse_args()
    if args.child is not None:
        child(args.probes, args.child)
        return
    outcomes = outcomes_of(args.probes)
    for record, notes in outcomes:
        case = " ; ".join([*record["setup"], record["expr"]])
        print(case, "->", short(record["result"]), " ".join("~~ " + n for n in notes))
        # The class is the fact; the wording of the original's messages is not kept.
        record["result"].pop("message", None)
    if args.json:
        with open(args.json, "w") as out:
            out.write("[\n" + ",\n".join(json.dumps(record) for record, _ in outcomes) + "\n]\n")


if __name__ == "__main__":
    main()
