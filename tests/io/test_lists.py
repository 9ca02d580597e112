"""Lists of images and indices of record files: what each reader of MXNet 1.9.1 takes from a file.

``lists.json`` holds, for each text, what 1.9.1's ``ImageIter(path_imglist=...)`` and
``ImageRecordIter(path_imglist=...)`` (of one label, and of two) found in it, and what its
``im2rec`` program read; null where that was an error.
"""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import recordio
from mxnet.error import FormatError
from mxnet.gluon.data.vision import ImageListDataset
from mxnet.tools import im2rec

pytest.importorskip("cv2")

FIXTURES = Path(__file__).parent.parent / "data" / "io"
LISTS = json.loads((FIXTURES / "lists.json").read_text(encoding="utf-8"))
# One or another reader of 1.9.1 leaves such a line out, or takes 0 or a part of the word for a
# label. An image that has a wrong label, or is missing, should be heard of.
REFUSED = {
    "blank for last tab": "no label before the name",
    "bom": "a word for a number",
    "comment": "a word for a number",
    "comment with tabs": "a word for a number",
    "key as word": "a word for a number",
    "key only": "no label",
    "label hex": "a word for a label",
    "label with rest": "a word for a label",
    "label word": "a word for a label",
    "no label": "no label",
    "no name": "no label before the name",
    "no name but tab": "no label before the name",
    "one without label": "no label",
}
DIGITS = ("label underscored", "unicode digits")


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A record file of two images, numbers 0 and 1, and the second one's offset."""
    path = str(tmp_path_factory.mktemp("two") / "two.rec")
    writer = recordio.MXRecordIO(path, "w")
    offsets = []
    for i in range(2):
        offsets.append(writer._at)
        header = recordio.IRHeader(0, 90.0 + i, i, 0)
        image = onp.full((8, 8, 3), 50 * i, "uint8")
        writer.write(recordio.pack_img(header, image, quality=3, img_fmt=".png"))
    writer.close()
    return path, offsets[1]


def labels(two, **options):
    given = {"path_imgrec": two[0], "data_shape": (3, 8, 8), "batch_size": 2, **options}
    return mx.io.ImageRecordIter(preprocess_threads=1, **given).next().label[0].asnumpy().tolist()


def listed(path):
    it = mx.image.ImageIter(1, (3, 8, 8), path_imglist=path, path_root=".", aug_list=[])
    return [[key, found.tolist(), name] for key, (found, name) in it.imglist.items()]


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")  # 1e300 is no float32
@pytest.mark.parametrize("case", sorted(LISTS))
def test_every_reader_takes_what_one_of_the_original_takes(case, two, tmp_path):
    recorded = LISTS[case]
    path = str(tmp_path / "a.lst")
    Path(path).write_text(recorded["text"], encoding="utf-8", newline="")
    readers = (
        listed,
        im2rec.read_list,
        lambda path: ImageListDataset(".", path),
        lambda path: labels(two, path_imglist=path),
    )
    if case in REFUSED:
        for read in readers:
            with pytest.raises(FormatError, match=r"a\.lst: line \d of a list of images"):
                read(path)
        return
    found = listed(path)
    entries = im2rec.read_list(path)
    assert [name for _, _, name in found] == list({n: name for n, name, _ in entries}.values())
    if recorded["ImageIter"] is not None:
        onp.testing.assert_equal(found, recorded["ImageIter"])
    for number, name, *those in recorded["im2rec"]:
        mine = [(n, x.strip(), y) for n, x, y in entries]  # the program strips names
        assert repr((number, name, [float(x) for x in those])) in map(repr, mine)
    dataset = ImageListDataset(".", path)
    assert [Path(p).name for p, _ in dataset.items] == [Path(name).name for _, name, _ in entries]
    first = {key: those[0] for key, those, _ in found}
    if first:
        given = labels(two, path_imglist=path)
        onp.testing.assert_equal(given, [first[0], first[1]])
        # digits that Python reads and C does not are read
        if recorded["ImageRecordIter"] is not None and case not in DIGITS:
            onp.testing.assert_equal(given, recorded["ImageRecordIter"])
    if all(len(those) == 2 for _, _, those in entries) and entries:
        both = labels(two, path_imglist=path, label_width=2)
        assert both == recorded["ImageRecordIter, 2 labels"]


def test_of_more_labels_in_a_list_the_first_are_taken(two, tmp_path):
    """Of a list only: a record must have as many as label_width says, as in 1.9.1."""
    path = str(tmp_path / "a.lst")
    Path(path).write_text("0\t0\t10\t20\ta.png\n1\t1\t11\t21\tb.png\n")
    assert labels(two, path_imglist=path) == [0, 1]
    assert labels(two, path_imglist=path, label_width=2) == [[0, 10], [1, 11]]
    with pytest.raises(ValueError, match="label_width=4, got 3"):
        labels(two, path_imglist=path, label_width=4)
    box = "2\t5\t0\t.1\t.2\t.5\t.6\t1\t.3\t.3\t.4\t.4"
    Path(path).write_text(f"0\t{box}\ta.png\n1\t{box}\tb.png\n")
    given = {"path_imgrec": two[0], "path_imglist": path, "data_shape": (3, 8, 8), "batch_size": 2}
    for width, n in ((-1, 12), (7, 7), (12, 12)):
        it = mx.io.ImageDetRecordIter(**given, label_width=width)
        (row, _) = it.next().label[0].asnumpy().tolist()
        assert (row[3], len(row)) == (n, 4 + n)


def test_an_image_that_a_list_leaves_out_is_named(two, tmp_path):
    path = str(tmp_path / "a.lst")
    Path(path).write_text("0\t2\t5\t0\t.1\t.2\t.5\t.6\ta.png\n")
    for make in (mx.io.ImageRecordIter, mx.io.ImageDetRecordIter):
        with pytest.raises(mx.MXNetError, match=r"record 1 .*is not in path_imglist.*with 1, got"):
            make(path_imgrec=two[0], path_imglist=path, data_shape=(3, 8, 8), batch_size=2)


@pytest.mark.parametrize(
    "text", ["0\t0\n1\t{0}\n", "1\t{0}\n0\t0\n", "0\t0\r\n\r\n 1\t{0}", "a\t0\t9\nb\t{0}\t9\n"]
)
def test_records_come_in_the_files_order_whatever_the_indexs(text, two, tmp_path):
    """As 1.9.1 gives them: [90, 91]."""
    path = str(tmp_path / "a.idx")
    Path(path).write_text(text.format(two[1]), newline="")
    assert labels(two, path_imgidx=path) == [90, 91]
    if not text.startswith("a"):
        keys = recordio.MXIndexedRecordIO(path, two[0], "r").keys
        assert keys == ([1, 0] if text.startswith("1") else [0, 1])


@pytest.mark.parametrize("n", [3, 10])
def test_a_round_that_would_need_a_third_is_refused(n, tmp_path):
    """17 of 10: the second round begins at the 8th image, and lacks 14; 1.9.1 refuses it too."""
    image = recordio.pack_img(
        recordio.IRHeader(0, 1.0, 0, 0), onp.zeros((8, 8, 3), "uint8"), img_fmt=".png", quality=3
    )
    path, table = str(tmp_path / "a.rec"), str(tmp_path / "a.csv")
    writer = recordio.MXRecordIO(path, "w")
    for _ in range(n):
        writer.write(image)
    writer.close()
    onp.savetxt(table, onp.arange(n), fmt="%g")
    size = 2 * n - (n > 3) * 3
    for it in (
        mx.io.ImageRecordIter(path_imgrec=path, data_shape=(3, 8, 8), batch_size=size),
        mx.io.CSVIter(data_csv=table, data_shape=(1,), batch_size=size),
    ):
        assert it.next().pad == size - n
        it.reset()
        if n == 3:  # the second round has nothing of its own left
            assert list(it) == []
            continue
        with pytest.raises(mx.MXNetError, match=r"bigger than batch size.*at least 17.*got 10"):
            it.next()
