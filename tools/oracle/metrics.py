"""Records metrics and learning-rate schedules of MXNet 1.9.1.

Usage: python metrics.py METRICS.json SCHEDULES.json
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import nd

RNG = np.random.RandomState(11)


def softmax(a):
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


INPUTS = {
    "labels": [[0, 2, 1, 1], [2, 2, 0]],
    "probabilities": [
        softmax(RNG.randn(4, 3)).round(4).tolist(),
        softmax(RNG.randn(3, 3)).round(4).tolist(),
    ],
    "binary": [[0, 1, 1, 1], [0, 0, 1]],
    "binary_probabilities": [
        softmax(RNG.randn(4, 2)).round(4).tolist(),
        softmax(RNG.randn(3, 2)).round(4).tolist(),
    ],
    "targets": [RNG.randn(4, 2).round(4).tolist(), RNG.randn(3, 2).round(4).tolist()],
    "values": [RNG.randn(4, 2).round(4).tolist(), RNG.randn(3, 2).round(4).tolist()],
    "targets_flat": [RNG.randn(4).round(4).tolist(), RNG.randn(3).round(4).tolist()],
    "values_flat": [RNG.randn(4).round(4).tolist(), RNG.randn(3).round(4).tolist()],
    "classes": [[0, 2, 2, 1], [2, 1, 0]],
}
CASES = [
    ("Accuracy()", "labels", "probabilities"),
    ("Accuracy()", "labels", "classes"),
    ("Accuracy(axis=1, name='acc2')", "labels", "probabilities"),
    ("TopKAccuracy(top_k=2)", "labels", "probabilities"),
    ("TopKAccuracy(top_k=3)", "labels", "probabilities"),
    ("TopKAccuracy()", "labels", "probabilities"),
    ("F1()", "binary", "binary_probabilities"),
    ("F1(average='micro')", "binary", "binary_probabilities"),
    ("MCC()", "binary", "binary_probabilities"),
    ("MCC(average='micro')", "binary", "binary_probabilities"),
    ("F1()", "labels", "probabilities"),
    ("MAE()", "targets", "values"),
    ("MSE()", "targets", "values"),
    ("RMSE()", "targets", "values"),
    ("MAE()", "targets_flat", "values_flat"),
    ("MSE()", "targets_flat", "values_flat"),
    ("RMSE()", "targets_flat", "values_flat"),
    ("CrossEntropy()", "labels", "probabilities"),
    ("CrossEntropy(eps=0.1)", "labels", "probabilities"),
    ("NegativeLogLikelihood()", "labels", "probabilities"),
    ("Perplexity(ignore_label=None)", "labels", "probabilities"),
    ("Perplexity(ignore_label=2)", "labels", "probabilities"),
    ("PearsonCorrelation()", "targets_flat", "values_flat"),
    ("PearsonCorrelation()", "targets", "values"),
    ("PCC()", "labels", "probabilities"),
    ("Loss()", None, "targets_flat"),
    ("Loss()", "labels", "values"),
    ("CompositeEvalMetric(['acc', 'ce'])", "labels", "probabilities"),
    ("create('acc')", "labels", "probabilities"),
    ("create('accuracy')", "labels", "probabilities"),
    ("create('ce')", "labels", "probabilities"),
    ("create('top_k_accuracy', top_k=2)", "labels", "probabilities"),
    ("create('mse')", "targets", "values"),
    ("create('rmse')", "targets", "values"),
    ("create('mae')", "targets", "values"),
    ("create('nll_loss')", "labels", "probabilities"),
    ("create('pearsonr')", "targets_flat", "values_flat"),
    ("create('f1')", "binary", "binary_probabilities"),
    ("create('perplexity', ignore_label=None)", "labels", "probabilities"),
    ("create(['acc', 'ce'])", "labels", "probabilities"),
    ("create(lambda label, pred: float(abs(label - pred).sum()))", "targets_flat", "values_flat"),
    ("np(lambda label, pred: (1.0, 4))", "targets_flat", "values_flat"),
]


def metrics():
    records = []
    for expression, labels, predictions in CASES:
        record = {"metric": expression, "labels": labels, "predictions": predictions, "values": []}
        try:
            metric = eval(expression, vars(mx.metric))
            record["empty"] = plain(metric.get())
            for batch in range(2):
                metric.update(
                    None if labels is None else [nd.array(INPUTS[labels][batch])],
                    [nd.array(INPUTS[predictions][batch])],
                )
                record["values"].append(plain(metric.get()))
            record["name_value"] = plain(metric.get_name_value())
            record["str"] = str(metric)
            record["config"] = plain_config(metric)
            metric.reset()
            record["after_reset"] = plain(metric.get())
        except Exception as error:  # noqa: BLE001 - recorded
            record["error"] = type(error).__name__
            print("!!", expression, type(error).__name__, str(error)[:300])
        records.append(record)
        print(
            expression,
            labels,
            predictions,
            record["values"][-1:],
            record.get("empty"),
            record.get("str"),
        )
    return {"inputs": INPUTS, "cases": records}


def plain_config(metric):
    try:
        return json.loads(json.dumps(metric.get_config()))
    except TypeError:
        return None


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, str):
        return value
    value = float(value)
    return value if np.isfinite(value) else repr(value)


SCHEDULES = [
    "FactorScheduler(step=10)",
    "FactorScheduler(step=10, factor=0.5, base_lr=0.1)",
    "FactorScheduler(step=5, factor=0.1, stop_factor_lr=1e-3, base_lr=1.0)",
    "FactorScheduler(step=10, factor=0.5, base_lr=0.1, warmup_steps=5, warmup_begin_lr=0.01)",
    "MultiFactorScheduler(step=[10, 30])",
    "MultiFactorScheduler(step=[5, 20, 40], factor=0.5, base_lr=0.2)",
    "MultiFactorScheduler(step=[10, 30], factor=0.1, base_lr=0.2, "
    "warmup_steps=5, warmup_mode='constant', "
    "warmup_begin_lr=0.05)",
    "PolyScheduler(max_update=40)",
    "PolyScheduler(max_update=40, base_lr=0.5, pwr=1, final_lr=0.1)",
    "PolyScheduler(max_update=40, base_lr=0.5, pwr=2, warmup_steps=10)",
    "CosineScheduler(max_update=40)",
    "CosineScheduler(max_update=40, base_lr=0.5, final_lr=0.1)",
    "CosineScheduler(max_update=40, base_lr=0.5, final_lr=0.1, "
    "warmup_steps=10, warmup_begin_lr=0.2)",
    "CosineScheduler(max_update=40, base_lr=0.5, warmup_steps=10, warmup_mode='constant')",
]


def schedules():
    records = []
    for expression in SCHEDULES:
        schedule = eval(expression, vars(mx.lr_scheduler))
        values = [float(schedule(update)) for update in range(51)]
        records.append({"schedule": expression, "values": values})
        print(expression, values[:12:3], values[-1])
    return records


if __name__ == "__main__":
    with open(sys.argv[1], "w") as out:
        json.dump(metrics(), out)
    with open(sys.argv[2], "w") as out:
        json.dump(schedules(), out)
