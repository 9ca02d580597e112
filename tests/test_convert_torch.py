"""python -m mxnet.convert from PyTorch: its files, and torchvision's networks in the model zoo's.

tests/data/torch/state*.pth, state.safetensors, checkpoint.pth, module.pth, parameter.pth and
tensor.pth were written by PyTorch 2.13 and safetensors 0.8 (state.npz has the same arrays);
torchvision.json.gz has the layout of torchvision 0.28's networks of 7 classes, and what they
compute of an image of the formula below, with parameters of the same formula.
"""

from __future__ import annotations

import collections
import gzip
import io
import json
import os
import pickle
import shutil
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import convert, gluon, nd
from mxnet._torch_files import read_tensors
from mxnet._torchvision import from_torchvision
from mxnet.error import FormatError, MXNetError
from mxnet.gluon.model_zoo import vision

DATA = Path(__file__).parent / "data" / "torch"
RECORD = json.loads(gzip.decompress((DATA / "torchvision.json.gz").read_bytes()))
ZOO = {"mobilenet_v2": None, "resnet50": None, "resnet101": None, "resnet152": None}
ZOO |= {
    name: name.replace("_0", ".0").replace("t1_1", "t1.1") for name in RECORD if name not in ZOO
}
ZOO |= {name: f"{name}_v1" for name in ("resnet18", "resnet34")}
ZOO["inception_v3"] = "inceptionv3"


def filled(name, shape):
    """The arrays that the outputs were recorded with."""
    n = int(onp.prod(shape)) if len(shape) else 1
    rng = onp.random.Generator(onp.random.PCG64(zlib.crc32(name.encode())))
    values = onp.resize(rng.random(min(n, 4099), "float32") - onp.float32(0.5), n).reshape(shape)
    if "running_var" in name:
        return values + onp.float32(1)
    if len(shape) > 1:
        return values * onp.float32((24.0 / onp.prod(shape[1:])) ** 0.5)
    if name.endswith("weight"):
        return values * onp.float32(0.4) + onp.float32(1)
    return values * onp.float32(0.2)


def state_of(name, fill=filled):
    return {
        key: fill(key, tuple(shape)) if kind == "float32" else onp.zeros(shape, kind)
        for key, shape, kind in RECORD[name]["layout"]
    }


def nothing(name, shape):
    """Zeros without memory."""
    return onp.broadcast_to(onp.float32(0), shape)


def write_safetensors(path, state):
    header, pieces, at = {}, [], 0
    for key, x in state.items():
        data = onp.ascontiguousarray(x).tobytes()
        kind = {"float32": "F32", "int64": "I64"}[x.dtype.name]
        header[key] = {"dtype": kind, "shape": x.shape, "data_offsets": [at, at + len(data)]}
        pieces.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(pieces))


# ------------------------------------------------------------------------------ files
@pytest.mark.parametrize(
    "name", [p.name for p in sorted(DATA.glob("state*")) if p.suffix != ".npz"]
)
def test_every_form_of_a_state_dict(name):
    found = read_tensors(DATA / name)
    with onp.load(DATA / "state.npz") as expected:
        assert sorted(found) == sorted(expected)
        for key, x in expected.items():
            assert found[key].dtype.name == ("bfloat16" if key == "bfloat16" else x.dtype.name)
            onp.testing.assert_array_equal(found[key].astype(x.dtype), x)
            assert not found[key].flags.writeable or found[key].size == 0


def test_checkpoints_of_training_programs():
    found = read_tensors(DATA / "checkpoint.pth")
    with onp.load(DATA / "state.npz") as expected:
        assert list(found)[:3] == ["0.weight", "0.bias", "1.weight"]  # without DataParallel's start
        onp.testing.assert_array_equal(found["0.weight"], expected["0.weight"])


def test_parameters_are_tensors():
    assert {k: x.shape for k, x in read_tensors(DATA / "parameter.pth").items()} == {
        "w": (3, 2, 3, 3)
    }


def test_other_objects_are_refused():
    with pytest.raises(FormatError, match=r"module\.pth: the file needs torch\.nn\S*Sequential"):
        read_tensors(DATA / "module.pth")
    with pytest.raises(FormatError, match=r"expected a dictionary of tensors, got tensor"):
        read_tensors(DATA / "tensor.pth")
    with pytest.raises(FileNotFoundError):
        read_tensors(DATA / "nothing.pth")


class Calls:
    """An object whose pickle calls a function."""

    def __init__(self, function, *args):
        self.what = function, args

    def __reduce__(self):
        return self.what


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
@pytest.mark.parametrize("zipped", [False, True])
def test_nothing_in_a_file_is_called(tmp_path, protocol, zipped):
    mark = tmp_path / "called"
    for function, args in ((os.mkdir, (str(mark),)), (eval, (f"open({str(mark)!r}, 'w')",))):
        data = pickle.dumps({"w": Calls(function, *args)}, protocol)
        path = tmp_path / "evil.pth"
        if zipped:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("evil/data.pkl", data)
        else:
            path.write_bytes(data)
        with pytest.raises(FormatError, match=r"evil\.pth"):
            read_tensors(path)
        assert not mark.exists()


def pickled(text):
    """A zip archive around steps of a pickle, with one storage of 4 numbers."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/data.pkl", text)
        archive.writestr("a/data/0", onp.arange(4, dtype="float32").tobytes())
    return file.getvalue()


def tensor(offset=b"K\x00", shape=b"K\x02K\x02\x86", strides=b"K\x02K\x01\x86", call=b"_v2"):
    """The steps of {'w': tensor}."""
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ"
    build = b"ctorch._utils\n_rebuild_tensor" + call + b"\n("
    return b"\x80\x02}X\x01\0\0\0w" + build + storage + offset + shape + strides + b"tRs."


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (tensor(shape=b"K\x02K\x03\x86"), r"elements of 'w': expected within the 4"),
        (tensor(offset=b"K\x01"), r"elements of 'w': expected within the 4"),
        (tensor(offset=b"J\xff\xff\xff\xff"), r"shape of 'w': expected .* at least 0"),
        (tensor(strides=b"K\x00K\x00\x86", shape=b"M\x00\x10K\x02\x86"), r"elements of 'w'"),
        (tensor(strides=b"K\x01\x85"), r"strides of 'w': expected 2 of them, got 1"),
        (tensor(shape=b"X\x01\0\0\0xK\x02\x86"), r"shape of 'w'"),
        (tensor(call=b"_v9"), r"needs torch\._utils\._rebuild_tensor_v9, which is code"),
        (b"\x80\x02}X\x01\0\0\0wK\x01s.", r"got one without tensors"),
        (b"\x80\x02K\x01.", r"got int"),
        (b"\x80\x02K\x01K\x02R.", r"call of what is no function"),
        (b"\x80\x02K\x01}b.", r"attributes of what is no dictionary"),
        (b"\x80\x02h\x07.", r"pickle at offset 2"),
        (b"\x80\x02(K\x01\x85\x86.", r"a tuple of nothing"),
        (b"\x80\x02t.", r"no mark"),
        (b"\x80\x02}", r"exhausted before seeing STOP"),
        (b"\x80\x02}(K\x01\x85K\x01u.", r"neither text nor number"),
        (b"\x80\x02" + b"J\xff\xff\xff\x7f" + b"r\xff\xff\xff\xff" + b".", r"got int"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, steps, message):
    path = tmp_path / "a.pth"
    path.write_bytes(pickled(steps))
    with pytest.raises(FormatError, match=message):
        read_tensors(path)


def test_the_steps_above_are_those_of_a_file(tmp_path):
    path = tmp_path / "a.pth"
    path.write_bytes(pickled(tensor()))
    onp.testing.assert_array_equal(read_tensors(path)["w"], [[0, 1], [2, 3]])


def test_packed_members_are_refused(tmp_path):
    """What is stored as it is cannot unpack to more than the file."""
    path = tmp_path / "a.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", tensor())
        archive.writestr("a/data/0", bytes(1 << 20))
    with pytest.raises(FormatError, match=r"expected bytes as they are, within the file"):
        read_tensors(path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("[]", r"length of the header"),
        ('{"w": 1}', r"element type of 'w'"),
        ('{"w": {"dtype": "F8", "shape": [1], "data_offsets": [0, 1]}}', r"element type of 'w'"),
        ('{"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}', r"elements of 'w'"),
        ('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}', r"bytes of 'w'"),
        ('{"w": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}', r"entry of 'w'"),
        ('{"w": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}', r"shape of 'w'"),
        ('{"w": {"dtype": "F32", "shape": 2, "data_offsets": [0, 8]}}', r"entry of 'w'"),
        ('{"w": ', r"header: expected a JSON object"),
        ('{"a":' * 50000, r"header: expected a JSON object"),
    ],
)
def test_safetensors_that_do_not_fit(tmp_path, header, message):
    path = tmp_path / "a.safetensors"
    data = header.encode()
    size = len(data) if data[:1] == b"{" else 1 << 40
    data = data if data[:1] == b"{" else b"{" + data
    path.write_bytes(struct.pack("<Q", size) + data + bytes(8))
    with pytest.raises(FormatError, match=message):
        read_tensors(path)


@pytest.mark.parametrize("name", ["state.pth", "state_legacy.pth", "state.safetensors"])
def test_damaged_files(tmp_path, name):
    """Every file cut short, or with one byte changed, is read or refused: never another error."""
    whole = (DATA / name).read_bytes()
    path = tmp_path / name
    rng = onp.random.default_rng(zlib.crc32(name.encode()))
    refused = 0
    for trial in range(400):
        at = int(rng.integers(len(whole)))
        data = bytearray(whole[:at] if trial % 2 else whole)
        if trial % 2 == 0:
            data[at] = int(rng.integers(256))
        path.write_bytes(data)
        try:
            read_tensors(path)
        except FormatError:
            refused += 1
    assert refused > 200


# ------------------------------------------------------------------------------ networks
@pytest.mark.parametrize("name", RECORD)
def test_every_array_finds_its_place(name):
    """Each parameter of the zoo's network gets the array of torchvision's layer of its kind."""
    made = from_torchvision(state_of(name, nothing), "file")
    assert (made.name, made.zoo) == (name, ZOO[name])
    n = sum(
        not key.endswith("num_batches_tracked") and not key.startswith("AuxLogits.")
        for key, _, _ in RECORD[name]["layout"]
    )
    assert len(made.arrays) == n + (5 if name == "mobilenet_v2" else 0)
    if made.zoo:
        net = vision.get_model(made.zoo, classes=7)
        assert list(net._collect_params_with_prefix()) == [
            key for key in net._collect_params_with_prefix() if key in made.arrays
        ]


@pytest.mark.parametrize(
    "name", "resnet18 resnet50 mobilenet_v2 squeezenet1_0 squeezenet1_1 densenet121".split()
)
def test_networks_compute_what_torchvision_does(tmp_path, name):
    record = RECORD[name]
    path = tmp_path / f"{name}.safetensors"
    write_safetensors(path, state_of(name))
    picture = nd.array(filled("picture", (2, 3, record["side"], record["side"])) * 2)
    to = "params" if ZOO[name] else "checkpoint"
    assert convert.main([str(path), "--to", to]) == 0
    if ZOO[name]:
        net = vision.get_model(ZOO[name], classes=7)
        net.load_parameters(str(tmp_path / f"{name}.params"))
    else:
        prefix = str(tmp_path / name)
        net = gluon.SymbolBlock.imports(f"{prefix}-symbol.json", ["data"], f"{prefix}-0000.params")
    expected = onp.array(record["output"])
    found = net(picture).asnumpy()
    onp.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * onp.abs(expected).max())


@pytest.mark.parametrize("name", ["alexnet", "vgg11_bn", "inception_v3"])
def test_large_networks_compute_what_torchvision_does(name):
    """The same without files, which would be half a gigabyte."""
    symbol, *parameters = from_torchvision(state_of(name), "file").symbol()
    args, aux = ({n: nd.array(x) for n, x in arrays.items()} for arrays in parameters)
    side = RECORD[name]["side"]
    picture = filled("picture", (2, 3, side, side)) * 2
    (found,) = convert._outputs(symbol, args, aux, {"data": picture})
    expected = onp.array(RECORD[name]["output"])
    onp.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * onp.abs(expected).max())


def test_a_checkpoint_of_a_network_of_the_zoo(tmp_path, capsys):
    """The other form computes the same."""
    path = tmp_path / "net.safetensors"
    write_safetensors(path, state_of("squeezenet1_1"))
    written, _ = convert.convert(str(path), "checkpoint", str(tmp_path / "other"))
    assert written == str(tmp_path / "other-0000.params")
    net = gluon.SymbolBlock.imports(str(tmp_path / "other-symbol.json"), ["data"], written)
    record = RECORD["squeezenet1_1"]
    found = net(nd.array(filled("picture", (2, 3, 224, 224)) * 2)).asnumpy()
    onp.testing.assert_allclose(found, record["output"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2"])
def test_what_differs_from_the_zoo_is_refused_as_parameters(tmp_path, name, capsys):
    path = tmp_path / "net.safetensors"
    write_safetensors(path, state_of(name))
    assert convert.main([str(path), "--to", "params"]) == 1
    error = capsys.readouterr().err
    assert f"{name} of torchvision is no network of the model zoo: it" in error
    assert "Hint: --to checkpoint" in error
    assert [p.name for p in tmp_path.iterdir()] == ["net.safetensors"]


def test_half_precision_becomes_single(tmp_path):
    state = state_of("squeezenet1_1")
    halves = {k: x.astype("float16") for k, x in state.items()}
    made = from_torchvision(halves, "file")
    assert {x.dtype.name for x in made.arrays.values()} == {"float32"}
    onp.testing.assert_array_equal(
        made.arrays["features.0.weight"], halves["features.0.weight"].astype("float32")
    )


def test_names_of_densenets_first_years():
    state = state_of("densenet121", nothing)
    old = collections.OrderedDict()
    for key, x in state.items():
        if "denselayer" in key:
            for part in ("norm", "conv"):
                key = key.replace(f".{part}1.", f".{part}.1.").replace(f".{part}2.", f".{part}.2.")
        old[key] = x
    assert any(".norm.1." in key for key in old)
    assert list(from_torchvision(old, "f").arrays) == list(from_torchvision(state, "f").arrays)


@pytest.mark.parametrize("name", ["inception_v3", "densenet121", "resnet50", "squeezenet1_0"])
def test_the_order_in_a_file_does_not_matter(name):
    """Names of safetensors are sorted."""
    state = state_of(name, nothing)
    again = from_torchvision({key: state[key] for key in sorted(state)}, "file")
    assert list(again.arrays) == list(from_torchvision(state, "file").arrays)


def test_inception_without_its_auxiliary_classifier():
    """Which torchvision leaves out where ``aux_logits=False``."""
    state = state_of("inception_v3", nothing)
    bare = {key: x for key, x in state.items() if not key.startswith("AuxLogits.")}
    assert len(bare) < len(state)
    assert list(from_torchvision(bare, "f").arrays) == list(from_torchvision(state, "f").arrays)


def changed(name, **changes):
    state = state_of(name, nothing)
    for key, shape in changes.items():
        if shape is None:
            del state[key]
        else:
            state[key] = nothing(key, shape)
    return state


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"a": onp.zeros(1), "b": onp.zeros(2)}, r"no network that the model zoo has.*got a, b"),
        # MobileNetV3, which the model zoo does not have
        (
            {"features.0.0.weight": onp.zeros((16, 3, 3, 3)), "classifier.3.bias": onp.zeros(7)},
            r"expected .* MobileNetV2, .* Inception v3 of torchvision, got features\.0\.0\.weight",
        ),
        (
            changed("inception_v3", **{"Mixed_6e.branch7x7_2.bn.bias": None}),
            r"got none for 'features\.14\.1\.1\.1\.beta'",
        ),
        # a wide ResNet, a ResNeXt, and MobileNetV2 of another width have the same names
        (
            changed("resnet50", **{"layer1.0.conv1.weight": (128, 64, 1, 1)}),
            r"layer1\.0\.conv1 \(weight\) is not that of resnet50: expected shape \(64, 64, 1, 1\)",
        ),
        (
            changed("resnet50", **{"layer1.0.conv2.weight": (64, 2, 3, 3)}),
            r"expected shape \(64, 64, 3, 3\), got \(64, 2, 3, 3\)",
        ),
        (
            changed("mobilenet_v2", **{"features.0.0.weight": (16, 3, 3, 3)}),
            r"features\.0\.0 \(weight\)",
        ),
        (changed("vgg11", **{"classifier.0.weight": (4096, 512)}), r"classifier\.0 \(weight\)"),
        (changed("resnet18", **{"bn1.bias": None}), r"got none for 'features\.1\.beta'"),
        (changed("resnet18", **{"conv1.bias": (64,)}), r"got 'features\.0\.bias' beyond them"),
        (changed("resnet18", **{"more.bias": (64,)}), r"got 'more\.bias' beyond them"),
        (changed("resnet18", **{"fc.bias": None}), r"an array is missing: expected fc\.bias"),
    ],
)
def test_arrays_of_other_networks(state, message):
    with pytest.raises(FormatError, match=message):
        from_torchvision(state, "file")


def test_command_on_files_that_are_no_networks(tmp_path, capsys):
    shutil.copy(DATA / "state.pth", tmp_path / "a.pth")
    assert convert.main([str(tmp_path / "a.pth"), "--to", "params"]) == 1
    assert "no network that the model zoo has" in capsys.readouterr().err
    assert convert.main([str(tmp_path / "b.pth"), "--to", "params"]) == 1
    assert "b.pth" in capsys.readouterr().err
    assert issubclass(FormatError, MXNetError)


def test_next_to_torchvision_itself(tmp_path):
    """Where torchvision is installed, the command compares outputs of random images."""
    pytest.importorskip("torchvision")
    path = tmp_path / "net.safetensors"
    write_safetensors(path, state_of("squeezenet1_1"))
    _, difference = convert.convert(str(path), "params")
    assert difference < 1e-5
    assert mx.nd.load(str(tmp_path / "net.params"))
