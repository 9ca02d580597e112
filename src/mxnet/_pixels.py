"""Arithmetic on the colours of images, for NumPy and ``jax.numpy`` alike.

The operators of ``nd.image``, the transforms of one image on the host, the augmenters of
``mx.image`` and the record iterators do the same sums with different draws and rounding. The sums
are here: functions of float arrays (..., height, width, channels), red first. ``xp`` is the array
namespace of their arguments.
"""

import numpy as onp

__all__ = [
    "LUMA",
    "EIGVAL",
    "EIGVEC",
    "MEAN",
    "STD",
    "CROP_ATTEMPTS",
    "ADJUST",
    "adjusted",
    "as_floats",
    "cast",
    "rounded",
    "luma",
    "blend",
    "contrast",
    "blue_gray",
    "rotate_hue",
    "pca_shift",
    "crop_sides",
]

# Weights of red, green and blue in brightness (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)
# Principal components of the colours of ImageNet's images, which go from 0 to 255: eigenvalues,
# and eigenvectors as columns (Krizhevsky et al. 2012, section 4.1).
EIGVAL = (55.46, 4.794, 1.148)
EIGVEC = ((-0.5675, 0.7192, 0.4009), (-0.5808, -0.0045, -0.8140), (-0.5836, -0.6948, 0.4203))
# Mean and standard deviation of ImageNet's colours.
MEAN, STD = (123.68, 116.28, 103.53), (58.395, 57.12, 57.375)
CROP_ATTEMPTS = 10  # draws of a part that fits, before a part in the middle is taken


def as_floats(x):
    """The image in the type that arithmetic is done in: float64 as it is, others as float32."""
    return x if x.dtype == "float64" else x.astype("float32")


def cast(x, dtype, xp):
    """Float numbers as ``dtype``: integers are clipped to their range, fractions dropped."""
    if not xp.issubdtype(dtype, xp.integer):
        return x.astype(dtype)
    bounds = xp.iinfo(dtype)
    return xp.clip(x, float(bounds.min), float(bounds.max)).astype(dtype)


def rounded(x, dtype, xp):
    """Float numbers as ``dtype``; to integers by rounding halves up."""
    return cast(xp.floor(x + 0.5) if xp.issubdtype(dtype, xp.integer) else x, dtype, xp)


def luma(x, xp):
    """Brightness of each pixel, (..., 1); of one channel: that channel."""
    if x.shape[-1] == 1:
        return x
    return xp.sum(x * xp.asarray(LUMA, x.dtype), -1, keepdims=True)


def blend(x, other, factor):
    """``x`` moved away from ``other``, ``factor`` times as far as it is."""
    return x * factor + other * (1 - factor)


def contrast(x, factor, xp):
    """Distance from the image's mean brightness times ``factor``."""
    return blend(x, luma(xp.mean(x, (-3, -2), keepdims=True), xp), factor)


def blue_gray(x):
    """What 1.9.1's ``nd.image`` takes for a pixel's gray, (..., 1): 0.114 times blue.

    It overwrites its sum over the channels (observed); its ``mx.image`` has :func:`luma`.
    """
    return x if x.shape[-1] == 1 else x[..., 2:] * LUMA[2]


def rotate_hue(x, turns, xp):
    """Hue moved on the colour circle by ``turns`` of it; lightness and saturation (HSL) stay."""
    high, low = xp.max(x, -1, keepdims=True), xp.min(x, -1, keepdims=True)
    chroma = high - low
    divisor = xp.where(chroma > 0, chroma, xp.asarray(1, x.dtype))
    r, g, b = x[..., :1], x[..., 1:2], x[..., 2:3]
    hue = xp.where(
        high == r,
        (g - b) / divisor,
        xp.where(high == g, 2 + (b - r) / divisor, 4 + (r - g) / divisor),
    )
    hue = hue + 6 * turns
    # Each channel is a ramp along the circle, between the pixel's lowest and highest value.
    ramps = [xp.clip(xp.abs((hue + shift) % 6 - 3) - 1, 0, 1) for shift in (0, 4, 2)]
    return low + chroma * xp.concatenate(ramps, -1)


def pca_shift(alpha, xp, eigval=EIGVAL, eigvec=EIGVEC):
    """The colour (..., 3) of ``alpha`` (..., 3) times the principal components."""
    scaled = onp.asarray(eigvec, "float64") * onp.asarray(eigval, "float64")
    return xp.sum(xp.asarray(scaled, alpha.dtype) * alpha[..., None, :], -1)


def crop_sides(area, ratio, xp):
    """(width, height) of a rectangle of that area and that ratio of width to height."""
    return xp.sqrt(area * ratio), xp.sqrt(area / ratio)


# What may be adjusted at random, in the order of the arguments of RandomColorJitter: functions of
# (floats, factor, xp). One channel has no hue.
ADJUST = {
    "brightness": lambda x, factor, xp: x * factor,
    "contrast": contrast,
    "saturation": lambda x, factor, xp: blend(x, blue_gray(x), factor),
    "hue": lambda x, turns, xp: rotate_hue(x, turns, xp) if x.shape[-1] == 3 else x,
}


def adjusted(image, name, factor, xp):
    """An image with one of :data:`ADJUST` applied, in its own type; only hues are rounded."""
    x = ADJUST[name](as_floats(image), factor, xp)
    return (rounded if name == "hue" else cast)(x, image.dtype, xp)
