"""Look-ups of rows and their gradients, with and without the native kernel, against NumPy."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._ops.kernels import choose, native
from mxnet._ops.kernels.rows import add_up, look_up

pytestmark = pytest.mark.usefixtures("compiled_at_once")

RNG = onp.random.default_rng(11)


@pytest.fixture(params=["native", "xla"])
def mode(request, monkeypatch):
    """Each way in turn; tables of any size count as large."""
    if request.param == "native" and not native.available(native.UPDATES):
        pytest.skip(f"native kernels: {native.state(native.UPDATES)}")
    monkeypatch.setattr(choose, "_LARGE_TABLE", 0)
    before = _config.get("kernels")
    _config.set_option("kernels", request.param)
    yield request.param
    _config.set_option("kernels", before)


def run(function, *arrays):
    return jax.jit(partial(function))(*arrays)  # a new object: nothing compiled before


def test_it_is_in_use(mode):
    at, rows = jnp.zeros(3, "int32"), jnp.ones((3, 2), "float32")
    text = jax.jit(lambda at, rows: add_up(at, rows, 5)).lower(at, rows).as_text()
    assert (native.name("add_rows") in text) == (mode == "native")


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize("places", ["int32", "int64"])
def test_sums(places, negative, mode):
    """In the order of the rows, places outside left out."""
    at = onp.array([[3, 0, 3, -1], [9, 3, 6, 7]], places)
    if places == "int64":
        at[0, 3], at[1, 3] = -(2**40), 2**32 + 1
    rows = RNG.standard_normal((2, 4, 5), "float32") * 10.0 ** RNG.integers(-4, 4, (2, 4, 1))
    rows = rows.astype("float32")
    expected = onp.full((7, 5), -0.0 if negative else 0.0, "float32")
    for i, row in zip(at.ravel(), rows.reshape(8, 5)):
        if 0 <= i < 7:
            expected[i] += row
    found = run(lambda at, rows: add_up(at, rows, 7, negative), at, rows)
    onp.testing.assert_array_equal(found, expected)
    onp.testing.assert_array_equal(onp.signbit(found), onp.signbit(expected))


@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (1, 1), (1000, 17)])
def test_shapes_and_no_rows(shape, mode):
    at = onp.arange(0 if shape[0] == 0 else 5, dtype="int32") % max(shape[0], 1)
    rows = onp.ones((len(at), shape[1]), "float32")
    found = run(lambda at, rows: add_up(at, rows, shape[0]), at, rows)
    expected = onp.zeros(shape, "float32")
    onp.add.at(expected, at, rows)
    onp.testing.assert_array_equal(found, expected)
    empty = run(lambda at, rows: add_up(at, rows, shape[0]), at[:0], rows[:0])
    onp.testing.assert_array_equal(empty, onp.zeros(shape))


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_gradients_of_gradients(dtype, mode):
    """Forwards, backwards, and mapped over a batch."""
    table = RNG.standard_normal((6, 4)).astype(dtype)
    at = onp.array([5, 1, 1, 0], "int32")
    seed = RNG.standard_normal((4, 4)).astype(dtype)

    def f(table):
        return jnp.sum(look_up(table, at) ** 3 * seed)

    def everything(table, tangent):
        first = jax.grad(f)(table)
        second = jax.grad(lambda t: jnp.sum(jax.grad(f)(t) ** 2))(table)
        return first, second, jax.jvp(f, (table,), (tangent,))[1], jax.vmap(f)(table[None])[0]

    first, second, along, mapped = run(everything, table, table)
    x, s = table.astype("float64"), seed.astype("float64")
    g, h = onp.zeros_like(x), onp.zeros_like(x)
    onp.add.at(g, at, 3 * x[at] ** 2 * s)
    onp.add.at(h, at, 6 * x[at] * s)
    close = {"float32": 1e-5, "float16": 2e-2, "float64": 1e-12}[dtype]
    for a, b in (
        *((first, g), (second, 2 * g * h), (along, (g * x).sum())),
        (mapped, (x[at] ** 3 * s).sum()),
    ):
        onp.testing.assert_allclose(a, b, rtol=close, atol=close * onp.abs(b).max())
    back = jax.vjp(lambda rows: add_up(jnp.asarray([1, 9]), rows, 6), seed[:2])[1](table)[0]
    onp.testing.assert_array_equal(back, [table[1], onp.zeros(4)])


def test_training_reaches_the_rows_that_were_used(mode):
    """Two tables, dense gradients, descent: the others stay as they are, gradients are readable."""
    table = RNG.standard_normal((2, 500, 8)).astype("float32")
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Embedding(500, 8))
    net.initialize()
    net[0].weight.set_data(nd.array(table[0]))
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    used = onp.array([[3, 499], [3, 0]])
    for _ in range(2):
        with autograd.record():
            loss = (net(nd.array(used)) * 2).sum()
        loss.backward()
        trainer.step(1)
    expected = onp.zeros((500, 8), "float32")
    onp.add.at(expected, used.ravel(), 2)
    weight = net[0].weight
    onp.testing.assert_array_equal(weight.grad().asnumpy(), expected)
    onp.testing.assert_allclose(weight.data().asnumpy(), table[0] - expected, rtol=1e-6)


def test_take_and_sparse_gradients(mode):
    x = nd.array(RNG.standard_normal((5, 3)))
    x.attach_grad()
    with autograd.record():
        y = nd.take(x, nd.array([0, 7, -3]), mode="clip").sum()
    y.backward()
    onp.testing.assert_array_equal(x.grad.asnumpy()[:, 0], [2, 0, 0, 0, 1])
    w = nd.array(RNG.standard_normal((6, 2)))
    w.attach_grad(stype="row_sparse")
    with autograd.record():
        y = nd.Embedding(nd.array([4, 1, 4]), w, input_dim=6, output_dim=2, sparse_grad=True)
        z = (y * mx.nd.array([[1, 0], [0, 0], [1, 0]])).sum()
    z.backward()
    assert w.grad.stype == "row_sparse"
    onp.testing.assert_array_equal(w.grad.indices.asnumpy(), [1, 4])
