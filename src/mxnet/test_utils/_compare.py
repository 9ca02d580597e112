"""Comparing arrays: nearly equal, equal, sharing memory, and errors that name the place."""

import numpy as onp

from ..error import ShapeError
from ..ndarray.ndarray import NDArray
from ._tolerance import get_atol, get_etol, get_rtol, get_tols

__all__ = [
    "almost_equal",
    "assert_allclose",
    "assert_almost_equal",
    "assert_almost_equal_ignore_nan",
    "assert_almost_equal_with_err",
    "assert_exception",
    "checkShapes",
    "compare_ndarray_tuple",
    "locationError",
    "same",
    "same_array",
]

_TINY = 1e-20  # keeps the relative error finite where both tolerances are 0


def to_numpy(x):
    """NumPy array of an array, a number or a list of them."""
    if isinstance(x, onp.ndarray):
        return x
    if hasattr(x, "asnumpy"):
        return x.asnumpy()
    if isinstance(x, (list, tuple)) and any(hasattr(i, "asnumpy") for i in x):
        return onp.array([to_numpy(i) for i in x])
    return onp.asarray(x)


def same(a, b):
    """Whether two arrays have the same shape and elements (NaN differs from itself)."""
    return bool(onp.array_equal(to_numpy(a), to_numpy(b)))


def same_array(array1, array2):
    """Whether two NDArrays of one shape are the same memory: a write to one shows in the other.

    Parameters
    ----------
    array1, array2 : NDArray

    Returns
    -------
    bool
    """
    if array1.shape != array2.shape:
        return False
    before = array1.asnumpy()
    array1[:] += 1
    both = same(array1, array2)
    array1[:] = before
    return both


def checkShapes(a, b):
    """Compare shapes.

    Raises
    ------
    AssertionError   if they differ
    """
    if a.shape != b.shape:
        raise AssertionError(
            _text(f" a.shape = {a.shape} and b.shape = {b.shape} are not equal", a, b)
        )


def locationError(a, b, index, names, maxError=False):
    """Words for one place where two arrays differ.

    Parameters
    ----------
    a, b : numpy.ndarray
    index : tuple of int    the place
    names : (str, str)      what the arrays are called
    maxError : bool         whether it is the place of the largest error

    Returns
    -------
    str
    """
    what = "maximum error" if maxError else "error"
    index = tuple([int(i) for i in index])
    return (
        f"Location of {what}: {index}, {names[0]}={float(a[index]):.8f}, "
        f"{names[1]}={float(b[index]):.8f}"
    )


def _text(what, a, b):
    def show(x):
        lines = repr(to_numpy(x)).split("\n")
        return "\n".join(lines[:3]) + ("..." if len(lines) > 3 else "")

    return f"\nItems are not equal:{what}\n ACTUAL: {show(a)}\n DESIRED: {show(b)}"


def _wide(x):
    """Numbers that can be subtracted without loss or overflow: at least float64, or integers."""
    if x.dtype.kind == "b":
        return x.astype("int64")
    if x.dtype.kind in "iu" or x.dtype.kind == "c":
        return x.astype("float64") if x.dtype.kind != "c" else x
    return x.astype("float64") if x.dtype.itemsize < 8 else x


def _broadcast(a, b):
    try:
        return onp.broadcast_arrays(a, b)
    except ValueError:
        raise ShapeError(f"shapes {a.shape} and {b.shape} do not broadcast together") from None


def _errors(a, b, rtol, atol, equal_nan):
    """Each element's difference over what is tolerated: 0 where the elements agree."""
    x, y = _broadcast(_wide(a), _wide(b))
    with onp.errstate(all="ignore"):
        agree = onp.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)
        if a.dtype.kind in "iu" and b.dtype.kind in "iu" and not rtol and not atol:
            agree = onp.equal(*onp.broadcast_arrays(a, b))  # beyond 2**53 too
        error = onp.abs(x - y) / (atol + rtol * onp.abs(y) + _TINY)
    # Infinities of one sign agree, and their difference is not a number.
    return onp.where(agree, 0.0, onp.where(onp.isnan(error), onp.nan, error)), agree


def almost_equal(a, b, rtol=None, atol=None, equal_nan=False, use_broadcast=True):
    """Whether two arrays agree within tolerances: ``|a - b| <= atol + rtol * |b|``.

    Parameters as for :func:`assert_almost_equal`, but the tolerances are by default 1e-5 and 1e-20
    whatever the types.

    Returns
    -------
    bool
    """
    rtol, atol = get_tols(a, b, get_rtol(rtol), get_atol(atol))
    a, b = to_numpy(a), to_numpy(b)
    if not use_broadcast:
        checkShapes(a, b)
    return bool(_errors(a, b, rtol, atol, equal_nan)[1].all())


def assert_almost_equal(
    a,
    b,
    rtol=None,
    atol=None,
    names=("a", "b"),
    equal_nan=False,
    use_broadcast=True,
    mismatches=(10, 10),
):
    """Check that two arrays agree within tolerances: ``|a - b| <= atol + rtol * |b|``.

    Parameters
    ----------
    a, b : NDArray, numpy.ndarray, number or list
    rtol, atol : float, or dict of dtype to float, optional
        the defaults depend on the types: see :func:`default_rtols` and :func:`default_atols`
    names : (str, str)        what the message calls the arrays
    equal_nan : bool          whether NaN equals NaN
    use_broadcast : bool      whether the shapes may differ, as long as they broadcast
    mismatches : (int, int)   how many errors the message lists, and how many it looks for

    Raises
    ------
    AssertionError   with the largest errors, in units of the tolerance, and where they are
    ShapeError (a ValueError)   if the shapes do not broadcast
    """
    assert_almost_equal_with_err(
        a, b, rtol, atol, 0, names, equal_nan, mismatches, use_broadcast=use_broadcast
    )


def assert_almost_equal_with_err(
    a,
    b,
    rtol=None,
    atol=None,
    etol=None,
    names=("a", "b"),
    equal_nan=False,
    mismatches=(10, 10),
    *,
    use_broadcast=True,
):
    """As :func:`assert_almost_equal`, but a share ``etol`` of the elements may differ.

    Parameters
    ----------
    etol : float, optional    0 to 1, by default 0: the share that may differ, itself included

    Raises
    ------
    AssertionError   if more elements differ
    """
    rtol, atol = get_tols(a, b, rtol, atol)
    etol = get_etol(etol)
    a, b = to_numpy(a), to_numpy(b)
    if not use_broadcast:
        checkShapes(a, b)
    errors, agree = _errors(a, b, rtol, atol, equal_nan)
    wrong = errors.size - int(agree.sum())
    if wrong and (not etol or wrong / errors.size > etol):
        raise AssertionError(_message(a, b, errors, agree, rtol, atol, names, mismatches))


def _message(a, b, errors, agree, rtol, atol, names, mismatches):
    order = onp.argsort(-onp.where(onp.isnan(errors), onp.inf, errors), axis=None, kind="stable")
    wrong = errors.size - int(agree.sum())
    x, y = onp.broadcast_arrays(a, b)
    places = [onp.unravel_index(i, errors.shape) for i in order[: min(wrong, mismatches[0])]]
    first = onp.unravel_index(order[0], errors.shape)
    what = f"Error {errors[first]:f} exceeds tolerance rtol={rtol:e}, atol={atol:e}"
    if not errors.ndim:
        return _text(f"\n{what}.\n", a, b)
    what += f" (mismatch {100 * wrong / errors.size:f}%)."
    text = _text(f"\n{what}\n{locationError(x, y, first, names, maxError=True)}", a, b)
    if len(places) > 1:
        text += f"\n\nLargest of {wrong} errors in {errors.size} elements:"
        for i, at in enumerate(places, 1):
            text += f"\n{i:3}: Error {errors[at]:f}  {locationError(x, y, at, names)}"
    return text


def assert_allclose(a, b, rtol=1e-07, atol=0, equal_nan=True):
    """:func:`assert_almost_equal` with NumPy's narrow tolerances, NaN being equal to NaN."""
    assert_almost_equal(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


def assert_almost_equal_ignore_nan(a, b, rtol=None, atol=None, names=("a", "b")):
    """:func:`assert_almost_equal` of the elements that are numbers in both arrays."""
    rtol, atol = get_tols(a, b, rtol, atol)
    a, b = [x.copy() for x in _broadcast(to_numpy(a), to_numpy(b))]
    unknown = onp.logical_or(onp.isnan(a), onp.isnan(b))
    a[unknown] = 0
    b[unknown] = 0
    assert_almost_equal(a, b, rtol, atol, names)


def assert_exception(f, exception_type, *args, **kwargs):
    """Check that ``f(*args, **kwargs)`` raises ``exception_type`` (or a class derived from it).

    Raises
    ------
    AssertionError   if it returns; other exceptions pass
    """
    try:
        f(*args, **kwargs)
    except exception_type:
        return
    raise AssertionError(f"{f!r} did not raise {exception_type.__name__}")


def compare_ndarray_tuple(t1, t2, rtol=None, atol=None):
    """Check that two optimizer states agree: None, an NDArray, or a tuple of such, nested.

    Raises
    ------
    AssertionError   if they differ
    """
    if t1 is None or t2 is None:
        return
    if isinstance(t1, (tuple, list)):
        for s1, s2 in zip(t1, t2):
            compare_ndarray_tuple(s1, s2, rtol, atol)
        return
    if isinstance(t1, NDArray) and isinstance(t2, NDArray):
        assert_almost_equal(t1, t2, rtol=rtol, atol=atol)
