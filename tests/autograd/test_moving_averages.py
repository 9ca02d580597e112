"""Moving averages (BatchNorm's statistics) are written when MXNet 1.9.1 writes them."""

import importlib.util
import json
import pathlib

import pytest

import mxnet as mx
from mxnet import autograd, nd
from mxnet._engine.segment import is_naive

FOLDER = pathlib.Path(__file__).parents[1] / "data" / "moving"
ANSWERS = json.loads((FOLDER / "answers.json").read_text())
_spec = importlib.util.spec_from_file_location("moving_programs", FOLDER / "programs.py")
programs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(programs)


def test_every_program_was_recorded():
    assert list(programs.CASES) == list(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_when_moving_averages_are_written(name):
    found = programs.CASES[name]()
    assert [len(v) for v in found] == [len(v) for v in ANSWERS[name]]
    for got, want in zip(found, ANSWERS[name]):
        assert got == pytest.approx(want, abs=2e-3, rel=1e-4)


def test_batch_norm_with_relu_writes_as_batch_norm():
    g, b, m, v = programs.vectors()
    with autograd.record():
        y = nd.contrib.BatchNormWithReLU(programs.data(), g, b, m, v, momentum=0.5)
    assert programs.shown(m, v) == [[0, 0, 0], [1, 1, 1]]
    y.backward()
    assert programs.shown(m, v) == ANSWERS["looked_at_before_backward"]


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.skipif(is_naive(), reason="counts the programs of a lazy step")
def test_writing_adds_nothing_to_a_training_step():
    """A step with BatchNorm is one program, and the second one compiles nothing."""
    net, _ = programs.net(True)
    x = nd.array(programs.X)
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})

    def step():
        with autograd.record():
            y = net(x).sum()
        y.backward()
        trainer.step(4)
        nd.waitall()

    step(), step()
    before = mx.engine.stats()
    with mx.engine.expect(compiled=0):
        step()
    assert mx.engine.stats()["flushes"] - before["flushes"] == 1
