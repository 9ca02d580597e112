"""Native kernels called on NumPy arrays, for programs that are run without being compiled.

A library is used once NumPy has done a certain amount of its kernels' work in this process, by
nominal costs: then what it would still have to do is likely to be more than compiling the library,
once per machine, takes. So nothing is compiled for what is met once; and what computes what follows
from the script alone, not from clocks or from what lies on the disk already: one script computes
the same bits in its first run, which has the library compiled, as in any other.
"""

import ctypes
from collections.abc import Callable
from typing import NamedTuple

import numpy as onp

from ... import _config
from ..._machine import usable_cores
from ...error import MXNetError
from . import native

__all__ = ["Call", "chosen", "describes", "set_work_done", "work_done"]

_ENOUGH = 250_000_000  # nominal nanoseconds of NumPy's
_WORK = "work of "
_MESSAGE = 1000  # bytes of an error
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

_done = {}  # name of a library -> nominal nanoseconds
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
    """``by_numpy``, or a function that is the kernel once that is due.

    Parameters
    ----------
    primitive : Primitive
    params : dict
    ins, outs : lists of Aval
    by_numpy : callable          of the arrays
    """
    describe = _descriptions.get(primitive)
    call = describe(params, ins, outs) if describe is not None else None
    if call is None:
        return by_numpy
    kernel = []

    def either(*arrays):
        if not _is_due(call):
            return by_numpy(*arrays)
        if not kernel:
            kernel.append(_Kernel(call, ins, outs))
        found = kernel[0](*arrays)
        return found if primitive.multiple_results else found[0]

    return either


def _is_due(call):
    if _config.get("kernels") != "native":
        return False
    name = call.library.targets[0]
    done = _done.get(name, 0)
    if done < _ENOUGH:
        _done[name] = done + int(call.nanoseconds)
        return False
    return native.available(call.library)


def work_done():
    """Per library what NumPy has done of its work, as a dict of int, for :func:`set_work_done` of a
    process that goes on from here.
    """
    return {_WORK + name: done for name, done in _done.items()}


def set_work_done(table):
    """Go on where another process was; ``table`` may have more in it."""
    _done.clear()
    found = {k.removeprefix(_WORK): n for k, n in table.items() if k.startswith(_WORK)}
    _done.update(found)


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
        failed = self.entry(
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
        if failed:
            raise MXNetError(f"{self.call.target}: {message.value.decode(errors='replace')}")
        return found
