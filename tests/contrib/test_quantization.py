"""Networks in 8 bits: graphs as the original makes them, numbers near those of float32."""

import json

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet.contrib import quantization as q
from mxnet.gluon import nn


def _model():
    S = mx.sym
    conv = S.Convolution(S.Variable("data"), num_filter=4, kernel=(3, 3), name="conv")
    x = S.Activation(conv, act_type="relu", name="r")
    x = S.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", name="p")
    x = S.FullyConnected(S.Flatten(x, name="f"), num_hidden=3, name="fc")
    sym = S.SoftmaxOutput(x, name="softmax")
    rng = onp.random.RandomState(0)
    shapes, _, _ = sym.infer_shape(data=(4, 3, 8, 8))
    args = {
        n: nd.array(rng.uniform(-0.5, 0.5, s))
        for n, s in zip(sym.list_arguments(), shapes, strict=True)
        if n not in ("data", "softmax_label")
    }
    return sym, args, nd.array(rng.uniform(-1, 1, (8, 3, 8, 8)))


def _predict(sym, args, x):
    return (
        sym.bind(mx.cpu(), {**args, "data": x, "softmax_label": nd.zeros(8)}).forward()[0].asnumpy()
    )


def _nodes(sym):
    return {n["name"]: n for n in json.loads(sym.tojson())["nodes"]}


@pytest.mark.parametrize("mode", ["none", "naive", "entropy"])
def test_model(mode):
    sym, args, x = _model()
    data = mx.io.NDArrayIter(x, nd.zeros(8), 4)
    qsym, qargs, qaux = q.quantize_model(sym, args, {}, calib_mode=mode, calib_data=data)
    kinds = [(n["op"], n["name"]) for n in json.loads(qsym.tojson())["nodes"] if n["op"] != "null"]
    assert kinds == [  # recorded from 1.9.1
        ("_contrib_quantize_v2", "data_quantize"),
        ("_contrib_quantized_conv", "quantized_conv"),
        ("_contrib_requantize", "requantize_conv"),
        ("_contrib_quantized_act", "quantized_r"),
        ("_contrib_quantized_pooling", "quantized_p"),
        ("_contrib_quantized_flatten", "quantized_f"),
        ("_contrib_quantized_fully_connected", "quantized_fc"),
        ("_contrib_requantize", "requantize_fc"),
        ("_contrib_dequantize", "fc_dequantize"),
        ("SoftmaxOutput", "softmax"),
    ]
    assert qargs["conv_weight_quantize"].dtype == onp.int8
    assert qargs["conv_weight_quantize_min"].shape == (1,)
    assert qaux == {}
    attrs = _nodes(qsym)["data_quantize"]["attrs"]
    assert ("max_calib_range" in attrs) == (mode != "none")
    if mode == "naive":
        assert float(attrs["max_calib_range"]) == pytest.approx(x.max().asscalar(), rel=1e-5)
    onp.testing.assert_allclose(_predict(qsym, qargs, x), _predict(sym, args, x), atol=0.03)


def test_layers_left_out():
    sym, args, x = _model()
    qsym, qargs, _ = q.quantize_model(
        sym, args, {}, calib_mode="none", excluded_sym_names=["conv"], quantize_mode="full"
    )
    assert "conv" in _nodes(qsym)
    assert "conv_output_quantize" in _nodes(qsym)
    assert "conv_weight" in qargs
    onp.testing.assert_allclose(_predict(qsym, qargs, x), _predict(sym, args, x), atol=0.03)
    qsym, _, _ = q.quantize_model(
        sym, args, {}, calib_mode="none", excluded_op_names=["Convolution", "FullyConnected"]
    )
    assert not any("quant" in name for name in _nodes(qsym))


@pytest.mark.parametrize("mode", ["none", "naive"])
def test_net(mode):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, activation="relu"), nn.BatchNorm(), nn.MaxPool2D(), nn.Dense(3))
    net.initialize(mx.init.Xavier())
    _, _, x = _model()
    expected = net(x).asnumpy()
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x), 4)
    found = q.quantize_net(
        net, data_shapes=[(8, 3, 8, 8)], calib_mode=mode, calib_data=loader, quantized_dtype="auto"
    )
    onp.testing.assert_allclose(found(x).asnumpy(), expected, atol=0.05 * onp.abs(expected).max())
    types = {onp.dtype(p.dtype).name for p in found.collect_params().values()}
    assert types == {"int8", "float32"}


def test_histograms_grow():
    rng = onp.random.RandomState(0)
    a, b = rng.randn(500), 3 * rng.randn(500)
    counts, edges = onp.histogram(a, bins=101, range=(-4, 4))
    old = (counts, edges, a.min(), a.max(), 4)
    reach = abs(b).max()
    found = q.combine_histogram(old, b, b.min(), b.max(), reach)
    assert found[0].sum() == 1000
    assert found[2:4] == (min(a.min(), b.min()), max(a.max(), b.max()))
    assert found[4] >= reach
    assert len(found[1]) == len(found[0]) + 1
    again = q.combine_histogram(found, a, a.min(), a.max(), abs(a).max())
    assert again[0].sum() == 1500
    assert again[4] == found[4]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"calib_mode": "foo"}, "unknown calibration mode foo"),
        ({"calib_mode": "none", "quantized_dtype": "foo"}, "unknown quantized_dtype foo"),
        ({"calib_mode": "none", "quantize_mode": "foo"}, "unknown quantize_mode foo"),
        ({"calib_mode": "none", "excluded_sym_names": "a"}, "excluded_sym_names must be a list"),
        ({"calib_mode": "naive"}, "calib_data must be provided when calib_mode=naive"),
        ({"calib_mode": "naive", "calib_data": 3}, "calib_data must be of DataIter type"),
        ({"calib_mode": "none", "quantize_granularity": "x"}, "unknown quantize_granularity x"),
    ],
)
def test_bad_input(given, message):
    sym, args, _ = _model()
    with pytest.raises(ValueError, match=message):
        q.quantize_model(sym, args, {}, **given)
