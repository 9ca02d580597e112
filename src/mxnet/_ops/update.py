"""Optimizer steps: (weight, gradient, states) -> (new weight, new states).

The states are declared as mutated inputs.  Learning rates, decays and the like are run-time numbers, so that a
schedule compiles nothing.  In all of them ``clip_gradient < 0`` means no clipping.
"""

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._spec import Scalar, op


def cast(dtype, *scalars):
    """The run-time numbers in the weight's type."""
    return tuple(s.astype(dtype) for s in scalars)


def clipped(g, limit):
    """g held within [-limit, limit]; a negative limit means none."""
    bound = jnp.where(limit < 0, jnp.inf, limit).astype(g.dtype)
    return lax.clamp(-bound, g, bound)


def same_shapes(where, weight, **others):
    """Raise ShapeError unless gradient and states have the weight's shape."""
    for name, x in others.items():
        if x.shape != weight.shape:
            fail(ShapeError, where, f"{name} does not fit weight", expected=weight.shape, got=x.shape)


@op("sgd_update", aliases=("_sparse_sgd_update",))
def sgd_update(weight, grad, *, lr: Scalar, wd: Scalar = 0.0, rescale_grad: Scalar = 1.0,
               clip_gradient: Scalar = -1.0, lazy_update: bool = True):
    """Gradient descent: ``w - lr (clip(rescale_grad g) + wd w)``.

    Parameters
    ----------
    weight, grad : same shape, float
    lr, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)
    lazy_update : bool      matters for sparse gradients only

    Returns
    -------
    the new weight
    """
    same_shapes("sgd_update", weight, grad=grad)
    return sgd_step(weight, grad, lr, wd, rescale_grad, clip_gradient)


def sgd_step(w, g, lr, wd, rescale, clip):
    lr, wd, rescale, clip = cast(w.dtype, lr, wd, rescale, clip)
    return (1 - lr * wd) * w - lr * clipped(rescale * g.astype(w.dtype), clip)


@op("sgd_mom_update", aliases=("_sparse_sgd_mom_update",), num_outputs=2, visible=1, mutates=(("mom", 1),))
def sgd_mom_update(weight, grad, mom, *, lr: Scalar, momentum: Scalar = 0.0, wd: Scalar = 0.0,
                   rescale_grad: Scalar = 1.0, clip_gradient: Scalar = -1.0, lazy_update: bool = True):
    """Gradient descent with momentum: ``m' = momentum m - lr (clip(rescale_grad g) + wd w)``, ``w' = w + m'``.

    Parameters
    ----------
    weight, grad, mom : same shape, float; ``mom`` is replaced by m'
    lr, momentum, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)
    lazy_update : bool      matters for sparse gradients only

    Returns
    -------
    the new weight
    """
    same_shapes("sgd_mom_update", weight, grad=grad, mom=mom)
    return momentum_step(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient)


def momentum_step(w, g, m, lr, momentum, wd, rescale, clip):
    lr, momentum, wd, rescale, clip = cast(w.dtype, lr, momentum, wd, rescale, clip)
    m = momentum * m - lr * wd * w - lr * clipped(rescale * g.astype(w.dtype), clip)
    return w + m, m


@op("adam_update", aliases=("_sparse_adam_update",), num_outputs=3, visible=1, mutates=(("mean", 1), ("var", 2)))
def adam_update(weight, grad, mean, var, *, lr: Scalar, beta1: Scalar = 0.899999976, beta2: Scalar = 0.999000013,
                epsilon: Scalar = 9.99999994e-09, wd: Scalar = 0.0, rescale_grad: Scalar = 1.0,
                clip_gradient: Scalar = -1.0, lazy_update: bool = True):
    """Adam without its bias correction (the caller puts that into ``lr``).

    ``g' = clip(rescale_grad g + wd w)``; ``m' = beta1 m + (1 - beta1) g'``; ``v' = beta2 v + (1 - beta2) g'^2``;
    ``w' = w - lr m' / (sqrt(v') + epsilon)``.

    Parameters
    ----------
    weight, grad, mean, var : same shape, float; ``mean`` and ``var`` are replaced by m' and v'
    lr, beta1, beta2, epsilon, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)
    lazy_update : bool      matters for sparse gradients only

    Returns
    -------
    the new weight
    """
    same_shapes("adam_update", weight, grad=grad, mean=mean, var=var)
    lr, beta1, beta2, epsilon, wd, rescale, clip = cast(weight.dtype, lr, beta1, beta2, epsilon, wd, rescale_grad,
                                                        clip_gradient)
    g = clipped(rescale * grad + wd * weight, clip)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    return weight - lr * m / (jnp.sqrt(v) + epsilon), m, v
