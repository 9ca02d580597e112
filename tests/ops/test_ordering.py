"""Sorting, largest elements, sequences and ranges, against NumPy, loops and records of 1.9.1."""

import numpy as onp
import pytest

from mxnet import _config, nd
from mxnet.error import DTypeError, ShapeError
from support.ops import call, check_gradient, gradients

T = onp.array([[1.0, 3, 3, 2], [5, 5, 0, 5]])


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "uint8", "int64"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_sort(axis, dtype):
    x = onp.random.randint(0, 9, (4, 5)).astype(dtype)
    expected = onp.sort(x, axis, kind="stable")
    back = onp.flip(expected, 0 if axis is None else axis)
    assert (call("sort", x, axis=axis) == expected).all()
    assert (call("sort", x, axis=axis, is_ascend=False) == back).all()
    assert call("sort", x, axis=axis).dtype == dtype
    order = call("argsort", x, axis=axis)
    assert order.dtype == "float32"
    assert (order == onp.argsort(x, axis, kind="stable")).all()


def test_ties_keep_their_order_as_recorded():
    assert call("argsort", T).tolist() == [[0, 3, 1, 2], [2, 0, 1, 3]]
    assert call("argsort", T, is_ascend=False).tolist() == [[1, 2, 3, 0], [0, 1, 3, 2]]
    assert call("argsort", T, axis=None, dtype="int32").tolist() == [6, 0, 3, 1, 2, 4, 5, 7]


# 1.9.1 on T with k = 2
RECORDS = {
    ("value", False): [[3, 3], [5, 5]], ("value", True): [[1, 2], [0, 5]],
    ("indices", False): [[1, 2], [0, 1]], ("indices", True): [[0, 3], [2, 0]],
    ("mask", False): [[0, 1, 1, 0], [1, 1, 0, 0]], ("mask", True): [[1, 0, 0, 1], [1, 0, 1, 0]],
}  # fmt: skip


@pytest.mark.parametrize(("ret_typ", "is_ascend"), RECORDS)
def test_topk_as_recorded(ret_typ, is_ascend):
    assert (
        call("topk", T, k=2, ret_typ=ret_typ, is_ascend=is_ascend).tolist()
        == RECORDS[ret_typ, is_ascend]
    )
    both = call("topk", T, k=2, ret_typ="both", is_ascend=is_ascend)
    assert [y.tolist() for y in both] == [
        RECORDS["value", is_ascend],
        RECORDS["indices", is_ascend],
    ]


def test_topk_of_all_and_flattened_as_recorded():
    assert call("topk", T, k=0).tolist() == [[1, 2, 3, 0], [0, 1, 3, 2]]
    assert call("topk", T, axis=None, k=3).tolist() == [4, 5, 7]
    assert call("topk", T, axis=None, k=3, ret_typ="mask").tolist() == [[0] * 4, [1, 1, 0, 1]]
    value, index = call("topk", T, axis=0, ret_typ="both")
    assert value.tolist() == [[5, 5, 3, 5]]
    assert index.tolist() == [[1, 1, 0, 1]]
    value, index = call("topk", T.astype("int32"), k=2, ret_typ="both", dtype="int32")
    assert value.dtype == index.dtype == "int32"


@pytest.mark.parametrize("is_ascend", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8"])
def test_topk_of_long_axes(dtype, is_ascend):
    x = onp.random.randint(0, 50, (3, 200, 2)).astype(dtype)
    keys = x.astype("int64") if is_ascend else -x.astype("int64")
    order = onp.argsort(keys, 1, kind="stable")[:, :5]
    assert (call("topk", x, axis=1, k=5, is_ascend=is_ascend, dtype="int32") == order).all()
    value = call("topk", x, axis=1, k=5, is_ascend=is_ascend, ret_typ="value")
    assert (value == onp.take_along_axis(x, order, 1)).all()


def test_gradients():
    assert gradients("topk", T, k=2, ret_typ="value")[0].tolist() == [[0, 1, 1, 0], [1, 1, 0, 0]]
    x = onp.random.permutation(12).reshape(3, 4) / 3
    check_gradient("sort", x, axis=0, is_ascend=False)
    check_gradient("topk", x, k=2, ret_typ="both")
    assert gradients("argsort", x)[0].sum() == 0
    assert gradients("topk", x, ret_typ="mask")[0].sum() == 0


def test_nan_counts_as_largest():
    x = onp.array([1, onp.nan, 3], "float32")
    assert call("argsort", x).tolist() == [0, 2, 1]


def test_errors():
    with pytest.raises(ShapeError, match=r"k <= 4 for shape \(2, 4\) and axis -1, got 5"):
        call("topk", T, k=5)
    with pytest.raises(ShapeError, match="axis 2 is out of range"):
        call("sort", T, axis=2)
    with pytest.raises(DTypeError, match=r"uint8 cannot number .* size 300: expected at most 256"):
        call("topk", onp.zeros(300), dtype="uint8")
    with pytest.raises(DTypeError, match=r"float16 .* at most 2049, got 3000"):
        call("argsort", onp.zeros(3000), dtype="float16")


# -------------------------------------------------------------------------------------- sequences


@pytest.mark.parametrize("axis", [0, 1])
def test_sequences_against_loops(axis):
    x = onp.random.normal(size=(4, 3, 2))  # (T, B, C)
    lengths = onp.array([1, 4, 2], "float32")
    masked, reversed_, last = x.copy(), x.copy(), onp.zeros((3, 2))
    for b, n in enumerate(lengths.astype(int)):
        masked[n:, b] = -1
        reversed_[:n, b] = x[:n, b][::-1]
        last[b] = x[n - 1, b]
    turn = (lambda y: y) if axis == 0 else (lambda y: y.swapaxes(0, 1))
    attrs = {"use_sequence_length": True, "axis": axis}
    assert (call("SequenceMask", turn(x), lengths, value=-1, **attrs) == turn(masked)).all()
    assert (call("SequenceReverse", turn(x), lengths, **attrs) == turn(reversed_)).all()
    assert (call("SequenceLast", turn(x), lengths, **attrs) == last).all()
    for name in ("SequenceMask", "SequenceReverse", "SequenceLast"):
        check_gradient(name, turn(x), lengths, wrt=[0], **attrs)


def test_sequences_without_lengths():
    x = onp.arange(12.0).reshape(3, 2, 2)
    assert (call("SequenceMask", x) == x).all()
    assert (call("SequenceLast", x) == x[-1]).all()
    assert (call("SequenceReverse", x) == x[::-1]).all()
    assert call("SequenceLast", x[:, :, 0]).tolist() == [8, 10]
    with pytest.raises(ShapeError, match=r"expected \(2,\), a length for each .*got \(3,\)"):
        call("SequenceMask", x, onp.ones(3), use_sequence_length=True)
    with pytest.raises(ShapeError, match="sequence_length is missing"):
        call("SequenceMask", x, use_sequence_length=True)
    with pytest.raises(ShapeError, match="axis 2 of shape"):
        call("SequenceReverse", x, axis=2)


# --------------------------------------------------------------------------------------- creation


def test_constants():
    for name, value in (("_zeros", 0), ("_ones", 1)):
        y = call(name, shape=(2, 3), ctx="cpu(0)", dtype="float16")
        assert y.dtype == "float16"
        assert y.tolist() == [[value] * 3] * 2
        assert call(name, shape=2).dtype == "float32"
        assert call(name, shape=(0, 3)).shape == (0, 3)
    assert call("_zeros_without_dtype", shape=(2,)).dtype == "float32"
    assert call("_zeros_without_dtype", shape=(2,), dtype=4).dtype == "int32"
    assert call("_full", shape=(2,), value=7.5, dtype="int32").tolist() == [7, 7]
    assert call("_full", shape=(2,), value=300, dtype="uint8").tolist() == [44, 44]
    assert call("_full", shape=(1,), value=-1, dtype="uint8").tolist() == [255]
    assert call("_full", shape=(2,), value=2, dtype="bool").tolist() == [True, True]
    with pytest.raises(ShapeError, match=r"shape \(-1,\)"):
        call("_zeros", shape=-1)


def test_ranges_as_recorded():
    y = call("_arange", start=0, stop=1, step=0.1)
    assert y.dtype == "float32"
    assert y.tolist() == [float(onp.float32(i) * onp.float32(0.1)) for i in range(10)]
    assert call("_arange", start=5).tolist() == [0, 1, 2, 3, 4]
    assert call("_arange", start=5, stop=0, step=-2).tolist() == [5, 3, 1]
    assert call("_arange", start=0, stop=3, repeat=2).tolist() == [0, 0, 1, 1, 2, 2]
    assert call("_arange", start=0, stop=3, step=0.5, dtype="int32").tolist() == [0] * 6
    assert call("_arange", start=-1.5, stop=3, dtype="int32").tolist() == [-1, 0, 1, 2, 3]
    assert call("_arange", start=254, stop=257, dtype="uint8").tolist() == [254, 255, 0]
    assert call("_range", n=3, start=0.5, step=2).tolist() == [0.5, 2.5, 4.5]
    big = call("_arange", start=0, stop=3, dtype="int64") + 2**53
    assert big.tolist() == [2**53, 2**53 + 1, 2**53 + 2]
    for start, stop, step in ((0, 0, 1), (2, 1, 1), (0, 1, 0)):
        with pytest.raises(
            ShapeError, match=rf"got \(start, stop, step\) = \({start}, {stop}, {step}\)"
        ):
            call("_arange", start=start, stop=stop, step=step)


def test_linspace_as_recorded():
    assert call("_linspace", start=0, stop=1, num=5).tolist() == [0, 0.25, 0.5, 0.75, 1]
    y = call("_linspace", start=0, stop=1, num=5, endpoint=False)
    onp.testing.assert_allclose(y, [0, 0.2, 0.4, 0.6, 0.8], rtol=1e-7)
    assert call("_linspace", start=2, stop=3, num=1).tolist() == [2]
    assert call("_linspace", start=2, stop=3, num=0).shape == (0,)
    assert call("_linspace", start=0, stop=5, num=4, dtype="int32").tolist() == [0, 1, 3, 5]
    with pytest.raises(ShapeError, match="num -1"):
        call("_linspace", start=0, stop=1, num=-1)


def test_eye():
    for attrs in ({"N": 2, "M": 3, "k": 1}, {"N": 3, "k": -1}, {"N": 2}):
        expected = onp.eye(attrs["N"], attrs.get("M"), attrs.get("k", 0))
        assert (call("_eye", **attrs) == expected).all()
    assert call("_eye", N=2, dtype="int32").dtype == "int32"


@pytest.mark.parametrize("k", [3, 40])  # a few of many, and nearly all
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("most", [0, 1000])
def test_zeros_of_both_signs_are_equal(k, dtype, most, monkeypatch):
    """Positions are the same whatever runs it: by NumPy, evaluated for any size, compiled."""
    monkeypatch.setattr(_config.options["evaluate"], "value", most)
    for n in (45, 46, 45, 47):
        a = onp.array([0, -0.0, 0, -0.0, 1] + [-5] * (n - 5), dtype)
        for sign in (1, -1):
            x = nd.array(sign * a, dtype=dtype)
            asked = {"k": k, "is_ascend": sign < 0, "dtype": "int32"}
            expected = onp.argsort(-a, kind="stable")[:k].tolist()
            assert nd.topk(x, **asked).asnumpy().tolist() == expected
            assert (nd.topk(x, **asked) + 0).asnumpy().tolist() == expected
            assert nd.topk(x, ret_typ="both", **asked)[1].asnumpy().tolist() == expected
