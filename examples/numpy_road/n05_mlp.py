"""Lesson n5: a multilayer perceptron, and how to keep it from learning by heart.

With 2000 images and two wide hidden layers a network can remember every single one, its mistakes
and accidents included. Two remedies. Dropout lets each hidden unit pass only with probability
1 - p while training, so that none can rely on another. Weight decay pulls every weight towards 0,
so that large ones must earn their keep; biases are left alone, as `wd_mult` says.

The block is written with np and npx: `npx.relu` between layers, dropout by `npx.dropout`, which
does something under `autograd.record()` only. It is trained twice, without and with the remedies.

Must reach: 0.81 of the test images right with the remedies, and a smaller gap between training and
test accuracy than without.

第 n5 课：多层感知机，以及怎样不让它死记硬背。

只有 2000 幅图像，却有两个很宽的隐藏层，网络可以把每一幅都记住，连同其中的错误和偶然。对策有
两个。丢弃法：训练时每个隐藏单元只以概率 1 - p 通过，谁也不能依赖谁。权重衰减：把每个权重拉向
0，大的权重必须物有所值；偏置不受影响，由 `wd_mult` 指定。

网络块用 np 和 npx 写成：层与层之间是 `npx.relu`，丢弃用 `npx.dropout`，它只在
`autograd.record()` 之内起作用。训练两次，一次没有对策，一次有。

须达到：有对策时 0.81 的测试图像分类正确，并且训练与测试准确率之差比没有对策时小。
"""

from np_road import Lesson, accuracy, fashion_mnist, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()


class Perceptron(nn.HybridBlock):
    """Two hidden layers of 256 units; ``dropout`` is the fraction of units left out."""

    def __init__(self, dropout):
        super().__init__()
        self.p = dropout
        self.first, self.second = nn.Dense(256), nn.Dense(256)
        self.scores = nn.Dense(10)

    def forward(self, x):
        x = npx.relu(self.first(x.reshape(len(x), -1)))
        x = npx.dropout(x, p=self.p / 2)  # less near the pixels
        x = npx.relu(self.second(x))
        x = npx.dropout(x, p=self.p)
        return self.scores(x)


def train(lesson, name, dropout, wd, train_data, test_data):
    """Return the accuracy on the training and on the test images."""
    args = lesson.args
    net = Perceptron(dropout)
    net.initialize(init.Xavier(), ctx=lesson.ctx)
    net.hybridize()
    for parameter in net.collect_params(".*bias").values():
        parameter.wd_mult = 0
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    options = {"learning_rate": args.lr, "momentum": 0.9, "wd": wd}
    trainer = gluon.Trainer(net.collect_params(), "sgd", options)
    for epoch in lesson.epochs(name):
        trainer.set_learning_rate(args.lr * (1 - epoch / args.epochs))
        total = np.zeros((), ctx=lesson.ctx)
        for X, y in lesson.steps(train_data):
            X, y = X.as_in_ctx(lesson.ctx), y.as_in_ctx(lesson.ctx)
            with autograd.record():
                loss = cross_entropy(net(X), y)
            loss.backward()
            trainer.step(len(y))
            total += loss.mean()
        lesson.log(total / len(train_data))
    return accuracy(lesson, net, train_data), accuracy(lesson, net, test_data)


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=30, batch_size=100, lr=0.05)
    batches = fashion_mnist(lesson, train_images=2000)
    seen, unseen = train(lesson, "by heart · 死记硬背", 0.0, 0.0, *batches)
    lesson.note(
        f"without remedies {seen:.3f} of the training, {unseen:.3f} of the test images · "
        f"没有对策：训练图像 {seen:.3f}，测试图像 {unseen:.3f}"
    )
    gap = seen - unseen
    seen, unseen = train(lesson, "with remedies · 有对策", 0.5, 1e-3, *batches)
    lesson.note(
        f"with remedies    {seen:.3f} of the training, {unseen:.3f} of the test images · "
        f"有对策：  训练图像 {seen:.3f}，测试图像 {unseen:.3f}"
    )
    what = "test accuracy with remedies · 有对策时的测试准确率"
    lesson.require(what, unseen, at_least=0.81)
    what = "gap, as a part of the gap without · 准确率之差与没有对策时之比"
    lesson.require(what, (seen - unseen) / gap, at_most=0.9)
    return lesson.finish(unseen)


if __name__ == "__main__":
    leave(main())
