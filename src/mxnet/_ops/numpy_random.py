"""NumPy's random numbers: parameters are numbers or arrays, which broadcast against ``size``."""

import inspect
import math

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import ShapeError, fail
from ._axes import as_type
from ._bits import standard_normal, uniform01
from ._nn import accumulator
from ._samplers import permutation
from ._spec import DType, Scalar, Shape, op
from .random import floating, gamma, integers, keyword, poisson

__all__ = ["DISTRIBUTIONS"]


def _positive01(key, shape, dtype):
    """Uniform in (0, 1]."""
    return 1 - uniform01(key, shape, dtype)


def _uniform(key, shape, dtype, low, high):
    return low + uniform01(key, shape, dtype) * (high - low)


def _normal(key, shape, dtype, loc, scale):
    return loc + standard_normal(key, shape, dtype) * scale


def _lognormal(key, shape, dtype, mean, sigma):
    return jnp.exp(_normal(key, shape, dtype, mean, sigma).astype(dtype))


def _logistic(key, shape, dtype, loc, scale):
    u = _positive01(key, shape, dtype)
    tiny = jnp.finfo(dtype).tiny
    return loc + scale * (jnp.log(u) - jnp.log(jnp.maximum(1 - u, tiny)))


def _gumbel(key, shape, dtype, loc, scale):
    u = _positive01(key, shape, dtype)
    tiny = jnp.finfo(dtype).tiny
    return loc - scale * jnp.log(jnp.maximum(-jnp.log(u), tiny))


def _exponential(key, shape, dtype, scale):
    return -jnp.log(_positive01(key, shape, dtype)) * scale


def _weibull(key, shape, dtype, a):
    return jnp.power(-jnp.log(_positive01(key, shape, dtype)), 1 / a)


def _pareto(key, shape, dtype, a):
    return jnp.expm1(-jnp.log(_positive01(key, shape, dtype)) / a)


def _power(key, shape, dtype, a):
    return jnp.power(_positive01(key, shape, dtype), 1 / a)


def _rayleigh(key, shape, dtype, scale):
    return scale * jnp.sqrt(-2 * jnp.log(_positive01(key, shape, dtype)))


def _laplace(key, shape, dtype, loc, scale):
    u = uniform01(key, shape, dtype) - 0.5
    return loc - scale * jnp.sign(u) * jnp.log1p(-2 * jnp.abs(u))


def _gamma(key, shape, dtype, shape_, scale):
    return gamma(key, shape, dtype, shape_, scale)


def _beta(key, shape, dtype, a, b):
    first, second = jax.random.split(key)
    x, y = gamma(first, shape, dtype, a, 1), gamma(second, shape, dtype, b, 1)
    return x / (x + y)


def _chisquare(key, shape, dtype, df):
    return gamma(key, shape, dtype, df / 2, 2)


def _poisson(key, shape, dtype, lam):
    return poisson(key, shape, dtype, lam)


def _binomial(key, shape, dtype, n, p):
    return jax.random.binomial(key, n, p, shape, dtype)


def _bernoulli(key, shape, dtype, prob):
    return as_type(uniform01(key, shape, dtype) < prob, dtype)


# operator -> (sampler, parameters with defaults, summary)
DISTRIBUTIONS = {
    "uniform": (_uniform, {"low": 0.0, "high": 1.0}, "Uniform numbers in [low, high)"),
    "normal": (_normal, {"loc": 0.0, "scale": 1.0}, "Normal numbers"),
    "lognormal": (_lognormal, {"mean": 0.0, "sigma": 1.0}, "Numbers with a normal logarithm"),
    "logistic": (_logistic, {"loc": 0.0, "scale": 1.0}, "Logistic numbers"),
    "gumbel": (_gumbel, {"loc": 0.0, "scale": 1.0}, "Gumbel numbers"),
    "laplace": (_laplace, {"loc": 0.0, "scale": 1.0}, "Laplace numbers"),
    "exponential": (_exponential, {"scale": 1.0}, "Exponential numbers of mean ``scale``"),
    "weibull": (_weibull, {"a": 1.0}, "Weibull numbers of shape ``a``"),
    "pareto": (_pareto, {"a": 1.0}, "Pareto II (Lomax) numbers of shape ``a``"),
    "powerd": (_power, {"a": 1.0}, "Numbers in [0, 1] of density ``a x^(a - 1)``"),
    "rayleigh": (_rayleigh, {"scale": 1.0}, "Rayleigh numbers"),
    "gamma": (_gamma, {"shape": 1.0, "scale": 1.0}, "Gamma numbers of mean ``shape * scale``"),
    "beta": (_beta, {"a": 1.0, "b": 1.0}, "Beta numbers"),
    "chisquare": (_chisquare, {"df": 1.0}, "Sums of ``df`` squared normal numbers"),
    "poisson": (_poisson, {"lam": 1.0}, "Poisson numbers of mean ``lam``"),
    "binomial": (_binomial, {"n": 1.0, "p": 0.5}, "Successes in ``n`` trials"),
    "bernoulli": (_bernoulli, {"prob": 0.5}, "1 with probability ``prob``, else 0"),
}

# of these, 1.9.1 wants the parameters in files, given or not
_ASKED = frozenset("uniform normal gamma gumbel logistic uniform_n normal_n".split())
_DOC = """{summary}.

Parameters
----------
{inputs} : arrays, optional       parameters as arrays, which broadcast
{numbers} : number, optional    parameters as numbers
size : int or tuple of int, optional    shape of the result; the parameters' if not given
ctx : str, optional                     placement is dispatch's business
dtype : float type, default float32

Returns
-------
(*size) of ``dtype``

Raises
------
ShapeError   if the parameters do not broadcast to ``size``

Gradient   to parameters that are arrays, through the way they enter the number drawn
"""


def _result_shape(where, size, arrays, batch=False):
    try:
        shape = onp.broadcast_shapes(*[a.shape for a in arrays]) if arrays else ()
        if size is None:
            return shape
        if batch:
            return (*size, *shape)
        if onp.broadcast_shapes(shape, tuple(size)) == tuple(size):
            return tuple(size)
    except ValueError:
        shape = ", ".join(str(a.shape) for a in arrays)
    fail(
        ShapeError,
        where,
        "the parameters do not broadcast to the size",
        expected=f"shapes that broadcast to {size}",
        got=shape,
    )
    return None


def _define(name, sampler, parameters, summary, batch=False):
    where = f"_npi_{name}"
    inputs = [f"input{k + 1}" for k in range(len(parameters))]

    def draw(*arrays, size, ctx, dtype, key, **numbers):
        given = iter(arrays)
        values = []
        for k, p in enumerate(parameters):
            array = numbers.pop(inputs[k], None)
            if array is None and numbers[p] is None:
                array = next(given, None)
            values.append(parameters[p] if array is None and numbers[p] is None
                          else numbers[p] if array is None else array)  # fmt: skip
        if sampler is _bernoulli and dtype is not None:
            to, wide = jnp.dtype(dtype), jnp.dtype("float32")
        else:
            to = floating(dtype, where)
            wide = jnp.dtype(accumulator(to))
        ready = [jnp.asarray(v).astype(wide) for v in values]
        shape = _result_shape(where, size, [v for v in ready if v.ndim], batch)
        x = sampler(key, shape, wide, *ready).astype(to)
        if sampler is _uniform:  # rounding may reach the excluded end
            low, high = (p.astype(to) for p in ready)
            x = jnp.where(x == high, jnp.broadcast_to(low, x.shape), x)
        return x

    draw.__name__ = f"np_{name}"
    if batch:
        summary += ", ``size`` draws for each element of the parameters"
    draw.__doc__ = _DOC.format(
        summary=summary, inputs=", ".join(inputs), numbers=", ".join(parameters)
    )
    P = inspect.Parameter
    draw.__signature__ = inspect.Signature(
        [
            *[P(n, P.POSITIONAL_OR_KEYWORD, default=None) for n in inputs],
            *[keyword(p, Scalar | None, None) for p in parameters],
            keyword("size", Shape | None, None),
            keyword("ctx", str, ""),
            keyword("dtype", DType | None, None),
            keyword("key", P.empty, None),
        ]
    )
    asked = (*parameters, "logit") if name == "bernoulli" else parameters if name in _ASKED else ()
    op(where, needed=dict.fromkeys(asked, "None"))(draw)


for _name, _row in DISTRIBUTIONS.items():
    _define(_name, *_row)
for _name in ("uniform", "normal"):
    _define(f"{_name}_n", *DISTRIBUTIONS[_name], batch=True)


@op("_npi_randint")
def np_randint(
    *,
    low: Scalar,
    high: Scalar,
    size: Shape | None = None,
    ctx: str = "",
    dtype: DType = "int64",
    key=None,
):
    """Integers drawn uniformly from [low, high).

    Parameters
    ----------
    low, high : int, |bound| <= 2**53
    size : tuple of int, optional    shape; () if not given
    ctx : str                        placement is dispatch's business
    dtype : int type, default int64

    Returns
    -------
    (*size) of ``dtype``
    """
    return integers(key, low, high, () if size is None else tuple(size), dtype, wide=True)


@op("_npi_choice", needed=dict.fromkeys(("a", "size"), "None"))
def np_choice(
    input1=None,
    input2=None,
    *,
    a: int | None = None,
    size: Shape | None = None,
    ctx: str = "",
    replace: bool = True,
    weighted: bool = False,
    key=None,
):
    """Elements of a vector, or of ``0 .. a - 1``, drawn at random.

    Parameters
    ----------
    input1 : (N,), optional        what is drawn from; without it, or with ``a``, the numbers
    input2 : (N,), optional        probabilities
    a : int, optional              draw from ``0 .. a - 1``; then the first input is probabilities
    size : int or tuple of int     shape; () if not given
    ctx : str                      placement is dispatch's business
    replace : bool, default True   an element may be drawn again
    weighted : bool                whether there are probabilities

    Returns
    -------
    (*size) of the vector's type, int64 for numbers

    Raises
    ------
    ShapeError   more drawn without replacement than there are
    """
    p = (input1 if a is not None else input2) if weighted else None
    source = None if a is not None else input1
    n = int(a) if a is not None else source.shape[0]
    shape = () if size is None else tuple(size)
    count = math.prod(shape)
    if n < 1 or (not replace and count > n):
        fail(
            ShapeError,
            "choice",
            "cannot draw so many",
            expected=f"at most {n} without replacement",
            got=count,
        )
    if p is not None:
        p = lax.stop_gradient(p).astype("float64")
        if replace:
            total = jnp.cumsum(p)
            i = jnp.searchsorted(
                total, uniform01(key, (count,), "float64") * total[-1], side="right"
            )
            i = jnp.minimum(i, n - 1)
        else:  # the largest of log p + Gumbel noise
            noise = -jnp.log(-jnp.log(1 - uniform01(key, (n,), "float64")))
            i = lax.top_k(jnp.where(p > 0, jnp.log(p) + noise, -jnp.inf), count)[1]
    elif replace:
        i = (uniform01(key, (count,), "float64") * n).astype("int64")
    else:
        i = permutation(key, n)[:count]
    i = i.astype("int64").reshape(shape)
    return i if source is None else jnp.take(source, i, 0)


@op("_npi_multinomial")
def np_multinomial(a=None, *, n: int, pvals: object = None, size: Shape | None = None, key=None):
    """How often each of several outcomes happens in ``n`` trials.

    Parameters
    ----------
    a : (K,), optional         probabilities as an array
    n : int
    pvals : tuple of float     probabilities as numbers, instead
    size : tuple of int        so many experiments

    Returns
    -------
    (*size, K) int64
    """
    p = jnp.asarray(pvals if a is None else a).astype("float64")
    shape = () if size is None else tuple(size)
    count, k = math.prod(shape), p.shape[0]
    total = jnp.cumsum(p)
    u = uniform01(key, (count, n), "float64")
    i = jnp.minimum(jnp.searchsorted(total, u, side="right"), k - 1)
    hits = jnp.zeros((count, k), "int64")
    hits = hits.at[jnp.arange(count)[:, None], i].add(1)
    return hits.reshape((*shape, k))


@op("_npi_multivariate_normal")
def np_multivariate_normal(mean, cov, *, size: Shape | None = None, key=None):
    """Vectors of normal numbers with a covariance.

    Parameters
    ----------
    mean : (*B, K)
    cov : (*B, K, K)
    size : tuple of int, optional    so many draws

    Returns
    -------
    (*size, *B, K) of mean's type
    """
    if cov.ndim < 2 or cov.shape[-2:] != (mean.shape[-1],) * 2:
        fail(
            ShapeError,
            "multivariate_normal",
            "mean and covariance do not fit",
            expected=f"covariance (*B, {mean.shape[-1]}, {mean.shape[-1]})",
            got=cov.shape,
        )
    batch = onp.broadcast_shapes(mean.shape[:-1], cov.shape[:-2])
    shape = (*(() if size is None else size), *batch, mean.shape[-1])
    noise = standard_normal(key, shape, mean.dtype)
    root = jnp.linalg.cholesky(cov)
    return mean + jnp.einsum("...ij,...j->...i", root, noise)
