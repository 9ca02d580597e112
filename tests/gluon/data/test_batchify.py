"""Functions that make batches, against their definitions."""

import numpy as onp
import pytest

from mxnet import nd
from mxnet.error import MXNetError, ShapeError
from mxnet.gluon.data import ArrayDataset, DataLoader, batchify


def test_pad():
    rows = [[1, 2, 3], [4], [5, 6]]
    assert batchify.Pad()(rows).asnumpy().tolist() == [[1, 2, 3], [4, 0, 0], [5, 6, 0]]
    x, lengths = batchify.Pad(val=-1, round_to=4, ret_length=True, dtype="float16")(rows)
    assert x.asnumpy().tolist() == [[1, 2, 3, -1], [4, -1, -1, -1], [5, 6, -1, -1]]
    assert (x.dtype, lengths.dtype) == (onp.float16, onp.int32)
    assert lengths.asnumpy().tolist() == [3, 1, 2]
    y = batchify.Pad(axis=1)([nd.ones((2, 3)), nd.ones((2, 1)) * 2])
    assert y.asnumpy().tolist() == [[[1, 1, 1]] * 2, [[2, 0, 0]] * 2]
    assert y.dtype == onp.float32


@pytest.mark.parametrize(
    ("function", "data", "message"),
    [
        (batchify.Pad(), [[1], [[2]]], r"samples 0 and 1 .*expected 1 axes, got shape \(1, 1\)"),
        (batchify.Pad(axis=0), [onp.ones((1, 2)), onp.ones((1, 3))], r"differ in axis 1, not only"),
        (batchify.Pad(axis=2), [[1]], "expected -1 <= axis < 1, got 2"),
        (batchify.Group(batchify.Pad(), batchify.Stack()), [([1], 2, 3)], "expected 2, got 3"),
        (batchify.Stack(), [[1], [2, 3]], "different shapes"),
    ],
)
def test_refused(function, data, message):
    with pytest.raises(ShapeError, match=message):
        function(data)


def test_bad_arguments():
    with pytest.raises(MXNetError, match=r"argument 1 is no function.*got 3"):
        batchify.Group(batchify.Stack(), 3)
    with pytest.raises(MXNetError, match="round_to does not fit: expected at least 1, got 0"):
        batchify.Pad(round_to=0)


def test_append_and_list():
    first, second = batchify.Append()([[1, 2], [3]])
    assert (first.shape, second.shape) == ((1, 2), (1, 1))
    assert batchify.Append(expand=False)([[1, 2]])[0].shape == (2,)
    assert batchify.AsList()(("a", "b")) == ["a", "b"]


def test_in_a_loader():
    data = ArrayDataset([[1, 2, 3], [4], [5, 6], [7]], [0, 1, 2, 3], list("abcd"))
    make = batchify.Group([batchify.Pad(), batchify.Stack(), batchify.AsList()])
    for workers in (0, 1):
        (x, y, text), (_, _, rest) = DataLoader(data, 2, batchify_fn=make, num_workers=workers)
        assert x.asnumpy().tolist() == [[1, 2, 3], [4, 0, 0]]
        assert y.asnumpy().tolist() == [0, 1]
        assert (text, rest) == (["a", "b"], ["c", "d"])
