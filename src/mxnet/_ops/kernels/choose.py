"""Which kernel computes what on a CPU: the one place where that is decided."""

import contextlib
import enum
import math
import threading

import numpy as onp

from ... import _config
from ..._machine import cpu_features
from . import native

__all__ = [
    "F32",
    "Formulation",
    "choose",
    "bytes_are_native",
    "for_evaluation",
    "is_native",
    "loop_is_worth_it",
    "permuting_is_worth_it",
    "pooling_is_worth_it",
    "product_is_worth_it",
    "rows_are_long",
    "rows_are_native",
    "slope_is_rational",
    "sorting_is_worth_it",
    "transposing_is_worth_it",
    "updates_join",
    "updates_are_native",
]


class Formulation(enum.Enum):
    """How an operation is computed."""

    NATIVE = "native"
    IM2COL = "im2col"
    TOEPLITZ = "toeplitz"
    SHIFTED = "shifted"
    PLAIN = "plain"


F32 = onp.dtype("float32")  # compared with a name, a type is looked up each time
# The bounds, each from the measurements in benchmarks/KERNELS.md.

# convolutions
_TINY_IMAGE = 9  # windows
_TINIEST_IMAGE = 4
_LARGE_WEIGHT = 1 << 18  # elements
_FEW_CHANNELS = 3
_UNROLLED = 64  # kernel offsets: a formula is as many operations
_FEW_TERMS = 27  # of a sum that is written out
_FEW_FILTERS = 48  # where the kernel is as wide as the image
_MANY_ROWS = 16  # offsets
_WIDER = 5

# products of matrices: multiplications of one, from which to which, of each of many, and before
# transposing pays
_SMALL_PRODUCT = 1 << 12
_LARGE_PRODUCT = 1 << 24
_SMALL_MATRIX = 1 << 15
_TRANSPOSED = 1 << 18

# products of 8-bit numbers: what processors call multiplying them in fours, with 32-bit sums
_VNNI = {"avx512_vnni", "avx_vnni"}

# updates
_MANY = 8
_LARGE = 1 << 22  # bytes of all weights together
_WORTH_A_CALL = 1 << 19  # the same, where NumPy is the alternative

# packed states
_SMALL_STATE = 65536  # bytes

# gradients of look-ups
_LARGE_TABLE = 1 << 20  # bytes

# loops over time of plain cells; LSTM and GRU are native in any size
_WIDE_STEP = 1 << 14  # numbers in the state

# pooling
_LARGE_IMAGE = 1 << 12  # elements
_FEW_OFFSETS = 4  # of a gradient
_MANY_OFFSETS = 9  # of a sum

# softmax and layer normalisation
_LONG = 1 << 14  # elements in all

# GELU
_WIDE = 1 << 16  # elements

# sorting
_UNSORTED = 1 << 9  # elements


class _Tracing(threading.local):
    to_evaluate = False


_tracing = _Tracing()


@contextlib.contextmanager
def for_evaluation():
    """While operators are traced in it, the alternative to a kernel is NumPy, not XLA."""
    before, _tracing.to_evaluate = _tracing.to_evaluate, True
    try:
        yield
    finally:
        _tracing.to_evaluate = before


class _Sizes:
    """What the choice for one convolution goes by: its operands' sizes, taken apart."""

    def __init__(self, kind, x, w, y, geometry):
        self.kind = kind
        self.image, self.kernel, out = (geometry.sizes(shape) for shape in (x, w, y))
        self.offsets, self.windows = math.prod(self.kernel), math.prod(out)
        self.channels, self.filters = x[geometry.layout.index("C")], w[0]
        self.weight = math.prod(w)
        self.dense = set(geometry.stride) == {1}
        self.simple = geometry.groups == 1 and self.offsets <= _UNROLLED
        self.channels_last = geometry.last


def choose(kind, dtype, x, w, y, geometry):
    """How to compute one convolution (``kind`` forward, data or weight) of these shapes."""
    mode = _config.get("kernels")
    if mode == "plain" or 0 in (*x, *w, *y):
        return Formulation.PLAIN
    if any(p < 0 for pair in geometry.pad for p in pair):
        return Formulation.PLAIN
    sizes = _Sizes(kind, x, w, y, geometry)
    if mode == "native" and dtype == "float32":
        loses = sizes.simple and _native_loses(sizes)
        if not loses and native.available(native.CONVOLUTION):
            return Formulation.NATIVE
    return _portable(sizes) if sizes.simple else Formulation.PLAIN


def _portable(s):
    """How to compute a convolution of few offsets without native kernels."""
    if s.offsets == 1:
        return Formulation.PLAIN if s.dense else Formulation.IM2COL
    if s.windows <= (1 if s.kind == "weight" else _TINY_IMAGE):
        return Formulation.IM2COL
    if s.kind == "forward":
        few = s.channels * s.offsets <= _FEW_TERMS and s.dense and not s.channels_last
        return Formulation.SHIFTED if few else Formulation.PLAIN
    # The zeros of the banded matrix make it dearer, and so do many filters.
    banded = s.filters * s.image[-1] <= _FEW_FILTERS * s.kernel[-1]
    if s.kind == "weight":
        return Formulation.TOEPLITZ if banded and s.channels == 1 else Formulation.PLAIN
    if s.channels == 1:
        return Formulation.IM2COL
    if s.dense and banded and s.offsets >= _MANY_ROWS:
        return Formulation.TOEPLITZ
    # XLA's own reads the windows of the result's gradient, im2col writes those of the data's.
    wide = math.prod(s.image) * s.filters >= _WIDER * s.windows * s.channels
    return Formulation.IM2COL if s.dense and wide else Formulation.PLAIN


def _native_loses(s):
    """Whether the native convolution loses to what :func:`choose` has instead.

    It brings weights into an order of its own, which is most of the work where they are large and
    the images tiny; and it wastes its vectors on the gradient of data of few channels.
    """
    if s.windows == 1:
        return True
    if s.windows <= _TINIEST_IMAGE and (
        s.offsets == 1 or (s.kind == "weight" and s.weight >= _LARGE_WEIGHT)
    ):
        return True
    return s.kind == "data" and s.offsets > 1 and s.channels <= _FEW_CHANNELS


def _many(shape, least):
    """Whether a shape has so many elements. An exported program's sizes may be any: then it has."""
    return not all(isinstance(d, int) for d in shape) or math.prod(shape) >= least


def is_native(library):
    """Whether what is worth it is a native call on a CPU."""
    return _config.get("kernels") == "native" and native.available(library)


def product_is_worth_it(dtype, a, columns, transpose_a):
    """Whether products of matrices ``a`` of this shape (two axes, and any before them) with
    matrices of so many columns are faster natively.
    """
    one = len(a) == 2
    sizes = *a[-2:], columns
    if dtype != "float32" or 0 in a or not _many(sizes, _SMALL_PRODUCT if one else _SMALL_MATRIX):
        return False
    # XLA's own is as fast there, and other operations go on beside it.
    return transpose_a or not one or not _many(sizes, _LARGE_PRODUCT)


def transposing_is_worth_it(a, columns, transpose_a):
    """Whether XLA's product is faster if ``a``, which it sums over the first axis of, is
    transposed before.
    """
    return transpose_a and _config.get("kernels") != "plain" and _many((*a, columns), _TRANSPOSED)


def bytes_are_native():
    """Whether products of 8-bit numbers are faster natively, and exact, on this processor."""
    return not _VNNI.isdisjoint(cpu_features().split())


def loop_is_worth_it(target, dtypes, shapes):
    """Whether a loop over time is faster natively; the first of its arrays is (T, N, ...)."""
    return (
        all(d == "float32" for d in dtypes)
        and all(0 not in s for s in shapes)
        and (not target.startswith("rnn") or _many(shapes[0][1:], _WIDE_STEP))
    )


def updates_join(sizes, descent):
    """Whether the updates of parameters of so many float32 become one operation, for plain descent
    or another rule; asked before the device is known.
    """
    if _config.get("kernels") != "native":
        return False
    if len(sizes) >= _MANY or (descent and 4 * sum(sizes) >= _LARGE):
        return True
    return _tracing.to_evaluate and 4 * sum(sizes) >= _WORTH_A_CALL


def states_pack(sizes):
    """Which of the parameters with states of so many bytes have them packed, by number."""
    chosen = [i for i, n in enumerate(sizes) if 0 < n <= _SMALL_STATE]
    native_call = _config.get("kernels") == "native" and updates_are_native()
    return chosen if len(chosen) >= _MANY and native_call else []


def updates_are_native():
    """Whether joined updates are one native call on a CPU."""
    return native.available(native.UPDATES)


def rows_are_native(dtype, shape):
    """Whether adding rows up to a table of this shape is a native call on a CPU."""
    return (
        dtype == "float32"
        and 4 * math.prod(shape) >= _LARGE_TABLE
        and shape[0] < 2**31
        and is_native(native.UPDATES)
    )


def pooling_is_worth_it(dtypes, x, kernel=None, forward=False):
    """Whether the gradient of a pooling of an ``x`` of this shape is faster natively: that of a
    maximum, or that of a sum over windows of this kernel; or the sum itself (``forward``).
    """
    few = _MANY_OFFSETS if forward else _FEW_OFFSETS
    return (
        all(d == "float32" for d in dtypes)
        and _many(x, _LARGE_IMAGE)
        and math.prod(x[1:]) < 2**31
        and (kernel is None or math.prod(kernel) > few)
    )


def rows_are_long(dtypes, x):
    """Whether what runs along the rows of an ``x`` of this shape is faster natively."""
    return all(d == F32 for d in dtypes) and _many(x, _LONG)


def slope_is_rational(dtype, x):
    """Whether the derivative of GELU for an ``x`` of this shape is the rational one."""
    return _config.get("kernels") != "plain" and dtype == "float32" and _many(x, _WIDE)


def permuting_is_worth_it(shape):
    """Whether a permutation of this shape, (n,), is found faster natively."""
    return _many(shape, _UNSORTED)


def sorting_is_worth_it(dtype, x):
    """Whether sorting along the last axis of an ``x`` of this shape is faster natively."""
    return dtype == "float32" and _many(x, _UNSORTED) and x[-1] < 2**31
