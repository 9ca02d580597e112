"""Operators on images: (H, W, C), or (N, H, W, C) where each image of a batch is treated by
itself.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .. import _pixels
from ..error import AttributeTypeError, MXNetError, ShapeError, fail
from ._axes import equal
from ._bits import standard_normal, uniform01
from ._facts import fixed_types
from ._limits import check_size
from ._spec import Scalar, Shape, op

__all__ = []


def _require_image(where, data):
    if data.ndim not in (3, 4):
        fail(
            ShapeError,
            where,
            "Input image must have shape (height, width, channels), or (N, height, width, "
            "channels)",
            got=f"shape {list(data.shape)}",
        )


def _floats(value, where, name):
    """An attribute that is a number or a tuple of numbers."""
    try:
        return tuple(
            float(v) for v in (value if isinstance(value, (tuple, list, onp.ndarray)) else (value,))
        )
    except (TypeError, ValueError):
        fail(
            AttributeTypeError,
            where,
            f"parameter {name!r} does not fit",
            expected="a number or tuple of numbers",
            got=repr(value),
        )


def _per_image(data):
    """Shape of one number per image that broadcasts against the images."""
    return data.shape[:-3] + (1, 1, 1)


# ------------------------------------------------------------------------------------ to the
# network
@op("_image_to_tensor", aliases=("_npx__image_to_tensor",), types=fixed_types("float32"))
def to_tensor(data):
    """Channels first, and divided by 255.

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C) any type

    Returns
    -------
    (C, H, W) or (N, C, H, W) float32

    Raises
    ------
    ShapeError   another number of dimensions
    """
    _require_image("_image_to_tensor", data)
    return jnp.moveaxis(data, -1, -3).astype("float32") / 255


@op("_image_normalize", aliases=("_npx__image_normalize",))
def normalize(data, *, mean: object = (0.0, 0.0, 0.0, 0.0), std: object = (1.0, 1.0, 1.0, 1.0)):
    """``(data - mean) / std`` per channel.

    Parameters
    ----------
    data : (C, H, W) or (N, C, H, W)   C is 1 or 3
    mean, std : number or tuple of C numbers

    Returns
    -------
    same shape and type

    Raises
    ------
    ShapeError   number of dimensions or channels; length of ``mean`` or ``std``
    """
    where = "_image_normalize"
    if data.ndim not in (3, 4):
        fail(
            ShapeError,
            where,
            "Input tensor must have shape (channels, height, width), or (N, channels, height, "
            "width)",
            got=f"shape {list(data.shape)}",
            hint="apply ToTensor first",
        )
    channels = data.shape[-3]
    if channels not in (1, 3):
        fail(
            ShapeError,
            where,
            "The first dimension of input tensor must be the channel dimension",
            expected="1 or 3 channels",
            got=f"shape {list(data.shape)}",
            hint="apply ToTensor first",
        )
    numbers = []
    for name, value in (("mean", mean), ("std", std)):
        value = _floats(value, where, name)
        if (
            len(value) == 4 and len(set(value)) == 1
        ):  # the default stands for any number of channels
            value = value[:1]
        if len(value) not in (1, channels):
            fail(
                ShapeError,
                where,
                f"Invalid {name} for input with shape {list(data.shape)}",
                expected=f"1 or {channels} elements",
                got=list(value),
            )
        numbers.append(jnp.array(value, _pixels.as_floats(data).dtype).reshape(-1, 1, 1))
    x = _pixels.as_floats(data)
    return _pixels.cast((x - numbers[0]) / numbers[1], data.dtype, jnp)


# ------------------------------------------------------------------------------------ geometry
@op("_image_crop", aliases=("_npx__image_crop",))
def crop(data, *, x: int, y: int, width: int, height: int):
    """The part of ``width`` x ``height`` pixels whose upper left corner is (x, y).

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C)
    x, y, width, height : int   in pixels; the part must lie inside

    Returns
    -------
    (height, width, C) or (N, height, width, C)

    Raises
    ------
    ShapeError   the part is empty or reaches outside
    """
    where = "_image_crop"
    _require_image(where, data)
    if width < 1 or height < 1:
        fail(
            ShapeError,
            where,
            "Input height and width must be greater than 0",
            got=f"width {width}, height {height}",
        )
    for name, at, extent, size in (
        ("x + width", x, width, data.shape[-2]),
        ("y + height", y, height, data.shape[-3]),
    ):
        if at < 0 or at + extent > size:
            fail(
                ShapeError,
                where,
                f"{name} should not be greater than the input's, and no corner negative",
                expected=f"0 <= {name[0]} and {name} <= {size}",
                got=f"{at} + {extent}",
            )
    return data[..., y : y + height, x : x + width, :]


_FLIP_DOC = """Exchange {}.

Parameters
----------
data : (H, W, C) or (N, H, W, C)

Returns
-------
same shape and type
"""


def _flipped(name, axis, words):
    def flip(data):
        _require_image(f"_image_flip_{name}", data)
        return jnp.flip(data, axis)

    def random_flip(data, *, key):
        _require_image(f"_image_random_flip_{name}", data)
        coin = uniform01(key, _per_image(data), "float32") < 0.5
        return jnp.where(coin, jnp.flip(data, axis), data)

    flip.__doc__ = _FLIP_DOC.format(words)
    random_flip.__doc__ = _FLIP_DOC.format(words + " with probability 1/2, for each image")
    op(f"_image_flip_{name}", aliases=(f"_npx__image_flip_{name}",))(flip)
    op(f"_image_random_flip_{name}", aliases=(f"_npx__image_random_flip_{name}",))(random_flip)


_flipped("left_right", -2, "left and right")
_flipped("top_bottom", -3, "top and bottom")


def _cubic(d):
    """Weight of a sample at distance d (Keys' kernel with a = -0.75)."""
    d, a = onp.abs(d), -0.75
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return onp.where(d <= 1, near, onp.where(d < 2, far, 0))


def _lanczos(d):
    """Weight of a sample at distance d (Lanczos window of 4)."""
    return onp.where(onp.abs(d) < 4, onp.sinc(d) * onp.sinc(d / 4), 0)


@functools.lru_cache(512)
def _weights(n_in, n_out, interp, shrinks):
    """(indices (n_out, k), weights (n_out, k)) of the pixels each new pixel is made of, along one
    axis.
    """
    scale = n_in / n_out
    out = onp.arange(n_out)
    if interp == 0:
        return onp.minimum(onp.floor(out * scale).astype(int), n_in - 1)[:, None], onp.ones(
            (n_out, 1)
        )
    if interp == 3 and shrinks:  # the share of each pixel that the new one covers
        lo, hi = out * scale, (out + 1) * scale
        first = onp.floor(lo + 1e-9).astype(int)
        k = math.ceil(scale) + 1
        at = first[:, None] + onp.arange(k)
        share = onp.clip(onp.minimum(at + 1, hi[:, None]) - onp.maximum(at, lo[:, None]), 0, None)
        return onp.minimum(at, n_in - 1), share / share.sum(1, keepdims=True)
    if interp == 3:
        left = onp.floor(out * scale + 1e-9).astype(int)
        t = (out + 1) - (left + 1) / scale
        t = onp.where(t <= 0, 0, t - onp.floor(t))
        at = left[:, None] + onp.arange(2)
        weights = onp.stack([1 - t, t], 1)
    else:
        centre = (out + 0.5) * scale - 0.5
        reach, kernel = {
            1: (1, lambda d: onp.clip(1 - onp.abs(d), 0, None)),
            2: (2, _cubic),
            4: (4, _lanczos),
        }[interp]
        at = onp.floor(centre).astype(int)[:, None] + onp.arange(1 - reach, reach + 1)
        weights = kernel(at - centre[:, None])
        weights = weights / weights.sum(1, keepdims=True)
    return onp.clip(at, 0, n_in - 1), weights


def _resample(x, axis, n_out, interp, shrinks):
    """New pixels along one axis (counted from the end) of float images."""
    n_in = x.shape[axis]
    if n_in == n_out:
        return x
    at, weights = _weights(n_in, n_out, interp, shrinks)
    if at.shape[1] > 2:  # many inputs per pixel: one product
        dense = onp.zeros((n_out, n_in))
        onp.add.at(dense, (onp.arange(n_out)[:, None], at), weights)
        axis %= x.ndim
        y = jnp.tensordot(
            x, jnp.array(dense, x.dtype), ((axis,), (1,)), precision=lax.Precision.HIGHEST
        )
        return jnp.moveaxis(y, -1, axis)
    shape = [1] * x.ndim
    shape[axis] = n_out
    terms = [
        jnp.take(x, at[:, k], axis=axis) * jnp.array(weights[:, k], x.dtype).reshape(shape)
        for k in range(at.shape[1])
    ]
    return functools.reduce(jnp.add, terms)


def _need_interp(interp, where):
    if interp == 5:  # the exact form of 1
        return 1
    if interp not in (0, 1, 2, 3, 4):
        fail(
            AttributeTypeError,
            where,
            "parameter 'interp' does not fit",
            expected="0 nearest, 1 bilinear, 2 bicubic, 3 area or 4 Lanczos",
            got=interp,
        )
    return interp


@functools.lru_cache(512)
def _byte_weights(n_in, n_out, edges):
    """(two indices, two weights of 1/2048) of each new pixel along one axis, as OpenCV rounds them.

    ``edges``: beyond the outermost centres only the edge pixel counts (along rows; down columns it
    counts twice, which rounds otherwise).
    """
    at = ((onp.arange(n_out) + 0.5) * (1 / (n_out / n_in)) - 0.5).astype("float32")
    left = onp.floor(at).astype(int)
    t = at - left.astype("float32")
    if edges:
        t = onp.where((left < 0) | (left >= n_in - 1), onp.float32(0), t)
        left = onp.clip(left, 0, n_in - 1)
    weights = [onp.rint(x * onp.float32(2048)).astype("int32") for x in (1 - t, t)]
    return [onp.clip(left + k, 0, n_in - 1) for k in range(2)], weights


def _resize_bytes(data, new_h, new_w):
    """Bilinear images of bytes in fixed point, to the bit what OpenCV (and MXNet 1.x) makes."""
    h, w = data.shape[-3:-1]
    x = data.astype("int32")
    if equal(h, 2 * new_h) and equal(w, 2 * new_w):  # halved: the mean of four pixels
        four = x.reshape(*x.shape[:-3], new_h, 2, new_w, 2, x.shape[-1]).sum((-4, -2))
        return ((four + 2) >> 2).astype(data.dtype)
    at, weights = _byte_weights(w, new_w, True)
    x = sum(jnp.take(x, at[k], axis=-2) * jnp.array(weights[k]).reshape(-1, 1) for k in range(2))
    at, weights = _byte_weights(h, new_h, False)
    x = sum(
        (jnp.take(x, at[k], axis=-3) >> 4) * jnp.array(weights[k]).reshape(-1, 1, 1) >> 16
        for k in range(2)
    )
    return jnp.clip((x + 2) >> 2, 0, 255).astype(data.dtype)


@op("_image_resize", aliases=("_npx__image_resize",))
def resize(data, *, size: Shape = (), keep_ratio: bool = False, interp: int = 1):
    """Images of another size.

    Pixel centres lie at half-integers; shrinking does not blur, except by interpolation 3.

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C)
    size : int or (width, height)   an integer: both, or the shorter side with ``keep_ratio``
    keep_ratio : bool, default False
    interp : int, default 1         0 nearest, 1 bilinear, 2 bicubic, 3 area, 4 Lanczos

    Returns
    -------
    (height, width, C) or (N, height, width, C) same type; integers are rounded

    Raises
    ------
    ShapeError   number of dimensions; a size below 1
    """
    where = "_image_resize"
    _require_image(where, data)
    if len(size) not in (1, 2):
        fail(ShapeError, where, "Input size dimension must be 1 or 2", got=f"size {tuple(size)}")
    for n in size:
        if n < 1:
            fail(
                ShapeError, where, "Input size should be greater than 0", got=f"size {tuple(size)}"
            )
    interp = _need_interp(interp, where)
    h, w = data.shape[-3:-1]
    if 0 in (h, w):
        fail(ShapeError, where, "the image is empty", got=f"shape {list(data.shape)}")
    if len(size) == 2:
        new_w, new_h = size
    elif not keep_ratio:
        new_w = new_h = size[0]
    elif h > w:
        new_w, new_h = size[0], max(1, h * size[0] // w)
    else:
        new_w, new_h = max(1, w * size[0] // h), size[0]
    if (new_h, new_w) == (h, w):
        return data
    check_size((*data.shape[:-3], new_h, new_w, data.shape[-1]))
    if interp == 1 and data.dtype == jnp.uint8:
        return _resize_bytes(data, new_h, new_w)
    shrinks = new_h <= h and new_w <= w
    x = _pixels.as_floats(data) if interp else data
    if interp == 0:
        for axis, n in ((-3, new_h), (-2, new_w)):
            x = jnp.take(x, _weights(x.shape[axis], n, 0, True)[0][:, 0], axis=axis)
        return x
    x = _resample(_resample(x, -3, new_h, interp, shrinks), -2, new_w, interp, shrinks)
    return _pixels.rounded(x, data.dtype, jnp)


def _crop_resized(data, box, width, height, interp):
    """One image (H, W, C): the part ``box`` (x, y, w, h: traced numbers of pixels) in a fixed
    size.
    """
    x = data if interp == 0 else _pixels.as_floats(data)
    for axis, at, extent, n in ((0, box[1], box[3], height), (1, box[0], box[2], width)):
        scale = extent / n
        steps = jnp.arange(n)
        first, last = at, at + extent - 1
        if interp == 0:
            x = jnp.take(
                x, (first + jnp.floor(steps * scale)).astype("int32"), axis=axis, mode="clip"
            )
            continue
        centre = jnp.clip(first + (steps + 0.5) * scale - 0.5, first, last)
        if interp == 1:
            left = jnp.floor(centre)
            t = (centre - left).astype(x.dtype).reshape((-1,) + (1,) * (2 - axis))
            low = jnp.take(x, left.astype("int32"), axis=axis, mode="clip")
            high = jnp.take(x, jnp.minimum(left + 1, last).astype("int32"), axis=axis, mode="clip")
            x = low + (high - low) * t
        else:
            at_pixel = jnp.arange(x.shape[axis])
            lo = first + steps * scale  # area: shares of the pixels that are covered
            share = jnp.minimum(at_pixel + 1, (lo + jnp.maximum(scale, 1))[:, None]) - jnp.maximum(
                at_pixel, lo[:, None]
            )
            share = jnp.clip(share, 0) * (at_pixel < at + extent)
            share = (share / share.sum(1, keepdims=True)).astype(x.dtype)
            x = jnp.moveaxis(
                jnp.tensordot(x, share, ((axis,), (1,)), precision=lax.Precision.HIGHEST), -1, axis
            )
    return x if interp == 0 else _pixels.rounded(x, data.dtype, jnp)


@op("_vision_random_resized_crop")
def random_resized_crop(
    data,
    *,
    width: int,
    height: int,
    area: object = (0.08, 1.0),
    ratio: object = (3 / 4, 4 / 3),
    interp: int = 1,
    key,
):
    """A part of random size, shape and place, in a fixed size; drawn anew for each image.

    Up to ten draws of a part that fits; where none does, the largest part in the middle within
    ``ratio``.

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C)
    width, height : int          size of the result
    area : (low, high)           the part's area as a share of the image's
    ratio : (low, high)          its width by its height
    interp : int, default 1      0 nearest, 3 area, otherwise bilinear

    Returns
    -------
    (height, width, C) or (N, height, width, C) same type
    """
    where = "_vision_random_resized_crop"
    # where the part changes from image to image, only these kernels are compiled once for all
    kernel = interp if interp in (0, 3) else 1
    _require_image(where, data)
    low, high = _floats(area, where, "area")
    narrow, wide = _floats(ratio, where, "ratio")
    h, w = data.shape[-3:-1]
    tries = _pixels.CROP_ATTEMPTS

    def one(image, u):
        share = low + u[0] * (high - low)
        shape = jnp.exp(math.log(narrow) + u[1] * (math.log(wide) - math.log(narrow)))
        new_w, new_h = (jnp.floor(n + 0.5) for n in _pixels.crop_sides(share * h * w, shape, jnp))
        fits = (new_w <= w) & (new_h <= h) & (new_w >= 1) & (new_h >= 1)
        k = jnp.argmax(fits)
        whole_w = min(w, max(1, round(h * min(max(w / h, narrow), wide))))
        whole_h = min(h, max(1, round(w / min(max(w / h, narrow), wide))))
        found = fits[k]
        box_w, box_h = jnp.where(found, new_w[k], whole_w), jnp.where(found, new_h[k], whole_h)
        x = jnp.where(found, jnp.floor(u[2][k] * (w - box_w + 1)), (w - whole_w) // 2)
        y = jnp.where(found, jnp.floor(u[3][k] * (h - box_h + 1)), (h - whole_h) // 2)
        return _crop_resized(image, (x, y, box_w, box_h), width, height, kernel)

    u = uniform01(key, data.shape[:-3] + (4, tries), "float32")
    return one(data, u) if data.ndim == 3 else jax.vmap(one)(data, u)


@op("_vision_rotate")
def rotate(data, *, degrees: Scalar, zoom_in: bool = False, zoom_out: bool = False):
    """Images turned about their middle, counter-clockwise; what comes from outside is 0.

    Parameters
    ----------
    data : (C, H, W) or (N, C, H, W) floating     channels first
    degrees : number
    zoom_in : bool, default False    enlarge until nothing from outside is seen
    zoom_out : bool, default False   shrink until the whole image is seen

    Returns
    -------
    same shape and type; bilinear interpolation
    """
    where = "_vision_rotate"
    if data.ndim not in (3, 4):
        fail(
            ShapeError,
            where,
            "Input must have shape (channels, height, width), or (N, channels, height, width)",
            got=f"shape {list(data.shape)}",
        )
    h, w = data.shape[-2:]
    angle = (degrees * (math.pi / 180)).astype("float32")
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    y, x = jnp.meshgrid(
        jnp.arange(h, dtype="float32") - (h - 1) / 2,
        jnp.arange(w, dtype="float32") - (w - 1) / 2,
        indexing="ij",
    )
    from_x, from_y = x * cos - y * sin, x * sin + y * cos
    scale = jnp.float32(1)
    if zoom_in or zoom_out:
        reach_x = w * jnp.abs(cos) + h * jnp.abs(sin)
        reach_y = w * jnp.abs(sin) + h * jnp.abs(cos)
        grow = jnp.maximum(reach_x / w, reach_y / h)
        scale = 1 / grow if zoom_in else grow
    from_x, from_y = from_x * scale + (w - 1) / 2, from_y * scale + (h - 1) / 2
    left, top = jnp.floor(from_x), jnp.floor(from_y)
    total = 0
    for dy in (0, 1):
        for dx in (0, 1):
            px, py = left + dx, top + dy
            weight = (1 - jnp.abs(from_x - px)) * (1 - jnp.abs(from_y - py))
            weight = jnp.where((px >= 0) & (px < w) & (py >= 0) & (py < h), weight, 0)
            at = jnp.clip(py, 0, h - 1).astype("int32"), jnp.clip(px, 0, w - 1).astype("int32")
            total = total + data[..., at[0], at[1]] * weight.astype(data.dtype)
    return total


# ------------------------------------------------------------------------------------ colour
def _require_color(where, data):
    _require_image(where, data)
    if data.shape[-1] not in (1, 3):
        fail(
            ShapeError,
            where,
            "number of channels",
            expected="1 or 3",
            got=f"shape {list(data.shape)}",
        )


def _adjusted(data, name, factor):
    return _pixels.adjusted(data, name, factor.astype(_pixels.as_floats(data).dtype), jnp)


_ADJUST_WORDS = {
    "brightness": "Brightness times a random factor",
    "contrast": "Distance from the mean brightness times a random factor",
    "saturation": "Distance from gray (as in MXNet 1.9.1: 0.114 times blue) times a random factor",
    "hue": "Hue turned by a random factor of the full circle",
}


_ADJUST_DOC = """{} from [min_factor, max_factor), drawn for each image.

Parameters
----------
data : (H, W, C) or (N, H, W, C)     C is 1 or 3
min_factor, max_factor : float, at least 0

Returns
-------
same shape and type; integers are cut to their range
"""


def _random_adjust(name, words):
    where = f"_image_random_{name}"

    def random_adjust(data, *, min_factor: float, max_factor: float, key):
        _require_color(where, data)
        if not (min_factor >= 0 and max_factor >= 0):
            fail(
                MXNetError,
                where,
                "factors do not fit",
                expected="min_factor and max_factor of at least 0",
                got=f"{min_factor} and {max_factor}",
            )
        u = uniform01(key, _per_image(data), "float32")
        return _adjusted(data, name, min_factor + u * (max_factor - min_factor))

    random_adjust.__doc__ = _ADJUST_DOC.format(words)
    op(where, aliases=(f"_npx_{where}",))(random_adjust)


for _name, _words in _ADJUST_WORDS.items():
    _random_adjust(_name, _words)


@op("_image_random_color_jitter", aliases=("_npx__image_random_color_jitter",))
def random_color_jitter(
    data, *, brightness: float, contrast: float, saturation: float, hue: float, key
):
    """Random brightness, contrast, saturation and hue, in random order; drawn for each image.

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C)   C is 1 or 3
    brightness, contrast, saturation : float   factors from [1 - value, 1 + value)
    hue : float                                turns from [-value, value) of the full circle

    Returns
    -------
    same shape and type; integers are cut to their range
    """
    _require_color("_image_random_color_jitter", data)
    amounts = (brightness, contrast, saturation, hue)
    steps = [(name, amount) for name, amount in zip(_pixels.ADJUST, amounts) if amount > 0]
    if not steps:
        return data
    images = data if data.ndim == 4 else data[None]
    u = uniform01(key, (len(images), 2, len(steps)), "float32")

    def one(image, u):
        order = jnp.argsort(u[0])
        for k in range(len(steps)):
            at = order[k]
            image = lax.switch(
                at,
                [
                    lambda p, c, name=name, amount=amount: _adjusted(
                        p, name, (2 * c - 1) * amount + (name != "hue")
                    )
                    for name, amount in steps
                ],
                image,
                u[1][at],
            )
        return image

    out = jax.vmap(one)(images, u)
    return out if data.ndim == 4 else out[0]


def _lit(data, alpha):
    """Images with ``alpha`` (..., 3) times the principal colours added."""
    if data.shape[-1] == 1:
        return data
    x = _pixels.as_floats(data)
    shift = _pixels.pca_shift(alpha.astype(x.dtype), jnp)
    return _pixels.cast(x + shift[..., None, None, :], data.dtype, jnp)


@op("_image_adjust_lighting", aliases=("_npx__image_adjust_lighting",))
def adjust_lighting(data, *, alpha: object):
    """Add ``alpha`` times the principal colours of ImageNet (for values from 0 to 255).

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C)   C is 1 (left as it is) or 3
    alpha : tuple of 3 numbers

    Returns
    -------
    same shape and type; integers are cut to their range
    """
    where = "_image_adjust_lighting"
    _require_color(where, data)
    numbers = _floats(alpha, where, "alpha")
    if len(numbers) != 3:
        fail(ShapeError, where, "parameter 'alpha' does not fit", expected="3 numbers", got=numbers)
    return _lit(data, jnp.array(numbers, "float32"))


@op("_image_random_lighting", aliases=("_npx__image_random_lighting",))
def random_lighting(data, *, alpha_std: float = 0.05, key):
    """Add the principal colours of ImageNet, normally distributed with deviation ``alpha_std``, to
    each image.

    Parameters
    ----------
    data : (H, W, C) or (N, H, W, C)   C is 1 (left as it is) or 3; values from 0 to 255
    alpha_std : float, default 0.05

    Returns
    -------
    same shape and type; integers are cut to their range
    """
    _require_color("_image_random_lighting", data)
    return _lit(data, alpha_std * standard_normal(key, data.shape[:-3] + (3,), "float32"))
