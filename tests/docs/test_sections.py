"""What ``help()`` says of a public function: its parameters, all of them, and what it returns."""

import inspect
import re

import pytest

import mxnet as mx

NAMESPACES = (
    "np np.linalg np.random npx npx.random nd nd.contrib nd.image nd.linalg nd.random nd.sparse"
    " sym sym.contrib sym.image sym.linalg sym.random"
).split()
# What every function of an operator takes: where to write the result, and a symbol's name.
USUAL = {"out", "name", "args", "kwargs", "attr"}


def functions(namespace):
    """(name, function) of the public functions of a namespace such as ``np.linalg``."""
    place = mx
    for part in namespace.split("."):
        place = getattr(place, part)
    for name in sorted(getattr(place, "__all__", None) or dir(place)):
        found = getattr(place, name, None)
        if not name.startswith("_") and callable(found) and not inspect.isclass(found):
            yield name, found


def faults(function):
    """What the docstring of a function does not say."""
    text = inspect.getdoc(function) or ""
    taken = [n for n in inspect.signature(function).parameters if n not in USUAL]
    found = []
    if taken and not re.search(r"(?m)^Parameters\n-{10}$", text):
        found.append("no Parameters")
    if not re.search(r"(?m)^(Returns\n-{7}|Yields\n-{6})$", text):
        found.append("no Returns")
    if found:
        return found
    if "computed there: no gradient flows" in text:  # handed to NumPy, whose page is linked
        return []
    missing = [n for n in taken if not re.search(rf"\b{re.escape(n)}\b", text)]
    return [f"nothing of {', '.join(missing)}"] if missing else []


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_parameters_and_results_are_told(namespace):
    found = {name: faults(f) for name, f in functions(namespace)}
    assert len(found) > 2
    wrong = [f"{namespace}.{name}: {'; '.join(f)}" for name, f in found.items() if f]
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_check_itself():
    def bare(a, out=None):
        """Something."""

    def half(a, b):
        """Something.

        Parameters
        ----------
        a : int

        Returns
        -------
        int
        """

    def none():
        """Something.

        Returns
        -------
        None
        """

    assert faults(bare) == ["no Parameters", "no Returns"]
    assert faults(half) == ["nothing of b"]
    assert faults(none) == []
