"""Lesson 12: small networks on CPU and GPU - what makes a training step fast?

A GPU multiplies large matrices many times faster than a CPU, yet a small network may train more
slowly on it: each operation must be launched, each batch carried over, and a small product is
done before that has paid off. So this lesson measures the same steps, from the same weights, in
several ways:

    how it runs    operation by operation as written, or hybridized into one graph
    where data are floats sent every step, bytes sent every step (a quarter of the size, made
                   floats by ToTensor on the device), or all batches on the device beforehand
    how large      32, 256 or 1024 hidden units

and prints what made the difference. (An engine that compiles the step whole leaves little for
hybridizing to gain.) Speed may depend on all of this; the result may not.

Must reach: every way arrives at the same loss, to 5 %.
"""

import itertools
import statistics
import time

from road import Lesson, leave

import mxnet as mx
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms

NUM_BATCHES, WIDTH, OTHER_WIDTHS = 20, 256, (32, 1024)
FEEDS = ("floats sent", "bytes sent", "data resident")
to_tensor = transforms.ToTensor()


def feeder(how, batches, ctx):
    """Return a function that hands out the batches on ctx, one by one."""
    if how == "floats sent":
        host = [(to_tensor(nd.array(X, dtype="uint8")).asnumpy(), y) for X, y in batches]
        return lambda: ((nd.array(X, ctx=ctx), nd.array(y, ctx=ctx)) for X, y in host)

    def to_device(X, y):
        return to_tensor(nd.array(X, dtype="uint8", ctx=ctx)), nd.array(y, ctx=ctx)

    if how == "bytes sent":
        return lambda: (to_device(X, y) for X, y in batches)
    resident = [to_device(X, y) for X, y in batches]
    return lambda: resident


class Way:
    """A perceptron that is trained in one way, pass by pass; ``times`` are milliseconds a step."""

    def __init__(self, lesson, ctx, width, hybrid, how, batches):
        mx.random.seed(lesson.args.seed)
        self.net = nn.HybridSequential()
        self.net.add(nn.Dense(width, activation="relu", in_units=784), nn.Dense(10, in_units=width))
        self.net.initialize(init.Xavier(), ctx=ctx)
        if hybrid:
            self.net.hybridize()
        parameters = self.net.collect_params()
        self.trainer = gluon.Trainer(parameters, "sgd", {"learning_rate": lesson.args.lr})
        self.cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
        self.ctx, self.steps, self.times = ctx, len(batches), []
        self.feed = feeder(how, batches, ctx)
        self.name = f"{ctx} {width} {'hybridized' if hybrid else 'as written'}, {how}"

    def train(self):
        """One pass; keep its time and return its mean loss."""
        start = time.perf_counter()
        total = nd.zeros(1, ctx=self.ctx)
        for X, y in self.feed():
            with autograd.record():
                loss = self.cross_entropy(self.net(X), y)
            loss.backward()
            total += loss.mean()
            self.trainer.step(len(X))
        mean = total.asscalar() / self.steps  # waits for all steps of the pass
        self.times.append((time.perf_counter() - start) / self.steps * 1000)
        return mean


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=6, batch_size=256, lr=0.1)
    args = lesson.args
    nd.zeros(1, ctx=lesson.ctx).wait_to_read()  # with --ctx gpu there has to be one
    devices = [mx.cpu()] + ([mx.gpu()] if mx.context.num_gpus() else [])
    if len(devices) == 1:
        lesson.note("no GPU is present, so the CPU alone is measured")

    train_set = FashionMNIST(root=args.data_dir, train=True)
    loader = DataLoader(train_set, args.batch_size, last_batch="discard")
    batches = itertools.islice(lesson.batches(loader), NUM_BATCHES)
    batches = [(X.asnumpy(), y.asnumpy()) for X, y in batches]
    lesson.data = f"Fashion-MNIST {len(batches) * args.batch_size}"

    ways = [(WIDTH, hybrid, how) for hybrid in (False, True) for how in FEEDS]
    ways += [(width, True, "data resident") for width in OTHER_WIDTHS]
    runs = {(c, way): Way(lesson, c, *way, batches) for c in devices for way in ways}
    losses = {}
    # In turns: a moment in which the machine is busy slows all ways, not one of them.
    for _ in lesson.epochs(next(iter(runs.values())).name):
        for key, run in runs.items():
            losses[key] = run.train()
            lesson.log(losses[key], curve=run.name, ms=run.times[-1])
    # the first pass also compiles
    ms = {key: statistics.median(run.times[1:] or run.times) for key, run in runs.items()}

    print(f"\n{'hidden':>6}  {'how it runs':<11} {'data':<13}", *(f"{c!s:>9}" for c in devices))
    for width, hybrid, how in ways:
        row = (f"{ms[ctx, (width, hybrid, how)]:6.2f} ms" for ctx in devices)
        print(f"{width:>6}  {'hybridized' if hybrid else 'as written':<11} {how:<13}", *row)

    print("\nWhat made the difference (a factor above 1 is faster):")
    for ctx in devices:
        floats, sent, resident = (ms[ctx, (WIDTH, True, how)] for how in FEEDS)
        written = ms[ctx, (WIDTH, False, "data resident")]
        print(
            f"  on {ctx}: hybridizing {written / resident:.2f}, "
            f"bytes instead of floats {floats / sent:.2f}, data resident {floats / resident:.2f}"
        )
    for ctx in devices[1:]:
        for width in sorted((WIDTH, *OTHER_WIDTHS)):
            way = (width, True, "data resident")
            factor = ms[devices[0], way] / ms[ctx, way]
            print(f"  {ctx} instead of {devices[0]}, {width} hidden: {factor:.2f}")

    for width in (WIDTH, *OTHER_WIDTHS):
        same = [loss for (_, way), loss in losses.items() if way[0] == width]
        if len(same) > 1:
            spread = (max(same) - min(same)) / min(same)
            lesson.require(f"difference in loss, {width} hidden", spread, at_most=0.05)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
