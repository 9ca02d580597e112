"""Few operators on small arrays: NumPy runs them each time, and nothing is ever compiled."""

import threading

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import _config, autograd, nd
from mxnet._engine.state import threads
from support import programs


@pytest.fixture(autouse=True)
def evaluated(monkeypatch):
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)


def counted(run):
    before = mx.engine.stats()
    found = run()
    after = mx.engine.stats()
    return found, {k: after[k] - before[k] for k in ("compiled", "evaluated", "flushes")}


def array(*shape, dtype="float32", seed=0):
    return nd.array(onp.random.RandomState(seed).uniform(1, 3, shape), dtype=dtype)


CALLS = {
    "add": (lambda a: a + a.T, lambda x: x + x.T),
    "one array twice": (lambda a: a * a, lambda x: x * x),
    "a number": (lambda a: a / 3 + 1, lambda x: x / 3 + 1),
    "exp": (nd.exp, onp.exp),
    "sum": (lambda a: a.sum(), onp.sum),
    "means of rows": (lambda a: a.mean(axis=1), lambda x: x.mean(1)),
    "product": (lambda a: nd.dot(a, a), lambda x: x @ x),
    "shape": (lambda a: a.reshape((1, -1)), lambda x: x.reshape(1, -1)),
    "transposed": (lambda a: a.T, lambda x: x.T),
    "rows": (lambda a: a[1:3], lambda x: x[1:3]),
    "comparison": (lambda a: a > 2, lambda x: (x > 2).astype(x.dtype)),
    "type": (lambda a: a.astype("int32"), lambda x: x.astype("int32")),
    "by zero": (lambda a: a / (a - a), lambda x: onp.full_like(x, onp.inf)),
    "means and differences": (
        lambda a: nd.broadcast_sub(a, a.mean(axis=1, keepdims=True)),
        lambda x: x - x.mean(1, keepdims=True),
    ),
    "rows and columns": (
        lambda a: nd.broadcast_add(nd.broadcast_mul(a[:1], a), a[:, 1:2]),
        lambda x: x[:1] * x + x[:, 1:2],
    ),
    "an outer product": (
        lambda a: nd.broadcast_mul(a[:1], a[:, :1]),
        lambda x: x[:1] * x[:, :1],
    ),
    "chosen by rows": (
        lambda a: nd.where(nd.broadcast_greater(a, a[:1]), a, a * 2),
        lambda x: onp.where(x > x[:1], x, x * 2),
    ),
    "remainders": (lambda a: a % 2, lambda x: x % 2),
    "largest": (lambda a: a.argmax(axis=1), lambda x: x.argmax(1)),
    "relu": (lambda a: nd.relu(a - 2), lambda x: onp.maximum(x - 2, 0)),
    "softmax": (nd.softmax, lambda x: onp.exp(x) / onp.exp(x).sum(-1, keepdims=True)),
    "in order": (nd.sort, onp.sort),
    "two results": (
        lambda a: nd.concat(*nd.split(a, num_outputs=2, axis=1)[::-1], dim=1),
        lambda x: onp.concatenate([x[:, 2:], x[:, :2]], 1),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_small_calls_are_never_compiled(name):
    ours, wanted = CALLS[name]
    for seed in range(20):  # of other numbers each time
        a = array(4, 4, seed=seed)
        x = a.asnumpy()
        found, counts = counted(lambda a=a: ours(a).asnumpy())
        assert counts == {"compiled": 0, "evaluated": 1, "flushes": 1}
        onp.testing.assert_allclose(found, wanted(x), rtol=1e-5)
        onp.testing.assert_array_equal(a.asnumpy(), x)


@settings(max_examples=15)
@given(program=programs.PROGRAM, seed=st.integers(0, 1000))
def test_random_programs_that_recur(program, seed):
    lazy = "ThreadedEnginePerDevice"
    programs.run(program, seed, lazy)
    found = programs.run(program, seed, lazy)
    wanted = programs.run(program, seed, lazy, evaluate=0)
    for x, y in zip(found, wanted, strict=True):
        onp.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-6)


def test_numbers_that_change():
    a = nd.ones(3)
    assert [float((a * k)[0].asscalar()) for k in range(20)] == list(range(20))


def test_random_numbers_differ_each_time_and_repeat_with_the_seed():
    def draws():
        mx.random.seed(5)
        return [float(nd.random.uniform(shape=(1,)).asscalar()) for _ in range(12)]

    found = draws()
    assert len(set(found)) == 12
    assert draws() == found


@pytest.mark.parametrize(
    "f",
    [
        nd.transpose,
        nd.identity,
        lambda x: nd.reshape(x, (6, 4)),
        lambda x: nd.slice_axis(x, axis=0, begin=1, end=3),
        lambda x: nd.broadcast_to(nd.expand_dims(x, 0), (2, 4, 6)),
        nd.stop_gradient,
    ],
)
def test_results_share_no_memory_with_inputs(f):
    x = array(4, 6)
    for _ in range(3):
        y = f(x)
        y.asnumpy()
        assert not onp.shares_memory(onp.asarray(y._read().data), onp.asarray(x._read().data))
        assert y._read().data.flags.c_contiguous


def test_what_is_not_light_is_compiled_when_it_recurs():
    small, large = array(4, 4), array(300, 300)
    image, weight = array(1, 3, 9, 9), array(2, 3, 3, 3)

    def long(a):
        for _ in range(9):
            a = a * 2
        return a

    for heavy in (
        lambda: long(small),
        lambda: large + 1,
        lambda: nd.Convolution(image, weight, num_filter=2, kernel=(3, 3), no_bias=True),
    ):
        counts = [counted(lambda f=heavy: f().asnumpy())[1] for _ in range(9)]
        assert [c["compiled"] for c in counts] == [0] * 8 + [1]


def test_variables_are_written_and_gradients_come():
    w = array(3)
    w.attach_grad()
    before = w.asnumpy()
    for _ in range(12):
        w[:] = w * 0.5
        w.wait_to_read()
    onp.testing.assert_allclose(w.asnumpy(), before * 0.5**12, rtol=1e-5)
    with autograd.record():
        y = (w * w).sum()
    y.backward()
    onp.testing.assert_allclose(w.grad.asnumpy(), before * 2 * 0.5**12, rtol=1e-5)


def test_a_fault_of_the_light_way_is_met_by_the_general_one(monkeypatch):
    a = array(2, 2)
    (a + 1).asnumpy()
    (a + 1).asnumpy()
    b = a + 1
    with monkeypatch.context() as patch:
        patch.setattr(threads.segment.state.light, "call", lambda *args: 1 / 0)
        found, counts = counted(b.asnumpy)
    onp.testing.assert_allclose(found, a.asnumpy() + 1)
    assert counts["flushes"] == 1


def test_an_interrupt_loses_nothing(monkeypatch):
    a = array(2, 2)
    (a + 1).asnumpy()
    b = a + 1

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(threads.segment.state.light, "call", interrupted)
        with pytest.raises(KeyboardInterrupt):
            b.asnumpy()
    c = b * 2
    onp.testing.assert_allclose(c.asnumpy(), (a.asnumpy() + 1) * 2)
    onp.testing.assert_allclose(b.asnumpy(), a.asnumpy() + 1)


def test_another_thread_may_look():
    a, found = array(2, 2), []
    (a + 1).asnumpy()
    b = a + 1
    thread = threading.Thread(target=lambda: found.append(b.asnumpy()))
    thread.start()
    thread.join()
    onp.testing.assert_allclose(found[0], a.asnumpy() + 1)
    onp.testing.assert_allclose((b * 2).asnumpy(), (a.asnumpy() + 1) * 2)


def test_off():
    a = array(2, 2)
    (a + 1).asnumpy()
    _config.set_option("evaluate", 0)
    assert counted((a + 1).asnumpy)[1] == {"compiled": 1, "evaluated": 0, "flushes": 1}
