"""Learning-rate schedules against the rates that MXNet 1.9.1 gave."""

import json
from pathlib import Path

import pytest

from mxnet import lr_scheduler
from mxnet.error import MXNetError

RECORDS = json.loads((Path(__file__).parent / "data/oracle/schedules.json").read_text())


def make(text):
    return eval("s." + text, {"s": lr_scheduler, "__builtins__": {}})  # noqa: S307 - our own records


@pytest.mark.parametrize("record", RECORDS, ids=[r["schedule"] for r in RECORDS])
def test_rates(record):
    schedule = make(record["schedule"])
    assert [schedule(n) for n in range(len(record["values"]))] == pytest.approx(
        record["values"], rel=1e-12
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FactorScheduler(0)", "greater or equal than 1 round, got 0"),
        ("FactorScheduler(1, 2)", "no more than 1.*got 2"),
        ("MultiFactorScheduler([4, 2])", r"increasing integer list, got \[4, 2\]"),
        ("MultiFactorScheduler([0, 1])", "got 0"),
        ("MultiFactorScheduler([])", "at least one"),
        ("MultiFactorScheduler([1, 2], 2)", "got 2"),
        ("PolyScheduler(0)", "strictly positive, got 0"),
        ("PolyScheduler(1.5)", "must be an int, got 1.5"),
        ("PolyScheduler(5, warmup_steps=5)", "got 5 and 5"),
        ("CosineScheduler(0)", "strictly positive, got 0"),
        ("LRScheduler(.1, 5, .2)", "base_lr 0.1 and warmup_begin_lr 0.2"),
        ("LRScheduler(.1, -5)", "positive or 0, got -5"),
        ("LRScheduler(warmup_mode='x')", "got 'x'"),
    ],
)
def test_parameters_that_do_not_fit(text, words):
    with pytest.raises(ValueError, match=words) as caught:
        make(text)
    assert isinstance(caught.value, MXNetError)


def test_a_schedule_must_define_its_rate():
    with pytest.raises(NotImplementedError, match=r"__call__"):
        lr_scheduler.LRScheduler()(3)


def test_warmup_in_both_modes():
    linear = lr_scheduler.LRScheduler(0.1, 4, 0.02)
    assert [linear.get_warmup_lr(n) for n in range(4)] == pytest.approx([0.02, 0.04, 0.06, 0.08])
    assert lr_scheduler.LRScheduler(0.1, 4, 0.02, "constant").get_warmup_lr(3) == 0.02
    with pytest.raises(ValueError, match=r"lasts 4 updates, got update 7"):
        linear.get_warmup_lr(7)


def test_a_factor_schedule_does_not_go_back_up():
    schedule = lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.4)
    assert [schedule(n) for n in (5, 1)] == [0.1, 0.1]


def test_learning_rate_replaces_the_start_of_a_factor_schedule():
    schedule = lr_scheduler.MultiFactorScheduler([2, 4], 0.5, base_lr=0.5)
    schedule.base_lr = 1.0
    assert [schedule(n) for n in range(6)] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]
