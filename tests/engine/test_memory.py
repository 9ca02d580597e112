"""When Python looks for cycles of garbage."""

import gc

import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet._engine.memory import collects_later


@pytest.fixture(autouse=True)
def enabled():
    gc.enable()
    yield
    gc.enable()


def test_not_during_a_function():
    seen = []

    @collects_later
    def function(x, *, fails=False):
        """Words."""
        seen.append(gc.isenabled())
        if fails:
            raise ValueError("as asked")
        return x

    assert (function(3), function.__doc__) == (3, "Words.")
    with pytest.raises(ValueError, match="as asked"):
        function(3, fails=True)
    assert gc.isenabled()
    gc.disable()
    function(3)
    assert not gc.isenabled()  # as the caller left it
    assert seen == [False] * 3


def test_not_during_a_step():
    seen = []

    class Watched(mx.optimizer.SGD):
        def hyper(self):
            seen.append(gc.isenabled())
            return super().hyper()

    class Double(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            seen.append(gc.isenabled())
            return dy * 2

    p = gluon.Parameter("p", shape=(1,), init="ones")
    p.initialize()
    trainer = gluon.Trainer([p], Watched(learning_rate=0.5))
    with autograd.record():
        y = Double()(p.data())
    y.backward()
    trainer.step(1)
    assert set(seen) == {False}
    assert gc.isenabled()
    assert p.data().asscalar() == 0
    with pytest.raises(UserWarning, match="p"):
        trainer.step(1)
    assert gc.isenabled()
    assert nd.ones((1,)).asscalar() == 1
