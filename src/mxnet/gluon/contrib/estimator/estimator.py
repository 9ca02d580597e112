"""``Estimator``: the training loop."""

import copy
import logging
import sys
import warnings

from ...._engine.collective import rank, size
from ...._traceback import doors, user_level
from ....context import Context, cpu, gpu, num_gpus
from ....metric import Loss as metric_loss
from ....metric import _over_processes
from ...data import DataLoader, SplitSampler
from ...loss import Loss as gluon_loss
from ...trainer import Trainer
from . import _state
from .batch_processor import BatchProcessor
from .event_handler import (
    BatchBegin,
    BatchEnd,
    EpochBegin,
    EpochEnd,
    GradientUpdateHandler,
    LoggingHandler,
    MetricHandler,
    SaveStateHandler,
    StoppingHandler,
    TrainBegin,
    TrainEnd,
    ValidationHandler,
    _check_event_handlers,
)
from .utils import _check_handler_metric_ref, _check_metrics, _suggest_metric_for_loss

__all__ = ["Estimator"]


class Estimator:
    """Trains and evaluates a network.

    Parameters
    ----------
    net : Block
    loss : gluon.loss.Loss
    train_metrics : EvalMetric or list of EvalMetric, optional
        Default: one that fits the loss, where there is one, and the loss itself.
    val_metrics : EvalMetric or list of EvalMetric, optional     default: as for training
    initializer : Initializer, optional     used where the network is not initialised yet
    trainer : Trainer, optional             default: SGD with learning rate 0.001
    context : Context or list of Context, optional     default: the first GPU, or the CPU
    val_net : Block, optional               what is evaluated, ``net`` by default
    val_loss : gluon.loss.Loss, optional    ``loss`` by default
    batch_processor : BatchProcessor, optional

    Attributes
    ----------
    max_epoch, max_batch : int or None      limits of the present ``fit``

    Raises
    ------
    ValueError       a loss, metric, trainer, context or processor of another kind
    AssertionError   a device that is not there
    """

    def __init__(
        self,
        net,
        loss,
        train_metrics=None,
        val_metrics=None,
        initializer=None,
        trainer=None,
        context=None,
        val_net=None,
        val_loss=None,
        batch_processor=None,
    ):
        self.net = net
        self.loss = self._check_loss(loss)
        self._train_metrics = _check_metrics(train_metrics)
        self._val_metrics = _check_metrics(val_metrics)
        self._add_default_training_metrics()
        self._add_validation_metrics()
        self.val_loss = self.loss if val_loss is None else self._check_loss(val_loss)
        self.val_net = self.net if val_net is None else val_net
        level = logging.INFO if rank() == 0 else logging.WARNING  # one process tells the progress
        self._logger = logging.Logger(name="Estimator", level=level)
        self._logger.addHandler(logging.StreamHandler(sys.stdout))
        self.context = self._check_context(context)
        self._initialize(initializer)
        self.trainer = self._check_trainer(trainer)
        self.batch_processor = self._check_batch_processor(batch_processor)
        self.max_epoch = self.max_batch = None
        self.batch_axis = 0
        self.n_batches = None  # of an epoch, where the loader knows it
        self.done_batches = 0  # of this epoch, when it was resumed
        self._epoch = self._batch = 0  # position: epochs done, batches done of the present one
        self._epoch_streams = None  # random streams as the present epoch began with them
        self._split = self._epoch_order = None  # a sampler with orders of its own, and its present
        self._handlers = []
        self._resumed = None  # what load_state() has read, for the next fit()

    # ------------------------------------------------------------------ what it was given
    @staticmethod
    def _check_loss(loss):
        if not isinstance(loss, gluon_loss):
            raise ValueError(f"loss must be a Loss, refer to gluon.loss.Loss:{loss}")
        return loss

    @staticmethod
    def _check_context(context):
        if context is None:
            return [gpu(0)] if num_gpus() else [cpu()]
        given = [context] if isinstance(context, Context) else context
        if not isinstance(given, (list, tuple)) or not all(isinstance(c, Context) for c in given):
            raise ValueError(
                "context must be a Context or a list of Context, for example mx.cpu() or "
                f"[mx.gpu(0), mx.gpu(1)], refer to mxnet.Context:{context}"
            )
        for ctx in given:
            if ctx.device_type == "gpu" and ctx.device_id >= num_gpus():
                there = ", ".join(["mx.cpu()", *(f"mx.gpu({i})" for i in range(num_gpus()))])
                raise AssertionError(
                    f"{ctx} is not available, please make sure your context is in one of: {there}"
                )
        return list(given)

    @staticmethod
    def _check_batch_processor(batch_processor):
        if batch_processor is None:
            return BatchProcessor()
        if not all(
            callable(getattr(batch_processor, n, None)) for n in ("fit_batch", "evaluate_batch")
        ):
            raise ValueError(
                "Customized Batch Processor must contain fit_batch() and evaluate_batch() methods"
            )
        return batch_processor

    def _is_initialized(self):
        return all(
            p._data is not None or p._deferred_init for p in self.net.collect_params().values()
        )

    def _initialize(self, initializer):
        if not self._is_initialized():
            if initializer is not None:
                self.net.initialize(init=initializer, ctx=self.context)
            else:
                self.net.initialize(ctx=self.context)
        elif initializer is not None:
            warnings.warn(
                "Network already fully initialized, skipping initialization. You don't need to "
                "pass initializer if you already initialized your net. You can use "
                "net.initialize(init=your_initializer, force_reinit=True) to force re-initialize.",
                stacklevel=user_level(),
            )

    def _check_trainer(self, trainer):
        if trainer is None:
            warnings.warn(
                "No trainer specified, default SGD optimizer with learning rate 0.001 is used.",
                stacklevel=user_level(),
            )
            return Trainer(self.net.collect_params(), "sgd", {"learning_rate": 0.001})
        if not isinstance(trainer, Trainer):
            raise ValueError(
                f"Trainer must be a Gluon Trainer instance, refer to gluon.Trainer:{trainer}"
            )
        return trainer

    @staticmethod
    def _check_loader(data):
        if not isinstance(data, DataLoader):
            raise ValueError(
                "Estimator only support input as Gluon DataLoader. Alternatively, you can "
                "transform your DataIter or any NDArray into Gluon DataLoader. Refer to "
                "gluon.data.DataLoader"
            )

    # ------------------------------------------------------------------ metrics
    def _add_default_training_metrics(self):
        if not self._train_metrics:
            suggested = _suggest_metric_for_loss(self.loss)
            loss = metric_loss(type(self.loss).__name__.lower())
            self._train_metrics = [loss] if suggested is None else [suggested, loss]
        for metric in self._train_metrics:
            metric.name = "training " + metric.name.removeprefix("training ")

    def _add_validation_metrics(self):
        if not self._val_metrics:
            self._val_metrics = [copy.deepcopy(m) for m in self._train_metrics]
        for metric in self._val_metrics:
            name = metric.name.removeprefix("training ").removeprefix("validation ")
            metric.name = "validation " + name

    @property
    def logger(self):
        """What the handlers log to, ``logging.Logger``; it writes to standard output."""
        return self._logger

    @property
    def train_metrics(self):
        """The metrics of training, ``list of EvalMetric``."""
        return self._train_metrics

    @property
    def val_metrics(self):
        """The metrics of validation, ``list of EvalMetric``."""
        return self._val_metrics

    # ------------------------------------------------------------------ loops
    def _get_data_and_label(self, batch, ctx, batch_axis=0):
        return BatchProcessor._get_data_and_label(batch, ctx, batch_axis)

    def evaluate(self, val_data, batch_axis=0, event_handlers=None):
        """Evaluate on validation data; ``val_metrics`` hold the result.

        Parameters
        ----------
        val_data : DataLoader of (data, label)
        batch_axis : int
        event_handlers : EventHandler or list of EventHandler, optional
            Default: metrics and logging.

        Raises
        ------
        ValueError   ``val_data`` is no DataLoader
        """
        self._check_loader(val_data)
        handlers = self._prepare_default_validation_handlers(event_handlers)
        _, epoch_begin, batch_begin, batch_end, epoch_end, _ = self._categorize_handlers(handlers)
        for handler in epoch_begin:
            handler.epoch_begin(self)
        for batch in val_data:
            for handler in batch_begin:
                handler.batch_begin(self, batch=batch)
            _, label, pred, loss = self.batch_processor.evaluate_batch(self, batch, batch_axis)
            for handler in batch_end:
                handler.batch_end(self, batch=batch, pred=pred, label=label, loss=loss)
        _over_processes(self._val_metrics, self.context[0])
        for handler in epoch_end:
            handler.epoch_end(self)

    def fit(
        self,
        train_data,
        val_data=None,
        epochs=None,
        event_handlers=None,
        batches=None,
        batch_axis=0,
    ):
        """Train for a number of epochs or of batches.

        After :meth:`load_state` it continues the run that was saved: ``epochs`` or ``batches`` are
        then those of the whole run.

        Parameters
        ----------
        train_data, val_data : DataLoader of (data, label)
        epochs, batches : int       exactly one of them
        event_handlers : EventHandler or list of EventHandler, optional
            Those of them that are missing are added: gradients, metrics, validation, stopping,
            logging.
        batch_axis : int

        Raises
        ------
        ValueError   no DataLoader; both or none of ``epochs`` and ``batches``, or none above 0
        """
        self._check_loader(train_data)
        if (epochs is None) == (batches is None) or not (epochs or batches):
            raise ValueError(
                "Fit only support exactly one type of iteration, train by number of epochs or "
                "number of batches. Please specify one and only one of: epochs or batches."
            )
        if (epochs or batches) < 0:
            raise ValueError(f"Estimator.fit: expected a number above 0, got {epochs or batches}.")
        self.max_epoch, self.max_batch, self.batch_axis = epochs, batches, batch_axis
        handlers = self._handlers = self._prepare_default_handlers(val_data, event_handlers)
        parts = self._categorize_handlers(handlers)
        for handler in parts[0]:
            handler.train_begin(self)
        self._epoch = self._batch = 0
        try:
            self.n_batches = len(train_data)
        except (TypeError, NotImplementedError):
            self.n_batches = None
        sampler = getattr(getattr(train_data, "_batch_sampler", None), "_sampler", None)
        self._split = sampler if isinstance(sampler, SplitSampler) else None
        run, self._resumed = self._resumed, None
        skip = 0 if run is None else self._restore(run, handlers)
        if run is None or not run["finished"]:
            while not self._fit_epoch(train_data, parts, skip, run if skip else None):
                skip = 0
        for handler in parts[5]:
            handler.train_end(self)
        self._handlers = []

    def _fit_epoch(self, train_data, parts, skip, run):
        """One epoch, without its first batches where it is resumed. True ends the training."""
        _, epoch_begin, batch_begin, batch_end, epoch_end, _ = parts
        self.done_batches = self._batch = skip
        for handler in epoch_begin:
            handler.epoch_begin(self)
        self._epoch_streams = _state.streams()
        self._epoch_order = None if self._split is None else self._split.epoch
        batches = iter(train_data)
        for _ in range(skip):
            next(batches, None)
        if run is not None:
            _state.set_streams(run["streams"])
            _state.set_metrics(self._train_metrics, run["train_metrics"], self.context[0])
            self._epoch_streams = run["epoch_streams"]
            _restore_counts(self._handlers, run["handlers"])
        for batch in batches:
            for handler in batch_begin:
                handler.batch_begin(self, batch=batch)
            _, label, pred, loss = self.batch_processor.fit_batch(self, batch, self.batch_axis)
            self._batch += 1
            ended = False
            for handler in batch_end:
                if handler.batch_end(self, batch=batch, pred=pred, label=label, loss=loss):
                    ended = True
            if ended:
                break
        self._epoch += 1
        self._batch = 0
        _over_processes(self._train_metrics, self.context[0])
        ended = False
        for handler in epoch_end:
            if handler.epoch_end(self):
                ended = True
        return ended

    # ------------------------------------------------------------------ handlers
    def _prepare_default_handlers(self, val_data, event_handlers):
        handlers = _check_event_handlers(event_handlers)
        own = []

        def lacking(kind):
            return not any(isinstance(h, kind) for h in handlers)

        own.append(StoppingHandler(self.max_epoch, self.max_batch))
        if lacking(GradientUpdateHandler):
            own.append(GradientUpdateHandler())
        if lacking(MetricHandler):
            own.append(MetricHandler(metrics=self.train_metrics))
        if val_data is not None and lacking(ValidationHandler):
            own.append(ValidationHandler(val_data=val_data, eval_fn=self.evaluate))
        if lacking(LoggingHandler):
            own.append(LoggingHandler(metrics=self.train_metrics))
        return self._ordered(handlers, own)

    def _prepare_default_validation_handlers(self, event_handlers):
        handlers = _check_event_handlers(event_handlers)
        own = []
        if not any(isinstance(h, MetricHandler) for h in handlers):
            own.append(MetricHandler(metrics=self.val_metrics))
        if not any(isinstance(h, LoggingHandler) for h in handlers):
            own.append(LoggingHandler(metrics=self.val_metrics))
        return self._ordered(handlers, own)

    def _ordered(self, handlers, own):
        known = [*self.train_metrics, *self.val_metrics]
        for handler in handlers:
            _check_handler_metric_ref(handler, known)
        return sorted(
            [*handlers, *own],
            key=lambda h: (getattr(h, "priority", 0), isinstance(h, SaveStateHandler)),
        )

    @staticmethod
    def _categorize_handlers(event_handlers):
        """Handlers by event: of the training's, epoch's and batch's beginning, the batch's,
        epoch's and training's end.
        """
        kinds = (TrainBegin, EpochBegin, BatchBegin, BatchEnd, EpochEnd, TrainEnd)
        return tuple([[h for h in event_handlers if isinstance(h, kind)] for kind in kinds])

    # ------------------------------------------------------------------ the whole run in a file
    def save_state(self, fname):
        """Save the whole run in one file: parameters, the optimizer's states, counts and schedule,
        random streams, metrics, epoch, position in the data and the counts of the handlers.

        During ``fit`` use a ``SaveStateHandler``, which calls it when all else is done. Several
        processes call it together: rank 0 writes, with the random streams and metrics of all.

        Parameters
        ----------
        fname : str or path     replaced whole or not at all

        Raises
        ------
        MXNetError   the file cannot be written
        """
        split = self._split
        own = {
            "streams": _state.streams(),
            "epoch_streams": self._epoch_streams if self._batch else None,
            "train_metrics": _state.metrics_of(self._train_metrics),
            "val_metrics": _state.metrics_of(self._val_metrics),
        }
        run = {
            "epoch": self._epoch,
            "batch": self._batch,
            "order": None if split is None else self._epoch_order if self._batch else split.epoch,
            **own,
            "handlers": [[type(h).__name__, _state.numbers_of(h)] for h in self._handlers],
        }
        if size() > 1:
            run["ranks"] = _state.of_all_processes(own)
        if rank() == 0:
            _state.save(fname, self.net, self.trainer, run)

    def load_state(self, fname):
        """Read what :meth:`save_state` wrote; the next :meth:`fit` continues that run.

        Given the same data and handlers, it is bit-equal to a run that was not interrupted. The
        batches of a half-done epoch that were seen already are read again and thrown away, so that
        shuffling and augmentation go on as they would have.

        Raises
        ------
        OSError, MXNetError   the file cannot be read
        FormatError           it is something else, or of another network
        """
        self._resumed = _state.load(fname, self.net, self.trainer)
        _state.set_streams(self._resumed["streams"])

    def _restore(self, run, handlers):
        """Put a saved run's position and counts back; returns the batches to skip."""
        self._epoch = run["epoch"]
        if self._split is not None and run.get("order") is not None:
            self._split.epoch = run["order"]
        _restore_counts(handlers, run["handlers"])
        _state.set_metrics(self._val_metrics, run["val_metrics"], self.context[0])
        if run["batch"]:
            _state.set_streams(run["epoch_streams"])
        else:
            _state.set_streams(run["streams"])
            _state.set_metrics(self._train_metrics, run["train_metrics"], self.context[0])
        ended = False
        for h in handlers:
            if isinstance(h, StoppingHandler):
                ended |= self.max_epoch is not None and h.current_epoch >= self.max_epoch
                ended |= self.max_batch is not None and h.current_batch >= self.max_batch
            else:
                ended |= getattr(h, "stop_training", False)
        run["finished"] = ended
        return run["batch"]


def _restore_counts(handlers, saved):
    """Give handlers their counts back, in order, by class."""
    rest = list(handlers)
    for name, numbers in saved:
        handler = next((h for h in rest if type(h).__name__ == name), None)
        if handler is None:
            continue
        rest.remove(handler)
        for key, value in numbers.items():
            if key == "stop_training" and isinstance(handler, StoppingHandler):
                continue  # the limit may be higher this time
            if hasattr(handler, key) and key not in _SETTINGS:
                setattr(handler, key, value)


# what a constructor or fit() was given this time stands
_SETTINGS = {
    "priority",
    "max_epoch",
    "max_batch",
    "epoch_period",
    "batch_period",
    "log_interval",
    "patience",
    "min_delta",
    "baseline",
    "verbose",
    "save_best",
    "max_checkpoints",
    "resume_from_checkpoint",
    "train_start",
    "epoch_start",
    "batch_start",
    "every",
    "leave",
}


doors(globals())
