"""Gradient descent and its relatives: one learning rate for all elements of a parameter."""

import jax
import jax.numpy as jnp
import numpy as onp

from .._ops import update as _update
from .._ops.update import cast, clipped
from ..ndarray import array, zeros
from ._base import Optimizer, copied, register
from ._plan import LEAF, native

__all__ = ["SGD", "NAG", "Signum", "SGLD", "DCASGD", "LARS", "LBSGD", "ccSGD", "Test", "zeros_like"]


def zeros_like(weight, optimizer=None):
    """A state of the weight's shape, type and device, and of its storage where the optimizer has
    sparse states.

    Made on the host: a fill that is pending at the first update would give the first step a program
    of its own.
    """
    if optimizer is not None and weight.stype == "row_sparse":
        if getattr(optimizer, "lazy_update", optimizer.sparse_states):
            return zeros(weight.shape, weight.context, weight.dtype, weight.stype)
    return array(onp.zeros(weight.shape, weight.dtype), ctx=weight.context, dtype=weight.dtype)


def _momentum(self, index, weight):
    """The momentum, or None without."""
    return None if self.momentum == 0.0 else zeros_like(weight, self)


@register
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum.

    ``g' = clip(rescale_grad g) + wd w``, ``m = momentum m - lr g'``, ``w = w + m``.
    The learning rate is inside the momentum (PyTorch has it outside).

    Parameters
    ----------
    momentum : float, default 0
    lazy_update : bool       matters for sparse gradients only
    **kwargs : see :class:`Optimizer`
    """

    master_last = True
    asks_at_once = True

    def __init__(self, momentum=0.0, lazy_update=True, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.lazy_update = lazy_update
        self.aggregate_num = 4

    create_state = _momentum

    def hyper(self):
        """(momentum,)"""
        return (self.momentum,)

    @staticmethod
    @native(3, {None: "sgd", LEAF: "momentum"})
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, momentum = shared
        lr, wd = rates
        if state is None:
            return _update.sgd_update(
                weight, grad, lr=lr, wd=wd, rescale_grad=rescale, clip_gradient=clip
            ), None
        return _update.sgd_mom_update(
            weight,
            grad,
            state,
            lr=lr,
            momentum=momentum,
            wd=wd,
            rescale_grad=rescale,
            clip_gradient=clip,
        )


@register
class ccSGD(SGD):
    """Another name of :class:`SGD`, from older releases."""


@register
class NAG(Optimizer):
    """Nesterov's momentum: ``g' = clip(rescale_grad g) + wd w``, ``m = momentum m - lr g'``, ``w =
    w + momentum m - lr g'``.

    Parameters
    ----------
    momentum : float, default 0
    **kwargs : see :class:`Optimizer`
    """

    master_last = True

    def __init__(self, momentum=0.0, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    @property
    def always_lazy(self):
        """Without momentum it is SGD, which is lazy."""
        return self.momentum == 0.0

    create_state = _momentum
    hyper = SGD.hyper

    @staticmethod
    @native(3, {None: "sgd", LEAF: "nag"})
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        if state is None:
            return SGD.step(weight, grad, None, shared, rates)
        rescale, clip, momentum = shared
        lr, wd = rates
        return _update.nag_mom_update(
            weight,
            grad,
            state,
            lr=lr,
            momentum=momentum,
            wd=wd,
            rescale_grad=rescale,
            clip_gradient=clip,
        )


@register
class Signum(Optimizer):
    """Descent by the sign of the momentum (Bernstein et al. 2018).

    ``m = momentum m - (1 - momentum) (clip(rescale_grad g) + wd w)``, ``w = (1 - lr wd_lh) w + lr
    sign(m)``; without momentum ``w = (1 - lr wd) w - lr sign(g)``.

    Parameters
    ----------
    learning_rate : float, default 0.01
    momentum : float, default 0.9
    wd_lh : float, default 0       decay that does not pass through the momentum
    **kwargs : see :class:`Optimizer`
    """

    sparse_states = True

    def __init__(self, learning_rate=0.01, momentum=0.9, wd_lh=0.0, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum
        self.wd_lh = wd_lh

    create_state = _momentum

    def hyper(self):
        """(momentum, wd_lh)"""
        return self.momentum, self.wd_lh

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        rescale, clip, momentum, wd_lh = shared
        lr, wd = rates
        if state is None:
            return _update.signsgd_update(
                weight, grad, lr=lr, wd=wd, rescale_grad=rescale, clip_gradient=clip
            ), None
        return _update.signum_update(
            weight,
            grad,
            state,
            lr=lr,
            momentum=momentum,
            wd=wd,
            rescale_grad=rescale,
            clip_gradient=clip,
            wd_lh=wd_lh,
        )


@register
class SGLD(Optimizer):
    """Langevin dynamics (Welling and Teh 2011): half a gradient step, and normal noise of variance
    ``lr``.

    ``w = w - lr / 2 (clip(rescale_grad g) + wd w) + N(0, sqrt(lr))``. The noise follows
    ``mx.random.seed``.

    Parameters
    ----------
    **kwargs : see :class:`Optimizer`
    """

    draws = True

    @staticmethod
    def step(weight, grad, state, shared, rates, key):
        """The formula, for one parameter."""
        lr, wd, rescale, clip = cast(weight.dtype, *rates, *shared)
        g = clipped(rescale * grad, clip)
        noise = jax.random.normal(key, weight.shape, weight.dtype) * jnp.sqrt(lr)
        return weight - lr / 2 * (g + wd * weight) + noise, state


@register
class DCASGD(Optimizer):
    """Descent with compensation for delayed gradients (Zheng et al. 2017).

    ``g' = clip(rescale_grad g)``, ``d = -lr (g' + wd w + lamda g'^2 (w - p))``, ``m = momentum m +
    d``, ``p = w``, ``w = w + m``, with p the weight at the step before.

    Parameters
    ----------
    momentum : float, default 0
    lamda : float, default 0.04
    **kwargs : see :class:`Optimizer`
    """

    def __init__(self, momentum=0.0, lamda=0.04, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.weight_previous = {}
        self.lamda = lamda

    def create_state(self, index, weight):
        """(momentum or None, a copy of the weight)"""
        return _momentum(self, index, weight), copied(weight)

    def hyper(self):
        """(momentum, lamda)"""
        return self.momentum, self.lamda

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        mom, previous = state
        lr, wd, rescale, clip, momentum, lamda = cast(weight.dtype, *rates, *shared)
        g = clipped(rescale * grad, clip)
        delta = -lr * (g + wd * weight + lamda * g * g * (weight - previous))
        if mom is not None:
            delta = mom = momentum * mom + delta
        return weight + delta, (mom, weight)


@register
class LARS(Optimizer):
    """Momentum with a rate for each layer, by the ratio of norms (You et al. 2017).

    ``lr' = lr eta |w| / (|rescale_grad g| + wd |w| + eps)``, then as :class:`SGD`. Where a norm
    is 0 the ratio is 1. Parameters named ``*gamma``, ``*beta`` and ``*bias`` in ``param_idx2name``
    keep ``lr`` and do not decay: a ``Module`` gives these names, a ``Trainer`` does not, as in
    1.9.1, and all of its parameters adapt.

    Parameters
    ----------
    momentum : float, default 0
    lazy_update : bool                 matters for sparse gradients only
    eta : float, default 0.001
    eps : float, default 0
    momentum_correction : bool         scale the momentum when the learning rate changes
    **kwargs : see :class:`Optimizer`
    """

    master_last = True
    asks_at_once = True

    def __init__(
        self, momentum=0.0, lazy_update=True, eta=0.001, eps=0, momentum_correction=True, **kwargs
    ):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.momentum_correction = momentum_correction
        self.lazy_update = lazy_update
        self.aggregate_num = 4
        self.eta = eta
        self.eps = eps
        self.skip = 0
        self.last_lr = None
        self.cur_lr = None

    create_state = _momentum

    def _advanced(self, indices):
        found = super()._advanced(indices)
        self.last_lr, self.cur_lr = self.cur_lr, self.learning_rate
        return found

    def hyper(self):
        """(momentum, eta, eps)"""
        momentum = self.momentum
        if self.momentum_correction and self.last_lr:
            momentum *= self.cur_lr / self.last_lr
        return momentum, self.eta, self.eps

    def _own_static(self, indices):
        names = [str(self.idx2name.get(i, i)) for i in indices]
        return tuple([(("adapts", not n.endswith(("gamma", "beta", "bias"))),) for n in names])

    @staticmethod
    def step(weight, grad, state, shared, rates, adapts):
        """The formula, for one parameter."""
        rescale, clip, momentum, eta, eps = shared
        lr, wd = rates
        if adapts:
            w2, g2 = (
                jnp.linalg.norm(weight.ravel()),
                jnp.linalg.norm((rescale.astype(grad.dtype) * grad).ravel()),
            )
            ratio = eta * w2 / (g2 + wd * w2 + eps)
            lr = lr * jnp.where((w2 > 0) & (g2 > 0), ratio, 1.0)
        else:
            wd = jnp.zeros_like(wd)
        return SGD.step(weight, grad, state, (rescale, clip, momentum), (lr, wd))


@register
class LBSGD(Optimizer):
    """Descent for large batches: gradients of ``batch_scale`` calls are averaged, the rate grows
    with them.

    During ``warmup_epochs`` the learning rate's multiplier rises from 1 to ``batch_scale``.

    Parameters
    ----------
    momentum : float, default 0
    multi_precision : bool
    warmup_strategy : {'linear', 'power2', 'sqrt', 'lars'}    how it rises; ``'lars'``: ratio of
                                                              norms instead
    warmup_epochs : int, default 5
    batch_scale : int, default 1          calls per step
    updates_per_epoch : int, default 32
    begin_epoch, num_epochs : int
    **kwargs : see :class:`Optimizer`
    """

    sparse_states = True
    always_lazy = True

    def __init__(
        self,
        momentum=0.0,
        multi_precision=False,
        warmup_strategy="linear",
        warmup_epochs=5,
        batch_scale=1,
        updates_per_epoch=32,
        begin_epoch=0,
        num_epochs=60,
        **kwargs,
    ):
        super().__init__(multi_precision=multi_precision, **kwargs)
        self.momentum = momentum
        self.warmup_strategy = warmup_strategy
        self.warmup_epochs = warmup_epochs
        self.batch_scale = batch_scale
        self.updates_per_epoch = updates_per_epoch
        self.init_updates = begin_epoch * updates_per_epoch
        self.num_epochs = num_epochs
        self.lbmult = 1
        self.cumgrads = {}
        self.adaptive = warmup_strategy == "lars"

    create_state = _momentum
    hyper = SGD.hyper

    def _static(self):
        return (("adaptive", self.adaptive),)

    def rates(self, lr, wd, t):
        """(lr times the warm-up's multiplier, wd)"""
        return lr * self.lbmult, wd

    def _warmup(self, done):
        """The multiplier after ``done`` updates."""
        total, most = self.warmup_epochs * self.updates_per_epoch, float(self.batch_scale)
        if done >= total:
            return most
        shape = {"linear": lambda x: x, "power2": lambda x: x * x, "sqrt": lambda x: x**0.5}
        rise = shape.get(self.warmup_strategy)
        return 1.0 if rise is None or total <= 1 else 1.0 + (most - 1.0) * rise(done / total)

    def update(self, index, weight, grad, state):
        """Gather the gradient; every ``batch_scale`` calls make a step. See
        :meth:`Optimizer.update`.
        """
        if isinstance(index, (list, tuple)):
            for i, w, g, s in zip(index, weight, grad, state):
                self.update(i, w, g, s)
            return
        total, calls = self.cumgrads.get(index, (None, 0))
        total = grad.detach().copy() if calls % self.batch_scale == 0 else total + grad
        calls += 1
        self.cumgrads[index] = (total, calls)
        if calls % self.batch_scale:
            self._update_count(index)
            return
        if not self.adaptive:
            # the step counts this call itself
            t = self._index_update_count.get(index, self.begin_num_update) + 1
            self.lbmult = self._warmup(max(self.num_update, t) + self.init_updates)
        self._update(index, weight, total / self.batch_scale, state, False)

    @staticmethod
    def step(weight, grad, state, shared, rates, adaptive):
        """The formula, for one parameter."""
        lr, wd = rates
        if adaptive:
            w2, g2 = jnp.sum(weight * weight), jnp.sum(grad * grad)
            lr = lr * jnp.clip(jnp.sqrt(w2 / (g2 + wd * w2 + 1e-18)), 0.01, 100.0)
        return SGD.step(weight, grad, state, shared, (lr, wd))


@register
class Test(Optimizer):
    """For tests of what uses optimizers: ``w = w + rescale_grad g``; the state becomes the
    weight.
    """

    def create_state(self, index, weight):
        """Zeros."""
        return zeros_like(weight)

    @staticmethod
    def step(weight, grad, state, shared, rates):
        """The formula, for one parameter."""
        new = weight + shared[0].astype(weight.dtype) * grad
        return new, new
