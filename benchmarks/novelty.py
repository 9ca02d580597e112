"""What was never met before: times of new shapes, new expressions and first steps.

``python benchmarks/novelty.py`` runs each workload in fresh processes, of ours (nothing on disk),
PyTorch eager and MXNet 1.9.1 in turns, and writes novelty.json and the table in ``README.md``,
after each row. Every figure is wall time of one thing that the process had not met before; what is
built once by all (imports, the first tensor) is told apart.
"""

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

STARTED = time.perf_counter()
SIZES = [37, 53, 41, 67, 73, 79, 83, 97, 101]  # of batches and images; the third and later count
LENGTHS = 200  # of sentences; each twice on average
BATCHES = 400
EXPRESSIONS = 500
VOCABULARY, WIDTH, ROWS = 500, 256, 8

# (name, title, unit): what each worker answers
WORKLOADS = [
    ("scale", "`x * 2`, each new shape", "ms"),
    ("dense", "dense forward, each new shape", "ms"),
    ("gradient", "dense forward and gradient, each new shape", "ms"),
    ("step", "MLP training step, each new batch size", "ms"),
    ("convolution", "convolution forward, each new image size", "ms"),
    ("lstm", "LSTM forward and backward, each new length", "ms"),
    ("language", "language model, 400 batches of 200 lengths", "s"),
    ("padded", "the same padded to 8 lengths", "s"),
    ("expressions", "500 small expressions, each once", "s"),
    ("unrolled", "symbol of an LSTM unrolled 40 steps: bind, forward, backward", "s"),
    ("first-mlp", "first step of an MLP in a fresh process, import included", "s"),
    ("first-lenet", "first step of LeNet, import included", "s"),
    ("detector", "detector head: 60 images of 60 sizes, training step and box_nms", "s"),
    ("first-lstm", "first step of an LSTM, import included", "s"),
    ("first-resnet", "first step of ResNet-18 on 4 images of 64 x 64, import included", "s"),
    ("first-transformer", "first step of a Transformer encoder of 2 layers, import included", "s"),
]


def seconds(run, *given):
    begun = time.perf_counter()
    run(*given)
    return time.perf_counter() - begun


def each(make, run):
    """Milliseconds of ``run(make(size))``, without making, from the third size on."""
    inputs = [make(size) for size in SIZES]
    return statistics.median([seconds(run, x) * 1e3 for x in inputs][2:])


def sentences(name):
    """Lengths of the batches of an epoch, as they are or padded to one of 8."""
    chosen = random.Random(3)
    found = [chosen.choice(range(5, 5 + LENGTHS)) for _ in range(BATCHES)]
    return found if name == "language" else [-(-n // 26) * 26 for n in found]


def cells(array, functions, look):
    """Many small expressions of functions by name, each looked at once."""
    unary = ["exp", "tanh", "sigmoid", "relu", "square", "sqrt", "abs", "log1p"]
    x = array(5, 7)
    for k in range(EXPRESSIONS):
        y = array(5, 7 + k % 40)[:, :7]
        a, b = (getattr(functions, unary[i % 8]) for i in (k, k // 8))
        look(a(x + k) * b(y) - y.sum(axis=k % 2, keepdims=True))


# ------------------------------------------------------------------------------------- MXNet style
def mx_worker(name):
    import numpy as np

    import mxnet as mx
    from mxnet import autograd, gluon, nd
    from mxnet.gluon import nn

    def array(*shape):
        x = nd.array(np.random.RandomState(0).rand(*shape).astype("float32"))
        x.wait_to_read()
        return x

    def rows(n):
        return array(n, 784)

    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def trained(net):
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})

        def step(x, y):
            with autograd.record():
                value = loss(net(x), y)
            value.backward()
            trainer.step(x.shape[0])
            value.asnumpy()

        return step

    def mlp():
        net = nn.Sequential()
        net.add(nn.Dense(256, activation="relu", in_units=784), nn.Dense(10, in_units=256))
        net.initialize()
        return net

    if name == "scale":
        return each(rows, lambda x: (x * 2).asnumpy())
    if name in ("dense", "gradient"):
        w, b = array(256, 784), array(256)
        if name == "dense":
            return each(rows, lambda x: nd.FullyConnected(x, w, b, num_hidden=256).asnumpy())
        w.attach_grad()

        def run(x):
            with autograd.record():
                y = nd.FullyConnected(x, w, b, num_hidden=256)
            y.backward()
            w.grad.asnumpy()

        return each(rows, run)
    if name == "step":
        step = trained(mlp())
        return each(lambda n: (rows(n), nd.array(np.arange(n) % 10)), lambda pair: step(*pair))
    if name == "convolution":
        net = nn.Conv2D(16, 3, padding=1, in_channels=3)
        net.initialize()
        return each(lambda n: array(8, 3, n, n), lambda x: net(x).asnumpy())
    if name == "lstm":
        net = gluon.rnn.LSTM(32, input_size=16)
        net.initialize()

        def run(x):
            with autograd.record():
                value = net(x).sum()
            value.backward()
            value.asnumpy()

        return each(lambda n: array(n, 8, 16), run)
    if name in ("language", "padded"):

        class Model(gluon.Block):
            def __init__(self):
                super().__init__()
                self.embed = nn.Embedding(VOCABULARY, WIDTH)
                self.lstm = gluon.rnn.LSTM(WIDTH, input_size=WIDTH)
                self.out = nn.Dense(VOCABULARY, flatten=False, in_units=WIDTH)

            def forward(self, x):
                return self.out(self.lstm(self.embed(x)))

        net = Model()
        net.initialize()
        step = trained(net)

        def epoch():
            for n in sentences(name):
                x = nd.array(np.arange(n * ROWS).reshape(n, ROWS) % VOCABULARY)
                step(x, x)

        return seconds(epoch)
    if name == "expressions":
        return seconds(lambda: cells(array, nd, nd.NDArray.asnumpy))
    if name == "unrolled":
        cell = mx.rnn.LSTMCell(64, prefix="l_")

        def run():
            outputs, _ = cell.unroll(
                40, inputs=mx.sym.Variable("data"), layout="NTC", merge_outputs=True
            )
            exe = mx.sym.MakeLoss(mx.sym.sum(outputs)).simple_bind(mx.cpu(), data=(8, 40, 32))
            exe.forward(is_train=True)
            exe.backward()
            exe.grad_dict["l_i2h_weight"].asnumpy()

        return seconds(run)
    if name == "detector":
        shown = 3  # anchors of a pixel

        class Detector(gluon.Block):
            def __init__(self):
                super().__init__()
                self.body = nn.Sequential()
                for width in (16, 32, 64):
                    self.body.add(nn.Conv2D(width, 3, 2, 1, activation="relu"))
                self.classes = nn.Conv2D(shown * 3, 3, padding=1)
                self.places = nn.Conv2D(shown * 4, 3, padding=1)

            def forward(self, x):
                y = self.body(x)
                anchors = nd.contrib.MultiBoxPrior(y, sizes=(0.2, 0.4), ratios=(1, 2))
                classes = self.classes(y).transpose((0, 2, 3, 1)).reshape((1, -1, 3))
                places = self.places(y).transpose((0, 2, 3, 1)).reshape((1, -1))
                return anchors, classes, places

        net = Detector()
        net.initialize()
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
        truth = nd.array([[[0, 0.1, 0.1, 0.4, 0.5], [1, 0.5, 0.4, 0.9, 0.8]]])

        def look(x):
            with autograd.record():
                anchors, classes, places = net(x)
                given = classes.transpose((0, 2, 1))
                found = nd.contrib.MultiBoxTarget(anchors, truth, given)
                value = loss(classes, found[2]).sum()
                value = value + nd.smooth_l1((places - found[0]) * found[1], scalar=1.0).sum()
            value.backward()
            trainer.step(1)
            scores = classes.softmax()[:, :, 1:].max(axis=2, keepdims=True)
            rows = nd.concat(scores, anchors + places.reshape((1, -1, 4)) * 0.1, dim=2)
            nd.contrib.box_nms(rows, coord_start=1, score_index=0, id_index=-1).asnumpy()

        xs = [array(1, 3, 64 + 2 * k, 184 - 2 * k) for k in range(60)]
        return seconds(lambda: [look(x) for x in xs])
    if name == "first-resnet":
        net = gluon.model_zoo.vision.resnet18_v1(classes=10)
        net.initialize()
        trained(net)(array(4, 3, 64, 64), nd.array(np.arange(4) % 10))
    elif name == "first-transformer":

        class Layer(gluon.Block):
            def __init__(self):
                super().__init__()
                self.three = nn.Dense(384, flatten=False, in_units=128)
                self.out = nn.Dense(128, flatten=False, in_units=128)
                self.wide = nn.Dense(512, flatten=False, in_units=128, activation="relu")
                self.narrow = nn.Dense(128, flatten=False, in_units=512)
                self.norms = [nn.LayerNorm(in_channels=128), nn.LayerNorm(in_channels=128)]
                for n in self.norms:
                    self.register_child(n)

            def forward(self, x):
                rows, steps = x.shape[:2]
                parts = self.three(x).reshape((rows, steps, 3, 4, 32)).transpose((2, 0, 3, 1, 4))
                q, k, v = (p.reshape((rows * 4, steps, 32)) for p in parts)
                weight = (nd.batch_dot(q, k, transpose_b=True) / 32**0.5).softmax()
                heads = nd.batch_dot(weight, v).reshape((rows, 4, steps, 32))
                y = heads.transpose((0, 2, 1, 3)).reshape((rows, steps, 128))
                x = self.norms[0](x + self.out(y))
                return self.norms[1](x + self.narrow(self.wide(x)))

        net = nn.Sequential()
        net.add(Layer(), Layer(), nn.Dense(10, flatten=False, in_units=128))
        net.initialize()
        trained(net)(array(8, 32, 128), nd.zeros((8, 32)))
    elif name == "first-mlp":
        trained(mlp())(array(64, 784), nd.array(np.arange(64) % 10))
    elif name == "first-lenet":
        net = nn.Sequential()
        net.add(nn.Conv2D(20, 5, activation="relu"), nn.MaxPool2D(2, 2))
        net.add(nn.Conv2D(50, 5, activation="relu"), nn.MaxPool2D(2, 2))
        net.add(nn.Dense(500, activation="relu"), nn.Dense(10))
        net.initialize()
        trained(net)(array(64, 1, 28, 28), nd.array(np.arange(64) % 10))
    elif name == "first-lstm":
        net = gluon.rnn.LSTM(128, input_size=64)
        net.initialize()
        x = array(35, 16, 64)
        with autograd.record():
            value = net(x).sum()
        value.backward()
        value.asnumpy()
    return time.perf_counter() - STARTED


# ----------------------------------------------------------------------------------------- PyTorch
def torch_worker(name):
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(2)

    def array(*shape):
        return torch.from_numpy(np.random.RandomState(0).rand(*shape).astype("float32"))

    def rows(n):
        return array(n, 784)

    def trained(net):
        optimizer = torch.optim.SGD(net.parameters(), 0.1)

        def step(x, y):
            optimizer.zero_grad()
            value = functional.cross_entropy(net(x), y)
            value.backward()
            optimizer.step()
            value.item()

        return step

    def mlp():
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))

    if name == "scale":
        return each(rows, lambda x: (x * 2).numpy())
    if name in ("dense", "gradient"):
        layer = nn.Linear(784, 256)
        if name == "dense":
            return each(rows, lambda x: layer(x).detach().numpy())

        def run(x):
            layer.zero_grad()
            layer(x).sum().backward()
            layer.weight.grad.numpy()

        return each(rows, run)
    if name == "step":
        step = trained(mlp())
        return each(rows, lambda x: step(x, torch.arange(len(x)) % 10))
    if name == "convolution":
        net = nn.Conv2d(3, 16, 3, padding=1)
        return each(lambda n: array(8, 3, n, n), lambda x: net(x).detach().numpy())
    if name == "lstm":
        net = nn.LSTM(16, 32)

        def run(x):
            value = net(x)[0].sum()
            value.backward()
            value.item()

        return each(lambda n: array(n, 8, 16), run)
    if name in ("language", "padded"):

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.embed = nn.Embedding(VOCABULARY, WIDTH)
                self.lstm = nn.LSTM(WIDTH, WIDTH)
                self.out = nn.Linear(WIDTH, VOCABULARY)

            def forward(self, x):
                return self.out(self.lstm(self.embed(x))[0]).reshape(-1, VOCABULARY)

        step = trained(Model())

        def epoch():
            for n in sentences(name):
                x = (torch.arange(n * ROWS) % VOCABULARY).reshape(n, ROWS)
                step(x, x.reshape(-1))

        return seconds(epoch)
    if name == "expressions":
        return seconds(lambda: cells(array, torch, torch.Tensor.numpy))
    if name in ("unrolled", "detector"):
        return None
    if name == "first-resnet":

        class Unit(nn.Module):
            def __init__(self, before, width, stride):
                super().__init__()
                self.body = nn.Sequential(
                    nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width),
                    nn.ReLU(), nn.Conv2d(width, width, 3, 1, 1, bias=False),
                    nn.BatchNorm2d(width),
                )  # fmt: skip
                self.past = nn.Sequential()
                if before != width:
                    self.past.append(nn.Conv2d(before, width, 1, stride, bias=False))
                    self.past.append(nn.BatchNorm2d(width))

            def forward(self, x):
                return functional.relu(self.body(x) + self.past(x))

        parts = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        parts.append(nn.MaxPool2d(3, 2, 1))
        widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
        parts += [Unit(a, b, 1 + (a != b)) for a, b in itertools.pairwise(widths)]
        parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]
        trained(nn.Sequential(*parts))(array(4, 3, 64, 64), torch.arange(4) % 10)
    elif name == "first-transformer":
        layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
        net = nn.Sequential(nn.TransformerEncoder(layer, 2), nn.Linear(128, 10), nn.Flatten(0, 1))
        trained(net)(array(8, 32, 128), torch.zeros(256, dtype=torch.int64))
    elif name == "first-mlp":
        trained(mlp())(array(64, 784), torch.arange(64) % 10)
    elif name == "first-lenet":
        net = nn.Sequential(
            nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
        )  # fmt: skip
        trained(net)(array(64, 1, 28, 28), torch.arange(64) % 10)
    elif name == "first-lstm":
        net = nn.LSTM(64, 128)
        value = net(array(35, 16, 64))[0].sum()
        value.backward()
        value.item()
    return time.perf_counter() - STARTED


WORKERS = {"mx": mx_worker, "torch": torch_worker}


# ------------------------------------------------------------------------------------------ driver
LIMIT = 300  # seconds of a worker
COMPILED = "ours, compiled at once"
MINUTES = {"language", "detector"}  # what takes minutes where everything is compiled


def ask(environment, kind, variables, name):
    """What a fresh process measures, or why there is none."""
    with tempfile.TemporaryDirectory() as home:
        # the kernels are built once per machine, and are not what is measured; programs are
        kept = {"MXNET_XLA_CACHE_DIR": "off"} if kind == "mx" else {}
        try:
            done = subprocess.run(
                [str(environment.python), __file__, "--worker", kind, "--name", name],
                check=False,
                capture_output=True,
                text=True,
                cwd=home,
                timeout=LIMIT,
                env=environment.process_environment(2) | kept | dict(variables),
            )
        except subprocess.TimeoutExpired:
            return None, f"not done in {LIMIT} s"
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return json.loads(done.stdout.splitlines()[-1]), None


def measure(name, peers, rounds, watch):
    """Figures of a workload: peer -> list of numbers; and how many of them others disturbed."""
    found, gone, disturbed = {label: [] for label in peers}, set(), 0
    if name in MINUTES:
        gone.add(COMPILED)
    for number in range(rounds):
        order = list(peers)[number % len(peers) :] + list(peers)[: number % len(peers)]
        for label in order:
            if label in gone:
                continue
            answer, was_disturbed = watch.measure(
                partial(ask, *peers[label], name), children_seconds
            )
            value, problem = answer
            if value is None:
                gone.add(label)
                if problem:
                    print(f"{name}, {label}: {problem}", file=sys.stderr, flush=True)
            else:
                found[label].append(value)
                disturbed += was_disturbed
    return found, disturbed


def row(name, figures, labels):
    """A line of the table."""
    title, unit = next((t, u) for n, t, u in WORKLOADS if n == name)
    medians = [statistics.median(v) if v else None for v in map(figures.get, labels)]
    cells = ["-" if m is None else f"{m:.2f}" for m in medians]
    return f"| {title}, {unit} | {' | '.join(cells)} |"


def table(results):
    """The page's table of all results, with when and where they were taken."""
    labels = list(dict.fromkeys(label for r in results.values() for label in r["figures"]))
    lines = [f"| | {' | '.join(labels)} |", f"|---|{'---|' * len(labels)}"]
    lines += [row(name, r["figures"], labels) for name, r in results.items()]
    for text in dict.fromkeys(circumstances(r) for r in results.values()):
        names = [name for name, r in results.items() if circumstances(r) == text]
        some = [r for r in results.values() if circumstances(r) == text]
        many = sum(len(v) for r in some for v in r["figures"].values())
        which = "" if len(names) == len(results) else f"{', '.join(names)}: "
        bad = sum(r["disturbed"] for r in some)
        lines += ["", f"{which}{text}; other processes disturbed {bad} of {many} figures."]
    return "\n".join(lines)


def circumstances(result):
    state = result["machine"]
    return (
        f"{result['date']}; {state['cpu']}, {state['cores_used']} of {state['cores']} cores, "
        f"medians of {result['rounds']}"
    )


def write(results):
    """Put results in novelty.json, over those of before, and the table in the page."""
    folder = Path(__file__).parent
    path = folder / "novelty.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    merged = before | results
    merged = {name: merged[name] for name, _, _ in WORKLOADS if name in merged}
    path.write_text(json.dumps(merged, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    report.replace_between(folder / "README.md", "novelty", table(merged))


def main():
    names = [name for name, _, _ in WORKLOADS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", choices=WORKERS, help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    parser.add_argument(
        "--only",
        default="",
        metavar="NAMES",
        help=f"of {', '.join(names)}; the figures of the others stay",
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--print", action="store_true", help="print only: write nothing")
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        metavar="SECONDS",
        help="how long in all to wait for, and repeat what was disturbed by, other processes",
    )
    given = parser.parse_args()
    if given.worker:
        print(json.dumps(WORKERS[given.worker](given.name)))
        return 0
    chosen = [name for name in given.only.split(",") if name] or names
    unknown = [name for name in chosen if name not in names]
    if unknown:
        parser.error(f"--only: no {', '.join(unknown)}; there are {', '.join(names)}")
    peers = {}
    for label, environment, kind, variables in [
        ("ours", OURS, "mx", {}),
        (COMPILED, OURS, "mx", {"MXNET_XLA_EVALUATE": "0"}),
        ("PyTorch eager", TORCH, "torch", {}),
        ("MXNet 1.9.1", MXNET191, "mx", {}),
    ]:
        try:
            environment.ensure()
            peers[label] = environment, kind, variables
        except Unavailable as problem:
            print(f"{label} is left out: {problem}")
    machine.pin(2)
    state = machine.describe(2)
    watch = Watch(given.patience, print)
    print(f"| | {' | '.join(peers)} |\n|---|{'---|' * len(peers)}")
    for name in chosen:
        figures, disturbed = measure(name, peers, given.rounds, watch)
        print(row(name, figures, list(peers)), flush=True)
        if not given.print:
            write(
                {
                    name: {
                        "figures": figures,
                        "disturbed": disturbed,
                        "rounds": given.rounds,
                        "machine": state,
                        "date": machine.today(),
                    }
                }
            )
    return 0


if __name__ == "__main__":
    if "--worker" not in sys.argv:
        from harness import machine, report
        from harness.environments import MXNET191, OURS, TORCH, Unavailable
        from harness.quiet import Watch, children_seconds
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    sys.exit(main())
