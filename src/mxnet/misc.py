"""``mxnet.misc``: the first learning rate schedules, kept for old scripts.

New programs use :mod:`mxnet.lr_scheduler`.
"""

import logging

from ._frontend.examples import attach_to as _attach_examples_to
from .error import fail

__all__ = ["LearningRateScheduler", "FactorScheduler"]

_log = logging.getLogger(__name__)


class LearningRateScheduler:
    """Base of the schedules: ``base_lr`` is 0.01 until the optimizer sets it."""

    def __init__(self):
        self.base_lr = 0.01

    def __call__(self, iteration):
        """Learning rate of an iteration (counted from 0)."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__")


class FactorScheduler(LearningRateScheduler):
    """Multiply the learning rate by ``factor`` every ``step`` iterations.

    Parameters
    ----------
    step : int               at least 1
    factor : float, default 0.1    less than 1

    Raises
    ------
    ValueError   for a step below 1, or a factor that is not below 1
    """

    def __init__(self, step, factor=0.1):
        super().__init__()
        if step < 1:
            fail(ValueError, "FactorScheduler", "step is too small", expected=">= 1", got=step)
        if factor >= 1.0:
            fail(ValueError, "FactorScheduler", "factor is too large", expected="< 1", got=factor)
        self.step = step
        self.factor = factor
        self.old_lr = self.base_lr
        self.init = False

    def __call__(self, iteration):
        if not self.init:
            self.init = True
            self.old_lr = self.base_lr
        rate = self.base_lr * self.factor ** int(iteration / self.step)
        if rate != self.old_lr:
            self.old_lr = rate
            _log.info("iteration %d: the learning rate becomes learning rate %.5f", iteration, rate)
        return rate


_attach_examples_to(globals())
