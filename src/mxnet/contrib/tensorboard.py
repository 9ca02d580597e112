"""``mx.contrib.tensorboard``: metrics of a Module's training, written for TensorBoard."""

from .._frontend.examples import attach_to as _attach_examples_to
from ..error import MXNetError

__all__ = ["LogMetricsCallback"]


class LogMetricsCallback:
    """A callback of batches or epochs that writes the metric's values.

    Parameters
    ----------
    logging_dir : str        where TensorBoard looks
    prefix : str, optional   of the values' names, e.g. 'train'

    Raises
    ------
    MXNetError   no package that writes such files is installed
    """

    def __init__(self, logging_dir, prefix=None):
        self.prefix = prefix
        self.summary_writer = _writer()(logging_dir)

    def __call__(self, param):
        """Write the present values.

        Parameters
        ----------
        param : BatchEndParam     with ``eval_metric``; the epoch is the step
        """
        if param.eval_metric is None:
            return
        for name, value in param.eval_metric.get_name_value():
            if self.prefix is not None:
                name = f"{self.prefix}-{name}"
            self.summary_writer.add_scalar(name, value, global_step=param.epoch)


def _writer():
    """``SummaryWriter`` of the first package that has one."""
    try:
        from mxboard import SummaryWriter
    except ImportError:
        try:
            from tensorboardX import SummaryWriter
        except ImportError:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                raise MXNetError(
                    "LogMetricsCallback: no package that writes TensorBoard's files is installed. "
                    "Hint: pip install 'mxnet-xla[tensorboard]'."
                ) from None
    return SummaryWriter


_attach_examples_to(globals())
