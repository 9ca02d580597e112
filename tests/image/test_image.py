"""mx.image: reading, cutting, what does not fit; ImageIter and ImageDetIter."""

import logging
import os
import random
import struct
from pathlib import Path

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import _codec, image, nd, recordio
from mxnet.error import FormatError, MXNetError, ShapeError
from mxnet.gluon.data import DataLoader, SimpleDataset

DATA = Path(__file__).parent.parent / "data" / "image"
CLS = {"path_imgrec": str(DATA / "cls.rec"), "path_imgidx": str(DATA / "cls.idx")}
DET = {"path_imgrec": str(DATA / "det.rec"), "path_imgidx": str(DATA / "det.idx")}
PICTURES = onp.load(DATA / "images.npz")


def stored(key):
    reader = recordio.MXIndexedRecordIO(str(DATA / "images.idx"), str(DATA / "images.rec"), "r")
    return recordio.unpack(reader.read_idx(key))[1]


PNG, JPEG = stored(0), stored(2)
PICTURE = PICTURES["k2"]


@pytest.fixture
def folder(tmp_path):
    reader = recordio.MXIndexedRecordIO(CLS["path_imgidx"], CLS["path_imgrec"], "r")
    for key in reader.keys:
        (tmp_path / f"{key}.png").write_bytes(recordio.unpack(reader.read_idx(key))[1])
    (tmp_path / "bad.png").write_bytes(b"junk")
    return tmp_path


# --------------------------------------------------------------------------------------- reading
def test_decode_and_read(tmp_path):
    for data in (JPEG, bytearray(JPEG), memoryview(JPEG), onp.frombuffer(JPEG, "uint8"),
                 nd.array(onp.frombuffer(JPEG, "uint8"), dtype="uint8")):  # fmt: skip
        made = image.imdecode(data)
        assert (made.dtype, made.context) == (onp.uint8, mx.cpu())
        onp.testing.assert_array_equal(made.asnumpy(), PICTURE)
    onp.testing.assert_array_equal(image.imdecode(PNG).asnumpy(), PICTURES["k0"])
    onp.testing.assert_array_equal(image.imdecode(JPEG, to_rgb=0).asnumpy(), PICTURE[:, :, ::-1])
    gray = image.imdecode(JPEG, flag=0)
    assert gray.shape == (42, 52, 1)
    luma = PICTURE @ [0.299, 0.587, 0.114]
    assert abs(gray.asnumpy()[:, :, 0] - luma).max() < 4
    assert image.imdecode(JPEG, 0, False).shape == (42, 52, 1)
    out = nd.zeros((42, 52, 3), dtype="uint8")
    assert image.imdecode(JPEG, out=out) is out
    onp.testing.assert_array_equal(out.asnumpy(), PICTURE)
    (tmp_path / "a.jpg").write_bytes(JPEG)
    onp.testing.assert_array_equal(image.imread(str(tmp_path / "a.jpg")).asnumpy(), PICTURE)
    assert image.imread(tmp_path / "a.jpg", 0).shape == (42, 52, 1)
    assert mx.img is image


def test_the_same_by_other_names():
    buffer = nd.array(onp.frombuffer(JPEG, "uint8"), dtype="uint8")
    made = nd._internal._cvimdecode(buffer, flag=1, to_rgb=True)
    onp.testing.assert_array_equal(made.asnumpy(), PICTURE)
    assert nd._internal._cvimresize(made, w=10, h=8, interp=1).shape == (8, 10, 3)
    assert nd._internal._cvcopyMakeBorder(made, 1, 1, 2, 2).shape == (44, 56, 3)
    old = nd.imdecode(JPEG, clip_rect=(1, 2, 11, 22))
    assert old.shape == (1, 3, 20, 10)
    onp.testing.assert_array_equal(old.asnumpy()[0], PICTURE[2:22, 1:11].transpose(2, 0, 1))
    batch = nd.zeros((2, 3, 42, 52))
    nd.imdecode(JPEG, out=batch, index=1, mean=nd.ones((3, 1, 1)))
    onp.testing.assert_array_equal(batch.asnumpy()[1], PICTURE.transpose(2, 0, 1) - 1.0)


@pytest.mark.parametrize("data", [JPEG, PNG])
def test_cut_pictures_are_refused(data):
    for length in [0, 1, 5, 10, 100, 300, len(data) // 2, len(data) - 2]:
        with pytest.raises(FormatError, match=r"Invalid image|empty"):
            image.imdecode(data[:length])


def test_the_end_mark_of_a_preview_does_not_count():
    comment = b"\xff\xfe\x00\x10preview \xff\xd9 end"
    whole = JPEG[:2] + comment[:4] + comment[4:18].ljust(14) + JPEG[2:]
    assert image.imdecode(whole).shape == (42, 52, 3)
    with pytest.raises(FormatError, match="no end mark"):
        image.imdecode(whole[:-40])
    assert image.imdecode(JPEG + b"trailing bytes").shape == (42, 52, 3)


def test_a_camera_held_upright_turns_nothing():
    """As in MXNet 1.x, which OpenCV left to itself does otherwise."""
    tag = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)  # orientation: a quarter turn
    exif = b"Exif\0\0" + b"II*\0" + struct.pack("<IH", 8, 1) + tag + bytes(4)
    noted = JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + JPEG[2:]
    onp.testing.assert_array_equal(image.imdecode(noted).asnumpy(), PICTURE)
    assert image.imdecode(noted, 0).shape == (42, 52, 1)
    assert recordio.unpack_img(recordio.pack((0, 0, 0, 0), noted), 1)[1].shape == (52, 42, 3)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_bytes_are_a_picture_or_refused(data):
    source = bytearray(data.draw(st.sampled_from([PNG, JPEG, b"BM", b"II*\0", b"RIFF....WEBP"])))
    for _ in range(data.draw(st.integers(0, 4))):
        if source:
            at = data.draw(st.integers(0, len(source) - 1))
            source[at] = data.draw(st.integers(0, 255))
    source += data.draw(st.binary(max_size=20))
    try:
        made = image.imdecode(bytes(source))
    except FormatError:
        return
    assert made.dtype == onp.uint8
    assert made.ndim == 3


def test_reading_what_does_not_fit(tmp_path):
    for wrong in ("text", [1, 2], 5, None):
        with pytest.raises(ValueError, match="buf must be of type bytes"):
            image.imdecode(wrong)
    with pytest.raises(MXNetError, match="uint8"):
        image.imdecode(nd.zeros(5))
    with pytest.raises(MXNetError, match="Cannot find argument 'foo'"):
        image.imdecode(JPEG, foo=1)
    with pytest.raises(MXNetError, match="flag"):
        image.imdecode(JPEG, -1)
    with pytest.raises(MXNetError, match=r"no\.jpg.*No such file"):
        image.imread(str(tmp_path / "no.jpg"))
    for wrong in (str(tmp_path), 5, None):
        with pytest.raises(MXNetError, match="couldn't open"):
            image.imread(wrong)
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(FormatError, match=r"empty\.jpg.*empty buffer"):
        image.imread(str(tmp_path / "empty.jpg"))


def test_without_the_library(monkeypatch):
    monkeypatch.setattr(_codec, "_loaded", None)
    monkeypatch.setattr(_codec.importlib, "import_module", lambda name: exec("raise ImportError"))  # noqa: S102
    with pytest.raises(ImportError, match=r"mxnet-xla\[vision\]"):
        image.imdecode(JPEG)


# ------------------------------------------------------------------------------ size and place
def test_sizes_of_all_types():
    source = nd.array(PICTURE[:20, :30], dtype="uint8")
    expected = image.imresize(source, 10, 8).asnumpy().astype("float64")
    for dtype in ("float32", "float64", "float16", "int16", "uint16"):
        made = image.imresize(source.astype(dtype), 10, 8)
        assert made.dtype == onp.dtype(dtype).type
        assert abs(made.asnumpy() - expected).max() <= 1
    small = image.imresize((source.astype("int16") - 128).astype("int8"), 10, 8)
    assert abs(small.asnumpy() + 128.0 - expected).max() <= 1
    assert image.imresize(source[:, :, :1], 10, 8).shape == (8, 10, 1)
    assert image.imresize(nd.zeros((6, 5, 7)), 3, 2).shape == (2, 3, 7)
    out = nd.zeros((8, 10, 3), dtype="uint8")
    assert image.imresize(source, 10, 8, 1, out) is out
    onp.testing.assert_array_equal(out.asnumpy(), expected)


def test_scale_down():
    cases = {
        ((640, 480), (720, 120)): (640, 106),
        ((360, 1000), (480, 500)): (360, 375),
        ((10, 10), (3, 4)): (3, 4),
        ((10, 5), (30, 40)): (3, 5),
    }
    for arguments, result in cases.items():
        assert image.scale_down(*arguments) == result


def test_what_cannot_be_resized():
    source = nd.array(PICTURE, dtype="uint8")
    with pytest.raises(AssertionError, match="expected an NDArray"):
        image.imresize(PICTURE, 3, 4)
    for shape in ((4, 4), (1, 4, 4, 3)):
        with pytest.raises(ShapeError, match="height, width, channels"):
            image.imresize(nd.zeros(shape), 3, 4)
    for w in (0, -3, 2.5, "a"):
        with pytest.raises(MXNetError, match="w does not fit"):
            image.imresize(source, w, 4)
    with pytest.raises(TypeError, match="cannot be resized"):
        image.imresize(source.astype("int32"), 3, 4)
    with pytest.raises(ValueError, match="interp"):
        image.imresize(source, 3, 4, 7)
    with pytest.raises(MXNetError, match="Cannot find argument"):
        image.imresize(source, 3, 4, size=3)
    with pytest.raises(ShapeError, match="outside"):
        image.fixed_crop(source, -1, 0, 5, 5)
    assert image.fixed_crop(source, 45, 0, 20, 5).shape == (5, 7, 3)  # what is there
    with pytest.raises(ShapeError, match="negative"):
        image.copyMakeBorder(source, -1, 0, 0, 0)
    with pytest.raises(MXNetError, match="type 0 to 4"):
        image.copyMakeBorder(source, 1, 0, 0, 0, 5)
    with pytest.raises(AssertionError, match="unexpected keyword"):
        image.random_size_crop(source, (4, 4), 0.5, (1, 2), foo=1)
    assert image.random_size_crop(source, (4, 4), None, (1, 2), min_area=0.5)[0].shape == (4, 4, 3)


def test_turning():
    upright = nd.array(PICTURE[:20, :20].transpose(2, 0, 1), dtype="float32")
    onp.testing.assert_allclose(image.imrotate(upright, 0).asnumpy(), upright.asnumpy(), atol=1e-3)
    quarter = image.imrotate(upright, 90).asnumpy()
    onp.testing.assert_allclose(quarter, onp.rot90(upright.asnumpy(), 1, (1, 2)), atol=0.05)
    both = nd.stack(upright, upright)
    turned = image.imrotate(both, nd.array([0, 90])).asnumpy()
    onp.testing.assert_allclose(turned[1], quarter, atol=1e-3)
    onp.random.seed(3)
    assert image.random_rotate(both, (10, 20), zoom_in=True).shape == (2, 3, 20, 20)
    with pytest.raises(TypeError, match="float32"):
        image.imrotate(upright.astype("uint8"), 3)
    with pytest.raises(ValueError, match="both"):
        image.imrotate(upright, 3, True, True)
    with pytest.raises(ValueError, match="3D and 4D"):
        image.imrotate(upright[0], 3)
    with pytest.raises(TypeError, match="scalar"):
        image.imrotate(upright, nd.array([3]))
    with pytest.raises(ValueError, match="2 images and 3 angles"):
        image.imrotate(both, nd.array([1, 2, 3]))


def test_colours():
    source = nd.array(PICTURE, dtype="uint8")
    expected = (PICTURE.astype("float32") - [1, 2, 3]) / [4, 5, 6]
    for mean, std in ((nd.array([1, 2, 3]), nd.array([4, 5, 6])), ([1, 2, 3], (4, 5, 6))):
        made = image.color_normalize(source, mean, std)
        assert made.dtype == onp.float32
        onp.testing.assert_allclose(made.asnumpy(), expected, rtol=1e-5)
    onp.testing.assert_array_equal(image.color_normalize(source, None).asnumpy(), PICTURE)
    for augmenter in (image.BrightnessJitterAug(0.2), image.HueJitterAug(0.2)):
        assert augmenter(source).dtype == onp.float32
    assert image.CastAug("float16")(source).dtype == onp.float16


def test_augmenters_that_do_not_fit():
    for wrong in ({"rand_resize": True}, {"mean": onp.zeros(2)}, {"std": "a"}):
        with pytest.raises(AssertionError):
            image.CreateAugmenter((3, 8, 8), **wrong)
    with pytest.raises(NotImplementedError):
        image.Augmenter()(nd.zeros((2, 2, 3)))
    own = image.Augmenter(a=1, b=nd.array([1.5, 2]), c=onp.array([1, 2]), d="x")
    assert own.dumps() == '["augmenter", {"a": 1, "b": [1.5, 2.0], "c": [1, 2], "d": "x"}]'
    with pytest.raises(TypeError, match="Borrowing from invalid Augmenter"):
        image.DetBorrowAug(5)
    with pytest.raises(ValueError, match="Allow DetAugmenter in list only"):
        image.DetRandomSelectAug([5])
    for wrong in ({"aspect_ratio_range": (2, 1)}, {"area_range": (0, 0)}):
        with pytest.raises(TypeError, match="low <= high"):
            image.DetRandomCropAug(**wrong)
    with pytest.raises(TypeError, match="area_range"):
        image.DetRandomPadAug(area_range=0.5)
    for wrong in ("a", (1, 2, 3)):
        with pytest.raises(AssertionError, match="aspect_ratio_range"):
            image.DetRandomCropAug(aspect_ratio_range=wrong)


def test_a_part_nobody_can_find_leaves_the_picture_alone():
    source, label = nd.array(PICTURE), onp.array([[0, 0.1, 0.2, 0.5, 0.6]], "float32")
    for augmenter in (image.DetRandomCropAug(2.0), image.DetRandomPadAug((30.0, 31.0))):
        made, same = augmenter(source, label)
        assert made is source
        assert same is label


def augmented(sample):
    return image.RandomCropAug((8, 8))(image.HorizontalFlipAug(0.5)(sample))


@pytest.mark.parametrize("workers", [0, 2])
def test_one_seed_gives_one_epoch_whatever_the_workers(workers):
    pictures = SimpleDataset([nd.array(PICTURE + k, dtype="uint8") for k in range(6)])
    data = pictures.transform(augmented)

    def epoch(n):
        mx.random.seed(5)
        random.seed(os.urandom(4))  # is not asked
        loader = DataLoader(data, 2, num_workers=n, thread_pool=True)
        return onp.concatenate([b.asnumpy() for b in loader])

    onp.testing.assert_array_equal(epoch(workers), epoch(0))


# -------------------------------------------------------------------------------------- ImageIter
def labels(batches):
    return [b.label[0].asnumpy().tolist() for b in batches]


def test_endings_of_an_epoch():
    full = [[0, 1, 2, 0], [1, 2, 0, 1]]
    batches = image.ImageIter(4, (3, 32, 32), **CLS)
    assert batches.provide_data == [("data", (4, 3, 32, 32))]
    assert batches.provide_label == [("softmax_label", (4,))]
    for _ in range(2):
        epoch = list(batches)
        assert [b.pad for b in epoch] == [0, 0, 2]
        assert labels(epoch) == [*full, [2, 0, 0, 1]]  # filled up from the beginning
        with pytest.raises(StopIteration):
            batches.next()
        batches.reset()
    batches = image.ImageIter(4, (3, 32, 32), last_batch_handle="discard", **CLS)
    for _ in range(2):
        assert labels(batches) == full
        batches.reset()
    batches = image.ImageIter(3, (3, 32, 32), last_batch_handle="roll_over", **CLS)
    told = []
    for _ in range(3):
        told.append([(b.label[0].asnumpy().tolist(), b.pad) for b in batches])
        batches.reset()
    assert told == [
        [([0, 1, 2], 0)] * 3,
        [([0, 0, 1], 2), ([2, 0, 1], 0), ([2, 0, 1], 0)],
        [([2, 0, 0], 1), ([1, 2, 0], 0), ([1, 2, 0], 0), ([1, 2, 0], 0)],
    ]
    list(batches)
    batches.hard_reset()
    assert labels(batches)[0] == [0, 1, 2]
    assert labels(image.ImageIter(24, (3, 32, 32), **CLS))[0][:12] == [0, 1, 2] * 3 + [0, 0, 1]


def test_sources(folder):
    names = [[float(k % 3), f"{k}.png"] for k in range(10)]
    (folder / "a.lst").write_text("".join(f"{i}\t{x[0]}\t{x[1]}\n" for i, x in enumerate(names)))
    by_index = image.ImageIter(5, (3, 32, 32), **CLS)
    expected = [b.data[0].asnumpy() for b in by_index]
    listed, root = {"path_imglist": str(folder / "a.lst")}, {"path_root": str(folder)}
    for source in (
        {"path_imgrec": CLS["path_imgrec"]},
        {**listed, **root},
        {"imglist": names, **root},
        {**CLS, **listed},
    ):
        epoch = list(image.ImageIter(5, (3, 32, 32), **source))
        assert labels(epoch) == labels(image.ImageIter(5, (3, 32, 32), **CLS))
        for batch, data in zip(epoch, expected):
            onp.testing.assert_array_equal(batch.data[0].asnumpy(), data)
    (folder / "b.lst").write_text("".join(f"{k}\t{9 - k}\t{k}.png\n" for k in range(10)))
    other = {"path_imglist": str(folder / "b.lst")}
    assert labels(image.ImageIter(5, (3, 32, 32), **CLS, **other))[0] == [9, 8, 7, 6, 5]
    # without an index the records are read in their order, and their own labels count
    unordered = image.ImageIter(5, (3, 32, 32), path_imgrec=CLS["path_imgrec"], **other)
    assert labels(unordered)[0] == [0, 1, 2, 0, 1]
    part = image.ImageIter(3, (3, 32, 32), imglist=names, num_parts=3, part_index=1, **root)
    assert (part.num_image, labels(part)) == (3, [[0, 1, 2]])
    two = image.ImageIter(2, (3, 32, 32), 2, imglist=[[[1, 2], "0.png"], [3, 4, "1.png"]], **root)
    assert labels(two) == [[[1, 2], [3, 4]]]
    whole = image.ImageIter(2, (3, 32, 32), imglist=[[1.7, "0.png"], [2, "1.png"]], dtype="int32",
                            **root)  # fmt: skip
    assert labels(whole) == [[1, 2]]
    assert labels(image.ImageIter(2, (3, 32, 32), imglist=[], **root)) == []


def test_shuffled_as_the_original():
    random.seed(7)
    batches = image.ImageIter(4, (3, 32, 32), shuffle=True, **CLS)
    assert batches.seq == [8, 3, 1, 4, 7, 0, 9, 6, 2, 5]
    first = labels(batches)
    assert first[:2] == [[2, 0, 1, 1], [1, 0, 0, 0]]
    batches.reset()
    assert sorted(batches.seq) == list(range(10))
    assert labels(batches) != first


def test_own_iterators():
    class Dark(image.ImageIter):
        def augmentation_transform(self, data):
            return super().augmentation_transform(data) * 0

        def next_sample(self):
            label, data = super().next_sample()
            return label + 10, data

    batch = Dark(4, (3, 32, 32), **CLS).next()
    assert batch.label[0].asnumpy().tolist() == [10, 11, 12, 10]
    assert batch.data[0].asnumpy().max() == 0


def test_broken_pictures(folder, caplog):
    names, root = [[0, "0.png"], [1, "bad.png"], [2, "1.png"]], {"path_root": str(folder)}
    batches = image.ImageIter(2, (3, 32, 32), imglist=names, **root)
    with pytest.raises(RuntimeError, match=r"Broken image filename: bad\.png.*b'junk'"):
        batches.next()
    with caplog.at_level(logging.WARNING):
        batches = image.ImageIter(2, (3, 32, 32), imglist=names, skip_broken=True, **root)
        assert labels(batches) == [[0, 2]]
    assert batches.skipped == 1
    assert "bad.png" in caplog.text
    missing = image.ImageIter(2, (3, 32, 32), imglist=[[0, "none.png"]], **root)
    with pytest.raises(FileNotFoundError, match=r"none\.png"):
        missing.next()


def test_iterators_that_do_not_fit(folder):
    def make(shape=(3, 32, 32), **kwargs):
        return image.ImageIter(4, shape, **({"path_imgrec": CLS["path_imgrec"]} | kwargs))

    for shape in ((32, 32), (3, 32), (1, 32, 32), (4, 32, 32)):
        with pytest.raises(ValueError, match=r"CxHxW|3 channels"):
            make(shape)
    for wrong in (
        {"shuffle": True}, {"num_parts": 2}, {"dtype": "uint8"}, {"last_batch_handle": "foo"},
        {"path_imgidx": CLS["path_imgidx"], "num_parts": 3, "part_index": 3},
        {"path_imgrec": None},
    ):  # fmt: skip
        with pytest.raises(AssertionError, match="ImageIter"):
            make(**wrong)
    with pytest.raises(AssertionError, match="batch_size"):
        image.ImageIter(0, (3, 32, 32), **CLS)
    with pytest.raises(TypeError, match="foo"):
        make(foo=3)
    with pytest.raises(MXNetError, match=r"none\.rec"):
        make(path_imgrec="none.rec")
    with pytest.raises(FileNotFoundError):
        make(path_imglist=str(folder / "none.lst"))
    for line in ("0\tcat\t0.png\n", "0\n", "x\t1\t0.png\n"):
        (folder / "b.lst").write_text(line)
        with pytest.raises(FormatError, match=r"b\.lst: line 1"):
            make(path_imgrec=None, path_imglist=str(folder / "b.lst"))
    with pytest.raises(FormatError, match="item 1 of imglist"):
        make(path_imgrec=None, imglist=[[0, "0.png"], ["cat", "1.png"]])
    with pytest.raises(ShapeError, match="augmenters' result does not fit"):
        make(aug_list=[]).next()
    with pytest.raises(ShapeError, match="label_width"):
        image.ImageIter(4, (3, 8, 8), path_imgrec=str(DATA / "images.rec"),
                        path_imgidx=str(DATA / "images.idx")).__class__(
            2, (3, 8, 8), label_width=2, imglist=[[[1, 2, 3], "0.png"]], path_root=str(folder)
        ).next()  # fmt: skip


# ----------------------------------------------------------------------------------- ImageDetIter
def test_boxes():
    batches = image.ImageDetIter(3, (3, 32, 32), **DET)
    assert batches.label_shape == (2, 5)
    assert batches.provide_label == [("label", (3, 2, 5))]
    epoch = list(batches)
    assert [b.label[0].shape for b in epoch] == [(3, 2, 5)] * 2
    assert epoch[0].label[0].asnumpy()[0, 1].tolist() == [-1] * 5
    batches.reshape(label_shape=(9, 5))
    assert (batches.provide_label, batches.label_shape) == ([("label", (3, 9, 5))], (9, 5))
    batches.reset()
    assert batches.next().label[0].shape == (3, 9, 5)
    batches.reshape(data_shape=(3, 20, 24))
    assert batches.provide_data == [("data", (3, 3, 20, 24))]
    with pytest.raises(ValueError, match="augmenters"):
        batches.next()
    for shape, told in (
        ((1, 5), "reduce label count from 9 to 1"),
        ((9, 6), "5 vs 6"),
        ((1,), "2"),
    ):
        with pytest.raises(ValueError, match=told):
            batches.reshape(label_shape=shape)
    other = image.ImageDetIter(2, (3, 32, 32), **DET)
    assert batches.sync_label_shape(other, verbose=True) is other
    assert other.label_shape == (9, 5)
    changed = image.ImageDetIter(
        3, (3, 32, 32), rand_crop=0.5, rand_pad=0.5, rand_mirror=True, mean=True, **DET
    )
    for batch in changed:
        boxes = batch.label[0].asnumpy()
        assert (boxes[:, 0, 3] > boxes[:, 0, 1]).all()


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ([2, 5, 0, 0.1, 0.2, 0.5], r"Label shape is invalid: \(6,\)"),
        (3.0, r"Label shape is invalid: \(1,\)"),
        ([1, 5, 0, 0.1, 0.2, 0.5, 0.6], "header does not fit"),
        ([2, 5, 0, 0.1, 0.2, 0.5, 0.6, 7], "inconsistent with annotation width 5"),
        ([2, 5, 0, 0.5, 0.2, 0.1, 0.6], "no valid label"),
        ([2, float("nan"), 0, 0.1, 0.2, 0.5, 0.6], "header does not fit"),
    ],
)
def test_labels_that_are_no_boxes(folder, label, told):
    with pytest.raises(RuntimeError, match=told):
        image.ImageDetIter(2, (3, 32, 32), imglist=[[label, "0.png"]], path_root=str(folder))


def test_drawn_boxes():
    batches = image.ImageDetIter(3, (3, 32, 32), mean=True, std=True, **DET)
    plain = image.ImageDetIter(3, (3, 32, 32), **DET).next().data[0].asnumpy()[0].transpose(1, 2, 0)
    drawn = next(batches.draw_next(color=(255, 0, 0), thickness=1, mean=True, std=True,
                                   id2labels={0: "ant"}))  # fmt: skip
    assert (drawn.shape, drawn.dtype) == ((32, 32, 3), onp.uint8)
    red = (drawn == [255, 0, 0]).all(axis=2)
    assert red[int(0.2 * 32), int(0.1 * 32) : int(0.6 * 32)].all()  # the upper line of the box
    assert abs(drawn[-5:].astype(int) - plain[-5:]).max() <= 2
    with pytest.raises(MXNetError, match="opens no windows"):
        next(batches.draw_next(waitKey=1))


@pytest.fixture
def np_semantics():
    mx.npx.set_np()
    yield
    mx.npx.reset_np()


@pytest.mark.usefixtures("np_semantics")
def test_in_numpy_semantics_images_are_arrays_of_mx_np(folder):
    image_of = image.imdecode(PNG)
    made = [
        image_of,
        image.imread(str(folder / "0.png")),
        image.imresize(image_of, 5, 4),
        image.resize_short(image_of, 6),
        image.fixed_crop(image_of, 0, 0, 2, 2),
        image.random_crop(image_of, (2, 2))[0],
        image.center_crop(image_of, (2, 2))[0],
        image.random_size_crop(image_of, (2, 2), 0.5, (0.5, 2))[0],
        image.color_normalize(image_of, mx.np.array([1, 2, 3.0]), mx.np.array([1, 2, 3.0])),
        image.CastAug()(image_of),
        image.HorizontalFlipAug(1)(image_of),
        image.RandomGrayAug(1)(image_of),
        image.ContrastJitterAug(0.3)(image_of),
    ]
    batch = next(image.ImageIter(2, (3, 4, 4), **CLS))
    assert {type(x) for x in (*made, *batch.data, *batch.label)} == {mx.np.ndarray}


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 0, 3), (0, 0, 1)])
def test_images_without_pixels_are_refused(shape):
    """Each function says so by an error of the package."""
    with mx.util.np_shape(True):
        empty = nd.array(onp.zeros(shape), dtype="uint8")
        for change in (
            lambda x: image.imresize(x, 2, 2),
            lambda x: image.resize_short(x, 3),
            lambda x: image.random_crop(x, (2, 2)),
            lambda x: image.center_crop(x, (2, 2)),
            lambda x: image.fixed_crop(x, 0, 0, 2, 2),
            lambda x: image.random_size_crop(x, (2, 2), 0.5, (0.5, 2)),
            lambda x: nd.image.crop(x, 0, 0, 2, 2),
        ):
            with pytest.raises(mx.error.ShapeError):
                change(empty)
