"""``mx.util``: environment and the switches of semantics."""

import pytest

import mxnet as mx
from mxnet import util


def test_environment(monkeypatch):
    monkeypatch.delenv("MXNET_NOT_THERE", raising=False)
    assert util.getenv("MXNET_NOT_THERE") is None
    util.setenv("MXNET_NOT_THERE", "1")
    assert util.getenv("MXNET_NOT_THERE") == "1"
    util.setenv("MXNET_NOT_THERE", None)
    assert util.getenv("MXNET_NOT_THERE") is None


def test_numpy_shape_scopes_nest():
    assert not mx.is_np_shape()
    with mx.np_shape(True):
        assert mx.is_np_shape()
        with mx.np_shape(False):
            assert not mx.is_np_shape()
        assert mx.is_np_shape()
    assert util.use_np_shape(mx.is_np_shape)()
    assert not mx.is_np_shape()
    assert util.set_np_shape(True) is False
    assert util.set_np_shape(False) is True


def test_numpy_arrays_are_refused_in_words():
    assert not mx.is_np_array()
    for call in (util.set_np, util.np_array, lambda: util.use_np(test_environment)):
        with pytest.raises(mx.MXNetError, match=r"mx\.np is not available yet"):
            call()


def test_gpus():
    assert util.get_gpu_count() == mx.context.num_gpus()
    with pytest.raises(ValueError, match="expected a gpu context"):
        util.get_cuda_compute_capability(mx.cpu())


def test_ufunc_options():
    # answers of MXNet 1.9.1
    legal = [("where", True), ("order", "K"), ("casting", "same_kind"), ("dtype", "float32")]
    illegal = [("foo", True), ("order", "X"), ("casting", "xx"), ("subok", 3), ("where", None)]
    assert all(util.np_ufunc_legal_option(*pair) for pair in legal)
    assert not any(util.np_ufunc_legal_option(*pair) for pair in illegal)


@pytest.mark.parametrize("wrap", [util.wrap_np_unary_func, util.wrap_np_binary_func])
def test_ufunc_wrappers(wrap):
    args = (1,) if wrap is util.wrap_np_unary_func else (1, 2)

    @wrap
    def add(*xs, out=None):
        return sum(xs)

    assert add(*args) == add(*args, where=True, order="K") == sum(args)
    assert add.__name__ == "add"
    with pytest.raises(TypeError, match="foo is an invalid keyword to function 'add'"):
        add(*args, foo=2)
    with pytest.raises(NotImplementedError, match="order=C is not implemented yet for operator"):
        add(*args, order="C")
