"""``nd.linalg``: operators of that family.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence

from .ndarray import NDArray

__all__ = [
    "gemm",
    "gemm2",
    "syrk",
    "trmm",
    "trsm",
    "potrf",
    "potri",
    "gelqf",
    "syevd",
    "inverse",
    "det",
    "slogdet",
    "sumlogdiag",
    "extractdiag",
    "makediag",
    "extracttrian",
    "maketrian",
]

def gemm(
    A: NDArray,
    B: NDArray,
    C: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha op(A) op(B) + beta C`` for batches of matrices."""

def gemm2(
    A: NDArray,
    B: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha op(A) op(B)`` for batches of matrices."""

def syrk(
    A: NDArray,
    transpose: bool = False,
    alpha: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha A A^T``, or ``alpha A^T A``."""

def trmm(
    A: NDArray,
    B: NDArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha op(A) B`` (or ``alpha B op(A)``) with a triangular A; the other triangle is not
    read.
    """

def trsm(
    A: NDArray,
    B: NDArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The X with ``op(A) X = alpha B`` (or ``X op(A) = alpha B``) for a triangular A."""

def potrf(
    A: NDArray,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The lower triangular L with ``A = L L^T`` (Cholesky), or the upper U with ``A = U^T U``."""

def potri(
    A: NDArray,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The inverse of ``A A^T`` for a lower triangular A, or of ``A^T A`` for an upper one, as
    ``potrf`` gives them.
    """

def gelqf(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``A = L Q`` with orthonormal rows of Q and a lower triangular L."""

def syevd(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """``A = U^T diag(l) U`` for symmetric matrices: the rows of U are eigenvectors."""

def inverse(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Inverse matrices."""

def det(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Determinants."""

def slogdet(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Sign and logarithm of the absolute value of determinants."""

def sumlogdiag(
    A: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Sum of the logarithms of the diagonal."""

def extractdiag(
    A: NDArray,
    offset: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """A diagonal of each matrix."""

def makediag(
    A: NDArray,
    offset: int = 0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Matrices with given diagonals, zero elsewhere."""

def extracttrian(
    A: NDArray,
    offset: int = 0,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The elements of a triangle as a vector: lower ones row by row, upper ones column by
    column.
    """

def maketrian(
    A: NDArray,
    offset: int = 0,
    lower: bool = True,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Triangular matrices from vectors: the inverse of ``extracttrian``."""
