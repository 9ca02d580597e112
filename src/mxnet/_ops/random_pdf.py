"""Densities of distributions at given samples, ``_random_pdf_*``; and draws for sampled softmax."""

import inspect
import math

import jax
import jax.numpy as jnp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail
from ._nn import accumulator, require_floating
from ._spec import Shape, op

# Logarithms of densities, of a sample and parameters that broadcast.


def log_uniform(x, low, high):
    """Uniform in [low, high]; like the original it does not check whether the sample is inside."""
    return jnp.broadcast_to(-jnp.log(high - low), x.shape)


def log_normal(x, mu, sigma):
    """Normal of mean mu and deviation sigma."""
    u = (x - mu) / sigma
    return -0.5 * u * u - 0.5 * math.log(2 * math.pi) - jnp.log(sigma)


def log_gamma(x, alpha, beta):
    """Gamma of shape alpha and *rate* beta."""
    return alpha * jnp.log(beta) + (alpha - 1) * jnp.log(x) - beta * x - lax.lgamma(alpha)


def log_exponential(x, lam):
    """Exponential of rate lam."""
    return jnp.log(lam) - lam * x


def log_poisson(x, lam):
    """Poisson of mean lam."""
    return x * jnp.log(lam) - lax.lgamma(x + 1) - lam


def log_negative_binomial(x, k, p):
    """Failures before the k-th success of probability p."""
    ways = lax.lgamma(x + k) - lax.lgamma(x + 1) - lax.lgamma(k)
    return ways + k * jnp.log(p) + x * jnp.log1p(-p)


def log_generalized_negative_binomial(x, mu, alpha):
    """Negative binomial of mean mu and dispersion alpha."""
    return log_negative_binomial(x, 1 / alpha, 1 / (mu * alpha + 1))


# name -> (log density, parameters, whether samples are integers, summary)
DENSITIES = {
    "uniform": (log_uniform, ("low", "high"), False, "uniform density ``1 / (high - low)``"),
    "normal": (log_normal, ("mu", "sigma"), False, "normal density of mean mu, deviation sigma"),
    "gamma": (log_gamma, ("alpha", "beta"), False, "gamma density of shape alpha and rate beta"),
    "exponential": (log_exponential, ("lam",), False, "exponential density of rate lam"),
    "poisson": (log_poisson, ("lam",), True, "Poisson probability of mean lam"),
    "negative_binomial": (
        log_negative_binomial,
        ("k", "p"),
        True,
        "probability of so many failures before the k-th success of probability p",
    ),
    "generalized_negative_binomial": (
        log_generalized_negative_binomial,
        ("mu", "alpha"),
        True,
        "negative binomial probability of mean mu and dispersion alpha",
    ),
}

DOC = """{summary}, at each sample.

Parameters
----------
sample : parameter.shape + (...) float
{parameters} : same shape, float
is_log : bool, default False        return the logarithm

Returns
-------
same shape and dtype as sample

Raises
------
ShapeError   if a parameter's shape does not begin the sample's

Gradient     wrt the parameters{sample}
"""


def parameter_axes(where, sample, named):
    """Parameters with axes of 1 behind, so that they broadcast against the sample."""
    found = []
    for name, p in named:
        if sample.shape[: p.ndim] != p.shape:
            fail(
                ShapeError,
                where,
                f"{name} does not fit sample",
                expected=f"the first axes of {sample.shape}",
                got=p.shape,
            )
        wide = p.astype(accumulator(p.dtype))
        found.append(wide.reshape(p.shape + (1,) * (sample.ndim - p.ndim)))
    return found


def density(log_p, is_log, dtype):
    """The density or its logarithm."""
    return (log_p if is_log else jnp.exp(log_p)).astype(dtype)


def define_density(name, log_density, parameters, whole, summary):
    """Register ``_random_pdf_NAME``."""
    full = f"_random_pdf_{name}"

    def pdf(sample, *values, is_log):
        named = tuple(zip(parameters, values))
        require_floating(full, sample=sample, **dict(named))
        x = sample.astype(accumulator(sample.dtype))
        x = lax.stop_gradient(x) if whole else x
        log_p = log_density(x, *parameter_axes(full, sample, named))
        return density(log_p, is_log, sample.dtype)

    kinds = inspect.Parameter
    inputs = [kinds(n, kinds.POSITIONAL_OR_KEYWORD) for n in ("sample", *parameters)]
    is_log = kinds("is_log", kinds.KEYWORD_ONLY, annotation=bool, default=False)
    pdf.__signature__ = inspect.Signature([*inputs, is_log])
    pdf.__doc__ = DOC.format(
        summary=summary[0].upper() + summary[1:],
        parameters=", ".join(parameters),
        sample="; samples are integers and get zeros" if whole else " and sample",
    )
    op(full, aliases=(f"random_pdf_{name}",), same_dtype=True)(pdf)


for _name, _row in DENSITIES.items():
    define_density(_name, *_row)


@op("_random_pdf_dirichlet", aliases=("random_pdf_dirichlet",), same_dtype=True)
def random_pdf_dirichlet(sample, alpha, *, is_log: bool = False):
    """Dirichlet density at each sample.

    Parameters
    ----------
    sample : (*P, ..., K) float         rows sum to 1
    alpha : (*P, K) same dtype          concentrations
    is_log : bool, default False        return the logarithm

    Returns
    -------
    (*P, ...) same dtype

    Raises
    ------
    ShapeError   if alpha does not fit sample
    """
    where = "_random_pdf_dirichlet"
    require_floating(where, sample=sample, alpha=alpha)
    lead = alpha.ndim - 1
    if (
        alpha.ndim < 1
        or sample.ndim < alpha.ndim
        or sample.shape[:lead] != alpha.shape[:-1]
        or sample.shape[-1] != alpha.shape[-1]
    ):
        fail(
            ShapeError,
            where,
            "alpha does not fit sample",
            expected=f"the first and the last axes of {sample.shape}",
            got=alpha.shape,
        )
    wide = accumulator(sample.dtype)
    a = alpha.astype(wide)
    a = a.reshape(*alpha.shape[:-1], *(1,) * (sample.ndim - alpha.ndim), alpha.shape[-1])
    terms = (a - 1) * jnp.log(sample.astype(wide))
    norm = lax.lgamma(jnp.sum(a, -1)) - jnp.sum(lax.lgamma(a), -1)
    return density(jnp.sum(terms, -1) + norm, is_log, sample.dtype)


@op("_sample_unique_zipfian", num_outputs=2)
def sample_unique_zipfian(*, range_max: int, shape: Shape | None = None, key):
    """Distinct classes, with ``P(c) = log((c + 2) / (c + 1)) / log(range_max + 1)``.

    Parameters
    ----------
    range_max : int             classes are 0 ... range_max - 1
    shape : (B, N)              N distinct classes in each of B rows

    Returns
    -------
    classes : (B, N) int64
    tries : (B,) int64          draws that were needed, with those that repeated a class

    Raises
    ------
    AttributeTypeError   if shape is not (B, N), or N exceeds range_max
    """
    where = "_sample_unique_zipfian"
    if shape is None or len(shape) != 2 or min(shape) < 0:
        fail(AttributeTypeError, where, "shape does not fit", expected="(B, N)", got=shape)
    b, n = shape
    if not range_max > 0 or n > range_max:
        fail(
            AttributeTypeError,
            where,
            "there are too few classes",
            expected=f"range_max >= {max(n, 1)}",
            got=range_max,
        )

    def row(key):
        def step(state):
            key, seen, found, count, tries = state
            key, use = jax.random.split(key)
            u = jax.random.uniform(use, dtype="float64")
            c = jnp.exp(u * math.log(range_max + 1)).astype("int64") - 1
            c = jnp.clip(c, 0, range_max - 1)
            new = ~seen[c]
            found = jnp.where(new, found.at[count].set(c, mode="drop"), found)
            return key, seen.at[c].set(True), found, count + new, tries + 1

        zero = jnp.int64(0)
        seen = jnp.zeros(range_max, bool)
        start = key, seen, jnp.zeros(n, "int64"), zero, zero
        _, _, found, _, tries = lax.while_loop(lambda s: s[3] < n, step, start)
        return found, tries

    if not b or not n:
        return jnp.zeros((b, n), "int64"), jnp.zeros(b, "int64")
    return lax.map(row, jax.random.split(key, b))
