"""Small gradients leave a program packed in one array; nobody can tell but by counting."""

import threading

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet._engine.packing import Packed
from mxnet.gluon import nn

pytestmark = pytest.mark.usefixtures("compiled_at_once")

LAZY = mx._config.get("engine_type") != "NaiveEngine"
LAYERS = 12


def network():
    mx.random.seed(3)
    net = nn.HybridSequential()
    for _ in range(LAYERS):
        net.add(nn.Dense(5, activation="tanh", in_units=5))
    net.initialize(mx.init.Xavier())
    net.hybridize()
    return net, list(net.collect_params().values())


X = nd.array(onp.random.RandomState(0).rand(4, 5))


def train(steps, between=lambda loss, params: None, after=lambda params: None):
    net, params = network()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    for _ in range(steps):
        with autograd.record():
            loss = (net(X) ** 2).sum()
        loss.backward()
        between(loss, params)
        trainer.step(1)
        after(params)
    return params


def numbers(params):
    return [a.asnumpy() for p in params for a in (p.data(), p.grad())]


def pending(array):
    return array._read().seg.__class__


@pytest.mark.skipif(not LAZY, reason="op by op there are no programs")
def test_they_are_packed_and_cut_when_somebody_looks():
    params = train(2)
    assert {pending(p.grad()) for p in params} == {Packed}
    assert len({id(p.grad()._read().seg) for p in params}) == 1
    params[3].grad().asnumpy()
    assert pending(params[3].grad()) is not Packed
    assert pending(params[4].grad()) is Packed


@pytest.mark.parametrize(
    "looks",
    [
        {"between": lambda loss, params: loss.asscalar()},
        {"between": lambda loss, params: [p.grad().asnumpy() for p in params]},
        {"after": lambda params: [p.grad().asnumpy() for p in params]},
        {"after": lambda params: [(p.grad() * 2).norm().asscalar() for p in params]},
        {"after": lambda params: [p.grad().wait_to_read() for p in params]},
    ],
    ids=["loss", "gradients before", "gradients after", "operators on them", "waiting"],
)
def test_looking_changes_no_number(looks):
    for a, b in zip(numbers(train(3)), numbers(train(3, **looks))):
        onp.testing.assert_array_equal(a, b)


def test_gradients_are_those_of_finite_differences():
    net, params = network()
    net.cast("float64")
    x = X.astype("float64")
    with autograd.record():
        loss = (net(x) ** 2).sum()
    loss.backward()
    for p in (params[0], params[-1]):
        found, value = p.grad().asnumpy(), p.data().asnumpy()
        for at in [(0,) * value.ndim, tuple(n - 1 for n in value.shape)]:
            ends = []
            for step in (1e-6, -1e-6):
                moved = value.copy()
                moved[at] += step
                p.set_data(nd.array(moved, dtype="float64"))
                ends.append((net(x) ** 2).sum().asscalar())
            p.set_data(nd.array(value, dtype="float64"))
            onp.testing.assert_allclose(found[at], (ends[0] - ends[1]) / 2e-6, rtol=1e-6)


def test_a_gradient_can_be_kept_written_and_read_by_other_threads():
    kept = []
    params = train(3, after=lambda params: kept.append(params[0].grad().copy()))
    assert len({tuple(k.asnumpy().ravel()) for k in kept}) == 3
    params[1].grad()[:] = 7
    assert (params[1].grad().asnumpy() == 7).all()
    copy = params[2].grad().asnumpy()
    copy[:] = 9  # one's own
    assert not (params[2].grad().asnumpy() == 9).any()
    seen = []
    thread = threading.Thread(target=lambda: seen.append(params[5].grad().asnumpy()))
    thread.start()
    thread.join()
    onp.testing.assert_array_equal(seen[0], params[5].grad().asnumpy())


def test_they_add_up_over_passes():
    net, params = network()
    net.collect_params().setattr("grad_req", "add")
    for _ in range(2):
        with autograd.record():
            loss = (net(X) ** 2).sum()
        loss.backward()
        loss.wait_to_read()
    once, params_once = network()
    with autograd.record():
        loss = (once(X) ** 2).sum()
    loss.backward()
    for a, b in zip(params, params_once):
        onp.testing.assert_allclose(a.grad().asnumpy(), 2 * b.grad().asnumpy(), rtol=1e-6)


@pytest.mark.skipif(not LAZY, reason="op by op there are no programs")
def test_nothing_is_compiled_from_the_third_step_on_whoever_looks():
    net, params = network()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})

    def step():
        with autograd.record():
            loss = (net(X) ** 2).sum()
        loss.backward()
        loss.asscalar()  # the update is a program of its own, which reads the gradients
        trainer.step(1)
        params[0].grad().asnumpy()

    step()
    step()
    with mx.engine.expect(compiled=0):
        for _ in range(3):
            step()
