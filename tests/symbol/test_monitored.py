"""Monitors of executors, groups of contexts, and head gradients that are longer than needed.

Names, contexts and numbers are those that MXNet 1.9.1 answered for the same programs.
"""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd, sym


def layers():
    f = sym.FullyConnected(sym.Variable("data"), num_hidden=3, name="f")
    return f, sym.Activation(f, act_type="relu", name="a")


def mlp():
    g = sym.FullyConnected(layers()[1], num_hidden=2, name="g")
    return sym.SoftmaxOutput(g, name="softmax")


def seen(net, monitor_all=False, **shapes):
    """What a monitor is called with: {name: array}, in order, forward and backward."""
    exe = net.simple_bind(mx.cpu(), **shapes)
    for x in exe.arg_arrays:
        x[:] = nd.array(onp.linspace(-1, 1, x.size)).reshape(x.shape)
    found = {}
    exe.set_monitor_callback(lambda name, x: found.setdefault(name, x.copy()), monitor_all)
    exe.forward(is_train=True)
    first = list(found)
    exe.backward([nd.ones(o.shape) for o in exe.outputs])
    return exe, first, list(found)[len(first) :], found


OF_F = ["f_backward_output0", "f_backward_output1", "f_backward_output2"]
HEAD = "_head_grad_0_id_output"


def both(f, a):
    return sym.broadcast_add(a, sym._internal._mul_scalar(a, scalar=2.0, name="m"), name="s")


BACKWARD = {
    "mlp": (
        lambda f, a: mlp(),
        ["softmax_backward_output0", "softmax_backward_output1"]
        + ["g_backward_output0", "g_backward_output1", "g_backward_output2", "a_backward_output"]
        + OF_F,
    ),
    "dense": (lambda f, a: f, [HEAD, *OF_F]),
    "several uses": (
        both,
        [HEAD, "s_backward_output0", "s_backward_output1", "m_backward_output"]
        + ["sum_grad_output", "a_backward_output", *OF_F],
    ),
    "dropout": (lambda f, a: sym.Dropout(f, name="d"), [HEAD, "d_backward_output", *OF_F]),
    "concat": (
        lambda f, a: sym.concat(f, a, name="cc"),
        [HEAD, "cc_backward_output0", "cc_backward_output1", "a_backward_output"]
        + ["sum_grad_output", *OF_F],
    ),
    "reshape": (
        lambda f, a: sym.reshape(f, shape=(-1,), name="r"),
        [HEAD, "r_backward_output", *OF_F],
    ),
    "norm": (
        lambda f, a: sym.BatchNorm(f, name="n"),
        [HEAD, "n_backward_output0", "n_backward_output1", "n_backward_output2", *OF_F],
    ),
}


@pytest.mark.parametrize("name", BACKWARD)
def test_monitor_lists_what_arrives_in_the_backward_pass(name):
    make, expected = BACKWARD[name]
    exe, _, backward, found = seen(make(*layers()), data=(4, 5))
    assert backward == expected
    plain = make(*layers()).simple_bind(mx.cpu(), data=(4, 5))
    for x, y in zip(plain.arg_arrays, exe.arg_arrays):
        x[:] = y
    if name != "dropout":
        plain.forward(is_train=True)
        plain.backward([nd.ones(o.shape) for o in plain.outputs])
        for x, y in zip(plain.grad_arrays, exe.grad_arrays):
            onp.testing.assert_allclose(x.asnumpy(), y.asnumpy(), rtol=1e-5, atol=1e-6)
    for i, k in enumerate(("data", "f_weight", "f_bias")):
        onp.testing.assert_array_equal(found[OF_F[i]].asnumpy(), exe.grad_dict[k].asnumpy())


def test_monitor_of_everything_names_inputs_as_operators_meet_them():
    net, names = mlp(), []
    exe = net.simple_bind(mx.cpu(), data=(4, 5))
    exe.set_monitor_callback(lambda name, x: names.append(name), monitor_all=True)
    exe.forward(is_train=False)
    assert names[:7] == ["data", "f_data", "f_weight", "f_weight", "f_bias", "f_bias", "f_output"]
    assert names[-4:] == ["softmax_data", "softmax_label", "softmax_label", "softmax_output"]


def grouped():
    with mx.AttrScope(ctx_group="dev1"):
        f1 = sym.FullyConnected(sym.Variable("data"), num_hidden=3, name="f1")
    with mx.AttrScope(ctx_group="dev2"):
        return sym.FullyConnected(f1, num_hidden=2, name="f2")


GROUPS = {"dev1": mx.cpu(0), "dev2": mx.cpu(1)}
PLACES = {"data": 0, "f1_weight": 0, "f1_bias": 0, "f2_weight": 1, "f2_bias": 1}


@pytest.mark.parametrize("request_", ["write", "add"])
def test_arrays_of_a_group_are_on_its_context(request_):
    exe = grouped().simple_bind(mx.cpu(0), request_, group2ctx=GROUPS, data=(4, 5))
    for x in exe.arg_arrays:
        x[:] = 1
    for _ in range(2):
        exe.forward(is_train=True)
        exe.backward([nd.ones((4, 2), ctx=mx.cpu(1))])
    places = {k: mx.cpu(i) for k, i in PLACES.items()}
    assert {k: x.context for k, x in exe.arg_dict.items()} == places
    assert {k: x.context for k, x in exe.grad_dict.items()} == places
    assert [o.context for o in exe.outputs] == [mx.cpu(1)]
    sums = {k: x.sum().asscalar() for k, x in exe.grad_dict.items()}
    once = {"data": 120, "f1_weight": 120, "f1_bias": 24, "f2_weight": 144, "f2_bias": 8}
    assert sums == {k: v * (2 if request_ == "add" else 1) for k, v in once.items()}
    assert exe.outputs[0].asnumpy().tolist() == [[19, 19]] * 4


def test_bind_takes_arrays_of_groups():
    args = {
        k: nd.ones(s, ctx=mx.cpu(PLACES[k]))
        for k, s in zip(PLACES, [(4, 5), (3, 5), (3,), (2, 3), (2,)])
    }
    grads = {k: nd.zeros(x.shape, ctx=x.context) for k, x in args.items()}
    exe = grouped().bind(mx.cpu(0), args, grads, group2ctx=GROUPS)
    exe.forward(is_train=True)
    exe.backward([nd.ones((4, 2), ctx=mx.cpu(1))])
    assert grads["f2_weight"].context == mx.cpu(1)
    assert grads["f2_weight"].sum().asscalar() == 144


def test_a_module_trains_groups():
    net = sym.LinearRegressionOutput(grouped(), name="l")
    mod = mx.mod.Module(net, context=[mx.cpu(0)], label_names=["l_label"], group2ctxs=GROUPS)
    mod.bind([("data", (4, 5))], [("l_label", (4, 2))])
    mod.init_params(mx.init.One())
    mod.init_optimizer()
    mod.forward_backward(mx.io.DataBatch([nd.ones((4, 5))], [nd.zeros((4, 2))]))
    mod.update()
    sums = {k: x.sum().asscalar() for k, x in mod.get_params()[0].items()}
    assert sums == pytest.approx(
        {"f1_weight": 12.75, "f1_bias": -0.45, "f2_weight": 3.75, "f2_bias": -0.15}
    )
    places = [g[0].context for g in mod._exec_group.grad_arrays]
    assert places == [mx.cpu(0)] * 2 + [mx.cpu(1)] * 2


def test_a_longer_head_gradient_gives_its_first_rows():
    x = nd.arange(6).reshape((2, 3))
    x.attach_grad()
    with autograd.record():
        y = x * 2
    y.backward(nd.arange(12).reshape((4, 3)))
    assert x.grad.asnumpy().tolist() == [[0, 2, 4], [6, 8, 10]]
    with autograd.record():
        y = x * 2
    with pytest.raises(mx.error.ShapeError, match=r"expected \(2, 3\), got \(2, 6\)"):
        y.backward(nd.arange(12).reshape((2, 6)))
