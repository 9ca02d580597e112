"""Reading the files of the standard vision data sets: idx, and CIFAR's binary records."""

import gzip
import math
import os
import struct
import zlib

import numpy as onp

from ....error import FormatError, fail

__all__ = ["read_idx", "read_records"]

_UNSIGNED_BYTES = 8  # idx's code of the element type
_CHUNK = 1 << 20
# What unpacking may grow a file to: images shrink some two to five times, and never to less than
# a hundredth.
_GROWTH, _FLOOR = 100, 64 << 20


def read_idx(path, ndim, shape=None):
    """An idx file of unsigned bytes, plain or gzipped (told by its content).

    Parameters
    ----------
    path : str
    ndim : int               expected number of dimensions
    shape : tuple, optional  expected size of all dimensions but the first

    Returns
    -------
    numpy.ndarray uint8 (N, ...)

    Raises
    ------
    FormatError   the file is truncated, too long or of another format: file, field and offset,
        expected, got
    """
    size = os.path.getsize(path)
    with open(path, "rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = gzip.GzipFile(fileobj=raw) if packed else raw
        limit = max(_FLOOR, _GROWTH * size) if packed else size
        try:
            return _read_idx(path, file, ndim, shape, limit)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            fail(
                FormatError,
                path,
                "the file is damaged or incomplete",
                expected="a whole gzip file",
                got=f"{size} bytes ({error})",
                hint="fetch it again",
            )


def _read_idx(path, file, ndim, shape, limit):
    head = file.read(4)
    magic = bytes((0, 0, _UNSIGNED_BYTES, ndim))
    if head != magic:
        fail(
            FormatError,
            path,
            "not an idx file of this kind: magic number at offset 0",
            expected=f"0x{magic.hex()} (unsigned bytes, {ndim} dimensions)",
            got=f"0x{head.hex()}" if head else "an empty file",
        )
    sizes = file.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        fail(
            FormatError,
            path,
            f"the header ends at offset {4 + len(sizes)}",
            expected=f"{4 + 4 * ndim} bytes of header",
            got=4 + len(sizes),
        )
    dims = struct.unpack(f">{ndim}I", sizes)
    if shape is not None and dims[1:] != tuple(shape):
        fail(
            FormatError, path, "size of one image at offset 8", expected=tuple(shape), got=dims[1:]
        )
    n = math.prod(dims)
    # none of images beyond measure are no bytes, and yet no array
    if n > limit or math.prod([max(d, 1) for d in dims]) >= 2**63:
        fail(
            FormatError,
            path,
            "the header (offset 4) declares more than the file can hold",
            expected=f"at most {limit} bytes of data",
            got=f"{dims} = {n} bytes",
        )
    data = _read_exactly(path, file, n, 4 + 4 * ndim)
    return data.reshape(dims)


def _read_exactly(path, file, n, offset):
    """``n`` bytes, which must be the last ones. Memory grows with what is really there."""
    chunks, got = [], 0
    while got < n:
        chunk = file.read(min(_CHUNK, n - got))
        if not chunk:
            fail(
                FormatError,
                path,
                f"the data end at offset {offset + got}",
                expected=f"{n} bytes of data from offset {offset}",
                got=f"{got} bytes",
            )
        chunks.append(chunk)
        got += len(chunk)
    if file.read(1):
        fail(
            FormatError,
            path,
            f"there are data beyond offset {offset + n}",
            expected=f"{n} bytes of data from offset {offset}, as the header declares",
            got="more",
        )
    return onp.frombuffer(b"".join(chunks), "uint8")


def read_records(path, n_labels, image=3072):
    """CIFAR's binary records: ``n_labels`` label bytes, then an image of 3 x 32 x 32 bytes.

    Returns
    -------
    images (N, 32, 32, 3) uint8, labels (N, n_labels) uint8

    Raises
    ------
    FormatError   the file does not consist of whole records
    """
    size, record = os.path.getsize(path), n_labels + image
    if size == 0 or size % record:
        fail(
            FormatError,
            path,
            f"the last record is incomplete at offset {size - size % record}",
            expected=f"a multiple of {record} bytes (label and 3 x 32 x 32 image)",
            got=f"{size} bytes",
        )
    data = onp.fromfile(path, "uint8").reshape(-1, record)
    images = data[:, n_labels:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return onp.ascontiguousarray(images), data[:, :n_labels].copy()
