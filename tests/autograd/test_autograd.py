"""Gradients: against formulas and finite differences, through pending and executed graphs."""

import signal

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd
from mxnet.error import MXNetError, ShapeError
from support.close import close


def variable(values, req="write"):
    x = nd.array(values)
    x.attach_grad(req)
    return x


def test_gradient_of_a_polynomial():
    x = variable([1, 2, 3])
    with autograd.record():
        y = 2 * nd.dot(x, x)
    y.backward()
    close(x.grad, [4, 8, 12])


@pytest.mark.parametrize("look", [False, True], ids=["pending", "executed"])
def test_looking_between_forward_and_backward_changes_nothing(look):
    x, w = variable([[1, 2], [3, 4]]), variable([[0.5], [-1]])
    with autograd.record():
        h = nd.tanh(nd.dot(x, w))
        if look:
            h.asnumpy()
        loss = (h * h).sum()
        if look:
            loss.asscalar()
    loss.backward()
    t = onp.tanh(x.asnumpy() @ w.asnumpy())
    d = 2 * t * (1 - t * t)
    close(w.grad, x.asnumpy().T @ d)
    close(x.grad, d @ w.asnumpy().T)


def test_add_accumulates_and_write_replaces():
    a, w = variable([1.0], "add"), variable([1.0])
    for _ in range(3):
        with autograd.record():
            y = a * 2 + w * 3
        y.backward()
    close(a.grad, [6])
    close(w.grad, [3])
    a.grad[:] = 0
    with autograd.record():
        y = a * 2
    y.backward()
    close(a.grad, [2])


def test_null_has_a_zero_gradient_and_no_graph():
    a, b = variable([1.0], "null"), variable([2.0])
    with autograd.record():
        y = a * b
    y.backward()
    close(a.grad, [0])
    close(b.grad, [1])


def test_head_gradient_and_retained_graph():
    x = variable([1, 2])
    with autograd.record():
        y = x * x
    y.backward(nd.array([1, 10]), retain_graph=True)
    close(x.grad, [2, 40])
    y.backward()
    close(x.grad, [2, 4])
    with pytest.raises(MXNetError, match="retain_graph"):
        y.backward()


@pytest.mark.parametrize("look", [False, True])
def test_two_losses_share_a_trunk(look):
    x = variable([1.0, 2.0], "add")
    with autograd.record():
        trunk = x * x
        if look:
            trunk.wait_to_read()
        first, second = trunk.sum(), (trunk * 3).sum()
    autograd.backward([first, second])
    close(x.grad, [8, 16])


def test_losses_one_after_the_other_on_apart_graphs():
    x, z = variable([1.0]), variable([2.0])
    with autograd.record():
        a, b = x * 5, z * 7
    a.backward()
    nd.waitall()
    b.backward()
    close(x.grad, [5])
    close(z.grad, [7])


def test_errors_of_backward():
    x = variable([1.0])
    y = x * 2
    with pytest.raises(MXNetError, match="computational graph"):
        y.backward()
    with autograd.record():
        y = nd.ones((2,)) * 2
    with pytest.raises(MXNetError, match="computational graph"):
        y.backward()
    with autograd.record():
        y = x * 2
    with pytest.raises(ShapeError, match=r"expected \(1,\), got \(2, 2\)"):
        y.backward(nd.ones((2, 2)))  # longer along the first axis would do


def test_writes_under_record():
    x = variable([1.0, 2.0])
    with autograd.record():
        y = x * 2
        for write in (
            lambda: x.__setitem__(slice(None), 1),
            lambda: x.__iadd__(1),
            lambda: y.__setitem__(0, 1),
            lambda: nd.exp(x, out=y),
        ):
            with pytest.raises(MXNetError, match="already in a computational graph"):
                write()
        fresh = nd.zeros((2,))
        fresh[:] = x * 3
        z = fresh * fresh
    z.backward()
    close(x.grad, [18, 36])


def test_write_inside_pause_is_seen_by_what_follows():
    w = variable([2.0])
    with autograd.record():
        a = w * w
        with autograd.pause():
            w[:] = 10
        b = w * 3
        total = a + b
    total.backward()
    close(total, [34])
    close(w.grad, [2 * 2 + 3])


def test_attach_grad_cuts_the_graph():
    x = variable([3.0])
    with autograd.record():
        y = x * 2
        y.attach_grad()
        z = y * y
    z.backward()
    close(y.grad, [12])
    close(x.grad, [0])


def test_detach_and_stop_gradient():
    x = variable([3.0])
    with autograd.record():
        y = x * x.detach() + nd.stop_gradient(x * x)
    y.backward()
    close(x.grad, [3])


def test_views_take_part():
    x = variable(onp.arange(6).reshape(2, 3))
    with autograd.record():
        y = (x[1] * 2).sum() + x.reshape((3, 2))[0].sum() + x[:, 2].sum()
    y.backward()
    close(x.grad, [[1, 1, 1], [2, 2, 3]])


def test_modes_nest():
    seen = []

    def note():
        seen.append((autograd.is_recording(), autograd.is_training()))

    with autograd.record():
        note()
        with autograd.predict_mode():
            note()
        with autograd.pause():
            note()
            with autograd.record(train_mode=False):
                note()
        note()
    with autograd.train_mode():
        note()
    note()
    assert seen == [
        (True, True),
        (True, False),
        (False, False),
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    ]


def test_modes_end_with_an_exception():
    with pytest.raises(RuntimeError), autograd.record():
        raise RuntimeError
    assert not autograd.is_recording()
    assert not autograd.is_training()


@pytest.mark.skipif(
    mx.engine.engine_type() == "NaiveEngine", reason="operator by operator, nothing is pending"
)
def test_a_failure_of_the_step_before_leaves_no_mode_on(monkeypatch):
    handler = signal.getsignal(signal.SIGINT)

    def fails():
        raise RuntimeError

    monkeypatch.setattr("mxnet.autograd.flush_all", fails)
    y = nd.ones((3,)) + 1  # pending where the scope begins
    with pytest.raises(RuntimeError), autograd.record():
        raise AssertionError
    assert not autograd.is_recording()
    assert signal.getsignal(signal.SIGINT) is handler
    monkeypatch.undo()
    close(y, [2, 2, 2])


def test_grad_returns_and_leaves_buffers_alone():
    x = variable([2.0])
    with autograd.record():
        y = x**3
    (g,) = autograd.grad(y, [x])
    close(g, [12])
    close(x.grad, [0])
    with autograd.record():
        y = x * 2
    with pytest.raises(MXNetError, match="1-th variable because it does not require"):
        autograd.grad(y, [nd.ones((1,))])
    with autograd.record():
        y, other = x * 2, variable([1.0])
    with pytest.raises(MXNetError, match="unreachable"):
        autograd.grad(y, [other])


@pytest.mark.parametrize("look", [False, True], ids=["pending", "executed"])
def test_gradients_of_any_order(look):
    x = variable([2.0])
    with autograd.record():
        y = x**4
        if look:
            y.wait_to_read()
        found = []
        for _ in range(3):
            (y,) = autograd.grad(y, [x], create_graph=True)
            found.append(y)
    assert [g.asscalar() for g in found] == [32.0, 48.0, 48.0]


def test_gradient_penalty():
    x = variable([1.0, 2.0])
    with autograd.record():
        y = (x**3).sum()
        (g,) = autograd.grad(y, [x], create_graph=True)
        loss = (g * g).sum()
    loss.backward()
    close(x.grad, 36 * x.asnumpy() ** 3)


def test_function_in_python():
    class Clip(autograd.Function):
        def forward(self, x, y):
            self.save_for_backward(x)
            return nd.clip(x, 0, 1) * 2, y + 1

        def backward(self, dx, dy):
            (x,) = self.saved_tensors
            return dx * 2 * (x < 1), dy * 10

    x, y = variable([0.5, 3.0]), variable([1.0, 1.0])
    with autograd.record():
        a, b = Clip()(x * 1, y)
        loss = (a * a).sum() + (b * x).sum()
    loss.backward()
    close(x.grad, [2 * 1.0 * 2 + 2, 2])
    close(y.grad, [5, 30])


def test_copy_between_contexts_is_differentiable():
    x = variable([1.0, 2.0])
    with autograd.record():
        y = (x * 3).as_in_context(mx.cpu(1))
        z = (y * y).sum()
    z.backward()
    close(x.grad, [18, 36])
    assert z.context == mx.cpu(1)
    assert x.grad.context == mx.cpu(0)


def test_boolean_mask_is_differentiable():
    x = variable([[1.0], [2.0], [3.0]])
    with autograd.record():
        y = nd.contrib.boolean_mask(x * 2, nd.array([1, 0, 1]))
        z = (y * y).sum()
    z.backward()
    close(x.grad, [[8], [0], [24]])


def test_mark_variables():
    x, g = nd.array([1.0, 2.0]), nd.zeros((2,))
    autograd.mark_variables([x], [g])
    with autograd.record():
        y = x * x
    y.backward()
    close(g, [2, 4])
    assert x.grad is g


def test_write_outside_record_keeps_the_gradient_attached():
    x = variable([1.0])
    x[:] = 5
    x += 1
    with autograd.record():
        y = x * x
    y.backward()
    close(x.grad, [12])


def test_work_of_the_host_stops_gradients():
    counts = nd.array([0, 1, 4, 9, 4, 1, 0])
    edges = nd.arange(8)
    counts.attach_grad()
    with autograd.record():
        threshold, _ = nd.contrib.calibrate_entropy(counts, edges, num_quantized_bins=5)
        y = (counts * threshold).sum()
    y.backward()
    close(counts.grad, nd.ones((7,)) * threshold)


def test_a_function_finds_the_mode_of_its_pass():
    found = []

    class Double(autograd.Function):
        def forward(self, a):
            return a * 2

        def backward(self, d):
            found.append((autograd.is_recording(), autograd.is_training()))
            return d * 2

    x = variable([1.0])
    for recorded in (True, False):
        for mode in (True, False):
            with autograd.record(train_mode=recorded):
                y = Double()(x)
            y.backward(train_mode=mode)
            with autograd.record(train_mode=recorded):
                y = Double()(x)
            autograd.backward(y, train_mode=mode)
            with autograd.record(train_mode=recorded):
                y = Double()(x)
            autograd.grad(y, [x], train_mode=mode)
    one = [(False, True)] * 3 + [(False, False)] * 3
    assert found == one + one
    assert not autograd.is_training()


@pytest.mark.parametrize("returned", [3, "numpy"])
def test_a_gradient_that_is_no_array(returned):
    class Wrong(autograd.Function):
        def forward(self, a):
            return a * 2

        def backward(self, d):
            return d.asnumpy() if returned == "numpy" else returned

    x = variable([1.0])
    with autograd.record():
        y = Wrong()(x)
    with pytest.raises(mx.MXNetError, match="Wrong: backward returned a gradient that is no array"):
        y.backward()


def test_a_result_that_is_no_array():
    class Wrong(autograd.Function):
        def forward(self, a):
            return None

    x = variable([1.0])
    assert Wrong()(x) is None
    for kind in (TypeError, AttributeError):
        with autograd.record(), pytest.raises(kind, match=r"forward returned .*NoneType"):
            Wrong()(x)


@pytest.mark.parametrize(
    ("variables", "error", "message"),
    [
        (2, TypeError, "variables must be NDArrays, got .*int"),
        ([None], TypeError, "variables must be NDArrays, got .*NoneType"),
        ([], AssertionError, "cannot be an empty list"),
    ],
)
def test_variables_of_grad(variables, error, message):
    x = variable([1.0])
    with autograd.record():
        y = x * x
    with pytest.raises(error, match=message):
        autograd.grad(y, variables)


def test_a_write_to_a_detached_array_keeps_the_graph():
    """As 1.9.1: the memory is one, the graph is not."""
    x = variable([1.0, 2.0, 3.0])
    with autograd.record():
        y = x * 2
        d = y.detach()
        d[:] = 5
        z = y * y
    z.backward()
    close(x.grad, [20, 20, 20])
    close(y, [5, 5, 5])
    with autograd.record():
        y = x * 2
        d = y.detach()
        d[:] = x * 7
        z = y + d
    z.backward()
    close(x.grad, [9, 9, 9])
    close(z, [14, 28, 42])
