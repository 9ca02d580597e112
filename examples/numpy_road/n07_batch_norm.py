"""Lesson n7: batch normalisation, by hand and as a layer.

In a deep network each layer's inputs drift while the layers before it learn. Batch normalisation
shifts and scales each channel so that over the batch it has mean 0 and variance 1, and then lets
the network choose another mean and scale, beta and gamma, which are learned. A single test image
has no batch: for it, means and variances are used that were averaged while training.

A block of one's own may have parameters: `self.params.get` in __init__, `.data()` in forward. Some
are written to in forward rather than learned: the averages, with grad_req="null".

A network with sigmoids, which learns slowly as it is, is trained without normalisation, with the
one by hand, and with nn.BatchNorm.

Must reach: 0.78 of the test images right with either normalisation, and 0.05 more than without;
the two within 0.03 of each other.

第 n7 课：批量归一化，亲手写和用现成的层。

在深的网络里，前面的层在学习，后面各层的输入就跟着漂移。批量归一化对每个通道作平移和缩放，使它
在一个批量上均值为 0、方差为 1，然后让网络另选均值和尺度，即学出来的 beta 和 gamma。单独一幅
测试图像没有批量：对它使用训练时逐步平均得到的均值和方差。

自己写的网络块可以有参数：在 __init__ 里用 `self.params.get`，在 forward 里用 `.data()`。
有些参数不是学出来的，而是在 forward 里写入的：就是那些平均值，grad_req="null"。

一个用 sigmoid、本来学得很慢的网络训练三次：没有归一化，用亲手写的归一化，用 nn.BatchNorm。

须达到：用两种归一化都有 0.78 的测试图像分类正确，并且比没有归一化时高 0.05；
两者相差不超过 0.03。
"""

from np_road import Lesson, accuracy, fashion_mnist, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()


class Normalise(nn.HybridBlock):
    """Batch normalisation of (batch, channels) or (batch, channels, height, width)."""

    def __init__(self, channels, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        one_each = {"shape": (channels,)}
        self.gamma = self.params.get("gamma", init="ones", **one_each)
        self.beta = self.params.get("beta", init="zeros", **one_each)
        self.mean = self.params.get("mean", init="zeros", grad_req="null", **one_each)
        self.variance = self.params.get("variance", init="ones", grad_req="null", **one_each)

    def forward(self, x):
        wide = (1, -1) + (1,) * (x.ndim - 2)  # beside x: channels are its second axis
        if autograd.is_training():
            others = tuple(axis for axis in range(x.ndim) if axis != 1)
            mean = x.mean(axis=others)
            variance = ((x - mean.reshape(wide)) ** 2).mean(axis=others)
            for average, now in ((self.mean, mean), (self.variance, variance)):
                kept = average.data()
                kept[:] = self.momentum * kept + (1 - self.momentum) * now.detach()
        else:
            mean, variance = self.mean.data(), self.variance.data()
        x = (x - mean.reshape(wide)) / np.sqrt(variance.reshape(wide) + self.epsilon)
        return self.gamma.data().reshape(wide) * x + self.beta.data().reshape(wide)


class Network(nn.HybridBlock):
    """A convolution and two Dense layers with sigmoids; ``normalised(channels)`` makes a layer."""

    def __init__(self, normalised):
        super().__init__()
        self.convolution = nn.Conv2D(12, kernel_size=5, strides=2)
        self.hidden, self.scores = nn.Dense(64), nn.Dense(10)
        self.after_convolution, self.after_hidden = normalised(12), normalised(64)

    def forward(self, x):
        x = npx.sigmoid(self.after_convolution(self.convolution(x)))
        x = npx.pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg")
        x = npx.sigmoid(self.after_hidden(self.hidden(x.reshape(len(x), -1))))
        return self.scores(x)


def train(lesson, name, normalised, train_data, test_data):
    """Return the accuracy on the test images."""
    args, ctx = lesson.args, lesson.ctx
    lesson.seed()  # equal initial values and an equal order of the images
    net = Network(normalised)
    net.initialize(init.Xavier(), ctx=ctx)
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": args.lr})
    for epoch in lesson.epochs(name):
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
    return reached


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=4, batch_size=100, lr=0.5)
    batches = fashion_mnist(lesson)
    without = train(lesson, "without · 没有", lambda channels: nn.Identity(), *batches)
    by_hand = train(lesson, "by hand · 亲手写", Normalise, *batches)
    layer = train(lesson, "nn.BatchNorm", lambda channels: nn.BatchNorm(), *batches)
    lesson.note(
        f"accuracy {without:.3f} without, {by_hand:.3f} by hand, {layer:.3f} as a layer · "
        f"准确率：没有归一化 {without:.3f}，亲手写 {by_hand:.3f}，现成的层 {layer:.3f}"
    )
    lower = min(by_hand, layer)
    lesson.require("test accuracy, the lower one · 测试准确率，较低者", lower, at_least=0.78)
    lesson.require("gain over no normalisation · 比没有归一化高出", lower - without, at_least=0.05)
    difference = abs(by_hand - layer)
    lesson.require("by hand against the layer · 亲手写与现成的层之差", difference, at_most=0.03)
    return lesson.finish(layer)


if __name__ == "__main__":
    leave(main())
