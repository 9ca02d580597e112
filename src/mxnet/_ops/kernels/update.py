"""One step of many parameters as one native call on CPUs.

XLA makes one to three kernels of each parameter's update, which take 15 to 40 ms to compile, each.
Joining the parameters inside XLA does not help: taking them apart again is a kernel each.
"""

from collections.abc import Callable

import jax
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import mlir

from .. import update as formulas
from . import native
from .choose import updates_are_native

__all__ = ["IN_PLACE_BYTES", "joined"]

# Arrays of so many bytes are written where the old ones lay. Smaller ones are not: as long as they
# are inputs that others may hold, that would cost a copy of each.
IN_PLACE_BYTES = 16384


def joined(arrays, shared, rates):
    """New weights and states of many parameters.

    Parameters
    ----------
    arrays : list of tuple (weight, gradient, *states), float32, those of a tuple of one shape
        The number of states is the rule: 0 ``sgd_update``, 1 ``sgd_mom_update``, 2 ``adam_update``.
    shared : sequence of float64, 0-d
        ``rescale_grad``, ``clip_gradient``, then ``momentum`` or ``beta1, beta2, epsilon``.
    rates : sequence of (lr, wd), float64, 0-d    for each parameter

    Returns
    -------
    list of tuple (weight, *states)
    """
    states = len(arrays[0]) - 2
    words = [*shared, *(number for pair in rates for number in pair)]
    numbers = lax.concatenate([lax.expand_dims(w, (0,)) for w in words], 0)
    found = _update_p.bind(numbers, *(a for one in arrays for a in one), states=states)
    return _groups(found, 1 + states)


def _groups(flat, n):
    return [tuple(flat[i : i + n]) for i in range(0, len(flat), n)]


def _plain(numbers, *arrays, states):
    """The operators' own formulas."""
    n_shared = (2, 3, 5)[states]
    words = [numbers[i] for i in range(numbers.shape[0])]
    rescale, clip, *hyper = words[:n_shared]
    rule: Callable = (formulas.sgd_update, formulas.sgd_mom_update, formulas.adam_update)[states]
    names = ((), ("momentum",), ("beta1", "beta2", "epsilon"))[states]
    numbers = dict(zip(names, hyper), rescale_grad=rescale, clip_gradient=clip)
    out = []
    for one, (lr, wd) in zip(_groups(arrays, 2 + states), _groups(words[n_shared:], 2)):
        new = rule(*one, lr=lr, wd=wd, **numbers)
        out += new if states else (new,)
    return out


def _shapes(numbers, *arrays, states):
    return [
        jax.core.ShapedArray(a.shape, a.dtype)
        for one in _groups(arrays, 2 + states)
        for a in (one[0], *one[2:])
    ]


def _on_cpu(ctx, *operands, states):
    if not updates_are_native():
        return _lower_plain(ctx, *operands, states=states)
    big = {}
    for i, aval in enumerate(ctx.avals_out):
        parameter, k = divmod(i, 1 + states)
        if aval.size * aval.dtype.itemsize >= IN_PLACE_BYTES:
            # behind the numbers; the gradient comes second
            big[1 + parameter * (2 + states) + (k + 1 if k else 0)] = i
    lower = jax.ffi.ffi_lowering(native.name("update"), operand_output_aliases=big)
    return lower(ctx, *operands, states=onp.int64(states))


_lower_plain = mlir.lower_fun(_plain, multiple_results=True)
_update_p = Primitive("mxnet_update")
_update_p.multiple_results = True
_update_p.def_impl(_plain)
_update_p.def_abstract_eval(_shapes)
mlir.register_lowering(_update_p, _lower_plain)
mlir.register_lowering(_update_p, _on_cpu, platform="cpu")
