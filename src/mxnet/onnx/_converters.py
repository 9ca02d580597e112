"""How each operator is said in ONNX (operator set 17).

A converter is ``f(g, node, x, a) -> name or list of names``: ``g`` is the graph that is written
(:class:`mxnet.onnx._export.Writer`), ``x`` the inputs' names, ``a`` the operator's attributes.
"""

import math

import numpy as onp

from ..error import MXNetError, fail, require_equal

__all__ = ["CONVERTERS", "converts", "number_like", "reduced_axes"]

CONVERTERS = {}


def converts(*names):
    """Register a converter under operators' names."""

    def decorate(f):
        for name in names:
            CONVERTERS[name] = f
        return f

    return decorate


def _one(onnx_name):
    def convert(g, node, x, a):
        return g.add(onnx_name, x[: g.arity(node)])

    return convert


for _names, _target in {
    "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softsign": "Softsign", "exp": "Exp",
    "log": "Log", "sqrt": "Sqrt", "abs": "Abs", "negative": "Neg", "ceil": "Ceil",
    "floor": "Floor", "round": "Round", "sign": "Sign", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "arcsin": "Asin", "arccos": "Acos", "arctan": "Atan", "sinh": "Sinh", "cosh": "Cosh",
    "arcsinh": "Asinh", "arccosh": "Acosh", "arctanh": "Atanh", "erf": "Erf",
    "reciprocal": "Reciprocal", "elemwise_add": "Add", "elemwise_sub": "Sub",
    "elemwise_mul": "Mul", "elemwise_div": "Div", "broadcast_add": "Add", "broadcast_sub": "Sub",
    "broadcast_mul": "Mul", "broadcast_div": "Div", "broadcast_power": "Pow", "_power": "Pow",
    "broadcast_maximum": "Max", "broadcast_minimum": "Min", "_maximum": "Max", "_minimum": "Min",
    "_copy": "Identity", "BlockGrad": "Identity", "MakeLoss": "Identity", "make_loss": "Identity",
    "identity": "Identity", "add_n": "Sum",
}.items():  # fmt: skip
    CONVERTERS[_names] = _one(_target)


def number_like(g, node, value):
    """A constant of the element type of the first input."""
    return g.const(onp.asarray(value, g.dtype_of(node.inputs[0])))


def _scalar(onnx_name, swapped=False):
    def convert(g, node, x, a):
        number = number_like(g, node, a["scalar"])
        return g.add(onnx_name, [number, x[0]] if swapped else [x[0], number])

    return convert


for _name, _target in {
    "_plus_scalar": "Add", "_minus_scalar": "Sub", "_mul_scalar": "Mul", "_div_scalar": "Div",
    "_power_scalar": "Pow", "_maximum_scalar": "Max", "_minimum_scalar": "Min",
}.items():  # fmt: skip
    CONVERTERS[_name] = _scalar(_target)
for _name, _target in {
    "_rminus_scalar": "Sub", "_rdiv_scalar": "Div", "_rpower_scalar": "Pow",
}.items():  # fmt: skip
    CONVERTERS[_name] = _scalar(_target, swapped=True)


def _compare(onnx_name, negated=False, scalar=False):
    def convert(g, node, x, a):
        other = number_like(g, node, a["scalar"]) if scalar else x[1]
        y = g.add(onnx_name, [x[0], other])
        if negated:
            y = g.add("Not", [y])
        return g.cast(y, g.dtype_of((node, 0)))

    return convert


for _name, (_target, _no) in {
    "equal": ("Equal", False), "not_equal": ("Equal", True), "greater": ("Greater", False),
    "lesser": ("Less", False), "greater_equal": ("GreaterOrEqual", False),
    "lesser_equal": ("LessOrEqual", False),
}.items():  # fmt: skip
    CONVERTERS[f"broadcast_{_name}"] = CONVERTERS[f"_{_name}"] = _compare(_target, _no)
    CONVERTERS[f"_{_name}_scalar"] = _compare(_target, _no, scalar=True)


@converts("square")
def _square(g, node, x, a):
    return g.add("Mul", [x[0], x[0]])


@converts("rsqrt")
def _rsqrt(g, node, x, a):
    return g.add("Reciprocal", [g.add("Sqrt", x)])


@converts("_contrib_div_sqrt_dim")
def _div_sqrt_dim(g, node, x, a):
    return g.add("Div", [x[0], number_like(g, node, math.sqrt(g.shape_of(node.inputs[0])[-1]))])


# ---------------------------------------------------------------------------- layers
def _pads(pad, n):
    pad = tuple(pad) or (0,) * n
    return [*pad, *pad]


def _channels_first(node, a):
    layout = a.get("layout")
    if layout not in (None, "None", "NCHW", "NCW", "NCDHW"):
        fail(
            MXNetError,
            f"onnx: {node.op.name} (node {node.name!r})",
            "the layout cannot be said in ONNX",
            expected="NCHW, NCW or NCDHW",
            got=layout,
        )


@converts("Convolution")
def _convolution(g, node, x, a):
    _channels_first(node, a)
    n = len(a["kernel"])
    return g.add(
        "Conv",
        x,
        kernel_shape=list(a["kernel"]),
        strides=list(a["stride"]) or [1] * n,
        dilations=list(a["dilate"]) or [1] * n,
        pads=_pads(a["pad"], n),
        group=a["num_group"],
    )


@converts("Deconvolution")
def _deconvolution(g, node, x, a):
    _channels_first(node, a)
    n = len(a["kernel"])
    options = {}
    if a.get("target_shape"):
        options["output_shape"] = list(g.shape_of((node, 0))[2:])
    else:
        options["pads"] = _pads(a["pad"], n)
        options["output_padding"] = list(a["adj"]) or [0] * n
    return g.add(
        "ConvTranspose",
        x,
        kernel_shape=list(a["kernel"]),
        strides=list(a["stride"]) or [1] * n,
        dilations=list(a["dilate"]) or [1] * n,
        group=a["num_group"],
        **options,
    )


@converts("FullyConnected")
def _fully_connected(g, node, x, a):
    shape = g.shape_of(node.inputs[0])
    data = x[0]
    if a["flatten"]:
        if len(shape) != 2:
            data = g.add("Flatten", [data], axis=1)
        return g.add("Gemm", [data, *x[1:]], alpha=1.0, beta=1.0, transA=0, transB=1)
    y = g.add("MatMul", [data, g.add("Transpose", [x[1]], perm=[1, 0])])
    return y if a["no_bias"] else g.add("Add", [y, x[2]])


@converts("BatchNorm")
def _batch_norm(g, node, x, a):
    require_equal(
        MXNetError,
        f"onnx: BatchNorm (node {node.name!r})",
        "only channels on axis 1 can be said in ONNX",
        1,
        a["axis"],
    )
    gamma = x[1]
    if a["fix_gamma"]:
        channels = g.shape_of(node.inputs[1])[0]
        gamma = g.const(onp.ones(channels, g.dtype_of(node.inputs[1])))
    return g.add("BatchNormalization", [x[0], gamma, *x[2:]], epsilon=float(a["eps"]))


@converts("InstanceNorm")
def _instance_norm(g, node, x, a):
    return g.add("InstanceNormalization", x, epsilon=float(a["eps"]))


@converts("LayerNorm")
def _layer_norm(g, node, x, a):
    rank = len(g.shape_of(node.inputs[0]))
    if a["axis"] % rank != rank - 1:
        fail(
            MXNetError,
            f"onnx: LayerNorm (node {node.name!r})",
            "only the last axis can be said in ONNX",
            expected=-1,
            got=a["axis"],
        )
    return g.add("LayerNormalization", x, axis=-1, epsilon=float(a["eps"]))


@converts("L2Normalization")
def _l2_normalization(g, node, x, a):
    rank = len(g.shape_of(node.inputs[0]))
    first = {"instance": 1, "channel": 1, "spatial": 2}[a["mode"]]
    axes = [1] if a["mode"] == "channel" else list(range(first, rank))
    total = g.add("ReduceSumSquare", x, axes=axes, keepdims=1)
    total = g.add("Sqrt", [g.add("Add", [total, number_like(g, node, a["eps"])])])
    return g.add("Div", [x[0], total])


@converts("LRN")
def _lrn(g, node, x, a):
    return g.add(
        "LRN", x, alpha=float(a["alpha"]), beta=float(a["beta"]), bias=float(a["knorm"]),
        size=a["nsize"],
    )  # fmt: skip


@converts("Pooling")
def _pooling(g, node, x, a):
    _channels_first(node, a)
    kind = a["pool_type"]
    if kind not in ("max", "avg"):
        fail(MXNetError, f"onnx: Pooling (node {node.name!r})", "unknown kind", got=kind)
    if a["global_pool"]:
        return g.add("GlobalMaxPool" if kind == "max" else "GlobalAveragePool", x)
    n = len(a["kernel"])
    options = {
        "kernel_shape": list(a["kernel"]),
        "strides": list(a["stride"]) or [1] * n,
        "pads": _pads(a["pad"], n),
    }
    if a["pooling_convention"] == "full":
        options["ceil_mode"] = 1
    elif a["pooling_convention"] != "valid":
        fail(
            MXNetError,
            f"onnx: Pooling (node {node.name!r})",
            "the convention cannot be said in ONNX",
            got=a["pooling_convention"],
        )
    if kind == "avg":
        options["count_include_pad"] = int(a["count_include_pad"] is not False)
    return g.add("MaxPool" if kind == "max" else "AveragePool", x, **options)


@converts("_contrib_AdaptiveAvgPooling2D")
def _adaptive(g, node, x, a):
    size = tuple(a["output_size"] or (1,))
    if any(s != 1 for s in size):
        fail(
            MXNetError,
            f"onnx: AdaptiveAvgPooling2D (node {node.name!r})",
            "only an output of one element can be said in ONNX",
            got=size,
        )
    return g.add("GlobalAveragePool", x)


@converts("Activation")
def _activation(g, node, x, a):
    kind = {
        "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softrelu": "Softplus",
        "softsign": "Softsign",
    }.get(a["act_type"])  # fmt: skip
    return g.add(kind, x) if kind else CONVERTERS[a["act_type"]](g, node, x, a)


@converts("LeakyReLU")
def _leaky(g, node, x, a):
    kind = a["act_type"]
    if kind == "leaky":
        return g.add("LeakyRelu", x[:1], alpha=float(a["slope"]))
    if kind == "elu":
        return g.add("Elu", x[:1], alpha=float(a["slope"]))
    if kind == "selu":
        return g.add("Selu", x[:1])
    if kind == "prelu":
        rank = len(g.shape_of(node.inputs[0]))
        slope = x[1]
        if rank > 2:
            slope = g.add("Unsqueeze", [slope, g.ints(range(1, rank - 1))])
        return g.add("PRelu", [x[0], slope])
    if kind == "gelu":
        scaled = g.add("Erf", [g.add("Mul", [x[0], number_like(g, node, math.sqrt(0.5))])])
        half = g.add("Mul", [x[0], number_like(g, node, 0.5)])
        return g.add("Mul", [half, g.add("Add", [scaled, number_like(g, node, 1.0)])])
    return fail(MXNetError, f"onnx: LeakyReLU (node {node.name!r})", "unknown kind", got=kind)


@converts("hard_sigmoid")
def _hard_sigmoid(g, node, x, a):
    return g.add("HardSigmoid", x, alpha=float(a["alpha"]), beta=float(a["beta"]))


@converts("clip")
def _clip(g, node, x, a):
    return g.add("Clip", [x[0], number_like(g, node, a["a_min"]), number_like(g, node, a["a_max"])])


@converts("Dropout")
def _dropout(g, node, x, a):
    return g.add("Identity", x[:1])  # nothing is dropped when a network is used


@converts("SoftmaxOutput")
def _softmax_output(g, node, x, a):
    rank = len(g.shape_of(node.inputs[0]))
    return g.add("Softmax", x[:1], axis=1 if a["multi_output"] or rank == 2 else -1)


@converts("SoftmaxActivation")
def _softmax_activation(g, node, x, a):
    return g.add("Softmax", x, axis=1 if a["mode"] == "channel" else -1)


@converts("LinearRegressionOutput", "MAERegressionOutput")
def _regression(g, node, x, a):
    return g.add("Identity", x[:1])


@converts("LogisticRegressionOutput")
def _logistic(g, node, x, a):
    return g.add("Sigmoid", x[:1])


@converts("Embedding")
def _embedding(g, node, x, a):
    return g.add("Gather", [x[1], g.cast(x[0], "int64")], axis=0)


@converts("Pad")
def _pad(g, node, x, a):
    widths = a["pad_width"]
    pads = g.ints([*widths[::2], *widths[1::2]])
    inputs = [x[0], pads]
    if a["mode"] == "constant":
        inputs.append(number_like(g, node, a.get("constant_value", 0)))
    return g.add("Pad", inputs, mode=a["mode"])


# ---------------------------------------------------------------------------- shapes
@converts("Flatten")
def _flatten(g, node, x, a):
    return g.add("Flatten", x, axis=1)


def _reshape_target(codes, now, target):
    """ONNX's shape for codes of Reshape: sizes that are taken over stay free as far as it can."""
    found, at, free, k = [], 0, -1 not in codes, 0
    codes = list(codes)
    while k < len(codes):
        code = codes[k]
        k += 1
        if code == -2:  # all that remain
            codes[k:k] = [0] * (len(now) - at)
            continue
        if code == -4:
            found += [target[len(found)], target[len(found) + 1]]
            k, at = k + 2, at + 1
            if free and at == 1:  # what the first axis is split into
                found[-2 if codes[k - 2] == -1 else -1], free = -1, False
        elif code == -3:
            found.append(-1 if free else target[len(found)])
            free, at = False, at + 2
        elif code == 0 and len(found) != at:
            found.append(-1 if free and at == 0 else target[len(found)])
            free, at = free and at != 0, at + 1
        else:
            found.append(code)
            at += 1
    return found


@converts("Reshape")
def _reshape(g, node, x, a):
    codes: list[int] = list(a["shape"] or ())
    now = g.shape_of(node.inputs[0])
    target: list[int] = list(g.shape_of((node, 0)))
    if a.get("reverse") or not codes:
        if now and target and now[0] == target[0]:
            target[0] = 0  # the batch, whatever its size
        elif -1 in codes and min(codes) == -1:
            target[codes.index(-1)] = -1
        return g.add("Reshape", [x[0], g.ints(target)])
    return g.add("Reshape", [x[0], g.ints(_reshape_target(codes, now, target))])


@converts("transpose")
def _transpose(g, node, x, a):
    axes = a["axes"] or range(len(g.shape_of(node.inputs[0])))[::-1]
    return g.add("Transpose", x, perm=list(axes))


@converts("SwapAxis")
def _swapaxes(g, node, x, a):
    perm = list(range(len(g.shape_of(node.inputs[0]))))
    i, j = a["dim1"], a["dim2"]
    perm[i], perm[j] = perm[j], perm[i]
    return g.add("Transpose", x, perm=perm)


@converts("expand_dims")
def _expand_dims(g, node, x, a):
    return g.add("Unsqueeze", [x[0], g.ints([a["axis"]])])


@converts("squeeze")
def _squeeze(g, node, x, a):
    axis = a["axis"]
    if axis is None or axis == ():
        return g.add("Squeeze", x)
    return g.add("Squeeze", [x[0], g.ints([axis] if isinstance(axis, int) else axis)])


@converts("Concat", "concat", "_rnn_param_concat")
def _concat(g, node, x, a):
    return g.add("Concat", x, axis=a["dim"])


@converts("stack")
def _stack(g, node, x, a):
    parts = [g.add("Unsqueeze", [i, g.ints([a["axis"]])]) for i in x]
    return g.add("Concat", parts, axis=a["axis"])


@converts("SliceChannel")
def _split(g, node, x, a):
    n, axis = a["num_outputs"], a["axis"]
    width = g.shape_of(node.inputs[0])[axis] // n
    outs = g.add("Split", [x[0], g.ints([width] * n)], n_outputs=n, axis=axis)
    outs = [outs] if n == 1 else outs
    if a["squeeze_axis"]:
        outs = [g.add("Squeeze", [o, g.ints([axis])]) for o in outs]
    return outs


_FAR = 2**31 - 1


@converts("slice_axis")
def _slice_axis(g, node, x, a):
    end = _FAR if a["end"] is None else a["end"]
    return g.add("Slice", [x[0], g.ints([a["begin"]]), g.ints([end]), g.ints([a["axis"]])])


@converts("slice")
def _slice(g, node, x, a):
    begin, end = list(a["begin"]), list(a["end"])
    step = [s or 1 for s in a.get("step") or ()] or [1] * len(begin)
    starts = [(0 if s > 0 else _FAR) if b is None else b for b, s in zip(begin, step)]
    ends = [(_FAR if s > 0 else -_FAR) if e is None else e for e, s in zip(end, step)]
    axes = range(len(begin))
    return g.add("Slice", [x[0], g.ints(starts), g.ints(ends), g.ints(axes), g.ints(step)])


@converts("slice_like")
def _slice_like(g, node, x, a):
    shape = g.shape_of((node, 0))
    axes = [i % len(shape) for i in a["axes"] or range(len(shape))]
    ends = [shape[i] for i in axes]
    return g.add("Slice", [x[0], g.ints([0] * len(axes)), g.ints(ends), g.ints(axes)])


@converts("broadcast_to", "broadcast_like", "broadcast_axis")
def _broadcast(g, node, x, a):
    if node.op.name == "broadcast_like" and a.get("lhs_axes") is None:
        return g.add("Expand", [x[0], g.add("Shape", [x[1]])])
    was, shape = g.shape_of(node.inputs[0]), g.shape_of((node, 0))
    target = [1 if i == j else j for i, j in zip(was, shape)]  # 1 leaves a size as it is
    return g.add("Expand", [x[0], g.ints(target)])


@converts("tile")
def _tile(g, node, x, a):
    reps, rank = list(a["reps"]), len(g.shape_of(node.inputs[0]))
    return g.add("Tile", [x[0], g.ints([1] * (rank - len(reps)) + reps)])


@converts("shape_array")
def _shape(g, node, x, a):
    return g.add("Shape", x)


@converts("Cast", "amp_cast")
def _cast(g, node, x, a):
    return g.cast(x[0], g.dtype_of((node, 0)))


@converts("zeros_like", "ones_like")
def _like(g, node, x, a):
    number = float(node.op.name == "ones_like")
    return g.add(
        "Add", [g.add("Mul", [x[0], number_like(g, node, 0.0)]), number_like(g, node, number)]
    )


@converts("_zeros", "_ones", "_full")
def _filled(g, node, x, a):
    if not g.knows((node, 0)):
        return None  # a state to begin with: RNN takes zeros by itself
    number = a.get("value", float(node.op.name == "_ones"))
    return g.const(onp.full(g.shape_of((node, 0)), number, g.dtype_of((node, 0))))


@converts("_arange")
def _arange(g, node, x, a):
    shape = g.shape_of((node, 0))
    steps = onp.arange(shape[0]) // a.get("repeat", 1)
    return g.const((a["start"] + steps * a["step"]).astype(g.dtype_of((node, 0))))


# ---------------------------------------------------------------------------- reductions
def reduced_axes(g, node, a):
    """The axes that are reduced, none of them negative."""
    rank = len(g.shape_of(node.inputs[0]))
    axis = a.get("axis")
    if axis is None or axis == ():
        axes = list(range(rank))
    else:
        axes = [i % rank for i in ([axis] if isinstance(axis, int) else axis)]
    if a.get("exclude"):
        axes = [i for i in range(rank) if i not in axes]
    return axes


def _reduce(onnx_name):
    def convert(g, node, x, a):
        axes, keep = reduced_axes(g, node, a), int(bool(a["keepdims"]))
        if onnx_name == "ReduceSum":
            y = g.add(onnx_name, [x[0], g.ints(axes)], keepdims=keep)
        else:
            y = g.add(onnx_name, x, axes=axes, keepdims=keep)
        if (
            not keep
            and g.shape_of((node, 0)) == (1,)
            and len(axes) == len(g.shape_of(node.inputs[0]))
        ):
            y = g.add("Reshape", [y, g.ints([1])])  # a number is an array of one element
        return y

    return convert


for _name, _target in {
    "sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax", "min": "ReduceMin",
    "prod": "ReduceProd",
}.items():  # fmt: skip
    CONVERTERS[_name] = _reduce(_target)


@converts("norm")
def _norm(g, node, x, a):
    return _reduce("ReduceL1" if a["ord"] == 1 else "ReduceL2")(g, node, x, a)


@converts("argmax", "argmin")
def _arg(g, node, x, a):
    kind = "ArgMax" if node.op.name == "argmax" else "ArgMin"
    y = g.add(kind, x, axis=a["axis"], keepdims=int(bool(a["keepdims"])))
    return g.cast(y, g.dtype_of((node, 0)))


# ---------------------------------------------------------------------------- products and choice
@converts("dot", "batch_dot")
def _dot(g, node, x, a):
    parts = []
    for name, entry, flip in (
        (x[0], node.inputs[0], a["transpose_a"]),
        (x[1], node.inputs[1], a["transpose_b"]),
    ):
        rank = len(g.shape_of(entry))
        if flip and rank > 1:
            if rank > 2 and node.op.name == "dot":
                fail(MXNetError, f"onnx: dot (node {node.name!r})", "a transposed array of 3 axes")
            perm = list(range(rank))
            perm[-1], perm[-2] = perm[-2], perm[-1]
            name = g.add("Transpose", [name], perm=perm)
        parts.append(name)
    if node.op.name == "dot":
        return _contracted(g, node, parts)
    return g.add("MatMul", parts)


def _contracted(g, node, parts):
    """``dot``: the last axis of the left with the first of the right."""
    left, right = (g.shape_of(e) for e in node.inputs)
    if len(left) <= 2 and len(right) <= 2:
        y = g.add("MatMul", parts)
        return g.add("Reshape", [y, g.ints([1])]) if len(left) == len(right) == 1 else y
    if len(right) > 2:
        parts[1] = g.add("Reshape", [parts[1], g.ints([right[0], -1])])
    y = g.add("MatMul", parts)
    return g.add("Reshape", [y, g.ints(g.shape_of((node, 0)))]) if len(right) > 2 else y


@converts("where")
def _where(g, node, x, a):
    return g.add("Where", [g.cast(x[0], "bool"), *x[1:]])


@converts("take")
def _take(g, node, x, a):
    n = g.shape_of(node.inputs[0])[a["axis"]]
    index = g.cast(x[1], "int64")
    if a["mode"] == "wrap":
        index = g.add("Mod", [index, g.const(onp.array(n))])
    elif a["mode"] == "clip":  # what is out of range stands for the first or last
        index = g.add("Clip", [index, g.const(onp.array(0)), g.const(onp.array(n - 1))])
    return g.add("Gather", [x[0], index], axis=a["axis"])


@converts("gather_nd")
def _gather_nd(g, node, x, a):
    rank = len(g.shape_of(node.inputs[1]))
    index = g.add("Transpose", [g.cast(x[1], "int64")], perm=[*range(1, rank), 0])
    return g.add("GatherND", [x[0], index])


@converts("one_hot")
def _one_hot(g, node, x, a):
    values = g.const(
        onp.array([a.get("off_value", 0), a.get("on_value", 1)], g.dtype_of((node, 0)))
    )
    depth = g.const(onp.array([a["depth"]], "int64"))
    return g.add("OneHot", [g.cast(x[0], "int64"), depth, values], axis=-1)


# ---------------------------------------------------------------------------- recurrent layers
_KINDS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
_ORDER = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn_tanh": (0,), "rnn_relu": (0,)}  # of gates


@converts("RNN")
def _rnn(g, node, x, a):
    mode, h, layers = a["mode"], a["state_size"], a["num_layers"]
    sides = 2 if a["bidirectional"] else 1
    for name in ("projection_size", "lstm_state_clip_min", "lstm_state_clip_max"):
        if a.get(name) is not None:
            fail(MXNetError, f"onnx: RNN (node {node.name!r})", f"{name} cannot be said in ONNX")
    packed = g.value_of(node.inputs[1])
    if packed is None:
        fail(
            MXNetError,
            f"onnx: RNN (node {node.name!r})",
            "the weights must be parameters",
            got=f"what {node.inputs[1][0].name!r} computes",
        )
    order, at = _ORDER[mode], 0
    gates = len(order)
    width = g.shape_of(node.inputs[0])[-1]
    weights, biases = [], []

    def cut(size):
        nonlocal at
        at += size
        return packed[at - size : at]

    def sorted_gates(block):
        return onp.concatenate([block.reshape(gates, -1)[i] for i in order])

    for layer in range(layers):
        n = width if layer == 0 else h * sides
        pairs = []
        for _ in range(sides):
            w = cut(gates * h * n).reshape(gates, h, n)[list(order)].reshape(1, -1, n)
            r = cut(gates * h * h).reshape(gates, h, h)[list(order)].reshape(1, -1, h)
            pairs.append((w, r))
        weights.append([onp.concatenate(p) for p in zip(*pairs)])
    for _ in range(layers):
        sidewise = []
        for _ in range(sides):
            sidewise.append(onp.concatenate([sorted_gates(cut(gates * h)) for _ in range(2)]))
        biases.append(onp.stack(sidewise))
    data, states = x[0], []
    n_states = 2 if mode == "lstm" else 1
    lengths = g.cast(x[2 + n_states], "int32") if a.get("use_sequence_length") else ""
    options = {"hidden_size": h, "direction": "bidirectional" if sides == 2 else "forward"}
    if mode == "gru":
        options["linear_before_reset"] = 1
    if mode == "rnn_relu":
        options["activations"] = ["Relu"] * sides
    for layer in range(layers):
        begin = []
        for s, (child, _) in zip(x[2 : 2 + n_states], node.inputs[2:]):
            if child.op is not None and child.op.name == "_zeros":
                begin.append("")
            elif layers == 1:
                begin.append(s)
            else:
                rows = g.ints([layer * sides]), g.ints([(layer + 1) * sides]), g.ints([0])
                begin.append(g.add("Slice", [s, *rows]))
        w, r = weights[layer]
        inputs = [data, g.const(w), g.const(r), g.const(biases[layer]), lengths, *begin]
        n_outputs = 3 if mode == "lstm" else 2
        outs = g.add(_KINDS[mode], inputs, n_outputs=n_outputs, **options)
        if sides == 2:  # (T, sides, N, H) -> (T, N, sides * H)
            data = g.add("Transpose", [outs[0]], perm=[0, 2, 1, 3])
            data = g.add("Reshape", [data, g.ints([0, 0, -1])])
        else:
            data = g.add("Squeeze", [outs[0], g.ints([1])])
        states.append(outs[1:])
    last = []
    for parts in zip(*states):
        last.append(parts[0] if len(parts) == 1 else g.add("Concat", list(parts), axis=0))
    return [data, *last]
