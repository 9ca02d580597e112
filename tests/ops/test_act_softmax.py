"""Activations, dropout and the softmax family."""

import math

import numpy as onp
import pytest

from mxnet.error import AttributeTypeError, DTypeError, ShapeError
from support.ops import call, check_gradient, gradients

RNG = onp.random.default_rng(14)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def softmax_by_definition(x, axis=-1):
    e = onp.exp(x.astype("float64") - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


ACTIVATIONS = {
    "relu": lambda x: onp.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + onp.exp(-x)),
    "tanh": onp.tanh,
    "softrelu": lambda x: onp.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + abs(x)),
}
SELU = 1.0507009873554805, 1.6732632423543772
LEAKY = {
    "leaky": lambda x: onp.where(x > 0, x, 0.1 * x),
    "elu": lambda x: onp.where(x > 0, x, 0.1 * onp.expm1(onp.minimum(x, 0))),
    "selu": lambda x: SELU[0] * onp.where(x > 0, x, SELU[1] * onp.expm1(onp.minimum(x, 0))),
    "gelu": lambda x: 0.5 * x * (1 + onp.vectorize(math.erf, otypes="d")(x / math.sqrt(2))),
}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("kind", [*ACTIVATIONS, *LEAKY])
def test_activation(kind, dtype):
    x = onp.concatenate([normal(50) * 3, [0, -100, 100]]).astype(dtype)
    if kind in ACTIVATIONS:
        y, expected = call("Activation", x, act_type=kind), ACTIVATIONS[kind](x.astype("float64"))
    else:
        y = call("LeakyReLU", x, act_type=kind, slope=0.1)
        expected = LEAKY[kind](x.astype("float64"))
    assert y.dtype == dtype
    tolerance = {"float16": 1e-3, "float32": 1e-5, "float64": 1e-12}[dtype]
    onp.testing.assert_allclose(y, expected, tolerance, tolerance)


@pytest.mark.parametrize("kind", [*ACTIVATIONS, *LEAKY])
def test_activation_gradient(kind):
    x = normal(3, 4)
    name = "Activation" if kind in ACTIVATIONS else "LeakyReLU"
    check_gradient(name, x, act_type=kind)
    far = gradients(name, onp.array([-500, 500], "float32"), act_type=kind)[0]
    assert onp.isfinite(far).all()


def test_relu_at_zero_and_not_a_number():
    x = onp.array([0, -0.0, onp.nan, 1], "float32")
    assert onp.isnan(call("Activation", x, act_type="relu")[2])
    (g,) = gradients("Activation", x, act_type="relu")
    onp.testing.assert_array_equal(g[[0, 1, 3]], [0, 0, 1])


@pytest.mark.parametrize("slopes", [3, 1])
def test_learned_slopes(slopes):
    x, gamma = normal(2, 3, 4), normal(slopes)
    expected = onp.where(x > 0, x, x * gamma.reshape(1, -1, 1))
    onp.testing.assert_allclose(call("LeakyReLU", x, gamma, act_type="prelu"), expected)
    check_gradient("LeakyReLU", x, gamma, act_type="prelu")


def test_random_slopes():
    x = -onp.ones((100, 100), "float32")
    drawn = call("LeakyReLU", x, act_type="rrelu", lower_bound=0.1, upper_bound=0.3, train=True)
    assert -0.3 <= drawn.min() < -0.29
    assert -0.11 < drawn.max() <= -0.1
    calm = call("LeakyReLU", x, act_type="rrelu", lower_bound=0.1, upper_bound=0.3)
    onp.testing.assert_allclose(calm, -0.2, 1e-6)


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
def test_dropout_rate_and_scale(p):
    x = onp.ones((400, 500), "float32")
    y = call("Dropout", x, p=p, train=True)
    dropped = (y == 0).mean()
    assert abs(dropped - p) < 4 * math.sqrt(p * (1 - p) / x.size)
    onp.testing.assert_allclose(y[y != 0], 1 / (1 - p), 1e-6)
    # rows are independent of each other and of the halves the bits come in
    kept = y != 0
    for lag in (1, 250, 500, 100000):
        flat = kept.ravel()
        both = (flat[:-lag] & flat[lag:]).mean()
        assert abs(both - (1 - p) ** 2) < 0.01


def test_dropout_modes():
    x = normal(20, 30)
    onp.testing.assert_array_equal(call("Dropout", x, p=0.5), x)
    assert (call("Dropout", x, p=0.5, mode="always") == 0).any()
    onp.testing.assert_array_equal(call("Dropout", x, p=0, train=True), x)
    onp.testing.assert_array_equal(call("Dropout", x, p=1, train=True), 0)
    onp.testing.assert_array_equal(
        call("Dropout", x, train=True, seed=3), call("Dropout", x, train=True, seed=3)
    )
    assert (call("Dropout", x, train=True, seed=3) != call("Dropout", x, train=True, seed=4)).any()
    assert call("Dropout", onp.ones((0, 3), "float16"), train=True).shape == (0, 3)
    assert call("Dropout", onp.ones((3, 3), "float16"), train=True).dtype == onp.float16


def test_dropout_shares_a_draw_along_axes():
    y = call("Dropout", onp.ones((30, 40), "float32"), axes=(0,), train=True)
    assert (y == y[:1]).all()
    assert 0 < (y[0] == 0).sum() < 40
    y = call("Dropout", onp.ones((30, 40), "float32"), axes=(-1,), train=True)
    assert (y == y[:, :1]).all()


def test_dropout_gradient_is_the_mask():
    x = normal(20, 30)
    y = call("Dropout", x, p=0.3, train=True)
    (g,) = gradients("Dropout", x, p=0.3, train=True)
    onp.testing.assert_allclose(x * g, y, 1e-6)


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_softmax(axis, dtype):
    x = normal(3, 4, 2, dtype=dtype)
    tolerance = {"float16": 2e-3, "float32": 1e-5, "float64": 1e-12}[dtype]
    expected = softmax_by_definition(x / 2, axis)
    for name, wanted in (
        ("softmax", expected),
        ("log_softmax", onp.log(expected)),
        ("softmin", softmax_by_definition(-x / 2, axis)),
    ):
        y = call(name, x, axis=axis, temperature=2.0)
        assert y.dtype == dtype
        onp.testing.assert_allclose(y, wanted, tolerance, tolerance, err_msg=name)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_softmax_gradient_and_extremes(name):
    check_gradient(name, normal(3, 4), temperature=0.7)
    check_gradient(name, normal(3, 1))
    big = onp.array([[1e30, 0, -1e30], [1e4, 1e4, 1e4]], "float32")
    y = call(name, big)
    assert not onp.isnan(y).any()
    assert not onp.isnan(gradients(name, big)[0]).any()
    assert call(name, onp.ones((0, 3), "float32")).shape == (0, 3)


def test_masked_scores():
    x = onp.array([[1, -onp.inf, 2], [-onp.inf] * 3], "float32")
    y = call("softmax", x)
    onp.testing.assert_allclose(y[0], [0.26894143, 0, 0.7310586], 1e-6)
    onp.testing.assert_array_equal(y[1], 0)
    assert onp.isnan(call("softmax", onp.array([[1, onp.nan]], "float32"))).all()


def test_softmax_of_part_of_a_row():
    x, length = normal(3, 4), onp.array([1, 4, 0], "int32")
    y = call("softmax", x, length, use_length=True)
    onp.testing.assert_allclose(y[0], [1, 0, 0, 0])
    onp.testing.assert_allclose(y[1], softmax_by_definition(x[1]), 1e-5)
    onp.testing.assert_array_equal(y[2], 0)
    check_gradient("softmax", x, length, use_length=True)


def test_result_type():
    x = normal(2, 3, dtype="float16")
    assert call("softmax", x, dtype="float32").dtype == onp.float32
    assert call("log_softmax", x, dtype="float64").dtype == onp.float64


def test_cross_entropy():
    x, label = normal(4, 3), onp.array([0, 2, 1, 2], "float32")
    expected = -onp.log(softmax_by_definition(x)[onp.arange(4), label.astype(int)]).sum()
    onp.testing.assert_allclose(call("softmax_cross_entropy", x, label), [expected], 1e-5)
    check_gradient("softmax_cross_entropy", x, label, wrt=[0])


@pytest.mark.parametrize(
    ("name", "inputs", "attrs", "error", "text"),
    [
        ("Activation", [(2, 3)], {"act_type": "rellu"}, AttributeTypeError, "did you mean 'relu'"),
        ("Activation", [(2, 3)], {}, AttributeTypeError, "'act_type' is missing"),
        (
            "LeakyReLU",
            [(2, 3), (2,)],
            {"act_type": "prelu"},
            ShapeError,
            r"gamma \(3,\) or \(1,\) for data \(2, 3\), got \(2,\)",
        ),
        ("LeakyReLU", [(2, 3)], {"act_type": "prelu"}, ShapeError, "got none"),
        ("Dropout", [(2, 3)], {"p": 1.5}, AttributeTypeError, "0 <= p <= 1, got 1.5"),
        (
            "Dropout",
            [(2, 3)],
            {"p": 0.5, "axes": (2,), "mode": "always"},
            ShapeError,
            r"got \(2,\)",
        ),
        ("softmax", [(2, 3)], {"axis": 2}, ShapeError, r"-2 <= axis < 2 for data \(2, 3\), got 2"),
        ("softmax", [(2, 3)], {"temperature": 0}, AttributeTypeError, "temperature is zero"),
        (
            "softmax",
            [(2, 3), (2,)],
            {"use_length": True},
            DTypeError,
            "int32 or int64, got float32",
        ),
        (
            "softmax_cross_entropy",
            [(2, 3), (3,)],
            {},
            ShapeError,
            r"data \(2, 3\) and label \(3,\)",
        ),
    ],
)
def test_errors(name, inputs, attrs, error, text):
    with pytest.raises(error, match=text):
        call(name, *(onp.ones(s, "float32") for s in inputs), **attrs)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "Activation"])
def test_integers_are_refused(name):
    attrs = {"act_type": "relu"} if name == "Activation" else {}
    with pytest.raises(DTypeError, match="got int32"):
        call(name, onp.ones((2, 3), "int32"), **attrs)
