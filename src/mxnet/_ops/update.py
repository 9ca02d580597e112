"""Optimizer steps: (weight, gradient, states) -> (new weight, new states).

Each is one pure rule, from which the operators of one weight, of a half-precision weight with its
float32 copy, and of several weights follow.  The states are declared as mutated inputs.  Learning
rates, decays and the like are run-time numbers, so that a schedule compiles nothing.  In all of
them ``clip_gradient < 0`` means no clipping.
"""

import functools
import inspect
import itertools
from typing import Any

import jax.numpy as jnp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail, require_equal
from ._facts import all_equal
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
        require_equal(ShapeError, where, f"{name} does not fit weight", weight.shape, x.shape)


# ------------------------------------------------------------------ from a rule to operators
class Rule:
    """An optimizer's rule ``formula(weight, grad, *states, *more, **numbers)``.

    Called, it checks the shapes of gradient and states and brings the numbers, and the gradient, to
    the weight's type.

    Parameters
    ----------
    name : str             of the rule, in errors
    formula : callable     gives the new weight, and the new states if there are any
    more : int             arrays behind the states that are no states
    same_shape : bool      states have the weight's shape
    """

    def __init__(self, name, formula, more=0, same_shape=True):
        self.name, self.formula = name, formula
        self.signature = inspect.signature(formula)
        parameters = self.signature.parameters.values()
        arrays = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        self.inputs = arrays
        self.states = arrays[2 : len(arrays) - more]
        self.checked = arrays[1 : 2 + len(self.states) if same_shape else 2]
        self.numbers = {p.name for p in parameters if p.annotation is Scalar}
        functools.update_wrapper(self, formula)

    def __call__(self, weight, grad, *arrays, where=None, **given):
        """New weight and states."""
        same_shapes(where or self.name, weight, **dict(zip(self.checked, (grad, *arrays))))
        given = {k: v.astype(weight.dtype) if k in self.numbers else v for k, v in given.items()}
        return self.formula(weight, grad.astype(weight.dtype), *arrays, **given)

    def all(self, *arrays, **given):
        """The same as a tuple, whether or not there are states."""
        found = self(*arrays, **given)
        return found if isinstance(found, tuple) else (found,)


def rule(name, aliases=(), half=None, more=0, same_shape=True, copy_at=None):
    """Register a :class:`Rule` as an operator, and as ``half`` that of a half-precision weight,
    whose float32 copy is input ``copy_at`` (behind the states if not given).
    """

    def decorate(formula):
        made = Rule(name, formula, more, same_shape)
        op(name, aliases=aliases, **_outputs(made.states))(made)
        if half is not None:
            op(half, **_outputs([*made.states, "weight32"]))(
                _of_half_precision(half, made, copy_at or 2 + len(made.states))
            )
        return made

    return decorate


def _outputs(states):
    mutates = tuple([(s, i + 1) for i, s in enumerate(states)])
    return {"num_outputs": 1 + len(states), "visible": 1, "mutates": mutates} if states else {}


def _of_half_precision(name, made, at):
    def update(weight, grad, *arrays, **given):
        arrays = [*arrays]
        master = arrays.pop(at - 2)
        same_shapes(name, weight, weight32=master)
        new, *states = made.all(master, grad, *arrays, where=name, **given)
        return new.astype(weight.dtype), *states, new

    parameters = [*made.signature.parameters.values()]
    master = inspect.Parameter("weight32", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    update.__signature__ = inspect.Signature([*parameters[:at], master, *parameters[at:]])
    update.__name__ = name
    update.__doc__ = _of_copy(made, "Its float32 copy is replaced, like the states")
    return update


def _of_copy(made, what):
    """The docstring of a rule's operator for a half-precision weight."""
    _, title, sections = inspect.cleandoc(made.__doc__ or "").partition("Parameters\n----------\n")
    first, _, others = sections.partition("\n")
    copy = "weight32 : same shape, float32, the weight before it was rounded"
    return (
        f"``{made.name}`` of a half-precision weight.\n\n{what}; states are float32 too.\n\n"
        f"{title}{first}\n{copy}\n{others}"
    )


@rule("sgd_update", aliases=("_sparse_sgd_update",), half="mp_sgd_update")
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
    return (1 - lr * wd) * weight - lr * clipped(rescale_grad * grad, clip_gradient)


@rule("sgd_mom_update", aliases=("_sparse_sgd_mom_update",), half="mp_sgd_mom_update")
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
    g = clipped(rescale_grad * grad, clip_gradient)
    m = momentum * mom - lr * wd * weight - lr * g
    return weight + m, m


@rule("adam_update", aliases=("_sparse_adam_update",))
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
    g = clipped(rescale_grad * grad + wd * weight, clip_gradient)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    return weight - lr * m / (jnp.sqrt(v) + epsilon), m, v


@rule("nag_mom_update", half="mp_nag_mom_update")
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

    Parameters
    ----------
    weight, grad, mom : same shape, float; ``mom`` is replaced by m'
    lr, momentum, wd, rescale_grad : float
    clip_gradient : float, default -1 (off)

    Returns
    -------
    the new weight
    """
    g = clipped(rescale_grad * grad, clip_gradient)
    step = lr * (g + wd * weight)
    new = weight + momentum * (momentum * mom - step) - step
    return new, momentum * mom - lr * (g + wd * new)


@rule("_sparse_adagrad_update")
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
    g = clipped(rescale_grad * grad, clip_gradient)
    h = history + g * g
    return weight - lr * (g / jnp.sqrt(h + epsilon) + wd * weight), h


@rule("_adadelta_update")
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
    g = clipped(rescale_grad * grad, clip_gradient)
    a = rho * acc_grad + (1 - rho) * g * g
    step = jnp.sqrt(acc_delta + epsilon) / jnp.sqrt(a + epsilon) * g
    d = rho * acc_delta + (1 - rho) * step * step
    return weight - step - wd * weight, a, d


@rule("rmsprop_update")
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
    g = clipped(rescale_grad * grad + wd * weight, clip_gradient)
    n = (1 - gamma1) * g * g + gamma1 * n
    return clipped(weight - lr * g / jnp.sqrt(n + epsilon), clip_weights), n


@rule("rmspropalex_update")
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
    x = clipped(rescale_grad * grad + wd * weight, clip_gradient)
    n = (1 - gamma1) * x * x + gamma1 * n
    g = (1 - gamma1) * x + gamma1 * g
    delta = gamma2 * delta - lr * x / jnp.sqrt(n - g * g + epsilon)
    return clipped(weight + delta, clip_weights), n, g, delta


@rule("ftrl_update", aliases=("_sparse_ftrl_update",))
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
    g = clipped(rescale_grad * grad, clip_gradient)
    more = n + g * g
    z = z + g - (jnp.sqrt(more) - jnp.sqrt(n)) * weight / lr
    new = (jnp.sign(z) * lamda1 - z) / ((beta + jnp.sqrt(more)) / lr + wd)
    return jnp.where(jnp.abs(z) > lamda1, new, 0).astype(weight.dtype), z, more


@rule("ftml_update")
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
    g = clipped(rescale_grad * grad + wd * weight, clip_grad)
    v = beta2 * v + (1 - beta2) * g * g
    new_d = (1 - beta1**t) / lr * (jnp.sqrt(v / (1 - beta2**t)) + epsilon)
    z = beta1 * z + (1 - beta1) * g - (new_d - beta1 * d) * weight
    return -z / new_d, new_d, v, z


@rule("signsgd_update")
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

    Parameters
    ----------
    weight, grad : same shape, float
    lr, wd : float
    rescale_grad, clip_gradient : float      without effect: they do not change a sign

    Returns
    -------
    the new weight
    """
    return (1 - lr * wd) * weight - lr * jnp.sign(grad)


@rule("signum_update")
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
    g = clipped(rescale_grad * grad, clip_gradient)
    m = momentum * mom - (1 - momentum) * wd * weight - (1 - momentum) * g
    return (1 - lr * wd_lh) * weight + lr * jnp.sign(m), m


@rule("lamb_update_phase1")
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
    g = clipped(rescale_grad * grad, clip_gradient)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if bias_correction else (m, v)
    return m_hat / (jnp.sqrt(v_hat) + epsilon) + wd * weight, m, v


def _direction_of_copy(weight, grad, mean, var, weight32, **given):
    where = "mp_lamb_update_phase1"
    same_shapes(where, weight, weight32=weight32)
    return lamb_update_phase1(weight32, grad, mean, var, where=where, **given)


_parameters = [*lamb_update_phase1.signature.parameters.values()]
_direction_of_copy.__signature__ = inspect.Signature(
    [*_parameters[:4], inspect.Parameter("weight32", _parameters[0].kind), *_parameters[4:]]
)
_direction_of_copy.__doc__ = _of_copy(lamb_update_phase1, "Its float32 copy is read")
op("mp_lamb_update_phase1", **_outputs(["mean", "var"]))(_direction_of_copy)


@rule("lamb_update_phase2", half="mp_lamb_update_phase2", more=2, copy_at=4)
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
    if r1.size != 1 or r2.size != 1:
        fail(
            ShapeError,
            "lamb_update_phase2",
            "r1 and r2 are norms",
            expected="(1,) each",
            got=f"{r1.shape} and {r2.shape}",
        )
    norm, length = r1.reshape(()).astype(weight.dtype), r2.reshape(()).astype(weight.dtype)
    norm = jnp.where(lower_bound >= 0, jnp.maximum(norm, lower_bound), norm)
    norm = jnp.where(upper_bound >= 0, jnp.minimum(norm, upper_bound), norm)
    ratio = jnp.where((norm == 0) | (length == 0), 1, norm / length)
    return weight - lr * ratio * g


def _lamb(
    weight,
    grad,
    mean,
    var,
    *,
    lr: Scalar,
    beta1: Scalar = 0.899999976,
    beta2: Scalar = 0.999000013,
    epsilon: Scalar = 9.99999997e-07,
    wd: Scalar,
    rescale_grad: Scalar = 1.0,
    lower_bound: Scalar = -1.0,
    upper_bound: Scalar = -1.0,
    clip_gradient: Scalar = -1.0,
    bias_correction: bool = True,
    t: Scalar,
):
    """LAMB (You et al. 2020), both phases."""
    d, mean, var = lamb_update_phase1(
        weight,
        grad,
        mean,
        var,
        beta1=beta1,
        beta2=beta2,
        epsilon=epsilon,
        t=t,
        bias_correction=bias_correction,
        wd=wd,
        rescale_grad=rescale_grad,
        clip_gradient=clip_gradient,
    )
    # squares of half-precision numbers overflow; 1.9.1's lamb_update_phase1 and norm are safe too
    wide = jnp.promote_types(weight.dtype, "float32")
    r1, r2 = (jnp.sqrt(jnp.sum(jnp.square(x.astype(wide)))) for x in (weight, d))
    new = lamb_update_phase2(
        weight, d, r1, r2, lr=lr, lower_bound=lower_bound, upper_bound=upper_bound
    )
    return new, mean, var


lamb = Rule("LAMB", _lamb)


@rule("_contrib_group_adagrad_update", same_shape=False)
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
    row = (weight.shape[0], *(1,) * (weight.ndim - 1)) if weight.ndim else ()
    if weight.ndim < 2 or history.shape != row:
        where = "_contrib_group_adagrad_update"
        fail(ShapeError, where, "history does not fit weight", expected=row, got=history.shape)
    g = clipped(rescale_grad * grad, clip_gradient)
    h = history + jnp.mean(g * g, tuple(range(1, weight.ndim)), keepdims=True)
    return weight - lr * g / jnp.sqrt(h + epsilon), h


@rule("_adamw_update", half="_mp_adamw_update", more=1)
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
    if rescale_grad.size != 1:
        where = "_adamw_update"
        got = rescale_grad.shape
        fail(ShapeError, where, "rescale_grad is one number", expected="(1,)", got=got)
    rescale = rescale_grad.reshape(()).astype(weight.dtype)
    good = jnp.isfinite(rescale) & (rescale != 0)
    g = clipped(rescale * grad, clip_gradient)
    m = beta1 * mean + (1 - beta1) * g
    v = beta2 * var + (1 - beta2) * g * g
    new = weight - eta * (lr * m / (jnp.sqrt(v) + epsilon) + wd * weight)
    return tuple(jnp.where(good, a, b) for a, b in ((new, weight), (m, mean), (v, var)))


# ------------------------------------------------------------------ several weights at once
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


_MULTI_DOC = """``{single}`` of several weights at once.

Parameters
----------
data : {inputs} of each weight in turn{tail}
{per_weight}{shared}{count} : int, default 1

Returns
-------
the new weights; the states are replaced

Raises
------
AttributeTypeError   if the number of arrays or of rates does not fit
ShapeError           if shapes differ within a weight
"""


def several(name, made, attrs, wide=False, tail=(), count="num_weights", single=None):
    """Register the operator that applies a rule to several weights.

    Parameters
    ----------
    attrs : dict      of the operator -> of the rule, in order; what is ``Scalars`` there (plural
        names) has one number per weight
    wide : bool       weights are half precision and have float32 copies, as last states
    tail : tuple of str    arrays behind those of the weights: ``'rates'`` hold a number per weight
        for each attribute ``lr`` and ``wd``; others go to the rule as they are
    count : str       the attribute that says how many weights there are
    """
    inputs = ["weight", "gradient", *made.states, *["float32 weight"] * wide]
    per, given_rates = len(inputs), tail == ("lr", "wd")
    plural = {k: v for k, v in attrs.items() if k != v}

    def update(*data, **given):
        n = given.pop(count)
        groups, rest = grouped(name, data, n, per, len(tail))
        common = {attrs[k]: v for k, v in given.items() if k not in plural}
        rows = {v: rates(name, k, given[k], n) for k, v in plural.items()}
        if given_rates:
            for what, x in zip(("learning rates", "decays"), rest):
                require_equal(ShapeError, name, f"the {what} do not fit", (n,), x.shape)
            rows, rest = dict(zip(tail, rest)), ()
        results = []
        for i, (w, g, *state) in enumerate(groups):
            master = state.pop() if wide else w
            same_shapes(name, w, **{"float32 weight": master})
            own = {k: v[i] for k, v in rows.items()}
            new, *state = made.all(master, g, *state, *rest, where=name, **common, **own)
            results.append((new.astype(w.dtype), *state, *[new] * wide))
        return (*(r[0] for r in results), *(s for r in results for s in r[1:]))

    def places(attrs, n_inputs):
        """Where the states among the outputs belong: ((input number, output number), ...)."""
        n = attrs[count]
        return tuple(
            (i * per + 2 + k, n + i * (per - 2) + k) for i in range(n) for k in range(per - 2)
        )

    def keyword(n, annotation, default: Any = inspect.Parameter.empty):
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(n, kind, annotation=annotation, default=default)

    of = made.signature.parameters
    update.__signature__ = inspect.Signature(
        [
            inspect.Parameter("data", inspect.Parameter.VAR_POSITIONAL),
            *[keyword(k, Scalars) if k in plural else of[k].replace(name=k) for k in attrs],
            keyword(count, int, 1),
        ]
    )
    update.__name__ = name
    update.__doc__ = _MULTI_DOC.format(
        single=single or made.name,
        inputs=", ".join(inputs),
        tail=", then (N,) learning rates and (N,) decays" * given_rates
        or ", then rescale_grad (1,)" * bool(tail),
        per_weight=f"{', '.join(plural)} : tuple of numbers, one per weight\n" * bool(plural),
        shared="".join(f"{k} : as for one weight\n" for k in attrs if k not in plural),
        count=count,
    )
    op(
        name,
        num_outputs=lambda attrs, n: attrs[count] * (per - 1),
        visible=lambda attrs, n: attrs[count],
        mutates=places,
    )(update)


def _same(names):
    return {k: k for k in names.split()}


for _momentum, _wide, _preloaded in itertools.product((False, True), repeat=3):
    _single = f"{'mp_' * _wide}sgd_{'mom_' * _momentum}update"
    several(
        f"{'preloaded_' * _preloaded}multi_{_single}",
        sgd_mom_update if _momentum else sgd_update,
        ({} if _preloaded else {"lrs": "lr", "wds": "wd"})
        | _same("momentum " * _momentum + "rescale_grad clip_gradient"),
        _wide,
        ("lr", "wd") if _preloaded else (),
        single=_single,
    )
for _wide in (False, True):
    _mp = "mp_" * _wide
    several(
        f"_multi_{_mp}adamw_update",
        adamw_update,
        {"lrs": "lr"}
        | _same("beta1 beta2 epsilon")
        | {"wds": "wd", "etas": "eta"}
        | _same("clip_gradient"),
        _wide,
        ("rescale_grad",),
        single=f"_{_mp}adamw_update",
    )
    several(
        f"_multi_{_mp}lamb_update",
        lamb,
        {"learning_rates": "lr"}
        | _same("beta1 beta2 epsilon")
        | {"wds": "wd"}
        | _same("rescale_grad lower_bound upper_bound clip_gradient bias_correction")
        | {"step_count": "t"},
        _wide,
        count="num_tensors",
        single=f"{_mp}lamb_update_phase1`` and ``{_mp}lamb_update_phase2",
    )


@op("multi_lars", complete=(all_equal,))
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
        require_equal(ShapeError, "multi_lars", f"{name} does not fit", lrs.shape, x.shape)
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
