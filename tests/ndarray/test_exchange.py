"""DLPack both ways, NumPy, pickling and copying."""

import copy
import pickle

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from support.close import close


def test_dlpack_to_numpy_shares_and_is_never_overwritten():
    w = nd.ones((256, 256))
    w.wait_to_read()
    seen = onp.from_dlpack(w)
    assert not seen.flags.owndata
    for _ in range(3):
        w[:] = w * 2
        w.wait_to_read()
    assert seen[0, 0] == 1
    assert w.asnumpy()[0, 0] == 8


@pytest.mark.parametrize(
    "how", [lambda x: x, lambda x: x.to_dlpack_for_read()], ids=["object", "capsule"]
)
def test_dlpack_round_trip(how):
    x = nd.array(onp.arange(6).reshape(2, 3), dtype="int32")
    y = nd.from_dlpack(how(x))
    assert y.dtype is onp.int32
    close(y + 1, x.asnumpy() + 1)


def test_cuda_array_interface_is_for_gpus():
    x = nd.ones((2,))
    assert not hasattr(x, "__cuda_array_interface__")
    if mx.num_gpus():
        seen = x.as_in_context(mx.gpu()).__cuda_array_interface__
        assert seen["shape"] == (2,)
        assert seen["data"][1]


def test_dlpack_from_numpy():
    a = onp.arange(6.0).reshape(2, 3)
    x = nd.from_dlpack(a)
    assert x.dtype is onp.float64
    close(x * 2, a * 2)


def test_a_capsule_for_writing_is_a_copy():
    x = nd.ones((3,))
    y = nd.from_dlpack(x.to_dlpack_for_write())
    close(y, x)


def test_numpy_and_pickle_and_copies():
    x = nd.array([[1, 2], [3, 4]], dtype="float16")
    close(onp.asarray(x), x)
    for y in (
        pickle.loads(pickle.dumps(x)),  # noqa: S301 - our own bytes
        copy.copy(x),
        copy.deepcopy(x),
    ):
        y[:] = y + 0
        close(y, x)
        assert y.dtype is x.dtype
        assert y.context == x.context


def test_slice_assign_returns_the_array():
    x = nd.zeros((3, 3))
    assert x.slice_assign(nd.ones((1, 3)), (1, 0), (2, 3), (1, 1)) is x
    assert x.slice_assign_scalar(5, (0, 0), (1, 2), (1, 1)) is x
    close(x, [[5, 5, 0], [1, 1, 1], [0, 0, 0]])
