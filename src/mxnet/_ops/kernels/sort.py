"""Sorting along the last axis and the largest elements, as kernels.

Equal elements keep their order. What is not a number comes last in sorting, ascending and
descending; among the best it counts as the largest.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .choose import permuting_is_worth_it, sorting_is_worth_it
from .draws import words
from .primitive import kernel

__all__ = ["order", "permutation", "sort", "top"]


def _is_worth_it(dtypes, shapes):
    return sorting_is_worth_it(dtypes[0], shapes[0])


def _turned(x, descending):
    return lax.neg(x) if descending else x


def _plain_rows(x, *, descending):
    return (_turned(lax.sort(_turned(x, descending), dimension=x.ndim - 1), descending),)


def _plain_order(x, *, descending):
    i = lax.broadcasted_iota("int32", x.shape, x.ndim - 1)
    keys = (_turned(x, descending), i)
    return (lax.sort(keys, dimension=x.ndim - 1, is_stable=True, num_keys=1)[1],)


def _plain_top(x, *, k, smallest):
    return (lax.top_k(_turned(x, smallest), k)[1],)


def _plain_carry(x, places, *, back):
    if back:
        axes = range(x.ndim - 1)
        at = [lax.broadcasted_iota(places.dtype, places.shape, i) for i in axes]
        empty = lax.full_like(x, 0)
        return (empty.at[(*at, places)].set(x, mode="promise_in_bounds", unique_indices=True),)
    return (jnp.take_along_axis(x, places, -1, mode="promise_in_bounds"),)


def _plain_permutation(key, *, n):
    drawn = words((key[0], key[1]), n) % onp.uint32(0x7F000000) + onp.uint32(0x00800000)
    return (order(lax.bitcast_convert_type(drawn, "float32"), True),)


_rows = kernel(
    "sort_rows",
    _plain_rows,
    _is_worth_it,
    by_rows=True,
    results=lambda x: [(x.shape, x.dtype)],
)
_order = kernel(
    "sort_order",
    _plain_order,
    _is_worth_it,
    by_rows=True,
    number=80,
    results=lambda x: [(x.shape, onp.dtype("int32"))],
)
_top = kernel(
    "top_order",
    _plain_top,
    _is_worth_it,
    lambda shapes, k, smallest: {"smallest": smallest},
    by_rows=True,
)
_carry = kernel("carry", _plain_carry, _is_worth_it, by_rows=True)
_permutation = kernel(
    "permutation",
    _plain_permutation,
    lambda dtypes, shapes: permuting_is_worth_it(shapes[0]),
    lambda shapes, n: {},
    number=200,
    judged=lambda shapes, n: [(n,)],
)


def order(x, ascending):
    """Positions, int32, that sort a real float ``x`` along its last axis, of fewer than 2^31."""
    return _order((("descending", not ascending),), lax.stop_gradient(x))[0]


def top(x, k, smallest):
    """Positions, int32, of the ``k`` largest or smallest along the last axis, best first."""
    return _top((("k", k), ("smallest", smallest)), lax.stop_gradient(x))[0]


def permutation(key, n):
    """``0 ... n - 1``, int32, in the stable order of random floats under two words; n < 2^31."""
    return _permutation((("n", n),), key)[0]


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def sort(x, ascending):
    """``x``, of real floats, in order along its last axis, of fewer than 2^31."""
    return _rows((("descending", not ascending),), x)[0]


def _sort_forward(x, ascending):
    places = order(x, ascending)
    return _carried(x, places, False), places


sort.defvjp(_sort_forward, lambda ascending, places, g: (_carried(g, places, True),))


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def _carried(x, places, back):
    """``x`` at these places, each there once; or ``x`` carried back to them."""
    return _carry((("back", back),), x, places)[0]


_carried.defvjp(
    lambda x, places, back: (_carried(x, places, back), places),
    lambda back, places, g: (
        _carried(g, places, not back),
        onp.zeros(places.shape, jax.dtypes.float0),
    ),
)
