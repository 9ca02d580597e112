"""Symbols: composition, long chains, copies, files; what the recorded cases do not reach."""

import copy
import os
import pickle
import warnings

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd, sym
from mxnet._ops import _spec
from mxnet.error import FormatError, MXNetError, ShapeError


def chain(n):
    s = sym.var("x")
    for _ in range(n):
        s = sym.relu(s)
    return s


def test_chains_longer_than_pythons_stack():
    s = chain(4_000)
    assert len(s.get_internals()) == 4_001
    assert s.infer_shape(x=(2, 3))[1] == [(2, 3)]
    duplicate = copy.deepcopy(s)
    assert duplicate.list_arguments() == ["x"]
    text = s.tojson()
    assert sym.load_json(text).tojson() == text
    assert s(x=sym.var("y")).list_arguments() == ["y"]
    del s, duplicate


def test_one_registry_for_arrays_and_symbols():
    for name in ("FullyConnected", "Convolution", "exp", "broadcast_add", "Embedding"):
        assert getattr(sym, name).op is getattr(nd, name).op is _spec.get(name)


def test_operators_agree_with_arrays():
    a, b = sym.var("a"), sym.var("b")
    x, y = nd.array([1.5, 2, 3]), nd.array([2, 2, 0.5])
    pairs = [
        (a + b, x + y),
        (2 - a, 2 - x),
        (a / b, x / y),
        (3 / a, 3 / x),
        (a**b, x**y),
        (2**a, 2**x),
        (a % b, x % y),
        (5 % a, 5 % x),
        (-a, -x),
        (abs(-a), abs(-x)),
        (a == b, x == y),
        (a != 2, x != 2),
        (a >= b, x >= y),
        (a > 1.5, x > 1.5),
        (sym.maximum(a, 2), nd.maximum(x, 2)),
        (sym.pow(2, a), 2**x),
    ]
    names = [s.list_arguments() for s, _ in pairs]
    group = sym.Group([s for s, _ in pairs])
    found = group.bind(mx.cpu(), _duplicates(group, {"a": x, "b": y})).forward()
    assert names[0] == ["a", "b"]
    for got, (_, want) in zip(found, pairs):
        onp.testing.assert_allclose(got.asnumpy(), want.asnumpy(), rtol=1e-6)


def _duplicates(s, values):
    return [values[n] for n in s.list_arguments()]


def test_numbers_give_numbers():
    assert sym.maximum(2, 3) == 3
    assert sym.pow(2, 3) == 8
    assert sym.hypot(3, 4) == 5


def test_pickles_keep_casts_and_attributes():
    s = sym.relu(sym.amp_cast(sym.var("x", lr_mult=2.0), dtype="float16"))
    duplicate = pickle.loads(pickle.dumps(s))  # noqa: S301
    assert duplicate.tojson(remove_amp_cast=False) == s.tojson(remove_amp_cast=False)
    assert duplicate.attr_dict()["x"]["lr_mult"] == "2.0"


def test_a_copy_is_another_graph():
    s = sym.FullyConnected(sym.var("x"), num_hidden=2, name="fc")
    duplicate = copy.copy(s)
    duplicate._set_attr(num_hidden="5")
    assert s.attr("num_hidden") == "2"


def test_attributes_that_do_not_fit_leave_the_node_as_it_was():
    s = sym.FullyConnected(sym.var("x"), num_hidden=2, name="fc")
    with pytest.raises(MXNetError, match=r"'num_hidden'.*expected int, got 'many'"):
        s._set_attr(num_hidden="many")
    assert s.attr("num_hidden") == "2"


def test_errors_of_shapes_name_the_operator():
    a = sym.var("a")
    s = sym.FullyConnected(a, num_hidden=3, name="fc7")
    with pytest.raises(ShapeError, match=r"operator fc7: .*expected weight \(3, 5\)"):
        s.infer_shape(a=(2, 5), fc7_weight=(4, 5))
    with pytest.raises(MXNetError, match="operator product: dot"):
        sym.dot(a, sym.var("b"), name="product").infer_shape(a=(2, 3), b=(4, 5))


def test_what_is_not_known_is_told():
    s = sym.FullyConnected(sym.var("a"), num_hidden=3, name="fc")
    with pytest.warns(UserWarning, match="Cannot decide shape.*\n\ta: \\(\\)"):
        assert s.infer_shape() == (None, None, None)
    with pytest.warns(UserWarning, match="Cannot decide type"):
        assert s.infer_type() == (None, None, None)


def test_shapes_go_backwards_through_recurrent_cells():
    # states of an unknown batch, as the legacy cells begin with
    h = sym.zeros((0, 4))
    x = sym.var("x")
    for k in range(3):
        gates = sym.FullyConnected(x, num_hidden=8, name=f"i{k}") + sym.FullyConnected(
            h, num_hidden=8, name=f"h{k}"
        )
        parts = sym.SliceChannel(gates, num_outputs=2)
        h = sym.tanh(parts[0]) * sym.sigmoid(parts[1]) + h
    args, outs, _ = h.infer_shape(x=(5, 6))
    assert outs == [(5, 4)]
    assert dict(zip(h.list_arguments(), args))["h0_weight"] == (8, 4)
    assert h.simple_bind(mx.cpu(), x=(5, 6)).forward()[0].shape == (5, 4)


def test_save_replaces_a_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "net.json"
    (sym.var("old") * 2).save(str(path))
    before = path.read_text()

    def fail(*_):
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="disk is gone"):
            (sym.var("new") * 3).save(path)
    assert path.read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["net.json"]
    (sym.var("new") * 3).save(path)
    assert sym.load(path).list_arguments() == ["new"]


def test_newer_files_are_read_with_a_warning():
    text = (sym.var("a") * 2).tojson().replace("10901", "20100")
    with pytest.warns(UserWarning, match="20100 of MXNet, newer than 10901"):
        assert sym.load_json(text).list_arguments() == ["a"]


def test_unknown_operators_are_named():
    text = sym.relu(sym.var("a"), name="r").tojson().replace('"relu"', '"rellu"')
    with pytest.raises(FormatError, match=r"node 1 \('r'\): Operator 'rellu'.*'relu'"):
        sym.load_json(text)


def test_indices():
    s = sym.SliceChannel(sym.var("x"), num_outputs=3, name="s")
    with pytest.raises(IndexError, match="output 3 of a symbol with 3"):
        s[3]
    with pytest.raises(TypeError, match="integer index"):
        s[1.5]
    assert [p.list_outputs()[0] for p in s] == ["s_output0", "s_output1", "s_output2"]


def test_what_only_arrays_can():
    with pytest.raises(NotImplementedError, match="asnumpy"):
        sym.var("x").asnumpy()
    with pytest.raises(MXNetError, match="call backward"):
        sym.var("x").gradient(["x"])
    with pytest.raises(MXNetError, match="XLA compiles every graph whole"):
        sym.var("x").get_backend_symbol("tensorrt")


def test_prefixes_and_scopes_go_into_graphs():
    with mx.AttrScope(ctx_group="dev1"), mx.name.Prefix("net_"):
        s = sym.FullyConnected(sym.var("data"), num_hidden=2, name="fc")
    assert s.list_arguments() == ["data", "net_fc_weight", "net_fc_bias"]
    assert s.attr("ctx_group") == s.attr("__ctx_group__") == "dev1"


def test_random_symbols_draw_anew():
    s = sym.random.uniform(2, 3, shape=(50,)) + sym.random.normal(shape=(50,)) * 0
    exe = s.bind(mx.cpu(), {})
    mx.random.seed(3)
    first = exe.forward()[0].asnumpy()
    second = exe.forward()[0].asnumpy()
    mx.random.seed(3)
    assert (exe.forward()[0].asnumpy() == first).all()
    assert (first != second).any()
    assert first.min() >= 2
    assert first.max() < 3


def test_quiet_where_all_is_known():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (sym.var("a") + 1).infer_shape(a=(2,))


def test_borders_and_flat_results():
    """None in a slice is the border; without an axis, results of sort and cumsum are flat."""
    x = mx.sym.Variable("x")
    y = mx.sym.slice(x, begin=(None, 1, 0), end=(None, 2, None), step=(-1, 1, 1))
    for z in (y, mx.sym.load_json(y.tojson())):
        assert z.infer_shape(x=(2, 5, 8))[1] == [(2, 1, 8)]
    for f in (mx.sym.sort, mx.sym.cumsum):
        assert f(x, axis=None).infer_shape(x=(4, 6))[1] == [(24,)]
        assert f(x, axis=1).infer_shape(x=(4, 6))[1] == [(4, 6)]


def test_a_symbol_by_a_name_that_is_no_input():
    """As 1.9.1 refuses it; other unknown keywords of such operators become attributes there."""
    x, y = mx.sym.var("x"), mx.sym.var("y")
    for call in (
        lambda: mx.sym.exp(x, foo=y),
        lambda: mx.sym.exp(x, lr_mult=y),
        lambda: mx.sym.Activation(x, act_type="relu", foo=y),
        lambda: mx.sym.concat(x, y, foo=y),
        lambda: mx.sym.concat(foo=x, bar=y),
        lambda: mx.sym.concat(data=x),
        lambda: mx.sym.add_n(x, foo=y),
    ):
        with pytest.raises(MXNetError, match=r"argument name \w+ not found: expected symbols by"):
            call()
    assert mx.sym.exp(x, foo=1).list_attr() == {"foo": "1"}
    with pytest.raises(MXNetError, match="too many inputs: expected at most 1, got 2"):
        mx.sym.concat(x, y, num_args=1)
    assert mx.sym.concat(arg1=x, arg0=y, num_args=2).list_arguments() == ["y", "x"]


@pytest.mark.parametrize("space", [mx.sym, mx.nd], ids=["sym", "nd"])
def test_an_input_that_is_given_twice(space):
    x = mx.sym.var("x") if space is mx.sym else mx.nd.ones((2, 2))
    for call in (
        lambda: space.broadcast_add(x, x, lhs=x),
        lambda: space.broadcast_add(x, lhs=x),
        lambda: space.FullyConnected(x, data=x, num_hidden=2),
    ):
        with pytest.raises(TypeError, match=r"argument '(lhs|data)' is given twice"):
            call()


def test_the_attributes_of_a_group_are_those_of_its_first_node():
    a = sym.var("a", lr_mult=2)
    f = sym.FullyConnected(a, num_hidden=3, name="f")
    of_a = {"__lr_mult__": "2", "lr_mult": "2"}
    assert sym.Group([f, a]).list_attr() == {"num_hidden": "3"}
    assert sym.Group([a, f]).list_attr() == f.get_internals().list_attr() == of_a
    assert sym.Group([sym.exp(a), f]).list_attr() == {}
    assert sym.Group([f, a]).attr("num_hidden") is None
