"""Lesson 11: dropout with Gluon.

nn.Dropout(p) does what lesson 10 wrote out: inside `autograd.record()` it silences units with
probability p and scales the others by 1 / (1 - p), outside it hands its input on untouched.

Watch the loss and the accuracy: the training loss is measured with units missing, so it is
higher than lesson 7's although the test accuracy is as good or better.

Must reach: 0.84 of the test images right.

第 11 课：用 Gluon 做丢弃法。

nn.Dropout(p) 做的就是第 10 课写出来的事：在 `autograd.record()` 之内以概率 p 关闭单元，
并把其余的乘以 1 / (1 - p)；在它之外，输入原样交出。

请注意看损失和准确率：训练损失是在缺少一部分单元时测得的，所以比第 7 课的高，
而测试准确率一样好，甚至更好。

须达到：0.84 的测试图像分类正确。
"""

from road import Lesson, leave

from mxnet import autograd, gluon, init, metric, nd
from mxnet.gluon import nn
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=15, batch_size=200, lr=0.002)
    args, ctx = lesson.args, lesson.ctx

    to_tensor = transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True).transform_first(to_tensor)
    test_set = FashionMNIST(root=args.data_dir, train=False).transform_first(to_tensor)
    train_data = DataLoader(train_set, args.batch_size, shuffle=True)
    test_data = DataLoader(test_set, args.batch_size)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"

    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu"), nn.Dropout(0.2))
    net.add(nn.Dense(256, activation="relu"), nn.Dropout(0.5))
    net.add(nn.Dense(10))
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
