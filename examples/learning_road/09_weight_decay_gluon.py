"""Lesson 9: weight decay with Gluon.

The same 100 weights and 80 examples as in lesson 8, but nothing is added to the loss: Trainer's
`wd` adds wd * w to each gradient before the step, which for plain SGD is the same. Biases are
few and cannot overfit; `wd_mult` (here 0) says by how much a parameter's decay is multiplied.

Must reach: a test loss with decay of at most 1/10 of that without, and at most 3/4 of that of
always answering the mean, so that something was learnt, too.

第 9 课：用 Gluon 做权重衰减。

还是第 8 课的 100 个权重和 80 个样本，但损失里什么也不加：Trainer 的 `wd` 在更新之前给每个
梯度加上 wd * w，对普通的 SGD 来说效果相同。偏置很少，不会过拟合；`wd_mult`（这里为 0）是
某个参数的衰减所乘的倍数。

须达到：用衰减时的测试损失不超过不用时的 1/10，也不超过“总是回答平均值”时的 3/4，
这样才说明真的学到了东西。
"""

from road import Lesson, leave

from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn
from mxnet.gluon.data import ArrayDataset, DataLoader

NUM_INPUTS, NUM_TRAIN, NUM_TEST, DECAY = 100, 80, 200, 0.5


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=120, batch_size=10, lr=0.01)
    args, ctx = lesson.args, lesson.ctx

    X = nd.random.normal(shape=(NUM_TRAIN + NUM_TEST, NUM_INPUTS), ctx=ctx)
    y = nd.dot(X, nd.ones((NUM_INPUTS, 1), ctx=ctx) * 0.1) + 0.5
    y = y + nd.random.normal(scale=0.1, shape=y.shape, ctx=ctx)
    train, test = (X[:NUM_TRAIN], y[:NUM_TRAIN]), (X[NUM_TRAIN:], y[NUM_TRAIN:])
    train_data = DataLoader(ArrayDataset(*train), args.batch_size, shuffle=True)
    l2_loss = gluon.loss.L2Loss()

    def fit(wd, curve):
        net = nn.Sequential()
        net.add(nn.Dense(1))
        net.initialize(init.Normal(sigma=1), ctx=ctx)
        net.collect_params(".*bias").setattr("wd_mult", 0)
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": args.lr, "wd": wd})
        for _ in lesson.epochs(curve):
            for X, y in lesson.batches(train_data):
                X, y = X.as_in_context(ctx), y.as_in_context(ctx)
                with autograd.record():
                    loss = l2_loss(net(X), y)
                loss.backward()
                trainer.step(len(X))
            train_loss, test_loss = (l2_loss(net(X), y).mean() for X, y in (train, test))
            test_loss = test_loss.asscalar()
            lesson.log(test_loss, train=train_loss.asscalar())
        size = net[0].weight.data().norm().asscalar()
        lesson.note(f"|w| = {size:.3f} with wd = {wd:g} · wd = {wd:g} 时 |w| = {size:.3f}")
        return test_loss

    without = fit(0, "test loss, wd = 0 · 测试损失，wd = 0")
    decayed = fit(DECAY, f"test loss, wd = {DECAY:g} · 测试损失，wd = {DECAY:g}")
    answer = y[NUM_TRAIN:] * 0 + y.mean()
    mean_loss = l2_loss(answer, y[NUM_TRAIN:]).mean().asscalar()
    what = "test loss with decay / without · 测试损失：用衰减 / 不用"
    lesson.require(what, decayed / without, at_most=0.1)
    what = "test loss with decay / of the mean · 测试损失：用衰减 / 回答平均值"
    lesson.require(what, decayed / mean_loss, at_most=0.75)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
