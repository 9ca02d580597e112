"""Train a small classifier with as many processes as a launcher starts; go on from a checkpoint.

python -m mxnet.launch -n 2 --restarts 3 examples/distributed/train.py

The same file runs alone: ``--store local``.
"""

import argparse
import glob
import os

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd

parser = argparse.ArgumentParser()
parser.add_argument("--store", default="dist_sync")
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--batch-size", type=int, default=64, help="of all processes together")
parser.add_argument("--folder", default="checkpoints", help="which all processes see")
options = parser.parse_args()

store = mx.kv.create(options.store)
rank, size = store.rank, store.num_workers

# Clouds around ten points; every process could as well read its part of a file.
random = np.random.RandomState(0)
centres = random.randn(10, 32)
labels = random.randint(0, 10, 2048)
data = (centres[labels] + random.randn(2048, 32)).astype("float32")

net = gluon.nn.HybridSequential()
net.add(gluon.nn.Dense(64, activation="relu", in_units=32), gluon.nn.Dense(10, in_units=64))
net.initialize()
net.hybridize()
for p in net.collect_params().values():  # rank 0's values hold; these are the same everywhere
    p.set_data(nd.array(random.randn(*p.shape) * 0.1))
loss = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(
    net.collect_params(), "adam", {"learning_rate": 0.003}, store, update_on_kvstore=False
)


def save(step):
    """Parameters, the optimizer's states, and how many steps are done."""
    prefix = os.path.join(options.folder, f"step-{step:06d}-rank{rank}")
    net.save_parameters(prefix + ".params")
    trainer.save_states(prefix + ".states")
    with open(prefix + ".done", "w"):
        pass  # it says that the other two are whole


os.makedirs(options.folder, exist_ok=True)
found = sorted(glob.glob(os.path.join(options.folder, "*.done")))
store._barrier()  # all have looked before anybody writes
done = 0
if found:
    prefix = found[-1][: -len(".done")]
    net.load_parameters(prefix + ".params")
    trainer.load_states(prefix + ".states")
    done = int(os.path.basename(prefix)[5:11])
    print("goes on after step", done, flush=True)

each = len(data) // options.batch_size
part = options.batch_size // size
step = done
try:
    for step in range(done, options.epochs * each):
        epoch, batch = divmod(step, each)
        order = np.random.RandomState(epoch).permutation(len(data))
        mine = order[batch * options.batch_size + rank * part :][:part]
        x, y = nd.array(data[mine]), nd.array(labels[mine])
        with autograd.record():
            value = loss(net(x), y)
        value.backward()
        trainer.step(part * size)
        if batch == each - 1 and rank == 0:
            print("epoch", epoch, "loss", round(float(value.mean().asscalar()), 4), flush=True)
            save(step + 1)
except getattr(mx.error, "PeerLostError", ()):
    save(step)  # as it was after the last step that all have finished
    raise

right = float((net(nd.array(data)).argmax(1) == nd.array(labels)).mean().asscalar())
weights = sum(float((p.data() ** 2).sum().asscalar()) for p in net.collect_params().values())
print(f"rank {rank} of {size}: accuracy {right:.4f}, squared weights {weights:.4f}")
