"""What is known of an operator stands in its declaration: no names of operators elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mxnet  # noqa: F401 - fills the registry
from mxnet._graph.nodes import special
from mxnet._ops._spec import registry

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "mxnet"
NAMES = {*registry, *special}

# files (or folders) that may name operators, and why; each is needed
ALLOWED = {
    "_engine/numpy_rules.py": "primitives of JAX, some of which are called as operators are",
    "_graph/equations.py": "a primitive of JAX that is called as an operator is",
    "_engine/plan.py": "primitives of JAX, some of which are called as operators are",
    "_frontend/methods.py": "which operators 1.9.1 has as methods of arrays",
    "_graph/serial.py": "history of the format: argmax without an axis before 0.9.5",
    "contrib/amp/amp.py": "1.9.1's lists, continued for mx.np",
    "contrib/amp/lists": "public lists of 1.9.1",
    "contrib/quantization.py": "which operators have an 8-bit partner: a rewriting of graphs",
    "gluon/rnn/rnn_cell.py": "names of activations that are layers' arguments",
    "ndarray/_functions.py": "public functions: which operator is of two arrays, which of a number",
    "ndarray/_sparse_ops.py": "code on sparse arrays, by operator: it stands above _ops",
    "numpy/multiarray.py": "which functions mx.np does not have",
    "onnx": "another vocabulary: ONNX's own mapping",
    "operator.py": "Custom, among the operators that have arguments to list",
    "symbol/symbol.py": "which casts remove_amp_cast takes off",
    "visualization.py": "how layers are drawn",
}


def mentions(tree: ast.Module) -> Iterator[tuple[int, list[str]]]:
    """Yield tables of operators' names, and comparisons of a name with one: line, names."""
    public = {
        id(n.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in n.targets)
    }
    for node in ast.walk(tree):
        if id(node) in public:
            continue
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(_is_name(x) for x in sides):
                found = [s for x in sides for s in _texts(x) if s in NAMES]
                if found:
                    yield node.lineno, found
            continue
        found = [s for s in _texts(node) if s in NAMES]
        telling = [s for s in found if s.startswith("_") or s != s.lower()]
        if len(telling) > 1 or (len(found) > 2 and 2 * len(found) > len(_texts(node))):
            yield node.lineno, found


def _is_name(x: ast.expr) -> bool:
    return (isinstance(x, ast.Attribute) and x.attr in ("name", "op_name")) or (
        isinstance(x, ast.Name) and x.id == "op_name"
    )


def _texts(x: ast.AST) -> list[str]:
    if isinstance(x, ast.Constant):
        return [x.value] if isinstance(x.value, str) else []
    if isinstance(x, ast.Set | ast.Tuple | ast.List):
        return [s for e in x.elts if isinstance(e, ast.Constant) for s in _texts(e)]
    if isinstance(x, ast.Dict):
        return [s for e in x.keys if isinstance(e, ast.Constant) for s in _texts(e)]
    if isinstance(x, ast.Call) and isinstance(x.func, ast.Attribute) and x.func.attr == "split":
        return " ".join(_texts(x.func.value)).split()
    return []


def reason(path: str) -> str | None:
    """The entry of ALLOWED that a file falls under."""
    return next((k for k in ALLOWED if path == k or path.startswith(f"{k}/")), None)


def test_no_tables_of_operators_outside_their_room():
    used, findings = set(), []
    for path in sorted(PACKAGE.rglob("*.py")):
        at = path.relative_to(PACKAGE).as_posix()
        if at.startswith("_ops/"):
            continue
        for line, names in mentions(ast.parse(path.read_bytes())):
            if reason(at) is None:
                findings.append(f"{at}:{line}: {', '.join(names[:4])}")
            used.add(reason(at))
    assert not findings, "give @op(...) a fact instead:\n" + "\n".join(findings)
    assert set(ALLOWED) - used == set()


@pytest.mark.parametrize(
    "text",
    [
        "_SAME = {'BatchNorm', 'LayerNorm'}",
        "_SAME = set('softmax clip sort'.split())",
        "RULES = {'Convolution': f, 'Pooling': g}",
        "if node.op.name == 'softmax': pass",
        "x = op_name in ('argmax', 'argmin')",
    ],
)
def test_check_fires(text):
    assert [line for line, _ in mentions(ast.parse(text))] == [1]


@pytest.mark.parametrize(
    "text",
    ["__all__ = ['Dropout', 'BatchNorm']", "x = F.BatchNorm(x)", "if kind == 'mean': pass",
     "get('Cast')"],
)  # fmt: skip
def test_check_accepts(text):
    assert not list(mentions(ast.parse(text)))


def test_only_the_operators_room_tells_kinds_apart():
    """Others ask the operator; what it is made of is its own matter."""
    found = [
        f"{p.relative_to(PACKAGE)}:{n.lineno}"
        for p in sorted(PACKAGE.rglob("*.py"))
        if "_ops" not in p.parts and b"OpDef" in p.read_bytes()
        for n in ast.walk(ast.parse(p.read_bytes()))
        if isinstance(n, ast.Name) and n.id == "OpDef"
    ]
    assert not found
