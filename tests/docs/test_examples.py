"""Examples of functions and classes give what they say, and the common names have one."""

import doctest
import inspect
import math
import re

import pytest

import mxnet as mx
from mxnet._frontend import examples

from . import site

EXAMPLES = examples.parsed(examples.EXAMPLES)
reference = site.module("reference")
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
    assert result.attempted or "+SKIP" in code
    return result.failed, "".join(report)


@pytest.fixture
def as_before(monkeypatch):
    """Take back what examples change for the whole process."""
    registry = mx.optimizer.Optimizer.opt_registry
    monkeypatch.setattr(mx.optimizer.Optimizer, "opt_registry", dict(registry))


@pytest.mark.parametrize("space", sorted({name.rpartition(".")[0] for name in EXAMPLES}))
@pytest.mark.usefixtures("as_before")
def test_examples(space, tmp_path, monkeypatch):
    reports = []
    for name, code in EXAMPLES.items():
        if name.rpartition(".")[0] == space:
            folder = tmp_path / name  # for the files that examples write
            folder.mkdir()
            monkeypatch.chdir(folder)
            failed, report = failures(name, code)
            reports += [report] if failed else []
    assert not reports, "".join(reports)


def found(name):
    space, _, short = name.rpartition(".")
    return getattr(reference.module_of(space), short)


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


# Abstract, deprecated, what needs several processes or is not available here. The modules in BARE
# are for tests and for the original's internals.
BARE = {"base", "error", "libinfo", "log", "rtc", "test_utils"}
NO_EXAMPLE = set(
    "gluon.parameter.DeferredArray gluon.contrib.estimator.event_handler.EventHandler"
    " kvstore.KVStoreServer kvstore.dist.BytePS kvstore.dist.DistKVStore kvstore.dist.Horovod"
    " module.DataParallelExecutorGroup model.DataParallelExecutorManager operator.NDArrayOp"
    " operator.NumpyOp operator.PythonOp profiler.set_kvstore_handle run.restore_aliases"
    " tools.im2rec.pack_list".split()
)


def has_home_here(value):
    return (getattr(value, "__module__", None) or "mxnet").startswith("mxnet")


def public_names():
    """Name -> what users call, each once; what symbols share with arrays is shown with those."""
    found, seen = {}, set()
    for space in reference.SPACES:
        for names, value in reference.Writer("en").groups(space):
            error = inspect.isclass(value) and issubclass(value, BaseException)
            twins = [reference.module_of(n) for n in (space.like, "nd") if space.like]
            twin = any(hasattr(module, n) for module in twins for n in names)
            if not callable(value) or error or twin or id(value) in seen:
                continue
            seen.add(id(value))
            found[f"{space.name}.{names[0]}"] = value
    return found


def test_every_public_name_has_one():
    names = public_names()
    missing = {
        name
        for name, value in names.items()
        if has_home_here(value)
        and not name.endswith(".main")
        and name.rpartition(".")[0] not in BARE
        and ">>>" not in (inspect.getdoc(value) or "")
    }
    assert missing - NO_EXAMPLE == set()
    assert NO_EXAMPLE - missing == set()
    assert len(names) > 1500


def test_the_checker_sees_what_differs():
    assert not failures("a", ">>> nd.array([1, 2])\n[1. 2.]\n<NDArray 2 @cpu(0)>")[0]
    assert not failures("b", ">>> 1.0000001\n1.0")[0]
    assert failures("c", ">>> nd.array([1, 2])\n[1. 3.]\n<NDArray 2 @cpu(0)>")[0]
    assert failures("d", ">>> 1.01\n1.0")[0]
    assert failures("e", ">>> nd.ones((2, 3)).shape\n(2, 4)")[0]
    assert failures("f", ">>> [1, 2]\n[1]")[0]
    assert failures("g", ">>> 'a1'\n'a2'")[0]
