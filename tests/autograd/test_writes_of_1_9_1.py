"""Writes outside of what is recorded, and graphs that are used up, beside MXNet 1.9.1.

The file holds programs that ran there: a variable ``x`` is used while recording, the result is
written in every way that there is, and a backward pass follows; with what each array and the
gradient were at the end (``R`` notes arrays), or that something was refused.
"""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd

FILE = Path(__file__).parent.parent / "data" / "autograd" / "writes.json"
CASES = json.loads(FILE.read_text())
KINDS = sorted({name.partition("-")[0] for name, _, _ in CASES})


def outcome(source):
    found = []
    x = nd.array([1.0, 2.0, 3.0])
    x.attach_grad()

    def note(*arrays):
        found.extend([a.asnumpy() for a in arrays])

    try:
        exec(source, {"nd": nd, "autograd": autograd, "x": x, "R": note})  # noqa: S102 - our file
    except (mx.MXNetError, ValueError):
        return ["error"]
    return [*found, x.grad.asnumpy()]


@pytest.mark.parametrize("kind", KINDS)
def test_programs(kind):
    for name, source, wanted in CASES:
        if name.partition("-")[0] != kind:
            continue
        found = outcome(source)
        refused = [isinstance(a[0], str) for a in (found, wanted)]
        assert refused[0] == refused[1], f"{name}:\n{source}"
        for a, b in zip(found, wanted, strict=True) if not any(refused) else ():
            onp.testing.assert_allclose(a, b, rtol=1e-4, err_msg=f"{name}:\n{source}")
            assert a.shape == onp.shape(b), name


def test_what_was_read_before_a_write_counts():
    """1.9.1 takes for the gradient what lies in the array by then; here it is what was computed."""
    x = nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * x
        z = (y * y).sum()
    y += 1
    z.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), [4, 32])


def test_a_state_carried_on_undetached():
    """A hidden state that nobody detaches: constant in the next step."""
    x = nd.array([1.0, 2.0, 3.0])
    x.attach_grad()
    state, grads = nd.ones(3), []
    for _ in range(6):
        with autograd.record():
            state = state * x
            loss = state.sum()
        loss.backward()
        grads.append(x.grad.copy())
    found = [g.asnumpy() for g in grads]
    for k, g in enumerate(found):
        onp.testing.assert_allclose(g, [1, 2.0**k, 3.0**k])


@pytest.mark.parametrize("seen", [False, True])
def test_a_state_of_an_lstm(seen):
    net = mx.gluon.rnn.LSTM(4, input_size=3)
    net.initialize(mx.init.Uniform(0.5))
    parts = nd.random.normal(shape=(3, 5, 2, 3))
    loose, tight = net.begin_state(2), net.begin_state(2)
    for part in parts:
        found = []
        for state in (loose, tight):
            with autograd.record():
                y, state[:] = net(part, state)
                y.sum().backward()
            if seen:
                y.asnumpy()
            found.append([p.grad().asnumpy() for p in net.collect_params().values()])
        tight = [s.detach() for s in tight]
        for a, b in zip(*found, strict=True):
            onp.testing.assert_array_equal(a, b)
