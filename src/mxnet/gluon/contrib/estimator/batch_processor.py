"""``BatchProcessor``: what is done with one batch."""

from .... import autograd
from ...utils import split_and_load

__all__ = ["BatchProcessor"]


class BatchProcessor:
    """Runs the network and its loss on one batch. Override a method to do something else with it.

    The parameters are updated by ``GradientUpdateHandler`` afterwards.
    """

    def __init__(self):
        pass

    @staticmethod
    def _get_data_and_label(batch, ctx, batch_axis=0):
        """Data and labels of a batch ``(data, label)``, split over the devices."""
        data, label = batch[0], batch[1]
        return (
            split_and_load(data, ctx_list=ctx, batch_axis=batch_axis),
            split_and_load(label, ctx_list=ctx, batch_axis=batch_axis),
        )

    def evaluate_batch(self, estimator, val_batch, batch_axis=0):
        """Predictions and losses of a batch, in prediction mode.

        Parameters
        ----------
        estimator : Estimator
        val_batch : (data, label), as the loader gives it
        batch_axis : int

        Returns
        -------
        (data, label, pred, loss)    lists of NDArray, one per device
        """
        data, label = self._get_data_and_label(val_batch, estimator.context, batch_axis)
        pred = [estimator.val_net(x) for x in data]
        loss = [estimator.val_loss(p, y) for p, y in zip(pred, label)]
        return data, label, pred, loss

    def fit_batch(self, estimator, train_batch, batch_axis=0):
        """Predictions, losses and gradients of a batch, in training mode.

        Parameters and results as those of :meth:`evaluate_batch`.
        """
        data, label = self._get_data_and_label(train_batch, estimator.context, batch_axis)
        with autograd.record():
            pred = [estimator.net(x) for x in data]
            loss = [estimator.loss(p, y) for p, y in zip(pred, label)]
            heads = estimator.trainer._amp_scaled(loss)
        autograd.backward(heads)
        return data, label, pred, loss
