"""Linear algebra on the last two axes: products, factorisations, triangles, determinants."""

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import DTypeError, ShapeError, fail, require_equal
from ._axes import is_real, one_axis
from ._facts import numbered, product_cost
from ._spec import op
from .kernels.dense import product

__all__ = []


def _matrices(x, where, name="A", square=False, solved=False):
    """Fails unless ``x`` is a batch of floating-point matrices, wide enough to be ``solved``."""
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        fail(
            ShapeError,
            where,
            f"{name} is not a batch of {'square ' if square else ''}matrices",
            expected="shape (*B, N, N)" if square else "shape (*B, M, N)",
            got=x.shape,
        )
    if not is_real(x):
        fail(DTypeError, where, f"{name} is not floating-point", expected="float", got=x.dtype.name)
    if solved and x.dtype.itemsize < 4:
        fail(
            DTypeError,
            where,
            f"{name} is too narrow to be solved",
            expected="float32 or float64",
            got=x.dtype.name,
        )


def _turn(x):
    return jnp.swapaxes(x, -1, -2)


def _product(a, b, transpose_a, transpose_b, where):
    """Matrix products of two batches of one shape."""
    n = a.ndim
    i, j = (n - 2 if transpose_a else n - 1), (n - 1 if transpose_b else n - 2)
    if b.ndim != n or a.shape[:-2] != b.shape[:-2] or a.shape[i] != b.shape[j]:
        fail(
            ShapeError,
            where,
            "the matrices do not fit",
            expected="equal batch axes, and as many columns of the first as rows of the second"
            + (" (after transposing)" if transpose_a or transpose_b else ""),
            got=f"{a.shape} and {b.shape}",
        )
    return product(a, b, transpose_a, transpose_b)


def _rows_to(x, axis, where):
    """``x`` with the axis of its matrices' rows moved next to the last."""
    return jnp.moveaxis(x, one_axis(axis, x.ndim, where), -2)


def _one(y):
    """Legacy arrays have an axis."""
    return lax.reshape(y, (1,)) if y.ndim == 0 else y


@op("_linalg_gemm", aliases=("linalg_gemm",), same_dtype=True, multiplications=product_cost)
def gemm(
    A,
    B,
    C,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
):
    """``alpha op(A) op(B) + beta C`` for batches of matrices.

    Parameters
    ----------
    A, B, C : (*B, M, K), (*B, K, N), (*B, M, N) float
    transpose_a, transpose_b : bool, default False
    alpha, beta : float, default 1
    axis : int, default -2    axis of the rows

    Returns
    -------
    shape and dtype of C

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    for x, name in ((A, "A"), (B, "B"), (C, "C")):
        _matrices(x, "linalg_gemm", name)
    a, b, c = (_rows_to(x, axis, "linalg_gemm") for x in (A, B, C))
    y = _product(a, b, transpose_a, transpose_b, "linalg_gemm")
    require_equal(ShapeError, "linalg_gemm", "C does not fit the product", y.shape, c.shape)
    return jnp.moveaxis(alpha * y + beta * c, -2, axis)


@op("_linalg_gemm2", aliases=("linalg_gemm2",), same_dtype=True, multiplications=product_cost)
def gemm2(
    A,
    B,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
):
    """``alpha op(A) op(B)`` for batches of matrices.

    Parameters
    ----------
    A, B : (*B, M, K), (*B, K, N) float
    transpose_a, transpose_b : bool, default False
    alpha : float, default 1
    axis : int, default -2    axis of the rows

    Returns
    -------
    (*B, M, N) same dtype

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    for x, name in ((A, "A"), (B, "B")):
        _matrices(x, "linalg_gemm2", name)
    a, b = (_rows_to(x, axis, "linalg_gemm2") for x in (A, B))
    return jnp.moveaxis(alpha * _product(a, b, transpose_a, transpose_b, "linalg_gemm2"), -2, axis)


@op("_linalg_syrk", aliases=("linalg_syrk",))
def syrk(A, *, transpose: bool = False, alpha: float = 1.0):
    """``alpha A A^T``, or ``alpha A^T A``.

    Parameters
    ----------
    A : (*B, M, N) float
    transpose : bool, default False    the second form
    alpha : float, default 1

    Returns
    -------
    (*B, M, M), transposed (*B, N, N); same dtype
    """
    _matrices(A, "linalg_syrk")
    return alpha * _product(A, A, transpose, not transpose, "linalg_syrk")


def _triangle(A, lower):
    return jnp.tril(A) if lower else jnp.triu(A)


@op("_linalg_trmm", aliases=("linalg_trmm",), same_dtype=True)
def trmm(
    A,
    B,
    *,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
):
    """``alpha op(A) B`` (or ``alpha B op(A)``) with a triangular A; the other triangle is not read.

    Parameters
    ----------
    A : (*B, N, N) float
    B : (*B, N, M), on the right side (*B, M, N)
    transpose, rightside : bool, default False
    lower : bool, default True    which triangle of A counts
    alpha : float, default 1

    Returns
    -------
    shape and dtype of B

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    _matrices(A, "linalg_trmm", square=True)
    _matrices(B, "linalg_trmm", "B")
    a = _triangle(A, lower)
    if rightside:
        return alpha * _product(B, a, False, transpose, "linalg_trmm")
    return alpha * _product(a, B, transpose, False, "linalg_trmm")


@op("_linalg_trsm", aliases=("linalg_trsm",), same_dtype=True)
def trsm(
    A,
    B,
    *,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
):
    """The X with ``op(A) X = alpha B`` (or ``X op(A) = alpha B``) for a triangular A.

    Parameters
    ----------
    A : (*B, N, N) float          the other triangle is not read
    B : (*B, N, M), on the right side (*B, M, N)
    transpose, rightside : bool, default False
    lower : bool, default True    which triangle of A counts
    alpha : float, default 1

    Returns
    -------
    shape and dtype of B

    Raises
    ------
    ShapeError   if the shapes do not fit
    """
    _matrices(A, "linalg_trsm", square=True, solved=True)
    _matrices(B, "linalg_trsm", "B")
    if A.shape[:-2] != B.shape[:-2] or A.shape[-1] != B.shape[-1 if rightside else -2]:
        fail(
            ShapeError,
            "linalg_trsm",
            "the matrices do not fit",
            expected="A (*B, N, N) and B " + ("(*B, M, N)" if rightside else "(*B, N, M)"),
            got=f"{A.shape} and {B.shape}",
        )
    return lax.linalg.triangular_solve(
        _triangle(A, lower), alpha * B, left_side=not rightside, lower=lower, transpose_a=transpose
    )


@op("_linalg_potrf", aliases=("linalg_potrf",))
def potrf(A, *, lower: bool = True):
    """The lower triangular L with ``A = L L^T`` (Cholesky), or the upper U with ``A = U^T U``.

    Parameters
    ----------
    A : (*B, N, N) float    symmetric, positive definite; otherwise the result is NaN
    lower : bool            False: U

    Returns
    -------
    (*B, N, N) same dtype

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_potrf", square=True, solved=True)
    found = jnp.linalg.cholesky(A)
    return found if lower else _turn(found)


@op("_linalg_potri", aliases=("linalg_potri",))
def potri(A, *, lower: bool = True):
    """The inverse of ``A A^T`` for a lower triangular A, or of ``A^T A`` for an upper one, as
    ``potrf`` gives them.

    Parameters
    ----------
    A : (*B, N, N) float    the other triangle is not read
    lower : bool            which triangle

    Returns
    -------
    (*B, N, N) same dtype

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_potri", square=True, solved=True)
    eye = jnp.broadcast_to(jnp.eye(A.shape[-1], dtype=A.dtype), A.shape)
    y = lax.linalg.triangular_solve(_triangle(A, lower), eye, left_side=True, lower=lower)
    return _turn(y) @ y if lower else y @ _turn(y)


@op("_linalg_gelqf", aliases=("linalg_gelqf",), num_outputs=2)
def gelqf(A):
    """``A = L Q`` with orthonormal rows of Q and a lower triangular L.

    Parameters
    ----------
    A : (*B, M, N) float    M <= N

    Returns
    -------
    Q (*B, M, N), L (*B, M, M); same dtype

    Raises
    ------
    ShapeError   if there are more rows than columns
    """
    _matrices(A, "linalg_gelqf", solved=True)
    if A.shape[-2] > A.shape[-1]:
        fail(ShapeError, "linalg_gelqf", "more rows than columns", expected="M <= N", got=A.shape)
    q, r = jnp.linalg.qr(_turn(A))
    return _turn(q), _turn(r)


@op("_linalg_syevd", aliases=("linalg_syevd",), num_outputs=2)
def syevd(A):
    """``A = U^T diag(l) U`` for symmetric matrices: the rows of U are eigenvectors.

    Parameters
    ----------
    A : (*B, N, N) float    symmetric

    Returns
    -------
    U (*B, N, N), l (*B, N) ascending; same dtype. The largest element of each row is positive.

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_syevd", square=True, solved=True)
    values, vectors = jnp.linalg.eigh(A)
    u = _turn(vectors)
    seen = lax.stop_gradient(u)
    largest = jnp.take_along_axis(seen, jnp.argmax(jnp.abs(seen), -1, keepdims=True), -1)
    return jnp.where(largest < 0, -u, u), values


@op("_linalg_inverse", aliases=("linalg_inverse", "_npi_inv"))
def inverse(A):
    """Inverse matrices.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    (*B, N, N) same dtype

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_inverse", square=True, solved=True)
    return jnp.linalg.inv(A)


@op("_linalg_det", aliases=("linalg_det",), outputs=numbered, total=3)
def det(A):
    """Determinants.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    (*B) same dtype; (1,) for one matrix

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_det", square=True, solved=True)
    return _one(jnp.linalg.det(A))


@op("_linalg_slogdet", aliases=("linalg_slogdet",), num_outputs=2, total=4)
def slogdet(A):
    """Sign and logarithm of the absolute value of determinants.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    sign, logarithm : (*B) same dtype; (1,) for one matrix

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_slogdet", square=True, solved=True)
    sign, size = jnp.linalg.slogdet(A)
    return _one(sign), _one(size)


@op("_linalg_sumlogdiag", aliases=("linalg_sumlogdiag",))
def sumlogdiag(A):
    """Sum of the logarithms of the diagonal.

    Parameters
    ----------
    A : (*B, N, N) float    positive diagonal

    Returns
    -------
    (*B) same dtype; (1,) for one matrix

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_sumlogdiag", square=True)
    return _one(jnp.sum(jnp.log(jnp.diagonal(A, 0, -2, -1)), -1))


@op("_linalg_extractdiag", aliases=("linalg_extractdiag",))
def extractdiag(A, *, offset: int = 0):
    """A diagonal of each matrix.

    Parameters
    ----------
    A : (*B, N, N) float
    offset : int, default 0    positive above, negative below the main diagonal

    Returns
    -------
    (*B, N - |offset|) same dtype

    Raises
    ------
    ShapeError   if the matrices are not square or the diagonal lies outside
    """
    _matrices(A, "linalg_extractdiag", square=True)
    if abs(offset) >= A.shape[-1]:
        fail(
            ShapeError,
            "linalg_extractdiag",
            "the diagonal lies outside the matrix",
            expected=f"|offset| < {A.shape[-1]}",
            got=offset,
        )
    return jnp.diagonal(A, offset, -2, -1)


@op("_linalg_makediag", aliases=("linalg_makediag",))
def makediag(A, *, offset: int = 0):
    """Matrices with given diagonals, zero elsewhere.

    Parameters
    ----------
    A : (*B, N) any dtype
    offset : int, default 0    positive above, negative below the main diagonal

    Returns
    -------
    (*B, N + |offset|, N + |offset|) same dtype
    """
    n = A.shape[-1] + abs(offset)
    i = onp.arange(A.shape[-1])
    y = jnp.zeros((*A.shape[:-1], n, n), A.dtype)
    return y.at[..., i + max(-offset, 0), i + max(offset, 0)].set(A)


def _triangle_positions(n, offset, lower):
    """Rows and columns of a triangle: lower ones row by row, upper ones column by column."""
    if offset < 0 or (offset == 0 and lower):
        return onp.tril_indices(n, offset)
    columns, rows = onp.tril_indices(n, -offset)
    return rows, columns


@op("_linalg_extracttrian", aliases=("linalg_extracttrian",))
def extracttrian(A, *, offset: int = 0, lower: bool = True):
    """The elements of a triangle as a vector: lower ones row by row, upper ones column by column.

    Parameters
    ----------
    A : (*B, N, N) float
    offset : int, default 0       positive: upper triangle from that diagonal on; negative: lower
    lower : bool, default True    which triangle, for offset 0

    Returns
    -------
    (*B, number of elements) same dtype

    Raises
    ------
    ShapeError   if the matrices are not square
    """
    _matrices(A, "linalg_extracttrian", square=True)
    rows, columns = _triangle_positions(A.shape[-1], offset, lower)
    return A[..., rows, columns]


@op("_linalg_maketrian", aliases=("linalg_maketrian",))
def maketrian(A, *, offset: int = 0, lower: bool = True):
    """Triangular matrices from vectors: the inverse of ``extracttrian``.

    Parameters
    ----------
    A : (*B, L) any dtype         L = m (m + 1) / 2
    offset : int, default 0
    lower : bool, default True    which triangle, for offset 0

    Returns
    -------
    (*B, m + |offset|, m + |offset|) same dtype

    Raises
    ------
    ShapeError   if no triangle has L elements
    """
    length = A.shape[-1] if A.ndim else 0
    m = round(((8 * length + 1) ** 0.5 - 1) / 2)
    if m < 1 or m * (m + 1) // 2 != length:
        fail(
            ShapeError,
            "linalg_maketrian",
            "no triangle has so many elements",
            expected="1, 3, 6, 10, ... elements along the last axis",
            got=A.shape,
        )
    n = m + abs(offset)
    rows, columns = _triangle_positions(n, offset, lower)
    return jnp.zeros((*A.shape[:-1], n, n), A.dtype).at[..., rows, columns].set(A)
