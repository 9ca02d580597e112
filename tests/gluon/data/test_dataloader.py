"""The loader: batches one by one, as a whole, and by workers; what it does with bad samples."""

import gc
import threading
import time

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import DTypeError, MXNetError, ShapeError
from mxnet.gluon.data import (
    ArrayDataset,
    BatchSampler,
    DataLoader,
    Dataset,
    RandomSampler,
    SequentialSampler,
    SimpleDataset,
    dataloader,
)
from mxnet.gluon.data._batch import bulk_of
from mxnet.gluon.data.vision import transforms
from support.prepared import HANG
from support.waiting import wait_until

IMAGES = onp.random.RandomState(0).randint(0, 256, (10, 6, 5, 3)).astype("uint8")
LABELS = onp.arange(10, dtype="int32")


def images():
    return ArrayDataset(nd.array(IMAGES, dtype="uint8"), LABELS)


def values(batches):
    """What batches hold, as comparable lists."""
    return [[x.asnumpy().tolist() for x in (b if isinstance(b, list) else [b])] for b in batches]


class OneByOne(Dataset):
    """The same samples, hidden from the bulk path."""

    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.data[i]


# ------------------------------------------------------------------------------ default batches
@pytest.mark.parametrize(
    ("samples", "dtype", "expected"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1.5, 2.5], "float64", [1.5, 2.5]),
        ([onp.int32(1), onp.int32(2)], "int32", [1, 2]),
        ([onp.float64(1), onp.float64(2)], "float64", [1, 2]),
        ([True, False], "bool", [True, False]),
        ([onp.ones(2, "uint8")] * 2, "uint8", [[1, 1], [1, 1]]),
        ([[1, 2], [3, 4]], "int64", [[1, 2], [3, 4]]),
        ([nd.array([1, 2]), nd.array([3, 4])], "float32", [[1, 2], [3, 4]]),
    ],
)
def test_dtypes(samples, dtype, expected):
    (batch,) = DataLoader(samples, 2)
    assert batch.dtype == onp.dtype(dtype)
    assert batch.asnumpy().tolist() == expected


def test_tuples_become_lists():
    ((a, (b, c)),) = DataLoader([(1, (2, nd.ones(2))), (3, (4, nd.zeros(2)))], 2)
    assert a.asnumpy().tolist() == [1, 3]
    assert b.asnumpy().tolist() == [2, 4]
    assert c.asnumpy().tolist() == [[1, 1], [0, 0]]


def test_bare_arrays():
    assert [b.shape for b in DataLoader(nd.array([1, 2, 3]), 2)] == [(2, 1), (1, 1)]
    assert [b.dtype for b in DataLoader(onp.array([1, 2, 3]), 2)] == [onp.int64] * 2
    assert list(DataLoader([], 2)) == []
    assert len(DataLoader([], 2)) == 0


def test_samples_that_cannot_be_stacked():
    with pytest.raises(ShapeError, match=r"samples 0 and 1 .*expected \(3,\), got \(2,\)"):
        list(DataLoader([nd.ones(3), nd.ones(2)], 2))
    with pytest.raises(ShapeError, match=r"expected \(3,\), got \(2,\)"):
        list(DataLoader([onp.ones(3), onp.ones(2)], 2))
    with pytest.raises(ShapeError, match=r"differ in structure: expected a tuple of 2"):
        list(DataLoader([(1, 2), (1, 2, 3)], 2))
    with pytest.raises(DTypeError, match=r"got str 'a'.*batchify_fn"):
        list(DataLoader(["a", "b"], 2))
    with pytest.raises(DTypeError, match=r"dict"):
        list(DataLoader([{"a": 1}, {"a": 2}], 2))


# ------------------------------------------------------------------------------ as a whole
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("last_batch", ["keep", "discard", "rollover"])
def test_bulk_equals_one_by_one(shuffle, last_batch):
    chain = transforms.Compose(
        [transforms.Resize(4), transforms.ToTensor(), transforms.Normalize(0.1, 0.5)]
    )
    quick = images().transform_first(chain)
    slow = OneByOne(quick)
    assert bulk_of(quick) is not None
    assert bulk_of(slow) is None
    found = []
    for data in (quick, slow):
        mx.random.seed(1)
        loader = DataLoader(data, 4, shuffle=shuffle, last_batch=last_batch)
        found.append([values(loader) for _ in range(2)])
    assert [[len(b[1]) for b in epoch] for epoch in found[0]] == [
        [len(b[1]) for b in epoch] for epoch in found[1]
    ]
    for quick_epoch, slow_epoch in zip(*found):
        for (qx, qy), (sx, sy) in zip(quick_epoch, slow_epoch):
            assert qy == sy
            # single images are resized by OpenCV, which may round to the other neighbour
            onp.testing.assert_allclose(qx, sx, rtol=1e-6, atol=1 / 255 / 0.5 + 1e-6)


def test_bulk_of_parts():
    data = images().transform_first(transforms.ToTensor())
    for part, labels in (
        (data.take(5), [0, 1, 2, 3, 4]),
        (data.shard(3, 1), [4, 5, 6]),
        (data.take(7).shard(2, 1), [4, 5, 6]),
        (data.sample(BackwardsSampler(10)), list(range(9, -1, -1))),
    ):
        assert bulk_of(part) is not None
        ((x, y),) = DataLoader(part, 10)
        assert y.asnumpy().tolist() == labels
        onp.testing.assert_allclose(
            x.asnumpy(), IMAGES[labels].transpose(0, 3, 1, 2) / 255.0, rtol=1e-6
        )


class BackwardsSampler(SequentialSampler):
    def __iter__(self):
        return iter(range(self._length - 1, -1, -1))


def test_transforms_that_see_samples_are_not_given_batches():
    to_tensor = transforms.ToTensor()

    class Mine(transforms.ToTensor):
        def hybrid_forward(self, F, x):
            assert len(x.shape) == 3
            return super().hybrid_forward(F, x)

    hooked = transforms.ToTensor()
    shapes = []
    hooked.register_forward_hook(lambda block, inputs, output: shapes.append(output.shape))
    for fn in (lambda x: to_tensor(x) * 1, Mine(), hooked, transforms.Compose([Mine()])):
        data = images().transform_first(fn)
        assert bulk_of(data) is None
        assert [x.shape for x, _ in DataLoader(data, 4)] == [(4, 3, 6, 5)] * 2 + [(2, 3, 6, 5)]
    assert shapes == [(3, 6, 5)] * 10


def test_pictures_of_the_wrong_rank_are_left_to_the_transform():
    flat = ArrayDataset(nd.array(IMAGES[..., 0]), LABELS).transform_first(transforms.ToTensor())
    assert bulk_of(flat) is None
    with pytest.raises(MXNetError):  # a batch of flat images is not one image
        list(DataLoader(flat, 3))
    assert bulk_of(ArrayDataset(IMAGES[..., 0]).transform_first(transforms.Cast())) is not None


def test_a_data_set_subclass_keeps_its_own_samples():
    class Negative(ArrayDataset):
        def __getitem__(self, i):
            return -super().__getitem__(i)

    assert values(DataLoader(Negative(onp.arange(3)), 3)) == [[[0, -1, -2]]]


def test_writes_to_the_data_are_seen_by_the_next_epoch():
    array = nd.array([[1, 2], [3, 4]])
    loader = DataLoader(ArrayDataset(array), 2)
    assert values(loader) == [[[[1, 2], [3, 4]]]]
    array[:] = 0
    assert values(loader) == [[[[0, 0], [0, 0]]]]


def test_batches_stay_as_they_are():
    loader = iter(DataLoader(ArrayDataset(nd.array([[1], [2], [3]])), 1))
    first = next(loader)
    first[:] = 9
    assert next(loader).asnumpy().tolist() == [[2]]
    assert first.asnumpy().tolist() == [[9]]


def test_an_error_comes_when_its_batch_is_asked_for():
    sampler = BatchSampler(SequentialSampler(4), 2)
    loader = DataLoader(ArrayDataset(X3), batch_sampler=sampler)
    batches = iter(loader)
    assert next(batches).shape == (2, 2)
    with pytest.raises(IndexError) as caught:
        next(batches)
    assert any("batch 1" in note for note in caught.value.__notes__)


X3 = onp.ones((3, 2), "float32")


@pytest.mark.usefixtures("compiled_at_once")
def test_no_compilation_after_the_first_epoch():
    loader = DataLoader(images().transform_first(transforms.ToTensor()), 4, shuffle=True)
    list(loader)
    with mx.engine.expect(compiled=0):
        for x, y in loader:
            x.wait_to_read()
            y.wait_to_read()


# ------------------------------------------------------------------------------ workers
def augmented(data):
    return OneByOne(data.transform_first(lambda x: x.astype("float32") + nd.random.uniform()))


@pytest.mark.parametrize(
    "make",
    [
        augmented,
        lambda d: d.transform_first(
            transforms.Compose([transforms.RandomFlipLeftRight(), transforms.ToTensor()])
        ),
    ],
)
def test_workers_change_nothing(make):
    found = []
    for workers in (0, 1, 3):
        mx.random.seed(11)
        loader = DataLoader(make(images()), 3, shuffle=True, num_workers=workers)
        found.append([values(loader), values(loader), nd.random.uniform().asscalar()])
    assert found[0] == found[1] == found[2]
    assert found[0][0] != found[0][1]


def test_workers_work_side_by_side():
    met = threading.Barrier(2, timeout=HANG)

    class Meeting(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            met.wait()
            return i

    assert values(DataLoader(Meeting(), 1, num_workers=2, thread_pool=True)) == [
        [[0]],
        [[1]],
        [[2]],
        [[3]],
    ]


@pytest.mark.parametrize("workers", [0, 2])
def test_an_exception_names_its_sample(workers):
    def fn(x):
        if x == 5:
            raise KeyError("no such thing")
        return x

    loader = DataLoader(SimpleDataset(list(range(8))).transform(fn), 2, num_workers=workers)
    batches = iter(loader)
    assert next(batches).asnumpy().tolist() == [0, 1]
    assert next(batches).asnumpy().tolist() == [2, 3]
    with pytest.raises(KeyError, match=r"no such thing") as caught:
        next(batches)
    assert any("sample 5" in note and "batch 2" in note for note in caught.value.__notes__)
    if workers:  # the traceback of the worker is part of the message
        assert "in fn" in str(caught.value)
    else:
        assert "fn" in [f.name for f in caught.traceback]


@pytest.mark.parametrize("workers", [0, 2])
def test_an_operator_that_fails_in_a_transform_names_its_sample(workers):
    data = SimpleDataset([nd.ones((2, 2)), nd.ones((3, 2))]).transform(
        lambda x: nd.dot(x, nd.ones((2, 2))) if x.shape[0] == 2 else nd.dot(x, nd.ones((5, 5)))
    )
    with pytest.raises(MXNetError) as caught:
        list(DataLoader(data, 1, num_workers=workers))
    assert any("sample 1" in note for note in caught.value.__notes__)


def test_a_worker_that_waits_for_ever():
    release, ended = threading.Event(), []

    class Stuck(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            if i == 2:
                ended.append(release.wait(HANG))
            return i

    loader = DataLoader(Stuck(), 1, num_workers=1, thread_pool=True)
    batches = iter(loader)
    assert [next(batches).asscalar() for _ in range(2)] == [0, 1]
    loader._timeout = 0.3
    with pytest.raises(TimeoutError, match=r"batch 2 \(samples 2\).*timeout=0.3") as caught:
        list(batches)
    assert not ended
    release.set()
    assert isinstance(caught.value, MXNetError)


def test_a_timeout_of_the_sample_function_is_its_own():
    class Failing(Dataset):
        def __len__(self):
            return 1

        def __getitem__(self, i):
            raise TimeoutError("of the sample")

    with pytest.raises(TimeoutError, match=r"of the sample"):
        list(DataLoader(Failing(), 1, num_workers=1))


def test_prefetch_bounds_what_is_made_ahead():
    made = []

    class Counting(Dataset):
        def __len__(self):
            return 20

        def __getitem__(self, i):
            made.append(i)
            return i

    batches = iter(DataLoader(Counting(), 1, num_workers=1, prefetch=3, thread_pool=True))
    next(batches)
    time.sleep(0.2)
    assert len(made) <= 4
    del batches
    gc.collect()
    time.sleep(0.2)
    assert len(made) <= 5


def test_auto_reload():
    loader = DataLoader([1, 2, 3], 2, num_workers=1, auto_reload=True)
    whole = [[[1, 2]], [[3]]]
    assert values(loader) == values(loader) == whole
    loader.clean()
    assert values(loader) == whole
    loader.refresh()
    assert values(loader) == whole
    loader.clean()


def test_threads_end_with_the_loader():
    before = threading.active_count()
    loader = DataLoader(OneByOne(images()), 2, num_workers=3, thread_pool=True)
    list(loader)
    del loader
    gc.collect()
    wait_until(lambda: threading.active_count() <= before, threading.enumerate)


# ------------------------------------------------------------------------------ options
def test_batchify_fn():
    assert list(DataLoader([1, 2, 3], 2, batchify_fn=lambda a: a)) == [[1, 2], [3]]
    assert list(DataLoader([1, 2, 3], 2, batchify_fn=sum, num_workers=1)) == [3, 3]


def test_batch_sampler():
    loader = DataLoader([5, 6, 7], batch_sampler=[[0], [2, 1]])
    assert values(loader) == [[[5]], [[7, 6]]]
    assert values(DataLoader(ArrayDataset([5, 6, 7]), batch_sampler=[[0], [2, -1]])) == [
        [[5]],
        [[7, 7]],
    ]
    assert len(loader) == 2


def test_rollover_across_epochs():
    loader = DataLoader([1, 2, 3, 4, 5], 2, last_batch="rollover")
    assert [len(loader), values(loader), len(loader), values(loader), len(loader)] == [
        2,
        [[[1, 2]], [[3, 4]]],
        3,
        [[[5, 1]], [[2, 3]], [[4, 5]]],
        2,
    ]


@pytest.mark.parametrize("size", [0, -3, 1.5])
def test_bad_batch_size(size):
    with pytest.raises(ValueError, match=f"DataLoader: batch_size .*at least 1, got {size}"):
        DataLoader([1, 2, 3], size)


def test_options_that_exclude_each_other():
    batches = BatchSampler(SequentialSampler(3), 2)
    with pytest.raises(ValueError, match=r"batch_size must be specified"):
        DataLoader([1, 2, 3])
    with pytest.raises(ValueError, match=r"shuffle must not be specified if sampler"):
        DataLoader([1, 2, 3], 2, shuffle=True, sampler=RandomSampler(3))
    for options in (
        {"batch_size": 2},
        {"shuffle": True},
        {"sampler": RandomSampler(3)},
        {"last_batch": "keep"},
    ):
        with pytest.raises(ValueError, match=r"must not be specified if batch_sampler"):
            DataLoader([1, 2, 3], batch_sampler=batches, **options)
    with pytest.raises(ValueError, match=r"timeout must be positive, given -1"):
        DataLoader([1, 2, 3], 2, timeout=-1)


def test_pin_memory_and_ctx():
    data = images()
    for loader_data in (data, OneByOne(data)):
        for x, y in DataLoader(loader_data, 4, pin_memory=True):
            assert x.context == y.context == mx.cpu_pinned(0)
        for x, y in DataLoader(loader_data, 4, ctx=mx.cpu(1)):
            assert x.context == y.context == mx.cpu(1)
        for x, y in DataLoader(loader_data, 4, num_workers=1):
            assert x.context == y.context == mx.cpu(0)
    with pytest.raises(MXNetError, match=r"mx\.gpu\(\)"):
        DataLoader(data, 4, ctx=mx.gpu)


def test_numbers_go_to_the_current_context():
    with mx.cpu(1):
        for workers in (0, 1):
            (batch,) = DataLoader([1, 2], 2, num_workers=workers)
            assert batch.context == mx.cpu(1)
        ((_x, y),) = DataLoader(images(), 10)
        assert y.context == mx.cpu(1)


@pytest.mark.gpu
@pytest.mark.skipif(not mx.context.num_gpus(), reason="no GPU")
def test_data_on_a_gpu_stay_there():
    gpu = mx.gpu()
    resident = ArrayDataset(
        nd.array(IMAGES, ctx=gpu, dtype="uint8"), nd.array(LABELS, ctx=gpu)
    ).transform_first(transforms.ToTensor())
    for loader in (
        DataLoader(resident, 4),
        DataLoader(images().transform_first(transforms.ToTensor()), 4, ctx=gpu),
    ):
        at = 0
        for x, y in loader:
            assert x.context == y.context == gpu
            onp.testing.assert_allclose(
                x.asnumpy(), IMAGES[at : at + 4].transpose(0, 3, 1, 2) / 255.0, rtol=1e-6
            )
            assert y.asnumpy().tolist() == LABELS[at : at + 4].tolist()
            at += 4
    with pytest.raises(IndexError, match=r"index 10 .* 10 samples"):
        list(DataLoader(resident, batch_sampler=[[10]]))


def test_a_loader_written_for_the_original():
    """Other packages' loaders use these parts of it."""

    class Their(DataLoader):
        def __iter__(self):
            return dataloader._MultiWorkerIter(
                self._worker_pool,
                self._batchify_fn,
                self._batch_sampler,
                pin_memory=self._pin_memory,
                pin_device_id=self._pin_device_id,
                worker_fn=dataloader._thread_worker_fn,
                prefetch=self._prefetch,
                dataset=self._dataset,
                data_loader=self,
                timeout=self._timeout,
            )

    loader = Their(SimpleDataset([1, 2, 3]).transform(lambda x: 2 * x), 2, num_workers=2)
    batches = iter(loader)
    assert len(batches) == 2
    assert batches.next().asnumpy().tolist() == [2, 4]
    assert [b.asnumpy().tolist() for b in batches] == [[6]]
    assert DataLoader([1], 1)._worker_pool is None
    assert not loader.auto_reload
    (moved,) = dataloader._as_in_context([nd.ones(1)], mx.cpu(1))
    assert moved.context == mx.cpu(1)
    go = threading.Event()
    slow = SimpleDataset([1]).transform(lambda x: go.wait(HANG))
    with pytest.raises(TimeoutError, match=r"batch 0 did not come.*timeout=0\.1"):
        next(iter(Their(slow, 1, num_workers=1, timeout=0.1)))
    go.set()
