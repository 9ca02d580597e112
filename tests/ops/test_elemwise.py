"""Elementwise, scalar, comparison and broadcast operators against NumPy and records of 1.9.1."""

import math

import numpy as onp
import pytest

from mxnet._ops import _spec
from mxnet._ops.elemwise import BINARY, COMPARE, UNARY
from mxnet.error import AttributeTypeError, ShapeError
from support.ops import call, check_gradient, gradients


def vector(fn):
    return onp.vectorize(fn, otypes=["float64"])


def half_away(x):
    return onp.sign(x) * onp.floor(onp.abs(x) + 0.5)


def half_down(x):
    return onp.ceil(x - 0.5)


def inverse_erf(y):
    low, high = -6.0, 6.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < y else (low, middle)
    return low


# from the definitions, in float64
ORACLE = {
    "abs": onp.abs, "sign": onp.sign, "negative": onp.negative, "square": lambda x: x * x,
    "relu": lambda x: onp.where(x > 0, x, 0), "round": half_away, "rint": half_down,
    "fix": onp.trunc, "trunc": onp.trunc, "floor": onp.floor, "ceil": onp.ceil,
    "reciprocal": lambda x: 1 / x, "exp": onp.exp, "expm1": onp.expm1, "log": onp.log,
    "log10": onp.log10, "log2": onp.log2, "log1p": onp.log1p, "sqrt": onp.sqrt,
    "rsqrt": lambda x: 1 / onp.sqrt(x), "cbrt": onp.cbrt, "rcbrt": lambda x: 1 / onp.cbrt(x),
    "sin": onp.sin, "cos": onp.cos, "tan": onp.tan, "arcsin": onp.arcsin, "arccos": onp.arccos,
    "arctan": onp.arctan, "sinh": onp.sinh, "cosh": onp.cosh, "tanh": onp.tanh,
    "arcsinh": onp.arcsinh, "arccosh": onp.arccosh, "arctanh": onp.arctanh,
    "degrees": onp.degrees, "radians": onp.radians, "erf": vector(math.erf),
    "erfinv": vector(inverse_erf), "gamma": vector(math.gamma), "gammaln": vector(math.lgamma),
    "sigmoid": lambda x: 1 / (1 + onp.exp(-x)), "softsign": lambda x: x / (1 + onp.abs(x)),
    "logical_not": lambda x: onp.where(x == 0, 1.0, 0.0),
}  # fmt: skip
PAIRS = {
    "add": onp.add, "sub": onp.subtract, "mul": onp.multiply, "div": onp.divide, "mod": onp.mod,
    "power": onp.power, "maximum": onp.maximum, "minimum": onp.minimum, "hypot": onp.hypot,
}  # fmt: skip
TESTS = {
    "equal": onp.equal, "not_equal": onp.not_equal, "greater": onp.greater,
    "greater_equal": onp.greater_equal, "lesser": onp.less, "lesser_equal": onp.less_equal,
    "logical_and": onp.logical_and, "logical_or": onp.logical_or, "logical_xor": onp.logical_xor,
}  # fmt: skip
TOLERANCE = {"float64": 1e-12, "float32": 4e-6, "float16": 4e-3}


def draw(interval, shape=(3, 4)):
    return onp.random.uniform(*interval, shape)


def close(found, expected, dtype):
    assert found.dtype == dtype
    assert found.shape == expected.shape
    tolerance = TOLERANCE[dtype]
    onp.testing.assert_allclose(found.astype("float64"), expected, rtol=tolerance, atol=tolerance)


def test_every_row_has_an_oracle():
    assert set(ORACLE) == set(UNARY)
    assert set(PAIRS) == set(BINARY)
    assert set(TESTS) == set(COMPARE)


# ----------------------------------------------------------------------------------- one operand


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name, dtype):
    x = draw(UNARY[name][2]).astype(dtype)
    close(call(name, x), ORACLE[name](x.astype("float64")), dtype)


@pytest.mark.parametrize("name", UNARY)
def test_unary_gradient(name):
    check_gradient(name, draw(UNARY[name][2]))


@pytest.mark.parametrize("shape", [(0, 3), (1,), (), (2, 1, 0)])
def test_unary_keeps_unusual_shapes(shape):
    for name in ("exp", "relu", "round", "gamma", "logical_not"):
        assert call(name, onp.ones(shape, "float32")).shape == shape


# MXNet 1.9.1 on int32 [1, 2, 8, 27]
WHOLE = {
    "log": [0, 0, 2, 3], "log2": [0, 1, 3, 4], "log10": [0, 0, 0, 1], "cbrt": [1, 1, 2, 3],
    "sqrt": [1, 1, 2, 5], "rsqrt": [1, 0, 0, 0], "sin": [0, 0, 0, 0],
    "reciprocal": [1, 0, 0, 0], "round": [1, 2, 8, 27], "floor": [1, 2, 8, 27],
    "square": [1, 4, 64, 729], "relu": [1, 2, 8, 27], "sign": [1, 1, 1, 1],
    "softsign": [0, 0, 0, 0], "degrees": [57, 114, 458, 1546], "erf": [0, 0, 1, 1],
    "logical_not": [0, 0, 0, 0], "rcbrt": [1, 0, 0, 0],
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_are_cut_as_recorded(name):
    y = call(name, onp.array([1, 2, 8, 27], "int32"))
    assert y.dtype == "int32"
    assert y.tolist() == WHOLE[name]


def test_whole_numbers_beyond_float_stay_exact():
    big = onp.array([2**60 + 1, -(2**60) - 1], "int64")
    assert call("abs", big).tolist() == [2**60 + 1, 2**60 + 1]
    assert call("negative", big).tolist() == [-(2**60) - 1, 2**60 + 1]
    assert call("negative", onp.array([1], "uint8")).tolist() == [255]


def test_halves_are_rounded_as_recorded():
    x = onp.array([-1.5, -0.5, 0.5, 1.5, 2.5], "float32")
    assert call("round", x).tolist() == [-2, -1, 1, 2, 3]
    assert call("rint", x).tolist() == [-2, -1, 0, 1, 2]
    assert call("fix", x).tolist() == [-1, 0, 0, 1, 2]


# gradients where the function has a corner or a pole, as 1.9.1 gives them
CORNERS = {
    "abs": ([-1, 0, 1], [-1, 0, 1]), "relu": ([-1, 0, 1], [0, 0, 1]), "sign": ([0, 4], [0, 0]),
    "sqrt": ([0, 4], [onp.inf, 0.25]), "reciprocal": ([0], [-onp.inf]), "round": ([0.5], [0]),
    "softsign": ([0, -2], [1, 1 / 9]), "make_loss": ([2, 3], [1, 1]), "BlockGrad": ([2, 3], [0, 0]),
    "hard_sigmoid": ([-3, -2.5, 0, 2.5, 3], [0, 0, 0.2, 0, 0]),
    "_contrib_round_ste": ([0.5, 1.2], [1, 1]), "_contrib_sign_ste": ([0, -3], [1, 1]),
}  # fmt: skip


@pytest.mark.parametrize("name", CORNERS)
def test_gradient_at_corners(name):
    x, expected = CORNERS[name]
    (found,) = gradients(name, onp.array(x, "float32"))
    onp.testing.assert_allclose(found, onp.array(expected, "float32"), rtol=1e-6)


def test_logarithms_of_powers_are_whole():
    powers = onp.arange(-20, 21)
    assert (call("log10", (10.0**powers).astype("float32")) == powers).all()
    assert (call("log2", (2.0**powers).astype("float32")) == powers).all()


def test_relu_keeps_nan():
    y = call("relu", onp.array([onp.nan, -1, 2], "float32"))
    assert onp.isnan(y[0])
    assert y[1:].tolist() == [0, 2]


def test_gamma_of_negative_numbers():
    y = call("gamma", onp.array([0.5, 5, -1.5, -0.5], "float32"))
    onp.testing.assert_allclose(y, [math.gamma(v) for v in (0.5, 5, -1.5, -0.5)], rtol=2e-7)


def test_gamma_at_its_poles_as_recorded():
    y = call("gamma", onp.array([0.0, -0.0, -1, -2, -onp.inf, onp.inf], "float32"))
    onp.testing.assert_array_equal(y, [onp.inf, -onp.inf, onp.nan, onp.nan, onp.nan, onp.inf])


def test_clip():
    x = onp.array([-1, 0, 0.5, 1, 2], "float32")
    assert call("clip", x, a_min=0, a_max=1).tolist() == [0, 0, 0.5, 1, 1]
    assert gradients("clip", x, a_min=0, a_max=1)[0].tolist() == [0, 1, 1, 1, 0]
    assert onp.isnan(call("clip", onp.array([onp.nan]), a_min=0, a_max=1))[0]
    assert call("clip", onp.array([1, 5, 9]), a_min=2.5, a_max=7.5).tolist() == [2, 5, 7]
    assert call("clip", onp.array([1.0, 3.0]), a_min=2, a_max=0).tolist() == [0, 0]


def test_smooth_l1_as_recorded():
    x = onp.array([-2, -0.25, -0.2, 0, 0.25, 1], "float32")
    found, slope = call("smooth_l1", x, scalar=2), gradients("smooth_l1", x, scalar=2)[0]
    onp.testing.assert_allclose(found, [1.875, 0.125, 0.08, 0, 0.125, 0.875], rtol=1e-6)
    onp.testing.assert_allclose(slope, [-1, -1, -0.8, 0, 1, 1], rtol=1e-6)
    check_gradient("smooth_l1", draw((-2, 2)), scalar=1.5)
    check_gradient("hard_sigmoid", draw((-4, 4)))


def test_cast():
    x = onp.array([300, -1, 1.7, -1.7], "float32")
    assert call("Cast", x, dtype="uint8").tolist() == [44, 255, 1, 255]
    assert call("Cast", x, dtype="int32").tolist() == [300, -1, 1, -1]
    assert call("cast", onp.array([0, 0.5]), dtype="bool").tolist() == [False, True]
    (slope,) = gradients("Cast", x, dtype="float16")
    assert slope.dtype == "float32"
    assert slope.tolist() == [1, 1, 1, 1]
    assert call("amp_cast", onp.array([1], "int32"), dtype="float16").dtype == "int32"
    # float64 is no type of mixed precision: 1.9.1 lets it pass
    assert call("amp_cast", onp.array([1], "float64"), dtype="float16").dtype == "float64"
    wide = call("amp_multicast", onp.ones(1, "float32"), onp.ones(1, "float64"), num_outputs=2)
    assert [y.dtype.name for y in wide] == ["float32", "float64"]
    wide = call("amp_multicast", onp.ones(1, "float32"), onp.ones(1, "float16"), num_outputs=2)
    assert [y.dtype.name for y in wide] == ["float32", "float32"]


def test_information_about_an_array():
    x = onp.ones((2, 3), "float16")
    assert call("shape_array", x).tolist() == [2, 3]
    assert call("size_array", x).tolist() == [6]
    assert call("size_array", x).dtype == "int64"
    for name, value in (("zeros_like", 0), ("ones_like", 1)):
        y = call(name, x)
        assert y.dtype == "float16"
        assert (y == value).all()
        assert y.shape == (2, 3)


def test_predicates():
    x = onp.array([1, onp.nan, onp.inf, -onp.inf], "float32")
    assert call("_contrib_isnan", x).tolist() == [0, 1, 0, 0]
    assert call("_contrib_isinf", x).tolist() == [0, 0, 1, 1]
    assert call("_contrib_isfinite", x).tolist() == [1, 0, 0, 0]
    assert call("_contrib_isfinite", onp.array([1, 2])).tolist() == [1, 1]
    assert call("_contrib_isnan", onp.array([1, 2])).tolist() == [0, 0]


def test_contributed():
    x = onp.array([1, 2], "float32")
    assert call("_contrib_quadratic", x, a=1, b=2, c=3).tolist() == [6, 11]
    onp.testing.assert_allclose(call("_contrib_div_sqrt_dim", x), x / math.sqrt(2), rtol=1e-6)
    assert gradients("_contrib_gradientmultiplier", x, scalar=-2)[0].tolist() == [-2, -2]
    assert call("_contrib_allclose", x, x + onp.float32(1e-9)).tolist() == 1
    assert call("_contrib_allclose", x, x + onp.float32(0.1)).tolist() == 0


# ---------------------------------------------------------------------------------- two operands


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", BINARY)
def test_broadcast(name, dtype):
    _, _, left, right = BINARY[name]
    for a, b in (
        ((3, 4), (3, 4)),
        ((2, 3, 4), (3, 1)),
        ((1, 4), (3, 1)),
        ((0, 3), (1, 3)),
        ((1,), ()),
    ):
        x, y = draw(left, a).astype(dtype), draw(right, b).astype(dtype)
        expected = PAIRS[name](x.astype("float64"), y.astype("float64"))
        if name == "mod":  # a value at the edge may fall on either side in low precision
            expected = onp.mod(x, y).astype("float64")
        close(call(f"broadcast_{name}", x, y), expected, dtype)


@pytest.mark.parametrize("name", BINARY)
def test_broadcast_gradient(name):
    _, _, left, right = BINARY[name]
    check_gradient(f"broadcast_{name}", draw(left, (2, 3)), draw(right, (3,)))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "uint8"])
@pytest.mark.parametrize("name", TESTS)
def test_comparison(name, dtype):
    x, y = (onp.random.randint(0, 3, s).astype(dtype) for s in ((4, 5), (5,)))
    found = call(f"broadcast_{name}", x, y)
    assert found.dtype == dtype
    assert (found == TESTS[name](x, y)).all()
    found = call(f"_{name}_scalar", x, scalar=1)
    assert found.dtype == dtype
    assert (found == TESTS[name](x, onp.ones_like(x))).all()
    assert (call(f"_{name}", x, x) == TESTS[name](x, x)).all()


def test_comparison_has_no_gradient():
    assert gradients("broadcast_greater", onp.ones(2), onp.zeros(2))[0].tolist() == [0, 0]


def test_ties_and_corners_as_recorded():
    a, b = onp.array([1.0, 2, 0, -3]), onp.array([1.0, 1, 0, 2])
    assert [g.tolist() for g in gradients("broadcast_maximum", a, b)] == [
        [1, 1, 1, 0],
        [0, 0, 0, 1],
    ]
    assert [g.tolist() for g in gradients("broadcast_minimum", a, b)] == [
        [1, 0, 1, 1],
        [0, 1, 0, 0],
    ]
    assert gradients("_maximum_scalar", onp.array([0.0, 1, 2]), scalar=1)[0].tolist() == [0, 1, 1]
    x, y = onp.array([1.0, 2, -3, -3, 2]), onp.array([1.0, 1, 2, 3, -2])
    assert [g.tolist() for g in gradients("broadcast_mod", x, y)] == [[1] * 5, [-1, -2, 2, 1, 1]]
    for nan in (onp.array([onp.nan, 1]), onp.array([1, onp.nan])):
        assert onp.isnan(call("broadcast_maximum", nan, nan[::-1])).all()
        assert onp.isnan(call("broadcast_minimum", nan, nan[::-1])).all()


def test_remainders_as_recorded():
    a, b = onp.array([5.0, -5, 5, -5, 5.5]), onp.array([3.0, 3, -3, -3, 0])
    assert call("broadcast_mod", a, b).tolist() == [2, 1, -1, -2, 0]
    assert not onp.signbit(
        call("broadcast_mod", onp.array([-3.0, -0.0]), onp.array([3.0, 3.0]))
    ).any()
    a, b = onp.array([5, -5, 5, -5, 5]), onp.array([3, 3, -3, -3, 0])
    assert call("broadcast_mod", a, b).tolist() == [2, 1, -1, -2, 0]


def test_whole_quotients_are_cut_and_division_by_zero_is_zero():
    a, b = onp.array([-7, 7, 1], "int32"), onp.array([2, 2, 0], "int32")
    assert call("broadcast_div", a, b).tolist() == [-3, 3, 0]


@pytest.mark.parametrize(
    ("name", "a", "b"), [("broadcast_add", (2, 3), (2,)), ("broadcast_mul", (4, 1), (3, 2))]
)
def test_shapes_that_do_not_broadcast(name, a, b):
    with pytest.raises(ShapeError) as error:
        call(name, onp.ones(a), onp.ones(b))
    assert str(a) in str(error.value)
    assert str(b) in str(error.value)
    assert name in str(error.value)


def test_elementwise_takes_no_broadcasting():
    with pytest.raises(ShapeError, match=r"elemwise_add.*\(2, 3\).*\(3,\)"):
        call("elemwise_add", onp.ones((2, 3)), onp.ones(3))
    with pytest.raises(ShapeError, match=r"add_n.*\(2,\).*\(1,\)"):
        call("add_n", onp.ones(2), onp.ones(1))
    with pytest.raises(ShapeError, match="at least one"):
        call("add_n")
    for name, fn in (
        ("elemwise_add", onp.add),
        ("elemwise_div", onp.divide),
        ("_hypot", onp.hypot),
    ):
        x, y = draw((1, 2)), draw((1, 2))
        onp.testing.assert_allclose(call(name, x, y), fn(x, y))
    assert call("add_n", *[onp.full(2, v) for v in (1.0, 2.0, 4.0)]).tolist() == [7, 7]


def test_operators_that_must_agree_in_dtype_say_so():
    for name in ("broadcast_add", "elemwise_mul", "Concat", "dot", "add_n", "stack"):
        assert _spec.get(name).same_dtype


# ------------------------------------------------------------------------------- array and number

SCALARS = {
    "plus": lambda x, s: x + s, "minus": lambda x, s: x - s, "rminus": lambda x, s: s - x,
    "mul": lambda x, s: x * s, "div": lambda x, s: x / s, "rdiv": lambda x, s: s / x,
    "mod": onp.mod, "rmod": lambda x, s: onp.mod(s, x), "power": onp.power,
    "rpower": lambda x, s: s**x, "maximum": onp.maximum, "minimum": onp.minimum,
    "hypot": onp.hypot,
}  # fmt: skip


@pytest.mark.parametrize("name", SCALARS)
def test_scalar(name):
    x = draw((0.5, 3))
    for scalar in (0.7, 2, 3):
        expected = SCALARS[name](x, scalar)
        for dtype in TOLERANCE:
            if name in ("mod", "rmod") and dtype != "float64":
                continue
            close(call(f"_{name}_scalar", x.astype(dtype), scalar=scalar), expected, dtype)
        check_gradient(f"_{name}_scalar", x, scalar=scalar)


# 1.9.1 on int32 and uint8: the number is cut first
WHOLE_SCALARS = [
    ("_plus_scalar", [1, 2, 3], 0.5, [1, 2, 3]), ("_plus_scalar", [1, 2, 3], 1.7, [2, 3, 4]),
    ("_mul_scalar", [1, 2, 3], 0.5, [0, 0, 0]), ("_mul_scalar", [1, 2, 3], 1.5, [1, 2, 3]),
    ("_div_scalar", [1, 2, 3], 2, [0, 1, 1]), ("_rdiv_scalar", [1, 2, 3], 2, [2, 1, 0]),
    ("_power_scalar", [1, 2, 3], 0.5, [1, 1, 1]), ("_power_scalar", [1, 2, 3], -1, [1, 0, 0]),
    ("_power_scalar", [1, 2, 3], 2.7, [1, 4, 9]), ("_rpower_scalar", [0, 3, -1], 2, [1, 8, 0]),
    ("_greater_scalar", [1, 2, 3], 1.5, [0, 1, 1]), ("_maximum_scalar", [1, 2, 3], 1.5, [1, 2, 3]),
    ("_mod_scalar", [5, -5], 0, [0, 0]), ("_div_scalar", [-7, 7], 2, [-3, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x", "scalar", "expected"), WHOLE_SCALARS)
def test_whole_numbers_cut_the_scalar(name, x, scalar, expected):
    y = call(name, onp.array(x, "int32"), scalar=scalar)
    assert y.dtype == "int32"
    assert y.tolist() == expected


def test_narrow_whole_numbers_wrap():
    assert call("_plus_scalar", onp.array([250], "uint8"), scalar=10).tolist() == [4]
    assert call("_minus_scalar", onp.array([1], "uint8"), scalar=2).tolist() == [255]
    assert call("_mul_scalar", onp.array([1], "uint8"), scalar=300).tolist() == [44]
    assert call("_plus_scalar", onp.array([2**53], "int64"), scalar=1).tolist() == [2**53 + 1]


def test_truth_values_meet_numbers_as_int64():
    y = call("_plus_scalar", onp.array([True, False]), scalar=1)
    assert y.dtype == "int64"
    assert y.tolist() == [2, 1]


@pytest.mark.parametrize("scalar", [2.0, 3.0, 0.5, -1.0])
def test_compiled_in_powers_equal_the_general_one(scalar):
    x = draw((0.2, 3))
    definition = _spec.get("_power_scalar")
    assert scalar in definition.static_values["scalar"]
    y = definition.fn(x, scalar=scalar)
    onp.testing.assert_allclose(y, call("_power_scalar", x, scalar=scalar), rtol=1e-12)
    assert definition.fn(onp.array([1, 2, 3], "int32"), scalar=2.0).tolist() == [1, 4, 9]
    assert definition.fn(onp.array([1, 2, 3], "int32"), scalar=0.5).tolist() == [1, 1, 1]


def test_power_of_zero_and_negative_bases():
    x = onp.array([0.0, 2, -2])
    assert call("_power_scalar", x, scalar=2).tolist() == [0, 4, 4]
    assert gradients("_power_scalar", x, scalar=2)[0].tolist() == [0, 4, -4]
    assert gradients("_power_scalar", x, scalar=3)[0].tolist() == [0, 12, 12]
    assert gradients("_power_scalar", x, scalar=1)[0].tolist() == [1, 1, 1]


# ------------------------------------------------------------------------------------ broadcast_*


def test_broadcast_to_and_its_relatives():
    x = onp.array([[1.0], [2.0]])
    expected = [[1, 1, 1], [2, 2, 2]]
    assert call("broadcast_to", x, shape=(2, 3)).tolist() == expected
    assert call("broadcast_to", x, shape=(0, 3)).tolist() == expected
    assert call("broadcast_to", x[0], shape=(2, 3)).tolist() == [[1] * 3] * 2
    assert call("broadcast_like", x, onp.zeros((2, 3))).tolist() == expected
    assert (
        call("broadcast_like", x, onp.zeros((9, 3)), lhs_axes=1, rhs_axes=-1).tolist() == expected
    )
    assert call("broadcast_axis", x, axis=-1, size=3).tolist() == expected
    y = call("broadcast_axes", x[None], axis=(0, 2), size=(2, 2))
    assert y.tolist() == [[[1, 1], [2, 2]]] * 2
    check_gradient("broadcast_to", x, shape=(2, 3))
    check_gradient("broadcast_like", x, onp.zeros((2, 3)))
    assert gradients("broadcast_like", x, onp.zeros((2, 3)))[1].tolist() == [[0] * 3] * 2


def test_broadcast_errors():
    with pytest.raises(ShapeError, match=r"\(2, 3\).*\(2, 4\)"):
        call("broadcast_to", onp.ones((2, 3)), shape=(2, 4))
    with pytest.raises(ShapeError, match=r"1 sizes for axis \(1,\).*\(3, 4\)"):
        call("broadcast_axis", onp.ones((2, 1)), axis=1, size=(3, 4))
    with pytest.raises(ShapeError, match=r"-2 <= axis < 2.*got 5"):
        call("broadcast_axis", onp.ones((2, 1)), axis=5, size=3)
    with pytest.raises(ShapeError, match="as many lhs_axes"):
        call("broadcast_like", onp.ones((2, 1)), onp.ones((2, 3)), lhs_axes=(1,), rhs_axes=())


def test_axes_of_one_side_say_nothing():
    """Recorded: broadcast_like takes lhs_axes without rhs_axes as if neither were given."""
    assert call("broadcast_like", onp.ones((1, 4)), onp.ones((3, 4)), lhs_axes=(0,)).shape == (3, 4)


def test_smooth_l1_of_integers_drops_the_fraction():
    """Recorded for 1.9.1."""
    got = call("smooth_l1", onp.array([0, 1, 2, 3, 10], "int32"), scalar=1.0)
    assert got.dtype == "int32"
    assert got.tolist() == [0, 0, 1, 2, 9]


def test_unknown_parameter_names_the_known_ones():
    with pytest.raises(AttributeTypeError, match="a_max"):
        call("clip", onp.ones(2), a_min=0, a_maxx=1)
