"""ONNX models read back, models of other makers, and checkpoints converted."""

import sys
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.contrib import onnx as contrib
from mxnet.error import FormatError, MXNetError
from support import prepared

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

DATA = Path(__file__).parents[1] / "data" / "module"
S = mx.sym


def run(path, data):
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: data})


def ours(path, data):
    net, args, aux = contrib.import_model(str(path))
    exe = net.bind(mx.cpu(), {"data": nd.array(data), **args}, aux_states=aux, grad_req="null")
    return [x.asnumpy() for x in exe.forward()]


def pictures():
    x = S.Variable("data")
    x = S.Convolution(x, kernel=(3, 3), pad=(1, 1), num_filter=4, name="c1")
    x = S.BatchNorm(x, fix_gamma=False, name="b1")
    x = S.LeakyReLU(x, act_type="prelu", name="p1")
    x = S.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
    x = S.Deconvolution(x, kernel=(2, 2), stride=(2, 2), num_filter=4, name="d1")
    x = S.Pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 1, 1, 1), constant_value=1)
    x = S.Concat(x, S.clip(x, -0.5, 0.5), dim=1)
    x = S.Pooling(x, kernel=(3, 3), stride=(2, 2), pool_type="avg", count_include_pad=True)
    return S.FullyConnected(x, num_hidden=5, name="f1")


def words():
    x = S.LayerNorm(S.Variable("data"), name="l")
    q, k = S.split(S.FullyConnected(x, num_hidden=8, flatten=False, name="f"), 2, axis=2)
    a = S.softmax(S.batch_dot(q, k, transpose_b=True) / 2)
    x = S.LeakyReLU(S.batch_dot(a, k), act_type="gelu")
    x = S.transpose(S.expand_dims(S.slice_axis(x, axis=1, begin=0, end=2), 1), (0, 2, 3, 1))
    x = S.squeeze(S.Reshape(x, (0, 0, -1, 1)), axis=3)
    return S.Group([S.mean(x, axis=1), S.max(S.where(x > 0, x, x * 2), axis=(1, 2)), S.sum(x)])


@pytest.mark.parametrize(("make", "shape"), [(pictures, (2, 3, 6, 6)), (words, (2, 3, 4))])
def test_there_and_back(make, shape, tmp_path):
    net = make()
    random = onp.random.RandomState(1)
    args, _, aux = net.infer_shape(data=shape)
    params = {
        k: nd.array(random.uniform(0.1, 1, s))
        for k, s in [*zip(net.list_arguments(), args), *zip(net.list_auxiliary_states(), aux)]
        if k != "data"
    }
    data = random.uniform(-1, 1, shape).astype("float32")
    path = mx.onnx.export_model(net, params, [shape], onnx_file_path=str(tmp_path / "m.onnx"))
    expected = run(path, data)
    for a, b in zip(ours(path, data), expected):
        onp.testing.assert_allclose(a.reshape(b.shape), b, rtol=1e-4, atol=1e-5)
    meta = contrib.get_model_metadata(path)
    assert meta["input_tensor_data"] == [("data", shape)]
    assert len(meta["output_tensor_data"]) == len(expected)
    if make is pictures:
        block = contrib.import_to_gluon(path, mx.cpu())
        onp.testing.assert_allclose(block(nd.array(data)).asnumpy(), expected[0], rtol=1e-4)


def test_models_of_others(tmp_path):
    """Constants as nodes, unequal padding, Gemm in its general form."""
    h = onnx.helper
    random = onp.random.RandomState(1)
    weight = random.rand(3, 2, 2, 2).astype("float32")
    matrix = random.rand(48, 4).astype("float32")
    nodes = [
        h.make_node("Conv", ["data", "w"], ["c"], pads=[0, 0, 1, 1], kernel_shape=[2, 2]),
        h.make_node("Flatten", ["c"], ["flat"]),
        h.make_node("Constant", [], ["m"], value=onnx.numpy_helper.from_array(matrix)),
        h.make_node("Constant", [], ["b"], value_floats=[1.0, 2.0, 3.0, 4.0]),
        h.make_node("Gemm", ["flat", "m", "b"], ["g"], alpha=0.5, beta=2.0),
        h.make_node("Max", ["g", "b"], ["out"]),
    ]
    kind = onnx.TensorProto.FLOAT
    graph = h.make_graph(
        nodes,
        "g",
        [h.make_tensor_value_info("data", kind, (1, 2, 4, 4))],
        [h.make_tensor_value_info("out", kind, (1, 4))],
        [onnx.numpy_helper.from_array(weight, "w")],
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], ir_version=8)
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    data = random.rand(1, 2, 4, 4).astype("float32")
    onp.testing.assert_allclose(ours(path, data)[0], run(path, data)[0], rtol=1e-4)

    graph.node[-1].op_type = "NonZero"
    graph.node[-2].op_type = "Einsum"
    path.write_bytes(h.make_model(graph).SerializeToString())
    with pytest.raises(MXNetError, match=r"2 operators cannot be read.*got Einsum, NonZero"):
        contrib.import_model(str(path))


@pytest.mark.parametrize("data", [b"", b"no model", bytes(range(256)) * 4])
def test_what_is_no_model(data, tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="not an ONNX model"):
        contrib.import_model(str(path))


@pytest.mark.parametrize("to", ["npz", "safetensors", "onnx"])
def test_convert(to, tmp_path, capsys):
    if to == "safetensors":
        pytest.importorskip("safetensors")
    from mxnet.convert import main

    out = tmp_path / f"x.{to}"
    prefix = str(DATA / "lenet_mod")
    assert main([prefix, "--to", to, "--output", str(out), "--shape", "2,1,16,16"]) == 0
    said = capsys.readouterr().out
    assert f"wrote {out}" in said
    original = nd.load(prefix + "-0002.params")
    if to == "onnx":
        assert float(said.split()[-1]) < 1e-5
        return
    if to == "npz":
        found = onp.load(out)
    else:
        import safetensors.numpy

        found = safetensors.numpy.load_file(out)
    assert sorted(found) == sorted(original)
    for key, value in original.items():
        onp.testing.assert_array_equal(found[key], value.asnumpy())


def test_convert_without_the_package_says_so_once(tmp_path, capsys, monkeypatch):
    from mxnet.convert import main

    monkeypatch.setitem(sys.modules, "safetensors", None)  # an ImportError
    out = tmp_path / "x.safetensors"
    assert main([str(DATA / "lenet_mod"), "--to", "safetensors", "--output", str(out)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("convert: the safetensors package is missing.")
    assert "pip install 'mxnet-xla[safetensors]'" in said
    assert not out.exists()


def test_convert_as_a_command(tmp_path):
    done = prepared.run(["-m", "mxnet.convert", tmp_path / "nothing", "--to", "npz"])
    assert done.returncode == 1
    assert "neither a file nor the prefix of a checkpoint" in done.stderr
