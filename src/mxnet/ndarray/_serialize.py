"""The file format of ``nd.save``: lists and dictionaries of arrays (``.params``, ``.nd``).

All numbers are little-endian; ``shape`` is a uint32 rank followed by that many int64 dimensions::

    file    uint64 0x112 | uint64 0 | uint64 n | arrays | uint64 m | m names (uint64 length, UTF-8)
            m is 0 for a list and n for a dictionary
    array   uint32 version, then
      V2    int32 storage | [shape of stored values, if sparse] | shape | int32 device type, id |
            int32 type | [(int32 type, shape) per index array, if sparse] | values | [index arrays]
      V3    as V2, written under NumPy shape semantics: rank 0 is a number and a dimension may be 0
      V1    shape | int32 device type, int32 id | int32 type | values
      V0    no version: the first word is the rank, and dimensions are uint32; then as V1

Before V3 an array of rank 0 stands for "no array" and ends after its shape.  A row_sparse array
stores some rows and their numbers; a csr matrix its non-zeros, row offsets and column numbers.

Reading treats the file as data only: nothing in it is executed, every length is checked against
what is left of the file before anything is allocated, and a file that breaks a rule raises
:class:`FormatError` naming the offset and the field.
"""

import contextlib
import hashlib
import json
import math
import os
import secrets
import stat
import struct
import threading
import time
from collections import namedtuple

import numpy as onp

from .._dtypes import CODES
from .._engine.segment import concrete
from .._engine.value import Value
from .._graph.steps import spec_of
from .._traceback import doors
from ..context import Context, canonical, device_of
from ..error import ContextError, DTypeError, FormatError, MissingFileError, MXNetError
from ._sparse_array import STYPES, BaseSparseNDArray, host, value_of
from .ndarray import NDArray, _register_state_format, _wrap

try:
    import fcntl
except ImportError:  # Windows: what killed writers leave stays there
    fcntl = None

__all__ = [
    "DIGEST",
    "atomic_write",
    "load",
    "load_frombuffer",
    "save",
    "save_tobuffer",
    "written_files",
]

FILE_MAGIC = 0x112
_ABANDONED = 60  # seconds after which a file that nobody holds is taken for a dead writer's
V1, V2, V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
DEFAULT, ROW_SPARSE, CSR = 0, 1, 2
STORAGE = {DEFAULT: "default", ROW_SPARSE: "row_sparse", CSR: "csr"}
INDEX_ARRAYS = {ROW_SPARSE: ("row numbers",), CSR: ("row offsets", "column numbers")}
CPU, GPU = 1, 2
MAX_RANK = 32

# 8 to 11 are in the format, though the Python of 1.x had no names for them
TYPES = {
    **CODES,
    8: onp.dtype("int16"),
    9: onp.dtype("uint16"),
    10: onp.dtype("uint32"),
    11: onp.dtype("uint64"),
}
TYPE_CODES = {dtype: code for code, dtype in TYPES.items()}

Record = namedtuple("Record", "storage shape device values indices offset")
Record.__doc__ = """One array of a file.

``values`` and ``indices`` (one array per entry of ``INDEX_ARRAYS[storage]``) are NumPy arrays that
own their memory; ``values`` is None where the file says "no array"; ``device`` is (type, id);
``offset`` is where the array begins in the file.
"""


class Reader:
    """A cursor over the bytes of a file."""

    def __init__(self, buffer, source):
        self.bytes = memoryview(buffer).cast("B")
        self.at = 0
        self.source = source

    def left(self):
        """Bytes not yet read."""
        return len(self.bytes) - self.at

    def fail(self, field, expected, got, at=None):
        """Raise FormatError for the field that begins at ``at``."""
        at = self.at if at is None else at
        raise FormatError(f"{self.source}: {field} at offset {at}: expected {expected}, got {got}.")

    def take(self, size, field):
        """The next ``size`` bytes."""
        if size > self.left():
            self.fail(
                field,
                f"{size} more bytes",
                f"{self.left()} (the file is truncated or not of this format)",
            )
        part = self.bytes[self.at : self.at + size]
        self.at += size
        return part

    def number(self, form, field):
        """One number: ``form`` is a struct code (I uint32, i int32, Q uint64)."""
        form = "<" + form
        return struct.unpack(form, self.take(struct.calcsize(form), field))[0]

    def shape(self, field, rank=None, form="q"):
        """Dimensions, all >= 0."""
        at = self.at
        rank = self.number("I", f"rank of {field}") if rank is None else rank
        if rank > MAX_RANK:
            self.fail(f"rank of {field}", f"at most {MAX_RANK}", rank, at)
        dims = struct.unpack(f"<{rank}{form}", self.take(rank * struct.calcsize("<" + form), field))
        if any(d < 0 for d in dims):
            self.fail(field, "dimensions >= 0", list(dims), at)
        return dims

    def dtype(self, field):
        """An element type, from its code."""
        at = self.at
        code = self.number("i", field)
        if code not in TYPES:
            self.fail(field, f"a type code of {sorted(TYPES)}", code, at)
        return TYPES[code]

    def array(self, shape, dtype, field):
        """The elements of an array, copied out of the file."""
        at = self.at
        raw = self.take(math.prod(shape) * dtype.itemsize, field)
        try:
            if dtype.kind == "b":  # a byte that is neither 0 nor 1 must not get into a bool array
                return (onp.frombuffer(raw, "uint8") != 0).reshape(shape)
            return onp.frombuffer(raw, dtype).copy().reshape(shape)
        except ValueError as e:  # an empty array whose other dimensions NumPy cannot hold
            self.fail(field, "dimensions that fit in memory", f"{list(shape)} ({e})", at)


def read_records(buffer, source="load"):
    """Parse a file.

    Returns
    -------
    (list of Record, list of str)   the names are empty for a list

    Raises
    ------
    FormatError   the bytes are not such a file
    """
    r = Reader(buffer, source)
    magic = r.number("Q", "file magic")
    if magic != FILE_MAGIC:
        r.fail("file magic", f"{FILE_MAGIC:#x} (a file of nd.save)", f"{magic:#x}", 0)
    r.number("Q", "reserved word")
    at = r.at
    count = r.number("Q", "number of arrays")
    if count > r.left() // 4:  # the shortest array is one word
        r.fail(
            "number of arrays",
            f"at most {r.left() // 4} in the {r.left()} bytes that follow",
            count,
            at,
        )
    records = [_read_record(r, i) for i in range(count)]
    at = r.at
    n_names = r.number("Q", "number of names")
    if n_names not in (0, count):
        r.fail("number of names", f"0 or {count}, the number of arrays", n_names, at)
    return records, [_read_name(r, i) for i in range(n_names)]


def _read_name(r, i):
    length = r.number("Q", f"length of name {i}")
    at = r.at
    raw = bytes(r.take(length, f"name {i}"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as e:
        r.fail(f"name {i}", "UTF-8 text", f"{raw[:40]!r} ({e.reason})", at)


def _read_record(r, i):
    offset, what = r.at, f"array {i}"
    version = r.number("I", f"version of {what}")
    storage, stored_shape = DEFAULT, None
    if version in (V2, V3):
        at = r.at
        storage = r.number("i", f"storage type of {what}")
        if storage not in STORAGE:
            r.fail(f"storage type of {what}", "0 (default), 1 (row_sparse) or 2 (csr)", storage, at)
        if storage != DEFAULT:
            stored_shape = r.shape(f"stored shape of {what}")
        shape = _read_np_shape(r, what) if version == V3 else r.shape(f"shape of {what}")
    elif version == V1:
        shape = r.shape(f"shape of {what}")
    else:
        if version > MAX_RANK:
            r.fail(
                f"version of {what}",
                f"a version of this format or a rank of at most {MAX_RANK}",
                f"{version:#x}",
                offset,
            )
        shape = r.shape(f"shape of {what}", rank=version, form="I")
    if shape is None or (not shape and version != V3):
        return Record(DEFAULT, (0,), (CPU, 0), None, (), offset)
    device = r.number("i", f"device type of {what}"), r.number("i", f"device id of {what}")
    dtype = r.dtype(f"element type of {what}")
    if storage == DEFAULT:
        return Record(
            storage, shape, device, r.array(shape, dtype, f"values of {what}"), (), offset
        )
    names = INDEX_ARRAYS[storage]
    plans = [(r.dtype(f"type of {what}'s {n}"), r.shape(f"shape of {what}'s {n}")) for n in names]
    values = r.array(stored_shape, dtype, f"values of {what}")
    indices = tuple([r.array(s, t, f"{n} of {what}") for n, (t, s) in zip(names, plans)])
    record = Record(storage, shape, device, values, indices, offset)
    _check_sparse(r, record, what)
    return record


def _read_np_shape(r, what):
    """A shape under NumPy semantics: rank -1 means that it is not known."""
    at = r.at
    rank = r.number("i", f"rank of shape of {what}")
    if rank == -1:
        return None
    if not 0 <= rank <= MAX_RANK:
        r.fail(f"rank of shape of {what}", f"-1 to {MAX_RANK}", rank, at)
    return r.shape(f"shape of {what}", rank=rank)


def _check_sparse(r, record, what):
    """Raise unless the index arrays of a sparse array fit its shape and values."""
    shape, values = record.shape, record.values
    where = f"{STORAGE[record.storage]} {what}"

    def need(holds, rule):
        if not holds:
            r.fail(
                where,
                rule,
                f"shape {list(shape)}, values {list(values.shape)}, index arrays "
                f"{[list(a.shape) for a in record.indices]}",
                record.offset,
            )

    for a in record.indices:
        need(a.dtype.kind in "iu" and a.ndim == 1, "index arrays of integers with one axis")
    if record.storage == ROW_SPARSE:
        (rows,) = record.indices
        need(
            len(shape) >= 1
            and values.ndim == len(shape)
            and values.shape[1:] == shape[1:]
            and len(rows) == values.shape[0],
            "one row of values per row number",
        )
        need(
            not len(rows) or (rows.min() >= 0 and rows.max() < shape[0]),
            "row numbers below the first dimension",
        )
        return
    starts, columns = record.indices
    need(
        len(shape) == 2
        and values.ndim == 1
        and len(columns) == len(values)
        and len(starts) == shape[0] + 1,
        "a matrix, one column number per value and one row offset more than rows",
    )
    need(
        not len(columns) or (columns.min() >= 0 and columns.max() < shape[1]),
        "column numbers below the second dimension",
    )
    starts = starts.astype("int64")
    need(
        starts[0] == 0 and starts[-1] == len(values) and not (onp.diff(starts) < 0).any(),
        "row offsets that rise from 0 to the number of values",
    )


def _sparse(record):
    """The sparse array of a record; index arrays as int64."""
    cls = STYPES[STORAGE[record.storage]]
    indices = [a.astype("int64", copy=False) for a in record.indices]
    if record.storage == CSR:
        indices.reverse()  # the file has the row offsets first
    ctx = _context(record.device)
    return cls._of(record.shape, [value_of(p, ctx) for p in (record.values, *indices)])


def _chunks(arrays, names, np_shape):
    """The bytes of a file, chunk by chunk; values are not copied.

    ``arrays``: list of (C-contiguous numpy.ndarray, or Record of a sparse one, device type, id).
    """
    yield struct.pack("<QQQ", FILE_MAGIC, 0, len(arrays))
    for a, *device in arrays:
        if isinstance(a, Record):
            yield from _sparse_chunks(a)
            continue
        # rank 0 would mean "no array" in V2
        version = V3 if np_shape or a.ndim == 0 else V2
        yield struct.pack(
            f"<IiI{a.ndim}qiii", version, DEFAULT, a.ndim, *a.shape, *device, TYPE_CODES[a.dtype]
        )
        yield a.reshape(-1).view("uint8").data
    yield struct.pack("<Q", len(names))
    for name in names:
        raw = name.encode("utf-8")
        yield struct.pack("<Q", len(raw)) + raw


def _sparse_chunks(r):
    """The bytes of a sparse array."""
    stored, shape = r.values.shape, r.shape
    yield struct.pack(f"<IiI{len(stored)}q", V2, r.storage, len(stored), *stored)
    yield struct.pack(
        f"<I{len(shape)}qiii", len(shape), *shape, *r.device, TYPE_CODES[r.values.dtype]
    )
    for a in r.indices:
        yield struct.pack("<iIq", TYPE_CODES[a.dtype], 1, len(a))
    for a in (r.values, *r.indices):
        yield a.reshape(-1).view("uint8").data


def _record_of(x, device):
    """What a file says of a sparse array."""
    values, *indices = [onp.ascontiguousarray(host(p)) for p in x._parts()]
    storage = ROW_SPARSE if x.stype == "row_sparse" else CSR
    if storage == CSR:
        indices.reverse()
    return Record(storage, x.shape, device, values, tuple(indices), 0)


def _plan(data, where, np_shape):
    """The chunks of a file of what a user gave."""
    names = []
    if isinstance(data, NDArray):
        data = [data]
    if isinstance(data, dict):
        names, data = list(data), list(data.values())
        if not all(isinstance(n, str) for n in names):
            bad = next(n for n in names if not isinstance(n, str))
            raise TypeError(
                f"{where}: keys of a dict must be str, got {bad!r} ({type(bad).__name__})"
            )
    elif not isinstance(data, (list, tuple)):
        raise ValueError(
            f"{where}: data needs to be an NDArray, a list of NDArrays or a dict of str to "
            f"NDArray, got {type(data).__name__}"
        )
    arrays = []
    for i, x in enumerate(data):
        if not isinstance(x, NDArray):
            raise TypeError(
                f"{where}: data[{names[i] if names else i!r}] must be an NDArray, got "
                f"{type(x).__name__}. Hint: make an array of it with mx.nd.array()."
            )
        ctx = x.context
        device = GPU if ctx.device_typeid == GPU else CPU, ctx.device_id
        if isinstance(x, BaseSparseNDArray):
            arrays.append((_record_of(x, device), *device))
            continue
        a = onp.ascontiguousarray(concrete(x._read())).reshape(x.shape)
        if a.dtype not in TYPE_CODES:
            raise DTypeError(
                f"{where}: data[{names[i] if names else i!r}] has element type {a.dtype}, which "
                f"the format cannot hold; it holds {', '.join(t.name for t in TYPES.values())}."
            )
        arrays.append((a, *device))
    return _chunks(arrays, names, np_shape)


def _remove_abandoned(folder, start):
    """Remove what writers of this file that were killed have left beside it.

    A living writer holds a lock on what it writes; one that has just begun may not yet.
    """
    if fcntl is None:
        return
    size = len(start) + 16 + 4
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if len(name) != size or not name.startswith(start) or not name.endswith(".tmp"):
                continue
            with contextlib.suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime < _ABANDONED:
                    continue
                with open(entry.path, "rb") as f:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(entry.path)


DIGEST = "blake2b"
_set = threading.local()


@contextlib.contextmanager
def written_files():
    """Scope that collects what :func:`atomic_write` writes in it, by this thread.

    Yields
    ------
    dict of path to {"bytes": int, DIGEST: str}
    """
    before = getattr(_set, "digests", None)
    _set.digests = {}
    try:
        yield _set.digests
    finally:
        _set.digests = before


def _write_digested(file, chunks):
    size, digest = 0, hashlib.new(DIGEST)
    for chunk in chunks:
        size += file.write(chunk)
        digest.update(chunk)
    return {"bytes": size, DIGEST: digest.hexdigest()}


def _leave_sets(folder, base):
    """A file that is written alone belongs to no set any longer: take the manifests away that list
    it, so that what a program puts together itself is read as it is.
    """
    if base.endswith((".params", ".states")):
        names = [base.rpartition(".")[0] + ".manifest"]
    elif base.endswith("-symbol.json"):
        start = base.removesuffix("symbol.json")
        names = [n for n in os.listdir(folder or ".") if n.startswith(start)]
        names = [n for n in names if n.endswith(".manifest")]
    else:
        return
    for name in names:
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            with open(path, "rb") as f:
                told = json.load(f)
            if told["complete"] and base in told["files"]:
                os.unlink(path)


def atomic_write(path, chunks):
    """Write a file so that at every moment its path holds the old contents or the new ones, whole.

    The bytes go to a new file beside it, reach the disk, and take its place.  A path that is no
    regular file (a pipe, a terminal) is written directly.

    Parameters
    ----------
    path : str or os.PathLike
    chunks : iterable of bytes-like

    Raises
    ------
    OSError   the operating system's; nothing is left behind. Where there is no such folder it is a
              MissingFileError, which is an MXNetError too
    """
    path = os.path.realpath(path)
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(path, "wb") as f:
            f.writelines(chunks)
        return
    folder, base = os.path.split(path)
    start = f".{base[:100]}."
    _remove_abandoned(folder or ".", start)
    temporary = os.path.join(folder, f"{start}{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        fd = os.open(temporary, flags, 0o666)
    except FileNotFoundError as e:  # the folder's; told of the file that was asked for
        raise MissingFileError(f"cannot write {path!r}: {e.strerror}.") from None
    try:
        with os.fdopen(fd, "wb") as f:
            if fcntl is not None:
                with contextlib.suppress(OSError):  # a file system without locks
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            digests = getattr(_set, "digests", None)
            if digests is None:
                f.writelines(chunks)
            else:
                digests[path] = _write_digested(f, chunks)
            f.flush()
            os.fsync(f.fileno())
        if old is not None:
            os.chmod(temporary, stat.S_IMODE(old.st_mode))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    if digests is None:
        _leave_sets(folder, base)
    if hasattr(os, "O_DIRECTORY"):  # the new name itself has to reach the disk too
        fd = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _file_name(fname, where):
    if not isinstance(fname, (str, os.PathLike)):
        raise TypeError(
            f"{where}: fname required to be a string or a path, got {type(fname).__name__}"
        )
    return os.fspath(fname)


def save(fname, data, *, np_shape=False):
    """Save arrays to a file that MXNet 1.x can read.

    Parameters
    ----------
    fname : str or path
    data : NDArray, list of NDArray, or dict of str to NDArray
    np_shape : bool    write the version of the format that ``npx.save`` writes

    The file is replaced whole or not at all.  Contexts are saved; arrays of a GPU come back to it
    if it is there.  MXNet 1.9.1 cannot save an array of shape ``()``; here it is written as
    ``npx.save`` would.

    Returns
    -------
    None

    Raises
    ------
    TypeError, ValueError   data of another kind
    MXNetError              the file cannot be written
    """
    name = _file_name(fname, "save")
    chunks = _plan(data, "save", np_shape)
    try:
        atomic_write(name, chunks)
    except MissingFileError:
        raise
    except OSError as e:
        raise MXNetError(f"save: cannot write {name!r}: {e.strerror or e}.") from e


def save_tobuffer(data, *, np_shape=False):
    """The bytes that :func:`save` writes."""
    return b"".join(_plan(data, "save", np_shape))


def load(fname):
    """Load what :func:`save`, or MXNet 1.x, wrote.

    Sparse arrays keep their storage, whatever the size of what they stand for.

    Parameters
    ----------
    fname : str or path

    Returns
    -------
    list of NDArray, or dict of str to NDArray, as it was saved (one array: a list of one; an empty
    dict: [])

    Raises
    ------
    FormatError   (an MXNetError) not such a file: says the offset and the field
    MXNetError    the file cannot be read
    """
    name = _file_name(fname, "load")
    try:
        with open(name, "rb") as f:
            buffer = f.read()
    except OSError as e:
        raise MXNetError(f"load: cannot read {name!r}: {e.strerror or e}.") from e
    return _arrays(buffer, f"load: {name}")


def load_frombuffer(buf):
    """Load from the bytes of a file: see :func:`load`.

    Parameters
    ----------
    buf : bytes

    Returns
    -------
    list of NDArray, or dict of str to NDArray

    Raises
    ------
    FormatError, MXNetError   as of :func:`load`
    """
    if not isinstance(buf, (bytes, bytearray, memoryview)):
        raise TypeError(f"load_frombuffer: expected bytes, got {type(buf).__name__}")
    return _arrays(buf, "load_frombuffer")


def _to_state(x):
    """The bytes of one array, without those of a file around it."""
    return bytearray(save_tobuffer(x)[_ONE.size : -_NO_NAMES.size])


def _from_state(data):
    (x,) = _arrays(_ONE.pack(FILE_MAGIC, 0, 1) + bytes(data) + _NO_NAMES.pack(0), "__setstate__")
    return x


_ONE, _NO_NAMES = struct.Struct("<QQQ"), struct.Struct("<Q")
_register_state_format(_to_state, _from_state)


def _arrays(buffer, source):
    records, names = read_records(buffer, source)
    arrays = []
    for record in records:
        if record.storage != DEFAULT:
            arrays.append(_sparse(record))
            continue
        data = record.values
        data = onp.zeros((0,), "float32") if data is None else data
        spec = spec_of(data.shape, data.dtype, _context(record.device))
        arrays.append(_wrap(NDArray, Value(None, 0, spec, data)))
    return dict(zip(names, arrays)) if names else arrays


def _context(device):
    """The context an array is loaded to: its GPU if that is there, otherwise the CPU."""
    kind, number = device
    if kind == GPU and number >= 0:
        ctx = canonical(Context("gpu", number))
        try:
            device_of(ctx)
        except ContextError:
            pass
        else:
            return ctx
    return canonical(Context("cpu", 0))


doors(globals())
