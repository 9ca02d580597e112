"""Examples of functions and classes give what they say, and the common names have one."""

import doctest
import inspect
import math
import re

import pytest

import mxnet as mx
from mxnet._frontend import examples

EXAMPLES = examples.parsed(examples.EXAMPLES)
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan)(?![\w(])")


class Close(doctest.OutputChecker):
    """The text as it stands, but for blanks and the last digits of numbers."""

    def check_output(self, want, got, optionflags):
        words = ["".join(NUMBER.sub("#", text).split()) for text in (want, got)]
        numbers = [[float(n) for n in NUMBER.findall(text)] for text in (want, got)]
        return words[0] == words[1] and all(
            math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-6) or (a != a and b != b)
            for a, b in zip(*numbers)
        )


def usual_names():
    """What every MXNet program imports at its head."""
    parts = {n: getattr(mx, n) for n in ("nd", "np", "npx", "autograd", "gluon", "init")}
    return {"mx": mx, "nn": mx.gluon.nn, **parts}


def failures(name, code):
    """How many lines of an example go wrong, and what is reported of them."""
    report = []
    test = doctest.DocTestParser().get_doctest(code, usual_names(), name, None, 0)
    runner = doctest.DocTestRunner(Close(), verbose=False)
    result = runner.run(test, out=report.append)
    assert result.attempted
    return result.failed, "".join(report)


@pytest.mark.parametrize("space", sorted({name.rpartition(".")[0] for name in EXAMPLES}))
def test_examples(space):
    reports = []
    for name, code in EXAMPLES.items():
        if name.rpartition(".")[0] == space:
            failed, report = failures(name, code)
            reports += [report] if failed else []
    assert not reports, "".join(reports)


def found(name):
    value = mx
    for part in name.split("."):
        value = getattr(value, part)
    return value


def test_examples_stand_in_the_docstrings():
    docs = {name: inspect.getdoc(found(name)) for name in EXAMPLES}
    first = {name: code.split("\n")[0] for name, code in EXAMPLES.items()}
    assert [name for name, doc in docs.items() if first[name] not in doc] == []
    assert [name for name, doc in docs.items() if doc.count("Examples\n--------") != 1] == []


def without_example(module, kind):
    values = {n: getattr(module, n) for n in dir(module) if n[0] != "_"}
    return sorted(n for n, v in values.items() if kind(v) and ">>>" not in (v.__doc__ or ""))


def test_every_function_of_nd_has_one():
    assert without_example(mx.nd, inspect.isfunction) == []


def is_layer(value):
    return inspect.isclass(value) and issubclass(value, mx.gluon.Block)


@pytest.mark.parametrize("space", ["nn", "rnn", "loss"])
def test_every_layer_has_one(space):
    abstract = {"HybridRecurrentCell", "Loss", "ModifierCell", "RecurrentCell"}
    assert set(without_example(getattr(mx.gluon, space), is_layer)) <= abstract


def test_the_checker_sees_what_differs():
    assert not failures("a", ">>> nd.array([1, 2])\n[1. 2.]\n<NDArray 2 @cpu(0)>")[0]
    assert not failures("b", ">>> 1.0000001\n1.0")[0]
    assert failures("c", ">>> nd.array([1, 2])\n[1. 3.]\n<NDArray 2 @cpu(0)>")[0]
    assert failures("d", ">>> 1.01\n1.0")[0]
    assert failures("e", ">>> nd.ones((2, 3)).shape\n(2, 4)")[0]
    assert failures("f", ">>> [1, 2]\n[1]")[0]
    assert failures("g", ">>> 'a1'\n'a2'")[0]
