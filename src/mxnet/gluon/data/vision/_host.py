"""The transforms of one image that is on the host, on NumPy arrays.

The operators of ``nd.image`` are compiled for a shape; images from files come in as many shapes
as there are files. So what each transform does to *one* image, outside of
:func:`mxnet.autograd.record` and of hybridized blocks, is done here, and nothing is compiled.
Batches and images on other devices take the operators. Results agree with them to rounding;
random numbers come from the same stream.
"""

import math

import numpy as onp

from .... import _codec, _pixels
from ...._engine.segment import host_data
from ...._engine.state import threads
from ....ndarray import NDArray
from ...._host import host_array
from .._batch import generator

__all__ = [
    "apart",
    "cast",
    "to_tensor",
    "normalize",
    "resize",
    "crop_resize",
    "flip",
    "random_resized_crop",
    "adjust",
    "jitter",
    "lighting",
]

_RESIZED = ("uint8", "float32", "float64")  # what resizing takes


def image_of(x):
    """The NumPy array of one image that is on the host and not recorded; or None."""
    if type(x) is not NDArray or x.ndim != 3 or threads.recording or threads.tracing is not None:
        return None
    if x.context.device_typeid == 2 or 0 in x.shape:
        return None
    value = x._read()
    if value.mark is not None or value.tape is not None:
        return None
    # Also what is pending: the same image must not come out otherwise because nothing had been read.
    return host_data(value)


def apart(function, x, *args):
    """``function(array, *args)`` of an image's array as an NDArray.

    None where the image is not one for this file (see its head), or the function declines by
    giving None.
    """
    array = image_of(x)
    made = None if array is None else function(array, *args)
    return None if made is None else host_array(made, x.context)


# ---------------------------------------------------------------------------------- to the network
def cast(array, dtype):
    """Another float type; others are the operator's."""
    dtype = onp.dtype(dtype)
    return array.astype(dtype) if dtype.kind == "f" else None


def to_tensor(array):
    """Channels first, and divided by 255."""
    return onp.divide(array.transpose(2, 0, 1), onp.float32(255), dtype="float32")


def normalize(array, mean, std):
    """(array - mean) / std per channel of (C, H, W)."""
    if array.shape[0] not in (1, 3) or array.dtype not in ("float32", "float64"):
        return None
    numbers = []
    for value in (mean, std):
        try:
            value = onp.asarray(value, array.dtype).reshape(-1)
        except (TypeError, ValueError):
            return None
        if len(value) not in (1, array.shape[0]):
            return None
        numbers.append(value.reshape(-1, 1, 1))
    made = array - numbers[0]
    made /= numbers[1]
    return made


# ----------------------------------------------------------------------------------------- geometry
def _resized(array, w, h, interp):
    if (h, w) == array.shape[:2]:
        return array
    return _codec.resize(array, w, h, interp, "transforms.Resize")


def _resizable(array, interp):
    return array.dtype.name in _RESIZED and interp in (0, 1, 2, 3, 4) and _codec.available()


def resize(array, size, keep_ratio, interp):
    """Another size; ``size`` as in ``transforms.Resize``."""
    size = size if isinstance(size, (tuple, list)) else (size,)
    whole = all(isinstance(n, int) and n > 0 for n in size)
    if not (whole and len(size) in (1, 2) and _resizable(array, interp)):
        return None
    h, w = array.shape[:2]
    if len(size) == 2:
        return _resized(array, size[0], size[1], interp)
    short = size[0]
    if not keep_ratio:
        return _resized(array, short, short, interp)
    if h > w:
        return _resized(array, short, max(1, h * short // w), interp)
    return _resized(array, max(1, w * short // h), short, interp)


def crop_resize(array, x, y, w, h, size=None, interp=1):
    """A part, in another size where one is given."""
    inside = x >= 0 and y >= 0 and w > 0 and h > 0
    if not (inside and x + w <= array.shape[1] and y + h <= array.shape[0]):
        return None
    part = array[y : y + h, x : x + w]
    return part if size is None else resize(part, size, False, interp)


def flip(array, axis):
    """Reversed along an axis, half of the time."""
    return onp.flip(array, axis) if generator().random() < 0.5 else array


def random_resized_crop(array, size, area, ratio, interp):
    """A part of random size, shape and place, in a given size."""
    if not _resizable(array, interp):
        return None
    h, w = array.shape[:2]
    logs = math.log(ratio[0]), math.log(ratio[1])
    random = generator()
    shares = random.uniform(area[0], area[1], _pixels.CROP_ATTEMPTS)
    for share, log in zip(shares, random.uniform(logs[0], logs[1], _pixels.CROP_ATTEMPTS)):
        shape = math.exp(log)
        new_w, new_h = (
            math.floor(n + 0.5) for n in _pixels.crop_sides(share * h * w, shape, math)
        )
        if 1 <= new_w <= w and 1 <= new_h <= h:
            x, y = random.integers(w - new_w + 1), random.integers(h - new_h + 1)
            break
    else:
        shape = min(max(w / h, ratio[0]), ratio[1])
        new_w, new_h = min(w, max(1, round(h * shape))), min(h, max(1, round(w / shape)))
        x, y = (w - new_w) // 2, (h - new_h) // 2
    return _resized(array[y : y + new_h, x : x + new_w], size[0], size[1], interp)


# ------------------------------------------------------------------------------------------ colours
def _coloured(array):
    return array.shape[2] in (1, 3) and array.dtype.kind in "uif"


def adjust(array, name, low, high):
    """A property of the colours times a random factor."""
    if not _coloured(array) or min(low, high) < 0:
        return None
    return _pixels.adjusted(array, name, float(generator().uniform(low, high)), onp)


def jitter(array, *amounts):
    """Random brightness, contrast, saturation and hue, in random order."""
    if not _coloured(array):
        return None
    steps = [(name, amount) for name, amount in zip(_pixels.ADJUST, amounts) if amount > 0]
    random = generator()
    for at in random.permutation(len(steps)):
        name, amount = steps[at]
        factor = float(random.uniform(-amount, amount)) + (name != "hue")
        array = _pixels.adjusted(array, name, factor, onp)
    return array


def lighting(array, deviation):
    """Principal colours added, normally distributed."""
    if not _coloured(array):
        return None
    if array.shape[2] == 1:
        return array
    x = _pixels.as_floats(array)
    shift = _pixels.pca_shift(generator().normal(0, deviation, 3), onp)
    return _pixels.cast(x + shift.astype(x.dtype), array.dtype, onp)
