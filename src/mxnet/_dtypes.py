"""Element types: names, MXNet's numeric codes, and what users may write for them."""

import ml_dtypes
import numpy as onp

from .error import DTypeError, suggestion

__all__ = ["as_dtype", "dtype_name", "CODES", "CODE_OF", "bfloat16", "float32", "is_floating"]

float32 = onp.dtype("float32")
bfloat16 = onp.dtype(ml_dtypes.bfloat16)

# numeric codes of MXNet's files and C API (mshadow): 0-7 and 12
CODES = {
    0: onp.dtype("float32"),
    1: onp.dtype("float64"),
    2: onp.dtype("float16"),
    3: onp.dtype("uint8"),
    4: onp.dtype("int32"),
    5: onp.dtype("int8"),
    6: onp.dtype("int64"),
    7: onp.dtype("bool"),
    12: bfloat16,
}
CODE_OF = {d: c for c, d in CODES.items()}

_known = {
    "float": onp.dtype("float32"),
    "double": onp.dtype("float64"),
    "half": onp.dtype("float16"),
    "int": onp.dtype("int32"),
    "bool_": onp.dtype("bool"),
    "bfloat16": bfloat16,
}
_known.update({d.name: d for d in CODES.values()})
# types NumPy has and MXNet 1.x lacked; arrays of them work here
for _n in ("uint16", "uint32", "uint64", "int16", "complex64"):
    _known.setdefault(_n, onp.dtype(_n))
_cache = {}


def as_dtype(dtype, where="dtype"):
    """``numpy.dtype`` of what a user wrote: a name, a NumPy type, a Python type, a code, or None
    (float32).
    """
    try:
        found = _cache.get(dtype)
    except TypeError:
        found = None
    if found is not None:
        return found
    if dtype is None:
        found = float32
    elif dtype is float:
        found = onp.dtype("float64")
    elif dtype is int:
        found = onp.dtype("int64")
    elif isinstance(dtype, str):
        found = _known.get(dtype)
        if found is None:
            raise DTypeError(
                f"{where}: unknown element type {dtype!r}; known are {', '.join(sorted(_known))}."
                f"{suggestion(dtype, _known)}"
            )
    elif isinstance(dtype, int) and not isinstance(dtype, bool) and dtype in CODES:
        found = CODES[dtype]
    else:
        if hasattr(dtype, "dtype") and hasattr(dtype, "context"):  # an NDArray: its own
            return as_dtype(dtype.dtype, where)
        try:
            found = onp.dtype(dtype)  # pyright: ignore[reportCallIssue, reportArgumentType] - tried
        except TypeError:
            found = None
        if found is None or found.kind not in "biufcV" or (found.kind == "V" and found != bfloat16):
            raise DTypeError(
                f"{where}: cannot make an array of element type {dtype!r}; "
                f"known are {', '.join(sorted(_known))}."
            )
        found = found.newbyteorder("=") if found.kind != "V" else found
    _cache[dtype] = found
    return found


def dtype_name(dtype):
    """Name of an element type, also of bfloat16."""
    return onp.dtype(dtype).name


def is_floating(dtype):
    """Whether gradients can flow through arrays of this type."""
    return dtype.kind in "fc" or dtype == bfloat16
