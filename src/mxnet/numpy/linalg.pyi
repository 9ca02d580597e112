"""``mx.np.linalg``: linear algebra on the last two axes.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as onp

from mxnet.numpy.multiarray import ndarray

__all__ = [
    "det",
    "cholesky",
    "inv",
    "slogdet",
    "svd",
    "eig",
    "eigvals",
    "solve",
    "eigh",
    "eigvalsh",
    "norm",
    "pinv",
    "tensorinv",
    "tensorsolve",
    "cond",
    "lstsq",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "qr",
]

_Number: TypeAlias = float | onp.number[Any]
_Axis: TypeAlias = int | Sequence[int] | None

def det(a: ndarray) -> ndarray:
    """Determinants."""

def cholesky(a: ndarray) -> ndarray:
    """Lower triangles L with ``L L^T = a``; NaN where a is not positive definite."""

def inv(a: ndarray) -> ndarray:
    """Inverse matrices."""

def slogdet(a: ndarray) -> tuple[ndarray, ...]:
    """Sign and logarithm of the absolute value of determinants."""

def svd(a: ndarray) -> tuple[ndarray, ...]:
    """Singular value decomposition ``a = U diag(L) V``."""

def eig(a: ndarray) -> tuple[ndarray, ...]:
    """Eigenvalues and eigenvectors of matrices, as long as they are real; runs on the host."""

def eigvals(a: ndarray) -> ndarray:
    """Eigenvalues of matrices, as long as they are real; runs on the host."""

def solve(a: ndarray, b: ndarray) -> ndarray:
    """Solutions X of ``a X = b``."""

def eigh(a: ndarray, UPLO: Any = "L") -> tuple[ndarray, ...]:
    """Eigenvalues and eigenvectors of symmetric matrices."""

def eigvalsh(a: ndarray, UPLO: Any = "L") -> ndarray:
    """Eigenvalues of symmetric matrices."""

def norm(
    x: ndarray | _Number,
    ord: Any = None,
    axis: _Axis | None = None,
    keepdims: bool = False,
) -> ndarray:
    """Norm of vectors or matrices."""

def pinv(a: ndarray, rcond: Any = 1e-15, hermitian: Any = False) -> ndarray:
    """Pseudo-inverse; singular values below ``rcond`` times the largest count as 0."""

def tensorinv(a: ndarray, ind: Any = 2) -> ndarray:
    """Inverse with respect to ``tensordot`` over the first ``ind`` axes."""

def tensorsolve(a: ndarray, b: ndarray, axes: Any = None) -> ndarray:
    """Solution x of ``tensordot(a, x, x.ndim) = b``."""

def cond(*args: Any, **kwargs: Any) -> Any:
    """NumPy's cond, on the host."""

def lstsq(*args: Any, **kwargs: Any) -> Any:
    """NumPy's lstsq, on the host."""

def matrix_power(*args: Any, **kwargs: Any) -> Any:
    """NumPy's matrix_power, on the host."""

def matrix_rank(*args: Any, **kwargs: Any) -> Any:
    """NumPy's matrix_rank, on the host."""

def multi_dot(*args: Any, **kwargs: Any) -> Any:
    """NumPy's multi_dot, on the host."""

def qr(*args: Any, **kwargs: Any) -> Any:
    """NumPy's qr, on the host."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself
