"""A process that is killed while it writes leaves the old file or the new one."""

import random
import signal
import time

import pytest

import mxnet as mx
from mxnet import nd
from support import prepared
from support.waiting import wait_until

# Writes checkpoints as fast as it can, each of one number; says so once the first is there.
WRITER = """
import sys
import mxnet as mx
from mxnet import gluon, nd

folder = sys.argv[1]
net = gluon.nn.Dense(1)
net.initialize()
trainer = gluon.Trainer(net.collect_params(), "adam")
net(nd.ones((1, 2)))
for k in range(1, 10**6):
    nd.save(folder + "/a.params", {"x": nd.full((300_000,), k), "y": nd.full((3,), k)})
    net.save_parameters(folder + "/net.params")
    trainer.save_states(folder + "/net.states")
    x = mx.sym.Variable("x")
    (x * k).save(folder + "/net-symbol.json")
    if k == 1:
        print("begun", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
@pytest.mark.parametrize("seed", range(2))
def test_a_killed_writer_leaves_whole_files(tmp_path, seed):
    with open(tmp_path / "said", "w+") as said:
        child = prepared.Prepared(["-c", WRITER, tmp_path], said, said)
        try:
            wait_until(lambda: (tmp_path / "said").read_text() == "begun\n")
            time.sleep(random.Random(seed).uniform(0, 0.05))
        finally:
            child.kill()
            child.wait()
    found = nd.load(str(tmp_path / "a.params"))
    values = {float(v) for a in found.values() for v in (a.min().asscalar(), a.max().asscalar())}
    assert len(values) == 1
    net = mx.gluon.nn.Dense(1)
    net.load_parameters(str(tmp_path / "net.params"))
    trainer = mx.gluon.Trainer(net.collect_params(), "adam")
    trainer.load_states(str(tmp_path / "net.states"))
    symbol = mx.sym.load(str(tmp_path / "net-symbol.json"))
    assert symbol.list_arguments() == ["x"]
