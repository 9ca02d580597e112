"""Optimizers whose steps follow the gradient's history, element by element."""

import math

import jax.numpy as jnp

from .._ops import update as _update
from .._ops.update import cast, clipped
from ._base import Optimizer, register
from ._plan import LEAF, native
from .descent import zeros_like

__all__ = ["Adam", "AdaGrad", "RMSProp", "AdaDelta", "Ftrl", "FTML", "Adamax", "Nadam", "LAMB"]


def _pair(self, index, weight):
    """Two arrays of zeros."""
    return zeros_like(weight, self), zeros_like(weight, self)


@register
class Adam(Optimizer):
    """Adam (Kingma and Ba 2015); ``wd`` is added to the gradient before it is clipped (unlike
    AdamW).

    ``g' = clip(rescale_grad g + wd w)``, ``m = beta1 m + (1 - beta1) g'``,
    ``v = beta2 v + (1 - beta2) g'^2``,
    ``w = w - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1, beta2 : float, default 0.9 and 0.999
    epsilon : float, default 1e-8
    lazy_update : bool       matters for sparse gradients only
    **kwargs : see :class:`Optimizer`
    """

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, lazy_update=True, **kwargs
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.lazy_update = lazy_update

    create_state = _pair

    def hyper(self):
        """(beta1, beta2, epsilon)"""
        return self.beta1, self.beta2, self.epsilon

    def rates(self, lr, wd, t):
        """(lr with the bias correction, wd)"""
        return lr * math.sqrt(1.0 - self.beta2**t) / (1.0 - self.beta1**t), wd

    @staticmethod
    @native(5, {(LEAF, LEAF): "adam"})
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, beta1, beta2, epsilon = shared
        lr, wd = rates
        new, *state = _update.adam_update(
            weight,
            grad,
            *state,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            wd=wd,
            rescale_grad=rescale,
            clip_gradient=clip,
        )
        return new, tuple(state)


@register
class AdaGrad(Optimizer):
    """AdaGrad (Duchi et al. 2011): steps shrink with the sum of squared gradients.

    ``g' = clip(rescale_grad g)``, ``h = h + g'^2``, ``w = w - lr (g' / sqrt(h + eps) + wd w)``.

    Parameters
    ----------
    eps : float, default 1e-7
    **kwargs : see :class:`Optimizer`
    """

    sparse_states = True

    def __init__(self, eps=1e-7, **kwargs):
        super().__init__(**kwargs)
        self.float_stable_eps = eps

    def create_state(self, index, weight):
        """The sum of squares."""
        return zeros_like(weight, self)

    def hyper(self):
        """(eps,)"""
        return (self.float_stable_eps,)

    @staticmethod
    @native(3, {LEAF: "adagrad"})
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, eps = shared
        lr, wd = rates
        return _update.sparse_adagrad_update(
            weight,
            grad,
            state,
            lr=lr,
            epsilon=eps,
            wd=wd,
            rescale_grad=rescale,
            clip_gradient=clip,
        )


@register
class RMSProp(Optimizer):
    """RMSProp (Tieleman and Hinton 2012), or centred with momentum (Graves 2013).

    ``g' = clip(rescale_grad g + wd w)``, ``n = gamma1 n + (1 - gamma1) g'^2``,
    ``w = w - lr g' / sqrt(n + epsilon)``; centred: ``a = gamma1 a + (1 - gamma1) g'``,
    ``d = gamma2 d - lr g' / sqrt(n - a^2 + epsilon)``, ``w = w + d``.

    Parameters
    ----------
    learning_rate : float, default 0.001
    gamma1, gamma2 : float, default 0.9     decay of the averages; the momentum of the centred form
    epsilon : float, default 1e-8           inside the root
    centered : bool, default False
    clip_weights : float, optional          weights are held within [-clip_weights, clip_weights]
    **kwargs : see :class:`Optimizer`
    """

    sparse_states = True

    def __init__(
        self,
        learning_rate=0.001,
        gamma1=0.9,
        gamma2=0.9,
        epsilon=1e-8,
        centered=False,
        clip_weights=None,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.gamma1 = gamma1
        self.gamma2 = gamma2
        self.centered = centered
        self.epsilon = epsilon
        self.clip_weights = clip_weights

    def create_state(self, index, weight):
        """(n,), or (n, a, d) where centred"""
        return tuple([zeros_like(weight, self) for _ in range(3 if self.centered else 1)])

    def hyper(self):
        """(gamma1, gamma2, epsilon, clip_weights)"""
        limit = self.clip_weights
        return self.gamma1, self.gamma2, self.epsilon, limit or -1.0

    @staticmethod
    @native(6, {(LEAF,): "rmsprop", (LEAF, LEAF, LEAF): "centred"})
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, gamma1, gamma2, epsilon, limit = shared
        lr, wd = rates
        numbers = {
            "lr": lr,
            "gamma1": gamma1,
            "epsilon": epsilon,
            "wd": wd,
            "rescale_grad": rescale,
            "clip_gradient": clip,
            "clip_weights": limit,
        }
        if len(state) == 1:
            new, *state = _update.rmsprop_update(weight, grad, *state, **numbers)
        else:
            new, *state = _update.rmspropalex_update(weight, grad, *state, gamma2=gamma2, **numbers)
        return new, tuple(state)


@register
class AdaDelta(Optimizer):
    """AdaDelta (Zeiler 2012): steps as long as the recent steps. The learning rate is not used.

    ``g' = clip(rescale_grad g)``, ``a = rho a + (1 - rho) g'^2``, ``s = sqrt(d + epsilon) / sqrt(a
    + epsilon) g'``, ``d = rho d + (1 - rho) s^2``, ``w = w - s - wd w``.

    Parameters
    ----------
    rho : float, default 0.9
    epsilon : float, default 1e-5
    **kwargs : see :class:`Optimizer`
    """

    def __init__(self, rho=0.9, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.rho = rho
        self.epsilon = epsilon

    create_state = _pair

    def hyper(self):
        """(rho, epsilon)"""
        return self.rho, self.epsilon

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, rho, epsilon = shared
        new, *state = _update.adadelta_update(
            weight,
            grad,
            *state,
            rho=rho,
            epsilon=epsilon,
            wd=rates[1],
            rescale_grad=rescale,
            clip_gradient=clip,
        )
        return new, tuple(state)


@register
class Ftrl(Optimizer):
    """Follow the regularised leader (McMahan et al. 2013). The formula is that of
    ``nd.ftrl_update``.

    Parameters
    ----------
    lamda1 : float, default 0.01       L1 threshold: weights below it are exactly 0
    learning_rate : float, default 0.1
    beta : float, default 1
    **kwargs : see :class:`Optimizer`
    """

    lazy_if_sparse = True
    sparse_states = True

    def __init__(self, lamda1=0.01, learning_rate=0.1, beta=1, **kwargs):
        super().__init__(**kwargs)
        self.lr = learning_rate  # a scheduler keeps its own, as in 1.9.1
        self.lamda1 = lamda1
        self.beta = beta

    create_state = _pair

    def hyper(self):
        """(lamda1, beta)"""
        return self.lamda1, self.beta

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, lamda1, beta = shared
        lr, wd = rates
        new, *state = _update.ftrl_update(
            weight,
            grad,
            *state,
            lr=lr,
            lamda1=lamda1,
            beta=beta,
            wd=wd,
            rescale_grad=rescale,
            clip_gradient=clip,
        )
        return new, tuple(state)


@register
class FTML(Optimizer):
    """Follow the moving leader (Zheng and Kwok 2017). The formula is that of ``nd.ftml_update``.

    Parameters
    ----------
    beta1, beta2 : float, default 0.6 and 0.999
    epsilon : float, default 1e-8
    **kwargs : see :class:`Optimizer`
    """

    def __init__(self, beta1=0.6, beta2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def create_state(self, index, weight):
        """Three arrays of zeros."""
        return tuple([zeros_like(weight) for _ in range(3)])

    def hyper(self):
        """(beta1, beta2, epsilon)"""
        return self.beta1, self.beta2, self.epsilon

    def rates(self, lr, wd, t):
        """(lr, wd, t)"""
        return lr, wd, t

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, beta1, beta2, epsilon = shared
        lr, wd, t = rates
        new, *state = _update.ftml_update(
            weight,
            grad,
            *state,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            t=t,
            wd=wd,
            rescale_grad=rescale,
            clip_grad=clip,
        )
        return new, tuple(state)


@register
class Adamax(Optimizer):
    """Adam with the largest gradient instead of the mean square (Kingma and Ba 2015, section 7).

    ``g' = clip(rescale_grad g + wd w)``, ``m = beta1 m + (1 - beta1) g'``, ``u = max(beta2 u,
    |g'|)``, ``w = w - lr / (1 - beta1^t) m / u``.

    Parameters
    ----------
    learning_rate : float, default 0.002
    beta1, beta2 : float, default 0.9 and 0.999
    **kwargs : see :class:`Optimizer`
    """

    def __init__(self, learning_rate=0.002, beta1=0.9, beta2=0.999, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1 = beta1
        self.beta2 = beta2

    create_state = _pair

    def hyper(self):
        """(beta1, beta2)"""
        return self.beta1, self.beta2

    def rates(self, lr, wd, t):
        """(lr with the bias correction, wd)"""
        return lr / (1.0 - self.beta1**t), wd

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        mean, largest = state
        lr, wd, rescale, clip, beta1, beta2 = cast(weight.dtype, *rates, *shared)
        g = clipped(rescale * grad + wd * weight, clip)
        mean = beta1 * mean + (1 - beta1) * g
        largest = jnp.maximum(beta2 * largest, jnp.abs(g))
        return weight - lr * mean / largest, (mean, largest)


@register
class Nadam(Optimizer):
    """Adam with Nesterov's momentum (Dozat 2016).

    The momentum's schedule is ``beta1 (1 - 0.96^(t schedule_decay) / 2)``. As in 1.x its running
    product is shared: it advances once for each parameter that is updated.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1, beta2 : float, default 0.9 and 0.999
    epsilon : float, default 1e-8
    schedule_decay : float, default 0.004
    **kwargs : see :class:`Optimizer`
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        schedule_decay=0.004,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.schedule_decay = schedule_decay
        self.m_schedule = 1.0

    same_rates = False
    create_state = _pair

    def hyper(self):
        """(beta1, beta2, epsilon)"""
        return self.beta1, self.beta2, self.epsilon

    def _momentum(self, t):
        return self.beta1 * (1.0 - 0.5 * 0.96 ** (t * self.schedule_decay))

    def rates(self, lr, wd, t):
        """(lr, wd, weight of the gradient, weight of the mean, correction of the variance)"""
        now, after = self._momentum(t), self._momentum(t + 1)
        self.m_schedule *= now
        return (
            lr,
            wd,
            (1.0 - now) / (1.0 - self.m_schedule),
            after / (1.0 - self.m_schedule * after),
            1.0 - self.beta2**t,
        )

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        mean, var = state
        rescale, clip, beta1, beta2, epsilon = cast(weight.dtype, *shared)
        lr, wd, of_grad, of_mean, correction = cast(weight.dtype, *rates)
        g = clipped(rescale * grad + wd * weight, clip)
        mean = beta1 * mean + (1 - beta1) * g
        var = beta2 * var + (1 - beta2) * g * g
        ahead = of_grad * g + of_mean * mean
        return weight - lr * ahead / (jnp.sqrt(var / correction) + epsilon), (mean, var)


@register
class LAMB(Optimizer):
    """Adam with a rate for each layer, by the ratio of norms (You et al. 2020).

    ``d = m' / (sqrt(v') + epsilon) + wd w``, ``w = w - lr |w| / |d| d`` (ratio 1 where a norm is
    0); ``|w|`` is held within the bounds.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1, beta2 : float, default 0.9 and 0.999
    epsilon : float, default 1e-6
    lower_bound, upper_bound : float, optional
    bias_correction : bool, default True
    **kwargs : see :class:`Optimizer`
    """

    sparse_states = True

    def __init__(
        self,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-6,
        lower_bound=None,
        upper_bound=None,
        bias_correction=True,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound
        self.bias_correction = bias_correction
        self.aggregate_num = 45

    create_state = _pair

    def hyper(self):
        """(beta1, beta2, epsilon, lower_bound, upper_bound)"""
        low, high = self.lower_bound, self.upper_bound
        return (
            self.beta1,
            self.beta2,
            self.epsilon,
            -1.0 if low is None else low,
            -1.0 if high is None else high,
        )

    def rates(self, lr, wd, t):
        """(lr, wd, t)"""
        return lr, wd, t

    def _static(self):
        return (("bias_correction", bool(self.bias_correction)),)

    @staticmethod
    def step(weight, grad, state, shared, rates, bias_correction):
        """The formula, for one parameter."""
        rescale, clip, beta1, beta2, epsilon, low, high = shared
        lr, wd, t = rates
        new, *state = _update.lamb(
            weight,
            grad,
            *state,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            wd=wd,
            rescale_grad=rescale,
            lower_bound=low,
            upper_bound=high,
            clip_gradient=clip,
            bias_correction=bias_correction,
            t=t,
        )
        return new, tuple(state)
