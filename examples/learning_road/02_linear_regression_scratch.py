"""Lesson 2: linear regression, every part written by hand.

Model      y = X w + b
Loss       (y_hat - y)^2 / 2 for each example
Training   take a few examples, compute the loss, let autograd find its gradient, and step
           downhill: w <- w - lr / batch_size * dloss/dw    (stochastic gradient descent)

The data are made from known values, w = [2, -3.4] and b = 4.2, plus a little noise; training
sees only X and y and has to find w and b again.

Must reach: w and b within 0.01 of the true values.

第 2 课：线性回归，每一部分都亲手写。

模型    y = X w + b
损失    每个样本 (y_hat - y)^2 / 2
训练    取几个样本，计算损失，让 autograd 求出梯度，然后往低处走一步：
        w <- w - lr / batch_size * dloss/dw    （随机梯度下降）

数据由已知的 w = [2, -3.4] 和 b = 4.2 生成，再加一点噪声；训练时只看得到 X 和 y，
要重新找出 w 和 b。

须达到：w 和 b 与真实值相差不超过 0.01。
"""

import random

from road import Lesson, leave

from mxnet import autograd, nd

TRUE_W, TRUE_B = [2, -3.4], 4.2


def data_iter(batch_size, features, labels):
    """Yield the examples in random order, batch_size at a time."""
    num_examples = len(features)
    indices = list(range(num_examples))
    random.shuffle(indices)
    for i in range(0, num_examples, batch_size):
        j = nd.array(indices[i : i + batch_size])
        yield features.take(j), labels.take(j)


def linreg(X, w, b):
    return nd.dot(X, w) + b


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=4, batch_size=10, lr=0.03)
    args = lesson.args

    # Whatever is created in this block lies on the chosen device; no line below names it again.
    with lesson.ctx:
        features = nd.random.normal(scale=1, shape=(1000, 2))
        labels = nd.dot(features, nd.array(TRUE_W)) + TRUE_B
        labels = labels + nd.random.normal(scale=0.01, shape=labels.shape)

        w = nd.random.normal(scale=0.01, shape=(2, 1))
        b = nd.zeros(shape=(1,))
        w.attach_grad()
        b.attach_grad()

        for _ in lesson.epochs():
            for X, y in lesson.batches(data_iter(args.batch_size, features, labels)):
                with autograd.record():
                    loss = squared_loss(linreg(X, w, b), y)
                loss.backward()
                sgd([w, b], args.lr, len(X))
            lesson.log(squared_loss(linreg(features, w, b), labels).mean().asscalar())

        w_error = (w.reshape((2,)) - nd.array(TRUE_W)).abs().max().asscalar()
        b_error = (b - TRUE_B).abs().asscalar()
    lesson.require("error of w · w 的误差", w_error, at_most=0.01)
    lesson.require("error of b · b 的误差", b_error, at_most=0.01)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
