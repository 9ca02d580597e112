"""What NumPy runs is what the compiler would have made of it, at the numbers where the two differ
by nature: NaN, infinities, zeros of both signs, the largest and smallest of each type, what
overflows, indices out of range, shifts by more than there are bits.

Each primitive is compiled by JAX, many in one program, and run by its rule. Numbers too small to
be normal count as zero, which they are in compiled programs.
"""

import math

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as onp
import pytest
from jax import lax

from mxnet._engine.numpy_rules import RULES
from mxnet._engine.plan import plan
from mxnet._graph.equations import Aval
from mxnet._graph.formulas import Formula

FLOATS = ("float32", "float64", "float16", "bfloat16")
SIGNED, UNSIGNED = ("int32", "int64", "int8"), ("uint8", "uint32", "uint64")
WHOLE = (*SIGNED, *UNSIGNED)
TYPES = (*FLOATS, *WHOLE, "bool")
TOLERANCE = {2: 3, 4: 100, 8: 1e4}  # of a float of so many bytes, in units of its last place
# the compiler is asked for the same programs with less work on their speed
OPTIONS = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
ROUNDINGS = lax.RoundingMethod


def numbers(dtype):
    """Values of a type at which something can go wrong, and some at which nothing should."""
    if dtype == "bool":
        return onp.array([False, True])
    if dtype in WHOLE:
        i = onp.iinfo(dtype)
        some = [*range(-9, 10), 15, 16, 31, 32, 33, 63, 64, 100, -100, i.max // 2, i.min // 2]
        some += [i.max, i.max - 1, i.min, i.min + 1]
        return onp.array([x for x in some if i.min <= x <= i.max], dtype)
    info = ml_dtypes.finfo(jnp.dtype(dtype))
    some = [onp.nan, onp.inf, -onp.inf, 0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 2, -2, 3]
    some += [float(v) for v in (info.max, info.min, info.tiny, -info.tiny, info.eps, 1 + info.eps)]
    some += [-3, 0.3, -0.7, 7.3, -7.3, 1e-3, 100, -100, 127.5, 128, 255, 256, -129, 32767, 65504]
    some += [-65504, 1e4, 0.9999, -0.9999, 20, -20, 88, -87, 0.49999997, -0.49999997, 5, 10, -1e-4]
    if dtype in ("float32", "float64"):
        some += [2.0**31, -(2.0**31), 2.0**32, 2.0**63, -(2.0**63), 2.0**64, 1e20, -1e20, 8388609]
        some += [2.0**31 - 1, -(2.0**31) - 1, 1e-10, 1e-30]
    with onp.errstate(all="ignore"):
        return onp.array(some).astype(jnp.dtype(dtype))


def pairs(dtype):
    """All pairs of them."""
    x = numbers(dtype)
    return [onp.repeat(x, len(x)), onp.tile(x, len(x))]


def rows(dtype, width=8):
    """Rows that each hold some of them."""
    x, rng = numbers(dtype), onp.random.default_rng(5)
    return [onp.stack([rng.permutation(onp.resize(x, max(len(x), width)))[:width] for _ in x])]


def by_rule(function, arrays):
    """The result of the rules."""
    avals = [Aval(a.shape, a.dtype) for a in arrays]
    with onp.errstate(all="ignore"):
        return onp.asarray(Formula(lambda *a: [function(*a)]).plan(avals, plan)(arrays)[0])


def by_compiler(functions, arrays):
    """Results of several functions of the same arrays, from one program."""

    def all_of(*a):
        return [f(*a) for f in functions]

    found = jax.jit(all_of).lower(*arrays).compile(OPTIONS)(*arrays)
    return [onp.asarray(a) for a in found]


def unlike(a, b, zeros=True):
    """Where two arrays of one type differ by more than rounding."""
    assert a.dtype == b.dtype
    assert a.shape == b.shape
    if a.dtype.kind not in "fV":
        return a != b
    info = ml_dtypes.finfo(a.dtype)
    tiny, last = float(info.tiny), float(info.eps)
    a, b = a.astype("float64"), b.astype("float64")
    with onp.errstate(all="ignore"):
        near = TOLERANCE[info.bits // 8] * last * onp.maximum(abs(a), abs(b)) + 2 * tiny
        fits = (a == b) | ((a != a) & (b != b)) | (onp.isfinite(a + b) & (abs(a - b) <= near))
        if zeros:
            fits &= (a != 0) | (b != 0) | (onp.signbit(a) == onp.signbit(b))
    return ~fits


# ---------------------------------------------------------------------------------------- cases


def power_by(y):
    return lambda x: lax.integer_pow(x, y)


def rounded(method):
    return lambda x: lax.round(x, method)


def cast(dtype):
    return lambda x: lax.convert_element_type(x, dtype)


def bits(x):
    return lax.bitcast_convert_type(x, f"uint{8 * x.dtype.itemsize}")


REAL = """ceil exp log log1p expm1 sqrt rsqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh
acosh atanh logistic erf erfc erf_inv digamma is_finite floor sign neg abs square""".split()
# name -> (function, types)
UNARY = {
    **{name: (getattr(lax, name), FLOATS) for name in REAL},
    # of 1 and 2 it is 0, which the compiler's formula misses by some units of the last place of 1
    "lgamma": (lambda x: lax.select(abs(x - 1.5) < 0.6, x, lax.lgamma(x)), FLOATS),
    "exp2": (lax.exp2, ("float32", "float64")),
    **{f"integer_pow {y}": (power_by(y), (*FLOATS, *WHOLE)) for y in (0, 3, 5)},
    **{f"integer_pow {y}": (power_by(y), ("float32", "float64")) for y in (-1, -2)},
    **{f"round {m.name}": (rounded(m), FLOATS) for m in ROUNDINGS},
    **{f"cast to {t}": (cast(t), TYPES) for t in TYPES},
    **{f"{n} whole": (getattr(lax, n), SIGNED) for n in ("sign", "neg", "abs", "square")},
    "not": (lax.bitwise_not, (*WHOLE, "bool")),
    "population_count": (lax.population_count, WHOLE),
    "bitcast": (bits, (*FLOATS, *WHOLE)),
    "complex": (
        lambda x: lax.imag(lax.conj(lax.complex(x, -x))) + lax.real(lax.complex(x, x)),
        ("float32", "float64"),
    ),
}
SAME_ZEROS = ("max", "min", "clamp")  # which of two zeros they give is not defined
COMPARED = tuple("eq ne lt le gt ge max min".split())
BINARY = {
    **{n: (getattr(lax, n), (*FLOATS, *WHOLE)) for n in ("add", "sub", "mul", "div", "rem")},
    **{n: (getattr(lax, n), FLOATS) for n in ("pow", "atan2")},
    "nextafter": (lax.nextafter, ("float32", "float64", "bfloat16")),
    **{n: (getattr(lax, n), TYPES) for n in COMPARED},
    **{n: (getattr(lax, f"bitwise_{n}"), (*WHOLE, "bool")) for n in ("and", "or", "xor")},
    **{
        n: (getattr(lax, n), WHOLE)
        for n in ("shift_left", "shift_right_logical", "shift_right_arithmetic")
    },
    "clamp": (lambda x, y: lax.clamp(lax.rev(y, (0,)), x, y), (*FLOATS, *WHOLE)),
    "select_n": (lambda x, y: lax.select_n(lax.lt(x, y), x, y), TYPES),
    "select_n of three": (
        lambda x, y: lax.select_n(cast("int32")(lax.lt(x, y)) + cast("int32")(x == x), x, y, x),
        TYPES,
    ),
}


def folded(function, initial):
    return lambda x: lax.reduce(x, onp.asarray(initial, x.dtype), function, (1,))


def position(function):
    return lambda x: function(x, 1, onp.int32)


def with_order(keys):
    def sort(x):
        order = lax.broadcasted_iota(onp.int32, x.shape, 1)
        return lax.sort((x, lax.rev(x, (1,)), order)[3 - keys - 1 :], num_keys=keys)[-1]

    return sort


def least(x):
    return (
        -onp.inf if x.dtype.kind in "fV" else 0 if x.dtype.kind == "b" else onp.iinfo(x.dtype).min
    )


def most(x):
    return onp.inf if x.dtype.kind in "fV" else 1 if x.dtype.kind == "b" else onp.iinfo(x.dtype).max


def window(function, initial):
    def reduce(x):
        first = onp.asarray(initial(x), x.dtype)
        return lax.reduce_window(x, first, function, (1, 3), (1, 2), ((0, 0), (1, 1)))

    return reduce


# Sums and products of floats are another matter: their order is the compiler's.
ALONG_ROWS = {
    "reduce_sum": (folded(lax.add, 0), WHOLE),
    "reduce_prod": (folded(lax.mul, 1), WHOLE),
    "reduce_max": (lambda x: lax.reduce(x, onp.asarray(least(x), x.dtype), lax.max, (1,)), TYPES),
    "reduce_min": (lambda x: lax.reduce(x, onp.asarray(most(x), x.dtype), lax.min, (1,)), TYPES),
    "reduce_or": (folded(lax.bitwise_or, 0), (*WHOLE, "bool")),
    "reduce_and": (folded(lax.bitwise_and, -1), (*SIGNED, "bool")),
    "reduce_xor": (folded(lax.bitwise_xor, 0), (*WHOLE, "bool")),
    "argmax": (position(lax.argmax), TYPES),
    "argmin": (position(lax.argmin), TYPES),
    "cumsum": (lambda x: lax.cumsum(x, 1), WHOLE),
    "cumprod": (lambda x: lax.cumprod(x, 1, reverse=True), WHOLE),
    "cummax": (lambda x: lax.cummax(x, 1), (*FLOATS, *WHOLE)),
    "cummin": (lambda x: lax.cummin(x, 1, reverse=True), (*FLOATS, *WHOLE)),
    "sort": (lax.sort, TYPES),
    "sort, order": (with_order(1), TYPES),
    "sort by two": (with_order(2), TYPES),
    "reduce_window_max": (window(lax.max, least), (*FLOATS, *WHOLE)),
    "reduce_window_min": (window(lax.min, most), (*FLOATS, *WHOLE)),
    "reduce_window_sum": (window(lax.add, lambda x: 0), WHOLE),
}

# ------------------------------------------------------------------------------------ positions

BEYOND = [0, 1, 4, 5, 7, 100, -1, -2, -5, -6, -100]
MODES = {"fill": "fill", "clip": "clip"}


def at(mode, *keys):
    """``x.at[...]`` without negative indices that count from the end."""
    return lambda x, i: x.at[tuple([k(i) if callable(k) else k for k in keys])]


FIRST = (lambda i: i,)
SECOND = (slice(None), lambda i: i)
BOTH = (lambda i: i, lambda i: i[::-1] % 5)


def gather(keys, mode):
    def run(x, i, u):
        return at(mode, *keys)(x, i).get(mode=mode, wrap_negative_indices=False)

    return run


def scatter(name, keys, mode):
    def run(x, i, u):
        where = at(mode, *keys)(x, i)
        updates = u[:, 0] if keys is BOTH else u.T if keys is SECOND else u
        return getattr(where, name)(updates, mode=mode, wrap_negative_indices=False)

    return run


def windows(mode, axes, sizes, offsets, collapsed=(), batch=()):
    """One window at each of the positions, gathered one by one."""
    numbers = lax.GatherDimensionNumbers(offsets, collapsed, axes)

    def one(x, i):
        first = jnp.broadcast_to(i, (*batch, len(axes)))
        return lax.gather(x, first, numbers, sizes, mode=mode)

    return lambda x, i, u: jnp.stack([one(x, i[k]) for k in range(len(BEYOND))])


WINDOWS = {
    "whole": ((0, 1), (2, 3), (0, 1)),
    "second axis": ((1,), (5, 2), (0, 1)),
    "a row": ((0,), (1, 4), (0,), (0,)),
    "a column behind a batch of one": ((1,), (5, 1), (1,), (1,), (1,)),
    "a window before a batch of one": ((1, 0), (3, 2), (0, 2), (), (1,)),
    "an element": ((0, 1), (1, 1), (), (0, 1)),
}
UPDATES = ("set", "add", "multiply", "min", "max")
INDEXED = {
    **{
        f"gather one, {name}, {mode}": windows(mode, *how)
        for name, how in WINDOWS.items()
        for mode in MODES
    },
    **{
        f"gather {number} {mode}": gather(keys, mode)
        for number, keys in enumerate((FIRST, SECOND, BOTH))
        for mode in MODES
    },
    **{
        f"scatter {name} {number} {mode}": scatter(name, keys, mode)
        for number, keys in enumerate((FIRST, SECOND, BOTH))
        for name in UPDATES
        for mode in MODES
    },
    "dynamic_slice": lambda x, i, u: jnp.stack(
        [lax.dynamic_slice(x, (i[k], i[k]), (2, 3)) for k in range(len(BEYOND))]
    ),
    "dynamic_update_slice": lambda x, i, u: jnp.stack(
        [lax.dynamic_update_slice(x, u[:2, :3], (i[k], i[k])) for k in range(len(BEYOND))]
    ),
}


def agree(cases, arrays, dtype):
    """Fail where a rule and the compiler differ."""
    wrong = []
    for (name, function), wanted in zip(cases.items(), by_compiler(cases.values(), arrays)):
        found = by_rule(function, arrays)
        bad = onp.argwhere(unlike(found, wanted, name not in SAME_ZEROS))
        for key in [tuple(k) for k in bad[:3]]:
            given = [a[key] if a.shape == found.shape else a[key[:1]] for a in arrays]
            wrong.append(f"{name} of {dtype} {given}: {found[key]} compiled {wanted[key]}")
    assert not wrong, "\n".join(wrong)


TABLES = [(UNARY, lambda t: [numbers(t)]), (BINARY, pairs), (ALONG_ROWS, rows)]


@pytest.mark.parametrize("dtype", TYPES)
def test_at_special_numbers_as_compiled(dtype):
    for table, arrays in TABLES:
        cases = {name: case[0] for name, case in table.items() if dtype in case[1]}
        agree(cases, arrays(dtype), dtype)


def indexed(dtype):
    rng = onp.random.default_rng(1)
    some = [i % 256 for i in BEYOND] if dtype == "uint8" else BEYOND
    x, u = rng.normal(size=(5, 5)), rng.normal(size=(len(BEYOND), 5))
    return [x.astype("float32"), onp.array(some, dtype), u.astype("float32")]


@pytest.mark.parametrize("dtype", ["int32", "uint8"])
def test_indices_out_of_range_as_compiled(dtype):
    agree(INDEXED, indexed(dtype), dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "int8", "bool"])
def test_what_changes_nothing_is_not_copied(dtype):
    x = onp.arange(24).reshape(4, 6).astype(jnp.dtype(dtype))[:, ::2]
    i = onp.array([1], "int64")
    numbers = lax.GatherDimensionNumbers((0, 1), (), (0,))
    row = by_rule(lambda x, i: lax.gather(x, i, numbers, (2, 3)), [x, i])
    onp.testing.assert_array_equal(row, x[1:3])
    assert onp.shares_memory(row, x)
    if dtype in ("float16", "float32", "float64"):
        x = numbers_of_two_axes(dtype)
        found = by_rule(lambda x: lax.clamp(*limits(x)), [x])
        assert onp.shares_memory(found, x)


@pytest.mark.parametrize("dtype", FLOATS)
def test_limits_that_come_as_numbers(dtype):
    """As they do in updates, where infinite ones mean none."""
    x = numbers_of_two_axes(dtype)
    for low in (-onp.inf, -1.5, onp.nan):
        for high in (onp.inf, 2.5, onp.nan):
            limits = [onp.asarray(v, x.dtype) for v in (low, high)]
            found = by_rule(lambda x, a, b: lax.clamp(a, x, b), [x, *limits])
            (wanted,) = by_compiler([lambda x, a, b: lax.clamp(a, x, b)], [x, *limits])
            assert not unlike(found, wanted, zeros=False).any(), (low, high)


def limits(x):
    none = jnp.asarray(jnp.inf, x.dtype)
    return -none, x, none


def numbers_of_two_axes(dtype):
    x = numbers(dtype)
    return onp.stack([x, x[::-1]])


def test_every_rule_of_arithmetic_is_compared():
    cases = [(case[0], arrays(case[1][0])) for table, arrays in TABLES for case in table.values()]
    cases += [(function, indexed("int32")) for function in INDEXED.values()]
    seen = set()
    for function, arrays in cases:
        avals = [Aval(a.shape, a.dtype) for a in arrays]
        steps = Formula(lambda *a, f=function: [f(*a)]).equations(avals)[0].steps
        seen |= {e.primitive.name for e in steps}
    # what moves elements, and has no opinion of their values; one primitive under several names
    moves = """broadcast_in_dim concatenate copy copy_p empty empty2 expand_dims iota
    optimization_barrier pad platform_index random_bits random_split random_unwrap random_wrap
    reshape slice split squeeze stack stop_gradient tile transpose unstack add_any
    """.split()
    twice = {name.replace("_", "-") for name in seen} | {name.replace("-", "_") for name in seen}
    # sums of floats in an order of the compiler's, which other tests compare
    sums = "dot_general mxnet_product fft cumlogsumexp".split()
    assert set(RULES) - seen - twice == {*moves, *sums} - seen


def test_comparison_fires():
    x = onp.array([0.0, onp.nan, 1.0, onp.inf, 1e-39], "float32")
    for k, other in enumerate([-0.0, 0.0, 1.0001, math.inf - 1]):
        y = x.copy()
        y[k] = other if k < 3 else 3e38
        assert unlike(x, y).tolist() == [i == k for i in range(5)]
    assert not unlike(x, onp.where(x == x[4], 0, x).astype("float32")).any()
