"""Functions that NumPy itself computes: arrays go there and their results come back.

They wait for what is pending, nothing is recorded through them, and they cannot be compiled.
"""

import contextlib
import inspect

import numpy as onp

from .multiarray import fallback_names, through_numpy

__all__ = []
_NAMES = """
allclose alltrue apply_along_axis apply_over_axes argpartition argwhere array_equal array_equiv
choose compress corrcoef correlate count_nonzero cov digitize divmod extract flatnonzero
float_power frexp heaviside histogram2d histogram_bin_edges histogramdd i0 in1d interp
intersect1d isclose isin ix_ lexsort min_scalar_type mirr modf msort nanargmax nanargmin
nancumprod nancumsum nanmax nanmedian nanmin nanpercentile nanprod nanquantile ndim npv
partition piecewise packbits poly polyadd polydiv polyfit polyint polymul polysub positive ppmt
promote_types ptp pv rate real result_type rollaxis roots searchsorted select setdiff1d setxor1d
signbit size spacing take_along_axis trapz tril_indices_from trim_zeros triu_indices_from
union1d unpackbits unwrap vander
""".split()


def _through_host(function):
    """A function of NumPy's that takes and gives arrays of ``mx.np``."""

    def fallback(*args, **kwargs):
        return through_numpy(function, args, kwargs)

    name = function.__name__.lstrip("_")
    fallback.__name__ = fallback.__qualname__ = name
    with contextlib.suppress(ValueError):  # C code of older NumPy does not say its parameters
        inspect.signature(function)
        fallback.__wrapped__ = function  # which ``help`` asks for its parameters
    release = "stable" if name == function.__name__ else "1.19"  # ours: NumPy has dropped it
    fallback.__doc__ = _TEXT.format(
        name, f"https://numpy.org/doc/{release}/reference/generated/numpy.{name}.html"
    )
    return fallback


_TEXT = """\
NumPy's ``{0}``, computed there: no gradient flows and nothing is compiled.

Parameters
----------
all : as in {1}; arrays may be of ``mx.np``

Returns
-------
NumPy's result, its arrays as arrays of ``mx.np``

Raises
------
TypeError, ValueError   where NumPy raises them"""


# ------------------------------------------------ functions that NumPy has dropped since 1.9.1


def _alltrue(a, axis=None, out=None, keepdims=False):
    return onp.all(a, axis, out, keepdims)


def _count_nonzero(a, axis=None, *, keepdims=False):
    found = onp.count_nonzero(a, axis, keepdims=keepdims)
    return int(found) if axis is None and not keepdims else found  # NumPy's type changes with 2.1


def _in1d(ar1, ar2, assume_unique=False, invert=False):
    return onp.isin(onp.ravel(ar1), ar2, assume_unique, invert)


def _msort(a):
    return onp.sort(a, 0)


def _trapz(y, x=None, dx=1.0, axis=-1):
    return onp.trapezoid(y, x, dx, axis)


def _npv(rate, values):
    """Net present value of payments at equal intervals, the first one now."""
    values = onp.asarray(values)
    return (values / (1 + rate) ** onp.arange(len(values))).sum(0)


_WHEN = {"end": 0, "e": 0, 0: 0, "finish": 0, "begin": 1, "b": 1, 1: 1, "beginning": 1, "start": 1}


def _when(when):
    return _WHEN[when] if isinstance(when, (str, int)) else when


def _growth(rate, nper, when):
    """Value at the end of payments of 1 and of a capital of 1."""
    rate, nper, when = onp.broadcast_arrays(rate, nper, when)
    whole = (1 + rate) ** nper
    safe = onp.where(rate == 0, 1, rate)
    return onp.where(rate == 0, nper, (1 + rate * when) * (whole - 1) / safe), whole


def _pv(rate, nper, pmt, fv=0, when="end"):
    """Capital that payments and a final value are worth now."""
    paid, whole = _growth(rate, nper, _when(when))
    return -(fv + pmt * paid) / whole


def _ppmt(rate, per, nper, pv, fv=0, when="end"):
    """Part of a payment that goes to the capital."""
    when = _when(when)
    paid, whole = _growth(rate, nper, when)
    payment = -(fv + pv * whole) / paid
    before, grown = _growth(rate, onp.asarray(per) - 1, when)
    debt = pv * grown + payment * before
    interest = -debt * rate
    interest = onp.where(when == 1, onp.where(onp.asarray(per) == 1, 0, interest / (1 + rate)),
                         interest)  # fmt: skip
    return payment - interest


def _rate(nper, pmt, pv, fv, when="end", guess=None, tol=None, maxiter=100):
    """Interest per period, found by Newton's method on the value at the end."""
    when = _when(when)
    x = 0.1 if guess is None else guess
    tol = 1e-6 if tol is None else tol

    def value(r):
        paid, whole = _growth(r, nper, when)
        return fv + pv * whole + pmt * paid

    for _ in range(maxiter):
        step = 1e-7 * max(1.0, float(onp.max(onp.abs(x))))
        slope = (value(x + step) - value(x - step)) / (2 * step)
        new = x - value(x) / slope
        if onp.all(onp.abs(new - x) < tol):
            return new
        x = new
    return onp.nan


def _mirr(values, finance_rate, reinvest_rate):
    """Interest of payments whose gains are reinvested and whose losses are financed."""
    values = onp.asarray(values, "float64")
    gains, losses = values > 0, values < 0
    if not (gains.any() and losses.any()):
        return onp.nan
    n = values.size
    earned = abs(_npv(reinvest_rate, values * gains))
    spent = abs(_npv(finance_rate, values * losses))
    return (earned / spent) ** (1 / (n - 1)) * (1 + reinvest_rate) - 1


_OWN = {
    "alltrue": _alltrue,
    "count_nonzero": _count_nonzero,
    "in1d": _in1d,
    "msort": _msort,
    "trapz": _trapz,
    "npv": _npv,
    "pv": _pv,
    "ppmt": _ppmt,
    "rate": _rate,
    "mirr": _mirr,
}
for _name in _NAMES:
    _function = _OWN.get(_name) or getattr(onp, _name)
    globals()[_name] = _through_host(_function)
    globals()[_name].__name__ = globals()[_name].__qualname__ = _name
    __all__.append(_name)
fallback_names.update(__all__)
