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
    lesson = Lesson(__file__, __doc__, argv, data="a plate", epochs=12, batch_size=50, lr=1.0)
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
        same("arange and reshape", a, host)
        same("int64 stays", np.array([1, 2, 3], dtype="int64"), [1, 2, 3])

        # 2. Reductions; of everything gives shape (), which float() and Python's operators take.
        same("sum of all", a.sum(), host.sum())
        same("mean of columns", a.mean(axis=0), host.mean(axis=0))
        same("standard deviation, axis kept", a.std(axis=1, keepdims=True), host.std(1)[:, None])
        same("largest element's place", a.argmax(axis=1), host.argmax(axis=1))

        # 3. Broadcasting: (3, 4) with (4,), (3, 1) and ().
        centred = (a - a.mean(axis=0)) / a.std(axis=0)
        same("columns of mean 0 and deviation 1", centred, (host - host.mean(0)) / host.std(0))
        same("outer sum", np.arange(3)[:, None] + np.arange(2), [[0, 1], [1, 2], [2, 3]])

        # 4. Choosing: slices, lists of rows, and masks - also to write to.
        same("every second column", a[:, ::2], host[:, ::2])
        same("rows 2 and 0", a[[2, 0]], host[[2, 0]])
        same("elements above 6", a[a > 6], host[host > 6])
        same("none above 99: an empty array", a[a > 99], host[host > 99])
        b = a.copy()
        b[b % 2 == 1] = -1
        same("odd elements replaced", b, onp.where(host % 2 == 1, -1, host))
        same("where", np.where(a > 5, a, 0), onp.where(host > 5, host, 0))

        # 5. Joining, stacking, products of matrices, Einstein's sums.
        same("concatenate", np.concatenate([a, b], axis=1), onp.concatenate([host, b.asnumpy()], 1))
        same("stack", np.stack([a, a]), onp.stack([host, host]))
        same("matrix product", a @ a.T, host @ host.T)
        same("einsum", np.einsum("ij,kj->ik", a, a), host @ host.T)
        same("solve", np.linalg.solve(np.array([[3.0, 1], [1, 2]]), np.array([9.0, 8])), [2, 3])

        # 6. To NumPy and back; NumPy's functions on our arrays give our arrays.
        same("there and back", np.array(a.asnumpy()), host)
        same("numpy.mean of our array", onp.mean(a, axis=1), host.mean(axis=1))

        # 7. Memory: `c += a` and `c[:] = ...` write into c, `c = c + a` makes another array.
        c = np.zeros_like(a)
        alias = c
        c += a
        c[:] = c * 2
        same("written in place", alias, 2 * host)

        # 8. What NumPy does not have is in npx.
        same("rows of softmax sum to 1", npx.softmax(a, axis=1).sum(axis=1), onp.ones(3))

        # 9. Work for slices: the plate.
        x = np.linspace(-1, 1, 21)
        known = x[:, None] ** 2 - x**2
        plate = known.copy()
        plate[1:-1, 1:-1] = 0
        for _ in lesson.epochs():
            for _ in lesson.steps(range(args.batch_size)):
                change = relax(plate)
            lesson.log(np.abs(plate - known).mean(), change=change)
    lesson.require("error of the plate", np.abs(plate - known).max(), at_most=1e-3)
    return lesson.finish()


if __name__ == "__main__":
    leave(main())
