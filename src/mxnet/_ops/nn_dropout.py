"""Dropout."""

from typing import Literal

import jax.numpy as jnp
import numpy as onp

from ..error import AttributeTypeError, ShapeError, fail
from ._bits import random_bits16
from ._facts import data_equal
from ._spec import Shape, op


@op("Dropout", aliases=("_npx_dropout",), total=2, complete=(data_equal,))
def dropout(
    data,
    *,
    p: float = 0.5,
    mode: Literal["always", "training"] = "training",
    axes: Shape | None = (),
    cudnn_off: bool | None = False,
    key=None,
    train=False,
):
    """In training, set elements to 0 with probability ``p`` and scale the rest by ``1 / (1 - p)``.

    Parameters
    ----------
    data : any shape, float
    p : float in [0, 1], default 0.5       probability of dropping
    mode : {'training', 'always'}          ``'always'`` drops outside of training as well
    axes : tuple of int, default ()        axes along which one draw is shared
    cudnn_off : bool                       accepted and without effect

    Returns
    -------
    same shape and dtype as data; data itself outside of training

    Raises
    ------
    AttributeTypeError   if p is not a probability
    ShapeError           if one of axes does not exist

    Notes
    -----
    One draw has 16 random bits: ``p`` is met to within 1/131072 (exactly for sixteenths and the
    like), for half the price of 32 bits.
    """
    if not 0 <= p <= 1:
        fail(AttributeTypeError, "Dropout", "p is not a probability", expected="0 <= p <= 1", got=p)
    if p == 0 or not (train or mode == "always"):
        return data
    if p == 1:
        return jnp.zeros_like(data)
    axes = axes or ()
    for axis in axes:
        if not -data.ndim <= axis < data.ndim:
            fail(
                ShapeError,
                "Dropout",
                "axes names an axis that data does not have",
                expected=f"-{data.ndim} <= axis < {data.ndim} for data {data.shape}",
                got=tuple(axes),
            )
    shared = {axis % data.ndim for axis in axes}
    shape = tuple(1 if i in shared else n for i, n in enumerate(data.shape))
    keep = 1 - p
    kept = random_bits16(key, shape) < onp.uint16(min(round(keep * 65536), 65535))
    scale = jnp.where(kept, jnp.asarray(1 / keep, data.dtype), jnp.asarray(0, data.dtype))
    return data * scale
