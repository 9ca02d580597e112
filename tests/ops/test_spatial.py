"""Sampling along grids, regions and windows: definitions, gradients, edges and errors."""

import numpy as onp
import pytest

from mxnet.error import AttributeTypeError, ShapeError
from support.ops import call, check_gradient

RNG = onp.random.default_rng(11)


def test_identity_grid_gives_the_image():
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    theta = onp.tile(onp.float32([1, 0, 0, 0, 1, 0]), (2, 1))
    grid = call("GridGenerator", theta, transform_type="affine", target_shape=(4, 5))
    onp.testing.assert_allclose(call("BilinearSampler", x, grid), x, rtol=1e-5, atol=1e-5)


def test_gradients():
    x = RNG.normal(size=(1, 2, 4, 4))
    grid = RNG.uniform(-0.9, 0.9, (1, 2, 2, 3))
    check_gradient("BilinearSampler", x, grid)
    check_gradient("Correlation", x, x[::-1] * 2, pad_size=1, tolerance=1e-5)
    check_gradient("im2col", x, kernel=(2, 2), pad=(1, 0))
    check_gradient("col2im", RNG.normal(size=(1, 8, 9)), kernel=(2, 2), output_size=(4, 4))


def test_col2im_is_the_transpose_of_im2col():
    x, y = RNG.normal(size=(2, 3, 5, 6)), RNG.normal(size=(2, 18, 16))
    window = {"kernel": (2, 3)}
    left = onp.vdot(call("im2col", x, **window), y)
    right = onp.vdot(x, call("col2im", y, output_size=(5, 6), **window))
    onp.testing.assert_allclose(left, right)


def test_correlation_of_one_pixel_windows_by_loops():
    a, b = RNG.normal(size=(2, 1, 3, 4, 4))
    out = call("Correlation", a, b, max_displacement=1, pad_size=1)
    padded = onp.pad(b, ((0, 0), (0, 0), (1, 1), (1, 1)))
    for dy in range(3):
        for dx in range(3):
            expected = onp.mean(a * padded[:, :, dy : dy + 4, dx : dx + 4], 1)
            onp.testing.assert_allclose(out[:, 3 * dy + dx], expected)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_element_type_is_kept(dtype):
    x = RNG.normal(size=(1, 2, 4, 4)).astype(dtype)
    roi = onp.array([[0, 0, 0, 3, 3]], dtype)
    assert call("ROIPooling", x, roi, pooled_size=(2, 2), spatial_scale=1.0).dtype == dtype
    up = call("UpSampling", x, scale=2, sample_type="nearest")
    assert up.dtype == dtype
    assert up.shape == (1, 2, 8, 8)


def test_no_region_and_no_image():
    x = onp.ones((2, 3, 4, 4), "float32")
    none = onp.zeros((0, 5), "float32")
    assert call("ROIPooling", x, none, pooled_size=(2, 3), spatial_scale=1.0).shape == (0, 3, 2, 3)
    assert call("UpSampling", x[:0], scale=3, sample_type="nearest").shape == (0, 3, 12, 12)
    assert call("im2col", x[:0], kernel=(2, 2)).shape == (0, 12, 9)


def test_errors():
    x = onp.ones((2, 3, 4, 4), "float32")
    with pytest.raises(ShapeError, match=r"expected \(2, 2, OH, OW\).*got \(2, 3, 4, 4\)"):
        call("BilinearSampler", x, x)
    with pytest.raises(AttributeTypeError, match=r"target_shape.*got \(0, 0\)"):
        call("GridGenerator", x[:, :, 0, 0].repeat(2, 1), transform_type="affine")
    loc = onp.ones((2, 5), "float32")
    kinds = {"transform_type": "affine", "sampler_type": "bilinear", "target_shape": (2, 2)}
    with pytest.raises(ShapeError, match=r"\(B, 6\), got \(2, 5\)"):
        call("SpatialTransformer", x, loc, **kinds)
    with pytest.raises(AttributeTypeError, match="odd number, got 2"):
        call("Correlation", x, x, kernel_size=2)
    with pytest.raises(ShapeError, match=r"too small.*raise pad_size"):
        call("Correlation", x, x, max_displacement=4)
    with pytest.raises(ShapeError, match=r"<= 4, got 5"):
        call("im2col", x, kernel=(5, 5))
    with pytest.raises(ShapeError, match=r"expected \(B, C \* 4, 9\).*got \(2, 4, 8\)"):
        call("col2im", onp.ones((2, 4, 8)), kernel=(2, 2), output_size=(4, 4))
    with pytest.raises(ShapeError, match=r"divide \(8, 8\), got \(2, 3, 3, 3\)"):
        call("UpSampling", x, x[:, :, :3, :3], scale=2, sample_type="nearest")
    with pytest.raises(ShapeError, match=r"\(R, 5\).*got \(1, 4\)"):
        call("ROIPooling", x, x[:1, 0, 0], pooled_size=(1, 1), spatial_scale=1.0)
