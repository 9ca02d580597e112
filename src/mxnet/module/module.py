"""``Module``: a symbol with its parameters on one or several devices."""

import logging
import warnings
from typing import Any

import numpy as onp

from .. import context as _context
from .. import optimizer as opt
from .._checkpoint import check_set, load_checkpoint, one_set, params_file, symbol_file
from .._engine.initial import initial_values
from .._engine.segment import flush_all
from .._engine.state import threads
from .._fit import (
    _create_kvstore,
    _initialize_kvstore,
    _update_params,
    _update_params_on_kvstore,
    require,
)
from .._interrupt import uninterrupted
from .._traceback import doors, user_level
from ..initializer import InitDesc
from ..io import DataDesc
from ..ndarray import array, zeros
from ..ndarray._serialize import atomic_write
from .base_module import UNIFORM, BaseModule, _check_input_names, _parse_data_desc
from .executor_group import DataParallelExecutorGroup, assign_copy

__all__ = ["Module"]

_CPU: Any = _context.cpu()


class Module(BaseModule):
    """A network given by a symbol.

    Forward, backward and update of a training step are one program on each device, made at the
    first step; no program depends on the learning rate or on the number of steps. Executors are
    kept for each combination of input shapes.

    Parameters
    ----------
    symbol : Symbol
    data_names, label_names : list of str     arguments that are inputs; labels may be None
    logger : logging.Logger
    context : Context or list of Context      several: each gets a part of the batch
    work_load_list : list of number, optional     these parts' relative sizes
    fixed_param_names : list of str, optional     parameters that are not trained
    state_names : list of str, optional       inputs that are not in batches: see :meth:`set_states`
    group2ctxs : dict of str to Context, optional     devices of the groups of ``AttrScope``
    compression_params : dict, optional       handed to the key-value store

    Raises
    ------
    ValueError       a data, state or fixed name is not an argument of the symbol
    AssertionError   ``work_load_list`` and ``context`` differ in length

    Example
    -------
    >>> x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
    >>> mod = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"))
    >>> data = mx.io.NDArrayIter(nd.ones((8, 3)), nd.ones((8,)), batch_size=4)
    >>> mod.fit(data, num_epoch=2)
    >>> mod.predict(data).shape
    (8, 2)
    """

    def __init__(
        self,
        symbol,
        data_names=("data",),
        label_names=("softmax_label",),
        logger: Any = logging,
        context=_CPU,
        work_load_list=None,
        fixed_param_names=None,
        state_names=None,
        group2ctxs=None,
        compression_params=None,
    ):
        super().__init__(logger=logger)
        context = _context.cpu() if context is None else context
        self._context = [context] if isinstance(context, _context.Context) else list(context)
        self._work_load_list = work_load_list or [1] * len(self._context)
        require(
            len(self._work_load_list) == len(self._context),
            f"Module: expected a work load for each of {self._context}, got {work_load_list}.",
        )
        self._group2ctxs = group2ctxs
        self._symbol = symbol
        self._data_names = list(data_names) if data_names is not None else []
        self._label_names = list(label_names) if label_names is not None else []
        self._state_names = list(state_names) if state_names is not None else []
        self._fixed_param_names = list(fixed_param_names) if fixed_param_names is not None else []
        _check_input_names(symbol, self._data_names, "data", True)
        _check_input_names(symbol, self._label_names, "label", False)
        _check_input_names(symbol, self._state_names, "state", True)
        _check_input_names(symbol, self._fixed_param_names, "fixed_param", True)
        inputs = {*self._data_names, *self._label_names, *self._state_names}
        self._param_names = [n for n in symbol.list_arguments() if n not in inputs]
        self._aux_names = symbol.list_auxiliary_states()
        self._output_names = symbol.list_outputs()
        self._arg_params = self._aux_params = None
        self._params_dirty = False
        self._compression_params = compression_params
        self._optimizer = self._kvstore = self._update_on_kvstore = self._updater = None
        self._preload_opt_states = None
        self._grad_req = None
        self._exec_group: Any = None
        self._data_shapes: Any = None
        self._label_shapes: Any = None
        self._plans = None  # prepared updates
        self._numbers: Any = None  # the parameters' numbers in the optimizer
        self._pace = _Pace()

    @staticmethod
    def load(prefix, epoch, load_optimizer_states=False, **kwargs):
        """A module from the files of :meth:`save_checkpoint`; bind it before use.

        Parameters
        ----------
        prefix : str
        epoch : int
        load_optimizer_states : bool     read ``prefix-0001.states`` in ``init_optimizer``
        **kwargs                         arguments of :class:`Module`

        Raises
        ------
        OSError       a file is not there
        FormatError   a file is something else
        """
        sym, args, auxs = load_checkpoint(prefix, epoch)
        states = f"{prefix}-{epoch:04d}.states"
        if load_optimizer_states:
            check_set(params_file(prefix, epoch), states)
        mod = Module(symbol=sym, **kwargs)
        mod._arg_params, mod._aux_params = args, auxs
        mod.params_initialized = True
        if load_optimizer_states:
            mod._preload_opt_states = states
        return mod

    def save_checkpoint(self, prefix, epoch, save_optimizer_states=False, remove_amp_cast=True):
        """Write ``prefix-symbol.json``, ``prefix-0001.params`` and, if asked, ``.states``.

        The set is whole, or is refused by :meth:`load`.

        Parameters
        ----------
        prefix : str
        epoch : int
        save_optimizer_states : bool     so that training can go on from here
        remove_amp_cast : bool           leave the casts of mixed precision out of the network
        """
        name, states = params_file(prefix, epoch), f"{prefix}-{epoch:04d}.states"
        network = symbol_file(prefix)
        with one_set(name, network, *([states] if save_optimizer_states else ())):
            self._symbol.save(network, remove_amp_cast=remove_amp_cast)
            self.save_params(name)
            if save_optimizer_states:
                self.save_optimizer_states(states)
        logging.info('Saved checkpoint to "%s"', name)
        if save_optimizer_states:
            name = states
            logging.info('Saved optimizer state to "%s"', name)

    # ------------------------------------------------------------------ descriptions
    @property
    def data_names(self):
        """Names of the inputs."""
        return self._data_names

    @property
    def label_names(self):
        """Names of the labels."""
        return self._label_names

    @property
    def output_names(self):
        """Names of the outputs."""
        return self._output_names

    @property
    def data_shapes(self):
        """Descriptions of the inputs: list of DataDesc."""
        self._need("data_shapes", params=False)
        return self._data_shapes

    @property
    def label_shapes(self):
        """Descriptions of the labels: list of DataDesc, or None."""
        self._need("label_shapes", params=False)
        return self._label_shapes

    @property
    def output_shapes(self):
        """List of ``(name, shape)`` of the outputs."""
        self._need("output_shapes", params=False)
        return self._exec_group.get_output_shapes()

    # ------------------------------------------------------------------ parameters
    def get_params(self):
        """Parameters and auxiliary states.

        Returns
        -------
        (arg_params, aux_params)   dicts of str to NDArray on the host, averaged over devices; the
            module's own: later calls write to the same arrays
        """
        self._need("get_params")
        if self._params_dirty or self._arg_params is None:
            self._sync_params_from_devices()
        return self._arg_params, self._aux_params

    def _sync_params_from_devices(self):
        self._arg_params = {} if self._arg_params is None else self._arg_params
        self._aux_params = {} if self._aux_params is None else self._aux_params
        self._exec_group.get_params(self._arg_params, self._aux_params)
        if self._kvstore is not None and self._update_on_kvstore:
            for name, x in self._arg_params.items():
                if x.stype == "row_sparse":  # devices have the rows they asked for
                    rows = array(onp.arange(x.shape[0]), dtype="int64")
                    self._kvstore.row_sparse_pull(name, x, row_ids=rows)
        self._params_dirty = False

    def init_params(
        self,
        initializer=UNIFORM,
        arg_params=None,
        aux_params=None,
        allow_missing=False,
        force_init=False,
        allow_extra=False,
    ):
        """Give parameters and auxiliary states their first values.

        Parameters
        ----------
        initializer : Initializer or None     for what is not in the dicts; None: that keeps its
                                              value
        arg_params, aux_params : dict of str to NDArray, optional     values to take
        allow_missing : bool     the dicts need not hold everything
        force_init : bool        also where there are values already
        allow_extra : bool       names in the dicts that the symbol does not have (they are ignored
                                 anyway)

        Raises
        ------
        AssertionError   not bound
        RuntimeError     a name is not in the dict
        ShapeError       a value of another shape
        """
        if self.params_initialized and not force_init:
            warnings.warn(
                "Parameters already initialized and force_init=False. init_params call ignored.",
                UserWarning,
                stacklevel=user_level(),
            )
            return
        require(self.binded, "call bind before initializing the parameters")
        group, attributes = self._exec_group, self._symbol.attr_dict()
        new_args, new_aux = {}, {}
        for names, blocks, given, new in (
            (group.param_names, group.param_arrays, arg_params, new_args),
            (group.aux_names, group.aux_arrays, aux_params, new_aux),
        ):
            for name, block in zip(names, blocks):
                if given is not None and name in given:
                    value = given[name]
                elif given is not None and not allow_missing:
                    raise RuntimeError(
                        f"{name} is not presented: expected a value in the given parameters, "
                        f"which are {', '.join(sorted(given)) or 'none'}. Hint: "
                        "allow_missing=True leaves the rest to the initializer."
                    )
                elif initializer is None:
                    continue
                else:
                    with initial_values():
                        value = zeros(block[0].shape, _context.cpu(), block[0].dtype)
                        initializer(InitDesc(name, attributes.get(name)), value)
                new[name] = (block, value)
        for new in (new_args, new_aux):
            for name, (block, value) in new.items():
                for target in block:
                    assign_copy(target, value, name)
        self.params_initialized = True
        self._params_dirty = True
        self._sync_params_from_devices()

    def set_params(
        self, arg_params, aux_params, allow_missing=False, force_init=True, allow_extra=False
    ):
        """Set parameters and auxiliary states.

        Parameters
        ----------
        arg_params, aux_params : dict of str to NDArray
        allow_missing : bool     leave parameters alone that are not there
        force_init : bool        also where parameters have values
        allow_extra : bool       with ``allow_missing``: ignore names that the symbol does not have

        Raises
        ------
        RuntimeError   a parameter is missing
        ValueError     a name is unknown
        ShapeError     a value of another shape
        """
        if not allow_missing:
            self.init_params(
                initializer=None,
                arg_params=arg_params,
                aux_params=aux_params,
                allow_missing=allow_missing,
                force_init=force_init,
                allow_extra=allow_extra,
            )
            return
        if self.params_initialized and not force_init:
            warnings.warn(
                "Parameters already initialized and force_init=False. set_params call ignored.",
                UserWarning,
                stacklevel=user_level(),
            )
            return
        require(self.binded, "call bind before initializing the parameters")
        self._exec_group.set_params(arg_params, aux_params, allow_extra=allow_extra)
        self._params_dirty = True
        self.params_initialized = True

    # ------------------------------------------------------------------ binding
    def _reset_bind(self):
        self.binded = False
        self._exec_group = self._data_shapes = self._label_shapes = None
        self._plans = None

    def bind(
        self,
        data_shapes,
        label_shapes=None,
        for_training=True,
        inputs_need_grad=False,
        force_rebind=False,
        shared_module=None,
        grad_req="write",
    ):
        """Make executors for inputs of these shapes.

        Batches of other shapes may come later.

        Parameters
        ----------
        data_shapes, label_shapes : list of DataDesc or ``(name, shape)``; labels may be None
        for_training : bool           gradients will be asked for
        inputs_need_grad : bool       those of the inputs, too
        force_rebind : bool           also where it is bound already
        shared_module : Module, optional     whose parameters these are, too
        grad_req : str, or list or dict of them

        Raises
        ------
        ValueError       names that are not those of the module
        MXNetError       shapes that do not fit the network, or leave some open
        """
        if force_rebind:
            if self.binded and self.params_initialized and self._params_dirty:
                self._sync_params_from_devices()
            self._reset_bind()
        if self.binded:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if not for_training:
            require(not inputs_need_grad, "bind: inputs_need_grad=True needs for_training=True.")
        shared_group = None
        if shared_module is not None:
            require(
                isinstance(shared_module, Module)
                and shared_module.binded
                and shared_module.params_initialized,
                "bind: shared_module must be a Module that is bound and has parameters.",
            )
            shared_group = shared_module._exec_group
        data_shapes, label_shapes = _parse_data_desc(
            self._data_names, self._label_names, data_shapes, label_shapes
        )
        group = DataParallelExecutorGroup(
            self._symbol,
            self._context,
            self._work_load_list,
            data_shapes,
            label_shapes,
            self._param_names,
            for_training,
            inputs_need_grad,
            shared_group,
            logger=self.logger,
            fixed_param_names=self._fixed_param_names,
            grad_req=grad_req,
            state_names=self._state_names,
            group2ctxs=self._group2ctxs,
        )
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._grad_req = grad_req
        self._data_shapes, self._label_shapes = data_shapes, label_shapes
        self._exec_group = group
        self.binded = True
        if shared_module is not None:
            self.params_initialized = True
            self._arg_params, self._aux_params = (
                shared_module._arg_params,
                shared_module._aux_params,
            )
            self._params_dirty = True
        elif self.params_initialized:
            group.set_params(
                {k: v for k, v in self._arg_params.items() if k in group.arg_names},
                {k: v for k, v in self._aux_params.items() if k in group.aux_names},
            )
        if shared_module is not None and shared_module.optimizer_initialized:
            self.borrow_optimizer(shared_module)

    def reshape(self, data_shapes, label_shapes=None):
        """Expect inputs of other shapes; parameters keep their values.

        Parameters
        ----------
        data_shapes, label_shapes : list of DataDesc or ``(name, shape)``; labels may be None
        """
        self._need("reshape", params=False)
        data_shapes, label_shapes = _parse_data_desc(
            self._data_names, self._label_names, data_shapes, label_shapes
        )
        self._reshape(data_shapes, label_shapes)

    def _reshape(self, data_shapes, label_shapes):
        self._exec_group.reshape(data_shapes, label_shapes)
        self._data_shapes, self._label_shapes = data_shapes, label_shapes

    # ------------------------------------------------------------------ the optimizer
    def init_optimizer(
        self,
        kvstore="local",
        optimizer="sgd",
        optimizer_params=(("learning_rate", 0.01),),
        force_init=False,
    ):
        """Make the optimizer.

        Gradients are sums over the batch, so ``rescale_grad`` is one by the batch size unless it is
        given.

        Parameters
        ----------
        kvstore : str, KVStore or None
            Sums gradients over several devices, and updates there where it can.
        optimizer : str or Optimizer
        optimizer_params : dict, or pairs of name and value
        force_init : bool     also where there is an optimizer already

        Raises
        ------
        AssertionError   not bound, or no parameters
        """
        self._need("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring...")
            return
        group = self._exec_group
        arg_params, _ = self.get_params()
        store, on_store = _create_kvstore(kvstore, len(self._context), arg_params)
        batch_size = group.batch_size
        if store is not None and "dist" in store.type and "_sync" in store.type:
            batch_size *= store.num_workers
        rescale = 1.0 / batch_size
        n = len(self._context)
        if on_store:
            idx2name = dict(enumerate(self._param_names))
        else:
            idx2name = {
                i * n + k: name for k in range(n) for i, name in enumerate(self._param_names)
            }
        if isinstance(optimizer, str):
            options = dict(optimizer_params)
            options.setdefault("rescale_grad", rescale)
            optimizer = opt.create(optimizer, sym=self.symbol, param_idx2name=idx2name, **options)
        else:
            require(
                isinstance(optimizer, opt.Optimizer),
                f"init_optimizer: expected a name or an Optimizer, got {optimizer!r}.",
            )
            if optimizer.rescale_grad != rescale:
                warnings.warn(
                    "Optimizer created manually outside Module but rescale_grad is not normalized "
                    f"to 1.0/batch_size/num_workers ({optimizer.rescale_grad} vs. {rescale}). Is "
                    "this intended?",
                    UserWarning,
                    stacklevel=user_level(),
                )
            if not optimizer.idx2name:
                optimizer.idx2name = idx2name.copy()
        self._optimizer, self._kvstore, self._update_on_kvstore = optimizer, store, on_store
        self._updater = None
        self._plans = None
        self._numbers = {name: i for i, name in enumerate(self._param_names)}
        if store is not None:
            if self._compression_params:
                store.set_gradient_compression(self._compression_params)
            if on_store:
                store.set_optimizer(optimizer)
            _initialize_kvstore(
                kvstore=store,
                param_arrays=group.param_arrays,
                arg_params=arg_params,
                param_names=self._param_names,
                update_on_kvstore=on_store,
            )
        if not on_store:
            self._updater = opt.get_updater(optimizer)
        self.optimizer_initialized = True
        if self._preload_opt_states is not None:
            self.load_optimizer_states(self._preload_opt_states)
            self._preload_opt_states = None

    def borrow_optimizer(self, shared_module):
        """Use another module's optimizer and its states: for modules that share parameters.

        Parameters
        ----------
        shared_module : Module     with an optimizer
        """
        require(
            shared_module.optimizer_initialized,
            "borrow_optimizer: the other module has no optimizer. Hint: call its init_optimizer.",
        )
        self._optimizer = shared_module._optimizer
        self._kvstore = shared_module._kvstore
        self._update_on_kvstore = shared_module._update_on_kvstore
        self._updater = shared_module._updater
        self._numbers = shared_module._numbers
        self._plans = None
        self.optimizer_initialized = True

    # ------------------------------------------------------------------ computing
    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch.

        Parameters
        ----------
        data_batch : DataBatch, or a list of them, one per device
            Its shapes may differ from those the module is bound to.
        is_train : bool, default ``for_training``
        """
        self._need("forward")
        self._fit_shapes(data_batch)
        is_train = self.for_training if is_train is None else bool(is_train)
        if is_train:
            self._pace.forward()
        self._exec_group.forward(data_batch, is_train)
        if not is_train:
            _start()  # evaluation and prediction share a program

    def _fit_shapes(self, batch):
        """Take the executors for the shapes of a batch."""
        if isinstance(batch, list):
            require(bool(batch), "Encountered empty data batch")
            new = []
            for descs, parts in zip(self._data_shapes, zip(*[b.data for b in batch])):
                shape = list(parts[0].shape)
                axis = DataDesc.get_batch_axis(descs.layout)
                if axis >= 0:
                    shape[axis] = sum(x.shape[axis] for x in parts)
                new.append(tuple(shape))
            batch = batch[0]
            single = False
        else:
            new = [tuple(x.shape) for x in batch.data]
            single = True
        now = [tuple(d.shape) for d in self._data_shapes]
        require(
            len(new) == len(now),
            f"forward: expected {len(now)} inputs ({', '.join(self._data_names)}), got {len(new)}.",
        )
        if new == now:
            return
        if single and getattr(batch, "provide_data", None):
            data = [d if isinstance(d, DataDesc) else DataDesc(*d) for d in batch.provide_data]
        else:
            data = [
                DataDesc(d.name, shape, d.dtype, d.layout)
                for d, shape in zip(self._data_shapes, new)
            ]
        label = self._new_label_shapes(batch, data, single)
        self._reshape(data, label)

    def _new_label_shapes(self, batch, data, single):
        if not self._label_shapes:
            return self._label_shapes
        if single and getattr(batch, "provide_label", None):
            return [d if isinstance(d, DataDesc) else DataDesc(*d) for d in batch.provide_label]
        if single and getattr(batch, "label", None):
            return [
                DataDesc(d.name, tuple(x.shape), d.dtype, d.layout)
                for d, x in zip(self._label_shapes, batch.label)
            ]
        # no labels came (prediction): those that the network expects, for the new batch size
        axis = DataDesc.get_batch_axis(data[0].layout)
        size = data[0].shape[axis]
        found = []
        for d in self._label_shapes:
            shape, axis = list(d.shape), DataDesc.get_batch_axis(d.layout)
            if axis >= 0:
                shape[axis] = size
            found.append(DataDesc(d.name, tuple(shape), d.dtype, d.layout))
        return found

    def backward(self, out_grads=None):
        """Compute gradients.

        Parameters
        ----------
        out_grads : NDArray or list of NDArray, optional
            Gradients of the outputs; losses need none.
        """
        self._need("backward")
        self._exec_group.backward(out_grads=out_grads)

    @uninterrupted
    def update(self):
        """Update the parameters by the optimizer, with the last gradients."""
        self._need("update")
        require(
            self.optimizer_initialized, "Module.update: there is no optimizer: call init_optimizer."
        )
        self._params_dirty = True
        group = self._exec_group
        if self._update_on_kvstore:
            _update_params_on_kvstore(
                group.param_arrays, group.grad_arrays, self._kvstore, self._param_names
            )
        elif self._kvstore is not None:
            _update_params(
                group.param_arrays,
                group.grad_arrays,
                self._updater,
                len(self._context),
                self._kvstore,
                self._param_names,
            )
        else:
            self._update_here()
        self._pace.update()

    def _update_here(self):
        updater = self._updater
        plans = self._plans
        if plans is None or plans.updater is not updater or plans.states is not updater.states:
            plans = self._plans = _ModulePlans(updater, self._exec_group, self._number)
        plans.run()

    def _number(self, name):
        """The number of a parameter in the optimizer: that of the module it was made by."""
        numbers = self._numbers
        if name not in numbers:
            numbers[name] = i = len(numbers)
            n = len(self._context)
            self._optimizer.idx2name.update({i * n + k: name for k in range(n)})
        return numbers[name]

    def get_outputs(self, merge_multi_context=True):
        """Outputs of the last ``forward``.

        Returns
        -------
        list of NDArray; without ``merge_multi_context`` list of lists, one NDArray per device
        """
        self._need("get_outputs")
        return self._exec_group.get_outputs(merge_multi_context=merge_multi_context)

    def get_input_grads(self, merge_multi_context=True):
        """Gradients of the inputs from the last ``backward``; like :meth:`get_outputs`.

        Raises
        ------
        AssertionError   not bound with ``inputs_need_grad``
        """
        self._need("get_input_grads")
        return self._exec_group.get_input_grads(merge_multi_context=merge_multi_context)

    def get_states(self, merge_multi_context=True):
        """State arrays: for each state a list, one NDArray per device.

        ``merge_multi_context`` must be False.
        """
        self._need("get_states")
        return self._exec_group.get_states(merge_multi_context=merge_multi_context)

    def set_states(self, states=None, value=None):
        """Set states from arrays (as :meth:`get_states` gives them), or all to a number."""
        self._need("set_states")
        self._exec_group.set_states(states, value)

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and the last outputs.

        Parameters
        ----------
        eval_metric : EvalMetric
        labels : list of NDArray
        pre_sliced : bool     ``labels`` holds one list per device
        """
        self._exec_group.update_metric(eval_metric, labels, pre_sliced)
        self._pace.metric()

    def install_monitor(self, mon):
        """Let a :class:`mxnet.monitor.Monitor` observe the executors."""
        self._need("install_monitor", params=False)
        self._exec_group.install_monitor(mon)

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """Get ready for a batch: fetch the rows of row-sparse parameters that it needs.

        Parameters
        ----------
        data_batch : DataBatch
        sparse_row_id_fn : callable ``(DataBatch) -> dict of str to NDArray``, optional
        """
        self._need("prepare", params=False)
        if sparse_row_id_fn is None:
            return
        if self._kvstore is None or not self._update_on_kvstore:
            warnings.warn(
                "Parameters are not updated in the KVStore. No need to call sparse_row_id_fn.",
                UserWarning,
                stacklevel=user_level(),
            )
            return
        rows = sparse_row_id_fn(data_batch)
        require(
            isinstance(rows, dict),
            f"Expected dict output from sparse_row_id_fn, got {type(rows).__name__}.",
        )
        table = dict(zip(self._exec_group.param_names, self._exec_group.param_arrays))
        for name, row_ids in rows.items():
            if name in table and table[name][0].stype == "row_sparse":
                self._kvstore.row_sparse_pull(
                    name, table[name], row_ids=[row_ids] * len(table[name])
                )

    # ------------------------------------------------------------------ the optimizer's states
    def save_optimizer_states(self, fname):
        """Write the optimizer's states to a file; it is replaced whole or not at all."""
        require(self.optimizer_initialized, "save_optimizer_states: there is no optimizer.")
        if self._update_on_kvstore:
            self._kvstore.save_optimizer_states(fname)
        else:
            atomic_write(fname, [self._updater.get_states()])

    def load_optimizer_states(self, fname):
        """Read states that :meth:`save_optimizer_states`, or MXNet 1.x, wrote.

        No code in the file is run.

        Raises
        ------
        OSError       there is no such file
        FormatError   it is something else
        """
        require(self.optimizer_initialized, "load_optimizer_states: there is no optimizer.")
        if self._update_on_kvstore:
            self._kvstore.load_optimizer_states(fname)
        else:
            with open(fname, "rb") as f:
                self._updater.set_states(f.read())


class _Pace:
    """When a training step's pending work starts.

    A metric may read the outputs before or after the update; either way it belongs to the
    step's program. So what is pending starts after the metric; where it does not come after the
    update, the second step starts at the update.
    """

    __slots__ = ("waiting", "at_update")

    def __init__(self):
        self.waiting = self.at_update = False

    def forward(self):
        if self.waiting:
            self.waiting, self.at_update = False, True
            _start()

    def update(self):
        if self.at_update:
            _start()
        else:
            self.waiting = True

    def metric(self):
        if self.waiting:
            self.waiting = False
            _start()


def _start():
    if threads.tracing is None:
        flush_all()


class _ModulePlans:
    """Prepared updates of a group's parameters, one per device."""

    __slots__ = ("updater", "states", "plans")

    def __init__(self, updater, group, number):
        self.updater = updater
        n = len(group.contexts)
        self.plans = []
        for k in range(n):
            by_context = {}  # there are several where the symbol has groups of contexts
            for name, arrays, gradients in zip(
                group.param_names, group.param_arrays, group.grad_arrays
            ):
                if gradients[k] is not None:
                    row = number(name) * n + k, gradients[k], arrays[k]
                    by_context.setdefault(arrays[k].context, []).append(row)
            for rows in by_context.values():
                arguments = [list(column) for column in zip(*rows)]
                self.plans.append((updater.plan(*arguments), arguments))
        self.states = updater.states

    def run(self):
        for plan, arguments in self.plans:
            if plan is None:
                self.updater(*arguments)
            else:
                self.updater.run(plan)


doors(globals())
