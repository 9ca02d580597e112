"""A training step with MXNet's ``dist_sync``: ours and 1.9.1, the same file; one rank reports."""

import json
import os
import sys
import time

import numpy as onp

import mxnet as mx
from mxnet import autograd, gluon, nd

settings = json.loads(sys.argv[1])
alone, warm, steps = settings["alone"], settings["warm"], settings["steps"]
store = None if alone else mx.kv.create("dist_sync")
batch = settings["batch"]
rank, size = (0, 1) if alone else (store.rank, store.num_workers)
random = onp.random.RandomState(rank)
if settings["net"] == "mlp":
    net = gluon.nn.HybridSequential()
    with net.name_scope():
        net.add(gluon.nn.Dense(256, activation="relu"), gluon.nn.Dense(10))
    x = random.randn(batch, 784)
else:
    net = gluon.model_zoo.vision.resnet18_v1(classes=10)
    x = random.randn(batch, 1, 28, 28)
net.initialize(mx.init.Xavier())
net.hybridize(static_alloc=True, static_shape=True)
x, y = nd.array(x), nd.array(random.randint(0, 10, batch))
loss = gluon.loss.SoftmaxCrossEntropyLoss()
options = {"learning_rate": 0.01, "momentum": 0.9}
trainer = gluon.Trainer(net.collect_params(), "sgd", options, kvstore=None if alone else store)


def step():
    with autograd.record():
        value = loss(net(x), y)
    value.backward()
    trainer.step(batch * size)
    nd.waitall()


def compiled():
    return mx.engine.stats()["compiled"] if hasattr(mx.engine, "stats") else 0


for k in range(warm):
    if k == 3:
        before = compiled()
    step()
times, cpu = [], time.process_time()
for _ in range(steps):
    begun = time.perf_counter()
    step()
    times.append(time.perf_counter() - begun)
cpu = (time.process_time() - cpu) / steps
if rank == 0:
    with open(settings["out"], "w") as f:
        json.dump({"times": times, "cpu": cpu, "compiled": compiled() - before}, f)
if store is not None and not hasattr(mx.engine, "stats"):
    store._barrier()
    os._exit(0)  # 1.9.1's worker may wait for its scheduler at the end
