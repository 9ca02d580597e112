"""Few operators on small arrays: NumPy runs them each time, and nothing is ever compiled."""

import threading

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import _config, autograd, nd
from mxnet._engine.state import compiling, threads
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


def bits(x):
    return x.dtype, x.shape, x.tobytes()


def special(*shape, dtype="float32"):
    """Numbers among which are signed zeros, infinities and NaN."""
    random = onp.random.RandomState(7)
    x = random.normal(0, 3, shape).astype(dtype)
    if onp.dtype(dtype).kind == "f":
        flat = x.reshape(-1)
        flat[:6] = [0.0, -0.0, onp.inf, -onp.inf, onp.nan, 1.5]
        random.shuffle(flat)
    return x


POSITIONS = [0, 1, -1, 3, 99, -99]
SAME = {
    "a row": lambda a, i: a[1],
    "the last row": lambda a, i: a[-1],
    "an element": lambda a, i: a[2, 1],
    "rows": lambda a, i: a[1:3],
    "every other row, backwards": lambda a, i: a[::-2],
    "a step of three, backwards": lambda a, i: a[3:0:-3],
    "columns": lambda a, i: a[:, 1:3],
    "a column": lambda a, i: a[:, 2],
    "no row": lambda a, i: nd.concat(a[2:2].reshape((0, 4)), a, dim=0),
    "a new axis": lambda a, i: a[None, 1:3, None],
    "take": nd.take,
    "take of columns": lambda a, i: nd.take(a, i, axis=1),
    "take of integers": lambda a, i: nd.take(a, i.astype("int32")),
    "take of huge positions": lambda a, i: nd.take(a, i * 1e30),
    "take of no number": lambda a, i: nd.take(a, i * float("nan")),
    "argmax": lambda a, i: a.argmax(axis=1),
    "argmin": lambda a, i: a.argmin(axis=0),
    "argmax of all": lambda a, i: a.argmax(),
    "clip": lambda a, i: a.clip(-1.5, 0.1),
    "clip at zero": lambda a, i: a.clip(0, 1),
    "clip at minus zero": lambda a, i: a.clip(-0.0, 1),
    "clip to nothing": lambda a, i: a.clip(1, -1),
    "relu": lambda a, i: nd.relu(a),
    "larger": lambda a, i: nd.maximum(a, a.T),
    "chosen": lambda a, i: nd.where(a > 0, a, -a),
    "zeros": lambda a, i: nd.zeros((2, 3), dtype=a.dtype) - a[:2, :3],
    "full": lambda a, i: nd.full((2, 3), 0.1) * 1,
    "full of integers": lambda a, i: nd.full((2, 3), -7.9, dtype="int32") + 0,
    "full of minus zero": lambda a, i: nd.full((2,), -0.0) * 1,
    "full of too much": lambda a, i: nd.full((2,), 1e300) * 1,
    "a number": lambda a, i: a * 0.1 - 16777217,
    "spread": lambda a, i: nd.broadcast_to(a[:1], (3, 4)) + nd.broadcast_axis(a[:, :1][:3], 1, 4),
    "type": lambda a, i: nd.clip(a, -9, 9).astype("int32"),
    "truth": lambda a, i: a.astype("bool"),
}


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("name", SAME)
def test_the_same_bits_as_a_program(name, dtype):
    x = special(4, 4, dtype=dtype)
    found = []
    for evaluate in (8, 8, 0):
        _config.set_option("evaluate", evaluate)
        a, i = nd.array(x, dtype=dtype), nd.array(POSITIONS)
        nd.waitall()
        found.append(SAME[name](a, i).asnumpy())
    first, light, compiled = found
    assert bits(first) == bits(light)
    same(light, compiled)


def same(x, y):
    """The same numbers, with their signs; of what is not a number nothing more is asked."""
    assert x.dtype == y.dtype
    onp.testing.assert_array_equal(x, y)
    if x.dtype.kind == "f":
        number = ~onp.isnan(x)
        onp.testing.assert_array_equal(onp.signbit(x[number]), onp.signbit(y[number]))


def ways(run, *arrays, compiled=False):
    """What the evaluated formula and the light path give; and the compiled program."""
    found = []
    for evaluate in (8, 8, 0) if compiled else (8, 8):
        _config.set_option("evaluate", evaluate)
        inputs = [nd.array(x, dtype=x.dtype) for x in arrays]
        nd.waitall()
        before = mx.engine.stats()["compiled"]
        found.append(run(*inputs).asnumpy())
        if evaluate:
            assert mx.engine.stats()["compiled"] == before
    return found


SPECIAL = {
    "float": [0.0, -0.0, 1.5, -1.5, 3, -3, 7.25, -0.1, 1e30, onp.inf, -onp.inf, onp.nan],
    "int": [0, 1, -1, 3, -3, 7, -8, 2**31 - 1, -(2**31)],
}


def every_pair(dtype):
    x = onp.array(SPECIAL["int" if onp.dtype(dtype).kind == "i" else "float"])
    with onp.errstate(over="ignore"):
        x = x.astype(dtype)
    return onp.repeat(x, len(x)), onp.tile(x, len(x))


PAIRS = """add sub mul div mod maximum minimum equal not_equal greater greater_equal lesser
    lesser_equal logical_and logical_or logical_xor""".split()
FLOATS = ["float16", "float32", "float64"]


@pytest.mark.parametrize("dtype", [*FLOATS, "int32", "int64"])
@pytest.mark.parametrize("name", PAIRS)
def test_pairs_of_special_numbers(name, dtype):
    a, b = every_pair(dtype)
    function = getattr(nd, f"broadcast_{name}")
    first, light, compiled = ways(function, a, b, compiled=True)
    same(first, light)
    if not (name == "div" and onp.dtype(dtype).kind == "i"):  # -2^31 / -1 is nobody's number
        same(light, compiled)
    n = round(len(a) ** 0.5)
    same(*ways(function, b[:n].reshape(1, n), a.reshape(n, n)))
    same(ways(function, a[:0], b[:0])[1], first[:0])
    same(ways(function, a[:1].reshape(1, 1), b[:1])[1], first[:1].reshape(1, 1))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("number", [2, -1.5, 0.0, -0.0, float("inf"), float("nan")])
@pytest.mark.parametrize(
    "run",
    [
        lambda x, s: x % s,
        lambda x, s: s % x,
        nd.maximum,
        lambda x, s: nd.minimum(s, x),
        lambda x, s: nd.clip(x, s, 1),
        lambda x, s: nd.clip(x, -1, s),
    ],
    ids=["mod", "rmod", "maximum", "minimum", "clip below", "clip above"],
)
def test_numbers_beside_special_numbers(run, number, dtype):
    x = every_pair(dtype)[0]
    found = ways(lambda a: run(a, number), x, compiled=dtype == "float32")
    for other in found[1:]:
        same(found[0], other)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_remainders_of_numbers_of_all_sizes(dtype):
    random = onp.random.RandomState(11)
    a, b = (random.normal(size=(2, 2000)) * 2.0 ** random.randint(-40, 40, (2, 2000))).astype(dtype)
    b[:500] = (a[:500] / random.randint(1, 9, 500)).astype(dtype)  # quotients near whole numbers
    for start in (0, 1000):
        x, y = a[start : start + 1000], b[start : start + 1000]
        same(*ways(lambda x, y: x % y, x, y))
        near = onp.abs(x) < onp.abs(y) * 2.0**20
        same(*ways(lambda x, y: x % y, x[near], y[near]))


# What rounds otherwise when it is compiled; or has more than one right answer: the sign of the
# largest of zeros.
CLOSE = {
    "abs": abs,
    "minus": lambda a: -a,
    "relu": nd.relu,
    "sigmoid": nd.sigmoid,
    "sum": nd.sum,
    "mean": nd.mean,
    "largest": nd.max,
    "least": nd.min,
    "largest of columns": lambda a: nd.max(a, axis=0),
    "sum with an axis": lambda a: nd.sum(a.reshape((-1,)), axis=0),
    "softmax": nd.softmax,
    "softmax of columns": lambda a: nd.softmax(a, axis=0),
    "log of softmax": nd.log_softmax,
    "normalized": lambda a: nd.LayerNorm(a, a[0], a[1]),
    "of a transposed one": lambda a: nd.maximum(a.T, a.T * 2) + nd.relu(a.T),
    "sum of a view": lambda a: a[1:3].sum() + a[2].max(),
    "best": lambda a: nd.topk(a, k=2, ret_typ="value"),
    "least of all": lambda a: nd.topk(a, k=3, ret_typ="value", is_ascend=True),
    "places of the best": lambda a: nd.topk(a, k=2),
    "best of columns": lambda a: nd.topk(a, k=2, axis=0, ret_typ="value"),
    "order": nd.argsort,
    "order downwards": lambda a: nd.argsort(a, is_ascend=False, dtype="int32"),
    "order of columns": lambda a: nd.argsort(a, axis=0),
    "stack": lambda a: nd.stack(a, a + 1, axis=-1),
    "type": lambda a: a.astype("int32"),
    "long type": lambda a: a.astype("int64"),
    "range": lambda a: nd.arange(3, 40, 1.5, dtype=a.dtype) * a[0, 0],
    "short range": lambda a: nd.arange(4, dtype=a.dtype) + a[0],
    "product": lambda a: nd.dot(a, a.T),
    "by windows, largest": lambda a: nd.Pooling(a.reshape((1, 1, 4, 4)), kernel=(2, 2)),
    "by windows, mean": lambda a: nd.Pooling(
        a.reshape((1, 1, 4, 4)), kernel=(2, 2), stride=(2, 2), pool_type="avg"
    ),
    "by windows, padded": lambda a: nd.Pooling(
        a.reshape((1, 1, 4, 4)), kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg"
    ),
    "by windows, not counting": lambda a: nd.Pooling(
        a.reshape((1, 1, 4, 4)),
        kernel=(3, 3),
        pad=(1, 1),
        pool_type="avg",
        count_include_pad=False,
    ),
    "by windows, full": lambda a: nd.Pooling(
        a.reshape((1, 1, 4, 4)),
        kernel=(3, 3),
        stride=(2, 2),
        pad=(1, 1),
        pooling_convention="full",
    ),
    "by windows, sum": lambda a: nd.Pooling(
        a.reshape((1, 1, 4, 4)), kernel=(2, 2), pool_type="sum", layout="NCHW"
    ),
    "by windows, channels last": lambda a: nd.Pooling(
        a.reshape((1, 2, 2, 4)), kernel=(2, 2), pool_type="max", layout="NHWC"
    ),
}


def numbers(kind, dtype):
    random = onp.random.RandomState(3)
    x = random.normal(0, 3, (4, 4))
    if kind == "zeros":
        x[random.uniform(size=x.shape) < 0.5] = 0
        x[random.uniform(size=x.shape) < 0.5] *= -1
    elif kind == "special":
        return special(4, 4, dtype=dtype)
    elif kind == "rows of infinities":
        x[1], x[2], x[3, 1:] = -onp.inf, onp.inf, -onp.inf
    elif kind == "large":
        x *= 1e9
        x[0, :4] = 2**31, -(2**31), 2**31 - 128, 2.0**63
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["plain", "zeros", "special", "rows of infinities", "large"])
@pytest.mark.parametrize("name", CLOSE)
def test_the_same_numbers_as_evaluated(name, kind, dtype):
    compiled = dtype == "float32" and kind in ("plain", "special")
    first, light, *more = ways(CLOSE[name], numbers(kind, dtype), compiled=compiled)
    if "est" in name or "largest" in name:
        assert first.dtype == light.dtype
        onp.testing.assert_array_equal(first, light)
    else:
        same(first, light)
    for program in more:
        onp.testing.assert_allclose(light, program, rtol=2e-6, atol=1e-6)


def test_what_is_one_function():
    a = array(4, 4)
    runs = {
        **{n: CLOSE[n] for n in ("abs", "relu", "sigmoid", "sum", "mean", "largest", "best")},
        **{n: CLOSE[n] for n in ("places of the best", "order", "by windows, mean")},
        "stack": lambda x: nd.stack(x, x),
        "range": lambda x: nd.arange(4),
        "mod": lambda x: x % x,
        "maximum": lambda x: nd.maximum(x, x.T),
        "clip": lambda x: x.clip(1, 2),
    }
    for name, run in runs.items():
        run(a).wait_to_read()
        y = run(a)
        assert threads.segment.state.light.calls[-1].whole, name
        y.wait_to_read()


def test_half_precision_and_empty_arrays():
    for name, run in CLOSE.items():
        if "window" not in name and "range" not in name:
            same(*ways(run, numbers("plain", "float16")))
    for run in (nd.sum, nd.relu, nd.sigmoid, abs, nd.softmax, lambda a: a.astype("int32")):
        same(*ways(run, onp.zeros((0, 3), "float32")))
    with pytest.raises(mx.MXNetError, match="empty axis"):
        nd.max(nd.zeros((0, 3)))


def test_parts_that_are_replaced():
    x = special(4, 4)
    for evaluate in (8, 8, 8, 0):
        _config.set_option("evaluate", evaluate)
        a = nd.array(x)
        before = a * 1
        a[1] = 5
        a[:, 2] = nd.array([1, 2, 3, 4])
        a[3:0:-2, 0] = -0.0
        wanted = x.copy()
        wanted[1], wanted[:, 2], wanted[3:0:-2, 0] = 5, [1, 2, 3, 4], -0.0
        assert bits(a.asnumpy()) == bits(wanted)
        onp.testing.assert_array_equal(before.asnumpy(), x)


def test_equal_numbers_that_differ():
    x = onp.arange(3, dtype="int32")
    a = nd.array(x, dtype="int32")
    for number, negative in ((0.0, False), (-0.0, True), (0.0, False)):
        found = nd._internal._mul_scalar(nd.ones(2), scalar=number).asnumpy()
        assert onp.signbit(found).all() == negative
    for low in (1, 1.0, True, 1):
        assert nd.clip(a, low, 2).asnumpy().tolist() == [1, 1, 2]


def test_numpys_errors_stay_the_users():
    a = array(2, 2)
    for _ in range(3):
        with onp.errstate(all="raise"):
            found = (a / (a - a)).asnumpy()
            assert onp.geterr()["divide"] == "raise"
        assert onp.isinf(found).all()


def test_one_runs_within_another(monkeypatch):
    """As a finalizer may that Python calls in the middle of a call of NumPy's."""
    a, b = array(2, 2), array(2, 2, seed=1)
    for _ in range(3):
        (a + 1).asnumpy()
        (b * 2).asnumpy()
    inner = b * 2
    inner_light = threads.segment.state.light
    inner.wait_to_read()
    outer = a + 1
    light = threads.segment.state.light
    call, found = light.call, []

    def nested(*args):
        with pytest.raises(RuntimeError):
            threads.quiet.run(inner_light.call, threads.segment)
        found.append(True)
        return call(*args)

    monkeypatch.setattr(light, "call", nested)
    onp.testing.assert_allclose(outer.asnumpy(), a.asnumpy() + 1)
    assert found == [True]


def test_scopes_that_compile():
    a = array(2, 2)
    for _ in range(3):
        (a + 1).asnumpy()
    with compiling():
        assert counted((a + 1).asnumpy)[1]["evaluated"] == 0
        done = []
        thread = threading.Thread(target=lambda: done.append(counted((a + 1).asnumpy)[1]))
        thread.start()
        thread.join()
        assert done[0]["evaluated"] == 1  # it is this thread's matter
    assert counted((a + 1).asnumpy)[1]["evaluated"] == 1
