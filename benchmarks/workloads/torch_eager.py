"""The workloads in PyTorch's own eager idiom."""

import time

STARTED = time.perf_counter()

import sys  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

import data  # noqa: E402
from protocol import THREADS, Worker  # noqa: E402
from reference import CLASSIFIER_CHECK_STEPS, LINREG_CHECK_STEPS  # noqa: E402

if THREADS:
    torch.set_num_threads(THREADS)


def device(settings):
    return torch.device("cuda" if settings.get("device") == "gpu" else "cpu")


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
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=settings["lr"])
        self.last = None

    def run(self, steps):
        for step in range(steps):
            x, y = self.pairs[step % len(self.pairs)]
            self.optimizer.zero_grad()
            loss = self.loss(self.net(x), y)
            loss.backward()
            self.optimizer.step()
        self.last = loss
        finish(self.device)

    def check(self):
        self.run(CLASSIFIER_CHECK_STEPS)
        end = [param.detach().cpu().numpy() for param in self.net.parameters()]
        return {"loss": self.last.item(), "moved": data.moved(self.begin, end)}


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
        },
        first_step,
    ).main(sys.argv[1:])
