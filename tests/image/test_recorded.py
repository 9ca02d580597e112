"""mx.image against what the original made of the same images with the same seeds."""

import json
import random
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import image, nd

DATA = Path(__file__).parent.parent / "data" / "image"
RECORD = onp.load(DATA / "recorded.npz")
FACTS = json.loads(RECORD["facts"].tobytes())
U8, F32 = nd.array(RECORD["u8"], dtype="uint8"), nd.array(RECORD["f32"])
EIGVAL = onp.array([55.46, 4.794, 1.148])
EIGVEC = onp.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.814], [-0.5836, -0.6948, 0.4203]]
)


def seeded(seed):
    random.seed(seed)
    onp.random.seed(seed)


def same(name, made, tolerance=2e-3):
    """Integers to one level (rounding of OpenCV's releases), floats to rounding."""
    expected = RECORD[name]
    got = made.asnumpy() if isinstance(made, nd.NDArray) else made
    assert got.shape == expected.shape, name
    assert got.dtype == expected.dtype, name
    if expected.dtype == onp.uint8:
        tolerance = 1
    off = abs(got.astype("float64") - expected)
    assert off.max(initial=0) <= tolerance, f"{name}: {off.max()}"
    if expected.dtype == onp.uint8:
        assert (off > 0).mean() <= 0.02, name


@pytest.mark.parametrize("name", [n for n in RECORD.files if n.startswith("resize/")])
def test_resize(name):
    _, source, interp, size = name.split("/")
    w, h = map(int, size.split("x"))
    same(name, image.imresize({"u8": U8, "f32": F32}[source], w, h, int(interp)))


def test_frames_and_parts():
    for kind in range(5):
        made = image.copyMakeBorder(U8, 3, 2, 4, 1, kind, values=(9, 8, 7))
        same(f"border/u8/{kind}", made)
    same("border/u8/value", image.copyMakeBorder(U8, 1, 1, 1, 1, 0, value=7))
    same("short/u8", image.resize_short(U8, 17))
    same("fixed/u8", image.fixed_crop(U8, 3, 4, 10, 12, (9, 8)))
    same("center_crop/u8", image.center_crop(U8, (40, 11))[0])


@pytest.mark.parametrize("seed", range(4))
def test_random_parts(seed):
    seeded(seed)
    made, place = image.random_crop(U8, (9, 40))
    assert list(place) == FACTS[f"random_crop/u8/{seed}"]
    same(f"random_crop/u8/{seed}", made)
    made, place = image.random_size_crop(U8, (9, 7), (0.1, 0.9), (0.4, 3))
    assert list(place) == FACTS[f"random_size_crop/u8/{seed}"]
    same(f"random_size_crop/u8/{seed}", made)


def several():
    return [
        image.HorizontalFlipAug(0.5),
        image.RandomCropAug((9, 9)),
        image.BrightnessJitterAug(0.1),
    ]


AUGMENTERS = {
    "resize": lambda: image.ResizeAug(15),
    "force": lambda: image.ForceResizeAug((14, 13), interp=9),
    "chance": lambda: image.ForceResizeAug((14, 13), interp=10),
    "crop": lambda: image.RandomCropAug((9, 9)),
    "sized": lambda: image.RandomSizedCropAug((9, 9), 0.2, (0.5, 2)),
    "center": lambda: image.CenterCropAug((9, 9)),
    "brightness": lambda: image.BrightnessJitterAug(0.4),
    "contrast": lambda: image.ContrastJitterAug(0.4),
    "saturation": lambda: image.SaturationJitterAug(0.4),
    "hue": lambda: image.HueJitterAug(0.4),
    "color": lambda: image.ColorJitterAug(0.3, 0.2, 0.4),
    "lighting": lambda: image.LightingAug(0.5, EIGVAL, EIGVEC),
    "normalize": lambda: image.ColorNormalizeAug(nd.array([1, 2, 3]), nd.array([4, 5, 6])),
    "gray": lambda: image.RandomGrayAug(0.5),
    "flip": lambda: image.HorizontalFlipAug(0.5),
    "cast": image.CastAug,
    "sequence": lambda: image.SequentialAug(several()),
    "order": lambda: image.RandomOrderAug(several()),
}


@pytest.mark.parametrize("name", AUGMENTERS)
def test_augmenters(name):
    assert AUGMENTERS[name]().dumps() == FACTS[f"dumps/{name}"]
    source = nd.array(RECORD["f32"][:12, :14])
    for seed in range(2):
        seeded(seed)
        same(f"aug/{name}/{seed}", AUGMENTERS[name]()(source))
    onp.testing.assert_array_equal(source.asnumpy(), RECORD["f32"][:12, :14])  # untouched


LISTS = {
    "plain": {},
    "all": {
        "resize": 30, "rand_crop": True, "rand_resize": True, "rand_mirror": True, "mean": True,
        "std": True, "brightness": 0.1, "contrast": 0.1, "saturation": 0.1, "hue": 0.1,
        "pca_noise": 0.1, "rand_gray": 0.3, "inter_method": 1,
    },
    "crop": {"rand_crop": True, "mean": onp.array([1, 2, 3.0])},
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_created_lists(name):
    made = image.CreateAugmenter((3, 20, 21), **LISTS[name])
    assert [a.dumps() for a in made] == FACTS[f"create/{name}"]
    for seed in range(2):
        seeded(seed)
        out = U8
        for augmenter in image.CreateAugmenter((3, 20, 21), **LISTS[name]):
            out = augmenter(out)
        # a level of a byte, by the smallest deviation
        same(f"create/{name}/{seed}", out, 1.5 if name == "crop" else 0.02)


DET = {
    "borrow": lambda: image.DetBorrowAug(image.HorizontalFlipAug(0.5)),
    "select": lambda: image.DetRandomSelectAug(
        [image.DetHorizontalFlipAug(0.5), image.DetRandomCropAug()], skip_prob=0.1
    ),
    "always": lambda: image.DetRandomSelectAug([image.DetHorizontalFlipAug(0.5)]),
    "none": lambda: image.DetRandomSelectAug([], 0.2),
    "flip": lambda: image.DetHorizontalFlipAug(0.5),
    "crop": image.DetRandomCropAug,
    "crop_covered": lambda: image.DetRandomCropAug(0.6, (0.5, 2), (0.2, 0.8), 0.5, 5),
    "crop_large": lambda: image.DetRandomCropAug(0.1, (0.5, 2), (0.05, 3.0)),
    "pad": image.DetRandomPadAug,
    "pad_little": lambda: image.DetRandomPadAug((0.9, 1.6), (1.0, 1.3), 3, (1, 2, 3)),
}


@pytest.mark.parametrize("name", DET)
def test_augmenters_with_boxes(name):
    assert DET[name]().dumps() == FACTS[f"det/{name}"]
    for seed in range(12 if "crop" in name or "pad" in name else 3):
        seeded(seed)
        made, label = DET[name]()(U8, RECORD["label"].copy())
        shape, total = FACTS[f"det/{name}/{seed}"]
        assert list(made.shape) == shape, seed
        assert int(made.asnumpy().astype("int64").sum()) == total, seed
        same(f"det/{name}/{seed}", label, 1e-6)


DET_LISTS = {
    "plain": {},
    "all": {
        "resize": 30, "rand_crop": 0.5, "rand_pad": 0.4, "rand_gray": 0.2, "rand_mirror": True,
        "mean": True, "std": True, "brightness": 0.1, "contrast": 0.1, "saturation": 0.1,
        "hue": 0.1, "pca_noise": 0.1,
    },
    "several": {"rand_crop": 1, "min_object_covered": [0.1, 0.4]},
}  # fmt: skip


@pytest.mark.parametrize("name", DET_LISTS)
def test_created_lists_with_boxes(name):
    made = image.CreateDetAugmenter((3, 20, 21), **DET_LISTS[name])
    assert [a.dumps() for a in made] == FACTS[f"create_det/{name}"]
    for seed in range(2):
        seeded(seed)
        out, label = U8, RECORD["label"].copy()
        for augmenter in image.CreateDetAugmenter((3, 20, 21), **DET_LISTS[name]):
            out, label = augmenter(out, label)
        same(f"create_det/{name}/{seed}/picture", out, 0.05 if name == "all" else 1)
        same(f"create_det/{name}/{seed}/label", label, 1e-6)


def test_several_crops():
    made = image.CreateMultiRandCropAugmenter([0.1, 0.2], [(0.5, 1), (1, 2)], (0.1, 0.9))
    assert made.dumps() == FACTS["multi"]
    with pytest.raises(AssertionError, match="different lengths"):
        image.CreateMultiRandCropAugmenter([0.1, 0.2], max_attempts=[1, 2, 3])


def test_iterators_of_the_originals_files():
    record = onp.load(DATA / "cls_imageiter.npz")
    files = {"path_imgrec": str(DATA / "cls.rec"), "path_imgidx": str(DATA / "cls.idx")}
    batches = image.ImageIter(4, (3, 32, 32), resize=34, mean=True, std=True, **files)
    for i, batch in enumerate(batches):
        assert batch.pad == record["pad"][i]
        onp.testing.assert_array_equal(batch.label[0].asnumpy(), record["label"][i])
        # a level of a byte, by the smallest deviation
        onp.testing.assert_allclose(batch.data[0].asnumpy(), record["data"][i], atol=0.018)
    record = onp.load(DATA / "det_iter.npz")
    files = {"path_imgrec": str(DATA / "det.rec"), "path_imgidx": str(DATA / "det.idx")}
    for i, batch in enumerate(image.ImageDetIter(3, (3, 32, 32), **files)):
        onp.testing.assert_array_equal(batch.label[0].asnumpy(), record["label"][i])
        onp.testing.assert_allclose(batch.data[0].asnumpy(), record["data"][i], atol=1)


@pytest.mark.usefixtures("compiled_at_once")
def test_nothing_is_compiled_for_pictures():
    with mx.engine.expect(compiled=0):
        for size in range(20, 24):
            made = image.imresize(U8, size, size + 3)
            for augmenter in image.CreateAugmenter((3, 18, 18), **LISTS["all"]):
                made = augmenter(made)
            assert made.shape == (18, 18, 3)
            made.asnumpy()
