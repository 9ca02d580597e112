"""Lowering: a path of steps becomes a pure JAX function.

A recorded step that some backward pass needs is differentiated once, where it stands (``jax.vjp``);
a ``Backward`` step calls those pullbacks in reverse order.  So forward, backward and update of a
training step are one function, and nothing is computed twice.  Where the forward runs before
``backward()`` is called, the pullbacks' residuals leave the function as extra outputs and feed a
``Pullback`` later.
"""

import hashlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._dtypes import is_floating
from .._ops._spec import Bound
from .._tables import table
from .steps import count_scalars, input_specs, specs_of, steps_of

__all__ = [
    "Backward",
    "Pullback",
    "PathOp",
    "GradOp",
    "Shift",
    "Interpreter",
    "last_uses",
    "costs",
    "digest",
    "lower",
    "open_positions",
    "operators",
    "split_scalars",
    "ADD",
    "COPY",
    "ONES_LIKE",
]


class EngineFunction(Bound):
    """An operator of the engine's own that is one JAX function of its inputs."""

    def __init__(self, name, fn):
        super().__init__()
        self.name, self.fn = name, fn

    def run(self, inputs, scalars):
        return (self.fn(*inputs),)


class Fill(Bound):
    """An array of one number, which is passed at run time."""

    n_scalars = 1

    def __init__(self, shape, dtype):
        super().__init__()
        self.name, self.shape, self.dtype = "fill", shape, dtype
        self.avals_out = ((shape, dtype),)

    def by_numpy(self, ins):
        shape, dtype = self.shape, self.dtype
        if dtype not in (onp.float32, onp.float64, onp.int32, onp.int64):
            return None

        def fill(number):
            if number.__class__ is int and not number:  # not -0.0
                return onp.zeros(shape, dtype)
            if dtype.kind == "i" and not -(2**31) <= number < 2**31:
                raise OverflowError("a number that is not an integer of its type")
            found = onp.empty(shape, dtype)
            found.fill(number)
            return found

        return fill

    def run(self, inputs, scalars):
        number = scalars[0]
        if self.dtype.kind in "iu":  # integers wrap around, as in C
            number = number.astype("int64")
        return (lax.full(self.shape, number.astype(self.dtype)),)

    @staticmethod
    def of(spec):
        """The operator that makes an array like ``spec``."""
        key = (spec.shape, spec.dtype)
        found = _fills.get(key)
        if found is None:
            found = _fills.setdefault(key, Fill(*key))
        return found


@jax.custom_jvp
def _replaced(old, new):
    return new


_replaced.defjvp(lambda values, tangents: (values[1], tangents[0]))

_fills = table()
# ``new``, whose gradient goes to ``old``: what is written over an array leaves its graph as it is.
REPLACED = EngineFunction("replaced", _replaced)
ADD = EngineFunction("add", jnp.add)
COPY = EngineFunction("copy", lambda x: x)
ONES_LIKE = EngineFunction("ones_like", jnp.ones_like)


class Shift(Bound):
    """A moving average that was made from the value ``before``, as it is when made from ``now``.

    Inputs: the average, ``now``, ``before``; ``keep`` is the share of the old value in it.
    """

    def __init__(self, keep):
        super().__init__()
        self.name, self.keep = "shift", keep

    def run(self, inputs, scalars):
        average, now, before = inputs
        return (average + (now - before) * jnp.asarray(self.keep, average.dtype),)


class Backward(Bound):
    """Gradients of heads (pending in this path) with respect to the path's outside inputs.

    References: the heads, then the head gradients that were given (``given`` says which).
    """

    def __init__(self, n_heads, given, retain):
        super().__init__()
        self.name = "backward"
        self.n_heads, self.given, self.retain = n_heads, given, retain


def ancestors(steps, heads):
    """Indices of the recorded steps through which gradients flow from positions ``heads``, and the
    positions (among outside inputs) that they reach.
    """
    wanted, found, reached = set(heads), set(), []
    inputs = set()
    for i in range(len(steps) - 1, -1, -1):
        step = steps[i]
        if not step.recorded:
            continue
        if any(p in wanted for p in range(step.pos, step.pos + len(step.specs))):
            found.add(i)
            wanted.update([r for r, g in zip(step.refs, step.grads) if g])
    for step in steps:
        for p, s in zip(step.fresh, step.fresh_specs):
            if s.grad and p in wanted:
                inputs.add(p)
    reached = sorted(inputs)
    return found, reached


def open_positions(last):
    """Positions whose gradient graph is still open at the end of the path: recorded, and not yet
    consumed by a backward pass without ``retain_graph``. Cached on the step.
    """
    if last.open is None:
        found, step = set(), last
        while step.parent is not None and step.open is None:
            if step.bound.__class__ is Backward and not step.bound.retain:
                return _open_in_all(last)
            if step.recorded:
                found.update([p for p, s in enumerate(step.specs[: step.keep], step.pos) if s.grad])
            step = step.parent
        before = step.open or frozenset()  # what was so before is looked for once
        last.open = before | found if found else before
    return last.open


def _open_in_all(last):
    steps = steps_of(last)
    consumed = set()
    for step in steps:
        if step.bound.__class__ is Backward and not step.bound.retain:
            consumed.update(step.info[0])
    last.open = frozenset(
        p
        for i, s in enumerate(steps)
        if s.recorded and i not in consumed
        for p in range(s.pos, s.pos + s.keep)
        if s.specs[p - s.pos].grad
    )
    return last.open


def split_scalars(scalars, n):
    """The 0-d numbers of a vector; ``lax`` slices trace several times as fast as indexing."""
    return [lax.squeeze(lax.slice(scalars, (i,), (i + 1,)), (0,)) for i in range(n)]


def _is_float(array):
    return is_floating(array.dtype)


class Interpreter:
    """Evaluates paths of steps; this one on JAX arrays and tracers, each operator as it is.

    Others override how one operator is run and differentiated (``run``, ``differentiate``,
    ``pull``), whether operators that are paths are entered, and what makes zeros.
    """

    numpy = jnp
    enters = False  # PathOps are evaluated step by step, also where they are differentiated

    def word(self, number):
        """A run-time number as an array."""
        return jnp.asarray(number, jnp.float64)

    def run(self, bound, args, scalars):
        """Outputs of an operator."""
        return bound.run(args, scalars)

    def differentiate(self, bound, args, scalars, diff, floats):
        """Outputs of an operator, and the pullback of outputs ``floats`` to inputs ``diff``."""

        def f(*moving):
            full = list(args)
            for i, a in zip(diff, moving):
                full[i] = a
            outs = bound.run(full, scalars)
            return tuple([outs[i] for i in floats]), outs

        _, pull, outs = jax.vjp(f, *[args[i] for i in diff], has_aux=True)
        return outs, pull

    def pull(self, step, pull, given):
        """Cotangents of a step's inputs."""
        return pull(given)

    def path(self, steps, n, inputs, scalars, differentiate=(), last_use=None):
        """Evaluate steps. Returns (values by position, pullbacks by step index).

        Parameters
        ----------
        last_use : sequence of positions per step, optional   values to let go of after it
        """
        env: list[Any] = [None] * n
        supply = iter(inputs)
        pulls = {}
        outs: Any
        for i, step in enumerate(steps):
            for p in step.fresh:
                env[p] = next(supply)
            bound = step.bound
            if bound.__class__ is Backward:
                outs = self._backward(steps, step, env, pulls)
            else:
                args = [env[r] for r in step.refs]
                w = (
                    scalars[step.scalars_at : step.scalars_at + step.n_scalars]
                    if step.n_scalars
                    else ()
                )
                diff = ()
                if i in differentiate:
                    diff = [
                        j for j, (g, a) in enumerate(zip(step.grads, args)) if g and _is_float(a)
                    ]
                outs, pull, floats = self._apply(step, args, w, tuple(diff))
                if pull is not None:
                    pulls[i] = (pull, floats, tuple([step.refs[j] for j in diff]))
            env[step.pos : step.pos + len(outs)] = outs
            if last_use is not None:
                args = None
                for p in last_use[i]:
                    env[p] = None
        return env, pulls

    def _apply(self, step, args, scalars, diff):
        """One step's outputs, its pullback with respect to the inputs ``diff`` or None, its float
        outputs.
        """
        bound = step.bound
        if bound.__class__ is Pullback:
            return self.pullback(bound, args), None, ()
        floats = tuple([i for i, s in enumerate(step.specs) if is_floating(s.dtype)])
        if not floats:
            diff = ()
        if self.enters and bound.__class__ is PathOp and not bound.differentiate:
            return (*self.enter(bound, args, scalars, diff, floats), floats)
        if not diff:
            return self.run(bound, args, scalars), None, floats
        return (*self.differentiate(bound, args, scalars, diff, floats), floats)

    def enter(self, bound, args, scalars, diff=(), floats=()):
        """The outputs of a path that is one operator, step by step; and the pullback of outputs
        ``floats`` to inputs ``diff``, or None.
        """
        scalars = bound.all_scalars(scalars, self.word)
        if not diff:
            env, _ = self.path(
                bound.steps, bound.last.n, args, scalars, bound.differentiate, bound.last_use
            )
            return tuple([env[p] for p in bound.returned]), None
        env: list[Any] = [None] * bound.last.n
        outs: Any
        where = [p for s in bound.steps for p in s.fresh]
        moving = {where[i] for i in diff}
        supply = iter(args)
        found = []
        for i, step in enumerate(bound.steps):
            for p in step.fresh:
                env[p] = next(supply)
            given = [env[r] for r in step.refs]
            at = tuple([j for j, r in enumerate(step.refs) if r in moving and _is_float(given[j])])
            w = scalars[step.scalars_at : step.scalars_at + step.n_scalars]
            outs, pull, inner = self._apply(step, given, w, at)
            if pull is not None:
                refs = tuple([step.refs[j] for j in at])
                found.append((pull, (i, tuple(inner), refs)))
                moving.update([step.pos + j for j in inner])
            env[step.pos : step.pos + len(outs)] = outs
        outs = tuple([env[p] for p in bound.returned])
        heads = tuple([bound.returned[i] for i in floats])
        about = (bound, tuple([a for _, a in found]), heads, tuple([where[i] for i in diff]))
        return outs, Chain([p for p, _ in found], about, [args[i] for i in diff])

    def _pull_back(self, steps, order, pulls, cts):
        """Propagate cotangents ``cts`` (position -> array) through the pullbacks, last step first,
        in place.
        """
        for i in order:
            pull, floats, refs = pulls[i]
            step = steps[i]
            given = [cts.pop(step.pos + j, None) for j in floats]
            if all(c is None for c in given):
                continue
            given = tuple(
                [
                    self.numpy.zeros(step.specs[j].shape, step.specs[j].dtype) if c is None else c
                    for j, c in zip(floats, given)
                ]
            )
            if pull.__class__ is Chain:
                found = self._pull_chain(pull, given)
            else:
                found = self.pull(step, pull, given)
            for ref, ct in zip(refs, found):
                have = cts.get(ref)
                cts[ref] = ct if have is None else have + ct

    def _pull_chain(self, chain, given):
        bound, places, heads, inputs = chain.about
        cts = {}
        for p, ct in zip(heads, given):
            cts[p] = cts[p] + ct if p in cts else ct
        pulls = {i: (pull, floats, refs) for pull, (i, floats, refs) in zip(chain.pulls, places)}
        self._pull_back(bound.steps, sorted(pulls, reverse=True), pulls, cts)
        return tuple(
            [cts[p] if p in cts else self.numpy.zeros_like(x) for p, x in zip(inputs, chain.inputs)]
        )

    def _backward(self, steps, step, env, pulls):
        bound = step.bound
        given = iter(step.refs[bound.n_heads :])
        cts = {}
        for head, has in zip(step.refs, bound.given):
            if has:
                ct = env[next(given)].astype(env[head].dtype)
            else:
                ct = self.numpy.ones_like(env[head])
            cts[head] = cts[head] + ct if head in cts else ct
        before, targets = step.info[:2]
        self._pull_back(steps, [j for j in before if j in pulls], pulls, cts)
        zeros = self.numpy.zeros
        return [
            cts[p] if p in cts else zeros(s.shape, s.dtype) for p, s in zip(targets, step.specs)
        ]

    def pullback(self, bound, inputs):
        """Outputs of a :class:`Pullback`."""
        tape = bound.tape
        n = len(inputs) - len(bound.given)
        residuals, cts = inputs[:n], dict(zip(bound.given, inputs[n:]))
        pulls = {
            i: (jax.tree_util.tree_unflatten(tree, [residuals[j] for j in where]), floats, refs)
            for i, (tree, where, floats, refs) in tape.trees.items()
        }
        self._pull_back(tape.steps, [i for i in tape.order if i in pulls], pulls, cts)
        specs = input_specs(tape.steps)
        zeros = self.numpy.zeros
        return tuple(
            [cts[p] if p in cts else zeros(specs[p].shape, specs[p].dtype) for p in bound.targets]
        )


@jax.tree_util.register_pytree_node_class
class Chain:
    """The backward pass through an entered path: a pullback made of the steps' pullbacks."""

    def __init__(self, pulls, about, inputs):
        self.pulls, self.about, self.inputs = pulls, about, inputs

    def tree_flatten(self):
        """The steps' pullbacks and the inputs (for their shapes); the rest does not change."""
        return (self.pulls, self.inputs), self.about

    @classmethod
    def tree_unflatten(cls, about, children):
        """Inverse of ``tree_flatten``."""
        return cls(children[0], about, children[1])


TRACING = Interpreter()


def last_uses(steps, kept):
    """Per step, the positions that nothing after it reads and that are not ``kept``."""
    seen, found = set(kept), []
    for step in reversed(steps):
        now = {*step.refs, *range(step.pos, step.pos + len(step.specs)), *step.fresh}
        found.append([p for p in now if p not in seen])
        seen |= now
    found.reverse()
    return found


def needed_pullbacks(steps, tape=None):
    """Indices of the steps that some Backward step of the path goes through, or its ``tape``."""
    needed = set() if tape is None else set(tape.order)
    for step in steps:
        if step.bound.__class__ is Backward:
            needed.update(step.info[0])
    return needed


def costs(steps):
    """What running a path without compiling it takes, and what compiling it takes, in seconds.

    Nominal ones, of sizes alone: so much for each operator, byte and multiplication, three times as
    much where it is differentiated.
    """
    run, build, specs = 0.0, 0.0, specs_of(steps)
    for step in steps:
        bound = step.bound
        if bound.__class__ is PathOp:
            inner, more = costs(bound.steps)
        elif bound.__class__ is Backward:
            inner, more = 0.0, 0.0
        else:
            given = [specs[r] for r in step.refs]
            inner = _OPERATOR_SECONDS + sum([s.nbytes for s in (*given, *step.specs)]) / _BYTES
            if bound.multiplications is not None:
                shapes = [s.shape for s in given], [s.shape for s in step.specs]
                inner += bound.multiplications(*shapes) / _MULTIPLICATIONS
            more = _BUILD_SECONDS
        times = 3 if step.recorded else 1
        run, build = run + times * inner, build + times * more
    return run, build


_OPERATOR_SECONDS, _BUILD_SECONDS = 2e-5, 2e-2
_BYTES, _MULTIPLICATIONS = 2e9, 4e10  # in a second


def digest(steps):
    """A path in 32 hexadecimal digits: the same in each process."""
    found = hashlib.blake2b(digest_size=16)
    for step in steps:
        bound = step.bound
        name = "" if bound.__class__ is PathOp else repr(bound)  # a block's name may be any
        parts = [type(bound).__name__, name, step.refs, step.recorded, step.keep]
        parts += [[repr(s) for s in specs] for specs in (step.fresh_specs, step.specs)]
        if bound.__class__ is PathOp or bound.__class__ is GradOp:
            parts.append(digest(bound.steps))
        elif bound.__class__ is Pullback:
            parts += [bound.given, bound.tape.evaluated, digest(bound.tape.steps)]
        elif bound.__class__ is Backward:
            parts += [bound.given, bound.retain]
        found.update(repr(parts).encode())
    return found.hexdigest()


def operators(steps):
    """How many operators a path is made of, those inside of other operators included.

    A product counts as a quarter: it stays a kernel of its own, so what it costs to compile does
    not grow with what stands around it (500 dense layers take 2.2 s whole and 8.5 ms a step, 1.3 s
    and 27 ms in partitions). A gradient counts only where its forward does not stand beside it.
    """
    n = 0.0
    for step in steps:
        bound = step.bound
        if bound.__class__ is PathOp or bound.__class__ is GradOp:
            n += operators(bound.steps)
        elif bound.__class__ is Pullback:
            n += operators([bound.tape.steps[i] for i in bound.tape.order])
        elif bound.__class__ is not Backward:
            n += 1 if bound.multiplications is None else 0.25
    return n


def too_long(steps, with_residuals, bound):
    """Whether a path is compiled in partitions: of more than ``bound`` operators, or a fifth of it.

    XLA:CPU keeps nothing that several operators use: each kernel computes it anew, and what it
    computed from. In arithmetic that goes round and round (a grid's slices, standard deviations)
    kernels grow so from round to round: 450 operators took 8 to 30 seconds to compile, 80
    normalisations of a small matrix two minutes; in partitions all took one, and a run some
    milliseconds more. So a fifth is the bound where nobody trains: where neither gradients nor
    convolutions are, and for what is written outside of graphs.
    """
    if operators(steps) > bound:
        return True
    if with_residuals:
        return False
    n = 0
    for step in steps:
        op = step.bound
        if op.__class__ in (GradOp, Pullback, Backward) or op.outside_loops:
            return False
        n += op.__class__ is not PathOp
    return 5 * n > bound


def lower(last, returned, with_residuals=()):
    """The path that ends at ``last`` as a function ``f(scalars, *inputs) -> (outputs, residuals)``.

    Parameters
    ----------
    returned : tuple of int    positions to return
    with_residuals : tuple of int   those whose gradient may be asked for later: their residuals are
        returned

    Returns
    -------
    f, tape    ``f`` takes the scalars as a vector or as a list; ``tape`` (a Tape, or None) learns
        the residuals' structure when ``f`` is traced
    """
    steps = steps_of(last)
    n_scalars = count_scalars(last)
    tape = Tape(steps, with_residuals) if with_residuals else None
    differentiate = needed_pullbacks(steps, tape)

    def program(scalars, *inputs):
        if scalars.__class__ is not list:
            scalars = split_scalars(scalars, n_scalars)
        env, pulls = TRACING.path(steps, last.n, inputs, scalars, differentiate)
        return [env[p] for p in returned], tape.pack(pulls) if tape else []

    return program, tape


class Tape:
    """How to go back through an executed path: pullbacks whose residuals are arrays.

    ``evaluated``: the path was run without being compiled, so they are the evaluator's.
    """

    def __init__(self, steps, with_residuals, evaluated=False):
        self.evaluated = evaluated
        found, self.targets = ancestors(steps, with_residuals)
        self.steps, self.with_residuals = steps, with_residuals
        self.order = sorted(found, reverse=True)
        self.trees = None
        self.pullbacks = {}  # positions of the given cotangents -> Pullback

    def pack(self, pulls):
        """Residual arrays of the pullbacks, each once; called while tracing."""
        leaves, index, self.trees = [], {}, {}
        for i in self.order:
            if i not in pulls:
                continue
            pull, floats, refs = pulls[i]
            own, tree = jax.tree_util.tree_flatten(pull)
            where = []
            for leaf in own:
                if id(leaf) not in index:
                    index[id(leaf)] = len(leaves)
                    leaves.append(leaf)
                where.append(index[id(leaf)])
            self.trees[i] = (tree, tuple(where), floats, refs)
        return leaves


class Pullback(Bound):
    """Cotangents of an executed path's inputs, from its residuals and the cotangents of its
    outputs.

    Inputs: all residuals, then one cotangent per position in ``given``.
    """

    def __init__(self, tape, given):
        super().__init__()
        self.name = "pullback"
        self.tape, self.given = tape, given
        visited, self.targets = ancestors(tape.steps, given)
        self.visited = frozenset([tape.steps[i].pos for i in visited])
        self.among = max([tape.steps[i].bound.among for i in visited], default=0)
        order = [p for step in tape.steps for p in step.fresh]
        specs = specs_of(tape.steps)
        self.avals_out = tuple([(specs[p].shape, specs[p].dtype) for p in self.targets])
        self.input_indices = [order.index(p) for p in self.targets]

    def run(self, inputs, scalars):
        return TRACING.pullback(self, inputs)


class PathOp(Bound):
    """A whole path as one operator: a hybridized block, or the re-run of an executed segment.

    Parameters
    ----------
    constants : sequence of float, or None   the path's run-time numbers where they are fixed; the
        numbers at
        ``dynamic`` (indices) are supplied at each call instead. None: all are supplied.
    """

    def __init__(self, name, last, returned, constants=None, dynamic=()):
        super().__init__()
        self.name, self.last, self.returned = name, last, returned
        self.steps = steps_of(last)
        self.differentiate = needed_pullbacks(self.steps)
        self.constants, self.dynamic = constants, tuple(dynamic)
        self.n_scalars = count_scalars(last) if constants is None else len(self.dynamic)

        self.last_use = last_uses(self.steps, returned)
        self.among = last.among
        specs = specs_of(self.steps)
        self.avals_out = tuple([(specs[p].shape, specs[p].dtype) for p in returned])

    def all_scalars(self, scalars, number):
        """The path's run-time numbers, from those that are supplied; ``number`` makes constants
        arrays.
        """
        if self.constants is None:
            return scalars
        full = [number(c) for c in self.constants]
        for i, w in zip(self.dynamic, scalars):
            full[i] = w
        return full

    def run(self, inputs, scalars):
        return TRACING.enter(self, inputs, scalars)[0]


class GradOp(Bound):
    """Gradient of a path as an operator of its inputs: what ``create_graph=True`` records.

    Being a pure function of the path's inputs it can be differentiated again, to any order; XLA
    merges the repeated forward with the first one when they run in one program.

    Inputs: all outside inputs of the path, then the given head gradients.
    """

    def __init__(self, last, heads, given, targets):
        super().__init__()
        self.name = "gradient"
        self.last, self.heads, self.given, self.targets = last, heads, given, targets
        self.steps = steps_of(last)
        self.differentiate = needed_pullbacks(self.steps)
        self.n_scalars = count_scalars(last)
        self.n_path = last.n_inputs
        self.among = last.among
        where = [p for s in self.steps for p in s.fresh]
        self.at = [where.index(p) for p in targets]
        specs = specs_of(self.steps)
        self.avals_out = tuple([(specs[p].shape, specs[p].dtype) for p in targets])

    def run(self, inputs, scalars):
        path, head_grads = list(inputs[: self.n_path]), iter(inputs[self.n_path :])

        def f(*moving):
            full = list(path)
            for i, m in zip(self.at, moving):
                full[i] = m
            env, _ = TRACING.path(self.steps, self.last.n, full, scalars, self.differentiate)
            return tuple([env[h] for h in self.heads])

        outs, pull = jax.vjp(f, *[path[i] for i in self.at])
        return pull(
            tuple(
                [
                    next(head_grads).astype(o.dtype) if g else jnp.ones_like(o)
                    for g, o in zip(self.given, outs)
                ]
            )
        )
