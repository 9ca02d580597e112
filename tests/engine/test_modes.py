"""The engine is invisible: lazy, op by op and hybridized give the same values, gradients, draws
and errors.
"""

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import MXNetError
from support import programs

LAZY, NAIVE = "ThreadedEnginePerDevice", "NaiveEngine"


def agree(a, b):
    assert len(a) == len(b)
    for k, (x, y) in enumerate(zip(a, b)):
        onp.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-6, err_msg=f"result {k}")


@settings(max_examples=12)
@given(program=programs.PROGRAM, seed=st.integers(0, 1000))
def test_lazy_equals_op_by_op(program, seed):
    agree(programs.run(program, seed, LAZY), programs.run(program, seed, NAIVE))


@settings(max_examples=4)
@given(program=programs.PROGRAM, seed=st.integers(0, 1000))
def test_short_segments_equal_long_ones(program, seed):
    with mx.engine.bulk(3):
        short = programs.run(program, seed, LAZY)
    agree(programs.run(program, seed, LAZY), short)


class Program(gluon.HybridBlock):
    """A random program as a block of one parameter."""

    def __init__(self, program, **kwargs):
        super().__init__(**kwargs)
        self.program = [i for i in program if i[0] in programs.PURE]
        self.weight = self.params.get("weight", shape=(programs.SIDE, programs.SIDE), init="ones")

    def hybrid_forward(self, F, x, weight):
        pool = [x, weight, x * weight]
        for instruction in self.program:
            if instruction[0] == "random":
                pool.append(F.random.uniform_like(x))
            else:
                programs.step(pool, instruction, F)
        total = pool[0]
        for y in pool[1:]:
            total = total + y
        return total, pool[-1]


@settings(max_examples=8)
@given(program=programs.PROGRAM, seed=st.integers(0, 1000))
def test_hybridized_equals_imperative(program, seed):
    def outcome(hybridize):
        mx.random.seed(seed)
        block = Program(program)
        block.initialize()
        if hybridize:
            block.hybridize()
        x = programs.start(seed)[0]
        x.attach_grad()
        found = []
        for _ in range(2):
            with autograd.record():
                total, last = block(x)
                loss = (total * last).sum()
            loss.backward()
            found += [loss, total, last, x.grad.copy(), block.weight.grad().copy()]
        return [y.asnumpy() for y in (*found, nd.random.uniform(shape=(3,)))]

    agree(outcome(False), outcome(True))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: nd.ones((2, 3)) + nd.ones((2, 2)),
        lambda: nd.dot(nd.ones((2, 3)), nd.ones((2, 3))),
        lambda: nd.ones((2,)) + nd.ones((2,), dtype="float64"),
        lambda: nd.ones((2, 3)).reshape((4, 2)),
        lambda: nd.ones((2, 3))[2],
        lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 2)), nd.ones((4,)), num_hidden=4),
    ],
    ids=["broadcast", "dot", "dtype", "reshape", "index", "dense"],
)
def test_errors_are_the_same_and_at_the_call(wrong):
    def error(engine):
        old = mx.engine.set_engine_type(engine)
        try:
            with pytest.raises((MXNetError, IndexError, ValueError)) as e:
                wrong()
            return type(e.value), str(e.value)
        finally:
            mx.engine.set_engine_type(old)

    assert error(LAZY) == error(NAIVE)


def test_random_draws_do_not_depend_on_grouping(seed):
    def draws(look):
        mx.random.seed(seed)
        found = []
        for _ in range(4):
            found.append(nd.random.normal(shape=(3,)))
            if look:
                found[-1].asnumpy()
        return [x.asnumpy() for x in found]

    agree(draws(True), draws(False))


@pytest.mark.parametrize(
    ("size", "error"), [("a", TypeError), (2.0, TypeError), (None, TypeError), (-1, mx.MXNetError)]
)
def test_bulk_size(size, error):
    before = mx.engine.set_bulk_size(0)  # 1.9.1 gives 0 back, where it means no bulk
    try:
        with pytest.raises(error):
            mx.engine.set_bulk_size(size)
        with mx.engine.bulk(5):
            assert mx.engine.set_bulk_size(1) == 5
        assert [mx.engine.set_bulk_size(n) for n in (0, 1, 7)] == [0, 0, 1]
    finally:
        mx.engine.set_bulk_size(before)
