"""Lists, record files and indexes made by the command line programs."""

import sys
from pathlib import Path

import numpy as onp
import pytest

from mxnet import _codec, recordio
from mxnet.error import FormatError
from mxnet.gluon.data.vision import ImageRecordDataset
from mxnet.image import ImageIter
from mxnet.tools import im2rec, rec2idx
from support import prepared

DATA = Path(__file__).parent.parent / "data" / "image"


def smooth(k):
    y, x = onp.mgrid[: 30 + k, :40]
    return onp.stack([x * 5, y * 4, x + y + 10 * k], axis=2).clip(0, 255).astype("uint8")


@pytest.fixture
def pictures(tmp_path):
    """Nine images in three classes, PNG and JPEG, and a text file."""
    root = tmp_path / "pictures"
    for k in range(9):
        name = root / ["ant", "bee", "cat"][k % 3] / f"{k}{'.png' if k % 2 else '.JPG'}"
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_bytes(_codec.encode(smooth(k), name.suffix))
    (root / "ant" / "notes.txt").write_text("none")
    return root


def test_lists(pictures, tmp_path, capsys):
    prefix = str(tmp_path / "all")
    assert im2rec.main(["--list", "--recursive", prefix, str(pictures)]) == 0
    assert capsys.readouterr().out == "ant 0\nbee 1\ncat 2\n"
    entries = im2rec.read_list(prefix + ".lst")
    assert sorted(e[0] for e in entries) == list(range(9))
    assert [e[0] for e in entries] != list(range(9))  # mixed
    for _, path, labels in entries:
        assert labels == [["ant", "bee", "cat"].index(path.split("/")[0])]
    first = Path(prefix + ".lst").read_text()
    im2rec.main(["--list", "--recursive", prefix, str(pictures)])
    assert Path(prefix + ".lst").read_text() == first  # in the same way each time
    im2rec.main(["--list", "--recursive", "--no-shuffle", prefix, str(pictures)])
    line = Path(prefix + ".lst").read_text().splitlines()[3]
    assert line == "3\t1.000000\tbee/1.png"
    im2rec.main(["--list", "--exts", ".png", "--shuffle", "False", prefix, str(pictures / "bee")])
    assert im2rec.read_list(prefix + ".lst") == [(0, "1.png", [0.0]), (1, "7.png", [0.0])]


def test_divided_lists(pictures, tmp_path):
    arguments = ["--list", "--recursive", "--train-ratio", "0.5", "--test-ratio", "0.25"]
    im2rec.main([*arguments, str(tmp_path / "d"), str(pictures)])
    sizes = {n: len(im2rec.read_list(tmp_path / f"d_{n}.lst")) for n in ("train", "test", "val")}
    assert sizes == {"train": 4, "test": 2, "val": 3}
    im2rec.main(["--list", "--recursive", "--chunks", "2", str(tmp_path / "c"), str(pictures)])
    parts = [im2rec.read_list(tmp_path / f"c_{i}.lst") for i in range(2)]
    assert [len(p) for p in parts] == [5, 4]
    assert sorted(e[0] for p in parts for e in p) == list(range(9))


def test_without_opencv_the_records_that_are_there_stay(pictures, tmp_path, capsys, monkeypatch):
    prefix = str(tmp_path / "all")
    im2rec.main(["--list", "--recursive", prefix, str(pictures)])
    im2rec.main([prefix, str(pictures)])
    before = Path(prefix + ".rec").read_bytes()
    monkeypatch.setattr(_codec, "_loaded", None)
    monkeypatch.setitem(sys.modules, "cv2", None)  # an ImportError
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        im2rec.main([prefix, str(pictures)])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("images need OpenCV") == 1
    assert "pip install 'mxnet-xla[vision]'" in said
    assert Path(prefix + ".rec").read_bytes() == before
    assert im2rec.main(["--pass-through", prefix, str(pictures)]) == 0  # nothing is decoded


@pytest.mark.parametrize("threads", ["1", "3"])
def test_from_folders_to_batches(pictures, tmp_path, threads):
    prefix = str(tmp_path / "all")
    im2rec.main(["--list", "--recursive", prefix, str(pictures)])
    assert im2rec.main(["--num-thread", threads, "--encoding", ".png", "--quality", "3",
                        prefix, str(pictures)]) == 0  # fmt: skip
    data = ImageRecordDataset(prefix + ".rec")
    entries = im2rec.read_list(prefix + ".lst")
    assert len(data) == len(entries) == 9
    for i, (number, path, labels) in enumerate(entries):
        stored = _codec.decode((pictures / path).read_bytes())
        image, label = data[i]
        onp.testing.assert_array_equal(image.asnumpy(), stored)
        assert label == labels[0]
        assert recordio.unpack(data._record.read_idx(number))[0].id == number
    files = {"path_imgrec": prefix + ".rec", "path_imgidx": prefix + ".idx"}
    batches = list(ImageIter(4, (3, 24, 24), shuffle=True, **files))
    assert [b.pad for b in batches] == [0, 0, 3]


def test_ways_of_packing(pictures, tmp_path):
    listed = tmp_path / "a.lst"
    listed.write_text("5\t1\t2\tant/0.JPG\n6\t3\t4\tbee/1.png\n")

    def packed(*options):
        assert im2rec.main([*options, str(tmp_path / "a"), str(pictures)]) == 0
        reader = recordio.MXIndexedRecordIO(str(tmp_path / "a.idx"), str(tmp_path / "a.rec"), "r")
        assert reader.keys == [5, 6]
        return [recordio.unpack(reader.read_idx(k)) for k in reader.keys]

    (header, content), _ = packed("--pass-through")
    assert content == (pictures / "ant" / "0.JPG").read_bytes()
    assert (header.flag, header.label, header.id) == (0, 1.0, 5)
    (header, content), _ = packed("--pack-label", "--resize", "12")
    assert header.label.tolist() == [1, 2]
    assert _codec.decode(content).shape == (12, 16, 3)
    _, (_, content) = packed("--center-crop", "--resize", "20", "--color", "0")
    assert _codec.decode_raw(content, -1, "test").shape == (20, 20)
    good, poor = (packed("--quality", q)[0][1] for q in ("95", "5"))
    assert len(poor) < len(good)


def test_what_cannot_be_packed_is_told(pictures, tmp_path, capsys):
    (tmp_path / "a.lst").write_text("0\t1\tant/0.JPG\n1\t1\tant/none.png\n2\t1\tant/notes.txt\n")
    assert im2rec.main([str(tmp_path / "a"), str(pictures)]) == 1
    output = capsys.readouterr()
    assert "a.rec: 1 records" in output.out
    assert "left out: ant/none.png" in output.err
    assert "left out: ant/notes.txt" in output.err
    assert len(ImageRecordDataset(str(tmp_path / "a.rec"))) == 1
    for wrong in ("0\tcat\tant/0.JPG\n", "x\t1\tant/0.JPG\n", "0\tant/0.JPG\n"):
        (tmp_path / "a.lst").write_text(wrong)
        with pytest.raises(FormatError, match="line 1"):
            im2rec.read_list(tmp_path / "a.lst")
        with pytest.raises(SystemExit) as ended:
            im2rec.main([str(tmp_path / "a"), str(pictures)])
        assert ended.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--list", "{tmp}/a", "{tmp}/none"], "no such folder"),
        (["--list", "{tmp}/a", "{tmp}"], "no images"),
        (["{tmp}/nothing", "{tmp}"], "no list"),
        (["--list", "--chunks", "0", "{tmp}/a", "{tmp}"], "--chunks"),
        (["--list", "--train-ratio", "0.9", "--test-ratio", "0.2", "{tmp}/a", "{tmp}"], "shares"),
    ],
)
def test_arguments_that_do_not_fit(tmp_path, capsys, arguments, message):
    with pytest.raises(SystemExit):
        im2rec.main([a.format(tmp=tmp_path) for a in arguments])
    assert message in capsys.readouterr().err


def test_an_index_made_anew(tmp_path, capsys):
    index = tmp_path / "cls.idx"
    assert rec2idx.main([str(DATA / "cls.rec"), str(index)]) == 0
    assert index.read_bytes() == (DATA / "cls.idx").read_bytes()
    content = bytearray((DATA / "cls.rec").read_bytes())
    places = [int(line.split("\t")[1]) for line in index.read_text().splitlines()]
    content[places[4]] ^= 1
    broken = tmp_path / "broken.rec"
    broken.write_bytes(content)
    with pytest.raises(SystemExit):
        rec2idx.main([str(broken), str(index)])
    assert f"record 4 at offset {places[4]}" in capsys.readouterr().err
    assert rec2idx.make_index(str(broken), str(index), True) == (9, places[5] - places[4])
    assert [int(line.split("\t")[1]) for line in index.read_text().splitlines()] == [
        *places[:4],
        *places[5:],
    ]


@pytest.mark.slow
def test_the_programs_run(tmp_path):
    for name in ("im2rec", "rec2idx"):
        told = prepared.run(["-m", f"mxnet.tools.{name}", "--help"], check=True)
        assert f"mxnet.tools.{name}" in told.stdout
