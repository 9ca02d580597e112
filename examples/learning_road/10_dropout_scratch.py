"""Lesson 10: dropout by hand.

While training, each hidden unit is silenced with probability p, anew in every step, and the
others are scaled up so that the expectation stays what it was:

    h' = mask * h / (1 - p),   mask = 0 with probability p, else 1.

No unit can then rely on one particular other unit. When the network is used, nothing is dropped;
`autograd.is_training()` tells the two apart: true inside `autograd.record()`, false outside.

Must reach: 0.84 of the test images right.

第 10 课：亲手写丢弃法。

训练时，每个隐藏单元都以概率 p 被关闭，每一步重新抽取；其余的单元则放大，使期望保持不变：

    h' = mask * h / (1 - p)，mask 以概率 p 为 0，否则为 1。

这样，任何单元都不能依赖某个特定的单元。使用网络时什么也不丢弃；`autograd.is_training()`
用来区分两者：在 `autograd.record()` 之内为真，之外为假。

须达到：0.84 的测试图像分类正确。
"""

from itertools import pairwise

from road import Lesson, leave

from mxnet import autograd, gluon, nd
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms

SIZES = (28 * 28, 256, 256, 10)
DROP = (0.2, 0.5)  # less near the input, where what is lost cannot be had elsewhere


def dropout(h, p):
    if not autograd.is_training():
        return h
    mask = nd.random.uniform(0, 1, shape=h.shape, ctx=h.context) >= p
    return mask * h / (1 - p)


def net(X, W1, b1, W2, b2, W3, b3):
    X = X.reshape((-1, SIZES[0]))
    h1 = dropout(nd.relu(nd.dot(X, W1) + b1), DROP[0])
    h2 = dropout(nd.relu(nd.dot(h1, W2) + b2), DROP[1])
    return nd.dot(h2, W3) + b3


def sgd_momentum(params, velocities, lr, batch_size, momentum=0.9):
    for param, v in zip(params, velocities):
        v[:] = momentum * v + param.grad / batch_size
        param[:] = param - lr * v


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=18, batch_size=200, lr=0.1)
    args, ctx = lesson.args, lesson.ctx

    to_tensor = transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True).transform_first(to_tensor)
    test_set = FashionMNIST(root=args.data_dir, train=False).transform_first(to_tensor)
    train_data = DataLoader(train_set, args.batch_size, shuffle=True)
    test_data = DataLoader(test_set, args.batch_size)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"

    params = []
    for fan_in, fan_out in pairwise(SIZES):
        params.append(nd.random.normal(scale=0.05, shape=(fan_in, fan_out), ctx=ctx))
        params.append(nd.zeros(fan_out, ctx=ctx))
    velocities = [param.zeros_like() for param in params]
    for param in params:
        param.attach_grad()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()

    def test_accuracy():
        right, seen = nd.zeros(1, ctx=ctx), 0
        for X, y in lesson.batches(test_data):
            guess = net(X.as_in_context(ctx), *params).argmax(axis=1)
            right += (guess == y.as_in_context(ctx).astype("float32")).sum()
            seen += len(y)
        return right.asscalar() / seen

    for epoch in lesson.epochs():
        lr = args.lr * (1 - epoch / args.epochs)
        total, seen = nd.zeros(1, ctx=ctx), 0
        for X, y in lesson.batches(train_data):
            X, y = X.as_in_context(ctx), y.as_in_context(ctx)
            with autograd.record():
                loss = cross_entropy(net(X, *params), y)
            loss.backward()
            total += loss.sum()
            seen += len(y)
            sgd_momentum(params, velocities, lr, len(y))
        accuracy = test_accuracy()
        lesson.log(total.asscalar() / seen, accuracy=accuracy)

    lesson.require("test accuracy · 测试准确率", accuracy, at_least=0.84)
    return lesson.finish(accuracy)


if __name__ == "__main__":
    leave(main())
