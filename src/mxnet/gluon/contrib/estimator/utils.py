"""Checks that the estimator and its handlers share."""

from ....metric import Accuracy, CompositeEvalMetric, EvalMetric
from ...loss import SoftmaxCrossEntropyLoss

__all__ = []


def _check_metrics(metrics):
    """Metrics as a flat list: of None, a metric, a composite or a list of them."""
    if isinstance(metrics, CompositeEvalMetric):
        return [m for inner in metrics.metrics for m in _check_metrics(inner)]
    if isinstance(metrics, EvalMetric):
        return [metrics]
    if metrics is None:
        return []
    if not isinstance(metrics, (list, tuple)) or not all(
        isinstance(m, EvalMetric) for m in metrics
    ):
        raise ValueError(
            "metrics must be a Metric or a list of Metric, refer to mxnet.metric.EvalMetric: "
            f"{metrics}"
        )
    return [m for metric in metrics for m in _check_metrics_one(metric)]


def _check_metrics_one(metric):
    return _check_metrics(metric) if isinstance(metric, CompositeEvalMetric) else [metric]


def _check_handler_metric_ref(handler, known_metrics):
    """Raise unless the metrics that a handler watches are among the estimator's own."""
    for value in vars(handler).values():
        values = value if isinstance(value, (list, tuple)) else [value]
        for metric in values:
            if isinstance(metric, EvalMetric):
                _check_metric_known(handler, metric, known_metrics)


def _check_metric_known(handler, metric, known_metrics):
    if not any(metric is known for known in known_metrics):
        raise ValueError(
            f"Event handler {type(handler).__name__} refers to a metric instance {metric} outside "
            "of the known training and validation metrics. Please use the metrics from "
            "estimator.train_metrics and estimator.val_metrics instead."
        )


def _suggest_metric_for_loss(loss):
    """A metric that fits a loss; None where there is no obvious one."""
    return Accuracy() if isinstance(loss, SoftmaxCrossEntropyLoss) else None
