"""Iterators over arrays and over other iterators; what they give was seen in MXNet 1.9.1."""

import copy
import gc
import pickle

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError
from mxnet.io import (
    DataBatch,
    DataDesc,
    DataIter,
    MXDataIter,
    NDArrayIter,
    PrefetchingIter,
    ResizeIter,
)
from support.waiting import wait_until


def epoch(it):
    """[(first input of the batch, pad)] to the end."""
    return [([int(v) for v in b.data[0].asnumpy().ravel()], b.pad) for b in it]


def epochs(n, it):
    found = []
    for _ in range(n):
        found.append(epoch(it))
        it.reset()
    return found


# ---------------------------------------------------------------------------- descriptions
def test_desc():
    d = DataDesc("data", (2, 3), "float16", "NT")
    assert repr(d) == "DataDesc[data,(2, 3),float16,NT]"
    assert d == ("data", (2, 3))
    assert tuple(d) == ("data", (2, 3))
    assert d[0] == d.name == "data"
    assert (DataDesc("a", (2,)).dtype, DataDesc("a", (2,)).layout) == (onp.float32, "NCHW")
    for other in (pickle.loads(pickle.dumps(d)), copy.deepcopy(d)):  # noqa: S301  (our own bytes)
        assert (other, other.dtype, other.layout) == (d, "float16", "NT")
    assert [DataDesc.get_batch_axis(x) for x in (None, "NCHW", "TNC", "CN", "HW")] == [
        0, 0, 1, 1, -1,
    ]  # fmt: skip


def test_desc_list():
    shapes = [("a", (1, 2)), ("b", (3,))]
    assert [d.dtype for d in DataDesc.get_list(shapes, None)] == [onp.float32] * 2
    found = DataDesc.get_list(shapes, [("a", "float16"), ("b", "int32")])
    assert [(d.name, d.shape, d.dtype) for d in found] == [
        ("a", (1, 2), "float16"),
        ("b", (3,), "int32"),
    ]
    with pytest.raises(KeyError, match="b"):
        DataDesc.get_list(shapes, [("a", "float16")])


def test_batch():
    b = DataBatch([nd.ones((2, 3))], [nd.ones(2)], pad=1)
    assert str(b) == "DataBatch: data shapes: [(2, 3)] label shapes: [(2,)]"
    assert (b.pad, b.index, b.bucket_key, b.provide_data) == (1, None, None, None)
    assert str(DataBatch([nd.ones(2)])).endswith("label shapes: None")
    with pytest.raises(AssertionError, match="Data must be list of NDArrays, got NDArray"):
        DataBatch(nd.ones(2))
    with pytest.raises(AssertionError, match="Label must be list"):
        DataBatch([nd.ones(2)], nd.ones(2))


def test_base_class():
    it = DataIter(5)
    assert it.batch_size == 5
    assert iter(it) is it
    with pytest.raises(StopIteration):
        it.next()

    class Two(DataIter):
        n = 0

        def iter_next(self):
            self.n += 1
            return self.n < 3

        def getdata(self):
            return [nd.ones(1) * self.n]

        def getpad(self):
            return 0

    assert [b.data[0].asscalar() for b in Two()] == [1, 2]


# ---------------------------------------------------------------------------- NDArrayIter
PAD = [([0, 1, 2], 0), ([3, 4, 5], 0), ([6, 7, 8], 0), ([9, 0, 1], 2)]


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("pad", [PAD, PAD, PAD]),
        ("discard", [PAD[:3]] * 3),
        (
            "roll_over",
            [
                PAD[:3],
                [([9, 0, 1], 1), ([2, 3, 4], 0), ([5, 6, 7], 0)],
                [([8, 9, 0], 2), ([1, 2, 3], 0), ([4, 5, 6], 0), ([7, 8, 9], 0)],
            ],
        ),
    ],
)
def test_last_batch(handle, expected):
    it = NDArrayIter(onp.arange(10), onp.arange(10), 3, last_batch_handle=handle)
    assert epochs(3, it) == expected
    it.hard_reset()
    batch = it.next()
    assert batch.data[0].asnumpy().tolist() == batch.label[0].asnumpy().tolist() == [0, 1, 2]


def test_last_batch_by_hand():
    it = NDArrayIter(onp.arange(10), None, 3, last_batch_handle="roll_over")
    found = []
    while it.iter_next():
        found.append((it.getdata()[0].shape[0], it.getpad(), it.getindex(), it.cursor))
    assert found == [(3, 0, None, 0), (3, 0, None, 3), (3, 0, None, 6), (1, 0, None, 9)]


def test_batch_larger_than_data():
    x = onp.arange(7)
    assert epoch(NDArrayIter(x, None, 20)) == [([*range(7), *range(7), *range(6)], 13)]
    assert epoch(NDArrayIter(x, None, 20, last_batch_handle="discard")) == []
    it = NDArrayIter(x, None, 20, last_batch_handle="roll_over")
    assert epoch(it) == []
    it.reset()
    with pytest.raises(MXNetError, match=r"batch_size of at most 7, got 20"):
        it.next()


def test_reset_in_the_middle():
    for handle in ("pad", "discard", "roll_over"):
        it = NDArrayIter(onp.arange(10), None, 3, last_batch_handle=handle)
        it.next()
        it.reset()
        assert it.next().data[0].asnumpy().tolist() == [0, 1, 2]


def test_end_is_the_end():
    it = NDArrayIter(onp.arange(4), None, 3)
    list(it)
    with pytest.raises(StopIteration):
        it.next()
    with pytest.raises(MXNetError, match="no current batch"):
        NDArrayIter(onp.arange(4), None, 3).getdata()


def test_forms_of_data():
    x = onp.arange(20.0).reshape(10, 2)

    def described(*args, **kwargs):
        it = NDArrayIter(*args, **kwargs)
        return [
            [(d.name, d.shape, d.dtype) for d in k] for k in (it.provide_data, it.provide_label)
        ]

    f32 = onp.float32
    assert described(x, x[:, 0], 3) == [
        [("data", (3, 2), f32)],
        [("softmax_label", (3,), f32)],
    ]
    assert described([x, x], [x], 3)[0] == [("_0_data", (3, 2), f32), ("_1_data", (3, 2), f32)]
    assert described([x, x], [x], 3)[1] == [("softmax_label", (3, 2), f32)]
    half = nd.array(x, dtype="float16")
    assert described({"b": x.astype("int32"), "a": half}, None, 3) == [
        [("a", (3, 2), onp.float16), ("b", (3, 2), f32)],
        [],
    ]
    assert described(x, [], 3, data_name="d")[0][0][0] == "d"
    assert NDArrayIter(x, layout="NT").provide_data[0].layout == "NT"
    assert NDArrayIter(half).data[0][1] is half
    assert NDArrayIter(x).data_list[0].shape == (10, 2)


def test_written_data_are_seen():
    x = nd.zeros((4, 2))
    it = NDArrayIter(x, batch_size=2)
    it.next()
    x[:] = 7
    assert it.next().data[0].asnumpy().tolist() == [[7, 7], [7, 7]]


def test_a_batch_is_its_own():
    x = nd.zeros((4, 2))
    batch = NDArrayIter(x, batch_size=2).next()
    batch.data[0][:] = 5
    assert x.asnumpy().sum() == 0


@pytest.mark.parametrize(
    ("args", "error", "match"),
    [
        (((onp.ones(3),), None, 1), TypeError, "tuple"),
        (("a", None, 1), TypeError, "Input must be NDArray"),
        ((5, None, 1), TypeError, "int"),
        (({"a": "b"}, None, 1), TypeError, "for a, should be NDArray"),
        (([], None, 1), AssertionError, "data is empty"),
        ((None, None, 1), AssertionError, "data is empty"),
        ((onp.ones(3), None, 0), MXNetError, "at least 1, got 0"),
        ((onp.ones(3), onp.ones(2), 1), MXNetError, r"expected 3 along axis 0, got \(2,\)"),
    ],
)
def test_what_is_refused(args, error, match):
    with pytest.raises(error, match=match):
        NDArrayIter(*args)


def test_shuffle_is_numpys():
    x = onp.arange(20).reshape(10, 2)
    onp.random.seed(0)
    it = NDArrayIter(x, x[:, 0], 3, shuffle=True)
    first = [b.data[0].asnumpy()[:, 0].tolist() for b in it]
    assert it.idx.tolist() == [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]
    assert first == [[4, 16, 8], [18, 2, 12], [14, 6, 0], [10, 4, 16]]
    it.reset()
    second = [(b.data[0].asnumpy()[:, 0].tolist(), b.label[0].asnumpy().tolist()) for b in it]
    assert [d for d, _ in second] == [[10, 14, 0], [2, 12, 4], [8, 6, 18], [16, 10, 14]]
    assert all(d == label for d, label in second)
    assert it.label[0][1].asnumpy()[:3].tolist() == [10, 14, 0]


def test_shuffle_rolls_over():
    x = onp.arange(20).reshape(10, 2)
    onp.random.seed(0)
    it = NDArrayIter(x, None, 3, shuffle=True, last_batch_handle="roll_over")
    found = []
    for _ in range(3):
        found.append([b.data[0].asnumpy()[:, 0].tolist() for b in it])
        it.reset()
    assert found[1:] == [
        [[10, 10, 14], [0, 2, 12], [4, 8, 6]],
        [[18, 16, 18], [12, 2, 4], [10, 8, 16], [0, 14, 6]],
    ]


def test_time_major():
    x = onp.arange(60).reshape(2, 10, 3)
    it = NDArrayIter(x, onp.arange(20).reshape(2, 10), 4, layout="TNC")
    assert it.provide_data[0].shape == (2, 4, 3)
    assert it.provide_label[0].shape == (2, 4)
    batches = list(it)
    assert [b.pad for b in batches] == [0, 0, 2]
    onp.testing.assert_array_equal(batches[1].data[0].asnumpy(), x[:, 4:8])
    onp.testing.assert_array_equal(batches[2].data[0].asnumpy(), x[:, [8, 9, 0, 1]])
    with pytest.raises(MXNetError, match=r"no batch axis 1.*got \(10,\)"):
        NDArrayIter(x, onp.arange(10), 4, layout="TNC")


@pytest.mark.parametrize("shuffle", [False, True])
def test_csr(shuffle):
    dense = onp.eye(10, 4) * onp.arange(1, 11)[:, None]
    matrix = nd.sparse.csr_matrix(dense)
    it = NDArrayIter(matrix, onp.arange(10), 3, shuffle=shuffle, last_batch_handle="discard")
    for _ in range(2):
        batches = list(it)
        assert len(batches) == 3
        for b in batches:
            assert b.data[0].stype == "default"
            places = b.label[0].asnumpy().astype(int)
            onp.testing.assert_array_equal(b.data[0].asnumpy(), dense[places])
        it.reset()
    with pytest.raises(NotImplementedError, match="discard"):
        NDArrayIter(matrix, None, 3)


def test_row_sparse():
    rows = nd.sparse.row_sparse_array(onp.eye(5, 4))
    batches = list(NDArrayIter(rows, None, 2))
    onp.testing.assert_array_equal(batches[1].data[0].asnumpy(), onp.eye(5, 4)[2:4])


@pytest.mark.usefixtures("compiled_at_once")
def test_no_batch_compiles_anything():
    it = NDArrayIter(onp.arange(4000).reshape(20, 200), onp.arange(20), 3)
    for b in it:
        b.data[0].wait_to_read()
    it.reset()
    with mx.engine.expect(compiled=0):
        for b in it:
            b.data[0].wait_to_read()
            b.label[0].wait_to_read()


# ---------------------------------------------------------------------------- ResizeIter
@pytest.mark.parametrize(
    ("size", "inner", "expected"),
    [
        (2, True, [[0, 4], [0, 4]]),
        (5, True, [[0, 4, 8, 0, 4], [0, 4, 8, 0, 4]]),
        (2, False, [[0, 4], [8, 0]]),
        (4, False, [[0, 4, 8, 0], [4, 8, 0, 4]]),
    ],
)
def test_resize(size, inner, expected):
    it = ResizeIter(NDArrayIter(onp.arange(10), onp.arange(10), 4), size, inner)
    found = []
    for _ in range(2):
        found.append([b.data[0].asnumpy()[0] for b in it])
        it.reset()
    assert found == expected
    assert it.provide_data == [("data", (4,))]
    assert it.batch_size == 4
    assert it.iter_next()
    assert it.getpad() in (0, 2)
    assert it.getindex() is None
    assert it.getdata()[0].shape == it.getlabel()[0].shape == (4,)


def test_resize_of_nothing_ends():
    assert list(ResizeIter(NDArrayIter(onp.zeros((0, 2))), 3)) == []


# ---------------------------------------------------------------------------- PrefetchingIter
def arrays(n, size=5):
    return NDArrayIter(onp.arange(n), onp.arange(n), size)


def test_prefetch():
    it = PrefetchingIter(arrays(10, 4))
    assert it.batch_size == 4
    assert it.provide_data == [("data", (4,))]
    for _ in range(2):
        assert epoch(it) == [([0, 1, 2, 3], 0), ([4, 5, 6, 7], 0), ([8, 9, 0, 1], 2)]
        with pytest.raises(StopIteration):
            it.next()
        it.reset()
    it.next()
    it.reset()
    assert it.next().data[0].asnumpy().tolist() == [0, 1, 2, 3]


def test_prefetch_several():
    it = PrefetchingIter(
        [arrays(10), arrays(10)],
        rename_data=[{"data": "x"}, {"data": "y"}],
        rename_label=[{"softmax_label": "a"}, {}],
    )
    assert [d.name for d in it.provide_data] == ["x", "y"]
    assert [d.name for d in it.provide_label] == ["a", "softmax_label"]
    batch = it.next()
    assert len(batch.data) == len(batch.label) == 2
    assert batch.provide_data[1].name == "y"
    assert it.getdata() is batch.data
    assert it.getpad() == 0


def test_prefetch_lengths_differ():
    it = PrefetchingIter([arrays(10), arrays(15)])
    it.next()
    it.next()
    with pytest.raises(AssertionError, match=r"numbers \[0\] of 2 ended first"):
        it.next()
    it = PrefetchingIter([arrays(9), arrays(10)])
    it.next()
    with pytest.raises(AssertionError, match=r"pads \[1, 0\]"):
        it.next()
    with pytest.raises(AssertionError, match="got none"):
        PrefetchingIter([])


class Failing(DataIter):
    provide_data, provide_label = [DataDesc("data", (2,))], []

    def __init__(self):
        super().__init__(2)
        self.n = 0

    def reset(self):
        self.n = 0

    def next(self):
        self.n += 1
        if self.n == 3:
            raise ValueError(f"batch {self.n} is broken")
        return DataBatch([nd.ones(2) * self.n], [], pad=0)


def test_prefetch_errors_come_through():
    it = PrefetchingIter(Failing())
    for _ in range(2):
        assert [it.next().data[0].asnumpy()[0] for _ in range(2)] == [1, 2]
        with pytest.raises(ValueError, match="batch 3 is broken"):
            it.next()
        it.reset()


def test_prefetch_threads_end():
    its = [PrefetchingIter(arrays(10)) for _ in range(3)]
    threads = [t for it in its for t in it.prefetch_threads]
    assert [t.is_alive() for t in threads] == [True] * 3
    del its
    gc.collect()
    wait_until(lambda: not any(t.is_alive() for t in threads))


def test_prefetch_uses_the_makers_context():
    with mx.cpu(1):
        it = PrefetchingIter(Failing())
    assert it.next().data[0].context == mx.cpu(1)


# ---------------------------------------------------------------------------- MXDataIter
class Rows:
    def __init__(self):
        self.at = 0

    def reset(self):
        self.at = 0

    def next(self):
        if self.at == 3:
            return None
        self.at += 1
        return nd.ones((2, 3)) * self.at, nd.ones(2), 0, onp.arange(2, dtype="uint64")


def test_file_iterator():
    it = MXDataIter(Rows(), label_name="y")
    assert it.provide_data == [("data", (2, 3))]
    assert it.provide_label == [("y", (2,))]
    assert it.batch_size == 2
    for _ in range(2):
        assert [b.data[0].asnumpy()[0, 0] for b in it] == [1, 2, 3]
        it.reset()
    assert it.iter_next()
    assert it.getdata().shape == (2, 3)
    assert it.getindex().tolist() == [0, 1]
    it.reset()
    it.debug_skip_load()
    assert [it.next().data[0].asnumpy()[0, 0] for _ in range(5)] == [1, 1, 1, 1, 1]
