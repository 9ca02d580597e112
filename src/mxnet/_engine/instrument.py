"""Watching programs run: how long each operator takes, for the profiler.

While ``stats.observer`` is set, segments come here instead of going to their compiled program. An
observer that wants operators (``observer.stepwise``) gets the path evaluated step by step: each
operator, and each operator's backward pass, is compiled alone, and waited for. Hybridized blocks
and bound symbols are entered, so that their operators are seen too. What is computed is the same.
"""

import threading
import time
import weakref
from contextlib import contextmanager

import jax

from .._graph.lower import TRACING, Interpreter, Tape, needed_pullbacks
from .._graph.steps import count_scalars, steps_of
from .stats import stats

__all__ = ["stepwise", "whole", "around", "custom"]

# What MXNet calls the engine's own operators.
_NAMES = {"fill": "_full", "add": "_grad_add", "copy": "_copy", "gradient": "_gradient"}
_functions = weakref.WeakKeyDictionary()  # Bound -> {what of it: jitted function}
_warm = weakref.WeakKeyDictionary()  # jitted function -> signatures it was called with
_local = threading.local()


def _name(bound):
    return _NAMES.get(bound.name, bound.name)


def _backward_name(bound):
    return f"_backward_{_name(bound).lstrip('_')}"


def _function(bound, key, make):
    table = _functions.setdefault(bound, {})
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
def stepwise(state, returned, with_residuals):
    """As ``lower``: the path that ends at ``state`` as a function, which runs it step by step.

    Returns
    -------
    f, tape
    """
    steps = steps_of(state)
    tape = Tape(steps, with_residuals) if with_residuals else None
    differentiate = needed_pullbacks(steps, tape)
    n_scalars = count_scalars(state)

    def program(scalars, *inputs):
        env, pulls = _STEPWISE.path(
            steps, state.n, inputs, list(scalars[:n_scalars]), differentiate
        )
        return [env[p] for p in returned], tape.pack(pulls) if tape else []

    return program, tape


class _Stepwise(Interpreter):
    """Each operator, and each operator's backward pass, is compiled alone and timed."""

    enters = True

    def run(self, bound, args, scalars):
        run = _function(bound, None, lambda: lambda a, w: tuple(bound.run(a, w)))
        return _timed(_name(bound), run, args, list(scalars))

    def differentiate(self, bound, args, scalars, diff, floats):
        def make():
            return lambda a, w: TRACING.differentiate(bound, a, w, diff, floats)

        run = _function(bound, (diff, floats), make)
        return _timed(_name(bound), run, args, list(scalars))

    def pull(self, step, pull, given):
        run = _function(step.bound, "pull", lambda: lambda pull, given: pull(given))
        return _timed(_backward_name(step.bound), run, pull, given)


_STEPWISE = _Stepwise()


# ------------------------------------------------------------------------- other observations
def whole(observer, state, program, scalars, *data):
    """Run a program, wait for it, and tell the observer."""
    begun = time.perf_counter()
    found = jax.block_until_ready(program.fn(scalars, *data))
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
