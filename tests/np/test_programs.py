"""Random programs of ``mx.np`` agree with NumPy: lazily, operator by operator, hybridized and as a
graph.
"""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, np, npx

# steps of programs on a matrix (4, 4); the first argument is NumPy or mx.np
STEPS = [
    lambda n, x, y: n.tanh(x) + y,
    lambda n, x, y: x * 0.5 - y[0],
    lambda n, x, y: n.matmul(x, y.T) / 4,
    lambda n, x, y: n.where(x > y, x, y * 0.5),
    lambda n, x, y: n.concatenate([x[:2], y[2:]], axis=0),
    lambda n, x, y: x - n.mean(x, axis=1, keepdims=True),
    lambda n, x, y: n.exp(-n.abs(x)) * y,
    lambda n, x, y: n.cumsum(x, axis=0) / 4,
    lambda n, x, y: n.transpose(x) + n.sum(y) / 16,
    lambda n, x, y: n.maximum(x, 0.1) + n.minimum(y, 0.2),
    lambda n, x, y: n.stack([x[:, 0], x[:, 1], y[2], y[-1]], axis=1),
    lambda n, x, y: n.reshape(n.reshape(x, (2, 8)), (4, 4)) ** 2,
    lambda n, x, y: n.clip(x, -0.5, 0.5) + n.flip(y, 0),
    lambda n, x, y: n.einsum("ij,jk->ik", x, y) / 4,
    lambda n, x, y: n.sqrt(n.square(x) + 1) - n.split(y, 2, axis=0)[0].sum(),
    lambda n, x, y: n.roll(x, 1, axis=1) * (1 + n.max(n.abs(y))) / 4,
    lambda n, x, y: n.outer(x[0], y[:, 1]) + n.eye(4),
    lambda n, x, y: x / (1 + n.std(y)) + n.expand_dims(y[1], 0),
    lambda n, x, y: n.insert(n.delete(x, 2, axis=0), 1, y[0] * 0.5, axis=0),
    lambda n, x, y: x / (1 + n.linalg.norm(y, axis=1, keepdims=True)) + n.linalg.norm(x),
    lambda n, x, y: x[n.array([3, 0, 0, 2])] * y[:, n.array([1, 1, 0, 3])],
    lambda n, x, y: n.triu(x, -1) + n.rot90(y) * 0.3,
    lambda n, x, y: n.average(x, axis=0, weights=n.abs(y[0]) + 0.1) + y.T,
    lambda n, x, y: n.ediff1d(n.append(x.reshape(-1), y[0, 0])).reshape(4, 4) * 0.5,
    lambda n, x, y: n.diff(n.concatenate([x, y[:, :1]], axis=1), axis=1),
    lambda n, x, y: n.prod(x[:2] * 0.5 + 1, axis=0) * n.tile(y[:1], (4, 1)),
]


class Program(gluon.HybridBlock):
    """A program as a ``forward``."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.calls = steps, 0

    def forward(self, x, y):
        self.calls += 1
        return run(self.steps, Whole, x, y)


class _Whole:
    """``mx.np`` with lists of integers as such."""

    def __getattr__(self, name):
        return getattr(np, name)

    def array(self, values):
        return np.array(values, dtype="int64")


Whole = _Whole()


def program(rng):
    return [STEPS[k] for k in rng.randint(0, len(STEPS), 6)]


def run(steps, n, x, y):
    for step in steps:
        x, y = step(n, x, y), x
    return x


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


@pytest.mark.parametrize("seed", range(12))
def test_hybridized(seed, tmp_path):
    """A block gives NumPy's values and the gradients of the same program op by op, in one trace;
    its file gives them as well.
    """
    rng = onp.random.RandomState(100 + seed)
    steps = program(rng)
    a, b = (rng.uniform(-1, 1, (4, 4)) for _ in range(2))
    wanted = run(steps, onp, a, b)

    def slopes(function):
        x, y = np.array(a), np.array(b)
        x.attach_grad()
        y.attach_grad()
        with autograd.record():
            z = function(x, y)
            total = (z * z).sum()
        total.backward()
        onp.testing.assert_allclose(z.asnumpy(), wanted, rtol=1e-9, atol=1e-12)
        return onp.stack([x.grad.asnumpy(), y.grad.asnumpy()])

    npx.set_np()
    before = mx.engine.set_engine_type("NaiveEngine")
    try:
        one_by_one = slopes(Program(steps))
        mx.engine.set_engine_type(before)
        net = Program(steps)
        net.hybridize()
        for _ in range(2):
            onp.testing.assert_allclose(slopes(net), one_by_one, rtol=1e-9, atol=1e-12)
        assert net.calls == 1
        net.export(str(tmp_path / "net"))
        used = mx.sym.load(f"{tmp_path}/net-symbol.json").list_inputs()
        if {"data0", "data1"} <= set(used):  # else the program forgets one of them
            read = gluon.SymbolBlock.imports(
                f"{tmp_path}/net-symbol.json", ["data0", "data1"], f"{tmp_path}/net-0000.params"
            )
            onp.testing.assert_allclose(slopes(read), one_by_one, rtol=1e-9, atol=1e-12)
    finally:
        mx.engine.set_engine_type(before)
        npx.reset_np()


@pytest.mark.parametrize("seed", range(25))
def test_program(seed):
    rng = onp.random.RandomState(seed)
    steps = program(rng)
    a, b = (rng.uniform(-1, 1, (4, 4)) for _ in range(2))
    wanted = run(steps, onp, a, b)

    def recorded():
        x, y = np.array(a), np.array(b)  # in float64, so that differences can be small
        x.attach_grad()
        y.attach_grad()
        with autograd.record():
            z = run(steps, Whole, x, y)
            graph = autograd.get_symbol(z)
            total = (z * z).sum()
        total.backward()
        return z, x.grad, graph

    z, slope, graph = recorded()
    assert isinstance(z, np.ndarray)
    onp.testing.assert_allclose(z.asnumpy(), wanted, rtol=1e-9, atol=1e-12)
    before = mx.engine.set_engine_type("NaiveEngine")
    try:
        z_one, slope_one, _ = recorded()
        onp.testing.assert_allclose(z_one.asnumpy(), wanted, rtol=1e-9, atol=1e-12)
        onp.testing.assert_allclose(slope_one.asnumpy(), slope.asnumpy(), rtol=1e-9, atol=1e-12)
    finally:
        mx.engine.set_engine_type(before)
    # along a random direction: the gradient and a difference of NumPy's values
    direction = rng.uniform(-1, 1, (4, 4))
    up, down = (run(steps, onp, a + s * 1e-6 * direction, b) for s in (1, -1))
    by_difference = ((up**2).sum() - (down**2).sum()) / 2e-6
    assert (slope.asnumpy() * direction).sum() == pytest.approx(by_difference, rel=1e-4, abs=1e-5)
    names = graph.list_arguments()
    arrays = {name: np.array(v) for name, v in zip(names, (a, b))}
    read = mx.sym.load_json(graph.tojson())
    if len(names) == 2:  # programs that make arrays of their own have more
        values = [read.eval(**arrays)[0].asnumpy()]
        values.append(read.eval(**dict(zip(names, (np.array(b), np.array(a)))))[0].asnumpy())
        assert any(onp.allclose(v, wanted, rtol=1e-9) for v in values)
