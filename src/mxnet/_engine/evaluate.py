"""Paths that are run at once by NumPy, without being compiled: what is met for the first time."""

import contextlib

import jax
import numpy as onp

from .._graph.equations import Aval
from .._graph.families import formula_of, gradient_of
from .._graph.lower import Fill, Interpreter, last_uses, needed_pullbacks
from .._graph.steps import steps_of
from .blas import one_thread
from .plan import gradient_plan, plan

__all__ = ["evaluate", "owned", "root_of"]


def _avals(arrays):
    return [Aval(a.shape, a.dtype) for a in arrays]


@jax.tree_util.register_pytree_node_class
class Pull:
    """The pullback of an operator that was evaluated."""

    def __init__(self, plan, residuals):
        self.plan, self.residuals = plan, residuals

    def __call__(self, given):
        """Gradients of the inputs, for JAX's arrays and tracers."""
        return self.plan.trace([*self.residuals, *given])

    def tree_flatten(self):
        """The residuals; the plan does not change."""
        return self.residuals, self.plan

    @classmethod
    def tree_unflatten(cls, plan, residuals):
        """Inverse of ``tree_flatten``."""
        return cls(plan, list(residuals))


class _Evaluation(Interpreter):
    numpy = onp
    enters = True

    def word(self, number):
        return onp.float64(number)

    def run(self, bound, args, scalars):
        if bound.__class__ is Fill:  # one for each shape, which says all: nothing is traced
            fill = bound.by_numpy(())
            if fill is not None:
                with contextlib.suppress(OverflowError):
                    return (fill(*scalars),)
        given = [*args, *scalars]
        first = {id(a): i for i, a in reversed(list(enumerate(args)))}
        same = tuple([first[id(a)] for a in args]) if len(first) < len(args) else ()
        return tuple(formula_of(bound, len(args), same).plan(_avals(given), plan)(given))

    def differentiate(self, bound, args, scalars, diff, floats):
        given = [*args, *scalars]
        formula = gradient_of(bound, len(args), diff, floats)
        plans = formula.plan(_avals(given), gradient_plan)
        if not plans:  # no gradient goes through it
            return self.run(bound, args, scalars), None
        forward, backward, n = plans
        found = forward(given)
        return tuple(found[:n]), Pull(backward, found[n:])

    def pullback(self, bound, inputs):
        if bound.tape.evaluated:
            return super().pullback(bound, inputs)
        return self.run(bound, inputs, ())  # the residuals are a compiled program's

    def pull(self, step, pull, given):
        return pull.plan([*pull.residuals, *given])


EVALUATION = _Evaluation()


def evaluate(state, data, scalars, returned, tape):
    """Run the path that ends at ``state``.

    Parameters
    ----------
    data : list of arrays       its outside inputs
    scalars : sequence of float
    returned : list of int          positions to return
    tape : Tape or None         of positions whose gradient may be asked for later

    Returns
    -------
    results : list of numpy.ndarray, of memory of their own
    residuals : list of numpy.ndarray
    """
    steps = steps_of(state)
    inputs = [onp.asarray(d) for d in data]
    differentiate = needed_pullbacks(steps, tape)
    last_use = last_uses(steps, returned)
    with onp.errstate(all="ignore"), one_thread():
        env, pulls = EVALUATION.path(
            steps, state.n, inputs, [onp.float64(w) for w in scalars], differentiate, last_use
        )
        roots = {id(root_of(a)) for a in inputs}
        results = [owned(env[p], roots) for p in returned]
        residuals = [] if tape is None else [owned(r, roots) for r in tape.pack(pulls)]
    return results, residuals


def root_of(array):
    """The array that the memory of an array belongs to."""
    while isinstance(array.base, onp.ndarray):
        array = array.base
    return array


def owned(array, roots):
    """The array, or a copy where its memory belongs to one of ``roots`` (identities) or is not in
    order.
    """
    if array.__class__ is not onp.ndarray:
        return onp.asarray(array)
    if not array.flags.c_contiguous:
        return onp.ascontiguousarray(array)
    if array.base is None and id(array) not in roots:
        return array
    root = root_of(array)
    return array.copy() if id(root) in roots or root.base is not None else array
