"""Symbolic cells against outputs of MXNet 1.9.1 (tools/oracle/symbol_rnn.py) and its files."""

import json
import random
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet import rnn as R

DATA = Path(__file__).parents[1] / "data" / "rnn"
RECORD = onp.load(DATA / "unrolled.npz")


def stack():
    cell = R.SequentialRNNCell()
    cell.add(R.LSTMCell(4, prefix="a_"))
    cell.add(R.DropoutCell(0.5))
    cell.add(R.ZoneoutCell(R.RNNCell(3, prefix="b_"), 0.3, 0.2))
    return cell


CELLS = {
    "rnn": lambda: R.RNNCell(4, activation="relu"),
    "lstm": lambda: R.LSTMCell(4, forget_bias=2.0),
    "gru": lambda: R.GRUCell(4),
    "residual": lambda: R.ResidualCell(R.GRUCell(5)),
    "bidirectional": lambda: R.BidirectionalCell(
        R.LSTMCell(4, prefix="l_"), R.GRUCell(3, prefix="r_")
    ),
    "fused_gru": lambda: R.FusedRNNCell(4, 2, mode="gru", bidirectional=True, prefix="f_"),
    "fused_relu": lambda: R.FusedRNNCell(4, 1, mode="rnn_relu", prefix="f_"),
    "conv_rnn": lambda: R.ConvRNNCell((2, 3, 6, 6), 4),
    "conv_lstm": lambda: R.ConvLSTMCell((2, 3, 6, 6), 4, activation="tanh"),
    "conv_gru": lambda: R.ConvGRUCell((2, 3, 6, 6), 4, i2h_kernel=(5, 5), i2h_pad=(2, 2)),
    "stack": stack,
}


def grouped(outputs):
    return mx.sym.Group(outputs) if isinstance(outputs, list) else outputs


def run(net, args):
    exe = net.bind(mx.cpu(), {k: nd.array(args[k]) for k in net.list_arguments()})
    return [o.asnumpy() for o in exe.forward()]


@pytest.mark.parametrize(
    ("name", "layout"),
    [*[(name, "NTC") for name in CELLS], ("stack", "TNC"), ("fused_gru", "TNC")],
)
def test_unrolled_as_the_original(name, layout):
    prefix = f"{name}.{layout}."
    args = {k[len(prefix) :]: RECORD[k] for k in RECORD.files if k.startswith(prefix)}
    expected = args.pop("out")
    if name.startswith("conv"):
        outputs, _ = CELLS[name]().unroll(2, [mx.sym.Variable(f"x{i}") for i in range(2)])
    else:
        merge = layout == "NTC"
        x = mx.sym.Variable("x")
        outputs, _ = CELLS[name]().unroll(3, x, layout=layout, merge_outputs=merge)
    net = grouped(outputs)
    assert set(net.list_arguments()) == set(args)
    onp.testing.assert_allclose(onp.stack(run(net, args)), expected, rtol=1e-4, atol=1e-6)


def test_fused_files_of_the_original():
    args = nd.load(str(DATA / "fused_lstm.args"))
    expected = onp.load(DATA / "fused_lstm.out.npy")
    net = mx.sym.load(str(DATA / "fused_lstm-symbol.json"))
    exe = net.bind(mx.cpu(), dict(args))
    onp.testing.assert_allclose(exe.forward()[0].asnumpy(), expected, rtol=1e-4, atol=1e-6)

    name = next(k for k in args if k.endswith("parameters"))
    cell = R.FusedRNNCell(7, 2, mode="lstm", prefix=name[: -len("parameters")])
    unpacked = nd.load(str(DATA / "fused_lstm.unpacked"))
    found = cell.unpack_weights(args)
    assert sorted(k for k in found if k in unpacked) == sorted(unpacked)
    for key, value in unpacked.items():
        onp.testing.assert_array_equal(found[key].asnumpy(), value.asnumpy())
    packed = cell.pack_weights(found)
    onp.testing.assert_array_equal(packed[name].asnumpy(), args[name].asnumpy())

    stepped = cell.unfuse()
    data = next(k for k in net.list_arguments() if "data" in k or k == "x")
    outputs, _ = stepped.unroll(4, mx.sym.Variable(data), merge_outputs=True)
    weights = {k: v.asnumpy() for k, v in stepped.pack_weights(found).items()}
    onp.testing.assert_allclose(run(outputs, weights)[0], expected, rtol=1e-4, atol=1e-6)


def test_names_of_a_graph():
    cell = R.LSTMCell(4)
    assert cell.state_shape == [(0, 4), (0, 4)]
    assert cell.state_info[0] == {"shape": (0, 4), "__layout__": "NC"}
    outputs, states = cell.unroll(2, mx.sym.Variable("x"))
    assert [o.name for o in outputs] == ["lstm_t0_out", "lstm_t1_out"]
    assert [s.name for s in states] == ["lstm_t1_out", "lstm_t1_state"]
    nodes = json.loads(mx.sym.Group(outputs).tojson())["nodes"]
    names = [n["name"] for n in nodes]
    for name in ("lstm_t0_i2h", "lstm_t0_slice", "lstm_t1_f", "lstm_begin_state_1"):
        assert name in names
    bias = next(n for n in nodes if n["name"] == "lstm_i2h_bias")
    assert bias["attrs"] == {"__init__": '["lstmbias", {"forget_bias": 1.0}]'}
    assert R.FusedRNNCell(4, 2, bidirectional=True).state_info[0]["shape"] == (4, 0, 4)
    begin = R.GRUCell(3).begin_state(func=mx.sym.Variable)
    assert begin[0].attr_dict()["gru_begin_state_0"] == {"__shape__": "(0, 3)", "__layout__": "NC"}


def test_forms_of_sequences():
    x = [mx.sym.Variable(f"x{i}") for i in range(3)]
    outputs, _ = R.RNNCell(4).unroll(3, x, merge_outputs=True)
    _, shapes, _ = outputs.infer_shape(**{f"x{i}": (2, 5) for i in range(3)})
    assert shapes == [(2, 3, 4)]
    fused, states = R.FusedRNNCell(4, get_next_state=True).unroll(
        3, x, layout="TNC", merge_outputs=False
    )
    assert len(fused) == 3
    assert len(states) == 2
    with pytest.raises(AssertionError, match="expected 4 inputs, got 3"):
        R.RNNCell(4).unroll(4, x)
    with pytest.raises(AssertionError, match="grouped symbol"):
        R.RNNCell(4).unroll(3, mx.sym.Group(x))
    with pytest.raises(AssertionError, match="create input variables outside"):
        R.RNNCell(4).unroll(3, None)
    with pytest.warns(UserWarning, match="rnn_unroll is deprecated"):
        outputs, _ = R.rnn_unroll(R.RNNCell(4), 2, input_prefix="in_")
    assert "in_t1_data" in mx.sym.Group(outputs).list_arguments()


def test_shared_weights():
    shared = R.RNNParams("s_")
    a, b = R.LSTMCell(4, params=shared), R.LSTMCell(4, prefix="b_", params=shared)
    assert a._iW is b._iW
    assert a._iW.name == "s_i2h_weight"
    cell = R.SequentialRNNCell()
    cell.add(a)
    assert "s_i2h_weight" in cell.params._params
    with pytest.raises(AssertionError, match="Either specify params for SequentialRNNCell"):
        R.SequentialRNNCell(params=R.RNNParams("z_")).add(R.LSTMCell(4))


def test_what_cells_refuse():
    for cell in (R.FusedRNNCell(4), R.BidirectionalCell(R.RNNCell(3), R.RNNCell(3))):
        with pytest.raises(NotImplementedError, match="cannot be stepped"):
            cell(mx.sym.Variable("x"), [])
        with pytest.raises(AssertionError, match="doesn't support zoneout"):
            R.ZoneoutCell(cell)
    base = R.LSTMCell(4)
    R.ZoneoutCell(base)
    with pytest.raises(AssertionError, match="Call the modifier cell instead"):
        base.begin_state()
    with pytest.raises(ValueError, match="unknown mode 'x'"):
        R.FusedRNNCell(4, mode="x")
    with pytest.raises(AssertionError, match="Only support odd number"):
        R.ConvRNNCell((1, 3, 8, 8), 4, h2h_kernel=(2, 2))
    with pytest.raises(AssertionError, match="Invalid parameters size"):
        R.FusedRNNCell(4, prefix="f_").unpack_weights({"f_parameters": nd.ones(100)})


def test_weights_by_gate():
    cell = R.GRUCell(4)
    args = {
        f"gru_{group}_{kind}": nd.array(onp.random.rand(12, *rest))
        for group in ("i2h", "h2h")
        for kind, rest in (("weight", (5,)), ("bias", ()))
    }
    args["other"] = nd.ones(1)
    found = cell.unpack_weights(args)
    assert found["gru_i2h_z_weight"].shape == (4, 5)
    onp.testing.assert_array_equal(
        found["gru_h2h_o_bias"].asnumpy(), args["gru_h2h_bias"].asnumpy()[8:]
    )
    packed = cell.pack_weights(found)
    assert set(packed) == set(args)
    for key, value in args.items():
        onp.testing.assert_array_equal(packed[key].asnumpy(), value.asnumpy())


def test_checkpoints(tmp_path):
    prefix = str(tmp_path / "net")
    fused = R.FusedRNNCell(4, 1, mode="lstm", prefix="f_")
    net, _ = fused.unroll(3, mx.sym.Variable("x"))
    shapes = dict(zip(net.list_arguments(), net.infer_shape(x=(2, 3, 5))[0]))
    args = {"f_parameters": nd.array(onp.random.rand(*shapes["f_parameters"]))}
    save = R.do_rnn_checkpoint(fused, prefix, period=2)
    for epoch in range(2):
        save(epoch, net, args, {})
    assert "arg:f_l0_i2h_f_weight" in nd.load(prefix + "-0002.params")
    _, found, _ = R.load_rnn_checkpoint([fused], prefix, 2)
    onp.testing.assert_array_equal(found["f_parameters"].asnumpy(), args["f_parameters"].asnumpy())
    _, stepped, _ = R.load_rnn_checkpoint(fused.unfuse(), prefix, 2)
    assert stepped["f_l0_i2h_weight"].shape == (16, 5)


def test_encode_sentences():
    words = [["a", "b"], ["b", "c"]]
    assert R.encode_sentences(words) == (
        [[0, 1], [1, 2]],
        {"\n": -1, "a": 0, "b": 1, "c": 2},
    )
    assert R.encode_sentences(words, start_label=1, invalid_label=0)[0] == [[1, 2], [2, 3]]
    vocab = {"a": 1, "?": 2}
    assert R.encode_sentences(words, vocab=vocab, unknown_token="?")[0] == [[1, 2], [2, 2]]
    with pytest.raises(AssertionError, match="Unknown token b"):
        R.encode_sentences(words, vocab={"a": 1})


SENTENCES = [
    [1, 2, 3], [4, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2], [7, 8, 9], [3, 4], [5], [2, 3, 4, 5],
]  # fmt: skip


def test_buckets(capsys):
    random.seed(0)
    onp.random.seed(0)
    it = R.BucketSentenceIter(SENTENCES, 2, buckets=[2, 4], invalid_label=0)
    assert "discarded 1 sentences longer than the largest bucket" in capsys.readouterr().out
    assert it.default_bucket_key == 4
    assert it.provide_data == [("data", (2, 4))]
    found = [
        (b.bucket_key, b.data[0].asnumpy().tolist(), b.label[0].asnumpy().tolist()) for b in it
    ]
    assert found == [
        (2, [[3, 4], [5, 0]], [[4, 0], [0, 0]]),
        (4, [[1, 2, 3, 0], [2, 3, 4, 5]], [[2, 3, 0, 0], [3, 4, 5, 0]]),
        (2, [[1, 2], [4, 5]], [[2, 0], [5, 0]]),
    ]
    first = it.nddata[0]
    kept = first.asnumpy()
    it.reset()
    onp.testing.assert_array_equal(first.asnumpy(), kept)
    assert [b.data[0].asnumpy().tolist() for b in it] == [
        [[1, 2], [5, 0]], [[2, 3, 4, 5], [1, 2, 3, 0]], [[4, 5], [3, 4]],
    ]  # fmt: skip
    timed = R.BucketSentenceIter(SENTENCES, 2, layout="TN", dtype="int32")
    assert timed.buckets == [2, 3]
    batch = timed.next()
    assert batch.data[0].shape == batch.provide_data[0].shape == (batch.bucket_key, 2)
    assert batch.data[0].dtype == onp.int32
    with pytest.raises(ValueError, match="Invalid layout XX"):
        R.BucketSentenceIter(SENTENCES, 2, layout="XX")


def test_a_language_model_in_buckets():
    """An LSTM learns to count, in buckets, by BucketingModule.fit."""
    rows = [[(s + i) % 9 + 1 for i in range(n)] for n in (3, 5) for s in range(9) for _ in range(4)]
    it = R.BucketSentenceIter(rows, 12, buckets=[3, 5], invalid_label=0)

    def generate(length):
        data, label = mx.sym.Variable("data"), mx.sym.Variable("softmax_label")
        x = mx.sym.Embedding(data, input_dim=10, output_dim=8, name="embed")
        cell = R.SequentialRNNCell()
        cell.add(R.LSTMCell(16, prefix="lstm_l0_"))
        outputs, _ = cell.unroll(length, inputs=x, merge_outputs=True)
        x = mx.sym.FullyConnected(mx.sym.reshape(outputs, (-1, 16)), num_hidden=10, name="pred")
        label = mx.sym.reshape(label, (-1,))
        return mx.sym.SoftmaxOutput(x, label, name="softmax"), ("data",), ("softmax_label",)

    mx.random.seed(2)
    mod = mx.mod.BucketingModule(generate, default_bucket_key=it.default_bucket_key)
    metric = mx.metric.Perplexity(0)
    mod.fit(
        it,
        eval_metric=metric,
        optimizer="adam",
        optimizer_params={"learning_rate": 0.05},
        initializer=mx.init.Xavier(factor_type="in", magnitude=2.34),
        num_epoch=12,
    )
    assert metric.get()[1] < 1.5
    assert sorted(mod._buckets) == [3, 5]
