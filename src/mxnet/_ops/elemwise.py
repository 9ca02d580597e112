"""Elementwise operators of one array, of one array and a number, and of two arrays of one shape.

They are tables: a row names the operator, its function, its meaning and the interval that its
tests draw from.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._dtypes import is_floating
from ..error import ShapeError, fail
from . import _by_numpy
from ._axes import as_type, is_real, number, same_shape
from ._facts import all_equal, data_equal, fixed_types
from ._spec import DType, Scalar, op
from ._storage import (
    CONSTANT,
    CSR,
    DENSE,
    KEPT,
    KEPT_CONSTANT,
    KEPT_LINEAR,
    KEPT_PRODUCT,
    LINEAR,
    ROWS,
    Storage,
    equal,
    equal_rows,
    need,
    none,
    of_head,
    only,
)

__all__ = [
    "BINARY",
    "COMPARE",
    "UNARY",
    "compare",
    "absolute",
    "divide",
    "hypot",
    "maximum",
    "minimum",
    "modulo",
    "power",
]

f32, f64 = jnp.float32, jnp.float64


def _full(x, value):
    return lax.full_like(x, value)


# ------------------------------------------------------------------------------- two operands


def divide(a, b):
    """Quotient; integers are cut towards zero, and give 0 where the divisor is 0."""
    if is_real(a):
        return lax.div(a, b)
    zero = lax.eq(b, _full(b, 0))
    return lax.select(zero, _full(a, 0), lax.div(a, lax.select(zero, _full(b, 1), b)))


def modulo(a, b):
    """Remainder with the divisor's sign; 0 where the divisor is 0."""
    zero = lax.eq(b, _full(b, 0))
    b = lax.select(zero, _full(b, 1), b)
    r = lax.rem(a, b)
    none = _full(r, 0)
    crossed = lax.bitwise_and(lax.ne(r, none), lax.ne(lax.lt(r, none), lax.lt(b, _full(b, 0))))
    r = lax.select(crossed, lax.add(r, b), r)
    if is_real(r):  # -0 becomes 0, with the gradient kept
        r = lax.select(lax.eq(r, none), lax.sub(r, lax.stop_gradient(r)), r)
    return lax.select(zero, none, r)


def power(a, b):
    """``a ** b``; integers are computed in float64 and cut."""
    if is_real(a):
        return lax.pow(a, b)
    exact = lax.pow(lax.convert_element_type(a, f64), lax.convert_element_type(b, f64))
    return lax.convert_element_type(exact, a.dtype)


def maximum(a, b):
    """The larger; NaN wins; at a tie the gradient goes to the first operand."""
    return lax.select(lax.bitwise_or(lax.ge(a, b), lax.ne(a, a)), a, b)


def minimum(a, b):
    """The smaller; NaN wins; at a tie the gradient goes to the first operand."""
    return lax.select(lax.bitwise_or(lax.le(a, b), lax.ne(a, a)), a, b)


def hypot(a, b):
    """``sqrt(a^2 + b^2)``."""
    return through_float(lambda x, y: lax.sqrt(lax.add(lax.mul(x, x), lax.mul(y, y))))(a, b)


def through_float(fn):
    """``fn`` for any element type: integers pass through floating point and are cut.

    float64 rounded to float32 first, so that ``log2(8)`` is 3 and not 2.9999 cut to 2.
    """

    def compute(*xs):
        if is_real(xs[0]):
            return fn(*xs)
        y = fn(*(lax.convert_element_type(x, f64) for x in xs))
        return lax.convert_element_type(lax.convert_element_type(y, f32), xs[0].dtype)

    return compute


def compare(fn):
    """A comparison whose result has the operands' element type."""
    return lambda a, b: as_type(fn(a, b), a.dtype)


def _truth(fn):
    return compare(lambda a, b: fn(lax.ne(a, _full(a, 0)), lax.ne(b, _full(b, 0))))


def _swap(fn):
    return lambda a, b: fn(b, a)


# short name -> (function, meaning, interval of lhs for tests, interval of rhs)
BINARY = {
    "add": (lax.add, "sum", (-3, 3), (-3, 3)),
    "sub": (lax.sub, "difference", (-3, 3), (-3, 3)),
    "mul": (lax.mul, "product", (-3, 3), (-3, 3)),
    "div": (divide, "quotient; integers are cut towards zero", (-3, 3), (0.5, 3)),
    "mod": (modulo, "remainder with the divisor's sign, 0 for divisor 0", (-9, 9), (1, 4)),
    "power": (power, "lhs to the power of rhs", (0.2, 3), (-2, 2)),
    "maximum": (maximum, "larger element; at ties the gradient goes to lhs", (-3, 3), (-3, 3)),
    "minimum": (minimum, "smaller element; at ties the gradient goes to lhs", (-3, 3), (-3, 3)),
    "hypot": (hypot, "sqrt(lhs^2 + rhs^2)", (-3, 3), (-3, 3)),
}
COMPARE = {
    "equal": (compare(lax.eq), "1 where equal, else 0"),
    "not_equal": (compare(lax.ne), "1 where different, else 0"),
    "greater": (compare(lax.gt), "1 where lhs > rhs, else 0"),
    "greater_equal": (compare(lax.ge), "1 where lhs >= rhs, else 0"),
    "lesser": (compare(lax.lt), "1 where lhs < rhs, else 0"),
    "lesser_equal": (compare(lax.le), "1 where lhs <= rhs, else 0"),
    "logical_and": (_truth(lax.bitwise_and), "1 where both are non-zero, else 0"),
    "logical_or": (_truth(lax.bitwise_or), "1 where any is non-zero, else 0"),
    "logical_xor": (_truth(lax.bitwise_xor), "1 where exactly one is non-zero, else 0"),
}


def _pair(name, fn, meaning, aliases=(), **facts):
    """Register an operator of two arrays of equal shape."""

    def elementwise(lhs, rhs):
        same_shape(lhs, rhs, name)
        return fn(lhs, rhs)

    elementwise.__name__ = name.lstrip("_")
    elementwise.__doc__ = f"""Elementwise {meaning}, for two arrays of equal shape.

Parameters
----------
lhs, rhs : (*S) of one dtype

Returns
-------
(*S) same dtype

Raises
------
ShapeError   if the shapes differ
"""
    op(name, aliases=aliases, same_dtype=True, complete=(all_equal,), **facts)(elementwise)


def _stored_product(node, ins, attrs):
    kinds = set(ins)
    return ins[0] if len(kinds) == 1 else max(kinds - {DENSE}) if DENSE in kinds else None


_PAIR_STORAGE = {
    "elemwise_add": Storage(equal, of_head),
    "elemwise_sub": Storage(equal, of_head),
    "elemwise_mul": Storage(_stored_product),
    "_maximum": Storage(equal),
    "_minimum": Storage(equal),
    "_scatter_elemwise_div": Storage(lambda node, ins, attrs: only(ins[:1], ROWS)),
}
for _name, _short, _more in (
    ("elemwise_add", "add", ("_plus", "_Plus", "_add", "_sparse_elemwise_add")),
    ("elemwise_sub", "sub", ("_minus", "_Minus", "_sub", "_sparse_elemwise_sub")),
    ("elemwise_mul", "mul", ("_mul", "_Mul", "_sparse_elemwise_mul")),
    ("elemwise_div", "div", ("_div", "_Div", "_sparse_elemwise_div")),
    ("_mod", "mod", ("_Mod",)),
    ("_power", "power", ("_Power",)),
    ("_maximum", "maximum", ("_Maximum",)),
    ("_minimum", "minimum", ("_Minimum",)),
    ("_hypot", "hypot", ("_Hypot",)),
    ("_grad_add", "add", ()),
    ("_scatter_elemwise_div", "div", ()),
):
    _pair(
        _name,
        BINARY[_short][0],
        BINARY[_short][1],
        _more,
        storage=_PAIR_STORAGE.get(_name, Storage()),
        by_numpy=_by_numpy.pair(_short),
    )
for _short, (_fn, _meaning) in COMPARE.items():
    _camel = "_".join(p.capitalize() for p in _short.split("_"))
    _pair(
        f"_{_short}",
        _fn,
        _meaning,
        (f"_{_camel}",),
        loss=True,
        by_numpy=_by_numpy.pair(_short),
    )


# ------------------------------------------------------------------------- an array and a number


def _power_fixed(x, s):
    """Powers common in models, compiled in."""
    if s == 2.0:
        return lax.mul(x, x)
    if s == 3.0:
        return lax.mul(lax.mul(x, x), x)
    return {0.5: through_float(lax.sqrt), -1.0: _reciprocal}[s](x)


def _reciprocal(x):
    return divide(_full(x, 1), x)


def _scalar(name, fn, meaning, aliases=(), fixed=None, static_values=(), **facts):
    """Register an operator of an array and a number."""

    def with_scalar(data, *, scalar: Scalar = 1.0, is_int: bool = True):
        if data.dtype == bool:  # numbers and truth values meet as integers
            data = lax.convert_element_type(data, "int64")
        if fixed is not None and isinstance(scalar, float):
            if is_real(data):
                return fixed(data, scalar)
        return fn(data, lax.broadcast(number(scalar, data.dtype), data.shape))

    with_scalar.__name__ = name.lstrip("_")
    with_scalar.__doc__ = f"""Elementwise {meaning}, for an array and a number.

Parameters
----------
data : (*S) any dtype
scalar : number, default 1    taken in data's dtype: integers are cut (``1.7`` counts as 1)
is_int : bool, default True   kept for symbol files

Returns
-------
(*S) same dtype
"""
    op(name, aliases=aliases, static_values=static_values, complete=(all_equal,), **facts)(
        with_scalar
    )


def _zero_if(test):
    """Zero is given for zero by numbers that pass a test."""
    return lambda attrs: test(float(attrs["scalar"]))


_SCALAR_STORAGE = {
    "plus": Storage(gradient=of_head, zero=_zero_if(lambda s: s == 0)),
    "minus": Storage(gradient=of_head, zero=_zero_if(lambda s: s == 0)),
    "rminus": LINEAR,
    "mul": KEPT_LINEAR,
    "div": KEPT_LINEAR,
    "equal": Storage(gradient=none, zero=_zero_if(lambda s: s != 0)),
    "not_equal": Storage(gradient=none, zero=_zero_if(lambda s: s == 0)),
    "greater": Storage(gradient=none, zero=_zero_if(lambda s: s >= 0)),
    "greater_equal": Storage(gradient=none, zero=_zero_if(lambda s: s > 0)),
    "lesser": Storage(gradient=none, zero=_zero_if(lambda s: s <= 0)),
    "lesser_equal": Storage(gradient=none, zero=_zero_if(lambda s: s < 0)),
}


for _name, _fn, _meaning in (
    ("plus", lax.add, "data + scalar"),
    ("minus", lax.sub, "data - scalar"),
    ("rminus", _swap(lax.sub), "scalar - data"),
    ("mul", lax.mul, "data * scalar"),
    ("div", divide, "data / scalar"),
    ("rdiv", _swap(divide), "scalar / data"),
    ("mod", modulo, "data modulo scalar"),
    ("rmod", _swap(modulo), "scalar modulo data"),
    ("rpower", _swap(power), "scalar ** data"),
    ("maximum", maximum, "max(data, scalar)"),
    ("minimum", minimum, "min(data, scalar)"),
    ("hypot", hypot, "sqrt(data^2 + scalar^2)"),
    *((_k, *_v) for _k, _v in COMPARE.items()),
):
    _camel = "".join(p.capitalize() for p in _name.split("_"))
    _camel = {"Rminus": "RMinus", "Rdiv": "RDiv", "Rmod": "RMod", "Rpower": "RPower"}.get(
        _camel, _camel
    )
    _more = (f"_npi_{_name}_scalar",) if _name in ("maximum", "minimum", "hypot") else ()
    _scalar(
        f"_{_name}_scalar",
        _fn,
        _meaning,
        (f"_{_camel}Scalar", *_more),
        loss=_name in COMPARE,
        storage=_SCALAR_STORAGE.get(_name, Storage()),
        by_numpy=_by_numpy.with_number(_name),
    )
_scalar(
    "_power_scalar",
    power,
    "data ** scalar",
    ("_PowerScalar",),
    _power_fixed,
    (("scalar", (2.0, 0.5, -1.0, 3.0)),),
)
for _name, _fn, _sign in ("plus", lax.add, "+"), ("minus", lax.sub, "-"):
    _meaning = f"data {_sign} scalar (sparse storage is kept)"
    _scalar(f"_scatter_{_name}_scalar", _fn, _meaning, storage=KEPT_LINEAR)


# --------------------------------------------------------------------------------- one operand


def _round_away(x):
    """Nearest integer, halves away from zero."""
    return lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO)


def _rint(x):
    """Nearest integer, halves downwards."""
    low, high = lax.floor(x), lax.ceil(x)
    return lax.select(lax.le(lax.sub(x, low), lax.sub(high, x)), low, high)


def _trunc(x):
    return lax.mul(lax.sign(x), lax.floor(lax.abs(x)))


def absolute(x):
    """Absolute value whose gradient at 0 is 0."""
    if is_real(x):
        return lax.mul(x, lax.stop_gradient(lax.sign(x)))
    return x if x.dtype.kind in "ub" else lax.abs(x)


def _relu(x):
    """Written so that NaN stays and the gradient at 0 is 0."""
    return lax.select(lax.le(x, _full(x, 0)), _full(x, 0), x)


def _gamma(x):
    """Gamma function by its logarithm, in float64: float32 would lose two digits. At a zero it has
    the zero's sign, at negative integers none: NaN.
    """
    z = lax.convert_element_type(x, f64)
    zero, below = lax.eq(z, _full(z, 0)), lax.floor(z)
    odd = lax.ne(lax.rem(below, _full(z, 2)), _full(z, 0))
    negative = lax.bitwise_and(lax.lt(z, _full(z, 0)), odd)
    pole = lax.bitwise_and(lax.eq(z, below), lax.lt(z, _full(z, 0)))
    sign = lax.select(negative, _full(z, -1), _full(z, 1))
    sign = lax.select(zero, lax.div(_full(z, 1), z), sign)
    sign = lax.stop_gradient(lax.select(pole, _full(z, math.nan), sign))
    return lax.convert_element_type(lax.mul(sign, lax.exp(lax.lgamma(z))), x.dtype)


def _logarithm(base):
    """Logarithm in float64: in float32, one power of ten in seven would miss its exponent."""
    return lambda x: lax.convert_element_type(
        lax.div(lax.log(lax.convert_element_type(x, f64)), lax.full(x.shape, math.log(base), f64)),
        x.dtype,
    )


def _scaled(factor):
    return lambda x: lax.mul(x, _full(x, factor))


def _whole(fn):
    """``fn`` for floating point; integers are already whole."""
    return lambda x: fn(x) if is_real(x) else x


def _plain_sign(x):
    return x if x.dtype == bool else lax.sign(x)


_any = (-3.0, 3.0)
_pos = (0.2, 3.0)


# name -> (function, formula, interval for tests)
@jax.custom_jvp
def softsign(x):
    """Compute x / (1 + |x|), with a derivative that cancels nothing."""
    return lax.div(x, lax.add(_full(x, 1), lax.abs(x)))


softsign.defjvps(lambda t, y, x: t / lax.square(1 + lax.abs(x)))


UNARY = {
    "abs": (absolute, "absolute value; gradient 0 at 0", _any),
    "sign": (_plain_sign, "-1, 0 or 1; gradient 0", _any),
    "negative": (lax.neg, "-x", _any),
    "square": (lambda x: lax.mul(x, x), "x^2", _any),
    "relu": (_relu, "max(x, 0); gradient 0 at 0", _any),
    "round": (_whole(_round_away), "nearest integer, halves away from zero; gradient 0", _any),
    "rint": (_whole(_rint), "nearest integer, halves downwards; gradient 0", _any),
    "fix": (_whole(_trunc), "nearest integer towards zero; gradient 0", _any),
    "trunc": (_whole(_trunc), "whole part; gradient 0", _any),
    "floor": (_whole(lax.floor), "largest integer not above x; gradient 0", _any),
    "ceil": (_whole(lax.ceil), "smallest integer not below x; gradient 0", _any),
    "reciprocal": (_reciprocal, "1 / x", _pos),
    "exp": (through_float(lax.exp), "e^x", _any),
    "expm1": (through_float(lax.expm1), "e^x - 1, precise near 0", _any),
    "log": (through_float(lax.log), "natural logarithm", _pos),
    "log10": (through_float(_logarithm(10)), "logarithm to base 10", _pos),
    "log2": (through_float(_logarithm(2)), "logarithm to base 2", _pos),
    "log1p": (through_float(lax.log1p), "log(1 + x), precise near 0", (-0.8, 3)),
    "sqrt": (through_float(lax.sqrt), "square root", _pos),
    "rsqrt": (through_float(lax.rsqrt), "1 / sqrt(x)", _pos),
    "cbrt": (through_float(lax.cbrt), "cube root", _pos),
    "rcbrt": (through_float(lambda x: lax.div(_full(x, 1), lax.cbrt(x))), "1 / cbrt(x)", _pos),
    "sin": (through_float(lax.sin), "sine (radians)", _any),
    "cos": (through_float(lax.cos), "cosine (radians)", _any),
    "tan": (through_float(lax.tan), "tangent (radians)", (-1.2, 1.2)),
    "arcsin": (through_float(lax.asin), "inverse sine, in radians", (-0.9, 0.9)),
    "arccos": (through_float(lax.acos), "inverse cosine, in radians", (-0.9, 0.9)),
    "arctan": (through_float(lax.atan), "inverse tangent, in radians", _any),
    "sinh": (through_float(lax.sinh), "hyperbolic sine", _any),
    "cosh": (through_float(lax.cosh), "hyperbolic cosine", _any),
    "tanh": (through_float(lax.tanh), "hyperbolic tangent", _any),
    "arcsinh": (through_float(lax.asinh), "inverse hyperbolic sine", _any),
    "arccosh": (through_float(lax.acosh), "inverse hyperbolic cosine", (1.2, 4)),
    "arctanh": (through_float(lax.atanh), "inverse hyperbolic tangent", (-0.9, 0.9)),
    "degrees": (through_float(_scaled(180 / math.pi)), "radians to degrees", _any),
    "radians": (through_float(_scaled(math.pi / 180)), "degrees to radians", _any),
    "erf": (through_float(lax.erf), "error function", _any),
    "erfinv": (through_float(lax.erf_inv), "inverse error function", (-0.9, 0.9)),
    "gamma": (through_float(_gamma), "gamma function", _pos),
    "gammaln": (through_float(lax.lgamma), "logarithm of |gamma(x)|", _pos),
    "sigmoid": (through_float(lax.logistic), "1 / (1 + e^-x)", _any),
    "softsign": (
        through_float(softsign),
        "x / (1 + |x|)",
        _any,
    ),
    "logical_not": (
        lambda x: as_type(lax.eq(x, _full(x, 0)), x.dtype),
        "1 where x is 0, else 0; no gradient",
        _any,
    ),
}
# also reached as nd.sparse.*: those of UNARY that 1.9.1 lists there, and four others below
_SPARSE = frozenset(
    """abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh degrees exp expm1
    fix floor gamma gammaln log log10 log1p log2 negative radians relu rint round rsqrt sigmoid sign
    sin sinh
    sqrt square tan tanh trunc""".split()
)
_NUMPY_EXTENSION = frozenset("erf erfinv gamma gammaln".split())
_UNARY_STORAGE = {
    **dict.fromkeys(
        """sqrt cbrt sin tan arcsin arctan sinh tanh arcsinh arctanh expm1 log1p degrees
        radians""".split(),
        KEPT,
    ),
    **dict.fromkeys("abs square relu".split(), KEPT_PRODUCT),
    **dict.fromkeys("sign round rint ceil floor trunc fix".split(), KEPT_CONSTANT),
    "negative": KEPT_LINEAR,
}
_FLAT = frozenset("rint round ceil floor trunc fix logical_not".split())  # no gradient passes


def _unary(name, fn, formula):
    """Register an operator of one array."""

    def elementwise(data):
        return fn(data)

    elementwise.__name__ = name
    elementwise.__doc__ = f"""Elementwise {formula}.

Parameters
----------
data : (*S) any dtype

Returns
-------
(*S) same dtype; for integers the value is cut to one
"""
    more = []
    if name in _SPARSE:
        more.append(f"_sparse_{name}")
    if name in _NUMPY_EXTENSION:
        more.append(f"_npx_{name}")
    of_its_own = f"_npx_{name}" if name in ("relu", "sigmoid") else None
    op(
        name,
        aliases=[*more, of_its_own] if of_its_own else more,
        written={of_its_own: of_its_own} if of_its_own else {},
        complete=(all_equal,),
        loss=name in _FLAT,
        storage=_UNARY_STORAGE.get(name, Storage()),
        by_numpy=_by_numpy.UNARY.get(name),
    )(elementwise)


for _name, (_fn, _formula, _) in UNARY.items():
    _unary(_name, _fn, _formula)


@op(
    "_copy",
    aliases=("identity", "_copyto", "_npi_copyto"),
    written={"_copyto": "_copyto", "_npi_copyto": "_copyto"},
    complete=(all_equal,),
    storage=KEPT_LINEAR,
)
def identity(data):
    """The array itself.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (*S) same dtype
    """
    return data


@op(
    "BlockGrad",
    aliases=("stop_gradient", "_sparse_stop_gradient"),
    complete=(all_equal,),
    loss=True,
    storage=KEPT_CONSTANT,
)
def stop_gradient(data):
    """The array itself, as a constant: no gradient passes.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (*S) same dtype
    """
    return lax.stop_gradient(data)


@jax.custom_vjp
def _loss(data):
    return data


_loss.defvjp(lambda data: (data, None), lambda _, g: (jnp.ones_like(g),))


@op(
    "make_loss",
    aliases=("_sparse_make_loss",),
    outputs=("loss",),
    complete=(all_equal,),
    loss=True,
    storage=KEPT,
)
def make_loss(data):
    """The array itself, as a loss: its gradient is 1 whatever comes from above.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (*S) same dtype

    Gradient   ones; the head gradient is ignored
    """
    return _loss(data)


@op("_identity_with_attr_like_rhs", complete=(all_equal,))
def identity_with_attr_like_rhs(lhs, rhs):
    """``lhs`` itself; ``rhs`` only tells its shape.

    Parameters
    ----------
    lhs, rhs : (*S) any dtype

    Returns
    -------
    (*S) dtype of lhs
    """
    same_shape(lhs, rhs, "_identity_with_attr_like_rhs")
    return lhs


def convert(data, dtype):
    """Element type conversion as C does it: to integers by cutting, narrow ones wrap."""
    if is_real(data) and jnp.issubdtype(dtype, jnp.integer) and dtype.itemsize < 4:
        data = lax.convert_element_type(data, "int64")
    return as_type(data, dtype)


@op(
    "Cast",
    aliases=("cast", "_npx_cast", "_npi_cast"),
    complete=(all_equal,),
    free={"data": "float32"},
)
def cast(data, *, dtype: DType):
    """Convert the element type; fractions are cut, narrow integer types wrap (300 to uint8 is 44).

    Parameters
    ----------
    data : (*S) any dtype
    dtype : dtype

    Returns
    -------
    (*S) of ``dtype``

    Gradient   converted back to data's dtype
    """
    return convert(data, dtype)


# what mixed precision converts: the rest passes unchanged
_MIXED = {jnp.dtype(t) for t in ("float16", "bfloat16", "float32")}


def _amp_cast_types(node, ins, outs):
    known = ins[0]
    if known is not None and known in _MIXED:
        known = onp.dtype(node.parse()[0]["dtype"])
    return [None], [known]


@op("amp_cast", complete=(all_equal,), free={"data": "float32"}, types=_amp_cast_types)
def amp_cast(data, *, dtype: DType):
    """Convert between float32 and half precision; other arrays pass unchanged (mixed precision).

    Parameters
    ----------
    data : (*S) any dtype
    dtype : dtype

    Returns
    -------
    (*S) of ``dtype`` if data is float32, float16 or bfloat16, else of data's
    """
    return lax.convert_element_type(data, dtype) if data.dtype in _MIXED else data


def _multicast_shapes(found, node):
    for i, e in enumerate(node.inputs):
        found.put((node, i), found.get(e), node)
        found.put(e, found.get((node, i)), node)


def _multicast_types(node, ins, outs):
    if any(t is None for t in ins):
        return [None] * len(ins), [None] * len(outs)
    to = _common_type(ins, node.parse()[0]["cast_narrow"])
    return [None] * len(ins), [to if t in _MIXED else t for t in ins]


def _common_type(types, narrow) -> Any:
    kinds = [t for t in types if t in _MIXED]
    return (min if narrow else max)(kinds, key=lambda d: jnp.finfo(d).bits) if kinds else None


@op(
    "amp_multicast",
    num_outputs=lambda attrs, n: n,
    prefix="data_",
    complete=(_multicast_shapes,),
    types=_multicast_types,
)
def amp_multicast(*data, num_outputs: int | None = None, cast_narrow: bool = False):
    """Convert float32 and half-precision arrays to the widest (or narrowest) type among them.

    Parameters
    ----------
    *data : arrays of any shape
    num_outputs : int            as many as arrays
    cast_narrow : bool           the narrowest type instead

    Returns
    -------
    as many arrays, those of float32, float16 and bfloat16 of one type
    """
    to = _common_type([x.dtype for x in data], cast_narrow)
    return tuple(lax.convert_element_type(x, to) if x.dtype in _MIXED else x for x in data)


def _zero_of_clip(attrs):
    return float(attrs.get("a_min", 0)) <= 0 <= float(attrs.get("a_max", 0))


def _stored_clip(node, ins, attrs):
    need(node, ins[0] == DENSE or _zero_of_clip(attrs), ins)
    return ins[0]


def _clip_by_numpy(ins):
    dtype = ins[0].dtype
    if dtype not in (onp.float32, onp.float64) or not ins[0].shape:
        return None

    def clip(x, low, high):
        if 0 != low <= high != 0:  # of zeros the sign would not be known
            found = onp.maximum(x, onp.array(low, dtype))
            return onp.minimum(found, onp.array(high, dtype), out=found)
        low, high, found = onp.array(low, dtype), onp.array(high, dtype), x.copy()
        onp.putmask(found, onp.less(x, low), low)
        onp.putmask(found, onp.greater(x, high), high)
        return found

    return clip


@op(
    "clip",
    by_numpy=_clip_by_numpy,
    aliases=("_sparse_clip",),
    needed={"a_min": "-inf", "a_max": "inf"},
    complete=(data_equal,),
    storage=Storage(_stored_clip, zero=_zero_of_clip),
)
def clip(data, *, a_min: Scalar, a_max: Scalar):
    """Values cut to the interval from ``a_min`` to ``a_max``.

    Parameters
    ----------
    data : (*S) any dtype
    a_min, a_max : number    may change from call to call without a new compilation

    Returns
    -------
    (*S) same dtype

    Gradient   passes where a_min <= data <= a_max, bounds included
    """
    low = lax.broadcast(number(a_min, data.dtype), data.shape)
    high = lax.broadcast(number(a_max, data.dtype), data.shape)
    y = lax.select(lax.lt(data, low), low, data)
    return lax.select(lax.gt(data, high), high, y)


@op("smooth_l1", aliases=("_npx_smooth_l1",), complete=(data_equal,))
def smooth_l1(data, *, scalar: Scalar = 1.0):
    """Square near 0, absolute value beyond: ``(s x)^2 / 2`` if ``|x| < 1 / s^2``,
    else ``|x| - 1 / (2 s^2)``.

    Parameters
    ----------
    data : (*S)
    scalar : number, default 1    s

    Returns
    -------
    (*S) same dtype; for integers without the fraction
    """
    if not jnp.issubdtype(data.dtype, jnp.floating):
        return smooth_l1(data.astype("float32"), scalar=scalar).astype(data.dtype)
    s2 = lax.broadcast(lax.square(number(scalar, data.dtype)), data.shape)
    half = _full(data, 0.5)
    size = absolute(data)
    near = lax.mul(lax.mul(half, s2), lax.mul(data, data))
    far = lax.sub(size, lax.div(half, s2))
    return lax.select(lax.lt(size, lax.div(_full(data, 1), s2)), near, far)


@op("hard_sigmoid", complete=(data_equal,))
def hard_sigmoid(data, *, alpha: float = 0.2, beta: float = 0.5):
    """``max(0, min(1, alpha x + beta))``.

    Parameters
    ----------
    data : (*S) float
    alpha, beta : float, default 0.2 and 0.5

    Returns
    -------
    (*S) same dtype

    Gradient   0 where the result is 0 or 1
    """

    def compute(x):
        y = lax.add(lax.mul(x, _full(x, alpha)), _full(x, beta))
        zero, one = _full(x, 0), _full(x, 1)
        y = lax.select(lax.ge(y, one), one, y)
        return lax.select(lax.le(y, zero), zero, y)

    return through_float(compute)(data)


@op(
    "zeros_like",
    aliases=("_sparse_zeros_like",),
    complete=(all_equal,),
    loss=True,
    storage=KEPT_CONSTANT,
)
def zeros_like(data):
    """Zeros of data's shape and dtype.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (*S) same dtype
    """
    return _full(data, 0)


@op("ones_like", complete=(all_equal,), loss=True, storage=CONSTANT)
def ones_like(data):
    """Ones of data's shape and dtype.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (*S) same dtype
    """
    return _full(data, 1)


@op("shape_array", aliases=("_npx_shape_array",), types=fixed_types("int64"), loss=True)
def shape_array(data):
    """The shape as an array.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (ndim,) int64
    """
    return jnp.asarray(data.shape, "int64")


@op("size_array", types=fixed_types("int64"), loss=True)
def size_array(data):
    """The number of elements as an array.

    Parameters
    ----------
    data : (*S) any dtype

    Returns
    -------
    (1,) int64
    """
    return jnp.asarray([data.size], "int64")


@op(
    "add_n",
    aliases=("ElementWiseSum", "_sparse_add_n", "_sparse_ElementWiseSum"),
    same_dtype=True,
    counted=True,
    complete=(all_equal,),
    storage=Storage(equal_rows, of_head),
)
def add_n(*args, num_args: int | None = None):
    """Sum of arrays of one shape.

    Parameters
    ----------
    *args : (*S) of one dtype     at least one
    num_args : int                their number; filled in

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError   without arrays, or if the shapes differ
    """
    if not args:
        fail(ShapeError, "add_n", "nothing to add", expected="at least one array", got="none")
    total = args[0]
    for x in args[1:]:
        same_shape(total, x, "add_n")
        total = lax.add(total, x)
    return total


def _predicate(name, fn, meaning):
    def test(data):
        if not is_real(data):
            return _full(data, fn is lax.is_finite)
        return as_type(fn(data), data.dtype)

    test.__name__ = name
    test.__doc__ = f"""1 where an element {meaning}, else 0; no gradient.

Parameters
----------
data : (*S) any dtype

Returns
-------
(*S) same dtype
"""
    op(f"_contrib_{name}", complete=(all_equal,), loss=name == "isnan")(test)


_predicate("isnan", lambda x: lax.ne(x, x), "is not a number")
_predicate("isinf", lambda x: lax.eq(lax.abs(x), _full(x, jnp.inf)), "is infinite")
_predicate("isfinite", lax.is_finite, "is finite")


# --------------------------------------------------------------------------------- contrib


@op(
    "_contrib_quadratic",
    complete=(all_equal,),
    storage=Storage(lambda node, ins, attrs: None if attrs.get("c") else only(ins, CSR)),
)
def quadratic(data, *, a: float = 0.0, b: float = 0.0, c: float = 0.0):
    """``a x^2 + b x + c``.

    Parameters
    ----------
    data : (*S) any number type
    a, b, c : float, default 0

    Returns
    -------
    (*S) same dtype; of integers, the fraction is cut at the end
    """
    dtype = data.dtype
    if not is_floating(dtype):
        data = data.astype("float32")
    found = lax.add(
        lax.mul(lax.add(lax.mul(_full(data, a), data), _full(data, b)), data), _full(data, c)
    )
    return found.astype(dtype)


@op("_contrib_div_sqrt_dim", complete=(all_equal,))
def div_sqrt_dim(data):
    """``data / sqrt(size of the last axis)``, the scale of attention scores.

    Parameters
    ----------
    data : (*S, C) float

    Returns
    -------
    (*S, C) same dtype
    """
    size = jnp.asarray(data.shape[-1], "float64")  # which may be a symbol
    return lax.div(data, jnp.broadcast_to(jnp.sqrt(size).astype(data.dtype), data.shape))


@jax.custom_vjp
def _scaled_gradient(data, factor):
    return data


_scaled_gradient.defvjp(
    lambda data, factor: (data, factor),
    lambda factor, g: (
        lax.mul(g, lax.broadcast(number(factor, g.dtype), g.shape)),
        jnp.zeros_like(factor),
    ),
)


@op("_contrib_gradientmultiplier", complete=(data_equal,))
def gradient_multiplier(data, *, scalar: Scalar = 1.0, is_int: bool = True):
    """The array itself; its gradient is multiplied by ``scalar`` (negative: gradient reversal).

    Parameters
    ----------
    data : (*S) float
    scalar : number, default 1
    is_int : bool, default True   kept for symbol files

    Returns
    -------
    (*S) same dtype
    """
    return _scaled_gradient(data, jnp.asarray(scalar, f64))


@jax.custom_jvp
def _round_straight(x):
    return _whole(_round_away)(x)


@jax.custom_jvp
def _sign_straight(x):
    return lax.sign(x)


_round_straight.defjvp(lambda primals, tangents: (_round_straight(*primals), *tangents))
_sign_straight.defjvp(lambda primals, tangents: (_sign_straight(*primals), *tangents))


@op("_contrib_round_ste", aliases=("_sparse__contrib_round_ste",), complete=(all_equal,))
def round_ste(data):
    """Round, halves away from zero, with the straight-through gradient 1.

    Parameters
    ----------
    data : (*S) float

    Returns
    -------
    (*S) same dtype
    """
    return _round_straight(data)


@op("_contrib_sign_ste", aliases=("_sparse__contrib_sign_ste",), complete=(all_equal,))
def sign_ste(data):
    """Sign, with the straight-through gradient 1.

    Parameters
    ----------
    data : (*S) float

    Returns
    -------
    (*S) same dtype
    """
    return _sign_straight(data)


@op("_contrib_allclose", types=fixed_types("uint8"), loss=True)
def allclose(a, b, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = True):
    """1 if ``|a - b| <= atol + rtol |b|`` everywhere, else 0.

    Parameters
    ----------
    a, b : (*S) float
    rtol, atol : float
    equal_nan : bool, default True    NaN equals NaN

    Returns
    -------
    () uint8
    """
    same_shape(a, b, "allclose")
    near = jnp.isclose(lax.stop_gradient(a), lax.stop_gradient(b), rtol, atol, equal_nan)
    return jnp.all(near).astype("uint8")
