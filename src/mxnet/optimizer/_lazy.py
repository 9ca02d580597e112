"""Lazy updates: of the rows that a row_sparse gradient consists of, and no others.

``SGD`` and ``Adam`` with ``lazy_update=True`` leave the other rows of weight and states alone:
no decay, no momentum.  The formula is computed for all rows and chosen row by row, inside the one
program of the step, so that nothing is waited for and the number of rows does not matter.
"""

import functools

import jax
import jax.numpy as jnp

from .._ops.sparse import touched_rows, without_marks

__all__ = ["Rows", "is_lazy", "lazily"]


def is_lazy(optimizer, weight, grad):
    """Whether an optimizer updates a weight with this gradient lazily."""
    if grad.stype != "row_sparse" or grad.ndim == 0:
        return False
    sparse = weight.stype == "row_sparse" and optimizer.lazy_if_sparse
    return bool(sparse or optimizer.always_lazy or getattr(optimizer, "lazy_update", False))


class Rows:
    """A handle on a row_sparse gradient that reads its Value with rows marked."""

    __slots__ = ("_read",)

    def __init__(self, grad):
        self._read = grad._marked


@functools.cache
def lazily(step):
    """A formula for one parameter, applied to touched rows only."""

    def chosen(weight, grad, state, shared, rates, **kw):
        rows = touched_rows(grad)
        new_weight, new_state = step(weight, without_marks(grad), state, shared, rates, **kw)

        def choose(new, old):
            mask = rows.reshape(rows.shape + (1,) * (old.ndim - 1))
            return jnp.where(mask, new.astype(old.dtype), old)

        return choose(new_weight, weight), jax.tree.map(choose, new_state, state)

    return chosen
