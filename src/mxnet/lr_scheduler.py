"""Learning-rate schedules: the learning rate as a function of the number of updates done."""

import logging
from itertools import pairwise
from math import cos, pi

from .error import ScheduleError

__all__ = [
    "LRScheduler",
    "FactorScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
    "CosineScheduler",
    "ScheduleError",
]


def _tell(num_update, rate):
    """The line by which programs find a changed rate in their logs."""
    logging.info("Update[%d]: Change learning rate to %.5e", num_update, rate)


def _whole(name, value):
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScheduleError(f"{name} must be an int, got {value!r}.")


class LRScheduler:
    """A schedule: ``scheduler(num_update) -> learning rate``. Subclasses define ``__call__``.

    Parameters
    ----------
    base_lr : float                  rate at the start; an optimizer's ``learning_rate`` replaces it
    warmup_steps : int               updates during which the rate rises from ``warmup_begin_lr``
    warmup_begin_lr : float
    warmup_mode : {'linear', 'constant'}     rise in a straight line, or stay at ``warmup_begin_lr``

    Raises
    ------
    ValueError   ``warmup_begin_lr`` above ``base_lr``, negative ``warmup_steps``, unknown mode
    """

    def __init__(self, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
        _whole("warmup_steps", warmup_steps)
        self.base_lr = base_lr
        self.warmup_steps = warmup_steps
        self.warmup_final_lr = base_lr
        self.warmup_begin_lr = warmup_begin_lr
        self.warmup_mode = warmup_mode
        if warmup_begin_lr > base_lr:
            raise ScheduleError(
                f"Base lr has to be higher than warmup_begin_lr: got base_lr {base_lr} and "
                f"warmup_begin_lr {warmup_begin_lr}."
            )
        if warmup_steps < 0:
            raise ScheduleError(f"Warmup steps has to be positive or 0, got {warmup_steps}.")
        if warmup_mode not in ("linear", "constant"):
            raise ScheduleError(
                f"Supports only linear and constant modes of warmup, got {warmup_mode!r}."
            )

    def get_warmup_lr(self, num_update):
        """The rate of update ``num_update`` during the warm-up."""
        if num_update >= self.warmup_steps:
            raise ScheduleError(
                f"get_warmup_lr: the warm-up lasts {self.warmup_steps} updates, got update "
                f"{num_update}."
            )
        if self.warmup_mode == "constant":
            return self.warmup_begin_lr
        rise = self.warmup_final_lr - self.warmup_begin_lr
        return self.warmup_begin_lr + rise * num_update / self.warmup_steps

    def __call__(self, num_update):
        """The learning rate after ``num_update`` updates."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, num_update)")


class FactorScheduler(LRScheduler):
    """Multiply the rate by ``factor`` every ``step`` updates, down to ``stop_factor_lr``.

    Keeps count as it is asked: ``base_lr`` is the current rate, and it does not go back up.

    Parameters
    ----------
    step : int >= 1
    factor : float <= 1
    stop_factor_lr : float
    base_lr, warmup_steps, warmup_begin_lr, warmup_mode : see :class:`LRScheduler`
    """

    def __init__(
        self,
        step,
        factor=1,
        stop_factor_lr=1e-8,
        base_lr=0.01,
        warmup_steps=0,
        warmup_begin_lr=0,
        warmup_mode="linear",
    ):
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if step < 1:
            raise ScheduleError(f"Schedule step must be greater or equal than 1 round, got {step}.")
        if factor > 1.0:
            raise ScheduleError(f"Factor must be no more than 1 to make lr reduce, got {factor}.")
        self.step = step
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr
        self.count = 0

    def __call__(self, num_update):
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        while num_update > self.count + self.step:
            self.count += self.step
            self.base_lr = max(self.base_lr * self.factor, self.stop_factor_lr)
            if self.base_lr > self.stop_factor_lr:
                _tell(num_update, self.base_lr)
            else:
                logging.info(
                    "Update[%d]: now learning rate arrived at %.5e, will not change in the future",
                    num_update,
                    self.base_lr,
                )
        return self.base_lr


class MultiFactorScheduler(LRScheduler):
    """Multiply the rate by ``factor`` after each of the given numbers of updates.

    Parameters
    ----------
    step : list of int, increasing, each >= 1
    factor : float <= 1
    base_lr, warmup_steps, warmup_begin_lr, warmup_mode : see :class:`LRScheduler`
    """

    def __init__(
        self, step, factor=1, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"
    ):
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(step, list) or not step:
            raise ScheduleError(
                f"Schedule step must be a list of at least one number, got {step!r}."
            )
        if any(b <= a for a, b in pairwise(step)):
            raise ScheduleError(f"Schedule step must be an increasing integer list, got {step}.")
        if step[0] < 1:
            raise ScheduleError(
                f"Schedule step must be greater or equal than 1 round, got {step[0]}."
            )
        if factor > 1.0:
            raise ScheduleError(f"Factor must be no more than 1 to make lr reduce, got {factor}.")
        self.step = step
        self.cur_step_ind = 0
        self.factor = factor
        self.count = 0

    def __call__(self, num_update):
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        while self.cur_step_ind < len(self.step) and num_update > self.step[self.cur_step_ind]:
            self.count = self.step[self.cur_step_ind]
            self.cur_step_ind += 1
            self.base_lr *= self.factor
            _tell(num_update, self.base_lr)
        return self.base_lr


class _Falling(LRScheduler):
    """Falls from the ``base_lr`` it was made with to ``final_lr`` within ``max_update`` updates."""

    def __init__(self, max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode):
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        _whole("maximum number of updates", max_update)
        if max_update < 1:
            raise ScheduleError(
                f"maximum number of updates must be strictly positive, got {max_update}."
            )
        if warmup_steps >= max_update:
            raise ScheduleError(
                f"warmup_steps must be less than max_update, got {warmup_steps} and {max_update}."
            )
        self.base_lr_orig = base_lr
        self.max_update = max_update
        self.final_lr = final_lr
        self.max_steps = max_update - warmup_steps

    def _fraction(self, done):
        """How much of the fall is still ahead: 1 at ``done = 0``, 0 at ``done = 1``."""
        raise NotImplementedError

    def __call__(self, num_update):
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        if num_update <= self.max_update:
            left = self._fraction((num_update - self.warmup_steps) / self.max_steps)
            self.base_lr = self.final_lr + (self.base_lr_orig - self.final_lr) * left
        return self.base_lr


class PolyScheduler(_Falling):
    """Fall as a power: ``final_lr + (base_lr - final_lr) (1 - n / max_update)^pwr``.

    Starts from the ``base_lr`` given here, also where an optimizer's ``learning_rate`` differs (as
    1.x).

    Parameters
    ----------
    max_update : int >= 1      updates until ``final_lr`` is reached, the warm-up included
    pwr : float
    final_lr : float
    base_lr, warmup_steps, warmup_begin_lr, warmup_mode : see :class:`LRScheduler`
    """

    def __init__(
        self,
        max_update,
        base_lr=0.01,
        pwr=2,
        final_lr=0,
        warmup_steps=0,
        warmup_begin_lr=0,
        warmup_mode="linear",
    ):
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.power = pwr

    def _fraction(self, done):
        return (1 - done) ** self.power


class CosineScheduler(_Falling):
    """Fall as half a cosine: ``final_lr + (base_lr - final_lr) (1 + cos(pi n / max_update)) / 2``.

    Parameters as for :class:`PolyScheduler`, without ``pwr``.
    """

    def __init__(
        self,
        max_update,
        base_lr=0.01,
        final_lr=0,
        warmup_steps=0,
        warmup_begin_lr=0,
        warmup_mode="linear",
    ):
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)

    def _fraction(self, done):
        return (1 + cos(pi * done)) / 2
