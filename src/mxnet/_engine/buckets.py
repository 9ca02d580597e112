"""How NumPy arrays travel over processes: small ones packed in buckets, large ones as they are.

In front of the first bucket is a number of each process: what it is about to do. A process writes
its own number and zeros in the places of the others', so that the sum holds all of them exactly.
"""

import numpy as onp

__all__ = ["BYTES", "Layout", "length", "padded", "wire"]

BYTES = 4 << 20  # of a bucket
_LARGE = 1 << 20  # bytes from which an array is not copied into a bucket
_LINE = 64  # bytes: where arrays begin in a bucket, so that none must be copied to go to a device


def wire(dtype):
    """The type that numbers of a type are summed in."""
    if dtype == onp.float64:
        return onp.dtype("float64")
    return onp.dtype("int64" if dtype.kind in "iub" else "float32")


def padded(n):
    """The next of few sizes: eight between two powers of two, so that few programs serve all."""
    if n <= 256:
        return 256
    step = 1 << max(n.bit_length() - 4, 0)
    return -(-n // step) * step


def length(n, itemsize):
    """Elements of a vector that takes ``n``: whole buckets and a padded rest."""
    width = BYTES // itemsize
    rest = n % width
    return n - rest + (min(padded(rest), width) if rest or not n else 0)


def _zeros(n, dtype):
    """A vector in memory that a CPU's runtime takes as it is."""
    raw = onp.zeros(n * dtype.itemsize + _LINE, "uint8")
    begin = -raw.ctypes.data % _LINE
    return raw[begin : begin + n * dtype.itemsize].view(dtype)


class _Bucket:
    """Arrays that travel together: ``members`` are their indices and where they begin; ``made`` is
    for whoever sends ``room``, which stays where it is.
    """

    __slots__ = ("dtype", "length", "made", "members", "room")

    def __init__(self, dtype, begin):
        self.dtype, self.length = dtype, begin
        self.members = []
        self.room = self.made = None

    def take(self, i, n):
        self.members.append((i, self.length))
        line = _LINE // self.dtype.itemsize
        self.length += -(-n // line) * line

    def nbytes(self):
        return self.length * self.dtype.itemsize


class Layout:
    """How arrays of certain shapes and types travel.

    Parameters
    ----------
    specs : sequence of (shape, dtype)
    n_marks : int     processes, each of which puts a number in front of the first bucket

    Attributes
    ----------
    buckets : int       vectors that travel
    """

    MARKS = 1 << 24  # a mark is less, so that every type that is summed in holds it exactly

    def __init__(self, specs, n_marks):
        self._specs, self._n_marks = specs, n_marks
        sizes = [int(onp.prod(shape, dtype="int64")) for shape, _ in specs]
        large = [
            i
            for i, (n, (_, dtype)) in enumerate(zip(sizes, specs))
            if n * dtype.itemsize >= _LARGE and wire(dtype) == dtype
        ]
        if len(large) == len(specs):  # something must travel with the marks
            large.remove(min(large, key=sizes.__getitem__))
        alone, packs, filling = set(large), [], {}
        for i, (n, (_, dtype)) in enumerate(zip(sizes, specs)):
            if i in alone:
                continue
            kind = wire(dtype)
            pack = filling.get(kind)
            if pack is None or (pack.members and pack.nbytes() + n * kind.itemsize > BYTES):
                line = _LINE // kind.itemsize
                pack = _Bucket(kind, 0 if packs else -(-n_marks // line) * line)
                filling[kind] = pack
                packs.append(pack)
            pack.take(i, n)
        self._sizes, self._packs, self._large = sizes, packs, large
        self.buckets = len(packs) + len(large)

    def _pack(self, pack, arrays):
        if pack.room is None:
            pack.room = _zeros(padded(pack.length), pack.dtype)
        for i, at in pack.members:
            pack.room[at : at + self._sizes[i]] = arrays[i].reshape(-1)

    def first(self, arrays, rank, mark, reduce):
        """The sum of the first bucket.

        Parameters
        ----------
        arrays : list of numpy.ndarray or None     None: zeros are sent
        rank : int
        mark : int              of process ``rank``
        reduce : callable       ``(vector, bucket or None)`` to its sum over the processes
        """
        pack = self._packs[0]
        if arrays is None:
            return reduce(_zeros(padded(pack.length), pack.dtype), None)
        self._pack(pack, arrays)
        pack.room[: self._n_marks] = 0
        pack.room[rank] = mark
        return reduce(pack.room, pack)

    def marks(self, total):
        """What the processes had put in front of the first bucket, from its sum."""
        return total[: self._n_marks]

    def sums(self, arrays, total, reduce):
        """Sums of the arrays.

        Parameters
        ----------
        arrays : list of numpy.ndarray
        total : numpy.ndarray        what :meth:`first` has given
        reduce : callable            as there

        Returns
        -------
        list of numpy.ndarray
        """
        found = [None] * len(arrays)
        for k, pack in enumerate(self._packs):
            if k:
                self._pack(pack, arrays)
            whole = reduce(pack.room, pack) if k else total
            for i, at in pack.members:
                shape, dtype = self._specs[i]
                part = whole[at : at + self._sizes[i]].reshape(shape)
                found[i] = part.astype(dtype, copy=False)
        for i in self._large:
            found[i] = reduce(arrays[i].reshape(-1), None).reshape(self._specs[i][0])
        return found
