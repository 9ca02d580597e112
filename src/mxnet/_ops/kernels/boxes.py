"""Greedy suppression of boxes, as a primitive: a native kernel, and a loop of XLA's elsewhere."""

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..._boxes import overlap
from .primitive import kernel

__all__ = ["survivors"]

_A_BOX = 10_000  # nanoseconds of NumPy


def survivors(box, kind, alive, threshold, extra=0, reached=False):
    """Which boxes, best first, no better survivor suppresses: one of its kind that overlaps it by
    more than ``threshold``.

    Parameters
    ----------
    box : (..., N, 4) float     left, top, right, bottom
    kind : (..., N) same dtype  only equal ones suppress each other
    alive : (..., N) bool       which take part
    threshold : float
    extra : int                 1 where the far corners are pixels that belong to the box
    reached : bool              whether an overlap of just ``threshold`` suffices

    Returns
    -------
    (..., N) bool
    """
    given = (("threshold", float(threshold)), ("extra", extra), ("reached", reached))
    sides = [lax.index_in_dim(box, i, box.ndim - 1, keepdims=False) for i in range(4)]
    (kept,) = _survivors(given, *sides, kind, alive.astype(box.dtype))
    return kept > 0


def _loop(left, top, right, bottom, kind, alive, *, threshold, extra, reached):
    n = alive.shape[-1]
    number = jnp.arange(n, dtype="int32")
    threshold = jnp.asarray(threshold, left.dtype)

    def first(alive, after):
        ahead = alive & (number > after)
        return jnp.where(jnp.any(ahead), jnp.argmax(ahead).astype("int32"), n)

    def of_a_row(box, kind, alive):
        def step(state):
            i, alive = state
            common = overlap(box[i], box, jnp, extra)
            struck = common >= threshold if reached else common > threshold
            alive &= ~(struck & (kind == kind[i]) & (number > i))
            return first(alive, i), alive

        start = first(alive, jnp.int32(-1)), alive
        return lax.while_loop(lambda s: s[0] < n, step, start)[1]

    box = jnp.stack([left, top, right, bottom], -1).reshape(-1, n, 4)
    rows = box, kind.reshape(-1, n), alive.reshape(-1, n) > 0
    return (jax.vmap(of_a_row)(*rows).reshape(alive.shape).astype(left.dtype),)


_survivors = kernel(
    "survivors",
    _loop,
    lambda dtypes, shapes: all(d == "float32" for d in dtypes) and 0 not in shapes[0],
    lambda shapes, threshold, extra, reached: {
        "threshold": onp.float64(threshold),
        "extra": onp.int64(extra),
        "reached": onp.bool_(reached),
    },
    by_rows=True,
    by_numpy=lambda shapes: _A_BOX * onp.prod(shapes[0]),
    results=lambda left, *others: [(left.shape, left.dtype)],
)
