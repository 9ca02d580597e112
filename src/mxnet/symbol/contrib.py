"""``sym.contrib``: the operators named ``_contrib_*``; loops and branches."""

import math

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import compose, fill_symbols
from ..attribute import AttrScope
from ._control_flow import cond, foreach, while_loop
from ._functions import full
from .random import uniform
from .symbol import Symbol

__all__ = [
    "AttrScope",
    "Symbol",
    "adamw_update",
    "cond",
    "foreach",
    "mp_adamw_update",
    "rand_zipfian",
    "uniform",
    "while_loop",
]


def _scale(rescale_grad):
    if isinstance(rescale_grad, Symbol):
        return rescale_grad
    return full((1,), rescale_grad)


def adamw_update(
    weight,
    grad,
    mean,
    var,
    rescale_grad,
    lr,
    eta,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    wd=0,
    clip_gradient=-1,
    out=None,
    name=None,
    **kwargs,
):
    """AdamW (Loshchilov and Hutter 2019) for one parameter; see the operator ``_adamw_update``.

    Parameters
    ----------
    weight, grad, mean, var : Symbol of one shape; ``mean`` and ``var`` are states
    rescale_grad : number or Symbol (1,)
    lr, eta : float    learning rate; what the whole step is multiplied by
    beta1, beta2, epsilon, wd : float
    clip_gradient : float, default -1 (off)

    Returns
    -------
    Symbol    the new weight
    """
    given = {
        "lr": lr,
        "eta": eta,
        "beta1": beta1,
        "beta2": beta2,
        "epsilon": epsilon,
        "wd": wd,
        "clip_gradient": clip_gradient,
        **kwargs,
    }
    arrays = [weight, grad, mean, var, _scale(rescale_grad)]
    return compose("_adamw_update", arrays, given, name)


def mp_adamw_update(
    weight,
    grad,
    mean,
    var,
    weight32,
    rescale_grad,
    lr,
    eta,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    wd=0,
    clip_gradient=-1,
    out=None,
    name=None,
    **kwargs,
):
    """AdamW for a half-precision weight with its float32 copy.

    Parameters
    ----------
    weight, grad : Symbol of one shape, half precision
    mean, var, weight32 : Symbol of that shape, float32; states
    rescale_grad, lr, eta, beta1, beta2, epsilon, wd, clip_gradient : as for :func:`adamw_update`

    Returns
    -------
    Symbol    the new weight, half precision
    """
    given = {
        "lr": lr,
        "eta": eta,
        "beta1": beta1,
        "beta2": beta2,
        "epsilon": epsilon,
        "wd": wd,
        "clip_gradient": clip_gradient,
        **kwargs,
    }
    arrays = [weight, grad, mean, var, weight32, _scale(rescale_grad)]
    return compose("_mp_adamw_update", arrays, given, name)


def rand_zipfian(true_classes, num_sampled, range_max):
    """Classes drawn with ``P(k) = (log(k + 2) - log(k + 1)) / log(range_max + 1)``.

    Parameters
    ----------
    true_classes : Symbol (M,)
    num_sampled : int           how many classes to draw, with replacement
    range_max : int

    Returns
    -------
    samples : (num_sampled,) int64
    expected_count_true : (M,) float64            how often the true classes are to be expected
    expected_count_sampled : (num_sampled,) float64
    """
    width = math.log(range_max + 1)
    drawn = uniform(0, width, shape=(num_sampled,), dtype="float64")
    # the last number below range_max + 1 rounds up to it
    samples = (drawn.exp() - 1).astype("int64") % range_max

    def expected(classes):
        k = classes.astype("float64")
        return ((k + 2) / (k + 1)).log() / width * num_sampled

    return samples, expected(true_classes), expected(samples)


__all__ += fill_symbols(globals(), "_contrib_")
