"""``nd.random``: random arrays. The stream is set by ``mx.random.seed``."""

from typing import Any

from .. import _ops  # noqa: F401  (fills the registry)
from .._dtypes import as_dtype
from .._engine.initial import host_draw
from .._engine.state import threads
from .._frontend.build import fill_namespace
from .._frontend.dispatch import invoke, refuse_out
from .._graph.steps import spec_of
from .._ops import _spec
from .._traceback import door
from ..context import canonical, current_context
from ..error import ConstraintError, fail, only_keywords
from ._names import unknown_name
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
]


# the smallest value of a distribution's parameter
_LEAST = {
    ("normal", "scale"): 0,
    ("gamma", "alpha"): 0,
    ("gamma", "beta"): 0,
    ("exponential", "lam"): 0,
    ("poisson", "lam"): 0,
    ("negative_binomial", "k"): 0,
    ("negative_binomial", "p"): 0,
    ("generalized_negative_binomial", "mu"): 0,
    ("generalized_negative_binomial", "alpha"): 0,
}


def _alike(name, parameters, kind):
    """Whether a distribution's parameters are arrays, or symbols: all of ``kind``, or none."""
    found = [isinstance(p, kind) for p in parameters.values()]
    if any(found) and not all(found):
        raise ValueError(
            f"{name}: distribution parameters must all be numbers or all be {kind.__name__}s, got "
            f"{', '.join(f'{k}: {type(v).__name__}' for k, v in parameters.items())}."
        )
    return any(found)


def _require_least(name, key, value, least):
    if least is not None and not value >= least:
        fail(
            ConstraintError,
            f"random.{name}",
            f"parameter {key!r} does not fit",
            expected=f"at least {least}",
            got=value,
        )


def _require_order(name, low, high):
    """Raise unless two numbers are the bounds of something; equal ones are let through, as ever."""
    if high < low:
        fail(
            ConstraintError,
            f"random.{name}",
            "high is below low",
            expected=f"at least {low}",
            got=high,
        )


def _require_array(name, out):
    if out is not None and not isinstance(out, NDArray):
        refuse_out(f"random.{name}", out)


@door
def _draw(name, parameters, shape, dtype, ctx, out):
    """Numbers: one array of ``shape``. Arrays: ``shape`` draws for each element of the
    parameters.
    """
    given = {}
    _require_array(name, out)
    if dtype is not None:
        given["dtype"] = dtype
    elif out is not None:
        given["dtype"] = out.dtype
    if _alike(name, parameters, NDArray):
        if shape is not None:
            given["shape"] = shape
        return invoke(_spec.get("_sample_" + name), list(parameters.values()), given, out)
    for key, value in parameters.items():
        _require_least(name, key, value, _LEAST.get((name, key)))
    if name == "uniform":
        _require_order(name, *parameters.values())
    if shape is None:
        shape = out.shape if out is not None else (1,)
    if threads.initializing:
        spec = spec_of(
            (shape,) if isinstance(shape, int) else tuple(shape),
            as_dtype(given.get("dtype")),
            canonical(current_context() if ctx is None else ctx) if out is None else out.context,
        )
        value = host_draw(name, tuple(parameters.values()), spec)
        if value is not None:
            if out is None:
                return NDArray(value)
            out._write(value)
            return out
    return invoke(
        _spec.get("_random_" + name), [], {**parameters, "shape": shape, "ctx": ctx, **given}, out
    )


def uniform(low: Any = 0, high: Any = 1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Uniform numbers in ``[low, high)``.

    Parameters
    ----------
    low, high : float, or NDArrays of one shape S    arrays give ``shape`` draws per element: S +
        shape
    shape : int or tuple of int, default (1,)
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray to write into

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ConstraintError   ``high`` below ``low``
    """
    only_keywords(kwargs, "random.uniform", ("low", "high", "shape", "dtype", "ctx", "out"))
    return _draw("uniform", {"low": low, "high": high}, shape, dtype, ctx, out)


def normal(loc: Any = 0, scale: Any = 1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Normal numbers of mean ``loc`` and standard deviation ``scale``.

    Parameters
    ----------
    loc, scale : float, or NDArrays of one shape S    arrays give ``shape`` draws per element
    shape : int or tuple of int, default (1,), for arrays ()
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ConstraintError   a negative deviation
    """
    only_keywords(kwargs, "random.normal", ("loc", "scale", "shape", "dtype", "ctx", "out"))
    return _draw("normal", {"loc": loc, "scale": scale}, shape, dtype, ctx, out)


def randn(*shape, **kwargs):
    """Normal numbers of the given dimensions: ``randn(2, 3, loc=0, scale=1)``.

    Parameters
    ----------
    *shape : int    default (1,)
    loc, scale, dtype, ctx, out    as for :func:`normal`, by keyword

    Returns
    -------
    NDArray of ``shape``
    """
    only_keywords(kwargs, "random.randn", ("loc", "scale", "dtype", "ctx", "out"))
    loc, scale = kwargs.pop("loc", 0), kwargs.pop("scale", 1)
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = tuple(shape[0])
    return normal(
        loc,
        scale,
        shape or (1,),
        kwargs.pop("dtype", None),
        kwargs.pop("ctx", None),
        kwargs.pop("out", None),
    )


def poisson(lam=1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Poisson numbers of mean ``lam``.

    Parameters
    ----------
    lam : float or NDArray (*S), at least 0    an array gives ``shape`` draws per element
    shape : int or tuple of int, default (1,), for arrays ()
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ConstraintError   a negative mean
    """
    only_keywords(kwargs, "random.poisson", ("lam", "shape", "dtype", "ctx", "out"))
    return _draw("poisson", {"lam": lam}, shape, dtype, ctx, out)


def exponential(scale=1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Exponential numbers of mean ``scale``.

    Parameters
    ----------
    scale : float or NDArray (*S), above 0    an array gives ``shape`` draws per element
    shape : int or tuple of int, default (1,), for arrays ()
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ZeroDivisionError, ConstraintError   a mean that is not above 0
    """
    only_keywords(kwargs, "random.exponential", ("scale", "shape", "dtype", "ctx", "out"))
    return _draw("exponential", {"lam": 1.0 / scale}, shape, dtype, ctx, out)


def gamma(alpha=1, beta=1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Gamma numbers of shape ``alpha`` and scale ``beta``.

    Parameters
    ----------
    alpha, beta : float, or NDArrays of one shape S    arrays give ``shape`` draws per element
    shape : int or tuple of int, default (1,), for arrays ()
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ConstraintError   a negative parameter
    """
    only_keywords(kwargs, "random.gamma", ("alpha", "beta", "shape", "dtype", "ctx", "out"))
    return _draw("gamma", {"alpha": alpha, "beta": beta}, shape, dtype, ctx, out)


def negative_binomial(k=1, p=1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Failures before the ``k``-th success of probability ``p``.

    Parameters
    ----------
    k, p : number, or NDArrays of one shape S    arrays give ``shape`` draws per element
    shape : int or tuple of int, default (1,), for arrays ()
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ConstraintError   a negative number
    """
    only_keywords(kwargs, "random.negative_binomial", ("k", "p", "shape", "dtype", "ctx", "out"))
    return _draw("negative_binomial", {"k": k, "p": p}, shape, dtype, ctx, out)


def generalized_negative_binomial(
    mu=1, alpha=1, shape=None, dtype=None, ctx=None, out=None, **kwargs
):
    """Negative binomial numbers of mean ``mu`` and dispersion ``alpha``.

    Parameters
    ----------
    mu, alpha : float, or NDArrays of one shape S    arrays give ``shape`` draws per element
    shape : int or tuple of int, default (1,), for arrays ()
    dtype : {'float16', 'float32', 'float64'}, default float32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``, or S + ``shape``

    Raises
    ------
    ConstraintError   a negative parameter
    """
    only_keywords(
        kwargs,
        "random.generalized_negative_binomial",
        ("mu", "alpha", "shape", "dtype", "ctx", "out"),
    )
    return _draw(
        "generalized_negative_binomial", {"mu": mu, "alpha": alpha}, shape, dtype, ctx, out
    )


def multinomial(data, shape=None, get_prob=False, out=None, dtype="int32", **kwargs):
    """Indices drawn with the probabilities of the last axis of ``data``.

    Parameters
    ----------
    data : NDArray (K,) or (N, K)    probabilities, whose sum is 1
    shape : int or tuple of int, optional    draws for each row, one by default
    get_prob : bool, default False    also the logarithms, through which gradients flow
    out : NDArray, optional    where to write
    dtype : default int32

    Returns
    -------
    NDArray    (*shape), by default (1,), of one row, otherwise (N, *shape); with ``get_prob`` a
        list of that and the logarithms of the probabilities
    """
    only_keywords(kwargs, "random.multinomial", ("data", "shape", "get_prob", "out", "dtype"))
    given = {"get_prob": get_prob, "dtype": dtype}
    if shape is not None:
        given["shape"] = shape
    return invoke(_spec.get("_sample_multinomial"), [data], given, out)


def shuffle(data, **kwargs):
    """The array with its first axis in random order.

    Parameters
    ----------
    data : NDArray (N, ...)
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of that shape
    """
    return invoke(_spec.get("_shuffle"), [data], {}, kwargs.get("out"))


def randint(low, high, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Integers in ``[low, high)``, int32 by default.

    Parameters
    ----------
    low, high : int    ``high`` is left out
    shape : int or tuple of int, default (1,)
    dtype : {'int32', 'int64'}, default int32
    ctx : Context, default the current one
    out : NDArray, optional    where to write

    Returns
    -------
    NDArray of ``shape``

    Raises
    ------
    ConstraintError   ``high`` below ``low``
    DTypeError        another type
    """
    only_keywords(kwargs, "random.randint", ("low", "high", "shape", "dtype", "ctx", "out"))
    _require_array("randint", out)
    _require_order("randint", low, high)
    given = {
        "low": low,
        "high": high,
        "shape": (1,) if shape is None else shape,
        "ctx": ctx,
        "dtype": dtype if dtype is not None else (out.dtype if out is not None else "int32"),
    }
    return invoke(_spec.get("_random_randint"), [], given, out)


__all__ += fill_namespace(globals(), "_random_")
__getattr__ = unknown_name(__name__, __all__)
