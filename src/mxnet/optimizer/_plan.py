"""One operator for the update of many parameters.

An optimizer's formula is a pure function for one parameter; a :class:`MultiStep` applies it to all
of them, with everything that changes from step to step (rates, decays, counts) as run-time scalars.
An :class:`UpdatePlan` ties it to the handles of one list of parameters, so that a training loop
looks nothing up twice.
"""

import jax
import jax.numpy as jnp
import numpy as onp

from .._engine.segment import append_many
from .._engine.state import threads
from .._engine.tape import unrecorded
from .._ops._spec import Bound, make_key
from .._ops.kernels.choose import states_pack, updates_join
from .._ops.kernels.update import RULES, joined, joined_packed
from .._tables import table
from ..error import MXNetError
from ..ndarray import NDArray
from ._lazy import Rows, is_lazy, lazily
from ._pack import Pack, release

__all__ = ["HALF", "LEAF", "MultiStep", "UpdatePlan", "flatten", "native"]

HALF = (onp.float16, jnp.bfloat16)  # element types that ``multi_precision`` keeps a float32 copy of
LEAF = 0


def native(n_shared, rules):
    """Declare that a formula can be computed for many parameters in one call of a kernel.

    Parameters
    ----------
    n_shared : int    numbers that are the same for all parameters
    rules : dict      structure of the state -> the kernel's rule (see ``_ops/kernels/update.py``)
    """

    def declare(step):
        step.native = n_shared, rules
        return step

    return declare


def _rules(step, n_shared, static, draws):
    """The rules that a formula declares: of itself, so a subclass that overrides it has none."""
    expected, rules = getattr(step, "native", (0, {}))
    return {} if expected != n_shared or static or draws else rules


def flatten(state, leaves):
    """Append the arrays of a nested state to ``leaves``; returns its structure (hashable)."""
    if state is None:
        return None
    if isinstance(state, NDArray):
        leaves.append(state)
        return LEAF
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
        whether it is updated lazily, static pairs)
    packed : tuple of int    parameters, of one structure, whose states are packed: one array for
        each kind of state, after the others' arrays
    """

    def __init__(self, name, step, static, layouts, n_shared, n_rates, draws, packed=()):
        super().__init__()
        self.name, self.step, self.static, self.layouts = name, step, dict(static), layouts
        self.n_shared, self.n_rates = n_shared, n_rates
        self.packed = packed
        self.needs_key = draws
        self.n_scalars = n_shared + n_rates * len(layouts) + (2 if draws else 0)

    def replaced(self, output, n_outputs):
        """States come first and weights last in the outputs, the other way round in the inputs."""
        n = len(self.layouts)
        leaves = n_outputs - n
        return output - leaves if output >= leaves else 2 * n + output

    def run(self, inputs, scalars):
        """See the class."""
        n = len(self.layouts)
        shared = tuple(scalars[: self.n_shared])
        key = make_key(scalars[-2], scalars[-1]) if self.needs_key else None
        starts = [self.n_shared + i * self.n_rates for i in range(n)]
        rates = [tuple(scalars[at : at + self.n_rates]) for at in starts]
        rules = _rules(self.step, self.n_shared, self.static, self.needs_key)
        done, new_packs = self._packed(inputs, rules, shared, rates)
        leaves = iter(inputs[2 * n :])
        states = [
            None if i in done else _build(structure, leaves)
            for i, (structure, *_) in enumerate(self.layouts)
        ]
        if self.n_rates == 2:
            for structure, rule in rules.items():
                done |= self._joined(inputs, states, done, structure, rule, shared, rates)
        new_leaves, new_weights = [], []
        for i, (structure, master, lazy, own) in enumerate(self.layouts):
            weight, grad, state = inputs[i], inputs[n + i], states[i]
            step = lazily(self.step) if lazy else self.step
            kw = {**self.static, **dict(own)}
            if key is not None:
                kw["key"] = jax.random.fold_in(key, i)
            if i in done:
                new, *new_state = done[i]
                new_leaves += new_state
                new_weights.append(new)
                continue
            if master is None:
                new, state = step(weight, grad, state, shared, rates[i], **kw)
            else:
                w32, inner = state[master], state[1 - master]
                w32, inner = step(w32, grad.astype(w32.dtype), inner, shared, rates[i], **kw)
                new = w32.astype(weight.dtype)
                state = (w32, inner) if master == 0 else (inner, w32)
            new_weights.append(new.astype(weight.dtype))
            _spread(state, structure, new_leaves)
        return (*new_leaves, *new_packs, *new_weights)

    def _packed(self, inputs, rules, shared, rates):
        """Update the parameters whose states are packed: number -> (weight,), and new packs."""
        if not self.packed:
            return {}, ()
        n, rule = len(self.layouts), rules[self.layouts[self.packed[0]][0]]
        arrays = [(inputs[i], inputs[n + i]) for i in self.packed]
        packs = inputs[len(inputs) - RULES[rule].states :]
        weights, packs = joined_packed(rule, arrays, packs, shared, [rates[i] for i in self.packed])
        return {i: (w,) for i, w in zip(self.packed, weights)}, packs

    def _joined(self, inputs, states, done, structure, rule, shared, rates):
        """Those of the other parameters that one call updates: number -> (weight, *states)."""
        n, found, arrays = len(self.layouts), [], []
        for i, (own_structure, master, lazy, own) in enumerate(self.layouts):
            if own_structure != structure or master is not None or lazy or own or i in done:
                continue
            of_state = []
            _spread(states[i], structure, of_state)
            one = (inputs[i], inputs[n + i], *of_state)
            if all(a.dtype == onp.float32 and a.shape == one[0].shape for a in one):
                found.append(i)
                arrays.append(one)
        few = not updates_join([one[0].size for one in arrays], rule == "sgd")
        if not arrays or (few and not self.packed):
            return {}
        return dict(zip(found, joined(rule, arrays, shared, [rates[i] for i in found])))


class UpdatePlan:
    """A list of parameters that one :class:`MultiStep` updates.

    Parameters
    ----------
    optimizer : Optimizer
    indices : list of int or str
    weights, grads : list of NDArray
    states : list                       as ``create_state_multi_precision`` made them
    mixed : bool                        half-precision weights have their float32 copy in the state
    pack : bool                         small states may be packed: worth it where the plan will
                                        be run many times
    """

    __slots__ = (
        "indices",
        "weights",
        "grads",
        "states",
        "mixed",
        "leaves",
        "layouts",
        "packed",
        "packs",
        "bound",
        "static",
        "own",
        "reads",
        "writes",
    )

    def __init__(self, optimizer, indices, weights, grads, states, mixed, pack=False):
        self.indices, self.weights, self.grads = indices, weights, grads
        self.states, self.mixed = states, mixed
        self._arrange(optimizer, pack)

    def _arrange(self, optimizer, pack):
        """Find out what is read and written."""
        places, leaves, sources = [], [], []
        copy = 1 if optimizer.master_last else 0
        for w, g, state in zip(self.weights, self.grads, self.states):
            own = []
            structure = flatten(state, own)
            lazy = is_lazy(optimizer, w, g)
            places.append((structure, copy if self.mixed and w.dtype in HALF else None, lazy))
            sources.append(Rows(g) if lazy else g)
            leaves.append(own)
        self.layouts = tuple(places)
        self.packed = self._to_pack(optimizer, leaves) if pack else ()
        self.packs = [Pack.of(kind) for kind in zip(*[leaves[i] for i in self.packed])]
        together = set(self.packed)
        self.leaves = [x for i, own in enumerate(leaves) if i not in together for x in own]
        for x in self.leaves:
            release(x)
        self.leaves += [p.array for p in self.packs]
        self.reads = [*self.weights, *sources, *self.leaves]
        self.writes = [*self.leaves, *self.weights]
        self.bound = self.static = self.own = None

    def _to_pack(self, optimizer, leaves):
        """Parameters whose states may be packed, all of one structure."""
        if threads.tracing is not None or self.weights[0].context.device_type != "cpu":
            return ()
        kind, n_shared = type(optimizer), len(optimizer._shared())
        rules = _rules(kind.step, n_shared, optimizer._static(), kind.draws)
        if not rules or optimizer._own_static(self.indices) is not None:
            return ()
        found = {}
        for i, (structure, master, lazy) in enumerate(self.layouts):
            arrays = (self.weights[i], self.grads[i], *leaves[i])
            specs = [x._spec for x in arrays]
            if (
                all(x.stype == "default" for x in leaves[i])
                and structure is not None
                and structure in rules
                and master is None
                and not lazy
                and all(s.dtype == onp.float32 and s.shape == specs[0].shape for s in specs)
            ):
                found.setdefault(structure, []).append((i, specs[0].nbytes))
        for some in found.values():
            chosen = states_pack([nbytes for _, nbytes in some])
            if chosen:
                return tuple([some[k][0] for k in chosen])
        return ()

    def bind(self, optimizer, n_scalars):
        """The operator for so many numbers."""
        if any(p.leaves is None for p in self.packs):  # somebody wrote to a state
            self._arrange(optimizer, False)
        static = optimizer._static()
        own = optimizer._own_static(self.indices)
        if self.bound is None or static != self.static or own != self.own:
            self.static, self.own = static, own
            self.bound = _bound(optimizer, static, self.layouts, own, n_scalars, self.packed)
        return self.bound

    def run(self, optimizer):
        """Append the update with the present numbers; the handles stand for its results."""
        self.apply(optimizer, optimizer._numbers(self.indices))

    def apply(self, optimizer, scalars):
        """Append the update with these numbers."""
        outs = unrecorded(
            append_many,
            self.bind(optimizer, len(scalars)),
            [x._read() for x in self.reads],
            tuple(scalars),
            keep=len(self.writes),
        )
        n = len(self.leaves)
        for x, v in zip(self.leaves, outs):
            x._write(v)
        for x, v in zip(self.weights, outs[n:]):
            x._adopt(v)


_bounds = table()


def _bound(optimizer, static, layouts, own, n_scalars, packed):
    kind = type(optimizer)
    n_shared = len(optimizer._shared())
    n = len(layouts)
    key = (kind, static, layouts, own, n_shared, n_scalars, packed)
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
            (n_scalars - n_shared) // max(n, 1),
            kind.draws,
            packed,
        )
    return found
