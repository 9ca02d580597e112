"""Lesson 5: softmax regression with Gluon.

nn.Dense(10) flattens each image and computes the ten scores; SoftmaxCrossEntropyLoss is softmax
and cross-entropy in one, computed safely as in lesson 4; metric.Accuracy counts right answers.

Plain SGD takes steps of the same rate for all weights. Adam divides each weight's step by the
recent size of its gradient, so pixels at the border, which are seldom lit, learn as well:
m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   w <- w - lr * m / (sqrt(v) + eps)

Must reach: 0.80 of the test images right.

第 5 课：用 Gluon 做 softmax 回归。

nn.Dense(10) 把每幅图像展平，算出十个分数；SoftmaxCrossEntropyLoss 把 softmax 和交叉熵
合在一起，像第 4 课那样安全地计算；metric.Accuracy 统计答对的比例。

普通的 SGD 对所有权重用同样的学习率。Adam 把每个权重的步长除以它近来梯度的大小，因此图像边缘
那些很少亮起的像素也能学到东西：
m <- b1 m + (1 - b1) g，  v <- b2 v + (1 - b2) g^2，  w <- w - lr * m / (sqrt(v) + eps)

须达到：0.80 的测试图像分类正确。
"""

from road import Lesson, leave

from mxnet import autograd, gluon, init, metric, nd
from mxnet.gluon import nn
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=12, batch_size=200, lr=0.002)
    args, ctx = lesson.args, lesson.ctx

    to_tensor = transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True).transform_first(to_tensor)
    test_set = FashionMNIST(root=args.data_dir, train=False).transform_first(to_tensor)
    train_data = DataLoader(train_set, args.batch_size, shuffle=True)
    test_data = DataLoader(test_set, args.batch_size)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"

    net = nn.Sequential()
    net.add(nn.Dense(10))
    net.initialize(init.Normal(sigma=0.01), ctx=ctx)
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": args.lr})

    def test_accuracy():
        right = metric.Accuracy()
        for X, y in lesson.batches(test_data):
            right.update(y.as_in_context(ctx), net(X.as_in_context(ctx)))
        return right.get()[1]

    for _ in lesson.epochs():
        total, seen = nd.zeros(1, ctx=ctx), 0
        for X, y in lesson.batches(train_data):
            X, y = X.as_in_context(ctx), y.as_in_context(ctx)
            with autograd.record():
                loss = cross_entropy(net(X), y)
            loss.backward()
            total += loss.sum()
            seen += len(y)
            trainer.step(len(y))
        accuracy = test_accuracy()
        lesson.log(total.asscalar() / seen, accuracy=accuracy)

    lesson.require("test accuracy · 测试准确率", accuracy, at_least=0.80)
    return lesson.finish(accuracy)


if __name__ == "__main__":
    leave(main())
