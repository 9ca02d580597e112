"""What native kernels may be fed with: odd sizes, nothing at all, no numbers, places outside,
arrays that lie in memory otherwise. ``make sanitize`` runs this with kernels that check accesses.
"""

import os

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._ops.kernels import choose, direct, native

KERNELS = ("native", "xla")
CHECKED = "MXNET_SANITIZE" in os.environ  # by `make sanitize`, which tries all sizes


def some(cases):
    """All cases, or three of them."""
    return cases if CHECKED else cases[:: max(1, len(cases) // 3)][:3]


@pytest.fixture(autouse=True)
def any_size(monkeypatch):
    """Arrays of any size are large enough for a kernel."""
    if not native.available(native.ROWWISE):
        pytest.skip(f"native kernels: {native.state(native.ROWWISE)}")
    for bound in (
        "_LARGE_TABLE",
        "_LARGE_IMAGE",
        "_LONG",
        "_FEW_OFFSETS",
        "_MANY_OFFSETS",
        "_WIDE_STEP",
    ):
        monkeypatch.setattr(choose, bound, 0)
    monkeypatch.setattr(direct, "_WORTH_IT", 0)


@pytest.fixture(params=["compiled", "evaluated"])
def engine(request, monkeypatch):
    """A program, or its steps one by one."""
    most = 0 if request.param == "compiled" else 1000
    monkeypatch.setattr(_config.options["evaluate"], "value", most)


def both(run, rtol=1e-4, atol=1e-5):
    """The outcome of a function with kernels, which must be that without."""
    outcomes = []
    before = _config.get("kernels")
    try:
        for mode in KERNELS:
            _config.set_option("kernels", mode)
            outcomes.append([x.asnumpy() for x in run()])
    finally:
        _config.set_option("kernels", before)
    for a, b in zip(*outcomes, strict=True):
        onp.testing.assert_allclose(a, b, rtol=rtol, atol=atol)
    return outcomes[0]


def values(shape, seed=0, special=True):
    """Numbers, some of which are none."""
    x = onp.random.default_rng(seed).standard_normal(shape).astype("float32")
    if special and x.size > 6:
        flat = x.reshape(-1)
        flat[[1, x.size // 2]] = onp.nan
        flat[[2, x.size // 3]] = onp.inf
        flat[x.size - 1] = -onp.inf
        flat[x.size - 2] = -0.0
    return x


SHAPES = some(
    [(1, 1), (3, 7), (5, 17), (2, 33), (0, 4), (7, 64), (1, 1025), (2, 3, 5), (4, 0), (3, 1)]
)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("special", [False, True])
def test_rows(shape, special, engine):
    """Softmax, its logarithm and layer normalisation, with gradients."""
    with mx.np_shape(True):
        x = nd.array(values(shape, special=special))
        head = nd.array(values(shape, 1, False))
        gamma, beta = nd.ones(shape[-1:]) * 2, nd.ones(shape[-1:])

        def run():
            found = []
            for f in (
                nd.softmax,
                nd.log_softmax,
                lambda x: nd.softmax(x, temperature=0.5),
                *([lambda x: nd.LayerNorm(x, gamma, beta)] if shape[-1] else []),
            ):
                x.attach_grad()
                with autograd.record():
                    y = f(x)
                y.backward(head)
                found += [y, x.grad.copy()]
            return found

        both(run, 1e-3, 1e-4)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("special", [False, True])
def test_sorting(shape, special, engine):
    with mx.np_shape(True):
        x = nd.array(values(shape, special=special))
        if shape[-1] and not special:
            x = nd.round(x * 2)  # equal ones

        def run():
            found = []
            for ascend in (True, False):
                found += [nd.sort(x, is_ascend=ascend), nd.argsort(x, is_ascend=ascend)]
                if shape[-1]:
                    k = max(1, shape[-1] // 2)
                    found += nd.topk(x, k=k, ret_typ="both", is_ascend=ascend)
                    found.append(nd.topk(x, k=shape[-1], ret_typ="mask", is_ascend=ascend))
            return found

        found = both(run, 0, 0)
        onp.testing.assert_array_equal(found[0], onp.sort(x.asnumpy(), -1))


@pytest.mark.parametrize("rows", [1, 3, 1000])
@pytest.mark.parametrize("width", some([1, 5, 16, 33]))
def test_places_outside(rows, width, engine):
    """Negative, too large, infinite and no numbers: looked up at an end, or left out."""
    table = nd.array(values((rows, width), special=False))
    at = onp.array([0, rows - 1, rows, -1, -(2**31), 2**31 - 1, 2.0**40, -(2.0**40), 7e30])
    places = nd.array(at.astype("float32"))

    def run():
        table.attach_grad()
        with autograd.record():
            y = nd.Embedding(places, table, input_dim=rows, output_dim=width)
            z = nd.take(table, places, mode="wrap") + nd.take(table, places, mode="clip")
        autograd.backward([y, z])
        return [y, z, table.grad.copy()]

    both(run)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("pool", ["max", "avg", "sum", "lp"])
@pytest.mark.parametrize("image", some([(5, 5), (1, 9), (17, 3), (8, 1)]))
@pytest.mark.parametrize(
    "window", [((1, 1), (1, 1), (0, 0)), ((3, 2), (2, 3), (1, 1)), ((5, 5), (1, 1), (2, 2))]
)
def test_windows(pool, image, window, special, engine):
    """Windows that reach over the border, with steps between them; some elements are no numbers."""
    kernel, stride, pad = window
    if any(k > n + 2 * p for k, n, p in zip(kernel, image, pad)):
        pytest.skip("the window is larger than the picture")
    x = nd.array(values((2, 3, *image), special=special and pool == "max"))
    if pool == "lp":
        x = nd.abs(x) + 0.1

    def run():
        x.attach_grad()
        with autograd.record():
            y = nd.Pooling(x, kernel=kernel, stride=stride, pad=pad, pool_type=pool, p_value=2)
        y.backward()
        return [y, x.grad.copy()]

    both(run, 1e-3, 1e-4)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("mode", ["lstm", "gru", "rnn_relu", "rnn_tanh"])
@pytest.mark.parametrize(
    "sizes",
    some([(1, 1, 1, 1), (3, 2, 5, 7), (2, 5, 3, 17), (4, 1, 33, 2)])[:: 1 if CHECKED else 2],
)
def test_loops(mode, sizes, special, engine):
    """Recurrent layers of odd sizes, in both directions and two layers."""
    steps, batch, inputs, state = sizes
    x = nd.array(values((steps, batch, inputs), special=special) * 0.5)
    layer = {"lstm": gluon.rnn.LSTM, "gru": gluon.rnn.GRU}.get(mode, gluon.rnn.RNN)
    extra = {"activation": mode[4:]} if mode.startswith("rnn") else {}
    net = layer(state, 2, bidirectional=True, input_size=inputs, **extra)
    net.initialize(mx.init.Uniform(0.3))

    def run():
        x.attach_grad()
        with autograd.record():
            y = net(x)
        y.backward()
        return [y, x.grad.copy(), *[p.grad().copy() for p in net.collect_params().values()]]

    if special:  # what is no number may be another one elsewhere: only the memory is looked at
        for y in run():
            y.asnumpy()
    else:
        both(run, 1e-3, 1e-4)


@pytest.mark.parametrize(
    ("data", "weight", "how"),
    some(
        [
            ((1, 1, 1, 1), (1, 1, 1, 1), {}),
            ((2, 3, 7, 5), (4, 3, 3, 2), {"pad": (1, 1), "stride": (2, 1)}),
            ((1, 6, 9, 9), (6, 1, 3, 3), {"num_group": 6, "dilate": (2, 2)}),
            ((3, 4, 5, 5), (8, 2, 5, 5), {"num_group": 2, "pad": (4, 4)}),
            ((0, 3, 7, 5), (4, 3, 3, 3), {}),
            ((2, 5, 33), (7, 5, 4), {"stride": (3,)}),
            ((1, 2, 4, 5, 6), (3, 2, 2, 2, 3), {"pad": (1, 0, 1)}),
        ]
    ),
)
def test_convolutions(data, weight, how, engine):
    with mx.np_shape(True):
        x, w = nd.array(values(data, special=False)), nd.array(values(weight, 1, False))

        def run():
            x.attach_grad()
            w.attach_grad()
            with autograd.record():
                y = nd.Convolution(
                    x, w, kernel=weight[2:], num_filter=weight[0], no_bias=True, **how
                )
            y.backward()
            return [y, x.grad.copy(), w.grad.copy()]

        both(run, 1e-3, 1e-3)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize(
    "sizes",
    some([(1, 1, 1), (3, 7, 5), (17, 33, 2), (0, 4, 3), (4, 0, 3), (5, 3, 0), (95, 96, 97)]),
)
def test_products(sizes, special, engine):
    """Matrices of odd sizes, turned or not, and the derivatives."""
    n, k, m = sizes
    with mx.np_shape(True):
        turned = [(t, u) for t in (False, True) for u in (False, True)]
        given = [
            (
                nd.array(values((k, n) if t else (n, k), special=special)),
                nd.array(values((m, k) if u else (k, m), 1, False)),
            )
            for t, u in turned
        ]

        def run():
            found = []
            for (x, w), (t, u) in zip(given, turned):
                x.attach_grad()
                w.attach_grad()
                with autograd.record():
                    y = nd.dot(x, w, transpose_a=t, transpose_b=u)
                y.backward()
                found += [y, x.grad.copy(), w.grad.copy()]
            return found

        both(run, 1e-3, 1e-3)


@pytest.mark.parametrize(
    "turn", [lambda x: x.T, lambda x: x[::-1], lambda x: x[:, ::2], lambda x: x[1:, 3:]]
)
def test_arrays_that_lie_otherwise(turn, engine):
    """Arrays of NumPy with other strides and begins, handed over as they are."""
    a = values((14, 18), special=False)
    table = values((18, 18), 1, False)

    def run():
        x = nd.array(turn(a))
        y = nd.from_numpy(onp.ascontiguousarray(turn(a)), zero_copy=True)
        t = nd.array(table)
        z = nd.array(turn(a)).T
        return [
            nd.softmax(x), nd.softmax(y), nd.softmax(z), nd.sort(z), nd.sort(x[1:]),
            nd.softmax(x[:, 1:]), nd.topk(z[:, 1:], k=2),
            nd.take(t, nd.abs(z).astype("int32")),
        ]  # fmt: skip

    found = both(run)
    e = onp.exp(turn(a) - turn(a).max(-1, keepdims=True))
    onp.testing.assert_allclose(found[0], e / e.sum(-1, keepdims=True), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("odd", [1, 2, 3, 4])
def test_arrays_that_begin_at_odd_addresses(odd, engine):
    """Arrays of NumPy in the middle of a file's bytes."""
    a = values((14, 18), special=False)
    given = onp.frombuffer(bytes(odd) + a.tobytes(), "float32", offset=odd).reshape(a.shape)
    assert given.flags.aligned == (odd == 4)
    gamma = nd.ones((18,))

    def run():
        arrays = [nd.array(given), nd.from_numpy(given), mx.np.array(given).as_nd_ndarray()]
        return [
            f(x)
            for x in arrays
            for f in (nd.softmax, nd.sort, nd.argsort, lambda x: nd.LayerNorm(x, gamma, gamma))
        ]

    found = both(run)
    onp.testing.assert_array_equal(found[1], onp.sort(a, -1))
    for x, y in zip(found, found[4:]):
        onp.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    "name", ["sgd", "nag", "adam", "rmsprop", "adagrad", "ftrl", "lamb", "signum"]
)
def test_updates_of_odd_sizes(name):
    """Many parameters at once, of which some are empty and some gradients no numbers."""
    sizes = [(1,), (3, 5), (17,), (2, 3, 7), (64,), (1, 1), (33, 2), (5,), (9,), (1025,)]

    def run(special):
        parameters = gluon.ParameterDict()
        for k, size in enumerate(sizes):
            p = parameters.get(f"p{k}", shape=size)
            p.initialize(init=mx.init.Constant(0.5))
            p.set_data(nd.array(values(size, k, False)))
        trainer = gluon.Trainer(parameters, name, {"learning_rate": 0.1, "wd": 0.01})
        for step in range(2):
            given = [
                nd.array(values(p.shape, 10 * step + k, special))
                for k, p in enumerate(parameters.values())
            ]
            with autograd.record():
                heads = [p.data() * 1 for p in parameters.values()]
            autograd.backward(heads, given)
            trainer.step(2)
        return [p.data() for p in parameters.values()]

    both(lambda: run(False), 1e-4, 1e-5)
    for x in run(True):
        x.asnumpy()
