"""NumPy's operators that make arrays out of nothing."""

import math

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._axes import as_type, number
from ._spec import DType, Scalar, Shape, op
from .creation import _counted, _sizes

__all__ = ["steps_between"]


def _constant(name, value, meaning):
    def constant(*, shape: Shape = (), ctx: str | None = None, dtype: DType = "float32"):
        return jnp.full(_sizes(shape, name), value, dtype)

    constant.__name__ = f"np_{name}"
    constant.__doc__ = f"""{meaning}.

Parameters
----------
shape : int or tuple of int
ctx : str, optional             placement is dispatch's business
dtype : dtype, default float32

Returns
-------
(*shape) of ``dtype``
"""
    op(f"_npi_{name}")(constant)


_constant("zeros", 0, "Zeros")
_constant("ones", 1, "Ones")


@op("_npi_full_like")
def np_full_like(a, *, fill_value: Scalar, ctx: str | None = None, dtype: DType | None = None):
    """One number everywhere, in the shape of an array.

    Parameters
    ----------
    a : (*S)                        only its shape and type matter
    fill_value : number             may change from call to call without a new compilation
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, optional         a's if not given

    Returns
    -------
    (*S) of ``dtype``
    """
    to = a.dtype if dtype is None else dtype
    if to.kind == "b":
        return lax.broadcast(jnp.asarray(fill_value, "float64") != 0, a.shape)
    return lax.broadcast(number(fill_value, to), a.shape)


def steps_between(start, stop, step):
    """Number of elements of ``start, start + step, ...`` before ``stop``; 0 for an empty range."""
    if step == 0 or not all(math.isfinite(v) for v in (start, stop, step)):
        fail(
            ShapeError,
            "arange",
            "no such range",
            expected="finite bounds and a step other than 0",
            got=f"(start, stop, step) = ({start:g}, {stop:g}, {step:g})",
        )
    return max(0, math.ceil((stop - start) / step))


@op("_npi_arange")
def np_arange(
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
    repeat, infer_range             kept for symbol files
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (ceil((stop - start) / step),) of ``dtype``; empty ranges are allowed
    """
    if stop is None:
        start, stop = 0.0, start
    return _counted(steps_between(start, stop, step), start, step, repeat, dtype)


@op("_npi_eye")
def np_eye(
    *,
    N: int,
    M: int | None = None,
    k: int = 0,
    ctx: str | None = None,
    dtype: DType = "float32",
):
    """Ones on a diagonal, zeros elsewhere.

    Parameters
    ----------
    N : int                         rows
    M : int, optional               columns; N if not given
    k : int, default 0              diagonal: positive above, negative below the main one
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (N, M) of ``dtype``
    """
    return as_type(jnp.eye(*_sizes((N, N if M is None else M), "eye"), k=k, dtype=bool), dtype)


@op("_npi_identity")
def np_identity(*, shape: Shape = (), ctx: str | None = None, dtype: DType = "float32"):
    """The identity matrix.

    Parameters
    ----------
    shape : (N, N)
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (N, N) of ``dtype``
    """
    return as_type(jnp.eye(*_sizes(shape, "identity"), dtype=bool), dtype)


@op("_npi_indices")
def np_indices(*, dimensions: Shape, dtype: DType = "int32", ctx: str | None = None):
    """The coordinates of every element of an array of that shape.

    Parameters
    ----------
    dimensions : tuple of int
    dtype : dtype, default int32
    ctx : str, optional             placement is dispatch's business

    Returns
    -------
    (number of dimensions, *dimensions) of ``dtype``
    """
    shape = _sizes(dimensions, "indices")
    if not shape:
        return jnp.zeros((0,), dtype)
    return jnp.stack([lax.broadcasted_iota(dtype, shape, a) for a in range(len(shape))])


@op("_npi_logspace", needed={"num": "50"})
def np_logspace(
    *,
    start: float,
    stop: float,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    ctx: str | None = None,
    dtype: DType = "float32",
):
    """Powers of ``base`` with evenly spaced exponents.

    Parameters
    ----------
    start, stop : float             exponents
    num : int, default 50
    endpoint : bool, default True   include ``stop``
    base : float, default 10
    ctx : str, optional             placement is dispatch's business
    dtype : dtype, default float32

    Returns
    -------
    (num,) of ``dtype``
    """
    if num < 0:
        fail(ShapeError, "logspace", "no such range", expected="num >= 0", got=num)
    parts = num - 1 if endpoint else num
    by = (stop - start) / parts if parts > 0 else 0.0
    y = jnp.power(jnp.float64(base), start + by * lax.iota("float64", num))
    return lax.convert_element_type(y, dtype)


def _window(name, weights):
    def window(*, M: int, ctx: str | None = None, dtype: DType = "float32"):
        n = max(M, 0)
        if n == 1:
            return jnp.ones((1,), dtype)
        x = 2 * math.pi / max(n - 1, 1) * lax.iota("float64", n)
        y = sum(w * jnp.cos(k * x) for k, w in enumerate(weights))
        return lax.convert_element_type(y, dtype)

    window.__name__ = f"np_{name}"
    window.__doc__ = f"""The {name.capitalize()} window.

Parameters
----------
M : int                         number of points
ctx : str, optional             placement is dispatch's business
dtype : dtype, default float32

Returns
-------
(M,) of ``dtype``
"""
    op(f"_npi_{name}")(window)


_window("hanning", (0.5, -0.5))
_window("hamming", (0.54, -0.46))
_window("blackman", (0.42, -0.5, 0.08))
