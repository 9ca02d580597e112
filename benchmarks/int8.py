"""Quantized networks beside float32: CPU milliseconds of a batch. ``python benchmarks/int8.py``.

Each network is run fourteen times first, so that both are compiled; then the two take turns.
"""

import time

import mxnet as mx
from mxnet import gluon, nd
from mxnet.contrib.quantization import quantize_net_v2
from mxnet.gluon import nn
from mxnet.gluon.model_zoo import vision

ROUNDS = 15


def mlp():
    net = nn.HybridSequential()
    net.add(nn.Dense(1024, activation="relu"), nn.Dense(1024, activation="relu"), nn.Dense(10))
    return net


def convolutions():
    net = nn.HybridSequential()
    for _ in range(3):
        net.add(nn.Conv2D(64, 3, padding=1, activation="relu"))
    net.add(nn.MaxPool2D(), nn.Dense(10))
    return net


CASES = (
    ("MLP 1024-1024-1024-10", mlp, (64, 1024)),
    ("3 convolutions of 64", convolutions, (8, 16, 32, 32)),
    ("resnet18_v1", lambda: vision.resnet18_v1(classes=10), (4, 3, 64, 64)),
)


def cpu(net, x):
    begun = time.process_time()
    net(x).asnumpy()
    return 1e3 * (time.process_time() - begun)


def main():
    mx.random.seed(0)
    print(f"{'network':<24}{'float32':>10}{'int8':>10}{'ratio':>8}{'difference':>12}")
    for name, make, shape in CASES:
        net = make()
        net.initialize(mx.init.Xavier())
        net.hybridize()
        x = nd.random.uniform(shape=shape)
        net(x)
        batches = gluon.data.DataLoader(gluon.data.ArrayDataset(x), batch_size=shape[0])
        eight = quantize_net_v2(
            net, calib_data=batches, calib_mode="naive", num_calib_examples=shape[0]
        )
        eight.hybridize()
        for _ in range(14):
            a, b = net(x).asnumpy(), eight(x).asnumpy()
        both = [(cpu(net, x), cpu(eight, x)) for _ in range(ROUNDS)]
        real, small = (min(times) for times in zip(*both))
        off = abs(a - b).max() / abs(a).max()
        print(f"{name:<24}{real:>10.1f}{small:>10.1f}{real / small:>8.2f}{off:>12.3f}")


if __name__ == "__main__":
    main()
