"""What sizes that were never met before cost: nothing is traced, and little is built."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, nd
from mxnet._engine import numpy_rules, plan
from mxnet._engine.segment import clear, segment_of
from mxnet._graph import formulas
from mxnet._graph.equations import Aval
from mxnet._graph.formulas import Formula, GradientFormula
from mxnet._graph.lower import Backward, open_positions
from mxnet._graph.steps import steps_of
from mxnet._ops.kernels import direct, native


@pytest.fixture(autouse=True)
def evaluated(monkeypatch):
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    monkeypatch.setattr(_config.options["evaluate"], "value", 8)
    # What is dropped, all formulas together being many, would be traced again.
    monkeypatch.setattr(formulas, "_MOST_EQUATIONS", 1 << 30)


@pytest.fixture
def traces(monkeypatch):
    """Whether each trace had symbols, in order."""
    found = []
    for kind in (Formula, GradientFormula):

        def noted(self, avals, key, has_symbols, trace=kind._trace):
            found.append(has_symbols)
            return trace(self, avals, key, has_symbols)

        monkeypatch.setattr(kind, "_trace", noted)
    return found


def array(k, *shape):
    return onp.random.RandomState(k).uniform(-1, 1, shape).astype("float32")


def both(function, data):
    """The result, and the gradient of its sum of squares."""
    x = nd.array(data)
    x.attach_grad()
    with autograd.record():
        y = function(x)
        (y * y).sum().backward()
    return y.asnumpy(), x.grad.asnumpy()


def boxes(x):
    return nd.contrib.MultiBoxPrior(x.expand_dims(0), sizes=(0.2, 0.4), ratios=(1, 2))


def pooled(x, kernel=(3, 3), pool_type="avg", **how):
    how = {"stride": (2, 2), "pad": (1, 1), **how}
    return nd.Pooling(x.expand_dims(0), kernel=kernel, pool_type=pool_type, **how)


def adaptive(x, size):
    return nd.contrib.AdaptiveAvgPooling2D(x.expand_dims(0), output_size=size)


def resized(x, **how):
    return nd.contrib.BilinearResize2D(x.expand_dims(0), **how)


# Of arrays whose axes 0 and 1 are multiples of 12, and axis 2 of 24.
FUNCTIONS = {
    "(-1, 4)": lambda x: x.reshape((-1, 4)),
    "(0, -1)": lambda x: x.reshape((0, -1)),
    "(1, -1, 6)": lambda x: x.reshape((1, -1, 6)),
    "(-2,)": lambda x: x.reshape((-2,)),
    "(-3, 0)": lambda x: x.reshape((-3, 0)),
    "(-4, 2, -1, -2)": lambda x: x.reshape((-4, 2, -1, -2)),
    "(-4, -1, 3, 0, 0)": lambda x: x.reshape((-4, -1, 3, 0, 0)),
    "(-1, 12), reverse": lambda x: x.reshape((12, -1), reverse=True),
    "split": lambda x: nd.split(x, num_outputs=3, axis=0)[1],
    "split of axis 1": lambda x: nd.split(x, num_outputs=4, axis=1)[3],
    "slice_axis": lambda x: nd.slice_axis(x, axis=0, begin=2, end=10),
    "slice_axis from the end": lambda x: nd.slice_axis(x, axis=0, begin=-9, end=None),
    "slice_axis up to a size": lambda x: nd.slice_axis(x, axis=0, begin=0, end=11),
    "arange_like": lambda x: nd.contrib.arange_like(x, axis=0) + x[0, 0, 0],
    "MultiBoxPrior": boxes,
    "tile": lambda x: nd.tile(x, reps=(2, 3, 1)),
    "tile with more": lambda x: nd.tile(x, reps=(10, 1, 1, 1)),
    "repeat": lambda x: nd.repeat(x, repeats=3, axis=1),
    "repeat more": lambda x: nd.repeat(x, repeats=12, axis=0),
    "slice": lambda x: nd.slice(x, begin=(1, -5, None), end=(10, None, -2), step=(2, 1, None)),
    "slice backwards": lambda x: nd.slice(x, begin=(None,), end=(2,), step=(-2,)),
    "depth_to_space": lambda x: nd.depth_to_space(x.expand_dims(0), 2),
    "div_sqrt_dim": nd.contrib.div_sqrt_dim,
    "np reshape": lambda x: x.as_np_ndarray().reshape(-1, 4).as_nd_ndarray(),
    "sort": lambda x: nd.sort(x, axis=0),
    "argsort": lambda x: nd.argsort(x, axis=0) * x,
    "topk": lambda x: nd.topk(x, k=3, axis=0, ret_typ="value"),
    "take": lambda x: nd.take(x, nd.array([0, 2, 2])),
    "softmax": lambda x: nd.softmax(x, axis=0),
    "average of what padding a window covers": lambda x: pooled(x, count_include_pad=False),
    "average, full": lambda x: pooled(x, pooling_convention="full"),
    "average, same": lambda x: pooled(x, pad=(0, 0), pooling_convention="same"),
    "AdaptiveAvgPooling2D": lambda x: adaptive(x, (5, 7)),
    "BilinearResize2D": lambda x: resized(x, height=5, width=20),
    "BilinearResize2D, even": lambda x: resized(x, mode="to_even_up"),
    "BilinearResize2D, twice": lambda x: resized(x, scale_height=2.0, scale_width=2.0),
    "BilinearResize2D, odd twice": lambda x: resized(
        x, scale_height=2.0, scale_width=3.0, mode="odd_scale"
    ),
    "BilinearResize2D like another": lambda x: nd.contrib.BilinearResize2D(
        x.expand_dims(0), x[:, 2:, 3:].expand_dims(0), mode="like"
    ),
    "diag above": lambda x: nd.diag(x, k=3, axis1=0, axis2=2),
    "diag below": lambda x: nd.diag(x, k=-3, axis1=1, axis2=2),
    "np.trace": lambda x: mx.np.trace(x.as_np_ndarray(), -1).as_nd_ndarray(),
}
# Those with sizes among their attributes: it takes some more of them.
RELATED = {
    "own first size": lambda x: x.reshape((x.shape[0], -1)),
    "own product": lambda x: x.reshape((x.shape[0] * x.shape[1], x.shape[2])),
    "own sizes, mx.np": lambda x: x.as_np_ndarray().reshape(x.shape[0], -1).as_nd_ndarray(),
    "all but the last": lambda x: x[:-1] * x[1:],
    "slice_axis, all but one": lambda x: nd.slice_axis(x, axis=0, begin=0, end=x.shape[0] - 1),
    "broadcast_to": lambda x: x[:1].broadcast_to(x.shape),
    "arange": lambda x: nd.arange(x.shape[0]).reshape((-1, 1, 1)) * x,
    "BilinearResize2D to twice": lambda x: resized(x, height=x.shape[1] * 2, width=x.shape[2] * 2),
    "one_hot": lambda x: nd.one_hot(nd.abs(x[:, 0, 0] * 9), x.shape[0]) * x[:, :1, 0],
}


def fits(function, shape):
    """Whether a function takes arrays of a shape."""
    try:
        function(nd.zeros(shape)).shape  # noqa: B018
    except mx.MXNetError:
        return False
    return True


def sizes(k):
    return 12 * (k + 1), 36 + 12 * (k % 5), 24 + 24 * (k % 9)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_new_sizes_are_not_traced(traces, name):
    """Divisions and comparisons with what an operator's attributes name are answered for all
    sizes, at most for each kind of sizes (multiples of this or that, equal ones).
    """
    function = FUNCTIONS[name]
    for k in range(3):
        both(function, array(k, *sizes(k)))
    traces.clear()
    for k in range(3, 33):
        both(function, array(k, *sizes(k)))
    assert False not in traces
    assert len(traces) <= 8


@pytest.mark.parametrize("name", RELATED)
def test_sizes_that_are_attributes_are_not_traced(traces, name):
    """Operators that differ in sizes alone share what was traced, so long as these depend on the
    arrays' in the same way.
    """
    function = RELATED[name]
    for k in range(8):
        both(function, array(k, *sizes(k)))
    traces.clear()
    for k in range(8, 28):
        both(function, array(k, *sizes(k)))
    assert False not in traces
    assert len(traces) <= 6


def test_random_draws_of_new_sizes_are_not_traced(monkeypatch, traces):
    def draw(n, evaluate):
        monkeypatch.setattr(_config.options["evaluate"], "value", 8 if evaluate else 0)
        mx.random.seed(n)
        drawn = nd.random.uniform(shape=(n, 40)), nd.random.normal(shape=(n, 600))
        return [x.asnumpy() for x in drawn]

    for n in range(20, 26):
        draw(n, True)
    traces.clear()
    found = [draw(n, True) for n in range(26, 36)]
    assert traces == []
    clear()
    for x, y in zip(found[0], draw(26, False)):
        onp.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-6)


def test_arrays_of_one_number_are_not_traced(traces):
    for n in range(20, 40):
        assert nd.full((n, 700), 3).asnumpy().sum() == 2100 * n
        assert nd.ones((n, 700), dtype="int32").asnumpy().sum() == 700 * n
    assert traces == []


@pytest.mark.parametrize("name", [*FUNCTIONS, *RELATED])
def test_values_are_those_of_the_compiled_program(monkeypatch, name):
    function = (FUNCTIONS | RELATED)[name]
    shapes = [sizes(0), sizes(3), (24, 12, 8), (13, 19, 28), (60, 60, 60)]
    given = [array(k, *s) for k, s in enumerate(shapes) if fits(function, s)]
    found = [both(function, x) for x in given]
    monkeypatch.setattr(_config.options["evaluate"], "value", 0)
    clear()
    for x, results in zip(given, found):
        for a, b in zip(results, both(function, x)):
            onp.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6, err_msg=str(x.shape))


@pytest.mark.parametrize("shape", [(0, 9), (1, 1), (1, 13), (13, 1), (7, 7), (9, 9), (11, 17)])
def test_sizes_without_factors_of_one_and_none(shape):
    """What was learnt about multiples says nothing of other sizes."""
    with mx.np_shape(True):
        for k in range(3):  # traced for multiples, first
            nd.array(array(k, 12 * k + 12, 8)).reshape((-1, 4)).asnumpy()
            nd.split(nd.array(array(k, 12 * k + 12, 8)), num_outputs=3, axis=0)[0].asnumpy()
        x = array(1, *shape)
        for function, wanted in (
            (lambda x: x.reshape((-1, shape[1])), x),
            (lambda x: nd.slice_axis(x, axis=1, begin=0, end=1), x[:, :1]),
            (lambda x: nd.tile(x, reps=(3, 2)), onp.tile(x, (3, 2))),
            (lambda x: nd.repeat(x, repeats=3, axis=1), onp.repeat(x, 3, 1)),
            (lambda x: nd.concat(x, x, dim=0).T, onp.concatenate([x, x]).T),
        ):
            onp.testing.assert_array_equal(function(nd.array(x)).asnumpy(), wanted)
        if x.size % 4:
            with pytest.raises(mx.MXNetError, match="cannot be reshaped"):
                nd.array(x).reshape((-1, 4))


def test_equal_sizes_need_no_traces_where_they_make_no_difference(traces):
    """They are traced once, to see that; where it makes one, each kind is."""
    weight, bias = nd.array(array(0, 32, 16, 3, 3)), nd.zeros((32,))

    def run(height, width):
        x = nd.array(array(1, 2, 16, height, width))
        y = nd.Convolution(x, weight, bias, kernel=(3, 3), num_filter=32, pad=(1, 1))
        return nd.relu(y).transpose((0, 2, 3, 1)).asnumpy()

    run(24, 40)
    run(41, 25)
    run(30, 30)
    traces.clear()
    for height, width in [(16, 40), (40, 16), (16, 16), (50, 50), (27, 27)]:
        x = run(height, width)
        assert x.shape == (2, height, width, 32)
    assert traces == []


def test_equal_sizes_that_make_a_difference_are_told_apart():
    import jax.numpy as jnp

    def function(a, b):
        return [a + b if a.shape == b.shape else jnp.sum(a) - b]

    formula = Formula(function)

    def run(m, n):
        a, b = onp.ones(m, "float32"), onp.full(n, 2, "float32")
        avals = [Aval(x.shape, x.dtype) for x in (a, b)]
        return formula.plan(avals, plan.plan)([a, b])[0].tolist()

    for _ in range(2):
        assert run(9, 11) == [7.0] * 11
        assert run(10, 10) == [3.0] * 10
        assert run(13, 13) == [3.0] * 13
        assert run(12, 8) == [10.0] * 8


def test_what_has_no_gradient_is_not_traced_with_one(traces):
    """Nor are its equations run backwards."""
    x = nd.array(array(0, 1, 40, 4))
    x.attach_grad()
    with autograd.record():
        places = nd.contrib.box_encode(
            nd.ones((1, 40)), nd.zeros((1, 40)), nd.abs(x) + 1, nd.abs(x) + 2,
            nd.zeros((4,)), nd.ones((4,)),
        )[0]  # fmt: skip
        y = nd.argmax(x, axis=2).sum() + (x * nd.BlockGrad(x)).sum() + 0 * places.sum()
    traces.clear()
    y.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), x.asnumpy(), rtol=1e-6)
    made = [f for b in formulas.holders for f in b.formulas.values()]
    nil = [f for f in made if isinstance(f, GradientFormula) and () in f.plans.values()]
    assert nil
    assert all(not f.traces and not f.numeric for f in nil)


def test_a_new_size_builds_what_depends_on_sizes_only(monkeypatch):
    """Templates are made once; functions that depend on no size are kept."""
    made, built = [], []
    template, function = plan.Template.__init__, plan._function_of

    def noted_template(self, *given):
        made.append(self)
        template(self, *given)

    def noted_function(e, *given):
        built.append(e.primitive.name)
        return function(e, *given)

    monkeypatch.setattr(plan.Template, "__init__", noted_template)
    monkeypatch.setattr(plan, "_function_of", noted_function)
    w = nd.array(array(0, 5, 5))
    w.attach_grad()

    def step(n):
        x = nd.array(array(n, n, 5))
        with autograd.record():
            y = nd.dot(x, nd.tanh(w) * 2 + nd.exp(w)).sum()
        y.backward()
        return w.grad.asnumpy()

    step(40)
    step(41)
    made.clear(), built.clear()
    for n in range(42, 62):
        step(n)
    assert made == []
    # the product and its gradient, the sum and its gradient; not the function of the weight
    assert not {"tanh", "exp", "integer_pow"} & set(built)
    assert 0 < len(built) <= 20 * 12


def test_what_types_decide_is_not_built_for_new_sizes(monkeypatch):
    """Elementwise operations, sums, changes of type: their functions are those of other sizes, and
    results are written over what nothing reads where that is large.
    """
    built = []
    function = plan._function_of

    def noted(e, *given):
        built.append(e.primitive.name)
        return function(e, *given)

    monkeypatch.setattr(plan, "_function_of", noted)

    def run(n):
        x = array(n, n, 40)
        y = nd.exp(nd.array(x) * 2 - 1).astype("float64").sum(axis=1)
        onp.testing.assert_allclose(y.asnumpy(), onp.exp(x * 2 - 1).sum(1), rtol=1e-5)

    run(50)
    run(51)
    built.clear()
    for n in [*range(52, 60), 900, 2000, 61]:  # from 820 rows on memory is used again
        run(n)
    assert not numpy_rules.UNSIZED & set(built)
    assert {"exp", "mul", "convert_element_type", "reduce_sum"} <= numpy_rules.UNSIZED
    assert not {"reshape", "broadcast_in_dim", "gather", "reduce_max"} & numpy_rules.UNSIZED


@pytest.mark.skipif(not native.available(native.PRODUCTS), reason="not built")
def test_attributes_of_products_are_made_once(monkeypatch):
    made = []
    init = direct.KernelAttributes.__init__
    w, b = nd.array(array(0, 256, 784)), nd.zeros((256,))

    def noted(self, given):
        made.append(given)
        init(self, given)

    def run(n):
        return nd.FullyConnected(nd.array(array(n, n, 784)), w, b, num_hidden=256).asnumpy()

    run(300)
    monkeypatch.setattr(direct.KernelAttributes, "__init__", noted)
    for n in range(301, 305):
        assert run(n).shape == (n, 256)
    assert made == []


def test_open_positions_follow_from_those_before():
    """After a backward pass, too, that uses up what it went through."""
    x = nd.array(array(0, 3))
    x.attach_grad()
    seen = []

    def look():
        state = segment_of(x.context).state
        steps = steps_of(state)
        used = [
            set(s.info[0]) for s in steps if s.bound.__class__ is Backward and not s.bound.retain
        ]
        gone = set().union(*used)
        wanted = {
            p
            for i, s in enumerate(steps)
            if s.recorded and i not in gone
            for p in range(s.pos, s.pos + s.keep)
            if s.specs[p - s.pos].grad
        }
        assert open_positions(state) == wanted
        seen.append(len(wanted))

    with autograd.record():
        y = x * 2
        look()
        z = nd.exp(y)
        look()
        autograd.backward(z, retain_graph=True)
        look()
        u = z * y + 1
        look()
        a, _b = nd.split(nd.concat(u, u, dim=0), num_outputs=2, axis=0)
        look()
        v = nd.square(x)
        autograd.backward(a)
        look()
        w = v * 3
        look()
    assert seen == [1, 2, 2, 4, 7, 1, 2]
    onp.testing.assert_allclose(w.asnumpy(), 3 * x.asnumpy() ** 2, rtol=1e-6)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gradient_of_softmax_by_numpy(log, dtype):
    x, head = (onp.random.RandomState(k).randn(4, 9).astype(dtype) for k in range(2))
    given = nd.array(x, dtype=dtype)
    given.attach_grad()
    with autograd.record():
        y = nd.log_softmax(given) if log else nd.softmax(given)
    y.backward(nd.array(head, dtype=dtype))
    p = onp.exp(x - x.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    sums = head if log else p * head
    wanted = (
        head - p * sums.sum(1, keepdims=True) if log else p * (head - sums.sum(1, keepdims=True))
    )
    rtol = 1e-5 if dtype == "float32" else 1e-12
    onp.testing.assert_allclose(given.grad.asnumpy(), wanted, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("looked", [False, True])
def test_a_path_that_is_one_operator_is_not_traced(traces, looked):
    """Its steps have found out what it gives; NumPy runs it step by step."""
    net = mx.gluon.nn.HybridSequential()
    net.add(mx.gluon.nn.Dense(6, activation="tanh", in_units=5), mx.gluon.nn.Dense(3, in_units=6))
    net.initialize()

    def gradient(x):
        with autograd.record():
            y = (net(x) ** 2).sum()
        if looked:  # the path has run before its gradient is asked for
            y.asnumpy()
        y.backward()
        return net[0].weight.grad().asnumpy()

    x = nd.array(array(0, 4, 5))
    wanted = gradient(x)
    traces.clear()
    net.hybridize()
    onp.testing.assert_allclose(gradient(x), wanted, rtol=1e-6)
    assert traces == []


def test_a_gradient_that_is_recorded_is_not_traced_for_its_shape(traces):
    x = nd.array(array(0, 9, 5))
    x.attach_grad()
    with autograd.record():
        y = (x**3).sum()
        traces.clear()
        (slope,) = autograd.grad(y, [x], create_graph=True)
        assert slope.shape == (9, 5)
        assert slope.dtype == onp.float32
        assert traces == []
        z = (slope * slope).sum()
    z.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), 36 * x.asnumpy() ** 3, rtol=1e-5)
