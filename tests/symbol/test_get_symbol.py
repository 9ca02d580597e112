"""``autograd.get_symbol``: what was recorded, as a symbol that computes the same."""

import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import MXNetError


@pytest.mark.parametrize("looked", [False, True], ids=["pending", "executed"])
def test_the_symbol_computes_what_was_recorded(looked):
    x, w = nd.array([[1, 2], [3, 4]]), nd.ones((2, 2))
    x.attach_grad()
    w.attach_grad()
    with autograd.record():
        y = nd.dot(x * 2 + 1, w)
        if looked:
            y.wait_to_read()
        z = (nd.Activation(y, act_type="tanh") ** 2 / 3).sum(axis=1)
    s = autograd.get_symbol(z)
    names = s.list_arguments()
    assert names == ["var0", "var1"]
    assert s.attr_dict()["node_0"] == {"scalar": "2.0"}
    assert (s.eval(**dict(zip(names, [x, w])))[0].asnumpy() == z.asnumpy()).all()


def test_hybridized_blocks_are_opened():
    net = gluon.nn.Dense(3)
    net.initialize()
    net.hybridize()
    with autograd.record():
        y = net(nd.ones((2, 5))).exp()
    ops = [n.split("_output")[0] for n in autograd.get_symbol(y).get_internals().list_outputs()]
    assert ops == ["var0", "var1", "var2", "node_0", "node_1"]


def test_what_has_no_history():
    with pytest.raises(MXNetError, match="not in a computational graph"):
        autograd.get_symbol(nd.ones((2,)))
    with pytest.raises(TypeError, match="expected an NDArray"):
        autograd.get_symbol(mx.sym.var("x"))
