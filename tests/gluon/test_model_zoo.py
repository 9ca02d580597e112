"""gluon.model_zoo: every network against MXNet 1.9.1, and where trained parameters come from.

tests/data/oracle/model_zoo.json.gz: the parameters and the text of 1.9.1's networks, and what some
small ones compute with weights of the formula below.  (That the graphs are the same, node by node,
is a test of symbols.)
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
import zlib
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError
from mxnet.gluon.model_zoo import model_store, vision
from mxnet.name import NameManager
from support import prepared

DATA = Path(__file__).parents[1] / "data" / "oracle"
RECORD = json.loads(gzip.decompress((DATA / "model_zoo.json.gz").read_bytes()))
MODELS = RECORD["models"]


def formula(name, shape):
    """Values from -0.6 to 0.6 that depend on name and place; those of a variance are positive."""
    phase = zlib.crc32(name.encode()) % 1000
    values = 0.6 * onp.sin(1.7 * onp.arange(int(onp.prod(shape))) + phase)
    values = onp.abs(values) + 0.5 if "running_var" in name else values
    return values.reshape(shape).astype("float32")


@pytest.mark.parametrize("name", MODELS)
def test_parameters_and_text_are_those_of_the_original(name):
    expected = MODELS[name]
    with NameManager():
        net = vision.get_model(name.upper())
    assert (type(net).__name__, net.name) == (expected["class"], expected["name"])
    assert hashlib.sha256(repr(net).encode()).hexdigest() == expected["repr"]
    parameters = net._collect_params_with_prefix()
    assert [[p.name, key] for key, p in parameters.items()] == [
        r[:2] for r in expected["parameters"]
    ]
    for p, (_, _, shape) in zip(parameters.values(), expected["parameters"], strict=True):
        assert len(p.shape) == len(shape)
        assert all(mine in (0, its) for mine, its in zip(p.shape, shape))  # 0: not known yet


@pytest.mark.parametrize("name", ["alexnet", "mobilenetv2_0.5", "resnet18_v2", "squeezenet1.1"])
def test_shapes_follow_from_the_picture(name):
    with NameManager():
        out = vision.get_model(name)(mx.sym.var("data"))
    given, (result,), states = out.infer_shape(data=(2, 3, 224, 224))
    shapes = dict(zip(out.list_arguments(), given))
    shapes |= zip(out.list_auxiliary_states(), states)
    assert result == (2, 1000)
    for parameter, _, shape in MODELS[name]["parameters"]:
        assert list(shapes[parameter]) == shape


@pytest.mark.parametrize(("expression", "side", "expected"), RECORD["computed"])
def test_small_networks_compute_as_the_original(expression, side, expected):
    net = eval(expression, {"vision": vision})  # noqa: S307 - text of our own table
    x = nd.array(formula("picture", (2, 3, side, side)))
    parameters = net._collect_params_with_prefix()
    net.initialize()
    net.infer_shape(x)
    for key, p in parameters.items():
        p.set_data(nd.array(formula(key, p.shape)))
    net.hybridize()
    onp.testing.assert_allclose(net(x).asnumpy(), expected, rtol=1e-3, atol=1e-4)


def test_names():
    assert vision.resnet18_v1(classes=7).output._units == 7
    with pytest.raises(ValueError, match=r"Model resnet19_v1 is not supported.*resnet18_v1") as e:
        vision.get_model("resnet19_v1")
    for name in MODELS:
        assert f"\t{name}" in str(e.value)
    for call, message in (
        (lambda: vision.get_resnet(3, 18), r"resnet version: 3. Options are 1 and 2"),
        (lambda: vision.get_resnet(1, 17), r"number of layers: 17. Options are \[18, 34, 50"),
        (lambda: vision.get_vgg(12), r"num_layers of \[11, 13, 16, 19\], got 12"),
        (lambda: vision.SqueezeNet("2.0"), r"SqueezeNet version 2.0: 1.0 or 1.1 expected"),
    ):
        with pytest.raises(MXNetError, match=message):
            call()
        with pytest.raises((KeyError, AssertionError)):
            call()
    with pytest.raises(AssertionError, match="one number of channels more"):
        vision.ResNetV1(vision.BasicBlockV1, [1, 1], [4, 8])
    with pytest.raises(TypeError):
        vision.alexnet(foo=1)


def test_networks_are_imported_when_asked_for():
    script = (
        "import sys, mxnet as mx; assert 'mxnet.gluon.model_zoo' not in sys.modules;"
        "assert mx.gluon.model_zoo.vision.alexnet.__name__ == 'alexnet'"
    )
    prepared.run(["-c", script], check=True)


# ------------------------------------------------------------------------------ trained parameters
NAME = "mobilenet0.25"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A file as if it were the published one: (file, its name without ending)."""
    monkeypatch.delenv("MXNET_GLUON_REPO", raising=False)
    arrays = {key: nd.array(formula(key, s)) for _, key, s in MODELS[NAME]["parameters"]}
    path = tmp_path / "made.params"
    nd.save(str(path), arrays)
    digest = hashlib.sha1(path.read_bytes()).hexdigest()
    monkeypatch.setitem(model_store._model_sha1, NAME, digest)
    return path, f"{NAME}-{digest[:8]}"


def check_loaded(net):
    for key, p in net._collect_params_with_prefix().items():
        onp.testing.assert_array_equal(p.data().asnumpy(), formula(key, p.shape))


def test_pretrained_from_root(published, tmp_path):
    path, name = published
    path.rename(tmp_path / f"{name}.params")
    check_loaded(vision.get_model(NAME, pretrained=True, root=str(tmp_path)))
    assert model_store.get_model_file(NAME, root=str(tmp_path)) == str(tmp_path / f"{name}.params")
    model_store.purge(str(tmp_path))
    assert not list(tmp_path.glob("*.params"))


@pytest.mark.parametrize("inside", ["", "gluon/models/"])
@pytest.mark.parametrize("kind", ["params", "zip"])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_pretrained_from_a_folder(published, tmp_path, monkeypatch, inside, kind, scheme):
    path, name = published
    place = tmp_path / "repository" / inside
    place.mkdir(parents=True)
    put(path, name, place, kind)
    monkeypatch.setenv("MXNET_GLUON_REPO", f"{scheme}{tmp_path / 'repository'}")
    found = model_store.get_model_file(NAME, root=str(tmp_path / "root"))
    assert found == str(tmp_path / "root" / f"{name}.params")
    assert Path(found).read_bytes() == path.read_bytes()
    assert [p.name for p in (tmp_path / "root").iterdir()] == [f"{name}.params"]


def put(path, name, place, kind):
    if kind == "params":
        (place / f"{name}.params").write_bytes(path.read_bytes())
        return
    with zipfile.ZipFile(place / f"{name}.zip", "w") as archive:
        archive.write(path, f"{name}.params")


def test_pretrained_from_an_address(published, tmp_path, monkeypatch, server):
    path, name = published
    place = tmp_path / "web" / "gluon" / "models"
    place.mkdir(parents=True)
    put(path, name, place, "zip")
    monkeypatch.setenv("MXNET_GLUON_REPO", server(tmp_path / "web"))
    check_loaded(vision.mobilenet0_25(pretrained=True, root=str(tmp_path / "root")))
    assert server.asked == [f"/gluon/models/{name}.zip"]


def test_pretrained_that_is_nowhere(published, tmp_path, monkeypatch):
    _, name = published
    with pytest.raises(OSError, match=rf"put the file {name}.params into .*root") as e:
        vision.get_model(NAME, pretrained=True, root=str(tmp_path / "root"))
    assert isinstance(e.value, MXNetError)
    monkeypatch.setenv("MXNET_GLUON_REPO", str(tmp_path / "empty"))
    with pytest.raises(OSError, match=r"nor at MXNET_GLUON_REPO=.*empty"):
        model_store.get_model_file(NAME, root=str(tmp_path / "root"))
    with pytest.raises(ValueError, match=r"Pretrained model for mobilenet0.30 is not available"):
        vision.get_mobilenet(0.3, pretrained=True)


def test_a_file_that_is_another(published, tmp_path, monkeypatch):
    _, name = published
    (tmp_path / f"{name}.params").write_bytes(b"other")
    with pytest.warns(UserWarning, match="SHA-1 differs"), pytest.raises(OSError, match="put the"):
        model_store.get_model_file(NAME, root=str(tmp_path))
    (tmp_path / f"{name}.params").unlink()
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / f"{name}.params").write_bytes(b"other")
    monkeypatch.setenv("MXNET_GLUON_REPO", str(tmp_path / "repository"))
    with pytest.raises(OSError, match="is not the file that was published: expected SHA-1"):
        model_store.get_model_file(NAME, root=str(tmp_path / "root"))
    (tmp_path / "repository" / f"{name}.params").rename(tmp_path / "repository" / f"{name}.zip")
    with pytest.raises(OSError, match="the archive is damaged or incomplete"):
        model_store.get_model_file(NAME, root=str(tmp_path / "root"))
