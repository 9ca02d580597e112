"""Which of NumPy's functions are computed by ``mx.np`` when they are given its arrays.

``numpy.mean(x)`` and ``numpy.exp(x)`` of an ``mx.np.ndarray`` ask the array's class
(NumPy's ``__array_function__`` and ``__array_ufunc__``), which answers with the functions below.
Other functions of NumPy are computed by NumPy on the host.
"""

import numpy as onp

from .numpy.multiarray import FUNCTIONS, LINALG, OWN_FUNCTIONS, OWN_LINALG, OWN_UFUNCS

__all__ = ["with_array_function_protocol", "with_array_ufunc_protocol"]

_NUMPY_ARRAY_UFUNC_LIST = sorted(OWN_UFUNCS & FUNCTIONS.keys())
_NUMPY_ARRAY_UFUNC_DICT = {n: FUNCTIONS[n] for n in _NUMPY_ARRAY_UFUNC_LIST}
_NUMPY_ARRAY_FUNCTION_DICT = {
    getattr(onp, n): f for n, f in FUNCTIONS.items() if n in OWN_FUNCTIONS and hasattr(onp, n)
} | {getattr(onp.linalg, n): f for n, f in LINALG.items() if n in OWN_LINALG}
_NUMPY_ARRAY_FUNCTION_LIST = [f.__name__ for f in _NUMPY_ARRAY_FUNCTION_DICT]


def with_array_function_protocol(func):
    """Decorator of a function of arrays; NumPy's protocol is always in force here."""
    return func


def with_array_ufunc_protocol(func):
    """Decorator of a universal function; NumPy's protocol is always in force here."""
    return func
