"""Updates that change nothing where a gradient is not finite, decided on the device."""

import functools

import jax
import jax.numpy as jnp

from .._engine.segment import append_many
from .._engine.tape import unrecorded
from .._ops._spec import Bound

__all__ = ["run_guarded"]


class GuardedStep(Bound):
    """A :class:`MultiStep` whose outputs are its inputs where a gradient is not finite.

    One more output, the last, says whether all were: a bool of shape ().
    """

    def __init__(self, inner):
        super().__init__()
        self.inner, self.name = inner, f"{inner.name}.guarded"
        self.layouts, self.needs_key, self.n_scalars = (
            inner.layouts,
            inner.needs_key,
            inner.n_scalars,
        )

    def replaced(self, output, n_outputs):
        """As the update's own; the flag replaces nothing (it resembles no input)."""
        return 0 if output == n_outputs - 1 else self.inner.replaced(output, n_outputs - 1)

    def run(self, inputs, scalars):
        """See the class."""
        n = len(self.layouts)
        finite = jnp.array(True)
        for g in jax.tree.leaves(inputs[n : 2 * n]):
            if jnp.issubdtype(g.dtype, jnp.floating):
                finite &= jnp.isfinite(g).all()
        old = [*inputs[2 * n :], *inputs[:n]]
        new = self.inner.run(inputs, scalars)
        return (*[jnp.where(finite, a, b) for a, b in zip(new, old)], finite)


@functools.cache
def _guarded(inner):
    return GuardedStep(inner)


def run_guarded(plan, optimizer):
    """``UpdatePlan.run``, guarded; returns the Value that says whether gradients were finite."""
    optimizer._set_current_context(plan.weights[0].context.device_id)
    scalars = optimizer._numbers(plan.indices)
    bound = plan.bind(optimizer, len(scalars))
    outs = unrecorded(
        append_many,
        _guarded(bound),
        [x._read() for x in plan.reads],
        tuple(scalars),
        keep=len(plan.writes) + 1,
    )
    for x, v in zip(plan.writes, outs):
        x._write(v)
    return outs[-1]
