"""Lesson n4: softmax regression twice, by hand and as a block.

To classify, a linear layer gives each class a score, and softmax turns scores into probabilities:
p_i = e^s_i / (sum over k of e^s_k). The loss is the surprise about the right class, -log p_right.
Computed as written, e^s overflows for large scores. Subtracting the largest score first changes
nothing but that: log p_i = s_i - max - log(sum of e^(s_k - max)).

The block shows how models are written from here on: layers are made in __init__, and `forward`
says with np and npx what happens to x. Nothing else is needed; `hybridize()` compiles it.

Must reach: 0.80 of the test images right, by hand and as a block.
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

    for epoch in lesson.epochs("by hand"):
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
    for epoch in lesson.epochs("as a block"):
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
    for name, train in (("by hand", by_hand), ("as a block", as_a_block)):
        reached = train(lesson, *batches)
        lesson.require(f"test accuracy, {name}", reached, at_least=0.80)
    return lesson.finish(reached)


if __name__ == "__main__":
    leave(main())
