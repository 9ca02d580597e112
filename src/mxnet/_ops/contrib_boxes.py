"""Boxes of object detection: overlap, suppression, matching, anchors, targets and proposals."""

import math
import numbers
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._boxes import overlap, overlap_of_sides
from ..error import AttributeTypeError, ShapeError, fail, require_equal
from ._axes import as_type
from ._facts import numbered
from ._limits import check_size
from ._nn import accumulator, require_axes, require_floating
from ._spec import op
from .kernels.boxes import survivors
from .ordering import sorted_with_positions

FORMAT = Literal["center", "corner"]


def floats(where, name, value, n=None):
    """A tuple of numbers from a number, a sequence, or the text of one."""
    given = value
    try:
        if isinstance(value, str):
            text = value.strip().strip("()[]").strip(", ")
            value = text.split(",") if text else ()
        numbers: list = list(value) if hasattr(value, "__iter__") else [value]
        found = tuple([float(v) for v in numbers])
    except (TypeError, ValueError):
        found = None
    if found is None or not found or (n is not None and len(found) != n):
        fail(
            AttributeTypeError,
            where,
            f"parameter {name!r} does not fit",
            expected="a tuple of numbers" if n is None else f"{n} numbers",
            got=repr(given),
        )
    return found


def require_last(where, name, x, size, least=1):
    """Raise ShapeError unless the last of at least ``least`` axes has ``size`` elements."""
    if x.ndim < least or x.shape[-1] != size:
        fail(
            ShapeError,
            where,
            f"{name} does not fit",
            expected=f"at least {least} axes, the last of {size} numbers",
            got=x.shape,
        )


def part(x, k):
    """The ``k``-th numbers along the last axis."""
    return lax.index_in_dim(x, k, x.ndim - 1, keepdims=False)


def along(x, places):
    """The elements at these places along axis 1, all of which there are."""
    return jnp.take_along_axis(x, places, 1, mode="promise_in_bounds")


def to_corners(box):
    """(centre x, centre y, width, height) -> (x1, y1, x2, y2)."""
    centre, size = halves(box)
    half = size / 2
    return jnp.concatenate([centre - half, centre + half], -1)


def to_center(box):
    """(x1, y1, x2, y2) -> (centre x, centre y, width, height)."""
    return jnp.concatenate(middle_and_size(box), -1)


def middle_and_size(box):
    """(x1, y1, x2, y2) -> (centre x, centre y) and (width, height)."""
    low, high = halves(box)
    return (low + high) / 2, high - low


def halves(box):
    """The first two and the last two of four numbers."""
    axis = box.ndim - 1
    return lax.slice_in_dim(box, 0, 2, axis=axis), lax.slice_in_dim(box, 2, 4, axis=axis)


def descending(score, valid):
    """Positions along the last axis by falling score, those not valid last; equal scores keep
    their order.
    """
    return sorted_with_positions(jnp.where(valid, -score, jnp.inf), score.ndim - 1, True)


def first_of_all(kept):
    """Positions along the last axis of the elements that are kept, then of the others, both in
    their order.
    """
    return sorted_with_positions(kept.astype("float32"), kept.ndim - 1, False)


def silent(*results):
    """Results through which no gradient flows."""
    found = tuple(lax.stop_gradient(r) for r in results)
    return found[0] if len(found) == 1 else found


@op("_contrib_box_iou", same_dtype=True)
def box_iou(lhs, rhs, *, format: FORMAT = "corner"):
    """Intersection over union of every box with every other.

    Parameters
    ----------
    lhs : (*L, 4) float, at least two axes
    rhs : (*R, 4) float, at least two axes
    format : {'corner', 'center'}       (x1, y1, x2, y2) or (centre x, centre y, width, height)

    Returns
    -------
    (*L, *R) same dtype; no gradient flows through it

    Raises
    ------
    ShapeError   if the last axis of lhs or rhs has not 4 numbers
    """
    where = "_contrib_box_iou"
    require_floating(where, lhs=lhs, rhs=rhs)
    require_last(where, "lhs", lhs, 4, 2)
    require_last(where, "rhs", rhs, 4, 2)
    wide = accumulator(lhs.dtype)
    a, b = (
        to_corners(x.astype(wide)) if format == "center" else x.astype(wide) for x in (lhs, rhs)
    )
    a = a.reshape(*a.shape[:-1], *(1,) * (b.ndim - 1), 4)
    return silent(overlap(a, b, jnp).astype(lhs.dtype))


@op(
    "_contrib_box_nms", aliases=("_contrib_box_non_maximum_suppression",), outputs=numbered, total=2
)
def box_nms(
    data,
    *,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: FORMAT = "corner",
    out_format: FORMAT = "corner",
):
    """Non-maximum suppression: drop boxes that overlap a better one.

    Parameters
    ----------
    data : (..., N, K) float            N boxes of K numbers, K >= 5 as coordinates and score need
    overlap_thresh : float              drop a box that overlaps a better one by more than this
    valid_thresh : float                boxes whose score is not above it are dropped
    topk : int, default -1 (all)        so many best boxes are considered, the others are dropped;
                                        0: data comes back as it is
    coord_start, score_index : int      where in the K numbers
    id_index : int, default -1 (none)   where the class is; boxes suppress those of their class
    background_id : int, default -1     class that is dropped, so that rows of class -1 are
    force_suppress : bool               suppress across classes
    in_format, out_format : {'corner', 'center'}

    Returns
    -------
    same shape and dtype: surviving boxes by falling score, then rows of -1

    Raises
    ------
    ShapeError           if data has less than two axes or rows too short
    AttributeTypeError   if an index is out of range

    Gradient     of a surviving row goes to the row it was taken from, unchanged by formats
    """
    where = "_contrib_box_nms"
    require_floating(where, data=data)
    if data.ndim < 2 or data.shape[-1] < 5:
        fail(ShapeError, where, "data does not fit", expected="(..., N, K), K >= 5", got=data.shape)
    n, k = data.shape[-2:]
    if (
        not (0 <= coord_start <= k - 4 and 0 <= score_index < k and id_index < k)
        or coord_start <= max(score_index, -1) < coord_start + 4
    ):
        fail(
            AttributeTypeError,
            where,
            "an index does not fit",
            expected=f"coord_start <= {k - 4}, score_index and id_index < {k}, all apart",
            got=f"coord_start {coord_start}, score_index {score_index}, id_index {id_index}",
        )
    rows = data.reshape(math.prod(data.shape[:-2]), n, k)
    wide = accumulator(data.dtype)
    some = slice(coord_start, coord_start + 4)
    most = min(topk, n) if topk > 0 else n
    if not rows.size or topk == 0:
        return data
    # Of all images at once: vmap would trace all of it twice.
    given = lax.stop_gradient(rows).astype(wide)
    score, kind = part(given, score_index), part(given, max(id_index, 0))
    valid = score > valid_thresh
    if id_index >= 0:
        valid &= kind != background_id
    order = descending(score, valid)
    best = lax.slice_in_dim(order, 0, most, axis=1)
    box = along(lax.slice_in_dim(given, some.start, some.stop, axis=2), best[..., None])
    box = to_corners(box) if in_format == "center" else box
    ignores_kind = force_suppress or id_index < 0
    kind = lax.full(best.shape, 0, wide) if ignores_kind else along(kind, best)
    kept = survivors(box, kind, along(valid, best), overlap_thresh)
    kept = lax.pad(kept, False, [(0, 0, 0), (0, n - most, 0)])
    front = first_of_all(kept)
    at, kept = along(order, front).astype("int32"), along(kept, front)
    found = jnp.take_along_axis(rows, at[..., None], 1)
    if in_format != out_format:
        box = lax.stop_gradient(found[..., some]).astype(wide)
        moved = (to_corners(box) if in_format == "center" else to_center(box)).astype(data.dtype)
        # the values of the new format, the gradient of the rows as they were
        old = found[..., some]
        found = found.at[..., some].set(moved + (old - lax.stop_gradient(old)))
    return jnp.where(kept[..., None], found, -1).reshape(data.shape)


@op("_contrib_bipartite_matching", num_outputs=2)
def bipartite_matching(data, *, is_ascend: bool = False, threshold: float, topk: int = -1):
    """Pair rows with columns greedily, the best score first, each at most once.

    Parameters
    ----------
    data : (..., N, M) float            scores
    is_ascend : bool, default False     the least score is the best
    threshold : float                   stop at a score that is not better than this
    topk : int, default -1 (all)        stop after ``topk + 1`` pairs, as the original does

    Returns
    -------
    column of each row : (..., N) same dtype, -1 for none
    row of each column : (..., M) same dtype, -1 for none

    Raises
    ------
    ShapeError   if data has less than two axes
    """
    where = "_contrib_bipartite_matching"
    require_floating(where, data=data)
    if data.ndim < 2:
        fail(ShapeError, where, "data does not fit", expected="(..., N, M)", got=data.shape)
    n, m = data.shape[-2:]
    lead = data.shape[:-2]
    if not n or not m:
        return silent(*(jnp.full((*lead, k), -1, data.dtype) for k in (n, m)))
    rounds = min(n, m) if topk < 0 else min(n, m, topk + 1) if topk else min(n, m)

    def match(score):
        score = -score if is_ascend else score
        worst = jnp.asarray(-threshold if is_ascend else threshold, score.dtype)

        def step(_, state):
            row, column = state
            free = (row < 0)[:, None] & (column < 0)
            at = jnp.argmax(jnp.where(free, score, -jnp.inf))
            i, j = at // m, at % m
            good = free[i, j] & (score[i, j] > worst)
            return (
                row.at[i].set(jnp.where(good, j, row[i])),
                column.at[j].set(jnp.where(good, i, column[j])),
            )

        start = jnp.full(n, -1, "int64"), jnp.full(m, -1, "int64")
        return lax.fori_loop(0, rounds, step, start)

    wide = data.reshape(math.prod(lead), n, m).astype(accumulator(data.dtype))
    row, column = jax.vmap(match)(lax.stop_gradient(wide))
    return row.reshape(*lead, n).astype(data.dtype), column.reshape(*lead, m).astype(data.dtype)


@op("_contrib_box_encode", num_outputs=2, same_dtype=True)
def box_encode(samples, matches, anchors, refs, means, stds):
    """Targets of box regression: where the matched box lies, as seen from each anchor.

    ``((cx' - cx) / w, (cy' - cy) / h, log(w' / w), log(h' / h))``, then ``(t - means) / stds``.

    Parameters
    ----------
    samples : (B, N) float              above 0.5 for anchors that have a box
    matches : (B, N) float              number of that box
    anchors : (B, N, 4) float           corners
    refs : (B, M, 4) float              corners of the boxes
    means, stds : (4,) float

    Returns
    -------
    targets : (B, N, 4) same dtype, 0 where there is no box
    masks : (B, N, 4) same dtype, 1 where there is one

    Raises
    ------
    ShapeError   if the arrays do not fit each other
    """
    where = "_contrib_box_encode"
    require_floating(where, samples=samples, anchors=anchors, refs=refs)
    require_axes(where, "samples", samples, 2, "(B, N)")
    require_axes(where, "refs", refs, 3, "(B, M, 4)")
    b, n = samples.shape
    for name, x, shape in (
        ("matches", matches, ((b, n),)),
        ("anchors", anchors, ((b, n, 4), (1, n, 4))),
        ("refs", refs, ((b, refs.shape[1], 4),)),
        ("means", means, ((4,),)),
        ("stds", stds, ((4,),)),
    ):
        if x.shape not in shape:
            fail(ShapeError, where, f"{name} does not fit samples", expected=shape[0], got=x.shape)
    wide = accumulator(samples.dtype)
    box = to_center(refs.astype(wide))
    box = jnp.take_along_axis(box, matches.astype("int32")[..., None], 1, mode="clip")
    anchor = to_center(anchors.astype(wide))
    target = jnp.concatenate(
        [
            (box[..., :2] - anchor[..., :2]) / anchor[..., 2:],
            jnp.log(box[..., 2:] / anchor[..., 2:]),
        ],
        -1,
    )
    target = (target - means.astype(wide)) / stds.astype(wide)
    used = jnp.broadcast_to((samples > 0.5)[..., None], target.shape)
    out = jnp.where(used, target, 0).astype(samples.dtype)
    return silent(out, as_type(used, samples.dtype))


@op("_contrib_box_decode", same_dtype=True)
def box_decode(
    data,
    anchors,
    *,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: FORMAT = "center",
):
    """Corner boxes from predictions relative to anchors; undoes ``box_encode``.

    Parameters
    ----------
    data : (B, N, 4) float              predictions
    anchors : (1, N, 4) same dtype
    std0, std1, std2, std3 : float      factors of the four predictions
    clip : float, default -1 (off)      upper limit of the predicted logarithms of the sizes
    format : {'center', 'corner'}       of the anchors

    Returns
    -------
    (B, N, 4) same dtype, corners; no gradient flows through it

    Raises
    ------
    ShapeError   if data or anchors do not fit
    """
    where = "_contrib_box_decode"
    require_floating(where, data=data, anchors=anchors)
    require_axes(where, "data", data, 3, "(B, N, 4)")
    if data.shape[2] != 4 or anchors.shape != (1, *data.shape[1:]):
        fail(
            ShapeError,
            where,
            "data and anchors do not fit",
            expected="(B, N, 4) and (1, N, 4)",
            got=f"{data.shape} and {anchors.shape}",
        )
    wide = accumulator(data.dtype)
    anchor = anchors.astype(wide)
    anchor = to_center(anchor) if format == "corner" else anchor
    x = data.astype(wide) * jnp.asarray((std0, std1, std2, std3), wide)
    grown = jnp.minimum(x[..., 2:], clip) if clip > 0 else x[..., 2:]
    half = jnp.exp(grown) * anchor[..., 2:] / 2
    centre = x[..., :2] * anchor[..., 2:] + anchor[..., :2]
    return silent(jnp.concatenate([centre - half, centre + half], -1).astype(data.dtype))


_ON_HOST = 1 << 20  # boxes; more are computed by the program, not while it is traced


@op("_contrib_MultiBoxPrior", aliases=("_npx_multibox_prior",))
def multi_box_prior(
    data,
    *,
    sizes: object = (1.0,),
    ratios: object = (1.0,),
    clip: bool = False,
    steps: object = (-1.0, -1.0),
    offsets: object = (0.5, 0.5),
):
    """Anchor boxes around every pixel (SSD, Liu et al. 2016).

    Each pixel gets the sizes with the first ratio, then the first size with the other ratios.

    Parameters
    ----------
    data : (B, C, H, W) float           only its shape matters
    sizes : tuple of float              height of a box with ratio 1, in image heights
    ratios : tuple of float             width / height, for square pixels
    clip : bool                         hold corners within [0, 1]
    steps : (y, x)                      distance of pixels; negative: 1 / H and 1 / W
    offsets : (y, x)                    centre within a pixel

    Returns
    -------
    (1, H * W * (len(sizes) + len(ratios) - 1), 4) same dtype, corners in image sizes; no gradient

    Raises
    ------
    ShapeError           if data has not four axes
    AttributeTypeError   if a parameter is not a tuple of as many numbers as it needs
    """
    where = "_contrib_MultiBoxPrior"
    require_floating(where, data=data)
    require_axes(where, "data", data, 4, "(B, C, H, W)")
    sizes, ratios = floats(where, "sizes", sizes), floats(where, "ratios", ratios)
    steps, offsets = floats(where, "steps", steps, 2), floats(where, "offsets", offsets, 2)
    height, width = data.shape[2:]
    if not height or not width:
        fail(ShapeError, where, "data has no pixel", expected="H, W >= 1", got=data.shape)
    step_y, step_x = (s if s > 0 else 1 / n for s, n in zip(steps, (height, width)))
    shapes = [(s, ratios[0]) for s in sizes] + [(sizes[0], r) for r in ratios[1:]]
    check_size((height, width, len(shapes), 4))
    known = all(isinstance(d, numbers.Integral) for d in (height, width))
    xp = onp if known and height * width * len(shapes) <= _ON_HOST else jnp
    s, r = onp.array(shapes, "float64").T
    high, wide = (xp.asarray(d, "float64") for d in (height, width))
    half = xp.stack([s * high / wide * onp.sqrt(r) / 2, xp.asarray(s / onp.sqrt(r) / 2)], -1)
    y = (xp.arange(height) + offsets[0]) * step_y
    x = (xp.arange(width) + offsets[1]) * step_x
    centre = xp.stack(xp.meshgrid(x, y), -1)[:, :, None]  # (H, W, 1, 2)
    box = xp.concatenate([centre - half, centre + half], -1).reshape(1, -1, 4)
    return jnp.asarray(xp.clip(box, 0, 1) if clip else box, data.dtype)


@op(
    "_contrib_MultiBoxTarget",
    aliases=("_npx_multibox_target",),
    num_outputs=3,
    same_dtype=True,
    outputs=("loc_target", "loc_mask", "cls_target"),
)
def multi_box_target(
    anchor,
    label,
    cls_pred,
    *,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: object = (0.1, 0.1, 0.2, 0.2),
):
    """What a single-shot detector should predict for each anchor box.

    Boxes and anchors are paired greedily by overlap; further anchors take the box they overlap most
    if by more than ``overlap_threshold``; the others are background.

    Parameters
    ----------
    anchor : (1, A, 4) float            corners
    label : (B, L, 5 or more) float     (class, x1, y1, x2, y2, ...); a class of -1 ends the list
    cls_pred : (B, 1 + classes, A) float    scores before softmax, background first
    overlap_threshold : float           <= 0: pairs only
    ignore_label : float                class target of anchors that do not count
    negative_mining_ratio : float       so many background anchors per paired one, those that look
                                        least like background; the others do not count. <= 0: all
    negative_mining_thresh : float      background anchors must overlap less than this
    minimum_negative_samples : int      accepted and without effect, as in the original on a CPU
    variances : 4 floats                divisors of the box targets

    Returns
    -------
    box target : (B, A * 4) same dtype
    box mask : (B, A * 4) same dtype, 1 for anchors that have a box
    class target : (B, A) same dtype, class + 1, or 0 for background, or ignore_label

    Raises
    ------
    ShapeError           if the arrays do not fit each other
    AttributeTypeError   if variances are not 4 numbers
    """
    where = "_contrib_MultiBoxTarget"
    require_floating(where, anchor=anchor, label=label, cls_pred=cls_pred)
    variances = floats(where, "variances", variances, 4)
    require_anchor(where, anchor)
    require_axes(where, "label", label, 3, "(B, L, >= 5)")
    n = anchor.shape[1]
    if label.shape[2] < 5:
        fail(ShapeError, where, "label does not fit", expected="(B, L, >= 5)", got=label.shape)
    if cls_pred.ndim != 3 or cls_pred.shape[0] != label.shape[0] or cls_pred.shape[2] != n:
        fail(
            ShapeError,
            where,
            "cls_pred does not fit",
            expected=f"({label.shape[0]}, 1 + classes, {n})",
            got=cls_pred.shape,
        )
    wide = accumulator(anchor.dtype)
    box = anchor[0].astype(wide)
    mining = negative_mining_ratio > 0

    b, length = label.shape[:2]
    if not length:
        zero = jnp.zeros((b, 4 * n), anchor.dtype)
        return zero, zero, jnp.full((b, n), ignore_label, anchor.dtype)
    # Of all images at once: vmap would trace all of it twice.
    label, scores = (x.astype(wide) for x in silent(label, cls_pred))
    classes, *corners = (part(label, k) for k in range(5))  # (B, L)
    real = lax.cumprod((classes != -1).astype("int32"), 1) > 0
    iou = overlap_of_sides(
        [lax.expand_dims(part(box, k), (0, 2)) for k in range(4)],
        [lax.expand_dims(x, (1,)) for x in corners],
        jnp,
    )
    iou = jnp.where(lax.expand_dims(real, (1,)), iou, -1)  # (B, A, L)
    number_a, number_l = (lax.broadcasted_iota("int64", (b, k), 1) for k in (n, length))

    def pair(_, state):
        owner, taken = state
        free = lax.expand_dims(owner < 0, (2,)) & lax.expand_dims(~taken, (1,))
        left = lax.reshape(jnp.where(free, iou, -1), (b, n * length))
        at = lax.expand_dims(lax.argmax(left, 1, "int64"), (1,))
        good = lax.expand_dims(lax.reduce_max(left, (1,)), (1,)) > 1e-6
        i, j = lax.div(at, lax.full_like(at, length)), lax.rem(at, lax.full_like(at, length))
        owner = jnp.where(good & (number_a == i), j, owner)
        return owner, taken | (good & (number_l == j))

    start = lax.full((b, n), -1, "int64"), lax.full((b, length), False)
    owner, _ = lax.fori_loop(0, length, pair, start)
    most = jnp.maximum(lax.reduce_max(iou, (2,)), -1)
    if overlap_threshold > 0:
        near = (owner < 0) & (most > overlap_threshold)
        owner = jnp.where(near, lax.argmax(iou, 2, "int64"), owner)
    positive = owner >= 0
    if mining:
        n_positive = jnp.sum(positive, 1, keepdims=True)
        wanted = (n_positive.astype("float32") * jnp.float32(negative_mining_ratio)).astype(int)
        wanted = jnp.minimum(wanted, n - n_positive)
        candidate = ~positive & (most < negative_mining_thresh)
        background = jax.nn.softmax(scores, 1)[:, 0]
        order = sorted_with_positions(jnp.where(candidate, background, jnp.inf), 1, True)
        rank = sorted_with_positions(order, 1, True)
        negative = candidate & (rank < wanted)
    else:
        negative = ~positive
    some = lax.expand_dims(lax.reduce_or(real, (1,)), (1,))
    at = lax.expand_dims(jnp.maximum(owner, 0), (2,))
    chosen = along(label, at)
    found = encode(box, lax.slice_in_dim(chosen, 1, 5, axis=2)) / jnp.asarray(variances, wide)
    mask = lax.broadcast_in_dim(positive & some, found.shape, (0, 1))
    kind = jnp.where(positive, part(chosen, 0) + 1, jnp.where(negative, 0, ignore_label))
    kind = jnp.where(some, kind, ignore_label)
    results = jnp.where(mask, found, 0).reshape(b, 4 * n), mask.reshape(b, 4 * n), kind
    return silent(*(as_type(r, anchor.dtype) for r in results))


def require_anchor(where, anchor):
    """Raise ShapeError unless anchors are (1, A, 4), A >= 1."""
    if anchor.ndim != 3 or anchor.shape[0] != 1 or anchor.shape[2] != 4 or not anchor.shape[1]:
        fail(
            ShapeError, where, "anchor does not fit", expected="(1, A, 4), A >= 1", got=anchor.shape
        )


def encode(anchor, box):
    """Corner boxes relative to corner anchors."""
    (middle, size), (its_middle, its_size) = middle_and_size(anchor), middle_and_size(box)
    return jnp.concatenate([(its_middle - middle) / size, jnp.log(its_size / size)], -1)


@op("_contrib_MultiBoxDetection", aliases=("_npx_multibox_detection",), same_dtype=True)
def multi_box_detection(
    cls_prob,
    loc_pred,
    anchor,
    *,
    clip: bool = True,
    threshold: float = 0.00999999978,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: object = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
):
    """Boxes found by a single-shot detector, after suppression of those that overlap a better one.

    Parameters
    ----------
    cls_prob : (B, 1 + classes, A) float    probabilities, background first
    loc_pred : (B, A * 4) float         predictions relative to the anchors
    anchor : (1, A, 4) float            corners
    clip : bool, default True           hold corners within [0, 1]
    threshold : float                   drop boxes of a lower probability
    background_id : int                 accepted and without effect, as in the original
    nms_threshold : float               suppress from this overlap on; outside of (0, 1]: neither
                                        sorting nor suppression
    force_suppress : bool               suppress across classes
    variances : 4 floats                factors of the predictions
    nms_topk : int, default -1 (all)    so many best boxes are kept at most

    Returns
    -------
    (B, A, 6) same dtype: (class, probability, x1, y1, x2, y2) by falling probability; class -1 for
    boxes that were suppressed, rows of -1 for those that were dropped. No gradient

    Raises
    ------
    ShapeError           if the arrays do not fit each other
    AttributeTypeError   if variances are not 4 numbers
    """
    where = "_contrib_MultiBoxDetection"
    require_floating(where, cls_prob=cls_prob, loc_pred=loc_pred, anchor=anchor)
    variances = floats(where, "variances", variances, 4)
    require_anchor(where, anchor)
    n = anchor.shape[1]
    if cls_prob.ndim != 3 or cls_prob.shape[1] < 2 or cls_prob.shape[2] != n:
        fail(
            ShapeError,
            where,
            "cls_prob does not fit",
            expected=f"(B, 1 + classes, {n})",
            got=cls_prob.shape,
        )
    require_equal(
        ShapeError, where, "loc_pred does not fit", (cls_prob.shape[0], 4 * n), loc_pred.shape
    )
    wide = accumulator(anchor.dtype)
    centre = to_center(anchor[0].astype(wide))
    sorting = 0 < nms_threshold <= 1

    def detect(probability, moves):
        probability = probability.astype(wide)
        kind = jnp.argmax(probability[1:], 0)
        score = jnp.max(probability[1:], 0)
        valid = (score >= jnp.asarray(threshold, wide)) & (score > -1)
        x = moves.astype(wide).reshape(n, 4) * jnp.asarray(variances, wide)
        middle = x[:, :2] * centre[:, 2:] + centre[:, :2]
        half = jnp.exp(x[:, 2:]) * centre[:, 2:] / 2
        box = jnp.concatenate([middle - half, middle + half], -1)
        box = jnp.clip(box, 0, 1) if clip else box
        rows = jnp.concatenate([kind.astype(wide)[:, None], score[:, None], box], -1)
        front = first_of_all(valid)
        count = jnp.sum(valid)
        rows = jnp.where((jnp.arange(n) < count)[:, None], rows[front], -1)
        if not sorting:
            return rows
        place = jnp.arange(n)
        order = descending(rows[:, 1], place < count)
        keep = jnp.minimum(nms_topk, count) if nms_topk > 0 else count
        most = min(nms_topk, n) if nms_topk > 0 else n
        best = rows[order[:most]]

        kind = jnp.zeros_like(best[:, 0]) if force_suppress else best[:, 0]
        early = place[:most] < keep
        kept = survivors(best[:, 2:], kind, early, nms_threshold, reached=True)
        best = best.at[:, 0].set(jnp.where(kept, best[:, 0], -1))
        # boxes beyond the best nms_topk stay where they were before sorting, as in the original
        others = rows.at[:, 0].set(-1)
        return others.at[:most].set(jnp.where(early[:, None], best, others[:most]))

    return silent(jax.vmap(detect)(*silent(cls_prob, loc_pred)).astype(anchor.dtype))


def base_anchors(stride, scales, ratios):
    """Boxes around the first pixel (Faster R-CNN, Ren et al. 2015): corner pixels included."""
    found = []
    middle = (stride - 1) / 2
    for ratio in ratios:
        side = math.floor(math.sqrt(math.floor(stride * stride / ratio)) + 0.5)
        for scale in scales:
            w, h = side * scale, math.floor(side * ratio + 0.5) * scale
            x, y = (w - 1) / 2, (h - 1) / 2
            found.append((middle - x, middle - y, middle + x, middle + y))
    return onp.array(found)


def proposals(where, cls_prob, bbox_pred, im_info, attrs):
    """Boxes (B * N, 5) and scores (B * N, 1) of the region proposal operators."""
    before, after, threshold, least, scales, ratios, stride, iou_loss = attrs
    require_floating(where, cls_prob=cls_prob, bbox_pred=bbox_pred, im_info=im_info)
    scales, ratios = floats(where, "scales", scales), floats(where, "ratios", ratios)
    kinds = len(scales) * len(ratios)
    require_axes(where, "cls_prob", cls_prob, 4, f"(B, {2 * kinds}, H, W)")
    b, _, height, width = cls_prob.shape
    for name, x, shape in (
        ("cls_prob", cls_prob, (b, 2 * kinds, height, width)),
        ("bbox_pred", bbox_pred, (b, 4 * kinds, height, width)),
        ("im_info", im_info, (b, 3)),
    ):
        require_equal(
            ShapeError,
            where,
            f"{name} does not fit {kinds} anchors (scales times ratios)",
            shape,
            x.shape,
        )
    total = height * width * kinds
    if not total or after < 1 or stride < 1:
        fail(
            AttributeTypeError,
            where,
            "there is nothing to propose",
            expected="rpn_post_nms_top_n, feature_stride, H and W >= 1",
            got=f"rpn_post_nms_top_n {after}, feature_stride {stride}, cls_prob {cls_prob.shape}",
        )
    before = min(before, total) if before > 0 else total
    wide = accumulator(cls_prob.dtype)
    base = base_anchors(stride, scales, ratios)
    y, x = onp.meshgrid(onp.arange(height), onp.arange(width), indexing="ij")
    shift = onp.stack([x, y, x, y], -1)[:, :, None] * stride
    anchor = jnp.asarray((shift + base).reshape(total, 4), wide)
    place = jnp.asarray(onp.stack([y, x], -1).reshape(-1, 1, 2).repeat(kinds, 1).reshape(total, 2))

    def propose(scores, moves, info):
        score = scores[kinds:].astype(wide).transpose(1, 2, 0).reshape(total)
        x = moves.astype(wide).reshape(kinds, 4, height, width).transpose(2, 3, 0, 1)
        x, info = x.reshape(total, 4), info.astype(wide)
        if iou_loss:
            box = anchor + x
        else:
            size = anchor[:, 2:] - anchor[:, :2] + 1
            middle = x[:, :2] * size + anchor[:, :2] + (size - 1) / 2
            half = (jnp.exp(x[:, 2:]) * size - 1) / 2
            box = jnp.concatenate([middle - half, middle + half], -1)
        limit = info[jnp.asarray([1, 0, 1, 0])] - 1
        box = jnp.maximum(jnp.minimum(box, limit), 0)
        outside = jnp.any(place >= jnp.floor(info[:2] / stride), 1)
        score = jnp.where(outside, -1, score)
        small = least * info[2]
        size = box[:, 2:] - box[:, :2] + 1
        tiny = jnp.any(size < small, 1)
        grow = jnp.asarray([-1, -1, 1, 1], wide) * (small / 2)
        box = jnp.where(tiny[:, None], box + grow, box)
        score = jnp.where(tiny, -1, score)
        order = descending(score, jnp.ones(total, bool))[:before]
        box, score = box[order], score[order]

        everyone = jnp.ones(before, bool)
        kept = survivors(box, jnp.zeros_like(score), everyone, threshold, extra=1)
        front = first_of_all(kept)
        count = jnp.minimum(jnp.sum(kept), after)
        chosen = front[jnp.arange(after) % count]
        return box[chosen], score[chosen]

    box, score = jax.vmap(propose)(*silent(cls_prob, bbox_pred, im_info))
    number = jnp.repeat(jnp.arange(b), after).astype(wide)[:, None]
    rows = jnp.concatenate([number, box.reshape(-1, 4)], -1)
    return silent(rows.astype(cls_prob.dtype), score.reshape(-1, 1).astype(cls_prob.dtype))


def infer_proposal(cls_prob, *others, **_):
    """Two numbers per anchor in ``cls_prob``, four in ``bbox_pred``."""
    b, two, *space = cls_prob
    return {"bbox_pred": (b, 2 * two, *space), "im_info": (b, 3)}


PROPOSAL_FACTS = {
    "infer": infer_proposal,
    "outputs": ("output", "score"),
    "total": 2,
}


def two_if_scored(attrs, n):
    """Visible outputs of the proposal operators."""
    return 2 if attrs["output_score"] else 1


@op(
    "_contrib_Proposal",
    num_outputs=2,
    visible=two_if_scored,
    same_dtype=True,
    **PROPOSAL_FACTS,
)
def proposal(
    cls_prob,
    bbox_pred,
    im_info,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.699999988,
    rpn_min_size: int = 16,
    scales: object = (4.0, 8.0, 16.0, 32.0),
    ratios: object = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
):
    """Regions that may hold an object (Faster R-CNN, Ren et al. 2015), of one image.

    Parameters
    ----------
    cls_prob : (1, 2 K, H, W) float     probabilities of background (first K) and object; K is the
                                        number of scales times that of ratios
    bbox_pred : (1, 4 K, H, W) float    moves of the anchors
    im_info : (1, 3) float              image height and width in pixels, scale
    rpn_pre_nms_top_n : int             so many best boxes are considered
    rpn_post_nms_top_n : int            so many are returned; fewer are repeated from the first on
    threshold : float                   suppress boxes that overlap a better one by more
    rpn_min_size : int                  smaller boxes, in pixels before scaling, come last
    scales, ratios : tuples of float    anchor sizes in strides, and height / width
    feature_stride : int                pixels of the image per pixel of cls_prob
    output_score : bool                 also return the probabilities
    iou_loss : bool                     moves are those of the four corners, in pixels

    Returns
    -------
    (rpn_post_nms_top_n, 5) same dtype  (image number, x1, y1, x2, y2)
    (rpn_post_nms_top_n, 1) same dtype, with ``output_score``; no gradient flows through either

    Raises
    ------
    ShapeError           if the arrays do not fit each other, or hold more than one image
    AttributeTypeError   if scales or ratios are no numbers, or a size is not positive
    """
    where = "_contrib_Proposal"
    if cls_prob.shape[:1] != (1,):
        fail(
            ShapeError,
            where,
            "cls_prob holds another number of images",
            expected="one image",
            got=cls_prob.shape,
            hint="use contrib.MultiProposal for a batch",
        )
    numbers = rpn_pre_nms_top_n, rpn_post_nms_top_n, threshold, rpn_min_size
    attrs = (*numbers, scales, ratios, feature_stride, iou_loss)
    return proposals(where, cls_prob, bbox_pred, im_info, attrs)


@op(
    "_contrib_MultiProposal",
    num_outputs=2,
    visible=two_if_scored,
    same_dtype=True,
    **PROPOSAL_FACTS,
)
def multi_proposal(
    cls_prob,
    bbox_pred,
    im_info,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.699999988,
    rpn_min_size: int = 16,
    scales: object = (4.0, 8.0, 16.0, 32.0),
    ratios: object = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
):
    """``Proposal`` for a batch of B images: ``rpn_post_nms_top_n`` regions of each, in order.

    Parameters
    ----------
    cls_prob : (B, 2 K, H, W) float
    bbox_pred : (B, 4 K, H, W) float
    im_info : (B, 3) float

    Returns
    -------
    rois : (B * rpn_post_nms_top_n, 5)         the image's number and the corners
    scores : (B * rpn_post_nms_top_n, 1)       with ``output_score``

    Raises
    ------
    ShapeError, AttributeTypeError   as of ``Proposal``
    """
    numbers = rpn_pre_nms_top_n, rpn_post_nms_top_n, threshold, rpn_min_size
    attrs = (*numbers, scales, ratios, feature_stride, iou_loss)
    return proposals("_contrib_MultiProposal", cls_prob, bbox_pred, im_info, attrs)
