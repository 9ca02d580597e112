"""Convolutions with one, two or three spatial axes, and their transposes."""

import math
from typing import Literal

from ..error import AttributeTypeError, ShapeError, fail
from ._facts import batch_of_data
from ._nn import (
    batched,
    channel_last,
    layout_of,
    moved,
    require_floating,
    require_shape,
    window,
)
from ._spec import Shape, op
from .kernels import convolution as kernels
from .kernels.convolution import Geometry

CUDNN_TUNE = Literal["None", "fastest", "limited_workspace", "off"]
LAYOUT = Literal["None", "NCW", "NCHW", "NCDHW", "NWC", "NHWC", "NDHWC"]


def _learned(outer, inner, kernel, layout, biases):
    """Shapes of weight and bias (``biases`` numbers, or None)."""
    last = channel_last(layout)
    shapes: dict[str, tuple] = {
        "weight": (outer, *kernel, inner) if last else (outer, inner, *kernel)
    }
    if biases is not None:
        shapes["bias"] = (biases,)
    return shapes


def infer_convolution(
    data,
    weight=None,
    bias=None,
    *,
    kernel,
    num_filter,
    num_group=1,
    no_bias=False,
    layout=None,
    **_,
):
    """Shapes of the learned inputs, given the shape of the data."""
    layout = layout_of("Convolution", layout, len(kernel))
    batched("Convolution", data, len(kernel), kernel)
    channels = data[layout.index("C")] // num_group
    return _learned(num_filter, channels, kernel, layout, None if no_bias else num_filter)


def _data_shape(found, node):
    """Images in front of a convolution of stride 1 are larger by what the kernel takes."""
    batch_of_data(found, node)
    static, _ = node.parse()
    data, out = found.get(node.inputs[0]), found.get((node, 0))
    layout = static.get("layout")
    if data is None or out is None or len(data) != len(out) or (layout or "NC")[:2] != "NC":
        return
    kernel, n = static["kernel"], len(data) - 2
    if len(kernel) != n:
        return
    stride, dilate, pad = [
        tuple(static.get(k) or ()) or (default,) * n
        for k, default in (("stride", 1), ("dilate", 1), ("pad", 0))
    ]
    if {len(stride), len(dilate), len(pad)} != {n}:
        return
    size = list(data)
    for i in range(n):
        if size[i + 2] == -1 and out[i + 2] != -1 and stride[i] == 1:
            size[i + 2] = out[i + 2] + dilate[i] * (kernel[i] - 1) - 2 * pad[i]
    found.put(node.inputs[0], tuple(size), node)


def _multiplications(ins, outs):
    weight = ins[1]
    size = max(math.prod(ins[0]), math.prod(outs[0]))
    return size * math.prod(weight) / max(weight[0], 1)


@op(
    "Convolution",
    aliases=("_npx_convolution", "Convolution_v1"),
    infer=infer_convolution,
    same_dtype=True,
    present={"bias": "not no_bias"},
    written={"Convolution_v1": "Convolution_v1"},
    complete=(_data_shape,),
    multiplications=_multiplications,
    outside_loops=True,
)
def convolution(
    data,
    weight,
    bias=None,
    *,
    kernel: Shape,
    stride: Shape = (),
    dilate: Shape = (),
    pad: Shape = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    cudnn_tune: CUDNN_TUNE | None = None,
    cudnn_off: bool = False,
    layout: LAYOUT | None = None,
):
    """Cross-correlation with learned filters, ``y[n, f] = b[f] + sum_c w[f, c] * x[n, c]``.

    Parameters
    ----------
    data : (B, C, *S) or, in a layout that ends in C, (B, *S, C) float
    weight : (num_filter, C / num_group, *kernel) or (num_filter, *kernel, C / num_group)
    bias : (num_filter,), absent with ``no_bias``
    kernel : 1 to 3 ints                     size of the filters
    stride, dilate : ints, default all 1     step between windows and between the elements of one
    pad : ints, default all 0                zeros on both ends of each spatial axis
    num_filter : int                         output channels
    num_group : int, default 1  channels are split so many ways, each with filters of its own
    layout : {'NCW', 'NCHW', 'NCDHW', 'NWC', 'NHWC', 'NDHWC'}, default channels first
    workspace, cudnn_tune, cudnn_off :       accepted and without effect

    Returns
    -------
    (B, num_filter, *T) in data's layout and dtype, ``T = (S + 2 pad - dilate (kernel - 1) - 1) //
    stride + 1``; half-precision floats accumulate in float32

    Raises
    ------
    ShapeError           if data, weight, bias or kernel do not fit each other
    AttributeTypeError   if num_group divides neither channels nor filters
    """
    where, n = "Convolution", len(kernel)
    letters, kernel, stride, dilate = windows(where, layout, data, kernel, stride, dilate)
    pad = window(where, "pad", pad, n, 0)
    filters = num_filter, num_group, no_bias, letters
    check_learned(where, infer_convolution, data, weight, bias, kernel, *filters)
    spatial = [data.shape[i] for i, c in enumerate(letters) if c not in "NC"]
    for size, k, d, p in zip(spatial, kernel, dilate, pad):
        if size + 2 * p < d * (k - 1) + 1:
            fail(
                ShapeError,
                where,
                "kernel exceeds the padded input",
                expected=f"dilate * (kernel - 1) + 1 <= {size + 2 * p}",
                got=f"{d * (k - 1) + 1} for kernel {kernel}, dilate {dilate}, "
                f"data {data.shape}, pad {pad}",
                hint="pad more, or use a smaller kernel",
            )
    geometry = Geometry(stride, tuple([(p, p) for p in pad]), dilate, num_group, letters)
    y = kernels.forward(data, weight.astype(data.dtype), geometry)
    if bias is not None:
        y = y + moved(bias.astype(y.dtype), letters.index("C"), y.ndim)
    return y


def windows(where, layout, data, kernel, stride, dilate):
    """Letters of the axes, and kernel, stride and dilation as tuples; data fit them."""
    n = len(kernel)
    letters = layout_of(where, layout, n)
    batched(where, data.shape, n, kernel)
    given = {"kernel": kernel, "stride": stride, "dilate": dilate}
    return letters, *[window(where, name, value, n, 1) for name, value in given.items()]


def check_learned(where, infer, data, weight, bias, kernel, num_filter, num_group, no_bias, layout):
    """Raise unless groups divide the channels on both sides, and weight and bias are present as
    told and of the shapes that the data asks for.
    """
    channels = data.shape[layout.index("C")]
    if num_filter < 1 or num_group < 1 or channels % num_group or num_filter % num_group:
        fail(
            AttributeTypeError,
            where,
            "num_group does not divide the channels",
            expected=f"a divisor of {channels} input channels and of num_filter {num_filter}",
            got=num_group,
        )
    shapes = infer(
        data.shape,
        kernel=kernel,
        num_filter=num_filter,
        num_group=num_group,
        no_bias=no_bias,
        layout=layout,
    )
    require_shape(where, "weight", weight, shapes["weight"], f"for data {data.shape}")
    if no_bias != (bias is None):
        fail(
            ShapeError,
            where,
            "bias and no_bias contradict each other",
            expected="no bias with no_bias=True" if no_bias else f"bias {shapes['bias']}",
            got="a bias" if no_bias else "none",
            hint=None if no_bias else "pass no_bias=True",
        )
    if bias is not None:
        require_shape(where, "bias", bias, shapes["bias"], "for that num_filter")


def infer_deconvolution(
    data, weight=None, bias=None, *, kernel, num_filter, num_group=1, no_bias=True, layout=None, **_
):
    """Shapes of the learned inputs, given the shape of the data."""
    layout = layout_of("Deconvolution", layout, len(kernel))
    batched("Deconvolution", data, len(kernel), kernel)
    channels, filters = data[layout.index("C")], num_filter // num_group
    return _learned(channels, filters, kernel, layout, None if no_bias else num_filter)


@op(
    "Deconvolution",
    aliases=("_npx_deconvolution",),
    infer=infer_deconvolution,
    same_dtype=True,
    present={"bias": "not no_bias"},
    complete=(batch_of_data,),
    multiplications=_multiplications,
    outside_loops=True,
)
def deconvolution(
    data,
    weight,
    bias=None,
    *,
    kernel: Shape,
    stride: Shape = (),
    dilate: Shape = (),
    pad: Shape = (),
    adj: Shape = (),
    target_shape: Shape = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 512,
    no_bias: bool = True,
    cudnn_tune: CUDNN_TUNE | None = None,
    cudnn_off: bool = False,
    layout: LAYOUT | None = None,
):
    """Transposed convolution: what ``Convolution`` with the same parameters does to a gradient.

    Parameters
    ----------
    data : (B, C, *S) or (B, *S, C) float
    weight : (C, num_filter / num_group, *kernel) or (C, *kernel, num_filter / num_group)
    bias : (num_filter,), absent with ``no_bias`` (the default)
    kernel, stride, dilate, pad : as in Convolution
    adj : ints, default all 0        added to the output's size at the far end; less than the stride
    target_shape : ints, optional
        the output's spatial size; ``pad`` and ``adj`` are then made to fit
    num_filter, num_group, layout : as in Convolution

    Returns
    -------
    (B, num_filter, *T) in data's layout and dtype, ``T = stride (S - 1) + dilate (kernel - 1) + 1 -
    2 pad + adj``

    Raises
    ------
    ShapeError   if shapes do not fit each other, or target_shape cannot be reached
    DTypeError   if data is of a type without fractions
    """
    where, n = "Deconvolution", len(kernel)
    require_floating(where, data=data)
    letters, kernel, stride, dilate = windows(where, layout, data, kernel, stride, dilate)
    spatial = [data.shape[i] for i, c in enumerate(letters) if c not in "NC"]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilate)]
    pad, adj = window(where, "pad", pad, n, 0), window(where, "adj", adj, n, 0)
    if any(target_shape):
        pad, adj = padding_for(
            window(where, "target_shape", target_shape, n, 0), spatial, stride, reach, pad, adj
        )
    elif any(a >= s for a, s in zip(adj, stride)):
        fail(
            AttributeTypeError,
            where,
            "adj is too large",
            expected=f"less than stride {stride}",
            got=adj,
        )
    filters = num_filter, num_group, no_bias, letters
    check_learned(where, infer_deconvolution, data, weight, bias, kernel, *filters)
    if any(
        s * (size - 1) + r - 2 * p + a < 1
        for size, s, r, p, a in zip(spatial, stride, reach, pad, adj)
    ):
        fail(
            ShapeError,
            where,
            "output would have no elements",
            expected="stride (size - 1) + dilate (kernel - 1) + 1 - 2 pad + adj >= 1",
            got=f"data {data.shape}, kernel {kernel}, pad {pad}",
        )
    # The convolution that this is the transpose of: of the output's sizes, to the data's.
    out = [s * (n - 1) + r - 2 * p + a for s, n, r, p, a in zip(stride, spatial, reach, pad, adj)]
    edges = tuple([(p, p - a if a >= s else p) for p, a, s in zip(pad, adj, stride)])
    geometry = Geometry(stride, edges, dilate, num_group, letters)
    shape = list(data.shape)
    shape[letters.index("C")] = num_filter
    for axis, size in zip(geometry.spatial, out):
        shape[axis] = size
    y = kernels.data(data, weight.astype(data.dtype), geometry, shape)
    if bias is not None:
        y = y + moved(bias.astype(y.dtype), letters.index("C"), y.ndim)
    return y


def padding_for(target, spatial, stride, reach, pad, adj):
    """(pad, adj) that give the output the target's size; for a target of 0, those given."""
    pads, adjs = [], []
    for t, size, s, r, p, a in zip(target, spatial, stride, reach, pad, adj):
        if t:
            excess = s * (size - 1) + r - t
            if excess < 0:
                fail(
                    ShapeError,
                    "Deconvolution",
                    "target_shape is too large",
                    expected=f"at most {s * (size - 1) + r} for {size} inputs",
                    got=t,
                )
            p, a = (excess + 1) // 2, excess % 2
        pads.append(p)
        adjs.append(a)
    return tuple(pads), tuple(adjs)
