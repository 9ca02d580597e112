"""Objects and arrays between processes: a socket for the small, shared memory for the large.

Shared memory is anonymous: it has no name, is passed as an open file, and is gone when the last
process lets go of it, however that process ends. Nothing can be left behind in ``/dev/shm``.
"""

import importlib
import io
import mmap
import os
import pickle  # noqa: TID251 - between our own processes only
import socket
import struct
import tempfile
import types
import weakref

import numpy as onp

from ...context import Context
from ...error import MXNetError
from ...ndarray import NDArray
from ...numpy.multiarray import ndarray
from ...util import np_array
from ..._host import host_array, on_host

__all__ = [
    "Channel",
    "pack",
    "unpack",
    "attach",
    "blank",
    "bring",
    "share",
    "CannotSend",
    "OnDevice",
]

_HEAD = struct.Struct("<QI")  # bytes that follow, number of open files
_LARGE = 1 << 12  # what is smaller travels in the message itself
_ALIGN = 64  # as XLA wants its arrays: then they are used in place
_GPU = 2


class CannotSend(MXNetError, TypeError):
    """An object that cannot be sent to another process."""


class OnDevice(CannotSend):
    """Arrays on a GPU, which another process would have to copy."""


def _array(data, number, numpy):
    with np_array(numpy):
        return host_array(data, Context("cpu", number))


def _code(filename, make, args):
    return make(*args).replace(co_filename=filename)


def _make_pickler():
    """Class of a pickler that sends functions by value, and arrays without copying them."""
    cloudpickle = importlib.import_module("cloudpickle")
    reduce_code = cloudpickle.Pickler.dispatch_table[types.CodeType]

    class Pickler(cloudpickle.Pickler):
        def reducer_override(self, obj):
            if type(obj) in (NDArray, ndarray):
                if obj.context.device_typeid == _GPU:
                    raise OnDevice("there are arrays on a GPU")
                return _array, (on_host(obj), obj.context.device_id, obj._numpy)
            if type(obj) is types.CodeType:
                # From 3.1.3 on cloudpickle leaves the file's name out, so that equal functions are
                # equal bytes. A traceback must name the file: a worker's is all the user sees.
                return _code, (obj.co_filename, *reduce_code(obj)[:2])
            return super().reducer_override(obj)

    return Pickler


_pickler = None


def pack(obj):
    """Bytes of an object, and its large buffers apart.

    Returns
    -------
    bytes, list of flat uint8 arrays

    Raises
    ------
    CannotSend   there are things in it that belong to this process: it says which
    """
    global _pickler
    if _pickler is None:
        _pickler = _make_pickler()
    buffers = []

    def apart(buffer):
        raw = buffer.raw()
        if raw.nbytes < _LARGE:
            return True
        buffers.append(onp.frombuffer(raw, "uint8"))
        return False

    file = io.BytesIO()
    try:
        _pickler(file, protocol=5, buffer_callback=apart).dump(obj)
    except CannotSend:
        raise
    except Exception as error:  # noqa: BLE001 - objects of any kind may refuse
        raise CannotSend(f"something cannot be pickled ({type(error).__name__}: {error})") from None
    return file.getvalue(), buffers


def unpack(data, memory, sizes):
    """The object that :func:`pack` took apart; its arrays lie in ``memory``.

    What is read here was written by this program's own processes, through a socket that has no
    name.
    """
    buffers, at = [], 0
    for size in sizes:
        buffers.append(memory[at : at + size])
        at += _aligned(size)
    return pickle.loads(data, buffers=buffers)  # noqa: S301


def _aligned(size):
    return -(-size // _ALIGN) * _ALIGN


def share(buffers):
    """An open file of shared memory with the buffers in it.

    Raises
    ------
    OSError   there is no room for it
    """
    size = sum(_aligned(p.nbytes) for p in buffers)
    fd = blank(size)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(fd, 0, size)  # an error now instead of a signal while it is filled
        with mmap.mmap(fd, size) as memory:
            whole = onp.frombuffer(memory, "uint8")
            at = 0
            for buffer in buffers:
                whole[at : at + buffer.nbytes] = buffer
                at += _aligned(buffer.nbytes)
            del whole
    except BaseException:
        os.close(fd)
        raise
    return fd


def attach(fd, private=False):
    """The shared memory of an open file, which is closed.

    ``private``: what is written to it is seen by this process only.
    """
    access = mmap.ACCESS_COPY if private else mmap.ACCESS_WRITE
    try:
        return memoryview(mmap.mmap(fd, os.fstat(fd).st_size, access=access))
    finally:
        os.close(fd)


_MAPS = 64  # each keeps a file open, of which a process may not have many
_maps = weakref.WeakSet()


def bring(fd):
    """The contents of shared memory, for this process alone; the open file is closed.

    Used where they lie, as long as few such buffers are held: somebody who collects the batches of
    an epoch gets copies.
    """
    if len(_maps) < _MAPS:
        view = attach(fd, private=True)
        _maps.add(view.obj)
        return view
    try:
        memory = memoryview(bytearray(os.fstat(fd).st_size))
        at = 0
        while at < len(memory):
            got = os.preadv(fd, [memory[at:]], at)
            if not got:
                raise EOFError
            at += got
        return memory
    finally:
        os.close(fd)


def blank(size):
    """An open file of shared memory, all zeros."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("mxnet-data", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd


class Channel:
    """One end of a connection between two processes."""

    def __init__(self, end):
        self._end = end

    @staticmethod
    def pair():
        """Two ends."""
        return tuple(Channel(end) for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM))

    def fileno(self):
        return self._end.fileno()

    def close(self):
        self._end.close()

    def send(self, message, obj=None, shared=None):
        """Send a small tuple and an object.

        ``shared`` is what :meth:`prepare` gave: it spares packing the same object again.
        """
        data, sizes, fd, body = self.prepare(obj) if shared is None else shared
        try:
            head = pickle.dumps((message, sizes, len(data)))
            rest = head + data + body
            prefix = _HEAD.pack(len(head), 0 if fd is None else 1) + struct.pack("<Q", len(rest))
            if fd is None:
                self._end.sendall(prefix + rest)
            else:
                sent = socket.send_fds(self._end, [prefix], [fd])
                self._end.sendall(prefix[sent:] + rest)
        finally:
            if shared is None and fd is not None:
                os.close(fd)

    @staticmethod
    def prepare(obj):
        """An object ready to be sent: (bytes, sizes of its large buffers, their file, or bytes)."""
        data, buffers = pack(obj)
        sizes = [p.nbytes for p in buffers]
        if not buffers:
            return data, sizes, None, b""
        try:
            return data, sizes, share(buffers), b""
        except OSError:  # no shared memory left: through the socket, then
            body = b"".join(p.tobytes().ljust(_aligned(p.nbytes), b"\0") for p in buffers)
            return data, sizes, None, body

    def receive(self):
        """The next (message, thunk that gives the object). EOFError when the other end is gone."""
        size = _HEAD.size + 8
        first, fds, _, _ = socket.recv_fds(self._end, size, 1)
        try:
            first += self._exactly(size - len(first))
            head, _ = _HEAD.unpack(first[: _HEAD.size])
            (rest,) = struct.unpack("<Q", first[_HEAD.size :])
            content = memoryview(self._exactly(rest))
            message, sizes, length = pickle.loads(content[:head])  # noqa: S301
        except BaseException:
            for fd in fds:
                os.close(fd)
            raise
        data = content[head : head + length]
        memory = bring(fds[0]) if fds else content[head + length :]
        return message, lambda: unpack(data, memory, sizes)

    def _exactly(self, size):
        found = bytearray(size)
        view, at = memoryview(found), 0
        while at < size:
            got = self._end.recv_into(view[at:])
            if not got:
                raise EOFError
            at += got
        return found
