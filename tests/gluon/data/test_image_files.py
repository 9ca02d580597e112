"""Data sets of record files, folders and lists of images."""

import json
import shutil
from pathlib import Path

import numpy as onp
import pytest

from mxnet import recordio
from mxnet.error import FormatError, MXNetError
from mxnet.gluon.data import DataLoader, RecordFileDataset
from mxnet.gluon.data.vision import (
    ImageFolderDataset,
    ImageListDataset,
    ImageRecordDataset,
    transforms,
)

DATA = Path(__file__).parent.parent.parent / "data" / "image"
FACTS = json.loads((DATA / "images.json").read_text())
PICTURES = onp.load(DATA / "images.npz")


def picture(number):
    return PICTURES[f"k{FACTS[number]['key']}"]


@pytest.fixture
def folder(tmp_path):
    """Classes ``a`` and ``b`` of PNG images, and things that are none."""
    reader = recordio.MXIndexedRecordIO(str(DATA / "cls.idx"), str(DATA / "cls.rec"), "r")
    for key, name in enumerate(["a/2.png", "a/1.PNG", "b/x.png"]):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(recordio.unpack(reader.read_idx(key))[1])
    return tmp_path / "pictures"


def test_records_are_bytes():
    data = RecordFileDataset(str(DATA / "images.rec"))
    assert len(data) == 12
    header, rest = recordio.unpack(data[3])
    assert (header.id, rest[:4]) == (103, b"\x89PNG")
    assert data[-1] == data[11]
    with pytest.raises(IndexError):
        data[12]
    assert [len(r) for r in data.take(2)] == [len(data[0]), len(data[1])]


def test_missing_files(tmp_path):
    with pytest.raises(MXNetError, match="No such file"):
        RecordFileDataset(str(tmp_path / "no.rec"))
    shutil.copy(DATA / "plain.rec", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"plain\.idx.*rec2idx"):
        RecordFileDataset(str(tmp_path / "plain.rec"))


def test_pictures_of_a_record_file():
    data = ImageRecordDataset(str(DATA / "images.rec"))
    for i, fact in enumerate(FACTS):
        image, label = data[i]
        onp.testing.assert_array_equal(image.asnumpy(), picture(i))
        onp.testing.assert_array_equal(label, fact["label"])
        assert isinstance(label, float) == (fact["flag"] == 0)
    assert ImageRecordDataset(str(DATA / "images.rec"), flag=0)[3][0].shape == (46, 60, 1)
    changed = ImageRecordDataset(
        str(DATA / "images.rec"), transform=lambda image, label: (image.shape, label)
    )
    assert changed[3] == ((46, 60, 3), 3.0)


@pytest.mark.parametrize("workers", [0, 2])
def test_loaded_in_batches(workers):
    data = ImageRecordDataset(str(DATA / "cls.rec"))
    chain = transforms.Compose([transforms.Resize((16, 12)), transforms.ToTensor()])
    loader = DataLoader(data.transform_first(chain), 4, num_workers=workers, thread_pool=True)
    batches = list(loader)
    assert [b[0].shape for b in batches] == [(4, 3, 12, 16), (4, 3, 12, 16), (2, 3, 12, 16)]
    assert onp.concatenate([b[1].asnumpy() for b in batches]).tolist() == [i % 3 for i in range(10)]


def test_a_broken_picture_is_named(tmp_path):
    names = str(tmp_path / "a.idx"), str(tmp_path / "a.rec")
    writer = recordio.MXIndexedRecordIO(*names, "w")
    source = recordio.MXIndexedRecordIO(str(DATA / "images.idx"), str(DATA / "images.rec"), "r")
    whole = source.read_idx(2)
    for i, content in enumerate((whole, whole[:-30], recordio.pack((0, 1.0, 0, 0), b"junk"))):
        writer.write_idx(i, content)
    writer.close()
    data = ImageRecordDataset(names[1])
    assert data[0][0].shape == (42, 52, 3)
    with pytest.raises(FormatError, match=r"a\.rec: record 1: .*no end mark"):
        data[1]
    with pytest.raises(FormatError, match=r"a\.rec: record 2: .*b'junk'"):
        data[2]


def test_folders_are_classes(folder):
    (folder / "top.png").write_bytes(b"")
    (folder / "a" / "readme.txt").write_bytes(b"")
    with pytest.warns(UserWarning, match="Ignoring") as warned:
        data = ImageFolderDataset(str(folder))
    told = [str(w.message) for w in warned]
    assert told == [
        f"Ignoring {folder}/a/readme.txt of type .txt. Only support .jpg, .jpeg, .png",
        f"Ignoring {folder}/top.png, which is not a directory.",
    ]
    assert data.synsets == ["a", "b"]
    assert data.items == [
        (str(folder / "a" / "1.PNG"), 0),
        (str(folder / "a" / "2.png"), 0),
        (str(folder / "b" / "x.png"), 1),
    ]
    image, label = data[2]
    assert (image.shape, image.dtype, label, len(data)) == ((36, 40, 3), onp.uint8, 1, 3)


def test_folders_that_do_not_fit(folder):
    assert ImageFolderDataset(str(folder), flag=0)[0][0].shape == (36, 40, 1)
    assert ImageFolderDataset(str(folder), transform=lambda image, label: label)[2] == 1
    with pytest.raises(FileNotFoundError):
        ImageFolderDataset(str(folder / "none"))
    with pytest.raises(NotADirectoryError):
        ImageFolderDataset(str(folder / "a" / "2.png"))
    (folder / "a" / "2.png").unlink()
    data = ImageFolderDataset(str(folder))
    (folder / "a" / "1.PNG").unlink()
    with pytest.raises(MXNetError, match=r"1\.PNG.*No such file"):
        data[0]


def test_lists_of_files(folder, tmp_path):
    listed = ImageListDataset(str(folder), [[1.5, "a/2.png"], [[1, 2], "b/x.png"], [3, 4, "x.png"]])
    assert (listed[0][0].shape, listed[0][1], len(listed)) == ((36, 40, 3), 1.5, 3)
    assert listed[1][1].tolist() == [1, 2]
    assert listed.items[2][1].tolist() == [3, 4]
    path = tmp_path / "a.lst"
    path.write_text("0\t1\ta/2.png\n\n5\t1\t2\tb/x.png\n")
    read = ImageListDataset(str(folder), str(path), flag=0, transform=lambda i, x: (i.shape, x))
    assert read[0] == ((36, 40, 1), 1.0)
    assert read[1][1].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("imglist", "message"),
    [
        (None, "imglist does not fit"),
        ([["cat", "a.png"]], "item 0 of imglist"),
        ([[1, "a.png"], ["a.png"]], "item 1 of imglist"),
        ([5], "item 0"),
    ],
)
def test_lists_that_do_not_fit(imglist, message):
    with pytest.raises(FormatError, match=message):
        ImageListDataset(".", imglist)


def test_a_list_file_that_does_not_fit(tmp_path):
    (tmp_path / "a.lst").write_text("0\t1\ta.png\n1\tcat\tb.png\n")
    with pytest.raises(FormatError, match=r"a\.lst: line 2.*numbers"):
        ImageListDataset(".", tmp_path / "a.lst")
    with pytest.raises(FileNotFoundError):
        ImageListDataset(".", str(tmp_path / "none.lst"))
