"""Steps of drawing random numbers as primitives, with implementations for NumPy of their own.

In JAX each is one formula for all elements, in whole passes.  NumPy takes as many elements at a
time as its caches hold, and leaves out those that are done.
"""

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir

__all__ = ["BY_NUMPY", "SMALL_MEAN", "below", "first_true", "threefry", "words"]

# Threefry-2x32: see _ops/_bits.py
ROUNDS = 13
ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)  # Salmon et al., table 2
PARITY = onp.uint32(0x1BD11BDA)

SMALL_MEAN = 30
_UNROLLED = 8
_MOST = 12 * _UNROLLED  # a Poisson number of small mean is larger with a probability of 1e-19
_TINY = 2.0**-26

_PART = 1 << 14  # elements at a time

BY_NUMPY = {}  # name of a primitive -> rule, see host.RULES


def _primitive(name, formula, shapes, by_numpy):
    """A primitive of several results; ``by_numpy`` takes NumPy's arrays and the parameters."""
    p = Primitive(f"mxnet_{name}")
    p.multiple_results = True
    p.def_impl(formula)
    p.def_abstract_eval(shapes)
    mlir.register_lowering(p, mlir.lower_fun(formula, multiple_results=True))

    def mapped(arrays, axes, **given):
        found = jax.vmap(lambda *a: formula(*a, **given), axes)(*arrays)
        return found, [0] * len(found)

    batching.primitive_batchers[p] = mapped
    BY_NUMPY[p.name] = lambda params, ins, outs: lambda *a: by_numpy(*a, **params)
    return p


# ------------------------------------------------------------------------------------ random words


def _threefry(first, second, counter, turn):
    ks = (first, second, first ^ second ^ PARITY)
    a, b = counter + first, jnp.broadcast_to(second + turn, counter.shape)
    for r in range(ROUNDS):
        a = a + b
        left = ROTATIONS[r % 8]
        b = a ^ ((b << onp.uint32(left)) | (b >> onp.uint32(32 - left)))
        if r % 4 == 3:
            j = r // 4 + 1
            a = a + ks[j % 3]
            b = b + ks[(j + 1) % 3] + onp.uint32(j)
    return a, b


def _threefry_in_place(ks, a, b, c):
    """The rounds; ``c`` is as long as the others, for what lies between."""
    for r in range(ROUNDS):
        a += b
        left = ROTATIONS[r % 8]
        onp.left_shift(b, onp.uint32(left), out=c)
        b >>= onp.uint32(32 - left)
        b |= c
        b ^= a
        if r % 4 == 3:
            j = r // 4 + 1
            a += ks[j % 3]
            b += ks[(j + 1) % 3] + onp.uint32(j)


def _threefry_by_numpy(first, second, counter, turn):
    ks = (first, second, first ^ second ^ PARITY)
    a = onp.asarray(counter + first)
    b = onp.full(counter.shape, second + turn, "uint32")
    scratch = onp.empty(min(a.size, _PART), "uint32")
    flat = a.reshape(-1), b.reshape(-1)
    for begin in range(0, a.size, _PART):
        x, y = (v[begin : begin + _PART] for v in flat)
        _threefry_in_place(ks, x, y, scratch[: x.size])
    return a, b


_threefry_p = _primitive(
    "threefry",
    _threefry,
    lambda first, second, counter, turn: [counter, counter],
    _threefry_by_numpy,
)


def threefry(key, counter, turn=0):
    """Two random words per counter: Threefry-2x32 of (counter, turn) under two key words.

    Integers alone, so they are the same words wherever they are made.

    Parameters
    ----------
    key : pair of uint32
    counter : array of uint32
    turn : uint32, one for all

    Returns
    -------
    two arrays of uint32, as many as counters
    """
    first, second, turn = [jnp.asarray(x, "uint32") for x in (*key, turn)]
    return _threefry_p.bind(first, second, counter, turn)


def words(key, n):
    """``(n,)`` independent uint32 under two key words."""
    a, b = threefry(key, lax.broadcasted_iota("uint32", ((n + 1) // 2,), 0))
    both = lax.concatenate([a, b], 0)
    return both if n % 2 == 0 else both[:n]


# ------------------------------------------------------------------- small means of Poisson numbers


def _below(u, mean):
    def some(state):
        u, j, p, total, k = state
        for _ in range(_UNROLLED):
            k = k + (u >= total).astype(k.dtype)
            j = j + 1
            p = p * (mean / j)
            total = total + p
        # beyond the mode, what is too small for u says nothing
        u = jnp.where((p > _TINY) | (j <= mean), u, -1)
        return u, j, p, total, k

    def goes_on(state):
        u, j, _, total, _ = state
        return (j < _MOST) & jnp.any(u >= total)

    p = jnp.exp(-mean)
    start = (u, jnp.zeros((), u.dtype), p, p, jnp.zeros_like(u))
    return (lax.while_loop(goes_on, some, start)[4],)


def _below_by_numpy(u, mean):
    found = onp.zeros(u.shape, u.dtype)
    for begin in range(0, u.size, _PART):
        part = slice(begin, begin + _PART)
        _count(u[part], mean if mean.ndim == 0 else mean[part], found[part])
    return (found,)


def _count(u, mean, found):
    """``found`` filled for a part of the elements, of which ever fewer are considered."""
    one, at, k = mean.ndim == 0, None, onp.zeros(u.shape, u.dtype)
    p = onp.exp(-mean)
    total, j = p, 0
    while True:
        for _ in range(_UNROLLED):
            k += u >= total
            j += 1
            p = p * (mean / u.dtype.type(j))
            total = total + p
        going = (u >= total) & ((p > _TINY) | (j <= mean))
        if at is None:
            found[:] = k
        else:
            found[at] = k
        if j >= _MOST or not going.any():
            return
        at = onp.flatnonzero(going) if at is None else at[going]
        u, k = u[going], k[going]
        if not one:
            mean, p, total = mean[going], p[going], total[going]


_below_p = _primitive("below", _below, lambda u, mean: [u], _below_by_numpy)


def below(u, mean):
    """How many values of the distribution function of Poisson numbers are not above ``u``: where
    that is uniform, a Poisson number.

    Parameters
    ----------
    u : (n,) float       negative ones: 0
    mean : (n,) or ()    below :data:`SMALL_MEAN`

    Returns
    -------
    (n,) of the type of u
    """
    return _below_p.bind(u, mean)[0]


# ---------------------------------------------------------------------------------- what is left


def _first_true(mask, *, size):
    return (jnp.nonzero(mask, size=size, fill_value=mask.shape[0])[0].astype("int32"),)


def _first_true_by_numpy(mask, *, size):
    found = onp.full(size, mask.shape[0], "int32")
    places = onp.flatnonzero(mask)[:size]
    found[: places.size] = places
    return (found,)


_first_true_p = _primitive(
    "first_true",
    _first_true,
    lambda mask, *, size: [mask.update(shape=(size,), dtype=onp.dtype("int32"))],
    _first_true_by_numpy,
)


def first_true(mask, size):
    """Places of the first ``size`` elements of a (n,) mask that are true, in order; then n."""
    return _first_true_p.bind(mask, size=size)[0]
