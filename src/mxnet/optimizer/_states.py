"""Optimizer states as bytes, without code in them.

::

    b"MXSTATES" | uint64 length of the header | header (JSON, UTF-8) | arrays (as nd.save writes)

The header describes the states, and the optimizer's settings and counts, in values of JSON; arrays
stand in it by their number.  Files of MXNet 1.x are pickles: they are read by an unpickler that
knows the few names such a file is made of, as plain records, and refuses every other, so that
nothing in a file is ever executed.
"""

import io
import json
import math
import pickle  # noqa: TID251 - only to read 1.x's files, see _Unpickler
import pickletools
import struct
from typing import Any, cast

import numpy as onp

from .. import lr_scheduler as _schedules
from ..error import FormatError, MXNetError
from ..ndarray import NDArray
from ..ndarray._serialize import load_frombuffer, save_tobuffer

__all__ = ["dumps", "loads", "restore", "Saved"]

MAGIC = b"MXSTATES"
_MAX_DEPTH = 32
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT")
_OMITTED = ("param_dict", "sym_info", "lr_scheduler")
_SCHEDULES = {n: getattr(_schedules, n) for n in _schedules.__all__ if n.endswith("Scheduler")}


class Saved:
    """Settings and counts of an optimizer as they were saved: class name and attributes."""

    def __init__(self, name, attributes, schedule=None):
        self.name, self.attributes, self.schedule = name, attributes, schedule


# ---------------------------------------------------------------------------- writing
class _CannotSave(Exception):
    """A value that the header cannot hold."""


def _encode(value, arrays):
    """A value of JSON for a value of Python; arrays are appended to the list."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, onp.generic):
        return _encode(value.item(), arrays)
    if isinstance(value, NDArray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, list):
        return [_encode(v, arrays) for v in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(v, arrays) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[_encode(k, arrays), _encode(v, arrays)] for k, v in value.items()]}
    raise _CannotSave(type(value).__name__)


def _encode_attributes(obj, arrays, omit=()):
    """Those attributes of an object that can be written."""
    out = {}
    for name, value in vars(obj).items():
        if name in omit:
            continue
        room = len(arrays)
        try:
            out[name] = _encode(value, arrays)
        except _CannotSave:
            del arrays[room:]
    return out


def dumps(states, optimizer=None):
    """The bytes of states, and of an optimizer's settings and counts.

    Attributes of other types than numbers, texts, arrays and containers of them are left out, as
    are schedules that are not of this package: they stay what they are when the states are loaded.

    Raises
    ------
    MXNetError   a state is no array, number or container of them
    """
    arrays: list = []
    header: dict[str, Any] = {"version": 1}
    try:
        header["states"] = _encode(states, arrays)
    except _CannotSave as e:
        raise MXNetError(
            f"saving optimizer states: expected arrays, numbers and tuples of them, got {e}."
        ) from None
    if optimizer is not None:
        header["optimizer"] = {
            "name": type(optimizer).__name__,
            "attributes": _encode_attributes(optimizer, arrays, _OMITTED),
        }
        schedule = optimizer.lr_scheduler
        if type(schedule) in _SCHEDULES.values():
            header["optimizer"]["schedule"] = {
                "name": type(schedule).__name__,
                "attributes": _encode_attributes(schedule, arrays),
            }
        elif schedule is not None:
            header["optimizer"]["schedule"] = {"name": None}
    text = json.dumps(header, allow_nan=False).encode("utf-8")
    return MAGIC + struct.pack("<Q", len(text)) + text + save_tobuffer(arrays)


# ---------------------------------------------------------------------------- reading
def loads(data, source="optimizer states"):
    """What :func:`dumps`, or MXNet 1.x, wrote.

    Returns
    -------
    (states, Saved or None)     states: dict by index

    Raises
    ------
    FormatError   the bytes are something else
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"{source}: expected bytes, got {type(data).__name__}.")
    data = bytes(data)
    found, saved = _read(data, source) if data.startswith(MAGIC) else _read_pickle(data, source)
    if not isinstance(found, dict) or not all(_is_state(s) for s in found.values()):
        raise FormatError(
            f"{source}: expected a dictionary of arrays and tuples of them by parameter."
        )
    return found, saved


def _is_state(state):
    if isinstance(state, (tuple, list)):
        return all(_is_state(s) for s in state)
    return state is None or isinstance(state, (NDArray, bool, int, float))


def _read(data, source):
    at = len(MAGIC) + 8
    if len(data) < at:
        raise FormatError(
            f"{source}: the file is truncated: expected at least {at} bytes, got {len(data)}."
        )
    size = struct.unpack("<Q", data[len(MAGIC) : at])[0]
    if size > len(data) - at:
        raise FormatError(
            f"{source}: the file is truncated: expected a header of {size} bytes, {len(data) - at} "
            "follow."
        )
    arrays = load_frombuffer(memoryview(data)[at + size :])
    try:
        header = json.loads(data[at : at + size].decode("utf-8"))
        if header["version"] != 1:
            raise FormatError(
                f"{source}: expected version 1, got {header['version']!r}. Hint: it was written by "
                "a newer release."
            )
        states = _decode(header["states"], arrays)
        saved = header.get("optimizer")
        if saved is not None:
            schedule = saved.get("schedule")
            if schedule is not None:
                schedule = Saved(
                    schedule["name"], _decode_attributes(schedule.get("attributes", {}), arrays)
                )
            saved = Saved(
                str(saved["name"]), _decode_attributes(saved["attributes"], arrays), schedule
            )
    except FormatError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as e:
        raise FormatError(
            f"{source}: the header cannot be read: {type(e).__name__}: {e}."
        ) from None
    return states, saved


def _decode(value, arrays, depth=0):
    if depth > _MAX_DEPTH:
        raise ValueError(f"nested more than {_MAX_DEPTH} deep")
    deeper = depth + 1
    if isinstance(value, list):
        return [_decode(v, arrays, deeper) for v in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "array":
        if not isinstance(inner, int) or not 0 <= inner < len(arrays):
            raise ValueError(f"array {inner!r} of {len(arrays)}")
        return arrays[inner]
    if kind == "float":
        return float(inner)
    if kind == "tuple":
        return tuple([_decode(v, arrays, deeper) for v in inner])
    if kind == "dict":
        return {_decode(k, arrays, deeper): _decode(v, arrays, deeper) for k, v in inner}
    raise ValueError(f"unknown kind {kind!r}")


def _decode_attributes(attributes, arrays):
    return {str(name): _decode(value, arrays) for name, value in attributes.items()}


# ---------------------------------------------------------------------------- pickles of MXNet 1.x
_NDARRAY = (
    ("mxnet.ndarray.ndarray", "NDArray"),
    ("mxnet.ndarray", "NDArray"),
    ("mxnet.numpy.multiarray", "ndarray"),
)
_OPTIMIZERS = ("mxnet.optimizer.optimizer", "mxnet.optimizer", "mxnet.optimizer.contrib")


class _Unpickler(pickle.Unpickler):
    """Reads a pickle as plain records.

    The names that may be called are stand-ins made anew for each file: what a file does to them
    ends with it.
    """

    def __init__(self, data):
        super().__init__(io.BytesIO(data))

        class Record:
            """Stands for an object: keeps the state it is given."""

            def __init__(self, *args):
                self.state = {}

            def __setstate__(self, state):
                self.state = state

        class Array(Record):
            pass

        class Type(Record):
            def __init__(self, name=None, *args):
                self.state, self.type = {}, name

        self.array, self.type, self.record, self.known = Array, Type, Record, {}
        self.left = 1000 + 16 * len(data)  # values that may come out of it

    def find_class(self, module, name):
        key = (module, name)
        if key not in self.known:
            self.known[key] = self._stand_in(module, name)
        return self.known[key]

    def _stand_in(self, module, name):
        if (module, name) in _NDARRAY:
            return self.array
        if module in _OPTIMIZERS and name.isidentifier():
            return type(name, (self.record,), {"kind": "optimizer"})
        if module == "mxnet.lr_scheduler" and name in _SCHEDULES:
            return type(name, (self.record,), {"kind": "schedule"})
        if (module, name) in (("builtins", "bytearray"), ("__builtin__", "bytearray")):
            return lambda x=b"", *coding: x.encode("latin-1") if isinstance(x, str) else bytes(x)
        if (module, name) == ("_codecs", "encode"):
            return lambda x, coding="latin-1": x.encode("latin-1")
        if (module, name) == ("collections", "OrderedDict"):
            return type("OrderedDict", (dict,), {})
        if (module, name) == ("numpy", "dtype"):
            return self.type
        if name == "scalar" and module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            return lambda kind, data: _number(kind.type, data)
        raise FormatError(
            f"it refers to {module}.{name}, which no file of optimizer states needs. Such files "
            "can run code when they are unpickled: it was not read any further."
        )

    def count(self, depth):
        """Count a value that is unfolded.

        What a file names twice is there twice afterwards; lists of lists named twice would grow
        with the power of two of their depth.
        """
        self.left -= 1
        if self.left < 0 or depth > _MAX_DEPTH:
            raise FormatError(
                "containers are nested too deeply, or the same ones named too often: expected at "
                f"most {_MAX_DEPTH} levels and values in proportion to the file's size."
            )

    def persistent_load(self, pid):
        raise FormatError("it refers to objects outside of the file.")


def _number(kind, data):
    dtype = onp.dtype(kind)
    if dtype.kind not in "biuf" or len(data) != dtype.itemsize:
        raise FormatError(f"a number of type {kind!r} is not supported.")
    return onp.frombuffer(data, dtype)[0].item()


def _read_pickle(data, source):
    if data[:1] not in (b"\x80", b"(", b"}"):
        raise FormatError(
            f"{source}: expected a file written by save_states, of this package or of MXNet 1.x; "
            f"it begins with {data[:8]!r}."
        )
    reader = _Unpickler(data)
    try:
        _refuse_buffers(data)
        found = reader.load()
        saved = None
        if isinstance(found, tuple) and len(found) == 2:
            found, optimizer = found
            if getattr(type(optimizer), "kind", None) != "optimizer":
                raise FormatError(
                    f"expected (states, optimizer), got (states, {type(optimizer).__name__})."
                )
            saved = _saved(optimizer, reader)
        return _plain(found, reader), saved
    except FormatError as e:
        raise FormatError(f"{source}: {e}") from None
    except Exception as e:  # noqa: BLE001
        # an unpickler fed with garbage raises whatever it stumbles over
        raise FormatError(
            f"{source}: the file is truncated or is no pickle of optimizer states "
            f"({type(e).__name__}: {e})."
        ) from None


def _refuse_buffers(data):
    """Buffers of protocol 5: 1.x wrote none, and cut-off ones leave Python's reader in disorder.
    Places in the table of objects beyond the file's size: the table is as long as the largest.
    """
    for opcode, arg, at in pickletools.genops(data):
        if opcode.proto > 4:
            raise FormatError(f"offset {at}: {opcode.name} is no part of optimizer states.")
        if opcode.name in _PUTS and not 0 <= int(arg or 0) <= len(data):
            raise FormatError(f"offset {at}: object {arg} of a file of {len(data)} bytes.")


def _saved(record, reader):
    attributes = dict(record.state)
    schedule = attributes.pop("lr_scheduler", None)
    if schedule is not None:
        if getattr(type(schedule), "kind", None) != "schedule":
            raise FormatError(f"lr_scheduler is no schedule but {type(schedule).__name__}.")
        schedule = Saved(type(schedule).__name__, _plain(dict(schedule.state), reader))
    attributes = {str(k): _plain(v, reader) for k, v in attributes.items() if k not in _OMITTED}
    return Saved(type(record).__name__, attributes, schedule)


def _plain(value, reader, depth=0):
    """Containers, numbers and arrays in place of records."""
    reader.count(depth)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    deeper = depth + 1
    if isinstance(value, tuple):
        return tuple([_plain(v, reader, deeper) for v in value])
    if isinstance(value, list):
        return [_plain(v, reader, deeper) for v in value]
    if isinstance(value, dict):
        return {_plain(k, reader, deeper): _plain(v, reader, deeper) for k, v in value.items()}
    if isinstance(value, reader.array):
        handle = value.state.get("handle") if isinstance(value.state, dict) else None
        if not isinstance(handle, (bytes, bytearray)):
            raise FormatError("an array has no contents.")
        reader.left -= len(handle) // 16  # as many as it may be named again
        found = load_frombuffer(
            struct.pack("<QQQ", 0x112, 0, 1) + bytes(handle) + struct.pack("<Q", 0)
        )
        return cast(list, found)[0]
    raise FormatError(
        f"it holds a {type(value).__name__}, expected arrays, numbers and containers of them."
    )


# ------------------------------------------------------------- settings back into an optimizer
def restore(saved, current, known):
    """The optimizer that was saved.

    Of the current one's class it is the current one, with the saved settings and counts; otherwise
    one is made of the class of that name.

    Parameters
    ----------
    saved : Saved
    current : Optimizer
    known : dict of str to type     registered optimizers by lower-case name

    Raises
    ------
    FormatError   there is no optimizer of that name
    """
    target = current
    if type(current).__name__ != saved.name:
        kind = known.get(saved.name.lower())
        if kind is None or kind.__name__ != saved.name:
            raise FormatError(
                f"optimizer states: they were saved with the optimizer {saved.name}, which is not "
                f"registered; known: {', '.join(sorted(n for n in known if n[0] != '_'))}."
            )
        target = kind.__new__(kind)
        # the base class's defaults; a subclass's constructor might need arguments
        kind.__mro__[-2].__init__(target)
        target.param_dict, target.sym_info, target.lr_scheduler = current.param_dict, (), None
    _assign(target, saved.attributes)
    counts = target._all_index_update_counts
    if target._index_update_count not in counts.values():
        counts[0] = target._index_update_count
    # one object again, as it was: counting goes on in the table of the device
    target._index_update_count = next(c for c in counts.values() if c == target._index_update_count)
    if saved.schedule is None:
        target.lr_scheduler = None
    elif saved.schedule.name in _SCHEDULES:
        kind = _SCHEDULES[saved.schedule.name]
        schedule = target.lr_scheduler if type(target.lr_scheduler) is kind else kind.__new__(kind)
        _assign(schedule, saved.schedule.attributes)
        target.lr_scheduler = schedule
    else:
        target.lr_scheduler = (
            current.lr_scheduler
        )  # a schedule of the user's own, which was not saved
    return target


def _assign(obj, attributes):
    for name, value in attributes.items():
        if name in _OMITTED or not name.isidentifier() or hasattr(type(obj), name):
            continue  # settings only: what a class defines is not a file's to change
        obj.__dict__[name] = value
