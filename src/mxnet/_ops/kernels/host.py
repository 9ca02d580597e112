"""Our primitives on NumPy arrays, for programs that are run without being compiled.

``RULES`` has the rules of ``_engine/numpy_rules.py``'s kind: name of the primitive -> callable
``(params, ins, outs) -> function``, or None where the primitive's formula in JAX is to be taken.
"""

import math

import numpy as onp
from numpy.lib.stride_tricks import as_strided

from . import draws, pool, rowwise

__all__ = ["RULES", "in_memory"]


def in_memory(x):
    """``x``, or a copy where it is a broadcast array, which BLAS does not take."""
    if x.flags.c_contiguous:  # most are, and asking this first is what costs least
        return x
    return x.copy() if 0 in x.strides else x


# ---------------------------------------------------------------------------------- convolutions


def _offsets(geometry, kernel, out):
    """Per offset in the kernel: (its number, the slices of the padded image that it meets)."""
    for number, at in enumerate(onp.ndindex(*kernel)):
        yield (
            number,
            tuple(
                [
                    slice(i * d, i * d + (t - 1) * s + 1, s)
                    for i, d, s, t in zip(at, geometry.dilate, geometry.stride, out)
                ]
            ),
        )


class _Convolution:
    """Shapes of one convolution; arrays are turned to (N, C, *S) and (O, C / groups, *K)."""

    def __init__(self, geometry, x, w, y):
        g = self.geometry = geometry
        turn = (lambda s: (s[0], s[-1], *s[1:-1])) if g.last else tuple
        self.x, self.w, self.y = turn(x), turn(w), turn(y)
        self.kernel, self.out = self.w[2:], self.y[2:]
        self.padded = tuple([n + low + high for n, (low, high) in zip(self.x[2:], g.pad)])
        self.inside = tuple([slice(low, low + n) for n, (low, _) in zip(self.x[2:], g.pad)])
        self.groups = g.groups
        self.per = self.x[1] // g.groups  # channels of a group
        self.many = self.w[0] // g.groups  # filters of a group

    def first(self, a):
        """Channels second."""
        return onp.moveaxis(a, -1, 1) if self.geometry.last else a

    def back(self, a):
        """The layout of the user."""
        return onp.moveaxis(a, 1, -1) if self.geometry.last else a

    def patches(self, x):
        """All windows of ``x``: (N, groups, C per group * K, T), a copy."""
        g = self.geometry
        if self.padded != self.x[2:]:
            whole = onp.zeros((*self.x[:2], *self.padded), x.dtype)
            whole[(..., *self.inside)] = x
            x = whole
        x = onp.ascontiguousarray(x)
        step = x.strides[2:]
        windows = as_strided(
            x,
            (*self.x[:2], *self.kernel, *self.out),
            (
                *x.strides[:2],
                *[s * d for s, d in zip(step, g.dilate)],
                *[s * d for s, d in zip(step, g.stride)],
            ),
            writeable=False,
        )
        size, t = math.prod(self.kernel), math.prod(self.out)
        return windows.reshape(self.x[0], self.groups, self.per * size, t)

    def forward(self, x, w):
        """The convolution."""
        x, w = self.first(x), self.first(w)
        matrix = w.reshape(self.groups, self.many, -1)
        return self.back(onp.matmul(matrix, self.patches(x)).reshape(self.y))

    def weight(self, x, y):
        """Gradient of the weight."""
        x, y = self.first(x), self.first(y)
        n, t = self.y[0], math.prod(self.out)
        given = y.reshape(n, self.groups, self.many, t)
        found = onp.matmul(given, self.patches(x).swapaxes(-1, -2)).sum(0)
        return self.back(found.reshape(self.w))

    def data(self, y, w):
        """Gradient of the data."""
        y, w = self.first(y), self.first(w)
        n, t = self.y[0], math.prod(self.out)
        size = math.prod(self.kernel)
        matrix = w.reshape(self.groups, self.many, self.per * size).swapaxes(-1, -2)
        columns = onp.matmul(matrix, y.reshape(n, self.groups, self.many, t))
        columns = columns.reshape(n, self.x[1], size, *self.out)
        whole = onp.zeros((*self.x[:2], *self.padded), y.dtype)
        for number, key in _offsets(self.geometry, self.kernel, self.out):
            whole[(..., *key)] += columns[:, :, number]
        return self.back(whole[(..., *self.inside)])


def _convolution(kind):
    def rule(params, ins, outs):
        g = params["geometry"]
        if any(p < 0 for pair in g.pad for p in pair) or any(0 in a.shape for a in (*ins, *outs)):
            return None
        a, b, c = ins[0].shape, ins[1].shape, outs[0].shape
        x, w, y = {"forward": (a, b, c), "data": (c, b, a), "weight": (a, c, b)}[kind]
        dtype = outs[0].dtype
        run = getattr(_Convolution(g, x, w, y), kind)
        if dtype.itemsize > 2:
            return run
        return lambda p, q: run(p.astype("float32"), q.astype("float32")).astype(dtype)

    return rule


# -------------------------------------------------------------------------------------- sorting

_LONG_ROW = 1 << 11  # from which on sorting by two digits is faster than comparing


def _keys(x, descending):
    """Integers in the order of floats: equal zeros, and what is not a number last."""
    x = onp.where(x == 0, onp.float32(0), -x if descending else x)
    bits = x.view("uint32")
    bits = onp.where(bits >> 31 != 0, ~bits, bits | onp.uint32(1 << 31))
    return onp.where(x != x, onp.uint32(0xFFFFFFFF), bits)


def _order(params, ins, outs):
    if ins[0].dtype != "float32" or ins[0].shape[-1] < _LONG_ROW:
        return None

    def order(x):
        keys = _keys(x, params["descending"])
        digits = (keys & onp.uint32(0xFFFF)).astype("uint16"), (keys >> 16).astype("uint16")
        first = digits[0].argsort(-1, kind="stable")  # which counts numbers of so few bits
        second = onp.take_along_axis(digits[1], first, -1).argsort(-1, kind="stable")
        return [onp.take_along_axis(first, second, -1).astype("int32")]

    return order


def _look_up(params, ins, outs):
    return lambda table, at: onp.take(table, at, 0, mode="clip")  # which finds nothing to clip


RULES = {
    **draws.BY_NUMPY,
    **pool.BY_NUMPY,
    **rowwise.BY_NUMPY,
    "mxnet_look_up": _look_up,
    "mxnet_sort_order": _order,
    "mxnet_conv_forward": _convolution("forward"),
    "mxnet_conv_data": _convolution("data"),
    "mxnet_conv_weight": _convolution("weight"),
}
