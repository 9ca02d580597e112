"""Training with variance-reduced gradients (Johnson and Zhang 2013, "Accelerating stochastic
gradient descent using predictive variance reduction").
"""

import logging
from typing import Any

from ... import ndarray as nd
from ...context import cpu
from ...error import MXNetError
from ...module import Module

__all__ = ["SVRGModule"]


class SVRGModule(Module):
    """A Module whose gradients are corrected by those at an earlier point.

    Every ``update_freq`` epochs :meth:`update_full_grads` keeps the weights and the mean of the
    gradients over all batches there. A step then uses the batch's gradient, minus the same batch's
    gradient at the kept weights, plus that mean: the expectation stays, the variance shrinks.

    Parameters
    ----------
    update_freq : int     epochs between two passes over all data
    others                as :class:`mxnet.mod.Module`

    Raises
    ------
    ValueError   ``update_freq`` is not a positive integer
    """

    def __init__(
        self,
        symbol,
        data_names=("data",),
        label_names=("softmax_label",),
        logger: Any = logging,
        context=None,
        work_load_list=None,
        fixed_param_names=None,
        state_names=None,
        group2ctxs=None,
        compression_params=None,
        update_freq=None,
    ):
        if isinstance(update_freq, bool) or not isinstance(update_freq, int) or update_freq < 1:
            raise ValueError(
                f"SVRGModule: update_freq: expected a positive integer, got {update_freq!r}."
            )
        options = {
            "data_names": data_names,
            "label_names": label_names,
            "logger": logger,
            "context": cpu() if context is None else context,
            "work_load_list": work_load_list,
            "fixed_param_names": fixed_param_names,
            "state_names": state_names,
            "group2ctxs": group2ctxs,
            "compression_params": compression_params,
        }
        super().__init__(symbol, **options)
        self.update_freq = update_freq
        self._mod_aux = Module(symbol, **options)  # the same network at the kept weights
        self._full_grads = None  # per parameter, per device
        self._first_pass = None  # the iterator, while fit() has not begun

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
        """Make the executors; see :meth:`mxnet.mod.Module.bind`."""
        super().bind(
            data_shapes,
            label_shapes,
            for_training,
            inputs_need_grad,
            force_rebind,
            shared_module,
            grad_req,
        )
        if for_training:
            self._mod_aux.bind(
                data_shapes,
                label_shapes,
                for_training,
                inputs_need_grad,
                force_rebind,
                shared_module,
                grad_req,
            )

    def reshape(self, data_shapes, label_shapes=None):
        """Go on with inputs of other shapes."""
        super().reshape(data_shapes, label_shapes)
        self._mod_aux.reshape(data_shapes, label_shapes)

    def forward(self, data_batch, is_train=None):
        """Compute the outputs; in training those at the kept weights as well."""
        super().forward(data_batch, is_train)
        train = self.for_training if is_train is None else is_train
        if train and self._full_grads is not None:
            self._mod_aux.forward(data_batch, is_train)

    def backward(self, out_grads=None):
        """Compute the batch's gradients, and those at the kept weights."""
        super().backward(out_grads)
        if self._full_grads is not None:
            self._mod_aux.backward(out_grads)

    def update(self):
        """Update the parameters with the corrected gradients."""
        if self._full_grads is not None:
            kept = self._mod_aux._exec_group.grad_arrays
            mine = self._exec_group.grad_arrays
            for arrays, there, means in zip(mine, kept, self._full_grads):
                for g, old, mean in zip(arrays, there, means):
                    if g is not None:
                        g[:] = g - old + mean
        super().update()

    def update_full_grads(self, train_data):
        """Keep the present weights, and the mean of the gradients there over the batches of an
        iterator, which is reset before and after.

        Raises
        ------
        MXNetError   the iterator has no batches
        """
        aux = self._mod_aux
        aux.init_params(
            arg_params=self.get_params()[0], aux_params=self.get_params()[1], force_init=True
        )
        sums, batches = None, 0
        train_data.reset()
        for batch in train_data:
            aux.forward(batch, is_train=True)
            aux.backward()
            found = [
                [None if g is None else g.copy() for g in arrays]
                for arrays in aux._exec_group.grad_arrays
            ]
            sums = found if sums is None else [_added(a, b) for a, b in zip(sums, found)]
            batches += 1
        train_data.reset()
        if not batches:
            raise MXNetError("SVRGModule.update_full_grads: the iterator has no batches.")
        self._full_grads = [[None if g is None else g / batches for g in arrays] for arrays in sums]
        nd.waitall()

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """Get ready for a batch; see :meth:`mxnet.mod.Module.prepare`."""
        super().prepare(data_batch, sparse_row_id_fn=sparse_row_id_fn)
        self._mod_aux.prepare(data_batch, sparse_row_id_fn=sparse_row_id_fn)

    def init_optimizer(self, *args, **kwargs):
        """Make the optimizer; see :meth:`mxnet.mod.Module.init_optimizer`."""
        super().init_optimizer(*args, **kwargs)
        if self._first_pass is not None:  # everything is ready for it, in fit()
            data, self._first_pass = self._first_pass, None
            self.update_full_grads(data)

    def fit(self, train_data, *args, epoch_end_callback=None, **kwargs):
        """Train, with a pass over all data every ``update_freq`` epochs, beginning with the first.

        Parameters as :meth:`mxnet.mod.Module.fit`.
        """
        callbacks = epoch_end_callback or []
        callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]

        def next_pass(epoch, *_):
            if (epoch + 1) % self.update_freq == 0:
                self.update_full_grads(train_data)

        self._first_pass = train_data
        super().fit(train_data, *args, epoch_end_callback=[*callbacks, next_pass], **kwargs)


def _added(a, b):
    return [None if x is None else x + y for x, y in zip(a, b)]
