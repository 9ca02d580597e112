"""A native kernel and the same in JAX, as one primitive."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir

from . import direct, native
from .choose import is_native

__all__ = ["kernel", "mapped_first"]


def mapped_first(arrays, axes):
    """Arrays of a ``vmap`` with the mapped axis first, also those that it does not map (None)."""
    size = next(x.shape[a] for x, a in zip(arrays, axes) if a is not None)
    return [
        jnp.broadcast_to(x, (size, *x.shape)) if a is None else jnp.moveaxis(x, a, 0)
        for x, a in zip(arrays, axes)
    ]


def kernel(
    target,
    plain,
    is_worth_it,
    attributes=None,
    by_rows=False,
    by_numpy=None,
    number=10,
    judged=None,
    results=None,
) -> Callable[..., Any]:
    """A function ``(given, *arrays) -> tuple`` that is the native kernel ``target`` on CPUs.

    Parameters
    ----------
    target : str           one of the targets of ``native``'s libraries
    plain : callable ``(*arrays, **given) -> tuple``
        The same in JAX: for other platforms, types and derivatives, which exist to any order.
    is_worth_it : callable ``(dtypes, shapes) -> bool``    asked where it is lowered for a CPU
    attributes : callable ``(shapes, **given) -> dict``    of the kernel; default: what is given

    by_rows : bool, default False
        All arrays have the same axes, and only the last one is more than a way to count rows: then
        mapping adds rows.  Otherwise it takes the formula.
    by_numpy : callable ``(shapes) -> number``
        What the formula takes NumPy, in nominal nanoseconds; default: ``number`` for each number.
    judged : callable ``(shapes, **given) -> shapes``
        What ``is_worth_it`` and ``by_numpy`` go by; default: the shapes of the arrays.
    results : callable ``(*arrays) -> list of (shape, dtype)``
        Of what it returns; default: what is found by tracing ``plain``, which takes its time.

    ``given`` are (name, value) pairs, hashable.
    """
    library = native.library_of(target)
    p = Primitive(f"mxnet_{target}")
    p.multiple_results = True
    p.def_impl(plain)

    @p.def_abstract_eval
    def _(*arrays, **given):
        if results is not None:
            found = results(*arrays)
        else:
            shapes = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in arrays]
            traced = jax.eval_shape(partial(plain, **given), *shapes)
            found = [(f.shape, f.dtype) for f in traced]
        return [arrays[0].update(shape=s, dtype=d, weak_type=False) for s, d in found]

    by_formula = mlir.lower_fun(plain, multiple_results=True)

    def on_cpu(ctx, *arrays, **given):
        shapes = [a.shape for a in ctx.avals_in]
        worth_it = is_worth_it([a.dtype for a in ctx.avals_in], sizes(shapes, given))
        if not (worth_it and is_native(library)):
            return by_formula(ctx, *arrays, **given)
        lower = jax.ffi.ffi_lowering(native.name(target))
        return lower(ctx, *arrays, **numbers(shapes, given))

    def numbers(shapes, given):
        return attributes(shapes, **given) if attributes else given

    def sizes(shapes, given):
        return judged(shapes, **given) if judged else shapes

    @direct.describes(p)
    def _(given, ins, outs):
        shapes = [a.shape for a in ins]
        dtypes = [a.dtype for a in ins]
        if by_numpy is None:
            if not is_worth_it(dtypes, sizes(shapes, given)):
                return None
            cost = number * sum([math.prod(s) for s in sizes(shapes, given)])
        elif any(d != "float32" for d in dtypes) or any(0 in s for s in shapes):
            return None
        else:
            cost = by_numpy(sizes(shapes, given))
        return direct.Call(library, target, numbers(shapes, given), cost)

    mlir.register_lowering(p, by_formula)
    mlir.register_lowering(p, on_cpu, platform="cpu")

    def mapped(arrays, axes, **given):
        if by_rows:
            found = p.bind(*mapped_first(arrays, axes), **given)
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
