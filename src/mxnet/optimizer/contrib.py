"""Optimizers of ``mx.optimizer.contrib``."""

import jax.numpy as jnp
import numpy as onp

from .._ops.update import cast, clipped
from ..error import MXNetError
from ..ndarray import array
from ._base import Optimizer, register

__all__ = ["GroupAdaGrad"]


@register
class GroupAdaGrad(Optimizer):
    """AdaGrad with one sum of squares per row, for embeddings: ``h = h + mean(g'^2)`` over a row.

    ``g' = clip(rescale_grad g)``, ``w = w - lr g' / sqrt(h + eps)``. No weight decay.

    Parameters
    ----------
    eps : float, default 1e-5
    **kwargs : see :class:`Optimizer`
    """

    def __init__(self, eps=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.float_stable_eps = eps

    def create_state(self, index, weight):
        """One number per row, (N, 1)."""
        if len(weight.shape) != 2:
            raise AssertionError(
                f"GroupAdaGrad: expected a matrix, got a weight of shape {weight.shape}."
            )
        history = onp.zeros((weight.shape[0], 1), weight.dtype)
        return array(history, ctx=weight.context, dtype=weight.dtype)

    def hyper(self):
        """(eps,)"""
        return (self.float_stable_eps,)

    def rates(self, lr, wd, t):
        """(lr, wd), which must be 0"""
        if wd:
            raise MXNetError(
                f"GroupAdaGrad: weight decay is not supported: expected wd = 0, got {wd}."
            )
        return lr, wd

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        lr, rescale, clip, eps = cast(weight.dtype, rates[0], *shared)
        g = clipped(rescale * grad, clip)
        history = state + jnp.mean(g * g, axis=1, keepdims=True)
        return weight - lr * g / jnp.sqrt(history + eps), history
