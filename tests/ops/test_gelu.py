"""GELU with its rational derivative and without, against float64 definitions."""

import math

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet import _config
from mxnet._ops.kernels import choose
from mxnet._ops.kernels.gelu import gelu
from support.ops import call, gradients

pytestmark = pytest.mark.usefixtures("compiled_at_once")

ERF = onp.vectorize(math.erf, otypes="d")
X = onp.r_[onp.linspace(-12, 12, 4001), onp.linspace(-6, -5.8, 99), -1e30, 1e30, 1e-30, -0.0, 0]


@pytest.fixture(params=["native", "xla", "plain"])
def mode(request, monkeypatch):
    """Each way in turn; arrays of any size count as large."""
    monkeypatch.setattr(choose, "_WIDE", 0)
    before = _config.get("kernels")
    _config.set_option("kernels", request.param)
    yield request.param
    _config.set_option("kernels", before)


def slope(x):
    """The derivative, by a function of its own: nothing that was compiled before is used again."""
    return jax.grad(lambda x: jnp.sum(gelu(x)))(x)


def normal(x):
    """Phi(x) and phi(x)."""
    return 0.5 * (1 + ERF(x / math.sqrt(2))), onp.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_derivative(dtype, mode):
    x = X.astype(dtype)
    wide = x.astype("float64")
    part, density = normal(wide)
    y, g = gelu(x), jax.jit(slope)(x)
    assert y.dtype == g.dtype == dtype
    exact = 2e-15 if dtype == "float64" else 3e-7
    onp.testing.assert_allclose(y, wide * part, rtol=exact, atol=4 * exact)
    onp.testing.assert_allclose(g, part + wide * density, rtol=0, atol=exact)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_operator(dtype):
    """As large as it takes."""
    dtype = jnp.dtype(dtype)
    x = onp.linspace(-9, 9, choose._WIDE + 1).astype(dtype)
    wide = x.astype("float64")
    part, density = normal(wide)
    (g,) = gradients("LeakyReLU", x, act_type="gelu", head=onp.full_like(x, 0.5))
    pairs = [(call("LeakyReLU", x, act_type="gelu"), wide * part)]
    pairs += [(g, 0.5 * (part + wide * density))]
    exact = 3 * float(jnp.finfo(dtype).eps)
    for found, expected in pairs:
        assert found.dtype == dtype
        onp.testing.assert_allclose(found.astype("d"), expected, rtol=exact, atol=4 * exact)


def test_far_away(mode):
    """Exactly x, and exactly nothing; what is not a number stays so."""
    x = onp.array([-onp.inf, -3e38, -20, 20, 3e38, onp.inf, onp.nan], "float32")
    g = jax.jit(slope)(x)
    onp.testing.assert_array_equal(g[1:5], [0, 0, 1, 1])
    assert onp.isnan(g[-1])
    onp.testing.assert_array_equal(gelu(x)[1:6], [0, 0, 20, x[4], onp.inf])


def test_derivatives_to_any_order(mode):
    """The second, third and fourth: polynomials times the density."""
    x = onp.linspace(-7, 7, 201)
    _, density = normal(x)
    expected = [(2 - x**2) * density, (x**3 - 4 * x) * density, (7 * x**2 - x**4 - 4) * density]
    derivative = slope
    for values in expected:
        derivative = jax.grad(lambda x, d=derivative: jnp.sum(d(x)))
        found = jax.jit(derivative)(x.astype("float32"))
        onp.testing.assert_allclose(found, values, atol=3e-6)


def test_which_way(mode, monkeypatch):
    """Large float32 only; there is no exponential then."""
    x = onp.ones((3, 4), "float32")

    def text(x):
        return jax.jit(lambda x: slope(x)).lower(x).as_text()  # noqa: PLW0108 - a new one

    assert ("exponential" in text(x)) == (mode == "plain")
    assert "exponential" in text(x.astype("float64"))
    monkeypatch.setattr(choose, "_WIDE", 13)
    assert "exponential" in text(x)


def test_mapped(mode):
    x = onp.linspace(-3, 3, 12).astype("float32").reshape(3, 4)
    onp.testing.assert_allclose(
        jax.jit(jax.vmap(slope))(x), jax.jit(slope)(x), rtol=1e-6, atol=1e-7
    )
