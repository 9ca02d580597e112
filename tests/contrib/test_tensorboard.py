"""Metrics for TensorBoard, with and without a package that writes its files."""

import sys
import types

import pytest

import mxnet as mx
from mxnet import nd
from mxnet.contrib.tensorboard import LogMetricsCallback


class _Writer:
    def __init__(self, folder):
        self.folder, self.seen = folder, []

    def add_scalar(self, name, value, global_step):
        self.seen.append((name, value, global_step))


@pytest.mark.parametrize("prefix", [None, "train"])
def test_values_by_name_and_step(monkeypatch, prefix):
    module = types.ModuleType("mxboard")
    module.SummaryWriter = _Writer
    monkeypatch.setitem(sys.modules, "mxboard", module)
    call = LogMetricsCallback("folder", prefix)
    metric = mx.metric.Accuracy()
    metric.update([nd.array([0, 1])], [nd.array([[0.9, 0.1], [0.8, 0.2]])])
    call(types.SimpleNamespace(eval_metric=None, epoch=0))
    call(types.SimpleNamespace(eval_metric=metric, epoch=0))
    call(types.SimpleNamespace(eval_metric=metric, epoch=3))
    name = "accuracy" if prefix is None else "train-accuracy"
    assert call.summary_writer.folder == "folder"
    assert call.summary_writer.seen == [(name, 0.5, 0), (name, 0.5, 3)]


def test_without_a_package(monkeypatch):
    for name in ("mxboard", "tensorboardX", "torch.utils.tensorboard", "torch"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(mx.MXNetError, match=r"mxnet-xla\[tensorboard\]"):
        LogMetricsCallback("folder")
