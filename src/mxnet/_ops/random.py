"""Random numbers: one draw per call, under the key that dispatch supplies."""

import inspect
import math

import jax
import jax.numpy as jnp
from jax import lax

from .._dtypes import float32
from ..error import DTypeError, ShapeError, fail, require_equal
from . import _samplers
from ._bits import random_words, standard_normal, uniform01
from ._facts import CLASH, data_equal, drawn_type, merge
from ._nn import accumulator, require_floating
from ._spec import DType, Scalar, Shape, op

# Each sampler is a function (key, shape, dtype, *parameters) with parameters that broadcast
# against the shape.


def uniform(key, shape, dtype, low, high):
    """Uniform in [low, high)."""
    return low + uniform01(key, shape, dtype) * (high - low)


def normal(key, shape, dtype, loc, scale):
    """Normal with mean loc and deviation scale."""
    return loc + standard_normal(key, shape, dtype) * scale


def exponential(key, shape, dtype, lam):
    """Exponential with rate lam, mean 1 / lam."""
    return -jnp.log1p(-uniform01(key, shape, dtype)) / lam


def gamma(key, shape, dtype, alpha, beta):
    """Gamma with shape alpha and scale beta, mean alpha * beta."""
    return _samplers.gamma(key, shape, dtype, alpha) * beta


def poisson(key, shape, dtype, lam):
    """Poisson with mean lam."""
    return _samplers.poisson(key, shape, dtype, lam)


def negative_binomial(key, shape, dtype, k, p):
    """Failures before the k-th success of probability p, mean k (1 - p) / p."""
    rate, count = jax.random.split(key)
    return poisson(count, shape, dtype, gamma(rate, shape, dtype, k, (1 - p) / p))


def generalized_negative_binomial(key, shape, dtype, mu, alpha):
    """Poisson whose mean is gamma-distributed: mean mu, variance mu + alpha mu^2."""
    rate, count = jax.random.split(key)
    some = jnp.where(alpha > 0, alpha, 1)
    mixed = gamma(rate, shape, dtype, 1 / some, mu * some)
    return poisson(count, shape, dtype, jnp.where(alpha > 0, mixed, mu))


# name -> (sampler, parameters with defaults, summary)
DISTRIBUTIONS = {
    "uniform": (uniform, {"low": 0.0, "high": 1.0}, "Uniform numbers in [low, high)"),
    "normal": (
        normal,
        {"loc": 0.0, "scale": 1.0},
        "Normal numbers of mean ``loc`` and deviation ``scale``",
    ),
    "gamma": (
        gamma,
        {"alpha": 1.0, "beta": 1.0},
        "Gamma numbers of shape ``alpha`` and scale ``beta``",
    ),
    "exponential": (
        exponential,
        {"lam": 1.0},
        "Exponential numbers of rate ``lam``, mean ``1 / lam``",
    ),
    "poisson": (poisson, {"lam": 1.0}, "Poisson numbers of mean ``lam``"),
    "negative_binomial": (
        negative_binomial,
        {"k": 1.0, "p": 1.0},
        "Failures before the ``k``-th success of probability ``p``",
    ),
    "generalized_negative_binomial": (
        generalized_negative_binomial,
        {"mu": 1.0, "alpha": 1.0},
        "Negative binomial numbers of mean ``mu`` and dispersion ``alpha``",
    ),
}

DRAW_DOC = """{summary}.

Parameters
----------
{parameters}
shape : tuple of int, default (1,)
ctx : str               device, seen to by the caller
dtype : float type, default float32

Returns
-------
array of that shape and dtype; no gradient flows through it
"""

LIKE_DOC = """{summary}, in the shape and element type of ``data``.

Parameters
----------
data : any shape, float     only its shape and type matter
{parameters}

Returns
-------
same shape and dtype as data; no gradient flows through it
"""

SAMPLE_DOC = """{summary}: ``shape`` draws for each element of the parameters.

Parameters
----------
{parameters}
shape : tuple of int, default ()     draws per parameter
dtype : float type, default float32

Returns
-------
array of shape ``parameter.shape + shape``; no gradient flows through it

Raises
------
ShapeError   if the parameters differ in shape
"""


def floating(dtype, where):
    """The element type of a draw; float32 by default."""
    dtype = jnp.dtype(float32 if dtype is None else dtype)
    if not jnp.issubdtype(dtype, jnp.floating):
        fail(
            DTypeError,
            where,
            "dtype does not fit a continuous draw",
            expected="float16, bfloat16, float32 or float64",
            got=dtype.name,
        )
    return dtype


def draw(where, sampler, key, shape, dtype, parameters):
    """One draw, computed in at least float32, of the wanted element type."""
    wide = jnp.dtype(accumulator(dtype))
    ready = [lax.stop_gradient(p).astype(wide) for p in parameters]
    x = sampler(key, tuple(shape), wide, *ready).astype(dtype)
    if sampler is uniform:  # rounding may reach the excluded end
        low, high = (p.astype(dtype) for p in ready)
        x = jnp.where(x == high, low, x)
    return lax.stop_gradient(x)


def keyword(name, annotation, default):
    """A keyword-only parameter of a signature."""
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _sampled(found, node):
    """Parameters have one shape, with which that of the sample begins."""
    drawn, out = len(node.parse()[0]["shape"]), found.get((node, 0))
    shape = None if out is None or len(out) < drawn else out[: len(out) - drawn]
    for e in node.inputs:
        shape = merge(shape, found.get(e))
        if shape is CLASH:
            return  # evaluation says what is wrong
    for e in node.inputs:
        found.put(e, shape or None, node)  # parameters of shape (1,) may be numbers


def define_distribution(name, sampler, defaults, summary, arrays):
    """Register ``_random_NAME``, ``_random_NAME_like`` and ``_sample_NAME``.

    ``op`` reads the signatures, so that those are made here from the table of parameters.
    """
    scalars = [keyword(n, Scalar, d) for n, d in defaults.items()]
    described = "\n".join(f"{n} : float, default {d:g}" for n, d in defaults.items())
    extra = [
        keyword("shape", Shape | None, None),
        keyword("ctx", str, ""),
        keyword("dtype", DType | None, None),
        keyword("key", inspect.Parameter.empty, None),
    ]

    def random(*, shape, ctx, dtype, key, **parameters):
        shape = (1,) if shape is None else shape
        return draw(
            full, sampler, key, shape, floating(dtype, full), [parameters[n] for n in defaults]
        )

    def random_like(data, *, key, **parameters):
        return draw(
            full + "_like",
            sampler,
            key,
            data.shape,
            floating(data.dtype, full + "_like"),
            [parameters[n] for n in defaults],
        )

    def sample(*parameters, shape, dtype, key):
        first = parameters[0]
        for p, n in zip(parameters, arrays):
            require_equal(
                ShapeError, f"_sample_{name}", f"{n} does not fit {arrays[0]}", first.shape, p.shape
            )
        spread = [p.reshape(p.shape + (1,) * len(shape)) for p in parameters]
        return draw(
            f"_sample_{name}",
            sampler,
            key,
            first.shape + tuple(shape),
            floating(dtype, f"_sample_{name}"),
            spread,
        )

    full = f"_random_{name}"
    inputs = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in arrays]
    data = inspect.Parameter("data", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    random.__signature__ = inspect.Signature(scalars + extra)
    random_like.__signature__ = inspect.Signature([data, *scalars, extra[-1]])
    sample.__signature__ = inspect.Signature([*inputs, keyword("shape", Shape, ()), *extra[2:]])
    random.__doc__ = DRAW_DOC.format(summary=summary, parameters=described)
    random_like.__doc__ = LIKE_DOC.format(summary=summary, parameters=described)
    sample.__doc__ = SAMPLE_DOC.format(
        summary=summary, parameters="\n".join(f"{n} : any shape, float" for n in arrays)
    )
    more = (name,) if name in ("uniform", "normal") else ()
    op(full, aliases=(f"random_{name}", *more))(random)
    op(f"{full}_like")(random_like)
    op(f"_sample_{name}", aliases=(f"sample_{name}",), complete=(_sampled,), types=drawn_type)(
        sample
    )


for _name, (_sampler, _defaults, _summary) in DISTRIBUTIONS.items():
    define_distribution(
        _name,
        _sampler,
        _defaults,
        _summary,
        ("mu", "sigma") if _name == "normal" else tuple(_defaults),
    )


@op("_random_randint", aliases=("random_randint", "_npi_random_randint"))
def random_randint(
    *,
    low: Scalar,
    high: Scalar,
    shape: Shape | None = None,
    ctx: str = "",
    dtype: DType | None = None,
    key=None,
):
    """Integers drawn uniformly from [low, high).

    Parameters
    ----------
    low, high : int, |bound| <= 2**53
    shape : tuple of int, default (1,)
    ctx : str             device, seen to by the caller
    dtype : int type, default int32

    Returns
    -------
    array of that shape and dtype

    Raises
    ------
    DTypeError   if dtype is not an integer type

    Notes
    -----
    Takes 32 random bits modulo the number of values (64 for int64): values differ in probability by
    less than ``(high - low) / 2**32`` of it.
    """
    dtype = jnp.dtype("int32" if dtype is None else dtype)
    if not jnp.issubdtype(dtype, jnp.integer):
        fail(
            DTypeError,
            "_random_randint",
            "dtype is not an integer type",
            expected="int32 or int64",
            got=dtype.name,
        )
    shape = (1,) if shape is None else shape
    return integers(key, low, high, shape, dtype, wide=dtype.itemsize > 4)


def integers(key, low, high, shape, dtype, wide):
    """Integers in [low, high) from 32 random bits each, or 64 (``wide``)."""
    n = math.prod(shape)
    first = low.astype("int64")
    span = jnp.maximum(high.astype("int64") - first, 1).astype("uint64")
    words = random_words(key, 2 * n if wide else n).astype("uint64")
    if wide:
        offset = (words[:n] << jnp.uint64(32) | words[n:]) % span
    else:
        offset = (words * span) >> jnp.uint64(32)  # the high half: cheaper than a remainder
    return (first + offset.astype("int64")).astype(dtype).reshape(shape)


@op(
    "_sample_multinomial",
    aliases=("sample_multinomial",),
    num_outputs=lambda attrs, n: 2 if attrs["get_prob"] else 1,
)
def sample_multinomial(
    data, *, shape: Shape = (), get_prob: bool = False, dtype: DType = "int32", key=None
):
    """Indices drawn with the given probabilities.

    Parameters
    ----------
    data : (..., K) float           probabilities; each row sums to 1
    shape : tuple of int, default ()        draws per row
    get_prob : bool, default False  also return the logarithm of the probability of what was drawn
    dtype : dtype of the indices, default int32

    Returns
    -------
    indices : (...) + shape; (1,) rather than ()
    log_probability : same shape, data's dtype, with ``get_prob``

    Raises
    ------
    ShapeError   if data has no axis
    DTypeError   if data is not floating

    Gradient     of the log probability wrt data: ``1 / data`` at what was drawn (REINFORCE)
    """
    where = "_sample_multinomial"
    require_floating(where, data=data)
    if data.ndim == 0 or data.shape[-1] == 0:
        fail(
            ShapeError,
            where,
            "data has no probabilities",
            expected="(..., K) with K >= 1",
            got=data.shape,
        )
    rows, k, draws = data.shape[:-1], data.shape[-1], math.prod(shape)
    p = data.reshape(math.prod(rows), k).astype(accumulator(data.dtype))
    cumulated = jnp.cumsum(lax.stop_gradient(p), -1)
    # scaled by the sum, so that rounding cannot lead past the last class of positive probability
    u = uniform01(key, (p.shape[0], draws), p.dtype) * cumulated[:, -1:]
    index = jax.vmap(lambda c, v: jnp.searchsorted(c, v, side="right"))(cumulated, u)
    index = jnp.minimum(index, k - 1)
    drawn = rows + tuple(shape) or (1,)
    out = index.reshape(drawn).astype(dtype)
    if not get_prob:
        return out
    chosen = jnp.log(jnp.take_along_axis(p, index, -1))
    return out, chosen.reshape(drawn).astype(data.dtype)


@op("_shuffle", aliases=("shuffle", "_npi_shuffle"), complete=(data_equal,))
def shuffle(data, *, key):
    """Permute the first axis at random; the rest of each row stays together.

    Parameters
    ----------
    data : (N, ...) any type

    Returns
    -------
    same shape and dtype

    Raises
    ------
    ShapeError   if data has no axis
    """
    if data.ndim == 0:
        fail(ShapeError, "_shuffle", "data has no axis", expected="(N, ...)", got=data.shape)
    order = _samplers.permutation(key, data.shape[0])
    return data.at[order].get(mode="promise_in_bounds", unique_indices=True)
