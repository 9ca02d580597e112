"""Operators that look up and write by position: take, pick, gather, scatter, where, Embedding.

Positions arrive in any number type (MXNet's default is float32) and are cut to integers.
"""

import math
from typing import Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import MXNetError, ShapeError, fail
from ._axes import as_type, one_axis, same_shape, whole_index
from ._facts import assumed_type, fixed_types, put_if_open, without
from ._limits import unfolded
from ._spec import DType, Shape, op
from ._storage import CSR, Storage, need, none, only, rows_of
from .kernels.rows import look_up
from .sparse import used_rows

__all__ = []


def _inside(index, size, mode):
    """Positions as integers in ``0 .. size - 1``: clipped, or wrapped around."""
    i = lax.stop_gradient(whole_index(index))
    if mode == "wrap":
        n = lax.full_like(i, max(size, 1))
        i = lax.rem(i, n)
        return lax.select(lax.lt(i, lax.full_like(i, 0)), lax.add(i, n), i)
    return lax.clamp(jnp.asarray(0, i.dtype), i, jnp.asarray(max(size - 1, 0), i.dtype))


def _rows(a, i, axis):
    """``a`` at positions ``i`` (known to be inside) along ``axis``."""
    if a.shape[axis] == 0:
        return jnp.zeros(a.shape[:axis] + i.shape + a.shape[axis + 1 :], a.dtype)
    if axis == 0:
        return look_up(a, i)
    return a.at[(slice(None),) * axis + (i,)].get(mode="promise_in_bounds")


def _take_by_numpy(ins, axis, mode):
    n = ins[0].shape[axis] if -len(ins[0].shape) <= axis < len(ins[0].shape) else 0
    kind = ins[1].dtype.kind
    if mode != "clip" or not n or kind not in "iuf":
        return None
    if kind in "iu":
        return lambda a, i: a.take(i, axis, mode="clip")
    # What is too large for an integer is clipped before it is cut; NaN is 0.
    return lambda a, i: a.take(onp.fmin(onp.fmax(i, 0), n - 1).astype("int32"), axis, mode="clip")


@op(
    "take",
    by_numpy=_take_by_numpy,
    aliases=("_npi_take",),
    free={"indices": "float32"},
    storage=Storage(lambda node, ins, attrs: only(ins[:1], CSR)),
)
def take(a, indices, *, axis: int = 0, mode: Literal["raise", "wrap", "clip"] = "clip"):
    """Elements at given positions along an axis.

    Parameters
    ----------
    a : (*S) any dtype
    indices : (*I) any number type    fractions are cut
    axis : int, default 0
    mode : 'clip', 'wrap' or 'raise'  positions outside: the nearest border (-1 is 0), counted
                                      around, or an error (``_take_raise``)

    Returns
    -------
    (*S with the axis replaced by *I) dtype of a

    Raises
    ------
    ShapeError   if the axis is out of range

    Gradient   wrt a; the positions get zeros
    """
    axis = one_axis(axis, a.ndim, "take")
    return _rows(a, _inside(indices, a.shape[axis], mode), axis)


@op("_take_raise", barrier=True, exported=lambda texts: ("take", {**texts, "mode": "raise"}))
def take_raise(a, indices, *, axis: int = 0):
    """``take`` that fails on positions outside; runs alone, as it reads the positions.

    Parameters
    ----------
    a : (*S) any dtype
    indices : (*I) any number type
    axis : int, default 0

    Returns
    -------
    (*S with the axis replaced by *I) dtype of a

    Raises
    ------
    MXNetError   naming the first position outside
    """
    axis = one_axis(axis, a.ndim, "take")
    seen = onp.asarray(indices).astype("int64").ravel()
    wrong = seen[(seen < 0) | (seen >= a.shape[axis])]
    if wrong.size:
        fail(
            MXNetError,
            "take",
            "a position is out of bounds",
            expected=f"0 <= position < {a.shape[axis]} along axis {axis}",
            got=int(wrong[0]),
        )
    return take(a, indices, axis=axis)


def _pick_shapes(found, node):
    static, _ = node.parse()
    axis, data = static["axis"], found.get(node.inputs[0])
    if axis is None:
        return
    index = without(data, axis)
    if index is None:
        return
    put_if_open(found, node.inputs[1], index, node)
    if static["keepdims"]:
        at = axis % len(data)
        index = (*data[:at], 1, *data[at + 1 :])
    found.put((node, 0), index, node)


@op(
    "pick",
    aliases=("choose_element_0index", "_npx_pick"),
    complete=(_pick_shapes,),
    free={"index": "float32"},
)
def pick(
    data,
    index,
    *,
    axis: int | None = -1,
    keepdims: bool = False,
    mode: Literal["clip", "wrap"] = "clip",
):
    """One element along an axis for each position of the others: ``data[i, index[i]]``.

    Parameters
    ----------
    data : (*S, C, *T) any dtype     C at ``axis``
    index : (*S, *T), or with size 1 at ``axis``; any number type
    axis : int, default -1
    keepdims : bool, default False   keep the axis, with size 1
    mode : 'clip' or 'wrap'          positions outside: the nearest border, or counted around

    Returns
    -------
    (*S, *T) dtype of data

    Raises
    ------
    ShapeError   if the shapes do not fit

    Gradient   wrt data; index gets zeros
    """
    if axis is None:
        fail(ShapeError, "pick", "an axis is needed", expected="an axis", got=None)
    a = one_axis(axis, data.ndim, "pick")
    rest = data.shape[:a] + data.shape[a + 1 :]
    kept = data.shape[:a] + (1,) + data.shape[a + 1 :]
    if index.shape not in (rest, kept):
        fail(
            ShapeError,
            "pick",
            "index does not fit data",
            expected=f"index {rest} or {kept} for data {data.shape} and axis {axis}",
            got=index.shape,
        )
    i = lax.reshape(_inside(index, data.shape[a], mode), kept)
    y = jnp.take_along_axis(data, i, a, mode="promise_in_bounds")
    return lax.reshape(y, kept if keepdims else rest or (1,))


@op("batch_take", free={"indices": "int32"}, types=assumed_type("int32"))
def batch_take(a, indices):
    """``a[i, indices[i]]`` for every row i; positions outside are clipped.

    Parameters
    ----------
    a : (N, C) any dtype
    indices : (N,) any number type

    Returns
    -------
    (N,) dtype of a

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    if a.ndim < 2 or math.prod(indices.shape) != math.prod(a.shape[:-1]):
        fail(
            ShapeError,
            "batch_take",
            "one position per row is needed",
            expected="a (N, C) and indices (N,)",
            got=f"{a.shape} and {indices.shape}",
        )
    rows = lax.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
    return lax.reshape(pick(rows, lax.reshape(indices, (rows.shape[0],))), indices.shape)


@op("fill_element_0index")
def fill_element_0index(lhs, mhs, rhs):
    """``lhs`` with ``lhs[i, rhs[i]] = mhs[i]``.

    Parameters
    ----------
    lhs : (N, C)
    mhs : (N,) values
    rhs : (N,) positions

    Returns
    -------
    (N, C) dtype of lhs

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    if lhs.ndim != 2 or mhs.shape != lhs.shape[:1] or rhs.shape != lhs.shape[:1]:
        fail(
            ShapeError,
            "fill_element_0index",
            "the shapes do not fit",
            expected="(N, C), (N,) and (N,)",
            got=f"{lhs.shape}, {mhs.shape} and {rhs.shape}",
        )
    i = lax.stop_gradient(whole_index(rhs))
    hit = lax.broadcasted_iota(i.dtype, lhs.shape, 1) == i[:, None]
    return jnp.where(hit, mhs.astype(lhs.dtype)[:, None], lhs)


@op("one_hot", aliases=("_npx_one_hot",), free={"indices": "float32"}, loss=True)
def one_hot(
    indices, *, depth: int, on_value: float = 1.0, off_value: float = 0.0, dtype: DType = "float32"
):
    """A new last axis that is ``on_value`` at the position given and ``off_value`` elsewhere.

    Parameters
    ----------
    indices : (*I) any number type    positions outside give a row of ``off_value``
    depth : int                       size of the new axis
    on_value, off_value : float, default 1 and 0
    dtype : dtype, default float32

    Returns
    -------
    (*I, depth) of ``dtype``

    Gradient   none (zeros)
    """
    if depth < 0:
        fail(ShapeError, "one_hot", "the depth is negative", expected="depth >= 0", got=depth)
    i = lax.stop_gradient(whole_index(indices))
    shape = (*i.shape, depth)
    hit = lax.eq(
        lax.broadcasted_iota(i.dtype, shape, i.ndim), lax.broadcast_in_dim(i, shape, range(i.ndim))
    )
    if on_value == 1.0 and off_value == 0.0:
        return as_type(hit, dtype)
    on, off = (jnp.asarray(v, "float64").astype(dtype) for v in (on_value, off_value))
    return lax.select(hit, lax.broadcast(on, shape), lax.broadcast(off, shape))


@op("_onehot_encode")
def onehot_encode(lhs, rhs):
    """Positions ``lhs`` as one-hot rows of the shape of ``rhs``.

    Parameters
    ----------
    lhs : (N,) positions
    rhs : (N, C) array that gives shape and dtype

    Returns
    -------
    (N, C) dtype of rhs

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    if rhs.ndim != 2 or lhs.shape != rhs.shape[:1]:
        fail(
            ShapeError,
            "_onehot_encode",
            "the shapes do not fit",
            expected="(N,) and (N, C)",
            got=f"{lhs.shape} and {rhs.shape}",
        )
    return one_hot(lhs, depth=rhs.shape[1], dtype=rhs.dtype)


# ------------------------------------------------------------------------- many axes at once


def _coordinates(indices, shape, where):
    """Rows of ``indices`` (M, ...) as M integer arrays; negative positions count from the end."""
    if indices.ndim == 0 or indices.shape[0] > len(shape):
        fail(
            ShapeError,
            where,
            "more coordinates than axes",
            expected=f"at most {len(shape)} rows of indices for shape {tuple(shape)}",
            got=f"indices {indices.shape}",
        )
    rows = []
    for axis in range(indices.shape[0]):
        i = lax.stop_gradient(whole_index(indices[axis]))
        rows.append(
            lax.select(lax.lt(i, lax.full_like(i, 0)), lax.add(i, lax.full_like(i, shape[axis])), i)
        )
    return tuple(rows)


@op("gather_nd", aliases=("_npi_gather_nd", "_npx_gather_nd"), free={"indices": "float32"})
def gather_nd(data, indices):
    """Elements (or blocks) at given coordinates: ``data[indices[0], indices[1], ...]``.

    Parameters
    ----------
    data : (*S) any dtype
    indices : (M, *I) any number type    a row for each of the first M axes; negative counts
                                         from the end, positions outside are clipped

    Returns
    -------
    (*I, *S[M:]) dtype of data

    Raises
    ------
    ShapeError   if there are more rows than axes

    Gradient   wrt data: equal coordinates add up
    """
    return data.at[_coordinates(indices, data.shape, "gather_nd")].get(mode="clip")


def _check_blocks(values, indices, shape, where):
    expected = indices.shape[1:] + tuple(shape[indices.shape[0] :])
    if values.shape != expected:
        fail(
            ShapeError,
            where,
            "the values do not fit the coordinates",
            expected=f"values {expected} for indices {indices.shape} and shape {tuple(shape)}",
            got=values.shape,
        )


def _scattered_shape(found, node):
    found.put((node, 0), tuple(node.parse()[0]["shape"]), node)


@op("scatter_nd", complete=(_scattered_shape,), free={"indices": "float32"})
def scatter_nd(data, indices, *, shape: Shape):
    """Zeros with values written at given coordinates; of equal coordinates one value stays.

    Parameters
    ----------
    data : (*I, *shape[M:]) any dtype    the values
    indices : (M, *I) any number type    a row for each of the first M axes
    shape : tuple of int

    Returns
    -------
    (*shape) dtype of data

    Raises
    ------
    ShapeError   if values, coordinates and shape do not fit
    """
    where = _coordinates(indices, shape, "scatter_nd")
    _check_blocks(data, indices, shape, "scatter_nd")
    return jnp.zeros(shape, data.dtype).at[where].set(data, mode="drop")


@op("_backward_gather_nd")
def scatter_add_nd(data, indices, *, shape: Shape):
    """Zeros with values added at given coordinates.

    Parameters
    ----------
    data : (*I, *shape[M:]) any dtype    the values
    indices : (M, *I) any number type    a row for each of the first M axes
    shape : tuple of int

    Returns
    -------
    (*shape) dtype of data
    """
    where = _coordinates(indices, shape, "_backward_gather_nd")
    _check_blocks(data, indices, shape, "_backward_gather_nd")
    return jnp.zeros(shape, data.dtype).at[where].add(data, mode="drop")


@op("_scatter_set_nd", aliases=("_npi_scatter_set_nd",))
def scatter_set_nd(lhs, rhs, indices, *, shape: Shape):
    """``lhs`` with values written at given coordinates.

    Parameters
    ----------
    lhs : (*shape) any dtype
    rhs : (*I, *shape[M:]) same dtype    the values
    indices : (M, *I) any number type    a row for each of the first M axes
    shape : tuple of int                 lhs's

    Returns
    -------
    (*shape) same dtype

    Raises
    ------
    ShapeError   if values, coordinates and shape do not fit
    """
    where = _coordinates(indices, lhs.shape, "_scatter_set_nd")
    block = indices.shape[1:] + lhs.shape[indices.shape[0] :]
    try:
        rhs = jnp.broadcast_to(rhs, block)
    except ValueError:
        _check_blocks(rhs, indices, lhs.shape, "_scatter_set_nd")
    return lhs.at[where].set(rhs.astype(lhs.dtype), mode="drop")


@op("_ravel_multi_index", aliases=("ravel_multi_index",), loss=True)
def ravel_multi_index(data, *, shape: Shape):
    """Coordinates to positions in the flattened array.

    Parameters
    ----------
    data : (M, *I) any number type
    shape : tuple of M int    the first one may be -1

    Returns
    -------
    (*I) dtype of data

    Raises
    ------
    ShapeError   unless there is a row for each axis
    """
    if data.ndim == 0 or data.shape[0] != len(shape):
        fail(
            ShapeError,
            "ravel_multi_index",
            "a row for each axis is needed",
            expected=f"({len(shape)}, ...)",
            got=data.shape,
        )
    total = jnp.zeros(data.shape[1:], "int64")
    for axis, n in enumerate(shape):
        total = total * n + data[axis].astype("int64")
    return total.astype(data.dtype)


@op("_unravel_index", aliases=("unravel_index",), loss=True)
def unravel_index(data, *, shape: Shape):
    """Positions in the flattened array to coordinates.

    Parameters
    ----------
    data : (*I) any number type
    shape : tuple of M int    the first one may be -1

    Returns
    -------
    (M, *I) dtype of data
    """
    left, rows = data.astype("int64"), []
    for n in reversed(shape[1:]):
        rows.append(left % n)
        left = left // n
    rows.append(left if not shape or shape[0] < 0 else left % max(shape[0], 1))
    return jnp.stack(rows[::-1]).astype(data.dtype)


def _where_shapes(found, node):
    if found.get(node.inputs[0]) is None:  # 1.9.1 waits for the condition
        return
    same = [*node.inputs[1:], (node, 0)]
    for _ in range(2):
        for e in same:
            for other in same:
                found.put(other, found.get(e), node)


@op(
    "where",
    aliases=("_sparse_where",),
    complete=(_where_shapes,),
    free={"condition": "float32"},
    storage=Storage(
        gradient=lambda i, ins, attrs, head: none(i, ins, attrs, head) if i == 0 else (None, True)
    ),
)
def where(condition, x, y):
    """``x`` where the condition is not 0, ``y`` elsewhere.

    Parameters
    ----------
    condition : (*S), or (N,) to choose whole rows; any dtype
    x, y : (*S) of one dtype

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit

    Gradient   wrt x and y; the condition gets zeros
    """
    same_shape(x, y, "where")
    chosen = lax.ne(condition, lax.full_like(condition, 0))
    if condition.shape != x.shape:
        if condition.ndim != 1 or x.ndim == 0 or condition.shape[0] != x.shape[0]:
            fail(
                ShapeError,
                "where",
                "condition does not fit",
                expected=f"condition {x.shape} or {x.shape[:1]}",
                got=condition.shape,
            )
        chosen = lax.broadcast_in_dim(chosen, x.shape, (0,))
    return lax.select(chosen, x, y)


def _infer_embedding(data, *_, input_dim, output_dim, **__):
    return {"weight": (input_dim, output_dim)}


def _index_shape(found, node):
    out = found.get((node, 0))
    if out:
        found.put(node.inputs[0], out[:-1] or None, node)


def _embedding_types(node, ins, outs):
    """Of the weight and of the result: the weight's, or what ``dtype`` says. Indices are free."""
    own = ins[1] or onp.dtype(node.parse()[0]["dtype"])
    return [None] + [own] * (len(ins) - 1), [own]


def stored_embedding(node, ins, attrs):
    """A dense result, whatever the storage of the weight; but csr it may not be."""
    need(node, ins[1] != CSR, ins)


@op(
    "Embedding",
    aliases=("_npx_embedding", "_sparse_Embedding"),
    infer=_infer_embedding,
    complete=(_index_shape,),
    free={"data": "float32"},
    types=_embedding_types,
    storage=Storage(stored_embedding, rows_of(1, "sparse_grad")),
)
def embedding(
    data,
    weight,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DType = "float32",
    sparse_grad: bool = False,
):
    """Rows of ``weight`` at given positions.

    Parameters
    ----------
    data : (*I) any number type              positions; those outside are clipped
    weight : (input_dim, output_dim) float
    input_dim, output_dim : int              the shape of weight
    dtype : dtype, default float32           of weight, where it is not known yet
    sparse_grad : bool, default False        a row-sparse gradient of weight

    Returns
    -------
    (*I, output_dim) dtype of weight

    Raises
    ------
    ShapeError   if weight has another shape

    Gradient   wrt weight: rows used more than once add up; under ``sparse_grad`` it consists of
        the rows that were used (see ``_ops/sparse.py``)
    """
    if weight.shape != (input_dim, output_dim):
        fail(
            ShapeError,
            "Embedding",
            "weight does not fit",
            expected=f"weight {(input_dim, output_dim)}",
            got=weight.shape,
        )
    at = _inside(data, input_dim, "clip")
    return used_rows(weight, at) if sparse_grad else _rows(weight, at, 0)


@op(
    "_contrib_SparseEmbedding",
    infer=_infer_embedding,
    storage=Storage(stored_embedding, rows_of(1), source=True),
)
def sparse_embedding(
    data,
    weight,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DType = "float32",
    deterministic: bool = False,
):
    """Rows of ``weight`` at given positions, with a row-sparse gradient.

    Parameters
    ----------
    data : (*I) any number type              positions; those outside are clipped
    weight : (input_dim, output_dim) float
    input_dim, output_dim : int              the shape of weight
    dtype : dtype, default float32           of weight, where it is not known yet
    deterministic : bool, default False      accepted for compatibility: sums always are

    Returns
    -------
    (*I, output_dim) dtype of weight

    Raises
    ------
    ShapeError   if weight has another shape

    Gradient   wrt weight: as of ``Embedding`` under ``sparse_grad``
    """
    return embedding(
        data, weight, input_dim=input_dim, output_dim=output_dim, dtype=dtype, sparse_grad=True
    )


# --------------------------------------------------------------------------------- contrib


def _require_rows(where, old, at, new):
    if old.ndim == 0 or at.ndim != 1 or new.shape != (*at.shape, *old.shape[1:]):
        fail(
            ShapeError,
            where,
            "the shapes do not fit",
            expected="(N, *S), (K,) and (K, *S)",
            got=f"{old.shape}, {at.shape} and {new.shape}",
        )


@op("_contrib_index_copy", free={"index_vector": "float32"})
def index_copy(old_tensor, index_vector, new_tensor):
    """``old_tensor`` with rows replaced by those of ``new_tensor``.

    Parameters
    ----------
    old_tensor : (N, *S)
    index_vector : (K,) any number type
    new_tensor : (K, *S) same dtype

    Returns
    -------
    (N, *S) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit

    Gradient   wrt both: replaced rows of the old get zeros
    """
    _require_rows("index_copy", old_tensor, index_vector, new_tensor)
    i = lax.stop_gradient(whole_index(index_vector))
    return old_tensor.at[i].set(new_tensor, mode="drop")


@op("_contrib_index_add")
def index_add(old_tensor, index_vector, new_tensor):
    """``old_tensor`` with the rows of ``new_tensor`` added; equal positions add up.

    Parameters
    ----------
    old_tensor : (N, *S)
    index_vector : (K,) any number type
    new_tensor : (K, *S) same dtype

    Returns
    -------
    (N, *S) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    _require_rows("index_add", old_tensor, index_vector, new_tensor)
    i = lax.stop_gradient(whole_index(index_vector))
    return old_tensor.at[i].add(new_tensor, mode="drop")


_MOST_COORDINATES = 1024


@op("_contrib_index_array", types=fixed_types("int64"), loss=True)
def index_array(data, *, axes: Shape | None = None):
    """The coordinates of every element.

    Parameters
    ----------
    data : (*S) any dtype
    axes : tuple of int, optional    only these coordinates

    Returns
    -------
    (*S, ndim or number of axes) int64
    """
    unfolded("index_array", "axes", 0 if axes is None else len(axes), _MOST_COORDINATES)
    wanted = (
        range(data.ndim) if axes is None else [one_axis(a, data.ndim, "index_array") for a in axes]
    )
    return jnp.stack([lax.broadcasted_iota("int64", data.shape, a) for a in wanted], -1)


@op(
    "_contrib_boolean_mask", aliases=("_npi_boolean_mask",), barrier=True, free={"index": "float32"}
)
def boolean_mask(data, index, *, axis: int = 0):
    """The parts along an axis whose mask is not 0; runs alone, as its shape depends on the mask.

    Parameters
    ----------
    data : (*S) any dtype
    index : (N,) any dtype    the mask
    axis : int, default 0

    Returns
    -------
    (*S with the number of non-zeros at the axis) dtype of data

    Raises
    ------
    ShapeError   if the mask has not the axis's length
    """
    a = one_axis(axis, data.ndim, "boolean_mask")
    if index.shape != (data.shape[a],):
        fail(
            ShapeError,
            "boolean_mask",
            "the mask does not fit the axis",
            expected=f"mask ({data.shape[a]},) for axis {axis} of {data.shape}",
            got=index.shape,
        )
    kept = onp.flatnonzero(onp.asarray(lax.stop_gradient(index)))
    return _rows(data, jnp.asarray(kept), a)


@op("_contrib_arange_like", aliases=("_npx_arange_like",), loss=True)
def arange_like(
    data,
    *,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: str | None = None,
    axis: int | None = None,
):
    """Evenly spaced numbers, as many as an array or one of its axes has.

    Parameters
    ----------
    data : (*S) any dtype
    start, step : float, default 0 and 1
    repeat : int, default 1              each number so many times
    ctx : str, optional                  placement is dispatch's business
    axis : int, optional                 without it, numbers for every element in data's shape

    Returns
    -------
    (*S) or (size of the axis,) dtype of data
    """
    n = data.size if axis is None else data.shape[one_axis(axis, data.ndim, "arange_like")]
    y = start + step * (lax.iota("int64", n) // repeat).astype("float64")
    return y.astype(data.dtype).reshape(data.shape if axis is None else (n,))
