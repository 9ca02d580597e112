"""``mxnet.base``: what client libraries import from there."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import base, nd
from mxnet.ndarray import ndarray as handles


def test_a_parameter_left_out_has_its_default():
    x = nd.array([[3, 1, 2]])
    assert nd.topk(x, k=base._Null).asnumpy().tolist() == nd.topk(x).asnumpy().tolist()
    assert repr(base._Null) == "_Null"
    with pytest.raises(mx.MXNetError, match="'depth' is missing"):
        nd.one_hot(x, depth=base._Null)


def test_there_is_no_c_library():
    with pytest.raises(mx.MXNetError, match=r"MXNDArrayCreate.*C API"):
        base.check_call(base._LIB.MXNDArrayCreate())


def test_codes():
    assert handles._DTYPE_NP_TO_MX[onp.float16] == 2
    assert handles._DTYPE_MX_TO_NP[4] is onp.int32
    assert handles.py_slice is slice
    assert handles.integer_types is mx.base.integer_types
    assert handles.current_context() == mx.cpu()
    assert handles._STORAGE_TYPE_STR_TO_ID["csr"] == 2
    assert handles.array is nd.array
    assert handles._internal is nd._internal


def test_data_dir(monkeypatch):
    monkeypatch.setenv("MXNET_HOME", "elsewhere")
    assert base.data_dir() == "elsewhere"
    monkeypatch.delenv("MXNET_HOME")
    assert base.data_dir() == base.data_dir_default()
    assert base.data_dir().endswith(".mxnet")


def test_parameter_documentation():
    text = base.build_param_doc(["a", "b", "a"], ["int", "float", "str"], ["first", "", "again"])
    assert text == "Parameters\n----------\na : int\n    first\nb : float\n"


def test_metaclass():
    class Meta(type):
        pass

    class Thing(base.with_metaclass(Meta, dict)):
        pass

    assert type(Thing) is Meta
    assert issubclass(Thing, dict)


def test_c_arrays():
    assert list(base.c_array(base.mx_uint, [1, 2])) == [1, 2]
    assert base.c_str("a").value == b"a"
    assert base.c_str_array(["a", "b"])[1] == b"b"
    assert base._as_list(3) == [3]
    assert base._as_list((1, 2)) == (1, 2)
