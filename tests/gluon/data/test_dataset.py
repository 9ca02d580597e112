"""Data sets: samples, parts, transforms."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError
from mxnet.gluon.data import ArrayDataset, Dataset, RandomSampler, SequentialSampler, SimpleDataset

X = onp.arange(12, dtype="float32").reshape(4, 3)


def test_rows_of_arrays_keep_their_kind():
    data = ArrayDataset(
        nd.array(X), nd.array([3, 1, 4, 1]), X.astype("uint8"), ["a", "b", "c", "d"]
    )
    x, y, u, s = data[1]
    assert isinstance(x, nd.NDArray)
    assert x.asnumpy().tolist() == [3, 4, 5]
    assert type(y) is onp.float32
    assert y == 1
    assert u.dtype == "uint8"
    assert u.tolist() == [3, 4, 5]
    assert s == "b"
    assert len(data) == 4
    assert data[-1][0].asnumpy().tolist() == [9, 10, 11]


def test_one_array_gives_bare_items():
    assert ArrayDataset(nd.array(X))[2].asnumpy().tolist() == [6, 7, 8]
    assert ArrayDataset(nd.array(X))[1:3].shape == (2, 3)


def test_a_write_to_the_array_is_seen():
    array = nd.array(X)
    data = ArrayDataset(array)
    assert data[0].asnumpy().tolist() == [0, 1, 2]
    array[:] = 7
    assert data[0].asnumpy().tolist() == [7, 7, 7]


def test_an_item_is_not_changed_by_a_later_write():
    array = nd.array(X)
    item = ArrayDataset(array)[1]
    array[:] = 7
    assert item.asnumpy().tolist() == [3, 4, 5]


@pytest.mark.parametrize("index", [4, -5])
def test_out_of_range(index):
    for data in (ArrayDataset(nd.array(X)), ArrayDataset(X, [1, 2, 3, 4]), SimpleDataset([1, 2])):
        with pytest.raises(IndexError):
            data[index]


def test_lengths_must_agree():
    message = r"array\[0\] has length 4 while array\[2\] has 3"
    for error in (AssertionError, ValueError, MXNetError):
        with pytest.raises(error, match=message):
            ArrayDataset(nd.array(X), [1, 2, 3, 4], nd.array([1, 2, 3]))
    with pytest.raises(ValueError, match=r"at least one"):
        ArrayDataset()


def test_transform():
    data = SimpleDataset([1, 2, 3])
    seen = []

    def double(a):
        seen.append(a)
        return a * 2

    lazy = data.transform(double)
    assert seen == []
    assert lazy[1] == 4
    assert len(lazy) == 3
    assert seen == [2]
    eager = data.transform(double, lazy=False)
    assert type(eager) is SimpleDataset
    assert seen == [2, 1, 2, 3]
    assert eager[2] == 6
    assert seen == [2, 1, 2, 3]


def test_transform_of_tuples():
    data = SimpleDataset([(1, 2), (3, 4)])
    assert data.transform(lambda a, b: a + b)[1] == 7
    assert data.transform_first(lambda a: a * 10)[1] == (30, 4)
    assert SimpleDataset([[4, 5]]).transform(lambda a: a[0])[0] == 4
    assert SimpleDataset([4]).transform_first(lambda a: a + 1)[0] == 5


def test_parts():
    data = SimpleDataset(list(range(10)))
    assert list(data.filter(lambda a: a % 2)) == [1, 3, 5, 7, 9]
    shards = [list(data.shard(3, i)) for i in range(3)]
    assert shards == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert list(data.take(3)) == [0, 1, 2]
    assert len(data.take(None)) == len(data.take(99)) == 10
    assert data.sample(SequentialSampler(3, 4))[2] == 6
    mx.random.seed(3)
    sampled = data.sample(RandomSampler(10))
    assert [sampled[i] for i in range(10)] == [sampled[i] for i in range(10)]
    assert list(data.shard(3, 1).take(2).transform(lambda a: -a)) == [-4, -5]


def test_bad_parts():
    data = SimpleDataset([1, 2, 3])
    with pytest.raises(AssertionError, match=r"0 <= index < 2 .*got 2"):
        data.shard(2, 2)
    with pytest.raises(ValueError, match=r"got -1"):
        data.shard(2, -1)
    with pytest.raises(TypeError, match=r"float"):
        data.shard(2, 1.5)
    with pytest.raises(ValueError, match=r"got -1"):
        data.take(-1)
    with pytest.raises(TypeError, match=r"Expected gluon\.data\.Sampler"):
        data.sample([0, 2])


def test_base_class():
    with pytest.raises(NotImplementedError, match=r"__getitem__"):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match=r"__len__"):
        len(Dataset())
