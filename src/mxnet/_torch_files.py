"""Reading the arrays of PyTorch's files, without PyTorch and without running anything in them.

Three forms hold a ``state_dict``: safetensors, the zip archives of ``torch.save`` and the row of
pickles that it wrote before. A pickle is a program for a small machine; the machine here knows the
steps that build dictionaries of tensors, numbers and strings, and looks no name up: what calls
anything else is refused.
"""

import io
import json
import math
import os
import pickletools
import zipfile
from typing import Literal, NamedTuple, NoReturn

import numpy as onp

from ._archive import DAMAGE, check_entries, is_of_the_system, zip_entries
from ._dtypes import bfloat16
from .error import FormatError, fail

__all__ = ["read_tensors"]

_LEGACY = 0x1950A86A20F9469CFC6C  # the number that the first pickle of the old form is
_STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
_SAFE_TYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "C64": "complex64",
}
_CALLS = {
    "collections OrderedDict": "dict",
    "torch._utils _rebuild_tensor": "tensor",
    "torch._utils _rebuild_tensor_v2": "tensor",
    "torch._utils _rebuild_parameter": "parameter",
    "torch Size": "tuple",
}
_STATES = ("state_dict", "model_state_dict", "model")  # where training programs put it
_HEADER = 100 << 20  # the longest header of a safetensors file


class _Name(NamedTuple):
    """What a pickle names: a call, or the element type of a storage."""

    kind: str
    value: str


class _Storage(NamedTuple):
    dtype: str
    key: str
    size: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple


class _Bad(Exception):
    """What is wrong with a file: (what, expected, got, hint)."""


def read_tensors(path):
    """The named arrays of a ``state_dict`` in a file of PyTorch's or of safetensors.

    A checkpoint of a training program is searched for its ``state_dict``, ``model_state_dict`` or
    ``model``; a ``module.`` before all names (of ``DataParallel``) is taken away.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    dict of str to numpy.ndarray    read-only; bfloat16 as ``ml_dtypes.bfloat16``

    Raises
    ------
    FormatError   the file is damaged, holds something else than such arrays, or wants to call code
    OSError       it cannot be read
    """
    path = os.fspath(path)
    try:
        with open(path, "rb") as file:
            start = file.read(9)
            file.seek(0)
            if start[:2] == b"PK":
                found = _read_zip(file, os.path.getsize(path))
            elif start[8:9] == b"{":
                found = _read_safetensors(file.read())
            else:
                found = _read_legacy(file.read())
    except _Bad as bad:
        fail(FormatError, path, **bad.args[0])
    return found


def _bad(what, expected, got, hint=None) -> NoReturn:
    raise _Bad({"what": what, "expected": expected, "got": got, "hint": hint})


def _dtype(name, order: Literal["<", ">"] = "<"):
    if name == "bfloat16":
        if order != "<":
            _bad("bfloat16 in this order of bytes", "little-endian", "big-endian")
        return bfloat16
    return onp.dtype(name).newbyteorder(order)


def _array(name, buffer, dtype, offset, shape, strides=None):
    """A view of a buffer, whose elements it must not leave; ``strides`` count elements."""
    numbers = [offset, *shape, *(strides or ())]
    if any(type(n) is not int or n < 0 for n in numbers) or len(shape) > 32:
        _bad(f"shape of {name!r}", "at most 32 sizes of at least 0", _brief(shape))
    if strides is None:
        strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    if len(strides) != len(shape):
        _bad(f"strides of {name!r}", f"{len(shape)} of them", len(strides))
    have = len(buffer) // dtype.itemsize
    empty = 0 in shape  # of sizes that NumPy can multiply
    last = offset + sum((d - 1) * s for d, s in zip(shape, strides))
    # an expanded tensor has more elements than memory: a small file must not become a large array
    if math.prod(max(d, 1) for d in shape) > (1 << 40 if empty else have) or (
        not empty and last >= have
    ):
        _bad(
            f"elements of {name!r}",
            f"within the {have} that are stored",
            f"shape {_brief(shape)}, strides {_brief(strides)} from {offset}",
        )
    if empty:
        return onp.zeros(shape, dtype)
    flat = onp.frombuffer(buffer, dtype, have)
    steps = [s * dtype.itemsize for s in strides]
    return onp.lib.stride_tricks.as_strided(flat[offset:], shape, steps, writeable=False)


def _brief(numbers):
    return "(" + ", ".join(str(n)[:24] for n in list(numbers)[:6]) + ")"


# ------------------------------------------------------------------------------- safetensors
def _read_safetensors(data):
    size = int.from_bytes(data[:8], "little")
    if size > min(len(data) - 8, _HEADER):
        _bad("length of the header", f"at most {min(len(data) - 8, _HEADER)} bytes", size)
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        _bad("the header", "a JSON object", str(error)[:80])
    body = memoryview(data)[8 + size :]
    found = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        kind, shape, ends = (
            entry.get(k) if isinstance(entry, dict) else None
            for k in ("dtype", "shape", "data_offsets")
        )
        if not isinstance(kind, str) or kind not in _SAFE_TYPES:
            _bad(f"element type of {name!r}", ", ".join(_SAFE_TYPES), str(kind)[:24])
        dtype = _dtype(_SAFE_TYPES[kind])
        if not (
            isinstance(shape, list)
            and isinstance(ends, list)
            and len(ends) == 2
            and all(type(n) is int for n in ends)
            and 0 <= ends[0] <= ends[1] <= len(body)
        ):
            _bad(f"entry of {name!r}", f"a shape and two offsets up to {len(body)}", str(ends)[:60])
        found[name] = _array(name, body[ends[0] : ends[1]], dtype, 0, shape)
        if found[name].nbytes != ends[1] - ends[0]:
            _bad(f"bytes of {name!r}", found[name].nbytes, ends[1] - ends[0])
    return found


# ------------------------------------------------------------------------------- torch.save
def _read_zip(file, size):
    try:
        check_entries(file.name, zip_entries(file), FormatError)
        with zipfile.ZipFile(file) as archive:
            members = {m.filename: m for m in archive.infolist()}
            roots = [n[: -len("data.pkl")] for n in members if n.endswith("/data.pkl")]
            if len(roots) != 1:
                _bad("the archive", "one member data.pkl, as torch.save writes", len(roots))
            (root,) = roots

            def member(name):
                nonlocal size
                found = members.get(root + name)
                if found is None:
                    _bad("the archive lacks a member", name, f"{len(members)} others")
                # what is stored as it is can be no larger than the file, unless parts overlap
                if found.compress_type != zipfile.ZIP_STORED or found.file_size > size:
                    _bad(f"member {name!r}", "bytes as they are, within the file", "packed ones")
                size -= found.file_size
                return archive.read(found)

            order = "<"
            if root + "byteorder" in members:
                order = {b"little": "<", b"big": ">"}.get(member("byteorder"), "<")
            stored = {}

            def load(storage):
                if storage.key not in stored:
                    stored[storage.key] = member(f"data/{storage.key}")
                return stored[storage.key]

            return _tensors(_Machine(io.BytesIO(member("data.pkl"))).run(), load, order)
    except (OSError, *DAMAGE) as error:
        if isinstance(error, FormatError) or is_of_the_system(error):
            raise
        _bad("the archive is damaged or incomplete", "a whole zip file", str(error)[:80])


def _read_legacy(data):
    file = io.BytesIO(data)
    if _Machine(file).run() != _LEGACY:
        _bad("the file", "what torch.save or safetensors write", "another pickle")
    protocol, system = _Machine(file).run(), _Machine(file).run()
    if protocol != 1001 or not isinstance(system, dict):
        _bad("the form of the file", "1001", str(protocol)[:24])
    order = "<" if system.get("little_endian", True) else ">"
    machine = _Machine(file)
    found = machine.run()
    kept, keys = {s.key: s for s in machine.storages}, _Machine(file).run()
    if not isinstance(keys, list):
        _bad("the list of storages", "a list of names", type(keys).__name__)
    stored = {}
    for key in keys:
        storage = kept.get(key) if isinstance(key, str) else None
        count = int.from_bytes(file.read(8), "little" if order == "<" else "big")
        if storage is None or count != storage.size:
            _bad("a storage", "one that a tensor lies in, of the same size", f"{count} elements")
        n = count * _dtype(storage.dtype).itemsize
        at = file.tell()
        if at + n > len(data):
            _bad("the file ends within a storage", f"{n} bytes at {at}", len(data) - at)
        stored[key] = memoryview(data)[at : at + n]
        file.seek(at + n)

    def load(storage):
        if storage.key not in stored:
            _bad("a storage is missing", storage.key[:24], f"{len(stored)} others")
        return stored[storage.key]

    return _tensors(found, load, order)


def _tensors(found, load, order):
    """The arrays of what a pickle made."""
    for key in _STATES:
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
            break
    if not isinstance(found, dict):
        _bad("the file", "a dictionary of tensors", type(found).__name__.strip("_").lower())
    named = {k: t for k, t in found.items() if isinstance(t, _Tensor) and isinstance(k, str)}
    if found and not named:
        _bad("the file", "a dictionary of tensors", "one without tensors")
    start = "module."
    if named and all(k.startswith(start) for k in named):
        named = {k[len(start) :]: t for k, t in named.items()}
    return {
        k: _array(k, load(t.storage), _dtype(t.storage.dtype, order), t.offset, t.shape, t.strides)
        for k, t in named.items()
    }


_MARK = object()
_PUSH = set(
    "BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINSTRING"
    " SHORT_BINSTRING BINBYTES SHORT_BINBYTES INT LONG FLOAT UNICODE STRING".split()
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Machine:
    """The steps of a pickle that builds dictionaries of tensors; it calls nothing."""

    def __init__(self, file):
        self.file, self.stack, self.memo, self.storages = file, [], {}, []

    def run(self):
        """What the pickle makes: dictionaries, lists, tuples, numbers, strings, _Tensor."""
        at = self.file.tell()
        try:
            for opcode, value, place in pickletools.genops(self.file):
                at = place
                if opcode.name == "STOP":
                    return self.stack.pop()
                self._step(opcode.name, value)
        except (ValueError, IndexError, KeyError, TypeError, MemoryError, OverflowError) as error:
            text = str(error).partition("\n")[0][:80] or type(error).__name__
            _bad(f"the pickle at offset {at}", "the steps that build a state_dict", text)
        _bad("the pickle", "a STOP at its end", "none")

    def _step(self, name, value):
        stack = self.stack
        if name in _PUSH:
            stack.append(value)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            stack.append(_EMPTY[name]())
        elif name in _TUPLES:
            n = _TUPLES[name]
            if len(stack) < n or any(x is _MARK for x in stack[-n:]):
                raise ValueError("a tuple of nothing")
            stack[-n:] = [tuple(stack[-n:])]
        elif name == "MARK":
            stack.append(_MARK)
        elif name == "TUPLE":
            stack.append(tuple(self._since_mark()))
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            self.memo[value] = stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(self.memo[value])
        elif name == "GLOBAL":
            stack.append(_named(value))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            if not isinstance(attribute, str) or not isinstance(module, str):
                raise ValueError("a name that is no text")
            stack.append(_named(f"{module} {attribute}"))
        elif name == "BINPERSID":
            stack.append(self._storage(stack.pop()))
        elif name == "REDUCE":
            arguments, call = stack.pop(), stack.pop()
            stack.append(self._made(call, arguments))
        elif name in ("SETITEM", "SETITEMS"):
            pairs = [stack.pop(-2), stack.pop()] if name == "SETITEM" else self._since_mark()
            target = stack[-1]
            if type(target) is not dict or len(pairs) % 2:
                raise ValueError("items of what is no dictionary")
            for key, item in zip(pairs[::2], pairs[1::2]):
                if not isinstance(key, (str, int)):
                    raise ValueError("a key that is neither text nor number")
                target[key] = item
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else self._since_mark()
            if type(stack[-1]) is not list:
                raise ValueError("elements of what is no list")
            stack[-1].extend(items)
        elif name == "BUILD":
            state = stack.pop()
            # the attributes of a state_dict: versions of its modules, which say nothing here
            if type(stack[-1]) is not dict or type(state) is not dict:
                raise ValueError("attributes of what is no dictionary")
        elif name not in ("PROTO", "FRAME"):
            raise ValueError(f"step {name}")

    def _since_mark(self):
        stack = self.stack
        for at in reversed(range(len(stack))):
            if stack[at] is _MARK:
                items = stack[at + 1 :]
                del stack[at:]
                return items
        raise ValueError("no mark")

    def _storage(self, pid):
        """A reference to stored elements: ('storage', type, name, device, number of elements)."""
        kind, dtype, key, _, size, *view = pid
        known = isinstance(dtype, _Name) and dtype.kind == "storage" and isinstance(key, str)
        if kind != "storage" or not known or type(size) is not int or any(v for v in view):
            raise ValueError("a reference to something else than a storage")
        found = _Storage(dtype.value, key, size)
        self.storages.append(found)
        return found

    def _made(self, call, arguments):
        """The result of the few calls that are known."""
        if not isinstance(call, _Name) or call.kind == "storage":
            raise ValueError("a call of what is no function")
        if call.kind == "dict" and arguments == ():
            return {}
        if call.kind == "tuple" and len(arguments) == 1:
            return tuple(arguments[0])
        if call.kind == "parameter" and isinstance(arguments[0], _Tensor):
            return arguments[0]
        if call.kind == "tensor" and isinstance(arguments[0], _Storage):
            storage, offset, shape, strides = arguments[:4]
            return _Tensor(storage, offset, tuple(shape), tuple(strides))
        raise ValueError(f"arguments of {call.value}")


def _named(text):
    """What ``module name`` stands for; nothing is imported."""
    module, _, name = text.partition(" ")
    if text in _CALLS:
        return _Name(_CALLS[text], name)
    if module == "torch" and name in _STORAGES:
        return _Name("storage", _STORAGES[name])
    _bad(
        f"the file needs {module[:60]}.{name[:60]}, which is code",
        "a dictionary of tensors",
        "other objects",
        "write it by torch.save(net.state_dict(), path), or safetensors.torch.save_file",
    )
