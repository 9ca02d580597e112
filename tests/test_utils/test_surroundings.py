"""Environment, retries, generators, files, optimizers and blocks."""

import gzip
import os
import struct
import sys

import numpy as onp
import pytest

import mxnet as mx
from mxnet import test_utils as tu


def test_environment_comes_back(monkeypatch):
    monkeypatch.setenv("MXNET_TU_A", "before")
    monkeypatch.delenv("MXNET_TU_B", raising=False)
    with tu.environment({"MXNET_TU_A": None, "MXNET_TU_B": "1"}):
        assert "MXNET_TU_A" not in os.environ
        assert os.environ["MXNET_TU_B"] == "1"
    assert os.environ["MXNET_TU_A"] == "before"
    assert "MXNET_TU_B" not in os.environ
    scope = tu.environment("MXNET_TU_B", 2)
    scope.__enter__()
    assert os.environ["MXNET_TU_B"] == "2"
    with pytest.raises(KeyError):
        scope.gen.throw(KeyError())
    assert "MXNET_TU_B" not in os.environ
    with pytest.raises(AssertionError, match="one dict arg or two args"), tu.environment("a"):
        pass
    assert tu.set_env_var("MXNET_TU_A", "now", "?") == "before"
    assert os.environ["MXNET_TU_A"] == "now"


def test_retry():
    calls = []

    @tu.retry(3)
    def third_time():
        calls.append(1)
        if len(calls) < 3:
            raise AssertionError("not yet")
        return "done"

    assert third_time() == "done"
    calls.clear()
    with pytest.raises(AssertionError, match="not yet"):
        tu.retry(2)(third_time.__wrapped__)()
    with pytest.raises(AssertionError, match="at least 1 attempt, got 0"):
        tu.retry(0)

    @tu.retry(3)
    def broken():
        calls.append(1)
        raise ValueError("once")

    calls.clear()
    with pytest.raises(ValueError, match="once"):
        broken()
    assert len(calls) == 1


def test_discard_stderr(capfd):
    with tu.discard_stderr():
        os.write(2, b"from below\n")
        sys.stderr.write("from Python\n")
    sys.stderr.write("shown\n")
    assert capfd.readouterr().err == "shown\n"


def test_machine(monkeypatch):
    assert list(tu.list_gpus()) == list(range(mx.context.num_gpus()))
    assert tu.has_tvm_ops() is False
    assert tu.is_op_runnable() is True
    monkeypatch.delenv("CD_JOB", raising=False)
    assert tu.is_cd_run() is False
    monkeypatch.setenv("CD_JOB", "1")
    assert tu.is_cd_run() is True
    assert isinstance(tu.is_aarch64_run(), bool)


def uniform(n):
    return onp.random.uniform(size=n)


def test_generators():
    onp.random.seed(3)
    buckets, probs = tu.gen_buckets_probs_with_ppf(lambda q: q, 4)
    assert buckets == [(0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)]
    assert probs == [0.25] * 4
    p, observed, expected = tu.chi_square_check(uniform, buckets, probs, 10000)
    assert 0 < p <= 1
    assert observed.sum() == expected.sum() == 10000
    # by hand: (1 + 1) / 2 on one degree of freedom
    p, observed, _ = tu.chi_square_check(lambda n: onp.array([5, 5, 5, 9]), [5, 9], [0.5, 0.5], 4)
    assert observed.tolist() == [3, 1]
    assert p == pytest.approx(0.3173105)
    assert len(tu.verify_generator(uniform, buckets, probs, 10000)) == 5
    assert tu.mean_check(uniform, 0.5, 12**-0.5, 10000) is True
    assert tu.mean_check(uniform, 0.6, 12**-0.5, 10000) is False
    assert tu.var_check(lambda n: mx.nd.array(onp.random.normal(size=n)), 1, 10000) is True
    assert tu.var_check(uniform, 1, 10000) is False
    with pytest.raises(AssertionError, match=r"Chi-square p=.*obs_freq=.*expected_freq="):
        tu.verify_generator(lambda n: uniform(n) ** 2, buckets, probs, 10000)
    with pytest.raises(AssertionError, match="2 buckets and 1 prob"):
        tu.chi_square_check(uniform, [1, 2], [1.0], 10)
    with pytest.raises(AssertionError, match="3 samples instead of 10"):
        tu.chi_square_check(lambda n: onp.zeros(3), [0, 1], [0.5, 0.5], 10)


def write_mnist(folder):
    rng = onp.random.default_rng(0)
    for part, n in (("train", 20), ("t10k", 10)):
        images = rng.integers(0, 256, (n, 28, 28), dtype="uint8")
        labels = rng.integers(0, 10, n, dtype="uint8")
        with gzip.open(folder / f"{part}-images-idx3-ubyte.gz", "wb") as f:
            f.write(struct.pack(">4B3I", 0, 0, 8, 3, n, 28, 28) + images.tobytes())
        with open(folder / f"{part}-labels-idx1-ubyte", "wb") as f:
            f.write(struct.pack(">4BI", 0, 0, 8, 1, n) + labels.tobytes())
    return images, labels


def test_mnist_from_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    images, labels = write_mnist(tmp_path / "data" / "mnist")
    found = tu.get_mnist()
    assert found["train_data"].shape == (20, 1, 28, 28)
    assert found["test_data"].dtype == onp.float32
    onp.testing.assert_array_equal(found["test_data"][:, 0], images.astype("float32") / 255)
    onp.testing.assert_array_equal(found["test_label"], labels)
    train, val = tu.get_mnist_iterator(5, (784,))
    assert (tmp_path / "data" / "train-images-idx3-ubyte").exists()
    batches = list(val)
    assert [b.data[0].shape for b in batches] == [(5, 784)] * 2
    read = onp.concatenate([b.label[0].asnumpy() for b in batches])
    assert sorted(read) == sorted(labels)
    dummy = tu.DummyIter(train)
    assert next(dummy) is next(iter(dummy)) is dummy.next()
    assert dummy.batch_size == 5
    assert dummy.provide_data == train.provide_data


def test_missing_files_say_where_to_put_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = "http://127.0.0.1:9/models/net.params"
    with pytest.raises(FileNotFoundError, match=r"put the file at .*here/net.params by hand"):
        tu.download(url, dirname="here", retries=1)
    (tmp_path / "here" / "net.params").write_text("x")
    assert tu.download(url, dirname="here") == os.path.join("here", "net.params")
    meta = {"net": {"symbol": url, "params": url}}
    monkeypatch.setattr("mxnet.test_utils._data._download", refuse)
    with pytest.raises(mx.MXNetError, match=r"net-symbol\.json is missing"):
        tu.download_model("net", "there", meta)
    (tmp_path / "there" / "net-symbol.json").write_text("{}")
    (tmp_path / "there" / "net-0000.params").write_text("")
    assert tu.download_model("net", "there", meta) == (os.path.join("there", "net"), 0)
    assert tu.download_model("other", "there", meta) == (None, 0)
    with pytest.raises(mx.MXNetError, match="meta_info"):
        tu.download_model("resnet")
    with pytest.raises(AssertionError, match="at least 1, got 0"):
        tu.download(url, retries=0)


def refuse(*args, **kwargs):
    raise mx.MXNetError("dark")


def test_unpacking(tmp_path):
    import bz2
    import zipfile

    (tmp_path / "a.bz2").write_bytes(bz2.compress(b"text"))
    tu.get_bz2_data(str(tmp_path), "a", "http://127.0.0.1:9/a.bz2", "a.bz2")
    assert (tmp_path / "a").read_text() == "text"
    assert not (tmp_path / "a.bz2").exists()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as z:
        z.writestr("inside.txt", "x")
    tu.get_zip_data(str(tmp_path), "http://127.0.0.1:9/b.zip", "b.zip")
    assert not (tmp_path / "inside.txt").exists()  # an archive that is there was unpacked before


def test_im2rec_path(tmp_path, monkeypatch):
    (tmp_path / "tools").mkdir()
    program = tmp_path / "tools" / "im2rec.py"
    program.write_text("")
    monkeypatch.setenv("MXNET_TU_HOME", str(tmp_path))
    assert tu.get_im2rec_path("MXNET_TU_HOME") == str(program)


def test_compare_optimizer():
    def sgd(**kwargs):
        return mx.optimizer.create("sgd", momentum=0.9, **kwargs)

    onp.random.seed(1)
    tu.compare_optimizer(sgd(), sgd(), (3, 4), "float32")
    tu.compare_optimizer(sgd(), sgd(), [(3, 4), (2,)], "float32", ntensors=2)
    with pytest.raises(AssertionError, match="not equal"):
        tu.compare_optimizer(
            sgd(learning_rate=0.1), sgd(learning_rate=0.2), (3, 4), "float32", g_stype="row_sparse"
        )


class Uneven(mx.gluon.HybridBlock):
    """Computes something else when it is hybridized."""

    def hybrid_forward(self, F, x):
        return x * 2 if F is mx.nd and not self._active else x * 3


def test_check_gluon_hybridize_consistency():
    x = mx.nd.array(onp.random.rand(2, 3))
    tu.check_gluon_hybridize_consistency(lambda **kw: mx.gluon.nn.Dense(3, **kw), [x])
    tu.check_gluon_hybridize_consistency(
        lambda: mx.gluon.nn.Activation("relu"), [x], lambda a: onp.maximum(a, 0), test_grad=False
    )
    with pytest.raises(AssertionError, match="not equal"):
        tu.check_gluon_hybridize_consistency(
            lambda: mx.gluon.nn.Activation("relu"), [x], lambda a: a + 1
        )
    with pytest.raises(AssertionError, match="not equal"):
        tu.check_gluon_hybridize_consistency(Uneven, [x])
