"""Augmenters of images with boxes.

Labels are NumPy arrays (objects, width), each row ``class, left, top, right, bottom, ...`` with
corners as shares of the image's width and height.
"""

import numpy as onp

from .. import _boxes
from .._host import host_array, on_host
from .._pixels import MEAN, STD
from .._traceback import doors
from ..base import numeric_types
from ..error import MXNetError, fail
from ._augment import (
    ArgumentError,
    Augmenter,
    CastAug,
    ColorNormalizeAug,
    Described,
    ForceResizeAug,
    ResizeAug,
    channels,
    colour_augmenters,
)
from ._functions import copyMakeBorder, fixed_crop, random_source

__all__ = [
    "DetAugmenter",
    "DetBorrowAug",
    "DetRandomSelectAug",
    "DetHorizontalFlipAug",
    "DetRandomCropAug",
    "DetRandomPadAug",
    "CreateMultiRandCropAugmenter",
    "CreateDetAugmenter",
]

_ALMOST_HALF = 0.499999  # rounding that never rounds a half up
_SMALL = 2  # pixels: parts and frames below are not worth having


class BorrowError(MXNetError, TypeError):
    """Something other than an augmenter was given."""


class RangeError(ArgumentError, TypeError):
    """A range whose ends do not fit (a TypeError in MXNet 1.x)."""


def _range(value, name, where, least=None):
    """(low, high) of a range that may be one number for both.

    Raises
    ------
    AssertionError   neither a number nor a pair
    RangeError       out of order or negative, or an end of 0 or below ``least``
    """
    if isinstance(value, numeric_types):
        value = (value, value)
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        fail(
            ArgumentError,
            where,
            f"{name} does not fit",
            expected="a number or (low, high)",
            got=repr(value),
        )
    low, high = value
    if not 0 <= low <= high or high <= 0 or (least and high < least):
        expected = "0 <= low <= high"
        fail(RangeError, where, f"{name} does not fit", expected=expected, got=value)
    return tuple(value)


class DetAugmenter(Described):
    """Base of augmenters for detection: define ``__call__(src, label)``, which gives both changed.

    Parameters
    ----------
    **kwargs   what :meth:`dumps` tells about it; arrays become lists
    """

    def __call__(self, src, label):
        """The changed image and its labels.

        Parameters
        ----------
        src : NDArray (H, W, C)
        label : numpy.ndarray (objects, 5 or more)

        Returns
        -------
        NDArray, numpy.ndarray
        """
        raise NotImplementedError(f"{type(self).__name__} changes nothing: define __call__")


class DetBorrowAug(DetAugmenter):
    """An augmenter for classification that leaves boxes where they are.

    Parameters
    ----------
    augmenter : Augmenter
    """

    def __init__(self, augmenter):
        if not isinstance(augmenter, Augmenter):
            fail(
                BorrowError,
                "DetBorrowAug",
                "Borrowing from invalid Augmenter",
                expected="an image.Augmenter",
                got=repr(augmenter),
            )
        super().__init__(augmenter=augmenter.dumps())
        self.augmenter = augmenter

    def dumps(self):
        """``[name in small letters, what the borrowed one dumps]``, a list."""
        return [type(self).__name__.lower(), self.augmenter.dumps()]

    def __call__(self, src, label):
        return self.augmenter(src), label


class DetRandomSelectAug(DetAugmenter):
    """One of several augmenters, or with probability ``skip_prob`` none.

    Parameters
    ----------
    aug_list : list of DetAugmenter (or one)   empty: none, always
    skip_prob : float, default 0

    Raises
    ------
    ValueError   something else in the list
    """

    def __init__(self, aug_list, skip_prob=0):
        super().__init__(skip_prob=skip_prob)
        aug_list = aug_list if isinstance(aug_list, (list, tuple)) else [aug_list]
        for augmenter in aug_list:
            if not isinstance(augmenter, DetAugmenter):
                raise ValueError(
                    f"DetRandomSelectAug: Allow DetAugmenter in list only, got {augmenter!r}."
                )
        self.aug_list = list(aug_list)
        self.skip_prob = skip_prob if aug_list else 1

    def dumps(self):
        """``[name in small letters, what each member dumps]``, a list."""
        return [type(self).__name__.lower(), [a.dumps() for a in self.aug_list]]

    def __call__(self, src, label):
        source = random_source()
        if source.random() < self.skip_prob:
            return src, label
        source.shuffle(self.aug_list)
        return self.aug_list[0](src, label)


class DetHorizontalFlipAug(DetAugmenter):
    """Exchange left and right with probability ``p``.

    Parameters
    ----------
    p : float
    """

    def __init__(self, p):
        super().__init__(p=p)
        self.p = p

    def __call__(self, src, label):
        if random_source().random() < self.p:
            src = host_array(on_host(src)[:, ::-1], src.context)
            label = _boxes.mirrored(label)
        return src, label


class _DetRandomAug(DetAugmenter):
    """An augmenter that draws parts or frames until one fits."""

    def __init__(self, least_area=None, **kwargs):
        for name, least in (("aspect_ratio_range", None), ("area_range", least_area)):
            kwargs[name] = _range(kwargs[name], name, type(self).__name__, least)
        super().__init__(**kwargs)
        vars(self).update(kwargs, enabled=True)

    def _draws(self, height, width, source):
        """(width by height, least area, most area) of each try."""
        least, most = (share * height * width for share in self.area_range)
        for _ in range(self.max_attempts if self.enabled and height > 0 and width > 0 else 0):
            ratio = source.uniform(*self.aspect_ratio_range)
            if ratio > 0:
                yield ratio, least, most


class DetRandomCropAug(_DetRandomAug):
    """A part of the image that shows enough of each object it touches.

    Parameters
    ----------
    min_object_covered : float, default 0.1     least share of each object that the part touches
    aspect_ratio_range : (low, high)            its width by its height
    area_range : (low, high)                    its area as a share of the image's
    min_eject_coverage : float, default 0.3     objects of which less remains are left out
    max_attempts : int, default 50              after as many tries the image stays as it is

    Raises
    ------
    AssertionError           a range that is no pair of numbers
    ValueError, TypeError    its ends are out of order
    """

    def __init__(
        self,
        min_object_covered=0.1,
        aspect_ratio_range=(0.75, 1.33),
        area_range=(0.05, 1.0),
        min_eject_coverage=0.3,
        max_attempts=50,
    ):
        super().__init__(
            min_object_covered=min_object_covered,
            aspect_ratio_range=aspect_ratio_range,
            area_range=area_range,
            min_eject_coverage=min_eject_coverage,
            max_attempts=max_attempts,
        )

    def __call__(self, src, label):
        part = self._proposal(label, *src.shape[:2])
        if part is None:
            return src, label
        x, y, w, h, label = part
        return fixed_crop(src, x, y, w, h, None), label

    def _proposal(self, label, height, width):
        """(x, y, w, h, labels) of a part that fits, or None."""
        source = random_source()
        for ratio, least, most in self._draws(height, width, source):
            size = self._size(ratio, least, most, height, width, source)
            if size is None:
                continue
            h, w = size
            y = source.randint(0, max(0, height - h))
            x = source.randint(0, max(0, width - w))
            if not self._covers(
                label, x / width, y / height, (x + w) / width, (y + h) / height, width, height
            ):
                continue
            kept = self._labels(label, (x, y, w, h), height, width)
            if kept is not None:
                return x, y, w, h, kept
        return None

    def _size(self, ratio, least, most, height, width, source):
        """(height, width) of a part of the given shape, or None."""
        low, high = round((least / ratio) ** 0.5), round((most / ratio) ** 0.5)
        if round(high * ratio) > width:
            high = int((width + _ALMOST_HALF) / ratio)
        high = min(high, height)
        low = min(low, high)
        h = source.randint(low, high) if low < high else low
        w = round(h * ratio)
        if w * h < least:
            h += 1
            w = round(h * ratio)
        if w * h > most:
            h -= 1
            w = round(h * ratio)
        if not (least <= w * h <= most and 0 < w <= width and 0 < h <= height):
            return None
        return h, w

    def _covers(self, label, left, top, right, bottom, width, height):
        """Is enough to be seen of each object that the part touches?"""
        if (right - left) * width * (bottom - top) * height < _SMALL:
            return False
        boxes = label[:, 1:5]
        areas = _boxes.area(boxes, onp)
        there = areas * width * height > _SMALL
        if not there.any():
            return False
        boxes, areas = boxes[there], areas[there]
        # of the labels' type, so that an object which only touches the part shares nothing with it
        part = onp.array([left, top, right, bottom], boxes.dtype)
        shares = _boxes.intersection(boxes, part, onp) / areas
        shares = shares[shares > 0]
        return shares.size > 0 and shares.min() > self.min_object_covered

    def _labels(self, label, part, height, width):
        """Labels of the objects that remain, in shares of the part; None if there are none."""
        x, y, w, h = (side / total for side, total in zip(part, (width, height) * 2))
        made = _boxes.cropped(label, (x, y), (w, h))
        before, after = (_boxes.area(found[:, 1:5], onp) for found in (label, made))
        remains = after * w * h > self.min_eject_coverage * before
        keep = _boxes.ordered(made[:, 1:5]) & (before > 0) & remains
        return made[keep] if keep.any() else None


class DetRandomPadAug(_DetRandomAug):
    """A frame around the image, which so becomes smaller in it.

    Parameters
    ----------
    aspect_ratio_range : (low, high)   the result's width by its height
    area_range : (low, high)           its area by the image's, at least 1
    max_attempts : int, default 50     after as many tries the image stays as it is
    pad_val : (red, green, blue), or a number for all

    Raises
    ------
    AssertionError           a range that is no pair of numbers
    ValueError, TypeError    its ends are out of order
    """

    def __init__(
        self,
        aspect_ratio_range=(0.75, 1.33),
        area_range=(1.0, 3.0),
        max_attempts=50,
        pad_val=(128, 128, 128),
    ):
        if isinstance(pad_val, numeric_types):
            pad_val = (pad_val,)
        if not isinstance(pad_val, (list, tuple)):
            fail(
                ArgumentError,
                "DetRandomPadAug",
                "pad_val does not fit",
                expected="(red, green, blue)",
                got=repr(pad_val),
            )
        super().__init__(
            1,
            aspect_ratio_range=aspect_ratio_range,
            area_range=area_range,
            max_attempts=max_attempts,
            pad_val=pad_val,
        )

    def __call__(self, src, label):
        height, width = src.shape[:2]
        frame = self._proposal(height, width)
        if frame is None:
            return src, label
        x, y, w, h = frame
        values = self.pad_val if len(self.pad_val) > 1 else self.pad_val * src.shape[2]
        src = copyMakeBorder(src, y, h - y - height, x, w - x - width, type=0, values=values)
        return src, _boxes.framed(label, (x, y), (width, height), (w, h))

    def _proposal(self, height, width):
        """(x, y, w, h): the image's place in the result, and the result's size; or None."""
        source = random_source()
        for ratio, least, most in self._draws(height, width, source):
            low, high = round((least / ratio) ** 0.5), round((most / ratio) ** 0.5)
            if round(low * ratio) < width:
                low = int((width + _ALMOST_HALF) / ratio)
            low = max(low, height)
            if low > high:
                continue
            h = source.randint(low, high) if low < high else low
            w = round(h * ratio)
            if h - height < _SMALL or w - width < _SMALL:
                continue
            y, x = source.randint(0, h - height), source.randint(0, w - width)
            return x, y, w, h
        return None


def CreateMultiRandCropAugmenter(
    min_object_covered=0.1,
    aspect_ratio_range=(0.75, 1.33),
    area_range=(0.05, 1.0),
    min_eject_coverage=0.3,
    max_attempts=50,
    skip_prob=0,
):
    """One of several :class:`DetRandomCropAug`: arguments that are lists give one each.

    Parameters
    ----------
    min_object_covered, aspect_ratio_range, area_range, min_eject_coverage, max_attempts : see
        :class:`DetRandomCropAug`; lists of those, all of one length
    skip_prob : float, default 0   probability of none

    Returns
    -------
    DetRandomSelectAug

    Raises
    ------
    AssertionError   lists of different lengths
    """
    given = (min_object_covered, aspect_ratio_range, area_range, min_eject_coverage, max_attempts)
    count = max(len(g) if isinstance(g, list) else 1 for g in given)
    columns = []
    for value in given:
        column = value if isinstance(value, list) else [value] * count
        if len(column) == 1:
            column = column * count
        if len(column) != count:
            fail(
                ArgumentError,
                "CreateMultiRandCropAugmenter",
                "lists of different lengths",
                expected=f"{count} of each",
                got=value,
            )
        columns.append(column)
    return DetRandomSelectAug([DetRandomCropAug(*row) for row in zip(*columns)], skip_prob)


def CreateDetAugmenter(
    data_shape,
    resize=0,
    rand_crop=0,
    rand_pad=0,
    rand_gray=0,
    rand_mirror=False,
    mean=None,
    std=None,
    brightness=0,
    contrast=0,
    saturation=0,
    pca_noise=0,
    hue=0,
    inter_method=2,
    min_object_covered=0.1,
    aspect_ratio_range=(0.75, 1.33),
    area_range=(0.05, 3.0),
    min_eject_coverage=0.3,
    max_attempts=50,
    pad_val=(127, 127, 127),
):
    """The usual list of augmenters for detection.

    Parameters
    ----------
    data_shape : (channels, height, width)   of the result
    resize : int, default 0         first make the shorter side this long; 0: do not
    rand_crop : float, 0 to 1       probability of a random part, see
        :func:`CreateMultiRandCropAugmenter`
    rand_pad : float, 0 to 1        probability of a frame, see :class:`DetRandomPadAug`
    rand_gray : float, 0 to 1       probability of gray
    rand_mirror : bool              exchange left and right half of the time
    mean, std : array (3,) or True  normalise by these; True: by ImageNet's
    brightness, contrast, saturation, pca_noise, hue : float   see :func:`CreateAugmenter`
    inter_method : int, default 2   see :func:`imresize`
    min_object_covered, aspect_ratio_range, min_eject_coverage, max_attempts : of parts
    area_range : (low, high)        of parts; above 1 its end is that of frames
    pad_val : (red, green, blue)    of frames

    Returns
    -------
    list of DetAugmenter   the result is float32 (height, width, channels)
    """
    made = []
    if resize > 0:
        made.append(DetBorrowAug(ResizeAug(resize, inter_method)))
    if rand_crop > 0:
        made.append(
            CreateMultiRandCropAugmenter(
                min_object_covered,
                aspect_ratio_range,
                area_range,
                min_eject_coverage,
                max_attempts,
                skip_prob=1 - rand_crop,
            )
        )
    if rand_mirror:
        made.append(DetHorizontalFlipAug(0.5))
    if rand_pad > 0:
        frame = DetRandomPadAug(aspect_ratio_range, (1.0, area_range[1]), max_attempts, pad_val)
        made.append(DetRandomSelectAug([frame], 1 - rand_pad))
    made.append(DetBorrowAug(ForceResizeAug((data_shape[2], data_shape[1]), inter_method)))
    made.append(DetBorrowAug(CastAug()))
    colours = colour_augmenters(brightness, contrast, saturation, hue, pca_noise, rand_gray)
    made += [DetBorrowAug(augmenter) for augmenter in colours]
    mean = channels(mean, MEAN, "mean", "CreateDetAugmenter")
    std = channels(std, STD, "std", "CreateDetAugmenter")
    if mean is not None or std is not None:
        made.append(DetBorrowAug(ColorNormalizeAug(mean, std)))
    return made


doors(globals())
