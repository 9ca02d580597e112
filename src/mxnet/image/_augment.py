"""Augmenters: objects that change an image, most of them at random, and say what they are."""

import json
import math

import numpy as onp

from .. import _pixels
from .._host import host_array, on_host
from .._pixels import EIGVAL, EIGVEC, MEAN, STD
from .._traceback import doors
from ..error import MXNetError, fail
from ..ndarray import NDArray, array
from ._functions import (
    center_crop,
    floats,
    imresize,
    interpolation,
    normalized,
    random_crop,
    random_size_crop,
    random_source,
    resize_short,
)

__all__ = [
    "Augmenter",
    "SequentialAug",
    "RandomOrderAug",
    "ResizeAug",
    "ForceResizeAug",
    "RandomCropAug",
    "RandomSizedCropAug",
    "CenterCropAug",
    "BrightnessJitterAug",
    "ContrastJitterAug",
    "SaturationJitterAug",
    "HueJitterAug",
    "ColorJitterAug",
    "LightingAug",
    "ColorNormalizeAug",
    "RandomGrayAug",
    "HorizontalFlipAug",
    "CastAug",
    "CreateAugmenter",
]


class ArgumentError(MXNetError, ValueError, AssertionError):
    """An argument that does not fit (an AssertionError in MXNet 1.x)."""


def plain(value):
    """A value as JSON can hold it: arrays as lists."""
    if isinstance(value, NDArray):
        value = value.asnumpy()
    if isinstance(value, (onp.ndarray, onp.generic)):
        return value.tolist()
    return value


class Described:
    """Base of augmenters of both kinds.

    Parameters
    ----------
    **kwargs   what :meth:`dumps` tells about it; arrays become lists
    """

    def __init__(self, **kwargs):
        self._kwargs = {name: plain(value) for name, value in kwargs.items()}

    def dumps(self):
        """JSON text ``[name in small letters, arguments]``."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])


class Augmenter(Described):
    """Base of augmenters: define ``__call__(src)``, which gives the changed image.

    Parameters
    ----------
    **kwargs   what :meth:`dumps` tells about it; arrays become lists
    """

    def __call__(self, src):
        """The changed image.

        Parameters
        ----------
        src : NDArray (H, W, C)

        Returns
        -------
        NDArray
        """
        raise NotImplementedError(f"{type(self).__name__} changes nothing: define __call__")


class _Several(Augmenter):
    """Augmenters made of others."""

    def __init__(self, ts):
        super().__init__()
        self.ts = ts

    def dumps(self):
        """``[name in small letters, what each member dumps]``, a list."""
        return [type(self).__name__.lower(), [t.dumps() for t in self.ts]]


class SequentialAug(_Several):
    """Augmenters one after another.

    Parameters
    ----------
    ts : list of Augmenter
    """

    def __call__(self, src):
        for t in self.ts:
            src = t(src)
        return src


class RandomOrderAug(_Several):
    """Augmenters in random order (the list itself is shuffled).

    Parameters
    ----------
    ts : list of Augmenter
    """

    def __call__(self, src):
        random_source().shuffle(self.ts)
        for t in self.ts:
            src = t(src)
        return src


class _Resizing(Augmenter):
    """Base of those that give an image of another size."""

    def __init__(self, size, interp=2):
        super().__init__(size=size, interp=interp)
        self.size = size
        self.interp = interp


class ResizeAug(_Resizing):
    """:func:`resize_short`.

    Parameters
    ----------
    size : int                of the shorter side
    interp : int, default 2   see :func:`imresize`
    """

    def __call__(self, src):
        return resize_short(src, self.size, self.interp)


class ForceResizeAug(_Resizing):
    """Resize, whatever becomes of the shape.

    Parameters
    ----------
    size : (width, height)
    interp : int, default 2   see :func:`imresize`
    """

    def __call__(self, src):
        method = interpolation(self.interp, src.shape[:2], self.size[::-1])
        return imresize(src, *self.size, interp=method)


class RandomCropAug(_Resizing):
    """:func:`random_crop`.

    Parameters
    ----------
    size : (width, height)
    interp : int, default 2   see :func:`imresize`
    """

    def __call__(self, src):
        return random_crop(src, self.size, self.interp)[0]


class RandomSizedCropAug(Augmenter):
    """:func:`random_size_crop`.

    Parameters
    ----------
    size : (width, height)
    area : float or (low, high)   share of the image's area; a number is the least
    ratio : (low, high)           width by height
    interp : int, default 2       see :func:`imresize`
    min_area : float              old name of ``area``
    """

    def __init__(self, size, area, ratio, interp=2, **kwargs):
        if "min_area" in kwargs:
            area = kwargs.pop("min_area")
        if kwargs:
            fail(
                ArgumentError,
                "RandomSizedCropAug",
                "unexpected keyword arguments",
                got=", ".join(kwargs),
            )
        super().__init__(size=size, area=area, ratio=ratio, interp=interp)
        self.size = size
        self.area = area
        self.ratio = ratio
        self.interp = interp

    def __call__(self, src):
        return random_size_crop(src, self.size, self.area, self.ratio, self.interp)[0]


class CenterCropAug(_Resizing):
    """:func:`center_crop`.

    Parameters
    ----------
    size : (width, height)
    interp : int, default 2   see :func:`imresize`
    """

    def __call__(self, src):
        return center_crop(src, self.size, self.interp)[0]


# ------------------------------------------------------------------------------------- colours
class BrightnessJitterAug(Augmenter):
    """Brightness times a factor from [1 - brightness, 1 + brightness].

    Parameters
    ----------
    brightness : float

    Integer images become float32, here and in all augmenters of colours.
    """

    def __init__(self, brightness):
        super().__init__(brightness=brightness)
        self.brightness = brightness

    def __call__(self, src):
        alpha = 1.0 + random_source().uniform(-self.brightness, self.brightness)
        x = floats(on_host(src))
        return host_array(x * alpha, src.context)


class ContrastJitterAug(Augmenter):
    """Distance from the mean brightness times a factor from [1 - contrast, 1 + contrast].

    Parameters
    ----------
    contrast : float
    """

    def __init__(self, contrast):
        super().__init__(contrast=contrast)
        self.contrast = contrast
        self.coef = array([[_pixels.LUMA]])

    def __call__(self, src):
        alpha = 1.0 + random_source().uniform(-self.contrast, self.contrast)
        x = floats(on_host(src))
        return host_array(_pixels.contrast(x, alpha, onp), src.context)


class SaturationJitterAug(Augmenter):
    """Distance from gray times a factor from [1 - saturation, 1 + saturation].

    Parameters
    ----------
    saturation : float
    """

    def __init__(self, saturation):
        super().__init__(saturation=saturation)
        self.saturation = saturation
        self.coef = array([[_pixels.LUMA]])

    def __call__(self, src):
        alpha = 1.0 + random_source().uniform(-self.saturation, self.saturation)
        x = floats(on_host(src))
        return host_array(_pixels.blend(x, _pixels.luma(x, onp), alpha), src.context)


class HueJitterAug(Augmenter):
    """Hue turned by up to ``hue`` half circles either way.

    The image is turned about the axis of gray in YIQ, brightness and two axes of colour.

    Parameters
    ----------
    hue : float
    """

    def __init__(self, hue):
        super().__init__(hue=hue)
        self.hue = hue
        self.tyiq = onp.array(
            [[0.299, 0.587, 0.114], [0.596, -0.274, -0.321], [0.211, -0.523, 0.311]]
        )
        self.ityiq = onp.array([[1.0, 0.956, 0.621], [1.0, -0.272, -0.647], [1.0, -1.107, 1.705]])

    def __call__(self, src):
        angle = random_source().uniform(-self.hue, self.hue) * math.pi
        cosine, sine = math.cos(angle), math.sin(angle)
        turn = onp.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
        x = floats(on_host(src))
        return host_array(x @ (self.ityiq @ turn @ self.tyiq).T.astype(x.dtype), src.context)


class ColorJitterAug(RandomOrderAug):
    """Random brightness, contrast and saturation, in random order; those of 0 are left out.

    Parameters
    ----------
    brightness, contrast, saturation : float
    """

    def __init__(self, brightness, contrast, saturation):
        members = (
            (BrightnessJitterAug, brightness),
            (ContrastJitterAug, contrast),
            (SaturationJitterAug, saturation),
        )
        super().__init__([kind(amount) for kind, amount in members if amount > 0])


class LightingAug(Augmenter):
    """Add principal colours, normally distributed.

    Parameters
    ----------
    alphastd : float                 standard deviation of their amounts
    eigval : array-like (3,)         how strong each is
    eigvec : array-like (3, 3)       each a column
    """

    def __init__(self, alphastd, eigval, eigvec):
        super().__init__(alphastd=alphastd, eigval=eigval, eigvec=eigvec)
        self.alphastd = alphastd
        self.eigval = eigval
        self.eigvec = eigvec

    def __call__(self, src):
        alpha = random_source().numpy.normal(0, self.alphastd, size=(3,))
        color = _pixels.pca_shift(alpha, onp, plain(self.eigval), plain(self.eigvec))
        x = floats(on_host(src))
        return host_array(x + color.astype(x.dtype), src.context)


class ColorNormalizeAug(Augmenter):
    """:func:`color_normalize`.

    Parameters
    ----------
    mean, std : NDArray or array-like (C,), or None for none
    """

    def __init__(self, mean, std):
        super().__init__(mean=mean, std=std)
        self.mean = mean if mean is None or isinstance(mean, NDArray) else array(mean)
        self.std = std if std is None or isinstance(std, NDArray) else array(std)

    def __call__(self, src):
        return host_array(normalized(floats(on_host(src)), self.mean, self.std), src.context)


class RandomGrayAug(Augmenter):
    """Gray, in three equal channels, with probability ``p``.

    Parameters
    ----------
    p : float
    """

    def __init__(self, p):
        super().__init__(p=p)
        self.p = p
        self.mat = array([[0.21] * 3, [0.72] * 3, [0.07] * 3])

    def __call__(self, src):
        if random_source().random() < self.p:
            x = floats(on_host(src))
            src = host_array(x @ on_host(self.mat).astype(x.dtype), src.context)
        return src


class HorizontalFlipAug(Augmenter):
    """Exchange left and right with probability ``p``.

    Parameters
    ----------
    p : float
    """

    def __init__(self, p):
        super().__init__(p=p)
        self.p = p

    def __call__(self, src):
        if random_source().random() < self.p:
            src = host_array(on_host(src)[:, ::-1], src.context)
        return src


class CastAug(Augmenter):
    """Convert to another element type.

    Parameters
    ----------
    typ : default 'float32'
    """

    def __init__(self, typ="float32"):
        super().__init__(type=typ)
        self.typ = typ

    def __call__(self, src):
        if src.dtype is onp.dtype(self.typ).type:
            return src
        return host_array(on_host(src).astype(self.typ), src.context)


def channels(values, default, name, where, pack=onp.array):
    """``mean`` or ``std`` of a maker of augmenters: None, True for ImageNet's, 1 or 3 numbers."""
    if values is None or values is False:
        return None
    if values is True:
        return pack(default)
    if not (isinstance(values, (onp.ndarray, NDArray)) and values.shape[:1] in ((1,), (3,))):
        try:
            values = onp.array(values, "float64")
            good = values.shape in ((1,), (3,))
        except (TypeError, ValueError):
            good = False
        if not good:
            fail(
                ArgumentError,
                where,
                f"{name} does not fit",
                expected="None, True, or an array of 1 or 3 numbers",
                got=repr(values),
            )
    return values


def colour_augmenters(brightness, contrast, saturation, hue, pca_noise, rand_gray):
    """The augmenters of colours that the makers of lists append."""
    made = []
    if brightness or contrast or saturation:
        made.append(ColorJitterAug(brightness, contrast, saturation))
    if hue:
        made.append(HueJitterAug(hue))
    if pca_noise > 0:
        made.append(LightingAug(pca_noise, onp.array(EIGVAL), onp.array(EIGVEC)))
    if rand_gray > 0:
        made.append(RandomGrayAug(rand_gray))
    return made


def CreateAugmenter(
    data_shape,
    resize=0,
    rand_crop=False,
    rand_resize=False,
    rand_mirror=False,
    mean=None,
    std=None,
    brightness=0,
    contrast=0,
    saturation=0,
    hue=0,
    pca_noise=0,
    rand_gray=0,
    inter_method=2,
):
    """The usual list of augmenters for classification.

    Parameters
    ----------
    data_shape : (channels, height, width)   of the result
    resize : int, default 0         first make the shorter side this long; 0: do not
    rand_crop : bool                a part anywhere (otherwise the middle)
    rand_resize : bool              a part of random size and shape; needs ``rand_crop``
    rand_mirror : bool              exchange left and right half of the time
    mean, std : array (3,) or True  normalise by these; True: by ImageNet's
    brightness, contrast, saturation, hue : float   see the augmenters of those names
    pca_noise : float               see :class:`LightingAug`
    rand_gray : float               probability of gray
    inter_method : int, default 2   see :func:`imresize`

    Returns
    -------
    list of Augmenter   the result is float32 (height, width, channels)

    Raises
    ------
    AssertionError, ValueError   ``rand_resize`` without ``rand_crop``; a mean or deviation that is
        not 1 or 3 numbers
    """
    made = []
    if resize > 0:
        made.append(ResizeAug(resize, inter_method))
    size = (data_shape[2], data_shape[1])
    if rand_resize:
        if not rand_crop:
            fail(
                ArgumentError,
                "CreateAugmenter",
                "rand_resize alone does nothing",
                expected="rand_crop=True with it",
                got=f"rand_crop={rand_crop}",
            )
        made.append(RandomSizedCropAug(size, 0.08, (3.0 / 4.0, 4.0 / 3.0), inter_method))
    elif rand_crop:
        made.append(RandomCropAug(size, inter_method))
    else:
        made.append(CenterCropAug(size, inter_method))
    if rand_mirror:
        made.append(HorizontalFlipAug(0.5))
    made.append(CastAug())
    made += colour_augmenters(brightness, contrast, saturation, hue, pca_noise, rand_gray)
    mean = channels(mean, MEAN, "mean", "CreateAugmenter", array)
    std = channels(std, STD, "std", "CreateAugmenter", array)
    if mean is not None or std is not None:
        made.append(ColorNormalizeAug(mean, std))
    return made


doors(globals())
