"""An interrupt (Ctrl-C) at any moment: arrays keep values, steps are done or not done.

Moments are counted in lines of Python run: the k-th line of a step sets off a signal, which Python
handles where it always does. So every moment of a step is tried, in order, and none at random.
"""

import _thread
import collections
import functools
import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import jax
import numpy as onp
import pytest

import mxnet as mx
from mxnet import _interrupt, autograd, gluon, nd
from mxnet._engine import segment
from mxnet.gluon import nn
from support.prepared import HANG

pytestmark = pytest.mark.usefixtures("compiled_at_once")

# Of each kind of step so many moments are tried; 0: all of them.
MOMENTS = int(os.environ.get("MXNET_TEST_INTERRUPTS", "150"))

# Looking a key up calls interrupt_main, and no bytecode of ours follows at which Python would
# handle the signal there and then.
trip = collections.defaultdict(functools.partial(_thread.interrupt_main, signal.SIGINT))


@pytest.fixture(autouse=True)
def signals_arrive():
    """A shell starts what runs in its background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def lines_of(step):
    """How many lines of Python a step runs."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if event == "line":
            count += 1
        return trace

    sys.settrace(trace)
    try:
        step()
    finally:
        sys.settrace(None)
    return count


def interrupted(step, moment):
    """Run a step, interrupted at its ``moment``-th line; returns whether that ended it."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if event == "line":
            count += 1
            if count == moment:
                sys.settrace(None)  # Python would handle it where the next line is traced
                trip[moment]
        return trace

    trip.clear()
    try:
        try:
            sys.settrace(trace)
            step()
        finally:
            sys.settrace(None)
        for _ in range(3):  # it comes at the latest when the step has ended
            pass
    except KeyboardInterrupt:
        return True
    return False


def assert_untouched_session():
    assert not autograd.is_recording()
    assert not autograd.is_training()
    assert gc.isenabled()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def moments(n, few=None):
    every = range(1, n + 1)
    limit = MOMENTS if few is None or not MOMENTS else min(few, MOMENTS)
    return every if not limit or n <= limit else sorted(random.sample(every, limit))


class Scratch:
    """Linear regression, a loss and an update by hand."""

    whole_steps = False

    def __init__(self):
        self.x, self.y = nd.random.normal(shape=(64, 100)), nd.random.normal(shape=(64, 1))
        self.w, self.b = nd.random.normal(shape=(100, 64)), nd.zeros((64,))
        for p in self.arrays():
            p.attach_grad()

    def arrays(self):
        return [self.w, self.b]

    def step(self):
        with autograd.record():
            loss = ((nd.dot(self.x, self.w) + self.b - self.y) ** 2).mean()
        loss.backward()
        for p in self.arrays():
            p[:] = p - 0.1 * p.grad
        loss.asnumpy()


class Gluon:
    """A perceptron with a trainer, whose arrays are large enough to be overwritten in place."""

    whole_steps = True

    def __init__(self, optimizer="adam", hybridize=False):
        self.x, self.y = nd.random.normal(shape=(16, 90)), nd.random.normal(shape=(16, 1))
        self.net = nn.HybridSequential()
        self.net.add(nn.Dense(80, activation="relu", in_units=90), nn.Dropout(0.1))
        self.net.add(nn.BatchNorm(in_channels=80), nn.Dense(1, in_units=80))
        self.net.initialize()
        if hybridize:
            self.net.hybridize()
        self.loss = gluon.loss.L2Loss()
        self.trainer = gluon.Trainer(self.net.collect_params(), optimizer, {"learning_rate": 0.1})

    def arrays(self):
        """What a step of the trainer replaces."""
        params = self.net.collect_params().values()
        return [p.data() for p in params if p.grad_req != "null"]

    def step(self):
        with autograd.record():
            loss = self.loss(self.net(self.x), self.y)
        loss.backward()
        self.trainer.step(16)
        loss.asnumpy()


class Module:
    """The same kind of network, as a symbol."""

    whole_steps = True

    def __init__(self):
        data = mx.sym.Variable("data")
        net = mx.sym.FullyConnected(data, num_hidden=80, name="fc1")
        net = mx.sym.FullyConnected(mx.sym.relu(net), num_hidden=3, name="fc2")
        net = mx.sym.SoftmaxOutput(net, name="softmax")
        self.batch = mx.io.DataBatch(
            [nd.random.normal(shape=(16, 90))],
            [nd.random.randint(0, 3, shape=(16,)).astype("float32")],
        )
        self.module = mx.mod.Module(net)
        self.module.bind([("data", (16, 90))], [("softmax_label", (16,))])
        self.module.init_params(mx.init.Xavier())
        self.module.init_optimizer("local", "sgd", {"learning_rate": 0.1, "momentum": 0.9})

    def arrays(self):
        return [x for xs in self.module._exec_group.param_arrays for x in xs]

    def step(self):
        self.module.forward_backward(self.batch)
        self.module.update()
        self.module.get_outputs()[0].asnumpy()


KINDS = {
    "scratch": Scratch,
    "gluon-sgd": lambda: Gluon("sgd"),
    "gluon-adam": Gluon,
    "hybridized": lambda: Gluon(hybridize=True),
    "module": Module,
}


def values(case):
    return [x.asnumpy() for x in case.arrays()]


def same(a, b):
    return all(onp.array_equal(x, y) for x, y in zip(a, b, strict=True))


def alter(case):
    """Another value for every array, so that each step starts from a state of its own."""
    for x in case.arrays():
        x[:] = nd.random.normal(shape=x.shape)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_done_or_not_done(kind, tmp_path):
    case = KINDS[kind]()
    for _ in range(3):
        case.step()
    n = lines_of(case.step)
    assert n > 100
    for moment in moments(n):
        before = values(case)
        assert interrupted(case.step, moment)
        nd.save(str(tmp_path / "kept"), case.arrays())  # what a user does first
        assert_untouched_session()
        after = values(case)
        changed = [not onp.array_equal(a, b) for a, b in zip(before, after)]
        assert all(onp.isfinite(x).all() for x in after)
        if case.whole_steps:
            assert all(changed) or not any(changed), moment
        case.step()  # and it goes on
        assert not same(values(case), after)


@pytest.mark.parametrize("kind", ["scratch", "hybridized", "module"])
def test_the_first_step_with_its_compilation(kind):
    def fresh():
        segment.clear()
        jax.clear_caches()
        return KINDS[kind]()

    n = lines_of(fresh().step)
    assert n > 10_000  # most of them JAX's
    for _ in range(4):
        case = fresh()
        interrupted(case.step, random.randrange(1, n))
        assert_untouched_session()
        before = values(case)
        case.step()
        case.step()
        assert not same(values(case), before)


def test_real_signals_in_training_loops():
    """Every kind of loop once, loaders and saving included; by hand, 1000."""
    program = Path(__file__).parents[2] / "tools" / "interrupts.py"
    done = subprocess.run(
        [sys.executable, str(program), "9"],
        check=False,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 interrupts, 0 lost" in done.stdout


@pytest.fixture
def handler():
    """Counts SIGALRM, whose handler raises."""
    came = []

    class Alarm(Exception):
        pass

    def raises(signum, frame):
        came.append(signum)
        raise Alarm

    before = signal.signal(signal.SIGALRM, raises)
    yield came, Alarm
    signal.signal(signal.SIGALRM, before)


def test_a_section_holds_other_signals_too(handler):
    came, Alarm = handler
    ended = []

    @_interrupt.uninterrupted
    def section(times):
        for _ in range(times):
            signal.raise_signal(signal.SIGALRM)
        ended.append(True)

    for times in (1, 2):
        with pytest.raises(Alarm):
            section(times)
    assert len(ended) == 2
    assert len(came) == 2
    # whoever asks three times wants to get out
    with pytest.raises(Alarm):
        section(3)
    assert len(ended) == 2
    assert signal.getsignal(signal.SIGALRM).__name__ == "raises"


def test_sections_nest_and_leave_other_threads_alone(handler):
    came, Alarm = handler
    order = []

    @_interrupt.uninterrupted
    def inner():
        signal.raise_signal(signal.SIGALRM)
        order.append("inner")

    @_interrupt.uninterrupted
    def outer():
        inner()
        order.append("outer")

    with pytest.raises(Alarm):
        outer()
    assert order == ["inner", "outer"]
    thread = threading.Thread(target=_interrupt.uninterrupted(lambda: order.append("thread")))
    thread.start()
    thread.join()
    assert order[-1] == "thread"
    assert len(came) == 1


def test_a_finalizer_does_not_swallow_an_interrupt():
    class Thing:
        @_interrupt.later
        def __del__(self):
            _thread.interrupt_main()
            for _ in range(10):
                pass

    thing = Thing()
    things = [thing]
    del thing
    with pytest.raises(KeyboardInterrupt):
        time.sleep(things.clear() or 5)
    assert_untouched_session()


def test_an_error_in_an_interrupted_section_is_kept():
    @_interrupt.uninterrupted
    def section():
        _thread.interrupt_main()
        raise ValueError("lost?")

    with pytest.raises(KeyboardInterrupt) as caught:
        section()
    assert str(caught.value.__context__) == "lost?"


def test_an_interrupted_append_is_forgotten():
    """Numeric arguments that come after are still those of their operators."""
    x = nd.ones((3,))

    def expression():
        return (x * 5 + nd.full((3,), 7)) - 3

    for _ in range(3):
        expression().wait_to_read()
    for moment in range(1, lines_of(expression) + 1):
        y = x * 2
        interrupted(expression, moment)
        assert (y + 1).asnumpy().tolist() == [3, 3, 3]
        assert (nd.full((3,), 4) * x - 0.5).asnumpy().tolist() == [3.5, 3.5, 3.5]
