"""What a small program answers, as plain data that two interpreters can be compared by.

Run in ``tests`` under the original to record: ``python -m sweep.answers programs.json
answers.json.gz``, where ``programs.json`` is a list of texts. The file imports whatever ``mxnet``
it finds, and NumPy.
"""

import contextlib
import gzip
import json
import logging
import operator
import os
import signal
import sys
import warnings

import numpy as onp

import mxnet as mx
from sweep.every import every

_IN_PLACE = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv,
    "%=": operator.imod,
}  # fmt: skip
FIRST = 60  # elements of an array that are kept


class Refusal:
    """Names of the classes by which a raised error can be caught."""

    def __init__(self, error):
        kinds = type(error).__mro__
        self.names = sorted(c.__name__ for c in kinds if c not in (object, BaseException))


def _numbers(array):
    if array.dtype.kind == "c":
        return str(array.ravel()[:FIRST])
    return [float(v) if v == v else "nan" for v in array.ravel()[:FIRST].astype("f8")]


def canonical(value):
    """A result as JSON holds it: its type, element type, shape and first elements."""
    if isinstance(value, mx.nd.NDArray):
        array = value.asnumpy()
        return [type(value).__name__, str(array.dtype), list(array.shape), _numbers(array)]
    if isinstance(value, onp.ndarray):
        return ["onp", str(value.dtype), list(value.shape), _numbers(value)]
    if isinstance(value, Refusal):
        return ["refused", *value.names]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(canonical, value[:20])]
    if isinstance(value, onp.generic):
        return ["scalar", str(value.dtype), _numbers(onp.asarray(value))]
    if isinstance(value, (int, float, bool, str, type(None))):
        return [type(value).__name__, value if value == value else "nan"]
    if isinstance(value, dict):
        return ["dict", {str(k): canonical(v) for k, v in list(value.items())[:50]}]
    return ["type", value.__name__] if isinstance(value, type) else ["obj", type(value).__name__]


def names():
    """What programs may use."""

    def new(values, dtype="float32"):
        return mx.np.array(values, dtype=dtype)

    def in_place(a, operation, b):
        return _IN_PLACE[operation](a, b)

    def uniform(*shape, lo=-1, hi=1, dt="float32"):
        drawn = onp.random.RandomState(7).uniform(lo, hi, shape)
        return (mx.np if mx.util.is_np_array() else mx.nd).array(drawn.astype(dt), dtype=dt)

    def integers(*shape):
        drawn = onp.random.RandomState(5).randint(0, 4, shape)
        return mx.np.array(drawn, dtype="int32")

    def gradients(function, *arrays):
        for x in arrays:
            x.attach_grad()
        with mx.autograd.record():
            y = function(*arrays)
            outputs = y if isinstance(y, (list, tuple)) else [y]
        mx.autograd.backward([*outputs])
        return [y] + [x.grad for x in arrays]

    def fill(net):
        for i, (name, p) in enumerate(sorted(net.collect_params().items())):
            if p.shape is not None and 0 not in p.shape and -1 not in p.shape:
                value = onp.random.RandomState(i).uniform(-0.5, 0.5, p.shape).astype("float32")
                positive = "var" in name or "gamma" in name
                p.set_data(mx.nd.array(abs(value) + 0.5 if positive else value))

    def raises(function):
        try:
            return function()
        except Exception as error:  # noqa: BLE001 - its class is the answer
            return [type(error).__name__]

    def refused(function):
        try:
            return function()
        except Exception as error:  # noqa: BLE001 - as what it can be caught is the answer
            return Refusal(error)

    return {
        "mx": mx, "nd": mx.nd, "autograd": mx.autograd, "gluon": mx.gluon, "nn": mx.gluon.nn,
        "rnn": mx.gluon.rnn, "gl": mx.gluon.loss, "np": mx.np, "npx": mx.npx, "onp": onp,
        "A": new, "iop": in_place, "R": uniform, "fill": fill, "raises": raises, "refused": refused,
        "S": mx.sym, "I": integers, "G": gradients,
        "every": every,
    }  # fmt: skip


def answer(program, scope):
    """What a program gives: an expression its value, statements the value of ``r``.

    Returns
    -------
    list   see :func:`canonical`; of an error ["ERR", its class]
    """
    disabled = logging.root.manager.disable
    try:
        with warnings.catch_warnings(), mx.name.NameManager():  # names count from 0 in each
            warnings.simplefilter("ignore")
            mx.random.seed(1)
            onp.random.seed(1)
            if "\n" in program:
                found = dict(scope)
                exec(program, found)  # noqa: S102 - texts of this repository
                return canonical(found.get("r"))
            return canonical(eval(program, dict(scope)))  # noqa: S307 - the same
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return ["ERR", type(error).__name__]
    finally:
        logging.disable(disabled)


def record(programs):
    """Answers of all programs, each crash of the interpreter among them.

    Programs run in forked children, since the original can end the process.
    """
    found, scope = [], names()
    while len(found) < len(programs):
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(out)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with os.fdopen(into, "w") as file:
                for program in programs[len(found) :]:
                    signal.alarm(20)
                    file.write(json.dumps(answer(program, scope)) + "\n")
                    file.flush()
            os._exit(0)
        os.close(into)
        with os.fdopen(out) as file, contextlib.suppress(ValueError):
            found += [json.loads(line) for line in file]
        os.waitpid(child, 0)
        if len(found) < len(programs):
            found.append(["CRASH"])
    return found


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        wanted = json.load(source)
    if "--np" in sys.argv:
        mx.npx.set_np()
    with gzip.open(sys.argv[2], "wt") as target:
        json.dump(list(zip(wanted, record(wanted))), target)
