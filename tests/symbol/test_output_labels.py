"""Which label shapes the outputs with a loss take, and infer, as MXNet 1.9.1 was recorded."""

import json
import math
import pathlib

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd, sym
from mxnet.error import MXNetError, ShapeError

CASES = json.loads(
    (pathlib.Path(__file__).parents[1] / "data" / "symbol" / "output_labels.json").read_text()
)
REGRESSIONS = ("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput")


def ours(case):
    """One label per example is taken for data of any rank: it is what SoftmaxOutput reads."""
    return case["op"] == "SoftmaxOutput" and not case["attrs"] and case["label"] == case["data"][:1]


def arrays(case):
    random = onp.random.RandomState(0)
    data = random.rand(*case["data"])
    labels = case["label"]
    return data, random.rand(*labels) if case["op"] in REGRESSIONS else random.randint(
        0, 3, size=labels
    )


def graph(case):
    return getattr(sym, case["op"])(sym.var("data"), sym.var("label"), **case["attrs"])


@pytest.mark.parametrize("op", [*REGRESSIONS, "SoftmaxOutput"])
def test_label_shapes_are_inferred(op):
    for case in CASES:
        if case["op"] != op or "label" in case or not case["infers"]:
            continue
        found, _, _ = graph(case).infer_shape(data=tuple(case["data"]))
        assert found == [tuple(case["data"]), tuple(case["infers"])], case


@pytest.mark.parametrize("op", [*REGRESSIONS, "SoftmaxOutput"])
def test_given_label_shapes_are_taken_or_refused(op):
    for case in CASES:
        if case["op"] != op or "label" not in case or ours(case):
            continue
        data, label = arrays(case)
        shapes = {"data": tuple(case["data"]), "label": tuple(case["label"])}
        x, y = nd.array(data), nd.array(label)
        x.attach_grad()
        if case["gradient"] is None:
            with pytest.raises(MXNetError):
                graph(case).infer_shape(**shapes)
            with pytest.raises(ShapeError, match=r"expected .*, got"), autograd.record():
                getattr(nd, op)(x, y, **case["attrs"])
            continue
        assert graph(case).infer_shape(**shapes)[1] == [shapes["data"]], case
        with autograd.record():
            out = getattr(nd, op)(x, y, **case["attrs"])
        out.backward()
        assert out.shape == x.shape
        onp.testing.assert_allclose(x.grad.asnumpy().ravel(), case["gradient"], atol=2e-5)


@pytest.mark.parametrize("label", [(4, 6), (4, 3, 2), (4, 2, 3)])
def test_an_executor_takes_them(label):
    case = {"op": "MAERegressionOutput", "attrs": {}, "data": [4, 2, 3], "label": list(label)}
    bound = graph(case).simple_bind(mx.cpu(), data=(4, 2, 3), label=label)
    data, labels = arrays(case)
    bound.arg_dict["data"][:], bound.arg_dict["label"][:] = data, labels
    bound.forward(is_train=True)
    bound.backward()
    expected = onp.sign(data - labels.reshape(4, 2, 3)) / math.prod(label[1:])
    onp.testing.assert_allclose(bound.grad_dict["data"].asnumpy(), expected, rtol=1e-6)


def test_a_shape_that_becomes_known_late():
    net = sym.LinearRegressionOutput(sym.FullyConnected(sym.var("data"), num_hidden=1), name="out")
    found, _, _ = net.infer_shape(data=(7, 3))
    assert dict(zip(net.list_arguments(), found))["out_label"] == (7,)
    partial, _, _ = net.infer_shape_partial(out_label=(7, 1))
    assert dict(zip(net.list_arguments(), partial))["data"] in ((), None)
    dense = sym.SoftmaxOutput(sym.var("data"), multi_output=True, name="out")
    assert dense.infer_shape_partial(data=(2, 3, 0, 4))[0][1] == (2, 0)


def regression():
    random = onp.random.RandomState(3)
    x = random.rand(64, 3).astype("float32")
    return x, x @ onp.array([1.0, -2.0, 3.0], "float32") + 0.5


@pytest.mark.parametrize("op", REGRESSIONS[:1] + REGRESSIONS[2:])
def test_linear_regression_with_module(op):
    x, y = regression()
    net = sym.FullyConnected(sym.var("data"), num_hidden=1, name="fc")
    net = getattr(sym, op)(net, sym.var("label"))
    module = mx.mod.Module(net, label_names=["label"])
    batches = mx.io.NDArrayIter(x, y, 16, label_name="label")
    assert batches.provide_label[0].shape == (16,)
    mx.random.seed(1)
    options = {"learning_rate": 0.1, "momentum": 0.9}
    module.fit(batches, num_epoch=60, optimizer_params=options, eval_metric="mse")
    if op == "LinearRegressionOutput":
        weight = module.get_params()[0]["fc_weight"].asnumpy()
        onp.testing.assert_allclose(weight, [[1, -2, 3]], atol=2e-2)
    assert dict(module.score(batches, "mae"))["mae"] < 0.2


def test_linear_regression_with_feedforward():
    x, y = regression()
    net = sym.FullyConnected(sym.var("data"), num_hidden=1, name="fc")
    net = sym.LinearRegressionOutput(net, sym.var("lin_reg_label"), name="lin_reg")
    model = mx.model.FeedForward(
        net, num_epoch=60, learning_rate=0.1, momentum=0.9, numpy_batch_size=16
    )
    mx.random.seed(1)
    model.fit(mx.io.NDArrayIter(x, y, 16, label_name="lin_reg_label"), eval_metric="mse")
    onp.testing.assert_allclose(model.arg_params["fc_weight"].asnumpy(), [[1, -2, 3]], atol=2e-2)
    onp.testing.assert_allclose(model.predict(x).ravel(), y, atol=2e-2)
