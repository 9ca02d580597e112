"""``nd.contrib``: operators of that family, and control flow."""

import math

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from .._frontend.dispatch import invoke
from .._ops._spec import get
from ..context import current_context
from . import random as _random
from ._control_flow import cond, foreach, while_loop
from ._creation import full
from ._names import unknown_name
from .ndarray import NDArray
from .random import uniform

__all__ = [
    "cond",
    "current_context",
    "foreach",
    "rand_zipfian",
    "uniform",
    "while_loop",
]


def rand_zipfian(true_classes, num_sampled, range_max, ctx=None):
    """Draw classes so that small numbers are frequent, as words sorted by frequency are.

    Class k of ``range_max`` has probability ``log((k + 2) / (k + 1)) / log(range_max + 1)``.

    Parameters
    ----------
    true_classes : NDArray (M,) of any number type
    num_sampled : int                     how many classes to draw, with replacement
    range_max : int
    ctx : Context, default the current one

    Returns
    -------
    samples : (num_sampled,) int64
    expected_count_true : (M,) float64            how often the true classes are to be expected
    expected_count_sampled : (num_sampled,) float64
    """
    width = math.log(range_max + 1)
    drawn = _random.uniform(0, width, shape=(num_sampled,), dtype="float64", ctx=ctx)
    # the last number below range_max + 1 rounds up to it
    samples = (drawn.exp() - 1).astype("int64") % range_max

    def expected(classes):
        k = classes.as_in_context(samples.context).astype("float64")
        return ((k + 2) / (k + 1)).log() / width * num_sampled

    return samples, expected(true_classes), expected(samples)


def _scale(rescale_grad, like):
    """The factor of gradients as an array: the operators read it, and skip the update if it is
    0.
    """
    if isinstance(rescale_grad, NDArray):
        return rescale_grad.as_in_context(like.context)
    return full((1,), rescale_grad, ctx=like.context)


def adamw_update(weight, grad, mean, var, rescale_grad, lr, eta, **kwargs):
    """AdamW (Loshchilov and Hutter 2019) for one parameter; see the operator ``_adamw_update``.

    ``rescale_grad`` is a number or an NDArray of one; where it is 0, infinite or NaN nothing is
    updated.

    Parameters
    ----------
    weight, grad, mean, var : NDArray of one shape; ``mean`` and ``var`` are replaced
    rescale_grad : number or NDArray (1,)
    lr, eta : float    learning rate; what the whole step is multiplied by
    **kwargs    ``beta1``, ``beta2``, ``epsilon``, ``wd``, ``clip_gradient``, ``out``

    Returns
    -------
    NDArray    the new weight
    """
    out = kwargs.pop("out", None)
    arrays = [weight, grad, mean, var, _scale(rescale_grad, weight)]
    return invoke(get("_adamw_update"), arrays, {"lr": lr, "eta": eta, **kwargs}, out)


def mp_adamw_update(weight, grad, mean, var, weight32, rescale_grad, lr, eta, **kwargs):
    """AdamW for a half-precision weight with its float32 copy; see :func:`adamw_update`.

    Parameters
    ----------
    weight, grad : NDArray of one shape, half precision
    mean, var, weight32 : NDArray of that shape, float32; replaced
    rescale_grad, lr, eta, **kwargs    as for :func:`adamw_update`

    Returns
    -------
    NDArray    the new weight, half precision
    """
    out = kwargs.pop("out", None)
    arrays = [weight, grad, mean, var, weight32, _scale(rescale_grad, weight)]
    return invoke(get("_mp_adamw_update"), arrays, {"lr": lr, "eta": eta, **kwargs}, out)


def _in_turn(*lists):
    """``[w0, w1], [g0, g1]`` -> ``[w0, g0, w1, g1]``."""
    return [x for group in zip(*lists, strict=True) for x in group]


def multi_adamw_update(weights, grads, mean, var, rescale_grad, lrs, wds, etas, **kwargs):
    """AdamW for lists of parameters; see :func:`adamw_update`.

    Parameters
    ----------
    weights, grads, mean, var : lists of NDArray, equally many; ``mean`` and ``var`` are replaced
    rescale_grad : number or NDArray (1,)
    lrs, wds, etas : sequences of float, one for each
    **kwargs    ``beta1``, ``beta2``, ``epsilon``, ``clip_gradient``, ``out``

    Returns
    -------
    list of NDArray, the new weights; one alone for one
    """
    return _multi_adamw(
        "_multi_adamw_update", [weights, grads, mean, var], rescale_grad, lrs, wds, etas, kwargs
    )


def multi_mp_adamw_update(
    weights, grads, mean, var, weights32, rescale_grad, lrs, wds, etas, **kwargs
):
    """AdamW for lists of half-precision parameters with their float32 copies.

    Parameters
    ----------
    weights, grads, mean, var, weights32 : lists of NDArray; the last three are float32 and replaced
    rescale_grad, lrs, wds, etas, **kwargs    as for :func:`multi_adamw_update`

    Returns
    -------
    list of NDArray, the new weights; one alone for one
    """
    lists = [weights, grads, mean, var, weights32]
    return _multi_adamw("_multi_mp_adamw_update", lists, rescale_grad, lrs, wds, etas, kwargs)


def _multi_adamw(name, lists, rescale_grad, lrs, wds, etas, kwargs):
    out, n = kwargs.pop("out", None), kwargs.pop("size", 0) or len(lists[0])
    arrays = [*_in_turn(*lists), _scale(rescale_grad, lists[0][0])]
    given = {"lrs": lrs, "wds": wds, "etas": etas, "num_weights": n, **kwargs}
    return invoke(get(name), arrays, given, out)


def multi_lamb_update(weights, grads, mean, var, step_count, lrs, wds, **kwargs):
    """LAMB (You et al. 2020) for lists of parameters.

    Parameters
    ----------
    weights, grads, mean, var : lists of NDArray, equally many; ``mean`` and ``var`` are replaced
    step_count, lrs, wds : sequences of number, one for each
    **kwargs    those of the operator ``_multi_lamb_update``, and ``out``

    Returns
    -------
    list of NDArray, the new weights; one alone for one
    """
    return _multi_lamb(
        "_multi_lamb_update", [weights, grads, mean, var], step_count, lrs, wds, kwargs
    )


def multi_mp_lamb_update(weights, grads, mean, var, weights32, step_count, lrs, wds, **kwargs):
    """LAMB for lists of half-precision parameters with their float32 copies.

    Parameters
    ----------
    weights, grads, mean, var, weights32 : lists of NDArray; the last three are float32 and replaced
    step_count, lrs, wds, **kwargs    as for :func:`multi_lamb_update`

    Returns
    -------
    list of NDArray, the new weights; one alone for one
    """
    lists = [weights, grads, mean, var, weights32]
    return _multi_lamb("_multi_mp_lamb_update", lists, step_count, lrs, wds, kwargs)


def _multi_lamb(name, lists, step_count, lrs, wds, kwargs):
    out, n = kwargs.pop("out", None), kwargs.pop("num_tensors", 0) or len(lists[0])
    given = {
        "learning_rates": lrs,
        "wds": wds,
        "step_count": step_count,
        "num_tensors": n,
        **kwargs,
    }
    return invoke(get(name), _in_turn(*lists), given, out)


__all__ += [
    "adamw_update",
    "mp_adamw_update",
    "multi_adamw_update",
    "multi_lamb_update",
    "multi_mp_adamw_update",
    "multi_mp_lamb_update",
]
__all__ += fill_namespace(globals(), "_contrib_")
__getattr__ = unknown_name(__name__, __all__)
