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


def measure(lesson, ctx, width, hybrid, how, batches):
    """Train a perceptron that way; return milliseconds a step (median of passes) and last loss."""
    mx.random.seed(lesson.args.seed)
    net = nn.HybridSequential()
    net.add(nn.Dense(width, activation="relu"), nn.Dense(10))
    net.initialize(init.Xavier(), ctx=ctx)
    if hybrid:
        net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": lesson.args.lr})
    feed, times = feeder(how, batches, ctx), []

    style = "hybridized" if hybrid else "as written"
    for _ in lesson.epochs(f"{ctx} {width} {style}, {how}"):
        start = time.perf_counter()
        total = nd.zeros(1, ctx=ctx)
        for X, y in feed():
            with autograd.record():
                loss = cross_entropy(net(X), y)
            loss.backward()
            total += loss.mean()
            trainer.step(len(X))
        mean = total.asscalar() / len(batches)  # waits for all steps of the pass
        times.append((time.perf_counter() - start) / len(batches) * 1000)
        lesson.log(mean, ms=times[-1])
    return statistics.median(times[1:] or times), mean  # the first pass also compiles


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

    ms, losses = {}, {}
    for ctx in devices:
        ways = [(WIDTH, hybrid, how) for hybrid in (False, True) for how in FEEDS]
        ways += [(width, True, "data resident") for width in OTHER_WIDTHS]
        for way in ways:
            ms[ctx, way], losses[ctx, way] = measure(lesson, ctx, *way, batches)

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
