"""Lesson n8: a small residual network.

More layers should never do worse: the additional ones could pass on what they get. But to pass a
picture on unchanged is something that a stack of convolutions finds hard to learn. A residual
block makes it the starting point: it gives x + f(x), and f has to learn only what is to be
different. Gradients, too, find a way past f, straight down to the first layers.

Where a block halves the picture and doubles the channels, x goes through a 1 x 1 convolution so
that the two can be added. At the end each channel's mean over the picture decides.

Must reach: 0.84 of the test images right.
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

    lesson.require("test accuracy", reached, at_least=0.84)
    return lesson.finish(reached)


if __name__ == "__main__":
    leave(main())
