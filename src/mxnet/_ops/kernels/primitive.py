"""A native kernel and the same in JAX, as one primitive."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir

from . import native

__all__ = ["kernel"]


def kernel(target, plain, is_native, attributes=None, by_rows=False) -> Callable[..., Any]:
    """A function ``(given, *arrays) -> tuple`` that is the native kernel ``target`` on CPUs.

    Parameters
    ----------
    target : str           one of the targets of ``native``'s libraries
    plain : callable ``(*arrays, **given) -> tuple``
        The same in JAX: for other platforms, types and derivatives, which exist to any order.
    is_native : callable ``(dtypes, shapes) -> bool``      asked where it is lowered for a CPU
    attributes : callable ``(shapes, **given) -> dict``    of the kernel; default: what is given

    by_rows : bool, default False
        All arrays have the same axes, and only the last one is more than a way to count rows: then
        mapping adds rows.  Otherwise it takes the formula.

    ``given`` are (name, value) pairs, hashable.
    """
    p = Primitive(f"mxnet_{target}")
    p.multiple_results = True
    p.def_impl(plain)

    @p.def_abstract_eval
    def _(*arrays, **given):
        shapes = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in arrays]
        found = jax.eval_shape(partial(plain, **given), *shapes)
        return [arrays[0].update(shape=f.shape, dtype=f.dtype, weak_type=False) for f in found]

    by_formula = mlir.lower_fun(plain, multiple_results=True)

    def on_cpu(ctx, *arrays, **given):
        shapes = [a.shape for a in ctx.avals_in]
        if not is_native([a.dtype for a in ctx.avals_in], shapes):
            return by_formula(ctx, *arrays, **given)
        lower = jax.ffi.ffi_lowering(native.name(target))
        return lower(ctx, *arrays, **(attributes(shapes, **given) if attributes else given))

    mlir.register_lowering(p, by_formula)
    mlir.register_lowering(p, on_cpu, platform="cpu")

    def mapped(arrays, axes, **given):
        if by_rows:
            size = next(x.shape[a] for x, a in zip(arrays, axes) if a is not None)
            arrays = [
                jnp.broadcast_to(x, (size, *x.shape)) if a is None else jnp.moveaxis(x, a, 0)
                for x, a in zip(arrays, axes)
            ]
            found = p.bind(*arrays, **given)
            return found, [0] * len(found)
        found = jax.vmap(partial(plain, **given), axes)(*arrays)
        return found, [0] * len(found)

    batching.primitive_batchers[p] = mapped

    @partial(jax.custom_vjp, nondiff_argnums=(0,))
    def call(given, *arrays):
        return tuple(p.bind(*arrays, **dict(given)))

    def forward(given, *arrays):
        return call(given, *arrays), arrays

    def backward(given, arrays, cotangents):
        return jax.vjp(partial(plain, **dict(given)), *arrays)[1](cotangents)

    call.defvjp(forward, backward)
    return call
