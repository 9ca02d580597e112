"""Examples in the docstrings of public modules run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import mxnet as mx
from mxnet._frontend import examples

# test_examples runs those that were put into docstrings
ATTACHED = tuple(
    f"Examples\n--------\n{code}" for code in examples.parsed(examples.EXAMPLES).values()
)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def written(module):
    """A module's docstrings that hold examples of their own."""
    tests = doctest.DocTestFinder(exclude_empty=True).find(
        module, module.__name__, extraglobs=usual_names()
    )
    return [t for t in tests if t.examples and not t.docstring.endswith(ATTACHED)]


def modules_with_examples():
    """Names of the package's modules whose docstrings hold examples."""
    modules = [
        importlib.import_module(i.name) for i in pkgutil.walk_packages(mx.__path__, "mxnet.")
    ]
    return [module.__name__ for module in modules if written(module)]


def usual_names():
    """What every MXNet program imports at its head, so that examples need not."""
    names = {"mx": mx, "nd": mx.nd, "autograd": mx.autograd, "gluon": mx.gluon, "init": mx.init}
    return names | {"nn": mx.gluon.nn}


MODULES = modules_with_examples()


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    report = []
    for test in written(importlib.import_module(name)):
        doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert not report, "".join(report)


def test_there_are_some():
    assert "mxnet.autograd" in MODULES
