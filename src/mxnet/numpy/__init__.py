"""``mx.np``: NumPy's interface on this package's arrays and operators."""

import math as _math

import numpy as onp

from . import _creation, _functions, fallback, linalg, multiarray, random
from .multiarray import FUNCTIONS as _FUNCTIONS
from .multiarray import ndarray

for _module in (_creation, _functions, fallback):
    for _name in _module.__all__:
        _FUNCTIONS[_name] = getattr(_module, _name)
for _name, _function in _FUNCTIONS.items():
    globals()[_name] = _function
    _function.__module__ = "mxnet.numpy"

pi, e = _math.pi, _math.e
inf = PINF = Inf = Infinity = infty = _math.inf
NINF = -_math.inf
nan = NaN = NAN = _math.nan
PZERO, NZERO = 0.0, -0.0
newaxis = None
float16, float32, float64 = onp.float16, onp.float32, onp.float64
int8, int32, int64, uint8 = onp.int8, onp.int32, onp.int64, onp.uint8
bool_ = bool = onp.bool_
dtype, finfo = onp.dtype, onp.finfo

__all__ = [
    *_FUNCTIONS,
    "NAN", "NINF", "NZERO", "NaN", "PINF", "PZERO", "bool", "bool_", "dtype", "e", "fallback",
    "finfo", "float16", "float32", "float64", "inf", "int32", "int64", "int8", "linalg",
    "multiarray", "nan", "ndarray", "newaxis", "pi", "random", "uint8",
]  # fmt: skip
