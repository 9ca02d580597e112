"""Suppression of boxes by the native kernel and by XLA's loop, and anchors of sizes met first."""

import jax
import numpy as onp
import pytest

from mxnet import _config, nd
from mxnet._ops.kernels import native
from mxnet._ops.kernels.boxes import survivors
from support import processes

RNG = onp.random.default_rng(5)


def boxes(n):
    """Corners on a coarse grid, so that overlaps are often just the threshold; some without an
    inside, some turned around, some not numbers.
    """
    low = RNG.integers(0, 6, (n, 2))
    box = onp.concatenate([low, low + RNG.integers(-1, 5, (n, 2))], 1).astype("float32")
    box[RNG.random(n) < 0.03] = onp.nan
    box[RNG.random(n) < 0.03, 2] = onp.inf
    return box


def by_hand(box, kind, alive, threshold, extra, reached):
    def area(b):
        size = b[2:] - b[:2] + onp.float32(extra)
        return onp.float32(0) if (size <= 0).any() else size[0] * size[1]

    kept = alive.copy()
    for i in range(len(box)):
        for j in range(i + 1, len(box)) if kept[i] else ():
            low = onp.maximum(box[i, :2], box[j, :2])
            common = area(onp.concatenate([low, onp.minimum(box[i, 2:], box[j, 2:])]))
            united = area(box[i]) + area(box[j]) - common
            overlap = common / united if united > 0 else onp.float32(0)
            struck = overlap >= onp.float32(threshold) if reached else overlap > threshold
            kept[j] &= not (struck and kind[i] == kind[j])
    return kept


@pytest.mark.parametrize("mode", ["native", "xla"])
@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("reached", [False, True])
def test_survivors(mode, extra, reached, monkeypatch):
    if mode == "native" and not native.available(native.BOXES):
        pytest.skip("not built")
    monkeypatch.setattr(_config.options["kernels"], "value", mode)
    for n in (1, 2, 17, 90):
        box, kind = boxes(n), RNG.integers(0, 2, n).astype("float32")
        alive = RNG.random(n) < 0.9
        with onp.errstate(all="ignore"):
            wanted = by_hand(box, kind, alive, 0.5, extra, reached)
        run = jax.jit(lambda *a: survivors(*a, 0.5, extra, reached))
        onp.testing.assert_array_equal(run(box, kind, alive), wanted)
        both = jax.jit(jax.vmap(run, (0, None, 0)))
        found = both(onp.stack([box, box[::-1]]), kind, onp.stack([alive, alive]))
        onp.testing.assert_array_equal(found[0], wanted)


def rows(n):
    return onp.concatenate([RNG.integers(0, 3, (2, n, 1)), RNG.random((2, n, 5))], 2)


def test_evaluated_natively_and_not(monkeypatch):
    x = rows(50)
    found = []
    for mode in ("native", "xla"):
        monkeypatch.setattr(_config.options["kernels"], "value", mode)
        processes.forget_what_was_met()
        got = nd.contrib.box_nms(nd.array(x), 0.3, coord_start=2, score_index=1, id_index=0)
        found.append(got.asnumpy())
    onp.testing.assert_array_equal(*found)


def test_anchors_of_new_sizes():
    """The first of a kind are computed from numbers, later ones by what holds for any size."""
    for h, w in [(9, 11), (13, 8), (10, 10), (31, 9)]:
        found = nd.contrib.MultiBoxPrior(
            nd.zeros((1, 3, h, w)), sizes=(0.3, 0.7), ratios=(1, 2), clip=True
        ).asnumpy()
        wanted = []
        for y in (onp.arange(h) + 0.5) / h:
            for x in (onp.arange(w) + 0.5) / w:
                for s, r in ((0.3, 1), (0.7, 1), (0.3, 2)):
                    a, b = s * h / w * r**0.5 / 2, s / r**0.5 / 2
                    wanted.append([x - a, y - b, x + a, y + b])
        wanted = onp.clip(wanted, 0, 1)[None]
        onp.testing.assert_allclose(found, wanted, atol=1e-6)
