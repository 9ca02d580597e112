"""Records what MXNet 1.9.1's spatial, vision, quantised and other operators compute.

Case i: JSON description [operator, attributes, number of inputs]; arrays ``in_i_K`` inputs,
``aft_i_K`` inputs that the call changed, ``out_i_K`` visible outputs, ``head_i`` head gradient of
the first output and ``grad_i_K`` gradients of the inputs. Usage: python more_operators.py OUT.npz
[FAMILY ...]
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


def update():
    plain = [{}, {"wds": 0.2, "rescale_grad": 0.5, "clip_gradient": 0.3}]
    for common in plain:
        both = {"lrs": (0.1, 0.2), "wds": (common.get("wds", 0.0), 0.1), "num_weights": 2}
        both.update({k: v for k, v in common.items() if k != "wds"})
        tail = [a(0.1, 0.2), a(common.get("wds", 0.0), 0.1)]
        loaded = {k: v for k, v in both.items() if k not in ("lrs", "wds")}
        for mom in ({}, {"momentum": 0.9}):
            extra = 1 if mom else 0
            name = "sgd_mom_update" if mom else "sgd_update"
            arrays = [f(*s) for s in ((3,), (2, 2)) for _ in range(2 + extra)]
            yield "multi_" + name, {**both, **mom}, arrays
            yield "preloaded_multi_" + name, {**loaded, **mom}, arrays + tail
            mixed = []
            for s in ((3,), (2, 2)):
                w = f(*s)
                mixed += [w.astype("float16"), f(*s).astype("float16")]
                mixed += [f(*s)] * extra + [w]
            yield "multi_mp_" + name, {**both, **mom}, mixed
            yield "preloaded_multi_mp_" + name, {**loaded, **mom}, mixed + tail
        clip = {k: v for k, v in common.items() if k == "clip_gradient"}
        for scale in (0.5, 0.0, np.nan):
            one = {"lr": 0.1, "eta": 0.7, "wd": common.get("wds", 0.0), **clip}
            yield "_adamw_update", one, [f(5), f(5), f(5), pos(5), a(scale)]
            half = [f(5).astype("float16"), f(5).astype("float16")]
            yield "_mp_adamw_update", one, [*half, f(5), pos(5), half[0].astype("f"), a(scale)]
            many = {k: both[k] for k in ("lrs", "wds", "num_weights")}
            many.update(etas=(0.7, 1.0), **clip)
            arrays = [g(*s) for s in ((3,), (2, 2)) for g in (f, f, f, pos)]
            yield "_multi_adamw_update", many, [*arrays, a(scale)]
            mixed = []
            for s in ((3,), (2, 2)):
                w = f(*s)
                mixed += [w.astype("float16"), f(*s).astype("float16"), f(*s), pos(*s), w]
            yield "_multi_mp_adamw_update", many, [*mixed, a(scale)]
        lamb = {"learning_rates": (0.1, 0.2), "wds": both["wds"], "step_count": (1, 3)}
        lamb.update({k: v for k, v in common.items() if k != "wds"}, num_tensors=2)
        for more in ({}, {"bias_correction": False, "lower_bound": 0.3, "upper_bound": 1.5}):
            yield "_multi_lamb_update", {**lamb, **more}, arrays
            yield "_multi_mp_lamb_update", {**lamb, **more}, mixed
    yield (
        "multi_lars",
        {"eta": 0.5, "eps": 0.1, "rescale_grad": 0.5},
        [a(1, 2, 3), a(4, 9, 0), a(1, 2, 1), a(0.1, 0.2, 0)],
    )
    yield "multi_sum_sq", {"num_arrays": 2}, [f(3, 2), f(4)]
    yield "multi_sum_sq", {"num_arrays": 1}, [f(3).astype("float16")]
    yield "all_finite", {}, [f(3)]
    yield "all_finite", {}, [a(1, np.inf)]
    yield "multi_all_finite", {"num_arrays": 2}, [f(3), a(1, np.nan)]
    yield "multi_all_finite", {"num_arrays": 2}, [f(3), f(2, 2)]


def quantized():
    c = "_contrib_"
    line = np.concatenate([np.linspace(-1.3, 2.2, 60), f(20)]).astype("float32")
    wide = np.array([-127, -126.5, -0.5, 0, 0.5, 1.5, 2.5, 63.5, 100.2, 126, 126.5, 127], "float32")
    for kind in ("int8", "uint8"):
        yield c + "quantize", {"out_type": kind}, [line, a(-1), a(2)]
        yield c + "quantize", {"out_type": kind}, [wide, a(0), a(127)]
        yield c + "quantize_v2", {"out_type": kind}, [line]
        yield (
            c + "quantize_v2",
            {"out_type": kind, "min_calib_range": 0, "max_calib_range": 1.7},
            [line],
        )
        yield (
            c + "quantize_v2",
            {"out_type": kind, "min_calib_range": -127, "max_calib_range": 127},
            [wide],
        )
    for low in (0, -1):
        yield (
            c + "quantize_v2",
            {"out_type": "auto", "min_calib_range": low, "max_calib_range": 2},
            [line],
        )
    eight = {
        "int8": lambda *s: RNG.randint(-128, 128, s).astype("int8"),
        "uint8": lambda *s: RNG.randint(0, 256, s).astype("uint8"),
    }
    for kind in ("int8", "uint8"):
        yield c + "dequantize", {}, [eight[kind](4, 5), a(-1), a(2)]
    whole = (RNG.randn(40) * 3e8).astype("int32")
    for attrs in (
        {},
        {"min_calib_range": -5, "max_calib_range": 3},
        {"min_calib_range": 0, "max_calib_range": 3, "out_type": "uint8"},
        {"min_calib_range": 0, "max_calib_range": 3, "out_type": "auto"},
    ):
        yield c + "requantize", attrs, [whole, a(-10), a(12)]
    i8, u8 = eight["int8"], eight["uint8"]
    d, w, b = [a(-1), a(2)], [a(-0.7), a(0.5)], [a(-3), a(3)]
    for kind in (i8, u8):
        yield c + "quantized_act", {"act_type": "relu"}, [kind(2, 3), *d]
        yield c + "quantized_flatten", {}, [kind(2, 3, 2), *d]
        for pool in ("max", "avg"):
            for more in (
                {"kernel": (2, 2)},
                {"kernel": (3, 2), "stride": (2, 2), "pooling_convention": "full", "pad": (1, 0)},
                {"kernel": (2, 2), "pad": (1, 1), "count_include_pad": False},
                {"global_pool": True, "kernel": (1, 1)},
            ):
                yield c + "quantized_pooling", {"pool_type": pool, **more}, [kind(2, 2, 5, 4), *d]
        yield (
            c + "quantized_concat",
            {"num_args": 2, "dim": 1},
            [kind(2, 3), kind(2, 2), a(-1), a(2), a(-0.7), a(3)],
        )
        fc = {"num_hidden": 4, "no_bias": True}
        yield c + "quantized_fully_connected", fc, [kind(2, 3, 2), i8(4, 6), *d, *w]
        fc = {"num_hidden": 4, "flatten": False}
        for bias in (b, [a(-0.01), a(0.02)]):
            yield (
                c + "quantized_fully_connected",
                fc,
                [kind(2, 3, 2), i8(4, 2), i8(4), *d, *w, *bias],
            )
        yield c + "quantized_elemwise_add", {}, [kind(3, 4), kind(3, 4), *d, *b]
        yield (
            c + "quantized_elemwise_add",
            {"min_calib_range": -2, "max_calib_range": 4},
            [kind(3, 4), kind(3, 4), *d, *b],
        )
    conv = {"kernel": (2, 3), "num_filter": 2, "stride": (1, 2), "pad": (1, 0)}
    yield c + "quantized_conv", {**conv, "no_bias": True}, [u8(2, 3, 4, 5), i8(2, 3, 2, 3), *d, *w]
    yield c + "quantized_conv", conv, [u8(2, 3, 4, 5), i8(2, 3, 2, 3), i8(2), *d, *w, *b]
    yield (
        c + "quantized_embedding",
        {"input_dim": 4, "output_dim": 2},
        [a(0, 2, 5, 3), i8(4, 2), *d],
    )
    for bins, reach, kept in ((11, 4, 5), (401, 4, 255), (801, 7, 127)):
        hist, edges = np.histogram(RNG.randn(5000), bins=bins, range=(-reach, reach))
        yield (
            c + "calibrate_entropy",
            {"num_quantized_bins": kept},
            [hist.astype("float32"), edges.astype("float32")],
        )


def densities():
    for log in (False, True):
        attrs = {"is_log": log}
        yield "_random_pdf_uniform", attrs, [f(2, 3), -pos(2), pos(2)]
        yield "_random_pdf_normal", attrs, [f(2, 3), f(2), pos(2)]
        yield "_random_pdf_gamma", attrs, [pos(2, 3), pos(2), pos(2)]
        yield "_random_pdf_exponential", attrs, [pos(2, 3), pos(2)]
        yield "_random_pdf_poisson", attrs, [ties(2, 3), pos(2)]
        yield "_random_pdf_negative_binomial", attrs, [ties(2, 3), pos(2) * 3, pos(2) * 0.5]
        yield "_random_pdf_generalized_negative_binomial", attrs, [ties(2, 3), pos(2), pos(2)]
        row = pos(2, 3, 4)
        row /= row.sum(-1, keepdims=True)
        yield "_random_pdf_dirichlet", attrs, [row, pos(2, 4) * 3]


def misc():
    marks = np.array([[0, 1, 0], [1, 1, 0]], "int32")
    yield (
        "_contrib_hawkesll",
        {},
        [pos(2, 2), pos(2), pos(2), pos(2, 2), pos(2, 3), marks, a(3, 2), a(6, 4)],
    )


FAMILIES = {
    "spatial": spatial,
    "vision": vision,
    "update": update,
    "quantized": quantized,
    "densities": densities,
    "misc": misc,
}
# inputs that the original cannot give a gradient
WITHOUT_GRADIENT = {"_contrib_hawkesll": (4, 6, 7)}


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
    if "_update" in name:  # in place, as an optimizer calls it
        n = attrs.get("num_weights", attrs.get("num_tensors", 1))
        tail = 2 if name.startswith("preloaded") else 1 if "adamw" in name else 0
        results = [given[i * ((len(given) - tail) // n)] for i in range(n)]
        function(*given, **attrs, out=results if n > 1 else results[0])
    else:
        silent = WITHOUT_GRADIENT.get(name, ())
        for k, g in enumerate(given):
            if g.dtype in (np.float32, np.float64) and k not in silent:
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
