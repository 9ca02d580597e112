"""Lesson n9: a recurrent network learns to add, and to carry.

Two numbers are read digit by digit, ones first as on paper, and at each place the network has to
say the digit of the sum. What it sees there is not enough: 3 + 4 is 7, but 8 if one is carried,
and whether one is carried may have been decided many places before (999 + 1). So it has to keep
something in mind: the state h, which goes from place to place.

A gated recurrent unit decides with two gates, numbers from 0 to 1, what becomes of h: the reset
gate, how much of h counts for the new proposal, and the update gate, how much of h is replaced by
it. Gradients go back through all places; where they grow too large they are scaled down.

Nobody tells the network about carrying. It trains on numbers of 10 digits, drawn anew each step,
and is then asked about numbers of 40. What it has learned has limits, too: over 40 nines in a row,
far more than it has ever seen, the one that is carried fades from h.

Must reach: 0.99 of the digits of sums of 40-digit numbers right.

第 n9 课：循环神经网络学做加法，学会进位。

像在纸上列竖式那样，从个位开始逐位读入两个数，在每一位上网络都要说出和的那一位数字。只看眼前是
不够的：3 + 4 得 7，有进位时却得 8，而有没有进位，可能很多位之前就决定了（999 + 1）。所以它
必须记住一些东西：状态 h，从一位传到下一位。

门控循环单元用两个门（0 到 1 之间的数）决定 h 变成什么：重置门决定新的候选值参考多少 h，更新门
决定 h 有多少被候选值取代。梯度要往回穿过所有的位置；长得太大时，就按比例缩小。

没有人告诉网络进位这回事。它用 10 位的数训练，每一步重新抽取，然后拿 40 位的数来问它。它学到的
东西也有限度：在连续 40 个 9 上，远远超出它见过的，进上来的 1 会在 h 中渐渐消失。

须达到：40 位数的和有 0.99 的数字正确。
"""

import numpy as onp
from np_road import Lesson, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn, rnn

npx.set_np()

SHORT, LONG, STEPS_AN_EPOCH = 10, 40, 60


def sums(rng, places, numbers):
    """Return digits of numbers a and b and of their sums, each (places, numbers), ones first."""
    a, b = rng.integers(0, 10, (2, places, numbers), dtype="int32")
    # Every other b is 9 - a or near it: else long chains of carrying would hardly ever occur.
    b[1:, ::2] = 9 - a[1:, ::2]
    digits, carried = onp.zeros_like(a), 0
    for place in range(places):
        carried, digits[place] = onp.divmod(a[place] + b[place] + carried, 10)
    return a, b, digits


class Adder(nn.HybridBlock):
    """Digits of two numbers (places, numbers) and a state; scores of the sum's digits, and h."""

    def __init__(self, units):
        super().__init__()
        self.gru, self.scores = rnn.GRU(units), nn.Dense(10, flatten=False)

    def forward(self, a, b, state):
        x = np.concatenate([npx.one_hot(a, 10), npx.one_hot(b, 10)], axis=-1)
        seen, state = self.gru(x, state)
        return self.scores(seen), state


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, data="sums · 加法", epochs=12, batch_size=64, lr=0.02)
    args, ctx = lesson.args, lesson.ctx

    net = Adder(48)
    net.initialize(init.Xavier(), ctx=ctx)
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": args.lr})
    parameters = net.collect_params().values()

    rng = onp.random.default_rng(args.seed)

    def draw(places, numbers):
        return [np.array(digits, ctx=ctx) for digits in sums(rng, places, numbers)]

    def answer(a, b):
        scores, _ = net(a, b, net.gru.begin_state(a.shape[1], ctx=ctx))
        return scores.argmax(axis=-1)

    long_a, long_b, long_sum = draw(LONG, 200)
    for epoch in lesson.epochs():
        trainer.set_learning_rate(args.lr * (1 - epoch / args.epochs))
        total = np.zeros((), ctx=ctx)
        for _ in lesson.steps(range(STEPS_AN_EPOCH)):
            a, b, digits = draw(SHORT, args.batch_size)
            state = net.gru.begin_state(args.batch_size, ctx=ctx)
            with autograd.record():
                scores, _ = net(a, b, state)
                loss = cross_entropy(scores, digits).mean()
            loss.backward()
            gradients = [parameter.grad(ctx) for parameter in parameters]
            gluon.utils.clip_global_norm(gradients, 1.0, check_isfinite=False)
            trainer.step(1)
            total += loss
        right = (answer(long_a, long_b) == long_sum).mean()
        lesson.log(total / STEPS_AN_EPOCH, right=right)

    nines, one = np.full((LONG, 1), 9, ctx=ctx), np.zeros((LONG, 1), ctx=ctx)
    one[0] = 1
    zeros = (answer(nines, one) == 0).sum()
    lesson.note(
        f"99...9 + 1, {LONG} digits: {int(zeros)} of them come out 0 · "
        f"99...9 + 1，{LONG} 位：其中 {int(zeros)} 位得 0"
    )
    lesson.require("digits right, of longer numbers · 更长的数，数字正确率", right, at_least=0.99)
    return lesson.finish(float(right))


if __name__ == "__main__":
    leave(main())
