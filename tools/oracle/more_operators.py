"""Records what MXNet 1.9.1's spatial, vision, quantised and other operators compute.

Case i: JSON description [operator, attributes, number of inputs]; arrays ``in_i_K`` inputs,
``aft_i_K`` inputs that the call changed, ``out_i_K`` visible outputs, ``head_i`` head gradient of the
first output and ``grad_i_K`` gradients of the inputs. Usage: python more_operators.py OUT.npz [FAMILY]
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import autograd, nd

RNG = np.random.RandomState(5)


def f(*shape):
    return RNG.randn(*shape).astype("float32")


def pos(*shape):
    return (RNG.rand(*shape) + 0.1).astype("float32")


def ties(*shape):
    return RNG.randint(0, 3, shape).astype("float32")


def a(*rows, dtype="float32"):
    return np.array(rows, dtype)


def boxes(*shape, size=1.0):
    """Corner boxes inside of the unit square."""
    low, high = RNG.rand(*shape, 2) * 0.7, RNG.rand(*shape, 2) * 0.5 + 0.1
    return (np.concatenate([low, low + high], -1) * size).astype("float32")


def spatial():
    yield "BilinearSampler", {}, [f(2, 3, 4, 5), RNG.uniform(-1.4, 1.4, (2, 2, 3, 4)).astype("f")]
    yield "BilinearSampler", {}, [f(1, 1, 3, 3), a([[[-1, 0, 1]], [[1, 0, -1]]])]
    yield "GridGenerator", {"transform_type": "affine", "target_shape": (3, 4)}, [f(2, 6)]
    yield "GridGenerator", {"transform_type": "warp"}, [f(2, 2, 3, 4)]
    yield (
        "SpatialTransformer",
        {"transform_type": "affine", "sampler_type": "bilinear", "target_shape": (3, 5)},
        [f(2, 2, 4, 4), a([0.9, 0.1, 0.2, -0.1, 1.1, 0.1], [1.3, 0.2, 0.4, 0.3, 0.8, -0.6])],
    )
    regions = a(
        [0, 1, 1, 7, 5], [1, 0, 0, 3.4, 2.6], [0, 20, 20, 30, 30], [-1, 0, 0, 3, 3], [1, 5, 5, 2, 2]
    )
    yield "ROIPooling", {"pooled_size": (2, 3), "spatial_scale": 0.6}, [ties(2, 3, 6, 5), regions]
    yield "ROIPooling", {"pooled_size": (7, 7), "spatial_scale": 1.0}, [f(2, 2, 6, 5), regions]
    up = {"sample_type": "nearest", "scale": 2}
    yield "UpSampling", {**up, "num_args": 1}, [f(2, 2, 2, 3)]
    yield "UpSampling", {**up, "num_args": 2}, [f(2, 2, 2, 3), f(2, 1, 4, 6)]
    yield (
        "UpSampling",
        {**up, "num_args": 2, "multi_input_mode": "sum"},
        [f(2, 2, 4, 6), f(2, 2, 2, 3)],
    )
    for s in (1, 2, 3, 4, 5):
        k = 2 * s - s % 2
        yield (
            "UpSampling",
            {"sample_type": "bilinear", "scale": s, "num_filter": 2, "num_args": 2},
            [f(2, 2, 3, 4), f(2, 1, k, k)],
        )
    for attrs in (
        {"max_displacement": 2, "pad_size": 2},
        {"kernel_size": 3, "max_displacement": 2, "stride2": 2, "pad_size": 1},
        {"kernel_size": 3, "max_displacement": 1, "stride1": 2, "pad_size": 3},
        {"max_displacement": 3, "stride1": 2, "stride2": 2, "pad_size": 4, "is_multiply": False},
        {"kernel_size": 3, "is_multiply": False, "pad_size": 1},
    ):
        yield "Correlation", attrs, [f(2, 3, 6, 7), f(2, 3, 6, 7)]
    for attrs in (
        {"kernel": (2, 3)},
        {"kernel": (3, 2), "stride": (2, 1), "dilate": (1, 2), "pad": (1, 0)},
    ):
        yield "im2col", attrs, [f(2, 3, 5, 6)]
    yield "col2im", {"kernel": (2, 3), "output_size": (5, 6)}, [f(2, 18, 16)]
    yield (
        "col2im",
        {
            "kernel": (3, 2),
            "stride": (2, 1),
            "dilate": (1, 2),
            "pad": (1, 0),
            "output_size": (5, 6),
        },
        [f(2, 18, 12)],
    )


def vision():
    c = "_contrib_"
    regions = a(
        [0, 1, 1, 7, 5],
        [1, 0.3, 0, 3.4, 2.6],
        [0, 20, 20, 30, 30],
        [1, -3, -2, 2, 3],
        [0, 1, 1, 1.2, 1.4],
    )
    for attrs in (
        {"sample_ratio": 2},
        {"sample_ratio": -1},
        {"sample_ratio": -1, "aligned": True},
        {"sample_ratio": 1, "spatial_scale": 0.5},
    ):
        yield (
            c + "ROIAlign",
            {"pooled_size": (2, 3), "spatial_scale": 0.9, **attrs},
            [f(2, 3, 6, 5), regions],
        )
    yield (
        c + "ROIAlign",
        {
            "pooled_size": (2, 2),
            "spatial_scale": 1.0,
            "sample_ratio": 2,
            "position_sensitive": True,
        },
        [f(2, 12, 6, 5), regions],
    )
    turned = a(
        [0, 2, 2, 3, 3, 30], [1, 3, 2, 4, 2, -75], [0, 0, 0, 9, 9, 10], [0, 2, 2, 0.3, 0.2, 90]
    )
    for ratio in (2, -1):
        yield (
            c + "RROIAlign",
            {"pooled_size": (2, 3), "spatial_scale": 0.9, "sampling_ratio": ratio},
            [f(2, 3, 6, 5), turned],
        )
    for size in ((), (2,), (2, 3), (5, 4), (7, 8)):
        yield c + "AdaptiveAvgPooling2D", {"output_size": size} if size else {}, [f(2, 2, 5, 7)]
    for attrs in (
        {"height": 7, "width": 3},
        {"height": 7, "width": 3, "align_corners": False},
        {"height": 2, "width": 9, "align_corners": False},
        {"height": 1, "width": 1},
        {"height": 1, "width": 2, "align_corners": False},
        {"height": 4, "width": 5},
        {"scale_height": 1.6, "scale_width": 2.3},
        {"mode": "odd_scale", "scale_height": 0.7, "scale_width": 2.0},
        {"mode": "odd_scale", "scale_height": 2.0, "scale_width": 0.5},
        *({"mode": m} for m in ("to_even_down", "to_even_up", "to_odd_down", "to_odd_up")),
    ):
        yield c + "BilinearResize2D", attrs, [f(2, 2, 4, 5)]
    # mode "like" is left out: its gradient ends the original with a double free
    for form in ("corner", "center"):
        yield c + "box_iou", {"format": form}, [boxes(2, 3), boxes(4)]
    yield c + "box_iou", {}, [boxes(3), a([0, 0, 0, 0], [1, 1, 0, 0])]
    quarter = a(
        [0, 0.9, 0, 0, 2, 2], [0, 0.8, 0, 0, 2, 1], [0, 0.7, 0, 0, 2, 4], [1, 0.6, 0, 0, 2, 2]
    )
    for attrs in (
        {},
        {"overlap_thresh": 0.5, "id_index": 0},
        {"overlap_thresh": 0.49, "id_index": 0, "force_suppress": True},
        {"topk": 2},
        {"topk": 0},
        {"id_index": 0, "background_id": 0},
        {"valid_thresh": 0.7},
        {"valid_thresh": 0.95},
    ):
        yield c + "box_nms", attrs, [quarter]
    for form in ("corner", "center"):
        scored = np.concatenate([ties(2, 12, 1), RNG.rand(2, 12, 1), boxes(2, 12), f(2, 12, 1)], -1)
        scored = scored.astype("float32")
        yield c + "box_nms", {"overlap_thresh": 0.3, "in_format": form, "topk": 9}, [scored]
        yield c + "box_nms", {"overlap_thresh": 0.3, "out_format": form, "id_index": 0}, [scored]
    tied = np.concatenate([ties(10, 1) * 0 + 1, ties(10, 1), boxes(10)], -1).astype("float32")
    yield c + "box_nms", {"overlap_thresh": 0.2}, [tied]
    for attrs in (
        {"threshold": 0.1},
        {"threshold": 0.45},
        {"threshold": 0.05, "topk": 1},
        {"threshold": 0.05, "topk": 2},
        {"threshold": 0.05, "topk": 3},
        {"threshold": 0.6, "is_ascend": True},
        {"threshold": 0.6, "is_ascend": True, "topk": 1},
    ):
        yield c + "bipartite_matching", attrs, [RNG.rand(2, 5, 4).astype("float32")]
    yield c + "bipartite_matching", {"threshold": 0.5}, [ties(4, 6)]
    yield c + "bipartite_matching", {"threshold": 1.5, "is_ascend": True}, [ties(6, 4)]
    samples, matches = a([1, 0, -1, 1]), a([0, 1, 1, 1])
    yield (
        c + "box_encode",
        {},
        [samples, matches, boxes(1, 4), boxes(1, 2), f(4) * 0.1, pos(4)],
    )
    for attrs in (
        {},
        {"format": "corner", "std0": 0.1, "std3": 0.2},
        {"clip": 0.3, "std2": 2.0, "std1": 0.5},
    ):
        yield c + "box_decode", attrs, [f(2, 4, 4), boxes(1, 4)]
    for attrs in (
        {"sizes": (0.5, 0.3), "ratios": (2, 1, 0.5)},
        {"sizes": (0.9,), "clip": True, "steps": (0.3, 0.4), "offsets": (0.1, 0.2)},
        {},
    ):
        yield c + "MultiBoxPrior", attrs, [f(1, 1, 2, 3)]
    anchors, labels = boxes(1, 12), np.concatenate([RNG.randint(0, 3, (3, 4, 1)), boxes(3, 4)], -1)
    labels[0, 2:] = -1
    labels[1] = -1
    labels = labels.astype("float32")
    for attrs in (
        {},
        {"overlap_threshold": 0.3, "ignore_label": -5},
        {"overlap_threshold": 0.0},
        {"negative_mining_ratio": 1.0},
        {"negative_mining_ratio": 1.5, "negative_mining_thresh": 0.4},
        {
            "negative_mining_ratio": 0.3,
            "minimum_negative_samples": 4,
            "variances": (0.2, 0.1, 0.3, 0.4),
        },
    ):
        yield c + "MultiBoxTarget", attrs, [anchors, labels, f(3, 4, 12)]
    shared = np.repeat(boxes(1, 6), 2, 1)
    twins = np.concatenate([a([[1], [0], [2]]), shared[:, :3].reshape(1, 3, 4)], -1)
    yield c + "MultiBoxTarget", {"overlap_threshold": 0.2}, [shared, twins, f(1, 4, 12)]
    score = np.exp(f(2, 4, 12))
    score = (score / score.sum(1, keepdims=True)).astype("float32")
    for attrs in (
        {},
        {"threshold": 0.5},
        {"threshold": 0.4, "nms_threshold": 0.2, "nms_topk": 3},
        {"nms_threshold": 0.1, "force_suppress": True},
        {
            "nms_threshold": 0.1,
            "clip": False,
            "background_id": 1,
            "variances": (0.1, 0.2, 0.3, 0.4),
        },
        {"nms_threshold": 0.0},
        {"nms_threshold": -1.0, "nms_topk": 4},
    ):
        yield c + "MultiBoxDetection", attrs, [score, f(2, 48) * 0.5, boxes(1, 12)]
    still = np.zeros((1, 16), "float32")
    half = a([0, 0, 0.4, 0.4], [0, 0, 0.4, 0.2], [0, 0, 0.4, 0.8], [0.5, 0.5, 0.6, 0.6])[None]
    yield (
        c + "MultiBoxDetection",
        {"force_suppress": True},
        [np.full((1, 2, 4), 0.5, "float32"), still, half],
    )
    for name in ("Proposal", "MultiProposal"):
        for attrs in (
            {"rpn_post_nms_top_n": 6},
            {"rpn_post_nms_top_n": 20, "rpn_pre_nms_top_n": 12, "threshold": 0.3},
            {"rpn_post_nms_top_n": 5, "rpn_min_size": 24, "output_score": True},
            {"rpn_post_nms_top_n": 5, "iou_loss": True, "feature_stride": 32},
        ):
            for batch in (1, 2)[: 1 + (name == "MultiProposal")]:
                yield (
                    c + name,
                    {"scales": (1, 2), "ratios": (0.5, 1, 2), **attrs},
                    [
                        RNG.rand(batch, 12, 3, 4).astype("float32"),
                        f(batch, 24, 3, 4) * 0.3,
                        a([48, 60, 1], [40, 64, 1.5])[:batch],
                    ],
                )
    shape = {"kernel": (2, 3), "num_filter": 4}
    yield c + "DeformableConvolution", shape, [f(2, 4, 5, 6), f(2, 12, 4, 4), f(4, 4, 2, 3), f(4)]
    shape = {
        "kernel": (3, 3),
        "num_filter": 4,
        "stride": (2, 1),
        "pad": (1, 1),
        "dilate": (1, 2),
        "num_group": 2,
        "num_deformable_group": 2,
        "no_bias": True,
    }
    size = (2, 4, 5, 6)
    out = (3, 4)
    yield c + "DeformableConvolution", shape, [f(*size), f(2, 36, *out), f(4, 2, 3, 3)]
    yield (
        c + "ModulatedDeformableConvolution",
        shape,
        [f(*size), f(2, 36, *out), pos(2, 18, *out), f(4, 2, 3, 3)],
    )
    yield (
        c + "ModulatedDeformableConvolution",
        {"kernel": (2, 3), "num_filter": 4},
        [f(2, 4, 5, 6), f(2, 12, 4, 4), pos(2, 6, 4, 4), f(4, 4, 2, 3), f(4)],
    )
    corners = a([0, 0, 0, 3, 3], [1, 1, 2, 8, 9], [0, 4, 4, 4, 4], [1, 2.4, 1.6, 5.5, 7.4])
    for attrs in ({}, {"spatial_scale": 0.5}, {"group_size": 2, "pooled_size": 3}):
        yield (
            c + "PSROIPooling",
            {"spatial_scale": 1.0, "output_dim": 2, "pooled_size": 2, **attrs},
            [f(2, 8, 6, 6), corners],
        )
    for attrs in (
        {"no_trans": True},
        {"sample_per_part": 3, "trans_std": 0.2},
        {"sample_per_part": 2, "trans_std": 0.3, "part_size": 2, "pooled_size": 4},
    ):
        attrs = {"spatial_scale": 0.8, "output_dim": 2, "pooled_size": 2, "group_size": 2, **attrs}
        trans = [] if "no_trans" in attrs else [f(4, 2, 2, 2)]
        yield c + "DeformablePSROIPooling", attrs, [f(2, 8, 6, 6), corners, *trans]


FAMILIES = {"spatial": spatial, "vision": vision}
SILENT = {"_contrib_box_nms", "_contrib_ROIAlign"}


def find(name):
    """The function of an operator, wherever 1.9.1 has put it."""
    for prefix, home in (("_contrib_", nd.contrib), ("", nd), ("", nd._internal)):
        short = name[len(prefix) :] if name.startswith(prefix) else name
        if hasattr(home, short):
            return getattr(home, short)
    raise AttributeError(name)


def run(name, attrs, inputs):
    """Arrays of one case by (kind, number)."""
    arrays = {}
    given = [nd.array(x, dtype=x.dtype) for x in inputs]
    function = find(name)
    for g in given:
        if g.dtype in (np.float32, np.float64):
            g.attach_grad()
    try:
        with autograd.record():
            results = function(*given, **attrs)
        first = results[0] if isinstance(results, (list, tuple)) else results
        head = RNG.randn(*first.shape).astype("float32")
        first.backward(nd.array(head))
        nd.waitall()
        arrays["head", ""] = head
    except mx.MXNetError:
        arrays = {}
        given = [nd.array(x, dtype=x.dtype) for x in inputs]
        results = function(*given, **attrs)
    results = results if isinstance(results, (list, tuple)) else [results]
    for k, r in enumerate(results):
        arrays["out", "_%d" % k] = r.asnumpy()
    for k, (x, g) in enumerate(zip(inputs, given)):
        arrays["in", "_%d" % k] = x
        if not np.array_equal(x, g.asnumpy(), equal_nan=x.dtype.kind == "f"):
            arrays["aft", "_%d" % k] = g.asnumpy()
        if g.grad is not None and ("head", "") in arrays:
            arrays["grad", "_%d" % k] = g.grad.asnumpy()
    return arrays


def main(out, *families):
    """Run every case; those that the original cannot compute on a CPU are named and left out."""
    arrays, described = {}, []
    for family in families or FAMILIES:
        for name, attrs, inputs in FAMILIES[family]():
            print(name, attrs, flush=True)
            try:
                found = run(name, attrs, inputs)
            except mx.MXNetError as error:
                print("left out:", name, attrs, str(error).strip().splitlines()[-1])
                continue
            arrays.update({"%s_%d%s" % (k[0], len(described), k[1]): v for k, v in found.items()})
            described.append([name, attrs, len(inputs)])
    np.savez_compressed(out, cases=json.dumps(described), **arrays)
    print(len(described), "cases")


if __name__ == "__main__":
    main(*sys.argv[1:])
