"""Native kernels called on NumPy arrays, for programs that are run without being compiled.

What takes NumPy longer than a certain time, by nominal costs, is the kernel's: so what computes
what follows from sizes and the installation, not from clocks.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as onp

from ..._machine import usable_cores
from ...error import MXNetError, OutOfMemoryError
from . import native
from .choose import is_native

__all__ = ["KernelAttributes", "Call", "chosen", "describes"]

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
    attributes: "dict | KernelAttributes"  # made once, where they are the same for many sizes
    nanoseconds: float  # that NumPy takes, nominally
    copied: dict = {}  # number of a result -> of the array that it starts as


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


class KernelAttributes:
    """A kernel's attributes in the form that it takes them in."""

    def __init__(self, given):
        values = {k: onp.ascontiguousarray(v) for k, v in sorted(given.items())}
        self.values = list(values.values())  # whose memory it is
        self.array = (_Attribute * len(values))(
            *[
                _Attribute(
                    k.encode(),
                    _TYPES[v.dtype.name],
                    v.size if onp.ndim(given[k]) else -1,
                    v.ctypes.data,
                )
                for k, v in values.items()
            ]
        )


_MOST_KEPT = 512
_attributes = {}  # (target, what they are) -> KernelAttributes, the same for arrays of many sizes


def _attributes_of(call):
    if call.attributes.__class__ is KernelAttributes:
        return call.attributes
    key = [call.target]
    for name, value in call.attributes.items():
        value = onp.asarray(value)
        key += (name, value.dtype, value.shape, value.tobytes())
    key = tuple(key)
    found = _attributes.get(key)
    if found is None:
        if len(_attributes) >= _MOST_KEPT:
            _attributes.clear()
        found = _attributes[key] = KernelAttributes(call.attributes)
    return found


_numbers = {onp.dtype(name): number for name, number in _TYPES.items()}
_dims = [ctypes.c_int64 * rank for rank in range(33)]


@cache
def _entry(library, target):
    """How a library is called, and its kernel."""
    loaded = native.loaded(library)
    entry = loaded.mxnet_direct
    entry.restype = ctypes.c_int
    return entry, ctypes.cast(getattr(loaded, target), ctypes.c_void_p)


class _Kernel:
    """A kernel with all that stays the same from call to call."""

    def __init__(self, call, ins, outs):
        self.call, self.threads = call, usable_cores()
        self.entry, self.handler = _entry(call.library, call.target)
        self.ins = [a.dtype for a in ins]
        self.outs = [(a.shape, a.dtype) for a in outs]
        arrays = [*ins, *outs]
        self.dims = [_dims[len(a.shape)](*a.shape) for a in arrays]
        self.arrays = (_Array * len(arrays))(
            *[(_numbers[a.dtype], len(a.shape), d) for a, d in zip(arrays, self.dims)]
        )
        attributes = _attributes_of(call)
        self.values, self.attributes = attributes.values, attributes.array

    def __call__(self, *arrays):
        arrays = [onp.ascontiguousarray(a, d) for a, d in zip(arrays, self.ins)]
        found = [onp.empty(shape, dtype) for shape, dtype in self.outs]
        for result, array in self.call.copied.items():
            found[result][...] = arrays[array]
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
