"""``BucketingModule``: networks of different lengths that share their parameters."""

import logging
import warnings
from typing import Any

import numpy as onp

from .. import context as _context
from .._checkpoint import check_set, load_params, one_set, params_file, symbol_file
from .._fit import require
from .._traceback import doors, user_level
from ..io import DataDesc
from ..name import NameManager
from ..ndarray import array, load, save
from ..symbol import load as load_symbol
from .base_module import UNIFORM, BaseModule, _check_input_names
from .module import Module

__all__ = ["BucketingModule"]

_CPU: Any = _context.cpu()


class BucketingModule(BaseModule):
    """A module per bucket - a length of sequences, say - with shared parameters and optimizer.

    Parameters
    ----------
    sym_gen : callable
        Bucket key to (symbol, data_names, label_names).
    default_bucket_key : hashable     the bucket that ``bind`` is for: the largest
    logger, context, work_load_list, fixed_param_names, state_names, group2ctxs, compression_params
        See :class:`Module`.

    Raises
    ------
    AssertionError   ``default_bucket_key`` is missing
    ValueError       a name is not an argument of the symbol
    """

    def __init__(
        self,
        sym_gen,
        default_bucket_key=None,
        logger: Any = logging,
        context=_CPU,
        work_load_list=None,
        fixed_param_names=None,
        state_names=None,
        group2ctxs=None,
        compression_params=None,
    ):
        super().__init__(logger=logger)
        require(default_bucket_key is not None, "BucketingModule: default_bucket_key is missing.")
        self._default_bucket_key = default_bucket_key
        self._sym_gen = sym_gen
        symbol, data_names, label_names = self._call_sym_gen(default_bucket_key)
        data_names, label_names = list(data_names or []), list(label_names or [])
        state_names, fixed = list(state_names or []), list(fixed_param_names or [])
        _check_input_names(symbol, data_names, "data", True)
        _check_input_names(symbol, label_names, "label", False)
        _check_input_names(symbol, state_names, "state", True)
        _check_input_names(symbol, fixed, "fixed_param", True)
        self._compression_params = compression_params
        self._fixed_param_names = fixed
        self._state_names = state_names
        self._context = context
        self._work_load_list = work_load_list
        self._group2ctxs = group2ctxs
        self._buckets = {}
        self._curr_module = self._curr_bucket_key = None
        self._params_dirty = False
        self._monitor = None
        self._grad_req: Any = None

    def _reset_bind(self):
        self.binded = False
        self._buckets = {}
        self._curr_module = self._curr_bucket_key = None

    def _call_sym_gen(self, bucket_key):
        # automatic names must be the same in every bucket
        with NameManager():
            return self._sym_gen(bucket_key)

    def _make(self, bucket_key):
        symbol, data_names, label_names = self._call_sym_gen(bucket_key)
        return Module(
            symbol,
            data_names,
            label_names,
            logger=self.logger,
            context=self._context,
            work_load_list=self._work_load_list,
            fixed_param_names=self._fixed_param_names,
            state_names=self._state_names,
            group2ctxs=self._group2ctxs,
            compression_params=self._compression_params,
        )

    # ------------------------------------------------------------------ descriptions
    @property
    def data_names(self):
        """Names of the inputs."""
        if self.binded:
            return self._curr_module.data_names
        return self._call_sym_gen(self._default_bucket_key)[1]

    @property
    def output_names(self):
        """Names of the outputs."""
        if self.binded:
            return self._curr_module.output_names
        return self._call_sym_gen(self._default_bucket_key)[0].list_outputs()

    @property
    def data_shapes(self):
        """Descriptions of the present bucket's inputs."""
        self._need("data_shapes", params=False)
        return self._curr_module.data_shapes

    @property
    def label_shapes(self):
        """Descriptions of the present bucket's labels."""
        self._need("label_shapes", params=False)
        return self._curr_module.label_shapes

    @property
    def output_shapes(self):
        """List of ``(name, shape)`` of the present bucket's outputs."""
        self._need("output_shapes", params=False)
        return self._curr_module.output_shapes

    @property
    def symbol(self):
        """The present bucket's network."""
        self._need("symbol", params=False)
        return self._curr_module.symbol

    # ------------------------------------------------------------------ parameters
    def get_params(self):
        """Parameters and auxiliary states: see :meth:`Module.get_params`."""
        self._need("get_params")
        self._curr_module._params_dirty = self._params_dirty
        params = self._curr_module.get_params()
        self._params_dirty = False
        return params

    def set_params(
        self, arg_params, aux_params, allow_missing=False, force_init=True, allow_extra=False
    ):
        """Set parameters and auxiliary states: see :meth:`Module.set_params`."""
        if not allow_missing:
            self.init_params(
                initializer=None,
                arg_params=arg_params,
                aux_params=aux_params,
                allow_missing=allow_missing,
                force_init=force_init,
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
        self._curr_module.set_params(
            arg_params,
            aux_params,
            allow_missing=allow_missing,
            force_init=force_init,
            allow_extra=allow_extra,
        )
        # all buckets hold the same arrays
        self._params_dirty = True
        self.params_initialized = True

    def init_params(
        self,
        initializer=UNIFORM,
        arg_params=None,
        aux_params=None,
        allow_missing=False,
        force_init=False,
        allow_extra=False,
    ):
        """Give parameters their first values: see :meth:`Module.init_params`."""
        if self.params_initialized and not force_init:
            return
        require(self.binded, "call bind before initializing the parameters")
        self._curr_module.init_params(
            initializer=initializer,
            arg_params=arg_params,
            aux_params=aux_params,
            allow_missing=allow_missing,
            force_init=force_init,
            allow_extra=allow_extra,
        )
        self._params_dirty = False
        self.params_initialized = True

    def get_states(self, merge_multi_context=True):
        """State arrays of the present bucket: see :meth:`Module.get_states`."""
        self._need("get_states")
        return self._curr_module.get_states(merge_multi_context=merge_multi_context)

    def set_states(self, states=None, value=None):
        """Set the present bucket's states: see :meth:`Module.set_states`."""
        self._need("set_states")
        self._curr_module.set_states(states, value)

    # ------------------------------------------------------------------ binding
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
        """Bind the default bucket; the others are bound when their first batch comes.

        Parameters are those of :meth:`Module.bind`; ``shared_module`` must be None.
        """
        require(shared_module is None, "shared_module for BucketingModule is not supported")
        if self.params_initialized and self.binded:
            arg_params, aux_params = self.get_params()
        else:
            arg_params = aux_params = None
        if force_rebind:
            self._reset_bind()
        if self.binded:
            self.logger.warning("Already bound, ignoring bind()")
            return
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._grad_req = grad_req
        module = self._buckets.get(self._default_bucket_key)
        if module is None:
            module = self._make(self._default_bucket_key)
        module.bind(
            data_shapes,
            label_shapes,
            for_training,
            inputs_need_grad,
            force_rebind=False,
            shared_module=None,
            grad_req=grad_req,
        )
        self.binded = True
        self._curr_module, self._curr_bucket_key = module, self._default_bucket_key
        self._buckets[self._default_bucket_key] = module
        if self.params_initialized and arg_params is not None:
            self.set_params(arg_params, aux_params)

    def switch_bucket(self, bucket_key, data_shapes, label_shapes=None):
        """Go on with another bucket, made where it is new.

        Parameters
        ----------
        bucket_key : hashable
        data_shapes, label_shapes : list of DataDesc or ``(name, shape)``; labels may be None
        """
        require(self.binded, "call bind before switching bucket")
        module = self._buckets.get(bucket_key)
        if module is None or not module.binded:
            if module is None:
                module = self._make(bucket_key)
            module.bind(
                data_shapes,
                label_shapes,
                self.for_training,
                self.inputs_need_grad,
                force_rebind=False,
                shared_module=self._buckets[self._default_bucket_key],
                grad_req=self._grad_req,
            )
            if self._monitor is not None:
                module.install_monitor(self._monitor)
            self._buckets[bucket_key] = module
        self._curr_module, self._curr_bucket_key = module, bucket_key

    # ------------------------------------------------------------------ training
    def init_optimizer(
        self,
        kvstore="local",
        optimizer="sgd",
        optimizer_params=(("learning_rate", 0.01),),
        force_init=False,
    ):
        """Make the optimizer of all buckets: see :meth:`Module.init_optimizer`."""
        self._need("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        self._curr_module.init_optimizer(
            kvstore, optimizer, optimizer_params, force_init=force_init
        )
        for module in self._buckets.values():
            if module is not self._curr_module and module.binded:
                module.borrow_optimizer(self._curr_module)
        self.optimizer_initialized = True

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """Make the batch's bucket, where it is new, and get ready as :meth:`Module.prepare`."""
        self._need("prepare")
        before = self._curr_bucket_key
        self._switch(data_batch)
        self._curr_module.prepare(data_batch, sparse_row_id_fn=sparse_row_id_fn)
        self.switch_bucket(before, None, None)

    def _switch(self, batch):
        data, label = batch.provide_data, batch.provide_label
        if batch.bucket_key is None:
            raise TypeError(
                "BucketingModule: the batch has no bucket_key. Hint: iterators such as "
                "mx.rnn.BucketSentenceIter set it, with provide_data and provide_label."
            )
        if data is None:
            default = self._buckets[self._default_bucket_key]
            data = [
                DataDesc(d.name, x.shape, x.dtype, d.layout)
                for d, x in zip(default.data_shapes, batch.data)
            ]
            label = [
                DataDesc(d.name, x.shape, x.dtype, d.layout)
                for d, x in zip(default.label_shapes or (), batch.label or ())
            ] or None
        self.switch_bucket(batch.bucket_key, data, label)

    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch, by its bucket's network."""
        self._need("forward")
        previous = self._curr_module
        self._switch(data_batch)
        if self._curr_module is not previous and self._curr_module._pace is not previous._pace:
            self._curr_module._pace = previous._pace
        self._curr_module.forward(data_batch, is_train=is_train)

    def backward(self, out_grads=None):
        """Compute gradients: see :meth:`Module.backward`."""
        self._need("backward")
        self._curr_module.backward(out_grads=out_grads)

    def update(self):
        """Update the parameters by the optimizer, with the last gradients."""
        self._need("update")
        require(self.optimizer_initialized, "update: there is no optimizer: call init_optimizer.")
        self._params_dirty = True
        self._curr_module.update()

    def get_outputs(self, merge_multi_context=True):
        """Outputs of the last ``forward``: see :meth:`Module.get_outputs`."""
        self._need("get_outputs")
        return self._curr_module.get_outputs(merge_multi_context=merge_multi_context)

    def get_input_grads(self, merge_multi_context=True):
        """Gradients of the inputs: see :meth:`Module.get_input_grads`."""
        self._need("get_input_grads")
        require(self.inputs_need_grad, "re-bind with inputs_need_grad=True for input gradients")
        return self._curr_module.get_input_grads(merge_multi_context=merge_multi_context)

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and the last outputs."""
        self._need("update_metric")
        self._curr_module.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon):
        """Let a :class:`mxnet.monitor.Monitor` observe all buckets, also those to come."""
        self._need("install_monitor", params=False)
        self._monitor = mon
        for module in self._buckets.values():
            if module.binded:
                module.install_monitor(mon)

    # ------------------------------------------------------------------ files
    def save_checkpoint(self, prefix, epoch, remove_amp_cast=False):
        """Write the networks of all buckets, their keys and the parameters.

        The files are ``prefix-KEY-symbol.json``, ``prefix.buckets`` and ``prefix-0001.params``.

        Parameters
        ----------
        prefix : str
        epoch : int
        remove_amp_cast : bool     leave the casts of mixed precision out of the networks

        Raises
        ------
        AssertionError   there are no buckets
        TypeError        keys are no numbers, or tuples of numbers
        """
        require(len(self._buckets) > 0, "Empty BucketingModule cannot be saved")
        try:
            keys = onp.array(list(self._buckets), dtype="int32")
        except (TypeError, ValueError):
            raise TypeError(
                "BucketingModule.save_checkpoint: bucket keys must be integers, or tuples of "
                f"integers, got {list(self._buckets)}."
            ) from None
        name, table = params_file(prefix, epoch), f"{prefix}.buckets"
        networks = {key: symbol_file(f"{prefix}-{key}") for key in self._buckets}
        with one_set(name, table, *networks.values()):
            for key, module in self._buckets.items():
                module.symbol.save(networks[key], remove_amp_cast=remove_amp_cast)
            self.save_params(name)
            save(table, array(keys, dtype="int32"))

    @staticmethod
    def load(prefix, epoch, sym_gen=None, default_bucket_key=None, **kwargs):
        """A module from the files of :meth:`save_checkpoint`; bind it before use.

        Parameters
        ----------
        prefix : str
        epoch : int
        sym_gen : callable                as the saved module had it
        default_bucket_key : hashable
        **kwargs                          arguments of :class:`BucketingModule`

        Raises
        ------
        AssertionError   ``sym_gen`` or ``default_bucket_key`` is missing
        """
        require(sym_gen is not None, "sym_gen is required for loading BucketingModule")
        require(
            default_bucket_key is not None,
            "default_bucket_key is required for loading BucketingModule",
        )
        check_set(params_file(prefix, epoch), f"{prefix}.buckets")
        saved: Any = load(f"{prefix}.buckets")
        keys = saved[0].asnumpy()
        symbols = {}
        for key in keys.tolist():
            key = tuple(key) if isinstance(key, list) else key
            network = symbol_file(f"{prefix}-{key}")
            check_set(params_file(prefix, epoch), network)
            symbols[key] = load_symbol(network)
        arg_params, aux_params = load_params(prefix, epoch)
        return BucketingModule.load_dict(
            symbols, sym_gen, default_bucket_key, arg_params, aux_params, **kwargs
        )

    @staticmethod
    def load_dict(
        sym_dict=None,
        sym_gen=None,
        default_bucket_key=None,
        arg_params=None,
        aux_params=None,
        **kwargs,
    ):
        """A module from networks by bucket and their parameters; bind it before use.

        Parameters
        ----------
        sym_dict : dict of bucket key to Symbol
        sym_gen : callable                for buckets that are not in it
        default_bucket_key : hashable
        arg_params, aux_params : dict of str to NDArray
        **kwargs                          arguments of :class:`BucketingModule`

        Raises
        ------
        AssertionError   something is missing
        """
        for name, value in (
            ("sym_dict", sym_dict),
            ("sym_gen", sym_gen),
            ("default_bucket_key", default_bucket_key),
            ("arg_params", arg_params),
            ("aux_params", aux_params),
        ):
            require(value is not None, f"{name} needs to be provided for BucketingModule.load_dict")
        mod = BucketingModule(sym_gen, default_bucket_key, **kwargs)
        for key, symbol in sym_dict.items():
            _, data_names, label_names = mod._call_sym_gen(key)
            mod._buckets[key] = Module(
                symbol,
                data_names,
                label_names,
                logger=mod.logger,
                context=mod._context,
                work_load_list=mod._work_load_list,
                fixed_param_names=mod._fixed_param_names,
                state_names=mod._state_names,
                group2ctxs=mod._group2ctxs,
                compression_params=mod._compression_params,
            )
        require(
            default_bucket_key in mod._buckets,
            f"load_dict: sym_dict lacks the default bucket {default_bucket_key!r}.",
        )
        module = mod._buckets[default_bucket_key]
        module._arg_params, module._aux_params = arg_params, aux_params
        module.params_initialized = True
        mod._curr_module, mod._curr_bucket_key = module, default_bucket_key
        mod.params_initialized = True
        return mod


doors(globals())
