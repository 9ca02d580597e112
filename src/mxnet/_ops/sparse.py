"""Operators on storage types, as they are on dense arrays; and how gradients mark their rows.

Arrays with sparse storage are made of dense ones (``ndarray/_sparse_array.py``), and so are their
gradients: a gradient that consists of some rows is a dense array in which the other rows are
negative zeros.  That survives sums (only -0 + -0 is -0) and compilation, is zero for everybody
else, and tells rows that were not used from rows whose gradient happens to be zero.
"""

from typing import Literal

import jax
import jax.numpy as jnp

from ..error import ShapeError, fail
from ._facts import all_equal
from ._spec import op
from ._storage import DENSE, ROWS, Storage, need, of_head, rows_of
from .kernels.rows import add_up

__all__ = ["add_rows", "by_rows", "touched_rows", "used_rows", "without_marks"]


def add_rows(shape, at, rows):
    """Sums of ``rows`` at positions ``at`` of an array; negative zero where there is none.

    Positions outside are left out.
    """
    rows = jnp.where(rows == 0, jnp.zeros_like(rows), rows)  # -0 - 0 would stay a mark
    return add_up(at, rows, shape[0], negative=True)


def without_marks(x):
    """The array with ordinary zeros."""
    return jnp.where(x == 0, jnp.zeros_like(x), x)


def touched_rows(x):
    """Which rows (axis 0) a gradient consists of, as a vector of bool.

    Those without mark; if no row is marked, all that are not zero.
    """
    axes = tuple(range(1, x.ndim))
    absent = jnp.all((x == 0) & jnp.signbit(x), axis=axes)
    return jnp.where(jnp.any(absent), ~absent, jnp.any(x != 0, axis=axes))


def _by_rows(function, x, scalars):
    return function(x, scalars)


def _by_rows_forward(function, x, scalars):
    return jax.vjp(function, x, scalars)


def _by_rows_backward(function, pull, ct):
    of_x, of_words = pull(ct)
    axes = tuple(range(1, ct.ndim))
    absent = jnp.all((ct == 0) & jnp.signbit(ct), axis=axes)
    absent = absent.reshape(absent.shape + (1,) * (of_x.ndim - 1))
    return jnp.where(absent, -jnp.zeros_like(of_x), of_x), of_words


by_rows = jax.custom_vjp(_by_rows, nondiff_argnums=(0,))
by_rows.__doc__ = (
    """``function(x, scalars)``, row by row: rows absent in its gradient are so in x's."""
)
by_rows.defvjp(_by_rows_forward, _by_rows_backward)


@jax.custom_vjp
def used_rows(weight, at):
    """``weight[at]`` whose gradient consists of the rows ``at``."""
    return weight.at[at].get(mode="clip")


def _used(weight, at):
    return used_rows(weight, at), (at, weight.shape)


def _used_back(saved, ct):
    at, shape = saved
    return add_rows(shape, at, ct), None


used_rows.defvjp(_used, _used_back)


def _stored_cast(node, ins, attrs):
    stype = attrs["stype"]
    need(node, DENSE in (ins[0], stype) or ins[0] == stype, ins)
    return stype


def _stored_rows(node, ins, attrs):
    need(node, ins[0] == ROWS, ins)
    return ROWS


@op(
    "cast_storage",
    aliases=("_sparse_cast_storage",),
    complete=(all_equal,),
    storage=Storage(_stored_cast, of_head, source=True),
)
def cast_storage(data, *, stype: Literal["csr", "default", "row_sparse"]):
    """The same array in another storage; ``nd.cast_storage`` gives arrays of that storage.

    Parameters
    ----------
    data : (*S)
    stype : {'csr', 'default', 'row_sparse'}

    Returns
    -------
    (*S) same dtype

    Gradient   wrt data: the output's
    """
    return data


@op("_sparse_retain", storage=Storage(_stored_rows, rows_of(0)))
def retain(data, indices):
    """The array with all rows but some set to zero.

    Parameters
    ----------
    data : (N, *S)
    indices : (K,) any number type    rows that stay

    Returns
    -------
    (N, *S) same dtype

    Gradient   wrt data: of the rows that stay
    """
    if indices.ndim != 1 or data.ndim < 1:
        fail(
            ShapeError,
            "_sparse_retain",
            "indices do not fit",
            expected="a vector of row numbers",
            got=f"data {list(data.shape)}, indices {list(indices.shape)}",
        )
    stays = jnp.zeros(data.shape[:1], bool).at[indices.astype("int64")].set(True, mode="drop")
    stays = stays.reshape(stays.shape + (1,) * (data.ndim - 1))
    return jnp.where(stays, data, jnp.zeros_like(data))
