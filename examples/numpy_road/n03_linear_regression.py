"""Lesson n3: linear regression twice, by hand and with Gluon.

A spring's length, a lamp's current, a car's way to stop: often the first guess is a straight line,
y = X w + b. Which w and b? Those that make the mean of (y_hat - y)^2 / 2 small. By hand that takes
a product of matrices, a loss and one line that steps downhill; with Gluon a Dense layer, L2Loss
and a Trainer do the same, and the layer finds out by itself how many inputs it has.

The data are made from known values, five weights and an offset, plus noise. For a straight line
the best answer can also be calculated, by np.linalg.lstsq: both ways have to arrive there.

Must reach: w and b within 0.01 of the calculated answer, by hand and with Gluon.

第 n3 课：线性回归做两遍，一遍亲手写，一遍用 Gluon。

弹簧的长度，灯的电流，汽车的刹车距离：最先想到的往往是一条直线，y = X w + b。取哪个 w 和 b？
取使 (y_hat - y)^2 / 2 的平均值小的那一组。亲手写需要一个矩阵乘法、一个损失和一行往低处走的
代码；用 Gluon，由 Dense 层、L2Loss 和 Trainer 做同样的事，层自己会弄清有多少个输入。

数据由已知的五个权重和一个偏置生成，再加上噪声。对直线来说，最好的答案也可以用
np.linalg.lstsq 直接算出来：两种做法都必须到达那里。

须达到：亲手写和用 Gluon，w 和 b 与算出的答案都相差不超过 0.01。
"""

from np_road import Lesson, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn
from mxnet.gluon.data import ArrayDataset, DataLoader

npx.set_np()

TRUE_W, TRUE_B = [1.5, -2.0, 0.5, 3.0, -1.0], 0.7


def by_hand(lesson, X, y):
    """Return w and b after training with arrays and autograd only."""
    args = lesson.args
    w, b = np.zeros(X.shape[1]), np.zeros(())
    for param in (w, b):
        param.attach_grad()
    for _ in lesson.epochs("by hand · 亲手写"):
        order = np.random.permutation(len(X)).astype("int64")
        total = np.zeros(())
        for chosen in lesson.steps(order.reshape(-1, args.batch_size)):
            with autograd.record():
                loss = ((X[chosen] @ w + b - y[chosen]) ** 2 / 2).mean()
            loss.backward()
            for param in (w, b):
                param -= args.lr * param.grad
            total += loss
        lesson.log(total * args.batch_size / len(X))
    return w, b


def with_gluon(lesson, X, y):
    """Return w and b of a Dense layer that a Trainer has trained."""
    args = lesson.args
    net = nn.Dense(1)
    net.initialize(init.Normal(sigma=0.01))
    loss_of = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": args.lr})
    batches = DataLoader(ArrayDataset(X, y), args.batch_size, shuffle=True)
    for _ in lesson.epochs("with Gluon · 用 Gluon"):
        total = np.zeros(())
        for features, targets in lesson.steps(batches):
            with autograd.record():
                loss = loss_of(net(features.as_in_ctx(lesson.ctx)), targets.as_in_ctx(lesson.ctx))
            loss.backward()
            trainer.step(args.batch_size)
            total += loss.sum()
        lesson.log(total / len(X))
    return net.weight.data()[0], net.bias.data()[0]


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=6, batch_size=20, lr=0.05)

    with lesson.ctx:
        X = np.random.normal(size=(1000, len(TRUE_W)))
        y = X @ np.array(TRUE_W) + TRUE_B + np.random.normal(scale=0.02, size=1000)
        with_ones = np.concatenate([X, np.ones((len(X), 1))], axis=1)
        best = np.linalg.lstsq(with_ones, y, rcond=None)[0]

        for train, name, chinese in (
            (by_hand, "by hand", "亲手写"),
            (with_gluon, "with Gluon", "用 Gluon"),
        ):
            w, b = train(lesson, X, y)
            w_error, b_error = np.abs(w - best[:-1]).max(), np.abs(b - best[-1])
            lesson.require(f"error of w, {name} · w 的误差，{chinese}", w_error, at_most=0.01)
            lesson.require(f"error of b, {name} · b 的误差，{chinese}", b_error, at_most=0.01)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
