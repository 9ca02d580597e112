"""Updates of parameters that a training loop makes again and again: one, or one on each device."""

import operator
import weakref

from .._engine.devices import run_alike
from ..ndarray import NDArray
from ..ndarray.ndarray import _wrap
from ..optimizer.updater import Updater

__all__ = ["Prepared", "Replicas", "alike", "same"]


def same(values):
    """Whether arrays are dense, and of one shape and dtype."""
    first = values[0]
    return all(
        v.stype == "default" and v.shape == first.shape and v.dtype == first.dtype for v in values
    )


def alike(values, contexts):
    """Whether arrays differ in nothing but their devices, of which there are several of a type."""
    return (
        len(set(contexts)) == len(contexts) > 1
        and len({c.device_type for c in contexts}) == 1
        and same(values)
    )


class Prepared:
    """The update of a store's parameters, and what it rests on.

    Parameters
    ----------
    updater : Updater                          the store's
    keys : list
    values, outs : list of list of NDArray     gradients and parameters by key and device
    """

    def __init__(self, updater, keys, values, outs):
        self.updater, self.keys = updater, list(keys)
        self.optimizer, self.states = updater.optimizer, updater.states
        self.given = [[x._spec for x in row] for row in values]
        self.outs = [list(row) for row in outs]
        self.sums = []  # handles of what the plans read

    @staticmethod
    def fits(updater):
        """Whether updates by a store's updater can be prepared."""
        return type(updater) is Updater and updater.optimizer.fuses

    def holds(self, updater, keys, values, outs):
        """Whether these are still the same parameters, gradients and optimizer."""
        if (
            self.updater is not updater
            or self.states is not updater.states
            or self.optimizer is not updater.optimizer
            or self.keys != keys
        ):
            return False
        for own, row in zip(self.outs, outs):
            if len(own) != len(row) or any(map(operator.is_not, own, row)):
                return False
        return all(
            len(given) == len(specs)
            and all(x.stype == "default" and x._spec is s for x, s in zip(given, specs))
            for given, specs in zip(values, self.given)
        )

    def _plan(self, updater, weights):
        """A plan for arrays, and the handles of sums that it reads."""
        sums = [_wrap(NDArray, x._read()) for x in weights]  # for shapes and types
        self.sums.append(sums)
        return updater.plan(self.keys, sums, weights)

    def _drop_sums(self):
        """Hold no sum: its memory would not be free."""
        for handles in self.sums:
            for x in handles:
                x._v = None


class Replicas(Prepared):
    """The parameters of a store on all devices, with an optimizer's state on each.

    All devices compute the same update from the same sum. While this lasts the stored arrays *are*
    those of the first device; :meth:`leave` gives the store its own again.

    Parameters
    ----------
    arrays : dict                      the store's, by key
    updater : Updater                  the store's; its states become those of the first device
    keys : list
    values, outs : list of list of NDArray     gradients and parameters by key and device
    """

    def __init__(self, arrays, updater, keys, values, outs):
        super().__init__(updater, keys, values, outs)
        self.arrays = arrays
        self.homes = [arrays[k].context for k in keys]
        rows = [list(row) for row in zip(*outs)]
        self.contexts = [x.context for x in self.outs[0]]
        for k, row in zip(keys, outs):
            stored = arrays[k].detach()
            for x in row:
                x._write(stored.as_in_context(x.context)._read())
            arrays[k] = row[0]
        self._see()
        states = updater._prepare(keys, rows[0])
        updaters = [updater, *[self._updater(states, ctx) for ctx in self.contexts[1:]]]
        self.plans = [self._plan(u, row) for u, row in zip(updaters, rows)]
        self._drop_sums()

    def _updater(self, states, ctx):
        """An updater whose states are copies on a device."""
        other = Updater(self.optimizer)
        for k, state in zip(self.keys, states):
            other.states[k] = other.sync_state_context(state, ctx)
            other.states_synced[k] = True
        return other

    @staticmethod
    def suit(updater, stored, values, outs):
        """Whether parameters can be updated so, with gradients like ``values``."""
        if not Prepared.fits(updater) or updater.optimizer.draws:
            return False
        contexts = [x.context for x in outs[0]] if outs else ()
        return bool(contexts) and all(
            [x.context for x in row] == contexts == [x.context for x in given]
            and alike([*row, kept], contexts)
            and alike(given, contexts)
            and given[0].shape == kept.shape
            and all(x._base is None for x in row)
            for kept, given, row in zip(stored, values, outs)
        )

    def _see(self):
        """Remember the parameters' values, without holding them: they are to be overwritten."""
        self.seen = [[weakref.ref(x._v) for x in row] for row in self.outs]

    def check(self):
        """Undo what somebody has written to parameters, as the next pull would.

        What was written on every device holds: of its first there is no other value.
        """
        for row, seen in zip(self.outs, self.seen):
            written = [ref() is not x._v for x, ref in zip(row, seen)]
            if any(written):
                source = row[0 if all(written) else written.index(False)]
                for x, changed in zip(row, written):
                    if changed and x is not source:
                        x._write(source.detach().as_in_context(x.context)._read())
        self._see()

    def update(self, sums):
        """Update all devices' parameters with the sums of the gradients, by device and key."""
        self.check()
        optimizer = self.optimizer
        optimizer._set_current_context(self.homes[0].device_id)
        scalars = optimizer._numbers(self.keys)  # of one update, which all devices do
        for plan, handles, values in zip(self.plans, self.sums, sums):
            for x, v in zip(handles, values):
                x._v = v
            plan.apply(optimizer, scalars)
        self._drop_sums()
        self._see()
        run_alike(self.contexts)

    def leave(self):
        """Give the store arrays of its own, where they were before."""
        self.check()
        for k, home in zip(self.keys, self.homes):
            self.arrays[k] = self.arrays[k].detach().copyto(home)
            state = self.states.get(k)
            if state is not None:
                self.states[k] = self.updater.sync_state_context(state, home)
