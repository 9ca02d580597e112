"""Callbacks of ``fit``: what they log was seen in MXNet 1.9.1."""

import logging
import time

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.callback import (
    LogValidationMetricsCallback,
    ProgressBar,
    Speedometer,
    do_checkpoint,
    log_train_metric,
    module_checkpoint,
)
from support import prepared


class Param:
    def __init__(self, nbatch, eval_metric=None, epoch=0):
        self.nbatch, self.eval_metric, self.epoch = nbatch, eval_metric, epoch
        self.locals = {}


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)

    def take():
        found = [r.getMessage() for r in caplog.records if r.name == "root"]
        caplog.clear()
        return found

    return take


def half_right():
    metric = mx.metric.create(["acc", "ce"])
    metric.update([nd.array([0, 1])], [nd.array([[0.3, 0.7], [0.2, 0.8]])])
    return metric


def test_speedometer(lines, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(time, "time", lambda: float(next(clock)))
    metric, speed = half_right(), Speedometer(3, 2)
    for n in range(5):
        speed(Param(n, metric, 7))
    assert lines() == [
        "Epoch[7] Batch [0-2]\tSpeed: 6.00 samples/sec\taccuracy=0.500000\tcross-entropy=0.713558",
        "Epoch[7] Batch [2-4]\tSpeed: 6.00 samples/sec\taccuracy=nan\tcross-entropy=nan",
    ]
    metric, speed = half_right(), Speedometer(3, 2, auto_reset=False)
    for n in range(5):
        speed(Param(n, metric, 1))
    assert [x.split("\t")[0] for x in lines()] == ["Epoch[1] Batch [0-2]", "Epoch[1] Batch [0-4]"]
    assert metric.get_name_value()[0][1] == 0.5
    speed = Speedometer(3, 2)
    for n in (0, 1, 2, 0, 1, 2):  # two epochs
        speed(Param(n))
    assert [x.split("\t")[0] for x in lines()] == ["Iter[0] Batch [2]"] * 2


def test_speed_without_time(lines, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1.0)
    speed = Speedometer(1, 1)
    for n in range(2):
        speed(Param(n))
    assert lines() == ["Iter[0] Batch [1]\tSpeed: inf samples/sec"]


def test_log_train_metric(lines):
    metric, log = half_right(), log_train_metric(2, auto_reset=True)
    for n in range(3):
        log(Param(n, metric, 4))
    log(Param(4))
    assert lines() == [
        "Iter[4] Batch[0] Train-accuracy=0.500000",
        "Iter[4] Batch[0] Train-cross-entropy=0.713558",
        "Iter[4] Batch[2] Train-accuracy=nan",
        "Iter[4] Batch[2] Train-cross-entropy=nan",
    ]


def test_validation(lines):
    log = LogValidationMetricsCallback()
    log(Param(1, half_right(), 2))
    log(Param(1))
    assert lines() == [
        "Epoch[2] Validation-accuracy=0.500000",
        "Epoch[2] Validation-cross-entropy=0.713558",
    ]


def test_progress_bar(lines):
    bar = ProgressBar(3, 10)
    for n in (0, 1, 3):
        bar(Param(n))
    assert lines() == ["[----------] 0%\r", "[===-------] 34%\r", "[==========] 100%\r"]


def test_do_checkpoint(tmp_path, lines):
    prefix = str(tmp_path / "net")
    save = do_checkpoint(prefix, 2)
    for epoch in range(4):
        save(epoch, None, {"w": nd.ones(2) * epoch}, {"m": nd.zeros(1)})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net-0002.params", "net-0004.params"]
    assert lines()[0] == f'Saved checkpoint to "{prefix}-0002.params"'
    found = nd.load(prefix + "-0004.params")
    assert sorted(found) == ["arg:w", "aux:m"]
    onp.testing.assert_array_equal(found["arg:w"].asnumpy(), [3, 3])


def test_module_checkpoint():
    class Recorder:
        calls = []

        def save_checkpoint(self, *args):
            self.calls.append(args)

    save = module_checkpoint(Recorder(), "net", period=2, save_optimizer_states=True)
    for epoch in range(4):
        save(epoch)
    assert Recorder.calls == [("net", 2, True), ("net", 4, True)]


def test_monitor():
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
    exe = x.simple_bind(mx.cpu(), data=(3, 2))
    exe.arg_dict["data"][:] = 1
    exe.arg_dict["fc_weight"][:] = nd.array([[1, 1], [3, 3]])
    seen = mx.mon.Monitor(2, pattern="fc.*")
    seen.install(exe)
    found = []
    for _ in range(3):
        seen.tic()
        exe.forward()
        found.append(seen.toc())
    assert found[1] == []
    assert [(n, name) for n, name, _ in found[2]] == [
        (3, "fc_output"),
        (3, "fc_weight"),
        (3, "fc_bias"),
    ]
    values = [float(text) for _, _, text in found[0]]
    onp.testing.assert_allclose(values, [onp.sqrt(20), onp.sqrt(5), 0], rtol=1e-6)


def test_monitor_sorts_and_prints(lines):
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
    exe = x.simple_bind(mx.cpu(), data=(3, 2))
    seen = mx.mon.Monitor(1, stat_func=lambda x: [x.max(), x.min()], sort=True, monitor_all=True)
    seen.install(exe)
    seen.tic()
    exe.forward()
    seen.toc_print()
    said = lines()
    assert said[0] == f"Batch: {1:7d} {'data':<30s} 0.0\t0.0\t"
    names = [line.split()[2] for line in said]
    assert names == sorted(names)
    assert "fc_data" in names


TUTORIAL = """
import logging
import mxnet as mx
logging.getLogger().setLevel(logging.INFO)
data = mx.io.NDArrayIter(mx.nd.ones((4, 3)), mx.nd.zeros((4,)), 2)
net = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var('data'), num_hidden=2), name='softmax')
mx.mod.Module(net).fit(
    data, num_epoch=1, batch_end_callback=mx.callback.log_train_metric(1), eval_data=data,
    epoch_end_callback=mx.callback.do_checkpoint('net'), eval_metric=mx.metric.CustomMetric(
        lambda label, scores: 0.5, name='half', allow_extra_outputs=True))
"""


def test_tutorials_show_their_progress_without_a_handler(tmp_path):
    """``logging.info`` sets the root logger up where nobody has: as 1.9.1 answered."""
    run = prepared.run(["-c", TUTORIAL], cwd=tmp_path, check=True)
    shown = [line.split("=")[0] for line in run.stderr.splitlines() if line.startswith("INFO")]
    assert shown == [
        "INFO:root:Iter[0] Batch[0] Train-half",
        "INFO:root:Iter[0] Batch[1] Train-half",
        "INFO:root:Epoch[0] Train-half",
        "INFO:root:Epoch[0] Time cost",
        'INFO:root:Saved checkpoint to "net-0001.params"',
        "INFO:root:Epoch[0] Validation-half",
    ]


def test_statistics_are_shown_as_numpy_shows_them():
    seen = mx.mon.Monitor(1, stat_func=lambda x: x.norm() / 3, pattern="x")
    exe = (mx.sym.var("x") * 2).bind(mx.cpu(), [nd.array([1.0, 2.0])])
    seen.install(exe)
    seen.tic()
    exe.forward()
    assert seen.toc() == [(1, "x", "0.745356\t")]  # float32, in as many digits as it needs
