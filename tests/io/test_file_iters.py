"""Iterators over files of numbers, against what MXNet 1.9.1 recorded and its rules."""

import gzip
import struct
from itertools import chain
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet.contrib.io import DataLoaderIter
from mxnet.error import FormatError, MXNetError

FIXTURES = Path(__file__).parent.parent / "data" / "io"


@pytest.fixture
def write(tmp_path):
    def put(content, name="data"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return put


def rows(batch):
    return batch.data[0].asnumpy()[:, 0].tolist()


# ------------------------------------------------------------------------------ CSV
FOUR = "1,2,3\n2,3,4\n3,4,5\n4,5,6\n"


def test_csv_as_recorded():
    expected = onp.load(FIXTURES / "csviter.npz")
    it = mx.io.CSVIter(
        data_csv=str(FIXTURES / "data.csv"),
        data_shape=(4,),
        label_csv=str(FIXTURES / "label.csv"),
        batch_size=3,
        round_batch=True,
    )
    batches = list(it)
    assert [b.pad for b in batches] == expected["pad"].tolist()
    for batch, data, label in zip(batches, expected["data"], expected["label"], strict=True):
        onp.testing.assert_allclose(batch.data[0].asnumpy(), data, rtol=1e-6)
        onp.testing.assert_array_equal(batch.label[0].asnumpy(), label)


def test_csv_rounds(write):
    """The rows that filled up the last batch are not given again in the next round."""
    it = mx.io.CSVIter(data_csv=write(FOUR), data_shape=(3,), batch_size=3)
    assert isinstance(it, mx.io.MXDataIter)
    assert it.provide_data[0].shape == (3, 3)
    assert it.provide_label[0].shape == (3,)
    seen = []
    for _ in range(2):
        seen.append([(rows(b), b.pad, b.index.tolist()) for b in it])
        it.reset()
    assert seen[0] == [([1, 2, 3], 0, [0, 1, 2]), ([4, 1, 2], 2, [3, 0, 1])]
    assert seen[1] == [([3, 4, 1], 1, [2, 3, 0])]


def test_csv_without_rounding(write):
    """The last batch keeps the rows of the batch before where there are no new ones."""
    it = mx.io.CSVIter(data_csv=write(FOUR), data_shape=(3,), batch_size=3, round_batch=False)
    for _ in range(2):
        assert [(rows(b), b.pad) for b in it] == [([1, 2, 3], 0), ([4, 2, 3], 2)]
        it.reset()


def test_csv_methods_and_names(write):
    it = mx.io.CSVIter(
        data_csv=write(FOUR), data_shape="(3, 1)", batch_size="2", data_name="x", label_name="y"
    )
    assert (it.provide_data[0].name, it.provide_label[0].name) == ("x", "y")
    assert it.iter_next()
    assert it.next().data[0].shape == (2, 3, 1)
    assert it.iter_next()
    assert it.getdata().asnumpy()[:, 0, 0].tolist() == [3, 4]
    assert it.getlabel().asnumpy().tolist() == [0, 0]
    assert (it.getpad(), it.getindex().tolist()) == (0, [2, 3])
    assert not it.iter_next()


@pytest.mark.parametrize("dtype", ["int32", "int64", "float32"])
def test_csv_types(write, dtype):
    path = write("1.5,2,3\n16777217,3,4\n 3, 4 ,5\n\n4,5,-6")
    it = mx.io.CSVIter(data_csv=path, data_shape=(3,), batch_size=4, dtype=dtype)
    batch = it.next()
    assert batch.data[0].dtype == onp.dtype(dtype)
    expected = onp.asarray([1.5, 16777217, 3, 4]).astype(dtype)
    onp.testing.assert_array_equal(batch.data[0].asnumpy()[:, 0], expected)


def test_csv_folder(tmp_path, write):
    (tmp_path / "folder").mkdir()
    write("1,2\n3,4\n", "folder/a.csv")
    write("5,6\n", "folder/b.csv")
    it = mx.io.CSVIter(data_csv=str(tmp_path / "folder"), data_shape=(2,), batch_size=3)
    assert rows(it.next()) == [1, 3, 5]


@pytest.mark.parametrize(
    ("content", "options", "error", "message"),
    [
        ("1,2,3\n2,x,4\n", {}, FormatError, "could not convert string 'x'.*row 1"),
        ("1,2,3\n2,4\n", {}, FormatError, "columns changed from 3 to 2 at row 2"),
        (FOUR, {"data_shape": (5,)}, ValueError, r"5 numbers for shape \(5,\), got 3"),
        (FOUR, {"batch_size": 10}, MXNetError, "bigger than batch size: expected at least 10.*4"),
        (FOUR, {"dtype": "float64"}, TypeError, "float64 is not supported for CSVIter"),
        (FOUR, {"dtype": "foo"}, MXNetError, "dtype cannot be read.*got 'foo'"),
        (FOUR, {"batch_size": 0}, MXNetError, "batch_size does not fit.*got 0"),
        (FOUR, {"batch_size": -1}, MXNetError, "batch_size cannot be read.*got -1"),
        (FOUR, {"rond_batch": 1}, MXNetError, "unknown parameter 'rond_batch'.*'round_batch'"),
        ("", {}, FormatError, "holds no rows"),
    ],
)
def test_csv_refuses(write, content, options, error, message):
    with pytest.raises(error, match=message):
        mx.io.CSVIter(
            **{"data_csv": write(content), "data_shape": (3,), "batch_size": 2, **options}
        )


def test_csv_missing(write):
    with pytest.raises(FileNotFoundError, match=r"Cannot find any files that match.*'none'"):
        mx.io.CSVIter(data_csv="none", data_shape=(3,), batch_size=2)
    with pytest.raises(MXNetError, match="Required parameter batch_size is not presented"):
        mx.io.CSVIter(data_csv=write(FOUR), data_shape=(3,))
    with pytest.raises(
        ValueError, match="fewer rows than data_csv: expected at least 4 rows, got 3"
    ):
        mx.io.CSVIter(
            data_csv=write(FOUR),
            label_csv=write("1\n2\n3\n", "labels"),
            data_shape=(3,),
            batch_size=2,
        )


# ------------------------------------------------------------------------------ LibSVM
SPARSE = "1.0 0:0.5 2:1.2\n-2.0\n-3.0 0:0.6 1:2.4 2:1.2\n4 2:-1.2\n"


def test_libsvm_as_recorded():
    expected = onp.load(FIXTURES / "libsvmiter.npz")
    it = mx.io.LibSVMIter(data_libsvm=str(FIXTURES / "data.libsvm"), data_shape=(4,), batch_size=2)
    for batch, data, label in zip(it, expected["data"], expected["label"], strict=True):
        assert batch.data[0].stype == "csr"
        onp.testing.assert_array_equal(batch.data[0].asnumpy(), data)
        onp.testing.assert_array_equal(batch.label[0].asnumpy(), label)


def test_libsvm_rounds_and_sparse_labels(write):
    labels = write("1.0\n-2.0 0:0.125\n-3.0 2:1.2\n4 1:1.0 2:-1.2\n", "labels")
    it = mx.io.LibSVMIter(
        data_libsvm=write(SPARSE),
        data_shape=(3,),
        label_libsvm=labels,
        label_shape=(3,),
        batch_size=3,
    )
    first, second = it
    assert [first.pad, second.pad] == [0, 2]
    onp.testing.assert_allclose(
        second.data[0].asnumpy(), [[0, 0, -1.2], [0.5, 0, 1.2], [0, 0, 0]], rtol=1e-6
    )
    onp.testing.assert_allclose(
        second.label[0].asnumpy(), [[0, 1, -1.2], [0, 0, 0], [0.125, 0, 0]], rtol=1e-6
    )
    assert second.label[0].stype == "csr"
    it.reset()
    assert it.next().index.tolist() == [2, 3, 0]


def test_libsvm_parts_cover_the_file(write):
    path = write(SPARSE + "# a remark\n5 1\n6 qid:3 1:2\n")
    found = []
    for part in range(3):
        it = mx.io.LibSVMIter(
            data_libsvm=path, data_shape=(3,), batch_size=1, num_parts=3, part_index=part
        )
        found += [float(b.label[0].asscalar()) for b in it]
    assert found == [1, -2, -3, 4, 5, 6]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("1 3:1\n", {}, r"line 1 of .* out of range: expected 0 <= column < 3.*got 3"),
        ("1 0:1\nx 0:1\n", {}, "line 2 of .* cannot be read.*'x 0:1"),
        ("1 0:x\n", {}, "line 1 of .* cannot be read"),
        (SPARSE, {"data_shape": (3, 1)}, r"dimension of data_shape .* got \(3, 1\)"),
        (SPARSE, {"round_batch": False}, "round_batch=False is not supported"),
        (SPARSE, {"num_parts": 2, "part_index": 2}, "num_parts = 2, got 2"),
    ],
)
def test_libsvm_refuses(write, content, options, message):
    given = {"data_libsvm": write(content), "data_shape": (3,), "batch_size": 1, **options}
    with pytest.raises(MXNetError, match=message):
        mx.io.LibSVMIter(**given)


# ------------------------------------------------------------------------------ MNIST
PICTURES = onp.random.default_rng(0).integers(0, 256, (10, 4, 5)).astype("uint8")
LABELS = (onp.arange(10) * 3 % 7).astype("uint8")


@pytest.fixture
def mnist(write):
    image = struct.pack(">iiii", 2051, 10, 4, 5) + PICTURES.tobytes()
    label = struct.pack(">ii", 2049, 10) + LABELS.tobytes()
    return {"image": write(image, "images"), "label": write(gzip.compress(label), "labels")}


def test_mnist(mnist, caplog):
    caplog.set_level("INFO")
    # programs pass data_shape, which this iterator never had
    it = mx.io.MNISTIter(**mnist, batch_size=4, shuffle=False, data_shape=(20,))
    assert "load 10 images" in caplog.text
    for _ in range(2):
        batches = list(it)
        assert len(batches) == 2  # the last two samples fill no batch
        data = onp.concatenate([b.data[0].asnumpy() for b in batches])
        onp.testing.assert_array_equal(data, PICTURES[:8, None].astype("float32") / 256)
        label = onp.concatenate([b.label[0].asnumpy() for b in batches])
        onp.testing.assert_array_equal(label, LABELS[:8])
        assert batches[0].pad == 0
        it.reset()


def test_mnist_flat_shuffled(mnist):
    def labels(seed):
        it = mx.io.MNISTIter(**mnist, batch_size=5, flat=True, seed=seed, silent=True)
        assert it.provide_data[0].shape == (5, 20)
        return [b.label[0].asnumpy().tolist() for b in it]

    assert labels(1) == labels(1)
    assert labels(1) != labels(2)
    assert sorted(chain(*labels(1))) == sorted(LABELS.tolist())


def test_mnist_parts(mnist):
    found = []
    for part in range(3):
        it = mx.io.MNISTIter(
            **mnist, batch_size=1, shuffle=False, silent=True, num_parts=3, part_index=part
        )
        found.append([float(b.label[0].asscalar()) for b in it])
    assert list(chain(*found)) == LABELS.tolist()
    assert [len(f) for f in found] == [3, 3, 4]


def test_mnist_refuses(mnist, write):
    with pytest.raises(FileNotFoundError, match="'nope'"):
        mx.io.MNISTIter(image="nope", label=mnist["label"])
    with pytest.raises(FormatError, match="no idx file of this kind: expected 0x00000803"):
        mx.io.MNISTIter(image=mnist["label"], label=mnist["label"])
    short = write(struct.pack(">iiii", 2051, 10, 4, 5) + b"1234", "short")
    with pytest.raises(FormatError, match=r"expected 200 bytes of data .*, got 4"):
        mx.io.MNISTIter(image=short, label=mnist["label"])
    with pytest.raises(MXNetError, match=r"fewer samples.*batch_size=20, got 10"):
        mx.io.MNISTIter(**mnist, batch_size=20, silent=True)


# ------------------------------------------------------------------------------ loaders
def test_loader_iter():
    data = gluon.data.ArrayDataset(nd.arange(10).reshape((5, 2)), onp.arange(5, dtype="int32"))
    it = DataLoaderIter(gluon.data.DataLoader(data, 2), "x", "y")
    assert it.provide_data[0] == mx.io.DataDesc("x", (2, 2), "float32")
    assert it.provide_label[0].name == "y"
    assert it.batch_size == 2
    for _ in range(2):
        batches = list(it)
        assert [b.pad for b in batches] == [0, 0, 1]
        assert batches[1].data[0].asnumpy().tolist() == [[4, 5], [6, 7]]
        assert batches[2].data[0].asnumpy().tolist() == [[8, 9], [0, 0]]
        assert batches[2].label[0].asnumpy().tolist() == [4, 0]
        assert batches[2].label[0].dtype == onp.float32
        it.reset()


def test_loader_iter_refuses():
    with pytest.raises(
        ValueError, match=r"expected batches that are pairs.*got a batch of NDArray"
    ):
        DataLoaderIter(gluon.data.DataLoader(nd.zeros((4, 2)), 2))
    data = gluon.data.ArrayDataset(nd.zeros((4, 2)), nd.zeros(4))
    with pytest.raises(TypeError, match="no current batch"):
        DataLoaderIter(gluon.data.DataLoader(data, 2)).getpad()
