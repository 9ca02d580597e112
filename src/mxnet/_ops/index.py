"""Indexing as users write it, ``x[2:5, None, rows]``, reading and writing.

Where an index *starts* is a run-time number, only its structure (which axes, how many elements,
which step)
belongs to the operator: ``x[i]`` in a loop over ``i`` is one program, and so is ``x[i:i + batch]``.
"""

import functools

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ._spec import Bound, refilled, without_sizes

__all__ = ["index_op", "assign_op", "INT", "NEW", "ARRAY"]

INT, NEW, ARRAY = "int", "new", "array"


_FORMS = 4096  # that are kept, each with what was compiled for it: sizes may never come again


@functools.lru_cache(_FORMS)
def index_op(form):
    """The operator that reads ``form``. See :class:`Index`."""
    return Index(form)


@functools.lru_cache(_FORMS)
def assign_op(form):
    """The operator that returns a copy with ``form`` replaced. See :class:`Assign`."""
    return Assign(form)


class _Part(Bound):
    """What concerns the part of an array that ``form`` names."""

    def __init__(self, form):
        super().__init__()
        self.form = form
        self.name = type(self).__name__.lower()
        self.n_scalars = sum(f is not None and f not in (NEW, ARRAY) for f in form)
        self.advanced = ARRAY in form

    def sized(self, fewest):
        found = []
        form = without_sizes(self.form, fewest, found)
        self._fewest = fewest
        return (type(self), form), tuple(found)

    def with_sizes(self, sizes):
        return type(self)(refilled(self.form, self._fewest, iter(sizes)))


class Index(_Part):
    """Read part of an array.

    Parameters
    ----------
    form : tuple, an entry per part of the key: INT (a run-time position), NEW (a new axis), ARRAY
        (the next input is an index array), or ``(size, step)`` for a slice (its start is a run-time
        number), or ``None`` for a whole axis. Covers all axes.

    Inputs: data, then the index arrays (integer, negative counts from the end, out of range is
    clipped).
    """

    def by_numpy(self, ins):
        if self.advanced:
            return None
        key = _numpy_key(self.form, ins[0].shape)
        if all(f == INT for f in self.form):
            dtype = ins[0].dtype
            return lambda x, *at: onp.array(x[at], dtype)
        return lambda x, *starts: x[key(starts)].copy()

    def run(self, inputs, scalars):
        data, arrays = inputs[0], inputs[1:]
        part = _basic(data, self.form, scalars)
        if not self.advanced:
            return (part.reshape(_shape(part.shape, self.form)),)
        return (part[_key(self.form, arrays, part.shape)],)


class Assign(_Part):
    """A copy of ``data`` with the elements that ``form`` names replaced by ``value`` (broadcast
    and cast).

    Inputs: data, value, then the index arrays.
    """

    def __init__(self, form):
        super().__init__(form)
        self.simple = not self.advanced and all(f in (None, INT, NEW) or f[1] == 1 for f in form)

    def by_numpy(self, ins):
        if self.advanced or ins[0].dtype != ins[1].dtype:
            return None
        key = _numpy_key(self.form, ins[0].shape)

        def assign(x, value, *starts):
            found = x.copy()
            found[key(starts)] = value
            return found

        return assign

    def run(self, inputs, scalars):
        data, value, arrays = inputs[0], inputs[1], inputs[2:]
        value = value.astype(data.dtype)
        if self.simple:
            starts, sizes = _starts(data.shape, self.form, scalars)
            value = jnp.broadcast_to(value, _shape(sizes, self.form)).reshape(sizes)
            return (lax.dynamic_update_slice(data, value, starts),)
        # positions of the elements in the flattened array: found by reading a grid of positions
        # the same way
        grid = jnp.arange(data.size, dtype="int32").reshape(data.shape)
        where = index_op(self.form).run((grid, *arrays), scalars)[0]
        value = jnp.broadcast_to(value, where.shape)
        return (data.reshape(-1).at[where.reshape(-1)].set(value.reshape(-1)).reshape(data.shape),)


def _numpy_key(form, shape):
    """A function of a basic form's starts that gives NumPy's key.

    Where a block is not inside of the array, which XLA would move inside, it raises IndexError.
    """
    if form[:1] == (INT,) and form.count(None) == len(form) - 1:
        return lambda starts: starts[0]  # NumPy checks it
    while form[-1:] == (None,):
        form = form[:-1]
    # (whether it has a start, what makes it part of the key, or that part)
    parts, axis = [], 0
    for f in form:
        if f == NEW:
            parts.append((False, None))
            continue
        if f is None:
            parts.append((False, slice(None)))
        elif f == INT:
            parts.append((True, None))
        else:
            size, step = f
            parts.append((True, _slices(size, step, shape[axis])))
        axis += 1
    if len(parts) == 1 and parts[0][0]:
        only = parts[0][1]
        return lambda starts: only(starts[0])

    def key(starts):
        starts, found = iter(starts), []
        for has_start, part in parts:
            if not has_start:
                found.append(part)
            elif part is None:
                found.append(next(starts))
            else:
                found.append(part(next(starts)))
        return tuple(found)

    return key


def _slices(size, step, n):
    """A function of the start that gives the slice of so many elements of ``n``."""
    if not size:
        return lambda first: slice(0, 0)
    span = (size - 1) * step
    least, most = (0, n - span) if step > 0 else (-span, n)

    def make(first):
        if not least <= first < most:
            raise IndexError("a block is outside of its array")
        end = first + span + (1 if step > 0 else -1)
        return slice(first, end if end >= 0 else None, step)

    return make


def _starts(shape, form, scalars):
    """Starts (run-time) and sizes (static) of the block that a basic form touches."""
    starts, sizes, w, axis = [], [], iter(scalars), 0
    zero = jnp.zeros((), "int32")
    for f in form:
        if f == NEW:
            continue
        if f is None or f == ARRAY:
            starts.append(zero)
            sizes.append(shape[axis])
        elif f == INT:
            starts.append(next(w).astype("int32"))
            sizes.append(1)
        else:
            size, step = f
            first = next(w).astype("int32")
            span = (size - 1) * abs(step) + 1 if size else 0
            starts.append(first if step > 0 else first - (span - 1 if size else 0))
            sizes.append(span)
        axis += 1
    return starts, tuple(sizes)


def _basic(data, form, scalars):
    """Apply the slices and integers of a form; returns the block and the form that is left to
    apply.
    """
    starts, sizes = _starts(data.shape, form, scalars)
    if sizes != data.shape:
        data = lax.dynamic_slice(data, starts, sizes)
    steps = [f[1] if isinstance(f, tuple) else 1 for f in form if f != NEW]
    if any(s != 1 for s in steps):
        data = data[tuple([slice(None, None, abs(s)) for s in steps])]
        if any(s < 0 for s in steps):
            data = lax.rev(data, [i for i, s in enumerate(steps) if s < 0])
    return data


def _shape(shape, form):
    """Shape of the result of a basic form: integer axes go, new ones come."""
    out, axis = [], 0
    for f in form:
        if f == NEW:
            out.append(1)
            continue
        if f != INT:
            out.append(shape[axis])
        axis += 1
    return tuple(out)


def _key(form, arrays, shape):
    """The jnp key of what is left of a form once slices have been applied."""
    key, axis, arrays = [], 0, iter(arrays)
    for f in form:
        if f == NEW:
            key.append(None)
            continue
        if f == INT:
            key.append(0)
        elif f == ARRAY:
            key.append(_positions(next(arrays), shape[axis]))
        else:
            key.append(slice(None))
        axis += 1
    return tuple(key)


def _positions(index, n):
    """Index array as int32, negative ones counted from the end, clipped into range."""
    index = index.astype("int32")
    return jnp.clip(jnp.where(index < 0, index + n, index), 0, max(n - 1, 0))
