"""Products of matrices, and of batches of them, as a primitive of their own.

``product(a, b)`` is bilinear and each of its derivatives is one again, so gradients exist to any
order, in both modes of differentiation; no derivative transposes an array.

XLA:CPU multiplies two large matrices as fast as oneDNN, but not small ones, batches, or where it
sums over the first axis of both operands, as the gradient of a weight does. Those of float32 are
oneDNN's where that is there; without it the first operand of such sums is transposed before. The
measurements are in benchmarks/KERNELS.md.
"""

import math
from functools import cache, partial

import jax
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from . import direct, native
from .choose import F32, is_native, product_is_worth_it, transposing_is_worth_it
from .primitive import mapped_first

__all__ = ["dimension_numbers", "dot", "dot_transposed", "product"]

_A_NANOSECOND = 40  # multiplications of NumPy, on one thread


def product(a, b, transpose_a=False, transpose_b=False):
    """Matrix products of arrays of one type.

    Parameters
    ----------
    a : (*B, M, K), or (*B, K, M) with transpose_a
    b : (*B, K, N), or (*B, N, K) with transpose_b, same dtype
    transpose_a, transpose_b : bool, default False

    Returns
    -------
    (*B, M, N) same dtype
    """
    return product_p.bind(a, b, transpose_a=transpose_a, transpose_b=transpose_b)


def dimension_numbers(rank, transpose_a, transpose_b):
    """What ``lax.dot_general`` calls the same product of arrays of so many axes."""
    batch = tuple(range(rank - 2))
    i = rank - 2 if transpose_a else rank - 1
    j = rank - 1 if transpose_b else rank - 2
    return ((i,), (j,)), (batch, batch)


def dot(a, b, *, transpose_a, transpose_b):
    """:func:`product` as XLA has it."""
    return lax.dot_general(a, b, dimension_numbers(a.ndim, transpose_a, transpose_b))


def dot_transposed(a, b, *, transpose_a, transpose_b):
    """:func:`product` by XLA of a transposed copy of ``a``."""
    # The barrier keeps XLA from folding the transposition into the product again.
    a = lax.optimization_barrier(a.swapaxes(-1, -2))
    return dot(a, b, transpose_a=not transpose_a, transpose_b=transpose_b)


def _on_cpu(ctx, a, b, **transposed):
    x, y = ctx.avals_in
    columns = y.shape[-2 if transposed["transpose_b"] else -1]
    sizes = x.shape, columns, transposed["transpose_a"]
    if product_is_worth_it(x.dtype, *sizes) and is_native(native.PRODUCTS):
        lower = jax.ffi.ffi_lowering(native.name("product"))
        return lower(ctx, a, b, **_attributes(transposed))
    turned = transposing_is_worth_it(*sizes)
    function = partial(dot_transposed if turned else dot, **transposed)
    return mlir.lower_fun(function, multiple_results=False)(ctx, a, b)


def _attributes(transposed):
    return {name: onp.bool_(value) for name, value in transposed.items()}


product_p = Primitive("mxnet_product")
product_p.def_impl(dot)


@product_p.def_abstract_eval
def _(a, b, *, transpose_a, transpose_b):
    rows, columns = a.shape[-1 if transpose_a else -2], b.shape[-2 if transpose_b else -1]
    return a.update(shape=(*a.shape[:-2], rows, columns), weak_type=False)


mlir.register_lowering(product_p, mlir.lower_fun(dot, multiple_results=False))
mlir.register_lowering(product_p, _on_cpu, platform="cpu")


def _derivative_of_a(ct, a, b, *, transpose_a, transpose_b):
    if transpose_a:
        return product(b, ct, transpose_b, True)
    return product(ct, b, False, not transpose_b)


def _derivative_of_b(ct, a, b, *, transpose_a, transpose_b):
    if transpose_b:
        return product(ct, a, True, transpose_a)
    return product(a, ct, not transpose_a, False)


ad.defbilinear(product_p, _derivative_of_a, _derivative_of_b)


def _mapped(arrays, axes, **transposed):
    if None in axes:
        return jax.vmap(partial(dot, **transposed), axes)(*arrays), 0
    return product_p.bind(*mapped_first(arrays, axes), **transposed), 0


batching.primitive_batchers[product_p] = _mapped


@cache
def _transpositions(a, b):
    return direct.KernelAttributes(_attributes({"transpose_a": a, "transpose_b": b}))


@direct.describes(product_p)
def _product_directly(params, ins, outs):
    a, b = ins
    if a.dtype != F32 or b.dtype != F32 or outs[0].dtype != F32:
        return None
    if 0 in a.shape or 0 in b.shape:
        return None
    many = math.prod(outs[0].shape) * a.shape[-2 if params["transpose_a"] else -1]
    attributes = _transpositions(params["transpose_a"], params["transpose_b"])
    return direct.Call(native.PRODUCTS, "product", attributes, many / _A_NANOSECOND)


@direct.describes(lax.dot_general_p)
def _dot_directly(params, ins, outs):
    (i, j), batch = params["dimension_numbers"]
    if any(len(v.shape) != 2 for v in ins) or len(i) != 1 or any(batch):
        return None
    return _product_directly({"transpose_a": i == (0,), "transpose_b": j == (1,)}, ins, outs)
