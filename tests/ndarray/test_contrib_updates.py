"""``nd.contrib``'s wrappers of the AdamW and LAMB operators, against the formulas in NumPy."""

import numpy as onp

from mxnet import nd
from support.close import close


def arrays(seed, *shapes):
    rng = onp.random.RandomState(seed)
    return [nd.array(rng.rand(*s) + 0.1) for s in shapes]


def adamw(w, g, m, v, lr, eta, wd, rescale, b1=0.9, b2=0.999, eps=1e-8):
    g = g * rescale
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    return w - eta * (lr * m / (onp.sqrt(v) + eps) + wd * w), m, v


def test_adamw():
    w, g, m, v = arrays(0, (3,), (3,), (3,), (3,))
    want = adamw(*[x.asnumpy() for x in (w, g, m, v)], 0.1, 0.7, 0.01, 0.5)
    nd.contrib.adamw_update(w, g, m, v, 0.5, lr=0.1, eta=0.7, wd=0.01, out=w)
    for got, expected in zip((w, m, v), want):
        close(got, expected)


def test_adamw_skips_what_overflowed():
    w, g, m, v = arrays(1, (3,), (3,), (3,), (3,))
    before = w.asnumpy()
    nd.contrib.adamw_update(w, g, m, v, nd.array([float("nan")]), lr=0.1, eta=1.0, out=w)
    close(w, before)


def test_several_at_once_equal_one_by_one():
    shapes = [(2,), (3, 2)]
    ws, gs, ms, vs = (arrays(s, *shapes) for s in range(4))
    want = [
        adamw(*[x.asnumpy() for x in group], lr, eta, wd, 0.5)
        for *group, lr, wd, eta in zip(ws, gs, ms, vs, (0.1, 0.2), (0.0, 0.1), (1.0, 0.5))
    ]
    nd.contrib.multi_adamw_update(
        ws, gs, ms, vs, 0.5, lrs=(0.1, 0.2), wds=(0.0, 0.1), etas=(1.0, 0.5), out=ws
    )
    for i, (w, m, v) in enumerate(want):
        close(ws[i], w)
        close(ms[i], m)
        close(vs[i], v)


def test_lamb_moves_and_keeps_states():
    shapes = [(2,), (3, 2)]
    ws, gs, ms, vs = (arrays(s, *shapes) for s in range(4))
    before = [w.asnumpy() for w in ws]
    means = [0.9 * m.asnumpy() + 0.1 * g.asnumpy() for m, g in zip(ms, gs)]
    nd.contrib.multi_lamb_update(ws, gs, ms, vs, [1, 2], lrs=(0.1, 0.2), wds=(0.0, 0.1), out=ws)
    for i, mean in enumerate(means):
        close(ms[i], mean)
        # the step is lr times the weight's own norm, whatever the gradient's size
        moved = onp.linalg.norm(ws[i].asnumpy() - before[i])
        close(onp.float32(moved), (0.1, 0.2)[i] * onp.linalg.norm(before[i]), rtol=1e-4)
