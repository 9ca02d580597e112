"""Splitting, clipping, hooks and downloads."""

import hashlib
from collections import OrderedDict

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError
from mxnet.gluon import utils


def lists(parts):
    return [(p.asnumpy() if isinstance(p, nd.NDArray) else p).tolist() for p in parts]


def test_split_data():
    assert lists(utils.split_data(nd.arange(4), 2)) == [[0, 1], [2, 3]]
    assert lists(utils.split_data(onp.arange(4), 2)) == [[0, 1], [2, 3]]
    assert lists(utils.split_data(nd.arange(7), 3, even_split=False)) == [[0, 1, 2], [3, 4], [5, 6]]
    assert lists(utils.split_data(nd.arange(2), 3, even_split=False)) == [[0], [1], []]
    x = nd.arange(6).reshape((2, 3))
    assert lists(utils.split_data(x, 3, batch_axis=1)) == [[[0], [3]], [[1], [4]], [[2], [5]]]
    parts = utils.split_data(onp.arange(10).reshape(2, 5), 2, batch_axis=1, even_split=False)
    assert [p.shape for p in parts] == [(2, 3), (2, 2)]


def test_split_data_refuses():
    with pytest.raises(ValueError, match=r"\(3,\) cannot be evenly split into 2 slices.*axis 0"):
        utils.split_data(nd.arange(3), 2)
    for n in (0, -1, 1.5):
        with pytest.raises(ValueError, match=f"num_slice.*got {n}"):
            utils.split_data(nd.arange(3), n)


def test_split_and_load():
    devices = [mx.cpu(0), mx.cpu(1)]
    for data in (onp.array([1, 2]), [1, 2], nd.array([1, 2])):
        parts = utils.split_and_load(data, devices)
        assert lists(parts) == [[1], [2]]
        assert [p.context for p in parts] == devices
        assert [p.dtype for p in parts] == [onp.float32] * 2
    (whole,) = utils.split_and_load([1, 2, 3], [mx.cpu(1)])
    assert whole.context == mx.cpu(1)
    assert whole.shape == (3,)
    keep = nd.array([1, 2], dtype="int32")
    assert utils.split_and_load(keep, [mx.cpu(0)])[0].dtype == onp.int32


def test_clip_global_norm():
    arrays = [nd.array([3.0, 4.0]), nd.array([[0.0]])]
    norm = utils.clip_global_norm(arrays, 1.0)
    assert type(norm) is onp.float32
    assert norm == 5
    onp.testing.assert_allclose(arrays[0].asnumpy(), [0.6, 0.8], rtol=1e-6)
    assert utils.clip_global_norm(arrays, 7.0) == pytest.approx(1)
    onp.testing.assert_allclose(arrays[0].asnumpy(), [0.6, 0.8], rtol=1e-6)


def test_clip_global_norm_without_looking():
    x = nd.array([3.0, 4.0], dtype="float16")
    norm = utils.clip_global_norm([x, nd.zeros((2, 2), ctx=mx.cpu(1))], 2.5, check_isfinite=False)
    assert isinstance(norm, nd.NDArray)
    assert norm.shape == (1,)
    assert norm.asscalar() == 5
    assert x.dtype == onp.float16
    onp.testing.assert_allclose(x.asnumpy(), [1.5, 2], rtol=1e-3)


def test_clip_global_norm_warns():
    with pytest.warns(UserWarning, match=r"nan or inf"):
        assert onp.isnan(utils.clip_global_norm([nd.array([onp.nan])], 1))
    with pytest.raises(ValueError, match=r"at least one array"):
        utils.clip_global_norm([], 1)


def test_shape_is_known():
    assert utils.shape_is_known((1, 2))
    assert not utils.shape_is_known((1, 0))
    assert not utils.shape_is_known(())
    assert not utils.shape_is_known(None)
    with pytest.raises(ValueError, match=r"-1"):
        utils.shape_is_known((-1, 2))


def test_hook_handle():
    hooks = OrderedDict()
    handle = utils.HookHandle()
    handle.attach(hooks, print)
    assert list(hooks.values()) == [print]
    with pytest.raises(ValueError, match=r"twice"):
        handle.attach(hooks, len)
    handle.detach()
    handle.detach()
    assert not hooks
    with utils.HookHandle() as other:
        other.attach(hooks, len)
        assert list(hooks.values()) == [len]
    assert not hooks


# ------------------------------------------------------------------------------ files
CONTENT = b"some bytes" * 1000
SHA1 = hashlib.sha1(CONTENT).hexdigest()


@pytest.fixture
def url(tmp_path, server):
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "file.bin").write_bytes(CONTENT)
    return server(tmp_path / "served")


def test_check_sha1(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    assert utils.check_sha1(str(tmp_path / "a"), SHA1)
    assert not utils.check_sha1(str(tmp_path / "a"), "0" * 40)


def test_download(tmp_path, url, server, monkeypatch):
    target = tmp_path / "deep" / "name"
    assert utils.download(f"{url}/file.bin", str(target), sha1_hash=SHA1) == str(target)
    assert target.read_bytes() == CONTENT
    folder = tmp_path / "folder"
    folder.mkdir()
    assert utils.download(f"{url}/file.bin?x=1", str(folder)) == str(folder / "file.bin")
    monkeypatch.chdir(folder)
    asked = len(server.asked)
    assert utils.download(f"{url}/file.bin") == "file.bin"  # there already
    assert len(server.asked) == asked
    utils.download(f"{url}/file.bin", overwrite=True)
    assert len(server.asked) == asked + 1
    (folder / "file.bin").write_bytes(b"old")
    utils.download(f"{url}/file.bin", sha1_hash=SHA1)
    assert (folder / "file.bin").read_bytes() == CONTENT
    assert [p.name for p in folder.iterdir()] == ["file.bin"]


def test_download_keeps_the_old_file_until_the_new_one_is_whole(tmp_path, url, server):
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(MXNetError, match=r"SHA-1 differs") as caught:
        utils.download(f"{url}/file.bin", str(target), sha1_hash="0" * 40, retries=1)
    assert isinstance(caught.value, OSError)
    with pytest.raises(MXNetError, match=r"5 of 100 bytes|IncompleteRead"):
        utils.download(f"{url}/cut/x", str(target), overwrite=True, retries=0)
    assert target.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "served"]
    assert len(server.asked) == 3


def test_download_refuses(tmp_path, url, server):
    with pytest.raises(MXNetError, match=r"404"):
        utils.download(f"{url}/no", str(tmp_path / "a"))
    assert len(server.asked) == 1  # asking again would not help
    with pytest.raises(MXNetError, match=r"127\.0\.0\.1:9/x could not be fetched \(2 attempts\)"):
        utils.download("http://127.0.0.1:9/x", str(tmp_path / "a"), retries=1)
    with pytest.raises(ValueError, match=r"http or https"):
        utils.download("file:///etc/hostname", str(tmp_path / "a"))
    with pytest.raises(ValueError, match=r"Can't construct file-name"):
        utils.download("http://127.0.0.1:9/")
    with pytest.raises(ValueError, match=r"retries.*-1"):
        utils.download(f"{url}/file.bin", retries=-1)
    assert not (tmp_path / "a").exists()


def test_replace_file(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    utils.replace_file(str(tmp_path / "a"), str(tmp_path / "b"))
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"1"]
