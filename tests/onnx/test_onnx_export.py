"""ONNX models that we write, run by onnxruntime, against executors and recorded outputs."""

from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

DATA = Path(__file__).parents[1] / "data"
S = mx.sym


def run(path, *arrays):
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: x for i, x in zip(session.get_inputs(), arrays)})


def export(tmp_path, net, params, shapes, **kwargs):
    path = str(tmp_path / "m.onnx")
    assert mx.onnx.export_model(net, params, shapes, onnx_file_path=path, **kwargs) == path
    return path


def test_the_originals_lenet(tmp_path):
    x = onp.load(DATA / "module" / "lenet_mod.in.npy")[:10]
    prefix = str(DATA / "module" / "lenet_mod")
    path = export(tmp_path, prefix + "-symbol.json", prefix + "-0002.params", [x.shape])
    found = run(path, x)
    expected = onp.load(DATA / "module" / "lenet_mod.pred.npy")[:10]
    onp.testing.assert_allclose(found[0], expected, rtol=1e-4, atol=1e-6)
    model = onnx.load(path)
    assert [i.name for i in model.graph.input] == ["data"]
    assert [o.name for o in model.graph.output] == ["softmax_output"]


V = S.Variable
x4, x3, x2 = (2, 4, 6, 6), (2, 3, 4), (3, 4)
CASES = {
    "conv": (x4, lambda x: S.Convolution(x, kernel=(3, 3), stride=(2, 2), pad=(1, 1), num_filter=4,
                                         num_group=2, name="c")),
    "deconv": (x4, lambda x: S.Deconvolution(x, kernel=(4, 4), stride=(2, 2), pad=(1, 1),
                                             num_filter=3, name="c")),
    "pool": (x4, lambda x: S.Group([
        S.Pooling(x, kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max"),
        S.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg"),
        S.Pooling(x, kernel=(3, 3), stride=(2, 2), pool_type="max", pooling_convention="full"),
        S.Pooling(x, global_pool=True, kernel=(1, 1), pool_type="avg"),
        S.contrib.AdaptiveAvgPooling2D(x, output_size=1),
    ])),
    "norm": (x4, lambda x: S.Group([
        S.BatchNorm(x, fix_gamma=False, eps=1e-3, name="b"), S.InstanceNorm(x, name="i"),
        S.L2Normalization(x), S.L2Normalization(x, mode="channel"), S.LRN(x, nsize=3),
    ])),
    "act": (x3, lambda x: S.Group([
        *[S.Activation(x, act_type=k) for k in ("relu", "sigmoid", "tanh", "softrelu", "softsign")],
        *[S.LeakyReLU(x, act_type=k) for k in ("leaky", "elu", "selu", "gelu")],
        S.LeakyReLU(x, act_type="prelu", name="p"), S.clip(x, -0.2, 0.5), S.hard_sigmoid(x),
    ])),
    "dense": (x3, lambda x: S.Group([
        S.FullyConnected(x, num_hidden=5, name="f"),
        S.FullyConnected(x, num_hidden=5, flatten=False, name="g"),
        S.FullyConnected(x, num_hidden=5, no_bias=True, name="h"),
    ])),
    "softmax": (x3, lambda x: S.Group([
        S.softmax(x), S.softmax(x, axis=1, temperature=2.0), S.log_softmax(x),
        S.LayerNorm(x, name="l"), S.SoftmaxActivation(x),
    ])),
    "scalars": (x2, lambda x: S.Group([
        x + 2, 2 - x, x * 3, 4 / (x + 9), (x + 2) ** 2, 2**x, -x, x > 0, x <= 0.1, x != 0,
        S.maximum(x, 0.3), S.square(x), S.rsqrt(x + 2), S.contrib.div_sqrt_dim(x),
    ])),
    "unary": (x2, lambda x: S.Group([
        S.exp(x), S.log(x + 3), S.sqrt(x + 3), S.abs(x), S.sign(x), S.floor(x * 3), S.erf(x),
        S.sin(x), S.arctan(x), S.zeros_like(x), S.ones_like(x), S.BlockGrad(x),
    ])),
    "binary": (x2, lambda x: S.Group([
        S.broadcast_add(x, S.sum(x, axis=1, keepdims=True)), x + x * x, x / (x * x + 1),
        S.broadcast_maximum(x, -x), S.broadcast_greater(x, S.mean(x)), S.add_n(x, x, x),
    ])),
    "shapes": (x3, lambda x: S.Group([
        S.Flatten(x), S.Reshape(x, (0, -1)), S.Reshape(x, (-3, 0)), S.transpose(x),
        S.transpose(x, axes=(0, 2, 1)), S.swapaxes(x, 0, 2), S.expand_dims(x, 1),
        S.squeeze(S.expand_dims(x, 1), axis=1), S.Concat(x, x, dim=2), S.stack(x, x, axis=1),
        S.slice_axis(x, axis=2, begin=1, end=None), S.slice(x, begin=(0, 1), end=(2, None)),
        S.tile(x, (1, 2)), S.broadcast_to(S.sum(x, axis=1, keepdims=True), (2, 3, 4)),
        S.cast(x, "int32"), S.slice_like(x, S.slice_axis(x, axis=1, begin=0, end=2)),
    ])),
    "split": (x3, lambda x: S.Group([*S.split(x, 3, axis=1),
                                     *S.split(x, 3, axis=1, squeeze_axis=True)])),
    "reduce": (x3, lambda x: S.Group([
        S.sum(x, axis=1), S.mean(x, axis=(0, 2)), S.max(x), S.min(x, axis=-1, keepdims=True),
        S.sum(x, axis=1, exclude=True), S.norm(x, axis=1), S.argmax(x, axis=1), S.prod(x, axis=2),
    ])),
    "products": (x3, lambda x: S.Group([
        S.batch_dot(x, x, transpose_b=True), S.batch_dot(x, x, transpose_a=True),
        S.dot(S.Reshape(x, (-3, 0)), S.Reshape(x, (-3, 0)), transpose_b=True),
    ])),
    "choice": (x2, lambda x: S.Group([
        S.where(x > 0, x, x * 2), S.take(x, S.argmax(x, axis=1)),
        S.one_hot(S.argmax(x, axis=1), depth=5),
        S.Embedding(S.argmax(x, axis=1), input_dim=6, output_dim=2, name="e"),
    ])),
    "up": (x4, lambda x: S.Group([
        S.UpSampling(x, scale=2, sample_type="nearest"),
        S.Pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 3, 0), constant_value=1.5),
        S.Pad(x, mode="edge", pad_width=(0, 0, 0, 0, 1, 1, 1, 1)),
    ])),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_operators(name, tmp_path):
    shape, make = CASES[name]
    net = make(V("data"))
    random = onp.random.RandomState(3)
    data = random.uniform(-1, 1, shape).astype("float32")
    args, _, aux = net.infer_shape(data=shape)
    params = {}
    for key, size in [*zip(net.list_arguments(), args), *zip(net.list_auxiliary_states(), aux)]:
        if key != "data":
            params[key] = nd.array(random.uniform(0.1, 1, size))
    states = set(net.list_auxiliary_states())
    exe = net.bind(
        mx.cpu(),
        {"data": nd.array(data), **{k: v for k, v in params.items() if k not in states}},
        aux_states={k: v for k, v in params.items() if k in states},
        grad_req="null",
    )
    expected = [y.asnumpy() for y in exe.forward()]
    found = run(export(tmp_path, net, params, [shape]), data)
    assert len(found) == len(expected)
    for i, (a, b) in enumerate(zip(found, expected)):
        assert a.shape == b.shape, (i, net.list_outputs()[i])
        onp.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5, err_msg=net.list_outputs()[i])


@pytest.mark.parametrize("mode", ["lstm", "gru", "rnn_relu"])
def test_recurrent(mode, tmp_path):
    cell = mx.rnn.FusedRNNCell(
        5, 2, mode=mode, bidirectional=True, get_next_state=True, prefix="f_"
    )
    outputs, states = cell.unroll(
        4, V("data"), begin_state=cell.begin_state(func=V), layout="TNC", merge_outputs=True
    )
    net = S.Group([outputs, *states])
    random = onp.random.RandomState(3)
    given = {"data": (4, 2, 3)}
    given.update({n: (4, 2, 5) for n in net.list_arguments() if "begin_state" in n})
    shapes = dict(zip(net.list_arguments(), net.infer_shape(**given)[0]))
    arrays = {k: random.uniform(-0.7, 0.7, s).astype("float32") for k, s in shapes.items()}
    exe = net.bind(mx.cpu(), {k: nd.array(v) for k, v in arrays.items()}, grad_req="null")
    expected = [y.asnumpy() for y in exe.forward()]
    params = {"f_parameters": nd.array(arrays["f_parameters"])}
    inputs = [n for n in net.list_inputs() if n not in params]
    path = export(tmp_path, net, params, [given[n] for n in inputs])
    for a, b in zip(run(path, *[arrays[n] for n in inputs]), expected):
        onp.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_any_batch_size(tmp_path):
    x = S.Activation(S.Convolution(V("data"), kernel=(3, 3), num_filter=4, name="c"), "relu")
    x = S.FullyConnected(S.Reshape(x, (0, -1)), num_hidden=3, name="f")
    net = S.SoftmaxOutput(x, name="softmax")
    shapes = dict(zip(net.list_arguments(), net.infer_shape(data=(2, 1, 6, 6))[0]))
    params = {k: nd.array(onp.random.rand(*s)) for k, s in shapes.items() if k[1] == "_"}
    path = export(
        tmp_path, net, params, [(2, 1, 6, 6)], dynamic=True,
        dynamic_input_shapes=[(None, 1, 6, 6)], run_shape_inference=True,
    )  # fmt: skip
    assert run(path, onp.ones((5, 1, 6, 6), "float32"))[0].shape == (5, 3)


def test_operators_that_cannot_be_said_are_all_named(tmp_path):
    x = S.Group([S.linalg.potrf(V("data")), S.linalg.det(V("other")), S.relu(V("data"))])
    path = tmp_path / "m.onnx"
    with pytest.raises(
        MXNetError, match=r"2 operators cannot be converted.*_linalg_det, _linalg_potrf"
    ):
        mx.onnx.export_model(x, {}, [(1, 2, 2), (3, 3)], onnx_file_path=str(path))
    assert not path.exists()
    with pytest.raises(MXNetError, match="a shape for each of data, got None"):
        mx.onnx.export_model(S.relu(V("data")), {}, onnx_file_path=str(path))
    assert "Convolution" in mx.onnx.get_operator_support()
