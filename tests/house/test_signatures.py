"""What can be called shows what it takes: no bare ``(*args, **kwargs)`` in signatures."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path

import pytest

import mxnet as mx

TESTS = Path(__file__).resolve().parents[1]
# iterator -> its parameters -> their types and defaults, as 1.9.1 writes them
ITERATORS = json.loads((TESTS / "data" / "io-parameters-1.9.1.json").read_text("utf-8"))
# parameters that 1.9.1 does not have
MORE = {"ImageDetRecordIter": ("path_imgidx", "device_id", "seed_aug")}
# what takes anything, by its end, and why
ANYTHING = {
    **dict.fromkeys(
        [f"Symbol.infer_{what}{how}" for what in ("shape", "type") for how in ("", "_partial")],
        "the keywords are the graph's variables",
    ),
    "SequentialRNNCell.hybrid_forward": "never called: the cells' are",
    "PythonOp.get_symbol": "the keywords are the arguments that the operator lists",
}
BARE = [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]


def is_bare(function) -> bool:
    try:
        shown = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of C
        return False
    names = [p.name for p in shown if p.name not in ("self", "cls")]
    kinds = [p.kind for p in shown if p.name not in ("self", "cls")]
    return kinds == BARE and names == ["args", "kwargs"]


def callables():
    """Yield (name, object) of all that the public modules offer."""
    todo, seen = [("mx", mx)], set()
    while todo:
        prefix, module = todo.pop()
        names = getattr(module, "__all__", None) or [n for n in dir(module) if n[:1] != "_"]
        for name in names:
            found = getattr(module, name, None)
            home = found.__name__ if inspect.ismodule(found) else getattr(found, "__module__", None)
            if not str(home).startswith("mxnet") or id(found) in seen:
                continue
            seen.add(id(found))
            at = f"{prefix}.{name}"
            if inspect.ismodule(found):
                todo.append((at, found))
            elif callable(found):
                yield at, found
            if inspect.isclass(found):
                for method in vars(found):
                    value = getattr(found, method)
                    if method[:1] != "_" and callable(value):
                        yield f"{at}.{method}", value


def test_signatures_name_what_is_taken():
    used, findings, n = set(), [], 0
    for name, found in callables():
        n += 1
        if not is_bare(found) or (found.__doc__ or "").startswith("A method of ``mx.nd`` arrays"):
            continue  # those raise AttributeError
        reason = next((k for k in ANYTHING if name.endswith(f".{k}")), None)
        used.add(reason)
        if reason is None:
            findings.append(f"{name}{inspect.signature(found)}")
    assert n > 3000
    assert findings == []
    assert set(ANYTHING) - used == set()


def meaning(text):
    """The default that 1.9.1's text tells; ``...`` if there is none."""
    found = re.search(r"default=(.*)$", text)
    if found is None:
        return ...
    try:
        value = ast.literal_eval(found[1])
    except (ValueError, SyntaxError):
        return found[1]
    if isinstance(value, str):
        if "int" in text.split(",")[0] and value != "None":
            return int(value)
        return None if value == "None" else value
    if isinstance(value, list):
        return tuple(value)
    return bool(value) if text.startswith("boolean") else value


@pytest.mark.parametrize("name", ITERATORS)
def test_iterators_have_the_parameters_of_1_9_1(name):
    function = getattr(mx.io, name)
    shown = inspect.signature(function).parameters
    defaults = {k: ... if p.default is p.empty else p.default for k, p in shown.items()}
    assert defaults.pop("kwargs") is ...
    assert (defaults.pop("data_name"), defaults.pop("label_name")) == ("data", "softmax_label")
    for parameter in MORE.get(name, ()):
        del defaults[parameter]
    wanted = {k: meaning(v) for k, v in ITERATORS[name].items()}
    assert set(defaults) == set(wanted)
    for parameter, default in wanted.items():
        near = pytest.approx(default) if isinstance(default, float) else default
        assert defaults[parameter] == near, parameter
    for parameter in defaults:
        assert re.search(rf"\b{parameter}\b", function.__doc__), parameter
