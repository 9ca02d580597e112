"""The training step of dist_mx.py with PyTorch's DistributedDataParallel on Gloo."""

import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

settings = json.loads(sys.argv[1])
torch.set_num_threads(1)
alone, warm, steps, batch = (settings[k] for k in ("alone", "warm", "steps", "batch"))
rank = 0 if alone else int(os.environ["RANK"])
if not alone:
    torch.distributed.init_process_group("gloo")


class Block(nn.Module):
    """Two 3x3 convolutions with a way around them."""

    def __init__(self, inner, outer, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inner, outer, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outer),
            nn.ReLU(),
            nn.Conv2d(outer, outer, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outer),
        )
        self.around = nn.Sequential()
        if stride != 1 or inner != outer:
            self.around = nn.Sequential(
                nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer)
            )

    def forward(self, x):
        return torch.relu(self.body(x) + self.around(x))


random = np.random.RandomState(rank)
if settings["net"] == "mlp":
    net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    x = random.randn(batch, 784)
else:
    layers = [nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers += [nn.MaxPool2d(3, 2, 1)]
    width = 64
    for outer, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(width, outer, stride), Block(outer, outer, 1)]
        width = outer
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]
    net = nn.Sequential(*layers)
    x = random.randn(batch, 1, 28, 28)
if not alone:
    net = nn.parallel.DistributedDataParallel(net)
x = torch.from_numpy(x).float()
y = torch.from_numpy(random.randint(0, 10, batch)).long()
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)


def step():
    optimizer.zero_grad()
    loss(net(x), y).backward()
    optimizer.step()


for _ in range(warm):
    step()
times, cpu = [], time.process_time()
for _ in range(steps):
    begun = time.perf_counter()
    step()
    times.append(time.perf_counter() - begun)
cpu = (time.process_time() - cpu) / steps
if rank == 0:
    with open(settings["out"], "w") as f:
        json.dump({"times": times, "cpu": cpu, "compiled": 0}, f)
if not alone:
    torch.distributed.destroy_process_group()
