"""Very long programs run in partitions, since XLA:CPU compiles every kernel of a program by itself.

A kernel takes 8 to 30 ms to compile, whether or not the program has a hundred others that are the
same, and a chain that is fused takes time and memory with the square of its length. So a program
of more than ``max_program_ops`` operators is taken apart again after it has been traced: into
partitions of a bounded number of primitive operations each. Where operations repeat, as in a
network unrolled over time, the cuts repeat with them, and what is equal is compiled once.
Partitions know nothing of operators and gradients: forward, backward and update are cut alike.
"""

import weakref

import jax
import jax.numpy as jnp
import numpy as onp
from jax.extend import core

from .._graph.lower import split_scalars
from .._locks import lock

__all__ = ["Partitioned"]

# Primitive operations in a partition, and in a partition of what repeats, which is compiled once.
_LENGTH = 200
_REPEATED = 30
# The longest repeating part that is looked for.
_PERIOD = 1200
# Calls that only name what is inside; nothing is differentiated here any more.
_CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
}


class _Operation:
    """A primitive operation: what it is (``kind``, an interned number), and on which variables."""

    __slots__ = ("eqn", "kind", "ins", "outs")

    def __init__(self, eqn, kind, ins, outs):
        self.eqn, self.kind, self.ins, self.outs = eqn, kind, ins, outs


class _JaxprGraph:
    """A traced program as a flat list of operations on numbered variables.

    Attributes
    ----------
    operations : list of _Operation    an input is a number, or a ``Literal``
    kinds : dict                       description of an operation -> its number
    constants : dict                   variable -> array
    results : list                     variables or ``Literal``
    """

    def __init__(self, closed):
        self.operations, self.kinds, self.constants = [], {}, {}
        self.n = 0
        self._known = {}  # operation -> its outputs: equal ones are computed once
        env = {}
        self.inputs = [self._variable(env, v) for v in closed.jaxpr.invars]
        self.results = self._add(closed, env)
        del self._known
        self._drop_unused()

    def _variable(self, env, var):
        env[var] = at = self.n
        self.n += 1
        return at

    def _add(self, closed, env):
        jaxpr = closed.jaxpr
        for var, value in zip(jaxpr.constvars, closed.consts):
            self.constants[self._variable(env, var)] = value

        def read(atom):
            return atom if isinstance(atom, core.Literal) else env[atom]

        for eqn in jaxpr.eqns:
            ins = tuple([read(a) for a in eqn.invars])
            inner = eqn.params.get(_CALLS.get(eqn.primitive.name))
            if isinstance(inner, core.ClosedJaxpr):
                outs = self._add(inner, dict(zip(inner.jaxpr.invars, ins)))
                env.update(zip(eqn.outvars, outs))
                continue
            kind = self._kind(eqn, ins)
            if any(i.__class__ is int for i in ins) and not eqn.effects:
                same = (kind, tuple([i if i.__class__ is int else None for i in ins]))
                found = self._known.get(same)
                if found is not None:
                    env.update(zip(eqn.outvars, found))
                    continue
            else:
                same = None  # a constant: cheaper made where it is used than kept
            outs = tuple([self._variable(env, v) for v in eqn.outvars])
            if same is not None:
                self._known[same] = outs
            self.operations.append(_Operation(eqn, kind, ins, outs))
        return [read(a) for a in jaxpr.outvars]

    def _kind(self, eqn, ins):
        """The number of all operations that differ in nothing but the variables."""
        key = (
            eqn.primitive,
            _described(eqn.params),
            tuple([a.aval if i.__class__ is int else _of(i) for i, a in zip(ins, eqn.invars)]),
            tuple([v.aval for v in eqn.outvars]),
            eqn.ctx,
        )
        return self.kinds.setdefault(key, len(self.kinds))

    def _drop_unused(self):
        used = {r for r in self.results if r.__class__ is int}
        kept = []
        for op in reversed(self.operations):
            if op.eqn.effects or not used.isdisjoint(op.outs):
                kept.append(op)
                used.update([i for i in op.ins if i.__class__ is int])
        kept.reverse()
        self.operations = kept


def _of(literal):
    value = onp.asarray(literal.val)
    return literal.aval, type(literal.val), value.dtype, value.shape, value.tobytes()


def _described(value):
    """What can be compared of a parameter; by identity where values cannot."""
    if isinstance(value, dict):
        return tuple([(k, _described(v)) for k, v in sorted(value.items())])
    if value.__class__ in (tuple, list):
        return value.__class__, tuple([_described(v) for v in value])
    if isinstance(value, (core.ClosedJaxpr, core.Jaxpr, onp.ndarray)):
        return _Same(value)
    try:
        hash(value)
    except TypeError:
        return _Same(value)
    return value.__class__, value  # 1, 1.0 and True are equal and not the same


class _Same:
    """Equal to what stands for the same object only, which it keeps alive."""

    __slots__ = ("object",)

    def __init__(self, object):
        self.object = object

    def __eq__(self, other):
        return other.__class__ is _Same and other.object is self.object

    def __hash__(self):
        return id(self.object)


def cuts(kinds, length=_LENGTH, repeated=_REPEATED, longest=_PERIOD):
    """Where to cut a list of operations: the ends of the partitions.

    A part that repeats is cut at the same places each time.

    Parameters
    ----------
    kinds : 1-d array of int    what each operation is
    """
    n = len(kinds)
    period = onp.zeros(n, "int64")  # of the repetition that begins here, 0: none
    reach = onp.zeros(n, "int64")  # where it ends
    for p in range(1, min(longest, n // 3) + 1):
        # the first place at or after each one where the list and itself, p further, differ
        differ = onp.full(n, n - p)
        same = kinds[p:] == kinds[:-p]
        differ[: n - p] = onp.where(same, n - p, onp.arange(n - p))
        differ = onp.minimum.accumulate(differ[::-1])[::-1]
        end = differ + p
        better = (differ - onp.arange(n) >= 2 * p) & (end > reach)
        better &= end - onp.arange(n) >= length
        period[better], reach[better] = p, end[better]
    ends, at, begun = [], 0, 0
    while at < n:
        p = int(period[at])
        if not p:
            at += 1
            if at - begun == length:
                ends.append(at)
                begun = at
            continue
        if at > begun:
            ends.append(at)
        size = p * max(1, repeated // p)
        n_parts = -(-size // length)
        for _ in range((int(reach[at]) - at) // size):
            ends += [at + size * (k + 1) // n_parts for k in range(n_parts)]
            at += size
        begun = at
    if begun < n:
        ends.append(n)
    return ends


class _Partition:
    """A compiled partition, shared by all that have the same operations."""

    __slots__ = ("fn", "__weakref__")

    def __init__(self, operations, scalars, ins, outs, donate, placement):
        def partition(numbers, *inputs):
            env = dict(zip(ins, inputs))
            env.update(zip(scalars, split_scalars(numbers, len(scalars))))
            for op in operations:
                eqn = op.eqn
                given = [
                    env[i] if i.__class__ is int else i.val  # a Literal
                    for i in op.ins
                ]
                params = eqn.primitive.get_bind_params(eqn.params)
                # releases of JAX differ in whether functions are apart
                subfuns, params = params if params.__class__ is tuple else ((), params)
                with eqn.ctx.manager:
                    found = eqn.primitive.bind(*subfuns, *given, **params)
                if not eqn.primitive.multiple_results:
                    found = (found,)
                env.update(zip(op.outs, found))
            return [env[o] for o in outs]

        self.fn = jax.jit(
            partition, donate_argnums=tuple([i + 1 for i in donate]), out_shardings=placement
        )


_shared = weakref.WeakValueDictionary()
_lock = lock()  # one program is cut at a time


class Partitioned:
    """``f(scalars, *inputs)`` run in partitions: called like the compiled function.

    Parameters
    ----------
    function : callable(list of used_scalars, *arrays) -> pytree of arrays
    donate : tuple of int    inputs that may be overwritten, by the first results, in this order
    placement : Sharding or None

    Attributes
    ----------
    schedule : list          once called, per partition: (_Partition, indices of its scalars, its
        inputs, its outputs, what is not needed after it)
    """

    def __init__(self, function, donate, placement):
        self.function, self.donate, self.placement = function, donate, placement
        self.schedule = None

    def __call__(self, scalars, *data):
        if self.schedule is None:
            with _lock:
                if self.schedule is None:
                    self._cut(scalars, data)
        env = dict(zip(self.inputs, data))
        for i in self.repeated:  # each use would put it on the device anew
            if env[i].__class__ is onp.ndarray:
                env[i] = jax.device_put(env[i], self.placement)
        env.update(self.constants)
        for partition, numbers, ins, outs, dead in self.schedule:
            env.update(zip(outs, partition.fn(scalars[numbers], *[env[i] for i in ins])))
            for i in dead:
                del env[i]
        found = [
            env[r] if isinstance(r, int) and r >= len(scalars) else self._number(r, scalars)
            for r in self.results
        ]
        return jax.tree_util.tree_unflatten(self.tree, found)

    def _number(self, r, scalars):
        """A result that is a run-time number or a literal."""
        value = scalars[r] if isinstance(r, int) else onp.asarray(r.val, r.aval.dtype)
        return jax.device_put(value, self.placement)

    def _cut(self, scalars, data):
        n_scalars = len(scalars)
        numbers = [jax.ShapeDtypeStruct((), "float64")] * n_scalars
        closed, shape = jax.make_jaxpr(self.function, return_shape=True)(numbers, *data)
        self.tree = jax.tree_util.tree_structure(shape)
        graph = _JaxprGraph(closed)
        self.inputs, self.results = graph.inputs[n_scalars:], graph.results
        operations = graph.operations
        descriptions = list(graph.kinds)
        last = {}  # variable -> the partition that uses it last
        users = {}  # variable -> in how many partitions it is used
        ends = cuts(onp.array([op.kind for op in operations], "int64"))
        parts = [operations[a:b] for a, b in zip([0, *ends], ends)]
        for k, part in enumerate(parts):
            for i in {i for op in part for i in op.ins if i.__class__ is int}:
                last[i] = k
                users[i] = users.get(i, 0) + 1
        results = {r for r in self.results if r.__class__ is int}
        self.repeated = [i for i in self.inputs if users.get(i, 0) > 1]
        self.constants = {i: jnp.asarray(c) for i, c in graph.constants.items()}
        # a buffer goes to the result that replaces what was in it, or to nobody
        donations = {
            self.inputs[i]: r
            for i, r in zip(self.donate, self.results)
            if isinstance(data[i], jax.Array) and self.inputs[i] not in results
        }
        schedule = []
        for k, part in enumerate(parts):
            made = {o for op in part for o in op.outs}
            used = dict.fromkeys(i for op in part for i in op.ins if i.__class__ is int)
            used_scalars = [i for i in used if i < n_scalars]
            ins = [i for i in used if i >= n_scalars and i not in made]
            outs = [o for op in part for o in op.outs if last.get(o, k) > k or o in results]
            over = [i for i in ins if last[i] == k and i not in results]
            donate = tuple(
                [j for j, i in enumerate(ins) if last[i] == k and donations.get(i) in made]
            )
            first = [donations[ins[j]] for j in donate]  # JAX takes the first that fits
            outs = [*first, *[o for o in outs if o not in first]]
            schedule.append(
                (
                    self._piece(part, descriptions, used_scalars, ins, outs, donate),
                    onp.array(used_scalars, "int64"),
                    ins,
                    outs,
                    over,
                )
            )
        self.schedule = schedule
        del self.function  # it holds the whole graph, and is not needed again

    def _piece(self, part, descriptions, used_scalars, ins, outs, donate):
        """The partition of these operations; one that is equal if there is one."""
        place = {}
        for i in (*used_scalars, *ins):
            place[i] = len(place)
        rows = []
        for op in part:
            refs = tuple([place[i] if i.__class__ is int else None for i in op.ins])
            for o in op.outs:
                place[o] = len(place)
            rows.append((descriptions[op.kind], refs))
        key = (
            tuple(rows),
            len(used_scalars),
            tuple([place[o] for o in outs]),
            donate,
            self.placement,
        )
        found = _shared.get(key)
        if found is None:
            found = _Partition(part, used_scalars, ins, outs, donate, self.placement)
            _shared[key] = found
        return found
