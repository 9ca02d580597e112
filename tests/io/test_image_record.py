"""Iterators over record files of images, against what MXNet 1.9.1 recorded."""

import json
import struct
from itertools import chain
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd, recordio
from mxnet.error import FormatError, MXNetError

pytest.importorskip("cv2")

FIXTURES = Path(__file__).parent.parent / "data" / "io"
RECORDED = onp.load(FIXTURES / "record_iter.npz")
FILE = {"path_imgrec": str(FIXTURES / "cls.rec"), "preprocess_threads": 2}


def labels(it):
    return [b.label[0].asnumpy().tolist() for b in it]


def test_batches_as_recorded():
    expected = onp.load(FIXTURES / "cls_recorditer.npz")
    it = mx.io.ImageRecordIter(
        **FILE,
        data_shape=(3, 32, 32),
        batch_size=4,
        mean_r=10,
        mean_g=20,
        mean_b=30,
        scale=0.5,
    )
    assert isinstance(it, mx.io.MXDataIter)
    assert it.provide_data[0].shape == (4, 3, 32, 32)
    batches = list(it)
    assert [b.pad for b in batches] == expected["pad"].tolist()
    for batch, data, label in zip(batches, expected["data"], expected["label"], strict=True):
        onp.testing.assert_allclose(batch.data[0].asnumpy(), data, rtol=1e-6)
        onp.testing.assert_array_equal(batch.label[0].asnumpy(), label)


@pytest.mark.parametrize("options", sorted(RECORDED))
def test_options_as_recorded(options):
    """Rounding of interpolations differs between versions of OpenCV by one."""
    given = {"data_shape": (3, 32, 32), **json.loads(options)}
    it = mx.io.ImageRecordIter(**FILE, batch_size=2, **given)
    found, expected = it.next().data[0].asnumpy(), RECORDED[options]
    assert found.shape == expected.shape
    difference = abs(found.astype("float64") - expected)
    assert difference.max() <= (4 if "rotate" in options else 1)
    assert difference.mean() < 0.2


def test_rounds():
    it = mx.io.ImageRecordIter(**FILE, data_shape=(3, 32, 32), batch_size=4)
    assert labels(it) == [[0, 1, 2, 0], [1, 2, 0, 1], [2, 0, 0, 1]]
    it.reset()
    assert labels(it) == [[2, 0, 1, 2], [0, 1, 2, 0]]
    it.reset()
    it.next()
    it.reset()
    assert labels(it)[0] == [0, 1, 2, 0]
    part = mx.io.ImageRecordIter(**FILE, data_shape=(3, 32, 32), batch_size=4, round_batch=False)
    for _ in range(2):
        batches = list(part)
        assert [b.pad for b in batches] == [0, 0, 2]
        assert batches[2].label[0].asnumpy()[:2].tolist() == [2, 0]
        part.reset()


def test_order_and_changes_follow_seeds_only():
    def read(threads, seed, chance):
        it = mx.io.ImageRecordIter(
            path_imgrec=FILE["path_imgrec"],
            preprocess_threads=threads,
            data_shape=(3, 28, 28),
            batch_size=5,
            shuffle=True,
            seed=seed,
            seed_aug=chance,
            rand_crop=True,
            rand_mirror=True,
            brightness=0.2,
            contrast=0.2,
            saturation=0.2,
            pca_noise=0.1,
            random_h=10,
            random_s=10,
            random_l=10,
            max_rotate_angle=10,
            max_random_contrast=0.1,
            max_random_illumination=5,
        )
        rounds = []
        for _ in range(2):
            rounds.append([(b.index.tolist(), b.data[0].asnumpy()) for b in it])
            it.reset()
        return rounds

    def order(rounds):
        return [list(chain(*(index for index, _ in batches))) for batches in rounds]

    first, again, other = read(1, 3, 5), read(4, 3, 5), read(4, 4, 6)
    assert order(first) == order(again)
    assert order(first)[0] != order(first)[1]
    assert sorted(order(first)[0]) == list(range(10))
    assert order(first) != order(other)
    for a, b in zip(first, again, strict=True):
        for (_, x), (_, y) in zip(a, b, strict=True):
            onp.testing.assert_array_equal(x, y)
    assert all(len(set(x.ravel().tolist())) > 50 for x in (first[0][0][1], first[1][1][1]))
    mx.random.seed(1)
    chance = read(2, 3, None)
    mx.random.seed(1)
    onp.testing.assert_array_equal(chance[0][0][1], read(3, 3, None)[0][0][1])


@pytest.mark.parametrize("index", [{}, {"path_imgidx": str(FIXTURES / "cls.idx")}])
def test_parts_cover_the_file(index):
    found = []
    for part in range(3):
        it = mx.io.ImageRecordIter(
            **FILE, **index, data_shape=(3, 32, 32), batch_size=1, num_parts=3, part_index=part
        )
        found.append([int(b.index[0]) for b in it])
    assert sorted(chain(*found)) == list(range(10))
    assert all(2 <= len(f) <= 4 for f in found)


@pytest.mark.parametrize("parts", [2, 5, 9])
@pytest.mark.parametrize("options", [{}, {"shuffle": True, "seed": 4}, {"path_imgidx": "cls.idx"}])
@pytest.mark.parametrize("name", ["ImageRecordIter", "ImageDetRecordIter"])
def test_parts_are_disjoint_and_complete(name, options, parts, tmp_path):
    """Of a file whose records are of very different sizes, by their labels."""
    random, path = onp.random.RandomState(0), str(tmp_path / "some.rec")
    writer = mx.recordio.MXIndexedRecordIO(str(tmp_path / "some.idx"), path, "w")
    for i in range(29):
        side = 8 if i % 3 else 8 * (i % 7 + 1)
        pixels = random.randint(0, 255, (side, side, 3)).astype("uint8")
        label = [2, 5, i, 0.1, 0.1, 0.9, 0.9] if "Det" in name else i
        writer.write_idx(i, mx.recordio.pack_img((0, label, i, 0), pixels, quality=90))
    writer.close()
    if "path_imgidx" in options:
        options = {"path_imgidx": str(tmp_path / "some.idx")}
    place = 6 if "Det" in name else 0
    for _ in range(2):
        found = []
        for part in range(parts):
            it = getattr(mx.io, name)(
                path_imgrec=path,
                data_shape=(3, 8, 8),
                batch_size=1,
                num_parts=parts,
                part_index=part,
                round_batch=False,
                **options,
            )
            found += [int(b.label[0].asnumpy().reshape(-1)[place]) for b in it]
        assert sorted(found) == list(range(29))


def test_other_types():
    plain = RECORDED["{}"].astype("int64")
    it = mx.io.ImageRecordUInt8Iter(**FILE, data_shape=(3, 32, 32), batch_size=2, mean_r=9)
    batch = it.next().data[0]
    assert batch.dtype == onp.uint8
    onp.testing.assert_array_equal(batch.asnumpy(), plain)
    it = mx.io.ImageRecordInt8Iter(
        **FILE, data_shape=(3, 32, 32), batch_size=2, mean_r=100, mean_g=0, mean_b=0
    )
    shifted = (plain - [[[100]], [[0]], [[0]]]).clip(-128, 127)
    batch = it.next().data[0]
    assert batch.dtype == onp.int8
    onp.testing.assert_array_equal(batch.asnumpy(), shifted)
    for name in ("ImageRecordIter_v1", "ImageRecordUInt8Iter_v1"):
        it = getattr(mx.io, name)(**FILE, data_shape=(3, 32, 32), batch_size=2)
        onp.testing.assert_array_equal(it.next().data[0].asnumpy(), plain)


def test_resized_crop():
    it = mx.io.ImageRecordIter(
        **FILE,
        data_shape=(3, 24, 24),
        batch_size=2,
        random_resized_crop=True,
        min_random_area=0.3,
        max_random_area=0.9,
        min_aspect_ratio=0.75,
        max_aspect_ratio=1.33,
        min_crop_size=-1,
        seed_aug=1,
    )
    x = it.next().data[0].asnumpy()
    assert x.shape == (2, 3, 24, 24)
    assert x.std() > 10


def test_labels_of_a_list(tmp_path):
    path = tmp_path / "some.lst"
    path.write_text("".join(f"{i}\t{i}\t{i + 0.5}\tx.png\n" for i in range(10)))
    it = mx.io.ImageRecordIter(
        **FILE, data_shape=(3, 32, 32), batch_size=5, path_imglist=str(path), label_width=2
    )
    assert labels(it)[1] == [[5, 5.5], [6, 6.5], [7, 7.5], [8, 8.5], [9, 9.5]]
    path.write_text("0\tzero\tx.png\n")
    with pytest.raises(FormatError, match=r"line 1 of .*labels being numbers.*zero"):
        mx.io.ImageRecordIter(**FILE, data_shape=(3, 32, 32), batch_size=5, path_imglist=str(path))


def test_mean_image(tmp_path):
    path = str(tmp_path / "mean.bin")
    given = {**FILE, "data_shape": (3, 32, 32), "batch_size": 10}
    plain = mx.io.ImageRecordIter(**given).next().data[0].asnumpy()
    for _ in range(2):  # made, then read
        x = mx.io.ImageRecordIter(**given, mean_img=path, scale=2).next().data[0].asnumpy()
        onp.testing.assert_allclose(x, (plain - plain.mean(0)) * 2, atol=1e-3)
    assert list(nd.load(path)) == ["mean_img"]


def packed(content, label=0.0):
    return recordio.pack(recordio.IRHeader(0, label, 0, 0), content)


def write(path, payloads):
    writer = recordio.MXRecordIO(str(path), "w")
    for payload in payloads:
        writer.write(payload)
    writer.close()
    return str(path)


def test_broken_files(tmp_path):
    given = {"data_shape": (3, 8, 8), "batch_size": 1}
    good = recordio.pack_img(
        recordio.IRHeader(0, 1.0, 0, 0), onp.arange(300, dtype="uint8").reshape(10, 10, 3)
    )
    for bad, message in (
        (good[:-200], r"record 1 at offset \d+ of "),
        (packed(b"no image"), r"record 1 at offset \d+ of "),
        (b"x", r"record 1 .*too short.*got 1 bytes"),
    ):
        it = mx.io.ImageRecordIter(path_imgrec=write(tmp_path / "a", [good, bad, good]), **given)
        it.next()
        with pytest.raises(FormatError, match=message):
            it.next()
        assert it.next().label[0].asscalar() == 1
    path = Path(write(tmp_path / "b", [good, good]))
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(FormatError, match=r"record 1 at offset \d+: the file ends inside"):
        mx.io.ImageRecordIter(path_imgrec=str(path), **given)
    path.write_bytes(b"")
    with pytest.raises(FormatError, match="holds no records"):
        mx.io.ImageRecordIter(path_imgrec=str(path), **given)
    path.write_bytes(struct.pack("<II", 1, 2))
    with pytest.raises(FormatError, match="no record begins at offset 0"):
        mx.io.ImageRecordIter(path_imgrec=str(path), **given)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"path_imgrec": "none.rec"}, FileNotFoundError, r"'none\.rec'"),
        ({"path_imgrec": ""}, MXNetError, "must specify path_imgrec"),
        ({"data_shape": (32, 32)}, ValueError, r"data_shape does not fit.*got \(32, 32\)"),
        ({"label_width": 2}, ValueError, "record 0 .*label_width=2, got 1"),
        ({"dtype": "float16"}, TypeError, "expected float32, uint8 or int8, got float16"),
        ({"rand_mirorr": True}, TypeError, "unknown parameter 'rand_mirorr'.*'rand_mirror'"),
        ({"batch_size": 50}, MXNetError, "bigger than batch size.*got 10"),
        ({"part_index": 1}, MXNetError, "num_parts = 1, got 1"),
    ],
)
def test_refuses(options, error, message):
    with pytest.raises(error, match=message):
        mx.io.ImageRecordIter(**{**FILE, "data_shape": (3, 32, 32), "batch_size": 2, **options})


# ------------------------------------------------------------------------------ boxes
DETECTION = {"path_imgrec": str(FIXTURES / "det.rec"), "preprocess_threads": 2}
ONE = [3, 32, 32, 9, 4, 5, 64, 48, 0, 0.1, 0.2, 0.6, 0.7, -1, -1, -1, -1, -1]
TWO = [3, 32, 32, 14, 4, 5, 64, 48, 1, 0.1, 0.2, 0.6, 0.7, 1, 0.3, 0.3, 0.9, 0.95]


def test_boxes_as_recorded():
    it = mx.io.ImageDetRecordIter(**DETECTION, data_shape=(3, 32, 32), batch_size=3)
    assert it.provide_label[0].shape == (3, 18)
    first, second = it
    onp.testing.assert_allclose(first.label[0].asnumpy()[0], ONE, rtol=1e-6)
    onp.testing.assert_allclose(second.label[0].asnumpy()[0], TWO, rtol=1e-6)
    assert first.data[0].asnumpy().sum() == 1166597
    assert second.data[0].asnumpy().sum() == 1208748
    assert second.index.tolist() == [3, 4, 5]
    it = mx.io.ImageDetRecordIter(
        **DETECTION,
        data_shape=(3, 32, 32),
        batch_size=2,
        label_pad_width=30,
        label_pad_value=-2,
        mean_r=10,
        std_r=2,
        scale=0.5,
    )
    batch = it.next()
    assert batch.label[0].shape == (2, 34)
    assert batch.label[0].asnumpy()[0, -20:].tolist() == [-2] * 20
    assert batch.data[0].asnumpy().sum() == pytest.approx(325677.75)


def test_boxes_in_a_mirror():
    it = mx.io.ImageDetRecordIter(
        **DETECTION, data_shape=(3, 32, 32), batch_size=2, rand_mirror_prob=1
    )
    batch = it.next()
    assert batch.data[0].asnumpy().sum() == 808506
    expected = [*ONE[:9], 0.4, 0.2, 0.9, 0.7, *ONE[13:]]
    onp.testing.assert_allclose(batch.label[0].asnumpy()[0], expected, rtol=1e-5)


@pytest.mark.parametrize("mode", ["fit", "shrink"])
def test_boxes_in_proportion(mode):
    it = mx.io.ImageDetRecordIter(
        **DETECTION, data_shape=(3, 32, 48), batch_size=2, resize_mode=mode
    )
    batch = it.next()
    assert batch.data[0].asnumpy().sum() == 1060304
    assert batch.label[0].asnumpy()[0, :4].tolist() == [3, 32, 42, 9]
    assert not batch.data[0].asnumpy()[:, :, :, 42:].any()


def test_boxes_stay_with_their_objects(tmp_path):
    """The object is a bright rectangle, so images tell where boxes must be after any change."""
    image = onp.zeros((60, 80, 3), "uint8")
    image[15:45, 20:60] = 255
    label = onp.asarray([2, 5, 7, 0.25, 0.25, 0.75, 0.75], "float32")
    record = recordio.pack_img(recordio.IRHeader(0, label, 0, 0), image, 9, ".png")
    path = write(tmp_path / "a", [record] * 24)
    it = mx.io.ImageDetRecordIter(
        path_imgrec=path,
        data_shape=(3, 96, 96),
        batch_size=24,
        rand_mirror_prob=0.5,
        rand_pad_prob=0.5,
        max_pad_scale=2,
        fill_value=0,
        rand_crop_prob=0.8,
        num_crop_sampler=2,
        min_crop_scales=(0.5, 0.7),
        min_crop_aspect_ratios=0.8,
        max_crop_aspect_ratios=1.25,
        min_crop_object_coverages=(0.6, 0.9),
        crop_emit_mode="overlap",
        max_crop_trials=50,
        seed_aug=3,
    )
    batch = it.next()
    boxes = batch.label[0].asnumpy()[:, 4 + 2 :]
    sizes = set()
    for pixels, (kind, *box) in zip(batch.data[0].asnumpy()[:, 0], boxes, strict=True):
        ys, xs = onp.nonzero(pixels > 127)
        found = onp.asarray([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]) / 96
        assert kind == 7
        onp.testing.assert_allclose(found, box, atol=0.05)
        sizes.add(round(float(box[2] - box[0]), 2))
    assert len(sizes) > 8


def test_boxes_inside_out_leave_with_a_crop(tmp_path):
    """No part of them is in it. MXNet 1.9.1 keeps box 1 alone, too."""
    boxes = [1, 0.1, 0.1, 0.9, 0.9], [2, 0.8, 0.3, 0.2, 0.7], [3, 0.8, 0.7, 0.2, 0.3]
    label = onp.concatenate([[2, 5], *boxes, [4, 0.5, 0.2, 0.5, 0.8]]).astype("float32")
    header = recordio.IRHeader(0, label, 0, 0)
    record = recordio.pack_img(header, onp.zeros((60, 80, 3), "uint8"), 9, ".png")
    for threshold in (0.0, 0.3):
        it = mx.io.ImageDetRecordIter(
            path_imgrec=write(tmp_path / "a", [record] * 8),
            data_shape=(3, 32, 32),
            batch_size=8,
            rand_crop_prob=1,
            min_crop_scales=0.6,
            min_crop_aspect_ratios=1.33,
            max_crop_aspect_ratios=1.34,
            min_crop_object_coverages=0.3,
            crop_emit_mode="overlap",
            emit_overlap_thresh=threshold,
        )
        kinds = it.next().label[0].asnumpy()[:, 6::5]
        assert (kinds[:, 0] == 1).all()
        assert (kinds[:, 1:] == -1).all()


def test_boxes_with_colors_keep_their_place():
    it = mx.io.ImageDetRecordIter(
        **DETECTION,
        data_shape=(3, 32, 32),
        batch_size=3,
        max_random_hue=20,
        random_hue_prob=1,
        max_random_saturation=20,
        random_saturation_prob=1,
        max_random_illumination=20,
        random_illumination_prob=1,
        max_random_contrast=0.3,
        random_contrast_prob=1,
    )
    batch = it.next()
    onp.testing.assert_allclose(batch.label[0].asnumpy()[0], ONE, rtol=1e-6)
    assert batch.data[0].asnumpy().sum() != 1166597


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label_pad_width": 5}, "label_pad_width is smaller.*at least 14, got 5"),
        ({"label_width": 14}, "record 0 .*label_width=14, got 9"),
        ({"path_imgrec": FILE["path_imgrec"]}, r"Not enough label packed.*got \[0\.0\]"),
        ({"num_crop_sampler": 3, "min_crop_scales": (0, 0.1)}, "one number, or num_crop_sampler=3"),
        ({"resize_mode": "squeeze"}, "one of 'fit', 'force', 'shrink', got 'squeeze'"),
    ],
)
def test_boxes_refused(options, message):
    with pytest.raises(MXNetError, match=message):
        mx.io.ImageDetRecordIter(
            **{**DETECTION, "data_shape": (3, 32, 32), "batch_size": 2, **options}
        )
