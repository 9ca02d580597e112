"""Lesson 6: a multilayer perceptron by hand.

Model      h = relu(x W1 + b1),   o = h W2 + b2,   relu(z) = max(z, 0)
           Without relu two layers would still be one linear map; the kink makes the difference.
Loss       softmax cross-entropy, as in lesson 4
Training   gradient descent with momentum: a velocity that remembers earlier gradients,
           v <- m v + g,   w <- w - lr v
           with a falling learning rate again

Must reach: 0.84 of the test images right.

第 6 课：亲手写多层感知机。

模型    h = relu(x W1 + b1)，  o = h W2 + b2，  relu(z) = max(z, 0)
        没有 relu，两层合起来仍是一个线性映射；有了这个折点才不同。
损失    softmax 交叉熵，同第 4 课
训练    带动量的梯度下降：用一个速度记住先前的梯度，
        v <- m v + g，  w <- w - lr v
        学习率同样逐渐降低

须达到：0.84 的测试图像分类正确。
"""

from road import Lesson, leave

from mxnet import autograd, gluon, nd
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms

NUM_INPUTS, NUM_HIDDENS, NUM_CLASSES = 28 * 28, 256, 10


def relu(z):
    return nd.maximum(z, 0)


def net(X, W1, b1, W2, b2):
    h = relu(nd.dot(X.reshape((-1, NUM_INPUTS)), W1) + b1)
    return nd.dot(h, W2) + b2


def sgd_momentum(params, velocities, lr, batch_size, momentum=0.9):
    for param, v in zip(params, velocities):
        v[:] = momentum * v + param.grad / batch_size
        param[:] = param - lr * v


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=16, batch_size=200, lr=0.1)
    args, ctx = lesson.args, lesson.ctx

    to_tensor = transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True).transform_first(to_tensor)
    test_set = FashionMNIST(root=args.data_dir, train=False).transform_first(to_tensor)
    train_data = DataLoader(train_set, args.batch_size, shuffle=True)
    test_data = DataLoader(test_set, args.batch_size)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"

    # Weights start small and random: equal weights would get equal gradients and stay equal.
    W1 = nd.random.normal(scale=0.05, shape=(NUM_INPUTS, NUM_HIDDENS), ctx=ctx)
    b1 = nd.zeros(NUM_HIDDENS, ctx=ctx)
    W2 = nd.random.normal(scale=0.05, shape=(NUM_HIDDENS, NUM_CLASSES), ctx=ctx)
    b2 = nd.zeros(NUM_CLASSES, ctx=ctx)
    params = [W1, b1, W2, b2]
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
