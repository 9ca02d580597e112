"""``gluon.contrib.estimator`` under ``npx.set_np()``."""

import logging

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, metric, np, npx
from mxnet.gluon import nn
from mxnet.gluon.contrib.estimator import (
    CheckpointHandler,
    EarlyStoppingHandler,
    Estimator,
    SaveStateHandler,
)
from support.processes import forget_what_was_met


@pytest.fixture(autouse=True)
def numpy_semantics():
    npx.set_np()
    yield
    npx.reset_np()


class Net(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.hidden, self.scores = nn.Dense(16), nn.Dense(2)

    def forward(self, x):
        return self.scores(npx.relu(self.hidden(x)))


def estimator():
    net = Net()
    net.initialize(mx.init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    found = Estimator(net, loss, train_metrics=metric.Accuracy(), trainer=trainer)
    found.logger.setLevel(logging.ERROR)
    return found


def batches():
    x = onp.random.RandomState(0).randn(64, 3).astype("float32")
    data = gluon.data.ArrayDataset(np.array(x), np.array(x.sum(axis=1) > 0).astype("int32"))
    return gluon.data.DataLoader(data, 16)


@pytest.mark.usefixtures("compiled_at_once")
def test_fitting_learns_and_a_second_time_compiles_nothing():
    fitted, data = estimator(), batches()
    fitted.fit(data, val_data=data, epochs=2)
    with mx.engine.expect(compiled=0):
        fitted.fit(data, val_data=data, epochs=10)
    for found in (*fitted.train_metrics, *fitted.val_metrics):
        name, value = found.get()
        assert isinstance(value, float)
        assert value > 0.95 if "accuracy" in name else value < 0.25, name
    assert isinstance(fitted.net(np.ones((1, 3))), np.ndarray)


def test_handlers_save_and_stop(tmp_path):
    fitted, data = estimator(), batches()
    monitor = fitted.val_metrics[0]
    save = CheckpointHandler(str(tmp_path), monitor=monitor, save_best=True, mode="max")
    stop = EarlyStoppingHandler(monitor=monitor, patience=1, mode="max")
    fitted.fit(data, val_data=data, epochs=30, event_handlers=[save, stop])
    epochs = len(list(tmp_path.glob("model-epoch*.params")))
    assert 2 <= epochs < 30
    assert (tmp_path / "model-symbol.json").is_file()
    again = Net()
    again.load_parameters(str(tmp_path / "model-best.params"))
    monitor.reset()
    for x, y in data:
        monitor.update(y, again(x))
    assert monitor.get()[1] == save.best


def test_a_run_resumes_bit_for_bit(tmp_path):
    ends = []
    for parts in ((4,), (2, 4)):
        mx.random.seed(3)
        file = str(tmp_path / f"run in {len(parts)}")
        for i, epochs in enumerate(parts):
            forget_what_was_met()
            fitted = estimator()
            if i:
                mx.random.seed(99)  # another process would stand anywhere
                fitted.load_state(file)
            fitted.fit(batches(), epochs=epochs, event_handlers=[SaveStateHandler(file)])
        ends.append([p.data().asnumpy() for p in fitted.net.collect_params().values()])
        assert all(isinstance(p.data(), np.ndarray) for p in fitted.net.collect_params().values())
    for whole, resumed in zip(*ends):
        assert (whole == resumed).all()
