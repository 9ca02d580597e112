"""Eight-bit operators: round trips, sums against real arithmetic, errors."""

import numpy as onp
import pytest

from mxnet.error import AttributeTypeError, DTypeError, ShapeError
from support.ops import bind, call

RNG = onp.random.default_rng(13)


def one(x):
    return onp.float32([x])


@pytest.mark.parametrize("kind", ["int8", "uint8"])
def test_round_trip(kind):
    x = RNG.uniform(0 if kind == "uint8" else -2, 2, 50).astype("float32")
    q, low, high = call("_contrib_quantize_v2", x, out_type=kind)
    assert q.dtype == kind
    back = call("_contrib_dequantize", q, low, high)
    assert abs(back - x).max() <= 2 / 127


def test_products_stand_for_real_ones():
    x, w, b = (RNG.uniform(-1, 1, s).astype("float32") for s in ((3, 8), (4, 8), (4,)))
    (qx, *rx), (qw, *rw), (qb, *rb) = (call("_contrib_quantize_v2", v) for v in (x, w, b))
    out = call("_contrib_quantized_fully_connected", qx, qw, qb, *rx, *rw, *rb, num_hidden=4)
    assert out[0].dtype == "int32"
    real = out[0] * (out[2] / 2147483647.0)
    onp.testing.assert_allclose(real, x @ w.T + b, atol=0.06)
    small, low, high = call("_contrib_requantize", *out)
    onp.testing.assert_allclose(
        call("_contrib_dequantize", small, low, high), x @ w.T + b, atol=0.08
    )


def test_convolution_of_both_types_stands_for_a_real_one():
    x, w, b = (RNG.uniform(0, 1, s).astype("float32") for s in ((1, 2, 4, 4), (3, 2, 2, 2), (3,)))
    expected = call("Convolution", x, w, b, kernel=(2, 2), num_filter=3)
    (qw, *rw), (qb, *rb) = (call("_contrib_quantize_v2", v) for v in (w, b))
    for kind in ("int8", "uint8"):
        qx, *rx = call("_contrib_quantize_v2", x, out_type=kind)
        sums, _, high = call(
            "_contrib_quantized_conv", qx, qw, qb, *rx, *rw, *rb, kernel=(2, 2), num_filter=3
        )
        onp.testing.assert_allclose(sums * (high / 2147483647.0), expected, rtol=0.03)


def test_elementwise_product():
    a, b = RNG.integers(-127, 128, (2, 3, 4)).astype("int8")
    ranges = one(-2), one(2), one(-3), one(3)
    real = call("_contrib_quantized_elemwise_mul", a, b, *ranges, enable_float_output=True)
    onp.testing.assert_allclose(real, a.astype(float) * b * (6 / 127**2), rtol=1e-5)
    q, low, high = call("_contrib_quantized_elemwise_mul", a, b, *ranges)
    onp.testing.assert_allclose(q * (high / 2147483647.0), real, rtol=1e-5)
    assert low == -high


def test_batch_norm_as_1_9_1():
    q = onp.array([[10, -20, 30], [50, 60, 127]], "int8").reshape(1, 2, 3, 1)
    vectors = ([1.5, 2.0], [0, 1.0], [0.1, 0.2], [1, 2.0])
    given = [onp.array(v, "float32") for v in vectors]
    reach = {"min_calib_range": -4.0, "max_calib_range": 4.0}
    out = call("_contrib_quantized_batch_norm", q, *given, one(-2), one(2), **reach)
    assert out[0].ravel().tolist() == [3, -20, 18, 58, 65, 113]
    assert (out[1], out[2]) == (-4, 4)
    with pytest.raises(AttributeTypeError, match="min_calib_range and max_calib_range"):
        call("_contrib_quantized_batch_norm", q, *given, one(-2), one(2))


def test_entropy_threshold_lies_in_the_tail():
    hist, edges = onp.histogram(RNG.normal(size=20000), bins=401, range=(-8, 8))
    # on the host, so that it is not compiled
    arrays = hist.astype("float32"), edges.astype("float32")
    bound, inputs, words = bind("_contrib_calibrate_entropy", arrays, {})
    threshold, loss = bound.run(inputs, words)
    assert 2 < threshold[0] <= 8
    assert 0 <= loss[0] < 0.1


def test_errors():
    x = onp.ones((2, 3), "float32")
    with pytest.raises(DTypeError, match="int8 or uint8, got float32"):
        call("_contrib_dequantize", x, one(0), one(1))
    with pytest.raises(AttributeTypeError, match=r"both min_calib_range.*got 1.0 and None"):
        call("_contrib_quantize_v2", x, min_calib_range=1.0)
    with pytest.raises(DTypeError, match="int32, got float32"):
        call("_contrib_requantize", x, one(0), one(1))
    with pytest.raises(AttributeTypeError, match="'relu', got tanh"):
        call("_contrib_quantized_act", x.astype("int8"), one(0), one(1), act_type="tanh")
    with pytest.raises(ShapeError, match=r"num_quantized_bins 255.*got \(10,\)"):
        call("_contrib_calibrate_entropy", onp.ones(10, "float32"), onp.ones(11, "float32"))
    with pytest.raises(AttributeTypeError, match=r"3 for each.*got 4"):
        call("_contrib_quantized_concat", *[x.astype("int8")] * 4)


INT32 = 2147483647.0
UNEQUAL = onp.float32([1, 1e-3, 30, 0.05, 1e-6, 0])  # what the channels of a weight are scaled by


def by_channel(w):
    reach = abs(w).reshape(len(w), -1).max(1)
    unit = onp.where(reach == 0, 1, reach).reshape(-1, *(1,) * (w.ndim - 1)) / 127
    return onp.rint(w / unit).astype("int8"), -reach, reach


@pytest.mark.parametrize("kind", ["int8", "uint8"])
@pytest.mark.parametrize("bias", [None, 0.5])
@pytest.mark.parametrize("spatial", [0, 1, 2])
def test_weights_with_a_range_per_channel(kind, bias, spatial):
    """Each channel to 1 % of its own size, whatever the others' sizes are."""
    scale = UNEQUAL.reshape(-1, *(1,) * (spatial + 1))
    x = RNG.uniform(0, 1, (3, 4, *(5,) * spatial)).astype("float32")
    w = scale * RNG.uniform(0.1, 1, (6, 4, *(3,) * spatial)).astype("float32")
    name, attrs = "_contrib_quantized_fully_connected", {"num_hidden": 6}
    real = x @ w.reshape(6, -1).T if not spatial else None
    if spatial:
        name, attrs = "_contrib_quantized_conv", {"num_filter": 6, "kernel": (3,) * spatial}
        real = call("Convolution", x, w, no_bias=True, **attrs)
    qx, *rx = call("_contrib_quantize_v2", x, out_type=kind)
    qw, *rw = by_channel(w)
    if bias is None:
        given, attrs = (qx, qw, *rx, *rw), {"no_bias": True, **attrs}
    else:
        b = onp.full(6, bias, "float32")
        qb, *rb = call("_contrib_quantize_v2", b)
        given = (qx, qw, qb, *rx, *rw, *rb)
        real = real + bias
    sums, low, high = call(name, *given, **attrs)
    assert (sums.dtype, low.shape, high.shape) == ("int32", (6,), (6,))
    onp.testing.assert_array_equal(low, -high)
    turned = (1, 6, *(1,) * spatial)
    found = sums * (high.astype("float64").reshape(turned) / INT32)
    onp.testing.assert_allclose(found, real, rtol=0.02, atol=1e-9)
    # each channel's numbers in one common range
    q, low, high = call("_contrib_requantize", sums, low, high)
    assert high.shape == (1,)
    again = call("_contrib_dequantize", q, low, high)
    onp.testing.assert_allclose(again, real, atol=0.02 * abs(real).max())


def test_one_channel_with_a_range_is_a_weight_with_one():
    x, w = RNG.uniform(-1, 1, (3, 8)).astype("float32"), RNG.uniform(-1, 1, (1, 8)).astype("f")
    (qx, *rx), (qw, *rw) = call("_contrib_quantize_v2", x), by_channel(w)
    sums, _, high = call(
        "_contrib_quantized_fully_connected", qx, qw, *rx, *rw, num_hidden=1, no_bias=True
    )
    onp.testing.assert_allclose(sums * (high / INT32), x @ w.T, atol=0.03)


def test_ranges_that_do_not_fit_the_channels():
    name, attrs = "_contrib_quantized_fully_connected", {"num_hidden": 4, "no_bias": True}
    x, w = RNG.integers(-9, 9, (2, 3, 8)).astype("int8"), onp.ones((4, 8), "int8")
    two = onp.float32([1, 2])
    with pytest.raises(ShapeError, match=r"two per channel.*expected \(1,\) or \(4,\), got \(2,\)"):
        call(name, x[0], w, one(-1), one(1), -two, two, **attrs)
    four = onp.ones(4, "float32")
    with pytest.raises(ShapeError, match=r"channels on axis 1.*flatten=True"):
        call(name, x, w, one(-1), one(1), -four, four, flatten=False, **attrs)
    with pytest.raises(ShapeError, match=r"expected \(1,\) or \(3,\), got \(2,\)"):
        call("_contrib_requantize", x[0, :, :3].astype("int32"), -two, two)
