"""``mx.util``: environment and the switches of semantics."""

import threading

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _namespaces, util


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


def test_numpy_semantics_are_switched():
    assert not mx.is_np_array()
    util.set_np()
    try:
        assert mx.is_np_array()
        assert mx.is_np_shape()
        seen = []
        thread = threading.Thread(target=lambda: seen.append((mx.is_np_array(), mx.is_np_shape())))
        thread.start()
        thread.join()
        assert seen == [(True, True)]  # of all threads; scopes are of one
        with mx.np_array(False), mx.np_shape(False):
            assert not mx.is_np_array()
            assert not mx.is_np_shape()
        assert mx.is_np_array()
    finally:
        util.reset_np()
    assert not mx.is_np_array()
    assert not mx.is_np_shape()
    with pytest.raises(ValueError, match="NumPy Shape semantics is required"):
        util.set_np(shape=False)


def test_functions_and_classes_run_under_numpy_semantics():
    def both():
        return mx.is_np_array(), mx.is_np_shape()

    class Probe:
        def __init__(self):
            self.first = both()

        def second(self):
            return both()

    assert util.use_np(both)() == (True, True)
    assert util.use_np_array(both)() == (True, False)
    probe = util.use_np(Probe)()
    assert (probe.first, probe.second(), both()) == ((True, True), (True, True), (False, False))
    with pytest.raises(TypeError, match="use_np: expected a function or a class"):
        util.use_np(3)


def test_gpus():
    assert util.get_gpu_count() == mx.context.num_gpus()
    with pytest.raises(ValueError, match="expected a gpu context"):
        util.get_cuda_compute_capability(mx.cpu())


def test_ufunc_options():
    # answers of MXNet 1.9.1
    legal = [("where", True), ("order", "K"), ("casting", "same_kind"), ("dtype", "float32")]
    legal += [("where", None), ("order", "X"), ("dtype", onp.int8)]
    illegal = [("foo", True), ("order", 1), ("casting", "xx"), ("subok", 3), ("dtype", "bool")]
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


PUBLIC = (
    "metric autograd nd.random init random optimizer lr_scheduler gluon.nn gluon.loss gluon.utils "
    "gluon.block gluon.contrib.nn gluon.model_zoo.vision io image context model recordio profiler "
    "operator sym sym.random nd nd.contrib nd.sparse np np.random npx viz test_utils "
    "runtime contrib.io"
).split()


@pytest.mark.parametrize("path", PUBLIC)
def test_dir_shows_public_names(path):
    space = mx
    for part in path.split("."):
        space = getattr(space, part)
    # what is imported by its path, as other tests do, lists all it has until the next such import
    _namespaces.show_public_names()
    shown = [n for n in dir(space) if not n.startswith("__")]
    missing = sorted(set(space.__all__) - set(shown))
    assert missing == []
    for name in shown:
        found = getattr(space, name)  # all of it can be asked for
        if name not in space.__all__:
            assert found.__name__.startswith("mxnet."), name
    assert not {"onp", "np", "os", "fail", "NDArray", "MXNetError"} & (
        set(shown) - set(space.__all__)
    )


def test_dir_of_the_package():
    assert {"viz", "test_utils", "nd", "sym"} <= set(dir(mx))
    assert not [n for n in dir(mx) if n[0] == "_" and n[1] != "_"]
    assert len([n for n in dir(mx.metric) if n[0] != "_"]) <= 30
    assert mx.metric.onp is not None  # what is not shown can be asked for


def test_class_methods_of_a_decorated_class_have_the_semantics():
    @util.use_np
    class Both:
        @classmethod
        def of_class(cls):
            return cls.__name__, mx.is_np_shape(), util.is_np_array()

        @staticmethod
        def static():
            return mx.is_np_shape(), util.is_np_array()

    assert Both.of_class() == ("Both", True, True)
    assert Both.static() == (True, True)
    assert not mx.is_np_shape()
