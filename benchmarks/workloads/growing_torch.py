"""The growing networks in PyTorch's eager idiom."""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import torch  # noqa: E402
from torch import nn  # noqa: E402

import growing  # noqa: E402
from protocol import Worker  # noqa: E402
from torch_eager import versions  # noqa: E402  (sets the threads as well)

OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


class Growing:
    """A chain of dense layers and its optimizer, each with its defaults."""

    def __init__(self, settings):
        widths, activations, _ = growing.chain(settings)
        values = growing.parameters(settings)
        x, y = growing.example(settings)
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y).long()
        name = settings["optimizer"]
        begin = time.perf_counter()
        layers = []
        for inner, outer, relu in zip(widths, widths[1:], activations):
            layers += [nn.Linear(inner, outer)] + [nn.ReLU()] * relu
        self.net = nn.Sequential(*layers)
        self.optimizer = OPTIMIZERS[name](self.net.parameters(), lr=growing.RATES[name])
        self.build = time.perf_counter() - begin
        self.loss = nn.CrossEntropyLoss()
        with torch.no_grad():
            for param, value in zip(self.net.parameters(), values, strict=True):
                param.copy_(torch.from_numpy(value))

    def run(self, steps):
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss = self.loss(self.net(self.x), self.y)
            loss.backward()
            self.optimizer.step()
        self.last = loss

    def check(self):
        begin = time.perf_counter()
        self.run(1)
        first = time.perf_counter() - begin
        self.run(growing.CHECK_STEPS - 1)
        return {"loss": self.last.item(), "build": self.build, "first": first}


if __name__ == "__main__":
    Worker(STARTED, versions, {"growing": Growing}, None).main(sys.argv[1:])
