"""Functions of ``mx.sym.np`` that arrays have in another way: constants, positions."""

import numpy as onp

from ..._dtypes import as_dtype
from ..._frontend.numpy import plain_number
from .._custom import Custom
from ._symbol import FRONT, FUNCTIONS, call

__all__ = ["CREATION"]

need = FRONT.need


def _type(dtype):
    return as_dtype(dtype).name


def zeros(shape, dtype=None, order="C", ctx=None):
    """Zeros, float32 by default."""
    return call("_npi_zeros", [], {"shape": shape, "dtype": _type(dtype)})


def ones(shape, dtype=onp.float32, order="C", ctx=None):
    """Ones, float32 by default."""
    return call("_npi_ones", [], {"shape": shape, "dtype": _type(dtype)})


def full(shape, fill_value, dtype=None, order="C", ctx=None, out=None):
    """One number everywhere, float32 by default."""
    given = {"shape": shape, "value": plain_number(fill_value), "dtype": _type(dtype)}
    return call("_full", [], given)


def arange(start, stop=None, step=1, dtype=None, ctx=None):
    """``start, start + step, ...`` below ``stop``; with one argument from 0."""
    if stop is None:
        start, stop = 0, start
    given = {"start": start, "stop": stop, "step": step, "dtype": _type(dtype)}
    return call("_npi_arange", [], given)


def eye(N, M=None, k=0, dtype=onp.float32, **kwargs):
    """``(N, M)`` matrix with ones on the ``k``-th diagonal, square by default."""
    return call("_npi_eye", [], {"N": N, "M": M, "k": k, "dtype": _type(dtype)})


def identity(n, dtype=None, ctx=None):
    """The identity matrix."""
    return call("_npi_identity", [], {"shape": (n, n), "dtype": _type(dtype)})


def indices(dimensions, dtype=onp.int32, ctx=None):
    """The coordinates of every element of an array of that shape."""
    return call("_npi_indices", [], {"dimensions": tuple(dimensions), "dtype": _type(dtype)})


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, ctx=None):
    """``num`` evenly spaced numbers from ``start`` to ``stop``."""
    if retstep or axis != 0:
        raise NotImplementedError("linspace of symbols: retstep and axis are not there")
    given = {"start": start, "stop": stop, "num": num, "endpoint": endpoint, "dtype": _type(dtype)}
    return call("_linspace", [], given)


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, ctx=None):
    """``num`` powers of ``base`` with evenly spaced exponents."""
    if axis != 0:
        raise NotImplementedError("logspace of symbols: axis is not there")
    given = {"start": start, "stop": stop, "num": num, "endpoint": endpoint, "base": base}
    return call("_npi_logspace", [], {**given, "dtype": _type(dtype)})


def _window(name):
    def window(M, dtype=onp.float32, ctx=None):
        return call(f"_npi_{name}", [], {"M": M, "dtype": _type(dtype)})

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"The {name.capitalize()} window of ``M`` points, float32 by default."
    return window


def take(a, indices, axis=None, mode="raise", out=None):
    """Elements at given positions along an axis, or of the flattened array.

    Positions outside are taken as ``mode`` says: 'clip' (also for 'raise', as a program cannot
    raise) or 'wrap'.
    """
    need("take", "a", a)
    need("take", "indices", indices)
    if axis is None:
        a, axis = FUNCTIONS["reshape"](a, -1), 0
    return call("take", [a, indices], {"axis": axis, "mode": "wrap" if mode == "wrap" else "clip"})


def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None):
    """The different elements, in order; with flags positions and counts as well."""
    given = {
        "return_index": return_index,
        "return_inverse": return_inverse,
        "return_counts": return_counts,
        "axis": axis,
    }
    return call("_npi_unique", [need("unique", "ar", ar)], given)


def bincount(x, weights=None, minlength=0):
    """How often each integer occurs, or the sums of their weights."""
    inputs = [need("bincount", "x", x)] + ([] if weights is None else [weights])
    return call("_npi_bincount", inputs, {"minlength": minlength,
                                          "has_weights": weights is not None})  # fmt: skip


def unravel_index(indices, shape, order="C"):
    """Coordinates of positions in a flattened array, a symbol for each axis."""
    return call("_npi_unravel_index", [need("unravel_index", "indices", indices)],
                {"shape": tuple(shape)})  # fmt: skip


def diag_indices_from(arr):
    """Coordinates of the main diagonal, a row for each axis."""
    return call("_npi_diag_indices_from", [need("diag_indices_from", "arr", arr)], {})


def percentile(
    a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False
):
    """Percentiles over axes; ``q`` between 0 and 100."""
    given = {"axis": axis, "interpolation": interpolation, "keepdims": keepdims}
    if isinstance(q, FRONT.kind):
        return call("_npi_percentile", [need("percentile", "a", a), q], given)
    return call("_npi_percentile", [need("percentile", "a", a)], {**given, "q_scalar": float(q)})


def quantile(
    a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False
):
    """Quantiles over axes; ``q`` between 0 and 1."""
    return percentile(a, q * 100, axis, out, overwrite_input, interpolation, keepdims)


def polyval(p, x):
    """Values of the polynomial with coefficients ``p``, highest power first, at ``x``."""
    return call("_npi_polyval", [need("polyval", "p", p), need("polyval", "x", x)], {})


def histogram(a, bins=10, range=None, normed=None, weights=None, density=None):
    """Counts of the elements in intervals, and the borders of the intervals."""
    need("histogram", "a", a)
    if isinstance(bins, FRONT.kind):
        return call("_histogram", [a, bins], {})
    if range is None:
        raise ValueError("null range is not supported in symbol mode")
    return call("_histogram", [a], {"bin_cnt": bins, "range": tuple(range)})


def resize(a, new_shape):
    """The elements, repeated as often as needed, in another shape; work of the host."""
    new_shape = (new_shape,) if isinstance(new_shape, int) else tuple(new_shape)
    given = {"new_shape": new_shape, "op_type": "resize_fallback"}
    return FRONT.kind._of(Custom(need("resize", "a", a), **given)._entries)


def shares_memory(a, b, max_work=None):
    """Whether two symbols are one and the same array."""
    inputs = [need("shares_memory", "a", a), need("shares_memory", "b", b)]
    return call("_npi_share_memory", inputs, {})


def may_share_memory(a, b, max_work=None):
    """Whether two symbols are one and the same array."""
    return shares_memory(a, b, max_work)


CREATION = {
    f.__name__: f
    for f in (
        zeros, ones, full, arange, eye, identity, indices, linspace, logspace, take, unique,
        bincount, unravel_index, diag_indices_from, percentile, quantile, polyval, histogram,
        resize, shares_memory, may_share_memory,
        _window("hanning"), _window("hamming"), _window("blackman"),
    )
}  # fmt: skip
