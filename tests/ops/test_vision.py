"""Regions, boxes and anchors: definitions, gradients, edges and errors."""

import numpy as onp
import pytest

from mxnet import nd
from mxnet.error import AttributeTypeError, ShapeError
from support.ops import call, check_gradient, gradients

RNG = onp.random.default_rng(12)
ROI = onp.array([[0, 0.4, 0.3, 3.1, 3.6], [1, 1.2, 0.7, 2.9, 2.8]])


def test_pooling_and_resizing_by_definition():
    x = RNG.normal(size=(2, 3, 5, 7))
    onp.testing.assert_allclose(
        call("_contrib_AdaptiveAvgPooling2D", x)[..., 0, 0], x.mean((2, 3)), atol=1e-12
    )
    onp.testing.assert_allclose(
        call("_contrib_AdaptiveAvgPooling2D", x, output_size=(2, 3))[0, 0, 1, 1],
        x[0, 0, 2:, 2:5].mean(),
    )
    like = onp.zeros((1, 1, 5, 13))
    twice = call("_contrib_BilinearResize2D", x, like, mode="like")
    onp.testing.assert_allclose(twice[..., ::2], x, atol=1e-6)
    onp.testing.assert_allclose(twice[..., 1::2], (x[..., 1:] + x[..., :-1]) / 2, atol=1e-6)


def test_gradients():
    x = RNG.normal(size=(2, 4, 4, 4))
    size = {"pooled_size": (2, 2), "spatial_scale": 1.0}
    check_gradient("_contrib_ROIAlign", x, ROI, wrt=[0], **size)
    check_gradient("_contrib_AdaptiveAvgPooling2D", x, output_size=(3, 2))
    check_gradient("_contrib_BilinearResize2D", x, height=3, width=5, align_corners=False)
    offset, weight = RNG.uniform(0.1, 0.4, (1, 8, 3, 3)), RNG.normal(size=(2, 2, 2, 2))
    check_gradient(
        "_contrib_DeformableConvolution",
        x[:1, :2],
        offset,
        weight,
        kernel=(2, 2),
        num_filter=2,
        no_bias=True,
        tolerance=1e-5,
    )
    assert not gradients("_contrib_ROIAlign", x, ROI, wrt=[1], **size)[0].any()


def test_deformable_convolution_without_offsets_is_convolution():
    x, w, b = (RNG.normal(size=s) for s in ((2, 4, 5, 6), (6, 2, 3, 2), (6,)))
    shape = {"kernel": (3, 2), "num_filter": 6, "num_group": 2, "pad": (1, 0), "stride": (2, 1)}
    still = onp.zeros((2, 12, 3, 5))
    plain = call("Convolution", x, w, b, **shape)
    onp.testing.assert_allclose(
        call("_contrib_DeformableConvolution", x, still, w, b, **shape), plain
    )
    ones = onp.ones((2, 6, 3, 5))
    moved = call("_contrib_ModulatedDeformableConvolution", x, still, ones, w, b, **shape)
    onp.testing.assert_allclose(moved, plain)


def suppressed_by_loops(rows, threshold):
    """Surviving rows of (score, x1, y1, x2, y2), best first."""
    kept = []
    for row in sorted(rows.tolist(), key=lambda r: -r[0]):
        if row[0] <= 0:
            continue
        for better in kept:
            w = min(row[3], better[3]) - max(row[1], better[1])
            h = min(row[4], better[4]) - max(row[2], better[2])
            common = max(w, 0) * max(h, 0)
            both = sum((r[3] - r[1]) * (r[4] - r[2]) for r in (row, better)) - common
            if common / both > threshold:
                break
        else:
            kept.append(row)
    return onp.array(kept)


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
def test_box_nms_by_loops(threshold):
    low = RNG.uniform(0, 1, (30, 2))
    rows = onp.concatenate(
        [RNG.normal(0.3, 1, (30, 1)), low, low + RNG.uniform(0.2, 1, (30, 2))], 1
    )
    out = call("_contrib_box_nms", rows, overlap_thresh=threshold, coord_start=1, score_index=0)
    expected = suppressed_by_loops(rows, threshold)
    onp.testing.assert_allclose(out[: len(expected)], expected)
    assert (out[len(expected) :] == -1).all()


def test_encode_and_decode_are_inverse():
    low = RNG.uniform(0, 1, (2, 1, 5, 2))
    anchors, boxes = onp.concatenate([low, low + RNG.uniform(0.2, 1, (2, 1, 5, 2))], -1)
    stds = onp.array([0.1, 0.1, 0.2, 0.2])
    number = onp.arange(5.0)[None]
    target, mask = call(
        "_contrib_box_encode", onp.ones((1, 5)), number, anchors, boxes, onp.zeros(4), stds
    )
    assert mask.all()
    back = call(
        "_contrib_box_decode",
        target,
        anchors,
        std0=0.1,
        std1=0.1,
        std2=0.2,
        std3=0.2,
        format="corner",
    )
    onp.testing.assert_allclose(back, boxes, atol=1e-12)


def test_nothing_to_do():
    x = onp.ones((2, 4, 4, 4), "float32")
    none = onp.zeros((0, 5), "float32")
    shape = (0, 4, 2, 2)
    assert call("_contrib_ROIAlign", x, none, pooled_size=(2, 2), spatial_scale=1.0).shape == shape
    assert call("_contrib_box_nms", onp.zeros((2, 0, 6), "float32")).shape == (2, 0, 6)
    assert call("_contrib_box_iou", onp.zeros((0, 4)), onp.zeros((3, 4))).shape == (0, 3)
    boxes = onp.zeros((1, 3, 4), "float32")
    label, scores = onp.zeros((2, 0, 5), "float32"), onp.zeros((2, 3, 3), "float32")
    assert (call("_contrib_MultiBoxTarget", boxes, label, scores)[2] == -1).all()


def test_errors():
    x = onp.ones((2, 4, 4, 4), "float32")
    with pytest.raises(ShapeError, match=r"got \(2, 4, 4\)"):
        call("_contrib_AdaptiveAvgPooling2D", x[0].repeat(2, 0)[:2])
    with pytest.raises(AttributeTypeError, match="both scale_height and scale_width"):
        call("_contrib_BilinearResize2D", x, scale_height=2.0)
    with pytest.raises(AttributeTypeError, match=r"got \(0, 3\)"):
        call("_contrib_BilinearResize2D", x, height=0, width=3)
    with pytest.raises(ShapeError, match=r"last of 4 numbers.*got \(3, 5\)"):
        call("_contrib_box_iou", onp.ones((3, 5)), onp.ones((3, 4)))
    with pytest.raises(AttributeTypeError, match="coord_start 3"):
        call("_contrib_box_nms", onp.ones((3, 6)), coord_start=3)
    boxes, label = onp.ones((1, 3, 4)), onp.ones((2, 1, 5))
    with pytest.raises(AttributeTypeError, match=r"'variances'.*4 numbers, got"):
        call("_contrib_MultiBoxTarget", boxes, label, onp.ones((2, 2, 3)), variances=(1, 2))
    with pytest.raises(AttributeTypeError, match=r"'sizes'.*tuple of numbers, got 'a'"):
        call("_contrib_MultiBoxPrior", x, sizes="a")
    with pytest.raises(ShapeError, match=r"\(2, 2 or more\)|\(1, A, 4\)"):
        call("_contrib_MultiBoxDetection", onp.ones((2, 2, 3)), onp.ones((2, 12)), onp.ones((3, 4)))
    with pytest.raises(ShapeError, match=r"one image, got \(2, 24, 3, 3\).*MultiProposal"):
        call(
            "_contrib_Proposal", onp.ones((2, 24, 3, 3)), onp.ones((2, 48, 3, 3)), onp.ones((2, 3))
        )
    with pytest.raises(ShapeError, match=r"offset.*\(1, 8, 3, 3\)"):
        call(
            "_contrib_DeformableConvolution",
            x[:1],
            x[:1],
            onp.ones((1, 4, 2, 2), "float32"),
            kernel=(2, 2),
            num_filter=1,
            no_bias=True,
        )


def test_numbers_as_text():
    x = onp.ones((1, 1, 2, 2))
    text = call("_contrib_MultiBoxPrior", x, sizes="(0.5, 0.3)", ratios="[1, 2]")
    onp.testing.assert_array_equal(
        text, call("_contrib_MultiBoxPrior", x, sizes=(0.5, 0.3), ratios=(1, 2))
    )


@pytest.mark.parametrize(
    ("ascend", "threshold", "rows"),
    [
        (False, 0.2, [1, -1, 0]), (False, 0.3, [1, -1, -1]), (False, 0.6, [-1, -1, -1]),
        (True, 0.1, [-1, -1, -1]), (True, 0.4, [-1, 0, -1]), (True, 0.5, [-1, 0, 1]),
    ],
)  # fmt: skip
def test_a_match_is_better_than_the_threshold_as_recorded(ascend, threshold, rows):
    scores = nd.array([[0.5, 0.6], [0.1, 0.2], [0.3, 0.4]])
    found, _ = nd.contrib.bipartite_matching(scores, is_ascend=ascend, threshold=threshold)
    assert found.asnumpy().tolist() == rows
