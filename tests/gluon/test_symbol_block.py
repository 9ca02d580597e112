"""Blocks on symbols, export, and blocks made of symbols."""

import copy
import json

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd, sym
from mxnet.error import FormatError
from mxnet.gluon import nn, rnn

IMAGE = (2, 3, 8, 8)


def exported(path, epoch=0):
    """The two files of an export."""
    return f"{path}-symbol.json", f"{path}-{epoch:04d}.params"


def sequence():
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation("relu"), nn.GlobalAvgPool2D(), nn.Dense(3)
    )
    return net


LAYERS = {
    "Dense": (lambda: nn.Dense(4, activation="tanh", flatten=False), (2, 3, 5)),
    "Conv1D": (lambda: nn.Conv1D(4, 3), (2, 3, 8)),
    "Conv2D": (lambda: nn.Conv2D(6, 3, groups=3, activation="relu"), IMAGE),
    "Conv2DTranspose": (lambda: nn.Conv2DTranspose(4, 3, strides=2, output_padding=1), IMAGE),
    "MaxPool2D": (nn.MaxPool2D, IMAGE),
    "AvgPool2D": (lambda: nn.AvgPool2D(3, 1, 1, count_include_pad=False), IMAGE),
    "GlobalMaxPool1D": (nn.GlobalMaxPool1D, (2, 3, 8)),
    "ReflectionPad2D": (lambda: nn.ReflectionPad2D(1), IMAGE),
    "BatchNorm": (lambda: nn.BatchNorm(axis=-1, scale=False), IMAGE),
    "LayerNorm": (nn.LayerNorm, (2, 5)),
    "InstanceNorm": (lambda: nn.InstanceNorm(axis=2), IMAGE),
    "GroupNorm": (lambda: nn.GroupNorm(3), IMAGE),
    "Embedding": (lambda: nn.Embedding(5, 3), (2, 4)),
    "PReLU": (nn.PReLU, (2, 3)),
    "activations": (
        lambda: _chain(nn.ELU(), nn.SELU(), nn.GELU(), nn.Swish(), nn.LeakyReLU(0.2)),
        (2, 3),
    ),
    "HybridLambda": (lambda: nn.HybridLambda(lambda F, x: F.exp(x) * 2 - x), (2, 3)),
    "LSTM": (lambda: rnn.LSTM(4, 2, layout="NTC", bidirectional=True), (2, 5, 3)),
    "GRUCell": (lambda: _Unrolled(rnn.GRUCell(3)), (2, 4, 3)),
    "sequence": (sequence, IMAGE),
}


def _chain(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


class _Unrolled(gluon.HybridBlock):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def hybrid_forward(self, F, x):
        return self.cell.unroll(4, x, layout="NTC", merge_outputs=True)[0]


def differentiated(net, x):
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        y = net(x)
        loss = (y * y).sum()
    loss.backward()
    return y.asnumpy(), x.grad.asnumpy()


@pytest.mark.parametrize("name", LAYERS)
def test_exported_and_imported_layers_are_equal(name, tmp_path):
    make, shape = LAYERS[name]
    net = make()
    net.initialize(mx.init.Normal(0.5))
    values = onp.random.RandomState(0).uniform(0.1, 2, shape)
    x = nd.array(values.astype(int) if name == "Embedding" else values)
    net.hybridize()
    before = net(x)
    assert net.export(str(tmp_path / "net"), epoch=7) is None
    files = exported(tmp_path / "net", 7)
    duplicate = gluon.SymbolBlock.imports(files[0], "data", files[1])
    onp.testing.assert_allclose(duplicate(x).asnumpy(), before.asnumpy(), rtol=1e-5, atol=1e-6)
    y0, g0 = differentiated(net, x)
    y1, g1 = differentiated(duplicate, x)
    onp.testing.assert_allclose(y1, y0, rtol=1e-5, atol=1e-6)
    onp.testing.assert_allclose(g1, g0, rtol=1e-4, atol=1e-5)
    theirs = duplicate.collect_params()
    for n, p in net.collect_params().items():
        q = theirs[n]
        onp.testing.assert_allclose(q.data().asnumpy(), p.data().asnumpy(), rtol=1e-5, atol=1e-6)
        if p.grad_req != "null":
            a, b = q.grad().asnumpy(), p.grad().asnumpy()
            onp.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


class Two(gluon.HybridBlock):
    """Two inputs, nested outputs, a parameter and a constant of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.dense = nn.Dense(2)
            self.w = self.params.get("w", shape=(2, 2), init="ones")
            self.c = self.params.get_constant("c", [[1, 2], [3, 4]])

    def hybrid_forward(self, F, x, y, w, c):
        h = self.dense(x)
        return F.dot(h, w) + c, [y * 2, h]


def test_several_inputs_and_outputs(tmp_path):
    net = Two(prefix="two_")
    net.initialize()
    net.hybridize()
    x, y = nd.ones((2, 3)), nd.array([1, 2])
    want = net(x, y)
    net.export(str(tmp_path / "two"))
    files = exported(tmp_path / "two")
    duplicate = gluon.SymbolBlock.imports(files[0], ["data0", "data1"], files[1])
    got = duplicate(x, y)
    assert len(got) == 3
    onp.testing.assert_allclose(got[0].asnumpy(), want[0].asnumpy(), rtol=1e-6)
    onp.testing.assert_allclose(got[2].asnumpy(), want[1][1].asnumpy(), rtol=1e-6)
    outs = net(sym.var("a"), sym.var("b"))
    assert outs[0].list_arguments() == ["a", "two_dense0_weight", "two_dense0_bias", "two_w"] + [
        "two_c"
    ]
    assert outs[1][0].list_arguments() == ["b"]


def test_export_needs_a_call(tmp_path):
    net = nn.Dense(2)
    net.initialize()
    with pytest.raises(RuntimeError, match=r"call block.hybridize.. and then run forward"):
        net.export(str(tmp_path / "net"))


def test_parameters_as_variables():
    p = gluon.Parameter("w", shape=(2, 3), lr_mult=2.0, init="zeros")
    assert p.var() is p.var()
    assert p.var().attr("lr_mult") == "2.0"
    assert p.var().infer_shape()[1] == [(2, 3)]


def test_internals_with_the_parameters_of_a_network():
    net = sequence()
    net.initialize()
    x = nd.ones(IMAGE)
    full = net(x)
    inside = net(sym.var("data")).get_internals()
    names = [n for n in inside.list_outputs() if "activation" in n or "relu" in n]
    feature = gluon.SymbolBlock(
        [inside[names[0]], inside[inside.list_outputs()[-1]]],
        sym.var("data"),
        params=net.collect_params(),
    )
    hidden, last = feature(x)
    assert hidden.shape == (2, 4, 6, 6)
    onp.testing.assert_allclose(last.asnumpy(), full.asnumpy(), rtol=1e-5)
    assert feature.collect_params()[net[0].weight.name] is net[0].weight


def test_parameters_wait_for_shapes():
    x = sym.var("x")
    net = gluon.SymbolBlock(
        sym.FullyConnected(sym.FullyConnected(x, num_hidden=4, name="a"), num_hidden=2, name="b"),
        x,
    )
    net.initialize(mx.init.One())
    assert net(nd.ones((3, 5))).asnumpy().tolist() == [[25, 25]] * 3  # biases too, as in 1.9.1
    assert net.collect_params()["a_weight"].shape == (4, 5)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    with autograd.record():
        loss = net(nd.ones((3, 5))).sum()
    loss.backward()
    trainer.step(3)
    assert net.collect_params()["b_bias"].data().asnumpy() == pytest.approx([0.9, 0.9])


@pytest.mark.usefixtures("compiled_at_once")
def test_training_compiles_nothing_after_the_first_steps():
    x = sym.var("x")
    net = gluon.SymbolBlock(sym.Dropout(sym.FullyConnected(x, num_hidden=2), p=0.5), x)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})

    def step():
        with autograd.record():
            loss = (net(nd.ones((3, 5))) ** 2).sum()
        loss.backward()
        trainer.step(3)
        nd.waitall()

    for _ in range(3):
        step()
    with mx.engine.expect(compiled=0):
        step()


def test_inside_other_blocks():
    x = sym.var("x")
    net = nn.HybridSequential()
    net.add(gluon.SymbolBlock(sym.tanh(x) * 2, x), nn.Dense(2))
    net.initialize()
    plain = net(nd.ones((2, 3))).asnumpy()
    net.hybridize()
    onp.testing.assert_allclose(net(nd.ones((2, 3))).asnumpy(), plain, rtol=1e-6)
    assert "x" not in net(sym.var("data")).list_arguments()


def test_half_width_keeps_statistics(tmp_path):
    x = sym.var("x")
    net = gluon.SymbolBlock(sym.BatchNorm(sym.FullyConnected(x, num_hidden=2), name="bn"), x)
    net.cast("float16")
    types = {n: onp.dtype(p.dtype).name for n, p in net.collect_params().items()}
    assert types["bn_gamma"] == types["bn_moving_var"] == "float32"
    assert types[next(n for n in types if n.endswith("_weight"))] == "float16"


def test_parameters_files(tmp_path):
    x = sym.var("x")
    make = lambda: gluon.SymbolBlock(sym.FullyConnected(x, num_hidden=2, name="net_fc"), x)  # noqa: E731
    net = make()
    net.initialize()
    want = net(nd.ones((1, 3))).asnumpy()
    net.save_parameters(str(tmp_path / "p"))
    assert sorted(nd.load(str(tmp_path / "p"))) == ["bias", "weight"]
    other = make()
    other.load_parameters(str(tmp_path / "p"))
    assert (other(nd.ones((1, 3))).asnumpy() == want).all()
    duplicate = copy.deepcopy(net)
    assert (duplicate(nd.ones((1, 3))).asnumpy() == want).all()


@pytest.mark.parametrize("way", ["compiled", "imperative", "inside"])
def test_operators_without_inputs_take_their_shapes_from_their_use(way):
    x = sym.var("x")
    net = gluon.SymbolBlock(sym.zeros((0, 0)) + x, x)
    if way == "imperative":
        net.hybridize(False)
    if way == "inside":
        inner, net = net, gluon.nn.HybridSequential()
        net.add(inner)
        net.hybridize()
    for shape in ((2, 3), (3, 2)):  # recorded from 1.9.1
        assert net(nd.ones(shape)).asnumpy().tolist() == onp.ones(shape).tolist()


def test_wrong_inputs():
    x = sym.var("x")
    with pytest.raises(AssertionError, match="must be variable"):
        gluon.SymbolBlock(x * 2, x * 2)
    with pytest.raises(ValueError, match="outputs must be a Symbol"):
        gluon.SymbolBlock(5, x)
    net = gluon.SymbolBlock(x * 2, x)
    with pytest.raises(AssertionError, match="Symbol or NDArray"):
        net("x")
    with pytest.raises(ValueError, match=r"expected 1 \(x\), got 2"):
        net(nd.ones((1,)), nd.ones((1,)))


def test_imports_tell_what_is_missing(tmp_path):
    net = nn.Dense(2, prefix="fc_")
    net.initialize()
    net.hybridize()
    net(nd.ones((1, 3)))
    net.export(str(tmp_path / "net"))
    files = exported(tmp_path / "net")
    with pytest.warns(UserWarning, match="input 'dat' is not a variable.*did you mean 'data'"):
        gluon.SymbolBlock.imports(files[0], "dat")
    nd.save(files[1], {"arg:fc_weight": nd.ones((2, 3))})
    with pytest.raises(AssertionError, match="'fc_bias' is missing in file"):
        gluon.SymbolBlock.imports(files[0], "data", files[1])


def test_whole_blocks_are_saved_and_loaded(tmp_path):
    net = _chain(nn.Dense(3), _chain(nn.Dense(2), nn.Dropout(0.5)))
    net.initialize()
    net.hybridize()
    want = net(nd.ones((2, 4))).asnumpy()
    net.save(str(tmp_path / "m"))
    other = _chain(nn.Dense(3), _chain(nn.Dense(2), nn.Dropout(0.5)))
    other.load(str(tmp_path / "m"))
    assert (other(nd.ones((2, 4))).asnumpy() == want).all()
    tree = json.loads((tmp_path / "m-model.json").read_text())[net.name]
    assert list(tree["children"].values()) == ["0", "1"]
    assert tree["in_format"] == [0]
    assert tree["hybridized"] is True
    assert sym.load_json(tree["symbol"]).list_outputs()[0].endswith("_fwd_output")
    with pytest.raises(ValueError, match=r"other blocks below: expected \['0'\], got \['0', '1'\]"):
        _chain(nn.Dense(3)).load(str(tmp_path / "m"))
    with pytest.raises(FileNotFoundError):
        net.load(str(tmp_path / "nowhere"))
    (tmp_path / "m-model.json").write_text("{")
    with pytest.raises(FormatError, match="do not belong together"):
        net.load(str(tmp_path / "m"))
    (tmp_path / "m-model.manifest").unlink()
    with pytest.raises(FormatError, match=r"m-model.json: not readable JSON"):
        net.load(str(tmp_path / "m"))


def test_summary_of_several_inputs(capsys):
    net = Two()
    net.initialize()
    net.summary(nd.ones((2, 3)), nd.ones((4,)))
    text = capsys.readouterr().out
    assert "  (2, 3), (4,) " in text
    assert "  (2, 2), [(4,), (2, 2)] " in text
