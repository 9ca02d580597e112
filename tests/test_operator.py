"""Operators written in Python: what 1.9.1 does with them, imperatively and in blocks."""

import itertools

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd, operator
from mxnet.error import AttributeTypeError, MXNetError, ShapeError
from mxnet.ndarray import Custom

_number = itertools.count()


def define(forward=None, backward=None, need_top_grad=True, seen=None, **members):
    """Register an operator (the square of its input) with some parts replaced; returns its name."""

    class Op(operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            if forward is not None:
                return forward(self, is_train, req, in_data, out_data, aux)
            return self.assign(out_data[0], req[0], in_data[0] * in_data[0])

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            if backward is not None:
                return backward(self, req, out_grad, in_data, out_data, in_grad, aux)
            return self.assign(in_grad[0], req[0], 2 * in_data[0] * out_grad[0])

    class Prop(operator.CustomOpProp):
        def __init__(self, **kwargs):
            super().__init__(need_top_grad=need_top_grad)
            if seen is not None:
                seen.append(kwargs)

        def create_operator(self, ctx, in_shapes, in_dtypes):
            if seen is not None:
                seen.append((ctx, in_shapes, in_dtypes))
            return Op()

    for name, member in members.items():
        setattr(Prop, name, member)
    name = f"test_{next(_number)}"
    assert operator.register(name)(Prop) is Prop
    return name


@pytest.fixture
def x():
    return nd.array([1.0, 2.0, 3.0])


def test_value_and_gradient(x):
    name = define()
    x.attach_grad()
    with autograd.record():
        y = Custom(x * 2, op_type=name)
        loss = (y * nd.array([1.0, 10.0, 100.0])).sum()
    loss.backward()
    assert y.asnumpy().tolist() == [4.0, 16.0, 36.0]
    assert x.grad.asnumpy().tolist() == [8.0, 160.0, 2400.0]


def test_parameters_arrive_as_text(x):
    seen = []
    Custom(x, op_type=define(seen=seen), a=1, b=2.5, c=True, d=(1, 2), e="s", f=None, name="n")
    texts = {"a": "1", "b": "2.5", "c": "True", "d": "(1, 2)", "e": "s", "f": "None"}
    assert seen == [texts, (mx.cpu(0), [[3]], [0])]


def test_what_the_operator_is_told(x):
    seen = []

    def forward(self, is_train, req, in_data, out_data, aux):
        modes = autograd.is_recording(), autograd.is_training()
        seen.append((is_train, req, modes, out_data[0].asnumpy().tolist(), aux))
        self.assign(out_data[0], req[0], in_data[0] * 2)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        modes = autograd.is_recording(), autograd.is_training()
        seen.append((req, modes, [a[0].asnumpy().tolist() for a in (out_grad, in_data, out_data)]))
        self.assign(in_grad[0], req[0], out_grad[0] * 2)

    name = define(forward, backward)
    x.attach_grad()
    Custom(x, op_type=name)
    assert seen.pop() == (False, ["write"], (False, False), [0.0] * 3, [])
    with autograd.record():
        y = Custom(x, op_type=name)
    assert seen.pop() == (True, ["write"], (False, True), [0.0] * 3, [])
    y.backward(nd.array([1.0, 0.0, 5.0]))
    assert seen.pop() == (["write"], (False, True), [[1, 0, 5], [1, 2, 3], [2, 4, 6]])
    assert x.grad.asnumpy().tolist() == [2.0, 0.0, 10.0]
    with autograd.record(train_mode=False):
        Custom(x, op_type=name)
    assert seen.pop()[0] is False


def test_gradients_add_up(x):
    name = define()
    x.attach_grad("add")
    for _ in range(2):
        with autograd.record():
            y = Custom(x, op_type=name) + Custom(x, op_type=name)
        y.backward()
    assert x.grad.asnumpy().tolist() == [8.0, 16.0, 24.0]


def two(seen):
    """Sum and product of two arrays; counts its calls in an auxiliary state."""

    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] + in_data[1])
        self.assign(out_data[1], req[1], in_data[0] * in_data[1])
        aux[0][:] += 1

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        seen.append((req, [g.asnumpy().tolist() for g in out_grad], aux[0].asscalar()))
        self.assign(in_grad[0], req[0], out_grad[0] + out_grad[1] * in_data[1])
        self.assign(in_grad[1], req[1], out_grad[0] + out_grad[1] * in_data[0])

    return define(
        forward,
        backward,
        list_arguments=lambda self: ["a", "b"],
        list_outputs=lambda self: ["total", "product"],
        list_auxiliary_states=lambda self: ["count"],
        infer_shape=lambda self, shapes: (shapes, [shapes[0]] * 2, [[1]]),
    )


def test_several_outputs_and_auxiliary_states():
    seen = []
    name = two(seen)
    a, b, count = nd.array([1.0, 2.0]), nd.array([3.0, 4.0]), nd.zeros((1,))
    total, product = Custom(a, b, count, op_type=name)
    assert (total.asnumpy().tolist(), product.asnumpy().tolist()) == ([4.0, 6.0], [3.0, 8.0])
    a.attach_grad()
    with autograd.record():
        loss = Custom(a, b, count, op_type=name)[1].sum()
    loss.backward()
    assert count.asscalar() == 2.0
    assert seen == [(["write", "null"], [[0.0, 0.0], [1.0, 1.0]], 2.0)]
    assert a.grad.asnumpy().tolist() == [3.0, 4.0]
    named = Custom(b=b, count=count, a=a, op_type=name)
    assert named[0].asnumpy().tolist() == [4.0, 6.0]
    assert count.asscalar() == 3.0


def test_loss_that_ignores_the_gradient_above(x):
    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], in_data[0] - 1)

    x.attach_grad()
    with autograd.record():
        y = Custom(x, op_type=define(backward=backward, need_top_grad=False))
    y.backward(nd.array([9.0, 9.0, 9.0]))
    assert x.grad.asnumpy().tolist() == [0.0, 1.0, 2.0]


def test_backward_in_numpy(x):
    """The usual way: NumPy inside, so the framework learns nothing of what is computed."""

    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], nd.array(onp.sort(in_data[0].asnumpy())[::-1].copy()))

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        order = onp.argsort(in_data[0].asnumpy())[::-1]
        found = onp.zeros(3, "float32")
        found[order] = out_grad[0].asnumpy()
        self.assign(in_grad[0], req[0], found)

    x = nd.array([2.0, 3.0, 1.0])
    x.attach_grad()
    with autograd.record():
        y = Custom(x, op_type=define(forward, backward))
        loss = (y * nd.array([1.0, 10.0, 100.0])).sum()
    loss.backward()
    assert y.asnumpy().tolist() == [3.0, 2.0, 1.0]
    assert x.grad.asnumpy().tolist() == [10.0, 1.0, 100.0]


def test_assign():
    op, source = operator.CustomOp(), nd.array([5.0, 6.0])
    for req, expected in (
        ("null", [1.0, 1.0]),
        ("write", [5.0, 6.0]),
        ("inplace", [5.0, 6.0]),
        ("add", [6.0, 7.0]),
    ):
        target = nd.ones((2,))
        op.assign(target, req, source)
        assert target.asnumpy().tolist() == expected, req
    op.assign(target, "write", onp.array([1.0, 2.0]))
    op.assign(target, "add", 3)
    assert target.asnumpy().tolist() == [4.0, 5.0]


def test_defaults_of_the_properties():
    prop = operator.CustomOpProp()
    assert (prop.list_arguments(), prop.list_outputs()) == (["data"], ["output"])
    assert prop.list_auxiliary_states() == []
    assert prop.infer_shape([[2, 3], [4]]) == ([[2, 3], [4]], ([2, 3],), ())
    assert prop.infer_type([onp.float32]) == ([onp.float32], [onp.float32], [])
    assert prop.infer_storage_type(["default"]) == (["default"], ["default"], [])
    assert prop.infer_storage_type_backward(*[["default"]] * 4, []) == (*[["default"]] * 4, [])
    assert prop.declare_backward_dependency([1], [2], [3]) == [1, 2, 3]
    without = operator.CustomOpProp(need_top_grad=False)
    assert without.declare_backward_dependency([1], [2], [3]) == [2, 3]
    assert isinstance(prop.create_operator(mx.cpu(), [[1]], [0]), operator.CustomOp)
    with pytest.raises(MXNetError, match=r"dense arrays only.*got 'csr'"):
        prop.infer_storage_type(["csr"])


def test_types(x):
    whole = nd.array([1, 2], dtype="int32")
    squares = Custom(whole, op_type=define())
    assert squares.dtype == onp.int32
    assert squares.asnumpy().tolist() == [1, 4]
    wider = define(
        lambda self, t, req, i, o, aux: self.assign(o[0], req[0], i[0].astype("float64")),
        infer_type=lambda self, types: (types, [onp.float64], []),
    )
    assert Custom(x, op_type=wider).dtype == onp.float64


def test_out(x):
    out = nd.zeros((3,))
    assert Custom(x, op_type=define(), out=out) is out
    assert out.asnumpy().tolist() == [1.0, 4.0, 9.0]


def test_registering_again_replaces(x):
    name = define()
    operator.register(name)(operator.CustomOpProp)
    assert Custom(x, op_type=name).asnumpy().tolist() == [0.0, 0.0, 0.0]  # nothing assigned


def test_hybridized_blocks_run_imperatively(x):
    name = define()

    class Net(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return Custom(x + 1, op_type=name) * 2

    net = Net()
    net.hybridize()
    x.attach_grad()
    with pytest.warns(UserWarning, match="is Python code, which cannot be compiled"):
        net(x)
    with autograd.record():
        y = net(x)
    y.backward()
    assert y.asnumpy().tolist() == [8.0, 18.0, 32.0]
    assert x.grad.asnumpy().tolist() == [8.0, 12.0, 16.0]


def fails(*args, **kwargs):
    raise ValueError("boom")


PROPERTIES_THAT_FAIL = [
    (
        ShapeError,
        r"input 0.*expected \(2,\), got \(3,\)",
        "infer_shape",
        lambda s, i: ([[2]], i, []),
    ),
    (MXNetError, r"for the outputs: expected 1, got 2", "infer_shape", lambda s, i: (i, i + i, [])),
    (MXNetError, r"2 or 3 lists: got \[\[3\]\]", "infer_shape", lambda s, i: i),
    (ShapeError, "could not be broadcast", "infer_shape", lambda s, i: (i, [(4,)], [])),
    (MXNetError, "infer_shape failed: ValueError: boom", "infer_shape", fails),
    (
        MXNetError,
        "input 0.*expected int32, got float32",
        "infer_type",
        lambda s, t: ([onp.int32], t, []),
    ),
    (MXNetError, "for the outputs: expected 1, got 2", "infer_type", lambda s, t: (t, t + t, [])),
    (MXNetError, "list of names, got 'abc'", "list_arguments", lambda s: "abc"),
    (MXNetError, r"expected 2 \(a, b\), got 1", "list_arguments", lambda s: ["a", "b"]),
    (MXNetError, "create_operator failed: ValueError: boom", "create_operator", fails),
    (
        MXNetError,
        r"wrong number of inputs: expected 2 \(data, count\), got 1",
        "list_auxiliary_states",
        lambda s: ["count"],
    ),
]


@pytest.mark.parametrize(("error", "message", "member", "value"), PROPERTIES_THAT_FAIL)
def test_properties_that_do_not_fit(x, error, message, member, value):
    with pytest.raises(error, match=message):
        Custom(x, op_type=define(**{member: value}))


def test_code_that_fails(x):
    with pytest.raises(MXNetError, match=r"forward failed: ValueError: boom") as caught:
        Custom(x, op_type=define(fails))
    assert isinstance(caught.value.__cause__, ValueError)
    x.attach_grad()
    with autograd.record():
        y = Custom(x, op_type=define(backward=fails))
    with pytest.raises(MXNetError, match="backward failed: ValueError: boom"):
        y.backward()
    with autograd.record():  # and nothing is left switched off
        assert autograd.is_recording()
        y = Custom(x, op_type=define())
    y.backward()
    assert x.grad.asnumpy().tolist() == [2.0, 4.0, 6.0]


def test_wrong_calls(x):
    name = define()
    with pytest.raises(MXNetError, match="Cannot find custom operator 'nope'"):
        Custom(x, op_type="nope")
    with pytest.raises(AttributeTypeError, match="`op_type` is missing"):
        Custom(x)
    with pytest.raises(MXNetError, match=r"expected 1 \(data\), got 2"):
        Custom(x, x, op_type=name)
    with pytest.raises(MXNetError, match=r"expected 1 \(data\), got 0"):
        Custom(op_type=name)
    with pytest.raises(MXNetError, match=r"expected 1 \(data\), got 2, with other"):
        Custom(x, other=x, op_type=name)
    with pytest.raises(AttributeTypeError, match=r"input number 1 is not an array.*got 5"):
        Custom(x, 5, op_type=name)
    with pytest.raises(AttributeTypeError, match=r"subclass of mx.operator.CustomOpProp, got 7"):
        operator.register("seven")(7)


def test_registered_operators():
    names = operator.get_all_registered_operators()
    assert {"Custom", "FullyConnected", "RNN"} <= set(names)
    found = operator.get_operator_arguments("Activation")
    assert (found.narg, found.names) == (2, ["data", "act_type"])
    assert found.types[0] == "NDArray-or-Symbol"
    assert "'softsign'" in found.types[1]
    assert found.types[1].endswith("required")
    assert operator.get_operator_arguments("stack").types[0] == "NDArray-or-Symbol[]"
    with pytest.raises(MXNetError, match="no operator 'Nope'"):
        operator.get_operator_arguments("Nope")


# as MXNet 1.9.1 answers
_TYPES = {
    "FullyConnected": {
        "weight": "NDArray-or-Symbol",
        "num_hidden": "int, required",
        "no_bias": "boolean, optional, default=0",
        "flatten": "boolean, optional, default=1",
    },
    "Activation": {"act_type": "{'relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'}, required"},
    "Convolution": {
        "kernel": "Shape(tuple), required",
        "stride": "Shape(tuple), optional, default=[]",
        "cudnn_tune": "{None, 'fastest', 'limited_workspace', 'off'},optional, default='None'",
    },
    "SoftmaxOutput": {
        "grad_scale": "float, optional, default=1",
        "ignore_label": "float, optional, default=-1",
        "normalization": "{'batch', 'null', 'valid'},optional, default='null'",
    },
    "sgd_update": {"lr": "float, required", "clip_gradient": "float, optional, default=-1"},
    "RNN": {
        "mode": "{'gru', 'lstm', 'rnn_relu', 'rnn_tanh'}, required",
        "projection_size": "int or None, optional, default='None'",
    },
    "BatchNorm": {
        "momentum": "float, optional, default=0.899999976",
        "axis": "int, optional, default='1'",
        "min_calib_range": "float or None, optional, default=None",
    },
    "dot": {"forward_stype": "{None, 'csr', 'default', 'row_sparse'},optional, default='None'"},
    "mean": {"axis": "Shape or None, optional, default=None"},
    "Concat": {"data": "NDArray-or-Symbol[]", "dim": "int, optional, default='1'"},
    "_random_uniform": {"low": "float, optional, default=0"},
}


@pytest.mark.parametrize("name", _TYPES)
def test_types_are_told_in_the_words_of_191(name):
    found = operator.get_operator_arguments(name)
    told = dict(zip(found.names, found.types))
    assert {k: told[k] for k in _TYPES[name]} == _TYPES[name]


@pytest.mark.parametrize("base", [operator.PythonOp, operator.NumpyOp, operator.NDArrayOp])
def test_forerunners_say_what_to_use(base):
    with pytest.warns(UserWarning, match="Please use CustomOp"):
        op = base()
    assert (op.list_arguments(), op.list_outputs()) == (["data"], ["output"])
    assert op.infer_shape([[2, 3]]) == ([[2, 3]], [[2, 3]])
    assert op.need_top_grad() is True
    if base is operator.PythonOp:
        with pytest.raises(MXNetError, match=r"derive from mx\.operator\.CustomOp"):
            op(None)


def forerunner(base, kind):
    class Scaled(base):
        """Twice the data; a loss, so its gradient needs none from above."""

        def forward(self, in_data, out_data):
            assert isinstance(in_data[0], kind)
            out_data[0][:] = in_data[0] * 2 + in_data[1]

        def backward(self, out_grad, in_data, out_data, in_grad):
            in_grad[0][:] = in_data[0] * 3

        def list_arguments(self):
            return ["data", "label"]

        def infer_shape(self, in_shape):
            return [in_shape[0], in_shape[0]], [in_shape[0]]

    with pytest.warns(UserWarning, match="Please use CustomOp"):
        return Scaled(need_top_grad=False)


@pytest.mark.parametrize(
    ("base", "kind"), [(operator.NumpyOp, onp.ndarray), (operator.NDArrayOp, nd.NDArray)]
)
def test_forerunners_run(base, kind):
    op = forerunner(base, kind)
    symbol = op(data=mx.sym.Variable("x"), name="scaled")
    assert symbol.list_arguments() == ["x", "scaled_label"]
    assert symbol.list_outputs() == ["scaled_output"]
    hint = {operator.NumpyOp: "_native", operator.NDArrayOp: "_ndarray"}[base]
    with mx.name.NameManager():  # as recorded
        assert op().list_outputs() == [f"{hint}0_output"]
        assert op().list_arguments() == [f"{hint}1_data", f"{hint}1_label"]
        with mx.name.Prefix("net_"):
            assert op().list_outputs() == [f"net_{hint}0_output"]
    exe = symbol.simple_bind(mx.cpu(), x=(2,))
    exe.arg_dict["x"][:] = nd.array([4, 5])
    exe.arg_dict["scaled_label"][:] = 1
    exe.forward(is_train=True)
    assert exe.outputs[0].asnumpy().tolist() == [9, 11]
    exe.backward()
    assert exe.grad_dict["x"].asnumpy().tolist() == [12, 15]
    x = nd.array([1.0, 2])
    x.attach_grad()
    with autograd.record():
        y = op.get_symbol(x, nd.ones(2))
    y.backward()
    assert y.asnumpy().tolist() == [3, 5]
    assert x.grad.asnumpy().tolist() == [3, 6]
