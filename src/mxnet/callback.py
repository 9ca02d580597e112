"""``mx.callback``: functions that ``fit`` calls after each batch or epoch."""

import logging
import math
import time

from ._checkpoint import save_checkpoint

__all__ = [
    "module_checkpoint",
    "do_checkpoint",
    "log_train_metric",
    "Speedometer",
    "ProgressBar",
    "LogValidationMetricsCallback",
    "save_checkpoint",
]


def module_checkpoint(mod, prefix, period=1, save_optimizer_states=False):
    """Callback at the end of an epoch: ``mod.save_checkpoint`` every ``period`` epochs.

    Parameters
    ----------
    mod : BaseModule
    prefix : str                     see :func:`mxnet.model.save_checkpoint`
    period : int
    save_optimizer_states : bool     so that training can go on from here

    Returns
    -------
    callable ``(epoch, symbol, arg_params, aux_params)``
    """
    period = int(max(1, period))

    def _callback(iter_no, sym=None, arg=None, aux=None):
        if (iter_no + 1) % period == 0:
            mod.save_checkpoint(prefix, iter_no + 1, save_optimizer_states)

    return _callback


def do_checkpoint(prefix, period=1):
    """Callback at the end of an epoch: saves network and parameters every ``period`` epochs.

    Parameters
    ----------
    prefix : str     see :func:`mxnet.model.save_checkpoint`
    period : int

    Returns
    -------
    callable ``(epoch, symbol, arg_params, aux_params)``
    """
    period = int(max(1, period))

    def _callback(iter_no, sym, arg, aux):
        if (iter_no + 1) % period == 0:
            save_checkpoint(prefix, iter_no + 1, sym, arg, aux)

    return _callback


def log_train_metric(period, auto_reset=False):
    """Callback at the end of a batch: logs the training metric every ``period`` batches.

    Parameters
    ----------
    period : int
    auto_reset : bool     start counting anew after logging

    Returns
    -------
    callable ``(BatchEndParam)``
    """

    def _callback(param):
        if param.nbatch % period == 0 and param.eval_metric is not None:
            for name, value in param.eval_metric.get_name_value():
                logging.info(
                    "Iter[%d] Batch[%d] Train-%s=%f", param.epoch, param.nbatch, name, value
                )
            if auto_reset:
                param.eval_metric.reset_local()

    return _callback


class Speedometer:
    """Callback at the end of a batch: logs samples per second, and the metric.

    Reading the metric waits for the batches so far, so the speed is that of their computation.

    Parameters
    ----------
    batch_size : int
    frequent : int         every so many batches
    auto_reset : bool      start counting the metric anew after logging
    """

    def __init__(self, batch_size, frequent=50, auto_reset=True):
        self.batch_size = batch_size
        self.frequent = frequent
        self.init = False
        self.tic = 0
        self.last_count = 0
        self.auto_reset = auto_reset

    def __call__(self, param):
        """Callback to show speed."""
        count = param.nbatch
        if self.last_count > count:  # a new epoch
            self.init = False
        self.last_count = count
        if not self.init:
            self.init = True
            self.tic = time.time()
            return
        if count % self.frequent != 0:
            return
        metric = param.eval_metric
        named = None if metric is None else metric.get_name_value()
        seconds = time.time() - self.tic
        speed = self.frequent * self.batch_size / seconds if seconds > 0 else float("inf")
        if named is None:
            logging.info("Iter[%d] Batch [%d]\tSpeed: %.2f samples/sec", param.epoch, count, speed)
        else:
            first = count - self.frequent if self.auto_reset else 0
            if self.auto_reset:
                metric.reset_local()
            logging.info(
                "Epoch[%d] Batch [%d-%d]\tSpeed: %.2f samples/sec" + "\t%s=%f" * len(named),
                param.epoch,
                first,
                count,
                speed,
                *[x for pair in named for x in pair],
            )
        self.tic = time.time()


class ProgressBar:
    """Callback at the end of a batch: logs a bar.

    Parameters
    ----------
    total : int      batches of an epoch
    length : int     characters of the bar
    """

    def __init__(self, total, length=80):
        self.bar_len = length
        self.total = total

    def __call__(self, param):
        """Callback to show progress."""
        count = param.nbatch
        filled = round(self.bar_len * count / float(self.total))
        percents = math.ceil(100.0 * count / float(self.total))
        bar = "=" * filled + "-" * (self.bar_len - filled)
        logging.info("[%s] %s%s\r", bar, percents, "%")


class LogValidationMetricsCallback:
    """Callback at the end of an evaluation: logs the metric."""

    def __call__(self, param):
        if param.eval_metric is None:
            return
        for name, value in param.eval_metric.get_name_value():
            logging.info("Epoch[%d] Validation-%s=%f", param.epoch, name, value)
