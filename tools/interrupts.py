"""Training loops that a real SIGINT ends at random moments, as Ctrl-C would.

Run by hand with a number of interrupts: ``python tools/interrupts.py 1000``. It says how
many networks were lost, and fails if any was.
"""

import os
import random
import signal
import sys
import tempfile
import threading
import time
from typing import Any

import numpy as onp

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

N, WIDE = 64, 128  # of which weights are large enough to be overwritten in place


class Later:
    """Sends this process SIGINT after a random time."""

    def __init__(self, random, longest):
        self.delay = random.uniform(0, longest)
        self.came = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        time.sleep(self.delay)
        while not self.came:  # Python drops one that meets a finalizer of another library
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(20)


def scratch(x, y):
    """A perceptron by hand."""
    w1, w2 = nd.random.normal(scale=0.1, shape=(WIDE, WIDE)), nd.zeros((WIDE, 1))
    for p in (w1, w2):
        p.attach_grad()

    def step():
        with autograd.record():
            loss = ((nd.dot(nd.relu(nd.dot(x, w1)), w2) - y) ** 2).mean()
        loss.backward()
        for p in (w1, w2):
            p[:] = p - p.grad * 0.01
        return loss.asscalar()

    return step, lambda path: nd.save(path, [w1, w2])


def network(hybridize=False, deferred=False):
    """A perceptron of layers."""
    net = nn.HybridSequential()
    given: dict[str, Any] = {} if deferred else {"in_units": WIDE}
    net.add(nn.Dense(WIDE, activation="relu", **given), nn.Dense(1, **given))
    net.initialize(mx.init.Xavier())
    if hybridize:
        net.hybridize()
    return net


def with_gluon(optimizer, loader=0, **kinds):
    """A maker of steps with a trainer; ``loader``: 1 for threads, 2 for processes."""

    def make(x, y):
        net = network(**kinds)
        trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.001})
        loss = gluon.loss.L2Loss()
        data: Any = [(x, y)]
        if loader:
            pairs = gluon.data.ArrayDataset(x, y)
            data = gluon.data.DataLoader(
                pairs, N // 2, num_workers=loader, thread_pool=loader == 1, shuffle=True
            )

        def step():
            for a, b in data:
                with autograd.record():
                    found = loss(net(a), b)
                found.backward()
                trainer.step(len(a))
            return found.mean().asscalar()

        def save(path):
            net.save_parameters(path)
            trainer.save_states(path + ".states")

        return step, save

    return make


def module(x, y):
    """The same as a symbol."""
    net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=WIDE, name="fc1")
    net = mx.sym.FullyConnected(mx.sym.relu(net), num_hidden=1, name="fc2")
    net = mx.sym.LinearRegressionOutput(net, name="out")
    data = mx.io.NDArrayIter(x, y, N // 2, label_name="out_label")
    made = mx.mod.Module(net, label_names=["out_label"])
    made.bind(data.provide_data, data.provide_label)
    made.init_params(mx.init.Xavier())
    made.init_optimizer("local", "sgd", {"learning_rate": 0.001, "momentum": 0.9})
    metric = mx.metric.create("mse")

    def step():
        data.reset()
        for batch in data:
            made.forward_backward(batch)
            made.update()
            made.update_metric(metric, batch.label)
        return metric.get()[1]

    return step, made.save_params


def estimator(x, y):
    """The same by an Estimator."""
    net = network()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.001})
    made = gluon.contrib.estimator.Estimator(
        net, gluon.loss.L2Loss(), trainer=trainer, train_metrics=mx.metric.MSE()
    )
    made.logger.setLevel("ERROR")
    data = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), N // 2)
    return lambda: made.fit(data, epochs=2), net.save_parameters


KINDS = {
    "scratch": scratch,
    "sgd": with_gluon("sgd"),
    "adam": with_gluon("adam"),
    "hybridized": with_gluon("adam", hybridize=True),
    "deferred": with_gluon("nag", deferred=True),
    "threads": with_gluon("sgd", loader=1),
    "processes": with_gluon("sgd", loader=2),
    "module": module,
    "estimator": estimator,
}


def attempt(kind, chance, longest, folder):
    """One training that an interrupt ends: None, or what was lost."""
    x, y = nd.random.normal(shape=(N, WIDE)), nd.random.normal(shape=(N, 1))
    step, save = KINDS[kind](x, y)
    path = os.path.join(folder, kind)
    timer = Later(chance, longest)
    end = time.monotonic() + 60
    steps = 0
    try:
        timer.thread.start()
        while time.monotonic() < end:
            step()
            steps += 1
    except KeyboardInterrupt:
        timer.came = True
    try:
        if not timer.came:
            return "the interrupt did not arrive"
        if autograd.is_recording() or autograd.is_training():
            return "a mode stayed on"
        try:
            save(path)
        except gluon.parameter.DeferredInitializationError:
            if steps:  # else there is nothing yet that could be lost
                raise
        else:
            for value in nd.load(path) if kind == "scratch" else nd.load(path).values():
                if not onp.isfinite(value.asnumpy()).all():
                    return "a value is not finite"
        for _ in range(2):
            step()
        save(path)
    except Exception as error:  # noqa: BLE001 - counted, and shown
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return None


def main(total, seed=None, kinds=tuple(KINDS)):
    """Interrupt so many trainings; 0 if none was lost."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's is ignored
    seed = random.randrange(1 << 30) if seed is None else seed
    print(f"seed {seed}")
    chance, lost = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(total):
            kind = kinds[i % len(kinds)]
            # the first rounds meet compilation, the later ones steps
            wrong = attempt(kind, chance, 1.5 if i < 3 * len(kinds) else 0.2, folder)
            if wrong:
                lost.append((kind, wrong))
                print(f"{i}: {kind}: {wrong}", flush=True)
    print(f"{total} interrupts, {len(lost)} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(*[int(a) for a in sys.argv[1:]]))
