"""Lesson n8: a small residual network.

More layers should never do worse: the additional ones could pass on what they get. But to pass a
picture on unchanged is something that a stack of convolutions finds hard to learn. A residual
block makes it the starting point: it gives x + f(x), and f has to learn only what is to be
different. Gradients, too, find a way past f, straight down to the first layers.

Where a block halves the picture and doubles the channels, x goes through a 1 x 1 convolution so
that the two can be added. At the end each channel's mean over the picture decides.

Must reach: 0.84 of the test images right.

第 n8 课：小型残差网络。

层数更多，按理不会更差：多出来的层只要把得到的东西传下去就行。可是把图像原样传下去，恰恰是一叠
卷积很难学会的事。残差块把它当作起点：它给出 x + f(x)，f 只需学习应当改变的部分。梯度也有一条
绕过 f 的路，直通最前面的层。

当一个块把图像减半、通道加倍时，x 要经过一个 1 x 1 卷积，两者才能相加。最后由每个通道在整幅
图像上的平均值来决定。

须达到：0.84 的测试图像分类正确。
"""

from np_road import Lesson, accuracy, fashion_mnist, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()


class Residual(nn.HybridBlock):
    """``relu(x + f(x))``, f being two 3 x 3 convolutions with batch normalisation.

    ``halve``: make the picture half as large.
    """

    def __init__(self, channels, halve=False):
        super().__init__()
        strides = 2 if halve else 1
        self.first = nn.Conv2D(channels, kernel_size=3, padding=1, strides=strides, use_bias=False)
        self.second = nn.Conv2D(channels, kernel_size=3, padding=1, use_bias=False)
        self.norm_first, self.norm_second = nn.BatchNorm(), nn.BatchNorm()
        self.side = nn.Conv2D(channels, kernel_size=1, strides=strides) if halve else None

    def forward(self, x):
        change = npx.relu(self.norm_first(self.first(x)))
        change = self.norm_second(self.second(change))
        if self.side is not None:
            x = self.side(x)
        return npx.relu(x + change)


class ResNet(nn.HybridBlock):
    """A stem, residual blocks, the mean of each channel, and scores."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2D(16, kernel_size=5, strides=2, padding=2, use_bias=False)
        self.norm = nn.BatchNorm()
        self.blocks = nn.HybridSequential()
        self.blocks.add(Residual(16), Residual(32, halve=True), Residual(32))
        self.scores = nn.Dense(10)

    def forward(self, x):
        x = npx.relu(self.norm(self.stem(x)))
        x = npx.pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
        x = self.blocks(x)
        return self.scores(x.mean(axis=(2, 3)))


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=4, batch_size=50, lr=0.004)
    args, ctx = lesson.args, lesson.ctx
    train_data, test_data = fashion_mnist(lesson)

    net = ResNet()
    net.initialize(init.Xavier(magnitude=2.24), ctx=ctx)
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": args.lr})

    for epoch in lesson.epochs():
        trainer.set_learning_rate(args.lr * (1 - epoch / args.epochs))
        total = np.zeros((), ctx=ctx)
        for X, y in lesson.steps(train_data):
            X, y = X.as_in_ctx(ctx), y.as_in_ctx(ctx)
            with autograd.record():
                loss = cross_entropy(net(X), y)
            loss.backward()
            trainer.step(len(y))
            total += loss.mean()
        reached = accuracy(lesson, net, test_data)
        lesson.log(total / len(train_data), accuracy=reached)

    lesson.require("test accuracy · 测试准确率", reached, at_least=0.84)
    return lesson.finish(reached)


if __name__ == "__main__":
    leave(main())
