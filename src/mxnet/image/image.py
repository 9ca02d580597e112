"""``mx.image.image``: images, what changes them, and the iterator over them."""

from ._augment import (
    Augmenter,
    BrightnessJitterAug,
    CastAug,
    CenterCropAug,
    ColorJitterAug,
    ColorNormalizeAug,
    ContrastJitterAug,
    CreateAugmenter,
    ForceResizeAug,
    HorizontalFlipAug,
    HueJitterAug,
    LightingAug,
    RandomCropAug,
    RandomGrayAug,
    RandomOrderAug,
    RandomSizedCropAug,
    ResizeAug,
    SaturationJitterAug,
    SequentialAug,
)
from ._functions import (
    center_crop,
    color_normalize,
    copyMakeBorder,
    fixed_crop,
    imdecode,
    imread,
    imresize,
    imrotate,
    interpolation,
    random_crop,
    random_rotate,
    random_size_crop,
    resize_short,
    scale_down,
)
from ._iterator import ImageIter

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
    "ImageIter",
]


def _get_interp_method(interp, sizes=()):
    """OpenCV's method for ``interp`` and ``(old height, old width, new height, new width)``."""
    if interp == 9 and not sizes:
        return 2
    return interpolation(interp, sizes[:2], sizes[2:])
