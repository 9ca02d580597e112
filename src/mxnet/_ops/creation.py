"""Operators that make arrays out of nothing: constants, ranges, the identity matrix."""

import math

import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._dtypes import as_dtype
from ..error import ShapeError, fail
from ._axes import as_type, number
from ._spec import DType, Scalar, Shape, op

__all__ = ["range_length"]


def _sizes(shape, where):
    shape = tuple(shape)
    if any(n < 0 for n in shape):
        fail(ShapeError, where, "a size is negative", expected="sizes >= 0", got=f"shape {shape}")
    return shape


@op("_zeros", loss=True)
def zeros(*, shape: Shape = (), ctx: str | None = None, dtype: DType = "float32"):
    """Zeros.

    Parameters
    ----------
    shape : int or tuple of int
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (*shape) of ``dtype``
    """
    return jnp.zeros(_sizes(shape, "zeros"), dtype)


@op("_zeros_without_dtype")
def zeros_without_dtype(*, shape: Shape = (), ctx: str | None = None, dtype: int = -1):
    """Zeros in float32 unless a type code says otherwise.

    Parameters
    ----------
    shape : int or tuple of int
    ctx : str, optional       placement is dispatch's business
    dtype : int, default -1   MXNet's type code; -1 stands for float32

    Returns
    -------
    (*shape)
    """
    found = _dtype_of_code(dtype)
    return jnp.zeros(_sizes(shape, "zeros"), found)


def _dtype_of_code(code):
    return "float32" if code == -1 else as_dtype(code)


@op("_ones", loss=True)
def ones(*, shape: Shape = (), ctx: str | None = None, dtype: DType = "float32"):
    """Ones.

    Parameters
    ----------
    shape : int or tuple of int
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (*shape) of ``dtype``
    """
    return jnp.ones(_sizes(shape, "ones"), dtype)


@op("_full", aliases=("_npi_full",), loss=True)
def full(*, shape: Shape = (), ctx: str | None = None, dtype: DType = "float32", value: Scalar):
    """One number everywhere.

    Parameters
    ----------
    shape : int or tuple of int
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32
    value : number                  may change from call to call without a new compilation

    Returns
    -------
    (*shape) of ``dtype``
    """
    if dtype.kind == "b":
        value = jnp.asarray(value, "float64") != 0
        return lax.broadcast(value, _sizes(shape, "full"))
    return lax.broadcast(number(value, dtype), _sizes(shape, "full"))


def range_length(start, stop, step, where="arange"):
    """Number of elements of ``start, start + step, ...`` below ``stop``."""
    finite = math.isfinite
    if step == 0 or not (finite(start) and finite(stop) and finite(step)):
        fail(
            ShapeError,
            where,
            "no such range",
            expected="finite bounds and a step other than 0",
            got=f"(start, stop, step) = ({start:g}, {stop:g}, {step:g})",
        )
    n = math.ceil((stop - start) / step)
    if n <= 0:
        fail(
            ShapeError,
            where,
            "the range is empty",
            expected="start < stop with a positive step, start > stop with a negative one",
            got=f"(start, stop, step) = ({start:g}, {stop:g}, {step:g})",
        )
    return n


def _counted(n, start, step, repeat, dtype):
    """``n`` numbers from ``start`` by ``step``, each ``repeat`` times.

    Whole types count with bounds and step cut to integers; floating-point types compute
    ``start + i * step`` in their own precision, at least float32, as MXNet does.
    """
    kind = "int64" if jnp.issubdtype(dtype, jnp.integer) else jnp.promote_types(dtype, "float32")
    i = lax.iota("int64", n * repeat)
    if repeat != 1:
        i = lax.div(i, lax.full_like(i, repeat))
    i = lax.convert_element_type(i, kind)
    first, by = (lax.broadcast(number(v, i.dtype), i.shape) for v in (start, step))
    return lax.convert_element_type(lax.add(first, lax.mul(i, by)), dtype)


@op("_arange", loss=True)
def arange(
    *,
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: bool = False,
    ctx: str | None = None,
    dtype: DType = "float32",
):
    """Evenly spaced numbers from ``start`` up to, without, ``stop``.

    Parameters
    ----------
    start : float
    stop : float, optional          without it the range is ``0 .. start``
    step : float, default 1
    repeat : int, default 1         each number so many times
    infer_range : bool              kept for symbol files
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (ceil((stop - start) / step) * repeat,) of ``dtype``

    Raises
    ------
    ShapeError   if the range is empty
    """
    if stop is None:
        start, stop = 0.0, start
    n = range_length(start, stop, step)
    return _counted(n, start, step, repeat, dtype)


def _range_in_files(texts):
    """Numbers as MXNet has them: given a stop, half a step off, so that rounding changes no
    count.
    """
    found = {k: v for k, v in texts.items() if k != "n"}
    n, start, step = (float(texts.get(k, v)) for k, v in (("n", 0), ("start", 0), ("step", 1)))
    ends = {"start": str(start), "stop": str(start + (n - 0.5) * step), "step": str(step)}
    return "_arange" if "repeat" in texts else "_npi_arange", found | ends


def _range_by_numpy(ins, n, repeat, dtype):
    if repeat != 1 or dtype not in (onp.float32, onp.float64):
        return None
    i = onp.arange(n, dtype=dtype)

    def count(start, step):
        if start == 0 and step == 1:
            return i.copy()
        found = onp.multiply(i, onp.array(step, dtype))
        return onp.add(onp.array(start, dtype), found, found)

    return count


@op("_range", exported=_range_in_files, by_numpy=_range_by_numpy)
def number_range(
    *, n: int, start: Scalar = 0.0, step: Scalar = 1.0, repeat: int = 1, dtype: DType = "float32"
):
    """``n`` numbers ``start, start + step, ...``; both may change without a new compilation.

    Parameters
    ----------
    n : int
    start, step : number, default 0 and 1
    repeat : int, default 1         each number so many times
    dtype : dtype, default float32

    Returns
    -------
    (n * repeat,) of ``dtype``
    """
    return _counted(n, start, step, repeat, dtype)


@op("_linspace", aliases=("_npi_linspace",))
def linspace(
    *,
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: bool = False,
    ctx: str | None = None,
    dtype: DType = "float32",
    num: int = 50,
    endpoint: bool = True,
):
    """``num`` evenly spaced numbers from ``start`` to ``stop``.

    Parameters
    ----------
    start, stop : float
    step, repeat, infer_range       kept for symbol files
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32
    num : int, default 50
    endpoint : bool, default True   include ``stop``

    Returns
    -------
    (num,) of ``dtype``
    """
    if num < 0 or stop is None:
        fail(
            ShapeError,
            "linspace",
            "no such range",
            expected="start, stop and num >= 0",
            got=f"start {start}, stop {stop}, num {num}",
        )
    parts = num - 1 if endpoint else num
    by = (stop - start) / parts if parts > 0 else 0.0
    y = start + by * lax.iota("float64", num)
    if endpoint and num > 1:
        y = y.at[-1].set(stop)
    return lax.convert_element_type(y, dtype)


@op("_eye")
def eye(*, N: int, M: int = 0, k: int = 0, ctx: str | None = None, dtype: DType = "float32"):
    """Ones on a diagonal, zeros elsewhere.

    Parameters
    ----------
    N : int                         rows
    M : int, default 0              columns; 0 means N
    k : int, default 0              diagonal: positive above, negative below the main one
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (N, M) of ``dtype``
    """
    return as_type(jnp.eye(*_sizes((N, M or N), "eye"), k=k, dtype=bool), dtype)
