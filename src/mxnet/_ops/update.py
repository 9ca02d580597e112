"""Optimizer steps: (weight, gradient, states) -> (new weight, new states).

The states are declared as mutated inputs.  Learning rates, decays and the like are run-time
numbers, so that a schedule compiles nothing.  In all of them ``clip_gradient < 0`` means no
clipping.
"""

import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._spec import Scalar, op


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
