"""Looking up rows and its transpose, adding rows up, as primitives: each is the other's derivative.

==========================  =====================================================
``look_up(table, at)``      ``table[at]``, places known to be inside
``add_up(at, rows, n)``     zeros (n, D), to which each row is added at its place
==========================  =====================================================

The second one is what a large embedding's gradient costs. XLA writes the zeros of equal tables once
and copies them for each; the native kernel writes each table once, with all threads.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from . import direct, native
from .choose import rows_are_native

__all__ = ["add_up", "look_up"]

_AN_ELEMENT = 6  # nanoseconds of NumPy


def look_up(table, at):
    """Rows of ``table`` (N, ...) at integers ``at`` (*I) in 0 ... N - 1: (*I, ...)."""
    return _look_up_p.bind(table, at)


def add_up(at, rows, n, negative=False):
    """Sums of ``rows`` (*I, ...) at their places (*I): (n, ...).

    Places outside are left out. Sums of nothing are 0, or -0.0 with ``negative``.
    """
    return _add_up_p.bind(at, rows, n=n, negative=negative)


def _or_end(at, n):
    """Places outside as the first one outside: negative ones would count from the end, and larger
    ones than XLA's own integers hold would come back inside.
    """
    at = jnp.asarray(at)
    return jnp.where((at < 0) | (at > n), jnp.asarray(n, at.dtype), at)


def _plain_look_up(table, at):
    return jnp.asarray(table).at[at].get(mode="promise_in_bounds")


def _plain_add_up(at, rows, *, n, negative):
    shape = (n, *rows.shape[at.ndim :])
    zeros = jnp.full(shape, -0.0 if negative else 0.0, rows.dtype)
    return zeros.at[_or_end(at, n)].add(rows, mode="drop")


def _add_up_on_cpu(ctx, *operands, n, negative):
    if not rows_are_native(ctx.avals_out[0].dtype, ctx.avals_out[0].shape):
        return _lower_add_up(ctx, *operands, n=n, negative=negative)

    def call(at, rows):
        target = jax.ffi.ffi_call(native.name("add_rows"), ctx.avals_out[0])
        return target(_or_end(at, n).astype("int32"), rows, negative=negative)

    return mlir.lower_fun(call, multiple_results=False)(ctx, *operands)


def _primitive(name, plain, shape):
    p = Primitive(f"mxnet_{name}")
    p.def_impl(plain)
    p.def_abstract_eval(shape)
    mlir.register_lowering(p, mlir.lower_fun(plain, multiple_results=False))

    def batched(arrays, axes, **fixed):
        return jax.vmap(partial(plain, **fixed), axes)(*arrays), 0

    batching.primitive_batchers[p] = batched
    return p


_look_up_p = _primitive(
    "look_up",
    _plain_look_up,
    lambda table, at: table.update(shape=at.shape + table.shape[1:], weak_type=False),
)
_add_up_p = _primitive(
    "add_up",
    _plain_add_up,
    lambda at, rows, *, n, negative: rows.update(
        shape=(n, *rows.shape[at.ndim :]), weak_type=False
    ),
)


@direct.describes(_add_up_p)
def _add_up_directly(params, ins, outs):
    at, rows = ins
    if at.dtype != "int32" or rows.dtype != "float32" or 0 in rows.shape:
        return None
    attributes = {"negative": onp.bool_(params["negative"])}
    cost = _AN_ELEMENT * math.prod(rows.shape)
    return direct.Call(native.UPDATES, "add_rows", attributes, cost)


_lower_add_up = mlir.lower_fun(_plain_add_up, multiple_results=False)
mlir.register_lowering(_add_up_p, _add_up_on_cpu, platform="cpu")


def _back_of_look_up(ct, table, at):
    if type(ct) is ad.Zero:
        return ad.Zero(table.aval), None
    return add_up(at, ct, table.aval.shape[0]), None


def _back_of_add_up(ct, at, rows, *, n, negative):
    if type(ct) is ad.Zero:
        return None, ad.Zero(rows.aval)
    return None, jnp.asarray(ct).at[_or_end(at, n)].get(mode="fill", fill_value=0)


# Both are linear in what is no place.
ad.defjvp(_look_up_p, lambda tangent, table, at: look_up(tangent, at), None)
ad.defjvp(
    _add_up_p,
    None,
    lambda tangent, at, rows, *, n, negative: add_up(at, tangent, n, negative),
)
ad.primitive_transposes[_look_up_p] = _back_of_look_up
ad.primitive_transposes[_add_up_p] = _back_of_add_up
