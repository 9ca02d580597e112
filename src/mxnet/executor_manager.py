"""``DataParallelExecutorManager``: executors of a symbol on several devices."""

import logging

from ._fit import require
from .io import DataDesc
from .module.executor_group import (
    DataParallelExecutorGroup,
    _load_data,
    _load_general,
    _load_label,
    _split_input_slice,
)

__all__ = ["DataParallelExecutorManager", "DataParallelExecutorGroup"]

_LOADERS = _load_data, _load_general, _load_label, _split_input_slice  # names that are called here


def _check_arguments(symbol):
    """ValueError where arguments or auxiliary states of a symbol share a name."""
    for what, names in (
        ("argument", symbol.list_arguments()),
        ("auxiliary param", symbol.list_auxiliary_states()),
    ):
        for name in names:
            if names.count(name) > 1:
                raise ValueError(
                    f'Find duplicated {what} name "{name}", please make the weight name '
                    f"non-duplicated(using name arguments), {what}s are {names}"
                )


def _described(shapes):
    return [d if isinstance(d, DataDesc) else DataDesc(*d) for d in shapes]


class DataParallelExecutorManager:
    """Executors of a symbol, or of one per bucket, on several devices.

    Parameters
    ----------
    symbol : Symbol
    ctx : list of Context
    train_data : DataIter                 tells the inputs' shapes
    arg_names, param_names, aux_names : list of str
    work_load_list : list of number, optional
    logger : logging.Logger, optional
    sym_gen : callable, optional          bucket key to symbol
    """

    def __init__(
        self,
        symbol,
        ctx,
        train_data,
        arg_names,
        param_names,
        aux_names,
        work_load_list=None,
        logger=None,
        sym_gen=None,
    ):
        logger = logging if logger is None else logger
        logger.info("Start training with %s", str(ctx))
        work_load_list = [1] * len(ctx) if work_load_list is None else work_load_list
        require(
            isinstance(work_load_list, list) and len(work_load_list) == len(ctx),
            f"Invalid settings for work load: {work_load_list} for {ctx}.",
        )
        self.arg_names, self.param_names, self.aux_names = arg_names, param_names, aux_names
        self.ctx = ctx
        self.symbol, self.sym_gen = symbol, sym_gen
        self._work_load, self._logger = work_load_list, logger
        _check_arguments(symbol)
        self.execgrp = self._group(symbol, train_data)
        self.slices = self.execgrp.slices
        self.curr_execgrp = None
        self.execgrp_bucket = {}
        if sym_gen is not None:
            self.execgrp_bucket[train_data.default_bucket_key] = self.execgrp

    def _group(self, symbol, data, shared=None):
        return DataParallelExecutorGroup(
            symbol,
            self.ctx,
            self._work_load,
            _described(data.provide_data),
            _described(data.provide_label or ()),
            self.param_names,
            True,
            False,
            shared,
            logger=self._logger,
        )

    def install_monitor(self, monitor):
        """Let a monitor observe the executors."""
        if self.sym_gen is not None:
            raise NotImplementedError("Monitoring is not implemented for bucketing")
        self.execgrp.install_monitor(monitor)

    def set_params(self, arg_params, aux_params):
        """Copy parameters and auxiliary states to all devices."""
        self.execgrp.set_params(arg_params, aux_params, allow_extra=True)

    def copy_to(self, arg_params, aux_params):
        """Copy parameters and auxiliary states, averaged over the devices, into two dicts."""
        self.execgrp.get_params(arg_params, aux_params)

    @property
    def param_arrays(self):
        """Parameters: for each a list, one NDArray per device."""
        return self.execgrp.param_arrays

    @property
    def grad_arrays(self):
        """Gradients: for each parameter a list, one NDArray per device."""
        return self.execgrp.grad_arrays

    @property
    def aux_arrays(self):
        """Auxiliary states: for each a list, one NDArray per device."""
        return self.execgrp.aux_arrays

    def load_data_batch(self, data_batch):
        """Take the batch that ``forward`` is to see, and its bucket's executors."""
        if self.sym_gen is None:
            self.curr_execgrp = self.execgrp
        else:
            key = data_batch.bucket_key
            if key not in self.execgrp_bucket:
                self.execgrp_bucket[key] = self._group(self.sym_gen(key), data_batch, self.execgrp)
            self.curr_execgrp = self.execgrp_bucket[key]
        self._batch = data_batch

    def forward(self, is_train=False):
        """Compute the outputs of the batch."""
        self.curr_execgrp.forward(self._batch, is_train=is_train)

    def backward(self):
        """Compute gradients."""
        self.curr_execgrp.backward()

    def update_metric(self, metric, labels, pre_sliced=False):
        """Let a metric see labels and the last outputs."""
        self.curr_execgrp.update_metric(metric, labels, pre_sliced)
