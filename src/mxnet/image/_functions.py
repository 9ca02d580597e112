"""Functions on images: arrays (height, width, channels), red first.

All of them work on the host, on NumPy arrays, and wrap what results: images come in as many shapes
as there are files, and a program compiled for each would cost more than all the work it does. Their
random numbers come from Python's ``random`` and NumPy's global generator, in MXNet 1.x's order, so
that the same seeds choose the same; inside a :class:`mxnet.gluon.data.DataLoader` they come from
the sample's own stream, whatever process it is in.
"""

import math
import os
import random

import numpy as onp

from .. import _codec, _pixels, ndarray
from .._engine.state import _seed, draw, mix32, threads
from .._host import host_array, on_host
from .._traceback import doors
from ..error import DTypeError, MXNetError, ShapeError, fail, nearest
from ..ndarray import NDArray, _internal

__all__ = [
    "imread",
    "imdecode",
    "imresize",
    "imrotate",
    "random_rotate",
    "copyMakeBorder",
    "scale_down",
    "resize_short",
    "fixed_crop",
    "random_crop",
    "center_crop",
    "random_size_crop",
    "color_normalize",
]


class NotAnImage(ShapeError, AssertionError):
    """What was given is no NDArray (an AssertionError in MXNet 1.x)."""


class DrawError(MXNetError, AssertionError):
    """An argument that a random choice does not take (an AssertionError in MXNet 1.x)."""


def image_array(src, where):
    """The NumPy array of an image that was given as an NDArray.

    Raises
    ------
    NotAnImage (ShapeError, AssertionError)   not an NDArray (height, width, channels)
    """
    if not isinstance(src, NDArray):
        fail(
            NotAnImage,
            where,
            "not an image",
            expected="an NDArray",
            got=type(src).__name__,
            hint="mx.nd.array(x, dtype=x.dtype) makes one of a NumPy array",
        )
    array = on_host(src)
    if array.ndim != 3:
        fail(
            NotAnImage,
            where,
            "not an image",
            expected="shape (height, width, channels)",
            got=f"shape {array.shape}",
        )
    return array


def integer(number, where, name, least=None):
    """An integer argument, checked."""
    value = number
    try:
        value = int(number)
        good = value == number and (least is None or value >= least)
    except (TypeError, ValueError):
        good = False
    if not good:
        bound = "" if least is None else f" of at least {least}"
        fail(
            MXNetError,
            where,
            f"{name} does not fit",
            expected=f"an integer{bound}",
            got=repr(number),
        )
    return value


# ----------------------------------------------------------------------------- random random_source
class _Stream:
    """Random random_source that continue the stream of :func:`mxnet.random.seed`."""

    def __init__(self):
        word, counter = draw()
        self._python = random.Random(word << 32 | counter)
        self.random, self.uniform = self._python.random, self._python.uniform
        self.randint, self.shuffle = self._python.randint, self._python.shuffle

    @property
    def numpy(self):
        """NumPy's generator, with what its global one offers."""
        return onp.random.default_rng(draw())


class _Global:
    """Python's and NumPy's own generators."""

    def __init__(self):
        self.random, self.uniform = random.random, random.uniform
        self.randint, self.shuffle = random.randint, random.shuffle
        self.numpy = onp.random


_global = _Global()


def random_source():
    """Where random random_source come from here (see the head of the file)."""
    draw(0)  # notices a seed that was set meanwhile
    if threads.stream == mix32(_seed[0], threads.stream_id):
        return _global
    return _Stream()


def interpolation(interp, old, new):
    """OpenCV's method for ``interp``, see ``_codec.method``."""
    return _codec.method(interp, old, new, lambda: random_source().randint(0, 4))


# ----------------------------------------------------------------------------- reading
def imread(filename, *args, **kwargs):
    """Read an image file.

    Parameters
    ----------
    filename : str
    flag : int, default 1        1 colour, 0 gray
    to_rgb : bool, default True  red first (otherwise blue first)
    out : NDArray, optional

    Returns
    -------
    NDArray uint8 (H, W, 3), or (H, W, 1) if gray

    Raises
    ------
    MXNetError    the file is missing or cannot be read
    FormatError   it is not an image, or is incomplete
    """
    flag, to_rgb, out = _arguments("imread", args, kwargs)
    try:
        with open(os.fspath(filename), "rb") as file:
            data = file.read()
    except (OSError, TypeError) as error:
        fail(
            MXNetError,
            "image.imread",
            f"{filename!r} couldn't open file",
            got=getattr(error, "strerror", None) or str(error),
        )
    return _returned(_codec.decode(data, flag, to_rgb, f"image.imread({filename!r})"), out)


def imdecode(buf, *args, **kwargs):
    """Decode an image file's content.

    Parameters
    ----------
    buf : bytes, bytearray, numpy.ndarray or NDArray of uint8
    flag : int, default 1        1 colour, 0 gray
    to_rgb : bool, default True  red first (otherwise blue first)
    out : NDArray, optional

    Returns
    -------
    NDArray uint8 (H, W, 3), or (H, W, 1) if gray

    Raises
    ------
    ValueError    ``buf`` is of another type
    FormatError   it is empty, not an image, or incomplete
    """
    flag, to_rgb, out = _arguments("imdecode", args, kwargs)
    if isinstance(buf, NDArray):
        buf = on_host(buf)
    elif not isinstance(buf, (bytes, bytearray, memoryview, onp.ndarray)):
        raise ValueError(
            "image.imdecode: buf must be of type bytes, bytearray or numpy.ndarray, got "
            f"{type(buf).__name__}. Hint: a file's name goes to image.imread."
        )
    return _returned(_codec.decode(buf, flag, to_rgb), out)


def _arguments(name, args, kwargs):
    """(flag, to_rgb, out) of positional and named arguments."""
    names = ("flag", "to_rgb", "out")
    given = dict(zip(names, args))
    kwargs.pop("name", None)
    for key, value in kwargs.items():
        if key not in names or key in given or len(args) > 2:
            fail(
                MXNetError,
                f"image.{name}",
                f"Cannot find argument {key!r}" if key not in names else f"{key!r} given twice",
                expected=", ".join(names),
                got=key,
                hint=nearest(key, names) or None,
            )
        given[key] = value
    flag = integer(given.get("flag", 1), f"image.{name}", "flag", 0)
    return flag, bool(given.get("to_rgb", True)), given.get("out")


def _returned(array, out):
    if out is None:
        return host_array(array)
    out[:] = host_array(array, out.context)
    return out


# ----------------------------------------------------------------------------- size and place
def imresize(src, w, h, *args, **kwargs):
    """An image in another size.

    Parameters
    ----------
    src : NDArray (H, W, C)      uint8, int8, int16, uint16 or a float type
    w, h : int                   new width and height
    interp : int, default 1      0 nearest, 1 bilinear, 2 bicubic, 3 area, 4 Lanczos,
        9 bicubic to enlarge and area to shrink, 10 at random
    out : NDArray, optional

    Returns
    -------
    NDArray (h, w, C) of the same dtype

    Raises
    ------
    AssertionError, ShapeError   not an NDArray, not three axes
    DTypeError                   an element type that cannot be resized
    MXNetError                   a size below 1, an unknown argument
    """
    where = "image.imresize"
    interp = args[0] if args else kwargs.pop("interp", 1)
    out = args[1] if len(args) > 1 else kwargs.pop("out", None)
    kwargs.pop("name", None)
    if kwargs or len(args) > 2:
        fail(
            MXNetError,
            where,
            f"Cannot find argument {next(iter(kwargs), args[-1:])!r}",
            expected="interp, out",
        )
    array = image_array(src, where)
    w, h = integer(w, where, "w", 1), integer(h, where, "h", 1)
    return _returned_like(_resized(array, w, h, interp, where), src, out)


def _resized(array, w, h, interp, where="image.imresize"):
    return _codec.resize(array, w, h, interpolation(interp, array.shape[:2], (h, w)), where)


def _returned_like(array, src, out=None):
    if out is None:
        return host_array(array, src.context)
    out[:] = host_array(array, out.context)
    return out


def copyMakeBorder(
    src=None,
    top=None,
    bot=None,
    left=None,
    right=None,
    type=0,
    value=0.0,
    values=(),
    out=None,
    name=None,
    **kwargs,
):
    """An image with a frame.

    Parameters
    ----------
    src : NDArray (H, W, C)
    top, bot, left, right : int   pixels
    type : int, default 0         0 constant, 1 replicate the edge, 2 reflect, 3 wrap,
        4 reflect without the edge
    value : float, default 0      for type 0: of all channels
    values : numbers, optional    for type 0: per channel

    Returns
    -------
    NDArray (H + top + bot, W + left + right, C) of the same dtype
    """
    where = "image.copyMakeBorder"
    if kwargs:
        fail(MXNetError, where, f"Cannot find argument {next(iter(kwargs))!r}")
    array = image_array(src, where)
    top, bot = integer(top, where, "top"), integer(bot, where, "bot")
    left, right = integer(left, where, "left"), integer(right, where, "right")
    if isinstance(values, (int, float)):
        values = (values,)
    values = tuple(values) or (value,) * min(array.shape[2], 4)
    kind = integer(type, where, "type")
    made = _codec.border(array, top, bot, left, right, kind, values, where)
    return _returned_like(made, src, out)


def scale_down(src_size, size):
    """The largest size of the shape of ``size`` that fits into ``src_size``.

    Parameters
    ----------
    src_size, size : (width, height)

    Returns
    -------
    (width, height) : integers, rounded down

    Example
    -------
    >>> mx.image.scale_down((640, 480), (720, 120))
    (640, 106)
    """
    w, h = size
    src_w, src_h = src_size
    if src_h < h:
        w, h = w * src_h / h, src_h
    if src_w < w:
        w, h = src_w, h * src_w / w
    return int(w), int(h)


def resize_short(src, size, interp=2):
    """Resize so that the shorter side becomes ``size``, keeping the shape.

    Parameters
    ----------
    src : NDArray (H, W, C)
    size : int
    interp : int, default 2   see :func:`imresize`

    Returns
    -------
    NDArray of the same dtype; the longer side is rounded down
    """
    where = "image.resize_short"
    array = image_array(src, where)
    size = integer(size, where, "size", 1)
    if 0 in array.shape:
        fail(ShapeError, where, "the image is empty", got=f"shape {array.shape}")
    h, w = array.shape[:2]
    new_w, new_h = (size, size * h // w) if h > w else (size * w // h, size)
    return host_array(_resized(array, new_w, new_h, interp, where), src.context)


def fixed_crop(src, x0, y0, w, h, size=None, interp=2):
    """A part of an image, in another size where one is given.

    Parameters
    ----------
    src : NDArray (H, W, C)
    x0, y0 : int                       its upper left corner
    w, h : int                         its width and height; what is outside is left out
    size : (width, height), optional   of the result
    interp : int, default 2            see :func:`imresize`

    Returns
    -------
    NDArray of the same dtype
    """
    return host_array(
        _cropped(image_array(src, "image.fixed_crop"), x0, y0, w, h, size, interp), src.context
    )


def _cropped(array, x0, y0, w, h, size, interp, where="image.fixed_crop"):
    height, width = array.shape[:2]
    if not (0 <= x0 < width and 0 <= y0 < height and w > 0 and h > 0):
        fail(
            ShapeError,
            where,
            "the part is outside of the image",
            expected=f"0 <= x0 < {width}, 0 <= y0 < {height}, w and h of at least 1",
            got=f"x0={x0}, y0={y0}, w={w}, h={h}",
        )
    part = array[y0 : y0 + h, x0 : x0 + w]
    if size is not None and (w, h) != tuple(size):
        part = _resized(part, size[0], size[1], interp, where)
    return part


def random_crop(src, size, interp=2):
    """A part of the given size, anywhere; where the image is smaller, the largest part of that
    shape, enlarged.

    Parameters
    ----------
    src : NDArray (H, W, C)
    size : (width, height)
    interp : int, default 2   see :func:`imresize`

    Returns
    -------
    NDArray, (x0, y0, width, height) of the part
    """
    source = random_source()
    return _crop_at(lambda room: source.randint(0, room), src, size, interp, "image.random_crop")


def center_crop(src, size, interp=2):
    """The middle part of the given size; where the image is smaller, the largest of that shape,
    enlarged.

    Parameters
    ----------
    src : NDArray (H, W, C)
    size : (width, height)
    interp : int, default 2   see :func:`imresize`

    Returns
    -------
    NDArray, (x0, y0, width, height) of the part
    """
    return _crop_at(lambda room: room // 2, src, size, interp, "image.center_crop")


def _crop_at(choose, src, size, interp, where):
    """The part of that size, or of its shape, whose corner ``choose(free pixels)`` tells."""
    array = image_array(src, where)
    h, w = array.shape[:2]
    new_w, new_h = scale_down((w, h), size)
    x0, y0 = choose(w - new_w), choose(h - new_h)
    part = _cropped(array, x0, y0, new_w, new_h, size, interp, where)
    return host_array(part, src.context), (x0, y0, new_w, new_h)


def random_size_crop(src, size, area, ratio, interp=2, **kwargs):
    """A part of random area and shape, anywhere, in the given size; the middle where ten tries find
    none that fits.

    Parameters
    ----------
    src : NDArray (H, W, C)
    size : (width, height)        of the result
    area : float or (low, high)   the part's area as a share of the image's; a number is the least
    ratio : (low, high)           its width by its height, drawn evenly in the logarithm
    interp : int, default 2       see :func:`imresize`
    min_area : float              old name of ``area``

    Returns
    -------
    NDArray, (x0, y0, width, height) of the part

    Raises
    ------
    AssertionError   another argument
    """
    where = "image.random_size_crop"
    if "min_area" in kwargs:
        area = kwargs.pop("min_area")
    if kwargs:
        fail(
            DrawError,
            where,
            "unexpected keyword arguments for `random_size_crop`",
            got=", ".join(kwargs),
        )
    array = image_array(src, where)
    h, w = array.shape[:2]
    low, high = (area, 1.0) if isinstance(area, (int, float)) else area
    logs = math.log(ratio[0]), math.log(ratio[1])
    source = random_source()
    for _ in range(_pixels.CROP_ATTEMPTS):
        target = source.uniform(low, high) * (h * w)
        shape = math.exp(source.uniform(*logs))
        new_w, new_h = map(round, _pixels.crop_sides(target, shape, math))
        if 0 < new_w <= w and 0 < new_h <= h:
            x0, y0 = source.randint(0, w - new_w), source.randint(0, h - new_h)
            part = _cropped(array, x0, y0, new_w, new_h, size, interp, where)
            return host_array(part, src.context), (x0, y0, new_w, new_h)
    return center_crop(src, size, interp)


def imrotate(src, rotation_degrees, zoom_in=False, zoom_out=False):
    """Turn images counter-clockwise about their middle.

    Parameters
    ----------
    src : NDArray float32 (C, H, W) or (N, C, H, W)
    rotation_degrees : number, or NDArray (N,) for a batch
    zoom_in : bool    enlarge until nothing from outside (0) is seen
    zoom_out : bool   shrink until the whole image is seen

    Returns
    -------
    NDArray of the same shape

    Raises
    ------
    TypeError    not float32; several angles for one image
    ValueError   not 3 or 4 axes, both zooms, another number of angles than of images
    """
    if zoom_in and zoom_out:
        raise ValueError("image.imrotate: `zoom_in` and `zoom_out` cannot be both True.")
    if src.dtype is not onp.float32:
        fail(
            DTypeError,
            "image.imrotate",
            "Only `float32` images are supported by this function",
            got=onp.dtype(src.dtype).name,
        )
    if src.ndim not in (3, 4):
        fail(
            ShapeError,
            "image.imrotate",
            "Only 3D and 4D are supported by this function",
            got=f"shape {src.shape}",
        )
    if isinstance(rotation_degrees, (NDArray, onp.ndarray, list, tuple)):
        angles = (
            rotation_degrees.asnumpy()
            if isinstance(rotation_degrees, NDArray)
            else onp.asarray(rotation_degrees)
        ).reshape(-1)
        if src.ndim == 3:
            raise TypeError(
                "image.imrotate: When a single image is passed the rotation angle is required to "
                "be a scalar."
            )
        if len(angles) != len(src):
            raise ValueError(
                "image.imrotate: The number of images must be equal to the number of rotation "
                f"angles: got {len(src)} images and {len(angles)} angles."
            )
        turned = [_turned(src[i], float(a), zoom_in, zoom_out) for i, a in enumerate(angles)]
        return ndarray.stack(*turned, axis=0)
    return _turned(src, float(rotation_degrees), zoom_in, zoom_out)


def _turned(src, degrees, zoom_in, zoom_out):
    return _internal._vision_rotate(src, degrees=degrees, zoom_in=zoom_in, zoom_out=zoom_out)


def random_rotate(src, angle_limits, zoom_in=False, zoom_out=False):
    """Turn images by random angles, each of a batch by its own.

    Parameters
    ----------
    src : NDArray float32 (C, H, W) or (N, C, H, W)
    angle_limits : (low, high)   degrees
    zoom_in, zoom_out : bool     see :func:`imrotate`
    """
    uniform = random_source().numpy.uniform
    if src.ndim == 3:
        return imrotate(src, float(uniform(*angle_limits)), zoom_in, zoom_out)
    return imrotate(src, uniform(*angle_limits, size=len(src)), zoom_in, zoom_out)


def color_normalize(src, mean, std=None):
    """``(src - mean) / std`` per channel.

    Parameters
    ----------
    src : NDArray (H, W, C)
    mean, std : NDArray (C,) or array-like of C numbers, a number, or None for none

    Returns
    -------
    NDArray   of the same dtype if that is a float type, otherwise float32
    """
    return host_array(normalized(floats(on_host(src)), mean, std), src.context)


def floats(array):
    """The array in its own float type, or in float32."""
    return array if array.dtype.kind == "f" else array.astype("float32")


def normalized(array, mean, std):
    """``(array - mean) / std`` in the array's dtype."""
    for operation, other in ((onp.subtract, mean), (onp.divide, std)):
        if other is not None:
            other = on_host(other) if isinstance(other, NDArray) else onp.asarray(other)
            array = operation(array, other.astype(array.dtype))
    return array


# --------------------------------------------------------------- other names of the same in nd
def _nd_imdecode(str_img, clip_rect=(0, 0, 0, 0), out=None, index=0, channels=3, mean=None):
    """Decode an image file's content (old; :func:`mxnet.image.imdecode` is the function to use).

    Parameters
    ----------
    str_img : bytes
    clip_rect : (left, top, right, bottom)   the part to keep; all 0: everything
    out : NDArray (N, C, H, W), optional     written at ``index``
    index : int
    channels : int, default 3                1: gray
    mean : NDArray (C, H, W), optional       subtracted

    Returns
    -------
    NDArray float32 (1, C, H, W), red first, or ``out``
    """
    array = _codec.decode(str_img, int(channels != 1), where="nd.imdecode")
    left, top, right, bottom = clip_rect
    if any(clip_rect):
        array = _cropped(array, left, top, right - left, bottom - top, None, 1, "nd.imdecode")
    array = onp.ascontiguousarray(array.transpose(2, 0, 1), "float32")
    array = normalized(array, mean, None)
    if out is None:
        return host_array(array[None])
    out[index] = host_array(array, out.context)
    return out


_nd_imdecode.__name__ = _nd_imdecode.__qualname__ = "imdecode"
# 1.9.1's code reaches these functions by these names, too.
for _module in (ndarray, ndarray.ndarray):
    _module.imdecode = _nd_imdecode
for _name, _function in (
    ("_cvimread", imread),
    ("_cvimdecode", imdecode),
    ("_cvimresize", imresize),
    ("_cvcopyMakeBorder", copyMakeBorder),
    ("_imdecode", _nd_imdecode),
):
    setattr(_internal, _name, _function)


doors(globals())
