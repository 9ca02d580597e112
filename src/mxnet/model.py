"""``mx.model``: checkpoints, and ``FeedForward``, the older way to train."""

import importlib.util
import logging
import time
import warnings
from typing import Any

import numpy as onp

from . import context as _context
from . import metric
from ._checkpoint import (
    load_checkpoint,
    load_params,
    params_file,
    save_checkpoint,
    split_params,
    symbol_file,
)
from ._engine.segment import host_data
from ._fit import (
    BatchEndParam,
    _create_kvstore,
    _initialize_kvstore,
    _update_params,
    _update_params_on_kvstore,
    as_list,
    call,
)
from ._traceback import doors
from .base import mx_real_t
from .callback import LogValidationMetricsCallback
from .context import Context, cpu
from .error import MXNetError, fail
from .executor_manager import DataParallelExecutorManager, _check_arguments
from .initializer import Uniform
from .io import DataDesc, DataIter, NDArrayIter
from .module import BucketingModule, Module
from .ndarray import NDArray
from .optimizer import get_updater
from .symbol import Symbol

__all__ = [
    "FeedForward",
    "BatchEndParam",
    "save_checkpoint",
    "load_checkpoint",
    "load_params",
    "DataParallelExecutorManager",
    "SKLEARN_INSTALLED",
]

SKLEARN_INSTALLED = importlib.util.find_spec("sklearn") is not None
BASE_ESTIMATOR = object

_multiple_callbacks = call
_UNIFORM = Uniform(0.01)
_LOG = LogValidationMetricsCallback()
_SHARED = (  # names that code written for 1.x takes from here
    Context,
    DataDesc,
    _check_arguments,
    _create_kvstore,
    _initialize_kvstore,
    _update_params,
    _update_params_on_kvstore,
    cpu,
    get_updater,
    mx_real_t,
    params_file,
    split_params,
    symbol_file,
)


class FeedForward(BASE_ESTIMATOR):
    """A network with ``fit`` and ``predict`` for NumPy arrays and iterators.

    For new code :class:`mxnet.mod.Module` is the better choice.

    Parameters
    ----------
    symbol : Symbol, or callable from bucket key to Symbol
    ctx : Context or list of Context, default the current one
    num_epoch : int                  train to this epoch
    epoch_size : int, optional       batches per epoch; default: all there are
    optimizer : str or Optimizer
    initializer : Initializer
    numpy_batch_size : int           batch size where NumPy arrays are given
    arg_params, aux_params : dict of str to NDArray, optional     values to start from
    allow_extra_params : bool        drop parameters that the network does not have
    begin_epoch : int
    **kwargs                         options of the optimizer
    """

    def __init__(
        self,
        symbol,
        ctx=None,
        num_epoch=None,
        epoch_size=None,
        optimizer="sgd",
        initializer=_UNIFORM,
        numpy_batch_size=128,
        arg_params=None,
        aux_params=None,
        allow_extra_params=False,
        begin_epoch=0,
        **kwargs,
    ):
        if isinstance(symbol, Symbol):
            self.symbol, self.sym_gen = symbol, None
        elif callable(symbol):
            self.symbol, self.sym_gen = None, symbol
        else:
            raise TypeError(
                f"FeedForward: expected a Symbol, or a function that makes one, got {symbol!r}."
            )
        self.arg_params, self.aux_params = arg_params, aux_params
        self.allow_extra_params = allow_extra_params
        self.argument_checked = False
        self.ctx = as_list(_context.current_context() if ctx is None else ctx)
        self.num_epoch, self.epoch_size = num_epoch, epoch_size
        self.kwargs = kwargs.copy()
        self.optimizer, self.initializer = optimizer, initializer
        self.numpy_batch_size = numpy_batch_size
        self.begin_epoch = begin_epoch
        self._pred_exec = None  # the module that predicts
        if self.sym_gen is None:
            self._check_arguments()

    def _check_arguments(self):
        if self.argument_checked:
            return
        self.argument_checked = True
        _check_arguments(self.symbol)
        if self.allow_extra_params:
            if self.arg_params:
                known = set(self.symbol.list_arguments())
                self.arg_params = {k: v for k, v in self.arg_params.items() if k in known}
            if self.aux_params:
                known = set(self.symbol.list_auxiliary_states())
                self.aux_params = {k: v for k, v in self.aux_params.items() if k in known}

    @staticmethod
    def _is_data_arg(name):
        """Whether an argument is data or a label, going by its name."""
        return name.endswith(("data", "label"))

    # ------------------------------------------------------------------ data
    def _init_iter(self, X, y, is_train):
        """An iterator over arrays; iterators are returned as they are."""
        if not isinstance(X, (onp.ndarray, NDArray)):
            if not isinstance(X, DataIter) and not hasattr(X, "provide_data"):
                raise TypeError(
                    "X must be DataIter, NDArray or numpy.ndarray, got "
                    f"{type(X).__name__}: {X!r:.60}"
                )
            return X
        if y is None:
            if is_train:
                raise ValueError("y must be specified when X is numpy.ndarray")
            y = onp.zeros(X.shape[0])
        y = y.asnumpy() if isinstance(y, NDArray) else onp.asarray(y)
        if X.shape[0] != y.shape[0]:
            raise ValueError(
                f"The numbers of data points and labels not equal: {X.shape[0]} and {y.shape[0]}."
            )
        if y.ndim == 2 and y.shape[1] == 1:
            y = y.flatten()
        if y.ndim != 1:
            raise ValueError(f"Label must be 1D or 2D (with 2nd dimension being 1), got {y.shape}.")
        size = min(X.shape[0], self.numpy_batch_size)
        handle = "roll_over" if is_train else "pad"
        return NDArrayIter(X, y, size, shuffle=is_train, last_batch_handle=handle)

    def _init_eval_iter(self, eval_data):
        """An iterator over evaluation data: an iterator, or a pair of arrays or lists."""
        if eval_data is None:
            return None
        if isinstance(eval_data, (tuple, list)) and len(eval_data) == 2:
            data, label = eval_data
            if data is not None:
                if label is None and isinstance(data, DataIter):
                    return data
                if isinstance(data, list):
                    data = onp.array(data)
                if isinstance(label, list):
                    label = onp.array(label)
                return self._init_iter(data, label, is_train=True)
            raise ValueError("Eval data is NONE")
        if not isinstance(eval_data, DataIter) and not hasattr(eval_data, "provide_data"):
            raise TypeError(
                "Eval data must be DataIter, or NDArray/numpy.ndarray/list pair (i.e. tuple/list "
                f"of length 2), got {type(eval_data).__name__}."
            )
        return eval_data

    # ------------------------------------------------------------------ modules
    def _module(self, data, work_load_list=None, logger: Any = logging):
        names = [d[0] for d in data.provide_data]
        labels = [d[0] for d in data.provide_label or ()]
        if self.sym_gen is None:
            known = self.symbol.list_arguments()
            labels = [n for n in labels if n in known]
            # a label that the data come without is no parameter either: predictions need none
            given = {*names, *labels, *(self.arg_params or ())}
            labels += [n for n in known if n.endswith("label") and n not in given]
            return Module(
                self.symbol, names, labels, logger, self.ctx, work_load_list=work_load_list
            )
        return BucketingModule(
            lambda key: (self.sym_gen(key), names, labels),
            data.default_bucket_key,
            logger,
            self.ctx,
            work_load_list=work_load_list,
        )

    def _labels(self, data):
        if self.sym_gen is not None:
            return data.provide_label
        known = set(self.symbol.list_arguments())
        return [d for d in data.provide_label or () if d[0] in known] or None

    def _predicted_labels(self, module, data):
        """As :meth:`_labels`, with the shapes that follow for labels that do not come."""
        labels = self._labels(data)
        missing = set(getattr(module, "label_names", ())) - {d[0] for d in labels or ()}
        if not missing:
            return labels
        shapes = {d[0]: tuple(d[1]) for d in data.provide_data}
        found, _, _ = self.symbol.infer_shape_partial(**shapes)
        names = self.symbol.list_arguments()
        return [*(labels or ()), *[(n, s) for n, s in zip(names, found) if n in missing]]

    def _init_predictor(self, data):
        if self.arg_params is None:
            fail(
                MXNetError,
                "FeedForward.predict",
                "there are no parameters",
                hint="call fit, load a model, or pass arg_params",
            )
        module = self._pred_exec
        key = [(d[0], tuple(d[1])) for d in data.provide_data]
        if module is None or key != self._pred_shapes:
            module = self._module(data)
            module.bind(data.provide_data, self._predicted_labels(module, data), for_training=False)
            self._pred_exec, self._pred_shapes = module, key
        module.set_params(self.arg_params, self.aux_params or {}, allow_missing=False)
        return module

    # ------------------------------------------------------------------ use
    def predict(self, X, num_batch=None, return_data=False, reset=True):
        """Outputs for all data.

        Parameters
        ----------
        X : DataIter, NDArray or numpy.ndarray
        num_batch : int, optional     at most so many batches
        return_data : bool            data and labels, too
        reset : bool                  ``X.reset()`` first

        Returns
        -------
        numpy.ndarray, or a list of them where there are several outputs; with ``return_data`` the
        tuple (outputs, data, labels)
        """
        X = self._init_iter(X, None, is_train=False)
        if reset:
            X.reset()
        module = self._init_predictor(X)
        columns = [[], [], []]  # outputs, data, labels: for each a list per batch
        for i, batch in enumerate(X):
            if i == num_batch:
                break
            module.forward(batch, is_train=False)
            kept = batch.data[0].shape[0] - (batch.pad or 0)
            parts = [module.get_outputs()]
            if return_data:
                parts += [batch.data, batch.label or ()]
            for column, arrays in zip(columns, parts):
                column.append([onp.array(host_data(x._read()))[:kept] for x in arrays])
        found = []
        for column in columns:
            merged = [onp.concatenate(parts) for parts in zip(*column)]
            found.append(merged[0] if len(merged) == 1 else merged)
        return tuple(found) if return_data else found[0]

    def score(self, X, eval_metric="acc", num_batch=None, batch_end_callback=None, reset=True):
        """Evaluate.

        Parameters
        ----------
        X : DataIter, NDArray or numpy.ndarray     with labels
        eval_metric : EvalMetric, its name, or a list of those
        num_batch : int, optional                  at most so many batches
        batch_end_callback : callable or list of them, optional
        reset : bool                               ``X.reset()`` first

        Returns
        -------
        float, or a list of them for several metrics
        """
        if not isinstance(eval_metric, metric.EvalMetric):
            eval_metric = metric.create(eval_metric)
        X = self._init_iter(X, None, is_train=False)
        if reset:
            X.reset()
        module = self._init_predictor(X)
        for i, batch in enumerate(X):
            if i == num_batch:
                break
            module.forward(batch, is_train=False)
            module.update_metric(eval_metric, batch.label)
            if batch_end_callback is not None:
                call(batch_end_callback, BatchEndParam(0, i, eval_metric, locals()))
        return eval_metric.get()[1]

    def fit(
        self,
        X,
        y=None,
        eval_data=None,
        eval_metric="acc",
        epoch_end_callback=None,
        batch_end_callback=None,
        kvstore="local",
        logger=None,
        work_load_list=None,
        monitor=None,
        eval_end_callback=_LOG,
        eval_batch_end_callback=None,
    ):
        """Train.

        Parameters
        ----------
        X : DataIter, NDArray or numpy.ndarray
        y : NDArray or numpy.ndarray, optional     labels (N,) or (N, 1), where ``X`` is an array
        eval_data : DataIter, or pair of arrays, optional
        eval_metric : EvalMetric, its name, or a list of those
        epoch_end_callback : callable or list of them, optional
            Called with (epoch, symbol, arg_params, aux_params).
        batch_end_callback, eval_end_callback, eval_batch_end_callback : likewise
            Called with a :class:`BatchEndParam`.
        kvstore : str or KVStore
        logger : logging.Logger, optional
        work_load_list : list of number, optional     shares of the devices
        monitor : Monitor, optional

        Raises
        ------
        TypeError, ValueError   data that cannot be used; ``num_epoch`` was not given
        """
        logger = logging if logger is None else logger
        data = self._init_iter(X, y, is_train=True)
        eval_data = self._init_eval_iter(eval_data)
        if self.sym_gen is not None:
            self.symbol = self.sym_gen(data.default_bucket_key)
        self._check_arguments()
        if self.num_epoch is None:
            raise TypeError(
                "FeedForward.fit: num_epoch is missing. Hint: FeedForward(num_epoch=...)."
            )
        module = self._module(data, work_load_list, logger)
        module.bind(data.provide_data, self._labels(data), for_training=True)
        module.init_params(
            self.initializer, self.arg_params, self.aux_params, allow_missing=True, force_init=True
        )
        self._make_optimizer(module, data, kvstore)
        if monitor is not None:
            module.install_monitor(monitor)
        if not isinstance(eval_metric, metric.EvalMetric):
            eval_metric = metric.create(eval_metric)
        logger.info("Start training with %s", str(self.ctx))
        data.reset()
        for epoch in range(self.begin_epoch, self.num_epoch):
            tic = time.time()
            eval_metric.reset()
            self._train_epoch(module, data, epoch, eval_metric, batch_end_callback, monitor, logger)
            logger.info("Epoch[%d] Time cost=%.3f", epoch, time.time() - tic)
            self.arg_params, self.aux_params = module.get_params()
            call(epoch_end_callback, epoch, self.symbol, self.arg_params, self.aux_params)
            if eval_data is not None:
                module.score(
                    eval_data,
                    eval_metric,
                    batch_end_callback=eval_batch_end_callback,
                    score_end_callback=eval_end_callback,
                    epoch=epoch,
                )
        self.arg_params, self.aux_params = module.get_params()

    def _make_optimizer(self, module, data, kvstore):
        optimizer = self.optimizer
        if not isinstance(optimizer, str):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its rescale_grad is as the user has set it
                module.init_optimizer(kvstore, optimizer)
            return
        module.init_optimizer(kvstore, optimizer, self.kwargs)

    def _train_epoch(self, module, data, epoch, eval_metric, batch_end_callback, monitor, logger):
        nbatch = 0
        while True:
            started = nbatch
            for batch in data:
                if monitor is not None:
                    monitor.tic()
                module.forward_backward(batch)
                module.update()
                module.update_metric(eval_metric, batch.label)
                if monitor is not None:
                    monitor.toc_print()
                nbatch += 1
                if batch_end_callback is not None:
                    call(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
                if nbatch == self.epoch_size:
                    return  # the next epoch goes on from here
            logger.info("Epoch[%d] Resetting Data Iterator", epoch)
            data.reset()
            if self.epoch_size is None or nbatch == started:
                return

    # ------------------------------------------------------------------ files
    def save(self, prefix, epoch=None, remove_amp_cast=True):
        """Write a checkpoint: see :func:`save_checkpoint`.

        Parameters
        ----------
        prefix : str
        epoch : int, default ``num_epoch``
        remove_amp_cast : bool
        """
        epoch = self.num_epoch if epoch is None else epoch
        if epoch is None:
            raise AssertionError("FeedForward.save: there is no epoch. Hint: save(prefix, epoch).")
        save_checkpoint(
            prefix,
            epoch,
            self.symbol,
            self.arg_params or {},
            self.aux_params or {},
            remove_amp_cast=remove_amp_cast,
        )

    @staticmethod
    def load(prefix, epoch, ctx=None, **kwargs):
        """A model from a checkpoint.

        Parameters
        ----------
        prefix : str
        epoch : int
        ctx : Context or list of Context, optional
        **kwargs     arguments of :class:`FeedForward`
        """
        symbol, arg_params, aux_params = load_checkpoint(prefix, epoch)
        return FeedForward(
            symbol,
            ctx=ctx,
            arg_params=arg_params,
            aux_params=aux_params,
            begin_epoch=epoch,
            **kwargs,
        )

    @staticmethod
    def create(
        symbol,
        X,
        y=None,
        ctx=None,
        num_epoch=None,
        epoch_size=None,
        optimizer="sgd",
        initializer=_UNIFORM,
        eval_data=None,
        eval_metric="acc",
        epoch_end_callback=None,
        batch_end_callback=None,
        kvstore="local",
        logger=None,
        work_load_list=None,
        eval_end_callback=_LOG,
        eval_batch_end_callback=None,
        **kwargs,
    ):
        """Make a model and train it. The arguments are those of the class and of :meth:`fit`."""
        model = FeedForward(
            symbol,
            ctx=ctx,
            num_epoch=num_epoch,
            epoch_size=epoch_size,
            optimizer=optimizer,
            initializer=initializer,
            **kwargs,
        )
        model.fit(
            X,
            y,
            eval_data=eval_data,
            eval_metric=eval_metric,
            epoch_end_callback=epoch_end_callback,
            batch_end_callback=batch_end_callback,
            kvstore=kvstore,
            logger=logger,
            work_load_list=work_load_list,
            eval_end_callback=eval_end_callback,
            eval_batch_end_callback=eval_batch_end_callback,
        )
        return model


doors(globals())
