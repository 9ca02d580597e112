"""The estimator: events, logging, checkpoints, and runs that are resumed bit for bit."""

import io
import json
import logging
import re

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet.gluon import nn
from mxnet.gluon.contrib import estimator as est
from support.processes import forget_what_was_met

LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


def _network(dropout=0.0):
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(6, in_units=4, activation="relu"), nn.Dropout(dropout), nn.Dense(3))
    net.initialize(mx.init.Xavier())
    return net


def _loader(n=20, batch=5, shuffle=False):
    rng = onp.random.RandomState(3)
    data = rng.randn(n, 4).astype("float32")
    label = (data[:, 0] > 0).astype("float32") + (data[:, 1] > 0)
    return gluon.data.DataLoader(gluon.data.ArrayDataset(data, label), batch, shuffle=shuffle)


def _estimator(net=None, optimizer="sgd", options=None, quiet=True, **given):
    net = net or _network()
    trainer = gluon.Trainer(net.collect_params(), optimizer, options or {"learning_rate": 0.1})
    found = est.Estimator(net, LOSS, trainer=trainer, context=mx.cpu(), **given)
    if quiet:
        found.logger.setLevel(logging.ERROR)
    return found


class _Diary(
    est.TrainBegin, est.TrainEnd, est.EpochBegin, est.EpochEnd, est.BatchBegin, est.BatchEnd
):
    def __init__(self, lines, name, priority=0, stop_batch=None, stop_epoch=None):
        self.lines, self.name, self.priority = lines, name, priority
        self.stop_batch, self.stop_epoch, self.batch, self.epoch = stop_batch, stop_epoch, 0, 0

    def _note(self, event, kwargs):
        self.lines.append(f"{self.name} {event} {' '.join(sorted(kwargs))}".rstrip())

    def train_begin(self, estimator, *args, **kwargs):
        self._note("train_begin", kwargs)

    def train_end(self, estimator, *args, **kwargs):
        self._note("train_end", kwargs)

    def epoch_begin(self, estimator, *args, **kwargs):
        self.batch = 0
        self._note("epoch_begin", kwargs)

    def epoch_end(self, estimator, *args, **kwargs):
        self._note("epoch_end", kwargs)
        self.epoch += 1
        return self.epoch == self.stop_epoch

    def batch_begin(self, estimator, *args, **kwargs):
        self._note("batch_begin", kwargs)

    def batch_end(self, estimator, *args, **kwargs):
        assert all(isinstance(kwargs[k], list) for k in ("batch", "pred", "label", "loss"))
        self._note("batch_end", kwargs)
        self.batch += 1
        return self.batch == self.stop_batch


def test_events_by_priority_and_limits():
    lines = []
    found = _estimator()
    found.fit(
        _loader(), batches=2, event_handlers=[_Diary(lines, "late"), _Diary(lines, "early", -9000)]
    )
    once = ["train_begin", "epoch_begin"]
    batch = ["batch_begin batch", "batch_end batch label loss pred"]
    events = [*once, *batch, *batch, "epoch_end", "train_end"]
    assert lines == [f"{who} {e}" for e in events for who in ("early", "late")]
    assert found.trainer.optimizer.num_update == 2
    assert (found.max_epoch, found.max_batch) == (None, 2)

    lines.clear()
    found.fit(_loader(), epochs=3, event_handlers=_Diary(lines, "a", stop_batch=1, stop_epoch=2))
    assert lines.count("a epoch_begin") == 2
    assert lines.count("a batch_begin batch") == 2


def test_training_learns_and_evaluates():
    mx.random.seed(1)
    found = _estimator(options={"learning_rate": 0.5})
    assert [m.name for m in found.train_metrics] == [
        "training accuracy",
        "training softmaxcrossentropyloss",
    ]
    assert [m.name for m in found.val_metrics] == [
        "validation accuracy",
        "validation softmaxcrossentropyloss",
    ]
    loader = _loader()
    found.fit(loader, loader, epochs=15)
    accuracy = dict(m.get() for m in found.val_metrics)["validation accuracy"]
    data, label = nd.array(loader._dataset[:][0]), loader._dataset[:][1]
    expected = (found.net(data).argmax(axis=1).asnumpy() == label).mean()
    assert accuracy == pytest.approx(expected)
    assert accuracy > 0.8
    assert found.evaluate(loader) is None


def test_batch_size_of_an_update_is_the_number_of_losses():
    """Recorded from 1.9.1: weights 2/9 after batches of 4 and 2."""
    net = nn.Dense(3, in_units=4, use_bias=False)
    net.initialize(mx.init.Zero())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    found = est.Estimator(net, gluon.loss.L2Loss(), trainer=trainer, context=mx.cpu())
    found.logger.setLevel(logging.ERROR)
    data = gluon.data.ArrayDataset(onp.ones((6, 4), "float32"), onp.ones((6, 3), "float32"))
    found.fit(gluon.data.DataLoader(data, 4), epochs=1)
    onp.testing.assert_allclose(net.weight.data().asnumpy(), onp.full((3, 4), 2 / 9), rtol=1e-5)
    assert found.train_metrics[0].get()[1] == pytest.approx(0.35185185)


def test_log_lines(capsys):
    found = _estimator(quiet=False)
    loader = _loader()
    metrics = found.train_metrics[:1]
    found.fit(loader, loader, epochs=1, event_handlers=[est.LoggingHandler(2, metrics)])
    text = re.sub(r"\d+\.\d{3}s", "TIME", capsys.readouterr().out)
    text = re.sub(r"\d\.\d{4}", "NUM", text)
    assert text.splitlines() == [
        "Training begin: using optimizer SGD with current learning rate NUM ",
        "Train for 1 epochs.",
        "[Epoch 0] Begin, current learning rate: NUM",
        "[Epoch 0][Batch 0][Samples 5] time/interval: TIME training accuracy: NUM",
        "[Epoch 0][Batch 2][Samples 15] time/interval: TIME training accuracy: NUM",
        "Validation Begin",
        "[Epoch 0] Finished in TIME, validation accuracy: NUM, "
        "validation softmaxcrossentropyloss: NUM",
        "[Epoch 0] Finished in TIME, training accuracy: NUM",
        "Train finished using total 0s with 1 epochs. training accuracy: NUM",
    ]


def test_validation_periods():
    calls = []
    found = _estimator()
    handler = est.ValidationHandler("data", lambda **kw: calls.append(kw), batch_period=2)
    found.fit(_loader(), epochs=2, event_handlers=[handler])
    assert len(calls) == 4 + 2
    assert calls[0] == {"val_data": "data", "batch_axis": 0, "event_handlers": None}


def test_early_stopping():
    found = _estimator()
    handler = est.EarlyStoppingHandler(found.train_metrics[1], patience=2, mode="max", baseline=3)
    handler.train_begin(found)
    told = []
    for value in (1, 2, 4, 2, 2):
        handler.monitor.reset()
        handler.monitor.update(0, [nd.array([value])])
        told.append((handler.epoch_end(found), handler.wait, handler.best))
    assert told == [(False, 1, 3), (True, 2, 3), (True, 0, 4), (True, 1, 4), (True, 2, 4)]
    assert handler.stopped_epoch == 4
    found.fit(
        _loader(),
        epochs=9,
        event_handlers=est.EarlyStoppingHandler(found.train_metrics[0], min_delta=2, mode="max"),
    )
    assert found.trainer.optimizer.num_update == 8, "the first epoch improves on -inf"
    with pytest.warns(UserWarning, match="`greater` operator"):
        assert est.EarlyStoppingHandler(found.train_metrics[0]).monitor_op is onp.greater
    with (
        pytest.warns(UserWarning, match="`greater` operator"),
        pytest.warns(RuntimeWarning, match="mode foo is unknown"),
    ):
        est.EarlyStoppingHandler(found.train_metrics[0], mode="foo")
    handler = est.EarlyStoppingHandler(found.val_metrics[0], mode="min", min_delta=0.5)
    assert (handler.monitor_op, handler.min_delta) == (onp.less, -0.5)
    handler.train_begin(found)
    handler.monitor.reset()
    with pytest.warns(RuntimeWarning, match="is not updated"):
        assert handler.epoch_end(found) is False


def test_checkpoints(tmp_path):
    found = _estimator(optimizer="adam")
    handler = est.CheckpointHandler(
        str(tmp_path), "m", found.train_metrics[0], save_best=True, mode="max", max_checkpoints=2
    )
    found.fit(_loader(), epochs=3, event_handlers=[handler])
    names = {p.name for p in tmp_path.iterdir()} - {"m-symbol.json"}
    stems = ("m-best", "m-epoch1batch8", "m-epoch2batch12")
    assert names == {s + end for s in stems for end in (".params", ".states", ".manifest")}
    assert handler.saved_checkpoints == ["m-epoch1batch8", "m-epoch2batch12"]

    again = _estimator(optimizer="adam")
    handler = est.CheckpointHandler(str(tmp_path), "m", resume_from_checkpoint=True)
    again.fit(_loader(), epochs=5, event_handlers=[handler])
    assert handler.saved_checkpoints == ["m-epoch3batch16", "m-epoch4batch20"]
    assert again.trainer.optimizer.num_update == 20

    with pytest.raises(ValueError, match="maximum number of epoch 5 reached"):
        again.fit(_loader(), epochs=5, event_handlers=[handler])
    handler.batch_period = 1
    with pytest.raises(AssertionError, match="same type of period"):
        again.fit(_loader(), epochs=9, event_handlers=[handler])
    with pytest.raises(ValueError, match="as monitor"):
        est.CheckpointHandler(str(tmp_path), save_best=True)


class _Stop(Exception):
    pass


class _Interrupt(est.BatchEnd):
    priority = onp.inf

    def __init__(self, after):
        self.after = after

    def batch_end(self, estimator, *args, **kwargs):
        self.after -= 1
        if self.after < 0:
            raise _Stop


def _run(file, limit, interrupt=None, resume=False, epoch_period=1):
    """A run with dropout, shuffling, a schedule and momentum; its parameters and metrics."""
    forget_what_was_met()
    mx.random.seed(7)
    onp.random.seed(7)
    found = _estimator(
        _network(0.5),
        "adam",
        {
            "learning_rate": 0.1,
            "lr_scheduler": mx.lr_scheduler.FactorScheduler(3, 0.7, base_lr=0.1),
        },
    )
    handlers = [est.SaveStateHandler(file, epoch_period=epoch_period, batch_period=3)]
    if interrupt is not None:
        handlers.append(_Interrupt(interrupt))
    if resume:
        mx.random.seed(99)  # another process would stand anywhere
        onp.random.seed(99)
        found.load_state(file)
    try:
        found.fit(_loader(shuffle=True), _loader(), event_handlers=handlers, **limit)
    except _Stop:
        return None
    parts = [p.data().asnumpy() for p in found.net.collect_params().values()]
    metrics = [m.get() for m in [*found.train_metrics, *found.val_metrics]]
    return parts, metrics, found.trainer.optimizer.num_update, nd.random.uniform(shape=3).asnumpy()


@pytest.mark.parametrize("limit", [{"epochs": 4}, {"batches": 14}])
@pytest.mark.parametrize("interrupt", [3, 7, 8, 11])
def test_a_resumed_run_is_bit_equal(tmp_path, limit, interrupt):
    """Interrupted in the middle of an epoch, between saves and right after one."""
    whole = _run(tmp_path / "whole", limit)
    assert _run(tmp_path / "part", limit, interrupt) is None
    resumed = _run(tmp_path / "part", limit, resume=True)
    for a, b in zip(whole[0], resumed[0], strict=True):
        assert onp.array_equal(a, b)
    assert whole[1] == resumed[1]
    assert whole[2] == resumed[2]
    assert onp.array_equal(whole[3], resumed[3])


def test_a_finished_run_stays_finished_and_can_be_prolonged(tmp_path):
    file = tmp_path / "run"
    longer = _run(tmp_path / "longer", {"epochs": 3})
    done = _run(file, {"epochs": 2})
    again = _run(file, {"epochs": 2}, resume=True)
    assert all(onp.array_equal(a, b) for a, b in zip(done[0], again[0], strict=True))
    assert again[2] == 8
    prolonged = _run(file, {"epochs": 3}, resume=True)
    assert all(onp.array_equal(a, b) for a, b in zip(longer[0], prolonged[0], strict=True))
    assert longer[1] == prolonged[1]


def test_a_run_that_ended_within_an_epoch_can_be_prolonged(tmp_path):
    longer = _run(tmp_path / "longer", {"epochs": 3})
    _run(tmp_path / "run", {"batches": 6}, epoch_period=None)  # one and a half epochs
    prolonged = _run(tmp_path / "run", {"epochs": 3}, resume=True)
    assert all(onp.array_equal(a, b) for a, b in zip(longer[0], prolonged[0], strict=True))
    assert longer[1] == prolonged[1]


def test_files_that_are_no_saved_run(tmp_path):
    found = _estimator()
    found.net(nd.ones((1, 4)))
    file = str(tmp_path / "run")
    found.net.save_parameters(file)
    with pytest.raises(mx.error.FormatError, match=r"no saved run.*load_parameters"):
        found.load_state(file)
    found.save_state(file)
    records = nd.load(file)
    assert json.loads(records["run"].asnumpy().tobytes())["version"] == 1
    other = nn.Dense(2, in_units=4)
    other.initialize()
    with pytest.raises(mx.error.FormatError, match=r"another network.*0\.weight.*'weight'|lacks"):
        _estimator(other).load_state(file)
    records["run"] = nd.array([1, 2], dtype="uint8")
    nd.save(file, records)
    with pytest.raises(mx.error.FormatError, match="cannot be read"):
        found.load_state(file)


def test_processors_and_gradients_of_several_batches():
    seen = []

    class Processor(est.BatchProcessor):
        def fit_batch(self, estimator, train_batch, batch_axis=0):
            found = super().fit_batch(estimator, train_batch, batch_axis)
            seen.append([len(part) for part in found])
            return found

    class EverySecond(est.GradientUpdateHandler):
        n = 0

        def batch_end(self, estimator, *args, **kwargs):
            self.n += 1
            if self.n % 2 == 0:
                super().batch_end(estimator, *args, **kwargs)
                estimator.net.collect_params().zero_grad()

    found = _estimator(batch_processor=Processor())
    for p in found.net.collect_params().values():
        p.grad_req = "add"
    found.fit(_loader(), epochs=1, event_handlers=[EverySecond()])
    assert seen == [[1, 1, 1, 1]] * 4
    assert found.trainer.optimizer.num_update == 2


def test_progress_bar():
    out = io.StringIO()
    found = _estimator()
    found.fit(
        _loader(), epochs=2, event_handlers=[est.ProgressBarHandler(every=2, file=out, ascii=True)]
    )
    text = out.getvalue()
    assert "epoch 0: 100%" in text
    assert "epoch 1: 100%" in text
    assert "4/4" in text
    assert "training accuracy=" in text


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: _estimator(train_metrics="acc"), ValueError, "must be a Metric.*acc"),
        (lambda: _estimator(val_metrics=[1]), ValueError, r"must be a Metric.*\[1\]"),
        (lambda: est.Estimator(_network(), "l2"), ValueError, "loss must be a Loss.*l2"),
        (
            lambda: est.Estimator(_network(), LOSS, context="cpu"),
            ValueError,
            "context must be a Context.*cpu",
        ),
        (
            lambda: est.Estimator(_network(), LOSS, context=mx.gpu(99)),
            AssertionError,
            r"gpu\(99\) is not available",
        ),
        (
            lambda: est.Estimator(_network(), LOSS, context=mx.cpu(), trainer="sgd"),
            ValueError,
            "Trainer must be a Gluon Trainer.*sgd",
        ),
        (lambda: _estimator(batch_processor=3), ValueError, "fit_batch.*evaluate_batch"),
        (lambda: _estimator().fit(_loader()), ValueError, "one and only one"),
        (lambda: _estimator().fit(_loader(), epochs=1, batches=1), ValueError, "one and only one"),
        (lambda: _estimator().fit(_loader(), epochs=-1), ValueError, "above 0, got -1"),
        (lambda: _estimator().fit([1], epochs=1), ValueError, "DataLoader"),
        (lambda: _estimator().evaluate([1]), ValueError, "DataLoader"),
        (
            lambda: _estimator().fit(_loader(), epochs=1, event_handlers=[3]),
            ValueError,
            r"must be an EventHandler.*\[3\]",
        ),
        (
            lambda: _estimator().fit(
                _loader(), epochs=1, event_handlers=[est.LoggingHandler(metrics=mx.metric.MSE())]
            ),
            ValueError,
            "LoggingHandler refers to a metric instance.*mse",
        ),
        (lambda: est.LoggingHandler("foo"), ValueError, "log_interval must be"),
        (lambda: est.EarlyStoppingHandler("acc"), ValueError, "as monitor"),
    ],
)
def test_bad_input(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_defaults_warn():
    with pytest.warns(UserWarning, match="default SGD optimizer with learning rate 0.001"):
        found = est.Estimator(_network(), LOSS, context=mx.cpu())
    assert found.trainer.learning_rate == 0.001
    with pytest.warns(UserWarning, match="already fully initialized"):
        _estimator(initializer=mx.init.Zero())
    net = nn.Dense(2, in_units=3)
    trainer = gluon.Trainer
    with pytest.warns(UserWarning, match="No trainer"):
        found = est.Estimator(net, LOSS, initializer=mx.init.One(), context=[mx.cpu()])
    assert isinstance(found.trainer, trainer)
    assert net.weight.data().asnumpy().tolist() == [[1, 1, 1]] * 2
