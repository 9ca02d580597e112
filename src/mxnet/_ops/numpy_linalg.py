"""NumPy's linear algebra on the last two axes."""

from typing import NoReturn

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import DTypeError, ShapeError, fail
from . import _promotion as rules
from ._axes import is_real, one_axis
from ._spec import Shape, op
from .elemwise import absolute
from .linalg import _matrices
from .reduce import largest, root_of_sum, smallest, wide

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


@op("_npi_solve", promotion=rules.solved)
def np_solve(A, B):
    """Solutions X of ``A X = B``.

    Parameters
    ----------
    A : (*B, N, N) float; integers become float64
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


@op("_npi_eigh", num_outputs=2, promotion=rules.solved)
def np_eigh(A, *, UPLO: str = "L"):
    """Eigenvalues and eigenvectors of symmetric matrices.

    Parameters
    ----------
    A : (*B, N, N) float; integers become float64
    UPLO : 'L' or 'U'    the triangle that is read

    Returns
    -------
    values (*B, N) ascending, vectors (*B, N, N) in columns, same dtype
    """
    return tuple(_eigh(A, UPLO))


@op("_npi_eigvalsh", promotion=rules.solved)
def np_eigvalsh(A, *, UPLO: str = "L"):
    """Eigenvalues of symmetric matrices.

    Parameters
    ----------
    A : (*B, N, N) float; integers become float64
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


@op("_npi_eig", num_outputs=2, barrier=True, promotion=rules.solved)
def np_eig(A):
    """Eigenvalues and eigenvectors of matrices, as long as they are real; runs on the host.

    Parameters
    ----------
    A : (*B, N, N) float; integers become float64

    Returns
    -------
    values (*B, N), vectors (*B, N, N) in columns, same dtype
    """
    _solved(A, "linalg.eig")
    values, vectors = onp.linalg.eig(onp.asarray(lax.stop_gradient(A)))
    return tuple(jnp.asarray(_real_part(v, "linalg.eig"), A.dtype) for v in (values, vectors))


@op("_npi_eigvals", barrier=True, promotion=rules.solved)
def np_eigvals(A):
    """Eigenvalues of matrices, as long as they are real; runs on the host.

    Parameters
    ----------
    A : (*B, N, N) float; integers become float64

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


@op("_npi_tensorsolve", promotion=rules.solved)
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


@op("_npi_norm")
def np_norm(
    data,
    *,
    ord: float = 2.0,
    axis: Shape | None = None,
    keepdims: bool = False,
    flag: int = -2,
):
    """Norm of vectors or matrices.

    Parameters
    ----------
    data : (*S)
    ord : float, default 2           of vectors any number; of matrices 1, -1, 2, -2, inf, -inf
    axis : int or pair of int, optional    none given means all axes, or with an order the last two
    keepdims : bool, default False   keep the axes, with size 1
    flag : int, default -2           -2 and 1: the root of the sum of squares; 2: the sum of the
        singular values ('nuc'); others: ``ord`` counts

    Returns
    -------
    (*S') same dtype, float32 of integer types

    Raises
    ------
    ShapeError   if the axes do not fit, or vectors or matrices have no such norm (a ``ValueError``)

    Gradient   0 where the norm of order 2 is 0
    """
    x = wide(data if is_real(data) else lax.convert_element_type(data, "float32"))
    to = data.dtype if is_real(data) else jnp.dtype("float32")
    # with an order, an array of more axes holds matrices on the last two
    first = max(x.ndim - 2, 0) if flag != -2 else 0
    axes = tuple(range(first, x.ndim)) if axis is None else axis
    axes = tuple([one_axis(a, x.ndim, "linalg.norm") for a in axes])
    if len(set(axes)) != len(axes):
        _no_norm("an axis is named twice", "distinct axes", axes)
    if flag in (-2, 1):
        y = _vector_norm(x, 2, axes)
    elif len(axes) == 1 and flag != 2:
        y = _vector_norm(x, ord, axes)
    elif len(axes) == 2:
        y = _matrix_norm(x, "nuc" if flag == 2 else ord, *axes)
    else:
        what = "'nuc'" if flag == 2 else f"order {ord}"
        _no_norm(f"{what} over {len(axes)} axes", "one axis of vectors or two of matrices", axes)
    if keepdims:
        y = lax.reshape(y, tuple([1 if a in axes else n for a, n in enumerate(x.shape)]))
    return lax.convert_element_type(y, to)


def _no_norm(what, expected, got) -> NoReturn:
    fail(ShapeError, "linalg.norm", f"no such norm: {what}", expected=expected, got=got)


def _vector_norm(x, ord, axes):
    size = absolute(x)
    if ord == 2:
        return root_of_sum(lax.reduce_sum(lax.mul(x, x), axes))
    if ord == onp.inf:
        return largest(size, axes)
    if ord == -onp.inf:
        return smallest(size, axes)
    if ord == 0:
        return lax.reduce_sum(
            lax.convert_element_type(lax.ne(x, lax.full_like(x, 0)), x.dtype), axes
        )
    if ord == 1:
        return lax.reduce_sum(size, axes)
    total = lax.reduce_sum(lax.pow(size, lax.full_like(size, ord)), axes)
    return lax.pow(total, lax.full_like(total, 1.0 / ord))


def _matrix_norm(x, ord, a, b):
    if ord in (1, -1, onp.inf, -onp.inf):
        first, second = (a, b) if abs(ord) == 1 else (b, a)
        sums = lax.reduce_sum(absolute(x), (first,))
        return (largest if ord > 0 else smallest)(sums, (second - (second > first),))
    if ord not in ("nuc", 2, -2):
        _no_norm(f"matrices have none of order {ord}", "1, -1, 2, -2, inf, -inf, 'fro', 'nuc'", ord)
    values = jnp.linalg.svd(jnp.moveaxis(x, (a, b), (-2, -1)), compute_uv=False)
    last = (values.ndim - 1,)
    if ord == "nuc":
        return lax.reduce_sum(values, last)
    return (largest if ord == 2 else smallest)(values, last)
