"""Affine maps."""

import math

import jax.numpy as jnp

from ..error import ShapeError, fail
from ._facts import batch_of_data, product_cost
from ._spec import op
from .kernels.dense import product


def infer_fully_connected(
    data, weight=None, bias=None, *, num_hidden, no_bias=False, flatten=True, **_
):
    """Shapes of the learned inputs, given the shape of the data (deferred initialisation)."""
    inputs = math.prod(data[1:]) if flatten else data[-1]
    shapes: dict[str, tuple] = {"weight": (num_hidden, inputs)}
    if not no_bias:
        shapes["bias"] = (num_hidden,)
    return shapes


def _dense_shapes(found, node):
    data, out = found.get(node.inputs[0]), found.get((node, 0))
    if data is None or out is None:
        return
    if node.parse()[0]["flatten"]:
        batch_of_data(found, node)
    elif len(data) == len(out):
        found.put(node.inputs[0], (*out[:-1], data[-1]), node)


@op(
    "FullyConnected",
    aliases=("_npx_fully_connected", "_sparse_FullyConnected"),
    infer=infer_fully_connected,
    same_dtype=True,
    present={"bias": "not no_bias"},
    complete=(_dense_shapes,),
    multiplications=product_cost,
)
def fully_connected(
    data, weight, bias=None, *, num_hidden: int, no_bias: bool = False, flatten: bool = True
):
    """Affine map ``y = x W^T + b``.

    Parameters
    ----------
    data : (B, ...) or, with ``flatten=False``, (..., K) float
        With ``flatten`` all axes after the first are joined to K.
    weight : (num_hidden, K) same dtype
    bias : (num_hidden,) same dtype, absent with ``no_bias``
    num_hidden : int                number of outputs per row
    no_bias : bool, default False
    flatten : bool, default True

    Returns
    -------
    (B, num_hidden) or (..., num_hidden) dtype of data; half precision accumulates in float32

    Raises
    ------
    ShapeError   if weight or bias does not fit data and num_hidden
    """
    if data.ndim == 0:
        fail(
            ShapeError,
            "FullyConnected",
            "data has no axes",
            expected="(batch, ...)",
            got=data.shape,
        )
    # not -1 for the joined axis: that has no answer for an empty batch
    x = (
        data.reshape(data.shape[0], math.prod(data.shape[1:]))
        if flatten and data.ndim != 2
        else data
    )
    k = x.shape[-1]
    if weight.shape != (num_hidden, k):
        fail(
            ShapeError,
            "FullyConnected",
            "weight does not fit data",
            expected=f"weight ({num_hidden}, {k}) for data {data.shape}",
            got=weight.shape,
            hint=f"num_hidden is {num_hidden}"
            if weight.ndim == 2 and weight.shape[1] == k
            else "flatten=False maps the last axis only"
            if flatten and data.ndim > 2 and weight.shape[-1:] == data.shape[-1:]
            else None,
        )
    if no_bias != (bias is None):
        fail(
            ShapeError,
            "FullyConnected",
            "bias and no_bias contradict each other",
            expected="no bias with no_bias=True" if no_bias else f"bias ({num_hidden},)",
            got="a bias" if no_bias else "none",
            hint=None if no_bias else "pass no_bias=True",
        )
    rows = math.prod(x.shape[:-1])
    y = product(x.reshape(rows, k), weight.astype(x.dtype), transpose_b=True)
    y = y.reshape(*x.shape[:-1], num_hidden)
    if bias is not None:
        if bias.shape != (num_hidden,):
            fail(
                ShapeError,
                "FullyConnected",
                "bias does not fit num_hidden",
                expected=f"bias ({num_hidden},)",
                got=bias.shape,
            )
        y = y + jnp.broadcast_to(bias.astype(y.dtype), y.shape)
    return y
