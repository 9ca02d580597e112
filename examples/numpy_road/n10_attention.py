"""Lesson n10: attention - a small Transformer encoder learns to sort.

Each element of a sequence asks a question, the query; each offers a key by which it can be found,
and a value. How well query and key agree, softmax of (query . key) / sqrt(size), says how much of
each value an element takes. Whatever stands anywhere is one step away, in whatever order: order
itself must be added, as a learned vector for each place. Several heads ask several questions at
once. An encoder layer is such attention and then a small perceptron for each element, both with
x + f(x), and with layer normalisation.

The task: ten digits come in any order, and at each place the network has to say which digit stands
there once they are sorted. For that it must count how many of the others are smaller. Digits are
drawn anew each step, so there is nothing to be learned by heart.

Must reach: 0.97 of the digits of new sequences right.

第 n10 课：注意力，小型 Transformer 编码器学会排序。

序列中的每个元素提出一个问题，即查询；每个元素又给出一个键，好让别人找到它，还有一个值。查询与键
有多吻合，即 (查询 . 键) / sqrt(长度) 的 softmax，决定一个元素从每个值里取多少。无论在哪里，彼此
都只隔一步，也不分先后：先后次序必须另外加进去，即为每个位置学一个向量。几个头同时提几个问题。
编码器层就是这样的注意力，再加上作用于每个元素的小型感知机，两者都用 x + f(x)，并带层归一化。

任务：十个数字以任意次序出现，在每个位置上，网络都要说出排好序之后那里是哪个数字。为此它必须数清
有多少个比它小。数字每一步都重新抽取，所以没有什么可死记的。

须达到：新序列有 0.97 的数字正确。
"""

from np_road import Lesson, leave

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()

LENGTH, DIGITS, STEPS_AN_EPOCH = 10, 10, 60


class Attention(nn.HybridBlock):
    """Self-attention of several heads, (batch, length, size) to the same."""

    def __init__(self, size, heads):
        super().__init__()
        self.heads, self.scale = heads, (size // heads) ** -0.5
        self.ask = nn.Dense(3 * size, flatten=False, use_bias=False)  # queries, keys, values
        self.out = nn.Dense(size, flatten=False, use_bias=False)

    def forward(self, x):
        batch, length, size = x.shape
        asked = self.ask(x).reshape(batch, length, 3, self.heads, -1).transpose(2, 0, 3, 1, 4)
        query, key, value = asked[0], asked[1], asked[2]  # each (batch, heads, length, ...)
        weights = npx.softmax(np.matmul(query, key.swapaxes(2, 3)) * self.scale, axis=-1)
        taken = np.matmul(weights, value)
        return self.out(taken.transpose(0, 2, 1, 3).reshape(batch, length, size))


class Encoder(nn.HybridBlock):
    """Attention among the elements, then a perceptron for each."""

    def __init__(self, size, heads):
        super().__init__()
        self.attention = Attention(size, heads)
        self.wide = nn.Dense(4 * size, flatten=False)
        self.narrow = nn.Dense(size, flatten=False)
        self.norm_first, self.norm_second = nn.LayerNorm(), nn.LayerNorm()

    def forward(self, x):
        x = x + self.attention(self.norm_first(x))
        return x + self.narrow(npx.leaky_relu(self.wide(self.norm_second(x)), act_type="gelu"))


class Sorter(nn.HybridBlock):
    """Digits (batch, length) to scores (batch, length, digit)."""

    def __init__(self, size=32, heads=4, layers=2):
        super().__init__()
        self.digit, self.place = nn.Embedding(DIGITS, size), nn.Embedding(LENGTH, size)
        self.layers = nn.HybridSequential()
        self.layers.add(*[Encoder(size, heads) for _ in range(layers)])
        self.norm, self.scores = nn.LayerNorm(), nn.Dense(DIGITS, flatten=False)

    def forward(self, digits):
        x = self.digit(digits) + self.place(np.arange(LENGTH, ctx=digits.ctx))
        return self.scores(self.norm(self.layers(x)))


def main(argv=None):
    lesson = Lesson(
        __file__, __doc__, argv, data="digits · 数字", epochs=10, batch_size=128, lr=0.004
    )
    args, ctx = lesson.args, lesson.ctx

    net = Sorter()
    net.initialize(init.Xavier(), ctx=ctx)
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": args.lr})

    def draw(n):
        """Return n sequences and the same, sorted."""
        digits = np.random.randint(0, DIGITS, size=(n, LENGTH), ctx=ctx)
        return digits, np.sort(digits, axis=1)

    unseen, unseen_sorted = draw(1000)
    for epoch in lesson.epochs():
        trainer.set_learning_rate(args.lr * (1 - epoch / args.epochs))
        total = np.zeros((), ctx=ctx)
        for _ in lesson.steps(range(STEPS_AN_EPOCH)):
            X, y = draw(args.batch_size)
            with autograd.record():
                loss = cross_entropy(net(X), y)
            loss.backward()
            trainer.step(args.batch_size)
            total += loss.mean()
        right = (net(unseen).argmax(axis=-1) == unseen_sorted).mean()
        lesson.log(total / STEPS_AN_EPOCH, right=right)

    example = net(unseen[:1]).argmax(axis=-1)[0]
    given, found = unseen[0].tolist(), example.astype("int64").tolist()
    lesson.note(f"{given} sorted: {found} · {given} 排好序：{found}")
    lesson.require("digits right · 数字正确率", right, at_least=0.97)
    return lesson.finish(float(right))


if __name__ == "__main__":
    leave(main())
