"""How batches are made: rows gathered from arrays, samples stacked, transforms applied to a whole
batch.
"""

import numpy as onp

from ..._engine.program import to_device
from ..._engine.segment import concrete
from ..._engine.state import draw, mix32, threads
from ..._host import Mirror, host_array, on_host
from ...error import DTypeError, ShapeError, fail
from ...ndarray import NDArray
from .._structure import map_items
from ..nn import HybridSequential, Sequential

__all__ = [
    "default_batchify_fn",
    "default_mp_batchify_fn",
    "Column",
    "batch_form",
    "bulk_of",
]

_GPU = 2


def leaves(batch):
    """The NDArrays in a structure of tuples, lists and dictionaries."""
    if isinstance(batch, NDArray):
        yield batch
    elif isinstance(batch, (tuple, list)):
        for item in batch:
            yield from leaves(item)
    elif isinstance(batch, dict):
        for item in batch.values():
            yield from leaves(item)


def map_leaves(f, batch):
    """The same structure with ``f`` applied to its NDArrays."""
    if isinstance(batch, NDArray):
        return f(batch)
    if isinstance(batch, (tuple, list)):
        return map_items(lambda b: map_leaves(f, b), batch)
    if isinstance(batch, dict):
        return {k: map_leaves(f, b) for k, b in batch.items()}
    return batch


def start(batch):
    """Let what a structure of arrays still needs begin: its programs run, its data travel to their
    devices.
    """
    for array in leaves(batch):
        value = array._read()
        data = concrete(value)
        if data.__class__ is onp.ndarray and value.spec.ctx.device_typeid == _GPU:
            value.data = to_device(data, value.spec.ctx)
    return batch


class random_stream:
    """Scope in which random draws come from a stream of their own, whatever thread it runs in.

    The same numbers for a sample follow, however many workers there are.
    """

    __slots__ = ("word", "saved")

    def __init__(self, *words):
        word = words[0]
        for w in words[1:]:
            word = mix32(word, w)
        self.word = word

    def __enter__(self):
        draw(0)  # notices a seed that was set meanwhile
        self.saved = threads.stream, threads.counter
        threads.stream, threads.counter = self.word, 0

    def __exit__(self, *exc):
        threads.stream, threads.counter = self.saved


def generator():
    """A NumPy random generator that continues the stream of :func:`mxnet.random.seed`."""
    return onp.random.default_rng(draw())


# ---------------------------------------------------------------------------- samples to batches
def default_batchify_fn(data):
    """Stack samples into a batch.

    Parameters
    ----------
    data : list of samples   NDArrays, NumPy arrays, numbers, or tuples of those (also nested)

    Returns
    -------
    NDArray (B, ...) of the samples' own dtype (Python integers int64, Python floats float64); for
    tuples the list of their members' batches

    Raises
    ------
    ShapeError   samples of different shapes
    DTypeError   samples that are not numbers
    """
    first = data[0]
    if isinstance(first, NDArray):
        ctx = first.context
        if ctx.device_typeid == _GPU:
            return _stack_on_device(data)
        return host_array(
            _stack([on_host(x) if isinstance(x, NDArray) else onp.asarray(x) for x in data]), ctx
        )
    if isinstance(first, tuple):
        for i, sample in enumerate(data):
            if not isinstance(sample, tuple) or len(sample) != len(first):
                fail(
                    ShapeError,
                    "default_batchify_fn",
                    f"samples 0 and {i} of the batch differ in structure",
                    expected=f"a tuple of {len(first)}",
                    got=f"{type(sample).__name__} {sample!r:.60}",
                )
        return [default_batchify_fn(list(member)) for member in zip(*data)]
    if isinstance(first, onp.ndarray):
        return host_array(_stack([onp.asarray(x) for x in data]))
    try:
        batch = onp.asarray(data)
    except ValueError:
        batch = _stack([onp.asarray(x) for x in data])
    _check_numbers(batch.dtype, first)
    return host_array(batch)


default_mp_batchify_fn = default_batchify_fn


def _check_numbers(dtype, sample):
    if dtype.kind not in "biufcV":
        fail(
            DTypeError,
            "default_batchify_fn",
            "samples cannot be stacked",
            expected="NDArrays, NumPy arrays, numbers or tuples of those",
            got=f"{type(sample).__name__} {sample!r:.60}",
            hint="pass batchify_fn= to the DataLoader, or transform the samples",
        )


def _stack(rows):
    _check_shapes(rows)
    batch = onp.stack(rows)
    _check_numbers(batch.dtype, rows[0])
    return batch


def _check_shapes(rows):
    shape = rows[0].shape
    for i, row in enumerate(rows):
        if row.shape != shape:
            fail(
                ShapeError,
                "default_batchify_fn",
                f"samples 0 and {i} of the batch have different shapes",
                expected=shape,
                got=row.shape,
                hint="bring them to one shape in a transform, or pass batchify_fn= to "
                "the DataLoader",
            )


def _stack_on_device(data):
    _check_shapes(data)
    first, *rest = [x.expand_dims(0) for x in data]
    return first.concat(*rest, dim=0) if rest else first


# ---------------------------------------------------------------------------- whole batches at once
class Column:
    """One member of an array-backed data set, and how to take many rows of it at once.

    Rows of an NDArray on the host are taken from a NumPy mirror of it (renewed when the array is
    written to);
    rows of an array on another device are taken there.
    """

    __slots__ = ("array", "mirror")

    def __init__(self, array):
        self.array = array
        self.mirror = Mirror(array) if isinstance(array, NDArray) else None

    @staticmethod
    def of(data):
        """The column of a NumPy array, NDArray or list; None for anything else."""
        if isinstance(data, NDArray) or type(data) in (list, tuple):
            return Column(data)
        if isinstance(data, onp.ndarray) and data.ndim and data.dtype.kind in "biufc":
            return Column(data)
        return None

    def rows(self):
        """The present contents on the host."""
        return self.array if self.mirror is None else self.mirror.read()

    def item(self, i):
        """One row (or slice of rows) as an NDArray of its own; the column is an NDArray."""
        array = self.array
        if array.context.device_typeid == _GPU:
            return array[i]
        rows = self.rows()[i]
        if rows.ndim == 0:
            rows = rows.reshape(1)
        return host_array(rows, array.context)

    def gather(self, indices, ctx):
        """Rows ``indices`` (int64 array) as a batch on ``ctx`` (None: where the data are)."""
        array = self.array
        if isinstance(array, NDArray):
            home = array.context
            if home.device_typeid == _GPU:
                batch = array.take(host_array(_within(indices, len(array)).astype("int32"), home))
                return batch if ctx is None else batch.as_in_context(ctx)
            rows = self.rows()
            return host_array(rows.take(indices, axis=0), home if ctx is None else ctx)
        if type(array) in (list, tuple):
            batch = default_batchify_fn([array[i] for i in indices.tolist()])
            return batch if ctx is None else map_leaves(lambda x: x.as_in_context(ctx), batch)
        return host_array(array.take(indices, axis=0), ctx)

    def rank(self):
        """Rank of one sample, None where it is not known."""
        array = self.array
        return None if type(array) in (list, tuple) else array.ndim - 1


def _within(indices, n):
    """Non-negative indices, or IndexError: a gather on a device would not notice."""
    bad = (indices < -n) | (indices >= n)
    if bad.any():
        raise IndexError(
            f"index {int(indices[bad][0])} is out of bounds for a data set of {n} samples"
        )
    return onp.where(indices < 0, indices + n, indices)


class Bulk:
    """A data set whose batches can be made at once.

    ``ranks``: ranks of the members of a sample (None: unknown); ``single``: a sample is its only
    member, not a tuple; ``gather(indices, ctx) -> list of batches``, one per member.
    """

    __slots__ = ("ranks", "single", "gather")

    def __init__(self, ranks, single, gather):
        self.ranks, self.single, self.gather = ranks, single, gather

    def batch(self, indices, ctx):
        """What stacking the samples gives."""
        members = self.gather(indices, ctx)
        return members[0] if self.single else members


def bulk_of(dataset):
    """The Bulk of a data set or bare array; None where samples must be made one by one."""
    if isinstance(dataset, NDArray):
        column = Column(dataset)
        if dataset.ndim != 1:
            return Bulk([column.rank()], True, lambda indices, ctx: [column.gather(indices, ctx)])
        return Bulk([1], True, lambda indices, ctx: [column.gather(indices, ctx).reshape((-1, 1))])
    if isinstance(dataset, onp.ndarray):
        column = Column.of(dataset)
        return column and Bulk(
            [column.rank()], True, lambda indices, ctx: [column.gather(indices, ctx)]
        )
    make = getattr(dataset, "_bulk", None)
    return make() if make is not None else None


def batch_form(fn, rank):
    """A function that does to a batch of samples of that rank what ``fn`` does to each of them;
    None if unknown.

    A transform says so by ``_batch_form(rank)`` in its own class: a subclass may compute something
    else, so it is not asked for what it inherits. Such a function keeps the rank. Blocks with hooks
    are left alone: a hook is to see samples.
    """
    cls = fn.__class__
    if (
        getattr(fn, "_forward_hooks", None)
        or getattr(fn, "_forward_pre_hooks", None)
        or "forward" in vars_of(fn)
    ):
        return None
    own = cls.__dict__.get("_batch_form")
    if own is not None:
        return own(fn, rank)
    if isinstance(fn, (Sequential, HybridSequential)) and _is_plain(cls):
        forms = [batch_form(child, rank) for child in fn._children.values()]
        if None not in forms:
            return TransformChain(forms)
    return None


def vars_of(fn):
    """Attributes of the object itself."""
    return getattr(fn, "__dict__", ())


_PLAIN = {
    getattr(c, n, None)
    for c in (Sequential, HybridSequential)
    for n in ("forward", "hybrid_forward", "__call__")
}


def _is_plain(cls):
    """Whether a container class computes nothing but its children, in order."""
    return all(getattr(cls, n, None) in _PLAIN for n in ("forward", "hybrid_forward", "__call__"))


class TransformChain:
    """Functions applied one after another."""

    __slots__ = ("forms",)

    def __init__(self, forms):
        self.forms = forms

    def __call__(self, x):
        for form in self.forms:
            x = form(x)
        return x


def positive(value, where, name, least=1):
    """``value`` as an integer of at least ``least``, or a ValueError that names the parameter."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = None
    if number is None or number != value or number < least or isinstance(value, bool):
        raise ValueError(
            f"{where}: {name} does not fit: expected an integer of at least {least}, got {value!r}."
        )
    return number
