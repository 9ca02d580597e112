"""Models as other exporters write them, and hostile ones."""

import numpy as onp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import nd
from mxnet.contrib import onnx as contrib
from mxnet.error import FormatError, MXNetError

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

RANDOM = onp.random.RandomState(0)


def uniform(*shape):
    return RANDOM.uniform(-1, 1, shape).astype("float32")


def ints(*values):
    return onp.array(values, "int64")


def model(nodes, shapes, outputs, constants, opset=13):
    """``nodes``: tuples (kind, inputs, outputs, attributes)."""
    h = onnx.helper
    graph = h.make_graph(
        [h.make_node(k, i.split(","), o.split(","), name=o, **a) for k, i, o, a in nodes],
        "g",
        [h.make_tensor_value_info(n, onnx.TensorProto.FLOAT, s) for n, s in shapes.items()],
        [h.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in outputs],
        [onnx.numpy_helper.from_array(v, n) for n, v in constants.items()],
    )
    return h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=8)


def check(made, folder, *batches):
    """Run by onnxruntime, and read; the same comes out, for each of the batches."""
    path = folder / "m.onnx"
    path.write_bytes(made.SerializeToString())
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    block = contrib.import_to_gluon(str(path))
    for xs in batches:
        expected = session.run(None, {i.name: x for i, x in zip(session.get_inputs(), xs)})
        found = block(*[nd.array(x) for x in xs])
        found = found if isinstance(found, (list, tuple)) else [found]
        for a, b in zip(found, expected):
            assert a.shape == b.shape
            onp.testing.assert_allclose(a.asnumpy(), b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("batch", [2, "batch"])
def test_shapes_computed_by_the_model(batch, tmp_path):
    """Heads of attention, their sizes taken from the input's shape piece by piece."""
    constants = {
        "w": uniform(8, 8), "zero": ints(0)[0], "one": ints(1)[0], "first": ints(0),
        "heads": ints(2), "width": ints(4), "two": onp.array(2, "int64"), "all": ints(8),
    }  # fmt: skip
    nodes = [
        ("MatMul", "x,w", "q", {}),
        ("Shape", "q", "s0", {}),
        ("Gather", "s0,zero", "b", {"axis": 0}),
        ("Shape", "q", "s1", {}),
        ("Gather", "s1,one", "t", {"axis": 0}),
        ("Unsqueeze", "b,first", "b1", {}),
        ("Unsqueeze", "t,first", "t1", {}),
        ("Concat", "b1,t1,heads,width", "into", {"axis": 0}),
        ("Reshape", "q,into", "h", {}),
        ("Transpose", "h", "ht", {"perm": [0, 2, 1, 3]}),
        ("Transpose", "h", "hk", {"perm": [0, 2, 3, 1]}),
        ("MatMul", "ht,hk", "scores", {}),
        ("Softmax", "scores", "p", {"axis": -1}),
        ("MatMul", "p,ht", "mixed", {}),
        ("Transpose", "mixed", "back", {"perm": [0, 2, 1, 3]}),
        ("Mul", "two,two", "four", {}),
        ("Mul", "four,two", "eight", {}),
        ("Unsqueeze", "eight,first", "e1", {}),
        ("Concat", "b1,t1,e1", "outof", {"axis": 0}),
        ("Reshape", "back,outof", "joined", {}),
        ("Shape", "joined", "s2", {}),
        ("Expand", "row,s2", "wide", {}),
        ("Add", "joined,wide", "out", {}),
    ]
    constants["row"] = uniform(8).reshape(1, 1, 8)
    made = model(nodes, {"x": (batch, 3, 8)}, ["out"], constants)
    batches = [[uniform(2, 3, 8)]] + ([[uniform(4, 3, 8)]] if batch == "batch" else [])
    check(made, tmp_path, *batches)


def test_resizing_and_padding(tmp_path):
    constants = {
        "scales": onp.array([1, 1, 2, 2], "float32"), "sizes": ints(7, 9), "start": ints(0),
        "end": ints(2), "w": uniform(3, 2, 3, 3), "minus": ints(-1), "far": ints(-(2**63) + 1),
        "axis": ints(2),
    }  # fmt: skip
    nodes = [
        ("Conv", "x,w", "c", {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
        ("Resize", "c,,scales", "near", {
            "mode": "nearest", "coordinate_transformation_mode": "asymmetric",
            "nearest_mode": "floor"}),
        ("Resize", "c,,scales", "linear", {
            "mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}),
        ("Shape", "c", "s", {}),
        ("Slice", "s,start,end", "bc", {}),
        ("Concat", "bc,sizes", "all", {"axis": 0}),
        ("Resize", "c,,,all", "corners", {
            "mode": "linear", "coordinate_transformation_mode": "align_corners"}),
        ("Slice", "c,minus,far,axis,minus", "turned", {}),
        ("Split", "c", "p,q,r", {"axis": 1}),
        ("AveragePool", "x", "mean", {
            "auto_pad": "SAME_UPPER", "strides": [2, 2], "kernel_shape": [3, 3]}),
        ("MaxPool", "x", "most", {"kernel_shape": [2, 2], "pads": [0, 0, 1, 1]}),
        ("Concat", "c,c,c,c", "many", {"axis": 1}),
        ("DepthToSpace", "many", "space", {"blocksize": 2, "mode": "CRD"}),
        ("HardSwish", "c", "swish", {}),
        ("ReduceL2", "c", "norm", {"axes": [1, 2]}),
    ]  # fmt: skip
    outputs = ["near", "linear", "corners", "turned", "q", "swish", "norm", "mean", "most", "space"]
    check(
        model(nodes, {"x": (2, 2, 6, 7)}, outputs, constants, 14), tmp_path, [uniform(2, 2, 6, 7)]
    )


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_recurrent_in_reverse(kind, tmp_path):
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    constants = {"w": uniform(1, gates * 3, 2), "r": uniform(1, gates * 3, 3)}
    options = {"hidden_size": 3, "direction": "reverse"}
    if kind == "GRU":
        options["linear_before_reset"] = 1
    made = model([(kind, "x,w,r", "y,h", options)], {"x": (4, 2, 2)}, ["y", "h"], constants)
    check(made, tmp_path, [uniform(4, 2, 2)])
    options["clip"] = 1.0
    made = model([(kind, "x,w,r", "y,h", options)], {"x": (4, 2, 2)}, ["y", "h"], constants)
    path = tmp_path / "m.onnx"
    path.write_bytes(made.SerializeToString())
    with pytest.raises(MXNetError, match="clip cannot be read"):
        contrib.import_model(str(path))


def test_old_softmax(tmp_path):
    made = model([("Softmax", "x", "y", {})], {"x": (2, 3, 4)}, ["y"], {}, opset=11)
    check(made, tmp_path, [uniform(2, 3, 4)])


# ---------------------------------------------------------------------------- hostile files
def outside(location, offset=0, length=8, dims=(2,)):
    made = model([("Add", "x,w", "y", {})], {"x": (2,)}, ["y"], {"w": uniform(2)})
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.dims[:] = dims
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return made.SerializeToString()


def test_data_outside_of_the_file(tmp_path):
    folder = tmp_path / "model"
    (folder / "part").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"s" * 64)
    (folder / "link").symlink_to(tmp_path / "secret")
    weights = uniform(2)
    (folder / "part" / "w.bin").write_bytes(b"\0" * 4 + weights.tobytes())
    path = folder / "m.onnx"
    path.write_bytes(outside("part/w.bin", 4))
    _, args, _ = contrib.import_model(str(path))
    onp.testing.assert_array_equal(args["w"].asnumpy(), weights)
    for location in (
        "../secret", "part/../../secret", str(tmp_path / "secret"), "link", "", ".", "a\0b",
    ):  # fmt: skip
        path.write_bytes(outside(location))
        with pytest.raises(FormatError, match="outside of the model's folder"):
            contrib.import_model(str(path))
    for changed in (
        {"offset": 5}, {"offset": -1}, {"length": 4}, {"dims": (1 << 40,)}, {"dims": (-2,)},
    ):  # fmt: skip
        path.write_bytes(outside("part/w.bin", **{"offset": 4, **changed}))
        with pytest.raises(FormatError, match="do not fit the file"):
            contrib.import_model(str(path))
    path.write_bytes(outside("part/nothing"))
    with pytest.raises(FormatError, match=r"'part/nothing'"):
        contrib.import_model(str(path))


def test_constants_larger_than_the_file(tmp_path):
    path = tmp_path / "m.onnx"
    for nodes, constants in (
        ([("ConstantOfShape", "n", "c", {})], {"n": ints(1 << 40)}),
        ([("Range", "a,b,d", "c", {})], {"a": ints(0)[0], "b": ints(1 << 40)[0], "d": ints(1)[0]}),
        ([("Expand", "one,n", "c", {})], {"one": uniform(1), "n": ints(1 << 40)}),
    ):
        made = model([*nodes, ("Add", "x,c", "y", {})], {"x": (2,)}, ["y"], constants)
        path.write_bytes(made.SerializeToString())
        with pytest.raises(FormatError, match="a constant of 1099511627776 elements"):
            contrib.import_model(str(path))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("good") / "m.onnx")
    x = mx.sym.Variable("data")
    y = mx.sym.Convolution(x, kernel=(3, 3), num_filter=2, name="c")
    y = mx.sym.Pooling(y, kernel=(2, 2), pool_type="max")
    y = mx.sym.Concat(mx.sym.slice(y, (None, 0), (None, 1)), y, dim=1)
    y = mx.sym.FullyConnected(mx.sym.Reshape(y, (0, -1)), num_hidden=2, name="f")
    sizes = zip(y.list_arguments(), y.infer_shape(data=(1, 1, 4, 4))[0])
    params = {k: nd.ones(s) for k, s in sizes if k != "data"}
    mx.onnx.export_model(y, params, [(1, 1, 4, 4)], onnx_file_path=path)
    return path


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=4)), max_size=4),
       cut=st.integers(0, 8))  # fmt: skip
def test_any_bytes(good, tmp_path, changes, cut):
    with open(good, "rb") as f:
        data = bytearray(f.read())
    for at, new in changes:
        at %= len(data)
        data[at : at + len(new)] = new
    path = tmp_path / "m.onnx"
    path.write_bytes(bytes(data[: len(data) - (cut > 6) * (cut * 20)]))
    try:
        net, args, _ = contrib.import_model(str(path))
    except MXNetError:
        return
    assert set(args) <= set(net.list_inputs())
