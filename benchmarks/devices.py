"""CPU time of a training step over several devices of one host.

``python benchmarks/devices.py [DEVICES ...]`` (default 2 and 4): 30 dense layers of 64, so 60
parameters, a batch of 32 for each device, SGD. Each number of devices has a process of its own,
since XLA is told of them before it starts. Counted are milliseconds of the process, all threads.
"""

import os
import subprocess
import sys
import time

STEPS = 60


def measure(devices):
    """Milliseconds, programs run and sums over devices of a step."""
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    import mxnet as mx
    from mxnet import autograd, gluon, nd

    contexts = [mx.cpu(i) for i in range(devices)]
    net = gluon.nn.HybridSequential()
    for _ in range(30):
        net.add(gluon.nn.Dense(64, in_units=64, activation="tanh"))
    net.initialize(mx.init.Xavier(), ctx=contexts)
    net.hybridize()
    x, y = nd.random.normal(shape=(2, 32 * devices, 64))
    loss = gluon.loss.L2Loss()
    parts = [gluon.utils.split_and_load(a, contexts) for a in (x, y)]
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})

    def step():
        with autograd.record():
            losses = [loss(net(a), b) for a, b in zip(*parts)]
        for one in losses:
            one.backward()
        trainer.step(32 * devices)
        nd.waitall()

    for _ in range(14):
        step()
    before, begun = mx.engine.stats(), time.process_time()
    for _ in range(STEPS):
        step()
    spent, after = time.process_time() - begun, mx.engine.stats()
    counts = [(after[n] - before[n]) / STEPS for n in ("flushes", "collectives")]
    return spent / STEPS * 1e3, *counts


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(
            "{:.1f} ms of CPU, {:.0f} programs and {:.0f} sums".format(*measure(int(sys.argv[2])))
        )
    for n in () if "--one" in sys.argv else (sys.argv[1:] or ["2", "4"]):
        print(f"{n} devices:", end=" ", flush=True)
        subprocess.run([sys.executable, __file__, "--one", n], check=True)
