"""``nd.random``: random arrays. The stream is set by ``mx.random.seed``.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as onp

from ..context import Context
from .ndarray import NDArray

__all__ = [
    "uniform",
    "normal",
    "randn",
    "poisson",
    "exponential",
    "gamma",
    "negative_binomial",
    "generalized_negative_binomial",
    "multinomial",
    "shuffle",
    "randint",
    "uniform_like",
    "normal_like",
    "gamma_like",
    "exponential_like",
    "poisson_like",
    "negative_binomial_like",
    "generalized_negative_binomial_like",
    "pdf_uniform",
    "pdf_normal",
    "pdf_gamma",
    "pdf_exponential",
    "pdf_poisson",
    "pdf_negative_binomial",
    "pdf_generalized_negative_binomial",
    "pdf_dirichlet",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]

def uniform(
    low: NDArray | _Number = 0,
    high: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Uniform numbers in ``[low, high)``."""

def normal(
    loc: NDArray | _Number = 0,
    scale: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Normal numbers of mean ``loc`` and standard deviation ``scale``."""

def randn(*shape: int | Sequence[int], **kwargs: Any) -> NDArray:
    """Normal numbers of the given dimensions: ``randn(2, 3, loc=0, scale=1)``."""

def poisson(
    lam: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Poisson numbers of mean ``lam``."""

def exponential(
    scale: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Exponential numbers of mean ``scale``."""

def gamma(
    alpha: NDArray | _Number = 1,
    beta: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Gamma numbers of shape ``alpha`` and scale ``beta``."""

def negative_binomial(
    k: _Number = 1,
    p: _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Failures before the ``k``-th success of probability ``p``."""

def generalized_negative_binomial(
    mu: _Number = 1,
    alpha: NDArray | _Number = 1,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Negative binomial numbers of mean ``mu`` and dispersion ``alpha``."""

def multinomial(
    data: NDArray,
    shape: _Shape | None = None,
    get_prob: bool = False,
    out: NDArray | None = None,
    dtype: _DType | None = "int32",
    **kwargs: Any,
) -> NDArray | Any:
    """Indices drawn with the probabilities of the last axis of ``data``."""

def shuffle(data: NDArray, **kwargs: Any) -> NDArray:
    """The array with its first axis in random order."""

def randint(
    low: NDArray | _Number,
    high: NDArray | _Number,
    shape: _Shape | None = None,
    dtype: _DType | None = None,
    ctx: Context | str | None = None,
    out: NDArray | None = None,
    **kwargs: Any,
) -> NDArray:
    """Integers in ``[low, high)``, int32 by default."""

def uniform_like(
    data: NDArray,
    low: _Number = 0.0,
    high: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Uniform numbers in [low, high), in the shape and element type of ``data``."""

def normal_like(
    data: NDArray,
    loc: _Number = 0.0,
    scale: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normal numbers of mean ``loc`` and deviation ``scale``, in the shape and element type of
    ``data``.
    """

def gamma_like(
    data: NDArray,
    alpha: _Number = 1.0,
    beta: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gamma numbers of shape ``alpha`` and scale ``beta``, in the shape and element type of
    ``data``.
    """

def exponential_like(
    data: NDArray,
    lam: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exponential numbers of rate ``lam``, mean ``1 / lam``, in the shape and element type of
    ``data``.
    """

def poisson_like(
    data: NDArray,
    lam: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Poisson numbers of mean ``lam``, in the shape and element type of ``data``."""

def negative_binomial_like(
    data: NDArray,
    k: _Number = 1.0,
    p: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Failures before the ``k``-th success of probability ``p``, in the shape and element type
    of ``data``.
    """

def generalized_negative_binomial_like(
    data: NDArray,
    mu: _Number = 1.0,
    alpha: _Number = 1.0,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Negative binomial numbers of mean ``mu`` and dispersion ``alpha``, in the shape and
    element type of ``data``.
    """

def pdf_uniform(
    sample: NDArray,
    low: NDArray,
    high: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Uniform density ``1 / (high - low)``, at each sample."""

def pdf_normal(
    sample: NDArray,
    mu: NDArray,
    sigma: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Normal density of mean mu, deviation sigma, at each sample."""

def pdf_gamma(
    sample: NDArray,
    alpha: NDArray,
    beta: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Gamma density of shape alpha and rate beta, at each sample."""

def pdf_exponential(
    sample: NDArray,
    lam: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exponential density of rate lam, at each sample."""

def pdf_poisson(
    sample: NDArray,
    lam: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Poisson probability of mean lam, at each sample."""

def pdf_negative_binomial(
    sample: NDArray,
    k: NDArray,
    p: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Probability of so many failures before the k-th success of probability p, at each sample."""

def pdf_generalized_negative_binomial(
    sample: NDArray,
    mu: NDArray,
    alpha: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Negative binomial probability of mean mu and dispersion alpha, at each sample."""

def pdf_dirichlet(
    sample: NDArray,
    alpha: NDArray,
    is_log: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Dirichlet density at each sample."""
