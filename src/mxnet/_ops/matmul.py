"""Matrix products of dense arrays."""

from typing import Literal

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._facts import product_cost
from ._spec import op
from ._storage import CSR, DENSE, ROWS, Storage
from .kernels.dense import product

__all__ = ["contract"]

_Storage = Literal["default", "csr", "row_sparse"]


def contract(a, b, axes):
    """Sums over pairs of axes; ``axes``: those of ``a``, then those of ``b``.

    Half-precision operands stay what they are, so that the derivatives' are as well: XLA sums them
    in float32 and rounds once.
    """
    (*i,), (*j,) = axes
    if a.ndim == b.ndim == 2 and len(i) == 1 and a.dtype == b.dtype:
        return product(a, b, i == [0], j == [1])
    return lax.dot_general(a, b, (axes, ((), ())))


def _stored_product(node, ins, attrs):
    wanted = attrs.get("forward_stype")
    if wanted is not None:
        return wanted
    if ins[0] == CSR and ins[1] != CSR and attrs.get("transpose_a"):
        return None if attrs.get("transpose_b") else ROWS
    return CSR if tuple(ins) == (DENSE, CSR) and not attrs.get("transpose_a") else None


def _gradient_of_stored(i, ins, attrs, head):
    """A product with a csr matrix has no gradient with respect to that, unless it is a dense one
    for want of a rule.
    """
    at = ins.index(CSR) if CSR in ins else None
    if at is None or head == CSR or attrs.get("transpose_b"):
        return None, True
    if at == 1 and ({ins[0], head} != {DENSE} or attrs.get("transpose_a")):
        return None, True
    return (ROWS if (i, at) == (1, 0) and not attrs.get("transpose_a") else None), i != at


@op(
    "dot",
    aliases=("_sparse_dot",),
    same_dtype=True,
    multiplications=product_cost,
    storage=Storage(_stored_product, _gradient_of_stored),
)
def dot(
    lhs,
    rhs,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: _Storage | None = None,
):
    """Product over the last axis of ``lhs`` and the first of ``rhs``.

    Vectors give their inner product, matrices the matrix product; of more axes, those not summed
    follow each other: ``(A, B, K) . (K, C)`` is ``(A, B, C)``.

    Parameters
    ----------
    lhs, rhs : arrays of one dtype
    transpose_a : bool, default False   sum over the first axis of lhs instead
    transpose_b : bool, default False   sum over the last axis of rhs instead
    forward_stype : str, optional       storage of a sparse result

    Returns
    -------
    (*lhs without its summed axis, *rhs without its) same dtype; (1,) for two vectors

    Raises
    ------
    ShapeError   if the summed axes differ in size
    """
    if lhs.ndim == 0 or rhs.ndim == 0:
        fail(
            ShapeError,
            "dot",
            "a number has no axis to sum over",
            expected="arrays with axes",
            got=f"shapes {lhs.shape} and {rhs.shape}",
            hint="use * instead",
        )
    i = 0 if transpose_a else lhs.ndim - 1
    j = rhs.ndim - 1 if transpose_b else 0
    if lhs.shape[i] != rhs.shape[j]:
        fail(
            ShapeError,
            "dot",
            "the summed axes differ",
            expected=f"axis {j} of the second array of size {lhs.shape[i]}"
            f"{' (transpose_a)' if transpose_a else ''}{' (transpose_b)' if transpose_b else ''}",
            got=f"shapes {lhs.shape} and {rhs.shape}",
        )
    y = contract(lhs, rhs, ((i,), (j,)))
    return lax.reshape(y, (1,)) if y.ndim == 0 else y


@op("batch_dot", aliases=("_npx_batch_dot",), same_dtype=True, multiplications=product_cost)
def batch_dot(
    lhs,
    rhs,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: _Storage | None = None,
):
    """Matrix product of each pair of matrices in two batches.

    Parameters
    ----------
    lhs : (*B, M, K), or (*B, K, M) with transpose_a
    rhs : (*B, K, N), or (*B, N, K) with transpose_b, same dtype
    transpose_a, transpose_b : bool, default False
    forward_stype : str, optional    kept for symbol files

    Returns
    -------
    (*B, M, N) same dtype

    Raises
    ------
    ShapeError   if the batches or the summed axes differ
    """
    n = lhs.ndim
    i, j = (n - 2 if transpose_a else n - 1), (n - 1 if transpose_b else n - 2)
    if n < 3 or rhs.ndim != n or lhs.shape[:-2] != rhs.shape[:-2] or lhs.shape[i] != rhs.shape[j]:
        left, right = "K, M" if transpose_a else "M, K", "N, K" if transpose_b else "K, N"
        fail(
            ShapeError,
            "batch_dot",
            "the matrices do not fit",
            expected=f"shapes (B, {left}) and (B, {right})",
            got=f"{lhs.shape} and {rhs.shape}",
        )
    return product(lhs, rhs, transpose_a, transpose_b)


@op("khatri_rao", same_dtype=True, counted=True)
def khatri_rao(*args, num_args: int | None = None):
    """Column-wise Kronecker product: column k is the Kronecker product of the columns k.

    Parameters
    ----------
    *args : (M_i, N) of one dtype    at least one
    num_args : int                   their number; filled in

    Returns
    -------
    (M_1 M_2 ..., N) same dtype

    Raises
    ------
    ShapeError   if an array has not two axes, or the columns differ in number
    """
    if not args or any(x.ndim != 2 or x.shape[1] != args[0].shape[1] for x in args):
        fail(
            ShapeError,
            "khatri_rao",
            "the matrices do not fit",
            expected="matrices with one number of columns",
            got=", ".join(str(x.shape) for x in args) or "none",
        )
    y = args[0]
    for x in args[1:]:
        y = (y[:, None, :] * x[None, :, :]).reshape(y.shape[0] * x.shape[0], y.shape[1])
    return y


# ------------------------------------------------------------- attention, projections interleaved


def _heads(x, heads, parts, where):
    """``(T, B, heads * parts * D)`` as ``parts`` arrays (B * heads, T, D)."""
    if x.ndim != 3 or heads < 1 or x.shape[2] % (heads * parts):
        fail(
            ShapeError,
            where,
            "the projections do not fit the heads",
            expected=f"(T, B, {parts} * heads * D) with {heads} heads",
            got=x.shape,
        )
    t, b, c = x.shape
    d = c // (heads * parts)
    y = x.reshape(t, b, heads, parts, d).transpose(3, 1, 2, 0, 4).reshape(parts, b * heads, t, d)
    return [y[i] for i in range(parts)]


def _scores(q, k, where):
    if q.shape[0] != k.shape[0] or q.shape[2] != k.shape[2]:
        fail(
            ShapeError,
            where,
            "queries and keys do not fit",
            expected=f"batch * heads {q.shape[0]} and width {q.shape[2]}",
            got=f"{k.shape[0]} and {k.shape[2]}",
        )
    q = q / jnp.asarray(q.shape[2] ** 0.5, q.dtype)
    return product(q, k, transpose_b=True)


def _mixed(attention, v, heads, where):
    if attention.ndim != 3 or attention.shape[0] != v.shape[0] or attention.shape[2] != v.shape[1]:
        fail(
            ShapeError,
            where,
            "attention and values do not fit",
            expected=f"attention ({v.shape[0]}, T, {v.shape[1]})",
            got=attention.shape,
        )
    y = product(attention, v)
    n, t, d = y.shape
    return (
        y.reshape(n // heads, heads, t, d).transpose(2, 0, 1, 3).reshape(t, n // heads, heads * d)
    )


@op("_contrib_interleaved_matmul_selfatt_qk")
def selfatt_qk(queries_keys_values, *, heads: int):
    """Scaled products of queries and keys: ``q k^T / sqrt(D)``, for self-attention.

    Parameters
    ----------
    queries_keys_values : (T, B, heads * 3 * D)    for each head its query, key and value
    heads : int

    Returns
    -------
    (B * heads, T, T) same dtype

    Raises
    ------
    ShapeError   if the width is not divisible by 3 heads
    """
    q, k, _ = _heads(queries_keys_values, heads, 3, "interleaved_matmul_selfatt_qk")
    return _scores(q, k, "interleaved_matmul_selfatt_qk")


@op("_contrib_interleaved_matmul_selfatt_valatt", same_dtype=True)
def selfatt_valatt(queries_keys_values, attention, *, heads: int):
    """Values mixed by attention weights, for self-attention.

    Parameters
    ----------
    queries_keys_values : (T, B, heads * 3 * D)    for each head its query, key and value
    attention : (B * heads, T, T)
    heads : int

    Returns
    -------
    (T, B, heads * D) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    v = _heads(queries_keys_values, heads, 3, "interleaved_matmul_selfatt_valatt")[2]
    return _mixed(attention, v, heads, "interleaved_matmul_selfatt_valatt")


@op("_contrib_interleaved_matmul_encdec_qk", same_dtype=True)
def encdec_qk(queries, keys_values, *, heads: int):
    """Scaled products of queries and keys of another sequence: ``q k^T / sqrt(D)``.

    Parameters
    ----------
    queries : (Q, B, heads * D)
    keys_values : (K, B, heads * 2 * D)    for each head its key and value
    heads : int

    Returns
    -------
    (B * heads, Q, K) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    (q,) = _heads(queries, heads, 1, "interleaved_matmul_encdec_qk")
    k, _ = _heads(keys_values, heads, 2, "interleaved_matmul_encdec_qk")
    return _scores(q, k, "interleaved_matmul_encdec_qk")


@op("_contrib_interleaved_matmul_encdec_valatt", same_dtype=True)
def encdec_valatt(keys_values, attention, *, heads: int):
    """Values of another sequence mixed by attention weights.

    Parameters
    ----------
    keys_values : (K, B, heads * 2 * D)    for each head its key and value
    attention : (B * heads, Q, K)
    heads : int

    Returns
    -------
    (Q, B, heads * D) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    v = _heads(keys_values, heads, 2, "interleaved_matmul_encdec_valatt")[1]
    return _mixed(attention, v, heads, "interleaved_matmul_encdec_valatt")
