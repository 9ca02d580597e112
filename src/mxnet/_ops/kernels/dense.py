"""The product of a dense layer and its two gradients, as primitives like those of convolutions.

======================  ========================  ================================
``product(x, w)``       ``x @ w.T``               x (N, I), w (O, I), result (N, O)
``back(y, w)``          ``y @ w``                 its transpose for x
``weight(y, x)``        ``y.T @ x``               its transpose for w
======================  ========================  ================================

The last one sums over the first axis of both operands. XLA:CPU has a slow kernel for that; turning
``y`` round first makes it 1.0 to 5 times faster: measured in GFLOP/s on one core, float32, N 256
and 2048 (O 64 ... 1024, I 64 ... 2048), 30 ... 215 become 81 ... 308, and nowhere less by more than
measurements vary.
"""

import math
from functools import partial

import jax
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from ... import _config
from . import direct, native

__all__ = ["product", "back", "weight"]

# Products of fewer multiplications than this are over before a transposition pays.
_WORTHWHILE = 1 << 18
_A_NANOSECOND = 40  # multiplications of NumPy, on one thread


def _dot(a, b, i, j):
    return lax.dot_general(a, b, (((i,), (j,)), ((), ())))


def product(x, w):
    """``x @ w.T`` of matrices of one type."""
    return product_p.bind(x, w)


def back(y, w):
    """``y @ w`` of matrices of one type."""
    return back_p.bind(y, w)


def weight(y, x):
    """``y.T @ x`` of matrices of one type."""
    return weight_p.bind(y, x)


def _turned_weight(y, x):
    # The barrier keeps XLA from folding the transposition into the product again.
    return _dot(lax.optimization_barrier(y.T), x, 1, 0)


def _weight_on_cpu(ctx, y, x):
    (n, rows), (_, columns) = (v.shape for v in ctx.avals_in)
    turned = _config.get("kernels") != "plain" and n * rows * columns >= _WORTHWHILE
    function = _turned_weight if turned else partial(_dot, i=0, j=0)
    return mlir.lower_fun(function, multiple_results=False)(ctx, y, x)


def _primitive(name, i, j):
    p = Primitive(f"mxnet_dense_{name}")
    function = partial(_dot, i=i, j=j)
    p.def_impl(function)
    p.def_abstract_eval(
        lambda a, b: a.update(shape=(a.shape[1 - i], b.shape[1 - j]), weak_type=False)
    )
    mlir.register_lowering(p, mlir.lower_fun(function, multiple_results=False))
    batching.primitive_batchers[p] = lambda arrays, axes: (jax.vmap(function, axes)(*arrays), 0)
    direct.describes(p)(lambda params, ins, outs: _direct(ins, outs, i, j))
    return p


def _direct(ins, outs, i, j):
    """The product of two matrices, summed over axis ``i`` of the first and ``j`` of the other."""
    a, b = ins
    if any(v.dtype != "float32" for v in (a, b, *outs)) or 0 in (*a.shape, *b.shape):
        return None
    many = math.prod(outs[0].shape) * a.shape[i]
    attributes = {"left": onp.bool_(i == 0), "right": onp.bool_(j == 1)}
    return direct.Call(native.PRODUCTS, "product", attributes, many / _A_NANOSECOND)


@direct.describes(lax.dot_general_p)
def _dot_directly(params, ins, outs):
    (i, j), batch = params["dimension_numbers"]
    if any(len(v.shape) != 2 for v in ins) or len(i) != 1 or any(batch):
        return None
    return _direct(ins, outs, i[0], j[0])


product_p = _primitive("product", 1, 1)
back_p = _primitive("back", 1, 0)
weight_p = _primitive("weight", 0, 0)
mlir.register_lowering(weight_p, _weight_on_cpu, platform="cpu")

ad.defbilinear(
    product_p,
    lambda ct, x, w: back(ct, w),
    lambda ct, x, w: weight(ct, x),
)
ad.defbilinear(
    back_p,
    lambda ct, y, w: product(ct, w),
    lambda ct, y, w: weight(y, ct),
)
ad.defbilinear(
    weight_p,
    lambda ct, y, x: product(x, ct),
    lambda ct, y, x: back(y, ct),
)
