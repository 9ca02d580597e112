"""RecordIO: files of byte strings one after another, and the header that labels an image.

A record is ``magic (4 bytes), kind and length (4 bytes), data, padding to a multiple of 4``, all
little-endian. Data that hold the magic word at a multiple of 4 are cut there into parts (kinds 1
first, 2 middle, 3 last; 0 is a whole record) and the word is left out: so a reader that has lost
its way finds the next record by looking for the word, see :meth:`MXRecordIO.resync`. Files are read
through a memory map where they are read at random, and in large chunks where they are read in
order. Nothing in a file is believed before it is compared with the file's size.
"""

import numbers
import os
import stat
import struct
import threading
from multiprocessing import current_process
from typing import Any, NamedTuple

import numpy as onp

from . import _codec
from ._interrupt import later
from ._lines import read_index
from ._traceback import doors
from .error import FormatError, MXNetError, fail

__all__ = [
    "MXRecordIO",
    "MXIndexedRecordIO",
    "RecordFile",
    "IRHeader",
    "pack",
    "unpack",
    "unpack_img",
    "pack_img",
    "current_process",
]

_MAGIC = 0xCED7230A
_WORD = struct.pack("<I", _MAGIC)
_HEAD = struct.Struct("<II")
_LENGTH = (1 << 29) - 1  # the upper three bits hold the kind
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)
_CHUNK = 1 << 18  # bytes asked of the file at once when records are read in order


class IRHeader(NamedTuple):
    """What stands before an image in a record.

    Parameters
    ----------
    flag : int            number of labels; 0: ``label`` is the only one
    label : float or array of float32
    id : int, 64 bits     number of the image
    id2 : int, 64 bits    free
    """

    flag: int
    label: Any
    id: int
    id2: int

    def __repr__(self):
        fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
        return f"HEADER({fields})"


_IR_FORMAT = "IfQQ"
_IR_SIZE = struct.calcsize(_IR_FORMAT)
_IR = struct.Struct("<" + _IR_FORMAT)


_pread = getattr(os, "pread", None)  # not on Windows
_NOTHING = iter(())
_forks = 0  # how often this process came from forking one that had readers; asking the system costs


def _count_fork():
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)


class _NotOpen(MXNetError, AssertionError):
    """Reading what was opened for writing, and the reverse (an AssertionError in MXNet 1.x)."""


class RecordFile:
    """The records of a file by their place in it; any number of threads may read at once.

    Parameters
    ----------
    path : str or path-like

    Raises
    ------
    MXNetError   the file is missing or cannot be read
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        try:
            self._file = open(self.path, "rb", buffering=_CHUNK)  # noqa: SIM115 - its life is the reader's
        except OSError as error:
            fail(
                MXNetError,
                self.path,
                "the record file cannot be opened",
                got=error.strerror or repr(error),
            )
        if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
            self._file.close()
            fail(MXNetError, self.path, "cannot be read as records", expected="a regular file")
        self.size = 0
        self._lock = threading.Lock()
        self.refresh()

    def refresh(self):
        """Read the file's size again (another process may be writing it). Returns it."""
        self.size = os.fstat(self._file.fileno()).st_size
        return self.size

    def _bytes(self, at, n):
        """Up to ``n`` bytes at an offset, fewer at the file's end.

        Read, not mapped: a file that is written anew in place would end the process when its map
        is read, and change what was handed out.
        """
        if _pread is not None:
            data = _pread(self._file.fileno(), n, at)
            while len(data) < n and (
                more := _pread(self._file.fileno(), n - len(data), at + len(data))
            ):
                data += more
            return data
        with self._lock:
            self._file.seek(at)
            return self._file.read(n)

    def close(self):
        """Close the file. Views handed out by :meth:`view` stay valid."""
        self._file.close()
        self.size = 0

    @later
    def __del__(self):
        if hasattr(self, "_file"):
            self._file.close()

    def read(self, at, number=None):
        """The record at an offset.

        Parameters
        ----------
        at : int                 offset in bytes
        number : int, optional   which record it is, for messages

        Returns
        -------
        data : bytes
        end : int   offset of the next record

        Raises
        ------
        FormatError   no whole record begins there
        """
        kind, begin, end = self._part(at, at, number)
        if kind == _WHOLE:
            return self._data(begin, end, at, number), end + (begin - end & 3)
        chunks, start = [], at
        while True:
            chunks.append(self._data(begin, end, start, number))
            at = end + (begin - end & 3)
            if kind == _LAST:
                return _WORD.join(chunks), at
            kind, begin, end = self._part(at, start, number, inside=True)

    def _data(self, begin, end, start, number):
        data = self._bytes(begin, end - begin)
        if len(data) < end - begin:
            self._refuse(number, start, "the file has shrunk while it was read")
        return data

    def in_order(self, at):
        """Generate (data, end) of the records from ``at`` on; ends before one that is not whole
        and in one part. One at a time: the buffered file has one position.
        """
        file, unpack, size = self._file, _HEAD.unpack, self.size
        file.seek(at)
        read = file.read
        head = read(8)
        while len(head) == 8:
            magic, length = unpack(head)
            at += 8 + length
            if magic != _MAGIC or length > _LENGTH or at > size:
                return
            data = read(length)
            head = read(8 + (-length & 3))[-length & 3 :]
            if len(data) < length:
                return
            at += -length & 3
            yield data, at

    def _part(self, at, start, number, inside=False):
        """(kind, begin of the data, their end) of the part at ``at`` of the record at ``start``."""
        size = self.refresh()
        head = self._bytes(at, 8) if 0 <= at < size else b""
        if len(head) < 8:
            self._refuse(
                number,
                start,
                "the file ends inside the record" if inside or 0 <= at < size else "no record",
                expected=f"8 bytes of head at offset {at}",
                got=f"a file of {size} bytes",
            )
        magic, code = _HEAD.unpack(head)
        if magic != _MAGIC:
            self._refuse(
                number,
                start,
                f"no record begins at offset {at}",
                expected=f"magic 0x{_MAGIC:08x}",
                got=f"0x{magic:08x}",
            )
        kind, length = code >> 29, code & _LENGTH
        if kind not in ((_MIDDLE, _LAST) if inside else (_WHOLE, _FIRST)):
            self._refuse(
                number,
                start,
                f"parts out of order at offset {at}",
                expected="kind 2 or 3 (a further part)" if inside else "kind 0 or 1 (a beginning)",
                got=f"kind {kind}",
            )
        end = at + 8 + length
        if end > size:
            self._refuse(
                number,
                start,
                "the file ends inside the record",
                expected=f"{length} bytes of data from offset {at + 8}",
                got=f"{size - at - 8} bytes",
            )
        return kind, at + 8, end

    def _refuse(self, number, start, what, **details):
        which = "record" if number is None else f"record {number}"
        fail(
            FormatError,
            self.path,
            f"{which} at offset {start}: {what}",
            hint="MXRecordIO.resync() goes on at the next whole record",
            **details,
        )

    def find(self, at):
        """Offset of the first whole record at or after ``at``; the file's size where none is."""
        while len(chunk := self._bytes(at, _CHUNK)) >= 4:
            found = chunk.find(_WORD)
            if found < 0:
                at += len(chunk) - 3
                continue
            at += found
            try:
                self.read(at)
            except FormatError:
                at += 1
            else:
                return at
        return self.size

    def offsets(self):
        """Where each record begins, found by walking over the heads.

        Returns
        -------
        list of int

        Raises
        ------
        FormatError   the file is broken: offset and number of the first record that is
        """
        found, at, size = [], 0, self.refresh()
        while at < size:
            found.append(at)
            at = self._skip(at, len(found) - 1)
        return found

    def _skip(self, at, number):
        kind, begin, end = self._part(at, at, number)
        start = at
        while kind not in (_WHOLE, _LAST):
            at = end + (begin - end & 3)
            kind, begin, end = self._part(at, start, number, inside=True)
        return end + (begin - end & 3)


def _joined(data):
    """A record's bytes in the file: head, data and padding of each part."""
    view = memoryview(data)
    out, begin = [], 0
    at = data.find(_WORD)
    while at >= 0:
        if at & 3:
            at = data.find(_WORD, at + 1)
            continue
        kind = _MIDDLE if begin or out else _FIRST
        out += [_HEAD.pack(_MAGIC, kind << 29 | at - begin), view[begin:at]]
        begin = at + 4
        at = data.find(_WORD, begin)
    kind, rest = (_LAST if out else _WHOLE), len(data) - begin
    out += [_HEAD.pack(_MAGIC, kind << 29 | rest), view[begin:], bytes(-rest & 3)]
    return b"".join(out)


class MXRecordIO:
    """Read or write a file of records, one after another.

    Parameters
    ----------
    uri : str or path-like   the file
    flag : {'r', 'w'}        read it; write it anew

    Raises
    ------
    ValueError   another flag
    MXNetError   the file cannot be opened
    """

    def __init__(self, uri, flag):
        self.uri = os.fspath(uri)
        self.handle: Any = None
        self.flag = flag
        self.pid = None
        self.is_open = False
        self._lock = threading.Lock()
        self.open()

    def open(self):
        """Open the file, at its beginning."""
        if self.flag not in ("r", "w"):
            raise ValueError(f"Invalid flag {self.flag}: expected 'r' (read) or 'w' (write).")
        self.writable = self.flag == "w"
        if self.writable:
            try:
                self.handle = open(self.uri, "wb", buffering=_CHUNK)  # noqa: SIM115 - see close()
            except OSError as error:
                fail(
                    MXNetError,
                    self.uri,
                    "the record file cannot be written",
                    got=error.strerror or repr(error),
                )
        elif self.handle is None:
            self.handle = RecordFile(self.uri)
        self.pid = os.getpid()
        self._forks = _forks
        self.is_open = True
        self._at = 0  # offset of the next record
        self._count = 0  # records read or written so far
        self._run = _NOTHING  # those that follow, while they are read in order

    def close(self):
        """Close the file: what was written is in it."""
        if self.is_open:
            self.handle.close()
            self.handle = None
            self.is_open = False
            self.pid = None

    @later
    def __del__(self):
        if getattr(self, "is_open", False):
            self.close()

    def __getstate__(self):
        state = self.__dict__.copy()
        if self.writable and self.is_open:
            self.handle.flush()
        state["handle"] = state["pid"] = state["_run"] = state["_lock"] = None
        return state

    def __setstate__(self, state):
        self.__dict__.update(state, _lock=threading.Lock(), _run=_NOTHING)
        was_open, self.is_open = self.is_open, False
        # Opening a writer would empty the file that the other one is writing.
        if was_open and not self.writable:
            self.open()

    def _check(self, writable, reopens=False):
        if self.writable != writable:
            fail(
                _NotOpen,
                self.uri,
                f"not open for {'writing' if writable else 'reading'}",
                expected=f"flag {'w' if writable else 'r'!r}",
                got=f"flag {self.flag!r}",
            )
        if self.pid is None or self._forks != _forks:
            if (self.is_open or reopens) and not writable:
                self.reset()  # a forked worker begins at the beginning
                return
            raise RuntimeError(
                f"{self.uri}: Forbidden operation in multiple processes, or on a closed file."
            )

    def reset(self):
        """Go back to the beginning; a file that was written is emptied."""
        self.close()
        self.open()

    def write(self, buf):
        """Append a record.

        Parameters
        ----------
        buf : bytes-like   fewer than 2**29 bytes

        Raises
        ------
        TypeError      not bytes
        MXNetError     too long
        AssertionError the file is open for reading
        """
        self._check(True)
        if buf.__class__ is not bytes:
            if not isinstance(buf, (bytearray, memoryview)):
                raise TypeError(
                    f"MXRecordIO.write: expected bytes, got {type(buf).__name__}. "
                    "Hint: text.encode() or array.tobytes() gives bytes."
                )
            buf = bytes(buf)
        if len(buf) > _LENGTH:
            fail(
                MXNetError,
                "MXRecordIO.write",
                "RecordIO only accept record less than 2^29 bytes",
                got=f"{len(buf)} bytes",
            )
        data = _joined(buf)
        self.handle.write(data)
        self._at += len(data)
        self._count += 1

    def read(self):
        """The next record.

        Returns
        -------
        bytes, or None at the end of the file

        Raises
        ------
        FormatError (MXNetError)   the file is broken here; :meth:`resync` goes on behind it
        """
        if self.writable or self.pid is None or self._forks != _forks:
            self._check(False)
        with self._lock:
            found = next(self._run, None)
            if found is None:
                found = self._read_at(self._at)
                if found is None:
                    return None
            data, self._at = found
            self._count += 1
            return data

    def _read_at(self, at):
        """The record at an offset, where reading in order has not begun or cannot go on."""
        handle = self.handle
        # The padding of the last record may be missing.
        if at >= handle.size and at - 4 < handle.refresh() <= at:
            self._run = _NOTHING
            return None
        found = handle.read(at, self._count)
        # In order means: twice in a row. One jump alone should not fill a buffer.
        self._run = handle.in_order(found[1])
        return found

    def resync(self):
        """After :meth:`read` has refused a record: go on at the next whole one.

        Returns
        -------
        int   bytes left out
        """
        self._check(False)
        self.handle.refresh()
        begin = self._at
        self._at = max(begin, self.handle.find(begin))
        self._run = _NOTHING
        return self._at - begin


class MXIndexedRecordIO(MXRecordIO):
    """Records with names, kept with their offsets in a text file of lines ``name<tab>offset``.

    Parameters
    ----------
    idx_path : str           the text file
    uri : str                the file of records
    flag : {'r', 'w'}
    key_type : type, default int   of the names

    Attributes
    ----------
    keys : list   names, in order
    idx : dict    offset of each

    Raises
    ------
    FileNotFoundError         ``idx_path`` is missing
    FormatError (ValueError)  a line of it cannot be read: its number
    """

    def __init__(self, idx_path, uri, flag, key_type=int):
        self.idx_path = os.fspath(idx_path)
        self.idx = {}
        self.keys = []
        self.key_type = key_type
        self.fidx = None
        super().__init__(uri, flag)

    def open(self):
        super().open()
        self.idx = {}
        self.keys = []
        try:
            self.fidx = open(self.idx_path, self.flag, encoding="utf-8")  # noqa: SIM115
            if not self.writable:
                self._read_index()
        except BaseException:
            self.close()
            raise

    def _read_index(self):
        for key, offset in read_index(self.idx_path, self.key_type):
            self.idx[key] = offset
            self.keys.append(key)
        if not self.keys and self.handle.refresh():
            fail(
                FormatError,
                self.idx_path,
                f"the index is empty and {self.uri} is not",
                expected="a line for each record",
                hint="it was not written to its end: python -m mxnet.tools.rec2idx makes it anew",
            )

    def close(self):
        super().close()
        if self.fidx is not None:
            self.fidx.close()
            self.fidx = None

    def __getstate__(self):
        if self.writable and self.is_open:
            self.fidx.flush()
        state = super().__getstate__()
        state["fidx"] = None
        return state

    def _place(self, idx):
        offset = self.idx[idx]
        if not 0 <= offset < self.handle.size and not 0 <= offset < self.handle.refresh():
            fail(
                FormatError,
                self.idx_path,
                f"the offset of key {idx!r} is outside of {self.uri}",
                expected=f"0 <= offset < {self.handle.size}",
                got=offset,
                hint="the two files do not belong together: python -m mxnet.tools.rec2idx "
                "makes the index anew",
            )
        return offset

    def seek(self, idx):
        """Go to the record of a name; a closed file is opened again.

        Raises
        ------
        KeyError      no such name
        FormatError   its offset is not in the file
        """
        self._check(False, reopens=True)
        self._at = self._place(idx)
        self._run = _NOTHING

    def tell(self):
        """Offset at which the next record will be written, in bytes."""
        self._check(True)
        return self._at

    def read_idx(self, idx):
        """The record of a name, bytes. Raises as :meth:`seek` and :meth:`read`."""
        self._check(False, reopens=True)
        data, self._at = self.handle.read(self._place(idx), repr(idx))
        self._run = _NOTHING
        return data

    def write_idx(self, idx, buf):
        """Append a record under a name."""
        key = self.key_type(idx)
        at = self.tell()
        self.write(buf)
        self.fidx.write(f"{key}\t{at}\n")
        self.idx[key] = at
        self.keys.append(key)


# ------------------------------------------------------------------------------ labelled images
def pack(header, s):
    """Put a header before a byte string.

    Parameters
    ----------
    header : IRHeader   a label that is not one number is written as float32 numbers, and ``flag``
        is their count
    s : bytes           e.g. a JPEG file

    Returns
    -------
    bytes

    Raises
    ------
    ValueError   a label that is not numbers, an id that is no unsigned integer of 64 bits
    TypeError    ``s`` is not bytes
    """
    header = IRHeader(*header)
    if not isinstance(s, (bytes, bytearray, memoryview)):
        raise TypeError(f"recordio.pack: expected bytes, got {type(s).__name__}.")
    label = header.label
    if isinstance(label, numbers.Number):
        header = header._replace(flag=0)
        labels = b""
    else:
        if hasattr(label, "asnumpy"):
            label = label.asnumpy()
        label = onp.asarray(label, dtype="<f4")
        header = header._replace(flag=label.size, label=0)
        labels = label.tobytes()
    try:
        return b"".join((_IR.pack(*header), labels, s))
    except (struct.error, OverflowError) as error:
        raise ValueError(
            f"recordio.pack: the header cannot be written ({error}): expected a label of float32 "
            f"and ids from 0 to 2**64 - 1, got {header}."
        ) from None


def unpack(s):
    """Take the header off a byte string.

    Returns
    -------
    header : IRHeader   ``label`` a float, or a float32 array of ``flag`` numbers
    s : bytes           the rest

    Raises
    ------
    FormatError (ValueError)   shorter than its header says
    """
    if len(s) < _IR_SIZE:
        fail(
            FormatError,
            "recordio.unpack",
            "too short for a header",
            expected=f"{_IR_SIZE} bytes",
            got=f"{len(s)} bytes",
        )
    header = IRHeader(*_IR.unpack_from(s))
    end = _IR_SIZE
    if header.flag > 0:
        end += 4 * header.flag
        if end > len(s):
            fail(
                FormatError,
                "recordio.unpack",
                "too short for its labels",
                expected=f"{header.flag} labels, {end} bytes",
                got=f"{len(s)} bytes",
            )
        label = onp.frombuffer(s, "<f4", header.flag, _IR_SIZE)
        header = header._replace(label=label)
    return header, s[end:]


def unpack_img(s, iscolor=-1):
    """The header and the decoded image of a record.

    Parameters
    ----------
    s : bytes
    iscolor : int, default -1   -1 as it is stored, 0 gray, 1 colour

    Returns
    -------
    header : IRHeader
    img : numpy.ndarray uint8 (H, W) or (H, W, C)   channels in OpenCV's order: blue first

    Raises
    ------
    FormatError   not an image, or a damaged one
    """
    header, s = unpack(s)
    return header, _codec.decode_raw(s, iscolor, "recordio.unpack_img")


def pack_img(header, img, quality=95, img_fmt=".jpg"):
    """Encode an image and put a header before it.

    Parameters
    ----------
    header : IRHeader
    img : numpy.ndarray uint8 (H, W) or (H, W, C)   channels in OpenCV's order: blue first
    quality : int, default 95   JPEG 1 to 100; PNG 0 to 9: effort of compression
    img_fmt : str, default '.jpg'   '.jpg', '.png' or what else OpenCV writes

    Returns
    -------
    bytes
    """
    if hasattr(img, "asnumpy"):
        img = img.asnumpy()
    return pack(header, _codec.encode(img, img_fmt, quality, "recordio.pack_img"))


doors(globals())
