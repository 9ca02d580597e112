"""Images on the host: decoding, encoding, resizing and framing of NumPy arrays, by OpenCV.

OpenCV is what MXNet 1.x used, so numbers agree to the last bit wherever its versions do. It is
imported when first needed. Its order of channels is blue, green, red.
"""

import importlib
import os
import random
import struct
import threading

import numpy as onp

from . import _config
from .error import DTypeError, FormatError, MXNetError, ShapeError, fail, require_equal

__all__ = ["decode", "decode_raw", "encode", "resize", "border", "available", "opencv"]

GRAY, COLOR = 0, 1
_AS_STORED = 128  # MXNet 1.x does not turn images as a camera's note in them says
AUTO, RANDOM = 9, 10  # interpolation by the sizes; at random

# Element types OpenCV resizes, and through which type the others go.
_THROUGH = {
    "uint8": None,
    "uint16": None,
    "int16": None,
    "float32": None,
    "float64": None,
    "float16": "float32",
    "int8": "int16",
}
_loaded = None
_thread = threading.local()


class MissingLibrary(MXNetError, ImportError):
    """A library that an extra of the package installs is not there."""


def opencv(where):
    """OpenCV's module.

    Raises
    ------
    MissingLibrary (MXNetError, ImportError)   it is not installed
    """
    global _loaded
    if _loaded is None:
        try:
            # For the formats whose headers are not read here; OpenCV reads it once.
            os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(_config.get("image_pixels")))
            _loaded = importlib.import_module("cv2")
        except ImportError as error:
            fail(
                MissingLibrary,
                where,
                "images need OpenCV, which cannot be imported",
                got=str(error),
                hint="pip install 'mxnet-xla[vision]'",
            )
        # Its notes on damaged images repeat what our own errors say.
        logging = _loaded if hasattr(_loaded, "setLogLevel") else _loaded.utils.logging
        logging.setLogLevel(0)  # OpenCV 5 has it in the inner module only
    if not hasattr(_thread, "exact"):
        # Intel's primitives round otherwise than OpenCV, and than MXNet 1.x, which had none of
        # them. The switch is of the thread.
        _thread.exact = True
        if hasattr(_loaded, "ipp"):
            _loaded.ipp.setUseIPP(False)
    return _loaded


def available():
    """Is OpenCV there?"""
    try:
        opencv("")
    except MissingLibrary:
        return False
    return True


def _bytes(data, where):
    """The data as a flat uint8 array without a copy."""
    if not isinstance(data, onp.ndarray):
        return onp.frombuffer(data, "uint8")
    require_equal(DTypeError, where, "Input needs to be uint8 buffer", "uint8", data.dtype)
    return onp.ascontiguousarray(data).reshape(-1)


def _incomplete(data):
    """What is missing at the end of a JPEG or PNG file, or None.

    OpenCV fills what is missing with gray.
    """
    if data[:3] == b"\xff\xd8\xff":
        at, n = 2, len(data)
        # Over the segments to the image itself: a preview may hold an end mark of its own.
        while at + 4 <= n and data[at] == 0xFF and data[at + 1] != 0xDA:
            if data[at + 1] == 0xFF:  # filling
                at += 1
            else:
                at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if at >= n or data.rfind(b"\xff\xd9", at) < 0:
            return "the JPEG file has no end mark"
    elif data[:8] == b"\x89PNG\r\n\x1a\n" and data.rfind(b"IEND", 8) < 0:
        return "the PNG file has no end mark"
    return None


def _claimed(data):
    """(width, height) that the header of a PNG, BMP or JPEG file gives, or None."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:2] == b"BM" and len(data) >= 26:
        if struct.unpack("<I", data[14:18])[0] == 12:  # of OS/2
            return struct.unpack("<HH", data[18:22])
        return tuple(map(abs, struct.unpack("<ii", data[18:26])))
    if data[:3] == b"\xff\xd8\xff":
        at = 2
        while at + 9 <= len(data) and data[at] == 0xFF:
            kind = data[at + 1]
            if kind == 0xFF or kind == 0x01 or 0xD0 <= kind <= 0xD8:  # filling, no segment
                at += 1 if kind == 0xFF else 2
            elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
                return struct.unpack(">HH", data[at + 5 : at + 9])[::-1]
            elif kind == 0xDA:
                break
            else:
                at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _check_pixels(data, where):
    size, limit = _claimed(data), _config.get("image_pixels")
    if size is not None and size[0] * size[1] > limit:
        fail(
            FormatError,
            where,
            "the image is too large",
            expected=f"at most {limit} pixels",
            got=f"{size[0]} x {size[1]} in a file of {len(data)} bytes",
            hint="the environment variable MXNET_XLA_IMAGE_PIXELS raises the limit",
        )


def decode_raw(data, flag, where):
    """Decode an image as OpenCV does.

    Parameters
    ----------
    data : bytes-like or numpy.ndarray uint8   the file's content
    flag : int    -1 as stored, 0 gray, 1 colour; further bits of OpenCV's ``IMREAD_`` flags
    where : str   who asks, for messages

    Returns
    -------
    numpy.ndarray   (H, W) if gray, otherwise (H, W, C), blue first

    Raises
    ------
    FormatError   empty, not an image, or incomplete
    """
    flat = _bytes(data, where)
    if not flat.size:
        fail(FormatError, where, "Input cannot be an empty buffer", got="0 bytes")
    cv2 = opencv(where)
    content = data if isinstance(data, bytes) else flat.tobytes()
    _check_pixels(content, where)
    missing = _incomplete(content)
    image = None
    if missing is None:
        try:
            image = cv2.imdecode(flat, flag)
        except cv2.error as error:
            missing = str(error.err if hasattr(error, "err") else error)
    if image is None:
        head = flat[:8].tobytes()
        fail(
            FormatError,
            where,
            "Decoding failed. Invalid image file" + (f" ({missing})" if missing else ""),
            expected="a whole JPEG, PNG, BMP, TIFF, WebP ... file",
            got=f"{flat.size} bytes that begin with {head!r}",
        )
    return image


def decode(data, flag=COLOR, to_rgb=True, where="image.imdecode"):
    """Decode an image.

    Parameters
    ----------
    data : bytes-like or numpy.ndarray uint8
    flag : int            0 gray; otherwise colour. A note on how the camera was held is not heeded
    to_rgb : bool         red first (otherwise blue)

    Returns
    -------
    numpy.ndarray uint8 (H, W, 3), or (H, W, 1) if gray

    Raises
    ------
    FormatError   empty, not an image, or incomplete
    """
    if flag == GRAY:
        return decode_raw(data, GRAY | _AS_STORED, where)[:, :, None]
    image = decode_raw(data, COLOR | _AS_STORED, where)
    if image.ndim == 2:
        return image[:, :, None]
    if to_rgb and image.shape[2] == 3:
        cv2 = opencv(where)
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)
    return image


def encode(image, suffix=".jpg", quality=95, where="encode"):
    """The content of an image file.

    Parameters
    ----------
    image : numpy.ndarray uint8 (H, W) or (H, W, C)   blue first
    suffix : str     tells the format
    quality : int    JPEG 1 to 100, PNG 0 to 9

    Returns
    -------
    bytes

    Raises
    ------
    MXNetError   the format cannot be written, or not this array in it
    """
    cv2 = opencv(where)
    kind = suffix.lower()
    options = []
    if kind in (".jpg", ".jpeg"):
        options = [cv2.IMWRITE_JPEG_QUALITY, int(quality)]
    elif kind == ".png":
        options = [cv2.IMWRITE_PNG_COMPRESSION, min(max(int(quality), 0), 9)]
    try:
        done, data = cv2.imencode(suffix, onp.ascontiguousarray(image), options)
    except (cv2.error, TypeError) as error:
        done, data = False, str(error).replace("\n", " ")
    if not done:
        fail(
            MXNetError,
            where,
            f"failed to encode image as {suffix!r}",
            expected="a uint8 array (H, W) or (H, W, C)",
            got=f"{getattr(image, 'dtype', type(image))} {getattr(image, 'shape', '')}: {data}",
        )
    return data.tobytes()


def method(interp, old, new, draw=None):
    """OpenCV's interpolation for an ``interp`` of MXNet.

    Parameters
    ----------
    interp : int     0 nearest, 1 bilinear, 2 bicubic, 3 area, 4 Lanczos, 9 by the sizes
        (bicubic to enlarge, area to shrink), 10 at random
    old, new : (height, width)
    draw : callable, optional   gives an integer of 0 to 4, for 10

    Raises
    ------
    ValueError   no such method
    """
    if interp == AUTO:
        if not old or not new:
            return 2
        if new[0] > old[0] and new[1] > old[1]:
            return 2
        return 3 if new[0] < old[0] and new[1] < old[1] else 1
    if interp == RANDOM:
        return random.randint(0, 4) if draw is None else draw()
    if interp not in (0, 1, 2, 3, 4):
        raise ValueError(f"Unknown interp method {interp}: expected 0 to 4, 9 or 10.")
    return interp


def resize(image, width, height, interp=1, where="image.imresize"):
    """An image in another size.

    Parameters
    ----------
    image : numpy.ndarray (H, W, C)   uint8, int8, int16, uint16 or a float type
    width, height : int, at least 1
    interp : int                      see :func:`method`; 9 and 10 too

    Returns
    -------
    numpy.ndarray (height, width, C) of the same type

    Raises
    ------
    ShapeError   not three axes
    DTypeError   a type that cannot be resized
    """
    if image.ndim != 3 or not image.size:
        fail(
            ShapeError,
            where,
            "not an image",
            expected="shape (height, width, channels)",
            got=f"shape {image.shape}",
        )
    name = image.dtype.name
    if name not in _THROUGH:
        fail(
            DTypeError,
            where,
            "images of this element type cannot be resized",
            expected=", ".join(_THROUGH),
            got=name,
        )
    cv2 = opencv(where)
    through = _THROUGH[name]
    source = onp.ascontiguousarray(image if through is None else image.astype(through))
    result = cv2.resize(
        source,
        (width, height),
        interpolation=method(interp, image.shape[:2], (height, width)),
    )
    if through is not None:
        if name == "int8":
            result = result.clip(-128, 127)
        result = result.astype(name)
    return result.reshape(height, width, image.shape[2])


def border(image, top, bottom, left, right, kind=0, values=(0,), where="image.copyMakeBorder"):
    """An image with a frame.

    Parameters
    ----------
    image : numpy.ndarray (H, W, C)
    top, bottom, left, right : int    pixels, at least 0
    kind : int     0 constant, 1 replicate, 2 reflect, 3 wrap, 4 reflect without the edge
    values : sequence of numbers      per channel, for 0; those left out are 0

    Returns
    -------
    numpy.ndarray (H + top + bottom, W + left + right, C) of the same type
    """
    if image.ndim != 3:
        fail(
            ShapeError,
            where,
            "not an image",
            expected="shape (height, width, channels)",
            got=f"shape {image.shape}",
        )
    if min(top, bottom, left, right) < 0:
        fail(
            ShapeError,
            where,
            "a border is negative",
            expected="top, bot, left, right >= 0",
            got=(top, bottom, left, right),
        )
    cv2 = opencv(where)
    try:
        made = cv2.copyMakeBorder(
            onp.ascontiguousarray(image),
            top,
            bottom,
            left,
            right,
            kind,
            value=[float(v) for v in values],
        )
    except cv2.error as error:
        fail(
            MXNetError,
            where,
            "the border cannot be made",
            expected="type 0 to 4",
            got=f"type {kind}, {image.dtype} {image.shape} ({error.err})",
        )
    return made.reshape(*made.shape[:2], image.shape[2])
