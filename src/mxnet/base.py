"""Historical helpers that MXNet code imports from ``mxnet.base``.

There is no C library here. The ``ctypes`` names stay importable, since client libraries import
them next to what they use; a call into the library says so.
"""

import ctypes
import os
from typing import NoReturn

import numpy as onp

from .error import (
    MXNetError,
    NotImplementedForSymbol,
    NotSupportedForSparseNDArray,
    fail,
    register_error,
)
from .libinfo import __version__

__all__ = [
    "MXNetError",
    "NotImplementedForSymbol",
    "NotSupportedForSparseNDArray",
    "basestring",
    "build_param_doc",
    "c_array",
    "c_array_buf",
    "c_str",
    "c_str_array",
    "check_call",
    "classproperty",
    "data_dir",
    "data_dir_default",
    "integer_types",
    "long",
    "mx_float",
    "mx_float_p",
    "mx_int",
    "mx_int64",
    "mx_real_t",
    "mx_uint",
    "numeric_types",
    "py_str",
    "register_error",
    "string_types",
    "with_metaclass",
    "__version__",
]

string_types = (str,)
numeric_types: tuple[type, ...] = (float, int, onp.generic)
integer_types = (int, onp.integer)
basestring, long = str, int

mx_real_t = onp.float32  # the default element type
mx_uint, mx_int, mx_int64 = ctypes.c_uint, ctypes.c_int, ctypes.c_int64
mx_float, mx_float_p = ctypes.c_float, ctypes.POINTER(ctypes.c_float)
NDArrayHandle = SymbolHandle = ExecutorHandle = KVStoreHandle = CachedOpHandle = ctypes.c_void_p
FunctionHandle = OpHandle = DataIterHandle = DataIterCreatorHandle = ctypes.c_void_p
RecordIOHandle = RtcHandle = CudaModuleHandle = CudaKernelHandle = ctypes.c_void_p
ProfileHandle = DLPackHandle = ctypes.c_void_p


class _NullType:
    """Stands for a parameter that was left out, in code written over generated functions."""

    def __repr__(self):
        return "_Null"

    def __bool__(self):
        return False


_Null = _NullType()


class _NoLibrary:
    """What ``_LIB`` is here: any function of MXNet's C API says that there is none."""

    def __getattr__(self, name) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        fail(
            MXNetError,
            name,
            "MXNet's C API does not exist here: arrays and graphs live in JAX",
            hint="use the Python function that wraps it in 1.9.1",
        )


_LIB = _NoLibrary()


def check_call(ret):
    """Raise unless a call of the C API returned 0; there is no such call here."""
    if ret != 0:
        raise MXNetError(f"check_call: a foreign library returned {ret}, expected 0.")


def c_str(string):
    """Text as a C string."""
    return ctypes.c_char_p(string.encode("utf-8"))


def c_str_array(strings):
    """Texts as an array of C strings."""
    return (ctypes.c_char_p * len(strings))(*[s.encode("utf-8") for s in strings])


def c_array(ctype, values):
    """Values as a C array."""
    return (ctype * len(values))(*values)


def c_array_buf(ctype, buf):
    """A buffer as a C array that shares its memory."""
    return (ctype * len(buf)).from_buffer(buf)


def py_str(x):
    """Bytes to text."""
    return x.decode("utf-8") if isinstance(x, bytes) else x


def data_dir_default():
    """Where downloaded and cached files live unless ``MXNET_HOME`` says otherwise."""
    return os.path.join(os.path.expanduser("~"), ".mxnet")


def data_dir():
    """Where downloaded and cached files live: ``MXNET_HOME``, or ``~/.mxnet``."""
    return os.environ.get("MXNET_HOME", data_dir_default())


def _as_list(obj):
    """A list or tuple as it is; anything else as the one element of a list."""
    return obj if isinstance(obj, (list, tuple)) else [obj]


def build_param_doc(arg_names, arg_types, arg_descs, remove_dup=True):
    """The section ``Parameters`` of a docstring.

    Parameters
    ----------
    arg_names, arg_types, arg_descs : lists of str of one length
    remove_dup : bool                 only the first of several equal names
    """
    lines, seen = [], set()
    for name, kind, text in zip(arg_names, arg_types, arg_descs):
        if name == "num_args" or (remove_dup and name in seen):
            continue
        seen.add(name)
        lines.append(f"{name} : {kind}")
        if text:
            lines.append(f"    {text}")
    return "Parameters\n----------\n" + "\n".join(lines) + "\n"


def with_metaclass(meta, *bases):
    """A base class whose subclasses have a metaclass, as Python 2 needed it written."""

    class Temporary(type):
        def __new__(cls, name, _, namespace):
            return meta(name, bases, namespace)

    return type.__new__(Temporary, "temporary_class", (), {})


class classproperty:
    """A property of the class rather than of an instance."""

    def __init__(self, fget):
        self.fget = fget

    def __get__(self, obj, owner):
        return self.fget(owner)
