"""Every public name of 1.9.1 is there, with its parameters and members, or has a reason not to be.

Being there is a floor: how a name behaves is for the other tests to say.
"""

import importlib
import inspect
import json
from pathlib import Path

import pytest

NAMES = json.loads((Path(__file__).parents[1] / "data" / "names-1.9.1.json").read_text("utf-8"))
# what the original's modules offer only because they import it, or its C API needs it
INCIDENTAL = "an import or a helper of the original's own code"
GRADIENT = "gradient of another operator: gradients are derived here"
_BACKWARD = dict.fromkeys(
    [
        "backward_gradientmultiplier",
        "backward_hawkesll",
        "backward_index_copy",
        "backward_quadratic",
    ],
    GRADIENT,
)
LEFT_OUT = {
    "mxnet.attribute": {"classproperty": INCIDENTAL},
    "mxnet.context": {"classproperty": INCIDENTAL},
    "mxnet.name": {"classproperty": INCIDENTAL},
    "mxnet.npx": {"classproperty": INCIDENTAL},
    "mxnet.nd.sparse": {"Context": INCIDENTAL},
    "mxnet.autograd": dict.fromkeys(["Lock", "MXCallbackList"], INCIDENTAL),
    "mxnet.nd": dict.fromkeys(
        [
            "get_indexing_dispatch_code",
            "get_oshape_of_gather_nd_op",
            "indexing_key_expand_implicit_axes",
        ],
        INCIDENTAL,
    ),
    "mxnet.nd.contrib": _BACKWARD,
    "mxnet.sym.contrib": _BACKWARD,
    "mxnet.operator": dict.fromkeys(
        ["Lock", "MXCallbackList", "c_int_p", "ctypes2numpy_shared"], INCIDENTAL
    ),
}


def of_module(name):
    """The module, or what an attribute of the package offers under that path."""
    try:
        return importlib.import_module(name)
    except ImportError:
        found = importlib.import_module("mxnet")
        for part in name.split(".")[1:]:
            found = getattr(found, part)
        return found


def lacking(module, name, entry):
    """What is missing of one name: itself, a parameter, members."""
    kind, *parameters = entry.split()
    missing = object()
    found = getattr(of_module(module), name, missing)
    if found is missing:
        return [name]
    if kind != "value" and not callable(found):
        return [f"{name} (not callable)"]
    lost = []
    try:
        ours = inspect.signature(found).parameters
    except (TypeError, ValueError):
        ours = {}
        parameters = []
    if not any(p.kind is p.VAR_KEYWORD for p in ours.values()):
        lost += [f"{name}({p}=)" for p in parameters if p not in ours]
    classes = NAMES["classes"]
    members = classes.get(f"{module}.{name}", classes.get(name, "")) if kind == "class" else ""
    return lost + [f"{name}.{m}" for m in members.split() if not hasattr(found, m)]


@pytest.mark.parametrize("module", sorted(NAMES["modules"]))
def test_names(module):
    lost = [
        missing
        for name, e in NAMES["modules"][module].items()
        for missing in lacking(module, name, e)
    ]
    allowed = LEFT_OUT.get(module, {})
    assert sorted(set(lost) - set(allowed)) == []
    assert sorted(set(allowed) - set(lost)) == [], "these are there now"
