"""Optimizer steps: (weight, gradient, states) -> (new weight, new states).

The states are declared as mutated inputs.  Learning rates, decays and the like are run-time
numbers, so that a schedule compiles nothing.  In all of them ``clip_gradient < 0`` means no
clipping.
"""

import inspect
import itertools

import jax.numpy as jnp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail
from ._spec import Scalar, Scalars, op


def cast(dtype, *scalars):
    """The run-time numbers in the weight's type."""
    return tuple(s.astype(dtype) for s in scalars)


def clipped(g, limit):
    """G held within [-limit, limit]; a negative limit means none."""
    bound = jnp.where(limit < 0, jnp.inf, limit).astype(g.dtype)
    return lax.clamp(-bound, g, bound)


def same_shapes(where, weight, **others):
    """Raise ShapeError unless gradient and states have the weight's shape."""
    for name, x in others.items():
        if x.shape != weight.shape:
            fail(
                ShapeError, where, f"{name} does not fit weight", expected=weight.shape, got=x.shape
            )


@op("sgd_update", aliases=("_sparse_sgd_update",))
def sgd_update(
    weight,
    grad,
    *,
    lr: Scalar,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    lazy_update: bool = True,
):
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


@op(
    "sgd_mom_update",
    aliases=("_sparse_sgd_mom_update",),
    num_outputs=2,
    visible=1,
    mutates=(("mom", 1),),
)
def sgd_mom_update(
    weight,
    grad,
    mom,
    *,
    lr: Scalar,
    momentum: Scalar = 0.0,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    lazy_update: bool = True,
):
    """Gradient descent with momentum.

    ``m' = momentum m - lr (clip(rescale_grad g) + wd w)``; ``w' = w + m'``.

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


@op(
    "adam_update",
    aliases=("_sparse_adam_update",),
    num_outputs=3,
    visible=1,
    mutates=(("mean", 1), ("var", 2)),
)
def adam_update(
    weight,
    grad,
    mean,
    var,
    *,
    lr: Scalar,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999994e-09,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    lazy_update: bool = True,
):
    """Adam without its bias correction (the caller puts that into ``lr``).

    ``g' = clip(rescale_grad g + wd w)``; ``m' = beta1 m + (1 - beta1) g'``; ``v' = beta2 v + (1 -
    beta2) g'^2``; ``w' = w - lr m' / (sqrt(v') + epsilon)``.

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
    lr, beta1, beta2, epsilon, wd, rescale, clip = cast(
        weight.dtype, lr, beta1, beta2, epsilon, wd, rescale_grad, clip_gradient
    )
    g = clipped(rescale * grad + wd * weight, clip)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    return weight - lr * m / (jnp.sqrt(v) + epsilon), m, v


@op("mp_sgd_update", num_outputs=2, visible=1, mutates=(("weight32", 1),))
def mp_sgd_update(
    weight,
    grad,
    weight32,
    *,
    lr: Scalar,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    lazy_update: bool = True,
):
    """``sgd_update`` of a half-width weight; its float32 copy ``weight32`` is replaced."""
    same_shapes("mp_sgd_update", weight, grad=grad, weight32=weight32)
    new = sgd_step(weight32, grad, lr, wd, rescale_grad, clip_gradient)
    return new.astype(weight.dtype), new


@op("mp_sgd_mom_update", num_outputs=3, visible=1, mutates=(("mom", 1), ("weight32", 2)))
def mp_sgd_mom_update(
    weight,
    grad,
    mom,
    weight32,
    *,
    lr: Scalar,
    momentum: Scalar = 0.0,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    lazy_update: bool = True,
):
    """``sgd_mom_update`` of a half-width weight; float32 ``mom`` and ``weight32`` are replaced."""
    same_shapes("mp_sgd_mom_update", weight, grad=grad, mom=mom, weight32=weight32)
    new, m = momentum_step(weight32, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient)
    return new.astype(weight.dtype), m, new


@op("nag_mom_update", num_outputs=2, visible=1, mutates=(("mom", 1),))
def nag_mom_update(
    weight,
    grad,
    mom,
    *,
    lr: Scalar,
    momentum: Scalar = 0.0,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """Nesterov's momentum.

    ``w' = w + momentum (momentum m - lr (g' + wd w)) - lr (g' + wd w)`` with
    ``g' = clip(rescale_grad g)``, and ``m' = momentum m - lr (g' + wd w')``: as in 1.9.1, where the
    weight is updated in place, the decay in the stored momentum is that of the new weight.
    Parameters as for ``sgd_mom_update``; ``mom`` is replaced by m'.
    """
    same_shapes("nag_mom_update", weight, grad=grad, mom=mom)
    return nesterov_step(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient)


def nesterov_step(w, g, m, lr, momentum, wd, rescale, clip):
    """(new weight, new momentum)."""
    lr, momentum, wd, rescale, clip = cast(w.dtype, lr, momentum, wd, rescale, clip)
    g = clipped(rescale * g.astype(w.dtype), clip)
    step = lr * (g + wd * w)
    new = w + momentum * (momentum * m - step) - step
    return new, momentum * m - lr * (g + wd * new)


@op("mp_nag_mom_update", num_outputs=3, visible=1, mutates=(("mom", 1), ("weight32", 2)))
def mp_nag_mom_update(
    weight,
    grad,
    mom,
    weight32,
    *,
    lr: Scalar,
    momentum: Scalar = 0.0,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """``nag_mom_update`` of a half-width weight; float32 ``mom`` and ``weight32`` are replaced."""
    same_shapes("mp_nag_mom_update", weight, grad=grad, mom=mom, weight32=weight32)
    new, m = nesterov_step(weight32, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient)
    return new.astype(weight.dtype), m, new


def adagrad_step(where, weight, grad, history, lr, epsilon, wd, rescale_grad, clip_gradient):
    """(new weight, new history); the decay is neither scaled by the history nor clipped."""
    same_shapes(where, weight, grad=grad, history=history)
    lr, epsilon, wd, rescale, clip = cast(
        weight.dtype, lr, epsilon, wd, rescale_grad, clip_gradient
    )
    g = clipped(rescale * grad, clip)
    h = history + g * g
    return weight - lr * (g / jnp.sqrt(h + epsilon) + wd * weight), h


@op("_sparse_adagrad_update", num_outputs=2, visible=1, mutates=(("history", 1),))
def sparse_adagrad_update(
    weight,
    grad,
    history,
    *,
    lr: Scalar,
    epsilon: Scalar = 1.00000001e-07,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """AdaGrad: steps divided by the root of all squared gradients so far.

    ``g' = clip(rescale_grad g)``; ``h' = h + g'^2``;
    ``w' = w - lr (g' / sqrt(h' + epsilon) + wd w)``.

    Parameters
    ----------
    weight, grad, history : same shape, float; ``history`` is replaced by h'
    lr, epsilon, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the new weight
    """
    return adagrad_step(
        "_sparse_adagrad_update",
        weight,
        grad,
        history,
        lr,
        epsilon,
        wd,
        rescale_grad,
        clip_gradient,
    )


@op("_adadelta_update", num_outputs=3, visible=1, mutates=(("acc_grad", 1), ("acc_delta", 2)))
def adadelta_update(
    weight,
    grad,
    acc_grad,
    acc_delta,
    *,
    rho: Scalar = 0.9,
    epsilon: Scalar = 1e-5,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """AdaDelta: steps as long as the recent steps, in the direction of the gradient.

    ``g' = clip(rescale_grad g)``; ``a' = rho a + (1 - rho) g'^2``; ``s = sqrt(d + epsilon) /
    sqrt(a' + epsilon) g'``; ``d' = rho d + (1 - rho) s^2``; ``w' = w - s - wd w``.  1.9.1 had the
    formula in its optimizer, not as an operator.

    Parameters
    ----------
    weight, grad, acc_grad, acc_delta : same shape, float; the last two are replaced by a' and d'
    rho, epsilon, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the new weight
    """
    same_shapes("_adadelta_update", weight, grad=grad, acc_grad=acc_grad, acc_delta=acc_delta)
    rho, epsilon, wd, rescale, clip = cast(
        weight.dtype, rho, epsilon, wd, rescale_grad, clip_gradient
    )
    g = clipped(rescale * grad, clip)
    a = rho * acc_grad + (1 - rho) * g * g
    step = jnp.sqrt(acc_delta + epsilon) / jnp.sqrt(a + epsilon) * g
    d = rho * acc_delta + (1 - rho) * step * step
    return weight - step - wd * weight, a, d


@op("rmsprop_update", num_outputs=2, visible=1, mutates=(("n", 1),))
def rmsprop_update(
    weight,
    grad,
    n,
    *,
    lr: Scalar,
    gamma1: Scalar = 0.949999988,
    epsilon: Scalar = 9.99999994e-09,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    clip_weights: Scalar = -1.0,
):
    """RMSProp: steps divided by the root of the recent squared gradients.

    ``g' = clip(rescale_grad g + wd w)``; ``n' = gamma1 n + (1 - gamma1) g'^2``;
    ``w' = w - lr g' / sqrt(n' + epsilon)``.

    Parameters
    ----------
    weight, grad, n : same shape, float; ``n`` is replaced by n'
    lr, gamma1, epsilon, wd, rescale_grad : float
    clip_gradient, clip_weights : float, default -1 (off)     bounds of g' and of w'

    Returns
    -------
    the new weight
    """
    same_shapes("rmsprop_update", weight, grad=grad, n=n)
    lr, gamma1, epsilon, wd, rescale, clip, clip_weights = cast(
        weight.dtype, lr, gamma1, epsilon, wd, rescale_grad, clip_gradient, clip_weights
    )
    g = clipped(rescale * grad + wd * weight, clip)
    n = (1 - gamma1) * g * g + gamma1 * n
    return clipped(weight - lr * g / jnp.sqrt(n + epsilon), clip_weights), n


@op("rmspropalex_update", num_outputs=4, visible=1, mutates=(("n", 1), ("g", 2), ("delta", 3)))
def rmspropalex_update(
    weight,
    grad,
    n,
    g,
    delta,
    *,
    lr: Scalar,
    gamma1: Scalar = 0.949999988,
    gamma2: Scalar = 0.899999976,
    epsilon: Scalar = 9.99999994e-09,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    clip_weights: Scalar = -1.0,
):
    """RMSProp centred by the mean gradient and with momentum (Graves 2013, arXiv:1308.0850, eq.
    38-45).

    ``x = clip(rescale_grad grad + wd w)``; ``n' = gamma1 n + (1 - gamma1) x^2``; ``g' = gamma1 g +
    (1 - gamma1) x``; ``d' = gamma2 d - lr x / sqrt(n' - g'^2 + epsilon)``; ``w' = w + d'``.

    Parameters
    ----------
    weight, grad, n, g, delta : same shape, float; the last three are replaced
    lr, gamma1, gamma2, epsilon, wd, rescale_grad : float
    clip_gradient, clip_weights : float, default -1 (off)

    Returns
    -------
    the new weight
    """
    same_shapes("rmspropalex_update", weight, grad=grad, n=n, g=g, delta=delta)
    lr, gamma1, gamma2, epsilon, wd, rescale, clip, clip_weights = cast(
        weight.dtype, lr, gamma1, gamma2, epsilon, wd, rescale_grad, clip_gradient, clip_weights
    )
    x = clipped(rescale * grad + wd * weight, clip)
    n = (1 - gamma1) * x * x + gamma1 * n
    g = (1 - gamma1) * x + gamma1 * g
    delta = gamma2 * delta - lr * x / jnp.sqrt(n - g * g + epsilon)
    return clipped(weight + delta, clip_weights), n, g, delta


@op(
    "ftrl_update",
    aliases=("_sparse_ftrl_update",),
    num_outputs=3,
    visible=1,
    mutates=(("z", 1), ("n", 2)),
)
def ftrl_update(
    weight,
    grad,
    z,
    n,
    *,
    lr: Scalar,
    lamda1: Scalar = 0.00999999978,
    beta: Scalar = 1.0,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """Follow the regularised leader (McMahan et al. 2013): weights below ``lamda1`` become 0.

    ``g' = clip(rescale_grad g)``; ``z' = z + g' - (sqrt(n + g'^2) - sqrt(n)) w / lr``; ``n' = n +
    g'^2``; ``w' = (sign(z') lamda1 - z') / ((beta + sqrt(n')) / lr + wd)`` where ``|z'| > lamda1``,
    else 0.

    Parameters
    ----------
    weight, grad, z, n : same shape, float; ``z`` and ``n`` are replaced
    lr, lamda1, beta, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the new weight
    """
    same_shapes("ftrl_update", weight, grad=grad, z=z, n=n)
    lr, lamda1, beta, wd, rescale, clip = cast(
        weight.dtype, lr, lamda1, beta, wd, rescale_grad, clip_gradient
    )
    g = clipped(rescale * grad, clip)
    more = n + g * g
    z = z + g - (jnp.sqrt(more) - jnp.sqrt(n)) * weight / lr
    new = (jnp.sign(z) * lamda1 - z) / ((beta + jnp.sqrt(more)) / lr + wd)
    return jnp.where(jnp.abs(z) > lamda1, new, 0).astype(weight.dtype), z, more


@op("ftml_update", num_outputs=4, visible=1, mutates=(("d", 1), ("v", 2), ("z", 3)))
def ftml_update(
    weight,
    grad,
    d,
    v,
    z,
    *,
    lr: Scalar,
    beta1: Scalar = 0.600000024,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.9999999392252903e-09,
    t: Scalar,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_grad: Scalar = -1.0,
):
    """Follow the moving leader (Zheng and Kwok 2017); ``t`` counts the steps from 1.

    ``g' = clip(rescale_grad g + wd w)``; ``v' = beta2 v + (1 - beta2) g'^2``;
    ``d' = (1 - beta1^t) / lr (sqrt(v' / (1 - beta2^t)) + epsilon)``;
    ``z' = beta1 z + (1 - beta1) g' - (d' - beta1 d) w``; ``w' = -z' / d'``.

    Parameters
    ----------
    weight, grad, d, v, z : same shape, float; the last three are replaced
    lr, beta1, beta2, epsilon, t, wd, rescale_grad : float
    clip_grad : float, default -1 (off)

    Returns
    -------
    the new weight
    """
    same_shapes("ftml_update", weight, grad=grad, d=d, v=v, z=z)
    lr, beta1, beta2, epsilon, t, wd, rescale, clip = cast(
        weight.dtype, lr, beta1, beta2, epsilon, t, wd, rescale_grad, clip_grad
    )
    g = clipped(rescale * grad + wd * weight, clip)
    v = beta2 * v + (1 - beta2) * g * g
    new_d = (1 - beta1**t) / lr * (jnp.sqrt(v / (1 - beta2**t)) + epsilon)
    z = beta1 * z + (1 - beta1) * g - (new_d - beta1 * d) * weight
    return -z / new_d, new_d, v, z


@op("signsgd_update")
def signsgd_update(
    weight,
    grad,
    *,
    lr: Scalar,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """Descent by the gradient's sign: ``w - lr (sign(g) + wd w)``.

    Scaling and clipping do not change a sign.
    """
    same_shapes("signsgd_update", weight, grad=grad)
    lr, wd = cast(weight.dtype, lr, wd)
    return (1 - lr * wd) * weight - lr * jnp.sign(grad)


@op("signum_update", num_outputs=2, visible=1, mutates=(("mom", 1),))
def signum_update(
    weight,
    grad,
    mom,
    *,
    lr: Scalar,
    momentum: Scalar = 0.0,
    wd: Scalar = 0.0,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    wd_lh: Scalar = 0.0,
):
    """Descent by the sign of the momentum.

    ``m' = momentum m - (1 - momentum) (clip(rescale_grad g) + wd w)``;
    ``w' = (1 - lr wd_lh) w + lr sign(m')``.

    Parameters
    ----------
    weight, grad, mom : same shape, float; ``mom`` is replaced by m'
    lr, momentum, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)
    wd_lh : float, default 0       decay that does not pass through the momentum

    Returns
    -------
    the new weight
    """
    same_shapes("signum_update", weight, grad=grad, mom=mom)
    lr, momentum, wd, rescale, clip, wd_lh = cast(
        weight.dtype, lr, momentum, wd, rescale_grad, clip_gradient, wd_lh
    )
    m = (
        momentum * mom
        - (1 - momentum) * wd * weight
        - (1 - momentum) * clipped(rescale * grad, clip)
    )
    return (1 - lr * wd_lh) * weight + lr * jnp.sign(m), m


def lamb_direction(w, g, mean, var, beta1, beta2, epsilon, t, bias_correction, wd, rescale, clip):
    """(update before the trust ratio, new mean, new variance)."""
    beta1, beta2, epsilon, t, wd, rescale, clip = cast(
        w.dtype, beta1, beta2, epsilon, t, wd, rescale, clip
    )
    g = clipped(rescale * g.astype(w.dtype), clip)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if bias_correction else (m, v)
    return m_hat / (jnp.sqrt(v_hat) + epsilon) + wd * w, m, v


@op("lamb_update_phase1", num_outputs=3, visible=1, mutates=(("mean", 1), ("var", 2)))
def lamb_update_phase1(
    weight,
    grad,
    mean,
    var,
    *,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999997e-07,
    t: Scalar,
    bias_correction: bool = True,
    wd: Scalar,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """First half of LAMB (You et al. 2020): Adam's direction plus ``wd w``.

    Parameters
    ----------
    weight, grad, mean, var : same shape, float; ``mean`` and ``var`` are replaced
    beta1, beta2, epsilon, wd, rescale_grad : float
    t : number of this step, from 1
    bias_correction : bool, default True
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the direction, to be scaled by ``lamb_update_phase2``
    """
    same_shapes("lamb_update_phase1", weight, grad=grad, mean=mean, var=var)
    return lamb_direction(
        weight,
        grad,
        mean,
        var,
        beta1,
        beta2,
        epsilon,
        t,
        bias_correction,
        wd,
        rescale_grad,
        clip_gradient,
    )


@op("mp_lamb_update_phase1", num_outputs=3, visible=1, mutates=(("mean", 1), ("var", 2)))
def mp_lamb_update_phase1(
    weight,
    grad,
    mean,
    var,
    weight32,
    *,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999997e-07,
    t: Scalar,
    bias_correction: bool = True,
    wd: Scalar,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
):
    """``lamb_update_phase1`` of a half-width weight, computed from its float32 copy."""
    same_shapes("mp_lamb_update_phase1", weight, grad=grad, mean=mean, var=var, weight32=weight32)
    return lamb_direction(
        weight32,
        grad,
        mean,
        var,
        beta1,
        beta2,
        epsilon,
        t,
        bias_correction,
        wd,
        rescale_grad,
        clip_gradient,
    )


def lamb_step(where, w, g, r1, r2, lr, lower, upper):
    """The new weight: a step along ``g`` whose length follows the weight's norm ``r1``."""
    same_shapes(where, w, g=g)
    if r1.size != 1 or r2.size != 1:
        fail(
            ShapeError,
            where,
            "r1 and r2 are norms",
            expected="(1,) each",
            got=f"{r1.shape} and {r2.shape}",
        )
    lr, lower, upper = cast(w.dtype, lr, lower, upper)
    norm, length = r1.reshape(()).astype(w.dtype), r2.reshape(()).astype(w.dtype)
    norm = jnp.where(lower >= 0, jnp.maximum(norm, lower), norm)
    norm = jnp.where(upper >= 0, jnp.minimum(norm, upper), norm)
    ratio = jnp.where((norm == 0) | (length == 0), 1, norm / length)
    return w - lr * ratio * g


@op("lamb_update_phase2")
def lamb_update_phase2(
    weight, g, r1, r2, *, lr: Scalar, lower_bound: Scalar = -1.0, upper_bound: Scalar = -1.0
):
    """Second half of LAMB: ``w - lr r1 / r2 g``, with ratio 1 where a norm is 0.

    Parameters
    ----------
    weight, g : same shape, float; ``g`` is what phase 1 gave
    r1, r2 : (1,)                    norms of weight and g
    lr : float
    lower_bound, upper_bound : float, default -1 (off)     bounds of r1

    Returns
    -------
    the new weight
    """
    return lamb_step("lamb_update_phase2", weight, g, r1, r2, lr, lower_bound, upper_bound)


@op("mp_lamb_update_phase2", num_outputs=2, visible=1, mutates=(("weight32", 1),))
def mp_lamb_update_phase2(
    weight,
    g,
    r1,
    r2,
    weight32,
    *,
    lr: Scalar,
    lower_bound: Scalar = -1.0,
    upper_bound: Scalar = -1.0,
):
    """``lamb_update_phase2`` of a half-width weight; its float32 copy is replaced."""
    new = lamb_step("mp_lamb_update_phase2", weight32, g, r1, r2, lr, lower_bound, upper_bound)
    return new.astype(weight.dtype), new


@op(
    "_contrib_group_adagrad_update",
    num_outputs=2,
    visible=1,
    mutates=(("history", 1),),
)
def group_adagrad_update(
    weight,
    grad,
    history,
    *,
    lr: Scalar,
    rescale_grad: Scalar = 1.0,
    clip_gradient: Scalar = -1.0,
    epsilon: Scalar = 9.99999975e-06,
):
    """AdaGrad with one number of history per row, for embeddings.

    ``g' = clip(rescale_grad g)``; ``h' = h + mean(g'^2)`` over a row;
    ``w' = w - lr g' / sqrt(h' + epsilon)``.

    Parameters
    ----------
    weight, grad : (N, ...) same shape, float
    history : (N, 1, ...)                   replaced by h'
    lr, rescale_grad, epsilon : float
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the new weight

    Raises
    ------
    ShapeError   if grad or history do not fit weight
    """
    where = "_contrib_group_adagrad_update"
    same_shapes(where, weight, grad=grad)
    row = (weight.shape[0], *(1,) * (weight.ndim - 1)) if weight.ndim else ()
    if weight.ndim < 2 or history.shape != row:
        fail(ShapeError, where, "history does not fit weight", expected=row, got=history.shape)
    lr, rescale, clip, epsilon = cast(weight.dtype, lr, rescale_grad, clip_gradient, epsilon)
    g = clipped(rescale * grad, clip)
    h = history + jnp.mean(g * g, tuple(range(1, weight.ndim)), keepdims=True)
    return weight - lr * g / jnp.sqrt(h + epsilon), h


def adamw_step(where, w, g, mean, var, rescale, lr, beta1, beta2, epsilon, wd, eta, clip):
    """(new weight, mean, variance); all stay where ``rescale`` is 0 or not finite."""
    same_shapes(where, w, grad=g, mean=mean, var=var)
    if rescale.size != 1:
        fail(ShapeError, where, "rescale_grad is one number", expected="(1,)", got=rescale.shape)
    lr, beta1, beta2, epsilon, wd, eta, clip = cast(
        w.dtype, lr, beta1, beta2, epsilon, wd, eta, clip
    )
    rescale = rescale.reshape(()).astype(w.dtype)
    good = jnp.isfinite(rescale) & (rescale != 0)
    g = clipped(rescale * g.astype(w.dtype), clip)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    new = w - eta * (lr * m / (jnp.sqrt(v) + epsilon) + wd * w)
    return tuple(jnp.where(good, a, b) for a, b in ((new, w), (m, mean), (v, var)))


@op("_adamw_update", num_outputs=3, visible=1, mutates=(("mean", 1), ("var", 2)))
def adamw_update(
    weight,
    grad,
    mean,
    var,
    rescale_grad,
    *,
    lr: Scalar,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999994e-09,
    wd: Scalar = 0.0,
    eta: Scalar,
    clip_gradient: Scalar = -1.0,
):
    """Adam with a decay that does not pass through the moments (Loshchilov and Hutter 2019).

    ``g' = clip(rescale_grad g)``; ``m' = beta1 m + (1 - beta1) g'``; ``v' = beta2 v + (1 - beta2)
    g'^2``; ``w' = w - eta (lr m' / (sqrt(v') + epsilon) + wd w)``.

    Parameters
    ----------
    weight, grad, mean, var : same shape, float; ``mean`` and ``var`` are replaced by m' and v'
    rescale_grad : (1,) float           0, infinity or nan: nothing changes (a step to be skipped)
    lr, beta1, beta2, epsilon, wd : float
    eta : float                         schedule factor of the whole step
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the new weight

    Raises
    ------
    ShapeError   if gradient or states differ from weight, or rescale_grad is not one number
    """
    return adamw_step(
        "_adamw_update",
        weight,
        grad,
        mean,
        var,
        rescale_grad,
        lr,
        beta1,
        beta2,
        epsilon,
        wd,
        eta,
        clip_gradient,
    )


@op(
    "_mp_adamw_update",
    num_outputs=4,
    visible=1,
    mutates=(("mean", 1), ("var", 2), ("weight32", 3)),
)
def mp_adamw_update(
    weight,
    grad,
    mean,
    var,
    weight32,
    rescale_grad,
    *,
    lr: Scalar,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999994e-09,
    wd: Scalar = 0.0,
    eta: Scalar,
    clip_gradient: Scalar = -1.0,
):
    """``_adamw_update`` of a half-width weight; float32 states and ``weight32`` are replaced."""
    where = "_mp_adamw_update"
    same_shapes(where, weight, weight32=weight32)
    new, m, v = adamw_step(
        where,
        weight32,
        grad,
        mean,
        var,
        rescale_grad,
        lr,
        beta1,
        beta2,
        epsilon,
        wd,
        eta,
        clip_gradient,
    )
    return new.astype(weight.dtype), m, v, new


def grouped(where, data, n, per, tail=0):
    """``data`` as ``n`` groups of ``per`` arrays each, and ``tail`` arrays behind them."""
    if n < 1 or len(data) != n * per + tail:
        fail(
            AttributeTypeError,
            where,
            "the number of arrays does not fit",
            expected=f"{per} for each of {n} weights" + (f" and {tail} more" if tail else ""),
            got=len(data),
        )
    return [data[i * per : (i + 1) * per] for i in range(n)], data[n * per :]


def rates(where, name, values, n):
    """One number per weight, as they are passed at run time."""
    if len(values) != n:
        fail(
            AttributeTypeError,
            where,
            f"{name} does not fit",
            expected=f"{n} numbers, one per weight",
            got=f"{len(values)}",
        )
    return values


def weights_first(results):
    """(weights..., states of the first, states of the second ...) of one tuple per weight."""
    return (*(r[0] for r in results), *(s for r in results for s in r[1:]))


def written_back(per, n_states, count):
    """Where the states among the outputs belong: ((input number, output number), ...)."""

    def places(attrs, n_inputs):
        n = attrs[count]
        first = per - n_states
        return tuple(
            (i * per + first + k, n + i * n_states + k) for i in range(n) for k in range(n_states)
        )

    return places


MULTI_SGD_DOC = """``{single}`` of several weights at once.

Parameters
----------
data : {inputs} of each weight in turn{tail}
{rates}{momentum}rescale_grad : float, default 1
clip_gradient : float, default -1 (off)
num_weights : int, default 1

Returns
-------
the new weights; the states are replaced

Raises
------
AttributeTypeError   if the number of arrays or of rates does not fit
ShapeError           if shapes differ within a weight
"""


def define_multi_sgd(with_momentum, wide, preloaded):
    """Register one of the eight ``multi_sgd`` operators."""
    single = f"{'mp_' * wide}sgd_{'mom_' * with_momentum}update"
    name = f"{'preloaded_' * preloaded}multi_{single}"
    states = ["momentum"] * with_momentum + ["float32 weight"] * wide
    per = 2 + len(states)

    def update(*data, num_weights, rescale_grad, clip_gradient, momentum=None, **given):
        groups, tail = grouped(name, data, num_weights, per, 2 * preloaded)
        if preloaded:
            for what, x in zip(("learning rates", "decays"), tail):
                if x.shape != (num_weights,):
                    fail(
                        ShapeError,
                        name,
                        f"the {what} do not fit",
                        expected=(num_weights,),
                        got=x.shape,
                    )
            lrs, wds = tail
        else:
            lrs, wds = (rates(name, k, given[k], num_weights) for k in ("lrs", "wds"))
        results = []
        for (w, g, *state), lr, wd in zip(groups, lrs, wds):
            same_shapes(name, w, grad=g, **{s.split()[0]: x for s, x in zip(states, state)})
            master = state[-1] if wide else w
            common = (rescale_grad, clip_gradient)
            if with_momentum:
                new, m = momentum_step(master, g, state[0], lr, momentum, wd, *common)
                results.append((new.astype(w.dtype), m, *([new] if wide else [])))
            else:
                new = sgd_step(master, g, lr, wd, *common)
                results.append((new.astype(w.dtype), *([new] if wide else [])))
        return weights_first(results)

    def keyword(n, annotation, default):
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(n, kind, annotation=annotation, default=default)

    required = inspect.Parameter.empty
    attrs = [] if preloaded else [keyword(n, Scalars, required) for n in ("lrs", "wds")]
    attrs += [keyword("momentum", Scalar, 0.0)] if with_momentum else []
    attrs += [
        keyword("rescale_grad", Scalar, 1.0),
        keyword("clip_gradient", Scalar, -1.0),
        keyword("num_weights", int, 1),
    ]
    first = inspect.Parameter("data", inspect.Parameter.VAR_POSITIONAL)
    update.__signature__ = inspect.Signature([first, *attrs])
    update.__name__ = name
    update.__doc__ = MULTI_SGD_DOC.format(
        single=single,
        inputs=", ".join(["weight", "gradient", *states]),
        tail=", then (N,) learning rates and (N,) decays" if preloaded else "",
        rates="" if preloaded else "lrs, wds : tuple of float, one per weight\n",
        momentum="momentum : float, default 0\n" if with_momentum else "",
    )
    op(
        name,
        num_outputs=lambda attrs, n: attrs["num_weights"] * (per - 1),
        visible=lambda attrs, n: attrs["num_weights"],
        mutates=written_back(per, per - 2, "num_weights"),
    )(update)


for _flags in itertools.product((False, True), repeat=3):
    define_multi_sgd(*_flags)


def multi_adamw(where, data, wide, lrs, wds, etas, numbers, n):
    """Both multi-tensor AdamW operators."""
    per = 4 + wide
    groups, (rescale,) = grouped(where, data, n, per, 1)
    rows = zip(
        groups, *(rates(where, k, v, n) for k, v in zip(("lrs", "wds", "etas"), (lrs, wds, etas)))
    )
    beta1, beta2, epsilon, clip = numbers
    results = []
    for (w, g, mean, var, *master), lr, wd, eta in rows:
        source = master[0] if wide else w
        same_shapes(where, w, weight32=source)
        new, m, v = adamw_step(
            where, source, g, mean, var, rescale, lr, beta1, beta2, epsilon, wd, eta, clip
        )
        results.append((new.astype(w.dtype), m, v, *([new] if wide else [])))
    return weights_first(results)


@op(
    "_multi_adamw_update",
    num_outputs=lambda attrs, n: 3 * attrs["num_weights"],
    visible=lambda attrs, n: attrs["num_weights"],
    mutates=written_back(4, 2, "num_weights"),
)
def multi_adamw_update(
    *data,
    lrs: Scalars,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999994e-09,
    wds: Scalars,
    etas: Scalars,
    clip_gradient: Scalar = -1.0,
    num_weights: int = 1,
):
    """``_adamw_update`` of several weights at once.

    Parameters
    ----------
    data : weight, gradient, mean, variance of each weight in turn, then rescale_grad (1,)
    lrs, wds, etas : tuple of float, one per weight
    beta1, beta2, epsilon : float
    clip_gradient : float, default -1 (off)
    num_weights : int, default 1

    Returns
    -------
    the new weights; the states are replaced

    Raises
    ------
    AttributeTypeError   if the number of arrays or of rates does not fit
    ShapeError           if shapes differ within a weight
    """
    numbers = beta1, beta2, epsilon, clip_gradient
    return multi_adamw("_multi_adamw_update", data, False, lrs, wds, etas, numbers, num_weights)


@op(
    "_multi_mp_adamw_update",
    num_outputs=lambda attrs, n: 4 * attrs["num_weights"],
    visible=lambda attrs, n: attrs["num_weights"],
    mutates=written_back(5, 3, "num_weights"),
)
def multi_mp_adamw_update(
    *data,
    lrs: Scalars,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999994e-09,
    wds: Scalars,
    etas: Scalars,
    clip_gradient: Scalar = -1.0,
    num_weights: int = 1,
):
    """``_mp_adamw_update`` of several weights at once.

    Data are weight, gradient, mean, variance, float32 weight of each weight in turn, then
    rescale_grad (1,); parameters, results and errors as for ``_multi_adamw_update``.
    """
    numbers = beta1, beta2, epsilon, clip_gradient
    return multi_adamw("_multi_mp_adamw_update", data, True, lrs, wds, etas, numbers, num_weights)


def multi_lamb(where, data, wide, learning_rates, wds, step_count, numbers, n):
    """Both multi-tensor LAMB operators."""
    groups, _ = grouped(where, data, n, 4 + wide)
    beta1, beta2, epsilon, rescale, lower, upper, clip, bias_correction = numbers
    lrs = rates(where, "learning_rates", learning_rates, n)
    decays, steps = rates(where, "wds", wds, n), rates(where, "step_count", step_count, n)
    results = []
    for (w, g, mean, var, *master), lr, wd, t in zip(groups, lrs, decays, steps):
        source = master[0] if wide else w
        same_shapes(where, w, grad=g, mean=mean, var=var, weight32=source)
        direction, m, v = lamb_direction(
            source, g, mean, var, beta1, beta2, epsilon, t, bias_correction, wd, rescale, clip
        )
        r1, r2 = (jnp.sqrt(jnp.sum(jnp.square(x.astype("float32")))) for x in (source, direction))
        new = lamb_step(where, source, direction, r1, r2, lr, lower, upper)
        results.append((new.astype(w.dtype), m, v, *([new] if wide else [])))
    return weights_first(results)


@op(
    "_multi_lamb_update",
    num_outputs=lambda attrs, n: 3 * attrs["num_tensors"],
    visible=lambda attrs, n: attrs["num_tensors"],
    mutates=written_back(4, 2, "num_tensors"),
)
def multi_lamb_update(
    *data,
    learning_rates: Scalars,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999997e-07,
    wds: Scalars,
    rescale_grad: Scalar = 1.0,
    lower_bound: Scalar = -1.0,
    upper_bound: Scalar = -1.0,
    clip_gradient: Scalar = -1.0,
    bias_correction: bool = True,
    step_count: Scalars,
    num_tensors: int = 1,
):
    """LAMB (You et al. 2020), both phases, of several weights at once.

    Parameters
    ----------
    data : weight, gradient, mean, variance of each weight in turn
    learning_rates, wds : tuple of float, one per weight
    beta1, beta2, epsilon, rescale_grad : float
    lower_bound, upper_bound, clip_gradient : float, default -1 (off)
    bias_correction : bool, default True
    step_count : tuple of int           number of this step of each weight, from 1
    num_tensors : int, default 1

    Returns
    -------
    the new weights; the states are replaced

    Raises
    ------
    AttributeTypeError   if the number of arrays or of rates does not fit
    ShapeError           if shapes differ within a weight
    """
    numbers = (beta1, beta2, epsilon, rescale_grad, lower_bound, upper_bound, clip_gradient)
    return multi_lamb(
        "_multi_lamb_update",
        data,
        False,
        learning_rates,
        wds,
        step_count,
        (*numbers, bias_correction),
        num_tensors,
    )


@op(
    "_multi_mp_lamb_update",
    num_outputs=lambda attrs, n: 4 * attrs["num_tensors"],
    visible=lambda attrs, n: attrs["num_tensors"],
    mutates=written_back(5, 3, "num_tensors"),
)
def multi_mp_lamb_update(
    *data,
    learning_rates: Scalars,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999997e-07,
    wds: Scalars,
    rescale_grad: Scalar = 1.0,
    lower_bound: Scalar = -1.0,
    upper_bound: Scalar = -1.0,
    clip_gradient: Scalar = -1.0,
    bias_correction: bool = True,
    step_count: Scalars,
    num_tensors: int = 1,
):
    """``_multi_lamb_update`` of half-width weights.

    Data are weight, gradient, mean, variance, float32 weight of each weight in turn; the rest is as
    for ``_multi_lamb_update``.
    """
    numbers = (beta1, beta2, epsilon, rescale_grad, lower_bound, upper_bound, clip_gradient)
    return multi_lamb(
        "_multi_mp_lamb_update",
        data,
        True,
        learning_rates,
        wds,
        step_count,
        (*numbers, bias_correction),
        num_tensors,
    )


@op("multi_lars")
def multi_lars(
    lrs,
    weights_sum_sq,
    grads_sum_sq,
    wds,
    *,
    eta: Scalar,
    eps: Scalar,
    rescale_grad: Scalar = 1.0,
):
    """Learning rates scaled layer by layer (LARS, You et al. 2017).

    ``lr eta |w| / (rescale_grad |g| + wd |w| + eps)``, or lr where |w| or |g| is 0.

    Parameters
    ----------
    lrs, weights_sum_sq, grads_sum_sq, wds : (N,) float     one number per layer
    eta, eps, rescale_grad : float

    Returns
    -------
    (N,) same dtype as lrs
    """
    for name, x in (
        ("weights_sum_sq", weights_sum_sq),
        ("grads_sum_sq", grads_sum_sq),
        ("wds", wds),
    ):
        if x.shape != lrs.shape:
            fail(ShapeError, "multi_lars", f"{name} does not fit", expected=lrs.shape, got=x.shape)
    eta, eps, rescale = cast(lrs.dtype, eta, eps, rescale_grad)
    w, g = jnp.sqrt(weights_sum_sq), jnp.sqrt(grads_sum_sq)
    scaled = lrs * eta * w / (g * rescale + wds * w + eps)
    return jnp.where((w > 0) & (g > 0), scaled, lrs).astype(lrs.dtype)


def counted(where, data, num_arrays):
    """Fails unless as many arrays were given as announced."""
    if (num_arrays is not None and num_arrays != len(data)) or not data:
        fail(
            AttributeTypeError,
            where,
            "num_arrays does not fit",
            expected=f"{num_arrays} arrays, at least 1",
            got=len(data),
        )


@op("multi_sum_sq", prefix="array_")
def multi_sum_sq(*data, num_arrays: int | None = None):
    """Sum of the squares of each array.

    Parameters
    ----------
    data : any shapes, float
    num_arrays : int        their number

    Returns
    -------
    (num_arrays,) float32
    """
    counted("multi_sum_sq", data, num_arrays)
    return jnp.stack([jnp.sum(jnp.square(x.astype("float32"))) for x in data])


def finite(*data):
    """(1,) float32: 1 if all numbers of all arrays are finite, else 0."""
    good = jnp.stack([jnp.all(jnp.isfinite(x)) for x in data])
    return lax.stop_gradient(jnp.all(good).astype("float32").reshape(1))


@op("all_finite")
def all_finite(data, *, init_output: bool = True):
    """Whether all numbers are finite.

    Parameters
    ----------
    data : any shape, float
    init_output : bool, default True    the original can also combine with what ``out`` held; here
                                        multiply the results

    Returns
    -------
    (1,) float32: 1 if so, else 0; no gradient
    """
    return finite(data)


@op("multi_all_finite", prefix="array_")
def multi_all_finite(*data, num_arrays: int = 1, init_output: bool = True):
    """Whether all numbers of several arrays are finite.

    Parameters
    ----------
    data : any shapes, float
    num_arrays : int        their number
    init_output : bool      as for ``all_finite``

    Returns
    -------
    (1,) float32: 1 if so, else 0; no gradient
    """
    counted("multi_all_finite", data, num_arrays)
    return finite(*data)


@op(
    "reset_arrays",
    num_outputs=lambda attrs, n: n,
    visible=0,
    mutates=lambda attrs, n: tuple((i, i) for i in range(n)),
)
def reset_arrays(*data, num_arrays: int | None = None):
    """Set arrays to zero in place.

    Parameters
    ----------
    data : any shapes and types, each replaced by zeros
    num_arrays : int        their number

    Returns
    -------
    nothing
    """
    counted("reset_arrays", data, num_arrays)
    return tuple(jnp.zeros_like(x) for x in data)
