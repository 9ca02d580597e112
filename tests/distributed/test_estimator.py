"""``Estimator`` in several processes: rank 0 writes and tells, metrics are those of all data."""

import json
import re

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, metric, nd
from support.groups import run_group
from support.prepared import HANG

SCRIPT = """
import json, sys
import numpy as onp
import mxnet as mx
from mxnet import gluon, metric, nd
from mxnet.gluon import nn
from mxnet.gluon.contrib.estimator import (
    CheckpointHandler, Estimator, ProgressBarHandler, SaveStateHandler,
)
kv = mx.kv.create("dist_sync")
r, mode = kv.rank, sys.argv[1]
mx.random.seed(10 + r)
random = onp.random.RandomState(0)
x = random.normal(size=(22, 4)).astype("float32")
y = random.randint(0, 3, 22).astype("float32")
data = gluon.data.ArrayDataset(x, y)
def loader(even, shuffle):
    sampler = gluon.data.SplitSampler(22, even_size=even, shuffle=shuffle)
    return gluon.data.DataLoader(data, 4, sampler=sampler)
net = nn.HybridSequential()
net.add(nn.Dense(8, activation="relu", in_units=4), nn.Dropout(0.3), nn.Dense(3, in_units=8))
weights = onp.random.RandomState(1)
net.initialize()
for p in net.collect_params().values():
    p.set_data(nd.array(weights.normal(size=p.shape)))
net.hybridize()
trainer = gluon.Trainer(
    net.collect_params(), "sgd", {"learning_rate": 0.05, "momentum": 0.9}, kvstore=kv
)
class OneHot(metric.PearsonCorrelation):
    def update(self, labels, preds):
        labels = [nd.one_hot(v, 3) for v in labels]
        super().update(labels, preds)
metrics = [metric.Accuracy(), OneHot(average="micro"), metric.PCC()]
est = Estimator(net, gluon.loss.SoftmaxCrossEntropyLoss(), metrics, trainer=trainer)
handlers = [
    CheckpointHandler(f"files{r}", "m", monitor=est.val_metrics[0], save_best=True, mode="max"),
    SaveStateHandler("half.state", None, 7) if mode == "half" else SaveStateHandler("end.state"),
    ProgressBarHandler(),
]
def fit(**kw):
    est.fit(loader(True, True), loader(False, False), event_handlers=handlers, **kw)
if mode == "half":
    fit(batches=7)
else:
    if mode == "resume":
        est.load_state("half.state")
    if mode == "alone":
        try:
            est.load_state("half.state")
        except mx.error.MXNetError as e:
            print(e)
        est.load_state("end.state")
    fit(epochs=4)
    found = {
        "train": [m.get() for m in est.train_metrics],
        "val": [m.get() for m in est.val_metrics],
        "parameters": [p.data().asnumpy().tolist() for p in net.collect_params().values()],
        "noise": nd.random.uniform(shape=(2,)).asnumpy().tolist(),
    }
    json.dump(found, open(f"{mode}{r}.json", "w"))
"""


def run(path, mode, n=2):
    for ended in (found := run_group(SCRIPT, path, n, limit=HANG, argv=[mode])):
        assert ended.code == 0, ended.err[-3000:]
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """(folder, what the processes said, what they found) of an undisturbed run."""
    path = tmp_path_factory.mktemp("run")
    said = run(path, "whole")
    return path, said, [json.loads((path / f"whole{r}.json").read_text()) for r in range(2)]


def test_rank_0_writes_and_tells(whole):
    path, said, found = whole
    names = sorted(f.name for f in (path / "files0").iterdir())
    assert {"m-symbol.json", "m-best.params", "m-best.states"} <= set(names)
    assert sum(bool(re.fullmatch(r"m-epoch\dbatch\d+\.params", n)) for n in names) == 4
    assert list((path / "files1").iterdir()) == []
    assert "[Epoch 3] Finished" in said[0].out
    assert "Epoch" not in said[1].out
    assert "epoch 3" in said[0].err
    assert "epoch" not in said[1].err
    assert found[0]["parameters"] == found[1]["parameters"]
    assert found[0]["noise"] != found[1]["noise"]


def test_metrics_are_those_of_all_data(whole):
    _, _, found = whole
    assert found[0]["train"] == found[1]["train"]
    assert found[0]["val"] == found[1]["val"]
    random = onp.random.RandomState(0)
    x = random.normal(size=(22, 4)).astype("float32")
    y = random.randint(0, 3, 22)
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(8, activation="relu", in_units=4), gluon.nn.Dense(3, in_units=8))
    net.initialize()
    for p, value in zip(net.collect_params().values(), found[0]["parameters"]):
        p.set_data(nd.array(value))
    out = net(nd.array(x)).asnumpy()
    values = dict(map(tuple, found[0]["val"]))
    assert values["validation accuracy"] == pytest.approx((out.argmax(1) == y).mean())
    pearson = onp.corrcoef(out.ravel(), onp.eye(3)[y].ravel())[0, 1]
    assert values["validation pearsonr"] == pytest.approx(pearson, rel=1e-5)
    pcc = metric.PCC()
    pcc.update([nd.array(y)], [nd.array(out)])
    assert values["validation pcc"] == pytest.approx(pcc.get()[1], rel=1e-5)


def test_a_run_goes_on_where_it_was(whole, tmp_path):
    run(tmp_path, "half")
    run(tmp_path, "resume")
    for r, expected in enumerate(whole[2]):
        assert json.loads((tmp_path / f"resume{r}.json").read_text()) == expected
    # by another number of processes only where an epoch has ended
    (tmp_path / "end.state").write_bytes((whole[0] / "end.state").read_bytes())
    (ended,) = run(tmp_path, "alone", 1)
    assert "it was saved by 2 processes in the middle of an epoch" in ended.out


def test_one_metric_of_nobody():
    """Metrics that no process has updated stay so."""
    assert str(metric.Accuracy().get()[1]) == "nan"
    assert (
        mx.metric._joined_states(metric.Accuracy(), [metric._metric_state(metric.Accuracy())] * 2)[
            "numbers"
        ]
        is None
    )
