"""Lesson n1: arrays with NumPy's manners.

`from mxnet import np, npx` and `npx.set_np()`: from here on arrays behave as NumPy's do. A sum is
a number without axes, shape (); an array may be empty; a comparison gives True and False, which
choose elements; shapes that differ are stretched to fit. The functions have NumPy's names, and
NumPy's own functions accept these arrays too. What NumPy lacks but networks need, such as softmax
or layers, is in npx.

Then slices do some work. A plate's rim is held at fixed temperatures; inside, each point takes the
mean of its four neighbours, again and again, until hardly any heat flows. With x^2 - y^2 on the rim
the answer is known: x^2 - y^2 everywhere.

Must reach: the same results as NumPy to 1e-5; the plate within 0.001 of the known answer.

第 n1 课：和 NumPy 一样的数组。

`from mxnet import np, npx` 和 `npx.set_np()`：从这里起，数组的行为和 NumPy 的一样。
求和得到的是没有轴的数，形状为 ()；数组可以是空的；比较给出 True 和 False，可以用来选取元素；
形状不同的数组会扩展到一致。函数的名字就是 NumPy 的名字，NumPy 自己的函数也接受这些数组。
NumPy 没有而网络需要的东西，比如 softmax 和各种层，在 npx 里。

然后让切片做点事。一块板的边缘保持固定的温度；内部每个点都取四个邻居的平均值，一遍又一遍，
直到几乎不再有热量流动。边缘取 x^2 - y^2 时，答案是已知的：处处都是 x^2 - y^2。

须达到：结果与 NumPy 相差不超过 1e-5；板上各点与已知答案相差不超过 0.001。
"""

import numpy as onp
from np_road import Lesson, leave

from mxnet import np, npx

npx.set_np()


def relax(plate):
    """Make every inner point the mean of its neighbours; return the largest change."""
    mean = (plate[:-2, 1:-1] + plate[2:, 1:-1] + plate[1:-1, :-2] + plate[1:-1, 2:]) / 4
    change = np.abs(mean - plate[1:-1, 1:-1]).max()
    plate[1:-1, 1:-1] = mean
    return float(change)  # a look at a value: what was asked for so far is computed now


def main(argv=None):
    lesson = Lesson(
        __file__, __doc__, argv, data="a plate · 一块板", epochs=12, batch_size=50, lr=1.0
    )
    args = lesson.args

    def same(what, got, expected):
        """Compare with NumPy: the shape exactly, the values nearly."""
        expected = onp.asarray(expected)
        if got.shape != expected.shape:
            lesson.require(f"{what}: shape {got.shape}, NumPy has {expected.shape}", 1, at_most=0)
        else:
            error = onp.abs(got.asnumpy().astype("float64") - expected).max(initial=0)
            lesson.require(what, error, at_most=1e-5)

    with lesson.ctx:
        # 1. Made from lists, ranges and functions; float32 unless you say otherwise.
        a = np.arange(12).reshape(3, 4)
        host = onp.arange(12, dtype="float32").reshape(3, 4)
        same("arange and reshape · arange 与 reshape", a, host)
        same("int64 stays · int64 保持不变", np.array([1, 2, 3], dtype="int64"), [1, 2, 3])

        # 2. Reductions; of everything gives shape (), which float() and Python's operators take.
        same("sum of all · 全部求和", a.sum(), host.sum())
        same("mean of columns · 各列的平均值", a.mean(axis=0), host.mean(axis=0))
        same(
            "standard deviation, axis kept · 标准差，保留轴",
            a.std(axis=1, keepdims=True),
            host.std(1)[:, None],
        )
        same("largest element's place · 最大元素的位置", a.argmax(axis=1), host.argmax(axis=1))

        # 3. Broadcasting: (3, 4) with (4,), (3, 1) and ().
        centred = (a - a.mean(axis=0)) / a.std(axis=0)
        same(
            "columns of mean 0 and deviation 1 · 均值为 0、标准差为 1 的列",
            centred,
            (host - host.mean(0)) / host.std(0),
        )
        same("outer sum · 外和", np.arange(3)[:, None] + np.arange(2), [[0, 1], [1, 2], [2, 3]])

        # 4. Choosing: slices, lists of rows, and masks - also to write to.
        same("every second column · 每隔一列", a[:, ::2], host[:, ::2])
        same("rows 2 and 0 · 第 2 行和第 0 行", a[[2, 0]], host[[2, 0]])
        same("elements above 6 · 大于 6 的元素", a[a > 6], host[host > 6])
        same("none above 99: an empty array · 没有大于 99 的：空数组", a[a > 99], host[host > 99])
        b = a.copy()
        b[b % 2 == 1] = -1
        same("odd elements replaced · 替换奇数元素", b, onp.where(host % 2 == 1, -1, host))
        same("where", np.where(a > 5, a, 0), onp.where(host > 5, host, 0))

        # 5. Joining, stacking, products of matrices, Einstein's sums.
        same("concatenate", np.concatenate([a, b], axis=1), onp.concatenate([host, b.asnumpy()], 1))
        same("stack", np.stack([a, a]), onp.stack([host, host]))
        same("matrix product · 矩阵乘法", a @ a.T, host @ host.T)
        same("einsum", np.einsum("ij,kj->ik", a, a), host @ host.T)
        same("solve", np.linalg.solve(np.array([[3.0, 1], [1, 2]]), np.array([9.0, 8])), [2, 3])

        # 6. To NumPy and back; NumPy's functions on our arrays give our arrays.
        same("there and back · 转过去再转回来", np.array(a.asnumpy()), host)
        same(
            "numpy.mean of our array · 对我们的数组用 numpy.mean",
            onp.mean(a, axis=1),
            host.mean(axis=1),
        )

        # 7. Memory: `c += a` and `c[:] = ...` write into c, `c = c + a` makes another array.
        c = np.zeros_like(a)
        alias = c
        c += a
        c[:] = c * 2
        same("written in place · 原地写入", alias, 2 * host)

        # 8. What NumPy does not have is in npx.
        same(
            "rows of softmax sum to 1 · softmax 各行之和为 1",
            npx.softmax(a, axis=1).sum(axis=1),
            onp.ones(3),
        )

        # 9. Work for slices: the plate.
        x = np.linspace(-1, 1, 21)
        known = x[:, None] ** 2 - x**2
        plate = known.copy()
        plate[1:-1, 1:-1] = 0
        for _ in lesson.epochs():
            for _ in lesson.steps(range(args.batch_size)):
                change = relax(plate)
            lesson.log(np.abs(plate - known).mean(), change=change)
    error = np.abs(plate - known).max()
    lesson.require("error of the plate · 板上的误差", error, at_most=1e-3)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
