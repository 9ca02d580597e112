"""``mx.np.linalg``: linear algebra on the last two axes."""

import numpy as onp

from .._frontend.numpy import linalg_functions
from .fallback import _through_host
from .multiarray import FRONT, FUNCTIONS, LINALG

__all__ = []
for _name, _function in linalg_functions(FRONT).items():
    globals()[_name] = _function
    __all__.append(_name)


def norm(x, ord=None, axis=None, keepdims=False):
    """Norm of vectors or matrices.

    Parameters
    ----------
    x : ndarray
    ord : None, number, inf, -inf, 'fro' or 'nuc'    as NumPy's; None is the root of the sum of
        squares
    axis : int or pair of ints, optional    of vectors or matrices; all axes by default
    keepdims : bool

    Raises
    ------
    ValueError   an order that vectors or matrices do not have
    """
    x = FRONT.need("linalg.norm", "x", x)
    sum_, max_, min_, abs_ = (FUNCTIONS[n] for n in ("sum", "max", "min", "abs"))
    if axis is None and ord is None:
        axes = tuple(range(x.ndim))
    elif axis is None:
        if x.ndim not in (1, 2):
            raise ValueError("Improper number of dimensions to norm.")
        axes = tuple(range(x.ndim))
    else:
        axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if ord is None or (ord in ("fro", "f") and len(axes) == 2):
        return _root(sum_(x * x, axis=axes, keepdims=keepdims))
    if len(axes) == 1:
        if isinstance(ord, str):
            raise ValueError(f"Invalid norm order '{ord}' for vectors")
        if ord == onp.inf:
            return max_(abs_(x), axis=axes, keepdims=keepdims)
        if ord == -onp.inf:
            return min_(abs_(x), axis=axes, keepdims=keepdims)
        if ord == 0:
            return sum_((x != 0).astype(x.dtype), axis=axes, keepdims=keepdims)
        if ord == 1:
            return sum_(abs_(x), axis=axes, keepdims=keepdims)
        if ord == 2:
            return _root(sum_(x * x, axis=axes, keepdims=keepdims))
        return sum_(abs_(x) ** float(ord), axis=axes, keepdims=keepdims) ** (1.0 / ord)
    if len(axes) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    a, b = (k % x.ndim for k in axes)
    if a == b:
        raise ValueError("Duplicate axes given.")
    if ord in (1, -1, onp.inf, -onp.inf):
        first, second = (a, b) if abs(ord) == 1 else (b, a)
        best = max_ if ord > 0 else min_
        y = sum_(abs_(x), axis=first, keepdims=True)
        y = best(y, axis=second, keepdims=True)
    elif ord in ("nuc", 2, -2):
        moved = FUNCTIONS["moveaxis"](x, (a, b), (-2, -1))
        values = globals()["svd"](moved)[1]
        y = {"nuc": sum_, 2: max_, -2: min_}[ord](values, axis=-1)
        return FUNCTIONS["expand_dims"](
            FUNCTIONS["expand_dims"](y, min(a, b)), max(a, b)
        ) if keepdims else y  # fmt: skip
    else:
        raise ValueError("Invalid norm order for matrices.")
    return y if keepdims else FUNCTIONS["squeeze"](y, (a, b))


def _root(total):
    return FUNCTIONS["sqrt"](total)


__all__ += ["norm"]
for _name in ("cond", "lstsq", "matrix_power", "matrix_rank", "multi_dot", "qr"):
    globals()[_name] = _through_host(getattr(onp.linalg, _name))
    __all__.append(_name)
LINALG.update({_name: globals()[_name] for _name in __all__})
