"""What is kept for shapes that never come again is bounded: all of it is counted here."""

import collections
import gc

import pytest

import mxnet as mx
from mxnet import _config, _tables, autograd, nd
from mxnet._engine import segment
from mxnet._engine.plan import Plan
from mxnet._engine.trace import Traced
from mxnet._graph import formulas
from mxnet._graph.formulas import Formula
from mxnet._graph.steps import Spec, Step
from mxnet._ops._spec import BoundOp
from mxnet.gluon import nn

KINDS = (Step, Spec, BoundOp, Traced, Formula, Plan)


@pytest.fixture
def few_are_kept(monkeypatch):
    """Bounds that a test reaches; what other tests left is dropped first."""
    segment.clear()
    _tables.make_room()
    gc.freeze()  # what others hold, and may let go of meanwhile, is not counted
    monkeypatch.setattr(_config.options["max_trie_steps"], "value", 300)
    monkeypatch.setattr(formulas, "_MOST_EQUATIONS", 1500)


def network():
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=4), nn.Dense(2, in_units=3))
    net.initialize()
    net.hybridize()
    return net


def train(net, sizes):
    for n in sizes:
        x = nd.ones((n, 4))
        with autograd.record():
            y = net(x).sum() + (x * 2).reshape((2, 2 * n)).sum()
        y.backward()
        y.asscalar()


def kept():
    gc.collect()
    found = collections.Counter(type(x) for x in gc.get_objects())
    return {kind.__name__: found[kind] for kind in KINDS}


def rise(net, sizes):
    """Most that there is more of each kind than before, looked at every ten sizes."""
    before, most = kept(), collections.Counter()
    for at in range(0, len(sizes), 10):
        train(net, sizes[at : at + 10])
        most |= collections.Counter({k: n - before[k] for k, n in kept().items()})
    return most


def test_all_of_it_is_dropped_together(few_are_kept):
    net = network()
    train(net, range(60, 65))
    most = rise(net, range(100, 220))
    assert most["Step"] < 500, most  # ten for each size, those of what is traced included
    # 30 to 40 sizes between two drops, 120 in all; a size has eight Specs
    assert most["Spec"] < 700, most
    assert most["BoundOp"] < 75, most
    assert most["Traced"] < 50, most
    assert most["Formula"] < 200, most
    assert most["Plan"] < 600, most
    assert formulas._traces.cache_info().currsize < 500


def test_counting_finds_what_is_kept(few_are_kept, monkeypatch):
    monkeypatch.setattr(_config.options["max_trie_steps"], "value", 100_000)
    most = rise(network(), range(300, 380))
    assert most["Step"] > 450, most
    assert most["Spec"] > 500, most
    assert most["BoundOp"] > 75, most
    assert most["Traced"] > 50, most


def test_what_is_held_stays_what_it_is(few_are_kept):
    """Arrays, bound operators and blocks go on, with no second one beside them."""
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("nothing is pending")
    net, x, like = network(), nd.ones((7, 4)), nd.ones((7, 4))
    with autograd.record():
        y = net(x).sum()
    wanted, spec = net(x).asnumpy(), x._spec
    pending = (like * 3 + 1).reshape((4, 7))
    bound = pending._v.seg.state.bound
    _tables.make_room()
    segment.clear()
    assert nd.ones((7, 4))._spec is spec
    again = (like * 3 + 1).reshape((4, 7))
    assert again._v.seg.state.bound is bound
    assert pending.asnumpy().tolist() == again.asnumpy().tolist() == [[4] * 7] * 4
    y.backward()
    assert net[0].weight.grad().asnumpy().any()
    assert (net(x).asnumpy() == wanted).all()


def test_a_block_of_numpy_arrays_is_exported_after_a_drop(few_are_kept, tmp_path):
    class Net(nn.HybridBlock):
        def forward(self, x):
            return mx.np.sin(x) + 1

    mx.npx.set_np()
    try:
        net = Net()
        net.hybridize()
        for n in range(10, 14):
            wanted = net(mx.np.ones((n, 2))).asnumpy()
        _tables.make_room()
        assert len(net._compiled) == 1  # its last call: what it is exported like
        net.export(str(tmp_path / "net"))
        found = mx.gluon.SymbolBlock.imports(str(tmp_path / "net-symbol.json"), ["data"])
        assert (found(mx.np.ones((13, 2))).asnumpy() == wanted).all()
    finally:
        mx.npx.reset_np()
