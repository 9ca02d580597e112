"""``mx.sym.np.linalg``: linear algebra on symbols.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as onp

from mxnet.symbol.numpy._symbol import _Symbol

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
]

_Number: TypeAlias = float | onp.number[Any]
_Axis: TypeAlias = int | Sequence[int] | None

def det(a: _Symbol) -> _Symbol:
    """Determinants."""

def cholesky(a: _Symbol) -> _Symbol:
    """Lower triangles L with ``L L^T = a``; NaN where a is not positive definite."""

def inv(a: _Symbol) -> _Symbol:
    """Inverse matrices."""

def slogdet(a: _Symbol) -> tuple[_Symbol, ...]:
    """Sign and logarithm of the absolute value of determinants."""

def svd(a: _Symbol) -> tuple[_Symbol, ...]:
    """Singular value decomposition ``a = U diag(L) V``."""

def eig(a: _Symbol) -> tuple[_Symbol, ...]:
    """Eigenvalues and eigenvectors of matrices, as long as they are real; runs on the host."""

def eigvals(a: _Symbol) -> _Symbol:
    """Eigenvalues of matrices, as long as they are real; runs on the host."""

def solve(a: _Symbol, b: _Symbol) -> _Symbol:
    """Solutions X of ``a X = b``."""

def eigh(a: _Symbol, UPLO: Any = "L") -> tuple[_Symbol, ...]:
    """Eigenvalues and eigenvectors of symmetric matrices."""

def eigvalsh(a: _Symbol, UPLO: Any = "L") -> _Symbol:
    """Eigenvalues of symmetric matrices."""

def norm(
    x: _Symbol | _Number,
    ord: Any = None,
    axis: _Axis | None = None,
    keepdims: bool = False,
) -> _Symbol:
    """Norm of vectors or matrices."""

def pinv(a: _Symbol, rcond: Any = 1e-15, hermitian: Any = False) -> _Symbol:
    """Pseudo-inverse; singular values below ``rcond`` times the largest count as 0."""

def tensorinv(a: _Symbol, ind: Any = 2) -> _Symbol:
    """Inverse with respect to ``tensordot`` over the first ``ind`` axes."""

def tensorsolve(a: _Symbol, b: _Symbol, axes: Any = None) -> _Symbol:
    """Solution x of ``tensordot(a, x, x.ndim) = b``."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself
