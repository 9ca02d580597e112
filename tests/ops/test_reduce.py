"""Reductions against NumPy over combinations of axes, and against records of MXNet's own rules."""

import itertools

import numpy as onp
import pytest

from mxnet.error import AttributeTypeError, ShapeError
from support.ops import call, check_gradient, gradients

ORACLE = {
    "sum": onp.sum, "mean": onp.mean, "prod": onp.prod, "nansum": onp.nansum,
    "nanprod": onp.nanprod, "max": onp.max, "min": onp.min,
    "_square_sum": lambda x, **kw: onp.sum(x * x, **kw),
}  # fmt: skip
AXES = [None, (), 0, 1, -1, (0, 2), (-1, -3), (0, 1, 2)]
TOLERANCE = {"float64": 1e-12, "float32": 2e-6, "float16": 2e-3}


def legacy(y):
    """MXNet's legacy arrays have at least one axis."""
    return y.reshape(1) if y.ndim == 0 else y


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", ORACLE)
def test_reduction(name, dtype):
    x = onp.random.uniform(0.5, 1.5, (2, 3, 4)).astype(dtype)
    for axis, keepdims, exclude in itertools.product(AXES, (False, True), (False, True)):
        named = (
            tuple(range(3)) if axis in (None, ()) else (axis,) if isinstance(axis, int) else axis
        )
        over = named
        if exclude and axis not in (None, ()):
            over = tuple(a for a in range(3) if a not in [n % 3 for n in named])
        found = call(name, x, axis=axis, keepdims=keepdims, exclude=exclude)
        expected = legacy(
            onp.asarray(ORACLE[name](x.astype("float64"), axis=over, keepdims=keepdims))
        )
        assert found.dtype == dtype
        assert found.shape == expected.shape, (axis, keepdims, exclude)
        onp.testing.assert_allclose(found.astype("float64"), expected, rtol=TOLERANCE[dtype])


@pytest.mark.parametrize("name", ORACLE)
def test_gradient(name):
    x = onp.random.permutation(24).reshape(2, 3, 4) / 24 + 0.5
    check_gradient(name, x, axis=(0, 2))
    check_gradient(name, x)
    check_gradient(name, x, axis=1, keepdims=True)


def test_aliases():
    x = onp.arange(6.0).reshape(2, 3)
    assert call("sum_axis", x, axis=0).tolist() == [3, 5, 7]
    assert call("max_axis", x, axis=1).tolist() == [2, 5]
    assert call("min_axis", x, axis=1).tolist() == [0, 3]


def test_empty_and_single():
    assert call("sum", onp.zeros((0, 3)), axis=0).tolist() == [0, 0, 0]
    assert call("prod", onp.zeros((0, 3)), axis=0).tolist() == [1, 1, 1]
    assert onp.isnan(call("mean", onp.zeros((0, 3), "float32"))).all()
    assert call("sum", onp.zeros((0, 3)), axis=1).shape == (0,)
    assert call("max", onp.ones((0, 3)), axis=1).shape == (0,)
    assert call("sum", onp.float32(3)).tolist() == [3]
    assert call("mean", onp.ones((1, 1)), keepdims=True).shape == (1, 1)
    # divided, not multiplied by a rounded 1/3
    assert call("mean", onp.array([1, 2, 4], "float32")).tolist() == [float(onp.float32(7 / 3))]


def test_whole_numbers_keep_their_type_as_recorded():
    assert call("sum", onp.array([2**31 - 1, 1], "int32")).tolist() == [-(2**31)]
    assert call("sum", onp.array([250, 50], "uint8")).tolist() == [44]
    assert call("mean", onp.array([1, 2], "int32")).tolist() == [1]
    assert call("mean", onp.array([-1, -2], "int32")).tolist() == [-1]
    assert call("prod", onp.array([3, 4], "int32")).tolist() == [12]
    for name in ("sum", "mean", "prod", "max", "min", "nansum", "nanprod", "norm", "argmax"):
        assert call(name, onp.array([1, 2], "int32")).dtype == "int32"
    y = call("sum", onp.array([True, False, True]))
    assert y.dtype == "bool"
    assert y.tolist() == [True]


def test_half_precision_accumulates_in_single():
    assert call("sum", onp.ones(3000, "float16")).tolist() == [3000]
    assert call("mean", onp.full(70000, 2, "float16")).tolist() == [2]
    assert call("norm", onp.full(100, 300, "float16")).tolist() == [3000]


def test_ties_share_nothing_as_recorded():
    assert gradients("max", onp.array([3.0, 1, 3]))[0].tolist() == [1, 0, 1]
    assert gradients("min", onp.array([1.0, 1, 3]))[0].tolist() == [1, 1, 0]


def test_nan():
    x = onp.array([2, onp.nan, 3])
    assert call("nansum", x).tolist() == [5]
    assert call("nanprod", x).tolist() == [6]
    assert gradients("nansum", x)[0].tolist() == [1, 0, 1]
    assert gradients("nanprod", x)[0].tolist() == [3, 0, 2]
    assert onp.isnan(call("max", x)).all()


def test_product_with_a_zero_has_a_finite_gradient():
    assert gradients("prod", onp.array([0.0, 2, 3]))[0].tolist() == [6, 0, 0]


@pytest.mark.parametrize("ord", [1, 2])
def test_norm(ord):
    x = onp.random.normal(size=(2, 3, 4))
    for axis, keepdims in itertools.product(AXES, (False, True)):
        over = tuple(range(3)) if axis in (None, ()) else axis
        total = onp.sum(onp.abs(x) ** ord, axis=over, keepdims=keepdims) ** (1 / ord)
        found = call("norm", x, ord=ord, axis=axis, keepdims=keepdims)
        onp.testing.assert_allclose(found, legacy(onp.asarray(total)), rtol=1e-12)
    check_gradient("norm", x, ord=ord, axis=1)
    assert call("norm", x.astype("float32"), out_dtype="float64").dtype == "float64"


def test_norm_at_zero():
    assert gradients("norm", onp.zeros(2))[0].tolist() == [0, 0]
    assert gradients("norm", onp.array([-3.0, 4, 0]), ord=1)[0].tolist() == [-1, 1, 0]
    with pytest.raises(AttributeTypeError, match="ord 1 or 2, got 3"):
        call("norm", onp.ones(2), ord=3)


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "int32", "uint8"])
@pytest.mark.parametrize(("name", "oracle"), [("argmax", onp.argmax), ("argmin", onp.argmin)])
def test_position(name, oracle, dtype):
    x = onp.random.randint(0, 5, (3, 4)).astype(dtype)
    for axis in (None, 0, 1, -1):
        found = call(name, x, axis=axis)
        expected = legacy(oracle(x, axis=axis))
        assert found.dtype == dtype
        assert found.tolist() == expected.tolist()
        kept = call(name, x, axis=axis, keepdims=True)
        assert kept.shape == oracle(x, axis=axis, keepdims=True).shape
    assert gradients("argmax", onp.ones(2))[0].tolist() == [0, 0]
    assert call(name, onp.array([1, onp.nan, 3, onp.nan])).tolist() == [1]
    assert call(name, onp.full(3, -onp.inf)).tolist() == [0]


def test_argmax_channel():
    x = onp.random.uniform(size=(2, 3, 2)).astype("float32")
    assert call("argmax_channel", x).tolist() == onp.argmax(x, 1).tolist()


def test_moments():
    x = onp.random.normal(size=(2, 3, 4))
    for axes, keepdims in itertools.product([None, (0,), (1, 2), (-1,)], (False, True)):
        over = tuple(range(3)) if axes is None else axes
        mean, variance = call("moments", x, axes=axes, keepdims=keepdims)
        onp.testing.assert_allclose(
            mean, legacy(onp.asarray(x.mean(over, keepdims=keepdims))), rtol=1e-12
        )
        onp.testing.assert_allclose(
            variance, legacy(onp.asarray(x.var(over, keepdims=keepdims))), rtol=1e-12
        )
    check_gradient("moments", x, axes=(0, 1))


def test_cumsum():
    x = onp.random.normal(size=(2, 3))
    for axis in (None, 0, 1, -1):
        onp.testing.assert_allclose(call("cumsum", x, axis=axis), onp.cumsum(x, axis))
    y = call("cumsum", onp.array([1, 2, 3], "int32"), dtype="float32")
    assert y.dtype == "float32"
    assert y.tolist() == [1, 3, 6]
    check_gradient("cumsum", x, axis=1)


def test_histogram():
    x = onp.array([0, 1, 2, 3, 6, 7], "float32")
    counts, borders = call("_histogram", x, onp.array([0, 2, 4, 6], "float32"))
    assert counts.tolist() == [2, 2, 1]
    assert borders.tolist() == [0, 2, 4, 6]
    counts, borders = call("_histogram", x, bin_cnt=3, range=(0, 6))
    assert counts.dtype == "int64"
    assert counts.tolist() == onp.histogram(x, 3, (0, 6))[0].tolist()
    assert borders.tolist() == [0, 2, 4, 6]
    with pytest.raises(AttributeTypeError, match="bin_cnt None"):
        call("_histogram", x)


@pytest.mark.parametrize("name", [*ORACLE, "norm", "argmax"])
def test_axis_out_of_range(name):
    with pytest.raises(ShapeError, match=r"axis 2 is out of range: expected -2 <= axis < 2"):
        call(name, onp.ones((2, 3)), axis=2)
    with pytest.raises(ShapeError, match="got -3"):
        call(name, onp.ones((2, 3)), axis=-3)


def test_axis_named_twice_and_empty_extremes():
    with pytest.raises(ShapeError, match=r"named twice.*\(0, -2\)"):
        call("sum", onp.ones((2, 3)), axis=(0, -2))
    with pytest.raises(ShapeError, match=r"shape \(0, 3\)"):
        call("max", onp.ones((0, 3)), axis=0)
    with pytest.raises(ShapeError, match=r"argmax.*shape \(0, 3\)"):
        call("argmax", onp.ones((0, 3)))
