"""Convolutions and products of 8-bit numbers, with 32-bit sums.

On CPUs a native kernel computes them where the processor multiplies bytes in fours (VNNI); sums
beyond 2^24 lose their last bits there. Elsewhere on CPUs they are computed with float32, some
channels at a time, as sums of integers below 2^24 are exact: XLA's products of integers are
slow.
"""

import math
from functools import partial

from jax import lax

from . import convolution as floats
from .choose import bytes_are_native
from .primitive import kernel

__all__ = ["convolution", "product"]

_EXACT = 1 << 24  # integers that float32 tells apart
_LARGEST = {"int8": 1 << 7, "uint8": 255}


def convolution(x, w, stride, pad, dilate, groups):
    """Convolve ``x`` (N, C, *S) int8 or uint8 with ``w`` (O, C / groups, *K) int8.

    Parameters
    ----------
    stride, pad, dilate : tuple of int     per spatial axis; ``pad`` on both sides

    Returns
    -------
    (N, O, *T) int32
    """
    pads = tuple([(p, p) for p in pad])
    return _convolve(x, w, tuple(stride), pads, tuple(dilate), groups, False)


def product(x, w):
    """``x @ w.T`` of ``x`` (..., K) int8 or uint8 and ``w`` (O, K) int8: (..., O) int32."""
    n = math.prod(x.shape[:-1])
    # an image of channels last; of a number of rows that is a symbol, so many images of one
    rows = x.reshape(*((1, n) if isinstance(n, int) else (n, 1)), x.shape[-1])
    y = _convolve(rows, w.reshape(w.shape[0], 1, -1), (1,), ((0, 0),), (1,), 1, True)
    return y.reshape(*x.shape[:-1], w.shape[0])


def _convolve(x, w, stride, pad, dilate, groups, last):
    layout = {3: "NCW", 4: "NCHW", 5: "NCDHW"}[x.ndim]
    if last:
        layout = layout.replace("C", "") + "C"
    g = floats.Geometry(stride, pad, dilate, groups, layout)
    return _kernel((("geometry", g),), x, w)[0]


def _plain(x, w, *, geometry):
    by_whole = partial(_by_whole, geometry=geometry)
    size = math.prod([w.shape[i] for i in geometry.spatial])
    channels = _EXACT // (_LARGEST[x.dtype.name] * _LARGEST["int8"] * size)
    c = geometry.layout.index("C")
    if channels < 1 or (geometry.groups > 1 and channels < w.shape[c]):
        return (by_whole(x, w),)
    by_float = partial(_by_float, geometry=geometry, channels=channels)
    return (lax.platform_dependent(x, w, cpu=by_float, default=by_whole),)


def _by_whole(x, w, *, geometry):
    return floats.plain_forward(x.astype("int32"), w.astype("int32"), geometry=geometry)


def _by_float(x, w, *, geometry, channels):
    """In float32, so many channels at a time: their sums are exact in any order."""
    c = geometry.layout.index("C")
    total = None
    for begin in range(0, w.shape[c], channels):
        end = min(begin + channels, w.shape[c])
        some_x, some_w = x, w
        if end - begin < w.shape[c]:
            some_x, some_w = (lax.slice_in_dim(a, begin, end, axis=c) for a in (x, w))
        y = floats.forward(some_x.astype("float32"), some_w.astype("float32"), geometry)
        y = y.astype("int32")
        total = y if total is None else total + y
    return total


def _is_worth_it(dtypes, shapes):
    x, w = shapes
    whole = x[1] == w[1] or x[-1] == w[-1]  # no groups; channels are second or last
    return whole and bytes_are_native() and all(0 not in s for s in shapes)


def _attributes(shapes, geometry):
    return floats.numbers(geometry)


_kernel = kernel("conv_bytes", _plain, _is_worth_it, _attributes)
