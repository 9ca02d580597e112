"""Transforms of images: for one (H, W, C), for a batch (N, H, W, C), on whatever device the array
is on.

Random ones treat each image of a batch by itself, and are ruled by :func:`mxnet.random.seed`. All
but :class:`Rotate` and :class:`RandomRotation` are for before :class:`ToTensor`; those two and
:class:`Normalize` are for after it.
"""

import numpy as onp

from ....base import numeric_types
from ....error import DTypeError, ShapeError, fail
from ....ndarray import _internal, image
from ....util import is_np_array
from ...block import Block, HybridBlock, written_with_nd
from ...nn import HybridSequential, Sequential
from .._batch import generator
from . import _host

__all__ = [
    "Compose",
    "Cast",
    "ToTensor",
    "Normalize",
    "Rotate",
    "RandomRotation",
    "RandomResizedCrop",
    "CropResize",
    "CenterCrop",
    "Resize",
    "RandomFlipLeftRight",
    "RandomFlipTopBottom",
    "RandomBrightness",
    "RandomContrast",
    "RandomSaturation",
    "RandomHue",
    "RandomColorJitter",
    "RandomLighting",
    "RandomApply",
    "is_np_array",
]


def _of_images(self, rank):
    """Form for batches (see ``_batch.batch_form``) of what treats each image of a batch by
    itself.
    """
    return self if rank == 3 else None


class Compose(Sequential):
    """Transforms one after another.

    Parameters
    ----------
    transforms : list of Block (or of functions)   neighbours that are HybridBlocks are put into one

    Raises
    ------
    TypeError   something in it cannot be called
    """

    def __init__(self, transforms):
        super().__init__()
        transforms = list(transforms)
        for i, transform in enumerate(transforms):
            if not callable(transform):
                raise TypeError(
                    f"Compose: transform {i} does not fit: expected a Block or a "
                    f"function, got {transform!r}."
                )
        run = []
        for transform in [*transforms, None]:
            if isinstance(transform, HybridBlock):
                run.append(transform)
                continue
            if len(run) > 1:
                together = HybridSequential()
                for member in run:
                    together.add(member)
                self.add(together)
            elif run:
                self.add(run[0])
            run = []
            if transform is not None:
                self.add(transform)


def _one_on_host(self, x, *args):
    """``forward`` of what changes one image there where it is on the host, see ``_host``."""
    # A subclass may have a hybrid_forward of its own.
    if not args and not self._active and type(self).__module__ == __name__:
        made = _host.apart(*self._alone_on(x))
        if made is not None:
            return made
    return HybridBlock.forward(self, x, *args)


class Cast(HybridBlock):
    """Convert to another element type.

    Parameters
    ----------
    dtype : default 'float32'
    """

    def __init__(self, dtype="float32"):
        super().__init__()
        self._dtype = dtype

    def _batch_form(self, rank):
        return self

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.cast, x, self._dtype

    def hybrid_forward(self, F, x):
        return F.cast(x, dtype=self._dtype)


class ToTensor(HybridBlock):
    """Images (H, W, C) or (N, H, W, C) of 0 to 255 become float32 (C, H, W) or (N, C, H, W) of 0
    to 1.
    """

    def __init__(self):
        super().__init__()

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.to_tensor, x

    def hybrid_forward(self, F, x):
        return F.image.to_tensor(x)


class Normalize(HybridBlock):
    """``(x - mean) / std`` per channel of (C, H, W) or (N, C, H, W), C being 1 or 3.

    Parameters
    ----------
    mean : number or tuple of C numbers, default 0
    std : number or tuple of C numbers, default 1
    """

    def __init__(self, mean=0.0, std=1.0):
        super().__init__()
        self._mean = mean
        self._std = std

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.normalize, x, self._mean, self._std

    def hybrid_forward(self, F, x):
        return F.image.normalize(x, self._mean, self._std)


class Resize(HybridBlock):
    """Images of another size.

    Parameters
    ----------
    size : int or (width, height)   an integer: both, or the shorter side with ``keep_ratio``
    keep_ratio : bool, default False
    interpolation : int, default 1  0 nearest, 1 bilinear, 2 bicubic, 3 area, 4 Lanczos
    """

    def __init__(self, size, keep_ratio=False, interpolation=1):
        super().__init__()
        self._size = size
        self._keep = keep_ratio
        self._interpolation = interpolation

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.resize, x, self._size, self._keep, self._interpolation

    def hybrid_forward(self, F, x):
        return F.image.resize(x, self._size, self._keep, self._interpolation)


class CropResize(HybridBlock):
    """A given part of the image, in another size where one is given.

    Parameters
    ----------
    x, y : int             upper left corner, pixels
    width, height : int    of the part
    size : int or (width, height), optional   of the result
    interpolation : int, default 1            see :class:`Resize`
    """

    def __init__(self, x, y, width, height, size=None, interpolation=None):
        super().__init__()
        self._box = x, y, width, height
        self._size = size
        self._interpolation = 1 if interpolation is None else interpolation

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.crop_resize, x, *self._box, self._size, self._interpolation

    def hybrid_forward(self, F, x):
        part = F.image.crop(x, *self._box)
        return (
            part
            if self._size is None
            else F.image.resize(part, self._size, False, self._interpolation)
        )


class CenterCrop(Block):
    """The middle of the image; where the image is smaller, the largest middle of that shape,
    enlarged.

    Parameters
    ----------
    size : int or (width, height)
    interpolation : int, default 1   see :class:`Resize`
    """

    def __init__(self, size, interpolation=1):
        super().__init__()
        self._size = _pair(size, "CenterCrop")
        self._interpolation = interpolation

    _batch_form = _of_images

    @written_with_nd
    def forward(self, x):
        _require_image(x, "CenterCrop")
        (h, w), (width, height) = x.shape[-3:-1], self._size
        crop_w, crop_h = width, height
        if crop_h > h:
            crop_w, crop_h = crop_w * h / crop_h, h
        if crop_w > w:
            crop_w, crop_h = w, crop_h * w / crop_w
        crop_w, crop_h = max(1, int(crop_w)), max(1, int(crop_h))
        box = (w - crop_w) // 2, (h - crop_h) // 2, crop_w, crop_h
        made = _host.apart(_host.crop_resize, x, *box, (width, height), self._interpolation)
        if made is not None:
            return made
        return image.resize(image.crop(x, *box), (width, height), False, self._interpolation)


class RandomResizedCrop(Block):
    """A part of random size, shape and place, in a given size.

    Parameters
    ----------
    size : int or (width, height)    of the result
    scale : (low, high), default (0.08, 1)        the part's area as a share of the image's
    ratio : (low, high), default (3/4, 4/3)       its width by its height
    interpolation : int, default 1   0 nearest, 3 area, otherwise bilinear
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3.0 / 4.0, 4.0 / 3.0), interpolation=1):
        super().__init__()
        self._size = _pair(size, "RandomResizedCrop")
        if isinstance(scale, numeric_types):
            scale = (scale, 1.0)
        for name, (low, high) in (("scale", scale), ("ratio", ratio)):
            if not 0 < low <= high:
                raise ValueError(
                    f"RandomResizedCrop: {name} does not fit: expected 0 < low <= high, "
                    f"got {(low, high)}."
                )
        self._scale, self._ratio = tuple(scale), tuple(ratio)
        self._interpolation = interpolation

    _batch_form = _of_images

    @written_with_nd
    def forward(self, x):
        _require_image(x, "RandomResizedCrop")
        args = self._size, self._scale, self._ratio, self._interpolation
        made = _host.apart(_host.random_resized_crop, x, *args)
        if made is not None:
            return made
        return _internal._vision_random_resized_crop(
            x, *self._size, self._scale, self._ratio, self._interpolation
        )


class RandomFlipLeftRight(HybridBlock):
    """Exchange left and right with probability 1/2."""

    def __init__(self):
        super().__init__()

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.flip, x, 1

    def hybrid_forward(self, F, x):
        return F.image.random_flip_left_right(x)


class RandomFlipTopBottom(HybridBlock):
    """Exchange top and bottom with probability 1/2."""

    def __init__(self):
        super().__init__()

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.flip, x, 0

    def hybrid_forward(self, F, x):
        return F.image.random_flip_top_bottom(x)


def _around_one(amount):
    return max(0, 1 - amount), 1 + amount


class _Adjustment(HybridBlock):
    """Base of those that change one property of colour, ``_what``, by a random factor."""

    _what = ""
    forward = _one_on_host

    def _alone_on(self, x):
        return _host.adjust, x, self._what, *self._args

    def hybrid_forward(self, F, x):
        return getattr(F.image, f"random_{self._what}")(x, *self._args)


class RandomBrightness(_Adjustment):
    """Brightness times a factor from [max(0, 1 - brightness), 1 + brightness).

    Parameters
    ----------
    brightness : float
    """

    _what = "brightness"

    def __init__(self, brightness):
        super().__init__()
        self._args = _around_one(brightness)

    _batch_form = _of_images


class RandomContrast(_Adjustment):
    """Distance from the mean brightness times a factor from [max(0, 1 - contrast), 1 + contrast).

    Parameters
    ----------
    contrast : float
    """

    _what = "contrast"

    def __init__(self, contrast):
        super().__init__()
        self._args = _around_one(contrast)

    _batch_form = _of_images


class RandomSaturation(_Adjustment):
    """Distance from gray times a factor from [max(0, 1 - saturation), 1 + saturation).

    Parameters
    ----------
    saturation : float
    """

    _what = "saturation"

    def __init__(self, saturation):
        super().__init__()
        self._args = _around_one(saturation)

    _batch_form = _of_images


class RandomHue(_Adjustment):
    """Hue turned by up to ``hue`` of the full circle either way.

    Parameters
    ----------
    hue : float, 0 to 1
    """

    _what = "hue"

    def __init__(self, hue):
        super().__init__()
        self._args = _around_one(hue)

    _batch_form = _of_images


class RandomColorJitter(HybridBlock):
    """Random brightness, contrast, saturation and hue, in random order.

    Parameters
    ----------
    brightness, contrast, saturation, hue : float, default 0   see the transforms of those names
    """

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__()
        self._args = brightness, contrast, saturation, hue

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.jitter, x, *self._args

    def hybrid_forward(self, F, x):
        return F.image.random_color_jitter(x, *self._args)


class RandomLighting(HybridBlock):
    """Add the principal colours of ImageNet, normally distributed; for values from 0 to 255.

    Parameters
    ----------
    alpha : float   standard deviation
    """

    def __init__(self, alpha):
        super().__init__()
        self._alpha = alpha

    _batch_form = _of_images

    forward = _one_on_host

    def _alone_on(self, x):
        return _host.lighting, x, self._alpha

    def hybrid_forward(self, F, x):
        return F.image.random_lighting(x, self._alpha)


class Rotate(Block):
    """Turn float32 images (C, H, W) or (N, C, H, W) counter-clockwise about their middle.

    Parameters
    ----------
    rotation_degrees : number
    zoom_in : bool, default False    enlarge until nothing from outside (0) is seen
    zoom_out : bool, default False   shrink until the whole image is seen

    Raises
    ------
    DTypeError   not float32
    ValueError   both zooms
    """

    def __init__(self, rotation_degrees, zoom_in=False, zoom_out=False):
        super().__init__()
        _need_one_zoom(zoom_in, zoom_out, "Rotate")
        self._args = rotation_degrees, zoom_in, zoom_out

    _batch_form = _of_images

    @written_with_nd
    def forward(self, x):
        return _rotated(x, *self._args)


class RandomRotation(Block):
    """Turn float32 images (C, H, W) or (N, C, H, W) by a random angle (one for all of a batch).

    Parameters
    ----------
    angle_limits : (low, high)   degrees
    zoom_in, zoom_out : bool     see :class:`Rotate`
    rotate_with_proba : float, default 1   probability of turning at all

    Raises
    ------
    ValueError   limits out of order, a probability outside [0, 1], both zooms
    DTypeError   not float32
    """

    def __init__(self, angle_limits, zoom_in=False, zoom_out=False, rotate_with_proba=1.0):
        super().__init__()
        low, high = angle_limits
        if low >= high:
            raise ValueError(
                f"`angle_limits` must be an ordered tuple: expected low < high, got {(low, high)}."
            )
        _need_probability(rotate_with_proba, "Probability of rotating the image")
        _need_one_zoom(zoom_in, zoom_out, "RandomRotation")
        self._limits = low, high
        self._zoom = zoom_in, zoom_out
        self._probability = rotate_with_proba

    @written_with_nd
    def forward(self, x):
        random = generator()
        if random.random() >= self._probability:
            return x
        return _rotated(x, float(random.uniform(*self._limits)), *self._zoom)


class RandomApply(Sequential):
    """Apply transforms with probability ``p``; a batch all or not at all.

    Parameters
    ----------
    transforms : Block, function, or list of those
    p : float, default 0.5
    """

    def __init__(self, transforms, p=0.5):
        super().__init__()
        _need_probability(p, "p")
        self.transforms = (
            Compose(transforms) if isinstance(transforms, (list, tuple)) else transforms
        )
        self.p = p

    def forward(self, x):
        return self.transforms(x) if generator().random() < self.p else x


def _rotated(x, degrees, zoom_in, zoom_out):
    if x.dtype is not onp.float32:
        fail(
            DTypeError,
            "Rotate",
            "This transformation only supports float32. Consider calling it after ToTensor",
            got=x.dtype.__name__,
        )
    return _internal._vision_rotate(x, degrees=degrees, zoom_in=zoom_in, zoom_out=zoom_out)


def _need_one_zoom(zoom_in, zoom_out, where):
    if zoom_in and zoom_out:
        raise ValueError(f"{where}: zoom_in and zoom_out cannot both be True.")


def _need_probability(p, what):
    if not 0 <= p <= 1:
        raise ValueError(f"{what} should be between 0 and 1, got {p}.")


def _require_image(x, where):
    if x.ndim not in (3, 4):
        fail(
            ShapeError,
            where,
            "Input image must have shape (height, width, channels), or (N, height, "
            "width, channels)",
            got=f"shape {list(x.shape)}",
        )


def _pair(size, where):
    """(width, height) of a size that may be one integer for both."""
    try:
        width, height = (size, size) if isinstance(size, numeric_types) else size
        pair = int(width), int(height)
    except (TypeError, ValueError):
        pair = (0, 0)
    if min(pair) < 1:
        raise ValueError(
            f"{where}: size does not fit: expected an integer or (width, height) of at "
            f"least 1, got {size!r}."
        )
    return pair
