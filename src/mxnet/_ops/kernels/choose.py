"""Which kernel computes what on a CPU: the one place where that is decided."""

import enum

from ... import _config
from . import native

__all__ = ["Choice", "choose", "loop_is_native"]


class Choice(enum.Enum):
    """How an operation is computed."""

    NATIVE = "native"
    FORMULA = "xla"
    PLAIN = "plain"


def choose(kind, dtype, x, w, y, geometry):
    """How to compute one convolution (``kind`` forward, data or weight) of these shapes."""
    mode = _config.get("kernels")
    if mode == "plain" or 0 in (*x, *w, *y):
        return Choice.PLAIN
    if (
        mode == "native"
        and dtype == "float32"
        and all(p >= 0 for pair in geometry.pad for p in pair)
        and native.available()
    ):
        return Choice.NATIVE
    return Choice.PLAIN


def loop_is_native(dtypes, shapes):
    """Whether a loop over time runs natively."""
    return (
        _config.get("kernels") == "native"
        and all(d == "float32" for d in dtypes)
        and all(0 not in s for s in shapes)
        and native.available()
    )
