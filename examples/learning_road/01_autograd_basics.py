"""Lesson 1: let the machine differentiate.

For y = 2 x'x the gradient is 4x. Nobody has to write that down: `x.attach_grad()` asks for a
place to keep the gradient, `autograd.record()` remembers what is computed, `y.backward()` walks
back through it by the chain rule, and `x.grad` holds dy/dx.

With a gradient one can walk downhill. Gradient descent repeats x <- x - lr * df/dx; here from
many starting points at once, on f(x) = (x - 3)^2 / 2, until every point lies at the minimum x = 3.

Must reach: every derivative right to 1e-4, every starting point within 1e-3 of x = 3.
"""

from road import Lesson, leave

from mxnet import autograd, nd


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, data="f(x)", epochs=60, batch_size=64, lr=0.2)
    args, ctx = lesson.args, lesson.ctx

    def compare(what, got, expected):
        error = (got - expected).abs().max().asscalar()
        lesson.require(f"error of {what}", error, at_most=1e-4)

    # 1. The gradient of a scalar with respect to an array.
    x = nd.arange(4, ctx=ctx).reshape((4, 1))
    x.attach_grad()
    with autograd.record():
        y = 2 * nd.dot(x.T, x)
    y.backward()
    compare("d 2x'x / dx", x.grad, 4 * x)

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
    compare("df/da with a loop in f", a.grad, b / a)  # f is linear, so the slope is b / a

    # 3. For an array-valued y give the weights of its elements: the head gradient.
    head = nd.array([1, 10, 100], ctx=ctx)
    with autograd.record():
        s = a.sin()
    s.backward(head)
    compare("sin with a head gradient", a.grad, head * a.cos())

    # 4. detach() makes a constant of a value: here only the second factor is differentiated.
    with autograd.record():
        z = (a * a).detach() * a
    z.backward()
    compare("a^2 (held fixed) * a", a.grad, a * a)

    # 5. grad_req="add" sums over several backward passes, as for a batch taken in pieces.
    a.attach_grad(grad_req="add")
    for _ in range(3):
        with autograd.record():
            c = a.exp()
        c.backward()
    compare("three added gradients of exp", a.grad, 3 * a.exp())

    # 6. autograd.grad returns the gradient instead of storing it.
    with autograd.record():
        c = a.exp() * a
        slope = autograd.grad(c, a)[0]
    compare("autograd.grad of a e^a", slope, a.exp() * (a + 1))

    # 7. Inside record() layers such as dropout are told that this is training, outside not.
    with autograd.record():
        inside = autograd.is_training()
    only_inside = inside and not autograd.is_training()
    lesson.require("training inside record() only", only_inside, at_least=1)

    # 8. Downhill.
    points = nd.random.uniform(-10, 10, shape=(args.batch_size,), ctx=ctx)
    points.attach_grad()
    for _ in lesson.epochs():
        with autograd.record():
            f = (points - 3) ** 2 / 2
        f.backward()
        points[:] = points - args.lr * points.grad
        lesson.log(f.mean().asscalar())
    lesson.require("distance to the minimum", (points - 3).abs().max().asscalar(), at_most=1e-3)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
