"""Transforms: MXNet 1.9.1's recorded results, batches like their images, devices, randomness."""

from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError, ShapeError
from mxnet.gluon import nn
from mxnet.gluon.data import ArrayDataset, DataLoader
from mxnet.gluon.data.vision import _host
from mxnet.gluon.data.vision import transforms as T

RECORDED = onp.load(Path(__file__).parent / "image_1_9_1.npz")
PIXELS = ((onp.arange(60).reshape(4, 5, 3) * 37 + 11) % 256).astype("uint8")


@pytest.fixture(scope="module")
def names():
    im = nd.array(PIXELS, dtype="uint8")
    fl = im.astype("float32") / 255
    tall = nd.array(onp.random.RandomState(0).rand(3, 9, 4))
    return {"nd": nd, "T": T, "im": im, "fl": fl, "chw": fl.transpose((2, 0, 1)), "tall": tall}


@pytest.mark.parametrize("i", range(len(RECORDED["expr"])), ids=lambda i: RECORDED["expr"][i])
def test_recorded(i, names):
    found = eval(str(RECORDED["expr"][i]), names).asnumpy()  # noqa: S307 - our own file
    expected = RECORDED[f"out_{i}"]
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    if expected.dtype.kind in "iu":  # the original computes uint8 in fixed point
        assert onp.abs(found.astype(int) - expected).max() <= 1
    else:
        onp.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)


# ------------------------------------------------------------------------------ by definition
def test_flips():
    im = nd.array(PIXELS, dtype="uint8")
    assert (nd.image.flip_left_right(im).asnumpy() == PIXELS[:, ::-1]).all()
    assert (nd.image.flip_top_bottom(im).asnumpy() == PIXELS[::-1]).all()


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float16", "float64", "int32"])
def test_to_tensor(dtype):
    x = nd.array(PIXELS, dtype=dtype)
    y = T.ToTensor()(x)
    assert y.dtype == onp.float32
    onp.testing.assert_allclose(y.asnumpy(), PIXELS.transpose(2, 0, 1) / 255.0, rtol=1e-6)
    assert T.ToTensor()(nd.zeros((0, 4, 5, 3), dtype=dtype)).shape == (0, 3, 4, 5)
    assert T.ToTensor()(nd.zeros((1, 1, 1), dtype=dtype)).shape == (1, 1, 1)


DETERMINISTIC = [
    T.ToTensor(),
    T.Cast("float16"),
    T.Resize(3),
    T.Resize((6, 3), interpolation=2),
    T.Resize(3, keep_ratio=True),
    T.CenterCrop((3, 2)),
    T.CenterCrop((7, 3)),
    T.CropResize(1, 0, 3, 4),
    T.CropResize(1, 0, 3, 4, (2, 5), 3),
    T.Compose([T.CenterCrop(3), T.ToTensor(), T.Normalize((0.1, 0.2, 0.3), 0.5), T.Rotate(20)]),
]
RANDOM = [
    T.RandomFlipLeftRight(),
    T.RandomFlipTopBottom(),
    T.RandomResizedCrop((6, 7)),
    T.RandomResizedCrop(3, interpolation=0),
    T.RandomResizedCrop(3, interpolation=3),
    T.RandomBrightness(0.9),
    T.RandomContrast(0.9),
    T.RandomSaturation(0.9),
    T.RandomHue(0.5),
    T.RandomColorJitter(0.4, 0.4, 0.4, 0.4),
    T.RandomLighting(1.0),
]


def ids(transform):
    return type(transform).__name__


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("transform", DETERMINISTIC, ids=ids)
def test_a_batch_is_its_pictures(transform, dtype):
    batch = nd.array(onp.stack([PIXELS, PIXELS[::-1], PIXELS // 2]), dtype=dtype)
    whole = transform(batch)
    assert whole.shape[0] == 3
    for i in range(3):
        one = transform(batch[i])
        assert one.dtype == whole.dtype
        # bytes that are not resized bilinearly: one level, as OpenCV's fixed point rounds
        level = dtype == "uint8" and getattr(transform, "_interpolation", 1) > 1
        slack = 1 if level else 1e-5
        onp.testing.assert_allclose(
            one.asnumpy().astype("float64"), whole[i].asnumpy(), rtol=1e-5, atol=slack
        )


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("transform", RANDOM, ids=ids)
def test_random_transforms(transform, dtype):
    """Reproducible under the seed; each image of a batch by itself; shape and type stay."""
    scale = 1 if dtype == "uint8" else 255
    picture = nd.array(PIXELS / scale, dtype=dtype)
    batch = nd.array(onp.stack([PIXELS / scale] * 16), dtype=dtype)
    mx.random.seed(2)
    first, singles = transform(batch).asnumpy(), [transform(picture).asnumpy() for _ in range(16)]
    mx.random.seed(2)
    assert (transform(batch).asnumpy() == first).all()
    assert all((transform(picture).asnumpy() == s).all() for s in singles)
    assert first.dtype == singles[0].dtype == onp.dtype(dtype)
    assert first.shape == (16, *singles[0].shape)
    for found in (first, singles):
        assert len({x.tobytes() for x in found}) > 1
    mx.random.seed(3)
    assert not (transform(batch).asnumpy() == first).all()


def test_random_flips_are_fair():
    mx.random.seed(1)
    batch = nd.array(onp.stack([PIXELS] * 400), dtype="uint8")
    flipped = (T.RandomFlipLeftRight()(batch).asnumpy() == PIXELS[:, ::-1]).all((1, 2, 3))
    kept = (T.RandomFlipTopBottom()(batch).asnumpy() == PIXELS).all((1, 2, 3))
    assert 150 < flipped.sum() < 250
    assert 150 < kept.sum() < 250


def test_random_resized_crop_by_definition():
    """A ramp over columns and rows tells which part was taken."""
    rows, columns = onp.meshgrid(onp.arange(40.0), onp.arange(60.0), indexing="ij")
    batch = nd.array(onp.stack([onp.stack([rows, columns], -1)] * 200))
    out = T.RandomResizedCrop((8, 8), (0.2, 0.6), (0.5, 2.0), 0)(batch).asnumpy()
    height = (out[:, -1, 0, 0] - out[:, 0, 0, 0]) * 8 / 7
    width = (out[:, 0, -1, 1] - out[:, 0, 0, 1]) * 8 / 7
    assert out[..., 0].min() >= 0
    assert out[..., 0].max() <= 39
    assert out[..., 1].max() <= 59
    area = width * height / 2400
    assert 0.13 < area.min() < 0.3
    assert 0.5 < area.max() < 0.7
    assert (width / height).min() < 0.9
    assert (width / height).max() > 1.2


def test_random_resized_crop_that_never_fits():
    out = T.RandomResizedCrop((4, 4), (1.0, 1.0), (1.0, 1.0))(nd.array(PIXELS[:, :4]))
    assert (out.asnumpy() == PIXELS[:, :4]).all()
    wide = T.RandomResizedCrop((2, 2), (1.0, 1.0), (1.0, 1.0), 0)(nd.ones((2, 9, 3)))
    assert wide.shape == (2, 2, 3)


@pytest.mark.usefixtures("compiled_at_once")
def test_random_parts_compile_once():
    transform = T.RandomResizedCrop(3)
    picture = nd.array(PIXELS, dtype="uint8")
    for _ in range(2):
        transform(picture).wait_to_read()
    with mx.engine.expect(compiled=0):
        for _ in range(5):
            transform(picture).wait_to_read()


def test_random_rotation_and_apply():
    mx.random.seed(4)
    x = nd.array(PIXELS.transpose(2, 0, 1) / 255.0)
    never = T.RandomRotation((-30, 30), rotate_with_proba=0)
    assert never(x) is x
    always = T.RandomRotation((10, 10.001))
    onp.testing.assert_allclose(always(x).asnumpy(), T.Rotate(10)(x).asnumpy(), atol=1e-3)
    assert T.RandomApply([T.Cast("int32")], p=0)(x).dtype == onp.float32
    assert T.RandomApply(T.Cast("int32"), p=1)(x).dtype == onp.int32
    sometimes = T.RandomApply([T.Cast("int32")])
    assert len({sometimes(x).dtype for _ in range(20)}) == 2


def test_random_batches_of_a_loader_are_reproducible():
    data = ArrayDataset(nd.array(onp.stack([PIXELS] * 8), dtype="uint8")).transform(
        T.Compose([T.RandomFlipLeftRight(), T.RandomBrightness(0.5), T.ToTensor()])
    )
    found = []
    for _ in range(2):
        mx.random.seed(9)
        found.append([x.asnumpy() for x in DataLoader(data, 4)])
    assert all((a == b).all() for a, b in zip(*found))
    assert len({x.tobytes() for x in onp.concatenate(found[0])}) > 2


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("transform", [*DETERMINISTIC, *RANDOM], ids=ids)
def test_single_pictures_of_many_shapes_compile_nothing(transform):
    pixels = onp.random.RandomState(0).randint(0, 256, (12, 14, 3)).astype("uint8")
    if isinstance(transform, T.Compose):  # Rotate, after the others, has one shape only
        transform(nd.array(pixels, dtype="uint8")).wait_to_read()
    with mx.engine.expect(compiled=0):
        for size in range(8, 13):
            for dtype in ("uint8", "float32"):
                picture = nd.array(pixels[:size, : size + 2], dtype=dtype)
                if not isinstance(transform, T.Compose) or dtype == "uint8":
                    transform(picture).wait_to_read()


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_single_pictures_are_changed_as_by_the_operators(dtype):
    pixels = onp.random.RandomState(0).randint(0, 256, (6, 7, 3)).astype(dtype)
    cases = [
        (array, name, factor)
        for array, factor in ((pixels, 0.6), (pixels, 1.3), (pixels[:, :, :1], 1.2))
        for name in ("brightness", "contrast", "saturation", "hue")
    ]
    # one program for all: nobody looks before the last is appended
    found = [
        getattr(nd.image, f"random_{name}")(nd.array(array, dtype=dtype), factor, factor)
        for array, name, factor in cases
    ]
    for (array, name, factor), operator in zip(cases, found):
        alone = _host.adjust(array, name, factor, factor)
        assert alone.dtype == array.dtype
        slack = 1 if dtype == "uint8" else 2e-3  # fractions are dropped
        off = abs(alone - operator.asnumpy().astype("float64")).max()
        assert off <= slack, (name, factor)


def test_bytes_are_resized_to_the_bit_as_by_opencv():
    random = onp.random.RandomState(0)
    made = []
    for h, w, new_h, new_w in ((8, 10, 4, 5), (8, 10, 4, 7), (7, 9, 20, 3), (5, 1, 11, 6)):
        pixels = random.randint(0, 256, (h, w, 3)).astype("uint8")
        batch = nd.array(pixels[None], dtype="uint8")
        made.append((pixels, (new_w, new_h), nd.image.resize(batch, (new_w, new_h))))
    for pixels, size, found in made:
        alone = T.Resize(size)(nd.array(pixels, dtype="uint8"))
        assert (alone.asnumpy() == found.asnumpy()[0]).all()


def test_what_a_subclass_does_is_done():
    class Brighter(T.ToTensor):
        def hybrid_forward(self, F, x):
            return super().hybrid_forward(F, x) + 1

    assert Brighter()(nd.array(PIXELS, dtype="uint8")).asnumpy().min() >= 1


def test_while_recording_the_operators_are_used():
    x = nd.array(PIXELS / 255.0)
    x.attach_grad()
    with mx.autograd.record():
        y = T.Compose([T.CenterCrop((3, 2)), T.ToTensor(), T.Normalize(0.5, 0.5)])(x)
    y.backward()
    assert x.grad.asnumpy()[1:3, 1:4].min() == pytest.approx(2 / 255)
    assert x.grad.asnumpy()[0].max() == 0


# ------------------------------------------------------------------------------ compositions
def test_compose():
    chain = T.Compose([T.Resize(2), T.ToTensor(), lambda x: x + 1, T.Cast("float16")])
    y = chain(nd.array(PIXELS, dtype="uint8"))
    assert (y.shape, y.dtype) == ((3, 2, 2), onp.float16)
    assert y.asnumpy().min() >= 1
    assert len(chain) == 3
    assert isinstance(chain[0], nn.HybridSequential)
    x = nd.ones(3)
    assert T.Compose([])(x) is x
    with pytest.raises(TypeError, match=r"transform 1 .* got 5"):
        T.Compose([T.Cast(), 5])


def test_repr():
    assert repr(T.Compose([T.Resize(4), T.ToTensor()])) == (
        "Compose(\n  (0): HybridSequential(\n    (0): Resize(\n    \n    )\n"
        "    (1): ToTensor(\n    \n    )\n  )\n)"
    )


def test_hybridized():
    chain = nn.HybridSequential()
    chain.add(T.Resize(3), T.ToTensor(), T.Normalize(0.2, 0.3))
    x = nd.array(PIXELS, dtype="uint8")
    plain = chain(x).asnumpy()
    chain.hybridize()
    onp.testing.assert_allclose(chain(x).asnumpy(), plain, rtol=1e-6)


@pytest.mark.parametrize("transform", [*DETERMINISTIC, *RANDOM], ids=ids)
def test_on_the_device_of_the_array(transform):
    devices = [mx.cpu(1), *([mx.gpu()] if mx.context.num_gpus() else [])]
    for device in devices:
        for shape in ((4, 5, 3), (2, 4, 5, 3)):
            x = nd.array(onp.broadcast_to(PIXELS, shape), ctx=device, dtype="uint8")
            y = transform(x)
            assert y.context == device
            y.wait_to_read()


# ------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("transform", "shape", "message"),
    [
        (T.ToTensor(), (4, 2), r"height, width, channels.*got shape \[4, 2\]"),
        (T.Resize(3), (6, 8), r"got shape \[6, 8\]"),
        (T.CenterCrop(3), (6, 8), r"got shape \[6, 8\]"),
        (T.Normalize(0, 1), (4, 4), r"channels, height, width.*got shape \[4, 4\]"),
        (T.Normalize(0, 1), (2, 4, 4), r"1 or 3 channels, got shape \[2, 4, 4\]"),
        (T.Normalize((0.1, 0.2), 1), (3, 4, 4), r"mean .*\[3, 4, 4\].*1 or 3 .*\[0.1, 0.2\]"),
        (T.Normalize(0, (1, 2)), (3, 4, 4), r"std .*\[3, 4, 4\].*got \[1.0, 2.0\]"),
        (T.Resize(0), (4, 4, 3), r"greater than 0.*\(0,\)"),
        (T.Resize((1, 2, 3)), (4, 4, 3), r"must be 1 or 2.*\(1, 2, 3\)"),
        (T.CropResize(2, 0, 3, 2), (4, 4, 3), r"x \+ width <= 4, got 2 \+ 3"),
        (T.CropResize(-1, 0, 2, 2), (4, 4, 3), r"got -1 \+ 2"),
        (T.CropResize(0, 0, 0, 2), (4, 4, 3), r"got width 0, height 2"),
        (T.RandomHue(0.1), (4, 4, 2), r"1 or 3, got shape \[4, 4, 2\]"),
        (T.RandomResizedCrop(2), (4, 4), r"got shape \[4, 4\]"),
    ],
)
def test_pictures_that_do_not_fit(transform, shape, message):
    with pytest.raises(ShapeError, match=message):
        transform(nd.ones(shape))


def test_settings_that_do_not_fit():
    x = nd.ones((3, 4, 4))
    with pytest.raises(TypeError, match=r"only supports float32.*got uint8"):
        T.Rotate(10)(x.astype("uint8"))
    with pytest.raises(ValueError, match=r"zoom_in and zoom_out"):
        T.Rotate(10, True, True)
    with pytest.raises(ValueError, match=r"low < high, got \(10, -10\)"):
        T.RandomRotation((10, -10))
    with pytest.raises(ValueError, match=r"between 0 and 1, got 2"):
        T.RandomRotation((-10, 10), rotate_with_proba=2)
    with pytest.raises(ValueError, match=r"CenterCrop: size .* got 'a'"):
        T.CenterCrop("a")
    with pytest.raises(ValueError, match=r"at least 1, got 0"):
        T.RandomResizedCrop(0)
    with pytest.raises(ValueError, match=r"scale"):
        T.RandomResizedCrop(2, scale=(0.5, 0.1))
    with pytest.raises(MXNetError, match=r"interp.*got 7"):
        T.Resize(2, interpolation=7)(x)
    with pytest.raises(MXNetError, match=r"at least 0, got -0.2 and -0.1"):
        nd.image.random_brightness(x.transpose((1, 2, 0)), -0.2, -0.1)
    with pytest.raises(ValueError, match=r"NDArray"):
        T.ToTensor()(PIXELS)
