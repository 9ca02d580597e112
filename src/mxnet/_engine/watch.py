"""Watching programs run: how long each operator takes, for the profiler.

While ``stats.observer`` is set, segments come here instead of going to their compiled program.
An observer that wants operators (``observer.stepwise``) gets the path evaluated step by step: each
operator, and each operator's way back, is compiled alone, and waited for. Hybridized blocks and
bound symbols are entered, so that their operators are seen too. What is computed is the same.
"""

import threading
import time
import weakref
from contextlib import contextmanager

import jax
import jax.numpy as jnp

from .._dtypes import is_floating
from .._graph.lower import Backward, PathOp, Pullback, Tape, needed_pullbacks
from .._graph.node import steps_of, total_words
from .stats import stats

__all__ = ["stepwise", "whole", "around", "custom"]

# What MXNet calls the engine's own operators.
_NAMES = {"fill": "_full", "add": "_grad_add", "copy": "_copy", "gradient": "_gradient"}
_pieces = weakref.WeakKeyDictionary()  # Bound -> {what of it: jitted function}
_warm = weakref.WeakKeyDictionary()  # jitted function -> signatures it was called with
_local = threading.local()


def _name(bound):
    return _NAMES.get(bound.name, bound.name)


def _backward_name(bound):
    return f"_backward_{_name(bound).lstrip('_')}"


def _piece(bound, key, make):
    table = _pieces.setdefault(bound, {})
    found = table.get(key)
    if found is None:
        found = table[key] = jax.jit(make())
    return found


def _timed(name, fn, *args):
    """Call a jitted function and tell the observer how long it took, apart from compiling it."""
    observer = stats.observer
    leaves, tree = jax.tree_util.tree_flatten(args)
    signature = (tree, tuple([(x.shape, x.dtype) for x in leaves]))
    seen = _warm.setdefault(fn, set())
    if signature not in seen:
        begun = time.perf_counter()
        jax.block_until_ready(fn(*args))
        seen.add(signature)
        ended = time.perf_counter()
        scope = getattr(_local, "custom", None)
        if scope is not None:
            scope[1] += ended - begun
        if observer is not None:
            observer.compiled(name, begun, ended)
    begun = time.perf_counter()
    found = jax.block_until_ready(fn(*args))
    if observer is not None:
        _tell(observer, name, begun, time.perf_counter())
    return found


def _tell(observer, name, begun, ended):
    scope = getattr(_local, "custom", None)
    if scope is None:
        observer.operator(name, begun, ended)
    else:
        scope[1] += ended - begun
        observer.operator(f"{scope[0]}::{name}", begun, ended, custom=True)


# ------------------------------------------------------------------------------ step by step
def stepwise(state, emit, taped):
    """As ``lower``: the path that ends at ``state`` as a function, which runs it step by step.

    Returns
    -------
    f, tape
    """
    steps = steps_of(state)
    differentiate = needed_pullbacks(steps)
    tape = Tape(steps, taped) if taped else None
    if tape:
        differentiate |= set(tape.order)
    n_words = total_words(state)

    def program(words, *inputs):
        env, pulls = _path(steps, state.n, inputs, list(words[:n_words]), differentiate)
        return [env[p] for p in emit], tape.pack(pulls) if tape else []

    return program, tape


def _path(steps, n, inputs, words, differentiate):
    """As ``run_path``, step by step."""
    env = [None] * n
    supply = iter(inputs)
    pulls = {}
    for i, step in enumerate(steps):
        for p in step.fresh:
            env[p] = next(supply)
        bound = step.bound
        args = [env[r] for r in step.refs]
        if bound.__class__ is Backward:
            outs = _backward(steps, step, env, pulls)
        elif bound.__class__ is Pullback:
            outs = _pullback(bound, args)
        else:
            w = words[step.words_at : step.words_at + step.n_words]
            diff = ()
            if i in differentiate:
                diff = [j for j, (g, a) in enumerate(zip(step.grads, args)) if g and _float(a)]
            outs, pull, floats = _apply(step, args, w, tuple(diff))
            if pull is not None:
                pulls[i] = (pull, floats, tuple([step.refs[j] for j in diff]))
        env[step.pos : step.pos + len(outs)] = outs
    return env, pulls


def _float(array):
    return is_floating(array.dtype)


def _apply(step, args, words, diff):
    """One step's outputs, its pullback with respect to the inputs ``diff``, its float outputs."""
    bound = step.bound
    floats = [i for i, s in enumerate(step.specs) if is_floating(s.dtype)]
    if not floats:
        diff = ()
    if bound.__class__ is PathOp and not any(s.bound.__class__ is Backward for s in bound.steps):
        outs, pull = _enter(bound, args, words, diff, floats)
        return outs, pull, floats
    if not diff:
        run = _piece(bound, None, lambda: lambda a, w: tuple(bound.run(a, w)))
        return _timed(_name(bound), run, args, words), None, floats
    which = tuple(floats)

    def make():
        def run(a, w):
            def f(*moving):
                full = list(a)
                for j, x in zip(diff, moving):
                    full[j] = x
                outs = bound.run(full, w)
                return tuple([outs[j] for j in which]), tuple(outs)

            _, pull, outs = jax.vjp(f, *[a[j] for j in diff], has_aux=True)
            return outs, pull

        return run

    outs, pull = _timed(_name(bound), _piece(bound, (diff, which), make), args, words)
    return outs, pull, floats


def _enter(bound, args, words, diff, floats):
    """The steps of a path that is one operator; and, for some of its inputs, the way back."""
    if bound.constants is not None:
        full = list(bound.constants)
        for i, w in zip(bound.dynamic, words):
            full[i] = w
        words = [jnp.asarray(w, "float64") for w in full]
    env = [None] * bound.last.n
    where = [p for s in bound.steps for p in s.fresh]
    moving = {where[i] for i in diff}
    supply = iter(args)
    found = []
    for i, step in enumerate(bound.steps):
        for p in step.fresh:
            env[p] = next(supply)
        given = [env[r] for r in step.refs]
        at = tuple([j for j, r in enumerate(step.refs) if r in moving and _float(given[j])])
        w = words[step.words_at : step.words_at + step.n_words]
        outs, pull, inner = _apply(step, given, w, at)
        if pull is not None:
            refs = tuple([step.refs[j] for j in at])
            found.append((pull, (i, tuple(inner), refs)))
            moving.update([step.pos + j for j in inner])
        env[step.pos : step.pos + len(outs)] = outs
    outs = tuple([env[p] for p in bound.emit])
    if not diff:
        return outs, None
    heads = tuple([bound.emit[i] for i in floats])
    about = (bound, tuple([a for _, a in found]), heads, tuple([where[i] for i in diff]))
    return outs, _Chain([p for p, _ in found], about, [args[i] for i in diff])


@jax.tree_util.register_pytree_node_class
class _Chain:
    """The way back through an entered path: a pullback made of the steps' pullbacks."""

    def __init__(self, pulls, about, inputs):
        self.pulls, self.about, self.inputs = pulls, about, inputs

    def tree_flatten(self):
        """The steps' pullbacks and the inputs (for their shapes); the rest does not change."""
        return (self.pulls, self.inputs), self.about

    @classmethod
    def tree_unflatten(cls, about, children):
        """Inverse of ``tree_flatten``."""
        return cls(children[0], about, children[1])

    def __call__(self, given, call=lambda step, pull, cts: pull(cts)):
        bound, places, heads, inputs = self.about
        cts = {}
        for p, ct in zip(heads, given):
            cts[p] = cts[p] + ct if p in cts else ct
        pulls = {i: (pull, floats, refs) for pull, (i, floats, refs) in zip(self.pulls, places)}
        _pull_back(bound.steps, sorted(pulls, reverse=True), pulls, cts, call)
        return tuple(
            [cts[p] if p in cts else jnp.zeros_like(x) for p, x in zip(inputs, self.inputs)]
        )


def _pull_back(steps, order, pulls, cts, call):
    """As in ``lower``; ``call(step, pull, cotangents)`` does one step."""
    for i in order:
        pull, floats, refs = pulls[i]
        step = steps[i]
        given = [cts.pop(step.pos + j, None) for j in floats]
        if all(c is None for c in given):
            continue
        given = tuple(
            [
                jnp.zeros(step.specs[j].shape, step.specs[j].dtype) if c is None else c
                for j, c in zip(floats, given)
            ]
        )
        for ref, ct in zip(refs, call(step, pull, given)):
            have = cts.get(ref)
            cts[ref] = ct if have is None else have + ct


def _pull_timed(step, pull, given):
    if isinstance(pull, _Chain):
        return pull(given, _pull_timed)
    run = _piece(step.bound, "pull", lambda: lambda pull, given: pull(given))
    return _timed(_backward_name(step.bound), run, pull, given)


def _backward(steps, step, env, pulls):
    bound = step.bound
    given = iter(step.refs[bound.n_heads :])
    cts = {}
    for head, has in zip(step.refs, bound.given):
        ct = env[next(given)].astype(env[head].dtype) if has else jnp.ones_like(env[head])
        cts[head] = cts[head] + ct if head in cts else ct
    before, targets = step.info[:2]
    _pull_back(steps, [j for j in before if j in pulls], pulls, cts, _pull_timed)
    return [
        cts[p] if p in cts else jnp.zeros(s.shape, s.dtype) for p, s in zip(targets, step.specs)
    ]


def _pullback(bound, inputs):
    """As ``Pullback.run``, step by step."""
    tape = bound.tape
    n = len(inputs) - len(bound.given)
    residuals, cts = inputs[:n], dict(zip(bound.given, inputs[n:]))
    pulls = {
        i: (jax.tree_util.tree_unflatten(tree, [residuals[j] for j in where]), floats, refs)
        for i, (tree, where, floats, refs) in tape.trees.items()
    }
    _pull_back(tape.steps, [i for i in tape.order if i in pulls], pulls, cts, _pull_timed)
    specs = {p: s for step in tape.steps for p, s in zip(step.fresh, step.fresh_specs)}
    return tuple(
        [cts[p] if p in cts else jnp.zeros(specs[p].shape, specs[p].dtype) for p in bound.targets]
    )


# ------------------------------------------------------------------------- other observations
def whole(observer, state, program, words, *data):
    """Run a program, wait for it, and tell the observer."""
    begun = time.perf_counter()
    found = jax.block_until_ready(program.fn(words, *data))
    names = [_name(s.bound) for s in steps_of(state)]
    observer.program(names, state.line, begun, time.perf_counter(), compiling=not program.ready)
    return found


def around(name, run, *args):
    """Run an operator that is not part of programs, and tell the observer if there is one."""
    observer = stats.observer
    if observer is None:
        return run(*args)
    begun = time.perf_counter()
    values = run(*args)
    jax.block_until_ready([v.data for v in values])
    _tell(observer, name, begun, time.perf_counter())
    return values


@contextmanager
def custom(name, flush):
    """Scope of an operator written in Python: its own operators are told as its parts."""
    observer = stats.observer
    if observer is None:
        yield
        return
    flush()
    before, _local.custom = getattr(_local, "custom", None), [name, 0.0]
    begun = time.perf_counter()
    try:
        yield
        flush()
        ended = time.perf_counter()
        own = ended - begun - _local.custom[1]
        observer.operator(f"{name}::pure_python", ended - own, ended, custom=True)
    finally:
        _local.custom = before
