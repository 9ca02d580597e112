"""Lesson 8: too many weights for too few examples, and weight decay by hand.

Data       y = 0.5 + sum_i 0.1 x_i + noise, with 100 inputs but only 80 training examples
Trouble    100 weights can explain 80 examples exactly in endless ways; most are wrong elsewhere
Remedy     ask for small weights too: minimise   loss + wd / 2 * |w|^2.
           Its gradient is g + wd * w, so each step also shrinks w: hence "weight decay".

The progress bars show both losses: without decay the test loss stays far above the training loss;
with decay both are small.

Must reach: a test loss with decay of at most 1/10 of that without, and at most 3/4 of that of
always answering the mean, so that something was learnt, too.

第 8 课：权重太多、样本太少，亲手写权重衰减。

数据    y = 0.5 + sum_i 0.1 x_i + 噪声，有 100 个输入，训练样本却只有 80 个
麻烦    100 个权重有无数种方式把 80 个样本解释得分毫不差，其中大多数换到别处就错了
对策    要求权重也要小：最小化   loss + wd / 2 * |w|^2。
        它的梯度是 g + wd * w，每一步都让 w 缩小一点，所以叫“权重衰减”。

进度条显示两种损失：不用衰减，测试损失始终远高于训练损失；用了衰减，两者都小。

须达到：用衰减时的测试损失不超过不用时的 1/10，也不超过“总是回答平均值”时的 3/4，
这样才说明真的学到了东西。
"""

import random

from road import Lesson, leave

from mxnet import autograd, nd

NUM_INPUTS, NUM_TRAIN, NUM_TEST, DECAY = 100, 80, 200, 0.5


def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(features), batch_size):
        j = nd.array(indices[i : i + batch_size], ctx=features.context)
        yield features.take(j), labels.take(j)


def linreg(X, w, b):
    return nd.dot(X, w) + b


def squared_loss(y_hat, y):
    return (y_hat - y) ** 2 / 2


def penalty(w):
    return (w**2).sum() / 2


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=120, batch_size=10, lr=0.01)
    args, ctx = lesson.args, lesson.ctx

    X = nd.random.normal(shape=(NUM_TRAIN + NUM_TEST, NUM_INPUTS), ctx=ctx)
    y = nd.dot(X, nd.ones((NUM_INPUTS, 1), ctx=ctx) * 0.1) + 0.5
    y = y + nd.random.normal(scale=0.1, shape=y.shape, ctx=ctx)
    train, test = (X[:NUM_TRAIN], y[:NUM_TRAIN]), (X[NUM_TRAIN:], y[NUM_TRAIN:])

    def fit(wd, curve):
        w = nd.random.normal(scale=1, shape=(NUM_INPUTS, 1), ctx=ctx)
        b = nd.zeros(1, ctx=ctx)
        w.attach_grad()
        b.attach_grad()
        for _ in lesson.epochs(curve):
            for X, y in lesson.batches(data_iter(args.batch_size, *train)):
                with autograd.record():
                    # backward() adds up the examples of a batch, so the penalty counts once each.
                    loss = squared_loss(linreg(X, w, b), y) + wd * penalty(w)
                loss.backward()
                sgd([w, b], args.lr, len(X))
            train_loss, test_loss = (
                squared_loss(linreg(X, w, b), y).mean() for X, y in (train, test)
            )
            test_loss = test_loss.asscalar()
            lesson.log(test_loss, train=train_loss.asscalar())
        size = w.norm().asscalar()
        lesson.note(f"|w| = {size:.3f} with wd = {wd:g} · wd = {wd:g} 时 |w| = {size:.3f}")
        return test_loss

    without = fit(0, "test loss, wd = 0 · 测试损失，wd = 0")
    decayed = fit(DECAY, f"test loss, wd = {DECAY:g} · 测试损失，wd = {DECAY:g}")
    answer = y[NUM_TRAIN:] * 0 + y.mean()
    mean_loss = squared_loss(answer, y[NUM_TRAIN:]).mean().asscalar()
    what = "test loss with decay / without · 测试损失：用衰减 / 不用"
    lesson.require(what, decayed / without, at_most=0.1)
    what = "test loss with decay / of the mean · 测试损失：用衰减 / 回答平均值"
    lesson.require(what, decayed / mean_loss, at_most=0.75)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
