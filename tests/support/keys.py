"""Keys of basic and list indexing as users write them, for random programs, and what NumPy makes of
them where ``mx.nd`` has a view only if the part is one block of memory.
"""

import numpy as onp


def written(k):
    """A key as it is recorded in JSON -> as users write it."""
    if isinstance(k, list):
        return tuple(written(part) for part in k)
    if isinstance(k, dict):
        return slice(*k["s"])
    return Ellipsis if k == "..." else k


def key_of(shape, b, c, d):
    """A key for an array of a shape without zeros; ``b``, ``c``, ``d`` are any numbers."""
    n, m = shape[0], shape[-1]
    low, left = b % n, c % m
    high, right = low + 1 + c % (n - low), left + 1 + d % (m - left)
    keys = [
        lambda: low,
        lambda: -1 - low,
        lambda: slice(low, high),
        lambda: slice(low, None),
        lambda: slice(b % 2 if n > 1 else None, None, 2),
        lambda: slice(None, None, -1),
        lambda: [low, 0, n - 1][: 1 + d % 3],
        lambda: Ellipsis,
        lambda: slice(None),
        lambda: (None, slice(low, high)),
        lambda: (Ellipsis, left),
        lambda: (Ellipsis, slice(left, right)),
    ]
    if len(shape) > 1:
        width = shape[1]
        keys += [
            lambda: (low, slice(None)),
            lambda: (slice(None), 0),
            lambda: (slice(low, high), Ellipsis, slice(left, right)),
            lambda: ([low, 0], [0, width - 1]),
            lambda: ([low, n - 1], slice(0, 1 + d % width)),
            lambda: (slice(low, high), [0, width - 1]),
            lambda: tuple(i % s for i, s in zip((b, c, d, b), shape)),
            lambda: (slice(low, high), slice(c % width, None)),
            lambda: (low, slice(c % width, None)),
            lambda: (Ellipsis, slice(None, None, 2)),
        ]
    return keys[(b * 7 + c * 3 + d) % len(keys)]()


def part_of(x, key):
    """The part of a NumPy array, with one axis at least: a view where ``mx.nd`` has one."""
    found = x[key]
    if not isinstance(found, onp.ndarray):  # integers on all axes
        whole = key if isinstance(key, tuple) else (key,)
        found = x[tuple(slice(i % n, i % n + 1) for i, n in zip(whole, x.shape))]
    if found.ndim == 0 or (found.size == 1 and not isinstance(x[key], onp.ndarray)):
        found = found.reshape((1,))
    return found if found.flags.c_contiguous else found.copy()
