"""``DistKVStore``: the store of several processes, each of which holds all of it."""

import numpy as onp

from .. import _config
from .._engine import collective
from .._engine.segment import flush_all, wait
from .._engine.value import Value
from .._graph.steps import spec_of
from .._interrupt import uninterrupted
from .._ops.kernels import native
from ..ndarray import NDArray
from ..ndarray.sparse import row_sparse_array
from ._processes import same_bits, several
from ._replicas import Prepared, same
from .base import KVStoreBase, offers
from .kvstore import KVStore

__all__ = ["BytePS", "DistKVStore", "Horovod"]


def _ndarray(data, like):
    spec = like._spec
    return NDArray(Value(None, 0, spec_of(spec.shape, spec.dtype, spec.ctx), data))


def _data(x):
    return wait(x._read())


class DistKVStore(KVStore):
    """Arrays by key, in each of several processes: what any of them pushes is summed.

    There are no servers. Every process holds every array and runs the optimizer on the same sums,
    so that all have the same values, bit by bit. All processes make the same calls in the same
    order; where they do not, each says so by an error. Made by :func:`create`.

    Parameters
    ----------
    handle : str     ``'dist_sync'`` or ``'dist_device_sync'``
    """

    _several = True
    _agreed = False  # which kernels update, in all stores
    _prepared = None  # the update that a training loop makes again and again

    # ------------------------------------------------------------------ first values
    def _first_values(self, pairs):
        """Those of rank 0, whatever the other processes have."""
        if not DistKVStore._agreed and self.num_workers > 1:
            DistKVStore._agreed = True
            _agree_on_kernels()
        values = [v[0] for _, v in pairs]
        dense = [i for i, v in enumerate(values) if v.stype == "default"]
        keys = [pairs[i][0] for i in dense]
        copies = collective.broadcast([_data(values[i]) for i in dense], names=keys)
        found = list(values)
        for i, data in zip(dense, copies):
            found[i] = _ndarray(data, values[i])
        for i, v in enumerate(values):
            if v.stype != "default":
                found[i] = self._gathered_rows(pairs[i][0], v)[0]
        return found

    def _gathered_rows(self, key, x):
        """A row_sparse array of each process."""
        indices = collective.gather(_data(x.indices), f"the rows of {key}")
        rows = collective.gather(_data(x.data), f"the values of {key}")
        return [
            row_sparse_array((d, i), shape=x.shape, ctx=x.context, dtype=x.dtype)
            for d, i in zip(rows, indices)
        ]

    # ------------------------------------------------------------------ sums
    def _totals(self, pairs, where):
        found = [
            (k, stored, t if t.dtype == stored.dtype else t.astype(stored.dtype))
            for k, stored, t in super()._totals(pairs, where)
        ]
        dense = [i for i, (_, _, total) in enumerate(found) if total.stype == "default"]
        keys, totals = [found[i][0] for i in dense], [found[i][2] for i in dense]
        if self._threshold:
            sums = [self._of_two_bits(k, t) for k, t in zip(keys, totals)]
        else:
            sums = collective.all_reduce([_data(t) for t in totals], names=keys) if totals else []
        for i, data in zip(dense, sums):
            key, stored, total = found[i]
            found[i] = key, stored, _ndarray(data, total)
        for i, (key, stored, total) in enumerate(found):
            if total.stype != "default":
                total, *others = self._gathered_rows(key, total)
                for part in others:
                    total = total + part
                found[i] = key, stored, total
        return found

    def _of_two_bits(self, key, total):
        """The sum of what all processes send of a gradient: two bits for each number travel."""
        sent = onp.asarray(_data(self._compressed(key, 0, total))).reshape(-1)
        codes = (sent > 0) + 2 * (sent < 0)
        padded = onp.zeros(-(-len(codes) // 4) * 4, "uint8")
        padded[: len(codes)] = codes
        packed = padded[0::4] | padded[1::4] << 2 | padded[2::4] << 4 | padded[3::4] << 6
        signs = onp.zeros(len(padded), "int64")
        for part in collective.gather(packed, f"2 bits of {key}"):
            for place in range(4):
                code = part >> 2 * place & 3
                signs[place::4] += (code == 1).astype("int64") - (code == 2)
        found = signs[: len(codes)] * self._threshold
        return found.astype(total.dtype).reshape(total.shape)

    def _store_totals(self, found):
        for k, stored, total in found:
            if total.stype == "default" or stored.stype == "default":
                self._arrays[k] = total  # nobody else has it
            else:  # as 1.9.1's servers do: rows that nobody has pushed stay
                rows, old = onp.asarray(_data(total.indices)), onp.asarray(_data(stored.indices))
                kept = stored.retain(_rows(onp.setdiff1d(old, rows), stored))
                self._arrays[k] = kept + total

    @uninterrupted
    def push(self, key, value, priority=0):
        """Sum values over devices and processes, then store the sums or update the stored arrays
        with them.

        Parameters
        ----------
        key : int or str, or a list       the same in all processes; one list is faster than a loop
        value : NDArray or list of NDArray (one per device); for a list of keys, a list of those
        priority : int     accepted for compatibility

        Raises
        ------
        PeerLostError   another process has ended or stands still; nothing was updated
        MXNetError      the processes push different things
        """
        self._push(key, value)

    def _push(self, key, value):
        found = self._totals(self._pairs(key, value, "push"), "push")
        with same_bits(self):
            self._apply(found)

    @uninterrupted
    def pushpull(self, key, value, out=None, priority=0):
        """Push, then pull into ``out`` (default: into ``value``)."""
        self._push(key, value)
        self._pull(key, value if out is None else out, ignore_sparse=False)

    def _reduce(self, keys, grads):
        self.pushpull(keys, grads)

    def _exchange(self, keys, values, outs):
        prepared, updater = self._prepared, self._updater
        if prepared is None or not (
            prepared.holds(updater, keys, values, outs) and prepared.of(self)
        ):
            prepared = self._prepared = None
            if _Summed.suit(self, keys, values, outs):
                prepared = self._prepared = _Summed(self, keys, values, outs)
        if prepared is not None:
            sums = collective.all_reduce([_data(row[0]) for row in values], names=keys)
            with same_bits(self):
                prepared.run(updater, sums)
            return
        found = self._totals(self._pairs(keys, values, "push"), "push")
        wanted = [(k, o) for k, o in zip(keys, outs) if o]
        with same_bits(self):  # the update and the copies are one program
            self._apply(found)
            if wanted:
                sparse = self._updater is not None
                self._pull([k for k, _ in wanted], [o for _, o in wanted], ignore_sparse=sparse)

    def set_optimizer(self, optimizer):
        """Update the stored arrays with this optimizer when gradients are pushed: in each process,
        on the same sums, with the options that the optimizer has here.
        """
        super().set_optimizer(optimizer)

    # ------------------------------------------------------------------ where it is
    @property
    def rank(self):
        """Number of this process."""
        return collective.rank()

    @property
    def num_workers(self):
        """How many processes there are."""
        return collective.size()

    def _barrier(self):
        """Wait for all processes."""
        flush_all()
        collective.barrier()


class _Summed(Prepared):
    """The update of a store's arrays by sums over processes, each of which has one device.

    Pulling copies nothing: the stored array and the parameter are the same until one of them is
    written to.

    Parameters
    ----------
    store : DistKVStore
    keys : list
    values, outs : list of list of NDArray     gradients and parameters: one each
    """

    def __init__(self, store, keys, values, outs):
        super().__init__(store._updater, keys, values, outs)
        self.stored = [store._arrays[k] for k in keys]
        self.specs = [spec_of(s.shape, s.dtype, s.ctx) for s in (x._spec for x in self.stored)]
        self.plan = self._plan(self.updater, self.stored)
        self._drop_sums()

    @staticmethod
    def suit(store, keys, values, outs):
        """Whether a store's update can be prepared so."""
        if store._threshold or not Prepared.fits(store._updater):
            return False
        rows = [[store._stored(k, "push"), *v, *o] for k, v, o in zip(keys, values, outs)]
        return (
            all(len(given) == len(row) == 1 for given, row in zip(values, outs))
            and all(row[-1]._base is None and same(row) for row in rows)
            and len({x.context for row in rows for x in row}) == 1
        )

    def of(self, store):
        """Whether the store's arrays and options are still those."""
        return not store._threshold and all(
            store._arrays.get(k) is x for k, x in zip(self.keys, self.stored)
        )

    def run(self, updater, sums):
        """Update the stored arrays, and let the parameters be what they are."""
        for x, spec, data in zip(self.sums[0], self.specs, sums):
            x._v = Value(None, 0, spec, data)
        updater.run(self.plan)
        self._drop_sums()
        for stored, (out,) in zip(self.stored, self.outs):
            out._write(stored._read())


several(DistKVStore, ["dist", "dist_sync", "dist_device_sync", "dist_sync_device"])


def _agree_on_kernels():
    """Update by native kernels if all processes have the same: others round differently."""
    mine = "not wanted"
    if _config.get("kernels") == "native":
        if native.usable(native.UPDATES):
            native.available(native.UPDATES)  # loads them: both states are of what is loaded
        mine = f"{native.state(native.UPDATES)}; {native.built().get('sources')}"
    all_of_them = collective.gather(onp.frombuffer(mine.encode(), "uint8"), "native updates")
    if any(x.tobytes() != mine.encode() for x in all_of_them):
        native.withdraw(native.UPDATES, "not all processes of the group have the same")


def _rows(numbers, like):
    return NDArray(Value(None, 0, spec_of(numbers.shape, numbers.dtype, like.context), numbers))


class _Summing(KVStoreBase):
    """What Horovod's and BytePS's stores offer: sums and copies; it keeps nothing."""

    _several = True

    def broadcast(self, key, value, out, priority=0):
        """Copy rank 0's ``value`` into every array of ``out``.

        Parameters
        ----------
        key : int or str, or a list
        value : NDArray, or a list of one per key
        out : NDArray or list of them; for a list of keys a list of those
        """
        for k, values, outs in _triples(key, value, out):
            (data,) = collective.broadcast([_data(values[0])], names=[k])
            for o in outs:
                _ndarray(data, values[0]).copyto(o)

    @uninterrupted
    def pushpull(self, key, value, out=None, priority=0):
        """Write the sum over devices and processes into ``out`` (default: into ``value``)."""
        triples = list(_triples(key, value, value if out is None else out))
        totals = []
        for _, values, _ in triples:
            total = values[0].detach()
            for v in values[1:]:
                total = total + v.detach().as_in_context(total.context)
            totals.append(total)
        sums = collective.all_reduce([_data(t) for t in totals], names=[k for k, _, _ in triples])
        for data, total, (_, _, outs) in zip(sums, totals, triples):
            for o in outs:
                _ndarray(data, total).copyto(o)

    is_capable = offers(optimizer=False)

    @property
    def type(self):
        """Its name."""
        return type(self).__name__.lower()

    @property
    def rank(self):
        """Number of this process."""
        return collective.rank()

    @property
    def local_rank(self):
        """Number of this process among those of its machine."""
        return collective.local_rank()

    @property
    def num_workers(self):
        """How many processes there are."""
        return collective.size()


def _triples(key, value, out):
    keys = key if isinstance(key, (list, tuple)) else [key]
    many = isinstance(key, (list, tuple))
    for k, v, o in zip(keys, value if many else [value], out if many else [out]):
        yield (
            k,
            v if isinstance(v, (list, tuple)) else [v],
            o if isinstance(o, (list, tuple)) else [o],
        )


@KVStoreBase.register
class Horovod(_Summing):
    """``kvstore='horovod'``: the store that Horovod offers, on the collectives of this package."""


@KVStoreBase.register
class BytePS(_Summing):
    """``kvstore='byteps'``: the store that BytePS offers, on the collectives of this package."""
