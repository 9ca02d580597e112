"""``Updater``: an optimizer with the states of the parameters it has met."""

from .._engine.initial import initial_values
from .._interrupt import uninterrupted
from .._traceback import door
from ..ndarray import NDArray
from . import _states
from ._base import Optimizer
from ._plan import UpdatePlan

__all__ = ["Updater", "get_updater"]


class Updater:
    """Calls an optimizer, making states as parameters come: ``updater(index, grad, weight)``.

    Parameters
    ----------
    optimizer : Optimizer

    Attributes
    ----------
    states : dict by index
    states_synced : dict of index to bool     False after loading, until the state is on its
                                              weight's device
    """

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.states = {}
        self.states_synced = {}
        self.aggregate_updates = optimizer.aggregate_num > 0

    @door
    @uninterrupted
    def __call__(self, index, grad, weight):
        """Update one parameter, or lists of them.

        Parameters
        ----------
        index : int or str, or list
        grad, weight : NDArray, or lists
        """
        if not isinstance(index, (list, tuple)):
            index, grad, weight = [index], [grad], [weight]
        optimizer = self.optimizer
        if weight:
            optimizer._set_current_context(weight[0].context.device_id)
        states = self._prepare(index, weight)
        if optimizer.fuses:
            optimizer.update_multi_precision(list(index), list(weight), list(grad), states)
            return
        size = optimizer.aggregate_num
        if size <= 0:
            for i, w, g, s in zip(index, weight, grad, states):
                optimizer.update_multi_precision(i, w, g, s)
            return
        by_dtype = {}
        for row in zip(index, weight, grad, states):
            by_dtype.setdefault(row[1].dtype, []).append(row)
        for rows in by_dtype.values():
            for at in range(0, len(rows), size):
                indices, weights, grads, some = zip(*rows[at : at + size])
                optimizer.update_multi_precision(indices, weights, grads, list(some))

    def _prepare(self, index, weight):
        """The states of parameters, made or moved to their weights' devices where need be."""
        found = []
        for i, w in zip(index, weight):
            if i not in self.states:
                with initial_values():
                    self.states[i] = self.optimizer.create_state_multi_precision(i, w)
                self.states_synced[i] = True
            elif not self.states_synced.get(i, False):
                self.states[i] = self.sync_state_context(self.states[i], w.context)
                self.states_synced[i] = True
            found.append(self.states[i])
        return found

    def plan(self, index, grad, weight):
        """A prepared update of these very arrays, for :meth:`run`; None where the optimizer
        updates one by one.
        """
        if not self.optimizer.fuses:
            return None
        states = self._prepare(index, weight)
        return UpdatePlan(
            self.optimizer,
            list(index),
            list(weight),
            list(grad),
            states,
            self.optimizer.multi_precision,
            # where some are left out today, others will be tomorrow
            pack=len(index) == len(self.states),
        )

    @uninterrupted
    def run(self, plan):
        """Do a prepared update."""
        self.optimizer._set_current_context(plan.weights[0].context.device_id)
        plan.run(self.optimizer)

    def sync_state_context(self, state, context):
        """The state on a device."""
        if isinstance(state, NDArray):
            return state.as_in_context(context)
        if isinstance(state, (tuple, list)):
            return type(state)([self.sync_state_context(s, context) for s in state])
        return state

    def get_states(self, dump_optimizer=False):
        """The states as bytes, with the optimizer's settings and counts if asked.

        The format is this package's own (1.x wrote pickles): see :mod:`mxnet.optimizer._states`.
        """
        return _states.dumps(self.states, self.optimizer if dump_optimizer else None)

    def set_states(self, states):
        """Take the states of :meth:`get_states`, or those of MXNet 1.x. No code in them is ever
        run.

        Raises
        ------
        FormatError   the bytes are something else
        """
        found, saved = _states.loads(states)
        if saved is not None:
            self.optimizer = _states.restore(saved, self.optimizer, Optimizer.opt_registry)
        self.states = found
        self.states_synced = dict.fromkeys(found, False)


def get_updater(optimizer):
    """An :class:`Updater` of an optimizer: a function ``(index, grad, weight)``."""
    return Updater(optimizer)
