"""Arrays in pickles: our own, those of MXNet 1.x, and those of devices that are not there."""

import copy
import pickle

import numpy as onp
import pytest

from mxnet import nd

# pickle.dumps(nd.array([1, 2]), 2) under MXNet 1.9.1, and nd.array([[0, 0], [1, 2]]) as row_sparse
DENSE = bytes.fromhex(
    "8002636d786e65742e6e6461727261792e6e6461727261790a4e4441727261790a71004e8571015271027d71"
    "03580600000068616e646c657104635f5f6275696c74696e5f5f0a6279746561727261790a7105635f636f64"
    "6563730a656e636f64650a7106582d000000c389c3bac293c3b9000000000100000002000000000000000100"
    "000000000000000000000000c2803f00000040710758060000006c6174696e31710886710952710a85710b52"
    "710c73622e"
)
SPARSE = bytes.fromhex(
    "8002636d786e65742e6e6461727261792e7370617273650a526f775370617273654e4441727261790a71004e"
    "8571015271027d7103580600000068616e646c657104635f5f6275696c74696e5f5f0a627974656172726179"
    "0a7105635f636f646563730a656e636f64650a71065861000000c389c3bac293c3b901000000020000000100"
    "0000000000000200000000000000020000000200000000000000020000000000000001000000000000000000"
    "0000060000000100000001000000000000000000c2803f000000400100000000000000710758060000006c61"
    "74696e31710886710952710a85710b52710c73622e"
)


def test_a_pickle_of_mxnet_1x_loads():
    x = pickle.loads(DENSE)  # noqa: S301 - written above
    assert type(x) is nd.NDArray
    assert x.dtype == onp.float32
    assert x.asnumpy().tolist() == [1, 2]
    x += 1
    assert x.asnumpy().tolist() == [2, 3]
    y = pickle.loads(SPARSE)  # noqa: S301 - written above
    assert y.stype == "row_sparse"
    assert y.asnumpy().tolist() == [[0, 0], [1, 2]]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "uint8"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1, 4)])
def test_state_there_and_back(dtype, shape):
    x = nd.random.uniform(0, 9, shape=shape).astype(dtype)
    y = nd.zeros((1,))
    y.__setstate__(x.__getstate__())
    again = pickle.loads(pickle.dumps(x))  # noqa: S301 - written here
    for z in (y, again, copy.deepcopy(x)):
        assert z.dtype == x.dtype
        assert (z.asnumpy() == x.asnumpy()).all()


def test_sparse_states():
    x = nd.array([[0, 1], [0, 0], [2, 0]]).tostype("row_sparse")
    y = nd.zeros((1, 1)).tostype("row_sparse")
    y.__setstate__(x.__getstate__())
    assert y.asnumpy().tolist() == x.asnumpy().tolist()
    with pytest.raises(Exception, match="expected default, got row_sparse"):
        nd.zeros((1,)).__setstate__(x.__getstate__())


def test_an_array_of_a_gpu_that_is_not_there():
    make, (cls, array, _, _) = nd.array([1, 2]).__reduce__()
    with pytest.warns(UserWarning, match=r"pickled on gpu\(7\) is loaded on cpu\(0\)"):
        x = make(cls, array, "gpu", 7)
    assert (x + 1).asnumpy().tolist() == [2, 3]
