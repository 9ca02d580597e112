"""Metrics: the values that MXNet 1.9.1 reports, counted without waiting for a batch.

tests/data/oracle/metrics.json holds two batches per metric and what 1.9.1 reports after each.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, engine, metric, nd
from mxnet.error import MXNetError

RECORD = json.loads((Path(__file__).parent / "data" / "oracle" / "metrics.json").read_text())
CASES = [c for c in RECORD["cases"] if c["values"]]


def make(text):
    return eval(text, vars(metric))  # noqa: S307 - text of our own record


def batches(case):
    def arrays(name):
        return [None] * 2 if name is None else [[nd.array(a)] for a in RECORD["inputs"][name]]

    return list(zip(arrays(case["labels"]), arrays(case["predictions"])))


def same(found, expected):
    name, value = expected
    assert found[0] == name
    value = onp.array(value if value != "nan" else math.nan, "float64")
    onp.testing.assert_allclose(found[1], value, rtol=2e-6)


def case_name(case):
    return f"{case['metric']}-{case['predictions']}"


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_values_of_the_original(case):
    m = make(case["metric"])
    same(m.get(), case["empty"])
    for batch, expected in zip(batches(case), case["values"]):
        m.update(*batch)
        same(m.get(), expected)
        same(m.get_global(), expected)
    names = [name for name, _ in m.get_name_value()]
    assert names == [name for name, _ in case["name_value"]]
    assert str(m).startswith("EvalMetric: {")
    m.reset()
    same(m.get(), case.get("after_reset", case["empty"]))


@pytest.mark.parametrize("case", [c for c in CASES if c.get("config")], ids=case_name)
def test_configuration(case):
    config = make(case["metric"]).get_config()
    average = config.pop("average", "macro")  # 1.9.1 forgets it
    assert config == case["config"]
    assert average in case["metric"] or average == "macro"
    if "TopK" not in config["metric"]:  # its name grows by _k every time, as in 1.9.1
        again = metric.create(config)
        assert again.get_config() == make(case["metric"]).get_config() or average != "macro"
        assert metric.create(json.dumps(config)).get_config() == again.get_config()


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_local_and_global(case):
    """``get`` forgets at reset_local, ``get_global`` does not."""
    m, second = make(case["metric"]), make(case["metric"])
    (one, two), last = batches(case), case["values"][1]
    m.update(*one)
    m.reset_local()
    same(m.get(), case["empty"])
    m.update(*two)
    second.update(*two)
    assert m.get()[0] == second.get()[0]
    onp.testing.assert_allclose(m.get()[1], second.get()[1], rtol=1e-12)
    same(m.get_global(), last)
    assert m.get_global_name_value() == metric._pairs(*m.get_global())
    m.reset()
    same(m.get_global(), case["empty"])


# --------------------------------------------------------------- against NumPy, from the definition


def test_f1_and_mcc_of_all_samples():
    rng = onp.random.default_rng(0)
    labels, scores = rng.integers(0, 2, (3, 20)), rng.normal(size=(3, 20, 2))
    micro, mcc = metric.F1(average="micro"), metric.MCC(average="micro")
    macro = metric.F1()
    each = []
    for label, score in zip(labels, scores):
        for m in (micro, mcc, macro):
            m.update(nd.array(label, dtype="int64"), nd.array(score))
        p = score.argmax(1)
        each.append(2 * (p * label).sum() / (p.sum() + label.sum()))
    label, p = labels.reshape(-1), scores.argmax(-1).reshape(-1)
    assert micro.get()[1] == pytest.approx(2 * (p * label).sum() / (p.sum() + label.sum()))
    assert mcc.get()[1] == pytest.approx(onp.corrcoef(p, label)[0, 1])
    assert macro.get()[1] == pytest.approx(onp.mean(each))


def test_f1_of_several_outputs_is_one_score_per_update():
    m = metric.F1()
    right, wrong = nd.array([[0, 1], [1, 0]]), nd.array([[0, 1], [0, 1]])
    m.update([nd.array([1, 0]), nd.array([1, 0])], [right, wrong])
    assert m.get()[1] == pytest.approx(2 * 2 / (3 + 2))
    assert m.num_inst == 1


def test_labels_of_minus_one_and_one():
    """Value of 1.9.1."""
    m = metric.F1()
    m.update([nd.array([-1, 1, 1])], [nd.array([[0.2, 0.8], [0.2, 0.8], [0.7, 0.3]])])
    assert m.get() == ("f1", 0.5)


def test_top_k_is_the_share_among_the_k_largest():
    rng = onp.random.default_rng(1)
    scores, label = rng.permutation(60).reshape(6, 10), rng.integers(0, 10, 6)
    for k in (2, 5, 10, 20):
        m = metric.TopKAccuracy(top_k=k)
        m.update([nd.array(label)], [nd.array(scores)])
        expected = [label[i] in onp.argsort(scores[i])[-k:] for i in range(6)]
        assert m.get()[1] == pytest.approx(onp.mean(expected))


def test_pearson_of_all_elements():
    """The second value is 1.9.1's."""
    m = metric.PearsonCorrelation(average="micro")
    m.update([nd.array([1, 2, 3])], [nd.array([2, 1, 5])])
    m.reset_local()
    m.update([nd.array([1, 2, 9])], [nd.array([2, 1, 5])])
    expected = onp.corrcoef([1, 2, 3, 1, 2, 9], [2, 1, 5, 2, 1, 5])[0, 1]
    assert m.get_global()[1] == pytest.approx(expected)
    assert m.get_global()[1] == pytest.approx(0.7082882469748286)
    assert m.get()[1] == pytest.approx(onp.corrcoef([1, 2, 9], [2, 1, 5])[0, 1])
    n, mean, spread = m.update_variance([3.0, 4.0], *m.update_variance([1.0, 2.0], 0, 0.0, 0.0))
    assert (n, mean, spread) == (4, 2.5, 5.0)
    m.reset_micro()
    assert math.isnan(m.get()[1])


def test_pcc_of_classes_and_growing():
    """Two classes: the correlation of labels and predictions. Classes that appear later fit in."""
    m = metric.PCC()
    m.update([nd.array([0, 1, 1])], [nd.array([0, 1, 0])])
    assert m.get() == ("pcc", pytest.approx(0.5))
    m.reset_local()
    label, pred = onp.array([2, 0, 1, 2, 2]), onp.array([2, 0, 2, 1, 2])
    m.update([nd.array(label)], [nd.one_hot(nd.array(pred), 3)])
    whole = metric.PCC()
    whole.update([nd.array([0, 1, 1, *label])], [nd.array([0, 1, 0, *pred])])
    assert m.get_global()[1] == pytest.approx(whole.get()[1])


def test_perplexity_of_sequences():
    """Labels (B, T) with scores (B, T, C); the ignored label does not count."""
    rng = onp.random.default_rng(2)
    p = rng.dirichlet(onp.ones(4), (2, 3))
    label = onp.array([[1, 2, 0], [3, 0, 0]])
    m = metric.Perplexity(ignore_label=0)
    m.update([nd.array(label)], [nd.array(p)])
    chosen = [p[0, 0, 1], p[0, 1, 2], p[1, 0, 3]]
    assert m.get()[1] == pytest.approx(math.exp(-onp.log(chosen).mean()), rel=1e-5)
    assert m.num_inst == 3


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32", "uint8"])
def test_element_types(dtype):
    m = metric.Accuracy()
    m.update([nd.array([1, 0, 2], dtype=dtype)], [nd.array([1, 1, 2], dtype="int64")])
    m.update([onp.array([1, 0], dtype)], [onp.array([[1, 2], [4, 3]], "float32")])
    assert (m.sum_metric, m.num_inst) == (4.0, 5)
    assert m.get() == ("accuracy", 0.8)


def test_empty_batch():
    m = metric.Accuracy()
    m.update([nd.zeros((0,))], [nd.zeros((0, 3))])
    assert math.isnan(m.get()[1])


def test_single_arrays():
    m = metric.Accuracy()
    m.update(nd.array([0, 1]), nd.array([[1, 2], [2, 3]]))
    assert m.get() == ("accuracy", 0.5)
    loss = metric.Loss()
    loss.update(None, nd.array([1, 2]))
    assert loss.get() == ("loss", 1.5)


def test_update_dict():
    m = metric.Accuracy(output_names=["out"], label_names=["y"])
    arrays = {"y": nd.array([0, 1]), "z": nd.array([5])}
    outputs = {"aux": nd.ones((1,)), "out": nd.array([[1, 0], [0, 1]])}
    m.update_dict(arrays, outputs)
    assert m.get() == ("accuracy", 1.0)
    both = metric.CompositeEvalMetric([m], output_names=["out"], label_names=["y"])
    both.update_dict(arrays, outputs)
    assert m.num_inst == 4
    assert both.get_metric(0) is m
    with pytest.raises(MXNetError, match="Metric index 3 is out of range 0 and 1"):
        both.get_metric(3)


def test_functions_of_ones_own():
    def spread(label, pred):
        assert isinstance(label, onp.ndarray)
        return float(onp.abs(label - pred).max())

    m = metric.create(spread)
    assert m.name == "spread"
    m.update([nd.array([1, 2])], [nd.array([1, 5])])
    assert m.get() == ("spread", 3.0)
    extra = metric.np(spread, name="q", allow_extra_outputs=True)
    extra.update([nd.array([1, 2])], [nd.array([1, 5]), nd.ones((9,))])
    assert extra.get() == ("q", 3.0)
    with pytest.raises(ValueError, match="labels 1 does not match shape of predictions 2"):
        m.update([nd.array([1])], [nd.array([1]), nd.array([1])])
    with pytest.raises(NotImplementedError):
        m.get_config()


def test_a_class_of_ones_own():
    """Attributes of 1.9.1 that subclasses add to."""

    class Half(metric.Accuracy):
        def update(self, labels, preds):
            super().update(labels, preds)
            self.sum_metric += 1
            self.num_inst += 2
            self.global_sum_metric += 1
            self.global_num_inst += 2

    class Plain(metric.EvalMetric):
        def update(self, labels, preds):
            self.sum_metric += float((labels[0] - preds[0]).sum().asscalar())
            self.num_inst += 1

    m = Half()
    m.update([nd.array([1, 1])], [nd.array([1, 0])])
    assert (m.sum_metric, m.num_inst) == (2.0, 4)
    assert m.get_global() == ("accuracy", 0.5)
    m.reset()
    assert m.num_inst == 0
    plain = Plain("plain", has_global_stats=False)
    plain.update([nd.array([3])], [nd.array([1])])
    assert plain.get() == plain.get_global() == ("plain", 2.0)
    with pytest.raises(NotImplementedError, match=r"EvalMetric must override update"):
        metric.EvalMetric("x").update([], [])


def test_names():
    known = {
        "acc": "Accuracy",
        "CE": "CrossEntropy",
        "nll_loss": "NegativeLogLikelihood",
        "composite": "",
    }
    known |= {
        "f1": "F1",
        "mcc": "MCC",
        "pcc": "PCC",
        "torch": "Torch",
        "pearsonr": "PearsonCorrelation",
    }
    for name, klass in known.items():
        assert type(metric.create(name)).__name__ == (klass or "CompositeEvalMetric")
    assert type(metric.create('["accuracy", {"axis": 0}]')).__name__ == "Accuracy"
    m = metric.Accuracy()
    assert metric.create(m) is m
    for kind in (MXNetError, AssertionError):
        with pytest.raises(kind, match=r"acuracy is not registered.*did you mean 'accuracy'"):
            metric.create("acuracy")
    with pytest.raises(MXNetError, match=r"must be of string type.*got 5"):
        metric.create(5)


def test_registering():
    @metric.register
    @metric.alias("mine_too")
    class MineForTest(metric.EvalMetric):
        def __init__(self, name="mine"):
            super().__init__(name)

    assert isinstance(metric.create("minefortest"), MineForTest)
    assert isinstance(metric.create("mine_too"), MineForTest)

    class Other(metric.EvalMetric):
        pass

    with pytest.warns(UserWarning, match="MineForTest"):
        metric.register(Other, "mine_too")
    with pytest.raises(MXNetError, match="subclass of EvalMetric"):
        metric.register(int)


# ------------------------------------------------------------------------------------ bad input

BAD = [
    (
        metric.Accuracy(),
        (2,),
        (3, 3),
        r"labels 2 does not match .* predictions 3.*\(2,\).*\(3, 3\)",
    ),
    (metric.Accuracy(), (2, 1), (2,), r"no axis 1 in predictions \(2,\) for labels \(2, 1\)"),
    (metric.TopKAccuracy(top_k=2), (2,), (3, 3), r"labels 2 does not match .* predictions 3"),
    (metric.TopKAccuracy(top_k=2), (2,), (2, 3, 3), r"no more than 2 dims, got \(2, 3, 3\)"),
    (metric.F1(), (4,), (4, 3), r"only supports binary.*predictions \(4, 3\)"),
    (metric.F1(), (4,), (4,), r"two classes \(N, 2\), got \(4,\)"),
    (metric.MCC(), (3,), (4, 2), r"labels 3 does not match .* predictions 4"),
    (metric.CrossEntropy(), (2,), (3, 3), r"labels \(2,\) and predictions \(3, 3\)"),
    (metric.Perplexity(None), (2,), (3, 3), r"axis -1, got labels \(2,\) and predictions \(3, 3\)"),
    (metric.MAE(), (3,), (2, 2), r"labels \(3,\) does not match shape of predictions \(2, 2\)"),
    (metric.PearsonCorrelation(), (3,), (3, 1), r"labels \(3,\) does not match .*\(3, 1\)"),
    (metric.PCC(), (3,), (2, 5), r"labels 3 does not match shape of predictions 2"),
]


@pytest.mark.parametrize(("m", "label", "pred", "message"), BAD, ids=lambda v: str(v)[:30])
def test_shapes_that_do_not_fit(m, label, pred, message):
    for kind in (MXNetError, ValueError):
        with pytest.raises(kind, match=message):
            m.update([nd.zeros(label)], [nd.zeros(pred)])
    assert math.isnan(m.get()[1])


def test_a_third_class_of_labels_shows_at_get():
    m = metric.F1()
    m.update([nd.array([0, 1, 2])], [nd.array([[0.2, 0.8], [0.2, 0.8], [0.7, 0.3]])])
    with pytest.raises(
        ValueError, match=r"F1 currently only supports binary.*labels of more than two"
    ):
        m.get()


def test_arguments():
    for kind in (MXNetError, AssertionError):
        with pytest.raises(kind, match=r"top_k must be more than 1, got 1\..*use Accuracy"):
            metric.TopKAccuracy()
    with pytest.raises(ValueError, match="average must be 'macro' or 'micro', got 'mean'"):
        metric.F1(average="mean")
    with pytest.raises(ValueError, match="average must be 'macro' or 'micro', got 'mean'"):
        metric.PearsonCorrelation(average="mean")
    with pytest.raises(ValueError, match="labels 1 does not match shape of predictions 2"):
        metric.Accuracy().update([nd.ones((2,))], [nd.ones((2,)), nd.ones((2,))])


# ----------------------------------------------------------------------------- without waiting


@pytest.mark.usefixtures("compiled_at_once")
def test_update_neither_waits_nor_compiles_again():
    m = metric.create(["acc", "ce", "f1", "mae"])
    label, pred = nd.array([0, 1, 1]), nd.softmax(nd.random.normal(shape=(3, 2)))
    w = nd.ones((3, 2))
    w.attach_grad()

    def step():
        with autograd.record():
            loss = (w * pred).sum()
        loss.backward()
        m.update([label], [pred])

    for _ in range(3):
        step()
    m.get()
    with engine.expect(compiled=0):
        for _ in range(50):
            step()
        total = m.metrics[0].get()
    assert m.metrics[0].num_inst == 53 * 3
    assert total[1] == pytest.approx(m.metrics[0].sum_metric / (53 * 3))


@pytest.mark.usefixtures("compiled_at_once")
def test_an_evaluation_loop_is_one_program_per_batch():
    """However long the loop, and whatever else it holds: nothing piles up."""
    m = metric.create(["acc", "ce", "f1"])
    rng = onp.random.default_rng(0)
    w = nd.array(rng.normal(size=(4, 2)))

    def evaluate(batches):
        for _ in range(batches):
            pred = nd.softmax(nd.dot(nd.array(rng.normal(size=(3, 4))), w))
            m.update([nd.array([0, 1, 1])], [pred])

    evaluate(2)
    before = engine.stats()
    with engine.expect(compiled=0):
        evaluate(20)
    if engine.engine_type() != "NaiveEngine":
        assert engine.stats()["flushes"] - before["flushes"] == 20
    assert m.metrics[0].num_inst == 22 * 3


def test_a_training_step_is_not_cut_in_two():
    """A metric between the forward and the backward pass leaves the step whole."""
    if engine.engine_type() == "NaiveEngine":
        pytest.skip("every operator runs alone")
    x, label, m = nd.array([[0.1, 0.9]]), nd.array([1]), metric.Accuracy()
    x.attach_grad()

    def step(metric_between):
        with autograd.record():
            y = x * 2
            z = y.sum()
        if metric_between:
            m.update([label], [y])
        z.backward()
        before = engine.stats()["flushes"]
        x.grad.wait_to_read()
        return engine.stats()["flushes"] - before

    assert step(False) == step(True) == 1


def test_not_recorded():
    """A metric inside record() takes no part in the graph."""
    x = nd.array([[0.1, 0.9]])
    x.attach_grad()
    m = metric.CrossEntropy()
    with autograd.record():
        y = x * 2
        m.update([nd.array([1])], [y])
        z = y.sum()
    z.backward()
    assert x.grad.asnumpy().tolist() == [[2, 2]]
    assert m.get()[1] == pytest.approx(-math.log(1.8), rel=1e-6)


def test_arrays_on_two_contexts():
    m = metric.Accuracy()
    m.update([nd.array([1, 0])], [nd.array([1, 1], ctx=mx.cpu(1))])
    m.update([nd.array([1])], [nd.array([1])])
    assert m.get() == ("accuracy", pytest.approx(2 / 3))
