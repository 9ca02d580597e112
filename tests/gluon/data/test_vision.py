"""MNIST, Fashion-MNIST and CIFAR: good files, broken files, missing files."""

import gzip
import hashlib
import io
import os
import struct
import tarfile
import time
import tracemalloc
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, nd
from mxnet.error import FormatError, MXNetError
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data._batch import bulk_of
from mxnet.gluon.data.vision import CIFAR10, CIFAR100, MNIST, FashionMNIST, transforms
from mxnet.gluon.data.vision._files import read_idx

EMBEDDED = Path(__file__).parents[3] / "data" / "fashion-mnist"
RNG = onp.random.RandomState(4)
PICTURES = RNG.randint(0, 256, (6, 28, 28)).astype("uint8")
DIGITS = onp.array([3, 1, 4, 1, 5, 9], "uint8")


def idx(array, kind=8):
    head = struct.pack(f">4B{array.ndim}I", 0, 0, kind, array.ndim, *array.shape)
    return head + array.tobytes()


def write(path, content, pack=True):
    path.write_bytes(gzip.compress(content) if pack else content)


@pytest.fixture
def root(tmp_path):
    """A folder with a small, valid set; the network is a port where nobody listens."""
    for part in ("train", "t10k"):
        write(tmp_path / f"{part}-images-idx3-ubyte.gz", idx(PICTURES))
        write(tmp_path / f"{part}-labels-idx1-ubyte.gz", idx(DIGITS))
    old = _config.set_option("gluon_repo", "http://127.0.0.1:9/")
    yield tmp_path
    _config.set_option("gluon_repo", old)


# ------------------------------------------------------------------------------ good files
def test_the_embedded_set():
    data = FashionMNIST(root=str(EMBEDDED), train=False)
    assert len(data) == 2000
    image, label = data[7]
    assert isinstance(image, nd.NDArray)
    assert (image.shape, image.dtype, image.context) == ((28, 28, 1), onp.uint8, mx.cpu())
    assert type(label) is onp.int32
    images, labels = data[3:8]
    assert images.shape == (5, 28, 28, 1)
    assert labels.dtype == onp.int32
    assert (images[4] - image).asnumpy().max() == 0
    assert labels[4] == label
    counts = onp.bincount([data[i][1] for i in range(2000)])
    assert counts.tolist() == [200] * 10
    with pytest.raises(IndexError):
        data[2000]


def test_batches_of_the_embedded_set():
    data = FashionMNIST(root=str(EMBEDDED), train=False)
    for x, y in DataLoader(data, 1000):
        assert (x.shape, x.dtype, y.dtype) == ((1000, 28, 28, 1), onp.uint8, onp.int32)
    x, y = next(iter(DataLoader(data.transform_first(transforms.ToTensor()), 8)))
    assert (x.shape, x.dtype) == ((8, 1, 28, 28), onp.float32)
    onp.testing.assert_allclose(
        x.asnumpy()[:, 0], data[0:8][0].asnumpy()[..., 0] / 255.0, rtol=1e-6
    )
    assert y.asnumpy().tolist() == data[0:8][1].tolist()


@pytest.mark.parametrize("train", [True, False])
def test_pixels_and_labels(root, train):
    data = MNIST(root=str(root), train=train)
    assert len(data) == 6
    for i in range(6):
        assert (data[i][0].asnumpy()[..., 0] == PICTURES[i]).all()
        assert data[i][1] == DIGITS[i]


@pytest.mark.parametrize("dots", [False, True])
def test_unpacked_files(tmp_path, dots):
    names = ("train-images.idx3-ubyte", "train-labels.idx1-ubyte")
    for name, array in zip(names, (PICTURES, DIGITS)):
        write(tmp_path / (name if dots else name.replace(".", "-")), idx(array), pack=False)
    assert (MNIST(root=str(tmp_path))[2][0].asnumpy()[..., 0] == PICTURES[2]).all()


def test_transform_of_pairs(root):
    data = MNIST(str(root), transform=lambda image, label: (image.astype("float32"), label + 1))
    assert data[0][0].dtype == onp.float32
    assert data[0][1] == 4
    assert bulk_of(data) is None
    ((x, y),) = DataLoader(data, 6)
    assert x.dtype == onp.float32
    assert y.asnumpy().tolist() == [4, 2, 5, 2, 6, 10]


def test_default_folder():
    old = _config.set_option("home", "/nowhere")
    try:
        with pytest.raises((OSError, MXNetError), match=r"/nowhere"):
            MNIST()
    finally:
        _config.set_option("home", old)


# ------------------------------------------------------------------------------ broken files
IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
GOOD = idx(PICTURES)
BROKEN = {
    "a label file": (IMAGES, idx(DIGITS), r"offset 0: expected 0x00000803.*got 0x00000801"),
    "an image file": (LABELS, GOOD, r"offset 0: expected 0x00000801.*got 0x00000803"),
    "floats": (IMAGES, idx(PICTURES, 13), r"got 0x00000d03"),
    "something else": (IMAGES, b"PNG....", r"offset 0: expected 0x00000803"),
    "nothing": (IMAGES, b"", r"offset 0.*an empty file"),
    "half a header": (IMAGES, GOOD[:10], r"header ends at offset 10: expected 16 bytes"),
    "other images": (
        IMAGES,
        idx(PICTURES[:, :14]),
        r"offset 8: expected \(28, 28\), got \(14, 28\)",
    ),
    "too short": (
        IMAGES,
        GOOD[:-100],
        r"end at offset 4620: expected 4704 bytes .* got 4604 bytes",
    ),
    "too long": (IMAGES, GOOD + b"x", r"beyond offset 4720: expected 4704 bytes"),
    "one image too few": (
        IMAGES,
        idx(PICTURES[:5]),
        r"number of images at offset 4: expected 6, .*labels.*got 5",
    ),
    "an absurd count": (
        IMAGES,
        struct.pack(">4B3I", 0, 0, 8, 3, 2**31, 28, 28),
        r"more than the file can hold.*1683627180032 bytes",
    ),
}


def test_no_images_beyond_measure(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 0, 2**32 - 1, 2**32 - 1))
    with pytest.raises(FormatError, match="more than the file can hold"):
        read_idx(str(path), 3)


@pytest.mark.parametrize("pack", [True, False], ids=["gzipped", "plain"])
@pytest.mark.parametrize("case", BROKEN)
def test_broken_content(root, case, pack):
    name, content, message = BROKEN[case]
    if not pack and case == "too short":
        message = r"offset 4\): *expected|more than the file can hold"
    write(root / name, content, pack)
    with pytest.raises(FormatError, match=message) as caught:
        MNIST(root=str(root))
    assert str(root / name) in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("cut", [3, 15, 400, -1])
def test_truncated_gzip(root, cut):
    whole = (root / IMAGES).read_bytes()
    (root / IMAGES).write_bytes(whole[:cut])
    with pytest.raises(FormatError, match=r"damaged or incomplete") as caught:
        MNIST(root=str(root))
    assert IMAGES in str(caught.value)


@pytest.mark.parametrize("at", [20, 1000, -6])
def test_flipped_bits(root, at):
    packed = bytearray((root / IMAGES).read_bytes())
    packed[at] ^= 0x55
    (root / IMAGES).write_bytes(bytes(packed))
    with pytest.raises(FormatError) as caught:
        MNIST(root=str(root))
    assert IMAGES in str(caught.value)


def test_gzip_bomb(tmp_path, monkeypatch):
    path = tmp_path / IMAGES
    n = 400_000
    with gzip.open(path, "wb", 9) as file:
        file.write(struct.pack(">4B3I", 0, 0, 8, 3, n, 28, 28))
        for _ in range(n // 4000):
            file.write(bytes(4000 * 784))
    unpacked = []

    class Counted(gzip.GzipFile):
        def read(self, size=-1):
            unpacked.append(super().read(size))
            return unpacked[-1]

    monkeypatch.setattr(gzip, "GzipFile", Counted)
    tracemalloc.start()
    with pytest.raises(FormatError, match=r"more than the file can hold"):
        read_idx(str(path), 3, (28, 28))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * os.path.getsize(path)
    assert 0 < sum(map(len, unpacked)) < 20 * os.path.getsize(path)


# ------------------------------------------------------------------------------ missing files
def test_missing_without_network(root, monkeypatch):
    (root / LABELS).unlink()
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    with pytest.raises(MXNetError) as caught:
        FashionMNIST(root=str(root))
    assert 0 < sum(waited) < 10
    text = str(caught.value)
    for part in (
        f"file {LABELS} is missing",
        str(root),
        f"http://127.0.0.1:9/gluon/dataset/fashion-mnist/{LABELS}",
        "by hand",
        "MXNET_GLUON_REPO",
    ):
        assert part in text
    assert isinstance(caught.value, FileNotFoundError)


def test_missing_files_are_fetched(root, server):
    folder = root / "served" / "gluon" / "dataset" / "mnist"
    folder.mkdir(parents=True)
    files = []
    for name in (IMAGES, LABELS):
        (root / name).rename(folder / name)
        files.append((name, hashlib.sha1((folder / name).read_bytes()).hexdigest()))

    class Small(MNIST):
        _train_files = tuple(files)

    _config.set_option("gluon_repo", server(root / "served"))
    data = Small(root=str(root / "new"))
    assert (data[1][0].asnumpy()[..., 0] == PICTURES[1]).all()
    assert sorted(os.listdir(root / "new")) == [IMAGES, LABELS]

    class Other(MNIST):
        _train_files = ((IMAGES, "0" * 40), files[1])

    with pytest.raises(MXNetError, match=f"SHA-1 differs: expected {'0' * 40}"):
        Other(root=str(root / "other"))
    assert os.listdir(root / "other") == []


# ------------------------------------------------------------------------------ CIFAR
def cifar(n, labels):
    pictures = RNG.randint(0, 256, (n, 3, 32, 32)).astype("uint8")
    head = RNG.randint(0, 10, (n, labels)).astype("uint8")
    return pictures, head, onp.concatenate([head, pictures.reshape(n, -1)], 1).tobytes()


@pytest.mark.parametrize("where", [".", "cifar-10-batches-bin", "archive"])
def test_cifar10(tmp_path, where):
    parts = [cifar(2, 1) for _ in range(5)]
    names = [f"data_batch_{i}.bin" for i in range(1, 6)]
    if where == "archive":
        with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as tar:
            for name, (_, _, content) in zip([*names, "../evil.bin"], [*parts, parts[0]]):
                info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    else:
        (tmp_path / where).mkdir(exist_ok=True)
        for name, (_, _, content) in zip(names, parts):
            (tmp_path / where / name).write_bytes(content)
    data = CIFAR10(root=str(tmp_path))
    assert len(data) == 10
    image, label = data[5]
    assert (image.shape, image.dtype, type(label)) == ((32, 32, 3), onp.uint8, onp.int32)
    assert (image.asnumpy() == parts[2][0][1].transpose(1, 2, 0)).all()
    assert label == parts[2][1][1, 0]
    assert not (tmp_path.parent / "evil.bin").exists()


def test_cifar100_has_two_labels(tmp_path):
    pictures, head, content = cifar(3, 2)
    (tmp_path / "test.bin").write_bytes(content)
    coarse = CIFAR100(root=str(tmp_path), train=False)
    fine = CIFAR100(root=str(tmp_path), fine_label=True, train=False)
    assert [coarse[i][1] for i in range(3)] == head[:, 0].tolist()
    assert [fine[i][1] for i in range(3)] == head[:, 1].tolist()
    assert (fine[2][0].asnumpy() == pictures[2].transpose(1, 2, 0)).all()


def test_broken_cifar(tmp_path):
    content = cifar(2, 1)[2]
    (tmp_path / "test_batch.bin").write_bytes(content[:-1])
    with pytest.raises(FormatError, match=r"test_batch\.bin.*offset 3073.*3073 bytes.*got 6145"):
        CIFAR10(root=str(tmp_path), train=False)
    (tmp_path / "test_batch.bin").write_bytes(content[:3073] + b"\x0a" + content[3074:])
    with pytest.raises(FormatError, match=r"label of record 1: expected at most 9, got 10"):
        CIFAR10(root=str(tmp_path), train=False)
    (tmp_path / "test_batch.bin").unlink()
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"no archive")
    with pytest.raises(FormatError, match=r"damaged or incomplete"):
        CIFAR10(root=str(tmp_path), train=False)
