"""An array that is copied or assigned to itself, and other calls that 1.9.1 warns about."""

import warnings

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd


@pytest.mark.parametrize("stype", ["default", "csr", "row_sparse"])
def test_copyto_itself(stype):
    x = nd.ones((2, 2)).tostype(stype)
    with pytest.warns(RuntimeWarning, match="You are attempting to copy an array to itself"):
        assert x.copyto(x) is False
    assert x.asnumpy().tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("key", [slice(None), Ellipsis])
def test_assignment_to_itself_is_none(key):
    x = nd.array([1, 2, 3])
    x.attach_grad()
    with warnings.catch_warnings(), mx.autograd.record():
        warnings.simplefilter("error")
        y = x * x
        x[key] = x  # a variable that is being recorded, but nothing is written
    y.backward()
    assert x.grad.asnumpy().tolist() == [2, 4, 6]


@pytest.mark.parametrize("stype", ["csr", "row_sparse"])
def test_numpy_into_sparse(stype):
    x = nd.zeros((2, 2)).tostype(stype)
    with pytest.warns(RuntimeWarning, match=f"{type(x).__name__} is not efficient"):
        x[:] = onp.eye(2)
    assert x.asnumpy().tolist() == [[1, 0], [0, 1]]
