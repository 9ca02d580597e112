"""What a session at the prompt answers: each statement's value, what it printed, warned and logged.

Run under the original to record: ``python sessions.py sessions.txt sessions.json.gz [--np]``, where
the text holds programs between lines of ``###``; ``--keep OURS.json.gz`` then drops the answers
that another recording does not give. The file imports whatever ``mxnet`` it finds, and NumPy.
"""

import ast
import contextlib
import gzip
import io
import json
import logging
import os
import random
import re
import signal
import sys
import tempfile
import warnings

import numpy as onp

import mxnet as mx

FIRST = 60  # elements of an array that are kept
_QUIET = (DeprecationWarning, PendingDeprecationWarning, ResourceWarning)
_CAUTION = "as in MXNet 1.9.1; NumPy computes"  # of our own, told once in a process


def _numbers(array):
    if array.dtype.kind in "cOUSV":
        return str(array.ravel()[:FIRST])
    return [float(v) if v == v else "nan" for v in array.ravel()[:FIRST].astype("f8")]


def _text(s):
    """Without addresses, folders and times."""
    s = re.sub(r"0x[0-9a-f]+", "0x", s.replace(os.getcwd(), "HERE"))
    return re.sub(r"(Speed: |cost=)[\d.]+", r"\1", s)


def _refused(error):
    kinds = [c for c in type(error).__mro__ if c not in (object, BaseException)]
    names = ["error" if c is re.error else c.__name__ for c in kinds]  # 3.13: PatternError
    return ["refused", *sorted(names)]


def canonical(value):
    """A value as JSON holds it: its type, and what a user sees of it."""
    kind = type(value).__name__
    if isinstance(value, mx.nd.NDArray):
        array = value.asnumpy()
        return [kind, str(array.dtype), list(array.shape), _numbers(array), str(value.context)]
    if isinstance(value, onp.ndarray):
        return ["onp", str(value.dtype), list(value.shape), _numbers(value)]
    if isinstance(value, onp.generic):
        return ["scalar", str(value.dtype), _numbers(onp.asarray(value))]
    if isinstance(value, (list, tuple)):
        return [kind, *map(canonical, value[:40])]
    if isinstance(value, str):
        return [kind, _text(value)]
    if isinstance(value, (int, float, bool, type(None))):
        return [kind, value if value in (True, False, None) else _numbers(onp.asarray(value))]
    if isinstance(value, (bytes, bytearray)):
        return [kind, repr(value[:200])]
    if isinstance(value, dict):
        return [kind, [[str(k), canonical(v)] for k, v in list(value.items())[:500]]]
    if isinstance(value, (set, frozenset)):
        return ["set", sorted(map(str, value))]
    if isinstance(value, type):
        return ["type", value.__name__]
    if hasattr(value, "__next__"):
        return ["iterator"]
    if callable(value) and not isinstance(value, mx.gluon.Block):
        return ["callable", getattr(value, "__name__", kind)]
    return ["obj", kind, _text(repr(value))[:3000]]


def names():
    """What sessions may use."""

    def uniform(*shape, lo=-1, hi=1, dt="float32", seed=7):
        drawn = onp.random.RandomState(seed).uniform(lo, hi, shape)
        return (mx.np if mx.util.is_np_array() else mx.nd).array(drawn.astype(dt), dtype=dt)

    def gradients(function, *arrays):
        for x in arrays:
            x.attach_grad()
        with mx.autograd.record():
            y = function(*arrays)
        mx.autograd.backward(list(y) if isinstance(y, (list, tuple)) else [y])
        return [y] + [x.grad for x in arrays]

    return {
        "mx": mx, "nd": mx.nd, "autograd": mx.autograd, "gluon": mx.gluon, "nn": mx.gluon.nn,
        "rnn": mx.gluon.rnn, "gl": mx.gluon.loss, "np": mx.np, "npx": mx.npx, "onp": onp,
        "S": mx.sym, "Block": mx.gluon.Block, "HybridBlock": mx.gluon.HybridBlock, "os": os,
        "R": uniform, "G": gradients,
    }  # fmt: skip


class _Log(logging.Handler):
    def __init__(self):
        super().__init__(logging.INFO)
        self.rows = []

    def emit(self, record):
        self.rows.append([record.levelname, _text(record.getMessage())])


@contextlib.contextmanager
def _logged():
    """The rows that the root logger is given, which no other handler sees."""
    root, log = logging.getLogger(), _Log()
    handlers, level = root.handlers, root.level
    root.handlers = [log]
    root.setLevel(logging.INFO)
    try:
        yield log.rows
    finally:
        root.handlers = handlers
        root.setLevel(level)


def statements(program):
    """The texts of a program's statements, decorators included."""
    nodes = ast.parse(program).body
    for node in nodes:
        for first in getattr(node, "decorator_list", ())[:1]:
            node.lineno, node.col_offset = first.lineno, first.col_offset - 1  # at its "@"
    return [ast.get_source_segment(program, node) for node in nodes]


def answers(texts, before=lambda k: None):
    """What each statement gives, one after the other, in the present folder.

    Yields
    ------
    list   [value (of statements None; of an error the classes that catch it), text printed,
           categories of warnings, [level, message] of records logged]
    """
    scope = names()
    mx.random.seed(1)
    onp.random.seed(1)
    random.seed(1)
    with mx.name.NameManager(), _logged() as rows:  # names count from 0 in each
        for k, text in enumerate(texts):
            before(k)
            printed, value = io.StringIO(), None
            with (
                warnings.catch_warnings(record=True) as warned,
                contextlib.redirect_stdout(printed),
            ):
                warnings.simplefilter("always")
                try:
                    if isinstance(ast.parse(text).body[0], ast.Expr):
                        value = canonical(eval(text, scope))  # noqa: S307 - this repository's texts
                    else:
                        exec(text, scope)  # noqa: S102 - the same
                except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
                    value = _refused(error)
            kinds = [
                w.category.__name__
                for w in warned
                if not issubclass(w.category, _QUIET) and _CAUTION not in str(w.message)
            ]
            yield [value, _text(printed.getvalue()).strip(), kinds, rows[:]]
            rows.clear()


def record(program, semantics):
    """[[statement, answer], ...] of a program; a statement that ends the process is left out."""
    texts, lost = statements(program), set()
    while True:
        places = [k for k in range(len(texts)) if k not in lost]
        kept = [texts[k] for k in places]
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(out)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            signal.alarm(60)
            with tempfile.TemporaryDirectory() as folder, os.fdopen(into, "w") as file:
                os.chdir(folder)
                semantics()
                for row in answers(kept):
                    file.write(json.dumps(row) + "\n")
                    file.flush()
            os._exit(0)
        os.close(into)
        with os.fdopen(out) as file:
            rows = [json.loads(line) for line in file]
        os.waitpid(child, 0)
        if len(rows) == len(kept):
            return list(zip(kept, rows))
        lost.add(places[len(rows)])


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        programs = [p for p in source.read().split("\n###\n") if p.strip()]
    on = mx.npx.set_np if "--np" in sys.argv else lambda: None
    with gzip.open(sys.argv[2], "wt") as target:
        json.dump([record(p, on) for p in programs], target)
