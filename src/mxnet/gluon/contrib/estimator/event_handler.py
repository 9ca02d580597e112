"""Event handlers: what happens at the beginnings and ends of training, epochs and batches.

Handlers are called by ascending ``priority`` (0 where they have none): gradients are applied at
-2000, metrics and validation come at -1000, logging last.
"""

import os
import time
import warnings

import numpy as onp

from ...._checkpoint import check_set, is_whole, one_set
from ...._engine.collective import rank
from ...._traceback import doors, user_level
from ....metric import CompositeEvalMetric, EvalMetric
from ....metric import Loss as metric_loss
from .utils import _check_metrics

__all__ = [
    "EventHandler",
    "TrainBegin",
    "TrainEnd",
    "EpochBegin",
    "EpochEnd",
    "BatchBegin",
    "BatchEnd",
    "StoppingHandler",
    "MetricHandler",
    "ValidationHandler",
    "LoggingHandler",
    "CheckpointHandler",
    "EarlyStoppingHandler",
    "GradientUpdateHandler",
    "ProgressBarHandler",
    "SaveStateHandler",
]


class EventHandler:
    """Base of all handlers."""


def _check_event_handlers(handlers):
    """Handlers as a list: of None, a handler or a list of them."""
    if isinstance(handlers, EventHandler):
        return [handlers]
    handlers = list(handlers or [])
    if not all(isinstance(h, EventHandler) for h in handlers):
        raise ValueError(
            f"handlers must be an EventHandler or a list of EventHandler, got: {handlers}"
        )
    return handlers


class TrainBegin(EventHandler):
    """Called once, before the first epoch."""

    def train_begin(self, estimator, *args, **kwargs):
        """Override it."""


class TrainEnd(EventHandler):
    """Called once, after the last epoch."""

    def train_end(self, estimator, *args, **kwargs):
        """Override it."""


class EpochBegin(EventHandler):
    """Called before each epoch."""

    def epoch_begin(self, estimator, *args, **kwargs):
        """Override it."""


class EpochEnd(EventHandler):
    """Called after each epoch."""

    def epoch_end(self, estimator, *args, **kwargs):
        """Override it; True ends the training."""
        return False


class BatchBegin(EventHandler):
    """Called before each batch, with ``batch=``."""

    def batch_begin(self, estimator, *args, **kwargs):
        """Override it."""


class BatchEnd(EventHandler):
    """Called after each batch, with ``batch=``, ``pred=``, ``label=`` and ``loss=``."""

    def batch_end(self, estimator, *args, **kwargs):
        """Override it; True ends the epoch."""
        return False


class StoppingHandler(TrainBegin, BatchEnd, EpochEnd):
    """Ends the training after so many epochs or batches.

    Parameters
    ----------
    max_epoch, max_batch : int or None

    The limits that ``fit`` is given replace those of the constructor.
    """

    def __init__(self, max_epoch=None, max_batch=None):
        self.max_epoch = max_epoch
        self.max_batch = max_batch
        self.current_batch = 0
        self.current_epoch = 0
        self.stop_training = False

    def train_begin(self, estimator, *args, **kwargs):
        """Count from 0, up to the estimator's limits."""
        self.max_epoch = estimator.max_epoch
        self.max_batch = estimator.max_batch
        self.current_batch = 0
        self.current_epoch = 0
        self.stop_training = False

    def batch_end(self, estimator, *args, **kwargs):
        """True at the last batch."""
        self.current_batch += 1
        if self.current_batch == self.max_batch:
            self.stop_training = True
        return self.stop_training

    def epoch_end(self, estimator, *args, **kwargs):
        """True at the last epoch."""
        self.current_epoch += 1
        if self.current_epoch == self.max_epoch:
            self.stop_training = True
        return self.stop_training


class MetricHandler(EpochBegin, BatchEnd):
    """Updates metrics with each batch: losses with the loss, all others with label and prediction.

    Parameters
    ----------
    metrics : EvalMetric or list of EvalMetric
    priority : number
    """

    def __init__(self, metrics, priority=-1000):
        self.metrics = _check_metrics(metrics)
        self.priority = priority

    def epoch_begin(self, estimator, *args, **kwargs):
        """Forget the last epoch."""
        for metric in self.metrics:
            metric.reset()

    def batch_end(self, estimator, *args, **kwargs):
        """Update."""
        for metric in self.metrics:
            if isinstance(metric, metric_loss):
                metric.update(0, kwargs["loss"])
            else:
                metric.update(kwargs["label"], kwargs["pred"])


class ValidationHandler(TrainBegin, BatchEnd, EpochEnd):
    """Evaluates on validation data every so many epochs or batches.

    Parameters
    ----------
    val_data : DataLoader
    eval_fn : callable
        Called as ``eval_fn(val_data=, batch_axis=, event_handlers=)``, e.g. ``Estimator.evaluate``.
    epoch_period, batch_period : int or None
    priority : number
    event_handlers : EventHandler or list of EventHandler, optional     given to ``eval_fn``
    """

    def __init__(
        self,
        val_data,
        eval_fn,
        epoch_period=1,
        batch_period=None,
        priority=-1000,
        event_handlers=None,
    ):
        self.val_data = val_data
        self.eval_fn = eval_fn
        self.epoch_period = epoch_period
        self.batch_period = batch_period
        self.current_batch = 0
        self.current_epoch = 0
        self.priority = priority
        self.event_handlers = event_handlers

    def _evaluate(self, estimator):
        self.eval_fn(
            val_data=self.val_data,
            batch_axis=estimator.batch_axis,
            event_handlers=self.event_handlers,
        )

    def train_begin(self, estimator, *args, **kwargs):
        """Count from 0."""
        self.current_batch = 0
        self.current_epoch = 0

    def batch_end(self, estimator, *args, **kwargs):
        """Evaluate where it is due."""
        self.current_batch += 1
        if self.batch_period and self.current_batch % self.batch_period == 0:
            self._evaluate(estimator)

    def epoch_end(self, estimator, *args, **kwargs):
        """Evaluate where it is due."""
        self.current_epoch += 1
        if self.epoch_period and self.current_epoch % self.epoch_period == 0:
            self._evaluate(estimator)


class LoggingHandler(TrainBegin, TrainEnd, EpochBegin, EpochEnd, BatchBegin, BatchEnd):
    """Logs times, learning rate and metrics to ``estimator.logger``.

    Parameters
    ----------
    log_interval : int or 'epoch'     every so many batches as well, or epochs only
    metrics : EvalMetric or list of EvalMetric, optional
    priority : number
    """

    def __init__(self, log_interval="epoch", metrics=None, priority=onp.inf):
        if log_interval != "epoch" and (
            isinstance(log_interval, bool)
            or log_interval != log_interval
            or not isinstance(log_interval, int)
            or log_interval < 1
        ):
            raise ValueError("log_interval must be either an integer or string 'epoch'")
        self.metrics = _check_metrics(metrics)
        self.batch_index = 0
        self.current_epoch = 0
        self.processed_samples = 0
        self.priority = priority
        self.log_interval = log_interval
        self.log_interval_time = 0
        self._training = False

    def _numbers(self):
        return ", ".join(f"{n}: {v:.4f}" for n, v in map(_single, self.metrics))

    def train_begin(self, estimator, *args, **kwargs):
        """Log the optimizer and how long it will be."""
        self._training = True
        self.train_start = time.time()
        optimizer = type(estimator.trainer.optimizer).__name__
        estimator.logger.info(
            "Training begin: using optimizer %s with current learning rate %.4f ",
            optimizer,
            estimator.trainer.learning_rate,
        )
        if estimator.max_epoch:
            estimator.logger.info("Train for %d epochs.", estimator.max_epoch)
        else:
            estimator.logger.info("Train for %d batches.", estimator.max_batch)
        # in case one handler serves several fits
        self.current_epoch = 0
        self.batch_index = 0
        self.processed_samples = 0
        self.log_interval_time = 0

    def train_end(self, estimator, *args, **kwargs):
        """Log the whole time and the metrics."""
        self._training = False
        message = (
            f"Train finished using total {int(time.time() - self.train_start)}s with "
            f"{self.current_epoch} epochs. {self._numbers()}"
        )
        estimator.logger.info(message.rstrip())

    def batch_begin(self, estimator, *args, **kwargs):
        """Start the clock."""
        self.batch_start = time.time()

    def batch_end(self, estimator, *args, **kwargs):
        """Log the interval where one ends."""
        if not isinstance(self.log_interval, int):
            return
        self.log_interval_time += time.time() - self.batch_start
        batch = kwargs["batch"]
        self.processed_samples += batch[0].shape[getattr(estimator, "batch_axis", 0)]
        if self.batch_index % self.log_interval == 0:
            estimator.logger.info(
                "[Epoch %d][Batch %d][Samples %s] time/interval: %.3fs %s",
                self.current_epoch,
                self.batch_index,
                self.processed_samples,
                self.log_interval_time,
                self._numbers(),
            )
            self.log_interval_time = 0
        self.batch_index += 1

    def epoch_begin(self, estimator, *args, **kwargs):
        """Log that it begins."""
        self.epoch_start = time.time()
        if self._training:
            estimator.logger.info(
                "[Epoch %d] Begin, current learning rate: %.4f",
                self.current_epoch,
                estimator.trainer.learning_rate,
            )
        else:
            estimator.logger.info("Validation Begin")

    def epoch_end(self, estimator, *args, **kwargs):
        """Log the epoch's time and metrics."""
        numbers = self._numbers()
        estimator.logger.info(
            "[Epoch %d] Finished in %.3fs%s",
            self.current_epoch,
            time.time() - self.epoch_start,
            f", {numbers}" if numbers else "",
        )
        self.current_epoch += 1
        self.batch_index = 0
        self.processed_samples = 0


def _single(metric):
    name, value = metric.get()
    return name, float("nan") if isinstance(value, (list, tuple)) else value


class _Watch:
    """Whether a metric has improved, as ``mode`` says."""

    @staticmethod
    def operator(monitor, mode, what):
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{what} mode {mode} is unknown, fallback to auto mode.",
                RuntimeWarning,
                stacklevel=user_level(),
            )
            mode = "auto"
        if mode == "min":
            return onp.less
        if mode == "auto":
            name = monitor.get()[0]
            warnings.warn(
                f"`greater` operator will be used to determine if {name} has improved. Please "
                "specify `mode='min'` to use the `less` operator. Specify `mode='max' to disable "
                "this warning.`",
                stacklevel=user_level(),
            )
        return onp.greater


class CheckpointHandler(TrainBegin, BatchEnd, EpochEnd):
    """Saves parameters and the trainer's states every so many epochs or batches.

    The files are ``PREFIX-epochEbatchB.params`` and ``.states``, with the numbers of the epoch and
    of all batches so far; ``PREFIX-symbol.json`` once, of a hybridized network; with ``save_best``
    also ``PREFIX-best.params`` and ``.states``. A set whose writer was killed is passed over when
    training is resumed. Of several processes the one of rank 0 writes; to resume, all must see the
    folder.

    Parameters
    ----------
    model_dir : str
    model_prefix : str
    monitor : EvalMetric, optional     decides what is best; one of the estimator's
    verbose : int                      1: log each saving
    save_best : bool
    mode : {'auto', 'min', 'max'}
        Whether less or more is better. 'auto' takes more for better whatever the metric is, as in
        1.x, and warns.
    epoch_period, batch_period : int or None
    max_checkpoints : int              the oldest files are deleted beyond so many
    resume_from_checkpoint : bool
        Begin with the newest checkpoint found in ``model_dir``; what ``fit`` is given is then the
        total number of epochs or batches.
    """

    def __init__(
        self,
        model_dir,
        model_prefix="model",
        monitor=None,
        verbose=0,
        save_best=False,
        mode="auto",
        epoch_period=1,
        batch_period=None,
        max_checkpoints=5,
        resume_from_checkpoint=False,
    ):
        self.monitor = monitor
        self.verbose = verbose
        os.makedirs(model_dir, exist_ok=True)
        self.model_dir = model_dir
        self.model_prefix = model_prefix
        self.save_best = save_best
        if self.save_best and not isinstance(self.monitor, EvalMetric):
            raise ValueError(
                "To save best model only, please provide one of the metric objects from "
                "estimator.train_metrics and estimator.val_metrics as monitor."
            )
        self.epoch_period = epoch_period
        self.batch_period = batch_period
        self.current_batch = 0
        self.current_epoch = 0
        self.max_checkpoints = max_checkpoints
        self.resume_from_checkpoint = resume_from_checkpoint
        self.saved_checkpoints = []
        if self.save_best:
            self.monitor_op = _Watch.operator(monitor, mode, "ModelCheckpoint")
            self.best = onp.inf if self.monitor_op is onp.less else -onp.inf

    def train_begin(self, estimator, *args, **kwargs):
        """Count from 0, or resume."""
        self.current_epoch = 0
        self.current_batch = 0
        self.trained_epoch = self.trained_batch = -1
        if self.save_best:
            self.best = onp.inf if self.monitor_op is onp.less else -onp.inf
        if self.resume_from_checkpoint:
            self._check_periods(estimator)
            self._resume_from_checkpoint(estimator)

    def _check_periods(self, estimator):
        wrong = self.epoch_period if estimator.max_batch else self.batch_period
        if wrong:
            raise AssertionError(
                "To use resume from checkpoint, you must only specify the same type of period you "
                "used for training. For example, if you are training based on number of epochs, "
                "you must save only based on epochs, and set batch_period to None."
            )

    def batch_end(self, estimator, *args, **kwargs):
        """Save where it is due."""
        if self.current_batch == 0:
            self._save_symbol(estimator)
        if self.batch_period and (self.current_batch + 1) % self.batch_period == 0:
            self._save_checkpoint(estimator)
        self.current_batch += 1

    def epoch_end(self, estimator, *args, **kwargs):
        """Save where it is due."""
        if self.epoch_period and (self.current_epoch + 1) % self.epoch_period == 0:
            self._save_checkpoint(estimator)
        self.current_epoch += 1

    def _save_checkpoint(self, estimator):
        epoch, batch = self.current_epoch, self.current_batch
        if self.resume_from_checkpoint:
            epoch += self.trained_epoch + 1
            batch += self.trained_batch if estimator.max_epoch else self.trained_batch + 1
        prefix = f"{self.model_prefix}-epoch{epoch}batch{batch}"
        self._save_params_and_trainer(estimator, prefix)
        if prefix in self.saved_checkpoints:
            self.saved_checkpoints.remove(prefix)
        self.saved_checkpoints.append(prefix)
        if self.verbose > 0:
            estimator.logger.info(
                "[Epoch %d] CheckpointHandler: trained total %d batches, saving model at %s with "
                "prefix: %s",
                self.current_epoch,
                self.current_batch + 1,
                self.model_dir,
                prefix,
            )
        while len(self.saved_checkpoints) > self.max_checkpoints:
            old = os.path.join(self.model_dir, self.saved_checkpoints.pop(0))
            for suffix in (".params", ".states", ".manifest") if rank() == 0 else ():
                if os.path.exists(old + suffix):
                    os.remove(old + suffix)
        if self.save_best:
            self._save_if_best(estimator)

    def _save_if_best(self, estimator):
        name, value = self.monitor.get()
        if onp.isnan(value):
            warnings.warn(
                f"Skipping save best because {name} is not updated, make sure you pass one of the "
                "metric objects from estimator.train_metrics and estimator.val_metrics as monitor.",
                RuntimeWarning,
                stacklevel=user_level(),
            )
            return
        if not self.monitor_op(value, self.best):
            if self.verbose > 0:
                estimator.logger.info(
                    "[Epoch %d] CheckpointHandler: %s did not improve from %0.5f, skipping "
                    "updating best model",
                    self.current_epoch,
                    name,
                    self.best,
                )
            return
        prefix = self.model_prefix + "-best"
        self._save_params_and_trainer(estimator, prefix)
        old, self.best = self.best, value
        if self.verbose > 0:
            estimator.logger.info(
                "[Epoch %d] CheckpointHandler: %s improved from %0.5f to %0.5f, updating best "
                "model at %s with prefix: %s",
                self.current_epoch,
                name,
                old,
                value,
                self.model_dir,
                prefix,
            )

    def _save_symbol(self, estimator):
        if rank() > 0:
            return
        path = os.path.join(self.model_dir, self.model_prefix + "-symbol.json")
        net = estimator.net
        if getattr(net, "_called_with", None) is not None:
            net._symbol().save(path)
        else:
            estimator.logger.info(
                "Model architecture(symbol file) is not saved, please use HybridBlock to construct "
                "your model, and call net.hybridize() before passing to Estimator in order to save "
                "model architecture as %s.",
                path,
            )

    def _save_params_and_trainer(self, estimator, file_prefix):
        if rank() > 0:
            return
        path = os.path.join(self.model_dir, file_prefix)
        with one_set(path + ".params", path + ".states"):
            estimator.net.save_parameters(path + ".params")
            estimator.trainer.save_states(path + ".states")

    def _resume_from_checkpoint(self, estimator):
        prefix = self.model_prefix + "-epoch"
        self.trained_epoch, self.trained_batch, found = self._find_max_iteration(prefix)
        by_epoch = estimator.max_epoch
        done = self.trained_epoch + 1 if by_epoch else self.trained_batch + 1
        total, unit = (by_epoch, "epoch") if by_epoch else (estimator.max_batch, "batch")
        if found is None:
            plural = "epochs" if by_epoch else "batches"
            estimator.logger.info(
                "CheckpointHandler: No checkpoint found, training from scratch for %d %s",
                total,
                plural,
            )
            return
        if done >= total:
            raise ValueError(
                f"Found checkpoint with maximum number of {unit} {total} reached, please specify "
                "resume_from_checkpoint=False (default value) if you want to train from scratch."
            )
        path = os.path.join(self.model_dir, found)
        check_set(path + ".params", path + ".states")
        estimator.net.load_parameters(path + ".params", ctx=estimator.context)
        if os.path.exists(path + ".states"):
            estimator.trainer.load_states(path + ".states")
        if by_epoch:
            estimator.max_epoch = total - done
        else:
            estimator.max_batch = total - done
        estimator.logger.info(
            "CheckpointHandler: Checkpoint resumed from epoch %d batch %d, continue to train for "
            "%d %s ",
            self.trained_epoch,
            self.trained_batch,
            total - done,
            "epochs" if by_epoch else "batches",
        )

    def _find_max_iteration(self, prefix):
        """(epoch, batch, name without suffix) of the newest checkpoint; (-1, -1, None) of none."""
        best = (-1, -1, None)
        for name in os.listdir(self.model_dir):
            if not (name.startswith(prefix) and name.endswith(".params")):
                continue
            if not is_whole(os.path.join(self.model_dir, name)):
                continue  # its writer was killed: the one before is whole
            stem = name[: -len(".params")]
            epoch, _, batch = stem[len(prefix) :].partition("batch")
            if epoch.isdigit() and batch.isdigit():
                best = max(best, (int(epoch), int(batch), stem), key=lambda t: t[:2])
        return best


class EarlyStoppingHandler(TrainBegin, EpochEnd, TrainEnd):
    """Ends the training when a metric has stopped to improve.

    Parameters
    ----------
    monitor : EvalMetric     one of the estimator's
    min_delta : float        what counts as improvement
    patience : int           epochs without improvement that are put up with
    mode : {'auto', 'min', 'max'}
        Whether less or more is better. 'auto' takes more for better whatever the metric is, as in
        1.x, and warns.
    baseline : float, optional      a value to improve upon
    """

    def __init__(self, monitor, min_delta=0, patience=0, mode="auto", baseline=None):
        if not isinstance(monitor, EvalMetric):
            raise ValueError(
                "Please provide one of the metric objects from estimator.train_metrics and "
                "estimator.val_metrics as monitor."
            )
        if isinstance(monitor, CompositeEvalMetric):
            raise ValueError(
                "CompositeEvalMetric is not supported for EarlyStoppingHandler, please specify a "
                "simple metric instead."
            )
        self.monitor = monitor
        self.baseline = baseline
        self.patience = patience
        self.min_delta = min_delta
        self.wait = 0
        self.stopped_epoch = 0
        self.current_epoch = 0
        self.stop_training = False
        self.monitor_op = _Watch.operator(monitor, mode, "EarlyStopping")
        if self.monitor_op is onp.less:
            self.min_delta *= -1

    def train_begin(self, estimator, *args, **kwargs):
        """Count from 0."""
        self.wait = 0
        self.stopped_epoch = 0
        self.current_epoch = 0
        self.stop_training = False
        if self.baseline is not None:
            self.best = self.baseline
        else:
            self.best = onp.inf if self.monitor_op is onp.less else -onp.inf

    def epoch_end(self, estimator, *args, **kwargs):
        """True where patience is at an end."""
        name, value = self.monitor.get()
        if onp.isnan(value):
            warnings.warn(
                f"{name} is not updated, make sure you pass one of the metric objects from "
                "estimator.train_metrics and estimator.val_metrics as monitor.",
                RuntimeWarning,
                stacklevel=user_level(),
            )
        elif self.monitor_op(value - self.min_delta, self.best):
            self.best = value
            self.wait = 0
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = self.current_epoch
                self.stop_training = True
        self.current_epoch += 1
        return self.stop_training

    def train_end(self, estimator, *args, **kwargs):
        """Log that it was stopped."""
        if self.stop_training:
            estimator.logger.info(
                "[Epoch %d] EarlyStoppingHanlder: early stopping due to %s not improving",
                self.stopped_epoch,
                self.monitor.get()[0],
            )


class GradientUpdateHandler(BatchEnd):
    """Calls ``trainer.step`` after each batch, with the number of its losses.

    Parameters
    ----------
    priority : number     before metrics and logging by default
    """

    def __init__(self, priority=-2000):
        self.priority = priority

    def batch_end(self, estimator, *args, **kwargs):
        """Update the parameters."""
        loss = kwargs["loss"]
        loss = loss if isinstance(loss, list) else [loss]
        estimator.trainer.step(sum(x.shape[0] if x.shape else 1 for x in loss))


class ProgressBarHandler(TrainBegin, TrainEnd, EpochBegin, EpochEnd, BatchEnd):
    """A progress bar for each epoch, with the metrics at its end; of several processes, in that of
    rank 0.

    Parameters
    ----------
    metrics : EvalMetric or list of EvalMetric, optional     default: the training metrics
    leave : bool        keep the bars of finished epochs
    every : int         read the metrics every so many batches: reading them waits for the device
    priority : number
    **options           given to ``tqdm``
    """

    def __init__(self, metrics=None, leave=True, every=10, priority=onp.inf, **options):
        self.metrics = None if metrics is None else _check_metrics(metrics)
        self.leave, self.every, self.priority, self.options = leave, every, priority, options
        self.bar, self.epoch = None, 0

    def _shown(self, estimator):
        metrics = estimator.train_metrics if self.metrics is None else self.metrics
        return {n: f"{v:.4f}" for n, v in map(_single, metrics)}

    def train_begin(self, estimator, *args, **kwargs):
        """Count from 0."""
        self.epoch = 0

    def epoch_begin(self, estimator, *args, **kwargs):
        """Open a bar."""
        from tqdm.auto import tqdm  # it imports asyncio: only who shows a bar waits

        self.bar = tqdm(
            total=estimator.n_batches,
            initial=estimator.done_batches,
            desc=f"epoch {self.epoch}",
            leave=self.leave,
            unit="batch",
            **{"disable": rank() > 0, **self.options},
        )

    def batch_end(self, estimator, *args, **kwargs):
        """Move on."""
        self.bar.update()
        if not self.bar.disable and self.bar.n % self.every == 0:
            self.bar.set_postfix(self._shown(estimator), refresh=False)

    def epoch_end(self, estimator, *args, **kwargs):
        """Close the bar."""
        self.bar.set_postfix(self._shown(estimator))
        self.bar.close()
        self.epoch += 1

    def train_end(self, estimator, *args, **kwargs):
        """Close the bar of an epoch that was left."""
        if self.bar is not None:
            self.bar.close()


class SaveStateHandler(TrainBegin, BatchEnd, EpochEnd):
    """Saves the whole run every so many epochs or batches, see ``Estimator.save_state``.

    It comes after all other handlers, so that a run that is resumed from the file is bit-equal to
    one that was not interrupted.

    Parameters
    ----------
    fname : str or path     replaced whole or not at all each time
    epoch_period, batch_period : int or None
    """

    priority = onp.inf

    def __init__(self, fname, epoch_period=1, batch_period=None):
        self.fname = fname
        self.epoch_period, self.batch_period = epoch_period, batch_period
        self.current_epoch = self.current_batch = 0

    def train_begin(self, estimator, *args, **kwargs):
        """Count from 0."""
        self.current_epoch = self.current_batch = 0

    def batch_end(self, estimator, *args, **kwargs):
        """Save where it is due."""
        self.current_batch += 1
        if self.batch_period and self.current_batch % self.batch_period == 0:
            estimator.save_state(self.fname)

    def epoch_end(self, estimator, *args, **kwargs):
        """Save where it is due."""
        self.current_epoch += 1
        if self.epoch_period and self.current_epoch % self.epoch_period == 0:
            estimator.save_state(self.fname)


doors(globals())
