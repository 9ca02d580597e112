"""Lesson 7: the multilayer perceptron with Gluon.

Layers are stacked in a Sequential: nn.Dense(256, activation="relu") is relu(x W + b), and
nn.Dense(10) gives the ten scores. Xavier starts each layer with weights of a size that keeps
signals neither growing nor fading from layer to layer: uniform in +-sqrt(6 / (inputs + outputs)).

The learning rate falls a little each epoch; `trainer.set_learning_rate` costs nothing, for the
rate is an input of the training step and not a part of it.

Must reach: 0.84 of the test images right.

第 7 课：用 Gluon 做多层感知机。

各层叠放在 Sequential 里：nn.Dense(256, activation="relu") 就是 relu(x W + b)，
nn.Dense(10) 给出十个分数。Xavier 为每一层选取大小合适的初始权重，使信号逐层传递时既不放大
也不衰减：在 +-sqrt(6 / (输入数 + 输出数)) 之间均匀分布。

学习率每轮降低一点；`trainer.set_learning_rate` 不费什么时间，因为学习率是训练步的一个输入，
而不是它的一部分。

须达到：0.84 的测试图像分类正确。
"""

from road import Lesson, leave

from mxnet import autograd, gluon, init, metric, nd
from mxnet.gluon import nn
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=16, batch_size=200, lr=0.002)
    args, ctx = lesson.args, lesson.ctx

    to_tensor = transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True).transform_first(to_tensor)
    test_set = FashionMNIST(root=args.data_dir, train=False).transform_first(to_tensor)
    train_data = DataLoader(train_set, args.batch_size, shuffle=True)
    test_data = DataLoader(test_set, args.batch_size)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"

    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu"), nn.Dense(10))
    net.initialize(init.Xavier(), ctx=ctx)
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": args.lr})

    def test_accuracy():
        right = metric.Accuracy()
        for X, y in lesson.batches(test_data):
            right.update(y.as_in_context(ctx), net(X.as_in_context(ctx)))
        return right.get()[1]

    for epoch in lesson.epochs():
        trainer.set_learning_rate(args.lr * (1 - epoch / args.epochs))
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

    lesson.require("test accuracy · 测试准确率", accuracy, at_least=0.84)
    return lesson.finish(accuracy)


if __name__ == "__main__":
    leave(main())
