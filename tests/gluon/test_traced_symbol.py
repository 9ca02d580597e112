"""The symbol of a traced block, and parameters that an elementwise operator tells the shape."""

import pytest

from mxnet import gluon, nd


def test_a_traced_block_has_its_symbol():
    net = gluon.nn.Dense(3, prefix="d_")
    net.initialize()
    assert len(net._cached_graph) == 0
    net.hybridize()
    net(nd.ones((1, 2)))
    inputs, graph = net._cached_graph
    assert [s.name for s in inputs] == ["data"]
    assert graph.list_arguments() == ["data", "d_weight", "d_bias"]


@pytest.mark.parametrize("hybridize", [False, True])
def test_an_elementwise_operator_tells_a_deferred_shape(hybridize):
    class Scale(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                self.w = self.params.get("w", shape=(0, 0), allow_deferred_init=True, init="ones")

        def hybrid_forward(self, F, x, w):
            return F.elemwise_mul(x, w)

    net = Scale()
    net.initialize()
    if hybridize:
        net.hybridize()
    assert net(nd.ones((2, 3)) * 4).asnumpy().tolist() == [[4] * 3] * 2
    assert net.w.shape == (2, 3)
