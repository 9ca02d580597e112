"""Checks of symbols: each passes where it should and fails on a wrong answer."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import test_utils as tu

X, Y = mx.sym.Variable("x"), mx.sym.Variable("y")
Z = X * Y + X
A = onp.random.default_rng(0).random((2, 3), dtype="float32")
B = onp.random.default_rng(1).random((2, 3), dtype="float32")
ONES = onp.ones_like(A)


@pytest.fixture(autouse=True)
def _seed():
    onp.random.seed(11)


def test_simple_forward():
    assert (tu.simple_forward(Z, x=ONES, y=ONES) == 2).all()
    found = tu.simple_forward(mx.sym.Group([Z, X]), x=ONES, y=ONES)
    assert [f.sum() for f in found] == [12, 6]


def test_symbolic_forward():
    (out,) = tu.check_symbolic_forward(Z, [A, B], [A * B + A])
    assert out.dtype == onp.float32
    (out,) = tu.check_symbolic_forward(
        Z, [A.astype("float64"), B.astype("float64")], {Z.list_outputs()[0]: A * B + A},
        dtype="asnumpy",
    )  # fmt: skip
    assert out.dtype == onp.float64
    tu.check_symbolic_forward(Z, {"x": mx.nd.array(A), "y": B}, [mx.nd.array(A * B + A)])
    with pytest.raises(AssertionError, match=r"EXPECTED_\w+_output=.*FORWARD_\w+_output="):
        tu.check_symbolic_forward(Z, [A, B], [A * B])
    with pytest.raises(ValueError, match="keys of the given location do not match"):
        tu.check_symbolic_forward(Z, {"x": A}, [A])
    with pytest.raises(AssertionError, match="dtype should be"):
        tu.check_symbolic_forward(Z, [A, B], [A], dtype="int32")


@pytest.mark.parametrize("req", ["write", "add", {"x": "add", "y": "write"}, ["write", "write"]])
def test_symbolic_backward(req):
    found = tu.check_symbolic_backward(Z, [A, B], [ONES], [B + 1, A], grad_req=req)
    assert set(found) == {"x", "y"}
    with pytest.raises(AssertionError, match=r"EXPECTED_x=.*BACKWARD_x="):
        tu.check_symbolic_backward(Z, [A, B], [ONES], [B, A], grad_req=req)


def test_symbolic_backward_of_some_arguments():
    heads = {Z.list_outputs()[0]: ONES}
    assert set(tu.check_symbolic_backward(Z, [A, B], heads, {"x": B + 1})) == {"x"}
    tu.check_symbolic_backward(Z, [A, B], [ONES], [B, B], grad_req="null")
    with pytest.raises(mx.MXNetError, match="gradient"):
        tu.check_symbolic_backward(Z, [A, B], None, [B + 1, A])
    with pytest.raises(AssertionError, match="expected a list or a dict"):
        tu.check_symbolic_backward(Z, [A, B], ONES, [B + 1, A])


@pytest.mark.parametrize("dtype", [onp.float32, onp.float64, onp.float16])
def test_numeric_gradient(dtype):
    eps = 0.125 if dtype is onp.float16 else None
    tu.check_numeric_gradient(Z, [A, B], dtype=dtype, numeric_eps=eps)
    with pytest.raises(AssertionError, match=r"NUMERICAL_x=.*BACKWARD_x=0.0000"):
        tu.check_numeric_gradient(
            mx.sym.BlockGrad(X) * Y, [A, B], dtype=dtype, numeric_eps=eps, grad_nodes=["x"]
        )


class Triple(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] * 3)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * 3)


class TripleProp(mx.operator.CustomOpProp):
    def __init__(self):
        super().__init__(need_top_grad=True)

    def list_arguments(self):
        return ["data"]

    def infer_shape(self, in_shape):
        return in_shape, [in_shape[0]], []

    def create_operator(self, ctx, shapes, dtypes):
        return Triple()


mx.operator.register("test_utils_triple")(TripleProp)
LINEAR = {
    "stack": (mx.sym.stack(X, X), [(3, 2, 1, 4, 3)]),
    "slice": (mx.sym.slice(X, begin=(1, 0, 0), end=(4, 5, 6)), [(5, 6, 7)]),
    "where": (mx.sym.where(X > 0, X, Y), [(12, 12), (12, 12)]),
    "depth_to_space": (mx.sym.depth_to_space(X, 2), [(2, 8, 6, 6)]),
    "custom": (mx.sym.Custom(X, op_type="test_utils_triple"), [(12, 12)]),
    "dot": (mx.sym.dot(X, Y), [(12, 13), (13, 12)]),
    "convolution": (
        mx.sym.Convolution(X, kernel=(3, 3), num_filter=3, name="c"),
        [(2, 3, 8, 8), (3, 3, 3, 3), (3,)],
    ),
}


@pytest.mark.parametrize("name", LINEAR)
def test_numeric_gradient_of_many_elements(name):
    """The differences of large sums are as exact as those of small ones."""
    net, shapes = LINEAR[name]
    for _ in range(3):
        point = [onp.random.uniform(0.1, 1.0, s) for s in shapes]
        tu.check_numeric_gradient(net, point, rtol=1e-2, atol=1e-3)


def test_arguments_that_are_none():
    tu.check_numeric_gradient(Z, [A, B], grad_stype_dict={"x": None})
    with pytest.raises(ValueError, match="'y': expected an array, got None"):
        tu.check_numeric_gradient(Z, [A, None])
    with pytest.raises(ValueError, match="'x': expected an array, got None"):
        tu.check_symbolic_forward(Z, {"x": None, "y": B}, [A])


def test_numeric_gradient_of_some_arguments():
    tu.check_numeric_gradient(Z, {"x": A, "y": B}, grad_nodes={"x": "add", "y": "null"})
    tu.check_numeric_gradient(mx.sym.BlockGrad(X) * Y, [A, B], grad_nodes=["y"])
    with pytest.raises(ValueError, match="grad_nodes: expected names or a dict, got 3"):
        tu.check_numeric_gradient(Z, [A, B], grad_nodes=3)
    with pytest.raises(AssertionError, match="float type"):
        tu.check_numeric_gradient(Z, [A, B], dtype=onp.int32)


def test_numeric_gradient_with_auxiliary_states():
    net = mx.sym.BatchNorm(X, name="bn", fix_gamma=False)
    point = [A, onp.ones(3), onp.zeros(3)]
    states = [onp.zeros(3), onp.ones(3)]
    tu.check_numeric_gradient(net, point, states, rtol=0.1, atol=0.01, dtype=onp.float64)
    with pytest.raises(ValueError, match="given aux_states do not match"):
        tu.check_numeric_gradient(net, point, {"bn_moving_mean": states[0]})


def test_numeric_grad_of_an_executor():
    exe = Z.bind(mx.cpu(), {"x": mx.nd.array(A), "y": mx.nd.array(B)})
    found = tu.numeric_grad(exe, {"x": A, "y": B}, eps=1e-2)
    onp.testing.assert_allclose(found["x"], B + 1, rtol=1e-3)
    onp.testing.assert_allclose(found["y"], A, rtol=1e-3, atol=1e-4)
    onp.testing.assert_array_equal(exe.arg_dict["x"].asnumpy(), A)


def entry(dtype, shape=(2, 3)):
    return {"ctx": mx.cpu(), "x": shape, "y": shape, "type_dict": {"x": dtype, "y": dtype}}


def test_consistency():
    found = tu.check_consistency(Z, [entry(onp.float32), entry(onp.float64), entry(onp.float16)])
    assert set(found) == {Z.list_outputs()[0], "x", "y"}
    assert found["x"].dtype == onp.float64
    found = tu.check_consistency(Z, [entry(onp.float32)] * 2, grad_req="null", use_uniform=True)
    assert set(found) == set(Z.list_outputs())
    with pytest.raises(AssertionError, match="two entries"):
        tu.check_consistency(Z, [entry(onp.float32)])


def test_consistency_fails_on_what_differs(caplog):
    other = X * Y + X * 1.5
    pair = [entry(onp.float32)] * 2
    with pytest.raises(AssertionError, match=r"(?s)Predict Err: ctx 1 vs ctx 0 at .*not equal"):
        tu.check_consistency([Z, other], pair)
    with pytest.raises(AssertionError, match="Train Err: ctx 1 vs ctx 0 at x"):
        tu.check_consistency([Z, mx.sym.BlockGrad(X) * Y + X], pair)
    tu.check_consistency([Z, other], pair, raise_on_err=False)
    assert "Predict Err: ctx 1" in caplog.text
    truth = {Z.list_outputs()[0]: mx.nd.zeros((2, 3))}
    with pytest.raises(AssertionError, match="Predict Err: ctx 0"):
        tu.check_consistency(Z, pair, ground_truth=truth)


def test_speed():
    assert 0 < tu.check_speed(Z, x=(2, 3), y=(2, 3), N=2) < 10
    assert tu.check_speed(Z, {"x": A, "y": B}, N=2, typ="forward") > 0
    with pytest.raises(ValueError, match="whole"):
        tu.check_speed(Z, {"x": A, "y": B}, typ="backward")
    with pytest.raises(AssertionError, match="Expect dict"):
        tu.check_speed(Z, [A, B])


def test_same_structure():
    assert tu.same_symbol_structure(Z, X * Y + Y)
    assert not tu.same_symbol_structure(Z, X * Y)
    assert not tu.same_symbol_structure(Z, X * Y * X)
