"""Resizing, pooling of regions and deformable convolution."""

import math
from typing import Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail
from ._axes import as_type, numpy_for
from ._limits import unfolded
from ._nn import accumulator, moved, require_floating, require_shape, window
from ._spec import Shape, op
from .spatial import (
    regions,
    require_axes,
    require_regions,
    round_away,
    sample_bilinear,
    window_parameters,
)


def mix_pixels(data, rows, columns):
    """``rows @ image @ columns.T`` of every image; matrices (OH, H) and (OW, W)."""
    wide = accumulator(data.dtype)
    x = jnp.einsum("bchw,pw->bchp", data.astype(wide), jnp.asarray(columns, wide))
    return jnp.einsum("bchp,qh->bcqp", x, jnp.asarray(rows, wide)).astype(data.dtype)


def averaging_matrix(n, size):
    """Row i averages pixels floor(i size / n) to ceil((i + 1) size / n) of an axis."""
    numpy = numpy_for(n, size)
    row, pixel = numpy.arange(n)[:, None], numpy.arange(size)
    first, last = row * size // n, ((row + 1) * size + n - 1) // n
    return numpy.where((pixel >= first) & (pixel < last), 1 / (last - first), 0)


@op("_contrib_AdaptiveAvgPooling2D")
def adaptive_avg_pooling2d(data, *, output_size: Shape | None = ()):
    """Average over a grid of cells that covers the image, whatever its size.

    Parameters
    ----------
    data : (B, C, H, W) float
    output_size : (OH, OW), or one number for both, default 1

    Returns
    -------
    (B, C, OH, OW) same dtype; cell i of n averages pixels ``floor(i H / n)`` to ``ceil((i + 1) H /
    n) - 1``

    Raises
    ------
    ShapeError           if data has not four axes
    AttributeTypeError   if output_size has more than two numbers or a negative one
    """
    where = "_contrib_AdaptiveAvgPooling2D"
    require_floating(where, data=data)
    require_axes(where, "data", data, 4, "(B, C, H, W)")
    size = tuple(output_size or ()) or (1,)
    size = size * 2 if len(size) == 1 else size
    if len(size) != 2 or any(n < 0 for n in size):
        fail(
            AttributeTypeError,
            where,
            "output_size does not fit",
            expected="one or two numbers >= 0",
            got=tuple(output_size or ()),
        )
    rows, columns = (averaging_matrix(n, s) for n, s in zip(size, data.shape[2:]))
    return mix_pixels(data, rows, columns)


RESIZE_MODE = Literal[
    "like", "odd_scale", "size", "to_even_down", "to_even_up", "to_odd_down", "to_odd_up"
]


def resized(where, size, mode, given, scale, like) -> int:
    """Output size of BilinearResize2D on one axis."""
    if mode == "like":
        return like

    def scaled(n):  # a symbol cannot be multiplied by a fraction
        return n * int(scale) if float(scale).is_integer() else int(n * scale)

    if mode == "odd_scale":
        odd = size % 2
        return scaled(size - odd) + odd
    if mode == "size":
        return given if scale is None else scaled(size)
    amiss = size % 2 if "even" in mode else 1 - size % 2
    return size + (amiss if mode.endswith("up") else -amiss)


def lerp_matrix(n, size, align_corners):
    """Row i holds the two weights of output pixel i; float32 arithmetic as the original's."""
    numpy = numpy_for(n, size)
    half = onp.float32(0.5)
    at = numpy.arange(n, dtype="float32")

    def ratio(a, b):
        return numpy.asarray(a, "float32") / numpy.asarray(b, "float32")

    if align_corners:
        if n != 1:  # where it is, the original takes the first pixel either way
            at = ratio(size - 1, n - 1) * at
    else:
        at = numpy.maximum(ratio(size, n) * (at + half) - half, 0)
        if n == 1:
            at = at * 0
    at, pixel = at.astype("float64")[:, None], numpy.arange(size)
    first = numpy.minimum(at.astype(int), size - 1)
    part, second = at - first, numpy.minimum(first + 1, size - 1)
    return numpy.where(pixel == first, 1 - part, 0) + numpy.where(pixel == second, part, 0)


@op("_contrib_BilinearResize2D", present={"like": lambda a: a["mode"] == "like"})
def bilinear_resize2d(
    data,
    like=None,
    *,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: RESIZE_MODE = "size",
    align_corners: bool = True,
):
    """Resize images, linearly between the four nearest pixels.

    Parameters
    ----------
    data : (B, C, H, W) float
    like : (B', C', OH, OW)             only its size matters; for mode 'like'
    height, width : int, default 1      size of the result, for mode 'size' without scales
    scale_height, scale_width : float   factors, for modes 'size' and 'odd_scale'
    mode : {'size', 'like', 'odd_scale', 'to_even_down', 'to_even_up', 'to_odd_down', 'to_odd_up'}
        'odd_scale' keeps odd sizes odd; 'to_...' change a size by one where it is not yet so
    align_corners : bool, default True  the corner pixels stay corners; else pixels are areas

    Returns
    -------
    (B, C, OH, OW) same dtype

    Raises
    ------
    ShapeError           if data or like have not four axes
    AttributeTypeError   if the size is not positive, or one scale or ``like`` is missing

    Notes
    -----
    A matrix product per axis: a pixel that is not finite spoils its row and its column.
    """
    where = "_contrib_BilinearResize2D"
    require_floating(where, data=data)
    require_axes(where, "data", data, 4, "(B, C, H, W)")
    if mode == "like":
        if like is None:
            fail(AttributeTypeError, where, "mode 'like' needs an array to be like", got="none")
        require_axes(where, "like", like, 4, "(B, C, H, W)")
    scaled = mode in ("size", "odd_scale")
    if (scaled and (scale_height is None) != (scale_width is None)) or (
        mode == "odd_scale" and scale_height is None
    ):
        fail(
            AttributeTypeError,
            where,
            "scales do not fit",
            expected="both scale_height and scale_width",
            got=f"scale_height {scale_height}, scale_width {scale_width}",
        )
    shape: tuple = (None, None) if like is None else like.shape[2:]
    size = [
        resized(where, s, mode, n, factor, other)
        for s, n, factor, other in zip(
            data.shape[2:], (height, width), (scale_height, scale_width), shape
        )
    ]
    if any(n < 1 for n in (*size, *data.shape[2:])):
        fail(
            AttributeTypeError,
            where,
            "height or width is not positive",
            expected="an image and a result of at least one pixel",
            got=f"{tuple(size)} for data {data.shape}",
        )
    rows, columns = (lerp_matrix(n, s, align_corners) for n, s in zip(size, data.shape[2:]))
    return mix_pixels(data, rows, columns)


# Points of a cell along an axis: a region comes from data, and may be as long as a number can be.
_MOST_POINTS = 4096


def points_along(length):
    """How many points a cell of this length has along an axis: one for each pixel."""
    return jnp.minimum(jnp.ceil(length), _MOST_POINTS)


def align_weights(start, length, n, samples, size):
    """How much each of ``n`` cells of each region takes of each pixel of an axis: (R, n, size).

    A cell averages ``samples`` points, or as many as it is long; points beyond [-1, size] are 0.
    """
    step = length / n
    count = jnp.full(start.shape, samples, start.dtype) if samples > 0 else points_along(step)
    cell = jnp.arange(n, dtype=start.dtype)
    pixel = jnp.arange(size, dtype=start.dtype)

    def add(i, weights):
        part = (i.astype(start.dtype) + 0.5) / count
        at = start[:, None] + (cell + part[:, None]) * step[:, None]  # (R, n)
        inside = (at >= -1) & (at <= size) & (i < count)[:, None]
        near = jnp.clip(at, 0, max(size - 1, 0))[..., None]
        hat = jnp.maximum(1 - jnp.abs(near - pixel), 0)
        return weights + jnp.where(inside[..., None], hat, 0)

    zero = jnp.zeros((start.shape[0], n, size), start.dtype)
    most = jnp.max(count, initial=1).astype("int32")
    total = lax.fori_loop(jnp.int32(0), most, add, zero)
    return total / jnp.maximum(count, 1)[:, None, None]


def per_region(f, arrays, n, cost):
    """``f`` for each region; many at a time where one costs few numbers."""
    return lax.map(f, arrays, batch_size=min(n, max(1, 2**22 // max(cost, 1))))


def require_group_channels(where, data, channels, what):
    """Raise ShapeError unless data has that many channels."""
    if data.shape[1] != channels:
        fail(
            ShapeError,
            where,
            "data has the wrong number of channels",
            expected=f"{channels} = {what}",
            got=data.shape,
        )


@op("_contrib_ROIAlign", same_dtype=True)
def roi_align(
    data,
    rois,
    *,
    pooled_size: Shape,
    spatial_scale: float,
    sample_ratio: int = -1,
    position_sensitive: bool = False,
    aligned: bool = False,
):
    """Average of each cell of a grid on regions of interest, without rounding (He et al. 2017).

    Parameters
    ----------
    data : (B, C, H, W) float
    rois : (R, 5) same dtype            (image number, x1, y1, x2, y2)
    pooled_size : (PH, PW)              cells per region
    spatial_scale : float               pixels of data per unit of rois
    sample_ratio : int, default -1      points per cell and axis; <= 0: as many as the cell is long
    position_sensitive : bool           each cell reads channels of its own, C = C' PH PW
    aligned : bool, default False       shift by half a pixel, so that pixels are areas

    Returns
    -------
    (R, C or C', PH, PW) same dtype; 0 where the image number is negative

    Raises
    ------
    ShapeError   if data or rois do not fit

    Gradient     wrt data; rois get zeros
    """
    where = "_contrib_ROIAlign"
    require_regions(where, data, rois)
    ph, pw = window(where, "pooled_size", pooled_size, 2, 1)
    unfolded(where, "points in a cell", sample_ratio, _MOST_POINTS)
    _, c, height, width = data.shape
    if position_sensitive and c % (ph * pw):
        require_group_channels(where, data, c - c % (ph * pw), f"a multiple of {ph} * {pw} cells")
    wide = accumulator(data.dtype)
    image, missing, box = regions(data, rois)
    x1, y1, x2, y2 = (v * spatial_scale - (0.5 if aligned else 0) for v in box)
    least = 0 if aligned else 1
    rows = align_weights(y1, jnp.maximum(y2 - y1, least), ph, sample_ratio, height)
    columns = align_weights(x1, jnp.maximum(x2 - x1, least), pw, sample_ratio, width)
    columns = jnp.where(missing[:, None, None], 0, columns)

    def pool(one):
        number, rows, columns = one
        x = data[number].astype(wide)
        if position_sensitive:
            x = x.reshape(-1, ph, pw, height, width)
            return jnp.einsum("cpqhw,ph,qw->cpq", x, rows, columns)
        return jnp.einsum("chq,ph->cpq", jnp.einsum("chw,qw->chq", x, columns), rows)

    channels = c // (ph * pw) if position_sensitive else c
    if not rois.shape[0]:
        return jnp.zeros((0, channels, ph, pw), data.dtype)
    return per_region(pool, (image, rows, columns), rois.shape[0], c * height * width).astype(
        data.dtype
    )


@op("_contrib_RROIAlign", same_dtype=True)
def rotated_roi_align(
    data, rois, *, pooled_size: Shape, spatial_scale: float, sampling_ratio: int = -1
):
    """``ROIAlign`` of rotated regions.

    Parameters
    ----------
    data : (B, C, H, W) float
    rois : (R, 6) same dtype            (image number, centre x, centre y, width, height, degrees)
    pooled_size : (PH, PW)
    spatial_scale : float               pixels of data per unit of rois
    sampling_ratio : int, default -1    points per cell and axis; <= 0: as many as the cell is long

    Returns
    -------
    (R, C, PH, PW) same dtype; no gradient flows through it (the original has none)

    Raises
    ------
    ShapeError   if data or rois do not fit
    """
    where = "_contrib_RROIAlign"
    require_regions(where, data, rois, "image number, x, y, width, height, degrees")
    ph, pw = window(where, "pooled_size", pooled_size, 2, 1)
    unfolded(where, "points in a cell", sampling_ratio, _MOST_POINTS)
    _, c, height, width = data.shape
    wide = accumulator(data.dtype)
    image, missing, box = regions(data, rois)
    *box, angle = box
    cx, cy, w, h = (v * spatial_scale for v in box)
    w, h, angle = jnp.maximum(w, 1), jnp.maximum(h, 1), angle * (math.pi / 180)
    sine, cosine = jnp.sin(angle)[:, None, None], jnp.cos(angle)[:, None, None]
    steps = h / ph, w / pw
    counts = [
        jnp.full(s.shape, sampling_ratio, wide) if sampling_ratio > 0 else points_along(s)
        for s in steps
    ]
    # a row per pixel, so that a point fetches all channels at once
    pixels = lax.stop_gradient(data).astype(wide).transpose(0, 2, 3, 1).reshape(-1, c)

    def along(i, n, length, step, count):
        part = (i.astype(wide) + 0.5) / count
        return -length[:, None] / 2 + (jnp.arange(n, dtype=wide) + part[:, None]) * step[:, None]

    def add(i, total):
        iy, ix = i // most[1], i % most[1]
        v = along(iy, ph, h, steps[0], counts[0])[:, :, None]
        u = along(ix, pw, w, steps[1], counts[1])[:, None, :]
        y = v * cosine - u * sine + cy[:, None, None]
        x = v * sine + u * cosine + cx[:, None, None]
        used = ((iy < counts[0]) & (ix < counts[1]) & ~missing)[:, None, None]
        used &= (y >= -1) & (y <= height) & (x >= -1) & (x <= width)
        values = fetch(pixels, image, y, x, height, width)
        return total + jnp.where(used[..., None], values, 0)

    if not rois.shape[0] or not data.size:
        return jnp.zeros((rois.shape[0], c, ph, pw), data.dtype)
    most = [jnp.max(n).astype("int32") for n in counts]
    zero = jnp.zeros((rois.shape[0], ph, pw, c), wide)
    total = lax.fori_loop(jnp.int32(0), most[0] * most[1], add, zero)
    mean = total / (counts[0] * counts[1])[:, None, None, None]
    return mean.transpose(0, 3, 1, 2).astype(data.dtype)


def fetch(pixels, image, y, x, height, width):
    """Values (R, PH, PW, C) at points held within the image; ``pixels`` (B * H * W, C)."""
    y, x = jnp.clip(y, 0, height - 1), jnp.clip(x, 0, width - 1)
    y0, x0 = jnp.floor(y), jnp.floor(x)
    total = 0
    for dy in (0, 1):
        for dx in (0, 1):
            row, column = jnp.minimum(y0 + dy, height - 1), jnp.minimum(x0 + dx, width - 1)
            weight = (y - y0 if dy else 1 - y + y0) * (x - x0 if dx else 1 - x + x0)
            at = image[:, None, None] * (height * width) + (row * width + column).astype("int32")
            total = total + pixels[at] * weight[..., None]
    return total


def group_of(pooled, group):
    """The group that each of ``pooled`` cells belongs to."""
    return onp.minimum(onp.arange(pooled) * group // pooled, group - 1)


def cell_channels(output_dim, pooled, group):
    """Channel read by each output channel and cell: (D, P, P)."""
    g = group_of(pooled, group)
    return (onp.arange(output_dim)[:, None, None] * group + g[:, None]) * group + g


def score_map_sizes(where, data, rois, output_dim, pooled, group):
    """Checks that the position-sensitive poolings share."""
    require_regions(where, data, rois)
    if min(output_dim, pooled, group) < 1:
        fail(
            AttributeTypeError,
            where,
            "a size is not positive",
            expected="output_dim, pooled_size and group_size >= 1",
            got=(output_dim, pooled, group),
        )
    require_group_channels(
        where, data, output_dim * group * group, f"output_dim {output_dim} * group_size {group}^2"
    )


@op("_contrib_PSROIPooling", same_dtype=True)
def psroi_pooling(
    data, rois, *, spatial_scale: float, output_dim: int, pooled_size: int, group_size: int = 0
):
    """Average over cells of regions, each cell in channels of its own (R-FCN, Dai et al. 2016).

    Parameters
    ----------
    data : (B, output_dim * group_size^2, H, W) float
    rois : (R, 5) same dtype            (image number, x1, y1, x2, y2), both corners included
    spatial_scale : float               pixels of data per unit of rois
    output_dim : int                    channels of the result
    pooled_size : int                   cells along each axis
    group_size : int, default 0         groups along each axis; 0: pooled_size

    Returns
    -------
    (R, output_dim, pooled_size, pooled_size) same dtype; 0 where a cell has no pixel

    Raises
    ------
    ShapeError           if data or rois do not fit
    AttributeTypeError   if a size is not positive

    Gradient     wrt data; rois get zeros
    """
    where = "_contrib_PSROIPooling"
    group = group_size or pooled_size
    score_map_sizes(where, data, rois, output_dim, pooled_size, group)
    height, width = data.shape[2:]
    wide = accumulator(data.dtype)
    image, missing, box = regions(data, rois)
    x1, y1 = (round_away(v) * spatial_scale for v in box[:2])
    x2, y2 = ((round_away(v) + 1) * spatial_scale for v in box[2:])
    rows = cell_average(y1, y2, pooled_size, height)
    columns = jnp.where(missing[:, None, None], 0, cell_average(x1, x2, pooled_size, width))
    channels = cell_channels(output_dim, pooled_size, group)

    def pool(one):
        number, rows, columns = one
        x = data[number].astype(wide)[channels]  # (D, P, P, H, W)
        return jnp.einsum("dpqhw,ph,qw->dpq", x, rows, columns)

    if not rois.shape[0]:
        return jnp.zeros((0, *channels.shape), data.dtype)
    cost = channels.size * height * width
    return per_region(pool, (image, rows, columns), rois.shape[0], cost).astype(data.dtype)


def cell_average(start, end, n, size):
    """Weights (R, n, size) that average each of ``n`` cells of [start, end)."""
    step = jnp.maximum(end - start, 0.1) / n
    cell, pixel = jnp.arange(n, dtype=start.dtype), jnp.arange(size, dtype=start.dtype)
    first = jnp.clip(jnp.floor(cell * step[:, None] + start[:, None]), 0, size)
    last = jnp.clip(jnp.ceil((cell + 1) * step[:, None] + start[:, None]), 0, size)
    inside = (pixel >= first[..., None]) & (pixel < last[..., None])
    return as_type(inside, step.dtype) / jnp.maximum(last - first, 1)[..., None]


@op("_contrib_DeformablePSROIPooling", same_dtype=True, present={"trans": "not no_trans"}, total=2)
def deformable_psroi_pooling(
    data,
    rois,
    trans=None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
):
    """``PSROIPooling`` of cells that are moved by learned offsets (Dai et al. 2017).

    Parameters
    ----------
    data : (B, output_dim * group_size^2, H, W) float
    rois : (R, 5) same dtype                    (image number, x1, y1, x2, y2)
    trans : (R, 2 K, part_size, part_size)      offsets (x, y) of K classes, in units of the region
    spatial_scale : float                       pixels of data per unit of rois
    output_dim, group_size, pooled_size : int   as for ``PSROIPooling``
    part_size : int, default 0                  parts along each axis; 0: pooled_size
    sample_per_part : int, default 1            points per cell and axis
    trans_std : float, default 0                factor of trans
    no_trans : bool, default False              cells stay where they are; without trans

    Returns
    -------
    (R, output_dim, pooled_size, pooled_size) same dtype

    Raises
    ------
    ShapeError           if the arrays do not fit
    AttributeTypeError   if a size is not positive or trans is missing

    Gradient     wrt data and trans; rois get zeros
    """
    where = "_contrib_DeformablePSROIPooling"
    score_map_sizes(where, data, rois, output_dim, pooled_size, group_size)
    r, n, part = rois.shape[0], pooled_size, part_size or pooled_size
    if not no_trans and trans is None:
        fail(
            AttributeTypeError,
            where,
            "trans is missing",
            expected="offsets",
            hint="or no_trans=True",
        )
    if not no_trans and (
        trans.ndim != 4
        or trans.shape[0] != r
        or trans.shape[1] % 2
        or not trans.shape[1]
        or output_dim % (trans.shape[1] // 2)
        or trans.shape[2:] != (part, part)
    ):
        fail(
            ShapeError,
            where,
            "trans does not fit",
            expected=f"({r}, 2 K, {part}, {part}), with K dividing output_dim {output_dim}",
            got=trans.shape,
        )
    height, width = data.shape[2:]
    wide = accumulator(data.dtype)
    image, missing, box = regions(data, rois)
    x1, y1 = (round_away(v) * spatial_scale - 0.5 for v in box[:2])
    x2, y2 = ((round_away(v) + 1) * spatial_scale - 0.5 for v in box[2:])
    w, h = jnp.maximum(x2 - x1, 0.1), jnp.maximum(y2 - y1, 0.1)
    channels = cell_channels(output_dim, n, group_size)
    if no_trans:
        dx = dy = jnp.zeros((r, 1, n, n), wide)
    else:
        at = onp.arange(n) * part // n
        kind = onp.arange(output_dim) // (output_dim // (trans.shape[1] // 2))
        moves = trans.astype(wide)[:, :, at[:, None], at] * trans_std
        dx, dy = moves[:, 2 * kind], moves[:, 2 * kind + 1]  # (R, D, P, P)
    cell = jnp.arange(n, dtype=wide)
    point = jnp.arange(sample_per_part, dtype=wide) / sample_per_part
    steps = ((cell[:, None] + point) / n)[None]  # (1, P, S), in regions
    along_y = (steps * h[:, None, None] + y1[:, None, None])[:, None, :, None, :, None]
    along_x = (steps * w[:, None, None] + x1[:, None, None])[:, None, None, :, None, :]
    y = along_y + (dy * h[:, None, None, None])[..., None, None]  # (R, D, P, P, S, S)
    x = along_x + (dx * w[:, None, None, None])[..., None, None]
    shape = (r, *channels.shape, sample_per_part, sample_per_part)
    y, x = jnp.broadcast_to(y, shape), jnp.broadcast_to(x, shape)
    used = (y >= -0.5) & (y <= height - 0.5) & (x >= -0.5) & (x <= width - 0.5)
    used &= ~missing.reshape(-1, 1, 1, 1, 1, 1)
    y, x = jnp.clip(y, 0, height - 1), jnp.clip(x, 0, width - 1)
    owner = image[:, None, None, None] * data.shape[1] + channels
    values = sample_planes(
        data.astype(wide).reshape(-1, height * width), owner, y, x, height, width
    )
    count = jnp.sum(used, (-1, -2))
    total = jnp.sum(jnp.where(used, values, 0), (-1, -2))
    return (total / jnp.maximum(count, 1)).astype(data.dtype)


def sample_planes(planes, owner, y, x, height, width):
    """Values at (y, x) (..., S, S) of the plane named by ``owner`` (...); ``planes`` (B C, H W)."""
    y0, x0 = jnp.floor(y), jnp.floor(x)
    flat, base = planes.reshape(-1), owner[..., None, None] * (height * width)
    total = 0
    for dy in (0, 1):
        for dx in (0, 1):
            row, column = jnp.minimum(y0 + dy, height - 1), jnp.minimum(x0 + dx, width - 1)
            weight = (y - y0 if dy else 1 - (y - y0)) * (x - x0 if dx else 1 - (x - x0))
            at = base + lax.stop_gradient(row * width + column).astype("int32")
            total = total + flat[at] * weight
    return total


def infer_deformable(data, *others, kernel, num_filter, num_group=1, no_bias=False, **_):
    """Shapes of the learned inputs, given the shape of the data."""
    shapes = {"weight": (num_filter, data[1] // num_group, *kernel)}
    return shapes if no_bias else {**shapes, "bias": (num_filter,)}


DEFORMABLE_LAYOUT = Literal["None", "NCW", "NCHW", "NCDHW"]


@op(
    "_contrib_DeformableConvolution",
    infer=infer_deformable,
    same_dtype=True,
    present={"bias": "not no_bias"},
)
def deformable_convolution(
    data,
    offset,
    weight,
    bias=None,
    *,
    kernel: Shape,
    stride: Shape = (),
    dilate: Shape = (),
    pad: Shape = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    layout: DEFORMABLE_LAYOUT | None = None,
):
    """Convolution whose kernel positions are moved by learned offsets (Dai et al. 2017).

    Parameters
    ----------
    data : (B, C, H, W) float
    offset : (B, 2 G KH KW, OH, OW)     (y, x) in pixels per deformable group, kernel offset, pixel
    weight : (num_filter, C / num_group, KH, KW)
    bias : (num_filter,), absent with ``no_bias``
    kernel, stride, dilate, pad, num_filter, num_group : as for ``Convolution``
    num_deformable_group : int, default 1       groups G of channels with offsets of their own
    workspace : int                     accepted and without effect
    layout : only 'NCHW'

    Returns
    -------
    (B, num_filter, OH, OW) same dtype; points outside of the image count as 0, those beyond the
    last pixel's centre as that pixel

    Raises
    ------
    ShapeError           if the arrays do not fit each other
    AttributeTypeError   if a group number does not divide the channels or filters
    """
    return deformed(
        "_contrib_DeformableConvolution",
        (data, offset, None, weight, bias),
        (kernel, stride, dilate, pad),
        (num_filter, num_group, num_deformable_group, no_bias, layout),
    )


@op(
    "_contrib_ModulatedDeformableConvolution",
    infer=infer_deformable,
    same_dtype=True,
    present={"bias": "not no_bias"},
)
def modulated_deformable_convolution(
    data,
    offset,
    mask,
    weight,
    bias=None,
    *,
    kernel: Shape,
    stride: Shape = (),
    dilate: Shape = (),
    pad: Shape = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    im2col_step: int = 64,
    layout: DEFORMABLE_LAYOUT | None = None,
):
    """``DeformableConvolution`` with a learned weight for each kernel position (Zhu et al. 2019).

    Parameters
    ----------
    data, offset, weight, bias :        as for ``DeformableConvolution``
    mask : (B, G KH KW, OH, OW)         factor per deformable group, kernel offset, pixel
    im2col_step, workspace : int        accepted and without effect

    Other parameters as for ``DeformableConvolution``.

    Returns
    -------
    (B, num_filter, OH, OW) same dtype; pixels outside of the image count as 0

    Raises
    ------
    ShapeError           if the arrays do not fit each other
    AttributeTypeError   if a group number does not divide the channels or filters
    """
    return deformed(
        "_contrib_ModulatedDeformableConvolution",
        (data, offset, mask, weight, bias),
        (kernel, stride, dilate, pad),
        (num_filter, num_group, num_deformable_group, no_bias, layout),
    )


def deformed(where, arrays, windows, sizes):
    """Both deformable convolutions: sample, then one matrix product per group."""
    data, offset, mask, weight, bias = arrays
    filters, groups, parts, no_bias, layout = sizes
    require_floating(where, data=data, offset=offset, weight=weight)
    require_axes(where, "data", data, 4, "(B, C, H, W)")
    if layout not in (None, "None", "NCHW"):
        fail(AttributeTypeError, where, "layout does not fit", expected="'NCHW'", got=layout)
    kernel, stride, dilate, pad, out = window_parameters(where, data.shape[2:], *windows)
    b, c, height, width = data.shape
    if min(groups, parts, filters) < 1 or c % groups or filters % groups or c % parts:
        fail(
            AttributeTypeError,
            where,
            "groups do not divide the channels",
            expected=f"num_group to divide {c} channels and {filters} filters, "
            "num_deformable_group to divide the channels",
            got=f"num_group {groups}, num_deformable_group {parts}",
        )
    size, points = math.prod(kernel), math.prod(out)
    because = f"for data {data.shape}, kernel {kernel}"
    require_shape(where, "offset", offset, (b, 2 * parts * size, *out), because)
    require_shape(where, "weight", weight, (filters, c // groups, *kernel), because)
    if (bias is None) != no_bias:
        fail(
            AttributeTypeError,
            where,
            "bias and no_bias contradict each other",
            expected="a bias" if not no_bias else "none",
        )
    if bias is not None:
        require_shape(where, "bias", bias, (filters,), because)
    if mask is not None:
        require_shape(where, "mask", mask, (b, parts * size, *out), because)
    wide = accumulator(data.dtype)
    moves = offset.astype(wide).reshape(b, parts, size, 2, *out)
    places = onp.meshgrid(
        *(onp.arange(k) * d for k, d in zip(kernel, dilate)),
        *(onp.arange(n) * s - p for n, s, p in zip(out, stride, pad)),
        indexing="ij",
    )
    y = jnp.asarray((places[0] + places[2]).reshape(size, *out), wide) + moves[:, :, :, 0]
    x = jnp.asarray((places[1] + places[3]).reshape(size, *out), wide) + moves[:, :, :, 1]
    x, y = (v.reshape(b * parts, size * points) for v in (x, y))
    images = data.astype(wide).reshape(b * parts, c // parts, height, width)
    if mask is None:
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        y, x = jnp.minimum(y, height - 1), jnp.minimum(x, width - 1)
        columns = jnp.where(inside[:, None], sample_bilinear(images, y, x), 0)
    else:
        columns = sample_bilinear(images, y, x)
        columns = columns * mask.astype(wide).reshape(b * parts, 1, size * points)
    columns = columns.reshape(b, groups, c // groups * size, points)
    learned = weight.astype(wide).reshape(groups, filters // groups, c // groups * size)
    y = jnp.einsum("bgkp,gfk->bgfp", columns, learned).reshape(b, filters, *out)
    if bias is not None:
        y = y + moved(bias.astype(wide), 1, 4)
    return y.astype(data.dtype)
