"""Which kernel computes what on a CPU: the one place where that is decided."""

import enum
import math

from ... import _config
from . import native

__all__ = [
    "Choice",
    "choose",
    "loop_is_native",
    "rows_are_long",
    "rows_are_native",
    "slope_is_rational",
    "sorting_is_native",
    "updates_join",
    "updates_are_native",
]


class Choice(enum.Enum):
    """How an operation is computed."""

    NATIVE = "native"
    FORMULA = "xla"
    PLAIN = "plain"


# CPU time of one call in ms, float32, two cores shared with others: plain XLA -> as one product
# (formula_forward and its neighbours). Input, filters; forward, data, weight:
#
#   (256, 1, 28, 28)   6 of 5x5        6.4 -> 6.2    19.3 -> 3.6    5.7 -> 6.6
#   (256, 6, 12, 12)   16 of 5x5       1.5 -> 2.5     6.1 -> 2.9    1.5 -> 2.2
#   (64, 3, 32, 32)    32 of 3x3       5.4 -> 2.8     4.0 -> 3.5    3.9 -> 4.1
#   (64, 32, 32, 32)   32 of 3x3       8.9 -> 35      9.7 -> 22      13 -> 45
#   (8, 64, 24, 24)    64 of 3x3       2.2 -> 3.6     2.2 -> 3.6    2.6 -> 4.4
#   (32, 128, 4, 4)    128 of 3x3      1.0 -> 1.2     1.0 -> 1.1    1.1 -> 1.1
#   (8, 512, 3, 3)     512 of 3x3      6.4 -> 3.3     5.1 -> 3.6    3.8 -> 3.7
#   (32, 256, 2, 2)    256 of 3x3       62 -> 1.1      51 -> 1.2    1.1 -> 1.2
#   (32, 512, 1, 1)    512 of 3x3       19 -> 2.4      14 -> 1.5    1.9 -> 2.9
#   (8, 64, 24, 24)    128 of 1x1, /2  .36 -> .25     .35 -> .26    .55 -> .32
#
# (Data gradients of few channels gain nothing within a whole step: LeNet 27 -> 37 ms of CPU time.)
# ResNet-18 on (32, 1, 28, 28), a training step: 604 -> 90 ms of CPU time.
#
# The native kernels win everywhere: LeNet, batch 256, a training step 39 -> 7.9 ms, ResNet-18 on
# (32, 1, 28, 28) 732 -> 49 ms, on (8, 3, 96, 96) 220 -> 95 ms.
_TINY_IMAGE = 9  # windows

# Updates, Adam, on two cores shared with others: XLA's kernels for each parameter -> one native
# call. CPU seconds of the first step (tracing and compiling), ms of a later one:
#
#     8 of (64, 64)         .51 -> .05    .143 -> .092
#    16 of (64, 64)         .96 -> .06    .243 -> .194
#    50 of (64, 64)         3.3 -> .11    .848 -> .602
#   200 of (64, 64)        13.0 -> .84    3.95 -> 3.69
#     8 of (1024, 1024)     .57 -> .10    6.91 -> 3.98
#
# With momentum, 50 of (64, 64): .99 -> .09, .533 -> .391. The library takes 2 s to compile,
# once per machine: fewer parameters are not worth it.
_MANY = 8
# Plain descent also joins fewer but large ones, for it leaves out what a gradient does not reach.
# ms of a step of one parameter of so many elements, without decay:
#
#              XLA    gradient everywhere    nowhere
#   65,536    .040                   .016       .016
#   2^18      .032                   .027       .019
#   2^20      .079                   .078       .050
#   2^23      1.52                   1.21        .70
#
# Adam of 2^20 and 2^23: .170 -> .183, 4.84 -> 4.83. So it does not.
_LARGE = 1 << 22  # bytes of all weights together

# Other rules, two cores:
#
#   50 of (64, 64)        nag    2.0 -> .13    .40 -> .28
#                     adagrad    1.6 -> .09    .42 -> .28
#                     rmsprop    3.1 -> .10    .46 -> .28
#            rmsprop, centred    4.0 -> .14    1.0 -> .45

# States packed into one array for each kind, Adam, ms of a step: of their own -> packed.
#
#     8 of (10, 10)       .075 -> .048
#    16 of (10, 10)       .139 -> .085
#    50 of (10, 10)       .428 -> .250
#   200 of (10, 10)       1.79 -> .93
#    16 of (64, 64)       .138 -> .095
#    50 of (128, 128)     .590 -> .38 ... .63
#    50 of (256, 256)     2.26 -> 1.86
#    16 of (512, 512)     2.06 -> 2.33
#
# A state that is looked at is copied, so large ones are not packed.
_SMALL_STATE = 65536  # bytes

# Gradients of look-ups: a table and the rows that are added, ms:
#
#   (1,000, 64)      256       .047 -> .041
#   (10,000, 64)     1,024     .127 -> .066
#   (10,000, 256)    1,120     .275 -> .165
#   (50,000, 300)    6,400     2.81 -> 2.26
#   (100,000, 64)    1,024     .665 -> .487
#   (30,522, 768)    2,048     3.46 -> 1.68
#
# Two of (100,000, 64) with 1,024 each and their descent: 6.3 -> 2.8. XLA copies the zeros.
_LARGE_TABLE = 1 << 20  # bytes

# Loops of LSTM and GRU layers are native in any size (recurrent.py has the figures). Vanilla ones,
# forward and gradient, ms, XLA -> native; (T, batch, units):
#
#   (35, 32, 64)      .40 -> .48
#   (35, 32, 256)    2.54 -> 2.68
#   (20, 128, 128)   2.14 -> 1.75
_WIDE_STEP = 1 << 14  # numbers in the state

# Pooling, forward and gradient together, ms, two cores:
#
#   maximum  (256, 6, 24, 24)    2x2 / 2    2.03 -> .84     PyTorch 2.34
#            (256, 16, 8, 8)     2x2 / 2     .61 -> .65              .68
#            (32, 64, 70, 70)    2x2 / 2    11.7 -> 3.4              38
#            (32, 64, 14, 14)    3x3 / 2    2.28 -> 1.99            1.46
#            (8, 64, 48, 48)     3x3 / 2    5.45 -> 2.77            4.32
#            (8, 64, 28, 28)     3x3        5.34 -> 1.21            4.56
#   mean     (256, 6, 24, 24)    2x2 / 2     .34 -> .50             1.30
#            (32, 64, 70, 70)    2x2 / 2    4.49 -> 5.98            28.5
#            (32, 64, 28, 28)    3x3 / 2    5.41 -> 1.83            3.25
#            (16, 128, 17, 17)   5x5 / 3    6.00 -> .39              .65
#            (32, 128, 14, 14)   7x7 / 7    19.0 -> .30              .35
#
# Sums alone, ms of CPU time, XLA -> native; gradients, an earlier form of the kernel -> this one:
#
#   (16, 128, 17, 17)   5x5 / 3     .27 -> .27      .47 -> .39
#   (32, 128, 14, 14)   7x7 / 7     .52 -> .23      .51 -> .36
#   (8, 64, 28, 28)     5x5        2.47 -> .71
#   (16, 64, 56, 56)    4x4 / 4    4.63 -> .60
#   (64, 256, 8, 8)     8x8         .13 -> .34      .81 -> .44
#   (32, 64, 28, 28)    3x3        1.25 -> 2.2
_LARGE_IMAGE = 1 << 12  # elements
_FEW_TAPS = 4  # of a gradient
_MANY_TAPS = 9  # of a sum

# Along rows, forward and gradient together, ms, two cores: XLA -> native, and PyTorch.
#
#   softmax        (2048, 256)            .44 -> .26    .20 ... 1.6
#                  (16, 4, 128, 128)      .84 -> .74    .49
#                  (64, 1000)             .14 -> .032   .039
#   log_softmax    (2048, 256)            .54 -> .28    .26
#                  (64, 1000)             .20 -> .054   .045
#   cross entropy  (1120, 10,000)        16.4 -> 8.7    42.6
#                  (64, 1000)             .23 -> .085   .050
#   LayerNorm      (2048, 256)            .53 -> .27    .20
#                  (512, 768)             .38 -> .21    .17
#
# softmax of (256, 10): .032 -> .015, PyTorch .041; other formulations in XLA (gradients written
# out, reciprocals, barriers) gained nothing. But the step of an MLP that ends in one takes .85
# either way, and the library 2.6 s to compile, once per machine: it is left to XLA. A training
# step of a Transformer (2 layers, d 256, T 128, batch 16): 77 -> 75 ms.
# XLA keeps: BatchNorm of (32, 64, 28, 28), 1.70 beside PyTorch's 1.75, and of (32, 256, 7, 7), .47
# beside .46.
_LONG = 1 << 14  # elements in all

# GELU, forward and gradient, ms, two cores (and of CPU time): by its definition -> with a rational
# derivative:
#
#   (64, 64)        .030 -> .047    (.040 -> .069)    two threads for too little work
#   (512, 64)       .055 -> .065    (.094 -> .105)
#   (1024, 256)     .224 -> .191    (.366 -> .285)
#   (2048, 1024)    1.27 -> 1.17    (2.29 -> 1.63)    PyTorch .98
#   dense layers 256 -> 1024 -> 256 with GELU between, 2048 rows, a training step:
#                   17.0 -> 16.3    (15.5 with x^2 / 2 instead; PyTorch 32.6)
#   Transformer, 2 layers, d 256, T 128, batch 16, a training step: 67.7 -> 66.2
#
# It stays with XLA, which joins it with the bias before it.
_WIDE = 1 << 16  # elements

# Sorting float32 along the last axis, ms of CPU time, XLA -> native:
#
#                    sort              argsort           sort with gradient
#   (32, 10)          .058 -> .006      .066 -> .006      .078 -> .009
#   (10, 100)         .137 -> .013      .169 -> .014      .175 -> .016
#   (64, 64)          .335 -> .061      .425 -> .103      .426 -> .068
#   (100, 1000)       12.2 -> .95       14.7 -> 1.0       15.4 -> 1.0
#   (64, 4096)        39.0 -> 2.1       46.2 -> 2.2       47.1 -> 2.3
#   (1000, 10,000)    1540 -> 76        1809 -> 76        1847 -> 92
#   (1, 10^6)          237 -> 14         281 -> 13         332 -> 16
#
# On two cores (1000, 10,000) is sorted in 43 ms; PyTorch takes 331.
#
# The largest k, one core:
#
#   5 of (64, 1000)           .137 -> .042
#   5 of (64, 30,000)         2.23 -> .18
#   10 of (1000, 10,000)      13.9 -> 3.8     (6.3 on two)
#   1000 of (1000, 10,000)     256 -> 148
#   1 of (4096, 100)           .72 -> .53
#
# The library takes 2.5 s to compile, once per machine: a few numbers are not worth it.
_UNSORTED = 1 << 9  # elements


def choose(kind, dtype, x, w, y, geometry):
    """How to compute one convolution (``kind`` forward, data or weight) of these shapes."""
    mode = _config.get("kernels")
    if mode == "plain" or 0 in (*x, *w, *y):
        return Choice.PLAIN
    if any(p < 0 for pair in geometry.pad for p in pair):
        return Choice.PLAIN
    if mode == "native" and dtype == "float32" and native.available(native.CONVOLUTION):
        return Choice.NATIVE
    if geometry.groups > 1:
        return Choice.PLAIN
    taps = math.prod(w[i] for i in geometry.spatial)
    windows = math.prod(y[i] for i in geometry.spatial)
    if taps == 1 and set(geometry.stride) != {1}:
        return Choice.FORMULA
    if kind == "weight":
        return Choice.PLAIN
    return Choice.FORMULA if windows <= _TINY_IMAGE and taps > 1 else Choice.PLAIN


def loop_is_native(target, dtypes, shapes):
    """Whether a loop over time runs natively; the first of its arrays is (T, N, ...)."""
    return (
        _config.get("kernels") == "native"
        and all(d == "float32" for d in dtypes)
        and all(0 not in s for s in shapes)
        and (not target.startswith("rnn") or math.prod(shapes[0][1:]) >= _WIDE_STEP)
        and native.available(native.RECURRENCE)
    )


def updates_join(sizes, descent):
    """Whether the updates of parameters of so many float32 become one operation, for plain descent
    or another rule; asked before the device is known.
    """
    enough = len(sizes) >= _MANY or (descent and 4 * sum(sizes) >= _LARGE)
    return _config.get("kernels") == "native" and enough


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
        _config.get("kernels") == "native"
        and dtype == "float32"
        and 4 * math.prod(shape) >= _LARGE_TABLE
        and shape[0] < 2**31
        and native.available(native.UPDATES)
    )


def pooling_is_native(dtypes, x, kernel=None, forward=False):
    """Whether the gradient of a pooling of an ``x`` of this shape is a native call on a CPU: that
    of a maximum, or that of a sum over windows of this kernel; or the sum itself (``forward``).
    """
    few = _MANY_TAPS if forward else _FEW_TAPS
    return (
        _config.get("kernels") == "native"
        and all(d == "float32" for d in dtypes)
        and math.prod(x) >= _LARGE_IMAGE
        and math.prod(x[1:]) < 2**31
        and (kernel is None or math.prod(kernel) > few)
        and native.available(native.POOLING)
    )


def rows_are_long(dtypes, x):
    """Whether what runs along the rows of an ``x`` of this shape is a native call on a CPU."""
    return (
        _config.get("kernels") == "native"
        and all(d == "float32" for d in dtypes)
        and math.prod(x) >= _LONG
        and native.available(native.ROWWISE)
    )


def slope_is_rational(dtype, x):
    """Whether the derivative of GELU for an ``x`` of this shape is the rational one."""
    return _config.get("kernels") != "plain" and dtype == "float32" and math.prod(x) >= _WIDE


def sorting_is_native(dtype, x):
    """Whether sorting along the last axis of an ``x`` of this shape is a native call on a CPU."""
    return (
        _config.get("kernels") == "native"
        and dtype == "float32"
        and math.prod(x) >= _UNSORTED
        and x[-1] < 2**31
        and native.available(native.SORTING)
    )
