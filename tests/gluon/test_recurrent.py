"""Recurrent cells and layers: what the table of recorded layers (test_layers) does not say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, engine, gluon, nd
from mxnet.error import MXNetError, ShapeError
from mxnet.gluon import contrib, nn, rnn

DATA = Path(__file__).parents[1] / "data" / "gluon"
T, N, C, H = 4, 3, 5, 6


def sequence(shape=(T, N, C)):
    return nd.array(onp.random.default_rng(5).normal(size=shape).astype("float32"))


def ready(net, init=0.4):
    net.initialize(mx.init.Normal(init))
    return net


def close(a, b):
    onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("net", [rnn.LSTM(6, 2, bidirectional=True), rnn.RNN(6)], ids=repr)
def test_lengths_as_in_a_stack_of_cells(net):
    kind = type(net)
    settings = {"num_layers": net._num_layers, "bidirectional": net._dir == 2}
    net = ready(kind(6, use_sequence_length=True, **settings))
    x, lengths = sequence(), nd.array([2, 4, 1])
    outputs = net(x, sequence_length=lengths)
    assert not outputs[2:, 0].asnumpy().any()
    stack = net._unfuse()
    expected, _ = stack.unroll(T, x, layout="TNC", merge_outputs=True, valid_length=lengths)
    close(outputs, expected)
    _, states = net(x, net.begin_state(N), lengths)
    if net._dir == 1:
        for i, k in enumerate([2, 4, 1]):
            _, alone = net(x[:k, i : i + 1], net.begin_state(1), nd.array([k]))
            close(states[0][:, i : i + 1], alone[0])
    net.hybridize()
    close(net(x, sequence_length=lengths), outputs)
    with pytest.raises(ShapeError, match=r"sequence_length is missing: expected.*\(N,\)"):
        net(x)


@pytest.mark.parametrize("kind", [rnn.LSTM, rnn.GRU, rnn.RNN])
def test_lengths_in_files(kind, tmp_path):
    """Where there is no cell state, the lengths stand in its place."""
    net = ready(kind(4, use_sequence_length=True))
    x, lengths = sequence(), nd.array([2, 4, 1])
    net.hybridize()
    states = net.begin_state(N)
    outputs, _ = net(x, states, lengths)
    net.export(str(tmp_path / "net"))
    names = ["data0", *[f"data{1 + k}" for k in range(len(states) + 1)]]
    read = gluon.SymbolBlock.imports(
        str(tmp_path / "net-symbol.json"), names, str(tmp_path / "net-0000.params")
    )
    close(read(x, *states, lengths)[0], outputs)
    data, packed, *rest = [mx.sym.var(n) for n in "abcde"[: 3 + len(states)]]
    mode = {rnn.LSTM: "lstm", rnn.GRU: "gru", rnn.RNN: "rnn_relu"}[kind]
    settings = {"state_size": 4, "num_layers": 1, "mode": mode, "use_sequence_length": True}
    given = mx.sym.RNN(data, packed, *rest, **settings)
    named = mx.sym.RNN(data, packed, *rest[:-1], sequence_length=rest[-1], **settings)
    assert given.list_arguments() == named.list_arguments() == list("abcde"[: 3 + len(states)])


def test_projection_and_limits_of_the_cell_state():
    layer, cell = rnn.LSTM(H, projection_size=2), contrib.rnn.LSTMPCell(H, 2, input_size=C)
    ready(layer), ready(cell)
    x = sequence()
    outputs, (h, c) = layer(x, layer.begin_state(N))
    assert (outputs.shape, h.shape, c.shape) == ((T, N, 2), (1, N, 2), (1, N, H))
    for name in ("i2h_weight", "h2h_weight", "h2r_weight", "i2h_bias", "h2h_bias"):
        getattr(cell, name).set_data(getattr(layer, "l0_" + name).data())
    close(outputs, cell.unroll(T, x, layout="TNC", merge_outputs=True)[0])
    with pytest.raises(AssertionError, match="projection"):
        layer._unfuse()
    limited = ready(rnn.LSTM(H, state_clip_min=-0.05, state_clip_max=0.02), 1.0)
    _, (_, c) = limited(x, limited.begin_state(N))
    assert c.max().asscalar() == pytest.approx(0.02)
    assert c.min().asscalar() == pytest.approx(-0.05)


def test_states():
    layer = ready(rnn.GRU(H, 2, layout="NTC", bidirectional=True))
    x = sequence((N, T, C))
    assert layer.state_info(N) == [{"shape": (4, N, H), "__layout__": "LNC", "dtype": "float32"}]
    only = layer(x, nd.zeros((4, N, H)))  # one state need not be in a list
    close(only[0], layer(x))
    assert [s.shape for s in only[1]] == [(4, N, H)]
    made = layer.begin_state(2, func=lambda **given: given)
    assert made[0].pop("name") == f"{layer.prefix}h0_0"
    assert made == layer.state_info(2)
    cell = rnn.LSTMCell(H, prefix="c_")
    assert [s.name for s in cell.begin_state(func=mx.sym.var)] == [
        "c_begin_state_0",
        "c_begin_state_1",
    ]
    assert cell.begin_state(2, func=nd.ones, dtype="float64")[1].dtype == onp.float64
    cell.reset()
    assert cell.begin_state(2, lambda name, **_: name)[0] == "c_begin_state_0"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: rnn.LSTM(0), MXNetError, "hidden_size must be an integer of at least 1, got 0"),
        (lambda: rnn.LSTM(2, layout="CTN"), AssertionError, r"Invalid layout CTN.*TNC.*NTC"),
        (lambda: rnn.RNN(2, activation="foo"), MXNetError, "one of 'relu', 'tanh', got 'foo'"),
        (lambda: rnn.GRU(2, dropout=2), MXNetError, "from 0 to 1, got 2"),
        (lambda: rnn.LSTM(2, foo=1), TypeError, "foo"),
        (lambda: rnn.DropoutCell("a"), AssertionError, "rate must be a number"),
        (
            lambda: ready(rnn.LSTM(H))(sequence(), rnn.LSTM(H).begin_state(2)),
            ValueError,
            r"Invalid recurrent state shape: expected \(1, 3, 6\), got \(1, 2, 6\)",
        ),
        (
            lambda: ready(rnn.LSTM(H))(sequence(), [nd.zeros((1, N, H))]),
            MXNetError,
            "another number of states: expected .* got",
        ),
        (lambda: ready(rnn.LSTM(H))(nd.ones((2, 3))), MXNetError, r"3 axes, T, N, C, got \(2, 3\)"),
        (
            lambda: ready(rnn.LSTM(H, input_size=4))(sequence()),
            MXNetError,
            r"RNN: parameters .*data \(4, 3, 5\)",
        ),
        (lambda: ready(rnn.GRUCell(H)).unroll(9, sequence()), AssertionError, "9 steps, got 3"),
        (lambda: rnn.GRUCell(H).unroll(2, None), MXNetError, "inputs is None"),
        (lambda: rnn.GRUCell(H).unroll(2, [1, 2]), MXNetError, "an array per step"),
        (lambda: rnn.GRUCell(H).unroll(2, sequence(), layout="foo"), MXNetError, "got 'foo'"),
        (
            lambda: rnn.BidirectionalCell(rnn.GRUCell(2), rnn.GRUCell(2))(sequence(), []),
            NotImplementedError,
            "unroll",
        ),
        (
            lambda: rnn.ZoneoutCell(rnn.BidirectionalCell(rnn.GRUCell(2), rnn.GRUCell(2))),
            AssertionError,
            "cells underneath",
        ),
        (lambda: contrib.rnn.Conv2DLSTMCell((8, 6, 3), 4, 3, 2), AssertionError, "odd number"),
        (lambda: contrib.rnn.Conv2DGRUCell((8, 6), 4, 3, 3), MXNetError, r"3 ints, got \(8, 6\)"),
        (lambda: contrib.nn.PixelShuffle2D((1, 2, 3)), MXNetError, "factor must be"),
        (
            lambda: contrib.cnn.DeformableConvolution(4, 3, layout="NCW"),
            AssertionError,
            "'NCHW' and 'NHWC' layout",
        ),
    ],
)
def test_refusals(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_a_modified_cell_is_called_through_its_modifier():
    cell = ready(rnn.RNNCell(C))
    residual = rnn.ResidualCell(cell)
    with pytest.raises(AssertionError, match="modifier"):
        cell.begin_state(2)
    with pytest.raises(AssertionError, match="already modified"):
        rnn.ResidualCell(cell)
    x = sequence((2, C))
    y, _ = residual(x, residual.begin_state(batch_size=2))
    again = rnn.ZoneoutCell(residual, 0.5)
    close(again(x, again.begin_state(batch_size=2))[0], y)  # no zoneout outside of training
    assert list(again.collect_params()) == list(cell.params)
    assert again.params is cell.params


def test_masks_of_variational_dropout_last_for_a_sequence():
    cell = contrib.rnn.VariationalDropoutCell(rnn.RNNCell(20, input_size=20), 0.5, 0.5, 0.5)
    ready(cell)
    x = nd.ones((2, 7, 20))
    for active in (False, True):
        cell.hybridize(active)
        with autograd.record():
            outputs, _ = cell.unroll(7, x, merge_outputs=True)
            mask = cell.drop_outputs_mask.asnumpy()
            other, _ = cell.unroll(7, x, merge_outputs=True)
        assert set(onp.unique(mask)) == {0, 2}
        assert ((outputs.asnumpy() == 0) == (mask == 0)[:, None]).all()
        assert (outputs.asnumpy() != other.asnumpy()).any()


def test_zoneout_keeps_old_values():
    cell = ready(rnn.ZoneoutCell(rnn.RNNCell(200, input_size=2), 0.3, 0.6))
    x = sequence((1, 2, 2))
    with autograd.train_mode():
        (first, second), _ = cell.unroll(2, x)
    kept = (first.asnumpy() == second.asnumpy()).mean()
    assert 0.2 < kept < 0.4 + 0.1  # both steps new with 0.49
    assert 0.2 < (first.asnumpy() == 0).mean() < 0.4


def test_deferred_widths_follow_from_a_symbol():
    for settings in ({}, {"num_layers": 2, "bidirectional": True}):
        with mx.name.NameManager():
            out = rnn.LSTM(3, prefix="w_", **settings)(mx.sym.var("x"))
        shapes = dict(zip(out.list_arguments(), out.infer_shape(x=(4, 2, 5))[0], strict=True))
        assert shapes["w_l0_i2h_weight"] == (12, 5)
        assert shapes.get("w_r0_i2h_weight", (12, 5)) == (12, 5)
    with pytest.warns(UserWarning, match="Cannot decide shape"):
        assert out.infer_shape()[0] is None


@pytest.mark.usefixtures("compiled_at_once")
def test_training_compiles_once():
    net = nn.HybridSequential()
    net.add(rnn.LSTM(H, layout="NTC"), nn.Dense(2))
    net.initialize()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    loss = gluon.loss.SoftmaxCELoss()
    x, y = sequence((2, T, C)), nd.array([0, 1])

    def step():
        with autograd.record():
            value = loss(net(x), y)
        value.backward()
        trainer.step(2)
        return value.mean().asscalar()

    first, *_ = [step() for _ in range(3)]
    with engine.expect(compiled=0):
        *_, last = [step() for _ in range(5)]
    assert last < first


def test_an_embedding_of_sparse_rows():
    net = contrib.nn.SparseEmbedding(5, 3)
    net.initialize()
    assert repr(net) == "SparseEmbedding(5 -> 3, float32)"
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    before = net.weight.list_row_sparse_data(nd.arange(5))[0].asnumpy()
    with autograd.record():
        total = net(nd.array([1, 3])).sum()
    total.backward()
    assert net.weight.grad().stype == "row_sparse"
    trainer.step(1)
    after = net.weight.list_row_sparse_data(nd.arange(5))[0].asnumpy()
    onp.testing.assert_allclose(before - after, [[v] * 3 for v in (0, 1, 0, 1, 0)])


def test_modulated_convolution_without_offsets_is_a_convolution():
    net = ready(contrib.cnn.ModulatedDeformableConvolution(3, 3, padding=1, activation="tanh"))
    x = sequence((2, 4, 5, 6))
    found = net(x)
    plain = nd.Convolution(
        x,
        net.deformable_conv_weight.data(),
        net.deformable_conv_bias.data(),
        kernel=(3, 3),
        pad=(1, 1),
        num_filter=3,
    )
    close(found, plain.tanh())  # offsets begin at 0, factors at 2 sigmoid(0) = 1
    net.hybridize()
    close(net(x), found)


def test_files_of_the_original(tmp_path):
    data = Path(__file__).parents[1] / "data" / "gluon"
    layer = rnn.LSTM(6, 2, bidirectional=True, input_size=5)
    layer.load_parameters(str(data / "rnn_lstm.params"))
    x = nd.array(onp.load(data / "rnn.in.npy"))
    close(layer(x), nd.array(onp.load(data / "rnn_lstm.out.npy")))
    layer.save_parameters(str(tmp_path / "p"))
    assert list(nd.load(str(tmp_path / "p"))) == list(nd.load(str(data / "rnn_lstm.params")))


def test_too_few_states():
    cell = gluon.rnn.LSTMCell(2, input_size=3, prefix="l_")
    cell.initialize()
    states = cell.begin_state(1)[:1]
    with pytest.raises(mx.error.StateCountError, match="l: expected 2 states, got 1") as info:
        cell(mx.nd.ones((1, 3)), states)
    assert isinstance(info.value, ValueError)
    assert isinstance(info.value, IndexError)
    with pytest.raises(mx.error.StateCountError, match="got 0"):
        cell.unroll(1, mx.nd.ones((1, 1, 3)), [])


def stacked(*cells, kind=rnn.SequentialRNNCell):
    cell = kind()
    for c in cells:
        cell.add(c)
    return cell


def test_every_cell_unrolls_one_step_and_two_as_the_original_does():
    # each row: cell, steps, layout, merge_outputs, lengths; then whether 1.9.1 gives a list, shapes
    # of outputs and states, and sums of both, for ones as data and weights
    names = {
        "rnn": rnn,
        "seq": stacked,
        "H": rnn.HybridSequentialRNNCell,
        "V": contrib.rnn.VariationalDropoutCell,
        "P": contrib.rnn.LSTMPCell,
        "L": lambda: rnn.LSTMCell(3, input_size=2),
        "R": lambda n=2: rnn.RNNCell(3, input_size=n),
        "G": lambda n=2: rnn.GRUCell(3, input_size=n),
        "S": lambda: rnn.RNNCell(2, input_size=2),
        "B": lambda: rnn.BidirectionalCell(names["L"](), names["L"]()),
    }
    rows = json.loads((DATA / "unrolled.json").read_text())
    wrong, cells = [], {}
    for code, n, layout, merge, lengths, (as_list, shapes, ends, sums) in rows:
        cell = cells.get(code)
        if cell is None:
            cell = cells[code] = eval(code, dict(names))  # noqa: S307  a recorded program of ours
            cell.initialize(mx.init.One())
        x = nd.ones((2, n, 2) if layout == "NTC" else (n, 2, 2))
        given = None if lengths is None else nd.array(lengths)
        out, states = cell.unroll(n, x, layout=layout, merge_outputs=merge, valid_length=given)
        parts = out if isinstance(out, list) else [out]
        found = (
            isinstance(out, list),
            [list(p.shape) for p in parts],
            [list(s.shape) for s in states],
        )
        total = [float(p.sum().asscalar()) for p in (*parts, *states)]
        if found != (as_list, shapes, ends) or not onp.allclose(total, sums, atol=2e-3):
            wrong.append(f"{code}, {n}, {layout}, {merge}, {lengths}: {found} {total}")
    assert not wrong, "\n".join(wrong)


def test_masks_of_inputs_and_outputs_last_for_a_sequence_of_any_cell():
    def both():
        return rnn.BidirectionalCell(rnn.RNNCell(20, input_size=9), rnn.RNNCell(20, input_size=9))

    cell = ready(contrib.rnn.VariationalDropoutCell(both(), drop_outputs=0.5))
    x = nd.random.uniform(1, 2, (2, 7, 9))
    plain, _ = cell.unroll(7, x)
    with autograd.train_mode():
        dropped, _ = cell.unroll(7, x)
    ratio = (dropped / plain).asnumpy()
    assert set(onp.unique(ratio.round(3))) == {0, 2}
    assert (ratio.round(3) == ratio[:, :1].round(3)).all()
    # what is dropped of the inputs has no gradient at any step
    cell = ready(contrib.rnn.VariationalDropoutCell(both(), drop_inputs=0.5))
    x.attach_grad()
    with autograd.record():
        out, _ = cell.unroll(7, x)
    out.backward()
    kept = x.grad.asnumpy() != 0
    assert (kept == kept[:, :1]).all()
    assert 0 < kept.mean() < 1
