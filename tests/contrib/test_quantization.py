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


GRANULARITIES = ("tensor-wise", "channel-wise")
UNEQUAL = 2.0 ** -onp.arange(6)


def _unequal():
    """A network whose filters and rows differ by factors up to 32, next layers making up for it."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 3, in_channels=3, activation="relu"), nn.Flatten())
    net.add(nn.Dense(6, in_units=6 * 6 * 6))
    net.initialize(mx.init.Xavier())
    conv, dense = net[0], net[2]
    for layer in (conv, dense):
        w = layer.weight.data()
        layer.weight.set_data(w * nd.array(UNEQUAL).reshape((-1, *(1,) * (w.ndim - 1))))
    parts = dense.weight.data().reshape((6, 6, 36)) / nd.array(UNEQUAL).reshape((1, 6, 1))
    dense.weight.set_data(parts.reshape((6, 216)))
    return net, nd.array(onp.random.RandomState(1).uniform(-1, 1, (16, 3, 8, 8)))


def _quantized(net, x, granularity, mode):
    data = gluon.data.DataLoader(gluon.data.ArrayDataset(x), 8)
    return q.quantize_net_v2(
        net, "int8", calib_mode=mode, calib_data=data, quantize_granularity=granularity,
        data_shapes=[x.shape],
    )  # fmt: skip


def _error(found, expected):
    """The mean of the outputs' errors, each relative to its own size."""
    found, expected = found.asnumpy(), expected.asnumpy()
    return (abs(found - expected).mean(0) / abs(expected).mean(0)).mean()


@pytest.mark.parametrize("mode", ["none", "naive", "entropy"])
def test_ranges_per_channel_are_nearer(mode):
    net, x = _unequal()
    expected = net(x)
    error = {g: _error(_quantized(net, x, g, mode)(x), expected) for g in GRANULARITIES}
    assert error["channel-wise"] < 0.8 * error["tensor-wise"]


def test_parameters_per_channel():
    """The graph is that of one range; weights have one for each channel, biases one."""
    sym, args, x = _model()
    args["fc_weight"][1] = 0  # a row of zeros has a range as well
    rows, found = {}, {}
    for granularity in GRANULARITIES:
        qsym, qargs, _ = q.quantize_model(
            sym, args, {}, calib_mode="none", quantize_granularity=granularity
        )
        rows[granularity] = [(n["op"], n["name"]) for n in json.loads(qsym.tojson())["nodes"]]
        found[granularity] = _predict(qsym, qargs, x)
        onp.testing.assert_allclose(found[granularity], _predict(sym, args, x), atol=0.03)
    assert rows["channel-wise"] == rows["tensor-wise"]
    for name, channels in (("conv_weight", 4), ("fc_weight", 3), ("conv_bias", 1), ("fc_bias", 1)):
        w = args[name].asnumpy()
        low, high = (qargs[f"{name}_quantize_{end}"].asnumpy() for end in ("min", "max"))
        reach = abs(w.reshape(channels, -1)).max(1)
        onp.testing.assert_allclose(high, reach, rtol=1e-6)
        onp.testing.assert_array_equal(low, -high)
        unit = onp.where(reach == 0, 1, reach) / 127
        expected = onp.rint(w.reshape(channels, -1) / unit[:, None]).reshape(w.shape)
        onp.testing.assert_array_equal(qargs[f"{name}_quantize"].asnumpy(), expected)


def test_ranges_per_channel_are_kept_in_files(tmp_path):
    """Saved and loaded as parameters, exported as a symbol, deployed: the same numbers."""
    net, x = _unequal()
    quantized = _quantized(net, x, "channel-wise", "naive")
    expected = quantized(x).asnumpy()
    quantized.save_parameters(str(tmp_path / "net.params"))
    again = _quantized(net, x, "channel-wise", "naive")
    again.load_parameters(str(tmp_path / "net.params"))
    onp.testing.assert_array_equal(again(x).asnumpy(), expected)
    quantized.hybridize()
    quantized(x)
    quantized.export(str(tmp_path / "net"))
    imported = gluon.SymbolBlock.imports(
        str(tmp_path / "net-symbol.json"), ["data"], str(tmp_path / "net-0000.params")
    )
    onp.testing.assert_allclose(imported(x).asnumpy(), expected, rtol=1e-5, atol=1e-5)
    mx.deploy.export(quantized, str(tmp_path / "net.mxp"), x)
    deployed = mx.deploy.load(str(tmp_path / "net.mxp"))
    for n in (16, 5):  # of any batch size
        onp.testing.assert_allclose(deployed(x[:n].asnumpy()), expected[:n], rtol=1e-5, atol=1e-5)
