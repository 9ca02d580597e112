"""What benchmarks, examples and tools import of the package is there."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(
    p
    for d in ("benchmarks", "examples", "tools")
    for p in (ROOT / d).rglob("*.py")
    if ".envs" not in p.parts  # the peers' own environments
)
# run by the original, whose names these are
OF_1_9_1 = {"tools/oracle", "benchmarks/shims"}


def imported(path):
    """(module, name or None) of what a script imports from the package."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_of_the_package(path):
    if any(path.is_relative_to(ROOT / folder) for folder in OF_1_9_1):
        pytest.skip("a script for MXNet 1.9.1")
    for module, name in imported(path):
        if module.partition(".")[0] != "mxnet":
            continue
        found = importlib.import_module(module)
        if name is not None and not hasattr(found, name):
            importlib.import_module(f"{module}.{name}")
