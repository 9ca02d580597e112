"""One operator for the update of many parameters.

An optimizer's formula is a pure function for one parameter; a :class:`MultiStep` applies it to all
of them, with everything that changes from step to step (rates, decays, counts) as run-time words.
A :class:`Plan` ties it to the handles of one list of parameters, so that a training loop looks
nothing up twice.
"""

import jax
import jax.numpy as jnp
import numpy as onp

from .._engine.segment import append_many
from .._engine.tape import unrecorded
from .._ops._spec import Bound, make_key
from .._ops.kernels.choose import updates_join
from .._ops.kernels.update import joined
from ..error import MXNetError
from ..ndarray import NDArray
from ._lazy import Rows, is_lazy, lazily

__all__ = ["Plan", "MultiStep", "HALF", "flatten"]

HALF = (onp.float16, jnp.bfloat16)  # element types that ``multi_precision`` keeps a float32 copy of
_LEAF = 0
# Formulas that can be computed for many parameters in one call: the structures of the state, for
# which the rule is told by the number of arrays, and how many numbers are shared. By name, since
# the optimizers stand on this module; one that overrides ``step`` goes its own way.
_JOINABLE = {
    f"{__package__}.descent.SGD.step": ((None, _LEAF), 3),
    f"{__package__}.adaptive.Adam.step": (((_LEAF, _LEAF),), 5),
}


def flatten(state, leaves):
    """Append the arrays of a nested state to ``leaves``; returns its structure (hashable)."""
    if state is None:
        return None
    if isinstance(state, NDArray):
        leaves.append(state)
        return _LEAF
    if isinstance(state, (tuple, list)):
        return tuple([flatten(s, leaves) for s in state])
    raise MXNetError(
        f"optimizer: a state is None, an NDArray or a tuple of them: got {type(state).__name__}."
    )


def _build(structure, leaves):
    if structure is None:
        return None
    if structure.__class__ is int:
        return next(leaves)
    return tuple([_build(s, leaves) for s in structure])


def _spread(state, structure, out):
    """The inverse of :func:`_build`: arrays of ``state`` in order, checked by structure."""
    if structure is None:
        return
    if structure.__class__ is int:
        out.append(state)
        return
    for s, inner in zip(state, structure, strict=True):
        _spread(s, inner, out)


class MultiStep(Bound):
    """The update of several parameters as one operator.

    Inputs: all weights, all gradients, the arrays of all states. Outputs: the new states' arrays,
    the new weights. Words: ``n_shared`` for all parameters, then ``n_rates`` for each; a random key
    where the formula draws.

    Parameters
    ----------
    step : callable ``(weight, grad, state, shared, rates, **static) -> (weight, state)``
    static : tuple of (name, value)          compiled in, the same for all
    layouts : tuple per parameter of (structure of the state, place of the float32 copy or None,
        whether it is updated lazily,
        static pairs)
    """

    def __init__(self, name, step, static, layouts, n_shared, n_rates, draws):
        super().__init__()
        self.name, self.step, self.static, self.layouts = name, step, dict(static), layouts
        self.n_shared, self.n_rates = n_shared, n_rates
        self.needs_key = draws
        self.n_words = n_shared + n_rates * len(layouts) + (2 if draws else 0)

    def replaced(self, output, n_outputs):
        """States come first and weights last in the outputs, the other way round in the inputs."""
        n = len(self.layouts)
        leaves = n_outputs - n
        return output - leaves if output >= leaves else 2 * n + output

    def run(self, inputs, words):
        """See the class."""
        n = len(self.layouts)
        shared = tuple(words[: self.n_shared])
        key = make_key(words[-2], words[-1]) if self.needs_key else None
        leaves = iter(inputs[2 * n :])
        states = [_build(structure, leaves) for structure, *_ in self.layouts]
        starts = [self.n_shared + i * self.n_rates for i in range(n)]
        rates = [tuple(words[at : at + self.n_rates]) for at in starts]
        done = self._joined(inputs, states, shared, rates)
        new_leaves, new_weights = [], []
        for i, (structure, master, lazy, own) in enumerate(self.layouts):
            weight, grad, state = inputs[i], inputs[n + i], states[i]
            step = lazily(self.step) if lazy else self.step
            kw = {**self.static, **dict(own)}
            if key is not None:
                kw["key"] = jax.random.fold_in(key, i)
            if i in done:
                new, state = done[i]
            elif master is None:
                new, state = step(weight, grad, state, shared, rates[i], **kw)
            else:
                w32, inner = state[master], state[1 - master]
                w32, inner = step(w32, grad.astype(w32.dtype), inner, shared, rates[i], **kw)
                new = w32.astype(weight.dtype)
                state = (w32, inner) if master == 0 else (inner, w32)
            new_weights.append(new.astype(weight.dtype))
            _spread(state, structure, new_leaves)
        return (*new_leaves, *new_weights)

    def _joined(self, inputs, states, shared, rates):
        """Those of the parameters that one call updates: number -> (weight, state)."""
        name = f"{self.step.__module__}.{getattr(self.step, '__qualname__', '')}"
        structures, n_shared = _JOINABLE.get(name, ((), 0))
        if n_shared != self.n_shared or self.n_rates != 2 or self.static or self.needs_key:
            return {}
        n, done = len(self.layouts), {}
        for structure in structures:
            found, arrays = [], []
            for i, (own_structure, master, lazy, own) in enumerate(self.layouts):
                if own_structure != structure or master is not None or lazy or own:
                    continue
                of_state = []
                _spread(states[i], structure, of_state)
                one = (inputs[i], inputs[n + i], *of_state)
                if all(a.dtype == onp.float32 and a.shape == one[0].shape for a in one):
                    found.append(i)
                    arrays.append(one)
            if not updates_join([one[0].size for one in arrays], structure is None):
                continue
            # without momentum, its number is not passed
            numbers = shared[:2] if structure is None else shared
            for i, (w, *s) in zip(found, joined(arrays, numbers, [rates[i] for i in found])):
                done[i] = w, _build(structure, iter(s))
        return done


class Plan:
    """A list of parameters that one :class:`MultiStep` updates.

    Parameters
    ----------
    optimizer : Optimizer
    indices : list of int or str
    weights, grads : list of NDArray
    states : list                       as ``create_state_multi_precision`` made them
    mixed : bool                        half-width weights have their float32 copy in the state
    """

    __slots__ = (
        "indices",
        "weights",
        "grads",
        "leaves",
        "layouts",
        "bound",
        "static",
        "own",
        "reads",
        "writes",
    )

    def __init__(self, optimizer, indices, weights, grads, states, mixed):
        self.indices, self.weights, self.grads = indices, weights, grads
        self.leaves, places = [], []
        copy = 1 if optimizer.master_last else 0
        sources = []
        for w, g, state in zip(weights, grads, states):
            structure = flatten(state, self.leaves)
            lazy = is_lazy(optimizer, g)
            places.append((structure, copy if mixed and w.dtype in HALF else None, lazy))
            sources.append(Rows(g) if lazy else g)
        self.layouts = tuple(places)
        self.reads = [*weights, *sources, *self.leaves]
        self.writes = [*self.leaves, *weights]
        self.bound = self.static = self.own = None

    def run(self, optimizer):
        """Append the update with the present numbers; the handles stand for its results."""
        optimizer._update_count(self.indices)
        words = optimizer._numbers(self.indices)
        static = optimizer._static()
        own = optimizer._own_static(self.indices)
        if self.bound is None or static != self.static or own != self.own:
            self.static, self.own = static, own
            self.bound = _bound(optimizer, static, self.layouts, own, len(words))
        outs = unrecorded(
            append_many,
            self.bound,
            [x._read() for x in self.reads],
            tuple(words),
            keep=len(self.writes),
        )
        n = len(self.leaves)
        for x, v in zip(self.leaves, outs):
            x._write(v)
        for x, v in zip(self.weights, outs[n:]):
            x._adopt(v)


_bounds = {}


def _bound(optimizer, static, layouts, own, n_words):
    kind = type(optimizer)
    n_shared = len(optimizer._shared())
    n = len(layouts)
    key = (kind, static, layouts, own, n_shared, n_words)
    found = _bounds.get(key)
    if found is None:
        own = own or ((),) * n
        full = tuple([(*layout, o) for layout, o in zip(layouts, own)])
        found = _bounds[key] = MultiStep(
            f"{kind.__name__}.step",
            kind.step,
            static,
            full,
            n_shared,
            (n_words - n_shared) // max(n, 1),
            kind.draws,
        )
    return found
