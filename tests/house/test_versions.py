"""Bounds of dependencies, and names that only a bound protects."""

import ast
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

spec = importlib.util.spec_from_file_location("try_versions", ROOT / "tools" / "try_versions.py")
try_versions = importlib.util.module_from_spec(spec)
spec.loader.exec_module(try_versions)

# Modules of others that are private, and who uses them; each stands behind a fallback.
PRIVATE = {
    ("src/mxnet/_engine/cache.py", "jax._src"),
    ("src/mxnet/_engine/fork.py", "jax._src"),
    ("src/mxnet/_engine/collective.py", "jax._src"),
    ("src/mxnet/_graph/formulas.py", "jax._src"),
    ("src/mxnet/_engine/collective.py", "jaxlib._jax"),
    ("src/mxnet/_engine/coordination.py", "jaxlib._jax"),
}


def project():
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]


def test_everything_has_both_bounds():
    """A program of ours must not meet versions that nobody has tried."""
    lines = list(project()["dependencies"])
    for name, extra in project()["optional-dependencies"].items():
        if name != "dev":  # tools, not what the package runs on
            lines += extra
    lines = [line for line in lines if not line.startswith("mxnet-xla")]
    assert len(lines) > 15
    for line in lines:
        assert re.search(r"==|>=[\d.]+,<\d", line), line


def test_private_modules_of_others():
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                root, *parts = name.split(".")
                private = [p for p in parts if p.startswith("_") and not p.endswith("__")]
                if private and root not in sys.stdlib_module_names and root != "mxnet":
                    found.add((path.relative_to(ROOT).as_posix(), f"{root}.{private[0]}"))
    assert found == PRIVATE


def test_oldest_versions():
    known = {
        "name": "mine",
        "dependencies": ["a>=1.2,<2", "b[x,y]>=0.5.0,<1; python_version < '3.13'"],
        "optional-dependencies": {
            "test": ["mine[more]", "c>=3,<4"],
            "more": ["mine[test]", "d==5; sys_platform == 'linux'"],
            "other": ["e>=1"],
        },
    }
    found = try_versions.requirements(known, "test")
    assert try_versions.oldest(found) == [
        "a==1.2",
        "b==0.5.0; python_version < '3.13'",
        "c==3",
        "d==5; sys_platform == 'linux'",
    ]


@pytest.mark.parametrize("line", ["a<2", "a", "a>=1,>=2"])
def test_no_single_lower_bound(line):
    known = {"name": "mine", "dependencies": [line], "optional-dependencies": {"test": []}}
    with pytest.raises(SystemExit, match="a has no single lower bound"):
        try_versions.oldest(try_versions.requirements(known, "test"))


def test_of_this_project():
    lines = try_versions.oldest(try_versions.requirements(project(), "test"))
    names = {line.split("==")[0] for line in lines}
    assert {"jax", "jaxlib", "numpy", "scipy", "cloudpickle", "pytest", "onnx"} <= names
    assert all("[" not in name for name in names)
