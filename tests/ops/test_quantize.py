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
