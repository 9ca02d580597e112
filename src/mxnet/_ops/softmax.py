"""Softmax and its relatives."""

from typing import Literal

import jax
import jax.numpy as jnp
from jax import lax

from ..error import AttributeTypeError, DTypeError, ShapeError, fail
from ._facts import data_equal, put_if_open, without
from ._nn import accumulator, axis_of, require_floating, require_labels, require_together
from ._spec import DType, op
from .kernels import rowwise


def along_rows(x, axis):
    """Whether :mod:`.kernels.rowwise` is meant for it."""
    return x.dtype == jnp.float32 and x.ndim and axis in (-1, x.ndim - 1) and x.size


def softmax_of(x, axis):
    """e^x / sum e^x along ``axis``; all zeros where every x is -inf (masked out)."""
    if along_rows(x, axis):
        return rowwise.softmax(x)
    return rowwise.softmax_formula(x, axis, log=False)


def log_softmax_of(x, axis):
    """X - log sum e^x along ``axis``."""
    if along_rows(x, axis):
        return rowwise.log_softmax(x)
    return rowwise.softmax_formula(x, axis, log=True)


def prepared(where, data, axis, temperature, dtype):
    """(data over temperature in the accumulation type, axis >= 0, the type of the result).

    An array without axes counts as a vector of one element, as in 1.9.1.
    """
    require_floating(where, data=data)
    if not data.ndim:
        data = data.reshape((1,))
    axis = axis_of(where, data, axis)
    out = data.dtype if dtype is None else dtype
    x = data.astype(jnp.promote_types(accumulator(data.dtype), accumulator(jnp.dtype(out))))
    if temperature is not None and temperature != 1.0:
        if temperature == 0:
            fail(
                AttributeTypeError,
                where,
                "temperature is zero",
                expected="another number",
                got=temperature,
            )
        x = x / temperature
    return x, axis % data.ndim, out


def inside_length(where, x, length, axis):
    """Mask of the positions before each row's length along ``axis``."""
    if not jnp.issubdtype(length.dtype, jnp.integer):
        fail(
            DTypeError,
            where,
            "length is not of an integer type",
            expected="int32 or int64",
            got=length.dtype.name,
        )
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    if length.shape != shape:
        fail(
            ShapeError,
            where,
            "length does not fit data",
            expected=f"length {shape} for data {x.shape} without axis {axis}",
            got=length.shape,
        )
    return lax.broadcasted_iota(length.dtype, x.shape, axis) < jnp.expand_dims(length, axis)


def _length_shape(found, node):
    static, _ = node.parse()
    if static["use_length"] and len(node.inputs) > 1:
        length = without(found.get(node.inputs[0]), static["axis"])
        put_if_open(found, node.inputs[1], length, node)


@op(
    "softmax",
    aliases=("_npx_softmax",),
    present={"length": "use_length"},
    complete=(
        data_equal,
        _length_shape,
    ),
    free={"length": "int32"},
)
def softmax(
    data,
    length=None,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DType | None = None,
    use_length: bool | None = False,
):
    """Probabilities ``e^(x / T) / sum e^(x / T)`` along an axis.

    Parameters
    ----------
    data : any shape, float
    length : data's shape without ``axis``, integer, with ``use_length`` only
        From position ``length`` on, the result is 0 and the rest sums to 1.
    axis : int, default -1
    temperature : float, default 1           T of the formula
    dtype : dtype of the result, default data's
    use_length : bool, default False

    Returns
    -------
    same shape as data

    Raises
    ------
    DTypeError   if data is not floating or length not integer
    ShapeError   if axis does not exist or length does not fit
    """
    x, axis, out = prepared("softmax", data, axis, temperature, dtype)
    expected = "length with use_length=True only"
    require_together("softmax", "length", length, "use_length", use_length, expected)
    if length is not None:
        x = jnp.where(inside_length("softmax", x, length, axis), x, -jnp.inf)
    return softmax_of(x, axis).astype(out).reshape(data.shape)


@op("softmin", complete=(data_equal,))
def softmin(
    data,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DType | None = None,
    use_length: bool | None = False,
):
    """Softmax of ``-data``: the smallest element gets the largest probability.

    Parameters
    ----------
    data : any shape, float
    axis : int, default -1
    temperature : float, default 1           what data are divided by
    dtype : dtype of the result, default data's
    use_length : bool                        without effect

    Returns
    -------
    same shape as data

    Raises
    ------
    DTypeError   if data is not floating
    ShapeError   if axis does not exist
    """
    x, axis, out = prepared("softmin", data, axis, temperature, dtype)
    return softmax_of(-x, axis).astype(out).reshape(data.shape)


@op("log_softmax", aliases=("_npx_log_softmax",), complete=(data_equal,))
def log_softmax(
    data,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DType | None = None,
    use_length: bool | None = False,
):
    """Logarithm of softmax, ``x / T - log sum e^(x / T)``, without loss of small probabilities.

    Parameters
    ----------
    data : any shape, float
    axis : int, default -1
    temperature : float, default 1           T of the formula
    dtype : dtype of the result, default data's
    use_length : bool                        without effect

    Returns
    -------
    same shape as data

    Raises
    ------
    DTypeError   if data is not floating
    ShapeError   if axis does not exist
    """
    x, axis, out = prepared("log_softmax", data, axis, temperature, dtype)
    return log_softmax_of(x, axis).astype(out).reshape(data.shape)


@op("SoftmaxActivation", complete=(data_equal,))
def softmax_activation(data, *, mode: Literal["channel", "instance"] = "instance"):
    """Softmax over axis 1 (``mode='channel'``) or over all but the batch axis (``'instance'``).

    1.9.1 computes ``'instance'`` over the last axis for data of more than two axes, and so does
    this.

    Parameters
    ----------
    data : (B, C, ...) float
    mode : {'instance', 'channel'}, default 'instance'

    Returns
    -------
    same shape as data

    Raises
    ------
    DTypeError   if data is not floating
    ShapeError   if axis does not exist
    """
    axis = 1 if mode == "channel" else -1
    x, axis, out = prepared("SoftmaxActivation", data, axis, None, None)
    return softmax_of(x, axis).astype(out)


def picked(x, label):
    """The element of each row of ``x`` (B, C) that ``label`` (B,) names."""
    columns = lax.broadcasted_iota("int32", x.shape, x.ndim - 1)
    return jnp.sum(
        jnp.where(columns == label.astype("int32")[..., None], x, lax.full_like(x, 0)), -1
    )


@op("softmax_cross_entropy")
def softmax_cross_entropy(data, label):
    """Sum over the batch of ``-log softmax(data)[label]``.

    Parameters
    ----------
    data : (B, C) float     scores
    label : (B,) number     class indices

    Returns
    -------
    (1,) same dtype as data

    Gradient     wrt data only
    """
    require_floating("softmax_cross_entropy", data=data)
    require_labels("softmax_cross_entropy", data, label)
    x = log_softmax_of(data.astype(accumulator(data.dtype)), 1)
    return -jnp.sum(picked(x, jax.lax.stop_gradient(label)), keepdims=True).astype(data.dtype)
