"""``foreach``, ``while_loop`` and ``cond``: values, gradients, the same in a hybridized block."""

import warnings

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import AttributeTypeError, ShapeError

contrib = nd.contrib
ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


class Wrapped(gluon.HybridBlock):
    """A function of (F, *arrays) as a block."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def hybrid_forward(self, F, *arrays):
        return self.function(F, *arrays)


def flat(x):
    if isinstance(x, (list, tuple)):
        return [a for v in x for a in flat(v)]
    return [x]


def values_and_gradients(call, arrays):
    arrays = [nd.array(a) for a in arrays]
    for a in arrays:
        a.attach_grad()
    with autograd.record():
        outs = flat(call(*arrays))
        loss = sum(((o * o).sum() * (i + 1) for i, o in enumerate(outs)), start=nd.zeros((1,)))
    loss.backward()
    return [o.asnumpy() for o in outs], [a.grad.asnumpy() for a in arrays]


def both_ways(function, *arrays, compiled=True):
    """Values and gradients, imperatively and hybridized, which must agree; returns them."""
    plain = values_and_gradients(Wrapped(function), arrays)
    block = Wrapped(function)
    block.hybridize()
    with warnings.catch_warnings():
        warnings.simplefilter("error" if compiled else "ignore")
        for _ in range(2):
            traced = values_and_gradients(block, arrays)
            for a, b in zip(plain, traced, strict=True):
                for x, y in zip(a, b, strict=True):
                    onp.testing.assert_allclose(y, x, rtol=1e-6, atol=1e-7)
    assert block._active is compiled
    return plain


# ---------------------------------------------------------------------------------- foreach


def test_foreach_is_the_loop():
    def run(F, x, s, w):
        return F.contrib.foreach(lambda d, s: (d * w + s, s + d * d * w), x, s)

    w, s, total, rows = onp.array([2.0, 3.0]), onp.zeros(2), onp.zeros(2), []
    for d in onp.array(ROWS):
        rows.append(d * w + total)
        total = total + d * d * w
    (out, state), (gx, gs, gw) = both_ways(run, ROWS, s, w)
    onp.testing.assert_allclose(out, rows)
    onp.testing.assert_allclose(state, total)

    def loss(x, s, w):
        value, total = 0.0, s
        for d in x:
            value += ((d * w + total) ** 2).sum()
            total = total + d * d * w
        return value + 2 * (total**2).sum()

    arguments = [onp.array(ROWS), s, w]
    for i, got in enumerate([gx, gs, gw]):
        for at in onp.ndindex(arguments[i].shape):
            step = [a.copy() for a in arguments]
            step[i][at] += 1e-5
            up = loss(*step)
            step[i][at] -= 2e-5
            onp.testing.assert_allclose(got[at], (up - loss(*step)) / 2e-5, rtol=1e-4, atol=1e-4)


def test_foreach_of_the_original():
    """Outputs and gradients that 1.9.1 gave for the sum of outputs and state."""
    x, w = nd.array(ROWS), nd.array([2.0, 3.0])
    x.attach_grad()
    w.attach_grad()
    with autograd.record():
        out, state = contrib.foreach(lambda d, s: (d * w + s, s + d * d * w), x, nd.zeros((2,)))
        loss = out.sum() + state.sum()
    loss.backward()
    assert x.grad.asnumpy().tolist() == [[14.0, 39.0], [26.0, 51.0], [22.0, 39.0]]
    assert w.grad.asnumpy().tolist() == [55.0, 92.0]


def test_foreach_structures():
    x, s = nd.array(ROWS), nd.zeros((2,))
    seen = []

    def body(d, states):
        seen.append((type(d), type(states)))
        return (d[0], [d[1], (d[0] + states[0],)]), [states[0] + 1]

    out, states = contrib.foreach(body, (x, x * 2), [s])
    assert seen[0] == (tuple, list)
    assert isinstance(out, list)
    assert isinstance(out[1][1], list)  # tuples become lists
    onp.testing.assert_array_equal(out[1][0].asnumpy(), 2 * onp.array(ROWS))
    onp.testing.assert_array_equal(out[1][1][0].asnumpy(), onp.array(ROWS) + onp.arange(3)[:, None])
    assert states[0].asnumpy().tolist() == [3.0, 3.0]
    out, states = contrib.foreach(lambda d, s: ([], s + d), x, s)
    assert out == []
    assert states.asnumpy().tolist() == [9.0, 12.0]
    out, states = contrib.foreach(lambda d, s: (d + 1, s), x[:1], [])
    assert (out.shape, states) == ((1, 2), [])


def test_foreach_over_a_vector_gives_elements_of_shape_one():
    shapes = []

    def body(d, s):
        shapes.append(d.shape)
        return d, s + d

    out, state = contrib.foreach(body, nd.array([1, 2, 3]), nd.zeros((1,)))
    assert shapes == [(1,)] * 3
    assert out.shape == (3, 1)
    assert state.asnumpy().tolist() == [6.0]


def test_foreach_state_may_change_its_shape():
    _, state = contrib.foreach(lambda d, s: (d, nd.concat(s, d, dim=0)), nd.array(ROWS), nd.ones(1))
    assert state.asnumpy().tolist() == [1.0, 1, 2, 3, 4, 5, 6]


def test_foreach_with_parameters_of_a_layer():
    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.cell = gluon.nn.Dense(3, activation="tanh", in_units=5)

        def hybrid_forward(self, F, x, s):
            out, s = F.contrib.foreach(lambda d, s: [self.cell(F.concat(d, s, dim=1))] * 2, x, s)
            return out, s

    net = Net()
    net.initialize(mx.init.Xavier())
    x, s = nd.random.normal(shape=(4, 2, 2)), nd.zeros((2, 3))
    found = []
    for _ in range(2):
        with autograd.record():
            out, last = net(x, s)
            loss = (out * out).sum() + last.sum()
        loss.backward()
        found.append([out.asnumpy(), last.asnumpy(), net.cell.weight.grad().asnumpy()])
        net.hybridize()
    for a, b in zip(*found):
        onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    onp.testing.assert_array_equal(found[0][0][-1], found[0][1])


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (
            AttributeTypeError,
            "data holds.*got 5 of type int",
            lambda x: (lambda d, s: (d, s), 5, x),
        ),
        (AttributeTypeError, "init_states holds", lambda x: (lambda d, s: (d, s), x, 5)),
        (AttributeTypeError, "output of body holds.*got 7", lambda x: (lambda d, s: (7, s), x, x)),
        (AttributeTypeError, r"pair.*got NDArray", lambda x: (lambda d, s: d, x, x)),
        (AttributeTypeError, r"pair.*got 3 values", lambda x: (lambda d, s: (d, s, s), x, x)),
        (ShapeError, r"\(3, 2\), \(2, 2\)", lambda x: (lambda d, s: (d, s), [x, x[:2]], x)),
        (ShapeError, r"\(0, 2\)", lambda x: (lambda d, s: (d, s), x[3:3], x)),
    ],
)
def test_foreach_errors(error, message, call):
    with pytest.raises(error, match=message):
        contrib.foreach(*call(nd.array(ROWS)))


# ---------------------------------------------------------------------------------- while_loop


def collatz(F, i, w):
    return F.contrib.while_loop(
        lambda i, s: i <= 30, lambda i, s: (i * w, [i * i + 1, s + i * w]), [i, w], max_iterations=6
    )


def test_while_loop_is_the_loop():
    (out, i, s), (gi, gw) = both_ways(collatz, [2.0], [3.0])
    assert out.ravel().tolist() == [6.0, 15.0, 78.0, 0.0, 0.0, 0.0]  # of i = 2, 5, 26
    assert (i.tolist(), s.tolist()) == ([677.0], [102.0])
    # d(out^2 sums + 2 i^2 + 3 s^2) by hand, with i: 2, 5, 26, 677 and di: 1, 4, 40, 2080
    states, slopes = [2, 5, 26], [1, 4, 40]
    w = 3
    by_w = sum(2 * (v * w) * v for v in states) + 6 * 102 * (1 + sum(states))
    by_i = sum(2 * (v * w) * w * d for v, d in zip(states, slopes))
    by_i += 4 * 677 * 2080 + 6 * 102 * w * sum(slopes)
    onp.testing.assert_allclose([gi[0], gw[0]], [by_i, by_w], rtol=1e-6)


def test_while_loop_of_the_original():
    i, w = nd.array([1.0]), nd.array([2.0, 3.0])
    i.attach_grad()
    w.attach_grad()
    with autograd.record():
        out, end = contrib.while_loop(
            lambda i: i <= 30, lambda i: (i * i * w[0], i * w[1]), i, max_iterations=6
        )
        loss = out.sum() + end.sum()
    loss.backward()
    assert out.asnumpy().ravel().tolist() == [2.0, 18.0, 162.0, 1458.0, 0.0, 0.0]
    assert (i.grad.asscalar(), w.grad.asnumpy().tolist()) == (3361.0, [820.0, 3252.0])


def test_while_loop_structures():
    i, s = nd.array([1.0]), nd.array([0.0])
    out, end = contrib.while_loop(
        lambda i, s: i <= 2, lambda i, s: ((i, [s[0]]), (i + 1, [s[0] + i])), (i, [s]), 3
    )
    assert isinstance(out, list)
    assert isinstance(end, list)
    assert [a.asnumpy().ravel().tolist() for a in flat(out)] == [[1, 2, 0], [0, 1, 0]]
    assert [a.asscalar() for a in flat(end)] == [3.0, 3.0]
    out, end = contrib.while_loop(lambda i: i <= 3, lambda i: (i, [i + 1]), [i], 2)
    assert (out.shape, end[0].asscalar()) == ((2, 1), 3.0)
    for nothing in (None, []):
        out, end = contrib.while_loop(lambda i: i <= 3, lambda i: (nothing, i + 1), i, 9)  # noqa: B023
        assert (out, end.asscalar()) == ([], 4.0)


@pytest.mark.parametrize("limit", [0, -1, 5])
def test_while_loop_that_never_runs(limit):
    i = nd.array([7.0])
    out, end = contrib.while_loop(lambda i: i < 7, lambda i: (i, i + 1), i, max_iterations=limit)
    assert out == []
    assert end is i


def test_while_loop_keeps_the_type():
    i = nd.array([1], dtype="int32")
    out, end = contrib.while_loop(lambda i: i < 3, lambda i: (i * 2, i + 1), i, 4)
    assert (out.dtype, end.dtype) == (onp.int32, onp.int32)
    assert out.asnumpy().ravel().tolist() == [2, 4, 0, 0]


def test_while_loop_never_run_in_a_hybridized_block_gives_zeros():
    block = Wrapped(lambda F, i: F.contrib.while_loop(lambda i: i < 0, lambda i: (i, i + 1), i, 2))
    block.hybridize()
    out, end = block(nd.array([1.0]))
    assert (out.asnumpy().ravel().tolist(), end.asscalar()) == ([0.0, 0.0], 1.0)


@pytest.mark.usefixtures("compiled_at_once")
def test_one_program_for_any_number_of_iterations():
    block = Wrapped(
        lambda F, i, n: F.contrib.while_loop(
            lambda i, n: i < n, lambda i, n: (i * i, [i + 1, n]), [i, n], 8
        )
    )
    block.hybridize()
    zero = nd.zeros((1,))
    block(zero, nd.array([3.0]))[0].asnumpy()
    block(zero, nd.array([4.0]))[0].asnumpy()
    with mx.engine.expect(compiled=0):
        for n in (1, 5, 8):
            out = block(zero, nd.array([float(n)]))[0].asnumpy().ravel()
            assert out.tolist() == [k * k if k < n else 0 for k in range(8)]


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ValueError, "max_iterations should be specified", lambda i: (abs, abs, i)),
        (ValueError, "at least one element", lambda i: (abs, abs, [], 2)),
        (AttributeTypeError, "loop_vars holds.*got 5", lambda i: (abs, abs, 5, 2)),
        (ValueError, "not a scalar", lambda i: (lambda i: i, abs, nd.ones((2,)), 2)),
        (
            ValueError,
            "expected 2 arrays, got 1",
            lambda i: (lambda i, s: i < 3, lambda i, s: (i, [i]), [i, i], 2),
        ),
        (
            AttributeTypeError,
            "func returned.*got NDArray",
            lambda i: (lambda i: i, lambda i: i, i, 2),
        ),
    ],
)
def test_while_loop_errors(error, message, call):
    with pytest.raises(error, match=message):
        contrib.while_loop(*call(nd.array([1.0])))


# ---------------------------------------------------------------------------------- cond


@pytest.mark.parametrize("value", [2.0, -3.0])
def test_cond(value):
    def run(F, x, w):
        return F.contrib.cond((x * w).sum() > 0, lambda: [x * w, x], lambda: [x - w, w * w])

    outs, gradients = both_ways(run, [value], [5.0])
    x, w = value, 5.0
    expected = [x * w, x] if x > 0 else [x - w, w * w]
    assert [o.item() for o in outs] == expected
    if x > 0:
        slopes = [2 * x * w * w + 4 * x, 2 * x * w * x]
    else:
        slopes = [2 * (x - w), -2 * (x - w) + 4 * w * w * 2 * w]
    onp.testing.assert_allclose([g.item() for g in gradients], slopes, rtol=1e-6)


def test_cond_only_calls_the_branch_it_takes():
    calls = []
    x = nd.array([1.0])
    contrib.cond(x > 0, lambda: calls.append("then") or x, lambda: calls.append("else") or x)
    contrib.cond(x < 0, lambda: calls.append("then") or x, lambda: calls.append("else") or x)
    assert calls == ["then", "else"]


@pytest.mark.parametrize(
    ("pred", "expected"),
    [(True, 2.0), (0, 0.0), (2.5, 2.0), (None, 0.0), (lambda: nd.ones(1), 2.0)],
)
def test_cond_of_numbers_and_functions(pred, expected):
    x = nd.array([1.0])
    assert contrib.cond(pred, lambda: x + 1, lambda: x - 1).asscalar() == expected


def test_cond_of_several_elements():
    with pytest.raises(ValueError, match="not a scalar"):
        contrib.cond(nd.ones((2,)), lambda: 1, lambda: 2)


def test_loops_and_branches_nest():
    def run(F, x, w):
        def body(d, s):
            def step(i, t):
                return [], [i + 1, F.contrib.cond(i < 2, lambda: t * w, lambda: t + d)]

            _, (i, t) = F.contrib.while_loop(lambda i, t: i < 3, step, [s * 0, d], 4)
            return t, s + i

        return F.contrib.foreach(body, x, w * 0)

    (out, state), _ = both_ways(run, [[1.0], [2.0]], [3.0])
    assert out.ravel().tolist() == [10.0, 20.0]  # d * 3 * 3 + d
    assert state.tolist() == [6.0]


def test_one_trace_takes_both_branches():
    block = Wrapped(lambda F, x: F.contrib.cond(x.sum() > 0, lambda: x * 2, lambda: -x))
    block.hybridize()
    assert [block(nd.array([v])).asscalar() for v in (3.0, -4.0, 5.0)] == [6.0, 4.0, 10.0]
    assert len(block._compiled) == 1


# ---------------------------------------------------------------------------------- falling back


def leak(F, x):
    kept = []
    y = F.contrib.cond(x.sum() > 0, lambda: (kept.append(x * 7), x)[1], lambda: x * 2)
    return y + kept[0]


FALLS_BACK = {
    "convolution": lambda F, x: F.contrib.cond(
        x.sum() > 0,
        lambda: F.Convolution(x, x, kernel=(2, 2), num_filter=1, no_bias=True),
        lambda: F.sum(x, axis=(2, 3), keepdims=True),
    ),
    "shapes differ": lambda F, x: F.contrib.cond(x.sum() > 0, lambda: x, x.sum),
    "variable grows": lambda F, x: F.contrib.while_loop(
        lambda v: v.sum() < 100, lambda v: (v.sum(), F.concat(v, v, dim=0)), x, 9
    ),
    "python condition": lambda F, x: F.contrib.while_loop(
        lambda v: True, lambda v: (v, v + 1), x, 3
    ),
    "value leaves its branch": leak,
}


@pytest.mark.parametrize("name", FALLS_BACK)
def test_what_cannot_be_compiled_runs_imperatively(name):
    x = onp.arange(1.0, 5.0).reshape(1, 1, 2, 2)
    both_ways(FALLS_BACK[name], x, compiled=False)


def test_random_numbers_in_a_branch_are_those_of_imperative_execution():
    def run(F, x):
        return F.contrib.cond(x.sum() > 0, lambda: x + F.random.uniform(shape=(3,)), lambda: x)

    x = nd.ones((3,))
    mx.random.seed(5)
    plain = Wrapped(run)(x).asnumpy()
    block = Wrapped(run)
    block.hybridize()
    mx.random.seed(5)
    with pytest.warns(UserWarning, match="then_func of cond draws random numbers"):
        traced = block(x).asnumpy()
    onp.testing.assert_array_equal(plain, traced)


def test_moving_statistics_in_a_branch():
    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.norm = gluon.nn.BatchNorm(in_channels=2)

        def hybrid_forward(self, F, x):
            return F.contrib.cond(x.sum() > 0, lambda: self.norm(x), lambda: x)

    net = Net()
    net.initialize()
    net.hybridize()
    x = nd.array([[1.0, 2.0], [3.0, 6.0]])
    with pytest.warns(UserWarning, match="changes a parameter"), autograd.record():
        y = net(x)
    y.backward()
    onp.testing.assert_allclose(net.norm.running_mean.data().asnumpy(), [0.2, 0.4], rtol=1e-6)


# ---------------------------------------------------------------------------------- samples


def test_rand_zipfian():
    true = nd.array([3.0])
    samples, of_true, of_samples = contrib.rand_zipfian(true, 5, 10)
    assert [a.dtype for a in (samples, of_true, of_samples)] == [onp.int64] + [onp.float64] * 2
    assert [a.shape for a in (samples, of_true, of_samples)] == [(5,), (1,), (5,)]
    onp.testing.assert_allclose(of_true.asscalar(), 0.46529044, rtol=1e-7)  # recorded
    k = samples.asnumpy()
    onp.testing.assert_allclose(
        of_samples.asnumpy(), 5 * onp.log((k + 2) / (k + 1)) / onp.log(11), rtol=1e-12
    )
    counts = onp.bincount(contrib.rand_zipfian(true, 20000, 4)[0].asnumpy(), minlength=4)
    k = onp.arange(4)
    expected = 20000 * onp.log((k + 2) / (k + 1)) / onp.log(5)
    assert len(counts) == 4
    onp.testing.assert_allclose(counts, expected, rtol=0.08)
