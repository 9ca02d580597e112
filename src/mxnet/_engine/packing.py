"""Many small gradients leave a program as one array, which is cut when one of them is read.

A training step returns every gradient, since ``param.grad()`` may be read, and next to nobody reads
it. An array of its own costs 1.5 us to make and as much to free, and the bookkeeping grows
faster than their number: a program with 1000 small results took 2.0 ms, with one packed 0.5 ms.
"""

import jax.numpy as jnp
import numpy as onp

from .._graph.lower import Backward, Pullback
from .._graph.steps import steps_of

__all__ = ["Packed", "choose", "packed"]

# Of what is smaller, the NumPy array that a cut gives is passed to programs as it is.
_BYTES = 4096
_FROM = 16


class Packed:
    """Stands for the segment of values that lie in one array: ``begins`` says where, by their
    position in the path.
    """

    __slots__ = ("array", "begins")

    def __init__(self, array, begins):
        self.array, self.begins = array, begins

    def cut(self, value):
        """Give a value its data, in host memory."""
        self.array.block_until_ready()  # NumPy would end the process where it has failed
        whole = onp.asarray(self.array)  # no copy on a CPU
        spec, begin = value.spec, self.begins[value.pos]
        size = spec.nbytes // whole.dtype.itemsize
        value.data = whole[begin : begin + size].reshape(spec.shape)
        value.seg = None


def choose(state, returned, positions):
    """Which of the results to pack.

    Parameters
    ----------
    returned : tuple of int        indices of the results
    positions : list of int    of all outputs with handles, by index

    Returns
    -------
    list of (indices, begins)     packs of one element type each; ``begins`` as in :class:`Packed`
    """
    if state.ctx.device_type != "cpu":
        return []  # a cut waits for the device
    gradients = {}
    for step in steps_of(state):
        if step.bound.__class__ is Backward or step.bound.__class__ is Pullback:
            gradients.update(enumerate(step.specs, step.pos))
    found = {}
    for i in returned:
        spec = gradients.get(positions[i])
        if spec is not None and 0 < spec.nbytes <= _BYTES:
            found.setdefault(spec.dtype, []).append((i, positions[i], spec.nbytes))
    packs = []
    for dtype, pack in found.items():
        if len(pack) >= _FROM:
            at, begins = 0, {}
            for _, position, nbytes in pack:
                begins[position] = at // dtype.itemsize
                at += nbytes
            packs.append((tuple([i for i, _, _ in pack]), begins))
    return packs


def packed(function, counts):
    """``function`` with its last results packed: ``counts`` of them each."""

    def program(scalars, *inputs):
        results, residuals = function(scalars, *inputs)
        first = len(results) - sum(counts)
        whole = list(results[:first])
        for n in counts:
            whole.append(jnp.concatenate([r.reshape(-1) for r in results[first : first + n]]))
            first += n
        return tuple(whole), residuals

    return program
