"""What it costs to record an operator, and to call a hybridized network, in microseconds.

``python benchmarks/overhead.py``. Time is the process's own CPU time, so that other load on the
machine counts less; medians of rounds.
"""

import statistics
import sys
import time

from mxnet import autograd, engine, gluon, nd
from mxnet.gluon import nn

engine.set_evaluate(0)  # what recurs is measured

OPERATORS, ROUNDS = 50, 200


def segment():
    """Microseconds an operator: to append 50 additions, and with the program's run as well."""
    x = nd.ones((8, 8))
    x.wait_to_read()
    appended, whole = [], []
    for _ in range(ROUNDS):
        begin = time.thread_time()
        y = x
        for _ in range(OPERATORS):
            y = y + x
        recorded = time.thread_time()
        y.wait_to_read()
        appended.append((recorded - begin) / OPERATORS * 1e6)
        whole.append((time.thread_time() - begin) / OPERATORS * 1e6)
    return statistics.median(appended), statistics.median(whole)


def call(depth):
    """Microseconds of the call of a hybridized network of so many layers, without its run."""
    net = nn.HybridSequential()
    for _ in range(depth):
        net.add(nn.Dense(8, activation="relu"))
    net.initialize()
    net.hybridize()
    x = nd.ones((4, 8))
    net(x).wait_to_read()
    times = []
    for _ in range(ROUNDS):
        begin = time.thread_time()
        y = net(x)
        times.append((time.thread_time() - begin) * 1e6)
        y.wait_to_read()
    return statistics.median(times)


def step(arrays):
    """Microseconds of a whole training step of tiny layers, over so many parameter arrays."""
    net = nn.HybridSequential()
    for _ in range(arrays // 2):
        net.add(nn.Dense(4))
    net.initialize()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    x = nd.ones((4, 4))
    times = []
    for i in range(ROUNDS // 4 + 3):
        begin = time.thread_time()
        with autograd.record():
            loss = net(x).sum()
        loss.backward()
        trainer.step(4)
        loss.wait_to_read()
        if i >= 3:
            times.append((time.thread_time() - begin) * 1e6)
    return statistics.median(times)


def main():
    appended, whole = segment()
    print(f"append one operator, {OPERATORS} in a segment      {appended:7.2f} us")
    print(f"the same with the run of the segment     {whole:7.2f} us")
    for depth in (1, 10):
        print(f"call a hybridized network, {depth:>2} layers     {call(depth):7.2f} us")
    for arrays in (10, 100):
        print(f"a training step of {arrays:>3} parameter arrays   {step(arrays):7.2f} us")
    return 0


if __name__ == "__main__":
    sys.exit(main())
