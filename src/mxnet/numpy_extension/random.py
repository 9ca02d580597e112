"""``mx.npx.random``: random arrays beyond NumPy's."""

import math
from typing import Any, cast

from ..error import fail
from ..ndarray.ndarray import NDArray
from ..numpy import random as _random
from ..numpy.multiarray import call

__all__ = ["bernoulli", "normal_n", "seed", "uniform_n"]


def seed(seed, ctx="all"):
    """Start the random streams anew, as :func:`mxnet.random.seed` does; of all devices.

    Parameters
    ----------
    seed : int
    ctx : without effect

    Returns
    -------
    None
    """
    _random.seed(seed)


def bernoulli(prob=None, logit=None, size=None, dtype=None, ctx=None, out=None):
    """1 with a probability, else 0.

    Parameters
    ----------
    prob : number or ndarray     the probability
    logit : number or ndarray    instead: ``log(p / (1 - p))``
    size : int or tuple of int, optional
    dtype : default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32 by default

    Raises
    ------
    ValueError   both or neither
    """
    if (prob is None) == (logit is None):
        fail(
            ValueError,
            "npx.random.bernoulli",
            "either prob or logit must be given",
            expected="one of them",
            got=f"prob {prob}, logit {logit}",
        )
    if isinstance(logit, NDArray):
        prob = call("sigmoid", [logit], {})
    elif prob is None:
        prob = 1 / (1 + math.exp(-logit))
    return _random.bernoulli(cast(Any, prob), size, dtype, ctx, out)


def uniform_n(low=0.0, high=1.0, batch_shape=None, dtype=None, ctx=None):
    """Uniform numbers: ``batch_shape`` draws for each element of the parameters.

    Parameters
    ----------
    low, high : number or ndarray (*S)    arrays broadcast against each other
    batch_shape : int or tuple of int, optional    default ()
    dtype : default float32
    ctx : Context, default the current one

    Returns
    -------
    ndarray (*batch_shape, *S)
    """
    return _random._draw("uniform_n", {"low": low, "high": high}, batch_shape, dtype, ctx)


def normal_n(loc=0.0, scale=1.0, batch_shape=None, dtype=None, ctx=None):
    """Normal numbers: ``batch_shape`` draws for each element of the parameters.

    Parameters
    ----------
    loc, scale : number or ndarray (*S)    arrays broadcast against each other
    batch_shape : int or tuple of int, optional    default ()
    dtype : default float32
    ctx : Context, default the current one

    Returns
    -------
    ndarray (*batch_shape, *S)

    Raises
    ------
    ConstraintError   a negative deviation
    """
    return _random._draw("normal_n", {"loc": loc, "scale": scale}, batch_shape, dtype, ctx)
