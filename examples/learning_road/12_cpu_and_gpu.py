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

第 12 课：CPU 与 GPU 上的小网络，训练一步的速度从何而来？

GPU 做大矩阵乘法比 CPU 快许多倍，可是小网络在它上面训练反而可能更慢：每个操作都要启动，
每个批量都要搬过去，而小的乘法在把这些成本赚回来之前就已经算完了。所以这一课从同样的初始权重
出发，把同样的训练步用几种方式各测一遍：

    怎样运行    按程序所写逐个操作，或者混合化（hybridize）成一张图
    数据在哪    每步传送浮点数；每步传送字节（只有四分之一大，由设备上的 ToTensor
                变成浮点数）；或者事先把所有批量放到设备上
    多大        32、256 或 1024 个隐藏单元

最后打印出是什么带来了差别。（如果引擎把整个训练步一起编译，混合化就没有多少余地了。）
速度可以取决于这一切，结果却不可以。

须达到：各种方式得到同样的损失，相差不超过 5 %。
"""

import itertools
import statistics
import time

from road import Lesson, leave
from telling import padded

import mxnet as mx
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms

NUM_BATCHES, WIDTH, OTHER_WIDTHS = 20, 256, (32, 1024)
FEEDS = ("floats sent", "bytes sent", "data resident")
CHINESE = {  # of the table's words
    "hidden": "隐藏",
    "how it runs": "怎样运行",
    "data": "数据",
    "as written": "照写运行",
    "hybridized": "混合化",
    "floats sent": "传送浮点数",
    "bytes sent": "传送字节",
    "data resident": "数据已就位",
}
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
        lesson.note("no GPU is present, so the CPU alone is measured · 没有 GPU，所以只测 CPU")

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

    def say(word):
        return lesson.tell(f"{word} · {CHINESE[word]}")

    def row(hidden, runs, data, times):
        first = padded(str(hidden), 6, right=True)
        print(f"{first}  {padded(say(runs), 11)} {padded(say(data), 13)}", *times)

    print()
    row(say("hidden"), "how it runs", "data", (f"{c!s:>9}" for c in devices))
    for width, hybrid, how in ways:
        times = (f"{ms[ctx, (width, hybrid, how)]:6.2f} ms" for ctx in devices)
        row(width, "hybridized" if hybrid else "as written", how, times)

    title = (
        "What made the difference (a factor above 1 is faster): · "
        "差别从何而来（大于 1 的倍数表示更快）："
    )
    print(f"\n{lesson.tell(title)}")
    for ctx in devices:
        floats, sent, resident = (ms[ctx, (WIDTH, True, how)] for how in FEEDS)
        hybridizing = f"{ms[ctx, (WIDTH, False, 'data resident')] / resident:.2f}"
        fewer, none = f"{floats / sent:.2f}", f"{floats / resident:.2f}"
        line = lesson.tell(
            f"on {ctx}: hybridizing {hybridizing}, bytes instead of floats {fewer}, "
            f"data resident {none} · "
            f"在 {ctx} 上：混合化 {hybridizing}，以字节代替浮点数 {fewer}，数据已就位 {none}"
        )
        print(f"  {line}")
    for ctx in devices[1:]:
        for width in sorted((WIDTH, *OTHER_WIDTHS)):
            way = (width, True, "data resident")
            factor = f"{ms[devices[0], way] / ms[ctx, way]:.2f}"
            line = lesson.tell(
                f"{ctx} instead of {devices[0]}, {width} hidden: {factor} · "
                f"用 {ctx} 代替 {devices[0]}，{width} 个隐藏单元：{factor}"
            )
            print(f"  {line}")

    for width in (WIDTH, *OTHER_WIDTHS):
        same = [loss for (_, way), loss in losses.items() if way[0] == width]
        if len(same) > 1:
            spread = (max(same) - min(same)) / min(same)
            what = f"difference in loss, {width} hidden · 损失之差，{width} 个隐藏单元"
            lesson.require(what, spread, at_most=0.05)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
