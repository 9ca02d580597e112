"""Defaults of the comparisons: context, element type, and tolerances per element type."""

import numbers
import os
from typing import Any

import numpy as onp

from .. import context
from ..context import Context, current_context
from ..ndarray.ndarray import NDArray
from ..util import get_cuda_compute_capability

__all__ = [
    "default_context",
    "set_default_context",
    "default_dtype",
    "default_rtols",
    "default_atols",
    "default_numeric_eps",
    "effective_dtype",
    "get_tolerance",
    "get_tols",
    "get_rtol",
    "get_atol",
    "get_etol",
    "get_numeric_eps",
]

_EXACT = ("bool", "int8", "uint8", "int32", "uint32", "int64", "uint64")
_RTOLS = {"float16": 1e-2, "float32": 1e-4, "float64": 1e-5, **dict.fromkeys(_EXACT, 0)}
_ATOLS = {"float16": 1e-1, "float32": 1e-3, "float64": 1e-20, **dict.fromkeys(_EXACT, 0)}
# Steps of finite differences: powers of two, so that adding one is exact.
_EPSILONS = {"float16": 2.0**-6, "float32": 2.0**-9, "float64": 2.0**-14}
_FLOAT64: Any = onp.dtype("float64")


def _by_dtype(table):
    return {onp.dtype(name): value for name, value in table.items()}


def default_context():
    """The context that tests run on: the current one, see :func:`set_default_context`."""
    return current_context()


def set_default_context(ctx):
    """Make ``ctx`` the context that arrays are made on outside of any ``with ctx:``.

    Parameters
    ----------
    ctx : Context
    """
    context.set_default(ctx)


def default_dtype():
    """The element type that test data have by default: ``numpy.float32``."""
    return onp.float32


def default_rtols():
    """Relative tolerances by element type: dict of numpy.dtype to float."""
    return _by_dtype(_RTOLS)


def default_atols():
    """Absolute tolerances by element type: dict of numpy.dtype to float."""
    return _by_dtype(_ATOLS)


def default_numeric_eps():
    """Steps of finite differences by element type: dict of numpy.dtype to float."""
    return _by_dtype(_EPSILONS)


def effective_dtype(dat):
    """The element type whose tolerances suit ``dat``.

    That is its own, but float16 for float32 arrays on a GPU that multiplies matrices with numbers
    of 10 bits (TF32: compute capability 8.0 and higher, unless NVIDIA_TF32_OVERRIDE=0).

    Parameters
    ----------
    dat : NDArray, numpy.ndarray, number or list

    Returns
    -------
    numpy.dtype
    """
    dtype = onp.dtype(dat.dtype) if hasattr(dat, "dtype") else onp.asarray(dat).dtype
    if dtype == onp.float32 and isinstance(dat, NDArray) and _multiplies_roughly(dat.context):
        return onp.dtype("float16")
    return dtype


def _multiplies_roughly(ctx):
    if ctx.device_type != "gpu" or os.environ.get("NVIDIA_TF32_OVERRIDE") == "0":
        return False
    return (get_cuda_compute_capability(Context(ctx)) or 0) >= 80


def get_tolerance(dat, tol, default_tol) -> Any:
    """The tolerance for ``dat``.

    Parameters
    ----------
    dat : array or number
    tol : float, or dict of dtype to float, or None
    default_tol : dict of dtype to float    for types that ``tol`` does not name

    Returns
    -------
    float
    """
    if isinstance(tol, numbers.Number):
        return tol
    return _look_up(tol, effective_dtype(dat), default_tol)


def _look_up(tol, dtype, default):
    for table in (tol, default):
        for key, value in (table or {}).items():
            if onp.dtype(key) == dtype:
                return value
    if dtype.kind in "iub":
        return 0
    # Other types of 8 or 16 bits (bfloat16 ...) are no finer than float16.
    return default[onp.dtype("float16" if dtype.itemsize <= 2 else "float64")]


def get_tols(x, y, rtol, atol):
    """Tolerances for comparing ``x`` with ``y``: the coarser of both.

    A number that is compared with an array has no type of its own; two numbers have theirs.

    Parameters
    ----------
    x, y : array or number
    rtol, atol : float, or dict of dtype to float, or None

    Returns
    -------
    (float, float)   relative and absolute
    """
    plain = (
        isinstance(x, (numbers.Number, list, tuple)),
        isinstance(y, (numbers.Number, list, tuple)),
    )
    if plain[0] and not plain[1]:
        x = y
    elif plain[1] and not plain[0]:
        y = x
    elif all(plain):
        x, y = onp.asarray(x), onp.asarray(y)
    pairs = ((rtol, default_rtols()), (atol, default_atols()))
    both = [max(get_tolerance(x, tol, d), get_tolerance(y, tol, d)) for tol, d in pairs]
    return both[0], both[1]


def get_rtol(rtol=None, dtype: Any = _FLOAT64):
    """``rtol``, or the default relative tolerance of an element type."""
    return _look_up(None, onp.dtype(dtype), default_rtols()) if rtol is None else rtol


def get_atol(atol=None, dtype: Any = _FLOAT64):
    """``atol``, or the default absolute tolerance of an element type."""
    return _look_up(None, onp.dtype(dtype), default_atols()) if atol is None else atol


def get_etol(etol=None):
    """``etol``, or the default share of elements that may differ: 0."""
    return 0 if etol is None else etol


def get_numeric_eps(eps, dtype, default_eps) -> Any:
    """``eps``, or the step of finite differences for an element type.

    Parameters
    ----------
    eps : float, or dict of dtype to float, or None
    dtype : element type
    default_eps : dict of dtype to float
    """
    if isinstance(eps, numbers.Number):
        return eps
    return _look_up(eps, onp.dtype(dtype), default_eps)
