"""Executors: gradients, steps that compile nothing, shapes, Python operators, monitors."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, executor, nd, sym
from mxnet.error import MXNetError


def network():
    s = sym.FullyConnected(sym.var("data"), num_hidden=6, name="fc1")
    s = sym.BatchNorm(sym.Activation(s, act_type="relu"), name="bn", fix_gamma=False)
    s = sym.Dropout(s, p=0.3)
    return sym.SoftmaxOutput(sym.FullyConnected(s, num_hidden=3, name="fc2"), name="softmax")


def started(net, **shapes):
    exe = net.simple_bind(mx.cpu(), **shapes)
    random = onp.random.RandomState(5)
    for name, x in exe.arg_dict.items():
        if name != "softmax_label":
            x[:] = random.normal(0, 0.3, x.shape)
    return exe


@pytest.mark.usefixtures("compiled_at_once")
def test_training_steps_compile_nothing():
    net = network()
    exe = started(net, data=(4, 5))
    update = mx.optimizer.get_updater(mx.optimizer.SGD(learning_rate=0.1, momentum=0.9))
    metric = mx.metric.Accuracy()
    learned = [n for n in net.list_arguments() if n not in ("data", "softmax_label")]

    def step(k):
        x = onp.random.RandomState(k).rand(4, 5)
        exe.forward(is_train=True, data=nd.array(x), softmax_label=nd.array([k % 3] * 4))
        exe.backward()
        for i, n in enumerate(learned):
            update(i, exe.grad_dict[n], exe.arg_dict[n])
        metric.update([exe.arg_dict["softmax_label"]], exe.outputs)

    for k in range(4):
        step(k)
    nd.waitall()
    with mx.engine.expect(compiled=0):
        for k in range(4, 8):
            step(k)
        nd.waitall()
    assert 0 <= metric.get()[1] <= 1


def test_gradients_by_finite_differences():
    x, w = sym.var("x"), sym.var("w")
    net = sym.sum(sym.tanh(sym.dot(x, w)) * sym.exp(sym.dot(x, w)))
    values = {
        "x": onp.random.RandomState(0).rand(2, 3),
        "w": onp.random.RandomState(1).rand(3, 2),
    }
    args = {n: nd.array(v, dtype="float64") for n, v in values.items()}
    grads = {n: nd.zeros(v.shape, dtype="float64") for n, v in values.items()}
    exe = net.bind(mx.cpu(), args, args_grad=grads)
    exe.forward(is_train=True)
    exe.backward(nd.ones((1,), dtype="float64"))

    def f(**changed):
        for n, v in {**values, **changed}.items():
            exe.arg_dict[n][:] = v
        return exe.forward()[0].asnumpy().item()

    for n in values:
        got = exe.grad_dict[n].asnumpy()
        for at in onp.ndindex(values[n].shape):
            d = onp.zeros(values[n].shape)
            d[at] = 1e-5
            slope = (f(**{n: values[n] + d}) - f(**{n: values[n] - d})) / 2e-5
            assert abs(slope - got[at]) < 1e-6


def test_grad_req_per_argument():
    a, b = sym.var("a"), sym.var("b")
    arrays = {"a": nd.array([1, 2]), "b": nd.array([3, 4])}
    grads = {"a": nd.array([10, 10]), "b": nd.array([7, 7])}
    exe = (a * b).bind(mx.cpu(), arrays, grads, {"a": "add", "b": "null"})
    for _ in range(2):
        exe.forward(is_train=True)
        exe.backward(nd.ones((2,)))
    assert exe.grad_dict["a"].asnumpy().tolist() == [16, 18]
    assert grads["b"].asnumpy().tolist() == [7, 7]
    with pytest.raises(ValueError, match="'foo'"):
        (a * b).bind(mx.cpu(), arrays, grads, "foo")


def test_backward_twice_and_after_inference():
    a = sym.var("a")
    grads = {"a": nd.zeros((2,))}
    exe = (a * a).bind(mx.cpu(), {"a": nd.array([1, 2])}, grads)
    exe.forward(is_train=False)
    exe.backward(nd.ones((2,)))
    assert grads["a"].asnumpy().tolist() == [2, 4]
    exe.forward(is_train=True)
    exe.backward(nd.ones((2,)))
    exe.backward(nd.array([1, 10]))
    assert grads["a"].asnumpy().tolist() == [2, 40]


def test_head_gradients_are_checked():
    a = sym.var("a")
    exe = (a * 2).bind(mx.cpu(), {"a": nd.array([1, 2])}, {"a": nd.zeros((2,))})
    exe.forward(is_train=True)
    with pytest.raises(MXNetError, match=r"'_mulscalar.*is not a loss.*make_loss"):
        exe.backward()
    with pytest.raises(MXNetError, match=r"expected \(2,\), got \(3,\)"):
        exe.backward(nd.ones((3,)))


def test_reshape_shares_parameters():
    exe = started(network(), data=(4, 5))
    small = exe.reshape(partial_shaping=True, data=(2, 5))
    assert small.arg_dict["fc1_weight"] is exe.arg_dict["fc1_weight"]
    assert small.forward(data=nd.ones((2, 5)))[0].shape == (2, 3)
    with pytest.raises(MXNetError, match="allow_up_sizing"):
        exe.reshape(partial_shaping=True, data=(8, 5))


def test_shared_arguments_of_two_executors():
    net = network()
    one = started(net, data=(4, 5))
    two = net.simple_bind(
        mx.cpu(), data=(2, 5), shared_arg_names=["fc1_weight", "fc1_bias"], shared_exec=one
    )
    assert two.arg_dict["fc1_weight"] is one.arg_dict["fc1_weight"]
    assert two.grad_dict["fc1_weight"] is one.grad_dict["fc1_weight"]
    assert two.arg_dict["fc2_weight"] is not one.arg_dict["fc2_weight"]
    assert two.aux_dict["bn_moving_mean"] is one.aux_dict["bn_moving_mean"]
    buffers = {}
    net.simple_bind(mx.cpu(), data=(4, 5), shared_buffer=buffers)
    again = net.simple_bind(mx.cpu(), data=(4, 5), shared_buffer=buffers)
    assert again.arg_dict["data"] is buffers["data"]


def test_two_variables_of_one_name():
    s = sym.FullyConnected(sym.var("q"), sym.var("q"), num_hidden=2, no_bias=True)
    exe = s.bind(mx.cpu(), [nd.ones((2, 2)), nd.ones((2, 2))])
    with pytest.raises(ValueError, match="duplicated names of arguments: q"):
        exe.arg_dict  # noqa: B018


def test_monitor_sees_every_operator():
    seen = {}
    s = sym.exp(sym.FullyConnected(sym.var("x"), num_hidden=2, name="fc"), name="e")
    exe = s.simple_bind(mx.cpu(), x=(1, 3))
    exe.set_monitor_callback(lambda n, x: seen.update({n: x.asnumpy()}))
    exe.forward()
    assert sorted(seen) == ["e_output", "fc_output"]
    assert seen["e_output"].tolist() == [[1, 1]]
    seen.clear()
    exe.set_monitor_callback(lambda n, x: seen.update({n: x.shape}), monitor_all=True)
    exe.forward()
    assert seen["fc_weight"] == (2, 3)
    assert seen["x"] == (1, 3)


class _Scaled(mx.operator.CustomOp):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, is_train, req, in_data, out_data, aux):
        aux[0][:] = aux[0] + 1
        self.assign(out_data[0], req[0], in_data[0] * self.factor)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * self.factor)


@mx.operator.register("symbol_test_scaled")
class _ScaledProp(mx.operator.CustomOpProp):
    def __init__(self, factor="2"):
        super().__init__(need_top_grad=True)
        self.factor = float(factor)

    def list_auxiliary_states(self):
        return ["calls"]

    def infer_shape(self, in_shape):
        return in_shape, [in_shape[0]], [(1,)]

    def create_operator(self, ctx, shapes, dtypes):
        return _Scaled(self.factor)


def test_python_operators_in_graphs():
    s = sym.Custom(sym.var("x") + 1, op_type="symbol_test_scaled", factor=3, name="c")
    s = sym.load_json(s.tojson()) * 2
    assert s.list_auxiliary_states() == ["c_calls"]
    exe = s.simple_bind(mx.cpu(), x=(2,))
    exe.arg_dict["x"][:] = [1, 2]
    assert exe.forward(is_train=True)[0].asnumpy().tolist() == [12, 18]
    exe.backward(nd.array([1, 2]))
    assert exe.grad_dict["x"].asnumpy().tolist() == [6, 12]
    assert exe.aux_dict["c_calls"].asnumpy().tolist() == [1]
    with pytest.raises(MXNetError, match="no_such"):
        sym.Custom(sym.var("x"), op_type="no_such")


def test_operators_whose_shape_depends_on_data_run_too():
    s = sym.contrib.boolean_mask(sym.var("x"), sym.var("m"))
    exe = s.bind(mx.cpu(), {"x": nd.array([[1], [2], [3]]), "m": nd.array([1, 0, 1])})
    assert exe.forward()[0].asnumpy().tolist() == [[1], [3]]


def test_outputs_before_the_first_forward():
    exe = started(network(), data=(4, 5))
    assert exe.outputs[0].shape == (4, 3)
    assert list(exe.output_dict) == ["softmax_output"]


def test_loops_train():
    x, h, w = sym.var("x"), sym.var("h"), sym.var("w")
    outs, last = sym.contrib.foreach(lambda d, s: (d * w + s, d * w + s), x, h)
    values = {"x": nd.array([[1, 2], [3, 4]]), "h": nd.zeros((2,)), "w": nd.array([2, 3])}
    grads = {n: v.zeros_like() for n, v in values.items()}
    exe = sym.Group([outs, last]).bind(mx.cpu(), values, grads)
    found = exe.forward(is_train=True)
    assert found[1].asnumpy().tolist() == [8, 18]
    exe.backward([nd.ones((2, 2)), nd.zeros((2,))])
    assert grads["w"].asnumpy().tolist() == [5, 8]


@pytest.mark.usefixtures("compiled_at_once")
def test_cached_op():
    a, b = mx.sym.var("a"), mx.sym.var("b")
    f = nd.CachedOp(mx.sym.Group([a * b, a - b]), [("static_alloc", True)])
    x, y = nd.array([1, 2]), nd.array([3, 4])
    x.attach_grad()
    for _ in range(2):
        with autograd.record():
            product, difference = f(x, y)
        product.backward()
        assert difference.asnumpy().tolist() == [-2, -2]
        assert x.grad.asnumpy().tolist() == [3, 4]
    with mx.engine.expect(compiled=0), autograd.record():
        f(x, y)[0].backward()
    out = [nd.zeros((2,)), nd.zeros((2,))]
    assert f(x, y, out=out) is out
    assert out[0].asnumpy().tolist() == [3, 8]
    with pytest.raises(MXNetError, match=r"expected 2 NDArrays \(a, b\), got 1"):
        f(x)


def test_cached_op_writes_states_and_fills_shapes():
    data, mean, var = mx.sym.var("data"), mx.sym.var("mean"), mx.sym.var("var")
    gamma, beta = mx.sym.var("gamma"), mx.sym.var("beta")
    out = mx.sym.BatchNorm(data, gamma, beta, mean, var, momentum=0.5)
    f = nd.CachedOp(out + mx.sym.zeros((0, 3)))
    state, x = nd.zeros((3,)), nd.ones((2, 3)) * 4
    x.attach_grad()
    with autograd.record():
        y = f(x, nd.ones((3,)), nd.zeros((3,)), state, nd.ones((3,)))
    assert state.asnumpy().tolist() == [0, 0, 0]
    y.backward()
    assert state.asnumpy().tolist() == [2, 2, 2]


def _ran(step):
    """How many programs a step compiled, and how many it ran."""
    nd.waitall()
    before = mx.engine.stats()
    step()
    nd.waitall()
    after = mx.engine.stats()
    return after["compiled"] - before["compiled"], after["flushes"] - before["flushes"]


def _two_layers(name, units=6):
    s = sym.FullyConnected(sym.var(f"{name}_data"), num_hidden=units, name=f"{name}_fc")
    s = sym.BatchNorm(s, name=f"{name}_bn", fix_gamma=False)
    return sym.FullyConnected(sym.Activation(s, act_type="softrelu"), num_hidden=3)


@pytest.mark.usefixtures("compiled_at_once")
def test_graphs_of_one_structure_share_their_programs():
    def train(name, units=6, rows=4):
        exe = _two_layers(name, units).simple_bind(mx.cpu(), **{f"{name}_data": (rows, 5)})
        for x in exe.arg_arrays:
            x[:] = 0.5
        nd.waitall()

        def step():
            exe.forward(is_train=True)
            exe.backward(nd.ones((rows, 3)))

        return exe, _ran(step)[0], exe.grad_arrays[1].asnumpy()

    first, compiled, gradient = train("p")
    assert compiled > 0
    second, compiled, again = train("q")  # other names, the same computation
    assert compiled == 0
    onp.testing.assert_array_equal(gradient, again)
    assert train("p", units=7)[1] > 0
    assert train("p", rows=2)[1] > 0
    # what is shared is the computation, not the arrays
    second.arg_arrays[1][:] = 0.25
    assert second.forward()[0].asnumpy()[0, 0] != first.forward()[0].asnumpy()[0, 0]


@pytest.mark.usefixtures("compiled_at_once")
def test_reshaped_executors_blocks_and_cached_ops_share_programs():
    net = _two_layers("p")
    exe = started(net, p_data=(3, 5))
    first = exe.reshape(partial_shaping=True, p_data=(2, 5))
    assert _ran(first.forward)[0] > 0
    second = exe.reshape(partial_shaping=True, p_data=(2, 5))
    assert _ran(second.forward)[0] == 0

    def block(name):
        made = mx.gluon.SymbolBlock(_two_layers(name), sym.var(f"{name}_data"))
        made.initialize()
        return made

    x = nd.ones((2, 5))
    one, two = block("r"), block("s")
    assert _ran(lambda: one(x).wait_to_read()) == (1, 1)
    assert _ran(lambda: two(x).wait_to_read()) == (0, 1)

    a, b = nd.ones((2, 3)), nd.ones((3, 2))
    for expected in ((1, 1), (0, 1)):
        f = nd.CachedOp(sym.tanh(sym.dot(sym.var("a"), sym.var("b"))))
        assert _ran(lambda f=f: f(a, b).wait_to_read()) == expected


def test_graphs_that_differ_share_nothing():
    x = sym.var("x")
    pairs = [(x * 2, 2), (x * 3, 3), (x + 2, 3), (sym.zeros((2,)) + x, 1), (sym.ones((2,)) + x, 2)]
    for s, expected in pairs:
        exe = s.bind(mx.cpu(), {"x": nd.ones((2,))})
        assert exe.forward()[0].asnumpy().tolist() == [expected, expected]
    a, b = sym.var("a"), sym.var("b")
    for s, expected in ((a - b, -1), (b - a, 1), (sym.Group([b, a]), 2)):
        exe = s.bind(mx.cpu(), {"a": nd.ones((1,)), "b": nd.ones((1,)) * 2})
        assert exe.forward()[0].asscalar() == expected
    for shape in ((2, 3), (3, 2)):  # an operator without inputs takes its shape from its use
        exe = (sym.zeros((0, 0)) + x).bind(mx.cpu(), {"x": nd.ones(shape)})
        assert exe.forward()[0].shape == shape


def test_shared_graphs_are_bounded():
    class Graph:
        def __init__(self, length):
            self.length = length

    kept = executor._Shared(most=10)
    graphs = {k: Graph(4) for k in "abc"}
    assert kept.add("a", graphs["a"]) is kept.add("a", Graph(4)) is graphs["a"]
    kept.add("b", graphs["b"])
    assert kept.get("a") is graphs["a"]  # used last, so it stays
    kept.add("c", graphs["c"])
    assert (kept.get("b"), kept.get("a"), kept.length) == (None, graphs["a"], 8)
    large = Graph(11)
    assert kept.add("d", large) is kept.get("d") is large
    assert (list(kept.found), kept.length) == (["d"], 11)


BOUND = mx.sym.var("a") * 2 + mx.sym.var("b")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("foo", "must be in .'null', 'write', 'add'., got 'foo'"),
        (["foo", "add"], "got 'foo'"),
        ({"a": "foo"}, "got 'foo'"),
        (["write"], "one for each of 2 arguments, got 1"),
        ([], "one for each of 2 arguments, got 0"),
        (3, "expected a str, list or dict"),
    ],
)
def test_requests_that_are_none_are_caught_as_in_1_9_1(request_, message):
    """There a RuntimeError from simple_bind, a ValueError or a KeyError from bind."""
    with pytest.raises(RuntimeError, match=message):
        BOUND.simple_bind(mx.cpu(), grad_req=request_, a=(2,), b=(2,))
    kinds = (TypeError,) if request_ == 3 else (ValueError, KeyError)
    ones = nd.ones((2,))
    for kind in kinds:
        with pytest.raises(kind, match=message):
            BOUND.bind(mx.cpu(), [ones, ones], [ones, ones], grad_req=request_)


@pytest.mark.parametrize("shape", [2, "x", None])
def test_a_shape_to_bind_with_is_a_tuple(shape):
    with pytest.raises(RuntimeError, match="simple_bind: the shape of a: expected a tuple, got"):
        BOUND.simple_bind(mx.cpu(), a=shape)
