"""One step of many parameters as one native call on CPUs.

XLA makes one to three kernels of each parameter's update, which take 15 to 40 ms to compile, each.
Joining the parameters inside XLA does not help: taking them apart again is a kernel each.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir

from .. import update as formulas
from . import direct, native
from .choose import updates_are_native

__all__ = ["IN_PLACE_BYTES", "RULES", "joined", "joined_packed", "places"]

# Arrays of so many bytes are written where the old ones lay. Smaller ones are not: as long as they
# are inputs that others may hold, that would cost a copy of each.
IN_PLACE_BYTES = 16384
_AN_ELEMENT = 1  # nanoseconds of NumPy
_ALIGNED = 16  # elements; kAligned in update.cc


class NativeRule(NamedTuple):
    """An operator as the kernel knows it."""

    formula: Callable
    states: int
    numbers: tuple  # those that follow rescale_grad and clip_gradient; None: not the operator's


# In the order of kForms in update.cc.
RULES = {
    "sgd": NativeRule(formulas.sgd_update, 0, ()),
    "momentum": NativeRule(formulas.sgd_mom_update, 1, ("momentum",)),
    "adam": NativeRule(formulas.adam_update, 2, ("beta1", "beta2", "epsilon")),
    "nag": NativeRule(formulas.nag_mom_update, 1, ("momentum",)),
    "adagrad": NativeRule(formulas.sparse_adagrad_update, 1, ("epsilon",)),
    "rmsprop": NativeRule(formulas.rmsprop_update, 1, ("gamma1", None, "epsilon", "clip_weights")),
    "centred": NativeRule(
        formulas.rmspropalex_update, 3, ("gamma1", "gamma2", "epsilon", "clip_weights")
    ),
}


def joined(rule, arrays, shared, rates):
    """New weights and states of many parameters.

    Parameters
    ----------
    rule : str, of ``RULES``
    arrays : list of tuple (weight, gradient, *states), float32, those of a tuple of one shape
    shared : sequence of float64, 0-d
        ``rescale_grad``, ``clip_gradient``, then the rule's; what follows is not read.
    rates : sequence of (lr, wd), float64, 0-d    for each parameter

    Returns
    -------
    list of tuple (weight, *states)
    """
    numbers = _numbers(rule, shared, rates)
    found = _update_p.bind(numbers, *(a for one in arrays for a in one), rule=rule, packed=False)
    return _groups(found, 1 + RULES[rule].states)


def joined_packed(rule, arrays, packs, shared, rates):
    """The same with the states of all parameters in one array for each kind.

    Parameters
    ----------
    rule, shared, rates : see :func:`joined`
    arrays : list of tuple (weight, gradient)
    packs : list of 1-d float32      where parts begin is said by :func:`places`

    Returns
    -------
    (list of weights, list of packs)
    """
    numbers = _numbers(rule, shared, rates)
    found = _update_p.bind(
        numbers, *packs, *(a for one in arrays for a in one), rule=rule, packed=True
    )
    return found[len(packs) :], found[: len(packs)]


def places(sizes):
    """Where the parts of a pack begin, and its size, all in elements."""
    begins, end = [], 0
    for size in sizes:
        begins.append(end)
        end += -(-size // _ALIGNED) * _ALIGNED
    return begins, end


def _numbers(rule, shared, rates):
    words = [
        *shared[: 2 + len(RULES[rule].numbers)],
        *(number for pair in rates for number in pair),
    ]
    return lax.concatenate([lax.expand_dims(w, (0,)) for w in words], 0)


def _groups(flat, n):
    return [tuple(flat[i : i + n]) for i in range(0, len(flat), n)]


def _plain(numbers, *arrays, rule, packed):
    """The operators' own formulas."""
    formula, states, names = RULES[rule]
    n_shared = 2 + len(names)
    words = [numbers[i] for i in range(numbers.shape[0])]
    rescale, clip, *hyper = words[:n_shared]
    shared = {name: x for name, x in zip(names, hyper) if name is not None}
    shared |= {"rescale_grad": rescale, "clip_gradient": clip}
    packs = arrays[:states] if packed else ()
    groups = _groups(arrays[len(packs) :], 2 if packed else 2 + states)
    if packed:
        begins, _ = places([w.size for w, _ in groups])
        groups = [
            (w, g, *(p[at : at + w.size].reshape(w.shape) for p in packs))
            for (w, g), at in zip(groups, begins)
        ]
    out = []
    for one, (lr, wd) in zip(groups, _groups(words[n_shared:], 2)):
        new = formula(*one, lr=lr, wd=wd, **shared)
        out.append(new if states else (new,))
    if not packed:
        return [a for new in out for a in new]
    weights, *kinds = zip(*out)
    return [*map(partial(_with_parts, begins), packs, kinds), *weights]


def _with_parts(begins, pack, parts):
    for at, part in zip(begins, parts):
        pack = lax.dynamic_update_slice(pack, part.reshape(-1), (at,))
    return pack


def _replaced(arrays, rule, packed):
    """Which of the arrays each result replaces, by number."""
    states = RULES[rule].states
    if packed:
        return [*range(states), *range(states, len(arrays), 2)]
    first = range(0, len(arrays), 2 + states)
    return [i + k for i in first for k in (0, *range(2, 2 + states))]  # the gradient comes second


def _shapes(numbers, *arrays, rule, packed):
    old = [arrays[i] for i in _replaced(arrays, rule, packed)]
    return [jax.core.ShapedArray(a.shape, a.dtype) for a in old]


def _on_cpu(ctx, *operands, rule, packed):
    if not updates_are_native():
        return _lower_plain(ctx, *operands, rule=rule, packed=packed)
    packs = RULES[rule].states if packed else 0
    in_place = {}
    for i, old in enumerate(_replaced(operands[1:], rule, packed)):
        aval = ctx.avals_out[i]
        # what lies between the parts of a pack stays as it is
        if i < packs or math.prod(aval.shape) * aval.dtype.itemsize >= IN_PLACE_BYTES:
            in_place[1 + old] = i  # behind the numbers
    lower = jax.ffi.ffi_lowering(native.name("update"), operand_output_aliases=in_place)
    number = onp.int64(list(RULES).index(rule))
    return lower(ctx, *operands, rule=number, packed=onp.int64(packed))


_lower_plain = mlir.lower_fun(_plain, multiple_results=True)
_update_p = Primitive("mxnet_update")
_update_p.multiple_results = True
_update_p.def_impl(_plain)
_update_p.def_abstract_eval(_shapes)
mlir.register_lowering(_update_p, _lower_plain)
mlir.register_lowering(_update_p, _on_cpu, platform="cpu")


@direct.describes(_update_p)
def _directly(given, ins, outs):
    """Packs are copied first: what lies between their parts stays as it is."""
    if any(a.dtype != "float32" for a in ins[1:]):
        return None
    packs = RULES[given["rule"]].states if given["packed"] else 0
    attributes = {
        "rule": onp.int64(list(RULES).index(given["rule"])),
        "packed": onp.int64(given["packed"]),
    }
    cost = _AN_ELEMENT * sum([math.prod(a.shape) for a in ins[1:]])
    copied = {i: 1 + i for i in range(packs)}
    return direct.Call(native.UPDATES, "update", attributes, cost, copied)


def _mapped(arrays, axes, **given):
    found = jax.vmap(partial(_plain, **given), axes)(*arrays)
    return found, [0] * len(found)


batching.primitive_batchers[_update_p] = _mapped
