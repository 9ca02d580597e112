"""``sym.random``: random numbers, drawn anew whenever the graph runs."""

from typing import Any

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import compose, fill_symbols
from ..ndarray.random import _alike
from .symbol import Symbol

__all__ = [
    "exponential",
    "gamma",
    "generalized_negative_binomial",
    "multinomial",
    "negative_binomial",
    "normal",
    "poisson",
    "randint",
    "randn",
    "shuffle",
    "uniform",
]


def _draw(name, parameters, shape, dtype, kwargs):
    given = {}
    if shape is not None:
        given["shape"] = shape
    if dtype is not None:
        given["dtype"] = dtype
    label, attr = kwargs.pop("name", None), kwargs.pop("attr", None)
    kwargs.pop("ctx", None)
    given.update(kwargs)
    if _alike(name, parameters, Symbol):
        return compose("_sample_" + name, list(parameters.values()), given, label, attr)
    return compose("_random_" + name, [], {**parameters, **given}, label, attr)


def uniform(low: Any = 0, high: Any = 1, shape=None, dtype=None, **kwargs):
    """Uniform numbers in ``[low, high)``.

    Parameters
    ----------
    low, high : float, or Symbols of one shape S    symbols give ``shape`` draws per element
    shape : int or tuple of int
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _draw("uniform", {"low": low, "high": high}, shape, dtype, kwargs)


def normal(loc: Any = 0, scale: Any = 1, shape=None, dtype=None, **kwargs):
    """Normal numbers of mean ``loc`` and deviation ``scale``.

    Parameters
    ----------
    loc, scale : float, or Symbols of one shape S    symbols give ``shape`` draws per element
    shape : int or tuple of int, optional
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _draw("normal", {"loc": loc, "scale": scale}, shape, dtype, kwargs)


def randn(*shape, **kwargs):
    """Normal numbers of the given dimensions: ``randn(2, 3, loc=0, scale=1)``.

    Parameters
    ----------
    *shape : int
    loc, scale, dtype    as for :func:`normal`, by keyword

    Returns
    -------
    Symbol
    """
    loc, scale = kwargs.pop("loc", 0), kwargs.pop("scale", 1)
    return normal(loc, scale, shape or None, kwargs.pop("dtype", None), **kwargs)


def poisson(lam=1, shape=None, dtype=None, **kwargs):
    """Poisson numbers of mean ``lam``.

    Parameters
    ----------
    lam : float or Symbol (*S)    a symbol gives ``shape`` draws per element
    shape : int or tuple of int, optional
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _draw("poisson", {"lam": lam}, shape, dtype, kwargs)


def exponential(scale=1, shape=None, dtype=None, **kwargs):
    """Exponential numbers of mean ``scale``.

    Parameters
    ----------
    scale : float or Symbol (*S)    a symbol gives ``shape`` draws per element
    shape : int or tuple of int, optional
    dtype : default float32

    Returns
    -------
    Symbol

    Raises
    ------
    ZeroDivisionError   a mean of 0
    """
    return _draw("exponential", {"lam": 1.0 / scale}, shape, dtype, kwargs)


def gamma(alpha=1, beta=1, shape=None, dtype=None, **kwargs):
    """Gamma numbers of shape ``alpha`` and scale ``beta``.

    Parameters
    ----------
    alpha, beta : float, or Symbols of one shape S    symbols give ``shape`` draws per element
    shape : int or tuple of int, optional
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _draw("gamma", {"alpha": alpha, "beta": beta}, shape, dtype, kwargs)


def negative_binomial(k=1, p=1, shape=None, dtype=None, **kwargs):
    """Failures before the ``k``-th success of probability ``p``.

    Parameters
    ----------
    k, p : number, or Symbols of one shape S    symbols give ``shape`` draws per element
    shape : int or tuple of int, optional
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _draw("negative_binomial", {"k": k, "p": p}, shape, dtype, kwargs)


def generalized_negative_binomial(mu=1, alpha=1, shape=None, dtype=None, **kwargs):
    """Negative binomial numbers of mean ``mu``, dispersion ``alpha``.

    Parameters
    ----------
    mu, alpha : float, or Symbols of one shape S    symbols give ``shape`` draws per element
    shape : int or tuple of int, optional
    dtype : default float32

    Returns
    -------
    Symbol
    """
    return _draw("generalized_negative_binomial", {"mu": mu, "alpha": alpha}, shape, dtype, kwargs)


def multinomial(data, shape=None, get_prob=True, dtype="int32", **kwargs):
    """Indices drawn with the probabilities of the last axis of ``data``.

    Parameters
    ----------
    data : Symbol (K,) or (N, K)    probabilities, whose sum is 1
    shape : int or tuple of int, optional    draws for each row, one by default
    get_prob : bool, default True    also the logarithm of the drawn probability
    dtype : default int32

    Returns
    -------
    Symbol of one output, or of two
    """
    return _draw("multinomial", {"data": data}, shape, dtype, {"get_prob": get_prob, **kwargs})


def shuffle(data, **kwargs):
    """The symbol with its first axis in random order.

    Parameters
    ----------
    data : Symbol (N, ...)

    Returns
    -------
    Symbol
    """
    return compose("_shuffle", [data], {}, kwargs.get("name"), kwargs.get("attr"))


def randint(low, high, shape=None, dtype=None, **kwargs):
    """Integers in ``[low, high)``, int32 by default.

    Parameters
    ----------
    low, high : int    ``high`` is left out
    shape : int or tuple of int, default (1,)
    dtype : {'int32', 'int64'}, default int32

    Returns
    -------
    Symbol
    """
    return _draw("randint", {"low": low, "high": high}, shape, dtype, kwargs)


__all__ += fill_symbols(globals(), "_random_")
