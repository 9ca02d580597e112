"""``mx.sym.np.random``: symbols of draws.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as onp

from mxnet.context import Context
from mxnet.symbol.numpy._symbol import _Symbol

__all__ = [
    "choice",
    "multinomial",
    "rand",
    "randint",
    "randn",
    "shuffle",
    "uniform",
    "normal",
    "lognormal",
    "logistic",
    "gumbel",
    "laplace",
    "exponential",
    "weibull",
    "pareto",
    "power",
    "rayleigh",
    "gamma",
    "beta",
    "chisquare",
    "poisson",
    "binomial",
    "bernoulli",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def choice(
    a: _Symbol,
    size: _Shape | None = None,
    replace: Any = True,
    p: Any = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """Elements of a vector, or of ``0 .. a - 1``, drawn at random."""

def multinomial(n: int, pvals: Any, size: _Shape | None = None, **kwargs: Any) -> _Symbol:
    """How often each outcome, whose probabilities are a symbol, happens in ``n`` trials."""

def rand(*size: Any, **kwargs: Any) -> _Symbol:
    """Uniform numbers in [0, 1) of shape ``size``."""

def randint(
    low: _Symbol | _Number,
    high: _Symbol | _Number | None = None,
    size: _Shape | None = None,
    dtype: _DType | None = "int64",
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
) -> _Symbol:
    """Integers drawn uniformly from [low, high), or [0, low)."""

def randn(*size: Any, **kwargs: Any) -> _Symbol:
    """Normal numbers of mean 0 and deviation 1 of shape ``size``."""

def shuffle(x: _Symbol | _Number) -> _Symbol:
    """The array with its first axis permuted at random."""

def uniform(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Uniform numbers in [low, high); parameters low, high, then ``size``."""

def normal(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Normal numbers; parameters loc, scale, then ``size``."""

def lognormal(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Numbers with a normal logarithm; parameters mean, sigma, then ``size``."""

def logistic(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Logistic numbers; parameters loc, scale, then ``size``."""

def gumbel(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Gumbel numbers; parameters loc, scale, then ``size``."""

def laplace(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Laplace numbers; parameters loc, scale, then ``size``."""

def exponential(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Exponential numbers of mean ``scale``; parameters scale, then ``size``."""

def weibull(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Weibull numbers of shape ``a``; parameters a, then ``size``."""

def pareto(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Pareto II (Lomax) numbers of shape ``a``; parameters a, then ``size``."""

def power(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Numbers in [0, 1] of density ``a x^(a - 1)``; parameters a, then ``size``."""

def rayleigh(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Rayleigh numbers; parameters scale, then ``size``."""

def gamma(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Gamma numbers of mean ``shape * scale``; parameters shape, scale, then ``size``."""

def beta(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Beta numbers; parameters a, b, then ``size``."""

def chisquare(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Sums of ``df`` squared normal numbers; parameters df, then ``size``."""

def poisson(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Poisson numbers of mean ``lam``; parameters lam, then ``size``."""

def binomial(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """Successes in ``n`` trials; parameters n, p, then ``size``."""

def bernoulli(
    *args: Any,
    size: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: _Symbol | None = None,
    **kwargs: Any,
) -> _Symbol:
    """1 with probability ``prob``, else 0; parameters prob, then ``size``."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself
