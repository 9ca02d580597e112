"""Sizes of arrays as symbols: which sizes become one, and what expressions of symbols come to.

``formulas.py`` asks :func:`pattern_of` or :func:`related` how shapes are written with symbols,
:func:`avals_of` for JAX's shapes of a pattern, which it traces with, and :func:`fitting` whether
other shapes are of a pattern that was traced. ``equations.py`` collects the sizes that JAX makes of
the symbols in :class:`Expressions`, which gives all their numbers at once.

A *pattern* is the shapes and types of arrays with names of symbols in place of sizes. An entry of a
shape in it is one of

- a number;
- ``"s0"``: any size from ``FEWEST`` on;
- ``("s0", factor, least, most)``: a multiple of ``factor`` from ``least`` to below ``most``;
- ``("plus", "s0", -1)`` or another relation: what follows from another size.
"""

import ast
import functools
import itertools
import math
import numbers
import operator

import jax
from jax import export

__all__ = [
    "FEWEST",
    "Expressions",
    "all_equal",
    "avals_of",
    "fitting",
    "number_of",
    "pattern_of",
    "probes",
    "related",
    "scope_of",
    "scopes",
]

FEWEST, _MOST = 8, (1 << 24) - 1  # sizes that can be symbols; floats number so many elements


# ------------------------------------------------------------------------------------ expressions

# What JAX writes in expressions of symbols, as Python's grammar names it.
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
}
_CALLS = {"floordiv": operator.floordiv, "mod": operator.mod, "max": max, "min": min}


class Expressions:
    """Expressions of symbols, as one list of operations; what several have in common is done once.

    They are read from the text that JAX writes, and that ``jax.export.symbolic_shape`` reads:
    ``2*s0^2 + floordiv(s1 - 1, 3)``.
    """

    def __init__(self):
        self._places = {}  # of symbols, constants and operations -> where their number lies
        self._constants = []  # of each place: the number where it is a constant, else None
        self._symbols = []  # (place, name)
        self._operations = []  # (place, function, place of the one operand, of the other)
        self._results = []  # places

    def __len__(self):
        return len(self._results)

    def add(self, text):
        """Take an expression; which one of the results it is.

        Raises
        ------
        ValueError      what JAX has no such text for
        """
        tree = ast.parse(text.replace("^", "**"), mode="eval").body
        self._results.append(self._read(tree))
        return len(self._results) - 1

    def _read(self, node):
        if isinstance(node, ast.Name):
            return self._place(node.id)
        if isinstance(node, ast.Constant) and node.value.__class__ is int:
            return self._place(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._place((operator.mul, self._place(-1), self._read(node.operand)))
        if isinstance(node, ast.BinOp) and node.op.__class__ in _BINARY:
            function, operands = _BINARY[node.op.__class__], (node.left, node.right)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            function, operands = _CALLS.get(node.func.id), node.args
        else:
            function, operands = None, ()
        if function is None or len(operands) != 2:
            raise ValueError(f"no expression of sizes: {ast.unparse(node)}")
        return self._place((function, *[self._read(o) for o in operands]))

    def _place(self, what):
        place = self._places.get(what)
        if place is None:
            place = self._places[what] = len(self._constants)
            self._constants.append(what if what.__class__ is int else None)
            if what.__class__ is str:
                self._symbols.append((place, what))
            elif what.__class__ is tuple:
                self._operations.append((place, *what))
        return place

    def __call__(self, values):
        """The expressions' numbers; ``values``: those of the symbols, by name."""
        found = self._constants.copy()
        for place, name in self._symbols:
            found[place] = values[name]
        for place, function, a, b in self._operations:
            found[place] = function(found[a], found[b])
        return [found[place] for place in self._results]


@functools.lru_cache(1024)
def _alone(text):
    found = Expressions()
    found.add(text)
    return found


def number_of(size, values):
    """A size, which may be an expression of symbols, as a number."""
    if isinstance(size, numbers.Integral):
        return int(size)
    return _alone(str(size))(values)[0]


# --------------------------------------------------------------------------------------- patterns

_LARGEST_FACTOR = 64


def pattern_of(avals, fixed, moving=None, limits=None, product=False):
    """Avals with the names of symbols in place of sizes; and what the symbols stand for.

    Parameters
    ----------
    moving : set of int, optional       the only sizes that become symbols
    limits : list of int                numbers that sizes are compared with and divided by: then a
        symbol is (name, factor, least, most), of which the size is that multiple, below ``most``
    product : bool                      no more factors than the product of ``limits`` has
    """
    names, found, left = {}, [], math.prod([n for n in limits or () if n <= _LARGEST_FACTOR])
    if not product and left < FEWEST:
        left *= left  # a block of pixels, say
    for shape, dtype in reversed(avals) if product else avals:
        sizes = []
        for d in reversed(shape) if product else shape:
            if FEWEST <= d <= _MOST and d not in fixed and (moving is None or d in moving):
                name = names.get(d)
                if name is None:
                    name = f"s{len(names)}"
                    if limits is not None:
                        factor = math.gcd(d, left)
                        left //= factor if product else 1
                        least = max([n for n in limits if n <= d], default=FEWEST)
                        most = min([n for n in limits if n > d], default=_MOST + 1)
                        name = (name, factor, max(least, FEWEST), most)
                    names[d] = name
                d = name
            sizes.append(d)
        found.append((tuple(reversed(sizes) if product else sizes), dtype))
    if product:
        found.reverse()
    if limits is not None:
        return tuple(found), {name: d // factor for d, (name, factor, *_) in names.items()}
    return tuple(found), {name: d for d, name in names.items()}


def related(avals, fixed):
    """As :func:`pattern_of`, where the last sizes are attributes: those that follow from the others
    by a relation, ``n - 1`` say, are that.
    """
    pattern, values = pattern_of(avals[:-1], fixed)
    axes = [pair for a, (shape, _) in zip(avals, pattern) for pair in zip(a.shape, shape)]
    names = {n: name for name, n in values.items()}
    sizes = []
    for n in avals[-1].shape:
        d = names.get(n) or _relation(n, axes)
        if d is None:
            d = names[n] = f"s{len(names)}"
            values[d] = n
        sizes.append(d)
    return (*pattern, (tuple(sizes), avals[-1].dtype)), values


def _relation(n, axes):
    """How a size follows from those of arrays: (what, symbol, number) or None."""
    moving = [(size, d) for size, d in axes if d.__class__ is str]
    for size, d in moving:
        if 0 < abs(n - size) < FEWEST:
            return "plus", d, n - size
    for i, j in itertools.combinations(range(len(axes) + 1), 2):
        if j - i > 1 and math.prod([size for size, _ in axes[i:j]]) == n:
            return ("times", *[d for _, d in axes[i:j]])
    for k in range(2, FEWEST):
        for size, d in moving:
            if size * k == n:
                return "times", d, k
            if -(-size // k) == n:
                return "parts", d, k
            if size // k == n:
                return "wholes", d, k
    return None


def _made_of(relation, symbols):
    what, *parts = relation
    one, *others = [symbols[d] if d.__class__ is str else d for d in parts]
    if what == "times":
        return math.prod(others, start=one)
    (k,) = others
    return {"plus": one + k, "parts": -(-one // k), "wholes": one // k}[what]


_RELATIONS = {"plus", "times", "parts", "wholes"}
scopes = {}  # bounds of symbols -> symbols of these


def avals_of(pattern):
    """The avals of a pattern, for JAX.

    Formulas share their symbols, so that what JAX traced for one it has for the others.
    """
    used = {d: None for shape, _ in pattern for d in shape if d.__class__ is not int}
    used = {d: None for d in used if d.__class__ is str or d[0] not in _RELATIONS}
    if all(d.__class__ is str for d in used):
        bounds = ((FEWEST, 0),) * len(used)
    else:
        bounds = tuple([(-(-least // k), (most - 1) // k) for _, k, least, most in sorted(used)])
    symbols = scopes.get(bounds)
    if symbols is None:
        names = [f"s{i}" for i in range(len(bounds))]
        limits = [f"{name} >= {least}" for name, (least, _) in zip(names, bounds)]
        limits += [f"{name} <= {most}" for name, (_, most) in zip(names, bounds) if most]
        scope = export.SymbolicScope(limits)
        made = export.symbolic_shape(",".join(names), scope=scope)
        symbols = scopes.setdefault(bounds, dict(zip(names, made)))

    def size(d):
        if d.__class__ is int:
            return d
        if d.__class__ is str:
            return symbols[d]
        return _made_of(d, symbols) if d[0] in _RELATIONS else d[1] * symbols[d[0]]

    return [jax.ShapeDtypeStruct(tuple([size(d) for d in shape]), t) for shape, t in pattern]


def scope_of(avals):
    """What the symbols of these shapes belong to: no others may stand beside them."""
    dims = [d for a in avals for d in a.shape if export.is_symbolic_dim(d)]
    return dims[0].scope if dims else None


def fitting(pattern, avals, fixed):
    """What the symbols of a pattern stand for, None where these are no arrays of its kind."""
    sizes = {}
    if len(pattern) != len(avals):
        return None
    for (shape, dtype), (actual, kind) in zip(pattern, avals):
        if dtype != kind or len(shape) != len(actual):
            return None
        for d, n in zip(shape, actual):
            if d.__class__ is int:
                if d != n:
                    return None
            elif (
                d[0] in _RELATIONS
                or not FEWEST <= n <= _MOST
                or n in fixed
                or sizes.setdefault(d, n) != n
            ):
                return None
    values = {}
    for d, n in sizes.items():
        if d.__class__ is str:
            values[d] = n
        else:
            name, factor, least, most = d
            if n % factor or not least <= n < most:
                return None
            values[name] = n // factor
    return values


def all_equal(pattern):
    """The pattern with one symbol in place of all; None where no size would be that."""
    used = {d for shape, _ in pattern for d in shape if d.__class__ is not int}
    one = "s0"
    if any(d.__class__ is tuple for d in used):
        most = min([d[3] for d in used])
        one = "s0", math.lcm(*[d[1] for d in used]), max([d[2] for d in used]), most
        if most - one[2] < one[1]:
            return None
    return tuple(
        [(tuple([d if d.__class__ is int else one for d in shape]), t) for shape, t in pattern]
    )


# What equations are compared at: primes, which no other expression gives by chance.
_PROBES = (10_007, 20_011)


def probes(pattern, one):
    """Values of the symbols of both, at which all sizes are equal."""
    found = []
    for probe in _PROBES:
        sizes = {d for shape, _ in one for d in shape if d.__class__ is not int}
        size = max([probe * d[1] if d.__class__ is tuple else probe for d in sizes])
        found.append(
            [
                {
                    d if d.__class__ is str else d[0]: size if d.__class__ is str else size // d[1]
                    for shape, _ in p
                    for d in shape
                    if d.__class__ is not int
                }
                for p in (pattern, one)
            ]
        )
    return found
