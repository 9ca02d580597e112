"""Gamma and Poisson numbers and permutations, all elements at once.

Rejection [1]_ [2]_ tries again for every element until each has been accepted: first for the whole
array, which most leave at once, then for the few that are left, gathered.  What an element draws
in a round depends on its place and the round alone.  Small means of a Poisson number are found by
counting the values of the distribution function below a uniform number.

.. [1] Marsaglia, Tsang: A simple method for generating gamma variables. ACM TOMS 26, 2000.
.. [2] Hörmann: The transformed rejection method for generating Poisson random variables.
   Insurance: Mathematics and Economics 12, 1993.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ._bits import standard_normal_of
from .kernels import sort
from .kernels.draws import SMALL_MEAN, below, first_true, threefry

__all__ = ["gamma", "permutation", "poisson"]

_MANY = 1 << 14  # elements, from which on those left are gathered
_LEFT = 16  # where they are so few parts of the whole
_BOOST, _FIRST = onp.uint32(1 << 29), onp.uint32(1 << 30)  # rounds of their own


def _uniforms(key, at, turn, dtype):
    """Two numbers in [0, 1) for the elements at these places in a round."""
    if jnp.finfo(dtype).nmant < 32:
        a, b = threefry(key, at, turn)
        scale = jnp.asarray(2.0**-24, dtype)
        return [(w >> onp.uint32(8)).astype("int32").astype(dtype) * scale for w in (a, b)]
    found = []
    for half in (0, 1):
        a, b = threefry(key, at, turn * onp.uint32(2) + onp.uint32(half))
        whole = a.astype("uint64") << onp.uint64(32) | b.astype("uint64")
        found.append((whole >> onp.uint64(11)).astype("int64").astype(dtype) * 2.0**-53)
    return found


def _accepted(key, attempt, parameters, x, done):
    """``x``, where it is not done replaced by the first accepted value.

    Parameters
    ----------
    attempt : callable ``(u, v, *parameters) -> (values, which of them are accepted)``
    parameters : list of (n,) or () arrays
    x : (n,) float
    done : (n,) bool
    """
    n = x.shape[0]

    def rounds(at, parameters, most, turn, x, done):
        def one(state):
            turn, x, done = state
            y, accepted = attempt(*_uniforms(key, at, turn, x.dtype), *parameters)
            return turn + onp.uint32(1), jnp.where(done, x, y), done | accepted

        def goes_on(state):
            return jnp.sum(~state[2], dtype="int32") > most

        return lax.while_loop(goes_on, one, (turn, x, done))

    places, start = lax.iota("uint32", n), jnp.uint32(0)
    if n < _MANY:
        return rounds(places, parameters, 0, start, x, done)[1]
    few = n // _LEFT
    turn, x, done = rounds(places, parameters, few, start, x, done)

    def rest(x):
        at = first_true(~done, few)
        some = [p if p.ndim == 0 else p.at[at].get(mode="clip") for p in parameters]
        ys = x.at[at].get(mode="clip")
        ys = rounds(at.astype("uint32"), some, 0, turn, ys, at >= n)[1]
        return x.at[at].set(ys, mode="drop", unique_indices=True)

    return lax.cond(jnp.all(done), lambda x: x, rest, x)


def _gamma_attempt(u, v, alpha):
    """Marsaglia and Tsang's, for alpha >= 1."""
    d = alpha - 1 / 3
    normal = standard_normal_of(u)
    t = 1 + normal * lax.rsqrt(9 * d)
    cube = t * t * t
    bound = normal * normal / 2 + d * (1 - cube + jnp.log(jnp.where(t > 0, cube, 1)))
    return d * cube, (t > 0) & (jnp.log(1 - v) < bound)


def _flat(parameter, shape, dtype):
    """A parameter for each element, or the one for all."""
    p = jnp.asarray(parameter, dtype)
    return p if p.ndim == 0 else jnp.broadcast_to(p, shape).reshape(-1)


def _words(key):
    words = jax.random.key_data(key)
    return words[0], words[1]


def gamma(key, shape, dtype, alpha):
    """Gamma numbers of shape alpha and scale 1; not a number where alpha is negative.

    Gradient of alpha: that of the number whose distribution function stays the same.
    """
    n = math.prod(shape)
    first, second = _words(key)

    @jax.custom_jvp
    def drawn(first, second, alpha):
        return _gamma((first, second), n, dtype, alpha)

    @drawn.defjvp
    def _(given, changes):
        x, alpha = drawn(*given), given[2]
        alpha = jnp.broadcast_to(alpha, (n,))
        slope = lax.random_gamma_grad(alpha, x)  # pyright: ignore[reportCallIssue] - dtype is JAX's to give
        return x, slope * changes[2]

    return drawn(first, second, _flat(alpha, shape, dtype)).reshape(shape)


def _gamma(key, n, dtype, alpha):
    valid = (alpha >= 0) & (alpha < math.inf)
    small = valid & (alpha < 1)
    x = jnp.where(alpha == math.inf, alpha, jnp.asarray(math.nan, dtype))
    large = jnp.where(valid, alpha, 1) + small
    whole = partial(jnp.broadcast_to, shape=(n,))
    x = _accepted(key, _gamma_attempt, [large], whole(x), whole(~valid))

    def boosted(x):  # gamma(a) is gamma(a + 1) u^(1 / a)
        u = _uniforms(key, lax.iota("uint32", n), _BOOST, dtype)[0]
        power = jnp.log1p(-u) / jnp.where(small, jnp.abs(alpha), 1)
        return jnp.where(small, x * jnp.exp(power), x)

    return lax.cond(jnp.any(small), boosted, lambda x: x, x)


def _poisson_attempt(u, v, mean):
    """Hörmann's PTRS, for means >= 10."""
    b = 0.931 + 2.53 * jnp.sqrt(mean)
    a = -0.059 + 0.02483 * b
    u = u - 0.5
    edge = 0.5 - jnp.abs(u)
    k = jnp.floor((2 * a / edge + b) * u + mean + 0.43)
    inside = (edge >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
    # log k! by Stirling's series; what cancels in k log(mean) - mean - log k! is taken out
    k1 = jnp.maximum(k, 1)
    off = (k1 - mean) / mean
    series = (1 / 12 - 1 / 360 / (k1 * k1)) / k1
    log_p = -mean * ((1 + off) * jnp.log1p(off) - off)
    log_p = log_p - 0.5 * jnp.log(2 * math.pi * k1) - series
    height = v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (edge * edge) + b)
    fits = (edge >= 0.013) | (v <= edge)
    return k, (k >= 0) & (inside | (fits & (jnp.log(height) <= log_p)))


def poisson(key, shape, dtype, mean):
    """Poisson numbers as floats; not a number where the mean is negative."""
    mean, n = lax.stop_gradient(_flat(mean, shape, dtype)), math.prod(shape)
    key = _words(key)
    small = (mean >= 0) & (mean < SMALL_MEAN)
    large = (mean >= SMALL_MEAN) & (mean < math.inf)
    u = _uniforms(key, lax.iota("uint32", n), _FIRST, dtype)[0]
    # nothing is left to count where the mean is another
    x = below(jnp.where(small, u, -1), jnp.where(small, mean, 1))
    other = jnp.where(mean == math.inf, mean, jnp.asarray(math.nan, dtype))
    x = jnp.where(small, x, other)
    done = jnp.broadcast_to(~large, (n,))
    x = _accepted(key, _poisson_attempt, [jnp.where(large, mean, SMALL_MEAN)], x, done)
    return x.reshape(shape)


def permutation(key, n):
    """``0 ... n - 1`` in an order drawn at random, int32.

    Random floats are sorted, of 2^31 - 2^24 different ones; equal ones keep their order, so that
    the probabilities of two elements' orders differ by 5e-10.
    """
    return sort.permutation(jax.random.key_data(key)[:2], n)
