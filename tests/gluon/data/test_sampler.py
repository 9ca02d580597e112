"""Samplers: order, cutting into batches, reproducibility."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet.gluon.data import (
    BatchSampler,
    DataLoader,
    FilterSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SimpleDataset,
    SplitSampler,
)


class Backwards(SequentialSampler):
    def __iter__(self):
        return iter(range(self._length - 1, -1, -1))


def test_sequential():
    assert list(SequentialSampler(3)) == [0, 1, 2]
    assert list(SequentialSampler(3, 5)) == [5, 6, 7]
    assert len(SequentialSampler(3, 5)) == 3


def test_random_is_a_permutation_ruled_by_the_seed():
    mx.random.seed(5)
    first, second = list(RandomSampler(50)), list(RandomSampler(50))
    mx.random.seed(5)
    assert list(RandomSampler(50)) == first
    assert sorted(first) == list(range(50))
    assert first != second
    mx.random.seed(6)
    assert list(RandomSampler(50)) != first
    assert list(RandomSampler(0)) == []


def test_random_does_not_touch_numpy():
    onp.random.seed(1)
    before = onp.random.get_state()[1].copy()
    list(RandomSampler(50))
    assert (onp.random.get_state()[1] == before).all()


def test_filter():
    assert list(FilterSampler(lambda a: a > 1, SimpleDataset([0, 5, 2, 1]))) == [1, 2]


@pytest.mark.parametrize("sampler", [SequentialSampler(5), RandomSampler(5), Backwards(5)])
def test_batches_cover_the_sampler(sampler):
    for last_batch, sizes in (("keep", [2, 2, 1]), ("discard", [2, 2])):
        batches = BatchSampler(sampler, 2, last_batch)
        found = list(batches)
        assert [len(b) for b in found] == sizes
        assert len(batches) == len(sizes)
        assert all(isinstance(b, list) for b in found)
        whole = [i for b in found for i in b]
        assert len(set(whole)) == len(whole)
        assert set(whole) <= set(range(5))


def test_a_subclass_keeps_its_own_order():
    assert list(BatchSampler(Backwards(5), 2)) == [[4, 3], [2, 1], [0]]


@pytest.mark.parametrize("sampler", [SequentialSampler(5), Backwards(5)])
def test_rollover(sampler):
    batches = BatchSampler(sampler, 2, "rollover")
    order = list(sampler)
    assert len(batches) == 2
    assert list(batches) == [order[:2], order[2:4]]
    assert len(batches) == 3
    assert list(batches) == [[order[4], order[0]], order[1:3], order[3:5]]
    assert len(batches) == 2


@pytest.mark.parametrize("size", [0, -1, 2.5, "2", None, True])
def test_batch_size_must_be_positive(size):
    with pytest.raises(ValueError, match=f"batch_size.*at least 1, got {size!r}"):
        BatchSampler(SequentialSampler(3), size)


def test_a_whole_float_is_a_batch_size():
    assert list(BatchSampler(SequentialSampler(3), 2.0)) == [[0, 1], [2]]


def test_unknown_last_batch():
    with pytest.raises(ValueError, match=r"'keep', 'discard', or 'rollover', but got foo"):
        BatchSampler(SequentialSampler(3), 2, "foo")
    with pytest.raises(ValueError, match=r"but got foo"):
        DataLoader([1, 2, 3], 2, last_batch="foo")


def test_base_class():
    with pytest.raises(NotImplementedError, match=r"__len__"):
        len(Sampler())
    with pytest.raises(NotImplementedError, match=r"__iter__"):
        iter(Sampler())


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("length", [0, 1, 10, 11, 24])
@pytest.mark.parametrize("shuffle", [False, True])
def test_parts_are_disjoint_and_complete(length, parts, shuffle):
    options = {"shuffle": shuffle, "seed": 3}
    samplers = [SplitSampler(length, parts, i, even_size=False, **options) for i in range(parts)]
    orders = []
    for _ in range(2):
        found = [list(s) for s in samplers]
        assert [len(f) for f in found] == [len(s) for s in samplers]
        assert max(map(len, found)) - min(map(len, found)) <= 1
        assert sorted(sum(found, [])) == list(range(length))
        orders.append(found)
    assert (orders[0] == orders[1]) is not (shuffle and length >= 10)
    even = [SplitSampler(length, parts, i, **options) for i in range(parts)]
    found = [list(s) for s in even]
    assert {len(f) for f in found} == {-(-length // parts)} == {len(s) for s in even}
    assert set(sum(found, [])) == set(range(length))
    for f, exact in zip(found, orders[0]):
        assert f[: len(exact)] == exact


def test_parts_of_any_epoch():
    first, later = (SplitSampler(20, 2, 1) for _ in range(2))
    orders = [list(first) for _ in range(4)]
    later.epoch = 2
    assert [list(later), list(later)] == orders[2:]
    assert list(SplitSampler(20, 2, 1, seed=1)) != orders[0]
    mx.random.seed(9)  # of one process alone
    assert list(SplitSampler(20, 2, 1)) == orders[0]


def test_a_loader_of_each_part():
    data, seen = SimpleDataset(list(range(11))), []
    for i in range(3):
        sampler = SplitSampler(len(data), 3, i, even_size=False)
        loader = DataLoader(data, 2, sampler=sampler)
        seen += [int(v) for batch in loader for v in batch.asnumpy()]
        assert len(loader) == 2
    assert sorted(seen) == list(range(11))
    assert list(SplitSampler(4, shuffle=False)) == [0, 1, 2, 3]  # one process is all there is


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1,), "length does not fit: expected an integer of at least 0, got -1"),
        ((5, 0), "num_parts does not fit: expected an integer of at least 1, got 0"),
        ((5, 2, 2), "part_index must be below num_parts = 2, got 2"),
        ((5, 2, "a"), "part_index does not fit: expected an integer of at least 0, got 'a'"),
    ],
)
def test_parts_that_are_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        SplitSampler(*arguments)
