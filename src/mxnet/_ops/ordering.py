"""Sorting and the largest elements.

Equal elements keep their order, ascending and descending alike; NaN counts as the largest.
"""

import math
import numbers
from typing import Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import DTypeError, ShapeError, fail
from ._axes import is_real, one_axis
from ._facts import data_equal_along_axis, numbered, with_positions
from ._spec import DType, op
from ._storage import CONSTANT
from .kernels import sort as kernels

__all__ = ["sorted_with_positions"]


def _flat(data, axis, where):
    if axis is None:
        return lax.reshape(data, (data.size,)), 0
    return data, one_axis(axis, data.ndim, where)


def _turned(x):
    """Keys whose ascending order is the descending one of ``x``."""
    if x.dtype == bool:
        return lax.bitwise_not(x)
    return lax.neg(x) if is_real(x) else lax.bitwise_not(x)


def _by_kernel(x):
    """Whether :mod:`.kernels.sort` is meant for it."""
    return x.dtype == jnp.float32


def sorted_with_positions(x, axis, ascending):
    """Positions (int32) that sort ``x`` along ``axis``, stably."""
    x = lax.stop_gradient(x)
    if _by_kernel(x):
        return jnp.moveaxis(kernels.order(jnp.moveaxis(x, axis, -1), ascending), -1, axis)
    i = lax.broadcasted_iota("int32", x.shape, axis)
    _, order = lax.sort(
        (x if ascending else _turned(x), i), dimension=axis, is_stable=True, num_keys=1
    )
    return order


def _at(x, order, axis):
    return jnp.take_along_axis(x, order, axis, mode="promise_in_bounds")


def _counted(order, dtype, n, where):
    """Positions in the wanted element type, if it can hold them."""
    if jnp.issubdtype(dtype, jnp.floating):
        largest = 2 ** (jnp.finfo(dtype).nmant + 1)
    else:
        largest = jnp.iinfo(dtype).max
    if n - 1 > largest:
        fail(
            DTypeError,
            where,
            f"{dtype.name} cannot number the positions of an axis of size {n}",
            expected=f"at most {largest + 1}",
            got=n,
            hint="dtype='int32'",
        )
    return lax.convert_element_type(order, dtype)


@op("sort", aliases=("_npi_sort",), outputs=numbered, total=2, complete=(data_equal_along_axis,))
def sort(data, *, axis: int | None = -1, is_ascend: bool = True):
    """Elements in order along an axis.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int or None, default -1    None sorts the flattened array
    is_ascend : bool, default True

    Returns
    -------
    (*S), or (size,) for None; same dtype

    Raises
    ------
    ShapeError   if the axis is out of range
    """
    x, a = _flat(data, axis, "sort")
    if _by_kernel(x):
        return jnp.moveaxis(kernels.sort(jnp.moveaxis(x, a, -1), is_ascend), -1, a)
    y = lax.sort(x if is_ascend else _turned(x), dimension=a)
    return y if is_ascend else _turned(y)


_MOST_SORTED = 2000  # elements that NumPy sorts in the time that starting a program takes


def _is_short(shape, dtype):
    return dtype in (onp.float32, onp.float64) and 0 < math.prod(shape) <= _MOST_SORTED


def _argsort_by_numpy(ins, axis, is_ascend, dtype):
    shape, kind = ins[0].shape, ins[0].dtype
    if axis is None or not _is_short(shape, kind):
        return None
    if is_ascend:
        return lambda x: x.argsort(axis, kind="stable").astype(dtype)
    return lambda x: onp.negative(x).argsort(axis, kind="stable").astype(dtype)


@op(
    "argsort",
    by_numpy=_argsort_by_numpy,
    aliases=("_npi_argsort",),
    types=with_positions(lambda node, n: 0),
    loss=True,
    storage=CONSTANT,
)
def argsort(data, *, axis: int | None = -1, is_ascend: bool = True, dtype: DType = "float32"):
    """Positions that put the elements in order along an axis.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int or None, default -1    None sorts the flattened array
    is_ascend : bool, default True
    dtype : dtype, default float32    of the result

    Returns
    -------
    (*S), or (size,) for None; of ``dtype``

    Raises
    ------
    ShapeError   if the axis is out of range
    DTypeError   if ``dtype`` cannot hold the positions

    Gradient   none (zeros)
    """
    x, a = _flat(data, axis, "argsort")
    return _counted(sorted_with_positions(x, a, is_ascend), dtype, x.shape[a], "argsort")


def _positions_of_topk(node, n):
    return -1 if node.read("ret_typ") in ("value", "mask") else n - 1


def _topk_by_numpy(ins, axis, k, ret_typ, is_ascend, dtype):
    shape, kind = ins[0].shape, ins[0].dtype
    last = axis is not None and axis in (-1, len(shape) - 1)
    if not last or not _is_short(shape, kind):
        return None
    if ret_typ not in ("value", "indices"):
        return None
    n = shape[-1]
    k = k if k > 0 else n

    def turned(x):
        if onp.isnan(x.item(x.argmax())):
            raise ValueError("what is not a number has a place of its own")
        return x if is_ascend else onp.negative(x)

    def indices(x):
        return turned(x).argsort(-1, kind="stable")[..., :k].astype(dtype, order="C")

    def values(x):
        found = turned(x)
        found = found.copy() if is_ascend else found
        # Which of equal numbers comes first is seen of zeros alone.
        found.sort(-1, kind=None if onp.count_nonzero(x) == x.size else "stable")
        found = found[..., :k]
        return found.copy() if is_ascend else onp.negative(found, order="C")

    return indices if ret_typ == "indices" else values


@op(
    "topk",
    by_numpy=_topk_by_numpy,
    aliases=("_npx_topk",),
    num_outputs=lambda attrs, _: 2 if attrs["ret_typ"] == "both" else 1,
    outputs=lambda a, i: "output" if a["ret_typ"] in ("indices", "mask") else numbered(a, i),
    total=lambda node: 2 if node.read("ret_typ") == "value" else 0,
    types=with_positions(_positions_of_topk),
    loss=lambda a: a["ret_typ"] in ("indices", "mask"),
    storage=CONSTANT,
)
def topk(
    data,
    *,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: Literal["value", "indices", "mask", "both"] = "indices",
    is_ascend: bool = False,
    dtype: DType = "float32",
):
    """The ``k`` largest (or smallest) elements along an axis.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int or None, default -1    None takes the flattened array
    k : int, default 1                less than 1 takes all
    ret_typ : 'value', 'indices', 'mask' or 'both'    'mask' marks them with 1, 'both' gives
                                                      values and positions
    is_ascend : bool, default False   the smallest, in ascending order
    dtype : dtype, default float32    of the positions

    Returns
    -------
    (*S with k at the axis); for 'mask' (*S). Values and mask have data's dtype.

    Raises
    ------
    ShapeError   if the axis is out of range or shorter than k
    DTypeError   if ``dtype`` cannot hold the positions

    Gradient   wrt data for 'value' and 'both'
    """
    x, a = _flat(data, axis, "topk")
    n = x.shape[a]
    if k > n:
        fail(
            ShapeError,
            "topk",
            "the axis is too short",
            expected=f"k <= {n} for shape {data.shape} and axis {axis}",
            got=k,
        )
    order = _best(x, a, k if k > 0 else n, is_ascend)
    if ret_typ == "mask":
        hits = lax.full_like(lax.stop_gradient(x), 0)
        mask = jnp.put_along_axis(
            hits, order, lax.full_like(_at(hits, order, a), 1), a, inplace=False
        )
        return lax.reshape(mask, data.shape)
    if ret_typ == "value":
        return _at(x, order, a)
    positions = _counted(order, dtype, n, "topk")
    return positions if ret_typ == "indices" else (_at(x, order, a), positions)


def _best(x, a, k, is_ascend):
    """Positions of the ``k`` first in order; a short list needs no full sort."""
    n = x.shape[a]
    short = isinstance(n, numbers.Integral) and k * 8 > n  # a symbol may be any size
    if short or not is_real(x):
        return lax.slice_in_dim(sorted_with_positions(x, a, is_ascend), 0, k, axis=a)
    keys = jnp.moveaxis(lax.stop_gradient(x), a, -1)
    if jnp.issubdtype(keys.dtype, jnp.floating):  # equal for sorting, while XLA puts -0 below 0
        keys = jnp.where(keys == 0, jnp.zeros((), keys.dtype), keys)
    if _by_kernel(keys):
        order = kernels.top(keys, k, is_ascend)
    else:
        _, order = lax.top_k(lax.neg(keys) if is_ascend else keys, k)
    return jnp.moveaxis(order, -1, a)
