"""Softmax and layer normalisation along rows, with and without the native kernels, against float64
definitions.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet import _config
from mxnet._ops.kernels import choose, native, rowwise
from support.ops import call, gradients

pytestmark = pytest.mark.usefixtures("compiled_at_once")

RNG = onp.random.default_rng(29)
EPS = 1e-5


@pytest.fixture(params=["native", "xla"])
def mode(request, monkeypatch):
    """Each way in turn; arrays of any size count as large."""
    if request.param == "native" and not native.available(native.ROWWISE):
        pytest.skip(f"native kernels: {native.state(native.ROWWISE)}")
    monkeypatch.setattr(choose, "_LONG", 0)
    before = _config.get("kernels")
    _config.set_option("kernels", request.param)
    yield request.param
    _config.set_option("kernels", before)


def soft(x):
    e = jnp.exp(x - jnp.max(x, -1, keepdims=True))
    return e / jnp.sum(e, -1, keepdims=True)


def norm(x, gamma, beta):
    centred = x - jnp.mean(x, -1, keepdims=True)
    return centred / jnp.sqrt(jnp.mean(centred**2, -1, keepdims=True) + EPS) * gamma + beta


FUNCTIONS = {
    "softmax": (rowwise.softmax, soft),
    "log_softmax": (rowwise.log_softmax, lambda x: jnp.log(soft(x))),
    "layer_norm": (lambda *a: rowwise.layer_norm(*a, EPS)[0], norm),
}
TARGETS = {"log_softmax": "softmax"}


def everything(f, seed, *arrays):
    """Value, gradients, a function of the gradients' gradients, and the same mapped."""
    every = tuple(range(len(arrays)))

    def total(*arrays):
        return jnp.sum(f(*arrays) * seed)

    def steepness(*arrays):
        return sum(jnp.sum(g**2) for g in jax.grad(total, every)(*arrays))

    mapped = jax.vmap(f)(*(a[None] for a in arrays))[0]
    return f(*arrays), jax.grad(total, every)(*arrays), jax.grad(steepness, every)(*arrays), mapped


@pytest.mark.parametrize("shape", [(5, 1), (3, 17), (2, 3, 64), (700, 33), (47,)], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(name, shape, mode):
    """Widths that fit vectors and others, few rows and enough for several threads."""
    arrays = [RNG.standard_normal(shape) * 3]
    if name == "layer_norm":
        arrays += [RNG.standard_normal(shape[-1:]) for _ in range(2)]
    arrays = [a.astype("float32") for a in arrays]
    seed = RNG.standard_normal(shape).astype("float32")
    ours, definition = FUNCTIONS[name]
    compiled = jax.jit(partial(everything, ours))
    text = compiled.lower(seed, *arrays).as_text()
    for target in (TARGETS.get(name, name), f"{TARGETS.get(name, name)}_gradient"):
        assert (native.name(target) in text) == (mode == "native")
    found = compiled(seed, *arrays)
    wide = [a.astype("float64") for a in (seed, *arrays)]
    expected = jax.jit(partial(everything, definition))(*wide)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        size = max(float(jnp.abs(b).max()), 1e-3)
        if name == "layer_norm" and shape[-1] == 1:
            size = max(size, 300.0)  # what cancels is divided by the root of epsilon
        onp.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5 * size)


def test_softmax_at_the_ends(mode):
    """Masked elements and rows, infinities, not-a-number, differences beyond e^x."""
    inf, nan = onp.inf, onp.nan
    rows = [
        ([-inf] * 3, [0, 0, 0], [nan] * 3),
        ([-inf, 1, 1], [0, 0.5, 0.5], [-inf, -onp.log(2), -onp.log(2)]),
        ([nan, 1, 2], [nan] * 3, [nan] * 3),
        ([inf, 1, 2], [nan] * 3, [nan] * 3),
        ([500, 0, -3e38], [1, 0, 0], [0, -500, -inf]),
        ([-3e38, -3e38, -3e38], [1 / 3] * 3, [-onp.log(3)] * 3),
        ([88, 0, 1], [1, 6.1e-39, 1.6e-38], [0, -88, -87]),
    ]
    x = onp.array([row for row, _, _ in rows], "float32")
    for width in (3, 40):  # behind and within vectors
        wide = onp.full((len(x), width), -inf, "float32")
        wide[:, :3] = x
        soft, log = (jax.jit(f)(wide) for f in (rowwise.softmax, rowwise.log_softmax))
        onp.testing.assert_allclose(soft[:, :3], [s for _, s, _ in rows], rtol=1e-6, atol=1e-37)
        finite = [v for _, _, v in rows]
        finite[4][2] = -3e38
        onp.testing.assert_allclose(log[:, :3], finite, rtol=1e-6)
    (g,) = gradients("softmax", x[:2], head=onp.ones((2, 3), "float32"))
    onp.testing.assert_allclose(g, onp.zeros((2, 3)), atol=1e-7)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "LayerNorm"])
def test_operators(name, mode):
    """Other axes and widths go by the formulas, and give the same."""
    x = RNG.standard_normal((4, 6, 20)).astype("float32")
    for axis in (-1, 2, 1):
        n = x.shape[axis]
        more = [onp.linspace(1, 2, n), onp.linspace(-1, 1, n)] if name == "LayerNorm" else []
        more = [a.astype("float32") for a in more]
        found = call(name, x, *more, axis=axis)
        turned = onp.moveaxis(x.astype("float64"), axis, -1)
        definition = FUNCTIONS["layer_norm" if more else name][1]
        expected = onp.moveaxis(onp.asarray(definition(turned, *more)), -1, axis)
        found = found[0] if isinstance(found, (tuple, list)) else found
        assert found.dtype == x.dtype
        onp.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_nothing(mode):
    for shape in ((0, 5), (5, 0)):
        x = onp.zeros(shape, "float32")
        assert call("softmax", x).shape == shape
        assert call("log_softmax", x).shape == shape
