"""What operators' Python asks of sizes is answered for all of them.

Equations are made once with symbols for sizes from 8 on, those of arrays and those that attributes
name (``_graph/symbols.py``). JAX raises where an order of symbols is not settled, and the operator
is traced with the numbers. But ``==`` is False there, as hashing needs it, and an expression is
true: ``s0 == 64`` and ``not s0 % 2`` are answered before anybody knows. So neither decides anything
but a refusal, which is what an unsettled question may come to: the numbers are asked next.

A symbol is compared with a number below 8 safely. ``_axes.equal`` compares anything.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jax import export

from mxnet._graph.symbols import FEWEST
from mxnet._ops._axes import equal

OPERATORS = Path(__file__).resolve().parents[2] / "src" / "mxnet" / "_ops"

# files that decide how something is computed, to the same end: see their docstrings
FORMULATIONS = {"kernels/choose.py"}
# question -> why an answer before the sizes are known does no harm
HARMLESS = {
    ("_bits.py", "n % 2 == 0"): "where it is false, what is cut off may be nothing",
    ("kernels/draws.py", "n % 2 == 0"): "where it is false, what is cut off may be nothing",
    ("kernels/draws.py", "r % 4 == 3"): "counts rounds",
    ("nn_pool.py", "p % 2"): "an even power gives no sums below 0, whose sign would count",
    ("ctc.py", "lax.broadcasted_iota('int32', path.shape, 1) % 2 == 1"): "of elements",
    ("numpy_shape.py", "size % product == 0"): "where it is false, it is refused",
    ("shape.py", "math.prod(out) % rest == 0"): "completes shapes of graphs: numbers",
    ("shape.py", "rest % rows == 0"): "completes shapes of graphs: numbers",
    ("kernels/forms.py", "a == b * g.stride[-1] + offset * g.dilate[-1] - g.pad[-1][0]"): "arrays",
    ("output.py", "label.size == math.prod(rows)"): "a hint, in a refusal",
    ("kernels/direct.py", "code == _RESOURCE_EXHAUSTED"): "an error's number",
}

REFUSING = re.compile(r"fail$|_misfit$|_refuse$|require_")
UNSETTLED = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def constants_of(tree: ast.Module) -> dict[str, object]:
    """Return the module's names of constants."""
    found: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], constant(node.value, found)
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = value
            elif isinstance(target, ast.Tuple) and isinstance(value, tuple):
                found.update((t.id, v) for t, v in zip(target.elts, value))
    return found


def constant(node: ast.expr, names: dict[str, object]):
    """Return the number, or the collection of some, that an expression is; None: it is none."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        parts = [constant(e, names) for e in node.elts]
        return None if None in parts else tuple(parts)
    if isinstance(node, ast.Dict):
        parts = [constant(k, names) for k in node.keys if k is not None]
        return None if None in parts else tuple(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant(node.operand, names)
        return -value if isinstance(value, int) else None
    if isinstance(node, ast.BinOp):
        pair = constant(node.left, names), constant(node.right, names)
        operation = {
            ast.Add: lambda a, b: a + b,
            ast.Sub: lambda a, b: a - b,
            ast.Mult: lambda a, b: a * b,
            ast.Pow: lambda a, b: a**b,
            ast.LShift: lambda a, b: a << b,
        }.get(type(node.op))
        if operation is not None and all(isinstance(v, int) for v in pair):
            return operation(*pair)
    return None


def is_large(node: ast.expr, names: dict[str, object]) -> bool:
    """Whether an expression is a constant that a symbol may stand for, or holds one."""
    value = constant(node, names)
    values = value if isinstance(value, tuple) else (value,)
    return any(isinstance(v, int) and abs(v) >= FEWEST for v in values)


def is_reckoned(node: ast.expr, reckoned: set[str]) -> bool:
    """Whether a part of an expression is a remainder, a quotient or a product of numbers."""
    parts = [node]
    while parts:
        n = parts.pop()
        if isinstance(n, ast.Name) and n.id in reckoned:
            return True
        if isinstance(n, ast.Call):
            if isinstance(n.func, ast.Attribute) and n.func.attr == "prod":
                return True
            continue  # len(x) is a number, and so is what most functions return
        if isinstance(n, ast.BinOp):
            if is_count(n):
                continue
            if isinstance(n.op, (ast.Mod, ast.FloorDiv)) and not is_text(n.left):
                return True
            if isinstance(n.op, ast.Mult) and not (is_sequence(n.left) or is_sequence(n.right)):
                return True
        if isinstance(n, (ast.BinOp, ast.UnaryOp, ast.Tuple, ast.List)):
            parts += ast.iter_child_nodes(n)
    return False


def is_count(node: ast.expr) -> bool:
    """Whether an expression is made of numbers of axes or arrays, which are never symbols."""
    if isinstance(node, ast.BinOp):
        return is_count(node.left) and is_count(node.right)
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", None) == "len"
    return isinstance(node, ast.Constant) or getattr(node, "attr", None) == "ndim"


def is_text(node: ast.expr) -> bool:
    """Whether an expression is a text, which ``%`` formats."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def is_sequence(node: ast.expr) -> bool:
    """Whether an expression is a text, tuple or list."""
    return is_text(node) or isinstance(node, (ast.Tuple, ast.List))


def questions(node: ast.expr, answer: bool = True):
    """Yield the parts of a condition, and whether it holds where a part does."""
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from questions(value, answer)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from questions(node.operand, not answer)
    else:
        yield node, answer


def conditions(tree: ast.AST):
    """Yield each expression whose truth is asked for, and whether it refuses something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If):
            yield node.test, refuses(node.body[-1])
        elif isinstance(node, (ast.IfExp, ast.While, ast.Assert)):
            yield node.test, isinstance(node, ast.Assert)
        elif isinstance(node, ast.comprehension):
            for test in node.ifs:
                yield test, False
        elif isinstance(node, ast.Match):
            yield node.subject, False


def refuses(statement: ast.stmt) -> bool:
    """Whether a statement raises."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    name = getattr(function, "attr", getattr(function, "id", None))
    return isinstance(statement, ast.Raise) or bool(name and REFUSING.match(name))


def findings(source: str):
    """Yield the line and text of each question that is answered too early."""
    tree = ast.parse(source)
    names = constants_of(tree)
    asked = {}  # comparisons and conditions -> whether they refuse where they are not settled
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            asked[node] = False
    for test, refusal in conditions(tree):
        for part, holds in questions(test):
            known = holds
            if isinstance(part, ast.Compare):
                known = holds == isinstance(part.ops[0], (ast.NotEq, ast.NotIn))
            asked[part] = refusal and known
            if refusal and isinstance(part, ast.Call):  # any(n % k for n in sizes)
                for inner in ast.walk(part):
                    if isinstance(inner, ast.Compare):
                        asked[inner] = holds == isinstance(inner.ops[0], (ast.NotEq, ast.NotIn))
    reckoned = {}  # node -> names that stand for remainders and quotients where it is
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            of = {
                t.id
                for n in ast.walk(function)
                if isinstance(n, ast.Assign) and isinstance(n.value, ast.BinOp)
                if not is_count(n.value)
                for t in n.targets
                if isinstance(t, ast.Name) and isinstance(n.value.op, (ast.Mod, ast.FloorDiv))
            }
            for n in ast.walk(function):
                reckoned.setdefault(n, set()).update(of)
    for node, refusal in asked.items():
        if refusal:
            continue
        of = reckoned.get(node, set())
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
            if any(isinstance(v := constant(p, names), int) and v < 0 for p in parts):
                continue  # what is reckoned from sizes is not below 0
            if any(isinstance(o, UNSETTLED) for o in node.ops) and any(
                is_large(p, names) or is_reckoned(p, of) for p in parts
            ):
                yield node.lineno, ast.unparse(node)
        elif not isinstance(node, ast.Call) and is_reckoned(node, of):
            yield node.lineno, ast.unparse(node)


def test_no_size_is_taken_for_another():
    found, used = [], set()
    for path in sorted(OPERATORS.rglob("*.py")):
        file = path.relative_to(OPERATORS).as_posix()
        if file in FORMULATIONS:
            continue
        for line, text in findings(path.read_text("utf-8")):
            if (file, text) in HARMLESS:
                used.add((file, text))
            else:
                found.append(f"{file}:{line}: {text}: not settled for symbols, see _axes.equal")
    assert found == []
    assert sorted(HARMLESS.keys() - used) == []


FOUND = [
    "x.shape[0] == 8",
    "num_hidden != 1024",
    "shape[-1] in (1, 128)",
    "shape[-1] in _KINDS",
    "n not in {7: 'a', 64: 'b'}",
    "x.shape[0] == -_WIDE + 2 * _WIDE",
    "x.shape[0] % 2 == 0",
    "n // 2 == 4",
    "(h, w) == (2 * a, 2 * b)",
    "x.size == math.prod(shape)",
]
PASSED = [
    *("n == 7", "n < 8", "8 <= n < 64", "n == m", "n in (1, 3)", "x.ndim != n + 2"),
    *("len(data) % 2 == 1", "dtype == 'float32'", "shape == old[:2] + (3,)", "axis == x.ndim - 1"),
    *("equal(h, 2 * a)", "'%d' % n == text", "n // m == -1"),
]
MODULE = "_WIDE = 64\n_KINDS = (1, _WIDE)\ndef f(n, k):\n    rest = n % k\n"


@pytest.mark.parametrize("question", FOUND)
def test_early_answers_are_found(question):
    for line in (f"y = {question}", f"if {question}: n += 1", f"y = 1 if {question} else 2"):
        assert list(findings(f"{MODULE}    {line}\n")) == [(5, question)]


@pytest.mark.parametrize("question", PASSED)
def test_others_are_not(question):
    assert list(findings(f"{MODULE}    if {question}: n += 1\n")) == []


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("if n % 2: n += 1", "n % 2"),
        ("if not n % 2: fail()", "n % 2"),
        ("if n % 2 == 0: fail()", "n % 2 == 0"),
        ("if n == 16: fail()", "n == 16"),
        ("if n != 16: fail()", None),
        ("if n < 1 or n % 2 != 1: fail()", None),
        ("if n % k or k != 16: raise ValueError", None),
        ("if any(a % k for a in n): fail()", None),
        ("if rest: n += 1", "rest"),
        ("y = 1 if not rest else 2", "rest"),
        ("y = [a for a in n if a % 2]", "a % 2"),
        ("while n // 2: n = 1", "n // 2"),
        ("if n % 2 or n == 16: require_size(n, 16)", "n == 16"),
    ],
)
def test_refusals_may_be_unsettled(line, question):
    """Where it is not known whether the sizes are good, they are refused, not taken."""
    found = [] if question is None else [(5, question)]
    assert list(findings(f"{MODULE}    {line}\n")) == found


def test_equal():
    a, b = export.symbolic_shape("a, b", constraints=["a >= 8", "b >= 8"])
    assert equal(9, 9)
    assert not equal(9, 10)
    assert not equal(10, 9)
    assert equal(2 * a - a, a)
    assert not equal(a + 1, a)
    assert not equal(a, 7)
    for size, other in ((a, 64), (a, b), (a % 2, 0), (2 * b, a)):
        assert not (size == other)  # noqa: SIM201 - what this is all about
        with pytest.raises(Exception, match="inconclusive"):
            equal(size, other)
