"""Lesson n2: gradients of NumPy-like programs.

`x.attach_grad()` gives an array a place for its gradient, `autograd.record()` takes down what is
computed, `y.backward()` applies the chain rule to it. Any function of np takes part, and so do
ordinary loops and conditions. Each derivative here is compared with a difference quotient,
(f(x + h) - f(x - h)) / 2h, which needs no calculus at all, only patience.

Then downhill in two dimensions. f(x, y) = (x^2 + y^2 - 1)^2 + (y - 2x)^2 is smallest, namely 0,
where a circle and a line meet: at two points. From 64 starting points at once, gradient descent
with momentum finds them.

Must reach: derivatives equal to difference quotients; all starting points at a meeting point.

第 n2 课：对 NumPy 风格的程序求梯度。

`x.attach_grad()` 为数组的梯度留出位置，`autograd.record()` 记下计算过程，
`y.backward()` 对它运用链式法则。np 的任何函数都可以参与，普通的循环和条件也一样。这里的每个
导数都与差商 (f(x + h) - f(x - h)) / 2h 比较，后者完全不需要微积分，只需要耐心。

然后在二维平面上往低处走。f(x, y) = (x^2 + y^2 - 1)^2 + (y - 2x)^2 在圆与直线相交的地方
取最小值 0，这样的点有两个。带动量的梯度下降同时从 64 个起点出发，找到它们。

须达到：导数与差商相等；所有起点都到达某个交点。
"""

from np_road import Lesson, leave

from mxnet import autograd, np, npx

npx.set_np()


def quotient(f, x, h=1e-5):
    """Differentiate elementwise by two evaluations, in float64, where h may be small."""
    x = x.astype("float64")
    return (f(x + h) - f(x - h)) / (2 * h)


def bend(x):
    """A function made of Python: what is recorded is what ran."""
    steps = 0
    while float(np.abs(x).max()) < 50 and steps < 20:
        x = x * 2 if steps % 2 else x + np.sin(x)
        steps += 1
    return x


def valley(points):
    x, y = points[:, 0], points[:, 1]
    return (x**2 + y**2 - 1) ** 2 + (y - 2 * x) ** 2


def main(argv=None):
    lesson = Lesson(__file__, __doc__, argv, data="f(x, y)", epochs=10, batch_size=30, lr=0.02)
    args = lesson.args

    with lesson.ctx:
        x = np.linspace(0.3, 1.7, 8)
        x.attach_grad()
        functions = {
            "sin(x^2)": lambda x: np.sin(x**2),
            "x log x": lambda x: x * np.log(x),
            "tanh(x) / (1 + e^-x)": lambda x: np.tanh(x) / (1 + np.exp(-x)),
            "sqrt(1 + x^2)": lambda x: np.sqrt(1 + x * x),
            "where(x > 1, x^3, x)": lambda x: np.where(x > 1.01, x**3, x),
            "maximum(x, 2 - x)": lambda x: np.maximum(x, 1.98 - x),
            "a loop with a condition · 带条件的循环": bend,
        }
        for name, f in functions.items():
            with autograd.record():
                y = f(x)
            y.backward()  # of several elements: as if of their sum
            error = np.abs(x.grad - quotient(f, x).astype("float32")) / (1 + np.abs(x.grad))
            english, _, chinese = name.partition(" · ")
            what = f"derivative of {english} · {chinese or english} 的导数"
            lesson.require(what, error.max(), at_most=1e-4)

        # A sum has shape (), and its gradient the shape of x.
        with autograd.record():
            total = (x * x).sum()
        total.backward()
        error = np.abs(x.grad - 2 * x).max()
        lesson.require("gradient of the sum of squares · 平方和的梯度", error, at_most=1e-6)

        # detach() holds a value fixed: only the second factor is differentiated.
        with autograd.record():
            product = (x * x).detach() * x
        product.backward()
        error = np.abs(x.grad - x * x).max()
        lesson.require("a factor held fixed · 一个因子视为常数", error, at_most=1e-6)

        # Through indexing and joining: each element's gradient finds its way home.
        with autograd.record():
            mixed = (np.concatenate([x[4:], x[:4]]) * np.arange(8)).sum()
        mixed.backward()
        expected = np.array([4, 5, 6, 7, 0, 1, 2, 3])
        error = np.abs(x.grad - expected).max()
        lesson.require("through slices · 穿过切片", error, at_most=1e-6)

        # Downhill, with momentum: velocity keeps nine tenths of what it was.
        points = np.random.uniform(-2, 2, size=(64, 2))
        velocity = np.zeros_like(points)
        points.attach_grad()
        for _ in lesson.epochs():
            for _ in lesson.steps(range(args.batch_size)):
                with autograd.record():
                    height = valley(points)
                height.backward()
                slope = np.clip(points.grad, -5, 5)  # far out the walls are steep
                velocity[:] = 0.9 * velocity - args.lr * slope
                points += velocity
            lesson.log(height.mean())

        meeting = np.array([1, 2]) / 5**0.5  # or the same with two minus signs
        error = np.abs(np.abs(points) - meeting).max()
    lesson.require("distance to a meeting point · 离交点的距离", error, at_most=1e-3)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
