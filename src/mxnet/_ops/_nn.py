"""What the network operators share: layouts, window parameters, accumulation types, checks."""

import jax.numpy as jnp
from jax import lax

from .._dtypes import is_floating
from ..error import AttributeTypeError, DTypeError, ShapeError, fail

__all__ = [
    "DEFAULT_LAYOUT",
    "accumulator",
    "axis_of",
    "batched",
    "channel_last",
    "layout_of",
    "require_axes",
    "require_floating",
    "require_labels",
    "require_size",
    "require_together",
    "require_shape",
    "moved",
    "window",
]

DEFAULT_LAYOUT = {1: "NCW", 2: "NCHW", 3: "NCDHW"}  # by number of spatial axes


def accumulator(dtype):
    """The type for sums over elements of ``dtype``: float32 for the half-precision floats."""
    return jnp.float32 if dtype.itemsize == 2 and is_floating(dtype) else dtype


def require_floating(where, **arrays):
    """Raise DTypeError for the first array that is not of a floating type."""
    for name, x in arrays.items():
        if x is not None and not is_floating(x.dtype):
            fail(
                DTypeError,
                where,
                f"{name} has a type without fractions",
                expected="float16, bfloat16, float32 or float64",
                got=x.dtype.name,
                hint=f"cast it first: {name}.astype('float32')",
            )


def require_shape(where, name, x, expected, because):
    """Raise ShapeError unless array ``x`` has the expected shape."""
    if x.shape != tuple(expected):
        fail(
            ShapeError,
            where,
            f"{name} does not fit",
            expected=f"{name} {tuple(expected)} {because}",
            got=x.shape,
        )


def require_axes(where, name, x, ndim, form):
    """Raise ShapeError unless array ``x`` has ``ndim`` axes."""
    if x.ndim != ndim:
        fail(
            ShapeError,
            where,
            f"{name} has the wrong number of axes",
            expected=f"{name} {form}",
            got=x.shape,
        )


def require_size(where, name, x, axis, size, form):
    """Raise ShapeError unless ``x`` has ``size`` elements on ``axis``."""
    if x.shape[axis] != size:
        fail(ShapeError, where, f"{name} does not fit", expected=f"{name} {form}", got=x.shape)


def axis_of(where, data, axis):
    """``axis`` as a number >= 0."""
    if not -data.ndim <= axis < data.ndim:
        fail(
            ShapeError,
            where,
            "axis does not exist",
            got=axis,
            expected=f"-{data.ndim} <= axis < {data.ndim} for data {data.shape}",
        )
    return axis % data.ndim


def require_labels(where, data, label):
    """Raise ShapeError unless there is a row of scores for each label."""
    if data.ndim != 2 or label.shape != data.shape[:1]:
        fail(
            ShapeError,
            where,
            "label does not fit data",
            expected="data (B, C) and label (B,)",
            got=f"data {data.shape} and label {label.shape}",
        )


def require_together(where, name, given, flag, used, expected):
    """Raise ShapeError unless an optional array is given just where ``flag`` asks for it."""
    if bool(used) != (given is not None):
        fail(
            ShapeError,
            where,
            f"{name} and {flag} do not go together",
            expected=expected,
            got="none" if given is None else given.shape,
        )


def window(where, name, value, n, default):
    """A per-axis window parameter (kernel, stride, pad ...): as many numbers as spatial axes.

    ``default`` fills an empty one and is also the least legal number.
    """
    value = tuple(value or ())
    if not value:
        return (default,) * n
    if len(value) != n:
        fail(
            ShapeError,
            where,
            f"{name} has another number of axes than the kernel",
            expected=f"{n} numbers",
            got=value,
        )
    if min(value) < default:
        fail(
            AttributeTypeError,
            where,
            f"{name} is too small",
            expected=f"numbers >= {default}",
            got=value,
        )
    return value


def layout_of(where, layout, n) -> str:
    """The layout's letters, checked against the number of spatial axes."""
    layout = DEFAULT_LAYOUT.get(n) if layout in (None, "None") else layout
    if layout is None or len(layout) != n + 2:
        fail(
            ShapeError,
            where,
            "layout and kernel have different numbers of spatial axes",
            expected=f"a layout with {n} spatial axes" if layout else "1, 2 or 3 spatial axes",
            got=layout or f"{n} kernel axes",
        )
    return layout


def channel_last(layout):
    """Whether the channel axis is the last one."""
    return layout[-1] == "C"


def batched(where, data, n, kernel):
    """Raise ShapeError unless data of this shape has a batch axis, a channel axis and ``n`` spatial
    axes.
    """
    if len(data) != n + 2:
        fail(
            ShapeError,
            where,
            "data has the wrong number of axes",
            expected=f"{n + 2} axes (batch, channel and {n} spatial) for kernel {kernel}",
            got=data,
            hint="add a batch axis with expand_dims(0)" if len(data) == n + 1 else None,
        )


def moved(v, axis, ndim):
    """A vector shaped to broadcast along ``axis`` of an array with ``ndim`` axes."""
    return lax.reshape(v, tuple(v.shape[0] if i == axis else 1 for i in range(ndim)))
