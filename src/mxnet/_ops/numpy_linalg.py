"""NumPy's linear algebra on the last two axes."""

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import DTypeError, ShapeError, fail
from ._spec import Shape, op
from .linalg import _matrices

__all__ = []


def _solved(A, where, square=True):
    _matrices(A, where, square=square, solved=True)


@op("_npi_det")
def np_det(A):
    """Determinants.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    (*B) same dtype
    """
    _solved(A, "linalg.det")
    return jnp.linalg.det(A)


@op("_npi_slogdet", num_outputs=2)
def np_slogdet(A):
    """Sign and logarithm of the absolute value of determinants.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    sign, logarithm : (*B) same dtype
    """
    _solved(A, "linalg.slogdet")
    sign, size = jnp.linalg.slogdet(A)
    return sign, size


@op("_npi_cholesky")
def np_cholesky(A):
    """Lower triangles L with ``L L^T = A``; NaN where A is not positive definite.

    Parameters
    ----------
    A : (*B, N, N) float, symmetric

    Returns
    -------
    (*B, N, N) same dtype
    """
    _solved(A, "linalg.cholesky")
    return jnp.linalg.cholesky(A)


@op("_npi_solve")
def np_solve(A, B):
    """Solutions X of ``A X = B``.

    Parameters
    ----------
    A : (*B, N, N) float
    B : (*B, N) or (*B, N, K)

    Returns
    -------
    shape of B, same dtype
    """
    _solved(A, "linalg.solve")
    rows = B.shape[-1] if B.ndim == A.ndim - 1 else B.shape[-2] if B.ndim > 1 else None
    if rows != A.shape[-1]:
        fail(
            ShapeError,
            "linalg.solve",
            "the right-hand side does not fit",
            expected=f"{A.shape[-1]} rows",
            got=B.shape,
        )
    if B.ndim == A.ndim - 1:
        return jnp.linalg.solve(A, B[..., None])[..., 0]
    return jnp.linalg.solve(A, B)


@op("_npi_svd", num_outputs=3)
def np_svd(A):
    """Singular value decomposition ``A = U diag(L) V``.

    Parameters
    ----------
    A : (*B, M, N) float

    Returns
    -------
    U (*B, M, K), L (*B, K), V (*B, K, N) same dtype, K the smaller size
    """
    _solved(A, "linalg.svd", square=False)
    return tuple(jnp.linalg.svd(A, full_matrices=False))


def _eigh(A, UPLO):
    _solved(A, "linalg.eigh")
    if UPLO not in ("L", "U"):
        fail(ShapeError, "linalg.eigh", "no such triangle", expected="'L' or 'U'", got=UPLO)
    part = jnp.tril(A) if UPLO == "L" else jnp.triu(A)
    inner = jnp.tril(A, -1) if UPLO == "L" else jnp.triu(A, 1)
    return jnp.linalg.eigh(part + jnp.swapaxes(inner, -1, -2), symmetrize_input=False)


@op("_npi_eigh", num_outputs=2)
def np_eigh(A, *, UPLO: str = "L"):
    """Eigenvalues and eigenvectors of symmetric matrices.

    Parameters
    ----------
    A : (*B, N, N) float
    UPLO : 'L' or 'U'    the triangle that is read

    Returns
    -------
    values (*B, N) ascending, vectors (*B, N, N) in columns, same dtype
    """
    return tuple(_eigh(A, UPLO))


@op("_npi_eigvalsh")
def np_eigvalsh(A, *, UPLO: str = "L"):
    """Eigenvalues of symmetric matrices.

    Parameters
    ----------
    A : (*B, N, N) float
    UPLO : 'L' or 'U'    the triangle that is read

    Returns
    -------
    (*B, N) ascending, same dtype
    """
    return _eigh(A, UPLO)[0]


def _real_part(x, where):
    if onp.iscomplexobj(x) and onp.any(x.imag != 0):
        fail(
            DTypeError,
            where,
            "an eigenvalue is complex",
            expected="real eigenvalues",
            got=x.dtype.name,
            hint="numpy.linalg has complex numbers",
        )
    return x.real


@op("_npi_eig", num_outputs=2, barrier=True)
def np_eig(A):
    """Eigenvalues and eigenvectors of matrices, as long as they are real; runs on the host.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    values (*B, N), vectors (*B, N, N) in columns, same dtype
    """
    _solved(A, "linalg.eig")
    values, vectors = onp.linalg.eig(onp.asarray(lax.stop_gradient(A)))
    return tuple(jnp.asarray(_real_part(v, "linalg.eig"), A.dtype) for v in (values, vectors))


@op("_npi_eigvals", barrier=True)
def np_eigvals(A):
    """Eigenvalues of matrices, as long as they are real; runs on the host.

    Parameters
    ----------
    A : (*B, N, N) float

    Returns
    -------
    (*B, N) same dtype
    """
    _solved(A, "linalg.eigvals")
    values = onp.linalg.eigvals(onp.asarray(lax.stop_gradient(A)))
    return jnp.asarray(_real_part(values, "linalg.eigvals"), A.dtype)


@op("_npi_pinv_scalar_rcond")
def np_pinv_number(A, *, rcond: float = 1e-15, hermitian: bool = False):
    """Pseudo-inverses.

    Parameters
    ----------
    A : (*B, M, N) float
    rcond : float              smaller singular values, relative to the largest, count as 0
    hermitian : bool           whether A is symmetric

    Returns
    -------
    (*B, N, M) same dtype
    """
    _solved(A, "linalg.pinv", square=False)
    return jnp.linalg.pinv(A, rtol=rcond, hermitian=hermitian)


@op("_npi_pinv")
def np_pinv(A, rcond, *, hermitian: bool = False):
    """Pseudo-inverses.

    Parameters
    ----------
    A : (*B, M, N) float
    rcond : (*B)               smaller singular values, relative to the largest, count as 0
    hermitian : bool           whether A is symmetric

    Returns
    -------
    (*B, N, M) same dtype
    """
    _solved(A, "linalg.pinv", square=False)
    return jnp.linalg.pinv(A, rtol=rcond, hermitian=hermitian)


@op("_npi_tensorinv")
def np_tensorinv(a, *, ind: int = 2):
    """Inverse with respect to ``tensordot`` over the first ``ind`` axes.

    Parameters
    ----------
    a : (*S) float    the products of the first ``ind`` sizes and of the others are equal
    ind : int, default 2

    Returns
    -------
    (*last axes, *first axes) same dtype
    """
    first, last = a.shape[:ind], a.shape[ind:]
    rows, columns = int(onp.prod(first)), int(onp.prod(last))
    if ind <= 0 or rows != columns:
        fail(
            ShapeError,
            "linalg.tensorinv",
            "the array is not square",
            expected="equal products of the first and the other sizes",
            got=f"shape {a.shape}, ind {ind}",
        )
    _solved(a.reshape(rows, columns), "linalg.tensorinv")
    return jnp.linalg.inv(a.reshape(rows, columns)).reshape(last + first)


@op("_npi_tensorsolve")
def np_tensorsolve(a, b, *, a_axes: Shape = ()):
    """Solution x of ``tensordot(a, x, x.ndim) = b``.

    Parameters
    ----------
    a : (*b's shape, *S) float
    b : array
    a_axes : tuple of int    axes of a that are moved to the end first

    Returns
    -------
    (*S) same dtype
    """
    if a_axes:
        a = jnp.moveaxis(a, a_axes, range(a.ndim - len(a_axes), a.ndim))
    rest = a.shape[b.ndim :]
    n = int(onp.prod(rest))
    if int(onp.prod(a.shape[: b.ndim])) != n or b.size != n:
        fail(
            ShapeError,
            "linalg.tensorsolve",
            "the arrays do not fit",
            expected="a square in the sizes of b and the others",
            got=f"shapes {a.shape} and {b.shape}",
        )
    _solved(a.reshape(n, n), "linalg.tensorsolve")
    return jnp.linalg.solve(a.reshape(n, n), b.reshape(n)).reshape(rest)
