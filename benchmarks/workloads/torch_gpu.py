"""The workloads of ``torch_eager`` on a device of choice, and the two large networks.

What PyTorch offers for speed is on: TensorFloat-32 (which XLA uses too), cuDNN's search for the
best algorithm, channels last for images, fused attention and fused optimizers.
"""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

import data  # noqa: E402
import gpu_data  # noqa: E402
import torch_eager  # noqa: E402
from protocol import Worker  # noqa: E402
from reference import NETWORK_CHECK_STEPS  # noqa: E402
from torch_eager import device, finish  # noqa: E402

torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cudnn.allow_tf32 = True
torch.backends.cudnn.benchmark = True


class Network(torch_eager.Network):
    def __init__(self, settings):
        super().__init__(settings)
        self.device = device(settings)
        self.net.to(self.device)  # in place: the optimizer's parameters are these
        self.pairs = [(x.to(self.device), y.to(self.device)) for x, y in self.pairs]

    def run(self, steps):
        super().run(steps)
        finish(self.device)

    def check(self):
        self.run(NETWORK_CHECK_STEPS)
        end = [param.detach().cpu().numpy() for param in self.net.parameters()]
        return {"loss": self.last.item(), "moved": data.moved(self.begin, end)}


class Inference(torch_eager.Inference):
    def __init__(self, settings):
        super().__init__(settings)
        self.device = device(settings)
        self.net.to(self.device)
        self.x = self.x.to(self.device)

    def run(self, steps):
        with torch.inference_mode():
            for _ in range(steps):
                self.net(self.x)
                finish(self.device)  # somebody waits for each answer


class Bottleneck(nn.Module):
    """Version 1: the stride in the first convolution; biases as in MXNet's model zoo."""

    def __init__(self, channels, width, stride, changes):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(channels, width, 1, stride), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.conv3, self.norm3 = nn.Conv2d(width, 4 * width, 1), nn.BatchNorm2d(4 * width)
        self.shortcut = nn.Identity()
        if changes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        y = F.relu(self.norm2(self.conv2(y)))
        return F.relu(self.norm3(self.conv3(y)) + self.shortcut(x))


def resnet50():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers += [nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, count in enumerate(gpu_data.BLOCKS):
        width = 64 << stage
        for i in range(count):
            stride = 2 if stage and not i else 1
            layers.append(Bottleneck(channels, width, stride, changes=i == 0))
            channels = 4 * width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, gpu_data.CLASSES)]
    return nn.Sequential(*layers)


class Encoder(nn.Module):
    def __init__(self, layers, width, heads):
        super().__init__()
        self.layers = nn.Sequential(
            *(torch_eager.EncoderLayer(width, 4 * width, heads) for _ in range(layers))
        )
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        return self.out(self.layers(x).mean(1))


class Large:
    """Parameters in float32; bfloat16 by ``autocast``; compiled where settings say so."""

    def __init__(self, settings):
        self.device = device(settings)
        x, y = gpu_data.batch(settings)
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y).long().to(self.device)
        if settings["network"] == "resnet50":
            self.net, order = resnet50(), torch.channels_last
        else:
            self.net = Encoder(settings["layers"], settings["width"], settings["heads"])
            order = torch.contiguous_format
        with torch.no_grad():
            begin = gpu_data.parameters(settings)
            for param, value in zip(self.net.parameters(), begin, strict=True):
                param.copy_(torch.from_numpy(value))
        self.half = settings["precision"] != "float32"
        kind = torch.bfloat16 if self.half else torch.float32
        self.net.to(self.device, memory_format=order)
        self.x = self.x.to(self.device, kind, memory_format=order)
        rule, options = torch.optim.Adam, {}
        if settings["network"] == "resnet50":
            rule, options = torch.optim.SGD, {"momentum": 0.9}
        fused = self.device.type == "cuda"
        self.optimizer = rule(self.net.parameters(), lr=settings["lr"], fused=fused, **options)
        self.loss = torch.compile(self.objective) if settings.get("compile") else self.objective
        self.last = None

    def objective(self, x, y):
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            out = self.net(x)
        return F.cross_entropy(out.float(), y)

    def run(self, steps):
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss = self.loss(self.x, self.y)
            loss.backward()
            self.optimizer.step()
        self.last = loss.detach()
        finish(self.device)

    def check(self):
        self.run(1)
        first = self.last.item()
        self.run(gpu_data.CHECK_STEPS - 1)
        return {"first": first, "fall": first - self.last.item()}


def first_step(settings, mark):
    where = device(settings)
    ((x, y),) = data.classification("mlp", settings["batch_size"], 1)
    x, y = torch.from_numpy(x).to(where), torch.from_numpy(y).long().to(where)
    net = torch_eager.build("mlp").to(where)
    optimizer = torch.optim.SGD(net.parameters(), lr=settings["lr"])
    mark("build")
    for _ in range(settings["steps"]):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    Worker(
        STARTED,
        torch_eager.versions,
        {
            "linear_regression": torch_eager.LinearRegression,
            "classifier": torch_eager.Classifier,
            "network": Network,
            "inference": Inference,
            "large": Large,
        },
        first_step,
    ).main(sys.argv[1:])
