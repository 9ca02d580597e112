"""Lesson n4: softmax regression twice, by hand and as a block.

To classify, a linear layer gives each class a score, and softmax turns scores into probabilities:
p_i = e^s_i / (sum over k of e^s_k). The loss is the surprise about the right class, -log p_right.
Computed as written, e^s overflows for large scores. Subtracting the largest score first changes
nothing but that: log p_i = s_i - max - log(sum of e^(s_k - max)).

The block shows how models are written from here on: layers are made in __init__, and `forward`
says with np and npx what happens to x. Nothing else is needed; `hybridize()` compiles it.

Must reach: 0.80 of the test images right, by hand and as a block.

第 n4 课：softmax 回归做两遍，一遍亲手写，一遍写成网络块。

为了分类，线性层给每个类别一个分数，softmax 把分数变成概率：p_i = e^s_i / (e^s_k 对 k 求和)。
损失是对正确类别的“惊讶”，-log p_right。照式子直接算，分数大时 e^s 会溢出。先减去最大的
分数，除了不再溢出，什么也不改变：log p_i = s_i - max - log(e^(s_k - max) 对 k 求和)。

网络块展示了从这里起模型的写法：层在 __init__ 里建立，`forward` 用 np 和 npx 说明对 x 做什么。
此外什么也不需要；`hybridize()` 会把它编译。

须达到：亲手写和写成网络块，都有 0.80 的测试图像分类正确。
"""

from np_road import Lesson, accuracy, fashion_mnist, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()


def log_softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def by_hand(lesson, train_data, test_data):
    """Train w and b with arrays and autograd only; return the accuracy."""
    args = lesson.args
    with lesson.ctx:
        w, b = np.random.normal(scale=0.01, size=(784, 10)), np.zeros(10)
    for param in (w, b):
        param.attach_grad()

    def scores_of(X):
        return X.reshape(-1, 784) @ w + b

    for epoch in lesson.epochs("by hand · 亲手写"):
        lr = args.lr * (1 - epoch / args.epochs)
        total = np.zeros((), ctx=lesson.ctx)
        for X, y in lesson.steps(train_data):
            X, y = X.as_in_ctx(lesson.ctx), y.as_in_ctx(lesson.ctx)
            with autograd.record():
                log_p = log_softmax(scores_of(X))
                loss = -log_p[np.arange(len(y), dtype="int64"), y].mean()
            loss.backward()
            for param in (w, b):
                param -= lr * param.grad
            total += loss
        reached = accuracy(lesson, scores_of, test_data)
        lesson.log(total / len(train_data), accuracy=reached)
    return reached


class Scores(nn.HybridBlock):
    """A linear layer on the pixels of an image."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Dense(10)

    def forward(self, x):
        return self.dense(x.reshape(len(x), -1))


def as_a_block(lesson, train_data, test_data):
    """The same with Gluon; return the accuracy."""
    args = lesson.args
    net = Scores()
    net.initialize(init.Normal(0.01), ctx=lesson.ctx)
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": args.lr})
    for epoch in lesson.epochs("as a block · 网络块"):
        trainer.set_learning_rate(args.lr * (1 - epoch / args.epochs))
        total = np.zeros((), ctx=lesson.ctx)
        for X, y in lesson.steps(train_data):
            X, y = X.as_in_ctx(lesson.ctx), y.as_in_ctx(lesson.ctx)
            with autograd.record():
                loss = cross_entropy(net(X), y)
            loss.backward()
            trainer.step(len(y))
            total += loss.mean()
        reached = accuracy(lesson, net, test_data)
        lesson.log(total / len(train_data), accuracy=reached)
    return reached


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=10, batch_size=100, lr=0.3)
    batches = fashion_mnist(lesson)
    for train, name, chinese in (
        (by_hand, "by hand", "亲手写"),
        (as_a_block, "as a block", "网络块"),
    ):
        reached = train(lesson, *batches)
        what = f"test accuracy, {name} · 测试准确率，{chinese}"
        lesson.require(what, reached, at_least=0.80)
    return lesson.finish(reached)


if __name__ == "__main__":
    leave(main())
