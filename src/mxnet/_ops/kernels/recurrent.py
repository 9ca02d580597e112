"""Loops over time as kernels: natively on CPUs, where that can be had, and in XLA elsewhere.

XLA runs a loop's body kernel by kernel and lets all threads meet after each. The native loops take
some examples of the batch through all time steps on each thread. Measured on two cores, T 35, batch
32, 256 units, CPU time of a training step: LSTM 25.4 -> 15.6 ms, GRU 17.4 -> 13.0 ms.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
from jax.extend.core import Primitive
from jax.interpreters import mlir

from . import native
from .choose import loop_is_native

__all__ = ["loop"]


def loop(target, plain, **fixed) -> Callable[..., Any]:
    """A function ``(reverse, *arrays) -> tuple`` that is the native kernel ``target`` on CPUs.

    Parameters
    ----------
    target : str           one of ``native.LAYERS.targets``
    plain : callable ``(*arrays, reverse) -> tuple``
        The same in JAX: for other platforms, types and derivatives, which exist to any order.
    fixed : further attributes of the kernel
    """
    p = Primitive(f"mxnet_{target}")
    p.multiple_results = True
    p.def_impl(plain)

    @p.def_abstract_eval
    def _(*arrays, reverse):
        shapes = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in arrays]
        found = jax.eval_shape(partial(plain, reverse=reverse), *shapes)
        return [arrays[0].update(shape=f.shape, dtype=f.dtype, weak_type=False) for f in found]

    def on_cpu(ctx, *arrays, reverse):
        dtypes, shapes = zip(*((a.dtype, a.shape) for a in ctx.avals_in))
        if loop_is_native(target, dtypes, shapes):
            lower = jax.ffi.ffi_lowering(native.name(target))
            return lower(ctx, *arrays, reverse=reverse, **fixed)
        return mlir.lower_fun(plain, multiple_results=True)(ctx, *arrays, reverse=reverse)

    mlir.register_lowering(p, mlir.lower_fun(plain, multiple_results=True))
    mlir.register_lowering(p, on_cpu, platform="cpu")

    @partial(jax.custom_vjp, nondiff_argnums=(0,))
    def call(reverse, *arrays):
        return tuple(p.bind(*arrays, reverse=reverse))

    def forward(reverse, *arrays):
        return call(reverse, *arrays), arrays

    def backward(reverse, arrays, cotangents):
        return jax.vjp(partial(plain, reverse=reverse), *arrays)[1](cotangents)

    call.defvjp(forward, backward)
    return call
