"""What a module declares public is there, and what it defines in public is declared."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import types
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"


def declaring_modules() -> list[str]:
    """Return the dotted names of all modules that assign ``__all__``."""
    found = []
    for path in sorted((SRC / "mxnet").rglob("*.py")):
        text = path.read_bytes()
        if b"__all__" not in text:
            continue  # need not be parsed
        targets = [
            target
            for node in ast.parse(text).body
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        ]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            parts = path.relative_to(SRC).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def public_names_amiss(module: types.ModuleType) -> dict[str, list[str]]:
    """Compare ``__all__`` with the classes and functions that a module defines.

    A module with an underscore in its path is private whole, so there ``__all__`` may be shorter.
    """
    declared = list(module.__all__)
    is_private = any(part.startswith("_") for part in module.__name__.split("."))
    defined = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }
    return {
        "twice": sorted({name for name in declared if declared.count(name) > 1}),
        "missing": sorted(name for name in declared if not hasattr(module, name)),
        "undeclared": [] if is_private else sorted(defined - set(declared)),
    }


DECLARING = declaring_modules()


@pytest.mark.parametrize("name", DECLARING)
def test_all_is_true(name):
    amiss = public_names_amiss(importlib.import_module(name))
    assert amiss == {"twice": [], "missing": [], "undeclared": []}


def test_checker_fires():
    module = types.ModuleType("sample")
    exec("def shown(): ...\ndef forgotten(): ...\ndef _private(): ...", vars(module))  # noqa: S102
    module.__all__ = ["shown", "shown", "gone"]
    assert public_names_amiss(module) == {
        "twice": ["shown"],
        "missing": ["gone"],
        "undeclared": ["forgotten"],
    }
    module.__name__ = "package._sample"
    vars(module)["forgotten"].__module__ = module.__name__
    assert public_names_amiss(module)["undeclared"] == []


def test_this_package_declares_names():
    assert "mxnet.libinfo" in DECLARING


def test_version_suits_every_way_clients_compare():
    version = importlib.import_module("mxnet.libinfo").__version__
    assert re.fullmatch(r"1\.9\.\d+", version)
    assert "1.9.1" < version < "2"  # as strings
    assert (1, 9, 1) < tuple(map(int, version.split("."))) < (2,)
