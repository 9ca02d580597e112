"""Readers of recurrent layers, resizing, ordering and what other exporters write."""

import math
from typing import NoReturn

import numpy as onp

from .. import symbol as S
from ..error import MXNetError, fail
from ._fold import Dim
from ._import import READERS, get_model_metadata, import_model, reads, require

__all__ = ["READERS", "get_model_metadata", "import_model"]


def _refuse(node, what, got=None) -> NoReturn:
    fail(MXNetError, f"onnx.import_model: {node.op_type} (node {node.name!r})", what, got=got)


def _given(node, i):
    """The name of an input that may be left out; None if it is."""
    return node.input[i] if len(node.input) > i and node.input[i] else None


# ---------------------------------------------------------------------------- recurrent layers
_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}  # where ours are in ONNX's order
_DEFAULTS = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


def _mode(node, a, sides):
    kind = node.op_type
    names = [n.decode() if isinstance(n, bytes) else n for n in a.get("activations", ())]
    names = [n.capitalize() for n in names] or _DEFAULTS[kind] * sides
    if kind == "RNN" and names == ["Relu"] * sides:
        return "rnn_relu"
    if names != _DEFAULTS[kind] * sides:
        _refuse(node, "other activations cannot be read", names)
    return {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_tanh"}[kind]


def _packed(r, node, h, sides):
    """The weights in the order of RNN's one vector of parameters."""
    w, recurrent = (r.value(node.input[i], node) for i in (1, 2))
    order = _GATES[node.op_type]
    gates = len(order)
    require(
        w.ndim == recurrent.ndim == 3
        and w.shape[:2] == (sides, gates * h)
        and recurrent.shape == (sides, gates * h, h),
        f"onnx.import_model: {node.name}: the weights do not fit {h} units in {sides} directions",
    )
    name = _given(node, 3)
    bias = onp.zeros((sides, 2 * gates * h), w.dtype) if name is None else r.value(name, node)
    require(
        bias.shape == (sides, 2 * gates * h), f"onnx.import_model: {node.name}: shape of the bias"
    )

    def sorted_gates(x):
        return x.reshape(gates, -1)[list(order)].reshape(-1)

    parts = [sorted_gates(m[d]) for d in range(sides) for m in (w, recurrent)]
    for d in range(sides):
        parts += [sorted_gates(half) for half in bias[d].reshape(2, -1)]
    return onp.concatenate(parts)


@reads("LSTM", "GRU", "RNN")
def _recurrent(r, node, a):
    direction = a.get("direction", "forward")
    if direction not in ("forward", "reverse", "bidirectional"):
        _refuse(node, "unknown direction", direction)
    sides = 2 if direction == "bidirectional" else 1
    for name in ("clip", "input_forget", "layout"):
        if a.get(name):
            _refuse(node, f"{name} cannot be read", a[name])
    if node.op_type == "GRU" and not a.get("linear_before_reset"):
        _refuse(node, "only linear_before_reset=1 can be read", 0)
    if _given(node, 7):
        _refuse(node, "peepholes cannot be read")
    h = a["hidden_size"]
    lstm = node.op_type == "LSTM"
    data, lengths = r.symbol(node.input[0]), _given(node, 4)
    packed = r.parameter(f"{node.output[0] or node.output[-1]}_parameters",
                         _packed(r, node, h, sides))  # fmt: skip
    ends = [] if lengths is None else [r.symbol(lengths)]
    back = direction == "reverse"

    def turned(x):
        if ends:
            return S.SequenceReverse(x, *ends, use_sequence_length=True)
        return S.reverse(x, axis=0)

    states = []
    for i in (5, 6) if lstm else (5,):
        name = _given(node, i)
        states.append(S.zeros(shape=(sides, 0, h)) if name is None else r.symbol(name))
    out = S.RNN(
        turned(data) if back else data, packed, *states, *ends, mode=_mode(node, a, sides),
        state_size=h, num_layers=1, bidirectional=sides == 2, state_outputs=True,
        use_sequence_length=bool(ends),
    )  # fmt: skip
    y = turned(out[0]) if back else out[0]
    if sides == 1:
        y = S.expand_dims(y, axis=1)
    else:
        y = S.transpose(S.Reshape(y, shape=(0, 0, -4, 2, h)), axes=(0, 2, 1, 3))
    return [y, *[out[i + 1] for i in range(len(states))]]


@reads("ReverseSequence")
def _reverse_sequence(r, node, a):
    x, ends = r.symbol(node.input[0]), r.symbol(node.input[1])
    axes = a.get("time_axis", 0), a.get("batch_axis", 1)
    if axes == (0, 1):
        return S.SequenceReverse(x, ends, use_sequence_length=True)
    if axes != (1, 0):
        _refuse(node, "only of the first two axes", axes)
    y = S.SequenceReverse(S.swapaxes(x, 0, 1), ends, use_sequence_length=True)
    return S.swapaxes(y, 0, 1)


# ---------------------------------------------------------------------------- images
_LARGEST = 1 << 14  # pixels of a side


@reads("Resize", "Upsample")
def _resize(r, node, a):
    x, shape = r.symbol(node.input[0]), r.shape(node.input[0])
    mode = a.get("mode", "nearest")
    upsample = node.op_type == "Upsample"
    old = upsample or r.opset < 11
    way = "asymmetric" if old else a.get("coordinate_transformation_mode", "half_pixel")
    at = 1 if old else 2
    scales, sizes = _given(node, at), _given(node, 3)
    height_width: list = [None, None]
    if sizes is not None and not upsample:
        height_width = r.integers(sizes, node)[-2:]
        factors = None
        if shape is not None and None not in shape[-2:]:
            factors = [n / s for n, s in zip(height_width, shape[-2:])]
    else:
        found = a.get("scales") if scales is None else r.value(scales, node).reshape(-1).tolist()
        if found is None or len(found) != 4 or found[0] != 1 or found[1] != 1:
            _refuse(node, "only images (B, C, H, W) can be resized", found)
        factors = list(found[2:])
    if mode == "nearest":
        whole = factors is not None and factors[0] == factors[1] and float(factors[0]).is_integer()
        if not whole or not 1 <= factors[0] <= _LARGEST:
            _refuse(node, "the nearest pixels of whole factors only", factors)
        exact = a.get("nearest_mode", "round_prefer_floor")
        exact = "floor" if old else exact
        few = exact == "round_prefer_floor" and factors[0] <= 2
        halves = way.endswith("half_pixel") and exact.startswith("round")
        if not halves and not (way == "asymmetric" and (exact == "floor" or few)):
            _refuse(node, "these nearest pixels cannot be read", f"{way}, {exact}")
        return S.UpSampling(x, scale=int(factors[0]), sample_type="nearest")
    if mode != "linear" or way not in ("align_corners", "half_pixel", "pytorch_half_pixel"):
        _refuse(node, "this way of resizing cannot be read", f"{mode}, {way}")
    corners = way == "align_corners"
    if None in height_width:
        if shape is not None and None not in shape[-2:]:
            height_width = [math.floor(s * f) for s, f in zip(shape[-2:], factors or ())]
        else:
            return S.contrib.BilinearResize2D(
                x, scale_height=factors[0], scale_width=factors[1], mode="size",
                align_corners=corners,
            )  # fmt: skip
    if any(isinstance(n, Dim) or not 0 < n <= _LARGEST for n in height_width):
        _refuse(node, "the size cannot be read", height_width)
    return S.contrib.BilinearResize2D(
        x, height=int(height_width[0]), width=int(height_width[1]), align_corners=corners
    )


@reads("DepthToSpace", "SpaceToDepth")
def _blocks(r, node, a):
    if a.get("mode", "DCR") not in ("DCR", b"DCR"):
        n = a["blocksize"]  # columns before rows
        y = S.Reshape(r.symbol(node.input[0]), shape=(0, -4, -1, n * n, -2))
        y = S.swapaxes(y, 1, 2)
        return S.depth_to_space(S.Reshape(y, shape=(0, -3, -2)), block_size=n)
    f = S.depth_to_space if node.op_type == "DepthToSpace" else S.space_to_depth
    return f(r.symbol(node.input[0]), block_size=a["blocksize"])


@reads("RoiAlign")
def _roi_align(r, node, a):
    if a.get("mode", "avg") != "avg":
        _refuse(node, "only averages can be read", a["mode"])
    x, rows, batch = (r.symbol(i) for i in node.input)
    rois = S.Concat(S.expand_dims(S.cast(batch, dtype="float32"), axis=1), rows, dim=1)
    way = a.get("coordinate_transformation_mode", "half_pixel" if r.opset > 15 else "output")
    return S.contrib.ROIAlign(
        x, rois, pooled_size=(a.get("output_height", 1), a.get("output_width", 1)),
        spatial_scale=a.get("spatial_scale", 1.0), sample_ratio=a.get("sampling_ratio", 0) or -1,
        aligned=way == "half_pixel",
    )  # fmt: skip


# ---------------------------------------------------------------------------- shapes
@reads("Shape")
def _shape(r, node, a):
    return S.shape_array(r.symbol(node.input[0]))


@reads("Size")
def _size(r, node, a):
    return S.size_array(r.symbol(node.input[0]))


@reads("Range", "ConstantOfShape")
def _made(r, node, a):
    for name in node.input:
        if name:
            r.value(name, node)
    return _refuse(node, "this cannot be computed before the network runs")


@reads("Expand")
def _expand(r, node, a):
    name, like = node.input[0], r.shaped.get(node.input[1])
    was, x = r.shape(name), r.symbol(name)
    if like is not None and node.input[1] not in r.constants:
        return S.broadcast_like(x, r.symbol(like))
    sizes = r.integers(node.input[1], node)
    if was is None:
        _refuse(node, "the shape of its input is not known")
    more = len(sizes) - len(was)
    if more > 0:
        open_ = sum(d is None for d in was)
        codes = (-2,) if open_ > 1 else tuple(-1 if d is None else d for d in was)
        x, was = S.Reshape(x, shape=(1,) * more + codes), (1,) * more + tuple(was)
    sizes = [1] * (len(was) - len(sizes)) + sizes
    target = []
    for i, (old, new) in enumerate(zip(was, sizes)):
        if isinstance(new, Dim) and old is not None:
            _refuse(node, f"size {i} is not known")
        target.append(0 if isinstance(new, Dim) or new in (1, old) else new)
    return S.broadcast_to(x, shape=tuple(target))


@reads("Tile")
def _tile(r, node, a):
    return S.tile(r.symbol(node.input[0]), reps=tuple(r.value(node.input[1], node).tolist()))


@reads("OneHot")
def _one_hot(r, node, a):
    if a.get("axis", -1) != -1:
        _refuse(node, "only the last axis", a["axis"])
    off, on = r.value(node.input[2], node).tolist()
    depth = int(r.value(node.input[1], node).reshape(-1)[0])
    x = r.symbol(node.input[0])
    return S.one_hot(x, depth=depth, on_value=on, off_value=off,
                     dtype=r.constants[node.input[2]].dtype.name)  # fmt: skip


# ---------------------------------------------------------------------------- choice, ordering
@reads("GatherND")
def _gather_nd(r, node, a):
    x, index, batch = r.symbol(node.input[0]), r.symbol(node.input[1]), a.get("batch_dims", 0)
    rank = r.rank(node.input[1])
    if batch == 1 and rank == 2:
        shape = r.shape(node.input[1])
        if shape is not None and shape[1] == 1:  # one row of each
            index = S.squeeze(index, axis=1)
            ends = S.broadcast_add(index, S.ones_like(index))
            return S.SequenceLast(x, ends, use_sequence_length=True, axis=1)
    if batch or rank is None:
        _refuse(node, "batches of indices cannot be read", batch)
    return S.gather_nd(x, S.transpose(index, axes=(rank - 1, *range(rank - 1))))


@reads("GatherElements")
def _gather_elements(r, node, a):
    axis, rank = a.get("axis", 0), r.rank(node.input[0])
    shape = r.shape(node.input[1])
    if rank is None or shape is None or shape[axis] != 1:
        _refuse(node, "one index along the axis only", shape)
    return S.pick(
        r.symbol(node.input[0]), r.symbol(node.input[1]), axis=axis, keepdims=True, mode="wrap"
    )


@reads("TopK")
def _topk(r, node, a):
    k = a.get("k")
    k = int(r.value(node.input[1], node).reshape(-1)[0]) if k is None else k
    found = S.topk(
        r.symbol(node.input[0]), k=k, axis=a.get("axis", -1), ret_typ="both",
        is_ascend=not a.get("largest", 1), dtype="int64",
    )  # fmt: skip
    return [found[0], found[1]]


@reads("ArgMax", "ArgMin")
def _arg(r, node, a):
    f = S.argmax if node.op_type == "ArgMax" else S.argmin
    y = f(r.symbol(node.input[0]), axis=a.get("axis", 0), keepdims=bool(a.get("keepdims", 1)))
    return S.cast(y, dtype="int64")


@reads("CumSum")
def _cumsum(r, node, a):
    if a.get("exclusive"):
        _refuse(node, "exclusive sums cannot be read")
    x, axis = r.symbol(node.input[0]), int(r.value(node.input[1], node).reshape(-1)[0])
    if a.get("reverse"):
        return S.reverse(S.cumsum(S.reverse(x, axis=axis), axis=axis), axis=axis)
    return S.cumsum(x, axis=axis)


# ---------------------------------------------------------------------------- numbers
@reads("Mod")
def _mod(r, node, a):
    x, y = (r.symbol(i) for i in node.input)
    rest = S.broadcast_mod(x, y)
    if not a.get("fmod"):
        return rest
    # the sign of what is divided
    return S.broadcast_mul(S.sign(x), S.broadcast_mod(S.abs(x), S.abs(y)))


@reads("HardSwish")
def _hard_swish(r, node, a):
    x = r.symbol(node.input[0])
    return x * S.hard_sigmoid(x, alpha=1 / 6, beta=0.5)


@reads("Gelu")
def _gelu(r, node, a):
    x = r.symbol(node.input[0])
    if a.get("approximate", "none") == "none":
        return S.LeakyReLU(x, act_type="gelu")
    return 0.5 * x * (1 + S.tanh((x + 0.044715 * x**3) * math.sqrt(2 / math.pi)))


@reads("Mish")
def _mish(r, node, a):
    x = r.symbol(node.input[0])
    return x * S.tanh(S.Activation(x, act_type="softrelu"))


def _reduced(r, node, a, f, x):
    axes, keep = a.get("axes"), bool(a.get("keepdims", 1))
    if axes is None and _given(node, 1):
        axes = r.value(node.input[1], node).tolist()
    return f(x, keepdims=keep) if axes is None else f(x, axis=tuple(axes), keepdims=keep)


_SUMS = {
    "ReduceL1": (S.abs, None),
    "ReduceL2": (S.square, S.sqrt),
    "ReduceSumSquare": (S.square, None),
    "ReduceLogSumExp": (S.exp, S.log),
    "ReduceLogSum": (None, S.log),
}


@reads(*_SUMS)
def _reduce_sum(r, node, a):
    before, after = _SUMS[node.op_type]
    x = r.symbol(node.input[0])
    y = _reduced(r, node, a, S.sum, x if before is None else before(x))
    return y if after is None else after(y)


@reads("LpNormalization")
def _lp_normalization(r, node, a):
    x, p = r.symbol(node.input[0]), a.get("p", 2)
    return S.broadcast_div(x, S.norm(x, ord=p, axis=a.get("axis", -1), keepdims=True))


@reads("GroupNormalization")
def _group_normalization(r, node, a):
    x, n = r.symbol(node.input[0]), a["num_groups"]
    scale, bias = (r.value(i, node) for i in node.input[1:3])
    shape, rank = r.shape(node.input[0]), r.rank(node.input[0])
    if shape is None or shape[1] is None:
        _refuse(node, "the channels of its input are not known")
    y = S.InstanceNorm(
        S.Reshape(x, shape=(0, n, -1)),
        r.parameter(f"{node.output[0]}_one", onp.ones(n, scale.dtype)),
        r.parameter(f"{node.output[0]}_zero", onp.zeros(n, scale.dtype)),
        eps=a.get("epsilon", 1e-5),
    )
    wide = (1, -1) + (1,) * (rank - 2)
    if len(scale) == n != shape[1]:  # of old, numbers were those of groups
        scale, bias = (onp.repeat(v, shape[1] // n) for v in (scale, bias))
    gamma = r.parameter(f"{node.output[0]}_scale", scale.reshape(wide))
    beta = r.parameter(f"{node.output[0]}_bias", bias.reshape(wide))
    return S.broadcast_add(S.broadcast_mul(S.reshape_like(y, x), gamma), beta)
