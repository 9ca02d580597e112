"""``mx.np.random``: random arrays. The stream is set by ``mx.random.seed``.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as onp

from mxnet.context import Context
from mxnet.numpy.multiarray import ndarray

__all__ = [
    "bernoulli",
    "beta",
    "binomial",
    "chisquare",
    "choice",
    "exponential",
    "gamma",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "multinomial",
    "multivariate_normal",
    "normal",
    "pareto",
    "permutation",
    "poisson",
    "power",
    "rand",
    "randint",
    "randn",
    "rayleigh",
    "seed",
    "shuffle",
    "uniform",
    "weibull",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def bernoulli(
    prob: Any = 0.5,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """1 with probability ``prob``, else 0, in float32 by default."""

def beta(
    a: ndarray,
    b: ndarray,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
) -> ndarray:
    """Beta numbers of mean ``a / (a + b)``."""

def binomial(
    n: int,
    p: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Successes in ``n`` trials of probability ``p``, in float32 by default."""

def chisquare(
    df: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
) -> ndarray:
    """Sums of ``df`` squared normal numbers."""

def choice(
    a: ndarray,
    size: _Shape | None = None,
    replace: Any = True,
    p: Any = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Elements of a vector, or of ``0 .. a - 1``, drawn at random."""

def exponential(
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Exponential numbers of mean ``scale``."""

def gamma(
    shape: _Shape,
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Gamma numbers of mean ``shape * scale``."""

def gumbel(
    loc: ndarray | _Number = 0.0,
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Gumbel numbers."""

def laplace(
    loc: ndarray | _Number = 0.0,
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Laplace numbers."""

def logistic(
    loc: ndarray | _Number = 0.0,
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Logistic numbers."""

def lognormal(
    mean: Any = 0.0,
    sigma: Any = 1.0,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Numbers whose logarithm is normal."""

def multinomial(n: int, pvals: Any, size: _Shape | None = None, **kwargs: Any) -> ndarray:
    """How often each outcome happens in ``n`` trials: (*size, K) int64."""

def multivariate_normal(
    mean: Any,
    cov: Any,
    size: _Shape | None = None,
    check_valid: Any = None,
    tol: Any = None,
) -> ndarray:
    """Vectors of normal numbers with mean (*B, K) and covariance (*B, K, K)."""

def normal(
    loc: ndarray | _Number = 0.0,
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Normal numbers of mean ``loc`` and deviation ``scale``."""

def pareto(
    a: ndarray,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Pareto II (Lomax) numbers of shape ``a``."""

def permutation(x: ndarray | _Number) -> ndarray:
    """A vector of ``0 .. x - 1``, or a copy of an array, with the first axis permuted."""

def poisson(
    lam: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Poisson numbers of mean ``lam``, in float32 by default."""

def power(
    a: ndarray,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Numbers in [0, 1] of density ``a x^(a - 1)``."""

def rand(*size: Any, **kwargs: Any) -> ndarray:
    """Uniform numbers in [0, 1) of shape ``size``."""

def randint(
    low: ndarray | _Number,
    high: ndarray | _Number | None = None,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Integers drawn uniformly from [low, high), or [0, low); int64 by default."""

def randn(*size: Any, **kwargs: Any) -> ndarray:
    """Normal numbers of mean 0 and deviation 1 of shape ``size``."""

def rayleigh(
    scale: ndarray | _Number = 1.0,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Rayleigh numbers."""

def seed(seed: Any = None) -> ndarray:
    """Start the random streams anew, as :func:`mxnet.random.seed` does."""

def shuffle(x: ndarray | _Number) -> ndarray:
    """Permute the first axis of an array in place."""

def uniform(
    low: ndarray | _Number = 0.0,
    high: ndarray | _Number | None = 1.0,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
    device: Context | str | None = None,
) -> ndarray:
    """Uniform numbers in [low, high)."""

def weibull(
    a: ndarray,
    size: _Shape | None = None,
    ctx: Context | str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Weibull numbers of shape ``a``."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself
