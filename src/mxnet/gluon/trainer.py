"""``Trainer``: applies an optimizer to a set of parameters."""

import numbers
import operator

from .. import kvstore as _kvstore
from .. import optimizer as _optimizer
from .._engine.memory import collects_later
from .._engine.segment import flush_all
from .._engine.state import threads
from .._interrupt import uninterrupted
from .._traceback import doors, shown
from ..error import MXNetError
from ..kvstore import KVStoreBase
from ..kvstore._processes import same_bits, spans_processes, takes_lists
from ..ndarray._serialize import atomic_write
from ..optimizer._guard import run_guarded
from .parameter import Parameter, ParameterDict

__all__ = ["Trainer", "StaleGradientError", "BatchSizeError"]


class StaleGradientError(MXNetError, UserWarning):
    """Gradients that no backward pass has written since the last step (1.x: ``UserWarning``)."""


class BatchSizeError(MXNetError, ZeroDivisionError):
    """``batch_size`` is 0."""


class Trainer:
    """Applies an optimizer to parameters: ``backward()``, then ``trainer.step(batch_size)``.

    All parameters of a device are updated by one operator, and ``step`` ends by running what is
    pending: forward, backward and update of a training step are one program. No program depends on
    the learning rate, the weight decay, the batch size or the number of steps.

    Parameters
    ----------
    params : ParameterDict, dict of str to Parameter, or list of Parameter
    optimizer : str or Optimizer
    optimizer_params : dict, optional
        Options of the optimizer, e.g. ``{'learning_rate': 0.1}``.
    kvstore : str, KVStore or None
        Sums gradients where parameters are on several devices; None: every device goes its own way.
    compression_params : dict, optional
        ``{'type': '2bit', 'threshold': 0.5}``: what devices send each other, see
        ``KVStore.set_gradient_compression``.
    update_on_kvstore : bool, optional
        Run the optimizer once, in the store, and copy the result to the devices; default: where
        there is a store. It rules out ``allreduce_grads`` and ``update``.

    Raises
    ------
    RuntimeError     a parameter has not been initialised; one with sparse storage has a trainer
    AssertionError   parameters are on different sets of devices
    ValueError       no such optimizer; ``params`` are no parameters
    """

    def __init__(
        self,
        params,
        optimizer,
        optimizer_params=None,
        kvstore="device",
        compression_params=None,
        update_on_kvstore=None,
    ):
        if isinstance(params, (dict, ParameterDict)):
            params = [params[name] for name in sorted(params.keys())]
        if not isinstance(params, (list, tuple)):
            raise ValueError(
                f"First argument must be a list or dict of Parameters, got {type(params)}. Hint: "
                "pass net.collect_params()."
            )
        for p in params:
            if not isinstance(p, Parameter):
                raise ValueError(
                    f"First argument must be a list or dict of Parameters, got list of {type(p)}."
                )
        self._params = list(params)
        self._param2idx = {p.name: i for i, p in enumerate(self._params)}
        self._contexts = self._check_contexts()
        self._compression_params = compression_params
        options = {} if optimizer_params is None else optimizer_params
        if not isinstance(options, dict):
            raise TypeError(
                "Trainer: optimizer_params must be a dict such as {'learning_rate': 0.1}, got "
                f"{options!r}."
            )
        self._init_optimizer(optimizer, options)
        self._scale = self._optimizer.rescale_grad
        self._kvstore_params = {"kvstore": kvstore, "update_on_kvstore": update_on_kvstore}
        self._store = self._check_store(kvstore)
        self._kvstore = None
        self._contains_sparse_weight = any(p.stype != "default" for p in self._params)
        self._reset_kvstore()
        self._plans = None  # prepared updates, see _prepare()
        self._amp_loss_scaler = None  # set by contrib.amp.init_trainer
        self._amp_original_scale = self._scale
        for p in self._params:
            if p.stype != "default":
                p._set_trainer(self)

    # Subclasses replace the methods of 1.x below, down to _update: their names, what they are given
    # and when they are called are part of the interface.
    def _check_contexts(self):
        contexts = None
        for p in self._params:
            found = p.list_ctx()
            if contexts is not None and found != contexts:
                raise AssertionError(
                    "All Parameters must be initialized on the same set of contexts, but Parameter "
                    f"{p.name} is initialized on {found} while previous Parameters are initialized "
                    f"on {contexts}."
                )
            contexts = found
        return contexts

    def _init_optimizer(self, optimizer, optimizer_params):
        by_index = dict(enumerate(self._params))
        if isinstance(optimizer, _optimizer.Optimizer):
            if optimizer_params:
                raise AssertionError(
                    "optimizer_params must be None if optimizer is an instance of Optimizer "
                    f"instead of str, got {optimizer_params}."
                )
            optimizer.param_dict = by_index
            self._optimizer = optimizer
        elif "param_dict" in optimizer_params:
            raise TypeError(
                "Trainer: optimizer_params must not hold 'param_dict': the trainer sets it."
            )
        else:
            self._optimizer = _optimizer.create(optimizer, param_dict=by_index, **optimizer_params)
        self._updaters = [
            _optimizer.get_updater(self._optimizer) for _ in self._contexts or (None,)
        ]

    @staticmethod
    def _check_store(store):
        if store is None or isinstance(store, KVStoreBase):
            return store
        if not isinstance(store, str):
            raise TypeError(f"kvstore must be KVStore, str or None, got {store!r}.")
        return _kvstore.create(store)

    def _reset_kvstore(self):
        """Forget the store: the next step gives a new one the parameters' present values."""
        if self._kvstore is not None and "dist" in getattr(self._kvstore, "type", ""):
            raise MXNetError("Trainer: cannot reset a distributed KVStore.")
        given = self._kvstore_params["kvstore"]
        if self._kvstore is not None and self._contains_sparse_weight:
            for p in self._params:  # their arrays have the rows of the last forward pass
                if p.stype == "row_sparse" and not any(p is q for q in self._params_to_init):
                    self._row_sparse_pull(p, p._check_and_get(p._data, list), None)
        if self._kvstore is not None and isinstance(given, str):
            self._store = self._check_store(given)
        self._kv_initialized = False
        self._kvstore = self._update_on_kvstore = None
        self._params_to_init = list(self._params)

    def _value_was_set(self, parameter):
        """The store holds the values: it must learn what somebody writes."""
        if (
            self._kv_initialized
            and self._update_on_kvstore
            and not any(p is parameter for p in self._params_to_init)
        ):
            self._reset_kvstore()

    def _init_kvstore(self):
        """Decide who updates, now that all parameters have values."""
        store, on_store = self._store, self._kvstore_params["update_on_kvstore"]
        given = self._kvstore_params["kvstore"]
        self._contexts = self._check_contexts()
        several = self._contexts is not None and len(self._contexts) > 1
        if len(self._updaters) < len(self._contexts or ()):
            self._updaters = [_optimizer.get_updater(self._optimizer) for _ in self._contexts]
        if self._contains_sparse_weight:
            self._need_store(store, on_store)
            on_store = True
        elif not several and not on_store and type(store) is _kvstore.KVStore:
            store = None  # nothing to sum
        elif not several and isinstance(given, str) and not spans_processes(given):
            store = None
        if store is None:
            if on_store and all(p._grad_stype == "default" for p in self._params):
                raise ValueError(
                    "Trainer: update_on_kvstore=True needs a kvstore and parameters on several "
                    f"devices, got kvstore {given!r} and "
                    f"{self._contexts}. Hint: leave it out."
                )
            on_store = None
        else:
            capable = store.is_capable(KVStoreBase.OPTIMIZER)
            if on_store is None:
                on_store = capable and self._amp_loss_scaler is None
                # of sparse gradients each device knows its rows
                on_store = on_store and all(p._grad_stype == "default" for p in self._params)
            elif on_store and not capable:
                raise ValueError(
                    f"Please set update_on_kvstore=False when training with {type(store)}: it "
                    "says that it is not capable of 'optimizer'."
                )
            on_store = bool(on_store)
            if self._compression_params:
                store.set_gradient_compression(self._compression_params)
            if on_store:
                store.set_optimizer(self._optimizer)
                for p in self._params:
                    p._trainer = self
        self._kvstore, self._update_on_kvstore = store, on_store
        self._kv_initialized = True

    @staticmethod
    def _need_store(store, on_store):
        """Rows of row_sparse parameters are in a store, which updates them."""
        if store is None:
            raise TypeError(
                "Trainer: Cannot create 'None' KVStore with row_sparse parameters: their rows are "
                "in a store. Hint: kvstore='local'."
            )
        if on_store is False:
            raise ValueError(
                "Trainer: Cannot set update_on_kvstore=False when sparse weights are present: the "
                "store updates row_sparse parameters. Hint: leave it out."
            )

    def _row_sparse_pull(self, parameter, out, row_id):
        """Copy rows of a parameter from the store; all of them where ``row_id`` is None."""
        self._prepare_store()
        key = self._param2idx[parameter.name]
        if row_id is None:
            self._kvstore.pull(key, out, ignore_sparse=False)
        else:
            self._kvstore.row_sparse_pull(key, out, row_ids=row_id)

    def _init_params(self):
        """Give the store the values of the parameters that it does not have yet."""
        store, waiting = self._kvstore, self._params_to_init
        if store is not None:
            found = [(self._param2idx[p.name], p._check_and_get(p._data, list)) for p in waiting]
            if takes_lists(store):
                store.init([i for i, _ in found], [values[0] for _, values in found])
                if store.num_workers > 1:  # rank 0's
                    dense = [(i, v) for i, v in found if v[0].stype == "default"]
                    if dense:
                        store.pull([i for i, _ in dense], [v for _, v in dense])
            else:
                for i, values in found:  # what every store must have
                    store.broadcast(i, values[0], values)
        self._params_to_init = []

    def _prepare_store(self):
        if not self._kv_initialized:
            self._init_kvstore()
        if self._params_to_init:
            self._init_params()

    # ------------------------------------------------------------------ rates
    @property
    def learning_rate(self):
        """The present learning rate."""
        return self._optimizer.learning_rate

    @property
    def optimizer(self):
        """The optimizer."""
        return self._optimizer

    def set_learning_rate(self, lr):
        """Set the learning rate; UserWarning is raised where a schedule rules it."""
        self._optimizer.set_learning_rate(lr)

    # ------------------------------------------------------------------ a step
    @uninterrupted
    @collects_later
    def step(self, batch_size, ignore_stale_grad=False):
        """One update of all parameters, with gradients divided by ``batch_size``.

        Call it after ``backward()``, outside of ``autograd.record()``.

        Parameters
        ----------
        batch_size : int                gradients are sums over the batch
        ignore_stale_grad : bool        leave parameters alone that no backward pass has reached,
                                        instead of raising

        Raises
        ------
        UserWarning         gradients were not written since the last step (names all of them)
        ZeroDivisionError   ``batch_size`` is 0
        MXNetError          a parameter has no value yet
        """
        try:
            self._check_and_rescale_grad(self._rescale(batch_size))
            if self._params_to_init or not self._kv_initialized:
                self._prepare_store()
            self._allreduce_grads()
            if getattr(self._kvstore, "_several", False):
                self._update_alike(ignore_stale_grad)
            else:
                self._update(ignore_stale_grad)
            if threads.tracing is None:
                flush_all()
        except MXNetError as e:
            raise shown(e)  # noqa: B904

    @uninterrupted
    def allreduce_grads(self):
        """Sum the gradients over devices, to be followed by :meth:`update`: for what is done to
        them in between.

        Raises
        ------
        AssertionError   the optimizer runs in the store
        """
        self._prepare_store()
        self._need_own_update("allreduce_grads")
        self._allreduce_grads()

    @uninterrupted
    def update(self, batch_size, ignore_stale_grad=False):
        """The update of :meth:`step` without summing over devices. Parameters and errors as
        there.
        """
        self._prepare_store()
        self._need_own_update("update")
        self._check_and_rescale_grad(self._rescale(batch_size))
        self._update_alike(ignore_stale_grad)
        if threads.tracing is None:
            flush_all()

    def _update_alike(self, ignore_stale_grad):
        """:meth:`_update`, with the same bits in all processes of the store."""
        with same_bits(self._kvstore):
            self._update(ignore_stale_grad)

    def _need_own_update(self, name):
        if self._update_on_kvstore:
            raise AssertionError(
                f"{name}() when parameters are updated on kvstore is not supported. Try setting "
                "`update_on_kvstore` to False when creating trainer."
            )

    def _rescale(self, batch_size):
        if batch_size.__class__ is not int and not isinstance(batch_size, numbers.Real):
            try:
                batch_size = operator.index(batch_size)
            except TypeError:
                raise TypeError(
                    f"Trainer: batch_size must be a number, got {batch_size!r}."
                ) from None
        if not batch_size:
            raise BatchSizeError(
                "Trainer: batch_size is 0: expected the number of samples that the loss was summed "
                "over. Hint: pass data.shape[0], or skip empty batches."
            )
        return self._scale / batch_size

    def _check_and_rescale_grad(self, scale):
        self._optimizer.rescale_grad = scale

    def _trained(self):
        return [(i, p) for i, p in enumerate(self._params) if p.grad_req != "null"]

    def _allreduce_grads(self):
        """Sum the gradients; where the optimizer runs in the store, that updates the parameters."""
        store = self._kvstore
        if store is None:
            return
        trained, on_store = self._trained(), self._update_on_kvstore
        if not takes_lists(store):  # what every store must understand
            for i, p in trained:
                out = {"out": p.list_data()} if on_store else {}
                store.pushpull(i, p.list_grad(), priority=-i, **out)
            return
        keys = [i for i, _ in trained]  # all parameters in one program
        grads = [p.list_grad() for _, p in trained]
        if on_store:  # rows of sparse parameters are pulled when they are needed
            outs = [p.list_data() if p.stype == "default" else [] for _, p in trained]
            store._exchange(keys, grads, outs)
        else:
            store._reduce(keys, grads)

    def _update(self, ignore_stale_grad=False):
        if self._update_on_kvstore:
            found = [(p, p._check_and_get(p._data, list)) for _, p in self._trained()]
            stale = not all(x._mark.fresh for _, arrays in found for x in arrays)
            if stale and not ignore_stale_grad:
                self._raise_stale(found)
            for _, arrays in found:
                for x in arrays:
                    x._mark.fresh = False
            return
        plans = self._plans
        if plans is None or not plans.hold(self._params, self._updaters):
            plans = self._plans = _Plans(self._params, self._updaters)
        stale = [x for row in plans.rows for x in row.arrays if not x._mark.fresh]
        if stale:
            if not ignore_stale_grad:
                self._raise_stale([(row.parameter, row.arrays) for row in plans.rows])
            plans = _Plans(self._params, self._updaters, fresh=True)
        if self._amp_loss_scaler is not None:
            plans.run_guarded(self._updaters, self._amp_loss_scaler)
        else:
            plans.run(self._updaters)

    # ------------------------------------------------------------------ mixed precision
    def _set_loss_scaler(self, scaler):
        if self._update_on_kvstore:
            raise MXNetError(
                "amp.init_trainer: the optimizer runs in the store already. Hint: call it before "
                "the first step, or make the trainer with update_on_kvstore=False."
            )
        self._amp_loss_scaler, self._amp_original_scale = scaler, self._scale

    def _amp_scaled(self, loss):
        """Losses times the factor, which the next step divides by."""
        scaler = self._amp_loss_scaler
        if scaler is None:
            return loss
        factor = scaler.loss_scale
        self._scale = self._amp_original_scale / factor
        if isinstance(loss, (list, tuple)):
            return [x * factor for x in loss]
        return loss * factor

    def _amp_unscale(self):
        """Divide the gradients by the factor now, instead of in the next step."""
        if self._amp_loss_scaler is None or self._scale == self._amp_original_scale:
            return
        factor = self._scale / self._amp_original_scale
        self._scale = self._amp_original_scale
        for _, p in self._trained():
            for g in p.list_grad():
                g *= factor

    def _raise_stale(self, rows):
        found = [
            f"`{p.name}` on context {x.context}"
            for p, arrays in rows
            for x in arrays
            if not x._mark.fresh
        ]
        many = len(found) > 1
        raise StaleGradientError(
            f"Gradient{'s' if many else ''} of Parameter{'s' if many else ''} {', '.join(found)} "
            f"{'have' if many else 'has'} not been updated by backward since last `step`. This "
            "could mean a bug in your model that made it only use a subset of the Parameters "
            "(Blocks) for this iteration. If you are intentionally only using a subset, call step "
            "with ignore_stale_grad=True to suppress this warning and skip updating of Parameters "
            "with stale gradient."
        )

    # ------------------------------------------------------------------ states
    def save_states(self, fname):
        """Write the optimizer's states, settings and counts to a file; it is replaced whole or not
        at all.

        Schedules that are not of this package are not saved.

        Raises
        ------
        OSError   the file cannot be written
        """
        self._prepare_store()
        if self._update_on_kvstore:
            self._kvstore.save_optimizer_states(fname, dump_optimizer=True)
        else:
            atomic_write(fname, [self._updaters[0].get_states(dump_optimizer=True)])

    def load_states(self, fname):
        """Read what :meth:`save_states`, or MXNet 1.x, wrote: states, settings (learning rate ...)
        and counts.

        No code in the file is run.

        Raises
        ------
        OSError       the file cannot be read
        FormatError   it is something else
        """
        self._prepare_store()
        if self._update_on_kvstore:
            self._kvstore.load_optimizer_states(fname)
            self._optimizer = self._kvstore._updater.optimizer
        else:
            with open(fname, "rb") as f:
                data = f.read()
            for updater in self._updaters:
                updater.set_states(data)
                updater.optimizer = self._updaters[0].optimizer
            self._optimizer = self._updaters[0].optimizer
        self._optimizer.param_dict = dict(enumerate(self._params))
        self._plans = None


class _Row:
    """A trained parameter with what its prepared update rests on."""

    __slots__ = ("arrays", "data", "grads", "index", "parameter")

    def __init__(self, index, parameter):
        self.index, self.parameter = index, parameter
        self.arrays = parameter.list_data()
        parameter.list_grad()  # raises where there is none
        self.data, self.grads = parameter._data, parameter._grad_handles


class _Plans:
    """Prepared updates of a trainer's parameters, one per device.

    Parameters
    ----------
    fresh : bool     only of parameters whose gradient a backward pass has written
    """

    __slots__ = ("chosen", "plans", "requests", "rows", "states", "optimizer")

    def __init__(self, parameters, updaters, fresh=False):
        self.rows = [_Row(i, p) for i, p in enumerate(parameters) if p.grad_req != "null"]
        self.requests = [p.grad_req for p in parameters]
        self.optimizer = updaters[0].optimizer
        self.states = [u.states for u in updaters]
        self.plans, self.chosen = [], []
        for k, updater in enumerate(updaters):
            rows = [
                r for r in self.rows if k < len(r.arrays) and (r.arrays[k]._mark.fresh or not fresh)
            ]
            weights = [r.arrays[k] for r in rows]
            arguments = [r.index for r in rows], [list(r.grads.values())[k] for r in rows], weights
            self.chosen.append(weights)
            self.plans.append((updater.plan(*arguments) if rows else None, arguments))

    def hold(self, parameters, updaters):
        """Whether everything is still what the updates were prepared for."""
        if self.optimizer is not updaters[0].optimizer:
            return False
        for updater, states in zip(updaters, self.states):
            if updater.states is not states:
                return False
        for p, request in zip(parameters, self.requests):
            if p._grad_req != request:
                return False
        for row in self.rows:
            p = row.parameter
            if p._data is not row.data or p._grad_handles is not row.grads:
                return False
        return True

    def run(self, updaters):
        """Update, and mark the gradients as used."""
        for updater, (plan, arguments), weights in zip(updaters, self.plans, self.chosen):
            if plan is not None:
                updater.run(plan)
            elif weights:
                updater(*arguments)
            for x in weights:
                x._mark.fresh = False

    def run_guarded(self, updaters, scaler):
        """Update where all gradients are finite, see ``LossScaler``."""
        if not getattr(scaler, "_on_device", False) or any(
            plan is None and weights for (plan, _), weights in zip(self.plans, self.chosen)
        ):
            # Python functions of the user's decide, or update one by one: they know beforehand
            if not scaler.has_overflow([r.parameter for r in self.rows]):
                self.run(updaters)
            for weights in self.chosen:
                for x in weights:
                    x._mark.fresh = False
            return
        scaler._settle()
        flags, before = [], []
        for updater, (plan, _), weights in zip(updaters, self.plans, self.chosen):
            if plan is not None:
                optimizer = updater.optimizer
                before.append((optimizer, optimizer._counts()))
                flags.append(run_guarded(plan, optimizer))
            for x in weights:
                x._mark.fresh = False

        def undo():
            for optimizer, counts in reversed(before):
                optimizer._set_counts(counts)

        scaler._expect(flags, undo)


doors(globals(), but=("step",))
