"""``LossScaler``: the factor that keeps small gradients from vanishing in float16."""

import numpy as onp

from ..._engine.segment import host_data
from ..._frontend.examples import attach_to as _attach_examples_to
from ...ndarray import NDArray

__all__ = ["LossScaler"]


class LossScaler:
    """The factor of the loss. It is halved after a step whose gradients were not finite, and
    doubled after 2000 steps that were.

    Steps with gradients that are not finite change nothing: the update itself reads them, on the
    device. Nobody waits for the result until the next step has been recorded.
    """

    def __init__(self):
        self._loss_scale = 65536.0
        self._next_loss_scale = self._loss_scale
        self._max_loss_scale = 2.0**24
        self._scale_seq_len = 2000
        self._unskipped = 0
        self._pending = []  # flags of the last step, one per device, and what undoes its counting

    @property
    def loss_scale(self):
        """The present factor, a float. Waits for the last step to end."""
        self._settle()
        return self._loss_scale

    @property
    def _on_device(self):
        """Whether the update itself may read the gradients: nobody replaced what does."""
        return getattr(self.has_overflow, "__func__", None) is LossScaler.has_overflow

    def has_overflow(self, params):
        """Whether a gradient is not finite; the factor follows. Waits for the device.

        Parameters
        ----------
        params : iterable of Parameter
        """
        self._settle()
        overflow = False
        for p in params:
            if p.grad_req != "null":
                overflow = overflow or not all(_finite(g) for g in p.list_grad())
        self._follow(overflow)
        return overflow

    def _follow(self, overflow):
        if overflow:
            self._loss_scale = max(self._loss_scale / 2.0, 1.0)
            self._unskipped = 0
        else:
            self._unskipped += 1
            if self._unskipped == self._scale_seq_len:
                self._loss_scale = min(self._loss_scale * 2.0, self._max_loss_scale)
                self._unskipped = 0
        self._next_loss_scale = self._loss_scale

    def _expect(self, flags, undo):
        """Take note of a step: Values that say whether its gradients were finite."""
        self._pending = [flags, undo]

    def _settle(self):
        """Let the factor follow the step noted last."""
        if self._pending:
            (flags, undo), self._pending = self._pending, []
            finite = all(bool(host_data(v)) for v in flags)
            if not finite:
                undo()
            self._follow(not finite)

    def state(self):
        """What :meth:`set_state` needs to go on from here, as values of JSON."""
        self._settle()
        return [self._loss_scale, self._unskipped]

    def set_state(self, state):
        """Go on where :meth:`state` was called."""
        self._pending = []
        self._loss_scale, self._unskipped = float(state[0]), int(state[1])
        self._next_loss_scale = self._loss_scale


def _finite(grad):
    dense = grad if grad.stype == "default" else grad.data
    if not isinstance(dense, NDArray):
        return True
    return bool(onp.isfinite(dense.asnumpy().astype("float32")).all())


_attach_examples_to(globals())
