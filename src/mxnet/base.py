"""Historical helpers that MXNet code imports from ``mxnet.base``.

There is no C library here. The ``ctypes`` names stay importable, since client libraries import
them next to what they use; a call into the library says so.
"""

import ctypes
import inspect
import os
import sys
from typing import NoReturn

import numpy as onp

from .error import (
    MXNetError,
    NotImplementedForSymbol,
    NotSupportedForSparseNDArray,
    error_types,
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
    "add_fileline_to_docstring",
    "c2pyerror",
    "c_handle_array",
    "check_call",
    "classproperty",
    "ctypes2buffer",
    "ctypes2numpy_shared",
    "data_dir",
    "data_dir_default",
    "error_types",
    "get_last_ffi_error",
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
numeric_types: tuple[type, ...] = (float, int, int, onp.generic)  # the third was Python 2's long
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


def c_handle_array(objs):
    """The ``handle`` of each object as a C array of addresses.

    Arrays and symbols have none here: those that lack one give a null pointer.
    """
    handles = [getattr(o, "handle", None) for o in objs]
    given = [h if isinstance(h, (int, ctypes.c_void_p)) else None for h in handles]
    return (ctypes.c_void_p * len(given))(*given)


def ctypes2buffer(cptr, length):
    """A copy of the ``length`` bytes at a C pointer to characters.

    Raises
    ------
    TypeError   another pointer, or none
    """
    if not isinstance(cptr, ctypes.POINTER(ctypes.c_char)):
        raise TypeError(f"ctypes2buffer: expected a pointer to char, got {cptr!r}")
    return bytearray(ctypes.string_at(cptr, length))


def ctypes2numpy_shared(cptr, shape):
    """NumPy array float32 of a shape over the memory at a C pointer to floats: it is shared.

    Raises
    ------
    RuntimeError   another pointer, or none
    """
    if not isinstance(cptr, mx_float_p):
        raise RuntimeError(f"ctypes2numpy_shared: expected a pointer to float, got {cptr!r}")
    count = int(onp.prod(shape))
    held = ctypes.cast(cptr, ctypes.POINTER(ctypes.c_float * count)).contents
    return onp.ctypeslib.as_array(held).reshape(shape)


def c2pyerror(err_msg):
    """The name of the Python class that an error's text begins with.

    Parameters
    ----------
    err_msg : str

    Returns
    -------
    (str, str or None)   the text without the white space at its end, and a name of
    ``error_types`` or None
    """
    text = err_msg.rstrip()
    name = text.partition(":")[0]
    return text, name if name in error_types else None


def get_last_ffi_error():
    """The error of the last call into the C library: there is none to call, and it says so."""
    return MXNetError("get_last_ffi_error: MXNet's C API does not exist here")


def _is_np_op(op_name):
    """Whether an operator belongs to NumPy's namespaces, by its name."""
    return op_name.startswith(("_np_", "_npi_", "_npx_"))


def add_fileline_to_docstring(module, incursive=True):
    """Put ``From:<file>:<line>`` under the docstring of each function of a module.

    Parameters
    ----------
    module : module, or its name
    incursive : bool    the methods of its classes as well
    """

    def mark(found):
        place = found.__code__
        if found.__doc__ and "\n\nFrom:" not in found.__doc__:
            found.__doc__ += f"\n\nFrom:{place.co_filename}:{place.co_firstlineno}"

    module = sys.modules[module] if isinstance(module, str) else module
    for found in list(vars(module).values()):
        if getattr(found, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(found):
            mark(found)
        elif incursive and isinstance(found, type):
            for member in vars(found).values():
                if inspect.isfunction(member):
                    mark(member)


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

    def __set__(self, obj, value):
        raise AttributeError("can't set attribute")
