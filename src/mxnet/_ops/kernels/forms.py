"""Convolution and its two gradients in other formulations, which XLA computes faster on CPUs.

========  ==========================================================================================
im2col    one product of all windows, side by side as rows of a matrix, and the weight
toeplitz  the last spatial axis becomes a part of the channels, and the weight a banded (Toeplitz)
          matrix: a product with far fewer copies of the data, many of whose factors are zero
shifted   for each kernel offset the shifted data times the weight's number there, added up
========  ==========================================================================================

All are exact: the same products are added, in another order.
"""

import math
from functools import reduce
from typing import NamedTuple

import jax.numpy as jnp
import numpy as onp
from jax import lax

from .dense import product

__all__ = ["Geometry", "IM2COL", "SHIFTED", "TOEPLITZ"]


class Geometry(NamedTuple):
    """What is fixed about a convolution besides its operands. Hashable."""

    stride: tuple
    pad: tuple  # (low, high) per spatial axis
    dilate: tuple
    groups: int
    layout: str  # as NCHW or NHWC

    @property
    def weight_layout(self):
        return self.layout.replace("N", "O").replace("C", "I")

    @property
    def spatial(self):
        """Indices of the spatial axes."""
        return tuple(i for i, c in enumerate(self.layout) if c not in "NC")

    @property
    def last(self):
        """Whether channels are the last axis."""
        return self.layout[-1] == "C"

    def sizes(self, shape):
        """The spatial ones of a shape's."""
        return tuple([shape[i] for i in self.spatial])

    def windows(self, size, kernel):
        """How many windows there are along each spatial axis."""
        return tuple(
            [
                max(0, (n + low + high - d * (k - 1) - 1) // s + 1)
                for n, k, s, d, (low, high) in zip(size, kernel, self.stride, self.dilate, self.pad)
            ]
        )


def _last(x, g):
    """``x`` with its channels last."""
    return x if g.last else jnp.moveaxis(x, 1, -1)


def _back(x, g):
    """What :func:`_last` gave, as it was."""
    return x if g.last else jnp.moveaxis(x, -1, 1)


# ------------------------------------------------------------------------------------------ im2col


def _patches(x, kernel, out, g):
    """All windows of ``x`` as rows of a matrix (N T, K C): a copy of ``x`` for each offset."""
    x = _last(x, g)
    n, c = x.shape[0], x.shape[-1]
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *((*p, 0) for p in g.pad), (0, 0, 0)])
    parts = []
    for at in onp.ndindex(*kernel):
        start = [i * d for i, d in zip(at, g.dilate)]
        stop = [a + (t - 1) * s + 1 for a, t, s in zip(start, out, g.stride)]
        parts.append(lax.slice(x, (0, *start, 0), (n, *stop, c), (1, *g.stride, 1)))
    rows = n * math.prod(out)
    return jnp.concatenate(parts, axis=-1).reshape(rows, len(parts) * c)


def _matrix(w, g):
    """The weight as a matrix (O, K C)."""
    return _last(w, g).reshape(w.shape[0], -1)


def im2col_forward(x, w, *, geometry):
    """One product of the windows and the weight."""
    g = geometry
    kernel = g.sizes(w.shape)
    out = g.windows(g.sizes(x.shape), kernel)
    y = product(_patches(x, kernel, out, g), _matrix(w, g), transpose_b=True)
    return _back(y.reshape(x.shape[0], *out, w.shape[0]), g)


def im2col_data(y, w, *, geometry, shape):
    """One product, whose columns are then added up where their offsets lay."""
    g = geometry
    out, kernel, size = (g.sizes(s) for s in (y.shape, w.shape, shape))
    c, o = shape[g.layout.index("C")], w.shape[0]
    columns = product(_last(y, g).reshape(-1, o), _matrix(w, g))
    columns = columns.reshape(y.shape[0], *out, -1)
    parts = []
    for k, at in enumerate(onp.ndindex(*kernel)):
        edges = []
        for i, d, s, (low, _), t, n in zip(at, g.dilate, g.stride, g.pad, out, size):
            begin = i * d - low
            edges.append((begin, n - begin - (t - 1) * s - 1, s - 1))
        part = lax.slice_in_dim(columns, k * c, (k + 1) * c, axis=-1)
        parts.append(lax.pad(part, jnp.zeros((), y.dtype), [(0, 0, 0), *edges, (0, 0, 0)]))
    return _back(reduce(lax.add, parts), g)


def im2col_weight(x, y, *, geometry, shape):
    """One product of the windows and the result's gradient."""
    g = geometry
    kernel = g.sizes(shape)
    patches = _patches(x, kernel, g.sizes(y.shape), g)
    w = product(_last(y, g).reshape(-1, shape[0]), patches, transpose_a=True)
    return _back(w.reshape(shape[0], *kernel, -1), g)


IM2COL = {"forward": im2col_forward, "data": im2col_data, "weight": im2col_weight}


# ---------------------------------------------------------------------------------------- toeplitz


def _band(g, size, kernel, out, dtype):
    """Which kernel offset leads from which element of the last spatial axis to which window:
    ones and zeros (offsets, elements, windows).
    """
    offset, a, b = onp.ogrid[:kernel, :size, :out]
    return (a == b * g.stride[-1] + offset * g.dilate[-1] - g.pad[-1][0]).astype(dtype)


def _inner(g):
    """The geometry without the last spatial axis, which comes to lie in the channels."""
    axes = "".join([g.layout[i] for i in g.spatial[:-1]])
    return Geometry(g.stride[:-1], g.pad[:-1], g.dilate[:-1], 1, f"N{axes}C")


def _folded(x, g):
    """An image (N, *S, C) whose channels are the former ones at each place of the last axis."""
    if not g.last:
        x = jnp.moveaxis(x, 1, -2)
    return x.reshape(*x.shape[:-2], -1)


def _unfolded(x, g, channels):
    """What :func:`_folded` gave, as it was."""
    pair = (-1, channels) if g.last else (channels, -1)
    x = x.reshape(*x.shape[:-1], *pair)
    return x if g.last else jnp.moveaxis(x, -2, 1)


def _banded(w, g, band):
    """The weight for folded images: (O W', *K, C W), or with channels last (W' O, *K, W C)."""
    n = w.ndim
    spread = lax.dot_general(
        w, jnp.asarray(band), (((g.spatial[-1],), (0,)), ((), ()))
    )  # (O, ...) without the last spatial axis, then elements and windows
    rest = range(1, n - 2)  # the other spatial axes
    if g.last:  # (O, *K, C, W, W')
        order = (n, 0, *rest, n - 1, n - 2)
    else:  # (O, C, *K, W, W')
        order = (0, n, *(i + 1 for i in rest), 1, n - 1)
    spread = spread.transpose(order)
    return spread.reshape(w.shape[0] * band.shape[2], *spread.shape[2:-2], -1)


def _unbanded(b, g, band, shape):
    """The transpose of :func:`_banded`: for each offset the sum over its diagonal."""
    _, elements, windows = band.shape
    n = len(shape)
    o, c = shape[0], shape[g.layout.index("C")]
    kernel = g.sizes(shape)[:-1]
    if g.last:
        b = b.reshape(windows, o, *kernel, elements, c)
        axes = ((n - 1, 0), (1, 2))
        # (O, *K, C, offsets)
        w = lax.dot_general(b, jnp.asarray(band), (axes, ((), ())))
        return jnp.moveaxis(w, -1, n - 2)
    b = b.reshape(o, windows, *kernel, c, elements)
    axes = ((n, 1), (1, 2))
    w = lax.dot_general(b, jnp.asarray(band), (axes, ((), ())))  # (O, *K, C, offsets)
    return jnp.moveaxis(w, -2, 1)


def _of(g, size, kernel, out, dtype):
    return _inner(g), _band(g, size[-1], kernel[-1], out[-1], dtype)


def toeplitz_forward(x, w, *, geometry):
    """:func:`im2col_forward` of folded images."""
    g = geometry
    size, kernel = g.sizes(x.shape), g.sizes(w.shape)
    inner, band = _of(g, size, kernel, g.windows(size, kernel), x.dtype)
    y = im2col_forward(_folded(x, g), _banded(w, g, band), geometry=inner)
    return _unfolded(y, g, w.shape[0])


def toeplitz_data(y, w, *, geometry, shape):
    """:func:`im2col_data` of folded images."""
    g = geometry
    size, kernel, out = (g.sizes(s) for s in (shape, w.shape, y.shape))
    inner, band = _of(g, size, kernel, out, y.dtype)
    c = shape[g.layout.index("C")]
    to = (shape[0], *size[:-1], c * size[-1])
    x = im2col_data(_folded(y, g), _banded(w, g, band), geometry=inner, shape=to)
    return _unfolded(x, g, c)


def toeplitz_weight(x, y, *, geometry, shape):
    """:func:`im2col_weight` of folded images, and the sums along the bands."""
    g = geometry
    size, kernel, out = (g.sizes(s) for s in (x.shape, shape, y.shape))
    inner, band = _of(g, size, kernel, out, x.dtype)
    c = x.shape[g.layout.index("C")]
    to = (shape[0] * out[-1], *kernel[:-1], c * size[-1])
    b = im2col_weight(_folded(x, g), _folded(y, g), geometry=inner, shape=to)
    return _unbanded(b, g, band, shape)


TOEPLITZ = {"forward": toeplitz_forward, "data": toeplitz_data, "weight": toeplitz_weight}


# ----------------------------------------------------------------------------------------- shifted


def shifted_forward(x, w, *, geometry):
    """The sum over channels and kernel offsets of a shifted channel times a filter's number."""
    g = geometry
    kernel = g.sizes(w.shape)
    out = g.windows(g.sizes(x.shape), kernel)
    channel = g.layout.index("C")
    edges = [(0, 0, 0)] * x.ndim
    for axis, p in zip(g.spatial, g.pad):
        edges[axis] = (*p, 0)
    x = lax.pad(x, jnp.zeros((), x.dtype), edges)
    filters = [1] * x.ndim
    filters[channel] = w.shape[0]
    total = None
    for c in range(w.shape[channel]):
        for at in onp.ndindex(*kernel):
            start, stop, step = [0] * x.ndim, list(x.shape), [1] * x.ndim
            start[channel], stop[channel] = c, c + 1
            one = [slice(None)] * w.ndim
            one[channel] = c
            for axis, i, d, s, t in zip(g.spatial, at, g.dilate, g.stride, out):
                start[axis] = i * d
                stop[axis] = i * d + (t - 1) * s + 1
                step[axis] = s
                one[axis] = i
            part = lax.slice(x, start, stop, step) * w[tuple(one)].reshape(filters)
            total = part if total is None else total + part
    return total


SHIFTED = {"forward": shifted_forward}
