"""Sampling along grids, pooling of regions, correlation and unfolding of windows."""

import itertools
import math
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail, require_equal
from ._facts import is_full, put_if_open
from ._limits import check_size, unfolded
from ._nn import accumulator, require_axes, require_floating, require_size, window
from ._spec import Shape, op


def round_away(x):
    """Nearest integer, halves away from zero (as C rounds)."""
    return jnp.sign(x) * jnp.floor(jnp.abs(x) + 0.5)


def sample_bilinear(data, y, x):
    """Values of images at real positions, points outside count as 0.

    ``data`` (B, C, H, W), ``y`` and ``x`` (B, P) in pixels -> (B, C, P).
    """
    b, c, height, width = data.shape
    y0, x0 = jnp.floor(y), jnp.floor(x)
    flat = data.reshape(b, c, height * width)
    total = 0
    for dy, dx in itertools.product((0, 1), (0, 1)):
        row, column = y0 + dy, x0 + dx
        weight = (y - y0 if dy else 1 - (y - y0)) * (x - x0 if dx else 1 - (x - x0))
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        at = jnp.where(inside, row * width + column, 0).astype("int32")
        value = jnp.take_along_axis(flat, at[:, None, :], 2, mode="promise_in_bounds")
        total = total + value * jnp.where(inside, weight, 0)[:, None, :]
    return total


def bilinear_sampler_values(where, data, grid):
    """What BilinearSampler and SpatialTransformer share."""
    require_floating(where, data=data, grid=grid)
    require_axes(where, "data", data, 4, "(B, C, H, W)")
    require_axes(where, "grid", grid, 4, "(B, 2, OH, OW)")
    if grid.shape[:2] != (data.shape[0], 2):
        fail(
            ShapeError,
            where,
            "grid does not fit data",
            expected=f"({data.shape[0]}, 2, OH, OW) for data {data.shape}",
            got=grid.shape,
        )
    (b, c, height, width), size = data.shape, grid.shape[2:]
    wide = accumulator(data.dtype)
    flat = grid.astype(wide).reshape(b, 2, math.prod(size))
    x, y = (flat[:, 0] + 1) * (width - 1) / 2, (flat[:, 1] + 1) * (height - 1) / 2
    return sample_bilinear(data.astype(wide), y, x).reshape(b, c, *size).astype(data.dtype)


@op("BilinearSampler", same_dtype=True, total=2)
def bilinear_sampler(data, grid, *, cudnn_off: bool | None = None):
    """Sample images at the points of a grid, linearly between the four nearest pixels.

    Parameters
    ----------
    data : (B, C, H, W) float
    grid : (B, 2, OH, OW) same dtype    x in ``grid[:, 0]``, y in ``grid[:, 1]``; -1 and 1 are the
                                        centres of the first and the last pixel
    cudnn_off : bool                    accepted and without effect

    Returns
    -------
    (B, C, OH, OW) same dtype; pixels outside of the image count as 0

    Raises
    ------
    ShapeError   if data or grid have not four axes or do not fit each other
    DTypeError   if they are not floating
    """
    return bilinear_sampler_values("BilinearSampler", data, grid)


def pixel_grid(height, width, dtype):
    """(x, y) of each pixel, (H, W) each."""
    y, x = jnp.meshgrid(
        jnp.arange(height, dtype=dtype), jnp.arange(width, dtype=dtype), indexing="ij"
    )
    return x, y


def affine_grid(where, theta, target):
    """Grid (B, 2, H, W) of the affine maps ``theta`` (B, 6)."""
    if len(target) != 2 or min(target) < 1:
        fail(
            AttributeTypeError,
            where,
            "target_shape does not fit",
            expected="(height, width), both at least 1",
            got=target,
        )
    require_axes(where, "the affine parameters", theta, 2, "(B, 6)")
    require_size(where, "the affine parameters", theta, 1, 6, "(B, 6)")
    height, width = target
    wide = accumulator(theta.dtype)
    x, y = pixel_grid(height, width, wide)
    # a size of 1 divides 0 by 0, as the original does
    x, y = x * (2 / jnp.asarray(width - 1, wide)) - 1, y * (2 / jnp.asarray(height - 1, wide)) - 1
    points = jnp.stack([x, y, jnp.ones_like(x)]).reshape(3, height * width)
    grid = jnp.einsum("bij,jp->bip", theta.astype(wide).reshape(-1, 2, 3), points)
    return grid.reshape(theta.shape[0], 2, height, width).astype(theta.dtype)


@op("GridGenerator", total=2)
def grid_generator(
    data, *, transform_type: Literal["affine", "warp"], target_shape: Shape = (0, 0)
):
    """Grid of sampling points for ``BilinearSampler``.

    Parameters
    ----------
    data : (B, 6) float for 'affine': rows of the matrix that maps ``(x, y, 1)``;
           (B, 2, H, W) float for 'warp': displacement (x, y) of each pixel, in pixels
    transform_type : {'affine', 'warp'}
    target_shape : (H, W) of the grid, for 'affine'

    Returns
    -------
    (B, 2, H, W) same dtype; -1 and 1 are the first and the last pixel. A size of 1 gives nan, as in
    the original

    Raises
    ------
    ShapeError           if data does not fit the transform
    AttributeTypeError   if target_shape is not two positive numbers ('affine')
    """
    where = "GridGenerator"
    require_floating(where, data=data)
    if transform_type == "affine":
        return affine_grid(where, data, target_shape)
    require_axes(where, "data", data, 4, "(B, 2, H, W)")
    require_size(where, "data", data, 1, 2, "(B, 2, H, W)")
    height, width = data.shape[2:]
    wide = accumulator(data.dtype)
    x, y = pixel_grid(height, width, wide)
    half = jnp.asarray([(width - 1) / 2, (height - 1) / 2], wide).reshape(1, 2, 1, 1)
    return ((data.astype(wide) + jnp.stack([x, y])) / half - 1).astype(data.dtype)


@op(
    "SpatialTransformer",
    infer=lambda data, *others, **_: {"loc": (data[0], 6)},
    same_dtype=True,
    total=3,
)
def spatial_transformer(
    data,
    loc,
    *,
    target_shape: Shape = (0, 0),
    transform_type: Literal["affine"],
    sampler_type: Literal["bilinear"],
    cudnn_off: bool | None = None,
):
    """Affine transform of images (Jaderberg et al. 2015): ``GridGenerator``, ``BilinearSampler``.

    Parameters
    ----------
    data : (B, C, H, W) float
    loc : (B, 6) same dtype             rows of the 2 x 3 matrix that maps target to source
    target_shape : (OH, OW)
    transform_type : {'affine'}
    sampler_type : {'bilinear'}
    cudnn_off : bool                    accepted and without effect

    Returns
    -------
    (B, C, OH, OW) same dtype; pixels outside of the image count as 0

    Raises
    ------
    ShapeError           if data or loc do not fit
    AttributeTypeError   if target_shape is not two positive numbers
    """
    where = "SpatialTransformer"
    require_floating(where, data=data, loc=loc)
    return bilinear_sampler_values(where, data, affine_grid(where, loc, target_shape))


@op("ROIPooling", aliases=("_npx_roi_pooling",), same_dtype=True, total=2)
def roi_pooling(data, rois, *, pooled_size: Shape, spatial_scale: float):
    """Maximum over each cell of a grid laid on regions of interest (Girshick 2015).

    Parameters
    ----------
    data : (B, C, H, W) float
    rois : (R, 5) same dtype            (image number, x1, y1, x2, y2), both corners included
    pooled_size : (PH, PW)              cells per region
    spatial_scale : float               pixels of data per unit of rois

    Returns
    -------
    (R, C, PH, PW) same dtype; 0 where a cell has no pixel or the image number is negative

    Raises
    ------
    ShapeError   if data or rois do not fit

    Gradient     goes to the first maximum of each cell; rois get zeros
    """
    where = "ROIPooling"
    require_regions(where, data, rois)
    ph, pw = window(where, "pooled_size", pooled_size, 2, 1)
    b, c, height, width = data.shape
    image, missing, box = regions(data, rois)
    x1, y1, x2, y2 = (round_away(v * spatial_scale) for v in box)
    rows, no_row = cells(y1, y2, ph, height)
    columns, no_column = cells(x1, x2, pw, width)

    def pool(one):
        number, rows, columns = one
        values = lax.stop_gradient(data[number])  # (C, H, W)
        lowest = jnp.asarray(-jnp.inf, data.dtype)
        along = jnp.where(columns[None, None], values[:, :, None, :], lowest)  # (C, H, PW, W)
        column = jnp.argmax(along, -1)
        best = jnp.max(along, -1)
        over = jnp.where(rows[None, :, None], best.transpose(0, 2, 1)[:, None], lowest)
        row = jnp.argmax(over, -1)  # (C, PH, PW) over H
        at = jnp.take_along_axis(column.transpose(0, 2, 1)[:, None], row[..., None], -1)[..., 0]
        return (row * width + at).astype("int32")

    if rois.shape[0] == 0:
        return jnp.zeros((0, c, ph, pw), data.dtype)
    at = lax.map(pool, (image, rows, columns), batch_size=min(16, rois.shape[0]))
    flat = data.reshape(b * c, height * width)
    owner = image[:, None] * c + jnp.arange(c)
    found = flat[owner[:, :, None, None], at]
    empty = no_row[:, None, :, None] | no_column[:, None, None, :] | missing[:, None, None, None]
    return jnp.where(empty, 0, found)


def require_regions(where, data, rois, columns="image number, x1, y1, x2, y2"):
    """Raise an error unless data are images and rois a matrix of these columns, all floating."""
    require_floating(where, data=data, rois=rois)
    require_axes(where, "data", data, 4, "(B, C, H, W)")
    n = columns.count(",") + 1
    form = f"(R, {n}): ({columns})"
    require_axes(where, "rois", rois, 2, form)
    require_size(where, "rois", rois, 1, n, form)


def regions(data, rois):
    """Image number within bounds, whether it was out of bounds, and the other columns of rois as
    constants of the type that sums have: (R,) each.
    """
    box = lax.stop_gradient(rois).astype(accumulator(data.dtype))
    b, number = data.shape[0], box[:, 0].astype("int32")
    missing = (number < 0) | (number >= b)
    return jnp.clip(number, 0, max(b - 1, 0)), missing, [box[:, i] for i in range(1, box.shape[1])]


def cells(start, end, n, size):
    """Pixels of each of ``n`` cells of the regions [start, end]: (R, n, size), empty (R, n)."""
    step = jnp.maximum(end - start + 1, 1) / n
    number = jnp.arange(n, dtype=start.dtype)
    first = jnp.clip(jnp.floor(number * step[:, None]) + start[:, None], 0, size)
    last = jnp.clip(jnp.ceil((number + 1) * step[:, None]) + start[:, None], 0, size)
    pixel = jnp.arange(size, dtype=start.dtype)
    return (pixel >= first[..., None]) & (pixel < last[..., None]), last <= first


def _inputs_of_up_sampling(a):
    return ["data", "weight"] if a["sample_type"] == "bilinear" else None


def _weight_shape(found, node):
    """The weight with which it interpolates."""
    static, _ = node.parse()
    data, scale = found.get(node.inputs[0]), static["scale"]
    if static["sample_type"] == "bilinear" and is_full(data) and len(data) == 4:
        size = 2 * scale - scale % 2
        put_if_open(found, node.inputs[-1], (data[1], 1, size, size), node)


@op(
    "UpSampling",
    same_dtype=True,
    names=_inputs_of_up_sampling,
    counted=True,
    initial={"weight": '["bilinear", {}]'},
    complete=(_weight_shape,),
)
def up_sampling(
    *data,
    scale: int,
    num_filter: int = 0,
    sample_type: Literal["bilinear", "nearest"],
    multi_input_mode: Literal["concat", "sum"] = "concat",
    num_args: int | None = None,
    workspace: int = 512,
):
    """Enlarge images by a whole factor.

    Parameters
    ----------
    data : (B, C, H, W) each, float     'nearest': images, each enlarged to ``scale`` times the
                                        size of the first; 'bilinear': one image and the (C, 1, K,
                                        K) weight of the transposed convolution, ``K = 2 scale -
                                        scale % 2``
    scale : int
    num_filter : int                    channels, for 'bilinear'
    sample_type : {'bilinear', 'nearest'}
    multi_input_mode : {'concat', 'sum'}, default 'concat'     of several images, 'nearest' only
    num_args : int                      number of data; filled in
    workspace : int                     accepted and without effect

    Returns
    -------
    (B, sum of C or C, scale * H, scale * W) same dtype

    Raises
    ------
    ShapeError           if sizes do not fit each other
    AttributeTypeError   if scale is not positive, or data are too few or too many
    """
    where = "UpSampling"
    if scale < 1:
        fail(AttributeTypeError, where, "scale is too small", expected="scale >= 1", got=scale)
    for i, x in enumerate(data):
        require_axes(where, f"data {i}", x, 4, "(B, C, H, W)")
    if sample_type == "bilinear":
        return up_bilinear(where, data, scale, num_filter)
    if not data:
        fail(AttributeTypeError, where, "there is no data", expected="at least 1 array", got=0)
    size = tuple(scale * s for s in data[0].shape[2:])
    enlarged = []
    for i, x in enumerate(data):
        height, width = x.shape[2:]
        if not height or not width or size[0] % height or size[1] % width:
            fail(
                ShapeError,
                where,
                f"data {i} cannot be enlarged to the common size",
                expected=f"a height and width that divide {size}",
                got=x.shape,
            )
        enlarged.append(repeat_pixels(x, size[0] // height, size[1] // width))
    if multi_input_mode == "concat":
        return lax.concatenate(enlarged, 1)
    return sum(enlarged[1:], enlarged[0])


def repeat_pixels(x, down, across):
    """Each pixel ``down`` times ``across`` times."""
    b, c, h, w = x.shape
    x = jnp.broadcast_to(x[:, :, :, None, :, None], (b, c, h, down, w, across))
    return x.reshape(b, c, h * down, w * across)


def up_bilinear(where, data, scale, num_filter):
    """Transposed convolution of each channel with its own filter."""
    if len(data) != 2:
        fail(
            AttributeTypeError,
            where,
            "bilinear needs an image and a weight",
            expected="2 arrays",
            got=len(data),
        )
    image, weight = data
    kernel = 2 * scale - scale % 2
    if weight.shape != (image.shape[1], 1, kernel, kernel) or num_filter != image.shape[1]:
        fail(
            ShapeError,
            where,
            "weight or num_filter does not fit data",
            expected=f"weight {(image.shape[1], 1, kernel, kernel)} and "
            f"num_filter {image.shape[1]} for data {image.shape} and scale {scale}",
            got=f"weight {weight.shape} and num_filter {num_filter}",
        )
    wide = accumulator(image.dtype)
    pad = math.ceil((scale - 1) / 2)
    out = enlarge(image.astype(wide), weight.astype(wide), scale, pad)
    return out.astype(image.dtype)


def enlarge(x, w, scale, pad):
    """Transposed convolution: output row ``scale i + k - pad`` gets ``x[i] w[k]``.

    As the kernel is at most twice the stride, each output pixel has at most four inputs; written as
    shifted sums they need no dilated convolution.
    """
    b, c, height, width = x.shape
    kernel = w.shape[2]
    out = jnp.zeros((), x.dtype)
    for down, across in itertools.product(range(0, kernel, scale), repeat=2):
        weights = w[:, 0, down : down + scale, across : across + scale]  # (C, <= scale, <= scale)
        weights = jnp.pad(
            weights, ((0, 0), (0, scale - weights.shape[1]), (0, scale - weights.shape[2]))
        )
        part = x[:, :, :, None, :, None] * weights[None, :, None, :, None, :]
        part = part.reshape(b, c, height * scale, width * scale)
        before = (down, across)
        after = (2 * scale - down, 2 * scale - across)
        out = out + jnp.pad(part, ((0, 0), (0, 0), (before[0], after[0]), (before[1], after[1])))
    rows = scale * (height - 1) + kernel - 2 * pad
    columns = scale * (width - 1) + kernel - 2 * pad
    return out[:, :, pad : pad + rows, pad : pad + columns]


@op("Correlation", same_dtype=True, total=3)
def correlation(
    data1,
    data2,
    *,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
):
    """How well patches of one image fit displaced patches of another (FlowNet, 2015).

    Output channel ``(dy + r) (2 r + 1) + dx + r`` belongs to the displacement ``(dy, dx) stride2``,
    with ``r = max_displacement // stride2``.

    Parameters
    ----------
    data1, data2 : (B, C, H, W) float
    kernel_size : int, odd, default 1       side of a patch
    max_displacement : int, default 1       in pixels, along each axis
    stride1, stride2 : int, default 1       steps between patches and between displacements
    pad_size : int, default 0               zeros around both images
    is_multiply : bool, default True        mean of the products, else of the absolute differences

    Returns
    -------
    (B, (2 r + 1)^2, OH, OW) same dtype; ``OH = ceil((H + 2 pad_size - 2 (max_displacement +
    kernel_size // 2)) / stride1)``

    Raises
    ------
    ShapeError           if the images differ in shape or are smaller than the patches need
    AttributeTypeError   if kernel_size is even or a stride is 0
    """
    where = "Correlation"
    require_floating(where, data1=data1, data2=data2)
    require_axes(where, "data1", data1, 4, "(B, C, H, W)")
    require_equal(ShapeError, where, "the images differ", data1.shape, data2.shape)
    if kernel_size < 1 or kernel_size % 2 != 1:
        fail(
            AttributeTypeError,
            where,
            "kernel_size does not fit",
            expected="an odd number",
            got=kernel_size,
        )
    if min(stride1, stride2) < 1 or min(max_displacement, pad_size) < 0:
        fail(
            AttributeTypeError,
            where,
            "a size does not fit",
            expected="strides >= 1, max_displacement and pad_size >= 0",
            got=f"strides {stride1}, {stride2}, max_displacement {max_displacement}, "
            f"pad_size {pad_size}",
        )
    _b, c, height, width = data1.shape
    border = max_displacement + kernel_size // 2
    out_size = [math.ceil((s + 2 * pad_size - 2 * border) / stride1) for s in (height, width)]
    if min(out_size) < 1:
        fail(
            ShapeError,
            where,
            "the images are too small",
            expected=f"height and width > {2 * border - 2 * pad_size}",
            got=data1.shape,
            hint="raise pad_size",
        )
    wide = accumulator(data1.dtype)
    radius = max_displacement // stride2
    # rows that patches of data1 cover: from max_displacement on, (out - 1) stride1 + kernel of them
    span = [(n - 1) * stride1 + kernel_size for n in out_size]
    pad = ((0, 0), (0, 0), (pad_size, pad_size), (pad_size, pad_size))
    # patches beyond the border (kernel 1, uneven strides) read zeros
    first, second = (jnp.pad(x.astype(wide), pad) for x in (data1, data2))
    d = max_displacement
    fixed = first[:, :, d : d + span[0], d : d + span[1]]
    n = 2 * radius + 1
    check_size((_b, n * n, *out_size))

    def fit(move):
        start = [(m - radius) * stride2 + d for m in (move // n, move % n)]
        moved = lax.dynamic_slice_in_dim(
            lax.dynamic_slice_in_dim(second, start[0], fixed.shape[2], 2),
            start[1],
            fixed.shape[3],
            3,
        )
        if is_multiply:
            pointwise = fixed * moved
        else:  # where they are equal the original's slope is 1, not 0
            pointwise = jnp.where(fixed >= moved, fixed - moved, moved - fixed)
        one = jnp.sum(pointwise, 1)
        box = (1, kernel_size, kernel_size)
        return lax.reduce_window(
            one, onp.zeros((), wide), lax.add, box, (1, stride1, stride1), "VALID"
        )

    out = lax.map(fit, jnp.arange(n * n, dtype="int32")) / (
        kernel_size * kernel_size * c
    )  # (D, B, OH, OW)
    return jnp.moveaxis(out, 0, 1).astype(data1.dtype)


def window_parameters(where, spatial, kernel, stride, dilate, pad):
    """Checked window parameters and the number of windows on each axis."""
    n = len(spatial)
    kernel = window(where, "kernel", kernel, n, 1)
    stride = window(where, "stride", stride, n, 1)
    dilate = window(where, "dilate", dilate, n, 1)
    pad = window(where, "pad", pad, n, 0)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilate)]
    for size, r, p in zip(spatial, reach, pad):
        if size + 2 * p < r:
            fail(
                ShapeError,
                where,
                "kernel exceeds the padded input",
                expected=f"dilate * (kernel - 1) + 1 <= {size + 2 * p}",
                got=f"{r} for kernel {kernel}, dilate {dilate}, pad {pad}, input {tuple(spatial)}",
            )
    counts = tuple((s + 2 * p - r) // t + 1 for s, r, p, t in zip(spatial, reach, pad, stride))
    return kernel, stride, dilate, pad, counts


def unfold(x, windows, counts):
    """Windows of (B, C, *S) as columns: (B, C, prod(kernel), prod(counts))."""
    kernel, stride, dilate, pad = windows
    x = jnp.pad(x, ((0, 0), (0, 0), *((p, p) for p in pad)))
    unfolded("im2col", "elements in a window", math.prod(kernel), 1 << 14)
    check_size((x.shape[0], x.shape[1], math.prod(kernel), math.prod(counts)))
    columns = []
    for at in itertools.product(*(range(k) for k in kernel)):
        start = [a * d for a, d in zip(at, dilate)]
        stop = [s + (n - 1) * t + 1 for s, n, t in zip(start, counts, stride)]
        column = lax.slice(x, (0, 0, *start), (*x.shape[:2], *stop), (1, 1, *stride))
        columns.append(column.reshape(*x.shape[:2], math.prod(counts)))
    return jnp.stack(columns, 2)


@op("im2col")
def im2col(data, *, kernel: Shape, stride: Shape = (), dilate: Shape = (), pad: Shape = ()):
    """Windows of an image as the columns of a matrix, as a convolution reads them.

    Parameters
    ----------
    data : (B, C, *S) any type, one to three spatial axes
    kernel, stride, dilate, pad : ints per spatial axis; strides, dilations default to 1, pads to 0

    Returns
    -------
    (B, C * prod(kernel), L) same dtype; channel first, then the place in the window; L windows

    Raises
    ------
    ShapeError   if a parameter has another number of axes, or the kernel exceeds the padded input

    Notes
    -----
    The original accepts two spatial axes only.
    """
    where = "im2col"
    if data.ndim < 3 or data.ndim > 5:
        fail(
            ShapeError,
            where,
            "data has the wrong number of axes",
            expected="(B, C, H, W), or one or three spatial axes",
            got=data.shape,
        )
    *parameters, counts = window_parameters(where, data.shape[2:], kernel, stride, dilate, pad)
    columns = unfold(data, parameters, counts)
    rows = data.shape[1] * math.prod(parameters[0])
    return columns.reshape(data.shape[0], rows, math.prod(counts))


@op("col2im")
def col2im(
    data,
    *,
    output_size: Shape,
    kernel: Shape,
    stride: Shape = (),
    dilate: Shape = (),
    pad: Shape = (),
):
    """Columns added back into the image that ``im2col`` took them from; its transpose.

    Parameters
    ----------
    data : (B, C * prod(kernel), L) float
    output_size : spatial size of the image
    kernel, stride, dilate, pad : as for ``im2col``

    Returns
    -------
    (B, C, *output_size) same dtype; values of overlapping windows are added

    Raises
    ------
    ShapeError   if data does not have L columns of a multiple of prod(kernel) rows
    """
    where = "col2im"
    require_axes(where, "data", data, 3, "(B, C * prod(kernel), L)")
    *parameters, counts = window_parameters(where, output_size, kernel, stride, dilate, pad)
    size = math.prod(parameters[0])
    if data.shape[1] % size or data.shape[2] != math.prod(counts):
        fail(
            ShapeError,
            where,
            "data does not fit the windows",
            expected=f"(B, C * {size}, {math.prod(counts)}) for output_size {tuple(output_size)}",
            got=data.shape,
        )
    b, c = data.shape[0], data.shape[1] // size
    image = jax.ShapeDtypeStruct((b, c, *output_size), data.dtype)
    back = jax.linear_transpose(lambda x: unfold(x, parameters, counts), image)
    return back(data.reshape(b, c, size, data.shape[2]))[0]
