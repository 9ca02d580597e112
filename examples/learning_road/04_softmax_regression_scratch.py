"""Lesson 4: softmax regression by hand - telling ten kinds of clothing apart.

Model      o = x W + b gives ten numbers for each image; softmax makes probabilities of them,
           p_k = exp(o_k) / sum_j exp(o_j)
Loss       cross-entropy, -log p of the right class
Training   stochastic gradient descent as in lesson 2, with a learning rate that falls to zero:
           large steps lead near the minimum, small ones settle in it

exp(o) overflows for large o and log(p) fails for p = 0, so both are taken in one step:
log p_k = (o_k - m) - log sum_j exp(o_j - m) with m = max o, which is the same number.

Must reach: 0.80 of the test images right.

第 4 课：亲手写 softmax 回归，分辨十种衣物。

模型    o = x W + b 为每幅图像给出十个数；softmax 把它们变成概率，
        p_k = exp(o_k) / sum_j exp(o_j)
损失    交叉熵，即正确类别的 -log p
训练    与第 2 课一样的随机梯度下降，学习率逐渐降到零：
        大步走到最小值附近，小步在那里稳住

o 很大时 exp(o) 会溢出，p = 0 时 log(p) 没有意义，所以两步并作一步来算：
log p_k = (o_k - m) - log sum_j exp(o_j - m)，其中 m = max o，结果是同一个数。

须达到：0.80 的测试图像分类正确。
"""

from road import Lesson, leave

from mxnet import autograd, nd
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms

NUM_INPUTS, NUM_CLASSES = 28 * 28, 10


def log_softmax(o):
    o = o - o.max(axis=1, keepdims=True)
    return o - o.exp().sum(axis=1, keepdims=True).log()


def net(X, W, b):
    return log_softmax(nd.dot(X.reshape((-1, NUM_INPUTS)), W) + b)


def cross_entropy(log_p, y):
    return -nd.pick(log_p, y)


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=15, batch_size=200, lr=0.2)
    args, ctx = lesson.args, lesson.ctx

    # ToTensor: (28, 28, 1) bytes in 0..255 become (1, 28, 28) floats in 0..1.
    to_tensor = transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True).transform_first(to_tensor)
    test_set = FashionMNIST(root=args.data_dir, train=False).transform_first(to_tensor)
    train_data = DataLoader(train_set, args.batch_size, shuffle=True)
    test_data = DataLoader(test_set, args.batch_size)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"

    W = nd.random.normal(scale=0.01, shape=(NUM_INPUTS, NUM_CLASSES), ctx=ctx)
    b = nd.zeros(NUM_CLASSES, ctx=ctx)
    params = [W, b]
    for param in params:
        param.attach_grad()

    def test_accuracy():
        right, seen = nd.zeros(1, ctx=ctx), 0
        for X, y in lesson.batches(test_data):
            guess = net(X.as_in_context(ctx), *params).argmax(axis=1)
            right += (guess == y.as_in_context(ctx).astype("float32")).sum()
            seen += len(y)
        return right.asscalar() / seen

    for epoch in lesson.epochs():
        lr = args.lr * (1 - epoch / args.epochs)
        # The loss is added up on the device and read once an epoch: reading waits for the result.
        total, seen = nd.zeros(1, ctx=ctx), 0
        for X, y in lesson.batches(train_data):
            X, y = X.as_in_context(ctx), y.as_in_context(ctx)
            with autograd.record():
                loss = cross_entropy(net(X, *params), y)
            loss.backward()
            total += loss.sum()
            seen += len(y)
            sgd(params, lr, len(y))
        accuracy = test_accuracy()
        lesson.log(total.asscalar() / seen, accuracy=accuracy)

    lesson.require("test accuracy · 测试准确率", accuracy, at_least=0.80)
    return lesson.finish(accuracy)


if __name__ == "__main__":
    leave(main())
