"""Long programs run in partitions; nobody can tell but by the time they take to compile."""

import contextlib

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet._engine import partition, segment
from mxnet._graph.lower import operators
from mxnet._graph.steps import steps_of

pytestmark = pytest.mark.usefixtures("compiled_at_once")

LAZY = mx._config.get("engine_type") != "NaiveEngine"
lazy_only = pytest.mark.skipif(not LAZY, reason="every operator is a program")


@contextlib.contextmanager
def limit(n):
    """Programs of more than ``n`` operators are cut; what was compiled before is forgotten."""
    before = mx._config.set_option("max_program_ops", n)
    segment.clear()
    try:
        yield
    finally:
        mx._config.set_option("max_program_ops", before)
        segment.clear()


@pytest.fixture
def made(monkeypatch):
    """All programs that are cut."""
    found = []
    plain = partition.Partitioned.__init__

    def noted(self, *args):
        found.append(self)
        plain(self, *args)

    monkeypatch.setattr(partition.Partitioned, "__init__", noted)
    return found


def both(function, n=10):
    """The same from one program and from partitions."""
    with limit(10**9):
        whole = function()
    with limit(n):
        cut = function()
    assert len(whole) == len(cut) > 0
    for a, b in zip(whole, cut):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        onp.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-7)


def variable(seed=0, shape=(4, 5)):
    x = nd.array(onp.random.RandomState(seed).rand(*shape))
    x.attach_grad()
    return x


def chain(x, n, w=None):
    for _ in range(n):
        x = nd.tanh(x) * (1.01 if w is None else w) + x * 0.1
    return x


# ---------------------------------------------------------------------- where the cuts are
def test_what_repeats_is_cut_at_the_same_places():
    kinds = onp.array([90, 91, *([1, 2, 3, 3, 4] * 40), 92, *([5, 6] * 50), 93])
    ends = partition.cuts(kinds, length=50, repeated=10)
    begins = [0, *ends[:-1]]
    parts = [tuple(kinds[a:b]) for a, b in zip(begins, ends)]
    assert sum(parts, ()) == tuple(kinds)
    assert parts.count((1, 2, 3, 3, 4, 1, 2, 3, 3, 4)) == 20
    assert parts.count((5, 6) * 5) == 10
    assert len(set(parts)) <= 5


@pytest.mark.parametrize("n", [1, 2, 49, 50, 51, 333])
def test_what_does_not_repeat_is_cut_at_the_bound(n):
    assert partition.cuts(onp.arange(n), length=50) == [*range(50, n, 50), n]


def test_a_long_part_that_repeats_is_cut_within():
    kinds = onp.tile(onp.arange(120), 4)
    ends = partition.cuts(kinds, length=50)
    assert ends == [120 * k + j for k in range(4) for j in (40, 80, 120)]


# ---------------------------------------------------------------------- the same numbers
@pytest.mark.parametrize("req", ["write", "add"])
def test_gradients(req):
    def run():
        x = variable()
        x.attach_grad(req)
        for _ in range(2):
            with autograd.record():
                y = chain(x, 12)
            y.backward(retain_graph=True)
            y.backward(y * 2)
        return [y.asnumpy(), x.grad.asnumpy()]

    both(run)


def test_gradients_of_what_was_looked_at_before():
    def run():
        x, w = variable(), variable(1)
        with autograd.record():
            y = chain(x, 9, w)
            first = y.asnumpy()
            z = chain(y, 9, w)
        z.backward()
        return [first, z.asnumpy(), x.grad.asnumpy(), w.grad.asnumpy()]

    both(run)


def test_second_derivatives():
    def run():
        x = variable()
        with autograd.record():
            y = chain(x, 6)
            g = autograd.grad(y, x, create_graph=True)[0]
            z = (g * g).sum()
        z.backward()
        return [g.asnumpy(), x.grad.asnumpy()]

    both(run)


def test_integers_constants_and_inputs_returned_as_they_are():
    def run():
        x = variable(shape=(6, 3))
        n = nd.array([1, 5, 0], dtype="int32")
        rows = []
        for _ in range(12):
            n = (n * 3 + 1) % 6
            rows.append(nd.take(x, n))
        a = nd.concat(*rows, dim=0)
        b = nd.one_hot(n, 6) + nd.arange(6)
        c = nd.identity(x)
        return [v.asnumpy() for v in (a, b, c, n, nd.sort(a, axis=0), nd.argmax(b, axis=1))]

    both(run)


def test_a_control_flow_operator():
    class Net(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            state = F.ones((3,))
            y, _ = F.contrib.while_loop(
                lambda i, s: i < 4, lambda i, s: (s * 2, (i + 1, s + x)), (state[0:1], x), 6
            )
            return chain(y, 4)

    def run():
        net = Net()
        net.hybridize()
        x = variable(shape=(7, 3))
        with autograd.record():
            z = net(chain(x, 4)).sum()
        z.backward()
        return [z.asnumpy(), x.grad.asnumpy()]

    both(run)


def network(hybrid, dropout=0.0):
    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                self.cell = gluon.rnn.LSTMCell(6, input_size=3)
                self.out = gluon.nn.Dense(2, in_units=6, flatten=False)

        def hybrid_forward(self, F, x):
            y, _ = self.cell.unroll(4, x, merge_outputs=True, layout="NTC")
            return self.out(F.Dropout(y, p=dropout))

    mx.random.seed(5)
    net = Net()
    net.initialize(mx.init.Xavier())
    if hybrid:
        net.hybridize()
    return net


@pytest.mark.parametrize("hybrid", [False, True])
def test_training_a_recurrent_network(hybrid):
    def run():
        net = network(hybrid, dropout=0.3)
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
        x = nd.array(onp.random.RandomState(1).rand(4, 4, 3))
        losses = []
        for _ in range(3):
            with autograd.record():
                loss = (net(x) ** 2).mean()
            loss.backward()
            trainer.step(1)
            losses.append(loss.asnumpy())
        weights = [p.data().asnumpy() for p in net.collect_params().values()]
        return [*losses, *weights, *[p.grad().asnumpy() for p in net.collect_params().values()]]

    both(run)


def test_an_executor():
    def run():
        x = mx.sym.var("x")
        y = x
        for _ in range(30):
            y = mx.sym.tanh(y) * 1.01 + x
        net = mx.sym.make_loss(y)
        e = net.simple_bind(mx.cpu(), x=(3, 4))
        e.arg_dict["x"][:] = variable(2, (3, 4))
        e.forward(is_train=True)
        e.backward()
        return [e.outputs[0].asnumpy(), e.grad_dict["x"].asnumpy()]

    both(run)


# ---------------------------------------------------------------------- counts
@lazy_only
def test_what_repeats_is_compiled_once_and_a_second_step_compiles_nothing(made):
    x = variable(shape=(3, 3))

    def step(n):
        with autograd.record():
            y = chain(x, n)
        y.backward()
        return x.grad.asnumpy()

    with limit(100):
        step(100)
        assert len(made) == 1
        programs = [p[0] for p in made[0].schedule]
        assert len(programs) > 20
        assert len(set(programs)) <= 8
        with mx.engine.expect(compiled=0):
            first = step(100)
            second = step(100)
        assert (first == second).all()
        # another length is another program of the same partitions
        step(130)
        assert len(made) == 2
        assert len({p[0] for p in made[1].schedule} - set(programs)) <= 4


@lazy_only
def test_programs_up_to_the_bound_stay_one(made):
    x = variable(shape=(2, 2))
    with autograd.record():
        y = chain(x, 30)
    y.backward()
    x.grad.wait_to_read()
    assert made == []
    assert mx._config.get("max_program_ops") == 500


def rounds(x, n):
    """A grid's points become the mean of their neighbours, in place."""
    for _ in range(n):
        x[1:-1] = (x[:-2] + x[2:]) / 2
    return x


@lazy_only
def test_arithmetic_that_nobody_differentiates_is_cut_at_a_fifth_of_the_bound(made):
    grid, known = nd.array(onp.arange(9.0) ** 2), onp.arange(9.0, dtype="float32") ** 2
    with limit(60):
        got = rounds(grid, 4).asnumpy()  # 20 operators
        assert len(made) == 1
        with mx.engine.expect(compiled=0):
            again = rounds(nd.array(onp.arange(9.0) ** 2), 4).asnumpy()
        nd.relu(rounds(grid, 1)).wait_to_read()
        assert len(made) == 1
    rounds(known, 4)
    assert onp.abs(got - known).max() == onp.abs(again - known).max() == 0


@lazy_only
def test_what_trains_convolves_or_is_a_graph_is_cut_at_the_bound(made):
    x, w = variable(shape=(1, 1, 5, 5)), nd.ones((1, 1, 3, 3))

    def looked_at_before_backward():
        with autograd.record():
            chain(x, 6).wait_to_read()

    def gradients():
        with autograd.record():
            y = chain(x, 6)
        y.backward()
        x.grad.wait_to_read()

    def convolution():
        y = chain(x, 6)
        nd.Convolution(y, w, no_bias=True, kernel=(3, 3), num_filter=1).wait_to_read()

    def graph():
        net = gluon.nn.HybridLambda(lambda F, y: chain(y, 6))
        net.hybridize()
        net(x).wait_to_read()

    with limit(60):
        for step in (looked_at_before_backward, gradients, convolution, graph):
            step()
            assert made == [], step.__name__
        chain(x, 6).wait_to_read()
        assert len(made) == 1


@lazy_only
@pytest.mark.parametrize("name", ["resnet18_v1", "resnet50_v2", "mobilenet1_0", "inception_v3"])
def test_networks_as_they_are_used_stay_one_program(name):
    net = getattr(gluon.model_zoo.vision, name)(classes=10)
    net.initialize()
    size = 299 if name == "inception_v3" else 32
    mx.nd.waitall()
    with autograd.record():
        loss = net(nd.zeros((1, 3, size, size))).sum()
    n = operators(steps_of(segment.segment_of(mx.cpu()).state))
    assert 50 < n <= mx._config.get("max_program_ops")
    segment.segment_of(mx.cpu()).reset()
    del loss


@lazy_only
def test_products_count_as_a_quarter():
    x, w = nd.ones((2, 2)), nd.ones((2, 2))
    x.wait_to_read()
    y = x
    for _ in range(8):
        y = nd.relu(nd.dot(y, w))
    assert operators(steps_of(segment.segment_of(mx.cpu()).state)) == 8 + 2
    segment.segment_of(mx.cpu()).reset()
    del y


@lazy_only
def test_parameters_are_overwritten_in_place():
    def places():
        return [p.data()._read().data.unsafe_buffer_pointer() for p in params]

    with limit(5):
        net = gluon.nn.HybridSequential()
        for _ in range(6):
            net.add(gluon.nn.Dense(80, in_units=80, activation="tanh"))
        net.initialize()
        params = [p for p in net.collect_params().values() if p.shape == (80, 80)]
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        x = nd.ones((2, 80))
        found = []
        for _ in range(4):
            with autograd.record():
                loss = net(x).sum()
            loss.backward()
            trainer.step(1)
            loss.wait_to_read()
            found.append(places())
    assert found[2] == found[3]


@lazy_only
def test_a_failure_is_the_same(monkeypatch):
    with limit(5):
        x = variable(shape=(3, 3))
        y = chain(x, 4)
        monkeypatch.setattr(partition.Partitioned, "_cut", lambda *a: 1 / 0)
        with pytest.raises(mx.MXNetError, match="operators failed: ZeroDivisionError"):
            y.asnumpy()
        with pytest.raises(mx.MXNetError, match="operators failed"):
            y.asnumpy()
