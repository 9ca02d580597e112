"""Lesson n6: a convolutional network in the manner of LeNet.

A Dense layer has a weight for every pixel and every unit, and has to learn anew what a sleeve
looks like at each place. A convolution looks at each 5 x 5 patch with the same few weights, so a
pattern found in one place is known in all. Pooling keeps the largest of each 2 x 2 answers: the
picture becomes smaller, and where exactly the pattern was matters less. Two rounds of that, then
Dense layers decide.

The shape of x on its way: (batch, 1, 28, 28), (batch, 8, 24, 24), pooled (batch, 8, 12, 12),
(batch, 24, 8, 8), pooled (batch, 24, 4, 4), and flat (batch, 384).

Must reach: 0.84 of the test images right.

第 n6 课：LeNet 式的卷积网络。

Dense 层的每个单元对每个像素都有一个权重，袖子出现在哪里，就得在哪里重新学一遍它的样子。卷积用
同样的几个权重去看每个 5 x 5 的小块，所以在一处学会的图案，到处都认得。池化在每 2 x 2 个回答中
保留最大的：图像变小了，图案究竟在哪里也不那么要紧了。这样做两轮，然后由 Dense 层决定。

x 一路上的形状：(batch, 1, 28, 28)，(batch, 8, 24, 24)，池化后 (batch, 8, 12, 12)，
(batch, 24, 8, 8)，池化后 (batch, 24, 4, 4)，展平后 (batch, 384)。

须达到：0.84 的测试图像分类正确。
"""

from np_road import Lesson, accuracy, fashion_mnist, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()


class LeNet(nn.HybridBlock):
    """Two convolutions with pooling, two Dense layers."""

    def __init__(self):
        super().__init__()
        self.near, self.far = nn.Conv2D(8, kernel_size=5), nn.Conv2D(24, kernel_size=5)
        self.hidden, self.scores = nn.Dense(96), nn.Dense(10)

    def forward(self, x):
        for convolution in (self.near, self.far):
            x = npx.relu(convolution(x))
            x = npx.pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
        x = npx.relu(self.hidden(x.reshape(len(x), -1)))
        return self.scores(x)


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=6, batch_size=50, lr=0.05)
    args, ctx = lesson.args, lesson.ctx
    train_data, test_data = fashion_mnist(lesson)

    net = LeNet()
    net.initialize(init.Xavier(), ctx=ctx)
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    options = {"learning_rate": args.lr, "momentum": 0.9}
    trainer = gluon.Trainer(net.collect_params(), "sgd", options)

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
