"""FullyConnected, Convolution and Deconvolution against loops written from their definitions."""

import itertools

import numpy as onp
import pytest

from mxnet._ops import _spec
from mxnet.error import AttributeTypeError, DTypeError, ShapeError
from support.ops import TOLERANCE, call, check_gradient, gradients

RNG = onp.random.default_rng(11)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def convolve_by_loops(x, w, stride, pad, dilate, groups):
    """Cross-correlation of (B, C, *S) with (F, C/g, *K), one output number at a time."""
    n = x.ndim - 2
    x = onp.pad(x.astype("float64"), [(0, 0), (0, 0), *((p, p) for p in pad)])
    reach = [d * (k - 1) + 1 for k, d in zip(w.shape[2:], dilate)]
    out = [(s - r) // t + 1 for s, r, t in zip(x.shape[2:], reach, stride)]
    y = onp.zeros((x.shape[0], w.shape[0], *out))
    for b, f, *at in itertools.product(*map(range, y.shape)):
        group = f // (w.shape[0] // groups)
        channels = slice(group * w.shape[1], (group + 1) * w.shape[1])
        window = tuple(
            slice(at[i] * stride[i], at[i] * stride[i] + reach[i], dilate[i]) for i in range(n)
        )
        y[(b, f, *at)] = onp.sum(x[(b, channels, *window)] * w[f])
    return y


def transposed_by_loops(x, w, stride, pad, dilate, groups, adj):
    """Each input number adds its share of the kernel to the output."""
    n = x.ndim - 2
    reach = [d * (k - 1) + 1 for k, d in zip(w.shape[2:], dilate)]
    whole = [s * (m - 1) + r for s, m, r in zip(stride, x.shape[2:], reach)]
    y = onp.zeros((x.shape[0], w.shape[1] * groups, *(t + max(a, 0) for t, a in zip(whole, adj))))
    for b, c, *at in itertools.product(*map(range, x.shape)):
        group = c // (x.shape[1] // groups)
        filters = slice(group * w.shape[1], (group + 1) * w.shape[1])
        window = tuple(
            slice(at[i] * stride[i], at[i] * stride[i] + reach[i], dilate[i]) for i in range(n)
        )
        y[(b, filters, *window)] += x[(b, c, *at)] * w[c].astype("float64")
    crop = tuple(slice(p, t - p + a) for p, t, a in zip(pad, whole, adj))
    return y[(slice(None), slice(None), *crop)]


# data, filters, kernel, stride, pad, dilate, groups
CONVOLUTIONS = [
    ((2, 3, 5, 6), 4, (3, 2), (2, 1), (1, 0), (1, 1), 1),
    ((1, 4, 7, 7), 6, (3, 3), (1, 2), (2, 1), (2, 1), 2),
    ((2, 4, 5, 5), 4, (3, 3), (1, 1), (1, 1), (1, 1), 4),
    ((2, 3, 4, 4), 5, (1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((2, 3, 5, 4), 5, (1, 1), (2, 2), (1, 0), (1, 1), 1),
    ((1, 1, 1, 1), 1, (1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((0, 3, 5, 5), 2, (3, 3), (1, 1), (0, 0), (1, 1), 1),
    ((2, 3, 7), 4, (3,), (2,), (1,), (2,), 1),
    ((1, 2, 4, 3, 4), 3, (2, 2, 3), (1, 1, 2), (0, 1, 1), (1, 1, 1), 1),
]


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("last", [False, True], ids=["channels first", "channels last"])
def test_convolution(case, last):
    shape, filters, kernel, stride, pad, dilate, groups = case
    n = len(kernel)
    x, w, b = normal(*shape), normal(filters, shape[1] // groups, *kernel), normal(filters)
    expected = convolve_by_loops(x, w, stride, pad, dilate, groups) + b.reshape(-1, *[1] * n)
    attrs = {"kernel": kernel, "stride": stride, "pad": pad, "dilate": dilate, "num_group": groups}
    if last:
        x, w = onp.moveaxis(x, 1, -1), onp.moveaxis(w, 1, -1)
        attrs["layout"] = {1: "NWC", 2: "NHWC", 3: "NDHWC"}[n]
        expected = onp.moveaxis(expected, 1, -1)
    y = call("Convolution", x, w, b, num_filter=filters, **attrs)
    assert y.dtype == x.dtype
    onp.testing.assert_allclose(y, expected, 1e-4, 2e-5)


@pytest.mark.parametrize("case", [CONVOLUTIONS[i] for i in (0, 1, 3, 4, 7)], ids=str)
def test_convolution_gradient(case):
    shape, filters, kernel, stride, pad, dilate, groups = case
    check_gradient(
        "Convolution",
        normal(*shape),
        normal(filters, shape[1] // groups, *kernel),
        normal(filters),
        num_filter=filters,
        kernel=kernel,
        stride=stride,
        pad=pad,
        dilate=dilate,
        num_group=groups,
    )


def test_half_width_convolution_sums_in_float32():
    x, w = onp.ones((1, 4096, 1, 1), "float16"), onp.full((1, 4096, 1, 1), 1.0, "float16")
    for kernel in ((1, 1),):
        y = call("Convolution", x, w, kernel=kernel, num_filter=1, no_bias=True)
        assert y.dtype == onp.float16
        assert y.item() == 4096  # summed in float16 it would stop at 2048


DECONVOLUTIONS = [
    ((2, 3, 3, 4), 4, (3, 2), (2, 3), (1, 0), (1, 1), 1, (1, 2)),
    ((1, 4, 3, 3), 6, (3, 3), (1, 1), (1, 1), (2, 1), 2, (0, 0)),
    ((2, 2, 4), 3, (4,), (2,), (1,), (1,), 1, (0,)),
    ((1, 2, 2, 3, 2), 2, (2, 2, 2), (2, 1, 2), (0, 0, 0), (1, 1, 1), 1, (1, 0, 0)),
]


@pytest.mark.parametrize("case", DECONVOLUTIONS, ids=str)
def test_deconvolution(case):
    shape, filters, kernel, stride, pad, dilate, groups, adj = case
    x, w, b = normal(*shape), normal(shape[1], filters // groups, *kernel), normal(filters)
    attrs = {
        "kernel": kernel,
        "stride": stride,
        "pad": pad,
        "dilate": dilate,
        "num_group": groups,
        "adj": adj,
    }
    expected = transposed_by_loops(x, w, stride, pad, dilate, groups, adj)
    expected = expected + b.reshape(-1, *[1] * len(kernel))
    y = call("Deconvolution", x, w, b, num_filter=filters, no_bias=False, **attrs)
    onp.testing.assert_allclose(y, expected, 1e-4, 2e-5)
    check_gradient("Deconvolution", x, w, b, num_filter=filters, no_bias=False, **attrs)


def test_deconvolution_channels_last():
    x, w = normal(2, 3, 4, 4), normal(4, 3, 3, 2)
    first = call(
        "Deconvolution",
        onp.moveaxis(x, -1, 1),
        onp.moveaxis(w, -1, 1),
        kernel=(3, 3),
        stride=(2, 2),
        num_filter=2,
    )
    last = call("Deconvolution", x, w, kernel=(3, 3), stride=(2, 2), num_filter=2, layout="NHWC")
    onp.testing.assert_allclose(onp.moveaxis(last, -1, 1), first, 1e-5, 1e-5)


@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (0, 4), (1, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32"])
def test_fully_connected(shape, flatten, dtype):
    k = onp.prod(shape[1:]) if flatten else shape[-1]
    if dtype == "int32":
        x, w, b = (RNG.integers(-5, 5, s).astype(dtype) for s in (shape, (2, k), (2,)))
    else:
        x, w, b = normal(*shape, dtype=dtype), normal(2, k, dtype=dtype), normal(2, dtype=dtype)
    rows = x.reshape(shape[0], k) if flatten else x
    expected = rows.astype("float64") @ w.T.astype("float64") + b
    y = call("FullyConnected", x, w, b, num_hidden=2, flatten=flatten)
    assert y.dtype == dtype
    tolerance = TOLERANCE.get(dtype, 0) * 4
    onp.testing.assert_allclose(y, expected, tolerance, tolerance)


def test_fully_connected_gradient():
    check_gradient("FullyConnected", normal(3, 2, 2), normal(5, 4), normal(5), num_hidden=5)
    check_gradient("FullyConnected", normal(3, 4), normal(5, 4), num_hidden=5, no_bias=True)


def test_half_width_gradients_keep_their_type():
    x, w = normal(2, 3, dtype="float16"), normal(4, 3, dtype="float16")
    found = gradients("FullyConnected", x, w, num_hidden=4, no_bias=True)
    assert [g.dtype for g in found] == [onp.float16] * 2
    onp.testing.assert_allclose(found[1], onp.tile(x.sum(0), (4, 1)), 2e-3, 2e-3)


@pytest.mark.parametrize(
    ("name", "data", "attrs", "shapes"),
    [
        ("FullyConnected", (8, 3, 4), {"num_hidden": 5}, {"weight": (5, 12), "bias": (5,)}),
        (
            "FullyConnected",
            (8, 3, 4),
            {"num_hidden": 5, "flatten": False, "no_bias": True},
            {"weight": (5, 4)},
        ),
        (
            "Convolution",
            (8, 4, 9, 9),
            {"num_filter": 6, "kernel": (3, 2), "num_group": 2},
            {"weight": (6, 2, 3, 2), "bias": (6,)},
        ),
        (
            "Convolution",
            (8, 9, 9, 4),
            {"num_filter": 6, "kernel": (3, 2), "layout": "NHWC", "no_bias": True},
            {"weight": (6, 3, 2, 4)},
        ),
        (
            "Deconvolution",
            (8, 4, 9),
            {"num_filter": 6, "kernel": (3,), "num_group": 2},
            {"weight": (4, 3, 3)},
        ),
    ],
)
def test_learned_shapes_are_inferred(name, data, attrs, shapes):
    definition = _spec.get(name)
    static, _ = definition.parse(attrs)
    assert definition.infer(data, None, None, **static) == shapes


@pytest.mark.parametrize(
    ("name", "shapes", "attrs", "error", "text"),
    [
        (
            "FullyConnected",
            [(2, 3), (4, 2), (4,)],
            {"num_hidden": 4},
            ShapeError,
            r"weight does not fit data: expected weight \(4, 3\) for data \(2, 3\), got \(4, 2\)",
        ),
        (
            "FullyConnected",
            [(2, 3), (4, 3), (3,)],
            {"num_hidden": 4},
            ShapeError,
            r"expected bias \(4,\), got \(3,\)",
        ),
        ("FullyConnected", [(2, 3), (4, 3)], {"num_hidden": 4}, ShapeError, "pass no_bias=True"),
        (
            "Convolution",
            [(2, 3, 5, 5), (4, 2, 3, 3), (4,)],
            {"kernel": (3, 3), "num_filter": 4},
            ShapeError,
            r"expected weight \(4, 3, 3, 3\) for data \(2, 3, 5, 5\), got \(4, 2, 3, 3\)",
        ),
        (
            "Convolution",
            [(2, 3, 5, 5), (4, 3, 7, 7), (4,)],
            {"kernel": (7, 7), "num_filter": 4},
            ShapeError,
            r"expected dilate \* \(kernel - 1\) \+ 1 <= 5, got 7",
        ),
        (
            "Convolution",
            [(3, 5, 5), (4, 3, 3, 3), (4,)],
            {"kernel": (3, 3), "num_filter": 4},
            ShapeError,
            r"expected 4 axes .* got \(3, 5, 5\). Hint: add a batch axis",
        ),
        (
            "Convolution",
            [(2, 3, 5, 5), (4, 1, 3, 3), (4,)],
            {"kernel": (3, 3), "num_filter": 4, "num_group": 2},
            AttributeTypeError,
            "a divisor of 3 input channels and of num_filter 4, got 2",
        ),
        (
            "Convolution",
            [(2, 3, 5, 5), (4, 3, 3, 3), (4,)],
            {"kernel": (3, 3), "num_filter": 4, "pad": (1,)},
            ShapeError,
            r"pad has another number of axes .* expected 2 numbers, got \(1,\)",
        ),
        (
            "Convolution",
            [(2, 3, 5, 5), (4, 3, 3, 3), (4,)],
            {"kernel": (3, 3), "num_filter": 4, "stride": (0, 1)},
            AttributeTypeError,
            r"stride is too small: expected numbers >= 1, got \(0, 1\)",
        ),
        (
            "Deconvolution",
            [(1, 1, 2, 2), (1, 1, 3, 3)],
            {"kernel": (3, 3), "num_filter": 1, "stride": (2, 2), "adj": (2, 2)},
            AttributeTypeError,
            r"adj is too large: expected less than stride \(2, 2\), got \(2, 2\)",
        ),
        (
            "Deconvolution",
            [(1, 1, 2, 2), (1, 1, 3, 3)],
            {"kernel": (3, 3), "num_filter": 1, "stride": (2, 2), "target_shape": (6, 6)},
            ShapeError,
            "at most 5 for 2 inputs, got 6",
        ),
    ],
)
def test_errors_name_both_shapes(name, shapes, attrs, error, text):
    with pytest.raises(error, match=text):
        call(name, *(onp.ones(s, "float32") for s in shapes), **attrs)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_deconvolution_is_of_floats(dtype):
    x, w = onp.ones((1, 2, 4, 4), dtype), onp.ones((2, 3, 2, 2), dtype)
    with pytest.raises(DTypeError, match=f"Deconvolution: data.*expected float16.*got {dtype}"):
        call("Deconvolution", x, w, kernel=(2, 2), num_filter=3)
