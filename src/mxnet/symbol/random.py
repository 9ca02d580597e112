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
    """
    return _draw("uniform", {"low": low, "high": high}, shape, dtype, kwargs)


def normal(loc: Any = 0, scale: Any = 1, shape=None, dtype=None, **kwargs):
    """Normal numbers of mean ``loc`` and deviation ``scale``; see :func:`uniform`."""
    return _draw("normal", {"loc": loc, "scale": scale}, shape, dtype, kwargs)


def randn(*shape, **kwargs):
    """Normal numbers of the given dimensions: ``randn(2, 3, loc=0, scale=1)``."""
    loc, scale = kwargs.pop("loc", 0), kwargs.pop("scale", 1)
    return normal(loc, scale, shape or None, kwargs.pop("dtype", None), **kwargs)


def poisson(lam=1, shape=None, dtype=None, **kwargs):
    """Poisson numbers of mean ``lam``; see :func:`uniform`."""
    return _draw("poisson", {"lam": lam}, shape, dtype, kwargs)


def exponential(scale=1, shape=None, dtype=None, **kwargs):
    """Exponential numbers of mean ``scale``; see :func:`uniform`."""
    return _draw("exponential", {"lam": 1.0 / scale}, shape, dtype, kwargs)


def gamma(alpha=1, beta=1, shape=None, dtype=None, **kwargs):
    """Gamma numbers of shape ``alpha`` and scale ``beta``; see :func:`uniform`."""
    return _draw("gamma", {"alpha": alpha, "beta": beta}, shape, dtype, kwargs)


def negative_binomial(k=1, p=1, shape=None, dtype=None, **kwargs):
    """Failures before the ``k``-th success of probability ``p``; see :func:`uniform`."""
    return _draw("negative_binomial", {"k": k, "p": p}, shape, dtype, kwargs)


def generalized_negative_binomial(mu=1, alpha=1, shape=None, dtype=None, **kwargs):
    """Negative binomial numbers of mean ``mu``, dispersion ``alpha``; see :func:`uniform`."""
    return _draw("generalized_negative_binomial", {"mu": mu, "alpha": alpha}, shape, dtype, kwargs)


def multinomial(data, shape=None, get_prob=True, dtype="int32", **kwargs):
    """Indices drawn with the probabilities of the last axis of ``data``.

    ``get_prob``: also the logarithm of the drawn probability.
    """
    return _draw("multinomial", {"data": data}, shape, dtype, {"get_prob": get_prob, **kwargs})


def shuffle(data, **kwargs):
    """The symbol with its first axis in random order."""
    return compose("_shuffle", [data], {}, kwargs.get("name"), kwargs.get("attr"))


def randint(low, high, shape=None, dtype=None, **kwargs):
    """Integers in ``[low, high)``, int32 by default."""
    return _draw("randint", {"low": low, "high": high}, shape, dtype, kwargs)


__all__ += fill_symbols(globals(), "_random_")
