"""Asymmetric 8-bit numbers, and the LSTM that takes them, beside outputs of MXNet 1.9.1.

The record was made with oneDNN's AVX2 kernels (elsewhere 1.9.1 raises), of data below 128: with
larger numbers the 16-bit sums of these kernels saturate.
"""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd, sym
from mxnet.error import AttributeTypeError, DTypeError, MXNetError, ShapeError

CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "rnn" / "quantized.json").read_text("utf-8")
)


def arrays(case):
    real = [nd.array(case[n], dtype="float32") for n in ("parameters", "state", "state_cell")]
    return [
        nd.array(case["data"], dtype="uint8"),
        *real,
        nd.array([case["scale"]]),
        nd.array([case["shift"]]),
    ]


def attributes(case, **more):
    names = "state_size", "bidirectional", "state_outputs"
    return {**{n: case[n] for n in names}, "num_layers": 1, "mode": "lstm", **more}


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["state_size"]))
def test_record(case):
    found = nd.contrib.quantized_rnn(*arrays(case), **attributes(case))
    found = found if isinstance(found, list) else [found]
    assert len(found) == len(case["outputs"])
    for x, expected in zip(found, case["outputs"]):
        assert x.dtype == onp.float32
        onp.testing.assert_allclose(x.asnumpy(), expected, atol=3e-6)


def test_hidden_states_are_eight_bit_numbers():
    case = CASES[1]
    out = nd.contrib.quantized_rnn(*arrays(case), **attributes(case))[0].asnumpy()
    steps = out * case["scale"] + case["shift"]
    onp.testing.assert_allclose(steps, steps.round(), atol=1e-3)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_layers_are_near_those_of_rnn(bidirectional):
    """Fine steps: what is left is the rounding of 8 bits."""
    rng = onp.random.default_rng(3)
    t, n, i, h, layers, d = 4, 2, 5, 3, 2, 2 if bidirectional else 1
    size = sum(d * 4 * h * ((h * d if k else i) + h + 2) for k in range(layers))
    w = nd.array(rng.standard_normal(size) * 0.4)
    x = nd.array(rng.random((t, n, i)) * 2 - 1)
    states = [nd.array(rng.random((layers * d, n, h)) - 0.5) for _ in range(2)]
    given = {
        "state_size": h,
        "num_layers": layers,
        "mode": "lstm",
        "bidirectional": bidirectional,
        "state_outputs": True,
    }
    q, scale, shift = nd.contrib.quantize_asym(x, min_calib_range=-1, max_calib_range=1)
    found = nd.contrib.quantized_rnn(q, w, *states, scale, shift, **given)
    for a, b in zip(found, nd.RNN(x, w, *states, **given)):
        assert a.shape == b.shape
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), atol=0.03)


def test_symbol():
    case = CASES[2]
    out = sym.contrib.quantized_rnn(sym.var("data"), name="q", **attributes(case))
    names = out.list_arguments()
    given = dict(zip(names, arrays(case)))
    assert out.infer_shape(data=given["data"].shape)[0] == [x.shape for x in given.values()]
    assert out.infer_type()[0] == [onp.uint8, *[onp.float32] * 5]
    assert out.list_outputs() == ["q_output", "q_state_output", "q_statecell_ouput"]
    for x, expected in zip(out.bind(mx.cpu(), given).forward(), case["outputs"]):
        onp.testing.assert_allclose(x.asnumpy(), expected, atol=3e-6)


@pytest.mark.parametrize(
    ("place", "change", "error", "message"),
    [
        (0, lambda x: x.astype("float32"), DTypeError, "data.*uint8.*float32"),
        (1, lambda x: x.astype("float64"), DTypeError, "parameters.*float32.*float64"),
        (1, lambda x: x[:-1], ShapeError, "parameters"),
        (4, lambda x: nd.array([1, 2]), ShapeError, r"data_scale.*\(1,\).*\(2,\)"),
        (0, lambda x: x[0], ShapeError, r"data.*\(T, N, I\)"),
    ],
)
def test_wrong_arrays(place, change, error, message):
    given = arrays(CASES[0])
    given[place] = change(given[place])
    with pytest.raises(error, match=message):
        nd.contrib.quantized_rnn(*given, **attributes(CASES[0]))


@pytest.mark.parametrize(
    "more", [{"mode": "gru"}, {"projection_size": 2}, {"use_sequence_length": True}]
)
def test_what_is_not_supported(more):
    (name,) = more
    with pytest.raises(AttributeTypeError, match=f"{name} is not supported.*RNN"):
        nd.contrib.quantized_rnn(*arrays(CASES[0]), **attributes(CASES[0], **more))


def test_no_gradient():
    given = arrays(CASES[0])
    given[1].attach_grad()
    with autograd.record():
        y = nd.contrib.quantized_rnn(*given, **attributes(CASES[0]))[0]
    y.backward()
    assert not given[1].grad.asnumpy().any()
    x = nd.array([0.5, -1, 2])
    x.attach_grad()
    with autograd.record():
        y = sum(nd.contrib.quantize_asym(x)[1:])
    y.backward()
    assert not x.grad.asnumpy().any()


# ------------------------------------------------------------------ asymmetric numbers
@pytest.mark.parametrize("given", [None, (-1.5, 2.25)])
def test_quantize_asym(given):
    """The ends of the range become 0 and 255; beyond it are its ends."""
    x = onp.random.default_rng(0).standard_normal((5, 7)).astype("float32") * 3
    low, high = given or (x.min(), x.max())
    keys = {"min_calib_range": low, "max_calib_range": high} if given else {}
    q, scale, shift = nd.contrib.quantize_asym(nd.array(x), **keys)
    assert (q.dtype, scale.shape, shift.shape) == (onp.uint8, (1,), (1,))
    onp.testing.assert_allclose(scale.asnumpy(), 255 / (high - low), rtol=1e-5)
    onp.testing.assert_allclose(low * scale.asnumpy() + shift.asnumpy(), 0, atol=1e-3)
    back = (q.asnumpy() - shift.asnumpy()) / scale.asnumpy()
    assert abs(back - x.clip(low, high)).max() <= 0.501 / scale.asscalar()
    assert (q.asnumpy().min(), q.asnumpy().max()) == (0, 255)


def test_quantize_asym_of_one_value():
    q, scale, shift = nd.contrib.quantize_asym(nd.array([2.5, 2.5]))
    assert ((q.asnumpy() - shift.asnumpy()) / scale.asnumpy()).tolist() == [2.5, 2.5]


def test_quantize_asym_refuses():
    with pytest.raises(DTypeError, match=r"float32.*int8"):
        nd.contrib.quantize_asym(nd.zeros((2,), dtype="int8"))
    with pytest.raises(MXNetError, match="calib"):
        nd.contrib.quantize_asym(nd.zeros((2,)), min_calib_range=1)
    with pytest.raises(AttributeTypeError, match=r"range is empty.*2\.0, -1\.0"):
        nd.contrib.quantize_asym(nd.zeros((2,)), min_calib_range=2, max_calib_range=-1)
