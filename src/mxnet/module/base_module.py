"""``BaseModule``: what all modules can do, in terms of what each of them defines."""

import logging
import time
import warnings
from typing import Any

import numpy as onp

from .. import metric
from .._checkpoint import prefixed
from .._engine.segment import concrete, host_data
from .._engine.value import Value
from .._fit import BatchEndParam, call, require
from .._graph.steps import spec_of
from .._traceback import doors, user_level
from ..base import _as_list  # noqa: F401 - modules of others import it from here
from ..error import suggestion
from ..initializer import Uniform
from ..io import DataBatch, DataDesc
from ..ndarray import NDArray, array, concatenate, load, save
from ..ndarray.ndarray import _wrap

__all__ = ["BaseModule"]

UNIFORM: Any = Uniform(0.01)  # what ``fit`` and ``init_params`` start from
_PARAMETERS = ("_weight", "_bias", "_gamma", "_beta")


def _check_input_names(symbol, names, typename, throw):
    """Every name is an argument of the symbol: otherwise ValueError, or a warning."""
    args = symbol.list_arguments()
    for name in names:
        if name in args:
            continue
        candidates = [a for a in args if not a.endswith(_PARAMETERS)]
        message = (
            f"You created Module with Module(..., {typename}_names={names}) but input with name "
            f"'{name}' is not found in symbol.list_arguments(). Did you mean one of: "
            f"{', '.join(candidates)}?{suggestion(name, args)}"
        )
        if throw:
            raise ValueError(message)
        warnings.warn(message, UserWarning, stacklevel=user_level())


def _check_names_match(data_names, data_shapes, name, throw):
    """The descriptions name all inputs and no others: otherwise ValueError, or a warning."""
    if sorted(data_names) == sorted([d[0] for d in data_shapes]):
        return
    message = (
        f"Data provided by {name}_shapes don't match names specified by {name}_names "
        f"({data_shapes} vs. {data_names})"
    )
    if throw:
        raise ValueError(message)
    warnings.warn(message, UserWarning, stacklevel=user_level())


def _parse_data_desc(data_names, label_names, data_shapes, label_shapes):
    """Lists of DataDesc from lists of DataDesc or ``(name, shape)``, checked by name."""

    def described(shapes):
        return [d if isinstance(d, DataDesc) else DataDesc(*d) for d in shapes]

    data_shapes = described(data_shapes)
    _check_names_match(data_names, data_shapes, "data", True)
    if label_shapes is None:
        _check_names_match(label_names, [], "label", False)
    else:
        label_shapes = described(label_shapes)
        _check_names_match(label_names, label_shapes, "label", False)
    return data_shapes, label_shapes


class BaseModule:
    """Base of modules: a network with parameters, bound to inputs, that can be trained.

    A module goes through these states: created; ``bind`` (it knows its inputs' shapes);
    ``init_params``; ``init_optimizer``. Subclasses define these, ``forward``, ``backward``,
    ``update``, ``update_metric``, ``get_outputs``, ``get_input_grads``, ``get_params`` and the
    properties that describe inputs and outputs; here are the loops: ``fit``, ``score``,
    ``predict``.

    Parameters
    ----------
    logger : logging.Logger, or the module ``logging``, which sets the root logger up at first use

    Attributes
    ----------
    binded, params_initialized, optimizer_initialized : bool     which states were reached
    for_training, inputs_need_grad : bool                        how it is bound
    """

    def __init__(self, logger: Any = logging):
        self.logger = logger
        self.binded = False
        self.for_training = False
        self.inputs_need_grad = False
        self.params_initialized = False
        self.optimizer_initialized = False
        self._symbol = None
        self._total_exec_bytes = 0

    # ------------------------------------------------------------------ loops
    def _need(self, what, *, params=True):
        require(self.binded, f"{type(self).__name__}.{what}: call bind first.")
        if params:
            require(
                self.params_initialized,
                f"{type(self).__name__}.{what}: the parameters have no values. Hint: call "
                "init_params or set_params first.",
            )

    def forward_backward(self, data_batch):
        """``forward`` in training mode, then ``backward``."""
        self.forward(data_batch, is_train=True)
        self.backward()

    def score(
        self,
        eval_data,
        eval_metric,
        num_batch=None,
        batch_end_callback=None,
        score_end_callback=None,
        reset=True,
        epoch=0,
        sparse_row_id_fn=None,
    ):
        """Evaluate on data.

        Parameters
        ----------
        eval_data : DataIter
        eval_metric : EvalMetric, its name, or a list of those
        num_batch : int, optional                at most so many batches
        batch_end_callback, score_end_callback : callable or list of them, optional
            Called with a :class:`mxnet.model.BatchEndParam`.
        reset : bool                             ``eval_data.reset()`` first
        epoch : int                              for the callbacks
        sparse_row_id_fn : callable, optional    see :meth:`prepare`

        Returns
        -------
        list of (name, value)
        """
        self._need("score")
        if reset:
            eval_data.reset()
        if not isinstance(eval_metric, metric.EvalMetric):
            eval_metric = metric.create(eval_metric)
        eval_metric.reset()
        actual_num_batch = 0
        for nbatch, eval_batch in enumerate(eval_data):
            if nbatch == num_batch:
                break
            self.prepare(eval_batch, sparse_row_id_fn=sparse_row_id_fn)
            self.forward(eval_batch, is_train=False)
            self._see_batch(eval_metric, eval_batch)
            if batch_end_callback is not None:
                call(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
            actual_num_batch += 1
        if score_end_callback:
            call(score_end_callback, BatchEndParam(epoch, actual_num_batch, eval_metric, locals()))
        return eval_metric.get_name_value()

    def _see_batch(self, eval_metric, batch):
        if isinstance(batch, list):
            self.update_metric(eval_metric, [b.label for b in batch], pre_sliced=True)
        else:
            self.update_metric(eval_metric, batch.label)

    def _predicted(self, eval_data, num_batch, reset, sparse_row_id_fn):
        """(outputs without what fills up the batch, number, batch) of each batch."""
        if reset:
            eval_data.reset()
        for nbatch, eval_batch in enumerate(eval_data):
            if nbatch == num_batch:
                break
            self.prepare(eval_batch, sparse_row_id_fn=sparse_row_id_fn)
            self.forward(eval_batch, is_train=False)
            pad = eval_batch.pad or 0
            yield [_kept(x, pad) for x in self.get_outputs()], nbatch, eval_batch

    def iter_predict(self, eval_data, num_batch=None, reset=True, sparse_row_id_fn=None):
        """Predict batch by batch.

        Parameters
        ----------
        eval_data : DataIter
        num_batch : int, optional     at most so many batches
        reset : bool                  ``eval_data.reset()`` first
        sparse_row_id_fn : callable, optional    see :meth:`prepare`

        Yields
        ------
        (list of NDArray, int, DataBatch)    outputs, number of the batch, the batch
        """
        self._need("iter_predict")
        yield from self._predicted(eval_data, num_batch, reset, sparse_row_id_fn)

    def predict(
        self,
        eval_data,
        num_batch=None,
        merge_batches=True,
        reset=True,
        always_output_list=False,
        sparse_row_id_fn=None,
    ):
        """Outputs for all batches.

        Parameters
        ----------
        eval_data : DataIter, NDArray or numpy.ndarray     an array is one batch
        num_batch : int, optional      at most so many batches
        merge_batches : bool           join the batches
        reset : bool                   ``eval_data.reset()`` first
        always_output_list : bool      a list also where there is one output
        sparse_row_id_fn : callable, optional    see :meth:`prepare`

        Returns
        -------
        NDArray, or a list of them where there are several outputs; without ``merge_batches`` for
        each batch a list of its outputs

        Raises
        ------
        ValueError        ``eval_data`` is something else
        AssertionError    batches with different numbers of outputs cannot be joined
        """
        self._need("predict")
        if isinstance(eval_data, (NDArray, onp.ndarray)):
            if isinstance(eval_data, onp.ndarray):
                eval_data = array(eval_data)
            self.forward(DataBatch([eval_data]), is_train=False)
            return self.get_outputs()[0]
        if not (hasattr(eval_data, "__iter__") and hasattr(eval_data, "reset")):
            raise ValueError(
                f"eval_data must be of type NDArray or DataIter, got {type(eval_data).__name__}."
            )
        found = [
            outputs
            for outputs, _, _ in self._predicted(eval_data, num_batch, reset, sparse_row_id_fn)
        ]
        if not merge_batches or not found:
            return found
        counts = sorted({len(outputs) for outputs in found})
        require(
            len(counts) == 1,
            "Cannot merge batches, as num of outputs is not the same in mini-batches. Maybe "
            f"bucketing is used? Got {counts} outputs.",
        )
        merged = [_joined(parts) for parts in zip(*found)]
        return merged[0] if counts == [1] and not always_output_list else merged

    def fit(
        self,
        train_data,
        eval_data=None,
        eval_metric="acc",
        epoch_end_callback=None,
        batch_end_callback=None,
        kvstore="local",
        optimizer="sgd",
        optimizer_params=(("learning_rate", 0.01),),
        eval_end_callback=None,
        eval_batch_end_callback=None,
        initializer=UNIFORM,
        arg_params=None,
        aux_params=None,
        allow_missing=False,
        force_rebind=False,
        force_init=False,
        begin_epoch=0,
        num_epoch: Any = None,
        validation_metric=None,
        monitor=None,
        sparse_row_id_fn=None,
    ):
        """Train.

        Parameters
        ----------
        train_data, eval_data : DataIter       data to train on, and to evaluate on after each epoch
        eval_metric, validation_metric : EvalMetric, its name, or a list of those
            On training data, and on ``eval_data`` (default: the same).
        epoch_end_callback : callable or list of them, optional
            Called with (epoch, symbol, arg_params, aux_params).
        batch_end_callback, eval_end_callback, eval_batch_end_callback : likewise
            Called with a :class:`mxnet.model.BatchEndParam`.
        kvstore : str or KVStore               see :meth:`Module.init_optimizer`
        optimizer, optimizer_params            likewise
        initializer, arg_params, aux_params, allow_missing, force_init
            See :meth:`Module.init_params`.
        force_rebind : bool                    bind anew where it is bound already
        begin_epoch, num_epoch : int           epochs from ``begin_epoch`` to below ``num_epoch``
        monitor : Monitor, optional
        sparse_row_id_fn : callable, optional  see :meth:`prepare`

        Raises
        ------
        AssertionError   ``num_epoch`` is missing
        """
        require(num_epoch is not None, "please specify number of epochs: num_epoch is missing.")
        self.bind(
            data_shapes=train_data.provide_data,
            label_shapes=train_data.provide_label,
            for_training=True,
            force_rebind=force_rebind,
        )
        if monitor is not None:
            self.install_monitor(monitor)
        self.init_params(
            initializer=initializer,
            arg_params=arg_params,
            aux_params=aux_params,
            allow_missing=allow_missing,
            force_init=force_init,
        )
        self.init_optimizer(kvstore=kvstore, optimizer=optimizer, optimizer_params=optimizer_params)
        if validation_metric is None:
            validation_metric = eval_metric
        if not isinstance(eval_metric, metric.EvalMetric):
            eval_metric = metric.create(eval_metric)
        for epoch in range(begin_epoch, num_epoch):
            tic = time.time()
            eval_metric.reset()
            name_values = []
            batches = iter(train_data)
            data_batch = next(batches, None)
            nbatch = 0
            while data_batch is not None:
                if monitor is not None:
                    monitor.tic()
                self.forward_backward(data_batch)
                self.update()
                self._see_batch(eval_metric, data_batch)
                upcoming = next(batches, None)
                if upcoming is not None:
                    self.prepare(upcoming, sparse_row_id_fn=sparse_row_id_fn)
                else:  # before the callbacks, which may reset the metric
                    name_values = eval_metric.get_global_name_value()
                if monitor is not None:
                    monitor.toc_print()
                if batch_end_callback is not None:
                    call(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
                nbatch += 1
                data_batch = upcoming
            for name, value in name_values:
                self.logger.info("Epoch[%d] Train-%s=%f", epoch, name, value)
            self.logger.info("Epoch[%d] Time cost=%.3f", epoch, time.time() - tic)
            arg_params, aux_params = self.get_params()
            self.set_params(arg_params, aux_params)  # all devices go on from the same values
            call(epoch_end_callback, epoch, self.symbol, arg_params, aux_params)
            if eval_data is not None:
                found = self.score(
                    eval_data,
                    validation_metric,
                    score_end_callback=eval_end_callback,
                    batch_end_callback=eval_batch_end_callback,
                    epoch=epoch,
                )
                for name, value in found:
                    self.logger.info("Epoch[%d] Validation-%s=%f", epoch, name, value)
            train_data.reset()

    # ------------------------------------------------------------------ descriptions
    @property
    def data_names(self):
        """Names of the inputs."""
        raise NotImplementedError

    @property
    def output_names(self):
        """Names of the outputs."""
        raise NotImplementedError

    @property
    def data_shapes(self):
        """Descriptions of the inputs: list of ``(name, shape)`` or DataDesc."""
        raise NotImplementedError

    @property
    def label_shapes(self):
        """Descriptions of the labels; None where there are none."""
        raise NotImplementedError

    @property
    def output_shapes(self):
        """List of ``(name, shape)`` of the outputs."""
        raise NotImplementedError

    @property
    def symbol(self):
        """The network; None for modules that have none."""
        return self._symbol

    # ------------------------------------------------------------------ parameters
    def get_params(self):
        """Parameters and auxiliary states: two dicts of str to NDArray, copies on the host."""
        raise NotImplementedError

    def init_params(
        self,
        initializer=UNIFORM,
        arg_params=None,
        aux_params=None,
        allow_missing=False,
        force_init=False,
        allow_extra=False,
    ):
        """Give parameters their first values. See :meth:`Module.init_params`."""
        raise NotImplementedError

    def set_params(
        self, arg_params, aux_params, allow_missing=False, force_init=True, allow_extra=False
    ):
        """Set parameters and auxiliary states.

        Parameters
        ----------
        arg_params, aux_params : dict of str to NDArray
        allow_missing : bool     leave parameters alone that are not there
        force_init : bool        also where parameters have values
        allow_extra : bool       names that the module does not have
        """
        self.init_params(
            initializer=None,
            arg_params=arg_params,
            aux_params=aux_params,
            allow_missing=allow_missing,
            force_init=force_init,
            allow_extra=allow_extra,
        )

    def save_params(self, fname):
        """Write parameters and auxiliary states to a file; it is replaced whole or not at all."""
        save(fname, prefixed(*self.get_params()))

    def load_params(self, fname):
        """Set parameters and auxiliary states from a file of :meth:`save_params`.

        Raises
        ------
        ValueError   the file holds something else
        """
        found = {"arg": {}, "aux": {}}
        named: Any = load(fname)
        for key in named if isinstance(named, dict) else [""]:
            kind, _, name = key.partition(":")
            if kind not in found or not name:
                raise ValueError(
                    f"Invalid param file {fname}: expected names such as arg:fc1_weight, got "
                    f"{key!r}."
                )
            found[kind][name] = named[key]
        self.set_params(found["arg"], found["aux"])

    # ------------------------------------------------------------------ computing
    def get_states(self, merge_multi_context=True):
        """State arrays: none here."""
        self._need("get_states")
        require(not merge_multi_context, "get_states: this module has no states to merge.")
        return []

    def set_states(self, states=None, value=None):
        """Set states: there are none here."""
        self._need("set_states")
        require(
            not states and not value, f"set_states: there are no states, got {states or value}."
        )

    def install_monitor(self, mon):
        """Let a :class:`mxnet.monitor.Monitor` observe the executors."""
        raise NotImplementedError

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """Get ready for a batch before it is processed: other shapes, another bucket.

        Parameters
        ----------
        data_batch : DataBatch
        sparse_row_id_fn : callable ``(DataBatch) -> dict of str to NDArray``, optional
            Rows of row-sparse parameters that the batch needs.
        """
        if sparse_row_id_fn is not None:
            warnings.warn(
                "sparse_row_id_fn is not invoked for BaseModule.",
                UserWarning,
                stacklevel=user_level(),
            )

    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch.

        Parameters
        ----------
        data_batch : DataBatch
        is_train : bool, default ``for_training``
        """
        raise NotImplementedError

    def backward(self, out_grads=None):
        """Compute gradients.

        Parameters
        ----------
        out_grads : NDArray or list of NDArray, optional
            Gradients of the outputs; losses need none.
        """
        raise NotImplementedError

    def get_outputs(self, merge_multi_context=True):
        """Outputs of the last ``forward``: a list of NDArray."""
        raise NotImplementedError

    def get_input_grads(self, merge_multi_context=True):
        """Gradients of the inputs from the last ``backward``: a list of NDArray."""
        raise NotImplementedError

    def update(self):
        """Update the parameters by the optimizer, with the last gradients."""
        raise NotImplementedError

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and the last outputs."""
        raise NotImplementedError

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
        """Make what is needed to compute with inputs of these shapes. See :meth:`Module.bind`."""
        raise NotImplementedError

    def init_optimizer(
        self,
        kvstore="local",
        optimizer="sgd",
        optimizer_params=(("learning_rate", 0.01),),
        force_init=False,
    ):
        """Make the optimizer. See :meth:`Module.init_optimizer`."""
        raise NotImplementedError


def _kept(x, pad):
    """An output that the next batch will not write to, without what fills up the batch.

    It is cut after the network has run: together they would be another program.
    """
    if not pad:
        return _wrap(NDArray, x._read()).detach()
    data = concrete(x._read())
    kept = x.shape[0] - pad
    if x.context.device_type == "gpu":
        return x[:kept].copy()
    data = onp.asarray(data)[:kept]
    return _wrap(NDArray, Value(None, 0, spec_of(data.shape, data.dtype, x.context), data))


def _joined(parts):
    """One array of the outputs of all batches."""
    if len(parts) == 1:
        return parts[0]
    ctx = parts[0].context
    if ctx.device_type == "gpu":
        return concatenate(list(parts))
    data = onp.concatenate([host_data(x._read()) for x in parts])
    return _wrap(NDArray, Value(None, 0, spec_of(data.shape, data.dtype, ctx), data))


doors(globals())
