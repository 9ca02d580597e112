"""Which of NumPy's functions are computed by ``mx.np`` when they are given its arrays.

``numpy.mean(x)`` and ``numpy.exp(x)`` of an ``mx.np.ndarray`` ask the array's class
(NumPy's ``__array_function__`` and ``__array_ufunc__``), which answers with the functions below.
Other functions of NumPy are computed by NumPy on the host.
"""

import numpy as onp

from .numpy.multiarray import FUNCTIONS, LINALG, fallback_names

__all__ = ["with_array_function_protocol", "with_array_ufunc_protocol"]

_own = {n: f for n, f in FUNCTIONS.items() if n not in fallback_names}
_NUMPY_ARRAY_UFUNC_DICT = {
    n: f for n, f in _own.items() if isinstance(getattr(onp, n, None), onp.ufunc)
}
_NUMPY_ARRAY_UFUNC_LIST = list(_NUMPY_ARRAY_UFUNC_DICT)
_NUMPY_ARRAY_FUNCTION_DICT = {
    getattr(onp, n): f
    for n, f in _own.items()
    if hasattr(onp, n) and n not in _NUMPY_ARRAY_UFUNC_DICT
} | {getattr(onp.linalg, n): f for n, f in LINALG.items()}
_NUMPY_ARRAY_FUNCTION_LIST = [f.__name__ for f in _NUMPY_ARRAY_FUNCTION_DICT]


def with_array_function_protocol(func):
    """Decorator of a function of arrays; NumPy's protocol is always in force here."""
    return func


def with_array_ufunc_protocol(func):
    """Decorator of a universal function; NumPy's protocol is always in force here."""
    return func
