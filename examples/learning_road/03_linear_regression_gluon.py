"""Lesson 3: the same linear regression, with Gluon.

What lesson 2 wrote by hand has a name here: ArrayDataset and DataLoader hand out shuffled
batches, nn.Dense(1) is X w + b and finds out by itself how many inputs it has, L2Loss is
(y_hat - y)^2 / 2, and Trainer holds the parameters and steps them. `trainer.step(n)` divides the
gradient by n, because the losses of n examples were added up by backward().

Must reach: w = [2, -3.4] and b = 4.2 within 0.01.

第 3 课：同样的线性回归，用 Gluon。

第 2 课亲手写的东西，这里都有现成的：ArrayDataset 和 DataLoader 给出打乱后的小批量；
nn.Dense(1) 就是 X w + b，并且自己会弄清有多少个输入；L2Loss 是 (y_hat - y)^2 / 2；
Trainer 保管参数并更新它们。`trainer.step(n)` 把梯度除以 n，因为 backward() 把 n 个样本的
损失加在了一起。

须达到：找到 w = [2, -3.4] 和 b = 4.2，误差不超过 0.01。
"""

from road import Lesson, leave

import mxnet as mx
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn
from mxnet.gluon.data import ArrayDataset, DataLoader

TRUE_W, TRUE_B = [2, -3.4], 4.2


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=4, batch_size=10, lr=0.03)
    args, ctx = lesson.args, lesson.ctx

    features = nd.random.normal(scale=1, shape=(1000, 2))
    labels = nd.dot(features, nd.array(TRUE_W)) + TRUE_B
    labels = labels + nd.random.normal(scale=0.01, shape=labels.shape)
    train_data = DataLoader(ArrayDataset(features, labels), args.batch_size, shuffle=True)

    net = nn.Sequential()
    net.add(nn.Dense(1))
    net.initialize(init.Normal(sigma=0.01), ctx=ctx)
    l2_loss = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": args.lr})

    for _ in lesson.epochs():
        for X, y in lesson.batches(train_data):
            X, y = X.as_in_context(ctx), y.as_in_context(ctx)
            with autograd.record():
                loss = l2_loss(net(X), y)
            loss.backward()
            trainer.step(len(X))
        whole = l2_loss(net(features.as_in_context(ctx)), labels.as_in_context(ctx))
        lesson.log(whole.mean().asscalar())

    w, b = net[0].weight.data().as_in_context(mx.cpu()), net[0].bias.data()
    w_error = (w.reshape((2,)) - nd.array(TRUE_W)).abs().max().asscalar()
    lesson.require("error of w · w 的误差", w_error, at_most=0.01)
    b_error = (b - TRUE_B).abs().asscalar()
    lesson.require("error of b · b 的误差", b_error, at_most=0.01)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
