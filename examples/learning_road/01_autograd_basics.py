"""Lesson 1: let the machine differentiate.

For y = 2 x'x the gradient is 4x. Nobody has to write that down: `x.attach_grad()` asks for a
place to keep the gradient, `autograd.record()` remembers what is computed, `y.backward()` walks
back through it by the chain rule, and `x.grad` holds dy/dx.

With a gradient one can walk downhill. Gradient descent repeats x <- x - lr * df/dx; here from
many starting points at once, on f(x) = (x - 3)^2 / 2, until every point lies at the minimum x = 3.

Must reach: every derivative right to 1e-4, every starting point within 1e-3 of x = 3.

第 1 课：让机器来求导。

y = 2 x'x 的梯度是 4x，但谁也不必亲手推导：`x.attach_grad()` 为梯度留出位置，
`autograd.record()` 记下计算过程，`y.backward()` 按链式法则沿着它往回走，
于是 `x.grad` 里就是 dy/dx。

有了梯度，就能往低处走。梯度下降反复执行 x <- x - lr * df/dx；这里对
f(x) = (x - 3)^2 / 2 同时从许多起点出发，直到每个点都落在最小值 x = 3 上。

须达到：每个导数的误差不超过 1e-4，每个起点最后离 x = 3 不超过 1e-3。
"""

from road import Lesson, leave

from mxnet import autograd, nd


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, data="f(x)", epochs=60, batch_size=64, lr=0.2)
    args, ctx = lesson.args, lesson.ctx

    def compare(what, got, expected):
        error = (got - expected).abs().max().asscalar()
        lesson.require(what, error, at_most=1e-4)

    # 1. The gradient of a scalar with respect to an array.
    x = nd.arange(4, ctx=ctx).reshape((4, 1))
    x.attach_grad()
    with autograd.record():
        y = 2 * nd.dot(x.T, x)
    y.backward()
    compare("error of d 2x'x / dx · d 2x'x / dx 的误差", x.grad, 4 * x)

    # 2. Ordinary Python decides what is computed; what really ran is what is differentiated.
    def double_until_large(a):
        b = a * 2
        while b.norm().asscalar() < 100:
            b = b * 2
        return b

    a = nd.random.normal(shape=(3,), ctx=ctx)
    a.attach_grad()
    with autograd.record():
        b = double_until_large(a)
    b.backward()
    # f is linear, so the slope is b / a
    compare("error of df/da with a loop in f · f 中有循环时 df/da 的误差", a.grad, b / a)

    # 3. For an array-valued y give the weights of its elements: the head gradient.
    head = nd.array([1, 10, 100], ctx=ctx)
    with autograd.record():
        s = a.sin()
    s.backward(head)
    what = "error of sin with a head gradient · 给定头梯度时 sin 的误差"
    compare(what, a.grad, head * a.cos())

    # 4. detach() makes a constant of a value: here only the second factor is differentiated.
    with autograd.record():
        z = (a * a).detach() * a
    z.backward()
    compare("error of a^2 (held fixed) * a · a^2（视为常数）* a 的误差", a.grad, a * a)

    # 5. grad_req="add" sums over several backward passes, as for a batch taken in pieces.
    a.attach_grad(grad_req="add")
    for _ in range(3):
        with autograd.record():
            c = a.exp()
        c.backward()
    what = "error of three added gradients of exp · 三次累加的 exp 梯度的误差"
    compare(what, a.grad, 3 * a.exp())

    # 6. autograd.grad returns the gradient instead of storing it.
    with autograd.record():
        c = a.exp() * a
        slope = autograd.grad(c, a)[0]
    what = "error of autograd.grad of a e^a · autograd.grad 求 a e^a 的误差"
    compare(what, slope, a.exp() * (a + 1))

    # 7. Inside record() layers such as dropout are told that this is training, outside not.
    with autograd.record():
        inside = autograd.is_training()
    only_inside = inside and not autograd.is_training()
    what = "training inside record() only · 仅在 record() 之内是训练"
    lesson.require(what, only_inside, at_least=1)

    # 8. Downhill.
    points = nd.random.uniform(-10, 10, shape=(args.batch_size,), ctx=ctx)
    points.attach_grad()
    for _ in lesson.epochs():
        with autograd.record():
            f = (points - 3) ** 2 / 2
        f.backward()
        points[:] = points - args.lr * points.grad
        lesson.log(f.mean().asscalar())
    distance = (points - 3).abs().max().asscalar()
    lesson.require("distance to the minimum · 离最小值的距离", distance, at_most=1e-3)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
