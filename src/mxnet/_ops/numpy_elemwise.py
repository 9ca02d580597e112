"""NumPy's elementwise operators: those of ``elemwise`` under NumPy's promotion rules, and the
ones that only NumPy's interface has.

Each table row is one function of ``mx.np``: operator names for arrays and for a number on either
side.
"""

import math
from dataclasses import dataclass

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from . import _promotion as rules
from ._axes import as_type, is_real, number, paired
from ._spec import Scalar, alias, op, variant
from .elemwise import BINARY, UNARY, maximum, minimum, modulo, power, through_float

__all__ = ["BINARY_FUNCTIONS", "UNARY_FUNCTIONS", "Binary"]


@dataclass(frozen=True)
class Binary:
    """Operators of one function of two operands: two arrays, array and number, number and array."""

    both: str
    right: str  # the number on the right
    left: str  # the number on the left
    numbers: str  # NumPy's function, for two numbers


BINARY_FUNCTIONS: dict[str, Binary] = {}
UNARY_FUNCTIONS: dict[str, str] = {}

_PAIR_DOC = """Elementwise {meaning}, with broadcasting.

Parameters
----------
x1, x2 : arrays    sizes are equal or 1, axis by axis from the last

Returns
-------
(*S) the common shape; {result}

Raises
------
ShapeError   if the shapes do not broadcast
"""
_SCALAR_DOC = """Elementwise {meaning}, of an array and a number{side}.

Parameters
----------
data : (*S)
scalar : number, default 1    taken in data's type: for integer types it is cut
is_int : bool, default True   kept for symbol files

Returns
-------
(*S) {result}
"""


# ------------------------------------------------------------------------------- two operands


def _counted(x):
    """Truth values met by a number count as integers."""
    return lax.convert_element_type(x, "int64") if x.dtype == bool else x


def _as_float(x):
    return x if is_real(x) else as_type(x, jnp.dtype("float32"))


def _same(x):
    return x


def _pair(name, fn, promotion, meaning, result, aliases=()):
    """Register the operator of two arrays, unless another one has the function already."""

    def binary(x1, x2):
        return fn(*paired(x1, x2, name))

    binary.__name__ = name.lstrip("_")
    binary.__doc__ = _PAIR_DOC.format(meaning=meaning, result=result)
    op(name, aliases=aliases, promotion=promotion)(binary)


def _number(name, fn, ready, meaning, result, static_values=None, left=False):
    """Register the operator of an array and a number."""

    def with_scalar(data, *, scalar: Scalar = 1.0, is_int: bool = True):
        x = ready(data)
        if static_values and isinstance(scalar, float) and is_real(x):
            return static_values[scalar](x)
        return fn(x, lax.broadcast(number(scalar, x.dtype), x.shape))

    with_scalar.__name__ = name.lstrip("_")
    side = ", which comes first" if left else ""
    with_scalar.__doc__ = _SCALAR_DOC.format(meaning=meaning, result=result, side=side)
    op(
        name,
        static_values=(("scalar", tuple(static_values)),) if static_values else (),
        caution=_cut if ready is _counted and result == _ARITHMETIC else None,
    )(with_scalar)


def _cut(attrs, dtypes):
    """What to tell about a number with a fraction that meets integers."""
    (dtype,) = dtypes
    if attrs["is_int"] or jnp.issubdtype(dtype, jnp.inexact):
        return None
    to = "int64" if dtype.kind == "b" else dtype.name
    return (
        f"{dtype.name} array and a float: the number is cut to a whole one and the result is "
        f"{to}, as in MXNet 1.9.1; NumPy computes in float64. Hint: x.astype('float32') first."
    )


def _swap(fn):
    return lambda a, b: fn(b, a)


def _bool_power(a, b):
    if a.dtype == bool:
        return lax.bitwise_or(a, lax.bitwise_not(b))
    return power(a, b)


def _bool_add(a, b):
    return lax.bitwise_or(a, b) if a.dtype == bool else lax.add(a, b)


def _bool_mul(a, b):
    return lax.bitwise_and(a, b) if a.dtype == bool else lax.mul(a, b)


_ARITHMETIC = "in the type that the operands meet in"
_POWERS = {
    2.0: lambda x: lax.mul(x, x),
    3.0: lambda x: lax.mul(lax.mul(x, x), x),
    0.5: lax.sqrt,
    -1.0: lambda x: lax.div(lax.full_like(x, 1), x),
}


def _floor_divide(a, b):
    """Quotient rounded down; 0 for integers where the divisor is 0."""
    if is_real(a):
        return lax.floor(lax.div(a, b))
    zero = lax.eq(b, lax.full_like(b, 0))
    q = lax.div(lax.sub(a, modulo(a, b)), lax.select(zero, lax.full_like(b, 1), b))
    return lax.select(zero, lax.full_like(a, 0), q)


def _copysign(a, b):
    """``|a|`` with the sign of ``b``, the sign of -0 included."""
    if not is_real(a):
        size = lax.abs(a) if a.dtype.kind == "i" else a
        return lax.select(lax.lt(b, lax.full_like(b, 0)), lax.neg(size), size)
    negative = jnp.signbit(b)
    flip = lax.ne(jnp.signbit(a), negative)
    return lax.select(flip, lax.neg(a), a)


def _arctan2(a, b):
    return through_float(lax.atan2)(a, b)


def _hypot(a, b):
    return BINARY["hypot"][0](a, b)


def _ldexp(a, b):
    """``a * 2^b``."""
    return through_float(lambda x, n: lax.mul(x, lax.exp2(n)))(a, b)


def _lcm(a, b):
    if a.dtype == bool:
        return lax.bitwise_and(a, b)
    return jnp.lcm(a, b)


def _gcd(a, b):
    return jnp.gcd(a, b)


def _truth(x):
    return x if x.dtype == bool else lax.ne(x, lax.full_like(x, 0))


def _truths(arrays, where):
    return tuple(_truth(x) for x in arrays)


# function of mx.np, the operators' stem, function, rule for two arrays, how an array meets a
# number, meaning, result
_TWO = (
    ("add", "add", _bool_add, rules.in_common, _counted, "sum", _ARITHMETIC),
    ("subtract", "subtract", lax.sub, rules.not_bool, _counted, "difference", _ARITHMETIC),
    ("multiply", "multiply", _bool_mul, rules.in_common, _counted, "product", _ARITHMETIC),
    ("mod", "mod", modulo, rules.not_bool, _counted, "remainder with the divisor's sign",
     _ARITHMETIC),
    ("power", "power", _bool_power, rules.in_common, _counted, "power", _ARITHMETIC),
    ("true_divide", "true_divide", lax.div, rules.in_common_inexact, _as_float, "quotient",
     "floating-point: integer types give float32"),
    ("floor_divide", "floor_divide", _floor_divide, rules.not_bool, _counted,
     "quotient rounded down", _ARITHMETIC),
    ("copysign", "copysign", _copysign, rules.not_bool, _counted, "size with a sign", _ARITHMETIC),
    ("arctan2", "arctan2", _arctan2, rules.in_common_inexact, _counted,
     "angle of the point (x2, x1)", "floating-point"),
    ("hypot", "hypot", _hypot, rules.in_common_inexact, _counted, "sqrt(x1^2 + x2^2)",
     "floating-point"),
    ("ldexp", "ldexp", _ldexp, rules.not_bool, _counted, "x1 * 2^x2", _ARITHMETIC),
    ("lcm", "lcm", _lcm, rules.whole, _counted, "least common multiple", _ARITHMETIC),
    ("gcd", "gcd", _gcd, rules.whole, _counted, "greatest common divisor", _ARITHMETIC),
    ("maximum", "maximum", maximum, rules.not_bool, _counted,
     "larger element; NaN wins, at ties the gradient goes to x1", _ARITHMETIC),
    ("minimum", "minimum", minimum, rules.not_bool, _counted,
     "smaller element; NaN wins, at ties the gradient goes to x1", _ARITHMETIC),
    ("fmax", "fmax", jnp.fmax, rules.not_bool, _counted, "larger element, NaN apart", _ARITHMETIC),
    ("fmin", "fmin", jnp.fmin, rules.not_bool, _counted, "smaller element, NaN apart",
     _ARITHMETIC),
    ("bitwise_and", "bitwise_and", lax.bitwise_and, rules.whole, _same, "and of bits", _ARITHMETIC),
    ("bitwise_or", "bitwise_or", lax.bitwise_or, rules.whole, _same, "or of bits", _ARITHMETIC),
    ("bitwise_xor", "bitwise_xor", lax.bitwise_xor, rules.whole, _same, "exclusive or of bits",
     _ARITHMETIC),
    ("equal", "equal", lax.eq, rules.in_common, _counted, "whether equal", "bool"),
    ("not_equal", "not_equal", lax.ne, rules.in_common, _counted, "whether different", "bool"),
    ("greater", "greater", lax.gt, rules.in_common, _counted, "whether x1 > x2", "bool"),
    ("greater_equal", "greater_equal", lax.ge, rules.in_common, _counted, "whether x1 >= x2",
     "bool"),
    ("less", "less", lax.lt, rules.in_common, _counted, "whether x1 < x2", "bool"),
    ("less_equal", "less_equal", lax.le, rules.in_common, _counted, "whether x1 <= x2", "bool"),
    ("logical_and", "logical_and", lax.bitwise_and, _truths, _truth, "whether both are true",
     "bool"),
    ("logical_or", "logical_or", lax.bitwise_or, _truths, _truth, "whether any is true", "bool"),
    ("logical_xor", "logical_xor", lax.bitwise_xor, _truths, _truth,
     "whether exactly one is true", "bool"),
)  # fmt: skip
_SYMMETRIC = frozenset(
    """add multiply lcm gcd maximum minimum fmax fmin hypot bitwise_and bitwise_or bitwise_xor equal
    not_equal logical_and logical_or logical_xor""".split()
)
_MIRRORED = {
    "greater": "less", "less": "greater", "greater_equal": "less_equal",
    "less_equal": "greater_equal",
}  # fmt: skip
# operators of two arrays, or an array and a number, that 1.9.1 shares with mx.nd
_PROMOTED = {"maximum": "broadcast_maximum", "minimum": "broadcast_minimum"}
_SHARED_SCALAR = frozenset({"maximum", "minimum", "hypot"})


def _whole_ready(x):
    """Operations on bits take a number in the array's type, as long as that is a whole one."""
    return rules.whole((x,), "bitwise operation")[0]


for _name, _stem, _fn, _rule, _ready, _meaning, _result in _TWO:
    _both, _right = f"_npi_{_stem}", f"_npi_{_stem}_scalar"
    if _name in _PROMOTED:
        variant(
            _both,
            _PROMOTED[_name],
            promotion=_rule,
            inputs=("x1", "x2"),
            doc=_PAIR_DOC.format(meaning=_meaning, result=_result),
        )
    else:
        _pair(_both, _fn, _rule, _meaning, _result)
    if _rule is rules.whole:
        _ready = _whole_ready
    if _name not in _SHARED_SCALAR:
        _number(_right, _fn, _ready, _meaning, _result, _POWERS if _name == "power" else None)
    if _name in _SYMMETRIC:
        _left = _right
    elif _name in _MIRRORED:
        _left = f"_npi_{_MIRRORED[_name]}_scalar"
    else:
        _left = f"_npi_r{_stem}_scalar"
        _number(_left, _swap(_fn), _ready, _meaning, _result, left=True)
    BINARY_FUNCTIONS[_name] = Binary(_both, _right, _left, _name)
BINARY_FUNCTIONS["divide"] = BINARY_FUNCTIONS["true_divide"]
BINARY_FUNCTIONS["remainder"] = BINARY_FUNCTIONS["mod"]


# --------------------------------------------------------------------------------- one operand

_ONE_DOC = """Elementwise {meaning}.

Parameters
----------
x : (*S)

Returns
-------
(*S) {result}
"""

# function of mx.np -> operator of mx.nd with the same mathematics
for _name, _base in {
    **{n: n for n in """cbrt ceil cos cosh degrees exp expm1 fix floor log log10 log1p log2
       negative radians reciprocal rint sign sin sinh sqrt square tan tanh trunc arccos arccosh
       arcsin arcsinh arctan arctanh""".split()},
    "absolute": "abs",
}.items():  # fmt: skip
    _meaning = UNARY[_base][1]
    variant(
        f"_npi_{_name}",
        _base,
        promotion=rules.not_bool,
        inputs=("x",),
        doc=_ONE_DOC.format(
            meaning=_meaning, result="same dtype; for integers the value is cut to one"
        ),
    )
    UNARY_FUNCTIONS[_name] = f"_npi_{_name}"
alias("_npi_absolute", "_npi_abs")
UNARY_FUNCTIONS |= {
    "abs": "_npi_absolute",
    "fabs": "_npi_absolute",
    "deg2rad": "_npi_radians",
    "rad2deg": "_npi_degrees",
}


def _unary(name, fn, meaning, result, promotion=None):
    def elementwise(x):
        return fn(x)

    elementwise.__name__ = name
    elementwise.__doc__ = _ONE_DOC.format(meaning=meaning, result=result)
    op(f"_npi_{name}", promotion=promotion)(elementwise)
    UNARY_FUNCTIONS[name] = f"_npi_{name}"


def _of_reals(fn):
    """``fn`` where the numbers are floating-point; integers are none of what it asks for."""
    return lambda x: fn(x) if is_real(x) else lax.full_like(x, False, dtype=bool)


def _is_infinite(sign):
    return _of_reals(lambda x: lax.eq(x, lax.full_like(x, sign * math.inf)))


_unary("isnan", _of_reals(lambda x: lax.ne(x, x)), "whether NaN", "bool")
_unary("isinf", _of_reals(jnp.isinf), "whether infinite", "bool")
_unary("isposinf", _is_infinite(1), "whether positively infinite", "bool")
_unary("isneginf", _is_infinite(-1), "whether negatively infinite", "bool")
_unary("isfinite", jnp.isfinite, "whether neither infinite nor NaN", "bool")
_unary("logical_not", lambda x: lax.bitwise_not(_truth(x)), "whether false", "bool")
_unary("bitwise_not", lax.bitwise_not, "complement of bits", "same dtype", rules.whole)
UNARY_FUNCTIONS["invert"] = "_npi_bitwise_not"


def _nan_to_num(x, nan, posinf, neginf):
    info = jnp.finfo(x.dtype)
    high = info.max if posinf is None else posinf
    low = info.min if neginf is None else neginf
    y = lax.select(lax.ne(x, x), lax.full_like(x, nan), x)
    y = lax.select(lax.eq(x, lax.full_like(x, math.inf)), lax.full_like(x, high), y)
    return lax.select(lax.eq(x, lax.full_like(x, -math.inf)), lax.full_like(x, low), y)


@op("_npi_nan_to_num")
def nan_to_num(
    data,
    *,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
):
    """NaN and infinite elements replaced by numbers.

    Parameters
    ----------
    data : (*S)
    copy : bool                 the caller's business
    nan : float, default 0      instead of NaN
    posinf, neginf : float      instead of the infinities; the largest and smallest finite numbers
        if not given

    Returns
    -------
    (*S) same dtype; integers as they are

    Gradient   0 where an element was replaced
    """
    return _nan_to_num(data, nan, posinf, neginf) if is_real(data) else data


@op("_npi_around")
def around(x, *, decimals: int = 0):
    """Elements rounded to so many decimals, halves to even.

    Parameters
    ----------
    x : (*S)
    decimals : int, default 0    negative: to tens, hundreds, ...; integers towards 0, as in 1.9.1

    Returns
    -------
    (*S) same dtype

    Gradient   0
    """
    rules.not_bool((x,), "around")
    if is_real(x) or decimals >= 0:
        return jnp.round(x, decimals)
    unit = 10**-decimals
    if unit > jnp.iinfo(x.dtype).max:
        return lax.full_like(x, 0)
    unit = lax.full_like(x, unit)
    return lax.mul(lax.div(x, unit), unit)


@op("_npi_polyval", promotion=rules.not_bool)
def polyval(p, x):
    """Values of a polynomial.

    Parameters
    ----------
    p : (N,)    coefficients, highest power first
    x : (*S)

    Returns
    -------
    (*S) in the type that they meet in

    Raises
    ------
    ShapeError   if the coefficients are no vector
    """
    if p.ndim != 1:
        fail(ShapeError, "polyval", "no coefficients", expected="a vector", got=p.shape)
    y = lax.full_like(x, 0)
    for k in range(p.shape[0]):
        y = lax.add(lax.mul(y, x), lax.broadcast(p[k], x.shape))
    return y
