"""Recurrent layers, attention, sequences, ordering and boxes: written, run, and read back."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet.contrib import onnx as contrib
from mxnet.gluon import nn, rnn
from mxnet.gluon.model_zoo import vision

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

S = mx.sym
V = S.Variable
U = onp.random.RandomState(0)


def uniform(*shape):
    return U.uniform(-1, 1, shape).astype("float32")


def run(path, data):
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: data[i.name] for i in session.get_inputs()})


def same(found, expected):
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        assert a.shape == b.shape
        onp.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def flat(y):
    return [x for i in y for x in flat(i)] if isinstance(y, (list, tuple)) else [y.asnumpy()]


# ---------------------------------------------------------------------------- blocks
def check_block(net, folder, *batches, dynamic=None):
    """Export, compare with onnxruntime, read back, compare: for each of the batches."""
    net.initialize(mx.init.Uniform(0.5))
    net.hybridize()
    expected = [flat(net(*[nd.array(x, dtype=x.dtype) for x in xs])) for xs in batches]
    net.export(str(folder / "m"))
    names = ["data"] if len(batches[0]) == 1 else [f"data{i}" for i in range(len(batches[0]))]
    path = mx.onnx.export_model(
        str(folder / "m-symbol.json"), str(folder / "m-0000.params"),
        [x.shape for x in batches[0]], [x.dtype for x in batches[0]], str(folder / "m.onnx"),
        dynamic=dynamic is not None, dynamic_input_shapes=dynamic,
    )  # fmt: skip
    back = contrib.import_to_gluon(path)
    back.hybridize()
    for xs, e in zip(batches, expected):
        same(run(path, dict(zip(names, xs))), e)
        same(flat(back(*[nd.array(x, dtype=x.dtype) for x in xs])), e)


@pytest.mark.parametrize("kind", [rnn.LSTM, rnn.GRU, rnn.RNN])
def test_layers(kind, tmp_path):
    both = kind is not rnn.GRU
    net = kind(4, 2, bidirectional=both, layout="NTC" if both else "TNC")
    check_block(net, tmp_path, [uniform(3, 2, 5)], [uniform(4, 6, 5)], dynamic=[(None, None, 5)])


class Cells(gluon.HybridBlock):
    """An unrolled cell, and a layer whose states go in and come out."""

    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.cell, self.layer = rnn.LSTMCell(4), rnn.GRU(4, 2)

    def hybrid_forward(self, F, x, h):
        y, _ = self.cell.unroll(3, x, layout="TNC", merge_outputs=True)
        return self.layer(y, [h])


def test_cells_and_states(tmp_path):
    check_block(Cells(), tmp_path, [uniform(3, 2, 5), uniform(2, 2, 4)])


class Encoder(gluon.HybridBlock):
    """A layer as in BERT: heads in one product, positions, a mask of lengths."""

    def __init__(self, units=8, heads=2):
        super().__init__()
        self.units, self.heads = units, heads
        with self.name_scope():
            self.words, self.places = nn.Embedding(20, units), nn.Embedding(16, units)
            self.norms = nn.HybridSequential()
            self.norms.add(*[nn.LayerNorm(epsilon=1e-12) for _ in range(3)])
            self.heads_in = nn.Dense(3 * units, flatten=False)
            self.heads_out = nn.Dense(units, flatten=False)
            self.wide, self.narrow = (nn.Dense(n, flatten=False) for n in (4 * units, units))
            self.gelu, self.drop = nn.GELU(), nn.Dropout(0.1)

    def hybrid_forward(self, F, tokens, lengths):
        steps = F.contrib.arange_like(tokens, axis=1)
        x = F.broadcast_add(self.words(tokens), F.expand_dims(self.places(steps), 0))
        x = F.transpose(self.drop(self.norms[0](x)), axes=(1, 0, 2))
        mask = F.broadcast_lesser(F.reshape(steps, (1, 1, -1)), F.reshape(lengths, (-1, 1, 1)))
        mask = F.repeat(mask, repeats=self.heads, axis=0)
        y = self.heads_in(x)
        scores = F.contrib.interleaved_matmul_selfatt_qk(y, heads=self.heads)
        scores = F.softmax(F.broadcast_add(scores, (1 - mask) * -1e4), axis=-1)
        y = F.contrib.interleaved_matmul_selfatt_valatt(y, scores, heads=self.heads)
        x = self.norms[1](x + self.heads_out(y))
        x = self.norms[2](x + self.narrow(self.gelu(self.wide(x))))
        x = F.transpose(x, axes=(1, 0, 2))
        return x, F.slice(x, begin=(0, 0, 0), end=(None, 1, None)).reshape((0, -1))


class Attention(gluon.HybridBlock):
    """Heads by reshaping from the end, and softmax of lengths."""

    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.parts = [nn.Dense(8, flatten=False, use_bias=False) for _ in range(4)]
            for part in self.parts:
                self.register_child(part)

    def hybrid_forward(self, F, x, lengths):
        q, k, v = (
            F.transpose(p(x).reshape((0, 0, 2, -1)), (0, 2, 1, 3)).reshape((-1, 0, 0), reverse=True)
            for p in self.parts[:3]
        )
        scores = F.batch_dot(q, k, transpose_b=True) / 2
        rows = F.slice_axis(scores, axis=2, begin=0, end=1).reshape((0, 0))
        ends = F.broadcast_like(F.expand_dims(F.repeat(lengths, 2, 0), 1), rows)
        a = F.softmax(scores, ends.astype("int32"), use_length=True, axis=-1)
        y = F.batch_dot(a, v).reshape((-1, 2, 0, 0), reverse=True)
        return self.parts[3](F.transpose(y, (0, 2, 1, 3)).reshape((0, 0, -1)))


def ends(*numbers):
    return onp.array(numbers, "float32")


def test_attention(tmp_path):
    tokens = [U.randint(0, 20, (b, 5)).astype("float32") for b in (2, 4)]
    check_block(
        Encoder(), tmp_path, [tokens[0], ends(2, 5)], [tokens[1], ends(1, 3, 5, 2)],
        dynamic=[(None, 5), (None,)],
    )  # fmt: skip
    check_block(
        Attention(), tmp_path, [uniform(2, 5, 8), ends(2, 5)], [uniform(3, 5, 8), ends(2, 5, 1)],
        dynamic=[(None, 5, 8), (None,)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "side"), [("resnet18_v2", 32), ("mobilenetv2_0.25", 32), ("squeezenet1.1", 224)]
)
def test_zoo(name, side, tmp_path):
    check_block(vision.get_model(name, classes=10), tmp_path, [uniform(1, 3, side, side)])


# ---------------------------------------------------------------------------- operators
x, y = V("x"), V("y")
lengths = {"use_sequence_length": True}
boxes = onp.concatenate(
    [U.randint(-1, 3, (2, 12, 1)), U.uniform(0, 1, (2, 12, 1)), U.uniform(0, 0.5, (2, 12, 2)),
     U.uniform(0.5, 1, (2, 12, 2))], 2,
).astype("float32")  # fmt: skip
qk = S.contrib.interleaved_matmul_encdec_qk(x, y, heads=2)
CASES = {
    "encdec": (uniform(5, 3, 8), uniform(4, 3, 16), lambda: [
        qk, S.contrib.interleaved_matmul_encdec_valatt(y, S.softmax(qk), heads=2)]),
    "sequences": (uniform(4, 3, 2), ends(2, 4, 1), lambda: [
        S.SequenceMask(x, y, value=-7, **lengths), S.SequenceLast(x, y, **lengths),
        S.SequenceReverse(x, y, **lengths), S.SequenceLast(x), S.SequenceReverse(x)]),
    "lengths": (uniform(2, 3, 4), onp.array([[1, 2, 4], [0, 3, 2]], "int32"), lambda: [
        S.softmax(x, y, use_length=True), S.softmin(x)]),
    "pick": (uniform(3, 5), ends(0, 4, 9), lambda: [
        S.pick(x, y), S.pick(x, y, keepdims=True)]),
    "products": (uniform(2, 3, 4), uniform(4, 2), lambda: [
        S.dot(x, y), S.dot(S.slice_axis(y, axis=0, begin=0, end=2), x), S.dot(y, y, transpose_b=1),
        S.linalg.gemm2(x, x, transpose_b=True, alpha=0.5), S.reverse(x, axis=1),
        S.repeat(x, repeats=2, axis=1), S.repeat(x, repeats=2), S.cumsum(x, axis=1),
        *S.split_v2(x, (1, 2), axis=1), *S.moments(x, axes=(1,)), S.reshape_like(x, S.tile(x, 1))]),
    "codes": (uniform(2, 6, 5, 2), None, lambda: [
        S.Reshape(x, shape=c) for c in (
            (0, -1), (-3, 0, 0), (-2, 1), (-4, 1, 2, -2), (-4, -1, 2, -2), (0, -4, 3, -1, -2),
            (0, 0, -3), (-1, 0), (0, -3, -1), (12, -1), (-3, -1))]),
    "order": (uniform(4, 6), None, lambda: [
        S.sort(x), S.sort(x, is_ascend=False, axis=0), S.sort(x, axis=None), S.argsort(x),
        S.topk(x, k=2), S.topk(x, k=2, ret_typ="value", is_ascend=True),
        *S.topk(x, k=3, ret_typ="both", dtype="int32")]),
    "mask": (uniform(4, 6), None, lambda: [S.topk(x, k=2, ret_typ="mask", axis=0)]),
    "pictures": (uniform(2, 4, 6, 4), None, lambda: [
        S.contrib.BilinearResize2D(x, height=9, width=7),
        S.contrib.BilinearResize2D(x, height=9, width=7, align_corners=False),
        S.contrib.BilinearResize2D(x, scale_height=2, scale_width=1.5, mode="size"),
        S.UpSampling(x, scale=2, sample_type="nearest"),
        S.UpSampling(x, V("w", shape=(4, 1, 4, 4)), scale=2, sample_type="bilinear", num_filter=4),
        S.depth_to_space(x, 2), S.space_to_depth(x, 2), S.GroupNorm(x, num_groups=2, name="g")]),
    "regions": (uniform(2, 4, 6, 6), onp.array([[0, 1, 1, 4, 4], [1, 2.3, 0.5, 4.1, 4.9]], "f4"),
                lambda: [S.contrib.ROIAlign(x, y, pooled_size=(2, 3), spatial_scale=0.8,
                                            sample_ratio=2)]),
    "numbers": (uniform(3, 4), None, lambda: [
        x % 3, 1 % (x + 2), S.broadcast_mod(x, 0.1 - 2 * x), S.log2(x + 2), S.log1p(x), S.expm1(x),
        S.degrees(x), S.smooth_l1(x, scalar=2), S.logical_not(x > 0), S.size_array(x),
        S.broadcast_logical_xor(x > 0, x < 0.5)]),
    "boxes": (boxes, None, lambda: [
        S.contrib.box_nms(x, overlap_thresh=0.4, valid_thresh=0.1),
        S.contrib.box_nms(x, overlap_thresh=0.4, id_index=0),
        S.contrib.box_nms(x, overlap_thresh=0.4, id_index=0, background_id=0, topk=7),
        S.contrib.box_nms(x, overlap_thresh=0.4, out_format="center"),
        S.contrib.box_nms(x, overlap_thresh=0.4, id_index=0, in_format="center")]),
}  # fmt: skip
WRITTEN_ONLY = {"mask", "boxes"}


@pytest.mark.parametrize("name", CASES)
def test_operators(name, tmp_path):
    first, second, make = CASES[name]
    data = {"x": first} if second is None else {"x": first, "y": second}
    net = S.Group(make())
    names = [n for n in net.list_arguments() if n in data]
    extra = {"g_gamma": (2,), "g_beta": (2,), "w": (4, 1, 4, 4)}
    params = {k: nd.array(uniform(*s)) for k, s in extra.items() if k in net.list_arguments()}

    def outputs(net, params):
        feed = {k: nd.array(v, dtype=v.dtype) for k, v in data.items() if k in net.list_inputs()}
        exe = net.bind(mx.cpu(), {**feed, **params}, grad_req="null")
        return [o.asnumpy() for o in exe.forward()]

    expected = outputs(net, params)
    path = mx.onnx.export_model(
        net, params, [data[n].shape for n in names], [data[n].dtype for n in names],
        str(tmp_path / "m.onnx"),
    )  # fmt: skip
    same(run(path, data), expected)
    if name not in WRITTEN_ONLY:
        back, args, _ = contrib.import_model(path)
        same(outputs(back, args), expected)
