"""Sequences of different lengths in one array: masking, last elements, reversal."""

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._axes import one_axis, whole_index
from ._facts import assumed_type, data_equal, put_if_open, without
from ._spec import op


def _lengths(data, lengths, use, axis, where):
    """The time axis (0 or 1) and the lengths as integers; None where they are not used."""
    a = one_axis(axis, data.ndim, where)
    if a > 1 or data.ndim < 2:
        fail(
            ShapeError,
            where,
            "no time and batch axes",
            expected="axis 0 or 1 of an array (T, B, ...) or (B, T, ...)",
            got=f"axis {axis} of shape {data.shape}",
        )
    if not use:
        return a, None
    if lengths is None:
        fail(
            ShapeError,
            where,
            "sequence_length is missing",
            expected=f"lengths ({data.shape[1 - a]},)",
            got="none",
        )
    if lengths.shape != (data.shape[1 - a],):
        fail(
            ShapeError,
            where,
            "sequence_length does not fit",
            got=lengths.shape,
            expected=f"({data.shape[1 - a]},), a length for each sequence of {data.shape}",
        )
    return a, lax.stop_gradient(whole_index(lengths))


def _times(data, a, lengths):
    """Time of each element and its sequence's length, both in data's shape."""
    t = lax.broadcasted_iota(lengths.dtype, data.shape, a)
    return t, lax.broadcast_in_dim(lengths, data.shape, (1 - a,))


def _length_shapes(found, node):
    """Sequences: one length for each column of a batch."""
    static, _ = node.parse()
    data, axis = found.get(node.inputs[0]), static.get("axis", 0)
    if data is None or len(data) < 2 or axis not in (0, 1):
        return
    if static["use_sequence_length"] and len(node.inputs) > 1:
        put_if_open(found, node.inputs[1], (data[1 - axis],), node)


def _last_shape(found, node):
    data, axis = found.get(node.inputs[0]), node.parse()[0]["axis"]
    if data is not None and len(data) >= 2 and axis in (0, 1):
        found.put((node, 0), without(data, axis), node)


@op(
    "SequenceMask",
    aliases=("_npx_sequence_mask",),
    present={"sequence_length": "use_sequence_length"},
    complete=(
        data_equal,
        _length_shapes,
    ),
    free={"sequence_length": "float32"},
    types=assumed_type(),
)
def sequence_mask(
    data,
    sequence_length=None,
    *,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
):
    """Elements after the end of each sequence set to a number.

    Parameters
    ----------
    data : (T, B, *S), or (B, T, *S) with axis 1
    sequence_length : (B,) any number type      only with ``use_sequence_length``
    use_sequence_length : bool, default False   without it the array is returned as it is
    value : float, default 0
    axis : 0 or 1, default 0                    the time axis

    Returns
    -------
    shape and dtype of data

    Raises
    ------
    ShapeError   if the lengths do not fit

    Gradient   wrt data; 0 where masked
    """
    a, lengths = _lengths(data, sequence_length, use_sequence_length, axis, "SequenceMask")
    if lengths is None:
        return data
    t, end = _times(data, a, lengths)
    return lax.select(lax.lt(t, end), data, lax.full_like(data, value))


@op(
    "SequenceLast",
    present={"sequence_length": "use_sequence_length"},
    complete=(_length_shapes, _last_shape),
    free={"sequence_length": "float32"},
    types=assumed_type(),
)
def sequence_last(data, sequence_length=None, *, use_sequence_length: bool = False, axis: int = 0):
    """The last element of each sequence.

    Parameters
    ----------
    data : (T, B, *S), or (B, T, *S) with axis 1
    sequence_length : (B,) any number type >= 1  only with ``use_sequence_length``
    use_sequence_length : bool, default False   without it the last element along the axis
    axis : 0 or 1, default 0                    the time axis

    Returns
    -------
    (B, *S) dtype of data

    Raises
    ------
    ShapeError   if the lengths do not fit, or the sequences are empty
    """
    a, lengths = _lengths(data, sequence_length, use_sequence_length, axis, "SequenceLast")
    n = data.shape[a]
    if n == 0:
        fail(
            ShapeError,
            "SequenceLast",
            "the sequences are empty",
            expected=f"axis {a} of size >= 1",
            got=data.shape,
        )
    if lengths is None:
        return lax.index_in_dim(data, n - 1, a, keepdims=False)
    last = jnp.clip(lengths - 1, 0, n - 1)
    kept = tuple(1 if k == a else m if k == 1 - a else 1 for k, m in enumerate(data.shape))
    y = jnp.take_along_axis(data, last.reshape(kept), a, mode="promise_in_bounds")
    return lax.squeeze(y, (a,))


@op(
    "SequenceReverse",
    present={"sequence_length": "use_sequence_length"},
    complete=(
        data_equal,
        _length_shapes,
    ),
    free={"sequence_length": "float32"},
    types=assumed_type(),
)
def sequence_reverse(
    data, sequence_length=None, *, use_sequence_length: bool = False, axis: int = 0
):
    """Each sequence backwards; what lies after its end stays.

    Parameters
    ----------
    data : (T, B, *S)
    sequence_length : (B,) any number type      only with ``use_sequence_length``
    use_sequence_length : bool, default False   without it the whole axis is reversed
    axis : 0, default 0                         the time axis

    Returns
    -------
    shape and dtype of data

    Raises
    ------
    ShapeError   if the lengths do not fit
    """
    a, lengths = _lengths(data, sequence_length, use_sequence_length, axis, "SequenceReverse")
    if lengths is None:
        return lax.rev(data, (a,))
    t = jnp.arange(data.shape[a], dtype=lengths.dtype)
    t = t[:, None] if a == 0 else t[None, :]
    end = lengths[None, :] if a == 0 else lengths[:, None]
    source = jnp.where(t < end, end - 1 - t, t)
    source = jnp.clip(source, 0, max(data.shape[a] - 1, 0)).reshape(
        source.shape + (1,) * (data.ndim - 2)
    )
    return jnp.take_along_axis(data, source, a, mode="promise_in_bounds")
