"""Lesson 9: weight decay with Gluon.

The same 100 weights and 80 examples as in lesson 8, but nothing is added to the loss: Trainer's
`wd` adds wd * w to each gradient before the step, which for plain SGD is the same. Biases are
few and cannot overfit; `wd_mult` (here 0) says by how much a parameter's decay is multiplied.

Must reach: a test loss with decay of at most 1/10 of that without, and at most 3/4 of that of
always answering the mean, so that something was learnt, too.
"""

from road import Lesson, leave

from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn
from mxnet.gluon.data import ArrayDataset, DataLoader

NUM_INPUTS, NUM_TRAIN, NUM_TEST, DECAY = 100, 80, 200, 0.5


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, epochs=120, batch_size=10, lr=0.01)
    args, ctx = lesson.args, lesson.ctx

    X = nd.random.normal(shape=(NUM_TRAIN + NUM_TEST, NUM_INPUTS), ctx=ctx)
    y = nd.dot(X, nd.ones((NUM_INPUTS, 1), ctx=ctx) * 0.1) + 0.5
    y = y + nd.random.normal(scale=0.1, shape=y.shape, ctx=ctx)
    train, test = (X[:NUM_TRAIN], y[:NUM_TRAIN]), (X[NUM_TRAIN:], y[NUM_TRAIN:])
    train_data = DataLoader(ArrayDataset(*train), args.batch_size, shuffle=True)
    l2_loss = gluon.loss.L2Loss()

    def fit(wd, curve):
        net = nn.Sequential()
        net.add(nn.Dense(1))
        net.initialize(init.Normal(sigma=1), ctx=ctx)
        net.collect_params(".*bias").setattr("wd_mult", 0)
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": args.lr, "wd": wd})
        for _ in lesson.epochs(curve):
            for X, y in lesson.batches(train_data):
                X, y = X.as_in_context(ctx), y.as_in_context(ctx)
                with autograd.record():
                    loss = l2_loss(net(X), y)
                loss.backward()
                trainer.step(len(X))
            train_loss, test_loss = (l2_loss(net(X), y).mean() for X, y in (train, test))
            test_loss = test_loss.asscalar()
            lesson.log(test_loss, train=train_loss.asscalar())
        lesson.note(f"|w| = {net[0].weight.data().norm().asscalar():.3f} with wd = {wd:g}")
        return test_loss

    without = fit(0, "test loss, wd = 0")
    decayed = fit(DECAY, f"test loss, wd = {DECAY:g}")
    answer = y[NUM_TRAIN:] * 0 + y.mean()
    mean_loss = l2_loss(answer, y[NUM_TRAIN:]).mean().asscalar()
    lesson.require("test loss with decay / without", decayed / without, at_most=0.1)
    lesson.require("test loss with decay / of the mean", decayed / mean_loss, at_most=0.75)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
