"""Sorting along rows, with and without the native kernels, against NumPy."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet import _config
from mxnet._ops.kernels import choose, native, sort
from support.ops import call, gradients

pytestmark = pytest.mark.usefixtures("compiled_at_once")

RNG = onp.random.default_rng(31)


@pytest.fixture(params=["native", "xla"])
def mode(request, monkeypatch):
    """Each way in turn; arrays of any size count as large."""
    if request.param == "native" and not native.available(native.SORTING):
        pytest.skip(f"native kernels: {native.state(native.SORTING)}")
    monkeypatch.setattr(choose, "_UNSORTED", 0)
    before = _config.get("kernels")
    _config.set_option("kernels", request.param)
    yield request.param
    _config.set_option("kernels", before)


def places(x, ascending):
    """NumPy puts what is not a number last too."""
    return onp.argsort(x if ascending else -x, -1, kind="stable")


# compared, by small digits, by large ones; enough for several threads; rows that these share
SHAPES = [(1,), (3, 5), (2, 2, 47), (3, 48), (2, 1023), (40, 130), (1024,), (5, 3000), (1, 70_001)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_order_and_values(shape, mode):
    """Ties, infinities, both zeros, what is not a number; all signs and magnitudes."""
    special = [0.0, -0.0, 1, -1, onp.inf, -onp.inf, onp.nan, -onp.nan, 3e38, -3e38, 2e-38]
    few = RNG.choice(special, shape).astype("float32")
    many = (RNG.standard_normal(shape) * 10.0 ** RNG.integers(-30, 30, shape)).astype("float32")
    equal = onp.full(shape, 2.5, "float32")

    def run(x):
        return [(sort.order(x, a), sort.sort(x, a)) for a in (True, False)]

    compiled = jax.jit(run)
    text = compiled.lower(many).as_text()
    for target in ("sort_order", "sort_rows"):
        assert (native.name(target) in text) == (mode == "native")
    for x in (few, many, equal):
        for ascending, (order, values) in zip((True, False), compiled(x)):
            expected = places(x, ascending)
            assert order.dtype == "int32"
            onp.testing.assert_array_equal(order, expected)
            onp.testing.assert_array_equal(values, onp.take_along_axis(x, expected, -1))


@pytest.mark.parametrize("k", [1, 5, 40, 100])
def test_top(k, mode):
    """Kept in order or not, within blocks and behind them; ties, infinities, not-a-numbers."""
    special = [0.0, 1, -1, onp.inf, -onp.inf, onp.nan, 3e38, -3e38, 2e-38]
    shape = (40, 900)
    few = RNG.choice(special, shape).astype("float32")
    rare = onp.where(RNG.random(shape) < 0.02, few, onp.float32(-2))
    rising = onp.broadcast_to(onp.arange(900, dtype="float32"), shape)
    many = RNG.standard_normal(shape).astype("float32")
    compiled = jax.jit(lambda x: [sort.top(x, k, s) for s in (False, True)])
    assert (native.name("top_order") in compiled.lower(many).as_text()) == (mode == "native")
    for x in (few, rare, rising, many, few[:, :117], few[:, :100]):
        size = onp.where(onp.isnan(x), 1e300, onp.clip(x.astype("d"), -1e200, 1e200))
        for smallest, found in zip((False, True), compiled(x)):
            expected = onp.argsort(size if smallest else -size, -1, kind="stable")[:, :k]
            assert found.dtype == "int32"
            onp.testing.assert_array_equal(found, expected)


def test_top_of_equal_zeros():
    """As large as it takes; both zeros are one number to the kernel."""
    x = onp.full((4, choose._UNSORTED), -1, "float32")
    x[:, [100, 3, 40]] = 2, -0.0, 0.0
    found = call("topk", x, k=3, dtype="int32", ret_typ="both")
    assert onp.abs(found[0]).tolist() == [[2, 0, 0]] * 4
    assert sorted(found[1][0].tolist()) == [3, 40, 100]
    if native.available(native.SORTING):
        assert found[1].tolist() == [[100, 3, 40]] * 4


def test_zeros_keep_their_signs(mode):
    x = onp.array([0.0, 1, -0.0, 0.0, -1], "float32")
    for ascending, signs in ((True, [1, 0, 1, 0, 0]), (False, [0, 0, 1, 0, 1])):
        found = jax.jit(partial(sort.sort, ascending=ascending))(x)
        onp.testing.assert_array_equal(onp.signbit(found), signs)


@pytest.mark.parametrize("n", [1, 2, 127, 128, 129, 1001, 65_536, 200_003])
def test_permutation(n, mode):
    """The stable order of floats whose bits are drawn, worked out by NumPy."""
    key = RNG.integers(0, 1 << 32, 2, dtype="uint32")
    compiled = jax.jit(partial(sort.permutation, n=n))
    text = compiled.lower(key).as_text()
    assert (native.name("permutation") in text) == (mode == "native")
    a, b = threefry(key, n)
    words = onp.concatenate([a, b])[:n] % 0x7F000000 + 0x00800000
    found = compiled(key)
    assert found.dtype == "int32"
    onp.testing.assert_array_equal(found, onp.argsort(words, kind="stable"))


def threefry(key, n):
    """Salmon et al., section 3.2, with 13 rounds, of the counters 0 ... (n + 1) // 2 - 1."""
    k = [int(key[0]), int(key[1]), int(key[0]) ^ int(key[1]) ^ 0x1BD11BDA]
    x, low = onp.arange((n + 1) // 2, dtype="uint64"), onp.uint64(0xFFFFFFFF)
    x, y = (x + onp.uint64(k[0])) & low, onp.full_like(x, k[1])
    for r, turn in enumerate([13, 15, 26, 6, 17, 29, 16, 24, 13, 15, 26, 6, 17]):
        x = (x + y) & low
        y = ((y << onp.uint64(turn)) | (y >> onp.uint64(32 - turn))) & low ^ x
        if r % 4 == 3:
            j = r // 4 + 1
            x = (x + onp.uint64(k[j % 3])) & low
            y = (y + onp.uint64(k[(j + 1) % 3] + j)) & low
    return x, y


def test_many_equal_digits(mode):
    """Long rows of a few values, of one, and of those that differ in one digit alone."""
    for x in (
        onp.full(70_000, 3, "float32"),
        RNG.integers(0, 3, 70_000).astype("float32"),
        (RNG.integers(0, 9, 70_000).astype("uint32") + 0x3F800000).view("float32"),
    ):
        for ascending in (True, False):
            found = jax.jit(partial(sort.order, ascending=ascending))(x)
            onp.testing.assert_array_equal(found, places(x, ascending))


@pytest.mark.parametrize("shape", [(4, 6), (3, 200), (1, 50_000)], ids=str)
def test_gradients(shape, mode):
    """Each gradient goes where its element came from; to the second order, and mapped."""
    x, g, v = RNG.standard_normal((3, *shape)).astype("float32")

    def back(x, g):
        return jax.vjp(lambda x: sort.sort(x, False), x)[1](g)[0]

    def run(x, g, v):
        each = jax.vmap(back)(x, g)
        square = jax.grad(
            lambda x: jnp.sum(jax.grad(lambda x: jnp.sum(sort.sort(x, True) ** 3))(x))
        )
        shared = jax.vmap(back, (1, None), 1)(x.T, g[0])
        return back(x, g), jax.vjp(partial(back, x), g)[1](v)[0], each, shared, square(x)

    compiled = jax.jit(run)
    assert (native.name("carry") in compiled.lower(x, g, v).as_text()) == (mode == "native")
    dx, dg, each, shared, square = compiled(x, g, v)
    expected, order = onp.zeros(shape, "float32"), places(x, False)
    onp.put_along_axis(expected, order, g, -1)
    onp.testing.assert_array_equal(dx, expected)
    onp.testing.assert_array_equal(each, expected)
    same = onp.zeros(shape, "float32")
    onp.put_along_axis(same, order, onp.broadcast_to(g[0], shape), -1)
    onp.testing.assert_array_equal(shared.T, same)
    onp.testing.assert_array_equal(dg, onp.take_along_axis(v, order, -1))
    onp.testing.assert_allclose(square, 6 * x, rtol=1e-6)


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_operators(axis):
    """As large as it takes, with ties."""
    x = RNG.integers(0, 50, (30, 4, choose._UNSORTED // 32)).astype("float32")
    expected = onp.argsort(x, axis, kind="stable")
    onp.testing.assert_array_equal(call("argsort", x, axis=axis, dtype="int32"), expected)
    onp.testing.assert_array_equal(call("sort", x, axis=axis), onp.sort(x, axis))
    down = onp.argsort(-x, axis, kind="stable")
    found = call("argsort", x, axis=axis, dtype="int32", is_ascend=False)
    onp.testing.assert_array_equal(found, down)
    head = RNG.standard_normal(expected.shape).astype("float32")
    (g,) = gradients("sort", x, head=head, axis=axis)
    wanted = onp.zeros_like(x).ravel() if axis is None else onp.zeros_like(x)
    onp.put_along_axis(wanted, expected, head, -1 if axis is None else axis)
    onp.testing.assert_array_equal(g, wanted.reshape(x.shape))


def test_nothing(mode):
    for shape in ((0, 5), (5, 0)):
        x = onp.zeros(shape, "float32")
        assert jax.jit(partial(sort.sort, ascending=True))(x).shape == shape
        assert jax.jit(partial(sort.order, ascending=True))(x).shape == shape
        assert jax.jit(partial(sort.top, k=0, smallest=True))(x).shape == (shape[0], 0)
