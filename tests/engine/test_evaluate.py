"""What is met for the first time runs at once, by NumPy: the same as when it is compiled."""

import threading

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._engine import plan, program
from mxnet._engine.segment import all_roots
from mxnet._graph import formulas
from mxnet._graph.formulas import Formula
from mxnet.gluon import nn
from support import processes, programs
from support.prepared import HANG

LAZY = "ThreadedEnginePerDevice"


@pytest.fixture(autouse=True)
def evaluated(monkeypatch):
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)


@settings(max_examples=10)
@given(program=programs.PROGRAM, seed=st.integers(0, 1000))
def test_random_programs_as_compiled(program, seed):
    found = programs.run(program, seed, LAZY)
    wanted = programs.run(program, seed, LAZY, evaluate=0)
    for k, (x, y) in enumerate(zip(found, wanted)):
        onp.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-6, err_msg=f"result {k}")


def counted(run):
    before = mx.engine.stats()
    run()
    after = mx.engine.stats()
    return {k: after[k] - before[k] for k in ("compiled", "evaluated", "hits")}


def test_a_path_is_compiled_when_it_recurs():
    x = nd.ones((300, 290))
    x.asnumpy()
    for k in range(8):
        assert counted((x * 3 + 1).asnumpy) == {
            "compiled": 0,
            "evaluated": 1,
            "hits": 0,
        }, k
    assert counted((x * 3 + 1).asnumpy) == {"compiled": 1, "evaluated": 0, "hits": 0}
    assert counted((x * 3 + 1).asnumpy) == {"compiled": 0, "evaluated": 0, "hits": 1}


def test_what_takes_long_is_compiled_at_once():
    x = nd.ones((3000, 3000))
    x.asnumpy()
    assert counted((x * 3 + 1).wait_to_read)["compiled"] == 1


def recurrent_step(steps, width=6, rows=3):
    """A step of training a GRU that is written in plain operators."""
    shapes = [(4, width), (width, width), (width,)] * 3
    parameters = [nd.random.normal(scale=0.3, shape=s) for s in shapes]
    for p in parameters:
        p.attach_grad()
    wz, uz, bz, wr, ur, br, wc, uc, bc = parameters
    xs, start = nd.random.normal(shape=(steps, rows, 4)), nd.zeros((rows, width))

    def step():
        h = start
        with autograd.record():
            for t in range(steps):
                z = nd.sigmoid(nd.dot(xs[t], wz) + nd.dot(h, uz) + bz)
                r = nd.sigmoid(nd.dot(xs[t], wr) + nd.dot(h, ur) + br)
                c = nd.tanh(nd.dot(xs[t], wc) + nd.dot(r * h, uc) + bc)
                h = z * h + (1 - z) * c
            loss = (h * h).sum()
        loss.backward()
        for p in parameters:
            p[:] = p - 0.1 * p.grad
        return loss.asscalar()

    return step


def test_a_long_program_does_not_stall_at_its_ninth_time():
    """Twenty steps of a GRU: seconds of compiling, which a hundred runs would not win back."""
    step = recurrent_step(20)
    losses = []
    found = counted(lambda: losses.extend(step() for _ in range(30)))
    assert found["compiled"] == 0
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("run", "build", "times"),
    [
        (0.005, 0.5, 8),  # an MLP
        (0.2, 4.3, 8),  # ResNet-18: 5 take a quarter of what compiling takes
        (0.6, 11.0, 8),  # ResNet-50
        (0.01, 4.0, 8),
        (0.01, 8.0, 64),  # twice as long: 2^3 times as often
        (0.01, 12.0, 216),
        (0.03, 24.0, 200),  # a quarter
        (2.0, 10.0, 5),  # all of it
        (1.0, 0.5, 0),
    ],
)
def test_the_longer_compiling_takes_the_more_often_a_path_must_recur(run, build, times):
    assert program._evaluations(run, build, 8) == times


def test_more_often_by_counts_alone(monkeypatch):
    """A path is compiled at the same run each time, also where another process had begun."""
    step = recurrent_step(2)

    def compiled_at(runs):
        return [k for k in runs for _ in range(counted(step)["compiled"])]

    def afresh(met):
        processes.forget_what_was_met()
        program.set_sightings(met)

    monkeypatch.setattr(_config.options["evaluate"], "value", 2)
    monkeypatch.setattr(program, "_sightings", {})
    afresh({})
    often = compiled_at(range(12))
    monkeypatch.setattr(program, "_PAUSE", 2.0)  # the step takes three
    evaluations, chosen = program._evaluations, []

    def noted(*given):
        chosen.append(evaluations(*given))
        return chosen[-1]

    monkeypatch.setattr(program, "_evaluations", noted)
    afresh({})
    late = compiled_at(range(12))
    assert late[-1] - often[-1] == max(chosen) - 2 > 0
    afresh({})
    first = compiled_at(range(4))
    afresh(program.sightings(all_roots()))
    assert first + compiled_at(range(4, 12)) == late


def test_off():
    _config.set_option("evaluate", 0)
    assert counted((nd.ones((3, 31)) * 3).asnumpy)["compiled"] == 1


def network():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, activation="relu", in_channels=1), nn.BatchNorm(in_channels=4))
    net.add(nn.MaxPool2D(), nn.Flatten(), nn.Dropout(0.3))
    net.add(nn.Dense(12, activation="tanh", in_units=4 * 4 * 4), nn.Dense(3, in_units=12))
    net.initialize(mx.init.Xavier())
    return net


@pytest.mark.parametrize("hybridize", [False, True])
def test_training_is_the_same_evaluated_compiled_and_from_one_to_the_other(hybridize):
    """Losses of twelve steps: 8 evaluated and 4 compiled, or all compiled."""

    def losses(most):
        old = _config.set_option("evaluate", most)
        try:
            mx.random.seed(3)
            onp.random.seed(3)
            net = network()
            if hybridize:
                net.hybridize()
            trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
            loss = gluon.loss.SoftmaxCrossEntropyLoss()
            x, y = nd.random.normal(shape=(9, 1, 10, 10)), nd.array([0, 1, 2] * 3)
            found = []
            for _ in range(12):
                with autograd.record():
                    value = loss(net(x), y)
                value.backward()
                trainer.step(9)
                found.append(value.mean().asscalar())
            return found
        finally:
            _config.set_option("evaluate", old)

    compiled = losses(0)
    for most in (8, 100):
        onp.testing.assert_allclose(losses(most), compiled, rtol=2e-3)
    assert compiled[-1] < compiled[0]


def test_a_loss_that_was_looked_at_goes_back_through_what_ran():
    x = nd.array([[1.0, 2.0], [3.0, 4.0]])
    x.attach_grad()
    for how in (8, 0, 8):  # the residuals of one kind of run are met by the other
        _config.set_option("evaluate", how)
        with autograd.record():
            y = (nd.softmax(x * 2) * x).sum()
        float(y.asscalar())
        _config.set_option("evaluate", 8 - how)
        y.backward()
        if how == 8:
            first = x.grad.asnumpy()
    onp.testing.assert_allclose(x.grad.asnumpy(), first, rtol=1e-5)


def test_results_share_no_memory_with_inputs():
    x = nd.array(onp.arange(24, dtype="float32").reshape(4, 6))
    memory = onp.asarray(x._read().data)
    for f in (
        nd.transpose,
        nd.identity,
        lambda x: nd.reshape(x, (6, 4)),
        lambda x: nd.slice_axis(x, axis=0, begin=1, end=3),
        lambda x: nd.broadcast_to(nd.expand_dims(x, 0), (2, 4, 6)),
        nd.stop_gradient,
    ):
        y = f(x)
        y.wait_to_read()
        assert not onp.shares_memory(onp.asarray(y._read().data), memory)
        assert y._read().data.flags.c_contiguous


def test_new_sizes_are_not_traced_again(monkeypatch):
    """One trace for all sizes: of the forward, and of it with its gradient."""
    traces = []
    trace = Formula._trace

    def noted(self, avals, key, has_symbols):
        traces.append(has_symbols)
        return trace(self, avals, key, has_symbols)

    monkeypatch.setattr(Formula, "_trace", noted)
    w = nd.ones((5, 33))
    w.attach_grad()

    def step(n):
        x = nd.array(onp.ones((n, 33)))
        with autograd.record():
            y = nd.log_softmax(nd.relu(nd.FullyConnected(x, w, num_hidden=5, no_bias=True)))
        y.backward()
        assert w.grad.shape == (5, 33)
        return w.grad.asnumpy()

    step(40)
    traces.clear()
    for n in (41, 57, 123):
        step(n)
    assert traces == []


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (8, 8), (2, 3), (33, 9), (9, 33), (0, 9)])
def test_sizes_of_one_zero_and_equal_ones_keep_their_meaning(shape):
    """What a size means to broadcasting is not lost to a symbol that stood for another."""
    with mx.np_shape(True):
        a = nd.array(onp.random.RandomState(0).normal(size=shape))
        b = nd.array(onp.random.RandomState(1).normal(size=(1, shape[1])))
        x, y = a.asnumpy(), b.asnumpy()
        for found, wanted in (
            (nd.broadcast_add(a, b), x + y),
            (nd.broadcast_mul(a, a), x * x),
            (a.sum(axis=0), x.sum(0)),
            (nd.concat(a, a, dim=1), onp.concatenate([x, x], 1)),
            (nd.dot(a, b.T), x @ y.T),
        ):
            onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-4, atol=1e-5)


def test_errors_are_the_same_at_the_same_call():
    a, b = nd.ones((40, 50)), nd.ones((41, 50))
    (nd.ones((40, 50)) + a).asnumpy()
    for wrong in (
        lambda: a + b,
        lambda: nd.dot(a, b),
        lambda: nd.concat(a, nd.ones((40, 50, 1)), dim=1),
        lambda: nd.FullyConnected(a, b.T, num_hidden=50, no_bias=True),
        lambda: nd.reshape(a, shape=(3, 7)),
        lambda: nd.Convolution(
            nd.ones((8, 3, 9, 9)), nd.ones((4, 2, 3, 3)), num_filter=4, kernel=(3, 3), no_bias=True
        ),
    ):
        with pytest.raises(mx.MXNetError):
            wrong()
    assert (a + a).asnumpy()[0, 0] == 2


def test_a_long_loop_is_compiled(monkeypatch):
    """A loop of too many iterations is left to the compiler, and stays so."""
    monkeypatch.setattr(plan, "_MOST_STEPS", 3)
    monkeypatch.setattr(_config.options["kernels"], "value", "xla")
    x = nd.random.normal(shape=(9, 2, 3))
    x.asnumpy()
    layer = gluon.rnn.RNN(4, input_size=3)
    layer.initialize()
    layer.collect_params()
    for p in layer.collect_params().values():
        p.data().asnumpy()
    assert counted(lambda: layer(x).asnumpy())["compiled"] == 1
    assert counted(lambda: layer(x).asnumpy()) == {"compiled": 0, "evaluated": 0, "hits": 1}


def test_a_fault_of_ours_costs_time_only(monkeypatch, caplog):
    def broken(*args):
        raise RuntimeError("broken")

    monkeypatch.setattr(program, "evaluate", broken)
    monkeypatch.setattr(_config.options["strict"], "value", False)
    assert (nd.ones((3, 37)) * 5).asnumpy()[0, 0] == 5
    assert "broken" in caplog.text


def test_threads():
    found, errors = [], []

    def work(n):
        try:
            for k in range(20):
                x = nd.ones((n + k, 9))
                found.append(float((nd.dot(x, x.T) * 2).sum().asscalar()) == 18 * (n + k) ** 2)
        except mx.MXNetError as e:
            errors.append(e)

    threads = [threading.Thread(target=work, args=(20 + i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(HANG)
    assert not errors
    assert len(found) == 80
    assert all(found)


def test_equations_are_bounded(monkeypatch):
    monkeypatch.setattr(formulas, "_MOST_EQUATIONS", 20)
    monkeypatch.setattr(formulas, "_kept", 0)
    kept = []
    for k in range(30):
        found = nd.one_hot(nd.array([1, 2]), 10 + k) * 3
        assert found.asnumpy().sum() == 6
        kept.append(sum(len(b.formulas) for b in formulas.holders))
    assert max(kept[10:]) <= 20
    assert formulas._kept <= 20


def test_writes_into_arrays_without_axes(caplog):
    # a part that is one number: NumPy's numbers cannot be written to
    x, y = mx.np.array(1.0), nd.zeros(())
    x[()] = onp.array(4.0)
    y[:] = nd.array([5.0])
    assert (x.item(), y.asscalar()) == (4, 5)
    assert not caplog.records
