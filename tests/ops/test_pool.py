"""Pooling against explicit loops over windows."""

import itertools

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet.error import AttributeTypeError, DTypeError, ShapeError
from support.ops import call, check_gradient, gradients

RNG = onp.random.default_rng(12)


def pool_by_loops(x, kernel, stride, pad, kind, convention="valid", with_pad=True, p=2):
    """One window at a time, written from the definition of each convention."""
    out = []
    for size, k, s, q in zip(x.shape[2:], kernel, stride, pad):
        if convention == "same":
            out.append(-(-size // s))
        else:
            rest = (size + 2 * q - k) / s
            out.append(int(onp.floor(rest) if convention == "valid" else onp.ceil(rest)) + 1)
    y = onp.zeros((*x.shape[:2], *out))
    for at in itertools.product(*map(range, out)):
        low = [i * s - q for i, s, q in zip(at, stride, pad)]
        high = [a + k for a, k in zip(low, kernel)]
        inside = tuple(
            slice(max(a, 0), max(min(b, n), 0)) for a, b, n in zip(low, high, x.shape[2:])
        )
        counted = [min(b, n + q) - max(a, -q) for a, b, n, q in zip(low, high, x.shape[2:], pad)]
        values = x[(slice(None), slice(None), *inside)].astype("float64")
        values = values.reshape(*x.shape[:2], onp.prod(values.shape[2:]))
        if kind == "max":
            y[(..., *at)] = values.max(-1)
        elif kind == "lp":
            y[(..., *at)] = (values**p).sum(-1) ** (1 / p)
        else:
            count = onp.prod(counted) if with_pad else values.shape[-1]
            y[(..., *at)] = values.sum(-1) / (count if kind == "avg" else 1)
    return y


# input, kernel, stride, pad, convention
CASES = [
    ((2, 3, 6, 6), (2, 2), (2, 2), (0, 0), "valid"),
    ((1, 2, 7, 5), (3, 2), (2, 1), (1, 0), "valid"),
    ((1, 2, 7, 6), (3, 3), (2, 2), (1, 1), "full"),
    ((1, 2, 5, 5), (2, 2), (2, 2), (0, 0), "full"),
    ((1, 2, 5, 5), (3, 3), (1, 1), (1, 1), "valid"),
    ((0, 2, 5, 5), (3, 3), (1, 1), (1, 1), "valid"),
    ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0), "valid"),
    ((2, 2, 7), (3,), (2,), (1,), "full"),
    ((2, 2, 5), (2,), (2,), (0,), "same"),
    ((1, 2, 4, 3, 5), (2, 2, 2), (2, 1, 2), (0, 0, 1), "valid"),
]


@pytest.mark.parametrize("kind", ["max", "avg", "sum", "lp"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward(case, kind):
    shape, kernel, stride, pad, convention = case
    x = RNG.normal(size=shape).astype("float32")
    y = call(
        "Pooling",
        x,
        kernel=kernel,
        stride=stride,
        pad=pad,
        pool_type=kind,
        pooling_convention=convention,
        p_value=2,
    )
    assert y.dtype == x.dtype
    onp.testing.assert_allclose(
        y, pool_by_loops(x, kernel, stride, pad, kind, convention), 1e-5, 1e-5
    )


@pytest.mark.parametrize("kind", ["max", "avg", "lp"])
@pytest.mark.parametrize("case", [CASES[i] for i in (0, 1, 2, 3, 7, 8)], ids=str)
def test_gradient(case, kind):
    shape, kernel, stride, pad, convention = case
    x = RNG.permutation(onp.prod(shape)).reshape(shape) / 10 + 1  # distinct, positive
    check_gradient(
        "Pooling",
        x,
        kernel=kernel,
        stride=stride,
        pad=pad,
        pool_type=kind,
        pooling_convention=convention,
        p_value=3,
    )


@pytest.mark.parametrize("convention", ["valid", "full"])
def test_mean_without_padding(convention):
    x = RNG.normal(size=(1, 2, 6, 5)).astype("float32")
    y = call(
        "Pooling",
        x,
        kernel=(3, 3),
        stride=(2, 2),
        pad=(1, 1),
        pool_type="avg",
        pooling_convention=convention,
        count_include_pad=False,
    )
    expected = pool_by_loops(x, (3, 3), (2, 2), (1, 1), "avg", convention, with_pad=False)
    onp.testing.assert_allclose(y, expected, 1e-5, 1e-5)


@pytest.mark.parametrize("kind", ["max", "avg", "sum", "lp"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_global(kind, layout):
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    axes = (2, 3) if layout == "NCHW" else (1, 2)
    expected = {
        "max": x.max(axes, keepdims=True),
        "avg": x.mean(axes, keepdims=True),
        "sum": x.sum(axes, keepdims=True),
        "lp": (x**2).sum(axes, keepdims=True) ** 0.5,
    }[kind]
    y = call("Pooling", x, global_pool=True, pool_type=kind, layout=layout, p_value=2)
    onp.testing.assert_allclose(y, expected, 1e-5, 1e-5)


def test_channels_last():
    x = RNG.normal(size=(2, 6, 5, 3)).astype("float32")
    attrs = {"kernel": (3, 2), "stride": (2, 1), "pad": (1, 0)}
    first = call("Pooling", onp.moveaxis(x, -1, 1), **attrs)
    onp.testing.assert_array_equal(
        onp.moveaxis(call("Pooling", x, layout="NHWC", **attrs), -1, 1), first
    )


@pytest.mark.parametrize(("kernel", "stride", "pad"), [(2, 2, 0), (3, 2, 1), (3, 1, 1), (3, 2, 0)])
def test_gradient_of_ties_is_that_of_xla(kernel, stride, pad):
    """With many equal elements the first wins, as in 1.9.1, and sums are equal to the bit."""
    x = RNG.integers(0, 3, (2, 2, 8, 8)).astype("float32")

    def by_xla(x):
        return jax.lax.reduce_window(
            x,
            -jnp.inf,
            jax.lax.max,
            (1, 1, kernel, kernel),
            (1, 1, stride, stride),
            [(0, 0), (0, 0), (pad, pad), (pad, pad)],
        )

    y, pull = jax.vjp(by_xla, jnp.asarray(x))
    head = RNG.normal(size=y.shape).astype("float32")
    (expected,) = pull(jnp.asarray(head))
    (found,) = gradients(
        "Pooling", x, head=head, kernel=(kernel,) * 2, stride=(stride,) * 2, pad=(pad,) * 2
    )
    onp.testing.assert_array_equal(found, expected)


def test_not_a_number_is_passed_on_and_found_by_the_gradient():
    x = onp.array([[[1, onp.nan, 3, 4]]], "float32")
    y = call("Pooling", x, kernel=(2,), stride=(2,))
    assert onp.isnan(y[0, 0, 0])
    assert y[0, 0, 1] == 4
    (g,) = gradients("Pooling", x, kernel=(2,), stride=(2,))
    onp.testing.assert_array_equal(g, [[[0, 1, 0, 1]]])


def test_window_outside_of_the_input():
    x = onp.ones((1, 1, 5, 5), "float32")
    attrs = {"kernel": (2, 2), "stride": (3, 3), "pad": (1, 1), "pooling_convention": "full"}
    assert call("Pooling", x, pool_type="avg", **attrs)[0, 0, 2, 2] == 0
    assert call("Pooling", x, **attrs)[0, 0, 2, 2] == onp.finfo("float32").min
    (g,) = gradients("Pooling", x, **attrs)
    assert g.sum() == 4  # the five windows outside have nobody to give to


def test_half_width():
    x = onp.ones((1, 1, 64, 64), "float16")
    assert call("Pooling", x, global_pool=True, pool_type="sum").item() == 4096
    assert call("Pooling", x, kernel=(64, 64), pool_type="sum").item() == 4096
    assert call("Pooling", x, kernel=(2, 2)).dtype == onp.float16


@pytest.mark.parametrize(
    ("shape", "dtype", "attrs", "error", "text"),
    [
        (
            (1, 1, 5, 5),
            "float32",
            {"kernel": (7, 7)},
            ShapeError,
            r"expected kernel <= 5, got 7 for input 5 padded by 0 \(data \(1, 1, 5, 5\)\)",
        ),
        (
            (1, 1, 5, 5),
            "float32",
            {"kernel": (3,)},
            ShapeError,
            r"expected 3 axes .* got \(1, 1, 5, 5\)",
        ),
        ((1, 1, 5, 5), "float32", {}, ShapeError, "kernel is missing"),
        (
            (1, 1, 5, 5),
            "float32",
            {"kernel": (2, 2), "pool_type": "lp"},
            AttributeTypeError,
            "p_value",
        ),
        ((1, 1, 5, 5), "int32", {"kernel": (2, 2)}, DTypeError, "got int32"),
        (
            (1, 1, 5, 5),
            "float32",
            {"kernel": (2, 2), "stride": (0, 0)},
            AttributeTypeError,
            r"numbers >= 1, got \(0, 0\)",
        ),
        (
            (1, 1, 5, 5),
            "float32",
            {"kernel": (2, 2), "pool_type": "maximum"},
            AttributeTypeError,
            "'maximum'",
        ),
        (
            (1, 1, 5),
            "float32",
            {"kernel": (2,), "pad": (1,), "pooling_convention": "same"},
            AttributeTypeError,
            "expected pad 0, got 1",
        ),
    ],
)
def test_errors(shape, dtype, attrs, error, text):
    with pytest.raises(error, match=text):
        call("Pooling", onp.ones(shape, dtype), **attrs)
