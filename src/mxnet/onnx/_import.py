"""Reading an ONNX model as a symbol with parameters."""

import math
import os
from typing import Any

import numpy as onp

from .. import symbol as S
from ..error import FormatError, MXNetError, fail
from ..ndarray import array
from ._export import _library
from ._fold import Dim, fold, slices

__all__ = [
    "READERS",
    "GraphReader",
    "get_model_metadata",
    "import_model",
    "reads",
    "require",
    "tensor_value",
]

READERS = {}


def reads(*names):
    """Register what makes symbols of ONNX operators."""

    def decorate(f):
        for name in names:
            READERS[name] = f
        return f

    return decorate


def require(ok, text):
    """Raise MXNetError with the text unless it is so."""
    if not ok:
        raise MXNetError(f"{text}.")


class GraphReader:
    """The symbols of an ONNX graph's values, by name."""

    def __init__(self, constants, opset=17):
        self.constants = constants  # name -> NumPy array
        self.sizes = {}  # name -> array of int and Dim: what is computed of shapes
        self.shaped = {}  # name of a shape -> name of what has it
        self.inputs = {}  # name -> shape with 0 for what is not known
        self.opset = opset
        self.symbols, self.args, self.aux = {}, {}, {}
        self._shapes = {}

    def symbol(self, name):
        """The symbol of a value; a constant becomes a parameter."""
        if name not in self.symbols:
            if name not in self.constants:
                if name in self.sizes:
                    raise MXNetError(
                        f"onnx.import_model: {name!r} is computed of sizes that are not known "
                        "before the network runs. Hint: give the model's inputs fixed shapes."
                    )
                raise FormatError(f"onnx.import_model: {name!r} is read, and nothing computes it.")
            self.symbols[name] = S.Variable(name)
            value = self.constants[name]
            value = value.reshape(1) if value.ndim == 0 else value
            self.args[name] = array(value, dtype=value.dtype)
        return self.symbols[name]

    def auxiliary(self, name):
        """The symbol of a constant that is an auxiliary state."""
        found = self.symbol(name)
        if name in self.args:
            self.aux[name] = self.args.pop(name)
        return found

    def parameter(self, name, value):
        """The symbol of an array that a reader made."""
        self.constants[name] = value
        return self.symbol(name)

    def value(self, name, node):
        """A constant's value as a NumPy array."""
        if name not in self.constants:
            fail(
                MXNetError,
                f"onnx.import_model: {node.op_type} (node {node.name!r})",
                f"{name} must be a constant",
                hint="simplify the model, so that shapes are constants",
            )
        return self.constants[name]

    def integers(self, name, node):
        """What a value holds as a list of int and Dim."""
        found = self.sizes.get(name)
        found = self.value(name, node) if found is None else found
        return found.reshape(-1).tolist()

    def shape(self, name):
        """A value's shape with None for sizes not known; None if not even the axes are."""
        if name in self.constants:
            return self.constants[name].shape
        if name not in self._shapes:
            net = self.symbol(name)
            known = set(net.list_inputs())
            given = {k: v.shape for k, v in {**self.args, **self.aux}.items() if k in known}
            given.update({k: v for k, v in self.inputs.items() if k in known and v})
            try:
                _, found, _ = net.infer_shape_partial(**given)
            except (MXNetError, ValueError, TypeError, ArithmeticError):
                found = [()]
            self._shapes[name] = tuple(d or None for d in found[0]) if found[0] else None
        return self._shapes[name]

    def rank(self, name):
        """How many axes a value has; None if that is not known."""
        shape = self.shape(name)
        return None if shape is None else len(shape)


_UNARY = {
    "Relu": S.relu, "Sigmoid": S.sigmoid, "Tanh": S.tanh, "Exp": S.exp, "Log": S.log,
    "Sqrt": S.sqrt, "Abs": S.abs, "Neg": S.negative, "Ceil": S.ceil, "Floor": S.floor,
    "Reciprocal": S.reciprocal, "Erf": S.erf, "Sin": S.sin, "Cos": S.cos, "Tan": S.tan,
    "Asin": S.arcsin, "Acos": S.arccos, "Atan": S.arctan, "Softsign": S.softsign, "Sign": S.sign,
    "Identity": S.identity, "Not": S.logical_not, "Sinh": S.sinh, "Cosh": S.cosh,
    "Asinh": S.arcsinh, "Acosh": S.arccosh, "Atanh": S.arctanh, "Round": S.rint,
}  # fmt: skip
_BINARY = {
    "Add": S.broadcast_add, "Sub": S.broadcast_sub, "Mul": S.broadcast_mul,
    "Div": S.broadcast_div, "Pow": S.broadcast_power, "Equal": S.broadcast_equal,
    "Less": S.broadcast_lesser, "Greater": S.broadcast_greater,
    "LessOrEqual": S.broadcast_lesser_equal, "GreaterOrEqual": S.broadcast_greater_equal,
    "And": S.broadcast_logical_and, "Or": S.broadcast_logical_or, "Xor": S.broadcast_logical_xor,
}  # fmt: skip


def _apply(f, n):
    return lambda r, node, a: f(*[r.symbol(i) for i in node.input[:n]])


for _name, _f in _UNARY.items():
    READERS[_name] = _apply(_f, 1)
for _name, _f in _BINARY.items():
    READERS[_name] = _apply(_f, 2)


def _folded(f):
    def read(r, node, a):
        found = r.symbol(node.input[0])
        for name in node.input[1:]:
            found = f(found, r.symbol(name))
        return found

    return read


READERS.update(
    Sum=_folded(S.broadcast_add), Max=_folded(S.broadcast_maximum), Min=_folded(S.broadcast_minimum)
)


@reads("Dropout")
def _dropout(r, node, a):
    return S.Dropout(r.symbol(node.input[0]), p=a.get("ratio", 0.5))


@reads("Softplus")
def _softplus(r, node, a):
    return S.Activation(r.symbol(node.input[0]), act_type="softrelu")


@reads("LeakyRelu")
def _leaky(r, node, a):
    return S.LeakyReLU(r.symbol(node.input[0]), act_type="leaky", slope=a.get("alpha", 0.01))


@reads("Elu")
def _elu(r, node, a):
    return S.LeakyReLU(r.symbol(node.input[0]), act_type="elu", slope=a.get("alpha", 1.0))


@reads("Selu")
def _selu(r, node, a):
    return S.LeakyReLU(r.symbol(node.input[0]), act_type="selu")


@reads("PRelu")
def _prelu(r, node, a):
    slope = S.Reshape(r.symbol(node.input[1]), shape=(-1,))
    return S.LeakyReLU(r.symbol(node.input[0]), slope, act_type="prelu")


@reads("HardSigmoid")
def _hard_sigmoid(r, node, a):
    return S.hard_sigmoid(
        r.symbol(node.input[0]), alpha=a.get("alpha", 0.2), beta=a.get("beta", 0.5)
    )


@reads("Clip")
def _clip(r, node, a):
    low, high = a.get("min", -3.4e38), a.get("max", 3.4e38)
    if len(node.input) > 1 and node.input[1]:
        low = float(r.value(node.input[1], node))
    if len(node.input) > 2 and node.input[2]:
        high = float(r.value(node.input[2], node))
    return S.clip(r.symbol(node.input[0]), low, high)


def _probabilities(r, node, a, f):
    x = r.symbol(node.input[0])
    if r.opset >= 13:
        return f(x, axis=a.get("axis", -1))
    axis = a.get("axis", 1)  # of old, all axes from this one on were one
    if axis in (-1, (r.rank(node.input[0]) or 0) - 1):
        return f(x, axis=axis)
    require(axis == 1, f"onnx.import_model: {node.name}: softmax of axes from {axis} on")
    return S.reshape_like(f(S.Flatten(x), axis=-1), x)


@reads("Softmax")
def _softmax(r, node, a):
    return _probabilities(r, node, a, S.softmax)


@reads("LogSoftmax")
def _log_softmax(r, node, a):
    return _probabilities(r, node, a, S.log_softmax)


# ---------------------------------------------------------------------------- layers
def _padded(r, node, a, n, data):
    """(data, pad) with explicit padding where the two sides differ."""
    way = a.get("auto_pad", "NOTSET")
    if way in ("SAME_UPPER", "SAME_LOWER") and node.op_type != "ConvTranspose":
        a = {**a, "pads": _same_pads(r, node, a, n, way)}
    elif way not in ("NOTSET", "VALID"):
        fail(
            MXNetError,
            f"onnx.import_model: {node.op_type} (node {node.name!r})",
            "automatic padding cannot be read",
            got=way,
        )
    pads = list(a.get("pads", [0] * 2 * n))
    if pads[:n] == pads[n:]:
        return data, tuple(pads[:n])
    width = [0, 0, 0, 0] + [w for pair in zip(pads[:n], pads[n:]) for w in pair]
    fill = -3.4e38 if node.op_type == "MaxPool" else 0
    return S.Pad(data, mode="constant", pad_width=tuple(width), constant_value=fill), (0,) * n


def _same_pads(r, node, a, n, way):
    """Padding that leaves a size as it is, or divided by the stride."""
    shape = r.shape(node.input[0])
    if shape is None or None in shape[2:]:
        fail(
            MXNetError,
            f"onnx.import_model: {node.op_type} (node {node.name!r})",
            "automatic padding needs the size of its input",
            got=shape,
        )
    kernel = a.get("kernel_shape") or r.value(node.input[1], node).shape[2:]
    small, large = [], []
    for size, k, s, d in zip(
        shape[2:], kernel, a.get("strides", [1] * n), a.get("dilations", [1] * n)
    ):
        total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
        small.append(total // 2)
        large.append(total - total // 2)
    return [*small, *large] if way == "SAME_UPPER" else [*large, *small]


@reads("Conv", "ConvTranspose")
def _conv(r, node, a):
    weight = r.value(node.input[1], node)
    n = weight.ndim - 2
    kernel = tuple(a.get("kernel_shape", weight.shape[2:]))
    options = {
        "kernel": kernel,
        "stride": tuple(a.get("strides", [1] * n)),
        "dilate": tuple(a.get("dilations", [1] * n)),
        "num_group": a.get("group", 1),
        "no_bias": len(node.input) < 3,
    }
    data, pad = _padded(r, node, a, n, r.symbol(node.input[0]))
    rest = [r.symbol(i) for i in node.input[1:]]
    if node.op_type == "Conv":
        return S.Convolution(data, *rest, pad=pad, num_filter=weight.shape[0], **options)
    return S.Deconvolution(
        data,
        *rest,
        pad=pad,
        adj=tuple(a.get("output_padding", [0] * n)),
        num_filter=weight.shape[1] * options["num_group"],
        **options,
    )


@reads("BatchNormalization")
def _batch_norm(r, node, a):
    x, gamma, beta = [r.symbol(i) for i in node.input[:3]]
    mean, var = [r.auxiliary(i) for i in node.input[3:5]]
    return S.BatchNorm(
        x, gamma, beta, mean, var, eps=a.get("epsilon", 1e-5), momentum=a.get("momentum", 0.9),
        fix_gamma=False,
    )  # fmt: skip


@reads("InstanceNormalization")
def _instance_norm(r, node, a):
    return S.InstanceNorm(*[r.symbol(i) for i in node.input], eps=a.get("epsilon", 1e-5))


@reads("LayerNormalization")
def _layer_norm(r, node, a):
    require(a.get("axis", -1) == -1, f"onnx.import_model: {node.name}: only the last axis")
    if len(node.input) < 3:
        weight = r.value(node.input[1], node)
        r.constants[f"{node.output[0]}_beta"] = onp.zeros_like(weight)
        names = [*node.input, f"{node.output[0]}_beta"]
    else:
        names = node.input
    return S.LayerNorm(*[r.symbol(i) for i in names], eps=a.get("epsilon", 1e-5))


@reads("LRN")
def _lrn(r, node, a):
    return S.LRN(
        r.symbol(node.input[0]), alpha=a.get("alpha", 1e-4), beta=a.get("beta", 0.75),
        knorm=a.get("bias", 1.0), nsize=a["size"],
    )  # fmt: skip


@reads("MaxPool", "AveragePool")
def _pool(r, node, a):
    kernel = tuple(a["kernel_shape"])
    n = len(kernel)
    require(
        all(d == 1 for d in a.get("dilations", ())),
        f"onnx.import_model: {node.name}: dilated pooling cannot be read",
    )
    data, pad = _padded(r, node, a, n, r.symbol(node.input[0]))
    options: dict[str, Any] = {}
    if node.op_type == "AveragePool":
        options["count_include_pad"] = bool(a.get("count_include_pad", 0))
    options.update(
        kernel=kernel,
        stride=tuple(a.get("strides", [1] * n)),
        pad=pad,
        pool_type="max" if node.op_type == "MaxPool" else "avg",
        pooling_convention="full" if a.get("ceil_mode") else "valid",
    )
    y = S.Pooling(data, **options)
    if data is r.symbol(node.input[0]) or options.get("count_include_pad", True):
        return y
    # of what was padded before, the share that is no padding
    ones, _ = _padded(r, node, a, n, S.ones_like(r.symbol(node.input[0])))
    return S.broadcast_div(y, S.Pooling(ones, **options))


@reads("GlobalAveragePool", "GlobalMaxPool")
def _global_pool(r, node, a):
    kind = "avg" if node.op_type == "GlobalAveragePool" else "max"
    return S.Pooling(r.symbol(node.input[0]), kernel=(1, 1), global_pool=True, pool_type=kind)


@reads("Gemm")
def _gemm(r, node, a):
    x, w = [r.symbol(i) for i in node.input[:2]]
    alpha, beta = a.get("alpha", 1.0), a.get("beta", 1.0)
    weight = r.constants.get(node.input[1])
    if weight is not None and a.get("transB") and not a.get("transA") and alpha == beta == 1:
        bias = [r.symbol(node.input[2])] if len(node.input) > 2 else []
        return S.FullyConnected(
            x, w, *bias, num_hidden=weight.shape[0], no_bias=not bias, flatten=False
        )
    y = S.dot(x, w, transpose_a=bool(a.get("transA")), transpose_b=bool(a.get("transB")))
    y = y * alpha
    return S.broadcast_add(y, r.symbol(node.input[2]) * beta) if len(node.input) > 2 else y


@reads("MatMul")
def _matmul(r, node, a):
    x = r.symbol(node.input[0])
    right = r.constants.get(node.input[1])
    if right is not None and right.ndim == 2:
        return S.FullyConnected(
            x,
            S.transpose(r.symbol(node.input[1])),
            num_hidden=right.shape[1],
            no_bias=True,
            flatten=False,
        )
    y = r.symbol(node.input[1])
    ranks = r.rank(node.input[0]), r.rank(node.input[1])
    if ranks[1] in (1, 2):
        return S.dot(x, y)
    return S.linalg_gemm2(x, y)


@reads("Gather")
def _gather(r, node, a):
    x, axis = r.symbol(node.input[0]), a.get("axis", 0)
    index = r.constants.get(node.input[1])
    if index is not None and index.ndim == 0:
        i = int(index)
        part = S.slice_axis(x, axis=axis, begin=i, end=None if i == -1 else i + 1)
        return S.squeeze(part, axis=axis)
    return S.take(x, r.symbol(node.input[1]), axis=axis, mode="wrap")


# ---------------------------------------------------------------------------- shapes
@reads("Flatten")
def _flatten(r, node, a):
    require(a.get("axis", 1) == 1, f"onnx.import_model: {node.name}: only axis 1")
    return S.Flatten(r.symbol(node.input[0]))


@reads("Reshape")
def _reshape(r, node, a):
    shape = a.get("shape")
    like = r.shaped.get(node.input[1]) if shape is None else None
    if like is not None and node.input[1] not in r.constants:
        return S.reshape_like(r.symbol(node.input[0]), r.symbol(like))
    if shape is None:
        shape = r.integers(node.input[1], node)
    return S.Reshape(r.symbol(node.input[0]), shape=_codes(node, list(shape)))


def _codes(node, shape):
    """Sizes as codes of Reshape: 0 for an axis that stays, -1 for one that is not known."""
    open_ = [i for i, d in enumerate(shape) if isinstance(d, Dim)]
    if len(open_) == 1 and -1 not in shape:
        shape[open_[0]] = -1
        return tuple(shape)
    for i in open_:
        if shape[i].axis == i:
            shape[i] = 0
    rest = [i for i, d in enumerate(shape) if isinstance(d, Dim)]
    if len(rest) > (-1 not in shape):
        fail(
            MXNetError,
            f"onnx.import_model: {node.op_type} (node {node.name!r})",
            f"{len(rest)} sizes are not known",
            hint="give the model's inputs fixed shapes",
        )
    for i in rest:
        shape[i] = -1
    return tuple(shape)


@reads("Transpose")
def _transpose(r, node, a):
    return S.transpose(r.symbol(node.input[0]), axes=tuple(a.get("perm", ())))


def _axes(r, node, a) -> Any:
    axes = a.get("axes")
    if axes is None and len(node.input) > 1 and node.input[1]:
        axes = r.value(node.input[1], node).tolist()
    return None if axes is None else tuple(axes)


@reads("Unsqueeze")
def _unsqueeze(r, node, a):
    found = r.symbol(node.input[0])
    for axis in sorted(_axes(r, node, a)):
        found = S.expand_dims(found, axis=axis)
    return found


@reads("Squeeze")
def _squeeze(r, node, a):
    axes = _axes(r, node, a)
    x = r.symbol(node.input[0])
    return S.squeeze(x) if axes is None else S.squeeze(x, axis=axes)


@reads("Concat")
def _concat(r, node, a):
    return S.Concat(*[r.symbol(i) for i in node.input], dim=a["axis"])


@reads("Slice")
def _slice(r, node, a):
    parts = slices(a, [r.value(i, node).tolist() if i else None for i in node.input[1:]])
    found = r.symbol(node.input[0])
    known = all(axis >= 0 for _, _, axis, _ in parts) or all(step == 1 for *_, step in parts)
    rank = 0 if known else r.rank(node.input[0])
    for begin, end, axis, step in parts:
        far = abs(end) >= 2**31 - 1
        if step == 1:
            found = S.slice_axis(found, axis=axis, begin=begin, end=None if far else end)
            continue
        require(
            axis + (rank or 0) >= 0 and step != 0,
            f"onnx.import_model: {node.name}: the axes of a slice with steps are not known",
        )
        axis += (rank or 0) if axis < 0 else 0
        none = (None,) * axis
        border = None if abs(begin) >= 2**31 - 1 else begin
        found = S.slice(
            found, begin=(*none, border), end=(*none, None if far else end), step=(*none, step)
        )
    return found


@reads("Split")
def _split(r, node, a):
    sizes = a.get("split")
    if sizes is None and len(node.input) > 1:
        sizes = r.value(node.input[1], node).tolist()
    x, axis = r.symbol(node.input[0]), a.get("axis", 0)
    if sizes is None or len(set(sizes)) == 1:
        return S.SliceChannel(x, num_outputs=len(node.output), axis=axis)
    cuts = [0]
    for size in sizes[:-1]:
        cuts.append(cuts[-1] + size)
    return [
        S.slice_axis(x, axis=axis, begin=begin, end=end)
        for begin, end in zip(cuts, [*cuts[1:], None])
    ]


@reads("Pad")
def _pad(r, node, a):
    pads = a.get("pads")
    if pads is None:
        pads = r.value(node.input[1], node).tolist()
    fill = a.get("value", 0.0)
    if len(node.input) > 2 and node.input[2]:
        fill = float(r.value(node.input[2], node))
    n = len(pads) // 2
    width = tuple(w for pair in zip(pads[:n], pads[n:]) for w in pair)
    mode = a.get("mode", "constant")
    return S.Pad(r.symbol(node.input[0]), mode=mode, pad_width=width, constant_value=fill)


@reads("Cast")
def _cast(r, node, a):
    dtype = _library().helper.tensor_dtype_to_np_dtype(a["to"])
    return S.cast(r.symbol(node.input[0]), dtype=dtype.name)


@reads("Where")
def _where(r, node, a):
    parts = [r.symbol(i) for i in node.input]
    shapes = [r.shape(i) for i in node.input]
    if None in shapes or (len(set(shapes)) == 1 and None not in shapes[0]):
        return S.where(*parts)
    rank = max(len(s) for s in shapes)
    for i, shape in enumerate(shapes):
        more = rank - max(len(shape), 1)  # a number is an array of one element
        parts[i] = S.Reshape(parts[i], shape=(1,) * more + (-2,)) if more > 0 else parts[i]
    zeros = [S.zeros_like(S.cast(x, dtype="float32")) for x in parts]
    like = S.broadcast_add(S.broadcast_add(*zeros[:2]), zeros[2])
    return S.where(*[S.broadcast_like(x, like) for x in parts])


def _reduce(f):
    def read(r, node, a):
        axes, keep = _axes(r, node, a), bool(a.get("keepdims", 1))
        x = r.symbol(node.input[0])
        return f(x, keepdims=keep) if axes is None else f(x, axis=axes, keepdims=keep)

    return read


READERS.update(
    ReduceSum=_reduce(S.sum), ReduceMean=_reduce(S.mean), ReduceMax=_reduce(S.max),
    ReduceMin=_reduce(S.min), ReduceProd=_reduce(S.prod),
)  # fmt: skip


# ---------------------------------------------------------------------------- models
_FOREIGN = (
    ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError,
)  # fmt: skip


def _model(model_file):
    onnx = _library()
    path = os.fspath(model_file)
    with open(path, "rb") as f:
        data = f.read()
    try:
        model = onnx.ModelProto.FromString(data)
    except Exception as e:  # noqa: BLE001  (protobuf's classes differ from version to version)
        raise FormatError(f"onnx: {path}: not an ONNX model: {e}.") from None
    if not model.graph.output:
        raise FormatError(f"onnx: {path}: not an ONNX model: the graph has no outputs.")
    graph = model.graph
    names = [v.name for v in (*graph.input, *graph.output, *graph.initializer)]
    for node in graph.node:
        names += [node.op_type, node.name, node.domain, *node.input, *node.output]
        names += [a.name for a in node.attribute]
    if any(type(n) is not str for n in names):  # so protobuf gives what is no UTF-8
        raise FormatError(f"onnx: {path}: not an ONNX model: a name is not UTF-8.")
    return onnx, model


def import_model(model_file):
    """A network with its parameters from an ONNX file.

    Parameters
    ----------
    model_file : str

    Returns
    -------
    (sym, arg_params, aux_params)

    Raises
    ------
    OSError       there is no such file
    FormatError   it is no ONNX model
    MXNetError    operators that cannot be read: all of them are named
    """
    onnx, model = _model(model_file)
    graph = model.graph
    missing = sorted(
        {n.op_type for n in graph.node if n.op_type not in READERS and n.op_type != "Constant"}
    )
    if missing:
        fail(
            MXNetError,
            "onnx.import_model",
            f"{len(missing)} operators cannot be read",
            expected=", ".join(sorted(READERS)),
            got=", ".join(missing),
        )
    folder = os.path.dirname(os.path.abspath(os.fspath(model_file)))
    constants = {t.name: tensor_value(onnx, t, model_file, folder) for t in graph.initializer}
    opset = max([o.version for o in model.opset_import if o.domain in ("", "ai.onnx")], default=1)
    r = GraphReader(constants, opset)
    for value in graph.input:
        if value.name not in constants:
            r.symbols[value.name] = S.Variable(value.name)
            dims = value.type.tensor_type.shape.dim
            r.inputs[value.name] = tuple(max(d.dim_value, 0) for d in dims)
    for node in graph.node:
        try:
            _read_node(onnx, r, node, model_file, folder)
        except MXNetError:
            raise
        except _FOREIGN as e:
            raise FormatError(
                f"onnx: {model_file}: {node.op_type} (node {node.name!r}): {type(e).__name__}: "
                f"{str(e)[:200]}."
            ) from None
    outputs = [r.symbol(o.name) for o in graph.output]
    net = outputs[0] if len(outputs) == 1 else S.Group(outputs)
    known = set(net.list_inputs())
    args = {k: v for k, v in r.args.items() if k in known}
    aux = {k: v for k, v in r.aux.items() if k in known}
    return net, args, aux


def _read_node(onnx, r, node, path, folder):
    a = {x.name: _plain(onnx.helper.get_attribute_value(x)) for x in node.attribute}
    if node.op_type == "Constant":
        r.constants[node.output[0]] = _constant(onnx, a, path, folder)
        return
    for name in node.input:
        if name and not (name in r.symbols or name in r.constants or name in r.sizes):
            raise FormatError(
                f"onnx: {path}: node {node.name!r} reads {name!r}, which nothing computes."
            )
    if node.op_type == "Shape" and not a:
        r.shaped[node.output[0]] = node.input[0]
    folded = fold(r, node, a)
    if folded is not None:
        known = folded.dtype != object
        (r.constants if known else r.sizes)[node.output[0]] = folded
        return
    found = READERS[node.op_type](r, node, a)
    several = isinstance(found, list) or len(node.output) > 1
    for i, name in enumerate(node.output):
        if name:
            r.symbols[name] = found[i] if several else found


def tensor_value(onnx, tensor, path, folder):
    """A tensor of a model as a NumPy array; data outside of the file from its folder only."""
    where = f"onnx: {path}: tensor {tensor.name!r}"
    external = tensor.data_location == onnx.TensorProto.EXTERNAL
    try:
        if not external:
            found = onnx.numpy_helper.to_array(tensor)
            if found.dtype.kind not in "biuf" and found.dtype.name != "bfloat16":
                raise FormatError(f"{where}: elements of type {found.dtype} cannot be read.")
            return found
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
        fields = {e.key: e.value for e in tensor.external_data}
        offset, length = int(fields.get("offset", 0)), int(fields.get("length", -1))
    except MXNetError:
        raise
    except Exception as e:  # noqa: BLE001  (protobuf's and onnx's classes differ from version to version)
        raise FormatError(f"{where}: {type(e).__name__}: {str(e)[:200]}.") from None
    location = fields.get("location", "")
    root = os.path.realpath(folder)
    target = os.path.realpath(os.path.join(root, location)) if "\0" not in location else root
    if os.path.isabs(location) or os.path.commonpath([root, target]) != root or target == root:
        raise FormatError(f"{where}: its data are outside of the model's folder: {location!r}.")
    count = math.prod(tensor.dims) if all(d >= 0 for d in tensor.dims) else -1
    size = count * dtype.itemsize
    try:
        with open(target, "rb") as f:
            end = os.fstat(f.fileno()).st_size
            if count < 0 or offset < 0 or offset + size > end or length not in (-1, size):
                raise FormatError(
                    f"{where}: its data do not fit the file {location!r} of {end} bytes: expected "
                    f"{size} bytes from {offset}, got a length of {length}."
                )
            f.seek(offset)
            data = f.read(size)
    except OSError as e:
        raise FormatError(f"{where}: its data in {location!r}: {e.strerror or e}.") from None
    return onp.frombuffer(data, dtype).reshape(tuple(tensor.dims))


def _constant(onnx, a, path, folder):
    if "value" in a:
        return tensor_value(onnx, a["value"], path, folder)
    for name, dtype in (
        ("value_float", "float32"), ("value_floats", "float32"),
        ("value_int", "int64"), ("value_ints", "int64"),
    ):  # fmt: skip
        if name in a:
            return onp.array(a[name], dtype)
    return fail(MXNetError, "onnx.import_model", "a constant of another kind", got=sorted(a))


def _plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def get_model_metadata(model_file):
    """Names and shapes of a model's inputs and outputs.

    Parameters
    ----------
    model_file : str

    Returns
    -------
    dict     ``'input_tensor_data'`` and ``'output_tensor_data'``: lists of (name, shape); 0 stands
             for what may change
    """
    _, model = _model(model_file)
    constants = {t.name for t in model.graph.initializer}

    def described(values):
        return [
            (v.name, tuple(d.dim_value for d in v.type.tensor_type.shape.dim))
            for v in values
            if v.name not in constants
        ]

    return {
        "input_tensor_data": described(model.graph.input),
        "output_tensor_data": described(model.graph.output),
    }
