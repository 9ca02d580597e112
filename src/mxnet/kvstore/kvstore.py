"""``KVStore``: the store of one process, over its devices."""

import logging

import numpy as onp

from .._engine import collective
from .._engine.devices import sum_over_devices
from .._engine.state import threads
from .._interrupt import uninterrupted
from .._traceback import doors
from ..error import MXNetError, StoreArgumentError, nearest, suggestion
from ..ndarray import NDArray, array
from ..ndarray._serialize import atomic_write
from ..ndarray.ndarray import _wrap
from ..optimizer import Optimizer, get_updater
from ..optimizer.updater import Updater
from ..registry import UnknownNameError
from ._processes import makers, takes_lists_of
from ._replicas import Prepared, Replicas, alike
from .base import KVStoreBase, offers

__all__ = ["KVStore", "create"]

_TYPES = (
    "local",
    "local_allreduce_cpu",
    "local_allreduce_device",
    "local_update_cpu",
    "device",
    "nccl",
)


_log = logging.getLogger("mxnet.kvstore")


def _is_as(x, stored):
    """Whether an array differs from a stored one in nothing but its values."""
    return (
        x.stype == stored.stype == "default"
        and x._base is stored._base is None
        and x._spec.with_grad(False) is stored._spec
        and not threads.recording
    )


class KVStore(KVStoreBase):
    """Arrays by key. What several devices push is summed.

    Without an optimizer a push replaces the stored array by the sum; with one, the sum is the
    gradient that the optimizer updates the stored array with. Made by :func:`create`.

    Parameters
    ----------
    handle : str     the store's name, ``'local'`` or ``'device'``
    """

    _several = False  # whether sums are over processes too

    def __init__(self, handle):
        self._type = handle
        self._arrays = {}  # key -> NDArray
        self._updater = None
        self._key_type = None
        self._told = False  # that sparse arrays are not pulled
        self._threshold, self._residuals = None, {}  # of gradient compression
        self._replicas = None  # parameters that every device updates by itself, see _exchange()

    # ------------------------------------------------------------------ keys and values
    def _pairs(self, key, value, where):
        """(key, list of arrays) for each key; ``value`` is an array or list for one key, a list of
        those for many.
        """
        if isinstance(key, (list, tuple)):
            if not isinstance(value, (list, tuple)) or len(value) != len(key):
                n = len(value) if isinstance(value, (list, tuple)) else "no list"
                raise StoreArgumentError(
                    f"KVStore.{where}: {len(key)} keys need a list of as many values, got {n}."
                )
            return [pair for k, v in zip(key, value) for pair in self._pairs(k, v, where)]
        kind = str if isinstance(key, str) else int if isinstance(key, int) else None
        if kind is None:
            raise StoreArgumentError(f"KVStore.{where}: a key is an int or a str, got {key!r}.")
        if self._key_type not in (None, kind):
            raise MXNetError(
                f"KVStore.{where}: Mixed key types are not allowed: got the {kind.__name__} key "
                f"{key!r} in a store of {self._key_type.__name__} keys."
            )
        self._key_type = kind
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        for v in values:
            if not isinstance(v, NDArray):
                raise StoreArgumentError(
                    f"KVStore.{where}: key {key!r}: expected NDArrays, got {type(v).__name__}."
                )
        if not values:
            raise StoreArgumentError(f"KVStore.{where}: key {key!r}: an empty list of arrays.")
        return [(key, values)]

    def _stored(self, key, where):
        if key not in self._arrays:
            hint = nearest(key, self._arrays)
            raise MXNetError(
                f"KVStore.{where}: key {key} has not been inited. Hint: "
                f"{hint or 'call init first'}."
            )
        return self._arrays[key]

    def init(self, key, value):
        """Store a first value under each new key.

        Parameters
        ----------
        key : int or str, or a list
        value : NDArray, or a list of one per key

        Raises
        ------
        MXNetError   the key is there already
        """
        self._init(key, value)

    # The methods that users call do not call each other: a subclass that replaces one replaces
    # that one only, as in 1.x.
    def _init(self, key, value):
        pairs = self._pairs(key, value, "init")
        for k, _ in pairs:
            if k in self._arrays:
                raise MXNetError(
                    f"KVStore.init: duplicate init of key {k}. Please double check if you called "
                    "init or broadcast with this key multiple times."
                )
        for (k, _), first in zip(pairs, self._first_values(pairs)):
            self._arrays[k] = first.detach().copy()

    def _first_values(self, pairs):
        return [values[0] for _, values in pairs]

    def _sum(self, key, values, where):
        """The sum of arrays of several devices, on the stored array's device."""
        stored = self._stored(key, where)
        ctx = stored.context
        for v in values:
            if v.shape != stored.shape:
                raise MXNetError(
                    f"KVStore.{where}: key {key}: expected shape {stored.shape}, got {v.shape}."
                )
        if self._threshold and not self._several and stored.stype == "default":
            values = [self._compressed(key, i, v.detach()) for i, v in enumerate(values)]
        total = values[0].detach().as_in_context(ctx)
        for v in values[1:]:
            total = total + v.detach().as_in_context(ctx)
        return stored, total

    @uninterrupted
    def push(self, key, value, priority=0):
        """Sum values over devices, then store the sum or update the stored array with it.

        Parameters
        ----------
        key : int or str, or a list
        value : NDArray or list of NDArray (one per device); for a list of keys, a list of those
        priority : int     accepted for compatibility
        """
        self._push(key, value)

    def _push(self, key, value):
        self._leave_replicas()
        self._apply(self._totals(self._pairs(key, value, "push"), "push"))

    def _totals(self, pairs, where):
        """(key, stored array, sum) for each key, the arrays of equal keys together."""
        together = {}
        for k, values in pairs:
            together.setdefault(k, []).extend(values)
        return [(k, *self._sum(k, values, where)) for k, values in together.items()]

    def _apply(self, found):
        """Store sums, or update the stored arrays with them."""
        if self._updater is None:
            self._store_totals(found)
        elif Prepared.fits(self._updater):
            keys, stored, totals = [list(t) for t in zip(*found)] if found else ([], [], [])
            self._updater(keys, totals, stored)
        else:
            for k, stored, total in found:
                self._updater(k, total, stored)

    def _store_totals(self, found):
        for k, _, total in found:
            self._arrays[k] = total.copy()

    def pull(self, key, out=None, priority=0, ignore_sparse=True):
        """Copy stored arrays into ``out``: an array or a list of arrays per key.

        Sparse arrays in ``out`` are left alone unless ``ignore_sparse=False``: their rows come by
        :meth:`row_sparse_pull`.
        """
        self._pull(key, out, ignore_sparse)

    def _pull(self, key, out, ignore_sparse=True):
        if out is None:
            raise MXNetError("KVStore.pull: out is missing: expected the NDArrays to write into.")
        if self._replicas is not None:
            self._replicas.check()
        for k, outs in self._pairs(key, out, "pull"):
            stored = self._stored(k, "pull")
            for o in outs:
                if _is_as(o, stored):  # arrays never change: nothing is copied
                    o._write(stored._read())
                elif not (ignore_sparse and o.stype != "default"):
                    stored.copyto(o)
                elif not self._told:
                    self._told = True
                    _log.warning(
                        "KVStore.pull leaves sparse arrays alone. Hint: kv.row_sparse_pull, "
                        "Module.prepare(sparse_row_id_fn=), or ignore_sparse=False."
                    )

    @uninterrupted
    def pushpull(self, key, value, out=None, priority=0):
        """Push, then pull into ``out`` (default: into ``value``)."""
        self._push(key, value)
        self._pull(key, value if out is None else out, ignore_sparse=False)

    def _reduce(self, keys, grads):
        """Replace gradients by their sums over the devices, of which nothing is stored: a store
        without an optimizer, whose sums no one pulls.
        """
        pairs = self._pairs(keys, grads, "pushpull")
        outs = dict(pairs)
        by_key = self._sums(pairs, "pushpull")
        found = []
        for k, values in pairs:
            sums = by_key.get(k) or {}
            total = None if sums else self._sum(k, values, "pushpull")[1]
            for o in outs[k]:
                near = sums.get(o.context) if sums else total
                found.append((next(iter(sums.values())) if near is None else near, o))
        # A copy to another device runs what is pending. All that stays on the device comes before
        # the first of them, so that it is one program for all keys.
        for total, o in sorted(found, key=lambda pair: pair[0].context != pair[1].context):
            if total is not o:
                total.copyto(o)

    def _sums(self, pairs, where):
        """The sums, on all devices, of what several devices have: dict of key to dict of context to
        NDArray. Keys that it does not suit are left out.
        """
        together = {}
        for k, values in pairs:
            contexts = tuple([v.context for v in values])
            if alike([*values, self._stored(k, where)], contexts):
                together.setdefault(contexts, {})[k] = values
        found = {}
        for contexts, by_key in together.items():
            rows = zip(*[self._sent(k, values) for k, values in by_key.items()])
            for ctx, row in zip(contexts, sum_over_devices([[x._read() for x in r] for r in rows])):
                for k, v in zip(by_key, row):
                    found.setdefault(k, {})[ctx] = _wrap(NDArray, v)
        return found

    def _sent(self, key, values):
        """What devices send of their arrays."""
        if not self._threshold:
            return values
        return [self._compressed(key, i, v.detach()) for i, v in enumerate(values)]

    @uninterrupted
    def _exchange(self, keys, values, outs):
        """Push, then pull, of arrays that all devices have: the sums go to every device at once,
        and each device updates its own copy of the parameters.

        Parameters
        ----------
        keys : list
        values : list of list of NDArray   by key and device
        outs : list of list of NDArray     the same; an empty list: nothing is pulled
        """
        replicas, updater = self._replicas, self._updater
        if replicas is not None and not replicas.holds(updater, keys, values, outs):
            self._leave_replicas()
            replicas = None
        if updater is None:
            self._exchange_sums(keys, values, outs)
            return
        if replicas is None:
            stored = [self._stored(k, "push") for k in keys]
            if not Replicas.suit(updater, stored, values, outs):
                self._push(keys, values)
                wanted = [(k, o) for k, o in zip(keys, outs) if o]
                if wanted:
                    self._pull([k for k, _ in wanted], [o for _, o in wanted])
                return
            self._replicas = replicas = Replicas(self._arrays, updater, keys, values, outs)
        rows = zip(*[self._sent(k, given) for k, given in zip(keys, values)])
        replicas.update(sum_over_devices([[x._read() for x in row] for row in rows]))

    def _exchange_sums(self, keys, values, outs):
        """:meth:`_exchange` without an optimizer: what is stored are the sums."""
        sums = self._sums(list(zip(keys, values)), "push")
        others = []
        for k, row, given in zip(keys, outs, values):
            near = sums.get(k)
            if near is None or any(o.context not in near for o in row):
                others.append((k, given, row))
                continue
            home = self._stored(k, "push").context
            self._arrays[k] = near[home] if home in near else given[0].as_in_context(home)
            for o in row:
                if near[o.context] is not o:
                    near[o.context].copyto(o)
        if others:
            keys, values, outs = [list(part) for part in zip(*others)]
            self._push(keys, values)
            self._pull(keys, outs, ignore_sparse=False)

    def _leave_replicas(self):
        if self._replicas is not None:
            replicas, self._replicas = self._replicas, None
            replicas.leave()

    def broadcast(self, key, value, out, priority=0):
        """Store first values and copy them into ``out``."""
        self._init(key, value)
        self._pull(key, out, ignore_sparse=False)

    def row_sparse_pull(self, key, out=None, priority=0, row_ids=None):
        """Copy rows of a stored row_sparse array into ``out``: no others are in it afterwards.

        Parameters
        ----------
        key : int or str, or a list
        out : RowSparseNDArray, list of them, or for a list of keys a list of those
        priority : int     accepted for compatibility
        row_ids : NDArray of numbers of rows (repeated ones count once), or a list: one for each out

        Raises
        ------
        AssertionError   ``out`` or ``row_ids`` is missing
        MXNetError       the stored array or an out is no row_sparse array; there is no such row
        """
        if out is None or row_ids is None:
            raise AssertionError("KVStore.row_sparse_pull: out and row_ids must be given.")
        pairs = self._pairs(key, out, "row_sparse_pull")
        total = sum(len(outs) for _, outs in pairs)
        if isinstance(row_ids, NDArray):
            ids = [row_ids] * total
        else:
            ids = [
                x for part in row_ids for x in (part if isinstance(part, (list, tuple)) else [part])
            ]
            if len(ids) == 1:
                ids = ids * total
        if len(ids) != total:
            raise StoreArgumentError(
                f"KVStore.row_sparse_pull: expected row_ids for {total} arrays, got {len(ids)}."
            )
        rest = iter(ids)
        for k, outs in pairs:
            stored = self._stored(k, "row_sparse_pull")
            self._need_rows(k, stored, "the stored array")
            for o in outs:
                self._need_rows(k, o, "out")
                rows = onp.unique(next(rest).asnumpy().astype("int64"))
                if rows.size and not 0 <= rows[0] <= rows[-1] < stored.shape[0]:
                    raise MXNetError(
                        f"KVStore.row_sparse_pull: key {k}: expected rows of 0 to "
                        f"{stored.shape[0] - 1}, got {rows[[0, -1]].tolist()} and between."
                    )
                stored.retain(array(rows, ctx=stored.context, dtype="int64")).copyto(o)

    @staticmethod
    def _need_rows(key, x, what):
        if x.stype != "row_sparse":
            raise MXNetError(
                f"KVStore.row_sparse_pull: key {key}: {what}: expected a row_sparse array, got "
                f"one of storage {x.stype!r}. Hint: use pull, or .tostype('row_sparse')."
            )

    def set_gradient_compression(self, compression_params):
        """Compress what several devices push to two bits per number.

        Each device sends ``threshold``, ``-threshold`` or 0 for a number and keeps what is left for
        the next time.

        Parameters
        ----------
        compression_params : dict     ``{'type': '2bit', 'threshold': 0.5}``

        Raises
        ------
        MXNetError       the store is not of type 'device', another type, a threshold not above 0
        AssertionError   no dict
        """
        if "device" not in self._type and self._type != "nccl" and not self._several:
            raise MXNetError(
                "KVStore.set_gradient_compression: Gradient compression is not supported for this "
                f"type of kvstore: expected 'device', got {self._type!r}."
            )
        if not isinstance(compression_params, dict):
            raise AssertionError(
                "KVStore.set_gradient_compression: expected a dict such as {'type': '2bit'}, got "
                f"{compression_params!r}."
            )
        kind = compression_params.get("type")
        if kind != "2bit":
            raise MXNetError(
                f"KVStore.set_gradient_compression: Unknown type for gradient compression {kind}: "
                "expected '2bit'."
            )
        threshold = float(compression_params.get("threshold", 0.5))
        if not threshold > 0:
            raise MXNetError(
                "KVStore.set_gradient_compression: threshold must be greater than 0, got "
                f"{threshold}."
            )
        self._threshold, self._residuals = threshold, {}

    def _compressed(self, key, i, x):
        """What device number ``i`` sends of a gradient."""
        left = self._residuals.get((key, i))
        left = x if left is None else left + x
        sent = ((left >= self._threshold) - (left <= -self._threshold)) * self._threshold
        self._residuals[key, i] = left - sent
        return sent

    # ------------------------------------------------------------------ the optimizer
    def set_optimizer(self, optimizer):
        """Update the stored arrays with this optimizer when gradients are pushed."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"KVStore.set_optimizer: expected an Optimizer, got {optimizer!r}. Hint: make one "
                "with mx.optimizer.create(name)."
            )
        self._set_updater(get_updater(optimizer))

    def _set_updater(self, updater):
        """Call ``updater(key, pushed, stored)`` at each push."""
        self._leave_replicas()
        self._updater = updater

    def save_optimizer_states(self, fname, dump_optimizer=False):
        """Write the optimizer's states to a file; it is replaced whole or not at all."""
        atomic_write(
            fname, [self._need_updater("save_optimizer_states").get_states(dump_optimizer)]
        )

    def load_optimizer_states(self, fname):
        """Read states that :meth:`save_optimizer_states`, or MXNet 1.x, wrote. No code in the file
        is run.
        """
        updater = self._need_updater("load_optimizer_states")
        with open(fname, "rb") as f:
            updater.set_states(f.read())

    def _need_updater(self, where):
        if not isinstance(self._updater, Updater):
            raise AssertionError(
                f"KVStore.{where}: there is no optimizer. Hint: call set_optimizer first."
            )
        return self._updater

    is_capable = offers(optimizer=True)

    # ------------------------------------------------------------------ where it is
    @property
    def type(self):
        """The store's name."""
        return self._type

    @property
    def rank(self):
        """Number of this worker: 0."""
        return 0

    @property
    def num_workers(self):
        """How many workers there are: 1."""
        return 1

    def _barrier(self):
        """Wait for all workers: there is one."""

    def _send_command_to_servers(self, head, body):
        """There are no servers."""


takes_lists_of(KVStore)


def create(name="local"):
    """Make a key-value store.

    Parameters
    ----------
    name : str
        ``'local'`` or ``'device'``: over the devices of this process. ``'dist_sync'``,
        ``'dist_device_sync'``, ``'horovod'`` or ``'byteps'``: over processes too, which
        ``python -m mxnet.launch`` or a cluster has started. Or a registered class.

    Raises
    ------
    TypeError    ``name`` is no str
    MXNetError   an unknown name; a store of several processes where none were started;
                 ``'dist_async'``, which there is not
    """
    if not isinstance(name, str):
        raise TypeError(f"kvstore.create: name must be a string, got {name!r}.")
    low = name.lower()
    if low in _TYPES:
        return KVStore(low)
    if low in makers or low in ("horovod", "byteps"):
        if not collective.joined():
            raise MXNetError(
                f"kvstore.create: {name!r}: training by several processes, and no launcher has "
                "started this one. Hint: python -m mxnet.launch -n 2 train.py; 'device' is for the "
                "devices of one process."
            )
    elif low.startswith(("dist", "p3")):
        raise MXNetError(
            f"kvstore.create: {name!r}: there is no such store, processes do not wait for each "
            "other in it. Hint: use 'dist_sync'."
        )
    if low in makers:
        return makers[low](low)
    if low in KVStoreBase.kv_registry:
        return KVStoreBase.kv_registry[low]()
    known = [*_TYPES, *makers, *KVStoreBase.kv_registry]
    raise UnknownNameError(
        f"kvstore.create: unknown store {name!r}: expected one of {', '.join(known)}."
        f"{suggestion(name, known)}"
    )


doors(globals())
