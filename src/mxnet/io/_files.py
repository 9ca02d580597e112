"""Iterators over files of numbers: comma-separated values, LibSVM rows and MNIST's idx files."""

import gzip
import logging
import os
import struct
import warnings
import zlib

import numpy as onp

from .._host import host_array
from .._traceback import doors
from ..context import cpu
from ..error import DTypeError, FormatError, MissingFileError, MXNetError, ShapeError, fail
from ..ndarray import NDArray
from ..ndarray.sparse import csr_matrix
from ._parameters import BATCH, REQUIRED, read_parameters, remember, takes
from .io import MXDataIter

__all__ = ["CSVIter", "LibSVMIter", "MNISTIter", "MissingFileError", "Rounds"]

_CSV = remember(
    {
        "data_csv": ("text", REQUIRED),
        "data_shape": ("shape", REQUIRED),
        "label_csv": ("text", "NULL"),
        "label_shape": ("shape", (1,)),
        "round_batch": ("flag", True),
        **BATCH,
    }
)
_LIBSVM = remember(
    {
        "data_libsvm": ("text", REQUIRED),
        "data_shape": ("shape", REQUIRED),
        "label_libsvm": ("text", "NULL"),
        "label_shape": ("shape", (1,)),
        "num_parts": ("count", 1),
        "part_index": ("count", 0),
        "round_batch": ("flag", True),
        **BATCH,
    }
)
_MNIST = remember(
    {
        "image": ("text", "./train-images-idx3-ubyte"),
        "label": ("text", "./train-labels-idx1-ubyte"),
        **BATCH,
        "batch_size": ("count", 128),
        "shuffle": ("flag", True),
        "flat": ("flag", False),
        "seed": ("int", 0),
        "silent": ("flag", False),
        "num_parts": ("count", 1),
        "part_index": ("count", 0),
    }
)
_SHUFFLE = 0x5EED


class Rounds:
    """Cuts ``n`` rows into batches, round and round.

    The last batch of a round is filled up: with the first rows of the next round, which then begins
    after them (``round_batch``), or with what stood at its place in the batch before.

    Parameters
    ----------
    where : str       the iterator's name
    n : int           number of rows
    size : int        of a batch
    round_batch : bool
    take : callable   rows (int64 array) -> (data, label)
    """

    def __init__(self, where, n, size, round_batch, take=None):
        self._where, self._n, self._size = where, n, size
        self._round_batch, self._take = round_batch, take
        self._round, self._before = 0, None
        self._begin(0)

    def _begin(self, first):
        self._at, self._fill = first, 0
        self._order = self._order_of(self._round)

    def _order_of(self, number):
        """The rows in the order of round ``number``."""
        return onp.arange(self._n)

    def reset(self):
        """Begin the next round."""
        self._round += 1
        self._begin(self._fill)

    def next(self):
        """The tuple (data, label, pad, index) of the next batch; None at the end of a round."""
        found = self._next_rows()
        if found is None:
            return None
        rows, pad = found
        data, label = self._take(rows)
        return data, label, pad, rows.astype("uint64")

    def _next_rows(self):
        """The rows of the next batch, and how many of them fill it up; None at the end."""
        size, at = self._size, self._at
        if at >= self._n:
            return None
        self._at = at + size
        rows = self._order[at : at + size]
        pad = size - len(rows)
        if pad:
            rows = onp.concatenate([rows, self._filling(pad)])
        self._before = rows
        return rows, pad

    def _filling(self, pad):
        if not self._round_batch:
            return self._order[:1].repeat(pad) if self._before is None else self._before[-pad:]
        if pad > self._n:
            fail(
                MXNetError,
                self._where,
                "number of input must be bigger than batch size",
                expected=f"at least {self._size} rows",
                got=self._n,
                hint="choose a smaller batch_size, or round_batch=False",
            )
        self._fill = pad
        return self._order_of(self._round + 1)[:pad]


def _paths(where, name):
    """The files that a parameter names: one, several (with ``;`` between), or a folder's."""
    found = []
    for part in name.split(";"):
        path = part.removeprefix("file://")
        if os.path.isdir(path):
            inside = sorted(os.path.join(path, n) for n in os.listdir(path))
            found += [p for p in inside if os.path.isfile(p)]
        elif os.path.isfile(path):
            found.append(path)
        else:
            fail(
                MissingFileError,
                where,
                "Cannot find any files that match",
                expected="an existing file or folder",
                got=repr(part),
            )
    return found


def _on_cpu(data):
    return host_array(data, cpu(), NDArray)


# ---------------------------------------------------------------------------- CSV
@takes(_CSV)
def CSVIter(*args, **kwargs):
    """Batches of the rows of a file of comma-separated values.

    Parameters
    ----------
    data_csv : str            file, or folder whose files are read one after another
    data_shape : tuple        shape of one sample; a row holds as many numbers
    batch_size : int
    label_csv : str, optional      file of the labels, row by row; without it labels are 0
    label_shape : tuple, default (1,)
    round_batch : bool, default True   fill the last batch up with the first rows, with which the
        next round then does not begin; otherwise with the rows that stand there already
    dtype : {'float32', 'int32', 'int64'}, default 'float32'   of data and labels
    data_name, label_name : str, default 'data' and 'softmax_label'
    prefetch_buffer, ctx      accepted; rows are in memory

    Returns
    -------
    MXDataIter   data (batch_size, *data_shape), labels (batch_size, *label_shape), (batch_size,)
        where ``label_shape`` is (1,)

    Raises
    ------
    AttributeTypeError (MXNetError, TypeError)     a parameter
    MissingFileError (MXNetError, FileNotFoundError)
    FormatError (MXNetError, ValueError)           a field that is no number: file and line
    ShapeError (MXNetError, ValueError)            rows of another length; fewer labels than rows
    """
    where = "CSVIter"
    p = read_parameters(where, _CSV, args, kwargs)
    dtype = p["dtype"] or "float32"
    if dtype not in ("float32", "int32", "int64"):
        fail(
            DTypeError,
            where,
            f"{p['dtype']} is not supported for CSVIter",
            expected="float32, int32 or int64",
            got=dtype,
        )
    rows = _read_csv(where, "data_csv", p["data_csv"], p["data_shape"], dtype)
    if p["label_csv"] == "NULL":
        labels = onp.zeros((len(rows), *p["label_shape"]), dtype)
    else:
        labels = _read_csv(where, "label_csv", p["label_csv"], p["label_shape"], dtype)
        if len(labels) < len(rows):
            fail(
                ShapeError,
                where,
                "label_csv has fewer rows than data_csv",
                expected=f"at least {len(rows)} rows",
                got=len(labels),
            )
    labels = _squeezed(labels)

    def take(places):
        return _on_cpu(rows[places]), _on_cpu(labels[places])

    source = Rounds(where, len(rows), p["batch_size"], p["round_batch"], take)
    return MXDataIter(source, p["data_name"], p["label_name"])


def _squeezed(labels):
    """Labels of shape (1,) are numbers."""
    return labels[:, 0] if labels.shape[1:] == (1,) else labels


def _read_csv(where, name, path, shape, dtype):
    """Rows of all files, (N, *shape)."""
    size = int(onp.prod(shape, dtype="int64"))
    chunks = []
    for file in _paths(where, path):
        rows = _read_table(where, file, dtype)
        if rows.size and rows.shape[1] != size:
            fail(
                ShapeError,
                where,
                f"rows of {file} do not fit {name.replace('_csv', '_shape')}",
                expected=f"{size} numbers for shape {tuple(shape)}",
                got=f"{rows.shape[1]} in the first row",
            )
        chunks.append(rows.reshape(-1, *shape))
    rows = chunks[0] if len(chunks) == 1 else onp.concatenate(chunks)
    if not len(rows):
        fail(FormatError, where, f"{path} holds no rows", expected="at least one", got=0)
    return rows


def _read_table(where, path, dtype):
    """A file's numbers (N, M)."""
    try:
        return _load(path, dtype)
    except ValueError as error:
        first = error
    if dtype != "float32":  # 1.x read the whole part of a number with a point
        try:
            wide = _load(path, "float64")
        except ValueError as error:
            first = error
        else:
            limits = onp.iinfo(dtype)
            if onp.isfinite(wide).all() and (abs(wide) <= limits.max).all():
                return wide.astype(dtype)
    text = str(first)
    return fail(
        FormatError,
        where,
        f"{path} cannot be read",
        expected=f"{dtype} numbers with commas between, as many in each row",
        got=text[0].lower() + text[1:].split("; use")[0],
    )


def _load(path, dtype):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*input contained no data", category=UserWarning)
        return onp.loadtxt(path, dtype, delimiter=",", comments=None, ndmin=2)


# ---------------------------------------------------------------------------- LibSVM
@takes(_LIBSVM)
def LibSVMIter(*args, **kwargs):
    """Batches of sparse rows ``label column:value column:value ...``; columns count from 0.

    Parameters
    ----------
    data_libsvm : str         file, or folder whose files are read one after another
    data_shape : tuple (C,)   number of columns
    batch_size : int
    label_libsvm : str, optional      file of sparse labels; without it the number at the beginning
        of each row is its label
    label_shape : tuple (L,), default (1,)
    num_parts, part_index : int, default 1 and 0   only the rows of that part of the file's bytes
    round_batch : True        fill the last batch up with the first rows, with which the next round
        then does not begin
    data_name, label_name : str, default 'data' and 'softmax_label'
    dtype : {'float32'}
    prefetch_buffer, ctx      accepted; rows are in memory

    Returns
    -------
    MXDataIter   data CSRNDArray (batch_size, C) float32; labels NDArray (batch_size,) float32, or
        CSRNDArray (batch_size, L) where ``label_libsvm`` is given

    Raises
    ------
    AttributeTypeError (MXNetError, TypeError)     a parameter
    MissingFileError (MXNetError, FileNotFoundError)
    FormatError (MXNetError, ValueError)           a row that cannot be read, or a column out of
        range: file and line
    ShapeError (MXNetError, ValueError)            shapes of several axes; fewer labels than rows
    """
    where = "LibSVMIter"
    p = read_parameters(where, _LIBSVM, args, kwargs)
    for name in ("data_shape", "label_shape"):
        if len(p[name]) != 1:
            fail(
                ShapeError,
                where,
                f"dimension of {name} is expected to be 1",
                expected="(number of columns,)",
                got=p[name],
            )
    if not p["round_batch"]:
        fail(MXNetError, where, "round_batch=False is not supported", expected="True", got="False")
    if p["dtype"] not in (None, "float32"):
        fail(DTypeError, where, "dtype is not supported", expected="float32", got=p["dtype"])
    part = _part(where, p)
    numbers, rows = _read_libsvm(where, p["data_libsvm"], p["data_shape"][0], part)
    sparse_labels = p["label_libsvm"] != "NULL"
    if sparse_labels:
        labels = _read_libsvm(where, p["label_libsvm"], p["label_shape"][0], part)[1]
        if len(labels) < len(rows):
            fail(
                ShapeError,
                where,
                "label_libsvm has fewer rows than data_libsvm",
                expected=f"at least {len(rows)} rows",
                got=len(labels),
            )

    def take(places):
        label = labels.take(places) if sparse_labels else _on_cpu(numbers[places])
        return rows.take(places), label

    source = Rounds(where, len(rows), p["batch_size"], True, take)
    return MXDataIter(source, p["data_name"], p["label_name"])


def _part(where, p):
    """The checked pair (part_index, num_parts)."""
    index, parts = p["part_index"], p["num_parts"]
    if not index < parts:
        fail(
            MXNetError,
            where,
            "no such part",
            expected=f"0 <= part_index < num_parts = {parts}",
            got=index,
        )
    return index, parts


class _SparseRows:
    """A matrix in compressed rows on the host."""

    def __init__(self, values, columns, starts, width):
        self._values, self._columns, self._starts, self._width = values, columns, starts, width

    def __len__(self):
        return len(self._starts) - 1

    def take(self, places):
        """CSRNDArray of some rows."""
        begin, end = self._starts[places], self._starts[places + 1]
        counts = end - begin
        starts = onp.zeros(len(places) + 1, "int64")
        onp.cumsum(counts, out=starts[1:])
        at = onp.arange(starts[-1]) + onp.repeat(begin - starts[:-1], counts)
        return csr_matrix(
            (self._values[at], self._columns[at], starts),
            shape=(len(places), self._width),
            ctx=cpu(),
            dtype="float32",
        )


def _read_libsvm(where, path, width, part):
    """Labels (N,) float32, and sparse rows (N, width)."""
    labels, values, columns, counts = [], [], [], []
    files = _paths(where, path)
    begin, end = _span(sum(map(os.path.getsize, files)), part)
    at = 0  # of the line, in all files together
    for name in files:
        with open(name, "rb") as file:
            for n, line in enumerate(file, 1):
                here, at = at, at + len(line)
                # As in 1.9.1, a part begins after the first line break that it finds, unless at the
                # beginning of a file.
                if not (begin <= here < end if n == 1 else begin < here <= end):
                    continue
                fields = line.split(b"#", 1)[0].split()
                if not fields:
                    continue
                try:
                    labels.append(float(fields[0].split(b":", 1)[0]))
                    count = len(columns)
                    for field in fields[1:]:
                        column, _, value = field.partition(b":")
                        if column == b"qid":
                            continue
                        columns.append(int(column))
                        values.append(float(value) if value else 1.0)
                except ValueError as error:
                    fail(
                        FormatError,
                        where,
                        f"line {n} of {name} cannot be read ({error})",
                        expected="label column:value column:value ...",
                        got=repr(line[:60].decode(errors="replace")),
                    )
                for column in columns[count:]:
                    if not 0 <= column < width:
                        fail(
                            FormatError,
                            where,
                            f"line {n} of {name} has a column out of range",
                            expected=f"0 <= column < {width} (columns count from 0)",
                            got=column,
                        )
                counts.append(len(columns) - count)
    if not labels:
        fail(FormatError, where, f"{path} holds no rows", expected="at least one", got=0)
    starts = onp.zeros(len(counts) + 1, "int64")
    onp.cumsum(counts, out=starts[1:])
    rows = _SparseRows(onp.asarray(values, "float32"), onp.asarray(columns, "int64"), starts, width)
    return onp.asarray(labels, "float32"), rows


def _span(size, part, unit=1):
    """First and last (exclusive) of a part of ``size`` bytes, records ..., a multiple of ``unit``.

    As in 1.9.1 all parts but the last are of one size, rounded up. Where that would leave a part
    without anything, they are as equal as can be.
    """
    index, parts = part
    step = -(-size // (parts * unit)) * unit
    if step * (parts - 1) >= size:
        return _even_span(size, part)
    return min(step * index, size), min(step * (index + 1), size)


def _even_span(size, part):
    """First and last (exclusive) of a part, none of which has two more than another."""
    index, parts = part
    return size * index // parts, size * (index + 1) // parts


# ---------------------------------------------------------------------------- MNIST
@takes(_MNIST)
def MNISTIter(*args, **kwargs):
    """Batches of the images in idx files, as numbers from 0 to below 1 (the byte over 256).

    Parameters
    ----------
    image, label : str, default './train-images-idx3-ubyte' and './train-labels-idx1-ubyte'
        plain or gzipped
    batch_size : int, default 128    samples that do not fill a batch are left out
    shuffle : bool, default True     once, by ``seed``; each round has the same order
    flat : bool, default False       images as rows of numbers
    seed : int, default 0
    silent : bool, default False     do not log what was read
    num_parts, part_index : int, default 1 and 0   only that part of the samples
    data_name, label_name : str, default 'data' and 'softmax_label'
    dtype : {'float32'}
    prefetch_buffer, ctx             accepted; samples are in memory

    Returns
    -------
    MXDataIter   data (batch_size, 1, H, W) float32, or (batch_size, H W) if ``flat``; labels
        (batch_size,) float32

    Raises
    ------
    AttributeTypeError (MXNetError, TypeError)     a parameter
    MissingFileError (MXNetError, FileNotFoundError)
    FormatError (MXNetError, ValueError)           no idx file, or an incomplete one
    """
    where = "MNISTIter"
    p = read_parameters(where, _MNIST, args, kwargs)
    if p["dtype"] not in (None, "float32"):
        fail(DTypeError, where, "dtype is not supported", expected="float32", got=p["dtype"])
    images = _read_idx(where, p["image"], 3)
    labels = _read_idx(where, p["label"], 1)
    if len(images) != len(labels):
        fail(
            ShapeError,
            where,
            "images and labels differ in number",
            expected=f"{len(images)} labels",
            got=len(labels),
        )
    begin, end = _even_span(len(images), _part(where, p))
    order = onp.arange(begin, end)
    if p["shuffle"]:
        onp.random.default_rng((_SHUFFLE, p["seed"] & 0xFFFFFFFF)).shuffle(order)
    size = p["batch_size"]
    if len(order) < size:
        fail(
            MXNetError,
            where,
            "there are fewer samples than one batch holds",
            expected=f"at least batch_size={size}",
            got=len(order),
        )
    images = images.reshape(len(images), -1) if p["flat"] else images[:, None]
    if not p["silent"]:
        logging.info(
            "MNISTIter: load %d images, shuffle=%d, shape=%s",
            len(order),
            p["shuffle"],
            (size, *images.shape[1:]),
        )

    def take(places):
        at = order[places]
        data = images[at].astype("float32")
        data *= onp.float32(1 / 256)
        return _on_cpu(data), _on_cpu(labels[at].astype("float32"))

    source = _WholeBatches(where, len(order), size, False, take)
    return MXDataIter(source, p["data_name"], p["label_name"])


class _WholeBatches(Rounds):
    """As :class:`Rounds`; what does not fill a batch is left out."""

    def next(self):
        found = super().next() if self._at + self._size <= self._n else None
        if found is None:
            return None
        *batch, index = found
        return *batch, index * 0  # 1.9.1 does not number them


def _read_idx(where, path, ndim):
    """An idx file of unsigned bytes, plain or gzipped."""
    found = _paths(where, path)[0]
    with open(found, "rb") as raw:
        content = raw.read()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            fail(
                FormatError,
                where,
                f"{found} is damaged or incomplete",
                expected="a whole gzip file",
                got=str(error),
            )
    magic, head = bytes((0, 0, 8, ndim)), 4 + 4 * ndim
    if content[:4] != magic or len(content) < head:
        fail(
            FormatError,
            where,
            f"{found} is no idx file of this kind",
            expected=f"0x{magic.hex()} (unsigned bytes, {ndim} dimensions) and {head} bytes",
            got=f"0x{content[:4].hex()} and {len(content)} bytes",
        )
    shape = struct.unpack(f">{ndim}I", content[4:head])
    size = 1
    for n in shape:
        size *= n
    if len(content) - head != size:
        fail(
            FormatError,
            where,
            f"{found} is damaged or incomplete",
            expected=f"{size} bytes of data for shape {shape}",
            got=len(content) - head,
        )
    return onp.frombuffer(content, "uint8", offset=head).reshape(shape)


doors(globals())
