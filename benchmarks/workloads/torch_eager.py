"""The workloads in PyTorch's own idiom: eager, and with ``torch.compile`` where settings say so."""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

import data  # noqa: E402
import operations  # noqa: E402
from protocol import THREADS, Worker  # noqa: E402
from reference import (  # noqa: E402
    CLASSIFIER_CHECK_STEPS,
    LINREG_CHECK_STEPS,
    NETWORK_CHECK_STEPS,
)

if THREADS:
    torch.set_num_threads(THREADS)


def device(settings):
    return torch.device("cuda" if settings.get("device") == "gpu" else "cpu")


def built(settings, objective, optimizer):
    """A loss of (x, y) and an optimizer's step, each compiled whole if that is asked for."""
    if not settings.get("compile"):
        return objective, optimizer.step
    return torch.compile(objective), torch.compile(optimizer.step)


def finish(where):
    if where.type == "cuda":
        torch.cuda.synchronize()


class LinearRegression:
    def __init__(self, settings):
        self.device = device(settings)
        features, labels, w, b = data.linear_regression(settings["samples"])
        self.features = torch.from_numpy(features).to(self.device)
        self.labels = torch.from_numpy(labels).to(self.device)
        self.params = [torch.tensor(v, device=self.device, requires_grad=True) for v in (w, b)]
        self.lr, self.batch_size = settings["lr"], settings["batch_size"]
        self.stream = self.batches(data.index_batches(settings["samples"], self.batch_size))

    def batches(self, index_lists):
        for indices in index_lists:
            j = torch.tensor(indices, device=self.device)
            yield self.features.index_select(0, j), self.labels.index_select(0, j)

    def run(self, steps):
        w, b = self.params
        for _ in range(steps):
            x, y = next(self.stream)
            y_hat = torch.mm(x, w) + b
            loss = (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
            loss.sum().backward()
            with torch.no_grad():
                for p in self.params:
                    p -= self.lr * p.grad / self.batch_size
                    p.grad.zero_()
        finish(self.device)

    def check(self):
        self.run(LINREG_CHECK_STEPS)
        w, b = (p.detach().cpu() for p in self.params)
        return {"w0": float(w[0, 0]), "w1": float(w[1, 0]), "b": float(b[0])}


def build(network):
    if network == "softmax":
        return nn.Sequential(nn.Linear(784, 10))
    if network == "mlp":
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Sigmoid(),
        nn.MaxPool2d(2, 2),
        nn.Conv2d(6, 16, 5),
        nn.Sigmoid(),
        nn.MaxPool2d(2, 2),
        nn.Flatten(),
        nn.Linear(256, 120),
        nn.Sigmoid(),
        nn.Linear(120, 84),
        nn.Sigmoid(),
        nn.Linear(84, 10),
    )


class Classifier:
    def __init__(self, settings):
        self.device = device(settings)
        pairs = data.classification(
            settings["network"], settings["batch_size"], settings["batches"]
        )
        self.pairs = [
            (torch.from_numpy(x).to(self.device), torch.from_numpy(y).long().to(self.device))
            for x, y in pairs
        ]
        self.net = build(settings["network"]).to(self.device)
        with torch.no_grad():
            self.begin = data.initial_parameters(settings["network"])
            for param, value in zip(self.net.parameters(), self.begin, strict=True):
                param.copy_(torch.from_numpy(value))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=settings["lr"])
        self.loss, self.update = built(settings, self.objective, self.optimizer)
        self.last = None

    def objective(self, x, y):
        return F.cross_entropy(self.net(x), y)

    def run(self, steps):
        for step in range(steps):
            x, y = self.pairs[step % len(self.pairs)]
            self.optimizer.zero_grad()
            loss = self.loss(x, y)
            loss.backward()
            self.update()
        self.last = loss
        finish(self.device)

    def check(self):
        self.run(CLASSIFIER_CHECK_STEPS)
        end = [param.detach().cpu().numpy() for param in self.net.parameters()]
        return {"loss": self.last.item(), "moved": data.moved(self.begin, end)}


class Residual(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.shorter = stride == 2
        if self.shorter:
            self.conv3 = nn.Conv2d(channels, width, 1, stride, bias=False)
            self.norm3 = nn.BatchNorm2d(width)

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (self.norm3(self.conv3(x)) if self.shorter else x))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.layer = kind(data.WIDTH, data.WIDTH)
        self.out = nn.Linear(data.WIDTH, 10)

    def forward(self, x):
        return self.out(self.layer(x)[0])


class EncoderLayer(nn.Module):
    def __init__(self, width=256, hidden=1024, heads=4):
        super().__init__()
        self.heads = heads
        self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width)
        self.wide, self.narrow = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, x):
        n, t, d = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(*qkv).transpose(1, 2).reshape(n, t, d)
        x = self.norm1(x + self.project(y))
        return self.norm2(x + self.narrow(F.gelu(self.wide(x))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(EncoderLayer(), EncoderLayer())
        self.out = nn.Linear(256, 10)

    def forward(self, x):
        return self.out(self.layers(x).mean(1))


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.users = nn.Embedding(data.ROWS, data.FACTORS)
        self.items = nn.Embedding(data.ROWS, data.FACTORS)

    def forward(self, x):
        return (self.users(x[0]) * self.items(x[1])).sum(1)


def build_larger(network):
    if network == "lstm":
        return Recurrent(nn.LSTM)
    if network == "gru":
        return Recurrent(nn.GRU)
    if network == "encoder":
        return Encoder()
    if network == "factors":
        return Factors()
    channels = data.INPUTS[network][0]
    layers = [nn.Conv2d(channels, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers += [nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for i, width in enumerate((64, 128, 256, 512)):
        layers += [Residual(channels, width, 2 if i else 1), Residual(width, width, 1)]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def ready(settings):
    """(network with the common parameters, pairs of data, the parameters it begins with)."""
    pairs = data.examples(settings["network"], settings["batch_size"], settings["batches"])
    pairs = [
        (
            torch.from_numpy(x),
            torch.from_numpy(y) if y.dtype.kind == "f" else torch.tensor(y).long(),
        )
        for x, y in pairs
    ]
    net, begin = build_larger(settings["network"]), data.initial_parameters(settings["network"])
    with torch.no_grad():
        for param, value in zip(net.parameters(), begin, strict=True):
            param.copy_(torch.from_numpy(value))
    return net, pairs, begin


class Network:
    """One of the larger networks."""

    def __init__(self, settings):
        self.net, self.pairs, self.begin = ready(settings)
        self.squared = settings["network"] == "factors"
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=settings["lr"])
        self.loss, self.update = built(settings, self.objective, self.optimizer)
        self.last = None

    def objective(self, x, y):
        out = self.net(x)
        if self.squared:
            return F.mse_loss(out, y) / 2
        return F.cross_entropy(out.reshape(-1, 10), y.reshape(-1))

    def run(self, steps):
        for step in range(steps):
            x, y = self.pairs[step % len(self.pairs)]
            self.optimizer.zero_grad()
            loss = self.loss(x, y)
            loss.backward()
            self.update()
        self.last = loss

    def check(self):
        self.run(NETWORK_CHECK_STEPS)
        end = [param.detach().numpy() for param in self.net.parameters()]
        return {"loss": self.last.item(), "moved": data.moved(self.begin, end)}


class Inference:
    def __init__(self, settings):
        self.net, ((self.x, _),), _ = ready(settings)
        self.net.eval()
        if settings.get("compile"):
            self.net = torch.compile(self.net)

    def run(self, steps):
        with torch.inference_mode():
            for _ in range(steps):
                self.net(self.x)

    def check(self):
        with torch.inference_mode():
            out = self.net(self.x).double()
        return {"norm": out.norm().item(), "first": out[0, 0].item()}


OPERATIONS = {
    "add": torch.add,
    "exp": torch.exp,
    "mod": torch.remainder,
    "broadcast_add": torch.add,
    "sum": torch.sum,
    "sum_rows": lambda a: a.sum(1),
    "dot": torch.mm,
    "batch_dot": torch.bmm,
    "softmax": lambda a: torch.softmax(a, -1),
    "gelu": F.gelu,
    "take": lambda a, i: a.index_select(0, i),
    "topk": lambda a: torch.topk(a, operations.TOP)[0],
    "sort": lambda a: torch.sort(a)[0],
    "argsort": torch.argsort,
    "transpose": lambda a: a.t().contiguous(),
    "convolution": lambda x, w: F.conv2d(x, w, padding=1),
    "max_pool": lambda x: F.max_pool2d(x, 2),
    "avg_pool": lambda x: F.avg_pool2d(x, 2),
    "layer_norm": lambda x, g, b: F.layer_norm(x, g.shape, g, b),
    "batch_norm": lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True),
}


class Operator:
    """One operator; with ``backward`` its gradients too."""

    def __init__(self, settings):
        arrays = operations.inputs(settings["operator"], settings["size"])
        self.inputs = [torch.from_numpy(a) for a in arrays]
        self.function = OPERATIONS[settings["operator"]]
        self.backward = settings["backward"]
        if self.backward:
            for a in self.inputs:
                a.requires_grad_(a.is_floating_point())

    def run(self, steps):
        for _ in range(steps):
            y = self.function(*self.inputs)
            if self.backward:
                for a in self.inputs:
                    a.grad = None
                y.backward(torch.ones_like(y))

    def check(self):
        return {"mean": self.function(*self.inputs).double().mean().item()}


class Images(torch.utils.data.Dataset):
    """28x28 grey images; an item is (float32 (1, 28, 28) in 0..1, label), as ToTensor gives."""

    def __init__(self, folder):
        self.images, self.labels = data.read_idx_images(folder)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = torch.from_numpy(np.array(self.images[index])).unsqueeze(0)
        return image.to(torch.float32).div(255), int(self.labels[index])


class ImageLoader:
    def __init__(self, settings):
        self.loader = torch.utils.data.DataLoader(
            Images(settings["folder"]), batch_size=settings["batch_size"], shuffle=True
        )

    def run(self, epochs):
        for _ in range(epochs):
            for _x, _y in self.loader:
                pass

    def check(self):
        seen, pixels, labels = 0, 0.0, 0.0
        for x, y in self.loader:
            seen += len(x)
            pixels += x.double().sum().item() / 784
            labels += y.sum().item()
        return {"images": float(seen), "mean_pixel": pixels / seen, "mean_label": labels / seen}


def first_step(settings, mark):
    ((x, y),) = data.classification("mlp", settings["batch_size"], 1)
    x, y = torch.from_numpy(x), torch.from_numpy(y).long()
    net = build("mlp")
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=settings["lr"])
    mark("build")
    for _ in range(settings["steps"]):
        optimizer.zero_grad()
        loss = loss_function(net(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


def versions():
    return {"torch": torch.__version__, "numpy": np.__version__}


if __name__ == "__main__":
    Worker(
        STARTED,
        versions,
        {
            "linear_regression": LinearRegression,
            "classifier": Classifier,
            "image_loader": ImageLoader,
            "network": Network,
            "inference": Inference,
            "operator": Operator,
        },
        first_step,
    ).main(sys.argv[1:])
