"""A LeNet, a GRU and a Transformer encoder, written with ``mx.np`` and with ``mx.nd``.

``python benchmarks/numpy_twins.py`` times training steps of both in turns, in one process, and
prints the median of the ratios np / nd. Both are hybridized; everything is compiled at once.
"""

import statistics
import time

import numpy as onp

import mxnet as mx
from mxnet import autograd, gluon, nd, np, npx
from mxnet.gluon import nn, rnn

ROUNDS = 15
BATCH, LENGTH, WIDTH, HEADS = 16, 20, 64, 4  # of the encoder


class LeNet(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.first, self.second = (
                nn.Conv2D(20, 5, in_channels=1),
                nn.Conv2D(50, 5, in_channels=20),
            )
            self.hidden, self.scores = nn.Dense(500, in_units=800), nn.Dense(10, in_units=500)


class LeNetNd(LeNet):
    def hybrid_forward(self, F, x):
        for layer in (self.first, self.second):
            x = F.relu(layer(x))
            x = F.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
        return self.scores(F.relu(self.hidden(x)))


class LeNetNp(LeNet):
    def forward(self, x):
        for layer in (self.first, self.second):
            x = npx.relu(layer(x))
            x = npx.pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
        return self.scores(npx.relu(self.hidden(x)))


class Gru(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.gru = rnn.GRU(128, input_size=64, layout="NTC")
            self.scores = nn.Dense(10, in_units=128 * LENGTH)


class GruNd(Gru):
    def hybrid_forward(self, F, x):
        return self.scores(F.tanh(self.gru(x)))


class GruNp(Gru):
    def forward(self, x):
        return self.scores(np.tanh(self.gru(x)))


class Encoder(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.query, self.key, self.value, self.mix = [
                nn.Dense(WIDTH, flatten=False, in_units=WIDTH) for _ in range(4)
            ]
            self.norm, self.last_norm = [nn.LayerNorm(in_channels=WIDTH) for _ in range(2)]
            self.wide = nn.Dense(4 * WIDTH, "relu", flatten=False, in_units=WIDTH)
            self.narrow = nn.Dense(WIDTH, flatten=False, in_units=4 * WIDTH)
            self.scores = nn.Dense(10, in_units=WIDTH * LENGTH)

    def after(self, x, mixed):
        x = self.norm(x + self.mix(mixed))
        return self.scores(self.last_norm(x + self.narrow(self.wide(x))))


SPLIT, HEADWISE = (BATCH, LENGTH, HEADS, WIDTH // HEADS), (BATCH * HEADS, LENGTH, WIDTH // HEADS)
JOINED = (BATCH, HEADS, LENGTH, WIDTH // HEADS)


class EncoderNd(Encoder):
    def hybrid_forward(self, F, x):
        def heads(a):
            return F.transpose(F.reshape(a, SPLIT), (0, 2, 1, 3)).reshape(HEADWISE)

        q, k, v = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        weights = F.softmax(F.batch_dot(q, k, transpose_b=True) * (WIDTH // HEADS) ** -0.5)
        mixed = F.batch_dot(weights, v).reshape(JOINED).transpose((0, 2, 1, 3))
        return self.after(x, mixed.reshape((BATCH, LENGTH, WIDTH)))


class EncoderNp(Encoder):
    def forward(self, x):
        def heads(a):
            return np.transpose(np.reshape(a, SPLIT), (0, 2, 1, 3)).reshape(HEADWISE)

        q, k, v = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        weights = npx.softmax(npx.batch_dot(q, k, transpose_b=True) * (WIDTH // HEADS) ** -0.5)
        mixed = npx.batch_dot(weights, v).reshape(JOINED).transpose((0, 2, 1, 3))
        return self.after(x, mixed.reshape((BATCH, LENGTH, WIDTH)))


def prepared(cls, shape, array, scope):
    """A function ``(steps) -> milliseconds per step`` of a network's training."""
    random = onp.random.RandomState(0)
    with scope():
        net = cls()
        net.initialize()
        net.hybridize()
        x, y = array(random.randn(*shape).astype("float32")), array(random.randint(0, 10, shape[0]))
        loss = gluon.loss.SoftmaxCrossEntropyLoss()
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})

    def run(steps):
        with scope():
            begun = time.perf_counter()
            for _ in range(steps):
                with autograd.record():
                    value = loss(net(x), y)
                value.backward()
                trainer.step(shape[0])
            nd.waitall()
            return (time.perf_counter() - begun) / steps * 1e3

    run(5)
    return run


class _NumPy:
    """Scope of NumPy's arrays and shapes."""

    def __enter__(self):
        npx.set_np()

    def __exit__(self, *exc):
        npx.reset_np()


class _Plain:
    def __enter__(self):
        pass

    def __exit__(self, *exc):
        pass


def main():
    mx.engine.set_evaluate(0)
    print("| training step, ms | nd | np | np / nd |\n|---|---|---|---|")
    for name, of_nd, of_np, shape, steps in (
        ("LeNet, batch 64", LeNetNd, LeNetNp, (64, 1, 28, 28), 20),
        ("GRU 128, 20 steps, batch 32", GruNd, GruNp, (32, LENGTH, 64), 40),
        ("Transformer encoder", EncoderNd, EncoderNp, (BATCH, LENGTH, WIDTH), 60),
    ):
        runs = [prepared(of_nd, shape, nd.array, _Plain), prepared(of_np, shape, np.array, _NumPy)]
        times = [[], []]
        for k in range(ROUNDS):
            for i in (0, 1) if k % 2 else (1, 0):
                times[i].append(runs[i](steps))
        ratio = statistics.median(b / a for a, b in zip(*times))
        shown = " | ".join(f"{statistics.median(t):.2f}" for t in times)
        print(f"| {name} | {shown} | {ratio:.3f} |", flush=True)


if __name__ == "__main__":
    main()
