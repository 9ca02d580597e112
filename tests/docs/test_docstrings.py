"""Examples in the docstrings of public modules run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import mxnet as mx


def modules_with_examples():
    """Names of the package's modules whose docstrings hold examples."""
    found = []
    for info in pkgutil.walk_packages(mx.__path__, "mxnet."):
        module = importlib.import_module(info.name)
        tests = doctest.DocTestFinder(exclude_empty=True).find(module, info.name)
        if any(test.examples for test in tests):
            found.append(info.name)
    return found


def usual_names():
    """What every MXNet program imports at its head, so that examples need not."""
    names = {"mx": mx, "nd": mx.nd, "autograd": mx.autograd, "gluon": mx.gluon, "init": mx.init}
    return names | {"nn": mx.gluon.nn}


MODULES = modules_with_examples()


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, capsys):
    result = doctest.testmod(
        importlib.import_module(name),
        extraglobs=usual_names(),
        optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS,
    )
    assert result.attempted > 0
    assert result.failed == 0, capsys.readouterr().out


def test_there_are_some():
    assert "mxnet.autograd" in MODULES
