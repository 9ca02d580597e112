"""Native kernels called on NumPy arrays, for programs that are run without being compiled.

What takes NumPy longer than a certain time, by nominal costs, is the kernel's: so what computes
what follows from sizes and the installation, not from clocks.
"""

import ctypes
from collections.abc import Callable
from typing import NamedTuple

import numpy as onp

from ..._machine import usable_cores
from ...error import MXNetError, OutOfMemoryError
from . import native
from .choose import is_native

__all__ = ["Call", "chosen", "describes"]

_WORTH_IT = 300_000  # nominal nanoseconds of NumPy's
_MESSAGE = 1000  # bytes of an error
_RESOURCE_EXHAUSTED = 8  # XLA_FFI_Error_Code
_TYPES = {
    "bool": 1,
    "int8": 2,
    "int16": 3,
    "int32": 4,
    "int64": 5,
    "uint8": 6,
    "uint16": 7,
    "uint32": 8,
    "uint64": 9,
    "float32": 11,
    "float64": 12,
}  # XLA_FFI_DataType

_descriptions = {}  # primitive -> callable; several have one name


class Call(NamedTuple):
    """A kernel that computes a primitive for certain shapes."""

    library: native.Library
    target: str
    attributes: dict
    nanoseconds: float  # that NumPy takes, nominally


def describes(primitive) -> Callable:
    """Decorator for a function ``(params, ins, outs) -> Call``, or None: NumPy is as good."""

    def note(function):
        _descriptions[primitive] = function
        return function

    return note


def chosen(primitive, params, ins, outs, by_numpy):
    """What ``by_numpy`` makes, or a function that is the kernel where it is there and worth it.

    Parameters
    ----------
    primitive : Primitive
    params : dict
    ins, outs : lists of Aval
    by_numpy : callable() -> callable of the arrays       called where that is needed
    """
    describe = _descriptions.get(primitive)
    call = describe(params, ins, outs) if describe is not None else None
    if call is None or call.nanoseconds < _WORTH_IT:
        return by_numpy()
    kernel, other = [], []

    def either(*arrays):
        if not is_native(call.library):
            if not other:
                other.append(by_numpy())
            return other[0](*arrays)
        if not kernel:
            kernel.append(_Kernel(call, ins, outs))
        found = kernel[0](*arrays)
        return found if primitive.multiple_results else found[0]

    return either


class _Array(ctypes.Structure):
    _fields_ = (
        ("dtype", ctypes.c_int32),
        ("rank", ctypes.c_int64),
        ("dims", ctypes.POINTER(ctypes.c_int64)),
    )


class _Attribute(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("dtype", ctypes.c_int32),
        ("size", ctypes.c_int64),
        ("value", ctypes.c_void_p),
    )


class _Kernel:
    """A kernel with all that stays the same from call to call."""

    def __init__(self, call, ins, outs):
        self.call, self.threads = call, usable_cores()
        library = native.loaded(call.library)
        self.entry = library.mxnet_direct
        self.entry.restype = ctypes.c_int
        self.handler = ctypes.cast(getattr(library, call.target), ctypes.c_void_p)
        self.ins = [onp.dtype(a.dtype) for a in ins]
        self.outs = [(a.shape, onp.dtype(a.dtype)) for a in outs]
        arrays = [*ins, *outs]
        self.dims = [(ctypes.c_int64 * len(a.shape))(*a.shape) for a in arrays]
        self.arrays = (_Array * len(arrays))(
            *[_Array(_TYPES[str(a.dtype)], len(a.shape), d) for a, d in zip(arrays, self.dims)]
        )
        values = {k: onp.ascontiguousarray(v) for k, v in sorted(call.attributes.items())}
        self.values = list(values.values())
        self.attributes = (_Attribute * len(values))(
            *[
                _Attribute(
                    k.encode(),
                    _TYPES[v.dtype.name],
                    v.size if onp.ndim(call.attributes[k]) else -1,
                    v.ctypes.data,
                )
                for k, v in values.items()
            ]
        )

    def __call__(self, *arrays):
        arrays = [onp.ascontiguousarray(a, d) for a, d in zip(arrays, self.ins)]
        found = [onp.empty(shape, dtype) for shape, dtype in self.outs]
        data = (ctypes.c_void_p * len(self.arrays))(*[a.ctypes.data for a in (*arrays, *found)])
        message = ctypes.create_string_buffer(_MESSAGE)
        code = self.entry(
            self.handler,
            ctypes.c_int64(self.threads),
            ctypes.c_int64(len(arrays)),
            ctypes.c_int64(len(found)),
            self.arrays,
            data,
            ctypes.c_int64(len(self.values)),
            self.attributes,
            message,
            ctypes.c_int64(_MESSAGE),
        )
        if code:
            kind = OutOfMemoryError if code == _RESOURCE_EXHAUSTED else MXNetError
            said, name = message.value.decode(errors="replace"), f"{self.call.target}: "
            raise kind(said if said.startswith(name) else name + said)  # thrown, or returned
        return found
