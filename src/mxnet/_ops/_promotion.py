"""Promotion rules: the element types in which NumPy's operators compute.

A rule takes the operator's arrays and its name, and gives the arrays in the types that the function
expects. Rules run while shapes are inferred and programs are made; a call costs nothing for them.

- Between floating-point types the wider one wins, and a floating-point type wins over every whole
  one, however wide: ``int64 + float16`` is float16.
- Between integer types the wider one wins; of uint8 and int8, int32.
- Truth values become whatever the other operand is.
"""

import jax.numpy as jnp

from ..error import DTypeError, fail
from ._axes import as_type, is_real

__all__ = [
    "common_type",
    "in_common",
    "in_common_inexact",
    "inexact",
    "not_bool",
    "whole",
    "to_common",
]

_FLOATS = ("float16", "bfloat16", "float32", "float64")


def common_type(dtypes):
    """The type that operands of several types meet in."""
    dtypes = [jnp.dtype(d) for d in dtypes]
    real = [d for d in dtypes if jnp.issubdtype(d, jnp.inexact)]
    if real:
        found = real[0]
        for d in real[1:]:
            found = jnp.promote_types(found, d)
        return jnp.dtype(found)
    found = dtypes[0]
    for d in dtypes[1:]:
        if {found.name, d.name} == {"uint8", "int8"}:
            found = jnp.dtype("int32")
        else:
            found = jnp.promote_types(found, d)
    return jnp.dtype(found)


def to_common(arrays):
    """Arrays converted to the type they meet in."""
    first = arrays[0].dtype
    if all(x.dtype == first for x in arrays):
        return tuple(arrays)
    to = common_type([x.dtype for x in arrays])
    return tuple(as_type(x, to) for x in arrays)


def in_common(arrays, where):
    """Arithmetic: all operands in the type they meet in."""
    return to_common(arrays)


def not_bool(arrays, where):
    """Arithmetic that 1.9.1 has for numbers only."""
    arrays = to_common(arrays)
    if arrays[0].dtype == bool:
        fail(
            DTypeError,
            where,
            "truth values are no numbers",
            expected="a floating-point or integer type",
            got="bool",
            hint="convert with .astype('float32')",
        )
    return arrays


def _float_of(x):
    return x if is_real(x) else as_type(x, jnp.dtype("float32"))


def in_common_inexact(arrays, where):
    """Division and its like: integer types become float32, then all meet."""
    kinds = [x.dtype for x in arrays if is_real(x)]
    if not kinds:
        return tuple(_float_of(x) for x in arrays)
    to = common_type(kinds)
    return tuple(as_type(x, to) for x in arrays)


def inexact(arrays, where):
    """Functions of one array that need floating point: integer types become float32."""
    return tuple(_float_of(x) for x in arrays)


def solved(arrays, where):
    """Equations and eigenvalues: where an integer type is among them, all become float64."""
    if any(jnp.issubdtype(x.dtype, jnp.integer) for x in arrays):
        return tuple(as_type(x, jnp.dtype("float64")) for x in arrays)
    return to_common(arrays)


def whole(arrays, where):
    """Operations on bits: integer types and truth values only."""
    arrays = to_common(arrays)
    if is_real(arrays[0]):
        fail(
            DTypeError,
            where,
            "the bits of floating-point numbers have no meaning",
            expected="an integer type or bool",
            got=arrays[0].dtype.name,
        )
    return arrays
