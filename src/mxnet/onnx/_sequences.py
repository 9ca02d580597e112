"""How attention, sequences, ordering and resizing are said in ONNX (see ``_converters``)."""

import itertools
import math
from typing import NoReturn

import numpy as onp

from ..error import MXNetError, fail
from ._converters import CONVERTERS, converts, number_like, reduced_axes

__all__ = ["CONVERTERS"]

_FAR = 2**31 - 1


def _refuse(node, what, got=None) -> NoReturn:
    fail(MXNetError, f"onnx: {node.op.name} (node {node.name!r})", what, got=got)


def _rank(g, entry):
    return len(g.shape_of(entry))


def _lengths(g, node, x):
    """Lengths as int64."""
    return g.cast(x, "int64")


# ---------------------------------------------------------------------------- attention
def _heads(g, name, width, heads, parts):
    """``(T, B, heads * parts * D)`` as ``parts`` values ``(B * heads, T, D)``."""
    d = width // (heads * parts)
    y = g.add("Reshape", [name, g.ints([0, 0, heads, parts * d])])
    chunks = g.add("Split", [y, g.ints([d] * parts)], n_outputs=parts, axis=3)
    chunks = [chunks] if parts == 1 else chunks
    flat = [g.add("Reshape", [p, g.ints([0, -1, d])]) for p in chunks]
    return [g.add("Transpose", [p], perm=[1, 0, 2]) for p in flat], d


def _scores(g, node, q, k, d):
    q = g.add("Div", [q, number_like(g, node, math.sqrt(d))])
    return g.add("MatMul", [q, g.add("Transpose", [k], perm=[0, 2, 1])])


def _mixed(g, attention, v, heads, d):
    y = g.add("Transpose", [g.add("MatMul", [attention, v])], perm=[1, 0, 2])
    return g.add("Reshape", [y, g.ints([0, -1, heads * d])])


@converts("_contrib_interleaved_matmul_selfatt_qk")
def _selfatt_qk(g, node, x, a):
    (q, k, _), d = _heads(g, x[0], g.shape_of(node.inputs[0])[2], a["heads"], 3)
    return _scores(g, node, q, k, d)


@converts("_contrib_interleaved_matmul_selfatt_valatt")
def _selfatt_valatt(g, node, x, a):
    (_, _, v), d = _heads(g, x[0], g.shape_of(node.inputs[0])[2], a["heads"], 3)
    return _mixed(g, x[1], v, a["heads"], d)


@converts("_contrib_interleaved_matmul_encdec_qk")
def _encdec_qk(g, node, x, a):
    (q,), d = _heads(g, x[0], g.shape_of(node.inputs[0])[2], a["heads"], 1)
    (k, _), _ = _heads(g, x[1], g.shape_of(node.inputs[1])[2], a["heads"], 2)
    return _scores(g, node, q, k, d)


@converts("_contrib_interleaved_matmul_encdec_valatt")
def _encdec_valatt(g, node, x, a):
    (_, v), d = _heads(g, x[0], g.shape_of(node.inputs[0])[2], a["heads"], 2)
    return _mixed(g, x[1], v, a["heads"], d)


@converts("softmax", "log_softmax", "softmin")
def _softmax(g, node, x, a):
    data, mask, zero = x[0], None, number_like(g, node, 0)
    axis = a["axis"] % _rank(g, node.inputs[0])
    if node.op.name == "softmin":
        data = g.add("Neg", [data])
    if a.get("temperature") not in (None, 1.0):
        data = g.add("Div", [data, number_like(g, node, a["temperature"])])
    if len(x) > 1:
        shape = g.shape_of(node.inputs[0])
        places = onp.arange(shape[axis]).reshape([-1] + [1] * (len(shape) - 1 - axis))
        ends = g.add("Unsqueeze", [_lengths(g, node, x[1]), g.ints([axis])])
        mask = g.add("Less", [g.const(places), ends])
        least = onp.finfo(g.dtype_of(node.inputs[0])).min
        data = g.add("Where", [mask, data, number_like(g, node, least)])
    if node.op.name == "log_softmax":
        y = g.add("LogSoftmax", [data], axis=axis)
        zero = number_like(g, node, -onp.inf)
    else:
        y = g.add("Softmax", [data], axis=axis)
    y = y if mask is None else g.add("Where", [mask, y, zero])
    return g.cast(y, g.dtype_of((node, 0))) if a.get("dtype") is not None else y


# ---------------------------------------------------------------------------- sequences
@converts("SequenceMask")
def _sequence_mask(g, node, x, a):
    if not a["use_sequence_length"]:
        return g.add("Identity", x[:1])
    shape, axis = g.shape_of(node.inputs[0]), a["axis"]
    places = onp.arange(shape[axis]).reshape((-1, 1) if axis == 0 else (1, -1))
    ends = g.add("Unsqueeze", [_lengths(g, node, x[1]), g.ints([axis])])
    mask = g.add("Less", [g.const(places), ends])
    if len(shape) > 2:
        mask = g.add("Unsqueeze", [mask, g.ints(range(2, len(shape)))])
    return g.add("Where", [mask, x[0], number_like(g, node, a["value"])])


@converts("SequenceLast")
def _sequence_last(g, node, x, a):
    axis = a["axis"]
    if not a["use_sequence_length"]:
        return g.add("Gather", [x[0], g.const(onp.array(-1))], axis=axis)
    data, rank = x[0], _rank(g, node.inputs[0])
    if axis == 0:
        data = g.add("Transpose", [data], perm=[1, 0, *range(2, rank)])
    last = g.add("Sub", [_lengths(g, node, x[1]), g.const(onp.array(1))])
    return g.add("GatherND", [data, g.add("Unsqueeze", [last, g.ints([1])])], batch_dims=1)


@converts("SequenceReverse")
def _sequence_reverse(g, node, x, a):
    if not a["use_sequence_length"]:
        return _turned(g, x[0], [0])
    return g.add("ReverseSequence", [x[0], _lengths(g, node, x[1])], batch_axis=1, time_axis=0)


def _turned(g, name, axes):
    n = len(axes)
    far = -(2**31) + 1
    limits = [g.ints([_FAR] * n), g.ints([far] * n), g.ints(axes), g.ints([-1] * n)]
    return g.add("Slice", [name, *limits])


@converts("reverse")
def _reverse(g, node, x, a):
    axes = [a["axis"]] if isinstance(a["axis"], int) else list(a["axis"])
    return _turned(g, x[0], axes)


@converts("_contrib_arange_like")
def _arange_like(g, node, x, a):
    shape = g.shape_of((node, 0))
    steps = onp.arange(math.prod(shape)) // (a.get("repeat") or 1)
    numbers = (a["start"] + steps * a["step"]).reshape(shape)
    return g.const(numbers.astype(g.dtype_of((node, 0))))


@converts("repeat")
def _repeat(g, node, x, a):
    data, axis, n = x[0], a["axis"], a["repeats"]
    shape = g.shape_of(node.inputs[0])
    if axis is None:
        data, axis, shape = g.add("Reshape", [data, g.ints([-1])]), 0, (math.prod(shape),)
    axis %= len(shape)
    y = g.add("Unsqueeze", [data, g.ints([axis + 1])])
    y = g.add("Tile", [y, g.ints([1] * (axis + 1) + [n] + [1] * (len(shape) - axis - 1))])
    target = [0] * axis + [-1] + list(shape[axis + 1 :])
    return g.add("Reshape", [y, g.ints(target)])


@converts("pick")
def _pick(g, node, x, a):
    axis, shape = a["axis"], g.shape_of(node.inputs[0])
    index = g.cast(x[1], "int64")
    if axis is None:
        _refuse(node, "an axis must be given")
    axis %= len(shape)
    n = shape[axis]
    if a["mode"] == "wrap":
        index = g.add("Mod", [index, g.const(onp.array(n))])
    else:
        index = g.add("Clip", [index, g.const(onp.array(0)), g.const(onp.array(n - 1))])
    if _rank(g, node.inputs[1]) != len(shape):
        index = g.add("Unsqueeze", [index, g.ints([axis])])
    y = g.add("GatherElements", [x[0], index], axis=axis)
    return y if a["keepdims"] else g.add("Squeeze", [y, g.ints([axis])])


@converts("_split_v2")
def _split_v2(g, node, x, a):
    axis = a["axis"]
    n = g.shape_of(node.inputs[0])[axis]
    if a["sections"]:
        sizes = [n // a["sections"]] * a["sections"]
    else:
        cuts = [*a["indices"], n]
        cuts = cuts if cuts[0] == 0 else [0, *cuts]
        sizes = [max(min(e, n) - s, 0) for s, e in itertools.pairwise(cuts)]
    outs = g.add("Split", [x[0], g.ints(sizes)], n_outputs=len(sizes), axis=axis)
    outs = [outs] if len(sizes) == 1 else outs
    if a["squeeze_axis"]:
        outs = [g.add("Squeeze", [o, g.ints([axis])]) for o in outs]
    return outs


@converts("reshape_like")
def _reshape_like(g, node, x, a):
    if all(a.get(k) is None for k in ("lhs_begin", "lhs_end", "rhs_begin", "rhs_end")):
        return g.add("Reshape", [x[0], g.add("Shape", [x[1]])])
    return g.add("Reshape", [x[0], g.ints(g.shape_of((node, 0)))])


@converts("depth_to_space", "space_to_depth")
def _blocks(g, node, x, a):
    kind = "DepthToSpace" if node.op.name == "depth_to_space" else "SpaceToDepth"
    return g.add(kind, x, blocksize=a["block_size"])


@converts("cumsum")
def _cumsum(g, node, x, a):
    if a["axis"] is None:
        data, axis = g.add("Reshape", [x[0], g.ints([-1])]), 0
    else:
        data, axis = x[0], a["axis"]
    return g.add("CumSum", [data, g.const(onp.array(axis))])


@converts("_linalg_gemm2")
def _gemm2(g, node, x, a):
    if a.get("axis", -2) != -2:
        _refuse(node, "only the last two axes can be said", a["axis"])
    y = CONVERTERS["batch_dot"](g, node, x, a)
    return y if a["alpha"] == 1 else g.add("Mul", [y, number_like(g, node, a["alpha"])])


# ---------------------------------------------------------------------------- ordering
def _flat(g, node, x, a):
    """(value, axis, length) of what is sorted."""
    shape = g.shape_of(node.inputs[0])
    if a["axis"] is None:
        return g.add("Reshape", [x[0], g.ints([-1])]), 0, math.prod(shape)
    return x[0], a["axis"] % len(shape), shape[a["axis"]]


def _best(g, name, axis, k, ascending):
    return g.add("TopK", [name, g.ints([k])], n_outputs=2, axis=axis, largest=int(not ascending))


@converts("sort", "argsort")
def _sort(g, node, x, a):
    data, axis, n = _flat(g, node, x, a)
    values, places = _best(g, data, axis, n, a["is_ascend"])
    return values if node.op.name == "sort" else g.cast(places, g.dtype_of((node, 0)))


@converts("topk")
def _topk(g, node, x, a):
    data, axis, n = _flat(g, node, x, a)
    k = a["k"] if a["k"] > 0 else n
    values, places = _best(g, data, axis, k, a["is_ascend"])
    kind = a["ret_typ"]
    if kind == "mask":
        zeros = g.add("Mul", [data, number_like(g, node, 0)])
        ones = g.add("Add", [g.add("Mul", [values, number_like(g, node, 0)]),
                             number_like(g, node, 1)])  # fmt: skip
        y = g.add("ScatterElements", [zeros, places, ones], axis=axis)
        return g.add("Reshape", [y, g.ints(g.shape_of((node, 0)))])
    if kind == "value":
        return values
    found = g.cast(places, onp.dtype(a["dtype"]))
    return found if kind == "indices" else [values, found]


# ---------------------------------------------------------------------------- images
@converts("_contrib_BilinearResize2D")
def _bilinear(g, node, x, a):
    first = g.add("Slice", [g.add("Shape", [x[0]]), g.ints([0]), g.ints([2])])
    size = g.add("Concat", [first, g.ints(g.shape_of((node, 0))[2:])], axis=0)
    way = "align_corners" if a["align_corners"] else "pytorch_half_pixel"
    return g.add("Resize", [x[0], "", "", size], mode="linear", coordinate_transformation_mode=way)


@converts("UpSampling")
def _upsampling(g, node, x, a):
    s = a["scale"]
    if a["sample_type"] == "bilinear":
        k = 2 * s - s % 2
        p = (s - 1 + 1) // 2
        return g.add(
            "ConvTranspose", x, kernel_shape=[k, k], strides=[s, s], pads=[p] * 4,
            group=g.shape_of(node.inputs[1])[0],
        )  # fmt: skip
    size = [s * n for n in g.shape_of(node.inputs[0])[2:]]
    large = []
    for name, entry in zip(x, node.inputs):
        h, w = g.shape_of(entry)[2:]
        scales = g.const(onp.array([1, 1, size[0] // h, size[1] // w], "float32"))
        large.append(g.add(
            "Resize", [name, "", scales], mode="nearest",
            coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        ))  # fmt: skip
    if len(large) == 1:
        return large[0]
    if a["multi_input_mode"] == "sum":
        return g.add("Sum", large)
    return g.add("Concat", large, axis=1)


@converts("_contrib_ROIAlign")
def _roi_align(g, node, x, a):
    if a.get("position_sensitive"):
        _refuse(node, "position_sensitive cannot be said")
    rows = g.add("Slice", [x[1], g.ints([1]), g.ints([5]), g.ints([1])])
    batch = g.add("Gather", [x[1], g.const(onp.array(0))], axis=1)
    h, w = a["pooled_size"]
    return g.add(
        "RoiAlign", [x[0], rows, g.cast(batch, "int64")], output_height=h, output_width=w,
        sampling_ratio=max(a["sample_ratio"], 0), spatial_scale=float(a["spatial_scale"]),
        coordinate_transformation_mode="half_pixel" if a.get("aligned") else "output_half_pixel",
    )  # fmt: skip


@converts("GroupNorm")
def _group_norm(g, node, x, a):
    n, shape = a["num_groups"], g.shape_of(node.inputs[0])
    kind = g.dtype_of(node.inputs[0])
    y = g.add("Reshape", [x[0], g.ints([0, n, -1])])
    one, zero = g.const(onp.ones(n, kind)), g.const(onp.zeros(n, kind))
    y = g.add("InstanceNormalization", [y, one, zero], epsilon=float(a["eps"]))
    gamma, beta = (g.add("Reshape", [p, g.ints([1, -1, 1])]) for p in x[1:3])
    y = g.add("Add", [g.add("Mul", [y, gamma]), beta])  # of groups, not of channels
    return g.add("Reshape", [y, g.ints([0, *shape[1:]])])


@converts("_contrib_box_nms")
def _box_nms(g, node, x, a):
    """Rows by falling score; NonMaxSuppression marks those that stay; they go to the front."""
    shape = g.shape_of(node.inputs[0])
    n, width = shape[-2:]
    if a["topk"] == 0:
        return g.add("Identity", x)
    at, low = a["coord_start"], number_like(g, node, onp.finfo("float32").min)
    data = g.add("Reshape", [x[0], g.ints([-1, n, width])])

    def column(name, i):
        return g.add("Gather", [name, g.const(onp.array(i))], axis=2)

    def rows_by(order, name):
        index = g.add("Unsqueeze", [order, g.ints([2])])
        wide = g.add("Expand", [index, g.ints([1, 1, width])])
        return g.add("GatherElements", [name, wide], axis=1)

    score = column(data, a["score_index"])
    valid = g.add("Greater", [score, number_like(g, node, a["valid_thresh"])])
    if a["id_index"] >= 0:
        ground = g.add(
            "Equal", [column(data, a["id_index"]), number_like(g, node, a["background_id"])]
        )
        valid = g.add("And", [valid, g.add("Not", [ground])])
    score, order = _best(g, g.add("Where", [valid, score, low]), 1, n, False)
    data = rows_by(order, data)
    if 0 < a["topk"] < n:
        early = g.const(onp.arange(n)[None] < a["topk"])
        score = g.add("Where", [early, score, low])
    box = g.add("Slice", [data, g.ints([at]), g.ints([at + 4]), g.ints([2])])
    apart = box
    if a["id_index"] >= 0 and not a["force_suppress"]:
        # boxes of different classes are moved so far apart that they cannot overlap
        top = g.add("ReduceMax", [box], keepdims=0)
        span = g.add("Sub", [top, g.add("ReduceMin", [box], keepdims=0)])
        span = g.add("Add", [g.add("Add", [span, span]), number_like(g, node, 1)])
        kind = g.add("Unsqueeze", [column(data, a["id_index"]), g.ints([2])])
        move = g.add("Mul", [kind, span])
        if a["in_format"] == "center":  # the sizes stay
            move = g.add("Mul", [move, g.const(onp.array([1, 1, 0, 0], "float32"))])
        apart = g.add("Add", [box, move])
    floor = g.const(onp.array([max(a["valid_thresh"], -1e38)], "float32"))
    chosen = g.add(
        "NonMaxSuppression",
        [apart, g.add("Unsqueeze", [score, g.ints([1])]), g.ints([n]),
         g.const(onp.array([a["overlap_thresh"]], "float32")), floor],
        center_point_box=int(a["in_format"] == "center"),
    )  # fmt: skip
    where = g.add("Gather", [chosen, g.ints([0, 2])], axis=1)
    count = g.add("Slice", [g.add("Shape", [chosen]), g.ints([0]), g.ints([1])])
    ones = g.add("Expand", [number_like(g, node, 1), count])
    none = g.add("Mul", [g.cast(g.add("Cast", [score], to=9), "float32"), number_like(g, node, 0)])
    kept = g.add("Greater", [g.add("ScatterND", [none, where, ones]), number_like(g, node, 0)])
    if a["in_format"] != a["out_format"]:
        data = _other_format(g, node, data, box, a, width)
    data = g.add("Where", [g.add("Unsqueeze", [kept, g.ints([2])]), data, number_like(g, node, -1)])
    _, front = _best(g, g.add("Where", [kept, score, low]), 1, n, False)
    return g.add("Reshape", [rows_by(front, data), g.ints([0] * (len(shape) > 2) + list(
        shape[1:] if len(shape) > 2 else shape))])  # fmt: skip


def _other_format(g, node, data, box, a, width):
    a0, a1 = g.add("Split", [box, g.ints([2, 2])], n_outputs=2, axis=2)
    half = number_like(g, node, 0.5)
    if a["in_format"] == "center":
        part = g.add("Mul", [a1, half])
        pair = [g.add("Sub", [a0, part]), g.add("Add", [a0, part])]
    else:
        pair = [g.add("Mul", [g.add("Add", [a0, a1]), half]), g.add("Sub", [a1, a0])]
    at, parts = a["coord_start"], []
    if at:
        parts.append(g.add("Slice", [data, g.ints([0]), g.ints([at]), g.ints([2])]))
    parts += pair
    if at + 4 < width:
        parts.append(g.add("Slice", [data, g.ints([at + 4]), g.ints([width]), g.ints([2])]))
    return g.add("Concat", parts, axis=2)


# ---------------------------------------------------------------------------- numbers
def _logical(onnx_name):
    def convert(g, node, x, a):
        y = g.add(onnx_name, [g.cast(i, "bool") for i in x])
        return g.cast(y, g.dtype_of((node, 0)))

    return convert


for _name in ("and", "or", "xor"):
    CONVERTERS[f"broadcast_logical_{_name}"] = _logical(_name.capitalize())
    CONVERTERS[f"_logical_{_name}"] = _logical(_name.capitalize())
CONVERTERS["logical_not"] = _logical("Not")


def _mod(g, node, top, low):
    """The remainder with the sign of the divisor."""
    rest = g.add("Mod", [top, low], fmod=1)
    off = g.add("Less", [g.add("Mul", [rest, low]), number_like(g, node, 0)])
    return g.add("Where", [off, g.add("Add", [rest, low]), rest])


@converts("broadcast_mod", "_mod")
def _remainder(g, node, x, a):
    return _mod(g, node, *x)


@converts("_mod_scalar")
def _mod_scalar(g, node, x, a):
    return _mod(g, node, x[0], number_like(g, node, a["scalar"]))


@converts("_rmod_scalar")
def _rmod_scalar(g, node, x, a):
    return _mod(g, node, number_like(g, node, a["scalar"]), x[0])


def _scaled(onnx_name, factor):
    def convert(g, node, x, a):
        return g.add("Mul", [g.add(onnx_name, x), number_like(g, node, factor)])

    return convert


CONVERTERS["log2"] = _scaled("Log", 1 / math.log(2))
CONVERTERS["log10"] = _scaled("Log", 1 / math.log(10))
CONVERTERS["degrees"] = _scaled("Identity", 180 / math.pi)
CONVERTERS["radians"] = _scaled("Identity", math.pi / 180)


@converts("log1p")
def _log1p(g, node, x, a):
    return g.add("Log", [g.add("Add", [x[0], number_like(g, node, 1)])])


@converts("expm1")
def _expm1(g, node, x, a):
    return g.add("Sub", [g.add("Exp", x), number_like(g, node, 1)])


@converts("smooth_l1")
def _smooth_l1(g, node, x, a):
    s = float(a["scalar"]) ** 2
    size = g.add("Abs", x)
    near = g.add("Mul", [g.add("Mul", [x[0], x[0]]), number_like(g, node, 0.5 * s)])
    far = g.add("Sub", [size, number_like(g, node, 0.5 / s)])
    return g.add("Where", [g.add("Less", [size, number_like(g, node, 1 / s)]), near, far])


@converts("size_array")
def _size(g, node, x, a):
    return g.add("Reshape", [g.add("Size", x), g.ints([1])])


@converts("moments")
def _moments(g, node, x, a):
    axes, keep = reduced_axes(g, node, {**a, "axis": a.get("axes")}), int(bool(a["keepdims"]))
    mean = g.add("ReduceMean", x, axes=axes, keepdims=1)
    off = g.add("Sub", [x[0], mean])
    var = g.add("ReduceMean", [g.add("Mul", [off, off])], axes=axes, keepdims=keep)
    return [mean if keep else g.add("Squeeze", [mean, g.ints(axes)]), var]
