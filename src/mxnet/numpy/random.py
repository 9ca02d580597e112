"""``mx.np.random``: random arrays. The stream is set by ``mx.random.seed``."""

from operator import index
from typing import Any, cast

import numpy as onp

from .._dtypes import as_dtype
from .._engine.initial import host_draw
from .._engine.state import seed as _restart
from .._engine.state import threads
from .._graph.steps import spec_of
from ..context import canonical, current_context
from ..error import AttributeTypeError, MXNetError, fail
from ..ndarray.ndarray import NDArray, _wrap
from ..ndarray.random import _require_least
from .multiarray import FRONT, _host_value, call, create, ndarray

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

# the smallest value of a distribution's parameter
_LEAST = {
    "scale": 0,
    "sigma": 0,
    "lam": 0,
    "shape": 0,
    "df": 0,
    "a": 0,
    "b": 0,
}


def _size(size):
    if size is None:
        return None
    try:
        return (index(size),) if hasattr(size, "__index__") else tuple([index(s) for s in size])
    except TypeError:
        raise AttributeTypeError(
            f"random: size must be an int or a tuple of ints, but got {size!r} of type "
            f"{type(size)}."
        ) from None


def _draw(name, parameters, size, dtype=None, ctx=None, out=None):
    """Numbers with parameters that are numbers or arrays, which broadcast against ``size``."""
    size = _size(size)
    given: dict[str, Any] = {} if size is None else {"size": size}
    if dtype is not None:
        given["dtype"] = as_dtype(dtype)
    elif out is not None:
        given["dtype"] = out.dtype
    inputs, names = [], []
    for k, (key, value) in enumerate(parameters.items()):
        if isinstance(value, (list, tuple, onp.ndarray)):
            value = _array(value, ctx)
        if isinstance(value, NDArray):
            if not isinstance(value, ndarray):
                raise TypeError(f"random.{name}: mx.np and mx.nd do not mix, got {type(value)}.")
            inputs.append(value)
            names.append(k)
            continue
        value = float(value)
        _require_least(name, key, value, _LEAST.get(key))
        given[key] = value
    if inputs and size == ():
        del given["size"]  # as None: that of the parameters
    if out is not None and size is None and not inputs:
        given["size"] = out.shape
    if not inputs:
        if threads.initializing and out is None:
            where = canonical(current_context() if ctx is None else ctx)
            spec = spec_of(given.get("size", ()), as_dtype(given.get("dtype")), where)
            value = host_draw(name, tuple(given[k] for k in parameters), spec)
            if value is not None:
                return _wrap(ndarray, value)
        return create(f"_npi_{name}", given, ctx, out)
    if names != list(range(len(names))):  # the second parameter alone is an array
        first = next(iter(parameters))
        inputs.insert(0, _array(given.pop(first), inputs[0].context))
    return call(f"_npi_{name}", inputs, given, out)


def _array(value, ctx, dtype="float32"):
    """Parameters as an array of ``mx.np``."""
    ctx = canonical(current_context() if ctx is None else ctx)
    return _wrap(ndarray, _host_value(onp.asarray(value, dtype), ctx))


def uniform(low=0.0, high=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """Uniform numbers in [low, high).

    Parameters
    ----------
    low, high : number or ndarray    they broadcast against each other
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one (``device`` is the same)
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float
    """
    return _draw("uniform", {"low": low, "high": high}, size, dtype, device or ctx, out)


def normal(loc=0.0, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """Normal numbers of mean ``loc`` and deviation ``scale``.

    Parameters
    ----------
    loc, scale : number or ndarray    they broadcast against each other; ``scale`` at least 0
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one (``device`` is the same)
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float

    Raises
    ------
    ConstraintError   a negative deviation
    """
    return _draw("normal", {"loc": loc, "scale": scale}, size, dtype, device or ctx, out)


def lognormal(mean=0.0, sigma=1.0, size=None, dtype=None, ctx=None, out=None):
    """Numbers whose logarithm is normal.

    Parameters
    ----------
    mean, sigma : number or ndarray    mean and deviation of the logarithm
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float

    Raises
    ------
    ConstraintError   a negative deviation
    """
    return _draw("lognormal", {"mean": mean, "sigma": sigma}, size, dtype, ctx, out)


def logistic(loc=0.0, scale=1.0, size=None, ctx=None, out=None):
    """Logistic numbers.

    Parameters
    ----------
    loc, scale : number or ndarray    centre and width
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative width
    """
    return _draw("logistic", {"loc": loc, "scale": scale}, size, None, ctx, out)


def gumbel(loc=0.0, scale=1.0, size=None, ctx=None, out=None):
    """Gumbel numbers.

    Parameters
    ----------
    loc, scale : number or ndarray    centre and width
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative width
    """
    return _draw("gumbel", {"loc": loc, "scale": scale}, size, None, ctx, out)


def laplace(loc=0.0, scale=1.0, size=None, dtype=None, ctx=None, out=None):
    """Laplace numbers.

    Parameters
    ----------
    loc, scale : number or ndarray    centre and width
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float

    Raises
    ------
    ConstraintError   a negative width
    """
    return _draw("laplace", {"loc": loc, "scale": scale}, size, dtype, ctx, out)


def exponential(scale=1.0, size=None, ctx=None, out=None):
    """Exponential numbers of mean ``scale``.

    Parameters
    ----------
    scale : number or ndarray
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative mean
    """
    return _draw("exponential", {"scale": scale}, size, None, ctx, out)


def weibull(a, size=None, ctx=None, out=None):
    """Weibull numbers of shape ``a``.

    Parameters
    ----------
    a : number or ndarray, at least 0
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative shape
    """
    return _draw("weibull", {"a": a}, size, None, ctx, out)


def pareto(a, size=None, ctx=None, out=None):
    """Pareto II (Lomax) numbers of shape ``a``.

    Parameters
    ----------
    a : number or ndarray, at least 0
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative shape
    """
    return _draw("pareto", {"a": a}, size, None, ctx, out)


def power(a, size=None, ctx=None, out=None):
    """Numbers in [0, 1] of density ``a x^(a - 1)``.

    Parameters
    ----------
    a : number or ndarray, at least 0
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative shape
    """
    return _draw("powerd", {"a": a}, size, None, ctx, out)


def rayleigh(scale=1.0, size=None, ctx=None, out=None):
    """Rayleigh numbers.

    Parameters
    ----------
    scale : number or ndarray, at least 0    the most frequent value
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float32

    Raises
    ------
    ConstraintError   a negative scale
    """
    return _draw("rayleigh", {"scale": scale}, size, None, ctx, out)


def gamma(shape, scale=1.0, size=None, dtype=None, ctx=None, out=None):
    """Gamma numbers of mean ``shape * scale``.

    Parameters
    ----------
    shape, scale : number or ndarray, at least 0
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size), float

    Raises
    ------
    ConstraintError   a negative parameter
    """
    return _draw("gamma", {"shape": shape, "scale": scale}, size, dtype, ctx, out)


def beta(a, b, size=None, dtype=None, ctx=None):
    """Beta numbers of mean ``a / (a + b)``.

    Parameters
    ----------
    a, b : number or ndarray, at least 0
    size : int or tuple of int, optional    default the parameters' shape
    dtype : default float32
    ctx : Context, default the current one

    Returns
    -------
    ndarray (*size), float, between 0 and 1

    Raises
    ------
    ConstraintError   a negative parameter
    """
    return _draw("beta", {"a": a, "b": b}, size, dtype, ctx)


def chisquare(df, size=None, dtype=None, ctx=None):
    """Sums of ``df`` squared normal numbers.

    Parameters
    ----------
    df : number or ndarray, at least 0    degrees of freedom
    size : int or tuple of int, optional    default the parameter's shape
    dtype : default float32
    ctx : Context, default the current one

    Returns
    -------
    ndarray (*size), float

    Raises
    ------
    ConstraintError   negative degrees of freedom
    """
    return _draw("chisquare", {"df": df}, size, dtype, ctx)


def poisson(lam=1.0, size=None, dtype=None, ctx=None, out=None):
    """Poisson numbers of mean ``lam``, in float32 by default.

    Parameters
    ----------
    lam : number or ndarray, at least 0
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size)

    Raises
    ------
    ConstraintError   a negative mean
    """
    return _draw("poisson", {"lam": lam}, size, dtype, ctx, out)


def binomial(n, p, size=None, dtype=None, ctx=None, out=None):
    """Successes in ``n`` trials of probability ``p``, in float32 by default.

    Parameters
    ----------
    n : number or ndarray    trials
    p : number or ndarray    probability
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : a float type, default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size)
    """
    return _draw("binomial", {"n": n, "p": p}, size, dtype, ctx, out)


def bernoulli(prob=0.5, size=None, dtype=None, ctx=None, out=None):
    """1 with probability ``prob``, else 0, in float32 by default.

    Parameters
    ----------
    prob : number or ndarray
    size : int or tuple of int, optional    default the shape that the parameters broadcast to
    dtype : default float32
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size)
    """
    return _draw("bernoulli", {"prob": prob}, size, dtype, ctx, out)


def rand(*size, **kwargs):
    """Uniform numbers in [0, 1) of shape ``size``.

    Parameters
    ----------
    *size : int
    **kwargs    others of :func:`uniform`: ``dtype``, ``ctx``, ``out``

    Returns
    -------
    ndarray (*size), float
    """
    return uniform(0.0, 1.0, size, **kwargs)


def randn(*size, **kwargs):
    """Normal numbers of mean 0 and deviation 1 of shape ``size``.

    Parameters
    ----------
    *size : int
    **kwargs    others of :func:`normal`: ``dtype``, ``ctx``, ``out``

    Returns
    -------
    ndarray (*size), float
    """
    return normal(0.0, 1.0, size, **kwargs)


def randint(low, high=None, size=None, dtype=None, ctx=None, out=None, device=None):
    """Integers drawn uniformly from [low, high), or [0, low); int64 by default.

    Parameters
    ----------
    low, high : int    ``high`` is left out; with one number, it is ``high``, and 0 the smallest
    size : int or tuple of int, optional    one number, of shape (), by default
    dtype : an integer type, default int64
    ctx : Context, default the current one (``device`` is the same)
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size)

    Raises
    ------
    ValueError   nothing to draw from
    MXNetError   no integer type
    """
    if high is None:
        low, high = 0, low
    if low >= high:
        raise ValueError(f"randint: expected low < high, got {low} and {high}")
    dtype = onp.dtype("int64") if dtype is None else as_dtype(dtype)
    if dtype.kind not in "iu":
        fail(MXNetError, "random.randint", "no integer type", expected="int32 or int64", got=dtype)
    size = _size(size)
    if out is not None and size is None:
        size = out.shape
    given = {"low": low, "high": high, "dtype": dtype, "size": () if size is None else size}
    return create("_npi_randint", given, device or ctx, out)


def choice(a, size=None, replace=True, p=None, ctx=None, out=None):
    """Elements of a vector, or of ``0 .. a - 1``, drawn at random.

    Parameters
    ----------
    a : ndarray (N,) or int
    size : int or tuple of int, optional
    replace : bool         an element may be drawn again
    p : ndarray (N,)       probabilities
    ctx : Context, default the current one
    out : ndarray, optional    where to write

    Returns
    -------
    ndarray (*size)    int64 for a number, otherwise of ``a``'s type

    Raises
    ------
    ValueError   nothing to draw from, or ``a`` with several axes
    """
    given = {"size": () if size is None else _size(size), "replace": replace,
             "weighted": p is not None}  # fmt: skip
    if p is not None and not isinstance(p, NDArray):
        p = _array(p, ctx)
    weights = [] if p is None else [p]
    if hasattr(a, "__index__") and not isinstance(a, NDArray):
        if int(a) <= 0:
            raise ValueError("a must be greater than 0")
        given["a"] = int(a)
        return call("_npi_choice", weights, given, out) if weights else create(
            "_npi_choice", given, ctx, out
        )  # fmt: skip
    if not isinstance(a, NDArray):
        a = _array(a, ctx, cast(Any, None))
    if a.ndim != 1:
        raise ValueError("a must be 1-dimensional")
    return call("_npi_choice", [a, *weights], given, out)


def multinomial(n, pvals, size=None, **kwargs):
    """How often each outcome happens in ``n`` trials: (*size, K) int64.

    Parameters
    ----------
    n : int    trials
    pvals : ndarray or sequence (K,)    probabilities
    size : int or tuple of int, optional    default ()

    Returns
    -------
    ndarray (*size, K) int64    each row's sum is ``n``

    Raises
    ------
    ValueError   probabilities of more than 1 in all
    """
    given: dict[str, Any] = {"n": int(n)}
    if size is not None:
        given["size"] = _size(size)
    if isinstance(pvals, NDArray):
        return call("_npi_multinomial", [pvals], given)
    pvals = tuple(float(v) for v in pvals)
    if sum(pvals[:-1]) > 1.0 + 1e-12:
        raise ValueError("sum(pvals[:-1]) > 1.0")
    return create("_npi_multinomial", {**given, "pvals": pvals})


def multivariate_normal(mean, cov, size=None, check_valid=None, tol=None):
    """Vectors of normal numbers with mean (*B, K) and covariance (*B, K, K).

    Parameters
    ----------
    mean : ndarray (*B, K)
    cov : ndarray (*B, K, K)    symmetric, positive definite
    size : int or tuple of int, optional    default ()
    check_valid, tol : only None

    Returns
    -------
    ndarray (*size, *B, K) float

    Raises
    ------
    TypeError             no ndarrays
    NotImplementedError   ``check_valid`` or ``tol``
    """
    if check_valid is not None or tol is not None:
        raise NotImplementedError("multivariate_normal: check_valid and tol are not supported")
    for name, value in (("mean", mean), ("cov", cov)):
        FRONT.need("random.multivariate_normal", name, value)
    given = {} if size is None else {"size": _size(size)}
    return call("_npi_multivariate_normal", [mean, cov], given)


def shuffle(x):
    """Permute the first axis of an array in place.

    Parameters
    ----------
    x : ndarray of at least one axis

    Returns
    -------
    None

    Raises
    ------
    TypeError   no ndarray
    """
    if not isinstance(x, ndarray):
        raise TypeError(f"shuffle: expected an ndarray of mx.np, got {type(x)}.")
    call("_npi_shuffle", [x], {}, x)


def permutation(x):
    """A vector of ``0 .. x - 1``, or a copy of an array, with the first axis permuted.

    Parameters
    ----------
    x : int or ndarray

    Returns
    -------
    ndarray    (x,) int64 for a number, otherwise of ``x``'s shape and type
    """
    if isinstance(x, ndarray):
        return call("_npi_shuffle", [x], {})
    return choice(int(x), int(x), replace=False)


def seed(seed=None):
    """Start the random streams anew, as :func:`mxnet.random.seed` does.

    Parameters
    ----------
    seed : int, optional    by default one that the system draws

    Returns
    -------
    None
    """
    if seed is None:
        seed = int(onp.random.SeedSequence().generate_state(1)[0])
    _restart(seed)
