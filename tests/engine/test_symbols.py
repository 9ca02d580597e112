"""Expressions of symbolic sizes are read as JAX writes them, and come to what Python says."""

import ast
import itertools

import pytest
from jax import export
from jax.core import max_dim, min_dim

from mxnet._graph.symbols import Expressions, number_of


def largest(a, b):
    return max_dim(a, b) if export.is_symbolic_dim(a) or export.is_symbolic_dim(b) else max(a, b)


def least(a, b):
    return min_dim(a, b) if export.is_symbolic_dim(a) or export.is_symbolic_dim(b) else min(a, b)


# of symbols and of numbers alike: what Python gives for the numbers is the definition
FORMULAS = {
    "symbol": lambda a, b, c: b,
    "constant": lambda a, b, c: a - a + 7,
    "negative": lambda a, b, c: -a,
    "negative, plus a constant": lambda a, b, c: 4 - a,
    "sum": lambda a, b, c: a + b + c + 3,
    "difference": lambda a, b, c: a - b - 11,
    "multiples": lambda a, b, c: 3 * a - 2 * b + 5 * c,
    "product": lambda a, b, c: a * b * c,
    "product and sum": lambda a, b, c: (a + 2) * (b - 3) - c,
    "powers": lambda a, b, c: a * a * b + 2 * c * c * c,
    "negative power": lambda a, b, c: -(a * a) * b,
    "floordiv": lambda a, b, c: (a - 1) // 2 + 1,
    "floordiv, rounded up": lambda a, b, c: -(-a // 7),
    "floordiv by a symbol": lambda a, b, c: (a * b - 7) // (c + 1),
    "floordiv of a negative": lambda a, b, c: (b - a * a) // 5,
    "multiple of a floordiv": lambda a, b, c: -(a // 3) * 2 + b // 3 * c,
    "floordiv of a floordiv": lambda a, b, c: ((a + 3) // 2 + b) // 3,
    "mod": lambda a, b, c: a % 5,
    "mod of a negative": lambda a, b, c: (b - a * a) % 5,
    "mod by a symbol": lambda a, b, c: (a * b + 1) % (c - 1),
    "powers of mod and floordiv": lambda a, b, c: (a % 5) * (a % 5) * (b // 3) * (b // 3),
    "max": lambda a, b, c: largest(a, b),
    "max with a constant": lambda a, b, c: largest(a - 20, 9),
    "min": lambda a, b, c: least(a * 2, c),
    "max of min": lambda a, b, c: largest(least(a, b) - c, b % 7) * 3 - a,
    "all of it": lambda a, b, c: (
        largest(a // b, c % 3) * least(7, a * b % 17) - ((3 * a * a) // b) * c + 2
    ),
}
VALUES = [dict(zip("abc", v)) for v in itertools.permutations((8, 31, 9))]
VALUES += [{"a": 77, "b": 9, "c": 1000}, {"a": 8, "b": 8, "c": 8}, {"a": 10**7, "b": 16, "c": 12}]


@pytest.fixture
def sizes():
    return export.symbolic_shape("a, b, c", constraints=["a >= 8", "b >= 8", "c >= 8"])


@pytest.mark.parametrize("name", FORMULAS)
def test_one(sizes, name):
    formula = FORMULAS[name]
    for values in VALUES:
        assert number_of(formula(*sizes), values) == formula(**values)


def test_all_at_once(sizes):
    expressions, formulas = Expressions(), list(FORMULAS.values())
    assert [expressions.add(str(f(*sizes))) for f in formulas] == list(range(len(formulas)))
    assert len(expressions) == len(formulas)
    for values in VALUES:
        assert expressions(values) == [f(**values) for f in formulas]


def test_what_expressions_have_in_common_is_done_once(sizes):
    a, b, _ = sizes
    once, more = Expressions(), Expressions()
    once.add(str((a + 1) // b))
    for factor in (1, 1, 2):
        more.add(str(factor * ((a + 1) // b)))
    assert len(more._operations) == len(once._operations) + 1


@pytest.mark.parametrize(
    "text", ["floor(a)", "max(a)", "a / b", "a.real", "a < b", "1.5", "max(a, b, key=c)", "f(a, b)"]
)
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(ValueError, match="no expression of sizes: ") as caught:
        Expressions().add(text)
    assert str(caught.value).endswith(ast.unparse(ast.parse(text, mode="eval").body))
